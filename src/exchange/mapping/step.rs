//! The steps of a mapping: each makes values from values, or ends the record.

use std::borrow::Cow;

use regex::Regex;
use rustc_hash::FxHashMap;

use super::legend;
use super::reading::{Fault, Table, Text, place};
use super::template::{Names, Template, Values};
use super::written_date::{self, Order};

/// What becomes of a record after a step.
pub(super) enum Flow {
    GoesOn,
    /// It is left out on purpose: of which kind, and what it was.
    Ends {
        kind: String,
        example: String,
    },
    /// Its value is left out on purpose, and the record goes on.
    Omits {
        kind: String,
        example: String,
    },
}

/// One step.
#[derive(Debug)]
pub(super) struct Step {
    pub conditions: Conditions,
    from: usize,
    does: Does,
    otherwise: Otherwise,
    /// Where in the file it stands, for messages.
    place: String,
}

#[derive(Debug)]
enum Does {
    Split { pattern: Regex, groups: Vec<(usize, usize)> },
    Legend { letter: usize, to: usize },
    Translate { to: usize, codes: FxHashMap<String, String>, patterns: Vec<(Regex, String)> },
    Date { to: usize, orders: Vec<Order> },
    Sentinel { pattern: Regex, mark: Mark },
    Set { to: usize, template: Template },
}

/// What to do with a value that a step cannot use.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Otherwise {
    Problem,
    Keep,
    Skip,
}

/// What a sentinel does.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Mark {
    Drop,
    Omit,
    Open,
}

/// Which values must be there, and which must not.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    when: Vec<usize>,
    unless: Vec<usize>,
}

/// The keys of [`Conditions`].
pub(super) const CONDITIONS: [&str; 2] = ["when", "unless"];

impl Conditions {
    pub fn read(table: &Table<'_>, names: &mut Names) -> Result<Self, Fault> {
        let mut slots = |key: &str| -> Result<Vec<usize>, Fault> {
            let texts = table.texts(key)?;
            Ok(texts.into_iter().map(|text| optional(&text, names)).collect())
        };
        Ok(Self { when: slots("when")?, unless: slots("unless")? })
    }

    pub fn hold(&self, values: &Values<'_>) -> bool {
        let there = |slot: &usize| values.get(*slot).is_some_and(Option::is_some);
        self.when.iter().all(there) && !self.unless.iter().any(there)
    }

    pub fn slots(&self) -> impl Iterator<Item = usize> {
        self.when.iter().chain(&self.unless).copied()
    }
}

/// The place of a name that may end in `?`: that of a column that not every file has.
fn optional(text: &Text<'_>, names: &mut Names) -> usize {
    let (name, optional) = text.value.strip_suffix('?').map_or((text.value, false), |name| (name, true));
    names.needed(name, text.span.clone(), optional)
}

const KINDS: [&str; 6] = ["split", "legend", "translate", "date", "sentinel", "set"];

