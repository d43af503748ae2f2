//! Whether the quotes of a row are closed where a cell ends. The parser of the
//! cells goes on after one that is not, and gives a text that the file does not
//! have.

use crate::exchange::problem::QuoteProblem;

/// Where the quotes of a row go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct QuoteFault {
    /// The byte of the row.
    offset: usize,
    pub problem: QuoteProblem,
}

impl QuoteFault {
    /// The line and the character of it, both from 1, if the row starts at a line.
    pub fn line_and_column(self, row: &[u8], start: u64) -> (u64, u64) {
        let before = row.get(..self.offset).unwrap_or(row);
        let line = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        let newlines = memchr::memchr_iter(b'\n', before).count() as u64;
        let characters = String::from_utf8_lossy(before.get(line..).unwrap_or_default()).chars().count() as u64;
        (start + newlines, characters + 1)
    }
}

/// The first fault of a row, which has no line ending behind it and this byte between
/// its cells.
pub(super) fn quote_fault(row: &[u8], separator: u8) -> Option<QuoteFault> {
    memchr::memchr(b'"', row)?;
    let mut cell = 0;
    loop {
        let rest = row.get(cell..)?;
        let blanks = rest.iter().take_while(|&&byte| matches!(byte, b' ' | b'\t') && byte != separator).count();
        let opening = cell + blanks;
        if row.get(opening) != Some(&b'"') {
            cell += memchr::memchr(separator, rest)? + 1;
            continue;
        }
        if blanks > 0 {
            return Some(QuoteFault { offset: opening, problem: QuoteProblem::BlankBefore });
        }
        let Some(end) = end_of_quoted(row, opening + 1) else {
            return Some(QuoteFault { offset: opening, problem: QuoteProblem::Unclosed });
        };
        match row.get(end) {
            None => return None,
            Some(byte) if *byte == separator => cell = end + 1,
            Some(_) => return Some(QuoteFault { offset: end, problem: QuoteProblem::TextAfter }),
        }
    }
}

/// Of each cell of a row without fault whether it is in quotes.
pub(super) fn quoted_cells(row: &[u8], separator: u8) -> impl Iterator<Item = bool> {
    let mut next = Some(0);
    std::iter::from_fn(move || {
        let cell = next?;
        let rest = row.get(cell..).unwrap_or_default();
        let is_quoted = rest.first() == Some(&b'"');
        let end = if is_quoted {
            end_of_quoted(row, cell + 1)
        } else {
            memchr::memchr(separator, rest).map(|end| cell + end)
        };
        next = end.filter(|end| *end < row.len()).map(|end| end + 1);
        Some(is_quoted)
    })
}

/// Whether the cell at a place of a row without fault is in quotes.
pub(in crate::exchange) fn is_quoted(row: &[u8], place: usize, separator: u8) -> bool {
    quoted_cells(row, separator).nth(place).unwrap_or(false)
}

/// The byte after the quote that closes a cell; two quotes are one of its text.
fn end_of_quoted(row: &[u8], from: usize) -> Option<usize> {
    let mut from = from;
    loop {
        let quote = from + memchr::memchr(b'"', row.get(from..)?)?;
        if row.get(quote + 1) != Some(&b'"') {
            return Some(quote + 1);
        }
        from = quote + 2;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_fault_is_told_by_its_line_and_character() {
        let told = |row: &str| {
            let fault = quote_fault(row.as_bytes(), b',')?;
            let (line, column) = fault.line_and_column(row.as_bytes(), 7);
            Some((fault.problem, line, column))
        };
        for row in ["", "a,b", "\"a\",\"b, c\"", "\"a \"\"b\"\"\",", "5\" pipe,a \"b\" c", "\"\",\"\"\"\""] {
            assert_eq!(told(row), None, "{row}");
        }
        assert_eq!(told("é,\"A \"B\" C\""), Some((QuoteProblem::TextAfter, 7, 7)));
        assert_eq!(told("\"Boston\"."), Some((QuoteProblem::TextAfter, 7, 9)));
        assert_eq!(told("\"foo \\\" bar\""), Some((QuoteProblem::TextAfter, 7, 8)));
        assert_eq!(told("a, \"b, c\""), Some((QuoteProblem::BlankBefore, 7, 4)));
        assert_eq!(told("a,\"b\" ,c"), Some((QuoteProblem::TextAfter, 7, 6)));
        assert_eq!(told("a,\"b\nc,\"d\""), Some((QuoteProblem::TextAfter, 8, 4)));
        assert_eq!(told("a,\"b"), Some((QuoteProblem::Unclosed, 7, 3)));
    }

    #[test]
    fn a_cell_in_quotes_is_told_from_one_without() {
        let row = b"a,\"b, \"\"c\",,\"\",d\"";
        let quoted = [0, 1, 2, 3, 4, 5].map(|place| is_quoted(row, place, b','));
        assert_eq!(quoted, [false, true, false, true, false, false]);
        assert_eq!([0, 1, 2].map(|place| is_quoted(b"a,\"\t\"b,\"\"\tc", place, b'\t')), [false, true, false]);
    }

    proptest! {
        #[test]
        fn what_a_writer_of_csv_writes_has_no_fault(cells in prop::collection::vec("[a\",\\n ]{0,5}", 1..5)) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(&cells).unwrap();
            let text = writer.into_inner().unwrap();
            prop_assert_eq!(quote_fault(text.strip_suffix(b"\n").unwrap(), b','), None);
        }
    }
}
