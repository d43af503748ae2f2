//! Statuses of those who stand at one end of facts towards those at the other:
//! which acts are folded, pair by pair, and what is asked of the pairs. How
//! acts are folded is the model's affair.

use std::rc::Rc;
use std::sync::Arc;

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::exec::ExecError;
use crate::exec::filter::facts::Evaluator;
use crate::exec::filter::facts::unrecorded::{StatusGaps, possible_at};
use crate::exec::filter::query_values::unrecorded_at;
use crate::exec::filter::sets::Sets;
use crate::exec::rows::participants::NOBODY;
use crate::exec::rows::same_values::same;
use crate::index::{Document, FieldView, View};
use crate::model::vocabulary::Role;
use crate::model::{Act, Cell, Date, Day, EntityNumber, Extent, Interval, Period, Standing, StatusRule, Truth, Window};
use crate::plan::{At, Counterparts, StatusTest, UnrecordedEnd};

/// More others than anybody can count.
const UNCOUNTED: u64 = u64::MAX / 2;

/// The statuses that a test asks about, on any day: all but its own day counts.
pub(crate) struct Standings {
    view: Arc<dyn View>,
    /// The date fields that acts are read with.
    fields: Vec<Arc<str>>,
    /// For each value of `action` the date fields on which such an act has its effect.
    effect_fields: FxHashMap<u32, Vec<Arc<str>>>,
    pairs: Vec<Pair>,
    /// The pairs of each who is tested.
    by_tested: FxHashMap<u32, Vec<usize>>,
    /// The place of each pair, by who is tested and who stands at the other end.
    places: FxHashMap<(u32, u32), usize>,
    wanted: Wanted,
    /// When those are there who are counted and are not always there.
    lives: FxHashMap<u32, Interval>,
    unrecorded: UnrecordedOpenings,
}

/// Where acts that open the status may be missing from the store.
#[derive(Default)]
struct UnrecordedOpenings {
    /// The objects of which they may be, each with the days.
    by_object: FxHashMap<u32, Vec<Window>>,
    /// The days on which they may be missing of a name that no entity has.
    of_names: Vec<Window>,
    /// Whether objects are tested, and not subjects.
    of_tested: bool,
    /// Where others are counted: who may be one of them, and when each is there.
    others: Vec<(u32, Interval)>,
    /// Whether there may be others whom nothing names.
    others_unlisted: bool,
    /// How many entities there are; numbers beyond are names.
    entities: usize,
}

impl UnrecordedOpenings {
    fn new(
        evaluator: &Evaluator<'_>,
        test: &StatusTest,
        rule: &StatusRule,
        wanted: &Wanted,
    ) -> Result<Self, ExecError> {
        let gaps = StatusGaps::new(evaluator, rule.opening(), test.using.as_deref());
        let mut found = Self::default();
        if !gaps.is_possible() {
            return Ok(found);
        }
        let entities = evaluator.view().entities();
        found.entities = entities.len();
        found.of_tested = test.role == Role::Object;
        found.of_names = gaps.of(&UnrecordedEnd::Unlisted)?;
        let (objects, open) = possible_at(evaluator, Role::Object);
        for (object, life) in objects {
            if let (Role::Subject, Wanted::Any(any)) = (test.role, wanted)
                && !any.contains_key(&object.0)
            {
                continue;
            }
            let days = gaps.of(&UnrecordedEnd::Entity(object))?;
            if !days.is_empty() {
                found.by_object.insert(object.0, days);
                if evaluator.view().schema().counts_at(Role::Object, &entities.get(object).kind) {
                    found.others.push((object.0, life));
                }
            }
        }
        found.others_unlisted = open;
        if found.of_tested {
            let (subjects, open) = possible_at(evaluator, Role::Subject);
            let counts = |(subject, _): &(EntityNumber, Interval)| {
                evaluator.view().schema().counts_at(Role::Subject, &entities.get(*subject).kind)
            };
            found.others = subjects.filter(counts).map(|(subject, life)| (subject.0, life)).collect();
            found.others_unlisted = open;
        }
        Ok(found)
    }

    /// The days on which acts of one who is tested on another may be missing.
    fn days(&self, tested: u32, other: u32) -> &[Window] {
        let object = if self.of_tested { tested } else { other };
        match self.by_object.get(&object) {
            Some(days) => days,
            None if object as usize >= self.entities && object != NOBODY => &self.of_names,
            None => &[],
        }
    }
}

