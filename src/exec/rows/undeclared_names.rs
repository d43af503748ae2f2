//! Names that no entity has, as entities: where a field is open a name stands
//! for itself, and is one of those that a noun asks about. It knows views and
//! nouns, and nothing of filters.

use std::sync::Arc;

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::exec::ExecError;
use crate::exec::rows::view_layer::{LayeredView, ViewLayer};
use crate::index::{Document, FieldView, IndexError, View};
use crate::model::{Cell, Entities, Entity, EntityNumber, Fields, Resolution, caseless};
use crate::plan::EntityRows;

/// The same state of the store, in which the names that stand for themselves at
/// the end of a noun are entities of its kind. Where that end is not open, or
/// something else than the noun may stand there, it is the view itself.
pub(crate) fn with_names(view: &Arc<dyn View>, rows: &EntityRows) -> Result<Arc<dyn View>, ExecError> {
    let (Some(kind), Some(field)) =
        (view.schema().kind_of_names(rows.role, &rows.kinds), view.field(rows.role.field()))
    else {
        return Ok(view.clone());
    };
    let mut names = UndeclaredNames::default();
    for ordinal in in_force(&*field, view.live())? {
        if field.entity(ordinal).is_none() {
            names.add(ordinal, &field.value(ordinal), view.entities());
        }
    }
    if names.entities.is_empty() {
        return Ok(view.clone());
    }
    let known = view.entities().iter().map(|(_, entity)| entity.clone());
    let first = u32::try_from(view.entities().len()).expect("fewer than 2^32 entities");
    let more = names.entities.into_iter().map(|name| Arc::new(nameless(name, kind)));
    let entities = Arc::new(Entities::new(known.chain(more)));
    let column: Arc<dyn FieldView> =
        Arc::new(NamedColumn { field, first, by_name: names.ordinals, numbers: names.numbers });
    let layer = NounLayer { field: rows.role.field(), column, first };
    Ok(Arc::new(LayeredView::with_entities(view.clone(), entities, layer)))
}

/// The end of a noun with its names as entities.
struct NounLayer {
    field: &'static str,
    column: Arc<dyn FieldView>,
    /// The number of the first entity that is but a name.
    first: u32,
}

impl ViewLayer for NounLayer {
    fn field(&self, view: &dyn View, name: &str) -> Option<Arc<dyn FieldView>> {
        if name == self.field { Some(self.column.clone()) } else { view.field(name) }
    }

    fn computed_date(&self, view: &dyn View, entity: EntityNumber, field: &str) -> Result<Option<Cell>, IndexError> {
        if entity.0 < self.first { view.computed_date(entity, field) } else { Ok(None) }
    }
}

/// Something of which nothing is known but its name.
fn nameless(name: String, kind: &str) -> Entity {
    Entity {
        id: name.clone(),
        kind: kind.to_owned(),
        name,
        aliases: Vec::new(),
        from: None,
        until: None,
        succeeds: Vec::new(),
        continues: Vec::new(),
        groups: Vec::new(),
        fields: Fields::default(),
    }
}

/// The values that facts in force have.
fn in_force(field: &dyn FieldView, live: &RoaringBitmap) -> Result<RoaringBitmap, IndexError> {
    let mut has = vec![false; field.len() as usize];
    field.each(live, &mut |_, ordinals| {
        for ordinal in ordinals {
            if let Some(has) = has.get_mut(*ordinal as usize) {
                *has = true;
            }
        }
    })?;
    Ok((0..).zip(has).filter(|(_, has)| *has).map(|(ordinal, _)| ordinal).collect())
}

/// Names that no entity has, and the values that are spellings of each.
#[derive(Default)]
struct UndeclaredNames {
    entities: Vec<String>,
    places: FxHashMap<String, u32>,
    ordinals: Vec<Vec<u32>>,
    /// The place of the name of a value.
    numbers: FxHashMap<u32, u32>,
}

impl UndeclaredNames {
    fn add(&mut self, ordinal: u32, value: &Cell, entities: &Entities) {
        let name = value.to_string();
        // Who is meant by a name that several have is not known either.
        if !matches!(entities.resolve(&name), Resolution::Unknown) {
            return;
        }
        let next = u32::try_from(self.entities.len()).expect("fewer than 2^32 names");
        let place = *self.places.entry(caseless(&name).into_owned()).or_insert(next);
        if place == next {
            self.entities.push(name);
            self.ordinals.push(Vec::new());
        }
        self.numbers.insert(ordinal, place);
        if let Some(ordinals) = self.ordinals.get_mut(place as usize) {
            ordinals.push(ordinal);
        }
    }
}

/// A column of references in which names that no entity had refer to one.
struct NamedColumn {
    field: Arc<dyn FieldView>,
    /// The number of the first of these entities.
    first: u32,
    by_name: Vec<Vec<u32>>,
    numbers: FxHashMap<u32, u32>,
}

