//! Remarks in English: one phrase each, and the line below an answer, which
//! counts its rows and has all of them.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use super::list::{all, either, names};
use super::remark::{CountRange, DateClause, EmptyReason, MissingField, Remark};
use crate::exec::{EnoughActs, Heard, Nearest, RecordedPart, Shape, SoleCondition};
use crate::model::Day;

/// How many rows an answer has, and of what kind they are.
pub struct RowCount<'a> {
    pub of: Shape,
    /// Unknown until the rows are made.
    pub total: Option<u64>,
    /// How many there were before the stage that left none.
    pub before: Option<u64>,
    /// If rows are entities on several days: how many days, and how many entities.
    pub series: Option<(u64, u64)>,
    /// The dates that the query asks about, where that is worth telling.
    pub dates: &'a [Arc<str>],
}

/// One line that counts the rows of an answer and has all remarks on it.
pub fn summary(count: &RowCount<'_>, remarks: &[Remark]) -> String {
    let mut line = rows(count);
    for (place, field) in count.dates.iter().enumerate() {
        let _ = write!(line, "{} `{field}`", if place == 0 { " by" } else { "," });
    }
    for remark in remarks {
        let _ = match remark {
            // How many there were is told already.
            Remark::StageEmpty { reason, .. } if is_none_left(count) => write!(line, " · {reason}"),
            remark => write!(line, " · {remark}"),
        };
    }
    line
}

fn is_none_left(count: &RowCount<'_>) -> bool {
    count.total == Some(0) && count.before.is_some()
}

fn rows(count: &RowCount<'_>) -> String {
    let counted = |rows: u64| match (count.series, &count.of) {
        (Some((days, entities)), of @ Shape::Entities { .. }) => {
            let days = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
            format!("{}, {} on {days}", counted(&Shape::Table, rows), counted(of, entities))
        }
        (_, of) => counted(of, rows),
    };
    match (count.total, count.before) {
        (Some(0), Some(before)) => format!("0 of {}", counted(before)),
        (Some(total), _) => counted(total),
        (None, _) => counted(2).trim_start_matches("2 ").to_owned(),
    }
}

/// So many rows of a kind: `1 fact`, `12 states`.
fn counted(of: &Shape, count: u64) -> String {
    let (one, several): (&str, &str) = match of {
        Shape::Facts => ("fact", "facts"),
        Shape::Entities { noun, plural } => (noun, plural),
        Shape::Periods => ("period", "periods"),
        Shape::Changes => ("change", "changes"),
        Shape::Table => ("row", "rows"),
    };
    format!("{count} {}", if count == 1 { one } else { several })
}

fn more_possible(count: u64) -> String {
    format!("{count} more {} possible", if count == 1 { "is" } else { "are" })
}

fn have_no(field: &str, count: u64) -> String {
    format!("{count} {} no `{field}`", if count == 1 { "has" } else { "have" })
}

fn on_each_day(each_day: bool) -> &'static str {
    if each_day { ", counted on each day" } else { "" }
}

/// What acts are done to.
pub(super) fn about(objects: &[Arc<str>], more_objects: u64) -> String {
    let others = match more_objects {
        0 => None,
        1 => Some("1 other".to_owned()),
        more => Some(format!("{more} others")),
    };
    let objects: Vec<String> = objects.iter().map(ToString::to_string).chain(others).collect();
    if objects.is_empty() { String::new() } else { format!(" for {}", all(objects)) }
}

/// Which acts may not be recorded, and why nobody can tell.
fn unrecorded(
    acts: &[Arc<str>],
    objects: &[Arc<str>],
    more_objects: u64,
    recorded: RecordedPart,
    heard: Option<&Heard>,
) -> String {
    let (acts, about) = (either(acts), about(objects, more_objects));
    if let Some(heard) = heard {
        let is_one = heard.names.len() == 1;
        let (report, claim) = if is_one { ("reports", "does not claim") } else { ("report", "do not claim") };
        return match recorded {
            RecordedPart::Nothing => format!("{heard} {report} no {acts}{about}, and {claim} to have them all"),
            RecordedPart::Some => format!("{heard} {claim} to have every {acts}{about}"),
            RecordedPart::SomeDays => format!("{heard} {claim} to have every {acts}{about} on earlier days"),
        };
    }
    match recorded {
        RecordedPart::Nothing => format!("no {acts} is recorded{about}, and no source claims to have them all"),
        RecordedPart::Some => format!("no source claims to have every {acts}{about}"),
        RecordedPart::SomeDays => format!("no source claims to have every {acts}{about} on earlier days"),
    }
}

