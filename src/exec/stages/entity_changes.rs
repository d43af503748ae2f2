//! The stage `diff known` over entities: who is in the answer of one state of
//! the store and not in that of another, by which facts and in which commits.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::exec::ExecError;
use crate::exec::filter::context::EvaluationContext;
use crate::exec::filter::entities::EntityEvaluator;
use crate::exec::filter::noun_rows::evaluate;
use crate::exec::rows::shown::{integer, named};
use crate::exec::rows::table::{ColumnHeading, Table, TableRow};
use crate::exec::stages::stage_rows::OtherStates;
use crate::exec::stages::unfold::{list, time};
use crate::index::{CommitInfo, View};
use crate::model::vocabulary::Role;
use crate::model::{Cell, Entity, EntityNumber, caseless, fold};
use crate::plan::{EntityRows, KnownState, RowsOf, state_diff_columns};

/// In so many states at most it is looked who is in the answer; if there were
/// more commits, all in which something about somebody changed are told.
const ASKED: usize = 64;

/// A state of the store, and who is in the answer there.
struct StateAnswer {
    view: Arc<dyn View>,
    ids: BTreeMap<String, Arc<Entity>>,
}

fn found(states: &dyn OtherStates, known: KnownState, context: &EvaluationContext) -> Result<StateAnswer, ExecError> {
    let (view, query) = states.state(known)?;
    let RowsOf::Entities(rows, _) = &query.rows else {
        return Err(ExecError::State { known, diagnostics: Vec::new() });
    };
    let context = context.over(view).of_query(&query)?;
    let view = context.view.clone();
    let evaluator = EntityEvaluator::new(&context);
    let entities = evaluate(&evaluator, &query.filter, rows, rows.day)?.definite;
    let entity = |number| (key(&view, EntityNumber(number)), view.entities().get(EntityNumber(number)).clone());
    let ids = entities.iter().map(entity).collect();
    drop(evaluator);
    Ok(StateAnswer { view, ids })
}

/// A row for each that comes (`in`) or goes (`out`), by their names.
pub(crate) fn between_states(
    (states, before, after): (&dyn OtherStates, KnownState, KnownState),
    rows: &EntityRows,
    context: &EvaluationContext,
) -> Result<Table, ExecError> {
    let (was, is) = (found(states, before, context)?, found(states, after, context)?);
    let comes = is.ids.iter().filter(|(id, _)| !was.ids.contains_key(*id)).map(|(id, entity)| (true, id, entity));
    let goes = was.ids.iter().filter(|(id, _)| !is.ids.contains_key(*id)).map(|(id, entity)| (false, id, entity));
    let mut changed: Vec<(bool, &String, &Arc<Entity>)> = comes.chain(goes).collect();
    changed.sort_by_cached_key(|(comes, _, entity)| (!comes, fold(&entity.name).into_owned(), entity.id.clone()));
    let touched = touched(&was, &is, rows.role, context)?;
    let mut asked: BTreeMap<u64, BTreeSet<String>> = BTreeMap::new();
    let mut made: Vec<TableRow> = Vec::with_capacity(changed.len());
    for (comes, id, entity) in changed {
        context.cancel.check()?;
        let mut commits = touched.get(id).cloned().unwrap_or_default();
        let mut passes = |transaction: u64| -> Result<Option<bool>, ExecError> {
            if !asked.contains_key(&transaction) {
                if asked.len() >= ASKED {
                    return Ok(None);
                }
                // Where the query means nothing yet nobody is in its answer.
                let there = match found(states, KnownState::Commit(transaction), context) {
                    Err(ExecError::State { .. }) => BTreeSet::new(),
                    there => there?.ids.into_keys().collect(),
                };
                asked.insert(transaction, there);
            }
            Ok(asked.get(&transaction).map(|ids| ids.contains(id)))
        };
        // The last of its commits before which it was otherwise is the one.
        for transaction in commits.keys().rev().copied().collect::<Vec<_>>() {
            let before = if transaction > 1 { passes(transaction - 1)? } else { Some(false) };
            if before == Some(!comes) && passes(transaction)? == Some(comes) {
                commits.retain(|known, _| *known == transaction);
                break;
            }
        }
        made.push(row(comes, entity, &commits.values().collect::<Vec<_>>()));
    }
    let columns = state_diff_columns(rows);
    Ok(Table::ready(columns.iter().map(|name| ColumnHeading::new(name, None)).collect(), made))
}

/// By what an entity is known in each state: its id, or a name that only facts
/// use, however they spell it.
fn key(view: &Arc<dyn View>, number: EntityNumber) -> String {
    let id = &view.entities().get(number).id;
    if view.entities().is_declared(number) { id.clone() } else { caseless(id).into_owned() }
}

/// A commit, and which facts it changed that are about somebody.
type Touching = (Arc<CommitInfo>, BTreeSet<Arc<str>>);

/// For each entity, by its id, the commits between two states that changed
/// facts in which it stands at an end.
fn touched(
    was: &StateAnswer,
    is: &StateAnswer,
    role: Role,
    context: &EvaluationContext,
) -> Result<BTreeMap<String, BTreeMap<u64, Touching>>, ExecError> {
    let (old, new) = (&was.view, &is.view);
    let known = old.all();
    let changed: RoaringBitmap = (new.all() - &known) | (old.live() - new.live());
    let of_new = context.with_view(new.clone());
    let evaluator = EntityEvaluator::new(&of_new);
    let end = evaluator.facts().end(role);
    let mut touched: BTreeMap<String, BTreeMap<u64, Touching>> = BTreeMap::new();
    for (document, number) in changed.iter().zip(end.read(&changed)?) {
        context.cancel.check()?;
        let Some(entity) = end.entity(number) else { continue };
        let id = new.id(document)?;
        let versions = new.versions(&id)?;
        let Some(version) = versions.iter().find(|version| version.document == document) else { continue };
        let asserted = (!known.contains(document)).then_some(&version.asserted);
        let ended = version.ended.as_ref().map(|(commit, _)| commit);
        for commit in asserted.into_iter().chain(ended) {
            let of_entity = touched.entry(key(new, entity)).or_default();
            let (_, facts) = of_entity.entry(commit.transaction).or_insert_with(|| (commit.clone(), BTreeSet::new()));
            facts.insert(id.clone());
        }
    }
    Ok(touched)
}

fn row(comes: bool, entity: &Entity, commits: &[&Touching]) -> TableRow {
    let facts: BTreeSet<&Arc<str>> = commits.iter().flat_map(|(_, facts)| facts).collect();
    let mut authors: Vec<&str> = Vec::new();
    for (commit, _) in commits.iter().filter(|(commit, _)| !commit.author.is_empty()) {
        if !authors.contains(&commit.author.as_str()) {
            authors.push(&commit.author);
        }
    }
    vec![
        Cell::text(if comes { "in" } else { "out" }),
        named(entity),
        list(facts.into_iter().map(|id| Cell::text(id)).collect()),
        list(commits.iter().map(|(commit, _)| integer(commit.transaction)).collect()),
        list(commits.iter().map(|(commit, _)| time(commit.time)).collect()),
        list(authors.into_iter().map(Cell::text).collect()),
    ]
}
