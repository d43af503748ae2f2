//! Facts in order: every key becomes a small number, all of them together one,
//! and ids, which are costly, break ties only where rows are asked for.

use std::cmp::Ordering;
use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::exec::filter::fact_values::Reader;
use crate::exec::filter::facts::Evaluator;
use crate::exec::filter::sets::Level;
use crate::exec::rows::columns::Shape;
use crate::exec::rows::computed_dates::may_be_computed;
use crate::exec::rows::date_buckets::Sortable;
use crate::exec::rows::grouped_key::GroupedKey;
use crate::exec::rows::pool::{MISSING, Pool};
use crate::exec::rows::rowset::Rowset;
use crate::exec::rows::table::{Table, TableColumn};
use crate::exec::stages::asked::Asked;
use crate::exec::stages::fact_cells::FactRows;
use crate::exec::stages::first_or_last::extremes;
use crate::exec::stages::stage_rows::{Course, Findings, StageRows};
use crate::exec::stages::unfold::{Unfold, Unfolding};
use crate::exec::stages::{count, fact_changes, timeline};
use crate::exec::{Cancel, ExecError};
use crate::index::{Document, IndexError, View};
use crate::plan::{
    Column, Diff, FactDomain, FactTable, FactValue, Filter, FirstOrLast, HISTORY_COLUMNS, OrderKey, RecordValue,
    RowValue, SOURCES_COLUMNS,
};

/// Some facts, and the order in which they are wanted.
#[derive(Clone)]
pub(crate) struct FactSet {
    pub view: Arc<dyn View>,
    pub cancel: Cancel,
    pub documents: RoaringBitmap,
    /// The keys asked for; ties, and all without keys, in the default order.
    pub keys: Vec<OrderKey<FactDomain>>,
    /// What is calculated for each, to be shown beside the fields.
    pub lets: Vec<Column<FactDomain>>,
}

impl FactSet {
    /// The first so many, of more than that, without putting all in order.
    fn first(&self, count: u64) -> Result<RoaringBitmap, ExecError> {
        let mut packed = self.packed()?;
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let Some(edge) = packed.len().checked_sub(1).map(|last| count.min(last)) else {
            return Ok(RoaringBitmap::new());
        };
        let boundary = rank(*packed.select_nth_unstable(edge).1);
        let mut first: RoaringBitmap =
            packed.iter().filter(|one| rank(**one) < boundary).map(|one| document(*one)).collect();
        let mut tied: Vec<u64> = packed.into_iter().filter(|one| rank(*one) == boundary).collect();
        tied.sort_unstable();
        let missing = count.saturating_sub(usize::try_from(first.len()).unwrap_or(usize::MAX));
        if missing > 0 {
            self.sort_by_id(&mut tied)?;
            first.extend(tied.into_iter().take(missing).map(document));
        }
        Ok(first)
    }

    /// All of them in order.
    pub fn ordered(self) -> Ordered {
        Ordered { facts: self, packed: None, next: 0, sorted: 0 }
    }

    /// For each document its place among the keys, then the document itself.
    fn packed(&self) -> Result<Vec<u64>, ExecError> {
        let by_date = OrderKey { descending: false, value: RowValue::field("date") };
        let mut ranks = vec![0_u64; usize::try_from(self.documents.len()).unwrap_or(usize::MAX)];
        let mut bits = 0;
        // Whoever sorts by the date has sorted by the default already.
        let dated = self.keys.iter().any(|key| key.value == by_date.value);
        for key in self.keys.iter().chain((!dated).then_some(&by_date)) {
            let mut reader = Reader::new(&self.view, &self.cancel, &key.value);
            let codes = reader.read(&self.documents)?;
            let places = places(reader.pool(), &|a, b| reader.compare(a, b), &codes, key.descending);
            let width = u32::BITS - u32::try_from(places.len()).unwrap_or(u32::MAX).leading_zeros();
            if bits + width > u64::BITS {
                bits = compress(&mut ranks);
            }
            for (rank, code) in ranks.iter_mut().zip(codes) {
                let place = places.get(reader.pool().place(code)).copied().unwrap_or(0);
                *rank = (*rank << width) | u64::from(place);
            }
            bits += width;
            self.cancel.check()?;
        }
        if bits > u32::BITS {
            compress(&mut ranks);
        }
        Ok(ranks.into_iter().zip(&self.documents).map(|(rank, document)| (rank << 32) | u64::from(document)).collect())
    }

