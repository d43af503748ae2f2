//! What a column of an unknown file tells of dates, and the steps of a guessed
//! mapping that read them.

use super::column_dates::are_open;
use super::filling::clip;
use super::written_date::{DateOrder, as_edtf};
use crate::model::Date;

/// Dates of other years probably stand for something else.
const YEARS: std::ops::RangeInclusive<i32> = 1000..=2200;

/// What a column of dates seems to hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct GuessedDates {
    /// Every order in which some of them are dates; both of day and month first,
    /// if the rows do not tell which it is.
    pub orders: Vec<DateOrder>,
    /// Whether letters follow some of them.
    pub letters: bool,
    /// Years that probably stand for something else.
    pub sentinels: Vec<String>,
    /// How many cells are not such dates, and the first of them.
    pub odd: usize,
    pub odd_example: String,
    /// How many have the day and the month in an order that only the others tell,
    /// and one that does.
    pub told: usize,
    pub telling: String,
}

/// A date without the letter after it, and whether there is one.
fn without_letter(value: &str) -> (&str, bool) {
    match value.rsplit_once(' ') {
        Some((date, letter)) if letter.len() <= 2 && letter.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            (date, true)
        }
        _ => (value, false),
    }
}

/// Dates, if half of the values are, or the heading says so and one is. What is
/// not such a date is told, and makes nothing else of the others.
pub(super) fn dates(filled: &[&str], is_date: bool) -> Option<GuessedDates> {
    let parts: Vec<(&str, bool)> = filled.iter().map(|value| without_letter(value)).collect();
    let values: Vec<&str> = parts.iter().map(|(date, _)| *date).collect();
    let (orders, read) = orders_of(&values);
    let most = read.iter().filter(|read| **read).count();
    if most == 0 || (most * 2 < filled.len() && !is_date) {
        return None;
    }
    let mut found = GuessedDates { orders, ..GuessedDates::default() };
    found.decide_day_or_month(&values);
    let mut plausible = 0;
    for date in &values {
        let year = found.orders.iter().find_map(|order| as_edtf(date, *order)).and_then(|date| year_of(&date));
        let Some(year) = year else { continue };
        if YEARS.contains(&year) {
            plausible += 1;
        } else if !found.sentinels.contains(&format!("{year:04}")) {
            found.sentinels.push(format!("{year:04}"));
        }
    }
    // Numbers of four digits are not years if most of them cannot be.
    let are_numbers = values.iter().all(|date| date.bytes().all(|byte| byte.is_ascii_digit()));
    if plausible == 0 || found.sentinels.len() > 3 || (are_numbers && plausible * 2 < most) {
        return None;
    }
    found.letters = parts.iter().any(|(_, letter)| *letter);
    found.odd = filled.len() - most;
    let odd = filled.iter().zip(&read).find(|(_, read)| !**read);
    found.odd_example = odd.map_or_else(String::new, |(odd, _)| (*odd).to_owned());
    Some(found)
}

/// The orders in which values are dates, the one that reads most of them first,
/// then each that reads others; and which values are dates in any of them.
fn orders_of(values: &[&str]) -> (Vec<DateOrder>, Vec<bool>) {
    let reads = |order: DateOrder| -> Vec<bool> { values.iter().map(|date| as_edtf(date, order).is_some()).collect() };
    let all = DateOrder::ALL.map(|(_, order)| (order, reads(order)));
    let (mut orders, mut read) = (Vec::new(), vec![false; values.len()]);
    loop {
        let gains = |(_, reads): &(DateOrder, Vec<bool>)| {
            reads.iter().zip(&read).filter(|(reads, read)| **reads && !**read).count()
        };
        let most = all.iter().map(gains).max().unwrap_or_default();
        if most == 0 {
            return (orders, read);
        }
        // Of several that read as many, EDTF needs no step of its own.
        let best = |order: &&(DateOrder, Vec<bool>)| gains(order) == most;
        let edtf = all.iter().find(|order| order.0 == DateOrder::Edtf && best(order));
        let Some((order, reads)) = edtf.or_else(|| all.iter().find(best)) else { return (orders, read) };
        orders.push(*order);
        read.iter_mut().zip(reads).for_each(|(read, reads)| *read |= reads);
    }
}

impl GuessedDates {
    /// Keeps the one order of day and month that the values tell; both, if they
    /// tell none or each: the whole file may tell more.
    fn decide_day_or_month(&mut self, values: &[&str]) {
        let (days, months) = (DateOrder::DayMonthYear, DateOrder::MonthDayYear);
        if !self.orders.contains(&days) && !self.orders.contains(&months) {
            return;
        }
        let readings = |date: &str| (as_edtf(date, days), as_edtf(date, months));
        let days_first = values.iter().find(|date| matches!(readings(date), (Some(_), None)));
        let months_first = values.iter().find(|date| matches!(readings(date), (None, Some(_))));
        self.orders.retain(|order| ![days, months].contains(order));
        match (days_first, months_first) {
            (Some(telling), None) | (None, Some(telling)) => {
                self.orders.insert(0, if days_first.is_some() { days } else { months });
                (*telling).clone_into(&mut self.telling);
                let is_either = |date: &&&str| matches!(readings(date), (Some(day), Some(month)) if day != month);
                self.told = values.iter().filter(is_either).count();
            }
            _ => self.orders.extend([days, months]),
        }
    }
}

/// The year in which a date begins.
fn year_of(edtf: &str) -> Option<i32> {
    let date = Date::parse(edtf).ok()?;
    date.earliest().year().or_else(|| date.latest().year())
}

/// A text as TOML writes it.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// The steps that read dates.
pub(super) fn date_step(value: &str, dates: &GuessedDates, sentinel: &str, line: &mut impl FnMut(String)) {
    let GuessedDates { orders, sentinels, odd, odd_example, told, telling, .. } = dates;
    if !sentinels.is_empty() {
        line("\n# ? These years are far from all others: they may stand for no date.".to_owned());
        let pattern = quoted(&format!("\\b({})\\b", sentinels.join("|")));
        line(format!("[[step]]\nsentinel = {}\npattern = {pattern}\ndo = \"{sentinel}\"", quoted(value)));
    }
    line(String::new());
    if are_open(orders) {
        line(
            "# ? Either the day or the month comes first, and these rows do not tell which. An import follows the"
                .to_owned(),
        );
        line("# whole column if it tells, and else rejects such dates; or write the one order.".to_owned());
    }
    if *told > 0 {
        line(format!(
            "# Day and month of {told} of the dates could be either way round; `{telling}` tells which is first."
        ));
    }
    if *odd > 0 {
        let odd_example = clip(&odd_example.replace(char::is_control, " "));
        line(format!(
            "# ? {odd} of the cells are not such dates, `{odd_example}` first; an import rejects their rows."
        ));
    }
    let orders: Vec<String> = orders.iter().map(|order| quoted(order.name())).collect();
    let orders = match orders.as_slice() {
        [only] => only.clone(),
        several => format!("[{}]", several.join(", ")),
    };
    line(format!("[[step]]\ndate = {}\nto = \"day_of_act\"\norder = {orders}", quoted(value)));
}
