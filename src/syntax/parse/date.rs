//! Dates as a query writes them, and relations to them. It knows how dates are
//! spelt, and not which days they mean.

use nom::Parser;
use nom::branch::alt;
use nom::multi::separated_list1;

use super::condition::braces;
use super::input::{
    Cursor, Parse, ParseFailure, absent, date_word, demanded, keyword, optional, parameter, path, required, sign,
    spaced, wrong,
};
use super::mend::{braces_or_example, word_or_example};
use super::mend_date::{
    context_of_test, date_expected, duration_expected, lacks_year, month_without_year, not_a_date, refuse_foreign_date,
    side_in_other_words,
};
use super::mend_stage::stage_by;
use super::value::{duration, unit};
use crate::model::nearest;
use crate::syntax::keyword::{month_number, word};
use crate::syntax::scan::is_number;
use crate::syntax::tree::{
    BracedDate, Condition, DateTest, Expression, Path, Relation, RelativeDay, Side, Turn, Value, When,
};
use crate::syntax::{
    DateContext, Diagnostic, ExpectedSyntax, MalformedCondition, MalformedDate, Mend, Span, Spanned, SyntaxProblem,
    print_when,
};

/// Whether a relation begins here.
pub(super) fn relation_ahead(input: Cursor) -> bool {
    simple_relation(input).is_some() || keyword(word::WITHIN)(input).is_ok()
}

/// Whether `since` or `until` is the name of a column here: another relation
/// follows it.
pub(super) fn column_ahead(input: Cursor) -> bool {
    let column = [word::SINCE, word::UNTIL].into_iter().find_map(|word| keyword(word)(input).ok());
    column.is_some_and(|(after, _)| relation_ahead(after.blanks()))
}

/// A date of several words as a value: `June 2025`, `2 weeks ago`.
pub(super) fn date_words(input: Cursor) -> Parse<Spanned<Value>> {
    let (rest, date) = alt((ago, civil_day, turn, civil_month)).parse(input)?;
    // There may be comments between the words.
    Ok((rest, Spanned::new(Value::Quoted(print_when(&date)), input.to(rest))))
}

fn simple_relation(input: Cursor) -> Option<(Cursor, Relation)> {
    date_word(Relation::from_word)(input).ok()
}

/// `[path] relation date`; the path has been read, and the relation is here.
pub(super) fn date_test<'a>(start: Cursor<'a>, path: Option<Path>, input: Cursor<'a>) -> Parse<'a, Expression> {
    let (rest, relation) = match simple_relation(input) {
        Some(found) => found,
        None => within(input)?,
    };
    let written = input.word().to_lowercase();
    let stage = || {
        let [name] = path.as_ref()?.names.as_slice() else { return None };
        let stage = stage_by(&name.value, input).filter(|_| written == word::BY)?;
        let problem = MalformedCondition::StageAsCondition { word: name.value.clone(), stage };
        Some(Diagnostic::error(start.to(rest), problem))
    };
    let told = || {
        let written = match relation {
            Relation::Within(..) => input.slice(rest).trim(),
            _ => &written,
        };
        stage().unwrap_or_else(|| date_expected(rest, context_of_test(path.as_ref(), relation, written)))
    };
    let (rest, when) = demanded(when(rest.blanks()), told)?;
    Ok((rest, Spanned::new(Condition::Date(DateTest { path, relation, when }), start.to(rest))))
}

/// `within 90 days of`
fn within(input: Cursor) -> Parse<Relation> {
    let (rest, _) = keyword(word::WITHIN)(input)?;
    let (rest, length) = required(duration, duration_expected)(rest.blanks())?;
    let length_end = rest;
    let side = |word, side| keyword(word).map(move |_| side);
    let told = |at: Cursor| {
        let within = input.slice(length_end).trim();
        let mend = if let Some((side, date)) = side_in_other_words(at.blanks()) {
            Mend::Write(format!("{within} {side} {date}"))
        } else if let Some(side) = nearest(at.blanks().word(), [word::AFTER, word::BEFORE]) {
            Mend::did_you_mean(side)
        } else {
            Mend::example(format!("{within} of {}", word_or_example(at, "2025-06-27")))
        };
        at.unexpected(ExpectedSyntax::Side, Some(mend))
    };
    let mut sides =
        alt((side(word::OF, Side::Either), side(word::AFTER, Side::After), side(word::BEFORE, Side::Before)));
    let (rest, side) = required(|at| sides.parse(at), told)(rest.blanks())?;
    Ok((rest, Relation::Within(length, side)))
}

