//! A small world of coasts and pacts, and a short way to print what a query
//! means in it.

use std::sync::Arc;

use crate::model::{Day, Entities, EntityNumber, Schema, TextTerm, Vocabulary, Window};
use crate::plan::QueryProblem;
use crate::plan::{
    At, Column, Context, Counterparts, Domain, EntityRows, EntityValue, FactValue, Filter, Match, OtherFacts,
    Parameter, Parameters, Pipeline, Query, RecordTest, RecordValue, RowValue, RowsOf, Shared, StatusTest, Tabulation,
    check,
};
use crate::syntax::tree;
use crate::syntax::{Diagnostic, parse_query};

const VOCABULARY: &str = r#"
world = { name = "coasts" }
[fields]
subject = { type = "reference", kinds = ["land", "colony"] }
object = { type = "reference", open = true }
effective = { type = "date" }
in_force = { type = "date" }
session = { type = "integer" }
weight = { type = "number" }
venue = { type = "keyword" }
motto = { type = "text" }
keeper = { type = "reference", kinds = ["land"] }
[groups.region]
kinds = ["area", "zone"]
partition = "zone"
[groups.club]
kinds = ["club"]
[nouns.lands]
singular = "land"
kinds = ["land", "colony"]
role = "subject"
[nouns.pacts]
singular = "pact"
kinds = ["pact"]
role = "object"
[actions]
signed = { label = "signature", forms = ["signing"] }
joined = { label = "accession", forms = ["joining", "act of joining"] }
left = { label = "notice of leaving", forms = ["leaving", "quitted"] }
[umbrellas]
entered = { covers = ["signed", "joined"], forms = ["entering"] }
[status.member]
open = [{ by = "entered", at = "effective" }]
close = [{ by = "left", at = "effective" }]
[status.departing]
open = [{ by = "left", at = "date" }]
close = [{ by = "left", at = "effective" }]
"#;

const ENTITIES: &str = r#"
{"entity":"coast","kind":"area","name":"The Coast"}
{"entity":"north-coast","kind":"zone","name":"North Coast","in":["coast"]}
{"entity":"mariners","kind":"club","name":"Mariners Club","aliases":["MC"]}
{"entity":"alba","kind":"land","name":"Alba","aliases":["AL","Old Alba"],"in":["north-coast",{"group":"mariners","from":"2004"}]}
{"entity":"new-brume","kind":"land","name":"New Brume","aliases":["NB"],"in":["north-coast"],"succeeds":["brume"],"continues":["isle"]}
{"entity":"brume","kind":"land","name":"Brume"}
{"entity":"isle","kind":"colony","name":"Isle of Crabs","continues":["new-brume"]}
{"entity":"crab-pact","kind":"pact","name":"Crab Pact","aliases":["Twin"],"in_force":"2001-05-01"}
{"entity":"storm-pact","kind":"pact","name":"Pact on Storms","aliases":["Twin","storms"]}
"#;

/// What the tests' queries are read against.
pub struct World {
    schema: Schema,
    pub entities: Entities,
    parameters: Parameters,
}

/// The words of a phrase: a stem as it is, a word as it is written in quotes.
pub fn shown_terms(terms: &[TextTerm]) -> String {
    let shown = |term: &TextTerm| match term {
        TextTerm::Stem(stem) => stem.clone(),
        TextTerm::Form { form, .. } => format!("\"{form}\""),
        TextTerm::Start(start) => format!("{start}…"),
    };
    terms.iter().map(shown).collect::<Vec<_>>().join("+")
}

impl World {
    pub fn new() -> Self {
        let vocabulary = Vocabulary::from_toml(VOCABULARY).unwrap();
        let entities = ENTITIES.trim().lines().map(|line| Arc::new(serde_json::from_str(line).unwrap()));
        Self {
            schema: Schema::new(vocabulary, &[]).unwrap(),
            entities: Entities::new(entities),
            parameters: Parameters::new(),
        }
    }

    pub fn with(mut self, name: &str, value: Parameter) -> Self {
        self.parameters.set(name, value);
        self
    }

