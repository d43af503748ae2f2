//! The naive judge of whole queries: a loop over all facts for every question
//! that other facts decide. It has no index, no cache and no plan.

use super::super::parts;
use super::super::record::{Record, stated};
use super::calculation::{Amount, hull, spelled};
use super::relation::relates;
use super::standing::{self, Event};
use super::{Attribute, Entered, Judge};
use crate::index::IndexError;
use crate::model::vocabulary::Role;
use crate::model::{
    Cell, Date, Day, Elapsed, Entities, EntityNumber, Extent, Fact, FieldKind, Resolution, Schema, Truth, Window,
    effect_rules, fold,
};
use crate::plan::{
    At, DatePart, EntityRows, Filter, OtherFacts, Others, Query, RowsOf, Shared, Stage, StatusTest, Value,
};

/// A row that a filter is true of, or not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Row {
    /// A fact, by its place.
    Fact(usize),
    /// An entity, on a day.
    Entity(EntityNumber, Day),
}

/// Who or what stands at an end of a fact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    Entity(EntityNumber),
    Written(String),
}

/// Facts in force, with what they are of.
pub struct Scan<'a> {
    pub schema: &'a Schema,
    pub entities: &'a Entities,
    pub facts: Vec<&'a Fact>,
    /// The date fields for which rules of objects stand in.
    pub ruled: &'a [&'a str],
    /// The dates of entities that follow from facts.
    entered: Entered,
    judge: Judge<'a>,
    /// Who stands at either end of each fact.
    ends: Vec<[Option<Party>; 2]>,
    /// What the rule of its object makes of the date of each fact, by itself.
    computed: Vec<Option<Cell>>,
    /// Whether each fact was certainly taken back before that.
    taken_back: Vec<bool>,
}

/// A fact with the dates that rules compute.
struct Ruled<'s, 'a> {
    scan: &'s Scan<'a>,
    place: usize,
}

impl Record for Ruled<'_, '_> {
    fn values(&self, field: &str) -> Result<Vec<Cell>, IndexError> {
        let fact = self.scan.facts[self.place];
        let computed = || {
            let computed = self.scan.computed[self.place].clone();
            computed.filter(|_| !self.scan.taken_back[self.place]).into_iter().collect()
        };
        // Rules are applied by the judge itself.
        let (whole, basis) = field.rsplit_once('.').unwrap_or((field, ""));
        let is_ruled = self.scan.ruled.contains(&whole);
        Ok(match basis {
            "computed" if is_ruled => computed(),
            "stated" if is_ruled => stated(fact, whole, self.scan.schema),
            _ if is_ruled && field == whole && !fact.fields.contains_key(field) => computed(),
            _ => stated(fact, field, self.scan.schema),
        })
    }
}

