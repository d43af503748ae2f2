//! Bars of block characters: how large a number is beside the greatest, and where
//! days and stretches lie on a line of time. It knows numbers, days and widths,
//! and no queries.

use tractat::model::Day;

/// The eighths of a block, from none to a whole one.
const EIGHTHS: [char; 9] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/// The least number of strokes between two marks.
const BETWEEN: usize = 3;

/// A bar for a part of a whole; at least a sliver if the value is above zero.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of a width is within it")]
pub fn bar(value: f64, greatest: f64, width: usize) -> String {
    if value.is_nan() || value <= 0.0 || greatest <= 0.0 || width == 0 {
        return String::new();
    }
    #[expect(clippy::cast_precision_loss, reason = "a terminal has few columns")]
    let eighths = (value / greatest).min(1.0) * width as f64 * 8.0;
    let eighths = (eighths.round() as usize).max(1);
    let mut bar = EIGHTHS[8].to_string().repeat(eighths / 8);
    if !eighths.is_multiple_of(8) {
        bar.push(EIGHTHS[eighths % 8]);
    }
    bar
}

/// A day or a stretch to be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timespan {
    /// The day on which it begins, between its earliest and its latest.
    pub start: (Day, Day),
    /// The day on which it ends; none if it goes on.
    pub end: Option<(Day, Day)>,
}

impl Timespan {
    /// What happens on one day, which may be known imprecisely.
    pub fn of_day(earliest: Day, latest: Day) -> Self {
        Self { start: (earliest, latest), end: Some((earliest, latest)) }
    }

    fn is_day(self) -> bool {
        self.end == Some(self.start)
    }

    /// The days that are known of it.
    pub fn days(self) -> impl Iterator<Item = Day> {
        let (first, last) = self.start;
        let end = self.end.into_iter().flat_map(|(first, last)| [first, last]);
        [first, last].into_iter().chain(end).filter(|day| day.is_finite())
    }
}

/// A line of time on which days and stretches are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane {
    /// The first day drawn.
    pub first: Day,
    /// The last day drawn.
    pub last: Day,
    /// The columns there are.
    pub width: usize,
}

impl Lane {
    fn column(self, day: Day) -> usize {
        let number = |day: Day| i64::from(day.number());
        let (first, last) = (number(self.first), number(self.last));
        let days = (last - first).max(1).unsigned_abs();
        let past = (number(day).clamp(first, last) - first).unsigned_abs();
        let columns = self.width.saturating_sub(1) as u64;
        usize::try_from((past * columns + days / 2) / days).unwrap_or(0)
    }

    /// A day is a dot, `○` where it is known imprecisely, with dots over the
    /// days that it may be; a stretch is a line between two such dots, with an
    /// arrow where it goes on.
    pub fn draw(self, span: Timespan) -> String {
        let mut line = vec![' '; self.width];
        let mut fill = |from: usize, to: usize, stroke: char| {
            line.iter_mut().take(to + 1).skip(from).for_each(|column| *column = stroke);
        };
        let columns = |(earliest, latest): (Day, Day)| (self.column(earliest), self.column(latest));
        let dot = |(earliest, latest): (Day, Day)| if earliest == latest { '●' } else { '○' };
        let start = columns(span.start);
        if span.is_day() {
            fill(start.0, start.1, '┄');
            fill(start.0, start.0, dot(span.start));
            fill(start.1, start.1, dot(span.start));
            return line.into_iter().collect::<String>().trim_end().to_owned();
        }
        let end = span.end.map_or((self.width.saturating_sub(1), self.width.saturating_sub(1)), columns);
        fill(start.0, start.1.max(end.1), '┄');
        fill(start.1, end.0, '━');
        fill(end.1, end.1, span.end.map_or('▶', dot));
        fill(start.0, start.0, dot(span.start));
        line.into_iter().collect::<String>().trim_end().to_owned()
    }

    /// The line over the lanes: the first and the last year, and between them
    /// round years, each over its first day; of a short time months or days.
    pub fn axis(self) -> String {
        let unit = AxisUnit::of(self.first, self.last);
        let (Some(begin), Some(end)) = (unit.label(self.first), unit.label(self.last)) else { return String::new() };
        let (Some(first), Some(last)) = (unit.number(self.first), unit.number(self.last)) else { return begin };
        let mut line: Vec<char> = vec!['─'; self.width];
        let mut write = |at: usize, text: &str| {
            line.iter_mut().skip(at).zip(text.chars()).for_each(|(column, letter)| *column = letter);
        };
        if self.width < begin.len() + BETWEEN + end.len() {
            return begin;
        }
        let last_mark = self.width - end.len();
        write(0, &begin);
        write(last_mark, &end);
        let marks = |step: i32| -> Vec<(usize, String)> {
            let numbers = ((first + 1)..last).filter(|number| number.rem_euclid(step) == 0);
            let mark = |number: i32| {
                let day = unit.day(number)?;
                Some((self.column(day), unit.label(day)?))
            };
            let room = begin.len() + BETWEEN..last_mark;
            numbers
                .filter_map(mark)
                .filter(|(at, text)| room.contains(at) && room.contains(&(at + text.len() + BETWEEN - 1)))
                .collect()
        };
        let is_loose = |marks: &Vec<(usize, String)>| {
            marks.windows(2).all(|pair| matches!(pair, [(a, text), (b, _)] if a + text.len() + 2 * BETWEEN <= *b))
        };
        let steps = unit.steps().iter().copied();
        let marks = steps.filter(|step| (last - first) / step <= 200).map(marks).find(is_loose);
        for (at, text) in marks.unwrap_or_default() {
            write(at, &text);
        }
        line.into_iter().collect()
    }
}

