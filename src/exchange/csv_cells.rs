//! What every reader and writer of CSV needs: the names of columns, the text of a
//! cell, and the error of the system behind one of the crate.

use std::io;

use csv::ByteRecord;

use super::csv::is_quoted;
use super::problem::{HeaderProblem, RecordProblem};

/// The names in the cells of a header, which is this row, without blanks at their ends. A
/// name may be empty; no other is given twice. Cells are parted by `separator`.
pub(super) fn column_names(cells: &ByteRecord, row: &[u8], separator: u8) -> Result<Vec<String>, HeaderProblem> {
    let mut names: Vec<String> = Vec::new();
    for (index, cell) in cells.iter().enumerate() {
        let name = std::str::from_utf8(cell).map_err(|_| HeaderProblem::NotUtf8 { column: index + 1 })?.trim();
        if !name.is_empty() && names.iter().any(|known| known == name) {
            return Err(HeaderProblem::DuplicateColumn { name: name.to_owned() });
        }
        names.push(name.to_owned());
    }
    // In quotes it is one cell, whatever is in it.
    if let [name] = names.as_slice()
        && !is_quoted(row, 0, separator)
        && let Some(other) =
            [';', '\t', ','].into_iter().find(|other| *other != char::from(separator) && name.contains(*other))
    {
        return Err(HeaderProblem::WrongSeparator { separator: other });
    }
    Ok(names)
}

/// Whether a cell has to be in quotes.
pub(super) fn needs_quotes(cell: &[u8]) -> bool {
    memchr::memchr3(b',', b'"', b'\n', cell).is_some() || memchr::memchr(b'\r', cell).is_some()
}

/// The text of a cell.
pub(super) fn cell_text(cell: &[u8]) -> Result<&str, RecordProblem> {
    std::str::from_utf8(cell).map_err(|error| {
        let before = error.valid_up_to();
        let byte = cell.get(before).copied().unwrap_or_default();
        RecordProblem::NotUtf8 { byte, in_cell: Some(before + 1), utf16: false }
    })
}

/// The error of the system itself, so that a closed pipe can be recognized.
pub(super) fn csv_failure(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
