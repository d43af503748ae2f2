//! Why an answer is empty: which part of the query left nothing, and the date
//! nearest to the days asked about.

use std::collections::BTreeSet;
use std::sync::Arc;

use roaring::RoaringBitmap;
use serde::Serialize;

use crate::exec::ExecError;
use crate::exec::filter::algebra::{Candidates, evaluate};
use crate::exec::filter::entities::OnDay;
use crate::exec::filter::facts::Evaluator;
use crate::exec::filter::sets::Sets;
use crate::exec::filter::value_tests::number;
use crate::exec::remarks::nearest::{Nearest, nearest_status};
use crate::exec::remarks::without_rule::{without_effect, without_threshold};
use crate::exec::rows::record::{EntityRecord, RecordReader};
use crate::index::View;
use crate::model::vocabulary::Role;
use crate::model::{Cell, Date, Day, EntityNumber, FieldDefinition, Number, Window, fold};
use crate::plan::{Account, At, Filter, Match, Part, RecordTest, StatusTest};
use crate::syntax::Span;

/// Which part of a query left nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Emptied {
    /// The parts, those about dates and statuses last, up to the one that left nothing;
    /// none if the query has one condition only.
    pub parts: Vec<EmptiedPart>,
    /// What that one condition asks for, if there is only one.
    pub lone: Option<SoleCondition>,
    /// If the one that left nothing asks about days, numbers or a status: the
    /// nearest one outside of these that is there where all the parts before
    /// it hold.
    pub nearest: Option<Nearest>,
    /// If it asks for a value that nothing has: the one that was perhaps meant.
    pub meant: Option<String>,
    /// If it asks for other facts, of which there are none at all: which part
    /// of what it asks of them left nothing.
    pub others: Option<Box<Emptied>>,
}

/// What the only condition of a query or stage asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "asks_for", rename_all = "snake_case")]
#[non_exhaustive]
pub enum SoleCondition {
    /// Texts that contain some words.
    Text,
    /// A value of a field of facts.
    Value,
    /// A value that an entity declares.
    Attribute,
    /// Nothing: no entity of the kind asked for exists on the day.
    Existing {
        /// The day.
        day: Day,
    },
    /// A status that nobody ever had.
    Status,
    /// Sources, and no fact has one.
    Sources,
    /// Anything else.
    Other,
}

/// A part of a query, and how many facts it left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmptiedPart {
    /// Where it stands.
    pub span: Span,
    /// Of how many facts it holds.
    pub alone: u64,
    /// Of how many facts it holds together with all parts before it.
    pub together: u64,
}

impl Emptied {
    /// A condition that stands alone.
    pub(crate) fn alone(lone: SoleCondition) -> Self {
        Self { lone: Some(lone), ..Self::default() }
    }

    /// A value that was perhaps meant instead of one that nothing has.
    #[must_use]
    pub fn meant(&self) -> Option<&str> {
        self.meant.as_deref().or_else(|| self.others.as_ref().and_then(|others| others.meant()))
    }

    /// The same of a stage, which is asked of some rows only: that it holds of
    /// none of them says nothing about others.
    pub(crate) fn among(mut self) -> Self {
        self.lone = self.lone.map(|_| SoleCondition::Other);
        self
    }
}

/// How many distinct values are looked at for one that was meant.
const VALUES: u32 = 10_000;

/// Facts, or entities on a day, of which an answer can be explained.
pub(crate) trait RecordRows: Candidates<Test = RecordTest> {
    /// The dates or numbers that some of them have.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn values(&self, field: &str, within: &RoaringBitmap) -> Result<Vec<Cell>, ExecError>;

    /// When some of them have a status that none has on the day asked about.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn nearest_status(&self, test: &StatusTest, within: &RoaringBitmap) -> Result<Option<Nearest>, ExecError>;

    /// The facts of the same state of the store.
    fn facts(&self) -> &Evaluator<'_>;

    /// What a filter would be of some of them if every act were recorded.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn as_if_recorded(&self, filter: &Filter, within: &RoaringBitmap) -> Result<Sets, ExecError>;

    /// The entities that are the objects of some of them, or they themselves.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn objects_of(&self, within: &RoaringBitmap) -> Result<BTreeSet<EntityNumber>, ExecError>;

    /// Those of some of them for which no rule is known by which a date follows.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn without_rule(&self, field: &FieldDefinition, those: &RoaringBitmap) -> Result<RoaringBitmap, ExecError>;

