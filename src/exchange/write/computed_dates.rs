//! Dates that no source states: the mark behind them, and the line below the
//! rows that names the rules by which they were computed.

use std::sync::Arc;

use crate::model::Cell;

use super::OutputRow;

/// The mark after a computed date.
pub const COMPUTED_MARK: char = '*';

/// How many of those that a rule belongs to are named; of more, none is.
const NAMED: usize = 3;

/// The rules by which the dates of some rows were computed, each with what it
/// belongs to, such as the treaty that has it.
#[derive(Debug, Default)]
pub struct ComputedDates {
    cites: Vec<(Arc<str>, Vec<String>)>,
}

impl ComputedDates {
    /// Takes note of a row.
    pub fn note(&mut self, row: &dyn OutputRow) {
        for cell in row.cells() {
            self.note_cell(cell, row.about());
        }
    }

    fn note_cell(&mut self, cell: &Cell, owner: Option<&Cell>) {
        match cell {
            Cell::Computed { cite, .. } => {
                let place = self.cites.iter().position(|(known, _)| known == cite).unwrap_or_else(|| {
                    self.cites.push((cite.clone(), Vec::new()));
                    self.cites.len() - 1
                });
                if let (Some((_, owners)), Some(owner)) = (self.cites.get_mut(place), owner.map(Cell::label))
                    && !owners.contains(&owner)
                {
                    owners.push(owner);
                }
            }
            Cell::List(cells) => cells.iter().for_each(|cell| self.note_cell(cell, owner)),
            _ => {}
        }
    }

    /// The line to write below the rows; none if no date was computed.
    #[must_use]
    pub fn line(&self) -> Option<String> {
        if self.cites.is_empty() {
            return None;
        }
        let said = self.cites.iter().map(|(cite, owners)| match owners.as_slice() {
            [] => cite.to_string(),
            owners if owners.len() > NAMED => cite.to_string(),
            owners => format!("{cite} ({})", owners.join(", ")),
        });
        Some(format!("{COMPUTED_MARK} computed: {}", said.collect::<Vec<_>>().join(", ")))
    }
}

/// A value as people read it, with the mark after each computed date.
#[must_use]
pub fn label_with_mark(cell: &Cell) -> String {
    match cell {
        Cell::Computed { .. } => format!("{}{COMPUTED_MARK}", cell.label()),
        Cell::List(cells) => cells.iter().map(label_with_mark).collect::<Vec<_>>().join(", "),
        other => other.label(),
    }
}

#[cfg(test)]
mod tests {
    use crate::model::Date;

    use super::*;

    fn computed(cite: &str) -> Cell {
        Cell::Computed { date: Date::parse("2001-03-01").unwrap(), cite: cite.into() }
    }

    /// A row about something.
    struct About(Vec<Cell>, Option<Cell>);

    impl OutputRow for About {
        fn cells(&self) -> &[Cell] {
            &self.0
        }

        fn about(&self) -> Option<&Cell> {
            self.1.as_ref()
        }
    }

    #[test]
    fn each_rule_is_said_once_with_what_it_belongs_to() {
        let mut marks = ComputedDates::default();
        marks.note(&About(vec![Cell::text("a"), Cell::Missing], Some(Cell::text("Chess Club"))));
        assert_eq!(marks.line(), None);
        for (club, cite) in [("Chess Club", "Art. 17"), ("Go Club", "Art. 17"), ("Go Club", "Art. 2"), ("", "Art. 9")] {
            let club = (!club.is_empty()).then(|| Cell::text(club));
            marks.note(&About(vec![Cell::text("a"), computed(cite)], club));
        }
        assert_eq!(marks.line().unwrap(), "* computed: Art. 17 (Chess Club, Go Club), Art. 2 (Go Club), Art. 9");
        for club in ["one", "two"] {
            marks.note(&About(vec![computed("Art. 17")], Some(Cell::text(club))));
        }
        assert_eq!(marks.line().unwrap(), "* computed: Art. 17, Art. 2 (Go Club), Art. 9");
    }

    #[test]
    fn only_what_was_computed_has_a_mark() {
        assert_eq!(label_with_mark(&computed("Art. 1")), "2001-03-01*");
        let stated = Cell::Date(Date::parse("2001").unwrap());
        assert_eq!(label_with_mark(&Cell::List(vec![stated, computed("Art. 1")])), "2001, 2001-03-01*");
    }
}
