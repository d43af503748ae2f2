//! What to write instead: the errors that teach.

use super::date::token;
use super::input::{Cursor, Problem, wrong};
use crate::model::nearest;
use crate::syntax::keyword::{MONTHS, Place, at, month, word};
use crate::syntax::tree::{Path, Relation};
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
        return no_unit_after(place, word);
    }
    if word.eq_ignore_ascii_case("now") {
        return error.with_help(format!("write {relation} today"));
    }
    if let Some(quarter) = quarter(place) {
        return error.with_help(format!("write {relation} {quarter}"));
    }
    if SEASONS.iter().any(|season| season.eq_ignore_ascii_case(word)) {
        let help = "a season has no months that hold everywhere: name them, such as 2025-06..2025-08";
        return error.with_help(help);
    }
    // `in the last 12 months`
    let mut next = place;
    while ["a", "an", "the", "all", "of", "year", "month", "early", "late", "mid", "about", "around"]
        .iter()
        .any(|small| small.eq_ignore_ascii_case(next.word()))
    {
        next = next.skip(next.word().len()).blanks();
    }
    if next.at > place.at
        && let Ok((rest, _)) = super::date::when(next)
    {
        return error.with_help(format!("write {relation} {}", next.slice(rest)));
    }
    match relation {
        "as of" | "known" | "in" => error.with_help(examples),
        _ if super::date::relation_ahead(place) => error.with_help(format!("leave out one of them: `{word} …`")),
        _ if word::is_condition(word) => error.with_help(examples),
        _ if word.contains('.') && word.starts_with(char::is_alphabetic) => {
            let sign = if ["before", "until", "by"].contains(&relation) { "<" } else { ">" };
            let gap = format!("| let gap = date - {word} | where gap {sign} 0 days");
            error.with_help(format!("two dates of one fact are compared by their difference: {gap}"))
        }
        _ => error.with_help(examples),
    }
}

/// `Q3 2025` as a range.
fn quarter(at: Cursor) -> Option<String> {
    let number = at.word().strip_prefix(['Q', 'q'])?.parse::<u8>().ok().filter(|number| (1..=4).contains(number))?;
    let year = at.skip(at.word().len()).blanks().word();
    is_year(year).then(|| format!("{year}-{:02}..{year}-{:02}", number * 3 - 2, number * 3))
}

/// The side of a date that other words say, and the date behind them.
pub(super) fn other_side(at: Cursor<'_>) -> Option<(&'static str, &str)> {
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
    let (rest, _) = super::date::when(next).ok()?;
    Some((side, next.slice(rest)))
}

/// That a list in parentheses stands where a date must: `field in (one, other)`.
pub(super) fn no_list(at: Cursor, field: &str, relation: Relation) -> Option<Diagnostic> {
    let place = at.blanks();
    let inner = place.rest().strip_prefix('(').and_then(|rest| rest.get(..rest.find(')')?))?;
    if relation != Relation::In || inner.len() > 120 || inner.contains(['(', '{', ':']) || inner.trim().is_empty() {
        return None;
    }
    let values: Vec<&str> = inner.split(',').map(str::trim).collect();
    let (span, _) = place.found();
    let told = Diagnostic::error(span, "a date is expected after `in`, and here stand parentheses");
    Some(told.with_help(format!("one of several values is written {field}:{}", values.join(","))))
}

/// That no date stands after `within 90 days of`.
pub(super) fn no_date_within(at: Cursor, relation: &str, field: &str) -> Diagnostic {
    let place = at.blanks();
    let word = place.word();
    let mut words = relation.split_whitespace();
    let length = words.by_ref().skip(1).take(2).collect::<Vec<_>>().join(" ");
    let side = words.next().unwrap_or(word::OF).to_ascii_lowercase();
    let told = no_date(at, relation);
    if !(word.contains('.') && word.starts_with(char::is_alphabetic)) {
        return told;
    }
    told.with_help(format!(
        "two dates of one fact are compared by their difference: {}",
        difference_within(field, word, &side, &length)
    ))
}