impl fmt::Display for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.names.as_slice() {
            [] => f.write_str("the sources that pass"),
            names => f.write_str(&all(names.iter().map(ToString::to_string))),
        }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Possible { count, each_day } => {
                write!(f, "{}{} (`maybe`)", more_possible(*count), on_each_day(*each_day))
            }
            Self::Unknown { count, each_day } => {
                let is = if *count == 1 { "is" } else { "are" };
                write!(f, "{count} more {is} unknown{} (`unknown`)", on_each_day(*each_day))
            }
            Self::MissingDate { field, count, each_day } => {
                write!(f, "{}{}", have_no(field, *count), on_each_day(*each_day))
            }
            Self::MissingShared { field, count } => {
                let have = if *count == 1 { "has" } else { "have" };
                write!(f, "{count} {have} no known `{field}` to share with another fact")
            }
            Self::Undecided { stage, possible, unknown, missing } => {
                let possible = (*possible > 0).then(|| more_possible(*possible));
                let unknown = (*unknown > 0 && missing.is_empty()).then(|| format!("{unknown} unknown"));
                let missing = missing.iter().map(|MissingField { field, count }| have_no(field, *count));
                let told: Vec<String> = possible.into_iter().chain(missing).chain(unknown).collect();
                write!(f, "`{stage}`: {}", told.join(", "))
            }
            Self::CountRanges { column, rows, first } => {
                let told = first.iter().map(|CountRange { row, least, most }| format!("{least}..{most} ({row})"));
                let more = (*rows > first.len() as u64).then(|| "…".to_owned());
                let told: Vec<String> = told.chain(more).collect();
                write!(f, "`{column}` may be higher: {}", told.join(", "))
            }
            Self::UnrecordedCounts { column, acts, objects, more_objects, recorded, heard, .. } => {
                let reason = unrecorded(acts, objects, *more_objects, *recorded, heard.as_ref());
                write!(f, "`{column}` may be higher: {reason}")
            }
            Self::UnaskedPublisher { name, account } => {
                write!(f, "what `{name}` publishes is not asked for: `{account}`")
            }
            Self::UncertainGroups { grouping, count } => {
                let rows = if *count == 1 { "row" } else { "rows" };
                write!(f, "{count} {rows} might belong to another `{grouping}`: dates are imprecise or missing")
            }
            Self::MightPrecede { count } => write!(f, "{count} more might come before these: dates are imprecise"),
            Self::MightFollow { count } => write!(f, "{count} more might come after these: dates are imprecise"),
            Self::NoRule { field, count, enough } => {
                let have = |count: u64| if count == 1 { "has" } else { "have" };
                write!(f, "{count} {} no known rule for `{field}`", have(*count))?;
                enough.as_ref().map_or(Ok(()), |EnoughActs { count, least, acts }| {
                    let (have, acts) = (have(*count), either(acts));
                    write!(f, "; {count} of these {have} {least} acts of {acts}, as many as any rule here requires")
                })
            }
            Self::Unrecorded { count, acts, objects, more_objects, recorded, heard, each_day } => {
                if *count > 0 {
                    write!(f, "{count} unknown{}: ", on_each_day(*each_day))?;
                }
                f.write_str(&unrecorded(acts, objects, *more_objects, *recorded, heard.as_ref()))
            }
            Self::Untold { count, heard } => write!(f, "{count} unknown: not reported by {heard}"),
            Self::Spoken { heard, count, of } => {
                let speak = if heard.names.len() == 1 { "speaks" } else { "speak" };
                write!(f, "{heard} {speak} of {count} of {of}")
            }
            Self::FirstOrLast { stage, sort: Some(sort), .. } => write!(f, "`{stage}`: in the order of `{sort}`"),
            Self::FirstOrLast { stage, last: false, .. } => write!(f, "`{stage}`: the earliest `date`"),
            Self::FirstOrLast { stage, last: true, .. } => write!(f, "`{stage}`: the latest `date`"),
            Self::EqualRowsLeftOut { stage, count } => {
                let rows = if *count == 1 { "1 row that ties" } else { &format!("{count} rows that tie") };
                write!(f, "`{stage}` left out {rows} with one that it kept")
            }
            Self::Incomplete { publisher: Some(publisher), until } => {
                write!(f, "{publisher} is complete only until {}", until.written())
            }
            Self::Incomplete { publisher: None, until } => write!(f, "recorded only until {}", until.written()),
            Self::ReadAsText { word } => write!(f, "`{word}` read as text"),
            Self::NameInTexts { word, count: 1 } => write!(f, "1 more has it in a text: `\"{word}\"`"),
            Self::NameInTexts { word, count } => write!(f, "{count} more have it in a text: `\"{word}\"`"),
            Self::ReadAs { word, values } => write!(f, "`{word}` read as {}", names(values)),
            Self::OtherValues { word, values } => {
                let are = if values.len() == 1 { "is" } else { "are" };
                write!(f, "`{word}` is also spelt {}, which {are} left out", names(values))
            }
            Self::Empty(reason) => write!(f, "{reason}"),
            Self::StageEmpty { rows, of, reason, .. } => write!(f, "of {}, {reason}", counted(of, *rows)),
            Self::DaysMeant { clause, first, last } => {
                let day = |day: &Option<Day>| day.map_or(String::new(), |day| day.to_string());
                match clause {
                    DateClause::Known => write!(f, "known at the end of {}", day(last)),
                    DateClause::AsOf => write!(f, "as of {}", day(last)),
                    DateClause::Date(written) if first == last => write!(f, "`{written}` is {}", day(first)),
                    DateClause::Date(written) => write!(f, "`{written}` is {}..{}", day(first), day(last)),
                }
            }
            Self::OtherDate { instead, count, query, .. } => {
                write!(f, "{count} more by `{instead}`")?;
                query.as_ref().map_or(Ok(()), |query| write!(f, ": `{query}`"))
            }
            Self::OtherDayHere { today, here } => write!(f, "today is {today} (UTC), and {here} where you are"),
            Self::BeforeFirstCommit { first } => write!(f, "the store was empty then: its first commit was at {first}"),
            Self::AfterLastCommit { last } => write!(f, "the last commit is #{last}"),
        }
    }
}

