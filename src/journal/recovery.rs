//! Recovery: when a journal is opened, what a crash left behind is told apart from
//! damage.
//!
//! An append writes one group of bytes and syncs once, and the next append starts
//! only after that sync. A crash can therefore only affect the last group, which was
//! not acknowledged. The disk has a beginning of it, possibly with zeros in place of
//! sectors that were not written. What follows the last complete transaction is thus
//! the *tail*, which is saved to a file and cut. It is *damage* instead, and nothing
//! is changed, if something shows that a crash cannot have caused it:
//!
//! - a line of a later transaction follows, so that the group was acknowledged;
//! - the caller knows that a transaction was acknowledged which would be cut (the
//!   index records the last one that it applied);
//! - an invalid line has its newline and the form of a line, and no missing sector
//!   explains it, since a crash shortens lines but does not alter them;
//! - a line is valid in itself, but does not continue the line before.
//!
//! Segments get their names only after they are synced. In all segments except the
//! active one, and in the header of that, every fault is therefore damage.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::error::{Damage, Fault};
use super::file_lines::JournalEnd;
use super::file_system::JournalFolder;
use super::segment::{self, SegmentFiles, SegmentReader};
use super::sequence::Sequence;
use super::{JournalError, JournalHead, LineContent, line_format};

/// The size of a sector in bytes, which a disk writes whole or not at all.
const SECTOR: u64 = 512;

/// What was found and done when a journal was opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recovery {
    /// The bytes after the last commit, if there were any.
    pub tail: Option<Tail>,
    /// Damage, because of which the journal can only be read.
    pub damage: Option<Damage>,
    /// The files of unfinished writes that were removed.
    pub removed: Vec<String>,
}

/// The bytes that a crash left after the last commit. They were never acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tail {
    /// The file of the segment.
    pub file: PathBuf,
    /// The byte at which the tail starts.
    pub offset: u64,
    /// The length of the tail, in bytes.
    pub bytes: u64,
    /// The file in which it was saved; `None` if the journal was opened for reading.
    pub saved: Option<PathBuf>,
}

/// The state in which a journal was found.
pub(super) struct Assessment {
    pub end: JournalEnd,
    /// The byte at which the last commit ends in the active segment.
    pub length: u64,
    pub recovery: Recovery,
    /// The last transaction of which anything was seen, also after the last commit.
    pub seen: u64,
    listing: SegmentFiles,
}

/// Finds the last commit and what follows it. Without damage only the active segment is
/// read. Changes nothing.
pub(super) fn assess(folder: &Path, acknowledged: u64) -> Result<Assessment, JournalError> {
    assess_tail(folder, acknowledged, false)
}

/// The same for somebody who gives up what follows the last commit before the damage:
/// damage in the active segment is taken for a tail, however it came about.
pub(super) fn assess_damage_as_tail(folder: &Path) -> Result<Assessment, JournalError> {
    assess_tail(folder, 0, true)
}

fn assess_tail(folder: &Path, acknowledged: u64, gives_up: bool) -> Result<Assessment, JournalError> {
    let listing = SegmentFiles::read(folder)?;
    let Some(top) = listing.active().or(listing.sealed.last().copied()) else {
        return Err(JournalError::Missing(folder.to_owned()));
    };
    let file_damage =
        |number, fault| Damage { file: folder.join(segment::plain_name(number)), line: 0, offset: 0, fault };
    let mut recovery = Recovery::default();
    let missing = listing.missing(top);
    recovery.damage = match missing {
        Some(number) => Some(file_damage(number, Fault::Missing)),
        None => listing.active().is_none().then(|| file_damage(top + 1, Fault::Missing)),
    };
    let mut end = JournalEnd { head: JournalHead::default(), segment: 1 };
    let (mut length, mut seen) = (0, 0);
    for number in (1..=top).rev() {
        let mut scan = match SegmentReader::open(folder, number) {
            Ok(mut reader) => scan_segment(&mut reader)?,
            Err(JournalError::Damage(damage)) => SegmentScan { bad: Some(damage), ..SegmentScan::default() },
            // It has been reported if it was missing when the folder was listed.
            Err(error) if error.is_not_found() && missing.is_some() => continue,
            Err(error) => return Err(error),
        };
        if scan.head.is_none() && scan.bad.is_none() {
            scan.bad = Some(file_damage(number, Fault::Cut));
        }
        let is_tail = Some(number) == listing.active() && scan.head.is_some() && (gives_up || !scan.is_damage);
        seen = seen.max(scan.seen);
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
        recovery.damage = Some(file_damage(top, Fault::Acknowledged { acknowledged, found: end.head.transaction }));
    }
    if recovery.damage.is_none() {
        recovery.damage = find_stray_segment(folder, &listing, &end)?;
    }
    Ok(Assessment { end, length, recovery, seen: seen.max(end.head.transaction), listing })
}

/// Looks for a sealed segment above the active one that no large transaction after the
/// last commit can have left.
fn find_stray_segment(folder: &Path, listing: &SegmentFiles, end: &JournalEnd) -> Result<Option<Damage>, JournalError> {
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
    /// The bytes at which it and the segment end.
    end: u64,
    length: u64,
    /// The first invalid line, and whether something shows that a crash cannot have
    /// caused it.
    bad: Option<Damage>,
    is_damage: bool,
    /// The last transaction of which there is a line.
    seen: u64,
}

fn scan_segment(reader: &mut SegmentReader) -> Result<SegmentScan, JournalError> {
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
        if let Ok(line) = line_format::parse_line(reader.bytes()) {
            scan.seen = scan.seen.max(line.transaction);
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
                    // The line is valid in itself, but does not continue the one before.
                    scan.is_damage |= reader.is_terminated() && line_format::parse_line(reader.bytes()).is_ok();
                }
            }
        }
        scan.is_damage |= is_not_of_a_crash(reader, sequence.head.transaction + 1);
    }
    scan.length = reader.end();
    Ok(scan)
}

/// Whether the current line, at or after the first invalid one, shows that a crash
/// during this transaction cannot have caused it.
fn is_not_of_a_crash(reader: &SegmentReader, transaction: u64) -> bool {
    let raw = reader.bytes();
    if !reader.is_terminated() {
        // Its newline was altered, not cut.
        return raw.split_last().is_some_and(|(last, line)| *last != 0 && line_format::parse_line(line).is_ok());
    }
    match line_format::parse_line(raw) {
        Ok(line) => line.transaction != transaction,
        Err(_) => line_format::resembles_line(raw) && !misses_a_sector(raw, reader.offset()),
    }
}

/// Whether zeros reach the end of a sector, as if it had not been written.
fn misses_a_sector(raw: &[u8], offset: u64) -> bool {
    let first = usize::try_from(SECTOR - 1 - offset % SECTOR).unwrap_or(usize::MAX);
    let step = usize::try_from(SECTOR).unwrap_or(usize::MAX);
    raw.iter().skip(first).step_by(step).any(|byte| *byte == 0)
}

/// Repairs a journal without damage: removes unfinished files, saves and cuts the tail,
/// and seals segments that should be sealed. Sealing replaces a sealed segment whose plain
/// one still exists.
pub(super) fn repair(folder: &JournalFolder, assessment: &mut Assessment) -> Result<(), JournalError> {
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
        tail.saved = Some(save_tail(folder, end.segment, tail)?);
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

/// Copies the tail to a file of its own.
fn save_tail(folder: &JournalFolder, number: u64, tail: &Tail) -> Result<PathBuf, JournalError> {
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
