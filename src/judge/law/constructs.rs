//! What a query is made of, by name: so that the law can tell of which of the
//! language's constructs it has judged how many.

use std::collections::BTreeSet;

use crate::plan::{
    Arithmetic, At, Diff, Filter, Known, OtherFacts, Others, Query, RecordTest, RowsOf, Shared, Stage, StatusTest,
    Value,
};

/// What must occur in the sentences again and again.
pub const ALL: [&str; 65] = [
    "facts",
    "entities",
    "periods",
    "and",
    "or",
    "not",
    "maybe",
    "keyword",
    "name",
    "line",
    "group",
    "date",
    "form",
    "basis",
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
    "using",
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
    in_query(query, &mut found);
    found
}

fn in_query(query: &Query, found: &mut BTreeSet<&'static str>) {
    let rows = match &query.rows {
        RowsOf::Facts => "facts",
        RowsOf::Entities(_) => "entities",
        RowsOf::Periods(of) => {
            of.status.iter().for_each(|test| status(test, found));
            "periods"
        }
    };
    found.insert(rows);
    match query.known {
        Known::Now => {}
        Known::Day(_) => _ = found.insert("known D"),
        Known::Commit(_) => _ = found.insert("known #"),
    }
    filter(&query.filter, found);
    query.stages.iter().for_each(|one| stage(one, matches!(query.rows, RowsOf::Entities(_)), found));
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
        Filter::Test(RecordTest::Keyword { test: Match::Any(_), .. }) => "keyword",
        Filter::Test(RecordTest::Keyword { .. } | RecordTest::Written { .. }) => "pattern",
        Filter::Test(RecordTest::Refers { .. }) => "name",
        Filter::Test(RecordTest::Member { .. }) => "group",
        Filter::Test(RecordTest::Date { .. }) => "date",
        Filter::Test(RecordTest::DateForm { form: DateForm::Computed | DateForm::Stated, .. }) => "basis",
        Filter::Test(RecordTest::DateForm { .. }) => "form",
        Filter::Test(RecordTest::Number { .. }) => "number",
        Filter::Test(RecordTest::Missing { .. }) => "missing",
        Filter::Test(RecordTest::Text { .. }) => "text",
        Filter::Test(RecordTest::Step { .. }) => "step",
        Filter::Test(RecordTest::Other(other)) => shared(other),
        Filter::Test(RecordTest::Relative { .. }) => "relative date",
        Filter::Test(RecordTest::Status(_)) => "status",
        Filter::Test(RecordTest::Given { .. }) => "values of a query",
        Filter::Test(RecordTest::Computed { value, .. }) => return arithmetic(value, found),
    });
    match one {
        Filter::And(parts) | Filter::Or(parts) => parts.iter().for_each(|part| filter(&part.filter, found)),
        Filter::Not(inner) | Filter::Maybe(inner) => filter(inner, found),
        Filter::Test(RecordTest::Step { test, .. }) => filter(test, found),
        Filter::Test(RecordTest::Other(other) | RecordTest::Relative { other, .. }) => filter(&other.filter, found),
        Filter::Test(RecordTest::Status(test)) => status(test, found),
        Filter::Test(RecordTest::Given { query, .. }) => in_query(query, found),
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
        Others::Entities(_) => {}
        Others::Count { .. } => _ = found.insert("status counted"),
        Others::Query(query) => {
            found.insert("status of a query");
            in_query(query, found);
        }
    }
}

fn stage(one: &Stage, of_entities: bool, found: &mut BTreeSet<&'static str>) {
    let (name, values): (_, Vec<&Value>) = match one {
        Stage::Sort(keys) => ("sort", keys.iter().map(|key| &key.value).collect()),
        Stage::Take(_) => ("take", Vec::new()),
        Stage::Skip(_) => ("skip", Vec::new()),
        Stage::Show(columns) => ("show", columns.iter().map(|column| &column.value).collect()),
        Stage::Count { of, by } => {
            let name = match (of, by.is_empty()) {
                (Some(_), _) => "count distinct",
                (None, true) => "count",
                (None, false) => "count by",
            };
            (name, by.iter().map(|column| &column.value).chain(of).collect())
        }
        Stage::Distinct(columns) => ("distinct", columns.iter().map(|column| &column.value).collect()),
        Stage::Where(inner) => {
            filter(inner, found);
            ("where", Vec::new())
        }
        Stage::WhereRow(_) => ("where of a table", Vec::new()),
        Stage::Sources => ("sources", Vec::new()),
        Stage::History => ("history", Vec::new()),
        Stage::Share { by, .. } => ("share", by.iter().map(|column| &column.value).collect()),
        Stage::Pivot { rows, columns } => ("pivot", vec![&rows.value, &columns.value]),
        Stage::Aggregate { of, by, .. } => ("summary", by.iter().map(|column| &column.value).chain([of]).collect()),
        Stage::Extreme { last, .. } => (if *last { "last by" } else { "first by" }, Vec::new()),
        Stage::Let(column) => ("let", vec![&column.value]),
        // These are not in the sentences.
        Stage::Timeline | Stage::Diff(Diff::Known(..)) => return,
        Stage::Diff(Diff::AsOf(..)) => (if of_entities { "diff as of of entities" } else { "diff as of" }, Vec::new()),
    };
    found.insert(name);
    for one in values {
        value(one, found);
    }
}

fn value(one: &Value, found: &mut BTreeSet<&'static str>) {
    match one {
        Value::Condition(condition) => {
            found.insert("condition as a key");
            filter(condition, found);
        }
        Value::Computed(computed) => arithmetic(computed, found),
        Value::Since(_) => _ = found.insert("since"),
        Value::By(_) => _ = found.insert("by"),
        Value::AsOf => _ = found.insert("as-of"),
        Value::Group { at: At::Day(_), .. } => _ = found.insert("as of"),
        Value::PartOf(inner, _) => value(inner, found),
        _ => {}
    }
}

fn arithmetic(one: &Arithmetic, found: &mut BTreeSet<&'static str>) {
    match one {
        Arithmetic::Other { other, .. } => {
            found.insert("date of another fact");
            filter(&other.filter, found);
        }
        Arithmetic::Add(one, other) | Arithmetic::Subtract(one, other) => {
            arithmetic(one, found);
            arithmetic(other, found);
        }
        Arithmetic::Value(of) => value(of, found),
        _ => {}
    }
}
