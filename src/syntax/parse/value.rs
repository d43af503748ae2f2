//! Tests of a field, and the values that it is compared with.

use super::condition::unclosed;
use super::input::{
    Cursor, Parse, ParseFailure, absent, date_word, demanded, parameter, path, quoted, required, sign, spaced, wrong,
};
use super::mend;
use super::query::query;
use crate::syntax::keyword::word;
use crate::syntax::scan::{is_path, regex_length, value_length};
use crate::syntax::tree::{Condition, Duration, Expression, Operator, Query, Test, Unit, Value};
use crate::syntax::{
    Diagnostic, ExceededLimit, ExpectedSyntax, MalformedCondition, MalformedValue, Mend, Span, Spanned,
};

/// The operator that follows a path, if one does; `:` must follow directly.
pub(super) fn operator_ahead(after: Cursor) -> Option<(Operator, usize)> {
    if after.starts(":") {
        return Some((Operator::Is, 1));
    }
    let next = after.blanks();
    let gap = next.at - after.at;
    let operator = Operator::ALL.into_iter().find(|operator| next.starts(operator.sign()))?;
    // A `:` after a blank is not one.
    (operator != Operator::Is).then(|| (operator, gap + operator.sign().len()))
}

/// `path operator value {, value}`
pub(super) fn test(input: Cursor, (operator, length): (Operator, usize)) -> Parse<Expression> {
    let written = input.word();
    let after = input.skip(written.len());
    if !is_path(written) {
        let problem = MalformedValue::FieldName { text: written.to_owned() };
        return wrong(Diagnostic::error(input.to(after), problem));
    }
    let (_, path) = path(input)?;
    let start = after.skip(length);
    let operator_span = after.to(start);
    let (rest, values) = if operator == Operator::Is {
        list(input, start)?
    } else {
        let not_a_comparison = |mended: Option<String>| {
            let span = operator_span.to(start.to(start.skip(1)));
            wrong(Diagnostic::error(span, MalformedValue::Comparison { mended }))
        };
        if operator == Operator::Equal && start.starts("<") {
            let value = mend::word_or_example(start.skip(1), "70");
            return not_a_comparison(Some(format!("{written}<={value}")));
        }
        if start.starts("=") || start.starts(">") {
            let meant = match (operator, start.peek()) {
                (Operator::Equal, Some('>')) => Some(">="),
                (Operator::Less, Some('>')) => Some("!="),
                _ => None,
            };
            let value = mend::word_or_example(start.skip(1), "");
            let meant = meant.filter(|_| !value.is_empty());
            return not_a_comparison(meant.map(|sign| format!("{written}{sign}{value}")));
        }
        let sign = after.blanks().slice(start);
        if start.blanks().starts("{") {
            let relation = match operator {
                Operator::Less => word::BEFORE,
                Operator::AtMost => word::UNTIL,
                Operator::Greater => word::AFTER,
                Operator::AtLeast => word::SINCE,
                Operator::Is | Operator::Equal | Operator::NotEqual => word::ON,
            };
            let braces = start.blanks();
            let mended = mend::comparison_with_braces(written, relation, braces);
            let problem = MalformedCondition::SignBeforeBraces { mended };
            return wrong(Diagnostic::error(braces.to(braces.skip(1)), problem));
        }
        let told = || {
            let mend = Mend::example(format!("{written}{sign}70"));
            start.unexpected(ExpectedSyntax::Value { after: None }, Some(mend))
        };
        let (rest, value) = demanded(argument(start.blanks()), told)?;
        (rest, vec![value])
    };
    ends_value(rest)?;
    let test = Test { path, operator, values };
    Ok((rest, Spanned::new(Condition::Test(test), input.to(rest))))
}

/// The values after `:`, without blanks.
fn list<'a>(field: Cursor<'a>, start: Cursor<'a>) -> Parse<'a, Vec<Spanned<Value>>> {
    let mut values = Vec::new();
    let mut rest = start;
    loop {
        let (after, value) = demanded(value(rest), || mend::value_expected(field, rest))?;
        values.push(value);
        rest = after;
        match sign(",")(rest) {
            Ok((after, _)) => rest = after,
            Err(_) => return Ok((rest, values)),
        }
    }
}

/// Refuses a value that does not end here.
fn ends_value(rest: Cursor) -> Result<(), nom::Err<ParseFailure>> {
    match rest.peek() {
        None | Some('|' | ')' | '}' | ',' | ';') => Ok(()),
        Some(next) if next.is_whitespace() => Ok(()),
        Some(next) if next.is_alphabetic() && rest.text().get(..rest.at).is_some_and(|text| text.ends_with('/')) => {
            let end = rest.skip(rest.word().len());
            let problem = MalformedValue::AfterPattern { text: rest.slice(end).to_owned() };
            wrong(Diagnostic::error(rest.to(end), problem))
        }
        Some('"') => wrong(Diagnostic::error(rest.to(rest.skip(1)), MalformedValue::StrayQuote)),
        Some(next) => {
            let span = Span::new(rest.at, rest.at + next.len_utf8());
            wrong(Diagnostic::error(span, MalformedValue::StraySign(next)))
        }
    }
}

