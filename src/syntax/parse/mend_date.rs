//! What to write instead of a date or a length of time that is wrong.

use super::date::{is_edtf, relation_ahead, simple};
use super::input::{Cursor, ParseFailure, sign, spaced, wrong};
use super::mend::written;
use crate::model::{Day, nearest};
use crate::syntax::date_words::{RelativeDay, Turn, Unit};
use crate::syntax::keyword::{KeywordPlace, MONTHS, at_place, month_number, word};
use crate::syntax::scan::is_number;
use crate::syntax::tree::{Path, Relation, Side};
use crate::syntax::{DateContext, Diagnostic, ExpectedSyntax, MalformedDate, Mend, SyntaxProblem, print_duration};

/// The words of a date test, as problems with its date tell of them.
pub(super) fn context_of_test(path: Option<&Path>, relation: Relation, written_relation: &str) -> DateContext {
    DateContext::Relation { field: path.map(written), relation, written: written_relation.to_lowercase() }
}

/// No date follows.
pub(super) fn date_expected(at: Cursor, context: DateContext) -> Diagnostic {
    let place = at.blanks();
    let word = place.word();
    if let Some(turn) = Turn::from_word(word)
        && near_date_word(word).is_none()
    {
        return turn_without_unit(place, turn);
    }
    let (span, found) = place.found();
    let mend = date_mend(place, &context);
    Diagnostic::error(span, SyntaxProblem::DateExpected { context, found, mend })
}

/// No date follows, with examples of this context.
pub(super) fn date_expected_such_as(at: Cursor, context: DateContext, examples: &[&str]) -> Diagnostic {
    let (span, found) = at.blanks().found();
    let mend = Mend::Examples(examples.iter().map(|&example| example.to_owned()).collect());
    Diagnostic::error(span, SyntaxProblem::DateExpected { context, found, mend })
}

/// A word of dates that another word was probably meant to be.
fn near_date_word(word: &str) -> Option<&'static str> {
    if WEEKDAYS.iter().any(|day| day.eq_ignore_ascii_case(word)) {
        return None;
    }
    nearest(word, MONTHS.into_iter().chain(self::at_place(KeywordPlace::Date)))
        .filter(|known| !known.eq_ignore_ascii_case(word))
}

fn date_mend(place: Cursor, context: &DateContext) -> Mend {
    let (word, relation) = (place.word(), context.words());
    if let Some(mend) = list_of_values(place, context) {
        return mend;
    }
    if word.is_empty() {
        // `before : 2021`
        let behind = place.skip(1).blanks();
        let is_joined = place.starts(":") && *context != DateContext::RangeEnd;
        let end = Some(behind).filter(|_| is_joined).and_then(date_end);
        return end.map_or(Mend::DateForms, |end| Mend::Write(format!("{relation} {}", behind.slice(end))));
    }
    if let Some(known) = near_date_word(word) {
        return Mend::did_you_mean(known);
    }
    if word.eq_ignore_ascii_case("now") {
        return Mend::Write(format!("{relation} today"));
    }
    if let Some(quarter) = quarter(place) {
        return Mend::Write(format!("{relation} {quarter}"));
    }
    let year = place.skip(word.len()).blanks().word();
    if let Some((_, code)) = SEASONS.iter().find(|(season, _)| season.eq_ignore_ascii_case(word)) {
        let known = if is_year(year) { year } else { "2025" };
        // EDTF has a season of both hemispheres, then those of the north and of the south.
        let season = |more: u8| format!("{relation} {known}-{}", code + more);
        return Mend::Season { dates: [season(0), season(4), season(8)], has_year: is_year(year) };
    }
    if let Some((part, months)) =
        PARTS_OF_YEAR.iter().find(|(part, _)| part.eq_ignore_ascii_case(word) && is_year(year))
    {
        let [first, last] = months;
        return Mend::PartOfYear { part, months: format!("{relation} {year}-{first}..{year}-{last}") };
    }
    if ["about", "around"].iter().any(|about| about.eq_ignore_ascii_case(word)) {
        let is_in = matches!(context, DateContext::Relation { relation: Relation::In | Relation::On, .. });
        let meant = is_in && is_year(year);
        return if meant { Mend::Write(format!("within 1 year of {year}")) } else { Mend::DateForms };
    }
    // `in the last 12 months`
    let mut next = place;
    while SMALL_WORDS.iter().any(|small| small.eq_ignore_ascii_case(next.word())) {
        next = next.skip(next.word().len()).blanks();
    }
    if next.at > place.at
        && let Some(end) = date_end(next)
    {
        return Mend::Write(format!("{relation} {}", next.slice(end)));
    }
    match context {
        DateContext::Relation { relation: Relation::In, .. } | DateContext::AsOf | DateContext::Known => {
            Mend::DateForms
        }
        _ if relation_ahead(place) => Mend::OneRelation(word.to_owned()),
        DateContext::Relation { field, relation, .. } if is_dotted(word) => {
            Mend::CompareByDifference(difference_stages(field.as_deref().unwrap_or("date"), word, *relation))
        }
        _ => Mend::DateForms,
    }
}

