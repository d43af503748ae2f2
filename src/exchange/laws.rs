//! What writers write, and the laws that readers and writers keep together.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use serde_json::Value;

use super::tests::{facts, read};
use super::*;
use crate::model::{Cell, Date, Fact, Source};

/// Where a writer that is gone left its bytes.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write(format: &str, columns: &[&str], rows: &[&dyn OutputRow]) -> String {
    let out = Shared::default();
    let mut writer = (OutputFormat::named(format).unwrap().writer)(Box::new(out.clone()));
    writer.begin(columns).unwrap();
    for row in rows {
        writer.row(*row).unwrap();
    }
    writer.finish().unwrap();
    let bytes = out.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn every_format_writes_the_same_rows_in_its_own_way() {
    let first =
        vec![Cell::text("a|b\n_c_\u{202e}"), Cell::Integer(3), Cell::List(vec![Cell::text("x"), Cell::text("y")])];
    let second = vec![Cell::text("in_force"), Cell::Missing, Cell::Date(Date::parse("1985~").unwrap())];
    let (columns, rows): (_, [&dyn OutputRow; 2]) = (["what", "count", "more"], [&first, &second]);
    let one = "{\"what\":\"a|b\\n_c_\u{202e}\",\"count\":3,\"more\":[\"x\",\"y\"]}";
    let two = "{\"what\":\"in_force\",\"count\":null,\"more\":\"1985~\"}";
    assert_eq!(write("json", &columns, &rows), format!("[\n{one},\n{two}\n]\n"));
    assert_eq!(write("jsonl", &columns, &rows), format!("{one}\n{two}\n"));
    assert_eq!(write("csv", &columns, &rows), "what,count,more\n\"a|b\n_c_\u{202e}\",3,x;y\nin_force,,1985~\n");
    assert_eq!(write("tsv", &columns, &rows), "what\tcount\tmore\na|b\\n_c_\u{202e}\t3\tx;y\nin_force\t\t1985~\n");
    assert_eq!(
        write("markdown", &columns, &rows),
        "| what | count | more |\n| --- | --- | --- |\n| a\\|b<br>\\_c\\_\\<U+202E> | 3 | x, y |\n| in_force |  | 1985\\~ |\n"
    );
    assert_eq!(write("json", &["count"], &[]), "[]\n");
    assert_eq!(write("json", &["count"], &[&vec![Cell::Integer(3)]]), "[\n{\"count\":3}\n]\n");
}

#[test]
fn every_format_has_a_name_and_endings_of_its_own() {
    for (index, format) in FORMATS.iter().enumerate() {
        assert_eq!(OutputFormat::named(&format.name.to_uppercase()), Some(*format));
        assert!(!format.about.is_empty());
        for ending in format.endings {
            let file = format!("rows.{}", ending.to_uppercase());
            assert_eq!(OutputFormat::of_file(file.as_ref()), Some(*format), "{ending}");
        }
        assert!(FORMATS.iter().take(index).all(|earlier| earlier.name != format.name));
    }
}

#[test]
fn tab_separated_cells_are_told_apart_whatever_is_in_them() {
    let row = vec![Cell::text("a\tb\\t\r\n"), Cell::text("\\"), Cell::Missing];
    assert_eq!(write("tsv", &["one", "t\two", "three"], &[&row]), "one\tt\\two\tthree\na\\tb\\\\t\\r\\n\t\\\\\t\n");
    let row = vec![Cell::text("NA"), Cell::text(" \"q\""), Cell::text("a \"q\"")];
    assert_eq!(write("tsv", &["one", "two", "three"], &[&row]), "one\ttwo\tthree\n\"NA\"\t \\\"q\"\ta \"q\"\n");
    let row = vec![Cell::text("NA\t"), Cell::text("x")];
    assert_eq!(write("tsv", &["one", "two"], &[&row]), "one\ttwo\nNA\\t\tx\n", "a row is a line");
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,8}",
        any::<String>().prop_filter("not empty", |text| !text.is_empty()),
        Just("=1+1,\"x\";\r\n".to_owned()),
        prop::sample::select(vec!["NA", "-", "?", "null", "n/a", " NULL ", "unknown", "None"]).prop_map(str::to_owned),
    ]
}

fn date() -> impl Strategy<Value = Date> {
    prop::sample::select(vec!["2005", "2005-12", "1997-09-18", "1985~", "19XX", "[2025-06-29..]", "2014/.."])
        .prop_map(|written| Date::parse(written).unwrap())
}

