//! What a filter is evaluated to: for every document one of four truths, as
//! three nested bitmaps.

use roaring::RoaringBitmap;

use crate::model::Truth;

/// The documents of which a filter is true, at least possible, and at least
/// unknown; each holds the one before.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Sets {
    /// It is true of them.
    pub definite: RoaringBitmap,
    /// It is true of them, or possibly so.
    pub possible: RoaringBitmap,
    /// It is not false of them.
    pub open: RoaringBitmap,
}

impl Sets {
    /// True of some documents and false of the others.
    pub fn certain(documents: RoaringBitmap) -> Self {
        Self { possible: documents.clone(), open: documents.clone(), definite: documents }
    }

    /// Both hold.
    pub fn and(mut self, other: &Self) -> Self {
        self.definite &= &other.definite;
        self.possible &= &other.possible;
        self.open &= &other.open;
        self
    }

    /// At least one holds.
    pub fn or(mut self, other: &Self) -> Self {
        self.definite |= &other.definite;
        self.possible |= &other.possible;
        self.open |= &other.open;
        self
    }

    /// It does not hold; of no document outside of `within`.
    pub fn not(self, within: &RoaringBitmap) -> Self {
        let definite = within - &self.open;
        let possible = &definite | (self.possible - &self.definite);
        Self { open: within - self.definite, possible, definite }
    }

    /// What is possible counts as true.
    pub fn maybe(self) -> Self {
        Self { definite: self.possible.clone(), ..self }
    }

    /// Of which it is unknown: for certain, and of no others.
    pub fn unknown(self) -> Self {
        Self::certain(self.open - self.possible)
    }

    /// Only of those in `within`.
    pub fn and_within(mut self, within: &RoaringBitmap) -> Self {
        self.definite &= within;
        self.possible &= within;
        self.open &= within;
        self
    }

    /// Whether it holds of one.
    pub fn truth(&self, number: u32) -> Truth {
        if self.definite.contains(number) {
            Truth::True
        } else if self.possible.contains(number) {
            Truth::Possible
        } else if self.open.contains(number) {
            Truth::Unknown
        } else {
            Truth::False
        }
    }

    /// Adds what is true of one; of several truths the truest counts.
    pub fn add(&mut self, number: u32, truth: Truth) {
        if truth > Truth::False {
            self.open.insert(number);
        }
        if truth.is_possible() {
            self.possible.insert(number);
        }
        if truth.is_definite() {
            self.definite.insert(number);
        }
    }

    /// Those of which something is not false, ascending, each with its truth.
    pub fn truths(&self) -> impl Iterator<Item = (u32, Truth)> {
        let (mut definite, mut possible) = (self.definite.iter().peekable(), self.possible.iter().peekable());
        self.open.iter().map(move |number| {
            let (definite, possible) = (definite.next_if_eq(&number).is_some(), possible.next_if_eq(&number).is_some());
            (number, if possible { Truth::from_bounds(definite, true) } else { Truth::Unknown })
        })
    }

    /// From the truth of each, ascending.
    pub fn of(truths: impl IntoIterator<Item = (u32, Truth)>) -> Self {
        let mut sets = Self::default();
        truths.into_iter().for_each(|(number, truth)| sets.add(number, truth));
        sets
    }
}

/// Of which facts or entities a query's stages are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// Those of which its filter is definitely true.
    Definite,
    /// Those of which it is at least possible.
    Possible,
    /// All of which it is not false.
    Open,
}

impl Level {
    /// The least truth of the filter.
    pub(crate) fn truth(self) -> Truth {
        match self {
            Self::Definite => Truth::True,
            Self::Possible => Truth::Possible,
            Self::Open => Truth::Unknown,
        }
    }

    /// Those that are asked.
    pub(crate) fn of(self, sets: &Sets) -> &RoaringBitmap {
        match self {
            Self::Definite => &sets.definite,
            Self::Possible => &sets.possible,
            Self::Open => &sets.open,
        }
    }
}
