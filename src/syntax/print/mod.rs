//! Trees as text in canonical form, which parses into the same tree. It must not
//! know what a word means.

mod condition;
mod stage;

pub(super) use condition::print_duration;
pub(crate) use condition::print_relation;
pub use condition::{print_condition, print_value, print_when};
pub use stage::print_stage;

use super::keyword::word;
use super::tree::{Expected, Known, Query, Script, Statement};
pub(crate) use condition::quote;
use condition::{print_account, print_as_of};

/// A query on one line.
#[must_use]
pub fn print_query(query: &Query) -> String {
    let (head, stages) = query_parts(query);
    let mut out = head;
    for stage in stages {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str("| ");
        out.push_str(&stage);
    }
    out
}

/// A state of the store, as it is written after `known`.
pub(super) fn print_known(known: &Known) -> String {
    match known {
        Known::Day(day) => print_when(day),
        Known::Commit(number) => format!("#{number}"),
    }
}

/// The text before the first `|`, and each stage.
pub(super) fn query_parts(query: &Query) -> (String, Vec<String>) {
    let mut parts = Vec::new();
    if query.periods {
        parts.push("periods".to_owned());
    }
    if let Some(filter) = &query.filter {
        let printed = print_condition(filter);
        let begins = printed.split(|next: char| next.is_whitespace()).next().unwrap_or("");
        // A first word `periods` would be the keyword.
        if !query.periods && begins.eq_ignore_ascii_case("periods") {
            parts.push(format!("({begins}){}", printed.get(begins.len()..).unwrap_or("")));
        } else {
            parts.push(printed);
        }
    }
    if query.maybe {
        parts.push(word::MAYBE.to_owned());
    }
    if let Some(as_of) = &query.as_of {
        parts.push(print_as_of(&as_of.value));
    }
    if let Some(known) = &query.known {
        parts.push(format!("known {}", print_known(&known.value)));
    }
    if let Some(account) = &query.account {
        parts.push(print_account(&account.value));
    }
    (parts.join(" "), query.stages.iter().map(|stage| print_stage(&stage.value)).collect())
}

/// A file of statements, each on a line of its own.
#[must_use]
pub fn print_script(script: &Script) -> String {
    let mut out = String::new();
    for statement in &script.statements {
        let printed = print_statement(&statement.value);
        // A line that begins with `|` would go on with the statement before.
        if printed.starts_with('|') && out.ends_with('\n') {
            out.insert(out.len() - 1, ';');
        }
        out.push_str(&printed);
        out.push('\n');
    }
    out
}

/// A statement on one line.
#[must_use]
pub fn print_statement(statement: &Statement) -> String {
    let (head, query) = statement_parts(statement);
    match query {
        Some(query) => {
            let query = print_query(query);
            if head.is_empty() || query.is_empty() { head + &query } else { format!("{head} {query}") }
        }
        None => head,
    }
}

/// The text before the query of a statement, and the query.
pub(super) fn statement_parts(statement: &Statement) -> (String, Option<&Query>) {
    match statement {
        Statement::Query(query) => (String::new(), Some(query)),
        Statement::Let { name, parameters, query } => {
            let list = parameters.iter().map(|name| format!("${}", name.value)).collect::<Vec<_>>().join(", ");
            let list = if list.is_empty() { list } else { format!("({list})") };
            (format!("let {}{list} =", name.value), Some(query))
        }
        Statement::Assert { expected, query } => {
            let expected = match &expected.value {
                Expected::None => "none".to_owned(),
                Expected::Some => "some".to_owned(),
                Expected::Count(count) => format!("count = {count}"),
                Expected::Rows(file) => format!("rows = {}", quote(file)),
            };
            (format!("assert {expected}"), Some(query))
        }
        Statement::SetToday(day) => (format!("set today {}", print_when(&day.value)), None),
        Statement::Include(file) => (format!("include {}", quote(&file.value)), None),
        Statement::Format(name) => (format!("format {}", name.value), None),
        Statement::Echo(text) => (format!("echo {}", quote(&text.value)), None),
    }
}
