//! Records of an import on their way into a transaction: what they complete, what
//! they contradict, and which of them are about one act.

use rustc_hash::FxHashMap;

use super::{PendingChange, StagingError, Transaction};
use crate::error::Error;
use crate::model::vocabulary::Role;
use crate::model::{CanonicalFact, ContentHash, Entity, Fact, canonical};
use crate::say::Refusal;
use crate::store::completing::{completed_entity, completed_fact, joined_entity};
use crate::store::corroborate::{self, SettledFact, Terms, Work};
use crate::store::transaction::Asserted;
use crate::store::validate;

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

/// What the records of an import have said so far, each by itself.
#[derive(Default)]
pub(super) struct SaidSoFar {
    /// By the ids of facts.
    pub(super) facts: FxHashMap<String, (ContentHash, RecordNumber)>,
    /// By the canonical ids of entities: all that the records of one say together.
    pub(super) entities: FxHashMap<String, Entity>,
}

impl Transaction<'_> {
    /// As [`Transaction::assert`], telling what is wrong with the fact from all else.
    pub(in crate::store) fn take_in(&mut self, mut fact: Fact) -> Result<Asserted, StagingError> {
        self.accept(&mut fact)?;
        self.take_in_accepted(fact)
    }

    pub(super) fn take_in_accepted(&mut self, fact: Fact) -> Result<Asserted, StagingError> {
        let canonical = fact.canonical();
        let is_repeated = self.is_said_again(&canonical.id, canonical.hash)?;
        self.count_undeclared(&fact);
        let rules = self.rules.unwrap_or(ImportRules { replace: true, versions: true });
        if is_repeated
            && !rules.versions
            && matches!(self.pending.get(&canonical.id), Some(PendingChange::Asserted { .. }))
        {
            // What it completes has all that it says already.
            self.outcome.unchanged += 1;
            return Ok(Asserted::Unchanged(canonical.id));
        }
        let mut known = self.known(&canonical.id, Some(canonical.hash).filter(|_| !rules.replace))?;
        let (fact, canonical) = match known.other.take() {
            Some(other) => self.completed(&other, fact, canonical, known.hash),
            None => (fact, canonical),
        };
        Ok(self.stage_record(fact, canonical, &known))
    }

    /// Whether the import has had a record of this id that says the same; one that
    /// says something else is refused, unless it is another version.
    fn is_said_again(&mut self, id: &str, said: ContentHash) -> Result<bool, StagingError> {
        let Some(rules) = self.rules else { return Ok(false) };
        let Some((before, record)) = self.said.facts.get(id) else {
            self.said.facts.insert(id.to_owned(), (said, self.record));
            return Ok(false);
        };
        if *before != said && !rules.versions {
            return Err(StagingError::SameId { id: id.to_owned(), other: *record });
        }
        Ok(*before == said)
    }

    /// A fact with what is known of the same act under its id, and the record does not say.
    fn completed(
        &mut self,
        known: &Fact,
        fact: Fact,
        canonical: CanonicalFact,
        hash: Option<ContentHash>,
    ) -> (Fact, CanonicalFact) {
        let terms = Terms { schema: &self.schema, entities: &self.entities };
        if !is_same_act(known, &fact, terms) {
            self.outcome.other_acts += 1;
            return (fact, canonical);
        }
        let completed = completed_fact(known, &fact);
        let whole = completed.canonical();
        self.outcome.kept += u64::from(whole.hash != canonical.hash && Some(whole.hash) != hash);
        (completed, whole)
    }

    /// Defines an entity by a record of an import: together with what its other
    /// records say, it completes what the store has.
    pub(in crate::store) fn take_in_entity(&mut self, mut entity: Entity) -> Result<(), Error> {
        // Before records of one entity are compared.
        let times = validate::leave_out_of_entity(&mut entity, &self.schema);
        let rules = self.rules.unwrap_or_default();
        let key = canonical(&entity.id).into_owned();
        let said = match self.said.entities.get(&key).filter(|_| !rules.versions) {
            Some(before) => joined_entity(before, &entity)
                .map_err(|key| Refusal::EntityDefinedTwice { id: entity.id.clone(), key })?,
            None => entity,
        };
        let known = self.fresh.get(&key).or_else(|| self.entities.by_id(&said.id)).filter(|_| !rules.replace);
        let completed = known.map_or_else(|| said.clone(), |known| completed_entity(known, said.clone()));
        let keeps = known.is_some_and(|known| completed != said && completed != **known);
        self.define_by_days(completed)?;
        self.outcome.kept += u64::from(keeps);
        self.outcome.times_of_day += times;
        self.said.entities.insert(key, said);
        Ok(())
    }

    /// Keeps a fact, if the world accepts it, for [`Transaction::settle_acts`].
    pub(in crate::store) fn gather(&mut self, mut fact: Fact) -> Result<(), StagingError> {
        self.accept(&mut fact)?;
        self.gather_accepted(&fact)
    }

    /// As [`Transaction::gather`], of a record that keeps its id wherever it is joined.
    pub(in crate::store) fn gather_record(&mut self, mut fact: Fact) -> Result<(), StagingError> {
        self.accept(&mut fact)?;
        self.gather_accepted(&corroborate::with_record_of_source(fact))
    }

    pub(super) fn gather_accepted(&mut self, fact: &Fact) -> Result<(), StagingError> {
        if let Some(id) = &fact.id {
            self.is_said_again(id, fact.content_hash())?;
        }
        self.count_undeclared(fact);
        self.gathered.push(fact);
        Ok(())
    }

    /// Makes the facts of what was gathered, about so many at a time; false once all are staged.
    pub(in crate::store) fn settle_acts(&mut self, most: usize) -> Result<bool, Error> {
        let (schema, entities) = (self.schema.clone(), self.entities.clone());
        let terms = Terms { schema: &schema, entities: &entities };
        let replace = self.rules.is_some_and(|rules| rules.replace);
        let mut acts = if let Some(acts) = self.acts.take() {
            acts
        } else {
            let mut gathered = std::mem::take(&mut self.gathered);
            self.read_index(|index, this| gathered.acts(index, terms, this.revive))?
        };
        for _ in 0..most {
            match self.read_index(|index, _| acts.next(index, terms))? {
                None => return Ok(false),
                Some(Work::One(fact, canonical)) => {
                    let known = self.known(&canonical.id, None)?;
                    let staged = self.stage_record(fact, canonical, &known);
                    // What the store has under the id is of none of the acts looked at together.
                    self.outcome.other_acts += u64::from(matches!(staged, Asserted::Version(_)));
                }
                Some(Work::Unchanged(records)) => self.outcome.unchanged += records,
                Some(Work::Several(known)) => {
                    let settled = corroborate::settle(known, replace, terms);
                    self.outcome.stay_retracted += settled.dead;
                    settled.facts.into_iter().try_for_each(|made| self.stage_made(made))?;
                    for (id, of) in settled.absorbed {
                        self.absorb(&id, &of)?;
                    }
                }
            }
        }
        self.acts = Some(acts);
        Ok(true)
    }

    /// Retracts a fact that has become part of another.
    pub(super) fn absorb(&mut self, id: &str, of: &str) -> Result<(), Error> {
        self.retract(id, &format!("it is the same act as `{of}`, which has its sources now"))
    }

    /// Stages a fact made of several records, if the store does not have it so.
    fn stage_made(&mut self, made: SettledFact) -> Result<(), Error> {
        let canonical = made.fact.canonical();
        let known = self.known(&canonical.id, None)?;
        if known.is_retracted && !made.was_in_force && !self.revive {
            self.outcome.stay_retracted += made.fresh + made.repeated + made.versions;
            return Ok(());
        }
        if known.hash == Some(canonical.hash) {
            self.outcome.unchanged += made.fresh + made.repeated + made.versions;
            return Ok(());
        }
        let outcome = &mut self.outcome;
        outcome.disputed += u64::from(made.fact.disputed(&self.schema).contains(&"date"));
        outcome.unchanged += made.repeated;
        outcome.versions += made.versions;
        let takes_the_place = !made.is_known && known.hash.is_some();
        outcome.other_acts += u64::from(made.is_other_act || takes_the_place);
        match (made.is_known, made.fresh) {
            (true, 0) if made.versions == 0 => outcome.versions += 1,
            (true, fresh) => outcome.corroborated += fresh,
            (false, fresh) if takes_the_place => {
                outcome.versions += 1;
                outcome.corroborated += fresh.saturating_sub(1);
            }
            (false, fresh) => {
                outcome.new += 1;
                outcome.corroborated += fresh.saturating_sub(1);
            }
        }
        self.stage_fact(made.fact, canonical, known.hash);
        Ok(())
    }
}

/// Whether two facts are one act: subject, action and object are the same.
fn is_same_act(one: &Fact, other: &Fact, terms: Terms<'_>) -> bool {
    let object = |fact: &Fact| fact.object.as_deref().map(|object| terms.resolve(Role::Object, object));
    one.action == other.action
        && terms.resolve(Role::Subject, &one.subject) == terms.resolve(Role::Subject, &other.subject)
        && object(one) == object(other)
}
