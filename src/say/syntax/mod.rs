//! Problems with the text of a query or a file.

mod condition;
mod date;
mod definition;
mod expected;
mod mend;

use crate::say::list::code_with;
use crate::syntax::{ExceededLimit, MalformedStage, MalformedValue, Problem, StrayText, SyntaxProblem};

impl Problem for SyntaxProblem {
    fn message(&self) -> String {
        match self {
            Self::Expected { expected, found, .. } => expected::message(&expected.to_string(), found.as_deref()),
            Self::DateExpected { context, found, .. } => {
                expected::message(&format!("a date after `{}`", context.words()), found.as_deref())
            }
            Self::Limit(limit) => limit.to_string(),
            Self::ForbiddenCharacter { character, line, column } => {
                let code = u32::from(*character);
                format!("the character U+{code:04X} is not allowed in a query (line {line}, character {column})")
            }
            Self::Stray(stray) => stray_message(stray),
            Self::Condition(problem) => condition::message(problem),
            Self::Value(problem) => value_message(problem),
            Self::Date(problem) => date::message(problem),
            Self::Stage(problem) => stage_message(problem),
            Self::Definition(problem) => definition::message(problem),
            Self::StatementInQuery { word } => format!("`{word}` begins a statement of a file, and this is one query"),
            Self::CalculationOutsideQuery { name, .. } => {
                format!("`let {name} = …` with a calculation is a stage, and must follow a query")
            }
            Self::ConditionAfterClause { .. } => "conditions go before `as of`, `known` and `according to`".to_owned(),
            Self::RepeatedClause { clause } => format!("`{clause}` is repeated"),
            Self::CommitWithoutSign { .. } => "a commit needs a `#` before its number".to_owned(),
        }
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Expected { mend, .. } => return mend.as_ref().map(ToString::to_string),
            Self::DateExpected { mend, .. } => mend.to_string(),
            Self::Limit(_) => return None,
            Self::ForbiddenCharacter { .. } => "it is invisible or controls the terminal; remove it".to_owned(),
            Self::Stray(stray) => stray_help(stray),
            Self::Condition(problem) => return condition::help(problem),
            Self::Value(problem) => value_help(problem),
            Self::Date(problem) => return date::help(problem),
            Self::Stage(problem) => stage_help(problem),
            Self::Definition(problem) => return definition::help(problem),
            Self::StatementInQuery { word } => {
                format!("put it in a query file; to search for the word, put it in quotes: `\"{word}\"`")
            }
            Self::CalculationOutsideQuery { name, calculation } => format!(
                "for example: … | let {name} = {calculation}\nin a file, `let {name} = QUERY` gives a query a name"
            ),
            Self::ConditionAfterClause { reordered } => return reordered.as_ref().map(|query| write(query)),
            Self::RepeatedClause { .. } => "leave out one of them".to_owned(),
            Self::CommitWithoutSign { number } => write(&format!("known #{number}")),
        })
    }
}

/// That something is to be written instead.
fn write(text: &str) -> String {
    format!("write `{text}`")
}

impl std::fmt::Display for ExceededLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Depth { most } => write!(f, "this is nested more than {most} levels deep"),
            Self::QueryLength { bytes, most } => write!(f, "this query has {bytes} bytes; the limit is {most}"),
            Self::FileLength { bytes, most } => write!(f, "this file has {bytes} bytes; the limit is {most}"),
            Self::Stages { most } => write!(f, "a query can have at most {most} stages"),
            Self::Terms { most } => write!(f, "a calculation can have at most {most} terms"),
            Self::PathLength { most } => write!(f, "a path can have at most {most} names"),
            Self::Number => f.write_str("this number is too large"),
            Self::Duration => f.write_str("this length of time is too long"),
        }
    }
}

fn stray_message(stray: &StrayText) -> String {
    match stray {
        StrayText::ClosingBracket { bracket, .. } => format!("this `{bracket}` closes nothing"),
        StrayText::Comma => "a comma cannot separate conditions".to_owned(),
        StrayText::Semicolon => "a `;` ends a statement in a file, and this is one query".to_owned(),
        StrayText::Ampersand => "`&` is not part of the language".to_owned(),
        StrayText::Exclamation => "`!` is not part of the language".to_owned(),
        StrayText::BlankBeforeColon { .. } => "there can be no space before `:`".to_owned(),
        StrayText::ComparisonSign { sign, .. } => format!("comparisons use plain signs, not `{sign}`"),
        StrayText::ForeignQuote { .. } => "text goes in double quotes".to_owned(),
        StrayText::WideParenthesis => "parentheses must be plain ones".to_owned(),
        StrayText::QuestionMark => "a query does not end with a question mark".to_owned(),
        StrayText::NumberSign => "a `#` starts a comment only after a space".to_owned(),
        StrayText::Or => "`or` goes between two conditions".to_owned(),
        StrayText::Sign(sign) => format!("unexpected `{sign}`"),
    }
}

