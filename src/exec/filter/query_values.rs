//! Values that another query gives: a field has one of those in its one column.

use roaring::RoaringBitmap;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::exec::ExecError;
use crate::exec::filter::context::EvaluationContext;
use crate::exec::filter::facts::Evaluator;
use crate::exec::filter::sets::Sets;
use crate::model::{Cell, Entities, FieldKind, Number, Resolution, Truth, canonical, caseless};
use crate::plan::Query;

/// What makes a value the same as one that is given.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum ValueKey {
    /// A name without letter case; a word or a date as written.
    Letters(String),
    /// A number.
    Number(Number),
}

/// The values that a query gives, each with its truth.
pub(crate) struct QueryValues {
    truths: FxHashMap<ValueKey, Truth>,
}

impl QueryValues {
    /// Runs a query; with entities its values are names of these.
    pub fn new(query: &Query, context: &EvaluationContext, entities: Option<&Entities>) -> Result<Self, ExecError> {
        let mut truths: FxHashMap<ValueKey, Truth> = FxHashMap::default();
        for (cell, truth) in context.subqueries.column(query, context)? {
            let held = truths.entry(key(&cell, entities)).or_insert(Truth::False);
            *held = truth.or(*held);
        }
        Ok(Self { truths })
    }

    /// How true it is that a value is one of them; with entities it is a name of one.
    pub fn truth(&self, cell: &Cell, entities: Option<&Entities>) -> Truth {
        self.truths.get(&key(cell, entities)).copied().unwrap_or(Truth::False)
    }
}

/// The facts of which a field has a value that a query gives.
pub(crate) fn has_given_value(
    evaluator: &Evaluator<'_>,
    field: &str,
    query: &Query,
    within: &RoaringBitmap,
) -> Result<Sets, ExecError> {
    let view = evaluator.view();
    let kind = view.schema().field(field).map(|field| field.kind);
    let entities = (kind == Some(FieldKind::Reference)).then(|| &**view.entities());
    let QueryValues { truths } = QueryValues::new(query, evaluator.context(), entities)?;
    let letters = |least: Truth| {
        let found = truths.iter().filter(move |(_, truth)| **truth >= least);
        found.filter_map(|(key, _)| if let ValueKey::Letters(letters) = key { Some(letters.clone()) } else { None })
    };
    let by_level = |find: &dyn Fn(Vec<String>) -> Result<RoaringBitmap, ExecError>| {
        let of = |least| Ok::<_, ExecError>(find(letters(least).collect())? & within);
        Ok(Sets { definite: of(Truth::True)?, possible: of(Truth::Possible)?, open: of(Truth::Unknown)? })
    };
    match kind {
        Some(FieldKind::Id) => by_level(&|ids| {
            let alike = view.ids(&ids)? & within;
            let (mut same, ids) = (RoaringBitmap::new(), FxHashSet::from_iter(ids));
            view.each_id(&alike, &mut |document, id| {
                if ids.contains(&*canonical(id)) {
                    same.insert(document);
                }
            })?;
            Ok(same)
        }),
        Some(FieldKind::Text) => by_level(&|mut texts| {
            texts.sort_unstable();
            Ok(view.texts(field, &mut |text| texts.binary_search(&canonical(text).into_owned()).is_ok())?)
        }),
        _ => {
            let Some(field) = view.field(field) else {
                return Ok(Sets::default());
            };
            evaluator.by_ordinal(&*field, within, &|ordinal| {
                let key = match field.entity(ordinal) {
                    Some(entity) => letters_of(&view.entities().get(entity).id),
                    None => key(&field.value(ordinal), entities),
                };
                Ok(truths.get(&key).copied().unwrap_or(Truth::False))
            })
        }
    }
}

fn key(cell: &Cell, entities: Option<&Entities>) -> ValueKey {
    if let Some(number) = cell.as_number() {
        return ValueKey::Number(number);
    }
    match cell {
        Cell::Text(text) | Cell::Named { key: text, .. } => {
            match entities.map(|entities| (entities, entities.resolve(text))) {
                Some((entities, Resolution::One(entity))) => letters_of(&entities.get(entity).id),
                Some(_) => ValueKey::Letters(caseless(text).into_owned()),
                None => letters_of(text),
            }
        }
        other => letters_of(&other.to_string()),
    }
}

fn letters_of(text: &str) -> ValueKey {
    ValueKey::Letters(canonical(text).into_owned())
}
