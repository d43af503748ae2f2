//! The bundled facts of the UN Treaty Collection against its tables, and the days
//! on which the rules of its treaties say that consents take effect against the
//! days that databases give. `TRACTAT_DATA` names the folder with both; without it
//! nothing is done.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use regex::Regex;
use serde_json::Value;
use tractat::model::Entities;

use crate::input::rows;
use crate::names::bundled;
use crate::questions::whole_treaties;

fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("TRACTAT_DATA").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: TRACTAT_DATA is not set");
    }
    folder
}

fn text(row: &Value, column: &str) -> String {
    row[column].as_str().unwrap_or_else(|| panic!("no {column} in {row}")).to_owned()
}

/// The entity of a name on a day.
fn id_of(entities: &Entities, name: &str, date: &str) -> Option<String> {
    let date = tractat::Date::parse(date).unwrap();
    entities.match_of(name, Some(&date)).map(|found| found.entity.id.clone())
}

#[test]
fn the_bundled_acts_are_the_dated_cells_of_the_tables() {
    let Some(folder) = data() else { return };
    let entities = bundled("treaties");
    let dated = Regex::new(r"^(\d+) ([A-Z][a-z]+) (\d{4}) ?([A-Za-z]*)$").unwrap();
    let mut cells = BTreeMap::new();
    for entry in std::fs::read_dir(folder.join("untc/treaties")).unwrap() {
        let path = entry.unwrap().path();
        let treaty = id_of(&entities, path.file_stem().unwrap().to_str().unwrap(), "2015").unwrap();
        for row in csv::Reader::from_path(&path).unwrap().records() {
            let row = row.unwrap();
            for cell in row.iter().skip(1).filter_map(|cell| dated.captures(cell.trim())) {
                let month = "JanFebMarAprMayJunJulAugSepOctNovDec".find(&cell[2][..3]).unwrap() / 3 + 1;
                let date = format!("{}-{month:02}-{:0>2}", &cell[3], &cell[1]);
                let who = id_of(&entities, &row[0], &date).unwrap();
                *cells.entry((treaty.clone(), who, date)).or_insert(0) += 1;
            }
        }
    }
    let mut acts = BTreeMap::new();
    let query = "participant:* source.publisher:\"UN Treaty Collection\" until 2015 | show treaty, subject, date";
    for row in rows(whole_treaties(), query) {
        *acts.entry((text(&row, "treaty"), text(&row, "subject"), text(&row, "date"))).or_insert(0) += 1;
    }
    let total: i32 = cells.values().sum();
    assert_eq!(total, 31_422);
    let differ: BTreeSet<_> = cells.keys().chain(acts.keys()).filter(|key| cells.get(*key) != acts.get(*key)).collect();
    assert!(differ.is_empty(), "{differ:?}");
}

/// Treaties, their codes in the databases, and how many of the days there are not
/// those of the treaty: they are a day or two off, or take the day of entry into force
/// for whoever consented when it was already certain (Kyoto), or are slips.
const CODES: [(&str, &str, usize); 34] = [
    ("aarhus-convention", "AI07EM_1998A", 1),
    ("basel-convention", "CTMHWD_1989A", 0),
    ("cat", "TCIDTP_1984A", 1),
    ("cbd", "CBD_1992A", 0),
    ("cedaw", "ELMFDW_1979A", 4),
    ("clrtap", "LRTAP_1979A", 3),
    ("continental-shelf", "CNTNNS_1958A", 0),
    ("crc", "RGHTSC_1989A", 2),
    ("crpd", "RGHTPD_2006A", 2),
    ("cwc", "PD04WD_1992A", 1),
    ("enmod", "PMHEMT_1977A", 0),
    ("espoo-convention", "ENIATC_1991A", 0),
    ("fctc", "WHOFTC_2003A", 1),
    ("genocide-convention", "PRVPCG_1948A", 0),
    ("high-seas", "HIGHSS_1958A", 0),
    ("iccpr", "ICCPR_1966A", 1),
    ("icerd", "ICERD_1965A", 0),
    ("icescr", "ICESCR_1966A", 7),
    ("icrmw", "IP04MF_1990A", 1),
    ("industrial-accidents", "TRNEIA_1992A", 0),
    ("kyoto-protocol", "UNNFCC_1997P:UNFCCC_1992A", 34),
    ("montreal-protocol", "MNSDOL_1987P", 0),
    ("nagoya-protocol", "NA09BD_2010P:CBD_1992A", 0),
    ("registration-convention", "RGOLOS_1975A", 1),
    ("rome-statute", "STTICC_1998A", 1),
    ("rotterdam-convention", "PIC_1998A", 0),
    ("stockholm-convention", "PRSSOP_2001A", 1),
    ("territorial-sea", "TRRSCZ_1958A", 2),
    ("unccd", "CD05DA_1994A", 0),
    ("unclos", "UNCLOS_1982A", 16),
    ("unfccc", "UNFCCC_1992A", 0),
    ("unfsa", "IL10FS_1995A", 4),
    ("vienna-ozone", "VIENNA_1985A", 0),
    ("montreal-beijing-amendment", "MNSDOL_1999E", 57),
];

