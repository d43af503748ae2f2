//! Why a text is not a date, and what to write instead.

use super::date_notation;
use super::day::{Calendar, Day};

/// A text that is not a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{written}` is not a date: {kind}")]
#[non_exhaustive]
pub struct DateError {
    /// The text; what follows its first 40 characters is replaced by `…`.
    pub written: String,
    /// What is wrong with it.
    pub kind: DateErrorKind,
}

/// What is wrong with a text that is not a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DateErrorKind {
    /// The text is empty or blank.
    #[error("the text is empty")]
    Empty,
    /// The text has nothing in common with a date.
    #[error("write it as year-month-day, such as 2025-06-27")]
    Unrecognized,
    /// The text names several days, as `{1990,1992}` does.
    #[error("it names several days, but a fact records one act; write one fact for each day")]
    SeveralDays,
    /// An interval ends before it starts.
    #[error("it ends before it starts")]
    EndsBeforeStart,
    /// The year has three digits.
    #[error("write the year with four digits: {padded}")]
    ShortYear {
        /// The year with four digits.
        padded: String,
    },
    /// The year has more than four digits, if it is one.
    #[error("write a year beyond 9999 with a `Y` before it: {marked}{}", or_spreadsheet_day(*spreadsheet))]
    LongYear {
        /// The date with `Y` before its year.
        marked: String,
        /// The day that a spreadsheet means by such a number.
        spreadsheet: Option<Day>,
    },
    /// The text starts with a number too short to be a year.
    #[error("put the year first, with four digits")]
    YearNotFirst,
    /// The month or the day has a single digit.
    #[error("write the month and the day with two digits: {padded}")]
    ShortMonthOrDay {
        /// The date with two digits for each.
        padded: String,
    },
    /// There is no such month or season.
    #[error("there is no month {month}")]
    NoSuchMonth {
        /// The month as written.
        month: String,
    },
    /// The day is 0.
    #[error("there is no day 0")]
    DayZero,
    /// The month has fewer days.
    #[error("{} has {days} days", month_name(*year, *month))]
    DayOutOfMonth {
        /// The year.
        year: i32,
        /// The month, from 1.
        month: u8,
        /// How many days the month has.
        days: u8,
    },
}

impl DateError {
    pub(super) fn new(written: &str, kind: DateErrorKind) -> Self {
        let mut clipped: String = written.chars().take(40).collect();
        if clipped.len() < written.len() {
            clipped.push('…');
        }
        Self { written: clipped, kind }
    }
}

fn or_spreadsheet_day(day: Option<Day>) -> String {
    day.map_or_else(String::new, |day| format!("; as the number of a day in a spreadsheet it is {day}"))
}

fn month_name(year: i32, month: u8) -> String {
    let sign = if year < 0 { "-" } else { "" };
    let civil = i16::try_from(year).ok().zip(i8::try_from(month).ok());
    civil
        .and_then(|(year, month)| jiff::civil::Date::new(year, month, 1).ok())
        .map_or_else(|| "the month".to_owned(), |date| format!("{} {sign}{:04}", date.strftime("%B"), year.abs()))
}

impl DateErrorKind {
    /// Finds out what is wrong with a text that is not EDTF.
    pub(super) fn diagnose(written: &str) -> Self {
        if written.trim().is_empty() {
            return Self::Empty;
        }
        let has_two_slashes = written.split('/').count() == 3;
        let mut parts = written.split(['/', ',', '[', ']', '{', '}']).flat_map(|part| part.split(".."));
        if has_two_slashes {
            return Self::Unrecognized;
        }
        parts.find_map(diagnose_single_date).unwrap_or(Self::Unrecognized)
    }
}

/// What a date is written with besides its numbers; a mend keeps all of it.
struct DateDress<'t> {
    calendar: &'static str,
    sign: &'static str,
    /// `?`, `~` or `%` at the end.
    mark: &'t str,
}

impl DateDress<'_> {
    fn around(&self, numbers: &str) -> String {
        format!("{}{}{numbers}{}", self.calendar, self.sign, self.mark)
    }
}

