//! A transaction that is being put together in memory.

use sha2::{Digest as _, Sha256};

use super::block::Block;
use super::line_format;
use super::{Commit, Entry, JournalError, JournalHead};

/// The lines of a transaction so far, in blocks.
pub(super) struct TransactionBuilder {
    head: JournalHead,
    /// The number of lines, including those of blocks that were taken out.
    pub lines: u64,
    pub blocks: Vec<Block>,
    block_bytes: usize,
    /// The size of `blocks`, in bytes.
    pub bytes: usize,
}

impl TransactionBuilder {
    /// Starts a transaction after `head`, in blocks of `block_bytes`.
    pub(super) fn new(head: JournalHead, block_bytes: usize) -> Self {
        Self { head, lines: 0, blocks: Vec::new(), block_bytes, bytes: 0 }
    }

    pub(super) fn push(&mut self, entry: &Entry<'_>) -> Result<(), JournalError> {
        let number = self.head.line + self.lines + 1;
        if self.blocks.last().is_none_or(|block| block.bytes.len() >= self.block_bytes) {
            self.blocks.push(Block { first: number, ..Block::default() });
        }
        let block = self.blocks.last_mut().expect("one was pushed");
        let before = block.bytes.len();
        line_format::write_entry(&mut block.bytes, number, self.head.transaction + 1, entry)?;
        block.lines += 1;
        self.lines += 1;
        self.bytes += block.bytes.len() - before;
        Ok(())
    }

    /// Takes out the blocks that are complete.
    pub(super) fn take_full(&mut self) -> Vec<Block> {
        let open = self.blocks.pop();
        let full = std::mem::take(&mut self.blocks);
        self.bytes = open.as_ref().map_or(0, |block| block.bytes.len());
        self.blocks.extend(open);
        full
    }

    /// The hash of the next link, over everything in the blocks.
    pub(super) fn link_hasher(&self) -> Sha256 {
        let mut hasher = line_format::start_link(&self.head.chain);
        for block in &self.blocks {
            hasher.update(&block.bytes);
        }
        hasher
    }

    /// Writes the commit line, given the hash of the lines since the last link, and
    /// returns the new head.
    pub(super) fn write_commit(&self, out: &mut Vec<u8>, commit: &Commit, hasher: Sha256) -> JournalHead {
        let time = line_format::to_millisecond(commit.time);
        // Clocks may be set back, but the time of the journal never runs backwards.
        let time = self.head.time.map_or(time, |last| last.max(time));
        let commit = Commit { time, ..commit.clone() };
        let (line, transaction) = (self.head.line + self.lines + 1, self.head.transaction + 1);
        let chain = line_format::write_commit(out, line, transaction, &commit, self.lines, hasher);
        JournalHead { transaction, line, time: Some(time), chain }
    }
}