    /// Puts ties, which come in the order of their documents, in that of their ids.
    fn sort_by_id(&self, tied: &mut [u64]) -> Result<(), ExecError> {
        self.cancel.check()?;
        let documents = tied.iter().map(|one| document(*one));
        let documents = RoaringBitmap::from_sorted_iter(documents).expect("ties come by their documents");
        let (mut ids, mut ends) = (String::new(), Vec::with_capacity(tied.len()));
        self.view.each_id(&documents, &mut |_, id| {
            ids.push_str(id);
            ends.push(ids.len());
        })?;
        self.cancel.check()?;
        if ends.len() != tied.len() {
            return Err(IndexError::Damaged("there are not as many ids as documents".to_owned()).into());
        }
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let texts = starts.zip(&ends).map(|(start, end)| ids.get(start..*end).unwrap_or_default());
        let mut named: Vec<(&str, u64)> = texts.zip(tied.iter().copied()).collect();
        named.sort_unstable();
        for (slot, (_, one)) in tied.iter_mut().zip(named) {
            *slot = one;
        }
        Ok(())
    }
}

impl StageRows for FactSet {
    type Domain = FactDomain;
    type Made = Self;

    fn total(&self) -> Option<u64> {
        Some(self.documents.len())
    }

    fn shape(&self) -> Shape {
        Shape::Facts
    }

    fn sort(self, keys: &[OrderKey<FactDomain>], _: &Cancel) -> Result<Self, ExecError> {
        Ok(Self { keys: keys.to_vec(), ..self })
    }

    fn take(mut self, count: u64) -> Result<Self, ExecError> {
        if count < self.documents.len() {
            self.documents = self.first(count)?;
        }
        Ok(self)
    }

    fn skip(mut self, count: u64) -> Result<Self, ExecError> {
        if count >= self.documents.len() {
            self.documents.clear();
        } else if count > 0 {
            let first = self.first(count)?;
            self.documents -= first;
        }
        Ok(self)
    }

    fn narrow(mut self, condition: &Filter, level: Level) -> Result<(Self, Asked), ExecError> {
        let sets = Evaluator::new(&self.view, &self.cancel).evaluate(condition, &self.documents)?;
        let kept = level.of(sets.clone());
        let within = std::mem::replace(&mut self.documents, kept);
        let asked = Asked::Facts {
            view: self.view.clone(),
            cancel: self.cancel.clone(),
            condition: condition.clone(),
            within,
            sets,
        };
        Ok((self, asked))
    }

    fn extend(mut self, column: &Column<FactDomain>) -> Result<Self, ExecError> {
        self.lets.push(column.clone());
        Ok(self)
    }

    fn narrow_own(mut self, stage: &FirstOrLast, course: &mut Course<'_>) -> Result<Self, ExecError> {
        let found = extremes(&self, stage.last, &stage.by)?;
        self.documents = found.documents;
        let Findings { might_precede, might_follow, .. } = &mut course.findings;
        *(if stage.last { might_follow } else { might_precede }) += found.rivals;
        Ok(self)
    }

    fn show(self, columns: &[Column<FactDomain>], _: &mut Course<'_>) -> Result<Table, ExecError> {
        let headings = headings(&*self.view, columns);
        let (total, values) = (Some(self.documents.len()), columns.iter().map(|column| column.value.clone()));
        let rows = FactRows::new(self.ordered(), &values.collect::<Vec<_>>());
        Ok(Table::lazy(headings, total, rows.map(|row| row.map(|(_, cells)| cells))))
    }

