//! What nobody claims to have recorded, naively: for every act that might be
//! missing, the question whether it would pass.

use std::collections::BTreeSet;

use regex::Regex;

use super::whole::{Party, Row, Scan, opposite};
use super::{standing::Event, values};
use crate::model::vocabulary::{CoverageClaim, Role};
use crate::model::{Date, Day, EntityNumber, Extent, Resolution, Truth, Window, caseless, fold};
use crate::plan::{
    At, FactValue, Filter, Match, OtherFacts, Query, RecordTest, RecordValue, RowStage, RowsOf, Shared, StatusTest,
    Tabulation, TellerField, Tellers,
};

/// Who might stand at an end of an act that is missing.
#[derive(Debug, Clone, PartialEq)]
enum Somebody {
    Whoever,
    One(Party),
    /// A name that is nowhere in the store.
    New,
    Nobody,
}

/// An act that might be missing.
struct Missing<'a> {
    action: &'a str,
    subject: Somebody,
    object: Somebody,
    days: Window,
}

/// What a test may come to of such an act: that it holds, that it fails.
type Outcomes = BTreeSet<bool>;

fn either() -> Outcomes {
    BTreeSet::from([true, false])
}

fn known(truth: Truth) -> Outcomes {
    match truth {
        Truth::True => BTreeSet::from([true]),
        Truth::False => BTreeSet::from([false]),
        Truth::Possible | Truth::Unknown => either(),
    }
}

fn combined(one: &Outcomes, other: &Outcomes, how: fn(bool, bool) -> bool) -> Outcomes {
    one.iter().flat_map(|one| other.iter().map(move |other| how(*one, *other))).collect()
}

