//! A file of statements in canonical form, with its comments. It must not
//! change what a file says.

use super::parse::{StatementRange, goes_on_with_query, parse_statement, statement_ranges};
use super::print::{query_parts, statement_parts};
use super::scan::{Token, TokenKind, Tokens};
use super::tree::Statement;
use super::{Diagnostic, print_statement};

/// The most columns of a statement on one line.
const WIDTH: usize = 80;

/// Prints every statement in canonical form: one on a line, or if it is long
/// one stage on a line; comments stay where they are, and of several empty
/// lines one. A statement with comments inside it is left as it is.
///
/// ```
/// let formatted = tractat::syntax::format_script("resigned   SINCE 2024|count # how many").unwrap();
/// assert_eq!(formatted, "resigned since 2024 | count # how many\n");
/// ```
///
/// # Errors
///
/// The diagnostics of the file, if it does not parse.
pub fn format_script(text: &str) -> Result<String, Vec<Diagnostic>> {
    let parsed = super::parse_script(text);
    if parsed.tree.is_none() {
        return Err(parsed.diagnostics);
    }
    let mut out = FormattedScript::default();
    let mut at = 0;
    for range in statement_ranges(text) {
        out.between(text.get(at..range.0).unwrap_or(""));
        out.statement(&formatted(text, range));
        at = range.1;
    }
    out.between(text.get(at..).unwrap_or(""));
    Ok(out.text)
}

/// A statement in canonical form.
fn formatted(text: &str, (start, end): StatementRange) -> String {
    let tokens = || Tokens::starting_at(text, start, true).take_while(|token| token.start < end);
    let has_comment = tokens().any(|token| token.kind == TokenKind::Comment);
    match parse_statement(text, (start, end)).0 {
        Some(statement) if !has_comment => pretty(&statement.value),
        _ => tokens().map(|token| trimmed(token, end)).collect(),
    }
}

/// A token of a statement that is left as it is up to its end, without blanks
/// at the ends of lines and empty lines.
fn trimmed(token: Token<'_>, end: usize) -> &str {
    let text = token.text.get(..end - token.start).unwrap_or(token.text);
    match (token.kind, text.rfind('\n')) {
        (TokenKind::Blank, Some(last)) => text.get(last..).unwrap_or(text),
        (TokenKind::Comment, _) => text.trim_end(),
        _ => text,
    }
}

/// A statement on one line, or with a line for each stage.
fn pretty(statement: &Statement) -> String {
    let line = print_statement(statement);
    let (head, Some(query)) = statement_parts(statement) else {
        return line;
    };
    let (filter, stages) = query_parts(query);
    if line.chars().count() <= WIDTH || stages.is_empty() {
        return line;
    }
    let mut out: String = [head, filter].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    for stage in stages {
        // A first line that is indented would go on with the statement before.
        out.push_str(if out.is_empty() { "| " } else { "\n  | " });
        out.push_str(&stage);
    }
    out
}

/// The formatted statements so far.
#[derive(Default)]
struct FormattedScript {
    text: String,
    /// Where the last statement ends, once there is one.
    end: Option<usize>,
    /// Whether a stage after the last statement would be part of it.
    goes_on: bool,
    /// Whether an empty line precedes what comes next.
    pending: bool,
}

impl FormattedScript {
    fn statement(&mut self, statement: &str) {
        // A statement that begins with `|` would go on with the one before.
        if statement.starts_with('|')
            && let Some(end) = self.end.filter(|_| self.goes_on)
        {
            self.text.insert(end, ';');
        }
        let pending = std::mem::take(&mut self.pending);
        self.gap(pending);
        self.text.push_str(statement);
        self.end = Some(self.text.len());
        self.goes_on = goes_on_with_query(statement);
        self.text.push('\n');
    }

    /// Adds the comments and empty lines between statements. A comment in the
    /// last line of a statement stays there.
    fn between(&mut self, text: &str) {
        let mut lines = text.split('\n');
        let first = lines.next().unwrap_or("");
        if let Some(at) = first.find('#') {
            let comment = first.get(at..).unwrap_or("").trim_end();
            if self.end.is_some() {
                self.text.truncate(self.text.trim_end_matches('\n').len());
                self.text.push(' ');
            }
            self.text.push_str(comment);
            self.text.push('\n');
        }
        let mut empty = false;
        let mut lines = lines.peekable();
        while let Some(line) = lines.next() {
            // There are only blanks, `;` and comments here.
            match line.find('#').and_then(|at| line.get(at..)) {
                Some(comment) => {
                    self.gap(std::mem::take(&mut empty));
                    self.text.push_str(comment.trim_end());
                    self.text.push('\n');
                }
                // The last part is the start of the next statement's line.
                None => empty |= lines.peek().is_some(),
            }
        }
        self.pending = empty;
    }

    /// An empty line, but not at the very start.
    fn gap(&mut self, wanted: bool) {
        if wanted && !self.text.is_empty() {
            self.text.push('\n');
        }
    }
}
