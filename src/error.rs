//! The one public error: what went wrong, as data. `say` puts it into English.

use std::path::PathBuf;

use crate::exchange::ExchangeError;
use crate::exec::{ExecError, QueryLimit};
use crate::index::IndexError;
use crate::journal::{Damage, JournalError};
use crate::model::{DateError, NumberError, SchemaError, VocabularyError};
use crate::plan::{KnownState, QueryProblem};
use crate::say::{LaterChange, Refusal};
use crate::store::{RejectedRecord, RejectionReason};
use crate::syntax::Diagnostic;

/// Why something could not be done.
///
/// Its `Display` is one sentence of English. [`Error::kind`] sorts errors
/// coarsely; the variants have the data.
///
/// ```
/// use tractat::{Error, ErrorKind, Refusal, Store, Vocabulary};
///
/// let words = "[world]\nname = \"boards\"\n[actions.resigned]\nlabel = \"resignation\"\n";
/// let store = Store::in_memory(&Vocabulary::from_toml(words)?)?;
/// let fact = serde_json::from_str(r#"{"subject": "ada", "action": "resignd", "date": "2024-05-01"}"#)?;
/// let error = store.transact(None, |transaction| transaction.assert(fact)).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::UnknownWord);
/// assert!(matches!(error, Error::Refused(refusal) if matches!(*refusal, Refusal::UnknownAction { .. })));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A query is wrong: where, and what is wrong there.
    Query(Vec<Diagnostic<QueryProblem>>),
    /// A query cannot be read as the store was at another time.
    QueryThen {
        /// The other time.
        known: KnownState,
        /// What is wrong with the query then; nothing if only its rows would be of another kind.
        diagnostics: Vec<Diagnostic<QueryProblem>>,
    },
    /// A part of a query compares states of the store, which only a whole query can.
    NestedComparison,
    /// A regular expression in a query is invalid or too large.
    Pattern {
        /// The expression.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// `pivot` would make too many columns.
    TooManyColumns {
        /// How many.
        columns: usize,
        /// The most that are allowed.
        limit: usize,
    },
    /// A number that a query calculates is beyond the bounds of one.
    ResultBeyondBounds(NumberError),
    /// A query was cancelled.
    Cancelled,
    /// A query would cost more than it may.
    OverLimit(QueryLimit),
    /// The world of the store does not accept a fact or an entity.
    Refused(Box<Refusal>),
    /// A vocabulary does not allow values that facts in force have.
    DropsValues {
        /// Each field with one of its values.
        values: Vec<(String, String)>,
    },
    /// A retraction gives no reason.
    MissingReason,
    /// There is no fact with the id.
    UnknownFact {
        /// The id.
        id: String,
    },
    /// There is no transaction of the number.
    UnknownCommit {
        /// The number.
        number: u64,
    },
    /// A transaction cannot be undone, since later ones changed the same things.
    ChangedLater {
        /// The number of the transaction.
        number: u64,
        /// What was changed again.
        changes: Vec<LaterChange>,
    },
    /// A transaction cannot be undone, since it gave the store its first vocabulary.
    FirstVocabulary {
        /// The number of the transaction.
        number: u64,
    },
    /// A transaction cannot be undone, since what is in force would not fit.
    NotUndone {
        /// The number of the transaction.
        number: u64,
        /// The first of the facts that stand in the way; none if an entity or the
        /// vocabulary does, which the problem names.
        facts: Vec<String>,
        /// How many facts stand in the way.
        count: u64,
        /// What would be wrong.
        problem: Box<Error>,
    },
    /// The fact is already retracted.
    AlreadyRetracted {
        /// Its id.
        id: String,
    },
    /// A record of an input is not accepted.
    Record(Box<RejectedRecord>),
    /// Records of an input have the ids of others and say something else.
    SameIds {
        /// The first of them.
        first: Box<RejectedRecord>,
        /// How many there are.
        count: u64,
    },
    /// An input cannot be read.
    Input(ExchangeError),
    /// Something is wrong at a place in a file.
    InFile {
        /// The file.
        file: String,
        /// The line, from 1; none if it concerns the file as a whole, or if the
        /// error itself has the place.
        line: Option<u64>,
        /// What is wrong.
        error: Box<Error>,
    },
    /// A text is not a vocabulary.
    Vocabulary(VocabularyError),
    /// A vocabulary cannot be used.
    Schema(SchemaError),
    /// A text is not a date.
    Date(DateError),
    /// A text is not the JSON that was expected, or a row does not fit a type.
    Json(serde_json::Error),
    /// There is no store in the directory.
    NotFound(PathBuf),
    /// The directory for a new store is not empty.
    Exists(PathBuf),
    /// Another process is writing to the store.
    Locked {
        /// Its process number, if that is known.
        process: Option<u32>,
    },
    /// Nothing can be written.
    ReadOnly(ReadOnlyReason),
    /// A transaction was begun inside another one on the same thread.
    NestedTransaction,
    /// The journal is damaged; what is before the damage can be read.
    Damaged(JournalDamage),
    /// The journal could not be read or written, and is not damaged.
    Journal(JournalError),
    /// The index failed, and could not be rebuilt from the journal. The
    /// journal is not affected.
    Index(IndexError),
    /// There is no usable index on disk, and the journal is too long to be
    /// indexed in memory.
    IndexTooLarge {
        /// How many lines the journal has.
        lines: u64,
        /// The most lines that are indexed in memory.
        limit: u64,
        /// Why it is not on disk, if that was tried.
        cause: Option<IndexError>,
    },
    /// A transaction was written, but the index does not have it and could not be
    /// replaced. Opening the store again builds it anew.
    NotIndexed {
        /// The number of the transaction.
        transaction: u64,
        /// Why.
        cause: Box<Error>,
    },
    /// A file could not be read or written.
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A defect of this library.
    Internal(&'static str),
}

/// A coarse kind of [`Error`], for programs that react to some errors only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A query is wrong.
    Query,
    /// A query was cancelled.
    Cancelled,
    /// A record has an action or a kind that the vocabulary does not have.
    UnknownWord,
    /// A value is not of the declared type.
    WrongType,
    /// A text is not a date.
    InvalidDate,
    /// A name means no entity, several, or one of the wrong kind.
    UnknownReference,
    /// A fact, an entity or a vocabulary is not accepted for another reason.
    Refused,
    /// An input, a file or a text cannot be read.
    Input,
    /// The directory has no store.
    NotFound,
    /// The directory has something in it already.
    Exists,
    /// Another process is writing.
    Locked,
    /// Nothing can be written.
    ReadOnly,
    /// The journal is damaged.
    Damaged,
    /// Something is larger than this library can handle.
    Limit,
    /// The system refused to read or write a file.
    Io,
    /// The index failed and could not be rebuilt.
    Index,
    /// The library was used in a way that it does not support.
    Usage,
    /// A defect of this library.
    Internal,
}