/// A range of dates as a condition: `2019..2022-06`, `2019..`, `..2022`.
pub(super) fn bare_range(input: Cursor) -> Parse<Expression> {
    let digit = input.peek().is_some_and(|first| first.is_ascii_digit());
    if !digit && !input.starts("..") {
        return absent();
    }
    if digit {
        // Only what a range follows is a date; a number alone is a word.
        let token = date_token(input);
        refuse_foreign_date(input, token)?;
        let end = input.skip(token.len());
        let is_date = numeric(input);
        if end.starts("..") && is_number(token) {
            is_date.map_err(with_relation)?;
        } else if !end.blanks().starts("..") || is_date.is_err() {
            return absent();
        }
    }
    let (rest, when) = when(input)?;
    let test = DateTest { path: None, relation: Relation::In, when };
    Ok((rest, Spanned::new(Condition::Date(test), input.to(rest))))
}

/// A year with a letter before it needs a relation, too.
fn with_relation(mut failure: nom::Err<ParseFailure>) -> nom::Err<ParseFailure> {
    if let nom::Err::Failure(ParseFailure::Wrong(diagnostic)) = &mut failure
        && let SyntaxProblem::Date(MalformedDate::Number { mend: Mend::Write(date), .. }) = &mut diagnostic.problem
        && date.starts_with('Y')
    {
        date.insert_str(0, "in ");
    }
    failure
}

/// A text as a date or a range, as a query would read it; EDTF if it is none.
pub(crate) fn read_date(text: &str) -> When {
    let read = when(Cursor::new(text.trim(), 0)).ok().filter(|(rest, _)| rest.rest().is_empty());
    match read.map(|(_, date)| date.value) {
        Some(When::Braces(..) | When::Parameter(_)) | None => When::Edtf(text.trim().to_owned()),
        Some(date) => date,
    }
}

/// A date, or a range of them, of which one end may be open.
pub(super) fn when(input: Cursor) -> Parse<Spanned<When>> {
    let placed = |rest: Cursor<'_>, from: Option<Spanned<When>>, to: Option<Spanned<When>>| {
        Spanned::new(When::Range(from.map(Box::new), to.map(Box::new)), Span::new(input.at, rest.at))
    };
    if let Ok((dots, _)) = sign("..")(input) {
        let told = |at: Cursor| date_expected(at, DateContext::RangeEnd);
        let (rest, end) = required(spaced(simple), told)(dots)?;
        return Ok((rest, placed(rest, None, Some(end))));
    }
    let (rest, start) = simple(input)?;
    let Ok((dots, _)) = spaced(sign(".."))(rest) else {
        return Ok((rest, start));
    };
    let (rest, end) = range_end(dots)?;
    Ok((rest, placed(rest, Some(start), end)))
}

/// The end of a range after its dots, if it has one. What stands after a blank
/// is the end only if it is clearly a date: `2019.. 9` is an open range and a
/// word, and `2019.. 2020..` two open ranges.
fn range_end(dots: Cursor) -> Parse<Option<Spanned<When>>> {
    let next = dots.blanks();
    if next.at == dots.at {
        return optional(simple)(dots);
    }
    if next.starts("-") {
        return Ok((dots, None));
    }
    match simple(next) {
        // A date that is the end of this range does not begin another one.
        Ok((rest, _)) if rest.blanks().starts("..") && !next.starts("$") && !next.starts("{") => Ok((dots, None)),
        Ok((rest, end)) => Ok((rest, Some(end))),
        Err(nom::Err::Failure(problem)) if next.starts("{") || next.starts("[") || next.starts("$") => {
            Err(nom::Err::Failure(problem))
        }
        Err(_) => refuse_foreign_date(next, date_token(next)).map(|()| (dots, None)),
    }
}

