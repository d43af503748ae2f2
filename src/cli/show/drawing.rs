//! What is drawn beside rows on a terminal: a bar for each count of a period,
//! and where each row of a time line lies. It knows columns and their roles,
//! and no queries.

use std::sync::Arc;

use anstyle::{AnsiColor, Style};
use tractat::model::{Cell, Day, Extent};
use tractat::{ColumnInfo, ColumnRole};

use super::bars::{Lane, Timespan, bar};
use super::table::{GAP, Layout, TextTable};
use crate::cli::output::{DIM, Surface};

/// The style of what is drawn.
const DRAWN: Style = AnsiColor::Cyan.on_default();

/// The narrowest bar that is drawn.
const LEAST_BAR: usize = 10;

/// The narrowest time line that is drawn.
const LEAST_LANE: usize = 24;

/// The most rows that are drawn; nobody sees the whole of more.
pub const MOST_ROWS: usize = 5000;

/// The rows of an answer with a drawing at their right.
pub struct Drawing {
    layout: Layout,
    heading: String,
    /// The columns that are shown.
    kept: Vec<usize>,
    /// The headings of the columns for which there was no room.
    left_out: Vec<Arc<str>>,
    table: TextTable,
    kind: Graphic,
    /// The column of periods without a row that are put in, if rows are those
    /// of one key in the order of time.
    gaps: Option<usize>,
}

/// Up to this many consecutive periods without a row are shown as empty lines.
const MOST_PUT_IN: i64 = 100;

/// What is drawn.
enum Graphic {
    Bars { count: usize, greatest: f64, width: usize },
    Lanes { start: usize, end: Option<usize>, lane: Lane },
}

