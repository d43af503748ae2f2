//! A first mapping for a file that nobody has seen before, from its header and
//! some hundred rows. What it cannot know it says in comments, and leaves to a
//! person; it does not choose between two readings of a date.

use std::fmt::Write as _;

use csv::{ByteRecord, ReaderBuilder};

use super::legend;
use super::program::stem;
use super::written_date::{self, Order};
use crate::exchange::error::ExchangeError;
use crate::exchange::input::Input;
use crate::model::vocabulary::Role;
use crate::model::{Entities, FieldKind, Resolution, Schema, fold};

/// How many rows are looked at.
const ROWS: usize = 500;
/// How many distinct values a column of codes has at most.
const CODES: usize = 24;
/// The values that the steps of a guess make.
const MADE: [&str; 7] = ["day", "letter", "kind", "act", "day_of_act", "cell", "column"];
/// Dates of other years stand for something else.
const YEARS: std::ops::RangeInclusive<i32> = 1000..=2200;

/// Writes a mapping for a CSV file: which columns are dates, names and actions
/// of a world, and what to make of them.
///
/// # Errors
///
/// If the file cannot be read, or has no header.
pub fn guess_mapping(input: Input, schema: &Schema, entities: &Entities) -> Result<String, ExchangeError> {
    let name = input.name().clone();
    let fail = |reason: String| ExchangeError::Header { name: name.clone(), line: 1, reason };
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(input);
    let mut rows = reader.byte_records().map(|row| row.map_err(|error| fail(error.to_string())));
    let Some(header) = rows.next().transpose()? else { return Err(fail("the file is empty".to_owned())) };
    let names = crate::exchange::csv::names_of(&header).map_err(fail)?;
    let rows: Vec<ByteRecord> = rows.take(ROWS).collect::<Result<_, _>>()?;
    let columns = names.into_iter().enumerate().filter(|(_, name)| !name.is_empty());
    let columns: Vec<Column> = columns.map(|(index, name)| Column::new(name, index, &rows, schema, entities)).collect();
    Ok(Guess { name: &name, schema, entities, columns, rows: rows.len() }.write())
}

/// What a column seems to hold.
#[derive(Debug, Clone, PartialEq)]
enum Holds {
    Nothing,
    /// Dates, with letters after some of them or not, and with sentinels.
    Dates {
        order: Option<Order>,
        letters: bool,
        sentinels: Vec<String>,
    },
    /// Names of entities that may stand at these ends.
    Names {
        subjects: usize,
        objects: usize,
    },
    /// Few distinct values, each with the action of which it is a form.
    Codes(Vec<(String, Option<String>)>),
    Other,
}

#[derive(Debug)]
struct Column {
    name: String,
    /// What it is called in templates.
    short: String,
    holds: Holds,
    /// Whether every row has a value of its own.
    unique: bool,
    constant: bool,
}

impl Column {
    fn new(name: String, index: usize, rows: &[ByteRecord], schema: &Schema, entities: &Entities) -> Self {
        let values: Vec<String> = rows
            .iter()
            .filter_map(|row| row.get(index))
            .map(|cell| String::from_utf8_lossy(cell).trim().to_owned())
            .collect();
        let filled: Vec<&str> = values.iter().map(String::as_str).filter(|value| !value.is_empty()).collect();
        let mut distinct = filled.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let plain = name.chars().all(|letter| !"{}|?:".contains(letter)) && name.len() < 40 && !MADE.contains(&&*name);
        let short = if plain { name.clone() } else { format!("column{}", index + 1) };
        let unique = distinct.len() == rows.len() && rows.len() > 1;
        let constant = distinct.len() == 1 && filled.len() == rows.len() && rows.len() > 1;
        Self { holds: holds(&filled, &distinct, schema, entities), name, short, unique, constant }
    }
}

