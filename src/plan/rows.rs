//! `where` over the rows of a table: conditions on columns.

use super::check::Checker;
use super::comparison::{comparison, relation};
use super::date_tests::is_month;
use super::field_tests::ValueTest;
use super::parameters::PlainValue;
use super::report::{Checked, Reported};
use super::shapes::{ColumnKind, TableColumn, TableShape};
use super::{
    CellProblem, CellTest, Comparison, DatePart, ExpectedCell, ExpectedValue, FieldProblem, Filter, LengthMend, Match,
    Part, ValueProblem, suggest,
};
use crate::model::{Cell, Number, NumberError, Resolution, fold};
use crate::syntax::tree::{Condition, DateTest, Duration, Expression, Operator, Path, Test, When};
use crate::syntax::{Span, Spanned, print_when, read_duration};

impl Checker<'_> {
    /// What must hold of a row.
    pub(super) fn row_condition(&mut self, expression: &Expression, table: &TableShape) -> Checked<Filter<CellTest>> {
        let span = expression.span;
        match &expression.value {
            Condition::And(items) => self.row_conjunction(items, table),
            Condition::Or(items) => {
                let part = |item: &Expression| Ok(Part { filter: self.row_condition(item, table)?, span: item.span });
                Ok(Filter::Or(items.iter().map(part).collect::<Checked<_>>()?))
            }
            Condition::Not(inner) => Ok(Filter::Not(Box::new(self.row_condition(inner, table)?))),
            Condition::Test(test) => self.row_test(test, span, table),
            Condition::Date(test) => self.row_date(test, span, table),
            Condition::Maybe(_) => Err(self.report.refuse(span, CellProblem::MaybeOfTable { word: "maybe" })),
            Condition::Unknown(_) => Err(self.report.refuse(span, CellProblem::MaybeOfTable { word: "unknown" })),
            Condition::Word(_) | Condition::Text(_) => Err(self.refuse_bare_word(span, table)),
            Condition::Other(_)
            | Condition::AsOf(..)
            | Condition::According(..)
            | Condition::Source(_)
            | Condition::Using(_)
            | Condition::Call(_) => Err(self.report.refuse(span, CellProblem::FactsOfTable)),
        }
    }

    fn refuse_bare_word(&mut self, span: Span, table: &TableShape) -> Reported {
        let columns = suggest::owned(table.columns.iter().map(|column| column.name.as_ref()));
        self.report.refuse(span, CellProblem::BareWord { columns })
    }

    /// A word before a date test is the column that it tests.
    fn row_conjunction(&mut self, items: &[Expression], table: &TableShape) -> Checked<Filter<CellTest>> {
        let mut parts = Vec::with_capacity(items.len());
        let mut at = 0;
        while let Some(item) = items.get(at) {
            at += 1;
            let next = items.get(at).map(|next| (&next.value, next.span));
            let (negated, column) = match &item.value {
                Condition::Not(inner) => (true, &inner.value),
                value => (false, value),
            };
            if let (Condition::Word(word), Some((Condition::Date(test), whole))) = (column, next)
                && test.path.is_none()
            {
                let name = Spanned::new(word.clone(), item.span);
                let path = Path { names: vec![name], span: item.span };
                let test = DateTest { path: Some(path), ..test.clone() };
                let row = self.row_date(&test, item.span.to(whole), table)?;
                let filter = if negated { Filter::Not(Box::new(row)) } else { row };
                parts.push(Part { filter, span: item.span.to(whole) });
                at += 1;
                continue;
            }
            parts.push(Part { filter: self.row_condition(item, table)?, span: item.span });
        }
        Ok(Filter::all(parts))
    }

    fn row_date(&mut self, test: &DateTest, span: Span, table: &TableShape) -> Checked<Filter<CellTest>> {
        let dates = || table.columns.iter().filter(|column| column.kind == ColumnKind::Date);
        let path = match &test.path {
            Some(path) => path.clone(),
            None => Path { names: vec![Spanned::new("date".to_owned(), span)], span },
        };
        if test.path.is_none()
            && !table.columns.iter().any(|column| column.name.eq_ignore_ascii_case("date"))
            && dates().next().is_some()
        {
            let dates = suggest::owned(dates().map(|column| column.name.as_ref()));
            return Err(self.report.refuse(span, CellProblem::NoDateColumn { dates }));
        }
        let (column, TableColumn { name, kind, .. }, part) = self.column_place(&path, table)?;
        if part.is_some() {
            let (written, field) = (super::paths::written(&path), name.to_string());
            return Err(self.report.refuse(path.span, FieldProblem::PartOfDate { path: written, field }));
        }
        if matches!(kind, ColumnKind::Length) {
            return Err(self.refuse_as_date(name, *kind, path.span));
        }
        if *kind != ColumnKind::Date {
            let dates = suggest::owned(dates().map(|column| column.name.as_ref()));
            let (column, holds) = (name.to_string(), (*kind).into());
            return Err(self.report.refuse(path.span, CellProblem::NotADate { column, holds, dates }));
        }
        let window = self.window(name, test.relation, &test.when)?;
        Ok(Filter::Test(CellTest::Date { column, window }))
    }

    fn row_test(&mut self, test: &Test, span: Span, table: &TableShape) -> Checked<Filter<CellTest>> {
        let column = self.column_place(&test.path, table);
        let values = self.plain_values(&test.values);
        let ((column, &TableColumn { kind, .. }, part), values) = (column?, values?);
        let written = super::paths::written(&test.path);
        let operator = if test.operator == Operator::NotEqual { Operator::Is } else { test.operator };
        let asked = ValueTest { written: &written, operator, values: &values, span };
        let mut parts = Vec::with_capacity(values.len());
        for value in asked.values {
            let filter = match (&value.value, kind) {
                (PlainValue::None, _) if comparison(operator) == Comparison::Equal => {
                    Filter::Test(CellTest::Missing { column })
                }
                (PlainValue::None, _) => {
                    let field = written.clone();
                    return Err(self.report.refuse(value.span, ValueProblem::NoneHasNoOrder { field }));
                }
                (PlainValue::Query(_), _) => {
                    let column = written.clone();
                    return Err(self.report.refuse(value.span, CellProblem::QueryAsValue { column }));
                }
                (_, ColumnKind::Length) => {
                    let duration = self.length(value, &asked)?;
                    Filter::Test(CellTest::Length { column, operator: comparison(operator), duration })
                }
                (_, ColumnKind::Date) => {
                    self.refuse_untestable_part(part, value.span, &asked)?;
                    self.refuse_other_column(&table.columns[column].name, value, table)?;
                    let when = self.day_value(value, &asked)?;
                    let window = self.window(&written, relation(operator), &Spanned::new(when, value.span))?;
                    Filter::Test(CellTest::Date { column, window })
                }
                (_, ColumnKind::Number) => self.row_number(column, value, &asked)?,
                (PlainValue::Word(month) | PlainValue::Quoted(month), ColumnKind::Month)
                    if !is_month(month)
                        && !month.eq_ignore_ascii_case("imprecise")
                        && matches!(operator, Operator::Is | Operator::Equal) =>
                {
                    return Err(self.refuse_type(value.span, &written, ExpectedValue::Month));
                }
                _ => {
                    self.refuse_other_kind(&table.columns[column], value)?;
                    self.row_text(column, kind, value, &asked)?
                }
            };
            parts.push(Part { filter, span: value.span });
        }
        let filter = Filter::any(parts);
        Ok(if test.operator == Operator::NotEqual { Filter::Not(Box::new(filter)) } else { filter })
    }

    /// Refuses a name of a kind that a column never holds.
    fn refuse_other_kind(&mut self, column: &TableColumn, value: &Spanned<PlainValue>) -> Checked<()> {
        let (PlainValue::Word(text) | PlainValue::Quoted(text)) = &value.value else { return Ok(()) };
        let Resolution::One(number) = self.context.entities.resolve(text) else { return Ok(()) };
        let entity = self.context.entities.get(number);
        if column.kinds.is_empty() || column.kinds.contains(&entity.kind) {
            return Ok(());
        }
        let mut groupings = self.context.schema.vocabulary().groups.values();
        let is_group = groupings.any(|grouping| grouping.kinds.contains(&entity.kind));
        let problem = CellProblem::OtherKind {
            column: column.name.to_string(),
            name: text.clone(),
            entity: entity.as_ref().into(),
            kinds: column.kinds.clone(),
            members: is_group.then(|| format!("in:{}", entity.id)),
        };
        Err(self.report.refuse(value.span, problem))
    }

    /// Refuses two dates of a table side by side, which are compared by their difference.
    fn refuse_other_column(&mut self, own: &str, value: &Spanned<PlainValue>, table: &TableShape) -> Checked<()> {
        let PlainValue::Word(word) = &value.value else { return Ok(()) };
        let Some(other) = table.columns.iter().find(|column| fold(&column.name) == fold(word)) else { return Ok(()) };
        let (column, other) = (own.to_owned(), other.name.to_string());
        Err(self.report.refuse(value.span, CellProblem::OtherColumn { column, other }))
    }

    /// Refuses a test of how a date is written, where only its days are known.
    pub(super) fn refuse_untestable_part(
        &mut self,
        part: Option<DatePart>,
        span: Span,
        asked: &ValueTest<'_>,
    ) -> Checked<()> {
        match part {
            None | Some(DatePart::Year | DatePart::Decade | DatePart::Month) => Ok(()),
            Some(_) => Err(self.report.refuse(span, CellProblem::PartNotTested { path: asked.written.to_owned() })),
        }
    }

    /// A value as a date or a period.
    pub(super) fn day_value(&mut self, value: &Spanned<PlainValue>, asked: &ValueTest<'_>) -> Checked<When> {
        if let PlainValue::Duration(duration) = value.value {
            let (column, ago) = (asked.written.to_owned(), print_when(&When::Ago(duration)));
            return Err(self.report.refuse(value.span, CellProblem::LengthForDate { column, ago }));
        }
        self.as_when(value, asked)
    }

    /// A value as a length of time.
    pub(super) fn length(&mut self, value: &Spanned<PlainValue>, asked: &ValueTest<'_>) -> Checked<Duration> {
        let name = asked.written;
        let mend = match &value.value {
            PlainValue::Duration(duration) => return Ok(*duration),
            PlainValue::Word(text) | PlainValue::Quoted(text) => {
                if let Some(duration) = read_duration(text) {
                    return Ok(duration);
                }
                let sign = sign(asked.operator);
                let number = text.parse::<u32>().map_or_else(|_| "6 months".to_owned(), |days| format!("{days} days"));
                LengthMend::WithUnit(format!("{name} {sign} {number}"))
            }
            PlainValue::Number(number) => {
                LengthMend::WithUnit(format!("{name} {} {number} days", sign(asked.operator)))
            }
            PlainValue::Range(Some(low), Some(high)) => {
                LengthMend::TwoTests(format!("{name} >= {low} days {name} <= {high} days"))
            }
            _ => LengthMend::Examples,
        };
        Err(self.report.refuse(value.span, CellProblem::NeedsLength { column: name.to_owned(), mend }))
    }

    /// The comparisons with numbers, all of which must hold, that a value asks for.
    pub(super) fn numbers(
        &mut self,
        value: &Spanned<PlainValue>,
        asked: &ValueTest<'_>,
    ) -> Checked<Vec<(Comparison, Number)>> {
        let mut parse = |text: &str| {
            text.parse::<Number>().map_err(|error| match error {
                NumberError::NotANumber => self.refuse_cell(value.span, asked),
                error => {
                    self.report.refuse(value.span, ValueProblem::NumberBeyondBounds { text: text.to_owned(), error })
                }
            })
        };
        let one = |number| vec![(comparison(asked.operator), number)];
        match &value.value {
            PlainValue::Number(number) => Ok(one(number.clone())),
            PlainValue::Word(text) | PlainValue::Quoted(text) => Ok(one(parse(text)?)),
            PlainValue::Range(low, high) => {
                let ends = [(Comparison::AtLeast, low), (Comparison::AtMost, high)];
                let ends = ends.into_iter().filter_map(|(how, end)| end.as_ref().map(|end| (how, end)));
                ends.map(|(how, end)| Ok((how, parse(end)?))).collect()
            }
            _ => Err(self.refuse_cell(value.span, asked)),
        }
    }

    fn row_number(
        &mut self,
        column: usize,
        value: &Spanned<PlainValue>,
        asked: &ValueTest<'_>,
    ) -> Checked<Filter<CellTest>> {
        if let PlainValue::Word(text) | PlainValue::Quoted(text) = &value.value {
            // The bucket of dates that span several years has a name and no number.
            if text.eq_ignore_ascii_case("imprecise") && comparison(asked.operator) == Comparison::Equal {
                return Ok(Filter::Test(CellTest::Matches { column, test: Match::Any(vec![text.clone()]) }));
            }
            if let Ok(integer) = text.parse() {
                let operator = comparison(asked.operator);
                return Ok(Filter::Test(CellTest::Compare { column, operator, cell: Cell::Integer(integer) }));
            }
        }
        let whole = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<i64>().ok());
        let wholes = match &value.value {
            PlainValue::Range(low, high) => vec![whole(low), whole(high)],
            _ => Vec::new(),
        };
        let numbers = self.numbers(value, asked)?;
        let mut tests = Vec::with_capacity(numbers.len());
        for (operator, number) in numbers {
            let end = if operator == Comparison::AtLeast { wholes.first() } else { wholes.get(1) };
            let cell = end.copied().flatten().map_or(Cell::Number(number), Cell::Integer);
            let filter = Filter::Test(CellTest::Compare { column, operator, cell });
            tests.push(Part { filter, span: value.span });
        }
        Ok(Filter::all(tests))
    }

    fn refuse_cell(&mut self, span: Span, asked: &ValueTest<'_>) -> Reported {
        let (column, expected) = (asked.written.to_owned(), ExpectedCell::Number);
        self.report.refuse(span, CellProblem::WrongType { column, expected })
    }

    fn row_text(
        &mut self,
        column: usize,
        kind: ColumnKind,
        value: &Spanned<PlainValue>,
        asked: &ValueTest<'_>,
    ) -> Checked<Filter<CellTest>> {
        let equality = matches!(asked.operator, Operator::Is | Operator::Equal);
        let test = match &value.value {
            PlainValue::Word(text) | PlainValue::Quoted(text) if equality => Match::Any(self.spellings(text, kind)),
            PlainValue::Word(text) | PlainValue::Quoted(text) if asked.operator == Operator::NotEqual => {
                let is = CellTest::Matches { column, test: Match::Any(self.spellings(text, kind)) };
                let is_missing = Filter::Test(CellTest::Missing { column });
                let not = |filter| Part { filter: Filter::Not(Box::new(filter)), span: value.span };
                return Ok(Filter::all(vec![not(Filter::Test(is)), not(is_missing)]));
            }
            PlainValue::Word(text) | PlainValue::Quoted(text) => {
                let cell = Cell::text(text);
                return Ok(Filter::Test(CellTest::Compare { column, operator: comparison(asked.operator), cell }));
            }
            PlainValue::Prefix(prefix) if equality => Match::Prefix(fold(prefix).into_owned()),
            PlainValue::Regex(pattern) if equality => Match::Regex(self.pattern(pattern, value.span)?),
            _ => {
                let (column, expected) = (asked.written.to_owned(), ExpectedCell::Word);
                return Err(self.report.refuse(value.span, CellProblem::WrongType { column, expected }));
            }
        };
        Ok(Filter::Test(CellTest::Matches { column, test }))
    }

    /// A cell may show an id or a name: each of them, whichever was written.
    fn spellings(&self, text: &str, kind: ColumnKind) -> Vec<String> {
        let mut spellings = vec![text.to_owned()];
        match kind {
            ColumnKind::Reference => {
                if let Resolution::One(number) = self.context.entities.resolve(text) {
                    let entity = self.context.entities.get(number);
                    spellings.extend([&entity.id, &entity.name].map(String::clone));
                    spellings.extend(entity.aliases.iter().map(|alias| alias.name().to_owned()));
                }
            }
            ColumnKind::Action => {
                let names = self.context.schema.action_word(text).map(|word| word.actions.as_slice());
                spellings.extend_from_slice(names.unwrap_or_default());
            }
            _ => {}
        }
        spellings.sort_unstable();
        spellings.dedup();
        spellings
    }
}

fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Is | Operator::Equal => "=",
        Operator::NotEqual => "!=",
        Operator::Less => "<",
        Operator::AtMost => "<=",
        Operator::Greater => ">",
        Operator::AtLeast => ">=",
    }
}
