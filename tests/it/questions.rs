//! Questions that have one right answer each, computed apart from the program.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;
use tractat::model::COMPUTED_KEY;
use tractat::{Date, QueryOptions, Store, WorldFiles};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Questions {
    question: Vec<Question>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    ask: String,
    query: String,
    expect: Vec<Value>,
    why: String,
    #[serde(default)]
    unordered: bool,
    today: Option<String>,
    world: Option<String>,
    possible: Option<u64>,
}

/// The files of a bundled world.
fn files(name: &str) -> WorldFiles {
    WorldFiles::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("seed").join(name)).unwrap()
}

fn store_of(world: &WorldFiles) -> Store {
    let store = Store::in_memory(&world.parse_vocabulary().unwrap()).unwrap();
    store.load(world, true).unwrap();
    store
}

/// A bundled world without its tables: all of its words and entities, and a few
/// hundred facts. For whoever asks what is said, not what is so; it loads a hundred
/// times as fast as the whole.
pub fn world(name: &str) -> Store {
    store_of(&WorldFiles { tables: Vec::new(), ..files(name) })
}

/// The whole world of treaties, made once for all tests, which only read it.
pub fn whole_treaties() -> &'static Store {
    static STORE: LazyLock<Store> = LazyLock::new(|| store_of(&files("treaties")));
    &STORE
}

/// The same text for rows that are equal, whatever the order of their columns;
/// that a date was computed is told beside it.
fn canonical(row: &Value) -> String {
    let columns = row.as_object().into_iter().flatten().filter(|(name, _)| *name != COMPUTED_KEY);
    let sorted: BTreeMap<_, _> = columns.collect();
    format!("{sorted:?}")
}

/// TOML has no null; the file writes it as a text.
fn with_nulls(row: &mut Value) {
    for value in row.as_object_mut().into_iter().flat_map(|object| object.values_mut()) {
        if value == "null" {
            *value = Value::Null;
        }
    }
}

#[test]
fn every_question_gets_its_one_right_answer() {
    answer_all(include_str!("../golden/questions.toml"));
}

#[test]
fn the_tables_of_the_collection_answer_as_they_were_counted() {
    answer_all(include_str!("../golden/collection-questions.toml"));
}

#[test]
fn whoever_knows_only_the_manual_gets_right_answers() {
    answer_all(include_str!("../golden/language-questions.toml"));
}

/// A row without what it tells of its computed dates, which the formats are tested for.
fn stated(mut row: serde_json::Map<String, Value>) -> serde_json::Map<String, Value> {
    row.remove("computed");
    row
}

fn answer_all(text: &str) {
    let questions: Questions = toml::from_str(text).unwrap();
    let (treaties, votes) = (whole_treaties(), world("votes"));
    let mut wrong = Vec::new();
    let total = questions.question.len();
    for question in questions.question {
        let store = if question.world.as_deref() == Some("votes") { &votes } else { treaties };
        let today = Date::parse(question.today.as_deref().unwrap_or("2026-11-23")).unwrap().earliest();
        let options = QueryOptions::new().today(today);
        let answer = store.query_with(&question.query, &options).and_then(|answer| {
            let possible = answer.possible();
            let rows: Result<Vec<Value>, tractat::Error> =
                answer.map(|row| Ok(Value::Object(stated(row?.object()?)))).collect();
            Ok((rows?, possible))
        });
        let (mut rows, possible) = match answer {
            Ok(answer) => answer,
            Err(error) => {
                wrong.push(format!("{}\n  {}\n  {error}", question.ask, question.query));
                continue;
            }
        };
        let mut expect = question.expect;
        expect.iter_mut().for_each(with_nulls);
        if question.unordered {
            rows.sort_by_key(canonical);
            expect.sort_by_key(canonical);
        }
        if rows != expect || question.possible.is_some_and(|expected| expected != possible) {
            wrong.push(format!(
                "{}\n  {}\n  expected {} (possible: {:?})\n  got      {} (possible: {possible})\n  because {}",
                question.ask,
                question.query,
                Value::Array(expect),
                question.possible,
                Value::Array(rows),
                question.why
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {total} answers are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
