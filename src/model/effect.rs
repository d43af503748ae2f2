//! How the effect of an act follows from its date, as an entity declares it:
//! `"effect": {"admitted": {"after": "6 months", "snap": "month-start",
//! "not_before": "1999-03-01", "cite": "Art. 17"}}`. It knows one rule and one
//! date; which field it is for, the vocabulary says. A date of the entity that
//! enough acts make ([`Threshold`](super::Threshold)) ends in the same rule.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Date, Day, Extent, Schema, Window, nearest};

/// The rules of an entity: by action or umbrella.
pub type EffectRules = BTreeMap<String, EffectRule>;

/// How one date follows from another.
#[derive(Debug, Clone, PartialEq)]
pub struct EffectRule {
    /// How long after: `6 months`, `90 days`, `1 year`; at once if absent.
    pub after: Option<String>,
    /// To which day that is then moved.
    pub snap: Option<Snap>,
    /// Not before this day.
    pub not_before: Option<NotBefore>,
    /// Where it is written.
    pub cite: String,
}

/// Before which day nothing follows.
#[derive(Debug, Clone, PartialEq)]
pub enum NotBefore {
    /// A day that the rule names.
    Day(Date),
    /// A date of the entity itself, by its field: while that is not known,
    /// nothing is known to follow.
    Field(String),
}

/// To which day a computed one is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Snap {
    /// The first day of its month.
    MonthStart,
    /// The first day of the next month.
    NextMonthStart,
}

impl EffectRule {
    /// The date that follows from one: as imprecise as that is. `own` gives the
    /// dates of the entity that has the rule. None follows from a stretch, which
    /// is not one act on one day, and none from a rule whose length is none.
    #[must_use]
    pub fn apply(&self, date: &Date, own: impl FnOnce(&str) -> Option<Date>) -> Option<Date> {
        let Extent::Point(window) = date.extent() else {
            return None;
        };
        self.apply_to(window, own)
    }

    /// The same of one day within a window.
    #[must_use]
    pub fn apply_to(&self, window: Window, own: impl FnOnce(&str) -> Option<Date>) -> Option<Date> {
        let length = self.after.as_deref().map(Length::parse).transpose().ok()?;
        let not_before = match &self.not_before {
            None => Window::day(Day::PAST),
            Some(NotBefore::Day(date)) => date.days(),
            Some(NotBefore::Field(field)) => match own(field)?.extent() {
                Extent::Point(window) => window,
                Extent::Stretch { .. } => return None,
            },
        };
        let moved = |day: Day| {
            let day = length.map_or(day, |length| length.after(day));
            self.snap.map_or(day, |snap| snap.of(day))
        };
        Date::from_window(Window::new(
            moved(window.first).max(not_before.first),
            moved(window.last).max(not_before.last),
        ))
    }

    /// The rule for an action: its own, else that of an umbrella over it.
    #[must_use]
    pub fn of_action<'a>(rules: &'a EffectRules, action: &str, schema: &Schema) -> Option<&'a Self> {
        let covers = |umbrella: &str| {
            let umbrella = schema.vocabulary().umbrellas.get(umbrella);
            umbrella.is_some_and(|umbrella| umbrella.covers.iter().any(|covered| covered == action))
        };
        rules.get(action).or_else(|| rules.iter().find(|(name, _)| covers(name)).map(|(_, rule)| rule))
    }
}

impl Snap {
    fn of(self, day: Day) -> Day {
        let Some(date) = day.civil() else { return day };
        let start = Day::from_civil(date.first_of_month());
        match self {
            Self::MonthStart => start,
            Self::NextMonthStart => start.plus_months(1),
        }
    }
}

/// A length of calendar time.
#[derive(Clone, Copy)]
enum Length {
    Days(u32),
    Months(u32),
}

impl Length {
    fn parse(written: &str) -> Result<Self, String> {
        let wrong =
            |why: &str| format!("`{written}` is not a length of time{why}: write it as `6 months` or `90 days`");
        let mut words = written.split_whitespace();
        let (Some(count), Some(unit), None) = (words.next(), words.next(), words.next()) else {
            return Err(wrong(""));
        };
        if count.strip_prefix('-').is_some_and(|count| count.parse::<u32>().is_ok()) {
            return Err(wrong(", which cannot be negative"));
        }
        let count: u32 = count.parse().map_err(|_| wrong(""))?;
        let times = |factor: u32| count.checked_mul(factor).ok_or_else(|| wrong(" that the calendar has"));
        match unit {
            "day" | "days" => Ok(Self::Days(count)),
            "week" | "weeks" => Ok(Self::Days(times(7)?)),
            "month" | "months" => Ok(Self::Months(count)),
            "year" | "years" => Ok(Self::Months(times(12)?)),
            _ => Err(wrong("")),
        }
    }

