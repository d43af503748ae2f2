//! Queries: a filter, the days that are asked about, stages.

use nom::Parser;
use nom::branch::alt;

use super::Parsed;
use super::condition::{braces, can_begin, first_filter};
use super::date::when;
use super::input::{
    Cursor, Parse, ParseFailure, absent, demanded, forbidden, keyword, optional, parameter, quoted, required, spaced,
    wrong,
};
use super::mend;
use super::mend_date::{date_expected, date_expected_such_as, near_unit};
use super::stage::stage;
use super::value::{operator_ahead, unit};
use crate::syntax::keyword::word;
use crate::syntax::print::quote;
use crate::syntax::scan::{Token, TokenKind, Tokens, commit_length, is_number, quote_length, value_length};
use crate::syntax::tree::{Account, AsOf, Known, Query, Value};
use crate::syntax::{
    DateContext, Diagnostic, ExceededLimit, ExpectedSyntax, MalformedCondition, Mend, Span, Spanned, StrayText,
    SyntaxProblem,
};

/// The longest query, in bytes.
const LONGEST: usize = 64 * 1024;

/// The most errors that are reported for one query.
const ERRORS: usize = 20;

/// Reads one query. Comments and line ends are blanks.
///
/// ```
/// use tractat::syntax::{parse_query, print_query};
///
/// let query = parse_query("resigned  AFTER 2024 | take 5").tree.unwrap();
/// assert_eq!(print_query(&query), "resigned after 2024 | take 5");
/// assert_eq!(parse_query("resigned after").diagnostics.len(), 1);
/// ```
#[must_use]
pub fn parse_query(text: &str) -> Parsed<Query> {
    let refused = too_long(Span::new(0, text.len())).or_else(|| forbidden(text, 0));
    let refused = refused.or_else(|| swallowing_comment(text));
    let refused = refused.or_else(|| statement(Cursor::new(text, 0).blanks()));
    let (tree, diagnostics) = match refused {
        Some(diagnostic) => (None, vec![diagnostic]),
        None => whole_query(Cursor::new(text, 0)),
    };
    Parsed { tree: tree.filter(|_| diagnostics.is_empty()), diagnostics }
}

/// A comment without a blank after its `#` in a text of one line: more probably a
/// word is meant, and what follows it is no comment. Signs alone, as in `#---`, hide nothing.
pub(super) fn swallowing_comment(text: &str) -> Option<Diagnostic> {
    let minus = |token: &Token<'_>| {
        let before = text.get(..token.start).and_then(|before| before.strip_suffix('-'));
        let starts = before.is_some_and(|before| before.chars().next_back().is_none_or(char::is_whitespace));
        usize::from(token.kind == TokenKind::Sign('#') && starts)
    };
    let is_sign = |token: &Token<'_>| token.kind == TokenKind::Comment || minus(token) > 0;
    let sign = Tokens::new(text).find(is_sign).filter(|_| !text.trim().contains(['\n', '\r']))?;
    let from_sign = text.get(sign.start..)?;
    let behind = from_sign.trim_start_matches('#');
    if behind.starts_with(char::is_whitespace) || !behind.contains(|next: char| next.is_alphanumeric() || next == '|') {
        return None;
    }
    let length = match (value_length(behind), quote_length(behind)) {
        (0, None) => behind.find(|next: char| next.is_whitespace() || next == '|').unwrap_or(behind.len()),
        (0, Some(quote)) => quote,
        (word, _) => word,
    };
    let end = sign.start + (from_sign.len() - behind.len()) + length;
    let in_quotes = quote(text.get(sign.start..end)?);
    let mended = format!("{}{in_quotes}", "-".repeat(minus(&sign)));
    Some(Diagnostic::error(
        Span::new(sign.start - minus(&sign), end),
        MalformedCondition::NumberSignBeforeWord { mended },
    ))
}

/// A statement of a file in the place of one query.
fn statement(start: Cursor) -> Option<Diagnostic> {
    const STATEMENTS: [&str; 5] = [word::LET, word::ASSERT, word::SET, word::INCLUDE, word::ECHO];
    let word = STATEMENTS.into_iter().find(|word| keyword(word)(start).is_ok())?;
    let (span, _) = start.found();
    Some(Diagnostic::error(span, SyntaxProblem::StatementInQuery { word }))
}

/// The diagnostic of a query that is too long.
pub(super) fn too_long(span: Span) -> Option<Diagnostic> {
    let (bytes, start) = (span.range().len(), Span::new(span.start, span.start));
    (bytes > LONGEST).then(|| Diagnostic::error(start, ExceededLimit::QueryLength { bytes, most: LONGEST }))
}

