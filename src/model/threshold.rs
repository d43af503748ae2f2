//! Thresholds: a date of an entity that is computed from the day on which enough
//! others have acted on it. The entity declares it, as in `"start": {"by":
//! "joined", "count": 40, "after": "6 months", "cite": "Art. 17(1)"}`.
//!
//! A participant counts from the day of its act onwards, once however often it
//! acts, and until an act that takes it back (`unless`), if the rule names one.
//! What is taken back before the threshold is reached does not count; what is
//! taken back later changes nothing. The day on which the threshold is reached
//! lies between the first on which it may be and the first on which it certainly
//! is. An act without a date may have happened on any day. If it is not certain
//! that the threshold was ever reached, there is no date.

use std::collections::BTreeMap;

use serde_json::Value;

use super::effect::{read_consequence, refuse_unknown_keys, text_of};
use super::{Day, EffectRule, Number, RuleError, Schema, Standing, StatusRule, Truth, Window};

/// The conditions of a threshold, and what follows when they are met.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// The action or umbrella that counts.
    pub by: String,
    /// The action or umbrella that takes the act back.
    pub unless: Option<String>,
    /// How many participants must have acted.
    pub count: Option<usize>,
    /// The kinds of entity that are counted; if absent, those of the noun for
    /// subjects.
    pub kinds: Option<Vec<String>>,
    /// The participants that must all have acted.
    pub among: Vec<String>,
    /// The share of a whole that those who have acted must have together.
    pub share: Option<Share>,
    /// How the date is computed from the day on which the conditions are met.
    pub then: EffectRule,
}

/// A share of a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// The share, in percent.
    pub percent: Number,
    /// The part of each participant, by name.
    pub of: BTreeMap<String, Number>,
    /// The whole; if absent, the sum of all parts.
    pub total: Option<Number>,
}

/// An entity whose acts count towards a threshold.
#[derive(Debug, Clone)]
pub struct Participant<T> {
    /// Whether it has acted, and not taken that back.
    pub standing: Standing<T>,
    /// Whether its kind is counted.
    pub counted: bool,
    /// The indices of the names of [`Threshold::among`] that refer to it.
    pub among: Vec<usize>,
    /// Its part of [`Threshold::share`].
    pub weight: Number,
}

/// The keys of a rule.
const KEYS: &[&str] = &["by", "unless", "count", "kinds", "among", "share", "after", "snap", "not_before", "cite"];

/// A rule as messages show it.
const EXAMPLE: &str = r#"{"by": "ACTION", "count": 40, "after": "6 months", "cite": "Art. 17"}"#;

impl Threshold {
    /// Reads the rule of an entity.
    ///
    /// # Errors
    ///
    /// If it is not a well-formed rule with at least one condition.
    pub fn read(value: &Value) -> Result<Self, RuleError> {
        let Value::Object(rule) = value else {
            return Err(RuleError::NotAnObject { found: value.clone(), example: EXAMPLE });
        };
        refuse_unknown_keys(rule, KEYS)?;
        let by = text_of(rule, "by")?.ok_or(RuleError::MissingKey { key: "by", meaning: "the action that counts" })?;
        let count = match rule.get("count") {
            None => None,
            Some(found) => Some(positive(found).ok_or_else(|| RuleError::InvalidCount { found: found.clone() })?),
        };
        let kinds = rule.get("kinds").map(|kinds| names(kinds, "kinds")).transpose()?;
        let among = rule.get("among").map(|among| names(among, "among")).transpose()?.unwrap_or_default();
        let share = rule.get("share").map(Share::read).transpose().map_err(RuleError::in_key("share"))?;
        if count.is_none() && among.is_empty() && share.is_none() {
            return Err(RuleError::NoCondition);
        }
        if count.is_none() && kinds.is_some() {
            return Err(RuleError::KindsWithoutCount);
        }
        let (unless, then) = (text_of(rule, "unless")?, read_consequence(rule)?);
        Ok(Self { by, unless, count, kinds, among, share, then })
    }

    /// The rule by which the acts of one participant are evaluated.
    #[must_use]
    pub fn status(&self, schema: &Schema) -> StatusRule {
        let unfolded = |name: &str| schema.action_word(name).map(|word| word.actions.clone()).unwrap_or_default();
        StatusRule::of_actions(unfolded(&self.by), self.unless.as_deref().map(unfolded).unwrap_or_default(), schema)
    }

