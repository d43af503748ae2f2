//! What is wrong with a query, or may not mean what its author thinks, as
//! data. `say` turns it into English; no code decides anything by reading that.

mod conjunctions;
mod dates;
mod fields;
mod other_facts;
mod parameters;
mod references;
mod rows;
mod statuses;
mod values;
mod words;

pub use conjunctions::ConjunctionProblem;
pub use dates::{DateProblem, OpenDate, RangeEnd};
pub use fields::{FieldProblem, FieldSuggestion};
pub use other_facts::{OtherFactsProblem, SubqueryProblem};
pub use parameters::ParameterProblem;
pub use references::{NameHolder, ReferenceProblem, TakenKinds};
pub use rows::{DayProblem, LifetimeTests, PeriodsProblem, RowsProblem};
pub use statuses::{StatusProblem, WrongEndMend};
pub use values::{ExpectedValue, ValueProblem, ValueType};
pub use words::{Suggestion, WordProblem};

use crate::model::Entity;
use crate::syntax::{Severity, Span};

/// A problem and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The part of the query that it is about.
    pub span: Span,
    /// Whether it keeps the query from being answered.
    pub severity: Severity,
    /// What it is.
    pub problem: Problem,
}

/// What is wrong with a query, by topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// Bare words and texts.
    Word(WordProblem),
    /// Names of entities and groups.
    Reference(ReferenceProblem),
    /// Names before `:`, a sign or a date.
    Field(FieldProblem),
    /// Values after `:` or a sign.
    Value(ValueProblem),
    /// Dates and the words before them.
    Date(DateProblem),
    /// Statuses, and with whom or how many.
    Status(StatusProblem),
    /// Conditions that rows of this kind cannot meet.
    Rows(RowsProblem),
    /// Queries that begin with `periods`.
    Periods(PeriodsProblem),
    /// The days that the end of a query names.
    Day(DayProblem),
    /// Facts in braces.
    OtherFacts(OtherFactsProblem),
    /// Queries within another.
    Subquery(SubqueryProblem),
    /// `$parameters`.
    Parameter(ParameterProblem),
    /// Conditions that contradict or repeat each other.
    Conjunction(ConjunctionProblem),
}

macro_rules! from_topic {
    ($($topic:ident($problem:ty)),* $(,)?) => {
        $(impl From<$problem> for Problem {
            fn from(problem: $problem) -> Self {
                Self::$topic(problem)
            }
        })*
    };
}

from_topic!(
    Word(WordProblem),
    Reference(ReferenceProblem),
    Field(FieldProblem),
    Value(ValueProblem),
    Date(DateProblem),
    Status(StatusProblem),
    Rows(RowsProblem),
    Periods(PeriodsProblem),
    Day(DayProblem),
    OtherFacts(OtherFactsProblem),
    Subquery(SubqueryProblem),
    Parameter(ParameterProblem),
    Conjunction(ConjunctionProblem),
);

/// An entity as a problem names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityMention {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
}

impl From<&Entity> for EntityMention {
    fn from(entity: &Entity) -> Self {
        Self { id: entity.id.clone(), name: entity.name.clone(), kind: entity.kind.clone() }
    }
}
