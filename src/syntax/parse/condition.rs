//! Conditions: or, and, not, and the terms that they join.

use nom::Parser;
use nom::multi::separated_list1;

use super::date::{bare_range, column_ahead, date_test, date_words, is_edtf, relation_ahead, shared_fields};
use super::input::{
    Cursor, Parse, ParseFailure, absent, demanded, expected, keyword, optional, parameter, path, quoted, required,
    sign, spaced, wrong,
};
use super::mend;
use super::mend_date::near_unit;
use super::query::{account, as_of, bare_maybe, begins_account, clause_ahead, ends_filter, repeated, stray};
use super::value::{argument, operator_ahead, test};
use crate::model::nearest;
use crate::syntax::as_written::{in_parentheses, split};
use crate::syntax::keyword::word;
use crate::syntax::scan::{
    TokenKind, Tokens, commit_length, is_number, is_path, is_word_character, quote_length, regex_length,
};
use crate::syntax::tree::{
    Account, AsOf, Call, Condition, DateTest, Expression, OtherFact, Path, Relation, Value, When,
};
use crate::syntax::{Diagnostic, ExpectedSyntax, MalformedCondition, Mend, Span, Spanned, print_condition};

/// Conditions joined by `and` or a blank.
pub(in crate::syntax) struct Conjunction {
    pub units: Vec<Expression>,
    /// For each unit but the first, whether `and` precedes it.
    pub explicit: Vec<bool>,
}

/// `conjunction { or conjunction }`
pub(super) fn filter(input: Cursor) -> Parse<Expression> {
    alternatives(input, false)
}

/// The filter of a whole query, which may begin with a noun before alternatives;
/// whether the word is one is decided by `attach_dates`.
pub(super) fn first_filter(input: Cursor) -> Parse<Expression> {
    alternatives(input, true)
}

fn alternatives(input: Cursor, first: bool) -> Parse<Expression> {
    let (mut rest, one) = conjunction(input)?;
    let mut parts = vec![one];
    while let (after, Some(_)) = optional(spaced(keyword(word::OR)))(rest)? {
        let (after, part) = demanded(conjunction(after.blanks()), || condition_expected(after, word::OR))?;
        rest = after;
        parts.push(part);
    }
    let leading = if first && parts.len() > 1 { leading_word(&mut parts) } else { None };
    if parts.len() > 1 && parts.iter().any(|part| part.explicit.contains(&false)) {
        return wrong(two_readings(input.to(rest), parts, &split));
    }
    let start = parts.first().and_then(|part| part.units.first()).map_or(input.at, |unit| unit.span.start);
    let span = Span::new(start, rest.at);
    let parts = parts.into_iter().map(|part| join(part.units, Condition::And, span)).collect();
    let any = join(parts, Condition::Or, span);
    let Some(word) = leading else { return Ok((rest, any)) };
    Ok((rest, Spanned::new(Condition::And(vec![word, any]), input.to(rest))))
}

/// Gives a date that stands alone after `or`, as in `signed in 2020 or 2025`, the
/// relation of the date before it.
fn dates_after_or(parts: &mut [Conjunction]) {
    let mut before: Option<(Option<Path>, Relation)> = None;
    for part in parts {
        if let ([unit], Some((path, relation))) = (part.units.as_mut_slice(), &before)
            && let Condition::Word(word) = &unit.value
            && is_edtf(word)
        {
            let when = Spanned::new(When::Edtf(word.clone()), unit.span);
            unit.value = Condition::Date(DateTest { path: path.clone(), relation: *relation, when });
        }
        let is_first = part.units.len() == 1;
        before = match part.units.last().map(|unit| &unit.value) {
            // What stands before the first relation is the word of an act as a rule.
            Some(Condition::Date(test)) => Some((test.path.clone().filter(|_| !is_first), test.relation)),
            _ => None,
        };
    }
}

