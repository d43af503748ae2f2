//! Many short lists in one: for each row those of its own.

/// For each row some items.
#[derive(Debug, Clone)]
pub(crate) struct Lists<T> {
    /// Where the items of each row end.
    ends: Vec<usize>,
    items: Vec<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self { ends: Vec::new(), items: Vec::new() }
    }
}

impl<T> Lists<T> {
    /// Adds the items of the next row.
    pub fn push(&mut self, items: impl IntoIterator<Item = T>) {
        self.items.extend(items);
        self.ends.push(self.items.len());
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The items of a row.
    pub fn of(&self, row: usize) -> &[T] {
        let start = row.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(row).and_then(|end| self.items.get(start..*end)).unwrap_or_default()
    }

    /// The items of each row.
    pub fn iter(&self) -> impl Iterator<Item = &[T]> {
        (0..self.len()).map(|row| self.of(row))
    }
}
