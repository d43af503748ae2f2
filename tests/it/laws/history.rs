//! One random history: what is done to the store is done to the mirror, and
//! what each question was answered then is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};
use tractat::{Answer, Asserted, Error, Event, Fact, ImportOptions, Options, ProblemKind, Store, Transaction};

use super::days::DATES;
use super::mirror::{Deed, Record, State, Thing, folded, vocabulary};
use super::questions::{Question, Reply, expected, questions, remembered, reply, rows_of, same};
use crate::input;
use crate::random::Random;

pub struct History {
    pub seed: u64,
    pub random: Random,
    pub path: PathBuf,
    /// Milliseconds since 1970, as the store's clock shows them.
    pub clock: Arc<AtomicI64>,
    pub store: Option<Store>,
    pub state: State,
    /// Each deed with the transaction that did it.
    pub deeds: Vec<(u64, Deed)>,
    /// The commit time of each transaction, the first at 0.
    pub times: Vec<i64>,
    /// What every question was answered after each transaction.
    pub replies: Vec<Vec<Reply>>,
    pub questions: Vec<Question>,
    pub fresh_ids: usize,
}

/// All facts, those outside a group, and a table: of the questions, by their places.
const HELD: [usize; 3] = [0, 13, 5];

pub const DAY: i64 = 86_400_000;
/// Noon of 2020-01-01.
pub const BEGIN: i64 = 18_262 * DAY + DAY / 2;

pub const NOTES: [&str; 4] = ["a silver mine", "Silver and a copper mine", "the river", "mine silver"];
pub const OBJECTS: [&str; 8] = ["acme", "ACME", "Acme Works", "ACW", "bolt", "BLT", "zinc", "Zinc Brothers"];
pub const FROM: [Option<i32>; 3] = [None, Some(20_130_301), Some(20_130_615)];
pub const UNTIL: [Option<i32>; 3] = [None, Some(20_140_305), Some(20_150_101)];

pub fn one_of<T: Copy>(random: &mut Random, all: &[T]) -> T {
    all[random.below(all.len())]
}

/// Half of the time one of them.
pub fn perhaps<T: Copy>(random: &mut Random, all: &[T]) -> Option<T> {
    (random.below(2) == 0).then(|| one_of(random, all))
}

pub fn options(clock: &Arc<AtomicI64>) -> Options {
    let clock = clock.clone();
    let time = move || UNIX_EPOCH + Duration::from_millis(clock.load(Ordering::SeqCst).unsigned_abs());
    Options::new().author("laws").clock(time)
}

impl History {
    pub fn begin(seed: u64, folder: &Path) -> Self {
        let clock = Arc::new(AtomicI64::new(BEGIN));
        let path = folder.join("laws.tractat");
        let store = Store::create(&path, &vocabulary(&BTreeSet::new()), options(&clock)).unwrap();
        let mut history = Self {
            seed,
            random: Random::new(seed),
            path,
            clock,
            store: Some(store),
            state: State::default(),
            deeds: Vec::new(),
            times: vec![BEGIN],
            replies: Vec::new(),
            questions: questions().into_iter().chain(remembered()).collect(),
            fresh_ids: 0,
        };
        history.remember();
        let mut things = history.first_things();
        // Entities may be defined in any order.
        let turn = history.random.below(things.len());
        things.rotate_left(turn);
        history.commit(things.into_iter().map(Deed::Define).collect());
        history
    }

    pub fn store(&self) -> &Store {
        self.store.as_ref().unwrap()
    }

    pub fn first_things(&mut self) -> Vec<Thing> {
        let group = |id, kind, name, groups| Thing { id, kind, name, aliases: Vec::new(), groups };
        let mut things = vec![
            group("everywhere", "region", "Everywhere", Vec::new()),
            group("north", "region", "The North", vec![("everywhere", None, None)]),
            group("south", "region", "The South", vec![("everywhere", None, None)]),
            group("league", "league", "The League", Vec::new()),
        ];
        things.extend(["reds", "blues"].map(|team| self.team(team)));
        things.extend(["ada", "ben", "dora"].map(|person| self.person(person)));
        things
    }

    pub fn interval(&mut self) -> (Option<i32>, Option<i32>) {
        (one_of(&mut self.random, &FROM), one_of(&mut self.random, &UNTIL))
    }

    pub fn team(&mut self, id: &'static str) -> Thing {
        let (from, until) = self.interval();
        let groups = if self.random.below(4) == 0 { Vec::new() } else { vec![("league", from, until)] };
        Thing {
            id,
            kind: "team",
            name: if id == "reds" { "Red Team" } else { "Blue Team" },
            aliases: Vec::new(),
            groups,
        }
    }

