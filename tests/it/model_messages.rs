//! What is said of wrong dates, vocabularies and rules of entities: a golden file has
//! each message below the input that brings it up. Read it before blessing it.

use std::fmt::Write as _;

use tractat::{Date, Entity, Store, Vocabulary};

use crate::golden;
use crate::literals::literals;

/// Where these messages are in the source.
const SOURCES: [&str; 3] = ["src/model/date_error.rs", "src/model/rule_error.rs", "src/model/schema_error.rs"];

const DATES: &[&str] = &[
    "",
    "soon",
    "{1990,1992}",
    "2005/2004",
    "980",
    "99999",
    "45123",
    "27-06-1980",
    "2025-6-7",
    "2025-13",
    "2025-06-00",
    "2025-02-30",
    "2024-02-30",
    "a text that is much longer than any date could be",
];

const VOCABULARIES: &[&str] = &[
    "[world]",
    "[world]\nname = 3",
    "fields.colour.type = \"colour\"",
    "fields.with.type = \"text\"",
    "nouns.sources = { singular = \"source\", kinds = [\"x\"], role = \"subject\" }\ngroups.sources.kinds = [\"x\"]",
    "nouns.people = { singular = \"person\", kinds = [\"x\"], role = \"subject\" }\nstatus.people.open = []",
    "groups.region.kinds = [\"x\"]\nstatus.region.open = []",
    "status.member.open = []\nactions.member.label = \"x\"",
    "actions = { joined = { label = \"x\", forms = [\"enters\"] }, entered = { label = \"y\", forms = [\"enters\"] } }",
    "umbrellas.moved.covers = [\"left\"]",
    "status.member.open = [{ by = \"joined\", at = \"date\" }]",
    "actions.joined.label = \"x\"\nstatus.member.open = [{ by = \"joined\", at = \"effective\" }]",
    "cancels.left = [\"joined\"]",
    "fields.\"a b\".type = \"text\"",
    "nouns.\"a b\" = { singular = \"a\", kinds = [\"x\"], role = \"subject\" }",
    "groups.\"1a\".kinds = [\"x\"]",
    "status.\"1a\".open = []",
    "actions.\"a b\".label = \"x\"",
    "fields.effective = { type = \"date\", rule = \"a b\" }",
    "fields.size = { type = \"integer\", rule = \"effect\" }",
    "fields.\"source.seen\" = { type = \"date\", rule = \"effect\" }",
    "fields.effective = { type = \"date\", rule = \"effect\", threshold = \"entry\" }",
    "fields.effective = { type = \"date\", rule = \"until\" }",
    "fields.date.type = \"text\"",
    "actions.joined = { label = \"x\", computed.effective = { subject = \"from\", cite = \"Art. 1\" } }",
    "covers = [{ actions = [] }]",
    "publishers.Gazette.covers = [{ actions = [] }]",
    "actions.joined.label = \"x\"\nnouns.clubs = { singular = \"club\", kinds = [\"club\"], role = \"object\" }\ncovers = [{ actions = [\"joined\"], where = { kind = \"clubb\" } }]",
    "umbrellas.moved.covers = []",
    "actions.joined.label = \" \"",
    "actions.joined.label = \"x\"\ncancels.joined = \"joined\"",
    "fields.remark = { type = \"text\", open = true }",
    "fields.remark = { type = \"keyword\", kinds = [\"x\"] }",
    "actions.joined.label = \"x\"\ncovers = [{ actions = [\"joined\"], where = { note = \"x\" } }]",
    "actions.joined.label = \"x\"\ncovers = [{ actions = [\"joined\"], from = \"2020\", until = \"2010\" }]",
    "actions.joined.label = \"x\"\numbrellas = { moved = { covers = [\"joined\"], forms = [\"went\"] }, gone = { covers = [\"joined\"], forms = [\"went\", \"left\"] } }",
];

const WORDS: &str = r#"
    world.name = "pacts"
    [fields]
    effective = { type = "date", rule = "effect" }
    opened = { type = "date", threshold = "entry" }
    [actions]
    joined.label = "accession"
    left.label = "departure"
    [nouns]
    pacts = { singular = "pact", kinds = ["pact"], role = "object" }
    members = { singular = "member", kinds = ["member"], role = "subject" }
"#;