    fn after(self, day: Day) -> Day {
        match self {
            Self::Days(count) => day.plus_days(count.into()),
            Self::Months(count) => day.plus_months(count.into()),
        }
    }
}

/// Reads the rules of an entity.
///
/// # Errors
///
/// What is wrong with them, in one sentence.
pub fn effect_rules(value: &Value) -> Result<EffectRules, String> {
    let Value::Object(rules) = value else {
        return Err(format!("rules are given by action, as in `{{\"ACTION\": {EXAMPLE}}}`, not as `{value}`"));
    };
    let read = |(action, rule): (&String, &Value)| {
        let rule = effect_rule(rule).map_err(|reason| format!("the rule for `{action}`: {reason}"))?;
        Ok((action.clone(), rule))
    };
    rules.iter().map(read).collect()
}

/// A rule as messages show it.
const EXAMPLE: &str = r#"{"after": "6 months", "cite": "Art. 17"}"#;

/// The keys of a rule.
const KEYS: [&str; 4] = ["after", "snap", "not_before", "cite"];

fn effect_rule(value: &Value) -> Result<EffectRule, String> {
    let Value::Object(rule) = value else {
        return Err(format!("write it as `{EXAMPLE}`, not as `{value}`"));
    };
    known_keys(rule, &KEYS)?;
    what_follows(rule)
}

/// Refuses a key that means nothing.
pub(super) fn known_keys(rule: &Map<String, Value>, known: &[&str]) -> Result<(), String> {
    let Some(key) = rule.keys().find(|key| !known.contains(&key.as_str())) else { return Ok(()) };
    let all: Vec<String> = known.iter().map(|key| format!("`{key}`")).collect();
    let (last, others) = all.split_last().map_or(("", &[][..]), |(last, others)| (last, others));
    let mend = nearest(key, known.iter().copied()).map_or_else(
        || format!("a rule has {} and {last}", others.join(", ")),
        |near| format!("did you mean `{near}`?"),
    );
    Err(format!("`{key}` means nothing here; {mend}"))
}

/// The part of a rule that says what follows from a day.
pub(super) fn what_follows(rule: &Map<String, Value>) -> Result<EffectRule, String> {
    let after = text(rule, "after")?;
    after.as_deref().map(Length::parse).transpose().map_err(|reason| format!("`after`: {reason}"))?;
    let snap = match text(rule, "snap")?.as_deref() {
        None => None,
        Some("month-start") => Some(Snap::MonthStart),
        Some("next-month-start") => Some(Snap::NextMonthStart),
        Some(other) => return Err(format!("`snap` is `month-start` or `next-month-start`, not `{other}`")),
    };
    let not_before = text(rule, "not_before")?.map(|written| not_before(&written)).transpose();
    let not_before = not_before.map_err(|reason| format!("`not_before`: {reason}"))?;
    let cite = text(rule, "cite")?.filter(|cite| !cite.trim().is_empty());
    let cite = cite.ok_or("it lacks `cite`, where it is written, such as \"Art. 17\"")?;
    Ok(EffectRule { after, snap, not_before, cite })
}

fn not_before(written: &str) -> Result<NotBefore, String> {
    match Date::parse(written) {
        Ok(stretch) if matches!(stretch.extent(), Extent::Stretch { .. }) => {
            Err(format!("it is one day, and `{written}` is a stretch of days"))
        }
        Ok(date) => Ok(NotBefore::Day(date)),
        // A name; whether a date is called so, the vocabulary says.
        Err(_) if written.starts_with(char::is_alphabetic) => Ok(NotBefore::Field(written.to_owned())),
        Err(error) => Err(error.to_string()),
    }
}

