use super::world::{days, parse};
use crate::model::Day;
use crate::plan::dates::{period, relate};
use crate::plan::{DateProblem, OpenDate, RangeEnd};
use crate::syntax::tree::{Condition, DateTest, Duration, Turn, Unit, When};

/// Today is Thursday, 29 February 2024.
const WINDOWS: &[(&str, &str)] = &[
    ("after 2025", "2026-01-01.."),
    ("after 2025-01", "2025-02-01.."),
    ("after 2025-01-01", "2025-01-02.."),
    ("after June 2025", "2025-07-01.."),
    ("after 1920s", "1930-01-01.."),
    ("after today", "2024-03-01.."),
    ("after last month", "2024-02-01.."),
    ("after 2019..2022-06", "2022-07-01.."),
    ("before 2025", "..2024-12-31"),
    ("before 2025-03", "..2025-02-28"),
    ("before 2024-03-01", "..2024-02-29"),
    ("before 27 June 2025", "..2025-06-26"),
    ("before 1920s", "..1919-12-31"),
    ("before today", "..2024-02-28"),
    ("before this year", "..2023-12-31"),
    ("since 2025", "2025-01-01.."),
    ("since 2025-06", "2025-06-01.."),
    ("since 2025-06-27", "2025-06-27.."),
    ("since yesterday", "2024-02-28.."),
    ("since last month", "2024-01-01.."),
    ("since 2 weeks ago", "2024-02-15.."),
    ("since 3 months ago", "2023-11-29.."),
    ("since [2025-06-29..]", "2025-06-29.."),
    ("until 2025", "..2025-12-31"),
    ("until 1920s", "..1929-12-31"),
    ("until 192X", "..1929-12-31"),
    ("until February 2024", "..2024-02-29"),
    ("by 2023-02", "..2023-02-28"),
    ("by today", "..2024-02-29"),
    ("until 1 year ago", "..2023-02-28"),
    ("in 2025", "2025-01-01..2025-12-31"),
    ("in 2024-02", "2024-02-01..2024-02-29"),
    ("in 2100-02", "2100-02-01..2100-02-28"),
    ("in 2025-06-27", "2025-06-27..2025-06-27"),
    ("in 1985~", "1985-01-01..1985-12-31"),
    ("in 19XX", "1900-01-01..1999-12-31"),
    ("in 1990s", "1990-01-01..1999-12-31"),
    ("in April 1986", "1986-04-01..1986-04-30"),
    ("in last week", "2024-02-19..2024-02-25"),
    ("in this week", "2024-02-26..2024-03-03"),
    ("in next week", "2024-03-04..2024-03-10"),
    ("in last month", "2024-01-01..2024-01-31"),
    ("in this month", "2024-02-01..2024-02-29"),
    ("in next month", "2024-03-01..2024-03-31"),
    ("in last year", "2023-01-01..2023-12-31"),
    ("in this year", "2024-01-01..2024-12-31"),
    ("in next year", "2025-01-01..2025-12-31"),
    ("in last day", "2024-02-28..2024-02-28"),
    ("in last 90 days", "2023-12-02..2024-02-29"),
    ("in next 90 days", "2024-02-29..2024-05-28"),
    ("in last 1 days", "2024-02-29..2024-02-29"),
    ("in next 1 days", "2024-02-29..2024-02-29"),
    ("in last 2 weeks", "2024-02-16..2024-02-29"),
    ("in next 2 weeks", "2024-02-29..2024-03-13"),
    ("in last 3 months", "2023-11-30..2024-02-29"),
    ("in next 3 months", "2024-02-29..2024-05-28"),
    ("in last 1 years", "2023-03-01..2024-02-29"),
    ("in next 1 years", "2024-02-29..2025-02-28"),
    ("on 2025-06-27", "2025-06-27..2025-06-27"),
    ("on 27 June 2025", "2025-06-27..2025-06-27"),
    ("on tomorrow", "2024-03-01..2024-03-01"),
    ("2019..2022-06", "2019-01-01..2022-06-30"),
    ("2019..", "2019-01-01.."),
    ("..2022", "..2022-12-31"),
    ("in 1990s..today", "1990-01-01..2024-02-29"),
    ("within 90 days of 2025-06-27", "2025-03-29..2025-09-25"),
    ("within 1 month of 2025", "2024-12-01..2026-01-31"),
    ("within 90 days after 2025-06-27", "2025-06-27..2025-09-25"),
    ("within 6 months after 2025", "2026-01-01..2026-06-30"),
    ("within 1 month after 2024-01-31", "2024-01-31..2024-02-29"),
    ("within 2 weeks before 2024-03-01", "2024-02-16..2024-03-01"),
    ("within 1 year before 2024", "2023-01-01..2023-12-31"),
    ("within 5 years after today", "2024-02-29..2029-02-28"),
];

