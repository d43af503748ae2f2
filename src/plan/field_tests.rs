//! `field:value` and `field>=value`: what a test means depends on what the
//! field holds. Dates have their own module.

use std::sync::Arc;

use super::check::Checker;
use super::misread::{looks_like_date, relation_of};
use super::nouns::QueryHead;
use super::parameters::PlainValue;
use super::paths::{NamedField, PathTarget, ResolvedPath, attribute};
use super::report::{Checked, Reported};
use super::{
    DateForm, DatePart, ExpectedValue, FieldProblem, FieldSuggestion, Filter, Match, Part, RecordTest, ValueProblem,
    ValueType, meanings, suggest,
};
use crate::model::{Day, FieldKind, Number, NumberError, Resolution, Window, fold};
use crate::syntax::keyword::word;
use crate::syntax::tree::{self, Operator, Test};
use crate::syntax::{Span, Spanned, print_condition, print_value, stage_of_test};

/// A test whose path and values are known.
pub(super) struct ValueTest<'a> {
    /// The path as written.
    pub(super) written: &'a str,
    /// How it is compared.
    pub(super) operator: Operator,
    /// What it is compared with; parameters are replaced, and `none` is left
    /// out.
    pub(super) values: &'a [Spanned<PlainValue>],
    /// The place of the whole test.
    pub(super) span: Span,
}

