//! Small worlds at random: people who join clubs and leave them, with a
//! history of commits, and the views of every state that it went through.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::random::Random;
use crate::exec::testing::{self, MemoryView};
use crate::index::{CommitInfo, Index, JournalPosition, Mutation, MutationBatch, View};
use crate::judge::naive::{self, Entered};
use crate::model::vocabulary::{CoverageClaim, Publisher};
use crate::model::{Date, Day, Entities, Entity, Fact, Resolution, Schema, Vocabulary};
use crate::syntax::reserved_words;

/// The date field of entities for which a rule stands in, and the key of the rule.
const ENTERED: (&str, &str) = ("founded", "founding");

const VOCABULARY: &str = r#"
    [world]
    name = "clubs"
    [fields]
    effective = { type = "date", rule = "effect" }
    score = { type = "integer" }
    weight = { type = "number" }
    topic = { type = "keyword" }
    ally = { type = "reference", open = true }
    summary = { type = "text" }
    founded = { type = "date", threshold = "founding" }
    size = { type = "integer" }
    patron = { type = "reference" }
    subject = { type = "reference", open = true }
    object = { type = "reference", open = true }
    [nouns]
    people = { singular = "person", kinds = ["person"], role = "subject" }
    clubs = { singular = "club", kinds = ["club"], role = "object" }
    [groups]
    region = { kinds = ["region"], partition = "region" }
    union = { kinds = ["union"] }
    [actions]
    applied = { label = "application", forms = ["application"] }
    elected = { label = "election", forms = ["election"] }
    appointed = { label = "appointment", forms = ["appointment"] }
    inherited = { label = "inheritance", computed = { effective = { subject = "from", not_before = "founded", cite = "Art. 3" } } }
    resigned = { label = "resignation", forms = ["resignation", "quit"] }
    repented = { label = "repentance" }
    [umbrellas]
    admitted = { covers = ["elected", "appointed", "inherited"], forms = ["admission"] }
    transferred = { covers = ["appointed", "resigned"], label = "transfer", forms = ["transfer"] }
    exited = { covers = ["resigned"], forms = ["exit"] }
    [status.enrolled]
    open = [{ by = "admitted", at = "effective" }]
    close = [{ by = "resigned", at = "effective" }]
    [status.leaving]
    open = [{ by = "resigned", at = "date" }]
    close = [{ by = "resigned", at = "effective" }, { by = "repented", at = "date" }]
    [status.candidate]
    open = [{ by = "applied", at = "date" }]
    close = [{ by = "admitted", at = "date" }]
    [cancels]
    repented = "resigned"
"#;

const DATES: [&str; 16] = [
    "2003-11-02",
    "2004",
    "2004-05",
    "2004-05-01",
    "2004-05-02",
    "2004-05-31",
    "2004-12-31",
    "2005~",
    "2005-03",
    "2005-03-15",
    "2005-06-15?",
    "200X",
    "[2004-06-01..]",
    "[..2005-03]",
    "2004/2005",
    "2006-01-15",
];
/// Days before 1970, before year 1 and beyond 2100, for some worlds.
const FAR: [&str; 14] = [
    "1960",
    "1969-12-31",
    "1970-01-01",
    "1969-12/1970-01",
    "196X",
    "0044-03-15",
    "0000",
    "-0001-12-31",
    "-0043-03-15",
    "-0043",
    "[..-0043-03]",
    "2101-05",
    "2150-05-31",
    "[2199..]",
];
const STRETCHES: [&str; 3] = ["2004-05/..", "../2004-05", "2003-06/2005-03-15"];
const SUBJECTS: [&str; 11] =
    ["ada", "ADA", "Ada Stone", "ben", "BN", "cleo", "dan", "stranger", "Stranger", "Lone Wolf", "Adá"];
