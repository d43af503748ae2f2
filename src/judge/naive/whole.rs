//! The naive judge of whole queries: a loop over all facts for every question
//! that other facts decide. It has no index, no cache and no plan.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::accounts::AskedOnAccount;
use super::calculation::{Amount, spelled};
use super::relation::relates;
use super::used_names::UsedNames;
use super::{Entered, Judge, Kept, values};
use crate::model::vocabulary::{Role, SubjectDate};
use crate::model::{
    Cell, Date, Day, Elapsed, Entities, EntityNumber, Extent, Fact, FieldDefinition, FieldKind, Resolution, Schema,
    Truth, Window, canonical, caseless, effect_rules,
};
use crate::plan::{
    Account, At, DatePart, EntityDomain, EntityValue, FactDomain, FactValue, Filter, Moment, OtherDate, OtherFacts,
    Pipeline, Query, RecordCalculation, RecordDomain, RecordTest, RecordValue, RowStage, RowValue, RowsOf, Shared,
    Tabulation,
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
    pub judge: Judge<'a>,
    /// How a series names its days.
    pub labels: BTreeMap<Day, Date>,
    /// All facts as they are recorded, whoever tells them.
    pub(super) recorded: Vec<&'a Fact>,
    /// Who alone is heard.
    pub(super) account: Option<Arc<Account>>,
    /// What was asked on other accounts.
    pub(super) asked: RefCell<Vec<AskedOnAccount>>,
    /// Who stands at either end of each fact.
    ends: Vec<[Option<Party>; 2]>,
    /// What the rule of its object makes of the date of each fact, by itself.
    computed: Vec<Option<Cell>>,
    /// Whether each fact was certainly taken back before that.
    taken_back: Vec<bool>,
}

impl<'a> Scan<'a> {
    pub fn new(schema: &'a Schema, entities: &'a Entities, facts: Vec<&'a Fact>, entered: Entered) -> Self {
        Self::made(schema, entities, facts.clone(), facts, entered, None)
    }

    /// A world as somebody tells it, beside the facts as they are recorded.
    pub(super) fn as_told(
        schema: &'a Schema,
        entities: &'a Entities,
        facts: Vec<&'a Fact>,
        recorded: Vec<&'a Fact>,
        entered: Entered,
        account: &Arc<Account>,
    ) -> Self {
        Self::made(schema, entities, facts, recorded, entered, Some(account.clone()))
    }

    fn made(
        schema: &'a Schema,
        entities: &'a Entities,
        facts: Vec<&'a Fact>,
        recorded: Vec<&'a Fact>,
        entered: Entered,
        account: Option<Arc<Account>>,
    ) -> Self {
        let mut judge = Judge { entered, recorded: recorded.clone(), ..Judge::new(schema, entities, facts.clone()) };
        // Names are the store's, whoever is heard.
        judge.used = UsedNames::of(schema, &judge.declared, &recorded);
        let mut scan = Self {
            schema,
            entities,
            facts,
            recorded,
            account,
            asked: RefCell::default(),
            judge,
            labels: BTreeMap::new(),
            ends: Vec::new(),
            computed: Vec::new(),
            taken_back: Vec::new(),
        };
        let party = |written: &str| scan.namesake(&Cell::text(written));
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
        if self.may_be_of_subject(&self.facts[place].action, "effective") {
            return false;
        }
        let date = |place: usize| self.facts[place].date.as_ref();
        (0..self.facts.len()).filter(|by| *by != place && self.ends[*by] == self.ends[place]).any(|by| {
            let cancels = &self.schema.vocabulary().cancels;
            let takes_back = |(back, what): (&String, &String)| {
                self.meant(back, &self.facts[by].action).min(self.meant(what, &self.facts[place].action)).is_definite()
            };
            let in_time =
                |notice: &Date, back: &Date| notice.latest() <= back.earliest() && back.latest() < effect.earliest();
            let dated = date(place).zip(date(by));
            cancels.iter().any(takes_back) && dated.is_some_and(|(notice, back)| in_time(notice, back))
        })
    }

