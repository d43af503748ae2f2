//! Import: a stream of records becomes one transaction, all of it or nothing.
//!
//! Three stages run side by side, each on a thread of its own, joined by
//! channels that hold little: this one parses, looks at and stages the
//! records; the journal frames and packs them; the index builds its segments.
//! What the index builds becomes visible only after the journal has committed.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use rustc_hash::FxHashMap;

use super::handle::{Store, Writing};
use super::transaction::{Asserted, Failure, Outcome, Staged, Transaction};
use super::validate::Refusal;
use crate::error::Error;
use crate::exchange::{Chunks, Content, ExchangeError, RecordError, column_of};
use crate::index::Change;
use crate::journal;

/// How records are imported.
#[derive(Default)]
pub struct ImportOptions<'a> {
    /// Records about one act become one fact with several sources. They are
    /// gathered in memory first, as their order is not to matter.
    pub corroborate: bool,
    /// What was retracted is asserted again.
    pub revive: bool,
    /// Nothing is written; the report says what would be.
    pub dry_run: bool,
    /// Why; stands in the commit.
    pub message: Option<String>,
    /// Told of each record that is wrong, and the import goes on without it;
    /// if absent, the first one ends it.
    pub rejected: Option<&'a mut dyn FnMut(&RecordError)>,
    /// Told now and then how many records were read.
    pub progress: Option<&'a dyn Fn(u64)>,
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Records read.
    pub records: u64,
    /// Records rejected.
    pub rejected: u64,
    /// What became of the others.
    pub outcome: Outcome,
}

/// Up to so many changes an import is one small commit to the memory tail.
const SMALL: usize = 20_000;
/// How many batches may wait between two stages.
const WAITING: usize = 4;
/// How many changes a batch has, about.
const BATCH: usize = 1_000;

impl Store {
    /// Imports the records of an input as one transaction. The same input
    /// twice changes nothing the second time.
    ///
    /// # Errors
    ///
    /// If the input cannot be read, or a record is wrong and nobody takes the
    /// rejected ones: then the store is as it was.
    pub fn import(&self, input: Chunks, mut options: ImportOptions<'_>) -> Result<ImportReport, Error> {
        let writing = self.write()?;
        let mut transaction = Transaction::new(self);
        transaction.revive = options.revive;
        let stage = if options.corroborate { Reading::Gathering } else { Reading::Staging };
        let mut intake = Intake { input, stage, report: ImportReport::default(), defined: FxHashMap::default() };
        let mut staged = Vec::new();
        let mut more = true;
        while more && (staged.len() < SMALL || options.dry_run) {
            more = intake.next(&mut transaction, &mut options)?;
            staged.append(&mut transaction.take_staged());
            if options.dry_run {
                staged.clear();
            }
        }
        if options.dry_run {
            return Ok(ImportReport { outcome: transaction.outcome().clone(), ..intake.report });
        }
        let message = options.message.take();
        let committed = if more {
            stream(&writing, &mut intake, &mut transaction, &mut options, staged, message)?
        } else {
            writing.commit(transaction.without_detours(staged), message)?
        };
        let outcome = Outcome { transaction: committed, ..transaction.outcome().clone() };
        Ok(ImportReport { outcome, ..intake.report })
    }
}

/// How far the stage that reads has come.
#[derive(Clone, Copy, PartialEq)]
enum Reading {
    /// Each record is staged as it comes.
    Staging,
    /// Records are gathered until all are there.
    Gathering,
    /// All are there, and the facts that they make are staged.
    Settling,
}

/// The stage that reads: an input, and what was read of it.
struct Intake {
    input: Chunks,
    stage: Reading,
    report: ImportReport,
    /// The line of each entity that was defined, for those that turn out not
    /// to fit together with the others.
    defined: FxHashMap<String, u64>,
}

impl Intake {
    /// Stages the next records; false at the end.
    fn next(&mut self, transaction: &mut Transaction<'_>, options: &mut ImportOptions<'_>) -> Result<bool, Error> {
        if self.stage == Reading::Settling {
            self.tell(options);
            return transaction.settle_acts(BATCH);
        }
        let Some(chunk) = self.input.next_chunk()? else {
            self.settle(transaction, options)?;
            let is_gathered = self.stage == Reading::Gathering;
            self.stage = Reading::Settling;
            return Ok(is_gathered);
        };
        for record in chunk.records() {
            self.report.records += 1;
            let rejected = match record {
                Ok(record) => {
                    let line = record.line;
                    if let Content::Entity(entity) = &record.content {
                        self.defined.insert(entity.id.clone(), line);
                    }
                    match self.take(transaction, record.content) {
                        Ok(()) => continue,
                        Err(Failure::Refused(refusal)) => {
                            let raw = chunk.raw(line);
                            let bytes = raw.map_or(&[][..], |raw| raw.bytes);
                            self.rejected(line, refusal, bytes, raw.map_or(0, |raw| raw.length))
                        }
                        Err(Failure::Failed(error)) => return Err(error),
                    }
                }
                Err(ExchangeError::Record(error)) => *error,
                Err(other) => return Err(other.into()),
            };
            self.reject(rejected, options)?;
        }
        self.tell(options);
        Ok(true)
    }

    fn tell(&self, options: &ImportOptions<'_>) {
        if let Some(progress) = options.progress {
            progress(self.report.records);
        }
    }

