//! A state of the store in which some facts are not told, and some otherwise than they
//! are recorded. Documents, entities and words are those of the store; only what facts
//! say is another. It knows views and facts, and not who tells them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::exec::rows::record::stated;
use crate::exec::rows::same_values::same_name;
use crate::index::{Document, FactVersion, FieldView, IndexError, View};
use crate::model::{
    Analyzer, Basis, Cell, Entities, EntityNumber, Fact, FieldDefinition, FieldKind, Resolution, Schema, TextTerm,
    caseless, fold,
};

/// Which versions of facts are told, and what is told otherwise.
#[derive(Default)]
pub(crate) struct RetoldFacts {
    /// The versions that are told, whether or not in force.
    pub told: RoaringBitmap,
    /// Those that are told otherwise than recorded.
    otherwise: FxHashMap<Document, Arc<Fact>>,
    /// Those that have other sources, or other values of these.
    of_sources: RoaringBitmap,
    /// Of the other fields: those that have other values.
    of_facts: BTreeMap<String, RoaringBitmap>,
}

impl RetoldFacts {
    /// Adds a version as it is told.
    pub fn add(&mut self, document: Document, recorded: &Fact, told: Fact) {
        self.told.insert(document);
        if told == *recorded {
            return;
        }
        self.of_sources.insert(document);
        for key in recorded.sources.iter().flat_map(|source| source.says.keys()) {
            if told.own_value(key) != recorded.own_value(key) {
                self.of_facts.entry(key.clone()).or_default().insert(document);
            }
        }
        self.otherwise.insert(document, Arc::new(told));
    }

    /// The versions with other values in a field.
    fn changed(&self, field: &str) -> Option<&RoaringBitmap> {
        let of_sources = field.starts_with("source.") || ["sources", "disputed"].contains(&field);
        let changed = if of_sources { Some(&self.of_sources) } else { self.of_facts.get(field) };
        changed.filter(|changed| !changed.is_empty())
    }
}

/// Who gives the dates of entities that follow from facts, where these facts do not.
pub(crate) type EntityDates = Arc<dyn View>;

/// A state of the store as it is told.
pub(crate) struct RetoldView {
    store: Arc<dyn View>,
    facts: RetoldFacts,
    live: RoaringBitmap,
    entity_dates: Option<EntityDates>,
    columns: Mutex<FxHashMap<String, Option<Arc<RetoldColumn>>>>,
}

impl RetoldView {
    /// The state with the facts as they are told, and what follows from these.
    pub fn new(store: Arc<dyn View>, facts: RetoldFacts) -> Self {
        let live = store.live() & &facts.told;
        Self { store, facts, live, entity_dates: None, columns: Mutex::default() }
    }

    /// The same for what one source says, with the dates of entities that follow from the
    /// facts of another state. All facts count as in force: by their values it is decided
    /// which of several spellings a word means.
    pub fn with_entity_dates(self, dates: EntityDates) -> Self {
        let live = self.store.live().clone();
        Self { live, entity_dates: Some(dates), ..self }
    }

    /// The texts that a version has in a field, if it is told otherwise there.
    fn texts_of(&self, field: &str, document: Document) -> Vec<Cell> {
        let fact = self.facts.otherwise.get(&document);
        fact.map(|fact| stated(fact, field, self.store.schema())).unwrap_or_default()
    }

    /// What holds of texts: of those that are told as recorded, and by a look at each of
    /// the others.
    fn with_texts(&self, field: &str, recorded: RoaringBitmap, passes: &mut dyn FnMut(&Cell) -> bool) -> RoaringBitmap {
        let Some(changed) = self.facts.changed(field) else { return recorded };
        let mut found = recorded - changed;
        found.extend(changed.iter().filter(|document| self.texts_of(field, *document).iter().any(&mut *passes)));
        found
    }
}

impl View for RetoldView {
    fn schema(&self) -> &Arc<Schema> {
        self.store.schema()
    }

