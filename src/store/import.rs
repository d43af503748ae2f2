//! Import: a stream of records becomes one transaction, all of it or nothing.
//!
//! Three stages run side by side, each on a thread of its own, joined by
//! channels that hold little: this one parses, looks at and stages the
//! records; the journal frames and packs them; the index builds its segments.
//! What the index builds becomes visible only after the journal has committed.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::commit::CommitNote;
use super::handle::Store;
use super::import_options::{BATCH, ImportOptions, ImportReport};
use super::intake::Intake;
use super::transaction::{ImportRules, Outcome, Staged, Transaction};
use super::writer::Writer;
use crate::error::Error;
use crate::exchange::{Input, RecordChunks, guess_mapping};
use crate::index::{Mutation, View};
use crate::journal::{Entry, EntrySourceError};

/// Up to so many changes an import is one small commit to the memory tail.
const SMALL: usize = 20_000;
/// How many batches may wait between two stages.
const WAITING: usize = 4;
impl Store {
    /// Writes a first mapping for a CSV file: which columns are dates, names that
    /// the store knows, and actions of its vocabulary.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or has no header.
    pub fn guess_mapping(&self, input: Input) -> Result<String, Error> {
        let snapshot = self.snapshot();
        Ok(guess_mapping(input, snapshot.schema(), snapshot.declared())?)
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
        transaction.rules = Some(ImportRules { replace: options.replace, versions: options.versions });
        if !options.keep_undeclared {
            transaction.refuse_undeclared_fields();
        }
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
        let note = CommitNote { message: options.message.take(), joins: options.corroborate, undo: None };
        let committed = if more {
            stream(&writing, &mut intake, &mut transaction, &mut options, staged, note)?
        } else {
            writing.commit(transaction.without_detours(staged), note)?
        };
        let outcome = Outcome { transaction: committed, ..transaction.outcome().clone() };
        Ok(intake.finish(&transaction, outcome))
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
    note: CommitNote,
) -> Result<Option<u64>, Error> {
    let (to_journal, lines) = sync_channel::<ToJournal>(WAITING);
    let (to_index, changes) = sync_channel::<Vec<Mutation>>(WAITING);
    let mut bulk = writing.bulk()?;
    thread::scope(|scope| {
        let journal = scope.spawn(|| writing.append(&mut entries(lines), note));
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
