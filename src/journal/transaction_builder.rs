//! A transaction while it is being put together in memory. It knows no files.

use sha2::{Digest as _, Sha256};

use super::block::Block;
use super::line_format;
use super::{Commit, Entry, JournalError, JournalHead};

/// The lines of a transaction so far, in blocks.
pub(super) struct TransactionBuilder {
    head: JournalHead,
    /// How many lines there are, those that were taken out again among them.
    pub lines: u64,
    pub blocks: Vec<Block>,
    block_bytes: usize,
    /// The bytes of `blocks`.
    pub bytes: usize,
}

impl TransactionBuilder {
    /// A transaction after `head`, in blocks of this many bytes.
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

    /// The blocks that no line is added to any more.
    pub(super) fn take_full(&mut self) -> Vec<Block> {
        let open = self.blocks.pop();
        let full = std::mem::take(&mut self.blocks);
        self.bytes = open.as_ref().map_or(0, |block| block.bytes.len());
        self.blocks.extend(open);
        full
    }

    /// The hash of the next link over everything in the blocks.
    pub(super) fn link(&self) -> Sha256 {
        let mut hasher = line_format::link_after(&self.head.chain);
        for block in &self.blocks {
            hasher.update(&block.bytes);
        }
        hasher
    }

    /// Writes the commit line, given the hash of the lines since the last
    /// link, and gives the head that it makes.
    pub(super) fn write_commit(&self, out: &mut Vec<u8>, commit: &Commit, hasher: Sha256) -> JournalHead {
        let time = line_format::to_millisecond(commit.time);
        // Clocks are set back; the journal's time is not.
        let time = self.head.time.map_or(time, |last| last.max(time));
        let commit = Commit { time, ..commit.clone() };
        let (line, transaction) = (self.head.line + self.lines + 1, self.head.transaction + 1);
        let chain = line_format::write_commit(out, line, transaction, &commit, self.lines, hasher);
        JournalHead { transaction, line, time: Some(time), chain }
    }
}