    pub fn context(&self) -> Context<'_> {
        Context::new(&self.schema, &self.entities, Day::new(2024, 2, 29).unwrap(), &self.parameters)
    }

    pub fn check(&self, text: &str) -> Result<Query, Vec<Diagnostic<QueryProblem>>> {
        check(&parse(text), &self.context())
    }

    fn other(&self, other: &OtherFacts) -> String {
        let shared = match &other.shared {
            Shared::Pair => String::new(),
            Shared::Role(role) => role.field().to_owned(),
            Shared::Values(values) => {
                let values = values.iter().map(|value| match value {
                    FactValue::Record(value) => format!("{value:?}"),
                    FactValue::Relevance(_) => "relevance".to_owned(),
                });
                format!("[{}]", values.collect::<Vec<_>>().join(", "))
            }
        };
        format!("{shared}{{{}}}", self.print(&other.filter))
    }

    /// A status on one line: `subject member crab-pact`.
    pub fn status(&self, test: &StatusTest) -> String {
        let others = match &test.others {
            Counterparts::Entities(numbers) => {
                numbers.iter().map(|number| self.entities.get(*number).id.as_str()).collect::<Vec<_>>().join(",")
            }
            Counterparts::Query(query) => format!("({})", self.print_query(query)),
            Counterparts::Count { least, most } => {
                format!("{least}..{}", most.map_or(String::new(), |most| most.to_string()))
            }
        };
        let using = test.using.as_ref().map_or(String::new(), |using| format!(" using {}", self.print(using)));
        format!("{} {} {others}{}{using}", test.role.field(), test.status, when(test.at))
    }

    /// A query on one line: rows, filter, the column that is shown.
    pub fn print_query(&self, query: &Query) -> String {
        let rows = |rows: &EntityRows| {
            let kinds = if rows.kinds.is_empty() { "any".to_owned() } else { rows.kinds.join("/") };
            let status = rows.status.as_ref().map_or(String::new(), |status| format!(" [{}]", self.status(status)));
            format!("{} ({} {kinds} on {}){status}: ", rows.plural, rows.role.field(), rows.day)
        };
        let head = match &query.rows {
            RowsOf::Facts(_) => String::new(),
            RowsOf::Entities(of, _) => rows(of),
            RowsOf::Periods(of, _) => format!("periods of {}", rows(of)),
        };
        let shown = match &query.rows {
            RowsOf::Facts(pipeline) => shown_columns(pipeline, |value| match value {
                RowValue::Own(FactValue::Record(RecordValue::Field(field))) => Some(field),
                _ => None,
            }),
            RowsOf::Entities(_, pipeline) => shown_columns(pipeline, |value| match value {
                RowValue::Own(EntityValue::Record(RecordValue::Field(field))) => Some(field),
                _ => None,
            }),
            RowsOf::Periods(..) => String::new(),
        };
        format!("{head}{}{shown}", self.print(&query.filter))
    }

    /// An account on one line.
    pub fn account(&self, account: &crate::plan::Account) -> String {
        let first = if account.first { " first" } else { "" };
        match &account.tellers {
            crate::plan::Tellers::Named { field, names } => format!("{}:{}{first}", field.name(), names.join(",")),
            crate::plan::Tellers::Passing(filter) => format!("<{}>{first}", self.print(filter)),
        }
    }

    /// A filter on one line.
    pub fn print(&self, filter: &Filter) -> String {
        let join = |parts: &[crate::plan::Part], sign: &str| {
            let parts: Vec<_> = parts.iter().map(|part| self.print(&part.filter)).collect();
            format!("({})", parts.join(sign))
        };
        let ids = |numbers: &[EntityNumber]| {
            numbers.iter().map(|number| self.entities.get(*number).id.clone()).collect::<Vec<_>>()
        };
        match filter {
            Filter::All => "all".to_owned(),
            Filter::Nothing => "nothing".to_owned(),
            Filter::And(parts) => join(parts, " & "),
            Filter::Or(parts) => join(parts, " | "),
            Filter::Not(inner) => format!("!{}", self.print(inner)),
            Filter::Maybe(inner) => format!("?{}", self.print(inner)),
            Filter::Unknown(inner) => format!("unknown {}", self.print(inner)),
            Filter::Test(RecordTest::Keyword { field, test }) => format!("{field}{}", matched(test)),
            Filter::Test(RecordTest::Written { field, test }) => format!("written {field}{}", matched(test)),
            Filter::Test(RecordTest::Refers { fields, entities, written }) => {
                let mut names = ids(entities);
                names.extend(written.iter().map(|name| format!("\"{name}\"")));
                format!("{}->{}", fields.join("/"), names.join(","))
            }
            Filter::Test(RecordTest::Member { field, groups, at }) => {
                format!("{field} in {}{}", ids(groups).join(","), when(*at))
            }
            Filter::Test(RecordTest::Date { field, window }) => format!("{field} {}", days(*window)),
            Filter::Test(RecordTest::DateForm { field, form }) => format!("{field} {form:?}"),
            Filter::Test(RecordTest::Number { field, low, high }) => {
                let low = low.as_ref().map(|(low, included)| format!("{}{low}", if *included { "[" } else { "(" }));
                let high = high.as_ref().map(|(high, included)| format!("{high}{}", if *included { "]" } else { ")" }));
                format!("{field} {}..{}", low.unwrap_or_default(), high.unwrap_or_default())
            }
            Filter::Test(RecordTest::Missing { field }) => format!("no {field}"),
            Filter::Test(RecordTest::Text { fields, phrase }) => {
                let fields = if fields.len() > 1 { "text".to_owned() } else { fields.join("") };
                format!("{fields}{}{}", if phrase.len() > 1 { "~~" } else { "~" }, shown_terms(phrase))
            }
            Filter::Test(RecordTest::Step { field, test }) => format!("{field}.<{}>", self.print(test)),
            Filter::Test(RecordTest::Other(other)) => self.other(other),
            Filter::Test(RecordTest::Relative { value, relation, to, other }) => {
                let value = match value {
                    RecordValue::Field(field) => field.to_string(),
                    RecordValue::Step(field, attribute, None) => format!("{field}.{attribute}"),
                    other => format!("{other:?}"),
                };
                let to = if to.as_ref() == "date" { String::new() } else { format!(".{to}") };
                format!("{value} {relation:?} {}{to}", self.other(other))
            }
            Filter::Test(RecordTest::According { account, filter }) => {
                format!("({} on {})", self.print(filter), self.account(account))
            }
            Filter::Test(RecordTest::Source(filter)) => format!("source <{}>", self.print(filter)),
            Filter::Test(RecordTest::Status(test)) => self.status(test),
            Filter::Test(RecordTest::Given { field, query }) => format!("{field} of ({})", self.print_query(query)),
            Filter::Test(RecordTest::Computed { .. }) => format!("{filter:?}"),
        }
    }
}

