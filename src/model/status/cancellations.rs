//! Which acts of a pair take back which, looked up among many.

use super::covering_umbrellas::CoveringUmbrellas;
use super::event::Act;
use crate::model::{Day, Truth, Window};

/// The acts that may take back what those of other actions do.
pub(super) struct Cancellations<'r> {
    umbrellas: &'r CoveringUmbrellas,
    of_each: Vec<Cancelling<'r>>,
}

impl<'r> Cancellations<'r> {
    /// Of some acts, by the declarations of cancelling actions, each with the actions
    /// that they cancel.
    pub(super) fn new<T>(
        declared: &'r [(Vec<String>, Vec<String>)],
        umbrellas: &'r CoveringUmbrellas,
        acts: &[Act<T>],
    ) -> Self {
        let cancelling = declared.iter().map(|(by, what)| Cancelling::new((by, what), umbrellas, acts));
        Self { umbrellas, of_each: cancelling.filter(|cancelling| !cancelling.any.0.is_empty()).collect() }
    }

    /// Whether another act cancels the effect of an act at a date field: an act of a
    /// cancelling action that does not come before the act, and comes before the effect.
    pub(super) fn truth<T>(&self, acts: &[Act<T>], place: usize, field: usize) -> Truth {
        let Some(notice) = acts.get(place) else { return Truth::False };
        let by = |cancelling: &Cancelling<'_>| match self.umbrellas.was(&notice.action, cancelling.what) {
            Truth::False => Truth::False,
            is_meant => is_meant.and(cancelling.truth(notice.stated(0), notice.stated(field), place)),
        };
        self.of_each.iter().map(by).fold(Truth::False, Truth::or)
    }
}

/// The acts of some cancelling actions.
struct Cancelling<'r> {
    what: &'r [String],
    /// The certain ones by their first days, with the least last days.
    certain: LeastFrom,
    /// All of them by their last days, with the least first days.
    any: LeastFrom,
    /// The acts that may be cancelled by their last days, with the least first days.
    cancelled: LeastFrom,
}

impl<'r> Cancelling<'r> {
    fn new<T>((by, what): (&'r [String], &'r [String]), umbrellas: &CoveringUmbrellas, acts: &[Act<T>]) -> Self {
        let of = |passes: &dyn Fn(&Act<T>) -> bool, reversed: bool| {
            let acts = acts.iter().enumerate().filter(|(_, act)| passes(act));
            let acts = acts.map(|(place, act)| {
                let Window { first, last } = act.stated(0).unwrap_or(Window::ALL);
                if reversed { (first, last, place) } else { (last, first, place) }
            });
            LeastFrom::new(acts.collect())
        };
        Self {
            what,
            certain: of(&|act| act.certain && umbrellas.was(&act.action, by).is_definite(), true),
            any: of(&|act| umbrellas.was(&act.action, by).is_possible(), false),
            cancelled: of(&|act| umbrellas.was(&act.action, what).is_possible(), false),
        }
    }

    /// Whether one of them cancels an act with this date and effect.
    fn truth(&self, given: Option<Window>, effect: Option<Window>, place: usize) -> Truth {
        let given = given.unwrap_or(Window::ALL);
        let sure = self.certain.least(given.last, &[place]);
        let some = self.any.least(given.first, &[place]);
        match effect {
            Some(effect) => Truth::from_bounds(
                sure.is_some_and(|(back, _)| back < effect.first),
                some.is_some_and(|(back, _)| back < effect.last),
            ),
            // Only a notice without effect so far can be cancelled. One whose effect has
            // no date is meant, unless it may be another notice.
            None => Truth::from_bounds(
                sure.is_some_and(|(back, by)| {
                    self.cancelled.least(given.first, &[place, by]).is_none_or(|(other, _)| other > back)
                }),
                some.is_some(),
            ),
        }
    }
}

/// Acts by one of their days, each with the least other days of those from it on: of
/// three, since an act is not compared with itself or with the one that it cancels.
struct LeastFrom(Vec<(Day, LeastThree)>);

/// The least days of some acts, each with the place of its act.
type LeastThree = [Option<(Day, usize)>; 3];

impl LeastFrom {
    /// Of acts, each as the day that it is found by, the other day and its place.
    fn new(mut acts: Vec<(Day, Day, usize)>) -> Self {
        acts.sort_unstable();
        let mut least: [Option<(Day, usize)>; 3] = [None; 3];
        let mut from: Vec<_> = acts
            .into_iter()
            .rev()
            .map(|(by, day, place)| {
                let mut next = Some((day, place));
                for known in &mut least {
                    if next.is_some_and(|next| known.is_none_or(|known| next < known)) {
                        std::mem::swap(known, &mut next);
                    }
                }
                (by, least)
            })
            .collect();
        from.reverse();
        Self(from)
    }

    /// The least other day of the acts from a day on, and the act, without some acts.
    fn least(&self, from: Day, without: &[usize]) -> Option<(Day, usize)> {
        let start = self.0.partition_point(|(by, _)| *by < from);
        let (_, least) = self.0.get(start)?;
        least.iter().flatten().find(|(_, place)| !without.contains(place)).copied()
    }
}
