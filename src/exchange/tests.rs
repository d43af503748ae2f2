//! What readers take, and every kind of bad input.

use std::io::{self, Cursor, Read, Write};

use serde_json::json;

use super::*;
use crate::model::vocabulary::{Field, FieldType, Vocabulary};
use crate::model::{Date, Fact, Schema};

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
    Records::new(input, &ReadOptions::new(&schema()).columns(mapping.parse()?))
}

pub(super) fn read(name: &str, bytes: impl Into<Vec<u8>>, mapping: &str) -> Vec<Result<Record, ExchangeError>> {
    open(name, bytes, mapping).map_or_else(|error| vec![Err(error)], Iterator::collect)
}

pub(super) fn facts(name: &str, bytes: impl Into<Vec<u8>>, mapping: &str) -> Vec<(u64, Fact)> {
    let fact = |record: Result<Record, ExchangeError>| match record.unwrap() {
        Record { line, content: RecordContent::Fact(fact), .. } => Some((line, fact)),
        // That it was read is told beside the fact.
        Record { content: RecordContent::LeftOut(LeftOut { reason: LeftOutReason::Escape, .. }), .. } => None,
        other => panic!("{other:?}"),
    };
    read(name, bytes, mapping).into_iter().filter_map(fact).collect()
}

/// The only error of an input.
fn error(name: &str, bytes: impl Into<Vec<u8>>, mapping: &str) -> ExchangeError {
    let mut errors: Vec<ExchangeError> = read(name, bytes, mapping).into_iter().filter_map(Result::err).collect();
    assert_eq!(errors.len(), 1);
    errors.remove(0)
}

/// What is wrong with a line, and at which character of it.
fn problem(line: impl Into<Vec<u8>>) -> (u64, RecordProblem) {
    match error("f.jsonl", line, "") {
        ExchangeError::Record(error) => (error.location.column.unwrap(), error.problem),
        other => panic!("{other:?}"),
    }
}

fn header_problem(text: impl Into<Vec<u8>>, mapping: &str) -> (u64, HeaderProblem) {
    match error("f.csv", text, mapping) {
        ExchangeError::Header { line, problem, .. } => (line, *problem),
        other => panic!("{other:?}"),
    }
}

