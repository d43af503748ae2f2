//! Undoing a transaction by another one: what it changed is again as it was
//! before. What it asserted is not retracted: nobody has decided against it, so
//! that importing it again brings it back.

use std::collections::BTreeSet;
use std::iter::repeat;
use std::sync::Arc;

use roaring::RoaringBitmap;
use rustc_hash::FxHashSet;

use super::later_commits::LaterCommits;
use super::{PendingChange, Staged, StagingError, Transaction};
use crate::error::Error;
use crate::index::{CommitChanges, Document, Ending, FactVersion, Index, IndexError, Mutation, Snapshot, View};
use crate::model::{Entities, Entity, Fact, Vocabulary, canonical};
use crate::say::{LaterChange, Refusal};
use crate::store::commit::{Retraction, Undefinition};
use crate::store::corroborate::{self, ActEvidence, Terms, Work};
use crate::store::validate;

/// How many of the facts that stand in the way of an undoing are named.
const NAMED_FACTS: usize = 10;

/// A fact that a transaction changed.
struct ChangedFact {
    id: String,
    before: FactBefore,
    /// The version in force after the transaction, and the one now.
    then: Option<Document>,
    now: Option<Document>,
    /// The later transactions that changed it.
    later: BTreeSet<u64>,
}

/// What a fact was before a transaction.
enum FactBefore {
    InForce(Document),
    Retracted(String),
    Absent,
}

