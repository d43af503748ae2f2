//! Bare words and texts.

use super::Wording;
use crate::plan::{Suggestion, WordProblem};
use crate::say::list;

pub(super) fn wording(problem: &WordProblem) -> Wording {
    match problem {
        WordProblem::ReadAsText { word, suggestion } => {
            Wording::new(format!("`{word}` was read as text")).with(self::suggestion(suggestion))
        }
        WordProblem::UnknownDateField { name, similar } => {
            Wording::new(format!("there is no date field named `{name}`")).with(did_you_mean(similar))
        }
        WordProblem::UnknownBeforeDate { word, similar } => Wording::new(format!(
            "`{word}` is not an action, a field or a name"
        ))
        .with(format!("{} {}", did_you_mean(similar), in_quotes(word))),
        WordProblem::UnknownOfRows { word, singular, suggestion } => {
            Wording::new(format!("there is no {singular}, group or status named `{word}`"))
                .with(self::suggestion(suggestion))
        }
        WordProblem::QueryNotCalled { name, signature } => {
            Wording::new(format!("`{name}` was read as text")).with(format!("to call the query: `{signature}`"))
        }
        WordProblem::QuotedName { text, mend } => {
            Wording::new(format!("\"{text}\" was searched for in the texts, and is also a name"))
                .with(format!("for facts that refer to it, write `{mend}`"))
        }
        WordProblem::ValueAsText { word, mend } => {
            Wording::new(format!("`{word}` was searched for in the texts, and is also a value of a field"))
                .with(format!("for facts that have it, write `{mend}`"))
        }
        WordProblem::NothingToSearch => {
            Wording::new("there is no word in this to search for").with("search for letters or digits")
        }
        WordProblem::UnknownQuery { name } => Wording::new(format!("there is no query named `{name}`"))
            .with(format!("a file of queries can define it: `let {name} = …`")),
    }
}

/// What may have been meant, as a help of its own.
pub(super) fn suggestion(suggestion: &Suggestion) -> String {
    match suggestion {
        Suggestion::Similar(near) => did_you_mean(near),
        Suggestion::Names(names) => format!("names that contain it: {}", list::names(names)),
        Suggestion::NamesOfPart(names) => format!("names that contain a part of it: {}", list::names(names)),
        Suggestion::Write(query) => format!("`{query}`"),
        Suggestion::Stage(stage) => format!("a stage comes after `|`: `| {stage}`"),
        Suggestion::Field { field, noun: None } => format!("a field takes a value: `{field}:…`"),
        Suggestion::Field { field, noun: Some(plural) } => {
            format!("as a field it takes a value: `{field}:…`; as the noun for the rows it comes first: `{plural} …`")
        }
        Suggestion::Noun(plural) => format!("the noun for the rows comes first: `{plural} …`"),
        Suggestion::Month(month) => {
            format!(
                "a month takes a word before it and a year after it: `in {month} 2025`; \
                 {month} of every year cannot be asked for"
            )
        }
        Suggestion::Negation => {
            "put `-` before what must not hold; to require that no such fact exists: `without {…}`".to_owned()
        }
        Suggestion::CountBy => "to count by something: `| count by …`".to_owned(),
        Suggestion::SmallWord { searched: true } => {
            "common words are searched for too: leave them out, or put a phrase in quotes".to_owned()
        }
        Suggestion::SmallWord { searched: false } => "common words mean nothing here: leave them out".to_owned(),
        Suggestion::PeriodsFirst => "put it before everything else: `periods …`".to_owned(),
        Suggestion::ColumnOfPeriods(column) => column_of_periods(column),
        Suggestion::ConditionsOfRows { plural, statuses, word } => {
            let tests: Vec<String> = ["field"]
                .into_iter()
                .chain(statuses.iter().map(String::as_str))
                .map(|name| format!("{name}:…"))
                .collect();
            let tests = list::code(&tests);
            format!("conditions are names, {tests} and facts: `{plural} with {{…}}`, `{plural} with {{\"{word}\"}}`")
        }
    }
}

pub(super) fn column_of_periods(column: &str) -> String {
    format!("to test the periods: `… | where {column} …`")
}

pub(super) fn did_you_mean(near: &str) -> String {
    format!("did you mean `{near}`?")
}

/// How a word is searched for that means something else.
pub(super) fn in_quotes(word: &str) -> String {
    format!("to search for the word, put it in quotes: `\"{word}\"`")
}
