//! How an answer was found, step by step, with what each condition asks for in
//! a few words.

use std::fmt::Write as _;
use std::time::Duration;

use crate::exec::{PlanStep, StepKind};
use crate::model::{Entities, EntityNumber, Schema};
use crate::plan::{
    Account, At, Counterparts, DateForm, FactValue, Filter, OtherFacts, RecordTest, RecordValue, Shared, StatusTest,
    Tellers,
};
use crate::syntax::print_relation;

/// So many names are told; of more, how many.
const NAMES: usize = 3;

/// The steps on the way to an answer: how many rows each left, how long it
/// took, and what it did. `text` is that of the query.
pub fn plan(steps: &[PlanStep], text: &str, terms: ConditionTerms<'_>) -> String {
    let mut table = format!("{:>10}  {:>10}\n", "left", "time");
    for step in steps {
        let part = step.span.and_then(|span| text.get(span.range())).map(str::trim);
        let kind = terms.step(&step.kind);
        let what = part.map_or_else(|| kind.clone(), |part| format!("{kind} `{part}`"));
        let rows = step.rows.map_or_else(|| "-".to_owned(), |rows| rows.to_string());
        let _ = match step.time {
            Some(time) => writeln!(table, "{rows:>10}  {:>10}  {what}", duration(time)),
            None => writeln!(table, "{rows:>10}  {:>10}  {what}: nothing was left to look at", "-"),
        };
    }
    table
}

fn duration(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1000.0;
    if milliseconds < 1000.0 { format!("{milliseconds:.2} ms") } else { format!("{:.1} s", milliseconds / 1000.0) }
}

/// The vocabulary and the entities by which conditions are put into words.
#[derive(Clone, Copy)]
pub struct ConditionTerms<'a> {
    pub schema: &'a Schema,
    pub entities: &'a Entities,
}

/// On whose account something is asked.
fn on_account(account: &Account) -> String {
    let first = if account.first { " first" } else { "" };
    match &account.tellers {
        Tellers::Named { names, .. } => format!("according to {}{first}", names.join(" or ")),
        Tellers::Passing(_) => "according to some sources".to_owned(),
    }
}