/// A date that is not a range.
pub(super) fn simple(input: Cursor) -> Parse<Spanned<When>> {
    let (rest, value) = match input.peek() {
        None => return absent(),
        Some('{') => in_braces(input, Vec::new()),
        Some('s' | 'S') if input.word().eq_ignore_ascii_case(word::SAME) => {
            let (rest, same) = shared_fields(input.skip(word::SAME.len()))?;
            let next = rest.blanks();
            if !next.starts("{") {
                return wrong(braces_expected(input, rest));
            }
            in_braces(next, same)
        }
        Some('$') => parameter(input).map(|(rest, name)| (rest, When::Parameter(name.value))),
        Some('[') => one_of(input),
        Some('-') => numeric(input),
        // A column may begin like a year of many digits, or a Julian date.
        Some('Y' | 'y' | 'J' | 'j') if is_edtf(&date_token(input).to_ascii_uppercase()) => numeric(input),
        Some(first) if first.is_ascii_digit() => alt((ago, civil_day, numeric)).parse(input),
        Some(_) => alt((relative_day, turn, civil_month)).parse(input),
    }?;
    Ok((rest, Spanned::new(value, input.to(rest))))
}

/// No braces follow `same` and its fields.
fn braces_expected(same: Cursor, at: Cursor) -> Diagnostic {
    let mend = Mend::Write(format!("{} {{{}}}", same.slice(at), word_or_example(at, "…")));
    at.unexpected(ExpectedSyntax::Braces { after: word::SAME }, Some(mend))
}

/// The fields after `same`.
pub(super) fn shared_fields<'a>(after: Cursor<'a>) -> Parse<'a, Vec<Path>> {
    let told = |at: Cursor<'a>| {
        let braces = braces_or_example(at.blanks());
        let mend = match after.slice(at).trim().trim_end_matches(',').trim_end() {
            "" => Mend::example(format!("same subject {braces}")),
            fields => Mend::Write(format!("same {fields} {braces}")),
        };
        at.unexpected(ExpectedSyntax::SharedField, Some(mend))
    };
    separated_list1(spaced(sign(",")), required(spaced(path), told)).parse(after)
}

/// `{filter}`, and `.effective` for another date than `date`.
fn in_braces(input: Cursor, same: Vec<Path>) -> Parse<When> {
    let (rest, filter) = braces(input)?;
    let filter = Box::new(filter);
    if rest.starts(".")
        && !rest.starts("..")
        && let Ok((after, path)) = path(rest.skip(1))
    {
        return Ok((after, When::Braces(BracedDate { same, filter, field: Some(path) })));
    }
    Ok((rest, When::Braces(BracedDate { same, filter, field: None })))
}

/// `[2025-06-29..]`
fn one_of(input: Cursor) -> Parse<When> {
    let end = input.rest().find(|next: char| !(next.is_ascii_alphanumeric() || "[-~?%,. ".contains(next)));
    match end.filter(|end| input.skip(*end).starts("]")) {
        Some(end) if end > 1 => {
            let rest = input.skip(end + 1);
            Ok((rest, When::Edtf(input.slice(rest).to_owned())))
        }
        _ => {
            let length = input.rest().find(char::is_whitespace).unwrap_or(input.rest().len());
            wrong(Diagnostic::error(Span::new(input.at, input.at + length), MalformedDate::Brackets))
        }
    }
}

/// `2 weeks ago`
fn ago(input: Cursor) -> Parse<When> {
    let (rest, length) = duration(input)?;
    if let Ok((rest, _)) = spaced(keyword(word::AGO))(rest) {
        return Ok((rest, When::Ago(length)));
    }
    let problem = MalformedDate::DurationAsDate { duration: input.slice(rest).to_owned() };
    wrong(Diagnostic::error(input.to(rest), problem))
}

/// `27 June 2025`
fn civil_day(input: Cursor) -> Parse<When> {
    let digits = input.word();
    let rest = input.skip(digits.len());
    let next = rest.blanks();
    if next.at == rest.at || digits.len() > 2 || month_number(next.word()).is_none() {
        return absent();
    }
    let day = digits.parse().ok().filter(|day| (1..=31).contains(day));
    let (end, month) = match civil_month(next) {
        Err(nom::Err::Failure(_)) if lacks_year(next) => {
            return wrong(month_without_year(next, month_number(next.word()).unwrap_or(1), Some(digits)));
        }
        other => other?,
    };
    match (month, day) {
        (When::Civil { year, month, .. }, Some(day)) => Ok((end, When::Civil { year, month, day: Some(day) })),
        _ => wrong(Diagnostic::error(input.to(rest), MalformedDate::DayOfMonth { day: digits.to_owned() })),
    }
}

