//! What to write instead: the errors that teach.

use super::date::token;
use super::input::{Cursor, Problem, wrong};
use super::stage::place_of_name;
use crate::model::nearest;
use crate::syntax::keyword::{MONTHS, Place, at, word};
use crate::syntax::tree::{Path, Stage};
use crate::syntax::{Diagnostic, Span};

/// That no date stands after a relation.
pub(super) fn no_date(at: Cursor, relation: &str) -> Diagnostic {
    let place = at.blanks();
    let (span, found) = place.found();
    let examples = "such as 2025, 2025-06-27, June 2025, 1920s, today, last month or last 90 days";
    let word = place.word();
    if word.is_empty() {
        return Diagnostic::error(span, format!("a date is expected after `{relation}`, but {found}"))
            .with_help(examples);
    }
    let error = Diagnostic::error(span, format!("`{word}` is not a date, and `{relation}` must stand before one"));
    if let Some(known) =
        nearest(word, MONTHS.into_iter().chain(self::at(Place::Date))).filter(|known| !known.eq_ignore_ascii_case(word))
    {
        return error.with_help(format!("did you mean `{known}`?"));
    }
    if [word::LAST, word::NEXT, word::THIS].iter().any(|turn| turn.eq_ignore_ascii_case(word)) {
        let turn = word.to_lowercase();
        return Diagnostic::error(span, format!("`{turn}` must stand before a unit of time"))
            .with_help(format!("such as {turn} week, {turn} month or {turn} year"));
    }
    match relation {
        "in" => error.with_help(format!("for a group, write in:{word}; for a date, {examples}")),
        _ => error.with_help(examples),
    }
}

