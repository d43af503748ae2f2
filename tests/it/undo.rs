//! Undoing a commit: everything is as it was before, and nothing of it counts
//! as decided against.

use serde_json::{Value, json};
use tractat::{Error, Event, ImportOptions, ImportReport, LaterChange, Options, Refusal, Store, Vocabulary};

use crate::input;

const VOCABULARY: &str = r#"
[world]
name = "log"
[fields.subject]
type = "reference"
kinds = ["person"]
[nouns.people]
singular = "person"
kinds = ["person"]
role = "subject"
[actions.noted]
label = "note"
"#;

fn store() -> Store {
    let store = Store::in_memory(&Vocabulary::from_toml(VOCABULARY).unwrap()).unwrap();
    import(&store, &person("ann", "Ann"), ImportOptions::new());
    store
}

fn person(id: &str, name: &str) -> String {
    format!("{{\"entity\":\"{id}\",\"kind\":\"person\",\"name\":\"{name}\"}}\n")
}

fn note(id: &str, who: &str, date: &str, source: &str) -> String {
    format!(
        "{{\"id\":\"{id}\",\"subject\":\"{who}\",\"action\":\"noted\",\"date\":\"{date}\",\"sources\":[{{\"publisher\":\"{source}\"}}]}}\n"
    )
}

fn import(store: &Store, text: &str, options: ImportOptions<'_>) -> ImportReport {
    input::import(store, "f.jsonl", text, options).unwrap()
}

/// Everything in force: facts, entities and the vocabulary.
fn world(store: &Store) -> (Vec<Value>, Vec<Value>, Vocabulary) {
    let mut facts: Vec<Value> = store.facts().map(|fact| json!(fact.unwrap())).collect();
    facts.sort_by_key(ToString::to_string);
    let mut entities: Vec<Value> = store.entities().iter().map(|(_, entity)| json!(**entity)).collect();
    entities.sort_by_key(ToString::to_string);
    (facts, entities, store.schema().vocabulary().clone())
}

#[test]
fn a_commit_that_is_undone_leaves_the_world_as_it_was_and_its_file_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("log.tractat");
    let store = Store::create(&place, &Vocabulary::from_toml(VOCABULARY).unwrap(), Options::default()).unwrap();
    import(&store, &(person("ann", "Ann") + &note("x", "ann", "2001", "A")), ImportOptions::new());
    store.transact(None, |transaction| transaction.retract("x", "wrong")).unwrap();
    import(&store, &note("y", "ann", "2002", "A"), ImportOptions::new());
    let before = world(&store);
    let file = person("bob", "Bob")
        + &person("ann", "Anna")
        + &note("x", "ann", "2001-05", "A")
        + &note("y", "ann", "2002-02", "A")
        + &note("z", "bob", "2003", "A");
    let options = || ImportOptions::new().revive(true);
    let number = import(&store, &file, options()).outcome.transaction.unwrap();
    let after = world(&store);
    let outcome = store.undo(number).unwrap();
    assert_eq!((outcome.undone, outcome.versions, outcome.retracted, outcome.entities), (1, 1, 1, 2));
    assert_eq!(world(&store), before);
    assert_eq!(store.history("z").unwrap().last().unwrap().event, Event::Undone(number));
    // Nobody decided against `z`; somebody did against `x`.
    let report = import(&store, &file, ImportOptions::new());
    assert_eq!((report.outcome.new, report.outcome.versions, report.outcome.stay_retracted), (1, 1, 1));
    store.undo(report.outcome.transaction.unwrap()).unwrap();
    assert_eq!(world(&store), before);
    import(&store, &file, options());
    assert_eq!(world(&store), after);
    drop(store);
    std::fs::remove_dir_all(place.join("index")).unwrap();
    let store = Store::open(&place).unwrap();
    assert_eq!(world(&store), after, "with a new index");
    store.undo(store.statistics().transaction).unwrap();
    store.checkpoint().unwrap();
    drop(store);
    let store = Store::open(&place).unwrap();
    assert_eq!(world(&store), before, "read from the index");
    assert!(store.check().unwrap().damages.is_empty());
}

