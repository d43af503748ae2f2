//! The format of a line.
//!
//! ```text
//! {"crc":"1a2b3c4d","line":123,"tx":5,"fact":{…}}⏎
//! {"crc":"…","line":124,"tx":5,"commit":{"time":"…","author":"…","message":"…","joins":true,"undo":3,"lines":1,"chain":"…"}}⏎
//! {"crc":"…","segment":2,"format":1,"lines":124,"open":0,"tx":5,"time":"…","chain":"…"}⏎
//! └────── 18 ──────┘└──────────── what the CRC32C is over ───────────┘
//! ```
//!
//! A link of the chain is SHA-256(previous link ‖ all bytes of the lines since,
//! including newlines). Of the commit line, which contains the link, the bytes
//! between the checksum and the link itself are included. The first lines of
//! segments are not, so that the chain does not depend on how lines are divided
//! into files. If a segment ends inside a transaction, it ends with a link, so that
//! each segment can be verified without the one before it.

use std::io::Write as _;

use jiff::Timestamp;
use memchr::memchr2;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::error::{Fault, InvalidEntry};
use super::{Chain, Commit, Entry, JournalError, JournalHead};

/// The format version that this program reads and writes.
pub(super) const FORMAT: u32 = 1;
/// The greatest length of the body of an entry, in bytes.
pub(super) const LONGEST_BODY: usize = 64 << 20;

const OPENING: &[u8] = b"{\"crc\":\"";
const CLOSING: &[u8] = b"\",";
/// The number of bytes before those that the checksum covers.
const PREFIX: usize = OPENING.len() + 8 + CLOSING.len();
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The parts of a line.
pub(super) struct ParsedLine<'a> {
    pub line: u64,
    pub transaction: u64,
    pub kind: &'a str,
    pub body: &'a [u8],
}

/// The first line of a segment: what is needed to read it without those before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SegmentHeader {
    /// The number of the segment.
    pub segment: u64,
    /// The number of the last line before the segment.
    pub lines: u64,
    /// How many of them belong to a transaction that is not yet committed.
    pub open: u64,
    /// The last transaction committed before the segment.
    pub transaction: u64,
    /// The time of that commit.
    pub time: Option<Timestamp>,
    /// The last link of the chain before the segment.
    pub chain: Chain,
}

impl SegmentHeader {
    /// The header of a segment that starts after a commit.
    pub(super) fn after(head: &JournalHead, segment: u64) -> Self {
        Self { segment, lines: head.line, open: 0, transaction: head.transaction, time: head.time, chain: head.chain }
    }

    /// The head of the journal at the last commit before the segment. Its chain is right
    /// only if no transaction was open.
    pub(super) fn head(&self) -> JournalHead {
        JournalHead {
            transaction: self.transaction,
            line: self.lines.saturating_sub(self.open),
            time: self.time,
            chain: self.chain,
        }
    }
}

/// Starts the hash of the link after another.
pub(super) fn start_link(chain: &Chain) -> Sha256 {
    Sha256::new_with_prefix(chain.0)
}

/// Completes the hash of a link.
pub(super) fn finish_link(hasher: Sha256) -> Chain {
    Chain(hasher.finalize().into())
}

/// A time rounded down to the millisecond, as it is written.
pub(super) fn to_millisecond(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time)
}

/// Writes an entry as a line.
pub(super) fn write_entry(
    out: &mut Vec<u8>,
    line: u64,
    transaction: u64,
    entry: &Entry<'_>,
) -> Result<(), JournalError> {
    check_entry(entry)?;
    let start = begin_line(out, line, transaction, entry.kind);
    out.extend_from_slice(&entry.body);
    finish_line(out, start);
    Ok(())
}

/// Writes a commit as a line, given the hash of the lines since the last link, and
/// returns the new link.
pub(super) fn write_commit(
    out: &mut Vec<u8>,
    line: u64,
    transaction: u64,
    commit: &Commit,
    lines: u64,
    mut hasher: Sha256,
) -> Chain {
    let start = begin_line(out, line, transaction, "commit");
    out.extend_from_slice(b"{\"time\":\"");
    write_time(out, commit.time);
    out.extend_from_slice(b"\",\"author\":");
    write_text(out, &commit.author);
    if let Some(message) = &commit.message {
        out.extend_from_slice(b",\"message\":");
        write_text(out, message);
    }
    if commit.joins {
        out.extend_from_slice(b",\"joins\":true");
    }
    if let Some(undone) = commit.undo {
        out.extend_from_slice(b",\"undo\":");
        write_number(out, undone);
    }
    out.extend_from_slice(b",\"lines\":");
    write_number(out, lines);
    out.extend_from_slice(b",\"chain\":\"");
    hasher.update(&out[start + PREFIX..]);
    let chain = finish_link(hasher);
    write_chain(out, &chain);
    out.extend_from_slice(b"\"}");
    finish_line(out, start);
    chain
}

