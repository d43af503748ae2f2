//! Why a fact, an entity or a vocabulary is not accepted, in English.

use std::fmt;

use crate::error::{EntityRelation, KeyOwner, NameProblem, NamedPart, ReferenceCandidate, Refusal, RefusalReason};

/// How many characters of a value are shown.
const SHOWN: usize = 60;

/// How many alternatives are listed.
const LISTED: usize = 12;

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl fmt::Display for RefusalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidName { of, problem } => write!(f, "{of} {problem}"),
            Self::UnknownAction { written, suggestion, known } => {
                write!(f, "unknown action `{}`; ", clip(written))?;
                suggest(f, suggestion.as_deref(), "the vocabulary has", known)
            }
            Self::NotAnAction { written, actions } => match actions.as_slice() {
                [action] => write!(f, "`{}` is not the name of an action; write `{action}`", clip(written)),
                several => write!(f, "`{}` means several actions; write one of {}", clip(written), listed(several)),
            },
            Self::DuplicateKey { key, of } => write!(f, "`{key}`{of} is given twice"),
            Self::ComputedField { field } => write!(f, "`{field}` is computed from the sources and cannot be written"),
            Self::FieldSpelling { written, declared } => write!(f, "write the field `{written}` as `{declared}`"),
            Self::WrongType { field, expected, found } => {
                write!(f, "`{field}` holds {}, not `{}`", expected.name(), clip(&found.to_string()))
            }
            Self::InvalidDate { field, error } => write!(f, "`{field}`: {error}"),
            Self::WrongEntityKind { field, written, kind, expected } => write!(
                f,
                "`{field}` cannot be `{}`, which is of kind `{kind}`; it takes {}",
                clip(written),
                listed(expected)
            ),
            Self::UnknownReference { field, written, suggestion } => {
                write!(f, "`{field}` names `{}`, which is not defined", clip(written))?;
                match suggestion {
                    Some(name) => write!(f, "; did you mean `{name}`? Otherwise, define it first (`tractat define`)"),
                    None => f.write_str("; define it first (`tractat define`)"),
                }
            }
            Self::AmbiguousReference { field, written, candidates } => {
                let candidates: Vec<String> = candidates.iter().map(ToString::to_string).collect();
                write!(
                    f,
                    "`{field}` names `{}`, which is ambiguous; write one of {}",
                    clip(written),
                    candidates.join(", ")
                )
            }
            Self::TooDeep { key, limit } => write!(f, "`{key}` is nested deeper than {limit} levels"),
            Self::InSays(reason) => write!(f, "in `says` of a source: {reason}"),
            Self::InEntity { entity, key, reason } => write!(f, "`{key}` of `{}`: {reason}", clip(entity)),
            Self::Rule(error) => error.fmt(f),
            Self::UnknownRuleDate { action, written, suggestion, known } => {
                write!(
                    f,
                    "the rule for `{action}`: `not_before` must be a day or a date of the entity, not `{}`; ",
                    clip(written)
                )?;
                suggest(f, suggestion.as_deref(), "the dates are", known)
            }
            Self::RuleDateNotADay { written } => write!(f, "`not_before` must be a day here, not `{}`", clip(written)),
            Self::CountsAndCancels { action } => {
                write!(f, "`{action}` cannot both count (`by`) and take it back (`unless`)")
            }
            Self::UnknownEntityKind { written, suggestion, known } => {
                write!(f, "unknown kind `{}`; ", clip(written))?;
                suggest(f, suggestion.as_deref(), "the vocabulary has", known)
            }
            Self::UnresolvedRelation { entity, relation, written, is_ambiguous } => {
                let problem = if *is_ambiguous { "ambiguous" } else { "not defined" };
                write!(f, "`{}` {relation} `{}`, which is {problem}", clip(entity), clip(written))
            }
            Self::BreaksFacts(reason) => write!(f, "facts in force depend on this: {reason}"),
            Self::DropsValues { values } => {
                let values: Vec<String> = values.iter().map(|(field, value)| format!("{field}: {value}")).collect();
                write!(
                    f,
                    "facts in force have values that the new vocabulary does not allow: {}; keep allowing them, \
                     or retract the facts first",
                    listed(&values)
                )
            }
            Self::AmbiguousEntity { name, candidates } => {
                write!(f, "`{}` is ambiguous; make it the name of only one of {}", clip(name), listed(candidates))
            }
            Self::OtherEntityKind { name, entity, kind, expected } => {
                write!(f, "`{}` is a name of `{entity}`, which is of kind `{kind}`, not `{expected}`", clip(name))
            }
            Self::MissingReason => f.write_str("a retraction needs a reason"),
            Self::UnknownFact { id } => write!(f, "there is no fact `{}`", clip(id)),
            Self::AlreadyRetracted { id } => write!(f, "the fact `{}` is already retracted", clip(id)),
        }
    }
}

impl fmt::Display for NamedPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FactId => f.write_str("the id"),
            Self::Tag => f.write_str("a tag"),
            Self::Field(field) => write!(f, "`{field}`"),
            Self::FieldName => f.write_str("the name of a field"),
            Self::Publisher => f.write_str("the publisher of a source"),
            Self::Url => f.write_str("the address of a source"),
            Self::EntityId => f.write_str("the id of an entity"),
            Self::EntityName => f.write_str("a name of an entity"),
            Self::EntityKind => f.write_str("the kind of an entity"),
        }
    }
}

impl fmt::Display for NameProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("is empty"),
            Self::TooLong { limit } => write!(f, "is longer than {limit} bytes"),
            Self::ControlCharacter(character) => {
                write!(f, "has the control character U+{:04X}", u32::from(*character))
            }
        }
    }
}

/// With a blank before it; nothing for a fact, of which most is said.
impl fmt::Display for KeyOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fact => Ok(()),
            Self::Source => f.write_str(" of a source"),
            Self::Entity(id) => write!(f, " of `{}`", clip(id)),
        }
    }
}

impl fmt::Display for EntityRelation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BelongsTo => "belongs to",
            Self::Succeeds => "succeeds",
            Self::Continues => "continues",
            Self::WaitsFor => "waits for",
        })
    }
}

impl fmt::Display for ReferenceCandidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.years {
            Some(years) => write!(f, "`{}` ({years})", self.id),
            None => write!(f, "`{}`", self.id),
        }
    }
}

fn suggest(f: &mut fmt::Formatter<'_>, suggestion: Option<&str>, all: &str, known: &[String]) -> fmt::Result {
    match suggestion {
        Some(suggestion) => write!(f, "did you mean `{suggestion}`?"),
        None => write!(f, "{all} {}", listed(known)),
    }
}

fn clip(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn listed(items: &[String]) -> String {
    let mut text = items.iter().take(LISTED).map(|item| format!("`{item}`")).collect::<Vec<_>>().join(", ");
    if items.len() > LISTED {
        text.push_str(", …");
    }
    text
}
