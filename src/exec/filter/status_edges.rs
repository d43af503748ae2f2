//! The days on which statuses began and ended as their acts have them, and the
//! ids of these acts.

use rustc_hash::FxHashMap;

use crate::exec::ExecError;
use crate::exec::filter::statuses::Standings;
use crate::index::{Document, View};
use crate::model::{Cell, Window};

/// A day on which a status began or ended, and the act that did it.
pub(crate) type Edge = (Option<Window>, Document);

/// The day of each of some beginnings or endings as its act has it, and the id
/// of the act.
pub(crate) fn described(
    view: &dyn View,
    standings: &Standings,
    edges: &[Option<Edge>],
) -> Result<Vec<(Cell, Cell)>, ExecError> {
    let mut ids: FxHashMap<Document, Cell> = FxHashMap::default();
    view.each_id(&edges.iter().flatten().map(|(_, act)| *act).collect(), &mut |document, id| {
        ids.insert(document, Cell::text(id));
    })?;
    let mut days: FxHashMap<Edge, Cell> = FxHashMap::default();
    for edge @ (day, act) in edges.iter().flatten() {
        if let (Some(day), false) = (day, days.contains_key(edge)) {
            days.insert(*edge, standings.written(*day, *act)?);
        }
    }
    let cells = |edge: &Option<Edge>| {
        edge.map_or((Cell::Missing, Cell::Missing), |edge| {
            (days.get(&edge).cloned().unwrap_or_default(), ids.get(&edge.1).cloned().unwrap_or_default())
        })
    };
    Ok(edges.iter().map(cells).collect())
}
