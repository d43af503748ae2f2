//! Escapes in cells of TSV: `\t` for a tab, `\n` and `\r` for the ends of a line, `\\`
//! for a backslash, and `\"` for a quote at the beginning, where it would open a cell in
//! quotes. The writer of TSV makes them. Any other backslash stands for itself.

use csv::{ByteRecord, ReaderBuilder};

use super::quotes::quoted_cells;

/// The cells of a row with what their escapes stand for; a cell in quotes has none.
pub(super) fn unescaped(cells: ByteRecord, row: &[u8]) -> ByteRecord {
    if memchr::memchr(b'\\', row).is_none() {
        return cells;
    }
    let mut read = ByteRecord::with_capacity(row.len(), cells.len());
    let quoted = quoted_cells(row, b'\t').chain(std::iter::repeat(false));
    for (cell, is_quoted) in cells.iter().zip(quoted) {
        if is_quoted { read.push_field(cell) } else { read.push_field(&unescaped_cell(cell)) }
    }
    read
}

/// The cells of a row that are read otherwise than they are written, as its escapes stand
/// for something else; without cells of JSON, which nobody would read as it is written.
pub(super) fn escaped_cells(row: &[u8]) -> Vec<String> {
    if memchr::memchr(b'\\', row).is_none() {
        return Vec::new();
    }
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(b'\t');
    let cells = builder.from_reader(row).into_byte_records().next().and_then(Result::ok).unwrap_or_default();
    let quoted = quoted_cells(row, b'\t').chain(std::iter::repeat(false));
    let is_json = |cell: &[u8]| matches!(cell.first(), Some(b'[' | b'{'));
    let is_other = |(cell, is_quoted): &(&[u8], bool)| !is_quoted && !is_json(cell) && unescaped_cell(cell) != *cell;
    cells.iter().zip(quoted).filter(is_other).map(|(cell, _)| String::from_utf8_lossy(cell).into_owned()).collect()
}

fn unescaped_cell(cell: &[u8]) -> Vec<u8> {
    let mut read = Vec::with_capacity(cell.len());
    let mut bytes = cell.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        let meant = match bytes.peek() {
            Some(b't') => b'\t',
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b'\\') => b'\\',
            Some(b'"') => b'"',
            _ => 0,
        };
        if byte == b'\\' && meant != 0 {
            bytes.next();
            read.push(meant);
        } else {
            read.push(byte);
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_are_read_otherwise_than_they_are_written_are_told() {
        assert_eq!(escaped_cells(br"a\tb	c:\x	d"), [r"a\tb"]);
        assert_eq!(escaped_cells(b"\"a\\tb\"\tx"), Vec::<String>::new(), "not in quotes");
    }

    #[test]
    fn a_backslash_stands_for_itself_before_what_is_not_escaped() {
        for (written, read) in [(r"a\tb\\n", "a\tb\\n"), (r"c:\x\", r"c:\x\"), (r#"\"q""#, "\"q\""), (r"\N", r"\N")] {
            assert_eq!(String::from_utf8(unescaped_cell(written.as_bytes())).unwrap(), read);
        }
    }
}
