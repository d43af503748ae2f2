//! Tests of dates and of their parts: `effective:2025`, `date.year>=2020`,
//! `effective after 2025`. What days a date means is said in `dates`.

use std::sync::Arc;

use super::check::Checker;
use super::field_tests::{Asked, any_of};
use super::others::Dated;
use super::parameters::Plain;
use super::paths::{Place, What, attribute};
use super::report::Checked;
use super::rows::comparison;
use super::{
    Calculation, DateForm, DatePart, EntityDomain, FactDomain, Filter, Part, RecordDomain, RecordTest, RecordValue,
    RowValue, Scale, dates, reading, suggest,
};
use crate::model::{FieldKind, Precision};
use crate::syntax::tree::{Condition, DateTest, Operator, Path, Relation, When};
use crate::syntax::{Spanned, print_condition, print_when, read_date};

/// What others write for no date, and for any.
const MISSING: [&str; 8] = ["", "null", "nil", "empty", "missing", "unknown", "na", "no"];
const PRESENT: [&str; 4] = ["any", "yes", "true", "known"];

impl Checker<'_> {
    pub(super) fn date(&mut self, field: &Arc<str>, asked: &Asked<'_>) -> Checked<Filter> {
        let mut parts = Vec::new();
        for value in asked.values {
            if matches!(&value.value, Plain::Word(word) if word.eq_ignore_ascii_case("uncertain"))
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
        Ok(any_of(parts))
    }

    /// Whether a value is the name of another date of the row.
    pub(super) fn names_date(&self, value: &Spanned<Plain>) -> bool {
        let Plain::Word(word) = &value.value else { return false };
        let head = word.split('.').next().unwrap_or_default();
        let schema = self.context.schema;
        schema.field(head).is_some() || self.scope.noun.is_some() && attribute(schema, head).is_some()
    }

    /// `effective != effective.computed`: two dates of the row, compared by the
    /// days between them.
    pub(super) fn beside(&mut self, place: &Place<'_>, operator: Operator, value: &Spanned<Plain>) -> Checked<Filter> {
        let Plain::Word(word) = &value.value else { return Ok(Filter::Nothing) };
        let names = word.split('.').map(|name| Spanned::new(name.to_owned(), value.span)).collect();
        let other = self.place(&Path { names, span: value.span })?;
        let (Some(own), Some(other)) = (date_of(place), date_of(&other)) else {
            let message = format!("`{}` is a date, and `{word}` is none", place.written);
            let help = Some(format!("such as `{0}:2025`, `{0}>=2025-06-27`", place.written));
            return Err(self.report.error(value.span, message, help));
        };
        let value = if self.scope.noun.is_some() {
            EntityDomain::of_record(difference(own, other))
        } else {
            FactDomain::of_record(difference(own, other))
        };
        let test = Scale::Number(comparison(operator), 0.0);
        Ok(Filter::Test(RecordTest::Computed { value, test }))
    }

    /// A value as a date.
    pub(super) fn as_when(&mut self, value: &Spanned<Plain>, asked: &Asked<'_>) -> Checked<When> {
        let end = |end: &Option<String>| end.as_ref().map(|text| Box::new(Spanned::new(read_date(text), value.span)));
        let has = |list: &[&str], text: &str| list.iter().any(|one| one.eq_ignore_ascii_case(text));
        let mend = match &value.value {
            Plain::Word(text) | Plain::Quoted(text) if has(&MISSING, text) => Some(format!("`{}:none`", asked.written)),
            Plain::Word(text) | Plain::Quoted(text) if has(&PRESENT, text) => {
                Some(format!("`-{}:none`", asked.written))
            }
            Plain::Prefix(prefix) if prefix.is_empty() => Some(format!("`-{}:none`", asked.written)),
            _ => None,
        };
        if let Some(mend) = mend {
            let message = "whether there is a date at all is asked with `none`";
            return Err(self.report.error(value.span, message, Some(mend)));
        }
        match &value.value {
            Plain::Word(text) | Plain::Quoted(text) => {
                let words = ["today", "yesterday", "tomorrow", "none"];
                let near = crate::model::nearest(text, words).filter(|near| !near.eq_ignore_ascii_case(text));
                if let Some(near) = near {
                    let help = format!("did you mean `{near}`?");
                    return Err(self.report.error(value.span, format!("`{text}` is not a date"), Some(help)));
                }
                Ok(read_date(text))
            }
            Plain::Date(when) => Ok(when.clone()),
            Plain::Range(low, high) => {
                self.plain_is(asked, value)?;
                Ok(When::Range(end(low), end(high)))
            }
            Plain::Prefix(_) => {
                let help = Some(format!("a year or a month is enough: `{0}:2025`, `{0}:2025-06`", asked.written));
                Err(self.report.error(value.span, "dates have no prefixes", help))
            }
            _ => {
                let example = format!("{0}:2025`, `{0}>=2025-06-27", asked.written);
                Err(self.misfit(value.span, asked.written, "a date", &example))
            }
        }
    }

    /// `date.precision:year`, `effective.year>=2020`
    pub(super) fn part(&mut self, field: &Arc<str>, part: DatePart, asked: &Asked<'_>) -> Checked<Filter> {
        match part {
            DatePart::Precision => return self.precision(field, asked),
            DatePart::Basis => return self.basis(field, asked),
            DatePart::Year | DatePart::Decade | DatePart::Month => {}
        }
        for value in asked.values {
            let texts = match &value.value {
                Plain::Word(text) | Plain::Quoted(text) => vec![text.clone()],
                Plain::Range(low, high) => low.iter().chain(high).cloned().collect(),
                Plain::Number(number) => vec![number.to_string()],
                _ => Vec::new(),
            };
            let (fits, needs, example): (fn(&str) -> bool, _, _) = match part {
                DatePart::Decade => (is_decade, "a decade", "1990s"),
                DatePart::Month => (is_month, "a month with its year", "2025-06"),
                _ => (is_year, "a year", "2025"),
            };
            if texts.is_empty() || !texts.iter().all(|text| fits(text)) {
                let example = format!("{}:{example}", asked.written);
                return Err(self.misfit(value.span, asked.written, needs, &example));
            }
        }
        let years: Vec<Spanned<Plain>> = asked
            .values
            .iter()
            .map(|value| match &value.value {
                Plain::Number(number) => Spanned::new(Plain::Word(number.to_string()), value.span),
                other => Spanned::new(other.clone(), value.span),
            })
            .collect();
        self.date(field, &Asked { values: &years, ..*asked })
    }

    fn precision(&mut self, field: &Arc<str>, asked: &Asked<'_>) -> Checked<Filter> {
        self.unordered(asked, "a word")?;
        let mut parts = Vec::new();
        for value in asked.values {
            let word = match &value.value {
                Plain::Word(word) | Plain::Quoted(word) => word.as_str(),
                _ => "",
            };
            let Some((_, precision)) = Precision::ALL.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)) else {
                let names = || Precision::ALL.iter().map(|(name, _)| *name);
                let help = Some(format!("precisions: {}", suggest::listed(names())));
                let message = format!("`{}` needs a precision", asked.written);
                return Err(self.unknown(value.span, message, word, names(), help));
            };
            let form = DateForm::Precision(*precision);
            parts.push(Part {
                filter: Filter::Test(RecordTest::DateForm { field: field.clone(), form }),
                span: value.span,
            });
        }
        Ok(any_of(parts))
    }

    /// `effective.basis:computed`
    fn basis(&mut self, field: &Arc<str>, asked: &Asked<'_>) -> Checked<Filter> {
        const BASES: [(&str, DateForm); 2] = [("stated", DateForm::Stated), ("computed", DateForm::Computed)];
        self.unordered(asked, "a word")?;
        let mut parts = Vec::new();
        for value in asked.values {
            let word = match &value.value {
                Plain::Word(word) | Plain::Quoted(word) => word.as_str(),
                _ => "",
            };
            let Some((_, form)) = BASES.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)) else {
                let message =
                    format!("`{}` says whether a record states the date or a rule computes it", asked.written);
                let help = format!("`{0}:stated`, `{0}:computed` or `{0}:none`", asked.written);
                return Err(self.unknown(value.span, message, word, BASES.map(|(name, _)| name), Some(help)));
            };
            parts.push(Part {
                filter: Filter::Test(RecordTest::DateForm { field: field.clone(), form: *form }),
                span: value.span,
            });
        }
        Ok(any_of(parts))
    }

    /// `[path] relation date`
    pub(super) fn date_test(&mut self, test: &DateTest) -> Checked<Filter> {
        if let Some(path) = test.path.as_ref().filter(|_| self.scope.noun.is_none()) {
            self.two_relations(path, test)?;
        }
        self.no_date_of_facts(test)?;
        let place = test.path.as_ref().map(|path| self.place(path)).transpose();
        let (written, step, field) = match place? {
            None => ("date".to_owned(), None, Arc::from("date")),
            Some(Place { written, step, what }) => match what {
                What::Field(named) if named.kind == FieldKind::Date => (written, step, named.name),
                What::Part(field, _) => {
                    let span = test.path.as_ref().map_or(test.when.span, |path| path.span);
                    let message = format!("`{written}` is a part of a date");
                    return Err(self.report.error(span, message, Some(format!("write `{field}` alone"))));
                }
                what => {
                    let kind = match &what {
                        What::Field(named) => named.kind.name(),
                        _ => "a group",
                    };
                    let span = test.path.as_ref().map_or(test.when.span, |path| path.span);
                    let all = self.context.schema.fields().filter(|field| field.kind == FieldKind::Date);
                    let help = format!("dates: {}", suggest::listed(all.map(|field| field.name.as_ref())));
                    return Err(self.report.error(span, format!("`{written}` is {kind} and not a date"), Some(help)));
                }
            },
        };
        self.hint_of_range(test);
        let dated = Dated { written: &written, step: step.as_ref(), field: &field };
        self.relative(&dated, test.relation, &test.when)
    }

    /// Tells that of a range behind another word than `in` one end is taken.
    fn hint_of_range(&mut self, test: &DateTest) {
        let When::Range(Some(_), Some(_)) = &test.when.value else { return };
        let end = match test.relation {
            Relation::Since | Relation::Before => "its first day",
            Relation::After | Relation::Until => "its last day",
            _ => return,
        };
        if self.again {
            return;
        }
        let range = print_when(&test.when.value);
        let message = format!("of the range `{range}` this takes {end} only");
        let path = test.path.as_ref().map_or_else(String::new, |path| format!("{} ", super::paths::written(path)));
        self.report.hint(test.when.span, message, Some(format!("for all of it: `{path}in {range}`")));
    }

    /// Refuses `since after 2020`, where only rows have a column of that name.
    fn two_relations(&mut self, path: &Path, test: &DateTest) -> Checked<()> {
        let [name] = path.names.as_slice() else { return Ok(()) };
        if !["since", "until"].contains(&name.value.as_str()) {
            return Ok(());
        }
        let one =
            print_condition(&Spanned::new(Condition::Date(DateTest { path: None, ..test.clone() }), test.when.span));
        let message = format!("`{}` stands before a date, and here before another such word", name.value);
        let other = print_when(&test.when.value);
        let help = format!("leave out one of them: `{one}` or `{} {other}`", name.value);
        Err(self.report.error(path.span.to(test.when.span), message, Some(help)))
    }

    /// The days of a relation to a date.
    pub(super) fn window(
        &mut self,
        field: &str,
        relation: Relation,
        when: &Spanned<When>,
    ) -> Checked<crate::model::Window> {
        let period = self.when(when)?;
        let window = dates::relate(relation, period)
            .map_err(|problem| self.report.error(when.span, problem.message, problem.help))?;
        self.report.read(when.span, reading::window(field, window));
        Ok(window)
    }
}

