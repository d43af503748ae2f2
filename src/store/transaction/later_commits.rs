//! What the journal alone knows of the commits after one: which of them joined records,
//! and which were undone.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use crate::error::Error;
use crate::journal::{Commit, Journal, LineContent};

/// The commits after one.
#[derive(Default)]
pub(super) struct LaterCommits {
    /// Those that joined records, of which alone it can be told what they have brought to a fact.
    joining: FxHashSet<u64>,
    /// Those that were undone, and those that undid them: together they did nothing.
    without_effect: FxHashSet<u64>,
    /// Whether the one itself was undone.
    is_undone: bool,
}

impl LaterCommits {
    /// Reads the whole journal, so it is to be asked only if something was changed later.
    pub(super) fn read(journal: &dyn Journal, number: u64) -> Result<Self, Error> {
        let mut later = Self::default();
        let mut undoings: Vec<(u64, u64)> = Vec::new();
        let mut lines = journal.read(1)?;
        while let Some(line) = lines.next()? {
            let LineContent::Commit(Commit { joins, undo, .. }) = line.content else { continue };
            if line.transaction > number {
                later.joining.extend(joins.then_some(line.transaction));
                undoings.extend(undo.map(|undone| (line.transaction, undone)));
            }
        }
        // The last first: an undoing that was undone has undone nothing.
        for (undoing, undone) in undoings.into_iter().rev() {
            if later.without_effect.contains(&undoing) {
                continue;
            }
            if undone > number {
                later.without_effect.extend([undoing, undone]);
            }
            later.is_undone |= undone == number;
        }
        Ok(later)
    }

    /// Whether what a later commit did has not been undone.
    pub(super) fn is_in_effect(&self, transaction: u64) -> bool {
        !self.without_effect.contains(&transaction)
    }

    /// Whether some later commits have done nothing but join records to what the one left.
    pub(super) fn have_only_joined(&self, transactions: &BTreeSet<u64>) -> bool {
        !self.is_undone && transactions.iter().all(|transaction| self.joining.contains(transaction))
    }
}
