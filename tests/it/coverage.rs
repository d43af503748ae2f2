//! What is not recorded is unknown where somebody says what is recorded.

use serde_json::json;
use tractat::model::SchemaError;
use tractat::{Answer, Assumption, Entity, Error, RecordedPart, Remark, Store, Vocabulary};

const WORLD: &str = r#"
    [world]
    name = "boards"
    [fields]
    subject = { type = "reference", kinds = ["person"] }
    object = { type = "reference", kinds = ["board"] }
    quorate = { type = "date", threshold = "quorum" }
    [nouns]
    persons = { singular = "person", kinds = ["person"], role = "subject" }
    boards = { singular = "board", kinds = ["board"], role = "object" }
    [actions]
    joined = { label = "election" }
    left = { label = "resignation" }
    [status.member]
    open = [{ by = "joined", at = "date" }]
    close = [{ by = "left", at = "date" }]
    [[publishers.Register.covers]]
    actions = ["joined", "left"]
    objects = ["harbour"]
    until = "2015-03"
"#;

/// Ada is on the board of the harbour, and was on that of the river; of the moor nothing
/// is recorded.
fn store(world: &str) -> Store {
    let store = Store::in_memory(&Vocabulary::from_toml(world).unwrap()).unwrap();
    let entity = |id: &str, kind: &str| json!({"entity": id, "kind": kind, "name": id});
    let act = |subject: &str, action: &str, object: &str, date: &str| json!({"subject": subject, "action": action, "object": object, "date": date});
    store
        .transact(None, |transaction| {
            for id in ["ada", "bell", "cole"] {
                transaction.define(serde_json::from_value(entity(id, "person")).unwrap())?;
            }
            for id in ["harbour", "river", "moor"] {
                transaction.define(serde_json::from_value(entity(id, "board")).unwrap())?;
            }
            let quorum = json!({"entity": "harbour", "kind": "board", "name": "harbour",
                                "quorum": {"by": "joined", "count": 1, "cite": "1"}});
            transaction.define(serde_json::from_value(quorum).unwrap())?;
            for fact in [
                act("ada", "joined", "harbour", "2010-01-01"),
                act("ada", "joined", "river", "2010-01-01"),
                act("ada", "left", "river", "2012-01-01"),
            ] {
                transaction.assert(serde_json::from_value(fact).unwrap())?;
            }
            Ok::<_, tractat::Error>(())
        })
        .unwrap();
    store
}

/// The first cells of the rows, and the remarks.
fn ask(store: &Store, query: &str) -> (String, Vec<Remark>) {
    let mut answer: Answer = store.query(query).unwrap();
    let row = |row: tractat::Row| row.cells().iter().map(ToString::to_string).collect::<Vec<_>>().join("|");
    let rows: Vec<String> = answer.by_ref().map(|one| row(one.unwrap())).collect();
    (rows.join(" "), answer.remarks())
}

fn unknown(remarks: &[Remark]) -> Option<(u64, Vec<String>, RecordedPart)> {
    remarks.iter().find_map(|remark| match remark {
        Remark::Unrecorded { count, objects, recorded, .. } => {
            Some((*count, objects.iter().map(ToString::to_string).collect(), *recorded))
        }
        _ => None,
    })
}

fn is_until(remarks: &[Remark]) -> bool {
    let is_it = |remark: &Remark| matches!(remark, Remark::Incomplete { publisher: Some(publisher), .. } if &**publisher == "Register");
    remarks.iter().any(is_it)
}

#[test]
fn an_absence_about_an_object_that_nobody_covers_is_unknown_and_told() {
    let store = store(WORLD);
    let told = |query: &str| {
        let (rows, remarks) = ask(&store, query);
        (rows, unknown(&remarks))
    };
    let of = |count, objects: &[&str], recorded| {
        Some((count, objects.iter().map(|object| (*object).to_owned()).collect(), recorded))
    };
    let (rows, found) = told("persons member:moor as of 2014");
    assert_eq!((&*rows, found), ("", of(3, &["moor"], RecordedPart::Nothing)));
    let (rows, found) = told("persons -member:moor as of 2014");
    assert_eq!((&*rows, found), ("", of(3, &["moor"], RecordedPart::Nothing)), "nor is it so that they are not");
    let (rows, found) = told("persons member:river as of 2011 | show person");
    assert_eq!((&*rows, found), ("ada", of(2, &["river"], RecordedPart::Some)), "what is recorded holds");
    let (rows, found) = told("persons without {left moor} | show person");
    assert_eq!((&*rows, found), ("", of(3, &["moor"], RecordedPart::Nothing)));
    let (rows, found) = told("persons with {left} | show person");
    assert_eq!((&*rows, found), ("ada", of(2, &["river", "moor"], RecordedPart::Some)));
    let (rows, found) = told("boards member>=2 | show board");
    assert_eq!((&*rows, found), ("", of(2, &["river", "moor"], RecordedPart::Some)));
    assert_eq!(told("boards member:none").1, of(2, &["river", "moor"], RecordedPart::Some));
    assert_eq!(told("joined -date:none").1, None, "a field is asked of a record");
    assert_eq!(told("periods member:moor").1, of(0, &["moor"], RecordedPart::Nothing));
}