    /// What a condition that stands alone asks for; if that is a value that
    /// nothing has, the one that was perhaps meant.
    fn sole(&self, filter: &Filter) -> (SoleCondition, Option<String>);

    /// Those of some of them that an account does not tell.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn untold(&self, _account: &Arc<Account>, _those: &RoaringBitmap) -> Result<RoaringBitmap, ExecError> {
        Ok(RoaringBitmap::new())
    }

    /// A field as queries name it.
    fn called<'b>(&'b self, field: &'b str) -> &'b str {
        field
    }
}

impl RecordRows for Evaluator<'_> {
    fn values(&self, field: &str, within: &RoaringBitmap) -> Result<Vec<Cell>, ExecError> {
        let Some(field) = self.view().field(field) else {
            return Ok(Vec::new());
        };
        let mut ordinals = RoaringBitmap::new();
        field.each(within, &mut |_, values| ordinals.extend(values))?;
        Ok(ordinals.iter().map(|ordinal| field.value(ordinal)).collect())
    }

    fn nearest_status(&self, test: &StatusTest, within: &RoaringBitmap) -> Result<Option<Nearest>, ExecError> {
        let At::Day(day) = test.at else { return Ok(None) };
        let tested = self.end(test.role).read(within)?.into_iter().collect();
        Ok(nearest_status(&*self.standings(test)?, test, &tested, day))
    }

    fn facts(&self) -> &Evaluator<'_> {
        self
    }

    fn as_if_recorded(&self, filter: &Filter, within: &RoaringBitmap) -> Result<Sets, ExecError> {
        Evaluator::new(&self.context().closed()).evaluate(filter, within)
    }

    fn objects_of(&self, within: &RoaringBitmap) -> Result<BTreeSet<EntityNumber>, ExecError> {
        let objects = self.end(Role::Object);
        Ok(objects.read(within)?.into_iter().filter_map(|number| objects.entity(number)).collect())
    }

    fn without_rule(&self, field: &FieldDefinition, those: &RoaringBitmap) -> Result<RoaringBitmap, ExecError> {
        without_effect(self, field, those)
    }

    fn sole(&self, filter: &Filter) -> (SoleCondition, Option<String>) {
        let view = &**self.view();
        match filter {
            Filter::Test(RecordTest::Text { .. }) => (SoleCondition::Text, None),
            Filter::Test(RecordTest::Keyword { field, test }) => {
                let meant = match (test, view.field(field)) {
                    (Match::Any(written), Some(field)) => {
                        let unknown = written.iter().find(|text| field.find(text).is_empty());
                        let values = (0..field.len().min(VALUES)).map(|ordinal| field.value(ordinal).to_string());
                        unknown.and_then(|unknown| meant(unknown, values))
                    }
                    _ => None,
                };
                (SoleCondition::Value, meant)
            }
            Filter::Test(RecordTest::Refers { fields, entities, written }) if entities.is_empty() => {
                let values = |field| {
                    view.field(field).into_iter().flat_map(|field| {
                        (0..field.len().min(VALUES)).map(move |ordinal| field.value(ordinal).to_string())
                    })
                };
                let has = |text: &String| {
                    fields.iter().any(|field| view.field(field).is_some_and(|field| !field.find(text).is_empty()))
                };
                let unknown = written.iter().find(|text| !has(text));
                let near = unknown.and_then(|text| meant(text, fields.iter().flat_map(|field| values(field))));
                (SoleCondition::Other, near)
            }
            Filter::Test(RecordTest::Step { test, .. }) => match &**test {
                Filter::Test(RecordTest::Keyword { field, test: Match::Any(written) }) => {
                    (SoleCondition::Attribute, attribute_meant(view, field, written))
                }
                _ => (SoleCondition::Other, None),
            },
            _ => (SoleCondition::Other, None),
        }
    }

    fn untold(&self, account: &Arc<Account>, those: &RoaringBitmap) -> Result<RoaringBitmap, ExecError> {
        Ok(those - self.context().according(account)?.view.all())
    }

    fn called<'b>(&'b self, field: &'b str) -> &'b str {
        self.view().schema().name_in_queries(field)
    }
}

