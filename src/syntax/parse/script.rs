//! Files of statements: where each statement ends, and its tree.

use nom::Parser;
use nom::multi::separated_list0;

use super::Parsed;
use super::arithmetic::arithmetic;
use super::date::when;
use super::input::{
    Cursor, Parse, ParseFailure, absent, expected, forbidden, keyword, name, number, parameter, quoted, required, sign,
    spaced, wrong,
};
use super::mend_date::date_expected;
use super::query::{diagnostic_of, stray, swallowing_comment, too_long, whole_query};
use crate::syntax::keyword::word;
use crate::syntax::scan::{Token, TokenKind, Tokens, is_name};
use crate::syntax::tree::{Arithmetic, Expected, Name, Query, RelativeDay, Script, Statement};
use crate::syntax::{DateContext, Diagnostic, ExceededLimit, ExpectedSyntax, Mend, Span, Spanned, SyntaxProblem};

/// The longest file, in bytes.
const LONGEST: usize = 4 * 1024 * 1024;

/// The most errors that are reported for one file.
const ERRORS: usize = 100;

/// The first byte of a statement and the byte after its last.
pub(crate) type StatementRange = (usize, usize);

/// Reads a file of statements. A statement ends at `;`, and at the end of a
/// line unless that is in brackets or quotes, the line ends with `|`, `,` or
/// `=`, or the next line is indented or begins with `|`. Where a statement has no
/// query, a line that begins with `|` is a query of its own. Of a text whose
/// first statement is indented that much does not count.
#[must_use]
pub fn parse_script(text: &str) -> Parsed<Script> {
    if text.len() > LONGEST {
        let limit = ExceededLimit::FileLength { bytes: text.len(), most: LONGEST };
        return Parsed { tree: None, diagnostics: vec![Diagnostic::error(Span::new(0, 0), limit)] };
    }
    let mut diagnostics: Vec<Diagnostic> = swallowing_comment(text).into_iter().collect();
    let mut script = Script::default();
    for range in statement_ranges(text) {
        if diagnostics.len() >= ERRORS {
            break;
        }
        let (statement, wrong) = parse_statement(text, range);
        diagnostics.extend(wrong);
        script.statements.extend(statement);
    }
    Parsed { tree: diagnostics.is_empty().then_some(script), diagnostics }
}

/// Reads the statement at a place.
pub(in crate::syntax) fn parse_statement(
    text: &str,
    (start, end): StatementRange,
) -> (Option<Spanned<Statement>>, Vec<Diagnostic>) {
    let Some(until) = text.get(..end) else {
        return (None, Vec::new());
    };
    let span = Span::new(start, end);
    if let Some(diagnostic) = too_long(span).or_else(|| forbidden(until, start)) {
        return (None, vec![diagnostic]);
    }
    let (statement, diagnostics) = statement(Cursor::new(until, start));
    (statement.filter(|_| diagnostics.is_empty()).map(|statement| Spanned::new(statement, span)), diagnostics)
}

fn statement(input: Cursor) -> (Option<Statement>, Vec<Diagnostic>) {
    match head(input) {
        Ok((rest, StatementHead::Whole(statement))) => {
            let statement = *statement;
            let end = rest.blanks();
            if end.rest().is_empty() { (Some(statement), Vec::new()) } else { (None, vec![stray(end)]) }
        }
        Ok((rest, StatementHead::Let(name, parameters))) => {
            let (query, mut diagnostics) = query_of(rest, word::LET);
            if !diagnostics.is_empty()
                && let Some(told) = calculation_outside_query(rest, &name)
            {
                diagnostics = vec![told];
            }
            (query.map(|query| Statement::Let { name, parameters, query }), diagnostics)
        }
        Ok((rest, StatementHead::Assert(expected))) => {
            let (query, diagnostics) = query_of(rest, word::ASSERT);
            (query.map(|query| Statement::Assert { expected, query }), diagnostics)
        }
        Err(nom::Err::Error(ParseFailure::Absent)) => {
            let (query, diagnostics) = whole_query(input);
            (query.map(Statement::Query), diagnostics)
        }
        Err(error) => (None, vec![diagnostic_of(error, input)]),
    }
}

/// A calculation in the place of a query.
fn calculation_outside_query(input: Cursor, name: &Name) -> Option<Diagnostic> {
    let start = input.blanks();
    let (rest, value) = arithmetic(start).ok()?;
    let ends = rest.blanks().rest().is_empty() || rest.blanks().starts("|");
    if !ends || !matches!(value.value, Arithmetic::Operation(..)) {
        return None;
    }
    let (name, calculation) = (name.value.clone(), start.slice(rest).to_owned());
    Some(Diagnostic::error(start.to(rest), SyntaxProblem::CalculationOutsideQuery { name, calculation }))
}