    /// After a sort the first to come stays first; else by the values themselves.
    fn distinct(self, columns: &[Column<FactDomain>], cancel: &Cancel) -> Result<Table, ExecError> {
        if self.keys.is_empty() {
            return count::distinct(&self, columns, None, cancel);
        }
        let documents: Vec<Document> = self.documents.iter().collect();
        let in_order = self.clone().ordered().next_run(documents.len())?;
        let mut places = in_order.iter().filter_map(|document| documents.binary_search(document).ok());
        count::distinct(&self, columns, Some(&mut places), cancel)
    }

    fn tabulate_own(self, stage: &FactTable, course: &mut Course<'_>) -> Result<Table, ExecError> {
        match stage {
            FactTable::Sources => sources(self, course),
            FactTable::History => Ok(unfolded(self, Unfolding::History, &HISTORY_COLUMNS)),
            FactTable::Timeline => Ok(timeline::of_facts(self)),
            FactTable::Diff(Diff::AsOf(before, after)) => {
                Ok(fact_changes::between_days(self, before, after)?.of(Shape::Changes))
            }
            FactTable::Diff(Diff::Known(before, after)) => {
                let changes = fact_changes::between_states(course.states, *before, *after, course.cancel)?;
                Ok(changes.of(Shape::Changes))
            }
        }
    }

    fn made(self, _: &Cancel) -> Result<Self, ExecError> {
        Ok(self)
    }

    fn ask(rows: &Self, condition: &Filter) -> Result<Asked, ExecError> {
        Ok(rows.clone().narrow(condition, Level::Definite)?.1)
    }
}

impl Rowset for FactSet {
    type Domain = FactDomain;

    fn rows(&self) -> usize {
        usize::try_from(self.documents.len()).unwrap_or(usize::MAX)
    }

    fn key(&self, value: &RowValue<FactDomain>) -> Result<GroupedKey, ExecError> {
        let mut reader = Reader::new(&self.view, &self.cancel, value);
        let codes = reader.read(&self.documents)?;
        let part = reader.part();
        Ok(GroupedKey::new(reader.into_pool(), codes, part).computed(may_be_computed(&*self.view, value)))
    }
}

/// A row for each source of each fact; that there is none is known at once.
fn sources(facts: FactSet, course: &mut Course<'_>) -> Result<Table, ExecError> {
    let held = facts.documents.len();
    let Table { columns, mut rows, .. } = unfolded(facts, Unfolding::Sources, &SOURCES_COLUMNS);
    if let Some(first) = rows.next().transpose()? {
        return Ok(Table::lazy(columns, None, std::iter::once(Ok(first)).chain(rows)));
    }
    if held > 0 {
        course.findings.asked.push((course.span, Shape::Facts, Asked::Sources(held)));
    }
    Ok(Table::ready(columns, Vec::new()))
}

fn unfolded(facts: FactSet, into: Unfolding, columns: &[&str]) -> Table {
    let columns = columns.iter().map(|name| TableColumn::new(name, None)).collect();
    Table::lazy(columns, None, Unfold::new(facts.ordered(), into))
}

/// The columns of a table of facts, with the parts of dates that they hold and
/// whether their dates may be computed.
fn headings(view: &dyn View, columns: &[Column<FactDomain>]) -> Vec<TableColumn> {
    let part = |value: &RowValue<FactDomain>| match value {
        RowValue::Own(FactValue::Record(RecordValue::Part(_, part) | RecordValue::Step(_, _, Some(part))))
        | RowValue::PartOf(_, part) => Some(*part),
        _ => None,
    };
    let heading = |column: &Column<FactDomain>| {
        TableColumn::new(&column.name, part(&column.value)).computed(may_be_computed(view, &column.value))
    };
    columns.iter().map(heading).collect()
}

