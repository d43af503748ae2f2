//! Queries with names and parameters, a status on a day, rows in a struct of
//! your own; and what an editor asks while somebody types.

use serde::Deserialize;
use tractat::syntax::{Definitions, format_script};
use tractat::{Error, Parameter, QueryOptions, Store, Vocabulary};

const WORLD: &str = r#"
    [world]
    name = "boards"
    [nouns.people]
    singular = "person"
    kinds = ["person"]
    role = "subject"
    [nouns.companies]
    singular = "company"
    kinds = ["company"]
    role = "object"
    [actions.appointed]
    label = "appointment"
    [actions.resigned]
    label = "resignation"
    [status.director]
    open = [{ by = "appointed", at = "date" }]
    close = [{ by = "resigned", at = "date" }]
"#;

const ENTITIES: [&str; 3] = [
    r#"{"entity":"ada","kind":"person","name":"Ada Lovelace"}"#,
    r#"{"entity":"ben","kind":"person","name":"Ben Franklin"}"#,
    r#"{"entity":"acme","kind":"company","name":"Acme"}"#,
];

const FACTS: [&str; 3] = [
    r#"{"subject":"ada","action":"appointed","object":"acme","date":"2019-05-02"}"#,
    r#"{"subject":"ben","action":"appointed","object":"acme","date":"2021"}"#,
    r#"{"subject":"ada","action":"resigned","object":"acme","date":"2024-03-31"}"#,
];

/// The queries that the program asks by their names.
const REPORTS: &str = "
    let board($company) = people director:$company
    let departures($company) = resigned company:$company
";

#[derive(Debug, Deserialize)]
struct Director {
    name: String,
    since: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = Store::in_memory(&Vocabulary::from_toml(WORLD)?)?;
    store.transact(Some("a board"), |transaction| {
        for entity in ENTITIES {
            transaction.define(serde_json::from_str(entity)?)?;
        }
        for fact in FACTS {
            transaction.assert(serde_json::from_str(fact)?)?;
        }
        Ok::<_, Error>(())
    })?;

    // A call stands where its query could, with more conditions behind it.
    let definitions = Definitions::parse(REPORTS).map_err(Error::from)?;
    let day = |day: &str| {
        let parameters = [("day", Parameter::Text(day.to_owned()))].into_iter().collect();
        QueryOptions::new().definitions(definitions.clone()).parameters(parameters)
    };
    let board = store.prepare("board(acme) as of $day | show name, since")?;
    for asked in ["2020-01-01", "2022-01-01", "2025-01-01"] {
        for row in board.query(&day(asked))? {
            let Director { name, since } = row?.read()?;
            println!("{asked}: {name}, since {since}");
        }
    }

    // An answer says in one line how it was read, and what lies just outside.
    let answer = store.query_with("departures(acme) after $day", &day("2024-06"))?;
    println!("{}", answer.summary());

    // What may stand at the cursor, what is wrong, and the canonical form.
    let options = day("2025");
    let typed = "board(acme) as of $day | co";
    let found = store.complete_with(typed, typed.len(), &options);
    let candidates: Vec<&str> = found.candidates.iter().map(|candidate| candidate.text.as_str()).collect();
    println!("{typed}… {}", candidates.join(", "));
    let wrong = "bord(acme) | count";
    for diagnostic in store.diagnose(wrong, &options) {
        println!("{}", diagnostic.render(wrong));
    }
    print!("{}", format_script(REPORTS).map_err(Error::from)?);
    Ok(())
}
