//! Which known word somebody may have meant. It knows no word itself.

/// The candidate nearest to a word, if it is near: within one edit for words
/// of up to four letters, else within two. Case is ignored; an edit is one
/// letter inserted, left out or replaced, or two neighbours swapped.
#[must_use]
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.chars().flat_map(char::to_lowercase).collect();
    if word.len() < 2 || word.len() > 60 {
        return None;
    }
    let limit = if word.len() <= 4 { 1 } else { 2 };
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let letters: Vec<char> = candidate.chars().flat_map(char::to_lowercase).collect();
            if letters.len().abs_diff(word.len()) > limit {
                return None;
            }
            let distance = distance(&word, &letters);
            (1..=limit).contains(&distance).then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The number of edits between two words (optimal string alignment).
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before = vec![0; right.len() + 1];
    let mut above: Vec<usize> = (0..=right.len()).collect();
    let mut previous_left = None;
    for (row, &a) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        let mut previous_right = None;
        for (column, &b) in right.iter().enumerate() {
            let cell = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX - 1);
            let mut best = (cell(&above, column) + usize::from(a != b))
                .min(cell(&above, column + 1) + 1)
                .min(cell(&current, column) + 1);
            if column > 0 && previous_left == Some(b) && previous_right == Some(a) {
                best = best.min(cell(&before, column - 1) + 1);
            }
            current.push(best);
            previous_right = Some(b);
        }
        before = std::mem::replace(&mut above, current);
        previous_left = Some(a);
    }
    above.last().copied().unwrap_or(left.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swap_is_one_edit_and_the_nearest_word_wins() {
        assert_eq!(closest("efective", ["effective", "elective"]), Some("effective"));
        assert_eq!(closest("Jnue", ["June", "July"]), Some("June"));
        assert_eq!(closest("zebra", ["June", "July"]), None);
        assert_eq!(closest("june", ["June"]), None, "the word itself is no suggestion");
    }
}
