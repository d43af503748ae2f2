//! Gathers the records of an import by what they are about, and finds what the
//! store has of the same in one pass over its columns.

use std::sync::Arc;

use roaring::RoaringBitmap;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Terms;
use super::settle::{ActEvidence, ResolvedAct};
use crate::index::{CurrentVersion, Document, FieldView, Index, IndexError, Snapshot, View};
use crate::model::vocabulary::Role;
use crate::model::{CanonicalFact, ContentHash, Fact, Schema, Source};

/// A number for a text that repeats.
type Number = u32;

/// Stands for no object.
const NONE: Number = Number::MAX;

/// Subject, action and object by number.
type ActKey = [Number; 3];

/// The records of an import, looked at and not yet staged. They are kept as
/// JSON, which takes a fifth of the memory.
#[derive(Default)]
pub(in crate::store) struct Gathered {
    /// Subjects and objects as written, until they are resolved.
    names: NumberedTexts,
    actions: NumberedTexts,
    records: Vec<GatheredRecord>,
}

/// Texts, each once.
#[derive(Default)]
struct NumberedTexts {
    numbers: FxHashMap<Arc<str>, Number>,
    texts: Vec<Arc<str>>,
}

struct GatheredRecord {
    key: ActKey,
    has_id: bool,
    /// Whether it has one source that says nothing of its own, so that it is as it would be made anew.
    is_plain: bool,
    /// Whether it may be joined to others.
    may_join: bool,
    canonical: CanonicalFact,
}

/// The acts that the records are about, in the order in which they are settled.
pub(in crate::store) struct Acts {
    records: Vec<Option<GatheredRecord>>,
    /// The ids of what subjects and objects name.
    names: Vec<Arc<str>>,
    actions: Vec<Arc<str>>,
    left: std::vec::IntoIter<GatheredAct>,
}

struct GatheredAct {
    key: ActKey,
    records: Vec<usize>,
    live: Vec<Document>,
    dead: Vec<Document>,
}

/// What there is to do for the next act.
pub(in crate::store) enum Work {
    /// One record is all that is known; none gave it this id.
    One(Fact, CanonicalFact),
    /// The store has this already, so many times over.
    Unchanged(u64),
    /// It has to be settled.
    Several(ActEvidence),
}

impl NumberedTexts {
    fn number(&mut self, text: &str) -> Number {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = Number::try_from(self.texts.len()).unwrap_or(NONE);
        let text: Arc<str> = text.into();
        self.texts.push(text.clone());
        self.numbers.insert(text, number);
        number
    }
}

/// For each action that an umbrella covers, and for each umbrella, the one number of
/// all that have to be looked at together.
fn families(actions: &mut NumberedTexts, schema: &Schema) -> FxHashMap<Number, Number> {
    let mut families: FxHashMap<Number, Number> = FxHashMap::default();
    for (name, umbrella) in &schema.vocabulary().umbrellas {
        let members: Vec<Number> =
            std::iter::once(name).chain(&umbrella.covers).map(|name| actions.number(name)).collect();
        let joined: FxHashSet<Number> = members.iter().map(|member| family(&families, *member)).collect();
        let head = joined.iter().copied().min().unwrap_or(NONE);
        for other in families.values_mut().filter(|other| joined.contains(other)) {
            *other = head;
        }
        families.extend(members.into_iter().map(|member| (member, head)));
    }
    families
}

fn family(families: &FxHashMap<Number, Number>, action: Number) -> Number {
    families.get(&action).copied().unwrap_or(action)
}

impl Gathered {
    /// Keeps a record that the world accepts.
    pub(in crate::store) fn push(&mut self, fact: &Fact) {
        let (subject, action) = (self.names.number(&fact.subject), self.actions.number(&fact.action));
        let object = fact.object.as_deref().map_or(NONE, |object| self.names.number(object));
        let is_plain = match fact.sources.as_slice() {
            [] => true,
            [source] => source.says.is_empty() && *source != Source::default(),
            _ => false,
        };
        self.records.push(GatheredRecord {
            key: [subject, action, object],
            has_id: fact.id.is_some(),
            is_plain,
            may_join: fact.date.is_some() && fact.sources.iter().all(|source| source.publisher.is_some()),
            canonical: fact.canonical(),
        });
    }

