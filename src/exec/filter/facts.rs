//! From a filter to the documents of which it holds, by way of the index: each
//! test is decided once for each distinct value, and what no index serves is
//! decided last, on the few candidates that are left.

pub(crate) mod unrecorded;

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::exec::filter::algebra::{self, Candidates, Effort, Estimate};
use crate::exec::filter::attributes::Attributes;
use crate::exec::filter::context::EvaluationContext;
use crate::exec::filter::fact_calculation;
use crate::exec::filter::fact_values::Reader;
use crate::exec::filter::matcher::{Matcher, meant};
use crate::exec::filter::other_facts::{OtherFactsJoin, sharing};
use crate::exec::filter::query_values::has_given_value;
use crate::exec::filter::sets::Sets;
use crate::exec::filter::statuses::{self, Standings};
use crate::exec::filter::value_tests::{has_form, is_between, lies_in};
use crate::exec::rows::first_values::firsts;
use crate::exec::rows::lists::Lists;
use crate::exec::rows::participants::ParticipantColumn;
use crate::exec::{Cancel, ExecError};
use crate::index::{Document, FieldView, View};
use crate::model::vocabulary::Role;
use crate::model::{Cell, Date, Day, EntityNumber, Extent, FieldKind, Interval, Truth, Window, any_interval_holds};
use crate::plan::{Account, At, Filter, Match, OtherFacts, RecordTest, RecordValue, StatusTest};
use crate::syntax::tree::Relation;

/// How many distinct values are looked at between two looks at the flag.
const PATIENCE: u32 = 4096;

/// How many distinct values are looked at to estimate how many rows a test leaves.
const SAMPLE: u32 = 64;

/// Evaluates filters over one state of the store.
pub(crate) struct Evaluator<'a> {
    context: &'a EvaluationContext,
    attributes: Attributes<'a>,
    subject: OnceCell<ParticipantColumn>,
    object: OnceCell<ParticipantColumn>,
    standings: RefCell<statuses::RememberedStandings>,
    /// The same on other accounts.
    told_standings: RefCell<Vec<(Arc<Account>, statuses::RememberedStandings)>>,
}

impl<'a> Evaluator<'a> {
    pub fn new(context: &'a EvaluationContext) -> Self {
        let attributes = Attributes::new(&*context.view, &*context.store);
        let (subject, object) = (OnceCell::new(), OnceCell::new());
        let (standings, told_standings) = (RefCell::default(), RefCell::default());
        Self { context, attributes, subject, object, standings, told_standings }
    }