#[test]
fn what_a_later_commit_changed_is_listed_and_stays() {
    let store = store();
    let first = import(&store, &(person("bob", "Bob") + &note("x", "bob", "2001", "A")), ImportOptions::new());
    let second = import(&store, &(person("bob", "Bobby") + &note("x", "bob", "2002", "A")), ImportOptions::new());
    let (first, second) = (first.outcome.transaction.unwrap(), second.outcome.transaction.unwrap());
    let now = world(&store);
    let error = store.undo(first).unwrap_err();
    let expected = [
        LaterChange::Fact { id: "x".to_owned(), transaction: second },
        LaterChange::Entity { id: "bob".to_owned(), transaction: second },
    ];
    assert!(
        matches!(&error, Error::ChangedLater { number, changes } if *number == first && *changes == expected),
        "{error}"
    );
    assert_eq!(world(&store), now);
    // The later one first, and then nothing stands in the way.
    store.undo(second).unwrap();
    store.undo(first).unwrap();
    assert_eq!(world(&store), world(&self::store()));
    // What came again since is not what the first one brought.
    let third = import(&store, &(person("bob", "Bob") + &note("x", "bob", "2001", "A")), ImportOptions::new());
    let third = third.outcome.transaction.unwrap();
    let expected = [
        LaterChange::Fact { id: "x".to_owned(), transaction: third },
        LaterChange::Entity { id: "bob".to_owned(), transaction: third },
    ];
    let error = store.undo(first).unwrap_err();
    assert!(matches!(&error, Error::ChangedLater { changes, .. } if *changes == expected), "{error}");
    store.undo(third).unwrap();
    assert_eq!(world(&store), world(&self::store()));
    assert!(matches!(store.undo(99), Err(Error::UnknownCommit { number: 99 })));
}

#[test]
fn what_a_later_commit_changed_and_another_changed_back_stands_in_the_way() {
    let store = store();
    let number = |report: ImportReport| report.outcome.transaction.unwrap();
    let plain = Vocabulary::from_toml(VOCABULARY).unwrap();
    let wider = Vocabulary::from_toml(&format!("{VOCABULARY}[actions.left]\nlabel = \"leaving\"\n")).unwrap();
    let words = |words: &Vocabulary| {
        store.transact(None, |transaction| transaction.vocabulary(words)).unwrap().1.transaction.unwrap()
    };
    let again = person("bob", "Bob") + &note("x", "bob", "2001", "A") + &note("y", "bob", "2001", "A");
    let file = number(import(&store, &again, ImportOptions::new()));
    let words_of_first = words(&wider);
    let before = world(&store);
    number(import(&store, &(person("bob", "Bobby") + &note("x", "bob", "2002", "A")), ImportOptions::new()));
    store.transact(None, |transaction| transaction.retract("y", "wrong")).unwrap();
    words(&plain);
    let back = number(import(&store, &again, ImportOptions::new().revive(true)));
    let words_again = words(&wider);
    assert_eq!(world(&store), before);
    let expected = [
        LaterChange::Fact { id: "x".to_owned(), transaction: back },
        LaterChange::Fact { id: "y".to_owned(), transaction: back },
        LaterChange::Entity { id: "bob".to_owned(), transaction: back },
    ];
    let error = store.undo(file).unwrap_err();
    assert!(matches!(&error, Error::ChangedLater { changes, .. } if *changes == expected), "{error}");
    let error = store.undo(words_of_first).unwrap_err();
    let expected = [LaterChange::Vocabulary { transaction: words_again }];
    assert!(matches!(&error, Error::ChangedLater { changes, .. } if *changes == expected), "{error}");
    // What was undone, and its undoing, have changed nothing.
    for later in (file..=words_again).rev() {
        store.undo(later).unwrap();
    }
    assert_eq!(world(&store), world(&self::store()));
}

#[test]
fn the_commit_that_gave_a_store_its_vocabulary_is_not_undone() {
    let store = Store::in_memory(&Vocabulary::from_toml(VOCABULARY).unwrap()).unwrap();
    assert!(matches!(store.undo(1), Err(Error::FirstVocabulary { number: 1 })));
    assert_eq!(store.schema().vocabulary().world.name, "log");
}

#[test]
fn an_entity_that_facts_need_is_not_taken_from_them() {
    let store = store();
    let number = import(&store, &person("bob", "Bob"), ImportOptions::new()).outcome.transaction.unwrap();
    import(&store, &note("x", "bob", "2001", "A"), ImportOptions::new());
    let error = store.undo(number).unwrap_err();
    let (facts, problem) = in_the_way(error, number);
    assert!(matches!(problem, Error::Refused(refusal) if matches!(*refusal, Refusal::OrphanedFacts(_))));
    assert_eq!(facts, (vec!["x".to_owned()], 1));
}