const OBJECTS: [&str; 9] = ["oak", "Oak Club", "OAK", "elm", "fir", "Fir Society", "backroom", "Backroom", "stranger"];
/// The last three are umbrellas: of such an act no more is known.
const ACTIONS: [&str; 9] =
    ["applied", "elected", "appointed", "resigned", "repented", "inherited", "admitted", "transferred", "exited"];
/// Numbers in JSON, some of which no double has.
const WEIGHTS: [&str; 7] = ["0.5", "1.0", "2.25", "0.1", "0.2", "12345678901234567", "\"1234567890123456789.025\""];

const WORDS: [&str; 6] =
    ["mines", "Mine ban", "ban on mines used", "unequal situation", "the situation is unequal", "a stranger's mines"];
const TOPICS: [&str; 5] = ["Landmines", "landmines", "land", "Échange", "arms"];

/// The day of the first commit, before any that is asked about.
const FOUNDED: &str = "2003-11-02";
const COMMITTED: [&str; 7] =
    ["2004-05-01", "2004-05-02", "2004-12-31", "2005-01-01", "2005-03-15", "2005-03-31", "2005-07-01"];

/// What the store is told, commit by commit.
#[expect(clippy::large_enum_variant, reason = "nearly all deeds are facts")]
pub enum Deed {
    Assert(Fact),
    Retract(String),
    /// It ends because its first commit is undone.
    TakeBack(String),
}

/// A world, its history, and how it can be looked at.
pub struct World {
    pub schema: Arc<Schema>,
    pub entities: Arc<Entities>,
    /// The deeds of each commit; the first commit has none but the definitions.
    pub commits: Vec<Vec<Deed>>,
    /// The day of each commit.
    days: Vec<Day>,
    index: Option<Index>,
    views: BTreeMap<usize, Arc<dyn View>>,
    entered: BTreeMap<usize, Entered>,
}

thread_local! {
    static DECLARED: Vocabulary = Vocabulary::from_toml(VOCABULARY).expect("the vocabulary is one");
}

/// The words of the world. In half of the worlds a name that only facts use is of
/// the kind of its noun, and in half of them some acts are not recorded.
fn schema(random: &mut Random) -> Arc<Schema> {
    let mut vocabulary = DECLARED.with(Clone::clone);
    if random.chance(50) {
        for (end, kind) in [("subject", "person"), ("object", "club")] {
            if let Some(field) = vocabulary.fields.get_mut(end) {
                field.kinds = vec![kind.to_owned()];
            }
        }
    }
    if random.chance(50) {
        vocabulary.covers = (0..random.below(3)).map(|_| any_claim(random)).collect();
        let covers = (0..=random.below(2)).map(|_| any_claim(random)).collect();
        let gazette = json!({"complete_until": random.perhaps(50, &["2004-12-31", "2005-03"])});
        let mut gazette: Publisher = serde_json::from_value(gazette).expect("it is a publisher");
        gazette.covers = covers;
        vocabulary.publishers.insert("Gazette".to_owned(), gazette);
        for end in ["subject", "object"] {
            if let Some(field) = vocabulary.fields.get_mut(end).filter(|_| random.chance(40)) {
                field.open = false;
                let kinds = random.of(&[&[][..], &["person", "club"]]);
                field.kinds = kinds.iter().copied().map(str::to_owned).collect();
            }
        }
    }
    Arc::new(Schema::new(vocabulary, reserved_words()).expect("nothing collides"))
}