fn flat_value() -> impl Strategy<Value = Value> {
    text().prop_map(Value::from)
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        flat_value(),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no other", |number| number.is_finite()).prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,3}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

prop_compose! {
    fn source(extra: BoxedStrategy<Value>, most_says: usize)(
        publisher in text(), url in prop::option::of(text()), published in prop::option::of(date()),
        according_to in prop::option::of(text()), quote in prop::option::of(text()),
        says in prop::collection::btree_map("[a-z]{1,3}", extra.clone(), 0..=most_says),
        fields in prop::collection::btree_map("x[a-z]{1,2}", extra, 0..3),
    ) -> Source {
        Source { publisher: Some(publisher), url, published, according_to, quote, says, fields }
    }
}

prop_compose! {
    fn fact(extra: BoxedStrategy<Value>, tag: &'static str, sources: BoxedStrategy<Vec<Source>>)(
        id in prop::option::of(text()), subject in text(), action in text(), object in prop::option::of(text()),
        date in prop::option::of(date()), fields in prop::collection::btree_map("x[a-z]{1,2}", extra, 0..4),
        session in prop::option::of(any::<i64>()),
        tags in prop::collection::vec(tag, 0..3), title in prop::option::of(text()), note in prop::option::of(text()),
        sources in sources,
    ) -> Fact {
        let mut fields = fields;
        fields.extend(session.map(|session| ("session".to_owned(), Value::from(session))));
        Fact { id, subject, action, object, date, fields, tags, title, note, sources }
    }
}

fn any_fact() -> impl Strategy<Value = Fact> {
    let sources = prop::collection::vec(source(value().boxed(), 2), 0..3).boxed();
    fact(value().boxed(), "\\PC{0,6}", sources)
}

fn flat_fact(most_sources: usize) -> impl Strategy<Value = Fact> {
    let sources = prop::collection::vec(source(flat_value().boxed(), most_sources / 2), 0..=most_sources).boxed();
    fact(flat_value().boxed(), "[a;\" é]{1,6}", sources)
}

fn only_facts(records: Vec<(u64, Fact)>) -> Vec<Fact> {
    records.into_iter().map(|(_, fact)| fact).collect()
}

fn written_as(format: &str, facts: &[Fact]) -> String {
    let mut columns = FactColumns::default();
    for fact in facts {
        columns.see(fact);
    }
    let names = columns.names();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let rows: Vec<FactRow> = facts.iter().map(|fact| FactRow::new(fact, &names)).collect();
    let rows: Vec<&dyn OutputRow> = rows.iter().map(|row| row as &dyn OutputRow).collect();
    write(format, &names, &rows)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn reading_what_was_written_as_json_lines_gives_the_same_facts(written in prop::collection::vec(any_fact(), 0..8)) {
        // A store gives every fact an id.
        let written: Vec<Fact> =
            written.into_iter().map(|fact| Fact { id: fact.id.or(Some("x".to_owned())), ..fact }).collect();
        let rows: Vec<FactRow> = written.iter().map(|fact| FactRow::new(fact, &[])).collect();
        let rows: Vec<&dyn OutputRow> = rows.iter().map(|row| row as &dyn OutputRow).collect();
        prop_assert_eq!(only_facts(facts("f.jsonl", write("jsonl", &[], &rows), "")), written);
    }

    #[test]
    fn reading_what_was_written_as_csv_gives_the_same_flat_facts(written in prop::collection::vec(flat_fact(1), 1..8)) {
        prop_assert_eq!(only_facts(facts("f.csv", written_as("csv", &written), "")), written);
    }

    #[test]
    fn reading_what_was_written_as_tsv_gives_the_same_facts(written in prop::collection::vec(flat_fact(3), 1..8)) {
        prop_assert_eq!(only_facts(facts("f.tsv", written_as("tsv", &written), "")), written);
    }

    #[test]
    fn csv_keeps_several_sources_as_json(written in prop::collection::vec(flat_fact(3), 1..4)) {
        prop_assert_eq!(only_facts(facts("f.csv", written_as("csv", &written), "")), written);
    }

    #[test]
    fn no_bytes_make_a_reader_fail_otherwise_than_by_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200), csv in any::<bool>()) {
        let mut input = if csv { b"subject,action,date,sources\n".to_vec() } else { b"{\"subject\":\"a\",\"action\":".to_vec() };
        input.extend(bytes);
        for error in read(if csv { "f.csv" } else { "f.jsonl" }, input, "").into_iter().filter_map(Result::err) {
            prop_assert!(!error.to_string().chars().any(char::is_control));
        }
    }

    #[test]
    fn any_cut_of_a_good_line_is_an_error_with_a_place_in_it(fact in any_fact(), cut in any::<prop::sample::Index>()) {
        let line = serde_json::to_string(&fact).unwrap();
        let cut = line.floor_char_boundary(cut.index(line.len()).max(1));
        let records = read("f.jsonl", &line[..cut], "");
        let error = records[0].as_ref().unwrap_err().record().unwrap();
        prop_assert!(error.location.column.unwrap() <= line[..cut].chars().count() as u64 + 1);
    }
}