/// That a month has no year.
pub(super) fn no_year(input: Cursor, month: u8) -> Diagnostic {
    let name = input.word();
    let full = MONTHS.get(usize::from(month).saturating_sub(1)).copied().unwrap_or(name);
    // `June 27, 2025`
    let day = input.skip(name.len()).blanks();
    let digits = day.word();
    let after = day.skip(digits.len());
    let year = after.skip(usize::from(after.starts(","))).blanks();
    let is_number = |text: &str, most: usize| {
        !text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if is_number(digits, 2) && is_number(year.word(), 4) && year.word().len() == 4 {
        let end = year.skip(4);
        return Diagnostic::error(input.to(end), "the day stands before the month")
            .with_help(format!("write {digits} {full} {0}, or {0}-{month:02}-{digits:0>2}", year.word()));
    }
    Diagnostic::error(input.to(input.skip(name.len())), format!("`{name}` needs a year after it"))
        .with_help(format!("such as {full} 2025; for every {full}, count by month"))
}

/// Refuses a date in another order or with other signs, and shows it as it
/// should be.
pub(super) fn no_foreign_date(input: Cursor, token: &str) -> Result<(), nom::Err<Problem>> {
    let Some(mends) = foreign_date(token) else {
        return Ok(());
    };
    let span = input.to(input.skip(token.len()));
    match mends.as_slice() {
        [one] => wrong(Diagnostic::error(span, "a date is written year-month-day").with_help(format!("write {one}"))),
        several => wrong(
            Diagnostic::error(span, "this date can be read in two ways")
                .with_help(format!("write {}", several.join(" or "))),
        ),
    }
}

/// The same for what stands where a bare word may.
pub(super) fn no_dotted_date(input: Cursor, written: &str) -> Result<(), nom::Err<Problem>> {
    if written.contains('.') && written.starts_with(|first: char| first.is_ascii_digit()) {
        no_foreign_date(input, written)?;
    }
    Ok(())
}

/// Refuses a bare word with a slash in it.
pub(super) fn no_slashed_word(input: Cursor) -> Result<(), nom::Err<Problem>> {
    no_foreign_date(input, token(input))?;
    let length = crate::syntax::scan::value_length(input.rest());
    let end = input.skip(length.max(1));
    let written = input.slice(end);
    wrong(
        Diagnostic::error(input.to(end), "a word with such a sign in it stands after a field or in quotes")
            .with_help(format!("write \"{written}\", or object:{written}").replace("object:", "field:")),
    )
}

/// How a date in foreign spelling might be meant.
fn foreign_date(token: &str) -> Option<Vec<String>> {
    let compact = token.len() == 8 && token.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = if compact {
        vec![token.get(..4)?, token.get(4..6)?, token.get(6..)?]
    } else {
        token.split(['/', '.', '-']).collect()
    };
    if parts.iter().any(|part| part.is_empty() || part.len() > 4 || !part.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let date = |year: &str, month: &str, day: &str| {
        let (month, day): (u8, u8) = (month.parse().ok()?, day.parse().ok()?);
        let fits = year.len() == 4 && (1..=12).contains(&month) && (1..=31).contains(&day);
        fits.then(|| format!("{year}-{month:02}-{day:02}"))
    };
    let month_of = |year: &str, month: &str| {
        let number: u8 = month.parse().ok()?;
        (year.len() == 4 && (1..=12).contains(&number)).then(|| format!("{year}-{number:02}"))
    };
    let mut mends: Vec<String> = match *parts.as_slice() {
        [year, month, day] if year.len() == 4 => date(year, month, day).into_iter().collect(),
        [first, second, year] => [date(year, second, first), date(year, first, second)].into_iter().flatten().collect(),
        // `2025-06` is no mend of itself, and `2014/2016` is an interval.
        [year, month] if year.len() == 4 && month.len() <= 2 => month_of(year, month).into_iter().collect(),
        [month, year] if month.len() <= 2 => month_of(year, month).into_iter().collect(),
        _ => return None,
    };
    mends.dedup();
    mends.retain(|mend| mend != token);
    (!mends.is_empty()).then_some(mends)
}

/// That nothing stands after `field:`.
pub(super) fn no_value(field: Cursor, at: Cursor) -> Diagnostic {
    let before = field.slice(at);
    let next = at.blanks();
    let blank = next.at > at.at && !next.rest().is_empty() && !next.word().is_empty();
    let (span, found) = next.found();
    if blank {
        let written = format!("{before}{}", next.word());
        let message = if before.ends_with(',') {
            "a list has no blank after a comma"
        } else {
            "a value follows `:` without a blank"
        };
        return Diagnostic::error(Span::new(field.at, span.end), message).with_help(format!("write {written}"));
    }
    let sign = if before.ends_with(',') { "," } else { ":" };
    let error = Diagnostic::error(span, format!("a value is expected after `{sign}`, but {found}"));
    match next.peek() {
        Some('=' | '<' | '>') => error.with_help("compare with a sign alone: session>=70"),
        Some('[' | '{') => error.with_help("put the value in quotes, or for dates write: date after 2025"),
        _ if sign == "," => error.with_help(format!("write {}", before.trim_end_matches(','))),
        _ => error.with_help(format!("such as: {before}none for what has no value")),
    }
}

/// That braces are missing.
pub(super) fn no_braces(at: Cursor, name: &str, example: &str) -> Diagnostic {
    at.unexpected(&format!("`{{…}}` after `{name}`")).with_help(format!("such as: {example}"))
}

/// The word that stands after blanks, or an example.
pub(super) fn next_word<'a>(at: Cursor<'a>, example: &'a str) -> &'a str {
    let next = at.blanks();
    let end = next.rest().find(char::is_whitespace).unwrap_or(next.rest().len());
    next.rest().get(..end).filter(|word| !word.is_empty() && word.len() < 40).unwrap_or(example)
}

/// That no stage is called so.
pub(super) fn no_stage(start: Cursor, bar: Span) -> Diagnostic {
    const ELSEWHERE: [(&str, &str); 14] = [
        ("limit", "take 20"),
        ("head", "take 20"),
        ("top", "take 20"),
        ("offset", "skip 20"),
        ("order", "sort -date"),
        ("orderby", "sort -date"),
        ("select", "show subject, date"),
        ("columns", "show subject, date"),
        ("group", "count by region"),
        ("groupby", "count by region"),
        ("filter", "where count >= 2"),
        ("having", "where count >= 2"),
        ("unique", "distinct subject"),
        ("uniq", "distinct subject"),
    ];
    let written = start.word();
    let span = place_of_name(start, bar);
    let mut names: Vec<&str> = at(Place::Stage).collect();
    names.sort_unstable();
    if written.is_empty() {
        let (_, found) = start.found();
        return Diagnostic::error(span, format!("a stage is expected after `|`, but {found}"))
            .with_help(format!("stages are {}", names.join(", ")));
    }
    let error = Diagnostic::error(span, format!("no stage is called `{written}`"));
    if let Some((_, example)) = ELSEWHERE.iter().find(|(word, _)| word.eq_ignore_ascii_case(written)) {
        return error.with_help(format!("write | {example}"));
    }
    match nearest(written, names.iter().copied()) {
        Some(name) => error.with_help(format!("did you mean `{name}`?")),
        None => error.with_help(format!(
            "stages are {}; conditions stand before the first `|` or after `where`",
            names.join(", ")
        )),
    }
}

/// That a stage is followed by what is no part of it.
pub(super) fn stage_goes_on(next: Cursor, stage: &Stage) -> Diagnostic {
    let error = next.unexpected("`|` or the end");
    match stage {
        Stage::Sort(_) | Stage::Show(_) | Stage::Distinct(_) | Stage::Extreme { .. } if !next.word().is_empty() => {
            error.with_help("commas stand between columns: sort -date, subject")
        }
        Stage::Count { of: Some(_), by } if by.is_empty() && !next.word().is_empty() => {
            error.with_help("such as: count by treaty, year; or count subject by year")
        }
        _ => error,
    }
}

/// A path as it is written.
pub(super) fn written(path: &Path) -> String {
    path.names.iter().map(|name| name.value.as_str()).collect::<Vec<_>>().join(".")
}
