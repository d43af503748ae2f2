//! The standard output and the standard error: who reads them, how wide they
//! are, and what may go there. Nothing from data reaches a terminal raw, and
//! nothing here panics when a pipe is closed.

use std::borrow::Cow;
use std::io::{self, BufWriter, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use tractat::exchange::sanitize;
use tractat::syntax::{Diagnostic, Problem};
use unicode_width::UnicodeWidthStr;

use super::text::{cut, wrap};

/// What a stream can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Surface {
    /// Whether a person reads it.
    pub terminal: bool,
    /// Whether it may have colour.
    pub colour: bool,
    /// Its width in columns, if it is a terminal.
    pub width: Option<u16>,
    /// Its height in lines, if it is a terminal that reports it.
    pub height: Option<u16>,
}

/// Columns of a terminal that does not say how many it has.
const USUAL_WIDTH: u16 = 80;

impl Surface {
    /// A file or a pipe.
    pub const PLAIN: Self = Self { terminal: false, colour: false, width: None, height: None };

    /// The standard output as it is now; a window may change its size.
    pub fn of_stdout() -> Self {
        Self::new(io::stdout().is_terminal(), || terminal_size::terminal_size_of(io::stdout()))
    }

    /// The standard error as it is now.
    pub fn of_stderr() -> Self {
        Self::new(io::stderr().is_terminal(), || terminal_size::terminal_size_of(io::stderr()))
    }

    fn new(is_terminal: bool, size: impl FnOnce() -> Option<(terminal_size::Width, terminal_size::Height)>) -> Self {
        if !is_terminal {
            return Self::PLAIN;
        }
        let size = size().filter(|(width, _)| width.0 > 0);
        Self {
            terminal: true,
            colour: colour_is_welcome(),
            width: Some(size.map_or(USUAL_WIDTH, |(width, _)| width.0)),
            height: size.map(|(_, height)| height.0),
        }
    }

    /// The text in a style, if the surface has colour.
    pub fn paint(self, style: Style, text: &str) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

/// Whether neither `NO_COLOR` nor a dumb terminal forbids colour.
fn colour_is_welcome() -> bool {
    let unset = |name: &str| std::env::var_os(name).is_none_or(|value| value.is_empty());
    unset("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// The style of headings and of what is of less weight.
pub const DIM: Style = Style::new().dimmed();

/// The style of column headings.
pub const HEADING: Style = Style::new().bold();

/// The style of carets.
const CARET: Style = AnsiColor::Red.on_default().bold();

/// Where answers go.
pub struct StandardOutput {
    stream: Box<dyn Write>,
    /// What it can show.
    pub surface: Surface,
}

impl StandardOutput {
    /// The standard output.
    pub fn stdout() -> Self {
        Self { stream: Box::new(BufWriter::with_capacity(64 << 10, io::stdout())), surface: Surface::of_stdout() }
    }

    /// Updates the size of the terminal.
    pub fn look_again(&mut self) {
        self.surface = Surface::of_stdout();
    }

    /// Writes a line of plain text, made harmless.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.stream, "{}", sanitized_lines(text))
    }

    /// The stream for text that has lines of its own: on a terminal it is made
    /// harmless, elsewhere it is left as it is.
    pub fn guarded(&mut self) -> Box<dyn Write + '_> {
        if self.surface.terminal {
            Box::new(SanitizingWriter { inner: &mut self.stream, line: Vec::new() })
        } else {
            Box::new(&mut self.stream)
        }
    }
}

impl Write for StandardOutput {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.stream.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Sanitizes what is written, line by line, so that no character is split.
struct SanitizingWriter<W: Write> {
    inner: W,
    line: Vec<u8>,
}

impl<W: Write> SanitizingWriter<W> {
    fn pass(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&line);
        // A tab harms no terminal, and between the cells of a row it is meant.
        for part in text.split_inclusive(['\t', '\n']) {
            let end = if part.ends_with(['\t', '\n']) { part.len() - 1 } else { part.len() };
            let (plain, ending) = part.split_at(end);
            self.inner.write_all(sanitize(plain).as_bytes())?;
            self.inner.write_all(ending.as_bytes())?;
        }
        Ok(())
    }
}

impl<W: Write> Write for SanitizingWriter<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        for part in buffer.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                self.pass()?;
            }
        }
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.line.is_empty() {
            self.pass()?;
        }
        self.inner.flush()
    }
}

/// A text of several lines, each made harmless.
pub fn sanitized_lines(text: &str) -> Cow<'_, str> {
    if text.contains('\n') {
        Cow::Owned(text.split('\n').map(sanitize).collect::<Vec<_>>().join("\n"))
    } else {
        sanitize(text)
    }
}

/// Tells the user something beside the answer, on the standard error.
pub fn note(text: &str) {
    // If nobody listens, nobody misses it.
    let _ = writeln!(io::stderr(), "{}", sanitized_lines(text));
}

/// The same in lines of whole words, where there is a width to keep to.
pub fn note_wrapped(text: &str) {
    let Some(width) = Surface::of_stderr().width.map(usize::from) else { return note(text) };
    text.lines().flat_map(|line| wrap(line, width)).for_each(|line| note(&line));
}

