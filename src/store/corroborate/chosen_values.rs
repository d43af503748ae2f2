//! What a fact takes over where its sources differ. The order of what they say
//! does not matter: every choice is the least of a total order.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Terms;
use super::record::SourceRecord;
use crate::model::{Date, Extent, Precision, Window};
use crate::store::source_sayings::same;

/// The value of a field that a fact of these records has.
///
/// - If all that give one give the same: that.
/// - Dates: the one that agrees with what most publishers give (each counted
///   once; it agrees if it could be the same day), of those the most precise,
///   then the earliest, then one without a mark of doubt, then the least as
///   written. A stretch comes after every single day.
/// - `tags`: all of them, in the order of the alphabet.
/// - Anything else: what is given together with the fact's date, then what most
///   publishers give, then the least as written.
pub(super) fn choose(field: &str, records: &[&SourceRecord], date: Option<&Value>, terms: Terms<'_>) -> Option<Value> {
    let said: Vec<(usize, &SourceRecord, &Value)> =
        records.iter().enumerate().filter_map(|(place, record)| Some((place, *record, record.says(field)?))).collect();
    let (_, _, first) = said.first()?;
    if said.iter().all(|(_, _, value)| same(value, first)) {
        return Some((*first).clone());
    }
    if field == "tags" {
        let all: BTreeSet<String> = said.iter().flat_map(|(_, _, tags)| texts(tags)).collect();
        return Some(all.into_iter().collect());
    }
    if terms.is_date(field)
        && let Some(date) = date_of(&said)
    {
        return Some(date.written().into());
    }
    let mut given: BTreeMap<String, StatedValue<'_>> = BTreeMap::new();
    for (place, record, value) in &said {
        let given =
            given.entry(value.to_string()).or_insert(StatedValue { value, with_date: false, voters: BTreeSet::new() });
        given.with_date |= date.is_some() && record.says("date") == date;
        given.voters.insert(voter(*place, record));
    }
    // They stand in the order of how they are written.
    let best = given.into_values().min_by_key(|given| (!given.with_date, Reverse(given.voters.len())))?;
    Some(best.value.clone())
}

/// A value that somebody gives.
struct StatedValue<'a> {
    value: &'a Value,
    /// Whether some give it together with the date of the fact.
    with_date: bool,
    voters: BTreeSet<Voter<'a>>,
}

/// Somebody whose word counts once: a publisher, or a source that names none.
type Voter<'a> = Result<&'a str, usize>;

fn voter(place: usize, record: &SourceRecord) -> Voter<'_> {
    record.publisher.as_deref().ok_or(place)
}

/// The texts of a value that may be one or several.
pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(values) => values.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}

/// The date that a fact takes over; none if something else is given too.
fn date_of(said: &[(usize, &SourceRecord, &Value)]) -> Option<Date> {
    let given: Vec<(Voter<'_>, Date)> = said
        .iter()
        .map(|(place, record, value)| Some((voter(*place, record), Date::parse(value.as_str()?).ok()?)))
        .collect::<Option<_>>()?;
    let mut backed: BTreeMap<&str, (&Date, usize)> = BTreeMap::new();
    for (_, date) in &given {
        backed.entry(date.written()).or_insert_with(|| {
            let agreeing = given.iter().filter(|(_, other)| date.extent().compatible(other.extent()));
            let voters: BTreeSet<Voter<'_>> = agreeing.map(|(voter, _)| *voter).collect();
            (date, voters.len())
        });
    }
    let best = backed.into_values().min_by_key(|(date, backers)| {
        let place = (date.earliest(), date.latest());
        (Reverse(*backers), open_days(date), place, date.is_marked(), date.written())
    });
    best.map(|(date, _)| date.clone())
}

/// Whether it is a stretch, and how many days it leaves open; of a period the
/// most that one of its kind has, so that no year is more precise than another.
fn open_days(date: &Date) -> (bool, i64) {
    let days = |window: Window| i64::from(window.last.number()) - i64::from(window.first.number());
    let days = match (date.precision(), date.extent()) {
        (_, Extent::Stretch { start, end }) => return (true, days(start) + days(end)),
        (Precision::Day, _) => 0,
        (Precision::Month, _) => 30,
        (Precision::Season, _) => 92,
        (Precision::Year, _) => 365,
        (Precision::Decade, _) => 3_652,
        (Precision::Century, _) => 36_524,
        (Precision::Range | Precision::Stretch, Extent::Point(window)) => days(window),
    };
    (false, days)
}