    /// The date of its subject that an action has for a field.
    fn of_subject(&self, action: &str, field: &str) -> Option<&SubjectDate> {
        self.schema.vocabulary().actions.get(action)?.computed.get(field)
    }

    /// Whether an act that is recorded under a name may have a date of its subject for a field.
    pub fn may_be_of_subject(&self, recorded: &str, field: &str) -> bool {
        let covers = self.schema.vocabulary().umbrellas.get(recorded).map(|umbrella| umbrella.covers.as_slice());
        self.of_subject(recorded, field).is_some()
            || covers.unwrap_or_default().iter().any(|action| self.of_subject(action, field).is_some())
    }

    /// What the rule of a fact's object makes of its date.
    fn by_rule(&self, fact: &Fact) -> Option<Cell> {
        let object = fact.object.as_deref()?;
        let Party::Entity(number) = self.judge.party(object) else { return None };
        // An act that may have been several has an effect on the days of any of them.
        let Some(umbrella) = self.schema.vocabulary().umbrellas.get(&fact.action) else {
            let (date, cite) = self.by_rule_of(&fact.action, fact, number)?;
            return Some(Cell::Computed { date, cite: cite.into() });
        };
        let all: Vec<(Date, String)> =
            umbrella.covers.iter().map(|action| self.by_rule_of(action, fact, number)).collect::<Option<_>>()?;
        let first = all.iter().map(|(date, _)| date.earliest()).min()?;
        let last = all.iter().map(|(date, _)| date.latest()).max()?;
        let date = Date::from_window(Window::new(first, last))?;
        let mut cites: Vec<String> = Vec::new();
        for (_, cite) in &all {
            if !cites.contains(cite) {
                cites.push(cite.clone());
            }
        }
        Some(Cell::Computed { date, cite: cites.join("; ").into() })
    }

    /// What the date of a fact makes if it was this action on an object.
    fn by_rule_of(&self, action: &str, fact: &Fact, object: EntityNumber) -> Option<(Date, String)> {
        let own =
            |field: &str| self.judge.attribute(&Party::Entity(object), field).first().and_then(Cell::as_date).cloned();
        let Some(inherited) = self.of_subject(action, "effective") else {
            let rules = effect_rules(self.entities.get(object).fields.get("effect")?).ok()?;
            let umbrellas = &self.schema.vocabulary().umbrellas;
            let mut covering = umbrellas.iter().filter(|(_, umbrella)| umbrella.covers.iter().any(|one| one == action));
            let rule = rules.get(action).or_else(|| covering.find_map(|(name, _)| rules.get(name)))?;
            return Some((rule.apply(fact.date.as_ref()?, own)?, rule.cite.clone()));
        };
        let done = fact.date.as_ref()?;
        let subject = self.judge.party(&fact.subject);
        if matches!(&subject, Party::Written(name) if !self.judge.used.has(name)) {
            return None;
        }
        let begun = self.judge.attribute(&subject, &inherited.subject).first().and_then(Cell::as_date).cloned();
        let (mut first, mut last) = match begun.map(|begun| begun.extent()) {
            Some(Extent::Point(window)) => (window.first, window.last),
            Some(Extent::Stretch { .. }) => return None,
            // It began before it said what it took over.
            None => (Day::PAST, done.latest()),
        };
        if let Some(field) = &inherited.not_before {
            let Extent::Point(opened) = own(field)?.extent() else { return None };
            (first, last) = (first.max(opened.first), last.max(opened.last));
        }
        Some((Date::from_window(Window::new(first, last))?, inherited.cite.clone()))
    }

    /// The values of a field of a row.
    pub fn values(&self, field: &str, row: Row) -> Vec<Cell> {
        let place = match row {
            Row::Fact(place) => place,
            Row::Entity(number, _) => return self.judge.attribute(&self.judge.party_of(number), field),
        };
        let fact = self.facts[place];
        let (whole, basis) = field.rsplit_once('.').unwrap_or((field, ""));
        let computed = || self.computed[place].iter().filter(|_| !self.taken_back[place]).cloned().collect();
        match basis {
            "computed" if self.is_ruled(whole) => computed(),
            "stated" if self.is_ruled(whole) => values::of_fact(fact, self.schema, whole),
            // Where a fact has no value, the rule of its object stands in.
            "" if self.is_ruled(field) && !fact.fields.contains_key(field) => computed(),
            _ => {
                let values = values::of_fact(fact, self.schema, field).into_iter();
                values.map(|value| self.judge.spelled(field, value)).collect()
            }
        }
    }

