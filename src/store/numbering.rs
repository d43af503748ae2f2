//! The numbers that tell ids apart (`{n}` in a mapping): which facts of the store the
//! records of an import are already, and which numbers the others get.
//!
//! Both follow from the set of records and from what the store has, so that the order of
//! a file does not matter. A record is what it was before if the store has it to the
//! letter, in any version; else if a fact under such an id is of the same act and day
//! and the two contradict each other in nothing. Each fact is one record's. The
//! others get the least numbers that no id has ever had, in the order of what they say.
//!
//! Where the id is that of a record of a source, only what is there to the letter is the
//! same record: a source that says more is another one there, whatever it is called.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value;

use super::completing::{contradict, may_be_one_page};
use super::corroborate::Terms;
use super::source_sayings::{telling, values, without_unsaid};
use super::transaction::RecordNumber;
use crate::exchange::NumberedFact;
use crate::index::{IndexError, Snapshot, View};
use crate::model::vocabulary::Role;
use crate::model::{Fact, Fields, RECORD_KEY, Source, same_value};

/// What is before and behind the number of an id.
type Stem = [String; 2];

/// A record that waits for its number.
pub(super) struct WaitingRecord {
    pub(super) numbered: NumberedFact,
    pub(super) record: RecordNumber,
    /// Its place among the facts that a report shows.
    pub(super) shown: Option<usize>,
}

/// A fact with the number in its id.
pub(super) struct FactWithNumber {
    pub(super) fact: Fact,
    pub(super) record: RecordNumber,
    pub(super) shown: Option<usize>,
    /// Whether another record would have had its id.
    pub(super) is_repeated: bool,
}

/// Who did what when, with names resolved, and what else is said of it by whom.
#[derive(PartialEq)]
struct Saying {
    act: [Option<String>; 4],
    values: Fields,
    sources: Vec<Source>,
}

/// An id with a number that is known, and what versions of it say.
struct KnownNumber {
    number: u64,
    id: String,
    sayings: Vec<Saying>,
}

/// Which records have numbers in their ids: those of sources or facts, and around what.
type NumberedIds = (bool, Stem);

/// What is known under ids with numbers.
#[derive(Default)]
pub(super) struct KnownNumbers(FxHashMap<NumberedIds, BTreeMap<(u64, String), Vec<Saying>>>);

/// Looks up what the store has under ids such as some records will have.
pub(super) fn known_numbers(
    records: &[WaitingRecord],
    snapshot: &Snapshot,
    terms: Terms<'_>,
) -> Result<KnownNumbers, IndexError> {
    let mut known = KnownNumbers::default();
    for of_records in [false, true] {
        let numbered = records.iter().map(|waiting| &waiting.numbered);
        let stems = Stems::new(numbered.filter(|numbered| numbered.is_record == of_records).map(|one| &one.id));
        let mut take = |stem, number, id: &str, saying| {
            let of_stem = known.0.entry((of_records, stem)).or_default();
            of_stem.entry((number, id.to_owned())).or_default().push(saying);
        };
        match (stems.is_empty(), of_records) {
            (true, _) => {}
            (false, false) => known_facts(&stems, snapshot, terms, &mut take)?,
            (false, true) => known_records(&stems, snapshot, terms, &mut take)?,
        }
    }
    Ok(known)
}

