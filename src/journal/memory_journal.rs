//! The journal in memory, for tests and temporary stores. It consists of the same
//! bytes as the one on disk, which are checked in the same way.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use memchr::memchr;

use super::block::{BLOCK, Block};
use super::error::Damage;
use super::sequence::Sequence;
use super::transaction_builder::TransactionBuilder;
use super::{Commit, Entry, EntrySourceError, Journal, JournalError, JournalHead, JournalLine, JournalLines};

/// A journal that is lost when it is dropped.
#[derive(Default)]
pub struct MemoryJournal {
    state: RwLock<CommittedBlocks>,
    writer: Mutex<()>,
}

#[derive(Default, Clone)]
struct CommittedBlocks {
    head: JournalHead,
    blocks: Vec<Arc<Block>>,
}

impl MemoryJournal {
    /// An empty journal.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, ()> {
        // An unfinished append has not changed the state.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal for MemoryJournal {
    fn head(&self) -> JournalHead {
        self.state.read().unwrap_or_else(PoisonError::into_inner).head
    }

    fn append(
        &self,
        expected: u64,
        commit: &Commit,
        entries: &mut dyn Iterator<Item = Result<Entry<'_>, EntrySourceError>>,
    ) -> Result<JournalHead, JournalError> {
        let _writer = self.lock();
        let head = self.head();
        if head.transaction != expected {
            return Err(JournalError::Head { expected, found: head.transaction });
        }
        let mut builder = TransactionBuilder::new(head, BLOCK);
        for entry in entries {
            builder.push(&entry.map_err(JournalError::EntrySource)?)?;
        }
        let hasher = builder.link_hasher();
        let mut blocks = std::mem::take(&mut builder.blocks);
        let Some(last) = blocks.last_mut() else { return Ok(head) };
        let head = builder.write_commit(&mut last.bytes, commit, hasher);
        last.lines += 1;
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.blocks.extend(blocks.into_iter().map(Arc::new));
        state.head = head;
        Ok(head)
    }

    fn read(&self, from: u64) -> Result<Box<dyn JournalLines>, JournalError> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let passed = state.blocks.partition_point(|block| block.first <= from).saturating_sub(1);
        let blocks = state.blocks[passed.min(state.blocks.len())..].to_vec();
        let sequence = Sequence::after_line(blocks.first().map_or(0, |block| block.first - 1));
        let mut lines = MemoryLines { blocks: blocks.into_iter(), block: None, next: 0, sequence };
        while lines.sequence.line + 1 < from {
            if lines.next()?.is_none() {
                break;
            }
        }
        Ok(Box::new(lines))
    }
}

struct MemoryLines {
    blocks: std::vec::IntoIter<Arc<Block>>,
    block: Option<Arc<Block>>,
    next: usize,
    sequence: Sequence,
}

impl JournalLines for MemoryLines {
    fn next(&mut self) -> Result<Option<JournalLine<'_>>, JournalError> {
        if self.block.as_ref().is_none_or(|block| self.next >= block.bytes.len()) {
            self.block = self.blocks.next();
            self.next = 0;
        }
        let Some(block) = &self.block else { return Ok(None) };
        let rest = &block.bytes[self.next..];
        let raw = &rest[..memchr(b'\n', rest).unwrap_or(rest.len())];
        let offset = self.next as u64;
        self.next += raw.len() + 1;
        self.sequence
            .accept(raw)
            .map(Some)
            .map_err(|fault| JournalError::Damage(Damage { file: PathBuf::from("memory"), line: 0, offset, fault }))
    }
}
