//! How the parts of a query were read, as data. `say` turns it into English.

use super::check::Context;
use super::scope::RowNoun;
use super::{At, DatePart, FactValue, Others, RecordValue, Shared, StatusTest};
use crate::model::vocabulary::Role;
use crate::model::{Day, Entities, EntityNumber, Schema, Window};
use crate::syntax::Span;
use crate::syntax::tree::Unit;

/// How a part of a query was read; as text, one line for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The part of the query.
    pub span: Span,
    pub(crate) meaning: Meaning,
}

impl Reading {
    /// Whether it was searched for in the texts.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(self.meaning, Meaning::Text { .. })
    }

    /// Whether it is a bare word that means nothing in this world, so that it
    /// was searched for in the texts.
    #[must_use]
    pub fn is_unknown_word(&self) -> bool {
        matches!(self.meaning, Meaning::Text { unknown_word: true, .. })
    }
}

/// What a part of a query was read as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// An action or umbrella, as written, and the labels of what it stands for.
    Actions { word: String, labels: Vec<String> },
    /// An entity.
    Entity { word: String, entity: NamedEntity, years: Option<String>, by_name: Option<String> },
    /// A group, to which a fact refers, or to which what is at an end of it belongs.
    GroupOrMember { word: String, group: NamedEntity, end: String },
    /// The members of a group.
    Members { word: String, group: NamedEntity },
    /// A group and its members.
    EntityOrMembers { word: String, group: NamedEntity },
    /// An entity and the names of what it succeeds or continues.
    Line { word: String, entity: NamedEntity, predecessors: Vec<String> },
    /// A word or phrase of the texts.
    Text { text: String, quoted: bool, phrase: bool, unknown_word: bool },
    /// The days of a date test.
    Days { field: String, window: Window },
    /// The noun of a query, and the kinds of entity that it names.
    Noun { plural: String, kinds: Vec<String>, alive: Alive },
    /// A status.
    Status(StatusMeaning),
    /// Facts in braces, as written.
    OtherFacts { condition: String, shared: SharedMeaning },
    /// Only the acts in braces make up the statuses.
    Using,
    /// What the store held at the end of a day.
    KnownAtEndOf(Day),
    /// What a day restricts, or is asked about.
    AsOf { day: Day, restricts: AsOfMeaning },
    /// A series of days.
    Series { unit: Unit, days: usize, first: Day, last: Day },
    /// Two states of the store that are compared.
    DiffKnown(StoreState, StoreState),
    /// Two days of the world that are compared.
    DiffDays(Day, Day),
}

/// An entity as a reading names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedEntity {
    pub(crate) name: String,
    pub(crate) kind: String,
}

/// When the entities of a noun must be alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alive {
    /// At any time.
    Ever,
    /// On a day.
    On(Day),
    /// On each day of a series.
    OnEachDay,
}

/// A status as a reading tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StatusMeaning {
    pub(crate) status: String,
    /// What has it.
    pub(crate) end: String,
    /// What it is with, one of them and several.
    pub(crate) other: String,
    pub(crate) others: String,
    pub(crate) with: StatusWith,
    pub(crate) when: StatusTime,
    /// Whether `using` names the acts that make it up.
    pub(crate) using: bool,
}

/// With whom or with how many something has a status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StatusWith {
    /// With one of some entities: the first names, and how many there are more.
    Entities { names: Vec<String>, more: usize },
    /// With one of those that a query gives.
    Query,
    /// With so many.
    Count { least: u64, most: Option<u64> },
}

/// When a status is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatusTime {
    DateOfFact,
    On(Day),
    DayOfRow,
    /// Whenever: each period is a row.
    EachPeriod,
}

/// What facts in braces share with the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SharedMeaning {
    /// Both ends, and what these are called.
    Pair(String, String),
    /// The row is an entity, and stands at the end of this name.
    Row(String),
    /// The values of some paths.
    Values(Vec<String>),
}

/// What a day restricts, or is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AsOfMeaning {
    /// The acts, to those dated by then.
    Acts,
    /// Which statuses and groups there are.
    StatusesAndGroups,
    /// The acts, and which statuses and groups there are.
    ActsStatusesAndGroups,
    /// Statuses and groups, and the facts in braces.
    StatusesGroupsAndOtherFacts,
    /// The rows, which are entities, their statuses and groups.
    Rows,
    /// The acts that make periods, and how long what has not ended is.
    Periods,
}

/// A state of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StoreState {
    Now,
    AfterCommit(u64),
    AtEndOf(Day),
}

