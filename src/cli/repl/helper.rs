//! What the line editor asks while somebody types: completions, colours, hints,
//! and whether the input is complete. Names from data are made harmless.

use std::borrow::Cow;
use std::sync::Arc;

use anstyle::{AnsiColor, Style};
use rustyline::completion::{Completer, FilenameCompleter, Pair};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hinter, HistoryHinter};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper};
use tractat::CandidateKind;
use tractat::exchange::sanitize;
use tractat::syntax::{Class, highlight, is_complete};

use super::dot_commands::{self, DOT_COMMANDS, DotAction};
use super::reopening_store::ReopeningStore;
use super::tab::Typing;
use crate::cli::output::DIM;

/// Answers what the line editor asks.
pub struct PromptHelper {
    held: Arc<ReopeningStore>,
    is_coloured: bool,
    from_history: HistoryHinter,
    file_names: FilenameCompleter,
    typing: Typing,
}

/// How many letters of a word must be there before the rest is hinted at.
const HINTED: usize = 2;

impl PromptHelper {
    /// For queries on a store.
    pub fn new(held: Arc<ReopeningStore>, is_coloured: bool, typing: Typing) -> Self {
        Self { held, is_coloured, from_history: HistoryHinter::new(), file_names: FilenameCompleter::new(), typing }
    }

    fn query_candidates(&self, text: &str, cursor: usize) -> (usize, Vec<Pair>) {
        // What formats there are is for the program to say, not for the language.
        if let Some(word) = text.get(..cursor).and_then(|before| before.strip_prefix("format ")) {
            let names = dot_commands::choices(DotAction::Mode);
            return (cursor - word.len(), beginning_with(word, names.iter().map(String::as_str)));
        }
        let completions = self.held.complete(text, cursor);
        // The editor replaces up to the cursor and no farther.
        if completions.end > cursor {
            return (cursor, Vec::new());
        }
        let candidates = completions.candidates.into_iter().map(|candidate| {
            let text = sanitize(&candidate.text).into_owned();
            let label = candidate.label();
            let label = sanitize(&label);
            let display = match candidate.kind {
                _ if label.is_empty() || label == text => text.clone(),
                // Another form of a word is not another word.
                CandidateKind::Action | CandidateKind::Query => format!("{text} = {label}"),
                _ => format!("{text}  {label}"),
            };
            Pair { display, replacement: text }
        });
        (completions.start, candidates.collect())
    }

    /// The dot command that a line begins with, and where its argument begins.
    fn dot_before(line: &str) -> Option<(DotAction, usize)> {
        let end = line.find(char::is_whitespace)?;
        let dot = DOT_COMMANDS.iter().find(|dot| dot.name.eq_ignore_ascii_case(&line[..end]))?;
        let start = end + line[end..].len() - line[end..].trim_start().len();
        Some((dot.action, start))
    }
}

fn is_dot(line: &str) -> bool {
    line.starts_with('.') && !line.starts_with("..")
}

fn beginning_with<'a>(word: &str, all: impl IntoIterator<Item = &'a str>) -> Vec<Pair> {
    all.into_iter()
        .filter(|candidate| candidate.starts_with(word))
        .map(|candidate| Pair { display: candidate.to_owned(), replacement: candidate.to_owned() })
        .collect()
}

impl Completer for PromptHelper {
    type Candidate = Pair;

    fn complete(&self, line: &str, cursor: usize, context: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        if !is_dot(line) {
            return Ok(self.query_candidates(line, cursor));
        }
        let before = &line[..cursor];
        match Self::dot_before(before) {
            None => Ok((0, beginning_with(before, DOT_COMMANDS.iter().map(|dot| dot.name)))),
            Some((DotAction::Run, _)) => self.file_names.complete(line, cursor, context),
            Some((DotAction::Explain, start)) => {
                let (at, candidates) = self.query_candidates(&line[start..], cursor - start);
                Ok((start + at, candidates))
            }
            Some((action, start)) => {
                let choices = dot_commands::choices(action);
                Ok((start, beginning_with(&before[start..], choices.iter().map(String::as_str))))
            }
        }
    }
}

