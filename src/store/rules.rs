//! Whether the rules of an entity, from which dates follow, can be followed by
//! the vocabulary. What a rule is, and how it is read, is the model's affair.

use serde_json::Value;

use super::validate::{clip, kind, listed};
use crate::model::vocabulary::FieldType;
use crate::model::{NotBefore, Schema, Threshold, effect_rules, nearest};

/// Each rule must be well formed, for an action or umbrella by its own name.
pub(super) fn effects(value: &Value, schema: &Schema) -> Result<(), String> {
    for (action, rule) in effect_rules(value).map_err(|error| error.to_string())? {
        by_own_name(&action, schema)?;
        let Some(NotBefore::Field(field)) = rule.not_before else { continue };
        let dates = || {
            let declared = schema.vocabulary().fields.iter().filter(|(_, field)| field.kind == FieldType::Date);
            declared.map(|(name, _)| name.as_str()).chain(["from", "until"])
        };
        if !dates().any(|date| date == field) {
            let mend = match nearest(&field, dates()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("dates are {}", listed(&dates().collect::<Vec<_>>())),
            };
            let field = clip(&field);
            return Err(format!(
                "the rule for `{action}`: `not_before` is a day or a date of the entity, and `{field}` is neither; {mend}"
            ));
        }
    }
    Ok(())
}

/// What must have been done must be declared, and so must the kinds that count.
pub(super) fn threshold(value: &Value, schema: &Schema) -> Result<(), String> {
    let threshold = Threshold::read(value).map_err(|error| error.to_string())?;
    by_own_name(&threshold.by, schema)?;
    let does = |name: &str| schema.action_word(name).map(|word| word.actions.clone()).unwrap_or_default();
    if let Some(unless) = &threshold.unless {
        by_own_name(unless, schema)?;
        if let Some(both) = does(unless).iter().find(|action| does(&threshold.by).contains(action)) {
            return Err(format!("`{both}` cannot both count (`by`) and take it back (`unless`)"));
        }
    }
    for counted in threshold.kinds.iter().flatten() {
        kind(counted, schema).map_err(|refusal| refusal.to_string())?;
    }
    match threshold.then.not_before {
        Some(NotBefore::Field(field)) => Err(format!("`not_before` is a day here, and `{}` is none", clip(&field))),
        _ => Ok(()),
    }
}

/// An action or umbrella must be called by its own name, and not by a form of it.
fn by_own_name(action: &str, schema: &Schema) -> Result<(), String> {
    let declared = schema.vocabulary();
    let known = || declared.actions.keys().chain(declared.umbrellas.keys()).map(String::as_str);
    if known().any(|known| known == action) {
        return Ok(());
    }
    let mend = match schema.action_word(action) {
        Some(word) => format!("write `{}`", word.name),
        None => match nearest(action, known()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the vocabulary has {}", listed(&known().collect::<Vec<_>>())),
        },
    };
    Err(format!("`{}` is not an action; {mend}", clip(action)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::model::{Schema, Vocabulary};
    use crate::say::Refusal;
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
        let said_of = |key: &str, rules: serde_json::Value| {
            let json = json!({"entity": "sea", "kind": "pact", "name": "Sea", key: rules});
            match entity(&serde_json::from_value(json).unwrap(), &schema) {
                Ok(()) => String::new(),
                Err(Refusal::OfEntity { problem, .. }) => match *problem {
                    Refusal::InvalidRule { message, .. } => message,
                    other => panic!("{other:?}"),
                },
                Err(other) => panic!("{other:?}"),
            }
        };
        let said = |rules| said_of("effect", rules);
        let rule = json!({"after": "6 months", "cite": "Art. 1"});
        assert_eq!(said(json!({"joined": rule, "consented": rule})), "");
        assert_eq!(said(json!({ "consentd": rule })), "`consentd` is not an action; did you mean `consented`?");
        assert_eq!(said(json!({ "accession": rule })), "`accession` is not an action; write `joined`");
        assert_eq!(
            said(json!({ "joined": {"after": "6 months"} })),
            "the rule for `joined`: `cite` is missing: where the rule is written, such as \"Art. 17\""
        );
        let waits = |field: &str| json!({"joined": {"not_before": field, "cite": "Art. 1"}});
        assert_eq!(said(waits("opened")), "");
        assert_eq!(
            said(waits("openned")),
            "the rule for `joined`: `not_before` is a day or a date of the entity, \
             and `openned` is neither; did you mean `opened`?"
        );
        let said = |rule| said_of("opening", rule);
        let rule = |key: &str, value: serde_json::Value| {
            let mut rule = json!({"by": "consented", "count": 3, "unless": "left", "cite": "Art. 2"});
            rule[key] = value;
            rule
        };
        assert_eq!(said(rule("after", json!("6 months"))), "");
        for (key, value, problem) in [
            ("by", json!("accession"), "`accession` is not an action; write `joined`"),
            ("unless", json!("lef"), "`lef` is not an action; did you mean `left`?"),
            ("unless", json!("joined"), "`joined` cannot both count (`by`) and take it back (`unless`)"),
            ("kinds", json!(["membre"]), "the vocabulary does not mention the kind `membre`; did you mean `member`?"),
            ("not_before", json!("opened"), "`not_before` is a day here, and `opened` is none"),
            ("count", json!(-1), "`count` must be a whole number from 1 up, not `-1`"),
        ] {
            assert_eq!(said(rule(key, value)), problem);
        }
    }
}
