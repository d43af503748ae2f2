//! Dates that follow from others by the rules of what facts are about, laid over
//! a state of the store, so that whoever reads a column sees stated and computed
//! dates alike. It knows views and rules, and nothing of queries.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, OnceLock};

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::exec::rows::first_values::{Subject, firsts};
use crate::exec::rows::record::{ActDates, may_be_of_subject};
use crate::exec::rows::same_values::same;
use crate::exec::rows::threshold_dates::with_thresholds;
use crate::exec::rows::view_layer::{LayeredView, ViewLayer};
use crate::index::{Document, FieldView, IndexError, View};
use crate::model::{Basis, Cell, Date, Day, EntityNumber, Schema, StatusRule, fold};
use crate::plan::{Calculation, FactDomain, FactValue, RecordValue, RowValue, StatusTest};

/// The same state of the store, with a computed date wherever a record states
/// none and a rule says how one follows: of entities, then of facts. Where no
/// field has rules, it is the view itself.
pub(crate) fn with_computed(view: Arc<dyn View>) -> Arc<dyn View> {
    with_effects(with_thresholds(view))
}

/// Whether a date of facts or entities has a rule that some entity declares:
/// then any of its dates may be computed.
fn is_ruled(view: &dyn View, field: &str) -> bool {
    let field = field.strip_suffix(".computed").unwrap_or(field);
    let Some(field) = view.schema().field(field) else { return false };
    let declared = |key: &Arc<str>| view.entities().iter().any(|(_, entity)| entity.fields.contains_key(&**key));
    field.rule.iter().chain(&field.threshold).any(declared) || is_of_subjects(view.schema(), field.own_name())
}

/// Whether a value of facts may be a computed date.
pub(crate) fn may_be_computed(view: &dyn View, value: &RowValue<FactDomain>) -> bool {
    match value {
        RowValue::Own(FactValue::Record(RecordValue::Field(field) | RecordValue::Step(_, field, None))) => {
            is_ruled(view, field)
        }
        RowValue::Computed(calculation) => match &**calculation {
            Calculation::Value(value) => may_be_computed(view, value),
            _ => false,
        },
        _ => false,
    }
}

/// Whether a status may begin or end on a computed date.
pub(crate) fn may_open_computed(view: &dyn View, test: &StatusTest) -> bool {
    let rule = StatusRule::new(view.schema(), &test.status);
    rule.is_some_and(|rule| rule.fields().iter().any(|field| is_ruled(view, field)))
}

/// Whether some action has a date of its subject for a field.
fn is_of_subjects(schema: &Schema, field: &str) -> bool {
    schema.vocabulary().actions.values().any(|action| action.computed.contains_key(field))
}

fn with_effects(view: Arc<dyn View>) -> Arc<dyn View> {
    let columns = Effects::new(&*view).columns;
    if columns.is_empty() { view } else { Arc::new(LayeredView::new(view, Effects { columns })) }
}

/// The columns of dates that may follow from rules, each made when somebody
/// asks for it.
struct Effects {
    columns: BTreeMap<Arc<str>, DateColumn>,
}

enum DateColumn {
    /// Of dates that are stated, by the name of the field.
    Stated(Arc<str>),
    /// Of dates of a field that follow from a rule, by its key: beside those that
    /// are stated, or alone.
    Computed { field: Arc<str>, key: Arc<str>, alone: bool, overlay: OnceLock<Option<Arc<Overlay>>> },
}

impl Effects {
    fn new(view: &dyn View) -> Self {
        let declares = |key: &str| view.entities().iter().any(|(_, entity)| entity.fields.contains_key(key));
        let mut columns = BTreeMap::new();
        for field in view.schema().fields().filter(|field| field.may_be_computed()) {
            columns.insert(field.name_with_basis(Basis::Stated), DateColumn::Stated(field.name.clone()));
            let is_declared = |key: &Arc<str>| declares(key) || is_of_subjects(view.schema(), field.own_name());
            let Some(key) = field.rule.clone().filter(is_declared) else { continue };
            let column = |alone| DateColumn::Computed {
                field: field.name.clone(),
                key: key.clone(),
                alone,
                overlay: OnceLock::new(),
            };
            columns.insert(field.name.clone(), column(false));
            columns.insert(field.name_with_basis(Basis::Computed), column(true));
        }
        Self { columns }
    }
}

impl ViewLayer for Effects {
    fn field(&self, view: &dyn View, name: &str) -> Option<Arc<dyn FieldView>> {
        match self.columns.get(name) {
            None => view.field(name),
            Some(DateColumn::Stated(field)) => view.field(field),
            Some(DateColumn::Computed { field, key, alone, overlay }) => {
                let stated = || if *alone { None } else { view.field(field) };
                let overlay = overlay.get_or_init(|| Overlay::of(view, stated(), (field, key))).clone();
                overlay.map(|overlay| overlay as Arc<dyn FieldView>)
            }
        }
    }
}

