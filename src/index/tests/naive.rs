//! The list of facts that judges the index.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use roaring::RoaringBitmap;
use serde_json::Value as Json;

use super::super::{CommitInfo, Document, Ending, FieldView, IndexError, Mutation, View};
use crate::model::{
    Analyzer, Cell, Date, Entities, Entity, EntityNumber, Fact, FieldKind, Resolution, Schema, better_spelling,
    caseless, fold,
};

/// A version of a fact.
#[derive(Clone)]
pub(super) struct Held {
    pub fact: Fact,
    asserted: u64,
    ended: Option<(u64, Ending)>,
}

/// All that was ever put in.
#[derive(Clone, Default)]
pub(super) struct Naive {
    pub held: Vec<Held>,
    pub commits: Vec<CommitInfo>,
    entities: Vec<(u64, Arc<Entity>)>,
    /// The ids of entities that are not defined any more, each with how many definitions were before.
    undefined: Vec<(u64, usize, String)>,
    schemas: Vec<(u64, Arc<Schema>)>,
}

impl Naive {
    pub(super) fn apply(&mut self, commit: CommitInfo, changes: &[Mutation]) {
        let at = commit.transaction;
        for change in changes {
            let mut end = |id: &str, ending: Ending| {
                let held = self.held.iter_mut().rev().find(|held| held.fact.id.as_deref() == Some(id));
                held.filter(|held| held.ended.is_none())
                    .into_iter()
                    .for_each(|held| held.ended = Some((at, ending.clone())));
            };
            match change {
                Mutation::Fact { fact, .. } => {
                    end(fact.id.as_deref().unwrap(), Ending::Superseded);
                    self.held.push(Held { fact: fact.clone(), asserted: at, ended: None });
                }
                Mutation::Retract { id, reason } => end(id, Ending::Retracted(reason.clone())),
                Mutation::Undo { id, transaction } => end(id, Ending::Undone(*transaction)),
                Mutation::Entity(entity) => self.entities.push((at, entity.clone())),
                Mutation::Undefine { id } => self.undefined.push((at, self.entities.len(), id.clone())),
                Mutation::Vocabulary(schema) => self.schemas.push((at, schema.clone())),
            }
        }
        self.commits.push(commit);
    }

    pub(super) fn schema(&self) -> Arc<Schema> {
        self.schemas.last().map(|(_, schema)| schema.clone()).unwrap_or_default()
    }

    pub(super) fn transaction(&self) -> u64 {
        self.commits.last().map_or(0, |commit| commit.transaction)
    }

    /// Compares every answer of a state with that of the list; panics where one differs.
    pub(super) fn check(&self, view: &dyn View, transaction: u64) -> Result<(), IndexError> {
        let held: Vec<&Held> = self.held.iter().take_while(|held| held.asserted <= transaction).collect();
        let schema = self.schemas.iter().rfind(|(at, _)| *at <= transaction).map(|(_, schema)| schema.clone());
        let schema = schema.unwrap_or_default();
        assert_eq!(view.schema().vocabulary(), schema.vocabulary());
        let is_undefined = |place: usize, entity: &Entity| {
            self.undefined.iter().any(|(at, before, id)| *at <= transaction && place < *before && *id == entity.id)
        };
        let known = self.entities.iter().enumerate().filter(|(_, (at, _))| *at <= transaction);
        let known = known.filter(|(place, (_, entity))| !is_undefined(*place, entity));
        let entities = Entities::new(known.map(|(_, (_, entity))| entity.clone()));
        let same = view.entities().iter().map(|(_, entity)| entity).eq(entities.iter().map(|(_, entity)| entity));
        assert!(same, "entities");
        let live: RoaringBitmap = documents(&held, |held| held.ended.as_ref().is_none_or(|(at, _)| *at > transaction));
        assert_eq!(*view.live(), live);
        self.check_facts(view, &held, transaction)?;
        for field in schema.fields() {
            match field.kind {
                FieldKind::Id => {}
                FieldKind::Text => check_text(view, &held, &field.name)?,
                kind => check_field(view.field(&field.name), &held, (&field.name, kind, field.open), &entities)?,
            }
        }
        check_names(view, &held, &schema, &entities);
        assert!(view.field("nothing").is_none() && view.field("title").is_none() && view.field("id").is_none());
        check_relevance(view, &held, &schema)
    }