impl Checker<'_> {
    /// `path operator values`
    pub(super) fn test(&mut self, test: &Test, span: Span) -> Checked<Filter> {
        if let Some(status) = self.status_path(&test.path) {
            return self.status_test(&status, test, span);
        }
        self.refuse_word_as_field(test)?;
        self.refuse_action_as_field(test)?;
        self.refuse_test_of_facts(test, span)?;
        // Both are read even if one is wrong, so that both errors are reported.
        let place = self.resolve_path(&test.path);
        let values = self.plain_values(&test.values);
        let (place, values) = (place?, values?);
        self.refuse_other_field(test, &place, &values)?;
        let (none, values): (Vec<_>, Vec<_>) = values.into_iter().partition(|value| value.value == PlainValue::None);
        let equality = matches!(test.operator, Operator::Is | Operator::Equal | Operator::NotEqual);
        let operator = if test.operator == Operator::NotEqual { Operator::Is } else { test.operator };
        let mut parts = Vec::new();
        if let Some(none) = none.first() {
            if !equality {
                let field = place.written.clone();
                return Err(self.report.refuse(none.span, ValueProblem::NoneHasNoOrder { field }));
            }
            parts.push(Part { filter: self.missing(&place, none.span)?, span: none.span });
        }
        let (queries, values): (Vec<_>, Vec<_>) =
            values.into_iter().partition(|value| matches!(value.value, PlainValue::Query(_)));
        for query in &queries {
            if !equality {
                let field = place.written.clone();
                return Err(self.report.refuse(query.span, ValueProblem::QueryHasNoOrder { field }));
            }
            parts.push(Part { filter: self.values_from_query(&place, query)?, span: query.span });
        }
        let is_date = |named: &NamedField<'_>| named.kind == FieldKind::Date;
        let (of_row, values): (Vec<_>, Vec<_>) = match &place.target {
            PathTarget::Field(named) if is_date(named) => values.into_iter().partition(|value| self.names_date(value)),
            _ => (Vec::new(), values),
        };
        if !values.is_empty() {
            let asked = ValueTest { written: &place.written, operator, values: &values, span };
            parts.push(Part { filter: self.present(&place, &asked)?, span });
        }
        if let (Some(field), false) = (&place.step, parts.is_empty()) {
            let filter = Filter::Test(RecordTest::Step { field: field.clone(), test: Box::new(Filter::any(parts)) });
            parts = vec![Part { filter, span }];
        }
        for value in &of_row {
            parts.push(Part { filter: self.compared_dates(&place, operator, value)?, span: value.span });
        }
        let filter = Filter::any(parts);
        Ok(if test.operator == Operator::NotEqual { Filter::Not(Box::new(filter)) } else { filter })
    }

    /// Refuses `subject=object`, where two fields of one fact are compared by a sign.
    fn refuse_other_field(
        &mut self,
        test: &Test,
        place: &ResolvedPath<'_>,
        values: &[Spanned<PlainValue>],
    ) -> Checked<()> {
        let is_compared_whole = match &place.target {
            PathTarget::Field(named) => {
                !matches!(named.kind, FieldKind::Date | FieldKind::Integer | FieldKind::Number | FieldKind::Action)
            }
            _ => false,
        };
        if test.operator == Operator::Is || !is_compared_whole {
            return Ok(());
        }
        for value in values {
            let PlainValue::Word(word) = &value.value else { continue };
            let is_field = suggest::field_names(self.context.schema).any(|field| field.eq_ignore_ascii_case(word));
            let is_value = || {
                let of_facts = self.context.values.map(|values| values(&place.written)).unwrap_or_default();
                of_facts.iter().any(|value| fold(value) == fold(word))
            };
            if is_field && self.context.entities.resolve(word) == Resolution::Unknown && !is_value() {
                let problem = ValueProblem::OtherField { field: place.written.clone(), other: word.clone() };
                return Err(self.report.refuse(value.span, problem));
            }
        }
        Ok(())
    }

    /// Refuses `before:2021`, `limit:5` and `has:title`, where a word of the
    /// language, or of a search box, is used as a field.
    fn refuse_word_as_field(&mut self, test: &Test) -> Checked<()> {
        let [name] = test.path.names.as_slice() else { return Ok(()) };
        let (schema, word) = (self.context.schema, name.value.to_ascii_lowercase());
        let is_attribute = self.scope.noun.is_some() && attribute(schema, &word).is_some();
        if test.operator != Operator::Is || is_attribute {
            return Ok(());
        }
        let values: Vec<String> = test.values.iter().map(|value| print_value(&value.value)).collect();
        let value = values.join(",");
        // `in:` is a test of groups, too.
        let is_field = suggest::field_names(schema).any(|field| field.eq_ignore_ascii_case(&word));
        if is_field && !(word == "in" && looks_like_date(&value)) {
            return Ok(());
        }
        let is_value = || self.context.schema.field(&value).is_some();
        let mend = match (word.as_str(), relation_of(&word)) {
            (_, Some(relation)) if looks_like_date(&value) => format!("{relation} {value}"),
            ("known" | "as-of" | "asof", _) if looks_like_date(&value) => {
                format!("{} {value}", if word == "known" { "known" } else { "as of" })
            }
            ("has" | "have" | "with" | "exists", _) if is_value() => format!("-{value}:none"),
            ("no" | "lacks" | "missing" | "without", _) if is_value() => format!("{value}:none"),
            _ => match self.stage_meant(&word, &values) {
                Some(stage) => format!("| {stage}"),
                None => return Ok(()),
            },
        };
        let name = name.value.clone();
        let problem = FieldProblem::Unknown { name, suggestion: FieldSuggestion::Write(mend) };
        Err(self.report.refuse(test.path.span, problem))
    }

    /// The stage that a word used as a field is meant to be.
    fn stage_meant(&self, word: &str, values: &[String]) -> Option<String> {
        let schema = self.context.schema;
        let noun = self.scope.noun.as_ref();
        let fits = |stage: &str, value: &str| {
            let kind = match noun {
                Some(noun) if noun.periods => None,
                Some(_) => attribute(schema, value).map(|attribute| attribute.kind),
                None => schema.field(value).map(|field| field.kind),
            };
            let is_number = matches!(kind, Some(FieldKind::Integer | FieldKind::Number));
            match stage {
                word::SUM => is_number,
                word::MIN | word::MAX | word::MEDIAN => is_number || kind == Some(FieldKind::Date),
                _ => kind.is_some(),
            }
        };
        let of_facts = [word::FIRST, word::LAST, word::TIMELINE, word::SOURCES, word::HISTORY];
        let is_possible = noun.is_none() || !of_facts.contains(&word);
        // `count` as a column is told of otherwise.
        let is_count = word == word::COUNT && !values.iter().all(|value| fits(word, value));
        stage_of_test(word, values, fits).filter(|_| is_possible && !is_count)
    }

    /// Refuses `resigned>2020`, where an action is used as a field.
    fn refuse_action_as_field(&mut self, test: &Test) -> Checked<()> {
        let schema = self.context.schema;
        let [name] = test.path.names.as_slice() else { return Ok(()) };
        let word = name.value.as_str();
        let is_field = suggest::field_names(schema).any(|field| field.eq_ignore_ascii_case(word));
        if is_field || schema.action_word(word).is_none() {
            return Ok(());
        }
        let values: Vec<String> = test.values.iter().map(|value| print_value(&value.value)).collect();
        let value = values.join(",");
        let mend = match test.operator {
            Operator::Is | Operator::Equal if !looks_like_date(&value) => format!("{word} {value}"),
            Operator::Is | Operator::Equal => format!("{word} in {value}"),
            Operator::NotEqual if !looks_like_date(&value) => format!("{word} -{value}"),
            Operator::NotEqual => format!("{word} -(in {value})"),
            Operator::Less => format!("{word} before {value}"),
            Operator::AtMost => format!("{word} until {value}"),
            Operator::Greater => format!("{word} after {value}"),
            Operator::AtLeast => format!("{word} since {value}"),
        };
        let word = word.to_owned();
        Err(self.report.refuse(test.path.span, FieldProblem::ActionAsField { word, mend }))
    }

    fn missing(&mut self, place: &ResolvedPath<'_>, span: Span) -> Checked<Filter> {
        match &place.target {
            PathTarget::Field(named) => Ok(Filter::Test(RecordTest::Missing { field: named.name.clone() })),
            PathTarget::Part(field, part) => {
                let missing = Filter::Test(RecordTest::Missing { field: field.clone() });
                // A date may lack a bound as well.
                let end = if *part == DatePart::Earliest { Day::PAST } else { Day::FUTURE };
                let unbounded = DateForm::bound(*part, Window::day(end));
                let unbounded = unbounded.map(|form| Filter::Test(RecordTest::DateForm { field: field.clone(), form }));
                Ok(Filter::any([missing].into_iter().chain(unbounded).map(|filter| Part { filter, span }).collect()))
            }
            PathTarget::Groups { field, grouping } => Ok(self.outside_groups(field, *grouping)),
            PathTarget::Line(_) => Err(self.refuse_type(span, &place.written, ExpectedValue::OneName)),
        }
    }

    /// `field:(query)`
    fn values_from_query(&mut self, place: &ResolvedPath<'_>, value: &Spanned<PlainValue>) -> Checked<Filter> {
        let PlainValue::Query(query) = &value.value else { return Ok(Filter::Nothing) };
        let PathTarget::Field(named) = &place.target else {
            return Err(self.refuse_query_as_value(place, query, value.span));
        };
        let own = match &self.scope.noun {
            Some(noun) if named.name.as_ref() == "id" => Some(noun.role.field()),
            None if place.step.is_none() => Some(named.name.as_ref()),
            _ => None,
        };
        self.value_of_query(named, &place.written, own, query, value.span)
    }

    /// Refuses a query as the value of a grouping or of a part of a date, and
    /// shows how to ask for facts that share one.
    fn refuse_query_as_value(&mut self, place: &ResolvedPath<'_>, query: &tree::Query, span: Span) -> Reported {
        let written = &place.written;
        let shown = match query.stages.as_slice() {
            [Spanned { value: tree::Stage::Show(items), .. }] => items.len() == 1,
            [] => true,
            _ => false,
        };
        let is_single = written.rsplit('.').next() != Some("in");
        let of_facts = QueryHead::of(query, self.context.schema).noun.is_none() && self.scope.noun.is_none();
        let plain = shown && is_single && of_facts && query.as_of.is_none() && !query.periods;
        let same = query.filter.as_ref().filter(|_| plain).map(|filter| {
            let with = if self.negated { "without" } else { "with" };
            format!("{with} same {written} {{{}}}", print_condition(filter))
        });
        self.report.refuse(span, ValueProblem::NotFromQuery { field: written.clone(), same, is_single })
    }

    fn present(&mut self, place: &ResolvedPath<'_>, asked: &ValueTest<'_>) -> Checked<Filter> {
        match &place.target {
            PathTarget::Part(field, part) => self.part(field, *part, asked),
            PathTarget::Groups { field, grouping } => {
                self.require_equality(asked, ValueType::Group)?;
                self.groups(field, *grouping, asked)
            }
            PathTarget::Line(field) => {
                self.require_equality(asked, ValueType::Line)?;
                self.line(field.as_ref(), asked)
            }
            PathTarget::Field(named) => match named.kind {
                FieldKind::Date => self.date(&named.name, asked),
                FieldKind::Integer | FieldKind::Number => self.number(&named.name, asked),
                kind => {
                    self.require_equality(asked, kind.into())?;
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

    /// Refuses a comparison by order of values that have none.
    pub(super) fn require_equality(&mut self, asked: &ValueTest<'_>, holds: ValueType) -> Checked<()> {
        if matches!(asked.operator, Operator::Is | Operator::Equal) {
            return Ok(());
        }
        let field = asked.written.to_owned();
        Err(self.report.refuse(asked.span, ValueProblem::NoOrder { field, holds }))
    }

    /// Refuses a value that is not of the field's type.
    pub(super) fn refuse_type(&mut self, span: Span, field: &str, expected: ExpectedValue) -> Reported {
        self.report.refuse(span, ValueProblem::WrongType { field: field.to_owned(), expected })
    }

    /// Reads values that are compared whole.
    fn matches(&mut self, asked: &ValueTest<'_>, filter: &dyn Fn(Match) -> Filter) -> Checked<Filter> {
        let (mut words, mut parts) = (Vec::new(), Vec::new());
        for value in asked.values {
            let test = match &value.value {
                PlainValue::Word(word) | PlainValue::Quoted(word) => {
                    words.push(word.clone());
                    continue;
                }
                PlainValue::Prefix(prefix) => Match::Prefix(fold(prefix).into_owned()),
                PlainValue::Regex(pattern) => Match::Regex(self.pattern(pattern, value.span)?),
                _ => return Err(self.refuse_type(value.span, asked.written, ExpectedValue::Word)),
            };
            parts.push(Part { filter: filter(test), span: value.span });
        }
        if !words.is_empty() {
            parts.insert(0, Part { filter: filter(Match::Any(words)), span: asked.span });
        }
        Ok(Filter::any(parts))
    }

    /// Turns a regular expression into one for folded text: diacritics are
    /// removed and case is ignored.
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
            Err(regex::Error::CompiledTooBig(_)) => Err(self.report.refuse(span, ValueProblem::RegexTooLarge)),
            Err(error) => {
                let reason = error.to_string();
                let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                Err(self.report.refuse(span, ValueProblem::InvalidRegex { reason }))
            }
        }
    }

    fn action(&mut self, asked: &ValueTest<'_>) -> Checked<Filter> {
        let schema = self.context.schema;
        let mut names: Vec<String> = Vec::new();
        let mut parts = Vec::new();
        for value in asked.values {
            match &value.value {
                PlainValue::Word(word) | PlainValue::Quoted(word) => {
                    let found = [schema.action_word(word), schema.action_labelled(word)].into_iter().flatten();
                    let actions: Vec<String> = found.flat_map(|word| word.actions.iter().cloned()).collect();
                    if actions.is_empty() {
                        let similar = suggest::similar(word, suggest::action_forms(schema));
                        let actions = schema.vocabulary().actions.keys().cloned().collect();
                        let problem = ValueProblem::UnknownAction { word: word.clone(), similar, actions };
                        return Err(self.report.refuse(value.span, problem));
                    }
                    self.report.read(value.span, meanings::action(word, &actions, schema));
                    names.extend(actions);
                }
                PlainValue::Prefix(prefix) => {
                    let prefix = fold(prefix).into_owned();
                    let matching = schema.action_words().filter(|(form, _)| form.starts_with(&prefix));
                    names.extend(matching.flat_map(|(_, word)| word.actions.iter().cloned()));
                }
                PlainValue::Regex(pattern) => {
                    let test = Match::Regex(self.pattern(pattern, value.span)?);
                    parts.push(Part {
                        filter: Filter::Test(RecordTest::Keyword { field: "action".into(), test }),
                        span: value.span,
                    });
                }
                _ => return Err(self.refuse_type(value.span, asked.written, ExpectedValue::Action)),
            }
        }
        if !names.is_empty() || parts.is_empty() {
            names.sort_unstable();
            names.dedup();
            parts.insert(0, Part { filter: super::words::actions(&names), span: asked.span });
        }
        Ok(Filter::any(parts))
    }

    fn text_field(&mut self, field: &Arc<str>, asked: &ValueTest<'_>) -> Checked<Filter> {
        let mut parts = Vec::new();
        for value in asked.values {
            let filter = match &value.value {
                PlainValue::Word(word) => self.text_in(vec![field.clone()], word, value.span, false)?,
                PlainValue::Quoted(text) => self.text_in(vec![field.clone()], text, value.span, true)?,
                // Any word of the text may begin so, not only the first.
                PlainValue::Prefix(prefix) => {
                    let pattern = format!(r"\b{}", regex::escape(&fold(prefix)));
                    Filter::Test(RecordTest::Written { field: field.clone(), test: Match::Regex(pattern) })
                }
                PlainValue::Regex(pattern) => {
                    let test = Match::Regex(self.pattern(pattern, value.span)?);
                    Filter::Test(RecordTest::Written { field: field.clone(), test })
                }
                _ => return Err(self.refuse_type(value.span, asked.written, ExpectedValue::WordOrText)),
            };
            parts.push(Part { filter, span: value.span });
        }
        Ok(Filter::any(parts))
    }

    fn number(&mut self, field: &Arc<str>, asked: &ValueTest<'_>) -> Checked<Filter> {
        let mut parts = Vec::new();
        for value in asked.values {
            let (low, high) = match &value.value {
                PlainValue::Range(low, high) => {
                    let written = low.as_ref().zip(high.as_ref());
                    let low = low.as_ref().map(|low| self.parsed(low, value.span, asked)).transpose()?;
                    let high = high.as_ref().map(|high| self.parsed(high, value.span, asked)).transpose()?;
                    if low.as_ref().zip(high.as_ref()).is_some_and(|(low, high)| low > high) {
                        return Err(self.refuse_reversed_range(asked.written, written, value.span));
                    }
                    self.require_unordered_range(asked, value)?;
                    (low.map(|low| (low, true)), high.map(|high| (high, true)))
                }
                other => {
                    let number = match other {
                        PlainValue::Number(number) => number.clone(),
                        PlainValue::Word(text) | PlainValue::Quoted(text) => self.parsed(text, value.span, asked)?,
                        _ => return Err(self.refuse_as_number(value.span, asked)),
                    };
                    match asked.operator {
                        Operator::Less => (None, Some((number, false))),
                        Operator::AtMost => (None, Some((number, true))),
                        Operator::Greater => (Some((number, false)), None),
                        Operator::AtLeast => (Some((number, true)), None),
                        Operator::Is | Operator::Equal | Operator::NotEqual => {
                            (Some((number.clone(), true)), Some((number, true)))
                        }
                    }
                }
            };
            parts.push(Part {
                filter: Filter::Test(RecordTest::Number { field: field.clone(), low, high }),
                span: value.span,
            });
        }
        Ok(Filter::any(parts))
    }

    /// Refuses a range that ends before it starts.
    pub(super) fn refuse_reversed_range(
        &mut self,
        field: &str,
        ends: Option<(&String, &String)>,
        span: Span,
    ) -> Reported {
        let mend = ends.map(|(low, high)| format!("{field}:{high}..{low}"));
        self.report.refuse(span, ValueProblem::RangeReversed { mend })
    }

    fn parsed(&mut self, text: &str, span: Span, asked: &ValueTest<'_>) -> Checked<Number> {
        text.parse().map_err(|error| self.refuse_number(text, error, span, asked))
    }

    /// Refuses a text that is not a number that can be kept.
    fn refuse_number(&mut self, text: &str, error: NumberError, span: Span, asked: &ValueTest<'_>) -> Reported {
        match error {
            NumberError::NotANumber => self.refuse_as_number(span, asked),
            error => self.report.refuse(span, ValueProblem::NumberBeyondBounds { text: text.to_owned(), error }),
        }
    }

    fn refuse_as_number(&mut self, span: Span, asked: &ValueTest<'_>) -> Reported {
        self.refuse_type(span, asked.written, ExpectedValue::Number)
    }

    /// Refuses a comparison by order with a range.
    pub(super) fn require_unordered_range(
        &mut self,
        asked: &ValueTest<'_>,
        value: &Spanned<PlainValue>,
    ) -> Checked<()> {
        if matches!(asked.operator, Operator::Is | Operator::Equal) {
            return Ok(());
        }
        let end = |end: &Option<String>| end.clone().unwrap_or_default();
        let mend = match &value.value {
            PlainValue::Range(low, high) => Some(format!("{}:{}..{}", asked.written, end(low), end(high))),
            _ => None,
        };
        Err(self.report.refuse(value.span, ValueProblem::RangeHasNoOrder { mend }))
    }
}