/// The end of the date or range that begins here. What is wrong with its end is not
/// told, which could take as many calls as the text is long.
fn date_end(at: Cursor) -> Option<Cursor> {
    let (rest, _) = simple(at).ok()?;
    let Ok((dots, _)) = spaced(sign(".."))(rest) else { return Some(rest) };
    Some(simple(dots).map_or(dots, |(end, _)| end))
}

/// Whether a word is a path of several names.
fn is_dotted(word: &str) -> bool {
    !word::is_condition(word) && word.contains('.') && word.starts_with(char::is_alphabetic)
}

/// The seasons, each with its code in EDTF.
const SEASONS: [(&str, u8); 5] = [("spring", 21), ("summer", 22), ("autumn", 23), ("fall", 23), ("winter", 24)];

/// Parts of a year that no calendar has, with the months that are usually meant.
const PARTS_OF_YEAR: [(&str, [&str; 2]); 3] = [("early", ["01", "04"]), ("mid", ["05", "08"]), ("late", ["09", "12"])];

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Words before a date that say nothing.
const SMALL_WORDS: [&str; 7] = ["a", "an", "the", "all", "of", "year", "month"];

/// `Q3 2025` as a range.
fn quarter(at: Cursor) -> Option<String> {
    let number = at.word().strip_prefix(['Q', 'q'])?.parse::<u8>().ok().filter(|number| (1..=4).contains(number))?;
    let year = at.skip(at.word().len()).blanks().word();
    is_year(year).then(|| format!("{year}-{:02}..{year}-{:02}", number * 3 - 2, number * 3))
}

/// `field in (one, other)` as a list of values.
fn list_of_values(place: Cursor, context: &DateContext) -> Option<Mend> {
    let DateContext::Relation { field, relation: Relation::In, .. } = context else { return None };
    let inner = place.rest().strip_prefix('(').and_then(|rest| rest.get(..rest.find(')')?))?;
    if inner.len() > 120 || inner.contains(['(', '{', ':']) || inner.trim().is_empty() {
        return None;
    }
    let values: Vec<&str> = inner.split(',').map(str::trim).collect();
    Some(Mend::ListOfValues(format!("{}:{}", field.as_deref().unwrap_or("date"), values.join(","))))
}

/// The stages that compare two dates of one row as a relation would.
pub(crate) fn difference_stages(field: &str, other: &str, relation: Relation) -> String {
    let sign = match relation {
        Relation::After => "> 0",
        Relation::Since => ">= 0",
        Relation::Before => "< 0",
        Relation::Until => "<= 0",
        Relation::In | Relation::On => "= 0",
        Relation::Within(length, side) => {
            let (late, early) = if side == Side::Before { (other, field) } else { (field, other) };
            if side == Side::Either {
                // What is moved by the length is positive on either side.
                let twice = format!("{} {}", u64::from(length.count) * 2, length.unit.counted(2));
                let length = print_duration(length);
                return format!("| let gap = {late} - {early} + {length} | where gap >= 0 days gap <= {twice}");
            }
            return format!("| let gap = {late} - {early} | where gap >= 0 days gap <= {}", print_duration(length));
        }
    };
    format!("| let gap = {field} - {other} | where gap {sign} days")
}

