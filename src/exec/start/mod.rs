//! What a query starts from, before its stages: the rows of which its filter
//! holds, and what is to be said beside them.

pub(crate) mod entities;
pub(crate) mod facts;
pub(crate) mod periods;

use crate::exec::remarks::emptied::Emptied;
use crate::exec::remarks::notes::Notes;

/// What a query starts from.
pub(crate) struct Start<R> {
    pub rows: R,
    /// Those that are at least possible, and those that are not known to be none, if
    /// they are counted beside the rows.
    pub beside: Option<[R; 2]>,
    pub notes: Notes,
    /// Which part of the filter left nothing.
    pub emptied: Option<Emptied>,
}