/// A query up to the end of its text, with everything that is wrong with it:
/// reading goes on at the next `|`.
pub(super) fn whole_query(input: Cursor) -> (Option<Query>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let start = input.blanks();
    let (mut rest, mut query) = match head(start) {
        Ok((rest, query)) => (rest, query),
        Err(error) => {
            diagnostics.push(diagnostic_of(error, start));
            (next_pipe(start), Query::default())
        }
    };
    while diagnostics.len() < ERRORS {
        match optional(spaced(stage))(rest) {
            Ok((_, Some(stage))) if query.stages.len() == STAGES => {
                diagnostics.push(too_many(stage.span));
                return (None, diagnostics);
            }
            Ok((after, Some(stage))) => {
                rest = after;
                query.stages.push(stage);
            }
            Ok((_, None)) => {
                let end = rest.blanks();
                if end.rest().is_empty() {
                    query.span = start.to(rest);
                    return (Some(query), diagnostics);
                }
                // After an error the rest of the part is known to be unread.
                diagnostics.push(stray(end));
                rest = next_pipe(end);
            }
            Err(error) => {
                diagnostics.push(diagnostic_of(error, rest));
                let pipe = rest.blanks();
                rest = next_pipe(pipe.skip(usize::from(pipe.starts("|"))));
            }
        }
    }
    (None, diagnostics)
}

/// How many stages a query may have.
const STAGES: usize = 100;

fn too_many(stage: Span) -> Diagnostic {
    Diagnostic::error(stage, ExceededLimit::Stages { most: STAGES })
}

/// A query within parentheses.
pub(super) fn query(input: Cursor) -> Parse<Query> {
    let (mut rest, mut query) = head(input)?;
    loop {
        let (after, stage) = optional(spaced(stage))(rest)?;
        rest = after;
        match stage {
            Some(stage) if query.stages.len() == STAGES => return wrong(too_many(stage.span)),
            Some(stage) => query.stages.push(stage),
            None => break,
        }
    }
    query.span = input.to(rest);
    Ok((rest, query))
}

/// `[periods] [filter] [maybe] { as of D | known D | according to … }`
fn head(input: Cursor) -> Parse<Query> {
    let (rest, periods) = optional(keyword(word::PERIODS))(input)?;
    let (mut rest, filter) = match first_filter(rest.blanks()) {
        Ok((rest, filter)) => (rest, Some(filter)),
        Err(nom::Err::Error(_)) => (rest, None),
        Err(failure) => return Err(failure),
    };
    let maybe = if filter.is_some() { optional(bare_maybe)(rest.blanks())? } else { (rest, None) };
    let clauses_from = rest;
    if maybe.1.is_some() {
        rest = maybe.0;
    }
    let mut query = Query { periods: periods.is_some(), filter, maybe: maybe.1.is_some(), ..Query::default() };
    while let (after, Some(clause)) = optional(clause)(rest.blanks())? {
        let is_repeated = match clause {
            Clause::AsOf(day) => query.as_of.replace(day).is_some(),
            Clause::Known(known) => query.known.replace(known).is_some(),
            Clause::According(account) => query.account.replace(account).is_some(),
        };
        if is_repeated {
            let next = rest.blanks();
            return wrong(repeated(next.to(after), clause_ahead(next).unwrap_or_default()));
        }
        rest = after;
    }
    let next = rest.blanks();
    if (query.as_of.is_some() || query.known.is_some() || query.account.is_some()) && can_begin(next) {
        let (span, _) = next.found();
        let error = |reordered| Diagnostic::error(span, SyntaxProblem::ConditionAfterClause { reordered });
        let end = super::condition::filter(next).map(|(end, _)| end).or_else(|_| bare_maybe(next).map(|(end, ())| end));
        let Ok(end) = end else {
            return wrong(error(None));
        };
        let after = end.rest().split('|').next().unwrap_or("").trim();
        let (before, clauses) = (clauses_from, clauses_from.slice(rest).trim());
        let conditions = [input.slice(before).trim(), next.slice(end).trim(), clauses, after];
        let conditions: Vec<&str> = conditions.into_iter().filter(|part| !part.is_empty()).collect();
        return wrong(error(Some(conditions.join(" "))));
    }
    Ok((rest, query))
}

/// `maybe` with no condition behind it, which is of all conditions before it.
pub(super) fn bare_maybe(input: Cursor) -> Parse<()> {
    let (rest, _) = keyword(word::MAYBE)(input)?;
    let next = rest.blanks();
    let ends = next.rest().is_empty() || next.starts("|") || next.starts(")") || clause_ahead(next).is_some();
    if ends { Ok((rest, ())) } else { absent() }
}

/// A part that follows the filter.
enum Clause {
    AsOf(Spanned<AsOf>),
    Known(Spanned<Known>),
    According(Spanned<Account>),
}

