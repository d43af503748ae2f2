//! Errors in English: one sentence each, with what to do about it where that
//! can be told.

use std::fmt;

use super::later_change::LaterChange;
use super::list::names;
use crate::error::{Error, JournalDamage, ReadOnlyReason};
use crate::exec::QueryLimit;
use crate::plan::KnownState;
use crate::plan::QueryProblem;
use crate::syntax::Diagnostic;

/// How many things that later commits changed are named.
const SHOWN_CHANGES: usize = 10;

fn write_later_changes(number: u64, changes: &[LaterChange], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let shown: Vec<String> = changes.iter().take(SHOWN_CHANGES).map(ToString::to_string).collect();
    write!(f, "#{number} cannot be undone, because later commits changed {}", shown.join(", "))?;
    match changes.len().checked_sub(SHOWN_CHANGES) {
        None | Some(0) => Ok(()),
        Some(more) => write!(f, " and {more} more"),
    }
}

fn write_not_undone(
    number: u64,
    facts: &[String],
    count: u64,
    problem: &Error,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    write!(f, "#{number} cannot be undone")?;
    if !facts.is_empty() {
        write!(f, " because of the {} {}", if count == 1 { "fact" } else { "facts" }, names(facts))?;
        match count.saturating_sub(facts.len() as u64) {
            0 => {}
            more => write!(f, " and {more} more")?,
        }
    }
    write!(f, ": {problem}")
}

fn query_then(f: &mut fmt::Formatter<'_>, known: KnownState, first: Option<&Diagnostic<QueryProblem>>) -> fmt::Result {
    match known {
        KnownState::Now => f.write_str("the query cannot be read now")?,
        KnownState::Day(day) => write!(f, "the query cannot be read as the store was on {day}")?,
        KnownState::Commit(number) => write!(f, "the query cannot be read as the store was at commit #{number}")?,
    }
    match first.map(Diagnostic::message) {
        Some(first) => write!(f, ": {first}"),
        None => f.write_str(": its rows would be of another kind"),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Query(diagnostics) => match diagnostics.first() {
                Some(first) => f.write_str(&first.message()),
                None => f.write_str("the query is wrong"),
            },
            Self::QueryThen { known, diagnostics } => query_then(f, *known, diagnostics.first()),
            Self::NestedComparison => f.write_str("`diff known` compares the answers of a whole query"),
            Self::Pattern { pattern, reason } => write!(f, "`{pattern}` is not a valid regular expression: {reason}"),
            Self::TooManyColumns { columns, limit } => write!(
                f,
                "`pivot` would make {columns} columns, and at most {limit} are allowed; `count by` both keys \
                 makes a row for each pair instead"
            ),
            Self::ResultBeyondBounds(error) => {
                write!(f, "a number that the query calculates cannot be given exactly: {error}")
            }
            Self::Cancelled => f.write_str("the query was cancelled"),
            Self::OverLimit(QueryLimit::Time(most)) => {
                write!(
                    f,
                    "the query takes more than {} seconds: ask for fewer rows or a shorter range of days, or raise \
                     the limit with `QueryLimits::time`",
                    most.as_secs_f64()
                )
            }
            Self::OverLimit(QueryLimit::Values(most)) => {
                write!(
                    f,
                    "the query makes more than {most} values: ask for fewer rows, keys or columns, or raise the limit \
                     with `QueryLimits::values`"
                )
            }
            Self::OverLimit(QueryLimit::Rows(most)) => {
                write!(
                    f,
                    "the answer has more than {most} rows: limit them with `take`, count them with `count`, or raise \
                     the limit with `QueryLimits::rows`"
                )
            }
            Self::Refused(refusal) => refusal.fmt(f),
            Self::DropsValues { values } => {
                let values: Vec<String> = values.iter().map(|(field, value)| format!("{field}: {value}")).collect();
                write!(
                    f,
                    "facts in force have values that the new vocabulary does not allow: {}; keep allowing them, \
                     or retract the facts first",
                    names(&values)
                )
            }
            Self::MissingReason => f.write_str("a retraction needs a reason"),
            Self::UnknownFact { id } => write!(f, "there is no fact `{id}`"),
            Self::UnknownCommit { number } => write!(f, "there is no commit #{number}"),
            Self::ChangedLater { number, changes } => write_later_changes(*number, changes, f),
            Self::FirstVocabulary { number } => {
                write!(
                    f,
                    "#{number} cannot be undone, because it gave the store its vocabulary, and there was none before"
                )
            }
            Self::NotUndone { number, facts, count, problem } => write_not_undone(*number, facts, *count, problem, f),
            Self::AlreadyRetracted { id } => write!(f, "the fact `{id}` is already retracted"),
            Self::Record(error) => error.fmt(f),
            Self::SameIds { first, count: 1 } => first.fmt(f),
            Self::SameIds { first, count } => write!(f, "{count} records have the ids of others: {first}"),
            Self::Input(error) => error.fmt(f),
            Self::InFile { file, line: Some(line), error } => write!(f, "{file}:{line}: {error}"),
            Self::InFile { file, line: None, error } => write!(f, "{file}: {error}"),
            Self::Vocabulary(error) => error.fmt(f),
            Self::Schema(error) => error.fmt(f),
            Self::Date(error) => error.fmt(f),
            Self::Json(error) => error.fmt(f),
            Self::NotFound(path) => write!(f, "there is no store in {}", path.display()),
            Self::Exists(path) => write!(f, "{} already exists and is not empty", path.display()),
            Self::Locked { process } => {
                write!(f, "{} is writing to the store; try again later", WritingProcess(*process))
            }
            Self::ReadOnly(reason) => write!(f, "the store is read-only: {reason}"),
            Self::NestedTransaction => f.write_str("a transaction is already open on this thread"),
            Self::Damaged(damage) => write!(f, "the journal is damaged: {damage}"),
            Self::Journal(error) => error.fmt(f),
            Self::Index(error) => error.fmt(f),
            Self::IndexTooLarge { lines, limit, cause } => {
                write!(
                    f,
                    "no index on disk can be used, and the journal has {lines} lines, more than the {limit} that are \
                     indexed in memory"
                )?;
                cause.as_ref().map_or(Ok(()), |cause| write!(f, "; {cause}"))
            }
            Self::NotIndexed { transaction, cause } => {
                write!(f, "written as transaction {transaction}, but the index does not have it yet: {cause}")
            }
            Self::Io { path, source } => write!(f, "{}: {source}", path.display()),
            Self::Internal(what) => write!(f, "internal error: {what}"),
        }
    }
}

/// The process that writes to a store.
struct WritingProcess(Option<u32>);

impl fmt::Display for WritingProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(process) => write!(f, "process {process}"),
            None => f.write_str("another process"),
        }
    }
}

impl fmt::Display for ReadOnlyReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpenedReadOnly => f.write_str("it was opened for reading"),
            Self::Locked { process } => write!(f, "{} is writing to it", WritingProcess(*process)),
            Self::Directory { reason } => write!(f, "its directory cannot be written to: {reason}"),
            Self::Damaged(damage) => {
                write!(f, "its journal is damaged and can be read only as far as the damage: {damage}")
            }
        }
    }
}

impl fmt::Display for JournalDamage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(damage) => damage.fmt(f),
            Self::Content { line, reason } => write!(f, "line {line} of the journal cannot be read: {reason}"),
            Self::UnknownLine { line, kind } => {
                write!(f, "line {line} of the journal is of the unknown kind `{kind}`")
            }
            Self::MissingCommit { line } => {
                write!(f, "the journal ends before its last commit at line {line}")
            }
        }
    }
}
