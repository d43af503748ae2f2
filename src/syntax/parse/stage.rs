//! Stages: what follows a `|`.

use nom::Parser;
use nom::multi::separated_list1;

use super::arithmetic::arithmetic;
use super::condition::{filter, group};
use super::date::when;
use super::input::{
    Cursor, Parse, Problem, absent, expected, keyword, name, number, optional, path, quoted, required, sign, spaced,
    wrong,
};
use super::mend;
use super::mend_stage::{no_amount, no_stage, stage_goes_on};
use crate::syntax::keyword::{Place, word};
use crate::syntax::print::print_known;
use crate::syntax::scan::commit_length;
use crate::syntax::tree::{Aggregate, Key, Known, Name, Path, ShowItem, SortKey, Stage, When};
use crate::syntax::{Diagnostic, Span, Spanned, keyword as table};

/// `| stage`
pub(super) fn stage(input: Cursor) -> Parse<Spanned<Stage>> {
    let (rest, bar) = sign("|")(input)?;
    let start = rest.blanks();
    let written = start.word();
    let Some(entry) = table::find(Place::Stage, written) else {
        return wrong(no_stage(start, bar));
    };
    let after = start.skip(written.len());
    let (rest, stage) = with_example(entry.example, stage_named(entry.word, start, after))?;
    let next = rest.blanks();
    if !matches!(next.peek(), None | Some('|' | ')')) {
        return wrong(stage_goes_on(next, &stage, start.slice(rest)));
    }
    Ok((rest, Spanned::new(stage, start.to(rest))))
}

/// What is wrong with a stage, with the example that the table of words has
/// where nothing better is known.
fn with_example<'a, T>(example: &str, result: Parse<'a, T>) -> Parse<'a, T> {
    result.map_err(|error| match error {
        nom::Err::Failure(Problem::Wrong(told)) if told.help().is_none() && told.message().contains("is expected") => {
            nom::Err::Failure(Problem::Wrong(Box::new(told.with_help(format!("such as: {example}")))))
        }
        other => other,
    })
}

/// What follows the name of a stage.
fn stage_named<'a>(name: &str, start: Cursor<'a>, after: Cursor<'a>) -> Parse<'a, Stage> {
    match name {
        word::SORT => list(after, sort_key, "a column to sort by").map(|(rest, keys)| (rest, Stage::Sort(keys))),
        word::TAKE => amount(after, word::TAKE).map(|(rest, count)| (rest, Stage::Take(count))),
        word::SKIP => amount(after, word::SKIP).map(|(rest, count)| (rest, Stage::Skip(count))),
        word::SHOW => list(after, show_item, "a column to show").map(|(rest, items)| (rest, Stage::Show(items))),
        word::COUNT => count(after),
        word::SHARE => share(after),
        word::PIVOT => pivot(after),
        word::MIN | word::MAX | word::MEDIAN | word::SUM => aggregate(start),
        word::DISTINCT => list(after, column, "a column").map(|(rest, paths)| (rest, Stage::Distinct(paths))),
        word::FIRST => extreme(after, false),
        word::LAST_STAGE => extreme(after, true),
        word::LET => new_column(after),
        word::WHERE => {
            let (rest, condition) = expected("a condition after `where`", filter)(after.blanks())?;
            Ok((rest, Stage::Where(condition)))
        }
        word::TIMELINE => Ok((after, Stage::Timeline)),
        word::SOURCES => Ok((after, Stage::Sources)),
        word::HISTORY => Ok((after, Stage::History)),
        word::DIFF => diff(after),
        _ => absent(),
    }
}

/// One or more with commas between them.
fn list<'a, T>(
    input: Cursor<'a>,
    item: impl Fn(Cursor<'a>) -> Parse<'a, T> + Copy,
    what: &'static str,
) -> Parse<'a, Vec<T>> {
    separated_list1(spaced(sign(",")), expected(what, spaced(item))).parse(input)
}

/// A column, which may be called as a word of the language is.
fn column(input: Cursor) -> Parse<Path> {
    path(input)
}

