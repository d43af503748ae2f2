//! A legend in the header of a column: `Gift, Loan(l), Return (r)` names what
//! the letters of its cells mean.

/// The entry of a letter, or that without a letter; several are joined by `or`.
///
/// An entry begins after a comma; where the first begins with a capital letter
/// each does, so that other commas are within an entry. Its letter stands in
/// parentheses at its end, with or without a blank before. A cell without a
/// letter is of the entries without one; where there is but one entry at all it
/// is of that, whatever stands in parentheses there.
pub(super) fn entry(legend: &str, letter: Option<&str>) -> Option<String> {
    let entries: Vec<(&str, Option<&str>)> = entries(legend).into_iter().map(lettered).collect();
    let of = |wanted: Option<&str>| {
        let found: Vec<&str> = entries.iter().filter(|(_, letter)| *letter == wanted).map(|(name, _)| *name).collect();
        (!found.is_empty()).then(|| found.join(" or "))
    };
    of(letter).or_else(|| (letter.is_none() && entries.len() == 1).then(|| legend.trim().to_owned()))
}

/// The names of all entries, without their letters.
pub(super) fn names(legend: &str) -> Vec<&str> {
    entries(legend).into_iter().map(|entry| lettered(entry).0).collect()
}

fn entries(legend: &str) -> Vec<&str> {
    let capital = |text: &str| text.trim_start().chars().next().is_some_and(char::is_uppercase);
    let all_capital = capital(legend);
    let mut entries = Vec::new();
    let mut start = 0;
    for (at, _) in legend.match_indices(',') {
        let rest = legend.get(at + 1..).unwrap_or("");
        if !all_capital || capital(rest) {
            entries.push(legend.get(start..at).unwrap_or("").trim());
            start = at + 1;
        }
    }
    entries.push(legend.get(start..).unwrap_or("").trim());
    entries.retain(|entry| !entry.is_empty());
    entries
}

/// An entry without its letter, and the letter.
fn lettered(entry: &str) -> (&str, Option<&str>) {
    let parted = entry.strip_suffix(')').and_then(|open| open.rsplit_once('('));
    let is_letter =
        |letter: &str| (1..=3).contains(&letter.len()) && letter.bytes().all(|byte| byte.is_ascii_alphabetic());
    match parted {
        Some((name, letter)) if is_letter(letter.trim()) && !name.trim().is_empty() => {
            (name.trim(), Some(letter.trim()))
        }
        _ => (entry, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOANS: &str =
        "Gift, Loan(l), Return (r), Gift by will, as amended(L), Sale under section 3 (2) (b), Loan again(l)";

    #[test]
    fn a_letter_finds_its_entry_and_case_matters() {
        assert_eq!(entry(LOANS, Some("r")).unwrap(), "Return");
        assert_eq!(entry(LOANS, Some("l")).unwrap(), "Loan or Loan again");
        assert_eq!(entry(LOANS, Some("L")).unwrap(), "Gift by will, as amended");
        assert_eq!(entry(LOANS, Some("x")), None);
        assert_eq!(entry("gift, loan(l)", Some("l")).unwrap(), "loan");
    }

    #[test]
    fn no_letter_is_of_the_entries_without_one_or_of_the_only_entry() {
        assert_eq!(entry(LOANS, None).unwrap(), "Gift");
        assert_eq!(entry("Gift, Sale, Loan(l)", None).unwrap(), "Gift or Sale");
        assert_eq!(entry("Loan under section 3 (b)", None).unwrap(), "Loan under section 3 (b)");
        assert_eq!(entry("Loan(l), Gift(g)", None), None);
        assert_eq!(entry("Loan under section 3 (1)", None).unwrap(), "Loan under section 3 (1)");
    }
}