    fn take(&self, transaction: &mut Transaction<'_>, content: Content) -> Result<(), Failure> {
        match content {
            Content::Fact(fact) if self.stage == Reading::Gathering => transaction.gather(&fact),
            Content::Fact(fact) => transaction.take_in(fact).map(|_: Asserted| ()),
            Content::Entity(entity) => transaction.define(entity).map_err(|error| match error {
                Error::Invalid(reason) => Failure::Refused(Refusal { key: "entity".to_owned(), reason }),
                other => Failure::Failed(other),
            }),
        }
    }

    /// Looks up the last entities together with all others.
    fn settle(&mut self, transaction: &mut Transaction<'_>, options: &mut ImportOptions<'_>) -> Result<(), Error> {
        for misfit in transaction.settle_what_fits()? {
            let line = self.defined.get(&misfit.entity.id).copied().unwrap_or_default();
            // The line itself is long gone; this says the same.
            let raw = serde_json::to_vec(&*misfit.entity)?;
            let refusal = Refusal { key: "in".to_owned(), reason: misfit.reason };
            let rejected = self.rejected(line, refusal, &raw, raw.len() as u64);
            let rejected = RecordError { column: None, ..rejected };
            self.reject(rejected, options)?;
        }
        Ok(())
    }

    fn reject(&mut self, rejected: RecordError, options: &mut ImportOptions<'_>) -> Result<(), Error> {
        self.report.rejected += 1;
        match &mut options.rejected {
            Some(take) => take(&rejected),
            None => return Err(Error::Record(Box::new(rejected))),
        }
        Ok(())
    }

    fn rejected(&self, line: u64, refusal: Refusal, raw: &[u8], raw_length: u64) -> RecordError {
        RecordError {
            name: self.input.name().clone(),
            line,
            column: column_of(raw, &refusal.key),
            reason: refusal.reason,
            mend: None,
            raw: raw.to_vec(),
            raw_length,
        }
    }
}

type Lines = Vec<(&'static str, Vec<u8>)>;

/// What the journal's stage is handed.
enum ToJournal {
    Lines(Lines),
    /// All lines were handed over. Without it the transaction is not committed,
    /// whatever ended the stage before.
    End,
}

/// Why the journal's stage gives up; the stage that failed returns the error itself.
#[derive(Debug, thiserror::Error)]
#[error("the import was given up")]
struct GivenUp;

fn stream(
    writing: &Writing<'_>,
    intake: &mut Intake,
    transaction: &mut Transaction<'_>,
    options: &mut ImportOptions<'_>,
    staged: Vec<Staged>,
    message: Option<String>,
) -> Result<Option<u64>, Error> {
    let (to_journal, lines) = sync_channel::<ToJournal>(WAITING);
    let (to_index, changes) = sync_channel::<Vec<Change>>(WAITING);
    let mut bulk = writing.bulk()?;
    thread::scope(|scope| {
        let journal = scope.spawn(|| writing.append(&mut entries(lines), message));
        let building = scope.spawn(move || {
            for change in changes.iter().flatten() {
                bulk.push(change)?;
            }
            Ok::<_, Error>(bulk)
        });
        let fed = feed(intake, transaction, options, staged, &to_journal, &to_index);
        if fed.is_ok() {
            // A stage that has failed has hung up already, and has an error to tell.
            let _ = to_journal.send(ToJournal::End);
        }
        drop((to_journal, to_index));
        let panicked = |stage: &str| Error::Damaged(format!("{stage} failed in a way that was not foreseen"));
        let built = building.join().unwrap_or_else(|_| Err(panicked("the index")));
        let appended = journal.join().unwrap_or_else(|_| Err(panicked("the journal")));
        fed?;
        let head = appended?;
        writing.publish(built, &head)?;
        Ok(Some(head.tx))
    })
}

/// Hands what is staged to the other stages, batch by batch. That a stage has
/// hung up is not an error here: it has one of its own to tell.
fn feed(
    intake: &mut Intake,
    transaction: &mut Transaction<'_>,
    options: &mut ImportOptions<'_>,
    staged: Vec<Staged>,
    to_journal: &SyncSender<ToJournal>,
    to_index: &SyncSender<Vec<Change>>,
) -> Result<(), Error> {
    let mut index_listens = true;
    let mut hand_over = |staged: Vec<Staged>| {
        let (lines, changes): (Lines, Vec<Change>) =
            staged.into_iter().map(|staged| ((staged.kind, staged.body), staged.change)).unzip();
        // The index can be rebuilt; without the journal there is nothing to go on for.
        index_listens = index_listens && to_index.send(changes).is_ok();
        to_journal.send(ToJournal::Lines(lines)).is_ok()
    };
    let mut waiting = staged;
    loop {
        if waiting.len() >= BATCH && !hand_over(std::mem::take(&mut waiting)) {
            return Ok(());
        }
        let more = intake.next(transaction, options)?;
        waiting.append(&mut transaction.take_staged());
        if !more {
            break;
        }
    }
    hand_over(waiting);
    Ok(())
}

/// The entries that the journal is handed, one by one; the last is an error if
/// the stages before have not come to their end.
fn entries(batches: Receiver<ToJournal>) -> impl Iterator<Item = Result<journal::Entry<'static>, journal::Cause>> {
    let mut ended = false;
    let mut batches = batches.into_iter();
    std::iter::from_fn(move || match batches.next() {
        Some(ToJournal::Lines(lines)) => Some((lines, None)),
        Some(ToJournal::End) => {
            ended = true;
            None
        }
        None if ended => None,
        None => {
            ended = true;
            Some((Lines::new(), Some(Err(GivenUp.into()))))
        }
    })
    .flat_map(|(lines, given_up)| {
        lines.into_iter().map(|(kind, body)| Ok(journal::Entry::new(kind, body))).chain(given_up)
    })
}
