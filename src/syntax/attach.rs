//! `effective after 2025` is one condition and `resigned after 2025` is two.
//! The parser cannot tell them apart and reads both as one; here the caller,
//! who knows the fields and nouns, says which it is, and whether a word before
//! alternatives belongs to all of them.

use super::as_written::{in_parentheses, is_bare, split};
use super::parse::{Conjunction, two_readings};
use super::tree::{Condition, DateTest, Expression, Path, Query};
use super::walk::change::{Transform, walk_expression, walk_query};
use super::{Diagnostic, Span, Spanned};

/// Separates the words that are not date fields from the date tests after
/// them, so that in the whole tree every path of a date test is a date field.
///
/// `is_date_field` is asked about every path of one name; longer ones are kept.
/// `is_noun` is asked about a word before alternatives without parentheses.
///
/// # Errors
///
/// If such a word and its date are beside an `or` without parentheses, or if a
/// word that is not a noun precedes alternatives: one error for each such `or`,
/// which shows both readings.
pub(crate) fn attach_dates(
    query: &mut Query,
    is_date_field: &dyn Fn(&Path) -> bool,
    is_noun: &dyn Fn(&str) -> bool,
) -> Result<(), Vec<Diagnostic>> {
    let mut attachment = DateAttachment { is_date_field, is_noun, diagnostics: Vec::new() };
    attachment.query(query);
    if attachment.diagnostics.is_empty() { Ok(()) } else { Err(attachment.diagnostics) }
}

struct DateAttachment<'a> {
    is_date_field: &'a dyn Fn(&Path) -> bool,
    is_noun: &'a dyn Fn(&str) -> bool,
    diagnostics: Vec<Diagnostic>,
}

impl Transform for DateAttachment<'_> {
    fn query(&mut self, query: &mut Query) {
        let refused = query.filter.as_ref().and_then(|filter| self.word_before_alternatives(filter));
        let unread = if refused.is_some() { query.filter.take() } else { None };
        self.diagnostics.extend(refused);
        walk_query(self, query);
        query.filter = query.filter.take().or(unread);
    }

    fn expression(&mut self, expression: &mut Expression) {
        let span = expression.span;
        if let Condition::Or(parts) = &expression.value {
            let conjunctions = || parts.iter().map(|part| conjunction(part, span));
            let doubtful = |unit: &Expression| !in_parentheses(unit) && self.split(unit).is_some();
            if conjunctions().any(|part| part.units.iter().any(doubtful)) {
                let readings = two_readings(span, conjunctions().collect(), &|part| self.split(part));
                self.diagnostics.push(readings);
                return;
            }
        }
        walk_expression(self, expression);
        match &mut expression.value {
            // A word and its date, once separated, are parts like the others.
            Condition::And(parts) => {
                let units = std::mem::take(parts).into_iter().flat_map(|part| match part.value {
                    Condition::And(units) => units,
                    value => vec![Spanned::new(value, part.span)],
                });
                *parts = units.collect();
            }
            Condition::Date(_) => {
                if let Some((word, date)) = self.split(expression) {
                    expression.value = Condition::And(vec![word, date]);
                }
            }
            _ => {}
        }
    }
}

impl DateAttachment<'_> {
    /// Both readings of a word before alternatives, if it is not a noun, which
    /// would belong to all of them.
    fn word_before_alternatives(&self, filter: &Expression) -> Option<Diagnostic> {
        let Condition::And(items) = &filter.value else { return None };
        let [Spanned { value: Condition::Word(word), .. }, any] = items.as_slice() else { return None };
        let Condition::Or(parts) = &any.value else { return None };
        if !is_bare(any) || (self.is_noun)(word) {
            return None;
        }
        let mut parts: Vec<Conjunction> = parts.iter().map(|part| conjunction(part, any.span)).collect();
        if let Some(first) = parts.first_mut() {
            first.units.insert(0, items.first()?.clone());
            first.explicit.insert(0, false);
        }
        Some(two_readings(filter.span, parts, &|part| self.split(part)))
    }

    fn split(&self, expression: &Expression) -> Option<(Expression, Expression)> {
        split(expression).filter(|_| match &expression.value {
            Condition::Date(DateTest { path: Some(path), .. }) => !(self.is_date_field)(path),
            _ => false,
        })
    }
}

