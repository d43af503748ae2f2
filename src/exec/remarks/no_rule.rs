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
use crate::index::View;
use crate::model::vocabulary::Role;
use crate::model::{Basis, EffectRule, EffectRules, EntityNumber, FieldDefinition, Threshold, effect_rules, fold};
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

/// Of some entities those without a threshold for a field.
pub(crate) fn without_threshold(view: &dyn View, field: &FieldDefinition, those: &RoaringBitmap) -> RoaringBitmap {
    let Some(key) = &field.threshold else { return RoaringBitmap::new() };
    those.iter().filter(|number| !view.entities().get(EntityNumber(*number)).fields.contains_key(&**key)).collect()
}

/// Of some facts those of which the object has no rule for the action.
pub(crate) fn without_effect(
    evaluator: &Evaluator<'_>,
    field: &FieldDefinition,
    those: &RoaringBitmap,
) -> Result<RoaringBitmap, ExecError> {
    let view = evaluator.view();
    let (Some(key), Some(actions)) = (&field.rule, view.field("action")) else { return Ok(RoaringBitmap::new()) };
    let objects = evaluator.end(Role::Object).read(those)?;
    let mut rules: FxHashMap<u32, Option<EffectRules>> = FxHashMap::default();
    let mut without = RoaringBitmap::new();
    let mut objects = objects.into_iter();
    actions.each(those, &mut |document, ordinals| {
        let Some(object) = objects.next() else { return };
        let rules = rules.entry(object).or_insert_with(|| {
            let entity = view.entities().get(evaluator.end(Role::Object).entity(object)?);
            effect_rules(entity.fields.get(&**key)?).ok()
        });
        let action = ordinals.first().map(|ordinal| actions.value(*ordinal).to_string()).unwrap_or_default();
        let rule = rules.as_ref().and_then(|rules| EffectRule::for_action(rules, &action, view.schema()));
        if rule.is_none() {
            without.insert(document);
        }
    })?;
    Ok(without)
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
    let names = actions.iter().map(|action| fold(action).into_owned()).collect();
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
