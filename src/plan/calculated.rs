//! Conditions of stages over facts and entities: those that name what the
//! query calculates are tests of that, all others are as in the filter.

use super::check::Checker;
use super::comparison::{comparison, relation};
use super::field_tests::ValueTest;
use super::other_facts::has_braces;
use super::parameters::PlainValue;
use super::paths::{attribute, date_part};
use super::report::{Checked, Reported};
use super::shapes::{Calculated, ColumnKind};
use super::values::called;
use super::{
    CalculationProblem, CellProblem, ColumnProblem, DatePart, FieldProblem, Filter, Part, RecordDomain, RecordTest,
    Scale, ValueProblem,
};
use crate::model::{Resolution, nearest};
use crate::syntax::tree::{Condition, DateTest, Expression, Operator, Path, Test};
use crate::syntax::{Span, Spanned};

impl Checker<'_> {
    /// What must hold of a fact or an entity, in a stage.
    pub(super) fn stage_condition<D: RecordDomain>(
        &mut self,
        condition: &Expression,
        lets: &[Calculated<D>],
    ) -> Checked<Filter> {
        self.refuse_mistaken(condition, lets)?;
        self.condition_with_lets(condition, lets)
    }

    /// Refuses a name that nothing has and that is near to what is calculated.
    pub(super) fn refuse_mistaken<D: RecordDomain>(
        &mut self,
        condition: &Expression,
        lets: &[Calculated<D>],
    ) -> Checked<()> {
        let Some((word, span, near)) = self.mistaken(condition, lets) else { return Ok(()) };
        let similar = near.to_owned();
        Err(self.report.refuse(span, ColumnProblem::UnknownFieldOrColumn { name: word, similar }))
    }

    /// A name that is tested and that nothing has, near to what is calculated.
    fn mistaken<'l, D: RecordDomain>(
        &self,
        expression: &Expression,
        lets: &'l [Calculated<D>],
    ) -> Option<(String, Span, &'l str)> {
        let schema = self.context.schema;
        let near = |name: &Spanned<String>| {
            let word = name.value.as_str();
            let known = called(lets, word).is_some()
                || schema.field(word).is_some()
                || schema.grouping(word).is_some()
                || schema.action_word(word).is_some()
                || schema.vocabulary().status.keys().any(|status| status.eq_ignore_ascii_case(word))
                || attribute(schema, word).is_some()
                || date_part(word).is_some()
                || self.context.entities.resolve(word) != Resolution::Unknown;
            let near = nearest(word, lets.iter().map(|calculated| calculated.name.as_ref())).filter(|_| !known)?;
            Some((word.to_owned(), name.span, near))
        };
        let alone = |path: &Path| path.names.first().and_then(near);
        match &expression.value {
            Condition::And(items) => items.iter().enumerate().find_map(|(place, item)| {
                let mut core = item;
                while let Condition::Not(inner) | Condition::Maybe(inner) | Condition::Unknown(inner) = &core.value {
                    core = inner;
                }
                let Condition::Word(word) = &core.value else { return self.mistaken(item, lets) };
                let dated = items.get(place + 1).is_some_and(|next| matches!(next.value, Condition::Date(_)));
                near(&Spanned::new(word.clone(), core.span)).filter(|_| dated)
            }),
            Condition::Or(items) => items.iter().find_map(|item| self.mistaken(item, lets)),
            Condition::Not(inner) | Condition::Maybe(inner) | Condition::Unknown(inner) => self.mistaken(inner, lets),
            Condition::Test(test) => alone(&test.path),
            Condition::Date(test) => test.path.as_ref().and_then(alone),
            _ => None,
        }
    }

    /// A condition in which what is calculated may be named.
    pub(super) fn condition_with_lets<D: RecordDomain>(
        &mut self,
        expression: &Expression,
        lets: &[Calculated<D>],
    ) -> Checked<Filter> {
        if !names_one(expression, lets) {
            return self.condition(expression);
        }
        let span = expression.span;
        match &expression.value {
            Condition::And(items) => self.let_conjunction(items, lets),
            Condition::Or(items) => {
                let part =
                    |item: &Expression| Ok(Part { filter: self.condition_with_lets(item, lets)?, span: item.span });
                Ok(Filter::Or(items.iter().map(part).collect::<Checked<_>>()?))
            }
            Condition::Not(inner) => {
                self.negated = !self.negated;
                let filter = self.condition_with_lets(inner, lets);
                self.negated = !self.negated;
                Ok(Filter::Not(Box::new(filter?)))
            }
            Condition::Maybe(inner) => Ok(Filter::Maybe(Box::new(self.condition_with_lets(inner, lets)?))),
            Condition::Unknown(inner) => Ok(Filter::Unknown(Box::new(self.condition_with_lets(inner, lets)?))),
            Condition::Test(test) => self.let_test(test, span, lets),
            Condition::Date(test) => self.let_date_test(test, span, lets),
            Condition::Word(word) => {
                let Some(calculated) = called(lets, word) else { return self.condition(expression) };
                let (column, holds) = (calculated.name.to_string(), calculated.kind.into());
                Err(self.report.refuse(span, CellProblem::Alone { column, holds }))
            }
            _ => self.condition(expression),
        }
    }

    /// All of some conditions: what names nothing calculated is read together,
    /// since neighbouring words may be one name.
    fn let_conjunction<D: RecordDomain>(&mut self, items: &[Expression], lets: &[Calculated<D>]) -> Checked<Filter> {
        let mut parts = Vec::with_capacity(items.len());
        let mut plain: Vec<Expression> = Vec::new();
        let mut items = items.iter().peekable();
        while let Some(item) = items.next() {
            let joined = items.peek().and_then(|next| joined(item, next, lets));
            let item = match &joined {
                Some(both) => {
                    items.next();
                    both
                }
                None => item,
            };
            if names_one(item, lets) {
                self.plain_parts(&mut plain, &mut parts)?;
                parts.push(Part { filter: self.condition_with_lets(item, lets)?, span: item.span });
            } else {
                plain.push(item.clone());
            }
        }
        self.plain_parts(&mut plain, &mut parts)?;
        Ok(Filter::all(parts))
    }

    fn plain_parts(&mut self, plain: &mut Vec<Expression>, parts: &mut Vec<Part>) -> Checked<()> {
        let (Some(first), Some(last)) = (plain.first(), plain.last()) else { return Ok(()) };
        let span = first.span.to(last.span);
        match self.condition(&Spanned::new(Condition::And(std::mem::take(plain)), span))? {
            Filter::And(more) => parts.extend(more),
            filter => parts.push(Part { filter, span }),
        }
        Ok(())
    }

    fn let_test<D: RecordDomain>(&mut self, test: &Test, span: Span, lets: &[Calculated<D>]) -> Checked<Filter> {
        let found = self.calculated(&test.path, lets);
        let values = self.plain_values(&test.values);
        let (Some((calculated, part)), values) = (found?, values?) else {
            return self.condition(&Spanned::new(Condition::Test(test.clone()), span));
        };
        let operator = if test.operator == Operator::NotEqual { Operator::Is } else { test.operator };
        let written = super::paths::written(&test.path);
        let asked = ValueTest { written: &written, operator, values: &values, span };
        let filter = |test| Filter::Test(RecordTest::Computed { value: D::of_record(calculated.value.clone()), test });
        let mut parts = Vec::with_capacity(values.len());
        for value in asked.values {
            let scales = self.scales(calculated.kind, part, value, &asked)?;
            let scales = scales.into_iter().map(|scale| Part { filter: filter(scale), span: value.span });
            let mut scales: Vec<Part> = scales.collect();
            let one = if scales.len() == 1 { scales.remove(0).filter } else { Filter::And(scales) };
            parts.push(Part { filter: one, span: value.span });
        }
        let filter = Filter::any(parts);
        Ok(if test.operator == Operator::NotEqual { Filter::Not(Box::new(filter)) } else { filter })
    }

    /// The tests, all of which must hold, that a value asks for.
    fn scales(
        &mut self,
        kind: ColumnKind,
        part: Option<DatePart>,
        value: &Spanned<PlainValue>,
        asked: &ValueTest<'_>,
    ) -> Checked<Vec<Scale>> {
        let span = value.span;
        let compared = comparison(asked.operator);
        if value.value == PlainValue::None {
            if matches!(asked.operator, Operator::Is | Operator::Equal) {
                return Ok(vec![Scale::Missing]);
            }
            let field = asked.written.to_owned();
            return Err(self.report.refuse(span, ValueProblem::NoneHasNoOrder { field }));
        }
        match kind {
            ColumnKind::Length => Ok(vec![Scale::Length(compared, self.length(value, asked)?)]),
            ColumnKind::Date => {
                self.refuse_untestable_part(part, span, asked)?;
                let when = self.day_value(value, asked)?;
                let window = self.window(asked.written, relation(asked.operator), &Spanned::new(when, span))?;
                Ok(vec![Scale::Days(window)])
            }
            _ => {
                let numbers = self.numbers(value, asked)?;
                Ok(numbers.into_iter().map(|(operator, number)| Scale::Number(operator, number)).collect())
            }
        }
    }

    fn let_date_test<D: RecordDomain>(
        &mut self,
        test: &DateTest,
        span: Span,
        lets: &[Calculated<D>],
    ) -> Checked<Filter> {
        let path = test.path.as_ref();
        let found = path.map(|path| self.calculated(path, lets)).transpose()?.flatten();
        let (Some((calculated, part)), Some(path)) = (found, path) else {
            return self.condition(&Spanned::new(Condition::Date(test.clone()), span));
        };
        let name = &calculated.name;
        if part.is_some() {
            let (written, field) = (super::paths::written(path), name.to_string());
            return Err(self.report.refuse(path.span, FieldProblem::PartOfDate { path: written, field }));
        }
        if calculated.kind != ColumnKind::Date {
            return Err(self.refuse_as_date(name, calculated.kind, path.span));
        }
        if has_braces(&test.when.value) {
            let problem = CalculationProblem::ComparedWithOtherFacts { column: name.to_string() };
            return Err(self.report.refuse(test.when.span, problem));
        }
        let window = self.window(name, test.relation, &test.when)?;
        Ok(Filter::Test(RecordTest::Computed {
            value: D::of_record(calculated.value.clone()),
            test: Scale::Days(window),
        }))
    }

    /// Refuses a column of numbers or lengths as a date.
    pub(super) fn refuse_as_date(&mut self, name: &str, kind: ColumnKind, span: Span) -> Reported {
        let (column, holds) = (name.to_owned(), kind.into());
        self.report.refuse(span, CellProblem::NotComparedByWord { column, holds })
    }
}

