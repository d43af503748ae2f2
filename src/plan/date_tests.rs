//! Tests of dates and of their parts: `effective:2025`, `date.year>=2020`,
//! `effective after 2025`. `dates` knows which days a date means.

use std::sync::Arc;

use super::check::Checker;
use super::comparison::{comparison, relation};
use super::field_tests::ValueTest;
use super::other_facts::{ComparedDate, has_braces};
use super::parameters::PlainValue;
use super::paths::{PathTarget, ResolvedPath, attribute};
use super::report::Checked;
use super::{
    Calculation, DateForm, DatePart, DateProblem, EntityDomain, ExpectedValue, FactDomain, FieldProblem, Filter,
    Meaning, Part, RangeEnd, RecordDomain, RecordTest, RecordValue, RowValue, Scale, ValueProblem, ValueType, dates,
    suggest,
};
use crate::model::{FieldKind, Number, Precision, Window, nearest};
use crate::syntax::tree::{Condition, DateTest, Operator, Path, Relation, When};
use crate::syntax::{Spanned, difference_stages, print_condition, print_when, read_date};

/// What people write who want to ask for no date, or for any date.
const MISSING: [&str; 8] = ["", "null", "nil", "empty", "missing", "unknown", "na", "no"];
const PRESENT: [&str; 4] = ["any", "yes", "true", "known"];