/// Writes the first line of a segment.
pub(super) fn write_header(out: &mut Vec<u8>, header: &SegmentHeader) {
    let start = begin_with_checksum(out);
    out.extend_from_slice(b"\"segment\":");
    write_number(out, header.segment);
    out.extend_from_slice(b",\"format\":");
    write_number(out, u64::from(FORMAT));
    out.extend_from_slice(b",\"lines\":");
    write_number(out, header.lines);
    out.extend_from_slice(b",\"open\":");
    write_number(out, header.open);
    out.extend_from_slice(b",\"tx\":");
    write_number(out, header.transaction);
    if let Some(time) = header.time {
        out.extend_from_slice(b",\"time\":\"");
        write_time(out, time);
        out.push(b'"');
    }
    out.extend_from_slice(b",\"chain\":\"");
    write_chain(out, &header.chain);
    out.push(b'"');
    finish_line(out, start);
}

fn check_entry(entry: &Entry<'_>) -> Result<(), JournalError> {
    if !is_kind(entry.kind.as_bytes()) || ["crc", "line", "tx", "commit", "segment"].contains(&entry.kind) {
        return Err(JournalError::InvalidEntry(InvalidEntry::Kind));
    }
    if entry.body.is_empty() || memchr2(b'\n', 0, &entry.body).is_some() {
        return Err(JournalError::InvalidEntry(InvalidEntry::Body));
    }
    if entry.body.len() > LONGEST_BODY {
        return Err(JournalError::InvalidEntry(InvalidEntry::TooLong));
    }
    Ok(())
}

fn is_kind(kind: &[u8]) -> bool {
    (1..=32).contains(&kind.len()) && kind.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'_'))
}

fn begin_with_checksum(out: &mut Vec<u8>) -> usize {
    let start = out.len();
    out.extend_from_slice(OPENING);
    out.extend_from_slice(&[0; 8]);
    out.extend_from_slice(CLOSING);
    start
}

fn begin_line(out: &mut Vec<u8>, line: u64, transaction: u64, kind: &str) -> usize {
    let start = begin_with_checksum(out);
    out.extend_from_slice(b"\"line\":");
    write_number(out, line);
    out.extend_from_slice(b",\"tx\":");
    write_number(out, transaction);
    out.extend_from_slice(b",\"");
    out.extend_from_slice(kind.as_bytes());
    out.extend_from_slice(b"\":");
    start
}

/// Closes the object, fills in the checksum, and ends the line.
fn finish_line(out: &mut Vec<u8>, start: usize) {
    out.push(b'}');
    let digits = checksum_digits(&out[start + PREFIX..]);
    out[start + OPENING.len()..start + OPENING.len() + 8].copy_from_slice(&digits);
    out.push(b'\n');
}

fn checksum_digits(bytes: &[u8]) -> [u8; 8] {
    let mut digits = [0; 8];
    for (digit, byte) in digits.chunks_exact_mut(2).zip(crc32c::crc32c(bytes).to_be_bytes()) {
        digit[0] = DIGITS[usize::from(byte >> 4)];
        digit[1] = DIGITS[usize::from(byte & 15)];
    }
    digits
}

fn write_number(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = DIGITS[usize::try_from(number % 10).expect("a digit is small")];
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}

fn write_time(out: &mut Vec<u8>, time: Timestamp) {
    write!(out, "{:.3}", to_millisecond(time)).expect("a vector takes every byte");
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("a vector takes every byte");
}

fn write_chain(out: &mut Vec<u8>, chain: &Chain) {
    write!(out, "{chain}").expect("a vector takes every byte");
}

/// Whether bytes with a wrong checksum have the form of a line. If a single byte of a
/// line was changed, either its start or its end still shows it.
pub(super) fn resembles_line(raw: &[u8]) -> bool {
    raw.starts_with(OPENING) || (raw.contains(&b'{') && raw.ends_with(b"}"))
}

