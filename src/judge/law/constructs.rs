//! What a query is made of, by name: so that the law can tell of which of the
//! language's constructs it has judged how many.

use std::collections::BTreeSet;
use std::convert::Infallible;

use crate::plan::{
    At, Calculation, CellTest, ColumnPlace, Counterparts, Diff, Domain, EntityDomain, EntityValue, FactDomain,
    FactTable, FactValue, Filter, FirstOrLast, KnownState, OtherDate, OtherFacts, Pipeline, Query, RecordCalculation,
    RecordTest, RecordValue, RowStage, RowValue, RowsOf, Shared, StatusTest, TableDomain, TableStage, Tabulation,
    TellerField, Tellers, Timeline,
};
use crate::syntax::Spanned;
use crate::syntax::tree::Aggregate;

/// What must occur in the sentences again and again.
pub const ALL: [&str; 79] = [
    "product or quotient",
    "sum or difference",
    "mean",
    "percentile",
    "facts",
    "entities",
    "periods",
    "and",
    "or",
    "not",
    "maybe",
    "unknown",
    "keyword",
    "name",
    "name that only facts use",
    "line",
    "group",
    "date",
    "form",
    "basis",
    "bound of a date",
    "computed alone",
    "stated alone",
    "number",
    "missing",
    "text",
    "pattern",
    "step",
    "with",
    "with same",
    "with of an entity",
    "without",
    "relative date",
    "status",
    "status of a query",
    "status counted",
    "unrecorded",
    "using",
    "according to a publisher",
    "according to somebody reported",
    "according to somebody first",
    "according to some sources",
    "according to in parentheses",
    "one source",
    "values of a query",
    "definition",
    "as of",
    "as of in parentheses",
    "each day",
    "each week",
    "each month",
    "each year",
    "known #",
    "known D",
    "sort",
    "take",
    "skip",
    "where",
    "where of a table",
    "show",
    "count",
    "count by",
    "count distinct",
    "distinct",
    "first by",
    "last by",
    "let",
    "date of another fact",
    "share",
    "condition as a key",
    "pivot",
    "summary",
    "since",
    "by",
    "as-of",
    "sources",
    "history",
    "diff as of",
    "diff as of of entities",
];

/// What a query is made of, as it is written and as it was read.
pub fn of(text: &str, query: &Query) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    let written = [
        ("line:", "line"),
        (".computed", "computed alone"),
        (".stated", "stated alone"),
        ("part(", "definition"),
        ("each day", "each day"),
        ("each week", "each week"),
        ("each month", "each month"),
        ("each year", "each year"),
        (" as of 2", "as of"),
        (" | let ", "let"),
    ];
    found.extend(written.iter().filter(|(sign, _)| text.contains(sign)).map(|(_, name)| *name));
    if text
        .split(" as of ")
        .skip(1)
        .any(|rest| rest.split_once([' ', ')']).is_some_and(|(day, _)| rest[day.len()..].starts_with(')')))
    {
        found.insert("as of in parentheses");
    }
    if !query.names.is_empty() {
        found.insert("name that only facts use");
    }
    in_query(query, &mut found);
    found
}

fn in_query(query: &Query, found: &mut BTreeSet<&'static str>) {
    let rows = match &query.rows {
        RowsOf::Facts(_) => "facts",
        RowsOf::Entities(..) => "entities",
        RowsOf::Periods(of, _) => {
            of.status.iter().for_each(|test| status(test, found));
            "periods"
        }
    };
    found.insert(rows);
    match query.known {
        KnownState::Now => {}
        KnownState::Day(_) => _ = found.insert("known D"),
        KnownState::Commit(_) => _ = found.insert("known #"),
    }
    if let Some(account) = &query.account {
        found.insert(match &account.tellers {
            _ if account.first => "according to somebody first",
            Tellers::Named { field: TellerField::Publisher, .. } => "according to a publisher",
            Tellers::Named { .. } => "according to somebody reported",
            Tellers::Passing(_) => "according to some sources",
        });
    }
    filter(&query.filter, found);
    match &query.rows {
        RowsOf::Facts(pipeline) => piped(pipeline, found),
        RowsOf::Entities(_, pipeline) => piped(pipeline, found),
        RowsOf::Periods(_, stages) => over_table(stages, found),
    }
}