const RULES: &[&str] = &[
    r#""effect":"6 months""#,
    r#""effect":{"joined":"6 months"}"#,
    r#""effect":{"joined":{"aftr":"6 months","cite":"Art. 1"}}"#,
    r#""effect":{"joined":{"period":"6 months","cite":"Art. 1"}}"#,
    r#""effect":{"joined":{"after":6,"cite":"Art. 1"}}"#,
    r#""effect":{"joined":{"after":"soon","cite":"Art. 1"}}"#,
    r#""effect":{"joined":{"after":"-6 months","cite":"Art. 1"}}"#,
    r#""effect":{"joined":{"after":"400000000 years","cite":"Art. 1"}}"#,
    r#""effect":{"joined":{"snap":"week","cite":"Art. 1"}}"#,
    r#""effect":{"joined":{"not_before":"1999-13","cite":"Art. 1"}}"#,
    r#""effect":{"joined":{"not_before":"1999/..","cite":"Art. 1"}}"#,
    r#""effect":{"joined":{"not_before":"openned","cite":"Art. 1"}}"#,
    r#""effect":{"joined":{"not_before":"yesterday","cite":"Art. 1"}}"#,
    r#""effect":{"joined":{"not_before":"opened","earlier":"soon","cite":"Art. 1"}}"#,
    r#""effect":{"joined":{"after":"6 months"}}"#,
    r#""effect":{"joind":{"after":"6 months","cite":"Art. 1"}}"#,
    r#""entry":40"#,
    r#""entry":{"count":40,"cite":"Art. 2"}"#,
    r#""entry":{"by":"joined","count":0,"cite":"Art. 2"}"#,
    r#""entry":{"by":"joined","cite":"Art. 2"}"#,
    r#""entry":{"by":"joined","count":40}"#,
    r#""entry":{"by":"joined","kinds":["member"],"among":["a"],"cite":"Art. 2"}"#,
    r#""entry":{"by":"joined","count":40,"kinds":["membre"],"cite":"Art. 2"}"#,
    r#""entry":{"by":"joined","among":"a","cite":"Art. 2"}"#,
    r#""entry":{"by":"joined","among":["a","a"],"cite":"Art. 2"}"#,
    r#""entry":{"by":"joined","share":55,"cite":"Art. 2"}"#,
    r#""entry":{"by":"joined","share":{"of":{"a":1}},"cite":"Art. 2"}"#,
    r#""entry":{"by":"joined","share":{"percent":-1,"of":{"a":1}},"cite":"Art. 2"}"#,
    r#""entry":{"by":"joined","share":{"percent":55},"cite":"Art. 2"}"#,
    r#""entry":{"by":"joined","share":{"percent":55,"of":{"a":-1}},"cite":"Art. 2"}"#,
    r#""entry":{"by":"joined","share":{"percent":55,"of":{"a":1},"total":3},"cite":"Art. 2"}"#,
    r#""entry":{"by":"joined","unless":"joined","count":3,"cite":"Art. 2"}"#,
    r#""entry":{"by":"joined","count":3,"not_before":"opened","cite":"Art. 2"}"#,
];

#[test]
fn every_message_of_the_model_is_in_the_golden_file() {
    let mut said = String::new();
    let mut add = |input: &str, problem: String| writeln!(said, "{input}\n  {problem}\n").unwrap();
    for text in DATES {
        add(&format!("\"{text}\""), Date::parse(text).unwrap_err().to_string());
    }
    for text in VOCABULARIES {
        let text = if text.starts_with("[world]") { (*text).to_owned() } else { format!("world.name = \"x\"\n{text}") };
        let problem = match Vocabulary::from_toml(&text) {
            Err(error) => error.to_string(),
            Ok(vocabulary) => Store::in_memory(&vocabulary).map(drop).expect_err(&text).to_string(),
        };
        add(&text, problem);
    }
    let store = Store::in_memory(&Vocabulary::from_toml(WORDS).unwrap()).unwrap();
    for text in RULES {
        let entity: Entity =
            serde_json::from_str(&format!(r#"{{"entity":"sea","kind":"pact","name":"Sea",{text}}}"#)).unwrap();
        add(text, store.transact(None, |transaction| transaction.define(entity)).map(drop).unwrap_err().to_string());
    }
    // What a vocabulary covers is there or not once entities are.
    let sea = Entity::new("sea", "pact", "Sea");
    store.transact(None, |transaction| transaction.define(sea)).unwrap();
    let text = format!("covers = [{{ actions = [\"joined\"], objects = [\"seaa\"] }}]\n{WORDS}");
    let vocabulary = Vocabulary::from_toml(&text).unwrap();
    let refused = store.transact(None, |transaction| transaction.vocabulary(&vocabulary)).map(drop).unwrap_err();
    add("covers = [{ actions = [\"joined\"], objects = [\"seaa\"] }]", refused.to_string());
    golden::check("tests/golden/model-messages.txt", &said);
    let missing: Vec<String> = literals(&SOURCES)
        .iter()
        .filter(|literal| literal.is_prose() && !literal.is_in(&said))
        .map(|literal| format!("{}: {}", literal.place, literal.text))
        .collect();
    assert!(missing.is_empty(), "no input of the list brings these up:\n{}", missing.join("\n"));
}
