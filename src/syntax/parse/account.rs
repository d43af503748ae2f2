//! On whose account: `according to "S"`, and the sources of `source {…}`.

use nom::Parser;

use super::condition::{braces, can_begin};
use super::input::{Cursor, Parse, absent, demanded, keyword, optional, parameter, quoted, spaced, wrong};
use super::query::ends_filter;
use crate::syntax::keyword::word;
use crate::syntax::tree::{Account, Condition, Expression, Value};
use crate::syntax::{Diagnostic, ExpectedSyntax, MalformedCondition, Mend, Spanned};

/// The words of the clause.
pub(super) const ACCORDING_TO: &str = "according to";

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
    let told = || rest.unexpected(ExpectedSyntax::Teller, Some(Mend::example("according to \"Gazette\"")));
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
    can_begin(next) && !word.is_empty() && !word::is_condition(word) && !ends_filter(next)
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

/// `source {condition}`, after its word.
pub(super) fn source<'a>(input: Cursor<'a>, after: Cursor<'a>) -> Parse<'a, Expression> {
    let (rest, filter) = braces(after.blanks())?;
    Ok((rest, Spanned::new(Condition::Source(Box::new(filter)), input.to(rest))))
}