    /// A person with one way to each group at most.
    pub fn person(&mut self, id: &'static str) -> Thing {
        let (name, alias) = match id {
            "ada" => ("Ada Lovelace", "ADL"),
            "ben" => ("Ben Jonson", "BJN"),
            _ => ("Dóra Maar", "DMR"),
        };
        let mut groups = Vec::new();
        if let Some(region) = perhaps(&mut self.random, &["north", "south"]) {
            groups.push((region, None, None));
        }
        if self.random.below(4) > 0 {
            let (from, until) = self.interval();
            groups.push((one_of(&mut self.random, &["reds", "blues", "league"]), from, until));
        }
        Thing { id, kind: "person", name, aliases: vec![alias], groups }
    }

    /// A firm; the names that facts use already may become its aliases, or cease to be.
    pub fn firm(&mut self) -> Thing {
        let (id, name, alias) = one_of(
            &mut self.random,
            &[("acme", "Acme Works", "ACW"), ("bolt", "Bolt", "BLT"), ("zinc", "Zinc", "Zinc Brothers")],
        );
        let aliases = if self.random.below(2) == 0 { vec![alias] } else { Vec::new() };
        Thing { id, kind: "firm", name, aliases, groups: Vec::new() }
    }

    pub fn record(&mut self, id: Option<String>) -> Record {
        let people: Vec<Thing> = self.state.things.values().filter(|thing| thing.kind == "person").cloned().collect();
        let person = &people[self.random.below(people.len())];
        let names: Vec<&str> = [person.id, person.name].into_iter().chain(person.aliases.iter().copied()).collect();
        let name = one_of(&mut self.random, &names);
        let subject = match self.random.below(3) {
            0 => name.to_uppercase(),
            1 => folded(name),
            _ => name.to_owned(),
        };
        let random = &mut self.random;
        Record {
            id,
            subject,
            action: one_of(random, &["opened", "closed", "moved"]),
            object: perhaps(random, &OBJECTS),
            date: if random.below(6) == 0 { None } else { Some(one_of(random, &DATES)) },
            effective: perhaps(random, &DATES),
            weight: perhaps(random, &[1, 5, 9]),
            colour: perhaps(random, &["red", "Red", "green"]),
            note: perhaps(random, &NOTES),
            publishers: perhaps(random, &[&["Gazette"][..], &["Gazette", "Herald"], &["Herald"]])
                .unwrap_or(&[])
                .to_vec(),
        }
    }

    /// Asserts and retractions, some of which change nothing.
    pub fn facts(&mut self) -> Vec<Deed> {
        let mut after = self.state.clone();
        let mut deeds = Vec::new();
        for _ in 0..=self.random.below(6) {
            let live: Vec<String> = after.facts.keys().cloned().collect();
            let gone: Vec<String> = after.retracted.iter().cloned().collect();
            let deed = match self.random.below(10) {
                4 | 5 if !live.is_empty() => {
                    let id = live[self.random.below(live.len())].clone();
                    Deed::Assert(id.clone(), self.record(Some(id)))
                }
                6 if !live.is_empty() => {
                    let id = live[self.random.below(live.len())].clone();
                    Deed::Assert(id.clone(), after.facts[&id].clone())
                }
                7 if !live.is_empty() => {
                    let id = live[self.random.below(live.len())].clone();
                    Deed::Retract(id, format!("reason {}", self.random.below(100)))
                }
                8 if !gone.is_empty() => {
                    let id = gone[self.random.below(gone.len())].clone();
                    Deed::Assert(id.clone(), self.record(Some(id)))
                }
                3 => {
                    let record = self.record(None);
                    Deed::Assert(record.key(), record)
                }
                _ => {
                    self.fresh_ids += 1;
                    let id = format!("f{:02}", self.fresh_ids);
                    Deed::Assert(id.clone(), self.record(Some(id)))
                }
            };
            if !matches!(&deed, Deed::Assert(id, _) if after.retracted.contains(id)) {
                after.apply(&deed);
            }
            deeds.push(deed);
        }
        deeds
    }

    pub fn tick(&mut self) {
        // Now and then the clock goes back; commit times never do.
        let minutes = if self.random.below(6) == 0 { -90 } else { i64::try_from(self.random.below(4000)).unwrap() };
        self.clock.fetch_add(minutes * 60_000, Ordering::SeqCst);
    }

