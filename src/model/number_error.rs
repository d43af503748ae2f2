//! Why a text or a result is not a number that can be kept.

/// The most significant digits of a decimal number.
pub const MOST_DIGITS: usize = 34;

/// The first digit of a number other than 0 stands at most so many places before or
/// behind the decimal point.
pub const MOST_PLACES: i64 = 400;

/// Why there is no such [`Number`](super::Number).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum NumberError {
    /// The text is not a number in decimal notation, or the double is not finite.
    #[error("it is not a number")]
    NotANumber,
    /// It has more significant digits than are kept.
    #[error("it has more than {MOST_DIGITS} significant digits")]
    TooManyDigits,
    /// It is too large, or too near to 0.
    #[error("its first digit stands more than {MOST_PLACES} places from the decimal point")]
    OutOfRange,
}
