//! What somebody tells: the facts as the sources of an account give them, and what one
//! source gives. Both are states of the store in which facts are told otherwise.

use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::exec::ExecError;
use crate::exec::filter::context::EvaluationContext;
use crate::exec::filter::facts::Evaluator;
use crate::exec::filter::sets::Sets;
use crate::exec::rows::retold::{RetoldFacts, RetoldView};
use crate::exec::rows::same_values::same_name;
use crate::index::{Document, View};
use crate::model::{Fact, Source, caseless};
use crate::plan::{Account, Filter, RecordTest, Tellers};

/// The facts as an account tells them.
///
/// # Errors
///
/// If the index cannot be read, the flag is raised, or there are too many facts.
pub(crate) fn told(context: &EvaluationContext, account: &Account) -> Result<Arc<dyn View>, ExecError> {
    let store = &context.store;
    let mut facts = RetoldFacts::default();
    match &account.tellers {
        Tellers::Named { field, names } => {
            let is_one = |source: &Source| {
                field.of(source).is_some_and(|name| names.iter().any(|known| caseless(known) == caseless(name)))
            };
            for document in named(&**store, field.name(), names)? {
                let recorded = recorded(context, document)?;
                let tells = |place: usize| recorded.sources.get(place).is_some_and(is_one);
                add(&mut facts, document, &recorded, account.first, &tells);
            }
        }
        Tellers::Passing(filter) => {
            // Whoever is heard around it, it is asked of all sources.
            let all = context.over(store.clone());
            let sources = OneSourceEach::of(&all, &bounded(&all, filter, true, &store.all())?)?;
            let passing: Vec<RoaringBitmap> =
                sources.evaluate(&all, filter)?.into_iter().map(|sets| sets.definite).collect();
            let any = passing.iter().fold(RoaringBitmap::new(), |any, one| any | one);
            for document in any {
                let recorded = recorded(context, document)?;
                let tells = |place: usize| passing.get(place).is_some_and(|those| those.contains(document));
                add(&mut facts, document, &recorded, account.first, &tells);
            }
        }
    }
    if account.first {
        facts.told = store.all();
    }
    Ok(Arc::new(RetoldView::new(store.clone(), facts)))
}

fn add(facts: &mut RetoldFacts, document: Document, recorded: &Fact, first: bool, tells: &dyn Fn(usize) -> bool) {
    let told = if first { Some(recorded.told_first_by(tells)) } else { recorded.told_by_some(tells) };
    if let Some(told) = told {
        facts.add(document, recorded, told);
    }
}

/// A fact as it is recorded, counted against what the query may cost.
fn recorded(context: &EvaluationContext, document: Document) -> Result<Arc<Fact>, ExecError> {
    context.cancel.charge(1)?;
    Ok(context.store.fact(document)?)
}

/// The versions with a source that has one of some names.
fn named(store: &dyn View, field: &str, names: &[Arc<str>]) -> Result<RoaringBitmap, ExecError> {
    let Some(column) = store.field(field) else { return Ok(RoaringBitmap::new()) };
    Ok(column.postings(&names.iter().flat_map(|name| same_name(&*column, name)).collect())?)
}

/// How true it is of facts that one of their sources says all of it.
///
/// # Errors
///
/// As [`told`].
pub(crate) fn some_source(
    context: &EvaluationContext,
    filter: &Filter,
    within: &RoaringBitmap,
) -> Result<Sets, ExecError> {
    let sources = OneSourceEach::of(context, &bounded(context, filter, false, within)?)?;
    let sets = sources.evaluate(context, filter)?;
    Ok(sets.into_iter().fold(Sets::default(), |any, one| any.or(&one)))
}

/// Facts as one of their sources gives each: the first of all, the second, and so on.
struct OneSourceEach(Vec<RetoldFacts>);

impl OneSourceEach {
    fn of(context: &EvaluationContext, documents: &RoaringBitmap) -> Result<Self, ExecError> {
        let mut by_place: Vec<RetoldFacts> = Vec::new();
        for document in documents {
            let fact = context.told.fact(document)?;
            context.cancel.charge(fact.sources.len() as u64)?;
            for (place, source) in fact.sources.iter().enumerate() {
                if place == by_place.len() {
                    by_place.push(RetoldFacts::default());
                }
                if let Some(facts) = by_place.get_mut(place) {
                    facts.add(document, &fact, fact.told_by(source));
                }
            }
        }
        Ok(Self(by_place))
    }

    /// The truth of a filter for each fact, by the places of its sources. Of dates there
    /// are those that a source gives, and none that a rule computes.
    fn evaluate(self, context: &EvaluationContext, filter: &Filter) -> Result<Vec<Sets>, ExecError> {
        let of_place = |facts: RetoldFacts| {
            let told = facts.told.clone();
            let view = RetoldView::new(context.told.clone(), facts).with_entity_dates(context.view.clone());
            let context = context.with_view(Arc::new(view));
            Evaluator::new(&context).evaluate(filter, &told)
        };
        self.0.into_iter().map(of_place).collect()
    }
}

/// Those of some facts of which one source alone may say all of it, by what is quickly
/// asked of all their sources together: a text that one has, some have. `definite` asks
/// for those of which it is certain.
fn bounded(
    context: &EvaluationContext,
    filter: &Filter,
    definite: bool,
    within: &RoaringBitmap,
) -> Result<RoaringBitmap, ExecError> {
    Ok(match filter {
        Filter::And(parts) => {
            let mut left = within.clone();
            for part in parts {
                left = bounded(context, &part.filter, definite, &left)?;
            }
            left
        }
        Filter::Or(parts) => {
            let mut any = RoaringBitmap::new();
            for part in parts {
                any |= bounded(context, &part.filter, definite, within)?;
            }
            any
        }
        Filter::Nothing => RoaringBitmap::new(),
        Filter::Test(test) if is_of_sources(test, definite) => {
            let sets = Evaluator::new(context).evaluate(filter, within)?;
            sets.definite
        }
        _ => within.clone(),
    })
}

/// Whether what a test says of one source it says of all of them together.
fn is_of_sources(test: &RecordTest, definite: bool) -> bool {
    match test {
        RecordTest::Keyword { field, .. } => field.starts_with("source."),
        // Of a source without a date it is unknown, whatever the others have.
        RecordTest::Date { field, .. } => definite && field.starts_with("source."),
        _ => false,
    }
}