/// A column of stated dates, and the computed ones as further distinct values.
struct Overlay {
    stated: Option<Arc<dyn FieldView>>,
    computed: Result<Computed, IndexError>,
}

/// Computed dates and who has them.
#[derive(Default, Clone)]
struct Computed {
    values: Vec<Cell>,
    /// For each value the documents that have it.
    postings: Vec<RoaringBitmap>,
    /// Each document that has one with the place of its value, ascending.
    documents: Vec<(Document, u32)>,
}

impl Computed {
    /// Looks at the facts about entities with rules, and at no others. An act
    /// that was taken back before its effect has no date.
    fn of(view: &dyn View, stated: Option<&dyn FieldView>, (field, rule): (&str, &str)) -> Result<Self, IndexError> {
        let (mut computed, mut revoked) = (Self::default(), RoaringBitmap::new());
        let (Some(objects), Some(actions), Some(dates)) =
            (view.field("object"), view.field("action"), view.field("date"))
        else {
            return Ok(computed);
        };
        let stated = stated.map(FieldView::present).transpose()?.unwrap_or_default();
        let revoking = Revoking::new(view, &*actions, &*dates)?;
        let mut places = FxHashMap::default();
        let of_subjects = computed.add_of_subjects(view, (field, rule), &stated, &mut places)?;
        for (number, entity) in view.entities().iter() {
            if !entity.fields.contains_key(rule) {
                continue;
            }
            let follow = ActDates::new(view, (field, rule), number)?;
            if !follow.has_rules() {
                continue;
            }
            let facts = objects.postings(&objects.referring(number).into_iter().collect())?;
            let about = &facts - &stated - &of_subjects;
            if about.is_empty() {
                continue;
            }
            let acts = firsts(&*actions, &about)?;
            let days = firsts(&*dates, &about)?;
            let mut known = FxHashMap::default();
            let begun = computed.documents.len();
            for ((document, act), day) in about.iter().zip(acts).zip(days) {
                let (Some(act), Some(day)) = (act, day) else { continue };
                let place = if let Some(place) = known.get(&(act, day)) {
                    *place
                } else {
                    let cell = match dates.value(day).as_date() {
                        Some(date) => follow.of(&actions.value(act).to_string(), date, None)?,
                        None => None,
                    };
                    let place = cell.map(|cell| computed.place(&mut places, cell));
                    known.insert((act, day), place);
                    place
                };
                computed.documents.extend(place.map(|place| (document, place)));
            }
            if let Some(revoking) = &revoking {
                let of_entity = computed.documents.get(begun..).unwrap_or_default();
                revoked |= revoking.among(of_entity, &computed.values, &facts)?;
            }
        }
        computed.documents.sort_unstable();
        for (document, place) in &computed.documents {
            if let Some(postings) = computed.postings.get_mut(*place as usize) {
                postings.insert(*document);
            }
        }
        Ok(computed.without(&revoked))
    }

    /// Adds the dates of acts that are, or may be, dates of their subjects, and gives all
    /// acts of such actions.
    fn add_of_subjects(
        &mut self,
        view: &dyn View,
        (field, rule): (&str, &str),
        stated: &RoaringBitmap,
        places: &mut Places,
    ) -> Result<RoaringBitmap, IndexError> {
        let mut all = RoaringBitmap::new();
        let (Some(subjects), Some(actions), Some(objects), Some(dates)) =
            (view.field("subject"), view.field("action"), view.field("object"), view.field("date"))
        else {
            return Ok(all);
        };
        let vocabulary = view.schema().vocabulary();
        let mut of_objects: FxHashMap<EntityNumber, ActDates<'_>> = FxHashMap::default();
        for recorded in vocabulary.actions.keys().chain(vocabulary.umbrellas.keys()) {
            if !may_be_of_subject(view.schema(), recorded, field) {
                continue;
            }
            let acts = actions.postings(&same(&*actions, recorded).into_iter().collect())?;
            // Without a date of its own an act has no effect of which anything is known.
            let computable = (&acts - stated) & dates.present()?;
            all |= acts;
            let mut known: FxHashMap<_, Option<u32>> = FxHashMap::default();
            let ends = firsts(&*subjects, &computable)?.into_iter().zip(firsts(&*objects, &computable)?);
            let days = firsts(&*dates, &computable)?;
            for ((document, (subject, object)), day) in computable.iter().zip(ends).zip(days) {
                let subject = subject.and_then(|subject| subjects.entity(subject));
                let object = object.and_then(|object| objects.entity(object));
                let (Some(subject), Some(object), Some(day)) = (subject, object, day) else { continue };
                let place = if let Some(place) = known.get(&(subject, object, day)) {
                    *place
                } else {
                    let act = dates.value(day);
                    let Some(act) = act.as_date() else { continue };
                    let follow = match of_objects.entry(object) {
                        Entry::Occupied(known) => known.into_mut(),
                        Entry::Vacant(new) => new.insert(ActDates::new(view, (field, rule), object)?),
                    };
                    let cell = follow.of(recorded, act, Some(subject))?;
                    let place = cell.map(|cell| self.place(places, cell));
                    known.insert((subject, object, day), place);
                    place
                };
                self.documents.extend(place.map(|place| (document, place)));
            }
        }
        Ok(all)
    }