impl Checker<'_> {
    pub(super) fn date(&mut self, field: &Arc<str>, asked: &ValueTest<'_>) -> Checked<Filter> {
        let mut parts = Vec::new();
        for value in asked.values {
            if matches!(&value.value, PlainValue::Word(word) if word.eq_ignore_ascii_case("uncertain"))
                && matches!(asked.operator, Operator::Is | Operator::Equal)
            {
                let filter = Filter::Test(RecordTest::DateForm { field: field.clone(), form: DateForm::Marked });
                parts.push(Part { filter, span: value.span });
                continue;
            }
            let when = self.as_when(value, asked)?;
            let window = self.window(asked.written, relation(asked.operator), &Spanned::new(when, value.span))?;
            parts.push(Part {
                filter: Filter::Test(RecordTest::Date { field: field.clone(), window }),
                span: value.span,
            });
        }
        Ok(Filter::any(parts))
    }

    /// Whether a value names a field of the row rather than a date.
    pub(super) fn names_date(&self, value: &Spanned<PlainValue>) -> bool {
        let PlainValue::Word(word) = &value.value else { return false };
        let head = word.split('.').next().unwrap_or_default();
        let schema = self.context.schema;
        schema.field(head).is_some() || self.scope.noun.is_some() && attribute(schema, head).is_some()
    }

    /// `effective != effective.computed`: two dates of the row, compared by the
    /// days between them.
    pub(super) fn compared_dates(
        &mut self,
        place: &ResolvedPath<'_>,
        operator: Operator,
        value: &Spanned<PlainValue>,
    ) -> Checked<Filter> {
        let PlainValue::Word(word) = &value.value else { return Ok(Filter::Nothing) };
        let names = word.split('.').map(|name| Spanned::new(name.to_owned(), value.span)).collect();
        let other = self.resolve_path(&Path { names, span: value.span })?;
        if let Some(key) = key_of_source(place) {
            let (field, other) = (place.written.clone(), word.clone());
            let stages = format!("| sources {}", difference_stages(&key, &other, relation(operator)));
            return Err(self.report.refuse(value.span, DateProblem::OfEachSource { field, stages }));
        }
        let (Some(own), Some(other)) = (date_of(place), date_of(&other)) else {
            let (field, other) = (place.written.clone(), word.clone());
            return Err(self.report.refuse(value.span, DateProblem::ComparedWithOther { field, other }));
        };
        let value = if self.scope.noun.is_some() {
            EntityDomain::of_record(difference(own, other))
        } else {
            FactDomain::of_record(difference(own, other))
        };
        let test = Scale::Number(comparison(operator), Number::ZERO);
        Ok(Filter::Test(RecordTest::Computed { value, test }))
    }

    /// Reads a value as a date.
    pub(super) fn as_when(&mut self, value: &Spanned<PlainValue>, asked: &ValueTest<'_>) -> Checked<When> {
        let end = |end: &Option<String>| end.as_ref().map(|text| Box::new(Spanned::new(read_date(text), value.span)));
        let has = |list: &[&str], text: &str| list.iter().any(|one| one.eq_ignore_ascii_case(text));
        let is_present = match &value.value {
            PlainValue::Word(text) | PlainValue::Quoted(text) if has(&MISSING, text) => Some(false),
            PlainValue::Word(text) | PlainValue::Quoted(text) if has(&PRESENT, text) => Some(true),
            PlainValue::Prefix(prefix) if prefix.is_empty() => Some(true),
            _ => None,
        };
        if let Some(is_present) = is_present {
            // What to write takes the place of the whole test, with its `-`.
            let minus = if is_present == self.negated { "" } else { "-" };
            let mend = format!("{minus}{}:none", asked.written);
            return Err(self.report.refuse(value.span, DateProblem::PresenceInWords { mend }));
        }
        match &value.value {
            PlainValue::Word(text) | PlainValue::Quoted(text) => {
                let words = ["today", "yesterday", "tomorrow", "none"];
                let near = nearest(text, words).filter(|near| !near.eq_ignore_ascii_case(text));
                if let Some(near) = near {
                    let (written, similar) = (text.clone(), Some(near.to_owned()));
                    return Err(self.report.refuse(value.span, DateProblem::NotADate { written, similar }));
                }
                Ok(read_date(text))
            }
            PlainValue::Date(when) => Ok(when.clone()),
            PlainValue::Range(low, high) => {
                self.require_unordered_range(asked, value)?;
                Ok(When::Range(end(low), end(high)))
            }
            PlainValue::Prefix(_) => {
                Err(self.report.refuse(value.span, DateProblem::Prefix { field: asked.written.to_owned() }))
            }
            _ => Err(self.refuse_type(value.span, asked.written, ExpectedValue::Date)),
        }
    }

    /// `date.precision:year`, `effective.year>=2020`
    pub(super) fn part(&mut self, field: &Arc<str>, part: DatePart, asked: &ValueTest<'_>) -> Checked<Filter> {
        match part {
            DatePart::Precision => return self.precision(field, asked),
            DatePart::Basis => return self.basis(field, asked),
            DatePart::Earliest | DatePart::Latest => return self.bound(field, part, asked),
            DatePart::Year | DatePart::Decade | DatePart::Month => {}
        }
        for value in asked.values {
            let texts = match &value.value {
                PlainValue::Word(text) | PlainValue::Quoted(text) => vec![text.clone()],
                PlainValue::Range(low, high) => low.iter().chain(high).cloned().collect(),
                PlainValue::Number(number) => vec![number.to_string()],
                _ => Vec::new(),
            };
            let (fits, expected): (fn(&str) -> bool, _) = match part {
                DatePart::Decade => (is_decade, ExpectedValue::Decade),
                DatePart::Month => (is_month, ExpectedValue::Month),
                _ => (is_year, ExpectedValue::Year),
            };
            if texts.is_empty() || !texts.iter().all(|text| fits(text)) {
                return Err(self.refuse_type(value.span, asked.written, expected));
            }
        }
        let written = |text: &String| if part == DatePart::Year { written_year(text) } else { text.clone() };
        let years: Vec<Spanned<PlainValue>> = asked
            .values
            .iter()
            .map(|value| {
                let year = match &value.value {
                    PlainValue::Number(number) => PlainValue::Word(written(&number.to_string())),
                    PlainValue::Word(text) | PlainValue::Quoted(text) => PlainValue::Word(written(text)),
                    PlainValue::Range(low, high) => {
                        PlainValue::Range(low.as_ref().map(written), high.as_ref().map(written))
                    }
                    other => other.clone(),
                };
                Spanned::new(year, value.span)
            })
            .collect();
        self.date(field, &ValueTest { values: &years, ..*asked })
    }

    fn precision(&mut self, field: &Arc<str>, asked: &ValueTest<'_>) -> Checked<Filter> {
        self.require_equality(asked, ValueType::Word)?;
        let mut parts = Vec::new();
        for value in asked.values {
            let word = match &value.value {
                PlainValue::Word(word) | PlainValue::Quoted(word) => word.as_str(),
                _ => "",
            };
            let Some((_, precision)) = Precision::ALL.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)) else {
                let names = || Precision::ALL.iter().map(|(name, _)| *name);
                let (field, similar) = (asked.written.to_owned(), suggest::similar(word, names()));
                let problem = ValueProblem::UnknownPrecision { field, similar, precisions: suggest::owned(names()) };
                return Err(self.report.refuse(value.span, problem));
            };
            let form = DateForm::Precision(*precision);
            parts.push(Part {
                filter: Filter::Test(RecordTest::DateForm { field: field.clone(), form }),
                span: value.span,
            });
        }
        Ok(Filter::any(parts))
    }

    /// `date.earliest>=2020`
    fn bound(&mut self, field: &Arc<str>, part: DatePart, asked: &ValueTest<'_>) -> Checked<Filter> {
        let mut parts = Vec::new();
        for value in asked.values {
            let when = self.as_when(value, asked)?;
            let window = self.window(asked.written, relation(asked.operator), &Spanned::new(when, value.span))?;
            let form = DateForm::bound(part, window);
            let test = |form| Filter::Test(RecordTest::DateForm { field: field.clone(), form });
            parts.extend(form.map(|form| Part { filter: test(form), span: value.span }));
        }
        Ok(Filter::any(parts))
    }

    /// `effective.basis:computed`
    fn basis(&mut self, field: &Arc<str>, asked: &ValueTest<'_>) -> Checked<Filter> {
        const BASES: [(&str, DateForm); 2] = [("stated", DateForm::Stated), ("computed", DateForm::Computed)];
        self.require_equality(asked, ValueType::Word)?;
        let mut parts = Vec::new();
        for value in asked.values {
            let word = match &value.value {
                PlainValue::Word(word) | PlainValue::Quoted(word) => word.as_str(),
                _ => "",
            };
            let Some((_, form)) = BASES.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)) else {
                let (field, similar) = (asked.written.to_owned(), suggest::similar(word, BASES.map(|(name, _)| name)));
                return Err(self.report.refuse(value.span, ValueProblem::UnknownBasis { field, similar }));
            };
            parts.push(Part {
                filter: Filter::Test(RecordTest::DateForm { field: field.clone(), form: *form }),
                span: value.span,
            });
        }
        Ok(Filter::any(parts))
    }

    /// `[path] relation date`
    pub(super) fn date_test(&mut self, test: &DateTest) -> Checked<Filter> {
        if let Some(path) = test.path.as_ref().filter(|_| self.scope.noun.is_none()) {
            self.refuse_two_relations(path, test)?;
        }
        self.refuse_date_of_facts(test)?;
        let place = test.path.as_ref().map(|path| self.resolve_path(path)).transpose();
        let (written, step, field) = match place? {
            None => ("date".to_owned(), None, Arc::from("date")),
            Some(ResolvedPath { written, step, target }) => match target {
                PathTarget::Field(named) if named.kind == FieldKind::Date => (written, step, named.name),
                PathTarget::Part(field, part)
                    if !has_braces(&test.when.value) && DateForm::bound(part, Window::ALL).is_some() =>
                {
                    let window = self.window(&written, test.relation, &test.when)?;
                    let form = DateForm::bound(part, window);
                    let test = |form| Filter::Test(RecordTest::DateForm { field, form });
                    let filter = form.map_or(Filter::Nothing, test);
                    return Ok(match step {
                        Some(field) => Filter::Test(RecordTest::Step { field, test: Box::new(filter) }),
                        None => filter,
                    });
                }
                target => {
                    let problem = match &target {
                        PathTarget::Part(field, _) => {
                            FieldProblem::PartOfDate { path: written, field: field.to_string() }
                        }
                        PathTarget::Field(named) => self.not_a_date(written, named.kind.into()),
                        PathTarget::Groups { .. } | PathTarget::Line(_) => self.not_a_date(written, ValueType::Group),
                    };
                    let span = test.path.as_ref().map_or(test.when.span, |path| path.span);
                    return Err(self.report.refuse(span, problem));
                }
            },
        };
        self.warn_of_range(test);
        let dated = ComparedDate { written: &written, step: step.as_ref(), field: &field };
        self.relative(&dated, test.relation, &test.when)
    }

    /// The problem that a field is not a date, with the fields that are.
    pub(super) fn not_a_date(&self, path: String, holds: ValueType) -> FieldProblem {
        FieldProblem::NotADate { path, holds, dates: suggest::date_fields(self.context.schema) }
    }

    /// Warns that only one end of a range counts after a word other than `in`.
    fn warn_of_range(&mut self, test: &DateTest) {
        let When::Range(Some(_), Some(_)) = &test.when.value else { return };
        let end = match test.relation {
            Relation::Since | Relation::Before => RangeEnd::First,
            Relation::After | Relation::Until => RangeEnd::Last,
            _ => return,
        };
        if self.again {
            return;
        }
        let range = print_when(&test.when.value);
        let path = test.path.as_ref().map_or_else(String::new, |path| format!("{} ", super::paths::written(path)));
        let mend = format!("{path}in {range}");
        self.report.warn(test.when.span, DateProblem::OneEndCounts { range, end, mend });
    }

    /// Refuses `since after 2020`: only the rows of stages have a column
    /// `since`.
    fn refuse_two_relations(&mut self, path: &Path, test: &DateTest) -> Checked<()> {
        let [name] = path.names.as_slice() else { return Ok(()) };
        if !["since", "until"].contains(&name.value.as_str()) {
            return Ok(());
        }
        let word = name.value.clone();
        let second =
            print_condition(&Spanned::new(Condition::Date(DateTest { path: None, ..test.clone() }), test.when.span));
        let first = format!("{word} {}", print_when(&test.when.value));
        Err(self.report.refuse(path.span.to(test.when.span), DateProblem::TwoRelations { word, second, first }))
    }

    /// The days that lie in a relation to a date.
    pub(super) fn window(&mut self, field: &str, relation: Relation, when: &Spanned<When>) -> Checked<Window> {
        let period = self.when(when)?;
        let window = dates::relate(relation, period).map_err(|problem| self.report.refuse(when.span, problem))?;
        self.report.read(when.span, Meaning::Days { field: field.to_owned(), window });
        Ok(window)
    }
}

