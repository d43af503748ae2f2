//! What stages mean, printed on a line, and what is said of wrong ones.

use std::sync::Arc;

use super::world::{World, days, parse};
use crate::model::vocabulary::Role;
use crate::model::{Day, EntityNumber};
use crate::plan::check::Checker;
use crate::plan::stages::own_columns;
use crate::plan::{
    Arithmetic, At, Column, Diff, EntityRows, Filter, Others, Parameter, RowFilter, RowsOf, Scale, Stage, StatusTest,
    Value, check,
};
use crate::syntax::attach_dates;
use crate::syntax::tree::Duration;

/// Prints stages.
struct Printer<'a>(&'a World);

impl Printer<'_> {
    fn stages(&self, stages: &[Stage]) -> String {
        stages.iter().map(|stage| self.stage(stage)).collect::<Vec<_>>().join(" | ")
    }

    fn stage(&self, stage: &Stage) -> String {
        let by = |columns: &[Column]| if columns.is_empty() { String::new() } else { format!(" by {}", self.columns(columns)) };
        match stage {
            Stage::Sort(keys) => {
                let keys: Vec<_> = keys
                    .iter()
                    .map(|key| format!("{}{}", if key.descending { "-" } else { "" }, self.value(&key.value)))
                    .collect();
                format!("sort {}", keys.join(", "))
            }
            Stage::Show(columns) => format!("show {}", self.columns(columns)),
            Stage::Count { of, by: keys } => {
                let of = of.as_ref().map(|of| format!(" {}", self.value(of))).unwrap_or_default();
                format!("count{of}{}", by(keys))
            }
            Stage::Distinct(columns) => format!("distinct {}", self.columns(columns)),
            Stage::Where(filter) => format!("where {}", self.filter(filter)),
            Stage::WhereRow(filter) => format!("where {}", self.row(filter)),
            Stage::Share { of, by: keys } => format!("share of {}{}", self.value(of), by(keys)),
            Stage::Pivot { rows, columns } => {
                format!("pivot {} x {}", self.column(rows), self.column(columns))
            }
            Stage::Aggregate { functions, of, by: keys } => format!("{functions:?} of {}{}", self.value(of), by(keys)),
            Stage::Extreme { last, by } => {
                let by: Vec<_> = by.iter().map(|value| self.value(value)).collect();
                format!("{} by {}", if *last { "last" } else { "first" }, by.join(", "))
            }
            Stage::Let(column) => format!("let {}", self.column(column)),
            Stage::Diff(Diff::AsOf(from, to)) => {
                let moment = |moment: &crate::plan::Moment| {
                    format!("{} {} ({})", moment.label.written(), moment.day, self.filter(&moment.filter))
                };
                format!("diff {} .. {}", moment(from), moment(to))
            }
            other => format!("{other:?}"),
        }
    }

    fn columns(&self, columns: &[Column]) -> String {
        columns.iter().map(|column| self.column(column)).collect::<Vec<_>>().join(", ")
    }

    fn column(&self, column: &Column) -> String {
        let value = self.value(&column.value);
        if *value == *column.name { value } else { format!("{}={value}", column.name) }
    }

    fn value(&self, value: &Value) -> String {
        match value {
            Value::Field(field) => field.to_string(),
            Value::Part(field, part) => format!("{field}.{part:?}"),
            Value::Step(field, attribute, None) => format!("{field}.{attribute}"),
            Value::Step(field, attribute, Some(part)) => format!("{field}.{attribute}.{part:?}"),
            Value::Group { field, kind, at } => format!("{kind} of {field} at {at:?}"),
            Value::Relevance(stems) => format!("relevance {}", stems.join("+")),
            Value::PartOf(value, part) => format!("{}.{part:?}", self.value(value)),
            Value::Column(place) => format!("${place}"),
            Value::Condition(filter) => format!("[{}]", self.filter(filter)),
            Value::RowCondition(filter) => format!("[{}]", self.row(filter)),
            Value::Computed(value) => format!("<{}>", self.arithmetic(value)),
            Value::Since(status) => format!("since {} at {:?}", status.status, status.at),
            Value::By(status) => format!("by {} at {:?}", status.status, status.at),
            Value::Holders(status) => format!("holders of {} at {:?}", status.status, status.at),
            Value::AsOf => "as-of".to_owned(),
        }
    }

    fn arithmetic(&self, value: &Arithmetic) -> String {
        match value {
            Arithmetic::Value(value) => self.value(value),
            Arithmetic::Number(number) => number.to_string(),
            Arithmetic::Length(duration) => length(*duration),
            Arithmetic::Days(window) => days(*window),
            Arithmetic::Other { date, other } => {
                format!("{{{:?} {}}}.{date}", other.shared, self.filter(&other.filter))
            }
            Arithmetic::Add(a, b) => format!("({} + {})", self.arithmetic(a), self.arithmetic(b)),
            Arithmetic::Subtract(a, b) => format!("({} - {})", self.arithmetic(a), self.arithmetic(b)),
        }
    }

    fn filter(&self, filter: &Filter) -> String {
        let join = |parts: &[crate::plan::Part], sign: &str| {
            parts.iter().map(|part| self.filter(&part.filter)).collect::<Vec<_>>().join(sign)
        };
        match filter {
            Filter::And(parts) => format!("({})", join(parts, " & ")),
            Filter::Or(parts) => format!("({})", join(parts, " | ")),
            Filter::Not(inner) => format!("!{}", self.filter(inner)),
            Filter::Maybe(inner) => format!("?{}", self.filter(inner)),
            Filter::Computed { value, test } => {
                let test = match test {
                    Scale::Number(operator, number) => format!("{operator:?} {number}"),
                    Scale::Length(operator, duration) => format!("{operator:?} {}", length(*duration)),
                    Scale::Days(window) => days(*window),
                    Scale::Missing => "missing".to_owned(),
                };
                format!("<{}> {test}", self.arithmetic(value))
            }
            other => self.0.print(other),
        }
    }

    fn row(&self, filter: &RowFilter) -> String {
        let join = |parts: &[RowFilter], sign: &str| {
            format!("({})", parts.iter().map(|part| self.row(part)).collect::<Vec<_>>().join(sign))
        };
        match filter {
            RowFilter::And(parts) => join(parts, " & "),
            RowFilter::Or(parts) => join(parts, " | "),
            RowFilter::Not(inner) => format!("!{}", self.row(inner)),
            RowFilter::Compare { column, operator, cell } => format!("${column} {operator:?} {cell}"),
            RowFilter::Matches { column, test } => format!("${column} {test:?}"),
            RowFilter::Date { column, window } => format!("${column} {}", days(*window)),
            RowFilter::Missing { column } => format!("${column} missing"),
            RowFilter::Length { column, operator, duration } => format!("${column} {operator:?} {}", length(*duration)),
        }
    }
}

