//! The mark of dates that no source states, and what stands below rows that
//! have one: by which rules the dates were computed.

use std::sync::Arc;

use tractat::model::Cell;

use super::table::plain;

/// What stands after a computed date.
pub const MARK: char = '*';

/// So many of those that a rule belongs to are named.
const NAMED: usize = 3;

/// The rules by which the dates of some rows were computed.
#[derive(Default)]
pub struct Marks {
    /// Where the rows say what the rules belong to.
    owner: Option<usize>,
    cites: Vec<(Arc<str>, Vec<String>)>,
}

impl Marks {
    /// Of rows with columns of these names.
    pub fn new(names: &[Arc<str>]) -> Self {
        Self { owner: names.iter().position(|name| &**name == "object"), cites: Vec::new() }
    }

    /// Takes note of a row.
    pub fn note(&mut self, cells: &[Cell]) {
        let owner = self.owner.and_then(|owner| cells.get(owner)).filter(|cell| !cell.is_missing());
        for cell in cells {
            self.note_cell(cell, owner);
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

    /// What is said below the rows; nothing if no date was computed.
    pub fn line(&self) -> Option<String> {
        if self.cites.is_empty() {
            return None;
        }
        let said = self.cites.iter().map(|(cite, owners)| match owners.as_slice() {
            [] => plain(cite),
            owners if owners.len() > NAMED => plain(cite),
            owners => format!("{} ({})", plain(cite), plain(&owners.join(", "))),
        });
        Some(format!("{MARK} computed: {}", said.collect::<Vec<_>>().join(", ")))
    }
}

/// A value as people read it, with a mark on what was computed.
pub fn marked(cell: &Cell) -> String {
    match cell {
        Cell::Computed { .. } => format!("{}{MARK}", cell.label()),
        Cell::List(cells) => cells.iter().map(marked).collect::<Vec<_>>().join(", "),
        other => other.label(),
    }
}

#[cfg(test)]
mod tests {
    use tractat::model::Date;

    use super::*;

    fn computed(cite: &str) -> Cell {
        Cell::Computed { date: Date::parse("2001-03-01").unwrap(), cite: cite.into() }
    }

    #[test]
    fn each_rule_is_said_once_with_what_it_belongs_to() {
        let mut marks = Marks::new(&["subject", "object", "effective"].map(Arc::from));
        marks.note(&[Cell::text("a"), Cell::text("Chess Club"), Cell::Missing]);
        assert_eq!(marks.line(), None);
        for (club, cite) in [("Chess Club", "Art. 17"), ("Go Club", "Art. 17"), ("Go Club", "Art. 2"), ("", "Art. 9")] {
            let club = if club.is_empty() { Cell::Missing } else { Cell::text(club) };
            marks.note(&[Cell::text("a"), club, computed(cite)]);
        }
        assert_eq!(marks.line().unwrap(), "* computed: Art. 17 (Chess Club, Go Club), Art. 2 (Go Club), Art. 9");
        for club in ["one", "two"] {
            marks.note(&[Cell::text("a"), Cell::text(club), computed("Art. 17")]);
        }
        assert_eq!(marks.line().unwrap(), "* computed: Art. 17, Art. 2 (Go Club), Art. 9");
    }

    #[test]
    fn only_what_was_computed_has_a_mark() {
        assert_eq!(marked(&computed("Art. 1")), "2001-03-01*");
        let stated = Cell::Date(Date::parse("2001").unwrap());
        assert_eq!(marked(&Cell::List(vec![stated, computed("Art. 1")])), "2001, 2001-03-01*");
    }
}
