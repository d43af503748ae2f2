//! Rows under headings, fitted to the terminal. It knows widths, not meanings.

use tractat::exchange::{COMPUTED_MARK, label_with_mark, sanitize};
use tractat::model::Cell;
use unicode_width::UnicodeWidthStr;

use crate::cli::output::{HEADING, Surface};
use crate::cli::text::{cut, wrap};

/// What stands before every line.
const INDENT: &str = "  ";

/// The blanks between two columns, where there is room.
pub const GAP: usize = 3;

/// The blanks between two columns of a table that is too wide for its terminal.
const NARROW_GAP: usize = 2;

/// The width below which a column is no longer worth reading, unless its
/// values are shorter; the default columns of facts fit 80 columns with it.
const READABLE: usize = 10;

/// The lines that a row may take where its columns are narrower than that.
const NARROW_LINES: usize = 2;

/// The least width of a column.
const LEAST: usize = 3;

/// What never comes apart, however narrow the terminal, up to this width.
const LONGEST_WHOLE: usize = 30;

/// What stands for a key that a counted row lacks.
const NO_KEY: &str = "(none)";

/// Rows under headings.
pub struct TextTable {
    headings: Vec<String>,
    columns: Vec<ColumnStyle>,
    rows: Vec<Vec<String>>,
}

/// What the values of a column have in common.
#[derive(Debug, Clone, Copy)]
struct ColumnStyle {
    /// All are numbers.
    numeric: bool,
    /// All are numbers or dates, which mean something else when they are cut.
    whole: bool,
    /// It holds what rows are counted by, so a missing value is shown as one.
    key: bool,
}

impl TextTable {
    /// An empty table with these headings.
    pub fn new<S: AsRef<str>>(headings: &[S]) -> Self {
        let headings: Vec<String> = headings.iter().map(|heading| single_line(heading.as_ref())).collect();
        let column = ColumnStyle { numeric: true, whole: true, key: false };
        Self { columns: vec![column; headings.len()], headings, rows: Vec::new() }
    }

    /// The same; in the first so many columns a missing value is said to be missing.
    pub fn with_keys(mut self, count: usize) -> Self {
        self.columns.iter_mut().take(count).for_each(|column| column.key = true);
        self
    }

    /// Adds a row.
    pub fn push(&mut self, cells: &[Cell]) {
        let texts = self.spell(cells);
        for ((column, cell), text) in self.columns.iter_mut().zip(cells).zip(&texts) {
            column.numeric &= cell.is_missing() || cell.is_number();
            column.whole &= cell.is_missing() || is_whole(cell, text);
        }
        self.rows.push(texts);
    }

