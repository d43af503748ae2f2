//! A transaction in the making: each change is looked at against what the
//! store holds and what the transaction has already done, and staged. Nothing
//! is written here.

mod later_commits;
mod numbered;
mod records;
mod undo;

use records::SaidSoFar;
pub(super) use records::{ImportRules, RecordNumber};

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use roaring::RoaringBitmap;
use rustc_hash::{FxHashMap, FxHashSet};

use super::commit::Retraction;
use super::corroborate::{Acts, Gathered};
use super::handle::Store;
use super::numbering::WaitingRecord;
use super::validate::{self, KeyedRefusal, Misfit, Validator, VocabularyRefusal};
use crate::error::Error;
use crate::exchange::Completion;
use crate::index::{CurrentVersion, Index, IndexError, Mutation, View};
use crate::model::{
    Alias, CanonicalFact, ContentHash, Entities, Entity, Fact, Resolution, Schema, Vocabulary, canonical, caseless,
    check_covered, fold,
};
use crate::say::Refusal;
use crate::syntax::reserved_words;

/// Changes that become part of the store together or not at all.
pub struct Transaction<'s> {
    store: &'s Store,
    index: Arc<Index>,
    schema: Arc<Schema>,
    entities: Arc<Entities>,
    validator: Validator,
    /// Entities defined here and not yet looked up with the others, by id.
    fresh: IndexMap<String, Arc<Entity>>,
    /// Their ids and names, folded, each with the id of the last that has it.
    fresh_names: FxHashMap<String, String>,
    pending: FxHashMap<String, PendingChange>,
    /// The ids that were asserted more than once.
    repeated: FxHashSet<String>,
    staged: Vec<Staged>,
    outcome: Outcome,
    gathered: Gathered,
    /// What was gathered, sorted.
    acts: Option<Acts>,
    /// Whether what was retracted may be asserted again.
    pub(super) revive: bool,
    /// How records treat what is there under their ids; none outside of imports.
    pub(super) rules: Option<ImportRules>,
    /// Which record of the import is looked at, as the import numbers them.
    pub(super) record: RecordNumber,
    said: SaidSoFar,
    /// The records that wait for the numbers in their ids.
    waiting: Vec<WaitingRecord>,
    /// The transaction that this one undoes.
    pub(super) undoes: Option<u64>,
}

/// Why a fact was not taken in.
pub(super) enum StagingError {
    /// The world does not accept it.
    Refused(KeyedRefusal),
    /// Another record of the import has its id.
    SameId { id: String, other: RecordNumber },
    /// The store cannot tell.
    Failed(Error),
}

impl StagingError {
    /// The error, where there are no records that could have one id.
    pub(super) fn outside_import(self) -> Error {
        match self {
            Self::Refused(refused) => Error::Refused(refused.refusal),
            Self::SameId { .. } => Error::Internal("only an import compares its records"),
            Self::Failed(error) => error,
        }
    }
}

impl From<Error> for StagingError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// What became of an asserted fact; each with its id.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Asserted {
    /// The store did not have it.
    New(String),
    /// It is a new version of one that the store has.
    Version(String),
    /// The store already has it in this form.
    Unchanged(String),
    /// It was retracted, and stays retracted.
    Retracted(String),
}

impl Asserted {
    /// The id of the fact.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::New(id) | Self::Version(id) | Self::Unchanged(id) | Self::Retracted(id) => id,
        }
    }
}

/// What a transaction did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// Its number; none if there was nothing to commit.
    pub transaction: Option<u64>,
    /// Facts that are new.
    pub new: u64,
    /// New versions of facts.
    pub versions: u64,
    /// Facts that the store already had in this form.
    pub unchanged: u64,
    /// Facts that were retracted earlier and stay retracted.
    pub stay_retracted: u64,
    /// Facts that became a source of another.
    pub corroborated: u64,
    /// New versions that keep something which their records do not say.
    pub kept: u64,
    /// New versions whose subject, action or object is another.
    pub other_acts: u64,
    /// Facts and entities with fields that the vocabulary does not declare.
    pub undeclared: u64,
    /// Dates that were given with a time of day, and are kept without it.
    pub times_of_day: u64,
    /// Facts, new or changed, of which the sources give dates that exclude each other.
    pub disputed: u64,
    /// Facts that are not there any more, as the transaction that asserted them was undone.
    pub undone: u64,
    /// Facts made anew of the records that remain, as the transaction that brought others was undone.
    pub remade: u64,
    /// Facts retracted.
    pub retracted: u64,
    /// Entities defined, or redefined.
    pub entities: u64,
    /// Whether the vocabulary was changed.
    pub vocabulary: bool,
}

