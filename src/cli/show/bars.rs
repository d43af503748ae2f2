//! Bars of block characters: how much a number is of the greatest, and where a
//! stretch of time lies among others. It knows numbers and widths, no queries.

/// The eighths of a block, from none to a whole one.
const EIGHTHS: [char; 9] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/// A bar for a part of a whole; at least a sliver for what is more than nothing.
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

/// A line on which a stretch is drawn between two ends of time; a single day
/// is a dot. What is open to the right ends in an arrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane {
    /// The first day drawn, as a number.
    pub first: i64,
    /// The last day drawn.
    pub last: i64,
    /// The columns there are.
    pub width: usize,
}

impl Lane {
    fn column(self, day: i64) -> usize {
        let days = (self.last - self.first).max(1);
        let past = (day.clamp(self.first, self.last) - self.first).unsigned_abs();
        let columns = self.width.saturating_sub(1) as u64;
        usize::try_from(past * columns / days.unsigned_abs()).unwrap_or(0)
    }

    /// A point in time.
    pub fn point(self, day: i64) -> String {
        format!("{}●", " ".repeat(self.column(day)))
    }

    /// A stretch of time; without an end it goes on.
    pub fn stretch(self, start: i64, end: Option<i64>) -> String {
        let from = self.column(start);
        let to = self.column(end.unwrap_or(self.last)).max(from);
        let mut line = format!("{}{}", " ".repeat(from), "━".repeat(to - from));
        line.push(if end.is_none() { '▶' } else { '┫' });
        line
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
        assert_eq!(bar(0.001, 10.0, 4), "▏");
        assert_eq!(bar(f64::NAN, 10.0, 4), "");
    }

    #[test]
    fn a_stretch_lies_where_its_days_do() {
        let lane = Lane { first: 0, last: 100, width: 11 };
        assert_eq!(lane.point(50), "     ●");
        assert_eq!(lane.stretch(20, Some(50)), "  ━━━┫");
        assert_eq!(lane.stretch(80, None), "        ━━▶");
        assert_eq!(lane.stretch(-5, Some(500)), "━━━━━━━━━━┫");
    }
}
