//! The cells of facts in order, read batch by batch as they are asked for.

use std::collections::VecDeque;
use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::exec::ExecError;
use crate::exec::filter::fact_values::Reader;
use crate::exec::rows::table::TableRow;
use crate::exec::stages::fact_rows::Ordered;
use crate::index::{Document, View};
use crate::plan::{FactDomain, RowValue};

/// For how many rows columns are read at once: at first few, so that the first
/// row comes soon, then ever more, since a column costs less the more of it is read.
const BATCHES: (usize, usize) = (256, 8192);

/// Facts in order with the cells of some columns, read batch by batch.
pub(crate) struct FactRows {
    facts: Ordered,
    readers: Vec<Reader>,
    batch: VecDeque<(Document, TableRow)>,
    length: usize,
    failed: bool,
}

impl FactRows {
    pub fn new(facts: Ordered, values: &[RowValue<FactDomain>]) -> Self {
        let readers = values.iter().map(|value| Reader::new(facts.context(), value)).collect();
        Self { facts, readers, batch: VecDeque::new(), length: BATCHES.0, failed: false }
    }

    /// One column more, and its place; none once the first row was made.
    pub fn add_column(&mut self, value: &RowValue<FactDomain>) -> Option<usize> {
        if self.facts.is_begun() {
            return None;
        }
        self.readers.push(Reader::new(self.facts.context(), value));
        Some(self.readers.len() - 1)
    }

    /// The state of the store that the facts are of.
    pub fn view(&self) -> &Arc<dyn View> {
        self.facts.view()
    }

    fn fill(&mut self) -> Result<(), ExecError> {
        self.facts.cancel().check()?;
        if !self.facts.is_begun() {
            for reader in &mut self.readers {
                reader.prepare(self.facts.documents())?;
            }
        }
        let run = self.facts.next_run(self.length)?;
        self.length = (self.length * 4).min(BATCHES.1);
        // Columns are read in the order of the documents; the run is in the order wanted.
        let mut places: Vec<(Document, usize)> = run.iter().copied().zip(0..).collect();
        places.sort_unstable();
        let documents = places.iter().map(|(document, _)| *document);
        let documents = RoaringBitmap::from_sorted_iter(documents).expect("a document comes once");
        let mut rows: Vec<TableRow> =
            std::iter::repeat_with(|| Vec::with_capacity(self.readers.len())).take(run.len()).collect();
        for reader in &mut self.readers {
            for ((_, place), cell) in places.iter().zip(reader.cells(&documents)?) {
                if let Some(row) = rows.get_mut(*place) {
                    row.push(cell);
                }
            }
        }
        self.batch = run.into_iter().zip(rows).collect();
        Ok(())
    }
}

impl Iterator for FactRows {
    type Item = Result<(Document, TableRow), ExecError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        if self.batch.is_empty()
            && let Err(error) = self.fill()
        {
            self.failed = true;
            return Some(Err(error));
        }
        self.batch.pop_front().map(Ok)
    }
}