/// Parses a line without its newline, after verifying its checksum.
pub(super) fn parse_line(raw: &[u8]) -> Result<ParsedLine<'_>, Fault> {
    let rest = verify_checksum(raw)?;
    let (line, rest) = rest.strip_prefix(b"\"line\":").and_then(parse_number).ok_or(Fault::Form)?;
    let (transaction, rest) = rest.strip_prefix(b",\"tx\":").and_then(parse_number).ok_or(Fault::Form)?;
    let rest = rest.strip_prefix(b",\"").ok_or(Fault::Form)?;
    let length = memchr::memchr(b'"', rest).ok_or(Fault::Form)?;
    let (kind, rest) = rest.split_at(length);
    if !is_kind(kind) {
        return Err(Fault::Form);
    }
    let kind = std::str::from_utf8(kind).map_err(|_| Fault::Form)?;
    let body = rest.strip_prefix(b"\":").and_then(|rest| rest.strip_suffix(b"}")).ok_or(Fault::Form)?;
    Ok(ParsedLine { line, transaction, kind, body })
}

/// The bytes that the checksum covers, if it matches.
fn verify_checksum(raw: &[u8]) -> Result<&[u8], Fault> {
    let sum = raw.strip_prefix(OPENING).and_then(|rest| rest.get(..8)).ok_or(Fault::Form)?;
    let rest = raw.get(PREFIX..).ok_or(Fault::Form)?;
    if checksum_digits(rest) != *sum || raw[PREFIX - CLOSING.len()..PREFIX] != *CLOSING {
        return Err(Fault::Checksum);
    }
    Ok(rest)
}

fn parse_number(text: &[u8]) -> Option<(u64, &[u8])> {
    let length = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(length);
    if digits.is_empty() {
        return None;
    }
    let number =
        digits.iter().try_fold(0_u64, |number, digit| number.checked_mul(10)?.checked_add(u64::from(digit - b'0')))?;
    Some((number, rest))
}

/// What a commit line says.
pub(super) struct CommitBody {
    pub commit: Commit,
    pub lines: u64,
    pub chain: Chain,
}

/// Reads the body of a commit line.
pub(super) fn parse_commit(body: &[u8]) -> Result<CommitBody, Fault> {
    #[derive(Deserialize)]
    struct CommitFields {
        time: String,
        author: String,
        message: Option<String>,
        #[serde(default)]
        joins: bool,
        undo: Option<u64>,
        lines: u64,
        chain: String,
    }
    let body: CommitFields = serde_json::from_slice(body).map_err(|_| Fault::Form)?;
    Ok(CommitBody {
        commit: Commit {
            time: body.time.parse().map_err(|_| Fault::Form)?,
            author: body.author,
            message: body.message,
            joins: body.joins,
            undo: body.undo,
        },
        lines: body.lines,
        chain: Chain::from_hex(&body.chain).ok_or(Fault::Form)?,
    })
}

/// The bytes of a commit line that are hashed for the link in it.
pub(super) fn linked_part(raw: &[u8]) -> &[u8] {
    // Every commit line ends with the link, a quote and two braces.
    raw.len().checked_sub(64 + 3).and_then(|end| raw.get(PREFIX..end)).unwrap_or_default()
}

/// Reads the first line of a segment. The inner error is the format of a segment that
/// a later version of the program wrote.
pub(super) fn parse_header(raw: &[u8]) -> Result<Result<SegmentHeader, u32>, Fault> {
    #[derive(Deserialize)]
    struct FormatField {
        format: u32,
    }
    #[derive(Deserialize)]
    struct HeaderFields {
        segment: u64,
        lines: u64,
        open: u64,
        #[serde(rename = "tx")]
        transaction: u64,
        time: Option<String>,
        chain: String,
    }
    verify_checksum(raw)?;
    let version: FormatField = serde_json::from_slice(raw).map_err(|_| Fault::Header)?;
    if version.format != FORMAT {
        return Ok(Err(version.format));
    }
    let body: HeaderFields = serde_json::from_slice(raw).map_err(|_| Fault::Header)?;
    Ok(Ok(SegmentHeader {
        segment: body.segment,
        lines: body.lines,
        open: body.open,
        transaction: body.transaction,
        time: body.time.map(|time| time.parse()).transpose().map_err(|_| Fault::Header)?,
        chain: Chain::from_hex(&body.chain).ok_or(Fault::Header)?,
    }))
}