    /// What it evaluates over.
    pub fn context(&self) -> &'a EvaluationContext {
        self.context
    }

    /// The state of the store that it looks at.
    pub fn view(&self) -> &'a Arc<dyn View> {
        &self.context.view
    }

    /// The flag that stops it.
    pub fn cancel(&self) -> &'a Cancel {
        &self.context.cancel
    }

    /// Who stands at an end of facts.
    pub fn end(&self, role: Role) -> &ParticipantColumn {
        let end = match role {
            Role::Subject => &self.subject,
            Role::Object => &self.object,
        };
        end.get_or_init(|| ParticipantColumn::new(&*self.context.view, role))
    }

    /// The statuses that a test asks about, on whichever day.
    pub fn standings(&self, test: &StatusTest) -> Result<Rc<Standings>, ExecError> {
        if let Some(known) = self.standings.borrow().recall(test) {
            return Ok(known);
        }
        let standings = Rc::new(Standings::new(self, test)?);
        self.standings.borrow_mut().keep(test, standings.clone());
        Ok(standings)
    }

    /// What entities declare.
    pub fn attributes(&self) -> &Attributes<'a> {
        &self.attributes
    }

    /// The truth of a filter for each document in `within`.
    pub fn evaluate(&self, filter: &Filter, within: &RoaringBitmap) -> Result<Sets, ExecError> {
        algebra::evaluate(self, filter, within)
    }

    /// The documents without a value for a field.
    pub fn missing(&self, field: &str, within: &RoaringBitmap) -> Result<RoaringBitmap, ExecError> {
        let present = match self.context.view.schema().field(field).map(|field| field.kind) {
            Some(FieldKind::Id) => return Ok(RoaringBitmap::new()),
            Some(FieldKind::Text) => self.context.view.text_present(field)?,
            _ => match self.context.view.field(field) {
                Some(field) => field.present()?,
                None => return Ok(within.clone()),
            },
        };
        Ok(within - present)
    }

    /// How many of some rows are expected to have one of some values of a field,
    /// if each of its values is as frequent as the others.
    fn share_of(&self, field: &str, rows: u64, values: impl Fn(&dyn FieldView) -> usize) -> u64 {
        let Some(field) = self.context.view.field(field) else { return 0 };
        rows.saturating_mul(values(&*field) as u64).div_ceil(u64::from(field.len()).max(1))
    }

    /// How many of some rows are expected to have a value that passes a test, by
    /// a sample of the distinct values.
    fn sampled(&self, field: &str, rows: u64, passes: &dyn Fn(&Cell) -> bool) -> u64 {
        // The dates that rules compute are made only when a test asks for them.
        let definition = self.context.view.schema().field(field);
        if definition.is_some_and(|field| field.may_be_computed() || field.restricted_to.is_some()) {
            return rows / 2;
        }
        let Some(field) = self.context.view.field(field) else { return 0 };
        let step = (field.len() / SAMPLE).max(1) as usize;
        let sample = (0..field.len()).step_by(step);
        let (mut asked, mut passing) = (0, 0);
        for ordinal in sample {
            asked += 1;
            passing += u64::from(passes(&field.value(ordinal)));
        }
        rows.saturating_mul(passing).div_ceil(asked.max(1))
    }

    fn keyword(&self, field: &str, test: &Match, within: &RoaringBitmap) -> Result<Sets, ExecError> {
        let schema = self.context.view.schema();
        if field == "action" && !schema.vocabulary().umbrellas.is_empty() {
            let matcher = Matcher::new(test)?;
            let is_wanted = |action: &str| matcher.matches(action);
            return self.by_value(field, within, &|value| schema.was_done(&value.to_string(), &is_wanted));
        }
        if let Match::Any(texts) = test
            && let Some(column) = self.context.view.field(field)
        {
            let mut ordinals = RoaringBitmap::new();
            for text in texts {
                ordinals.extend(meant(&*self.context.view, field, &*column, text)?);
            }
            return Ok(Sets::certain(select(&*column, &ordinals, within)?));
        }
        if let Match::Prefix(prefix) = test
            && let Some(field) = self.context.view.field(field)
            && let Some(ordinals) = field.beginning(prefix)
        {
            return Ok(Sets::certain(select(&*field, &ordinals.into_iter().collect(), within)?));
        }
        let matcher = Matcher::new(test)?;
        self.by_value(field, within, &|value| matcher.matches(&value.to_string()).into())
    }

    /// Decides a test for each distinct value; of several values of a document
    /// the truest counts, and a document without one is left out.
    fn by_value(&self, field: &str, within: &RoaringBitmap, test: &dyn Fn(Cell) -> Truth) -> Result<Sets, ExecError> {
        match self.context.view.field(field) {
            Some(field) => self.by_ordinal(&*field, within, &|ordinal| Ok(test(field.value(ordinal)))),
            None => Ok(Sets::default()),
        }
    }

    /// The same of a field, by the numbers of its values.
    pub fn by_ordinal(
        &self,
        field: &dyn FieldView,
        within: &RoaringBitmap,
        test: &dyn Fn(u32) -> Result<Truth, ExecError>,
    ) -> Result<Sets, ExecError> {
        if within.len() * 4 < u64::from(field.len()) {
            // Fewer candidates than values: only their values are looked at.
            let mut pairs = Vec::new();
            field.each(within, &mut |document, ordinals| pairs.extend(ordinals.iter().map(|one| (document, *one))))?;
            let mut known = FxHashMap::default();
            let mut sets = Sets::default();
            for (document, ordinal) in pairs {
                let truth = match known.get(&ordinal) {
                    Some(truth) => *truth,
                    None => *known.entry(ordinal).or_insert(test(ordinal)?),
                };
                sets.add(document, truth);
            }
            return Ok(sets);
        }
        let mut definite = RoaringBitmap::new();
        let mut possible = RoaringBitmap::new();
        let mut unknown = RoaringBitmap::new();
        for ordinal in 0..field.len() {
            if ordinal.is_multiple_of(PATIENCE) {
                self.context.cancel.check()?;
            }
            let _ = match test(ordinal)? {
                Truth::True => definite.insert(ordinal),
                Truth::Possible => possible.insert(ordinal),
                Truth::Unknown => unknown.insert(ordinal),
                Truth::False => false,
            };
        }
        let mut sets = Sets::certain(select(field, &definite, within)?);
        sets.possible |= select(field, &possible, within)?;
        sets.open = &sets.possible | select(field, &unknown, within)?;
        Ok(sets)
    }

    /// Undated memberships need no look at any date; of the others each pair of
    /// a member and a date is decided once.
    fn member(&self, field: &str, groups: &[EntityNumber], within: &RoaringBitmap) -> Result<Sets, ExecError> {
        let Some(field) = self.context.view.field(field) else {
            return Ok(Sets::default());
        };
        let mut always = RoaringBitmap::new();
        let mut dated: BTreeMap<u32, Vec<&[Interval]>> = BTreeMap::new();
        for (member, intervals) in groups.iter().flat_map(|group| self.context.view.entities().members(*group)) {
            for ordinal in field.referring(member) {
                if intervals.iter().any(|days| days.is_unbounded()) {
                    always.insert(ordinal);
                } else {
                    dated.entry(ordinal).or_default().push(intervals);
                }
            }
        }
        let always = Sets::certain(select(&*field, &always, within)?);
        let candidates = select(&*field, &dated.keys().copied().collect(), within)? - &always.definite;
        if candidates.is_empty() {
            return Ok(always);
        }
        let when = self.context.view.field("date");
        let days = when.as_deref().map(|when| firsts(when, &candidates)).transpose()?.unwrap_or_default();
        let mut days = days.into_iter();
        let mut known: FxHashMap<(u32, Option<u32>), Truth> = FxHashMap::default();
        let mut sets = Sets::default();
        field.each(&candidates, &mut |document, ordinals| {
            let day = days.next().flatten();
            for ordinal in ordinals {
                let Some(of_groups) = dated.get(ordinal) else {
                    continue;
                };
                let truth = *known.entry((*ordinal, day)).or_insert_with(|| {
                    let value = when.as_deref().zip(day).map(|(when, day)| when.value(day));
                    let at = value.as_ref().and_then(Cell::as_date).map(Date::extent);
                    of_groups.iter().map(|intervals| any_interval_holds(intervals, at)).fold(Truth::False, Truth::or)
                });
                sets.add(document, truth);
            }
        })?;
        Ok(always.or(&sets))
    }

    /// On one day it is decided once for each member.
    fn member_on(
        &self,
        field: &str,
        groups: &[EntityNumber],
        day: Day,
        within: &RoaringBitmap,
    ) -> Result<Sets, ExecError> {
        let Some(field) = self.context.view.field(field) else {
            return Ok(Sets::default());
        };
        let at = Some(Extent::Point(Window::day(day)));
        let mut ordinals = Sets::default();
        for (member, intervals) in groups.iter().flat_map(|group| self.context.view.entities().members(*group)) {
            let truth = any_interval_holds(intervals, at);
            field.referring(member).into_iter().for_each(|ordinal| ordinals.add(ordinal, truth));
        }
        let of = |ordinals| select(&*field, ordinals, within);
        Ok(Sets { definite: of(&ordinals.definite)?, possible: of(&ordinals.possible)?, open: of(&ordinals.open)? })
    }

    fn relative(
        &self,
        value: &RecordValue,
        relation: Relation,
        to: &str,
        other: &OtherFacts,
        within: &RoaringBitmap,
    ) -> Result<Sets, ExecError> {
        let mut reader = Reader::new(self.context, &value.clone().into());
        let codes = reader.read(within)?;
        let pool = reader.pool();
        let extents: Vec<_> = pool.cells().iter().map(|cell| cell.as_date().map(Date::extent)).collect();
        let mut dates = Lists::default();
        for code in codes {
            let several = pool.members(&code).iter();
            dates.push(several.filter_map(|code| extents.get(*code as usize).copied().flatten()));
        }
        let truths = OtherFactsJoin::of_facts(self, other, within)?.related(&dates, relation, to)?;
        self.with_unrecorded(other, within, Sets::of(within.iter().zip(truths)))
    }

    /// What is true of other facts of some facts, where an absence may be one of
    /// records.
    fn with_unrecorded(&self, other: &OtherFacts, within: &RoaringBitmap, sets: Sets) -> Result<Sets, ExecError> {
        let Some(acts) = unrecorded::UnrecordedActs::new(self, &other.filter) else { return Ok(sets) };
        let absent = sharing(self, &other.shared, &(within - &sets.open))?;
        acts.of_facts(&other.shared, &absent, sets)
    }

    /// Ids and texts as they are written: each text that several facts have is tested once.
    fn written(&self, field: &str, test: &Match, within: &RoaringBitmap) -> Result<Sets, ExecError> {
        let mut matcher = Matcher::new(test)?;
        if self.context.view.schema().field(field).is_none_or(|field| field.kind != FieldKind::Id) {
            let mut test = |text: &str| !self.context.cancel.is_cancelled() && matcher.matches(text);
            let found = self.context.view.texts(field, &mut test)?;
            self.context.cancel.check()?;
            return Ok(Sets::certain(found & within));
        }
        if let Match::Any(texts) = test {
            let alike = self.context.view.ids(texts)?;
            let mut ids = Vec::new();
            self.context.view.each_id(&alike, &mut |document, id| ids.push((document, id.to_owned())))?;
            let in_force = ids.iter().filter(|(document, _)| self.context.view.live().contains(*document));
            let in_force: Vec<&str> = in_force.map(|(_, id)| id.as_str()).collect();
            matcher = matcher.nearest(&in_force, false);
            let nearest = ids.iter().filter(|(_, id)| matcher.matches(id)).map(|(document, _)| *document);
            return Ok(Sets::certain(nearest.collect::<RoaringBitmap>() & within));
        }
        let mut found = RoaringBitmap::new();
        self.context.view.each_id(within, &mut |document, id| {
            if !self.context.cancel.is_cancelled() && matcher.matches(id) {
                found.insert(document);
            }
        })?;
        self.context.cancel.check()?;
        Ok(Sets::certain(found))
    }

    fn one_by_one(
        &self,
        candidates: &RoaringBitmap,
        mut test: impl FnMut(Document) -> Result<Truth, ExecError>,
    ) -> Result<Sets, ExecError> {
        let mut sets = Sets::default();
        for (count, document) in candidates.iter().enumerate() {
            if count % 256 == 0 {
                self.context.cancel.check()?;
            }
            sets.add(document, test(document)?);
        }
        Ok(sets)
    }

    /// What holds on an account; of what it does not tell nothing is known.
    fn according(&self, account: &Arc<Account>, filter: &Filter, within: &RoaringBitmap) -> Result<Sets, ExecError> {
        let context = self.context.according(account)?;
        let told = within & context.view.all();
        let evaluator = Evaluator::new(&context);
        self.lend_standings(account, &evaluator);
        let sets = evaluator.evaluate(filter, &told);
        self.keep_standings(account, &evaluator);
        let mut sets = sets?;
        sets.open |= within - told;
        Ok(sets)
    }

    /// The statuses that it has found.
    pub fn into_standings(self) -> statuses::RememberedStandings {
        self.standings.into_inner()
    }

    /// The same evaluator that has found some statuses already.
    pub fn with_standings(self, standings: statuses::RememberedStandings) -> Self {
        Self { standings: standings.into(), ..self }
    }

    /// Gives an evaluator the statuses that were found on its account.
    pub fn lend_standings(&self, account: &Arc<Account>, to: &Evaluator<'_>) {
        let mut all = self.told_standings.borrow_mut();
        if let Some(place) = all.iter().position(|(known, _)| known == account) {
            to.standings.replace(all.swap_remove(place).1);
        }
    }

    /// Keeps the statuses that an evaluator has found on its account.
    pub fn keep_standings(&self, account: &Arc<Account>, of: &Evaluator<'_>) {
        self.told_standings.borrow_mut().push((account.clone(), of.standings.take()));
    }

    fn step(&self, field: &str, test: &Filter, within: &RoaringBitmap) -> Result<Sets, ExecError> {
        let mut sets = match self.context.view.field(field) {
            Some(field) => {
                self.by_ordinal(&*field, within, &|ordinal| self.attributes.entity(test, field.entity(ordinal)))?
            }
            None => Sets::default(),
        };
        let of_nothing = self.attributes.entity(test, None)?;
        if of_nothing > Truth::False {
            let nowhere = self.missing(field, within)?;
            if of_nothing.is_definite() {
                sets.definite |= &nowhere;
            }
            if of_nothing.is_possible() {
                sets.possible |= &nowhere;
            }
            sets.open |= nowhere;
        }
        Ok(sets)
    }

    /// A test that depends on the day of the fact cannot be decided for a value alone.
    fn step_by_fact(&self, field: &str, test: &Filter, within: &RoaringBitmap) -> Result<Sets, ExecError> {
        self.one_by_one(within, |document| self.attributes.referred(field, test, &*self.context.view.fact(document)?))
    }
}

