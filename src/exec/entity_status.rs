//! A status as one end of facts sees it: with whom each entity has it, when,
//! and by which act. It knows which facts count from the table of standings.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::ExecError;
use super::evaluate::Evaluator;
use crate::index::{Document, View};
use crate::model::vocabulary::Role;
use crate::model::{Act, Cell, Date, Day, EntityNumber, Extent, Period, Standing, StatusRule, Truth, Window, fold};
use crate::plan::{Filter, Match, Others, StatusTest};

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
        let Some(rule) = StatusRule::new(view.schema(), &test.status) else {
            return Ok(Self { pairs: FxHashMap::default() });
        };
        let actions = rule.actions().map(|action| fold(action).into_owned()).collect();
        let of_rule = Filter::Keyword { field: "action".into(), test: Match::Any(actions) };
        let mut acts = facts.evaluate(&of_rule, view.live())?;
        if let Some(using) = &test.using {
            acts = facts.evaluate(using, &acts.open)?.and(&acts);
        }
        let mut dates: Vec<Vec<Option<Extent>>> = vec![Vec::new(); acts.possible.len() as usize];
        for name in rule.fields() {
            let mut next = dates.iter_mut();
            match view.field(name) {
                Some(field) => field.each(&acts.possible, &mut |_, ordinals| {
                    let date = ordinals.first().map(|ordinal| field.value(*ordinal));
                    let date = date.as_ref().and_then(Cell::as_date).map(Date::extent);
                    next.by_ref().take(1).for_each(|dates| dates.push(date));
                })?,
                None => next.for_each(|dates| dates.push(None)),
            }
        }
        let ends = [Role::Subject, Role::Object].map(|role| {
            let mut found = Vec::new();
            if let Some(field) = view.field(role.field()) {
                field.each(&acts.possible, &mut |_, ordinals| {
                    found.push(ordinals.first().and_then(|ordinal| field.entity(*ordinal)));
                })?;
            }
            Ok::<_, ExecError>(found)
        });
        let [subjects, objects] = ends;
        let (subjects, objects) = (subjects?, objects?);
        let mut actions = Vec::new();
        if let Some(field) = view.field("action") {
            field.each(&acts.possible, &mut |_, ordinals| {
                actions.push(ordinals.first().map(|ordinal| field.value(*ordinal).to_string()).unwrap_or_default());
            })?;
        }
        let mut folded: BTreeMap<(EntityNumber, EntityNumber), Vec<Act<Document>>> = BTreeMap::new();
        for ((((document, dates), subject), object), action) in
            acts.possible.iter().zip(dates).zip(subjects).zip(objects).zip(actions)
        {
            let (Some(subject), Some(object)) = (subject, object) else { continue };
            let pair = match test.role {
                Role::Subject => (subject, object),
                Role::Object => (object, subject),
            };
            let certain = acts.definite.contains(document);
            folded.entry(pair).or_default().push(Act { action: action.into(), dates, certain, origin: document });
        }
        let mut pairs: FxHashMap<EntityNumber, Vec<Pair>> = FxHashMap::default();
        for ((tested, other), acts) in folded {
            let asked = match &test.others {
                Others::Entities(entities) => entities.contains(&other).into(),
                Others::Query(_) => todo!(),
                Others::Count { .. } => Truth::True,
            };
            if asked > Truth::False {
                pairs.entry(tested).or_default().push(Pair { other, asked, standing: Standing::new(&rule, acts) });
            }
        }
        Ok(Self { pairs })
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
        let truths: Vec<Truth> =
            self.pairs(entity).iter().map(|pair| pair.asked.and(pair.standing.holds(at))).collect();
        let Others::Count { least, most } = others else {
            return truths.into_iter().fold(Truth::False, Truth::or);
        };
        let at_least = |count: u64| {
            let so_many = |than: &Truth| truths.iter().filter(|truth| *truth >= than).count() as u64 >= count;
            [Truth::True, Truth::Possible, Truth::Unknown].into_iter().find(so_many).unwrap_or(Truth::False)
        };
        at_least(*least).and(most.map_or(Truth::True, |most| !at_least(most + 1)))
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