/// `-date`
fn sort_key(input: Cursor) -> Parse<SortKey> {
    let (rest, minus) = optional(sign("-"))(input)?;
    let (rest, path) = column(rest)?;
    let next = rest.blanks();
    let written = next.word();
    if ["desc", "asc", "descending", "ascending"].iter().any(|order| order.eq_ignore_ascii_case(written)) {
        let (span, _) = next.found();
        return wrong(
            Diagnostic::error(span, "`-` before a column sorts the greatest first, and nothing the least first")
                .with_help(format!("sort -{0}, or sort {0}", mend::written(&path))),
        );
    }
    Ok((rest, SortKey { descending: minus.is_some(), path }))
}

/// `date as notified`
fn show_item(input: Cursor) -> Parse<ShowItem> {
    let (rest, path) = column(input)?;
    let (rest, renamed) = optional(spaced(keyword(word::AS)))(rest)?;
    if renamed.is_none() {
        return Ok((rest, ShowItem { path, heading: None }));
    }
    let (rest, heading) = expected("a heading after `as`", heading)(rest.blanks())?;
    Ok((rest, ShowItem { path, heading: Some(heading) }))
}

/// A heading: a name, or text in quotes.
fn heading(input: Cursor) -> Parse<Name> {
    let (rest, text) = match quoted(input) {
        Err(nom::Err::Error(_)) => name(input).map(|(rest, name)| (rest, name.value)),
        other => other,
    }?;
    Ok((rest, Spanned::new(text, input.to(rest))))
}

fn amount<'a>(input: Cursor<'a>, stage: &'static str) -> Parse<'a, u64> {
    required(spaced(number), move |at| no_amount(at, stage))(input)
}

/// `[by key, key]`
fn keys(input: Cursor) -> Parse<Vec<Key>> {
    let (rest, by) = optional(spaced(keyword(word::BY)))(input)?;
    match by {
        Some(_) => list(rest, key, "a column or a condition in parentheses after `by`"),
        None => Ok((rest, Vec::new())),
    }
}

/// A column, or a condition in parentheses.
fn key(input: Cursor) -> Parse<Key> {
    if input.starts("(") {
        return group(input).map(|(rest, condition)| (rest, Key::Condition(condition)));
    }
    column(input).map(|(rest, path)| (rest, Key::Path(path)))
}

/// `count [path] [by key, key]`
fn count(input: Cursor) -> Parse<Stage> {
    let next = input.blanks();
    let by = keyword(word::BY)(next).is_ok();
    let (rest, of) = if by { (input, None) } else { optional(spaced(column))(input)? };
    let (rest, by) = keys(rest)?;
    Ok((rest, Stage::Count { of, by }))
}

/// `share of (condition) [by key, key]`
fn share(input: Cursor) -> Parse<Stage> {
    let (rest, _) = expected("`of` after `share`", spaced(keyword(word::OF)))(input)?;
    let told = |at: Cursor| {
        let rest = at.blanks().rest();
        let end = rest.find(['|', ')', '\n']).unwrap_or(rest.len());
        let (condition, by) = rest.get(..end).unwrap_or("").trim().split_once(" by ").map_or_else(
            || (rest.get(..end).unwrap_or("").trim(), String::new()),
            |(condition, by)| (condition.trim(), format!(" by {}", by.trim())),
        );
        let told = at.unexpected("a condition in parentheses after `share of`");
        let plain = !condition.is_empty() && condition.len() < 60 && !condition.contains(['(', '{']);
        if plain { told.with_help(format!("write share of ({condition}){by}")) } else { told }
    };
    let (rest, of) = required(group, told)(rest.blanks())?;
    let (rest, by) = keys(rest)?;
    Ok((rest, Stage::Share { of, by }))
}

/// `pivot key x key`
fn pivot(input: Cursor) -> Parse<Stage> {
    let (rest, rows) = expected("the column for the rows", spaced(key))(input)?;
    let (rest, _) = expected("`x` between the two columns", spaced(keyword(word::TIMES)))(rest)?;
    let (rest, columns) = expected("the column for the columns", spaced(key))(rest)?;
    Ok((rest, Stage::Pivot { rows, columns }))
}

