//! The names that only facts use and that a noun asks about. It knows views and
//! kinds, and nothing of filters.

use roaring::RoaringBitmap;

use crate::exec::ExecError;
use crate::exec::rows::record::{EntityRecord, RecordReader};
use crate::index::{FieldView, View};
use crate::model::{EntityNumber, FieldKind};

/// The names that only facts in force use, in a field that takes entities of
/// some kinds alone, by their numbers.
pub(crate) fn of_kinds(view: &dyn View, kinds: &[String]) -> Result<RoaringBitmap, ExecError> {
    let mut found = RoaringBitmap::new();
    for definition in view.schema().fields().filter(|field| field.kind == FieldKind::Reference && field.open) {
        let Some(field) = view.field(&definition.name).filter(|_| definition.takes_only(kinds)) else { continue };
        for ordinal in in_force(&*field, view.live())? {
            let number = field.entity(ordinal).filter(|number| !view.entities().is_declared(*number));
            found.extend(number.map(|number| number.0));
        }
    }
    Ok(found)
}

/// All values that entities have for a field, those of names that only facts of a store
/// use among them.
pub(crate) fn values_of_entities(view: &dyn View, store: &dyn View, field: &str) -> Result<Vec<String>, ExecError> {
    let mut entities: Vec<EntityNumber> = view.entities().iter().map(|(number, _)| number).collect();
    if matches!(field, "id" | "name" | "kind") {
        entities.extend(of_kinds(store, &[])?.into_iter().map(EntityNumber));
    }
    let mut found = Vec::new();
    for number in entities {
        let values = EntityRecord { entity: Some(number), view }.values(field)?;
        found.extend(values.iter().map(ToString::to_string));
    }
    Ok(found)
}

/// The values that facts in force have.
fn in_force(field: &dyn FieldView, live: &RoaringBitmap) -> Result<RoaringBitmap, ExecError> {
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use crate::exec::testing::{MemoryView, World, column, field, pipeline, rows, show_columns};
    use crate::exec::{Cancel, run};
    use crate::model::vocabulary::Role;
    use crate::model::{Date, Entities, Schema, Vocabulary};
    use crate::plan::{EntityDomain, EntityRows, Filter, Match, OtherFacts, Query, RecordTest, RowsOf, Shared};

    fn world(kinds: &str) -> World {
        let vocabulary = format!(
            "[world]\nname = \"test\"\n\
             [fields]\nobject = {{ type = \"reference\", kinds = {kinds}, open = true }}\n\
             cites = {{ type = \"reference\", kinds = [\"paper\"], open = true }}\n\
             [nouns]\npapers = {{ singular = \"paper\", kinds = [\"paper\"], role = \"object\" }}\n\
             [actions]\nread = {{ label = \"read\" }}"
        );
        let schema = Arc::new(Schema::new(Vocabulary::from_toml(&vocabulary).unwrap(), &[]).unwrap());
        let known = serde_json::from_value(json!({"entity": "known", "kind": "paper", "name": "The Known"})).unwrap();
        let fact = |number: usize, subject: &str, object: &str| json!({"id": format!("f{number}"), "subject": subject, "action": "read", "object": object, "date": "2000"});
        let citing = |mut fact: serde_json::Value, cites: &str| {
            fact["cites"] = cites.into();
            fact
        };
        let facts = [
            (fact(1, "ann", "the known"), true),
            (fact(2, "ann", "R/1"), true),
            (citing(fact(3, "bob", "r/1"), "R/9"), true),
            (fact(4, "bob", "R/2"), true),
            (citing(fact(5, "ann", "R/3"), "R/8"), false),
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
    fn a_name_that_facts_in_force_use_is_one_row_in_whichever_field_it_is() {
        assert_eq!(papers(r#"["paper"]"#, Filter::All), ["R/1", "R/2", "R/9", "The Known"]);
        assert_eq!(papers(r#"["paper"]"#, read_by("bob")), ["R/1", "R/2"]);
        assert_eq!(papers(r#"["paper"]"#, read_by("ann")), ["R/1", "The Known"]);
    }

    #[test]
    fn where_something_else_may_stand_a_name_is_none_of_the_rows() {
        assert_eq!(papers(r#"["paper", "person"]"#, Filter::All), ["R/9", "The Known"]);
        assert_eq!(papers("[]", Filter::All), ["R/9", "The Known"]);
    }
}