impl Step {
    pub fn read(table: &Table<'_>, names: &mut Names, file: (&str, &str)) -> Result<Self, Fault> {
        let Some(kind) = KINDS.iter().copied().find(|kind| table.get(kind).is_some()) else {
            // Which one is meant tells the nearest key.
            let keys: Vec<&str> = table.entries().iter().map(|entry| entry.key).collect();
            if keys.iter().any(|key| crate::model::nearest(key, KINDS).is_some()) {
                table.only(&KINDS)?;
            }
            return Err(table.fault(format!("does nothing: it needs one of {}", listed(&KINDS))));
        };
        let more: &[&str] = match kind {
            "split" => &["pattern", "otherwise"],
            "legend" => &["letter", "to", "otherwise"],
            "translate" => &["to", "codes", "otherwise"],
            "date" => &["to", "order", "otherwise"],
            "sentinel" => &["pattern", "do"],
            _ => &["value"],
        };
        table.only(&[&[kind], more, &CONDITIONS].concat())?;
        let conditions = Conditions::read(table, names)?;
        let subject = table.needed(kind, "…")?.text()?;
        let from = if kind == "set" { 0 } else { optional(&subject, names) };
        let does = match kind {
            "split" => split(table, names)?,
            "legend" => {
                let letter = table.needed("letter", r#"letter = "letter""#)?.text()?;
                let letter = optional(&letter, names);
                Does::Legend { letter, to: made(table, names, None)? }
            }
            "translate" => translate(table, names, subject.value)?,
            "date" => {
                let orders = table.needed("order", r#"order = "day month year""#)?.texts()?;
                let orders = orders.iter().map(Order::read).collect::<Result<_, _>>()?;
                Does::Date { to: made(table, names, Some("date"))?, orders }
            }
            "sentinel" => Does::Sentinel { pattern: pattern(table)?, mark: mark(table)? },
            _ => {
                let value = table.needed("value", r#"value = "{one} {two}""#)?.text()?;
                let template = Template::read(&value, names)?;
                Does::Set { to: names.made(subject.value), template }
            }
        };
        names.steps += 1;
        let (line, _) = place(file.1, table.span.start);
        Ok(Self { conditions, from, does, otherwise: otherwise(table)?, place: format!("{}:{line}", file.0) })
    }

    /// Does it to the values of a record. The error says what is wrong with them.
    pub fn run(&self, values: &mut Values<'_>, names: &Names) -> Result<Flow, String> {
        if !self.conditions.hold(values) {
            return Ok(Flow::GoesOn);
        }
        if let Does::Set { to, template } = &self.does {
            let value = template.fill(values).map(|value| Cow::Owned(value.into_owned()));
            put(values, *to, value);
            return Ok(Flow::GoesOn);
        }
        let Some(value) = values.get(self.from).and_then(Clone::clone) else { return Ok(Flow::GoesOn) };
        let made = match &self.does {
            Does::Set { .. } => return Ok(Flow::GoesOn),
            Does::Sentinel { pattern, mark } => return Ok(self.sentinel(&value, pattern, *mark, values, names)),
            Does::Split { pattern, groups } => match pattern.captures(&value) {
                Some(found) => {
                    for (group, slot) in groups {
                        let part = found.get(*group).map(|part| part.as_str().trim()).filter(|part| !part.is_empty());
                        put(values, *slot, part.map(|part| Cow::Owned(part.to_owned())));
                    }
                    return Ok(Flow::GoesOn);
                }
                None => Err("does not have the form of the pattern".to_owned()),
            },
            Does::Legend { letter, to } => {
                let letter = values.get(*letter).and_then(Option::as_deref);
                let problem = || match letter {
                    None => "says nothing about cells without a letter".to_owned(),
                    Some(letter) => format!("has no entry for the letter `{letter}`"),
                };
                legend::entry(&value, letter).map(|entry| (*to, entry)).ok_or_else(problem)
            }
            Does::Translate { to, codes, patterns } => {
                let meaning = translated(&value, codes, patterns).map(|meaning| (*to, meaning));
                meaning.ok_or_else(|| "is not among the codes".to_owned())
            }
            Does::Date { to, orders } => {
                let date = orders.iter().find_map(|order| written_date::read(&value, *order)).map(|date| (*to, date));
                date.ok_or_else(|| {
                    let orders: Vec<&str> = orders.iter().map(|order| order.name()).collect();
                    format!("is not a date as {}", orders.join(" or "))
                })
            }
        };
        let problem = match made {
            Ok((to, value)) => {
                put(values, to, Some(Cow::Owned(value)));
                return Ok(Flow::GoesOn);
            }
            Err(problem) => problem,
        };
        match self.otherwise {
            Otherwise::Problem => {
                Err(format!("value `{}`: `{}` {problem} ({})", names.name(self.from), clip(&value), self.place))
            }
            Otherwise::Keep => Ok(Flow::GoesOn),
            Otherwise::Skip => {
                Ok(Flow::Ends { kind: format!("`{}` {problem}", names.name(self.from)), example: clip(&value) })
            }
        }
    }

    fn sentinel(&self, value: &str, pattern: &Regex, mark: Mark, values: &mut Values<'_>, names: &Names) -> Flow {
        let Some(found) = pattern.find(value) else { return Flow::GoesOn };
        let kind = |what: &str| format!("`{}` is `{}`: {what}", names.name(self.from), clip(found.as_str()));
        let example = clip(value);
        match mark {
            Mark::Drop => Flow::Ends { kind: kind("the record is dropped"), example },
            Mark::Omit => {
                put(values, self.from, None);
                Flow::Omits { kind: kind("the value is left out"), example }
            }
            Mark::Open => {
                put(values, self.from, Some(Cow::Borrowed("..")));
                Flow::Omits { kind: kind("read as an open end"), example }
            }
        }
    }
}

fn put<'r>(values: &mut Values<'r>, slot: usize, value: Option<Cow<'r, str>>) {
    if let Some(place) = values.get_mut(slot) {
        *place = value;
    }
}

fn translated(value: &str, codes: &FxHashMap<String, String>, patterns: &[(Regex, String)]) -> Option<String> {
    codes.get(value).cloned().or_else(|| {
        patterns.iter().find_map(|(pattern, meaning)| {
            let found = pattern.captures(value)?;
            let mut whole = String::new();
            found.expand(meaning, &mut whole);
            Some(whole)
        })
    })
}

fn split(table: &Table<'_>, names: &mut Names) -> Result<Does, Fault> {
    let pattern = pattern(table)?;
    let groups: Vec<(usize, usize)> =
        pattern.capture_names().enumerate().filter_map(|(group, name)| Some((group, names.made(name?)))).collect();
    if groups.is_empty() {
        let entry = table.needed("pattern", "…")?;
        return Err(entry.fault("names no group, and so makes no value: write a part of it as `(?<name>…)`"));
    }
    Ok(Does::Split { pattern, groups })
}

fn translate(table: &Table<'_>, names: &mut Names, subject: &str) -> Result<Does, Fault> {
    let entry = table.needed("codes", r#"codes = { "x" = "meaning" }"#)?;
    let (mut codes, mut patterns) = (FxHashMap::default(), Vec::new());
    for code in entry.table()?.entries() {
        let meaning = code.text()?.value.to_owned();
        match as_pattern(code.key) {
            None => drop(codes.insert(code.key.to_owned(), meaning)),
            Some(pattern) => {
                let pattern = compiled(pattern).map_err(|reason| Fault::new(code.span.clone(), reason))?;
                patterns.push((pattern, meaning));
            }
        }
    }
    Ok(Does::Translate { to: made(table, names, Some(subject))?, codes, patterns })
}

/// What stands between slashes.
pub(super) fn as_pattern(text: &str) -> Option<&str> {
    text.strip_prefix('/').and_then(|text| text.strip_suffix('/'))
}

/// A regular expression, or why it is none.
pub(super) fn compiled(pattern: &str) -> Result<Regex, String> {
    Regex::new(pattern).map_err(|error| {
        let reason = error.to_string();
        let reason = reason.lines().last().unwrap_or("").trim().trim_start_matches("error: ").to_owned();
        format!("`{pattern}` is not a regular expression: {reason}")
    })
}

fn pattern(table: &Table<'_>) -> Result<Regex, Fault> {
    let text = table.needed("pattern", "pattern = '^(?<name>…)$'")?.text()?;
    compiled(text.value).map_err(|reason| Fault::new(text.span, reason))
}

/// The value that a step makes.
fn made(table: &Table<'_>, names: &mut Names, by_default: Option<&str>) -> Result<usize, Fault> {
    match (table.text("to")?, by_default) {
        (Some(to), _) => Ok(names.made(to.value)),
        (None, Some(name)) => Ok(names.made(name)),
        (None, None) => table.needed("to", r#"to = "name""#).map(|_| 0),
    }
}

fn otherwise(table: &Table<'_>) -> Result<Otherwise, Fault> {
    let Some(text) = table.text("otherwise")? else { return Ok(Otherwise::Problem) };
    match text.value {
        "problem" => Ok(Otherwise::Problem),
        "keep" => Ok(Otherwise::Keep),
        "skip" => Ok(Otherwise::Skip),
        _ => Err(text.fault(
            "is \"problem\" (the record is rejected), \"keep\" (it goes on without) or \"skip\" (it is left out and counted)",
        )),
    }
}

fn mark(table: &Table<'_>) -> Result<Mark, Fault> {
    let text = table.needed("do", r#"do = "omit""#)?.text()?;
    match text.value {
        "drop" => Ok(Mark::Drop),
        "omit" => Ok(Mark::Omit),
        "open" => Ok(Mark::Open),
        _ => Err(text.fault("is \"drop\" (the record), \"omit\" (the value) or \"open\" (the value becomes `..`)")),
    }
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// How many characters of a value a message shows.
const SHOWN: usize = 80;

/// A value as messages show it.
pub(super) fn clip(value: &str) -> String {
    match value.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or("")),
        None => value.to_owned(),
    }
}
