//! Rules by which a date is computed from the date of an act. An entity declares
//! them, as in `"effect": {"admitted": {"after": "6 months", "snap":
//! "month-start", "not_before": "1999-03-01", "cite": "Art. 17"}}`, and the
//! vocabulary names the field that a rule computes. The rule of a
//! [`Threshold`](super::Threshold) ends in the same keys.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::vocabulary::SubjectDate;
use super::{Date, Day, Extent, RuleError, Schema, Window, nearest};

/// The rules of an entity, by action or umbrella.
pub type EffectRules = BTreeMap<String, EffectRule>;

/// How one date is computed from another.
#[derive(Debug, Clone, PartialEq)]
pub struct EffectRule {
    /// The time between both: `6 months`, `90 days`, `1 year`; none if absent.
    pub after: Option<String>,
    /// The day to which the result is then moved.
    pub snap: Option<Snap>,
    /// The earliest day that the result may be.
    pub not_before: Option<NotBefore>,
    /// Whether what was done before that day takes effect on it, however soon
    /// after the act it is.
    pub earlier_at_once: bool,
    /// The place where the rule is written, such as `Art. 17`.
    pub cite: String,
}

/// The earliest day that a computed date may be.
#[derive(Debug, Clone, PartialEq)]
pub enum NotBefore {
    /// A date that the rule gives.
    Day(Date),
    /// A date field of the entity itself. As long as it has no value, nothing can
    /// be computed.
    Field(String),
}

/// The day of a month to which a computed day is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Snap {
    /// The first day of its month.
    MonthStart,
    /// The first day of the next month.
    NextMonthStart,
}

impl EffectRule {
    /// Computes the date that follows from another, and is as imprecise as it.
    /// `own` gives the dates of the entity that declares the rule. `None` if the
    /// date is a stretch, if `not_before` names a field without a value, or if the
    /// length of time is invalid.
    #[must_use]
    pub fn apply(&self, date: &Date, own: impl FnOnce(&str) -> Option<Date>) -> Option<Date> {
        let Extent::Point(window) = date.extent() else {
            return None;
        };
        self.apply_to(window, own)
    }

    /// The same for one unknown day within a window.
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
            self.snap.map_or(day, |snap| snap.apply_to(day))
        };
        if !self.earlier_at_once {
            return Date::from_window(Window::new(
                moved(window.first).max(not_before.first),
                moved(window.last).max(not_before.last),
            ));
        }
        // The day that is waited for may lie before the act or after it.
        let Window { first, last } = window;
        let earliest = if first < not_before.first {
            not_before.first
        } else if first < not_before.last {
            moved(first).min(first.plus_days(1))
        } else {
            moved(first)
        };
        let latest = if last < not_before.first { not_before.last } else { moved(last).max(not_before.last) };
        Date::from_window(Window::new(earliest.max(not_before.first), latest))
    }

    /// The rule for an action: its own, else that of an umbrella that covers it.
    #[must_use]
    pub fn for_action<'a>(rules: &'a EffectRules, action: &str, schema: &Schema) -> Option<&'a Self> {
        let covers = |umbrella: &str| {
            let umbrella = schema.vocabulary().umbrellas.get(umbrella);
            umbrella.is_some_and(|umbrella| umbrella.covers.iter().any(|covered| covered == action))
        };
        rules.get(action).or_else(|| rules.iter().find(|(name, _)| covers(name)).map(|(_, rule)| rule))
    }
}

impl Snap {
    fn apply_to(self, day: Day) -> Day {
        let Some(civil) = day.civil() else { return day };
        let start = civil.month_window().first;
        match self {
            Self::MonthStart => start,
            Self::NextMonthStart => start.plus_months(1),
        }
    }
}