impl Scan<'_> {
    fn claims(&self) -> Vec<(&CoverageClaim, Window)> {
        let vocabulary = self.schema.vocabulary();
        let days = |claim: &CoverageClaim, otherwise: Option<&Date>| {
            let until = claim.until.as_ref().or(otherwise);
            let first = claim.from.as_ref().map_or(Day::PAST, |from| from.days().first);
            Window::new(first, until.map_or(Day::FUTURE, |until| until.days().last))
        };
        let alone = self.account.as_ref().filter(|account| !account.first);
        let own = vocabulary.covers.iter().map(|claim| (claim, days(claim, None))).filter(|_| alone.is_none());
        // Of those who alone are heard only what they publish themselves counts.
        let counts = |publisher: &str| match alone.map(|account| &account.tellers) {
            None => true,
            Some(Tellers::Named { field, names }) => {
                *field == TellerField::Publisher && names.iter().any(|name| caseless(name) == caseless(publisher))
            }
            Some(Tellers::Passing(_)) => false,
        };
        let publishers = vocabulary.publishers.iter().filter(|(name, _)| counts(name));
        let published = publishers.flat_map(|(_, publisher)| {
            publisher.covers.iter().map(move |claim| (claim, days(claim, publisher.complete_until.as_ref())))
        });
        own.chain(published).collect()
    }

    fn is_about(&self, claim: &CoverageClaim, object: Option<EntityNumber>) -> bool {
        if claim.objects.is_empty() && claim.conditions.is_empty() {
            return true;
        }
        let Some(object) = object else { return false };
        let is_named = claim.objects.is_empty()
            || claim.objects.iter().any(|name| match self.judge.declared.resolve(name) {
                Resolution::One(named) => {
                    named == object || self.entities.groups(object).any(|(group, _)| group == named)
                }
                Resolution::Unknown | Resolution::Ambiguous(_) => false,
            });
        is_named
            && claim.conditions.iter().all(|(field, wanted)| {
                let values = values::of_entity(self.entities.get(object), self.schema, field);
                values.iter().any(|value| wanted == "*" || fold(&value.to_string()) == fold(wanted))
            })
    }

    /// The days on which acts of an action on an object might be missing.
    fn uncovered(&self, action: &str, object: Option<EntityNumber>) -> Vec<Window> {
        let claims = self.claims();
        let of_action: Vec<_> =
            claims.iter().filter(|(claim, _)| claim.actions.iter().any(|word| self.means(word, action))).collect();
        if of_action.is_empty() {
            // Without a claim the world is closed, but nobody alone knows it all.
            let is_heard_alone = self.account.as_ref().is_some_and(|account| !account.first);
            return if is_heard_alone { vec![Window::ALL] } else { Vec::new() };
        }
        let covered: Vec<Window> =
            of_action.iter().filter(|(claim, _)| self.is_about(claim, object)).map(|(_, days)| *days).collect();
        let Some(last) = covered.iter().map(|days| days.last).max() else { return vec![Window::ALL] };
        let mut starts: Vec<Day> = covered.iter().flat_map(|days| [days.first, days.last.next()]).collect();
        starts.push(Day::PAST);
        starts.retain(|day| *day <= last);
        starts.sort_unstable();
        starts.dedup();
        let ends = starts.iter().skip(1).map(|day| day.previous()).chain([last]);
        let stretches = starts.iter().zip(ends).map(|(first, last)| Window::new(*first, last));
        stretches.filter(|stretch| !covered.iter().any(|days| days.contains(stretch.first))).collect()
    }

    fn outcomes(&self, filter: &Filter, act: &Missing<'_>) -> Outcomes {
        let end = |field: &str| match field {
            "subject" => Some(&act.subject),
            "object" => Some(&act.object),
            _ => None,
        };
        match filter {
            Filter::All => known(Truth::True),
            Filter::Nothing => known(Truth::False),
            Filter::And(parts) => parts.iter().fold(known(Truth::True), |all, part| {
                combined(&all, &self.outcomes(&part.filter, act), |one, other| one && other)
            }),
            Filter::Or(parts) => parts.iter().fold(known(Truth::False), |any, part| {
                combined(&any, &self.outcomes(&part.filter, act), |one, other| one || other)
            }),
            Filter::Not(inner) => self.outcomes(inner, act).into_iter().map(|holds| !holds).collect(),
            Filter::Maybe(inner) => self.outcomes(inner, act),
            Filter::Test(RecordTest::Keyword { field, test }) if &**field == "action" => {
                known(is_called(act.action, test).into())
            }
            Filter::Test(RecordTest::Refers { fields, entities, written }) => {
                let is_undeclared = |number: &EntityNumber| !self.entities.is_declared(*number);
                let of_field = |field: &str| match end(field) {
                    None | Some(Somebody::Whoever) => {
                        let kinds = self.schema.field(field).map(|field| field.kinds.clone()).unwrap_or_default();
                        let open = self.schema.field(field).is_some_and(|field| field.open);
                        let fits = |number: &EntityNumber| match self.judge.party_of(*number) {
                            _ if kinds.is_empty() => true,
                            Party::Entity(number) => kinds.contains(&self.entities.get(number).kind),
                            Party::Written(_) => open,
                        };
                        let may_be = !written.is_empty() || entities.iter().any(fits);
                        if may_be { either() } else { known(Truth::False) }
                    }
                    Some(Somebody::One(Party::Entity(number))) => known(entities.contains(number).into()),
                    Some(Somebody::One(party @ Party::Written(name))) => {
                        let is_one = entities.iter().any(|number| self.judge.party_of(*number) == *party);
                        known((is_one || written.iter().any(|one| fold(one) == fold(name))).into())
                    }
                    Some(Somebody::New) if !written.is_empty() || entities.iter().any(is_undeclared) => either(),
                    Some(Somebody::New | Somebody::Nobody) => known(Truth::False),
                };
                fields
                    .iter()
                    .fold(known(Truth::False), |any, field| combined(&any, &of_field(field), |one, other| one || other))
            }
            Filter::Test(RecordTest::Member { field, groups, at }) => match end(field) {
                None | Some(Somebody::Whoever) => either(),
                Some(Somebody::One(Party::Entity(number))) => {
                    let day = if let At::Day(day) = at { Some(Date::from_day(*day)) } else { None };
                    let belongs = groups.iter().map(|group| self.entities.belongs(*number, *group, day.as_ref()));
                    known(belongs.max().unwrap_or(Truth::False))
                }
                Some(_) => known(Truth::False),
            },
            Filter::Test(RecordTest::Date { field, window }) if &**field == "date" => {
                let mut found = Outcomes::new();
                let within = |day: Day| window.first <= day && day <= window.last;
                let bounds = [act.days.first, act.days.last, window.first, window.last];
                let days = bounds.into_iter().flat_map(|day| [day.previous(), day, day.next()]);
                found.extend(days.filter(|day| act.days.contains(*day)).map(within));
                found
            }
            Filter::Test(RecordTest::Missing { field }) => match (end(field), &**field) {
                (Some(end), _) => known((*end == Somebody::Nobody).into()),
                (None, "action") => known(Truth::False),
                (None, _) => either(),
            },
            Filter::Test(RecordTest::Step { field, test }) => match end(field) {
                None | Some(Somebody::Whoever) => either(),
                Some(Somebody::One(Party::Entity(number))) => known(self.judge.entity(test, Some(*number))),
                Some(Somebody::One(Party::Written(name))) if self.judge.used.has(name) => {
                    known(self.judge.entity(test, Some(self.number_of(name))))
                }
                Some(_) => known(self.judge.entity(test, None)),
            },
            // What is known of an act that is not recorded nobody can tell.
            Filter::Unknown(_) | Filter::Test(_) => either(),
        }
    }

    /// Whom an end of facts may name: entities of its kinds, and whoever is new.
    fn anybody(&self, role: Role) -> Vec<Somebody> {
        let field = self.schema.field(role.field()).expect("every fact has it");
        let of_kind = self.entities.iter().filter(|(_, one)| field.kinds.is_empty() || field.kinds.contains(&one.kind));
        let entities = of_kind.map(|(number, _)| Somebody::One(Party::Entity(number)));
        entities.chain(field.open.then_some(Somebody::New)).collect()
    }

    fn actions(&self) -> Vec<&str> {
        self.schema.vocabulary().actions.keys().map(String::as_str).collect()
    }

    /// Whether another fact of a row might be missing that passes a filter.
    pub fn might_be_missing(&self, other: &OtherFacts, row: Row) -> bool {
        let one = |party: Option<Party>| party.map_or(Somebody::Nobody, Somebody::One);
        let own = |role: Role| match row {
            Row::Fact(place) => one(self.end(place, role)),
            Row::Entity(number, _) => Somebody::One(self.judge.party_of(number)),
        };
        let is_shared = |role: Role| match &other.shared {
            Shared::Pair => true,
            Shared::Role(at) => *at == role,
            Shared::Values(values) => values.contains(&FactValue::Record(RecordValue::Field(role.field().into()))),
        };
        if let Shared::Values(values) = &other.shared
            && values.iter().any(|value| self.shareable(value, row).is_empty())
        {
            return false;
        }
        let ends = |role: Role| if is_shared(role) { vec![own(role)] } else { vec![Somebody::Whoever] };
        let subjects = ends(Role::Subject);
        let objects = if is_shared(Role::Object) { ends(Role::Object) } else { self.anybody(Role::Object) };
        for (subject, object) in subjects.iter().flat_map(|one| objects.iter().map(move |other| (one, other))) {
            for action in self.actions() {
                for days in self.uncovered(action, entity_of(object)) {
                    let act = Missing { action, subject: subject.clone(), object: object.clone(), days };
                    if self.outcomes(&other.filter, &act).contains(&true) {
                        return true;
                    }
                }
            }
        }
        false
    }

    /// Whether an act that might be missing would make a query of facts give a value.
    pub fn might_give(&self, query: &Query, value: &Party) -> bool {
        if let Some(account) = &query.account {
            let own = Query { account: None, ..query.clone() };
            return self.on_account(account, |told, _| told.might_give(&own, value));
        }
        let RowsOf::Facts(pipeline) = &query.rows else { return false };
        let Some(Tabulation::Show(shown) | Tabulation::Distinct(shown)) =
            pipeline.table.as_ref().map(|table| &table.first.value)
        else {
            return false;
        };
        let is = |field: &str| shown[0].value == RecordValue::Field(field.into()).into();
        let given = || Somebody::One(value.clone());
        let subject = if is("subject") { given() } else { Somebody::Whoever };
        let objects = if is("object") { vec![given()] } else { self.anybody(Role::Object) };
        let conditions = pipeline.narrowing.iter().filter_map(|stage| match &stage.value {
            RowStage::Where(condition) => Some(condition),
            _ => None,
        });
        let conditions: Vec<&Filter> = std::iter::once(&query.filter).chain(conditions).collect();
        objects.iter().any(|object| {
            self.actions().into_iter().any(|action| {
                self.uncovered(action, entity_of(object)).into_iter().any(|days| {
                    let act = Missing { action, subject: subject.clone(), object: object.clone(), days };
                    conditions.iter().all(|condition| self.outcomes(condition, &act).contains(&true))
                })
            })
        })
    }

    /// Everybody with a name who may stand at an end of facts.
    pub fn named_at(&self, role: Role) -> Vec<Party> {
        let kinds = &self.schema.field(role.field()).expect("every fact has it").kinds;
        let names = self.judge.used.of_kinds(kinds).map(|name| Party::Written(name.to_owned()));
        let declared = self.anybody(role).into_iter();
        let declared = declared.filter_map(|one| if let Somebody::One(party) = one { Some(party) } else { None });
        declared.chain(names).collect()
    }

    /// Whether a status that nothing recorded has opened towards an object might be
    /// there at a date.
    pub fn might_open(&self, test: &StatusTest, object: &Party, events: &[Event], at: Option<Extent>) -> bool {
        self.might_open_towards(test, &as_object(object), events, at)
    }

    fn might_open_towards(&self, test: &StatusTest, object: &Somebody, events: &[Event], at: Option<Extent>) -> bool {
        let status = &self.schema.vocabulary().status[&*test.status];
        let mut last: Option<Day> = None;
        for action in self.actions() {
            if !status.open.iter().any(|edge| self.means(&edge.by, action)) {
                continue;
            }
            for days in self.uncovered(action, entity_of(object)) {
                let act = Missing { action, subject: Somebody::Whoever, object: object.clone(), days };
                let passes = test.using.as_ref().is_none_or(|using| self.outcomes(using, &act).contains(&true));
                let until = at.map_or(Day::FUTURE, Extent::latest);
                if passes && days.first <= until {
                    last = last.max(Some(days.last.min(until)));
                }
            }
        }
        let (Some(last), Some(at)) = (last, at) else { return last.is_some() };
        let settles = |event: &Event| {
            let sure = !event.opens && event.dated && event.certain && !event.revocable;
            sure && event.window.first > last && event.window.last <= at.earliest()
        };
        !events.iter().any(settles)
    }

    /// With how many others, who are not known to have a status with one, it might
    /// be there; no number if nobody can tell how many there are.
    pub fn might_be_others(
        &self,
        test: &StatusTest,
        own: &Party,
        at: Option<Extent>,
        counted: &[Party],
    ) -> Option<u64> {
        let other_end = opposite(test.role);
        let nouns: Vec<_> = self
            .schema
            .vocabulary()
            .nouns
            .values()
            .filter(|noun| noun.role == other_end)
            .map(|noun| &noun.kinds)
            .collect();
        let is_counted = |party: &Party| match party {
            Party::Entity(number) => {
                let kind = &self.entities.get(*number).kind;
                nouns.is_empty() || nouns.iter().any(|kinds| kinds.is_empty() || kinds.contains(kind))
            }
            Party::Written(_) => true,
        };
        let mut number = 0;
        for other in self.anybody(other_end) {
            let object = if test.role == Role::Object { as_object(own) } else { other.clone() };
            match &other {
                Somebody::One(party) => {
                    let is_there = self.there(Some(party), at) > Truth::False;
                    let events = self.events(test, own, Some(party));
                    if is_counted(party)
                        && !counted.contains(party)
                        && is_there
                        && self.might_open_towards(test, &object, &events, at)
                    {
                        number += 1;
                    }
                }
                _ if self.might_open_towards(test, &object, &[], at) => return None,
                _ => {}
            }
        }
        Some(number)
    }
}

/// Whether the name of an action is found by what is asked for.
fn is_called(action: &str, test: &Match) -> bool {
    match test {
        Match::Any(texts) => texts.iter().any(|text| fold(text) == fold(action)),
        Match::Prefix(prefix) => fold(action).starts_with(prefix.as_str()),
        Match::Regex(pattern) => Regex::new(pattern).expect("patterns are checked").is_match(&fold(action)),
    }
}

/// A name that no entity has is like any other.
fn as_object(party: &Party) -> Somebody {
    match party {
        Party::Entity(_) => Somebody::One(party.clone()),
        Party::Written(_) => Somebody::New,
    }
}

fn entity_of(end: &Somebody) -> Option<EntityNumber> {
    if let Somebody::One(Party::Entity(number)) = end { Some(*number) } else { None }
}
