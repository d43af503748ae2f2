//! A question asked many times: prepared once, with typed parameters, while
//! another thread goes on writing.

use std::thread;

use serde_json::json;
use tractat::{Parameter, QueryOptions, Store, Vocabulary};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let vocabulary = Vocabulary::from_toml(
        "[world]\nname = \"bugs\"\n[fields.severity]\ntype = \"number\"\n\
         [actions.patched]\nlabel = \"patch\"\n[actions.exploited]\nlabel = \"exploit\"\n",
    )?;
    let store = Store::in_memory(&vocabulary)?;
    let question = store.prepare("patched severity>=$least since $day | count")?;

    let ask = |least: i64| -> Result<String, tractat::Error> {
        let parameters = [("least", Parameter::from(least)), ("day", Parameter::from("2025-01-10"))];
        let options = QueryOptions::new().parameters(parameters.into_iter().collect());
        question.query(&options)?.next().map_or(Ok("nothing".to_owned()), |row| Ok(row?.cells()[0].to_string()))
    };
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for number in 0..100 {
                let fact = serde_json::from_value(json!({
                    "id": format!("p{number}"), "subject": "vendor", "action": "patched",
                    "object": format!("bug-{number}"), "date": format!("2025-01-{:02}", number % 28 + 1),
                    "severity": number % 10,
                }))?;
                store.transact(None, |transaction| transaction.assert(fact))?;
            }
            Ok::<(), tractat::Error>(())
        });
        // Each answer is of one state of the store, whatever is written meanwhile.
        while !writer.is_finished() {
            ask(5)?;
        }
        writer.join().expect("the writer does not panic")
    })?;
    for least in [0, 5, 9] {
        println!("severity {least} and above: {}", ask(least)?);
    }
    Ok(())
}