#[test]
fn what_was_so_on_the_last_covered_day_goes_on_and_the_answer_says_until_when_it_is_recorded() {
    let store = store(WORLD);
    let (rows, remarks) = ask(&store, "persons -member:harbour as of 2020 | show person");
    assert_eq!((&*rows, unknown(&remarks), is_until(&remarks)), ("bell cole", None, true));
    let (rows, remarks) = ask(&store, "persons -member:harbour as of 2014 | show person");
    assert_eq!((&*rows, unknown(&remarks), is_until(&remarks)), ("bell cole", None, false));
    let (rows, remarks) = ask(&store, "joined harbour without {left}");
    assert_eq!((rows.matches("ada").count(), is_until(&remarks)), (1, true));
    let (_, remarks) = ask(&store, "joined harbour without {left until 2012}");
    assert!(!is_until(&remarks));
    let (_, remarks) = ask(&store, "joined since 2016 -member:harbour");
    assert!(is_until(&remarks), "statuses of facts are those of their day");
    let (_, remarks) = ask(&store, "joined in 2010 person.member:harbour");
    assert!(!is_until(&remarks));
}

#[test]
fn an_act_that_is_known_by_an_umbrella_alone_is_recorded() {
    let world = WORLD.replace(
        "[status.member]",
        "[actions.inherited]\nlabel = \"inheritance\"\n[umbrellas]\nentered = { covers = [\"joined\", \"inherited\"] }\n[status.member]",
    );
    let world = world.replace("{ by = \"joined\", at = \"date\" }", "{ by = \"entered\", at = \"date\" }");
    let store = store(&world);
    let entered = json!({"subject": "bell", "action": "entered", "object": "river", "date": "2011-01-01"});
    store.transact(None, |transaction| transaction.assert(serde_json::from_value(entered).unwrap())).unwrap();
    let found = |query: &str| {
        let (rows, remarks) = ask(&store, &format!("{query} | show person"));
        (rows, unknown(&remarks).map_or(0, |(count, ..)| count))
    };
    let bell = "bell".to_owned();
    let nobody = String::new;
    assert_eq!(found("persons member:river as of 2014"), (bell, 2), "it opens what each of its actions opens");
    assert_eq!(found("persons -member:river as of 2014"), (nobody(), 2));
    assert_eq!(found("persons with {entered river}"), ("ada bell".to_owned(), 1));
    assert_eq!(found("persons without {entered river}"), (nobody(), 1));
    assert_eq!(found("persons with {joined river}").0, "ada", "nobody tells how");
    assert_eq!(found("persons maybe with {joined river}").0, "ada bell");
    assert_eq!(found("persons without {joined river}"), (nobody(), 1), "bell may not have, and is possible");
}

#[test]
fn a_claim_of_the_store_that_begins_later_leaves_the_days_before_open() {
    let claim = "[[covers]]\nactions = ['joined', 'left']\nfrom = '2011'\nuntil = '2013'";
    let store = store(&format!("{}{claim}", WORLD.split("[[publishers").next().unwrap()));
    let (rows, remarks) = ask(&store, "persons -member:river as of 2012-06 | show person");
    assert_eq!(rows, "ada", "what was closed after these days is closed");
    let boards = vec!["river".to_owned()];
    assert_eq!(unknown(&remarks), Some((2, boards, RecordedPart::SomeDays)));
    let until = remarks.iter().any(|remark| matches!(remark, Remark::Incomplete { publisher: None, .. }));
    assert!(!until, "nothing is asked about a later day");
    assert_eq!(ask(&store, "persons without {left since 2012} | show person").0, "bell cole");
}

#[test]
fn a_world_without_coverage_is_closed() {
    let world = WORLD.split("[[publishers").next().unwrap();
    let store = store(world);
    let (rows, remarks) = ask(&store, "persons -member:moor | show person");
    assert_eq!((&*rows, remarks), ("ada bell cole", Vec::new()));
    assert_eq!(ask(&store, "persons member:moor | count").0, "0");
}