/// Finds out what is wrong with one date of an interval or a set.
fn diagnose_single_date(part: &str) -> Option<DateErrorKind> {
    let (calendar, letter, part) = match part.strip_prefix('J') {
        Some(part) => (Calendar::Julian, "J", part),
        None => (Calendar::Gregorian, "", part),
    };
    let (sign, unsigned) = part.strip_prefix('-').map_or(("", part), |unsigned| ("-", unsigned));
    let unmarked = unsigned.trim_end_matches(['~', '?', '%']);
    let dress = DateDress { calendar: letter, sign, mark: unsigned.get(unmarked.len()..).unwrap_or("") };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'X');
    let numbers: Vec<&str> = unmarked.split('-').collect();
    let (&[year, ref rest @ ..], true) = (numbers.as_slice(), numbers.iter().all(is_number)) else {
        return None;
    };
    let padded = |year: &str| {
        let parts: Vec<String> = rest.iter().map(|part| format!("{part:0>2}")).collect();
        dress.around(&[vec![year.to_owned()], parts].concat().join("-"))
    };
    if year.len() < 4 && is_digits(year) {
        return Some(match year.len() {
            3 => DateErrorKind::ShortYear { padded: padded(&format!("0{year}")) },
            _ => DateErrorKind::YearNotFirst,
        });
    }
    if year.len() > 4 {
        let marked = format!("{letter}Y{part}");
        let is_date = is_digits(year) && !year.starts_with('0') && date_notation::read(&marked).is_some();
        return is_date.then(|| DateErrorKind::LongYear { marked, spreadsheet: spreadsheet_day(part) });
    }
    let &month = rest.first()?;
    if rest.iter().any(|part| part.len() == 1) {
        let padded = padded(year);
        // With two digits it may not be a day of the calendar, either.
        let wrong = diagnose_single_date(&padded);
        return Some(wrong.unwrap_or(DateErrorKind::ShortMonthOrDay { padded }));
    }
    let number: u8 = month.parse().ok()?;
    let is_season = (21..=41).contains(&number) && rest.len() == 1;
    if !(1..=12).contains(&number) && !is_season {
        return Some(DateErrorKind::NoSuchMonth { month: month.to_owned() });
    }
    let &day = rest.get(1)?;
    let wanted: u8 = day.parse().ok()?;
    let year: i32 = format!("{sign}{year}").parse().ok()?;
    let days = calendar.days_in_month(year.into(), number)?;
    match wanted {
        0 => Some(DateErrorKind::DayZero),
        1.. if wanted <= days => None,
        _ => Some(DateErrorKind::DayOutOfMonth { year, month: number, days }),
    }
}

/// The day that spreadsheets mean by a number: they count from the end of 1899.
/// Numbers of days before 1920 and after 2119 are taken for years.
fn spreadsheet_day(written: &str) -> Option<Day> {
    let days = written.parse::<i64>().ok().filter(|days| (7306..80_000).contains(days) && written.len() == 5)?;
    Some(Day::new(1899, 12, 30)?.plus_days(days))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_date_is_found_out() {
        let month = |month: &str| DateErrorKind::NoSuchMonth { month: month.to_owned() };
        let days = |year, month, days| DateErrorKind::DayOutOfMonth { year, month, days };
        let year = || DateErrorKind::ShortYear { padded: "0980".to_owned() };
        for (written, kind) in [
            ("2025-13", month("13")),
            ("2025-00-10", month("00")),
            ("2025-02-30", days(2025, 2, 28)),
            ("2024-02-30", days(2024, 2, 29)),
            ("2014/2015-06-31", days(2015, 6, 30)),
            ("2014-06-00", DateErrorKind::DayZero),
            ("980", year()),
            ("980-06-27", DateErrorKind::ShortYear { padded: "0980-06-27".to_owned() }),
            ("27-06-1980", DateErrorKind::YearNotFirst),
            ("99999-06", DateErrorKind::LongYear { marked: "Y99999-06".to_owned(), spreadsheet: None }),
            ("-12345", DateErrorKind::LongYear { marked: "Y-12345".to_owned(), spreadsheet: None }),
            ("02005", DateErrorKind::Unrecognized),
            ("[20 05]", DateErrorKind::Unrecognized),
            ("2025-6-7", DateErrorKind::ShortMonthOrDay { padded: "2025-06-07".to_owned() }),
            ("", DateErrorKind::Empty),
            ("soon", DateErrorKind::Unrecognized),
            ("2025x", DateErrorKind::Unrecognized),
            ("[2025-02-30..]", days(2025, 2, 28)),
        ] {
            assert_eq!(DateErrorKind::diagnose(written), kind, "{written}");
        }
    }

    #[test]
    fn a_mend_keeps_the_calendar_the_sign_and_the_mark() {
        for (written, mend) in [
            ("-980", "-0980"),
            ("-500-03-01", "-0500-03-01"),
            ("J980-02-01~", "J0980-02-01~"),
            ("J1752-9-2", "J1752-09-02"),
            ("J980-6-7~", "J0980-06-07~"),
            ("-2024-1-5", "-2024-01-05"),
            ("2024-1-5?", "2024-01-05?"),
            ("J12345", "JY12345"),
        ] {
            let mended = match DateErrorKind::diagnose(written) {
                DateErrorKind::ShortYear { padded } | DateErrorKind::ShortMonthOrDay { padded } => padded,
                DateErrorKind::LongYear { marked, .. } => marked,
                other => panic!("{written}: {other:?}"),
            };
            assert_eq!(mended, mend, "{written}");
            assert!(crate::model::Date::parse(mend).is_ok(), "{mend}");
        }
        let said = |written: &str| DateErrorKind::diagnose(written).to_string();
        assert_eq!(said("-0001-02-29"), "February -0001 has 28 days");
        let serial = "write a year beyond 9999 with a `Y` before it: Y45123; \
                      as the number of a day in a spreadsheet it is 2023-07-16";
        assert_eq!(said("45123"), serial);
    }

    #[test]
    fn the_text_of_an_error_is_cut_after_forty_characters() {
        assert_eq!(
            DateError::new(&"é".repeat(50), DateErrorKind::Unrecognized).written,
            format!("{}…", "é".repeat(40))
        );
    }
}
