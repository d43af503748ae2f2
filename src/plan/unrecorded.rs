//! Acts that may have happened without being recorded, and whether one of them
//! may pass a filter. Of such an act its action is known, mostly what it was done
//! to, and between which days; nothing else of it is.

use std::convert::Infallible;

use crate::model::vocabulary::Role;
use crate::model::{Coverage, Date, Entities, EntityNumber, Schema, StatusRule, Truth, Window, fold};

use super::{Account, At, Counterparts, Filter, GivingActs, Match, Query, RecordTest, RowStage, RowsOf, StatusTest};

/// Who or what stands at an end of an act that is not recorded.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum UnrecordedEnd {
    /// Anybody.
    Any,
    /// An entity.
    Entity(EntityNumber),
    /// A name that no entity has, folded.
    Written(String),
    /// A name that nothing in the store has.
    Unlisted,
    /// Nobody.
    Nobody,
}

/// An act that may have happened without being recorded.
#[derive(Debug, Clone)]
pub(crate) struct UnrecordedAct<'a> {
    pub action: &'a str,
    pub subject: UnrecordedEnd,
    pub object: UnrecordedEnd,
    /// It happened on one of these days, if it did.
    pub days: Window,
}

/// What tests of an act say that need more than the act.
pub(crate) trait EndTests {
    /// Why a test cannot be decided.
    type Error;

    /// Whose names the tests mean.
    fn entities(&self) -> &Entities;

    /// The declarations of the fields.
    fn schema(&self) -> &Schema;

    /// Whether the name of an action passes.
    ///
    /// # Errors
    ///
    /// If an expression is invalid.
    fn action(&self, test: &Match, action: &str) -> Result<Truth, Self::Error>;

    /// Whether what an entity declares passes, or that there is none.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    fn declared(&self, test: &Filter, entity: Option<EntityNumber>) -> Result<Truth, Self::Error>;
}

/// Whether a test may hold of an act, and whether it may fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Prospect {
    may_hold: bool,
    may_fail: bool,
}

impl Prospect {
    const OPEN: Self = Self { may_hold: true, may_fail: true };

    fn and(self, other: Self) -> Self {
        Self { may_hold: self.may_hold && other.may_hold, may_fail: self.may_fail || other.may_fail }
    }

    fn or(self, other: Self) -> Self {
        !(!self).and(!other)
    }
}

impl std::ops::Not for Prospect {
    type Output = Self;

    fn not(self) -> Self {
        Self { may_hold: self.may_fail, may_fail: self.may_hold }
    }
}

impl From<Truth> for Prospect {
    fn from(truth: Truth) -> Self {
        Self { may_hold: truth != Truth::False, may_fail: truth != Truth::True }
    }
}

impl From<bool> for Prospect {
    fn from(holds: bool) -> Self {
        Truth::from(holds).into()
    }
}

impl UnrecordedAct<'_> {
    /// Whether the act may pass a filter, for all that is known of it.
    ///
    /// # Errors
    ///
    /// The first error of a test.
    pub fn may_pass<T: EndTests>(&self, filter: &Filter, tests: &T) -> Result<bool, T::Error> {
        Ok(self.prospect(filter, tests)?.may_hold)
    }

    fn prospect<T: EndTests>(&self, filter: &Filter, tests: &T) -> Result<Prospect, T::Error> {
        Ok(match filter {
            Filter::All => true.into(),
            Filter::Nothing => false.into(),
            Filter::And(parts) => {
                let mut all = Prospect::from(true);
                for part in parts {
                    all = all.and(self.prospect(&part.filter, tests)?);
                }
                all
            }
            Filter::Or(parts) => {
                let mut any = Prospect::from(false);
                for part in parts {
                    any = any.or(self.prospect(&part.filter, tests)?);
                }
                any
            }
            Filter::Not(filter) => !self.prospect(filter, tests)?,
            Filter::Maybe(filter) => self.prospect(filter, tests)?,
            Filter::Unknown(_) => Prospect::OPEN,
            Filter::Test(test) => self.of_test(test, tests)?,
        })
    }

    fn of_test<T: EndTests>(&self, test: &RecordTest, tests: &T) -> Result<Prospect, T::Error> {
        Ok(match test {
            RecordTest::Keyword { field, test } if &**field == "action" => tests.action(test, self.action)?.into(),
            RecordTest::Refers { fields, entities, written } => fields
                .iter()
                .map(|field| match self.end(field) {
                    None | Some(UnrecordedEnd::Any) => Prospect {
                        may_hold: !written.is_empty() || entities.iter().any(|entity| may_refer(field, *entity, tests)),
                        may_fail: true,
                    },
                    Some(end) => refers(end, entities, written, tests.entities()),
                })
                .fold(false.into(), Prospect::or),
            RecordTest::Member { field, groups, at } => {
                self.end(field).map_or(Prospect::OPEN, |end| belongs(end, groups, *at, tests.entities()))
            }
            RecordTest::Date { field, window } if &**field == "date" => Prospect {
                may_hold: !self.days.intersection(*window).is_empty(),
                may_fail: self.days.intersection(*window) != self.days,
            },
            RecordTest::Missing { field } => match &**field {
                "action" => false.into(),
                _ => match self.end(field) {
                    Some(end) => (*end == UnrecordedEnd::Nobody).into(),
                    None => Prospect::OPEN,
                },
            },
            RecordTest::Step { field, test } => match self.end(field) {
                None | Some(UnrecordedEnd::Any) => Prospect::OPEN,
                Some(UnrecordedEnd::Entity(entity)) => tests.declared(test, Some(*entity))?.into(),
                Some(_) => tests.declared(test, None)?.into(),
            },
            _ => Prospect::OPEN,
        })
    }

    fn end(&self, field: &str) -> Option<&UnrecordedEnd> {
        match field {
            "subject" => Some(&self.subject),
            "object" => Some(&self.object),
            _ => None,
        }
    }
}

