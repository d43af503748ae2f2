//! Whether the rules of an entity, from which dates follow, can be followed by
//! the vocabulary. What a rule is, and how it is read, is the model's affair.

use serde_json::Value;

use super::{act_by_own_name, kind};
use crate::model::vocabulary::FieldType;
use crate::model::{NotBefore, Schema, Threshold, effect_rules, nearest};
use crate::say::RuleRefusal;

/// Each rule must be well formed, for an action or umbrella by its own name.
pub(super) fn effects(value: &Value, schema: &Schema) -> Result<(), RuleRefusal> {
    for (action, rule) in effect_rules(value).map_err(RuleRefusal::Malformed)? {
        act_by_own_name(&action, schema).map_err(RuleRefusal::UnknownWord)?;
        let Some(NotBefore::Field(date)) = rule.not_before else { continue };
        let declared = schema.vocabulary().fields.iter().filter(|(_, field)| field.kind == FieldType::Date);
        let dates: Vec<&str> = declared.map(|(name, _)| name.as_str()).chain(["from", "until"]).collect();
        if !dates.contains(&date.as_str()) {
            return Err(RuleRefusal::UnknownDate {
                action,
                similar: nearest(&date, dates.iter().copied()).map(str::to_owned),
                date,
                known: dates.into_iter().map(str::to_owned).collect(),
            });
        }
    }
    Ok(())
}

/// What must have been done must be declared, and so must the kinds that count.
pub(super) fn threshold(value: &Value, schema: &Schema) -> Result<(), RuleRefusal> {
    let threshold = Threshold::read(value).map_err(RuleRefusal::Malformed)?;
    act_by_own_name(&threshold.by, schema).map_err(RuleRefusal::UnknownWord)?;
    let does = |name: &str| schema.action_word(name).map(|word| word.actions.clone()).unwrap_or_default();
    if let Some(unless) = &threshold.unless {
        act_by_own_name(unless, schema).map_err(RuleRefusal::UnknownWord)?;
        if let Some(both) = does(unless).into_iter().find(|action| does(&threshold.by).contains(action)) {
            return Err(RuleRefusal::CountsAndTakesBack { action: both });
        }
    }
    for counted in threshold.kinds.iter().flatten() {
        kind(counted, schema).map_err(RuleRefusal::UnknownWord)?;
    }
    match threshold.then.not_before {
        Some(NotBefore::Field(text)) => Err(RuleRefusal::NotADay { text }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::model::{RuleError, Schema, Vocabulary};
    use crate::say::{Refusal, RuleRefusal};
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
        let refusal_of = |key: &str, rules: serde_json::Value| {
            let json = json!({"entity": "sea", "kind": "pact", "name": "Sea", key: rules});
            match entity(&serde_json::from_value(json).unwrap(), &schema) {
                Ok(()) => None,
                Err(Refusal::OfEntity { problem, .. }) => match *problem {
                    Refusal::InvalidRule { problem, .. } => Some(*problem),
                    other => panic!("{other:?}"),
                },
                Err(other) => panic!("{other:?}"),
            }
        };
        let refusal = |rules| refusal_of("effect", rules);
        let rule = json!({"after": "6 months", "cite": "Art. 1"});
        assert_eq!(refusal(json!({"joined": rule, "consented": rule})), None);
        let unknown = |refusal: Option<RuleRefusal>| match refusal {
            Some(RuleRefusal::UnknownWord(Refusal::UnknownAction { meaning, similar, .. })) => (meaning, similar),
            other => panic!("{other:?}"),
        };
        let some = |word: &str| Some(word.to_owned());
        assert_eq!(unknown(refusal(json!({ "consentd": rule }))), (None, some("consented")));
        assert_eq!(unknown(refusal(json!({ "accession": rule }))).0, some("joined"));
        let lacks_cite = refusal(json!({ "joined": {"after": "6 months"} }));
        assert!(matches!(lacks_cite, Some(RuleRefusal::Malformed(RuleError::ForAction { .. }))), "{lacks_cite:?}");
        let waits = |field: &str| json!({"joined": {"not_before": field, "cite": "Art. 1"}});
        assert_eq!(refusal(waits("opened")), None);
        let unknown_date = refusal(waits("openned"));
        assert!(
            matches!(&unknown_date, Some(RuleRefusal::UnknownDate { similar: Some(near), .. }) if near == "opened"),
            "{unknown_date:?}"
        );
        let changed = |key: &str, value: serde_json::Value| {
            let mut rule = json!({"by": "consented", "count": 3, "unless": "left", "cite": "Art. 2"});
            rule[key] = value;
            refusal_of("opening", rule)
        };
        assert_eq!(changed("after", json!("6 months")), None);
        assert_eq!(unknown(changed("by", json!("accession"))).0, some("joined"));
        assert_eq!(unknown(changed("unless", json!("lef"))), (None, some("left")));
        let both = RuleRefusal::CountsAndTakesBack { action: "joined".to_owned() };
        assert_eq!(changed("unless", json!("joined")), Some(both));
        let kind = changed("kinds", json!(["membre"]));
        assert!(
            matches!(&kind, Some(RuleRefusal::UnknownWord(Refusal::UnknownKind { similar: Some(near), .. })) if near == "member"),
            "{kind:?}"
        );
        let not_a_day = RuleRefusal::NotADay { text: "opened".to_owned() };
        assert_eq!(changed("not_before", json!("opened")), Some(not_a_day));
        assert!(matches!(changed("count", json!(-1)), Some(RuleRefusal::Malformed(RuleError::InvalidCount { .. }))));
    }
}