fn length(duration: Duration) -> String {
    format!("{} {:?}", duration.count, duration.unit)
}

/// The rows `lands`, with or without one status.
fn lands(status: bool) -> EntityRows {
    let day = Day::new(2024, 2, 29).unwrap();
    let test = StatusTest {
        status: "member".into(),
        role: Role::Subject,
        others: Others::Entities(vec![EntityNumber(7)]),
        at: At::Day(day),
        using: None,
    };
    EntityRows {
        noun: "land".into(),
        plural: "lands".into(),
        kinds: vec!["land".to_owned()],
        role: Role::Subject,
        day,
        status: status.then_some(test),
    }
}

/// The stages of a query over rows of some kind, printed, or the first error.
fn over(world: &World, rows: &RowsOf, text: &str) -> Result<String, (String, String, String)> {
    let mut query = parse(text);
    let own = own_columns(&query);
    let context = world.context();
    let is_date = |path: &crate::syntax::tree::Path| {
        let name = &path.names[0].value;
        own.contains(name) || context.schema.field(name).is_some()
    };
    attach_dates(&mut query, &is_date).unwrap();
    let mut checker = Checker::new(context);
    checker.at_start = false;
    match checker.stages(&query.stages, rows, &query) {
        Ok(stages) => Ok(Printer(world).stages(&stages)),
        Err(_) => {
            let error = checker.report.errors.remove(0);
            Err((text[error.span.range()].to_owned(), error.message, error.help.unwrap_or_default()))
        }
    }
}

