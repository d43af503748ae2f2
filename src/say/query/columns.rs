//! Columns of tables, and values that stages name.

use super::Wording;
use super::references::described;
use super::values::with_article;
use super::words::did_you_mean;
use crate::plan::{CellProblem, ColumnChoice, ColumnProblem, ExpectedCell, LengthMend, ValueType};
use crate::say::list;

pub(super) fn wording(problem: &ColumnProblem) -> Wording {
    match problem {
        ColumnProblem::Unknown { name, columns, grouping, pivoted } => {
            let groups = grouping.as_ref().map_or(String::new(), |grouping| {
                format!("groups can be tested before the first `|`: `{grouping}:…`; ")
            });
            let (message, rest) = if *pivoted {
                (
                    format!("there is no column named `{name}` after `pivot`, whose columns follow from the rows"),
                    "; `count by` with both keys makes a row for each pair, in named columns",
                )
            } else {
                (format!("the table has no column `{name}`"), "")
            };
            Wording::new(message).with(format!("{groups}{}{rest}", choice(columns)))
        }
        ColumnProblem::UnknownFieldOrColumn { name, similar } => {
            Wording::new(format!("there is no field or column named `{name}`")).with(did_you_mean(similar))
        }
        ColumnProblem::UnknownOfEntities { path, plural, of_facts, columns, periods_of } => {
            let message = if *of_facts {
                format!("`{path}` belongs to facts, and the rows are {plural}")
            } else {
                format!("{plural} have no `{path}`")
            };
            let periods = periods_of
                .as_ref()
                .map_or(String::new(), |status| format!("`periods {status}:…` has a row for each pair; "));
            Wording::new(message).with(format!("{periods}{}", choice(columns)))
        }
        ColumnProblem::Duplicate { name } => Wording::new(format!("two columns are named `{name}`"))
            .with(format!("rename one of them: `show … as {name}_2`")),
        ColumnProblem::SeveralGroups { path, partitions } => {
            let partitions =
                (!partitions.is_empty()).then(|| format!("with one group for each row: {}", list::names(partitions)));
            Wording::new(format!("a row may belong to several groups of `{path}`")).maybe(partitions)
        }
        ColumnProblem::LineAsValue { path } => {
            Wording::new(format!("`{path}` is for conditions, and not a value of a row")).with(format!("`{path}:…`"))
        }
        ColumnProblem::RelevanceWithoutWords => {
            Wording::new("`relevance` needs words that are searched for in the texts")
                .with("search for words first: `\"some words\" | sort relevance`")
        }
        ColumnProblem::AsOfWithoutSeries { plural } => {
            Wording::new("`as-of` is the day of each row, and the query asks about one day only")
                .with(format!("`{plural} … as of each year 2000..2020 | count by as-of`"))
        }
        ColumnProblem::NeedsOneStatus { name, mend } => {
            Wording::new(format!("`{name}` needs exactly one status in the query, outside of `or` and `not`"))
                .with(format!("`{mend}`"))
        }
    }
}

/// A condition on a column.
pub(super) fn condition(problem: &CellProblem) -> Wording {
    match problem {
        CellProblem::NoDateColumn { dates } => {
            let first = dates.first().map_or("date", String::as_str);
            Wording::new("the table has no column `date`")
                .with(format!("name the date to be tested: `where {first} after 2025`; dates: {}", list::names(dates)))
        }
        CellProblem::NotADate { column, holds, dates } => {
            let sign = if *holds == ValueType::Number { ">=" } else { ":" };
            let help = if dates.is_empty() {
                format!("`where {column}{sign}…`")
            } else {
                format!("dates: {}", list::names(dates))
            };
            Wording::new(format!("the column `{column}` is not a date")).with(help)
        }
        CellProblem::NotComparedByWord { column, holds } => {
            let example = if *holds == ValueType::Length { "< 6 months" } else { ">= 10" };
            Wording::new(format!("`{column}` is {}, not a date", with_article(*holds)))
                .with(format!("compare it with a sign: `{column} {example}`"))
        }
        CellProblem::OtherColumn { column, other } => Wording::new(format!(
            "`{other}` is another column, and a date is compared with a day or a period"
        ))
        .with(format!(
            "compare two dates before the stage that makes the table, or by the time between them: \
                     `let gap = {column} - {other} | where gap > 0 days`"
        )),
        CellProblem::WrongType { column, expected: ExpectedCell::Number } => {
            Wording::new(format!("`{column}` needs a number")).with(format!("such as `{column}>=2`"))
        }
        CellProblem::WrongType { column, expected: ExpectedCell::Word } => {
            Wording::new(format!("`{column}` needs a word")).with(format!("such as `{column}:word`"))
        }
        CellProblem::QueryAsValue { column } => {
            Wording::new("the rows of a table cannot be compared with those of a query")
                .with(format!("test it before the first `|`: `{column}:(…)`"))
        }
        CellProblem::PartNotTested { path } => {
            Wording::new(format!("`{path}` can be shown and counted by here, but not tested"))
                .with("test it before the first stage")
        }
        CellProblem::LengthForDate { column, ago } => {
            Wording::new(format!("`{column}` is a date, and this is a length of time"))
                .with(format!("name a day or a period: `{column} in 2025`, `{column} since {ago}`"))
        }
        CellProblem::NeedsLength { column, mend } => Wording::new(format!(
            "`{column}` is a length of time, and can only be compared with one"
        ))
        .with(match mend {
            LengthMend::WithUnit(test) => format!("with a unit: `{test}`"),
            LengthMend::TwoTests(tests) => format!("as two tests: `{tests}`"),
            LengthMend::Examples => format!("such as `{column} < 6 months`, `{column} >= 100 days`"),
        }),
        CellProblem::OtherKind { column, name, entity, kinds, members } => {
            let kinds = list::either(kinds.iter().map(|kind| list::with_article(kind)));
            let message = format!("`{name}` is {}, and the column `{column}` holds {kinds}", described(entity));
            Wording::new(message).maybe(
                members
                    .as_ref()
                    .map(|condition| format!("for those in it, test it before the first `|`: `{condition}`")),
            )
        }
        CellProblem::Alone { column, holds } => {
            let example = match holds {
                ValueType::Length => "< 6 months",
                ValueType::Date => "after 2025",
                _ => ">= 10",
            };
            Wording::new(format!("`{column}` is {}, which is not a condition by itself", with_article(*holds)))
                .with(format!("such as `{column} {example}`, `{column}:none`"))
        }
        CellProblem::BareWord { columns } => Wording::new("a bare word cannot test the rows of a table")
            .with(format!("name a column: `where column:value`; columns: {}", list::names(columns))),
        CellProblem::MaybeOfTable { word } => {
            Wording::new(format!("the rows of a table are certain: `{word}` says nothing about them"))
                .with(format!("put `{word}` before the first stage"))
        }
        CellProblem::FactsOfTable => Wording::new("this asks about facts, and the rows are those of a table")
            .with("put it before the first stage"),
    }
}

fn choice(columns: &ColumnChoice) -> String {
    let near = columns.similar.as_ref().map_or(String::new(), |near| format!("{} ", did_you_mean(near)));
    format!("{near}columns: {}", list::names(&columns.all))
}
