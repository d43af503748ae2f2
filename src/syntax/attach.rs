//! `effective after 2025` is one condition and `resigned after 2025` is two.
//! The parser cannot tell them apart and reads both as the first; here whoever
//! knows the fields and nouns says which, and whether a word stands before all
//! of some alternatives. It must not know them itself.

use super::keyword::word;
use super::parse::{Conjunction, two_readings};
use super::tree::{
    Arithmetic, AsOf, Condition, DateTest, Expression, Key, Known, Other, Path, Query, Stage, Value, When,
};
use super::{Diagnostic, Span, Spanned};

/// Takes the words that are no date fields out of the date tests before which
/// they stand, so that in the whole tree every path of a date test is one.
///
/// `is_date_field` is asked about every path of one name; longer ones are kept.
/// `is_noun` is asked about the word before alternatives without parentheses.
///
/// # Errors
///
/// If such a word and its date stand beside an `or` without parentheses, or a
/// word that is no noun before alternatives: one error for each such `or`,
/// which shows both readings.
pub fn attach_dates(
    query: &mut Query,
    is_date_field: &dyn Fn(&Path) -> bool,
    is_noun: &dyn Fn(&str) -> bool,
) -> Result<(), Vec<Diagnostic>> {
    let mut pass = Pass { is_date_field, is_noun, diagnostics: Vec::new() };
    pass.query(query);
    if pass.diagnostics.is_empty() { Ok(()) } else { Err(pass.diagnostics) }
}

struct Pass<'a> {
    is_date_field: &'a dyn Fn(&Path) -> bool,
    is_noun: &'a dyn Fn(&str) -> bool,
    diagnostics: Vec<Diagnostic>,
}