/// What the transaction has done to an id.
enum PendingChange {
    /// The version that is in force now, and that which was before the transaction.
    Asserted {
        now: ContentHash,
        before: Option<ContentHash>,
        /// The fact, if a later record of the import may complete it.
        made: Option<Box<Fact>>,
    },
    Retracted,
}

/// A change as the journal writes it and as the index takes it.
pub(super) struct Staged {
    pub(super) kind: &'static str,
    pub(super) body: Vec<u8>,
    pub(super) change: Mutation,
}

impl fmt::Debug for Transaction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction").field("outcome", &self.outcome).finish_non_exhaustive()
    }
}

impl<'s> Transaction<'s> {
    pub(super) fn new(store: &'s Store) -> Self {
        let index = store.index();
        let snapshot = index.snapshot();
        let (schema, entities) = (snapshot.schema().clone(), snapshot.declared().clone());
        Self {
            store,
            index,
            validator: Validator::new(schema.clone(), entities.clone()),
            schema,
            entities,
            fresh: IndexMap::new(),
            fresh_names: FxHashMap::default(),
            pending: FxHashMap::default(),
            repeated: FxHashSet::default(),
            staged: Vec::new(),
            outcome: Outcome::default(),
            gathered: Gathered::default(),
            acts: None,
            revive: false,
            rules: None,
            record: 0,
            said: SaidSoFar::default(),
            waiting: Vec::new(),
            undoes: None,
        }
    }

    /// From here on, a fact or an entity with a field that the vocabulary does not
    /// declare is refused.
    pub fn refuse_undeclared_fields(&mut self) {
        self.validator.refuses_undeclared = true;
    }

    /// The vocabulary as the transaction leaves it.
    #[must_use]
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// Asserts a fact: a new one, or a new version of the whole fact of its id.
    ///
    /// ```
    /// # use tractat::{Asserted, Fact, Store, Vocabulary};
    /// # let words = "[world]\nname = \"boards\"\n[actions.resigned]\nlabel = \"resignation\"\n";
    /// # let store = Store::in_memory(&Vocabulary::from_toml(words)?)?;
    /// let fact = Fact {
    ///     subject: "ada".into(),
    ///     action: "resigned".into(),
    ///     date: Some("2024-05".parse()?),
    ///     ..Fact::default()
    /// };
    /// let (asserted, _) = store.transact(None, |transaction| transaction.assert(fact.clone()))?;
    /// assert!(matches!(asserted, Asserted::New(_)));
    /// let (again, _) = store.transact(None, |transaction| transaction.assert(fact))?;
    /// assert!(matches!(again, Asserted::Unchanged(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the world does not accept it: an unknown action, a name that no
    /// entity has, a value of the wrong type.
    pub fn assert(&mut self, fact: Fact) -> Result<Asserted, Error> {
        self.take_in(fact).map_err(StagingError::outside_import)
    }

    /// Stages a fact that the world accepts, if the store does not have it.
    fn stage_record(&mut self, fact: Fact, canonical: CanonicalFact, known: &KnownVersion) -> Asserted {
        let id = canonical.id.clone();
        if known.hash == Some(canonical.hash) {
            self.outcome.unchanged += 1;
            return Asserted::Unchanged(id);
        }
        if known.is_retracted && !self.revive {
            self.outcome.stay_retracted += 1;
            return Asserted::Retracted(id);
        }
        self.stage_fact(fact, canonical, known.hash);
        if known.hash.is_some() {
            self.outcome.versions += 1;
            Asserted::Version(id)
        } else {
            self.outcome.new += 1;
            Asserted::New(id)
        }
    }

    /// Retracts the fact of an id, for a reason.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownFact`], [`Error::AlreadyRetracted`], or
    /// [`Error::MissingReason`] if the reason is empty.
    pub fn retract(&mut self, id: &str, reason: &str) -> Result<(), Error> {
        if reason.trim().is_empty() {
            return Err(Error::MissingReason);
        }
        let known = self.known(id, None)?;
        if known.is_retracted {
            return Err(Error::AlreadyRetracted { id: id.to_owned() });
        }
        if known.hash.is_none() {
            return Err(Error::UnknownFact { id: id.to_owned() });
        }
        let retraction = Retraction { id: id.to_owned(), reason: reason.to_owned(), undo: None };
        self.pending.insert(id.to_owned(), PendingChange::Retracted);
        self.staged.push(Staged {
            kind: "retract",
            body: serde_json::to_vec(&retraction).expect("texts serialise"),
            change: Mutation::Retract { id: retraction.id, reason: retraction.reason },
        });
        self.outcome.retracted += 1;
        Ok(())
    }