/// The time between two dates of a record.
fn difference<D: RecordDomain>(own: RecordValue, other: RecordValue) -> Arc<Calculation<D>>
where
    RecordValue: Into<RowValue<D>>,
{
    let [own, other] = [own, other].map(|value| Arc::new(Calculation::Value(value.into())));
    Arc::new(Calculation::Subtract(own, other))
}

/// The key of sources that a path is, if it is one.
fn key_of_source(place: &ResolvedPath<'_>) -> Option<String> {
    let PathTarget::Field(named) = &place.target else { return None };
    named.name.strip_prefix("source.").map(str::to_owned)
}

/// The date of the row that a path names, if it names a single one: sources
/// have several.
fn date_of(place: &ResolvedPath<'_>) -> Option<RecordValue> {
    match (&place.target, &place.step) {
        (PathTarget::Field(named), None) if named.kind == FieldKind::Date && !named.name.starts_with("source.") => {
            Some(RecordValue::Field(named.name.clone()))
        }
        (PathTarget::Field(named), Some(step)) if named.kind == FieldKind::Date => {
            Some(RecordValue::Step(step.clone(), named.name.clone(), None))
        }
        _ => None,
    }
}

/// Whether a text is a year: with four digits, or as a number one that has not four, up
/// to the year 0 or beyond 9999. Fewer digits than four are a year that was cut short.
fn is_year(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_far = digits.len() < text.len() || digits.len() > 4 || digits == "0";
    is_number && digits.len() <= 9 && (digits.len() == 4 || is_far)
}

/// A year as dates are written.
fn written_year(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    match digits.trim_start_matches('0') {
        "" => "0000".to_owned(),
        digits if digits.len() > 4 => format!("Y{sign}{digits}"),
        digits => format!("{sign}{digits:0>4}"),
    }
}

fn is_decade(text: &str) -> bool {
    matches!(read_date(text), When::Decade(_)) || text.strip_suffix(['X', 'x']).is_some_and(|rest| rest.len() == 3)
}

/// Whether a text is a month of a year.
pub(super) fn is_month(text: &str) -> bool {
    text.rsplit_once('-').is_some_and(|(year, month)| is_year(year) && month.len() == 2)
}