/// Whether a condition, outside of braces, names what is calculated.
fn names_one<D: RecordDomain>(expression: &Expression, lets: &[Calculated<D>]) -> bool {
    let path = |path: &Path| path.names.first().is_some_and(|name| called(lets, &name.value).is_some());
    match &expression.value {
        _ if lets.is_empty() => false,
        Condition::And(items) | Condition::Or(items) => items.iter().any(|item| names_one(item, lets)),
        Condition::Not(inner) | Condition::Maybe(inner) | Condition::Unknown(inner) => names_one(inner, lets),
        Condition::Test(test) => path(&test.path),
        Condition::Date(test) => test.path.as_ref().is_some_and(path),
        Condition::Word(word) => called(lets, word).is_some(),
        _ => false,
    }
}

/// A name, perhaps with `not`, `maybe` or `unknown` before it, and the date test after it,
/// as one condition.
fn joined<D: RecordDomain>(item: &Expression, next: &Expression, lets: &[Calculated<D>]) -> Option<Expression> {
    let Condition::Date(test) = &next.value else { return None };
    let span = item.span.to(next.span);
    let value = match &item.value {
        Condition::Word(word) if test.path.is_none() && called(lets, word).is_some() => {
            let path = Path { names: vec![Spanned::new(word.clone(), item.span)], span: item.span };
            Condition::Date(DateTest { path: Some(path), ..test.clone() })
        }
        Condition::Not(inner) => Condition::Not(Box::new(joined(inner, next, lets)?)),
        Condition::Maybe(inner) => Condition::Maybe(Box::new(joined(inner, next, lets)?)),
        Condition::Unknown(inner) => Condition::Unknown(Box::new(joined(inner, next, lets)?)),
        _ => return None,
    };
    Some(Spanned::new(value, span))
}
