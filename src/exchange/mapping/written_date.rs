//! Dates as people write them (`12 May 2004`, `05/12/2004`) as EDTF, in an order
//! that a mapping states. It guesses nothing.

use super::reading::{Fault, Text};
use crate::model::Date;

/// The order of the parts of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    DayMonthYear,
    MonthDayYear,
    YearMonthDay,
    MonthYear,
    YearMonth,
    Year,
    /// As it is: it is EDTF already.
    Edtf,
}

impl Order {
    pub const ALL: [(&'static str, Self); 7] = [
        ("day month year", Self::DayMonthYear),
        ("month day year", Self::MonthDayYear),
        ("year month day", Self::YearMonthDay),
        ("month year", Self::MonthYear),
        ("year month", Self::YearMonth),
        ("year", Self::Year),
        ("edtf", Self::Edtf),
    ];

    pub fn read(text: &Text<'_>) -> Result<Self, Fault> {
        let words = text.value.split_whitespace().collect::<Vec<_>>().join(" ");
        Self::ALL.iter().find(|(name, _)| *name == words).map(|(_, order)| *order).ok_or_else(|| {
            let all = Self::ALL.map(|(name, _)| format!("\"{name}\"")).join(", ");
            text.fault(format!("is no order of a date: write one of {all}, or a list of them"))
        })
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

/// A date in EDTF, if the text is one of that order.
pub(super) fn read(text: &str, order: Order) -> Option<String> {
    if order == Order::Edtf {
        let text = text.trim();
        return Date::parse(text).ok().map(|_| text.to_owned());
    }
    let parts: Vec<&str> =
        text.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let (year, month, day) = match (order, parts.as_slice()) {
        (Order::DayMonthYear, [day, month, year])
        | (Order::MonthDayYear, [month, day, year])
        | (Order::YearMonthDay, [year, month, day]) => (year, Some(month), Some(day)),
        (Order::MonthYear, [month, year]) | (Order::YearMonth, [year, month]) => (year, Some(month), None),
        (Order::Year, [year]) => (year, None, None),
        _ => return None,
    };
    // A year of two digits is not known to its century.
    let year = Some(year).filter(|year| year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()))?;
    let written = match (month, day) {
        (None, _) => (*year).to_owned(),
        (Some(month), None) => format!("{year}-{:02}", number_of_month(month)?),
        (Some(month), Some(day)) => format!("{year}-{:02}-{:02}", number_of_month(month)?, number_of_day(day)?),
    };
    Date::parse(&written).ok().map(|_| written)
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
    fn what_is_no_date_of_the_order_is_none() {
        for (text, order) in [
            ("31 Jun 2004", Order::DayMonthYear),
            ("12 Ju 2004", Order::DayMonthYear),
            ("12 Junk 2004", Order::DayMonthYear),
            ("12 Jun 04", Order::DayMonthYear),
            ("13/13/2004", Order::MonthDayYear),
            ("12 June", Order::DayMonthYear),
            ("2004-06", Order::YearMonthDay),
            ("12 June 2004 a", Order::DayMonthYear),
        ] {
            assert_eq!(read(text, order), None, "{text}");
        }
        assert_eq!(read("1985~", Order::Edtf).unwrap(), "1985~");
        assert_eq!(read("3rd of June", Order::DayMonthYear), None);
        assert_eq!(read("Sept. 2004", Order::MonthYear).unwrap(), "2004-09");
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
                prop_assert_eq!(read(&written([number, month, year]), Order::DayMonthYear), Some(edtf.clone()));
                prop_assert_eq!(read(&written([month, number, year]), Order::MonthDayYear), Some(edtf.clone()));
                prop_assert_eq!(read(&written([year, month, number]), Order::YearMonthDay), Some(edtf.clone()));
                prop_assert_eq!(read(&[month, year].join(&separator), Order::MonthYear), Some(edtf[..7].to_owned()));
            }
        }
    }
}