    /// The texts of a row.
    pub fn spell(&self, cells: &[Cell]) -> Vec<String> {
        let spell = |(column, cell): (&ColumnStyle, &Cell)| {
            if column.key && cell.is_missing() { NO_KEY.to_owned() } else { single_line(&label_with_mark(cell)) }
        };
        self.columns.iter().zip(cells).map(spell).collect()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether the terminal is wide enough for every column to be readable.
    pub fn fits(&self, surface: Surface) -> bool {
        let Some(width) = surface.width else { return true };
        let needed = self
            .columns
            .iter()
            .zip(self.natural())
            .map(|(column, natural)| if column.whole { natural } else { natural.min(READABLE) });
        needed.sum::<usize>() + self.between(GAP) <= usize::from(width)
    }

    /// What every line has beside its columns.
    fn between(&self, gap: usize) -> usize {
        INDENT.len() + gap * self.headings.len().saturating_sub(1)
    }

    /// The width without any cutting or wrapping.
    pub fn width(&self) -> usize {
        self.natural().iter().sum::<usize>() + self.between(GAP)
    }

    /// The width of each column without cutting.
    fn natural(&self) -> Vec<usize> {
        let widest = |column: usize| {
            let values = self.rows.iter().filter_map(|row| row.get(column)).map(|text| text.width());
            values.fold(self.headings.get(column).map_or(0, |heading| heading.width()), usize::max)
        };
        (0..self.headings.len()).map(widest).collect()
    }

    /// How wide each column is to be, for these rows and the ones that follow.
    pub fn layout(&self, surface: Surface) -> Layout {
        let natural = self.natural();
        let mut layout = Layout {
            columns: self.columns.clone(),
            widths: natural.clone(),
            gap: GAP,
            lines: 1,
            is_bounded: surface.width.is_some(),
        };
        let Some(width) = surface.width.map(usize::from) else { return layout };
        if self.width() <= width {
            return layout;
        }
        if !self.fits(surface) {
            (layout.gap, layout.lines) = (NARROW_GAP, NARROW_LINES);
        }
        let is_text = |index: usize| !self.columns.get(index).is_some_and(|column| column.whole);
        let whole: usize =
            natural.iter().enumerate().filter(|(index, _)| !is_text(*index)).map(|(_, width)| width).sum();
        let room = width.saturating_sub(self.between(layout.gap) + whole);
        let texts: Vec<usize> = (0..natural.len()).filter(|index| is_text(*index)).collect();
        let taken = |most: usize| {
            texts.iter().filter_map(|index| natural.get(*index)).map(|width| (*width).min(most)).sum::<usize>()
        };
        let most = (LEAST..=room.max(LEAST)).rev().find(|most| taken(*most) <= room).unwrap_or(LEAST);
        let mut left = room.saturating_sub(taken(most));
        for index in texts {
            let Some(width) = layout.widths.get_mut(index).filter(|width| **width > most) else { continue };
            let extra = usize::from(left > 0);
            left -= extra;
            *width = most + extra;
        }
        layout
    }

    /// The line of headings.
    pub fn heading(&self, layout: &Layout, surface: Surface) -> String {
        let headings: Vec<String> =
            self.headings.iter().zip(&layout.widths).map(|(heading, width)| cut(heading, *width)).collect();
        surface.paint(HEADING, &layout.line(headings.iter().map(String::as_str)))
    }

    /// The lines, headings first; none if there is no row.
    pub fn lines(&self, surface: Surface) -> Vec<String> {
        if self.is_empty() {
            return Vec::new();
        }
        let layout = self.layout(surface);
        let rows = self.rows.iter().flat_map(|row| layout.lines_of(row));
        std::iter::once(self.heading(&layout, surface)).chain(rows).collect()
    }
}

/// How wide the columns of a table are.
pub struct Layout {
    columns: Vec<ColumnStyle>,
    widths: Vec<usize>,
    gap: usize,
    /// The lines that a row may take.
    lines: usize,
    /// Whether texts are cut to the width of their column.
    is_bounded: bool,
}

impl Layout {
    /// The width of a line whose values all fit their columns.
    pub fn width(&self) -> usize {
        INDENT.len() + self.widths.iter().sum::<usize>() + self.gap * self.widths.len().saturating_sub(1)
    }

    /// A line padded with blanks to the column where a drawing begins.
    pub fn padded(&self, line: &str) -> String {
        let blanks = (self.width() + GAP).saturating_sub(line.width());
        format!("{line}{}", " ".repeat(blanks))
    }

    /// The lines of a row. In a file or a pipe a value that is wider than its
    /// column moves the rest of its line to the right.
    pub fn lines_of(&self, row: &[String]) -> Vec<String> {
        if !self.is_bounded {
            return vec![self.line(row.iter().map(String::as_str))];
        }
        let cells: Vec<Vec<String>> = row.iter().enumerate().map(|(index, text)| self.cell(index, text)).collect();
        let count = cells.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let nth = |line: usize| cells.iter().map(move |cell| cell.get(line).map_or("", String::as_str));
        (0..count).map(|line| self.line(nth(line))).collect()
    }

    fn cell(&self, index: usize, text: &str) -> Vec<String> {
        let width = self.widths.get(index).copied().unwrap_or(0);
        if self.columns.get(index).is_some_and(|column| column.whole) || text.width() <= width {
            return vec![text.to_owned()];
        }
        if self.lines == 1 {
            return vec![cut(text, width)];
        }
        // Half a word on the next line reads worse than none.
        let words: Vec<String> = text.split(' ').map(|word| cut(word, width)).collect();
        let mut parts = wrap(&words.join(" "), width);
        if parts.len() > self.lines {
            let rest = parts.split_off(self.lines - 1).join(" ");
            parts.push(cut(&rest, width));
        }
        parts
    }

    fn line<'t>(&self, texts: impl Iterator<Item = &'t str>) -> String {
        let mut line = INDENT.to_owned();
        for (index, ((text, width), column)) in texts.zip(&self.widths).zip(&self.columns).enumerate() {
            if index > 0 {
                line.extend(std::iter::repeat_n(' ', self.gap));
            }
            let pad = std::iter::repeat_n(' ', width.saturating_sub(text.width()));
            if column.numeric {
                line.extend(pad);
                line.push_str(text);
            } else {
                line.push_str(text);
                line.extend(pad);
            }
        }
        line.truncate(line.trim_end().len());
        line
    }
}