fn any_claim(random: &mut Random) -> CoverageClaim {
    let mut claim = Map::new();
    let mut put = |key: &str, value: Json| claim.insert(key.to_owned(), value);
    put(
        "actions",
        json!(random.of(&[&["admitted"][..], &["applied"], &["resigned", "repented"], &["elected", "resigned"]])),
    );
    if let Some(objects) =
        random.perhaps(60, &[&["oak"][..], &["elm", "FR"], &["league"], &["north"], &["everywhere", "backroom"]])
    {
        put("objects", json!(objects));
    }
    if let Some((field, value)) = random.perhaps(30, &[("kind", "club"), ("size", "3"), ("size", "*")]) {
        put("where", json!({field: value}));
    }
    if let Some(from) = random.perhaps(30, &["2003", "2004-05-01", "2004-12"]) {
        put("from", from.into());
    }
    if let Some(until) = random.perhaps(50, &["2004-12-31", "2005-03", "2005-03-15", "2006"]) {
        put("until", until.into());
    }
    serde_json::from_value(claim.into()).expect("it is a claim")
}

impl World {
    /// A world of up to so many facts; in a real index or in a plain list.
    pub fn any(random: &mut Random, most: usize, indexed: bool) -> Self {
        let schema = schema(random);
        let entities = any_entities(random);
        let mut commits: Vec<Vec<Deed>> = vec![Vec::new()];
        let mut ids: Vec<String> = Vec::new();
        let mut live: Vec<String> = Vec::new();
        // Few names, so that many acts are of one pair.
        // Where an end is not open, an import refuses what no entity is called.
        let may_stand = |end: &str, name: &&str| {
            schema.field(end).is_none_or(|field| field.open) || entities.referred(name, true) != Resolution::Unknown
        };
        let all = |end: &str, names: &[&'static str]| -> Vec<&'static str> {
            names.iter().copied().filter(|name| may_stand(end, name)).collect()
        };
        let (subjects, objects) = (all("subject", &SUBJECTS), all("object", &OBJECTS));
        let subjects: Vec<&str> = (0..2 + random.below(3)).map(|_| random.of(&subjects)).collect();
        let objects: Vec<&str> = (0..=random.below(3)).map(|_| random.of(&objects)).collect();
        let names = Names { subjects: &subjects, objects: &objects, far: random.chance(15) };
        for _ in 0..=random.below(4) {
            let mut deeds = Vec::new();
            for _ in 0..=random.below(7) {
                match random.below(10) {
                    0 | 1 if !live.is_empty() => {
                        let id = live[random.below(live.len())].clone();
                        deeds.push(Deed::Assert(any_fact(random, id, &names)));
                    }
                    2 if !live.is_empty() => {
                        let id = live.remove(random.below(live.len()));
                        deeds.push(if random.chance(30) { Deed::TakeBack(id) } else { Deed::Retract(id) });
                    }
                    _ if ids.len() < most => {
                        // In another order than that of the documents.
                        let id = format!("f{:02}", (ids.len() * 7 + 3) % 16);
                        ids.push(id.clone());
                        live.push(id.clone());
                        deeds.push(Deed::Assert(any_fact(random, id, &names)));
                    }
                    _ => {}
                }
            }
            commits.push(deeds);
        }
        let mut days: Vec<Day> = commits.iter().skip(1).map(|_| day(random.of(&COMMITTED))).collect();
        days.push(day(FOUNDED));
        days.sort_unstable();
        let index = indexed.then(|| index(&schema, &entities, &commits, &days));
        Self { schema, entities, commits, days, index, views: BTreeMap::new(), entered: BTreeMap::new() }
    }

    /// How many commits there were at the end of a day; nothing if the index
    /// says another number.
    pub fn known(&self, day: Day) -> Option<usize> {
        let commits = self.days.iter().filter(|committed| **committed <= day).count();
        let found = |index: &Index| index.snapshot().commit_by(day).map_or(0, |commit| commit.transaction);
        self.index.as_ref().is_none_or(|index| found(index) == commits as u64).then_some(commits)
    }

    /// Whether it is in the real index, which alone knows its commits.
    pub fn is_indexed(&self) -> bool {
        self.index.is_some()
    }

    /// What each of so many commits did to facts.
    pub fn changes(&self, commits: usize) -> Vec<naive::Change<'_>> {
        let mut changes: Vec<naive::Change<'_>> = Vec::new();
        for (place, deeds) in self.commits.iter().enumerate().take(commits) {
            for deed in deeds {
                let last = |id: &String| {
                    let last = changes.iter().rev().find(|change| change.fact.id.as_ref() == Some(id));
                    last.expect("what ends is there").fact
                };
                let (fact, end) = match deed {
                    Deed::Assert(fact) => (fact, None),
                    Deed::Retract(id) => (last(id), Some(("retracted", "wrong"))),
                    Deed::TakeBack(id) => (last(id), Some(("undone", "#1"))),
                };
                let hour = if place % 2 == 0 { "00:00:00" } else { "23:59:59.999" };
                let committed = format!("{}T{hour}Z", self.days[place]);
                changes.push(naive::Change { fact, end, transaction: place + 1, committed, author: "tester" });
            }
        }
        changes
    }

