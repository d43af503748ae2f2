//! What rows of facts have: fields, parts of dates, attributes of what they
//! refer to, groups, conditions and calculations, read by runs of documents.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::sync::Arc;

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::exec::ExecError;
use crate::exec::filter::context::EvaluationContext;
use crate::exec::filter::fact_calculation::FactCalculation;
use crate::exec::filter::facts::Evaluator;
use crate::exec::filter::sets::Sets;
use crate::exec::rows::date_buckets::{self, Sortable};
use crate::exec::rows::pool::{CellPool, MISSING};
use crate::exec::rows::record::{EntityRecord, RecordReader};
use crate::exec::rows::shown::{action, group_at, named, reference, truth};
use crate::index::{Document, FieldView, IndexError, View};
use crate::model::{Cell, Date, Entities, EntityNumber, Extent, FieldKind, Number, TextTerm, Truth, Window};
use crate::plan::{At, DatePart, FactDomain, FactValue, Filter, RecordValue, RowValue};

/// The code of an ordinal that was not met yet.
const UNSEEN: u32 = u32::MAX;

/// The mark of an ordinal whose code depends on the fact's date.
const DATED: u32 = u32::MAX - 1;

/// The ordinal of no date.
const NO_DATE: u32 = u32::MAX;

/// Reads one value of many facts.
pub(crate) struct Reader {
    context: EvaluationContext,
    origin: Origin,
    part: Option<DatePart>,
    pool: CellPool,
    /// The code of each ordinal met so far.
    memo: Vec<u32>,
}

enum Origin {
    Nothing,
    Column {
        field: Arc<dyn FieldView>,
        shape: ValueForm,
    },
    Group {
        field: Arc<dyn FieldView>,
        kind: Arc<str>,
        day: Option<Extent>,
        memo: FxHashMap<(EntityNumber, u32), u32>,
    },
    /// With what it was found to be for all rows, once that was done.
    Condition(Arc<Filter>, Option<Sets>),
    Calculation(FactCalculation),
    PartOf(Box<Reader>),
    Id,
    Text(Arc<str>),
    Relevance(Vec<TextTerm>),
}

/// What is made of a distinct value.
#[derive(Clone)]
enum ValueForm {
    Plain,
    Reference,
    Action,
    Attribute(Arc<str>),
}

impl Reader {
    pub fn new(context: &EvaluationContext, value: &RowValue<FactDomain>) -> Self {
        let (origin, part) = match value {
            RowValue::Own(FactValue::Record(value)) => Self::of_record(&context.view, value),
            RowValue::Own(FactValue::Relevance(terms)) => (Origin::Relevance(terms.clone()), None),
            RowValue::Condition(filter) => (Origin::Condition(filter.clone(), None), None),
            RowValue::Computed(calculation) => (Origin::Calculation(FactCalculation::new(context, calculation)), None),
            RowValue::PartOf(value, part) => (Origin::PartOf(Box::new(Self::new(context, value))), Some(*part)),
        };
        let memo = match &origin {
            Origin::Column { field, .. } | Origin::Group { field, .. } => vec![UNSEEN; field.len() as usize],
            _ => Vec::new(),
        };
        Self { context: context.clone(), origin, part, pool: CellPool::default(), memo }
    }

    /// Where a value of a record is read, and the part of a date that it is.
    fn of_record(view: &Arc<dyn View>, value: &RecordValue) -> (Origin, Option<DatePart>) {
        let column = |name: &str, shape| match view.field(name) {
            Some(field) => Origin::Column { field, shape },
            None => Origin::Nothing,
        };
        match value {
            RecordValue::Field(name) => (
                match view.schema().field(name).map(|field| field.kind) {
                    Some(FieldKind::Id) => Origin::Id,
                    Some(FieldKind::Text) => Origin::Text(name.clone()),
                    Some(FieldKind::Reference) => column(name, ValueForm::Reference),
                    Some(FieldKind::Action) => column(name, ValueForm::Action),
                    _ => column(name, ValueForm::Plain),
                },
                None,
            ),
            RecordValue::Part(name, part) => (column(name, ValueForm::Plain), Some(*part)),
            RecordValue::Step(name, attribute, part) => (column(name, ValueForm::Attribute(attribute.clone())), *part),
            RecordValue::Group { field, kind, at } => {
                let day = if let At::Day(day) = at { Some(Extent::Point(Window::day(*day))) } else { None };
                let group = |field| Origin::Group { field, kind: kind.clone(), day, memo: FxHashMap::default() };
                (view.field(field).map_or(Origin::Nothing, group), None)
            }
        }
    }

    /// The part of a date that it reads.
    pub fn part(&self) -> Option<DatePart> {
        self.part
    }

    /// The cells that its codes stand for.
    pub fn pool(&self) -> &CellPool {
        &self.pool
    }

    /// The cells that its codes stand for, for good.
    pub fn into_pool(self) -> CellPool {
        self.pool
    }

    /// The order of its cells.
    pub fn compare(&self, a: &Sortable, b: &Sortable) -> Ordering {
        date_buckets::compare_in(self.part, a, b)
    }

