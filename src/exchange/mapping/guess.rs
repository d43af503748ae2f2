//! A first mapping for an unknown file, from its header and some hundred rows.
//! What it cannot tell it leaves to a person, in comments; it does not choose
//! between two readings of a date.

use std::fmt::Write as _;

use csv::{ByteRecord, ReaderBuilder};

use super::guess_dates::{GuessedDates, date_step, dates, quoted};
use super::legend;
use super::program::file_stem;
use super::written_date::DateOrder;
use crate::exchange::csv::RetainingReader;
use crate::exchange::csv_cells::{column_names, csv_failure};
use crate::exchange::error::ExchangeError;
use crate::exchange::input::Input;
use crate::exchange::lines::MAX_LINE;
use crate::exchange::problem::HeaderProblem;
use crate::model::vocabulary::Role;
use crate::model::{Entities, FieldKind, Resolution, Schema, fold};

/// How many rows are looked at.
const ROWS: usize = 500;
/// How many distinct values a column of codes has at most.
const CODES: usize = 24;
/// The names of the values that the steps of a guess make.
const MADE: [&str; 7] = ["day", "letter", "kind", "act", "day_of_act", "cell", "column"];
/// Headings of columns of dates, as far as a single date bears them out.
const HEADINGS_OF_DATES: [&str; 6] = ["date", "day", "when", "year", "start", "end"];

/// Writes a first mapping for a CSV file: which of its columns have dates, names
/// and actions of a world, and what to make of them.
///
/// # Errors
///
/// If the file cannot be read, or has no header.
pub fn guess_mapping(input: Input, schema: &Schema, entities: &Entities) -> Result<String, ExchangeError> {
    let name = input.name().clone();
    let fail = |problem| ExchangeError::Header { name: name.clone(), line: 1, problem: Box::new(problem) };
    let unreadable = |error: csv::Error| ExchangeError::Read { name: name.clone(), line: 0, cause: csv_failure(error) };
    let separator = input.separator();
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(separator);
    let mut reader = builder.from_reader(RetainingReader::new(input));
    reader.get_mut().begin_row(MAX_LINE);
    let mut header = ByteRecord::new();
    if !reader.read_byte_record(&mut header).map_err(unreadable)? {
        return Err(fail(HeaderProblem::Empty));
    }
    let end = reader.position().byte();
    let names = column_names(&header, reader.get_mut().take(end).trim_ascii(), separator).map_err(fail)?;
    reader.get_mut().begin_row(ROWS * MAX_LINE);
    let rows = reader.byte_records().take(ROWS).map(|row| row.map_err(unreadable));
    let rows: Vec<ByteRecord> = rows.collect::<Result<_, _>>()?;
    let columns = names.into_iter().enumerate().filter(|(_, name)| !name.is_empty());
    let columns: Vec<GuessedColumn> =
        columns.map(|(index, name)| GuessedColumn::new(name, index, &rows, schema, entities)).collect();
    Ok(Guess { name: &name, schema, entities, columns, rows: rows.len() }.write())
}

/// What a column seems to hold.
#[derive(Debug, Clone, PartialEq)]
enum ColumnContent {
    Nothing,
    /// Dates in these orders, perhaps with letters after some of them.
    Dates(GuessedDates),
    /// Names of entities: how many may be subjects, and how many objects.
    Names {
        subjects: usize,
        objects: usize,
    },
    /// Few distinct values, each with the action that it is a form of.
    Codes(Vec<(String, Option<String>)>),
    Other,
}

#[derive(Debug)]
struct GuessedColumn {
    name: String,
    /// What it is called in templates.
    short: String,
    holds: ColumnContent,
    /// Whether no two rows have the same value.
    unique: bool,
    constant: bool,
}

impl GuessedColumn {
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
        let is_date = schema.field(&name).is_some_and(|field| field.kind == FieldKind::Date)
            || HEADINGS_OF_DATES.contains(&&*fold(&name));
        let holds = holds(&filled, &distinct, is_date, schema, entities);
        Self { name, short, holds, unique, constant }
    }
}

fn holds(filled: &[&str], distinct: &[&str], is_date: bool, schema: &Schema, entities: &Entities) -> ColumnContent {
    if filled.is_empty() {
        return ColumnContent::Nothing;
    }
    if let Some(dates) = dates(filled, is_date) {
        return ColumnContent::Dates(dates);
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
        return ColumnContent::Codes(codes);
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
    if subjects.max(objects) * 2 > distinct.len() {
        ColumnContent::Names { subjects, objects }
    } else {
        ColumnContent::Other
    }
}

struct Guess<'g> {
    name: &'g str,
    schema: &'g Schema,
    entities: &'g Entities,
    columns: Vec<GuessedColumn>,
    rows: usize,
}

