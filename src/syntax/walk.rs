//! The walk over every part of a tree, for code that looks for some of them
//! and for code that changes some. Both are made of one description.

/// Makes a trait of what is done at the parts of a tree, with the functions
/// that go on to the parts within; `mut` makes those that may change them.
macro_rules! define_walk {
    ($(#[$about:meta])* $walk:ident $(, $mutable:tt)?) => {
        use crate::syntax::tree::{
            Account, Arithmetic, AsOf, BracedDate, Condition, Expression, GroupKey, Known, Name, OtherFact, Path, Query, Stage,
            Value, When,
        };
        use crate::syntax::{Span, Spanned};

        $(#[$about])*
        ///
        /// A method that is left out goes on to the parts within.
        pub(in crate::syntax) trait $walk: Sized {
            /// At every span.
            fn span(&mut self, _: &$($mutable)? Span) {}

            /// At every query, the one that is walked and those within.
            fn query(&mut self, query: &$($mutable)? Query) {
                walk_query(self, query);
            }

            /// At every condition.
            fn expression(&mut self, expression: &$($mutable)? Expression) {
                walk_expression(self, expression);
            }

            /// At every value of a test or a call.
            fn value(&mut self, value: &$($mutable)? Spanned<Value>) {
                walk_value(self, value);
            }

            /// At every date, with its place.
            fn when(&mut self, when: &$($mutable)? When, _: Span) {
                walk_when(self, when);
            }
        }

        /// Goes on to the parts of a query.
        pub(in crate::syntax) fn walk_query(walk: &mut impl $walk, query: &$($mutable)? Query) {
            walk.span(&$($mutable)? query.span);
            if let Some(filter) = &$($mutable)? query.filter {
                walk.expression(filter);
            }
            if let Some(day) = &$($mutable)? query.as_of {
                walk_as_of(walk, &$($mutable)? day.value);
            }
            if let Some(known) = &$($mutable)? query.known {
                walk_known(walk, known);
            }
            if let Some(account) = &$($mutable)? query.account {
                walk_account(walk, account);
            }
            for stage in &$($mutable)? query.stages {
                walk.span(&$($mutable)? stage.span);
                walk_stage(walk, &$($mutable)? stage.value);
            }
        }

        /// Goes on to the parts of a condition.
        pub(in crate::syntax) fn walk_expression(walk: &mut impl $walk, expression: &$($mutable)? Expression) {
            walk.span(&$($mutable)? expression.span);
            match &$($mutable)? expression.value {
                Condition::And(parts) | Condition::Or(parts) => {
                    for part in parts {
                        walk.expression(part);
                    }
                }
                Condition::Not(inner)
                | Condition::Maybe(inner)
                | Condition::Unknown(inner)
                | Condition::Source(inner)
                | Condition::Using(inner) => {
                    walk.expression(inner);
                }
                Condition::Word(_) | Condition::Text(_) => {}
                Condition::Test(test) => {
                    walk_path(walk, &$($mutable)? test.path);
                    for value in &$($mutable)? test.values {
                        walk.value(value);
                    }
                }
                Condition::Date(test) => {
                    if let Some(field) = &$($mutable)? test.path {
                        walk_path(walk, field);
                    }
                    walk_spanned_when(walk, &$($mutable)? test.when);
                }
                Condition::Other(OtherFact { same, filter, .. }) => {
                    walk_paths(walk, same);
                    walk.expression(filter);
                }
                Condition::AsOf(inner, day) => {
                    walk.expression(inner);
                    walk_as_of(walk, &$($mutable)? day.value);
                }
                Condition::According(inner, account) => {
                    walk.expression(inner);
                    walk_account(walk, account);
                }
                Condition::Call(call) => {
                    walk.span(&$($mutable)? call.name.span);
                    for value in &$($mutable)? call.arguments {
                        walk.value(value);
                    }
                }
            }
        }

        /// Goes on to the parts of a value.
        pub(in crate::syntax) fn walk_value(walk: &mut impl $walk, value: &$($mutable)? Spanned<Value>) {
            walk.span(&$($mutable)? value.span);
            if let Value::Query(query) = &$($mutable)? value.value {
                walk.query(query);
            }
        }

        /// Goes on to the parts of a date.
        pub(in crate::syntax) fn walk_when(walk: &mut impl $walk, when: &$($mutable)? When) {
            match when {
                When::Braces(BracedDate { same, filter, field }) => {
                    walk_paths(walk, same);
                    if let Some(field) = field {
                        walk_path(walk, field);
                    }
                    walk.expression(filter);
                }
                When::Range(from, to) => {
                    for end in [from, to].into_iter().flatten() {
                        walk_spanned_when(walk, end);
                    }
                }
                When::Edtf(_)
                | When::Decade(_)
                | When::Civil { .. }
                | When::Relative(_)
                | When::Calendar(..)
                | When::Rolling(..)
                | When::Ago(_)
                | When::Parameter(_) => {}
            }
        }

        fn walk_spanned_when(walk: &mut impl $walk, when: &$($mutable)? Spanned<When>) {
            walk.span(&$($mutable)? when.span);
            let span = when.span;
            walk.when(&$($mutable)? when.value, span);
        }

        fn walk_as_of(walk: &mut impl $walk, as_of: &$($mutable)? AsOf) {
            match as_of {
                AsOf::Day(day) | AsOf::Each(_, day) => walk_spanned_when(walk, day),
            }
        }

        fn walk_account(walk: &mut impl $walk, account: &$($mutable)? Spanned<Account>) {
            walk.span(&$($mutable)? account.span);
            match &$($mutable)? account.value {
                Account::Teller { name, .. } => walk.value(name),
                Account::Sources(filter) => walk.expression(filter),
            }
        }

        fn walk_name(walk: &mut impl $walk, name: &$($mutable)? Name) {
            walk.span(&$($mutable)? name.span);
        }

        fn walk_path(walk: &mut impl $walk, path: &$($mutable)? Path) {
            walk.span(&$($mutable)? path.span);
            for name in &$($mutable)? path.names {
                walk_name(walk, name);
            }
        }

        fn walk_paths(walk: &mut impl $walk, paths: &$($mutable)? [Path]) {
            for path in paths {
                walk_path(walk, path);
            }
        }

        fn walk_key(walk: &mut impl $walk, key: &$($mutable)? GroupKey) {
            match key {
                GroupKey::Path(path) => walk_path(walk, path),
                GroupKey::Condition(condition) => walk.expression(condition),
            }
        }

        fn walk_keys(walk: &mut impl $walk, keys: &$($mutable)? [GroupKey]) {
            for key in keys {
                walk_key(walk, key);
            }
        }

        fn walk_stage(walk: &mut impl $walk, stage: &$($mutable)? Stage) {
            match stage {
                Stage::Sort(keys) => {
                    for key in keys {
                        walk_path(walk, &$($mutable)? key.path);
                    }
                }
                Stage::Show(items) => {
                    for item in items {
                        walk_path(walk, &$($mutable)? item.path);
                        if let Some(heading) = &$($mutable)? item.heading {
                            walk_name(walk, heading);
                        }
                    }
                }
                Stage::Count { of, by } => {
                    if let Some(of) = of {
                        walk_path(walk, of);
                    }
                    walk_keys(walk, by);
                }
                Stage::Share { of, by } => {
                    walk.expression(of);
                    walk_keys(walk, by);
                }
                Stage::Pivot { rows, columns } => {
                    walk_key(walk, rows);
                    walk_key(walk, columns);
                }
                Stage::Aggregate { functions, of, by } => {
                    for function in functions {
                        walk.span(&$($mutable)? function.span);
                    }
                    walk_path(walk, of);
                    walk_keys(walk, by);
                }
                Stage::Distinct(paths) => walk_paths(walk, paths),
                Stage::Extreme { by, .. } => walk_keys(walk, by),
                Stage::Let { name, value } => {
                    walk_name(walk, name);
                    walk_arithmetic(walk, value);
                }
                Stage::Where(condition) => walk.expression(condition),
                Stage::Diff { range, .. } => walk_spanned_when(walk, range),
                Stage::DiffKnown { from, to } => {
                    walk_known(walk, from);
                    walk_known(walk, to);
                }
                Stage::Take(_) | Stage::Skip(_) | Stage::Timeline | Stage::Sources | Stage::History => {}
            }
        }

        fn walk_known(walk: &mut impl $walk, known: &$($mutable)? Spanned<Known>) {
            walk.span(&$($mutable)? known.span);
            let span = known.span;
            if let Known::Day(day) = &$($mutable)? known.value {
                walk.when(day, span);
            }
        }

        fn walk_arithmetic(walk: &mut impl $walk, value: &$($mutable)? Spanned<Arithmetic>) {
            walk.span(&$($mutable)? value.span);
            let span = value.span;
            match &$($mutable)? value.value {
                Arithmetic::Path(path) => walk_path(walk, path),
                Arithmetic::Date(date) => walk.when(date, span),
                Arithmetic::Operation(_, left, right) => {
                    walk_arithmetic(walk, left);
                    walk_arithmetic(walk, right);
                }
                Arithmetic::Number(_) | Arithmetic::Duration(_) => {}
            }
        }
    };
}

/// The walk that looks at a tree.
pub(super) mod read {
    define_walk! {
        /// What is done at the parts of a tree that is only looked at.
        Visit
    }
}

/// The walk that may change a tree.
pub(super) mod change {
    define_walk! {
        /// What is done at the parts of a tree that may be changed.
        Transform, mut
    }

    /// Moves every span.
    pub(in crate::syntax) struct MoveSpans<'f>(pub &'f dyn Fn(Span) -> Span);

    impl Transform for MoveSpans<'_> {
        fn span(&mut self, span: &mut Span) {
            *span = (self.0)(*span);
        }
    }
}