    /// Does once for all documents that will be read what would have to be
    /// done anew for each run of them.
    pub fn prepare(&mut self, documents: &RoaringBitmap) -> Result<(), ExecError> {
        match &mut self.origin {
            Origin::Condition(filter, known) => {
                *known = Some(Evaluator::new(&self.context).evaluate(filter, documents)?);
                Ok(())
            }
            Origin::Calculation(calculation) => calculation.prepare(documents),
            Origin::PartOf(whole) => whole.prepare(documents),
            _ => Ok(()),
        }
    }

    /// For each document, in their order, the code of its value.
    pub fn read(&mut self, documents: &RoaringBitmap) -> Result<Vec<u32>, ExecError> {
        self.context.cancel.check()?;
        let length = usize::try_from(documents.len()).unwrap_or(usize::MAX);
        let mut codes = Vec::with_capacity(length);
        let view = self.context.view.clone();
        match &mut self.origin {
            Origin::Nothing => codes.resize(length, MISSING),
            Origin::Column { field, shape } => {
                let (field, shape) = (field.clone(), shape.clone());
                let decode = Decode { view: &*view, field: &*field, shape: &shape, part: self.part };
                let Self { memo, pool, .. } = self;
                let mut failed = None;
                let mut code = |pool: &mut CellPool, ordinal: u32| {
                    decode.code(memo, pool, ordinal).unwrap_or_else(|error| {
                        failed = Some(error);
                        MISSING
                    })
                };
                field.each(documents, &mut |_, ordinals| {
                    codes.push(match ordinals {
                        [] => MISSING,
                        [one] => code(pool, *one),
                        several => {
                            let several: Vec<u32> = several.iter().map(|one| code(pool, *one)).collect();
                            pool.list(several)
                        }
                    });
                })?;
                failed.map_or(Ok(()), Err)?;
            }
            Origin::Group { .. } => codes = self.read_groups(documents)?,
            Origin::Condition(filter, known) => {
                codes = if let Some(sets) = known {
                    truths(sets, documents, &mut self.pool)
                } else {
                    let sets = Evaluator::new(&self.context).evaluate(filter, documents)?;
                    truths(&sets, documents, &mut self.pool)
                };
            }
            Origin::Calculation(calculation) => (self.pool, codes) = calculation.read(documents)?,
            Origin::PartOf(whole) => {
                let read = whole.read(documents)?;
                codes = bucketed(whole.pool(), read, self.part, &mut self.pool);
            }
            Origin::Id => {
                self.pool = CellPool::default();
                let pool = &mut self.pool;
                view.each_id(documents, &mut |_, id| codes.push(pool.code(Cell::text(id))))?;
            }
            Origin::Text(field) => {
                let pool = RefCell::new(CellPool::default());
                view.each_text(field, documents, &mut |text| pool.borrow_mut().code(Cell::text(text)), &mut |texts| {
                    codes.push(pool.borrow_mut().list(texts.iter().copied()));
                })?;
                self.pool = pool.into_inner();
            }
            Origin::Relevance(terms) => {
                let scores: FxHashMap<Document, f64> = view.relevance(terms, documents)?.into_iter().collect();
                self.pool = CellPool::default();
                for document in documents {
                    let score = scores.get(&document).and_then(|score| Number::try_from(*score).ok());
                    codes.push(self.pool.code(score.map_or(Cell::Missing, Cell::Number)));
                }
            }
        }
        if codes.len() != length {
            return Err(
                IndexError::Damaged("a column does not have the documents that the index has".to_owned()).into()
            );
        }
        Ok(codes)
    }

    /// The cells of some documents, in their order.
    pub fn cells(&mut self, documents: &RoaringBitmap) -> Result<Vec<Cell>, ExecError> {
        Ok(self.read(documents)?.into_iter().map(|code| self.pool.cell(code)).collect())
    }

