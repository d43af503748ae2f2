//! The stage of an import that reads: records one by one, each looked at and
//! staged, or counted with those that are rejected or left out.

use std::borrow::Cow;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::import_options::{BATCH, ImportOptions, ImportReport, TimesOfDay, UndeclaredCount};
use super::names::NameCounts;
use super::numbering::FactWithNumber;
use super::rejection::{KindCounts, LeftOutCount, RejectedCount, RejectedRecord, RejectionKind, RejectionReason};
use super::transaction::{Asserted, Outcome, RecordNumber, StagingError, Transaction};
use super::validate::{self, KeyedRefusal};
use crate::error::Error;
use crate::exchange::{
    Completion, ExchangeError, LeftOutReason, NumberedFact, Record, RecordChunk, RecordChunks, RecordContent,
    RecordLocation, column_of_key,
};
use crate::model::{Entity, Fact};
use crate::say::{EntityRelation, NamePart, Refusal};

/// How many facts an import that writes nothing shows.
const FIRST: usize = 5;

/// How far the stage that reads has come.
#[derive(Clone, Copy, PartialEq)]
enum ImportStage {
    /// Each record is staged as it comes.
    Staging,
    /// Records are gathered until all are there.
    Gathering,
    /// All are there, and those with numbers in their ids are staged or gathered.
    Numbering,
    /// All are there, and the facts that they make are staged.
    Settling,
}

/// Where an entity was defined.
struct DefinitionPlace {
    input: Arc<str>,
    line: u64,
    cell: Option<Arc<str>>,
    /// The record, and how long it is, if it refers to other entities.
    raw: Option<(Box<[u8]>, u64)>,
}

/// What of a record is staged.
enum StagedContent {
    Fact(Fact),
    Numbered(Box<NumberedFact>),
    Entity(Entity),
    Completion(Box<Completion>),
}

/// What a record is, however it came.
enum FactOrEntity<'a> {
    Fact(&'a Fact),
    Entity(&'a Entity),
}

impl StagedContent {
    fn record(&self) -> FactOrEntity<'_> {
        match self {
            Self::Fact(fact) => FactOrEntity::Fact(fact),
            Self::Numbered(numbered) => FactOrEntity::Fact(&numbered.fact),
            Self::Entity(entity) => FactOrEntity::Entity(entity),
            Self::Completion(completion) => FactOrEntity::Entity(&completion.entity),
        }
    }
}

/// The stage that reads: an input, and what was read of it.
pub(super) struct Intake {
    input: RecordChunks,
    stage: ImportStage,
    report: ImportReport,
    left_out: KindCounts<LeftOutReason, (String, Arc<str>, u64)>,
    undeclared: KindCounts<String, (Arc<str>, u64)>,
    /// The facts that have their numbers now, and wait to be staged.
    numbered: std::vec::IntoIter<FactWithNumber>,
    /// The inputs that were opened.
    inputs: Vec<Arc<str>>,
    /// The first record with the id of another, and how many there are: all are
    /// counted before the import is refused.
    same_ids: Option<(RejectedRecord, u64)>,
    problems: KindCounts<RejectionKind, RejectedRecord>,
    names: Option<NameCounts>,
    /// Where each entity was defined, for those that turn out not to fit together with
    /// the others.
    defined: FxHashMap<String, DefinitionPlace>,
}

impl Intake {
    pub(super) fn new(input: RecordChunks, options: &ImportOptions<'_>) -> Self {
        Self {
            input,
            stage: if options.corroborate { ImportStage::Gathering } else { ImportStage::Staging },
            report: ImportReport::default(),
            left_out: KindCounts::default(),
            undeclared: KindCounts::default(),
            numbered: Vec::new().into_iter(),
            inputs: Vec::new(),
            same_ids: None,
            problems: KindCounts::default(),
            names: options.names.then(NameCounts::default),
            defined: FxHashMap::default(),
        }
    }

    /// What was read, when all of it was.
    pub(super) fn finish(self, transaction: &Transaction<'_>, outcome: Outcome) -> ImportReport {
        let names = self.names.map(|names| names.matched(transaction.schema(), transaction.entities()));
        let left_out = |(reason, count, (example, input, line))| LeftOutCount { reason, count, example, input, line };
        let undeclared = |(field, count, (input, line))| UndeclaredCount { field, count, input, line };
        let rejected = |(kind, count, example)| RejectedCount { kind, count, example };
        ImportReport {
            outcome,
            left_out: self.left_out.into_sorted().map(left_out).collect(),
            problems: self.problems.into_sorted().map(rejected).collect(),
            unused_columns: self.input.unused_columns(),
            undeclared: self.undeclared.into_sorted().map(undeclared).collect(),
            dates: self.input.dates_of_columns(),
            names: names.unwrap_or_default(),
            ..self.report
        }
    }

