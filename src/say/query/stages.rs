//! Stages.

use super::Wording;
use crate::plan::{DiffedStates, OtherRows, StageProblem};
use crate::say::list;

pub(super) fn wording(problem: &StageProblem) -> Wording {
    match problem {
        StageProblem::NeedsFacts { stage, rows: OtherRows::Entities(plural) } => {
            Wording::new(format!("`{stage}` needs facts, and the rows are {plural}"))
                .with(format!("ask for the facts, without `{plural}`: `… | {stage}`"))
        }
        StageProblem::NeedsFacts { stage, rows: OtherRows::Table } => {
            Wording::new(format!("`{stage}` needs facts, and the rows are those of a table"))
                .with(format!("put `{stage}` before the stage that made the table"))
        }
        StageProblem::NeedsDatedFacts { last, rows, date } => {
            let (stage, minus) = if *last { ("last by", "-") } else { ("first by", "") };
            match (rows, date) {
                (OtherRows::Entities(plural), _) => {
                    Wording::new(format!("`{stage}` needs facts, which have a date, and the rows are {plural}"))
                        .with(format!("`sort {minus}from | take 1` keeps one of all; one of each group cannot be kept"))
                }
                (OtherRows::Table, date) => {
                    let help = match date {
                        Some(date) => format!(
                            "`sort {minus}{date} | take 1` keeps one row of all; one of each group of a table cannot be kept"
                        ),
                        None => format!("put `{stage} …` before the stage that made the table"),
                    };
                    Wording::new(format!("`{stage}` needs facts, and the rows are those of a table")).with(help)
                }
            }
        }
        StageProblem::LosesColumns { stage, columns } => {
            Wording::new(format!("`{stage}` makes a table of its own columns, without {}", list::names(columns))).with(
                format!("calculate from the columns of that table, after `{stage}`; or show it without `{stage}`"),
            )
        }
        StageProblem::DistinctWithoutColumn => {
            Wording::new("`distinct` needs a column").with("`distinct subject`, `distinct subject, object`")
        }
        StageProblem::TimelineOfEntities { plural, noun } => {
            Wording::new(format!("`timeline` needs dates, and {plural} have none of their own"))
                .with(format!("show when each began and ended: `show {noun}, from as start, until as end | timeline`"))
        }
        StageProblem::TimelineWithoutDate { columns } => {
            Wording::new("`timeline` needs a column with a date, and the table has none")
                .with(format!("put `timeline` before the stage that made the table; columns: {}", list::names(columns)))
        }
        StageProblem::DiffNotFirst => Wording::new("`diff` compares the answers of the query itself")
            .with("put it first, right after the conditions"),
        StageProblem::DiffOfOneDay { states, mend } => {
            Wording::new(format!("`{}` compares two days, and both must be named", states.stage()))
                .with(format!("`{mend}`"))
        }
        StageProblem::NothingBetween { first, second, mend } => {
            Wording::new(format!("there is nothing between {first} and {second} to compare"))
                .maybe(mend.as_ref().map(|mend| format!("`{mend}`")))
        }
        StageProblem::ThirdState { states } => {
            let clause = match states {
                DiffedStates::Known => "known",
                DiffedStates::AsOf => "as of",
            };
            Wording::new(format!("`{}` names both days, and the `{clause}` before it a third", states.stage()))
                .with(format!("leave out the `{clause}` before the stages"))
        }
        StageProblem::DiffOfSeries { plural } => {
            Wording::new(format!("`diff known` cannot compare the {plural} of a series of days"))
                .with("name one day of the world: `… as of 2025 | diff known …`")
        }
        StageProblem::DiffOfPeriods { states, plural } => {
            let help = match states {
                DiffedStates::AsOf => format!("compare who has the status: `{plural} … | diff as of 2020..2025`"),
                DiffedStates::Known => format!(
                    "compare who has the status, `{plural} … | diff known …`; \
                     or ask twice: `… known D1` and `… known D2`"
                ),
            };
            Wording::new(format!("`{}` cannot compare periods", states.stage())).with(help)
        }
    }
}
