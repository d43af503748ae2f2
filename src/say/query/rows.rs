//! Conditions on entities, the nouns that name them, periods and days.

use super::Wording;
use super::fields::suggestion;
use super::references::described;
use crate::plan::{DayProblem, LifetimeTests, PeriodsProblem, RowsProblem};

pub(super) fn wording(problem: &RowsProblem) -> Wording {
    let facts_about = |facts: &str| format!("for facts about them: `{facts}`");
    match problem {
        RowsProblem::UnknownField { path, plural, suggestion: near } => {
            Wording::new(format!("{plural} have no field named `{path}`")).with(suggestion(near))
        }
        RowsProblem::SinceOfStages => Wording::new("`since` is a column of the rows, which only a stage can test")
            .with("put it into a stage: `… | where since after 2020`"),
        RowsProblem::NoOwnDate { plural, facts, periods_start, since, lifetime } => {
            let also = |what: &str, test: &Option<String>| {
                test.as_ref().map_or(String::new(), |test| format!("; {what}: `… | where {test}`"))
            };
            let (facts, periods) = (facts_about(facts), also("for the periods", periods_start));
            let since = also("for the status", since);
            let lifetime = lifetime.as_ref().map_or(String::new(), |LifetimeTests { began, ended }| {
                let ended =
                    ended.as_ref().map_or(String::new(), |test| format!("; for those that ended then: `{test}`"));
                format!(
                    "\nfor those that began then: `{began}`{ended}; for those that existed on a day: `{plural} as of …`"
                )
            });
            Wording::new(format!("{plural} have no date of their own"))
                .with(format!("{facts}{periods}{since}{lifetime}"))
        }
        RowsProblem::NobodyHasField { singular, field, facts } => {
            Wording::new(format!("no {singular} has a field `{field}`")).with(facts_about(facts))
        }
        RowsProblem::FieldOfFacts { path, plural, facts, status } => {
            let status = status.as_ref().map_or(String::new(), |status| format!("; by a status: `{status}:…`"));
            Wording::new(format!("`{path}` belongs to facts, but the rows are {plural}"))
                .with(format!("{}{status}", facts_about(facts)))
        }
        RowsProblem::ActOfFacts { word, plural, facts } => {
            Wording::new(format!("`{word}` is an act, but the rows are {plural}")).with(format!("`{facts}`"))
        }
        RowsProblem::TextOfFacts { text, plural, facts } => {
            Wording::new(format!("texts belong to facts, but the rows are {plural}"))
                .with(format!("{}; by name: `name:\"{text}\"`", facts_about(facts)))
        }
        RowsProblem::OtherKind { word, entity, plural, status, facts } => {
            let status = status.as_ref().map_or(String::new(), |status| format!("by a status: `{status}`; "));
            Wording::new(format!("`{word}` is {}, but the rows are {plural}", described(entity)))
                .with(format!("{status}by facts: `{facts}`"))
        }
        RowsProblem::DateWithoutRelation { date, facts } => {
            Wording::new(format!("the date `{date}` needs a word before it that says what it is for"))
                .with(format!("`as of {date}`; {}", facts_about(facts)))
        }
        RowsProblem::NounNotFirst { plural, singular } => {
            Wording::new(format!("`{plural}` says what the rows are, and can only come first in a query"))
                .with(format!("`{plural} …`, with conditions in parentheses after it; for facts: `{singular}:…`"))
        }
        RowsProblem::NounTwice { plural } => {
            Wording::new(format!("the rows are {plural} already")).with(format!("leave out the second `{plural}`"))
        }
        RowsProblem::SecondNoun { rows, status, facts } => {
            let status = status.as_ref().map_or(String::new(), |status| format!("by a status: `{status}`; "));
            Wording::new(format!("the rows are {rows} already")).with(format!("{status}by facts: `{facts}`"))
        }
        RowsProblem::FactsOfStatus { mend } => {
            Wording::new("the rows are facts, and there is no other condition on them")
                .with(format!("for the entities themselves: `{mend}`"))
        }
        RowsProblem::TwoEntities { names: [one, other], mend } => {
            Wording::new(format!("no row is both {one} and {other}")).with(format!("for either of them: `{mend}`"))
        }
    }
}

pub(super) fn periods(problem: &PeriodsProblem) -> Wording {
    let examples = |status: &str| format!("`periods {status}:…`, `periods {status}:*`");
    match problem {
        PeriodsProblem::Series => Wording::new("`periods` does not go with `as of each`")
            .with("leave out `as of each`: every period is a row anyway"),
        PeriodsProblem::NotOneStatus { example } => Wording::new("`periods` needs exactly one status")
            .with(format!("name one, outside of `or` and `not`: {}", examples(example))),
        PeriodsProblem::Counted { example } => {
            Wording::new("`periods` has a row for each pair, but this counts pairs").with(examples(example))
        }
    }
}

pub(super) fn days(problem: &DayProblem) -> Wording {
    match problem {
        DayProblem::SeriesWithin => Wording::new("`as of each` cannot be used here")
            .with("it comes at the end of a query with a noun; here, name one day: `as of 2020`"),
        DayProblem::OpenSeries => Wording::new("`as of each` needs a first and a last day")
            .with("`as of each year 1970..2020`, `as of each month 2020..today`"),
        DayProblem::TooManyDays { most, longer_step } => {
            let step = if *longer_step { ", or a longer step" } else { "" };
            Wording::new(format!("`as of each` takes at most {most} days, and this is more"))
                .with(format!("use a shorter time{step}: `as of each year 1970..2020`"))
        }
        DayProblem::SeriesOfFacts { noun, unit } => {
            Wording::new("`as of each` needs a noun: facts do not come and go from day to day")
                .with(format!("ask what there is on each day: `{noun} … as of each {} …`", unit.name()))
        }
        DayProblem::TooLongForSeries { days } => {
            Wording::new(format!("these conditions are too long to be tested on {days} days"))
                .with("use a shorter time, or a longer step: `as of each year 1970..2020`")
        }
    }
}