/// `of`, `after` or `before` as other words say it, and the date behind it.
pub(super) fn side_in_other_words(at: Cursor<'_>) -> Option<(&'static str, &str)> {
    const SIDES: [(&str, &str); 6] = [
        ("from", word::OF),
        ("around", word::OF),
        ("about", word::OF),
        ("prior", word::BEFORE),
        ("following", word::AFTER),
        ("since", word::AFTER),
    ];
    let written = at.word();
    let (_, side) = SIDES.iter().find(|(other, _)| other.eq_ignore_ascii_case(written))?;
    let mut next = at.skip(written.len()).blanks();
    if next.word().eq_ignore_ascii_case("to") {
        next = next.skip(2).blanks();
    }
    Some((side, next.slice(date_end(next)?)))
}

/// `last`, `this` or `next` without a unit of time.
fn turn_without_unit(place: Cursor, turn: Turn) -> Diagnostic {
    let (span, _) = place.found();
    let mut next = place.skip(place.word().len()).blanks();
    let number = next.word();
    let is_counted = is_number(number);
    if is_counted {
        next = next.skip(number.len()).blanks();
    }
    let turn = turn.name();
    let mend = match near_unit(next.word()) {
        Some(unit) if is_counted => Mend::Write(format!("{turn} {number} {}", counted(unit, number))),
        Some(unit) => Mend::Write(format!("{turn} {}", unit.name())),
        None => Mend::Examples(["week", "month", "year"].map(|unit| format!("{turn} {unit}")).to_vec()),
    };
    Diagnostic::error(span, MalformedDate::TurnWithoutUnit { turn: turn.to_owned(), mend })
}

/// The unit of time that a word was meant to be.
pub(super) fn near_unit(word: &str) -> Option<Unit> {
    const SHORT: [(&str, Unit); 11] = [
        ("d", Unit::Day),
        ("w", Unit::Week),
        ("wk", Unit::Week),
        ("wks", Unit::Week),
        ("mo", Unit::Month),
        ("mos", Unit::Month),
        ("mth", Unit::Month),
        ("mths", Unit::Month),
        ("y", Unit::Year),
        ("yr", Unit::Year),
        ("yrs", Unit::Year),
    ];
    let short = SHORT.iter().find(|(short, _)| short.eq_ignore_ascii_case(word)).map(|(_, unit)| *unit);
    short.or_else(|| nearest(word, at_place(KeywordPlace::Unit)).and_then(Unit::from_word))
}

/// A unit after a number.
fn counted(unit: Unit, number: &str) -> &'static str {
    unit.counted(if number == "1" { 1 } else { 2 })
}

/// No length of time follows.
pub(super) fn duration_expected(at: Cursor) -> Diagnostic {
    let start = at.blanks();
    let digits = start.word();
    let expected = |mend| at.unexpected(ExpectedSyntax::Duration, mend);
    if let Some(length) = joined_length(digits) {
        return expected(Some(Mend::Write(length)));
    }
    let next = start.skip(digits.len()).blanks();
    if ["a", "an", "one"].iter().any(|one| one.eq_ignore_ascii_case(digits))
        && let Some(unit) = near_unit(next.word())
    {
        return expected(Some(Mend::Write(format!("1 {}", unit.name()))));
    }
    if !is_number(digits) {
        return expected(None);
    }
    match near_unit(next.word()) {
        Some(unit) => {
            let (text, mended) = (format!("{digits} {}", next.word()), format!("{digits} {}", counted(unit, digits)));
            let span = start.to(next.skip(next.word().len()));
            Diagnostic::error(span, MalformedDate::Duration { text, mended })
        }
        None => expected(Some(Mend::UnitAfterNumber(digits.to_owned()))),
    }
}

/// `6months`, `90d`
fn joined_length(written: &str) -> Option<String> {
    let digits = written.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = written.split_at(digits);
    let unit = if unit == "m" { Unit::Month } else { near_unit(unit)? };
    (digits > 0).then(|| format!("{number} {}", counted(unit, number)))
}

/// Refuses a number and a word that is nearly a unit of time.
pub(super) fn refuse_near_duration(at: Cursor) -> Result<(), nom::Err<ParseFailure>> {
    let digits = at.rest().bytes().take_while(u8::is_ascii_digit).count();
    let after = at.skip(digits);
    let unit = after.blanks();
    let is_near = |word: &str| month_number(word).is_none() && near_unit(word).is_some();
    let is_length = digits > 0 && unit.at > after.at && is_near(unit.word());
    if is_length { wrong(duration_expected(at)) } else { Ok(()) }
}

