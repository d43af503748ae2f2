//! The calculations of a `let` stage.

use std::cell::Cell;

use super::date::simple;
use super::input::{Cursor, Parse, absent, expected, optional, path, sign, wrong};
use super::mend_date::refuse_near_duration;
use super::value::duration;
use crate::syntax::keyword::word;
use crate::syntax::tree::{Arithmetic, ArithmeticOperator};
use crate::syntax::{Diagnostic, ExceededLimit, ExpectedSyntax, Spanned};

/// How many terms a calculation may have: each is one level of the tree.
const TERMS: usize = 100;

/// `product { (+|-) product }`, from the left.
pub(super) fn arithmetic(input: Cursor) -> Parse<Spanned<Arithmetic>> {
    let terms = Cell::new(1);
    let product = |at| operations(at, ArithmeticOperator::binds_first, operand, &terms);
    let (rest, value) = operations(input.deeper()?, |operator| !operator.binds_first(), product, &terms)?;
    Ok((rest.level_with(input), value))
}

/// Operands with some operators between them; counts the terms.
fn operations<'a>(
    input: Cursor<'a>,
    is_read: impl Fn(ArithmeticOperator) -> bool,
    operand: impl Fn(Cursor<'a>) -> Parse<'a, Spanned<Arithmetic>>,
    terms: &Cell<usize>,
) -> Parse<'a, Spanned<Arithmetic>> {
    let (mut rest, mut value) = operand(input)?;
    loop {
        let next = rest.blanks();
        let operator = next.peek().and_then(ArithmeticOperator::from_sign).filter(|operator| is_read(*operator));
        let Some(operator) = operator else { return Ok((rest, value)) };
        if terms.replace(terms.get() + 1) >= TERMS {
            return wrong(Diagnostic::error(input.to(rest), ExceededLimit::Terms { most: TERMS }));
        }
        let (after, right) = operand(next.skip(1).blanks())?;
        rest = after;
        value = Spanned::new(Arithmetic::Operation(operator, Box::new(value), Box::new(right)), input.to(rest));
    }
}

fn operand(input: Cursor) -> Parse<Spanned<Arithmetic>> {
    expected(ExpectedSyntax::Operand, term)(input)
}

fn term(input: Cursor) -> Parse<Spanned<Arithmetic>> {
    let placed = |(rest, value): (Cursor<'_>, Arithmetic)| {
        let span = input.to(rest);
        (rest.level_with(input).at, Spanned::new(value, span))
    };
    let (end, value) = match input.peek() {
        Some('(') => {
            let (rest, inner) = arithmetic(input.skip(1).blanks())?;
            let (rest, _) = expected(ExpectedSyntax::ClosingBracket(')'), sign(")"))(rest.blanks())?;
            return Ok((rest, inner));
        }
        Some('{') => {
            let (rest, date) = simple(input)?;
            placed((rest, Arithmetic::Date(date.value)))
        }
        _ => placed(plain(input)?),
    };
    Ok((input.skip(end - input.at), value))
}

/// How many bytes the exponent of a number has, as in `1.5e-20`.
fn exponent(text: &str) -> usize {
    let Some(rest) = text.strip_prefix(['e', 'E']) else { return 0 };
    let digits = rest.strip_prefix('-').unwrap_or(rest);
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    if count == 0 { 0 } else { 1 + rest.len() - digits.len() + count }
}

/// A length of time, a number, a date, or a column.
fn plain(input: Cursor) -> Parse<Arithmetic> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let sign = usize::from(input.starts("-"));
    let whole = digits(input.skip(sign).rest());
    if whole > 0 {
        let after = input.skip(sign + whole);
        let fraction = after.rest().strip_prefix('.').map_or(0, digits);
        let end = after.skip(if fraction > 0 { fraction + 1 } else { 0 });
        let end = end.skip(exponent(end.rest()));
        let ends = !end.rest().starts_with(|next: char| next.is_alphanumeric() || "-.~?%_".contains(next));
        let length = optional(duration)(input);
        let length_is_absent = matches!(length, Ok((_, None)));
        if sign == 0 {
            match length? {
                (rest, Some(length)) if !rest.blanks().word().eq_ignore_ascii_case(word::AGO) => {
                    return Ok((rest, Arithmetic::Duration(length)));
                }
                _ => {}
            }
        }
        if sign == 0 && fraction == 0 && length_is_absent {
            refuse_near_duration(input)?;
        }
        let civil = sign == 0 && fraction == 0 && whole <= 2 && simple(input).is_ok();
        let ago = duration(input).is_ok();
        let is_stretch = end.starts("/") && simple(input).is_ok_and(|(rest, _)| rest.at > end.at);
        if ends && !civil && !ago && !is_stretch {
            return Ok((end, Arithmetic::Number(input.slice(end).to_owned())));
        }
    }
    match simple(input) {
        Err(nom::Err::Error(_)) => {}
        other => return other.map(|(rest, date)| (rest, Arithmetic::Date(date.value))),
    }
    match path(input) {
        Err(nom::Err::Error(_)) => absent(),
        other => other.map(|(rest, path)| (rest, Arithmetic::Path(path))),
    }
}
