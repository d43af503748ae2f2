//! Which column of a CSV file gives which field, as somebody writes it:
//! `subject=who,object="Contract, short",action=:resigned`.

use super::error::ExchangeError;

/// Where the values of a field come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Supply {
    /// The cells of a column, by its name in the header.
    Column(String),
    /// One value for every row.
    Constant(String),
}

/// Where the values of fields come from, other than from the column of the same name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapping {
    /// Fields with their supply, in the order in which they were written.
    pub entries: Vec<(String, Supply)>,
}

impl Mapping {
    /// Reads `field=column` pairs between commas. A column whose name has a
    /// comma is written in double quotes; a colon before a value makes it the
    /// constant of every row, as in `action=:resigned`.
    ///
    /// # Errors
    ///
    /// If a part is no pair, or a field is given twice.
    pub fn parse(text: &str) -> Result<Self, ExchangeError> {
        let mut mapping = Self::default();
        for part in parts(text) {
            let fail = |reason: &str| ExchangeError::Mapping { part: part.to_owned(), reason: reason.to_owned() };
            let Some((field, supply)) = part.split_once('=') else {
                return Err(fail(
                    "is no pair: write `field=column`, or `field=:value` for the same value in every row",
                ));
            };
            let (field, supply) = (field.trim(), supply.trim());
            if field.is_empty() || supply.is_empty() || supply == ":" {
                return Err(fail("names nothing on one side of the `=`"));
            }
            if mapping.entries.iter().any(|(known, _)| known == field) {
                return Err(fail("gives a field for the second time"));
            }
            let supply = match supply.strip_prefix(':') {
                Some(value) => Supply::Constant(unquoted(value)),
                None => Supply::Column(unquoted(supply)),
            };
            mapping.entries.push((field.to_owned(), supply));
        }
        Ok(mapping)
    }

    /// Whether it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// The parts between commas that are not in quotes; blank ones are left out.
fn parts(text: &str) -> impl Iterator<Item = &str> {
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
    fn a_mapping_names_columns_and_constants() {
        let mapping = Mapping::parse(r#"subject=state, object="Treaty, short",action=:signed,note=:"a, b","#).unwrap();
        let column = |name: &str| Supply::Column(name.to_owned());
        let constant = |value: &str| Supply::Constant(value.to_owned());
        let expected = [
            ("subject", column("state")),
            ("object", column("Treaty, short")),
            ("action", constant("signed")),
            ("note", constant("a, b")),
        ];
        assert_eq!(mapping.entries, expected.map(|(field, supply)| (field.to_owned(), supply)));
        assert!(Mapping::parse("").unwrap().is_empty());
    }

    #[test]
    fn what_is_no_pair_or_given_twice_is_refused() {
        for text in ["subject", "subject=", "=state", "action=:", "subject=a,subject=b"] {
            assert!(Mapping::parse(text).is_err(), "{text}");
        }
        let message = Mapping::parse("a=b,state").unwrap_err().to_string();
        assert!(message.starts_with("in the mapping, `state` is no pair"), "{message}");
    }
}
