//! Versions of facts, and what they give, naively.

use std::collections::{BTreeMap, BTreeSet};

use super::stages::{Found, Outcome, texts};
use super::values::{self, count};
use super::whole::Scan;
use crate::model::{Cell, Date, Fact, Source, Truth};
use crate::plan::Filter;

/// That a commit asserted a fact, or ended it: by which word and for which reason.
pub struct Change<'a> {
    pub fact: &'a Fact,
    pub end: Option<(&'static str, &'static str)>,
    pub transaction: usize,
    pub committed: String,
    pub author: &'a str,
}

impl Scan<'_> {
    /// The history of each fact of which some version passes a filter that one
    /// version alone decides: in the order of their newest versions, passing or not.
    pub fn history(&self, filter: &Filter, changes: &[Change<'_>]) -> Found {
        let (mut possible, mut unknown) = (0, 0);
        let mut passing: BTreeSet<&str> = BTreeSet::new();
        let mut newest: BTreeMap<&str, &Fact> = BTreeMap::new();
        for change in changes.iter().filter(|change| change.end.is_none()) {
            newest.insert(id(change.fact), change.fact);
            match self.judge.fact(filter, change.fact) {
                Truth::True => _ = passing.insert(id(change.fact)),
                Truth::Possible => possible += 1,
                Truth::Unknown => unknown += 1,
                Truth::False => {}
            }
        }
        let mut passing: Vec<&Fact> = passing.iter().map(|id| newest[id]).collect();
        passing.sort_by_key(|fact| {
            let days = fact.date.as_ref().map(|date| (date.earliest(), date.latest()));
            (days.is_none(), days, id(fact))
        });
        let mut rows = Vec::new();
        for fact in passing {
            let of_fact: Vec<&Change<'_>> = changes.iter().filter(|change| id(change.fact) == id(fact)).collect();
            for (place, change) in of_fact.iter().enumerate() {
                let word = match (change.end, of_fact.get(place + 1)) {
                    (Some((word, _)), _) => word,
                    (None, None) => "in force",
                    (None, Some(next)) if next.end.is_some() => "asserted",
                    (None, Some(_)) => "superseded",
                };
                rows.push(texts(&self.changed(change, word)));
            }
        }
        Found { rows: Outcome::Table(rows, true), possible, unknown }
    }

    fn changed(&self, change: &Change<'_>, word: &str) -> Vec<Cell> {
        let mut row = self.five(change.fact);
        let mut publishers: Vec<Cell> = Vec::new();
        for publisher in change.fact.sources.iter().filter_map(|source| source.publisher.as_deref()) {
            let publisher = Cell::text(publisher);
            if !publishers.contains(&publisher) {
                publishers.push(publisher);
            }
        }
        row.extend([Cell::text(word), count(change.transaction)]);
        row.extend([&change.committed, change.author].map(Cell::text));
        row.extend([change.end.map_or(Cell::Missing, |(_, reason)| Cell::text(reason)), one_of(publishers)]);
        row
    }

    /// A row for each source of a fact.
    pub fn sources(&self, fact: &Fact) -> Vec<Vec<Cell>> {
        let row = |source: &Source| {
            let mut own = fact.clone();
            let said = |key: &str| source.says.get(key).map(|value| value.as_str());
            if let Some(date) = said("date") {
                own.date = date.map(|date| Date::parse(date).expect("the world has dates"));
            }
            if let Some(Some(action)) = said("action") {
                action.clone_into(&mut own.action);
            }
            if let Some(object) = said("object") {
                own.object = object.map(str::to_owned);
            }
            assert!(said("subject").is_none(), "not in the worlds");
            let mut row = self.five(&own);
            let of_source = |key: &str| {
                let field = format!("source.{key}");
                let values = values::of_source(source, self.schema, key).into_iter();
                one_of(values.map(|value| self.judge.spelled(&field, value)).collect())
            };
            row.extend(["publisher", "published", "according_to", "url", "quote"].map(of_source));
            // What it does not say is not said.
            let mut says = source.says.clone();
            says.retain(|_, value| !value.is_null());
            let all = serde_json::to_value(&says).expect("it is JSON");
            row.push(if says.is_empty() { Cell::Missing } else { Cell::Json(all) });
            row
        };
        fact.sources.iter().map(row).collect()
    }

    /// What is told first of a fact: its id, its ends and its act, and when.
    pub fn five(&self, fact: &Fact) -> Vec<Cell> {
        let named = |written: &str| self.named(&Cell::text(written));
        vec![
            Cell::text(id(fact)),
            named(&fact.subject),
            Cell::text(&fact.action),
            fact.object.as_deref().map_or(Cell::Missing, named),
            fact.date.clone().map_or(Cell::Missing, Cell::Date),
        ]
    }
}

fn id(fact: &Fact) -> &str {
    fact.id.as_deref().expect("facts have ids")
}

/// One cell of several.
fn one_of(mut cells: Vec<Cell>) -> Cell {
    match cells.len() {
        0 | 1 => cells.pop().unwrap_or_default(),
        _ => Cell::List(cells),
    }
}
