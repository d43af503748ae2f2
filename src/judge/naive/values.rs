//! What facts and entities have for a field, and how values compare, naively:
//! read from the records as they are, letter by letter.

use std::cmp::Ordering;

use serde_json::Value as Json;

use crate::model::{Cell, Date, Day, Entity, Fact, FieldKind, Number, Precision, Schema, Source, caseless, fold};
use crate::plan::DatePart;

/// The bucket of dates that may be of several.
pub const IMPRECISE: &str = "imprecise";

/// What a fact states for a field.
pub fn of_fact(fact: &Fact, schema: &Schema, field: &str) -> Vec<Cell> {
    if let Some(key) = field.strip_prefix("source.") {
        return fact.sources.iter().flat_map(|source| of_source(source, schema, key)).collect();
    }
    match field {
        "id" => texts(fact.id.as_ref()),
        "subject" => texts([&fact.subject]),
        "action" => texts([&fact.action]),
        "object" => texts(fact.object.as_ref()),
        "title" => texts(fact.title.as_ref()),
        "note" => texts(fact.note.as_ref()),
        "tags" => texts(&fact.tags),
        "date" => fact.date.iter().cloned().map(Cell::Date).collect(),
        "disputed" => texts(fact.disputed(schema)),
        "sources" => {
            let mut voices: Vec<Vec<&Source>> = Vec::new();
            for source in &fact.sources {
                let (same, mut others): (Vec<_>, Vec<_>) =
                    voices.into_iter().partition(|voice| voice.iter().any(|other| is_same_source(source, other)));
                others.push(same.into_iter().flatten().chain([source]).collect());
                voices = others;
            }
            vec![count(voices.len())]
        }
        _ => declared(fact.fields.get(field), schema, field),
    }
}

/// Whether two sources are one publisher's, or one page, or not to be told apart.
fn is_same_source(one: &Source, other: &Source) -> bool {
    let name = |source: &Source| source.publisher.as_ref().map(|name| caseless(name).into_owned());
    let is_named = |source: &Source| source.publisher.is_some() || source.url.is_some();
    let title = |source: &Source| source.fields.get("title").cloned();
    if is_named(one) || is_named(other) {
        return (one.publisher.is_some() && name(one) == name(other)) || (one.url.is_some() && one.url == other.url);
    }
    if title(one).is_some() || title(other).is_some() { title(one) == title(other) } else { one == other }
}

/// What one source has for a key.
pub fn of_source(source: &Source, schema: &Schema, key: &str) -> Vec<Cell> {
    match key {
        "publisher" => texts(source.publisher.as_ref()),
        "url" => texts(source.url.as_ref()),
        "according_to" => texts(source.according_to.as_ref()),
        "quote" => texts(source.quote.as_ref()),
        "published" => source.published.iter().cloned().map(Cell::Date).collect(),
        _ => declared(source.fields.get(key), schema, &format!("source.{key}")),
    }
}

/// What an entity declares for a field.
pub fn of_entity(entity: &Entity, schema: &Schema, field: &str) -> Vec<Cell> {
    match field {
        "id" => texts([&entity.id]),
        "name" => texts([&entity.name]),
        "kind" => texts([&entity.kind]),
        "from" => entity.from.iter().cloned().map(Cell::Date).collect(),
        "until" => entity.until.iter().cloned().map(Cell::Date).collect(),
        _ => declared(entity.fields.get(field), schema, field),
    }
}

/// A small number.
pub fn count(number: usize) -> Cell {
    Cell::Integer(i64::try_from(number).expect("few"))
}

fn texts<T: AsRef<str>>(all: impl IntoIterator<Item = T>) -> Vec<Cell> {
    all.into_iter().map(|text| Cell::text(text.as_ref())).collect()
}

fn declared(value: Option<&Json>, schema: &Schema, field: &str) -> Vec<Cell> {
    let (Some(value), Some(definition)) = (value, schema.field(field)) else { return Vec::new() };
    let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    let cell = |value: &Json| match definition.kind {
        FieldKind::Integer => value.as_i64().map(Cell::Integer),
        FieldKind::Number => {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            text.parse().ok().map(Cell::Number)
        }
        FieldKind::Date => Date::parse(value.as_str()?).ok().map(Cell::Date),
        _ => value.as_str().map(Cell::text),
    };
    values.iter().filter_map(cell).collect()
}