fn holds(filled: &[&str], distinct: &[&str], schema: &Schema, entities: &Entities) -> Holds {
    if filled.is_empty() {
        return Holds::Nothing;
    }
    if let Some(dates) = dates(filled) {
        return dates;
    }
    let action = |value: &str| {
        let hyphened = value.split_whitespace().collect::<Vec<_>>().join("-");
        let word = schema.action_word(value).or_else(|| schema.action_word(&hyphened))?;
        let [only] = word.actions.as_slice() else { return None };
        Some(only.clone())
    };
    let codes: Vec<(String, Option<String>)> =
        distinct.iter().take(CODES + 1).map(|value| ((*value).to_owned(), action(value))).collect();
    let known = codes.iter().filter(|(_, action)| action.is_some()).count();
    if codes.len() <= CODES && known > 0 && known * 2 >= codes.len() {
        return Holds::Codes(codes);
    }
    let at = |role: Role| {
        let field = schema.field(role.field());
        let kinds = field.map_or(&[][..], |field| &field.kinds);
        let fits = |value: &&&str| match entities.resolve(value) {
            Resolution::One(number) => kinds.is_empty() || kinds.contains(&entities.get(number).kind),
            _ => false,
        };
        distinct.iter().filter(fits).count()
    };
    let (subjects, objects) = (at(Role::Subject), at(Role::Object));
    if subjects.max(objects) * 2 > distinct.len() { Holds::Names { subjects, objects } } else { Holds::Other }
}

/// A date without the letter after it, and whether there is one.
fn without_letter(value: &str) -> (&str, bool) {
    match value.rsplit_once(' ') {
        Some((date, letter)) if letter.len() <= 2 && letter.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            (date, true)
        }
        _ => (value, false),
    }
}

/// Dates in one order, if nine of ten values are such; the order is none where
/// two would do and mean other days.
fn dates(filled: &[&str]) -> Option<Holds> {
    let parts: Vec<(&str, bool)> = filled.iter().map(|value| without_letter(value)).collect();
    let year = |date: &str| date.get(..4).and_then(|year| year.parse::<i32>().ok());
    let (mut best, mut most): (Vec<Order>, usize) = (Vec::new(), 0);
    for (_, order) in Order::ALL {
        let read = parts.iter().filter(|(date, _)| written_date::read(date, order).is_some()).count();
        if read > most {
            (best, most) = (vec![order], read);
        } else if read == most && read > 0 {
            best.push(order);
        }
    }
    if most * 10 < filled.len() * 9 {
        return None;
    }
    let is_ambiguous = best.contains(&Order::DayMonthYear) && best.contains(&Order::MonthDayYear);
    let order = if best.contains(&Order::Edtf) { Order::Edtf } else { *best.first()? };
    let mut sentinels: Vec<String> = Vec::new();
    let mut plausible = 0;
    for (date, _) in &parts {
        let Some(year) = written_date::read(date, order).as_deref().and_then(year) else { continue };
        if YEARS.contains(&year) {
            plausible += 1;
        } else if !sentinels.contains(&format!("{year:04}")) {
            sentinels.push(format!("{year:04}"));
        }
    }
    // Numbers of four digits are no years if most of them could be none.
    let are_numbers = parts.iter().all(|(date, _)| date.bytes().all(|byte| byte.is_ascii_digit()));
    if plausible == 0 || sentinels.len() > 3 || (are_numbers && plausible * 2 < most) {
        return None;
    }
    let letters = parts.iter().any(|(_, letter)| *letter);
    Some(Holds::Dates { order: (!is_ambiguous).then_some(order), letters, sentinels })
}

struct Guess<'g> {
    name: &'g str,
    schema: &'g Schema,
    entities: &'g Entities,
    columns: Vec<Column>,
    rows: usize,
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

