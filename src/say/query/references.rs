//! Names of entities and groups.

use super::Wording;
use super::words::{did_you_mean, suggestion};
use crate::plan::{EntityMention, NameHolder, ReferenceProblem, TakenKinds};
use crate::say::list;

pub(super) fn wording(problem: &ReferenceProblem) -> Wording {
    match problem {
        ReferenceProblem::Ambiguous { name, holders } => {
            let holders = holders.iter().map(holder).collect::<Vec<_>>().join(", ");
            Wording::new(format!("several entities are named `{name}`")).with(format!("write one of {holders}"))
        }
        ReferenceProblem::IdOfAnother { name, entity, others } => {
            let others = others.iter().map(holder).collect::<Vec<_>>().join(", ");
            Wording::new(format!("`{name}` is read as the id of {entity}, and is also the name of another"))
                .with(format!("for the other, write {others}"))
        }
        ReferenceProblem::Unknown { name, suggestion: near } => {
            Wording::new(format!("there is no entity named `{name}`")).maybe(near.as_ref().map(suggestion))
        }
        ReferenceProblem::StandsForItself { name, suggestion: near } => {
            Wording::new(format!("there is no entity named `{name}`, so the name stands for itself"))
                .with(suggestion(near))
        }
        ReferenceProblem::WrongKind { name, entity, field, takes, tests } => {
            let takes = match takes {
                TakenKinds::Kinds(kinds) => list::either(kinds.iter().map(|kind| list::with_article(kind))),
                TakenKinds::Groups => "groups".to_owned(),
            };
            let tests = list::either(tests.iter().map(|test| format!("`{test}`")));
            Wording::new(format!("`{name}` is {}, but `{field}` takes {takes}", described(entity))).with(tests)
        }
        ReferenceProblem::UnknownGroup { name, similar, groups } => {
            let near = similar.as_deref().map(did_you_mean);
            Wording::new(format!("there is no group named `{name}`"))
                .with(near.unwrap_or_else(|| format!("groups: {}", list::names(groups))))
        }
        ReferenceProblem::NoNameBegins { prefix } => Wording::new(format!("no name begins with `{prefix}`")),
        ReferenceProblem::NoGroupMatches { field } => Wording::new(format!("no group of `{field}` matches this")),
    }
}

/// A kind with its article, and the name: `a land (Alba)`.
pub(super) fn described(entity: &EntityMention) -> String {
    format!("{} ({})", list::with_article(&entity.kind), entity.name)
}

fn holder(holder: &NameHolder) -> String {
    let NameHolder { id, name, years } = holder;
    let years = years.as_ref().map_or(String::new(), |years| format!(", {years}"));
    format!("`{id}` ({name}{years})")
}