impl Guess<'_> {
    fn write(&self) -> String {
        let acts = self.acts();
        let mut text = format!(
            "# Guessed from the header and {} rows of {}. Review every line with a question mark\n\
             # in its comment; `tractat import --mapping FILE --dry-run` shows the result.\n\n",
            self.rows,
            file_stem(self.name)
        );
        let mut line = |written: String| {
            text.push_str(&written);
            text.push('\n');
        };
        line(format!("about = {}", quoted(&format!("rows like those of {}", file_stem(self.name)))));
        line("\n[source]\n# ? Who published this, and where?".to_owned());
        line(format!("publisher = {}", quoted(&file_stem(self.name))));
        let shortened: Vec<&GuessedColumn> = self.columns.iter().filter(|column| column.short != column.name).collect();
        if !shortened.is_empty() {
            line("\n[columns]".to_owned());
            for column in shortened {
                line(format!("{} = {}", column.short, quoted(&column.name)));
            }
        }
        if !acts.is_empty() {
            let names: Vec<String> = acts.iter().map(|column| quoted(&column.name)).collect();
            line(format!("\n# A row has several dates: each is a fact.\n[cells]\ncolumns = [{}]", names.join(", ")));
        }
        self.steps(&acts, &mut line);
        self.fact(&acts, &mut line);
        text
    }

    /// The columns of dates of which each is an act, and not a field of a fact.
    fn acts(&self) -> Vec<&GuessedColumn> {
        let is_field = |column: &GuessedColumn| self.schema.field(&column.name).is_some();
        let of_dates = |column: &&GuessedColumn| matches!(column.holds, ColumnContent::Dates(_)) && !is_field(column);
        let dates: Vec<&GuessedColumn> = self.columns.iter().filter(of_dates).collect();
        let has_codes = self.columns.iter().any(|column| matches!(column.holds, ColumnContent::Codes(_)));
        let says_act =
            |column: &&GuessedColumn| self.action(&column.name).is_some() || legend::names(&column.name).len() > 1;
        if (dates.len() > 1 || dates.iter().any(says_act)) && !has_codes { dates } else { Vec::new() }
    }

    /// The action that a heading is a form of, as a whole or by its first word.
    fn action(&self, heading: &str) -> Option<String> {
        let first = heading.split_whitespace().next().unwrap_or("");
        let hyphened = heading.split_whitespace().collect::<Vec<_>>().join("-");
        [heading, &hyphened, first].into_iter().find_map(|word| {
            let word = self.schema.action_word(word)?;
            word.actions.first().filter(|_| word.actions.len() == 1).cloned()
        })
    }

    fn steps(&self, acts: &[&GuessedColumn], line: &mut impl FnMut(String)) {
        if acts.is_empty() {
            self.codes(line);
            if let Some(column) = self.date()
                && let ColumnContent::Dates(dates) = &column.holds
            {
                date_step(&column.short, dates, "omit", line);
            }
            return;
        }
        let lettered = acts.iter().any(|column| matches!(&column.holds, ColumnContent::Dates(dates) if dates.letters));
        if lettered {
            line(format!(
                "\n[[step]]\nsplit = \"cell\"\npattern = {}",
                quoted(r"^(?<day>.*\d)(\s(?<letter>[A-Za-z]{1,2}))?$")
            ));
            line("\n# The header explains the letters.\n[[step]]\nlegend = \"column\"\nletter = \"letter\"\nto = \"kind\"".to_owned());
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
        let mut merged = GuessedDates::default();
        for column in acts {
            let ColumnContent::Dates(dates) = &column.holds else { continue };
            let missing = |all: &[DateOrder]| {
                dates.orders.iter().filter(|order| !all.contains(order)).copied().collect::<Vec<_>>()
            };
            merged.orders.extend(missing(&merged.orders));
            let years =
                dates.sentinels.iter().filter(|year| !merged.sentinels.contains(year)).cloned().collect::<Vec<_>>();
            merged.sentinels.extend(years);
            if merged.told == 0 {
                dates.telling.clone_into(&mut merged.telling);
            }
            merged.told += dates.told;
            if merged.odd == 0 {
                dates.odd_example.clone_into(&mut merged.odd_example);
            }
            merged.odd += dates.odd;
        }
        // A cell that says that there is no such day is not an act.
        date_step(if lettered { "day" } else { "cell" }, &merged, "drop", line);
    }

    fn codes(&self, line: &mut impl FnMut(String)) {
        let Some(column) = self.codes_column() else { return };
        let ColumnContent::Codes(codes) = &column.holds else { return };
        line(format!("\n[[step]]\ntranslate = {}\nto = \"act\"\n\n[step.codes]", quoted(&column.short)));
        for (value, action) in codes {
            code(value, action.as_deref(), line);
        }
    }

    fn codes_column(&self) -> Option<&GuessedColumn> {
        self.columns.iter().find(|column| matches!(column.holds, ColumnContent::Codes(_)))
    }

    /// The column of the date of a row.
    fn date(&self) -> Option<&GuessedColumn> {
        let dates = || self.columns.iter().filter(|column| matches!(column.holds, ColumnContent::Dates(_)));
        dates().find(|column| fold(&column.name) == "date").or_else(|| dates().next())
    }

    /// The column whose names are the subjects or objects of facts.
    fn end(&self, role: Role, but: Option<&str>) -> Option<&GuessedColumn> {
        let free = || self.columns.iter().filter(|column| Some(column.name.as_str()) != but);
        let named =
            |column: &&GuessedColumn| self.schema.field(&column.name).is_some_and(|field| *field.name == *role.field());
        let fits = |column: &&GuessedColumn| match column.holds {
            ColumnContent::Names { subjects, objects } => match role {
                Role::Subject => subjects >= objects,
                Role::Object => objects > 0,
            },
            _ => false,
        };
        free().find(named).or_else(|| free().find(fits))
    }

    fn fact<'a>(&'a self, acts: &[&'a GuessedColumn], line: &mut impl FnMut(String)) {
        let mut used: Vec<&str> = acts.iter().map(|column| column.name.as_str()).collect();
        line("\n[[fact]]".to_owned());
        let act = if acts.is_empty() { "" } else { "-{act}" };
        let id = self.columns.iter().find(|column| column.unique && matches!(column.holds, ColumnContent::Other));
        let row = if self.columns.iter().any(|column| column.name == "row") { "line" } else { "row" };
        line(format!("id = {}", quoted(&format!("{{file}}-{{{}}}{act}", id.map_or(row, |column| &column.short)))));
        used.extend(id.map(|column| column.name.as_str()));
        let subject = self.end(Role::Subject, None);
        if let Some(column) = subject {
            line(format!("subject = {}", quoted(&format!("{{{}}}", column.short))));
        } else {
            let first = self.columns.iter().find(|column| column.holds == ColumnContent::Other && !column.constant);
            let first = first.or_else(|| self.columns.first());
            line("# ? No column has names that the store knows.".to_owned());
            line(format!("subject = {}", quoted(&format!("{{{}}}", first.map_or("row", |column| &column.short)))));
        }
        used.extend(subject.map(|column| column.name.as_str()));
        let codes = self.codes_column();
        if acts.is_empty() && codes.is_none() {
            let known = self.schema.vocabulary().actions.keys().next().map_or("did", String::as_str);
            line("# ? No column says what was done.".to_owned());
            line(format!("action = {}", quoted(known)));
        } else {
            line("action = \"{act}\"".to_owned());
        }
        used.extend(codes.filter(|_| acts.is_empty()).map(|column| column.name.as_str()));
        let object = self.end(Role::Object, subject.map(|column| column.name.as_str()));
        match object {
            Some(column) => line(format!("object = {}", quoted(&format!("{{{}}}", column.short)))),
            None if self.entities.resolve(&file_stem(self.name)) != Resolution::Unknown => {
                line("object = \"{file}\"".to_owned());
            }
            None => line("# object = \"\"  # ? No column has names of what it was done to.".to_owned()),
        }
        used.extend(object.map(|column| column.name.as_str()));
        let dates =
            if acts.is_empty() { self.date().map(|column| vec![column]).unwrap_or_default() } else { acts.to_vec() };
        if dates.is_empty() {
            line("# date = \"\"  # ? No column has dates.".to_owned());
        } else {
            line("date = \"{day_of_act}\"".to_owned());
        }
        used.extend(dates.iter().map(|column| column.name.as_str()));
        let mut keys = Vec::new();
        for column in self.columns.iter().filter(|column| !used.contains(&column.name.as_str())) {
            self.field(column, &mut keys, line);
        }
    }

    /// A field for a column that nothing else uses.
    fn field(&self, column: &GuessedColumn, keys: &mut Vec<String>, line: &mut impl FnMut(String)) {
        if column.holds == ColumnContent::Nothing {
            return line(format!("# {} is empty in all of these rows", column.name.replace('\n', " ")));
        }
        let known = self.schema.field(&column.name).filter(|field| {
            let name = &*field.name;
            !["id", "subject", "action", "object", "date", "sources", "disputed"].contains(&name)
                && !name.starts_with("source.")
        });
        // Dates of a declared field need a step of their own, unless they are EDTF.
        let is_sure = known.is_some_and(|field| match field.kind {
            FieldKind::Date => {
                matches!(&column.holds, ColumnContent::Dates(dates) if dates.orders == [DateOrder::Edtf])
            }
            FieldKind::Integer | FieldKind::Number | FieldKind::Reference => false,
            _ => true,
        });
        let mut key = known.map_or_else(|| self.key(&column.name), |field| field.name.to_string());
        while keys.contains(&key) {
            key.push_str("_2");
        }
        keys.push(key.clone());
        let (mark, why) = match known {
            Some(_) if is_sure => ("", if column.constant { "  # the same in all rows" } else { "" }),
            Some(_) => ("# ", "  # ? the vocabulary declares another type"),
            None => ("# ", "  # ? the vocabulary does not declare this field"),
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

/// What a code means, if that can be told.
fn code(value: &str, action: Option<&str>, line: &mut impl FnMut(String)) {
    match action {
        Some(action) => line(format!("{} = {}", quoted(value), quoted(action))),
        None => line(format!("# {} = \"\"  # ? not a form of any action in the vocabulary", quoted(value))),
    }
}
