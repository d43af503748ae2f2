//! How the parts of a query were read, as data. `say` turns it into English.

use std::sync::Arc;

use super::{EntityMention, KnownState, NameHolder};
use crate::model::{Day, Window, caseless};
use crate::syntax::Span;
use crate::syntax::tree::Unit;

/// How a part of a query was read; as text, one line for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
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

    /// If it is a name that only facts use: its spellings, if there are several or
    /// the word is another, and the names that look like it and are left aside.
    pub(crate) fn names(&self) -> Option<[&[Arc<str>]; 2]> {
        let Meaning::Names { word, spellings, aside } = &self.meaning else { return None };
        let is_one = spellings.len() == 1 && spellings.iter().all(|spelling| caseless(spelling) == caseless(word));
        Some([if is_one { &[] } else { spellings }, aside])
    }

    /// If it is a stage `first` or `last`: whether it is `last`, and the sort
    /// whose order it follows, as written; without one that of dates.
    #[must_use]
    pub fn first_or_last(&self) -> Option<(bool, Option<&str>)> {
        match &self.meaning {
            Meaning::FirstOrLast { last, sort } => Some((*last, sort.as_deref())),
            _ => None,
        }
    }

    /// If it is a name of those whose account others report, and of publishers, too: the
    /// name, and the publishers, who are not asked.
    pub(crate) fn unasked_publishers(&self) -> Option<(&str, &[Arc<str>])> {
        match &self.meaning {
            Meaning::AccountOfTeller { name, publishers, .. } if !publishers.is_empty() => Some((name, publishers)),
            _ => None,
        }
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
    Entity {
        word: String,
        entity: EntityMention,
        years: Option<String>,
        by_name: Option<String>,
        /// Others whose name is the word, which is the id of this one.
        namesakes: Vec<NameHolder>,
    },
    /// A name that only facts use, or several that are found so, as facts write them.
    Names { word: String, spellings: Vec<Arc<str>>, aside: Vec<Arc<str>> },
    /// A group, to which a fact refers, or to which what is at an end of it belongs.
    GroupOrMember { word: String, group: EntityMention, end: String },
    /// The members of a group.
    Members { word: String, group: EntityMention },
    /// A group and its members.
    EntityOrMembers { word: String, group: EntityMention },
    /// An entity and the names of what it succeeds or continues.
    Line { word: String, entity: EntityMention, predecessors: Vec<String> },
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
    /// What some sources tell, by a condition on them as written.
    AccountOfSources { condition: String },
    /// What those tell who are called so; whether publishers report it, and if so which
    /// publishers are called so, too; and whether others are heard where they are silent.
    AccountOfTeller { name: String, tellers: Vec<Arc<str>>, reported: bool, publishers: Vec<Arc<str>>, first: bool },
    /// A condition, as written, that one source must meet.
    OneSource { condition: String },
    /// A series of days.
    Series { unit: Unit, days: usize, first: Day, last: Day },
    /// In which order the first or the last are kept: of a sort as written, or
    /// else of dates.
    FirstOrLast { last: bool, sort: Option<String> },
    /// Two states of the store that are compared.
    DiffKnown(KnownState, KnownState),
    /// Two days of the world that are compared.
    DiffDays(Day, Day),
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
