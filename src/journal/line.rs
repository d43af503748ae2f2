//! The contents of a journal: entries, commits, and its head.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;

/// A line of a transaction before it is numbered: a keyword, and JSON that the journal
/// stores without interpreting it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The kind of the body: 1 to 32 lower-case letters or `_`, except `crc`, `line`,
    /// `tx`, `commit` and `segment`.
    pub kind: &'a str,
    /// A JSON value without newlines. The caller must make sure that it is JSON.
    pub body: Cow<'a, [u8]>,
}

impl<'a> Entry<'a> {
    /// An entry with a body that is either owned or borrowed.
    pub fn new(kind: &'a str, body: impl Into<Cow<'a, [u8]>>) -> Self {
        Self { kind, body: body.into() }
    }
}

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalLine<'a> {
    /// The number of the line, from 1 without gaps. Commits are counted too.
    pub number: u64,
    /// The number of its transaction, from 1 without gaps.
    pub transaction: u64,
    /// The entry or commit.
    pub content: LineContent<'a>,
}

/// The content of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineContent<'a> {
    /// An entry, as it was appended.
    Entry(Entry<'a>),
    /// The commit that ends the transaction.
    Commit(Commit),
}

/// When, by whom and why a transaction was committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The time, to the millisecond. A time before that of the previous commit is replaced
    /// by it, so that times never run backwards.
    pub time: Timestamp,
    /// The author.
    pub author: String,
    /// The reason, if one was given.
    pub message: Option<String>,
    /// Whether its entries were made by joining what several say.
    pub joins: bool,
    /// The transaction that it undoes.
    pub undo: Option<u64>,
}

/// Where a journal ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JournalHead {
    /// The last transaction; 0 if there is none yet.
    pub transaction: u64,
    /// The number of its last line, the commit; 0 if there is none yet.
    pub line: u64,
    /// The time of its commit.
    pub time: Option<Timestamp>,
    /// The hash of everything up to its commit.
    pub chain: Chain,
}

/// A link of the hash chain: the SHA-256 of the previous link and all bytes since.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Chain(pub [u8; 32]);

impl Chain {
    /// Parses 64 lower-case hexadecimal digits, as `Display` writes them.
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
