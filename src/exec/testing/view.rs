//! A small honest view over facts in memory.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use roaring::RoaringBitmap;

use super::World;
use crate::exec::rows::record::stated;
use crate::index::{CommitInfo, Document, Ending, FactVersion, FieldView, IndexError, View};
use crate::model::{
    Analyzer, Cell, Entities, EntityNumber, Fact, FieldDefinition, FieldKind, Resolution, Schema, TextTerm,
    UndeclaredNames, better_spelling, caseless, fold, nearest,
};

/// A view over facts in memory, as plain as can be.
pub(crate) struct MemoryView {
    world: World,
    /// With the names that only facts use.
    entities: Arc<Entities>,
    live: RoaringBitmap,
    fields: HashMap<String, Arc<MemoryField>>,
}

struct MemoryField {
    entities: Arc<Entities>,
    refers: bool,
    open: bool,
    values: Vec<Cell>,
    rows: Vec<Vec<u32>>,
}

fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap()
}

impl MemoryView {
    pub fn build(world: &World) -> Arc<dyn View> {
        let mut fields = HashMap::new();
        let entities = Arc::new(world.entities.with_undeclared(Arc::new(MemoryNames::of(world))));
        for field in world.schema.fields().filter(|field| !matches!(field.kind, FieldKind::Id | FieldKind::Text)) {
            let mut values: Vec<Cell> = Vec::new();
            let mut rows = Vec::new();
            for (fact, _) in &world.facts {
                let mut row = Vec::new();
                for value in stated(fact, &field.name, &world.schema) {
                    let place = values.iter().position(|known| *known == value).unwrap_or(values.len());
                    if place == values.len() {
                        values.push(value);
                    }
                    row.push(number(place));
                }
                rows.push(row);
            }
            let refers = field.kind == FieldKind::Reference;
            if field.holds_names() {
                let texts: Vec<String> = values.iter().map(Cell::to_string).collect();
                let in_force = world.in_force().into_iter().flat_map(|fact| stated(fact, &field.name, &world.schema));
                let in_force: Vec<String> = in_force.map(|value| value.to_string()).collect();
                let shown = |text: &String| {
                    let same = in_force.iter().filter(|other| caseless(other) == caseless(text));
                    Cell::text(same.map(String::as_str).reduce(better_spelling).unwrap_or(text))
                };
                values = texts.iter().map(shown).collect();
            }
            if !values.is_empty() {
                let entities = if field.open { entities.clone() } else { world.entities.clone() };
                fields.insert(
                    field.name.to_string(),
                    Arc::new(MemoryField { entities, refers, open: field.open, values, rows }),
                );
            }
        }
        let live =
            world.facts.iter().enumerate().filter(|(_, (_, live))| *live).map(|(place, _)| number(place)).collect();
        Arc::new(Self { world: world.clone(), entities, live, fields })
    }

    fn written(&self, document: usize, field: &str) -> Vec<Cell> {
        let (fact, _) = &self.world.facts[document];
        stated(fact, field, &self.world.schema)
    }

    fn stems(&self, document: usize, field: &str) -> Vec<Vec<String>> {
        let texts = self.written(document, field);
        texts.iter().map(|text| Analyzer::default().stems(&text.to_string())).collect()
    }

    fn which(&self, mut test: impl FnMut(usize) -> bool) -> RoaringBitmap {
        (0..self.world.facts.len()).filter(|document| test(*document)).map(number).collect()
    }
}

impl View for MemoryView {
    fn schema(&self) -> &Arc<Schema> {
        &self.world.schema
    }

    fn entities(&self) -> &Arc<Entities> {
        &self.entities
    }

    fn live(&self) -> &RoaringBitmap {
        &self.live
    }

    fn all(&self) -> RoaringBitmap {
        self.which(|_| true)
    }

    fn field(&self, name: &str) -> Option<Arc<dyn FieldView>> {
        self.fields.get(name).map(|field| field.clone() as Arc<dyn FieldView>)
    }

    fn text(&self, field: &str, phrase: &[TextTerm]) -> Result<RoaringBitmap, IndexError> {
        let analyzer = Analyzer::default();
        let has_phrase = |text: &Cell| analyzer.has_phrase(&text.to_string(), phrase);
        Ok(self.which(|document| self.written(document, field).iter().any(has_phrase)))
    }

