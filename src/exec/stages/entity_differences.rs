//! The stage `diff as of` over entities: who is there on one day of the world and
//! not on another, since when, and by which facts.

use std::sync::Arc;

use crate::exec::ExecError;
use crate::exec::filter::entities::EntityEvaluator;
use crate::exec::filter::noun_rows::{evaluate, name_order};
use crate::exec::filter::status_edges::described;
use crate::exec::rows::computed_dates::may_open_computed;
use crate::exec::rows::shown::named;
use crate::exec::rows::table::{ColumnHeading, Table};
use crate::exec::stages::entity_rows::EntitySet;
use crate::model::{Cell, EntityNumber};
use crate::plan::{Counterparts, Moment, day_diff_columns};

/// Which entities pass on the later of two days and not on the earlier (`in`),
/// or the other way round (`out`): with the day on which that came about, and
/// the fact that did it, if the query asks for one status. What passes for
/// certain on one day alone counts.
pub(crate) fn between_days(set: EntitySet, before: &Moment, after: &Moment) -> Result<Table, ExecError> {
    let days = [before, after].map(|moment| (moment.label.clone(), moment.day));
    let set = EntitySet { days: days.into(), ..set };
    let evaluator = EntityEvaluator::new(&set.context);
    let passing = |moment: &Moment| evaluate(&evaluator, &moment.filter, &set.noun, moment.day);
    let (before, after) = (passing(before)?, passing(after)?);
    drop(evaluator);
    let mut changed: Vec<(bool, EntityNumber)> = Vec::new();
    changed.extend((&after.definite - &before.definite).iter().map(|number| (true, EntityNumber(number))));
    changed.extend((&before.definite - &after.definite).iter().map(|number| (false, EntityNumber(number))));
    changed.sort_by_cached_key(|(comes, entity)| (!comes, name_order(&set.context.view, *entity)));
    let causes = causes(&set, &changed)?;
    let rows = changed.iter().zip(causes).map(|((comes, entity), (since, by))| {
        let change = Cell::text(if *comes { "in" } else { "out" });
        vec![change, named(set.context.view.entities().get(*entity)), since, by]
    });
    let computed = set.noun.status.as_ref().is_some_and(|test| may_open_computed(&*set.context.view, test));
    let column = |name: &Arc<str>| ColumnHeading::new(name, None).computed(computed && &**name == "since");
    let columns = day_diff_columns(&set.noun).iter().map(column).collect();
    Ok(Table::ready(columns, rows.collect()))
}

/// For each that comes the day on which its status began and the fact that
/// opened it; for each that goes the day on which it ended and the fact that
/// closed it.
fn causes(set: &EntitySet, changed: &[(bool, EntityNumber)]) -> Result<Vec<(Cell, Cell)>, ExecError> {
    let test = set.noun.status.as_ref().filter(|test| !matches!(test.others, Counterparts::Count { .. }));
    let (Some(test), [before, after]) = (test, &*set.days) else {
        return Ok(changed.iter().map(|_| (Cell::Missing, Cell::Missing)).collect());
    };
    let evaluator = EntityEvaluator::new(&set.context);
    let standings = evaluator.facts().standings(test)?;
    let edge = |(comes, entity): &(bool, EntityNumber)| {
        let period = standings.since(entity.0, if *comes { after.1 } else { before.1 })?;
        if *comes { Some((period.start, period.opened)) } else { period.end }
    };
    let edges: Vec<_> = changed.iter().map(edge).collect();
    described(&*set.context.view, &standings, &edges)
}