impl Drawing {
    /// The drawing of all rows of an answer; `None` if there is nothing to draw, or no room.
    /// What goes on is drawn up to `today`.
    pub fn new<'r>(
        columns: &[ColumnInfo],
        keys: usize,
        rows: impl Iterator<Item = &'r [Cell]> + Clone,
        today: Day,
        surface: Surface,
    ) -> Option<Self> {
        let width = usize::from(surface.width.filter(|_| surface.terminal)?);
        let with_role = |role: ColumnRole| columns.iter().position(|column| column.role == role);
        let counts = columns.iter().filter(|column| column.role == ColumnRole::Count).count();
        let table = |kept: &[usize]| {
            let headings: Vec<&str> = kept.iter().map(|place| &*columns[*place].label).collect();
            let mut table = TextTable::new(&headings).with_keys(keys);
            rows.clone().for_each(|cells| table.push(&some_of(cells, kept)));
            table
        };
        let mut kept: Vec<usize> = (0..columns.len()).collect();
        if let Some(start) = with_role(ColumnRole::Start) {
            let end = with_role(ColumnRole::End);
            let (first, last) = bounds(rows.clone().filter_map(|cells| span(cells, start, end)), today)?;
            let room = width.checked_sub(LEAST_LANE + GAP)?;
            let narrow = Surface { width: Some(u16::try_from(room).ok()?), ..surface };
            // Ids can wait, and the drawing itself says how long something was.
            let after = end.map_or(columns.len(), |end| end.max(start) + 1);
            let ids = (0..columns.len()).filter(|place| &*columns[*place].name == "id");
            let mut spare: Vec<usize> = (after..columns.len()).chain(ids).collect();
            let mut shown = table(&kept);
            while shown.width() > room
                && let Some(place) = spare.pop()
            {
                kept.retain(|kept| *kept != place);
                shown = table(&kept);
            }
            // Then what all rows have alike, and the days, which the drawing shows too.
            let is_alike = |place: &usize| {
                let mut cells = rows.clone().filter_map(|cells| cells.get(*place));
                let first = cells.next();
                cells.all(|cell| Some(cell) == first)
            };
            let alike = (0..columns.len()).filter(|place| Some(*place) != end && *place != start).filter(is_alike);
            let mut spare: Vec<usize> = std::iter::once(start).chain(end).chain(alike).collect();
            while !shown.fits(narrow)
                && kept.len() > 1
                && let Some(place) = spare.pop()
            {
                kept.retain(|kept| *kept != place);
                shown = table(&kept);
            }
            let is_left_out = |place: &usize| !kept.contains(place);
            let left_out = (0..columns.len()).filter(is_left_out).map(|place| columns[place].label.clone()).collect();
            let layout = shown.fits(narrow).then(|| shown.layout(narrow))?;
            let lane = Lane { first, last, width: width.checked_sub(layout.width() + GAP)? };
            let kind = Graphic::Lanes { start, end, lane };
            return Some(Self { heading: lane.axis(), layout, kept, left_out, table: shown, kind, gaps: None });
        }
        let count = with_role(ColumnRole::Count).filter(|_| counts == 1)?;
        let period = with_role(ColumnRole::Period)?;
        let room = width.checked_sub(LEAST_BAR + GAP)?;
        let narrow = Surface { width: Some(u16::try_from(room).ok()?), ..surface };
        let shown = table(&kept);
        let layout = shown.fits(narrow).then(|| shown.layout(narrow))?;
        let periods: Vec<PeriodOrdinal> =
            rows.clone().filter_map(|cells| PeriodOrdinal::from_cell(cells.get(period)?)).collect();
        let is_in_order =
            periods.windows(2).all(|two| matches!(two, [a, b] if a.unit == b.unit && a.number < b.number));
        let gaps = (keys == 1 && is_in_order).then_some(period);
        let greatest = rows.filter_map(|cells| Some(cells.get(count)?.as_number()?.to_f64())).fold(0.0, f64::max);
        if greatest <= 0.0 {
            return None;
        }
        let kind = Graphic::Bars { count, greatest, width: width.checked_sub(layout.width() + GAP)? };
        Some(Self { heading: String::new(), layout, kept, left_out: Vec::new(), table: shown, kind, gaps })
    }

    /// The line of headings.
    pub fn heading(&self, surface: Surface) -> String {
        let heading = self.table.heading(&self.layout, Surface { colour: false, ..surface });
        let heading = self.layout.padded(&heading);
        let (heading, axis) = (surface.paint(crate::cli::output::HEADING, &heading), &self.heading);
        format!("{heading}{}", surface.paint(DIM, axis)).trim_end().to_owned()
    }

    /// The lines of a row.
    pub fn lines(&self, cells: &[Cell], surface: Surface) -> Vec<String> {
        let mut lines = self.layout.lines_of(&self.table.spell(&some_of(cells, &self.kept)));
        let drawn = match &self.kind {
            Graphic::Bars { count, greatest, width } => {
                cells.get(*count).and_then(Cell::as_number).map(|value| bar(value.to_f64(), *greatest, *width))
            }
            Graphic::Lanes { start, end, lane } => span(cells, *start, *end).map(|span| lane.draw(span)),
        };
        if let (Some(line), Some(drawn)) = (lines.first_mut(), drawn.filter(|drawn| !drawn.is_empty())) {
            let blank = drawn.len() - drawn.trim_start().len();
            let (blank, drawn) = drawn.split_at(blank);
            *line = format!("{}{blank}{}", self.layout.padded(line), surface.paint(DRAWN, drawn));
        }
        lines
    }

    /// The lines of the periods between two rows that have none, so that a bar
    /// stands as far from another as they lie apart in time.
    pub fn lines_between(&self, before: &[Cell], after: &[Cell]) -> Vec<String> {
        let Some(period) = self.gaps else { return Vec::new() };
        let ordinal = |cells: &[Cell]| cells.get(period).and_then(PeriodOrdinal::from_cell);
        let (Some(first), Some(last)) = (ordinal(before), ordinal(after)) else { return Vec::new() };
        let number = last.number - first.number - 1;
        let line = |text: String| {
            let mut cells = vec![Cell::Missing; before.len()];
            if let Some(cell) = cells.get_mut(period) {
                *cell = Cell::text(&text);
            }
            self.layout.lines_of(&self.table.spell(&some_of(&cells, &self.kept)))
        };
        if number > MOST_PUT_IN {
            return line("…".to_owned());
        }
        (1..=number).flat_map(|step| line(first.unit.spelled(first.number + step))).collect()
    }

    /// What is said below of the columns that found no room.
    pub fn below(&self) -> Option<String> {
        if self.left_out.is_empty() {
            return None;
        }
        let names: Vec<String> = self.left_out.iter().map(|name| format!("`{name}`")).collect();
        Some(format!("hidden to make room: {}; the format `table` shows them", names.join(", ")))
    }
}

