//! What a crash leaves behind, told apart from damage, when a journal is
//! opened. It knows nothing of appending.
//!
//! An append is one group of bytes and one sync, and the next one starts only
//! after that sync. So whatever a crash breaks is in the last group, and the
//! group was not acknowledged. Of it the disk holds a beginning, or, where
//! sectors arrived out of order, zeros up to the end of a sector in place of
//! those that did not. What is after the last commit whose transaction is
//! whole is therefore *tail*, which the writer saves aside and cuts, unless
//! something shows that no crash left it; then it is *damage*, and nothing is
//! changed:
//!
//! - a line of a later transaction follows: the group was acknowledged;
//! - whoever opens the journal knows that a transaction was acknowledged which
//!   would be cut (the index remembers the last one that it took in);
//! - a line is bad that has its newline and the form of a line, and no
//!   missing sector explains it: a crash shortens lines, it does not alter them;
//! - a line is right in itself, but is not the one that belongs there.
//!
//! Segments get their names only after they are synced, so in all but the
//! active one, and in the header of that, everything bad is damage.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::error::{Damage, Fault};
use super::file_lines::JournalEnd;
use super::file_system::JournalFolder;
use super::segment::{self, SegmentFiles, SegmentReader};
use super::sequence::Sequence;
use super::{JournalError, JournalHead, LineContent, line_format};

/// The smallest piece that a disk writes whole.
const SECTOR: u64 = 512;

/// What was found, and done, when a journal was opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recovery {
    /// What followed the last commit.
    pub tail: Option<Tail>,
    /// Why nothing can be written.
    pub damage: Option<Damage>,
    /// Files of writes that were not finished, which were removed.
    pub removed: Vec<String>,
}

/// What a crash left behind the last commit; none of it was acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tail {
    /// The segment.
    pub file: PathBuf,
    /// Where it starts.
    pub offset: u64,
    /// How long it is, in bytes.
    pub bytes: u64,
    /// The file that it was saved in; none if the journal was opened for reading.
    pub saved: Option<PathBuf>,
}

/// What is there.
pub(super) struct Assessment {
    pub end: JournalEnd,
    /// Where the last commit ends, in the active segment.
    pub length: u64,
    pub recovery: Recovery,
    listing: SegmentFiles,
}

/// Finds the last commit and what is after it, reading no more than the
/// active segment if all is well. Changes nothing.
pub(super) fn assess(folder: &Path, acknowledged: u64) -> Result<Assessment, JournalError> {
    let listing = SegmentFiles::read(folder)?;
    let Some(top) = listing.active().or(listing.sealed.last().copied()) else {
        return Err(JournalError::Missing(folder.to_owned()));
    };
    let whole = |number, fault| Damage { file: folder.join(segment::plain_name(number)), line: 0, offset: 0, fault };
    let mut recovery = Recovery::default();
    let missing = listing.missing(top);
    recovery.damage = match missing {
        Some(number) => Some(whole(number, Fault::Missing)),
        None => listing.active().is_none().then(|| whole(top + 1, Fault::Missing)),
    };
    let mut end = JournalEnd { head: JournalHead::default(), segment: 1 };
    let mut length = 0;
    for number in (1..=top).rev() {
        let mut scan = match SegmentReader::open(folder, number) {
            Ok(mut reader) => scan(&mut reader)?,
            Err(JournalError::Damage(damage)) => SegmentScan { bad: Some(damage), ..SegmentScan::default() },
            // It is reported already, if it was not there when listing.
            Err(error) if error.is_not_found() && missing.is_some() => continue,
            Err(error) => return Err(error),
        };
        if scan.head.is_none() && scan.bad.is_none() {
            scan.bad = Some(whole(number, Fault::Cut));
        }
        let is_tail = Some(number) == listing.active() && scan.head.is_some() && !scan.is_damage;
        if is_tail && scan.head.is_some_and(|head| head.transaction >= acknowledged) && scan.length > scan.end {
            let file = folder.join(segment::plain_name(number));
            recovery.tail = Some(Tail { file, offset: scan.end, bytes: scan.length - scan.end, saved: None });
        } else if scan.bad.is_some() {
            recovery.damage = recovery.damage.or(scan.bad);
        }
        if let Some(head) = scan.head {
            end = JournalEnd { head, segment: number };
            length = scan.end;
            break;
        }
    }
    if end.head.transaction < acknowledged && recovery.damage.is_none() {
        recovery.damage = Some(whole(top, Fault::Acknowledged { acknowledged, found: end.head.transaction }));
    }
    if recovery.damage.is_none() {
        recovery.damage = stray(folder, &listing, &end)?;
    }
    Ok(Assessment { end, length, recovery, listing })
}

