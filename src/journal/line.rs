//! What a journal holds: entries, commits, and its head. It knows no bytes on disk.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;

/// One line of a transaction, before it has a number: a short keyword and JSON
/// that the journal keeps as it is and does not look into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    /// What the body is: one to 32 lower-case letters or `_`; not `crc`,
    /// `line`, `tx`, `commit` or `segment`.
    pub kind: &'a str,
    /// One JSON value without newlines. That it is JSON is the caller's promise.
    pub body: Cow<'a, [u8]>,
}

impl<'a> Entry<'a> {
    /// An entry with a body that is owned or borrowed.
    pub fn new(kind: &'a str, body: impl Into<Cow<'a, [u8]>>) -> Self {
        Self { kind, body: body.into() }
    }
}

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalLine<'a> {
    /// Its number, from 1, without gaps. Commits are counted too.
    pub number: u64,
    /// The transaction that it belongs to, from 1, without gaps.
    pub transaction: u64,
    /// What it says.
    pub content: LineContent<'a>,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineContent<'a> {
    /// An entry as it was appended.
    Entry(Entry<'a>),
    /// The end of the transaction.
    Commit(Commit),
}

/// Who committed a transaction, when, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// When, to the millisecond. A time before the previous commit's is
    /// replaced by that: commit times never run backwards.
    pub time: Timestamp,
    /// Who.
    pub author: String,
    /// Why.
    pub message: Option<String>,
}

/// Where a journal ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JournalHead {
    /// The last transaction; 0 if there is none yet.
    pub transaction: u64,
    /// The number of its last line, the commit; 0 if there is none yet.
    pub line: u64,
    /// When it was committed.
    pub time: Option<Timestamp>,
    /// What everything up to here hashes to.
    pub chain: Chain,
}

/// A link of the chain: a SHA-256 over the link before it and every byte since.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Chain(pub [u8; 32]);

impl Chain {
    /// Reads what `Display` writes.
    pub(super) fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        let digits = text.as_bytes();
        if digits.len() != 64 || !digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).ok()?;
            *byte = u8::from_str_radix(pair, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
