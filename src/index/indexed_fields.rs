//! The fields that are indexed, and the values of a fact for each of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::IndexError;
use super::error::damaged;
use crate::model::vocabulary::Umbrella;
use crate::model::{Date, Fact, FieldKind, Fields, Number, Schema};

/// The number of an indexed field. It never changes.
pub(super) type FieldNumber = u16;

pub(super) const SUBJECT: FieldNumber = 0;
pub(super) const ACTION: FieldNumber = 1;
pub(super) const OBJECT: FieldNumber = 2;
pub(super) const DATE: FieldNumber = 3;
pub(super) const TAGS: FieldNumber = 4;
pub(super) const TITLE: FieldNumber = 5;
pub(super) const NOTE: FieldNumber = 6;
pub(super) const PUBLISHER: FieldNumber = 7;
pub(super) const URL: FieldNumber = 8;
pub(super) const PUBLISHED: FieldNumber = 9;
pub(super) const ACCORDING_TO: FieldNumber = 10;
pub(super) const QUOTE: FieldNumber = 11;
pub(super) const SOURCES: FieldNumber = 12;
pub(super) const DISPUTED: FieldNumber = 13;

/// The fields that every world has, in the order of their numbers.
const BUILT_IN: [(&str, FieldKind); 14] = [
    ("subject", FieldKind::Reference),
    ("action", FieldKind::Action),
    ("object", FieldKind::Reference),
    ("date", FieldKind::Date),
    ("tags", FieldKind::Keyword),
    ("title", FieldKind::Text),
    ("note", FieldKind::Text),
    ("source.publisher", FieldKind::Keyword),
    ("source.url", FieldKind::Keyword),
    ("source.published", FieldKind::Date),
    ("source.according_to", FieldKind::Keyword),
    ("source.quote", FieldKind::Text),
    ("sources", FieldKind::Integer),
    ("disputed", FieldKind::Keyword),
];

/// The kinds of fields, in the order of the numbers that the root stores.
const KINDS: [FieldKind; 8] = [
    FieldKind::Keyword,
    FieldKind::Text,
    FieldKind::Integer,
    FieldKind::Number,
    FieldKind::Date,
    FieldKind::Reference,
    FieldKind::Id,
    FieldKind::Action,
];

/// All fields that vocabularies have ever declared, with their kinds. A field that
/// was declared with two kinds counts as two fields, so that older states still
/// find theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IndexedFields {
    list: Vec<(Arc<str>, FieldKind)>,
    /// Declared fields of facts, by their key.
    of_facts: BTreeMap<Arc<str>, Vec<FieldNumber>>,
    /// Declared fields of sources, by their key.
    of_sources: BTreeMap<Arc<str>, Vec<FieldNumber>>,
    /// The umbrellas by which facts are indexed: sources that know an act by one agree
    /// with others. They are not stored here.
    umbrellas: BTreeMap<String, Umbrella>,
    umbrellas_are_fixed: bool,
    /// Whether the vocabulary in force has umbrellas that cover other actions.
    pub has_other_umbrellas: bool,
}

impl Default for IndexedFields {
    fn default() -> Self {
        let list = BUILT_IN.iter().map(|(name, kind)| ((*name).into(), *kind)).collect();
        Self {
            list,
            of_facts: BTreeMap::new(),
            of_sources: BTreeMap::new(),
            umbrellas: BTreeMap::new(),
            umbrellas_are_fixed: false,
            has_other_umbrellas: false,
        }
    }
}

impl IndexedFields {
    /// Adds the fields that a vocabulary declares, before all facts or after some, and
    /// returns the names of new ones.
    pub(super) fn absorb(&mut self, schema: &Schema, has_facts: bool) -> Vec<Arc<str>> {
        self.absorb_umbrellas(schema, has_facts);
        let mut new = Vec::new();
        for field in schema.fields() {
            if field.kind != FieldKind::Id && self.number(&field.name, field.kind).is_none() {
                self.add(field.name.clone(), field.kind);
                new.push(field.name.clone());
            }
        }
        new
    }

    fn add(&mut self, name: Arc<str>, kind: FieldKind) {
        let number = FieldNumber::try_from(self.list.len()).unwrap_or(FieldNumber::MAX);
        let (map, key) = match name.strip_prefix("source.") {
            Some(key) => (&mut self.of_sources, key.into()),
            None => (&mut self.of_facts, name.clone()),
        };
        map.entry(key).or_default().push(number);
        self.list.push((name, kind));
    }

