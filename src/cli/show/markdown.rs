//! Markdown pages for a terminal: headings, code and tables in styles, text in
//! lines of whole words. It knows the elements that the pages of `help` use.

use anstyle::{AnsiColor, Style};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use unicode_width::UnicodeWidthStr;

use crate::cli::output::{DIM, HEADING, Surface};

/// The style of code within a line.
const CODE: Style = AnsiColor::Cyan.on_default();

/// Lines of text are no longer than this, however wide the terminal is.
const WIDEST: usize = 100;

/// The narrowest width to which a column of a table is squeezed.
const NARROWEST: usize = 8;

/// The blanks between two columns of a table.
const GAP: usize = 2;

/// What stands before the lines of a code block.
const MARGIN: &str = "    ";

/// A page in Markdown as it is shown on a surface.
pub fn render(page: &str, surface: Surface) -> String {
    let width = surface.width.map_or(WIDEST, usize::from).clamp(20, WIDEST);
    let mut renderer = Renderer {
        surface,
        width,
        shown: String::new(),
        text: StyledText::default(),
        styles: Vec::new(),
        lists: Vec::new(),
        mark: String::new(),
        is_code: false,
        rows: Vec::new(),
        address: None,
    };
    for event in Parser::new_ext(page, Options::ENABLE_TABLES) {
        renderer.take(event);
    }
    renderer.shown.trim_end().to_owned() + "\n"
}

struct Renderer {
    surface: Surface,
    width: usize,
    /// What has been rendered.
    shown: String,
    /// The text of the current paragraph, heading, item or cell.
    text: StyledText,
    /// The styles of the elements that are open, the innermost last.
    styles: Vec<Style>,
    /// For each open list the number of its next item; none if it has bullets.
    lists: Vec<Option<u64>>,
    /// The bullet or number of an item whose text has not been written yet.
    mark: String,
    is_code: bool,
    /// The rows of the current table, its headings first.
    rows: Vec<Vec<StyledText>>,
    /// The address of the current link, if it leads out of the manual.
    address: Option<String>,
}

impl Renderer {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.is_code => self.code(&text),
            Event::Text(text) => {
                let style = self.styles.last().copied().unwrap_or_default();
                self.text.push(&text, style);
            }
            Event::Code(text) if self.surface.colour => {
                self.text.push_unbroken(&text, self.styles.last().copied().unwrap_or(CODE));
            }
            // Without colour, the backticks tell what is code.
            Event::Code(text) => self.text.push_unbroken(&format!("`{text}`"), Style::new()),
            Event::SoftBreak | Event::HardBreak => self.text.is_joined = false,
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { .. } | Tag::Strong => self.styles.push(HEADING),
            Tag::Emphasis => self.styles.push(Style::new().italic()),
            Tag::CodeBlock(_) => {
                self.paragraph();
                self.is_code = true;
            }
            Tag::List(first) => {
                self.paragraph();
                self.lists.push(first);
            }
            Tag::Item => {
                self.mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "• ".to_owned(),
                };
            }
            Tag::Table(_) => self.rows.clear(),
            Tag::TableHead => {
                self.styles.push(HEADING);
                self.rows.push(Vec::new());
            }
            Tag::TableRow => self.rows.push(Vec::new()),
            Tag::Link { dest_url, .. } if dest_url.contains("://") => self.address = Some(dest_url.into_string()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong | TagEnd::Emphasis | TagEnd::TableHead => drop(self.styles.pop()),
            TagEnd::Heading(_) => {
                self.styles.pop();
                self.paragraph();
            }
            TagEnd::Paragraph | TagEnd::Item => self.paragraph(),
            TagEnd::CodeBlock => self.is_code = false,
            TagEnd::List(_) => drop(self.lists.pop()),
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.text);
                self.rows.last_mut().expect("a cell is within a row").push(cell);
            }
            TagEnd::Table => self.table(),
            TagEnd::Link => {
                if let Some(address) = self.address.take() {
                    self.text.is_joined = false;
                    self.text.push_unbroken(&format!("({address})"), DIM);
                }
            }
            _ => {}
        }
        let is_block = matches!(tag, TagEnd::Heading(_) | TagEnd::Paragraph | TagEnd::CodeBlock | TagEnd::Table);
        if self.lists.is_empty() && (is_block || matches!(tag, TagEnd::List(_))) {
            self.shown.push('\n');
        }
    }

    /// Writes the text so far, at the indentation of the list that it is in.
    fn paragraph(&mut self) {
        let text = std::mem::take(&mut self.text);
        if text.words.is_empty() {
            return;
        }
        let outer = "  ".repeat(self.lists.len());
        let mark = std::mem::take(&mut self.mark);
        let inner = " ".repeat(mark.width());
        let room = self.width.saturating_sub(outer.len() + mark.width());
        for (number, line) in text.wrapped(room).iter().enumerate() {
            let before = if number == 0 { &mark } else { &inner };
            self.shown.extend([outer.as_str(), before, &line.painted(self.surface), "\n"]);
        }
    }

    /// Writes lines of a code block; what is typed at a prompt stands out.
    fn code(&mut self, text: &str) {
        for line in text.lines() {
            let is_typed = line.starts_with("tractat> ") || line.starts_with("$ ");
            let line = if is_typed { self.surface.paint(HEADING, line) } else { line.to_owned() };
            self.shown.push_str(format!("{MARGIN}{line}").trim_end());
            self.shown.push('\n');
        }
    }

    /// Writes the table, its cells wrapped so that it fits.
    fn table(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let natural = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(StyledText::width).max();
        let mut widths: Vec<usize> = (0..columns).map(|column| natural(column).unwrap_or(0)).collect();
        let room = self.width.saturating_sub(GAP * columns.saturating_sub(1));
        while widths.iter().sum::<usize>() > room
            && let Some(widest) = widths.iter_mut().max().filter(|widest| **widest > NARROWEST)
        {
            *widest -= 1;
        }
        for (number, row) in rows.iter().enumerate() {
            let cells: Vec<Vec<StyledText>> =
                row.iter().zip(&widths).map(|(cell, width)| cell.clone().wrapped(*width)).collect();
            for line in 0..cells.iter().map(Vec::len).max().unwrap_or(0) {
                let mut shown = String::new();
                for (cell, width) in cells.iter().zip(&widths) {
                    let part = cell.get(line).cloned().unwrap_or_default();
                    let blanks = width.saturating_sub(part.width()) + GAP;
                    shown.extend([part.painted(self.surface), " ".repeat(blanks)]);
                }
                self.shown.push_str(shown.trim_end());
                self.shown.push('\n');
            }
            if number == 0 {
                let rules: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
                self.shown.push_str(&self.surface.paint(DIM, &rules.join(&" ".repeat(GAP))));
                self.shown.push('\n');
            }
        }
    }
}