/// `June 2025`
fn civil_month(input: Cursor) -> Parse<When> {
    let name = input.word();
    let Some(month) = month_number(name) else {
        return absent();
    };
    let rest = input.skip(name.len());
    let next = rest.blanks();
    let digits = next.word();
    if digits.len() == 4
        && let Ok(year) = digits.parse()
    {
        return Ok((next.skip(4), When::Civil { year, month, day: None }));
    }
    wrong(month_without_year(input, month, None))
}

/// `today`, `yesterday`, `tomorrow`
fn relative_day(input: Cursor) -> Parse<When> {
    date_word(RelativeDay::from_word)(input).map(|(rest, day)| (rest, When::Relative(day)))
}

/// `last month`, `next 90 days`
fn turn(input: Cursor) -> Parse<When> {
    let (rest, turn) = date_word(Turn::from_word)(input)?;
    let next = rest.blanks();
    if let Ok((rest, unit)) = unit(next) {
        return Ok((rest, When::Calendar(turn, unit)));
    }
    match duration(next)? {
        (rest, _) if turn == Turn::This => wrong(Diagnostic::error(input.to(rest), MalformedDate::ThisBeforeSeveral)),
        (rest, length) => Ok((rest, When::Rolling(turn, length))),
    }
}

/// `1920s`, or EDTF as written.
fn numeric(input: Cursor) -> Parse<When> {
    let token = date_token(input);
    let rest = input.skip(token.len());
    if let Some(decade) = token.strip_suffix(['s', 'S']).filter(|decade| decade.len() == 4)
        && let Ok(year) = decade.parse::<i32>()
    {
        if year % 10 != 0 {
            let mended = format!("{}s", year - year % 10);
            return wrong(Diagnostic::error(input.to(rest), MalformedDate::Decade { mended }));
        }
        return Ok((rest, When::Decade(year)));
    }
    let upper = token.to_ascii_uppercase();
    if is_edtf(&upper) {
        return Ok((rest, When::Edtf(upper)));
    }
    if !token.bytes().any(|byte| byte.is_ascii_digit()) {
        return absent();
    }
    refuse_foreign_date(input, token)?;
    wrong(not_a_date(input, token))
}

/// The text here that might be a date in digits.
pub(super) fn date_token(input: Cursor<'_>) -> &str {
    let rest = input.rest();
    let mut end = 0;
    for (at, next) in rest.char_indices() {
        let after = rest.get(at + next.len_utf8()..).unwrap_or("");
        let digit_follows = after.starts_with(|next: char| next.is_ascii_digit());
        let goes_on = match next {
            _ if next.is_ascii_alphanumeric() => true,
            '-' => at == 0 || after.starts_with(|next: char| next.is_ascii_alphanumeric() || "~?%".contains(next)),
            '/' if after.starts_with("..") => return rest.get(..at + 3).unwrap_or(""),
            '/' | '~' | '?' | '%' => true,
            '.' => digit_follows && at > 0,
            _ => false,
        };
        if !goes_on {
            break;
        }
        end = at + next.len_utf8();
    }
    rest.get(..end).unwrap_or("")
}

/// Whether a text is spelt as EDTF: a date, or an interval of two.
pub(super) fn is_edtf(text: &str) -> bool {
    match text.split_once('/') {
        None => is_edtf_date(text),
        Some((start, end)) => {
            let is_end = |end: &str| end.is_empty() || end == ".." || is_edtf_date(end);
            (is_edtf_date(start) && is_end(end)) || (is_end(start) && is_edtf_date(end))
        }
    }
}

fn is_edtf_date(text: &str) -> bool {
    let marks = ['~', '?', '%'];
    let text = text.strip_prefix('J').unwrap_or(text);
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    if let Some(long) = unsigned.strip_prefix('Y') {
        let digits = long.strip_prefix('-').unwrap_or(long);
        let is_year = |year: &str| {
            year.len() > 4
                && year.starts_with(|first: char| first.is_ascii_digit())
                && year.bytes().all(|byte| byte.is_ascii_digit() || b"ES".contains(&byte))
        };
        let mut parts = digits.split('-');
        return parts.next().is_some_and(is_year)
            && parts.clone().count() <= 2
            && parts.all(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()));
    }
    let mut parts = unsigned.split('-').map(|part| {
        let part = part.strip_prefix(marks).unwrap_or(part);
        part.strip_suffix(marks).unwrap_or(part)
    });
    let is_part =
        |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'X');
    parts.next().is_some_and(|year| is_part(year, 4) && year != "XXXX")
        && parts.clone().count() <= 2
        && parts.all(|part| is_part(part, 2))
}
