//! Verifying that lines follow one another as they were written: their numbers,
//! transactions, commits and hash chain.

use sha2::{Digest as _, Sha256};

use super::error::Fault;
use super::line_format::{self, SegmentHeader};
use super::{Entry, JournalHead, JournalLine, LineContent};
use std::borrow::Cow;

/// How much is known about the lines before the next one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Continuity {
    /// Everything since the last commit.
    All,
    /// The number of the next line, but not where its transaction starts.
    Number,
    /// Nothing, since something unreadable was skipped.
    Nothing,
}

/// Follows the lines of a journal and verifies that each continues the one before.
pub(super) struct Sequence {
    /// The last commit that was seen, or the one before the first line.
    pub head: JournalHead,
    /// The number of the last line, committed or not.
    pub line: u64,
    known: Continuity,
    /// The hash of the next link; `None` if the chain is not verified.
    hasher: Option<Sha256>,
    checks_chain: bool,
}

impl Sequence {
    /// From the start of a segment. Verifying the chain takes more time than everything
    /// else.
    pub(super) fn from_header(header: &SegmentHeader, checks_chain: bool) -> Self {
        Self {
            head: header.head(),
            line: header.lines,
            known: Continuity::All,
            hasher: checks_chain.then(|| line_format::start_link(&header.chain)),
            checks_chain,
        }
    }

    /// From after the line with a number; the chain is not verified.
    pub(super) fn after_line(line: u64) -> Self {
        let head = JournalHead { line, ..JournalHead::default() };
        Self { head, line, known: Continuity::Number, hasher: None, checks_chain: false }
    }

    /// Forgets everything before, because something could not be read.
    pub(super) fn forget(&mut self) {
        self.known = Continuity::Nothing;
        self.hasher = None;
    }

    /// Continues with the next segment.
    pub(super) fn enter_segment(&mut self, header: &SegmentHeader) -> Result<(), Fault> {
        let link = match self.hasher.take() {
            Some(hasher) if self.line > self.head.line => Some(line_format::finish_link(hasher)),
            Some(_) => Some(self.head.chain),
            None => None,
        };
        let continues = match self.known {
            Continuity::All => {
                header.lines == self.line
                    && header.head().line == self.head.line
                    && header.transaction == self.head.transaction
                    && header.time == self.head.time
                    && link.is_none_or(|link| link == header.chain)
            }
            Continuity::Number => header.lines == self.line,
            Continuity::Nothing => true,
        };
        // If they disagree, the header is right, since it has a checksum of its own.
        let chain = self.head.chain;
        self.head = header.head();
        if header.open > 0 {
            self.head.chain = chain;
        }
        self.line = header.lines;
        self.known = Continuity::All;
        self.hasher = self.checks_chain.then(|| line_format::start_link(&header.chain));
        if continues { Ok(()) } else { Err(Fault::Header) }
    }

    /// Verifies and parses the next line, given without its newline.
    pub(super) fn accept<'r>(&mut self, raw: &'r [u8]) -> Result<JournalLine<'r>, Fault> {
        let parsed = line_format::parse_line(raw)?;
        if self.known == Continuity::Nothing {
            self.line = parsed.line.saturating_sub(1);
            self.known = Continuity::Number;
        }
        if parsed.line != self.line + 1 {
            return Err(Fault::Line { expected: self.line + 1, found: parsed.line });
        }
        if self.known == Continuity::All {
            if parsed.transaction != self.head.transaction + 1 {
                return Err(Fault::Transaction { expected: self.head.transaction + 1, found: parsed.transaction });
            }
        } else {
            self.head.transaction = parsed.transaction.saturating_sub(1);
        }
        let content = if parsed.kind == "commit" {
            self.commit(raw, &parsed)?
        } else {
            if let Some(hasher) = &mut self.hasher {
                hasher.update(raw);
                hasher.update(b"\n");
            }
            LineContent::Entry(Entry { kind: parsed.kind, body: Cow::Borrowed(parsed.body) })
        };
        self.line = parsed.line;
        Ok(JournalLine { number: parsed.line, transaction: parsed.transaction, content })
    }

    fn commit(&mut self, raw: &[u8], parsed: &line_format::ParsedLine<'_>) -> Result<LineContent<'static>, Fault> {
        let body = line_format::parse_commit(parsed.body)?;
        if self.known == Continuity::All {
            let found = self.line - self.head.line;
            if body.lines != found {
                return Err(Fault::Count { expected: body.lines, found });
            }
            if self.head.time.is_some_and(|time| time > body.commit.time) {
                return Err(Fault::Time);
            }
        }
        if let Some(mut hasher) = self.hasher.take() {
            hasher.update(line_format::linked_part(raw));
            if line_format::finish_link(hasher) != body.chain {
                return Err(Fault::Chain);
            }
        }
        self.head = JournalHead {
            transaction: parsed.transaction,
            line: parsed.line,
            time: Some(body.commit.time),
            chain: body.chain,
        };
        self.known = Continuity::All;
        self.hasher = self.checks_chain.then(|| line_format::start_link(&body.chain));
        Ok(LineContent::Commit(body.commit))
    }
}