/// Takes out the word before alternatives, if without it there is no blank
/// beside an `or`.
fn leading_word(parts: &mut [Conjunction]) -> Option<Expression> {
    let (head, others) = parts.split_first_mut()?;
    let is_word = matches!(head.units.first()?.value, Condition::Word(_));
    let blanks = head.explicit.iter().skip(1).chain(others.iter().flat_map(|part| &part.explicit));
    if !is_word || head.explicit.first() != Some(&false) || blanks.into_iter().any(|and| !and) {
        return None;
    }
    head.explicit.remove(0);
    Some(head.units.remove(0))
}

/// No condition follows a word or a bracket.
fn condition_expected(at: Cursor, after: &'static str) -> Diagnostic {
    at.unexpected(ExpectedSyntax::Condition { after }, None)
}

/// `unit { [and] unit }`
fn conjunction(input: Cursor) -> Parse<Conjunction> {
    let (mut rest, first) = unit(input)?;
    let mut conjunction = Conjunction { units: vec![first], explicit: Vec::new() };
    loop {
        let next = rest.blanks();
        if bare_maybe(next).is_ok() {
            return Ok((rest, conjunction));
        }
        let (after, and) = optional(keyword(word::AND))(next)?;
        let (after, unit) = match and {
            Some(_) => demanded(unit(after.blanks()), || condition_expected(after, word::AND))?,
            None => match unit(next) {
                Err(nom::Err::Error(_)) => return Ok((rest, conjunction)),
                other => other?,
            },
        };
        rest = after;
        conjunction.units.push(unit);
        conjunction.explicit.push(and.is_some());
    }
}

/// Joins conditions. A single one is left as it is, and parts that are joined in
/// the same way are flattened.
fn join(parts: Vec<Expression>, make: fn(Vec<Expression>) -> Condition, span: Span) -> Expression {
    let both_or = matches!(make(Vec::new()), Condition::Or(_));
    let mut joined = Vec::with_capacity(parts.len());
    let alone = parts.len() == 1;
    for part in parts {
        match part.value {
            Condition::And(inner) if !both_or && !alone => joined.extend(inner),
            Condition::Or(inner) if both_or && !alone => joined.extend(inner),
            value if alone => return Spanned::new(value, part.span),
            value => joined.push(Spanned::new(value, part.span)),
        }
    }
    Spanned::new(make(joined), span)
}

/// Both readings of an `or` beside a blank that means `and`. `split` separates
/// a word from the date after it, where they may be two conditions.
pub(in crate::syntax) fn two_readings(
    span: Span,
    mut parts: Vec<Conjunction>,
    split: &dyn Fn(&Expression) -> Option<(Expression, Expression)>,
) -> Diagnostic {
    dates_after_or(&mut parts);
    // Without spans the printer sets all parentheses.
    let nowhere = Span::default();
    let all = |units: Vec<Expression>| join(units, Condition::And, nowhere);
    let strict = parts.iter().map(|part| match part.units.as_slice() {
        [unit] if !in_parentheses(unit) && split(unit).is_some() => Spanned::new(unit.value.clone(), nowhere),
        units => all(units.to_vec()),
    });
    let strict = join(strict.collect(), Condition::Or, nowhere);
    // In the other reading a blank binds less than `or`: cut at the blanks.
    let mut loose: Vec<Vec<Expression>> = vec![Vec::new()];
    for part in parts {
        let mut explicit = part.explicit.into_iter();
        let mut group = Vec::new();
        let mut cut = |group: &mut Vec<Expression>| {
            if let Some(last) = loose.last_mut() {
                last.push(all(std::mem::take(group)));
            }
            loose.push(Vec::new());
        };
        for (at, unit) in part.units.into_iter().enumerate() {
            if at > 0 && explicit.next() == Some(false) {
                cut(&mut group);
            }
            match split(&unit).filter(|_| !in_parentheses(&unit)) {
                Some((word, date)) => {
                    group.push(word);
                    cut(&mut group);
                    group.push(date);
                }
                None => group.push(unit),
            }
        }
        if let Some(last) = loose.last_mut() {
            last.push(all(group));
        }
    }
    let loose = all(loose.into_iter().map(|any| join(any, Condition::Or, nowhere)).collect());
    let problem = MalformedCondition::TwoReadings { loose: print_condition(&loose), strict: print_condition(&strict) };
    Diagnostic::error(span, problem)
}

