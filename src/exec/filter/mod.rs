//! Conditions: from a filter to the facts, entities or table rows of which it
//! holds, as three nested bitmaps.

pub(crate) mod accounts;
pub(crate) mod algebra;
pub(crate) mod attributes;
pub(crate) mod cell_tests;
pub(crate) mod cell_values;
pub(crate) mod context;
pub(crate) mod entities;
pub(crate) mod entity_values;
pub(crate) mod fact_calculation;
pub(crate) mod fact_values;
pub(crate) mod facts;
pub(crate) mod matcher;
pub(crate) mod noun_rows;
pub(crate) mod other_facts;
pub(crate) mod query_values;
pub(crate) mod related_dates;
pub(crate) mod sets;
pub(crate) mod status_edges;
pub(crate) mod statuses;
pub(crate) mod value_tests;