/// A value that is compared, or of a call: also a length of time.
pub(super) fn argument(input: Cursor) -> Parse<Spanned<Value>> {
    match duration(input) {
        Err(nom::Err::Error(_)) => value(input),
        other => other.map(|(rest, duration)| (rest, Spanned::new(Value::Duration(duration), input.to(rest)))),
    }
}

/// A value right after `:`.
fn value(input: Cursor) -> Parse<Spanned<Value>> {
    let (rest, value) = match input.peek() {
        None => return absent(),
        Some('"' | '“' | '„') => quoted(input).map(|(rest, text)| (rest, Value::Quoted(text))),
        Some('$') => parameter(input).map(|(rest, name)| (rest, Value::Parameter(name.value))),
        Some('(') => subquery(input).map(|(rest, query)| (rest, Value::Query(Box::new(query)))),
        Some('/') => regex(input).map(|(rest, pattern)| (rest, Value::Regex(pattern))),
        Some(_) => plain(input),
    }?;
    Ok((rest, Spanned::new(value, input.to(rest))))
}

/// A word, `lat*`, `*` alone, `none`, or a range of words.
fn plain(input: Cursor) -> Parse<Value> {
    let (after, first) = value_word(input);
    let range = after.starts("..");
    match first {
        None if !range && after.starts("*") => Ok((after.skip(1), Value::Prefix(String::new()))),
        None if !range => absent(),
        Some(first) if !range => {
            if after.starts("*") {
                return Ok((after.skip(1), Value::Prefix(first.to_owned())));
            }
            let none = first.eq_ignore_ascii_case(word::NONE);
            Ok((after, if none { Value::None } else { Value::Word(first.to_owned()) }))
        }
        first => {
            let (end, last) = value_word(after.skip(2));
            if first.is_none() && last.is_none() {
                return wrong(Diagnostic::error(input.to(end), MalformedValue::EmptyRange));
            }
            Ok((end, Value::Range(first.map(str::to_owned), last.map(str::to_owned))))
        }
    }
}

fn value_word(input: Cursor<'_>) -> (Cursor<'_>, Option<&str>) {
    let length = value_length(input.rest());
    let word = input.rest().get(..length).filter(|word| !word.is_empty());
    (input.skip(length), word)
}

/// `(query)`
fn subquery(input: Cursor) -> Parse<Query> {
    let (inner, _) = sign("(")(input)?;
    let (rest, query) = query(inner.deeper()?.blanks())?;
    let empty = query == Query::default();
    let (rest, _) = required(spaced(sign(")")), |at| unclosed(input, at, ')'))(rest)?;
    if empty {
        return wrong(Diagnostic::error(input.to(rest), MalformedValue::EmptyParentheses));
    }
    Ok((rest.level_with(input), query))
}

/// `/regex/`, where `\/` is a slash and everything else is left to the pattern.
fn regex(input: Cursor) -> Parse<String> {
    let Some(length) = regex_length(input.rest()) else {
        return wrong(Diagnostic::error(Span::new(input.at, input.at + 1), MalformedValue::UnclosedPattern));
    };
    let rest = input.skip(length);
    let written = input.rest().get(1..length - 1).unwrap_or("");
    if written.is_empty() {
        return wrong(Diagnostic::error(input.to(rest), MalformedValue::EmptyPattern));
    }
    let mut pattern = String::with_capacity(written.len());
    let mut characters = written.chars();
    while let Some(character) = characters.next() {
        match (character, if character == '\\' { characters.next() } else { None }) {
            ('\\', Some('/')) => pattern.push('/'),
            (first, second) => {
                pattern.push(first);
                pattern.extend(second);
            }
        }
    }
    Ok((rest, pattern))
}

/// A text as a length of time, as a query would read it.
pub(crate) fn read_duration(text: &str) -> Option<Duration> {
    let read = duration(Cursor::new(text.trim(), 0)).ok().filter(|(rest, _)| rest.rest().is_empty());
    read.map(|(_, length)| length)
}

/// `6 months`
pub(super) fn duration(input: Cursor) -> Parse<Duration> {
    let digits = input.rest().bytes().take_while(u8::is_ascii_digit).count();
    let after = input.skip(digits);
    let start = after.blanks();
    if digits == 0 || start.at == after.at {
        return absent();
    }
    let (rest, unit) = unit(start)?;
    match input.slice(after).parse() {
        Ok(count) => Ok((rest, Duration { count, unit })),
        Err(_) => wrong(Diagnostic::error(input.to(rest), ExceededLimit::Duration)),
    }
}

/// `day`, `weeks`, …
pub(super) fn unit(input: Cursor) -> Parse<Unit> {
    date_word(Unit::from_word)(input)
}