/// Shows what is wrong with a text, under the line where it is wrong.
pub fn note_diagnostic(diagnostic: &Diagnostic<impl Problem>, source: &str, file: Option<&str>) {
    if let Some(file) = file {
        note(&format!("{file}:{}:", line_of(source, diagnostic.span.start)));
    }
    note_carets(&rendered(diagnostic, source, Surface::of_stderr().width.map(usize::from)));
}

/// A diagnostic in lines of at most so many columns. If the line of the source
/// is longer, only the words that are wrong are shown above the carets.
pub fn rendered(diagnostic: &Diagnostic<impl Problem>, source: &str, width: Option<usize>) -> String {
    let whole = diagnostic.render(source);
    let Some(width) = width.filter(|width| whole.lines().any(|line| line.width() > *width)) else { return whole };
    let mut above = whole.lines();
    let (text, carets) = (above.next().unwrap_or_default(), above.next().unwrap_or_default());
    let carets = caret_range(carets).map_or("", |(_, end)| &carets[..end]);
    let mut lines = Vec::new();
    if !carets.is_empty() && text.width().max(carets.width()) <= width {
        lines.extend([text.to_owned(), carets.to_owned()]);
    } else {
        let words: Vec<&str> = source.get(diagnostic.span.range()).unwrap_or_default().split_whitespace().collect();
        let words = cut(&words.join(" "), width);
        if !words.is_empty() {
            let carets = "^".repeat(words.width());
            lines.extend([words, carets]);
        }
    }
    lines.extend(wrap(&diagnostic.message(), width));
    for help in diagnostic.help().iter().flat_map(|help| help.lines()) {
        lines.extend(wrap(help, width.saturating_sub(2).max(10)).iter().map(|part| format!("  {part}")));
    }
    lines.join("\n")
}

/// Writes a rendered diagnostic, its carets in colour where that is welcome.
pub fn note_carets(rendered: &str) {
    let colour = io::stderr().is_terminal() && colour_is_welcome();
    for line in rendered.lines() {
        let line = sanitize(line);
        let line = match caret_range(&line) {
            Some((start, end)) if colour => {
                format!("{}{CARET}{}{CARET:#}{}", &line[..start], &line[start..end], &line[end..])
            }
            _ => line.into_owned(),
        };
        let _ = writeln!(io::stderr(), "{line}");
    }
}

/// Where the carets of a line stand, if nothing but the margin is before them.
fn caret_range(line: &str) -> Option<(usize, usize)> {
    let start = line.find('^')?;
    let (margin, rest) = line.split_at(start);
    let is_margin = margin.chars().all(|character| matches!(character, ' ' | '|'));
    is_margin.then(|| (start, start + rest.len() - rest.trim_start_matches('^').len()))
}

/// The number of the line, from 1, in which a byte stands.
pub fn line_of(source: &str, at: usize) -> usize {
    let at = at.min(source.len());
    1 + memchr::memchr_iter(b'\n', &source.as_bytes()[..at]).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::problem::StatementProblem;

    #[test]
    fn what_steers_a_terminal_is_made_harmless_even_in_pieces() {
        let mut written = Vec::new();
        let mut guard = SanitizingWriter { inner: &mut written, line: Vec::new() };
        let text = "{\"note\":\"\u{9b}31m é\u{202e}\"}\nnext\u{1b}";
        for byte in text.as_bytes() {
            guard.write_all(&[*byte]).unwrap();
        }
        guard.flush().unwrap();
        drop(guard);
        assert_eq!(String::from_utf8(written).unwrap(), "{\"note\":\"<U+009B>31m é<U+202E>\"}\nnext␛");
    }

    #[test]
    fn only_a_line_of_carets_is_coloured() {
        assert_eq!(caret_range("  |   ^^ no `^`"), Some((6, 8)));
        assert_eq!(caret_range("withdrawn ^x"), None);
    }

    #[test]
    fn on_a_narrow_terminal_the_carets_stay_below_the_wrong_words() {
        let source = "resigned efective in 2024";
        let diagnostic = StatementProblem::error(
            tractat::syntax::Span::new(9, 17),
            "this is no field of the world",
            Some("did you mean `effective`, which is one?".to_owned()),
        );
        assert_eq!(rendered(&diagnostic, source, None), diagnostic.render(source));
        assert_eq!(
            rendered(&diagnostic, source, Some(30)),
            "resigned efective in 2024\n         ^^^^^^^^\nthis is no field of the world\n  did you mean `effective`,\n  which is one?"
        );
        assert_eq!(
            rendered(&diagnostic, source, Some(20)),
            "efective\n^^^^^^^^\nthis is no field of\nthe world\n  did you mean\n  `effective`, which\n  is one?"
        );
    }

    #[test]
    fn a_line_is_counted_from_one() {
        assert_eq!([0, 1, 2, 99].map(|at| line_of("a\nb", at)), [1, 1, 2, 2]);
    }
}
