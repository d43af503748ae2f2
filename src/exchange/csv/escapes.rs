//! Escapes in cells of TSV: `\t` for a tab, `\n` and `\r` for the ends of a line, `\\`
//! for a backslash, and `\"` for a quote at the beginning, where it would open a cell in
//! quotes. The writer of TSV makes them. Any other backslash stands for itself.

use csv::ByteRecord;

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
    fn a_backslash_stands_for_itself_before_what_is_not_escaped() {
        for (written, read) in [(r"a\tb\\n", "a\tb\\n"), (r"c:\x\", r"c:\x\"), (r#"\"q""#, "\"q\""), (r"\N", r"\N")] {
            assert_eq!(String::from_utf8(unescaped_cell(written.as_bytes())).unwrap(), read);
        }
    }
}
