//! What rows have or what follows from it, whatever the rows are: values,
//! calculations, columns and keys of an order.

use std::ptr;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::comparison::DatePart;
use super::domain::Domain;
use super::filter::FilterTree;
use crate::model::{Number, Window};
use crate::syntax::tree::{ArithmeticOperator, Duration};

/// Something that a row has, or that follows from what it has.
#[derive(Debug, Clone, PartialEq)]
pub enum RowValue<D: Domain> {
    /// What the row has by itself.
    Own(D::Value),
    /// A part of the date that another value is.
    PartOf(Box<RowValue<D>>, DatePart),
    /// Whether a condition holds of the row: `yes`, `possible`, `unknown` or `no`;
    /// of the row of a table only `yes` or `no`.
    Condition(Arc<FilterTree<D::Test>>),
    /// What is calculated.
    Computed(Arc<Calculation<D>>),
}

/// A calculation over a row. A column that a later one is calculated from is shared
/// and not copied: twenty columns, each the double of the one before, are twenty sums.
#[derive(Debug, Clone)]
pub enum Calculation<D: Domain> {
    /// A value of the row.
    Value(RowValue<D>),
    /// A number.
    Number(Number),
    /// A length of time.
    Length(Duration),
    /// A date.
    Days(Window),
    /// A date of the earliest of the other facts of which the filter definitely holds.
    Other(D::OtherDate),
    /// Two of them, calculated with: numbers with numbers, lengths with lengths, a date
    /// with a length, a length with a number, and the difference of two dates, which is
    /// a length. A stretch that is moved is still one; an end that no date can name
    /// becomes the shortest period (day, month, year, decade, century) that holds it.
    /// What is divided by nought is missing.
    Operation(ArithmeticOperator, Arc<Calculation<D>>, Arc<Calculation<D>>),
}

impl<D: Domain> Calculation<D> {
    /// What it is calculated from, and in the end itself: each part once, operands
    /// before what is made of them.
    pub(crate) fn parts(&self) -> Vec<&Self> {
        fn visit<'c, D: Domain>(
            part: &'c Calculation<D>,
            seen: &mut FxHashSet<*const Calculation<D>>,
            parts: &mut Vec<&'c Calculation<D>>,
        ) {
            if seen.insert(ptr::from_ref(part)) {
                if let Calculation::Operation(_, a, b) = part {
                    visit(a, seen, parts);
                    visit(b, seen, parts);
                }
                parts.push(part);
            }
        }
        let mut parts = Vec::new();
        visit(self, &mut FxHashSet::default(), &mut parts);
        parts
    }
}

/// Two calculations are equal if they are written out alike. Shared parts are compared
/// once, or this would take as long as writing them out.
impl<D: Domain> PartialEq for Calculation<D> {
    fn eq(&self, other: &Self) -> bool {
        type Pairs<D> = FxHashSet<(*const Calculation<D>, *const Calculation<D>)>;
        fn same<D: Domain>(a: &Calculation<D>, b: &Calculation<D>, equal: &mut Pairs<D>) -> bool {
            let pair = (ptr::from_ref(a), ptr::from_ref(b));
            if ptr::eq(a, b) || equal.contains(&pair) {
                return true;
            }
            let is_same = match (a, b) {
                (Calculation::Value(a), Calculation::Value(b)) => a == b,
                (Calculation::Number(a), Calculation::Number(b)) => a == b,
                (Calculation::Length(a), Calculation::Length(b)) => a == b,
                (Calculation::Days(a), Calculation::Days(b)) => a == b,
                (Calculation::Other(a), Calculation::Other(b)) => a == b,
                (Calculation::Operation(one, a, b), Calculation::Operation(other, c, d)) => {
                    one == other && same(a, c, equal) && same(b, d, equal)
                }
                _ => false,
            };
            if is_same {
                equal.insert(pair);
            }
            is_same
        }
        same(self, other, &mut Pairs::default())
    }
}

/// A column of a table, with its heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Column<D: Domain> {
    /// The name, also its key in JSON.
    pub name: Arc<str>,
    /// What it holds.
    pub value: RowValue<D>,
}

/// One key of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderKey<D: Domain> {
    /// Greatest first; what is missing comes last in either case.
    pub descending: bool,
    /// By what.
    pub value: RowValue<D>,
}