fn filter(one: &Filter, found: &mut BTreeSet<&'static str>) {
    use crate::plan::{DateForm, Match};
    found.insert(match one {
        Filter::All | Filter::Nothing => return,
        Filter::And(_) => "and",
        Filter::Or(_) => "or",
        Filter::Not(inner) if matches!(**inner, Filter::Test(RecordTest::Other(_))) => "without",
        Filter::Not(_) => "not",
        Filter::Maybe(_) => "maybe",
        Filter::Unknown(_) => "unknown",
        Filter::Test(RecordTest::Keyword { test: Match::Any(_), .. }) => "keyword",
        Filter::Test(RecordTest::Keyword { .. } | RecordTest::Written { .. }) => "pattern",
        Filter::Test(RecordTest::Refers { .. }) => "name",
        Filter::Test(RecordTest::Member { .. }) => "group",
        Filter::Test(RecordTest::Date { .. }) => "date",
        Filter::Test(RecordTest::DateForm { form: DateForm::Computed | DateForm::Stated, .. }) => "basis",
        Filter::Test(RecordTest::DateForm { form: DateForm::Earliest(_) | DateForm::Latest(_), .. }) => {
            "bound of a date"
        }
        Filter::Test(RecordTest::DateForm { .. }) => "form",
        Filter::Test(RecordTest::Number { .. }) => "number",
        Filter::Test(RecordTest::Missing { .. }) => "missing",
        Filter::Test(RecordTest::Text { .. }) => "text",
        Filter::Test(RecordTest::Step { .. }) => "step",
        Filter::Test(RecordTest::Other(other)) => shared(other),
        Filter::Test(RecordTest::Relative { .. }) => "relative date",
        Filter::Test(RecordTest::According { .. }) => "according to in parentheses",
        Filter::Test(RecordTest::Source(_)) => "one source",
        Filter::Test(RecordTest::Status(_)) => "status",
        Filter::Test(RecordTest::Given { .. }) => "values of a query",
        Filter::Test(RecordTest::Computed { value, .. }) => {
            return match value {
                RecordCalculation::OfFact(value) => calculation(value, found),
                RecordCalculation::OfEntity(value) => calculation(value, found),
            };
        }
    });
    match one {
        Filter::And(parts) | Filter::Or(parts) => parts.iter().for_each(|part| filter(&part.filter, found)),
        Filter::Not(inner) | Filter::Maybe(inner) | Filter::Unknown(inner) => filter(inner, found),
        Filter::Test(RecordTest::Step { test, .. }) => filter(test, found),
        Filter::Test(RecordTest::Other(other) | RecordTest::Relative { other, .. }) => filter(&other.filter, found),
        Filter::Test(RecordTest::Status(test)) => status(test, found),
        Filter::Test(RecordTest::Given { query, .. }) => in_query(query, found),
        Filter::Test(RecordTest::According { filter: inner, .. } | RecordTest::Source(inner)) => filter(inner, found),
        _ => {}
    }
}

fn shared(other: &OtherFacts) -> &'static str {
    match other.shared {
        Shared::Pair => "with",
        Shared::Values(_) => "with same",
        Shared::Role(_) => "with of an entity",
    }
}

fn status(test: &StatusTest, found: &mut BTreeSet<&'static str>) {
    if let Some(using) = &test.using {
        found.insert("using");
        filter(using, found);
    }
    match &test.others {
        Counterparts::Entities(_) => {}
        Counterparts::Count { .. } => _ = found.insert("status counted"),
        Counterparts::Query(query) => {
            found.insert("status of a query");
            in_query(query, found);
        }
    }
}

/// Rows that a construct can be of.
trait Named: Domain {
    fn in_filter(filter: &Filter<Self::Test>, found: &mut BTreeSet<&'static str>);
    fn in_value(value: &Self::Value, found: &mut BTreeSet<&'static str>);
    fn in_other_date(other: &Self::OtherDate, found: &mut BTreeSet<&'static str>);
    fn narrowing(stage: &Self::Narrowing) -> &'static str;
    fn tabulation(stage: &Self::Tabulation) -> Option<&'static str>;
    const WHERE: &'static str;
}

impl Named for FactDomain {
    fn in_filter(one: &Filter, found: &mut BTreeSet<&'static str>) {
        filter(one, found);
    }

    fn in_value(one: &FactValue, found: &mut BTreeSet<&'static str>) {
        if let FactValue::Record(value) = one {
            record_value(value, found);
        }
    }

    fn in_other_date(other: &OtherDate, found: &mut BTreeSet<&'static str>) {
        other_date(other, found);
    }

    fn narrowing(stage: &FirstOrLast) -> &'static str {
        if stage.last { "last by" } else { "first by" }
    }

    fn tabulation(stage: &FactTable) -> Option<&'static str> {
        match stage {
            FactTable::Sources => Some("sources"),
            FactTable::History => Some("history"),
            FactTable::Diff(Diff::AsOf(..)) => Some("diff as of"),
            // These are not in the sentences.
            FactTable::Timeline | FactTable::Diff(Diff::Known(..)) => None,
        }
    }

    const WHERE: &'static str = "where";
}

impl Named for EntityDomain {
    fn in_filter(one: &Filter, found: &mut BTreeSet<&'static str>) {
        filter(one, found);
    }

    fn in_value(one: &EntityValue, found: &mut BTreeSet<&'static str>) {
        match one {
            EntityValue::Record(value) => record_value(value, found),
            EntityValue::Since(_) => _ = found.insert("since"),
            EntityValue::By(_) => _ = found.insert("by"),
            EntityValue::AsOf => _ = found.insert("as-of"),
            EntityValue::Holders(_) | EntityValue::UnknownHolders(_) => {}
        }
    }

