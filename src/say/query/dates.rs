//! Dates and the words before them.

use super::Wording;
use super::words::{did_you_mean, in_quotes};
use crate::model::{DateErrorKind, Day};
use crate::plan::{DateProblem, OpenDate, RangeEnd};
use crate::say::list;
use crate::syntax::keyword::MONTHS;

pub(super) fn wording(problem: &DateProblem) -> Wording {
    match problem {
        DateProblem::NotADate { written, similar } => Wording::new(format!("`{written}` is not a date"))
            .with(similar.as_deref().map_or_else(|| EXAMPLES.to_owned(), did_you_mean)),
        DateProblem::Invalid { error, meanings } => {
            Wording::new(error.to_string()).maybe(match (meanings.is_empty(), &error.kind) {
                (false, _) => Some(one_of(meanings)),
                (true, DateErrorKind::Unrecognized) => Some(EXAMPLES.to_owned()),
                (true, _) => None,
            })
        }
        DateProblem::OtherOrder { written, meanings } => {
            Wording::new(format!("`{written}` is not a date: write year, month and day, separated by `-`"))
                .with(one_of(meanings))
        }
        DateProblem::NoSuchDay { year, month, day, last } => {
            let name = MONTHS.get(usize::from(*month).saturating_sub(1)).copied().unwrap_or_default();
            let days = last.civil().map_or(0, |civil| civil.day);
            Wording::new(format!("there is no {day} {name} {year}: the month has {days} days"))
                .with(format!("its last day is `{last}`"))
        }
        DateProblem::RangeReversed { first, last, mend } => {
            Wording::new(format!("the range ends on {last}, before it starts on {first}"))
                .maybe(mend.as_ref().map(|mend| format!("`{mend}`")))
        }
        DateProblem::Open { end, place } => {
            let end = match end {
                RangeEnd::First => "first",
                RangeEnd::Last => "last",
            };
            Wording::new(format!("this date has no {end} day")).with(match place {
                OpenDate::Relation => "name a day or a period, such as `2025`; an open range goes with `in`",
                OpenDate::AsOf => "`as of 2025`",
                OpenDate::Known => "`known 2025-03-01`, `known #12`",
                OpenDate::Diff => "name a day or a period: `2025-06`",
            })
        }
        DateProblem::NotOneDay => Wording::new("`on` needs a single day, and this is a period")
            .with("`in` takes a period: `in 2025`, `in June 2025`"),
        DateProblem::OutsideCalendar => {
            Wording::new("this date is outside the calendar").with("years go from -5000000 to 5000000")
        }
        DateProblem::NoDay => Wording::new("this period has no days").with("for one day, write `today`"),
        DateProblem::SeveralUnitsOfThis => {
            Wording::new("`this` takes a single unit").with("`this month`, `last 3 months`, `next 3 months`")
        }
        DateProblem::NotPutIn => Wording::new("the date is not known here"),
        DateProblem::PresenceInWords { mend } => {
            Wording::new("use `none` to ask whether there is a date at all").with(format!("`{mend}`"))
        }
        DateProblem::Prefix { field } => Wording::new("a date cannot be matched by a prefix")
            .with(format!("a year or a month is enough: `{field}:2025`, `{field}:2025-06`")),
        DateProblem::ComparedWithOther { field, other } => {
            Wording::new(format!("`{field}` is a date, but `{other}` is not"))
                .with(format!("such as `{field}:2025`, `{field}>=2025-06-27`"))
        }
        DateProblem::OfEachSource { field, stages } => {
            Wording::new(format!("a fact can have several `{field}`, one for each of its sources"))
                .with(format!("compare the dates of each source: `{stages}`"))
        }
        DateProblem::OneEndCounts { range, end, mend } => {
            let day = match end {
                RangeEnd::First => "first",
                RangeEnd::Last => "last",
            };
            Wording::new(format!("only the {day} day of the range `{range}` counts here"))
                .with(format!("for the whole range: `{mend}`"))
        }
        DateProblem::NoRelation { written, date } => {
            Wording::new(format!("the date `{written}` needs a word before it, such as `in` or `since`"))
                .with(format!("`in {date}`, `since {date}`; in quotes it is searched for as text"))
        }
        DateProblem::NoYear { written, example } => {
            Wording::new(format!("`{written}` needs a year after it")).with(format!("such as `on {example}`"))
        }
        DateProblem::RangeWithoutDots { written, range } => {
            Wording::new(format!("`{written}` is a range of dates, which is written with two dots"))
                .with(format!("`{range}`"))
        }
        DateProblem::ForeignRelation { written, mend, quoted } => {
            let quoted = quoted.as_ref().map_or(String::new(), |word| format!("; {}", in_quotes(word)));
            Wording::new(format!("`{written}` is not a word of the language")).with(format!("`{mend}`{quoted}"))
        }
        DateProblem::MisspeltRelation { word, similar } => Wording::new(format!(
            "`{word}` is not a word of the language"
        ))
        .with(format!("{} {}", did_you_mean(similar), in_quotes(word))),
        DateProblem::TwoRelations { word, second, first } => {
            Wording::new(format!("`{word}` cannot be followed by another such word"))
                .with(format!("leave one of them out: `{second}` or `{first}`"))
        }
    }
}

fn one_of(days: &[Day]) -> String {
    list::either(days.iter().map(|day| format!("`{day}`")))
}

const EXAMPLES: &str = "dates look like `2025`, `2025-06`, `2025-06-27`, `1920s`, `today`";