/// How two dates are compared that lie no farther apart than a length.
pub(crate) fn difference_within(field: &str, other: &str, side: &str, length: &str) -> String {
    let (late, early) = if side == word::BEFORE { (other, field) } else { (field, other) };
    // On either side: what is moved by the length is positive.
    let twice = length.split_once(' ').and_then(|(count, unit)| Some((count.parse::<u64>().ok()?, unit)));
    if let Some((count, unit)) = twice.filter(|_| side == word::OF) {
        let twice = count.saturating_mul(2);
        return format!("| let gap = {late} - {early} + {length} | where gap >= 0 days gap <= {twice} {unit}");
    }
    format!("| let gap = {late} - {early} | where gap >= 0 days gap <= {length}")
}

/// That braces stand alone: what stands before them was meant to say what they
/// are for.
pub(super) fn no_word_before_braces(input: Cursor) -> Diagnostic {
    const BEFORE: [&str; 9] = [
        word::WITH,
        word::WITHOUT,
        word::USING,
        word::AFTER,
        word::BEFORE,
        word::SINCE,
        word::UNTIL,
        word::ON,
        word::BY,
    ];
    let before = input.text().get(..input.at).unwrap_or("").trim_end();
    let start = before.rfind(|next: char| !next.is_alphanumeric()).map_or(0, |at| at + 1);
    let written = before.get(start..).unwrap_or("");
    if let Some(meant) = nearest(written, BEFORE).or_else(|| other_word(written)) {
        return Diagnostic::error(Span::new(start, before.len()), format!("`{written}` is no word before braces"))
            .with_help(format!("did you mean `{meant}`?"));
    }
    let help = format!(
        "another fact that must be there: `with {0}`, or not: `without {0}`; conditions are put together with `( )`",
        in_braces(input)
    );
    Diagnostic::error(input.to(input.skip(1)), "a word must say what the braces are for").with_help(help)
}

/// The word of the language for what others say before braces.
fn other_word(written: &str) -> Option<&'static str> {
    const OTHERS: [(&str, &str); 7] = [
        ("having", word::WITH),
        ("has", word::WITH),
        ("plus", word::WITH),
        ("except", word::WITHOUT),
        ("w", word::WITH),
        ("lacking", word::WITHOUT),
        ("minus", word::WITHOUT),
    ];
    OTHERS.iter().find(|(other, _)| other.eq_ignore_ascii_case(written)).map(|(_, word)| *word)
}

/// The braces that stand here, or an example.
pub(super) fn in_braces(at: Cursor<'_>) -> &str {
    let length = at.rest().find('}').map_or(0, |end| end + 1);
    let braces = at.slice(at.skip(length));
    if (3..80).contains(&braces.len()) { braces } else { "{…}" }
}

/// That a date of other facts is compared with a sign.
pub(super) fn no_sign_before_braces(field: &str, relation: &str, at: Cursor) -> Diagnostic {
    let path = if field.eq_ignore_ascii_case("date") || word::is_condition(field) {
        String::new()
    } else {
        format!("{field} ")
    };
    Diagnostic::error(at.to(at.skip(1)), "the date of another fact is compared with a word and not with a sign")
        .with_help(format!("write `{path}{relation} {}`", in_braces(at)))
}

const SEASONS: [&str; 5] = ["spring", "summer", "autumn", "fall", "winter"];

/// That `last`, `this` or `next` has no unit after it.
fn no_unit_after(place: Cursor, word: &str) -> Diagnostic {
    let turn = word.to_lowercase();
    let (span, _) = place.found();
    let mut next = place.skip(word.len()).blanks();
    let number = next.word();
    let counted = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if counted {
        next = next.skip(number.len()).blanks();
    }
    let error = Diagnostic::error(span, format!("`{turn}` must stand before a unit of time"));
    match near_unit(next.word()) {
        Some(unit) if counted => error.with_help(format!("write {turn} {number} {}", plural(unit, number))),
        Some(unit) => error.with_help(format!("write {turn} {unit}")),
        None => error.with_help(format!("such as {turn} week, {turn} month or {turn} year")),
    }
}

/// The unit of time that a word was meant to be.
pub(super) fn near_unit(word: &str) -> Option<&'static str> {
    const SHORT: [(&str, &str); 11] = [
        ("d", word::DAYS),
        ("w", word::WEEKS),
        ("wk", word::WEEK),
        ("wks", word::WEEKS),
        ("mo", word::MONTH),
        ("mos", word::MONTHS),
        ("mth", word::MONTH),
        ("mths", word::MONTHS),
        ("y", word::YEARS),
        ("yr", word::YEAR),
        ("yrs", word::YEARS),
    ];
    let short = SHORT.iter().find(|(short, _)| short.eq_ignore_ascii_case(word)).map(|(_, unit)| *unit);
    short.or_else(|| nearest(word, at(Place::Unit)))
}

