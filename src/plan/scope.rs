//! Of what conditions are read, and on which day of the world: facts or the
//! entities of a noun, and what `as of` and `using` around them say. It owns
//! the rules of what holds within braces; it must not know what any word means.

use std::sync::Arc;

use super::check::dated_until;
use super::{At, Filter, Part};
use crate::model::Day;
use crate::model::vocabulary::Role;
use crate::syntax::Span;

/// A noun whose entities are the rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RowNoun {
    /// Several of them, for people.
    pub(super) plural: Arc<str>,
    /// One of them, also the name of the column.
    pub(super) singular: Arc<str>,
    /// The kinds that it names; empty for any.
    pub(super) kinds: Vec<String>,
    /// At which end of a fact they stand.
    pub(super) role: Role,
    /// Whether the rows are stretches of a status, and these have it.
    pub(super) periods: bool,
}

impl RowNoun {
    /// Whether it names entities of a kind.
    pub(super) fn takes(&self, kind: &str) -> bool {
        self.kinds.is_empty() || self.kinds.iter().any(|own| own == kind)
    }
}

/// The day that `as of` names, and where it does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Until {
    pub(super) day: Day,
    pub(super) span: Span,
}

impl Until {
    /// That facts are dated by the end of the day.
    pub(super) fn part(self) -> Part {
        Part { filter: dated_until(self.day), span: self.span }
    }
}

/// Of what conditions are read, and when.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    /// The noun whose entities are the rows; none where they are facts.
    pub(super) noun: Option<Arc<RowNoun>>,
    /// When groups are tested.
    pub(super) groups: At,
    /// When statuses are tested.
    pub(super) statuses: At,
    /// What `as of` asks for: facts in braces are dated until then.
    pub(super) until: Option<Until>,
    /// The only acts of which statuses are made.
    pub(super) using: Option<Arc<Filter>>,
    /// Whether each row is of a day of its own, which no condition can name.
    pub(super) moving: bool,
}

impl Scope {
    /// Facts, all of them or those that were dated by a day.
    pub(super) fn facts(as_of: Option<Until>) -> Self {
        let statuses = as_of.map_or(At::Fact, |until| At::Day(until.day));
        Self { noun: None, groups: At::Fact, statuses, until: as_of, using: None, moving: false }
    }

    /// The entities of a noun on a day, which is asked for or is today.
    pub(super) fn entities(noun: Arc<RowNoun>, day: Day, as_of: Option<Until>) -> Self {
        let at = At::Day(day);
        Self { noun: Some(noun), groups: at, statuses: at, until: as_of, using: None, moving: false }
    }

    /// The entities of a noun in the stages of their query.
    pub(super) fn rows(noun: Arc<RowNoun>, as_of: Option<Until>, moving: bool) -> Self {
        Self { noun: Some(noun), groups: At::Row, statuses: At::Row, until: as_of, using: None, moving }
    }

    /// The same within parentheses with an `as of` of their own.
    pub(super) fn on(&self, until: Until) -> Self {
        let using = self.using.clone();
        match &self.noun {
            Some(noun) => Self { using, ..Self::entities(noun.clone(), until.day, Some(until)) },
            // Who names a day for some conditions alone means their groups too.
            None => Self { using, groups: At::Day(until.day), ..Self::facts(Some(until)) },
        }
    }

    /// The facts in braces.
    pub(super) fn within_braces(&self) -> Self {
        Self { using: self.using.clone(), ..Self::facts(self.until) }
    }
}
