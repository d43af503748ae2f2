//! The laws of the index.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use super::super::{CurrentVersion, Index, IndexError, IndexOptions, Mutation, MutationBatch, Snapshot, View};
use super::naive::Naive;
use super::{applied, change, commit, open, options, schema};
use crate::model::{Fact, Vocabulary};

/// One change, still without the state that it meets.
/// The ids of entities, each with another name.
const NAMES: [(&str, &str); 3] = [("estonia", "EE"), ("latvia", "LV"), ("un", "united")];

#[derive(Debug, Clone)]
enum Act {
    Assert { id: u8, seed: u32 },
    Retract(u8),
    Undo(u8),
    Define(u8),
    Undefine(u8),
    Declare,
}

/// One step of a life.
#[derive(Debug, Clone)]
enum Step {
    Apply(Vec<Act>),
    Bulk(Vec<Vec<Act>>),
    Abandon(Vec<Act>),
    Checkpoint,
    Reopen,
    Look,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        12 => (any::<u8>(), any::<u32>()).prop_map(|(id, seed)| Act::Assert { id: id % 40, seed }),
        2 => any::<u8>().prop_map(|id| Act::Retract(id % 40)),
        1 => any::<u8>().prop_map(|id| Act::Undo(id % 40)),
        1 => any::<u8>().prop_map(Act::Define),
        1 => any::<u8>().prop_map(Act::Undefine),
        1 => Just(Act::Declare),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let acts = |most| proptest::collection::vec(act(), 0..most);
    prop_oneof![
        8 => acts(4).prop_map(Step::Apply),
        2 => proptest::collection::vec(acts(40), 1..3).prop_map(Step::Bulk),
        1 => acts(60).prop_map(Step::Abandon),
        3 => Just(Step::Checkpoint),
        2 => Just(Step::Reopen),
        2 => Just(Step::Look),
    ]
}

/// A fact with something in every field now and then.
fn fact(id: u8, seed: u32, late: bool) -> Fact {
    let pick = |at: u32, of: u32| seed.rotate_right(at * 5) % of;
    let mut json = json!({"id": format!("fact-{id}"), "subject": (["Estonia", "EE", "latvia", "Ünited", "united"][pick(0, 5) as usize]),
        "action": (["voted-yes", "voted-no"][pick(1, 2) as usize])});
    let texts = ["the unequal situation", "Mines: using mines", "unequal in every situation", "", "mine"];
    let mut set = |place: u32, key: &str, value: serde_json::Value| {
        if pick(place, 3) == 0 {
            json[key] = value;
        }
    };
    set(2, "object", json!(format!("R/{}", pick(3, 30))));
    set(3, "date", json!(["2005", "2005-12", "2014/..", "1985~"][pick(4, 4) as usize]));
    set(4, "tags", json!(["a", "b", "É", "e"][..pick(5, 5) as usize]));
    set(5, "title", json!(texts[pick(6, 5) as usize]));
    set(0, "note", json!(texts[pick(1, 5) as usize]));
    set(1, "session", [json!(3), json!([1, 1, pick(3, 9)]), json!("no"), json!(-5)][pick(2, 4) as usize].clone());
    set(
        2,
        "share",
        [json!(0.1), json!(1.5), json!(12_345_678_901_234_567_u64), json!("0.12345678901234567")][pick(3, 4) as usize]
            .clone(),
    );
    set(3, "adopted", json!(["2001", "not a date"][pick(4, 2) as usize]));
    set(4, "topic", json!([["x", "y"], ["y", "x"]][pick(5, 2) as usize]));
    set(5, "remark", json!([texts[pick(0, 5) as usize], texts[pick(1, 5) as usize]]));
    set(0, "mover", json!(["lv", "Estonia"][pick(2, 2) as usize]));
    set(1, "undeclared", json!({"deep": [null, 1.5, {"x": pick(2, 9)}]}));
    let source = json!({"publisher": (["UN", "un", "A"][pick(3, 3) as usize]), "quote": texts[pick(4, 5) as usize], "page": pick(5, 5)});
    let other =
        json!({"url": "u", "published": "2006", "according_to": "somebody", "says": {"date": "2004"}, "more": 1});
    set(2, "sources", json!([source, other][..=pick(1, 2) as usize]));
    if late {
        set(4, "late", json!("now"));
    }
    serde_json::from_value(json).unwrap()
}

