//! The day nearest to one on which nobody has a status, on which somebody has
//! it. It knows periods and days, and nothing of queries but the test itself.

use roaring::RoaringBitmap;
use serde::Serialize;

use crate::exec::filter::statuses::Standings;
use crate::exec::rows::shown::integer;
use crate::model::{Cell, Day};
use crate::plan::{Counterparts, StatusTest};

/// What comes nearest to the value or the status that nothing has.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Nearest {
    /// A date or a number.
    Value(Cell),
    /// Somebody has the status from this day on.
    From(Day),
    /// Somebody had the status until this day, which is the first without it.
    Until(Day),
    /// Nobody has the status on any day.
    Never,
}

/// When somebody of these has a status; if they are counted, the nearest number
/// on that day. None if nothing is certain of it.
pub(crate) fn nearest_status(
    standings: &Standings,
    test: &StatusTest,
    tested: &RoaringBitmap,
    day: Day,
) -> Option<Nearest> {
    // Whether there is one at all is asked of days, and not of numbers.
    if let Counterparts::Count { least, most } = test.others
        && (least, most) != (1, None)
    {
        let distance = |count: u64| least.saturating_sub(count).max(count.saturating_sub(most.unwrap_or(u64::MAX)));
        let counts = tested.iter().map(|one| standings.count(one, day).0);
        return counts.min_by_key(|count| distance(*count)).map(|count| Nearest::Value(integer(count)));
    }
    let (mut nearest, mut ever) = (None, false);
    let pairs = tested.iter().flat_map(|one| standings.pairs_of(one));
    for period in pairs.filter(|pair| standings.asks(pair).is_definite()).flat_map(|pair| pair.standing.periods()) {
        ever = true;
        let number = |day: Day| i64::from(day.number());
        let found = match (period.start, period.end) {
            (Some(start), _) if start.first > day => (number(start.first) - number(day), Nearest::From(start.first)),
            (_, Some((Some(end), _))) if end.last <= day && end.last.is_finite() => {
                (number(day) - number(end.last), Nearest::Until(end.last))
            }
            _ => continue,
        };
        if nearest.as_ref().is_none_or(|(distance, _)| found.0 < *distance) {
            nearest = Some(found);
        }
    }
    nearest.map(|(_, nearest)| nearest).or_else(|| (!ever).then_some(Nearest::Never))
}