/// The bucket of a cell; none if it has no date, or the date no such end.
pub fn bucket(cell: &Cell, part: DatePart) -> Option<Cell> {
    let date = cell.as_date()?;
    let text = match part {
        DatePart::Earliest | DatePart::Latest => {
            let day = if part == DatePart::Earliest { date.earliest() } else { date.latest() };
            return day.is_finite().then(|| Cell::Date(Date::from_day(day)));
        }
        DatePart::Basis => if matches!(cell, Cell::Computed { .. }) { "computed" } else { "stated" }.to_owned(),
        DatePart::Precision => date.precision().name().to_owned(),
        DatePart::Year | DatePart::Decade | DatePart::Month => {
            let (first, last) = (of_day(date.earliest(), part), of_day(date.latest(), part));
            first.filter(|first| last.as_ref() == Some(first)).unwrap_or_else(|| IMPRECISE.to_owned())
        }
    };
    let year = text.parse().ok().filter(|_| part == DatePart::Year);
    Some(year.map_or_else(|| Cell::text(&text), Cell::Integer))
}

/// The year, decade or month of a day as it is spelled; none of the ends of time.
fn of_day(day: Day, part: DatePart) -> Option<String> {
    let spelled = day.is_finite().then(|| day.to_string())?;
    let month = spelled.get(..spelled.len() - 3)?;
    let year = month.get(..month.len() - 3)?;
    Some(match part {
        DatePart::Month => month.to_owned(),
        DatePart::Year => year.to_owned(),
        _ => format!("{}s", year.parse::<i64>().ok()?.div_euclid(10) * 10),
    })
}

/// The order of two buckets: in time, then what is imprecise, then what is missing.
pub fn buckets(part: DatePart, a: &Cell, b: &Cell) -> Ordering {
    let place = |cell: &Cell| -> (u8, i64) {
        let text = cell.to_string();
        match (cell, part) {
            (Cell::Missing, _) => (2, 0),
            _ if text == IMPRECISE => (1, 0),
            (_, DatePart::Precision) => {
                let all = Precision::ALL.map(|(name, _)| name);
                let place = all.iter().position(|name| **name == *text).expect("it is one");
                (0, i64::try_from(place).expect("there are few"))
            }
            (_, DatePart::Basis) => (0, i64::from(text != "stated")),
            (_, DatePart::Month | DatePart::Earliest | DatePart::Latest) => {
                (0, Date::parse(&text).expect("it is a month").earliest().number().into())
            }
            _ => (0, text.trim_end_matches('s').parse().expect("it is a number of years")),
        }
    };
    place(a).cmp(&place(b))
}

/// The order of two values: of dates by their days, of texts by their letters.
pub fn values(a: &Cell, b: &Cell) -> Ordering {
    let all = |cell: &Cell| match cell {
        Cell::List(cells) => (cells.clone(), true),
        Cell::Missing => (Vec::new(), false),
        cell => (vec![cell.clone()], false),
    };
    if a.is_missing() || b.is_missing() {
        return a.is_missing().cmp(&b.is_missing());
    }
    let ((a, a_is_list), (b, b_is_list)) = (all(a), all(b));
    if a_is_list == b_is_list {
        let different = a.iter().zip(&b).map(|(a, b)| one(a, b)).find(|order| order.is_ne());
        return different.unwrap_or(a.len().cmp(&b.len()));
    }
    // Beside one value a list is its first, and comes after it.
    a.first().zip(b.first()).map_or(Ordering::Equal, |(a, b)| one(a, b)).then(a_is_list.cmp(&b_is_list))
}

fn one(a: &Cell, b: &Cell) -> Ordering {
    if let (Some(a), Some(b)) = (a.as_date(), b.as_date()) {
        return a.earliest().cmp(&b.earliest()).then(a.latest().cmp(&b.latest()));
    }
    let number = |cell: &Cell| match cell {
        Cell::Fraction(share) => Some(Number::from(*share)),
        cell => cell.to_string().parse::<Number>().ok().filter(|_| is_number(cell)),
    };
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return a.cmp(&b);
    }
    if let (Cell::Elapsed(a), Cell::Elapsed(b)) = (a, b) {
        return a.compare(b);
    }
    let (a_key, b_key) = (a.to_string(), b.to_string());
    fold(&a.label()).cmp(&fold(&b.label())).then(a_key.cmp(&b_key))
}

fn is_number(cell: &Cell) -> bool {
    matches!(cell, Cell::Integer(_) | Cell::Number(_))
}