/// Whether a value is a number or a date, also where it comes as a text.
fn is_whole(cell: &Cell, text: &str) -> bool {
    let is_part = |character: char| {
        character.is_ascii_digit() || "-:.,/~?%+TZX".contains(character) || character == COMPUTED_MARK
    };
    match cell {
        cell if cell.is_number() => true,
        Cell::Date(_) | Cell::Computed { .. } => text.len() <= LONGEST_WHOLE,
        _ => {
            text.len() <= LONGEST_WHOLE
                && text.contains(|digit: char| digit.is_ascii_digit())
                && text.chars().all(is_part)
        }
    }
}

/// A text on one line, without control characters that a terminal would obey.
pub fn single_line(text: &str) -> String {
    if text.contains(['\n', '\r', '\t']) {
        return sanitize(&text.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned();
    }
    sanitize(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> TextTable {
        let mut table = TextTable::new(&["who", "what", "count"]);
        table.push(&[
            Cell::text("Estonia"),
            Cell::text("notice of\nwithdrawal\u{1b}[1m from a convention"),
            Cell::Integer(7),
        ]);
        table.push(&[Cell::text("東京"), Cell::Missing, Cell::Integer(1234)]);
        table
    }

    fn terminal(width: u16) -> Surface {
        Surface { terminal: true, colour: false, width: Some(width), height: Some(24) }
    }

    /// The default columns of facts, each wider than it can be.
    fn facts() -> TextTable {
        let mut table = TextTable::new(&["state", "action", "treaty", "date", "effective", "sources"]);
        let long = Cell::text("Comprehensive Nuclear-Test-Ban Treaty");
        let date = Cell::text("2025-06-27");
        table.push(&[long.clone(), long.clone(), long, date.clone(), date, Cell::Integer(3)]);
        table
    }

    #[test]
    fn a_pipe_gets_every_row_whole_on_one_line() {
        assert_eq!(
            table().lines(Surface::PLAIN),
            [
                "  who       what                                         count",
                "  Estonia   notice of withdrawal␛[1m from a convention       7",
                "  東京                                                    1234",
            ]
        );
        assert!(TextTable::new(&["a"]).lines(Surface::PLAIN).is_empty());
    }

    #[test]
    fn a_later_value_that_is_wider_moves_only_its_own_line_in_a_pipe_and_is_cut_on_a_terminal() {
        let table = table();
        let late = table.spell(&[Cell::text("Saint Vincent"), Cell::text("left"), Cell::Integer(1)]);
        let piped = table.layout(Surface::PLAIN).lines_of(&late);
        assert_eq!(piped, ["  Saint Vincent   left                                             1"]);
        let shown = table.layout(terminal(100)).lines_of(&late);
        assert_eq!(shown, ["  Saint…    left                                             1"]);
    }

    #[test]
    fn a_terminal_gets_lines_that_fit() {
        for width in [30, 40, 60, 100] {
            let lines = table().lines(terminal(width));
            let widest = lines.iter().map(|line| line.width()).max();
            assert!(widest <= Some(usize::from(width)), "{width}: {lines:#?}");
        }
        assert!(table().fits(terminal(60)) && !table().fits(terminal(24)));
    }

    #[test]
    fn texts_are_cut_before_a_row_takes_a_second_line_and_dates_never() {
        for width in [80, 100] {
            assert!(facts().fits(terminal(width)));
            let lines = facts().lines(terminal(width));
            assert_eq!(lines.len(), 2, "{lines:#?}");
            assert!(lines[1].contains("2025-06-27   2025-06-27") && lines[1].contains('…'), "{lines:#?}");
            assert_eq!(lines[1].width(), usize::from(width));
        }
    }

    #[test]
    fn a_table_that_is_wanted_on_a_narrow_terminal_keeps_its_dates_whole() {
        assert!(!facts().fits(terminal(60)));
        let lines = facts().lines(terminal(60));
        assert!(lines.len() == 3 && lines[1].contains("2025-06-27  2025-06-27"), "{lines:#?}");
        assert!(lines.iter().all(|line| line.width() <= 60), "{lines:#?}");
    }

    #[test]
    fn a_missing_key_is_named() {
        let mut table = TextTable::new(&["year", "count"]).with_keys(1);
        table.push(&[Cell::Missing, Cell::Integer(2)]);
        assert_eq!(table.lines(Surface::PLAIN)[1], "  (none)       2");
    }
}
