//! The steps of a mapping: each makes values of other values, or ends the record.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use regex::Regex;
use rustc_hash::FxHashMap;

use super::column_dates::{ColumnReading, are_open};
use super::condition::{CONDITION_KEYS, Conditions, slot_of_optional};
use super::filling::{clip, lost};
use super::legend;
use super::template::{RowValues, Template, ValueNames};
use super::toml_reader::{MappingFault, TomlTable, TomlText, line_and_column};
use super::written_date::DateOrder;
use crate::exchange::problem::{MappingProblem, RecordProblem, StepLocation, StepProblem};
use crate::exchange::record::{LeftOut, LeftOutReason, SentinelEffect};
use crate::model::nearest;

/// What becomes of a record after a step.
pub(super) enum StepOutcome {
    /// It goes on to the next step.
    Continues,
    /// It goes on without the value that the step would have made, and that it
    /// may miss in the end.
    Keeps(LeftOut),
    /// It is left out on purpose.
    Ends(LeftOut),
    /// Its value is left out on purpose, and the record goes on.
    Omits(LeftOut),
}

/// What a step has to know besides the values.
#[derive(Clone, Copy)]
pub(super) struct StepContext<'c> {
    pub names: &'c ValueNames,
    /// The number of the step.
    pub step: usize,
    /// The column whose cell is the record, if it is not a row.
    pub column: Option<&'c Arc<str>>,
    pub dates: ColumnReading<'c>,
    /// The slots of values that every record has, whatever its cells say.
    pub built_in: &'c [Option<usize>],
}

/// One step.
#[derive(Debug)]
pub(super) struct Step {
    conditions: Conditions,
    /// The slot of the value that it takes.
    from: usize,
    action: StepAction,
    otherwise: Otherwise,
    location: StepLocation,
}

#[derive(Debug)]
enum StepAction {
    Split { pattern: Regex, groups: Vec<(usize, usize)> },
    Legend { letter: usize, to: usize },
    Translate { to: usize, codes: FxHashMap<String, String>, patterns: Vec<(Regex, String)> },
    Date { to: usize, orders: Vec<DateOrder> },
    Sentinel { pattern: Regex, effect: SentinelEffect },
    Set { to: usize, template: Template },
}

/// What to do with a value that a step cannot use.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Otherwise {
    /// The record is rejected.
    Problem,
    /// The record goes on without what the step would have made.
    Keep,
    /// The record is left out and counted.
    Skip,
}

/// What `otherwise` may be.
const OTHERWISE: [(&str, Otherwise); 3] =
    [("problem", Otherwise::Problem), ("keep", Otherwise::Keep), ("skip", Otherwise::Skip)];

/// What `do` of a sentinel may be.
const EFFECTS: [(&str, SentinelEffect); 3] =
    [("drop", SentinelEffect::DropsRecord), ("omit", SentinelEffect::OmitsValue), ("open", SentinelEffect::OpensEnd)];

/// The keys that name the kinds of steps.
const KINDS: [&str; 6] = ["split", "legend", "translate", "date", "sentinel", "set"];

