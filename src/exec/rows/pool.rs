//! Distinct cells with a small number each, so that rows can be grouped and
//! ordered by numbers.

use std::collections::HashMap;

use rustc_hash::FxHashMap;

use crate::model::{Cell, Day, Number, Window, canonical};

/// The code of no value.
pub(crate) const MISSING: u32 = 0;

/// Codes from here on stand for several values.
const SEVERAL: u32 = 1 << 31;

/// What makes two cells the same value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum CellKey {
    Missing,
    Text(String),
    Named(String),
    Number(Number),
    Date(String),
    Computed(String),
    Elapsed(u64, u64, Option<[i32; 4]>),
    Other(String),
}

impl CellKey {
    /// Cells with equal keys are shown alike.
    pub fn exact(cell: &Cell) -> Self {
        match cell {
            Cell::Missing => Self::Missing,
            Cell::Text(text) => Self::Text(text.to_string()),
            Cell::Named { key, .. } => Self::Named(key.to_string()),
            Cell::Integer(integer) => Self::Number((*integer).into()),
            Cell::Number(number) => Self::Number(number.clone()),
            Cell::Fraction(fraction) => Self::Number((*fraction).into()),
            Cell::Date(date) => Self::Date(date.written().to_owned()),
            Cell::Computed { date, cite } => Self::Computed(format!("{date} {cite}")),
            Cell::Elapsed(elapsed) => {
                let days = |(from, to): (Window, Window)| [from.first, from.last, to.first, to.last].map(Day::number);
                Self::Elapsed(elapsed.least.to_bits(), elapsed.most.to_bits(), elapsed.ends.map(days))
            }
            other => Self::Other(other.to_string()),
        }
    }

    /// Cells with equal keys are counted together.
    pub fn group(cell: &Cell) -> Self {
        match cell {
            Cell::Text(text) => Self::Text(canonical(text).into_owned()),
            Cell::Computed { date, .. } => Self::Date(date.written().to_owned()),
            Cell::Elapsed(elapsed) => Self::Elapsed(elapsed.least.to_bits(), elapsed.most.to_bits(), None),
            other => Self::exact(other),
        }
    }
}

/// Distinct cells and distinct lists of them, each with a code.
#[derive(Debug)]
pub(crate) struct CellPool {
    cells: Vec<Cell>,
    codes: HashMap<CellKey, u32>,
    lists: Vec<Box<[u32]>>,
    list_codes: FxHashMap<Box<[u32]>, u32>,
}

impl Default for CellPool {
    fn default() -> Self {
        Self {
            cells: vec![Cell::Missing],
            codes: HashMap::from([(CellKey::Missing, MISSING)]),
            lists: Vec::new(),
            list_codes: FxHashMap::default(),
        }
    }
}

impl CellPool {
    /// The code of a cell.
    pub fn code(&mut self, cell: Cell) -> u32 {
        match cell {
            Cell::List(cells) => self.code_of_all(cells),
            cell => {
                let next = u32::try_from(self.cells.len()).expect("fewer than 2^31 distinct values");
                let cells = &mut self.cells;
                *self.codes.entry(CellKey::exact(&cell)).or_insert_with(|| {
                    cells.push(cell);
                    next
                })
            }
        }
    }

    /// The code of several cells together.
    pub fn code_of_all(&mut self, cells: impl IntoIterator<Item = Cell>) -> u32 {
        let codes: Vec<u32> = cells.into_iter().map(|cell| self.code(cell)).collect();
        self.list(codes)
    }

    /// The code of several codes together, each counted once.
    pub fn list(&mut self, codes: impl IntoIterator<Item = u32>) -> u32 {
        let mut flat: Vec<u32> = Vec::new();
        for code in codes {
            for one in self.members(&code) {
                if *one != MISSING && !flat.contains(one) {
                    flat.push(*one);
                }
            }
        }
        match flat.as_slice() {
            [] => MISSING,
            [one] => *one,
            _ => {
                let next = SEVERAL + u32::try_from(self.lists.len()).expect("fewer than 2^31 distinct lists");
                let lists = &mut self.lists;
                *self.list_codes.entry(flat.into()).or_insert_with_key(|list| {
                    lists.push(list.clone());
                    next
                })
            }
        }
    }

    /// The codes of the single values that a code stands for.
    pub fn members<'a>(&'a self, code: &'a u32) -> &'a [u32] {
        if *code < SEVERAL {
            return std::slice::from_ref(code);
        }
        self.lists.get((*code - SEVERAL) as usize).map_or(&[], |list| list)
    }

    /// The cell of a code.
    pub fn cell(&self, code: u32) -> Cell {
        if code < SEVERAL {
            return self.cells.get(code as usize).cloned().unwrap_or_default();
        }
        Cell::List(self.members(&code).iter().map(|code| self.cell(*code)).collect())
    }

    /// Every single value, by its code.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// How many codes there are for single values and for lists.
    pub fn sizes(&self) -> (usize, usize) {
        (self.cells.len(), self.lists.len())
    }

    /// The place of a code in a table of all of them, lists after single values.
    pub fn place(&self, code: u32) -> usize {
        if code < SEVERAL { code as usize } else { self.cells.len() + (code - SEVERAL) as usize }
    }

    /// The code at a place.
    pub fn at(&self, place: usize) -> u32 {
        let code = |place: usize| u32::try_from(place).expect("codes are 32 bits");
        if place < self.cells.len() { code(place) } else { SEVERAL + code(place - self.cells.len()) }
    }
}