    /// Sorts the records by what they are about, and finds what the store has
    /// of it; with what was retracted unless that is to be asserted again.
    pub(in crate::store) fn acts(&mut self, index: &Index, terms: Terms<'_>, revive: bool) -> Result<Acts, IndexError> {
        let mut names = NumberedTexts::default();
        let families = families(&mut self.actions, terms.schema);
        let mut resolved: FxHashMap<(Role, Number), Number> = FxHashMap::default();
        let mut name = |end: Role, number: Number| {
            let Some(text) = self.names.texts.get(number as usize) else { return NONE };
            *resolved.entry((end, number)).or_insert_with(|| names.number(&terms.resolve(end, text)))
        };
        let mut places: FxHashMap<ActKey, usize> = FxHashMap::default();
        let mut acts: Vec<GatheredAct> = Vec::new();
        for (record, held) in self.records.iter().enumerate() {
            let [subject, action, object] = held.key;
            let key = [name(Role::Subject, subject), family(&families, action), name(Role::Object, object)];
            let place = *places.entry(key).or_insert_with(|| {
                acts.push(GatheredAct { key, records: Vec::new(), live: Vec::new(), dead: Vec::new() });
                acts.len() - 1
            });
            if let Some(act) = acts.get_mut(place) {
                act.records.push(record);
            }
        }
        let snapshot = index.snapshot();
        let actions = &self.actions.texts;
        let search = Search { snapshot: &snapshot, names: &names.texts, actions, families: &families, terms };
        let mut documents = snapshot.live().clone();
        let retracted = if revive { RoaringBitmap::new() } else { snapshot.retracted() };
        documents |= &retracted;
        search.visit(documents, &places, |act, document| {
            let Some(act) = acts.get_mut(act) else { return };
            let list = if retracted.contains(document) { &mut act.dead } else { &mut act.live };
            list.push(document);
        })?;
        for act in &mut acts {
            // What was asserted again since is not retracted.
            let mut still = Vec::new();
            for document in std::mem::take(&mut act.dead) {
                if matches!(index.current_version(&snapshot.id(document)?)?, CurrentVersion::Retracted(last, _) if last == document)
                {
                    still.push(document);
                }
            }
            act.dead = still;
        }
        // What the store has is read in its order, as it lies; then comes what is new.
        acts.sort_by_key(|act| act.live.first().copied().unwrap_or(Document::MAX));
        let records = std::mem::take(&mut self.records).into_iter().map(Some).collect();
        let actions = std::mem::take(&mut self.actions.texts);
        Ok(Acts { records, names: names.texts, actions, left: acts.into_iter() })
    }
}

/// A column of the key, with what its ordinals mean as far as that is looked for.
type KeyColumn = (Arc<dyn FieldView>, FxHashMap<u32, Number>);

/// What is looked for in the store.
struct Search<'a> {
    snapshot: &'a Snapshot,
    /// By number, resolved.
    names: &'a [Arc<str>],
    actions: &'a [Arc<str>],
    families: &'a FxHashMap<Number, Number>,
    terms: Terms<'a>,
}