    fn is_ruled(&self, field: &str) -> bool {
        self.schema.field(field).is_some_and(|field| field.rule.is_some())
    }

    /// The day on which groups of a row are tested.
    pub fn at(&self, row: Row) -> Option<Date> {
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
            Filter::Unknown(inner) => match self.truth(inner, row) {
                Truth::Unknown => Truth::True,
                Truth::True | Truth::Possible | Truth::False => Truth::False,
            },
            Filter::Test(RecordTest::Other(other)) => self.exists(other, row, |_| Truth::True),
            Filter::Test(RecordTest::Relative { value, relation, to, other }) => {
                let own = dates(&self.record_cells(value, row));
                self.exists(other, row, |place| relates(&own, *relation, &dates(&self.values(to, Row::Fact(place)))))
            }
            Filter::Test(RecordTest::According { account, filter }) => self.according(account, filter, row),
            Filter::Test(RecordTest::Source(filter)) => self.some_source(filter, row),
            Filter::Test(RecordTest::Status(test)) => self.status(test, row),
            Filter::Test(RecordTest::Given { field, query }) => {
                let party = |cell: &Cell| self.party_in(field, cell);
                let own: Vec<Party> = self.values(field, row).iter().map(party).collect();
                let given = self.given(query).into_iter().filter(|(cell, _)| own.contains(&party(cell)));
                match given.map(|(_, truth)| truth).fold(Truth::False, Truth::max) {
                    Truth::False if own.iter().any(|value| self.might_give(query, value)) => Truth::Unknown,
                    truth => truth,
                }
            }
            Filter::Test(RecordTest::Computed { value: RecordCalculation::OfFact(calculation), test }) => {
                self.computed(calculation, test, row)
            }
            Filter::Test(RecordTest::Computed { value: RecordCalculation::OfEntity(calculation), test }) => {
                self.computed(calculation, test, row)
            }
            leaf => {
                let kept = if matches!(row, Row::Entity(..)) { Kept::ByEntities } else { Kept::ByFacts };
                self.judge.holds(leaf, kept, &|field| self.values(field, row), self.at(row).as_ref())
            }
        }
    }

    fn exists(&self, other: &OtherFacts, row: Row, more: impl Fn(usize) -> Truth) -> Truth {
        let others = self.others(&other.shared, row).into_iter();
        let truths = others.map(|place| self.truth(&other.filter, Row::Fact(place)).min(more(place)));
        match truths.fold(Truth::False, Truth::max) {
            Truth::False if self.might_be_missing(other, row) => Truth::Unknown,
            truth => truth,
        }
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
                all.filter(|place| self.end(*place, *role) == Some(self.judge.party_of(number))).collect()
            }
            _ => Vec::new(),
        }
    }

    pub fn shareable(&self, value: &FactValue, row: Row) -> Vec<Party> {
        let cells = FactDomain::own(self, value, row).into_iter();
        let in_bucket = FactDomain::part(value).is_some();
        let said = cells.filter(|cell| !(in_bucket && *cell == Cell::text(values::IMPRECISE)));
        // Of what may be any of several days nobody knows that it is the same day.
        let certain = |cell: &Cell| cell.as_date().is_none_or(|date| date.earliest() == date.latest());
        let said = said.filter(certain);
        let field = if let FactValue::Record(RecordValue::Field(field)) = value { field } else { "" };
        said.map(|cell| self.party_in(field, &cell)).collect()
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
        match cell {
            Cell::Named { key, .. } => self.judge.party(key),
            Cell::Text(_) => match self.judge.party(&written) {
                entity @ Party::Entity(_) => entity,
                Party::Written(_) => Party::Written(canonical(&written).into_owned()),
            },
            _ => Party::Written(canonical(&written).into_owned()),
        }
    }

    /// Who is called so, in whichever case.
    pub fn namesake(&self, cell: &Cell) -> Party {
        match self.party(cell) {
            Party::Written(name) => Party::Written(caseless(&name).into_owned()),
            entity @ Party::Entity(_) => entity,
        }
    }

    /// What a value of a field is compared as.
    fn party_in(&self, field: &str, cell: &Cell) -> Party {
        let is_name = self.schema.field(field).is_some_and(FieldDefinition::holds_names);
        if is_name { self.namesake(cell) } else { self.party(cell) }
    }

    /// An entity by its name.
    fn called(&self, number: EntityNumber) -> Cell {
        let entity = self.entities.get(number);
        Cell::Named { key: entity.id.as_str().into(), label: entity.name.as_str().into() }
    }

    /// What a record refers to, by its name.
    pub fn named(&self, cell: &Cell) -> Cell {
        match self.party(cell) {
            Party::Entity(number) => self.called(number),
            Party::Written(name) => match self.judge.used.spelling(&name) {
                Some(spelling) => Cell::Named { key: spelling.as_str().into(), label: spelling.into() },
                None => cell.clone(),
            },
        }
    }

    /// The number by which rows and queries know a name that only facts use.
    pub fn number_of(&self, name: &str) -> EntityNumber {
        match self.entities.resolve(name) {
            Resolution::One(number) if number.0 as usize >= self.judge.declared.len() => number,
            other => panic!("`{name}`, which only facts use, is {other:?}"),
        }
    }

    /// The cells of a value of a row; none if it is missing.
    pub fn cells<D: Judged>(&self, value: &RowValue<D>, row: Row) -> Vec<Cell> {
        match value {
            RowValue::Own(value) => D::own(self, value, row),
            RowValue::Condition(filter) => {
                let word = match self.truth(filter, row) {
                    Truth::True => "yes",
                    Truth::Possible => "possible",
                    Truth::Unknown => "unknown",
                    Truth::False => "no",
                };
                vec![Cell::text(word)]
            }
            RowValue::Computed(calculation) => match self.calculated(calculation, row) {
                None => Vec::new(),
                Some(Amount::Number(number)) => vec![Cell::Number(number)],
                Some(Amount::Length(least, most, ends)) => vec![Cell::Elapsed(Elapsed { least, most, ends })],
                Some(Amount::Days(days)) => vec![Date::parse(&spelled(days)).map_or(Cell::Missing, Cell::Date)],
            },
            RowValue::PartOf(inner, part) => {
                self.cells(inner, row).iter().filter_map(|cell| values::bucket(cell, *part)).collect()
            }
        }
    }

    /// The cells of what a record holds.
    pub fn record_cells(&self, value: &RecordValue, row: Row) -> Vec<Cell> {
        let named = |number: EntityNumber| self.called(number);
        let shown = |name: &str, cells: Vec<Cell>| -> Vec<Cell> {
            let kind = self.schema.field(name).map(|field| field.kind);
            let one = |cell: Cell| match kind {
                Some(FieldKind::Reference) => self.named(&cell),
                Some(FieldKind::Action) => match self.schema.action(&cell.to_string()) {
                    Some(action) => Cell::Named { key: cell.to_string().into(), label: action.label.as_str().into() },
                    None => match self.schema.vocabulary().umbrellas.get(&cell.to_string()) {
                        Some(umbrella) => {
                            let key = cell.to_string();
                            let label = if umbrella.label.is_empty() { &key } else { &umbrella.label }.as_str().into();
                            Cell::Named { key: key.into(), label }
                        }
                        None => cell,
                    },
                },
                _ => cell,
            };
            cells.into_iter().map(one).collect()
        };
        match value {
            RecordValue::Field(name) => match (row, &**name) {
                (Row::Entity(..), "id") => self.values("id", row).iter().map(|id| self.named(id)).collect(),
                _ => shown(name, self.values(name, row)),
            },
            RecordValue::Part(name, part) => {
                self.values(name, row).iter().filter_map(|cell| values::bucket(cell, *part)).collect()
            }
            RecordValue::Step(field, attribute, part) => {
                let mut found = Vec::new();
                for cell in self.values(field, row) {
                    let cells = self.judge.attribute(&self.party(&cell), attribute);
                    found.extend(match part {
                        Some(part) => cells.iter().filter_map(|cell| values::bucket(cell, *part)).collect(),
                        None => shown(attribute, cells),
                    });
                }
                found
            }
            RecordValue::Group { field, kind, at } => {
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
        }
    }

    /// The values of the one column of a query's answer, with how true each is.
    pub fn given(&self, query: &Query) -> Vec<(Cell, Truth)> {
        if let Some(account) = &query.account {
            let own = Query { account: None, ..query.clone() };
            return self.on_account(account, |told, _| told.given(&own));
        }
        match &query.rows {
            RowsOf::Facts(pipeline) => self.given_by(query, pipeline),
            RowsOf::Entities(_, pipeline) => self.given_by(query, pipeline),
            RowsOf::Periods(..) => Vec::new(),
        }
    }

    fn given_by<D: Judged>(&self, query: &Query, pipeline: &Pipeline<D>) -> Vec<(Cell, Truth)> {
        let mut rows = self.candidates(query);
        for stage in &pipeline.narrowing {
            match &stage.value {
                RowStage::Where(filter) => {
                    for (row, truth) in &mut rows {
                        *truth = (*truth).min(self.truth(filter, *row));
                    }
                }
                RowStage::Sort(_) | RowStage::Let(_) => {}
                RowStage::Take(_) | RowStage::Skip(_) | RowStage::Own(_) => return Vec::new(),
            }
        }
        let Some(table) = pipeline.table.as_ref().filter(|table| table.then.is_empty()) else { return Vec::new() };
        let (Tabulation::Show(columns) | Tabulation::Distinct(columns)) = &table.first.value else {
            return Vec::new();
        };
        let cells = |(row, truth): &(Row, Truth)| {
            let cells = self.cells(&columns[0].value, *row).into_iter();
            cells.map(|cell| (cell, *truth)).collect::<Vec<_>>()
        };
        rows.iter().flat_map(cells).collect()
    }

    /// Every row that a query may have, with how true its filter is of it.
    pub fn candidates(&self, query: &Query) -> Vec<(Row, Truth)> {
        match &query.rows {
            RowsOf::Entities(..) if !query.series.is_empty() => {
                query.series.iter().flat_map(|moment| self.on(query, moment.day, &moment.filter)).collect()
            }
            RowsOf::Entities(entities, _) => self.on(query, entities.day, &query.filter),
            RowsOf::Facts(_) | RowsOf::Periods(..) => self.on(query, Day::PAST, &query.filter),
        }
    }

    /// Every row that a query may have on a day, with how true a filter is of it.
    pub fn on(&self, query: &Query, day: Day, filter: &Filter) -> Vec<(Row, Truth)> {
        match &query.rows {
            RowsOf::Facts(_) => {
                (0..self.facts.len()).map(Row::Fact).map(|row| (row, self.truth(filter, row))).collect()
            }
            RowsOf::Entities(rows, _) => {
                let of_kind = self.entities.iter().filter(|(_, entity)| rows.kinds.contains(&entity.kind));
                let used = self.judge.used.of_kinds(&rows.kinds).map(|name| self.number_of(name));
                let row = |number| {
                    let row = Row::Entity(number, day);
                    let alive = match self.alive(number, day) {
                        Truth::Possible if rows.maybe => Truth::True,
                        alive => alive,
                    };
                    (row, self.truth(filter, row).min(alive))
                };
                of_kind.map(|(number, _)| number).chain(used).map(row).collect()
            }
            RowsOf::Periods(..) => Vec::new(),
        }
    }

    /// What definitely holds on one of two days and not on the other: whether it
    /// comes, and the row on the day on which it is there.
    pub fn between_days(&self, query: &Query, before: &Moment, after: &Moment) -> Vec<(bool, Row)> {
        let there = |moment: &Moment| -> Vec<Row> {
            let rows = self.on(query, moment.day, &moment.filter).into_iter();
            rows.filter(|(_, truth)| truth.is_definite()).map(|(row, _)| row).collect()
        };
        let (was, is) = (there(before), there(after));
        let same = |one: Row, other: Row| match (one, other) {
            (Row::Entity(one, _), Row::Entity(other, _)) => one == other,
            _ => one == other,
        };
        let lacks = |rows: &[Row], row: Row| !rows.iter().any(|other| same(*other, row));
        let comes = is.iter().filter(|row| lacks(&was, **row)).map(|row| (true, *row));
        comes.chain(was.iter().filter(|row| lacks(&is, **row)).map(|row| (false, *row))).collect()
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
}

/// Rows that the judge knows: facts and entities.
pub trait Judged: RecordDomain<OtherDate = OtherDate> {
    /// The cells of what a row has by itself.
    fn own(scan: &Scan<'_>, value: &Self::Value, row: Row) -> Vec<Cell>;

    /// The part of a date that a value is.
    fn part(value: &Self::Value) -> Option<DatePart>;

    /// Whether a value of some rows can be told for certain.
    fn is_settled(scan: &Scan<'_>, value: &Self::Value, rows: &[Row]) -> bool;
}

/// The part of a date that a value of a record is.
fn part_of(value: &RecordValue) -> Option<DatePart> {
    match value {
        RecordValue::Part(_, part) | RecordValue::Step(_, _, Some(part)) => Some(*part),
        _ => None,
    }
}

impl Judged for FactDomain {
    fn own(scan: &Scan<'_>, value: &FactValue, row: Row) -> Vec<Cell> {
        match value {
            FactValue::Record(value) => scan.record_cells(value, row),
            // How well words match is not judged.
            FactValue::Relevance(_) => Vec::new(),
        }
    }

    fn part(value: &FactValue) -> Option<DatePart> {
        if let FactValue::Record(value) = value { part_of(value) } else { None }
    }

    fn is_settled(_: &Scan<'_>, value: &FactValue, _: &[Row]) -> bool {
        !matches!(value, FactValue::Relevance(_))
    }
}

impl Judged for EntityDomain {
    fn own(scan: &Scan<'_>, value: &EntityValue, row: Row) -> Vec<Cell> {
        let Row::Entity(number, day) = row else { return Vec::new() };
        match value {
            EntityValue::Record(value) => scan.record_cells(value, row),
            // What is not settled is not asked for.
            EntityValue::Since(test) | EntityValue::By(test) => {
                let on = if let At::Day(day) = test.at { day } else { day };
                let found = scan.since(test, &scan.judge.party_of(number), on);
                let (since, by) = found.unwrap_or_default();
                vec![if matches!(value, EntityValue::By(_)) { by } else { since }]
            }
            EntityValue::AsOf => scan.labels.get(&day).cloned().map(Cell::Date).into_iter().collect(),
            EntityValue::Holders(test) => {
                vec![Cell::Integer(i64::try_from(scan.holders(test, row)).expect("few"))]
            }
            EntityValue::UnknownHolders(test) => {
                let number = scan.unknown_holders(test, row);
                number.map(|number| Cell::Integer(i64::try_from(number).expect("few"))).into_iter().collect()
            }
        }
    }

    fn part(value: &EntityValue) -> Option<DatePart> {
        if let EntityValue::Record(value) = value { part_of(value) } else { None }
    }

    fn is_settled(scan: &Scan<'_>, value: &EntityValue, rows: &[Row]) -> bool {
        let (EntityValue::Since(test) | EntityValue::By(test)) = value else { return true };
        rows.iter().all(|row| match row {
            Row::Entity(number, day) => {
                let on = if let At::Day(day) = test.at { day } else { *day };
                scan.since(test, &scan.judge.party_of(*number), on).is_some()
            }
            Row::Fact(_) => true,
        })
    }
}

pub fn opposite(role: Role) -> Role {
    match role {
        Role::Subject => Role::Object,
        Role::Object => Role::Subject,
    }
}

fn dates(cells: &[Cell]) -> Vec<Extent> {
    cells.iter().filter_map(Cell::as_date).map(Date::extent).collect()
}