    /// What asserting does to a state, in the words of the API.
    pub fn judge(state: &State, id: &str, record: &Record) -> Asserted {
        let id = id.to_owned();
        match state.facts.get(&id) {
            Some(known) if known.says_the_same(record) => Asserted::Unchanged(id),
            Some(_) => Asserted::Version(id),
            None if state.retracted.contains(&id) => Asserted::Retracted(id),
            None => Asserted::New(id),
        }
    }

    /// Does it deed by deed in the open transaction; returns what had an effect
    /// and the state after it.
    pub fn perform(&self, transaction: &mut Transaction<'_>, deeds: Vec<Deed>) -> Result<(State, Vec<Deed>), Error> {
        let mut state = self.state.clone();
        let mut done = Vec::new();
        for deed in deeds {
            let effect = match &deed {
                Deed::Declare(field) => {
                    let mut declared = state.declared.clone();
                    let new = declared.insert(field);
                    transaction.vocabulary(&vocabulary(&declared))?;
                    new
                }
                Deed::Define(thing) => {
                    transaction.define(thing.entity())?;
                    state.things.get(thing.id) != Some(thing)
                }
                Deed::Assert(id, record) => {
                    let wanted = Self::judge(&state, id, record);
                    let got = transaction.assert(record.fact(record.id.as_deref()))?;
                    assert_eq!(got, wanted, "seed {}: {record:?}", self.seed);
                    matches!(got, Asserted::New(_) | Asserted::Version(_))
                }
                Deed::Retract(id, reason) => {
                    transaction.retract(id, reason)?;
                    true
                }
            };
            if effect {
                state.apply(&deed);
                done.push(deed);
            }
        }
        Ok((state, done))
    }

    pub fn commit(&mut self, deeds: Vec<Deed>) {
        self.tick();
        let ((state, done), outcome) =
            self.store().clone().transact(None, |transaction| self.perform(transaction, deeds)).unwrap();
        let number = outcome.transaction;
        assert_eq!(number.is_some(), !done.is_empty(), "seed {}: {done:?}", self.seed);
        let asserted = done.iter().filter(|deed| matches!(deed, Deed::Assert(..))).count() as u64;
        let retracted = done.iter().filter(|deed| matches!(deed, Deed::Retract(..))).count() as u64;
        assert_eq!((outcome.new + outcome.versions, outcome.retracted), (asserted, retracted), "seed {}", self.seed);
        self.done(number, state, done);
    }

    pub fn done(&mut self, number: Option<u64>, state: State, done: Vec<Deed>) {
        let Some(number) = number else { return };
        assert_eq!(number, self.times.len() as u64 + 1, "seed {}: numbers have no holes", self.seed);
        let time = self.clock.load(Ordering::SeqCst).max(*self.times.last().unwrap());
        self.times.push(time);
        self.deeds.extend(done.into_iter().map(|deed| (number, deed)));
        self.state = state;
        self.remember();
    }

    /// Asks everything, holds it against the mirror, and keeps it as what was known now.
    pub fn remember(&mut self) {
        let replies = self.questions.iter().map(|question| reply(self.store(), question, "")).collect();
        self.replies.push(replies);
        // A closed field may not be asked about names that nobody has defined.
        if !self.state.things.is_empty() {
            self.agrees("after a transaction");
        }
    }

    pub fn agrees(&self, when: &str) {
        for (question, last) in self.questions.iter().zip(self.replies.last().unwrap()) {
            let got = reply(self.store(), question, "");
            let wanted = question.test.map_or_else(|| last.clone(), |test| expected(&self.state, question, test));
            assert!(
                same(question, &got, &wanted),
                "seed {}, transaction {}, {when}: `{}`\n  got      {}\n  expected {}\n  things {:?}",
                self.seed,
                self.times.len(),
                question.text(""),
                shown(&got),
                shown(&wanted),
                self.state.things.values()
            );
        }
    }

    /// Asserts again what was retracted, which only an import may.
    pub fn revive(&mut self) {
        let Some(id) = self.state.retracted.iter().next().cloned() else { return };
        let record = self.record(Some(id.clone()));
        self.tick();
        let line = serde_json::to_string(&record.json(Some(&id))).unwrap();
        let skipped = import(self.store(), &line, ImportOptions::default());
        assert_eq!((skipped.outcome.transaction, skipped.outcome.stay_retracted), (None, 1), "seed {}", self.seed);
        let revived = import(self.store(), &line, ImportOptions::new().revive(true));
        let mut state = self.state.clone();
        let deed = Deed::Assert(id, record);
        state.apply(&deed);
        self.done(revived.outcome.transaction, state, vec![deed]);
    }

