//! Lists in one cell: values with semicolons between them. A value that has a semicolon,
//! outer blanks or a quote at its beginning is in quotes, in which a quote is doubled.

use std::borrow::Cow;

/// The cell of some values, as [`read_list`] takes it apart.
pub(super) fn list_cell<'v>(values: impl Iterator<Item = Cow<'v, str>>) -> String {
    let mut cell = String::new();
    for (place, value) in values.enumerate() {
        if place > 0 {
            cell.push(';');
        }
        let needs_quotes = value.is_empty() || value.contains(';') || value.starts_with('"') || value.trim() != value;
        if needs_quotes {
            cell.push('"');
            cell.push_str(&value.replace('"', "\"\""));
            cell.push('"');
        } else {
            cell.push_str(&value);
        }
    }
    cell
}

/// The values of a cell. What begins with a quote that is not closed where the value
/// ends is taken as it stands, and between two semicolons there may be nothing.
pub(super) fn read_list(cell: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut rest = cell;
    while !rest.is_empty() {
        let (value, after) = if let Some((value, after)) = quoted(rest) {
            (Some(value), after)
        } else {
            let (value, after) = rest.split_once(';').unwrap_or((rest, ""));
            (Some(value.trim().to_owned()).filter(|value| !value.is_empty()), after)
        };
        values.extend(value);
        rest = after;
    }
    values
}

/// The value in quotes with which a text begins, and what is behind its semicolon.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inner = text.trim_start().strip_prefix('"')?;
    let mut value = String::new();
    let mut rest = inner;
    loop {
        let (before, after) = rest.split_once('"')?;
        value.push_str(before);
        let Some(more) = after.strip_prefix('"') else {
            let after = after.trim_start();
            let behind = if after.is_empty() { Some("") } else { after.strip_prefix(';') };
            return behind.map(|behind| (value, behind));
        };
        value.push('"');
        rest = more;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn blanks_and_nothing_between_semicolons_are_no_values() {
        assert_eq!(read_list(" a ; ;b;\"c;d\" ; \"open;5\" \""), ["a", "b", "c;d", "\"open", "5\" \""]);
        assert!(read_list("").is_empty() && read_list(" ; ").is_empty());
    }

    proptest! {
        #[test]
        fn a_list_comes_back_as_it_was(values in prop::collection::vec("[a;\" \\n\u{a0}é]{0,5}", 0..5)) {
            prop_assert_eq!(read_list(&list_cell(values.iter().map(|value| Cow::Borrowed(value.as_str())))), values);
        }
    }
}