/// A condition, or its negation. Every level of nesting passes here.
fn unit(input: Cursor) -> Parse<Expression> {
    let deeper = input.deeper()?;
    let (rest, condition) = match deeper.peek() {
        None => return absent(),
        Some('-') => minus(deeper),
        Some('n' | 'N') if keyword(word::NOT)(deeper).is_ok() => not(deeper),
        Some('m' | 'M') if keyword(word::MAYBE)(deeper).is_ok() => maybe(deeper),
        Some('u' | 'U') if is_unknown_ahead(deeper) => unknown(deeper),
        Some('(') => group(deeper),
        Some(first) => match bare_range(deeper) {
            Err(nom::Err::Error(_)) if is_word_character(first) => word_term(deeper),
            Err(nom::Err::Error(_)) => text_term(deeper, first),
            other => other,
        },
    }?;
    Ok((rest.level_with(input), condition))
}

/// `-unit`
fn minus(input: Cursor) -> Parse<Expression> {
    let after = input.skip(1);
    let told = || {
        if let Some(difference) = difference(input) {
            return difference;
        }
        let next = after.blanks();
        let keyword = next.word();
        if word::is_condition(keyword) && ![word::NOT, word::MAYBE, word::UNKNOWN].contains(&keyword) {
            let problem = MalformedCondition::MisplacedKeyword { word: keyword.to_owned() };
            return Diagnostic::error(input.to(next.skip(keyword.len())), problem);
        }
        let word = mend::word_or_example(after, "word").to_owned();
        Diagnostic::error(input.to(after), MalformedCondition::MinusApart { word })
    };
    Ok(negated(input, demanded(negatable(after), told)?))
}

/// A minus between two columns among conditions: `effective - date as wait`,
/// `effective - date > 6 months`. That they are columns is known if something says so
/// behind them, or if one is `date`, which every fact has.
fn difference(minus: Cursor) -> Option<Diagnostic> {
    let left = mend::field_before_blank(minus).filter(|left| is_path(left) && !word::is_condition(left))?;
    let right_at = minus.skip(1).blanks();
    let right = right_at.word();
    if !is_path(right) || word::is_condition(right) {
        return None;
    }
    let before = minus.text().get(..minus.at)?.trim_end().len() - left.len();
    let mut end = right_at.skip(right.len());
    let behind = end.blanks();
    let mended = if behind.word().eq_ignore_ascii_case(word::AS) {
        let name_at = behind.skip(word::AS.len()).blanks();
        let name = name_at.word();
        if !is_path(name) || name.contains('.') || word::is_condition(name) || name.eq_ignore_ascii_case(word::OF) {
            return None;
        }
        end = name_at.skip(name.len());
        format!("| let {name} = {left} - {right}")
    } else if behind.starts("<") || behind.starts(">") || behind.starts("=") {
        end = end_of_comparison(behind);
        format!("| let x = {left} - {right} | where x {}", behind.slice(end).trim())
    } else if left.eq_ignore_ascii_case("date") || right.eq_ignore_ascii_case("date") {
        format!("| let x = {left} - {right}")
    } else {
        return None;
    };
    let span = Span::new(before, end.at);
    (mended.len() < 120).then(|| Diagnostic::error(span, MalformedCondition::Difference { mended }))
}

/// The end of a comparison whose sign is here: behind a number, with its unit of time if
/// it has one, or another word.
fn end_of_comparison(sign: Cursor) -> Cursor {
    let value = sign.skip(sign.rest().find(|next| !matches!(next, '<' | '>' | '=')).unwrap_or_default()).blanks();
    let length = value.rest().find([' ', '|', ')', '}', '\n']).unwrap_or(value.rest().len());
    let end = value.skip(length);
    let unit = end.blanks().word();
    if is_number(value.slice(end)) && near_unit(unit).is_some() { end.blanks().skip(unit.len()) } else { end }
}