    /// A transaction that fails after having done much leaves no trace.
    pub fn fail(&mut self) {
        let before = files(&self.path.join("journal"));
        let mut deeds = self.facts();
        deeds.insert(0, Deed::Define(self.firm()));
        deeds.push(Deed::Declare("weight"));
        let ending = self.random.below(3);
        let failed = self.store().transact(None, |transaction| {
            self.perform(transaction, deeds)?;
            match ending {
                0 => Err(Error::Cancelled),
                1 => transaction.retract("never-there", "on purpose"),
                _ => {
                    let unknown = Record { subject: "nobody".to_owned(), action: "opened", ..Record::default() };
                    transaction.assert(unknown.fact(None)).map(drop)
                }
            }
        });
        assert!(failed.is_err());
        assert_eq!(files(&self.path.join("journal")), before, "seed {}: the journal", self.seed);
        self.agrees("after a transaction that failed");
    }

    /// The store is disturbed in a way that changes no answer.
    pub fn disturb(&mut self) {
        let how = self.random.below(7);
        match how {
            0 => self.reopen(|_| {}),
            1 => self.reopen(|path| fs::remove_dir_all(path.join("index")).unwrap()),
            2 => self.store().rebuild().unwrap(),
            3 => self.store().checkpoint().unwrap(),
            _ => return,
        }
        self.agrees(["opened again", "its index deleted", "rebuilt", "checkpointed"][how]);
    }

    pub fn reopen(&mut self, between: impl Fn(&Path)) {
        self.store = None;
        between(&self.path);
        self.store = Some(Store::open_with(&self.path, options(&self.clock)).unwrap());
        assert_eq!(self.store().read_only(), None);
    }

    pub fn step(&mut self) {
        // Answers begun before give the rows of before, whatever happens meanwhile.
        let held: Vec<(usize, Answer, Vec<Value>)> = HELD
            .into_iter()
            .map(|number| {
                let mut answer = self.store().query(&self.questions[number].text("")).unwrap();
                let begun = answer.by_ref().take(1).map(|row| Value::Object(row.unwrap().object().unwrap())).collect();
                (number, answer, begun)
            })
            .collect();
        let before: Vec<Reply> = self.replies.last().unwrap().clone();
        match self.random.below(12) {
            0 => self.revive(),
            1 => {
                let person = one_of(&mut self.random, &["ada", "ben", "dora"]);
                let deeds = vec![Deed::Define(self.person(person)), Deed::Define(self.firm())];
                self.commit(deeds);
            }
            2 => {
                let team = one_of(&mut self.random, &["reds", "blues"]);
                let mut deeds = vec![Deed::Define(self.team(team))];
                deeds.extend(self.facts());
                self.commit(deeds);
            }
            3 => {
                let firm = self.firm();
                self.commit(vec![Deed::Define(firm)]);
            }
            4 => {
                let field = one_of(&mut self.random, &["weight", "colour"]);
                let mut deeds = vec![Deed::Declare(field)];
                deeds.extend(self.facts());
                self.commit(deeds);
            }
            5 => self.fail(),
            _ => {
                let deeds = self.facts();
                self.commit(deeds);
            }
        }
        if self.random.below(4) == 0 {
            self.store().rebuild().unwrap();
        }
        for (number, answer, mut rows) in held {
            rows.extend(rows_of(answer));
            let wanted = &before[number].as_ref().unwrap().0;
            assert_eq!(&rows, wanted, "seed {}: `{}` begun before", self.seed, self.questions[number].text(""));
        }
        self.disturb();
    }

    /// What was known after each transaction, and on each day, is still known.
    pub fn remembers(&mut self) {
        let asked = self.questions.iter().zip(self.replies.last().unwrap());
        for (question, _) in asked.filter(|(question, reply)| question.test.is_none() && reply.is_none()) {
            let why = self.store().query(&question.text("")).err().unwrap();
            let Error::Query(wrong) = &why else { panic!("seed {}: `{}`: {why}", self.seed, question.text("")) };
            let unknown = |kind| matches!(kind, ProblemKind::UnknownName { .. });
            assert!(wrong.iter().all(|one| unknown(one.problem.kind())), "seed {}: {why}", self.seed);
        }
        for number in (1..=self.times.len()).rev() {
            self.knows(&format!("known #{number}"), &self.replies[number - 1].clone());
        }
        let (first, last) = (BEGIN / DAY, self.times.last().unwrap() / DAY);
        for _ in 0..4 {
            let day = first + i64::try_from(self.random.below(usize::try_from(last - first + 2).unwrap())).unwrap();
            let until = self.times.iter().filter(|time| *time / DAY <= day).count();
            let civil = jiff::Timestamp::from_millisecond(day * DAY).unwrap().strftime("%Y-%m-%d").to_string();
            self.knows(&format!("known {civil}"), &self.replies[until - 1].clone());
        }
        let nothing = self.store().query("known 2019-12-31 | count").unwrap();
        assert_eq!(rows_of(nothing), [json!({"count": 0})], "before the first commit nothing was known");
    }

