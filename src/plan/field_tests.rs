//! `field:value` and `field>=value`: what a test means follows from what the
//! field holds. Dates have a module of their own.

use std::sync::Arc;

use super::check::Checker;
use super::misread::looks_like_date;
use super::nouns::Head;
use super::parameters::Plain;
use super::paths::{Named, Place, What};
use super::report::{Checked, Reported};
use super::{Filter, Match, Part, RecordTest, reading, suggest};
use crate::model::{FieldKind, fold};
use crate::syntax::tree::{self, Operator, Test};
use crate::syntax::{Span, Spanned, print_condition, print_value};

/// A test whose path and values are known.
pub(super) struct Asked<'a> {
    /// As the query has it.
    pub(super) written: &'a str,
    /// Compared by order, or equality.
    pub(super) operator: Operator,
    /// With what: neither `none` nor a parameter.
    pub(super) values: &'a [Spanned<Plain>],
    /// All of it.
    pub(super) span: Span,
}

impl Checker<'_> {
    /// `path operator values`
    pub(super) fn test(&mut self, test: &Test, span: Span) -> Checked<Filter> {
        if let Some(status) = self.status_path(&test.path) {
            return self.status_test(&status, test, span);
        }
        self.no_action_as_field(test)?;
        self.no_test_of_facts(test, span)?;
        // Both are read even if one is wrong, so that both errors are seen.
        let place = self.place(&test.path);
        let values = self.plain_values(&test.values);
        let (place, values) = (place?, values?);
        let (none, values): (Vec<_>, Vec<_>) = values.into_iter().partition(|value| value.value == Plain::None);
        let equality = matches!(test.operator, Operator::Is | Operator::Equal | Operator::NotEqual);
        let operator = if test.operator == Operator::NotEqual { Operator::Is } else { test.operator };
        let mut parts = Vec::new();
        if let Some(none) = none.first() {
            if !equality {
                let help = Some(format!("`{}:none`", place.written));
                return Err(self.report.error(none.span, "`none` has no order", help));
            }
            parts.push(Part { filter: self.missing(&place, none.span)?, span: none.span });
        }
        let (queries, values): (Vec<_>, Vec<_>) =
            values.into_iter().partition(|value| matches!(value.value, Plain::Query(_)));
        for query in &queries {
            if !equality {
                let help = Some(format!("`{}:(…)`", place.written));
                return Err(self.report.error(query.span, "a query gives values that have no order", help));
            }
            parts.push(Part { filter: self.one_of_query(&place, query)?, span: query.span });
        }
        let is_date = |named: &Named<'_>| named.kind == FieldKind::Date;
        let (of_row, values): (Vec<_>, Vec<_>) = match &place.what {
            What::Field(named) if is_date(named) => values.into_iter().partition(|value| self.names_date(value)),
            _ => (Vec::new(), values),
        };
        if !values.is_empty() {
            let asked = Asked { written: &place.written, operator, values: &values, span };
            parts.push(Part { filter: self.present(&place, &asked)?, span });
        }
        if let (Some(field), false) = (&place.step, parts.is_empty()) {
            let filter = Filter::Test(RecordTest::Step { field: field.clone(), test: Box::new(any_of(parts)) });
            parts = vec![Part { filter, span }];
        }
        for value in &of_row {
            parts.push(Part { filter: self.beside(&place, operator, value)?, span: value.span });
        }
        let filter = any_of(parts);
        Ok(if test.operator == Operator::NotEqual { Filter::Not(Box::new(filter)) } else { filter })
    }

    /// Refuses `resigned>2020`, where an action stands as if it were a field.
    fn no_action_as_field(&mut self, test: &Test) -> Checked<()> {
        let schema = self.context.schema;
        let [name] = test.path.names.as_slice() else { return Ok(()) };
        let word = name.value.as_str();
        let is_field = suggest::field_names(schema).any(|field| field.eq_ignore_ascii_case(word));
        if is_field || schema.action_word(word).is_none() {
            return Ok(());
        }
        let values: Vec<String> = test.values.iter().map(|value| print_value(&value.value)).collect();
        let value = values.join(",");
        let help = match test.operator {
            Operator::Is | Operator::Equal if !looks_like_date(&value) => format!("`{word} {value}`"),
            Operator::Is | Operator::Equal => format!("`{word} in {value}`"),
            Operator::NotEqual if !looks_like_date(&value) => format!("`{word} -{value}`"),
            Operator::NotEqual => format!("`{word} -(in {value})`"),
            Operator::Less => format!("`{word} before {value}`"),
            Operator::AtMost => format!("`{word} until {value}`"),
            Operator::Greater => format!("`{word} after {value}`"),
            Operator::AtLeast => format!("`{word} since {value}`"),
        };
        let message = format!("`{word}` is an action and no field");
        Err(self.report.error(test.path.span, message, Some(help)))
    }

    fn missing(&mut self, place: &Place<'_>, span: Span) -> Checked<Filter> {
        match &place.what {
            What::Field(named) => Ok(Filter::Test(RecordTest::Missing { field: named.name.clone() })),
            What::Part(field, _) => Ok(Filter::Test(RecordTest::Missing { field: field.clone() })),
            What::Groups { field, grouping } => Ok(self.no_group(field, *grouping)),
            What::Line(_) => Err(self.misfit(span, &place.written, "a name", &format!("{}:name", place.written))),
        }
    }

    /// `field:(query)`
    fn one_of_query(&mut self, place: &Place<'_>, value: &Spanned<Plain>) -> Checked<Filter> {
        let Plain::Query(query) = &value.value else { return Ok(Filter::Nothing) };
        let What::Field(named) = &place.what else {
            return Err(self.no_values_of_query(place, query, value.span));
        };
        let own = match &self.scope.noun {
            Some(noun) if named.name.as_ref() == "id" => Some(noun.role.field()),
            None if place.step.is_none() => Some(named.name.as_ref()),
            _ => None,
        };
        self.given(named, &place.written, own, query, value.span)
    }

    /// That a query gives no groups and no parts of dates: what another fact
    /// shares with this one is said otherwise.
    fn no_values_of_query(&mut self, place: &Place<'_>, query: &tree::Query, span: Span) -> Reported {
        let written = &place.written;
        let shown = match query.stages.as_slice() {
            [Spanned { value: tree::Stage::Show(items), .. }] => items.len() == 1,
            [] => true,
            _ => false,
        };
        let is_single = written.rsplit('.').next() != Some("in");
        let of_facts = Head::of(query, self.context.schema).noun.is_none() && self.scope.noun.is_none();
        let plain = shown && is_single && of_facts && query.as_of.is_none() && !query.periods;
        let help = match query.filter.as_ref().filter(|_| plain) {
            Some(filter) => {
                let with = if self.negated { "without" } else { "with" };
                format!("where another fact has the same: `{with} same {written} {{{}}}`", print_condition(filter))
            }
            None if !is_single => format!("such as `{written}:…`"),
            None => format!("such as `{written}:…`; for what another fact has: `with same {written} {{…}}`"),
        };
        self.report.error(span, format!("`{written}` takes values, and none from a query"), Some(help))
    }

    fn present(&mut self, place: &Place<'_>, asked: &Asked<'_>) -> Checked<Filter> {
        match &place.what {
            What::Part(field, part) => self.part(field, *part, asked),
            What::Groups { field, grouping } => {
                self.unordered(asked, "a group")?;
                self.groups(field, *grouping, asked)
            }
            What::Line(field) => {
                self.unordered(asked, "a line")?;
                self.line(field.as_ref(), asked)
            }
            What::Field(named) => match named.kind {
                FieldKind::Date => self.date(&named.name, asked),
                FieldKind::Integer | FieldKind::Number => self.number(&named.name, asked),
                kind => {
                    self.unordered(asked, kind.name())?;
                    match kind {
                        FieldKind::Reference => self.reference(named, asked),
                        FieldKind::Action => self.action(asked),
                        FieldKind::Text => self.text_field(&named.name, asked),
                        FieldKind::Id => {
                            let filter = |test| Filter::Test(RecordTest::Written { field: named.name.clone(), test });
                            self.matches(asked, &filter)
                        }
                        _ => {
                            let filter = |test| Filter::Test(RecordTest::Keyword { field: named.name.clone(), test });
                            self.matches(asked, &filter)
                        }
                    }
                }
            },
        }
    }

    /// Refuses an order where there is none.
    pub(super) fn unordered(&mut self, asked: &Asked<'_>, what: &str) -> Checked<()> {
        if matches!(asked.operator, Operator::Is | Operator::Equal) {
            return Ok(());
        }
        let help = Some(format!("`{}:…`", asked.written));
        Err(self.report.error(asked.span, format!("`{}` is {what}, which has no order", asked.written), help))
    }

    /// A value that fits nowhere here.
    pub(super) fn misfit(&mut self, span: Span, field: &str, needs: &str, example: &str) -> Reported {
        let message = format!("`{field}` needs {needs}");
        self.report.error(span, message, Some(format!("such as `{example}`")))
    }

    /// Values compared whole, folded.
    fn matches(&mut self, asked: &Asked<'_>, filter: &dyn Fn(Match) -> Filter) -> Checked<Filter> {
        let (mut words, mut parts) = (Vec::new(), Vec::new());
        for value in asked.values {
            let test = match &value.value {
                Plain::Word(word) | Plain::Quoted(word) => {
                    words.push(fold(word).into_owned());
                    continue;
                }
                Plain::Prefix(prefix) => Match::Prefix(fold(prefix).into_owned()),
                Plain::Regex(pattern) => Match::Regex(self.pattern(pattern, value.span)?),
                _ => {
                    let example = format!("{}:word", asked.written);
                    return Err(self.misfit(value.span, asked.written, "a word", &example));
                }
            };
            parts.push(Part { filter: filter(test), span: value.span });
        }
        if !words.is_empty() {
            parts.insert(0, Part { filter: filter(Match::Any(words)), span: asked.span });
        }
        Ok(any_of(parts))
    }

    /// A regular expression over folded text: letters lose their marks, case
    /// does not matter.
    pub(super) fn pattern(&mut self, pattern: &str, span: Span) -> Checked<String> {
        let mut folded = String::from("(?i)");
        for character in pattern.chars() {
            if character.is_ascii() {
                folded.push(character);
            } else {
                folded.push_str(&fold(character.encode_utf8(&mut [0; 4])));
            }
        }
        match regex::RegexBuilder::new(&folded).size_limit(1 << 20).build() {
            Ok(_) => Ok(folded),
            Err(regex::Error::CompiledTooBig(_)) => {
                Err(self.report.error(span, "this regular expression is too large", None))
            }
            Err(error) => {
                let reason = error.to_string();
                let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                let help = Some("a backslash before `( ) [ ] * + ? . |` makes them letters".to_owned());
                Err(self.report.error(span, format!("this is no regular expression: {reason}"), help))
            }
        }
    }

    fn action(&mut self, asked: &Asked<'_>) -> Checked<Filter> {
        let schema = self.context.schema;
        let mut names: Vec<String> = Vec::new();
        let mut parts = Vec::new();
        for value in asked.values {
            match &value.value {
                Plain::Word(word) | Plain::Quoted(word) => {
                    let Some(action) = schema.action_word(word) else {
                        let forms = suggest::action_forms(schema);
                        let all = schema.vocabulary().actions.keys().map(String::as_str);
                        let otherwise = format!("actions: {}", suggest::listed(all));
                        let message = format!("no action is called `{word}`");
                        return Err(self.unknown(value.span, message, word, forms, Some(otherwise)));
                    };
                    self.report.read(value.span, reading::action(word, &action.actions, schema));
                    names.extend(action.actions.iter().cloned());
                }
                Plain::Prefix(prefix) => {
                    let prefix = fold(prefix).into_owned();
                    let matching = schema.action_words().filter(|(form, _)| form.starts_with(&prefix));
                    names.extend(matching.flat_map(|(_, word)| word.actions.iter().cloned()));
                }
                Plain::Regex(pattern) => {
                    let test = Match::Regex(self.pattern(pattern, value.span)?);
                    parts.push(Part {
                        filter: Filter::Test(RecordTest::Keyword { field: "action".into(), test }),
                        span: value.span,
                    });
                }
                _ => return Err(self.misfit(value.span, asked.written, "an action", "action:…")),
            }
        }
        if !names.is_empty() || parts.is_empty() {
            names.sort_unstable();
            names.dedup();
            parts.insert(0, Part { filter: super::words::actions(&names), span: asked.span });
        }
        Ok(any_of(parts))
    }

    fn text_field(&mut self, field: &Arc<str>, asked: &Asked<'_>) -> Checked<Filter> {
        let mut parts = Vec::new();
        for value in asked.values {
            let filter = match &value.value {
                Plain::Word(word) => self.text_in(vec![field.clone()], word, value.span, false)?,
                Plain::Quoted(text) => self.text_in(vec![field.clone()], text, value.span, true)?,
                // A word of a text begins so, and not only its first.
                Plain::Prefix(prefix) => {
                    let pattern = format!(r"\b{}", regex::escape(&fold(prefix)));
                    Filter::Test(RecordTest::Written { field: field.clone(), test: Match::Regex(pattern) })
                }
                Plain::Regex(pattern) => {
                    let test = Match::Regex(self.pattern(pattern, value.span)?);
                    Filter::Test(RecordTest::Written { field: field.clone(), test })
                }
                _ => {
                    let example = format!("{}:word", asked.written);
                    return Err(self.misfit(value.span, asked.written, "a word or a text in quotes", &example));
                }
            };
            parts.push(Part { filter, span: value.span });
        }
        Ok(any_of(parts))
    }

    fn number(&mut self, field: &Arc<str>, asked: &Asked<'_>) -> Checked<Filter> {
        let mut parts = Vec::new();
        for value in asked.values {
            let (low, high) = match &value.value {
                Plain::Range(low, high) => {
                    let written = low.as_ref().zip(high.as_ref());
                    let low = low.as_ref().map(|low| self.parsed(low, value.span, asked)).transpose()?;
                    let high = high.as_ref().map(|high| self.parsed(high, value.span, asked)).transpose()?;
                    if low.zip(high).is_some_and(|(low, high)| low > high) {
                        return Err(self.swapped(asked.written, written, value.span));
                    }
                    self.plain_is(asked, value)?;
                    (low.map(|low| (low, true)), high.map(|high| (high, true)))
                }
                other => {
                    let number = match other {
                        Plain::Number(number) => *number,
                        Plain::Word(text) | Plain::Quoted(text) => self.parsed(text, value.span, asked)?,
                        _ => return Err(self.no_number(value.span, asked)),
                    };
                    match asked.operator {
                        Operator::Less => (None, Some((number, false))),
                        Operator::AtMost => (None, Some((number, true))),
                        Operator::Greater => (Some((number, false)), None),
                        Operator::AtLeast => (Some((number, true)), None),
                        Operator::Is | Operator::Equal | Operator::NotEqual => {
                            (Some((number, true)), Some((number, true)))
                        }
                    }
                }
            };
            parts.push(Part {
                filter: Filter::Test(RecordTest::Number { field: field.clone(), low, high }),
                span: value.span,
            });
        }
        Ok(any_of(parts))
    }

    /// That a range ends before it starts.
    pub(super) fn swapped(&mut self, field: &str, ends: Option<(&String, &String)>, span: Span) -> Reported {
        let help = ends.map(|(low, high)| format!("`{field}:{high}..{low}`"));
        self.report.error(span, "the range ends before it starts", help)
    }

    fn parsed(&mut self, text: &str, span: Span, asked: &Asked<'_>) -> Checked<f64> {
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        number.ok_or_else(|| self.no_number(span, asked))
    }

    fn no_number(&mut self, span: Span, asked: &Asked<'_>) -> Reported {
        let example = format!("{0}:70`, `{0}>=70`, `{0}:70..75", asked.written);
        self.misfit(span, asked.written, "a number", &example)
    }

    /// A range needs no order beside it.
    pub(super) fn plain_is(&mut self, asked: &Asked<'_>, value: &Spanned<Plain>) -> Checked<()> {
        if matches!(asked.operator, Operator::Is | Operator::Equal) {
            return Ok(());
        }
        let end = |end: &Option<String>| end.clone().unwrap_or_default();
        let help = match &value.value {
            Plain::Range(low, high) => Some(format!("`{}:{}..{}`", asked.written, end(low), end(high))),
            _ => None,
        };
        Err(self.report.error(value.span, "a range cannot be compared by order", help))
    }
}

/// Any of some conditions; none of them matches nothing.
pub(super) fn any_of(mut parts: Vec<Part>) -> Filter {
    match parts.len() {
        0 => Filter::Nothing,
        1 => parts.remove(0).filter,
        _ => Filter::Or(parts),
    }
}
