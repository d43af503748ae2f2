//! Undoing a transaction by another one: what it changed is again as it was
//! before. What it asserted is not retracted: nobody has decided against it, so
//! that importing it again brings it back.

use std::sync::Arc;

use roaring::RoaringBitmap;

use super::{PendingChange, Staged, Transaction};
use crate::error::Error;
use crate::index::{CommitChanges, Document, Ending, FactVersion, Index, IndexError, Mutation, Snapshot, View};
use crate::model::Entities;
use crate::say::LaterChange;
use crate::store::commit::{Retraction, Undefinition};
use crate::store::validate::{self, Validator};

/// A fact that a transaction changed.
struct ChangedFact {
    id: String,
    before: FactBefore,
    /// The version in force after the transaction, and the one now.
    then: Option<Document>,
    now: Option<Document>,
    last: u64,
}

/// What a fact was before a transaction.
enum FactBefore {
    InForce(Document),
    Retracted(String),
    Absent,
}

impl Transaction<'_> {
    /// Stages that everything is again as it was before a transaction.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownCommit`]; [`Error::ChangedLater`] if a later transaction
    /// changed the same thing; or if what stays would not fit the world as it was.
    pub(in crate::store) fn undo(&mut self, number: u64) -> Result<(), Error> {
        let (now, then) = (self.index.snapshot(), self.index.snapshot_at(number));
        let before = self.index.snapshot_at(number.saturating_sub(1));
        let changes = now.changes_of(number).ok_or(Error::UnknownCommit { number })?;
        let facts = self.read_index(|index, _| changed_facts(index, &changes, number))?;
        let mut later = self.read_index(|index, _| changed_again(index, &facts))?;
        let differs = |id: &&String| then.entities().by_id(id) != now.entities().by_id(id);
        later.extend(changes.entities.iter().filter(differs).map(|id| LaterChange::Entity { id: id.clone() }));
        if changes.vocabulary && then.schema().vocabulary() != now.schema().vocabulary() {
            later.push(LaterChange::Vocabulary);
        }
        if !later.is_empty() {
            return Err(Error::ChangedLater { number, changes: later });
        }
        let gone: RoaringBitmap = facts.iter().filter_map(|fact| fact.now).collect();
        if changes.vocabulary {
            self.replace_vocabulary(before.schema(), &gone)?;
        }
        if !changes.entities.is_empty() {
            self.restore_entities(&changes, number, before.entities(), &gone)?;
        }
        self.revive = true;
        facts.into_iter().try_for_each(|fact| self.restore_fact(fact, number))
    }

    fn restore_fact(&mut self, fact: ChangedFact, number: u64) -> Result<(), Error> {
        match (fact.before, fact.now) {
            (FactBefore::InForce(document), _) => {
                let version = self.read_index(|index, _| index.snapshot().fact(document))?;
                self.assert(version.as_ref().clone()).map(drop)
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
            return Err(misfit.refusal.into());
        }
        let schema = self.schema.clone();
        let unresolved = |index: &Index| validate::unresolved(&schema, &*index.snapshot(), gone, &entities);
        if let Some(refusal) = self.read_index(|index, _| unresolved(index))? {
            return Err(refusal.into());
        }
        self.validator = Validator::new(self.schema.clone(), entities.clone());
        self.entities = entities;
        Ok(())
    }
}

/// The facts that a transaction changed, with what they were before and are since.
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
        let last = versions.iter().map(|version| version.asserted.transaction).chain(ends).max().unwrap_or_default();
        Ok(ChangedFact { before, then: in_force(number), now: in_force(u64::MAX), last, id })
    };
    ids.into_iter().map(fact).collect()
}

/// Those of some facts that are not now what they were after the transaction.
fn changed_again(index: &Index, facts: &[ChangedFact]) -> Result<Vec<LaterChange>, IndexError> {
    let snapshot: Arc<Snapshot> = index.snapshot();
    let mut changed = Vec::new();
    for fact in facts {
        let hash = |document: Option<Document>| document.map(|document| snapshot.content_hash(document)).transpose();
        if hash(fact.then)? != hash(fact.now)? {
            changed.push(LaterChange::Fact { id: fact.id.clone(), transaction: fact.last });
        }
    }
    Ok(changed)
}
