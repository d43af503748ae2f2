//! What conditions are about, and on which day: facts or the entities of a
//! noun, and the `as of` and `using` around them. It owns the rules of what
//! applies within braces.

use std::sync::Arc;

use super::check::dated_until;
use super::{At, Filter, Part};
use crate::model::vocabulary::Role;
use crate::model::{Day, EntityNumber};
use crate::syntax::Span;

/// A noun whose entities are the rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RowNoun {
    /// The noun in the plural.
    pub(super) plural: Arc<str>,
    /// The noun in the singular, which is also the name of the column.
    pub(super) singular: Arc<str>,
    /// The kinds of entity that it names; empty for any.
    pub(super) kinds: Vec<String>,
    /// The end of a fact at which they are.
    pub(super) role: Role,
    /// Whether the rows are periods of a status, and these entities have it.
    pub(super) periods: bool,
}

impl RowNoun {
    /// Whether it names entities of a kind.
    pub(super) fn takes(&self, kind: &str) -> bool {
        self.kinds.is_empty() || self.kinds.iter().any(|own| own == kind)
    }
}

/// The day of an `as of`, and the place of the clause.
#[derive(Debug, Clone, Copy)]
pub(super) struct AsOfDay {
    pub(super) day: Day,
    pub(super) span: Span,
}

impl AsOfDay {
    /// The condition that facts are dated by the end of the day.
    pub(super) fn part(self) -> Part {
        Part { filter: dated_until(self.day), span: self.span }
    }
}

/// The entities of which one must be at an end of a fact.
#[derive(Debug, Clone)]
pub(super) struct RequiredEntity {
    pub(super) role: Role,
    pub(super) entities: Vec<EntityNumber>,
    /// Whether they are given by a bare name.
    pub(super) bare: bool,
}

/// What conditions are about, and when.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    /// The noun whose entities are the rows; none if the rows are facts.
    pub(super) noun: Option<Arc<RowNoun>>,
    /// When groups are tested.
    pub(super) groups: At,
    /// When statuses are tested.
    pub(super) statuses: At,
    /// Of the stages over facts: whom the query requires at the ends of each.
    pub(super) required: Vec<RequiredEntity>,
    /// The `as of` that applies: facts in braces must be dated by then.
    pub(super) until: Option<AsOfDay>,
    /// The only acts that make up statuses.
    pub(super) using: Option<Arc<Filter>>,
    /// Whether each row has its own day, which no condition can name.
    pub(super) moving: bool,
}

impl Scope {
    /// Facts: all of them, or those dated by a day.
    pub(super) fn facts(as_of: Option<AsOfDay>) -> Self {
        let statuses = as_of.map_or(At::Fact, |until| At::Day(until.day));
        Self { noun: None, groups: At::Fact, statuses, required: Vec::new(), until: as_of, using: None, moving: false }
    }

    /// The entities of a noun on a day, which may be today.
    pub(super) fn entities(noun: Arc<RowNoun>, day: Day, as_of: Option<AsOfDay>) -> Self {
        let at = At::Day(day);
        Self {
            noun: Some(noun),
            groups: at,
            statuses: at,
            required: Vec::new(),
            until: as_of,
            using: None,
            moving: false,
        }
    }

    /// The entities of a noun in the stages of a query.
    pub(super) fn rows(noun: Arc<RowNoun>, as_of: Option<AsOfDay>, moving: bool) -> Self {
        Self {
            noun: Some(noun),
            groups: At::Row,
            statuses: At::Row,
            required: Vec::new(),
            until: as_of,
            using: None,
            moving,
        }
    }

    /// The scope within parentheses that have their own `as of`.
    pub(super) fn on(&self, until: AsOfDay) -> Self {
        let using = self.using.clone();
        match &self.noun {
            Some(noun) => Self { using, ..Self::entities(noun.clone(), until.day, Some(until)) },
            // A day that is named for some conditions applies to their groups
            // too.
            None => Self { using, groups: At::Day(until.day), ..Self::facts(Some(until)) },
        }
    }

    /// The facts in braces.
    pub(super) fn within_braces(&self) -> Self {
        Self { using: self.using.clone(), ..Self::facts(self.until) }
    }
}