    /// The same without the dates of some documents.
    fn without(mut self, revoked: &RoaringBitmap) -> Self {
        self.documents.retain(|(document, _)| !revoked.contains(*document));
        self.postings.iter_mut().for_each(|postings| *postings -= revoked);
        self
    }

    /// The place of a distinct value.
    fn place(&mut self, places: &mut Places, cell: Cell) -> u32 {
        let key = match &cell {
            Cell::Computed { date, cite } => (Arc::from(date.written()), cite.clone()),
            other => (Arc::from(other.to_string()), Arc::from("")),
        };
        *places.entry(key).or_insert_with(|| {
            let place = u32::try_from(self.values.len()).expect("there are no more values than documents");
            self.values.push(cell);
            self.postings.push(RoaringBitmap::new());
            place
        })
    }

    /// The place of the value of a document among some that begin not after it.
    fn find(documents: &mut &[(Document, u32)], document: Document) -> Option<u32> {
        let next = documents.partition_point(|(other, _)| *other < document);
        *documents = documents.get(next..).unwrap_or_default();
        documents.first().filter(|(other, _)| *other == document).map(|(_, place)| *place)
    }
}

/// The places of distinct dates, by how they are written and where their rules are.
type Places = FxHashMap<(Arc<str>, Arc<str>), u32>;

/// Acts in force that take back others, as the vocabulary says.
struct Revoking<'a> {
    subjects: Arc<dyn FieldView>,
    actions: &'a dyn FieldView,
    dates: &'a dyn FieldView,
    /// For each action that can be taken back what takes it back.
    by: FxHashMap<u32, RoaringBitmap>,
    documents: RoaringBitmap,
}

impl<'a> Revoking<'a> {
    /// None if nothing was taken back.
    fn new(view: &dyn View, actions: &'a dyn FieldView, dates: &'a dyn FieldView) -> Result<Option<Self>, IndexError> {
        let vocabulary = view.schema().vocabulary();
        // Of what is recorded as an umbrella each action that this covers must be meant.
        let ordinals = |word: &String| -> Vec<u32> {
            let meant = view.schema().possible_actions(word);
            let is_meant = |recorded: &str| recorded == word || meant.contains(&recorded);
            let is_certain =
                |ordinal: &u32| view.schema().was_done(&actions.value(*ordinal).to_string(), &is_meant).is_definite();
            (0..actions.len()).filter(is_certain).collect()
        };
        let mut by: FxHashMap<u32, RoaringBitmap> = FxHashMap::default();
        let mut revoking = RoaringBitmap::new();
        for (back, what) in &vocabulary.cancels {
            let back = ordinals(back);
            revoking.extend(&back);
            for what in ordinals(what) {
                by.entry(what).or_default().extend(&back);
            }
        }
        if revoking.is_empty() {
            return Ok(None);
        }
        let documents = actions.postings(&revoking)? & view.live();
        let subjects = view.field("subject").filter(|_| !documents.is_empty());
        Ok(subjects.map(|subjects| Self { subjects, actions, dates, by, documents }))
    }

    /// Which acts about one entity, with the places of their computed dates,
    /// were definitely taken back before these: on the day of the act or after
    /// it, by the same subject. `facts` are all that are about it.
    fn among(
        &self,
        acts: &[(Document, u32)],
        values: &[Cell],
        facts: &RoaringBitmap,
    ) -> Result<RoaringBitmap, IndexError> {
        let backs = facts & &self.documents;
        let mut revoked = RoaringBitmap::new();
        if backs.is_empty() {
            return Ok(revoked);
        }
        let taken_back = self.read(&backs)?;
        let documents = acts.iter().map(|(document, _)| *document).collect();
        for ((document, place), act) in acts.iter().zip(self.read(&documents)?) {
            let (Some(by), Some((_, latest))) = (act.action.and_then(|action| self.by.get(&action)), act.day) else {
                continue;
            };
            let effect = values.get(*place as usize).and_then(Cell::as_date).map(Date::earliest);
            let is_back = |(other, back): (Document, &DatedAct)| {
                other != *document
                    && back.subject == act.subject
                    && back.action.is_some_and(|action| by.contains(action))
                    && back.day.is_some_and(|(first, last)| latest <= first && effect.is_some_and(|day| last < day))
            };
            if backs.iter().zip(&taken_back).any(is_back) {
                revoked.insert(*document);
            }
        }
        Ok(revoked)
    }

