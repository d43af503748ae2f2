//! Entities: the things that facts refer to.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use super::json_door::ExactObject;
use super::{Date, Day, Extent, Fields, Truth, Window, caseless};

/// Anything that facts refer to: a person, a place, a contract.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Entity {
    /// The id by which facts and queries refer to it.
    #[serde(rename = "entity")]
    pub id: String,
    /// The kind of thing it is, such as `state`.
    pub kind: String,
    /// The name that people read.
    pub name: String,
    /// Other names and codes, which resolve to it too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Alias>,
    /// The first day on which it exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The first day on which it no longer exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// The entities that it replaced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub succeeds: Vec<String>,
    /// The entities that it is the same as, under another name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub continues: Vec<String>,
    /// The groups that it belongs to.
    #[serde(default, rename = "in", skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Membership>,
    /// Fields that the vocabulary declares, and any others.
    #[serde(flatten)]
    pub fields: Fields,
}

impl Entity {
    /// An entity with an id, a kind and a name, and nothing else.
    ///
    /// ```
    /// use tractat::Entity;
    ///
    /// let mut ada = Entity::new("ada", "person", "Ada Lovelace");
    /// ada.from = Some("1815-12-10".parse()?);
    /// assert_eq!(ada.life().years().as_deref(), Some("since 1815"));
    /// # Ok::<(), tractat::model::DateError>(())
    /// ```
    #[must_use]
    pub fn new(id: impl Into<String>, kind: impl Into<String>, name: impl Into<String>) -> Self {
        Self { id: id.into(), kind: kind.into(), name: name.into(), ..Self::default() }
    }

    /// The days on which it exists.
    #[must_use]
    pub fn life(&self) -> Interval {
        Interval::between(self.from.as_ref(), self.until.as_ref())
    }

    /// The entity with everything added that it lacks and another has: fields,
    /// aliases, and the other's id and name as aliases if these are free.
    #[must_use]
    pub(crate) fn completed(&self, other: &Self, is_free: impl Fn(&str) -> bool) -> Self {
        let mut whole = self.clone();
        let names = [&other.id, &other.name].into_iter().filter(|name| is_free(name));
        for alias in other.aliases.iter().cloned().chain(names.map(|name| Alias::Always(name.clone()))) {
            let name = caseless(alias.name()).into_owned();
            let own = [whole.id.as_str(), &whole.name].into_iter().chain(whole.aliases.iter().map(Alias::name));
            if !own.into_iter().any(|known| caseless(known) == name) {
                whole.aliases.push(alias);
            }
        }
        whole.from = whole.from.or_else(|| other.from.clone());
        whole.until = whole.until.or_else(|| other.until.clone());
        for (own, others) in [(&mut whole.succeeds, &other.succeeds), (&mut whole.continues, &other.continues)] {
            if own.is_empty() {
                own.clone_from(others);
            }
        }
        if whole.groups.is_empty() {
            whole.groups.clone_from(&other.groups);
        }
        for (key, value) in &other.fields {
            whole.fields.entry(key.clone()).or_insert_with(|| value.clone());
        }
        whole
    }
}

impl Serialize for Entity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Entity {
    /// By way of an object whose numbers keep their digits; reading the other fields
    /// straight away would make doubles of them.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ExactObject(object) = ExactObject::deserialize(deserializer)?;
        Self::deserialize(Value::Object(object)).map_err(de::Error::custom)
    }
}

/// Another name of an entity, in use always or for a limited time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Alias {
    /// A name that is in use as long as the entity exists.
    Always(String),
    /// A name that is in use from one day until another. The interval is
    /// half-open.
    Dated {
        /// The name.
        name: String,
        /// The first day on which the name is in use.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Date>,
        /// The first day on which the name is no longer in use.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Date>,
    },
}

impl Alias {
    /// The name, as written.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Always(name) | Self::Dated { name, .. } => name,
        }
    }

    /// The days on which the name is in use; unbounded if these are not given.
    #[must_use]
    pub fn interval(&self) -> Interval {
        match self {
            Self::Always(_) => Interval::default(),
            Self::Dated { from, until, .. } => Interval::between(from.as_ref(), until.as_ref()),
        }
    }
}

/// The membership of an entity in a group, permanent or for a limited time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Membership {
    /// A permanent membership.
    Always(String),
    /// A membership from one day until another. The interval is half-open.
    Dated {
        /// The group.
        group: String,
        /// The first day of membership.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Date>,
        /// The first day on which it is no longer a member.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Date>,
    },
}

impl Membership {
    /// The group, as written.
    #[must_use]
    pub fn group(&self) -> &str {
        match self {
            Self::Always(group) | Self::Dated { group, .. } => group,
        }
    }