/// The facts that stand in the way of an undoing, how many there are, and what is wrong.
fn in_the_way(error: Error, undone: u64) -> ((Vec<String>, u64), Error) {
    match error {
        Error::NotUndone { number, facts, count, problem } if number == undone => ((facts, count), *problem),
        other => panic!("{other}"),
    }
}

#[test]
fn an_undoing_that_is_refused_names_the_first_facts_and_counts_them() {
    let store = store();
    let number = import(&store, &person("bob", "Bob"), ImportOptions::new()).outcome.transaction.unwrap();
    let notes: String = (10..30).map(|day| note(&format!("x{day}"), "bob", &format!("2001-01-{day}"), "A")).collect();
    import(&store, &notes, ImportOptions::new());
    let ((facts, count), _) = in_the_way(store.undo(number).unwrap_err(), number);
    assert_eq!((facts.len(), facts[0].as_str(), count), (10, "x10", 20));
}

#[test]
fn an_entity_is_not_as_it_was_if_it_could_not_be_defined_so_now() {
    let store = store();
    let bob = |weight: &str| person("bob", "Bob").replace('}', &format!(",\"weight\":{weight}}}"));
    let kept = || ImportOptions::new().keep_undeclared(true);
    import(&store, &bob("\"heavy\""), kept());
    let number = import(&store, &bob("80"), kept()).outcome.transaction.unwrap();
    let wider = Vocabulary::from_toml(&format!("{VOCABULARY}[fields]\nweight = {{ type = \"integer\" }}\n")).unwrap();
    store.transact(None, |transaction| transaction.vocabulary(&wider)).unwrap();
    let before = world(&store);
    let (facts, problem) = in_the_way(store.undo(number).unwrap_err(), number);
    assert_eq!(facts, (Vec::new(), 0));
    let names_bob = |refusal: &Refusal| matches!(refusal, Refusal::OfEntity { id, .. } if id == "bob");
    assert!(matches!(problem, Error::Refused(refusal) if names_bob(&refusal)));
    assert_eq!(world(&store), before);
}

#[test]
fn a_fact_that_the_world_no_longer_accepts_is_named() {
    let store = store();
    let wider = Vocabulary::from_toml(&format!("{VOCABULARY}[actions.left]\nlabel = \"leaving\"\n")).unwrap();
    store.transact(None, |transaction| transaction.vocabulary(&wider)).unwrap();
    import(&store, &note("x", "ann", "2001", "A").replace("noted", "left"), ImportOptions::new());
    let number = import(&store, &note("x", "ann", "2001", "A"), ImportOptions::new()).outcome.transaction.unwrap();
    let narrower = Vocabulary::from_toml(VOCABULARY).unwrap();
    store.transact(None, |transaction| transaction.vocabulary(&narrower)).unwrap();
    let (facts, problem) = in_the_way(store.undo(number).unwrap_err(), number);
    assert!(matches!(problem, Error::Refused(refusal) if matches!(*refusal, Refusal::UnknownAction { .. })));
    assert_eq!(facts, (vec!["x".to_owned()], 1));
}

#[test]
fn a_vocabulary_is_as_it_was_unless_facts_need_what_it_had() {
    let store = store();
    let wider = Vocabulary::from_toml(&format!("{VOCABULARY}[actions.left]\nlabel = \"leaving\"\n")).unwrap();
    let before = world(&store);
    let left = note("x", "ann", "2001", "A").replace("noted", "left");
    let fact = serde_json::from_str(&left).unwrap();
    let ((), outcome) = store
        .transact(None, |transaction| {
            transaction.vocabulary(&wider)?;
            transaction.assert(fact).map(drop)
        })
        .unwrap();
    store.undo(outcome.transaction.unwrap()).unwrap();
    assert_eq!(world(&store), before, "with its own fact it goes");
    let ((), outcome) = store.transact(None, |transaction| transaction.vocabulary(&wider)).unwrap();
    import(&store, &left, ImportOptions::new());
    let number = outcome.transaction.unwrap();
    let (facts, problem) = in_the_way(store.undo(number).unwrap_err(), number);
    assert!(matches!(problem, Error::DropsValues { .. }));
    assert_eq!(facts, (vec!["x".to_owned()], 1));
}