impl Hinter for PromptHelper {
    type Hint = String;

    fn hint(&self, line: &str, cursor: usize, context: &Context<'_>) -> Option<String> {
        let hint = self.hint_at(line, cursor, context);
        self.typing.is_done();
        hint
    }
}

/// The longest input, in bytes, that is coloured and completed with each key.
const LONGEST: usize = 1000;

impl PromptHelper {
    fn hint_at(&self, line: &str, cursor: usize, context: &Context<'_>) -> Option<String> {
        if cursor < line.len() || line.trim().is_empty() || line.len() > LONGEST {
            return None;
        }
        if let Some(hint) = self.from_history.hint(line, cursor, context) {
            // Of an input of several lines the first is hint enough.
            return hint.lines().next().filter(|first| !first.is_empty()).map(str::to_owned);
        }
        let (start, candidates) = self.complete(line, cursor, context).ok()?;
        let word = line.get(start..)?;
        match candidates.as_slice() {
            [only] if word.chars().count() >= HINTED => {
                only.replacement.strip_prefix(word).filter(|rest| !rest.is_empty()).map(str::to_owned)
            }
            _ => None,
        }
    }
}

impl Validator for PromptHelper {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if is_whole(context.input()) { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

/// Whether an input can be run, or its author has given up on it with an empty line.
fn is_whole(input: &str) -> bool {
    is_dot(input) || is_complete(input) || input.ends_with('\n')
}

fn style_of(class: Class) -> Option<Style> {
    Some(match class {
        Class::Keyword => AnsiColor::Blue.on_default().bold(),
        Class::Field => AnsiColor::Cyan.on_default(),
        Class::Text => AnsiColor::Green.on_default(),
        Class::Number => AnsiColor::Magenta.on_default(),
        Class::Comment => DIM,
        Class::Error => AnsiColor::Red.on_default(),
        _ => return None,
    })
}

/// The text with each part in its colour.
fn painted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut at = 0;
    for (span, class) in highlight(text) {
        let (Some(between), Some(part)) = (text.get(at..span.start), text.get(span.range())) else { continue };
        out.push_str(between);
        match style_of(class) {
            Some(style) => out.extend([&style.render().to_string(), part, &style.render_reset().to_string()]),
            None => out.push_str(part),
        }
        at = span.end;
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}

impl Highlighter for PromptHelper {
    fn highlight<'l>(&self, line: &'l str, _cursor: usize) -> Cow<'l, str> {
        if !self.is_coloured || is_dot(line) || line.len() > LONGEST {
            Cow::Borrowed(line)
        } else {
            Cow::Owned(painted(line))
        }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        if self.is_coloured { Cow::Owned(format!("{DIM}{hint}{DIM:#}")) } else { Cow::Borrowed(hint) }
    }

    fn highlight_char(&self, _line: &str, _cursor: usize, kind: CmdKind) -> bool {
        self.is_coloured && kind != CmdKind::MoveCursor
    }
}

impl Helper for PromptHelper {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_change_no_letter() {
        for text in ["withdrawn after 2025 -in:eu # why", "\"é (", "", "a\n| count"] {
            let painted = painted(text);
            let mut plain = String::new();
            let mut rest = painted.as_str();
            while let Some(start) = rest.find('\u{1b}') {
                plain.push_str(&rest[..start]);
                rest = &rest[start..][rest[start..].find('m').unwrap() + 1..];
            }
            plain.push_str(rest);
            assert_eq!(plain, text);
        }
    }

    #[test]
    fn an_empty_line_ends_what_cannot_be_completed() {
        assert!(!is_whole("withdrawn (") && is_whole("withdrawn (\n") && is_whole(".mode ("));
    }

    #[test]
    fn what_a_command_is_given_begins_after_the_blanks() {
        assert_eq!(PromptHelper::dot_before(".mode  cs"), Some((DotAction::Mode, 7)));
        assert_eq!(PromptHelper::dot_before(".mode"), None);
    }
}
