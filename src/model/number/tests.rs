use std::hash::{DefaultHasher, Hash, Hasher};

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// A decimal as it may be written: digits, how many of them are decimals, an exponent.
fn any_written() -> impl Strategy<Value = String> {
    let digits = prop_oneof!["[0-9]{1,6}", "[0-9]{15,20}", "[0-9]{30,34}", "0{1,3}[1-9]{1,3}0{1,30}"];
    let exponent = prop_oneof![4 => Just(None), 1 => (-30_i32..30).prop_map(Some), 1 => (-360_i32..360).prop_map(Some)];
    (any::<bool>(), digits, 0_usize..25, exponent).prop_map(|(is_negative, digits, decimals, exponent)| {
        let (whole, rest) = digits.split_at(digits.len().saturating_sub(decimals));
        let point = if rest.is_empty() { "" } else { "." };
        let exponent = exponent.map_or(String::new(), |exponent| format!("e{exponent}"));
        format!("{}{whole}{point}{rest}{exponent}", if is_negative { "-" } else { "" })
    })
}

/// What a decimal stands for, by the definition of the notation alone.
fn rational(written: &str) -> BigRational {
    let (mantissa, exponent) = written.split_once('e').unwrap_or((written, "0"));
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = BigRational::from_integer(format!("{whole}{decimals}").parse().unwrap());
    let exponent = exponent.parse::<i32>().unwrap() - i32::try_from(decimals.len()).unwrap();
    digits * BigRational::from_integer(10.into()).pow(exponent)
}

fn number(written: &str) -> Number {
    written.parse().unwrap()
}

fn hash(number: &Number) -> u64 {
    let mut hasher = DefaultHasher::new();
    number.hash(&mut hasher);
    hasher.finish()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_reads_as_the_same_number(written in any_written()) {
        let number = number(&written);
        let printed = number.to_string();
        prop_assert_eq!(printed.parse::<Number>().unwrap(), number.clone());
        prop_assert_eq!(rational(&printed), rational(&written));
        prop_assert_eq!(Number::of_json(&number.to_json()).unwrap(), number.clone());
        let json = Number::json_of_text(&written).unwrap();
        prop_assert_eq!(Number::of_json(&json).unwrap(), number.clone());
        let text = json.to_string();
        prop_assert_eq!(Number::of_json(&serde_json::from_str(&text).unwrap()).unwrap(), number);
    }

    #[test]
    fn numbers_compare_and_are_hashed_by_value(a in any_written(), b in any_written(), zeros in 1_usize..20) {
        prop_assert_eq!(number(&a).cmp(&number(&b)), rational(&a).cmp(&rational(&b)));
        let (mantissa, exponent) = a.split_once('e').unwrap_or((&a, "0"));
        let point = if mantissa.contains('.') { "" } else { "." };
        let other = number(&format!("{mantissa}{point}{}e{exponent}", "0".repeat(zeros)));
        prop_assert_eq!(&other, &number(&a));
        prop_assert_eq!(hash(&other), hash(&number(&a)));
    }

    #[test]
    fn sums_and_products_are_those_of_fractions_or_refused(a in any_written(), b in any_written()) {
        let (one, other) = (number(&a), number(&b));
        let made = [
            (one.plus(&other), one.checked_add(&other), rational(&a) + rational(&b)),
            (one.minus(&other), one.checked_sub(&other), rational(&a) - rational(&b)),
            (one.times(&other), one.checked_mul(&other), rational(&a) * rational(&b)),
        ];
        for (exact, checked, expected) in made {
            prop_assert_eq!(exact.ratio(), expected.clone());
            let decimal = decimal_of(&expected).unwrap();
            let fits = decimal.digits.len() <= 34 && (decimal.digits.is_empty() || decimal.place().abs() <= 400);
            prop_assert_eq!(checked.is_some(), fits);
        }
    }

    #[test]
    fn numbers_are_the_same_sum_in_whatever_order(written in prop::collection::vec(any_written(), 0..8)) {
        let sum = |written: &[String]| written.iter().fold(Number::ZERO, |sum, one| sum.plus(&number(one)));
        let mut reversed = written.clone();
        reversed.reverse();
        prop_assert_eq!(sum(&written), sum(&reversed));
    }

    #[test]
    fn a_double_is_the_decimal_by_which_it_is_written(double in any::<f64>().prop_filter("finite", |double| double.is_finite())) {
        let number = Number::try_from(double).unwrap();
        prop_assert_eq!(number.to_f64().to_bits(), (double + 0.0).to_bits());
    }
}

