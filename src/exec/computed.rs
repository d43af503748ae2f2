//! Dates that follow from others by the rules of what facts are about, laid over
//! a state of the store, so that whoever reads a column sees stated and computed
//! dates alike. It knows views and rules, and nothing of queries.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use super::over::Over;
use crate::index::{Document, FieldView, IndexError, View};
use crate::model::{Cell, Date, Day, EffectRule, EffectRules, EntityNumber, Schema, StatusRule, effect_rules, fold};
use crate::plan::{Arithmetic, StatusTest, Value};

/// The same state of the store, with a computed date wherever a fact states
/// none and a rule says how one follows. Where no field has rules, or no entity
/// declares any, it is the view itself.
pub(super) fn with_computed(view: Arc<dyn View>) -> Arc<dyn View> {
    let declares = |rule: &str| view.entities().iter().any(|(_, entity)| entity.fields.contains_key(rule));
    let fields: BTreeMap<Arc<str>, Lazy> = view
        .schema()
        .fields()
        .filter_map(|field| Some((field.name.clone(), field.rule.clone()?)))
        .filter(|(_, rule)| declares(rule))
        .map(|(name, rule)| (name, Lazy { rule, overlay: OnceLock::new() }))
        .collect();
    if fields.is_empty() {
        return view;
    }
    let entities = view.entities().clone();
    Arc::new(Over::new(view, entities, move |view, name| {
        let Lazy { rule, overlay } = fields.get(name)?;
        let overlay = overlay.get_or_init(|| Overlay::of(view, name, rule)).clone();
        Some(overlay.map(|overlay| overlay as Arc<dyn FieldView>))
    }))
}

/// Whether a field of facts has a rule that some entity declares: then any of
/// its dates may be computed.
fn is_ruled(view: &dyn View, field: &str) -> bool {
    let rule = view.schema().field(field).and_then(|field| field.rule.as_deref());
    rule.is_some_and(|rule| view.entities().iter().any(|(_, entity)| entity.fields.contains_key(rule)))
}

/// Whether a value of facts may be a computed date.
pub(super) fn may_be_computed(view: &dyn View, value: &Value) -> bool {
    match value {
        Value::Field(field) => is_ruled(view, field),
        Value::Computed(arithmetic) => match &**arithmetic {
            Arithmetic::Value(value) => may_be_computed(view, value),
            _ => false,
        },
        _ => false,
    }
}

/// Whether a status may begin or end on a computed date.
pub(super) fn may_open_computed(view: &dyn View, test: &StatusTest) -> bool {
    let rule = StatusRule::new(view.schema(), &test.status);
    rule.is_some_and(|rule| rule.fields().iter().any(|field| is_ruled(view, field)))
}