    fn check_facts(&self, view: &dyn View, held: &[&Held], transaction: u64) -> Result<(), IndexError> {
        let commit = |transaction: u64| {
            Arc::new(self.commits.iter().find(|commit| commit.transaction == transaction).unwrap().clone())
        };
        let mut by_id: BTreeMap<&str, Vec<Document>> = BTreeMap::from([("no such id", Vec::new())]);
        for (document, held) in (0..).zip(held) {
            assert_eq!(*view.fact(document)?, held.fact);
            let id = held.fact.id.as_deref().unwrap();
            assert_eq!(&*view.id(document)?, id);
            by_id.entry(id).or_default().push(document);
        }
        assert!(view.fact(u32::try_from(held.len()).unwrap()).is_err());
        for (id, documents) in by_id {
            let versions = view.versions(id)?;
            assert_eq!(versions.iter().map(|version| version.document).collect::<Vec<_>>(), documents, "{id}");
            for version in versions {
                let held = held[version.document as usize];
                assert_eq!(version.asserted, commit(held.asserted));
                let ended = held.ended.as_ref().filter(|(at, _)| *at <= transaction);
                assert_eq!(version.ended, ended.map(|(at, ending)| (commit(*at), ending.clone())));
            }
        }
        Ok(())
    }
}

fn documents(held: &[&Held], test: impl Fn(&Held) -> bool) -> RoaringBitmap {
    (0..).zip(held).filter(|(_, held)| test(held)).map(|(document, _)| document).collect()
}

/// The values of a field, said once more and differently than `extract` does.
fn values(fact: &Fact, name: &str, kind: FieldKind) -> Vec<Cell> {
    let json = serde_json::to_value(fact).unwrap();
    let sources = json["sources"].as_array().cloned().unwrap_or_default();
    let raw: Vec<Json> = match name.strip_prefix("source.") {
        Some(key) => sources.iter().map(|source| source[key].clone()).collect(),
        None if name == "disputed" => fact.disputed(&Schema::default()).into_iter().map(Json::from).collect(),
        None if name == "sources" => {
            let names: BTreeSet<String> = sources
                .iter()
                .enumerate()
                .map(|(at, source)| {
                    source["publisher"].as_str().map_or(format!("\u{0} {at}"), |name| fold(name).into_owned())
                })
                .collect();
            vec![names.len().into()]
        }
        None => vec![json[name].clone()],
    };
    let flat = raw.into_iter().flat_map(|value| if let Json::Array(values) = value { values } else { vec![value] });
    flat.filter_map(|value| match kind {
        FieldKind::Integer => value.as_i64().map(Cell::Integer),
        FieldKind::Number => value.to_string().trim_matches('"').parse().ok().map(Cell::Number),
        FieldKind::Date => value.as_str().and_then(|written| Date::parse(written).ok()).map(Cell::Date),
        _ => value.as_str().map(Cell::text),
    })
    .collect()
}