/// Whether an act on one of some days may have opened a status that is there at a
/// date: not if another act has closed it since.
fn may_have_opened(days: &[Window], pair: Option<&Pair>, at: Option<Extent>) -> bool {
    let latest = at.map_or(Day::FUTURE, Extent::latest);
    let until_then = days.iter().filter(|days| days.first <= latest);
    let Some(last) = until_then.map(|days| days.last.min(latest)).max() else { return false };
    let since = at.map(|at| Window::new(last.next(), at.earliest()));
    !since.is_some_and(|since| pair.is_some_and(|pair| pair.standing.closes_within(since)))
}

/// Two who have acts between them.
pub(crate) struct Pair {
    /// Who stands at the end that is tested, as the [`ParticipantColumn`](crate::exec::rows::participants::ParticipantColumn) numbers them.
    pub tested: u32,
    /// Who stands at the other.
    pub other: u32,
    /// What their acts make.
    pub standing: Standing<Document>,
    /// Before this day none of their acts may have done anything.
    first: Day,
}

impl Pair {
    fn new(rule: &StatusRule, tested: u32, other: u32, acts: Vec<Act<Document>>) -> Self {
        let first = acts.iter().map(|act| rule.first_day(act)).min().unwrap_or(Day::FUTURE);
        Self { tested, other, standing: Standing::new(rule, acts), first }
    }

    /// Whether the status is there at a date.
    pub fn holds(&self, at: Option<Extent>) -> Truth {
        if at.is_some_and(|at| at.latest() < self.first) { Truth::False } else { self.standing.holds(at) }
    }
}

/// With whom at the other end the status is asked for.
enum Wanted {
    /// With any of these, each as true as it is that it is one of them.
    Any(FxHashMap<u32, Truth>),
    /// With so many.
    Count { least: u64, most: Option<u64> },
}

impl Standings {
    /// Reads and folds the acts that matter to a test.
    pub fn new(evaluator: &Evaluator<'_>, test: &StatusTest) -> Result<Self, ExecError> {
        let view = evaluator.view();
        let other = evaluator.end(test.role.opposite());
        let wanted = match &test.others {
            Counterparts::Entities(entities) => {
                Wanted::Any(entities.iter().map(|entity| (entity.0, Truth::True)).collect())
            }
            Counterparts::Query(query) => {
                let given = evaluator.context().subqueries.column(query, evaluator.context())?;
                let mut any = FxHashMap::default();
                for (number, truth) in given.iter().filter_map(|(cell, truth)| Some((other.find(cell)?, *truth))) {
                    let held = any.entry(number).or_insert(Truth::False);
                    *held = truth.or(*held);
                }
                for entity in unrecorded_at(evaluator, query, test.role.opposite())? {
                    any.entry(entity.0).or_insert(Truth::Unknown);
                }
                Wanted::Any(any)
            }
            Counterparts::Count { least, most } => Wanted::Count { least: *least, most: *most },
        };
        let mut standings = Self {
            view: view.clone(),
            fields: Vec::new(),
            effect_fields: FxHashMap::default(),
            pairs: Vec::new(),
            by_tested: FxHashMap::default(),
            places: FxHashMap::default(),
            wanted,
            lives: FxHashMap::default(),
            unrecorded: UnrecordedOpenings::default(),
        };
        if let Some(rule) = StatusRule::new(view.schema(), &test.status) {
            standings.fields = rule.fields().to_vec();
            standings.unrecorded = UnrecordedOpenings::new(evaluator, test, &rule, &standings.wanted)?;
            standings.fold(evaluator, test, &rule)?;
            if let Wanted::Count { .. } = standings.wanted {
                let life = |pair: &Pair| Some((pair.other, view.entities().get(other.entity(pair.other)?).life()));
                let lives = standings.pairs.iter().filter_map(life).filter(|(_, life)| !life.is_unbounded());
                standings.lives = lives.collect();
            }
        }
        Ok(standings)
    }