    /// The days of membership; unbounded if these are not given.
    #[must_use]
    pub fn interval(&self) -> Interval {
        match self {
            Self::Always(_) => Interval::default(),
            Self::Dated { from, until, .. } => Interval::between(from.as_ref(), until.as_ref()),
        }
    }
}

/// A half-open interval of days whose ends may be imprecise. A missing end is
/// unbounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Interval {
    /// What is known of the first day.
    pub from: Option<Extent>,
    /// What is known of the first day after it.
    pub until: Option<Extent>,
}

impl Interval {
    /// The interval from one date until another.
    #[must_use]
    pub fn between(from: Option<&Date>, until: Option<&Date>) -> Self {
        Self { from: from.map(Date::extent), until: until.map(Date::extent) }
    }

    /// Its years for human readers: `1977–2011`, `since 1977` or `until 2011`.
    /// `None` if it is unbounded.
    #[must_use]
    pub fn years(self) -> Option<String> {
        let from = self.from.and_then(|from| from.earliest().year());
        let until = self.until.and_then(|until| until.latest().year());
        match (from, until) {
            (Some(from), Some(until)) if from == until => Some(from.to_string()),
            (Some(from), Some(until)) => Some(format!("{from}–{until}")),
            (Some(from), None) => Some(format!("since {from}")),
            (None, Some(until)) => Some(format!("until {until}")),
            (None, None) => None,
        }
    }

    /// Whether neither end is bounded.
    #[must_use]
    pub fn is_unbounded(self) -> bool {
        self.from.is_none() && self.until.is_none()
    }

    /// Whether a day, or some day of a stretch, lies in the interval.
    #[must_use]
    pub fn holds(self, at: Extent) -> Truth {
        let (first, last) = match at {
            Extent::Point(window) => (window, window),
            Extent::Stretch { start, end } => (start, end),
        };
        // A point must lie inside whichever day it is; of a stretch one day is enough.
        let (sure_first, sure_last) = match at {
            Extent::Point(window) => (window.last, window.first),
            Extent::Stretch { start, end } => (start.last, end.first),
        };
        // An interval whose ends are met by different memberships may have no day at all.
        let (surely, perhaps) = match (self.from, self.until) {
            (Some(from), Some(until)) => (from.latest() < until.earliest(), from.earliest() < until.latest()),
            _ => (true, true),
        };
        Truth::from_bounds(
            surely
                && self.from.is_none_or(|from| from.latest() <= sure_last)
                && self.until.is_none_or(|until| until.earliest() > sure_first),
            perhaps
                && self.from.is_none_or(|from| from.earliest() <= last.last)
                && self.until.is_none_or(|until| until.latest() > first.first),
        )
    }

    /// The days that both intervals include.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        type Pick = fn(Day, Day) -> Day;
        let join = |a: Option<Extent>, b: Option<Extent>, pick: Pick| match (a, b) {
            (Some(a), Some(b)) => {
                Some(Extent::Point(Window::new(pick(a.earliest(), b.earliest()), pick(a.latest(), b.latest()))))
            }
            (one, other) => one.or(other),
        };
        Self { from: join(self.from, other.from, Day::max), until: join(self.until, other.until, Day::min) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(written: &str) -> Extent {
        Date::parse(written).unwrap().extent()
    }

    #[test]
    fn membership_is_half_open_and_three_valued() {
        let member = Interval { from: Some(extent("2004-05-01")), until: Some(extent("2020-02-01")) };
        assert_eq!(member.holds(extent("2004-04-30")), Truth::False);
        assert_eq!(member.holds(extent("2004-05-01")), Truth::True);
        assert_eq!(member.holds(extent("2020-01-31")), Truth::True);
        assert_eq!(member.holds(extent("2020-02-01")), Truth::False);
        assert_eq!(member.holds(extent("2004")), Truth::Possible);
        assert_eq!(member.holds(extent("2005")), Truth::True);
        assert_eq!(member.holds(extent("2003/2005")), Truth::True);
        assert_eq!(member.holds(extent("2003/2004")), Truth::Possible);
        assert_eq!(Interval::default().holds(extent("2004")), Truth::True);
    }

    #[test]
    fn nested_memberships_hold_only_on_days_that_both_have() {
        let inner = Interval { from: Some(extent("2014-03-05")), until: None };
        let outer = Interval { from: None, until: Some(extent("2013-06-15")) };
        let never = inner.intersection(outer);
        assert_eq!(never.holds(extent("2013-01/2014-06")), Truth::False);
        assert_eq!(never.holds(extent("201X")), Truth::False);
        let outer = Interval { from: Some(extent("2000")), until: Some(extent("2015")) };
        let both = inner.intersection(outer);
        assert_eq!(both.holds(extent("2014-06")), Truth::True);
        assert_eq!(both.holds(extent("2014")), Truth::Possible);
        assert_eq!(both.holds(extent("2016")), Truth::False);
    }
}