#[test]
fn what_a_query_within_gives_hears_of_acts_that_are_not_recorded() {
    let store = store(WORLD);
    let told = |query: &str| {
        let (rows, remarks) = ask(&store, query);
        (rows, unknown(&remarks).map(|(count, ..)| count))
    };
    assert_eq!(told("persons -person:(left moor | show person)"), (String::new(), Some(3)));
    assert_eq!(told("persons -person:(left harbour | show person) | count"), ("3".to_owned(), None));
    assert_eq!(told("persons person:(left river | show person) | show person"), ("ada".to_owned(), Some(2)));
    assert_eq!(told("joined -person:(left moor | show person)"), (String::new(), Some(2)));
    assert_eq!(told("joined -board:(left bell | show board) | show board"), ("harbour".to_owned(), Some(1)));
    assert_eq!(told("boards -board:(joined bell | show board) | show board"), ("harbour".to_owned(), Some(2)));
    assert_eq!(told("persons -person:(periods member:moor | show person)"), (String::new(), Some(3)));
    assert_eq!(told("persons -member:(joined bell | show board) | count"), ("0|3".to_owned(), Some(3)));
    let counted = "persons -person:(joined moor | count by person | where count > 0 | show person) | count";
    assert_eq!(told(counted), ("0|3".to_owned(), Some(3)));
}

#[test]
fn counts_are_of_what_is_definite_and_a_column_beside_them_counts_what_is_unknown() {
    let store = store(WORLD);
    assert_eq!(ask(&store, "persons member:moor | count").0, "0|3");
    assert_eq!(ask(&store, "persons member:harbour | count").0, "1", "nothing can be unknown");
    let by_year = "persons member:river as of each year 2009..2012 | count by as-of";
    assert_eq!(ask(&store, by_year).0, "2009|0|3 2010|1|2 2011|1|2 2012|0|3");
    assert_eq!(ask(&store, "persons member:moor | count by person | where unknown > 0 | count").0, "3");
    let (_, remarks) = ask(&store, "persons member:moor | count by person | take 1");
    assert!(remarks.iter().any(|remark| matches!(remark, Remark::EqualRowsLeftOut { .. })));
    assert_eq!(ask(&store, "boards | show board, member").0, "harbour|1|0 moor|0|3 river|0|3");
}

#[test]
fn unknown_asks_for_what_nobody_knows_and_is_itself_known() {
    let store = store(WORLD);
    assert_eq!(ask(&store, "boards unknown member:bell | show board").0, "moor river");
    assert_eq!(ask(&store, "boards -unknown member:bell | show board").0, "harbour");
    assert_eq!(ask(&store, "boards unknown member:bell | count").0, "2", "none can be unknown");
    assert_eq!(ask(&store, "boards maybe member:bell | show board").0, "", "what is unknown is not possible");
}

#[test]
fn the_explanation_has_the_coverage_of_what_a_query_looks_for() {
    let store = store(WORLD);
    let coverage: Vec<String> = store
        .query("persons -member:harbour -member:moor")
        .unwrap()
        .assumptions()
        .iter()
        .filter(|assumed| matches!(assumed, Assumption::Coverage { .. }))
        .map(ToString::to_string)
        .collect();
    let wanted = [
        "election or resignation for harbour: complete according to Register, until 2015-03",
        "election or resignation for moor: covered by nobody",
    ];
    assert_eq!(coverage, wanted);
    for stage in ["pivot person x (member:moor)", "last by (member:moor)"] {
        let answer = store.query(&format!("joined | {stage}")).unwrap();
        let is_told = |assumed: &Assumption| matches!(assumed, Assumption::Coverage { .. });
        assert!(answer.assumptions().iter().any(is_told), "{stage}");
    }
}

#[test]
fn a_date_that_is_missing_because_no_rule_is_known_is_told() {
    let store = store(WORLD);
    let (rows, remarks) = ask(&store, "boards quorate:none | show board");
    assert_eq!(rows, "moor river");
    let told = remarks.iter().find_map(|remark| match remark {
        Remark::NoRule { field, count, enough } => Some((&**field, *count, enough.as_ref().map(|enough| enough.count))),
        _ => None,
    });
    assert_eq!(told, Some(("quorate", 2, Some(1))), "one of them has as many elections as the harbour needs");
}

#[test]
fn a_vocabulary_cannot_claim_to_cover_an_object_that_is_not_there() {
    let words = |object: &str| {
        let claim = format!("[[publishers.G.covers]]\nactions = [\"joined\"]\nobjects = [\"{object}\"]\n");
        Vocabulary::from_toml(&format!("[world]\nname = \"clubs\"\n[actions.joined]\nlabel = \"joined\"\n{claim}"))
            .unwrap()
    };
    let store = Store::in_memory(&Vocabulary::from_toml("[world]\nname = \"clubs\"").unwrap()).unwrap();
    store.transact(None, |transaction| transaction.define(Entity::new("alpha", "club", "Alpha"))).unwrap();
    let take = |object: &str| store.transact(None, |transaction| transaction.vocabulary(&words(object)));
    let error = take("alpa").unwrap_err();
    let Error::Schema(SchemaError::NothingCovered { name, similar, .. }) = &error else { panic!("{error:?}") };
    assert_eq!((name.as_str(), similar.as_deref()), ("alpa", Some("alpha")));
    assert!(take("Alpha").is_ok());
}