/// Gives each record its number; `is_taken` tells which ids other facts of the import have.
pub(super) fn with_numbers(
    records: Vec<WaitingRecord>,
    mut known: KnownNumbers,
    terms: Terms<'_>,
    is_taken: impl Fn(&str) -> bool,
) -> Vec<FactWithNumber> {
    let mut by_ids: BTreeMap<NumberedIds, Vec<(String, WaitingRecord)>> = BTreeMap::new();
    for one in records {
        let text = serde_json::to_string(&one.numbered.fact).expect("a fact has text keys only");
        by_ids.entry((one.numbered.is_record, one.numbered.id.clone())).or_default().push((text, one));
    }
    // Ids around different parts may be the same.
    let mut given: FxHashSet<String> = FxHashSet::default();
    let mut made = Vec::new();
    for (ids, mut waiting) in by_ids {
        waiting.sort_by(|(one, _), (other, _)| one.cmp(other));
        let known = known.0.remove(&ids).unwrap_or_default().into_iter();
        let known: Vec<KnownNumber> =
            known.map(|((number, id), sayings)| KnownNumber { number, id, sayings }).collect();
        let is_free = |id: &str, given: &FxHashSet<String>| !given.contains(id) && (ids.0 || !is_taken(id));
        let sayings: Vec<Saying> = waiting.iter().map(|(_, one)| of_waiting(&one.numbered, terms)).collect();
        let ways = if ids.0 { &WAYS[..1] } else { &WAYS };
        let found = found_again(&sayings, &known, ways, |id| is_free(id, &given));
        let used: FxHashSet<u64> = known.iter().map(|known| known.number).collect();
        let mut unused = (1_u64..).filter(|number| !used.contains(number));
        for ((_, WaitingRecord { numbered, record, shown }), found) in waiting.into_iter().zip(found) {
            let (number, id) = match found.and_then(|place| known.get(place)) {
                Some(known) => (known.number, known.id.clone()),
                None => unused
                    .by_ref()
                    .map(|number| (number, numbered.id_with(number)))
                    .find(|(_, id)| is_free(id, &given))
                    .expect("there are more numbers than ids"),
            };
            given.insert(id.clone());
            made.push(FactWithNumber { fact: numbered.under(id), record, shown, is_repeated: number > 1 });
        }
    }
    made
}

/// Whether what is known is what a record says.
type IsIt = fn(&Saying, &Saying) -> bool;

/// How a record is found again, the surest way first.
const WAYS: [IsIt; 2] = [|known, given| known == given, Saying::agrees_with];

/// For each saying the place of the known one that it is.
fn found_again(
    sayings: &[Saying],
    known: &[KnownNumber],
    ways: &[IsIt],
    may_be: impl Fn(&str) -> bool,
) -> Vec<Option<usize>> {
    let mut by_act: FxHashMap<&[Option<String>; 4], Vec<usize>> = FxHashMap::default();
    for (place, one) in known.iter().enumerate().filter(|(_, one)| may_be(&one.id)) {
        let acts: BTreeSet<&[Option<String>; 4]> = one.sayings.iter().map(|saying| &saying.act).collect();
        acts.into_iter().for_each(|act| by_act.entry(act).or_default().push(place));
    }
    let mut found: Vec<Option<usize>> = vec![None; sayings.len()];
    let mut used = vec![false; known.len()];
    for is_it in ways {
        for (saying, found) in sayings.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
            let Some(places) = by_act.get_mut(&saying.act) else { continue };
            places.retain(|place| used.get(*place) == Some(&false));
            let says_so = |place: &&usize| {
                known.get(**place).is_some_and(|known| known.sayings.iter().any(|known| is_it(known, saying)))
            };
            *found = places.iter().find(says_so).copied();
            if let Some(used) = found.and_then(|place| used.get_mut(place)) {
                *used = true;
            }
        }
    }
    found
}

impl Saying {
    fn of_fact(fact: &Fact, terms: Terms<'_>) -> Self {
        let mut values = values(fact);
        let date = values.remove("date").and_then(|date| date.as_str().map(str::to_owned));
        let object = fact.object.as_deref().map(|object| terms.resolve(Role::Object, object));
        let act = [Some(terms.resolve(Role::Subject, &fact.subject)), Some(fact.action.clone()), object, date];
        Self { act, values, sources: fact.sources.clone() }
    }