pub(super) fn text(rule: &Map<String, Value>, key: &str) -> Result<Option<String>, String> {
    match rule.get(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(format!("`{key}` is a text, not `{other}`")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rule(value: &Value) -> EffectRule {
        effect_rule(value).unwrap()
    }

    #[test]
    fn the_effect_follows_the_act_and_is_as_imprecise_as_it() {
        let apply = |rule: &EffectRule, date: &str| {
            rule.apply(&Date::parse(date).unwrap(), |_| None).map_or("none".to_owned(), |date| date.to_string())
        };
        let months =
            rule(&json!({"after": "6 months", "snap": "month-start", "not_before": "1999-03-01", "cite": "Art. 17"}));
        assert_eq!(apply(&months, "2005-06-17"), "2005-12-01");
        assert_eq!(apply(&months, "1997-12-03"), "1999-03-01");
        assert_eq!(apply(&months, "2005-06"), "2005-12-01");
        assert_eq!(apply(&months, "2005"), "[2005-07-01..2006-06-01]");
        assert_eq!(apply(&months, "[2005-06-17..]"), "[2005-12-01..]");
        assert_eq!(apply(&months, "[..2005-06-17]"), "[1999-03-01..2005-12-01]");
        assert_eq!(apply(&months, "2005/2006"), "none");
        let at_once = rule(&json!({"cite": "Art. 1"}));
        for same in ["2005", "2005-06", "2005-06-17", "192X", "19XX", "[2005-06..]", "[..2005-06]"] {
            let date = Date::parse(same).unwrap();
            let computed = at_once.apply(&date, |_| None).unwrap();
            assert_eq!(computed.extent(), date.extent(), "{same}");
        }
        assert_eq!(apply(&at_once, "2005~"), "2005");
        assert_eq!(apply(&at_once, "2005-21"), "[2005-03-01..2005-05-31]");
        assert_eq!(apply(&rule(&json!({"after": "1 year", "cite": "Art. 1"})), "2004"), "2005");
        assert_eq!(apply(&rule(&json!({"after": "1 month", "cite": "Art. 1"})), "2025-01-31"), "2025-02-28");
        assert_eq!(apply(&rule(&json!({"after": "2 weeks", "cite": "Art. 1"})), "2025-01-31"), "2025-02-14");
        assert_eq!(apply(&rule(&json!({"snap": "next-month-start", "cite": "Art. 1"})), "2025-01-01"), "2025-02-01");
    }

    #[test]
    fn what_is_not_before_a_date_of_the_entity_waits_for_it_and_is_not_known_without_it() {
        let rule = rule(&json!({"after": "1 month", "not_before": "opened", "cite": "Art. 3"}));
        let apply = |date: &str, opened: Option<&str>| {
            let opened = opened.map(|opened| Date::parse(opened).unwrap());
            let date = rule.apply(&Date::parse(date).unwrap(), |field| opened.filter(|_| field == "opened"));
            date.map_or("none".to_owned(), |date| date.to_string())
        };
        assert_eq!(apply("2000-01-10", Some("2001-05-01")), "2001-05-01");
        assert_eq!(apply("2002-01-10", Some("2001-05-01")), "2002-02-10");
        assert_eq!(apply("2001-01-10", Some("2001")), "[2001-02-10..2001-12-31]");
        assert_eq!(apply("2002-01-10", None), "none");
        assert_eq!(apply("2002-01-10", Some("2001/..")), "none");
    }

    #[test]
    fn what_is_wrong_with_a_rule_is_said_with_the_mend() {
        let wrong = |value: Value| effect_rules(&json!({ "signed": value })).unwrap_err();
        let starts = |value: Value, start: &str| {
            let message = wrong(value);
            assert!(message.starts_with(&format!("the rule for `signed`: {start}")), "{message}");
        };
        starts(
            json!({"after": "soon", "cite": "1"}),
            "`after`: `soon` is not a length of time: write it as `6 months`",
        );
        starts(
            json!({"after": "-6 months", "cite": "1"}),
            "`after`: `-6 months` is not a length of time, which cannot",
        );
        starts(json!({"after": "400000000 years", "cite": "1"}), "`after`: `400000000 years` is not a length");
        starts(json!({"after": 6, "cite": "1"}), "`after` is a text, not `6`");
        starts(json!({"afer": "6 months", "cite": "1"}), "`afer` means nothing here; did you mean `after`?");
        starts(json!({"snap": "week", "cite": "1"}), "`snap` is `month-start` or `next-month-start`, not `week`");
        starts(
            json!({"not_before": "1999-13", "cite": "1"}),
            "`not_before`: `1999-13` is not a date: there is no month",
        );
        starts(json!({"not_before": "1999/..", "cite": "1"}), "`not_before`: it is one day");
        starts(json!({"after": "6 months"}), "it lacks `cite`");
        starts(json!("6 months"), "write it as");
        assert!(effect_rules(&json!("6 months")).unwrap_err().starts_with("rules are given by action"));
    }
}
