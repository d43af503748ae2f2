//! Import: a stream of records becomes one transaction, all of it or nothing.
//!
//! Three stages run side by side, each on a thread of its own, joined by
//! channels that hold little: this one parses, looks at and stages the
//! records; the journal frames and packs them; the index builds its segments.
//! What the index builds becomes visible only after the journal has committed.

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use rustc_hash::FxHashMap;

use super::handle::Store;
use super::names::{MatchedName, NameCounts};
use super::rejection::{KindCounts, LeftOutCount, RejectedCount, RejectedRecord, RejectionKind, RejectionReason};
use super::transaction::{Asserted, Outcome, Staged, StagingError, Transaction};
use super::validate::KeyedRefusal;
use super::writer::Writer;
use crate::error::Error;
use crate::exchange::{
    ExchangeError, Input, LeftOutReason, Record, RecordChunk, RecordChunks, RecordContent, RecordLocation,
    column_of_key, guess_mapping,
};
use crate::index::{Mutation, View};
use crate::journal::{Entry, EntrySourceError};
use crate::model::Fact;
use crate::say::{NamePart, Refusal};

/// How records are imported.
///
/// ```
/// use tractat::ImportOptions;
///
/// let mut wrong = 0;
/// let mut count = |_: &_| wrong += 1;
/// let options = ImportOptions::new().message("the gazette").rejected(&mut count);
/// # drop(options);
/// ```
#[derive(Default)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for by itself")]
pub struct ImportOptions<'a> {
    /// Records about one act become one fact with several sources. They are
    /// gathered in memory first, as their order is not to matter.
    pub corroborate: bool,
    /// Retracted facts are asserted again.
    pub revive: bool,
    /// Nothing is written; the report says what would be.
    pub dry_run: bool,
    /// The message of the commit.
    pub message: Option<String>,
    /// The report says what the names at both ends of facts were matched to.
    pub names: bool,
    /// Told of each record that is wrong, and the import goes on without it;
    /// if absent, the first one ends it.
    pub rejected: Option<&'a mut dyn FnMut(&RejectedRecord)>,
    /// Told from time to time how many records were read.
    pub progress: Option<&'a dyn Fn(u64)>,
}

impl<'a> ImportOptions<'a> {
    /// Each record is a fact or an entity of its own; the first one that is
    /// wrong ends the import.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether records about one act become one fact with several sources.
    #[must_use]
    pub fn corroborate(self, corroborate: bool) -> Self {
        Self { corroborate, ..self }
    }

    /// Whether what was retracted is asserted again.
    #[must_use]
    pub fn revive(self, revive: bool) -> Self {
        Self { revive, ..self }
    }

    /// Whether nothing is written.
    #[must_use]
    pub fn dry_run(self, dry_run: bool) -> Self {
        Self { dry_run, ..self }
    }

    /// With the message of the commit.
    #[must_use]
    pub fn message(self, message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..self }
    }

    /// Whether the report says what the names at both ends of facts were matched to.
    #[must_use]
    pub fn names(self, names: bool) -> Self {
        Self { names, ..self }
    }

    /// With a listener that is told of each rejected record; the import goes on
    /// without it.
    #[must_use]
    pub fn rejected(self, rejected: &'a mut dyn FnMut(&RejectedRecord)) -> Self {
        Self { rejected: Some(rejected), ..self }
    }

    /// With a listener that is told from time to time how many records were read.
    #[must_use]
    pub fn progress(self, progress: &'a dyn Fn(u64)) -> Self {
        Self { progress: Some(progress), ..self }
    }
}

impl fmt::Debug for ImportOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportOptions")
            .field("corroborate", &self.corroborate)
            .field("revive", &self.revive)
            .field("dry_run", &self.dry_run)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ImportReport {
    /// Records read.
    pub records: u64,
    /// Records rejected.
    pub rejected: u64,
    /// Facts among the records.
    pub facts: u64,
    /// The first facts, if nothing was written.
    pub first: Vec<Fact>,
    /// What a mapping left out on purpose, by reason.
    pub left_out: Vec<LeftOutCount>,
    /// What was wrong with the rejected records, by kind.
    pub problems: Vec<RejectedCount>,
    /// The columns of which a mapping read nothing.
    pub unused_columns: Vec<String>,
    /// What names were matched to, if that was asked for; first those that were
    /// matched to nothing.
    pub names: Vec<MatchedName>,
    /// What became of the others.
    pub outcome: Outcome,
}

