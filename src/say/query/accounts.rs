//! Whose account is asked, and conditions about one source.

use super::Wording;
use crate::plan::{AccountProblem, NotOfOneSource};
use crate::say::list;
use crate::syntax::quote;

pub(super) fn wording(problem: &AccountProblem) -> Wording {
    match problem {
        AccountProblem::UnknownTeller { name, tellers } => {
            let mends: Vec<String> = tellers.iter().map(|teller| format!("according to {}", quote(teller))).collect();
            let help = match mends.as_slice() {
                [] => "the names of sources are listed by `| count by source.publisher`".to_owned(),
                [one] => format!("did you mean `{one}`?"),
                several => format!("did you mean {}?", list::code_with(several, "or")),
            };
            Wording::new(format!("no source is called `{name}`")).with(help)
        }
        AccountProblem::NotOfOneSource(what) => {
            let (message, help) = match what {
                NotOfOneSource::Status => (
                    "one source of a fact cannot tell of a status",
                    "ask what somebody tells of all facts: `… according to \"NAME\"`",
                ),
                NotOfOneSource::OtherFacts => (
                    "one source of a fact cannot tell of other facts",
                    "put the braces outside, as a condition of their own",
                ),
                NotOfOneSource::Query => (
                    "a condition on one source cannot contain a query",
                    "put it outside the braces, as a condition of its own",
                ),
                NotOfOneSource::Sources => (
                    "a condition on one source is about that source alone",
                    "leave out the inner braces, or put them outside",
                ),
                NotOfOneSource::Calculation => {
                    ("a condition on one source cannot compare two of its dates", "compare them outside the braces")
                }
            };
            Wording::new(message).with(help)
        }
        AccountProblem::SourceOfEntities { plural, condition } => {
            Wording::new(format!("{plural} have no sources, only facts about them do"))
                .with(format!("write `{plural} with {{source {{{condition}}}}}`"))
        }
    }
}
