//! What is said of wrong inputs: a golden file has each message below the input
//! that brings it up. Read it before blessing it.

use std::fmt::Write as _;
use std::io::Cursor;
use std::sync::Arc;

use tractat::exchange::{
    ColumnMap, ExchangeError, Input, MapOptions, MappingFile, MissingMarkers, ReadOptions, RecordChunks,
};
use tractat::{Error, ImportOptions, RejectedRecord, Store, Vocabulary};

use crate::golden;
use crate::input::chunks;

const VOCABULARY: &str = r#"
[world]
name = "harbour"
[fields.subject]
type = "reference"
kinds = ["person", "crew"]
[fields.object]
type = "reference"
kinds = ["ship"]
open = true
[fields.session]
type = "integer"
[fields.share]
type = "number"
[fields.effective]
type = "date"
[fields.remark]
type = "text"
[nouns.people]
singular = "person"
kinds = ["person"]
role = "subject"
[actions.sailed]
label = "departure"
forms = ["departure"]
[actions.landed]
label = "landing"
"#;

const ENTITIES: &str = r#"{"entity":"ada","kind":"person","name":"Ada"}
{"entity":"bob-1","kind":"person","name":"Bob"}
{"entity":"bob-2","kind":"person","name":"Bob"}
{"entity":"argo","kind":"ship","name":"Argo"}"#;

const LINES: &[&str] = &[
    "",
    "[{}]",
    "subject,action",
    "{",
    r#"{"subject":"ada" "action":"sailed"}"#,
    r#"{"subject":"ada","action":"sailed"} {}"#,
    r#"{"subject":"ada","action":"sailed",}"#,
    r#"{subject:"ada"}"#,
    r#"{"subject":ada}"#,
    r#"{"subject":"\x"}"#,
    "{\"subject\":\"a\tb\"}",
    r#"{"subjet":"ada","action":"sailed"}"#,
    r#"{"subject":5,"action":"sailed"}"#,
    r#"{"subject":"ada","action":"sailed","date":2005}"#,
    r#"{"subject":"ada","action":"sailed","date":["2005"]}"#,
    r#"{"subject":"ada","action":"sailed","date":"2005-02-30"}"#,
    r#"{"subject":"ada","action":"sailed","tags":"x"}"#,
    r#"{"subject":"ada","action":"sailed","sources":[{"published":"soon"}]}"#,
    r#"{"subject":"ada","action":"sailed","sources":["x"]}"#,
    r#"{"subject":"ada","action":"sailed","x":1,"x":2}"#,
    r#"{"entity":"x","kind":"person"}"#,
    r#"{"entity":"x","kind":"person","name":"X","in":[5]}"#,
    r#"{"entity":"x","kind":"person","name":"X","in":[{"from":"2001"}]}"#,
    r#"{"entity":"x","kind":"perso","name":"X"}"#,
    r#"{"entity":"x","kind":"person","name":""}"#,
    r#"{"entity":"x","kind":"person","name":"X","session":"y"}"#,
    r#"{"entity":"x","kind":"person","name":"X","in":["nowhere"]}"#,
    r#"{"subject":"ada","action":"sailled"}"#,
    r#"{"subject":"ada","action":"zzz"}"#,
    r#"{"subject":"ada","action":"departure"}"#,
    r#"{"subject":"adda","action":"sailed"}"#,
    r#"{"subject":"zebedee","action":"sailed"}"#,
    r#"{"subject":"Bob","action":"sailed"}"#,
    r#"{"subject":"argo","action":"sailed"}"#,
    r#"{"subject":"ada","action":"sailed","session":"x"}"#,
    r#"{"subject":"ada","action":"sailed","session":1.5}"#,
    r#"{"subject":"ada","action":"sailed","share":1e401}"#,
    r#"{"subject":"ada","action":"sailed","share":12345678901234567890.1234567890123456}"#,
    r#"{"subject":"ada","action":"sailed","effective":"x"}"#,
    r#"{"subject":"ada","action":"sailed","id":""}"#,
    r#"{"subject":"ada","action":"sailed","tags":["a\u0007"]}"#,
    r#"{"subject":"ada","action":"sailed","disputed":true}"#,
    r#"{"subject":"ada","action":"sailed","efective":"2001"}"#,
    r#"{"subject":"ada","action":"sailed","zzz":"2001"}"#,
    r#"{"entity":"x","kind":"person","name":"X","sesion":1}"#,
    r#"{"subject":"NA","action":"sailed"}"#,
    "{\"id\":\"x\",\"subject\":\"ada\",\"action\":\"sailed\"}\n{\"id\":\"x\",\"subject\":\"ada\",\"action\":\"landed\"}",
    "{\"entity\":\"x\",\"kind\":\"person\",\"name\":\"X\"}\n{\"entity\":\"x\",\"kind\":\"person\",\"name\":\"Y\"}",
    r#"{"subject":"ada","action":"sailed","sources":[{"publisher":"x","says":{"date":"soon"}}]}"#,
    r#"{"subject":"ada","action":"sailed","sources":[{"publisher":"a\u0007"}]}"#,
    r#"{"subject":"ada","action":"sailed","sources":[{"url":"a\u0007"}]}"#,
    r#"{"subject":"ada","action":"sailed","person":"ada"}"#,
    r#"{"entity":"","kind":"person","name":"X"}"#,
    r#"{"entity":"x","kind":"","name":"X"}"#,
    r#"{"entity":"x","kind":"person","name":"X","in":["Bob"]}"#,
    r#"{"entity":"x","kind":"person","name":"X","aliases":[{"from":"2001"}]}"#,
    r#"{"entity":"x","kind":"person","name":"X","from":"2001-13"}"#,
    r#"{"entity":"x","kind":"person","name":"X","from":"2020","until":"2010"}"#,
    r#"{"entity":"x","kind":"person","name":"X","from":"2020-05-01","until":"2020-05-01"}"#,
    r#"{"entity":"x","kind":"person","name":"X","aliases":[{"name":"Y","from":"1990","until":"1980"}]}"#,
    r#"{"entity":"x","kind":"person","name":"X","in":[{"group":"argo","from":"1990","until":"1980"}]}"#,
    r#"{"entity":"x","kind":"person","name":"X","in":["x"]}"#,
    r#"{"entity":"x","kind":"person","name":"X","succeeds":["x"]}"#,
    "{\"entity\":\"x\",\"kind\":\"person\",\"name\":\"X\",\"in\":[\"y\"]}\n{\"entity\":\"y\",\"kind\":\"person\",\"name\":\"Y\",\"in\":[\"x\"]}",
];