    /// The facts in force after so many commits.
    pub fn facts(&self, commits: usize) -> Vec<&Fact> {
        let mut facts: BTreeMap<&str, &Fact> = BTreeMap::new();
        for deed in self.commits.iter().take(commits).flatten() {
            match deed {
                Deed::Assert(fact) => {
                    facts.insert(fact.id.as_deref().expect("facts have ids"), fact);
                }
                Deed::Retract(id) | Deed::TakeBack(id) => {
                    facts.remove(id.as_str());
                }
            }
        }
        facts.into_values().collect()
    }

    /// The state after so many commits.
    pub fn view(&mut self, commits: usize) -> Arc<dyn View> {
        if let Some(view) = self.views.get(&commits) {
            return view.clone();
        }
        let view: Arc<dyn View> = match &self.index {
            Some(index) => index.snapshot_at(commits as u64),
            None => self.plain(commits),
        };
        self.views.insert(commits, view.clone());
        view
    }

    /// The dates of entities that follow from the facts in force after so many
    /// commits, as the naive judge finds them.
    pub fn entered(&mut self, commits: usize) -> Entered {
        if let Some(entered) = self.entered.get(&commits) {
            return entered.clone();
        }
        let entered = Entered::find(&self.schema, &self.entities, self.facts(commits), ENTERED);
        self.entered.insert(commits, entered.clone());
        entered
    }

    fn plain(&self, commits: usize) -> Arc<dyn View> {
        let mut facts: Vec<(Fact, bool)> = Vec::new();
        for deed in self.commits.iter().take(commits).flatten() {
            let id = match deed {
                Deed::Assert(fact) => fact.id.as_ref(),
                Deed::Retract(id) | Deed::TakeBack(id) => Some(id),
            };
            facts.iter_mut().filter(|(fact, _)| fact.id.as_ref() == id).for_each(|(_, live)| *live = false);
            if let Deed::Assert(fact) = deed {
                facts.push((fact.clone(), true));
            }
        }
        MemoryView::build(&testing::World { schema: self.schema.clone(), entities: self.entities.clone(), facts })
    }

    /// All values that facts have had in a field of their sources.
    pub fn values(&self, field: &str) -> Vec<String> {
        let facts = self.commits.iter().flatten().filter_map(|deed| match deed {
            Deed::Assert(fact) => Some(fact),
            Deed::Retract(_) | Deed::TakeBack(_) => None,
        });
        let sources = facts.flat_map(|fact| &fact.sources);
        let names = sources.filter_map(|source| match field {
            "source.publisher" => source.publisher.clone(),
            "source.according_to" => source.according_to.clone(),
            _ => None,
        });
        names.collect()
    }

    /// Whether there are acts that nobody claims to have recorded.
    pub fn has_gaps(&self) -> bool {
        self.schema.vocabulary().coverage_claims().next().is_some()
    }