    /// Defines an entity, or redefines it.
    ///
    /// # Errors
    ///
    /// If it is not well formed. Whether its groups exist is checked when a fact
    /// needs it or when the transaction ends, so that entities can be defined in
    /// any order.
    pub fn define(&mut self, mut entity: Entity) -> Result<(), Error> {
        let times = validate::leave_out_of_entity(&mut entity, &self.schema);
        self.define_by_days(entity)?;
        self.outcome.times_of_day += times;
        Ok(())
    }

    /// Defines an entity whose dates have no times of day any more.
    fn define_by_days(&mut self, entity: Entity) -> Result<(), Error> {
        validate::entity(&entity, &self.schema)?;
        let undeclared = validate::undeclared_of_entity(&entity, &self.schema).next();
        if let Some(field) = undeclared.as_deref().filter(|_| self.validator.refuses_undeclared) {
            let problem = Box::new(validate::undeclared(field, &self.schema));
            return Err(Refusal::OfEntity { id: entity.id.clone(), problem }.into());
        }
        self.outcome.undeclared += u64::from(undeclared.is_some());
        let key = canonical(&entity.id).into_owned();
        let known = self.fresh.get(&key).or_else(|| self.entities.by_id(&entity.id));
        if known.is_some_and(|known| **known == entity) {
            return Ok(());
        }
        let names = [entity.id.as_str(), entity.name.as_str()].into_iter();
        for name in names.chain(entity.aliases.iter().map(Alias::name)) {
            self.fresh_names.insert(fold(name).into_owned(), key.clone());
        }
        self.fresh.insert(key, Arc::new(entity));
        Ok(())
    }

    /// Adds what is missing to an entity known by one of several names, and
    /// replaces nothing; if there is no such entity, it creates one.
    ///
    /// # Errors
    ///
    /// If a name is that of several entities, or of one of another kind, or the
    /// entity is not well formed.
    pub fn complete(&mut self, completion: Completion) -> Result<(), Error> {
        let Completion { entity, known } = completion;
        let names = || known.iter().chain([&entity.id]);
        let mut found = None;
        for name in names() {
            // Those defined here are known by their ids alone until all are looked up together.
            let alike = self.fresh_names.get(fold(name).as_ref()).filter(|id| caseless(id) == caseless(name));
            let fresh = self.fresh.get(canonical(name).as_ref()).or_else(|| self.fresh.get(alike?));
            found = match self.entities.resolve(name) {
                _ if fresh.is_some() => fresh.cloned(),
                Resolution::Unknown => continue,
                Resolution::One(number) => {
                    let settled = self.entities.get(number);
                    Some(self.fresh.get(canonical(&settled.id).as_ref()).unwrap_or(settled).clone())
                }
                Resolution::Ambiguous(holders) => {
                    let candidates = holders.iter().map(|holder| self.entities.get(*holder).id.clone()).collect();
                    return Err(Refusal::AmbiguousCompletion { name: name.clone(), candidates }.into());
                }
            };
            break;
        }
        let Some(found) = found else { return self.define(entity) };
        if found.kind != entity.kind {
            return Err(Refusal::CompletionOfOtherKind {
                name: known.first().unwrap_or(&entity.id).clone(),
                id: found.id.clone(),
                kind: found.kind.clone(),
                completing: entity.kind,
            }
            .into());
        }
        let is_free = |name: &str| match self.entities.resolve(name) {
            Resolution::Unknown => true,
            Resolution::One(number) => canonical(&self.entities.get(number).id) == canonical(&found.id),
            Resolution::Ambiguous(_) => false,
        };
        let completed = found.completed(&entity, is_free);
        self.define(completed)
    }

    /// Replaces the vocabulary.
    ///
    /// # Errors
    ///
    /// If two of its declarations collide, or a fact in force has an action
    /// that it no longer declares.
    pub fn vocabulary(&mut self, vocabulary: &Vocabulary) -> Result<(), Error> {
        self.settle()?;
        if self.schema.vocabulary() == vocabulary {
            return Ok(());
        }
        let schema = Arc::new(Schema::new(vocabulary.clone(), reserved_words())?);
        schema.check_meaning()?;
        self.replace_vocabulary(&schema, &RoaringBitmap::new()).map_err(|refusal| refusal.error)
    }