impl FieldView for NamedColumn {
    fn len(&self) -> u32 {
        self.field.len()
    }

    fn value(&self, ordinal: u32) -> Cell {
        self.field.value(ordinal)
    }

    fn find(&self, written: &str) -> Vec<u32> {
        self.field.find(written)
    }

    fn entity(&self, ordinal: u32) -> Option<EntityNumber> {
        let named = || self.numbers.get(&ordinal).map(|place| EntityNumber(self.first + place));
        self.field.entity(ordinal).or_else(named)
    }

    fn referring(&self, entity: EntityNumber) -> Vec<u32> {
        match entity.0.checked_sub(self.first) {
            Some(place) => self.by_name.get(place as usize).cloned().unwrap_or_default(),
            None => self.field.referring(entity),
        }
    }

    fn postings(&self, ordinals: &RoaringBitmap) -> Result<RoaringBitmap, IndexError> {
        self.field.postings(ordinals)
    }

    fn present(&self) -> Result<RoaringBitmap, IndexError> {
        self.field.present()
    }

    fn each(&self, documents: &RoaringBitmap, visit: &mut dyn FnMut(Document, &[u32])) -> Result<(), IndexError> {
        self.field.each(documents, visit)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::exec::testing::{MemoryView, World, column, field, pipeline, rows, show_columns};
    use crate::exec::{Cancel, run};
    use crate::model::vocabulary::Role;
    use crate::model::{Date, Entities, Schema, Vocabulary};
    use crate::plan::{EntityDomain, EntityRows, Filter, Match, OtherFacts, Query, RecordTest, RowsOf, Shared};

    use super::*;

    fn world(kinds: &str) -> World {
        let vocabulary = format!(
            "[world]\nname = \"test\"\n\
             [fields]\nobject = {{ type = \"reference\", kinds = {kinds}, open = true }}\n\
             [nouns]\npapers = {{ singular = \"paper\", kinds = [\"paper\"], role = \"object\" }}\n\
             [actions]\nread = {{ label = \"read\" }}"
        );
        let schema = Arc::new(Schema::new(Vocabulary::from_toml(&vocabulary).unwrap(), &[]).unwrap());
        let known = serde_json::from_value(json!({"entity": "known", "kind": "paper", "name": "The Known"})).unwrap();
        let fact = |number: usize, subject: &str, object: &str| json!({"id": format!("f{number}"), "subject": subject, "action": "read", "object": object, "date": "2000"});
        let facts = [
            (fact(1, "ann", "the known"), true),
            (fact(2, "ann", "R/1"), true),
            (fact(3, "bob", "r/1"), true),
            (fact(4, "bob", "R/2"), true),
            (fact(5, "ann", "R/3"), false),
        ];
        let facts = facts.map(|(fact, live)| (serde_json::from_value(fact).unwrap(), live));
        World { schema, entities: Arc::new(Entities::new([Arc::new(known)])), facts: facts.into() }
    }

    fn papers(kinds: &str, filter: Filter) -> Vec<String> {
        let of = EntityRows {
            noun: "paper".into(),
            plural: "papers".into(),
            kinds: vec!["paper".to_owned()],
            role: Role::Object,
            day: Date::parse("2020").unwrap().latest(),
            status: None,
            maybe: false,
        };
        let id: crate::plan::Column<EntityDomain> = column("paper", field("id"));
        let query =
            Query { rows: RowsOf::Entities(of, pipeline(vec![show_columns(vec![id])])), filter, ..Query::default() };
        let answer = run(query, MemoryView::build(&world(kinds)), Cancel::new()).unwrap();
        rows(answer).unwrap().iter().map(|row| row.cells()[0].label()).collect()
    }

    fn read_by(who: &str) -> Filter {
        let test = Match::Any(vec![who.to_owned()]);
        let filter = Filter::Test(RecordTest::Keyword { field: "subject".into(), test });
        Filter::Test(RecordTest::Other(OtherFacts { shared: Shared::Role(Role::Object), filter: Arc::new(filter) }))
    }

    #[test]
    fn a_name_that_stands_for_itself_is_one_of_the_rows_once_while_a_fact_in_force_has_it() {
        assert_eq!(papers(r#"["paper"]"#, Filter::All), ["R/1", "R/2", "The Known"]);
        assert_eq!(papers(r#"["paper"]"#, read_by("bob")), ["R/1", "R/2"]);
        assert_eq!(papers(r#"["paper"]"#, read_by("ann")), ["R/1", "The Known"]);
    }

    #[test]
    fn where_something_else_may_stand_a_name_is_none_of_the_rows() {
        assert_eq!(papers(r#"["paper", "person"]"#, Filter::All), ["The Known"]);
    }
}