    fn fold(&mut self, evaluator: &Evaluator<'_>, test: &StatusTest, rule: &StatusRule) -> Result<(), ExecError> {
        let Some(actions) = self.view.field("action") else {
            return Ok(());
        };
        // Acts are compared by the names that the vocabulary gives them.
        let names = rule.actions().map(<Arc<str>>::from);
        let actions_of: FxHashMap<u32, Arc<str>> = names
            .flat_map(|name| same(&*actions, &name).into_iter().map(move |ordinal| (ordinal, name.clone())))
            .collect();
        let fields_of =
            |name: &Arc<str>| rule.fields_of(name).filter_map(|field| self.fields.get(field).cloned()).collect();
        self.effect_fields = actions_of.iter().map(|(ordinal, name)| (*ordinal, fields_of(name))).collect();
        let mut documents = actions.postings(&actions_of.keys().copied().collect())? & self.view.live();
        let (tested, other) = (evaluator.end(test.role), evaluator.end(test.role.opposite()));
        if let Wanted::Any(any) = &self.wanted {
            documents &= other.having(any.keys().copied())?;
        }
        let sets = match &test.using {
            Some(using) => evaluator.evaluate(using, &documents)?,
            None => Sets::certain(documents),
        };
        let mut acts: Vec<Act<Document>> = Vec::with_capacity(usize::try_from(sets.possible.len()).unwrap_or(0));
        let mut certain = sets.definite.iter().peekable();
        actions.each(&sets.possible, &mut |document, ordinals| {
            acts.push(Act {
                action: ordinals.first().and_then(|ordinal| actions_of.get(ordinal)).cloned().unwrap_or_default(),
                dates: Vec::with_capacity(self.fields.len()),
                certain: certain.next_if_eq(&document).is_some(),
                origin: document,
            });
        })?;
        for field in &self.fields {
            evaluator.cancel().check()?;
            let extents = self.extents(field, &sets.possible)?;
            acts.iter_mut().zip(extents).for_each(|(act, extent)| act.dates.push(extent));
        }
        let ends = tested.read(&sets.possible)?.into_iter().zip(other.read(&sets.possible)?);
        let mut places: FxHashMap<(u32, u32), usize> = FxHashMap::default();
        let mut folded: Vec<(_, Vec<Act<Document>>)> = Vec::new();
        for (pair, act) in ends.zip(acts) {
            let place = *places.entry(pair).or_insert_with(|| {
                folded.push((pair, Vec::new()));
                folded.len() - 1
            });
            if let Some((_, acts)) = folded.get_mut(place) {
                acts.push(act);
            }
        }
        for (place, ((tested, other), acts)) in folded.into_iter().enumerate() {
            if place % 1024 == 0 {
                evaluator.cancel().check()?;
            }
            self.by_tested.entry(tested).or_default().push(place);
            self.pairs.push(Pair::new(rule, tested, other, acts));
        }
        self.places = places;
        Ok(())
    }

    /// The first date of each of some documents; what others take back is for
    /// the status itself to say.
    fn extents(&self, field: &str, documents: &RoaringBitmap) -> Result<Vec<Option<Extent>>, ExecError> {
        let length = usize::try_from(documents.len()).unwrap_or(usize::MAX);
        let Some(field) = self.view.field(field) else {
            return Ok(vec![None; length]);
        };
        let mut known: FxHashMap<u32, Option<Extent>> = FxHashMap::default();
        let mut extents = Vec::with_capacity(length);
        field.each(documents, &mut |_, ordinals| {
            let extent = ordinals.first().and_then(|ordinal| {
                *known.entry(*ordinal).or_insert_with(|| field.value(*ordinal).as_date().map(Date::extent))
            });
            extents.push(extent);
        })?;
        Ok(extents)
    }

    /// The pairs of one who is tested.
    pub fn pairs_of(&self, tested: u32) -> impl Iterator<Item = &Pair> {
        let places = self.by_tested.get(&tested).filter(|_| tested != NOBODY);
        places.into_iter().flatten().filter_map(|place| self.pairs.get(*place))
    }

    /// All pairs.
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    /// Whether the test asks about a pair.
    pub fn asks(&self, pair: &Pair) -> Truth {
        match &self.wanted {
            Wanted::Any(any) => any.get(&pair.other).copied().unwrap_or(Truth::False),
            // Nobody is not one of those who are counted.
            Wanted::Count { .. } => (pair.other != NOBODY).into(),
        }
    }

    /// The pairs of one who is tested that the test asks about, each as true as
    /// it is that it does.
    fn asked(&self, tested: u32) -> impl Iterator<Item = (&Pair, Truth)> {
        self.pairs_of(tested).map(|pair| (pair, self.asks(pair))).filter(|(_, asked)| *asked > Truth::False)
    }

    /// Whether a status is there that is asked for; those who are no more, or
    /// not yet, are not counted.
    fn truth(&self, pair: &Pair, at: Option<Extent>) -> Truth {
        let alive = |life: &Interval| at.map_or(Truth::Unknown, |at| life.holds(at));
        pair.holds(at).and(self.lives.get(&pair.other).map_or(Truth::True, alive))
    }