/// `not unit`
fn not(input: Cursor) -> Parse<Expression> {
    let after = input.skip(word::NOT.len());
    let told = || after.unexpected(ExpectedSyntax::Condition { after: word::NOT }, Some(Mend::NotInQuotes));
    Ok(negated(input, demanded(negatable(after.blanks()), told)?))
}

fn negated<'a>(input: Cursor<'a>, (rest, inner): (Cursor<'a>, Expression)) -> (Cursor<'a>, Expression) {
    (rest, Spanned::new(Condition::Not(Box::new(inner)), input.to(rest)))
}

/// A unit that ends before a date: `-resigned after 2024` is `-resigned` and
/// `after 2024`, unless the word is a date field.
fn negatable(input: Cursor) -> Parse<Expression> {
    let written = input.word();
    let after = input.skip(written.len());
    let plain = is_path(written) && !written.contains('.') && !word::is_condition(written) && !is_unknown_ahead(input);
    if plain && operator_ahead(after).is_none() && relation_ahead(after.blanks()) {
        return Ok((after, Spanned::new(Condition::Word(written.to_owned()), input.to(after))));
    }
    unit(input)
}

/// `maybe unit`
fn maybe(input: Cursor) -> Parse<Expression> {
    let after = input.skip(word::MAYBE.len());
    let (rest, inner) = demanded(unit(after.blanks()), || condition_expected(after, word::MAYBE))?;
    Ok((rest, Spanned::new(Condition::Maybe(Box::new(inner)), input.to(rest))))
}

/// `unknown unit`
fn unknown(input: Cursor) -> Parse<Expression> {
    let after = input.skip(word::UNKNOWN.len());
    let (rest, inner) = demanded(unit(after.blanks()), || condition_expected(after, word::UNKNOWN))?;
    Ok((rest, Spanned::new(Condition::Unknown(Box::new(inner)), input.to(rest))))
}

/// Whether the word `unknown` stands before a condition; else it is a word like any
/// other, and the column of that name.
fn is_unknown_ahead(input: Cursor) -> bool {
    if keyword(word::UNKNOWN)(input).is_err() {
        return false;
    }
    let after = input.skip(word::UNKNOWN.len());
    let next = after.blanks();
    let joins = [word::AND, word::OR, word::AS, word::KNOWN];
    next.at > after.at
        && operator_ahead(next).is_none()
        && next.peek().is_some_and(|first| is_word_character(first) || "-(\"“„[.".contains(first))
        && !joins.iter().any(|word| next.word().eq_ignore_ascii_case(word))
        && !ends_filter(next)
        && bare_maybe(next).is_err()
}

/// Text in quotes; for some other signs there is a mend.
fn text_term(input: Cursor, first: char) -> Parse<Expression> {
    let refused =
        |length: usize, problem: MalformedCondition| wrong(Diagnostic::error(input.to(input.skip(length)), problem));
    match first {
        '"' | '“' | '„' => {
            let (rest, text) = quoted(input)?;
            if text.trim().is_empty() {
                return wrong(Diagnostic::error(input.to(rest), MalformedCondition::EmptyQuotes));
            }
            Ok((rest, Spanned::new(Condition::Text(text), input.to(rest))))
        }
        '+' if input.skip(1).peek().is_some_and(is_word_character) => refused(1, MalformedCondition::Plus),
        '{' => wrong(mend::braces_without_word(input)),
        '[' => {
            let length = input.rest().find(']').map_or(1, |end| end + 1);
            let date = if length > 1 { input.slice(input.skip(length)) } else { "[2025-06-29..]" };
            refused(length, MalformedCondition::DateWithoutRelation { date: date.to_owned() })
        }
        '$' => {
            let (rest, name) = parameter(input)?;
            refused(rest.at - input.at, MalformedCondition::Parameter { name: name.value })
        }
        '/' if input.starts("//") || input.starts("/*") => refused(2, MalformedCondition::ForeignComment),
        '/' => match regex_length(input.rest()) {
            Some(length) => {
                let pattern = input.slice(input.skip(length)).to_owned();
                refused(length, MalformedCondition::PatternWithoutField { pattern })
            }
            None => absent(),
        },
        _ => absent(),
    }
}