/// How many facts an import that writes nothing shows.
const FIRST: usize = 5;
/// Up to so many changes an import is one small commit to the memory tail.
const SMALL: usize = 20_000;
/// How many batches may wait between two stages.
const WAITING: usize = 4;
/// The key of an entity at which something is wrong with it.
fn key_of_entity(refusal: &Refusal) -> &str {
    match refusal {
        Refusal::UnknownKind { .. } | Refusal::InvalidName { part: NamePart::EntityKind, .. } => "kind",
        Refusal::OfEntity { problem, .. } => key_of_entity(problem),
        Refusal::WrongType { field: key, .. } | Refusal::InvalidRule { key, .. } => key,
        _ => "entity",
    }
}

/// How many changes a batch has, about.
const BATCH: usize = 1_000;

impl Store {
    /// Writes a first mapping for a CSV file: which columns are dates, names that
    /// the store knows, and actions of its vocabulary.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or has no header.
    pub fn guess_mapping(&self, input: Input) -> Result<String, Error> {
        let snapshot = self.snapshot();
        Ok(guess_mapping(input, snapshot.schema(), snapshot.entities())?)
    }

    /// Imports the records of an input as one transaction. The same input
    /// twice changes nothing the second time.
    ///
    /// ```
    /// # use std::io::Cursor;
    /// # use tractat::exchange::{Input, InputFormat, ReadOptions, RecordChunks};
    /// # use tractat::{ImportOptions, Store, Vocabulary};
    /// # let words = "[world]\nname = \"boards\"\n[actions.resigned]\nlabel = \"resignation\"\n";
    /// # let store = Store::in_memory(&Vocabulary::from_toml(words)?)?;
    /// let records = r#"{"subject": "ada", "action": "resigned", "date": "2024-05"}"#;
    /// let input = Input::from_reader("records.jsonl", Cursor::new(records))?;
    /// let schema = store.schema();
    /// let read = ReadOptions::new(&schema).format(InputFormat::JsonLines);
    /// let report = store.import(RecordChunks::new(input, &read)?, ImportOptions::new())?;
    /// assert_eq!(report.outcome.new, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the input cannot be read, or a record is wrong and nobody takes the
    /// rejected ones: then the store is as it was.
    pub fn import(&self, input: RecordChunks, mut options: ImportOptions<'_>) -> Result<ImportReport, Error> {
        let writing = self.write()?;
        let mut transaction = Transaction::new(self);
        transaction.revive = options.revive;
        let mut intake = Intake::new(input, &options);
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
            let outcome = transaction.outcome().clone();
            return Ok(intake.finish(&transaction, outcome));
        }
        let message = options.message.take();
        let committed = if more {
            stream(&writing, &mut intake, &mut transaction, &mut options, staged, message)?
        } else {
            writing.commit(transaction.without_detours(staged), message)?
        };
        let outcome = Outcome { transaction: committed, ..transaction.outcome().clone() };
        Ok(intake.finish(&transaction, outcome))
    }
}

/// How far the stage that reads has come.
#[derive(Clone, Copy, PartialEq)]
enum ImportStage {
    /// Each record is staged as it comes.
    Staging,
    /// Records are gathered until all are there.
    Gathering,
    /// All are there, and the facts that they make are staged.
    Settling,
}

/// The stage that reads: an input, and what was read of it.
struct Intake {
    input: RecordChunks,
    stage: ImportStage,
    report: ImportReport,
    left_out: KindCounts<LeftOutReason, (String, Arc<str>, u64)>,
    problems: KindCounts<RejectionKind, RejectedRecord>,
    names: Option<NameCounts>,
    /// The input and line of each entity that was defined, for those that turn
    /// out not to fit together with the others.
    defined: FxHashMap<String, (Arc<str>, u64)>,
}