    /// Facts are to be indexed by the umbrellas of a vocabulary, whichever come before it.
    pub(super) fn prepare_umbrellas(&mut self, schema: &Schema) {
        self.umbrellas.clone_from(&schema.vocabulary().umbrellas);
        self.umbrellas_are_fixed = true;
    }

    /// Facts are indexed by the umbrellas of the vocabulary that was there before the
    /// first. Later ones that cover other actions make other facts disputed.
    fn absorb_umbrellas(&mut self, schema: &Schema, has_facts: bool) {
        if !has_facts && !self.umbrellas_are_fixed {
            self.umbrellas.clone_from(&schema.vocabulary().umbrellas);
        }
        let covered = |(name, umbrella): (&String, &Umbrella)| (name.clone(), umbrella.covers.clone());
        let in_force = schema.vocabulary().umbrellas.iter().map(covered);
        self.has_other_umbrellas = !self.umbrellas.iter().map(covered).eq(in_force);
    }

    /// The number of the field with a name and a kind.
    pub(super) fn number(&self, name: &str, kind: FieldKind) -> Option<FieldNumber> {
        let index = self.list.iter().position(|(held, held_kind)| **held == *name && *held_kind == kind)?;
        FieldNumber::try_from(index).ok()
    }

    /// The kind of a field.
    pub(super) fn kind(&self, field: FieldNumber) -> FieldKind {
        self.list.get(usize::from(field)).map_or(FieldKind::Keyword, |(_, kind)| *kind)
    }

    /// The numbers of all fields.
    pub(super) fn numbers(&self) -> impl Iterator<Item = FieldNumber> + use<> {
        0..FieldNumber::try_from(self.list.len()).unwrap_or(FieldNumber::MAX)
    }

    /// The numbers of all text fields.
    pub(super) fn texts(&self) -> impl Iterator<Item = FieldNumber> {
        self.numbers().filter(|field| self.kind(*field) == FieldKind::Text)
    }

    /// The numbers of all reference fields.
    pub(super) fn references(&self) -> impl Iterator<Item = FieldNumber> {
        self.numbers().filter(|field| self.kind(*field) == FieldKind::Reference)
    }

    /// The fields in the form in which the root stores them.
    pub(super) fn stored(&self) -> Vec<(String, u8)> {
        let code = |kind| KINDS.iter().zip(0..).find(|(held, _)| **held == kind).map_or(0, |(_, code)| code);
        self.list.iter().map(|(name, kind)| (name.to_string(), code(*kind))).collect()
    }

    /// Restores the fields from what the root stores.
    pub(super) fn restore(stored: &[(String, u8)]) -> Result<Self, IndexError> {
        let mut fields = Self::default();
        for (name, code) in stored.get(BUILT_IN.len()..).unwrap_or_default() {
            let kind = KINDS.get(usize::from(*code)).ok_or_else(|| damaged("a field has an unknown kind"))?;
            fields.add(name.as_str().into(), *kind);
        }
        if fields.stored() == stored {
            Ok(fields)
        } else {
            Err(damaged("its built-in fields are those of another version"))
        }
    }
}

