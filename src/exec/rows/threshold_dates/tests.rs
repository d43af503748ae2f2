use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::exec::rows::computed_dates::with_computed;
use crate::exec::testing::{MemoryView, World};
use crate::index::View;
use crate::model::{Cell, Entities, Entity, Fact, Resolution, Schema, Vocabulary};

/// A world of members who join and leave clubs, with the rule of one of them.
fn world(rule: &Json, facts: &[(&str, &str, &str)]) -> World {
    let vocabulary = r#"
        [world]
        name = "clubs"
        [fields]
        effective = { type = "date", rule = "effect" }
        opened = { type = "date", threshold = "opening" }
        subject = { type = "reference", open = true }
        [nouns]
        members = { singular = "member", kinds = ["member"], role = "subject" }
        clubs = { singular = "club", kinds = ["club"], role = "object" }
        [actions]
        joined = { label = "joined" }
        invited = { label = "invited" }
        left = { label = "left" }
        [umbrellas]
        entered = { covers = ["joined", "invited"] }
    "#;
    let member = |id: &str| json!({"entity": id, "kind": "member", "name": id.to_uppercase()});
    let mut entities: Vec<Json> = ["ann", "ben", "cleo"].map(member).into();
    entities.push(json!({"entity": "firm", "kind": "company", "name": "Firm"}));
    entities.push(json!({
        "entity": "one", "kind": "club", "name": "Club One", "opening": rule,
        "effect": {"entered": {"after": "1 month", "not_before": "opened", "cite": "Art. 2"}},
    }));
    entities.push(json!({"entity": "two", "kind": "club", "name": "Club Two", "opened": "1999"}));
    let entities = entities.into_iter().map(|entity| Arc::new(serde_json::from_value::<Entity>(entity).unwrap()));
    let fact = |(number, (subject, action, date)): (usize, &(&str, &str, &str))| -> (Fact, bool) {
        let mut fact = json!({"id": format!("f{number}"), "subject": subject, "object": "Club One", "action": action});
        // What begins with `!` is in force no more.
        let (date, live) = date.strip_prefix('!').map_or((*date, true), |date| (date, false));
        if !date.is_empty() {
            fact["date"] = date.into();
        }
        (serde_json::from_value(fact).unwrap(), live)
    };
    World {
        schema: Arc::new(Schema::new(Vocabulary::from_toml(vocabulary).unwrap(), &[]).unwrap()),
        entities: Arc::new(Entities::new(entities)),
        facts: facts.iter().enumerate().map(fact).collect(),
    }
}

fn opened(rule: &Json, facts: &[(&str, &str, &str)]) -> String {
    follows(&*with_computed(MemoryView::build(&world(rule, facts))), "one")
}

fn follows(view: &dyn View, club: &str) -> String {
    let Resolution::One(club) = view.entities().resolve(club) else { panic!("{club} is nobody") };
    view.computed_date(club, "opened").unwrap().map_or("none".to_owned(), |cell| {
        assert!(matches!(&cell, Cell::Computed { cite, .. } if &**cite == "Art. 1"));
        cell.to_string()
    })
}

fn two() -> Json {
    json!({"by": "entered", "unless": "left", "count": 2, "after": "6 months", "snap": "month-start", "cite": "Art. 1"})
}

#[test]
fn a_club_opens_so_long_after_enough_of_those_have_entered_who_count() {
    let facts = [("ann", "joined", "2001-01-10"), ("ANN", "invited", "2001-02-10"), ("ben", "invited", "2001-03-10")];
    assert_eq!(opened(&two(), &facts), "2001-09-01");
    assert_eq!(opened(&two(), &facts[..2]), "none");
    for nobody in ["firm", "somebody"] {
        assert_eq!(opened(&two(), &[facts[0], (nobody, "joined", "2001-03-10")]), "none");
    }
    let mut kinds = two();
    kinds["kinds"] = json!(["member", "company"]);
    assert_eq!(opened(&kinds, &[facts[0], ("firm", "joined", "2001-03")]), "2001-09-01");
    let left = [facts[0], ("ann", "left", "2001-02-01"), facts[2], ("cleo", "joined", "2002")];
    assert_eq!(opened(&two(), &left), "[2002-07-01..2003-06-01]");
}

#[test]
fn what_was_retracted_does_not_count() {
    let facts = [("ann", "joined", "2001-01-10"), ("ben", "joined", "!2001-03-10"), ("cleo", "joined", "2003-03-10")];
    assert_eq!(opened(&two(), &facts), "2003-09-01");
}

#[test]
fn somebody_who_must_be_among_them_is_meant_by_any_of_its_names() {
    let rule = json!({"by": "entered", "among": ["BEN"], "not_before": "2001-04-01", "cite": "Art. 1"});
    assert_eq!(opened(&rule, &[("ann", "joined", "2001-01-10"), ("ben", "joined", "2001-03-10")]), "2001-04-01");
    assert_eq!(opened(&rule, &[("ann", "joined", "2001-01-10")]), "none");
    let nobody = json!({"by": "entered", "among": ["lost"], "cite": "Art. 1"});
    assert_eq!(opened(&nobody, &[("ann", "joined", "2001-01-10")]), "none");
}

#[test]
fn what_an_act_effects_waits_for_the_opening_and_is_not_known_without_it() {
    let facts = [("ann", "joined", "2001-01-10"), ("ben", "joined", "2001-03-10"), ("cleo", "joined", "2002-01-01")];
    let effects = |facts: &[(&str, &str, &str)]| {
        let view = with_computed(MemoryView::build(&world(&two(), facts)));
        let Some(field) = view.field("effective") else { return vec![String::new(); facts.len()] };
        let mut effects = Vec::new();
        let cell = |ordinals: &[u32]| ordinals.first().map_or(String::new(), |one| field.value(*one).to_string());
        field.each(&view.all(), &mut |_, ordinals| effects.push(cell(ordinals))).unwrap();
        effects
    };
    assert_eq!(effects(&facts), ["2001-09-01", "2001-09-01", "2002-02-01"]);
    assert_eq!(effects(&facts[..1]), [""]);
}

#[test]
fn who_declares_no_rule_gets_no_date_and_a_world_without_one_is_read_as_it_is() {
    let facts = [("ann", "joined", "2001-01-10"), ("ben", "joined", "2001-03-10")];
    let view = with_computed(MemoryView::build(&world(&two(), &facts)));
    assert_eq!((follows(&*view, "one"), follows(&*view, "two")), ("2001-09-01".to_owned(), "none".to_owned()));
    let view = MemoryView::build(&crate::exec::testing::world([]));
    assert!(Arc::ptr_eq(&super::with_thresholds(view.clone()), &view));
}
