//! What the spans of a tree tell of how it was written: a word with its date, and
//! parentheses.

use super::keyword::word;
use super::tree::{Condition, DateTest, Expression};
use super::{Span, Spanned};

/// The word and the date of a date test, which may be one condition or two.
pub(super) fn split(expression: &Expression) -> Option<(Expression, Expression)> {
    let Condition::Date(DateTest { path: Some(path), relation, when }) = &expression.value else {
        return None;
    };
    let [name] = path.names.as_slice() else {
        return None;
    };
    // A word of the language is not a condition, so it is the name of a column.
    if word::is_condition(&name.value) {
        return None;
    }
    let word = Spanned::new(Condition::Word(name.value.clone()), name.span);
    let date = Condition::Date(DateTest { path: None, relation: *relation, when: when.clone() });
    Some((word, Spanned::new(date, Span::new(name.span.end, expression.span.end))))
}

/// Whether alternatives were written without parentheses: then their span is
/// from the first of them to the last.
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