/// The time between two dates of a record.
fn difference<D: RecordDomain>(own: RecordValue, other: RecordValue) -> Arc<Calculation<D>>
where
    RecordValue: Into<RowValue<D>>,
{
    let [own, other] = [own, other].map(|value| Box::new(Calculation::Value(value.into())));
    Arc::new(Calculation::Subtract(own, other))
}

/// The date of the row that a path names, if it names one; sources have several.
fn date_of(place: &Place<'_>) -> Option<RecordValue> {
    match (&place.what, &place.step) {
        (What::Field(named), None) if named.kind == FieldKind::Date && !named.name.starts_with("source.") => {
            Some(RecordValue::Field(named.name.clone()))
        }
        (What::Field(named), Some(step)) if named.kind == FieldKind::Date => {
            Some(RecordValue::Step(step.clone(), named.name.clone(), None))
        }
        _ => None,
    }
}

/// How a date that compares so lies to the other.
pub(super) fn relation(operator: Operator) -> Relation {
    match operator {
        Operator::Less => Relation::Before,
        Operator::AtMost => Relation::Until,
        Operator::Greater => Relation::After,
        Operator::AtLeast => Relation::Since,
        Operator::Is | Operator::Equal | Operator::NotEqual => Relation::In,
    }
}

fn is_year(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_decade(text: &str) -> bool {
    matches!(read_date(text), When::Decade(_)) || text.strip_suffix(['X', 'x']).is_some_and(|rest| rest.len() == 3)
}

fn is_month(text: &str) -> bool {
    text.rsplit_once('-').is_some_and(|(year, month)| is_year(year) && month.len() == 2)
}
