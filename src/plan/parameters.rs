//! The values of `$parameters`: typed, and passed beside the query, never
//! spliced into its text.

use std::collections::BTreeMap;

use super::check::Checker;
use super::report::Checked;
use super::{OtherFactsProblem, ParameterProblem, ValueType};
use crate::model::{Number, NumberError};
use crate::syntax::tree::{self, Duration, When};
use crate::syntax::{Span, Spanned, read_date};

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Parameter {
    /// A name or a text. Where a number or a date is needed, the whole of it is
    /// read as one, because a value from the command line has no other type.
    Text(String),
    /// A number.
    Number(Number),
    /// A date or a period.
    Date(When),
    /// Several values, any of which matches; only after `field:`.
    List(Vec<Parameter>),
}

impl From<Number> for Parameter {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

impl From<i64> for Parameter {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl From<&str> for Parameter {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl TryFrom<f64> for Parameter {
    type Error = NumberError;

    /// The decimal by which the double is written: 0.1 is one tenth.
    fn try_from(number: f64) -> Result<Self, NumberError> {
        Number::try_from(number).map(Self::Number)
    }
}

impl Parameter {
    /// What it is; none for a list.
    fn value_type(&self) -> Option<ValueType> {
        match self {
            Self::Text(_) => Some(ValueType::Text),
            Self::Number(_) => Some(ValueType::Number),
            Self::Date(_) => Some(ValueType::Date),
            Self::List(_) => None,
        }
    }
}

/// The parameters of a run by their names, without `$`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parameters(BTreeMap<String, Parameter>);

impl Parameters {
    /// No parameters.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the value of a parameter, replacing an earlier one.
    pub fn set(&mut self, name: impl Into<String>, value: Parameter) {
        self.0.insert(name.into(), value);
    }

    /// The value of the parameter of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Parameter> {
        self.0.get(name)
    }

    /// Every name, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl<N: Into<String>> FromIterator<(N, Parameter)> for Parameters {
    fn from_iter<I: IntoIterator<Item = (N, Parameter)>>(iterator: I) -> Self {
        Self(iterator.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }
}

/// A value of a test, with parameters replaced.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum PlainValue {
    /// A word, or the text of a parameter.
    Word(String),
    /// In quotes.
    Quoted(String),
    /// `lat*`
    Prefix(String),
    /// `/regex/`
    Regex(String),
    /// `none`
    None,
    /// `70..75`
    Range(Option<String>, Option<String>),
    /// A length of time.
    Duration(Duration),
    /// The number of a parameter.
    Number(Number),
    /// The date of a parameter.
    Date(When),
    /// `(query)`
    Query(Box<tree::Query>),
}

impl Checker<'_> {
    pub(super) fn parameter(&mut self, name: &str, example: &str, span: Span) -> Checked<Parameter> {
        self.used.insert(name.to_owned());
        if let Some(value) = self.context.parameters.get(name) {
            return Ok(value.clone());
        }
        let given = self.context.parameters.names().map(str::to_owned).collect();
        let (name, example) = (name.to_owned(), example.to_owned());
        Err(self.report.refuse(span, ParameterProblem::Missing { name, example, given }))
    }

    /// The values of a test, with parameters replaced.
    pub(super) fn plain_values(&mut self, values: &[Spanned<tree::Value>]) -> Checked<Vec<Spanned<PlainValue>>> {
        let mut plain = Vec::with_capacity(values.len());
        for value in values {
            let span = value.span;
            let one = match &value.value {
                tree::Value::Word(word) => PlainValue::Word(word.clone()),
                tree::Value::Quoted(text) => PlainValue::Quoted(text.clone()),
                tree::Value::Prefix(prefix) => PlainValue::Prefix(prefix.clone()),
                tree::Value::Regex(pattern) => PlainValue::Regex(pattern.clone()),
                tree::Value::None => PlainValue::None,
                tree::Value::Range(low, high) => PlainValue::Range(low.clone(), high.clone()),
                tree::Value::Duration(duration) => PlainValue::Duration(*duration),
                tree::Value::Query(query) => PlainValue::Query(query.clone()),
                tree::Value::Parameter(name) => {
                    let values = match self.parameter(name, "…", span)? {
                        Parameter::List(values) => values,
                        one => vec![one],
                    };
                    for value in values {
                        let value = match value {
                            Parameter::Text(text) => PlainValue::Word(text),
                            Parameter::Number(number) => PlainValue::Number(number),
                            Parameter::Date(when) => PlainValue::Date(when),
                            Parameter::List(_) => {
                                let name = name.clone();
                                return Err(self.report.refuse(span, ParameterProblem::NestedList { name }));
                            }
                        };
                        plain.push(Spanned::new(value, span));
                    }
                    continue;
                }
            };
            plain.push(Spanned::new(one, span));
        }
        Ok(plain)
    }

    /// A date that is the same for every row, with parameters replaced.
    pub(super) fn plain_when(&mut self, when: &Spanned<When>) -> Checked<When> {
        let mut end = |end: Option<&Spanned<When>>| -> Checked<Option<Box<Spanned<When>>>> {
            let Some(end) = end else { return Ok(None) };
            Ok(Some(Box::new(Spanned::new(self.plain_when(end)?, end.span))))
        };
        match &when.value {
            When::Parameter(name) => {
                let found = self.parameter(name, "2025", when.span)?;
                match found {
                    Parameter::Date(When::Parameter(_) | When::Braces(..)) => {
                        Err(self.report.refuse(when.span, ParameterProblem::NotItsOwnDate { name: name.clone() }))
                    }
                    Parameter::Date(date) => Ok(date),
                    Parameter::Text(text) => Ok(read_date(&text)),
                    other => {
                        let (name, holds) = (name.clone(), other.value_type());
                        Err(self.report.refuse(when.span, ParameterProblem::NotADate { name, holds }))
                    }
                }
            }
            When::Braces(..) => Err(self.report.refuse(when.span, OtherFactsProblem::DateOfOthers)),
            When::Range(first, last) => Ok(When::Range(end(first.as_deref())?, end(last.as_deref())?)),
            other => Ok(other.clone()),
        }
    }

    /// Refuses parameters that the query does not use.
    pub(super) fn refuse_unused_parameters(&mut self, span: Span) {
        let given = self.context.parameters.names();
        let names: Vec<String> = given.filter(|name| !self.used.contains(*name)).map(str::to_owned).collect();
        if !names.is_empty() {
            let asked = self.used.iter().cloned().collect();
            self.report.refuse(span, ParameterProblem::Unused { names, asked });
        }
    }
}