    /// The names of all participants that the rule names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.among.iter().chain(self.share.iter().flat_map(|share| share.of.keys())).map(String::as_str)
    }

    /// The window of the day on which the threshold is reached; `None` if it is not
    /// certain that it ever is.
    #[must_use]
    pub fn reached<T: Clone>(&self, participants: &[Participant<T>]) -> Option<Window> {
        let (mut perhaps, mut surely) = (Vec::new(), Vec::new());
        for (place, participant) in participants.iter().enumerate() {
            for (day, truth) in participant.standing.changes() {
                perhaps.push((day, place, truth > Truth::False));
                surely.push((day, place, truth.is_definite()));
            }
            if participant.standing.is_certain_in_the_end() {
                surely.push((Day::FUTURE, place, true));
            }
        }
        let last = self.first_day_reached(surely, participants)?;
        Some(Window::new(self.first_day_reached(perhaps, participants)?, last))
    }

    /// The first day on which the conditions are met, given the days on which
    /// participants come and go.
    fn first_day_reached<T>(
        &self,
        mut changes: Vec<(Day, usize, bool)>,
        participants: &[Participant<T>],
    ) -> Option<Day> {
        changes.sort_by_key(|(day, ..)| *day);
        let mut present_flags = vec![false; participants.len()];
        for of_day in changes.chunk_by(|(one, ..), (other, ..)| one == other) {
            for (_, place, is_present) in of_day {
                if let Some(flag) = present_flags.get_mut(*place) {
                    *flag = *is_present;
                }
            }
            let present = || participants.iter().zip(&present_flags).filter(|(_, flag)| **flag).map(|(one, _)| one);
            if self.is_met(present) {
                return of_day.first().map(|(day, ..)| *day);
            }
        }
        None
    }

    fn is_met<'p, T: 'p, I>(&self, present: impl Fn() -> I) -> bool
    where
        I: Iterator<Item = &'p Participant<T>>,
    {
        let all = || {
            let mut missing = vec![true; self.among.len()];
            for place in present().flat_map(|one| &one.among) {
                if let Some(missing) = missing.get_mut(*place) {
                    *missing = false;
                }
            }
            !missing.contains(&true)
        };
        self.count.is_none_or(|count| present().filter(|one| one.counted).count() >= count)
            && all()
            && self.share.as_ref().is_none_or(|share| share.is_reached(&sum(present().map(|one| &one.weight))))
    }
}

impl Share {
    fn read(value: &Value) -> Result<Self, RuleError> {
        const EXAMPLE: &str = r#"{"percent": 55, "of": {"NAME": 288965}}"#;
        let Value::Object(share) = value else {
            return Err(RuleError::NotAnObject { found: value.clone(), example: EXAMPLE });
        };
        refuse_unknown_keys(share, &["percent", "of", "total"])?;
        let number = |key: &'static str| match share.get(key) {
            None => Ok(None),
            Some(found) => match Number::of_json(found).ok().filter(|number| *number > Number::ZERO) {
                Some(number) => Ok(Some(number)),
                None => Err(RuleError::NotPositive { key, found: found.clone() }),
            },
        };
        let meaning = "the share, in percent";
        let percent = number("percent")?.ok_or(RuleError::MissingKey { key: "percent", meaning })?;
        let Some(Value::Object(weights)) = share.get("of") else {
            return Err(RuleError::InvalidWeights { example: EXAMPLE });
        };
        let of = weights.iter().map(|(name, weight)| {
            match Number::of_json(weight).ok().filter(|weight| *weight >= Number::ZERO) {
                Some(weight) => Ok((name.clone(), weight)),
                None => Err(RuleError::InvalidWeight { name: name.clone(), found: weight.clone() }),
            }
        });
        let (of, total) = (of.collect::<Result<BTreeMap<_, _>, _>>()?, number("total")?);
        let share = Self { percent, of, total };
        // Nobody could ever reach it.
        if !share.is_reached(&share.sum()) {
            return Err(RuleError::UnreachableShare { held: share.sum(), whole: share.whole() });
        }
        Ok(share)
    }

    fn sum(&self) -> Number {
        sum(self.of.values())
    }

    fn whole(&self) -> Number {
        self.total.clone().unwrap_or_else(|| self.sum())
    }

    /// Whether a part reaches the share.
    fn is_reached(&self, held: &Number) -> bool {
        held.times(&Number::from(100)) >= self.whole().times(&self.percent)
    }
}

fn sum<'n>(numbers: impl Iterator<Item = &'n Number>) -> Number {
    numbers.fold(Number::ZERO, |sum, number| sum.plus(number))
}

fn positive(value: &Value) -> Option<usize> {
    value.as_u64().and_then(|count| usize::try_from(count).ok()).filter(|count| *count > 0)
}

