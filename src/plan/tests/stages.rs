//! What stages mean, printed on a line.

use std::convert::Infallible;
use std::sync::Arc;

use super::world::{World, days, parse};
use crate::model::vocabulary::Role;
use crate::model::{Day, EntityNumber};
use crate::plan::check::Checker;
use crate::plan::scope::{RowNoun, Scope};
use crate::plan::stages::own_columns;
use crate::plan::{
    At, Calculation, CellTest, Column, ColumnPlace, Counterparts, Diff, Domain, EntityDomain, EntityRows, EntityValue,
    FactDomain, FactTable, FactValue, Filter, FirstOrLast, OtherDate, Parameter, Part, Pipeline, QueryProblem,
    RecordCalculation, RecordTest, RecordValue, RowStage, RowValue, RowsOf, Scale, StatusTest, TableDomain, TableStage,
    Tabulation, Timeline,
};
use crate::syntax::tree::Duration;
use crate::syntax::{Diagnostic, Spanned, attach_dates};

/// Prints stages.
struct Printer<'a>(&'a World);

/// Rows of which stages can be printed.
trait Printed: Domain {
    fn value(printer: &Printer<'_>, value: &Self::Value) -> String;
    fn condition(printer: &Printer<'_>, filter: &Filter<Self::Test>) -> String;
    fn other_date(printer: &Printer<'_>, other: &Self::OtherDate) -> String;
    fn narrowing(printer: &Printer<'_>, stage: &Self::Narrowing) -> String;
    fn tabulation(printer: &Printer<'_>, stage: &Self::Tabulation) -> String;
}

impl Printed for FactDomain {
    fn value(_: &Printer<'_>, value: &FactValue) -> String {
        match value {
            FactValue::Record(value) => record_value(value),
            FactValue::Relevance(terms) => format!("relevance {}", super::world::shown_terms(terms)),
        }
    }

    fn condition(printer: &Printer<'_>, filter: &Filter) -> String {
        printer.filter(filter)
    }

    fn other_date(printer: &Printer<'_>, other: &OtherDate) -> String {
        printer.other_date(other)
    }

    fn narrowing(printer: &Printer<'_>, FirstOrLast { last, by, .. }: &FirstOrLast) -> String {
        let by: Vec<_> = by.iter().map(|value| printer.value(value)).collect();
        format!("{} by {}", if *last { "last" } else { "first" }, by.join(", "))
    }

    fn tabulation(printer: &Printer<'_>, stage: &FactTable) -> String {
        match stage {
            FactTable::Diff(diff) => printer.diff(diff),
            other => format!("{other:?}"),
        }
    }
}

impl Printed for EntityDomain {
    fn value(_: &Printer<'_>, value: &EntityValue) -> String {
        match value {
            EntityValue::Record(value) => record_value(value),
            EntityValue::Since(status) => format!("since {} at {:?}", status.status, status.at),
            EntityValue::By(status) => format!("by {} at {:?}", status.status, status.at),
            EntityValue::UnknownHolders(status) => format!("unknown holders of {} at {:?}", status.status, status.at),
            EntityValue::Holders(status) => format!("holders of {} at {:?}", status.status, status.at),
            EntityValue::AsOf => "as-of".to_owned(),
        }
    }

    fn condition(printer: &Printer<'_>, filter: &Filter) -> String {
        printer.filter(filter)
    }

    fn other_date(printer: &Printer<'_>, other: &OtherDate) -> String {
        printer.other_date(other)
    }

    fn narrowing(_: &Printer<'_>, stage: &Infallible) -> String {
        match *stage {}
    }

    fn tabulation(printer: &Printer<'_>, stage: &Diff) -> String {
        printer.diff(stage)
    }
}

impl Printed for TableDomain {
    fn value(_: &Printer<'_>, ColumnPlace(place): &ColumnPlace) -> String {
        format!("${place}")
    }

    fn condition(_: &Printer<'_>, filter: &Filter<CellTest>) -> String {
        row(filter)
    }

    fn other_date(_: &Printer<'_>, other: &Infallible) -> String {
        match *other {}
    }

    fn narrowing(_: &Printer<'_>, stage: &Infallible) -> String {
        match *stage {}
    }

    fn tabulation(_: &Printer<'_>, Timeline { by: ColumnPlace(place) }: &Timeline) -> String {
        format!("timeline by ${place}")
    }
}

fn record_value(value: &RecordValue) -> String {
    match value {
        RecordValue::Field(field) => field.to_string(),
        RecordValue::Part(field, part) => format!("{field}.{part:?}"),
        RecordValue::Step(field, attribute, None) => format!("{field}.{attribute}"),
        RecordValue::Step(field, attribute, Some(part)) => format!("{field}.{attribute}.{part:?}"),
        RecordValue::Group { field, kind, at } => format!("{kind} of {field} at {at:?}"),
    }
}

impl Printer<'_> {
    fn stages(&self, rows: &RowsOf) -> String {
        let stages = match rows {
            RowsOf::Facts(pipeline) => self.pipeline(pipeline),
            RowsOf::Entities(_, pipeline) => self.pipeline(pipeline),
            RowsOf::Periods(_, stages) => self.over_table(stages),
        };
        stages.join(" | ")
    }

    fn pipeline<D: Printed>(&self, pipeline: &Pipeline<D>) -> Vec<String> {
        let mut printed: Vec<String> = pipeline.narrowing.iter().map(|stage| self.narrowing(&stage.value)).collect();
        if let Some(table) = &pipeline.table {
            printed.push(self.tabulation(&table.first.value));
            printed.extend(self.over_table(&table.then));
        }
        printed
    }

    fn over_table(&self, stages: &[Spanned<TableStage>]) -> Vec<String> {
        let stage = |stage: &Spanned<TableStage>| match &stage.value {
            TableStage::Narrow(stage) => self.narrowing(stage),
            TableStage::Tabulate(stage) => self.tabulation(stage),
        };
        stages.iter().map(stage).collect()
    }

    fn narrowing<D: Printed>(&self, stage: &RowStage<D>) -> String {
        match stage {
            RowStage::Sort(keys) => {
                let keys: Vec<_> = keys
                    .iter()
                    .map(|key| format!("{}{}", if key.descending { "-" } else { "" }, self.value(&key.value)))
                    .collect();
                format!("sort {}", keys.join(", "))
            }
            RowStage::Where(filter) => format!("where {}", D::condition(self, filter)),
            RowStage::Let(column) => format!("let {}", self.column(column)),
            RowStage::Take(number) => format!("Take({number})"),
            RowStage::Skip(number) => format!("Skip({number})"),
            RowStage::Own(stage) => D::narrowing(self, stage),
        }
    }

    fn tabulation<D: Printed>(&self, stage: &Tabulation<D>) -> String {
        let by = |columns: &[Column<D>]| {
            if columns.is_empty() { String::new() } else { format!(" by {}", self.columns(columns)) }
        };
        match stage {
            Tabulation::Show(columns) => format!("show {}", self.columns(columns)),
            Tabulation::Count { of, by: keys } => {
                let of = of.as_ref().map(|of| format!(" {}", self.value(of))).unwrap_or_default();
                format!("count{of}{}", by(keys))
            }
            Tabulation::Distinct(columns) => format!("distinct {}", self.columns(columns)),
            Tabulation::Share { of, by: keys } => format!("share of [{}]{}", D::condition(self, of), by(keys)),
            Tabulation::Pivot { rows, columns } => {
                format!("pivot {} x {}", self.column(rows), self.column(columns))
            }
            Tabulation::Aggregate { functions, of, by: keys } => {
                format!("{functions:?} of {}{}", self.value(of), by(keys))
            }
            Tabulation::Own(stage) => D::tabulation(self, stage),
        }
    }

    fn diff(&self, diff: &Diff) -> String {
        let Diff::AsOf(from, to) = diff else { return format!("Diff({diff:?})") };
        let moment = |moment: &crate::plan::Moment| {
            format!("{} {} ({})", moment.label.written(), moment.day, self.filter(&moment.filter))
        };
        format!("diff {} .. {}", moment(from), moment(to))
    }

    fn columns<D: Printed>(&self, columns: &[Column<D>]) -> String {
        columns.iter().map(|column| self.column(column)).collect::<Vec<_>>().join(", ")
    }

    fn column<D: Printed>(&self, column: &Column<D>) -> String {
        let value = self.value(&column.value);
        if *value == *column.name { value } else { format!("{}={value}", column.name) }
    }

    fn value<D: Printed>(&self, value: &RowValue<D>) -> String {
        match value {
            RowValue::Own(value) => D::value(self, value),
            RowValue::PartOf(value, part) => format!("{}.{part:?}", self.value(value)),
            RowValue::Condition(filter) => format!("[{}]", D::condition(self, filter)),
            RowValue::Computed(value) => format!("<{}>", self.calculation(value)),
        }
    }

    fn other_date(&self, OtherDate { date, other }: &OtherDate) -> String {
        format!("{{{} {}}}.{date}", format_args!("{:?}", other.shared), self.filter(&other.filter))
    }

    fn calculation<D: Printed>(&self, value: &Calculation<D>) -> String {
        match value {
            Calculation::Value(value) => self.value(value),
            Calculation::Number(number) => number.to_string(),
            Calculation::Length(duration) => length(*duration),
            Calculation::Days(window) => days(*window),
            Calculation::Other(other) => D::other_date(self, other),
            Calculation::Operation(operator, a, b) => {
                format!("({} {} {})", self.calculation(a), operator.sign(), self.calculation(b))
            }
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
            Filter::Unknown(inner) => format!("unknown {}", self.filter(inner)),
            Filter::Test(RecordTest::Computed { value, test }) => {
                let test = match test {
                    Scale::Number(operator, number) => format!("{operator:?} {number}"),
                    Scale::Length(operator, duration) => format!("{operator:?} {}", length(*duration)),
                    Scale::Days(window) => days(*window),
                    Scale::Missing => "missing".to_owned(),
                };
                let value = match value {
                    RecordCalculation::OfFact(value) => self.calculation(value),
                    RecordCalculation::OfEntity(value) => self.calculation(value),
                };
                format!("<{value}> {test}")
            }
            other => self.0.print(other),
        }
    }
}

fn row(filter: &Filter<CellTest>) -> String {
    let join = |parts: &[Part<CellTest>], sign: &str| {
        format!("({})", parts.iter().map(|part| row(&part.filter)).collect::<Vec<_>>().join(sign))
    };
    match filter {
        Filter::All | Filter::Nothing | Filter::Maybe(_) | Filter::Unknown(_) => {
            panic!("a condition on cells is not {filter:?}")
        }
        Filter::And(parts) => join(parts, " & "),
        Filter::Or(parts) => join(parts, " | "),
        Filter::Not(inner) => format!("!{}", row(inner)),
        Filter::Test(CellTest::Compare { column, operator, cell }) => format!("${column} {operator:?} {cell}"),
        Filter::Test(CellTest::Matches { column, test }) => format!("${column} {test:?}"),
        Filter::Test(CellTest::Date { column, window }) => format!("${column} {}", days(*window)),
        Filter::Test(CellTest::Missing { column }) => format!("${column} missing"),
        Filter::Test(CellTest::Length { column, operator, duration }) => {
            format!("${column} {operator:?} {}", length(*duration))
        }
    }
}

fn length(duration: Duration) -> String {
    format!("{} {:?}", duration.count, duration.unit)
}

/// The rows `lands`, with or without one status.
pub(super) fn lands(status: bool) -> EntityRows {
    let day = Day::new(2024, 2, 29).unwrap();
    let test = StatusTest {
        status: "member".into(),
        role: Role::Subject,
        others: Counterparts::Entities(vec![EntityNumber(7)]),
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
        maybe: false,
    }
}

/// The stages of a query over rows of some kind, printed, or the first error.
pub(super) fn over(world: &World, rows: &RowsOf, text: &str) -> Result<String, Vec<Diagnostic<QueryProblem>>> {
    let mut query = parse(text);
    let own = own_columns(&query);
    let context = world.context();
    let is_date = |path: &crate::syntax::tree::Path| {
        let name = &path.names[0].value;
        own.contains(name) || context.schema.field(name).is_some()
    };
    attach_dates(&mut query, &is_date, &|_| false).unwrap();
    let mut checker = Checker::new(context);
    if let RowsOf::Entities(rows, _) = rows {
        let noun = RowNoun {
            plural: rows.plural.clone(),
            singular: rows.noun.clone(),
            kinds: rows.kinds.clone(),
            role: rows.role,
            periods: false,
        };
        checker.scope = Scope::rows(Arc::new(noun), None, query.as_of.is_some());
    }
    if let Ok(rows) = checker.stages(&query.stages, rows.clone(), (&query, &Filter::All)) {
        return Ok(Printer(world).stages(&rows));
    }
    Err(checker.report.errors)
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

pub(super) fn entities(status: bool) -> RowsOf {
    RowsOf::Entities(lands(status), Pipeline::default())
}

#[test]
fn stages_over_facts_mean_what_they_say() {
    golden(&RowsOf::default(), OVER_FACTS);
}

const OVER_FACTS: &[(&str, &str)] = &[
    ("| share of (left) by region", "share of [action=left] by region=zone of subject at Fact"),
    ("| share of (left after 2025)", "share of [(action=left & date 2026-01-01..)]"),
    (
        "| share of (left) by region | sort -share | where n >= 2 of > 3",
        "share of [action=left] by region=zone of subject at Fact | sort -$3 | where ($1 AtLeast 2 & $2 Greater 3)",
    ),
    ("| pivot region x decade", "pivot region=zone of subject at Fact x decade=date.Decade"),
    ("| pivot (left) x year | sort -total", "pivot left=[action=left] x year=date.Year | sort -$1"),
    (
        "| count by (left or effective:none), year",
        "count by left or effective:none=[(action=left | no effective)], year=date.Year",
    ),
    (
        "| count by (left after 2025 -alba)",
        "count by left after 2025 -alba=[(action=left & date 2026-01-01.. & !keeper/object/subject->alba)]",
    ),
    ("| min of date", "[Min] of date"),
    (
        "| min max median sum of session by land | where median > 3 | sort -sum",
        "[Min, Max, Median, Sum] of session by land=subject | where $3 Greater 3 | sort -$4",
    ),
    ("| max of effective.year by pact", "[Max] of effective.Year by pact=object"),
    ("| first by land", "first by subject"),
    ("| last by region, (left)", "last by zone of subject at Fact, [action=left]"),
    ("| let lag = effective - date", "let lag=<(effective - date)>"),
    (
        "| let lag = effective - date | where lag < 6 months",
        "let lag=<(effective - date)> | where <(effective - date)> Less 6 Month",
    ),
    (
        "| let lag = effective - date | where lag >= 100 days alba new brume",
        "let lag=<(effective - date)> | where (<(effective - date)> AtLeast 100 Day & keeper/object/subject->alba & keeper/object/subject->new-brume)",
    ),
    (
        "| let lag = effective - date | where -lag:none or (left after 2025)",
        "let lag=<(effective - date)> | where (!<(effective - date)> missing | (action=left & date 2026-01-01..))",
    ),
    (
        "| let lag = effective - date | where not (lag < 1 year)",
        "let lag=<(effective - date)> | where !<(effective - date)> Less 1 Year",
    ),
    (
        "| let lag = effective - date | where maybe lag > 1 week",
        "let lag=<(effective - date)> | where ?<(effective - date)> Greater 1 Week",
    ),
    (
        "| let lag = effective - date | sort -lag | take 10 | show land, pact, lag as wait",
        "let lag=<(effective - date)> | sort -<(effective - date)> | Take(10) | show land=subject, pact=object, wait=<(effective - date)>",
    ),
    (
        "| let lag = effective - date | median of lag by decade | where median < 6 months",
        "let lag=<(effective - date)> | [Median] of <(effective - date)> by decade=date.Decade | where $1 Less 6 Month",
    ),
    (
        "| let lag = effective - date | count by (lag < 6 months)",
        "let lag=<(effective - date)> | count by lag<6 months=[<(effective - date)> Less 6 Month]",
    ),
    (
        "| let lag = effective - date | share of (lag < 1 year) by region",
        "let lag=<(effective - date)> | share of [<(effective - date)> Less 1 Year] by region=zone of subject at Fact",
    ),
    (
        "| let lag = effective - date | let late = lag - 6 months | where late > 0 days",
        "let lag=<(effective - date)> | let late=<((effective - date) - 6 Month)> | where <((effective - date) - 6 Month)> Greater 0 Day",
    ),
    (
        "| let due = date + 6 months | where due after 2025",
        "let due=<(date + 6 Month)> | where <(date + 6 Month)> 2026-01-01..",
    ),
    (
        "| let due = date + 6 months | where due after 2025 or due before 2020",
        "let due=<(date + 6 Month)> | where (<(date + 6 Month)> 2026-01-01.. | <(date + 6 Month)> ..2019-12-31)",
    ),
    (
        "| let due = date + 6 months | where -due after 2025",
        "let due=<(date + 6 Month)> | where !<(date + 6 Month)> 2026-01-01..",
    ),
    (
        "| let due = date + 6 months | where due.year >= 2025 | count by due.year",
        "let due=<(date + 6 Month)> | where <(date + 6 Month)> 2025-01-01.. | count by due.year=<(date + 6 Month)>.Year",
    ),
    (
        "| let due = 6 months + date | where due:2025",
        "let due=<(6 Month + date)> | where <(6 Month + date)> 2025-01-01..2025-12-31",
    ),
    ("| let lag = date - {signed}", "let lag=<(date - {Pair action=signed}.date)>"),
    (
        "| let lag = date - {signed in 2020}.effective",
        "let lag=<(date - {Pair (action=signed & date 2020-01-01..2020-12-31)}.effective)>",
    ),
    (
        "| let wait = today - date | where wait > 10 years",
        "let wait=<(2024-02-29..2024-02-29 - date)> | where <(2024-02-29..2024-02-29 - date)> Greater 10 Year",
    ),
    (
        "| let left-over = 100 - session + weight | where left-over:10..20 | sum of left-over",
        "let left-over=<((100 - session) + weight)> | where (<((100 - session) + weight)> AtLeast 10 & <((100 - session) + weight)> AtMost 20) | [Sum] of <((100 - session) + weight)>",
    ),
    (
        "| let a = (date - effective) + (2025-06-27 - date)",
        "let a=<((date - effective) + (2025-06-27..2025-06-27 - date))>",
    ),
    ("| let known-for = June 2025 - pact.in_force", "let known-for=<(2025-06-01..2025-06-30 - object.in_force)>"),
    ("| timeline | where date after 2020 | show id, land", "Timeline | where $0 2021-01-01.. | show id=$4, land=$1"),
    ("| history | count by publishers", "History | count by publishers=$10"),
    (
        "| history | where committed after 2024 -change:retracted",
        "History | where ($7 2025-01-01.. & !$5 Any([\"retracted\"]))",
    ),
    (
        "| sources | let delay = published - date | where delay > 30 days | median of delay by publisher",
        "Sources | let delay=<($6 - $4)> | where $11 Greater 30 Day | [Median] of $11 by publisher=$5",
    ),
    (
        "| sources | count by published.year, year | where published.year >= 2000",
        "Sources | count by published.year=$6.Year, year=$4.Year | where $0 AtLeast 2000",
    ),
    ("| sources | where published.year >= 2000", "Sources | where $6 2000-01-01.."),
    (
        "| count by land, year | where count >= 2 | count by (count > 5)",
        "count by land=subject, year=date.Year | where $2 AtLeast 2 | count by count>5=[$2 Greater 5]",
    ),
    ("| count by land, year | pivot land x year", "count by land=subject, year=date.Year | pivot land=$0 x year=$1"),
    (
        "| count by land, pact | share of (count > 5) by subject",
        "count by land=subject, pact=object | share of [$2 Greater 5] by subject=$0",
    ),
    ("| show date as d | timeline", "show d=date | timeline by $0"),
    (
        "| show effective as start, date as end | let long = end - start | timeline | where long < 5 days",
        "show start=effective, end=date | let long=<($1 - $0)> | timeline by $0 | where $2 Less 5 Day",
    ),
    (
        "| diff known 2024-01..2024-06-15 | where change:removed | count by what",
        "Diff(Known(Day(Day(19753)), Day(Day(19889)))) | where $1 Any([\"removed\"]) | count by what=$6",
    ),
    (
        "left | diff as of 2020..2022-06 | count by change",
        "diff 2020 2020-12-31 ((action=left & date ..2020-12-31)) .. 2022-06 2022-06-30 ((action=left & date ..2022-06-30)) | count by change=$0",
    ),
];

#[test]
fn stages_over_entities_mean_what_they_say() {
    golden(&entities(true), OVER_ENTITIES);
}

const OVER_ENTITIES: &[(&str, &str)] = &[
    (
        "| show land, id, subject, name, kind, from, until, keeper, in_force",
        "show land=id, id, subject=id, name, kind, from, until, keeper, in_force",
    ),
    (
        "| show land.name, keeper.name, keeper.region, keeper.from.year",
        "show land.name=name, keeper.name, keeper.region=zone of keeper at Row, keeper.from.year=keeper.from.Year",
    ),
    (
        "| show since, by, region, member",
        "show since=since member at Row, by=by member at Row, region=zone of id at Row, member=holders of member at Row",
    ),
    ("| count by region | sort -count", "count by region=zone of id at Row | sort -$1"),
    (
        "| count by from.year, since.decade, kind",
        "count by from.year=from.Year, since.decade=since member at Row.Decade, kind",
    ),
    ("| sort -since, until", "sort -since member at Row, until"),
    ("| share of (in_force:none) by region", "share of [no in_force] by region=zone of id at Row"),
    ("| pivot region x kind", "pivot region=zone of id at Row x kind"),
    (
        "| let age = today - from | where age > 100 years | median of age by region",
        "let age=<(2024-02-29..2024-02-29 - from)> | where <(2024-02-29..2024-02-29 - from)> Greater 100 Year | [Median] of <(2024-02-29..2024-02-29 - from)> by region=zone of id at Row",
    ),
    (
        "| let gap = since - from | sort -gap",
        "let gap=<(since member at Row - from)> | sort -<(since member at Row - from)>",
    ),
    ("| let gap = {joined}.effective - from", "let gap=<({Role(Subject) action=joined}.effective - from)>"),
    (
        "| let crowd = member + 1 | where crowd >= 3",
        "let crowd=<(holders of member at Row + 1)> | where <(holders of member at Row + 1)> AtLeast 3",
    ),
    ("| min max of from", "[Min, Max] of from"),
    ("| distinct kind", "distinct kind"),
    ("| show land, from as start, until as end | timeline", "show land=id, start=from, end=until | timeline by $1"),
    (
        "| diff as of 2020..2022-06 | where change:in | sort -since",
        "diff 2020 2020-12-31 (date ..2020-12-31) .. 2022-06 2022-06-30 (date ..2022-06-30) | where $0 Any([\"in\"]) | sort -$2",
    ),
    ("as of each year 1970..2020 | count by as-of, as-of.decade", "count by as-of, as-of.decade=as-of.Decade"),
];

#[test]
fn a_query_with_a_noun_has_stages_over_its_entities() {
    let world = World::new();
    let wrong: Vec<_> = WITH_NOUNS
        .iter()
        .filter_map(|(text, expected)| {
            let found = world.check(text).map(|query| Printer(&world).stages(&query.rows));
            (found.as_deref() != Ok(expected)).then(|| format!("{text}\n    {found:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const WITH_NOUNS: &[(&str, &str)] = &[
    (
        "lands member:crab-pact | show land, since, by | sort -since",
        "show land=id, since=since member at Row, by=by member at Row | sort -$1",
    ),
    (
        "lands | share of (member:crab-pact) by region",
        "share of [subject member crab-pact@row] by region=zone of id at Row",
    ),
    (
        "lands member:crab-pact | let wait = since - {signed} | where wait > 1 year",
        "let wait=<(since member at Row - {Role(Subject) action=signed}.date)> | where <(since member at Row - {Role(Subject) action=signed}.date)> Greater 1 Year",
    ),
    ("lands member:crab-pact | where since.year >= 2000 alba", "where (<since member at Row> 2000-01-01.. & id->alba)"),
    (
        "lands member:crab-pact as of each month 2000 | where as-of after 2000-06 or as-of before 2000-03",
        "where (<as-of> 2000-07-01.. | <as-of> ..2000-02-29)",
    ),
    ("lands | count by (region:coast)", "count by region:coast=[id in coast@row]"),
    ("pacts | show pact, member | sort -member", "show pact=id, member=holders of member at Row | sort -$1"),
    (
        "lands member:crab-pact as of each year 2000..2002 | count by as-of, (member:storm-pact)",
        "count by as-of, member:storm-pact=[subject member storm-pact@row]",
    ),
    (
        "lands member:crab-pact | diff as of 2020..2022",
        "diff 2020 2020-12-31 (subject member crab-pact@2020-12-31) .. 2022 2022-12-31 (subject member crab-pact@2022-12-31)",
    ),
    (
        "periods member:crab-pact | sort -length | show land, start, length",
        "sort -$4 | show land=$0, start=$2, length=$4",
    ),
];

#[test]
fn stages_over_periods_are_over_a_table_with_their_columns() {
    golden(&RowsOf::Periods(lands(true), Vec::new()), OVER_PERIODS);
}

const OVER_PERIODS: &[(&str, &str)] = &[
    ("periods member:x | sort -length | where length < 10 years", "sort -$4 | where $4 Less 10 Year"),
    ("periods member:x | where start after 2000 or end before 1990", "where ($2 2001-01-01.. | $3 ..1989-12-31)"),
    ("periods member:x | count by land, start.year", "count by land=$0, start.year=$2.Year"),
    ("periods member:x | median of length by pact", "[Median] of $4 by pact=$1"),
    (
        "periods member:x | let gap = end - start | show land, gap, opened_by",
        "let gap=<($3 - $2)> | show land=$0, gap=$7, opened_by=$5",
    ),
    ("periods member:x | timeline | where length:none", "timeline by $2 | where $4 missing"),
];

#[test]
fn a_parameter_in_a_calculation_is_what_it_looks_like() {
    let world = World::new()
        .with("n", Parameter::from(3))
        .with("t", Parameter::Text("6 months".to_owned()))
        .with("d", Parameter::Text("2025-06-27".to_owned()))
        .with("m", Parameter::Text("12.5".to_owned()));
    for (text, expected) in [
        ("| let x = session + $n", "let x=<(session + 3)>"),
        ("| let x = date + $t", "let x=<(date + 6 Month)>"),
        (
            "| let x = $d - date | where x < $t",
            "let x=<(2025-06-27..2025-06-27 - date)> | where <(2025-06-27..2025-06-27 - date)> Less 6 Month",
        ),
        ("| let x = session - $m | where x >= $n", "let x=<(session - 12.5)> | where <(session - 12.5)> AtLeast 3"),
    ] {
        assert_eq!(over(&world, &RowsOf::default(), text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn the_two_days_of_a_diff_each_have_the_filter_as_it_reads_on_that_day() {
    let world = World::new();
    let query = world.check("left | diff as of 2020..2022-06").unwrap();
    let expected = "diff 2020 2020-12-31 ((action=left & date ..2020-12-31)) \
                    .. 2022-06 2022-06-30 ((action=left & date ..2022-06-30))";
    assert_eq!(Printer(&world).stages(&query.rows), expected);
    let wrong = world.check("lefd:x | diff as of 2020..2022").unwrap_err();
    assert_eq!(wrong.len(), 1, "{wrong:?}");
}