impl Intake {
    fn new(input: RecordChunks, options: &ImportOptions<'_>) -> Self {
        Self {
            input,
            stage: if options.corroborate { ImportStage::Gathering } else { ImportStage::Staging },
            report: ImportReport::default(),
            left_out: KindCounts::default(),
            problems: KindCounts::default(),
            names: options.names.then(NameCounts::default),
            defined: FxHashMap::default(),
        }
    }

    /// What was read, when all of it was.
    fn finish(self, transaction: &Transaction<'_>, outcome: Outcome) -> ImportReport {
        let names = self.names.map(|names| names.matched(transaction.schema(), transaction.entities()));
        let left_out = |(reason, count, (example, input, line))| LeftOutCount { reason, count, example, input, line };
        let rejected = |(kind, count, example)| RejectedCount { kind, count, example };
        ImportReport {
            outcome,
            left_out: self.left_out.into_sorted().map(left_out).collect(),
            problems: self.problems.into_sorted().map(rejected).collect(),
            unused_columns: self.input.unused_columns(),
            names: names.unwrap_or_default(),
            ..self.report
        }
    }

    /// Stages the next records; false at the end.
    fn next(&mut self, transaction: &mut Transaction<'_>, options: &mut ImportOptions<'_>) -> Result<bool, Error> {
        if self.stage == ImportStage::Settling {
            self.tell(options);
            return transaction.settle_acts(BATCH);
        }
        let Some(chunk) = self.input.next_chunk()? else {
            self.settle(transaction, options)?;
            let is_gathered = self.stage == ImportStage::Gathering;
            self.stage = ImportStage::Settling;
            return Ok(is_gathered);
        };
        if chunk.is_mapped() {
            // Looking entities up together with all others takes a while, and is done
            // when a fact needs it: once for all of a chunk, and not for each of its rows.
            let is_entity = |record: &Result<Record, ExchangeError>| {
                let content = record.as_ref().map(|record| &record.content);
                matches!(content, Ok(RecordContent::Entity(_) | RecordContent::Completion(_)))
            };
            let (entities, others): (Vec<_>, Vec<_>) = chunk.records().partition(is_entity);
            entities
                .into_iter()
                .chain(others)
                .try_for_each(|record| self.take(record, &chunk, transaction, options))?;
        } else {
            chunk.records().try_for_each(|record| self.take(record, &chunk, transaction, options))?;
        }
        self.tell(options);
        Ok(true)
    }

    fn tell(&self, options: &ImportOptions<'_>) {
        if let Some(progress) = options.progress {
            progress(self.report.records);
        }
    }

    /// Stages a record, or has it rejected.
    fn take(
        &mut self,
        record: Result<Record, ExchangeError>,
        chunk: &RecordChunk,
        transaction: &mut Transaction<'_>,
        options: &mut ImportOptions<'_>,
    ) -> Result<(), Error> {
        let Record { line, column, content } = match record {
            Ok(record) => record,
            Err(ExchangeError::Record(error)) => {
                self.report.records += 1;
                return self.reject(error.into(), options);
            }
            Err(other) => return Err(other.into()),
        };
        if let RecordContent::LeftOut(left_out) = content {
            let example = || (left_out.example, chunk.name().clone(), line);
            self.left_out.add(left_out.reason, LeftOutReason::without_values, example);
            return Ok(());
        }
        self.report.records += 1;
        match &content {
            RecordContent::Fact(fact) => {
                self.report.facts += 1;
                if let Some(names) = &mut self.names {
                    names.add(fact);
                }
                if options.dry_run && self.report.first.len() < FIRST {
                    self.report.first.push(fact.clone());
                }
            }
            RecordContent::Entity(entity) => drop(self.defined.insert(entity.id.clone(), (chunk.name().clone(), line))),
            RecordContent::Completion(completion) => {
                self.defined.insert(completion.entity.id.clone(), (chunk.name().clone(), line));
            }
            RecordContent::LeftOut(_) => {}
        }
        match self.stage(transaction, content) {
            Ok(()) => Ok(()),
            Err(StagingError::Refused(refusal)) => {
                let raw = chunk.raw(line);
                let bytes = raw.map_or(&[][..], |raw| raw.bytes);
                let mut rejected = rejected(chunk.name(), line, refusal, bytes, raw.map_or(0, |raw| raw.length));
                rejected.location.cell = column;
                self.reject(rejected, options)
            }
            Err(StagingError::Failed(error)) => Err(error),
        }
    }

