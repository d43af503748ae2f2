//! Statuses, and with whom or how many.

use super::Wording;
use super::fields::alone;
use super::references::described;
use super::words::in_quotes;
use crate::plan::{StatusProblem, WrongEndMend};
use crate::say::list;

pub(super) fn wording(problem: &StatusProblem) -> Wording {
    match problem {
        StatusProblem::OtherEnd { status } => {
            Wording::new(format!("the rows are at the other end of `{status}`")).with(alone(status))
        }
        StatusProblem::NotNameOrNumber { path, examples } => {
            Wording::new(format!("`{path}` needs a name or a number")).with(such_as(examples))
        }
        StatusProblem::NotACount { text, examples } => {
            Wording::new(format!("`{text}` is not a whole number")).with(such_as(examples))
        }
        StatusProblem::UnknownOther { name, examples } => {
            Wording::new(format!("there is no entity named `{name}`")).with(such_as(examples))
        }
        StatusProblem::NoOtherMatches { status } => {
            Wording::new(format!("nothing at the other end of `{status}` matches this"))
        }
        StatusProblem::WrongEnd { entity, path, rows, takes, mend } => {
            let of = rows.as_ref().map_or(String::new(), |plural| format!(" of {plural}"));
            let takes = if takes.is_empty() { "others".to_owned() } else { list::either(takes) };
            let message = format!("`{}` is {}, but `{path}`{of} takes {takes}", entity.id, described(entity));
            Wording::new(message).maybe(mend.as_ref().map(|mend| match mend {
                WrongEndMend::Members(test) => format!("for its members: `{test}`"),
                WrongEndMend::OtherWay(query) => format!("`{query}`"),
            }))
        }
        StatusProblem::QueryOfSameEnd { path, mend } => {
            Wording::new(format!("the query gives what is at the same end of `{path}` as the rows"))
                .with(format!("`{mend}`"))
        }
        StatusProblem::WhichEnd { path, tests: [one, other], noun } => {
            Wording::new(format!("`{path}` does not say which of its two ends is tested"))
                .with(format!("write `{one}` or `{other}`; or list the entities: `{noun} …`"))
        }
        StatusProblem::NoValue { status, mends } => Wording::new(format!(
            "`{status}` is a status, which takes a value"
        ))
        .with(format!("{}; {}", list::code(mends), in_quotes(status))),
        StatusProblem::UsingWithoutStatus { example } => Wording::new(
            "`using` says which acts make up a status, but it has no status to apply to",
        )
        .maybe(
            example.as_ref().map(|status| format!("`{status}:… using {{…}}`; for the facts themselves: `with {{…}}`")),
        ),
    }
}

fn such_as(examples: &[String]) -> String {
    format!("for example: {}", list::code(examples))
}
