//! Stages: what follows a `|`.

use nom::Parser;
use nom::multi::separated_list1;

use super::arithmetic::arithmetic;
use super::condition::{filter, group};
use super::date::when;
use super::input::{
    Cursor, Parse, ParseFailure, absent, expected, keyword, name, number, optional, path, quoted, required, sign,
    spaced, wrong,
};
use super::mend::written;
use super::mend_date::date_expected_such_as;
use super::mend_stage::{count_expected, stage_end_expected, stage_of_test, unknown_stage};
use super::query::begins_account;
use crate::syntax::keyword::{KeywordPlace, word};
use crate::syntax::print::{print_known, print_stage};
use crate::syntax::scan::{commit_length, is_number};
use crate::syntax::tree::{Aggregate, GroupKey, Known, Name, ShowItem, SortKey, Stage, When};
use crate::syntax::{
    DateContext, Diagnostic, ExceededLimit, ExpectedSyntax, MalformedStage, Mend, Spanned, SyntaxProblem,
    keyword as table,
};

/// `| stage`
pub(super) fn stage(input: Cursor) -> Parse<Spanned<Stage>> {
    let (rest, bar) = sign("|")(input)?;
    let start = rest.blanks();
    let name = start.word();
    let Some(entry) = table::find(KeywordPlace::Stage, name) else {
        return wrong(unknown_stage(start, bar));
    };
    let after = start.skip(name.len());
    let mend = match after.rest().strip_prefix(':').and_then(|rest| rest.split([' ', '|', ')', '\n']).next()) {
        // `take:5`
        Some(values) => {
            let values: Vec<String> = values.split(',').map(str::to_owned).collect();
            stage_of_test(entry.word, &values, |_, _| true).map(Mend::Write)
        }
        None => None,
    };
    let (rest, stage) = with_mend(mend.clone(), entry.example, stage_named(entry.word, start, after))?;
    let next = rest.blanks();
    if mend.is_some() && rest.at == after.at {
        return wrong(next.unexpected(ExpectedSyntax::StageEnd, mend));
    }
    if !matches!(next.peek(), None | Some('|' | ')')) {
        return wrong(stage_end_expected(next, &stage, start.slice(rest)));
    }
    Ok((rest, Spanned::new(stage, start.to(rest))))
}

/// Gives a problem another mend or, if it has none, the example of the table of keywords.
fn with_mend<'a, T>(other: Option<Mend>, example: &str, result: Parse<'a, T>) -> Parse<'a, T> {
    result.map_err(|mut failure| {
        if let nom::Err::Failure(ParseFailure::Wrong(diagnostic)) = &mut failure
            && let SyntaxProblem::Expected { mend, .. } = &mut diagnostic.problem
        {
            *mend = other.or_else(|| mend.take()).or_else(|| Some(Mend::example(example)));
        }
        failure
    })
}

