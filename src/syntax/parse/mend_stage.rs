//! What to write instead of a stage that is wrong, from what was typed.

use super::input::Cursor;
use super::mend::written;
use super::query::ends_filter;
use super::stage::place_of_name;
use crate::model::nearest;
use crate::syntax::keyword::{Place, at, word};
use crate::syntax::tree::{Key, Path, Stage};
use crate::syntax::{Diagnostic, Span};

/// What other languages call a stage: our name, and what follows it if nothing
/// was typed that could.
const ELSEWHERE: [(&str, &str, &str); 19] = [
    ("limit", "take", "20"),
    ("head", "take", "20"),
    ("top", "take", "20"),
    ("offset", "skip", "20"),
    ("order", "sort", "-date"),
    ("orderby", "sort", "-date"),
    ("select", "show", "subject, date"),
    ("columns", "show", "subject, date"),
    ("fields", "show", "subject, date"),
    ("group", "count by", "subject"),
    ("groupby", "count by", "subject"),
    ("group-by", "count by", "subject"),
    ("filter", "where", "count >= 2"),
    ("having", "where", "count >= 2"),
    ("unique", "distinct", "subject"),
    ("uniq", "distinct", "subject"),
    ("mean", "median", "of sources"),
    ("average", "median", "of sources"),
    ("avg", "median", "of sources"),
];

/// The stage for which other languages have a word, with what follows it here:
/// `limit 5` is `take 5`.
pub(crate) fn stage_for(word: &str, after: &str) -> Option<String> {
    let (_, stage, example) = ELSEWHERE.iter().find(|(known, ..)| known.eq_ignore_ascii_case(word))?;
    let after = after.trim();
    let by = after.get(..2).filter(|by| by.eq_ignore_ascii_case("by")).and_then(|_| after.get(2..));
    let after = by.filter(|rest| rest.starts_with(char::is_whitespace)).unwrap_or(after).trim();
    let (after, descending) = match after.rsplit_once(char::is_whitespace) {
        Some((before, last)) if last.eq_ignore_ascii_case("desc") => (before.trim(), true),
        Some((before, last)) if last.eq_ignore_ascii_case("asc") => (before.trim(), false),
        _ => (after, false),
    };
    // `top 5 by size`
    let mut words = after.split_whitespace();
    if let (Some(count), Some(by), Some(column), None) = (words.next(), words.next(), words.next(), words.next())
        && *stage == "take"
        && by.eq_ignore_ascii_case("by")
        && count.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Some(format!("sort -{column} | take {count}"));
    }
    let number = !after.is_empty() && after.bytes().all(|byte| byte.is_ascii_digit());
    let is_amount = matches!(*stage, "take" | "skip");
    let fits = if is_amount { number } else { !after.is_empty() && !number && after.len() <= 60 };
    let minus = if descending && *stage == "sort" { "-" } else { "" };
    Some(if fits { format!("{stage} {minus}{after}") } else { format!("{stage} {example}") })
}

/// That a stage stands among conditions, as in `order by date`; of any other
/// word before `by` nothing is known.
pub(super) fn stage_by(word: &str, by: Cursor) -> Option<String> {
    let rest = by.rest().split(['|', ')', '\n', '#']).next().unwrap_or("");
    if let Some(stage) = stage_for(word, rest) {
        return Some(stage);
    }
    let stage = at(Place::Stage).find(|stage| stage.eq_ignore_ascii_case(word))?;
    let columns = rest.get(2..).unwrap_or("").trim();
    Some(if stage == "count" { format!("count by {columns}") } else { format!("{stage} {columns}") })
}

/// That no stage is called so.
pub(super) fn no_stage(start: Cursor, bar: Span) -> Diagnostic {
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
    let behind = start.skip(written.len()).blanks();
    if behind.starts("=") && !behind.starts("==") {
        return error.with_help(format!("write | let {written} {}", up_to(behind, &['|', ')', '\n'])));
    }
    let rest = start.skip(written.len()).rest();
    let rest = rest.split(['|', ')', '\n', '#']).next().unwrap_or("");
    if let Some(stage) = stage_for(written, rest) {
        let more = if stage.starts_with(word::MEDIAN) {
            "; there are min, max, median and sum, with how many (`n`)"
        } else {
            ""
        };
        return error.with_help(format!("write | {stage}{more}"));
    }
    match nearest(written, names.iter().copied()) {
        Some(name) => error.with_help(format!("did you mean `{name}`?")),
        None => error.with_help(format!(
            "stages are {}; conditions stand before the first `|` or after `where`",
            names.join(", ")
        )),
    }
}

/// What stands here up to one of some signs.
fn up_to(at: Cursor, ends: &[char]) -> String {
    let end = at.rest().find(ends).unwrap_or(at.rest().len());
    let text = at.rest().get(..end).unwrap_or("").trim();
    if text.len() > 120 { "…".to_owned() } else { text.to_owned() }
}

fn is_called(path: &Path, name: &str) -> bool {
    matches!(path.names.as_slice(), [one] if one.value.eq_ignore_ascii_case(name))
}

