//! The names that the header of a CSV file gives to its columns.

use csv::ByteRecord;

use super::problem::HeaderProblem;

/// The names in the cells of a header, without blanks at their ends. A name may
/// be empty; no other is given twice.
pub(super) fn column_names(cells: &ByteRecord) -> Result<Vec<String>, HeaderProblem> {
    let mut names: Vec<String> = Vec::new();
    for (index, cell) in cells.iter().enumerate() {
        let name = std::str::from_utf8(cell).map_err(|_| HeaderProblem::NotUtf8 { column: index + 1 })?.trim();
        if !name.is_empty() && names.iter().any(|known| known == name) {
            return Err(HeaderProblem::DuplicateColumn { name: name.to_owned() });
        }
        names.push(name.to_owned());
    }
    if let [name] = names.as_slice()
        && let Some(separator) = [';', '\t'].into_iter().find(|separator| name.contains(*separator))
    {
        return Err(HeaderProblem::WrongSeparator { separator });
    }
    Ok(names)
}
