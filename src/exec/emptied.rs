//! Why an answer is empty: which part of the query left nothing, and the date
//! nearest to the days asked about.

use roaring::RoaringBitmap;

use super::ExecError;
use super::evaluate::Evaluator;
use super::values::as_date;
use crate::index::View;
use crate::model::{Date, Window};
use crate::plan::{Filter, Part};
use crate::syntax::Span;

/// Which part of a query left nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Emptied {
    /// The parts, those about dates last, up to the one that left nothing.
    pub parts: Vec<EmptiedPart>,
    /// If that one asks about days: the nearest date outside them that a fact
    /// has of which all the parts before it hold.
    pub nearest: Option<Date>,
}

/// A part of a query, and how many facts it left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmptiedPart {
    /// Where it stands.
    pub span: Span,
    /// Of how many facts it holds.
    pub alone: u64,
    /// Of how many facts it holds together with all parts before it.
    pub together: u64,
}

impl Emptied {
    /// In words, with the parts as they stand in the text of the query: "19
    /// are `withdrawn`, 4 of them `region:baltic`, none of those `in 2019`
    /// (nearest: 2024-09-06)".
    #[must_use]
    pub fn explain(&self, text: &str) -> String {
        let mut words = String::new();
        for (place, part) in self.parts.iter().enumerate() {
            let quoted = text.get(part.span.range()).unwrap_or("…").trim();
            let count = match (place, part.together) {
                (0, 0) => "none is".to_owned(),
                (0, 1) => "1 is".to_owned(),
                (0, count) => format!("{count} are"),
                (1, 0) => ", none of them".to_owned(),
                (_, 0) => ", none of those".to_owned(),
                (1, count) => format!(", {count} of them"),
                (_, count) => format!(", {count} of those"),
            };
            words += &count;
            words += " `";
            words += quoted;
            words += "`";
        }
        if let Some(nearest) = &self.nearest {
            words += " (nearest: ";
            words += nearest.written();
            words += ")";
        }
        words
    }
}

/// Finds which part of a query left nothing; a query of one part needs no words.
pub(super) fn explain(
    view: &dyn View,
    evaluator: &Evaluator<'_>,
    filter: &Filter,
) -> Result<Option<Emptied>, ExecError> {
    let Filter::And(conjuncts) = filter else {
        return Ok(None);
    };
    let (about_days, others): (Vec<&Part>, Vec<&Part>) =
        conjuncts.iter().partition(|part| days_of(&part.filter).is_some());
    let mut left = view.live().clone();
    let mut emptied = Emptied { parts: Vec::new(), nearest: None };
    for part in others.into_iter().chain(about_days) {
        let alone = evaluator.evaluate(&part.filter, view.live())?.definite;
        let together = &left & &alone;
        emptied.parts.push(EmptiedPart { span: part.span, alone: alone.len(), together: together.len() });
        if together.is_empty() {
            if let Some((field, window)) = days_of(&part.filter) {
                emptied.nearest = nearest(view, field, window, &left)?;
            }
            return Ok(Some(emptied));
        }
        left = together;
    }
    Ok(None)
}

fn days_of(filter: &Filter) -> Option<(&str, Window)> {
    match filter {
        Filter::Date { field, window } => Some((field, *window)),
        Filter::Maybe(filter) => days_of(filter),
        _ => None,
    }
}

/// The date nearest to a window; of two as near, the earlier.
fn nearest(view: &dyn View, field: &str, window: Window, documents: &RoaringBitmap) -> Result<Option<Date>, ExecError> {
    let Some(field) = view.field(field) else {
        return Ok(None);
    };
    let mut ordinals = RoaringBitmap::new();
    field.each(documents, &mut |_, values| ordinals.extend(values))?;
    let distance = |date: &Date| {
        let after = i64::from(date.earliest().number()) - i64::from(window.last.number());
        let before = i64::from(window.first.number()) - i64::from(date.latest().number());
        after.max(before).max(0)
    };
    let values: Vec<_> = ordinals.iter().map(|ordinal| field.value(ordinal)).collect();
    let dates = values.iter().filter_map(as_date);
    Ok(dates.min_by_key(|date| (distance(date), date.earliest(), date.latest())).cloned())
}