fn check_field(
    field: Option<Arc<dyn FieldView>>,
    held: &[&Held],
    (name, kind, open): (&str, FieldKind, bool),
    entities: &Entities,
) -> Result<(), IndexError> {
    let expected: Vec<Vec<Cell>> = held.iter().map(|held| values(&held.fact, name, kind)).collect();
    let Some(field) = field else {
        assert!(expected.iter().all(Vec::is_empty), "{name} has values");
        return Ok(());
    };
    let mut seen = Vec::new();
    let odd: RoaringBitmap = (0..u32::try_from(held.len()).unwrap()).filter(|document| document % 3 != 1).collect();
    field.each(&odd, &mut |document, ordinals| {
        seen.push((document, ordinals.iter().map(|ordinal| field.written(*ordinal)).collect::<Vec<_>>()));
    })?;
    let all: Vec<_> = odd.iter().map(|document| (document, expected[document as usize].clone())).collect();
    assert_eq!(seen, all, "{name}");
    let present: RoaringBitmap =
        (0..).zip(&expected).filter(|(_, values)| !values.is_empty()).map(|(at, _)| at).collect();
    assert_eq!(field.present()?, present, "{name}");
    for step in 1..4 {
        let ordinals: RoaringBitmap = (0..field.len()).filter(|ordinal| ordinal % step == 0).collect();
        let wanted: Vec<Cell> = ordinals.iter().map(|ordinal| field.written(ordinal)).collect();
        let has = |values: &Vec<Cell>| values.iter().any(|value| wanted.contains(value));
        let documents: RoaringBitmap =
            (0..).zip(&expected).filter(|(_, values)| has(values)).map(|(at, _)| at).collect();
        assert_eq!(field.postings(&ordinals)?, documents, "{name} {ordinals:?}");
    }
    for ordinal in 0..field.len() {
        let value = field.written(ordinal);
        if let Cell::Text(text) = &value {
            let folds: Vec<u32> = (0..field.len())
                .filter(|at| matches!(field.written(*at), Cell::Text(other) if fold(&other) == fold(text)))
                .collect();
            assert_eq!(field.find(&fold(text)), folds, "{name}");
            let entity = match entities.referred(text, open) {
                Resolution::One(entity) if kind == FieldKind::Reference => Some(entity),
                _ => None,
            };
            let found = field.entity(ordinal);
            assert_eq!(found.filter(|number| (number.0 as usize) < entities.len()), entity, "{name} {text}");
            assert!(found.is_none_or(|entity| field.referring(entity).contains(&ordinal)));
        }
        assert!((0..ordinal).all(|other| field.written(other) != value), "{name} has {value} twice");
    }
    assert!(
        entities.iter().all(|(entity, _)| field.referring(entity).iter().all(|at| field.entity(*at) == Some(entity)))
    );
    Ok(())
}

/// The names that no entity has: one number for all spellings in all open fields,
/// found while a fact in force has it.
fn check_names(view: &dyn View, held: &[&Held], schema: &Schema, entities: &Entities) {
    // Each spelling, and whether a fact in force has it.
    let mut names: BTreeMap<String, BTreeMap<String, bool>> = BTreeMap::new();
    let mut numbers: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    for definition in schema.fields().filter(|field| field.kind == FieldKind::Reference) {
        let Some(field) = view.field(&definition.name) else { continue };
        for (document, held) in (0..).zip(held) {
            let texts = values(&held.fact, &definition.name, definition.kind);
            for text in texts.iter().map(ToString::to_string).collect::<BTreeSet<_>>() {
                if entities.referred(&text, definition.open) != Resolution::Unknown {
                    continue;
                }
                let is_same = |ordinal: &u32| caseless(&field.written(*ordinal).to_string()) == caseless(&text);
                let ordinals = field.find(&text).into_iter().filter(is_same);
                let found = ordinals.filter_map(|ordinal| field.entity(ordinal)).map(|number| number.0);
                if !definition.open {
                    assert_eq!(found.count(), 0, "{text} is a name where names are not open");
                    continue;
                }
                numbers.entry(caseless(&text).into_owned()).or_default().extend(found);
                let spellings = names.entry(caseless(&text).into_owned()).or_default();
                *spellings.entry(text).or_default() |= view.live().contains(document);
            }
        }
    }
    for (name, spellings) in names {
        let number = numbers[&name].iter().copied().collect::<Vec<_>>();
        assert!(number.len() == 1 && number[0] as usize >= entities.len(), "{name} is {number:?}");
        let beginning = name.chars().take(2).collect::<String>();
        let beginning = view.entities().undeclared_beginning(&beginning, &[], usize::MAX);
        let offered = beginning.iter().filter(|other| other.0 == number[0]).count();
        let in_force: Vec<&str> = spellings.iter().filter(|(_, is)| **is).map(|(text, _)| text.as_str()).collect();
        let Some(shown) = in_force.iter().copied().reduce(better_spelling) else {
            let resolved = view.entities().resolve(&name);
            assert!(resolved != Resolution::One(EntityNumber(number[0])) && offered == 0, "{name} is not in use");
            continue;
        };
        let [number] = number.as_slice() else { unreachable!() };
        let number = EntityNumber(*number);
        assert_eq!((view.entities().resolve(&name), offered), (Resolution::One(number), 1), "{name}");
        assert_eq!(view.entities().get(number).name, *shown, "{spellings:?}");
        assert_eq!(view.entities().spellings(number).len(), in_force.len(), "{spellings:?}");
        let mistyped = format!("{name}x");
        if name.chars().count() > 4 {
            assert!(view.entities().undeclared_similar(&mistyped).contains(&fold(&name).into_owned()), "{mistyped}");
        }
    }
}

