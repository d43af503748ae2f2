//! How far acts are recorded: a test on a day after that rests on what may be
//! missing. It knows filters and looks at no single fact.

use std::sync::Arc;

use crate::exec::ExecError;
use crate::exec::filter::facts::Evaluator;
use crate::exec::filter::facts::unrecorded::{may_pass, possible_at};
use crate::exec::remarks::absences::{ActTest, LookedFor, act_tests, named_objects};
use crate::model::vocabulary::Role;
use crate::model::{Claim, Date, Day, EntityNumber, StatusRule, Window};
use crate::plan::{Counterparts, Filter, Match, Part, Query, RecordTest, RowsOf, StatusTest};
use crate::syntax::Span;

/// Records that are complete only up to a day before one that is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incomplete {
    /// Who published them, or covers them; none if it is the store.
    pub publisher: Option<Arc<str>>,
    /// Up to when all are there.
    pub until: Date,
}

/// The records behind the acts that a query looks for that are complete only up to
/// a day before the one that is asked about.
pub(crate) fn incomplete(evaluator: &Evaluator<'_>, query: &Query) -> Result<Vec<Incomplete>, ExecError> {
    let vocabulary = evaluator.view().schema().vocabulary();
    let mut found = Vec::new();
    let tests =
        if vocabulary.publishers.is_empty() && vocabulary.covers.is_empty() { Vec::new() } else { act_tests(query) };
    for test in &tests {
        let told = test.context(evaluator.context())?;
        let told = told.as_ref().map(Evaluator::new);
        let evaluator = told.as_ref().unwrap_or(evaluator);
        match test.looks_for {
            LookedFor::Status(status, day) => of_status(evaluator, status, day, &mut found)?,
            LookedFor::Facts { filter, shares_object } => {
                let asked = asked_objects(query, *test, filter, shares_object);
                of_facts(evaluator, filter, asked, &mut found)?;
            }
        }
    }
    Ok(found)
}

/// Adds a day up to which records are complete. Of several days of one publisher the
/// earliest is told: up to it everything is there.
fn add(found: &mut Vec<Incomplete>, publisher: Option<Arc<str>>, until: &Date) {
    match found.iter_mut().find(|known| known.publisher == publisher) {
        Some(known) if known.until.latest() <= until.latest() => {}
        Some(known) => known.until = until.clone(),
        None => found.push(Incomplete { publisher, until: until.clone() }),
    }
}

/// The objects of the facts that are looked for, if the query names them: those that
/// are asked for, or those of its own facts, with which the others share them.
fn asked_objects<'q>(
    query: &'q Query,
    test: ActTest<'_>,
    filter: &'q Filter,
    shares_object: bool,
) -> Option<&'q [EntityNumber]> {
    let of_rows = matches!(query.rows, RowsOf::Facts(_)) && test.has_objects_of_rows && shares_object;
    named_objects(filter).or_else(|| of_rows.then(|| named_objects(&query.filter))?)
}

fn add_claim(found: &mut Vec<Incomplete>, claim: &Claim) {
    if let Some(until) = &claim.until {
        add(found, claim.publisher.clone(), until);
    }
}

fn of_status(
    evaluator: &Evaluator<'_>,
    test: &StatusTest,
    day: Day,
    found: &mut Vec<Incomplete>,
) -> Result<(), ExecError> {
    let view = evaluator.view();
    let Some(rule) = StatusRule::new(view.schema(), &test.status) else { return Ok(()) };
    let coverage = evaluator.context().coverage();
    let objects: Vec<EntityNumber> = match (&test.others, test.role) {
        _ if coverage.is_empty() => Vec::new(),
        (Counterparts::Entities(entities), Role::Subject) => entities.clone(),
        _ => possible_at(evaluator, Role::Object).0.map(|(number, _)| number).collect(),
    };
    for action in rule.actions().filter(|action| coverage.covers(action)) {
        evaluator.cancel().check()?;
        let claims = objects.iter().filter_map(|object| coverage.last_claim(action, Some(*object)));
        claims.filter(|claim| day > claim.days.last).for_each(|claim| add_claim(found, claim));
    }
    // Who says only up to when it is complete covers nothing in particular.
    for (name, publisher) in &view.schema().vocabulary().publishers {
        if let Some(until) = publisher.complete_until.as_ref().filter(|_| publisher.covers.is_empty())
            && day > until.latest()
            && rests_on(evaluator, test, &rule, name)?
        {
            add(found, Some(name.as_str().into()), until);
        }
    }
    Ok(())
}

/// Facts that may be there and are not recorded, since they would be of a day after
/// the last that is covered.
fn of_facts(
    evaluator: &Evaluator<'_>,
    filter: &Filter,
    asked: Option<&[EntityNumber]>,
    found: &mut Vec<Incomplete>,
) -> Result<(), ExecError> {
    let coverage = evaluator.context().coverage();
    if coverage.is_empty() {
        return Ok(());
    }
    let all = || possible_at(evaluator, Role::Object).0.map(|(number, _)| number).collect();
    let objects: Vec<EntityNumber> = asked.map_or_else(all, <[EntityNumber]>::to_vec);
    for action in coverage.actions() {
        for object in &objects {
            let Some(claim) = coverage.last_claim(action, Some(*object)) else { continue };
            let days = Window::since(claim.days.last.next());
            if may_pass(evaluator, filter, (action, *object, days))? {
                add_claim(found, claim);
            }
        }
    }
    Ok(())
}

/// Whether an act that may open or close a status was published by somebody.
fn rests_on(
    evaluator: &Evaluator<'_>,
    test: &StatusTest,
    rule: &StatusRule,
    publisher: &str,
) -> Result<bool, ExecError> {
    let keyword = |field: &str, values: Vec<String>| {
        Filter::Test(RecordTest::Keyword { field: field.into(), test: Match::Any(values) })
    };
    let mut filters = vec![
        keyword("source.publisher", vec![publisher.to_owned()]),
        keyword("action", rule.actions().map(str::to_owned).collect()),
    ];
    if let Counterparts::Entities(entities) = &test.others {
        let fields = vec![test.role.opposite().field().into()];
        filters.push(Filter::Test(RecordTest::Refers { fields, entities: entities.clone(), written: Vec::new() }));
    }
    let parts = filters.into_iter().map(|filter| Part { filter, span: Span::default() }).collect();
    Ok(!evaluator.evaluate(&Filter::And(parts), evaluator.view().live())?.definite.is_empty())
}