/// The days that were meant where the text names none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MeantDays {
    /// `known 2025`: the last day of the period.
    KnownAtEndOf(Day),
    /// `as of 2025`: likewise.
    AsOf(Day),
    /// `last month`, as written.
    Date { written: String, window: Window },
}

impl NamedEntity {
    pub(super) fn of(entities: &Entities, number: EntityNumber) -> Self {
        let entity = entities.get(number);
        Self { name: entity.name.clone(), kind: entity.kind.clone() }
    }
}

pub(super) fn action(word: &str, actions: &[String], schema: &Schema) -> Meaning {
    let label = |name: &String| schema.action(name).map_or_else(|| name.clone(), |action| action.label.clone());
    Meaning::Actions { word: word.to_owned(), labels: actions.iter().map(label).collect() }
}

pub(super) fn entity(word: &str, entities: &Entities, number: EntityNumber) -> Meaning {
    let found = entities.match_with(number, word, None);
    let years = found.as_ref().and_then(|found| found.held.years());
    let by_name = found.filter(|found| found.loosely).map(|found| found.name.to_string());
    Meaning::Entity { word: word.to_owned(), entity: NamedEntity::of(entities, number), years, by_name }
}

/// The line of an entity, which begins with itself.
pub(super) fn line(word: &str, entities: &Entities, line: &[EntityNumber]) -> Meaning {
    let names = line.iter().map(|number| NamedEntity::of(entities, *number));
    let mut names = names.collect::<Vec<_>>().into_iter();
    let entity = names.next().unwrap_or(NamedEntity { name: String::new(), kind: String::new() });
    Meaning::Line { word: word.to_owned(), entity, predecessors: names.map(|entity| entity.name).collect() }
}

/// The noun of a query.
pub(super) fn noun(noun: &RowNoun, alive: Alive) -> Meaning {
    Meaning::Noun { plural: noun.plural.to_string(), kinds: noun.kinds.clone(), alive }
}

/// A status: with whom, whose, and when.
pub(super) fn status(test: &StatusTest, context: Context<'_>) -> Meaning {
    const MOST: usize = 3;
    let schema = context.schema;
    let other = test.role.opposite();
    let others = schema.nouns().find(|(_, noun)| noun.role == other).map_or("others", |(plural, _)| plural);
    Meaning::Status(StatusMeaning {
        status: test.status.to_string(),
        end: schema.end_name(test.role).to_owned(),
        other: schema.end_name(other).to_owned(),
        others: others.to_owned(),
        with: match &test.others {
            Others::Entities(numbers) => StatusWith::Entities {
                names: numbers.iter().take(MOST).map(|number| context.entities.get(*number).name.clone()).collect(),
                more: numbers.len().saturating_sub(MOST),
            },
            Others::Query(_) => StatusWith::Query,
            Others::Count { least, most } => StatusWith::Count { least: *least, most: *most },
        },
        when: match test.at {
            At::Fact => StatusTime::DateOfFact,
            At::Day(day) => StatusTime::On(day),
            At::Row => StatusTime::DayOfRow,
        },
        using: test.using.is_some(),
    })
}

/// Facts in braces, and what they share with the row.
pub(super) fn other_facts(condition: String, shared: &Shared, schema: &Schema) -> Meaning {
    let end = |role| schema.end_name(role).to_owned();
    let shared = match shared {
        Shared::Pair => SharedMeaning::Pair(end(Role::Subject), end(Role::Object)),
        Shared::Role(role) => SharedMeaning::Row(end(*role)),
        Shared::Values(values) => SharedMeaning::Values(values.iter().map(path_of).collect()),
    };
    Meaning::OtherFacts { condition, shared }
}

/// The path that names a value of a fact.
fn path_of(value: &FactValue) -> String {
    match value {
        FactValue::Record(RecordValue::Field(field)) => field.to_string(),
        FactValue::Record(RecordValue::Step(field, attribute, None)) => format!("{field}.{attribute}"),
        FactValue::Record(RecordValue::Step(field, attribute, Some(part))) => {
            format!("{field}.{attribute}.{}", part.name())
        }
        FactValue::Record(RecordValue::Part(field, part)) => format!("{field}.{}", part.name()),
        FactValue::Record(RecordValue::Group { kind, .. }) => kind.to_string(),
        FactValue::Relevance(_) => "relevance".to_owned(),
    }
}

impl DatePart {
    /// The part's name, as it stands after the dot of a path.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Decade => "decade",
            Self::Month => "month",
            Self::Precision => "precision",
            Self::Basis => "basis",
        }
    }
}
