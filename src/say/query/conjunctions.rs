//! What conditions say together.

use super::Wording;
use crate::plan::ConjunctionProblem;

pub(super) fn wording(problem: &ConjunctionProblem) -> Wording {
    match problem {
        ConjunctionProblem::TwoActs { either, both } => {
            Wording::new("each fact is one act, so these conditions together match nothing")
                .with(format!("for either of them: `{either}`; for both, each in its own fact: `{both}`"))
        }
        ConjunctionProblem::TwoAtOneEnd { end, names: [one, other], bare, either, both } => {
            let message = if *bare {
                format!("this asks for facts that refer both to {one} and to {other}")
            } else {
                format!("a fact has one {end}, which cannot be both {one} and {other}")
            };
            Wording::new(message)
                .with(format!("for either of them: `{either}`\nfor both, each in its own fact: `{both}`"))
        }
        ConjunctionProblem::ExcludedEntity { end, other_end, required, excluded, condition, mend } => {
            Wording::new(format!(
                "a fact has one {end}: if that is {required}, it is not {excluded}, so `{condition}` excludes nothing"
            ))
            .with(format!("to require that the {other_end} has no such fact: `{mend}`"))
        }
        ConjunctionProblem::BracesApart { end, names: [row, braces], mend } => {
            let wording = Wording::new(format!(
                "the fact in braces has the same {end} as the row, {row}, and so is never one of {braces}"
            ));
            match mend {
                Some(mend) => wording.with(format!("to share one end alone: `{mend}`")),
                None => wording,
            }
        }
        ConjunctionProblem::ExcludedAct { required, excluded, mend } => {
            Wording::new(format!("a fact that is `{required}` is never `{excluded}` as well, so this excludes nothing"))
                .with(format!("to require that there is no such fact beside it: `{mend}`"))
        }
    }
}
