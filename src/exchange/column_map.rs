//! Which column of a CSV file gives which field, as users write it:
//! `subject=who,object="Contract, short",action=:resigned`.

use super::column_source::ColumnSource;
use super::error::ExchangeError;
use super::problem::ColumnMapProblem;

/// Which columns of a CSV file give which fields, where a column is not called
/// like its field.
///
/// ```
/// use tractat::exchange::{ColumnMap, ColumnSource};
///
/// let columns: ColumnMap = r#"subject=who,object="Contract, short",action=:resigned"#.parse()?;
/// assert_eq!(columns.entries[2], ("action".into(), ColumnSource::Constant("resigned".into())));
/// # Ok::<(), tractat::exchange::ExchangeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnMap {
    /// Each field with its source, in the order in which they were written.
    pub entries: Vec<(String, ColumnSource)>,
}

impl ColumnMap {
    /// Whether every column gives the field of its own name.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// Reads `field=column` pairs with commas between them. The name of a column is
/// in double quotes if it has a comma; a value after a colon is the same for
/// every row, as in `action=:resigned`.
impl std::str::FromStr for ColumnMap {
    type Err = ExchangeError;

    fn from_str(text: &str) -> Result<Self, ExchangeError> {
        let mut columns = Self::default();
        for pair in split_at_commas(text) {
            let wrong = |problem| ExchangeError::ColumnMap { entry: pair.to_owned(), problem };
            let (field, source) = pair.split_once('=').ok_or_else(|| wrong(ColumnMapProblem::NotAPair))?;
            let (field, source) = (field.trim(), source.trim());
            if field.is_empty() || source.is_empty() || source == ":" {
                return Err(wrong(ColumnMapProblem::EmptySide));
            }
            if columns.entries.iter().any(|(known, _)| known == field) {
                return Err(wrong(ColumnMapProblem::DuplicateField));
            }
            let source = match source.strip_prefix(':') {
                Some(value) => ColumnSource::Constant(unquoted(value)),
                None => ColumnSource::Column(unquoted(source)),
            };
            columns.entries.push((field.to_owned(), source));
        }
        Ok(columns)
    }
}

/// The parts of a text between commas that are not in quotes, without blank parts.
fn split_at_commas(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |character| {
        quoted ^= character == '"';
        character == ',' && !quoted
    })
    .map(str::trim)
    .filter(|part| !part.is_empty())
}

fn unquoted(text: &str) -> String {
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    inner.unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_map_names_columns_and_constants() {
        let map: ColumnMap = r#"subject=state, object="Treaty, short",action=:signed,note=:"a, b","#.parse().unwrap();
        let column = |name: &str| ColumnSource::Column(name.to_owned());
        let constant = |value: &str| ColumnSource::Constant(value.to_owned());
        let expected = [
            ("subject", column("state")),
            ("object", column("Treaty, short")),
            ("action", constant("signed")),
            ("note", constant("a, b")),
        ];
        assert_eq!(map.entries, expected.map(|(field, source)| (field.to_owned(), source)));
        assert!("".parse::<ColumnMap>().unwrap().is_empty());
    }

    #[test]
    fn an_entry_that_is_not_a_pair_or_repeats_a_field_is_refused() {
        for (text, wrong) in [
            ("a=b,subject", ColumnMapProblem::NotAPair),
            ("subject=", ColumnMapProblem::EmptySide),
            ("=state", ColumnMapProblem::EmptySide),
            ("action=:", ColumnMapProblem::EmptySide),
            ("subject=a,subject=b", ColumnMapProblem::DuplicateField),
        ] {
            match text.parse::<ColumnMap>() {
                Err(ExchangeError::ColumnMap { entry, problem }) => {
                    assert_eq!((problem, text.ends_with(&entry)), (wrong, true), "{text}");
                }
                other => panic!("{text}: {other:?}"),
            }
        }
    }
}
