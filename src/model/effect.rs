//! How the effect of an act follows from its date, as an entity declares it:
//! `"effect": {"consented": {"after": "6 months", "snap": "month-start",
//! "not_before": "1999-03-01", "cite": "Art. 17"}}`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Date;

/// The rules of an entity: by action or umbrella.
pub type EffectRules = BTreeMap<String, EffectRule>;

/// How one date follows from another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EffectRule {
    /// How long after: `6 months`, `90 days`, `1 year`; at once if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// To which day that is then moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snap: Option<Snap>,
    /// Not before this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Date>,
    /// Where it is written.
    pub cite: String,
}

/// To which day a computed one is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Snap {
    /// The first day of its month.
    MonthStart,
    /// The first day of the next month.
    NextMonthStart,
}

impl EffectRule {
    /// The date that follows from one: as imprecise as that is.
    #[must_use]
    pub fn apply(&self, date: &Date) -> Option<Date> {
        todo!("{date:?}")
    }
}

/// Reads the rules of an entity.
///
/// # Errors
///
/// What is wrong with them, in one sentence.
pub fn effect_rules(value: &Value) -> Result<EffectRules, String> {
    todo!("{value}")
}