/// `(filter { as of D | according to … })`
pub(super) fn group(input: Cursor) -> Parse<Expression> {
    let (rest, _) = sign("(")(input)?;
    let inner = demanded(filter(rest.blanks()), || condition_expected(rest, "("));
    // That the bracket is not closed matters more than a mistake inside it.
    if matches!(inner, Err(nom::Err::Failure(ParseFailure::Wrong(_)))) && never_closes(rest) {
        return wrong(Diagnostic::error(input.to(rest), MalformedCondition::UnclosedBracket { closing: ')' }));
    }
    let (rest, condition) = inner?;
    let (rest, (day, teller)) = local_clauses(rest)?;
    let (rest, _) = required(spaced(sign(")")), |at| unclosed(input, at, ')'))(rest)?;
    let span = input.to(rest);
    let condition = match day {
        Some(day) => Spanned::new(Condition::AsOf(Box::new(condition), Box::new(day)), span),
        None => condition,
    };
    let value = match teller {
        Some(account) => Condition::According(Box::new(condition), Box::new(account)),
        None => condition.value,
    };
    Ok((rest, Spanned::new(value, span)))
}

/// The day and the account that parentheses may name.
type LocalClauses = (Option<Spanned<AsOf>>, Option<Spanned<Account>>);

/// The clauses that parentheses may have, in any order.
fn local_clauses(mut rest: Cursor) -> Parse<LocalClauses> {
    let (mut day, mut teller) = (None, None);
    loop {
        let next = rest.blanks();
        let (after, is_repeated) = match optional(as_of)(next)? {
            (after, Some(found)) => (after, day.replace(found).is_some()),
            _ => match optional(account)(next)? {
                (after, Some(found)) => (after, teller.replace(found).is_some()),
                _ => return Ok((rest, (day, teller))),
            },
        };
        if is_repeated {
            return wrong(repeated(next.to(after), clause_ahead(next).unwrap_or_default()));
        }
        rest = after;
    }
}

/// Whether nothing closes the bracket before a place, although all quotes after
/// it are closed.
fn never_closes(inside: Cursor) -> bool {
    let mut depth = 1_usize;
    for token in Tokens::starting_at(inside.text(), inside.at, true) {
        match token.kind {
            TokenKind::OpeningBracket => depth += 1,
            TokenKind::ClosingBracket => depth -= 1,
            TokenKind::Quote { closed: false } => return false,
            _ => {}
        }
        if depth == 0 {
            return false;
        }
    }
    true
}

/// `{filter}`. It counts as a level of its own, since more functions lie
/// between one brace and the next than between parentheses.
pub(super) fn braces(input: Cursor) -> Parse<Expression> {
    let (rest, _) = sign("{")(input)?;
    let inner = rest.deeper()?.blanks();
    let (rest, condition) = demanded(filter(inner), || condition_expected(rest, "{"))?;
    let (rest, _) = required(spaced(sign("}")), |at| unclosed(input, at, '}'))(rest)?;
    Ok((rest.level_with(input), condition))
}

/// Something else is where a bracket must close.
pub(super) fn unclosed(opening: Cursor, at: Cursor, closing: char) -> Diagnostic {
    let next = at.blanks();
    if next.rest().is_empty() {
        return Diagnostic::error(opening.to(opening.skip(1)), MalformedCondition::UnclosedBracket { closing });
    }
    if next.starts("|") || ends_filter(next) {
        let (span, found) = next.found();
        return Diagnostic::error(span, MalformedCondition::ConditionsOnly { found: found.unwrap_or_default() });
    }
    match next.peek() {
        Some(')' | '}' | ']') => next.unexpected(ExpectedSyntax::ClosingBracket(closing), None),
        _ => stray(next),
    }
}