/// Whether a field may refer to an entity.
fn may_refer<T: EndTests>(field: &str, entity: EntityNumber, tests: &T) -> bool {
    let Some(field) = tests.schema().field(field) else { return true };
    let entities = tests.entities();
    let may_stand =
        if entities.is_declared(entity) { field.kinds.contains(&entities.get(entity).kind) } else { field.open };
    field.kinds.is_empty() || may_stand
}

fn refers(end: &UnrecordedEnd, entities: &[EntityNumber], written: &[String], known: &Entities) -> Prospect {
    match end {
        UnrecordedEnd::Any => Prospect::OPEN,
        UnrecordedEnd::Entity(entity) => entities.contains(entity).into(),
        UnrecordedEnd::Written(name) => written.iter().any(|written| fold(written) == *name).into(),
        UnrecordedEnd::Unlisted => {
            let is_name = |entity: &EntityNumber| !known.is_declared(*entity);
            Prospect { may_hold: !written.is_empty() || entities.iter().any(is_name), may_fail: true }
        }
        UnrecordedEnd::Nobody => false.into(),
    }
}

fn belongs(end: &UnrecordedEnd, groups: &[EntityNumber], at: At, entities: &Entities) -> Prospect {
    let day = if let At::Day(day) = at { Some(Date::from_day(day)) } else { None };
    match end {
        UnrecordedEnd::Any => Prospect::OPEN,
        UnrecordedEnd::Entity(member) => {
            let truths = groups.iter().map(|group| entities.belongs(*member, *group, day.as_ref()));
            truths.fold(Truth::False, Truth::or).into()
        }
        UnrecordedEnd::Written(_) | UnrecordedEnd::Unlisted | UnrecordedEnd::Nobody => false.into(),
    }
}

/// Whether a filter asks who the subject is: not by a name that no subject can have.
pub(crate) fn asks_of_subject<T: EndTests>(filter: &Filter, tests: &T) -> bool {
    let mut asks = false;
    filter.each_test(&mut |test| {
        asks |= match test {
            RecordTest::Refers { fields, entities, written } => {
                let may_be = || entities.iter().any(|entity| may_refer("subject", *entity, tests));
                fields.iter().any(|field| &**field == "subject") && (!written.is_empty() || may_be())
            }
            RecordTest::Member { field, .. } | RecordTest::Step { field, .. } | RecordTest::Missing { field } => {
                &**field == "subject"
            }
            _ => false,
        };
    });
    asks
}

/// A world, and what is claimed to be complete in it.
pub(super) struct CoveredWorld<'a> {
    schema: &'a Schema,
    entities: &'a Entities,
    coverage: Coverage,
}

impl<'a> CoveredWorld<'a> {
    /// `account` is the one on which the query is asked.
    pub(super) fn new(schema: &'a Schema, entities: &'a Entities, account: Option<&Account>) -> Self {
        Self { schema, entities, coverage: Account::coverage(account, schema, entities) }
    }
}

/// What the checker knows of acts: all but what entities declare.
struct AsChecked<'a>(&'a CoveredWorld<'a>);

impl EndTests for AsChecked<'_> {
    type Error = Infallible;

    fn entities(&self) -> &Entities {
        self.0.entities
    }

    fn schema(&self) -> &Schema {
        self.0.schema
    }

    fn action(&self, test: &Match, action: &str) -> Result<Truth, Infallible> {
        Ok(match test {
            Match::Any(names) => names.iter().any(|name| fold(name) == fold(action)).into(),
            Match::Prefix(prefix) => fold(action).starts_with(prefix.as_str()).into(),
            Match::Regex(_) => Truth::Unknown,
        })
    }

    fn declared(&self, _: &Filter, _: Option<EntityNumber>) -> Result<Truth, Infallible> {
        Ok(Truth::Unknown)
    }
}

