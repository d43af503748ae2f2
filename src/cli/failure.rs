//! Why a command failed, as its user is told, and the code that it exits with.

use std::io;
use std::process::ExitCode;

use tractat::exchange::ExchangeError;
use tractat::syntax::Diagnostic;
use tractat::{Error, QueryProblem, ReadOnlyReason, Store};

use super::output::{note, note_diagnostic, note_wrapped};
use super::problem::{StatementProblem, of_statement};

/// What to do about a store that cannot be written to because of damage.
const REPAIR: &str = "`tractat repair` cuts the journal after the last whole transaction before it";

/// Why a command failed.
#[derive(Debug)]
pub enum CommandFailure {
    /// The reader of the output has closed it, which is not an error.
    Closed,
    /// The messages have been printed already.
    Reported,
    /// The user did not want to wait for the answer.
    Stopped,
    /// A query is wrong.
    Query {
        /// Its text, or the file's.
        source: String,
        /// The file that it stands in.
        file: Option<String>,
        /// What is wrong with it.
        diagnostics: Vec<Diagnostic<StatementProblem>>,
    },
    /// What was asked for could not be done.
    Failed(String),
    /// The command was not used as it is meant.
    Usage(String),
    /// The store could not be opened, or is damaged.
    Store(String),
}

impl CommandFailure {
    /// The failure of a query with this text.
    pub fn of_query(error: Error, source: &str) -> Self {
        match error {
            Error::Query(diagnostics) => {
                Self::Query { source: source.to_owned(), file: None, diagnostics: of_statement(diagnostics) }
            }
            other => other.into(),
        }
    }

    /// The same, with suggestions in the words of a store if the text could not be parsed.
    pub fn taught(self, store: &Store) -> Self {
        match self {
            Self::Query { source, file, diagnostics } => {
                let syntax = |problem: &StatementProblem| match problem {
                    StatementProblem::Query(problem) => match &**problem {
                        QueryProblem::Syntax(problem) => Some(problem.clone()),
                        _ => None,
                    },
                    StatementProblem::Run { .. } => None,
                };
                let taught = |diagnostic: Diagnostic<StatementProblem>| match syntax(&diagnostic.problem) {
                    Some(problem) => of_statement(store.teach(&source, vec![diagnostic.map(|_| problem)])),
                    None => vec![diagnostic],
                };
                let diagnostics = diagnostics.into_iter().flat_map(taught).collect();
                Self::Query { source, file, diagnostics }
            }
            other => other,
        }
    }

    /// That a store could not be opened or created.
    pub fn of_opening(error: &Error) -> Self {
        match error {
            Error::Damaged(_) => Self::Store(format!("{error}; restore the store from a backup")),
            Error::ReadOnly(ReadOnlyReason::Damaged(_)) => Self::Store(format!("{error}; {REPAIR}")),
            other => Self::Store(other.to_string()),
        }
    }

    /// That a file named by an argument cannot be opened.
    pub fn of_named_file(path: &std::path::Path, error: &io::Error) -> Self {
        Self::Usage(format!("{}: {error}", path.display()))
    }

    /// That reading or writing a file failed.
    pub fn of_file(path: &std::path::Path, error: &io::Error) -> Self {
        Self::Failed(format!("{}: {error}", path.display()))
    }

    /// Tells the user, on the standard error.
    pub fn tell(&self) {
        match self {
            Self::Closed | Self::Reported => {}
            Self::Stopped => note("stopped"),
            Self::Query { source, file, diagnostics } => {
                for diagnostic in diagnostics {
                    note_diagnostic(diagnostic, source, file.as_deref());
                }
            }
            Self::Failed(message) | Self::Usage(message) | Self::Store(message) => {
                note_wrapped(&format!("error: {message}"));
            }
        }
    }

    /// The code to exit with.
    pub fn code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Closed => 0,
            Self::Reported | Self::Stopped | Self::Query { .. } | Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::Store(_) => 3,
        })
    }
}

impl From<io::Error> for CommandFailure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed,
            // A format that cannot say these rows.
            io::ErrorKind::Unsupported => Self::Failed(error.to_string()),
            _ => Self::Failed(format!("the output could not be written: {error}")),
        }
    }
}

impl From<Error> for CommandFailure {
    fn from(error: Error) -> Self {
        match error {
            Error::ReadOnly(ReadOnlyReason::Damaged(_)) => Self::Store(format!("{error}; {REPAIR}")),
            Error::NotFound(_)
            | Error::Locked { .. }
            | Error::ReadOnly(_)
            | Error::Damaged(_)
            | Error::IndexTooLarge { .. } => Self::Store(error.to_string()),
            Error::Cancelled => Self::Stopped,
            Error::Record(record) => Self::Failed(format!("{record}\n  {}", record.location.excerpt())),
            Error::Io { ref source, .. } if source.kind() == io::ErrorKind::BrokenPipe => Self::Closed,
            Error::Query(diagnostics) => {
                Self::Failed(diagnostics.iter().map(Diagnostic::message).collect::<Vec<_>>().join("; "))
            }
            other => Self::Failed(other.to_string()),
        }
    }
}

impl From<ExchangeError> for CommandFailure {
    fn from(error: ExchangeError) -> Self {
        match error {
            ExchangeError::ColumnMap { .. }
            | ExchangeError::UnknownMarkerColumn { .. }
            | ExchangeError::Mapping { .. }
            | ExchangeError::Open { .. } => Self::Usage(error.to_string()),
            ExchangeError::UnknownFormat { .. } => {
                Self::Usage(format!("{error}: --format jsonl, --format csv or --format tsv"))
            }
            other => Self::Failed(other.to_string()),
        }
    }
}