/// What begins with a word: a test, a date test, a form with braces, a call, or
/// the word itself.
fn word_term(input: Cursor) -> Parse<Expression> {
    let written = input.word();
    let after = input.skip(written.len());
    // `known #12`: here `#` does not start a comment, which an operator could follow.
    if written.eq_ignore_ascii_case(word::KNOWN) && commit_length(after.rest().trim_start_matches([' ', '\t'])) > 0 {
        return absent();
    }
    if let Some(operator) = operator_ahead(after) {
        return test(input, operator);
    }
    if word::is_condition(written) {
        return keyword_term(input, written);
    }
    if begins_account(input).is_ok() {
        return absent();
    }
    if written.eq_ignore_ascii_case(word::SOURCE) && after.blanks().starts("{") {
        return source(input, after);
    }
    match after.peek() {
        Some('(') => return call(input),
        Some('*') => {
            let problem = MalformedCondition::PrefixWithoutField { prefix: written.to_owned() };
            return wrong(Diagnostic::error(input.to(after.skip(1)), problem));
        }
        Some('/' | '&' | '+') => mend::refuse_sign_in_word(input)?,
        _ => mend::refuse_dotted_date(input, written)?,
    }
    if is_path(written) && relation_ahead(after.blanks()) && !column_ahead(after.blanks()) {
        let (rest, path) = path(input)?;
        return date_test(input, Some(path), rest.blanks());
    }
    Ok((after, Spanned::new(Condition::Word(written.to_owned()), input.to(after))))
}

/// `source {condition}`, after its word.
fn source<'a>(input: Cursor<'a>, after: Cursor<'a>) -> Parse<'a, Expression> {
    let (rest, filter) = braces(after.blanks())?;
    Ok((rest, Spanned::new(Condition::Source(Box::new(filter)), input.to(rest))))
}

/// What begins with a word of the language.
fn keyword_term<'a>(input: Cursor<'a>, written: &'a str) -> Parse<'a, Expression> {
    let lower = written.to_ascii_lowercase();
    let after = input.skip(written.len());
    match lower.as_str() {
        word::WITH | word::WITHOUT => other(input, after, lower == word::WITH),
        word::USING => {
            let told = || after.unexpected(ExpectedSyntax::Braces { after: word::USING }, None);
            let (rest, filter) = demanded(braces(after.blanks()), told)?;
            Ok((rest, Spanned::new(Condition::Using(Box::new(filter)), input.to(rest))))
        }
        // A column that is called like a relation, before one.
        _ if column_ahead(input) => {
            let name = Spanned::new(lower.clone(), input.to(after));
            let path = Path { span: name.span, names: vec![name] };
            date_test(input, Some(path), after.blanks())
        }
        _ if relation_ahead(input) => date_test(input, None, input),
        // An `or` between two conditions is read by the caller.
        _ if ends_filter(input) || lower == word::OR => absent(),
        _ => {
            let problem = MalformedCondition::MisplacedKeyword { word: written.to_owned() };
            wrong(Diagnostic::error(input.to(after), problem))
        }
    }
}

/// `with [same path {, path}] {filter}`
fn other<'a>(input: Cursor<'a>, after: Cursor<'a>, exists: bool) -> Parse<'a, Expression> {
    let (rest, shared) = optional(spaced(keyword(word::SAME)))(after)?;
    let (rest, same) = match shared {
        Some(_) => shared_fields(rest)?,
        None => (rest, Vec::<Path>::new()),
    };
    let with = if exists { word::WITH } else { word::WITHOUT };
    let told = || {
        let mend = braces_mend(rest.blanks(), with, &same);
        rest.unexpected(ExpectedSyntax::Braces { after: with }, Some(mend))
    };
    let (rest, filter) = demanded(braces(rest.blanks()), told)?;
    let other = OtherFact { exists, same, filter: Box::new(filter) };
    Ok((rest, Spanned::new(Condition::Other(other), input.to(rest))))
}