    fn read(&self, documents: &RoaringBitmap) -> Result<Vec<DatedAct>, IndexError> {
        let subjects = firsts(&*self.subjects, documents)?;
        let rest = firsts(self.actions, documents)?.into_iter().zip(firsts(self.dates, documents)?);
        let act = |(subject, (action, day)): (Option<u32>, (Option<u32>, Option<u32>))| {
            let subject = subject.map(|ordinal| Subject::of(&*self.subjects, ordinal));
            let day = day.and_then(|day| {
                let value = self.dates.value(day);
                value.as_date().map(|date| (date.earliest(), date.latest()))
            });
            DatedAct { subject, action, day }
        };
        Ok(subjects.into_iter().zip(rest).map(act).collect())
    }
}

/// What is compared of an act.
struct DatedAct {
    subject: Option<Subject>,
    action: Option<u32>,
    day: Option<(Day, Day)>,
}

impl Overlay {
    /// The column of a field; none if no fact has a date there.
    fn of(view: &dyn View, stated: Option<Arc<dyn FieldView>>, names: (&str, &str)) -> Option<Arc<Self>> {
        let computed = Computed::of(view, stated.as_deref(), names);
        let nothing = stated.is_none() && computed.as_ref().is_ok_and(|computed| computed.values.is_empty());
        (!nothing).then(|| Arc::new(Self { stated, computed }))
    }

    /// The ordinal of the first computed value.
    fn first(&self) -> u32 {
        self.stated.as_ref().map_or(0, |stated| stated.len())
    }

    fn computed(&self) -> Result<&Computed, IndexError> {
        self.computed.as_ref().map_err(Clone::clone)
    }

    fn values(&self) -> &[Cell] {
        self.computed.as_ref().map_or(&[], |computed| &computed.values)
    }
}

impl FieldView for Overlay {
    fn len(&self) -> u32 {
        self.first() + u32::try_from(self.values().len()).expect("there are no more values than documents")
    }

    fn value(&self, ordinal: u32) -> Cell {
        match (&self.stated, ordinal.checked_sub(self.first())) {
            (_, Some(place)) => self.values().get(place as usize).cloned().unwrap_or_default(),
            (Some(stated), None) => stated.value(ordinal),
            (None, None) => Cell::Missing,
        }
    }

    fn find(&self, written: &str) -> Vec<u32> {
        let mut found = self.stated.as_ref().map(|stated| stated.find(written)).unwrap_or_default();
        let computed = (self.first()..).zip(self.values());
        found.extend(
            computed.filter(|(_, value)| fold(&value.to_string()) == fold(written)).map(|(ordinal, _)| ordinal),
        );
        found
    }

    fn entity(&self, _ordinal: u32) -> Option<EntityNumber> {
        None
    }

    fn referring(&self, _entity: EntityNumber) -> Vec<u32> {
        Vec::new()
    }

    fn postings(&self, ordinals: &RoaringBitmap) -> Result<RoaringBitmap, IndexError> {
        let first = self.first();
        let mut found = match &self.stated {
            Some(stated) => {
                let mut of_stated = ordinals.clone();
                of_stated.remove_range(first..);
                stated.postings(&of_stated)?
            }
            None => RoaringBitmap::new(),
        };
        let computed = self.computed()?;
        for place in ordinals.iter().filter_map(|ordinal| ordinal.checked_sub(first)) {
            if let Some(postings) = computed.postings.get(place as usize) {
                found |= postings;
            }
        }
        Ok(found)
    }

    fn present(&self) -> Result<RoaringBitmap, IndexError> {
        let mut present = self.stated.as_ref().map(|stated| stated.present()).transpose()?.unwrap_or_default();
        present.extend(self.computed()?.documents.iter().map(|(document, _)| *document));
        Ok(present)
    }

    fn each(&self, documents: &RoaringBitmap, visit: &mut dyn FnMut(Document, &[u32])) -> Result<(), IndexError> {
        let first = self.first();
        let mut rest = self.computed()?.documents.as_slice();
        let mut over = |document: Document, ordinals: &[u32]| {
            let place = if ordinals.is_empty() { Computed::find(&mut rest, document) } else { None };
            match place {
                Some(place) => visit(document, &[first + place]),
                None => visit(document, ordinals),
            }
        };
        if let Some(stated) = &self.stated {
            return stated.each(documents, &mut over);
        }
        documents.iter().for_each(|document| over(document, &[]));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
