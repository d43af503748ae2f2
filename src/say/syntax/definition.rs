//! Problems with definitions and calls.

use std::fmt;

use crate::syntax::{DefinitionPlace, DefinitionProblem, DefinitionSignature, WholeQueryPart};

pub(super) fn message(problem: &DefinitionProblem) -> String {
    match problem {
        DefinitionProblem::Redefined { name, .. } => format!("`{name}` is defined twice"),
        DefinitionProblem::NameIsKeyword { name } => {
            format!("`{name}` is a word of the language, so it cannot name a query")
        }
        DefinitionProblem::Recursive { name } => format!("`{name}` cannot call itself"),
        DefinitionProblem::RepeatedParameter { name } => format!("the parameter `${name}` is listed twice"),
        DefinitionProblem::UnusedParameter { name, .. } => format!("the query does not use the parameter `${name}`"),
        DefinitionProblem::UnknownName { name, .. } => format!("no query is called `{name}`"),
        DefinitionProblem::ArgumentCount { name, expected, given, .. } => {
            let expected = match expected {
                0 => "no value".to_owned(),
                1 => "1 value".to_owned(),
                count => format!("{count} values"),
            };
            format!("`{name}` takes {expected}, not {given}")
        }
        DefinitionProblem::Broken { name, place } => format!("the definition of `{name}` in {place} is wrong"),
        DefinitionProblem::ExpansionTooLarge { .. } => {
            "this query and those that it calls are too long together".to_owned()
        }
        DefinitionProblem::ArgumentTooLong { .. } => "with this value, the query is too long".to_owned(),
        DefinitionProblem::ArgumentNotDate { parameter, .. } => {
            format!("`${parameter}` must be a date, and this is not one")
        }
        DefinitionProblem::NotCondition { name, reason } => {
            format!("`{name}` {reason}, so it is a whole query and not a condition")
        }
        DefinitionProblem::RepeatedClause { name, clause } => format!("`{name}` has its own `{clause}`"),
    }
}

pub(super) fn help(problem: &DefinitionProblem) -> Option<String> {
    Some(match problem {
        DefinitionProblem::Redefined { place, .. } => format!("it was first defined in {place}"),
        DefinitionProblem::NameIsKeyword { .. } => "choose another name".to_owned(),
        DefinitionProblem::Recursive { .. } => "a query can only call what is defined before it".to_owned(),
        DefinitionProblem::RepeatedParameter { .. } | DefinitionProblem::Broken { .. } => return None,
        DefinitionProblem::UnusedParameter { similar: Some(similar), .. } => format!("it uses `${similar}`"),
        DefinitionProblem::UnusedParameter { name, similar: None } => {
            format!("write it where its value goes, for example: `field:${name}`")
        }
        DefinitionProblem::UnknownName { similar: Some(signature), .. } => format!("did you mean `{signature}`?"),
        DefinitionProblem::UnknownName { name, similar: None } => {
            format!("define it first: `let {name} = …`; or put a space between a word and a condition in parentheses")
        }
        DefinitionProblem::ArgumentCount { definition, .. }
        | DefinitionProblem::ArgumentTooLong { definition }
        | DefinitionProblem::ArgumentNotDate { definition, .. } => definition.to_string(),
        DefinitionProblem::ExpansionTooLarge { most_bytes, most_levels } => {
            format!("the limit is {most_bytes} bytes, and {most_levels} levels")
        }
        DefinitionProblem::NotCondition { reason: WholeQueryPart::Stages | WholeQueryPart::NoCondition, .. } => {
            "write it alone; stages may follow: `… | count`".to_owned()
        }
        DefinitionProblem::NotCondition { .. } => "write it first; conditions and stages may follow".to_owned(),
        DefinitionProblem::RepeatedClause { .. } => "leave out one of them".to_owned(),
    })
}

impl fmt::Display for DefinitionPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prompt => f.write_str("the prompt"),
            Self::File { name, line } => write!(f, "{name}:{line}"),
        }
    }
}

impl fmt::Display for DefinitionSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, defined in {}", self.signature, self.place)
    }
}

impl fmt::Display for WholeQueryPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stages => "has stages",
            Self::Periods => "begins with `periods`",
            Self::Known => "has `known`",
            Self::AsOfEach => "has `as of each`",
            Self::NoCondition => "has no condition",
        })
    }
}
