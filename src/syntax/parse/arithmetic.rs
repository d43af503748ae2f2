//! The sums of a `let` stage.

use super::date::simple;
use super::input::{Cursor, Parse, absent, expected, optional, path, sign, wrong};
use super::mend_date::refuse_near_duration;
use super::value::duration;
use crate::syntax::keyword::word;
use crate::syntax::tree::Arithmetic;
use crate::syntax::{Diagnostic, ExceededLimit, ExpectedSyntax, Spanned};

/// How many terms a sum may have: each is one level of the tree.
const TERMS: usize = 100;

/// `term { (+|-) term }`, from the left.
pub(super) fn arithmetic(input: Cursor) -> Parse<Spanned<Arithmetic>> {
    let deeper = input.deeper()?;
    let (mut rest, mut sum) = operand(deeper)?;
    for _ in 0..TERMS {
        let next = rest.blanks();
        let make = match next.peek() {
            Some('+') => Arithmetic::Add,
            Some('-') => Arithmetic::Subtract,
            _ => return Ok((rest.level_with(input), sum)),
        };
        let (after, right) = operand(next.skip(1).blanks())?;
        rest = after;
        sum = Spanned::new(make(Box::new(sum), Box::new(right)), input.to(rest));
    }
    wrong(Diagnostic::error(input.to(rest), ExceededLimit::Terms { most: TERMS }))
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
        let ends = !end.rest().starts_with(|next: char| next.is_alphanumeric() || "-./~?%_".contains(next));
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
        if ends && !civil && !ago {
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