/// The column with which a stage ends.
fn last_path(stage: &Stage) -> Option<&Path> {
    match stage {
        Stage::Show(items) => items.last().map(|item| &item.path),
        Stage::Sort(keys) => keys.last().map(|key| &key.path),
        Stage::Distinct(paths) => paths.last(),
        Stage::Count { of, by } => last_key(by).or(of.as_ref().filter(|_| by.is_empty())),
        Stage::Aggregate { of, by, .. } => last_key(by).or(Some(of).filter(|_| by.is_empty())),
        Stage::Share { by, .. } | Stage::Extreme { by, .. } => last_key(by),
        Stage::Pivot { columns: Key::Path(path), .. } => Some(path),
        _ => None,
    }
}

fn last_key(by: &[Key]) -> Option<&Path> {
    match by.last() {
        Some(Key::Path(path)) => Some(path),
        _ => None,
    }
}

/// That no number of rows stands after `take` or `skip`.
pub(super) fn no_amount(after: Cursor, stage: &str) -> Diagnostic {
    const NUMBERS: [&str; 12] =
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    let error = after.unexpected("a number of rows");
    let next = after.blanks();
    if next.starts("$") {
        return error.with_help(format!("parameters are values and dates only; write the number: {stage} 20"));
    }
    let unsigned = next.skip(usize::from(next.starts("-"))).word();
    if !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return error.with_help(format!(
            "write {stage} {unsigned}; the last rows are the first of the other order: sort -date"
        ));
    }
    match NUMBERS.iter().zip(1..).find(|(name, _)| name.eq_ignore_ascii_case(unsigned)) {
        Some((_, number)) => error.with_help(format!("write {stage} {number}")),
        None => error.with_help(format!("such as: {stage} 20")),
    }
}

/// That a stage is followed by what is no part of it; `written` is the stage.
pub(super) fn stage_goes_on(next: Cursor, stage: &Stage, written_stage: &str) -> Diagnostic {
    let error = next.unexpected("`|` or the end");
    if ends_filter(next) {
        let clause = up_to(next, &['|', ')', '\n']);
        let (span, _) = next.found();
        let word = if next.word().eq_ignore_ascii_case(word::KNOWN) { word::KNOWN } else { "as of" };
        return Diagnostic::error(span, format!("`{word}` stands before the first `|`"))
            .with_help(format!("`… {clause} | {written_stage}`"));
    }
    let paths = last_path(stage);
    // `sort -date -state`
    let is_key = matches!(stage, Stage::Sort(_)) && next.starts("-") && next.skip(1).blanks().at == next.at + 1;
    if is_key {
        return error
            .with_help(format!("commas stand between columns: {written_stage}, {}", up_to(next, &['|', ')', '\n'])));
    }
    if let (Some('+' | '-'), Some(path)) = (next.peek(), paths) {
        let rest = up_to(next, &['|', ')', ',', '\n']);
        let rest = rest.split(" by ").next().unwrap_or(&rest);
        let column = written(path);
        let with_x =
            written_stage.strip_suffix(column.as_str()).map_or_else(String::new, |stage| format!(" | {stage}x"));
        return error.with_help(format!("a calculation is a column of its own: | let x = {column} {rest}{with_x}"));
    }
    let is_key = !matches!(stage, Stage::Show(_) | Stage::Sort(_) | Stage::Distinct(_));
    if let (Some(':' | '=' | '<' | '>' | '!'), Some(path)) = (next.peek(), paths) {
        let rest = up_to(next, &['|', ',', '\n']);
        let column = written(path);
        return error.with_help(match written_stage.strip_suffix(column.as_str()).filter(|_| is_key) {
            Some(before) => format!("a condition as a key stands in parentheses: | {before}({column}{rest})"),
            None => format!("a condition on the rows is a stage of its own: | where {column}{rest}"),
        });
    }
    match stage {
        Stage::Sort(keys) if keys.first().is_some_and(|key| is_called(&key.path, word::BY)) && keys.len() == 1 => {
            error.with_help(format!("write sort {}", up_to(next, &['|', ')', '\n'])))
        }
        Stage::Count { of: Some(of), by }
            if by.is_empty() && ["distinct", "unique", "different", "of"].iter().any(|word| is_called(of, word)) =>
        {
            error.with_help(format!("write count {}", up_to(next, &['|', ')', '\n'])))
        }
        Stage::Count { of: Some(of), by } if by.is_empty() && is_called(of, "per") => {
            error.with_help(format!("write count by {}", up_to(next, &['|', ')', '\n'])))
        }
        Stage::Count { of: Some(of), by } if by.is_empty() && is_called(of, word::WHERE) => {
            error.with_help(format!("write where {} | count", up_to(next, &['|', ')', '\n'])))
        }
        Stage::Count { of: Some(of), by } if by.is_empty() && next.starts(",") => {
            let rest = up_to(next, &['|', ')', '\n']);
            error.with_help(format!(
                "how many different pairs: | distinct {0}{rest} | count\nhow many rows for each: | count by {0}{rest}",
                written(of)
            ))
        }
        Stage::Sort(_) | Stage::Show(_) | Stage::Distinct(_) | Stage::Extreme { .. } if !next.word().is_empty() => {
            error.with_help(format!("commas stand between columns: {written_stage}, {}", next.word()))
        }
        Stage::Count { of: Some(of), by } if by.is_empty() && !next.word().is_empty() => {
            let of = written(of);
            error.with_help(format!("such as: count by {of}, {0}; or count {of} by {0}", next.word()))
        }
        _ => error,
    }
}