/// A number that is not a date: a day may stand before a month that is
/// misspelt, or the year may lack digits.
pub(super) fn not_a_date(input: Cursor, token: &str) -> Diagnostic {
    let rest = input.skip(token.len());
    let digits = is_number(token);
    let next = rest.blanks();
    let year = next.skip(next.word().len()).blanks();
    if let Some(month) = nearest(next.word(), MONTHS).filter(|_| digits && token.len() <= 2) {
        let span = next.to(next.skip(next.word().len()));
        let mend =
            if is_year(year.word()) { Mend::did_you_mean(month) } else { Mend::Write(format!("{token} {month} 2025")) };
        return Diagnostic::error(span, MalformedDate::UnknownMonth { word: next.word().to_owned(), mend });
    }
    // `27th June 2025`
    let day = ["st", "nd", "rd", "th"].iter().find_map(|ending| token.strip_suffix(ending));
    let month = month_number(next.word()).and_then(|month| MONTHS.get(usize::from(month) - 1));
    if let Some(mended) = joined_length(token) {
        return Diagnostic::error(input.to(rest), MalformedDate::Duration { text: token.to_owned(), mended });
    }
    let mend = match (day, month) {
        (Some(day), Some(month)) if is_year(year.word()) => Mend::Write(format!("{day} {month} {}", year.word())),
        _ if digits && token.len() == 3 => Mend::Write(format!("0{token}")),
        _ => misspelt_year(token).map_or(Mend::DateForms, Mend::Write),
    };
    Diagnostic::error(input.to(rest), MalformedDate::Number { text: token.to_owned(), mend })
}

/// A date with letters for digits, a zero too many or no hyphen, or of a year beyond
/// 9999 without its `Y`.
fn misspelt_year(token: &str) -> Option<String> {
    let digits = token.replace(['o', 'O'], "0").replace(['l', 'I'], "1");
    let hyphenated = match (digits.get(..4), digits.get(4..)) {
        (Some(year), Some(month)) if is_number(&digits) && digits.len() == 6 => format!("{year}-{month}"),
        _ => String::new(),
    };
    let is_month =
        hyphenated.get(5..).and_then(|month| month.parse().ok()).is_some_and(|month| (1..=12).contains(&month));
    let hyphenated = Some(hyphenated).filter(|_| is_month);
    let shorter = digits.strip_prefix('0').unwrap_or(&digits).to_owned();
    let unsigned = digits.strip_prefix('-').unwrap_or(&digits);
    let year = unsigned.split('-').next().and_then(|year| year.parse().ok());
    let is_long = year.is_some_and(|year: u32| (10_000..=5_000_000).contains(&year)) && !unsigned.starts_with('0');
    let long = is_long.then(|| format!("Y{digits}"));
    hyphenated.into_iter().chain([shorter]).chain(long).find(|date| date != token && is_edtf(date))
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && is_number(word)
}

/// A month without a year; `day` is the number before it, if there is one.
pub(super) fn month_without_year(input: Cursor, number: u8, day: Option<&str>) -> Diagnostic {
    let name = input.word();
    let month = MONTHS.get(usize::from(number).saturating_sub(1)).copied().unwrap_or_default();
    // `June 27, 2025`
    let behind = input.skip(name.len()).blanks();
    let digits = behind.word();
    let after = behind.skip(digits.len());
    let year = after.skip(usize::from(after.starts(","))).blanks();
    if is_number(digits) && digits.len() <= 2 && is_year(year.word()) {
        let (end, year) = (year.skip(4), year.word());
        let mended = [format!("{digits} {month} {year}"), format!("{year}-{number:02}-{digits:0>2}")];
        return Diagnostic::error(input.to(end), MalformedDate::DayAfterMonth { mended });
    }
    let problem = MalformedDate::MonthWithoutYear { written: name.to_owned(), month, day: day.map(str::to_owned) };
    Diagnostic::error(input.to(input.skip(name.len())), problem)
}

/// Whether a month lacks nothing but its year.
pub(super) fn lacks_year(month: Cursor) -> bool {
    !month.skip(month.word().len()).blanks().rest().starts_with(|next: char| next.is_ascii_digit())
}

