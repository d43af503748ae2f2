//! `let`: columns that a query calculates from dates, numbers and lengths of
//! time, and what may be calculated with what.

use std::sync::Arc;

use super::check::Checker;
use super::paths::date_part;
use super::report::{Checked, Reported};
use super::shapes::{Calculated, ColumnKind, RowShape, RowsAre};
use super::values::called;
use super::{
    Calculation, CalculationProblem, Column, Domain, NameMeaning, Parameter, ParameterProblem, RowValue, suggest,
};
use crate::model::{self, FieldKind, fold};
use crate::syntax::tree::{self, ArithmeticOperator, BracedDate, Duration, Name, Path, When};
use crate::syntax::{Span, Spanned, read_date, read_duration, reserved_words};

/// A calculation, and what comes out of it.
struct Sum<D: Domain> {
    value: Arc<Calculation<D>>,
    kind: ColumnKind,
}

impl<D: Domain> Sum<D> {
    fn new(value: Calculation<D>, kind: ColumnKind) -> Self {
        Self { value: Arc::new(value), kind }
    }
}

impl Checker<'_> {
    /// `let name = arithmetic`
    pub(super) fn new_column<S: RowShape>(
        &mut self,
        name: &Name,
        value: &Spanned<tree::Arithmetic>,
        shape: &mut S,
    ) -> Checked<Column<S::Domain>> {
        if let Some(meaning) = self.meaning_of_name(&name.value, shape) {
            let taken = CalculationProblem::NameTaken { name: name.value.clone(), meaning };
            return Err(self.report.refuse(name.span, taken));
        }
        let sum = self.arithmetic(value, shape)?;
        let (name, kind): (Arc<str>, _) = (name.value.as_str().into(), sum.kind);
        let value = sum.value;
        let column = Column { name: name.clone(), value: RowValue::Computed(value.clone()) };
        shape.add(Calculated { name, value, kind });
        Ok(column)
    }

    /// What a name means already, if it means anything.
    fn meaning_of_name<S: RowShape>(&self, name: &str, shape: &S) -> Option<NameMeaning> {
        let folded = fold(name);
        let schema = self.context.schema;
        if reserved_words().contains(&folded.as_ref()) {
            return Some(NameMeaning::Keyword);
        }
        if let Some(table) = shape.kind().table() {
            return table.columns.iter().any(|column| fold(&column.name) == folded).then_some(NameMeaning::Column);
        }
        if called(shape.lets(), name).is_some() {
            return Some(NameMeaning::Column);
        }
        if let RowsAre::Entities(entities) = shape.kind()
            && (["name", "kind", "from", "until", "as-of"].contains(&folded.as_ref())
                || folded == fold(&entities.rows.noun))
        {
            return Some(NameMeaning::Column);
        }
        let vocabulary = schema.vocabulary();
        if schema.field(name).is_some() || folded == "relevance" {
            Some(NameMeaning::Field)
        } else if date_part(name).is_some() {
            Some(NameMeaning::PartOfDate)
        } else if schema.grouping(name).is_some() {
            Some(NameMeaning::Grouping)
        } else if vocabulary.status.keys().any(|status| fold(status) == folded) {
            Some(NameMeaning::Status)
        } else if schema.noun(name).is_some() {
            Some(NameMeaning::Noun)
        } else if schema.action_word(name).is_some() {
            Some(NameMeaning::Action)
        } else {
            None
        }
    }

    fn arithmetic<S: RowShape>(&mut self, written: &Spanned<tree::Arithmetic>, shape: &S) -> Checked<Sum<S::Domain>> {
        let span = written.span;
        let sum = |value, kind| Ok(Sum::new(value, kind));
        match &written.value {
            tree::Arithmetic::Path(path) => self.operand(path, shape),
            tree::Arithmetic::Number(text) => match text.parse() {
                Ok(number) => sum(Calculation::Number(number), ColumnKind::Number),
                Err(error) => {
                    let text = text.clone();
                    Err(self.report.refuse(span, CalculationProblem::NumberBeyondBounds { text, error }))
                }
            },
            tree::Arithmetic::Duration(duration) => sum(Calculation::Length(*duration), ColumnKind::Length),
            tree::Arithmetic::Date(When::Parameter(name)) => self.parameter_operand(name, span),
            tree::Arithmetic::Date(When::Braces(date)) => self.other_date::<S>(date, span),
            tree::Arithmetic::Date(when) => self.date_operand(&Spanned::new(when.clone(), span)),
            tree::Arithmetic::Operation(operator, a, b) => {
                let (a, b) = (self.arithmetic(a, shape), self.arithmetic(b, shape));
                self.combined(*operator, a?, b?, span)
            }
        }
    }

    fn date_operand<D: Domain>(&mut self, when: &Spanned<When>) -> Checked<Sum<D>> {
        if let When::Edtf(text) = &when.value
            && let Some((start, end)) = text.split_once('/')
        {
            let divided = format!("{start} / {end}");
            let problem = CalculationProblem::DivisionOrStretch { text: text.clone(), divided };
            return Err(self.report.refuse(when.span, problem));
        }
        let window = self.when(when)?;
        if !window.first.is_finite() || !window.last.is_finite() {
            return Err(self.report.refuse(when.span, CalculationProblem::OpenDate));
        }
        Ok(Sum::new(Calculation::Days(window), ColumnKind::Date))
    }

    /// A parameter: a number, a length of time or a date, whichever it is.
    fn parameter_operand<D: Domain>(&mut self, name: &str, span: Span) -> Checked<Sum<D>> {
        let (value, kind) = match self.parameter(name, "2025", span)? {
            Parameter::Number(number) => (Calculation::Number(number), ColumnKind::Number),
            Parameter::Text(text) => {
                if let Some(length) = read_duration(&text) {
                    (Calculation::Length(length), ColumnKind::Length)
                } else if let Ok(number) = text.trim().parse() {
                    (Calculation::Number(number), ColumnKind::Number)
                } else {
                    return self.date_operand(&Spanned::new(read_date(&text), span));
                }
            }
            Parameter::Date(_) => return self.date_operand(&Spanned::new(When::Parameter(name.to_owned()), span)),
            Parameter::List(_) => {
                return Err(self.report.refuse(span, ParameterProblem::List { name: name.to_owned() }));
            }
        };
        Ok(Sum::new(value, kind))
    }

    /// A column or a value of the row.
    fn operand<S: RowShape>(&mut self, path: &Path, shape: &S) -> Checked<Sum<S::Domain>> {
        let span = path.span;
        let (value, kind) = self.value(path, shape)?;
        let written = super::paths::written(path);
        if let Some(field) = self.field_of_sources(path).filter(|_| matches!(shape.kind(), RowsAre::Facts)) {
            let column = field.trim_start_matches("source.").to_owned();
            return Err(self.report.refuse(span, CalculationProblem::SeveralValues { path: written, column }));
        }
        if !kind.is_measured() {
            let (holds, measured) = (kind.into(), self.measured(shape));
            return Err(self.report.refuse(span, CalculationProblem::NotMeasured { path: written, holds, measured }));
        }
        let value = match value {
            RowValue::Computed(value) => value,
            value => Arc::new(Calculation::Value(value)),
        };
        Ok(Sum { value, kind })
    }

    /// The values of the rows that can be calculated with.
    pub(super) fn measured<S: RowShape>(&self, shape: &S) -> Vec<String> {
        let mut names: Vec<&str> = shape.lets().iter().map(|calculated| calculated.name.as_ref()).collect();
        if let Some(table) = shape.kind().table() {
            let columns = table.columns.iter().filter(|column| column.kind.is_measured());
            names.extend(columns.map(|column| column.name.as_ref()));
        } else {
            let measured = |kind| matches!(kind, FieldKind::Date | FieldKind::Integer | FieldKind::Number);
            let declared = &self.context.schema.vocabulary().fields;
            let entities = matches!(shape.kind(), RowsAre::Entities(_));
            if entities {
                names.extend(["from", "until"]);
            }
            let fields = self.context.schema.fields().filter(|field| measured(field.kind));
            let fields = fields.map(|field| field.name.as_ref()).filter(|name| !name.contains('.'));
            names.extend(fields.filter(|name| !entities || declared.contains_key(*name)));
        }
        suggest::owned(names)
    }

    /// `{filter}`, `same region {filter}.effective`: a date of another fact.
    fn other_date<S: RowShape>(&mut self, braced: &BracedDate, span: Span) -> Checked<Sum<S::Domain>> {
        let Some(made) = S::OTHER_DATE else {
            return Err(self.report.refuse(span, CalculationProblem::OtherFactsOfTable));
        };
        let other = made(self.braced_date(braced, span)?);
        Ok(Sum::new(Calculation::Other(other), ColumnKind::Date))
    }

    /// The field of sources that a path names, of which a fact may have several.
    fn field_of_sources(&self, path: &Path) -> Option<Arc<str>> {
        let name = super::paths::written(path);
        let named = |name: &str| self.context.schema.field(name).map(|field| field.name.clone());
        let field = named(&name).or_else(|| named(name.rsplit_once('.')?.0))?;
        field.starts_with("source.").then_some(field)
    }

    fn combined<D: Domain>(
        &mut self,
        operator: ArithmeticOperator,
        a: Sum<D>,
        b: Sum<D>,
        span: Span,
    ) -> Checked<Sum<D>> {
        use ArithmeticOperator::{Add, Divide, Multiply, Subtract};
        use ColumnKind::{Date, Length, Number};
        if operator == Divide && *b.value == Calculation::Number(model::Number::ZERO) {
            return Err(self.report.refuse(span, CalculationProblem::DivisionByZero));
        }
        let kind = match (a.kind, operator, b.kind) {
            (Number, _, Number) => Number,
            (Length, Add | Subtract, Length)
            | (Date, Subtract, Date)
            | (Length, Multiply | Divide, Number)
            | (Number, Multiply, Length) => Length,
            (Date, Add | Subtract, Length) | (Length, Add, Date) => Date,
            _ => return Err(self.refuse_operation(operator, &a, &b, span)),
        };
        let value = written_length(operator, &a.value, &b.value).map(Calculation::Length);
        Ok(Sum::new(value.unwrap_or(Calculation::Operation(operator, a.value, b.value)), kind))
    }

    fn refuse_operation<D: Domain>(
        &mut self,
        operator: ArithmeticOperator,
        a: &Sum<D>,
        b: &Sum<D>,
        span: Span,
    ) -> Reported {
        use ArithmeticOperator::Add;
        use ColumnKind::{Date, Length, Number};
        let values = [a.kind.into(), b.kind.into()];
        if operator.binds_first() {
            return self.report.refuse(span, CalculationProblem::Incompatible { operator, values });
        }
        let number = [a, b].into_iter().find(|one| one.kind == Number).map(|one| &*one.value);
        let problem = match (a.kind, b.kind, number) {
            (Date, Date, _) if operator == Add => CalculationProblem::DatesAdded,
            (Length, Date, _) => CalculationProblem::DateFromLength,
            (.., Some(Calculation::Number(number))) => {
                let other = if a.kind == Number { b.kind } else { a.kind };
                let maybe_year = number.as_i64().is_some_and(|number| (1000..=2999).contains(&number)) && other == Date;
                let number = number.to_string();
                CalculationProblem::NumberWith { number, other: other.into(), operator, maybe_year }
            }
            _ => CalculationProblem::Incompatible { operator, values },
        };
        self.report.refuse(span, problem)
    }
}

/// The length that a written one is when it is multiplied or divided by a whole number:
/// its months stay those of the calendar.
fn written_length<D: Domain>(operator: ArithmeticOperator, a: &Calculation<D>, b: &Calculation<D>) -> Option<Duration> {
    let (duration, number, is_first) = match (a, b) {
        (Calculation::Length(duration), Calculation::Number(number)) => (duration, number, true),
        (Calculation::Number(number), Calculation::Length(duration)) => (duration, number, false),
        _ => return None,
    };
    let number = u32::try_from(number.as_i64()?).ok()?;
    let count = match operator {
        ArithmeticOperator::Multiply => duration.count.checked_mul(number)?,
        ArithmeticOperator::Divide if is_first && duration.count.checked_rem(number)? == 0 => duration.count / number,
        _ => return None,
    };
    Some(Duration { count, ..*duration })
}
