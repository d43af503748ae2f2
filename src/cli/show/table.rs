//! Rows under headings, fitted to the terminal. It knows widths, not meanings.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, Row};
use tractat::exchange::sanitize;
use tractat::model::Cell;

use crate::cli::output::{HEADING, Surface};

/// What stands before every line.
const INDENT: &str = "  ";

/// The columns between two columns.
const GAP: u16 = 3;

/// The lines that a row may take on a terminal before it is cut with `…`.
const ROW_LINES: usize = 2;

/// The width below which a column is no longer worth reading, unless its
/// values are shorter; the default columns of facts fit 80 columns with it.
const READABLE: usize = 10;

/// Rows under headings.
pub struct Table {
    headings: Vec<String>,
    rows: Vec<Vec<String>>,
    /// For each column whether all of its values are numbers.
    numeric: Vec<bool>,
}

impl Table {
    /// No rows yet.
    pub fn new<S: AsRef<str>>(headings: &[S]) -> Self {
        let headings: Vec<String> = headings.iter().map(|heading| plain(heading.as_ref())).collect();
        Self { numeric: vec![true; headings.len()], headings, rows: Vec::new() }
    }

    /// Adds a row.
    pub fn push(&mut self, cells: &[Cell]) {
        for (numeric, cell) in self.numeric.iter_mut().zip(cells) {
            *numeric &= matches!(cell, Cell::Integer(_) | Cell::Number(_) | Cell::Missing);
        }
        self.rows.push(cells.iter().map(|cell| plain(&cell.label())).collect());
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether the terminal is wide enough for every column to be readable.
    pub fn fits(&self, surface: Surface) -> bool {
        let Some(width) = surface.width else { return true };
        let needed: usize = (0..self.headings.len()).map(|column| self.widest(column).min(READABLE)).sum();
        needed + INDENT.len() + usize::from(GAP) * self.headings.len().saturating_sub(1) <= usize::from(width)
    }

    fn widest(&self, column: usize) -> usize {
        let width = |text: &String| unicode_width::UnicodeWidthStr::width(text.as_str());
        let heading = self.headings.get(column).map_or(0, width);
        self.rows.iter().filter_map(|row| row.get(column)).map(width).fold(heading, usize::max)
    }

    /// The lines, headings first; none if there is no row.
    pub fn lines(&self, surface: Surface) -> Vec<String> {
        if self.is_empty() {
            return Vec::new();
        }
        let mut table = comfy_table::Table::new();
        table.load_style(NOTHING);
        if let Some(width) = surface.width {
            table.set_content_arrangement(ContentArrangement::Dynamic);
            table.set_width(width.saturating_sub(2).max(20));
        }
        let mut heading = Row::from(self.headings.clone());
        heading.max_height(1);
        table.set_header(heading);
        for cells in &self.rows {
            let mut row = Row::from(cells.clone());
            if surface.width.is_some() {
                row.max_height(ROW_LINES);
            }
            table.add_row(row);
        }
        let last = self.headings.len().saturating_sub(1);
        for (index, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, if index == last { 0 } else { GAP }));
            if self.numeric.get(index) == Some(&true) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table
            .lines()
            .enumerate()
            .map(|(index, line)| {
                let line = format!("{INDENT}{}", line.trim_end());
                if index == 0 { surface.paint(HEADING, &line) } else { line }
            })
            .collect()
    }
}

/// A text on one line, without anything that a terminal would obey.
pub fn plain(text: &str) -> String {
    if text.contains(['\n', '\r', '\t']) {
        return sanitize(&text.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned();
    }
    sanitize(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(&["who", "what", "count"]);
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
        assert!(Table::new(&["a"]).lines(Surface::PLAIN).is_empty());
    }

    #[test]
    fn a_terminal_gets_lines_that_fit() {
        for width in [30, 40, 60, 100] {
            let lines = table().lines(terminal(width));
            let widest = lines.iter().map(|line| unicode_width::UnicodeWidthStr::width(line.as_str())).max();
            assert!(widest <= Some(usize::from(width)), "{width}: {lines:#?}");
        }
        assert!(table().fits(terminal(60)) && !table().fits(terminal(24)));
    }

    #[test]
    fn six_columns_with_two_dates_fit_eighty_columns() {
        let mut table = Table::new(&["state", "action", "treaty", "date", "effective", "sources"]);
        let long = Cell::text("Comprehensive Nuclear-Test-Ban Treaty");
        let date = Cell::text("2025-06-27");
        table.push(&[long.clone(), long.clone(), long, date.clone(), date, Cell::Integer(3)]);
        assert!(table.fits(terminal(80)));
        let lines = table.lines(terminal(80));
        assert!(lines.len() <= 3 && lines[1].contains("2025-06-27   2025-06-27"), "{lines:#?}");
    }
}