impl Transaction<'_> {
    /// Stages that everything is again as it was before a transaction. A fact to
    /// which a later one has only brought further records is made anew of those
    /// that remain.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownCommit`]; [`Error::FirstVocabulary`]; [`Error::ChangedLater`] if
    /// a later transaction changed the same thing, whatever it is now, unless it was
    /// undone; [`Error::NotUndone`] if what stays would not fit the world as it was.
    pub(in crate::store) fn undo(&mut self, number: u64) -> Result<(), Error> {
        let now = self.index.snapshot();
        let before = self.index.snapshot_at(number.saturating_sub(1));
        let changes = now.changes_of(number).ok_or(Error::UnknownCommit { number })?;
        if changes.vocabulary && *before.schema().vocabulary() == Vocabulary::default() {
            return Err(Error::FirstVocabulary { number });
        }
        self.undoes = Some(number);
        let mut facts = self.read_index(|index, _| changed_facts(index, &changes, number))?;
        let definitions = later_definitions(&now, &changes, number);
        let is_changed_later = !definitions.is_empty() || facts.iter().any(|fact| !fact.later.is_empty());
        let commits = if is_changed_later {
            LaterCommits::read(self.store.inner.journal.journal(), number)?
        } else {
            LaterCommits::default()
        };
        facts.iter_mut().for_each(|fact| fact.later.retain(|transaction| commits.is_in_effect(*transaction)));
        let LaterChanges { refused, joined, further } = self.read_index(|index, this| {
            let terms = Terms { schema: &this.schema, entities: &this.entities };
            later_changes(index, &facts, &commits, terms)
        })?;
        let mut later = refused;
        for LaterDefinition { entity, transactions } in definitions {
            let last = transactions.into_iter().rfind(|transaction| commits.is_in_effect(*transaction));
            later.extend(last.map(|transaction| match entity {
                Some(id) => LaterChange::Entity { id, transaction },
                None => LaterChange::Vocabulary { transaction },
            }));
        }
        if !later.is_empty() {
            return Err(Error::ChangedLater { number, changes: later });
        }
        let gone: RoaringBitmap = facts.iter().filter_map(|fact| fact.now).collect();
        if changes.vocabulary {
            let replaced = self.replace_vocabulary(before.schema(), &gone);
            replaced.or_else(|refusal| self.not_undone(number, &refusal.documents, refusal.error))?;
        }
        if !changes.entities.is_empty() {
            self.restore_entities(&changes, number, before.entities(), &gone)?;
        }
        self.revive = true;
        let Some(remade) = self.remake(&facts, further)? else {
            return Err(Error::ChangedLater { number, changes: joined });
        };
        facts.into_iter().filter(|fact| !remade.contains(&fact.id)).try_for_each(|fact| self.restore_fact(fact, number))
    }

    /// That a transaction is not undone because of some facts, of which it names the first.
    fn not_undone(&mut self, number: u64, documents: &RoaringBitmap, problem: Error) -> Result<(), Error> {
        let first = documents.iter().take(NAMED_FACTS);
        let facts = self.read_index(|index, _| {
            let snapshot = index.snapshot();
            first.clone().map(|document| Ok(snapshot.id(document)?.to_string())).collect::<Result<Vec<_>, _>>()
        })?;
        Err(Error::NotUndone { number, facts, count: documents.len(), problem: Box::new(problem) })
    }

    /// Makes the acts anew to which further records have come since; returns the
    /// ids of their facts, or none if one would be of a fact that was retracted before.
    fn remake(&mut self, facts: &[ChangedFact], further: Vec<Fact>) -> Result<Option<FxHashSet<String>>, Error> {
        let mut remade = FxHashSet::default();
        if further.is_empty() {
            return Ok(Some(remade));
        }
        let (schema, entities) = (self.schema.clone(), self.entities.clone());
        let terms = Terms { schema: &schema, entities: &entities };
        further.into_iter().try_for_each(|fact| self.gather(fact)).map_err(StagingError::outside_import)?;
        let mut gathered = std::mem::take(&mut self.gathered);
        let mut acts = self.read_index(|index, _| gathered.acts(index, terms, false))?;
        while let Some(work) = self.read_index(|index, _| acts.next(index, terms))? {
            let made = match work {
                Work::Unchanged(_) => continue,
                Work::One(fact, _) => vec![fact],
                Work::Several(known) => {
                    let known = self.read_index(|index, _| evidence_before(index, &known, facts))?;
                    let settled = corroborate::settle(known, false, terms);
                    if settled.dead > 0 {
                        return Ok(None);
                    }
                    for (id, of) in settled.absorbed {
                        if self.known(&id, None)?.hash.is_some() {
                            self.absorb(&id, &of)?;
                        }
                        remade.insert(id);
                    }
                    settled.facts.into_iter().map(|made| made.fact).collect()
                }
            };
            for mut fact in made {
                self.accept(&mut fact).map_err(StagingError::outside_import)?;
                let canonical = fact.canonical();
                let known = self.known(&canonical.id, None)?;
                remade.insert(canonical.id.clone());
                if known.hash != Some(canonical.hash) {
                    self.outcome.remade += 1;
                    self.stage_fact(fact, canonical, known.hash);
                }
            }
        }
        Ok(Some(remade))
    }

    fn restore_fact(&mut self, fact: ChangedFact, number: u64) -> Result<(), Error> {
        match (fact.before, fact.now) {
            (FactBefore::InForce(document), _) => {
                let version = self.read_index(|index, _| index.snapshot().fact(document))?;
                self.assert(version.as_ref().clone()).map(drop).map_err(|problem| {
                    let (facts, problem) = (vec![fact.id], Box::new(problem));
                    Error::NotUndone { number, facts, count: 1, problem }
                })
            }
            (_, None) => Ok(()),
            (FactBefore::Retracted(reason), Some(_)) => self.retract(&fact.id, &reason),
            (FactBefore::Absent, Some(_)) => {
                let id = fact.id;
                let body = Retraction { id: id.clone(), reason: format!("undo #{number}"), undo: Some(number) };
                self.pending.insert(id.clone(), PendingChange::Retracted);
                self.staged.push(Staged {
                    kind: "retract",
                    body: serde_json::to_vec(&body).expect("texts and numbers serialise"),
                    change: Mutation::Undo { id, transaction: number },
                });
                self.outcome.undone += 1;
                Ok(())
            }
        }
    }

    /// Defines the entities of a transaction as they were before it.
    fn restore_entities(
        &mut self,
        changes: &CommitChanges,
        number: u64,
        before: &Entities,
        gone: &RoaringBitmap,
    ) -> Result<(), Error> {
        let others = self.entities.iter().filter(|(_, entity)| !changes.entities.contains(&entity.id));
        let mut defined: Vec<_> = others.map(|(_, entity)| entity.clone()).collect();
        for id in &changes.entities {
            let staged = if let Some(entity) = before.by_id(id) {
                self.check_restored(entity, number)?;
                defined.push(entity.clone());
                Staged {
                    kind: "entity",
                    body: serde_json::to_vec(&**entity).expect("an entity has text keys only"),
                    change: Mutation::Entity(entity.clone()),
                }
            } else {
                let body = Undefinition { entity: id.clone(), undo: number };
                Staged {
                    kind: "undefine",
                    body: serde_json::to_vec(&body).expect("texts and numbers serialise"),
                    change: Mutation::Undefine { id: id.clone() },
                }
            };
            self.staged.push(staged);
            self.outcome.entities += 1;
        }
        let entities = Arc::new(Entities::new(defined));
        let all: Vec<_> = entities.iter().map(|(_, entity)| entity.clone()).collect();
        if let Some(misfit) = validate::unfit(all.iter(), &self.schema, &entities).into_iter().next() {
            return self.not_undone(number, &RoaringBitmap::new(), misfit.refusal.into());
        }
        let schema = self.schema.clone();
        let unresolved = |index: &Index| validate::unresolved(&schema, &*index.snapshot(), gone, &entities);
        if let Some((refusal, documents)) = self.read_index(|index, _| unresolved(index))? {
            return self.not_undone(number, &documents, refusal.into());
        }
        self.validator.take_over(entities.clone());
        self.entities = entities;
        Ok(())
    }

    /// Checks an entity as it was before by the vocabulary that there is now.
    fn check_restored(&self, entity: &Entity, number: u64) -> Result<(), Error> {
        validate::entity(entity, &self.schema).map_err(|refusal| {
            let refusal = match refusal {
                Refusal::OfEntity { .. } => refusal,
                problem => Refusal::OfEntity { id: entity.id.clone(), problem: Box::new(problem) },
            };
            Error::NotUndone { number, facts: Vec::new(), count: 0, problem: Box::new(refusal.into()) }
        })
    }
}

