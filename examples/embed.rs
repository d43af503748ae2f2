//! A store in memory: a vocabulary, two facts, a question, and the answer in
//! a struct of your own.

use serde::Deserialize;
use tractat::{Store, Vocabulary};

#[derive(Debug, Deserialize)]
struct Leaver {
    subject: String,
    date: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let vocabulary = Vocabulary::from_toml(
        r#"
        [world]
        name = "boards"
        [nouns.people]
        singular = "person"
        kinds = ["person"]
        role = "subject"
        [actions.resigned]
        label = "resignation"
        forms = ["resign", "resignation"]
        "#,
    )?;
    let store = Store::in_memory(&vocabulary)?;
    store.transact(Some("two resignations"), |transaction| {
        transaction.assert(serde_json::from_str(
            r#"{"subject":"Ada","action":"resigned","object":"Acme","date":"2024-03"}"#,
        )?)?;
        transaction
            .assert(serde_json::from_str(r#"{"subject":"Ben","action":"resigned","object":"Acme","date":"2025"}"#)?)
    })?;
    for row in store.query("resigned after 2024-06-30")? {
        let leaver: Leaver = row?.read()?;
        println!("{} left in {}", leaver.subject, leaver.date);
    }
    Ok(())
}
