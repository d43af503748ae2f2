//! What readers take, and every kind of bad input.

use std::io::{self, Cursor, Read, Write};

use serde_json::json;

use super::*;
use crate::model::vocabulary::{Field, FieldType, Vocabulary};
use crate::model::{Fact, Schema};

fn schema() -> Schema {
    let field =
        |kind| Field { kind, about: String::new(), kinds: Vec::new(), open: false, rule: None, threshold: None };
    let mut vocabulary = Vocabulary::default();
    vocabulary.fields.insert("session".to_owned(), field(FieldType::Integer));
    vocabulary.fields.insert("share".to_owned(), field(FieldType::Number));
    vocabulary.fields.insert("effective".to_owned(), field(FieldType::Date));
    Schema::new(vocabulary, &[]).unwrap()
}

fn open(name: &str, bytes: impl Into<Vec<u8>>, mapping: &str) -> Result<Records, ExchangeError> {
    let input = Input::from_reader(name, Cursor::new(bytes.into()))?;
    let options = ReadOptions { format: None, mapping: Mapping::parse(mapping)?, schema: &schema() };
    Records::new(input, &options)
}

pub(super) fn read(name: &str, bytes: impl Into<Vec<u8>>, mapping: &str) -> Vec<Result<Record, ExchangeError>> {
    open(name, bytes, mapping).map_or_else(|error| vec![Err(error)], Iterator::collect)
}

pub(super) fn facts(name: &str, bytes: impl Into<Vec<u8>>, mapping: &str) -> Vec<(u64, Fact)> {
    let fact = |record: Result<Record, ExchangeError>| match record.unwrap() {
        Record { line, content: Content::Fact(fact), .. } => (line, fact),
        other => panic!("{other:?}"),
    };
    read(name, bytes, mapping).into_iter().map(fact).collect()
}

/// The messages of all errors.
fn errors(name: &str, bytes: impl Into<Vec<u8>>, mapping: &str) -> Vec<String> {
    read(name, bytes, mapping).into_iter().filter_map(Result::err).map(|error| error.to_string()).collect()
}

fn error(bytes: impl Into<Vec<u8>>) -> String {
    errors("f.jsonl", bytes, "").join("\n")
}

/// A stream that gives few bytes at a time.
struct Trickle<R>(R);

impl<R: Read> Read for Trickle<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let few = buffer.len().min(3);
        self.0.read(&mut buffer[..few])
    }
}

const TWO: &str =
    "\u{feff}{\"subject\":\"a\",\"action\":\"b\"}\r\n\n  \r\n{\"entity\":\"a\",\"kind\":\"k\",\"name\":\"A\"}";

/// Lines that packers cannot make much shorter.
fn many(count: u32) -> String {
    let line = |i: u32| format!("{{\"subject\":\"s{:x}\",\"action\":\"b\"}}", i.wrapping_mul(2_654_435_761));
    (0..count).map(line).collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn lines_are_read_whatever_their_endings_marks_and_blanks() {
    let records: Vec<Record> = read("x.json", TWO, "").into_iter().map(Result::unwrap).collect();
    assert_eq!(records.iter().map(|record| record.line).collect::<Vec<_>>(), [1, 4]);
    assert!(matches!(&records[0].content, Content::Fact(fact) if fact.subject == "a"));
    assert!(matches!(&records[1].content, Content::Entity(entity) if entity.name == "A"));
    assert!(read("x.jsonl", "", "").is_empty());
    assert!(read("x.csv", "", "").is_empty());
}

#[test]
fn packed_streams_are_known_by_their_first_bytes_and_counted_packed() {
    let plain = many(2000);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(plain.as_bytes()).unwrap();
    let zstd = zstd::encode_all(plain.as_bytes(), 1).unwrap();
    for packed in [plain.clone().into_bytes(), gzip.finish().unwrap(), zstd.clone(), [zstd.clone(), zstd].concat()] {
        let size = packed.len() as u64;
        let input = Input::from_reader("-", Trickle(Cursor::new(packed))).unwrap();
        let progress = input.progress();
        let options = ReadOptions { format: None, mapping: Mapping::default(), schema: &Schema::default() };
        let records = Records::new(input, &options).unwrap().map(Result::unwrap).count();
        assert_eq!(records % 2000, 0);
        assert!(records > 0);
        assert_eq!(progress.read(), size);
    }
}

#[test]
fn a_file_tells_its_size_and_below_its_packing_its_format() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.CSV.zst");
    let packed = zstd::encode_all(&b"subject,action\na,b\n"[..], 1).unwrap();
    std::fs::write(&path, &packed).unwrap();
    let input = Input::open(&path).unwrap();
    assert_eq!(input.format(), Some(InputFormat::Csv));
    assert_eq!(input.progress().total(), Some(packed.len() as u64));
    assert!(matches!(Input::open(folder.path()), Err(ExchangeError::Open { .. })));
    assert!(matches!(Input::open(&folder.path().join("none")), Err(ExchangeError::Open { .. })));
}