/// The facts that a transaction changed, in the order of their ids, with what they were before and are since.
fn changed_facts(index: &Index, changes: &CommitChanges, number: u64) -> Result<Vec<ChangedFact>, IndexError> {
    let snapshot = index.snapshot();
    let mut ids: Vec<String> = Vec::new();
    for document in &changes.documents {
        ids.push(snapshot.id(*document)?.to_string());
    }
    ids.sort_unstable();
    ids.dedup();
    let fact = |id: String| {
        let versions = snapshot.versions(&id)?;
        let in_force = |at: u64| {
            let holds = |version: &&FactVersion| {
                let ended = version.ended.as_ref().map(|(commit, _)| commit.transaction);
                version.asserted.transaction <= at && ended.is_none_or(|ended| ended > at)
            };
            versions.iter().find(holds).map(|version| version.document)
        };
        let earlier = versions.iter().rfind(|version| version.asserted.transaction < number);
        let before = match (in_force(number.saturating_sub(1)), earlier.and_then(|version| version.ended.as_ref())) {
            (Some(document), _) => FactBefore::InForce(document),
            (None, Some((_, Ending::Retracted(reason)))) => FactBefore::Retracted(reason.clone()),
            (None, _) => FactBefore::Absent,
        };
        let ends = versions.iter().filter_map(|version| version.ended.as_ref()).map(|(commit, _)| commit.transaction);
        let all = versions.iter().map(|version| version.asserted.transaction).chain(ends);
        let later = all.filter(|transaction| *transaction > number).collect();
        let (then, now) = (in_force(number), in_force(u64::MAX));
        Ok(ChangedFact { id, before, then, now, later })
    };
    ids.into_iter().map(fact).collect()
}

