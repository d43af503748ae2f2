//! Calculations and summaries.

use super::Wording;
use super::values::with_article;
use crate::plan::{CalculationProblem, NameMeaning};
use crate::say::list;
use crate::syntax::tree::ArithmeticOperator;

pub(super) fn wording(problem: &CalculationProblem) -> Wording {
    match problem {
        CalculationProblem::NameTaken { name, meaning } => {
            let meaning = match meaning {
                NameMeaning::Keyword => "a word of the language",
                NameMeaning::Column => "already a column",
                NameMeaning::Field => "a field",
                NameMeaning::PartOfDate => "a part of a date",
                NameMeaning::Grouping => "a grouping",
                NameMeaning::Status => "a status",
                NameMeaning::Noun => "a noun",
                NameMeaning::Action => "a form of an action",
            };
            Wording::new(format!("`{name}` is {meaning}, and a new column needs a name of its own"))
                .with(format!("such as `let {name}_2 = …`"))
        }
        CalculationProblem::NumberBeyondBounds { text, error } => {
            Wording::new(format!("`{}` cannot be calculated with: {error}", list::clipped(text)))
        }
        CalculationProblem::OpenDate => {
            Wording::new("a date that is open at one end cannot be calculated with").with("name a day or a period")
        }
        CalculationProblem::SeveralValues { path, column } => {
            Wording::new(format!("a fact can have several `{path}`, one for each of its sources"))
                .with(format!("make a row of each source: `| sources | let … = date - {column}`"))
        }
        CalculationProblem::NotMeasured { path, holds, measured } => {
            Wording::new(format!("`{path}` is {}, which cannot be calculated with", with_article(*holds)))
                .with(measured_values(measured))
        }
        CalculationProblem::NoSummary { path, holds, summary, measured } => {
            Wording::new(format!("`{path}` is {}, which has no {summary}", with_article(*holds)))
                .with(format!("{}; `count {path}` counts different ones", measured_values(measured)))
        }
        CalculationProblem::SumOfDates { path } => Wording::new(format!("`{path}` is a date, and dates have no sum"))
            .with(format!("`min max median of {path}`")),
        CalculationProblem::SummaryTwice { summary } => {
            Wording::new(format!("`{summary}` is asked for twice")).with("once is enough")
        }
        CalculationProblem::OtherFactsOfTable => Wording::new("the rows of a table have no other facts")
            .with("put `let` before the stage that made the table"),
        CalculationProblem::ComparedWithOtherFacts { column } => {
            Wording::new(format!("`{column}` is calculated, and can only be compared with a day or a period"))
                .with(format!("calculate the time between them: `let gap = {column} - {{…}} | where gap < 6 months`"))
        }
        CalculationProblem::DatesAdded => Wording::new("two dates cannot be added").with(
            "the difference of two dates is the time between them; a length of time can be added: `date + 6 months`",
        ),
        CalculationProblem::DateFromLength => Wording::new("a date cannot be subtracted from a length of time")
            .with("the length comes second: `date - 6 months`"),
        CalculationProblem::NumberWith { number, other, operator, maybe_year } => {
            let year = if *maybe_year { format!("as a date it needs a month: `{number}-01`; ") } else { String::new() };
            Wording::new(format!("a number and {} cannot be {}", with_article(*other), participle(*operator)))
                .with(format!("{year}a length of time has a unit: `{number} days`, `6 months`"))
        }
        CalculationProblem::Incompatible { operator, values: [one, other] } => {
            let (one, other) = (with_article(*one), with_article(*other));
            let message = match operator {
                ArithmeticOperator::Divide => format!("{one} cannot be divided by {other}"),
                _ => format!("{one} and {other} cannot be {}", participle(*operator)),
            };
            Wording::new(message).with(if operator.binds_first() {
                "numbers can be multiplied and divided, and a length of time can be by a number: `lag / 2`"
            } else {
                "dates and lengths of time go together, numbers only with numbers"
            })
        }
        CalculationProblem::DivisionByZero => Wording::new("nothing can be divided by 0"),
        CalculationProblem::DivisionOrStretch { text, divided } => {
            Wording::new(format!("`{text}` may be a division or a stretch of time, which cannot be calculated with"))
                .with(format!("to divide, put blanks around the sign: `{divided}`"))
        }
    }
}

fn participle(operator: ArithmeticOperator) -> &'static str {
    match operator {
        ArithmeticOperator::Add => "added",
        ArithmeticOperator::Subtract => "subtracted",
        ArithmeticOperator::Multiply => "multiplied",
        ArithmeticOperator::Divide => "divided",
    }
}

fn measured_values(names: &[String]) -> String {
    if names.is_empty() {
        return "only dates, numbers and lengths of time can be, and there is none".to_owned();
    }
    format!("dates, numbers and lengths of time can be used: {}", list::names(names))
}