/// A field with rules, read when somebody asks for it.
struct Lazy {
    /// The key of its rules.
    rule: Arc<str>,
    overlay: OnceLock<Option<Arc<Overlay>>>,
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
    fn of(view: &dyn View, stated: Option<&dyn FieldView>, rule: &str) -> Result<Self, IndexError> {
        let (mut computed, mut revoked) = (Self::default(), RoaringBitmap::new());
        let (Some(objects), Some(actions), Some(dates)) =
            (view.field("object"), view.field("action"), view.field("date"))
        else {
            return Ok(computed);
        };
        let stated = stated.map(FieldView::present).transpose()?.unwrap_or_default();
        let revoking = Revoking::new(view, &*actions, &*dates)?;
        let mut places = FxHashMap::default();
        for (number, entity) in view.entities().iter() {
            let Some(Ok(rules)) = entity.fields.get(rule).map(effect_rules) else { continue };
            let facts = objects.postings(&objects.referring(number).into_iter().collect())?;
            let about = &facts - &stated;
            if about.is_empty() {
                continue;
            }
            let acts = firsts(&*actions, &about)?;
            let days = firsts(&*dates, &about)?;
            let follow = Follow { schema: view.schema(), rules: &rules, actions: &*actions, dates: &*dates };
            let mut known = FxHashMap::default();
            let begun = computed.documents.len();
            for ((document, act), day) in about.iter().zip(acts).zip(days) {
                let (Some(act), Some(day)) = (act, day) else { continue };
                let place = *known.entry((act, day)).or_insert_with(|| {
                    let cell = follow.cell(act, day)?;
                    Some(computed.place(&mut places, cell))
                });
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

    /// The same without the dates of some documents.
    fn without(mut self, revoked: &RoaringBitmap) -> Self {
        self.documents.retain(|(document, _)| !revoked.contains(*document));
        self.postings.iter_mut().for_each(|postings| *postings -= revoked);
        self
    }

    /// The place of a distinct value.
    fn place(&mut self, places: &mut FxHashMap<(Arc<str>, Arc<str>), u32>, cell: Cell) -> u32 {
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

/// How dates follow from others for what one entity is about.
struct Follow<'a> {
    schema: &'a Schema,
    rules: &'a EffectRules,
    actions: &'a dyn FieldView,
    dates: &'a dyn FieldView,
}

impl Follow<'_> {
    fn cell(&self, act: u32, day: u32) -> Option<Cell> {
        let action = self.actions.value(act).to_string();
        let rule = EffectRule::of_action(self.rules, &action, self.schema)?;
        let date = rule.apply(self.dates.value(day).as_date()?)?;
        Some(Cell::Computed { date, cite: rule.cite.as_str().into() })
    }
}

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
        let ordinals = |word: &String| -> Vec<u32> {
            let covered = vocabulary.umbrellas.get(word).map(|umbrella| umbrella.covers.as_slice());
            covered.unwrap_or(std::slice::from_ref(word)).iter().flat_map(|name| actions.find(&fold(name))).collect()
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
            let is_back = |(other, back): (Document, &Act)| {
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

    fn read(&self, documents: &RoaringBitmap) -> Result<Vec<Act>, IndexError> {
        let subjects = firsts(&*self.subjects, documents)?;
        let rest = firsts(self.actions, documents)?.into_iter().zip(firsts(self.dates, documents)?);
        let act = |(subject, (action, day)): (Option<u32>, (Option<u32>, Option<u32>))| {
            let subject = subject.map(|ordinal| match self.subjects.entity(ordinal) {
                Some(number) => Subject::Entity(number),
                None => Subject::Written(fold(&self.subjects.value(ordinal).to_string()).into_owned()),
            });
            let day = day.and_then(|day| {
                let value = self.dates.value(day);
                value.as_date().map(|date| (date.earliest(), date.latest()))
            });
            Act { subject, action, day }
        };
        Ok(subjects.into_iter().zip(rest).map(act).collect())
    }
}

/// What is compared of an act.
struct Act {
    subject: Option<Subject>,
    action: Option<u32>,
    day: Option<(Day, Day)>,
}

/// Who did it.
#[derive(PartialEq, Eq)]
enum Subject {
    Entity(EntityNumber),
    Written(String),
}

/// For each document the ordinal of its first value.
fn firsts(field: &dyn FieldView, documents: &RoaringBitmap) -> Result<Vec<Option<u32>>, IndexError> {
    let mut firsts = Vec::new();
    field.each(documents, &mut |_, ordinals| firsts.push(ordinals.first().copied()))?;
    Ok(firsts)
}

impl Overlay {
    /// The column of a field; none if no fact has a date there.
    fn of(view: &dyn View, name: &str, rule: &str) -> Option<Arc<Self>> {
        let stated = view.field(name);
        let computed = Computed::of(view, stated.as_deref(), rule);
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

    fn find(&self, folded: &str) -> Vec<u32> {
        let mut found = self.stated.as_ref().map(|stated| stated.find(folded)).unwrap_or_default();
        let computed = (self.first()..).zip(self.values());
        found.extend(computed.filter(|(_, value)| fold(&value.to_string()) == folded).map(|(ordinal, _)| ordinal));
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
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::record::{FactRecord, Record};
    use super::super::testing::{MemoryView, World, any_filter, any_world, evaluation_equals_scan};
    use super::*;
    use crate::model::{Entities, Entity, Vocabulary};
    use crate::plan::{DateForm, DatePart, Filter, Query, Stage};

    /// The same facts in a world in which what they are about has rules.
    fn ruled(mut world: World) -> World {
        let mut vocabulary: Vocabulary = world.schema.vocabulary().clone();
        for (name, field) in &mut vocabulary.fields {
            if name == "effective" {
                field.rule = Some("effect".to_owned());
            }
        }
        let umbrella = toml::from_str("covers = [\"signed\", \"left\"]").unwrap();
        vocabulary.umbrellas.insert("did".to_owned(), umbrella);
        let list = world.entities.iter().map(|(_, entity)| {
            let mut entity: Entity = (**entity).clone();
            let rules = match entity.id.as_str() {
                "one" => json!({
                    "left": {"after": "6 months", "snap": "next-month-start", "not_before": "2004-06-15", "cite": "Art. 2"},
                    "did": {"after": "10 days", "cite": "Art. 1"},
                }),
                "two" => json!({"left": {"after": "1 year", "cite": "Art. 9"}, "signed": {"cite": "Art. 1"}}),
                "gamma" => json!({"left": "soon"}),
                _ => return Arc::new(entity),
            };
            entity.fields.insert("effect".to_owned(), rules);
            Arc::new(entity)
        });
        world.entities = Arc::new(Entities::new(list.collect::<Vec<_>>()));
        world.schema = Arc::new(Schema::new(vocabulary, &[]).unwrap());
        world
    }

    fn about_effect() -> impl Strategy<Value = Filter> {
        let field: Arc<str> = "effective".into();
        prop_oneof![
            Just(Filter::Missing { field: field.clone() }),
            Just(Filter::DateForm { field: field.clone(), form: DateForm::Computed }),
            Just(Filter::DateForm { field, form: DateForm::Stated }),
            any_filter(),
        ]
    }

    proptest! {
        #[test]
        fn a_computed_date_is_found_as_if_it_were_stated(world in any_world(40), filter in about_effect()) {
            let view = with_computed(MemoryView::build(&ruled(world)));
            evaluation_equals_scan(&view, &filter)?;
        }

        #[test]
        fn each_way_to_read_a_column_with_computed_dates_gives_what_the_records_give(world in any_world(40)) {
            let world = ruled(world);
            let view = with_computed(MemoryView::build(&world));
            let naive: Vec<Vec<Cell>> = world
                .facts
                .iter()
                .map(|(fact, _)| FactRecord { fact, schema: &world.schema, entities: &world.entities }.values("effective"))
                .collect();
            let Some(field) = view.field("effective") else {
                prop_assert!(naive.iter().all(Vec::is_empty));
                return Ok(());
            };
            let mut read = Vec::new();
            field.each(&view.all(), &mut |_, ordinals| {
                read.push(ordinals.iter().map(|ordinal| field.value(*ordinal)).collect::<Vec<_>>());
            }).unwrap();
            prop_assert_eq!(&read, &naive);
            let having = |test: &dyn Fn(&[Cell]) -> bool| -> RoaringBitmap {
                (0..).zip(&naive).filter(|(_, cells)| test(cells)).map(|(document, _)| document).collect()
            };
            prop_assert_eq!(field.present().unwrap(), having(&|cells| !cells.is_empty()));
            for ordinal in 0..field.len() {
                let value = field.value(ordinal);
                let postings = field.postings(&[ordinal].into_iter().collect()).unwrap();
                prop_assert_eq!(postings, having(&|cells| cells.contains(&value)));
                prop_assert!(field.find(&fold(&value.to_string())).contains(&ordinal));
            }
            let every = (0..field.len()).collect();
            prop_assert_eq!(field.postings(&every).unwrap(), field.present().unwrap());
        }
    }

    fn treaty(rules: &serde_json::Value) -> World {
        let mut world = super::super::testing::world([
            json!({"id": "a", "subject": "alpha", "action": "left", "object": "Treaty One", "date": "2005-01-10"}),
            json!({"id": "b", "subject": "beta", "action": "left", "object": "one", "date": "2005-01-10", "effective": "2006"}),
            json!({"id": "c", "subject": "beta", "action": "left", "object": "lost", "date": "2005-01-10"}),
            json!({"id": "d", "subject": "beta", "action": "signed", "object": "one", "date": "2005-03-10"}),
        ]);
        world = ruled(world);
        let list = world.entities.iter().map(|(_, entity)| {
            let mut entity = (**entity).clone();
            if entity.fields.remove("effect").is_some() && !rules.is_null() {
                entity.fields.insert("effect".to_owned(), rules.clone());
            }
            Arc::new(entity)
        });
        world.entities = Arc::new(Entities::new(list.collect::<Vec<_>>()));
        world
    }

    fn asked(world: &World, stage: Stage) -> Vec<String> {
        let query = Query { stages: vec![stage], ..Query::default() };
        let answer = super::super::run(query, MemoryView::build(world), super::super::Cancel::new()).unwrap();
        answer.map(|row| row.unwrap().cells().iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn an_own_rule_goes_before_an_umbrella_and_a_stated_date_before_both() {
        let world = treaty(&json!({
            "left": {"after": "6 months", "cite": "Art. 2"},
            "did": {"after": "1 month", "cite": "Art. 1"},
        }));
        let column = |name: &str, value: Value| crate::plan::Column { name: name.into(), value };
        let columns = vec![
            column("id", Value::Field("id".into())),
            column("effective", Value::Field("effective".into())),
            column("basis", Value::Part("effective".into(), DatePart::Basis)),
        ];
        let shown = asked(&world, Stage::Show(columns));
        assert_eq!(shown, ["a 2005-07-10 computed", "b 2006 stated", "c  ", "d 2005-04-10 computed"]);
        let by = vec![column("basis", Value::Part("effective".into(), DatePart::Basis))];
        assert_eq!(asked(&world, Stage::Count { of: None, by }), ["stated 1", "computed 2", " 1"]);
    }

    #[test]
    fn what_was_definitely_taken_back_before_has_no_computed_date() {
        let act = |id: &str, subject: &str, action: &str, date: &str| json!({"id": id, "subject": subject, "action": action, "object": "one", "date": date});
        let mut world = super::super::testing::world([
            act("in time", "alpha", "left", "2005-01-10"),
            act("back in time", "ALPHA", "signed", "2005-06-01"),
            act("too late", "beta", "left", "2005-01-10"),
            act("back too late", "beta", "signed", "2005-07-10"),
            act("perhaps", "lost", "left", "2005-01-10"),
            act("back perhaps", "lost", "signed", "2005"),
            act("again", "stranger", "left", "2005-01-10"),
            act("back before", "stranger", "signed", "2005-01-09"),
        ]);
        world = ruled(world);
        let mut vocabulary: Vocabulary = world.schema.vocabulary().clone();
        vocabulary.cancels.insert("signed".to_owned(), "left".to_owned());
        world.schema = Arc::new(Schema::new(vocabulary, &[]).unwrap());
        let rules = json!({"left": {"after": "6 months", "cite": "Art. 2"}});
        let list = world.entities.iter().map(|(_, entity)| {
            let mut entity = (**entity).clone();
            entity.fields.insert("effect".to_owned(), rules.clone());
            Arc::new(entity)
        });
        world.entities = Arc::new(Entities::new(list.collect::<Vec<_>>()));
        let view = with_computed(MemoryView::build(&world));
        let having = |field: Arc<dyn FieldView>| {
            let documents = field.present().unwrap();
            documents.iter().map(|document| view.id(document).unwrap().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(having(view.field("effective").unwrap()), ["too late", "perhaps", "again"]);
    }

    #[test]
    fn a_world_without_rules_is_read_as_it_is() {
        let view = MemoryView::build(&treaty(&serde_json::Value::Null));
        assert!(Arc::ptr_eq(&with_computed(view.clone()), &view));
        let view = MemoryView::build(&treaty(&json!({"left": {"cite": "Art. 1"}})));
        assert!(!Arc::ptr_eq(&with_computed(view.clone()), &view));
    }
}