fn clause(input: Cursor) -> Parse<Clause> {
    let as_of = |input| as_of(input).map(|(rest, day)| (rest, Clause::AsOf(day)));
    let known = |input| known(input).map(|(rest, known)| (rest, Clause::Known(known)));
    let account = |input| account(input).map(|(rest, account)| (rest, Clause::According(account)));
    alt((as_of, known, account)).parse(input)
}

/// A clause that the query has already.
pub(super) fn repeated(span: Span, clause: &'static str) -> Diagnostic {
    Diagnostic::error(span, SyntaxProblem::RepeatedClause { clause })
}

/// `as of D` or `as of each year D`
pub(super) fn as_of(input: Cursor) -> Parse<Spanned<AsOf>> {
    let (rest, _) = (keyword(word::AS), spaced(keyword(word::OF))).parse(input)?;
    let (rest, each) = optional(spaced(keyword(word::EACH)))(rest)?;
    let date = required(when, |at| date_expected(at, DateContext::AsOf));
    if each.is_none() {
        let (rest, day) = spaced(date)(rest)?;
        return Ok((rest, Spanned::new(AsOf::Day(day), input.to(rest))));
    }
    let told = |at: Cursor| {
        let mend = match near_unit(at.blanks().word()) {
            Some(unit) => Mend::did_you_mean(unit.name()),
            None => Mend::example("as of each year 1970..2020"),
        };
        at.unexpected(ExpectedSyntax::Unit, Some(mend))
    };
    let (rest, unit) = required(unit, told)(rest.blanks())?;
    let (rest, range) = spaced(date)(rest)?;
    Ok((rest, Spanned::new(AsOf::Each(unit, range), input.to(rest))))
}

/// `known D` or `known #12`
fn known(input: Cursor) -> Parse<Spanned<Known>> {
    let (rest, _) = keyword(word::KNOWN)(input)?;
    // On the same line `#` starts no comment here.
    let raw = rest.line_blanks();
    let length = commit_length(raw.rest());
    if length > 0 {
        let end = raw.skip(length);
        return match raw.skip(1).slice(end).parse() {
            Ok(number) => Ok((end, Spanned::new(Known::Commit(number), input.to(end)))),
            Err(_) => wrong(Diagnostic::error(raw.to(end), ExceededLimit::Number)),
        };
    }
    let number = rest.blanks().word();
    if is_number(number) && number.len() != 4 && when(rest.blanks()).is_err() {
        let (span, _) = rest.blanks().found();
        return wrong(Diagnostic::error(span, SyntaxProblem::CommitWithoutSign { number: number.to_owned() }));
    }
    let told = |at| date_expected_such_as(at, DateContext::Known, &["known 2025-03-01", "known #12"]);
    let (rest, day) = required(when, told)(rest.blanks())?;
    Ok((rest, Spanned::new(Known::Day(day.value), input.to(rest))))
}

/// The words before the teller.
const ACCORDING_TO: &str = "according to";

/// `according to`; either word alone is a word like any other.
pub(super) fn begins_account(input: Cursor) -> Parse<()> {
    let (rest, _) = (keyword(word::ACCORDING), spaced(keyword(word::TO))).parse(input)?;
    Ok((rest, ()))
}

/// `according to "S" [first]` or `according to {condition}`
pub(super) fn account(input: Cursor) -> Parse<Spanned<Account>> {
    let (rest, ()) = begins_account(input)?;
    let next = rest.blanks();
    if next.starts("{") {
        let (rest, filter) = braces(next)?;
        return Ok((rest, Spanned::new(Account::Sources(Box::new(filter)), input.to(rest))));
    }
    let told = || rest.unexpected(ExpectedSyntax::Teller, Some(Mend::example("according to \"…\"")));
    let (rest, name) = demanded(teller(next), told)?;
    let (rest, first) = optional(spaced(keyword(word::FIRST)))(rest)?;
    if let Value::Word(_) = &name.value
        && first.is_none()
        && goes_on_as_name(rest)
    {
        return wrong(name_without_quotes(next, rest));
    }
    let account = Account::Teller { name, first: first.is_some() };
    Ok((rest, Spanned::new(account, input.to(rest))))
}

/// The name of a teller.
fn teller(input: Cursor) -> Parse<Spanned<Value>> {
    if let (rest, Some(name)) = optional(parameter)(input)? {
        return Ok((rest, Spanned::new(Value::Parameter(name.value), input.to(rest))));
    }
    if let (rest, Some(text)) = optional(quoted)(input)? {
        if text.trim().is_empty() {
            return absent();
        }
        return Ok((rest, Spanned::new(Value::Quoted(text), input.to(rest))));
    }
    let word = input.word();
    if word.is_empty() || word::is_condition(word) {
        return absent();
    }
    let rest = input.skip(word.len());
    Ok((rest, Spanned::new(Value::Word(word.to_owned()), input.to(rest))))
}