/// A year, a decade or a month, numbered so that neighbours differ by one.
struct PeriodOrdinal {
    unit: PeriodUnit,
    number: i64,
}

/// What periods are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PeriodUnit {
    Year,
    Decade,
    Month,
}

impl PeriodOrdinal {
    fn from_cell(cell: &Cell) -> Option<Self> {
        let text = cell.to_string();
        let (unit, number) = match (text.strip_suffix('s'), text.rsplit_once('-').filter(|(year, _)| !year.is_empty()))
        {
            (Some(decade), _) => (PeriodUnit::Decade, decade.parse::<i64>().ok()?.div_euclid(10)),
            (None, Some((year, month))) => {
                (PeriodUnit::Month, year.parse::<i64>().ok()? * 12 + month.parse::<i64>().ok()? - 1)
            }
            (None, None) => (PeriodUnit::Year, text.parse().ok()?),
        };
        let found = Self { unit, number };
        (found.unit.spelled(found.number) == text).then_some(found)
    }
}

impl PeriodUnit {
    fn spelled(self, number: i64) -> String {
        match self {
            Self::Year => number.to_string(),
            Self::Decade => format!("{}s", number * 10),
            Self::Month => format!("{}-{:02}", number.div_euclid(12), number.rem_euclid(12) + 1),
        }
    }
}

fn some_of(cells: &[Cell], kept: &[usize]) -> Vec<Cell> {
    kept.iter().map(|place| cells.get(*place).cloned().unwrap_or_default()).collect()
}

/// Where a row lies in time; nowhere if nobody knows when it begins.
fn span(cells: &[Cell], start: usize, end: Option<usize>) -> Option<Timespan> {
    let extent = |place: usize| cells.get(place).and_then(Cell::as_date).map(|date| (date.extent(), date));
    let (begun, date) = extent(start)?;
    let hull = |date: &tractat::model::Date| (date.earliest(), date.latest());
    match (begun, end) {
        (_, Some(end)) => Some(Timespan { start: hull(date), end: extent(end).map(|(_, date)| hull(date)) }),
        (Extent::Point(_), None) => Some(Timespan::of_day(date.earliest(), date.latest())),
        (Extent::Stretch { start, end }, None) => {
            let goes_on = !end.last.is_finite();
            Some(Timespan { start: (start.first, start.last), end: (!goes_on).then_some((end.first, end.last)) })
        }
    }
}

/// The first and the last day of all that is drawn.
fn bounds(spans: impl Iterator<Item = Timespan>, today: Day) -> Option<(Day, Day)> {
    let mut bounds: Option<(Day, Day)> = None;
    for span in spans {
        for day in span.days().chain(span.end.is_none().then_some(today)) {
            let (first, last) = bounds.unwrap_or((day, day));
            bounds = Some((first.min(day), last.max(day)));
        }
    }
    bounds
}

#[cfg(test)]
mod tests {
    use tractat::model::Date;

    use super::*;

    fn surface(width: u16) -> Surface {
        Surface { terminal: true, colour: false, width: Some(width), height: None }
    }

    fn column(name: &str, role: ColumnRole) -> ColumnInfo {
        ColumnInfo { name: name.into(), label: name.into(), role, computed: false }
    }

    fn date(written: &str) -> Cell {
        if written.is_empty() { Cell::Missing } else { Cell::Date(Date::parse(written).unwrap()) }
    }

    fn drawn(columns: &[ColumnInfo], keys: usize, rows: &[Vec<Cell>], width: u16) -> Option<Vec<String>> {
        let today = Day::new(2026, 1, 1).unwrap();
        let drawing = Drawing::new(columns, keys, rows.iter().map(Vec::as_slice), today, surface(width))?;
        let lines = rows.iter().flat_map(|row| drawing.lines(row, surface(width)));
        Some([drawing.heading(surface(width))].into_iter().chain(lines).chain(drawing.below()).collect())
    }