    /// Stages the next records; false at the end.
    pub(super) fn next(
        &mut self,
        transaction: &mut Transaction<'_>,
        options: &mut ImportOptions<'_>,
    ) -> Result<bool, Error> {
        match self.stage {
            ImportStage::Numbering => return self.stage_numbered(transaction, options),
            ImportStage::Settling => {
                self.tell(options);
                return transaction.settle_acts(BATCH);
            }
            ImportStage::Staging | ImportStage::Gathering => {}
        }
        let Some(chunk) = self.input.next_chunk()? else {
            self.settle(transaction, options)?;
            if let Some((first, count)) = self.same_ids.take() {
                return Err(Error::SameIds { first: Box::new(first), count });
            }
            self.numbered = transaction.give_numbers()?.into_iter();
            self.stage = ImportStage::Numbering;
            return Ok(true);
        };
        if self.inputs.last() != Some(chunk.name()) {
            self.inputs.push(chunk.name().clone());
        }
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

    /// Stages, or gathers, the next facts that have their numbers; false if nothing follows.
    fn stage_numbered(
        &mut self,
        transaction: &mut Transaction<'_>,
        options: &ImportOptions<'_>,
    ) -> Result<bool, Error> {
        self.tell(options);
        for FactWithNumber { fact, record, shown, is_repeated } in self.numbered.by_ref().take(BATCH) {
            self.report.numbered += u64::from(is_repeated);
            if let Some(first) = shown.and_then(|place| self.report.first.get_mut(place)) {
                first.clone_from(&fact);
            }
            transaction.record = record;
            transaction.take_in_numbered(fact, options.corroborate).map_err(StagingError::outside_import)?;
        }
        if self.numbered.as_slice().is_empty() {
            self.stage = ImportStage::Settling;
            return Ok(options.corroborate);
        }
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
        let content = match content {
            RecordContent::Fact(fact) => StagedContent::Fact(fact),
            RecordContent::Numbered(numbered) => StagedContent::Numbered(numbered),
            RecordContent::Entity(entity) => StagedContent::Entity(entity),
            RecordContent::Completion(completion) => StagedContent::Completion(completion),
            RecordContent::LeftOut(left_out) => {
                let example = || (left_out.example, chunk.name().clone(), line);
                self.left_out.add(left_out.reason, LeftOutReason::without_values, example);
                return Ok(());
            }
        };
        self.report.records += 1;
        transaction.record = record_number(self.inputs.len().saturating_sub(1), line);
        let mut first = None;
        match content.record() {
            FactOrEntity::Fact(fact) => {
                self.report.facts += 1;
                if let Some(names) = &mut self.names {
                    names.add(fact);
                }
                first = (options.dry_run && self.report.first.len() < FIRST).then(|| fact.clone());
            }
            FactOrEntity::Entity(entity) => {
                let refers = [entity.groups.is_empty(), entity.succeeds.is_empty(), entity.continues.is_empty()];
                let raw = chunk.raw(line).filter(|_| refers.contains(&false));
                let raw = raw.map(|raw| (raw.bytes.into(), raw.length));
                let place = DefinitionPlace { input: chunk.name().clone(), line, cell: column.clone(), raw };
                self.defined.insert(entity.id.clone(), place);
            }
        }
        let undeclared = if options.keep_undeclared { undeclared(&content, transaction) } else { Vec::new() };
        let times = transaction.outcome().times_of_day;
        let shown = first.is_some().then_some(self.report.first.len());
        let (refused, is_same_id) = match self.stage(transaction, content, shown) {
            Ok(()) => {
                let times = transaction.outcome().times_of_day - times;
                if times > 0 {
                    let first = || TimesOfDay { count: 0, input: chunk.name().clone(), line };
                    self.report.times.get_or_insert_with(first).count += times;
                }
                self.report.first.extend(first);
                for field in undeclared {
                    self.undeclared.add(field, |_| "…".to_owned(), || (chunk.name().clone(), line));
                }
                return Ok(());
            }
            Err(StagingError::Failed(error)) => return Err(error),
            Err(StagingError::Refused(refused)) => (refused, false),
            Err(StagingError::SameId { id, other }) => {
                let (input, line) = self.place_of(other);
                let refusal = Box::new(Refusal::SameId { id, input, line });
                (KeyedRefusal { key: "id".to_owned(), refusal }, true)
            }
        };
        let raw = chunk.raw(line);
        let bytes = raw.map_or(&[][..], |raw| raw.bytes);
        let mut rejected = rejected(chunk.name(), line, refused, bytes, raw.map_or(0, |raw| raw.length));
        rejected.location.cell = column;
        if is_same_id && options.rejected.is_none() {
            self.same_ids.get_or_insert((rejected, 0)).1 += 1;
            return Ok(());
        }
        self.reject(rejected, options)
    }

    /// The input and the line of a record.
    fn place_of(&self, record: RecordNumber) -> (Arc<str>, u64) {
        let input = usize::try_from(record >> LINE_BITS).ok().and_then(|input| self.inputs.get(input));
        (input.unwrap_or(self.input.name()).clone(), record & ((1 << LINE_BITS) - 1))
    }

    /// Stages a record; `shown` is its place among the facts that the report shows.
    fn stage(
        &self,
        transaction: &mut Transaction<'_>,
        content: StagedContent,
        shown: Option<usize>,
    ) -> Result<(), StagingError> {
        let defined = match content {
            StagedContent::Numbered(numbered) => return transaction.await_number(*numbered, shown),
            StagedContent::Fact(fact) if self.stage == ImportStage::Gathering => {
                return transaction.gather_record(fact);
            }
            StagedContent::Fact(fact) => return transaction.take_in(fact).map(|_: Asserted| ()),
            StagedContent::Entity(entity) => transaction.take_in_entity(entity),
            StagedContent::Completion(completion) => transaction.complete(*completion),
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
            let key = key_of_entity(&misfit.refusal).to_owned();
            let refused = KeyedRefusal { key, refusal: Box::new(misfit.refusal) };
            let place = self.defined.remove(&misfit.entity.id);
            let (input, line, cell, raw) = match place {
                Some(DefinitionPlace { input, line, cell, raw }) => (input, line, cell, raw),
                None => (self.input.name().clone(), 0, None, None),
            };
            let rejected = if let Some((raw, length)) = raw {
                rejected(&input, line, refused, &raw, length)
            } else {
                // The line itself is long gone; this says the same.
                let raw = serde_json::to_vec(&*misfit.entity)?;
                let mut rejected = rejected(&input, line, refused, &raw, raw.len() as u64);
                rejected.location.column = None;
                rejected
            };
            let location = RecordLocation { cell, ..rejected.location };
            self.reject(RejectedRecord { location, ..rejected }, options)?;
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

/// How many bits of the number of a record are its line; the others are its input.
const LINE_BITS: u32 = 40;

/// The number of a record: its input, and its line.
fn record_number(input: usize, line: u64) -> RecordNumber {
    ((input as u64) << LINE_BITS) | line
}

/// The fields of a record that the vocabulary does not declare.
fn undeclared(content: &StagedContent, transaction: &Transaction<'_>) -> Vec<String> {
    let schema = transaction.schema();
    match content.record() {
        FactOrEntity::Fact(fact) => validate::undeclared_of_fact(fact, schema).map(Cow::into_owned).collect(),
        FactOrEntity::Entity(entity) => validate::undeclared_of_entity(entity, schema).map(Cow::into_owned).collect(),
    }
}

fn rejected(name: &Arc<str>, line: u64, refused: KeyedRefusal, raw: &[u8], raw_length: u64) -> RejectedRecord {
    let column = column_of_key(raw, &refused.key);
    RejectedRecord {
        location: RecordLocation { name: name.clone(), line, column, cell: None, raw: raw.to_vec(), raw_length },
        reason: RejectionReason::Refused(*refused.refusal),
    }
}

/// The key of an entity at which something is wrong with it.
fn key_of_entity(refusal: &Refusal) -> &str {
    match refusal {
        Refusal::UnknownKind { .. } | Refusal::InvalidName { part: NamePart::EntityKind, .. } => "kind",
        Refusal::OfEntity { problem, .. } => key_of_entity(problem),
        Refusal::InvalidName { part: NamePart::EntityName, .. } => "name",
        Refusal::InvalidName { part: NamePart::EntityAlias, .. } => "aliases",
        Refusal::ReversedDays { of: None } => "until",
        Refusal::Unrelated { relation, .. } | Refusal::OfItself { relation, .. } => match relation {
            EntityRelation::Member => "in",
            EntityRelation::Successor => "succeeds",
            EntityRelation::Continuation => "continues",
            _ => "entity",
        },
        Refusal::GroupsTooDeep { .. } => "in",
        Refusal::WrongType { field: key, .. }
        | Refusal::InvalidRule { key, .. }
        | Refusal::UndeclaredField { field: key, .. }
        | Refusal::DuplicateKey { key }
        | Refusal::TooDeep { key, .. }
        | Refusal::NumberBeyondBounds { field: key, .. }
        | Refusal::NotADate { field: key, .. }
        | Refusal::EntityDefinedTwice { key, .. } => key,
        _ => "entity",
    }
}