fn rank(packed: u64) -> u64 {
    packed >> 32
}

fn document(packed: u64) -> Document {
    u32::try_from(packed & u64::from(u32::MAX)).expect("the lower half is 32 bits")
}

/// For each code its place in the order; equal values share one, and what is
/// missing comes last either way.
pub(crate) fn places(
    pool: &Pool,
    by: &dyn Fn(&Sortable, &Sortable) -> Ordering,
    codes: &[u32],
    descending: bool,
) -> Vec<u32> {
    let (cells, lists) = pool.sizes();
    let mut used = vec![false; cells + lists];
    for code in codes {
        if let Some(used) = used.get_mut(pool.place(*code)) {
            *used = true;
        }
    }
    let mut order: Vec<_> = (0..cells + lists)
        .filter(|place| used.get(*place) == Some(&true))
        .map(|place| (Sortable::new(pool.cell(pool.at(place))), place))
        .collect();
    let compare = |a: &(_, usize), b: &(_, usize)| {
        let last = |place: usize| pool.at(place) == MISSING;
        last(a.1).cmp(&last(b.1)).then_with(|| {
            let order = by(&a.0, &b.0);
            if descending { order.reverse() } else { order }
        })
    };
    order.sort_by(compare);
    let mut places = vec![0; cells + lists];
    let mut next = 0;
    let mut before: Option<&(_, usize)> = None;
    for one in &order {
        if before.is_some_and(|before| compare(before, one) != Ordering::Equal) {
            next += 1;
        }
        if let Some(place) = places.get_mut(one.1) {
            *place = next;
        }
        before = Some(one);
    }
    places
}

/// Replaces ranks by the smallest numbers in the same order, and says how many
/// bits these take; fewer than 2^32 documents have fewer ranks than that.
fn compress(ranks: &mut [u64]) -> u32 {
    let mut distinct = ranks.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    for rank in ranks {
        *rank = distinct.partition_point(|one| one < rank) as u64;
    }
    u64::BITS - (distinct.len() as u64).leading_zeros()
}

/// Facts in order, one group of ties after the other.
pub(crate) struct Ordered {
    facts: FactSet,
    packed: Option<Vec<u64>>,
    next: usize,
    /// Up to where ties are broken.
    sorted: usize,
}

impl Ordered {
    /// Up to so many more documents; none at the end.
    pub fn next_run(&mut self, length: usize) -> Result<Vec<Document>, ExecError> {
        let packed = match &mut self.packed {
            Some(packed) => packed,
            empty => {
                let mut packed = self.facts.packed()?;
                packed.sort_unstable();
                empty.insert(packed)
            }
        };
        let wanted = (self.next + length).min(packed.len());
        while self.sorted < wanted {
            let rest = packed.get_mut(self.sorted..).unwrap_or_default();
            let same = rest.first().map_or(0, |first| rank(*first));
            let ties = rest.partition_point(|one| rank(*one) <= same);
            if ties > 1 {
                self.facts.sort_by_id(rest.get_mut(..ties).unwrap_or_default())?;
            }
            self.sorted += ties;
        }
        let run = packed.get(self.next..wanted).unwrap_or_default().iter().map(|one| document(*one)).collect();
        self.next = wanted;
        Ok(run)
    }

    /// All of the documents, whichever were asked for.
    pub fn documents(&self) -> &RoaringBitmap {
        &self.facts.documents
    }

    /// Whether some were asked for.
    pub fn is_begun(&self) -> bool {
        self.packed.is_some()
    }

    /// The state of the store that they are of.
    pub fn view(&self) -> &Arc<dyn View> {
        &self.facts.view
    }

    /// The flag that stops it.
    pub fn cancel(&self) -> &Cancel {
        &self.facts.cancel
    }
}