/// Reads a list of names, none of them twice.
fn names(value: &Value, key: &'static str) -> Result<Vec<String>, RuleError> {
    let not_names = || RuleError::NotNames { key, found: value.clone() };
    let Value::Array(values) = value else { return Err(not_names()) };
    let names: Option<Vec<String>> = values.iter().map(|value| value.as_str().map(str::to_owned)).collect();
    let names = names.filter(|names| !names.is_empty()).ok_or_else(not_names)?;
    match names.iter().enumerate().find(|(place, name)| names.iter().take(*place).any(|other| other == *name)) {
        Some((_, twice)) => Err(RuleError::NamedTwice { key, name: twice.clone() }),
        None => Ok(names),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Act, Date};
    use super::*;

    /// Who did what when: a name, `+` or `-`, and a date or nothing.
    fn reached(rule: &Value, acts: &[(&str, char, &str)]) -> String {
        let threshold = Threshold::read(rule).unwrap();
        let status = StatusRule::of_actions(vec!["+".into()], vec!["-".into()], &Schema::default());
        let mut names: Vec<&str> = acts.iter().map(|(name, ..)| *name).collect();
        names.sort_unstable();
        names.dedup();
        let participant = |name: &str| {
            let own = acts.iter().filter(|(who, ..)| *who == name).map(|(_, sign, date)| Act {
                action: sign.to_string().into(),
                dates: vec![Date::parse(date).ok().map(|date| date.extent())],
                certain: true,
                origin: (),
            });
            Participant {
                standing: Standing::new(&status, own.collect()),
                counted: !name.starts_with('X'),
                among: (0..threshold.among.len()).filter(|place| threshold.among[*place] == name).collect(),
                weight: threshold.share.as_ref().and_then(|share| share.of.get(name)).cloned().unwrap_or_default(),
            }
        };
        let participants: Vec<_> = names.into_iter().map(participant).collect();
        threshold.reached(&participants).map_or("none".to_owned(), |days| {
            Date::from_window(days).map_or("any day".to_owned(), |date| date.to_string())
        })
    }

    fn rule(mut more: Value) -> Value {
        for (key, value) in [("by", "joined"), ("cite", "Art. 1")] {
            more[key] = value.into();
        }
        more
    }

    #[test]
    fn it_is_the_day_of_the_nth_each_once_with_its_first_act() {
        let three = rule(json!({"count": 3}));
        let acts = [("a", '+', "2001-01-01"), ("b", '+', "2002-01-01"), ("c", '+', "2003-01-01"), ("d", '+', "2004")];
        assert_eq!(reached(&three, &acts), "2003-01-01");
        assert_eq!(reached(&three, &acts[..2]), "none");
        let again = [("a", '+', "2001-01-01"), ("a", '+', "2001-06-01"), ("b", '+', "2002-01-01")];
        assert_eq!(reached(&three, &again), "none");
        let other_kind = [("a", '+', "2001-01-01"), ("X", '+', "2001-06-01"), ("b", '+', "2002-01-01")];
        assert_eq!(reached(&three, &other_kind), "none");
    }

    #[test]
    fn what_is_taken_back_before_enough_were_there_does_not_count_and_later_changes_nothing() {
        let two = rule(json!({"count": 2, "unless": "left"}));
        let before = [("a", '+', "2001-01-01"), ("a", '-', "2001-06-01"), ("b", '+', "2002-01-01")];
        assert_eq!(reached(&two, &before), "none");
        let third = [before[0], before[1], before[2], ("c", '+', "2003-01-01")];
        assert_eq!(reached(&two, &third), "2003-01-01");
        let back = [before[0], before[1], before[2], ("a", '+', "2002-05-01")];
        assert_eq!(reached(&two, &back), "2002-05-01");
        let after = [("a", '+', "2001-01-01"), ("b", '+', "2002-01-01"), ("a", '-', "2003-06-01")];
        assert_eq!(reached(&two, &after), "2002-01-01");
        let perhaps = [("a", '+', "2001-01-01"), ("b", '+', "2002"), ("a", '-', "2002-06-01")];
        assert_eq!(reached(&two, &perhaps), "none");
    }

    #[test]
    fn imprecise_acts_make_the_day_lie_between_the_nth_earliest_and_the_nth_latest() {
        let two = rule(json!({"count": 2}));
        let acts = [("a", '+', "2001"), ("b", '+', "2001-06-01"), ("c", '+', "2002")];
        assert_eq!(reached(&two, &acts), "[2001-06-01..2001-12-31]");
        assert_eq!(reached(&two, &[acts[0], acts[2]]), "2002");
        assert_eq!(reached(&two, &[acts[1], ("c", '+', "[2002-03-01..]")]), "[2002-03-01..]");
        assert_eq!(reached(&two, &[acts[1], ("c", '+', "[..2002-03-01]")]), "[2001-06-01..2002-03-01]");
    }

    #[test]
    fn an_act_without_a_date_may_have_been_on_any_day() {
        let two = rule(json!({"count": 2}));
        assert_eq!(reached(&two, &[("a", '+', "2001-06-01"), ("b", '+', "")]), "[2001-06-01..]");
        let acts = [("a", '+', "2001-06-01"), ("b", '+', ""), ("c", '+', "2003-01-01")];
        assert_eq!(reached(&two, &acts), "[2001-06-01..2003-01-01]");
        assert_eq!(reached(&two, &[("a", '+', ""), ("b", '+', "")]), "any day");
        let left = rule(json!({"count": 1, "unless": "left"}));
        assert_eq!(reached(&left, &[("a", '+', "2001-06-01"), ("a", '-', "")]), "none");
    }

    #[test]
    fn who_must_be_among_them_and_what_share_they_must_have_is_waited_for() {
        let among = rule(json!({"count": 2, "among": ["a", "z"]}));
        let acts = [("a", '+', "2001-01-01"), ("b", '+', "2002-01-01"), ("z", '+', "2005-01-01")];
        assert_eq!(reached(&among, &acts), "2005-01-01");
        assert_eq!(reached(&among, &acts[..2]), "none");
        let share = rule(json!({"share": {"percent": 55, "of": {"a": 30, "b": 25, "z": 45}}}));
        assert_eq!(reached(&share, &acts), "2002-01-01");
        assert_eq!(reached(&share, &[acts[0], acts[2]]), "2005-01-01");
        let total = rule(json!({"share": {"percent": 55, "of": {"a": 30, "b": 25, "z": 45}, "total": 101}}));
        assert_eq!(reached(&total, &acts), "2005-01-01");
    }

    #[test]
    fn a_rule_that_cannot_be_followed_is_refused_with_the_reason() {
        let problem = |value: Value| Threshold::read(&value).unwrap_err();
        assert!(matches!(problem(json!(40)), RuleError::NotAnObject { .. }));
        assert!(matches!(problem(json!({"count": 40, "cite": "1"})), RuleError::MissingKey { key: "by", .. }));
        assert_eq!(problem(json!({"by": "joined", "cite": "1"})), RuleError::NoCondition);
        assert!(matches!(problem(json!({"by": "joined", "count": 40})), RuleError::MissingKey { key: "cite", .. }));
        for count in [json!(0), json!("40")] {
            let rule = json!({"by": "joined", "count": count, "cite": "1"});
            assert_eq!(problem(rule), RuleError::InvalidCount { found: count });
        }
        let misspelt = problem(json!({"by": "joined", "cuont": 40, "cite": "1"}));
        assert!(matches!(misspelt, RuleError::UnknownKey { nearest: Some("count"), .. }));
        let among = |among: Value| problem(json!({"by": "joined", "among": among, "cite": "1"}));
        assert_eq!(among(json!("a")), RuleError::NotNames { key: "among", found: json!("a") });
        assert_eq!(among(json!(["a", "a"])), RuleError::NamedTwice { key: "among", name: "a".to_owned() });
        let kinds = problem(json!({"by": "joined", "among": ["a"], "kinds": ["state"], "cite": "1"}));
        assert_eq!(kinds, RuleError::KindsWithoutCount);
        let after = problem(json!({"by": "joined", "count": 4, "after": "soon", "cite": "1"}));
        assert!(matches!(after, RuleError::InKey { key: "after", .. }));
        let share = |share: Value| match problem(json!({"by": "joined", "share": share, "cite": "1"})) {
            RuleError::InKey { key: "share", problem } => *problem,
            other => panic!("{other:?}"),
        };
        assert!(matches!(share(json!(55)), RuleError::NotAnObject { .. }));
        assert!(matches!(share(json!({"of": {"a": 1}})), RuleError::MissingKey { key: "percent", .. }));
        assert!(matches!(share(json!({"percent": 55})), RuleError::InvalidWeights { .. }));
        let weight = RuleError::InvalidWeight { name: "a".to_owned(), found: json!(-1) };
        assert_eq!(share(json!({"percent": 55, "of": {"a": -1}})), weight);
        let unreachable = share(json!({"percent": 55, "of": {"a": 1}, "total": 3}));
        assert_eq!(unreachable, RuleError::UnreachableShare { held: 1.into(), whole: 3.into() });
    }
}