/// A sealed segment above the active one that is not of an import after the last commit.
fn stray(folder: &Path, listing: &SegmentFiles, end: &JournalEnd) -> Result<Option<Damage>, JournalError> {
    for number in listing.sealed.range(end.segment + 1..) {
        match SegmentReader::open_sealed(folder, *number) {
            Ok(reader) => {
                let before = reader.header.head();
                if (before.transaction, before.line) != (end.head.transaction, end.head.line) {
                    let file = folder.join(segment::sealed_name(*number));
                    return Ok(Some(Damage { file, line: 1, offset: 0, fault: Fault::Header }));
                }
            }
            Err(JournalError::Damage(damage)) => return Ok(Some(damage)),
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

#[derive(Default)]
struct SegmentScan {
    /// The last commit, unless it is in an earlier segment.
    head: Option<JournalHead>,
    /// Where it ends, and where the segment ends.
    end: u64,
    length: u64,
    /// The first bad line, and whether something shows that no crash left it.
    bad: Option<Damage>,
    is_damage: bool,
}

fn scan(reader: &mut SegmentReader) -> Result<SegmentScan, JournalError> {
    let mut sequence = Sequence::from_header(&reader.header, true);
    let head = (reader.header.open == 0).then(|| reader.header.head());
    let mut scan = SegmentScan { head, end: reader.end(), ..SegmentScan::default() };
    loop {
        match reader.advance() {
            Ok(true) => {}
            Ok(false) => break,
            Err(JournalError::Damage(damage)) => {
                scan.bad.get_or_insert(damage);
                scan.is_damage = true;
                continue;
            }
            Err(error) => return Err(error),
        }
        if scan.bad.is_none() {
            let line = if reader.is_terminated() { sequence.accept(reader.bytes()) } else { Err(Fault::Cut) };
            match line {
                Ok(line) => {
                    if matches!(line.content, LineContent::Commit(_)) {
                        scan.head = Some(sequence.head);
                        scan.end = reader.end();
                    }
                    continue;
                }
                Err(fault) => {
                    let JournalError::Damage(damage) = reader.damage(fault) else { continue };
                    scan.bad = Some(damage);
                    // Right in itself, but not the line that belongs here.
                    scan.is_damage |= reader.is_terminated() && line_format::parse(reader.bytes()).is_ok();
                }
            }
        }
        scan.is_damage |= is_not_of_a_crash(reader, sequence.head.transaction + 1);
    }
    scan.length = reader.end();
    Ok(scan)
}

/// Whether the current line, at or after the first bad one, shows that no
/// crash in the middle of this transaction left it.
fn is_not_of_a_crash(reader: &SegmentReader, transaction: u64) -> bool {
    let raw = reader.bytes();
    if !reader.is_terminated() {
        // Its newline was altered, not cut.
        return raw.split_last().is_some_and(|(last, line)| *last != 0 && line_format::parse(line).is_ok());
    }
    match line_format::parse(raw) {
        Ok(line) => line.transaction != transaction,
        Err(_) => line_format::resembles_line(raw) && !misses_a_sector(raw, reader.offset()),
    }
}

/// Whether there are zeros up to the end of a sector.
fn misses_a_sector(raw: &[u8], offset: u64) -> bool {
    let first = usize::try_from(SECTOR - 1 - offset % SECTOR).unwrap_or(usize::MAX);
    let step = usize::try_from(SECTOR).unwrap_or(usize::MAX);
    raw.iter().skip(first).step_by(step).any(|byte| *byte == 0)
}

/// Does what an assessment without damage calls for: removes what was not
/// finished, saves and cuts the tail, seals what was to be sealed. Sealing
/// replaces a sealed segment that stands beside its plain one.
pub(super) fn mend(folder: &JournalFolder, assessment: &mut Assessment) -> Result<(), JournalError> {
    let Assessment { end, recovery, listing, .. } = assessment;
    recovery.removed.clone_from(&listing.temporary);
    for number in listing.sealed.iter().rev() {
        if *number > end.segment {
            recovery.removed.push(segment::sealed_name(*number));
        }
    }
    for name in &recovery.removed {
        folder.remove(name)?;
    }
    if !recovery.removed.is_empty() {
        folder.sync()?;
    }
    if let Some(tail) = &mut recovery.tail {
        tail.saved = Some(save(folder, end.segment, tail)?);
        let active = folder.append_to(&segment::plain_name(end.segment))?;
        active.truncate(tail.offset)?;
        active.sync()?;
    }
    for number in listing.plain.range(..end.segment) {
        match segment::seal(folder, *number) {
            Err(JournalError::Damage(damage)) => {
                recovery.damage = Some(damage);
                break;
            }
            sealed => sealed?,
        }
    }
    Ok(())
}

/// Copies the tail into a file of its own.
fn save(folder: &JournalFolder, number: u64, tail: &Tail) -> Result<PathBuf, JournalError> {
    let stem = format!("tail-{number:08}-{}", tail.offset);
    let mut name = format!("{stem}.saved");
    let mut copy = 1_u32;
    while folder.path.join(&name).exists() {
        copy += 1;
        name = format!("{stem}-{copy}.saved");
    }
    let mut output = folder.create(&name)?;
    let read = JournalError::io("read", &tail.file);
    let mut copy = Vec::new();
    let copied = File::open(&tail.file).and_then(|mut file| {
        file.seek(SeekFrom::Start(tail.offset))?;
        file.read_to_end(&mut copy)
    });
    copied.map_err(read)?;
    output.write(&copy)?;
    output.sync()?;
    output.rename(&name)?;
    folder.sync()?;
    Ok(folder.path.join(name))
}
