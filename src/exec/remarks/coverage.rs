//! What is claimed to be complete of the acts that a query looks for, and what
//! nobody covers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::exec::ExecError;
use crate::exec::filter::facts::Evaluator;
use crate::exec::filter::facts::unrecorded::{may_pass, possible_at};
use crate::exec::remarks::absences::{ActTest, LookedFor, act_tests};
use crate::exec::remarks::unrecorded::{called, named};
use crate::model::vocabulary::Role;
use crate::model::{Date, EntityNumber, StatusRule, Window};
use crate::plan::{Counterparts, Query};

/// Acts that somebody covers, or that nobody does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoveredActs {
    /// What the acts are called.
    pub acts: Vec<Arc<str>>,
    /// What they are done to: the names of the first few; none if anything.
    pub objects: Vec<Arc<str>>,
    /// How many objects more.
    pub more_objects: u64,
    /// Who covers them; none if nobody does.
    pub by: Option<CoveredBy>,
}

/// Who covers acts, and over which days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoveredBy {
    /// The publisher; none if it is the store.
    pub publisher: Option<Arc<str>>,
    /// From when on; none if from the beginning.
    pub from: Option<Date>,
    /// Until when; none if until now.
    pub until: Option<Date>,
}

/// The acts that a query looks for, by who covers them; none of those of actions
/// that nobody covers, which are taken to be complete.
pub(crate) fn covered(evaluator: &Evaluator<'_>, query: &Query) -> Result<Vec<CoveredActs>, ExecError> {
    let (view, coverage) = (evaluator.view(), evaluator.context().coverage());
    if coverage.is_empty() {
        return Ok(Vec::new());
    }
    let mut looked_for: BTreeSet<(String, EntityNumber)> = BTreeSet::new();
    for test in act_tests(query).into_iter().filter(|test| test.account.is_none()) {
        add(evaluator, test, &mut looked_for)?;
    }
    // By the place of the claim; those that nobody covers last.
    let mut groups: BTreeMap<usize, (BTreeSet<String>, BTreeSet<EntityNumber>)> = BTreeMap::new();
    for (action, object) in looked_for {
        let mut places: Vec<usize> = coverage.places(&action, Some(object)).collect();
        if places.is_empty() {
            places.push(usize::MAX);
        }
        for place in places {
            let (actions, objects) = groups.entry(place).or_default();
            actions.insert(action.clone());
            objects.insert(object);
        }
    }
    let group = |(place, (actions, objects)): (usize, (BTreeSet<String>, BTreeSet<EntityNumber>))| {
        let by = coverage.claim(place).map(|claim| CoveredBy {
            publisher: claim.publisher.clone(),
            from: claim.from.clone(),
            until: claim.until.clone(),
        });
        let (objects, more_objects) = named(&**view, &objects);
        CoveredActs { acts: called(view.schema(), &actions), objects, more_objects, by }
    };
    Ok(groups.into_iter().map(group).collect())
}

/// Adds the acts that a test looks for, of actions that somebody covers.
fn add(
    evaluator: &Evaluator<'_>,
    test: ActTest<'_>,
    found: &mut BTreeSet<(String, EntityNumber)>,
) -> Result<(), ExecError> {
    let coverage = evaluator.context().coverage();
    let all = || possible_at(evaluator, Role::Object).0.map(|(number, _)| number).collect::<Vec<_>>();
    match test.looks_for {
        LookedFor::Status(status, _) => {
            let Some(rule) = StatusRule::new(evaluator.view().schema(), &status.status) else { return Ok(()) };
            let objects = match (&status.others, status.role) {
                (Counterparts::Entities(entities), Role::Subject) => entities.clone(),
                _ => all(),
            };
            for action in rule.actions().filter(|action| coverage.covers(action)) {
                found.extend(objects.iter().map(|object| (action.to_owned(), *object)));
            }
        }
        LookedFor::Facts { filter, .. } => {
            let objects = all();
            for (action, object) in coverage.actions().flat_map(|action| objects.iter().map(move |one| (action, *one)))
            {
                if may_pass(evaluator, filter, (action, object, Window::ALL))? {
                    found.insert((action.to_owned(), object));
                }
            }
        }
    }
    Ok(())
}
