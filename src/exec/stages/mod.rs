//! The stages of a query, one after the other, over whatever the rows are.

pub(crate) mod asked;
pub(crate) mod count;
pub(crate) mod count_unknown;
pub(crate) mod cut_rows;
pub(crate) mod entity_changes;
pub(crate) mod entity_differences;
pub(crate) mod entity_rows;
pub(crate) mod entity_stages;
pub(crate) mod fact_cells;
pub(crate) mod fact_changes;
pub(crate) mod fact_rows;
pub(crate) mod fact_stages;
pub(crate) mod first_or_last;
pub(crate) mod imprecise_order;
pub(crate) mod pivot;
pub(crate) mod run;
pub(crate) mod share;
pub(crate) mod stage_rows;
pub(crate) mod summary;
pub(crate) mod table_rows;
pub(crate) mod timeline;
pub(crate) mod uncertain_groups;
pub(crate) mod unfold;
