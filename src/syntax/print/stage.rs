//! Stages and the sums in them.

use crate::syntax::scan::is_name;
use crate::syntax::tree::{Arithmetic, ArithmeticOperator, Condition, GroupKey, Path, ShowItem, SortKey, Stage};

use super::condition::{print_condition, print_duration, print_path, print_when, quote};
use super::print_known;

/// A stage without its `|`.
#[must_use]
pub fn print_stage(stage: &Stage) -> String {
    match stage {
        Stage::Sort(keys) => {
            let key = |key: &SortKey| format!("{}{}", if key.descending { "-" } else { "" }, print_path(&key.path));
            format!("sort {}", list(keys, key))
        }
        Stage::Take(count) => format!("take {count}"),
        Stage::Skip(count) => format!("skip {count}"),
        Stage::Show(items) => format!("show {}", list(items, print_item)),
        Stage::Count { of, by } => {
            let of = of.as_ref().map(|path: &Path| format!(" {}", print_path(path))).unwrap_or_default();
            format!("count{of}{}", print_keys(by))
        }
        Stage::Share { of, by } => {
            let key = print_key(&GroupKey::Condition(of.clone()));
            format!("share of {key}{}", print_keys(by))
        }
        Stage::Pivot { rows, columns } => format!("pivot {} x {}", print_key(rows), print_key(columns)),
        Stage::Aggregate { functions, of, by } => {
            let names: Vec<_> = functions.iter().map(|function| function.value.name()).collect();
            format!("{} of {}{}", names.join(" "), print_path(of), print_keys(by))
        }
        Stage::Distinct(paths) => format!("distinct {}", list(paths, print_path)),
        Stage::Extreme { last, by } => format!("{}{}", if *last { "last" } else { "first" }, print_keys(by)),
        Stage::Let { name, value } => format!("let {} = {}", name.value, print_arithmetic(&value.value)),
        Stage::Where(condition) => format!("where {}", print_condition(condition)),
        Stage::Timeline => "timeline".to_owned(),
        Stage::Sources => "sources".to_owned(),
        Stage::History => "history".to_owned(),
        Stage::Diff { known, range } => {
            format!("diff {} {}", if *known { "known" } else { "as of" }, print_when(&range.value))
        }
        Stage::DiffKnown { from, to } => format!("diff known {}..{}", print_known(&from.value), print_known(&to.value)),
    }
}

fn list<T>(items: &[T], print: impl Fn(&T) -> String) -> String {
    items.iter().map(print).collect::<Vec<_>>().join(", ")
}

fn print_item(item: &ShowItem) -> String {
    let path = print_path(&item.path);
    match &item.heading {
        Some(heading) if is_name(&heading.value) && !heading.value.ends_with('-') => {
            format!("{path} as {}", heading.value)
        }
        Some(heading) => format!("{path} as {}", quote(&heading.value)),
        None => path,
    }
}

fn print_keys(keys: &[GroupKey]) -> String {
    if keys.is_empty() { String::new() } else { format!(" by {}", list(keys, print_key)) }
}

fn print_key(key: &GroupKey) -> String {
    match key {
        GroupKey::Path(path) => print_path(path),
        // It prints its own parentheses.
        GroupKey::Condition(condition) if matches!(condition.value, Condition::AsOf(..) | Condition::According(..)) => {
            print_condition(condition)
        }
        GroupKey::Condition(condition) => format!("({})", print_condition(condition)),
    }
}

fn print_arithmetic(value: &Arithmetic) -> String {
    // What is on the right was calculated before, and so was a sum on the left of a product.
    let operand = |value: &Arithmetic, is_before: &dyn Fn(ArithmeticOperator) -> bool| match value {
        Arithmetic::Operation(inner, ..) if !is_before(*inner) => format!("({})", print_arithmetic(value)),
        _ => print_arithmetic(value),
    };
    match value {
        Arithmetic::Path(path) => print_path(path),
        Arithmetic::Number(number) => number.clone(),
        Arithmetic::Duration(duration) => print_duration(*duration),
        Arithmetic::Date(date) => print_when(date),
        Arithmetic::Operation(operator, a, b) => {
            let left = operand(&a.value, &|inner| inner.binds_first() || !operator.binds_first());
            let right = operand(&b.value, &|inner| inner.binds_first() && !operator.binds_first());
            format!("{left} {} {right}", operator.sign())
        }
    }
}