impl Step {
    pub fn read(
        table: &TomlTable<'_>,
        names: &mut ValueNames,
        (mapping, text): (&str, &str),
    ) -> Result<Self, MappingFault> {
        let (kind, subject) = kind_of_step(table)?;
        let more: &[&str] = match kind {
            "split" => &["pattern", "otherwise"],
            "legend" => &["letter", "to", "otherwise"],
            "translate" => &["to", "codes", "otherwise"],
            "date" => &["to", "order", "otherwise"],
            "sentinel" => &["pattern", "do"],
            _ => &["value"],
        };
        table.only(&[&[kind], more, &CONDITION_KEYS].concat())?;
        let conditions = Conditions::read(table, names)?;
        let from = if kind == "set" { 0 } else { slot_of_optional(&subject, names) };
        let action = match kind {
            "split" => split(table, names)?,
            "legend" => {
                let letter = table.needed("letter", r#"letter = "letter""#)?.text()?;
                let letter = slot_of_optional(&letter, names);
                let to = table.needed("to", r#"to = "name""#)?.text()?;
                StepAction::Legend { letter, to: names.made(to.value) }
            }
            "translate" => translate(table, names, subject.value)?,
            "date" => {
                let orders = table.needed("order", r#"order = "day month year""#)?.texts()?;
                let orders = orders.iter().map(DateOrder::read).collect::<Result<_, _>>()?;
                StepAction::Date { to: made_value(table, names, "date")?, orders }
            }
            "sentinel" => {
                let effect = table.needed("do", r#"do = "omit""#)?.text()?.choice(&EFFECTS)?;
                StepAction::Sentinel { pattern: pattern_of(table)?, effect }
            }
            _ => {
                let value = table.needed("value", r#"value = "{one} {two}""#)?.text()?;
                let template = Template::read(&value, names)?;
                StepAction::Set { to: names.made(subject.value), template }
            }
        };
        names.steps += 1;
        let otherwise = table.text("otherwise")?.map_or(Ok(Otherwise::Problem), |text| text.choice(&OTHERWISE))?;
        let (line, _) = line_and_column(text, table.span.start);
        let location = StepLocation { mapping: mapping.into(), line };
        Ok(Self { conditions, from, action, otherwise, location })
    }

    /// Whether it may read a date either with the day or with the month first.
    pub fn has_open_dates(&self) -> bool {
        matches!(&self.action, StepAction::Date { orders, .. } if are_open(orders))
    }

    /// Whether it makes a value by a template, and takes none.
    pub fn is_set(&self) -> bool {
        matches!(self.action, StepAction::Set { .. })
    }

    /// The slot of the value that it takes.
    pub fn from(&self) -> usize {
        self.from
    }

    /// The slots of the values that it makes.
    pub fn targets(&self) -> Vec<usize> {
        match &self.action {
            StepAction::Split { groups, .. } => groups.iter().map(|(_, slot)| *slot).collect(),
            StepAction::Legend { to, .. }
            | StepAction::Translate { to, .. }
            | StepAction::Date { to, .. }
            | StepAction::Set { to, .. } => vec![*to],
            StepAction::Sentinel { .. } => Vec::new(),
        }
    }

    /// Takes the step with the values of a record. The error says what is wrong with them.
    pub fn run(&self, values: &mut RowValues<'_>, context: StepContext<'_>) -> Result<StepOutcome, RecordProblem> {
        if !self.conditions.hold(values) {
            return Ok(StepOutcome::Continues);
        }
        if let StepAction::Set { to, template } = &self.action {
            return Ok(set(*to, template, values, context));
        }
        let Some(value) = values.get(self.from).and_then(Clone::clone) else { return Ok(StepOutcome::Continues) };
        let name = || context.names.name(self.from).to_owned();
        if let StepAction::Sentinel { pattern, effect } = &self.action {
            return Ok(self.sentinel(&value, pattern, *effect, values, context.names));
        }
        let Err(problem) = self.convert(&value, values, context) else { return Ok(StepOutcome::Continues) };
        let letter = match &self.action {
            StepAction::Legend { letter, .. } => values.get(*letter).and_then(Option::as_deref).map(str::to_owned),
            _ => None,
        };
        let left_out = |reason| LeftOut { reason, example: clip(&value) };
        match self.otherwise {
            Otherwise::Keep => Ok(StepOutcome::Keeps(left_out(LeftOutReason::Kept { value: name(), problem }))),
            Otherwise::Skip => {
                Ok(StepOutcome::Ends(left_out(LeftOutReason::Skipped { value: name(), problem, letter })))
            }
            Otherwise::Problem => Err(RecordProblem::Step {
                value: name(),
                text: value.into_owned().into(),
                letter: letter.map(String::into_boxed_str),
                problem,
                step: Box::new(self.location.clone()),
            }),
        }
    }

    /// Makes values of one.
    fn convert(&self, value: &str, values: &mut RowValues<'_>, context: StepContext<'_>) -> Result<(), StepProblem> {
        let (to, made) = match &self.action {
            StepAction::Set { .. } | StepAction::Sentinel { .. } => return Ok(()),
            StepAction::Split { pattern, groups } => {
                let found = pattern.captures(value).ok_or(StepProblem::PatternMismatch)?;
                for (group, slot) in groups {
                    let part = found.get(*group).map(|part| part.as_str().trim()).filter(|part| !part.is_empty());
                    // A part that is not there takes nothing away that is.
                    if let Some(part) = part {
                        put(values, *slot, Some(Cow::Owned(part.to_owned())));
                    }
                }
                return Ok(());
            }
            StepAction::Legend { letter, to } => {
                let letter = values.get(*letter).and_then(Option::as_deref);
                let problem = if letter.is_some() { StepProblem::UnknownLetter } else { StepProblem::NoLetter };
                (*to, legend::entry(value, letter).ok_or(problem)?)
            }
            StepAction::Translate { to, codes, patterns } => {
                (*to, translated(value, codes, patterns).ok_or(StepProblem::UnknownCode)?)
            }
            StepAction::Date { to, orders } => {
                (*to, context.dates.read((context.step, context.column), value, orders)?)
            }
        };
        put(values, to, Some(Cow::Owned(made)));
        Ok(())
    }

    fn sentinel(
        &self,
        value: &str,
        pattern: &Regex,
        effect: SentinelEffect,
        values: &mut RowValues<'_>,
        names: &ValueNames,
    ) -> StepOutcome {
        let Some(found) = pattern.find(value) else { return StepOutcome::Continues };
        let name = names.name(self.from).to_owned();
        let reason = LeftOutReason::Sentinel { value: name, found: clip(found.as_str()), effect };
        let left_out = LeftOut { reason, example: clip(value) };
        match effect {
            SentinelEffect::DropsRecord => return StepOutcome::Ends(left_out),
            SentinelEffect::OmitsValue => put(values, self.from, None),
            SentinelEffect::OpensEnd => put(values, self.from, Some(Cow::Borrowed(".."))),
        }
        StepOutcome::Omits(left_out)
    }
}

/// Sets a value, if the template gives one; else a value that is there stays.
fn set(to: usize, template: &Template, values: &mut RowValues<'_>, context: StepContext<'_>) -> StepOutcome {
    let Some(value) = template.fill(values).map(Cow::into_owned) else {
        let lost = lost(template, context.names.name(to), values, context.names, context.built_in);
        return lost.map_or(StepOutcome::Continues, StepOutcome::Keeps);
    };
    put(values, to, Some(Cow::Owned(value)));
    StepOutcome::Continues
}

fn put<'r>(values: &mut RowValues<'r>, slot: usize, value: Option<Cow<'r, str>>) {
    if let Some(place) = values.get_mut(slot) {
        *place = value;
    }
}

/// Which kind of step a table is, and the value that it names for that.
fn kind_of_step<'t>(table: &TomlTable<'t>) -> Result<(&'static str, TomlText<'t>), MappingFault> {
    for kind in KINDS {
        if let Some(entry) = table.get(kind) {
            return Ok((kind, entry.text()?));
        }
    }
    // A key that is nearly a kind is probably meant to be it.
    if table.entries().iter().any(|entry| nearest(entry.key, KINDS).is_some()) {
        table.only(&KINDS)?;
    }
    Err(table.fault(MappingProblem::EmptyStep { known: KINDS.to_vec() }))
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

fn split(table: &TomlTable<'_>, names: &mut ValueNames) -> Result<StepAction, MappingFault> {
    let pattern = pattern_of(table)?;
    let groups: Vec<(usize, usize)> =
        pattern.capture_names().enumerate().filter_map(|(group, name)| Some((group, names.made(name?)))).collect();
    if groups.is_empty() {
        return Err(table.needed("pattern", PATTERN)?.fault(MappingProblem::NoNamedGroup));
    }
    Ok(StepAction::Split { pattern, groups })
}

fn translate(table: &TomlTable<'_>, names: &mut ValueNames, subject: &str) -> Result<StepAction, MappingFault> {
    let entry = table.needed("codes", r#"codes = { "x" = "meaning" }"#)?;
    let (mut codes, mut patterns) = (FxHashMap::default(), Vec::new());
    for code in entry.table()?.entries() {
        let meaning = code.text()?.value.to_owned();
        match pattern_between_slashes(code.key) {
            None => drop(codes.insert(code.key.to_owned(), meaning)),
            Some(pattern) => patterns.push((compiled(pattern, code.span.clone())?, meaning)),
        }
    }
    Ok(StepAction::Translate { to: made_value(table, names, subject)?, codes, patterns })
}

/// The regular expression that is written between slashes, if a text is.
pub(super) fn pattern_between_slashes(text: &str) -> Option<&str> {
    text.strip_prefix('/').and_then(|text| text.strip_suffix('/'))
}

/// A regular expression, or the fault for the place where it is written.
pub(super) fn compiled(pattern: &str, span: Range<usize>) -> Result<Regex, MappingFault> {
    Regex::new(pattern).map_err(|error| {
        let reason = error.to_string();
        // The last line says what is wrong; the ones above draw where.
        let reason = reason.lines().last().unwrap_or("").trim().trim_start_matches("error: ").to_owned();
        MappingFault::new(span, MappingProblem::InvalidPattern { pattern: pattern.to_owned(), reason })
    })
}

/// How a pattern may be written.
const PATTERN: &str = "pattern = '^(?<name>…)$'";

fn pattern_of(table: &TomlTable<'_>) -> Result<Regex, MappingFault> {
    let text = table.needed("pattern", PATTERN)?.text()?;
    compiled(text.value, text.span)
}

/// The slot of the value that a step makes.
fn made_value(table: &TomlTable<'_>, names: &mut ValueNames, by_default: &str) -> Result<usize, MappingFault> {
    let to = table.text("to")?;
    Ok(names.made(to.map_or(by_default, |to| to.value)))
}