impl SubjectDate {
    /// The date of an act, given its own and those of its subject and of its object.
    /// Without one of the subject it is some day up to that of the act. `None` if the one
    /// of the object is needed and missing, or if one is a stretch.
    #[must_use]
    pub(crate) fn date(&self, act: &Date, subject: Option<&Date>, object: Option<Date>) -> Option<Date> {
        let not_before = self.not_before.clone().map(NotBefore::Field);
        let rule = EffectRule { after: None, snap: None, not_before, earlier_at_once: false, cite: String::new() };
        match subject {
            Some(subject) => rule.apply(subject, |_| object),
            None => rule.apply_to(Window::until(act.latest()), |_| object),
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
    fn parse(written: &str) -> Result<Self, RuleError> {
        let invalid = || RuleError::InvalidLength { written: written.to_owned() };
        let mut words = written.split_whitespace();
        let (Some(count), Some(unit), None) = (words.next(), words.next(), words.next()) else {
            return Err(invalid());
        };
        if count.strip_prefix('-').is_some_and(|count| count.parse::<u32>().is_ok()) {
            return Err(RuleError::NegativeLength { written: written.to_owned() });
        }
        let count: u32 = count.parse().map_err(|_| invalid())?;
        let too_long = || RuleError::LengthTooLong { written: written.to_owned() };
        let times = |factor: u32| count.checked_mul(factor).ok_or_else(too_long);
        match unit {
            "day" | "days" => Ok(Self::Days(count)),
            "week" | "weeks" => Ok(Self::Days(times(7)?)),
            "month" | "months" => Ok(Self::Months(count)),
            "year" | "years" => Ok(Self::Months(times(12)?)),
            _ => Err(invalid()),
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
/// If they are not an object with a well-formed rule for each action.
pub fn effect_rules(value: &Value) -> Result<EffectRules, RuleError> {
    let Value::Object(rules) = value else {
        return Err(RuleError::NotByAction { found: value.clone(), example: EXAMPLE });
    };
    let read = |(action, rule): (&String, &Value)| match effect_rule(rule) {
        Ok(rule) => Ok((action.clone(), rule)),
        Err(problem) => Err(RuleError::ForAction { action: action.clone(), problem: Box::new(problem) }),
    };
    rules.iter().map(read).collect()
}

/// A rule as it is shown in messages.
const EXAMPLE: &str = r#"{"after": "6 months", "cite": "Art. 17"}"#;

/// The keys of a rule.
const KEYS: &[&str] = &["after", "snap", "not_before", "earlier", "cite"];

fn effect_rule(value: &Value) -> Result<EffectRule, RuleError> {
    let Value::Object(rule) = value else {
        return Err(RuleError::NotAnObject { found: value.clone(), example: EXAMPLE });
    };
    refuse_unknown_keys(rule, KEYS)?;
    let read = read_consequence(rule)?;
    let earlier_at_once = match text_of(rule, "earlier")? {
        None => false,
        Some(earlier) if earlier == "at-once" => true,
        Some(written) => return Err(RuleError::UnknownEarlier { written }),
    };
    if earlier_at_once && read.not_before.is_none() {
        let meaning = "the day on which earlier acts take effect";
        return Err(RuleError::MissingKey { key: "not_before", meaning });
    }
    Ok(EffectRule { earlier_at_once, ..read })
}

pub(super) fn refuse_unknown_keys(rule: &Map<String, Value>, known: &'static [&'static str]) -> Result<(), RuleError> {
    match rule.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => {
            Err(RuleError::UnknownKey { key: key.clone(), nearest: nearest(key, known.iter().copied()), known })
        }
    }
}

/// Reads the part of a rule that says which date follows from a day.
pub(super) fn read_consequence(rule: &Map<String, Value>) -> Result<EffectRule, RuleError> {
    let after = text_of(rule, "after")?;
    after.as_deref().map(Length::parse).transpose().map_err(RuleError::in_key("after"))?;
    let snap = match text_of(rule, "snap")? {
        None => None,
        Some(snap) if snap == "month-start" => Some(Snap::MonthStart),
        Some(snap) if snap == "next-month-start" => Some(Snap::NextMonthStart),
        Some(written) => return Err(RuleError::UnknownSnap { written }),
    };
    let not_before = text_of(rule, "not_before")?.map(|written| NotBefore::parse(&written)).transpose();
    let not_before = not_before.map_err(RuleError::in_key("not_before"))?;
    let cite = text_of(rule, "cite")?.filter(|cite| !cite.trim().is_empty());
    let meaning = "where the rule is written, such as \"Art. 17\"";
    let cite = cite.ok_or(RuleError::MissingKey { key: "cite", meaning })?;
    Ok(EffectRule { after, snap, not_before, earlier_at_once: false, cite })
}

impl NotBefore {
    fn parse(written: &str) -> Result<Self, RuleError> {
        match Date::parse(written) {
            Ok(stretch) if matches!(stretch.extent(), Extent::Stretch { .. }) => {
                Err(RuleError::NotBeforeStretch { written: written.to_owned() })
            }
            Ok(date) => Ok(Self::Day(date)),
            // A name; only the vocabulary can tell whether it is that of a date.
            Err(_) if written.starts_with(char::is_alphabetic) => Ok(Self::Field(written.to_owned())),
            Err(error) => Err(error.into()),
        }
    }
}

/// The text under a key, if the rule has the key.
pub(super) fn text_of(rule: &Map<String, Value>, key: &'static str) -> Result<Option<String>, RuleError> {
    match rule.get(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(found) => Err(RuleError::NotText { key, found: found.clone() }),
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
        assert_eq!(apply(&at_once, "2005-21"), "[2005-03-01..2005-11-30]");
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
    fn what_was_done_before_the_day_that_is_waited_for_may_take_effect_on_it() {
        let rule = rule(&json!({"after": "30 days", "not_before": "opened", "earlier": "at-once", "cite": "Art. 3"}));
        let apply = |date: &str, opened: &str| {
            let opened = Date::parse(opened).unwrap();
            let date = rule.apply(&Date::parse(date).unwrap(), |_| Some(opened));
            date.map_or("none".to_owned(), |date| date.to_string())
        };
        assert_eq!(apply("1997-04-28", "1997-04-29"), "1997-04-29");
        assert_eq!(apply("1997-04-29", "1997-04-29"), "1997-05-29");
        assert_eq!(apply("1993-01-13", "1997-04-29"), "1997-04-29");
        assert_eq!(apply("1997-04", "1997-04-29"), "[1997-04-29..1997-05-30]");
        assert_eq!(apply("1997-04-10", "1997-04"), "[1997-04-11..1997-05-10]");
    }

    #[test]
    fn the_bounds_are_those_of_every_day_of_the_act_with_every_day_that_is_waited_for() {
        let rules = [
            json!({"after": "30 days", "not_before": "opened", "earlier": "at-once", "cite": "Art. 3"}),
            json!({"snap": "month-start", "not_before": "opened", "earlier": "at-once", "cite": "Art. 4"}),
            json!({"after": "20 days", "snap": "next-month-start", "not_before": "opened", "cite": "Art. 5"}),
        ];
        let day = |number: u8| format!("1997-04-{number:02}");
        let spans = [((5, 9), (1, 4)), ((5, 9), (3, 7)), ((5, 9), (6, 8)), ((5, 9), (8, 20)), ((5, 9), (12, 14))];
        for (written, (act, opened)) in rules.iter().flat_map(|rule| spans.map(|span| (rule, span))) {
            let rule = rule(written);
            let apply = |date: &str, opened: &str| {
                let opened = Date::parse(opened).unwrap();
                rule.apply(&Date::parse(date).unwrap(), |_| Some(opened)).unwrap()
            };
            let within = |(from, to): (u8, u8)| format!("[{}..{}]", day(from), day(to));
            let whole = apply(&within(act), &within(opened));
            let each = (act.0..=act.1).flat_map(|act| (opened.0..=opened.1).map(move |opened| (act, opened)));
            let days: Vec<Day> = each.map(|(act, opened)| apply(&day(act), &day(opened)).earliest()).collect();
            assert_eq!(days.iter().min(), Some(&whole.earliest()), "{written} {act:?} {opened:?}");
            assert_eq!(days.iter().max(), Some(&whole.latest()), "{written} {act:?} {opened:?}");
        }
    }

    #[test]
    fn a_rule_that_cannot_be_followed_is_refused_with_the_reason() {
        let problem = |value: Value| match effect_rules(&json!({ "signed": value })) {
            Err(RuleError::ForAction { action, problem }) if action == "signed" => *problem,
            other => panic!("{other:?}"),
        };
        let in_key = |value: Value, key: &str| match problem(value) {
            RuleError::InKey { key: found, problem } if found == key => *problem,
            other => panic!("{other:?}"),
        };
        let length = |written: &str| in_key(json!({"after": written, "cite": "1"}), "after");
        assert_eq!(length("soon"), RuleError::InvalidLength { written: "soon".to_owned() });
        assert_eq!(length("-6 months"), RuleError::NegativeLength { written: "-6 months".to_owned() });
        assert!(matches!(length("400000000 years"), RuleError::LengthTooLong { .. }));
        assert_eq!(problem(json!({"after": 6, "cite": "1"})), RuleError::NotText { key: "after", found: json!(6) });
        let misspelt = problem(json!({"afer": "6 months", "cite": "1"}));
        assert!(matches!(misspelt, RuleError::UnknownKey { nearest: Some("after"), .. }));
        assert!(matches!(problem(json!({"snap": "week", "cite": "1"})), RuleError::UnknownSnap { .. }));
        let earlier = problem(json!({"not_before": "1999", "earlier": "later", "cite": "1"}));
        assert!(matches!(earlier, RuleError::UnknownEarlier { .. }));
        let earlier = problem(json!({"earlier": "at-once", "cite": "1"}));
        assert!(matches!(earlier, RuleError::MissingKey { key: "not_before", .. }));
        let not_before = |written: &str| in_key(json!({"not_before": written, "cite": "1"}), "not_before");
        assert!(matches!(not_before("1999-13"), RuleError::Date(_)));
        assert!(matches!(not_before("1999/.."), RuleError::NotBeforeStretch { .. }));
        assert!(matches!(problem(json!({"after": "6 months"})), RuleError::MissingKey { key: "cite", .. }));
        assert!(matches!(problem(json!("6 months")), RuleError::NotAnObject { .. }));
        assert!(matches!(effect_rules(&json!("6 months")), Err(RuleError::NotByAction { .. })));
    }
}