/// The query at the end of a statement, which must not be empty.
fn query_of(input: Cursor, after: &'static str) -> (Option<Query>, Vec<Diagnostic>) {
    if input.blanks().rest().is_empty() {
        return (None, vec![input.unexpected(ExpectedSyntax::Query { after }, None)]);
    }
    whole_query(input)
}

/// The beginning of a statement that is not just a query.
enum StatementHead {
    Whole(Box<Statement>),
    Let(Name, Vec<Name>),
    Assert(Spanned<Expected>),
}

fn head(input: Cursor) -> Parse<StatementHead> {
    let start = input.word();
    let is = |word: &str| start.eq_ignore_ascii_case(word);
    if is(word::LET) {
        definition(input)
    } else if is(word::ASSERT) {
        assertion(input)
    } else if is(word::SET) {
        set_today(input)
    } else if is(word::INCLUDE) {
        with_text(input, word::INCLUDE, ExpectedSyntax::FileName, Statement::Include)
    } else if is(word::ECHO) {
        with_text(input, word::ECHO, ExpectedSyntax::QuotedText, Statement::Echo)
    } else if is(word::FORMAT) {
        format(input)
    } else {
        absent()
    }
}

/// `let name($p, $q) =`
fn definition(input: Cursor) -> Parse<StatementHead> {
    let (rest, _) = keyword(word::LET)(input)?;
    let (rest, name) = expected(ExpectedSyntax::QueryName, spaced(name))(rest)?;
    let (rest, parameters) = match sign("(")(rest) {
        Err(_) => (rest, Vec::new()),
        Ok((rest, _)) => {
            let (rest, parameters) = separated_list0(spaced(sign(",")), spaced(parameter)).parse(rest)?;
            let told = |at: Cursor| {
                let word = at.blanks().word();
                let parameter = if is_name(word) { word } else { "name" };
                let mend = Mend::ParameterSign(format!("let {}(${parameter})", name.value));
                at.unexpected(ExpectedSyntax::Parameter, Some(mend))
            };
            let (rest, _) = required(spaced(sign(")")), told)(rest)?;
            (rest, parameters)
        }
    };
    let (rest, _) = expected(ExpectedSyntax::DefinedQuery, spaced(sign("=")))(rest)?;
    Ok((rest, StatementHead::Let(name, parameters)))
}

/// `assert none`, `assert count = 3`, …
fn assertion(input: Cursor) -> Parse<StatementHead> {
    let (rest, _) = keyword(word::ASSERT)(input)?;
    let start = rest.blanks();
    let equals = |rest: Cursor<'_>| {
        spaced(sign("="))(rest)
            .map_or_else(|_| wrong(rest.unexpected(ExpectedSyntax::EqualSign, None)), |(rest, _)| Ok(rest.at))
    };
    let written = start.word().to_ascii_lowercase();
    let after = start.skip(written.len());
    let (rest, value) = match written.as_str() {
        word::NONE => (after, Expected::None),
        word::SOME => (after, Expected::Some),
        word::COUNT => {
            let rest = after.skip(equals(after)? - after.at);
            expected(ExpectedSyntax::RowCount, spaced(number))(rest)
                .map(|(rest, count)| (rest, Expected::Count(count)))?
        }
        word::ROWS => {
            let rest = after.skip(equals(after)? - after.at);
            let file = expected(ExpectedSyntax::FileName, spaced(quoted))(rest);
            file.map(|(rest, file)| (rest, Expected::Rows(file)))?
        }
        _ => {
            return wrong(start.unexpected(ExpectedSyntax::Assertion, Some(Mend::AssertionForms)));
        }
    };
    Ok((rest, StatementHead::Assert(Spanned::new(value, start.to(rest)))))
}

/// `set today D`
fn set_today(input: Cursor) -> Parse<StatementHead> {
    let (rest, _) = keyword(word::SET)(input)?;
    let told = |at: Cursor| at.unexpected(ExpectedSyntax::SetToday, Some(Mend::example("set today 2025-07-01")));
    let (rest, _) = required(spaced(keyword(RelativeDay::Today.name())), told)(rest)?;
    let (rest, day) = required(when, |at| date_expected(at, DateContext::SetToday))(rest.blanks())?;
    Ok((rest, StatementHead::Whole(Box::new(Statement::SetToday(day)))))
}

/// `include "…"`, `echo "…"`
fn with_text<'a>(
    input: Cursor<'a>,
    word: &'static str,
    what: ExpectedSyntax,
    make: fn(Name) -> Statement,
) -> Parse<'a, StatementHead> {
    let (rest, _) = keyword(word)(input)?;
    let start = rest.blanks();
    let (rest, text) = expected(what, quoted)(start)?;
    Ok((rest, StatementHead::Whole(Box::new(make(Spanned::new(text, start.to(rest)))))))
}