    /// All of it as JSON lines, for whoever has to look into a failure.
    pub fn lines(&self, commits: usize) -> String {
        let entities = self.entities.iter().map(|(_, entity)| serde_json::to_string(&**entity).expect("it is JSON"));
        let facts = self.facts(commits).into_iter().map(|fact| serde_json::to_string(fact).expect("it is JSON"));
        let vocabulary = self.schema.vocabulary();
        let claims = serde_json::to_string(&(&vocabulary.covers, &vocabulary.publishers)).expect("it is JSON");
        std::iter::once(claims).chain(entities).chain(facts).collect::<Vec<_>>().join("\n")
    }
}

fn day(written: &str) -> Day {
    Date::parse(written).expect("it is a date").earliest()
}

fn index(schema: &Arc<Schema>, entities: &Entities, commits: &[Vec<Deed>], days: &[Day]) -> Index {
    let index = Index::in_memory();
    for ((deeds, day), transaction) in commits.iter().zip(days).zip(1..) {
        let mut changes: Vec<Mutation> = deeds
            .iter()
            .map(|deed| match deed {
                Deed::Assert(fact) => Mutation::Fact { hash: fact.content_hash(), fact: fact.clone() },
                Deed::Retract(id) => Mutation::Retract { id: id.clone(), reason: "wrong".to_owned() },
                Deed::TakeBack(id) => Mutation::Undo { id: id.clone(), transaction: 1 },
            })
            .collect();
        if transaction == 1 {
            changes.push(Mutation::Vocabulary(schema.clone()));
            changes.extend(entities.iter().map(|(_, entity)| Mutation::Entity(entity.clone())));
        }
        // At the beginning of a day, or at its very end.
        let time = i64::from(day.number()) * 86_400_000 + if transaction % 2 == 0 { 86_399_999 } else { 0 };
        let commit = CommitInfo { transaction, time, author: "tester".to_owned() };
        let applied = JournalPosition { transaction, ..JournalPosition::default() };
        index.apply(MutationBatch { commit, mutations: changes }, applied).expect("the index takes it");
    }
    index
}

fn any_entities(random: &mut Random) -> Arc<Entities> {
    let mut list = vec![
        json!({"entity": "north", "kind": "region", "name": "North", "in": ["everywhere"]}),
        json!({"entity": "south", "kind": "region", "name": "South"}),
        json!({"entity": "everywhere", "kind": "union", "name": "Everywhere"}),
        json!({"entity": "league", "kind": "union", "name": "League",
               "in": [{"group": "everywhere", "from": "2004-05-01", "until": "2006"}]}),
    ];
    let people = [("ada", "Ada Stone", "AS"), ("ben", "Ben", "BN"), ("cleo", "Cleo", "CL"), ("dan", "Dan", "DN")];
    let clubs = [("oak", "Oak Club", "OK"), ("elm", "Elm", "EL"), ("fir", "Fir Society", "FR")];
    let all = people.iter().map(|one| (one, "person")).chain(clubs.iter().map(|one| (one, "club")));
    for ((id, name, alias), kind) in all {
        let mut entity = Map::new();
        let mut put = |key: &str, value: Json| entity.insert(key.to_owned(), value);
        put("entity", (*id).into());
        put("kind", kind.into());
        put("name", (*name).into());
        put("aliases", json!([alias]));
        if let Some(from) = random.perhaps(35, &["2003", "2004-05-01", "2004~", "2005-03-15"]) {
            put("from", from.into());
        }
        if let Some(until) = random.perhaps(25, &["2005-03-15", "2005", "2006-01-15", "[2005-06-01..]"]) {
            put("until", until.into());
        }
        let mut groups: Vec<Json> = Vec::new();
        if let Some(region) = random.perhaps(70, &["north", "south"]) {
            groups.push(region.into());
        }
        if random.chance(50) {
            let mut membership = Map::from_iter([("group".to_owned(), Json::from("league"))]);
            let ends = [("from", ["2004-05-01", "2004", "2005-03-15"]), ("until", ["2005-03", "2005-12-31", "2007"])];
            for (end, days) in ends {
                if let Some(day) = random.perhaps(60, &days) {
                    membership.insert(end.to_owned(), day.into());
                }
            }
            groups.push(membership.into());
        }
        put("in", groups.into());
        if let Some(size) = random.perhaps(60, &[1, 3, 9]) {
            put("size", size.into());
        }
        let is_ruled = kind == "club" && random.chance(60);
        if is_ruled {
            put("founding", any_threshold(random));
        }
        if let Some(founded) =
            random.perhaps(if is_ruled { 25 } else { 60 }, &["1990-05-01", "200X", "2004", "2004-05-01"])
        {
            put("founded", founded.into());
        }
        if let Some(patron) = random.perhaps(40, &["ben", "Ada Stone", "nobody"]) {
            put("patron", patron.into());
        }
        if kind == "club" && random.chance(60) {
            put("effect", any_rules(random));
        }
        let before = [("fir", "succeeds", "elm"), ("elm", "continues", "OK"), ("cleo", "succeeds", "Ben")];
        for (_, how, before) in before.into_iter().filter(|(later, ..)| later == id) {
            if random.chance(50) {
                put(how, json!([before]));
            }
        }
        list.push(entity.into());
    }
    let entity = |value: Json| Arc::new(serde_json::from_value::<Entity>(value).expect("it is an entity"));
    Arc::new(Entities::new(list.into_iter().map(entity)))
}

