//! The values of a record while templates are filled with them, and what of
//! them is lost on the way.

use std::borrow::Cow;

use super::template::{RowValues, Template, ValueNames};
use crate::exchange::missing_markers::MissingMarkers;
use crate::exchange::problem::ValueProblem;
use crate::exchange::record::{LeftOut, LeftOutReason};
use crate::model::FieldKind;

/// The values of one record, its names, and what is lost when templates are
/// filled with them.
pub(super) struct Filling<'f, 'r> {
    pub values: &'f RowValues<'r>,
    pub names: &'f ValueNames,
    pub missing: &'f MissingMarkers,
    /// The slots of values that every record has, whatever its cells say.
    pub built_in: &'f [Option<usize>],
    /// What templates lost.
    pub lost: Vec<LeftOut>,
}

impl<'f> Filling<'f, '_> {
    /// The text of a template for a field of a kind; none if a value is missing.
    pub fn text(
        &mut self,
        field: &str,
        kind: FieldKind,
        template: &'f Template,
    ) -> Result<Option<Cow<'f, str>>, ValueProblem> {
        let Some(text) = template.fill(self.values) else {
            self.lost.extend(lost(template, field, self.values, self.names, self.built_in));
            return Ok(None);
        };
        let column = template.only_slot().map(|slot| self.names.name(slot));
        if self.missing.is_unclear(column, kind, &text) {
            return Err(ValueProblem::MissingMarker(text.into_owned()));
        }
        Ok(Some(text))
    }
}

/// What a template that gives nothing lost: a value of the record that is there,
/// beside one that is not.
pub(super) fn lost(
    template: &Template,
    field: &str,
    values: &RowValues<'_>,
    names: &ValueNames,
    built_in: &[Option<usize>],
) -> Option<LeftOut> {
    let value = |slot: usize| values.get(slot).and_then(Option::as_deref);
    let mut of_record = template.slots().filter(|slot| !built_in.contains(&Some(*slot)));
    let there = of_record.find_map(value)?;
    let missing = template.slots().find(|slot| value(*slot).is_none())?;
    let (field, missing) = (field.to_owned(), names.name(missing).to_owned());
    Some(LeftOut { reason: LeftOutReason::Template { field, missing }, example: clip(there) })
}

/// How many characters of a value an example has.
const SHOWN: usize = 80;

/// A value as an example, cut if it is long.
pub(super) fn clip(value: &str) -> String {
    match value.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or("")),
        None => value.to_owned(),
    }
}
