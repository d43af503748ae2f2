//! What is wrong with a query, or may not mean what its author thinks, as
//! data. `say` turns it into English; no code decides anything by reading that.

mod accounts;
mod calculations;
mod columns;
mod conjunctions;
mod dates;
mod fields;
mod kind;
mod other_facts;
mod parameters;
mod references;
mod rows;
mod stages;
mod statuses;
mod suggestions;
mod values;
mod words;

pub(crate) use accounts::{AccountProblem, NotOfOneSource};
pub(crate) use calculations::{CalculationProblem, NameMeaning};
pub(crate) use columns::{CellProblem, ColumnChoice, ColumnProblem, ExpectedCell, LengthMend};
pub(crate) use conjunctions::ConjunctionProblem;
pub(crate) use dates::{DateProblem, OpenDate, RangeEnd};
pub(crate) use fields::{FieldProblem, FieldSuggestion};
pub use kind::ProblemKind;
pub(crate) use other_facts::{OtherFactsProblem, SubqueryProblem};
pub(crate) use parameters::ParameterProblem;
pub(crate) use references::{NameHolder, ReferenceProblem, TakenKinds};
pub(crate) use rows::{DayProblem, LifetimeTests, PeriodsProblem, RowsProblem};
pub(crate) use stages::{DiffedStates, OtherRows, StageProblem};
pub(crate) use statuses::{StatusProblem, WrongEndMend};
pub(crate) use values::{ExpectedValue, ValueProblem, ValueType};
pub(crate) use words::{Suggestion, WordProblem};

use crate::model::Entity;
use crate::syntax::{Diagnostic, SyntaxProblem};

/// What is wrong with a query, or may not mean what its author thinks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueryProblem {
    /// It cannot be read.
    Syntax(SyntaxProblem),
    /// It cannot be read, and the words of the world tell how to mend it.
    InWorld {
        /// Why it cannot be read.
        problem: SyntaxProblem,
        /// How to mend it.
        mend: WorldMend,
    },
    /// It can be read, but not carried out as it is in this world.
    Meaning(MeaningProblem),
}

/// How to mend a text that cannot be read, in the words of a world. Strings are
/// parts of the language.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WorldMend {
    /// Write this instead.
    Write(String),
    /// The word is a date of the same row: compare the two by their difference.
    CompareByDifference {
        /// The word.
        word: String,
        /// The stages that compare them.
        stages: String,
    },
    /// The word is an action: put it in braces for the date of such a fact.
    DateOfAct(String),
    /// The word is a group: test it so.
    Group(String),
    /// The word is a name: leave out the relation before it.
    NameWithoutRelation {
        /// The name as written.
        name: String,
        /// The name of the entity.
        entity: String,
        /// The relation.
        relation: String,
        /// The conditions without the relation, if they are short.
        mended: Option<String>,
    },
}

/// What is wrong with a query that can be read; [`QueryProblem::kind`] tells what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeaningProblem {
    pub(crate) detail: ProblemDetail,
}

macro_rules! topics {
    ($($(#[$doc:meta])+ $topic:ident($problem:ty)),* $(,)?) => {
        /// What is wrong with a query that can be read, by topic.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub(crate) enum ProblemDetail {
            $($(#[$doc])+ $topic($problem)),*
        }

        $(impl From<$problem> for QueryProblem {
            fn from(problem: $problem) -> Self {
                ProblemDetail::$topic(problem).into()
            }
        })*
    };
}

topics! {
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
    /// Whose account is asked.
    Account(AccountProblem),
    /// `$parameters`.
    Parameter(ParameterProblem),
    /// Conditions that contradict or repeat each other.
    Conjunction(ConjunctionProblem),
    /// Columns of tables, and values that stages name.
    Column(ColumnProblem),
    /// Conditions on columns.
    Cell(CellProblem),
    /// Calculations and summaries.
    Calculation(CalculationProblem),
    /// Stages.
    Stage(StageProblem),
}

impl From<SyntaxProblem> for QueryProblem {
    fn from(problem: SyntaxProblem) -> Self {
        Self::Syntax(problem)
    }
}

impl From<Diagnostic> for Diagnostic<QueryProblem> {
    fn from(diagnostic: Diagnostic) -> Self {
        diagnostic.map(QueryProblem::Syntax)
    }
}

impl From<ProblemDetail> for QueryProblem {
    fn from(detail: ProblemDetail) -> Self {
        Self::Meaning(MeaningProblem { detail })
    }
}

/// An entity as a problem names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EntityMention {
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
