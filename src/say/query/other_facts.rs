//! Facts in braces, and queries within others.

use super::Wording;
use crate::plan::{OtherFactsProblem, SubqueryProblem};
use crate::say::list;

pub(super) fn wording(problem: &OtherFactsProblem) -> Wording {
    match problem {
        OtherFactsProblem::SameOfEntities { singular, same } => {
            Wording::new(format!("facts in braces are those about the {singular}, and can share nothing else with it"))
                .with(format!("leave out `same {same}`"))
        }
        OtherFactsProblem::InMovingStage => {
            Wording::new("each row in a stage has its own day, which facts in braces cannot follow")
                .with("put it before the first `|`, where it is asked for each day")
        }
        OtherFactsProblem::StatusOfFacts { plural, mend } => {
            Wording::new("this asks for facts dated while the status was held")
                .with(format!("for the {plural} themselves: `{mend}`"))
        }
        OtherFactsProblem::RangeWithoutLength => {
            Wording::new("a range between dates of other facts has no length of its own")
                .with("name one of the two: `within 90 days of {…}`")
        }
        OtherFactsProblem::RangeWithoutEnd => {
            Wording::new("this range is open at the end that is needed").with("name both ends: `2020..2025`")
        }
        OtherFactsProblem::DateOfOthers => {
            Wording::new("the date must be the same for every row, and cannot be one of other facts")
                .with("name the day or the period: `2025-06-27`, `2025`")
        }
        OtherFactsProblem::AnythingBut { action, mend } => {
            Wording::new(format!("this asks for a fact that is anything but `{action}`"))
                .with(format!("to require that there is no such fact: `{mend}`"))
        }
    }
}

pub(super) fn subquery(problem: &SubqueryProblem) -> Wording {
    match problem {
        SubqueryProblem::Known => Wording::new("`known` cannot be used in a query within another")
            .with("put it at the end of the whole query, to which it applies"),
        SubqueryProblem::Series => {
            Wording::new("a query within another must be about one day").with("name one day: `as of 2020`")
        }
        SubqueryProblem::Columns { count, mend } => {
            let count = count.map_or("several".to_owned(), |count| count.to_string());
            Wording::new(format!("a query within another must have one column, and this one has {count}"))
                .with(format!("`{mend}`"))
        }
        SubqueryProblem::WrongKind { plural, field, kinds, mend } => {
            let kinds = list::either(kinds);
            Wording::new(format!("the query gives {plural}, but `{field}` takes the kind {kinds}"))
                .maybe(mend.as_ref().map(|mend| format!("`{mend}`")))
        }
    }
}
