//! What is to be said beside the rows of an answer, as data.

use std::sync::Arc;

use crate::exec::remarks::completeness::Incomplete;
use crate::exec::remarks::names_in_texts::NameInTexts;
use crate::exec::remarks::no_rule::NoRuleNote;
use crate::exec::remarks::other_dates::OtherDateCount;
use crate::exec::remarks::spellings::OtherSpellings;
use crate::exec::remarks::told_rows::{SpokenRows, UntoldFacts};
use crate::exec::remarks::unrecorded::UnrecordedActsNote;
use crate::exec::stages::asked::{CellTally, add_missing};
use crate::exec::stages::stage_rows::{RangeColumn, UncertainGroups};
use crate::syntax::Span;

/// What is to be said beside the rows. All counts are of the query's filter,
/// before any stage, but for `left`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notes {
    /// The date fields that the query asks about, in its order.
    pub basis: Vec<Arc<str>>,
    /// How many facts more are possible.
    pub possible: u64,
    /// Of how many facts more nothing can be said, for want of a date or a record.
    pub unknown: u64,
    /// Which dates rows lack because no rule is known, if the query tests whether
    /// they have them.
    pub no_rule: Vec<NoRuleNote>,
    /// Which acts these lack that nobody claims to have recorded.
    pub unrecorded: Vec<UnrecordedActsNote>,
    /// Who does not tell these, on whose account a condition is asked.
    pub untold: Vec<UntoldFacts>,
    /// Of how many of the rows that there could be those speak who alone are heard.
    pub spoken: Option<SpokenRows>,
    /// Which dates these lack (`effective`, or `object.from` for an attribute),
    /// and how many of them each; without those that none lacks.
    pub missing: Vec<(Arc<str>, u64)>,
    /// What facts lack that `same` asks for and that pass all else, and how many of
    /// them each.
    pub unshared: Vec<(Arc<str>, u64)>,
    /// How many facts more pass if another date is asked; those that most pass by.
    pub outside: Vec<OtherDateCount>,
    /// The bare words that were read as names and that facts have in their texts.
    pub names: Vec<NameInTexts>,
    /// How many facts that `first` left out might still come before those that
    /// it kept, for want of precise dates.
    pub might_precede: u64,
    /// How many facts that `last` left out might still come after those that
    /// it kept.
    pub might_follow: u64,
    /// Records of acts that the answer rests on that end before the day that is
    /// asked about.
    pub incomplete: Vec<Incomplete>,
    /// Words of the query that facts spell otherwise.
    pub spellings: OtherSpellings,
    /// What the conditions of stages leave open.
    pub left: Vec<OpenCondition>,
    /// Columns that count others, with the cells that may be more.
    pub ranges: Vec<RangeColumn>,
    /// Columns that count others, with the acts that may not be recorded by which they
    /// would be more.
    pub unrecorded_counts: Vec<(Arc<str>, UnrecordedActsNote)>,
    /// How many rows may belong to groups in which they are not counted or shown.
    pub groups: Vec<UncertainGroups>,
    /// If rows are entities on each of several days, of how many days: then
    /// all counts are of all days together.
    pub days: Option<u64>,
    /// How many entities these rows are of.
    pub entities: Option<u64>,
}

impl Notes {
    /// Adds what is told of another day.
    pub(crate) fn add(&mut self, more: Self) {
        self.possible += more.possible;
        self.unknown += more.unknown;
        for field in more.basis {
            if !self.basis.contains(&field) {
                self.basis.push(field);
            }
        }
        for (field, count) in more.missing {
            add_missing(&mut self.missing, &field, count);
        }
        // On each day the same rules are known.
        if self.no_rule.is_empty() {
            self.no_rule = more.no_rule;
        }
        for note in more.unrecorded {
            let same = |known: &&mut UnrecordedActsNote| known.with_count(note.count) == note;
            match self.unrecorded.iter_mut().find(same) {
                Some(known) => known.count += note.count,
                None => self.unrecorded.push(note),
            }
        }
    }
}

/// What the condition of a stage leaves open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpenCondition {
    /// Where the stage stands.
    pub span: Span,
    /// How many rows more are possible.
    pub possible: u64,
    /// Of how many rows more nothing can be said.
    pub unknown: u64,
    /// What these lack, and how many of them each.
    pub missing: Vec<(Arc<str>, u64)>,
}

impl OpenCondition {
    /// What a condition on the cells of a table leaves open.
    pub(crate) fn of_cells(span: Span, tally: &CellTally) -> Self {
        Self { span, possible: tally.possible, unknown: 0, missing: tally.missing.clone() }
    }

    /// Whether there is anything to tell.
    pub(crate) fn is_something(&self) -> bool {
        self.possible + self.unknown > 0 || !self.missing.is_empty()
    }

    pub(crate) fn add(&mut self, notes: &Notes) {
        self.possible += notes.possible;
        self.unknown += notes.unknown;
        for (name, count) in &notes.missing {
            add_missing(&mut self.missing, name, *count);
        }
    }
}