impl RecordRows for OnDay<'_> {
    fn values(&self, field: &str, within: &RoaringBitmap) -> Result<Vec<Cell>, ExecError> {
        let view = &**self.evaluator.view();
        let values = |number| EntityRecord { entity: Some(EntityNumber(number)), view }.values(field);
        Ok(within.iter().map(values).collect::<Result<Vec<_>, _>>()?.concat())
    }

    fn nearest_status(&self, test: &StatusTest, within: &RoaringBitmap) -> Result<Option<Nearest>, ExecError> {
        let day = if let At::Day(day) = test.at { day } else { self.day };
        Ok(nearest_status(&*self.evaluator.facts().standings(test)?, test, within, day))
    }

    fn facts(&self) -> &Evaluator<'_> {
        self.evaluator.facts()
    }

    fn as_if_recorded(&self, filter: &Filter, within: &RoaringBitmap) -> Result<Sets, ExecError> {
        self.evaluator.evaluate_as_if_recorded(filter, within, self.day)
    }

    fn objects_of(&self, within: &RoaringBitmap) -> Result<BTreeSet<EntityNumber>, ExecError> {
        Ok(within.iter().map(EntityNumber).collect())
    }

    fn without_rule(&self, field: &FieldDefinition, those: &RoaringBitmap) -> Result<RoaringBitmap, ExecError> {
        Ok(without_threshold(&**self.evaluator.view(), field, those))
    }

    fn sole(&self, filter: &Filter) -> (SoleCondition, Option<String>) {
        let Filter::Test(RecordTest::Keyword { field, test: Match::Any(written) }) = filter else {
            return (SoleCondition::Other, None);
        };
        (SoleCondition::Attribute, attribute_meant(&**self.evaluator.view(), field, written))
    }
}

/// Finds which part of a query left nothing of some documents.
pub(crate) fn explain(
    rows: &dyn RecordRows,
    filter: &Filter,
    mut left: RoaringBitmap,
) -> Result<Option<Emptied>, ExecError> {
    let Filter::And(conjuncts) = filter else {
        return alone(rows, filter, &left);
    };
    let (about_days, others): (Vec<&Part>, Vec<&Part>) = conjuncts.iter().partition(|part| {
        days_of(&part.filter).is_some() || matches!(part.filter, Filter::Test(RecordTest::Status(_)))
    });
    let within = left.clone();
    let mut emptied = Emptied::default();
    for part in others.into_iter().chain(about_days) {
        let alone = evaluate(rows, &part.filter, &within)?.definite;
        let together = &left & &alone;
        emptied.parts.push(EmptiedPart { span: part.span, alone: alone.len(), together: together.len() });
        if together.is_empty() {
            emptied.nearest = nearest(rows, &part.filter, &left)?;
            emptied.others = others_lacking(rows, &part.filter)?;
            if alone.is_empty() {
                emptied.meant = rows.sole(&part.filter).1;
            }
            return Ok(Some(emptied));
        }
        left = together;
    }
    Ok(None)
}

/// What a condition that stands alone asks for.
fn alone(rows: &dyn RecordRows, filter: &Filter, within: &RoaringBitmap) -> Result<Option<Emptied>, ExecError> {
    if matches!(filter, Filter::All | Filter::Nothing) {
        return Ok(None);
    }
    let nearest = nearest(rows, filter, within)?;
    let others = others_lacking(rows, filter)?;
    let (sole, meant) = rows.sole(filter);
    Ok(Some(Emptied { nearest, meant, others, ..Emptied::alone(sole) }))
}

/// Which part left nothing of what a test asks of other facts; nothing is to be
/// said if it is the only one, or if there are such facts of somebody.
fn others_lacking(rows: &dyn RecordRows, filter: &Filter) -> Result<Option<Box<Emptied>>, ExecError> {
    let Filter::Test(RecordTest::Other(other)) = filter else { return Ok(None) };
    let facts = rows.facts();
    let emptied = explain(facts, &other.filter, facts.view().live().clone())?;
    Ok(emptied.filter(|emptied| !emptied.parts.is_empty()).map(Box::new))
}

/// The value nearest to one that nobody has, or one of which that is a word, or
/// that ends in the same two parts: `A/RES/74/61` for `R/74/61`.
pub(crate) fn meant(unknown: &str, values: impl Iterator<Item = String>) -> Option<String> {
    let values: Vec<String> = values.collect();
    let near = crate::model::nearest(unknown, values.iter().map(String::as_str));
    let has = |value: &&String| {
        unknown.len() > 2 && fold(value).split(|c: char| !c.is_alphanumeric()).any(|part| part == fold(unknown))
    };
    let ending = |value: &str| -> Vec<String> {
        let folded = fold(value).into_owned();
        folded.rsplit(|c: char| !c.is_alphanumeric()).take(2).map(str::to_owned).collect()
    };
    let end = ending(unknown);
    let ends_so = |value: &&String| end.len() == 2 && end.iter().all(|part| !part.is_empty()) && ending(value) == end;
    near.map(str::to_owned).or_else(|| values.iter().find(has).or_else(|| values.iter().find(ends_so)).cloned())
}