    /// What was known after one transaction is still known.
    pub fn remembers_one(&mut self) {
        let number = 1 + self.random.below(self.times.len());
        self.knows(&format!("known #{number}"), &self.replies[number - 1]);
    }

    pub fn knows(&self, known: &str, replies: &[Reply]) {
        for (question, wanted) in self.questions.iter().zip(replies) {
            let got = reply(self.store(), question, known);
            assert!(
                &got == wanted,
                "seed {}: `{}`\n  got  {}\n  then {}",
                self.seed,
                question.text(known),
                shown(&got),
                shown(wanted)
            );
        }
    }

    /// The history of every id is what was done to it, with when and by whom.
    pub fn recounts(&self) {
        let ids: BTreeSet<&String> = self
            .deeds
            .iter()
            .filter_map(|(_, deed)| match deed {
                Deed::Assert(id, _) | Deed::Retract(id, _) => Some(id),
                _ => None,
            })
            .collect();
        for id in ids {
            let wanted: Vec<(u64, Event)> = self
                .deeds
                .iter()
                .filter_map(|(number, deed)| match deed {
                    Deed::Assert(other, record) if other == id => {
                        Some((*number, Event::Asserted(record.fact(Some(id)))))
                    }
                    Deed::Retract(other, reason) if other == id => Some((*number, Event::Retracted(reason.clone()))),
                    _ => None,
                })
                .collect();
            let changes = self.store().history(id).unwrap();
            for change in &changes {
                let time: jiff::Timestamp = change.time.parse().unwrap();
                let number = usize::try_from(change.transaction).unwrap();
                let wanted = self.times[number - 1];
                assert!((wanted..wanted + 10).contains(&time.as_millisecond()), "seed {}: {change}", self.seed);
                assert_eq!(change.author, "laws");
            }
            let got: Vec<(u64, Event)> = changes.into_iter().map(|change| (change.transaction, change.event)).collect();
            assert_eq!(got, wanted, "seed {}: history of {id}", self.seed);
            let current = self.state.facts.get(id).map(|record| record.fact(Some(id)));
            assert_eq!(self.store().get(id).unwrap(), current, "seed {}: {id}", self.seed);
        }
    }

    /// What is exported can be imported elsewhere, and a second time changes nothing.
    pub fn travels(&self) {
        let facts: Vec<Fact> = self.store().facts().map(Result::unwrap).collect();
        let lines: Vec<String> = facts.iter().map(|fact| serde_json::to_string(fact).unwrap()).collect();
        let other = Store::in_memory(&vocabulary(&self.state.declared)).unwrap();
        other
            .transact(None, |transaction| {
                self.state.things.values().try_for_each(|thing| transaction.define(thing.entity()))
            })
            .unwrap();
        let file = lines.join("\n");
        let report = import(&other, &file, ImportOptions::default());
        assert_eq!(
            (report.records, report.outcome.new),
            (facts.len() as u64, facts.len() as u64),
            "seed {}",
            self.seed
        );
        let mine: BTreeSet<String> = lines.into_iter().collect();
        let theirs: BTreeSet<String> =
            other.facts().map(|fact| serde_json::to_string(&fact.unwrap()).unwrap()).collect();
        assert_eq!(theirs, mine, "seed {}: what was exported and imported", self.seed);
        for question in &self.questions {
            let (got, wanted) = (reply(&other, question, ""), reply(self.store(), question, ""));
            assert!(same(question, &got, &wanted), "seed {}: `{}` elsewhere", self.seed, question.text(""));
        }
        let again = import(&other, &file, ImportOptions::default());
        assert_eq!(
            (again.outcome.transaction, again.outcome.unchanged),
            (None, facts.len() as u64),
            "seed {}",
            self.seed
        );
    }
}

pub fn shown(reply: &Reply) -> String {
    match reply {
        None => "not understood".to_owned(),
        Some((rows, possible)) => {
            let rows: Vec<String> = rows.iter().map(ToString::to_string).collect();
            format!("{} ({possible} possible)", rows.join("\n           "))
        }
    }
}

pub fn import(store: &Store, lines: &str, options: ImportOptions<'_>) -> tractat::ImportReport {
    // Facts may have fields from before these were declared.
    input::import(store, "laws.jsonl", lines, options.keep_undeclared(true)).unwrap()
}

/// Every file of a folder with its bytes.
pub fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}
