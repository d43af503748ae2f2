//! `where` over the rows of a table: conditions on columns.

use super::check::Checker;
use super::field_tests::Asked;
use super::parameters::Plain;
use super::report::{Checked, Reported};
use super::values::{ColumnKind, TableColumn};
use super::{Comparison, Match, RowFilter, suggest};
use crate::model::{Cell, Resolution, fold};
use crate::syntax::tree::{Condition, DateTest, Expression, Operator, Path, Relation, Test};
use crate::syntax::{Span, Spanned};

impl Checker<'_> {
    /// What must hold of a row.
    pub(super) fn row_condition(&mut self, expression: &Expression, columns: &[TableColumn]) -> Checked<RowFilter> {
        let span = expression.span;
        match &expression.value {
            Condition::And(items) => self.row_conjunction(items, columns),
            Condition::Or(items) => {
                let each = items.iter().map(|item| self.row_condition(item, columns)).collect::<Checked<Vec<_>>>();
                Ok(RowFilter::Or(each?))
            }
            Condition::Not(inner) => Ok(RowFilter::Not(Box::new(self.row_condition(inner, columns)?))),
            Condition::Test(test) => self.row_test(test, span, columns),
            Condition::Date(test) => self.row_date(test, span, columns),
            Condition::Maybe(_) => {
                let help = Some("`maybe` stands before the first stage".to_owned());
                Err(self.report.error(span, "the rows of a table hold or do not", help))
            }
            Condition::Word(_) | Condition::Text(_) => Err(self.no_word(span, columns)),
            Condition::Other(_) | Condition::AsOf(..) | Condition::Using(_) | Condition::Call(_) => {
                let help = Some("put it before the first stage".to_owned());
                Err(self.report.error(span, "this asks about facts, and a stage before made a table of them", help))
            }
        }
    }

    fn no_word(&mut self, span: Span, columns: &[TableColumn]) -> Reported {
        let names = suggest::listed(columns.iter().map(|column| column.name.as_ref()));
        let help = Some(format!("name a column: `where column:value`; columns: {names}"));
        self.report.error(span, "a bare word says nothing about the rows of a table", help)
    }

    /// A word before a date test is the column that it tests.
    fn row_conjunction(&mut self, items: &[Expression], columns: &[TableColumn]) -> Checked<RowFilter> {
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
                let row = self.row_date(&test, item.span.to(whole), columns)?;
                parts.push(if negated { RowFilter::Not(Box::new(row)) } else { row });
                at += 1;
                continue;
            }
            parts.push(self.row_condition(item, columns)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { RowFilter::And(parts) })
    }

    fn row_date(&mut self, test: &DateTest, span: Span, columns: &[TableColumn]) -> Checked<RowFilter> {
        let path = test.path.clone().unwrap_or_else(|| {
            let name = Spanned::new("date".to_owned(), span);
            Path { names: vec![name], span }
        });
        let column = self.column_place(&path, columns)?;
        let TableColumn { name, kind } = &columns[column];
        if *kind != ColumnKind::Date {
            let dates = columns.iter().filter(|column| column.kind == ColumnKind::Date);
            let dates = suggest::listed(dates.map(|column| column.name.as_ref()));
            let help = if dates.is_empty() { format!("`where {name}>=…`") } else { format!("dates: {dates}") };
            return Err(self.report.error(path.span, format!("the column `{name}` is not a date"), Some(help)));
        }
        let window = self.window(name, test.relation, &test.when)?;
        Ok(RowFilter::Date { column, window })
    }

    fn row_test(&mut self, test: &Test, span: Span, columns: &[TableColumn]) -> Checked<RowFilter> {
        let column = self.column_place(&test.path, columns);
        let values = self.plain_values(&test.values);
        let (column, values) = (column?, values?);
        let TableColumn { name, kind } = &columns[column];
        let operator = if test.operator == Operator::NotEqual { Operator::Is } else { test.operator };
        let asked = Asked { written: name, operator, values: &values, span };
        let mut parts = Vec::with_capacity(values.len());
        for value in asked.values {
            parts.push(match (&value.value, kind) {
                (Plain::None, _) => RowFilter::Missing { column },
                (Plain::Duration, _) => {
                    return Err(self.report.not_yet(value.span, "where with a length of time", None));
                }
                (_, ColumnKind::Date) => self.row_day(column, value, &asked)?,
                (_, ColumnKind::Number) => self.row_number(column, value, &asked)?,
                _ => self.row_text(column, *kind, value, &asked)?,
            });
        }
        let filter = if parts.len() == 1 { parts.remove(0) } else { RowFilter::Or(parts) };
        Ok(if test.operator == Operator::NotEqual { RowFilter::Not(Box::new(filter)) } else { filter })
    }

    fn row_day(&mut self, column: usize, value: &Spanned<Plain>, asked: &Asked<'_>) -> Checked<RowFilter> {
        let when = self.as_when(value, asked)?;
        let relation = match asked.operator {
            Operator::Less => Relation::Before,
            Operator::AtMost => Relation::Until,
            Operator::Greater => Relation::After,
            Operator::AtLeast => Relation::Since,
            Operator::Is | Operator::Equal | Operator::NotEqual => Relation::In,
        };
        let window = self.window(asked.written, relation, &Spanned::new(when, value.span))?;
        Ok(RowFilter::Date { column, window })
    }

    fn row_number(&mut self, column: usize, value: &Spanned<Plain>, asked: &Asked<'_>) -> Checked<RowFilter> {
        let compare = |operator, cell| RowFilter::Compare { column, operator, cell };
        match &value.value {
            Plain::Number(number) => Ok(compare(comparison(asked.operator), Cell::Number(*number))),
            Plain::Word(text) | Plain::Quoted(text) => {
                // The bucket of dates that span several years has a name and no number.
                if text.eq_ignore_ascii_case("imprecise") && comparison(asked.operator) == Comparison::Equal {
                    return Ok(RowFilter::Matches { column, test: Match::Any(vec![fold(text).into_owned()]) });
                }
                let cell = self.cell(text, value.span, asked)?;
                Ok(compare(comparison(asked.operator), cell))
            }
            Plain::Range(low, high) => {
                let mut ends = Vec::new();
                if let Some(low) = low {
                    ends.push(compare(Comparison::AtLeast, self.cell(low, value.span, asked)?));
                }
                if let Some(high) = high {
                    ends.push(compare(Comparison::AtMost, self.cell(high, value.span, asked)?));
                }
                Ok(RowFilter::And(ends))
            }
            _ => Err(self.no_cell(value.span, asked)),
        }
    }

    fn cell(&mut self, text: &str, span: Span, asked: &Asked<'_>) -> Checked<Cell> {
        if let Ok(integer) = text.parse() {
            return Ok(Cell::Integer(integer));
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Cell::Number(number)),
            _ => Err(self.no_cell(span, asked)),
        }
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
    ) -> Checked<RowFilter> {
        let equality = matches!(asked.operator, Operator::Is | Operator::Equal);
        let test = match &value.value {
            Plain::Word(text) | Plain::Quoted(text) if equality => Match::Any(self.spellings(text, kind)),
            Plain::Word(text) | Plain::Quoted(text) => {
                let cell = Cell::text(text);
                return Ok(RowFilter::Compare { column, operator: comparison(asked.operator), cell });
            }
            Plain::Prefix(prefix) if equality => Match::Prefix(fold(prefix).into_owned()),
            Plain::Regex(pattern) if equality => Match::Regex(self.pattern(pattern, value.span)?),
            _ => {
                let help = Some(format!("such as `{}:word`", asked.written));
                return Err(self.report.error(value.span, format!("`{}` needs a word", asked.written), help));
            }
        };
        Ok(RowFilter::Matches { column, test })
    }

    /// A cell may show an id or a name: each of them, folded, whichever was written.
    fn spellings(&self, text: &str, kind: ColumnKind) -> Vec<String> {
        let mut spellings = vec![fold(text).into_owned()];
        match kind {
            ColumnKind::Reference => {
                if let Resolution::One(number) = self.context.entities.resolve(text) {
                    let entity = self.context.entities.get(number);
                    spellings.extend([&entity.id, &entity.name].map(|name| fold(name).into_owned()));
                    spellings.extend(entity.aliases.iter().map(|name| fold(name).into_owned()));
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

fn comparison(operator: Operator) -> Comparison {
    match operator {
        Operator::Is | Operator::Equal => Comparison::Equal,
        Operator::NotEqual => Comparison::NotEqual,
        Operator::Less => Comparison::Less,
        Operator::AtMost => Comparison::AtMost,
        Operator::Greater => Comparison::Greater,
        Operator::AtLeast => Comparison::AtLeast,
    }
}
