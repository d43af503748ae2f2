//! An error or warning about a text: its place, and what is wrong there. It is
//! generic over the problem, so that every layer above can use it.

use std::fmt::Write;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::scan::is_forbidden;
use super::{DefinitionPlace, Span, SyntaxProblem};

/// Whether a diagnostic prevents an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Severity {
    /// The query is answered.
    Warning,
    /// The query is not answered.
    Error,
}

/// What is wrong, as data. Callers decide by the data and show the English.
pub trait Problem {
    /// What is wrong, in one sentence without a full stop.
    fn message(&self) -> String;

    /// How to mend it, or why it is wrong; may have several lines.
    fn help(&self) -> Option<String>;
}

/// One thing that is wrong with a text: where, how bad, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic<P = SyntaxProblem> {
    /// The part of the text that is wrong.
    pub span: Span,
    /// Whether it is an error or a warning.
    pub severity: Severity,
    /// What is wrong there.
    pub problem: P,
    /// The called definition in which it is wrong, if it is wrong inside of
    /// one; `span` is then that of the call.
    pub within: Option<DefinitionExcerpt>,
}

/// A part of a definition, for a diagnostic that is shown at a call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DefinitionExcerpt {
    /// The name of the definition.
    pub name: String,
    /// Where the definition is written.
    pub place: DefinitionPlace,
    /// The part that is wrong, with the values of the call, shortened.
    pub text: String,
}

/// The most columns of a line of a rendered diagnostic.
const WIDTH: usize = 100;

/// What a tab is shown as.
const TAB: &str = "    ";

impl<P> Diagnostic<P> {
    /// An error at a place.
    #[must_use]
    pub fn error(span: Span, problem: impl Into<P>) -> Self {
        Self { span, severity: Severity::Error, problem: problem.into(), within: None }
    }

    /// A warning at a place.
    #[must_use]
    pub fn warning(span: Span, problem: impl Into<P>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(span, problem) }
    }

    /// Whether it prevents the query from being answered.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The same diagnostic with another problem.
    #[must_use]
    pub fn map<Q>(self, problem: impl FnOnce(P) -> Q) -> Diagnostic<Q> {
        let Self { span, severity, problem: own, within } = self;
        Diagnostic { span, severity, problem: problem(own), within }
    }
}

impl<P: Problem> Diagnostic<P> {
    /// What is wrong, in one sentence without a full stop. Very long words of
    /// the text are shortened.
    #[must_use]
    pub fn message(&self) -> String {
        brief(self.problem.message())
    }

    /// How to mend it, or why it is wrong; may have several lines.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let place = self.within.as_ref().map(ToString::to_string);
        let lines: Vec<String> = self.problem.help().map(brief).into_iter().chain(place).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// The line of the source, a line of carets with the message, and the help
    /// below, as plain text without an ending newline. A span that does not
    /// lie in the source is shown at its end.
    #[must_use]
    pub fn render(&self, source: &str) -> String {
        let line = Line::around(source, self.span);
        let margin = match line.number {
            Some(number) => format!("{number} | "),
            None => String::new(),
        };
        let gutter = match line.number {
            Some(_) => format!("{}| ", " ".repeat(margin.len() - 2)),
            None => String::new(),
        };
        let mut out = format!("{margin}{}\n", line.text);
        let carets = "^".repeat(line.width);
        let message = match self.severity {
            Severity::Error => self.message(),
            Severity::Warning => format!("warning: {}", self.message()),
        };
        let help = self.help();
        let indent = " ".repeat(line.column);
        let fits = line.column + line.width + 1 + message.width() <= WIDTH;
        // Writing to a string cannot fail.
        let _ = write!(out, "{gutter}{indent}{carets}");
        if fits {
            let _ = write!(out, " {message}");
        } else {
            let _ = write!(out, "\n{gutter}{message}");
        }
        let help_width = help.iter().flat_map(|help| help.lines()).map(UnicodeWidthStr::width).max();
        let help_column = match help_width {
            Some(width) if fits && line.column + 2 + width <= WIDTH => line.column + 2,
            _ => 2,
        };
        for line in help.iter().flat_map(|help| help.lines()) {
            let _ = write!(out, "\n{gutter}{}{line}", " ".repeat(help_column));
        }
        out
    }
}

/// The longest word of a message, in characters, and the longest message, in bytes.
const LONGEST: (usize, usize) = (120, 2000);

/// Shortens words of the text that would make a message unreadable.
fn brief(text: String) -> String {
    let (word, whole) = LONGEST;
    if text.len() <= word {
        return text;
    }
    let mut short = String::with_capacity(text.len().min(whole) + 3);
    let mut length = 0;
    for character in text.chars() {
        length = if character.is_whitespace() || character == '`' { 0 } else { length + 1 };
        if length < word {
            short.push(character);
        } else if length == word {
            short.push('…');
        }
        if short.len() > whole {
            short.push('…');
            break;
        }
    }
    short
}