    fn entities(&self) -> &Arc<Entities> {
        self.store.entities()
    }

    fn live(&self) -> &RoaringBitmap {
        &self.live
    }

    fn all(&self) -> RoaringBitmap {
        self.store.all() & &self.facts.told
    }

    fn field(&self, name: &str) -> Option<Arc<dyn FieldView>> {
        if let Some((_, basis)) = self.store.schema().field(name).and_then(|field| field.restricted_to.as_ref()) {
            let definition = self.store.schema().field(name)?;
            return (*basis == Basis::Stated).then(|| self.field(definition.own_name())).flatten();
        }
        let Some(changed) = self.facts.changed(name) else { return self.store.field(name) };
        let mut columns = self.columns.lock().unwrap_or_else(PoisonError::into_inner);
        let column = columns.entry(name.to_owned()).or_insert_with(|| {
            let definition = self.store.schema().field(name)?;
            if matches!(definition.kind, FieldKind::Id | FieldKind::Text) {
                return None;
            }
            RetoldColumn::new(&*self.store, definition, changed, &self.facts.otherwise).map(Arc::new)
        });
        column.clone().map(|column| column as Arc<dyn FieldView>)
    }

    fn text(&self, field: &str, phrase: &[TextTerm]) -> Result<RoaringBitmap, IndexError> {
        let analyzer = Analyzer::default();
        let mut has_phrase = |text: &Cell| analyzer.has_phrase(&text.to_string(), phrase);
        Ok(self.with_texts(field, self.store.text(field, phrase)?, &mut has_phrase))
    }

    fn text_present(&self, field: &str) -> Result<RoaringBitmap, IndexError> {
        let analyzer = Analyzer::default();
        let mut has_words = |text: &Cell| !analyzer.stems(&text.to_string()).is_empty();
        Ok(self.with_texts(field, self.store.text_present(field)?, &mut has_words))
    }

    fn texts(&self, field: &str, test: &mut dyn FnMut(&str) -> bool) -> Result<RoaringBitmap, IndexError> {
        let recorded = self.store.texts(field, test)?;
        Ok(self.with_texts(field, recorded, &mut |text| test(&text.to_string())))
    }

    fn each_text(
        &self,
        field: &str,
        documents: &RoaringBitmap,
        number: &mut dyn FnMut(&str) -> u32,
        visit: &mut dyn FnMut(&[u32]),
    ) -> Result<(), IndexError> {
        let Some(changed) = self.facts.changed(field) else {
            return self.store.each_text(field, documents, number, visit);
        };
        let mut recorded: Vec<Vec<u32>> = Vec::new();
        self.store.each_text(field, &(documents - changed), number, &mut |texts| recorded.push(texts.to_vec()))?;
        let mut recorded = recorded.into_iter();
        for document in documents {
            if changed.contains(document) {
                let texts = self.texts_of(field, document);
                let numbers: Vec<u32> = texts.iter().map(|text| number(&text.to_string())).collect();
                visit(&numbers);
            } else {
                visit(&recorded.next().unwrap_or_default());
            }
        }
        Ok(())
    }

    fn relevance(&self, terms: &[TextTerm], documents: &RoaringBitmap) -> Result<Vec<(Document, f64)>, IndexError> {
        self.store.relevance(terms, documents)
    }

    fn fact(&self, document: Document) -> Result<Arc<Fact>, IndexError> {
        self.facts.otherwise.get(&document).map_or_else(|| self.store.fact(document), |fact| Ok(fact.clone()))
    }

    fn id(&self, document: Document) -> Result<Arc<str>, IndexError> {
        self.store.id(document)
    }

    fn ids(&self, written: &[String]) -> Result<RoaringBitmap, IndexError> {
        Ok(self.store.ids(written)? & &self.facts.told)
    }

    fn each_id(&self, documents: &RoaringBitmap, visit: &mut dyn FnMut(Document, &str)) -> Result<(), IndexError> {
        self.store.each_id(documents, visit)
    }