#[test]
fn broken_compression_ends_reading_after_what_is_whole() {
    let plain = many(50_000);
    let packed = zstd::encode_all(plain.as_bytes(), 1).unwrap();
    let records = read("f.jsonl.zst", &packed[..packed.len() / 2], "");
    let (last, whole) = records.split_last().unwrap();
    assert!(!whole.is_empty() && whole.iter().all(Result::is_ok));
    assert!(matches!(last, Err(ExchangeError::Read { line, .. }) if *line == whole.len() as u64), "{last:?}");
}

#[test]
fn a_wrong_line_says_where_and_what_to_write_instead() {
    let cases = [
        (r#"{"subject":"ä","action":"b","date":"2025-02-30"}"#, "f.jsonl:1:36: `date`: `2025-02-30` is not a date: "),
        (
            r#"{"subject":"a","action":"b","date":2005}"#,
            "f.jsonl:1:36: `date` must be a date as text, not a number; write \"2005\"",
        ),
        (r#" {"action":"b"}"#, "f.jsonl:1:2: `subject` is missing, and a fact needs it"),
        (
            r#"{"subjet":"a","action":"b"}"#,
            "f.jsonl:1:1: `subject` is missing, and a fact needs it; is it called `subjet` here?",
        ),
        (r#"{"subject":5,"action":"b"}"#, "f.jsonl:1:12: `subject` must be text, not a number; write \"5\""),
        (r#"{"subject":"a","action":"b","x":1,"x":2}"#, "f.jsonl:1:39: `x` is given twice"),
        (r#"{"subject":"a","action":"b","subject":"c"}"#, "f.jsonl:1:39: `subject` is given twice"),
        (
            r#"{"subject":"a","action":"b","tags":["x",1]}"#,
            "f.jsonl:1:41: `tags[1]` must be text, not a number; write \"1\"",
        ),
        (r#"{"subject":"a","action":"b","tags":"x"}"#, "f.jsonl:1:36: `tags` must be a list of texts, not text"),
        (
            r#"{"subject":"a","action":"b","sources":[{"url":"u"},{"published":"soon"}]}"#,
            "f.jsonl:1:65: `sources[1].published`: `soon` is not a date: ",
        ),
        ("[", "f.jsonl:1:1: expected one object a line, and this looks like a JSON array; write each"),
        ("subject,action", "f.jsonl:1:1: expected one JSON object a line; write a record as"),
        ("{", "f.jsonl:1:2: the line ends before its object does; write each record whole on one line"),
        (r#"{"subject":"é" "action":"b"}"#, "f.jsonl:1:16: expected `,` or `}`"),
        (r#"{"subject":"a","action":"b"} {"#, "f.jsonl:1:30: something follows the object; write one object a line"),
        (r#"{"subject":"a","action":"\x"}"#, "f.jsonl:1:27: JSON has no such escape; write a backslash itself"),
        ("{\"subject\":\"a\tb\",\"action\":\"b\"}", "f.jsonl:1:14: a control character stands in a text; write it"),
        (r#"{"entity":"a","name":"A"}"#, "f.jsonl:1:1: `kind` is missing, and an entity needs it"),
        (
            r#"{"entity":"a","kind":"k","name":"A","in":["b",{"group":"c","from":"x"}]}"#,
            "f.jsonl:1:67: `in[1].from`: `x` is not a date: ",
        ),
        (r#"{"entity":"a","kind":"k","name":"A","y":1,"y":2}"#, "f.jsonl:1:47: `y` is given twice"),
    ];
    for (line, expected) in cases {
        let message = error(line);
        assert!(message.starts_with(expected), "{line}\n  {message}\n  {expected}");
    }
}

#[test]
fn what_is_not_utf8_is_told_by_its_byte_and_the_lines_after_it_are_read() {
    let records = read(
        "f.jsonl",
        [b"{\"subject\":\"\xc3\xa4\xe9\",\"action\":\"b\"}\n".as_slice(), &TWO.as_bytes()[3..]].concat(),
        "",
    );
    let message = records[0].as_ref().unwrap_err().to_string();
    assert_eq!(
        message,
        "f.jsonl:1:14: byte 15 of the line (0xE9) is not UTF-8; it may be Latin-1 or Windows-1252: save the file as UTF-8"
    );
    assert!(records[1..].iter().all(Result::is_ok));
    assert!(error(b"\xff\xfe{\0".to_vec()).contains("it looks like UTF-16"));
}

#[test]
fn values_nested_too_deeply_are_refused_in_plain_words() {
    for key in ["subject", "x", "tags"] {
        let line = format!("{{\"{key}\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
        let message = error(line);
        assert!(message.contains("nested too deeply") || message.contains("must be text"), "{message}");
    }
    let line = format!("{{\"subject\":\"a\",\"action\":\"b\",\"x\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(error(line), "f.jsonl:1:159: values are nested too deeply: more than 127 levels");
}

#[test]
fn a_line_over_the_limit_is_not_kept_and_the_next_one_is_read() {
    let good = "{\"subject\":\"a\",\"action\":\"b\"}";
    let endless = Cursor::new(good).chain(Cursor::new("\n")).chain(io::repeat(b'x').take(100 << 20));
    let input = Input::from_reader("f.jsonl", endless.chain(Cursor::new(format!("\n{good}\n")))).unwrap();
    let mut lines = LineReader::new(input);
    let mut seen = Vec::new();
    while let Some(batch) = lines.next_batch().unwrap() {
        for line in batch.lines() {
            assert!(line.bytes.len() <= 4096);
            seen.push((line.number, line.length, parse_line(lines.name(), line)));
        }
    }
    assert_eq!(
        seen.iter().map(|(number, length, _)| (*number, *length)).collect::<Vec<_>>(),
        [(1, 28), (2, 100 << 20), (3, 28)]
    );
    let error = seen[1].2.as_ref().unwrap_err();
    assert_eq!(error.to_string(), "f.jsonl:2:1: the line has 104857600 bytes, and 16 MiB is the limit");
    assert!(error.excerpt().ends_with('…') && error.excerpt().chars().count() < 80);
    assert!(seen[2].2.is_ok());
}

#[test]
fn the_longest_line_that_is_allowed_is_read_with_either_ending() {
    let mut line = format!("{{\"subject\":\"a\",\"action\":\"b\"{}", " ".repeat(MAX_LINE)).into_bytes();
    line.truncate(MAX_LINE - 1);
    line.push(b'}');
    for (ending, good) in [("\n", true), ("\r\n", true), ("", true), (" \n", false)] {
        let bytes = [line.as_slice(), ending.as_bytes()].concat();
        assert_eq!(read("f.jsonl", bytes, "")[0].is_ok(), good, "{ending:?}");
    }
}

#[test]
fn an_error_has_the_raw_record_and_shows_the_place_harmlessly() {
    let line = format!("{{\"subject\":\"a\u{202e}{}\",\"action\":7,\"z\":\"{}\"}}", "s".repeat(100), "z".repeat(100));
    let records = read("f\x1b.jsonl", line.clone(), "");
    let error = records[0].as_ref().unwrap_err().record().unwrap().clone();
    assert_eq!(error.raw, line.as_bytes());
    assert_eq!(&*error.name, "f␛.jsonl");
    assert_eq!(error.excerpt(), format!("…{}\",\"action\":7,\"z\":\"{}…", "s".repeat(24), "z".repeat(30)));
    let hidden = read("f.jsonl", "{\"subject\":\"\u{202e}\",\"action\":\"b\",\"date\":\"\u{202e}\"}", "");
    let error = hidden[0].as_ref().unwrap_err();
    assert!(!error.to_string().contains('\u{202e}') && !error.record().unwrap().excerpt().contains('\u{202e}'));
}

const CSV: &str = "id,state,treaty,action,date,session,share,tags,colour,source.publisher,source.page,\n\
    1,Estonia,\"Ottawa, short\",signed,2005,12,0.5,a; b;,red,UN,4,\n\n\
    2,Latvia,,acceded,,,,,,,,\r\n";

#[test]
fn columns_become_fields_of_their_types() {
    let facts = facts("f.csv", CSV, "subject=state,object=treaty,note=:x");
    let expected = json!({"id":"1","subject":"Estonia","action":"signed","object":"Ottawa, short","date":"2005","colour":"red",
        "session":12,"share":0.5,"tags":["a","b"],"note":"x","sources":[{"publisher":"UN","page":"4"}]});
    assert_eq!(serde_json::to_value(&facts[0].1).unwrap(), expected);
    let expected = json!({"id":"2","subject":"Latvia","action":"acceded","note":"x"});
    assert_eq!(serde_json::to_value(&facts[1].1).unwrap(), expected);
    assert_eq!(facts.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 4]);
}

#[test]
fn rows_keep_the_lines_of_the_file_whatever_stands_in_cells() {
    let text = "\nsubject,action,note\r\na,b,\"one\ntwo\r\nthree\"\r\n\r\n,,\r\n\"c\",b,\r\nd,\"b\",x";
    let facts = facts("f.csv", text, "");
    assert_eq!(facts.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 8, 9]);
    assert_eq!(facts[0].1.note.as_deref(), Some("one\ntwo\r\nthree"));
    let mut records = open("f.csv", text, "").unwrap();
    records.next();
    assert_eq!(records.raw(3).unwrap().bytes, b"a,b,\"one\ntwo\r\nthree\"");
    assert_eq!(records.raw(8).unwrap().bytes, b"\"c\",b,");
    assert_eq!(records.raw(9).unwrap().bytes, b"d,\"b\",x");
}

#[test]
fn a_wrong_row_says_its_line_and_column_and_the_next_is_read() {
    let text = b"subject,action,date,session,share,\na,b,c,,,\na,b,,x,,\na,b,,,NaN,\na,b,,,\n,b,,,,\na,b\xe9,,,,\na,b,,,,x\na,b,,1,1e3,\n";
    let records = read("f.csv", text.as_slice(), "");
    let messages: Vec<String> =
        records.iter().filter_map(|record| record.as_ref().err()).map(ToString::to_string).collect();
    let expected = [
        "f.csv:2: column `date`: `c` is not a date: ",
        "f.csv:3: column `session`: `x` is not a whole number",
        "f.csv:4: column `share`: `NaN` is not a number",
        "f.csv:5: the row has 5 cells, and the header has 6",
        "f.csv:6: column `subject` is empty, and a fact needs its `subject`",
        "f.csv:7: column `action`: byte 2 of the cell is not UTF-8",
        "f.csv:8: column 6 has a value, and the header has no name for it",
    ];
    assert_eq!(messages.len(), expected.len());
    for (message, expected) in messages.iter().zip(expected) {
        assert!(message.starts_with(expected), "{message}");
    }
    assert!(records[7].is_ok());
}

#[test]
fn a_header_that_does_not_fit_is_told_with_its_mend() {
    let cases = [
        (
            "state,action\n",
            "subject=stat",
            "f.csv:1: no column is called `stat`; did you mean `state`? the columns are `state`, `action`",
        ),
        (
            "Subject,what\n",
            "",
            "f.csv:1: no column gives `subject`: map one with `subject=Subject`; the columns are `Subject`, `what`",
        ),
        ("\nsubject,what\n", "", "f.csv:2: no column gives `action`: map one with `action=COLUMN` or `action=:VALUE`"),
        ("subject;action\n", "", "f.csv:1: the columns are separated by semicolons: save the file with commas"),
        ("subject,action,x,x\n", "", "f.csv:1: two columns are called `x`: rename one of them"),
        (
            "subject,state,action\n",
            "subject=state",
            "f.csv:1: `subject` would come from `subject` and from `state`: map one",
        ),
        ("subject,action,sources,source.url\n", "", "f.csv:1: sources are given by `sources` and by"),
    ];
    for (text, mapping, expected) in cases {
        let messages = errors("f.csv", text, mapping);
        assert_eq!(messages.len(), 1);
        assert!(messages[0].starts_with(expected), "{messages:?}");
    }
    assert!(
        errors("f.csv", b"subject,\xe9\n".as_slice(), "")[0].starts_with("f.csv:1: the name of column 2 is not UTF-8")
    );
    assert!(errors("f.jsonl", "", "subject=state")[0].starts_with("in the mapping, `subject` names columns"));
    assert!(errors("-", "a,b", "")[0].starts_with("-: cannot tell"));
    assert_eq!(facts("-", "a,action\nx,y", "subject=a").len(), 1, "a mapping tells that it is CSV");
}

#[test]
fn a_quote_that_is_never_closed_is_an_error_and_not_a_long_cell() {
    let text = "subject,action,note\na,b,c\na,b,\"c\na,b,c\na,b,c\n";
    let records = read("f.csv", text, "");
    assert!(records[0].is_ok());
    let message = records[1].as_ref().unwrap_err().to_string();
    assert_eq!(message, "f.csv cannot be read beyond line 2: the next row opens a quote and never closes it");
    assert_eq!(records.len(), 2);
    assert_eq!(facts("f.csv", "subject,action,note\n\"a\",b,5\" pipe\n", "").len(), 1);
    let endless = Cursor::new("subject,action\na,\"").chain(io::repeat(b'x').take(100 << 20));
    let input = Input::from_reader("f.csv", endless).unwrap();
    let schema = Schema::default();
    let options = ReadOptions { format: None, mapping: Mapping::default(), schema: &schema };
    let error = Records::new(input, &options).unwrap().next().unwrap().unwrap_err();
    assert!(error.to_string().contains("a row is longer than 16 MiB"), "{error}");
}