    /// Where membership does not depend on the day no date is read.
    fn read_groups(&mut self, documents: &RoaringBitmap) -> Result<Vec<u32>, ExecError> {
        let Origin::Group { field, kind, day: on, memo: at_dates } = &mut self.origin else {
            return Ok(Vec::new());
        };
        let (entities, pool, memo) = (self.context.view.entities(), &mut self.pool, &mut self.memo);
        let mut codes: Vec<u32> = Vec::new();
        let mut pending: Vec<(usize, Vec<u32>)> = Vec::new();
        let mut depending = RoaringBitmap::new();
        field.each(documents, &mut |document, ordinals| {
            let mut code_of = |ordinal: &u32| {
                let slot = memo.get_mut(*ordinal as usize);
                if let Some(known) = slot.as_deref().filter(|known| **known != UNSEEN) {
                    return *known;
                }
                let entity = field.entity(*ordinal);
                let group = match (*on, entity) {
                    (Some(day), Some(entity)) => Some(group_at(entities, entity, kind, Some(day))),
                    _ => undated_group(entities, entity, kind),
                };
                let code = group.map_or(DATED, |cell| pool.code(cell));
                if let Some(slot) = slot {
                    *slot = code;
                }
                code
            };
            let code = match ordinals {
                [] => MISSING,
                [one] => code_of(one),
                several => {
                    let several: Vec<u32> = several.iter().map(code_of).collect();
                    if several.contains(&DATED) { DATED } else { pool.list(several) }
                }
            };
            if code == DATED {
                depending.insert(document);
                pending.push((codes.len(), ordinals.to_vec()));
            }
            codes.push(code);
        })?;
        if pending.is_empty() {
            return Ok(codes);
        }
        let dates = self.context.view.field("date");
        let mut days = Vec::with_capacity(pending.len());
        if let Some(dates) = &dates {
            dates.each(&depending, &mut |_, values| days.push(values.first().copied().unwrap_or(NO_DATE)))?;
        }
        days.resize(pending.len(), NO_DATE);
        for ((place, ordinals), day) in pending.into_iter().zip(days) {
            let mut several = Vec::new();
            for entity in ordinals.iter().filter_map(|ordinal| field.entity(*ordinal)) {
                let code = *at_dates.entry((entity, day)).or_insert_with(|| {
                    let value = dates.as_ref().filter(|_| day != NO_DATE).map(|dates| dates.value(day));
                    let at = value.as_ref().and_then(Cell::as_date).map(Date::extent);
                    pool.code(group_at(entities, entity, kind, at))
                });
                several.push(code);
            }
            if let Some(code) = codes.get_mut(place) {
                *code = pool.list(several);
            }
        }
        Ok(codes)
    }
}

/// What is made of the distinct values of a column.
struct Decode<'a> {
    view: &'a dyn View,
    field: &'a dyn FieldView,
    shape: &'a ValueForm,
    part: Option<DatePart>,
}

impl Decode<'_> {
    fn code(&self, memo: &mut [u32], pool: &mut CellPool, ordinal: u32) -> Result<u32, IndexError> {
        let slot = memo.get_mut(ordinal as usize);
        if let Some(code) = slot.as_deref().filter(|code| **code != UNSEEN) {
            return Ok(*code);
        }
        let cells = self.cells(ordinal)?;
        let code = pool.code_of_all(cells.into_iter().map(|cell| match (self.part, cell) {
            (Some(part), cell) => date_buckets::bucket_of(&cell, part),
            (None, cell) => cell,
        }));
        if let Some(slot) = slot {
            *slot = code;
        }
        Ok(code)
    }

    fn cells(&self, ordinal: u32) -> Result<Vec<Cell>, IndexError> {
        let entities = self.view.entities();
        let schema = self.view.schema();
        Ok(match self.shape {
            ValueForm::Plain => vec![self.field.value(ordinal)],
            ValueForm::Reference => match self.field.entity(ordinal) {
                Some(entity) => vec![named(entities.get(entity))],
                None => vec![self.field.value(ordinal)],
            },
            ValueForm::Action => vec![action(schema, self.field.value(ordinal))],
            ValueForm::Attribute(attribute) => {
                let entity = self.field.entity(ordinal);
                let values = EntityRecord { entity, view: self.view }.values(attribute)?;
                let refers = schema.field(attribute).is_some_and(|field| field.kind == FieldKind::Reference);
                let name = |value| if refers { reference(entities, value) } else { value };
                values.into_iter().map(name).collect()
            }
        })
    }
}

/// The group of a kind that an entity belongs to, if that does not depend on the day.
fn undated_group(entities: &Entities, entity: Option<EntityNumber>, kind: &str) -> Option<Cell> {
    let Some(entity) = entity else {
        return Some(Cell::Missing);
    };
    let mut groups = entities.groups(entity).filter(|(group, _)| entities.get(*group).kind == kind);
    if groups.any(|(_, intervals)| !intervals.iter().any(|days| days.is_unbounded())) {
        return None;
    }
    Some(group_at(entities, entity, kind, None))
}

/// The codes of the parts of dates.
fn bucketed(whole: &CellPool, mut codes: Vec<u32>, part: Option<DatePart>, pool: &mut CellPool) -> Vec<u32> {
    let mut known: FxHashMap<u32, u32> = FxHashMap::default();
    for code in &mut codes {
        *code = *known.entry(*code).or_insert_with(|| {
            let cells = whole.members(code).iter().map(|code| whole.cell(*code));
            pool.code_of_all(cells.map(|cell| part.map_or(Cell::Missing, |part| date_buckets::bucket_of(&cell, part))))
        });
    }
    codes
}

/// For each document the code of its truth.
fn truths(sets: &Sets, documents: &RoaringBitmap, pool: &mut CellPool) -> Vec<u32> {
    let [no, unknown, possible, yes] =
        [Truth::False, Truth::Unknown, Truth::Possible, Truth::True].map(|one| pool.code(truth(one)));
    let mut open = sets.truths().peekable();
    let code = |document| {
        while open.next_if(|(other, _)| *other < document).is_some() {}
        match open.next_if(|(other, _)| *other == document) {
            Some((_, Truth::True)) => yes,
            Some((_, Truth::Possible)) => possible,
            Some((_, Truth::Unknown)) => unknown,
            Some((_, Truth::False)) | None => no,
        }
    };
    documents.iter().map(code).collect()
}