    /// Replaces the vocabulary, which the facts in force must fit but for some that go.
    fn replace_vocabulary(&mut self, schema: &Arc<Schema>, gone: &RoaringBitmap) -> Result<(), VocabularyRefusal> {
        let schema = schema.clone();
        validate::vocabulary(&schema, &*self.index.snapshot(), gone, self.staged.iter().map(|staged| &staged.change))?;
        self.staged.push(Staged {
            kind: "vocabulary",
            body: serde_json::to_vec(schema.vocabulary()).expect("a vocabulary has text keys only"),
            change: Mutation::Vocabulary(schema.clone()),
        });
        let refuses_undeclared = self.validator.refuses_undeclared;
        self.validator = Validator::new(schema.clone(), self.entities.clone());
        self.validator.refuses_undeclared = refuses_undeclared;
        self.schema = schema;
        self.outcome.vocabulary = true;
        Ok(())
    }

    /// Checks that a new vocabulary claims to cover objects that there are. A store may
    /// have its vocabulary before any entity; then nothing is known of them yet.
    pub(super) fn check_covered(&self) -> Result<(), Error> {
        let has_entities = self.entities.iter().next().is_some();
        if self.outcome.vocabulary && has_entities { Ok(check_covered(&self.schema, &self.entities)?) } else { Ok(()) }
    }

    /// Looks up the entities defined since the last time together with the others.
    pub(super) fn settle(&mut self) -> Result<(), Error> {
        match self.settle_what_fits()?.into_iter().next() {
            Some(misfit) => Err(misfit.refusal.into()),
            None => Ok(()),
        }
    }

    /// Takes over the entities that fit together with all the others; those
    /// that do not are forgotten, and returned.
    pub(super) fn settle_what_fits(&mut self) -> Result<Vec<Misfit>, Error> {
        let mut misfits = Vec::new();
        while !self.fresh.is_empty() {
            let all = self.entities.iter().map(|(_, entity)| entity).chain(self.fresh.values());
            let entities = Arc::new(Entities::new(all.cloned()));
            let mut unfit = validate::unfit(self.fresh.values(), &self.schema, &entities);
            unfit.extend(self.read_index(|index, this| {
                validate::orphaned(&this.schema, &*index.snapshot(), &this.fresh, &entities)
            })?);
            unfit.extend(self.validator.orphaned(&self.fresh, &entities));
            if unfit.is_empty() {
                self.take_over(entities);
                break;
            }
            // Without them others may be left without their group.
            for misfit in unfit {
                let key = canonical(&misfit.entity.id);
                self.fresh.shift_remove(key.as_ref());
                self.said.entities.remove(key.as_ref());
                misfits.push(misfit);
            }
        }
        Ok(misfits)
    }

    fn take_over(&mut self, entities: Arc<Entities>) {
        self.fresh_names.clear();
        for entity in std::mem::take(&mut self.fresh).into_values() {
            self.staged.push(Staged {
                kind: "entity",
                body: serde_json::to_vec(&*entity).expect("an entity has text keys only"),
                change: Mutation::Entity(entity),
            });
            self.outcome.entities += 1;
        }
        self.validator.take_over(entities.clone());
        self.entities = entities;
    }

    /// Looks at a fact; if it cannot be accepted, once more with the entities
    /// that were defined meanwhile.
    fn accept(&mut self, fact: &mut Fact) -> Result<(), StagingError> {
        // There is one fact for all spellings of an id that are the same.
        fact.id = fact.id.take().map(|id| canonical(&id).into_owned());
        if self.has_new_namesake(fact) {
            self.settle()?;
        }
        let times = validate::leave_out_of_fact(fact, &self.schema);
        match self.validator.fact(fact) {
            Ok(()) => {}
            Err(refusal) if self.fresh.is_empty() => return Err(StagingError::Refused(refusal)),
            Err(_) => {
                self.settle()?;
                self.validator.fact(fact).map_err(StagingError::Refused)?;
            }
        }
        self.outcome.times_of_day += times;
        Ok(())
    }

    fn count_undeclared(&mut self, fact: &Fact) {
        self.outcome.undeclared += u64::from(validate::undeclared_of_fact(fact, &self.schema).next().is_some());
    }