/// What became of a transaction that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteFate {
    /// Nothing of it is in the store.
    NotWritten,
    /// It is in the store, durably; what failed came after.
    Written {
        /// Its number.
        transaction: u64,
    },
    /// The disk failed while it was written. Opening the store again tells whether
    /// it is there, whole, or not at all.
    NotKnown,
}

/// Why nothing can be written to a store.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadOnlyReason {
    /// It was opened for reading.
    OpenedReadOnly,
    /// Another process is writing to it.
    Locked {
        /// Its process number, if that is known.
        process: Option<u32>,
    },
    /// Its directory cannot be written to; what the system says.
    Directory {
        /// What the system says.
        reason: String,
    },
    /// Its journal is damaged; it is read up to the damage.
    Damaged(JournalDamage),
}

/// How a journal is damaged.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum JournalDamage {
    /// A file is not as it was written.
    File(Damage),
    /// A line is as it was written, but its content cannot be read.
    Content {
        /// The line of the journal.
        line: u64,
        /// Why it cannot be read.
        reason: String,
    },
    /// A line is of a kind that this version does not know.
    UnknownLine {
        /// The line of the journal.
        line: u64,
        /// The kind.
        kind: String,
    },
    /// The journal ends before its last commit.
    MissingCommit {
        /// The line of the commit.
        line: u64,
    },
}

impl Error {
    /// The same with the place in a file where it is wrong.
    pub(crate) fn in_file(self, file: &str, line: Option<u64>) -> Self {
        Self::InFile { file: file.to_owned(), line, error: Box::new(self) }
    }

    /// What became of the transaction that failed with this error.
    #[must_use]
    pub fn fate(&self) -> WriteFate {
        match self {
            Self::NotIndexed { transaction, .. } => WriteFate::Written { transaction: *transaction },
            Self::Journal(JournalError::NotKnown(_)) | Self::Internal(_) => WriteFate::NotKnown,
            Self::InFile { error, .. } => error.fate(),
            _ => WriteFate::NotWritten,
        }
    }