/// Words, each of one or more pieces in a style.
#[derive(Clone, Default)]
struct StyledText {
    words: Vec<Vec<(Style, String)>>,
    /// Whether what comes next belongs to the last word.
    is_joined: bool,
}

impl StyledText {
    /// Adds text whose blanks separate words.
    fn push(&mut self, text: &str, style: Style) {
        self.is_joined &= !text.starts_with(char::is_whitespace);
        for word in text.split_whitespace() {
            self.push_unbroken(word, style);
            self.is_joined = false;
        }
        self.is_joined = !text.ends_with(char::is_whitespace);
    }

    /// Adds text that is broken nowhere.
    fn push_unbroken(&mut self, text: &str, style: Style) {
        let piece = (style, text.to_owned());
        match self.words.last_mut().filter(|_| self.is_joined) {
            Some(word) => word.push(piece),
            None => self.words.push(vec![piece]),
        }
        self.is_joined = true;
    }

    /// Its columns in one line.
    fn width(&self) -> usize {
        self.words.iter().map(|word| width_of(word) + 1).sum::<usize>().saturating_sub(1)
    }

    /// The same in lines of at most so many columns; a longer word has a line of its own.
    fn wrapped(self, width: usize) -> Vec<Self> {
        let mut lines = vec![Self::default()];
        for word in self.words {
            let line = lines.last().expect("there is a line from the start");
            if !line.words.is_empty() && line.width() + 1 + width_of(&word) > width {
                lines.push(Self::default());
            }
            lines.last_mut().expect("there is a line from the start").words.push(word);
        }
        lines
    }

    fn painted(&self, surface: Surface) -> String {
        let word = |word: &Vec<(Style, String)>| {
            word.iter()
                .map(|(style, text)| if style.is_plain() { text.clone() } else { surface.paint(*style, text) })
                .collect()
        };
        self.words.iter().map(word).collect::<Vec<String>>().join(" ")
    }
}

fn width_of(word: &[(Style, String)]) -> usize {
    word.iter().map(|(_, text)| text.width()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terminal(width: u16, colour: bool) -> Surface {
        Surface { terminal: true, colour, width: Some(width), height: Some(24) }
    }

    #[test]
    fn text_is_wrapped_and_code_is_not() {
        let page = "## Stages\n\nEach *stage* works on\nthe rows (`take 5`).\n\n- one two three four five six\n- two\n\n```\ntractat> withdrawn | count by treaty | take 5\n```\n";
        assert_eq!(
            render(page, terminal(24, false)),
            "Stages\n\nEach stage works on the\nrows (`take 5`).\n\n  • one two three four\n    five six\n  • two\n\n    tractat> withdrawn | count by treaty | take 5\n"
        );
    }

    #[test]
    fn a_table_fits_the_terminal() {
        let page = "| key | meaning |\n|---|---|\n| `a\\|b` | what it means, at length |\n";
        assert_eq!(
            render(page, terminal(24, false)),
            "key    meaning\n─────  ─────────────────\n`a|b`  what it means, at\n       length\n"
        );
    }

    #[test]
    fn styles_are_for_surfaces_with_colour() {
        let shown = render("# A `e`\n\nb `c` **d**", terminal(80, true));
        assert_eq!(
            shown,
            format!("{HEADING}A{HEADING:#} {HEADING}e{HEADING:#}\n\nb {CODE}c{CODE:#} {HEADING}d{HEADING:#}\n")
        );
    }
}
