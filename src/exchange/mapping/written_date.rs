//! Dates as people write them (`12 May 2004`, `05/12/2004`) as EDTF, in an order
//! that a mapping states. Nothing is guessed.

use super::toml_reader::{MappingFault, TomlText};
use crate::model::Date;

/// The order of the parts of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateOrder {
    DayMonthYear,
    MonthDayYear,
    YearMonthDay,
    MonthYear,
    YearMonth,
    Year,
    /// EDTF already.
    Edtf,
}

impl DateOrder {
    pub const ALL: [(&'static str, Self); 7] = [
        ("day month year", Self::DayMonthYear),
        ("month day year", Self::MonthDayYear),
        ("year month day", Self::YearMonthDay),
        ("month year", Self::MonthYear),
        ("year month", Self::YearMonth),
        ("year", Self::Year),
        ("edtf", Self::Edtf),
    ];

    pub fn read(text: &TomlText<'_>) -> Result<Self, MappingFault> {
        text.choice(&Self::ALL)
    }

    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, order)| *order == self).map_or("", |(name, _)| name)
    }
}

/// The months in English.
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A date in EDTF, if the text is one in that order. Nothing of the text is
/// passed over: a sign that is not between two parts, such as that of `~2004`,
/// `2004?` or `-44`, says something that no order has.
pub(super) fn as_edtf(text: &str, order: DateOrder) -> Option<String> {
    if order == DateOrder::Edtf {
        let text = text.trim();
        return Date::parse(text).ok().map(|_| text.to_owned());
    }
    let parts = parts(text)?;
    let (year, month, day) = match (order, parts.as_slice()) {
        (DateOrder::DayMonthYear, [day, month, year])
        | (DateOrder::MonthDayYear, [month, day, year])
        | (DateOrder::YearMonthDay, [year, month, day]) => (year, Some(month), Some(day)),
        (DateOrder::MonthYear, [month, year]) | (DateOrder::YearMonth, [year, month]) => (year, Some(month), None),
        (DateOrder::Year, [year]) => (year, None, None),
        _ => return None,
    };
    // Nothing tells the century of a year of two digits.
    let year = Some(year).filter(|year| year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()))?;
    let written = match (month, day) {
        (None, _) => (*year).to_owned(),
        (Some(month), None) => format!("{year}-{:02}", number_of_month(month)?),
        (Some(month), Some(day)) => format!("{year}-{:02}-{:02}", number_of_month(month)?, number_of_day(day)?),
    };
    Date::parse(&written).ok().map(|_| written)
}

/// What may stand between two parts of a date, besides blanks.
const SEPARATORS: [&str; 6] = ["", "/", "-", ".", ",", ".,"];

/// The words and numbers of a date; none if anything but separators is beside them.
fn parts(text: &str) -> Option<Vec<&str>> {
    let text = text.trim();
    // Some languages end a number with a period.
    let text = text.strip_suffix('.').unwrap_or(text);
    let (mut parts, mut separators) = (Vec::new(), Vec::new());
    let mut rest = text;
    loop {
        let end = rest.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        if part.is_empty() {
            return None;
        }
        parts.push(part);
        if after.is_empty() {
            break;
        }
        let next = after.find(char::is_alphanumeric)?;
        let (separator, after) = after.split_at(next);
        separators.push(separator.trim());
        rest = after;
    }
    let is_number = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    // `12-15/2004` is not one day.
    let same = !parts.iter().all(is_number) || separators.windows(2).all(|pair| pair[0] == pair[1]);
    (same && separators.iter().all(|separator| SEPARATORS.contains(separator))).then_some(parts)
}

fn number_of_month(text: &str) -> Option<u8> {
    if let Ok(number) = text.parse::<u8>() {
        return Some(number).filter(|number| (1..=12).contains(number));
    }
    let text = text.to_lowercase();
    let found = MONTHS.iter().position(|month| text.len() >= 3 && month.starts_with(&text))?;
    u8::try_from(found + 1).ok()
}