const CSV: &[(&str, &str)] = &[
    ("subject,action,date\nada,sailed,c\n", ""),
    ("subject,action,when\nada,sailed,c\n", "date=when"),
    ("subject,action,session\nada,sailed,x\n", ""),
    ("subject,action,share\nada,sailed,NaN\n", ""),
    ("subject,action,share\nada,sailed,1e-401\n", ""),
    ("subject,action,sources\nada,sailed,x\n", ""),
    ("subject,action\nada\n", ""),
    ("subject,action\n,sailed\n", ""),
    ("subject,action,\nada,sailed,x\n", ""),
    ("state,action\n", "subject=stat"),
    ("state,action\n", "subject=zzz"),
    ("Subject,what\n", ""),
    ("subject,what\n", ""),
    ("subject;action\n", ""),
    ("subject\taction\n", ""),
    ("subject,action,x,x\n", ""),
    ("subject,state,action\n", "subject=state"),
    ("subject,action\n", "action=:sailed"),
    ("subject,action,sources,source.url\n", ""),
    ("subject,action\n", "session=:x"),
    ("subject,action\nada,\"sailed\n", ""),
    ("", ""),
    ("subject,action\n", "subject"),
    ("subject,action\n", "subject="),
    ("subject,action\n", "subject=a,subject=b"),
    ("subject,action\nzebedee,sailed\n", ""),
    ("subject,action,efective\nada,sailed,2001\n", ""),
    ("subject,action,source.page\nada,sailed,2\n", ""),
    ("subject,action,object\nada,sailed,<NA>\n", ""),
    ("subject,action,object\nada,sailed,unknown\n", ""),
    ("subject,action,title\nada,sailed,\"A \"B\" C\"\n", ""),
    ("subject,action,title\nada,sailed, \"B\"\n", ""),
    ("subject,\"act\"ion\n", ""),
];

const FACT: &str = "[[fact]]\nsubject = \"{who}\"\naction = \"sailed\"\n";

