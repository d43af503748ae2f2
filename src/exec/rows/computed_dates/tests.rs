use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::exec::rows::record::{FactRecord, RecordReader};
use crate::exec::testing::{
    MemoryView, Step, World, any_filter, any_world, column, count_by, evaluation_equals_scan, field, query,
    show_columns,
};
use crate::model::{Entities, Entity, Vocabulary};
use crate::plan::{DateForm, DatePart, FactDomain, Filter, RecordTest, RecordValue};

/// The same facts in a world in which what they are about has rules.
fn ruled(mut world: World) -> World {
    let mut vocabulary: Vocabulary = world.schema.vocabulary().clone();
    for (name, field) in &mut vocabulary.fields {
        if name == "effective" {
            field.rule = Some("effect".to_owned());
        }
    }
    let umbrella = toml::from_str("covers = [\"signed\", \"left\"]").unwrap();
    vocabulary.umbrellas.insert("did".to_owned(), umbrella);
    let list = world.entities.iter().map(|(_, entity)| {
        let mut entity: Entity = (**entity).clone();
        let rules = match entity.id.as_str() {
            "one" => json!({
                "left": {"after": "6 months", "snap": "next-month-start", "not_before": "2004-06-15", "cite": "Art. 2"},
                "did": {"after": "10 days", "cite": "Art. 1"},
            }),
            "two" => json!({"left": {"after": "1 year", "cite": "Art. 9"}, "signed": {"cite": "Art. 1"}}),
            "gamma" => json!({"left": "soon"}),
            _ => return Arc::new(entity),
        };
        entity.fields.insert("effect".to_owned(), rules);
        Arc::new(entity)
    });
    world.entities = Arc::new(Entities::new(list.collect::<Vec<_>>()));
    world.schema = Arc::new(Schema::new(vocabulary, &[]).unwrap());
    world
}

fn about_effect() -> impl Strategy<Value = Filter> {
    let field: Arc<str> = "effective".into();
    prop_oneof![
        Just(Filter::Test(RecordTest::Missing { field: field.clone() })),
        Just(Filter::Test(RecordTest::DateForm { field: field.clone(), form: DateForm::Computed })),
        Just(Filter::Test(RecordTest::DateForm { field, form: DateForm::Stated })),
        any_filter(),
    ]
}

proptest! {
    #[test]
    fn a_computed_date_is_found_as_if_it_were_stated(world in any_world(40), filter in about_effect()) {
        let view = with_computed(MemoryView::build(&ruled(world)));
        evaluation_equals_scan(&view, &filter)?;
    }

    #[test]
    fn each_way_to_read_a_column_with_computed_dates_gives_what_the_records_give(world in any_world(40)) {
        let world = ruled(world);
        let view = with_computed(MemoryView::build(&world));
        let naive: Vec<Vec<Cell>> = world
            .facts
            .iter()
            .map(|(fact, _)| FactRecord { fact, view: &*view }.values("effective").unwrap())
            .collect();
        let Some(field) = view.field("effective") else {
            prop_assert!(naive.iter().all(Vec::is_empty));
            return Ok(());
        };
        let mut read = Vec::new();
        field.each(&view.all(), &mut |_, ordinals| {
            read.push(ordinals.iter().map(|ordinal| field.value(*ordinal)).collect::<Vec<_>>());
        }).unwrap();
        prop_assert_eq!(&read, &naive);
        let having = |test: &dyn Fn(&[Cell]) -> bool| -> RoaringBitmap {
            (0..).zip(&naive).filter(|(_, cells)| test(cells)).map(|(document, _)| document).collect()
        };
        prop_assert_eq!(field.present().unwrap(), having(&|cells| !cells.is_empty()));
        for ordinal in 0..field.len() {
            let value = field.value(ordinal);
            let postings = field.postings(&[ordinal].into_iter().collect()).unwrap();
            prop_assert_eq!(postings, having(&|cells| cells.contains(&value)));
            prop_assert!(field.find(&fold(&value.to_string())).contains(&ordinal));
        }
        let every = (0..field.len()).collect();
        prop_assert_eq!(field.postings(&every).unwrap(), field.present().unwrap());
    }
}

fn treaty(rules: &serde_json::Value) -> World {
    let mut world = crate::exec::testing::world([
        json!({"id": "a", "subject": "alpha", "action": "left", "object": "Treaty One", "date": "2005-01-10"}),
        json!({"id": "b", "subject": "beta", "action": "left", "object": "one", "date": "2005-01-10", "effective": "2006"}),
        json!({"id": "c", "subject": "beta", "action": "left", "object": "lost", "date": "2005-01-10"}),
        json!({"id": "d", "subject": "beta", "action": "signed", "object": "one", "date": "2005-03-10"}),
    ]);
    world = ruled(world);
    let list = world.entities.iter().map(|(_, entity)| {
        let mut entity = (**entity).clone();
        if entity.fields.remove("effect").is_some() && !rules.is_null() {
            entity.fields.insert("effect".to_owned(), rules.clone());
        }
        Arc::new(entity)
    });
    world.entities = Arc::new(Entities::new(list.collect::<Vec<_>>()));
    world
}