    #[test]
    fn counts_of_periods_have_bars_as_wide_as_the_terminal_leaves() {
        let columns = [column("year", ColumnRole::Period), column("count", ColumnRole::Count)];
        let rows = [
            vec![Cell::text("1997"), Cell::Integer(120)],
            vec![Cell::text("1998"), Cell::Integer(30)],
            vec![Cell::Missing, Cell::Integer(1)],
        ];
        assert_eq!(
            drawn(&columns, 1, &rows, 38).unwrap(),
            [
                "  year     count",
                "  1997       120   ███████████████████",
                "  1998        30   ████▊",
                "  (none)       1   ▏",
            ]
        );
        let years = |a: &str, b: &str| [a, b].map(|year| vec![Cell::text(year), Cell::Integer(1)]);
        let between = |rows: [Vec<Cell>; 2]| {
            let today = Day::new(2026, 1, 1).unwrap();
            let drawing = Drawing::new(&columns, 1, rows.iter().map(Vec::as_slice), today, surface(38)).unwrap();
            drawing.lines_between(&rows[0], &rows[1])
        };
        assert_eq!(between(years("1997", "2000")), ["  1998", "  1999"]);
        assert_eq!(between(years("1970s", "1990s")), ["  1980s"]);
        assert_eq!(between(years("2024-11", "2025-02")), ["  2024-12", "  2025-01"]);
        assert_eq!(between(years("1000", "2000")), ["  …"]);
        assert_eq!(between(years("2000", "1997")), [""; 0], "they are in another order");
        assert_eq!(drawn(&columns, 1, &rows, 24), None, "there is no room for bars");
        let plain = [column("kind", ColumnRole::Plain), column("count", ColumnRole::Count)];
        assert_eq!(drawn(&plain, 1, &rows, 38), None);
    }

    #[test]
    fn a_time_line_has_a_lane_for_each_row_under_an_axis() {
        let columns = [
            column("club", ColumnRole::Plain),
            column("start", ColumnRole::Start),
            column("end", ColumnRole::End),
            column("opened_by", ColumnRole::Plain),
        ];
        let row = |club: &str, start: &str, end: &str| {
            vec![Cell::text(club), date(start), date(end), Cell::text("an-id-of-some-length-at-the-end")]
        };
        let rows = [
            row("chess", "2000-01-01", "2013-01-01"),
            row("go", "2013-01-01", ""),
            row("bridge", "", ""),
            row("whist", "2004", "[2017-01-01..2019-12-31]"),
        ];
        insta::assert_snapshot!(drawn(&columns, 0, &rows, 78).unwrap().join("\n"), @"
          club     start        end                        2000──────2010─────────2026
          chess    2000-01-01   2013-01-01                 ●━━━━━━━━━━━━●
          go       2013-01-01                                           ●━━━━━━━━━━━━▶
          bridge
          whist    2004         [2017-01-01..2019-12-31]       ○━━━━━━━━━━━━━┄┄○
        hidden to make room: `opened_by`; the format `table` shows them
        ");
    }

    #[test]
    fn where_there_is_little_room_what_the_lanes_show_is_left_out_first() {
        let columns = [
            column("person", ColumnRole::Plain),
            column("club", ColumnRole::Plain),
            column("start", ColumnRole::Start),
            column("end", ColumnRole::End),
        ];
        let row = |person: &str, end: &str| {
            vec![Cell::text(person), Cell::text("Society of Friends"), date("2000-01-01"), date(end)]
        };
        let rows = [row("Ada Lovelace", "[2017-01-01..2019-12-31]"), row("Ben Franklin", "2013-01-01")];
        insta::assert_snapshot!(drawn(&columns, 0, &rows, 80).unwrap().join("\n"), @"
          person        start        end                        2000────────2010────2019
          Ada Lovela…   2000-01-01   [2017-01-01..2019-12-31]   ●━━━━━━━━━━━━━━━━━━━━┄┄○
          Ben Frankl…   2000-01-01   2013-01-01                 ●━━━━━━━━━━━━━━●
        hidden to make room: `club`; the format `table` shows them
        ");
    }

    #[test]
    fn a_fact_is_a_point_on_its_day() {
        let columns = [column("date", ColumnRole::Start), column("who", ColumnRole::Plain)];
        let row = |written: &str| vec![date(written), Cell::text("ada")];
        let rows = [row("2000-01-01"), row("2001"), row("2002-01-01"), row("2001/..")];
        assert_eq!(
            drawn(&columns, 0, &rows, 48).unwrap(),
            [
                "  date         who   2000──────2010─────────2026",
                "  2000-01-01   ada   ●",
                "  2001         ada    ○○",
                "  2002-01-01   ada     ●",
                "  2001/..      ada    ○━━━━━━━━━━━━━━━━━━━━━━━━▶",
            ]
        );
    }
}