fn any_rules(random: &mut Random) -> Json {
    let mut rules = Map::new();
    for by in ["admitted", "elected", "exited", "resigned", "transferred"] {
        if random.chance(60) {
            let mut rule = Map::from_iter([("cite".to_owned(), Json::from("Art. 7"))]);
            if let Some(after) = random.perhaps(80, &["6 months", "30 days", "1 year"]) {
                rule.insert("after".to_owned(), after.into());
            }
            if let Some(snap) = random.perhaps(30, &["month-start", "next-month-start"]) {
                rule.insert("snap".to_owned(), snap.into());
            }
            if let Some(day) = random.perhaps(50, &["2004-12-31", "2004-05-02", "founded", "founded"]) {
                rule.insert("not_before".to_owned(), day.into());
                if random.chance(30) {
                    rule.insert("earlier".to_owned(), "at-once".into());
                }
            }
            rules.insert(by.to_owned(), rule.into());
        }
    }
    rules.into()
}

fn any_threshold(random: &mut Random) -> Json {
    let mut rule = Map::from_iter([("cite".to_owned(), Json::from("Art. 1"))]);
    let mut put = |key: &str, value: Json| rule.insert(key.to_owned(), value);
    put("by", random.of(&["admitted", "admitted", "applied", "transferred"]).into());
    if let Some(unless) = random.perhaps(50, &["resigned", "repented", "transferred"]) {
        put("unless", unless.into());
    }
    if let Some(after) = random.perhaps(50, &["6 months", "30 days"]) {
        put("after", after.into());
    }
    if let Some(snap) = random.perhaps(30, &["month-start", "next-month-start"]) {
        put("snap", snap.into());
    }
    if let Some(day) = random.perhaps(20, &["2004-12-31", "2004"]) {
        put("not_before", day.into());
    }
    if random.chance(70) {
        put("count", random.of(&[1, 1, 2, 2, 3]).into());
        if random.chance(20) {
            put("kinds", json!(["person", "club"]));
        }
    }
    if random.chance(20) {
        put("among", json!(random.of(&[&["ada"][..], &["BN", "ada"], &["Cleo"]])));
    }
    if random.chance(20) || !["count", "among"].iter().any(|key| rule.contains_key(*key)) {
        let weights = random.of(&[[3, 2, 5], [1, 1, 0]]);
        let of = json!({"ada": weights[0], "BN": weights[1], "Cleo": weights[2]});
        rule.insert("share".to_owned(), json!({"percent": random.of(&[30, 50, 100]), "of": of}));
    }
    rule.into()
}