fn date_test(text: &str) -> DateTest {
    match parse(text).filter.unwrap().value {
        Condition::Date(date) => date,
        other => panic!("{text}: {other:?}"),
    }
}

fn window(text: &str) -> Result<String, DateProblem> {
    let written = date_test(text);
    relate(written.relation, period(&written.when.value, Day::new(2024, 2, 29).unwrap())?).map(days)
}

#[test]
fn every_relation_and_form_of_date_is_the_days_that_plain_english_says() {
    let wrong: Vec<_> = WINDOWS
        .iter()
        .filter_map(|(text, expected)| {
            let found = window(text).map_err(|problem| format!("{problem:?}"));
            (found.as_deref() != Ok(expected)).then(|| format!("{text}: {found:?}, expected {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_month_from_its_last_day_ends_with_the_shorter_month() {
    let next = |today: Day| days(period(&date_test("in next 1 month").when.value, today).unwrap());
    assert_eq!(next(Day::new(2024, 1, 31).unwrap()), "2024-01-31..2024-02-29");
    assert_eq!(next(Day::new(2024, 3, 1).unwrap()), "2024-03-01..2024-03-31");
}

#[test]
fn what_is_no_date_is_refused_with_what_it_may_mean() {
    let open = |end| DateProblem::Open { end, place: OpenDate::Relation };
    for (text, problem) in [
        ("on 2025", DateProblem::NotOneDay),
        ("in last 0 days", DateProblem::NoDay),
        ("after [2025-06-29..]", open(RangeEnd::Last)),
        ("before [..2025]", open(RangeEnd::First)),
    ] {
        assert_eq!(window(text).unwrap_err(), problem, "{text}");
    }
    let DateProblem::RangeReversed { mend, .. } = window("in 2022..2019").unwrap_err() else { panic!() };
    assert_eq!(mend.as_deref(), Some("2019..2022"));
    let today = Day::new(2024, 2, 29).unwrap();
    let wrong = |text: &str| period(&When::Edtf(text.to_owned()), today).unwrap_err();
    for (text, days) in [
        ("06/27/2025", "2025-06-27"),
        ("27.6.2025", "2025-06-27"),
        ("06/07/2025", "2025-06-07 2025-07-06"),
        ("2025/6/7", "2025-06-07 2025-07-06"),
    ] {
        let DateProblem::OtherOrder { meanings, .. } = wrong(text) else { panic!("{text}") };
        assert_eq!(meanings.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "), days, "{text}");
    }
    assert!(matches!(wrong("2025-02-30"), DateProblem::Invalid { meanings, .. } if meanings.is_empty()));
    assert!(matches!(wrong("2025-13-01"), DateProblem::Invalid { meanings, .. } if meanings.len() == 1));
    assert_eq!(wrong("soon"), DateProblem::NotADate { written: "soon".to_owned(), similar: None });
    let civil = When::Civil { year: 2025, month: 2, day: Some(30) };
    let last = Day::new(2025, 2, 28).unwrap();
    assert_eq!(period(&civil, today).unwrap_err(), DateProblem::NoSuchDay { year: 2025, month: 2, day: 30, last });
    let three_months = Duration { count: 3, unit: Unit::Month };
    let several = period(&When::Rolling(Turn::This, three_months), today).unwrap_err();
    assert_eq!(several, DateProblem::SeveralUnitsOfThis);
}