/// Refuses a date in another order or with other signs.
pub(super) fn refuse_foreign_date(input: Cursor, token: &str) -> Result<(), nom::Err<ParseFailure>> {
    let readings = foreign_date_readings(token);
    if readings.is_empty() {
        return Ok(());
    }
    wrong(Diagnostic::error(input.to(input.skip(token.len())), MalformedDate::Foreign { readings }))
}

/// What a date in another order or with other signs may mean: both readings of
/// `06/07/2025`, the one of `06/27/2025`; none if it is not one.
fn foreign_date_readings(text: &str) -> Vec<String> {
    let compact = text.len() == 8 && is_number(text);
    let parts: Option<Vec<&str>> = if compact {
        [0..4, 4..6, 6..8].into_iter().map(|part| text.get(part)).collect()
    } else {
        Some(text.split(['/', '.', '-']).collect())
    };
    let parts = parts.unwrap_or_default();
    if parts.iter().any(|part| part.len() > 4 || !is_number(part)) {
        return Vec::new();
    }
    let day = |year: &str, month: &str, day: &str| {
        let (month, day): (u8, u8) = (month.parse().ok()?, day.parse().ok()?);
        let is_one = year.len() == 4 && Day::new(year.parse().ok()?, month, day).is_some();
        is_one.then(|| format!("{year}-{month:02}-{day:02}"))
    };
    let month = |year: &str, month: &str| {
        let number: u8 = month.parse().ok()?;
        (year.len() == 4 && (1..=12).contains(&number)).then(|| format!("{year}-{number:02}"))
    };
    let mut readings: Vec<String> = match *parts.as_slice() {
        [year, second, third] if year.len() == 4 => day(year, second, third).into_iter().collect(),
        [first, second, year] => [day(year, second, first), day(year, first, second)].into_iter().flatten().collect(),
        // `2014/2016` is an interval.
        [year, second] if year.len() == 4 && second.len() <= 2 => month(year, second).into_iter().collect(),
        [first, year] if first.len() <= 2 => month(year, first).into_iter().collect(),
        _ => Vec::new(),
    };
    readings.dedup();
    readings.retain(|reading| reading != text);
    readings
}

/// A date that some bare words probably mean.
pub(crate) struct DateInWords {
    /// How many words it takes.
    pub length: usize,
    /// The date as it should be written.
    pub text: String,
    /// Whether it lacks its year, so that `text` has another one.
    pub lacks_year: bool,
}

/// The date of several words, or of one that is not a number, with which a
/// text begins; its unit of time may be misspelt, and its year may be missing.
pub(crate) fn date_in_words(words: &[&str]) -> Option<DateInWords> {
    let found = |length, text| Some(DateInWords { length, text, lacks_year: false });
    let word = |index: usize| words.get(index).copied().unwrap_or("");
    let month = |text: &str| month_number(text).and_then(|month| MONTHS.get(usize::from(month) - 1)).copied();
    if let Some(day) = RelativeDay::from_word(word(0)) {
        return found(1, day.name().to_owned());
    }
    if let Some(turn) = Turn::from_word(word(0)) {
        if let Some(unit) = near_unit(word(1)) {
            return found(2, format!("{} {}", turn.name(), unit.name()));
        }
        let unit = near_unit(word(2)).filter(|_| is_number(word(1)))?;
        return found(3, format!("{} {} {}", turn.name(), word(1), counted(unit, word(1))));
    }
    if let Some(month) = month(word(0)).filter(|_| is_year(word(1))) {
        return found(2, format!("{month} {}", word(1)));
    }
    if !is_number(word(0)) || word(0).len() > 2 {
        return None;
    }
    if let Some(month) = month(word(1)) {
        let lacks_year = !is_year(word(2));
        let year = if lacks_year { "2025" } else { word(2) };
        let text = format!("{} {month} {year}", word(0));
        return Some(DateInWords { length: if lacks_year { 2 } else { 3 }, text, lacks_year });
    }
    let unit = near_unit(word(1)).filter(|_| word(2).eq_ignore_ascii_case(word::AGO))?;
    found(3, format!("{} {} {}", word(0), counted(unit, word(0)), word::AGO))
}
