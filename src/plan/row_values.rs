//! What rows have or what follows from it, whatever the rows are: values,
//! calculations, columns and keys of an order.

use std::sync::Arc;

use super::comparison::DatePart;
use super::domain::Domain;
use super::filter::FilterTree;
use crate::model::Window;
use crate::syntax::tree::Duration;

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

/// A calculation over a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Calculation<D: Domain> {
    /// A value of the row.
    Value(RowValue<D>),
    /// A number.
    Number(f64),
    /// A length of time.
    Length(Duration),
    /// A date.
    Days(Window),
    /// A date of the earliest of the other facts of which the filter definitely holds.
    Other(D::OtherDate),
    /// Numbers, lengths, or a date and a length. A stretch that is moved is
    /// still one; an end that no date can name becomes the shortest period (day,
    /// month, year, decade, century) that holds it.
    Add(Box<Calculation<D>>, Box<Calculation<D>>),
    /// Numbers, lengths, a date and a length, or two dates, which make a length.
    Subtract(Box<Calculation<D>>, Box<Calculation<D>>),
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