/// One of some alternatives as it was written: an *and* without parentheses
/// has the place of all of them.
fn conjunction(part: &Expression, whole: Span) -> Conjunction {
    match &part.value {
        Condition::And(units) if part.span.range() == whole.range() => {
            Conjunction { units: units.clone(), explicit: vec![true; units.len().saturating_sub(1)] }
        }
        _ => Conjunction { units: vec![part.clone()], explicit: Vec::new() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{MalformedCondition, SyntaxProblem, parse_query, print_query};

    fn attached(text: &str) -> Result<String, Vec<Diagnostic>> {
        let mut query = parse_query(text).tree.expect(text);
        attach_dates(&mut query, &|path| path.names[0].value == "effective", &|word| word == "people")?;
        Ok(print_query(&query))
    }

    #[test]
    fn a_word_before_a_date_stays_with_it_only_if_it_is_a_date_field() {
        for (text, read) in [
            ("withdrawn effective after 2025", "withdrawn effective after 2025"),
            ("withdrawn after 2025 region:baltic", "withdrawn (after 2025) region:baltic"),
            ("-(withdrawn after 2025)", "-(withdrawn (after 2025))"),
            ("-withdrawn after 2025", "-withdrawn after 2025"),
            ("-(effective after 2025)", "-(effective after 2025)"),
            ("maybe withdrawn after 2025", "maybe (withdrawn (after 2025))"),
            ("signed or (ratified after {withdrawn in 2025})", "signed or (ratified (after {withdrawn (in 2025)}))"),
            ("(x as of {signed in 2025})", "(x as of {signed (in 2025)})"),
            ("x:(signed in 2025) as of {y on 2026}", "x:(signed (in 2025)) as of {y (on 2026)}"),
            ("effective in 2025 or since 2026", "effective in 2025 or since 2026"),
            ("a (b:none or effective since 2020)", "a (b:none or effective since 2020)"),
            ("b:none or c and effective since 2020", "b:none or (c effective since 2020)"),
            ("people a:b or a:c", "people a:b or a:c"),
            ("people a:b and effective in 2025 or (c d) or e", "people (a:b effective in 2025) or (c d) or e"),
            ("x:(people a or b | take 2)", "x:(people a or b | take 2)"),
            ("a or (b c after 2025) or d", "a or (b c (after 2025)) or d"),
            ("a or (-(b) and (c after 2025 \"d\")) or e", "a or (-b c (after 2025) \"d\") or e"),
        ] {
            assert_eq!(attached(text).as_deref(), Ok(read), "{text}");
        }
    }

    #[test]
    fn an_or_beside_a_word_and_its_date_or_before_which_a_word_stands_shows_both_readings() {
        for (text, readings) in [
            (
                "signed in 2024 or ratified in 2025",
                ["signed (in 2024 or ratified) in 2025", "(signed in 2024) or (ratified in 2025)"],
            ),
            ("a or b after 2025", ["(a or b) after 2025", "a or (b after 2025)"]),
            ("a or b and c after 2025", ["(a or (b c)) after 2025", "a or (b c after 2025)"]),
            ("a b or c", ["a (b or c)", "(a b) or c"]),
            ("a effective in 2025 or c", ["a (effective in 2025 or c)", "(a effective in 2025) or c"]),
            ("people a after 2025 or b", ["a (after 2025 or b)", "(a after 2025) or b"]),
            ("x:(a b or c)", ["a (b or c)", "(a b) or c"]),
        ] {
            let wrong = attached(text).unwrap_err();
            let [loose, strict] = readings.map(str::to_owned);
            let expected = SyntaxProblem::Condition(MalformedCondition::TwoReadings { loose, strict });
            assert_eq!(wrong[0].problem, expected, "{text}");
        }
    }
}
