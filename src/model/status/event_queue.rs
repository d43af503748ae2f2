//! The order in which events are folded: by their days, except that one which has no
//! effect lets another that may come before it, and has an effect, go first.

use super::timeline::DatedEvent;
use crate::model::{Day, Window};

/// The events that are not folded yet.
pub(super) struct EventQueue {
    opens: WaitingEvents,
    closes: WaitingEvents,
}

impl EventQueue {
    pub(super) fn new(opens: &[DatedEvent], closes: &[DatedEvent]) -> Self {
        // Of opening events the least first day counts, and of those on one day the
        // act; a closing event must have both an early day and an early act.
        let lesser = |a: (Day, Day), b: (Day, Day)| a.min(b);
        let both = |a: (Day, Day), b: (Day, Day)| (a.0.min(b.0), a.1.min(b.1));
        Self {
            opens: WaitingEvents::new(opens, |open| (open.window.first, open.act_first()), lesser),
            closes: WaitingEvents::new(closes, |close| (close.window.first, close.act_last()), both),
        }
    }

    /// Takes the next event, given whether a period is open.
    pub(super) fn take_next(&mut self, is_open: bool) -> Option<DatedEvent> {
        let (open, close) = (self.opens.first(), self.closes.first());
        let opens_first = match (open, close) {
            (Some((_, open)), Some((_, close))) => order(open) <= order(close),
            (open, _) => open.is_some(),
        };
        let place = if opens_first { open?.0 } else { close?.0 };
        if opens_first && is_open {
            // A closing event that may come before it, of a certainly earlier act.
            let (_, open) = open?;
            let (last, act_first) = (open.window.last, open.act_first());
            if let Some(close) = self.closes.find(|(first, act_last)| first <= last && act_last < act_first) {
                return self.closes.take(close);
            }
        }
        if !opens_first && !is_open {
            // An opening event that may come before it, or on its day and of an act
            // that is not certainly later.
            let (_, close) = close?;
            let latest = (close.window.last, close.act_last());
            if let Some(open) = self.opens.find(|key| key <= latest) {
                return self.opens.take(open);
            }
        }
        if opens_first { self.opens.take(place) } else { self.closes.take(place) }
    }
}

/// The place of an event in the order of days: by the middle of its window, then by
/// the day of its act, then opening events first. Of acts on the same day, an opening
/// one comes later only if its act certainly does.
pub(super) fn order(dated: &DatedEvent) -> (i64, Day, bool) {
    let day = if dated.event.opens { dated.act_first() } else { dated.act_last() };
    (middle(dated.window), day, !dated.event.opens)
}

/// Twice the middle of a window, if it has one.
fn middle(window: Window) -> i64 {
    let [first, last] = [window.first, window.last].map(|day| i64::from(day.number()));
    match (window.first.is_finite(), window.last.is_finite()) {
        (true, true) => first + last,
        (false, true) => 2 * last,
        _ => 2 * first,
    }
}

/// Events in order, with the least keys of those left, so that the first with a
/// small key is found without looking at each.
struct WaitingEvents {
    events: Vec<DatedEvent>,
    /// A binary tree: the children of a node are at twice its place and the place
    /// after, the events at the leaves.
    least: Vec<Option<(Day, Day)>>,
    /// The key of a node from those of its children.
    combined: CombineKeys,
}

/// The key of two events together from the key of each.
type CombineKeys = fn((Day, Day), (Day, Day)) -> (Day, Day);

impl WaitingEvents {
    fn new(events: &[DatedEvent], key: impl Fn(&DatedEvent) -> (Day, Day), combined: CombineKeys) -> Self {
        let mut events = events.to_vec();
        events.sort_by_key(order);
        let leaves = events.len().next_power_of_two();
        let mut least = vec![None; leaves];
        least.extend(events.iter().map(|event| Some(key(event))));
        least.resize(2 * leaves, None);
        let mut waiting = Self { events, least, combined };
        (1..leaves).rev().for_each(|node| waiting.update(node));
        waiting
    }

    fn node(&self, node: usize) -> Option<(Day, Day)> {
        self.least.get(node).copied().flatten()
    }

    fn update(&mut self, node: usize) {
        let key = match (self.node(2 * node), self.node(2 * node + 1)) {
            (Some(a), Some(b)) => Some((self.combined)(a, b)),
            (a, b) => a.or(b),
        };
        if let Some(least) = self.least.get_mut(node) {
            *least = key;
        }
    }

    /// The first event left, and its place.
    fn first(&self) -> Option<(usize, &DatedEvent)> {
        let place = self.find(|_| true)?;
        Some((place, self.events.get(place)?))
    }

    /// The place of the first event left whose key fits. If a key fits, so must any
    /// that it is combined into.
    fn find(&self, fits: impl Fn((Day, Day)) -> bool) -> Option<usize> {
        let leaves = self.least.len() / 2;
        let mut open = vec![1];
        while let Some(node) = open.pop() {
            if self.node(node).is_some_and(&fits) {
                match node.checked_sub(leaves) {
                    Some(place) => return Some(place),
                    None => open.extend([2 * node + 1, 2 * node]),
                }
            }
        }
        None
    }

    /// Takes out the event at a place.
    fn take(&mut self, place: usize) -> Option<DatedEvent> {
        let mut node = self.least.len() / 2 + place;
        *self.least.get_mut(node)? = None;
        while node > 1 {
            node /= 2;
            self.update(node);
        }
        self.events.get(place).copied()
    }
}