    fn versions(&self, id: &str) -> Result<Vec<FactVersion>, IndexError> {
        let mut versions = self.store.versions(id)?;
        versions.retain(|version| self.facts.told.contains(version.document));
        Ok(versions)
    }

    fn computed_date(&self, entity: EntityNumber, field: &str) -> Result<Option<Cell>, IndexError> {
        self.entity_dates.as_ref().unwrap_or(&self.store).computed_date(entity, field)
    }
}

/// A column in which some versions have other values.
struct RetoldColumn {
    /// The column of the store; none if no fact has a value there.
    store: Option<Arc<dyn FieldView>>,
    /// The versions with other values, each with its ordinals.
    changed: FxHashMap<Document, Box<[u32]>>,
    documents: RoaringBitmap,
    postings: FxHashMap<u32, RoaringBitmap>,
    /// The ordinal of the first value that the store has not.
    first: u32,
    /// These values, each with what it refers to.
    values: Vec<(Cell, Option<EntityNumber>)>,
}

impl RetoldColumn {
    /// None if no version has a value.
    fn new(
        store: &dyn View,
        field: &FieldDefinition,
        documents: &RoaringBitmap,
        facts: &FxHashMap<Document, Arc<Fact>>,
    ) -> Option<Self> {
        let column = store.field(&field.name);
        let first = column.as_ref().map_or(0, |column| column.len());
        let mut ordinals = KnownOrdinals { column: column.clone(), field, first, known: FxHashMap::default() };
        let (mut values, mut changed) = (Vec::new(), FxHashMap::default());
        let mut postings: FxHashMap<u32, RoaringBitmap> = FxHashMap::default();
        for document in documents {
            let cells = facts.get(&document).map(|fact| stated(fact, &field.name, store.schema())).unwrap_or_default();
            let row: Box<[u32]> = cells.into_iter().map(|cell| ordinals.of(cell, &mut values)).collect();
            row.iter().for_each(|ordinal| _ = postings.entry(*ordinal).or_default().insert(document));
            changed.insert(document, row);
        }
        if column.is_none() && values.is_empty() {
            return None;
        }
        let referred = |cell: &Cell| match store.entities().referred(&cell.to_string(), field.open) {
            Resolution::One(number) if field.kind == FieldKind::Reference => Some(number),
            _ => None,
        };
        let values = values.into_iter().map(|cell| (cell.clone(), referred(&cell))).collect();
        Some(Self { store: column, changed, documents: documents.clone(), postings, first, values })
    }

    fn own_ordinals(&self, passes: impl Fn(&Cell, Option<EntityNumber>) -> bool) -> impl Iterator<Item = u32> {
        let values = (self.first..).zip(&self.values);
        values.filter(move |(_, (cell, entity))| passes(cell, *entity)).map(|(ordinal, _)| ordinal)
    }
}

/// The ordinals of values, those of the store first.
struct KnownOrdinals<'a> {
    column: Option<Arc<dyn FieldView>>,
    field: &'a FieldDefinition,
    first: u32,
    known: FxHashMap<String, u32>,
}

impl KnownOrdinals<'_> {
    fn of(&mut self, cell: Cell, values: &mut Vec<Cell>) -> u32 {
        if self.known.is_empty() && !matches!(cell, Cell::Text(_)) {
            // Dates and numbers cannot be looked up.
            let column = self.column.iter();
            let all = column.flat_map(|column| (0..column.len()).map(|ordinal| (column.value(ordinal), ordinal)));
            self.known = all.map(|(value, ordinal)| (value.to_string(), ordinal)).collect();
        }
        let written = cell.to_string();
        // Names are shown in one spelling, whoever tells them.
        let key = if self.field.holds_names() { caseless(&written).into_owned() } else { written.clone() };
        if let Some(ordinal) = self.known.get(&key) {
            return *ordinal;
        }
        let of_store = self.column.as_ref().and_then(|column| match cell {
            Cell::Text(_) if self.field.holds_names() => same_name(&**column, &written).first().copied(),
            Cell::Text(_) => column.find(&written).into_iter().find(|one| column.written(*one).to_string() == written),
            _ => None,
        });
        let ordinal = of_store.unwrap_or_else(|| {
            values.push(cell);
            self.first + u32::try_from(values.len() - 1).expect("a field has fewer than 2^32 values")
        });
        self.known.insert(key, ordinal);
        ordinal
    }
}