/// `min max of lag [by key, key]`
fn aggregate(input: Cursor) -> Parse<Stage> {
    let mut functions = Vec::new();
    let mut rest = input;
    loop {
        let start = rest.blanks();
        let function = match start.word().to_ascii_lowercase().as_str() {
            word::MIN => Aggregate::Min,
            word::MAX => Aggregate::Max,
            word::MEDIAN => Aggregate::Median,
            word::SUM => Aggregate::Sum,
            _ => break,
        };
        rest = start.skip(start.word().len());
        functions.push(Spanned::new(function, start.to(rest)));
    }
    let told = |at: Cursor| at.unexpected("`of` and a column");
    let (rest, _) = required(spaced(keyword(word::OF)), told)(rest)?;
    let (rest, of) = expected("a column after `of`", spaced(column))(rest)?;
    let (rest, by) = keys(rest)?;
    Ok((rest, Stage::Aggregate { functions, of, by }))
}

/// `first by subject`
fn extreme(input: Cursor, last: bool) -> Parse<Stage> {
    let (rest, by) = keys(input)?;
    if by.is_empty() {
        let told = input.unexpected("`by` and a column");
        let (which, sorted) = if last { ("last", "-date") } else { ("first", "date") };
        let number = input.blanks().word();
        let number = if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) { number } else { "1" };
        return wrong(told.with_help(format!("for the {which} rows of all: sort {sorted} | take {number}")));
    }
    Ok((rest, Stage::Extreme { last, by }))
}

/// `let lag = effective - date`
fn new_column(input: Cursor) -> Parse<Stage> {
    let (rest, name) = expected("the name of the new column", spaced(name))(input)?;
    let (rest, _) = expected("`=` after the name", spaced(sign("=")))(rest)?;
    let (rest, value) = arithmetic(rest.blanks())?;
    Ok((rest, Stage::Let { name, value }))
}

/// `diff known D1..D2`, where a commit `#12` may stand for a date, or `diff as of D1..D2`
fn diff(input: Cursor) -> Parse<Stage> {
    let next = input.blanks();
    let (rest, known) = if let Ok((rest, _)) = keyword(word::KNOWN)(next) {
        (rest, true)
    } else if let Ok((rest, _)) = (keyword(word::AS), spaced(keyword(word::OF))).parse(next) {
        (rest, false)
    } else {
        return wrong(input.unexpected("`known` or `as of`, and a range of dates"));
    };
    if known && let Some((rest, from)) = commit(rest.line_blanks())? {
        let Some(after) = rest.rest().strip_prefix("..").map(|_| rest.skip(2)) else {
            return wrong(no_second(rest, &print_known(&from.value)));
        };
        if let Some((rest, to)) = commit(after.line_blanks())? {
            return Ok((rest, Stage::DiffKnown { from, to }));
        }
        let (rest, to) = required(when, |at| no_second(at, &print_known(&from.value)))(after.line_blanks())?;
        return Ok((rest, Stage::DiffKnown { from, to: Spanned::new(Known::Day(to.value), to.span) }));
    }
    let (rest, range) = required(when, |at| no_range(at, known))(rest.blanks())?;
    if let When::Range(Some(from), None) = &range.value
        && let (true, Some((rest, to))) = (known, commit(rest)?)
    {
        let from = Spanned::new(Known::Day(from.value.clone()), from.span);
        return Ok((rest, Stage::DiffKnown { from, to }));
    }
    Ok((rest, Stage::Diff { known, range }))
}

/// `#12`, if it stands here.
fn commit(input: Cursor) -> Result<Option<(Cursor, Spanned<Known>)>, nom::Err<Problem>> {
    let length = commit_length(input.rest());
    if length == 0 {
        return Ok(None);
    }
    let end = input.skip(length);
    match input.skip(1).slice(end).parse() {
        Ok(number) => Ok(Some((end, Spanned::new(Known::Commit(number), input.to(end))))),
        Err(_) => wrong(Diagnostic::error(input.to(end), "this number is too large")),
    }
}

/// That no second state stands after a commit.
fn no_second(at: Cursor, from: &str) -> Diagnostic {
    at.unexpected("`..` and a commit or a date")
        .with_help(format!("such as: diff known {from}..#12, diff known {from}..today"))
}

/// That no range of dates stands after `diff known` or `diff as of`.
fn no_range(at: Cursor, known: bool) -> Diagnostic {
    let clause = if known { "diff known" } else { "diff as of" };
    mend::no_date(at, clause).with_help(format!("such as: {clause} 2024..2025"))
}

/// Where a stage's name would stand, for a message.
pub(super) fn place_of_name(start: Cursor, bar: Span) -> Span {
    let word = start.word();
    if word.is_empty() { bar } else { Span::new(start.at, start.at + word.len()) }
}
