//! What is wrong with a query that can be read.

mod accounts;
mod calculations;
mod columns;
mod conjunctions;
mod dates;
mod fields;
mod other_facts;
mod parameters;
mod references;
mod rows;
mod stages;
mod statuses;
mod values;
mod words;

use crate::plan::{ProblemDetail, QueryProblem, WorldMend};
use crate::syntax::Problem;

/// A problem in English.
struct Wording {
    /// What is wrong, in one sentence without a full stop.
    message: String,
    /// How to mend it, or why it is wrong; may have several lines.
    help: Option<String>,
}

impl Wording {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    fn with(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    fn maybe(self, help: Option<String>) -> Self {
        Self { help, ..self }
    }

    fn of(problem: &QueryProblem) -> Self {
        let problem = match problem {
            QueryProblem::Syntax(problem) => return Self::new(problem.message()).maybe(problem.help()),
            QueryProblem::InWorld { problem, mend } => return Self::new(problem.message()).with(world_mend(mend)),
            QueryProblem::Meaning(problem) => problem,
        };
        match &problem.detail {
            ProblemDetail::Word(problem) => words::wording(problem),
            ProblemDetail::Reference(problem) => references::wording(problem),
            ProblemDetail::Field(problem) => fields::wording(problem),
            ProblemDetail::Value(problem) => values::wording(problem),
            ProblemDetail::Date(problem) => dates::wording(problem),
            ProblemDetail::Status(problem) => statuses::wording(problem),
            ProblemDetail::Rows(problem) => rows::wording(problem),
            ProblemDetail::Periods(problem) => rows::periods(problem),
            ProblemDetail::Day(problem) => rows::days(problem),
            ProblemDetail::OtherFacts(problem) => other_facts::wording(problem),
            ProblemDetail::Subquery(problem) => other_facts::subquery(problem),
            ProblemDetail::Account(problem) => accounts::wording(problem),
            ProblemDetail::Parameter(problem) => parameters::wording(problem),
            ProblemDetail::Conjunction(problem) => conjunctions::wording(problem),
            ProblemDetail::Column(problem) => columns::wording(problem),
            ProblemDetail::Cell(problem) => columns::condition(problem),
            ProblemDetail::Calculation(problem) => calculations::wording(problem),
            ProblemDetail::Stage(problem) => stages::wording(problem),
        }
    }
}

impl Problem for QueryProblem {
    fn message(&self) -> String {
        Wording::of(self).message
    }

    fn help(&self) -> Option<String> {
        Wording::of(self).help
    }
}

/// How to mend a text that cannot be read, in the words of the world.
fn world_mend(mend: &WorldMend) -> String {
    match mend {
        WorldMend::Write(text) => format!("write `{text}`"),
        WorldMend::CompareByDifference { word, stages } => {
            format!("`{word}` is a date of the same row; compare two dates of one fact by their difference: `{stages}`")
        }
        WorldMend::DateOfAct(condition) => format!("for the date of another fact, write `{condition}`"),
        WorldMend::Group(condition) => format!("for a group, write `{condition}`"),
        WorldMend::NameWithoutRelation { name, entity, relation, mended } => {
            let mended = mended.as_ref().map_or(String::new(), |mended| format!(": `{mended}`"));
            format!("`{name}` is {entity}; leave out `{relation}`{mended}")
        }
    }
}
