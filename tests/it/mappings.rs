//! Imports through mappings: those that come with the world of treaties on the
//! data that they were written for, counted a second way, and the examples of
//! `grammar/MAPPINGS.md`. `TRACTAT_BLESS=1` writes the outputs there anew.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use regex::Regex;
use serde_json::{Value, json};
use tractat::exchange::{
    Input, LeftOutReason, MapOptions, MappingFile, RecordChunks, RecordContent, Records, SentinelEffect,
};
use tractat::{
    Fact, ImportOptions, ImportReport, NameResolution, Refusal, RejectedRecord, RejectionReason, Store, WorldFiles,
};

use super::manual::shows_what_is_printed;
use crate::input::rows;

fn seed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("seed/treaties")
}

fn mapping(name: &str) -> Arc<MappingFile> {
    let path = seed().join(format!("mappings/{name}.toml"));
    Arc::new(MappingFile::parse(name, &std::fs::read_to_string(path).unwrap()).unwrap())
}

/// The world of treaties without its facts.
fn store() -> Store {
    let world = WorldFiles::read(&seed()).unwrap();
    let store = Store::in_memory(&world.parse_vocabulary().unwrap()).unwrap();
    store.load(&world, false).unwrap();
    store
}

fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("TRACTAT_DATA").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: TRACTAT_DATA is not set");
    }
    folder
}

/// What an import did, and what it rejected.
fn import(store: &Store, name: &str, files: Vec<PathBuf>) -> (ImportReport, Vec<RejectedRecord>) {
    let (mapping, schema) = (mapping(name), store.schema());
    let open = move |file: PathBuf| RecordChunks::mapped(Input::open(&file)?, &mapping, MapOptions::new(&schema));
    let mut rejected = Vec::new();
    let mut reject = |error: &RejectedRecord| rejected.push(error.clone());
    let options = ImportOptions::new().names(true).rejected(&mut reject);
    let report = store.import(RecordChunks::several("files", files.into_iter().map(open)), options).unwrap();
    (report, rejected)
}

fn facts(name: &str, file: &str, csv: &str) -> Vec<Fact> {
    let store = store();
    let input = Input::from_reader(file, Cursor::new(csv.to_owned().into_bytes())).unwrap();
    let schema = store.schema();
    let records = Records::mapped(input, &mapping(name), MapOptions::new(&schema)).unwrap();
    let fact = |record: Result<tractat::exchange::Record, _>| match record.unwrap().content {
        RecordContent::Fact(fact) => Some(fact),
        _ => None,
    };
    records.filter_map(fact).collect()
}

fn count(store: &Store, query: &str) -> u64 {
    rows(store, &format!("{query} | count"))[0]["count"].as_u64().unwrap()
}