    fn stage(&self, transaction: &mut Transaction<'_>, content: RecordContent) -> Result<(), StagingError> {
        let defined = match content {
            RecordContent::Fact(fact) if self.stage == ImportStage::Gathering => return transaction.gather(fact),
            RecordContent::Fact(fact) => return transaction.take_in(fact).map(|_: Asserted| ()),
            RecordContent::Entity(entity) => transaction.define(entity),
            RecordContent::Completion(completion) => transaction.complete(*completion),
            RecordContent::LeftOut(_) => Ok(()),
        };
        defined.map_err(|error| match error {
            Error::Refused(refusal) => {
                let key = key_of_entity(&refusal).to_owned();
                StagingError::Refused(KeyedRefusal { key, refusal })
            }
            other => StagingError::Failed(other),
        })
    }

    /// Looks up the last entities together with all others.
    fn settle(&mut self, transaction: &mut Transaction<'_>, options: &mut ImportOptions<'_>) -> Result<(), Error> {
        for misfit in transaction.settle_what_fits()? {
            let (name, line) = match self.defined.get(&misfit.entity.id) {
                Some((name, line)) => (name.clone(), *line),
                None => (self.input.name().clone(), 0),
            };
            // The line itself is long gone; this says the same.
            let raw = serde_json::to_vec(&*misfit.entity)?;
            let refused = KeyedRefusal { key: "in".to_owned(), refusal: Box::new(misfit.refusal) };
            let mut rejected = rejected(&name, line, refused, &raw, raw.len() as u64);
            rejected.location.column = None;
            self.reject(rejected, options)?;
        }
        Ok(())
    }

    fn reject(&mut self, rejected: RejectedRecord, options: &mut ImportOptions<'_>) -> Result<(), Error> {
        self.report.rejected += 1;
        self.problems.add(rejected.reason.kind(), |_| RejectionKind::Other, || rejected.as_example());
        match &mut options.rejected {
            Some(take) => take(&rejected),
            None => return Err(Error::Record(Box::new(rejected))),
        }
        Ok(())
    }
}

fn rejected(name: &Arc<str>, line: u64, refused: KeyedRefusal, raw: &[u8], raw_length: u64) -> RejectedRecord {
    let column = column_of_key(raw, &refused.key);
    RejectedRecord {
        location: RecordLocation { name: name.clone(), line, column, cell: None, raw: raw.to_vec(), raw_length },
        reason: RejectionReason::Refused(*refused.refusal),
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
    writing: &Writer<'_>,
    intake: &mut Intake,
    transaction: &mut Transaction<'_>,
    options: &mut ImportOptions<'_>,
    staged: Vec<Staged>,
    message: Option<String>,
) -> Result<Option<u64>, Error> {
    let (to_journal, lines) = sync_channel::<ToJournal>(WAITING);
    let (to_index, changes) = sync_channel::<Vec<Mutation>>(WAITING);
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
        let panicked = |what| Error::Internal(what);
        let built = building.join().unwrap_or_else(|_| Err(panicked("the thread that builds the index panicked")));
        let appended = journal.join().unwrap_or_else(|_| Err(panicked("the thread that writes the journal panicked")));
        fed?;
        let head = appended?;
        writing.publish(built, &head)?;
        Ok(Some(head.transaction))
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
    to_index: &SyncSender<Vec<Mutation>>,
) -> Result<(), Error> {
    let mut index_listens = true;
    let mut hand_over = |staged: Vec<Staged>| {
        let (lines, changes): (Lines, Vec<Mutation>) =
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
fn entries(batches: Receiver<ToJournal>) -> impl Iterator<Item = Result<Entry<'static>, EntrySourceError>> {
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
    .flat_map(|(lines, given_up)| lines.into_iter().map(|(kind, body)| Ok(Entry::new(kind, body))).chain(given_up))
}