impl Guess<'_> {
    fn write(&self) -> String {
        let acts = self.acts();
        let mut text = format!(
            "# Guessed from the header and {} rows of {}. A person should look at every line\n\
             # with a question mark in its comment; `tractat import --mapping FILE --dry-run` shows what it makes.\n\n",
            self.rows,
            stem(self.name)
        );
        let mut line = |written: String| {
            text.push_str(&written);
            text.push('\n');
        };
        line(format!("about = {}", quoted(&format!("rows as those of {}", stem(self.name)))));
        line("\n[source]\n# ? Who says so, and where.".to_owned());
        line(format!("publisher = {}", quoted(&stem(self.name))));
        let shortened: Vec<&Column> = self.columns.iter().filter(|column| column.short != column.name).collect();
        if !shortened.is_empty() {
            line("\n[columns]".to_owned());
            for column in shortened {
                line(format!("{} = {}", column.short, quoted(&column.name)));
            }
        }
        if !acts.is_empty() {
            let names: Vec<String> = acts.iter().map(|column| quoted(&column.name)).collect();
            line(format!("\n# Several dates of one row: each is a fact.\n[cells]\ncolumns = [{}]", names.join(", ")));
        }
        self.steps(&acts, &mut line);
        self.fact(&acts, &mut line);
        text
    }

    /// The columns of dates that are acts each, and no field of a fact.
    fn acts(&self) -> Vec<&Column> {
        let is_field = |column: &Column| self.schema.field(&column.name).is_some();
        let of_dates = |column: &&Column| matches!(column.holds, Holds::Dates { .. }) && !is_field(column);
        let dates: Vec<&Column> = self.columns.iter().filter(of_dates).collect();
        let has_codes = self.columns.iter().any(|column| matches!(column.holds, Holds::Codes(_)));
        let says_act = |column: &&Column| self.action(&column.name).is_some() || legend::names(&column.name).len() > 1;
        if (dates.len() > 1 || dates.iter().any(says_act)) && !has_codes { dates } else { Vec::new() }
    }

    /// The action that a heading is a form of, by itself or by its first word.
    fn action(&self, heading: &str) -> Option<String> {
        let first = heading.split_whitespace().next().unwrap_or("");
        let hyphened = heading.split_whitespace().collect::<Vec<_>>().join("-");
        [heading, &hyphened, first].into_iter().find_map(|word| {
            let word = self.schema.action_word(word)?;
            word.actions.first().filter(|_| word.actions.len() == 1).cloned()
        })
    }

    fn steps(&self, acts: &[&Column], line: &mut impl FnMut(String)) {
        if acts.is_empty() {
            self.codes(line);
            if let Some(column) = self.date() {
                date_step(&column.short, &column.holds, line);
            }
            return;
        }
        let lettered = acts.iter().any(|column| matches!(column.holds, Holds::Dates { letters: true, .. }));
        if lettered {
            line(format!(
                "\n[[step]]\nsplit = \"cell\"\npattern = {}",
                quoted(r"^(?<day>.*\d)(\s(?<letter>[A-Za-z]{1,2}))?$")
            ));
            line("\n# The header says what the letters mean.\n[[step]]\nlegend = \"column\"\nletter = \"letter\"\nto = \"kind\"".to_owned());
        }
        let subject = if lettered { "kind" } else { "column" };
        let mut kinds: Vec<String> = Vec::new();
        for column in acts {
            let these = if lettered { legend::names(&column.name) } else { vec![column.name.as_str()] };
            for kind in these {
                if !kinds.iter().any(|known| known == kind) {
                    kinds.push(kind.to_owned());
                }
            }
        }
        line(format!("\n[[step]]\ntranslate = \"{subject}\"\nto = \"act\"\n\n[step.codes]"));
        for kind in kinds {
            code(&kind, self.action(&kind).as_deref(), line);
        }
        let mut merged: Option<Holds> = None;
        for column in acts {
            merged = Some(match (merged, &column.holds) {
                (
                    Some(Holds::Dates { order: a, letters, mut sentinels }),
                    Holds::Dates { order: b, sentinels: more, .. },
                ) => {
                    sentinels.extend(more.iter().filter(|year| !sentinels.contains(year)).cloned().collect::<Vec<_>>());
                    Holds::Dates { order: a.filter(|_| a == *b), letters, sentinels }
                }
                (_, holds) => holds.clone(),
            });
        }
        if let Some(holds) = merged {
            date_step(if lettered { "day" } else { "cell" }, &holds, line);
        }
    }

    fn codes(&self, line: &mut impl FnMut(String)) {
        let Some(column) = self.codes_column() else { return };
        let Holds::Codes(codes) = &column.holds else { return };
        line(format!("\n[[step]]\ntranslate = {}\nto = \"act\"\n\n[step.codes]", quoted(&column.short)));
        for (value, action) in codes {
            code(value, action.as_deref(), line);
        }
    }

    fn codes_column(&self) -> Option<&Column> {
        self.columns.iter().find(|column| matches!(column.holds, Holds::Codes(_)))
    }

    /// The column of the date of a row.
    fn date(&self) -> Option<&Column> {
        let dates = || self.columns.iter().filter(|column| matches!(column.holds, Holds::Dates { .. }));
        dates().find(|column| fold(&column.name) == "date").or_else(|| dates().next())
    }

    /// The column whose names stand at an end of facts.
    fn end(&self, role: Role, but: Option<&str>) -> Option<&Column> {
        let free = || self.columns.iter().filter(|column| Some(column.name.as_str()) != but);
        let named =
            |column: &&Column| self.schema.field(&column.name).is_some_and(|field| *field.name == *role.field());
        let fits = |column: &&Column| match column.holds {
            Holds::Names { subjects, objects } => match role {
                Role::Subject => subjects >= objects,
                Role::Object => objects > 0,
            },
            _ => false,
        };
        free().find(named).or_else(|| free().find(fits))
    }

    fn fact<'a>(&'a self, acts: &[&'a Column], line: &mut impl FnMut(String)) {
        let mut used: Vec<&str> = acts.iter().map(|column| column.name.as_str()).collect();
        line("\n[[fact]]".to_owned());
        let act = if acts.is_empty() { "" } else { "-{act}" };
        let id = self.columns.iter().find(|column| column.unique && matches!(column.holds, Holds::Other));
        let row = if self.columns.iter().any(|column| column.name == "row") { "line" } else { "row" };
        line(format!("id = {}", quoted(&format!("{{file}}-{{{}}}{act}", id.map_or(row, |column| &column.short)))));
        used.extend(id.map(|column| column.name.as_str()));
        let subject = self.end(Role::Subject, None);
        if let Some(column) = subject {
            line(format!("subject = {}", quoted(&format!("{{{}}}", column.short))));
        } else {
            let first = self.columns.iter().find(|column| column.holds == Holds::Other && !column.constant);
            let first = first.or_else(|| self.columns.first());
            line("# ? No column holds names that the store knows.".to_owned());
            line(format!("subject = {}", quoted(&format!("{{{}}}", first.map_or("row", |column| &column.short)))));
        }
        used.extend(subject.map(|column| column.name.as_str()));
        let codes = self.codes_column();
        if acts.is_empty() && codes.is_none() {
            let known = self.schema.vocabulary().actions.keys().next().map_or("did", String::as_str);
            line("# ? No column tells what was done.".to_owned());
            line(format!("action = {}", quoted(known)));
        } else {
            line("action = \"{act}\"".to_owned());
        }
        used.extend(codes.filter(|_| acts.is_empty()).map(|column| column.name.as_str()));
        let object = self.end(Role::Object, subject.map(|column| column.name.as_str()));
        match object {
            Some(column) => line(format!("object = {}", quoted(&format!("{{{}}}", column.short)))),
            None if self.entities.resolve(&stem(self.name)) != Resolution::Unknown => {
                line("object = \"{file}\"".to_owned());
            }
            None => line("# object = \"\"  # ? No column holds names of what it was done to.".to_owned()),
        }
        used.extend(object.map(|column| column.name.as_str()));
        let dates =
            if acts.is_empty() { self.date().map(|column| vec![column]).unwrap_or_default() } else { acts.to_vec() };
        let orders: Vec<Option<Order>> = dates.iter().map(|column| order_of(&column.holds)).collect();
        if !orders.is_empty() {
            let sure = orders.iter().all(|order| order.is_some() && order == &orders[0]);
            line(format!("{}date = \"{{day_of_act}}\"", if sure { "" } else { "# " }));
        }
        used.extend(dates.iter().map(|column| column.name.as_str()));
        let mut keys = Vec::new();
        for column in self.columns.iter().filter(|column| !used.contains(&column.name.as_str())) {
            self.field(column, &mut keys, line);
        }
    }

    /// What is left of a row, under the names of its columns.
    fn field(&self, column: &Column, keys: &mut Vec<String>, line: &mut impl FnMut(String)) {
        if column.holds == Holds::Nothing {
            return line(format!("# {} is empty in these rows", column.name.replace('\n', " ")));
        }
        let known = self.schema.field(&column.name).filter(|field| {
            let name = &*field.name;
            !["id", "subject", "action", "object", "date", "sources", "disputed"].contains(&name)
                && !name.starts_with("source.")
        });
        // Dates of a declared field need a step of their own, unless they are EDTF already.
        let is_sure = known.is_none_or(|field| match field.kind {
            FieldKind::Date => order_of(&column.holds) == Some(Order::Edtf),
            FieldKind::Integer | FieldKind::Number | FieldKind::Reference => false,
            _ => true,
        });
        let mut key = known.map_or_else(|| self.key(&column.name), |field| field.name.to_string());
        while keys.contains(&key) {
            key.push_str("_2");
        }
        keys.push(key.clone());
        let (mark, why) = if is_sure {
            ("", if column.constant { "  # the same in all rows" } else { "" })
        } else {
            ("# ", "  # ? declared as another kind of value")
        };
        let bare = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let key = if bare { key } else { quoted(&key) };
        line(format!("{mark}{key} = {}{why}", quoted(&format!("{{{}}}", column.short))));
    }

    /// A name for a field that no vocabulary declares.
    fn key(&self, name: &str) -> String {
        let mut key = String::new();
        for word in fold(name).split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
            let _ = write!(key, "{}{word}", if key.is_empty() { "" } else { "_" });
        }
        let taken =
            crate::model::FIXED_KEYS.contains(&key.as_str()) || ["when", "unless", "source"].contains(&key.as_str());
        if key.is_empty() || taken || self.schema.field(&key).is_some() { format!("column_{key}") } else { key }
    }
}