/// Whether a filter may be unknown of some row because acts may not be recorded.
pub(super) fn may_leave_unknown(filter: &Filter, within: &CoveredWorld<'_>) -> bool {
    match filter {
        // Of no row is it unknown whether something is unknown.
        Filter::All | Filter::Nothing | Filter::Unknown(_) => false,
        Filter::And(parts) | Filter::Or(parts) => parts.iter().any(|part| may_leave_unknown(&part.filter, within)),
        Filter::Not(filter) | Filter::Maybe(filter) => may_leave_unknown(filter, within),
        Filter::Test(test) => match test {
            RecordTest::Status(test) => status_may_be_unknown(test, within),
            RecordTest::Given { query, .. } => query_may_be_unknown(query, within),
            RecordTest::According { account, filter } => !account.first || may_leave_unknown(filter, within),
            RecordTest::Other(other) | RecordTest::Relative { other, .. } => {
                acts_may_be_missing(&other.filter, within) || may_leave_unknown(&other.filter, within)
            }
            _ => false,
        },
    }
}

fn query_may_be_unknown(query: &Query, within: &CoveredWorld<'_>) -> bool {
    let own = query.account.as_deref().map(|account| CoveredWorld::new(within.schema, within.entities, Some(account)));
    let within = own.as_ref().unwrap_or(within);
    let hears = |filter: &Filter| may_leave_unknown(filter, within);
    let narrowing: Vec<&Filter> = match &query.rows {
        RowsOf::Facts(pipeline) => pipeline.narrowing.iter().filter_map(|stage| condition(&stage.value)).collect(),
        RowsOf::Entities(_, pipeline) => {
            pipeline.narrowing.iter().filter_map(|stage| condition(&stage.value)).collect()
        }
        RowsOf::Periods(..) => Vec::new(),
    };
    hears(&query.filter) || narrowing.into_iter().any(hears) || acts_may_be_missing_of(query, within)
}

/// Whether acts may be missing by which a query would give other values.
fn acts_may_be_missing_of(query: &Query, within: &CoveredWorld<'_>) -> bool {
    GivingActs::of_query(query, within.schema).is_some_and(|acts| acts_may_be_missing(&acts.filter, within))
}

fn condition<D: super::RecordDomain>(stage: &RowStage<D>) -> Option<&Filter> {
    if let RowStage::Where(condition) = stage { Some(condition) } else { None }
}

/// Whether a status may be unknown of some row because acts may not be recorded.
pub(super) fn status_may_be_unknown(test: &StatusTest, within: &CoveredWorld<'_>) -> bool {
    let Some(rule) = StatusRule::new(within.schema, &test.status) else { return false };
    let by_query = match &test.others {
        Counterparts::Query(query) => query_may_be_unknown(query, within),
        Counterparts::Entities(_) | Counterparts::Count { .. } => false,
    };
    let has_gaps =
        |object: &Option<EntityNumber>| rule.opening().any(|action| !within.coverage.gaps(action, *object).is_empty());
    by_query
        || match (&test.others, test.role) {
            (Counterparts::Entities(entities), Role::Subject) => {
                entities.iter().copied().map(Some).any(|one| has_gaps(&one))
            }
            _ => objects(within).any(|object| has_gaps(&object)),
        }
}

fn acts_may_be_missing(filter: &Filter, within: &CoveredWorld<'_>) -> bool {
    let tests = AsChecked(within);
    within.coverage.actions().any(|action| {
        objects(within).any(|object| {
            within.coverage.gaps(action, object).into_iter().any(|days| {
                let object = object.map_or(UnrecordedEnd::Unlisted, UnrecordedEnd::Entity);
                let act = UnrecordedAct { action, subject: UnrecordedEnd::Any, object, days };
                let Ok(passes) = act.may_pass(filter, &tests);
                passes
            })
        })
    })
}

/// Everything that an act may be done to; none stands for what nothing names.
fn objects<'c>(within: &'c CoveredWorld<'_>) -> impl Iterator<Item = Option<EntityNumber>> + 'c {
    let field = within.schema.field(Role::Object.field());
    let kinds = field.map_or(&[][..], |field| field.kinds.as_slice());
    let of_kind = within.entities.iter().filter(|(_, entity)| kinds.is_empty() || kinds.contains(&entity.kind));
    let open = field.is_none_or(|field| field.open);
    of_kind.map(|(number, _)| Some(number)).chain(open.then_some(None))
}