fn changes(acts: &[Act], later: bool) -> Vec<Mutation> {
    let mut later = later;
    let each = |act: &Act| match act {
        Act::Assert { id, seed } => change(fact(*id, *seed, later)),
        Act::Retract(id) => Mutation::Retract { id: format!("fact-{id}"), reason: format!("wrong {id}") },
        Act::Undo(id) => Mutation::Undo { id: format!("fact-{id}"), transaction: 1 },
        Act::Undefine(seed) => Mutation::Undefine { id: NAMES[usize::from(seed % 3)].0.to_owned() },
        Act::Define(seed) => {
            let (id, alias) = NAMES[usize::from(seed % 3)];
            let aliases: Vec<&str> = if seed % 2 == 0 { vec![alias] } else { Vec::new() };
            let entity = json!({"entity": id, "kind": "state", "name": id.to_uppercase(), "aliases": aliases});
            Mutation::Entity(Arc::new(serde_json::from_value(entity).unwrap()))
        }
        Act::Declare => {
            later = true;
            Mutation::Vocabulary(schema(true))
        }
    };
    acts.iter().map(each).collect()
}

/// An index beside the list that judges it, and the journal to replay.
struct Life {
    directory: Option<tempfile::TempDir>,
    index: Option<Index>,
    naive: Naive,
    journal: Vec<MutationBatch>,
    looks: Vec<(u64, Arc<Snapshot>)>,
}

impl Life {
    fn new(on_disk: bool) -> Self {
        let directory = on_disk.then(|| tempfile::tempdir().unwrap());
        let index = directory
            .as_ref()
            .map_or_else(|| Index::in_memory_with(options()), |directory| open(directory.path()).unwrap());
        let mut life =
            Self { directory, index: Some(index), naive: Naive::default(), journal: Vec::new(), looks: Vec::new() };
        life.apply(vec![Mutation::Vocabulary(schema(false))]);
        life
    }

    fn index(&self) -> &Index {
        self.index.as_ref().unwrap()
    }

    fn later(&self) -> bool {
        self.naive.schema().field("late").is_some()
    }

    fn note(&mut self, changes: &[Mutation]) -> u64 {
        let transaction = self.naive.transaction() + 1;
        self.naive.apply(commit(transaction), changes);
        self.journal.push(MutationBatch { commit: commit(transaction), mutations: changes.to_vec() });
        transaction
    }