#[test]
fn facts_that_an_import_joined_are_as_their_other_records_make_them() {
    let store = store();
    let joined = || ImportOptions::new().corroborate(true);
    import(&store, &note("x", "ann", "2001", "A"), joined());
    let before = world(&store);
    let number = import(&store, &note("y", "ann", "2001-05-06", "B"), joined()).outcome.transaction.unwrap();
    let both = world(&store);
    assert_eq!(both.0[0]["date"], "2001-05-06");
    store.undo(number).unwrap();
    assert_eq!(world(&store), before);
    import(&store, &note("y", "ann", "2001-05-06", "B"), joined());
    assert_eq!(world(&store), both);
}

#[test]
fn facts_that_were_joined_later_too_are_made_anew_of_the_records_that_remain() {
    let joined = || ImportOptions::new().corroborate(true);
    let from = |id: &str, date: &str, publisher: &str| note(id, "ann", date, publisher);
    let (a, b, c) = (from("x", "2001", "A"), from("y", "2001-05-06", "B"), from("z", "2001-05", "C"));
    for files in [[&a, &b, &c], [&b, &a, &c], [&a, &c, &b]] {
        for undone in 0..2 {
            let store = store();
            let numbers = files.map(|file| import(&store, file, joined()).outcome.transaction.unwrap());
            let all = world(&store);
            assert_eq!(all.0.len(), 1);
            let outcome = store.undo(numbers[undone]).unwrap();
            assert_eq!(outcome.remade, 1);
            let remaining = self::store();
            for (place, file) in files.iter().enumerate().filter(|(place, _)| *place != undone) {
                let other = |outcome: Option<u64>| assert!(outcome.is_some(), "{place}");
                other(import(&remaining, file, joined()).outcome.transaction);
            }
            let without_id = |world: &(Vec<Value>, Vec<Value>, Vocabulary)| {
                let strip = |fact: &Value| json!({"date": fact["date"], "sources": fact["sources"]});
                world.0.iter().map(strip).collect::<Vec<Value>>()
            };
            assert_eq!(without_id(&world(&store)), without_id(&world(&remaining)), "{files:?} without {undone}");
            import(&store, files[undone], joined());
            assert_eq!(without_id(&world(&store)), without_id(&all), "{files:?} again {undone}");
        }
    }
}

#[test]
fn what_somebody_has_decided_since_is_not_made_anew() {
    let store = store();
    let joined = || ImportOptions::new().corroborate(true);
    import(&store, &note("x", "ann", "2001", "A"), joined());
    let number = import(&store, &note("y", "ann", "2001-05-06", "B"), joined()).outcome.transaction.unwrap();
    let mut fact = store.get("x").unwrap().unwrap();
    fact.note = Some("seen".to_owned());
    store.transact(None, |transaction| transaction.assert(fact)).unwrap();
    assert!(matches!(store.undo(number), Err(Error::ChangedLater { changes, .. }) if changes.len() == 1));
}

#[test]
fn what_stays_of_a_joined_fact_keeps_its_id_and_says_only_what_was_said() {
    let joined = || ImportOptions::new().corroborate(true);
    for undone in 0..2 {
        let store = store();
        let first = note("x", "ann", "2001", "A").replacen('{', "{\"note\":\"seen\",\"title\":\"one\",", 1);
        let second = note("y", "ann", "2001-05-06", "B").replacen('{', "{\"title\":\"two\",", 1);
        let files = [first, second];
        let numbers = files.clone().map(|file| import(&store, &file, joined()).outcome.transaction.unwrap());
        assert_eq!(store.undo(numbers[undone]).unwrap().remade, u64::from(undone == 0));
        let mut fact = json!(store.get("x").unwrap());
        assert_eq!(store.facts().count(), 1);
        let mut expected: Value = serde_json::from_str(&files[1 - undone]).unwrap();
        for value in [&mut fact, &mut expected] {
            value.as_object_mut().unwrap().remove("id");
        }
        // The id that its record came with is kept as that of its source.
        expected["sources"][0]["record"] = ["x", "y"][1 - undone].into();
        assert_eq!(fact, expected, "#{undone} undone");
        assert!(store.history("y").unwrap().is_empty());
    }
}