/// What to write where the braces of `with` or `without` are missing, perhaps behind
/// fields that the facts are to share.
fn braces_mend(at: Cursor, with: &str, same: &[Path]) -> Mend {
    let word = at.word();
    let is = |other: &str| word.eq_ignore_ascii_case(other);
    let behind = at.skip(word.len()).blanks();
    if !same.is_empty() {
        let fields = same.iter().map(mend::written).collect::<Vec<_>>().join(", ");
        let (next, braces) =
            if is(word::AND) { (behind.word(), behind.skip(behind.word().len()).blanks()) } else { (word, behind) };
        return if is_path(next) && braces.starts("{") {
            Mend::CommaBetweenFields(format!("{with} same {fields}, {next} {}", mend::braces_or_example(braces)))
        } else {
            Mend::Write(format!("{with} same {fields} {{{}}}", mend::word_or_example(at, "…")))
        };
    }
    // One source of the fact is no other fact.
    if is(word::SOURCE) && behind.starts("{") {
        let minus = if with == word::WITHOUT { "-" } else { "" };
        return Mend::Write(format!("{minus}{} {}", word::SOURCE, mend::braces_or_example(behind)));
    }
    // `with no {…}`, `with the same state {…}`
    if ["no", "not", "out", "the"].into_iter().any(is) {
        let without = if is("the") { with } else { word::WITHOUT };
        if behind.starts("{") {
            return Mend::Write(format!("{without} {}", mend::braces_or_example(behind)));
        }
        if behind.word().eq_ignore_ascii_case(word::SAME) {
            return if is("the") {
                Mend::LeaveOut("the".to_owned())
            } else {
                let braces = behind.rest().find('{').map_or(behind, |at| behind.skip(at));
                Mend::Write(format!("{without} {}{}", behind.slice(braces), mend::braces_or_example(braces)))
            };
        }
    }
    if nearest(word, [word::SAME]).is_some() {
        return Mend::did_you_mean(word::SAME);
    }
    Mend::Write(format!("{with} {{{}}}", mend::word_or_example(at, "…")))
}

/// `name(value, value)`: a query of a file, with its parameters.
fn call(input: Cursor) -> Parse<Expression> {
    let (rest, name) = expected(ExpectedSyntax::QueryName, super::input::name)(input)?;
    let Ok((mut rest, _)) = sign("(")(rest) else {
        return wrong(Diagnostic::error(input.to(rest), MalformedCondition::BlankBeforeParenthesis));
    };
    let mut arguments = Vec::new();
    let opening = rest;
    if let (after, Some(_)) = optional(spaced(sign(")")))(rest)? {
        rest = after;
    } else {
        let value_expected = ExpectedSyntax::Value { after: None };
        let told = |at: Cursor| at.unexpected(value_expected, Some(Mend::BlankBeforeParenthesis));
        let value = |at| date_words(at).or_else(|_| argument(at));
        let (after, values) = separated_list1(spaced(sign(",")), required(spaced(value), told)).parse(rest)?;
        let last = values.last().map_or(after, |value: &Spanned<Value>| opening.skip(value.span.start - opening.at));
        arguments = values;
        let told = |at: Cursor| {
            let end = last.rest().find([',', ')', '|', '\n']).unwrap_or(last.rest().len());
            let written = last.rest().get(..end).unwrap_or("").trim();
            let conditions =
                written.len() > 80 || written.contains(['"', '(']) || written.split(' ').any(word::is_condition);
            let mend = match written {
                _ if conditions => Mend::BlankBeforeParenthesis,
                written => Mend::SeveralWordsInQuotes(written.to_owned()),
            };
            at.unexpected(ExpectedSyntax::ArgumentEnd, Some(mend))
        };
        rest = match spaced(sign(")"))(after) {
            Ok((rest, _)) => rest,
            Err(_) if after.blanks().rest().is_empty() => {
                let problem = MalformedCondition::UnclosedBracket { closing: ')' };
                return wrong(Diagnostic::error(Span::new(opening.at - 1, opening.at), problem));
            }
            Err(_) => return wrong(told(after)),
        };
    }
    Ok((rest, Spanned::new(Condition::Call(Call { name, arguments }), input.to(rest))))
}

/// Whether a condition can begin here.
pub(super) fn can_begin(input: Cursor) -> bool {
    input.peek().is_some_and(|first| {
        is_word_character(first)
            || matches!(first, '(' | '-' | '"')
            || (matches!(first, '“' | '„') && quote_length(input.rest()).is_some())
    })
}
