//! `where` over the rows of a table: conditions on columns.

use super::check::Checker;
use super::date_tests::relation;
use super::field_tests::Asked;
use super::parameters::Plain;
use super::report::{Checked, Reported};
use super::shapes::{ColumnKind, TableColumn, TableShape};
use super::{CellTest, Comparison, DatePart, Filter, Match, Part, suggest};
use crate::model::{Cell, Resolution, fold};
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
            Condition::Maybe(_) => {
                let help = Some("`maybe` stands before the first stage".to_owned());
                Err(self.report.error(span, "the rows of a table hold or do not", help))
            }
            Condition::Word(_) | Condition::Text(_) => Err(self.no_word(span, table)),
            Condition::Other(_) | Condition::AsOf(..) | Condition::Using(_) | Condition::Call(_) => {
                let help = Some("put it before the first stage".to_owned());
                Err(self.report.error(span, "this asks about facts, and a stage before made a table of them", help))
            }
        }
    }

    fn no_word(&mut self, span: Span, table: &TableShape) -> Reported {
        let names = suggest::listed(table.columns.iter().map(|column| column.name.as_ref()));
        let help = Some(format!("name a column: `where column:value`; columns: {names}"));
        self.report.error(span, "a bare word says nothing about the rows of a table", help)
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
            && let Some(date) = dates().next()
        {
            let names = suggest::listed(dates().map(|column| column.name.as_ref()));
            let help = format!("name the date before it: `where {} after 2025`; dates: {names}", date.name);
            return Err(self.report.error(span, "the table has no column `date`", Some(help)));
        }
        let (column, TableColumn { name, kind }, part) = self.column_place(&path, table)?;
        if part.is_some() {
            let message = format!("`{}` is a part of a date", super::paths::written(&path));
            return Err(self.report.error(path.span, message, Some(format!("write `{name}` alone"))));
        }
        if matches!(kind, ColumnKind::Length) {
            return Err(self.no_date(name, *kind, path.span));
        }
        if *kind != ColumnKind::Date {
            let dates = suggest::listed(dates().map(|column| column.name.as_ref()));
            let sign = if *kind == ColumnKind::Number { ">=" } else { ":" };
            let help = if dates.is_empty() { format!("`where {name}{sign}…`") } else { format!("dates: {dates}") };
            return Err(self.report.error(path.span, format!("the column `{name}` is not a date"), Some(help)));
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
        let asked = Asked { written: &written, operator, values: &values, span };
        let mut parts = Vec::with_capacity(values.len());
        for value in asked.values {
            let filter = match (&value.value, kind) {
                (Plain::None, _) if comparison(operator) == Comparison::Equal => {
                    Filter::Test(CellTest::Missing { column })
                }
                (Plain::None, _) => {
                    let help = Some(format!("`{written}:none`"));
                    return Err(self.report.error(value.span, "`none` has no order", help));
                }
                (_, ColumnKind::Length) => {
                    let duration = self.length(value, &asked)?;
                    Filter::Test(CellTest::Length { column, operator: comparison(operator), duration })
                }
                (_, ColumnKind::Date) => {
                    self.part_of_days(part, value.span, &asked)?;
                    self.no_other_column(&table.columns[column].name, value, table)?;
                    let when = self.day_value(value, &asked)?;
                    let window = self.window(&written, relation(operator), &Spanned::new(when, value.span))?;
                    Filter::Test(CellTest::Date { column, window })
                }
                (_, ColumnKind::Number) => self.row_number(column, value, &asked)?,
                _ => self.row_text(column, kind, value, &asked)?,
            };
            parts.push(Part { filter, span: value.span });
        }
        let filter = Filter::any(parts);
        Ok(if test.operator == Operator::NotEqual { Filter::Not(Box::new(filter)) } else { filter })
    }

    /// Refuses two dates of a table side by side, which are compared by their difference.
    fn no_other_column(&mut self, own: &str, value: &Spanned<Plain>, table: &TableShape) -> Checked<()> {
        let Plain::Word(word) = &value.value else { return Ok(()) };
        let Some(other) = table.columns.iter().find(|column| fold(&column.name) == fold(word)) else { return Ok(()) };
        let message = format!("`{}` is another column, and a column is compared with a day or a period", other.name);
        let help = format!(
            "before the stage that makes the table two dates are compared; or by the time between them: \
             `let gap = {own} - {} | where gap > 0 days`",
            other.name
        );
        Err(self.report.error(value.span, message, Some(help)))
    }

    /// Refuses a test of how a date is written, where only its days are known.
    pub(super) fn part_of_days(&mut self, part: Option<DatePart>, span: Span, asked: &Asked<'_>) -> Checked<()> {
        match part {
            None | Some(DatePart::Year | DatePart::Decade | DatePart::Month) => Ok(()),
            Some(_) => {
                let message = format!("`{}` can be shown and counted by here, and not tested", asked.written);
                let help = Some("test it among the conditions, before the first stage".to_owned());
                Err(self.report.error(span, message, help))
            }
        }
    }

    /// A value as a date or a period.
    pub(super) fn day_value(&mut self, value: &Spanned<Plain>, asked: &Asked<'_>) -> Checked<When> {
        if let Plain::Duration(duration) = value.value {
            let message = format!("`{}` is a date, and this is a length of time", asked.written);
            let ago = print_when(&When::Ago(duration));
            let help = format!("name a day or a period: `{0} in 2025`, `{0} since {ago}`", asked.written);
            return Err(self.report.error(value.span, message, Some(help)));
        }
        self.as_when(value, asked)
    }

    /// A value as a length of time.
    pub(super) fn length(&mut self, value: &Spanned<Plain>, asked: &Asked<'_>) -> Checked<Duration> {
        let name = asked.written;
        let help = match &value.value {
            Plain::Duration(duration) => return Ok(*duration),
            Plain::Word(text) | Plain::Quoted(text) => {
                if let Some(duration) = read_duration(text) {
                    return Ok(duration);
                }
                let sign = sign(asked.operator);
                let number = text.parse::<u32>().map_or_else(|_| "6 months".to_owned(), |days| format!("{days} days"));
                format!("with a unit: `{name} {sign} {number}`")
            }
            Plain::Number(number) => format!("with a unit: `{name} {} {number} days`", sign(asked.operator)),
            Plain::Range(Some(low), Some(high)) => format!("two tests: `{name} >= {low} days {name} <= {high} days`"),
            _ => format!("such as `{name} < 6 months`, `{name} >= 100 days`"),
        };
        let message = format!("`{name}` is a length of time, and needs one to compare with");
        Err(self.report.error(value.span, message, Some(help)))
    }

    /// The comparisons with numbers, all of which must hold, that a value asks for.
    pub(super) fn numbers(&mut self, value: &Spanned<Plain>, asked: &Asked<'_>) -> Checked<Vec<(Comparison, f64)>> {
        let parse = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
        let one = |number: Option<f64>| number.map(|number| vec![(comparison(asked.operator), number)]);
        let found = match &value.value {
            Plain::Number(number) => one(Some(*number)),
            Plain::Word(text) | Plain::Quoted(text) => one(parse(text)),
            Plain::Range(low, high) => {
                let ends = [(Comparison::AtLeast, low), (Comparison::AtMost, high)];
                let ends = ends.into_iter().filter_map(|(how, end)| end.as_ref().map(|end| (how, end)));
                ends.map(|(how, end)| parse(end).map(|number| (how, number))).collect()
            }
            _ => None,
        };
        found.ok_or_else(|| self.no_cell(value.span, asked))
    }

    fn row_number(&mut self, column: usize, value: &Spanned<Plain>, asked: &Asked<'_>) -> Checked<Filter<CellTest>> {
        if let Plain::Word(text) | Plain::Quoted(text) = &value.value {
            // The bucket of dates that span several years has a name and no number.
            if text.eq_ignore_ascii_case("imprecise") && comparison(asked.operator) == Comparison::Equal {
                return Ok(Filter::Test(CellTest::Matches { column, test: Match::Any(vec![fold(text).into_owned()]) }));
            }
            if let Ok(integer) = text.parse() {
                let operator = comparison(asked.operator);
                return Ok(Filter::Test(CellTest::Compare { column, operator, cell: Cell::Integer(integer) }));
            }
        }
        let whole = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<i64>().ok());
        let wholes = match &value.value {
            Plain::Range(low, high) => vec![whole(low), whole(high)],
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
        // A range keeps its two ends together even where it has one alone.
        Ok(if matches!(value.value, Plain::Range(..)) { Filter::And(tests) } else { Filter::all(tests) })
    }

    fn no_cell(&mut self, span: Span, asked: &Asked<'_>) -> Reported {
        let help = Some(format!("such as `{}>=2`", asked.written));
        self.report.error(span, format!("`{}` needs a number", asked.written), help)
    }

    fn row_text(
        &mut self,
        column: usize,
        kind: ColumnKind,
        value: &Spanned<Plain>,
        asked: &Asked<'_>,
    ) -> Checked<Filter<CellTest>> {
        let equality = matches!(asked.operator, Operator::Is | Operator::Equal);
        let test = match &value.value {
            Plain::Word(text) | Plain::Quoted(text) if equality => Match::Any(self.spellings(text, kind)),
            Plain::Word(text) | Plain::Quoted(text) => {
                let cell = Cell::text(text);
                return Ok(Filter::Test(CellTest::Compare { column, operator: comparison(asked.operator), cell }));
            }
            Plain::Prefix(prefix) if equality => Match::Prefix(fold(prefix).into_owned()),
            Plain::Regex(pattern) if equality => Match::Regex(self.pattern(pattern, value.span)?),
            _ => {
                let help = Some(format!("such as `{}:word`", asked.written));
                return Err(self.report.error(value.span, format!("`{}` needs a word", asked.written), help));
            }
        };
        Ok(Filter::Test(CellTest::Matches { column, test }))
    }

    /// A cell may show an id or a name: each of them, folded, whichever was written.
    fn spellings(&self, text: &str, kind: ColumnKind) -> Vec<String> {
        let mut spellings = vec![fold(text).into_owned()];
        match kind {
            ColumnKind::Reference => {
                if let Resolution::One(number) = self.context.entities.resolve(text) {
                    let entity = self.context.entities.get(number);
                    spellings.extend([&entity.id, &entity.name].map(|name| fold(name).into_owned()));
                    spellings.extend(entity.aliases.iter().map(|alias| fold(alias.name()).into_owned()));
                }
            }
            ColumnKind::Action => {
                let names = self.context.schema.action_word(text).map(|word| word.actions.as_slice());
                spellings.extend(names.unwrap_or_default().iter().map(|name| fold(name).into_owned()));
            }
            _ => {}
        }
        spellings.sort_unstable();
        spellings.dedup();
        spellings
    }
}

pub(super) fn comparison(operator: Operator) -> Comparison {
    match operator {
        Operator::Is | Operator::Equal => Comparison::Equal,
        Operator::NotEqual => Comparison::NotEqual,
        Operator::Less => Comparison::Less,
        Operator::AtMost => Comparison::AtMost,
        Operator::Greater => Comparison::Greater,
        Operator::AtLeast => Comparison::AtLeast,
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