/// An entity, or the vocabulary, that later transactions defined, in their order.
struct LaterDefinition {
    entity: Option<String>,
    transactions: Vec<u64>,
}

/// What a transaction defined and later ones defined too.
fn later_definitions(now: &Snapshot, changes: &CommitChanges, number: u64) -> Vec<LaterDefinition> {
    let mut later = now.definitions_since(number);
    let entities = changes.entities.iter().filter_map(|id| {
        let transactions = later.remove(&*canonical(id))?;
        Some(LaterDefinition { entity: Some(id.clone()), transactions })
    });
    let mut definitions: Vec<LaterDefinition> = entities.collect();
    let vocabularies = if changes.vocabulary { now.vocabularies_since(number) } else { Vec::new() };
    if !vocabularies.is_empty() {
        definitions.push(LaterDefinition { entity: None, transactions: vocabularies });
    }
    definitions
}

/// What later transactions did to the facts of one.
#[derive(Default)]
struct LaterChanges {
    /// What cannot be told from what the transaction did.
    refused: Vec<LaterChange>,
    /// The facts to which further records have come, and no more.
    joined: Vec<LaterChange>,
    /// These records.
    further: Vec<Fact>,
}

/// Sorts what later transactions, of those in effect, did to facts. What they changed is
/// theirs, even if it is now as it was.
fn later_changes(
    index: &Index,
    facts: &[ChangedFact],
    commits: &LaterCommits,
    terms: Terms<'_>,
) -> Result<LaterChanges, IndexError> {
    let snapshot: Arc<Snapshot> = index.snapshot();
    let mut later = LaterChanges::default();
    for fact in facts {
        let Some(last) = fact.later.last() else { continue };
        let change = LaterChange::Fact { id: fact.id.clone(), transaction: *last };
        let further = match (fact.then, fact.now) {
            (Some(then), Some(now)) if commits.have_only_joined(&fact.later) => {
                corroborate::records_since(&*snapshot.fact(then)?, &*snapshot.fact(now)?, terms)
            }
            _ => None,
        };
        match further {
            Some(further) => {
                later.joined.push(change);
                // A fact that goes on as it was before has its id already.
                let is_named = !matches!(fact.before, FactBefore::InForce(_));
                let named = further.into_iter().map(|fact| Fact { id: fact.id.filter(|_| is_named), ..fact });
                later.further.extend(named);
            }
            None => later.refused.push(change),
        }
    }
    Ok(later)
}

/// What is known of an act, had a transaction not changed some facts.
fn evidence_before(index: &Index, known: &ActEvidence, facts: &[ChangedFact]) -> Result<ActEvidence, IndexError> {
    let snapshot = index.snapshot();
    let changed = |held: &Fact| {
        let at = facts.binary_search_by(|fact| Some(&fact.id).cmp(&held.id.as_ref())).ok()?;
        facts.get(at)
    };
    let mut before = known.clone();
    let (live, dead) = (std::mem::take(&mut before.live), std::mem::take(&mut before.dead));
    for (held, is_live) in live.into_iter().zip(repeat(true)).chain(dead.into_iter().zip(repeat(false))) {
        let (fact, is_live) = match changed(&held).map(|fact| &fact.before) {
            None => (held, is_live),
            Some(FactBefore::InForce(document)) => (snapshot.fact(*document)?.as_ref().clone(), true),
            Some(FactBefore::Retracted(_)) => (held, false),
            Some(FactBefore::Absent) => continue,
        };
        let list = if is_live { &mut before.live } else { &mut before.dead };
        list.push(fact);
    }
    Ok(before)
}