/// The distinct texts of a field, as stems.
fn texts(fact: &Fact, name: &str) -> Vec<Vec<String>> {
    let mut texts = values(fact, name, FieldKind::Text);
    let mut seen = Vec::new();
    texts.retain(|text| {
        !seen.contains(text) && {
            seen.push(text.clone());
            true
        }
    });
    texts.iter().map(|text| Analyzer::default().stems(&text.to_string())).collect()
}

fn check_text(view: &dyn View, held: &[&Held], name: &str) -> Result<(), IndexError> {
    assert_eq!(view.text_present(name)?, documents(held, |held| !texts(&held.fact, name).is_empty()), "{name}");
    let analyzer = Analyzer::default();
    for words in ["mines", "unequal situation", "situation unequal", "the use of mines", "absent", "mines absent"] {
        let stems = analyzer.stems(words);
        let adjacent = |held: &Held| {
            texts(&held.fact, name).iter().any(|text| text.windows(stems.len()).any(|window| window == stems))
        };
        assert_eq!(view.text(name, &analyzer.terms(words, false))?, documents(held, adjacent), "{name} {words}");
        let as_written = |held: &Held| {
            let words = format!(" {words} ");
            let letters = |text: &Cell| fold(&text.to_string()).replace(|letter: char| !letter.is_alphanumeric(), " ");
            values(&held.fact, name, FieldKind::Text).iter().any(|text| format!(" {} ", letters(text)).contains(&words))
        };
        assert_eq!(view.text(name, &analyzer.terms(words, true))?, documents(held, as_written), "{name} \"{words}\"");
    }
    Ok(())
}

fn check_relevance(view: &dyn View, held: &[&Held], schema: &Schema) -> Result<(), IndexError> {
    let fields: Vec<_> =
        schema.fields().filter(|field| field.kind == FieldKind::Text).map(|field| field.name.clone()).collect();
    let all: Vec<Vec<String>> =
        held.iter().map(|held| fields.iter().flat_map(|name| texts(&held.fact, name)).flatten().collect()).collect();
    let count = |test: &dyn Fn(&Vec<String>) -> bool| {
        f64::from(u32::try_from(all.iter().filter(|text| test(text)).count()).unwrap())
    };
    let has_text = |held: &&&Held| fields.iter().any(|name| !texts(&held.fact, name).is_empty());
    let with_text = f64::from(u32::try_from(held.iter().filter(has_text).count()).unwrap());
    let length = |text: &Vec<String>| f64::from(u32::try_from(text.len()).unwrap());
    let average = all.iter().map(length).sum::<f64>() / with_text.max(1.0);
    let stems = Analyzer::default().stems("unequal mines absent mines");
    let wanted = documents(held, |held| held.fact.subject.len() % 2 == 0);
    let scores = view.relevance(&Analyzer::default().terms("unequal mines absent mines", false), &wanted)?;
    assert!(scores.iter().map(|(document, _)| *document).eq(wanted.iter()));
    for (document, score) in scores {
        let text = &all[document as usize];
        let mut expected = 0.0;
        for stem in &stems[..3] {
            let frequency = f64::from(u32::try_from(text.iter().filter(|word| *word == stem).count()).unwrap());
            let holders = count(&|text| text.contains(stem));
            let rarity = (1.0 + (with_text - holders + 0.5) / (holders + 0.5)).ln();
            if frequency > 0.0 {
                expected += rarity * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * length(text) / average));
            }
        }
        assert!((score - expected).abs() < 1e-9, "{score} {expected}");
    }
    Ok(())
}