fn number_of_day(text: &str) -> Option<u8> {
    let text = ["st", "nd", "rd", "th"].iter().find_map(|ending| text.strip_suffix(ending)).unwrap_or(text);
    text.parse::<u8>().ok().filter(|day| (1..=31).contains(day))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::Day;

    #[test]
    fn a_text_that_is_not_a_date_in_the_order_gives_nothing() {
        for (text, order) in [
            ("31 Jun 2004", DateOrder::DayMonthYear),
            ("12 Ju 2004", DateOrder::DayMonthYear),
            ("12 Junk 2004", DateOrder::DayMonthYear),
            ("12 Jun 04", DateOrder::DayMonthYear),
            ("13/13/2004", DateOrder::MonthDayYear),
            ("12 June", DateOrder::DayMonthYear),
            ("2004-06", DateOrder::YearMonthDay),
            ("12 June 2004 a", DateOrder::DayMonthYear),
            ("<2004", DateOrder::Year),
            (">2004", DateOrder::Year),
            ("2004+", DateOrder::Year),
            ("~2004", DateOrder::Year),
            ("2004?", DateOrder::Year),
            ("(2004)", DateOrder::Year),
            ("[2004]", DateOrder::Year),
            ("-44", DateOrder::Year),
            ("-0044", DateOrder::Year),
            ("38119", DateOrder::Year),
            ("38119", DateOrder::YearMonth),
            ("38119", DateOrder::YearMonthDay),
            ("~12 May 2004", DateOrder::DayMonthYear),
            ("12 May 2004?", DateOrder::DayMonthYear),
            ("12? May 2004", DateOrder::DayMonthYear),
            ("12 May ~2004", DateOrder::DayMonthYear),
            ("12-15/2004", DateOrder::DayMonthYear),
            ("before 2004", DateOrder::MonthYear),
            ("2004-05-12T10", DateOrder::YearMonthDay),
        ] {
            assert_eq!(as_edtf(text, order), None, "{text}");
        }
        assert_eq!(as_edtf("1985~", DateOrder::Edtf).unwrap(), "1985~");
        assert_eq!(as_edtf("3rd of June", DateOrder::DayMonthYear), None);
        assert_eq!(as_edtf("Sept. 2004", DateOrder::MonthYear).unwrap(), "2004-09");
        assert_eq!(as_edtf("Sept. 3, 2004", DateOrder::MonthDayYear).unwrap(), "2004-09-03");
        assert_eq!(as_edtf("3. 9. 2004.", DateOrder::DayMonthYear).unwrap(), "2004-09-03");
    }

    proptest! {
        #[test]
        fn every_day_is_read_in_every_order_and_spelling(number in -100_000..100_000i32, length in 3..10usize, separator in "[ ./-]|, ?") {
            let day = Day::new(1950, 1, 1).unwrap().plus_days(number.into());
            let edtf = day.to_string();
            let parts: Vec<&str> = edtf.split('-').collect();
            let [year, month, number] = parts.as_slice() else { return Ok(()) };
            let name = MONTHS[month.parse::<usize>().unwrap() - 1];
            let name = &name[..name.len().min(length)];
            for month in [*month, month.trim_start_matches('0'), name, &name.to_uppercase()] {
                let written = |parts: [&str; 3]| parts.join(&separator);
                prop_assert_eq!(as_edtf(&written([number, month, year]), DateOrder::DayMonthYear), Some(edtf.clone()));
                prop_assert_eq!(as_edtf(&written([month, number, year]), DateOrder::MonthDayYear), Some(edtf.clone()));
                prop_assert_eq!(as_edtf(&written([year, month, number]), DateOrder::YearMonthDay), Some(edtf.clone()));
                prop_assert_eq!(as_edtf(&[month, year].join(&separator), DateOrder::MonthYear), Some(edtf[..7].to_owned()));
            }
        }
    }
}