/// Which days somebody's consents took effect on, by treaty, state and the day of
/// the consent, as the databases give them; a row has both days.
fn stated_effects(folder: &Path) -> BTreeMap<(String, String, String), BTreeSet<String>> {
    let entities = bundled("treaties");
    let packed = std::fs::File::open(folder.join("manytreaties-facts.csv.zst")).unwrap();
    let mut text = String::new();
    zstd::Decoder::new(packed).unwrap().read_to_string(&mut text).unwrap();
    let treaties: BTreeMap<&str, &str> = CODES.iter().map(|(treaty, code, _)| (*code, *treaty)).collect();
    // One row of a database has all dates of a state and a treaty.
    let mut dates: BTreeMap<(String, String), BTreeMap<String, String>> = BTreeMap::new();
    let mut about = BTreeMap::new();
    for row in csv::Reader::from_reader(text.as_bytes()).records() {
        let row = row.unwrap();
        let Some(treaty) = treaties.get(&row[3]) else { continue };
        let is_day = row[4].len() == 10 && !row[4].starts_with("9999") && !row[4].starts_with("2899");
        if is_day && row[4].bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            let key = (row[0].to_owned(), row[5].to_owned());
            about.insert(key.clone(), ((*treaty).to_owned(), row[1].to_owned()));
            dates.entry(key).or_default().insert(row[2].to_owned(), row[4].to_owned());
        }
    }
    let mut effects: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for (key, dates) in dates {
        let (Some(consent), Some(effect)) = (dates.get("ratification"), dates.get("in-force")) else { continue };
        let (treaty, state) = about[&key].clone();
        let state = if state == "EC" { Some("eu".to_owned()) } else { id_of(&entities, &state, consent) };
        let Some(state) = state else { continue };
        effects.entry((treaty, state, consent.clone())).or_default().insert(effect.clone());
    }
    effects
}

#[test]
fn consents_take_effect_on_the_days_that_databases_give() {
    let Some(folder) = data() else { return };
    let stated = stated_effects(&folder);
    let mut agreed = 0;
    for (treaty, _, expected) in CODES {
        let query = format!("consented -succeeded treaty:{treaty} | show subject, date, effective");
        let mut differ = Vec::new();
        let mut agree = 0;
        for row in rows(whole_treaties(), &query) {
            let key = (treaty.to_owned(), text(&row, "subject"), text(&row, "date"));
            let Some(days) = stated.get(&key) else { continue };
            let effective = text(&row, "effective");
            if days.contains(&effective) {
                agree += 1;
            } else {
                differ.push(format!("{} {} {effective} {days:?}", key.1, key.2));
            }
        }
        assert_eq!(differ.len(), expected, "{treaty}: {differ:#?}");
        assert!(agree > 20, "{treaty}: {agree}");
        agreed += agree;
    }
    assert!(agreed > 3_900, "{agreed}");
}
