//! `effective after 2025` is one condition and `resigned after 2025` is two.
//! The parser cannot tell them apart and reads both as the first; here whoever
//! knows the fields says which. It must not know them itself.

use super::parse::{Conjunction, two_readings};
use super::tree::{
    Arithmetic, AsOf, Condition, DateTest, Expression, Key, Known, Other, Path, Query, Stage, Value, When,
};
use super::{Diagnostic, Span, Spanned};

/// Takes the words that are no date fields out of the date tests before which
/// they stand, so that in the whole tree every path of a date test is one.
///
/// `is_date_field` is asked about every path of one name; longer ones are kept.
///
/// # Errors
///
/// If such a word and its date stand beside an `or` without parentheses, one
/// error for each such `or`, which shows both readings.
pub fn attach_dates(query: &mut Query, is_date_field: &dyn Fn(&Path) -> bool) -> Result<(), Vec<Diagnostic>> {
    let mut pass = Pass { is_date_field, diagnostics: Vec::new() };
    pass.query(query);
    if pass.diagnostics.is_empty() { Ok(()) } else { Err(pass.diagnostics) }
}

struct Pass<'a> {
    is_date_field: &'a dyn Fn(&Path) -> bool,
    diagnostics: Vec<Diagnostic>,
}

impl Pass<'_> {
    fn query(&mut self, query: &mut Query) {
        if let Some(filter) = &mut query.filter {
            self.expression(filter);
        }
        if let Some(day) = &mut query.as_of {
            self.as_of(day);
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
                if parts.iter().any(|part| !in_parentheses(part) && self.split(part).is_some()) {
                    let alone = |part: &Expression| Conjunction { units: vec![part.clone()], explicit: Vec::new() };
                    let parts = parts.iter().map(alone).collect();
                    self.diagnostics.push(two_readings(expression.span, parts, &|part| self.split(part)));
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
                self.as_of(day);
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
    let word = Spanned::new(Condition::Word(name.value.clone()), name.span);
    let date = Condition::Date(DateTest { path: None, relation: *relation, when: when.clone() });
    Some((word, Spanned::new(date, Span::new(name.span.end, expression.span.end))))
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
        attach_dates(&mut query, &|path| path.names[0].value == "effective")?;
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
            ("effective in 2025 or since 2026", "(effective in 2025) or since 2026"),
        ] {
            assert_eq!(attached(text).as_deref(), Ok(read), "{text}");
        }
    }

    #[test]
    fn an_or_beside_a_word_and_its_date_shows_both_readings() {
        let wrong = attached("signed in 2024 or ratified in 2025").unwrap_err();
        assert_eq!(
            wrong[0].help.as_deref(),
            Some("signed (in 2024 or ratified) in 2025\n(signed in 2024) or (ratified in 2025)")
        );
    }
}