impl Pass<'_> {
    fn query(&mut self, query: &mut Query) {
        if let Some(filter) = &mut query.filter {
            match self.no_noun(filter) {
                Some(told) => self.diagnostics.push(told),
                None => self.expression(filter),
            }
        }
        if let Some(day) = &mut query.as_of {
            self.as_of(&mut day.value);
        }
        if let Some(Spanned { value: Known::Day(day), .. }) = &mut query.known {
            self.when(day);
        }
        for stage in &mut query.stages {
            self.stage(&mut stage.value);
        }
    }

    fn stage(&mut self, stage: &mut Stage) {
        match stage {
            Stage::Where(condition) => self.expression(condition),
            Stage::Share { of, by } => {
                self.expression(of);
                self.keys(by);
            }
            Stage::Count { by, .. } | Stage::Aggregate { by, .. } | Stage::Extreme { by, .. } => self.keys(by),
            Stage::Pivot { rows, columns } => {
                self.keys(std::slice::from_mut(rows));
                self.keys(std::slice::from_mut(columns));
            }
            Stage::Let { value, .. } => self.arithmetic(&mut value.value),
            Stage::Diff { range, .. } => self.when(&mut range.value),
            Stage::DiffKnown { from, to } => {
                for end in [from, to] {
                    if let Known::Day(day) = &mut end.value {
                        self.when(day);
                    }
                }
            }
            Stage::Sort(_)
            | Stage::Take(_)
            | Stage::Skip(_)
            | Stage::Show(_)
            | Stage::Distinct(_)
            | Stage::Timeline
            | Stage::Sources
            | Stage::History => {}
        }
    }

    fn keys(&mut self, keys: &mut [Key]) {
        for key in keys {
            if let Key::Condition(condition) = key {
                self.expression(condition);
            }
        }
    }

    fn arithmetic(&mut self, value: &mut Arithmetic) {
        match value {
            Arithmetic::Braces(filter) => self.expression(filter),
            Arithmetic::Date(date) => self.when(date),
            Arithmetic::Add(a, b) | Arithmetic::Subtract(a, b) => {
                self.arithmetic(&mut a.value);
                self.arithmetic(&mut b.value);
            }
            Arithmetic::Path(_) | Arithmetic::Number(_) | Arithmetic::Duration(_) => {}
        }
    }

    fn as_of(&mut self, as_of: &mut AsOf) {
        match as_of {
            AsOf::Day(day) | AsOf::Each(_, day) => self.when(&mut day.value),
        }
    }

    fn values(&mut self, values: &mut [Spanned<Value>]) {
        for value in values {
            if let Value::Query(query) = &mut value.value {
                self.query(query);
            }
        }
    }

    fn when(&mut self, when: &mut When) {
        match when {
            When::Braces(_, filter) => self.expression(filter),
            When::Range(from, to) => {
                for end in [from, to].into_iter().flatten() {
                    self.when(&mut end.value);
                }
            }
            _ => {}
        }
    }

    fn expression(&mut self, expression: &mut Expression) {
        match &mut expression.value {
            Condition::And(parts) => {
                let mut split = Vec::with_capacity(parts.len());
                for mut part in std::mem::take(parts) {
                    self.expression(&mut part);
                    match part.value {
                        Condition::And(both) => split.extend(both),
                        value => split.push(Spanned::new(value, part.span)),
                    }
                }
                *parts = split;
            }
            Condition::Or(parts) => {
                let parts_read = || parts.iter().map(|part| conjunction(part, expression.span));
                let doubtful = |unit: &Expression| !in_parentheses(unit) && self.split(unit).is_some();
                if parts_read().any(|part| part.units.iter().any(doubtful)) {
                    let told = two_readings(expression.span, parts_read().collect(), &|part| self.split(part));
                    self.diagnostics.push(told);
                    return;
                }
                for part in parts {
                    self.expression(part);
                }
            }
            Condition::Not(inner)
            | Condition::Maybe(inner)
            | Condition::Using(inner)
            | Condition::Other(Other { filter: inner, .. }) => self.expression(inner),
            Condition::AsOf(inner, day) => {
                self.expression(inner);
                self.as_of(&mut day.value);
            }
            Condition::Test(test) => self.values(&mut test.values),
            Condition::Call(call) => self.values(&mut call.arguments),
            Condition::Date(test) => {
                self.when(&mut test.when.value);
                if let Some((word, date)) = self.split(expression) {
                    expression.value = Condition::And(vec![word, date]);
                }
            }
            Condition::Word(_) | Condition::Text(_) => {}
        }
    }

    /// That the word before alternatives does not stand before all of them.
    fn no_noun(&self, filter: &Expression) -> Option<Diagnostic> {
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

/// The word and the date of a date test, which may be one condition or two.
pub(super) fn split(expression: &Expression) -> Option<(Expression, Expression)> {
    let Condition::Date(DateTest { path: Some(path), relation, when }) = &expression.value else {
        return None;
    };
    let [name] = path.names.as_slice() else {
        return None;
    };
    // A word of the language is no condition, so it is the name of a column.
    if word::is_condition(&name.value) {
        return None;
    }
    let word = Spanned::new(Condition::Word(name.value.clone()), name.span);
    let date = Condition::Date(DateTest { path: None, relation: *relation, when: when.clone() });
    Some((word, Spanned::new(date, Span::new(name.span.end, expression.span.end))))
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

/// Whether alternatives were written without parentheses: then they have the
/// place from the first of them to the last.
pub(super) fn is_bare(any: &Expression) -> bool {
    let Condition::Or(parts) = &any.value else { return false };
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return false };
    let is_joint = |part: &Expression| matches!(part.value, Condition::And(_)) && part.span.range() == any.span.range();
    let starts = is_joint(first) || first.span.start == any.span.start;
    let ends = is_joint(last) || last.span.end == any.span.end;
    let is_placed = any.span.start < any.span.end;
    is_placed && starts && ends && (is_joint(first) || is_joint(last) || first.span.end < last.span.start)
}

/// Whether a date test was written in parentheses: then it goes on after its
/// date.
pub(super) fn in_parentheses(expression: &Expression) -> bool {
    matches!(&expression.value, Condition::Date(test) if test.when.span.end < expression.span.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{parse_query, print_query};

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
                "signed (in 2024 or ratified) in 2025\n(signed in 2024) or (ratified in 2025)",
            ),
            ("a or b after 2025", "(a or b) after 2025\na or (b after 2025)"),
            ("a or b and c after 2025", "(a or (b c)) after 2025\na or (b c after 2025)"),
            ("a b or c", "a (b or c)\n(a b) or c"),
            ("a effective in 2025 or c", "a (effective in 2025 or c)\n(a effective in 2025) or c"),
            ("people a after 2025 or b", "a (after 2025 or b)\n(a after 2025) or b"),
            ("x:(a b or c)", "a (b or c)\n(a b) or c"),
        ] {
            let wrong = attached(text).unwrap_err();
            assert_eq!(wrong[0].help().as_deref(), Some(readings), "{text}");
        }
    }
}
