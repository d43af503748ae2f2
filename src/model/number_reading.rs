//! Numbers as they are written.

use std::str::FromStr;

use super::number_error::{MOST_DIGITS, MOST_PLACES};
use super::{Number, NumberError};

impl FromStr for Number {
    type Err = NumberError;

    /// Reads decimal notation, with an exponent or without: `1200`, `-0.5`, `.5`,
    /// `1.2e3`. Zeros at either end are no significant digits.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent_of(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + decimals.len() == 0 || !is_digits(whole) || !is_digits(decimals) {
            return Err(NumberError::NotANumber);
        }
        let digits = [whole, decimals].concat();
        let trimmed = digits.trim_end_matches('0');
        let significant = trimmed.trim_start_matches('0');
        if significant.is_empty() {
            return Ok(Self::ZERO);
        }
        if significant.len() > MOST_DIGITS {
            return Err(NumberError::TooManyDigits);
        }
        let length = |text: &str| i64::try_from(text.len()).unwrap_or(i64::MAX);
        let last = exponent.saturating_add(length(&digits) - length(trimmed) - length(decimals));
        let first = last.saturating_add(length(significant) - 1);
        if !(-MOST_PLACES..=MOST_PLACES).contains(&first) {
            return Err(NumberError::OutOfRange);
        }
        let value: i128 = significant.parse().map_err(|_| NumberError::TooManyDigits)?;
        Ok(Self::of_digits(if text.starts_with('-') { -value } else { value }, last))
    }
}

/// An exponent; one that no integer holds is as far as any number is out of range.
fn exponent_of(text: &str) -> Result<i64, NumberError> {
    const FAR: i64 = i64::MAX / 4;
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NumberError::NotANumber);
    }
    let size = digits.parse::<i64>().map_or(FAR, |size| size.min(FAR));
    Ok(if text.starts_with('-') { -size } else { size })
}