fn golden(rows: &RowsOf, cases: &[(&str, &str)]) {
    let world = World::new();
    let wrong: Vec<_> = cases
        .iter()
        .filter_map(|(text, expected)| {
            let found = over(&world, rows, text);
            (found.as_deref() != Ok(expected)).then(|| format!("{text}\n    {found:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn errors(rows: &RowsOf, cases: &[(&str, &str, &str, &str)]) {
    let world = World::new();
    let mut wrong = Vec::new();
    for (text, place, message, help) in cases {
        match over(&world, rows, text) {
            Err((at, told, mend)) if at == *place && told.contains(message) && mend.contains(help) => {}
            other => wrong.push(format!("{text}\n    {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn entities(status: bool) -> RowsOf {
    RowsOf::Entities(lands(status))
}

#[test]
fn stages_over_facts_mean_what_they_say() {
    golden(&RowsOf::Facts, OVER_FACTS);
}

const OVER_FACTS: &[(&str, &str)] = &[
    ("| share of (left) by region", ""),
    ("| share of (left after 2025)", ""),
    ("| share of (left) by region | sort -share | where n >= 2 of > 3", ""),
    ("| pivot region x decade", ""),
    ("| pivot (left) x year | sort -total", ""),
    ("| count by (left or effective:none), year", ""),
    ("| count by (left after 2025 -alba)", ""),
    ("| min of date", ""),
    ("| min max median sum of session by land | where median > 3 | sort -sum", ""),
    ("| max of effective.year by pact", ""),
    ("| first by land", ""),
    ("| last by region, (left)", ""),
    ("| let lag = effective - date", ""),
    ("| let lag = effective - date | where lag < 6 months", ""),
    ("| let lag = effective - date | where lag >= 100 days alba new brume", ""),
    ("| let lag = effective - date | where -lag:none or left after 2025", ""),
    ("| let lag = effective - date | where not (lag < 1 year)", ""),
    ("| let lag = effective - date | where maybe lag > 1 week", ""),
    ("| let lag = effective - date | sort -lag | take 10 | show land, pact, lag as wait", ""),
    ("| let lag = effective - date | median of lag by decade | where median < 6 months", ""),
    ("| let lag = effective - date | count by (lag < 6 months)", ""),
    ("| let lag = effective - date | share of (lag < 1 year) by region", ""),
    ("| let lag = effective - date | let late = lag - 6 months | where late > 0 days", ""),
    ("| let due = date + 6 months | where due after 2025", ""),
    ("| let due = date + 6 months | where due after 2025 or due:none", ""),
    ("| let due = date + 6 months | where -due after 2025", ""),
    ("| let due = date + 6 months | where due.year >= 2025 | count by due.year", ""),
    ("| let due = 6 months + date | where due:2025", ""),
    ("| let lag = date - {signed}", ""),
    ("| let lag = date - {signed in 2020}.effective", ""),
    ("| let wait = today - date | where wait > 10 years", ""),
    ("| let left-over = 100 - session + weight | where left-over:10..20 | sum of left-over", ""),
    ("| let a = (date - effective) + (2025-06-27 - date)", ""),
    ("| let known-for = June 2025 - pact.in_force", ""),
    ("| timeline | where date after 2020 | show id, land", ""),
    ("| history | count by publishers", ""),
    ("| history | where committed after 2024 or change:retracted", ""),
    ("| sources | let delay = published - date | where delay > 30 days | median of delay by publisher", ""),
    ("| sources | count by published.year, year | where published.year >= 2000", ""),
    ("| sources | where published.year >= 2000", ""),
    ("| count by land, year | where count >= 2 | count by (count > 5)", ""),
    ("| count by land, year | pivot land x year", ""),
    ("| count by land, pact | share of (count > 5) by subject", ""),
    ("| show date as d | timeline", ""),
    ("| show effective as start, date as end | let long = end - start | timeline | where long < 5 days", ""),
    ("| diff known 2024-01..2024-06-15 | where change:removed | count by what", ""),
    ("left | diff as of 2020..2022-06 | count by change", ""),
];