#[test]
fn a_version_that_did_not_come_of_joining_is_not_taken_apart() {
    for is_joined in [false, true] {
        let store = store();
        let first = import(&store, &note("x", "ann", "2001", "A"), ImportOptions::new()).outcome.transaction.unwrap();
        // The same record, as somebody says it of this fact, or as one that joins it.
        let second = import(&store, &note("x", "ann", "2001", "B"), ImportOptions::new().corroborate(is_joined));
        let before = world(&store);
        assert_eq!(before.0[0]["sources"].as_array().unwrap().len(), 2);
        let expected = [LaterChange::Fact { id: "x".to_owned(), transaction: second.outcome.transaction.unwrap() }];
        match store.undo(first) {
            Ok(outcome) => assert_eq!((is_joined, outcome.remade), (true, 1)),
            Err(Error::ChangedLater { changes, .. }) => {
                assert_eq!((is_joined, &changes[..]), (false, &expected[..]));
                assert_eq!(world(&store), before);
            }
            Err(other) => panic!("{other}"),
        }
    }
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    /// A commit of any kind: what it was, if it changed anything.
    fn commit(&mut self, store: &Store) -> Option<u64> {
        let mut live: Vec<String> = store.facts().map(|fact| fact.unwrap().id.clone().unwrap()).collect();
        live.sort();
        if self.below(5) == 0 && !live.is_empty() {
            let id = &live[self.below(live.len())];
            return store.transact(None, |transaction| transaction.retract(id, "wrong")).unwrap().1.transaction;
        }
        if self.below(8) == 0 {
            let text = format!("{VOCABULARY}[actions.a{}]\nlabel = \"other\"\n", self.below(3));
            let vocabulary = Vocabulary::from_toml(&text).unwrap();
            return store.transact(None, |transaction| transaction.vocabulary(&vocabulary)).unwrap().1.transaction;
        }
        let mut file = String::new();
        for _ in 0..=self.below(4) {
            let who = self.one_of(&["ann", "bob", "eve"]);
            if self.below(3) == 0 {
                file += &person(who, self.one_of(&["Ann", "Bob", "Eve", "Zoe"]));
                continue;
            }
            let date = self.one_of(&["2001", "2001-05", "2001-05-06", "2001-06", "2002"]);
            // One act under one id: which of two acts of an id is the last, the order in the store decides.
            let id = format!("{who}{}", self.below(2));
            let fact = note(&id, who, date, self.one_of(&["A", "B", "C"]));
            file += &if self.below(2) == 0 { fact } else { fact.replacen(&format!("\"id\":\"{id}\","), "", 1) };
        }
        let options = ImportOptions::new()
            .corroborate(self.below(2) == 0)
            .revive(self.below(3) == 0)
            .replace(self.below(3) == 0)
            .versions(true);
        import(store, &file, options).outcome.transaction
    }
}

/// The law of undoing: a commit and its undoing leave all as it was; undoing that brings all back;
/// and many commits undone from the last to the first leave the beginning.
#[test]
fn whatever_a_commit_was_undoing_it_leaves_what_was_before() {
    let mut undone = 0;
    for seed in 0..150 {
        let mut dice = Dice(seed);
        let store = store();
        import(&store, &(person("bob", "Bob") + &person("eve", "Eve")), ImportOptions::new());
        let mut worlds = vec![world(&store)];
        let mut commits = Vec::new();
        for _ in 0..8 {
            let (before, mut same) = (world(&store), Dice(dice.0));
            let Some(number) = dice.commit(&store) else { continue };
            let after = world(&store);
            if dice.below(2) == 0 {
                let undoing = store.undo(number).unwrap().transaction;
                assert_eq!(world(&store), before, "seed {seed}: #{number} undone");
                if dice.below(2) == 0 {
                    commits.push(same.commit(&store).unwrap());
                    assert_eq!(world(&store), after, "seed {seed}: #{number} undone and done again");
                    worlds.push(after);
                    continue;
                }
                let again = undoing.and_then(|undoing| store.undo(undoing).unwrap().transaction);
                assert_eq!(world(&store), after, "seed {seed}: #{number} undone, and that too: {again:?}");
                undone += 1;
                worlds.push(after);
                commits.push(again.unwrap_or(number));
                continue;
            }
            worlds.push(after);
            commits.push(number);
        }
        for (number, before) in commits.iter().rev().zip(worlds.iter().rev().skip(1)) {
            store.undo(*number).unwrap();
            assert_eq!(world(&store), *before, "seed {seed}: #{number} undone in turn");
        }
    }
    assert!(undone > 200, "{undone}");
}
