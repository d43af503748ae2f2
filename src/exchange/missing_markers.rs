//! Texts that tables have where a value is missing, such as `NA`, `-` and
//! `NULL`. Nothing tells whether `NA` is a missing value or the code of a
//! country, so that whoever imports has to say it.

use std::sync::Arc;

use super::error::ExchangeError;
use super::record::{LeftOut, LeftOutReason, SentinelEffect};
use crate::model::{FieldKind, nearest};

/// Which texts stand for missing values, and which stand for themselves. What
/// nobody has said of a usual marker is a problem of its record.
///
/// ```
/// use tractat::exchange::MissingMarkers;
///
/// let markers = MissingMarkers::new().missing("NA").literal("country=NA").missing("-");
/// assert_ne!(markers, MissingMarkers::new());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MissingMarkers {
    meanings: Vec<MarkerMeaning>,
    /// Whether a text of which nobody has said anything stands for itself.
    all_literal: bool,
}

/// What somebody has said of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct MarkerMeaning {
    /// The column, or the key of a JSON object, of which it was said; all if none.
    column: Option<String>,
    text: String,
    is_missing: bool,
}

/// Markers in every field but running text, in lower case.
const OF_ALL: [&str; 20] = [
    "na", "n/a", "n.a.", "n.a", "#n/a", "<na>", "nan", "null", "(null)", "#null!", "nil", "\\n", "#value!", "#ref!",
    "-", "--", "---", "–", "—", "?",
];

/// Markers where a name is expected, which may well be words elsewhere.
const OF_NAMES: [&str; 8] = ["none", "unknown", "missing", "not available", "not applicable", "tbd", "tba", "."];

/// The longest marker, in bytes.
const LONGEST: usize = 14;

impl MissingMarkers {
    /// Nothing is said of any text.
    #[must_use]
    pub const fn new() -> Self {
        Self { meanings: Vec::new(), all_literal: false }
    }

    /// Every text stands for itself, as in the files of a world.
    #[must_use]
    pub const fn all_literal() -> Self {
        Self { meanings: Vec::new(), all_literal: true }
    }

    /// With a text that stands for a missing value: everywhere, or written
    /// `column=text`, in one column of a CSV file or under one key of JSON Lines.
    #[must_use]
    pub fn missing(self, written: &str) -> Self {
        self.with(written, true)
    }

    /// With a text that stands for itself: everywhere, or written `column=text`,
    /// in one column or under one key.
    #[must_use]
    pub fn literal(self, written: &str) -> Self {
        self.with(written, false)
    }

    fn with(mut self, written: &str, is_missing: bool) -> Self {
        let (column, text) = match written.split_once('=') {
            Some((column, text)) if !column.trim().is_empty() => (Some(column.trim().to_owned()), text),
            _ => (None, written),
        };
        self.meanings.push(MarkerMeaning { column, text: text.trim().to_owned(), is_missing });
        self
    }

    /// These and others, which count first.
    pub(super) fn and(&self, others: &Self) -> Self {
        let meanings = others.meanings.iter().chain(&self.meanings).cloned().collect();
        Self { meanings, all_literal: self.all_literal || others.all_literal }
    }

    /// Whether some text stands for a missing value.
    pub(super) fn has_missing(&self) -> bool {
        self.meanings.iter().any(|said| said.is_missing)
    }

    /// Checks that an input of that name has the columns, or keys, of which something is said.
    pub(super) fn check_columns<'c>(
        &self,
        name: &Arc<str>,
        known: &(impl Iterator<Item = &'c str> + Clone),
    ) -> Result<(), ExchangeError> {
        let is_unknown = |column: &&String| known.clone().all(|known| known != column.as_str());
        let unknown = self.meanings.iter().filter_map(|said| said.column.as_ref()).find(is_unknown);
        unknown.map_or(Ok(()), |column| {
            let similar = nearest(column, known.clone()).map(str::to_owned);
            Err(ExchangeError::UnknownMarkerColumn { name: name.clone(), column: column.clone(), similar })
        })
    }

    /// What was said of a text in a column; what was said of that column alone counts first.
    fn said(&self, column: Option<&str>, text: &str) -> Option<bool> {
        let of = |wanted: Option<&str>| {
            let said = self.meanings.iter().find(|said| said.column.as_deref() == wanted && said.text == text.trim());
            said.map(|said| said.is_missing)
        };
        column.and_then(|column| of(Some(column))).or_else(|| of(None))
    }

    /// Whether a text stands for a missing value.
    pub(super) fn is_missing(&self, column: Option<&str>, text: &str) -> bool {
        !self.meanings.is_empty() && self.said(column, text) == Some(true)
    }

    /// Whether a text may stand for a missing value in a field of a kind, and
    /// nobody has said whether it does.
    pub(super) fn is_unclear(&self, column: Option<&str>, kind: FieldKind, text: &str) -> bool {
        let text = text.trim();
        if text.len() > LONGEST || kind == FieldKind::Text || self.all_literal {
            return false;
        }
        let is = |markers: &[&str]| markers.iter().any(|marker| marker.eq_ignore_ascii_case(text));
        (is(&OF_ALL) || kind == FieldKind::Reference && is(&OF_NAMES)) && self.said(column, text).is_none()
    }
}

/// Whether a text would be asked about in some field.
pub(super) fn may_be_missing(text: &str) -> bool {
    MissingMarkers::new().is_unclear(None, FieldKind::Reference, text)
}

/// A value that was left out, as its text stands for a missing one.
pub(super) fn left_out(column: &str, text: &str) -> LeftOut {
    let (value, found) = (column.to_owned(), text.trim().to_owned());
    let effect = SentinelEffect::OmitsValue;
    LeftOut { reason: LeftOutReason::Sentinel { value, found, effect }, example: text.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_markers_are_unclear_until_somebody_says_what_they_mean() {
        let nothing_said = MissingMarkers::new();
        for text in OF_ALL.iter().chain(&OF_NAMES) {
            assert!(text.len() <= LONGEST, "{text}");
            assert!(nothing_said.is_unclear(None, FieldKind::Reference, &text.to_uppercase()), "{text}");
            assert!(!nothing_said.is_unclear(None, FieldKind::Text, text), "{text}");
        }
        assert!(!nothing_said.is_unclear(None, FieldKind::Keyword, "unknown"));
        assert!(!nothing_said.is_unclear(None, FieldKind::Reference, "Nancy"));
        let said = MissingMarkers::new().missing("NA").literal("country=NA");
        assert!(said.is_missing(Some("date"), " NA ") && !said.is_missing(Some("country"), "NA"));
        for column in [None, Some("date"), Some("country")] {
            assert!(!said.is_unclear(column, FieldKind::Reference, "NA"));
        }
        assert!(said.is_unclear(Some("country"), FieldKind::Reference, "n/a"));
        let own = MissingMarkers::new().literal("NA");
        assert!(own.and(&said).is_missing(None, "NA") && !said.and(&own).is_missing(None, "NA"));
    }
}