impl ConditionTerms<'_> {
    fn step(self, kind: &StepKind) -> String {
        match kind {
            StepKind::FactsInForce => "facts in force".to_owned(),
            StepKind::AllVersions => "versions of facts, in force or not".to_owned(),
            StepKind::ExistingEntities { plural, day } => format!("{plural} existing on {day}"),
            StepKind::EntitiesOnDays { plural, days } => format!("{plural} on each of {days} days"),
            StepKind::EverHadStatus { status } => format!("those who ever had the status {status}"),
            StepKind::Condition { filter, noun } => self.condition(filter, noun.as_deref()),
            StepKind::Stage(keyword) => (*keyword).to_owned(),
        }
    }

    /// What a filter asks for. Where the rows are entities of a noun, `id` is theirs.
    fn condition(self, filter: &Filter, noun: Option<&str>) -> String {
        let describe = |filter| self.condition(filter, noun);
        let called = |field: &str| match noun {
            Some(noun) if field == "id" => noun.to_owned(),
            _ => self.called(field),
        };
        match filter {
            Filter::All => "everything".to_owned(),
            Filter::Nothing => "nothing".to_owned(),
            Filter::And(_) => "all of several".to_owned(),
            Filter::Or(_) => "any of several".to_owned(),
            Filter::Not(filter) => format!("not: {}", describe(filter)),
            Filter::Maybe(filter) => format!("maybe: {}", describe(filter)),
            Filter::Unknown(filter) => format!("unknown: {}", describe(filter)),
            Filter::Test(RecordTest::Keyword { field, .. }) => format!("values of {}", called(field)),
            Filter::Test(RecordTest::Refers { fields, entities, written }) => {
                let fields: Vec<String> = fields.iter().map(|field| called(field)).collect();
                format!("references to {} in {}", self.names(entities, written), fields.join(", "))
            }
            Filter::Test(RecordTest::Member { field, groups, at }) => {
                format!("{} in {}{}", called(field), self.names(groups, &[]), when(*at))
            }
            Filter::Test(RecordTest::Date { field, window }) => format!("days of {field}, {window}"),
            Filter::Test(RecordTest::DateForm { field, form }) => match form {
                DateForm::Computed | DateForm::Stated => format!("basis of {field}"),
                DateForm::Marked | DateForm::Precision(_) => format!("form of {field}"),
                DateForm::Earliest(_) => format!("{field}.earliest"),
                DateForm::Latest(_) => format!("{field}.latest"),
            },
            Filter::Test(RecordTest::Number { field, .. }) => format!("numbers of {field}"),
            Filter::Test(RecordTest::Missing { field }) => format!("no {}", called(field)),
            Filter::Test(RecordTest::Text { fields, .. }) => format!("words in {}", fields.join(", ")),
            Filter::Test(RecordTest::Written { field, .. }) => format!("{field} as written"),
            Filter::Test(RecordTest::Step { field, test }) => format!("of {}: {}", called(field), describe(test)),
            Filter::Test(RecordTest::Other(other)) => self.other_fact(other),
            Filter::Test(RecordTest::Relative { relation, to, other, .. }) => {
                format!("days {} {to} of {}", print_relation(*relation), self.other_fact(other))
            }
            Filter::Test(RecordTest::According { account, filter }) => {
                format!("{}: {}", on_account(account), describe(filter))
            }
            Filter::Test(RecordTest::Source(filter)) => format!("one source: {}", describe(filter)),
            Filter::Test(RecordTest::Status(test)) => self.status(test),
            Filter::Test(RecordTest::Given { field, .. }) => format!("values of {} that a query gives", called(field)),
            Filter::Test(RecordTest::Computed { .. }) => "a calculation".to_owned(),
        }
    }

    /// A field as queries name it.
    fn called(self, field: &str) -> String {
        self.schema.name_in_queries(field).to_owned()
    }

    fn names(self, entities: &[EntityNumber], written: &[String]) -> String {
        // Before the first commit nobody is there, and a query is read as it is now.
        let known = entities.iter().filter(|entity| entity.0 < self.entities.bound());
        let all = known.map(|entity| &self.entities.get(*entity).name).chain(written);
        let mut told: Vec<&str> = all.take(NAMES).map(String::as_str).collect();
        let more = (entities.len() + written.len()).saturating_sub(NAMES);
        let more = format!("{more} more");
        if entities.len() + written.len() > NAMES {
            told.push(&more);
        }
        if told.is_empty() { "nobody".to_owned() } else { told.join(", ") }
    }

    fn other_fact(self, other: &OtherFacts) -> String {
        let field = |value: &FactValue| match value {
            FactValue::Record(RecordValue::Field(field) | RecordValue::Group { field, .. }) => self.called(field),
            FactValue::Record(RecordValue::Part(field, part)) => {
                format!("{field}.{}", part.name())
            }
            FactValue::Record(RecordValue::Step(field, attribute, part)) => {
                let part = part.map_or(String::new(), |part| format!(".{}", part.name()));
                format!("{}.{attribute}{part}", self.called(field))
            }
            FactValue::Relevance(_) => "relevance".to_owned(),
        };
        match &other.shared {
            Shared::Pair => {
                format!("another fact of the same {} and {}", self.called("subject"), self.called("object"))
            }
            Shared::Values(values) => {
                let fields: Vec<String> = values.iter().map(field).collect();
                format!("another fact of the same {}", fields.join(" and "))
            }
            Shared::Role(role) => format!("a fact of which it is the {}", role.field()),
        }
    }

    fn status(self, test: &StatusTest) -> String {
        let others = match &test.others {
            Counterparts::Entities(entities) => format!("with {}", self.names(entities, &[])),
            Counterparts::Query(_) => "with any that a query gives".to_owned(),
            Counterparts::Count { least, most: None } => format!("with at least {least}"),
            Counterparts::Count { least, most: Some(most) } if least == most => format!("with {least}"),
            Counterparts::Count { least: 0, most: Some(most) } => format!("with at most {most}"),
            Counterparts::Count { least, most: Some(most) } => format!("with {least} to {most}"),
        };
        let using = if test.using.is_some() { ", by some facts only" } else { "" };
        let tested = self.called(test.role.field());
        format!("status {} of the {tested} {others}{}{using}", test.status, when(test.at))
    }
}

fn when(at: At) -> String {
    match at {
        At::Fact => " on the fact's date".to_owned(),
        At::Day(day) => format!(" on {day}"),
        At::Row => " on the row's day".to_owned(),
    }
}
