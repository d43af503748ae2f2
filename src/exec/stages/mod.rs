//! The stages of a query, one after the other, over whatever the rows are.

pub(crate) mod count;
pub(crate) mod entities;
pub(crate) mod entity_changes;
pub(crate) mod fact_changes;
pub(crate) mod first_or_last;
pub(crate) mod pivot;
pub(crate) mod run;
pub(crate) mod share;
pub(crate) mod summary;
pub(crate) mod timeline;
pub(crate) mod unfold;
