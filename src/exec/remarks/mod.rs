//! What is said beside the rows, as data: what is just outside of an answer, what
//! emptied it, what its conditions leave open, and the steps that led to it.

pub(crate) mod absences;
pub(crate) mod completeness;
pub(crate) mod coverage;
pub(crate) mod emptied;
pub(crate) mod left_out;
pub(crate) mod names_in_texts;
pub(crate) mod nearest;
pub(crate) mod no_rule;
pub(crate) mod notes;
pub(crate) mod other_dates;
pub(crate) mod query_filters;
pub(crate) mod spellings;
pub(crate) mod stage_conditions;
pub(crate) mod steps;
pub(crate) mod told_rows;
pub(crate) mod unrecorded;
pub(crate) mod unshared;
pub(crate) mod without_rule;