/// A value of a fact that is indexed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum IndexedValue<'a> {
    /// A text that is compared whole.
    Text(&'a str),
    /// A date.
    Date(&'a Date),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(&'a Number),
    /// A text that is searched by words.
    Passage(&'a str),
}

/// Calls `visit` with every indexed value of a fact. Values of declared fields that
/// are not of the declared kind are left out.
///
/// The order is that of the record: the fields that every fact has, each source,
/// the number of publishers, and declared fields.
pub(super) fn visit_indexed_values<'a>(
    fact: &'a Fact,
    fields: &IndexedFields,
    visit: &mut impl FnMut(FieldNumber, IndexedValue<'_>),
) {
    visit(SUBJECT, IndexedValue::Text(&fact.subject));
    visit(ACTION, IndexedValue::Text(&fact.action));
    let mut text =
        |field, text: Option<&'a String>| text.into_iter().for_each(|text| visit(field, IndexedValue::Text(text)));
    text(OBJECT, fact.object.as_ref());
    fact.tags.iter().for_each(|tag| text(TAGS, Some(tag)));
    fact.date.iter().for_each(|date| visit(DATE, IndexedValue::Date(date)));
    fact.title.iter().for_each(|title| visit(TITLE, IndexedValue::Passage(title)));
    fact.note.iter().for_each(|note| visit(NOTE, IndexedValue::Passage(note)));
    for source in &fact.sources {
        source.publisher.iter().for_each(|publisher| visit(PUBLISHER, IndexedValue::Text(publisher)));
        source.url.iter().for_each(|url| visit(URL, IndexedValue::Text(url)));
        source.published.iter().for_each(|date| visit(PUBLISHED, IndexedValue::Date(date)));
        source.according_to.iter().for_each(|whom| visit(ACCORDING_TO, IndexedValue::Text(whom)));
        source.quote.iter().for_each(|quote| visit(QUOTE, IndexedValue::Passage(quote)));
    }
    visit(SOURCES, IndexedValue::Integer(i64::try_from(fact.source_count()).unwrap_or(i64::MAX)));
    fact.disputed_among(&fields.umbrellas).into_iter().for_each(|field| visit(DISPUTED, IndexedValue::Text(field)));
    visit_declared_values(&fact.fields, &fields.of_facts, fields, visit);
    if !fields.of_sources.is_empty() {
        for source in &fact.sources {
            visit_declared_values(&source.fields, &fields.of_sources, fields, visit);
        }
    }
}

fn visit_declared_values(
    values: &Fields,
    declared: &BTreeMap<Arc<str>, Vec<FieldNumber>>,
    fields: &IndexedFields,
    visit: &mut impl FnMut(FieldNumber, IndexedValue<'_>),
) {
    for (name, value) in values {
        for field in declared.get(name.as_str()).into_iter().flatten() {
            let kind = fields.kind(*field);
            match value {
                Json::Array(values) => values.iter().for_each(|value| visit_declared_value(*field, kind, value, visit)),
                value => visit_declared_value(*field, kind, value, visit),
            }
        }
    }
}

fn visit_declared_value(
    field: FieldNumber,
    kind: FieldKind,
    value: &Json,
    visit: &mut impl FnMut(FieldNumber, IndexedValue<'_>),
) {
    match (kind, value) {
        (FieldKind::Keyword | FieldKind::Reference, Json::String(text)) => visit(field, IndexedValue::Text(text)),
        (FieldKind::Text, Json::String(text)) => visit(field, IndexedValue::Passage(text)),
        (FieldKind::Integer, Json::Number(number)) => {
            number.as_i64().into_iter().for_each(|integer| visit(field, IndexedValue::Integer(integer)));
        }
        (FieldKind::Number, value) => {
            if let Ok(number) = Number::of_json(value) {
                visit(field, IndexedValue::Number(&number));
            }
        }
        (FieldKind::Date, Json::String(written)) => {
            if let Ok(date) = Date::parse(written) {
                visit(field, IndexedValue::Date(&date));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Vocabulary;

    #[test]
    fn declared_fields_are_indexed_by_their_kind_and_the_rest_is_left_out() {
        let vocabulary = Vocabulary::from_toml(
            "[world]\nname = 'x'\n[fields]\nn = { type = 'integer' }\nk = { type = 'keyword' }\nd = { type = 'date' }",
        );
        let mut fields = IndexedFields::default();
        fields.absorb(&Schema::new(vocabulary.unwrap(), &[]).unwrap(), false);
        let fact: Fact = serde_json::from_str(
            r#"{"subject":"a","action":"b","k":["x",1,"y"],"n":"no","d":"2005","other":3,"sources":[
                {"publisher":"É","url":"u"},{"publisher":"e"},{"quote":"q"}]}"#,
        )
        .unwrap();
        let mut seen = String::new();
        visit_indexed_values(&fact, &fields, &mut |field, value| {
            use std::fmt::Write as _;
            writeln!(seen, "{} {value:?}", fields.list[usize::from(field)].0).unwrap();
        });
        let expected = "subject Text(\"a\")\naction Text(\"b\")\nsource.publisher Text(\"É\")\nsource.url Text(\"u\")\n\
                        source.publisher Text(\"e\")\nsource.quote Passage(\"q\")\nsources Integer(3)\n\
                        d Date(Date(2005))\nk Text(\"x\")\nk Text(\"y\")\n";
        assert_eq!(seen, expected);
        assert_eq!(IndexedFields::restore(&fields.stored()).unwrap(), fields);
    }

    #[test]
    fn the_built_in_fields_are_those_of_the_model() {
        let schema = Schema::default();
        let mut fields = IndexedFields::default();
        assert!(fields.absorb(&schema, false).is_empty());
        assert_eq!(schema.fields().count(), BUILT_IN.len() + 1);
    }
}