/// That no length of time stands where one must.
pub(super) fn no_duration(at: Cursor) -> Diagnostic {
    let start = at.blanks();
    let digits = start.word();
    let error = at.unexpected("a length of time such as `90 days`");
    if let Some(length) = joined_length(digits) {
        return error.with_help(format!("write {length}"));
    }
    let next = start.skip(digits.len()).blanks();
    if ["a", "an", "one"].iter().any(|one| one.eq_ignore_ascii_case(digits))
        && let Some(unit) = near_unit(next.word())
    {
        return error.with_help(format!("write 1 {}", plural(unit, "1")));
    }
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return error;
    }
    let next = start.skip(digits.len()).blanks();
    let span = start.to(next.skip(next.word().len()));
    match near_unit(next.word()) {
        Some(unit) => {
            let message = format!("`{digits} {}` is no length of time", next.word());
            Diagnostic::error(span, message).with_help(format!("write {digits} {}", plural(unit, digits)))
        }
        None => error.with_help(format!("a unit follows the number: {digits} days, {digits} weeks, {digits} months")),
    }
}

/// `6months`, `90d`
fn joined_length(written: &str) -> Option<String> {
    let digits = written.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = written.split_at(digits);
    let unit = if unit == "m" { word::MONTHS } else { near_unit(unit)? };
    (digits > 0).then(|| format!("{number} {}", plural(unit, number)))
}

/// A unit as it stands behind a number.
fn plural(unit: &str, number: &str) -> String {
    let one = unit.trim_end_matches('s');
    if number == "1" { one.to_owned() } else { format!("{one}s") }
}

/// That a number and a word that is nearly a unit are no length of time.
pub(super) fn no_near_duration(at: Cursor) -> Result<(), nom::Err<Problem>> {
    let digits = at.rest().bytes().take_while(u8::is_ascii_digit).count();
    let after = at.skip(digits);
    let unit = after.blanks();
    let is_near = |word: &str| month(word).is_none() && near_unit(word).is_some();
    let is_length = digits > 0 && unit.at > after.at && is_near(unit.word());
    if is_length { wrong(no_duration(at)) } else { Ok(()) }
}