    /// Whether one passes the test at a date.
    pub fn holds(&self, tested: u32, at: Option<Extent>) -> Truth {
        let mut truths = self.asked(tested).map(|(pair, wanted)| self.truth(pair, at).and(wanted));
        match self.wanted {
            Wanted::Any(_) => {
                let mut truth = Truth::False;
                while !truth.is_definite()
                    && let Some(next) = truths.next()
                {
                    truth = truth.or(next);
                }
                if truth == Truth::False && self.may_be_unrecorded(tested, at) { Truth::Unknown } else { truth }
            }
            Wanted::Count { least, most } => {
                let mut numbers = TruthCounts::default();
                while !numbers.decide(least, most)
                    && let Some(next) = truths.next()
                {
                    numbers.add(next);
                }
                if !numbers.decide(least, most) {
                    let decisive = most.and_then(|most| most.checked_add(1)).unwrap_or(least);
                    let known = numbers.definite + numbers.possible + numbers.unknown;
                    let more = self.unrecorded_others(tested, at, decisive.saturating_sub(known));
                    numbers.unknown = numbers.unknown.saturating_add(more);
                }
                numbers.between(least, most)
            }
        }
    }

    /// Whether one may have the status with one of those who are asked for, though
    /// nothing is recorded of it.
    fn may_be_unrecorded(&self, tested: u32, at: Option<Extent>) -> bool {
        let Wanted::Any(any) = &self.wanted else { return false };
        tested != NOBODY
            && any.iter().any(|(other, asked)| {
                let days = self.unrecorded.days(tested, *other);
                *asked > Truth::False && !days.is_empty() && may_have_opened(days, self.pair(tested, *other), at)
            })
    }

    /// The acts between two, if there are any.
    fn pair(&self, tested: u32, other: u32) -> Option<&Pair> {
        self.places.get(&(tested, other)).and_then(|place| self.pairs.get(*place))
    }

    /// With how many one may have the status, though nothing is recorded of it, counted up
    /// to so many; more than can be counted if nothing names them all.
    fn unrecorded_others(&self, tested: u32, at: Option<Extent>, most: u64) -> u64 {
        let openings = &self.unrecorded;
        if most == 0 || tested == NOBODY || openings.of_tested && openings.days(tested, NOBODY).is_empty() {
            return 0;
        }
        let unlisted = if openings.of_tested { openings.days(tested, NOBODY) } else { &openings.of_names };
        if openings.others_unlisted && may_have_opened(unlisted, None, at) {
            return UNCOUNTED;
        }
        let is_there = |life: &Interval| match at {
            Some(at) => life.holds(at) > Truth::False,
            None => true,
        };
        let is_one = |(other, life): &&(u32, Interval)| {
            let pair = self.pair(tested, *other);
            let is_counted = pair.is_some_and(|pair| self.truth(pair, at) > Truth::False);
            !is_counted && is_there(life) && may_have_opened(openings.days(tested, *other), pair, at)
        };
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        openings.others.iter().filter(is_one).take(most).count() as u64
    }

    /// With how many one has the status on a day: definitely, and at most, for all that is
    /// recorded; an act without a date may have been any day.
    pub fn count(&self, tested: u32, day: Day) -> (u64, u64) {
        let numbers = self.numbers(tested, Some(Extent::Point(Window::day(day))));
        (numbers.definite, numbers.definite + numbers.possible + numbers.unknown)
    }

    /// How many of the pairs of one that the test asks about have the status at a date.
    fn numbers(&self, tested: u32, at: Option<Extent>) -> TruthCounts {
        let mut numbers = TruthCounts::default();
        self.asked(tested).for_each(|(pair, wanted)| numbers.add(self.truth(pair, at).and(wanted)));
        numbers
    }

    /// With how many others nobody knows whether one has the status on a day; none if
    /// nobody can tell how many others there are.
    pub fn count_unknown(&self, tested: u32, day: Day) -> Option<u64> {
        let at = Some(Extent::Point(Window::day(day)));
        let more = Some(self.unrecorded_others(tested, at, UNCOUNTED)).filter(|more| *more < UNCOUNTED)?;
        Some(self.numbers(tested, at).unknown + more)
    }

    /// The period in which one has the status on a day, if possibly any; of
    /// several, with several others, the one that began first.
    pub fn since(&self, tested: u32, day: Day) -> Option<Period<Document>> {
        let goes_on = |period: &Period<Document>| {
            let begun = period.start.is_none_or(|start| start.first <= day);
            let ended = period.end.as_ref().and_then(|(end, _)| *end).is_some_and(|end| end.last <= day);
            begun && !ended
        };
        let periods = self.asked(tested).filter_map(|(pair, _)| pair.standing.periods().into_iter().rfind(goes_on));
        periods.min_by_key(|period| {
            let start = period.start.unwrap_or(Window::ALL);
            (start.first, start.last, period.opened)
        })
    }