/// What the facts of a world may name, and whether some of their dates are far from
/// those that are asked about.
struct Names<'a> {
    subjects: &'a [&'a str],
    objects: &'a [&'a str],
    far: bool,
}

fn any_date(random: &mut Random, far: bool) -> &'static str {
    if far && random.chance(50) {
        return random.of(&FAR);
    }
    if random.chance(8) { random.of(&STRETCHES) } else { random.of(&DATES) }
}

fn any_fact(random: &mut Random, id: String, names: &Names<'_>) -> Fact {
    let mut fact = Map::new();
    let mut put = |key: &str, value: Json| fact.insert(key.to_owned(), value);
    put("id", id.into());
    put("subject", random.of(names.subjects).into());
    put("action", random.of(&ACTIONS).into());
    if let Some(object) = random.perhaps(92, names.objects) {
        put("object", object.into());
    }
    if random.chance(85) {
        put("date", any_date(random, names.far).into());
    }
    if random.chance(55) {
        put("effective", any_date(random, names.far).into());
    }
    if let Some(score) = random.perhaps(60, &[-2, 0, 1, 2, 3]) {
        put("score", score.into());
    }
    if let Some(weight) = random.perhaps(40, &WEIGHTS) {
        put("weight", serde_json::from_str(weight).expect("it is JSON"));
    }
    for name in ["title", "note", "summary"] {
        if let Some(words) = random.perhaps(40, &WORDS) {
            put(name, words.into());
        }
    }
    for name in ["topic", "tags"] {
        let several: Vec<&str> = TOPICS.into_iter().filter(|_| random.chance(25)).collect();
        if !several.is_empty() {
            put(name, json!(several));
        }
    }
    let allies: Vec<&str> = SUBJECTS.into_iter().filter(|_| random.chance(12)).collect();
    if !allies.is_empty() {
        put("ally", json!(allies));
    }
    let sources: Vec<Json> = (0..random.below(3)).map(|_| any_source(random, names.far)).collect();
    if !sources.is_empty() {
        put("sources", sources.into());
    }
    serde_json::from_value(fact.into()).expect("it is a fact")
}

fn any_source(random: &mut Random, far: bool) -> Json {
    let mut source = Map::new();
    if let Some(publisher) = random.perhaps(80, &["Gazette", "gazette", "Times"]) {
        source.insert("publisher".to_owned(), publisher.into());
    }
    if let Some(published) = random.perhaps(50, &["2004-05-02", "2005-03", "2006-01-15"]) {
        source.insert("published".to_owned(), published.into());
    }
    if let Some(url) = random.perhaps(20, &["example.org/1", "example.org/2"]) {
        source.insert("url".to_owned(), url.into());
    }
    if let Some(quote) = random.perhaps(30, &WORDS) {
        source.insert("quote".to_owned(), quote.into());
    }
    if let Some(whom) = random.perhaps(15, &["Ada Stone", "ada", "Herald", "herald"]) {
        source.insert("according_to".to_owned(), whom.into());
    }
    let mut says = Map::new();
    for field in ["date", "effective"] {
        if random.chance(15) {
            let date = if random.chance(25) { Json::Null } else { any_date(random, far).into() };
            says.insert(field.to_owned(), date);
        }
    }
    if let Some(score) = random.perhaps(8, &[None, Some(2), Some(3)]) {
        says.insert("score".to_owned(), score.into());
    }
    if random.chance(4) {
        says.insert("object".to_owned(), Json::Null);
    }
    if let Some(words) = random.perhaps(5, &WORDS) {
        says.insert("note".to_owned(), words.into());
    }
    if let Some(action) = random.perhaps(10, &ACTIONS) {
        says.insert("action".to_owned(), action.into());
    }
    if !says.is_empty() {
        source.insert("says".to_owned(), says.into());
    }
    source.into()
}
