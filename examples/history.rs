//! Nothing is overwritten: a correction is a version, a mistake is retracted
//! with a reason, and what was known before can still be asked.

use tractat::{Event, Options, Store, Vocabulary};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let vocabulary = Vocabulary::from_toml("[world]\nname = \"films\"\n[actions.opened]\nlabel = \"premiere\"\n")?;
    let options = Options::new().author("curator");
    let store = Store::create(folder.path().join("films.tractat"), &vocabulary, options)?;

    let say = |record: &str| store.transact(None, |transaction| transaction.assert(serde_json::from_str(record)?));
    say(r#"{"id":"m","subject":"Metropolis","action":"opened","date":"1926"}"#)?;
    let (_, outcome) = say(r#"{"id":"m","subject":"Metropolis","action":"opened","date":"1927-01-10"}"#)?;
    store.transact(None, |transaction| transaction.retract("m", "recorded in the wrong store"))?;

    for change in store.history("m")? {
        let what = match change.event {
            Event::Asserted(fact) => {
                format!("asserted, dated {}", fact.date.map_or_else(String::new, |date| date.to_string()))
            }
            Event::Retracted(reason) => format!("retracted: {reason}"),
            other => format!("{other:?}"),
        };
        println!("#{} {} {what}", change.transaction, change.author);
    }
    let before = outcome.transaction.unwrap_or_default() - 1;
    for row in store.query(&format!("opened known #{before}"))? {
        println!("then known: {}", serde_json::Value::Object(row?.object()?));
    }
    Ok(())
}