    /// Whether an entity that was defined meanwhile is called as the subject or
    /// object is that another one has been so far: then the name alone does not
    /// tell any more who is meant.
    fn has_new_namesake(&self, fact: &Fact) -> bool {
        let names = [Some(fact.subject.as_str()), fact.object.as_deref()];
        !self.fresh.is_empty()
            && names.into_iter().flatten().any(|written| match self.entities.resolve(written) {
                Resolution::One(number) => {
                    let known = canonical(&self.entities.get(number).id).into_owned();
                    self.fresh_names.get(fold(written).as_ref()).is_some_and(|id| *id != known)
                }
                Resolution::Unknown | Resolution::Ambiguous(_) => false,
            })
    }

    /// Leaves out the versions of facts that are in the end as they were
    /// before, such as those of a file with several versions of one id that
    /// comes again.
    pub(super) fn without_detours(&mut self, mut staged: Vec<Staged>) -> Vec<Staged> {
        let (pending, repeated) = (&self.pending, &self.repeated);
        let is_detour = |id: &str| {
            let back = |pending: &PendingChange| matches!(pending, PendingChange::Asserted { now, before, .. } if before.as_ref() == Some(now));
            repeated.contains(id) && pending.get(id).is_some_and(back)
        };
        let all = staged.len();
        staged.retain(|staged| match &staged.change {
            Mutation::Fact { fact, .. } => !fact.id.as_deref().is_some_and(is_detour),
            _ => true,
        });
        let left_out = (all - staged.len()) as u64;
        self.outcome.versions = self.outcome.versions.saturating_sub(left_out);
        self.outcome.unchanged += left_out;
        staged
    }

    pub(super) fn take_staged(&mut self) -> Vec<Staged> {
        std::mem::take(&mut self.staged)
    }

    /// The entities as the transaction leaves them, without those not yet looked up.
    pub(super) fn entities(&self) -> &Arc<Entities> {
        &self.entities
    }

    pub(super) fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// Reads from the index, and if that is damaged, once more from a new one.
    fn read_index<T>(&mut self, mut read: impl FnMut(&Index, &Self) -> Result<T, IndexError>) -> Result<T, Error> {
        if let Ok(value) = read(&self.index, self) {
            return Ok(value);
        }
        self.store.replace_index(&self.index)?;
        self.index = self.store.index();
        Ok(read(&self.index, self)?)
    }

    fn stage_fact(&mut self, mut fact: Fact, canonical: CanonicalFact, known: Option<ContentHash>) {
        let CanonicalFact { id, json, hash } = canonical;
        let before = match self.pending.get(&id) {
            None => known,
            Some(PendingChange::Asserted { before, .. }) => {
                self.repeated.insert(id.clone());
                *before
            }
            // What comes after a retraction is news, whatever it says.
            Some(PendingChange::Retracted) => None,
        };
        let may_be_completed = self.rules.is_some_and(|rules| rules.versions && !rules.replace);
        let made = may_be_completed.then(|| Box::new(fact.clone()));
        self.pending.insert(id.clone(), PendingChange::Asserted { now: hash, before, made });
        fact.id = Some(id);
        self.staged.push(Staged { kind: "fact", body: json, change: Mutation::Fact { fact, hash } });
    }

    /// What is there under an id; with the fact in force, if it is to be completed by a
    /// record that says something else.
    fn known(&mut self, id: &str, completing: Option<ContentHash>) -> Result<KnownVersion, Error> {
        let is_other = |hash: ContentHash| completing.is_some_and(|said| said != hash);
        match self.pending.get(id) {
            Some(PendingChange::Asserted { now, made, .. }) => {
                let other = made.as_ref().filter(|_| is_other(*now)).map(|made| Arc::new((**made).clone()));
                return Ok(KnownVersion { hash: Some(*now), is_retracted: false, other });
            }
            Some(PendingChange::Retracted) => {
                return Ok(KnownVersion { is_retracted: true, ..KnownVersion::default() });
            }
            None => {}
        }
        self.read_index(|index, _| {
            Ok(match index.current_version(id)? {
                CurrentVersion::InForce(document, hash) => {
                    let other = is_other(hash).then(|| index.snapshot().fact(document)).transpose()?;
                    KnownVersion { hash: Some(hash), is_retracted: false, other }
                }
                CurrentVersion::Retracted(..) => KnownVersion { is_retracted: true, ..KnownVersion::default() },
                CurrentVersion::Unknown => KnownVersion::default(),
            })
        })
    }
}

/// What is there under the id of a fact.
#[derive(Default)]
struct KnownVersion {
    /// The hash of the version in force.
    hash: Option<ContentHash>,
    is_retracted: bool,
    /// That version, if it is to be completed.
    other: Option<Arc<Fact>>,
}