impl Candidates for Evaluator<'_> {
    type Test = RecordTest;

    fn cancel(&self) -> &Cancel {
        &self.context.cancel
    }

    fn test(&self, test: &RecordTest, within: &RoaringBitmap) -> Result<Sets, ExecError> {
        match test {
            RecordTest::Member { at: At::Row, .. } => Err(ExecError::Misplaced("a group on the day of a row")),
            RecordTest::Keyword { field, test } => self.keyword(field, test, within),
            RecordTest::Refers { fields, entities, written } => {
                let mut found = RoaringBitmap::new();
                for field in fields {
                    let Some(column) = self.context.view.field(field) else { continue };
                    let mut ordinals: RoaringBitmap =
                        entities.iter().flat_map(|entity| column.referring(*entity)).collect();
                    for name in written {
                        ordinals.extend(meant(&*self.context.view, field, &*column, name)?);
                    }
                    found |= select(&*column, &ordinals, within)?;
                }
                Ok(Sets::certain(found))
            }
            RecordTest::Member { field, groups, at: At::Fact } => self.member(field, groups, within),
            RecordTest::Member { field, groups, at: At::Day(day) } => self.member_on(field, groups, *day, within),
            RecordTest::Date { field, window } => {
                let mut sets = self.by_value(field, within, &|value| lies_in(&value, *window))?;
                sets.open |= self.missing(field, within)?;
                Ok(sets)
            }
            RecordTest::DateForm { field, form } => {
                self.by_value(field, within, &|value| has_form(&value, *form).into())
            }
            RecordTest::Number { field, low, high } => {
                self.by_value(field, within, &|value| is_between(&value, low.as_ref(), high.as_ref()).into())
            }
            RecordTest::Missing { field } => Ok(Sets::certain(self.missing(field, within)?)),
            RecordTest::Text { fields, phrase } => {
                let mut found = RoaringBitmap::new();
                for field in fields {
                    found |= self.context.view.text(field, phrase)? & within;
                }
                Ok(Sets::certain(found))
            }
            RecordTest::Written { field, test } => self.written(field, test, within),
            RecordTest::Step { field, test } if needs_day(test) => self.step_by_fact(field, test, within),
            RecordTest::Step { field, test } => self.step(field, test, within),
            RecordTest::Other(other) => {
                let sets = Sets::of(within.iter().zip(OtherFactsJoin::of_facts(self, other, within)?.exist()));
                self.with_unrecorded(other, within, sets)
            }
            RecordTest::Relative { value, relation, to, other } => self.relative(value, *relation, to, other, within),
            RecordTest::According { account, filter } => self.according(account, filter, within),
            RecordTest::Source(filter) => self.context.subqueries.some_source(filter, within, self.context),
            RecordTest::Status(test) => statuses::status(self, test, within),
            RecordTest::Given { field, query } => has_given_value(self, field, query, within),
            RecordTest::Computed { value, test } => fact_calculation::test(self, value, test, within),
        }
    }

    fn estimate(&self, test: &RecordTest, rows: u64) -> Estimate {
        let (effort, left) = match test {
            RecordTest::Keyword { field, test: Match::Any(texts) } => (
                Effort::Indexed,
                self.share_of(field, rows, |field| texts.iter().map(|text| field.find(text).len()).sum()),
            ),
            RecordTest::Refers { fields, entities, written } => {
                let values = |field: &dyn FieldView| {
                    let referring = entities.iter().map(|entity| field.referring(*entity).len());
                    referring.chain(written.iter().map(|name| field.find(name).len())).sum()
                };
                let left = fields.iter().map(|field| self.share_of(field, rows, values)).sum();
                (Effort::Indexed, left)
            }
            RecordTest::Member { field, groups, .. } => {
                let members = groups
                    .iter()
                    .flat_map(|group| self.context.view.entities().members(*group))
                    .map(|(member, _)| member);
                let members: Vec<EntityNumber> = members.collect();
                let values = |field: &dyn FieldView| members.iter().map(|member| field.referring(*member).len()).sum();
                (Effort::Indexed, self.share_of(field, rows, values))
            }
            RecordTest::Date { field, window } => {
                (Effort::Indexed, self.sampled(field, rows, &|value| lies_in(value, *window) > Truth::False))
            }
            RecordTest::DateForm { field, form } => {
                (Effort::Indexed, self.sampled(field, rows, &|value| has_form(value, *form)))
            }
            RecordTest::Number { field, low, high } => {
                (Effort::Indexed, self.sampled(field, rows, &|value| is_between(value, low.as_ref(), high.as_ref())))
            }
            RecordTest::Text { phrase, .. } => (Effort::Indexed, rows / (1 + phrase.len() as u64 * 16)),
            RecordTest::Step { test, .. } if needs_day(test) => (Effort::Records, rows / 2),
            RecordTest::Keyword { .. } | RecordTest::Missing { .. } | RecordTest::Step { .. } => {
                (Effort::Indexed, rows / 2)
            }
            RecordTest::Written { .. } => (Effort::Texts, rows / 2),
            RecordTest::Given { .. } => (Effort::Subquery, rows / 2),
            RecordTest::Other(_) | RecordTest::Relative { .. } => (Effort::Join, rows / 2),
            RecordTest::Status(_) | RecordTest::According { .. } => (Effort::Statuses, rows / 2),
            RecordTest::Source(_) => (Effort::Records, rows / 2),
            RecordTest::Computed { .. } => (Effort::Calculation, rows / 2),
        };
        Estimate { effort, left: left.min(rows) }
    }
}