fn tables(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder.join("untc/treaties")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Every dated cell of the tables: file, row, header, day, month, year, letter.
fn dated_cells(folder: &Path) -> Vec<(String, usize, String, String, String)> {
    let dated = Regex::new(r"^(\d+) ([A-Z][a-z]+) (\d{4}) ?([A-Za-z]*)$").unwrap();
    let mut cells = Vec::new();
    for path in tables(folder) {
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut reader = csv::Reader::from_path(&path).unwrap();
        let header = reader.headers().unwrap().clone();
        for (number, row) in reader.records().enumerate() {
            for (name, cell) in header.iter().zip(row.unwrap().iter()).skip(1) {
                if let Some(found) = dated.captures(cell.trim()) {
                    let month = "JanFebMarAprMayJunJulAugSepOctNovDec".find(&found[2][..3]).unwrap() / 3 + 1;
                    let date = format!("{}-{month:02}-{:0>2}", &found[3], &found[1]);
                    cells.push((stem.clone(), number + 1, name.to_owned(), date, found[4].to_owned()));
                }
            }
        }
    }
    cells
}

/// Whether a record was rejected because the world does not know who it is about.
fn is_unknown(error: &RejectedRecord) -> bool {
    matches!(&error.reason, RejectionReason::Refused(Refusal::UnknownEntity { field, .. }) if field == "subject")
}

#[test]
fn every_dated_cell_of_the_tables_of_participants_becomes_a_fact() {
    let Some(folder) = data() else { return };
    let cells = dated_cells(&folder);
    assert_eq!(cells.len(), 31_422);
    let store = store();
    let (index, rejected) = import(&store, "untc-index", vec![folder.join("untc/index.csv")]);
    assert_eq!((index.records, index.outcome.entities, rejected.len()), (401, 401, 0));
    let (report, rejected) = import(&store, "untc", tables(&folder));
    assert_eq!(report.facts, cells.len() as u64);
    assert!(rejected.iter().all(is_unknown), "{rejected:#?}");
    assert_eq!(report.outcome.new + rejected.len() as u64, report.facts, "no two cells are one fact");
    assert!(report.unused_columns.is_empty());
    let empty: Vec<_> = report.left_out.iter().map(|left_out| (&left_out.reason, left_out.count)).collect();
    let (value, found) = ("UNTS Page".to_owned(), "N/A".to_owned());
    let no_page = LeftOutReason::Sentinel { value, found, effect: SentinelEffect::OmitsValue };
    assert_eq!(empty, [(&LeftOutReason::NoFilledCell, 85), (&no_page, 1)]);

    // Each fact that is there has the date of its cell, and each cell is there unless it was rejected.
    let lines: BTreeSet<(String, u64)> =
        rejected.iter().map(|error| (stem(&error.location.name), error.location.line)).collect();
    let is_there = |file: &str, row: usize| !lines.contains(&(file.to_owned(), row as u64 + 1));
    let there: Vec<_> = cells.iter().filter(|(file, row, ..)| is_there(file, *row)).collect();
    let expected = there.iter().map(|(file, row, _, date, _)| (format!("untc-{file}-{row}-"), date.clone()));
    let before_action = Regex::new(r"^(untc-.*\d-)[a-z-]+$").unwrap();
    let found = rows(&store, "| show id, date").into_iter().map(|row| {
        let id = &before_action.captures(row["id"].as_str().unwrap()).unwrap()[1];
        (id.to_owned(), row["date"].as_str().unwrap().to_owned())
    });
    assert_eq!(sorted(found), sorted(expected));

    // A letter means one kind of act; `a` is not `A`.
    let lettered = |letter: &str| there.iter().filter(|cell| cell.4 == letter).count() as u64;
    assert_eq!(count(&store, "acceded"), lettered("a"));
    assert_eq!(count(&store, "approved"), lettered("AA"));
    assert_eq!(count(&store, "accepted"), lettered("A") + 42, "and 42 are definitive acceptances");
    assert_eq!(count(&store, "formally-confirmed"), lettered("c"));
    assert_eq!(count(&store, "joined-by-simplified-procedure"), lettered("p"));
    assert_eq!(count(&store, "signed-definitively"), lettered("s"));
    assert_eq!(count(&store, "succeeded") + count(&store, "succeeded-to-signature") + 4, lettered("d"), "and 4 notify");

    // Names are told with what they are, and what is not known is told.
    let unmatched = report.names.iter().filter(|name| matches!(name.matched, NameResolution::Nothing { .. }));
    assert_eq!(unmatched.map(|name| name.facts).sum::<u64>(), rejected.len() as u64);
    let treaties = report.names.iter().filter(|name| name.field == "object").count();
    assert_eq!(treaties, 323, "one table has no dated cell");

    // The same again changes nothing.
    let (again, _) = import(&store, "untc", tables(&folder));
    assert_eq!((again.outcome.transaction, again.outcome.unchanged), (None, report.outcome.new));
    let (again, _) = import(&store, "untc-index", vec![folder.join("untc/index.csv")]);
    assert_eq!(again.outcome.transaction, None);
}

fn sorted(pairs: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = pairs.collect();
    pairs.sort();
    pairs
}

fn stem(name: &str) -> String {
    Path::new(name).file_stem().unwrap().to_str().unwrap().to_owned()
}

/// Numbers of treaties that the depositary received after the index was taken.
const NUMBERED_LATER: [&str; 4] = ["XXVI-9", "XXVII-2-f", "XXVII-7-d", "XXVII-18"];

#[test]
fn the_index_gives_every_treaty_a_title_a_number_and_where_the_title_says_so_a_place_and_a_day() {
    let Some(folder) = data() else { return };
    let store = store();
    let before = store.statistics().entities.iter().find(|(kind, _)| kind == "treaty").unwrap().1;
    let (report, _) = import(&store, "untc-index", vec![folder.join("untc/index.csv")]);
    assert_eq!(report.outcome.entities, 401);
    let mut reader = csv::Reader::from_path(folder.join("untc/index.csv")).unwrap();
    let titles: Vec<String> = reader.records().map(|row| row.unwrap()[2].to_owned()).collect();
    let mut treaties = rows(&store, "treaties number:/.+/ | show id, name, number, chapter, adopted, place");
    treaties.retain(|treaty| !NUMBERED_LATER.contains(&treaty["number"].as_str().unwrap()));
    assert_eq!(treaties.len(), 401);
    let after = store.statistics().entities.iter().find(|(kind, _)| kind == "treaty").unwrap().1;
    assert!(after < before + 401, "treaties that the world has are completed, not doubled");
    let dated = Regex::new(
        r"\b\d{1,2} (January|February|March|April|May|June|July|August|September|October|November|December) \d{4}$",
    )
    .unwrap();
    let with_date = titles.iter().filter(|title| dated.is_match(title)).count();
    let given = treaties.iter().filter(|treaty| treaty["adopted"].is_string()).count();
    assert_eq!((with_date, given), (400, 400));
    let by = |number: &str| treaties.iter().find(|treaty| treaty["number"] == *number).unwrap();
    let ottawa = by("XXVI-5");
    assert_eq!((&ottawa["chapter"], &ottawa["place"]), (&json!("Disarmament"), &json!("Oslo")));
    // What was known of it is kept, and what was not is added.
    let completed = &rows(&store, "treaties number:XXVI-5 | show id, name, adopted")[0];
    assert_eq!((&completed["id"], &completed["name"]), (&json!("ottawa-convention"), &json!("Ottawa Convention")));
    assert_eq!(completed["adopted"], json!("1997-09-18"));
    assert_eq!(rows(&store, "treaties name:\"Ottawa Convention\"").len(), 1);
    let amended = by("VI-5");
    assert_eq!((&amended["adopted"], &amended["place"]), (&json!("1925-02-19"), &json!("Geneva")));
    assert_eq!(by("I-4")["place"], Value::Null);
    assert_eq!(by("XIX-40")["place"], json!("London"));
    assert_eq!(by("III-2-12a")["adopted"], json!("1968-05-16"));
}

#[test]
fn who_stands_in_brackets_has_withdrawn_and_the_act_is_kept() {
    let table = "Participant,Signature,\"Ratification, Acceptance(A), Accession(a)\"\n\
        \"Belarus [30 Sep 1992 a]\",,\n\
        [Burundi] 3,13 Jan 1999,21 Sept 2004\n\
        Philippines 1,,[30 Aug 2011 A]\n\
        \"Japan 2, 4\",3 July 1998,17 Jul 2007 7\n";
    let made: Vec<String> = facts("untc", "data/18-10.csv", table)
        .iter()
        .map(|fact| {
            let date = fact.date.as_ref().map_or("-", |date| date.written());
            let means = fact.fields.get("means").and_then(Value::as_str).unwrap_or("-");
            format!("{} {} {} {date} {means}", fact.id.as_deref().unwrap(), fact.subject, fact.action)
        })
        .collect();
    let expected = [
        "untc-18-10-1-acceded Belarus acceded 1992-09-30 Accession",
        "untc-18-10-1-withdrawn Belarus withdrawn - -",
        "untc-18-10-2-signed Burundi signed 1999-01-13 Signature",
        "untc-18-10-2-withdrawn Burundi withdrawn - -",
        "untc-18-10-2-ratified Burundi ratified 2004-09-21 Ratification",
        "untc-18-10-2-withdrawn Burundi withdrawn - -",
        "untc-18-10-3-accepted Philippines accepted 2011-08-30 Acceptance",
        "untc-18-10-3-withdrawn Philippines withdrawn - -",
        "untc-18-10-4-signed Japan signed 1998-07-03 Signature",
        "untc-18-10-4-ratified Japan ratified 2007-07-17 Ratification",
    ];
    assert_eq!(made, expected);
    let all = facts("untc", "18-10.csv", table);
    let withdrawn: Vec<&Fact> =
        all.iter().filter(|fact| fact.id.as_deref() == Some("untc-18-10-2-withdrawn")).collect();
    assert_eq!(withdrawn[0], withdrawn[1], "said twice it is one fact");
    assert!(
        all.iter().all(|fact| { fact.sources[0].url.as_deref().unwrap().contains("mtdsg_no=XVIII-10&chapter=18") })
    );
}

#[test]
fn every_row_of_the_five_databases_is_a_fact_or_a_sentinel() {
    let Some(folder) = data() else { return };
    let packed = std::fs::File::open(folder.join("manytreaties-facts.csv.zst")).unwrap();
    let mut text = String::new();
    zstd::Decoder::new(packed).unwrap().read_to_string(&mut text).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let (mut sentinels, mut precisions, mut doubtful, mut codes) = ([0; 2], [0u64; 11], 0, BTreeSet::new());
    let mut wrong = 0;
    for row in reader.records() {
        let row = row.unwrap();
        let date = &row[4];
        match date {
            _ if date.starts_with("9999") => sentinels[0] += 1,
            _ if date.starts_with("2899") => sentinels[1] += 1,
            _ => {
                doubtful += u64::from(date.contains('?'));
                // Rows without a state, and a day of a month 99, are no facts.
                wrong += u64::from(row[1].is_empty() || date.contains("-99"));
                precisions[date.trim_end_matches(['?', '~', '%']).len()] += 1;
                if !row[1].is_empty() && !date.contains("-99") {
                    codes.insert(row[3].to_owned());
                }
            }
        }
    }
    let kept: u64 = precisions.iter().sum();
    assert_eq!(kept + sentinels.iter().sum::<u64>(), 286_553);
    let store = store();
    let (report, rejected) = import(&store, "manytreaties", vec![folder.join("manytreaties-facts.csv.zst")]);
    assert_eq!((wrong, report.facts), (97, kept - wrong));
    assert_eq!(rejected.iter().filter(|error| !is_unknown(error)).count() as u64, wrong);
    assert_eq!(report.outcome.new + rejected.len() as u64, kept);
    assert_eq!(report.left_out.iter().map(|kind| kind.count).sum::<u64>(), sentinels.iter().sum::<u64>());
    assert_eq!(report.left_out.iter().map(|kind| kind.count).collect::<Vec<_>>(), sentinels);
    let treaties = report.names.iter().filter(|name| name.field == "object").count();
    assert_eq!(treaties, codes.len());
    // Those of states that the world does not know are not in the store.
    let lines: BTreeSet<u64> = rejected.iter().map(|error| error.location.line).collect();
    let dates: Vec<&str> = text
        .lines()
        .skip(1)
        .enumerate()
        .filter(|(at, _)| !lines.contains(&(*at as u64 + 2)))
        .map(|(_, line)| line.rsplit(',').nth(1).unwrap())
        .collect();
    let imprecise = |length: usize| {
        dates
            .iter()
            .filter(|date| {
                !date.starts_with("9999")
                    && !date.starts_with("2899")
                    && date.trim_end_matches(['?', '~', '%']).len() == length
            })
            .count() as u64
    };
    assert_eq!(count(&store, "date.precision:year"), imprecise(4));
    assert_eq!(count(&store, "date.precision:month"), imprecise(7));
    assert_eq!(doubtful, 133);
    assert!(count(&store, "date:uncertain") <= doubtful);
}

#[test]
fn the_page_on_mappings_shows_what_the_program_prints() {
    shows_what_is_printed("grammar/MAPPINGS.md", 4);
}
