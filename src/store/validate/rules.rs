//! Whether the rules of an entity, from which dates follow, can be followed by
//! the vocabulary. What a rule is, and how it is read, is the model's affair.

use serde_json::Value;

use super::name_rules::kind;
use crate::error::RefusalReason;
use crate::model::vocabulary::FieldType;
use crate::model::{NotBefore, Schema, Threshold, effect_rules, nearest};

/// Each rule must be well formed, for an action or umbrella by its own name.
pub(super) fn effects(value: &Value, schema: &Schema) -> Result<(), RefusalReason> {
    for (action, rule) in effect_rules(value).map_err(RefusalReason::Rule)? {
        by_own_name(&action, schema)?;
        let Some(NotBefore::Field(field)) = rule.not_before else { continue };
        let dates = || {
            let declared = schema.vocabulary().fields.iter().filter(|(_, field)| field.kind == FieldType::Date);
            declared.map(|(name, _)| name.as_str()).chain(["from", "until"])
        };
        if !dates().any(|date| date == field) {
            let suggestion = nearest(&field, dates()).map(str::to_owned);
            let known = dates().map(str::to_owned).collect();
            return Err(RefusalReason::UnknownRuleDate { action, written: field, suggestion, known });
        }
    }
    Ok(())
}

/// What must have been done must be declared, and so must the kinds that count.
pub(super) fn threshold(value: &Value, schema: &Schema) -> Result<(), RefusalReason> {
    let threshold = Threshold::read(value).map_err(RefusalReason::Rule)?;
    by_own_name(&threshold.by, schema)?;
    let does = |name: &str| schema.action_word(name).map(|word| word.actions.clone()).unwrap_or_default();
    if let Some(unless) = &threshold.unless {
        by_own_name(unless, schema)?;
        if let Some(both) = does(unless).iter().find(|action| does(&threshold.by).contains(action)) {
            return Err(RefusalReason::CountsAndCancels { action: both.clone() });
        }
    }
    for counted in threshold.kinds.iter().flatten() {
        kind(counted, schema)?;
    }
    match threshold.then.not_before {
        Some(NotBefore::Field(written)) => Err(RefusalReason::RuleDateNotADay { written }),
        _ => Ok(()),
    }
}

/// An action or umbrella must be called by its own name, and not by a form of it.
fn by_own_name(action: &str, schema: &Schema) -> Result<(), RefusalReason> {
    let declared = schema.vocabulary();
    let known = || declared.actions.keys().chain(declared.umbrellas.keys()).map(String::as_str);
    if known().any(|known| known == action) {
        return Ok(());
    }
    let written = action.to_owned();
    if let Some(word) = schema.action_word(action) {
        return Err(RefusalReason::NotAnAction { written, actions: vec![word.name.clone()] });
    }
    let suggestion = nearest(action, known()).map(str::to_owned);
    Err(RefusalReason::UnknownAction { written, suggestion, known: known().map(str::to_owned).collect() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::error::RefusalReason;
    use crate::model::{Schema, Vocabulary};
    use crate::store::validate::entity;

    #[test]
    fn rules_of_an_entity_must_be_well_formed_and_for_what_is_declared() {
        let vocabulary = r#"
            [world]
            name = "test"
            [fields]
            effective = { type = "date", rule = "effect" }
            opened = { type = "date", threshold = "opening" }
            [actions]
            joined = { label = "accession", forms = ["accession"] }
            left = { label = "departure" }
            [nouns]
            members = { singular = "member", kinds = ["member"], role = "subject" }
            pacts = { singular = "pact", kinds = ["pact"], role = "object" }
            [umbrellas]
            consented = { covers = ["joined"] }
        "#;
        let schema = Schema::new(Vocabulary::from_toml(vocabulary).unwrap(), &[]).unwrap();
        let reason = |key: &str, rules: serde_json::Value| {
            let json = json!({"entity": "sea", "kind": "pact", "name": "Sea", key: rules});
            let refused = entity(&serde_json::from_value(json).unwrap(), &schema).err()?;
            Some(refused.innermost().clone())
        };
        let effect = |rules| reason("effect", rules);
        let rule = json!({"after": "6 months", "cite": "Art. 1"});
        let unknown = |written: &str, suggestion: &str| RefusalReason::UnknownAction {
            written: written.to_owned(),
            suggestion: Some(suggestion.to_owned()),
            known: ["joined", "left", "consented"].map(str::to_owned).to_vec(),
        };
        let form = |written: &str, action: &str| RefusalReason::NotAnAction {
            written: written.to_owned(),
            actions: vec![action.to_owned()],
        };
        assert_eq!(effect(json!({"joined": rule, "consented": rule})), None);
        assert_eq!(effect(json!({ "consentd": rule })), Some(unknown("consentd", "consented")));
        assert_eq!(effect(json!({ "accession": rule })), Some(form("accession", "joined")));
        let without_cite = effect(json!({ "joined": {"after": "6 months"} }));
        assert!(matches!(without_cite, Some(RefusalReason::Rule(_))), "{without_cite:?}");
        let waits = |field: &str| json!({"joined": {"not_before": field, "cite": "Art. 1"}});
        assert_eq!(effect(waits("opened")), None);
        let Some(RefusalReason::UnknownRuleDate { action, written, suggestion, .. }) = effect(waits("openned")) else {
            panic!("there is no such date")
        };
        assert_eq!((&*action, &*written, suggestion.as_deref()), ("joined", "openned", Some("opened")));
        let threshold = |key: &str, value: serde_json::Value| {
            let mut rule = json!({"by": "consented", "count": 3, "unless": "left", "cite": "Art. 2"});
            rule[key] = value;
            reason("opening", rule)
        };
        assert_eq!(threshold("after", json!("6 months")), None);
        assert_eq!(threshold("by", json!("accession")), Some(form("accession", "joined")));
        assert_eq!(threshold("unless", json!("lef")), Some(unknown("lef", "left")));
        let both = RefusalReason::CountsAndCancels { action: "joined".to_owned() };
        assert_eq!(threshold("unless", json!("joined")), Some(both));
        let kind = threshold("kinds", json!(["membre"]));
        assert!(matches!(kind, Some(RefusalReason::UnknownEntityKind { .. })), "{kind:?}");
        let day = RefusalReason::RuleDateNotADay { written: "opened".to_owned() };
        assert_eq!(threshold("not_before", json!("opened")), Some(day));
        assert!(matches!(threshold("count", json!(-1)), Some(RefusalReason::Rule(_))));
    }
}