impl FieldView for RetoldColumn {
    fn len(&self) -> u32 {
        self.first + u32::try_from(self.values.len()).expect("a field has fewer than 2^32 values")
    }

    fn value(&self, ordinal: u32) -> Cell {
        match (ordinal.checked_sub(self.first), &self.store) {
            (Some(place), _) => self.values.get(place as usize).map(|(cell, _)| cell.clone()).unwrap_or_default(),
            (None, Some(store)) => store.value(ordinal),
            (None, None) => Cell::Missing,
        }
    }

    fn written(&self, ordinal: u32) -> Cell {
        match &self.store {
            Some(store) if ordinal < self.first => store.written(ordinal),
            _ => self.value(ordinal),
        }
    }

    fn find(&self, written: &str) -> Vec<u32> {
        let mut found = self.store.as_ref().map(|store| store.find(written)).unwrap_or_default();
        let folded = fold(written);
        found.extend(self.own_ordinals(|cell, _| fold(&cell.to_string()) == folded));
        found
    }

    fn beginning(&self, folded: &str) -> Option<Vec<u32>> {
        let mut found = self.store.as_ref()?.beginning(folded)?;
        found.extend(self.own_ordinals(|cell, _| fold(&cell.to_string()).starts_with(folded)));
        Some(found)
    }

    fn entity(&self, ordinal: u32) -> Option<EntityNumber> {
        match ordinal.checked_sub(self.first) {
            Some(place) => self.values.get(place as usize)?.1,
            None => self.store.as_ref()?.entity(ordinal),
        }
    }

    fn referring(&self, entity: EntityNumber) -> Vec<u32> {
        let mut found = self.store.as_ref().map(|store| store.referring(entity)).unwrap_or_default();
        found.extend(self.own_ordinals(|_, referred| referred == Some(entity)));
        found
    }

    fn postings(&self, ordinals: &RoaringBitmap) -> Result<RoaringBitmap, IndexError> {
        let mut of_store = ordinals.clone();
        of_store.remove_range(self.first..);
        let recorded = self.store.as_ref().map(|store| store.postings(&of_store)).transpose()?.unwrap_or_default();
        let mut found = recorded - &self.documents;
        if ordinals.len() < self.postings.len() as u64 {
            ordinals.iter().filter_map(|ordinal| self.postings.get(&ordinal)).for_each(|documents| found |= documents);
        } else {
            let those = self.postings.iter().filter(|(ordinal, _)| ordinals.contains(**ordinal));
            those.for_each(|(_, documents)| found |= documents);
        }
        Ok(found)
    }

    fn present(&self) -> Result<RoaringBitmap, IndexError> {
        let recorded = self.store.as_ref().map(|store| store.present()).transpose()?.unwrap_or_default();
        let mut present = recorded - &self.documents;
        present.extend(self.documents.iter().filter(|one| self.changed.get(one).is_some_and(|row| !row.is_empty())));
        Ok(present)
    }

    fn each(&self, documents: &RoaringBitmap, visit: &mut dyn FnMut(Document, &[u32])) -> Result<(), IndexError> {
        let mut over = |document: Document, recorded: &[u32]| match self.changed.get(&document) {
            Some(told) => visit(document, told),
            None => visit(document, recorded),
        };
        if let Some(store) = &self.store {
            return store.each(documents, &mut over);
        }
        documents.iter().for_each(|document| over(document, &[]));
        Ok(())
    }
}