    /// A day as the act has it that opened or closed something then: as it is
    /// written, where one of the act's dates is that day, else what is known of it.
    /// A date on which such an act has its effect goes before others on the same day.
    pub fn written(&self, day: Window, act: Document) -> Result<Cell, ExecError> {
        let documents = RoaringBitmap::from_iter([act]);
        let first_of = |field: &dyn FieldView| {
            let mut first = None;
            field.each(&documents, &mut |_, ordinals| first = ordinals.first().copied())?;
            Ok::<_, ExecError>(first)
        };
        let action = self.view.field("action").map(|actions| first_of(&*actions)).transpose()?.flatten();
        let own = action.and_then(|action| self.effect_fields.get(&action)).into_iter().flatten();
        for field in own.chain(&self.fields).filter_map(|field| self.view.field(field)) {
            let first = first_of(&*field)?;
            let cell = first.map(|ordinal| field.value(ordinal)).unwrap_or_default();
            if cell.as_date().is_some_and(|date| date.days() == day) {
                return Ok(cell);
            }
        }
        Ok(Date::from_window(day).map_or(Cell::Missing, Cell::Date))
    }
}

/// How many there are of each truth.
#[derive(Default)]
struct TruthCounts {
    definite: u64,
    possible: u64,
    unknown: u64,
}

impl TruthCounts {
    fn add(&mut self, truth: Truth) {
        match truth {
            Truth::True => self.definite += 1,
            Truth::Possible => self.possible += 1,
            Truth::Unknown => self.unknown += 1,
            Truth::False => {}
        }
    }

    /// Whether more of them would change nothing.
    fn decide(&self, least: u64, most: Option<u64>) -> bool {
        most.map_or(self.definite >= least, |most| self.definite > most)
    }

    fn at_least(&self, number: u64) -> Truth {
        if number <= self.definite {
            Truth::True
        } else if number <= self.definite + self.possible {
            Truth::Possible
        } else if number <= (self.definite + self.possible).saturating_add(self.unknown) {
            Truth::Unknown
        } else {
            Truth::False
        }
    }

    fn between(&self, least: u64, most: Option<u64>) -> Truth {
        let most = most.and_then(|most| most.checked_add(1));
        self.at_least(least).and(most.map_or(Truth::True, |beyond| !self.at_least(beyond)))
    }
}

/// The facts of which the reference at an end has a status.
pub(crate) fn status(evaluator: &Evaluator<'_>, test: &StatusTest, within: &RoaringBitmap) -> Result<Sets, ExecError> {
    let standings = evaluator.standings(test)?;
    let tested = evaluator.end(test.role).read(within)?;
    let dates = match test.at {
        At::Fact => standings.extents("date", within)?,
        At::Day(day) => vec![Some(Extent::Point(Window::day(day))); tested.len()],
        At::Row => return Err(ExecError::Misplaced("a status on the day of a row")),
    };
    let mut known: FxHashMap<(u32, Option<Extent>), Truth> = FxHashMap::default();
    let mut sets = Sets::default();
    for ((place, document), asked) in within.iter().enumerate().zip(tested.into_iter().zip(dates)) {
        if place % 256 == 0 {
            evaluator.cancel().check()?;
        }
        let truth = *known.entry(asked).or_insert_with(|| standings.holds(asked.0, asked.1));
        sets.add(document, truth);
    }
    Ok(sets)
}

/// The standings that were asked for last: the same test on another day needs
/// no other ones.
#[derive(Default)]
pub(crate) struct RememberedStandings {
    tests: Vec<(StatusTest, Rc<Standings>)>,
}

/// So many are remembered.
const REMEMBERED: usize = 8;

impl RememberedStandings {
    pub fn recall(&self, test: &StatusTest) -> Option<Rc<Standings>> {
        let same = |known: &StatusTest| {
            (&known.status, known.role, &known.others, &known.using)
                == (&test.status, test.role, &test.others, &test.using)
        };
        self.tests.iter().find(|(known, _)| same(known)).map(|(_, standings)| standings.clone())
    }

    pub fn keep(&mut self, test: &StatusTest, standings: Rc<Standings>) {
        if self.tests.len() >= REMEMBERED {
            self.tests.remove(0);
        }
        self.tests.push((test.clone(), standings));
    }
}

#[cfg(test)]
mod tests;