/// The stages of a query within another: the column that it shows.
fn shown_columns<D: Domain>(pipeline: &Pipeline<D>, field: impl Fn(&RowValue<D>) -> Option<&Arc<str>>) -> String {
    let column = |column: &Column<D>| match field(&column.value) {
        Some(field) => format!("{}={field}", column.name),
        None => format!("{}={:?}", column.name, column.value),
    };
    let narrowing = pipeline.narrowing.iter().map(|stage| format!(" | {:?}", stage.value));
    let table = pipeline.table.iter().map(|table| match &table.first.value {
        Tabulation::Show(columns) => format!(" | {}", columns.iter().map(column).collect::<Vec<_>>().join(",")),
        other => format!(" | {other:?}"),
    });
    narrowing.chain(table).collect()
}

/// A day after `@`; the date of the fact is not shown.
fn when(at: At) -> String {
    match at {
        At::Fact => String::new(),
        At::Day(day) => format!("@{day}"),
        At::Row => "@row".to_owned(),
    }
}

fn matched(test: &Match) -> String {
    match test {
        Match::Any(words) => format!("={}", words.join(",")),
        Match::Prefix(prefix) => format!("={prefix}*"),
        Match::Regex(pattern) => format!("=/{pattern}/"),
    }
}

/// The tree of a query.
pub fn parse(text: &str) -> tree::Query {
    let parsed = parse_query(text);
    parsed.tree.unwrap_or_else(|| panic!("{text}: {:?}", parsed.diagnostics))
}

/// A window as `first..last`, an unbounded end left out.
pub fn days(window: Window) -> String {
    let day = |day: Day| if day.is_finite() { day.to_string() } else { String::new() };
    format!("{}..{}", day(window.first), day(window.last))
}
