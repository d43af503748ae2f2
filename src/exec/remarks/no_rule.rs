//! Dates that rules compute, where they are missing because no rule is known.

use std::collections::BTreeSet;
use std::sync::Arc;

use roaring::RoaringBitmap;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use crate::exec::ExecError;
use crate::exec::filter::algebra::evaluate;
use crate::exec::filter::facts::Evaluator;
use crate::exec::filter::sets::Sets;
use crate::exec::remarks::emptied::RecordRows;
use crate::exec::remarks::unrecorded::called;
use crate::model::vocabulary::Role;
use crate::model::{Basis, FieldDefinition, Threshold};
use crate::plan::{Filter, Match, RecordTest};

/// A date that a rule would compute, and that is missing because no rule is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoRuleNote {
    /// The date.
    pub field: Arc<str>,
    /// Of how many rows.
    pub count: u64,
    /// How many of these have as many acts as any rule of this date asks for.
    pub enough: Option<EnoughActs>,
}

/// Rows with as many acts as any rule asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EnoughActs {
    /// How many rows.
    pub count: u64,
    /// How many acts, each of another subject.
    pub least: u64,
    /// What the acts are called.
    pub acts: Vec<Arc<str>>,
}

/// The dates that a filter tests and that rows lack because no rule is known: of rows
/// of which it holds, or of which it is unknown.
pub(crate) fn no_rule(rows: &dyn RecordRows, filter: &Filter, sets: &Sets) -> Result<Vec<NoRuleNote>, ExecError> {
    let schema = rows.facts().view().schema().clone();
    let mut fields: Vec<&FieldDefinition> = Vec::new();
    filter.each_test(&mut |test| {
        let (RecordTest::Missing { field } | RecordTest::Date { field, .. }) = test else { return };
        let Some(asked) = schema.field(field) else { return };
        let is_stated = matches!(asked.restricted_to, Some((_, Basis::Stated)));
        let field = schema.field(asked.own_name()).filter(|field| field.may_be_computed() && !is_stated);
        fields.extend(field.filter(|field| !fields.iter().any(|known| known.name == field.name)));
    });
    let mut found = Vec::new();
    for field in fields {
        let within = &sets.definite | (&sets.open - &sets.possible);
        let lacks = Filter::Test(RecordTest::Missing { field: field.name.clone() });
        let those = rows.without_rule(field, &evaluate(rows, &lacks, &within)?.definite)?;
        if !those.is_empty() {
            let enough = with_enough(rows.facts(), field, &those)?;
            found.push(NoRuleNote { field: field.name.clone(), count: those.len(), enough });
        }
    }
    Ok(found)
}

/// How many of some entities have as many acts as any rule of a field asks for.
fn with_enough(
    evaluator: &Evaluator<'_>,
    field: &FieldDefinition,
    those: &RoaringBitmap,
) -> Result<Option<EnoughActs>, ExecError> {
    let view = evaluator.view();
    let Some(key) = &field.threshold else { return Ok(None) };
    let rules = view.entities().iter().filter_map(|(_, entity)| Threshold::read(entity.fields.get(&**key)?).ok());
    let Some((least, by)) = rules.filter_map(|rule| Some((rule.count?, rule.by))).max() else { return Ok(None) };
    let actions: BTreeSet<String> =
        view.schema().action_word(&by).into_iter().flat_map(|word| word.actions.iter().cloned()).collect();
    let names = actions.iter().cloned().collect();
    let acts = Filter::Test(RecordTest::Keyword { field: "action".into(), test: Match::Any(names) });
    let documents = evaluator.evaluate(&acts, view.live())?.definite;
    let (subjects, objects) =
        (evaluator.end(Role::Subject).read(&documents)?, evaluator.end(Role::Object).read(&documents)?);
    let mut subjects_of: FxHashMap<u32, FxHashSet<u32>> = FxHashMap::default();
    for (subject, object) in subjects.into_iter().zip(objects).filter(|(_, object)| those.contains(*object)) {
        subjects_of.entry(object).or_default().insert(subject);
    }
    let count = subjects_of.values().filter(|subjects| subjects.len() >= least).count() as u64;
    let acts = called(view.schema(), &actions);
    Ok((count > 0).then_some(EnoughActs { count, least: least as u64, acts }))
}