fn order_of(holds: &Holds) -> Option<Order> {
    match holds {
        Holds::Dates { order, .. } => *order,
        _ => None,
    }
}

/// What a code means, if that can be told.
fn code(value: &str, action: Option<&str>, line: &mut impl FnMut(String)) {
    match action {
        Some(action) => line(format!("{} = {}", quoted(value), quoted(action))),
        None => line(format!("# {} = \"\"  # ? no action of the vocabulary has this form", quoted(value))),
    }
}

/// The steps that read dates, as far as their order can be told.
fn date_step(value: &str, holds: &Holds, line: &mut impl FnMut(String)) {
    let Holds::Dates { order, sentinels, .. } = holds else { return };
    if !sentinels.is_empty() {
        line("\n# ? These years are far from all others: they may stand for `none`.".to_owned());
        let pattern = quoted(&format!("\\b({})\\b", sentinels.join("|")));
        line(format!("[[step]]\nsentinel = {}\npattern = {pattern}\ndo = \"omit\"", quoted(value)));
    }
    if let Some(order) = order {
        line(format!("\n[[step]]\ndate = {}\nto = \"day_of_act\"\norder = {}", quoted(value), quoted(order.name())));
    } else {
        line("\n# ? The day or the month may come first: nothing in these rows tells. Choose one order, and give the date".to_owned());
        line("# to the fact below.".to_owned());
        line(format!(
            "# [[step]]\n# date = {}\n# to = \"day_of_act\"\n# order = \"day month year\"  # or \"month day year\"",
            quoted(value)
        ));
    }
}
