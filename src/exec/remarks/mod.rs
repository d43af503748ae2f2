//! What is said beside the rows, as data: what is just outside of an answer, what
//! emptied it, what its conditions leave open, and the steps that led to it.

pub(crate) mod completeness;
pub(crate) mod emptied;
pub(crate) mod left_out;
pub(crate) mod nearest;
pub(crate) mod notes;
pub(crate) mod other_dates;
pub(crate) mod spellings;
pub(crate) mod stage_conditions;
pub(crate) mod steps;