    fn text_present(&self, field: &str) -> Result<RoaringBitmap, IndexError> {
        Ok(self.which(|document| !self.stems(document, field).is_empty()))
    }

    fn texts(&self, field: &str, test: &mut dyn FnMut(&str) -> bool) -> Result<RoaringBitmap, IndexError> {
        Ok(self.which(|document| self.written(document, field).iter().any(|text| test(&text.to_string()))))
    }

    fn each_text(
        &self,
        field: &str,
        documents: &RoaringBitmap,
        number: &mut dyn FnMut(&str) -> u32,
        visit: &mut dyn FnMut(&[u32]),
    ) -> Result<(), IndexError> {
        for document in documents {
            let texts = self.written(document as usize, field);
            let numbers: Vec<u32> = texts.iter().map(|text| number(&text.to_string())).collect();
            visit(&numbers);
        }
        Ok(())
    }

    fn relevance(&self, terms: &[TextTerm], documents: &RoaringBitmap) -> Result<Vec<(Document, f64)>, IndexError> {
        // Not BM25, which is the index's own affair: how many of the words are there.
        Ok(documents
            .iter()
            .map(|document| {
                let words = ["title", "note"].map(|field| self.stems(document as usize, field).concat()).concat();
                (
                    document,
                    f64::from(number(
                        words.iter().filter(|word| terms.iter().any(|term| term.stem() == word.as_str())).count(),
                    )),
                )
            })
            .collect())
    }

    fn fact(&self, document: Document) -> Result<Arc<Fact>, IndexError> {
        Ok(Arc::new(self.world.facts[document as usize].0.clone()))
    }

    fn id(&self, document: Document) -> Result<Arc<str>, IndexError> {
        Ok(self.world.facts[document as usize].0.id.as_deref().unwrap().into())
    }

    fn ids(&self, written: &[String]) -> Result<RoaringBitmap, IndexError> {
        Ok(self.which(|document| {
            let id = self.world.facts[document].0.id.as_deref().unwrap();
            written.iter().any(|text| fold(text) == fold(id))
        }))
    }

    fn each_id(&self, documents: &RoaringBitmap, visit: &mut dyn FnMut(Document, &str)) -> Result<(), IndexError> {
        documents.iter().try_for_each(|document| {
            visit(document, &self.id(document)?);
            Ok(())
        })
    }

    fn versions(&self, id: &str) -> Result<Vec<FactVersion>, IndexError> {
        let commit = |transaction: u64| {
            let time = i64::try_from(transaction).unwrap() * 1000;
            Arc::new(CommitInfo { transaction, time, author: "tester".to_owned() })
        };
        let places: Vec<usize> =
            (0..self.world.facts.len()).filter(|place| self.world.facts[*place].0.id.as_deref() == Some(id)).collect();
        let version = |(order, place): (usize, &usize)| FactVersion {
            document: number(*place),
            asserted: commit(*place as u64 + 1),
            ended: match places.get(order + 1) {
                Some(next) => Some((commit(*next as u64 + 1), Ending::Superseded)),
                None if self.world.facts[*place].1 => None,
                None => Some((commit(1000), Ending::Retracted("wrong".to_owned()))),
            },
        };
        Ok(places.iter().enumerate().map(version).collect())
    }
}

/// The names that only facts in force use, found by a look at each fact.
struct MemoryNames(Vec<MemoryName>);

struct MemoryName {
    name: String,
    spellings: BTreeSet<String>,
    fields: Vec<FieldDefinition>,
}

impl MemoryNames {
    fn of(world: &World) -> Self {
        let mut names: Vec<MemoryName> = Vec::new();
        for (fact, _) in world.facts.iter().filter(|(_, live)| *live) {
            for field in world.schema.fields().filter(|field| field.kind == FieldKind::Reference && field.open) {
                let values = stated(fact, &field.name, &world.schema).into_iter().map(|value| value.to_string());
                for text in values.collect::<BTreeSet<_>>() {
                    if world.entities.referred(&text, true) != Resolution::Unknown {
                        continue;
                    }
                    let name = caseless(&text).into_owned();
                    let known = names.iter().position(|known| known.name == name).unwrap_or(names.len());
                    if known == names.len() {
                        names.push(MemoryName { name, spellings: BTreeSet::new(), fields: Vec::new() });
                    }
                    names[known].spellings.insert(text);
                    names[known].fields.push(field.clone());
                }
            }
        }
        Self(names)
    }

