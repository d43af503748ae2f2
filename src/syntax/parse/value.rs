//! Tests of a field, and what it is compared with.

use super::condition::unclosed;
use super::input::{Cursor, Parse, absent, demanded, keyword, parameter, path, quoted, required, sign, spaced, wrong};
use super::mend;
use super::query::query;
use crate::syntax::keyword::word;
use crate::syntax::scan::{is_path, regex_length, value_length};
use crate::syntax::tree::{Condition, Duration, Expression, Operator, Query, Test, Unit, Value};
use crate::syntax::{Diagnostic, Span, Spanned};

/// The operator that follows a path, if one does; `:` must follow directly.
pub(super) fn operator_ahead(after: Cursor) -> Option<(Operator, usize)> {
    if after.starts(":") {
        return Some((Operator::Is, 1));
    }
    let next = after.blanks();
    let gap = next.at - after.at;
    let signs = [
        ("!=", Operator::NotEqual),
        ("<=", Operator::AtMost),
        (">=", Operator::AtLeast),
        ("<", Operator::Less),
        (">", Operator::Greater),
        ("=", Operator::Equal),
    ];
    signs.into_iter().find(|(sign, _)| next.starts(sign)).map(|(sign, operator)| (operator, gap + sign.len()))
}

/// `path operator value {, value}`
pub(super) fn test(input: Cursor, (operator, length): (Operator, usize)) -> Parse<Expression> {
    let written = input.word();
    let after = input.skip(written.len());
    if !is_path(written) {
        return wrong(
            Diagnostic::error(input.to(after), format!("`{written}` cannot be the name of a field"))
                .with_help("names are letters, digits, `-` and `_`, starting with a letter; put text in quotes"),
        );
    }
    let (_, path) = path(input)?;
    let start = after.skip(length);
    let operator_span = after.to(start);
    let (rest, values) = if operator == Operator::Is {
        list(input, start)?
    } else {
        if operator == Operator::Equal && start.starts("<") {
            let value = mend::next_word(start.skip(1), "70");
            let told = Diagnostic::error(operator_span.to(start.to(start.skip(1))), "this is no comparison");
            return wrong(told.with_help(format!("write {written}<={value}")));
        }
        if start.starts("=") || start.starts(">") {
            let meant = match (operator, start.peek()) {
                (Operator::Equal, Some('>')) => Some(">="),
                (Operator::Less, Some('>')) => Some("!="),
                _ => None,
            };
            let value = mend::next_word(start.skip(1), "");
            if let Some(sign) = meant.filter(|_| !value.is_empty()) {
                return wrong(
                    Diagnostic::error(operator_span.to(start.to(start.skip(1))), "this is no comparison")
                        .with_help(format!("write {written}{sign}{value}")),
                );
            }
            return wrong(
                Diagnostic::error(operator_span.to(start.to(start.skip(1))), "this is no comparison")
                    .with_help("compare with `=`, `!=`, `<`, `<=`, `>` or `>=`"),
            );
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
            return wrong(mend::no_sign_before_braces(written, relation, start.blanks()));
        }
        let told = || start.unexpected("a value").with_help(format!("such as: {written}{sign}70"));
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
        let (after, value) = demanded(value(rest), || mend::no_value(field, rest))?;
        values.push(value);
        rest = after;
        match sign(",")(rest) {
            Ok((after, _)) => rest = after,
            Err(_) => return Ok((rest, values)),
        }
    }
}

/// That a value ends here.
fn ends_value(rest: Cursor) -> Result<(), nom::Err<super::input::Problem>> {
    match rest.peek() {
        None | Some('|' | ')' | '}' | ',' | ';') => Ok(()),
        Some(next) if next.is_whitespace() => Ok(()),
        Some(next) if next.is_alphabetic() && rest.text().get(..rest.at).is_some_and(|text| text.ends_with('/')) => {
            let end = rest.skip(rest.word().len());
            let message = format!("nothing follows a pattern, and here stands `{}`", rest.slice(end));
            wrong(Diagnostic::error(rest.to(end), message).with_help("leave it out: patterns ignore case already"))
        }
        Some('"') => wrong(
            Diagnostic::error(rest.to(rest.skip(1)), "a quote stands here that opens nothing").with_help("take it out"),
        ),
        Some(next) => {
            let length = next.len_utf8();
            wrong(
                Diagnostic::error(
                    Span::new(rest.at, rest.at + length),
                    format!("`{next}` cannot stand in a value like this"),
                )
                .with_help("put the value in quotes: field:\"…\""),
            )
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
                return wrong(
                    Diagnostic::error(input.to(end), "a range has at least one end")
                        .with_help("such as 70..75, 70.. or ..75"),
                );
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
        return wrong(
            Diagnostic::error(input.to(rest), "there is no query in these parentheses")
                .with_help("a list of values has commas: field:one,other"),
        );
    }
    Ok((rest.level_with(input), query))
}

/// `/regex/`, where `\/` is a slash and everything else is left to the pattern.
fn regex(input: Cursor) -> Parse<String> {
    let Some(length) = regex_length(input.rest()) else {
        return wrong(
            Diagnostic::error(Span::new(input.at, input.at + 1), "no `/` closes this pattern")
                .with_help("a value that begins with a slash stands in quotes: field:\"/…\""),
        );
    };
    let rest = input.skip(length);
    let written = input.rest().get(1..length - 1).unwrap_or("");
    if written.is_empty() {
        return wrong(Diagnostic::error(input.to(rest), "this pattern is empty").with_help("such as: title:/colou?r/"));
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
        Err(_) => wrong(Diagnostic::error(input.to(rest), "this length of time is too great")),
    }
}

/// `day`, `weeks`, …
pub(super) fn unit(input: Cursor) -> Parse<Unit> {
    const UNITS: [(&str, Unit); 8] = [
        (word::DAY, Unit::Day),
        (word::DAYS, Unit::Day),
        (word::WEEK, Unit::Week),
        (word::WEEKS, Unit::Week),
        (word::MONTH, Unit::Month),
        (word::MONTHS, Unit::Month),
        (word::YEAR, Unit::Year),
        (word::YEARS, Unit::Year),
    ];
    UNITS
        .into_iter()
        .find_map(|(word, unit)| keyword(word)(input).ok().map(|(rest, _)| (rest, unit)))
        .map_or_else(absent, Ok)
}