impl<'a> Scan<'a> {
    pub fn new(
        schema: &'a Schema,
        entities: &'a Entities,
        facts: Vec<&'a Fact>,
        ruled: &'a [&'a str],
        entered: Entered,
    ) -> Self {
        let known = entered.clone();
        let attributes = move |number, field: &str| Ok(known.values(number, entities.get(number), field, schema));
        let mut scan = Self {
            schema,
            entities,
            facts,
            ruled,
            entered,
            judge: Judge::with(entities, Box::new(attributes)),
            ends: Vec::new(),
            computed: Vec::new(),
            taken_back: Vec::new(),
        };
        let party = |written: &str| scan.party(&Cell::text(written));
        let ends =
            scan.facts.iter().map(|fact| [Some(party(&fact.subject)), fact.object.as_deref().map(party)]).collect();
        let computed = scan.facts.iter().map(|fact| scan.by_rule(fact)).collect();
        (scan.ends, scan.computed) = (ends, computed);
        scan.taken_back = (0..scan.facts.len()).map(|place| scan.is_taken_back(place)).collect();
        scan
    }

    /// Whether another act of the pair certainly takes an act back: not before
    /// it is done, and before what follows from it.
    fn is_taken_back(&self, place: usize) -> bool {
        let Some(effect) = self.computed[place].as_ref().and_then(Cell::as_date) else { return false };
        let date = |place: usize| self.facts[place].date.as_ref();
        (0..self.facts.len()).filter(|by| *by != place && self.ends[*by] == self.ends[place]).any(|by| {
            let cancels = &self.schema.vocabulary().cancels;
            let takes_back = |(back, what): (&String, &String)| {
                self.means(back, &self.facts[by].action) && self.means(what, &self.facts[place].action)
            };
            let in_time =
                |notice: &Date, back: &Date| notice.latest() <= back.earliest() && back.latest() < effect.earliest();
            let dated = date(place).zip(date(by));
            cancels.iter().any(takes_back) && dated.is_some_and(|(notice, back)| in_time(notice, back))
        })
    }

    /// What the rule of a fact's object makes of its date.
    fn by_rule(&self, fact: &Fact) -> Option<Cell> {
        let object = fact.object.as_deref()?;
        let Resolution::One(number) = self.entities.resolve(object) else { return None };
        let rules = effect_rules(self.entities.get(number).fields.get("effect")?).ok()?;
        let umbrellas = &self.schema.vocabulary().umbrellas;
        let mut covering = umbrellas.iter().filter(|(_, umbrella)| umbrella.covers.contains(&fact.action));
        let rule = rules.get(&fact.action).or_else(|| covering.find_map(|(name, _)| rules.get(name)))?;
        let own = |field: &str| self.attribute(number, field).first().and_then(Cell::as_date).cloned();
        let date = rule.apply(fact.date.as_ref()?, own)?;
        Some(Cell::Computed { date, cite: rule.cite.as_str().into() })
    }

    /// The values of a field of a row.
    pub fn values(&self, field: &str, row: Row) -> Vec<Cell> {
        match row {
            Row::Fact(place) => Ruled { scan: self, place }.values(field).expect("nothing is read"),
            Row::Entity(number, _) => self.attribute(number, field),
        }
    }

    /// The values of a field of an entity.
    fn attribute(&self, number: EntityNumber, field: &str) -> Vec<Cell> {
        self.entered.values(number, self.entities.get(number), field, self.schema)
    }

    /// The day on which groups of a row are tested.
    fn at(&self, row: Row) -> Option<Date> {
        match row {
            Row::Fact(place) => self.facts[place].date.clone(),
            Row::Entity(_, day) => Some(Date::from_day(day)),
        }
    }

    /// Whether a filter holds of a row.
    pub fn truth(&self, filter: &Filter, row: Row) -> Truth {
        match filter {
            Filter::And(parts) => parts.iter().map(|part| self.truth(&part.filter, row)).fold(Truth::True, Truth::min),
            Filter::Or(parts) => parts.iter().map(|part| self.truth(&part.filter, row)).fold(Truth::False, Truth::max),
            Filter::Not(inner) => !self.truth(inner, row),
            Filter::Maybe(inner) => match self.truth(inner, row) {
                Truth::Possible => Truth::True,
                other => other,
            },
            Filter::Other(other) => self.exists(other, row, |_| Truth::True),
            Filter::Relative { value, relation, to, other } => {
                let own = dates(&self.cells(value, row));
                self.exists(other, row, |place| relates(&own, *relation, &dates(&self.values(to, Row::Fact(place)))))
            }
            Filter::Status(test) => self.status(test, row),
            Filter::Given { field, query } => {
                let own: Vec<Party> = self.values(field, row).iter().map(|cell| self.party(cell)).collect();
                let given = self.given(query).into_iter().filter(|(party, _)| own.contains(party));
                given.map(|(_, truth)| truth).fold(Truth::False, Truth::max)
            }
            Filter::Computed { value, test } => self.computed(value, test, row),
            leaf => {
                let at = self.at(row);
                let holds = match row {
                    Row::Fact(place) => self.judge.holds(leaf, &Ruled { scan: self, place }, at.as_ref()),
                    Row::Entity(number, _) => {
                        let record = Attribute { entity: Some(number), judge: &self.judge };
                        self.judge.holds(leaf, &record, at.as_ref())
                    }
                };
                holds.expect("patterns are checked")
            }
        }
    }

    fn exists(&self, other: &OtherFacts, row: Row, more: impl Fn(usize) -> Truth) -> Truth {
        let others = self.others(&other.shared, row).into_iter();
        others.map(|place| self.truth(&other.filter, Row::Fact(place)).min(more(place))).fold(Truth::False, Truth::max)
    }

    /// The other facts of a row, by their places.
    pub fn others(&self, shared: &Shared, row: Row) -> Vec<usize> {
        let all = (0..self.facts.len()).filter(|place| row != Row::Fact(*place));
        match (shared, row) {
            (Shared::Pair, Row::Fact(own)) => all.filter(|place| self.ends[*place] == self.ends[own]).collect(),
            (Shared::Values(values), _) => {
                let has_all = |place: usize| {
                    values.iter().all(|value| {
                        let own = self.shareable(value, row);
                        self.shareable(value, Row::Fact(place)).iter().any(|one| own.contains(one))
                    })
                };
                all.filter(|place| has_all(*place)).collect()
            }
            (Shared::Role(role), Row::Entity(number, _)) => {
                all.filter(|place| self.end(*place, *role) == Some(Party::Entity(number))).collect()
            }
            _ => Vec::new(),
        }
    }

    fn shareable(&self, value: &Value, row: Row) -> Vec<Party> {
        let cells = self.cells(value, row).into_iter();
        let in_bucket = matches!(value, Value::Part(..) | Value::Step(_, _, Some(_)));
        let said = cells.filter(|cell| !(in_bucket && *cell == Cell::text(parts::IMPRECISE)));
        said.map(|cell| self.party(&cell)).collect()
    }

    /// Who or what stands at an end of a fact.
    pub fn end(&self, place: usize, role: Role) -> Option<Party> {
        let [subject, object] = &self.ends[place];
        match role {
            Role::Subject => subject.clone(),
            Role::Object => object.clone(),
        }
    }

    /// What a cell is compared as.
    pub fn party(&self, cell: &Cell) -> Party {
        let written = cell.to_string();
        match (cell, self.entities.resolve(&written)) {
            (Cell::Text(_) | Cell::Named { .. }, Resolution::One(number)) => Party::Entity(number),
            _ => Party::Written(fold(&written).into_owned()),
        }
    }

    /// The cells of a value of a row; none if it is missing.
    pub fn cells(&self, value: &Value, row: Row) -> Vec<Cell> {
        let named = |number: EntityNumber| {
            let entity = self.entities.get(number);
            Cell::Named { key: entity.id.as_str().into(), label: entity.name.as_str().into() }
        };
        let shown = |name: &str, cells: Vec<Cell>| -> Vec<Cell> {
            let kind = self.schema.field(name).map(|field| field.kind);
            let one = |cell: Cell| match (kind, self.party(&cell)) {
                (Some(FieldKind::Reference), Party::Entity(number)) => named(number),
                (Some(FieldKind::Action), _) => match self.schema.action(&cell.to_string()) {
                    Some(action) => Cell::Named { key: cell.to_string().into(), label: action.label.as_str().into() },
                    None => cell,
                },
                _ => cell,
            };
            cells.into_iter().map(one).collect()
        };
        match value {
            Value::Field(name) => match (row, &**name) {
                (Row::Entity(number, _), "id") => vec![named(number)],
                _ => shown(name, self.values(name, row)),
            },
            Value::Part(name, part) => self.values(name, row).iter().filter_map(|cell| bucket(cell, *part)).collect(),
            Value::Step(field, attribute, part) => {
                let mut found = Vec::new();
                for cell in self.values(field, row) {
                    if let Party::Entity(number) = self.party(&cell) {
                        let cells = self.attribute(number, attribute);
                        found.extend(match part {
                            Some(part) => cells.iter().filter_map(|cell| bucket(cell, *part)).collect(),
                            None => shown(attribute, cells),
                        });
                    }
                }
                found
            }
            Value::Group { field, kind, at } => {
                let date = match at {
                    At::Day(day) => Some(Date::from_day(*day)),
                    At::Fact | At::Row => self.at(row),
                };
                let group_of = |number: EntityNumber| {
                    let groups = self.entities.groups(number).map(|(group, _)| group);
                    let mut groups = groups.filter(|group| *self.entities.get(*group).kind == **kind);
                    groups.find(|group| self.entities.belongs(number, *group, date.as_ref()).is_definite()).map(named)
                };
                let members = self.values(field, row).into_iter().filter_map(|cell| match self.party(&cell) {
                    Party::Entity(number) => group_of(number),
                    Party::Written(_) => None,
                });
                members.collect()
            }
            Value::Condition(filter) => {
                let word = match self.truth(filter, row) {
                    Truth::True => "yes",
                    Truth::Possible => "possible",
                    Truth::Unknown => "unknown",
                    Truth::False => "no",
                };
                vec![Cell::text(word)]
            }
            Value::Computed(arithmetic) => match self.calculated(arithmetic, row) {
                None => Vec::new(),
                Some(Amount::Number(number)) => vec![Cell::Number(number)],
                Some(Amount::Length(least, most, ends)) => vec![Cell::Elapsed(Elapsed { least, most, ends })],
                Some(Amount::Days(days)) => vec![Date::parse(&spelled(days)).map_or(Cell::Missing, Cell::Date)],
            },
            // What is not settled is not asked for; see `Scan::is_settled`.
            Value::Since(test) | Value::By(test) => {
                let Row::Entity(number, day) = row else { return Vec::new() };
                let on = if let At::Day(day) = test.at { day } else { day };
                let found = self.since(test, &Party::Entity(number), on);
                let (since, by) = found.unwrap_or_default();
                vec![if matches!(value, Value::By(_)) { by } else { since }]
            }
            Value::Holders(test) => vec![Cell::Integer(i64::try_from(self.holders(test, row)).expect("few"))],
            _ => Vec::new(),
        }
    }

    /// The values of the one column of a query's answer, with how true each is.
    pub fn given(&self, query: &Query) -> Vec<(Party, Truth)> {
        let mut rows = self.candidates(query);
        let mut column = Value::Field("id".into());
        for (place, stage) in query.stages.iter().enumerate() {
            match stage {
                Stage::Where(filter) => {
                    for (row, truth) in &mut rows {
                        *truth = (*truth).min(self.truth(filter, *row));
                    }
                }
                Stage::Sort(_) | Stage::Let(_) => {}
                Stage::Show(columns) | Stage::Distinct(columns) if place + 1 == query.stages.len() => {
                    column = columns[0].value.clone();
                }
                _ => return Vec::new(),
            }
        }
        rows.iter()
            .flat_map(|(row, truth)| self.cells(&column, *row).into_iter().map(|cell| (self.party(&cell), *truth)))
            .collect()
    }

    /// Every row that a query may have, with how true its filter is of it.
    pub fn candidates(&self, query: &Query) -> Vec<(Row, Truth)> {
        let rows = |rows: &EntityRows, day: Day, filter: &Filter| -> Vec<(Row, Truth)> {
            let of_kind = self.entities.iter().filter(|(_, entity)| rows.kinds.contains(&entity.kind));
            let row = |number| {
                let row = Row::Entity(number, day);
                (row, self.truth(filter, row).min(self.alive(number, day)))
            };
            of_kind.map(|(number, _)| row(number)).collect()
        };
        match &query.rows {
            RowsOf::Facts => {
                (0..self.facts.len()).map(Row::Fact).map(|row| (row, self.truth(&query.filter, row))).collect()
            }
            RowsOf::Entities(entities) if query.series.is_empty() => rows(entities, entities.day, &query.filter),
            RowsOf::Entities(entities) => {
                query.series.iter().flat_map(|moment| rows(entities, moment.day, &moment.filter)).collect()
            }
            RowsOf::Periods(_) => Vec::new(),
        }
    }

    fn alive(&self, number: EntityNumber, day: Day) -> Truth {
        let entity = self.entities.get(number);
        let begun = entity
            .from
            .as_ref()
            .map_or(Truth::True, |from| Truth::from_bounds(from.latest() <= day, from.earliest() <= day));
        let ended = entity
            .until
            .as_ref()
            .map_or(Truth::False, |until| Truth::from_bounds(until.latest() <= day, until.earliest() <= day));
        begun.min(!ended)
    }

    /// Whether somebody who is counted is there at a date.
    fn party_alive(&self, party: Option<&Party>, at: Option<Extent>) -> Truth {
        let Some(Party::Entity(number)) = party else { return Truth::True };
        let entity = self.entities.get(*number);
        match at {
            None if entity.from.is_none() && entity.until.is_none() => Truth::True,
            None => Truth::Unknown,
            Some(at) => entity.life().holds(at),
        }
    }

    fn status(&self, test: &StatusTest, row: Row) -> Truth {
        let (own, at) = self.tested(test, row);
        let Some(own) = own else {
            return match &test.others {
                Others::Count { least: 0, .. } => Truth::True,
                _ => Truth::False,
            };
        };
        let with = |other: &Option<Party>| standing::holds(&self.events(test, &own, other.as_ref()), at);
        match &test.others {
            Others::Entities(numbers) => {
                numbers.iter().map(|number| with(&Some(Party::Entity(*number)))).fold(Truth::False, Truth::max)
            }
            Others::Query(query) => self
                .given(query)
                .into_iter()
                .map(|(party, truth)| truth.min(with(&Some(party))))
                .fold(Truth::False, Truth::max),
            Others::Count { least, most } => {
                let alive = |other: &Option<Party>| with(other).min(self.party_alive(other.as_ref(), at));
                let truths: Vec<Truth> = self.parties(test).iter().map(alive).collect();
                let so_many =
                    |count: u64, than: Truth| truths.iter().filter(|truth| **truth >= than).count() as u64 >= count;
                let at_least = |count: u64| {
                    let known = [Truth::True, Truth::Possible, Truth::Unknown].into_iter();
                    known.filter(|truth| so_many(count, *truth)).max().unwrap_or(Truth::False)
                };
                let at_most = most.map_or(Truth::True, |most| !at_least(most + 1));
                at_least(*least).min(at_most)
            }
        }
    }

    /// With how many a row definitely has a status.
    fn holders(&self, test: &StatusTest, row: Row) -> usize {
        let (own, at) = self.tested(test, row);
        let Some(own) = own else { return 0 };
        let definite = |other: &&Option<Party>| {
            let there = self.party_alive(other.as_ref(), at);
            standing::holds(&self.events(test, &own, other.as_ref()), at).min(there).is_definite()
        };
        self.parties(test).iter().filter(definite).count()
    }

    /// Who is tested, and when.
    fn tested(&self, test: &StatusTest, row: Row) -> (Option<Party>, Option<Extent>) {
        let own = match row {
            Row::Fact(place) => self.end(place, test.role),
            Row::Entity(number, _) => Some(Party::Entity(number)),
        };
        let at = match test.at {
            At::Day(day) => Some(Extent::Point(Window::day(day))),
            At::Fact | At::Row => self.at(row).map(|date| date.extent()),
        };
        (own, at)
    }

    /// Everybody who stands at the other end of some fact; nobody is not one of
    /// those who are counted.
    fn parties(&self, test: &StatusTest) -> Vec<Option<Party>> {
        let mut parties: Vec<Option<Party>> =
            (0..self.facts.len()).filter_map(|place| self.end(place, opposite(test.role))).map(Some).collect();
        parties.sort();
        parties.dedup();
        parties
    }

    /// Whether a word of the vocabulary means an action.
    pub fn means(&self, word: &str, action: &str) -> bool {
        let umbrella = self.schema.vocabulary().umbrellas.get(word);
        word == action || umbrella.is_some_and(|umbrella| umbrella.covers.iter().any(|one| one == action))
    }

    /// The day that an act has for a field by itself.
    pub fn day_of(&self, place: usize, field: &str) -> Option<Window> {
        self.values(field, Row::Fact(place)).first().and_then(Cell::as_date).map(|date| hull(date.extent()))
    }

    /// Whether other acts of the pair take away what one does at a field: those
    /// that are not before it, but before that effect. An effect that nobody
    /// dates is the one that is taken away, unless another notice may be meant.
    fn revoked(&self, acts: &[(usize, Truth)], place: usize, field: &str) -> Truth {
        let action = |place: usize| self.facts[place].action.as_str();
        let mut truth = Truth::False;
        for (what, (by, sure)) in self.schema.vocabulary().cancels.iter().flat_map(|(by, what)| {
            acts.iter().filter(|(act, _)| self.means(by, action(*act))).map(move |act| (what, act))
        }) {
            if *by == place || !self.means(what, action(place)) {
                continue;
            }
            let anywhere = |day: Option<Window>| day.unwrap_or(Window::ALL);
            let (notice, back) = (anywhere(self.day_of(place, "date")), anywhere(self.day_of(*by, "date")));
            let given = Truth::from_bounds(notice.last <= back.first, notice.first <= back.last);
            let in_time = if let Some(effect) = self.day_of(place, field) {
                Truth::from_bounds(effect.first > back.last, effect.last > back.first)
            } else {
                let between = Window::new(notice.first, back.last);
                let another = |act: usize| {
                    let day = anywhere(self.day_of(act, "date"));
                    act != place && act != *by && self.means(what, action(act)) && !day.intersection(between).is_empty()
                };
                Truth::from_bounds(!acts.iter().any(|(act, _)| another(*act)), true)
            };
            truth = truth.max(given.min(in_time).min(*sure));
        }
        truth
    }

    /// What the acts of a pair do to a status.
    pub fn events(&self, test: &StatusTest, own: &Party, other: Option<&Party>) -> Vec<Event> {
        let vocabulary = self.schema.vocabulary();
        let status = &vocabulary.status[&*test.status];
        let acts: Vec<(usize, Truth)> = (0..self.facts.len())
            .filter(|place| {
                self.end(*place, test.role).as_ref() == Some(own)
                    && self.end(*place, opposite(test.role)).as_ref() == other
            })
            .map(|place| {
                let using = test.using.as_ref().map_or(Truth::True, |using| self.truth(using, Row::Fact(place)));
                (place, using)
            })
            .filter(|(_, using)| using.is_possible())
            .collect();
        let mut events = Vec::new();
        for (place, using) in &acts {
            let action = self.facts[*place].action.as_str();
            let act = self.day_of(*place, "date");
            let edges =
                status.open.iter().map(|edge| (edge, true)).chain(status.close.iter().map(|edge| (edge, false)));
            for (edge, opens) in edges.filter(|(edge, _)| self.means(&edge.by, action)) {
                let (window, dated) = match (self.day_of(*place, &edge.at), act) {
                    (Some(window), _) => (window, true),
                    (None, Some(act)) => (Window::since(act.first), true),
                    (None, None) => (Window::ALL, false),
                };
                let revoked = if edge.at == "date" { Truth::False } else { self.revoked(&acts, *place, &edge.at) };
                if revoked < Truth::True {
                    let (certain, revocable) = (using.is_definite(), revoked > Truth::False);
                    events.push(Event { opens, window, dated, certain, revocable, origin: *place, act });
                }
            }
        }
        events
    }
}

pub fn opposite(role: Role) -> Role {
    match role {
        Role::Subject => Role::Object,
        Role::Object => Role::Subject,
    }
}

fn bucket(cell: &Cell, part: DatePart) -> Option<Cell> {
    match (part, cell) {
        (DatePart::Basis, Cell::Computed { .. }) => Some(Cell::text("computed")),
        (DatePart::Basis, Cell::Date(_)) => Some(Cell::text("stated")),
        _ => cell.as_date().map(|date| parts::bucket(date, part)),
    }
}

fn dates(cells: &[Cell]) -> Vec<Extent> {
    cells.iter().filter_map(Cell::as_date).map(Date::extent).collect()
}