    /// What a source says of a fact, whatever it calls the record.
    fn of_source(fact: &Fact, source: &Source, terms: Terms<'_>) -> Self {
        let mut source = without_unsaid(telling(source, &values(fact)));
        let mut says = std::mem::take(&mut source.says);
        source.fields.remove(RECORD_KEY);
        let mut text = |key| says.remove(key).and_then(|value| value.as_str().map(str::to_owned));
        let (date, umbrella) = (text("date"), text("action"));
        let Self { act: [subject, action, object, _], .. } = Self::of_fact(fact, terms);
        Self { act: [subject, umbrella.or(action), object, date], values: says, sources: vec![source] }
    }

    /// Whether another record of the same act and day says nothing else than this one.
    fn agrees_with(&self, other: &Self) -> bool {
        let differs = |(key, value): (&String, &Value)| self.values.get(key).is_some_and(|own| !same_value(own, value));
        let is_there =
            |source: &Source| self.sources.iter().any(|own| may_be_one_page(own, source) && !contradict(own, source));
        !other.values.iter().any(differs) && (self.sources.is_empty() || other.sources.iter().all(is_there))
    }
}

fn of_waiting(numbered: &NumberedFact, terms: Terms<'_>) -> Saying {
    let fact = &numbered.fact;
    if numbered.is_record {
        Saying::of_source(fact, fact.sources.first().unwrap_or(&Source::default()), terms)
    } else {
        Saying::of_fact(fact, terms)
    }
}

/// Takes what versions of facts say whose ids have a number in them.
fn known_facts(
    stems: &Stems<'_>,
    snapshot: &Snapshot,
    terms: Terms<'_>,
    take: &mut impl FnMut(Stem, u64, &str, Saying),
) -> Result<(), IndexError> {
    let mut found = Vec::new();
    snapshot.each_id(&snapshot.all(), &mut |document, id| {
        found.extend(stems.of(id).map(|(stem, number)| (document, stem, number, id.to_owned())));
    })?;
    for (document, stem, number, id) in found {
        take(stem, number, &id, Saying::of_fact(&*snapshot.fact(document)?, terms));
    }
    Ok(())
}

/// Takes what sources say whose records have a number in their ids.
fn known_records(
    stems: &Stems<'_>,
    snapshot: &Snapshot,
    terms: Terms<'_>,
    take: &mut impl FnMut(Stem, u64, &str, Saying),
) -> Result<(), IndexError> {
    for document in snapshot.all() {
        let fact = snapshot.fact(document)?;
        for source in &fact.sources {
            let Some(record) = source.fields.get(RECORD_KEY).and_then(Value::as_str) else { continue };
            for (stem, number) in stems.of(record) {
                take(stem, number, record, Saying::of_source(&fact, source, terms));
            }
        }
    }
    Ok(())
}

/// The stems that are looked for: what may be behind the number, by what is before it.
struct Stems<'s> {
    behind: FxHashMap<&'s str, Vec<&'s str>>,
    /// How many bytes are before the number.
    lengths: BTreeSet<usize>,
}

impl<'s> Stems<'s> {
    fn new(stems: impl Iterator<Item = &'s Stem>) -> Self {
        let mut behind: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
        for [before, after] in stems {
            behind.entry(before).or_default().push(after);
        }
        let lengths = behind.keys().map(|before| before.len()).collect();
        Self { behind, lengths }
    }

    fn is_empty(&self) -> bool {
        self.behind.is_empty()
    }

    /// The stems of an id, each with the number in it.
    fn of(&self, id: &str) -> impl Iterator<Item = (Stem, u64)> {
        let starts = |length: &&usize| id.as_bytes().get(**length).is_some_and(u8::is_ascii_digit);
        let splits = self.lengths.iter().filter(starts).filter_map(|length| id.split_at_checked(*length));
        splits.flat_map(|(before, rest)| {
            let behind = self.behind.get(before).into_iter().flatten();
            behind.filter_map(move |after| {
                let digits = rest.strip_suffix(after)?;
                let number = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())??;
                Some(([before.to_owned(), (*after).to_owned()], number))
            })
        })
    }
}
