//! Rows for which no rule is known by which a date would follow.

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::exec::ExecError;
use crate::exec::filter::facts::Evaluator;
use crate::index::View;
use crate::model::vocabulary::Role;
use crate::model::{EffectRule, EffectRules, EntityNumber, FieldDefinition, effect_rules};

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
        let has_rule = |action: &&str| {
            rules.as_ref().is_some_and(|rules| EffectRule::for_action(rules, action, view.schema()).is_some())
        };
        if !view.schema().possible_actions(&action).iter().all(has_rule) {
            without.insert(document);
        }
    })?;
    Ok(without)
}
