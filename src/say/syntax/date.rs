//! Problems with dates and lengths of time.

use super::write;
use crate::say::list::code_with;
use crate::syntax::MalformedDate;

pub(super) fn message(problem: &MalformedDate) -> String {
    match problem {
        MalformedDate::Number { text, .. } => format!("`{text}` is not a date"),
        MalformedDate::Foreign { readings } if readings.len() > 1 => "this date can be read in two ways".to_owned(),
        MalformedDate::Foreign { .. } => "dates are written year-month-day".to_owned(),
        MalformedDate::UnknownMonth { word, .. } => format!("`{word}` is not a month"),
        MalformedDate::MonthWithoutYear { written, .. } => format!("`{written}` needs a year after it"),
        MalformedDate::DayAfterMonth { .. } => "the day goes before the month".to_owned(),
        MalformedDate::DayOfMonth { day } => format!("no month has a day {day}"),
        MalformedDate::Decade { .. } => "a decade begins with a year that ends in 0".to_owned(),
        MalformedDate::Brackets => "this is not a date in brackets".to_owned(),
        MalformedDate::TurnWithoutUnit { turn, .. } => format!("`{turn}` needs a unit of time after it"),
        MalformedDate::ThisBeforeSeveral => "`this` takes a single unit of time".to_owned(),
        MalformedDate::DurationAsDate { duration } => format!("`{duration}` is a length of time, not a date"),
        MalformedDate::Duration { text, .. } => format!("`{text}` is not a length of time"),
    }
}

pub(super) fn help(problem: &MalformedDate) -> Option<String> {
    Some(match problem {
        MalformedDate::Number { mend, .. }
        | MalformedDate::UnknownMonth { mend, .. }
        | MalformedDate::TurnWithoutUnit { mend, .. } => mend.to_string(),
        MalformedDate::Foreign { readings } => format!("write {}", code_with(readings, "or")),
        MalformedDate::MonthWithoutYear { month, day: Some(day), .. } => format!("for example: `{day} {month} 2025`"),
        MalformedDate::MonthWithoutYear { month, day: None, .. } => {
            format!(
                "for example: `{month} 2025`; {month} of every year cannot be asked for, \
                 and `count by month` counts each year's apart"
            )
        }
        MalformedDate::DayAfterMonth { mended: [words, digits] } => format!("write `{words}`, or `{digits}`"),
        MalformedDate::DayOfMonth { .. } => return None,
        MalformedDate::Decade { mended } | MalformedDate::Duration { mended, .. } => write(mended),
        MalformedDate::Brackets => {
            "for example: `[2025-06-29..]` for some day from then on, or `[2024,2025]` for one of the two".to_owned()
        }
        MalformedDate::ThisBeforeSeveral => {
            "`this week`, `this month` or `this year`; for several, `last 3 months` or `next 3 months`".to_owned()
        }
        MalformedDate::DurationAsDate { duration } => {
            format!("write `last {duration}`, `next {duration}` or `{duration} ago`")
        }
    })
}
