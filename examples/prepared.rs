//! A question asked many times: prepared once, with typed parameters, while
//! another thread goes on writing.

use std::thread;

use tractat::{Parameter, QueryOptions, Store, Vocabulary};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let vocabulary = Vocabulary::from_toml(
        "[world]\nname = \"bugs\"\n[fields.severity]\ntype = \"number\"\n\
         [actions.patched]\nlabel = \"patch\"\n[actions.exploited]\nlabel = \"exploit\"\n",
    )?;
    let store = Store::in_memory(&vocabulary)?;
    let question = store.prepare("patched severity>=$least since $day | count")?;

    thread::scope(|scope| {
        let writer = store.clone();
        scope.spawn(move || {
            for number in 0..100 {
                let record = format!(
                    r#"{{"id":"p{number}","subject":"vendor","action":"patched","object":"bug-{number}","date":"2025-01-{:02}","severity":{}}}"#,
                    number % 28 + 1,
                    number % 10
                );
                let fact = serde_json::from_str(&record).expect("the record is JSON");
                writer.transact(None, |transaction| transaction.assert(fact)).expect("memory does not fail");
            }
        });
        for least in [0.0, 5.0, 9.0] {
            let options = QueryOptions {
                parameters: [("least", Parameter::Number(least)), ("day", Parameter::Text("2025-01-10".to_owned()))]
                    .into_iter()
                    .collect(),
                ..QueryOptions::default()
            };
            for row in question.query(&options)? {
                println!("severity {least} and above by now: {}", row?.cells()[0]);
            }
        }
        Ok::<(), tractat::Error>(())
    })?;
    Ok(())
}