    /// What kind of error it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Query(_) | Self::QueryThen { .. } | Self::Pattern { .. } => ErrorKind::Query,
            Self::Cancelled => ErrorKind::Cancelled,
            Self::Refused(refusal) => kind_of_refusal(refusal),
            Self::UnknownFact { .. } | Self::UnknownCommit { .. } => ErrorKind::UnknownReference,
            Self::AlreadyRetracted { .. }
            | Self::MissingReason
            | Self::DropsValues { .. }
            | Self::Schema(_)
            | Self::SameIds { .. }
            | Self::ChangedLater { .. }
            | Self::FirstVocabulary { .. } => ErrorKind::Refused,
            Self::InFile { error, .. } | Self::NotUndone { problem: error, .. } => error.kind(),
            Self::Record(record) => match &record.reason {
                RejectionReason::Refused(refusal) => kind_of_refusal(refusal),
                RejectionReason::Unreadable(_) => ErrorKind::Input,
            },
            Self::Input(_) | Self::Json(_) | Self::Vocabulary(_) | Self::Journal(JournalError::Format { .. }) => {
                ErrorKind::Input
            }
            Self::Date(_) => ErrorKind::InvalidDate,
            Self::NotFound(_) | Self::Journal(JournalError::Missing(_)) => ErrorKind::NotFound,
            Self::Exists(_) | Self::Journal(JournalError::Exists(_)) => ErrorKind::Exists,
            Self::Locked { .. } => ErrorKind::Locked,
            Self::ReadOnly(_) => ErrorKind::ReadOnly,
            Self::Damaged(_) => ErrorKind::Damaged,
            Self::TooManyColumns { .. }
            | Self::ResultBeyondBounds(_)
            | Self::OverLimit(_)
            | Self::IndexTooLarge { .. }
            | Self::Index(IndexError::TooManyFacts) => ErrorKind::Limit,
            Self::Journal(_) | Self::Io { .. } => ErrorKind::Io,
            Self::Index(_) | Self::NotIndexed { .. } => ErrorKind::Index,
            Self::NestedTransaction | Self::NestedComparison => ErrorKind::Usage,
            Self::Internal(_) => ErrorKind::Internal,
        }
    }
}

fn kind_of_refusal(refusal: &Refusal) -> ErrorKind {
    match refusal {
        Refusal::OfEntity { problem, .. } | Refusal::Says(problem) | Refusal::OrphanedFacts(problem) => {
            kind_of_refusal(problem)
        }
        Refusal::UnknownAction { .. } | Refusal::UnknownKind { .. } => ErrorKind::UnknownWord,
        Refusal::WrongType { .. } => ErrorKind::WrongType,
        Refusal::NotADate { .. } => ErrorKind::InvalidDate,
        Refusal::UnknownEntity { .. }
        | Refusal::AmbiguousEntity { .. }
        | Refusal::WrongKind { .. }
        | Refusal::Unrelated { .. }
        | Refusal::OfItself { .. }
        | Refusal::GroupsTooDeep { .. }
        | Refusal::AmbiguousCompletion { .. }
        | Refusal::CompletionOfOtherKind { .. } => ErrorKind::UnknownReference,
        _ => ErrorKind::Refused,
    }
}

/// The message of an error holds that of the error within it; the source is
/// what caused that one.
impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Refused(error) => error.source(),
            Self::Record(error) => error.source(),
            Self::Input(error) => error.source(),
            Self::InFile { error, .. } | Self::NotUndone { problem: error, .. } => error.source(),
            Self::Vocabulary(error) => error.source(),
            Self::Schema(error) => error.source(),
            Self::Date(error) => error.source(),
            Self::Json(error) => error.source(),
            Self::Journal(error) => error.source(),
            Self::Index(error) => error.source(),
            Self::NotIndexed { cause, .. } => Some(cause),
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl From<Vec<Diagnostic<QueryProblem>>> for Error {
    fn from(diagnostics: Vec<Diagnostic<QueryProblem>>) -> Self {
        Self::Query(diagnostics)
    }
}

impl From<Vec<Diagnostic>> for Error {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self::Query(diagnostics.into_iter().map(Diagnostic::from).collect())
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<ExchangeError> for Error {
    fn from(error: ExchangeError) -> Self {
        match error {
            ExchangeError::Record(record) => Self::Record(Box::new(record.into())),
            other => Self::Input(other),
        }
    }
}

impl From<VocabularyError> for Error {
    fn from(error: VocabularyError) -> Self {
        Self::Vocabulary(error)
    }
}

impl From<SchemaError> for Error {
    fn from(error: SchemaError) -> Self {
        Self::Schema(error)
    }
}

impl From<DateError> for Error {
    fn from(error: DateError) -> Self {
        Self::Date(error)
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

impl From<IndexError> for Error {
    fn from(error: IndexError) -> Self {
        Self::Index(error)
    }
}

impl From<ExecError> for Error {
    fn from(error: ExecError) -> Self {
        match error {
            ExecError::Cancelled => Self::Cancelled,
            ExecError::OverLimit(limit) => Self::OverLimit(limit),
            ExecError::Index(index) => Self::Index(index),
            ExecError::Pattern { pattern, reason } => Self::Pattern { pattern, reason },
            ExecError::Number(error) => Self::ResultBeyondBounds(error),
            ExecError::Wide { columns, most } => Self::TooManyColumns { columns, limit: most },
            ExecError::State { known, diagnostics } => Self::QueryThen { known, diagnostics },
            ExecError::NestedComparison => Self::NestedComparison,
            ExecError::Misplaced(what) => Self::Internal(what),
            ExecError::Shape(_) => Self::Internal("a row that cannot be written as JSON"),
        }
    }
}

impl From<JournalError> for Error {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Damage(damage) | JournalError::Damaged(damage) => Self::Damaged(JournalDamage::File(damage)),
            other => Self::Journal(other),
        }
    }
}