/// What follows the name of a stage.
fn stage_named<'a>(name: &str, start: Cursor<'a>, after: Cursor<'a>) -> Parse<'a, Stage> {
    match name {
        word::SORT => list(after, sort_key, ExpectedSyntax::SortColumn).map(|(rest, keys)| (rest, Stage::Sort(keys))),
        word::TAKE => amount(after, word::TAKE).map(|(rest, count)| (rest, Stage::Take(count))),
        word::SKIP => amount(after, word::SKIP).map(|(rest, count)| (rest, Stage::Skip(count))),
        word::SHOW => {
            list(after, show_item, ExpectedSyntax::ShownColumn).map(|(rest, items)| (rest, Stage::Show(items)))
        }
        word::COUNT => count(after),
        word::SHARE => share(after),
        word::PIVOT => pivot(after),
        word::MIN | word::MAX | word::MEDIAN | word::MEAN | word::AVERAGE | word::PERCENTILE | word::SUM => {
            aggregate(start)
        }
        word::DISTINCT => list(after, path, ExpectedSyntax::Column).map(|(rest, paths)| (rest, Stage::Distinct(paths))),
        word::FIRST => extreme(after, false),
        word::LAST => extreme(after, true),
        word::LET => new_column(after),
        word::WHERE => {
            let (rest, condition) = expected(ExpectedSyntax::Condition { after: word::WHERE }, filter)(after.blanks())?;
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
    what: ExpectedSyntax,
) -> Parse<'a, Vec<T>> {
    separated_list1(spaced(sign(",")), expected(what, spaced(item))).parse(input)
}

/// `-date`
fn sort_key(input: Cursor) -> Parse<SortKey> {
    let (rest, minus) = optional(sign("-"))(input)?;
    let (rest, path) = path(rest)?;
    let next = rest.blanks();
    let order = next.word();
    if ["desc", "asc", "descending", "ascending"].iter().any(|known| known.eq_ignore_ascii_case(order)) {
        let (span, _) = next.found();
        return wrong(Diagnostic::error(span, MalformedStage::SortDirection { column: written(&path) }));
    }
    Ok((rest, SortKey { descending: minus.is_some(), path }))
}

/// `date as notified`
fn show_item(input: Cursor) -> Parse<ShowItem> {
    let (rest, path) = path(input)?;
    let (rest, renamed) = optional(spaced(keyword(word::AS)))(rest)?;
    if renamed.is_none() {
        return Ok((rest, ShowItem { path, heading: None }));
    }
    let (rest, heading) = expected(ExpectedSyntax::Heading, heading)(rest.blanks())?;
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
    required(spaced(number), move |at| count_expected(at, stage))(input)
}

/// `[by key, key]`
fn keys(input: Cursor) -> Parse<Vec<GroupKey>> {
    let (rest, by) = optional(spaced(keyword(word::BY)))(input)?;
    match by {
        Some(_) => list(rest, key, ExpectedSyntax::GroupKey),
        None => Ok((rest, Vec::new())),
    }
}

/// A column, or a condition in parentheses.
fn key(input: Cursor) -> Parse<GroupKey> {
    if input.starts("(") {
        return group(input).map(|(rest, condition)| (rest, GroupKey::Condition(condition)));
    }
    path(input).map(|(rest, path)| (rest, GroupKey::Path(path)))
}

/// `count [path] [by key, key]`
fn count(input: Cursor) -> Parse<Stage> {
    let next = input.blanks();
    let no_column = keyword(word::BY)(next).is_ok() || begins_account(next).is_ok();
    let (rest, of) = if no_column { (input, None) } else { optional(spaced(path))(input)? };
    let (rest, by) = keys(rest)?;
    Ok((rest, Stage::Count { of, by }))
}

/// `share of (condition) [by key, key]`
fn share(input: Cursor) -> Parse<Stage> {
    let (rest, _) = expected(ExpectedSyntax::ShareOf, spaced(keyword(word::OF)))(input)?;
    let told = |at: Cursor| {
        let rest = at.blanks().rest();
        let end = rest.find(['|', ')', '\n']).unwrap_or(rest.len());
        let (condition, by) = rest.get(..end).unwrap_or("").trim().split_once(" by ").map_or_else(
            || (rest.get(..end).unwrap_or("").trim(), String::new()),
            |(condition, by)| (condition.trim(), format!(" by {}", by.trim())),
        );
        let plain = !condition.is_empty() && condition.len() < 60 && !condition.contains(['(', '{']);
        let mend = plain.then(|| Mend::Write(format!("share of ({condition}){by}")));
        at.unexpected(ExpectedSyntax::ShareCondition, mend)
    };
    let (rest, of) = required(group, told)(rest.blanks())?;
    let (rest, by) = keys(rest)?;
    Ok((rest, Stage::Share { of, by }))
}

/// `pivot key x key`
fn pivot(input: Cursor) -> Parse<Stage> {
    let (rest, rows) = expected(ExpectedSyntax::PivotRows, spaced(key))(input)?;
    let (rest, _) = expected(ExpectedSyntax::PivotSign, spaced(keyword(word::TIMES)))(rest)?;
    let (rest, columns) = expected(ExpectedSyntax::PivotColumns, spaced(key))(rest)?;
    Ok((rest, Stage::Pivot { rows, columns }))
}

/// `min max of lag [by key, key]`
fn aggregate(input: Cursor) -> Parse<Stage> {
    let mut functions = Vec::new();
    let mut rest = input;
    loop {
        let start = rest.blanks();
        let Some(function) = Aggregate::from_word(start.word()) else { break };
        rest = start.skip(start.word().len());
        functions.push(Spanned::new(function, start.to(rest)));
    }
    let (rest, _) = expected(ExpectedSyntax::SummarizedColumn, spaced(keyword(word::OF)))(rest)?;
    let (rest, of) = expected(ExpectedSyntax::ColumnAfterOf, spaced(path))(rest)?;
    let (rest, by) = keys(rest)?;
    Ok((rest, Stage::Aggregate { functions, of, by }))
}

/// `first by subject`
fn extreme(input: Cursor, last: bool) -> Parse<Stage> {
    let (rest, by) = keys(input)?;
    if by.is_empty() {
        let sorted = if last { "-date" } else { "date" };
        let number = input.blanks().word();
        let number = if is_number(number) { number } else { "1" };
        if let Ok((_, by)) = keys(input.blanks().skip(if is_number(input.blanks().word()) { number.len() } else { 0 }))
            && !by.is_empty()
        {
            let stage = print_stage(&Stage::Extreme { last, by });
            let mend = match number {
                "1" => Mend::Write(stage),
                number => {
                    Mend::OneOfEachGroup { stage, number: format!("{} {number}", if last { "last" } else { "first" }) }
                }
            };
            return wrong(input.unexpected(ExpectedSyntax::ByColumn, Some(mend)));
        }
        let mend = Mend::OfAllRows { last, stages: format!("sort {sorted} | take {number}") };
        return wrong(input.unexpected(ExpectedSyntax::ByColumn, Some(mend)));
    }
    Ok((rest, Stage::Extreme { last, by }))
}

/// `let lag = effective - date`
fn new_column(input: Cursor) -> Parse<Stage> {
    let (rest, name) = expected(ExpectedSyntax::NewColumn, spaced(name))(input)?;
    let (rest, _) = expected(ExpectedSyntax::ColumnValue, spaced(sign("=")))(rest)?;
    let (rest, value) = arithmetic(rest.blanks())?;
    Ok((rest, Stage::Let { name, value }))
}

/// `diff known D1..D2`, where a commit `#12` may take the place of a date, or
/// `diff as of D1..D2`
fn diff(input: Cursor) -> Parse<Stage> {
    let next = input.blanks();
    let (rest, known) = if let Ok((rest, _)) = keyword(word::KNOWN)(next) {
        (rest, true)
    } else if let Ok((rest, _)) = (keyword(word::AS), spaced(keyword(word::OF))).parse(next) {
        (rest, false)
    } else {
        return wrong(input.unexpected(ExpectedSyntax::DiffRange, None));
    };
    if known && let Some((rest, from)) = commit(rest.line_blanks())? {
        let Some(after) = rest.rest().strip_prefix("..").map(|_| rest.skip(2)) else {
            return wrong(second_state_expected(rest, &print_known(&from.value)));
        };
        if let Some((rest, to)) = commit(after.line_blanks())? {
            return Ok((rest, Stage::DiffKnown { from, to }));
        }
        let (rest, to) =
            required(when, |at| second_state_expected(at, &print_known(&from.value)))(after.line_blanks())?;
        return Ok((rest, Stage::DiffKnown { from, to: Spanned::new(Known::Day(to.value), to.span) }));
    }
    let (rest, range) = required(when, |at| range_expected(at, known))(rest.blanks())?;
    if let When::Range(Some(from), None) = &range.value
        && let (true, Some((rest, to))) = (known, commit(rest)?)
    {
        let from = Spanned::new(Known::Day(from.value.clone()), from.span);
        return Ok((rest, Stage::DiffKnown { from, to }));
    }
    Ok((rest, Stage::Diff { known, range }))
}

/// `#12`, if it is here.
fn commit(input: Cursor) -> Result<Option<(Cursor, Spanned<Known>)>, nom::Err<ParseFailure>> {
    let length = commit_length(input.rest());
    if length == 0 {
        return Ok(None);
    }
    let end = input.skip(length);
    match input.skip(1).slice(end).parse() {
        Ok(number) => Ok(Some((end, Spanned::new(Known::Commit(number), input.to(end))))),
        Err(_) => wrong(Diagnostic::error(input.to(end), ExceededLimit::Number)),
    }
}

/// No second state follows a commit.
fn second_state_expected(at: Cursor, from: &str) -> Diagnostic {
    let examples = vec![format!("diff known {from}..#12"), format!("diff known {from}..today")];
    at.unexpected(ExpectedSyntax::SecondState, Some(Mend::Examples(examples)))
}

/// No range of dates follows `diff known` or `diff as of`.
fn range_expected(at: Cursor, known: bool) -> Diagnostic {
    let example = if known { "diff known 2024..2025" } else { "diff as of 2024..2025" };
    date_expected_such_as(at, DateContext::Diff { known }, &[example])
}
