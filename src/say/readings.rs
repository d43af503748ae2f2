//! How the parts of a query were read.

use std::fmt;

use super::list;
use crate::model::Day;
use crate::plan::{
    Alive, AsOfMeaning, EntityMention, KnownState, Meaning, Reading, SharedMeaning, StatusMeaning, StatusTime,
    StatusWith,
};

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.meaning.fmt(f)
    }
}

impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Actions { word, labels } => write!(f, "{word}: {}", list::either(labels)),
            Self::Entity { word, entity, years, by_name, .. } => {
                write!(f, "{word}: {entity}")?;
                if let Some(years) = years {
                    write!(f, ", so named {years}")?;
                }
                by_name.as_ref().map_or(Ok(()), |name| write!(f, ", by its name `{name}`"))
            }
            Self::Names { word, spellings, .. } => {
                write!(f, "{word}: the name {}, which only facts use", list::either(spellings))
            }
            Self::GroupOrMember { word, group, end } => write!(f, "{word}: {group}, or a {end} in it"),
            Self::Members { word, group } => write!(f, "{word}: {group}, those in it"),
            Self::EntityOrMembers { word, group } => write!(f, "{word}: {group}, or those in it"),
            Self::Line { word, entity, predecessors } if predecessors.is_empty() => {
                write!(f, "{word}: {entity}, which succeeds nothing")
            }
            Self::Line { word, entity, predecessors } => {
                write!(f, "{word}: {entity}, and what it succeeds or continues: {}", predecessors.join(", "))
            }
            Self::Text { text, quoted, phrase, .. } => {
                let quote = if *quoted { "\"" } else { "" };
                let what = if *phrase { "a phrase" } else { "a word" };
                write!(f, "{quote}{text}{quote}: {what} in the texts")
            }
            Self::Days { field, window } => match (window.first.is_finite(), window.last.is_finite()) {
                (true, true) if window.first != window.last => {
                    write!(f, "{field}: from {} to {}", window.first, window.last)
                }
                _ => write!(f, "{field}: {window}"),
            },
            Self::Noun { plural, kinds, alive } => {
                match kinds.as_slice() {
                    [one] => write!(f, "{plural}: entities of the kind {one}")?,
                    several => write!(f, "{plural}: entities of the kinds {}", several.join(", "))?,
                }
                match alive {
                    Alive::Ever => Ok(()),
                    Alive::On(day) => write!(f, ", alive on {day}"),
                    Alive::OnEachDay => write!(f, ", alive on each day"),
                }
            }
            Self::Status(status) => status.fmt(f),
            Self::OtherFacts { condition, shared } => {
                write!(f, "{{{condition}}}: ")?;
                match shared {
                    SharedMeaning::Pair(one, other) => write!(f, "another fact of the same {one} and {other}"),
                    SharedMeaning::Row(end) => write!(f, "a fact whose {end} is the row"),
                    SharedMeaning::Values(paths) => write!(f, "another fact of the same {}", paths.join(" and ")),
                }
            }
            Self::Using => write!(f, "using: only these acts make up the statuses"),
            Self::KnownAtEndOf(day) => write!(f, "known: what the store held at the end of {day} (UTC)"),
            Self::AsOf { day, restricts } => as_of(f, *day, *restricts),
            Self::AccountOfSources { condition } => {
                write!(f, "according to: only what the sources tell for which `{condition}` holds")
            }
            Self::AccountOfTeller { name, tellers, reported, first, .. } => {
                let who = list::either(tellers);
                let how = if *reported { "sources that report the account of" } else { "sources published by" };
                let others = if *first { "; elsewhere what is recorded" } else { ", and no others" };
                write!(f, "according to {name}: what {how} {who} tell{others}")
            }
            Self::OneSource { condition } => write!(f, "source: one source gives `{condition}`"),
            Self::Series { unit, days, first, last } => {
                write!(f, "as of each {}: {days} days from {first} to {last}", unit.name())
            }
            Self::FirstOrLast { last, sort: Some(sort) } => {
                write!(f, "{}: in the order of `{sort}`", if *last { "last" } else { "first" })
            }
            Self::FirstOrLast { last: false, sort: None } => write!(f, "first: the earliest `date`"),
            Self::FirstOrLast { last: true, sort: None } => write!(f, "last: the latest `date`"),
            Self::DiffKnown(KnownState::Day(first), KnownState::Day(second)) => {
                write!(f, "diff: what the store held at the end of {first} and of {second} (UTC)")
            }
            Self::DiffKnown(first, second) => write!(f, "diff: what the store held {first} and {second}"),
            Self::DiffDays(first, second) => write!(f, "diff: the world on {first} and on {second}"),
        }
    }
}

fn as_of(f: &mut fmt::Formatter<'_>, day: Day, restricts: AsOfMeaning) -> fmt::Result {
    write!(f, "as of {day}: ")?;
    match restricts {
        AsOfMeaning::Acts => write!(f, "the acts dated until {day}"),
        AsOfMeaning::StatusesAndGroups => write!(f, "statuses and groups on that day"),
        AsOfMeaning::ActsStatusesAndGroups => {
            write!(f, "the acts dated until {day}, statuses and groups on that day")
        }
        AsOfMeaning::StatusesGroupsAndOtherFacts => {
            write!(f, "statuses and groups on that day, and facts dated by then")
        }
        AsOfMeaning::Rows => write!(f, "the rows, their statuses and groups on that day"),
        AsOfMeaning::Periods => {
            write!(f, "the acts dated until then; what has not ended is measured until then")
        }
    }
}

impl fmt::Display for EntityMention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.kind)
    }
}

impl fmt::Display for StatusMeaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, end, other, others, with, when, using } = self;
        let with = match with {
            StatusWith::Entities { names, more: 0 } => list::either(names),
            StatusWith::Entities { names, more } => format!("{} or {more} more", list::either(names)),
            StatusWith::Query => format!("at least one {other} that the query gives"),
            StatusWith::Count { least: 0, most: Some(0) } => format!("no {other}"),
            StatusWith::Count { least: 1, most: None } => format!("at least one {other}"),
            StatusWith::Count { least, most: Some(most) } if least == most => format!("{least} {others}"),
            StatusWith::Count { least, most: Some(most) } => format!("{least} to {most} {others}"),
            StatusWith::Count { least, most: None } => format!("at least {least} {others}"),
        };
        write!(f, "{status}: a status of the {end} with {with}, ")?;
        match when {
            StatusTime::DateOfFact => write!(f, "on the date of the fact")?,
            StatusTime::On(day) => write!(f, "on {day}")?,
            StatusTime::DayOfRow => write!(f, "on the day of the row")?,
            StatusTime::EachPeriod => write!(f, "each period a row")?,
        }
        if *using { write!(f, ", of the acts that `using` names") } else { Ok(()) }
    }
}

impl fmt::Display for KnownState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Now => write!(f, "now"),
            Self::Commit(number) => write!(f, "after commit #{number}"),
            Self::Day(day) => write!(f, "at the end of {day} (UTC)"),
        }
    }
}