    fn in_other_date(other: &OtherDate, found: &mut BTreeSet<&'static str>) {
        other_date(other, found);
    }

    fn narrowing(stage: &Infallible) -> &'static str {
        match *stage {}
    }

    fn tabulation(stage: &Diff) -> Option<&'static str> {
        matches!(stage, Diff::AsOf(..)).then_some("diff as of of entities")
    }

    const WHERE: &'static str = "where";
}

impl Named for TableDomain {
    fn in_filter(_: &Filter<CellTest>, _: &mut BTreeSet<&'static str>) {}

    fn in_value(_: &ColumnPlace, _: &mut BTreeSet<&'static str>) {}

    fn in_other_date(other: &Infallible, _: &mut BTreeSet<&'static str>) {
        match *other {}
    }

    fn narrowing(stage: &Infallible) -> &'static str {
        match *stage {}
    }

    fn tabulation(_: &Timeline) -> Option<&'static str> {
        None
    }

    const WHERE: &'static str = "where of a table";
}

fn piped<D: Named>(pipeline: &Pipeline<D>, found: &mut BTreeSet<&'static str>) {
    pipeline.narrowing.iter().for_each(|stage| narrowing(&stage.value, found));
    if let Some(table) = &pipeline.table {
        tabulation(&table.first.value, found);
        over_table(&table.then, found);
    }
}

fn over_table(stages: &[Spanned<TableStage>], found: &mut BTreeSet<&'static str>) {
    for stage in stages {
        match &stage.value {
            TableStage::Narrow(stage) => narrowing(stage, found),
            TableStage::Tabulate(stage) => tabulation(stage, found),
        }
    }
}

fn narrowing<D: Named>(one: &RowStage<D>, found: &mut BTreeSet<&'static str>) {
    let name = match one {
        RowStage::Sort(keys) => {
            for key in keys {
                value(&key.value, found);
            }
            "sort"
        }
        RowStage::Take(_) => "take",
        RowStage::Skip(_) => "skip",
        RowStage::Where(inner) => {
            D::in_filter(inner, found);
            D::WHERE
        }
        RowStage::Let(column) => {
            value(&column.value, found);
            "let"
        }
        RowStage::Own(stage) => D::narrowing(stage),
    };
    found.insert(name);
}

fn tabulation<D: Named>(one: &Tabulation<D>, found: &mut BTreeSet<&'static str>) {
    let (name, values): (_, Vec<&RowValue<D>>) = match one {
        Tabulation::Show(columns) => ("show", columns.iter().map(|column| &column.value).collect()),
        Tabulation::Count { of, by } => {
            let name = match (of, by.is_empty()) {
                (Some(_), _) => "count distinct",
                (None, true) => "count",
                (None, false) => "count by",
            };
            (name, by.iter().map(|column| &column.value).chain(of).collect())
        }
        Tabulation::Distinct(columns) => ("distinct", columns.iter().map(|column| &column.value).collect()),
        Tabulation::Share { by, .. } => ("share", by.iter().map(|column| &column.value).collect()),
        Tabulation::Pivot { rows, columns } => ("pivot", vec![&rows.value, &columns.value]),
        Tabulation::Aggregate { functions, of, by } => {
            for function in functions {
                found.insert(match function {
                    Aggregate::Mean => "mean",
                    Aggregate::Percentile(_) => "percentile",
                    _ => "summary",
                });
            }
            ("summary", by.iter().map(|column| &column.value).chain([of]).collect())
        }
        Tabulation::Own(stage) => {
            found.extend(D::tabulation(stage));
            return;
        }
    };
    found.insert(name);
    for one in values {
        value(one, found);
    }
}

fn value<D: Named>(one: &RowValue<D>, found: &mut BTreeSet<&'static str>) {
    match one {
        RowValue::Condition(condition) => {
            found.insert("condition as a key");
            D::in_filter(condition, found);
        }
        RowValue::Computed(computed) => calculation(computed, found),
        RowValue::PartOf(inner, _) => value(inner, found),
        RowValue::Own(own) => D::in_value(own, found),
    }
}

fn record_value(one: &RecordValue, found: &mut BTreeSet<&'static str>) {
    if let RecordValue::Group { at: At::Day(_), .. } = one {
        found.insert("as of");
    }
}

fn other_date(other: &OtherDate, found: &mut BTreeSet<&'static str>) {
    found.insert("date of another fact");
    filter(&other.other.filter, found);
}

fn calculation<D: Named>(one: &Calculation<D>, found: &mut BTreeSet<&'static str>) {
    for part in one.parts() {
        match part {
            Calculation::Other(other) => D::in_other_date(other, found),
            Calculation::Value(of) => value(of, found),
            Calculation::Operation(operator, ..) => {
                found.insert(if operator.binds_first() { "product or quotient" } else { "sum or difference" });
            }
            _ => {}
        }
    }
}