const MAPPINGS: &[&str] = &[
    "x =",
    "[[facts]]\nsubject = \"a\"",
    "zzz = 1",
    "about = \"x\"",
    "about = 1",
    "[fact]\nsubject = \"a\"",
    "columns = 1",
    "[[fact]]\nsubejct = \"a\"\naction = \"x\"",
    "[[fact]]\nsubject = \"{a\"\naction = \"x\"",
    "[[fact]]\nsubject = \"{}\"\naction = \"x\"",
    "[[fact]]\nsubject = \"{who|big}\"\naction = \"x\"",
    "[[fact]]\nsubject = \"{zzz}\"\naction = \"x\"",
    "[[fact]]\nsubject = \"{dat}\"\naction = \"x\"",
    "[[fact]]\nsubject = \"a\"\naction = \"x\"\nday = 2001-01-01",
    "[[fact]]\nsubject = \"a\"\naction = \"x\"\nnumber = 99999999999999999999",
    "[[fact]]\nsubject = \"a\"\naction = \"x\"\nnumber = inf",
    "[[fact]]\nsubject = \"a\"\naction = \"x\"\nnumber = 1e401",
    "[[fact]]\nsubject = \"a\"\naction = \"x\"\nsources = []",
    "[[entity]]\nid = \"x\"\nkind = \"k\"",
    "[[step]]\nsplt = \"who\"\nFACT",
    "[[step]]\nFACT",
    "[[step]]\nsplit = \"who\"\npattern = \"(\"\nFACT",
    "[[step]]\nsplit = \"who\"\npattern = \"x\"\nFACT",
    "[[step]]\ndate = \"date\"\nFACT",
    "[[step]]\ndate = \"date\"\norder = \"day year\"\nFACT",
    "[[step]]\nsentinel = \"date\"\npattern = \"x\"\ndo = \"dorp\"\nFACT",
    "[[step]]\ndate = \"date\"\norder = \"year\"\notherwise = \"stop\"\nFACT",
    "[[step]]\nset = \"x\"\nvalue = \"{y}\"\n[[step]]\nset = \"y\"\nvalue = \"1\"\nFACT",
    "[cells]\ncolumns = [\"x\"]\nFACT",
    "[[step]]\ndate = \"date\"\norder = [\"day month year\", \"year\"]\nFACT",
    "[[step]]\nsplit = \"date\"\npattern = \"^(?<year>[0-9]+)$\"\nFACT",
    "[[step]]\ntranslate = \"date\"\ncodes = { x = \"y\" }\nFACT",
    "[[step]]\nlegend = \"legend\"\nletter = \"letter?\"\nto = \"x\"\nFACT",
    "[[step]]\nlegend = \"legend\"\nletter = \"date\"\nto = \"x\"\nFACT",
    "FACTsession = \"{date}\"\n",
    "[source]\npublished = \"{date}\"\nFACT",
    "FACTwhen = \"letter?\"\n",
    "[[fact]]\nsubject = \"{letter?}\"\naction = \"sailed\"",
    "[[entity]]\nid = \"{letter?}\"\nkind = \"person\"\nname = \"{who}\"",
    "[[entity]]\nid = \"x\"\nkind = \"person\"\nname = \"{who}\"\nin = 5",
    "[cells]\ncolumns = [\"who\", \"date\"]\n[[fact]]\nsubject = \"{cell}\"\naction = \"sailed\"",
    "[[step]]\nsentinel = \"date\"\npattern = \"99\"\ndo = \"drop\"\nFACT",
    "[[step]]\nsentinel = \"date\"\npattern = \"99\"\ndo = \"omit\"\nFACT",
    "[[step]]\nsentinel = \"date\"\npattern = \"99\"\ndo = \"open\"\nFACT",
    "[[step]]\ndate = \"date\"\norder = \"year\"\notherwise = \"skip\"\nFACT",
    "[[step]]\nlegend = \"legend\"\nletter = \"date\"\nto = \"x\"\notherwise = \"skip\"\nFACT",
    "[[step]]\nlegend = \"legend\"\nletter = \"date\"\nto = \"x\"\notherwise = \"keep\"\nFACT",
    "[[step]]\nset = \"x\"\nvalue = \"{letter?} {date}\"\nFACT",
    "FACTtitle = \"{letter?} {date}\"\n",
    "FACTtitle = \"{n}\"\n",
    "[[step]]\nset = \"x\"\nvalue = \"02/01/2004\"\n[[step]]\ndate = \"x\"\norder = [\"day month year\", \"month day year\"]\nFACT",
    "[[step]]\nset = \"x\"\nvalue = \"12/31/2004\"\n[[step]]\ndate = \"x\"\norder = \"day month year\"\nFACT",
];

