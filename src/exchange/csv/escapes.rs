//! Escapes in cells of TSV: `\t` for a tab, `\n` and `\r` for the ends of a line, `\\`
//! for a backslash, and `\"` for a quote at the beginning, where it would open a cell in
//! quotes. The writer of TSV makes them. Any other backslash stands for itself.

use csv::ByteRecord;

use super::quotes::quoted_cells;

/// The cells of a row.
#[derive(Debug, Default)]
pub(super) struct RowCells {
    /// With what their escapes stand for.
    pub(super) cells: ByteRecord,
    /// Those that are read otherwise than they are written, as they are written; without
    /// cells of JSON, which nobody would read so.
    pub(super) escaped: Vec<String>,
}

impl RowCells {
    /// Of a row without escapes.
    pub(super) fn plain(cells: ByteRecord) -> Self {
        Self { cells, escaped: Vec::new() }
    }

    /// Of a row of TSV; a cell in quotes has no escapes.
    pub(super) fn unescaped(cells: ByteRecord, row: &[u8]) -> Self {
        if memchr::memchr(b'\\', row).is_none() {
            return Self::plain(cells);
        }
        let mut read = Self { cells: ByteRecord::with_capacity(row.len(), cells.len()), escaped: Vec::new() };
        let quoted = quoted_cells(row, b'\t').chain(std::iter::repeat(false));
        for (cell, is_quoted) in cells.iter().zip(quoted) {
            let meant = if is_quoted { cell.to_vec() } else { unescaped_cell(cell) };
            if meant != cell && !matches!(cell.first(), Some(b'[' | b'{')) {
                read.escaped.push(String::from_utf8_lossy(cell).into_owned());
            }
            read.cells.push_field(&meant);
        }
        read
    }
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
        let escaped =
            |cells: &[&str], row: &str| RowCells::unescaped(ByteRecord::from(cells.to_vec()), row.as_bytes()).escaped;
        assert_eq!(escaped(&[r"a\tb", r"c:\x", "d"], "a\\tb\tc:\\x\td"), [r"a\tb"]);
        assert_eq!(escaped(&[r"a\tb", "x"], "\"a\\tb\"\tx"), Vec::<String>::new(), "not in quotes");
    }

    #[test]
    fn a_backslash_stands_for_itself_before_what_is_not_escaped() {
        for (written, read) in [(r"a\tb\\n", "a\tb\\n"), (r"c:\x\", r"c:\x\"), (r#"\"q""#, "\"q\""), (r"\N", r"\N")] {
            assert_eq!(String::from_utf8(unescaped_cell(written.as_bytes())).unwrap(), read);
        }
    }
}