/// `format csv`, and nothing after it; else it is a query.
fn format(input: Cursor) -> Parse<StatementHead> {
    let (rest, _) = keyword(word::FORMAT)(input)?;
    let (rest, name) = spaced(name)(rest)?;
    if !rest.blanks().rest().is_empty() {
        return absent();
    }
    Ok((rest, StatementHead::Whole(Box::new(Statement::Format(name)))))
}

/// The places of the statements of a text, without the blanks and comments
/// between them.
pub(crate) fn statement_ranges(text: &str) -> Vec<StatementRange> {
    let mut found = Vec::new();
    let mut at = 0;
    // Once a bracket or quote turned out not to close, lines end statements
    // inside brackets too: else one mistake would hide everything after it.
    let mut strict = true;
    // All of a text may be indented, as it is within that of a program.
    let first = Tokens::new(text).find(Token::is_solid);
    let margin = first.map_or(0, |first| indentation(text, first.start));
    while let Some(start) = first_word(text, at) {
        let range = statement_range(text, start, strict, margin).unwrap_or_else(|| {
            strict = false;
            statement_range(text, start, false, margin).unwrap_or((start, text.len()))
        });
        found.push(range);
        at = range.1.max(start + 1);
    }
    found
}

/// Where the statement begins that is being written at the end of a text; the
/// end of the text if a new one begins there.
pub(crate) fn statement_start(text: &str) -> usize {
    let Some(&(start, end)) = statement_ranges(text).last() else { return text.len() };
    let after = text.get(end..).unwrap_or("");
    let statement = text.get(start..end).unwrap_or("");
    let line = after.rfind('\n').and_then(|at| after.get(at + 1..));
    let waits = statement.ends_with(['|', ',', '=']);
    let has_ended = Tokens::starting_at(text, end, true).any(|token| token.kind == TokenKind::Semicolon)
        || line.is_some_and(|line| line.is_empty() && !waits);
    if has_ended { text.len() } else { start }
}

/// The first byte that is neither blank, comment nor `;`.
fn first_word(text: &str, at: usize) -> Option<usize> {
    Tokens::starting_at(text, at, true)
        .find(|token| token.is_solid() && token.kind != TokenKind::Semicolon)
        .map(|token| token.start)
}

/// The statement at a place; none if `strict` and a bracket or quote is not closed.
/// A line goes on if it is indented deeper than the margin.
fn statement_range(text: &str, start: usize, strict: bool, margin: usize) -> Option<StatementRange> {
    let mut depth = 0_usize;
    let mut last = start;
    let mut waits = false;
    // Up to where it is decided that the statement goes on.
    let mut decided = start;
    for token in Tokens::starting_at(text, start, strict) {
        match token.kind {
            TokenKind::Quote { closed: false } if strict => return None,
            TokenKind::OpeningBracket => depth += 1,
            TokenKind::ClosingBracket => depth = depth.saturating_sub(1),
            TokenKind::Semicolon if depth == 0 || !strict => return Some((start, last)),
            TokenKind::Blank => {
                let line_ends = token.text.contains('\n');
                if line_ends && !waits && (depth == 0 || !strict) && token.end() > decided {
                    match goes_on(text, token.end(), (start, last), margin) {
                        Some(until) => decided = until,
                        None => return Some((start, last)),
                    }
                }
            }
            _ => {}
        }
        if token.is_solid() {
            last = token.end();
            waits = strict && matches!(token.kind, TokenKind::Pipe | TokenKind::Sign(',' | '='));
        }
    }
    (depth == 0 || !strict).then_some((start, last))
}

/// Where the next line that is not a comment begins, if it continues a statement.
fn goes_on(text: &str, at: usize, (start, end): StatementRange, margin: usize) -> Option<usize> {
    let next = Tokens::starting_at(text, at, true).find(Token::is_solid)?;
    let goes_on = match next.kind {
        TokenKind::Pipe => goes_on_with_query(text.get(start..end).unwrap_or("")),
        _ => indentation(text, next.start) > margin,
    };
    goes_on.then_some(next.start)
}

/// How many blanks the line of a byte begins with.
fn indentation(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or("");
    let line = before.get(before.rfind('\n').map_or(0, |end| end + 1)..).unwrap_or("");
    line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// Whether a statement has or is a query, so that a stage may follow it.
pub(in crate::syntax) fn goes_on_with_query(statement: &str) -> bool {
    let start = Cursor::new(statement, 0);
    let is = |word: &'static str| keyword(word)(start).is_ok();
    !(is(word::SET) || is(word::INCLUDE) || is(word::ECHO) || format(start).is_ok())
}