/// The candidates that have one of some values, by whichever way looks at less.
fn select(field: &dyn FieldView, ordinals: &RoaringBitmap, within: &RoaringBitmap) -> Result<RoaringBitmap, ExecError> {
    if ordinals.is_empty() {
        return Ok(RoaringBitmap::new());
    }
    if ordinals.len() == u64::from(field.len()) {
        return Ok(field.present()? & within);
    }
    if ordinals.len() <= 4 || within.len() > 16 * ordinals.len() {
        return Ok(field.postings(ordinals)? & within);
    }
    let mut found = RoaringBitmap::new();
    field.each(within, &mut |document, values| {
        if values.iter().any(|value| ordinals.contains(*value)) {
            found.insert(document);
        }
    })?;
    Ok(found)
}

/// Whether a test of an entity depends on the day of the fact.
fn needs_day(test: &Filter) -> bool {
    match test {
        Filter::Test(RecordTest::Member { at, .. }) => *at == At::Fact,
        Filter::And(parts) | Filter::Or(parts) => parts.iter().any(|part| needs_day(&part.filter)),
        Filter::Not(test)
        | Filter::Maybe(test)
        | Filter::Unknown(test)
        | Filter::Test(RecordTest::Step { test, .. }) => needs_day(test),
        _ => false,
    }
}