impl Search<'_> {
    /// Visits those of some documents that are about an act, with its place.
    fn visit(
        &self,
        mut documents: RoaringBitmap,
        places: &FxHashMap<ActKey, usize>,
        mut visit: impl FnMut(usize, Document),
    ) -> Result<(), IndexError> {
        let mut columns: Vec<Option<KeyColumn>> = Vec::new();
        for (place, field) in ["subject", "action", "object"].into_iter().enumerate() {
            let Some(view) = self.snapshot.field(field) else {
                columns.push(None);
                continue;
            };
            let meanings = self.meanings(&*view, field, places.keys().filter_map(|key| key.get(place).copied()));
            if field != "object" || places.keys().all(|key| key[2] != NONE) {
                documents &= view.postings(&meanings.keys().copied().collect())?;
            }
            columns.push(Some((view, meanings)));
        }
        if columns.iter().take(2).any(Option::is_none) {
            return Ok(());
        }
        let mut keys: Vec<Option<ActKey>> = vec![Some([NONE; 3]); usize::try_from(documents.len()).unwrap_or_default()];
        for (place, column) in columns.iter().enumerate() {
            let Some((view, meanings)) = column else { continue };
            let mut rows = keys.iter_mut();
            view.each(&documents, &mut |_, ordinals| {
                let Some(row) = rows.next() else { return };
                // One that means nothing here is another act than any that is looked for.
                *row = row.and_then(|mut key| {
                    if let Some(ordinal) = ordinals.first() {
                        *key.get_mut(place)? = *meanings.get(ordinal)?;
                    }
                    Some(key)
                });
            })?;
        }
        for (document, key) in documents.iter().zip(keys) {
            if let Some(act) = key.and_then(|key| places.get(&key)) {
                visit(*act, document);
            }
        }
        Ok(())
    }

    /// What the ordinals of a field mean, as far as it is looked for.
    fn meanings(
        &self,
        view: &dyn FieldView,
        field: &str,
        wanted: impl Iterator<Item = Number>,
    ) -> FxHashMap<u32, Number> {
        let text = |number: Number| Some((&**self.names.get(number as usize)?, number));
        let wanted: FxHashMap<&str, Number> = if field == "action" {
            let wanted: FxHashSet<Number> = wanted.collect();
            let all = (0..).zip(self.actions).map(|(number, text)| (&**text, family(self.families, number)));
            all.filter(|(_, family)| wanted.contains(family)).collect()
        } else {
            wanted.filter(|number| *number != NONE).filter_map(text).collect()
        };
        // A value may be any spelling of a name, so that each has to be looked at.
        let meaning = |ordinal: u32| {
            let value = view.written(ordinal).to_string();
            let meant = match field {
                "subject" => self.terms.resolve(Role::Subject, &value),
                "object" => self.terms.resolve(Role::Object, &value),
                _ => value,
            };
            wanted.get(meant.as_str()).map(|number| (ordinal, *number))
        };
        (0..view.len()).filter_map(meaning).collect()
    }
}

impl Acts {
    /// What there is to do for the next act; none at the end.
    ///
    /// # Errors
    ///
    /// If the index cannot be read; then it is to be asked again.
    pub(in crate::store) fn next(&mut self, index: &Index, terms: Terms<'_>) -> Result<Option<Work>, IndexError> {
        let Some(act) = self.left.as_slice().first() else {
            return Ok(None);
        };
        let [subject, _, object] = act.key;
        let text = |texts: &[Arc<str>], number: Number| texts.get(number as usize).map(ToString::to_string);
        let (subject, object) = (text(&self.names, subject).unwrap_or_default(), text(&self.names, object));
        let is_once = |held: &GatheredRecord| {
            let action = self.actions.get(held.key[1] as usize);
            action.is_some_and(|action| terms.is_once(action))
        };
        let snapshot = index.snapshot();
        let held = |record: &usize| self.records.get(*record)?.as_ref();
        let work = if let ([document], []) = (act.live.as_slice(), act.dead.as_slice())
            && let hash = snapshot.content_hash(*document)?
            && act.records.iter().filter_map(held).all(|held| held.repeats(hash, is_once(held)))
        {
            Work::Unchanged(act.records.len() as u64)
        } else if let ([], [], [record]) = (act.live.as_slice(), act.dead.as_slice(), act.records.as_slice())
            && let Some(held) = held(record)
            && held.is_plain
        {
            let mut fact = held.fact();
            if held.has_id || !is_once(held) {
                Work::One(fact, held.canonical.clone())
            } else {
                let act = ResolvedAct { subject, action: fact.action.clone(), object };
                fact.id = Some(act.id());
                let canonical = fact.canonical();
                Work::One(fact, canonical)
            }
        } else {
            let read = |documents: &[Document]| {
                let fact = |document: &Document| Ok(snapshot.fact(*document)?.as_ref().clone());
                documents.iter().map(fact).collect::<Result<Vec<Fact>, IndexError>>()
            };
            let given = act.records.iter().filter_map(held).map(|held| {
                let fact = held.fact();
                Fact { id: fact.id.filter(|_| held.has_id), ..fact }
            });
            let (live, dead) = (read(&act.live)?, read(&act.dead)?);
            Work::Several(ActEvidence { subject, object, live, dead, given: given.collect() })
        };
        if let Some(act) = self.left.next() {
            // What is done with need not be held.
            for record in act.records {
                self.records.get_mut(record).and_then(Option::take);
            }
        }
        Ok(Some(work))
    }
}

impl GatheredRecord {
    /// Whether it is what the one fact of its act says already.
    fn repeats(&self, hash: ContentHash, is_once: bool) -> bool {
        self.is_plain && (is_once || self.may_join) && self.canonical.hash == hash
    }

    fn fact(&self) -> Fact {
        serde_json::from_slice(&self.canonical.json).expect("what was written from a fact reads as one")
    }
}