/// Whether more words follow the first word of a name.
fn goes_on_as_name(after: Cursor) -> bool {
    let next = after.blanks();
    let word = next.word();
    let is_test = operator_ahead(next.skip(word.len())).is_some();
    can_begin(next) && !word.is_empty() && !is_test && !word::is_condition(word) && !ends_filter(next)
}

/// The words up to the end of the name, which must be in quotes.
fn name_without_quotes<'a>(start: Cursor<'a>, mut end: Cursor<'a>) -> Diagnostic {
    while goes_on_as_name(end) {
        let next = end.blanks();
        end = next.skip(next.word().len());
    }
    let name = start.slice(end).split_whitespace().collect::<Vec<_>>().join(" ");
    Diagnostic::error(start.to(end), MalformedCondition::TellerWithoutQuotes { name })
}

/// The diagnostic of a failure to read at a place.
pub(super) fn diagnostic_of(failure: nom::Err<ParseFailure>, at: Cursor) -> Diagnostic {
    match failure {
        nom::Err::Failure(ParseFailure::Wrong(diagnostic) | ParseFailure::TooDeep(diagnostic))
        | nom::Err::Error(ParseFailure::Wrong(diagnostic)) => *diagnostic,
        _ => stray(at.blanks()),
    }
}

/// Something is here that cannot go on with a query.
pub(super) fn stray(at: Cursor) -> Diagnostic {
    let (span, found) = at.found();
    let stray = match at.peek() {
        Some(')') => StrayText::ClosingBracket { bracket: ')', bracketed: bracketed(at) },
        Some(bracket @ ('}' | ']')) => StrayText::ClosingBracket { bracket, bracketed: None },
        Some(',') => StrayText::Comma,
        Some(';') => StrayText::Semicolon,
        Some('&') => StrayText::Ampersand,
        Some('!') => StrayText::Exclamation,
        Some(':') if let Some(field) = mend::field_before_blank(at) => {
            let value = mend::word_or_example(at.skip(1), "value").trim_start_matches(':');
            StrayText::BlankBeforeColon { joined: format!("{field}:{value}") }
        }
        Some(sign @ '≥') => StrayText::ComparisonSign { sign, plain: ">=" },
        Some(sign @ '≤') => StrayText::ComparisonSign { sign, plain: "<=" },
        Some(sign @ '≠') => StrayText::ComparisonSign { sign, plain: "!=" },
        Some('\'' | '‘' | '`' | '«') => StrayText::ForeignQuote { text: mend::in_foreign_quotes(at).to_owned() },
        Some('（' | '）') => StrayText::WideParenthesis,
        Some('?') if at.skip(1).blanks().rest().is_empty() => StrayText::QuestionMark,
        Some('#') => StrayText::NumberSign,
        _ if keyword(word::OR)(at).is_ok() => StrayText::Or,
        Some(sign @ ('?' | '~' | '%' | '*' | '\\' | '^' | '@' | '.' | '/')) => StrayText::Sign(sign),
        _ => {
            let problem = SyntaxProblem::Expected { expected: ExpectedSyntax::ConditionOrEnd, found, mend: None };
            return Diagnostic::error(span, problem);
        }
    };
    Diagnostic::error(span, stray)
}

/// The text before a `)` in parentheses, if it is short and plain.
fn bracketed(at: Cursor) -> Option<String> {
    let before = at.text().get(..at.at).unwrap_or("").rsplit(['|', '\n', ';']).next().unwrap_or("").trim();
    let plain = !before.is_empty() && before.len() <= 60 && !before.contains(['(', '{', '"']);
    plain.then(|| format!("({before})"))
}

/// The next `|` outside brackets and quotes, or the end.
fn next_pipe(input: Cursor) -> Cursor {
    let mut depth = 0_usize;
    for token in Tokens::starting_at(input.text(), input.at, true) {
        match token.kind {
            TokenKind::OpeningBracket => depth += 1,
            TokenKind::ClosingBracket => depth = depth.saturating_sub(1),
            TokenKind::Pipe if depth == 0 => return input.skip(token.start - input.at),
            _ => {}
        }
    }
    input.skip(input.rest().len())
}

/// Whether a part that follows the filter begins here, so that the filter ends.
pub(super) fn ends_filter(input: Cursor) -> bool {
    clause_ahead(input).is_some()
}

/// The words with which the part that follows the filter begins here.
pub(super) fn clause_ahead(input: Cursor) -> Option<&'static str> {
    if keyword(word::KNOWN)(input).is_ok() {
        return Some(word::KNOWN);
    }
    if (keyword(word::AS), spaced(keyword(word::OF))).parse(input).is_ok() {
        return Some("as of");
    }
    begins_account(input).is_ok().then_some(ACCORDING_TO)
}