    fn apply(&mut self, changes: Vec<Mutation>) {
        let transaction = self.note(&changes);
        self.index()
            .apply(MutationBatch { commit: commit(transaction), mutations: changes }, applied(transaction))
            .unwrap();
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Apply(acts) => self.apply(changes(acts, self.later())),
            Step::Bulk(transactions) => {
                let mut bulk = self.index().bulk().unwrap();
                let mut last = None;
                for acts in transactions {
                    if let Some(transaction) = last {
                        bulk.commit(commit(transaction));
                    }
                    let changes = changes(acts, self.later());
                    changes.iter().try_for_each(|change| bulk.push(change.clone())).unwrap();
                    last = Some(self.note(&changes));
                }
                let last = last.unwrap();
                bulk.finish(commit(last), applied(last)).unwrap();
                assert_eq!(self.index().applied(), applied(last));
            }
            Step::Abandon(acts) => {
                let mut bulk = self.index().bulk().unwrap();
                changes(acts, true).into_iter().try_for_each(|change| bulk.push(change)).unwrap();
            }
            Step::Checkpoint => self.index().checkpoint().unwrap(),
            Step::Reopen => self.reopen(),
            Step::Look => self.looks.push((self.naive.transaction(), self.index().snapshot())),
        }
    }

    fn reopen(&mut self) {
        self.looks.drain(..).for_each(|(at, snapshot)| self.naive.check(&*snapshot, at).unwrap());
        if let Some(directory) = &self.directory {
            self.index = None;
            let index = open(directory.path()).unwrap();
            let from = index.applied().transaction;
            self.naive.check(&*index.snapshot(), from).unwrap();
            for transaction in self.journal.iter().filter(|transaction| transaction.commit.transaction > from) {
                index.apply(transaction.clone(), applied(transaction.commit.transaction)).unwrap();
            }
            self.index = Some(index);
        }
    }

    fn check(&self) {
        let index = self.index();
        assert!(!index.needs_rebuild());
        self.naive.check(&*index.snapshot(), self.naive.transaction()).unwrap();
        for (at, snapshot) in &self.looks {
            self.naive.check(&**snapshot, *at).unwrap();
            self.naive.check(&*index.snapshot_at(*at), *at).unwrap();
        }
        index.verify().unwrap();
        for commit in &self.naive.commits {
            let snapshot = index.snapshot();
            assert_eq!(snapshot.commit(commit.transaction).as_deref(), Some(commit));
            assert_eq!(snapshot.commit_at(commit.time + 999).as_deref(), Some(commit));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_is_that_of_the_list_of_facts(steps in proptest::collection::vec(step(), 1..24), on_disk in prop::bool::weighted(0.8)) {
        let mut life = Life::new(on_disk);
        for step in &steps {
            life.step(step);
        }
        life.check();
        life.reopen();
        life.check();
    }
}

#[test]
fn an_abandoned_stream_leaves_nothing() -> Result<(), IndexError> {
    let directory = tempfile::tempdir().unwrap();
    let index = open(directory.path())?;
    let mut bulk = index.bulk()?;
    bulk.push(Mutation::Vocabulary(schema(false)))?;
    (0..200).try_for_each(|number| bulk.push(change(fact(number, u32::from(number), false))))?;
    drop(bulk);
    assert_eq!((index.snapshot().all().len(), index.current_version("fact-7")?), (0, CurrentVersion::Unknown));
    index.apply(MutationBatch { commit: commit(1), mutations: vec![change(fact(1, 0, false))] }, applied(1))?;
    assert_eq!(index.snapshot().field("subject").unwrap().len(), 1);
    index.checkpoint()?;
    drop(index);
    let index = open(directory.path())?;
    assert_eq!((index.snapshot().all().len(), index.applied()), (1, applied(1)));
    index.verify()
}

#[test]
fn asserting_and_retracting_are_told_apart() -> Result<(), IndexError> {
    let index = Index::in_memory();
    let first = fact(1, 0, false);
    let hash = first.content_hash();
    let retract = Mutation::Retract { id: "fact-1".to_owned(), reason: "wrong".to_owned() };
    index.apply(MutationBatch { commit: commit(1), mutations: vec![change(first)] }, applied(1))?;
    assert_eq!(index.current_version("fact-1")?, CurrentVersion::InForce(0, hash));
    index.apply(MutationBatch { commit: commit(2), mutations: vec![retract] }, applied(2))?;
    assert_eq!(index.current_version("fact-1")?, CurrentVersion::Retracted(0, hash));
    let undo = Mutation::Undo { id: "fact-3".to_owned(), transaction: 3 };
    index.apply(MutationBatch { commit: commit(3), mutations: vec![change(fact(3, 0, false))] }, applied(3))?;
    index.apply(MutationBatch { commit: commit(4), mutations: vec![undo] }, applied(4))?;
    assert_eq!(index.current_version("fact-3")?, CurrentVersion::Unknown, "nobody decided against it");
    assert_eq!(index.current_version("fact-2")?, CurrentVersion::Unknown);
    Ok(())
}

#[test]
fn a_field_declared_after_facts_that_have_it_asks_for_a_rebuild() -> Result<(), IndexError> {
    let declare = |kind: &str| {
        let text = format!("[world]\nname = 'x'\n[fields]\nundeclared = {{ type = '{kind}' }}");
        Arc::new(crate::model::Schema::new(Vocabulary::from_toml(&text).unwrap(), &[]).unwrap())
    };
    let apply = |index: &Index, transaction, change| {
        index.apply(MutationBatch { commit: commit(transaction), mutations: vec![change] }, applied(transaction))
    };
    let mut with = fact(1, 0, false);
    with.fields.insert("undeclared".to_owned(), json!("value"));
    let directory = tempfile::tempdir().unwrap();
    let index = open(directory.path())?;
    apply(&index, 1, change(with.clone()))?;
    assert!(!index.needs_rebuild());
    apply(&index, 2, Mutation::Vocabulary(declare("keyword")))?;
    assert!(index.needs_rebuild());
    index.checkpoint()?;
    drop(index);
    assert!(open(directory.path())?.needs_rebuild());
    let rebuilt = Index::in_memory();
    rebuilt.prepare(&declare("keyword"));
    apply(&rebuilt, 1, change(with))?;
    apply(&rebuilt, 2, Mutation::Vocabulary(declare("keyword")))?;
    assert!(!rebuilt.needs_rebuild());
    assert_eq!(rebuilt.snapshot().field("undeclared").unwrap().find("value"), [0]);
    Ok(())
}

#[test]
fn umbrellas_that_cover_other_actions_ask_for_a_rebuild_once() -> Result<(), IndexError> {
    let declare = |umbrellas: &str| {
        let text = format!(
            "[world]\nname = 'x'\n[actions]\na = {{ label = 'a' }}\nb = {{ label = 'b' }}\n[umbrellas]\n{umbrellas}"
        );
        Arc::new(crate::model::Schema::new(Vocabulary::from_toml(&text).unwrap(), &[]).unwrap())
    };
    let (none, one, other) = (declare(""), declare("u = { covers = ['a'] }"), declare("u = { covers = ['a', 'b'] }"));
    let relabelled = declare("u = { covers = ['a', 'b'], label = 'any' }");
    let disputed: Fact = serde_json::from_value(json!({
        "id": "f", "subject": "s", "action": "b", "sources": [{"publisher": "p"}, {"publisher": "q", "says": {"action": "u"}}]
    }))
    .unwrap();
    let add = |index: &Index, transaction, change| {
        index.apply(MutationBatch { commit: commit(transaction), mutations: vec![change] }, applied(transaction))
    };
    let count = |index: &Index| index.snapshot().field("disputed").map_or(0, |field| field.find("action").len());
    let index = Index::in_memory();
    let all =
        [Mutation::Vocabulary(none), Mutation::Vocabulary(one), change(disputed), Mutation::Vocabulary(other.clone())];
    for (transaction, change) in (1..).zip(all.clone()) {
        assert!(!index.needs_rebuild());
        add(&index, transaction, change)?;
    }
    assert!(index.needs_rebuild());
    assert_eq!(count(&index), 1);
    let rebuilt = Index::in_memory();
    rebuilt.prepare(&other);
    for (transaction, change) in (1..).zip(all.into_iter().chain([Mutation::Vocabulary(relabelled)])) {
        add(&rebuilt, transaction, change)?;
    }
    assert!(!rebuilt.needs_rebuild());
    assert_eq!(count(&rebuilt), 0);
    Ok(())
}

#[test]
fn segments_do_not_leave_their_window() -> Result<(), IndexError> {
    let directory = tempfile::tempdir().unwrap();
    let index = Index::open(directory.path(), &[], IndexOptions::default())?;
    let plain = |number: u32| {
        let text =
            format!(r#"{{"id":"{number}","subject":"s{}","action":"a","object":"o{}"}}"#, number % 7, number / 100);
        change(serde_json::from_str(&text).unwrap())
    };
    index.apply(MutationBatch { commit: commit(1), mutations: (0..10).map(plain).collect() }, applied(1))?;
    let mut bulk = index.bulk()?;
    (10..66_000).try_for_each(|number| bulk.push(plain(number)))?;
    bulk.finish(commit(2), applied(2))?;
    index.apply(MutationBatch { commit: commit(3), mutations: (66_000..66_010).map(plain).collect() }, applied(3))?;
    let check = |index: &Index| {
        let snapshot = index.snapshot();
        let (subject, object) = (snapshot.field("subject").unwrap(), snapshot.field("object").unwrap());
        let third = subject.postings(&subject.find("s3").into_iter().collect()).unwrap();
        assert!(third.iter().eq((0..66_010).filter(|document| document % 7 == 3)));
        let edge = object.postings(&object.find("o655").into_iter().collect()).unwrap();
        assert!(edge.iter().eq(65_500..65_600));
        let mut seen = Vec::new();
        object.each(&edge, &mut |document, ordinals| seen.push((document, ordinals.to_vec()))).unwrap();
        assert!(seen.iter().all(|(_, ordinals)| *ordinals == object.find("o655")) && seen.len() == 100);
        assert_eq!(snapshot.versions("65536").unwrap()[0].document, 65_536);
        assert_eq!(snapshot.fact(65_999).unwrap().id.as_deref(), Some("65999"));
    };
    check(&index);
    index.checkpoint()?;
    drop(index);
    check(&Index::open(directory.path(), &[], IndexOptions::default())?);
    Ok(())
}

#[test]
fn readers_see_one_state_while_the_writer_goes_on() {
    let index = Index::in_memory();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for transaction in 1..200 {
                let new = fact(u8::try_from(transaction % 5).unwrap(), 0, false);
                index
                    .apply(
                        MutationBatch { commit: commit(transaction), mutations: vec![change(new)] },
                        applied(transaction),
                    )
                    .unwrap();
            }
        });
        for _ in 0..200 {
            let snapshot = index.snapshot();
            assert_eq!(snapshot.all().len(), snapshot.transaction());
            assert!(snapshot.live().len() <= 5);
            for document in snapshot.live() {
                assert_eq!(snapshot.fact(document).unwrap().id.as_deref(), Some(&*snapshot.id(document).unwrap()));
            }
        }
    });
}

#[test]
fn everything_may_go_to_another_thread() {
    fn shared<T: Send + Sync>() {}
    fn sent<T: Send>() {}
    shared::<Index>();
    shared::<Snapshot>();
    sent::<super::super::BulkLoad>();
}