/// With the conditions as they stand in the query: "19 match `resigned`, 4 of
/// them `city:oslo`, none of those `in 2019` (nearest: 2024-09-06)".
impl fmt::Display for EmptyReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suggests = self.sole.as_ref().map(|sole| self.sole_condition(sole, f)).transpose()?.unwrap_or(false);
        for (place, part) in self.parts.iter().enumerate() {
            match (place, part.together) {
                (0, 0) => f.write_str("none matches")?,
                (0, 1) => f.write_str("1 matches")?,
                (0, count) => write!(f, "{count} match")?,
                (1, 0) => f.write_str(", none of them")?,
                (_, 0) => f.write_str(", none of those")?,
                (1, count) => write!(f, ", {count} of them")?,
                (_, count) => write!(f, ", {count} of those")?,
            }
            write!(f, " `{}`", part.condition)?;
        }
        if let Some(nearest) = &self.nearest {
            write!(f, " ({nearest})")?;
        }
        if let Some(others) = &self.other_facts {
            write!(f, ": of all facts, {others}")?;
        }
        match &self.suggestion {
            Some(suggestion) if !suggests => write!(f, " (did you mean `{suggestion}`?)"),
            _ => Ok(()),
        }
    }
}

impl EmptyReason {
    /// The only condition; returns whether that tells the suggestion.
    fn sole_condition(&self, sole: &SoleCondition, f: &mut fmt::Formatter<'_>) -> Result<bool, fmt::Error> {
        let text = self.condition.as_deref().unwrap_or_default();
        match (sole, &self.suggestion) {
            (SoleCondition::Text, _) => write!(f, "no text contains `{}`", text.trim_matches('"'))?,
            (SoleCondition::Value, None) => write!(f, "no fact has `{text}`")?,
            (SoleCondition::Value, Some(meant)) => {
                write!(f, "no fact has `{text}`; did you mean `{meant}`?")?;
                return Ok(true);
            }
            (SoleCondition::Attribute, Some(meant)) => {
                write!(f, "none has `{text}`; did you mean `{meant}`?")?;
                return Ok(true);
            }
            (SoleCondition::Sources, _) => f.write_str("none has a source")?,
            (SoleCondition::Status, _) => f.write_str("no act that opens this status is recorded")?,
            (SoleCondition::Existing { day }, _) => write!(f, "none existed on {day}")?,
            (SoleCondition::Attribute, None) | (SoleCondition::Other, _) => write!(f, "none matches `{text}`")?,
        }
        Ok(false)
    }
}

impl fmt::Display for Nearest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(cell) => write!(f, "nearest: {cell}"),
            Self::From(day) => write!(f, "nearest: from {day}"),
            Self::Until(day) => write!(f, "nearest: until {day}"),
            Self::Never => f.write_str("not on any day that is recorded"),
        }
    }
}
