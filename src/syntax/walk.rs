//! A walk over every part of a tree, for whatever changes or looks for some of
//! them. It must not know what for.

use super::tree::{Arithmetic, AsOf, Condition, Expression, Key, Known, Name, Other, Path, Query, Stage, Value, When};
use super::{Span, Spanned};

/// What is done on a walk; whatever is left out goes on to the parts within.
pub(super) trait Walk: Sized {
    /// At every span.
    fn span(&mut self, _: &mut Span) {}

    /// At every query, the one that is walked and those within.
    fn query(&mut self, query: &mut Query) {
        walk_query(self, query);
    }

    /// At every condition.
    fn expression(&mut self, expression: &mut Expression) {
        walk_expression(self, expression);
    }

    /// At every value of a test or a call.
    fn value(&mut self, value: &mut Spanned<Value>) {
        walk_value(self, value);
    }

    /// At every date, with where it stands.
    fn when(&mut self, when: &mut When, _: Span) {
        walk_when(self, when);
    }
}

/// The parts of a query.
pub(super) fn walk_query(walk: &mut impl Walk, query: &mut Query) {
    walk.span(&mut query.span);
    if let Some(filter) = &mut query.filter {
        walk.expression(filter);
    }
    if let Some(day) = &mut query.as_of {
        as_of(walk, &mut day.value);
    }
    if let Some(known) = &mut query.known {
        state(walk, known);
    }
    for written in &mut query.stages {
        walk.span(&mut written.span);
        stage(walk, &mut written.value);
    }
}

/// The parts of a condition.
pub(super) fn walk_expression(walk: &mut impl Walk, expression: &mut Expression) {
    walk.span(&mut expression.span);
    match &mut expression.value {
        Condition::And(parts) | Condition::Or(parts) => parts.iter_mut().for_each(|part| walk.expression(part)),
        Condition::Not(inner) | Condition::Maybe(inner) | Condition::Using(inner) => walk.expression(inner),
        Condition::Word(_) | Condition::Text(_) => {}
        Condition::Test(test) => {
            path(walk, &mut test.path);
            for value in &mut test.values {
                walk.value(value);
            }
        }
        Condition::Date(test) => {
            if let Some(field) = &mut test.path {
                path(walk, field);
            }
            spanned_when(walk, &mut test.when);
        }
        Condition::Other(Other { same, filter, .. }) => {
            for field in same {
                path(walk, field);
            }
            walk.expression(filter);
        }
        Condition::AsOf(inner, day) => {
            walk.expression(inner);
            as_of(walk, &mut day.value);
        }
        Condition::Call(call) => {
            walk.span(&mut call.name.span);
            for value in &mut call.arguments {
                walk.value(value);
            }
        }
    }
}

/// The parts of a value.
pub(super) fn walk_value(walk: &mut impl Walk, value: &mut Spanned<Value>) {
    walk.span(&mut value.span);
    if let Value::Query(query) = &mut value.value {
        walk.query(query);
    }
}

/// The parts of a date.
pub(super) fn walk_when(walk: &mut impl Walk, when: &mut When) {
    match when {
        When::Braces(field, filter) => {
            if let Some(field) = field {
                path(walk, field);
            }
            walk.expression(filter);
        }
        When::Range(from, to) => [from, to].into_iter().flatten().for_each(|end| spanned_when(walk, end)),
        _ => {}
    }
}

fn spanned_when(walk: &mut impl Walk, when: &mut Spanned<When>) {
    walk.span(&mut when.span);
    walk.when(&mut when.value, when.span);
}

fn as_of(walk: &mut impl Walk, as_of: &mut AsOf) {
    match as_of {
        AsOf::Day(day) | AsOf::Each(_, day) => spanned_when(walk, day),
    }
}

fn name(walk: &mut impl Walk, name: &mut Name) {
    walk.span(&mut name.span);
}

fn path(walk: &mut impl Walk, path: &mut Path) {
    walk.span(&mut path.span);
    for part in &mut path.names {
        name(walk, part);
    }
}

fn key(walk: &mut impl Walk, key: &mut Key) {
    match key {
        Key::Path(field) => path(walk, field),
        Key::Condition(condition) => walk.expression(condition),
    }
}

fn stage(walk: &mut impl Walk, stage: &mut Stage) {
    match stage {
        Stage::Sort(keys) => keys.iter_mut().for_each(|key| path(walk, &mut key.path)),
        Stage::Show(items) => {
            for item in items {
                path(walk, &mut item.path);
                if let Some(heading) = &mut item.heading {
                    name(walk, heading);
                }
            }
        }
        Stage::Count { of, by } => {
            if let Some(of) = of {
                path(walk, of);
            }
            for by in by {
                key(walk, by);
            }
        }
        Stage::Share { of, by } => {
            walk.expression(of);
            for by in by {
                key(walk, by);
            }
        }
        Stage::Pivot { rows, columns } => {
            key(walk, rows);
            key(walk, columns);
        }
        Stage::Aggregate { functions, of, by } => {
            for function in functions {
                walk.span(&mut function.span);
            }
            path(walk, of);
            for by in by {
                key(walk, by);
            }
        }
        Stage::Distinct(paths) => paths.iter_mut().for_each(|field| path(walk, field)),
        Stage::Extreme { by, .. } => by.iter_mut().for_each(|by| key(walk, by)),
        Stage::Let { name: column, value } => {
            name(walk, column);
            arithmetic(walk, value);
        }
        Stage::Where(condition) => walk.expression(condition),
        Stage::Diff { range, .. } => spanned_when(walk, range),
        Stage::DiffKnown { from, to } => [from, to].into_iter().for_each(|end| state(walk, end)),
        Stage::Take(_) | Stage::Skip(_) | Stage::Timeline | Stage::Sources | Stage::History => {}
    }
}

fn state(walk: &mut impl Walk, known: &mut Spanned<Known>) {
    walk.span(&mut known.span);
    let span = known.span;
    if let Known::Day(day) = &mut known.value {
        walk.when(day, span);
    }
}

fn arithmetic(walk: &mut impl Walk, value: &mut Spanned<Arithmetic>) {
    walk.span(&mut value.span);
    let span = value.span;
    match &mut value.value {
        Arithmetic::Path(field) => path(walk, field),
        Arithmetic::Date(date) => walk.when(date, span),
        Arithmetic::Braces(filter) => walk.expression(filter),
        Arithmetic::Add(a, b) | Arithmetic::Subtract(a, b) => {
            arithmetic(walk, a);
            arithmetic(walk, b);
        }
        Arithmetic::Number(_) | Arithmetic::Duration(_) => {}
    }
}