    fn which(&self, test: impl Fn(&MemoryName) -> bool) -> Vec<u32> {
        (0..self.0.len()).filter(|place| test(&self.0[*place])).map(number).collect()
    }
}

impl UndeclaredNames for MemoryNames {
    fn bound(&self) -> u32 {
        number(self.0.len())
    }

    fn same(&self, written: &str) -> Option<u32> {
        self.which(|name| name.name == caseless(written)).first().copied()
    }

    fn found(&self, written: &str) -> Vec<u32> {
        self.which(|name| fold(&name.name) == fold(written))
    }

    fn beginning(&self, prefix: &str, kinds: &[String], most: usize) -> Vec<u32> {
        let takes = |name: &MemoryName| name.fields.iter().any(|field| field.takes_only(kinds));
        let mut names = self.which(|name| takes(name) && fold(&name.name).starts_with(&*fold(prefix)));
        names.sort_by_key(|name| fold(&self.0[*name as usize].name));
        names.truncate(most);
        names
    }

    fn similar(&self, word: &str) -> Vec<String> {
        let names = self.0.iter().map(|name| fold(&name.name).into_owned());
        names.filter(|name| nearest(word, [name.as_str()]).is_some()).collect()
    }

    fn spellings(&self, name: u32) -> Vec<Arc<str>> {
        let mut spellings: Vec<&str> = self.0[name as usize].spellings.iter().map(String::as_str).collect();
        let shown = spellings.iter().copied().reduce(better_spelling);
        spellings.sort_by_key(|spelling| Some(*spelling) != shown);
        spellings.into_iter().map(Arc::from).collect()
    }

    fn kind(&self, name: u32) -> Option<String> {
        let kinds = self.0[name as usize].fields.iter().map(|field| &field.kinds);
        kinds.filter_map(|kinds| Some((kinds.len(), kinds.first()?))).min().map(|(_, kind)| kind.clone())
    }

    fn is_of(&self, name: u32, kinds: &[String]) -> bool {
        self.0[name as usize].fields.iter().any(|field| field.takes_only(kinds))
    }
}

impl FieldView for MemoryField {
    fn len(&self) -> u32 {
        number(self.values.len())
    }

    fn value(&self, ordinal: u32) -> Cell {
        self.values[ordinal as usize].clone()
    }

    fn find(&self, written: &str) -> Vec<u32> {
        (0..self.len()).filter(|ordinal| fold(&self.value(*ordinal).to_string()) == fold(written)).collect()
    }

    fn entity(&self, ordinal: u32) -> Option<EntityNumber> {
        let written = self.value(ordinal).to_string();
        match self.entities.resolve(&written) {
            // In an open field a name that only looks like a declared one is another.
            Resolution::One(number) if self.open && self.entities.is_declared(number) => {
                (self.entities.referred(&written, true) != Resolution::Unknown).then_some(number)
            }
            Resolution::One(number) if self.refers => Some(number),
            _ => None,
        }
    }

    fn referring(&self, entity: EntityNumber) -> Vec<u32> {
        (0..self.len()).filter(|ordinal| self.entity(*ordinal) == Some(entity)).collect()
    }

    fn postings(&self, ordinals: &RoaringBitmap) -> Result<RoaringBitmap, IndexError> {
        let has = |row: &Vec<u32>| row.iter().any(|ordinal| ordinals.contains(*ordinal));
        Ok((0..self.rows.len()).filter(|place| has(&self.rows[*place])).map(number).collect())
    }

    fn present(&self) -> Result<RoaringBitmap, IndexError> {
        Ok((0..self.rows.len()).filter(|place| !self.rows[*place].is_empty()).map(number).collect())
    }

    fn each(&self, documents: &RoaringBitmap, visit: &mut dyn FnMut(Document, &[u32])) -> Result<(), IndexError> {
        documents.iter().for_each(|document| visit(document, &self.rows[document as usize]));
        Ok(())
    }
}