fn asked(world: &World, stage: Step<FactDomain>) -> Vec<String> {
    let query = query(Filter::All, vec![stage]);
    let answer = crate::exec::run(query, MemoryView::build(world), crate::exec::Cancel::new()).unwrap();
    answer.map(|row| row.unwrap().cells().iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn an_own_rule_goes_before_an_umbrella_and_a_stated_date_before_both() {
    let world = treaty(&json!({
        "left": {"after": "6 months", "cite": "Art. 2"},
        "did": {"after": "1 month", "cite": "Art. 1"},
    }));
    let column = column::<FactDomain>;
    let columns = vec![
        column("id", field("id")),
        column("effective", field("effective")),
        column("basis", RecordValue::Part("effective".into(), DatePart::Basis).into()),
    ];
    let shown = asked(&world, show_columns(columns));
    assert_eq!(shown, ["a 2005-07-10 computed", "b 2006 stated", "c  ", "d 2005-04-10 computed"]);
    let by = vec![column("basis", RecordValue::Part("effective".into(), DatePart::Basis).into())];
    assert_eq!(asked(&world, count_by(None, by)), ["stated 1", "computed 2", " 1"]);
}

#[test]
fn what_was_definitely_taken_back_before_has_no_computed_date() {
    let act = |id: &str, subject: &str, action: &str, date: &str| json!({"id": id, "subject": subject, "action": action, "object": "one", "date": date});
    let mut world = crate::exec::testing::world([
        act("in time", "alpha", "left", "2005-01-10"),
        act("back in time", "ALPHA", "signed", "2005-06-01"),
        act("too late", "beta", "left", "2005-01-10"),
        act("back too late", "beta", "signed", "2005-07-10"),
        act("perhaps", "lost", "left", "2005-01-10"),
        act("back perhaps", "lost", "signed", "2005"),
        act("again", "stranger", "left", "2005-01-10"),
        act("back before", "stranger", "signed", "2005-01-09"),
    ]);
    world = ruled(world);
    let mut vocabulary: Vocabulary = world.schema.vocabulary().clone();
    vocabulary.cancels.insert("signed".to_owned(), "left".to_owned());
    world.schema = Arc::new(Schema::new(vocabulary, &[]).unwrap());
    let rules = json!({"left": {"after": "6 months", "cite": "Art. 2"}});
    let list = world.entities.iter().map(|(_, entity)| {
        let mut entity = (**entity).clone();
        entity.fields.insert("effect".to_owned(), rules.clone());
        Arc::new(entity)
    });
    world.entities = Arc::new(Entities::new(list.collect::<Vec<_>>()));
    let view = with_computed(MemoryView::build(&world));
    let having = |field: Arc<dyn FieldView>| {
        let documents = field.present().unwrap();
        documents.iter().map(|document| view.id(document).unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(having(view.field("effective").unwrap()), ["too late", "perhaps", "again"]);
}

#[test]
fn a_world_without_rules_is_read_as_it_is() {
    let view = MemoryView::build(&crate::exec::testing::world([]));
    assert!(Arc::ptr_eq(&with_computed(view.clone()), &view));
    let same = |view: &Arc<dyn View>| {
        let columns = [with_computed(view.clone()), view.clone()].map(|view| view.field("effective").unwrap());
        Arc::ptr_eq(&columns[0], &columns[1])
    };
    assert!(same(&MemoryView::build(&treaty(&serde_json::Value::Null))));
    assert!(!same(&MemoryView::build(&treaty(&json!({"left": {"cite": "Art. 1"}})))));
}

#[test]
fn each_of_the_two_ways_is_a_column_of_its_own() {
    let view = with_computed(MemoryView::build(&treaty(&json!({"left": {"after": "6 months", "cite": "Art. 2"}}))));
    let shown = |name: &str| {
        let field = view.field(name).unwrap();
        let mut shown = Vec::new();
        let cell = |ordinals: &[u32]| ordinals.first().map_or(String::new(), |one| field.value(*one).to_string());
        field.each(&view.all(), &mut |_, ordinals| shown.push(cell(ordinals))).unwrap();
        shown
    };
    assert_eq!(shown("effective"), ["2005-07-10", "2006", "", ""]);
    assert_eq!(shown("effective.stated"), ["", "2006", "", ""]);
    assert_eq!(shown("effective.computed"), ["2005-07-10", "2005-07-10", "", ""]);
}