/// Of values that were asked of a field of entities, the first that none has:
/// the nearest one that some entity has.
pub(crate) fn attribute_meant(view: &dyn View, field: &str, written: &[String]) -> Option<String> {
    // What cannot be read gives no hint.
    let values = |entity| EntityRecord { entity: Some(entity), view }.values(field).unwrap_or_default();
    let values = view.entities().iter().flat_map(|(number, _)| values(number));
    let values: Vec<String> = values.map(|value| value.to_string()).collect();
    let unknown = written.iter().find(|text| !values.iter().any(|value| fold(value) == fold(text)))?;
    meant(unknown, values.into_iter())
}

fn days_of(filter: &Filter) -> Option<(&str, Window)> {
    match filter {
        Filter::Test(RecordTest::Date { field, window }) => Some((field, *window)),
        Filter::Maybe(filter) => days_of(filter),
        _ => None,
    }
}

/// The date or number nearest to those that are asked for; of two as near, the
/// earlier or less.
fn nearest(rows: &dyn RecordRows, filter: &Filter, within: &RoaringBitmap) -> Result<Option<Nearest>, ExecError> {
    if let Filter::Test(RecordTest::Status(test)) = filter {
        return rows.nearest_status(test, within);
    }
    if let Some((field, window)) = days_of(filter) {
        let distance = |date: &Date| {
            let after = i64::from(date.earliest().number()) - i64::from(window.last.number());
            let before = i64::from(window.first.number()) - i64::from(date.latest().number());
            after.max(before).max(0)
        };
        let values = rows.values(field, within)?;
        let dates = values.iter().filter_map(Cell::as_date);
        let nearest = dates.min_by_key(|date| (distance(date), date.earliest(), date.latest()));
        return Ok(nearest.cloned().map(Cell::Date).map(Nearest::Value));
    }
    let Filter::Test(RecordTest::Number { field, low, high }) = filter else {
        return Ok(None);
    };
    let distance = |number: &Number| {
        let below = low.as_ref().map(|(low, _)| low.minus(number));
        let above = high.as_ref().map(|(high, _)| number.minus(high));
        below.max(above).max(Some(Number::ZERO))
    };
    let values = rows.values(field, within)?.into_iter();
    let numbers = values.filter_map(|cell| Some((number(&cell)?.into_owned(), cell)));
    let nearest = numbers.map(|(number, cell)| ((distance(&number), number), cell)).min_by(|(a, _), (b, _)| a.cmp(b));
    Ok(nearest.map(|(_, cell)| Nearest::Value(cell)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::exec::testing::{MemoryView, world};
    use crate::exec::{Cancel, run};
    use crate::plan::Query;

    #[test]
    fn what_was_perhaps_meant_is_said_of_the_part_that_left_nothing() {
        let facts = world([
            json!({"id": "a", "subject": "alpha", "action": "left", "topic": "opinion", "score": 3}),
            json!({"id": "b", "subject": "beta", "action": "left", "topic": "arms", "score": 7}),
            json!({"id": "c", "subject": "beta", "action": "signed", "topic": "arms", "score": 9}),
        ]);
        let keyword = |field: &str, value: &str| {
            Filter::Test(RecordTest::Keyword { field: field.into(), test: Match::Any(vec![value.to_owned()]) })
        };
        let why = |second: Filter| {
            let part = |filter, span: (usize, usize)| Part { filter, span: Span::new(span.0, span.1) };
            let filter = Filter::And(vec![part(keyword("action", "left"), (0, 4)), part(second, (5, 6))]);
            let answer = run(Query { filter, ..Query::default() }, MemoryView::build(&facts), Cancel::new()).unwrap();
            let emptied = answer.emptied().unwrap();
            let left: Vec<u64> = emptied.parts.iter().map(|part| part.together).collect();
            assert_eq!(left, [2, 0]);
            (emptied.meant.clone(), emptied.nearest.clone())
        };
        assert_eq!(why(keyword("topic", "opnion")), (Some("opinion".to_owned()), None));
        assert_eq!(why(keyword("topic", "zzzzzzzz")), (None, None));
        let above = |low: i64| {
            Filter::Test(RecordTest::Number { field: "score".into(), low: Some((low.into(), true)), high: None })
        };
        let seven = Some(Nearest::Value(Cell::Integer(7)));
        assert_eq!(why(above(8)), (None, seven), "only one that is not left has more");
    }
}