fn stray_help(stray: &StrayText) -> String {
    match stray {
        StrayText::ClosingBracket { bracket: ']', .. } => {
            "remove it; brackets are for dates: `in [2024,2025]`".to_owned()
        }
        StrayText::ClosingBracket { bracket: '}', .. } => "remove it, or put a `{` where it opens".to_owned(),
        StrayText::ClosingBracket { bracketed: Some(bracketed), .. } => {
            format!("remove it, or put a `(` where it opens: `{bracketed}`")
        }
        StrayText::ClosingBracket { .. } => "remove it, or put a `(` where it opens".to_owned(),
        StrayText::Comma => "write a list after its field, without spaces: `field:one,other`".to_owned(),
        StrayText::Semicolon => "ask one query at a time, or put them in a query file".to_owned(),
        StrayText::Ampersand => "a space or `and` means that both must hold".to_owned(),
        StrayText::Exclamation => "write `-` or `not`, or `!=` after a field".to_owned(),
        StrayText::BlankBeforeColon { joined } => format!("a field and its value go together: {joined}"),
        StrayText::ComparisonSign { plain, .. } => write(plain),
        StrayText::ForeignQuote { text } => write(&format!("\"{text}\"")),
        StrayText::WideParenthesis => "write `( )`".to_owned(),
        StrayText::QuestionMark => "leave out the `?`".to_owned(),
        StrayText::NumberSign => "put a space before it, or put the word in quotes: \"…\"".to_owned(),
        StrayText::Or => "remove it; to search for the word, put it in quotes: `\"or\"`".to_owned(),
        StrayText::Sign(_) => "put text in quotes: \"…\"".to_owned(),
    }
}

fn value_message(problem: &MalformedValue) -> String {
    match problem {
        MalformedValue::FieldName { text } => format!("`{text}` cannot be the name of a field"),
        MalformedValue::BlankBefore { sign: ',', .. } => "a list has no space after a comma".to_owned(),
        MalformedValue::BlankBefore { .. } => "a value follows `:` without a space".to_owned(),
        MalformedValue::Comparison { .. } => "this is not a comparison".to_owned(),
        MalformedValue::AfterPattern { text } => format!("nothing can follow a pattern directly, found `{text}`"),
        MalformedValue::StrayQuote => "this quotation mark does not belong here".to_owned(),
        MalformedValue::StraySign(sign) => format!("unexpected `{sign}` in a value"),
        MalformedValue::EmptyRange => "a range needs at least one end".to_owned(),
        MalformedValue::EmptyParentheses => "there is no query in these parentheses".to_owned(),
        MalformedValue::UnclosedPattern => "no `/` closes this pattern".to_owned(),
        MalformedValue::EmptyPattern => "this pattern is empty".to_owned(),
    }
}

fn value_help(problem: &MalformedValue) -> String {
    match problem {
        MalformedValue::FieldName { .. } => {
            "names are letters, digits, `-` and `_`, starting with a letter; put text in quotes".to_owned()
        }
        MalformedValue::BlankBefore { joined, .. } => write(joined),
        MalformedValue::Comparison { mended: Some(mended) } => write(mended),
        MalformedValue::Comparison { mended: None } => "compare with `=`, `!=`, `<`, `<=`, `>` or `>=`".to_owned(),
        MalformedValue::AfterPattern { .. } => "leave it out: patterns ignore case already".to_owned(),
        MalformedValue::StrayQuote => "remove it".to_owned(),
        MalformedValue::StraySign(_) => "put the value in quotes: field:\"…\"".to_owned(),
        MalformedValue::EmptyRange => "for example: `70..75`, `70..` or `..75`".to_owned(),
        MalformedValue::EmptyParentheses => "separate a list of values with commas: `field:one,other`".to_owned(),
        MalformedValue::UnclosedPattern => "put a value that begins with a slash in quotes: field:\"/…\"".to_owned(),
        MalformedValue::EmptyPattern => "for example: `title:/colou?r/`".to_owned(),
    }
}

fn stage_message(problem: &MalformedStage) -> String {
    match problem {
        MalformedStage::UnknownName { name, .. } => format!("there is no stage `{name}`"),
        MalformedStage::NoSuchOperation { sign } => format!("calculations have no `{sign}`"),
        MalformedStage::SortDirection { .. } => {
            "a `-` before a column sorts in descending order; without it the order is ascending".to_owned()
        }
        MalformedStage::Clause { clause, .. } => format!("`{clause}` goes before the first `|`"),
    }
}

fn stage_help(problem: &MalformedStage) -> String {
    match problem {
        MalformedStage::UnknownName { mend, .. } => mend.to_string(),
        MalformedStage::NoSuchOperation { .. } => "calculations have `+`, `-`, `*` and `/`".to_owned(),
        MalformedStage::SortDirection { column } => {
            format!("write {}", code_with(&[format!("sort -{column}"), format!("sort {column}")], "or"))
        }
        MalformedStage::Clause { reordered, .. } => format!("`… {reordered}`"),
    }
}