/// What to write for a number that is no date: a day may stand before a month
/// that is spelt wrongly, or the year may lack digits.
pub(super) fn no_number_date(input: Cursor, token: &str) -> Diagnostic {
    let rest = input.skip(token.len());
    let error = Diagnostic::error(input.to(rest), format!("`{token}` is not a date"));
    let digits = token.bytes().all(|byte| byte.is_ascii_digit());
    let next = rest.blanks();
    let year = next.skip(next.word().len()).blanks();
    let near = nearest(next.word(), MONTHS).filter(|_| digits && token.len() <= 2);
    if let Some(month) = near {
        let span = next.to(next.skip(next.word().len()));
        let error = Diagnostic::error(span, format!("no month is called `{}`", next.word()));
        return error.with_help(if is_year(year.word()) {
            format!("did you mean `{month}`?")
        } else {
            format!("write {token} {month} 2025")
        });
    }
    if let Some(length) = joined_length(token) {
        return error.with_help(format!("a length of time has a blank before its unit: {length}"));
    }
    // `27th June 2025`
    let day = ["st", "nd", "rd", "th"].iter().find_map(|ending| token.strip_suffix(ending));
    let month = month(next.word()).and_then(|month| MONTHS.get(usize::from(month) - 1));
    if let (Some(day), Some(month)) = (day, month)
        && is_year(year.word())
    {
        return error.with_help(format!("write {day} {month} {}", year.word()));
    }
    if digits && token.len() == 3 {
        return error.with_help(format!("write the year with four digits: 0{token}"));
    }
    error.with_help("write it as 2025, 2025-06, 2025-06-27 or 27 June 2025")
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// That a month has no year; the day before it, if there is one.
pub(super) fn no_year(input: Cursor, month: u8, before: Option<&str>) -> Diagnostic {
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
    let error = Diagnostic::error(input.to(input.skip(name.len())), format!("`{name}` needs a year after it"));
    if let Some(day) = before {
        return error.with_help(format!("such as {day} {full} 2025"));
    }
    error.with_help(format!("such as {full} 2025; for every {full}, count by month"))
}

/// Whether the year is all that the month here lacks.
pub(super) fn lacks_year(month: Cursor) -> bool {
    !month.skip(month.word().len()).blanks().rest().starts_with(|next: char| next.is_ascii_digit())
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
            .with_help(format!("write \"{written}\", or field:{written}")),
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
        Some('=' | '<' | '>') => {
            let field = before.trim_end_matches(':');
            let help = match next.skip(1).blanks().skip(usize::from(next.skip(1).starts("="))).word() {
                "" => "compare with a sign alone, without `:`".to_owned(),
                value => format!("compare with a sign alone: {field}{}{value}", comparison(next)),
            };
            error.with_help(help)
        }
        Some('[' | '{')
            if next
                .rest()
                .get(1..)
                .and_then(|rest| rest.split([']', '}']).next())
                .is_some_and(|inner| inner.contains(',') && !inner.contains(':')) =>
        {
            let inner = next.rest().get(1..).and_then(|rest| rest.split([']', '}']).next()).unwrap_or("");
            let values: Vec<&str> = inner.split(',').map(str::trim).collect();
            error.with_help(format!("a list has no brackets: {before}{}", values.join(",")))
        }
        Some('\'' | '‘' | '`' | '«') => {
            error.with_help(format!("a text stands in double quotes: {before}\"{}\"", in_other_quotes(next)))
        }
        Some('{') => {
            let field = before.trim_end_matches(':');
            let told = no_sign_before_braces(field, word::ON, next);
            error.with_help(told.help().unwrap_or_default())
        }
        Some('[') => error.with_help("put the value in quotes, or for dates write: date after 2025"),
        Some(',') => {
            let rest = next.rest().trim_start_matches(',');
            let more = rest.get(..crate::syntax::scan::value_length(rest)).unwrap_or("");
            let before = before.trim_end_matches(',');
            let comma = if more.is_empty() || before.ends_with(':') { "" } else { "," };
            error.with_help(format!("write {before}{comma}{more}"))
        }
        _ if sign == "," => error.with_help(format!("write {}", before.trim_end_matches(','))),
        _ => error.with_help(format!("such as: {before}none for what has no value")),
    }
}

/// The field that stands before a `:` and a blank.
pub(super) fn before_colon(at: Cursor<'_>) -> Option<&str> {
    let before = at.text().get(..at.at).unwrap_or("");
    let word = before.trim_end();
    let start = word.rfind(|next: char| !(next.is_alphanumeric() || "_-.".contains(next))).map_or(0, |at| at + 1);
    word.get(start..).filter(|word| !word.is_empty() && before.len() > word.len())
}

/// What stands here between quotes that are none of the language.
pub(super) fn in_other_quotes(at: Cursor<'_>) -> &str {
    let closing = |next: char| matches!(next, '\'' | '’' | '‘' | '`' | '»' | '"');
    let length = at.peek().map_or(0, char::len_utf8);
    let inner = at.rest().get(length..).unwrap_or("");
    let end = inner.find(closing).or_else(|| inner.find(char::is_whitespace)).unwrap_or(inner.len());
    inner.get(..end).filter(|text| text.len() <= 80).unwrap_or("…")
}

/// The sign of comparison that stands here.
fn comparison(at: Cursor<'_>) -> &str {
    let length = at.rest().bytes().take_while(|byte| b"<>=".contains(byte)).count();
    at.slice(at.skip(length))
}

/// The word that stands after blanks, or an example.
pub(super) fn next_word<'a>(at: Cursor<'a>, example: &'a str) -> &'a str {
    let next = at.blanks();
    let end = next.rest().find(char::is_whitespace).unwrap_or(next.rest().len());
    let word = next.rest().get(..end).map(|word| word.trim_matches(['}', ']', '[', ')', '{', '(']));
    word.filter(|word| !word.is_empty() && word.len() < 40).unwrap_or(example)
}

/// A path as it is written.
pub(super) fn written(path: &Path) -> String {
    path.names.iter().map(|name| name.value.as_str()).collect::<Vec<_>>().join(".")
}