#[test]
fn a_number_is_read_in_decimal_notation_alone() {
    for (written, printed) in [
        ("12345678901234567", "12345678901234567"),
        ("0.10", "0.1"),
        ("-0.0", "0"),
        (".5", "0.5"),
        ("5.", "5"),
        ("+7", "7"),
        ("1.20e3", "1200"),
        ("1e-5", "0.00001"),
        ("1E300", "1e300"),
        ("-12.5e-40", "-1.25e-39"),
        ("1234567890123456789012345678901234", "1234567890123456789012345678901234"),
        ("0e999999999999999999999", "0"),
    ] {
        assert_eq!(number(written).to_string(), printed, "{written}");
    }
    for (written, error) in [
        ("", NumberError::NotANumber),
        (".", NumberError::NotANumber),
        ("-", NumberError::NotANumber),
        ("1,5", NumberError::NotANumber),
        ("1e", NumberError::NotANumber),
        ("1e+-2", NumberError::NotANumber),
        ("inf", NumberError::NotANumber),
        ("NaN", NumberError::NotANumber),
        ("0x10", NumberError::NotANumber),
        ("1 000", NumberError::NotANumber),
        ("12345678901234567890123456789012345", NumberError::TooManyDigits),
        ("1e401", NumberError::OutOfRange),
        ("1e-401", NumberError::OutOfRange),
        ("1e99999999999999999999", NumberError::OutOfRange),
    ] {
        assert_eq!(written.parse::<Number>(), Err(error), "{written}");
    }
    assert_eq!(Number::try_from(f64::NAN), Err(NumberError::NotANumber));
    assert_eq!(Number::try_from(f64::INFINITY), Err(NumberError::NotANumber));
}

fn number_of(numerator: u64, denominator: u64) -> Number {
    Number::from(numerator).divided_by(&denominator.into()).unwrap()
}

#[test]
fn what_is_divided_is_exact_or_has_as_many_digits_as_a_number_may_have() {
    let quotient = |one: &str, other: &str| number(one).checked_div(&number(other));
    assert_eq!(quotient("1", "8"), Some(number("0.125")));
    assert_eq!(quotient("2", "3").and_then(|two| two.checked_mul(&3.into())), Some(2.into()));
    assert_eq!(quotient("1", "0"), None);
    // One that ends only after forty digits is rounded to 34 of them.
    let power = (0..40).fold(Number::from(1), |power, _| power.times(&2.into()));
    let quotient = Number::from(1).checked_div(&power).unwrap();
    assert_eq!(quotient.to_string(), "0.0000000000009094947017729282379150390625");
    let quotient = number("1234567890.1").checked_div(&power).unwrap();
    assert_eq!(quotient.to_string().trim_start_matches(['0', '.']).len(), 34);
}

#[test]
fn a_sum_of_fractions_does_not_depend_on_their_order_and_is_exact_while_it_can_be() {
    let thirds = [(number_of(1, 3), 2), (number_of(1, 7), 7), (number("0.5"), 1), (number_of(1, 3), 1)];
    assert_eq!(Number::sum(&thirds), Ok(number("2.5")));
    assert_eq!(Number::mean(&thirds).unwrap(), Some(number("2.5").divided_by(&11.into()).unwrap()));
    assert_eq!(Number::mean(&[]), Ok(None));
    let digits = [(number("9999999999999999999999999999999999"), 1), (number("0.1"), 1)];
    assert_eq!(Number::sum(&digits), Err(NumberError::TooManyDigits), "decimals are never rounded");
    let mut many: Vec<(Number, u64)> = (1..5000).map(|part| (number_of(1, part), part % 3 + 1)).collect();
    let sum = Number::sum(&many).unwrap();
    many.reverse();
    assert_eq!(Number::sum(&many).unwrap(), sum);
    let double: f64 = (1_u32..5000).map(|part| f64::from(part % 3 + 1) / f64::from(part)).sum();
    assert!((sum.to_f64() - double).abs() < 1e-9, "{sum} {double}");
}

#[test]
fn fractions_are_rounded_where_they_are_printed_and_nowhere_else() {
    let third = Number::from(Fraction::new(1, 3).unwrap());
    assert_eq!(third.to_string(), "0.3333333333333333333333333333333333");
    assert_eq!(third.times(&2.into()).to_string(), "0.6666666666666666666666666666666667");
    assert_eq!(third.times(&3.into()), 1.into());
    assert_eq!(third.times(&100.into()).rounded(), "33.3");
    assert_eq!(Number::from(Fraction::new(31_424, 31_425).unwrap()).times(&100.into()).rounded(), "99.997");
    assert_eq!(third.times(&(-1).into()).rounded(), "-0.3");
    assert_eq!(third.to_json(), json!(1.0 / 3.0));
    assert_eq!(number("0.125").rounded(), "0.125", "a decimal has all of its digits");
    let long = (2..4000).fold(third, |sum, number| sum.plus(&number_of(1, number)));
    let rounded = long.clone().bounded().unwrap();
    assert_ne!(rounded, long, "a fraction that takes more than some thousand bits is rounded");
    assert_eq!(rounded.to_string(), long.to_string());
}

#[test]
fn a_number_is_a_number_of_json_where_no_reader_changes_it() {
    for (written, value) in [
        ("12", json!(12)),
        ("0.3", json!(0.3)),
        ("1e300", json!(1e300)),
        ("12345678901234567", json!(12_345_678_901_234_567_i64)),
        ("18446744073709551615", json!(18_446_744_073_709_551_615_u64)),
        ("18446744073709551616", json!("18446744073709551616")),
        ("0.12345678901234567890", json!("0.1234567890123456789")),
        ("1e-350", json!("1e-350")),
        ("571111111111111.2", json!(571_111_111_111_111.2)),
        ("571111111111111.3", json!("571111111111111.3")),
    ] {
        assert_eq!(number(written).to_json(), value, "{written}");
    }
    for other in [json!("12"), json!("x"), json!("1e1"), json!(null), json!([1]), json!(" 18446744073709551616")] {
        assert_eq!(Number::of_json(&other), Err(NumberError::NotANumber), "{other}");
    }
}
