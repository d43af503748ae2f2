//! What rows are and what they hold: facts, entities on a day, periods and rows
//! of tables, their values, their order, and the dates that rules compute for them.

pub(crate) mod arithmetic;
pub(crate) mod columns;
pub(crate) mod computed_dates;
pub(crate) mod date_buckets;
pub(crate) mod first_values;
pub(crate) mod grouped_key;
pub(crate) mod lists;
pub(crate) mod participants;
pub(crate) mod pool;
pub(crate) mod record;
pub(crate) mod retold;
pub(crate) mod rowset;
pub(crate) mod same_values;
pub(crate) mod shown;
pub(crate) mod table;
pub(crate) mod threshold_dates;
pub(crate) mod undeclared_names;
pub(crate) mod view_layer;
