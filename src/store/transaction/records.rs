//! Records of an import on their way into a transaction: what they complete, what
//! they contradict, and which of them are about one act.

use super::{PendingChange, StagingError, Transaction};
use crate::error::Error;
use crate::index::{CurrentVersion, View};
use crate::model::{CanonicalFact, Entity, Fact, canonical};
use crate::say::Refusal;
use crate::store::completing::{completed_entity, completed_fact, is_same_act, joined_entity};
use crate::store::corroborate::{self, SettledFact, Terms, Work};
use crate::store::transaction::Asserted;

/// A record of an import.
pub(in crate::store) type RecordNumber = u64;

/// How the records of an import treat what is there under their ids.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::store) struct ImportRules {
    /// A record takes the place of what the store has; otherwise it completes it.
    pub(in crate::store) replace: bool,
    /// Several records of one id are versions of one fact or entity; otherwise
    /// they may not contradict each other.
    pub(in crate::store) versions: bool,
}

impl Transaction<'_> {
    /// As [`Transaction::assert`], telling what is wrong with the fact from all else.
    pub(in crate::store) fn take_in(&mut self, mut fact: Fact) -> Result<Asserted, StagingError> {
        self.accept(&mut fact)?;
        let canonical = fact.canonical();
        let Some(rules) = self.rules else { return Ok(self.stage_record(fact, canonical, None)?) };
        let said = canonical.hash;
        if let Some(PendingChange::Asserted { said: other, record, .. }) = self.pending.get(&canonical.id)
            && *other != said
            && !rules.versions
        {
            return Err(StagingError::SameId { id: canonical.id, other: *record });
        }
        let (fact, canonical) = if rules.replace { (fact, canonical) } else { self.completed(fact, canonical)? };
        Ok(self.stage_record(fact, canonical, Some(said))?)
    }

    /// A fact with what the store says of the same act under its id, and the record does not.
    fn completed(&mut self, fact: Fact, canonical: CanonicalFact) -> Result<(Fact, CanonicalFact), Error> {
        if self.pending.contains_key(&canonical.id) {
            return Ok((fact, canonical));
        }
        let known = self.read_index(|index, _| {
            Ok(match index.current_version(&canonical.id)? {
                CurrentVersion::InForce(document, hash) if hash != canonical.hash => {
                    Some(index.snapshot().fact(document)?)
                }
                _ => None,
            })
        })?;
        let Some(known) = known else { return Ok((fact, canonical)) };
        let terms = Terms { schema: &self.schema, entities: &self.entities };
        if !is_same_act(&known, &fact, terms) {
            self.outcome.other_acts += 1;
            return Ok((fact, canonical));
        }
        let completed = completed_fact(&known, fact);
        let whole = completed.canonical();
        self.outcome.kept += u64::from(whole.hash != canonical.hash);
        Ok((completed, whole))
    }

    /// Defines an entity by a record of an import: it completes what the store has,
    /// and what an earlier record of the import says.
    pub(in crate::store) fn take_in_entity(&mut self, entity: Entity, is_repeated: bool) -> Result<(), Error> {
        let rules = self.rules.unwrap_or_default();
        let fresh = self.fresh.get(canonical(&entity.id).as_ref());
        let known = fresh.or_else(|| self.entities.by_id(&entity.id)).cloned();
        let entity = match known {
            Some(known) if is_repeated && !rules.versions => match joined_entity(&known, &entity) {
                Ok(joined) => joined,
                Err(key) => return Err(Refusal::EntityDefinedTwice { id: entity.id, key }.into()),
            },
            Some(known) if !rules.replace => {
                let completed = completed_entity(&known, entity.clone());
                self.outcome.kept += u64::from(completed != entity && completed != *known);
                completed
            }
            _ => entity,
        };
        self.define(entity)
    }

    /// Keeps a fact, if the world accepts it, for [`Transaction::settle_acts`].
    pub(in crate::store) fn gather(&mut self, mut fact: Fact) -> Result<(), StagingError> {
        self.accept(&mut fact)?;
        if let (Some(id), Some(rules)) = (&fact.id, self.rules) {
            let said = (fact.content_hash(), self.record);
            let (other, record) = *self.gathered_ids.entry(id.clone()).or_insert(said);
            if other != said.0 && !rules.versions {
                return Err(StagingError::SameId { id: id.clone(), other: record });
            }
        }
        self.gathered.push(&fact);
        Ok(())
    }

    /// Makes the facts of what was gathered, about so many at a time; false once all are staged.
    pub(in crate::store) fn settle_acts(&mut self, most: usize) -> Result<bool, Error> {
        let (schema, entities) = (self.schema.clone(), self.entities.clone());
        let terms = Terms { schema: &schema, entities: &entities };
        let mut acts = if let Some(acts) = self.acts.take() {
            acts
        } else {
            let mut gathered = std::mem::take(&mut self.gathered);
            self.read_index(|index, this| gathered.acts(index, terms, this.revive))?
        };
        for _ in 0..most {
            match self.read_index(|index, _| acts.next(index, terms))? {
                None => return Ok(false),
                Some(Work::One(fact, canonical)) => drop(self.stage_record(fact, canonical, None)?),
                Some(Work::Unchanged(records)) => self.outcome.unchanged += records,
                Some(Work::Several(known)) => {
                    let settled = corroborate::settle(known, terms);
                    self.outcome.stay_retracted += settled.dead;
                    settled.facts.into_iter().try_for_each(|made| self.stage_made(made))?;
                    for (id, of) in settled.absorbed {
                        self.retract(&id, &format!("it is the same act as `{of}`, which has its sources now"))?;
                    }
                }
            }
        }
        self.acts = Some(acts);
        Ok(true)
    }

    /// Stages a fact made of several records, if the store does not have it so.
    fn stage_made(&mut self, made: SettledFact) -> Result<(), Error> {
        let canonical = made.fact.canonical();
        let (known, retracted) = self.known(&canonical.id)?;
        if retracted && !made.was_in_force && !self.revive {
            self.outcome.stay_retracted += made.fresh + made.repeated + made.versions;
            return Ok(());
        }
        if known == Some(canonical.hash) {
            self.outcome.unchanged += made.fresh + made.repeated + made.versions;
            return Ok(());
        }
        let outcome = &mut self.outcome;
        outcome.disputed += u64::from(made.fact.disputed().contains(&"date"));
        outcome.unchanged += made.repeated;
        outcome.versions += made.versions;
        match (made.is_known, made.fresh) {
            (true, 0) if made.versions == 0 => outcome.versions += 1,
            (true, fresh) => outcome.corroborated += fresh,
            (false, fresh) => {
                outcome.new += 1;
                outcome.corroborated += fresh.saturating_sub(1);
            }
        }
        self.stage_fact(made.fact, canonical, known, None);
        Ok(())
    }
}