fn store() -> Store {
    let store = Store::in_memory(&Vocabulary::from_toml(VOCABULARY).unwrap()).unwrap();
    assert_eq!(import(&store, |store| chunks(store, "entities.jsonl", ENTITIES)), "");
    store
}

/// What is said of an input: that it cannot be read, else what was rejected and left out.
fn import(store: &Store, open: impl FnOnce(&Store) -> Result<RecordChunks, ExchangeError>) -> String {
    let mut said = String::new();
    let mut reject = |rejected: &RejectedRecord| writeln!(said, "{rejected}").unwrap();
    let options = ImportOptions::new().rejected(&mut reject).dry_run(false);
    let imported = open(store).map_err(Error::from).and_then(|chunks| store.import(chunks, options));
    match imported {
        Err(error) => writeln!(said, "{error}").unwrap(),
        Ok(report) => {
            for problem in report.problems {
                writeln!(said, "  {} × {}", problem.count, problem.kind).unwrap();
            }
            for left_out in report.left_out {
                writeln!(said, "  {} × {} ({})", left_out.count, left_out.reason, left_out.example).unwrap();
            }
        }
    }
    said
}

#[test]
fn every_message_of_imports_is_in_the_golden_file() {
    let mut said = String::new();
    let mut add = |input: &str, message: String| writeln!(said, "{}\n{message}", input.trim_end()).unwrap();
    for line in LINES {
        add(line, import(&store(), |store| chunks(store, "f.jsonl", *line)));
    }
    let deep = format!(r#"{{"subject":"ada","action":"sailed","x":{}1{}}}"#, "[".repeat(70), "]".repeat(70));
    add(&deep, import(&store(), |store| chunks(store, "f.jsonl", &deep)));
    add(
        "{\"subject\":\"\\xe9",
        import(&store(), |store| {
            let input = Input::from_reader("f.jsonl", Cursor::new(b"{\"subject\":\"\xe9".to_vec()))?;
            RecordChunks::new(input, &ReadOptions::new(&store.schema()))
        }),
    );
    add(
        "subject,action\nad\\xe9,sailed",
        import(&store(), |store| {
            let input = Input::from_reader("f.csv", Cursor::new(b"subject,action\nad\xe9,sailed\n".to_vec()))?;
            RecordChunks::new(input, &ReadOptions::new(&store.schema()))
        }),
    );
    for (text, map) in CSV {
        add(
            &format!("--map {map:?}\n{text}"),
            import(&store(), |store| {
                let input = Input::from_reader("f.csv", Cursor::new(text.as_bytes()))?;
                RecordChunks::new(input, &ReadOptions::new(&store.schema()).columns(map.parse::<ColumnMap>()?))
            }),
        );
    }
    let csv = "who,date,legend\nada,99 May,\"Gift, Loan(l)\"\n";
    for text in MAPPINGS {
        let text = text.replace("FACT", FACT);
        add(
            &text,
            import(&store(), |store| {
                let mapping = Arc::new(MappingFile::parse("m.toml", &text)?);
                let input = Input::from_reader("f.csv", Cursor::new(csv.as_bytes()))?;
                RecordChunks::mapped(input, &mapping, MapOptions::new(&store.schema()))
            }),
        );
    }
    for (name, text) in [("f.csv", "subject,action,session\n"), ("f.jsonl", "{}")] {
        for column in ["sesion", "zzz"] {
            let missing = MissingMarkers::new().missing(&format!("{column}=NA"));
            add(
                &format!("--missing {column}=NA {name}"),
                import(&store(), |store| {
                    let input = Input::from_reader(name, Cursor::new(text))?;
                    RecordChunks::new(input, &ReadOptions::new(&store.schema()).missing(missing))
                }),
            );
        }
    }
    add("f.txt", import(&store(), |store| chunks(store, "f.txt", "a,b")));
    add(
        "--map a=b f.jsonl",
        import(&store(), |store| {
            let input = Input::from_reader("f.jsonl", Cursor::new("{}"))?;
            RecordChunks::new(input, &ReadOptions::new(&store.schema()).columns("a=b".parse()?))
        }),
    );
    golden::check("tests/golden/import-messages.txt", &said);
}