/// The line in which a span begins, as it is shown.
struct Line {
    /// Its number, if the source has several.
    number: Option<usize>,
    text: String,
    /// The column of the first caret.
    column: usize,
    /// The number of carets.
    width: usize,
}

impl Line {
    fn around(source: &str, span: Span) -> Self {
        let start = floor(source, span.start);
        let end = floor(source, span.end).max(start);
        let (before, after) = source.split_at(start);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line_end = after.find('\n').map_or(source.len(), |at| start + at);
        let part = |from: usize, to: usize| shown(source.get(from..to.max(from)).unwrap_or("").trim_end_matches('\r'));
        let (left, middle, right) =
            (part(line_start, start), part(start, end.min(line_end)), part(end.min(line_end), line_end));
        let number = source.trim_end().contains('\n').then(|| before.bytes().filter(|byte| *byte == b'\n').count() + 1);
        let whole = left.width() + middle.width() + right.width();
        if whole <= WIDTH {
            let (column, width) = (left.width(), middle.width().max(1));
            return Self { number, text: format!("{left}{middle}{right}").trim_end().to_owned(), column, width };
        }
        let middle = cut(&middle, WIDTH - 20, false);
        let room = (WIDTH - middle.width()) / 2;
        let left = cut(&left, room.min(40), true);
        let right = cut(&right, WIDTH - middle.width() - left.width(), false);
        let (column, width) = (left.width(), middle.width().max(1));
        Self { number, text: format!("{left}{middle}{right}").trim_end().to_owned(), column, width }
    }
}

/// The nearest character boundary at or before a byte.
fn floor(source: &str, at: usize) -> usize {
    let mut at = at.min(source.len());
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Replaces the characters that would control a terminal.
fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' => out.push_str(TAB),
            _ if is_forbidden(character) || character == '\r' => out.push('\u{fffd}'),
            _ => out.push(character),
        }
    }
    out
}

/// Cuts a text to a number of columns, with `…` for the rest.
fn cut(text: &str, columns: usize, keep_end: bool) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut left = columns.saturating_sub(1);
    let mut fits = |character: &char| {
        let width = character.width().unwrap_or(0);
        let fits = width <= left;
        left = left.saturating_sub(width);
        fits
    };
    if keep_end {
        let kept: Vec<char> = text.chars().rev().take_while(&mut fits).collect();
        std::iter::once('…').chain(kept.into_iter().rev()).collect()
    } else {
        let mut kept: String = text.chars().take_while(&mut fits).collect();
        kept.push('…');
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message and a help.
    struct TestProblem(String, Option<&'static str>);

    impl Problem for TestProblem {
        fn message(&self) -> String {
            self.0.clone()
        }

        fn help(&self) -> Option<String> {
            self.1.map(str::to_owned)
        }
    }

    fn no(span: Span) -> Diagnostic<TestProblem> {
        Diagnostic::error(span, TestProblem("no".to_owned(), None))
    }

    #[test]
    fn carets_stand_under_wide_letters_and_tabs() {
        let source = "\t東京 x";
        let diagnostic =
            Diagnostic::<TestProblem>::error(Span::new(8, 9), TestProblem("no".to_owned(), Some("write y")));
        assert_eq!(diagnostic.render(source), "    東京 x\n         ^ no\n           write y");
    }

    #[test]
    fn a_line_of_several_has_its_number_and_a_long_one_is_cut_around_the_place() {
        let diagnostic = no(Span::new(4, 5));
        assert_eq!(diagnostic.render("a\nb c"), "2 | b c\n  |   ^ no");
        let source = format!("{}here{}", "a ".repeat(200), " b".repeat(200));
        let rendered = no(Span::new(400, 404)).render(&source);
        let lines: Vec<&str> = rendered.lines().collect();
        assert!(lines[0].width() <= WIDTH && lines[0].starts_with('…') && lines[0].ends_with('…'), "{rendered}");
        assert_eq!(lines[0].find("here").map(|at| lines[0][..at].width()), lines[1].find('^'));
    }

    #[test]
    fn a_message_is_cut_where_a_word_of_it_has_no_end() {
        let said = |text: &str| no(Span::new(0, 1)).map(|_| TestProblem(text.to_owned(), None)).message();
        assert_eq!(said(&format!("`{}` is no word", "é".repeat(5000))), format!("`{}…` is no word", "é".repeat(119)));
        assert_eq!(said(&"a b ".repeat(5000)).len(), LONGEST.1 + 1 + '…'.len_utf8());
        let fits = "word ".repeat(100);
        assert_eq!(said(&fits), fits);
    }

    #[test]
    fn a_span_outside_the_source_does_no_harm() {
        for span in [Span::new(90, 99), Span::new(1, 0), Span::new(1, 2)] {
            assert!(no(span).render("é").contains('^'));
        }
    }
}
