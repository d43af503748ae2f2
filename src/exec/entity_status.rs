//! A status as one end of facts sees it: with whom each entity has it, when,
//! and by which act. It knows which facts count from the table of standings.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use super::ExecError;
use super::evaluate::Evaluator;
use crate::index::{Document, View};
use crate::model::{Day, EntityNumber, Extent, Period, Standing, Truth, Window};
use crate::plan::{Others, StatusTest};

/// One status of every entity at one end.
pub(super) struct Seen {
    pairs: FxHashMap<EntityNumber, Vec<Pair>>,
}

/// How an entity stands to another.
pub(super) struct Pair {
    /// The one at the other end.
    pub other: EntityNumber,
    /// Whether that one is asked about.
    pub asked: Truth,
    /// The acts between both.
    pub standing: Standing<Document>,
}

/// When a status began or ended, and by which act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tenure {
    pub day: Option<Window>,
    pub act: Document,
}

impl Seen {
    /// Folds the acts of every pair of which one end is tested and the other asked about.
    pub fn new(view: &dyn View, facts: &Evaluator<'_>, test: &StatusTest) -> Result<Self, ExecError> {
        let _ = (view, facts, test);
        todo!()
    }

    /// Those who ever had anything to do with the status, at the tested end.
    pub fn tested(&self) -> impl Iterator<Item = EntityNumber> {
        self.pairs.keys().copied()
    }

    /// The pairs of an entity.
    pub fn pairs(&self, entity: EntityNumber) -> &[Pair] {
        self.pairs.get(&entity).map_or(&[], Vec::as_slice)
    }

    /// Whether an entity has the status on a day.
    pub fn truth(&self, entity: EntityNumber, others: &Others, at: Option<Extent>) -> Truth {
        let truths = self.pairs(entity).iter().map(|pair| pair.asked.and(pair.standing.holds(at)));
        let Others::Count { least, most } = others else {
            return truths.fold(Truth::False, Truth::or);
        };
        let [mut definite, mut possible, mut open] = [0_u64; 3];
        for truth in truths {
            definite += u64::from(truth.is_definite());
            possible += u64::from(truth.is_possible());
            open += u64::from(truth > Truth::False);
        }
        let all = |up_to: u64| *least <= definite && most.is_none_or(|most| up_to <= most);
        let any = |up_to: u64| *least <= up_to && most.is_none_or(|most| definite <= most);
        match (all(open), any(possible), any(open)) {
            (true, ..) => Truth::True,
            (_, true, _) => Truth::Possible,
            (_, _, true) => Truth::Unknown,
            _ => Truth::False,
        }
    }

    /// With how many an entity definitely has the status.
    pub fn holders(&self, entity: EntityNumber, at: Option<Extent>) -> u64 {
        let definite = |pair: &&Pair| pair.asked.and(pair.standing.holds(at)).is_definite();
        self.pairs(entity).iter().filter(definite).count() as u64
    }

    /// Since when an entity has the status on a day: of several the earliest,
    /// those that are certain before those that are possible.
    pub fn tenure(&self, entity: EntityNumber, at: Option<Extent>) -> Option<Tenure> {
        let found = self.periods_on(entity, at).into_iter();
        let found = found.map(|(truth, period)| (truth, Tenure { day: period.start, act: period.opened }));
        found.min_by_key(|(truth, tenure)| (Reverse(*truth), earliest(*tenure))).map(|(_, tenure)| tenure)
    }

    /// When an entity ceased to have the status that it has on a day: of
    /// several the last.
    pub fn ending(&self, entity: EntityNumber, at: Option<Extent>) -> Option<Tenure> {
        let found = self.periods_on(entity, at).into_iter();
        let found = found.filter_map(|(truth, period)| {
            let (day, act) = period.end?;
            Some((truth, Tenure { day, act }))
        });
        found.max_by_key(|(truth, tenure)| (*truth, earliest(*tenure))).map(|(_, tenure)| tenure)
    }

    /// The periods that are there on a day, or may be.
    fn periods_on(&self, entity: EntityNumber, at: Option<Extent>) -> Vec<(Truth, Period<Document>)> {
        let Some(at) = at else {
            return Vec::new();
        };
        let pairs = self.pairs(entity).iter().filter(|pair| pair.asked.is_possible());
        let periods = pairs.flat_map(|pair| pair.standing.periods());
        periods.map(|period| (covers(&period, at), period)).filter(|(truth, _)| truth.is_possible()).collect()
    }
}

/// The order of beginnings: what is not known last.
fn earliest(tenure: Tenure) -> (bool, Option<(Day, Day)>, Document) {
    (tenure.day.is_none(), tenure.day.map(|day| (day.first, day.last)), tenure.act)
}

/// Whether a period is there on a day.
fn covers(period: &Period<Document>, at: Extent) -> Truth {
    let begun = period
        .start
        .map_or(Truth::Possible, |start| Truth::from_bounds(start.last <= at.earliest(), start.first <= at.latest()));
    let over = match &period.end {
        None => Truth::False,
        Some((None, _)) => Truth::Possible,
        Some((Some(end), _)) => Truth::from_bounds(end.last <= at.latest(), end.first <= at.earliest()),
    };
    begun.and(!over)
}