fn not_a_date(text: &str) -> ValueProblem {
    ValueProblem::NotADate(Date::parse(text).unwrap_err())
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
    assert!(matches!(&records[0].content, RecordContent::Fact(fact) if fact.subject == "a"));
    assert!(matches!(&records[1].content, RecordContent::Entity(entity) if entity.name == "A"));
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
        let schema = Schema::default();
        let records = Records::new(input, &ReadOptions::new(&schema)).unwrap().map(Result::unwrap).count();
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
fn a_wrong_line_says_where_and_what_is_wrong() {
    use ExpectedJson::{Date as ADate, Text, Texts};
    let json = RecordProblem::Json;
    let missing = |path: &str, part, similar: Option<&str>| RecordProblem::MissingKey {
        path: path.to_owned(),
        part,
        similar: similar.map(str::to_owned),
    };
    let wrong_type = |path: &str, expected, number: Option<&str>| {
        let found = if number.is_some() { JsonType::Number } else { JsonType::Text };
        RecordProblem::WrongType { path: path.to_owned(), expected, found, number: number.map(str::to_owned) }
    };
    let date = |field: &str, part, text: &str| RecordProblem::Value {
        field: field.to_owned(),
        part,
        problem: not_a_date(text),
    };
    let twice = |path: &str| RecordProblem::DuplicateKey { path: path.to_owned() };
    let cases = [
        (r#"{"subject":"ä","action":"b","date":"2025-02-30"}"#, 36, date("date", RecordPart::Fact, "2025-02-30")),
        (r#"{"subject":"a","action":"b","date":2005}"#, 36, wrong_type("date", ADate, Some("2005"))),
        (r#" {"action":"b"}"#, 2, missing("subject", RecordPart::Fact, None)),
        (r#"{"subjet":"a","action":"b"}"#, 1, missing("subject", RecordPart::Fact, Some("subjet"))),
        (r#"{"subject":5,"action":"b"}"#, 12, wrong_type("subject", Text, Some("5"))),
        (r#"{"subject":"a","action":"b","x":1,"x":2}"#, 39, twice("x")),
        (r#"{"subject":"a","action":"b","subject":"c"}"#, 39, twice("subject")),
        (r#"{"subject":"a","action":"b","tags":["x",1]}"#, 41, wrong_type("tags[1]", Text, Some("1"))),
        (r#"{"subject":"a","action":"b","tags":"x"}"#, 36, wrong_type("tags", Texts, None)),
        (
            r#"{"subject":"a","action":"b","sources":[{"url":"u"},{"published":"soon"}]}"#,
            65,
            date("sources[1].published", RecordPart::Source, "soon"),
        ),
        ("[", 1, json(JsonProblem::Array)),
        ("subject,action", 1, json(JsonProblem::NotAnObject)),
        ("{", 2, json(JsonProblem::Unfinished)),
        (r#"{"subject":"é" "action":"b"}"#, 16, json(JsonProblem::Other("expected `,` or `}`".to_owned()))),
        (r#"{"subject":"a","action":"b"} {"#, 30, json(JsonProblem::TrailingText)),
        (r#"{"subject":"a","action":"\x"}"#, 27, json(JsonProblem::InvalidEscape)),
        ("{\"subject\":\"a\tb\",\"action\":\"b\"}", 14, json(JsonProblem::ControlCharacter)),
        (r#"{"entity":"a","name":"A"}"#, 1, missing("kind", RecordPart::Entity, None)),
        (
            r#"{"entity":"a","kind":"k","name":"A","in":["b",{"group":"c","from":"x"}]}"#,
            67,
            date("in[1].from", RecordPart::Membership, "x"),
        ),
        (r#"{"entity":"a","kind":"k","name":"A","y":1,"y":2}"#, 47, twice("y")),
        (r#"{"subject":"a","action":"b","x":{"y":1,"y":2}}"#, 44, twice("x.y")),
        (r#"{"subject":"a","action":"b","x":[0,{"y":{"z":1,"z":12345678901234567}}]}"#, 52, twice("x[1].y.z")),
        (r#"{"subject":"a","action":"b","sources":[{"says":{"x":{"y":1,"y":1}}}]}"#, 64, twice("sources[0].says.x.y")),
        (r#"{"subject":"a","action":"b","sources":[{"x":{"y":1,"y":1}}]}"#, 56, twice("sources[0].x.y")),
        (r#"{"entity":"a","kind":"k","name":"A","x":{"y":1,"y":2}}"#, 52, twice("x.y")),
    ];
    for (line, column, expected) in cases {
        assert_eq!(problem(line), (column, expected), "{line}");
    }
}

#[test]
fn what_is_not_utf8_is_told_by_its_byte_and_the_lines_after_it_are_read() {
    let records = read(
        "f.jsonl",
        [b"{\"subject\":\"\xc3\xa4\xe9\",\"action\":\"b\"}\n".as_slice(), &TWO.as_bytes()[3..]].concat(),
        "",
    );
    let error = records[0].as_ref().unwrap_err().record().unwrap();
    assert_eq!((error.location.line, error.location.column), (1, Some(14)));
    assert_eq!(error.problem, RecordProblem::NotUtf8 { byte: 0xe9, in_cell: None, utf16: false });
    assert!(records[1..].iter().all(Result::is_ok));
    assert_eq!(problem(b"\xff\xfe{\0".to_vec()).1, RecordProblem::NotUtf8 { byte: 0xff, in_cell: None, utf16: true });
}

#[test]
fn values_nested_too_deeply_are_refused() {
    let nested = |key: &str| format!("\"{key}\":{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for key in ["subject", "x", "tags"] {
        let problem = problem(format!("{{{}}}", nested(key))).1;
        let is_refused = matches!(
            problem,
            RecordProblem::Json(JsonProblem::TooDeep { limit: 127 })
                | RecordProblem::WrongType { expected: ExpectedJson::Text, .. }
        );
        assert!(is_refused, "{problem:?}");
    }
    let line = format!("{{\"subject\":\"a\",\"action\":\"b\",{}}}", nested("x"));
    assert_eq!(problem(line), (159, RecordProblem::Json(JsonProblem::TooDeep { limit: 127 })));
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
    assert_eq!((&error.problem, error.location.column), (&RecordProblem::TooLong, Some(1)));
    let excerpt = error.location.excerpt();
    assert!(excerpt.ends_with('…') && excerpt.chars().count() < 80);
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
    let location = &records[0].as_ref().unwrap_err().record().unwrap().location;
    assert_eq!(location.raw, line.as_bytes());
    assert_eq!(&*location.name, "f␛.jsonl");
    assert_eq!(location.excerpt(), format!("…{}\",\"action\":7,\"z\":\"{}…", "s".repeat(24), "z".repeat(30)));
    let hidden = read("f.jsonl", "{\"subject\":\"\u{202e}\",\"action\":\"b\",\"date\":\"\u{202e}\"}", "");
    let error = hidden[0].as_ref().unwrap_err();
    assert!(
        !error.to_string().contains('\u{202e}') && !error.record().unwrap().location.excerpt().contains('\u{202e}')
    );
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
    let value =
        |field: &str, problem| RecordProblem::Value { field: field.to_owned(), part: RecordPart::Fact, problem };
    let subject = RecordProblem::MissingField { field: "subject".to_owned(), part: RecordPart::Fact };
    let expected = [
        (2, Some("date"), value("date", not_a_date("c"))),
        (3, Some("session"), value("session", ValueProblem::NotAnInteger("x".to_owned()))),
        (4, Some("share"), value("share", ValueProblem::MissingMarker("NaN".to_owned()))),
        (5, None, RecordProblem::CellCount { cells: 5, columns: 6 }),
        (6, Some("subject"), subject),
        (7, Some("action"), RecordProblem::NotUtf8 { byte: 0xe9, in_cell: Some(2), utf16: false }),
        (8, None, RecordProblem::UnnamedColumn { column: 6 }),
    ];
    let errors = records.iter().filter_map(|record| record.as_ref().err()?.record());
    let errors: Vec<_> =
        errors.map(|error| (error.location.line, error.location.cell.as_deref(), error.problem.clone())).collect();
    assert_eq!(errors, expected);
    assert!(records[7].is_ok());
}

#[test]
fn a_header_that_does_not_fit_says_why() {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let missing = |field, similar: Option<&str>, columns: &[&str]| HeaderProblem::MissingField {
        field,
        similar: similar.map(str::to_owned),
        columns: names(columns),
    };
    let column = |name: &str| ColumnSource::Column(name.to_owned());
    let cases = [
        (
            "state,action\n",
            "subject=stat",
            1,
            HeaderProblem::UnknownColumn {
                name: "stat".to_owned(),
                similar: Some("state".to_owned()),
                columns: names(&["state", "action"]),
            },
        ),
        ("Subject,what\n", "", 1, missing("subject", Some("Subject"), &["Subject", "what"])),
        ("\nsubject,what\n", "", 2, missing("action", None, &["subject", "what"])),
        ("subject;action\n", "", 1, HeaderProblem::WrongSeparator { separator: ';' }),
        ("subject,action,x,x\n", "", 1, HeaderProblem::DuplicateColumn { name: "x".to_owned() }),
        (
            "subject,state,action\n",
            "subject=state",
            1,
            HeaderProblem::DuplicateField {
                field: "subject".to_owned(),
                sources: [column("subject"), column("state")],
            },
        ),
        ("subject,action,sources,source.url\n", "", 1, HeaderProblem::SourcesTwice),
        (
            "subject,action\n",
            "session=:x",
            1,
            HeaderProblem::Constant {
                field: "session".to_owned(),
                problem: ValueProblem::NotAnInteger("x".to_owned()),
            },
        ),
    ];
    for (text, mapping, line, expected) in cases {
        assert_eq!(header_problem(text, mapping), (line, expected), "{text}");
    }
    assert_eq!(header_problem(b"subject,\xe9\n".as_slice(), ""), (1, HeaderProblem::NotUtf8 { column: 2 }));
    let no_columns = error("f.jsonl", "", "subject=state");
    assert!(matches!(no_columns, ExchangeError::ColumnMap { problem: ColumnMapProblem::NoColumns, .. }));
    assert!(matches!(error("-", "a,b", ""), ExchangeError::UnknownFormat { .. }));
    assert_eq!(facts("-", "a,action\nx,y", "subject=a").len(), 1, "a column map tells that it is CSV");
}

#[test]
fn a_quote_that_is_never_closed_is_an_error_and_not_a_long_cell() {
    let text = "subject,action,note\na,b,c\na,b,\"c\na,b,c\na,b,c\n";
    let records = read("f.csv", text, "");
    assert!(records[0].is_ok());
    assert!(matches!(records[1], Err(ExchangeError::UnclosedQuote { line: 3, column: 5, .. })));
    assert_eq!(records.len(), 2);
    assert_eq!(facts("f.csv", "subject,action,note\n\"a\",b,5\" pipe\n", "").len(), 1);
    let endless = Cursor::new("subject,action\na,\"").chain(io::repeat(b'x').take(100 << 20));
    let input = Input::from_reader("f.csv", endless).unwrap();
    let error = Records::new(input, &ReadOptions::new(&Schema::default())).unwrap().next().unwrap().unwrap_err();
    assert!(matches!(error, ExchangeError::RowTooLong { line: 2, .. }), "{error}");
}

#[test]
fn a_row_whose_quotes_are_broken_is_refused_and_the_next_is_read() {
    let text = "subject,action,note\na,b,\"A \"B\" C\"\na,b,c\na,\"b\nc,d\",\"e\".\na,b, \"c\"\n";
    let told: Vec<_> = read("f.csv", text, "")
        .into_iter()
        .map(|record| record.err().map(|error| error.record().unwrap().problem.clone()))
        .collect();
    let broken = |line, column, problem| Some(RecordProblem::BrokenQuotes { line, column, problem });
    let expected = [
        broken(2, 9, QuoteProblem::TextAfter),
        None,
        broken(5, 9, QuoteProblem::TextAfter),
        broken(6, 6, QuoteProblem::BlankBefore),
    ];
    assert_eq!(told, expected);
    let problem = HeaderProblem::BrokenQuotes { column: 4, problem: QuoteProblem::TextAfter };
    assert_eq!(header_problem("\"a\"b,action\n", ""), (1, problem));
}

#[test]
fn markers_of_missing_values_are_problems_until_somebody_says_what_they_mean() {
    let schema = schema();
    let read = |name: &str, text: &str, missing: MissingMarkers| -> Vec<Result<Record, ExchangeError>> {
        let input = Input::from_reader(name, Cursor::new(text.to_owned())).unwrap();
        Records::new(input, &ReadOptions::new(&schema).missing(missing)).unwrap().collect()
    };
    let csv = "subject,action,object,date\nNA,b,-,\nc,NA,d,n/a\n";
    let json = "{\"subject\":\"NA\",\"action\":\"b\",\"object\":\"-\"}\n{\"subject\":\"c\",\"action\":\"NA\",\"object\":\"d\",\"x\":\"n/a\"}\n";
    for (name, text) in [("f.csv", csv), ("f.jsonl", json)] {
        let wrong = |missing| read(name, text, missing).iter().filter(|record| record.is_err()).count();
        assert_eq!(wrong(MissingMarkers::new()), 2, "{name}");
        let said = MissingMarkers::new().literal("NA").missing("-").missing("n/a");
        let made = read(name, text, said.clone());
        let facts = made.iter().filter(|record| matches!(record, Ok(Record { content: RecordContent::Fact(fact), .. }) if fact.object.as_deref() != Some("-"))).count();
        let left_out = made
            .iter()
            .filter(|record| matches!(record, Ok(Record { content: RecordContent::LeftOut(_), .. })))
            .count();
        assert_eq!((facts, left_out), (2, 2), "{name}");
        assert_eq!(wrong(said.missing("subject=NA")), 1, "{name}: a fact needs a subject");
    }
}

#[test]
fn missing_values_of_json_lines_are_left_out_wherever_they_stand() {
    let schema = schema();
    let read = |text: &str, missing: MissingMarkers| -> Result<Vec<Record>, ExchangeError> {
        let input = Input::from_reader("f.jsonl", Cursor::new(text.to_owned()))?;
        Records::new(input, &ReadOptions::new(&schema).missing(missing))?.collect()
    };
    let text = r#"{ "date" : "NA", "title":"NA","subject":"a","effective":"-","action":"b","sources":[{"published":"NA","url":"u"},{"quote":"-"}], "tags":["c"]}"#;
    let records = read(text, MissingMarkers::new().missing("NA").missing("effective=-")).unwrap();
    let expected = json!({"subject": "a", "action": "b", "tags": ["c"], "sources": [{"url": "u"}, {"quote": "-"}]});
    assert!(matches!(&records[0].content, RecordContent::Fact(fact) if json!(fact) == expected), "{records:?}");
    assert_eq!(records.len(), 5, "what is left out is told");
    let entity = r#"{"from":"NA","entity":"x","kind":"k","name":"NA"}"#;
    let records = read(entity, MissingMarkers::new().missing("from=NA")).unwrap();
    assert!(matches!(&records[0].content, RecordContent::Entity(one) if one.from.is_none() && one.name == "NA"));
    // What is wrong is where it was in the line.
    let wrong = r#"{"title":"NA","subject":"a","action":"b","date":"soon"}"#;
    let error = read(wrong, MissingMarkers::new().missing("title=NA")).unwrap_err();
    let location = &error.record().unwrap().location;
    assert_eq!((location.column, location.raw.as_slice()), (Some(49), wrong.as_bytes()));
}

#[test]
fn what_is_said_of_a_column_that_is_not_there_is_refused() {
    let schema = schema();
    let files = [("f.csv", "subject,action,effective\n"), ("f.jsonl", "{\"subject\":\"a\",\"action\":\"b\"}\n")];
    for (name, text) in files {
        for missing in [MissingMarkers::new().missing("efective=NA"), MissingMarkers::new().literal("efective=-")] {
            let input = Input::from_reader(name, Cursor::new(text.to_owned())).unwrap();
            let error = Records::new(input, &ReadOptions::new(&schema).missing(missing)).unwrap_err();
            assert!(
                matches!(&error, ExchangeError::UnknownMarkerColumn { column, similar: Some(near), .. }
                    if column == "efective" && near == "effective"),
                "{error:?}"
            );
        }
    }
}

#[test]
fn a_marker_in_quotes_that_it_does_not_need_is_a_text() {
    let wrong = |text: &str| read("f.csv", text, "").iter().filter(|record| record.is_err()).count();
    assert_eq!(wrong("subject,action\n\"NA\",b\nNA,b\n"), 1);
    assert_eq!(wrong("\"subject\",action\n\"NA\",b\n"), 1, "unless all is in quotes");
}

#[test]
fn problems_of_one_kind_are_equal_whatever_the_record_says() {
    let kinds = |lines: [&str; 2]| lines.map(|line| problem(line).1.kind());
    let [one, other] = kinds([
        r#"{"subject":"a","action":"b","sources":[{"published":"x"}]}"#,
        r#"{"subject":"a","action":"b","sources":[{"url":"u"},{"published":"y"}]}"#,
    ]);
    assert_eq!(one, other);
    let field = "sources.published".to_owned();
    assert_eq!(one, RecordProblemKind::Value { field, part: RecordPart::Source, expected: ValueType::Date });
    let [date, tags] = kinds([r#"{"subject":"a","action":"b","date":1}"#, r#"{"subject":"a","action":"b","tags":1}"#]);
    assert_ne!(date, tags);
}