/// What the marks of an axis are.
#[derive(Debug, Clone, Copy)]
enum AxisUnit {
    Year,
    Month,
    Day,
}

impl AxisUnit {
    /// What tells the days of a stretch apart.
    fn of(first: Day, last: Day) -> Self {
        match i64::from(last.number()) - i64::from(first.number()) {
            ..62 => Self::Day,
            62..700 => Self::Month,
            _ => Self::Year,
        }
    }

    /// The steps between two marks that may be used, the smallest first.
    fn steps(self) -> &'static [i32] {
        match self {
            Self::Year => &[1, 2, 5, 10, 20, 50, 100, 200, 500],
            Self::Month => &[1, 2, 3, 6, 12],
            Self::Day => &[1, 2, 5, 10, 20],
        }
    }

    /// The number of the unit in which a day lies.
    fn number(self, day: Day) -> Option<i32> {
        let year = day.year()?;
        Some(match self {
            Self::Year => year,
            Self::Month => year * 12 + i32::from(day.month()?) - 1,
            Self::Day => day.number(),
        })
    }

    /// The first day of the unit with a number.
    fn day(self, number: i32) -> Option<Day> {
        match self {
            Self::Year => Day::new(number.into(), 1, 1),
            Self::Month => Day::new(number.div_euclid(12).into(), u8::try_from(number.rem_euclid(12) + 1).ok()?, 1),
            Self::Day => Some(Day::from_number(number)),
        }
    }

    /// The label of the unit in which a day lies.
    fn label(self, day: Day) -> Option<String> {
        let year = day.year()?;
        Some(match self {
            Self::Year => year.to_string(),
            Self::Month => format!("{year}-{:02}", day.month()?),
            Self::Day => day.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_part_of_the_greatest() {
        assert_eq!(bar(10.0, 10.0, 4), "████");
        assert_eq!(bar(5.0, 10.0, 4), "██");
        assert_eq!(bar(5.0, 10.0, 3), "█▌");
        assert_eq!(bar(0.0, 10.0, 4), "");
        assert_eq!(bar(1.0, 100_000.0, 4), "▏");
        assert_eq!(bar(20.0, 10.0, 2), "██");
    }

    fn day(year: i64) -> Day {
        Day::new(year, 1, 1).unwrap()
    }

    #[test]
    fn days_and_stretches_lie_where_their_dates_are() {
        let lane = Lane { first: day(2000), last: day(2010), width: 11 };
        let point = |year| Timespan::of_day(day(year), day(year));
        assert_eq!(lane.draw(point(2000)), "●");
        assert_eq!(lane.draw(point(2005)), "     ●");
        assert_eq!(lane.draw(point(2010)), "          ●");
        assert_eq!(lane.draw(point(1950)), "●", "what lies outside stands at the end");
        assert_eq!(lane.draw(Timespan::of_day(day(2002), day(2005))), "  ○┄┄○");
        assert_eq!(lane.draw(Timespan::of_day(day(2002), day(2002).next())), "  ○");
        let exact = |year| (day(year), day(year));
        let stretch = |start, end| lane.draw(Timespan { start, end });
        assert_eq!(stretch(exact(2002), Some(exact(2006))), "  ●━━━●");
        assert_eq!(stretch(exact(2002), None), "  ●━━━━━━━▶");
        assert_eq!(stretch((day(2001), day(2003)), Some((day(2006), day(2008)))), " ○┄━━━━┄○");
        assert_eq!(stretch(exact(2010), None), "          ●");
    }

    #[test]
    fn an_axis_names_the_first_and_the_last_year_and_round_ones_between() {
        let lane = |first, last, width| Lane { first: day(first), last: day(last), width }.axis();
        assert_eq!(lane(1999, 2026, 20), "1999────2010────2026");
        assert_eq!(lane(1999, 2026, 40), "1999────────────2010────────────────2026");
        assert_eq!(lane(2000, 2002, 40), "2000────────────────2001────────────2002");
        assert_eq!(lane(1648, 2026, 40), "1648────────────1800──────1900──────2026");
        assert_eq!(lane(2000, 2002, 8), "2000", "there is no room for two");
    }

    #[test]
    fn of_a_short_time_an_axis_names_months_or_days() {
        let lane = |first: (u8, u8), last: (u8, u8), width| {
            let day = |(month, day)| Day::new(2025, month, day).unwrap();
            Lane { first: day(first), last: day(last), width }.axis()
        };
        assert_eq!(lane((6, 27), (12, 27), 30), "2025-06───2025-09──────2025-12");
        assert_eq!(lane((6, 27), (7, 20), 40), "2025-06-27─────2025-07-06─────2025-07-20");
    }
}
