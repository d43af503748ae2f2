//! What to write instead of a stage that is wrong, from what was typed.

use super::input::Cursor;
use super::mend::written;
use super::query::clause_ahead;
use crate::model::nearest;
use crate::syntax::keyword::{KeywordPlace, at_place, word};
use crate::syntax::scan::{is_name, is_number};
use crate::syntax::tree::{GroupKey, Path, SortKey, Stage};
use crate::syntax::{Diagnostic, ExpectedSyntax, MalformedStage, Mend, Span, SyntaxProblem};

/// Words of other languages for a stage, with ours and an example of what
/// follows it.
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
    ("filter", "where", "sources >= 2"),
    ("having", "where", "count >= 2"),
    ("unique", "distinct", "subject"),
    ("uniq", "distinct", "subject"),
    ("mean", "median", "of sources"),
    ("average", "median", "of sources"),
    ("avg", "median", "of sources"),
];

/// The stage for a word of other languages and what follows it: `take 5` for
/// `limit 5`.
pub(crate) fn stage_for(word: &str, after: &str) -> Option<String> {
    let (_, stage, example) = ELSEWHERE.iter().find(|(known, ..)| known.eq_ignore_ascii_case(word))?;
    let after = after.trim();
    if *stage == word::MEDIAN {
        // `average sources by treaty`, `avg(sources)`
        let inner = match after.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
            Some((inner, behind)) => format!("{} {}", inner.trim(), behind.trim()),
            None => after.trim_start_matches('(').to_owned(),
        };
        let inner = inner.trim();
        let column = inner.strip_prefix("of ").unwrap_or(inner).trim();
        let fits = !column.is_empty() && column.len() <= 60 && !is_number(column);
        return Some(match column {
            by if by.starts_with("by ") && fits => format!("{stage} of sources {by}"),
            column if fits => format!("{stage} of {column}"),
            _ => format!("{stage} {example}"),
        });
    }
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
        && is_number(count)
    {
        return Some(format!("sort -{column} | take {count}"));
    }
    let number = is_number(after);
    let is_amount = matches!(*stage, "take" | "skip");
    let fits = if is_amount { number } else { !after.is_empty() && !number && after.len() <= 60 };
    let minus = if descending && *stage == "sort" { "-" } else { "" };
    Some(if fits { format!("{stage} {minus}{after}") } else { format!("{stage} {example}") })
}

/// The stage that is meant by a word and the values after its colon, as in `sort:date`.
/// `fits` says whether a stage can have a column; what it cannot have is left open.
pub(crate) fn stage_of_test(word: &str, values: &[String], fits: impl Fn(&str, &str) -> bool) -> Option<String> {
    const OPEN: &str = "…";
    let elsewhere = ELSEWHERE.iter().find(|(known, ..)| known.eq_ignore_ascii_case(word)).map(|(_, stage, _)| *stage);
    let ours = || at_place(KeywordPlace::Stage).find(|stage| stage.eq_ignore_ascii_case(word));
    // A median is another thing than a mean.
    let stage = elsewhere.filter(|stage| *stage != word::MEDIAN).or_else(ours)?;
    let several = if values.iter().all(|value| fits(stage, value)) { values.join(", ") } else { OPEN.to_owned() };
    let single = if values.len() == 1 { several.as_str() } else { OPEN };
    let number = values.first().filter(|value| values.len() == 1 && is_number(value));
    Some(match (stage, number) {
        (word::TAKE | word::SKIP, number) => format!("{stage} {}", number.map_or(OPEN, String::as_str)),
        (word::FIRST, Some(number)) => format!("{} {number}", word::TAKE),
        (word::SORT | word::SHOW | word::DISTINCT | "count by", _) => format!("{stage} {several}"),
        (word::COUNT | word::FIRST | word::LAST, _) => format!("{stage} by {several}"),
        (word::MIN | word::MAX | word::MEDIAN | word::SUM, _) => format!("{stage} of {single}"),
        (word::SHARE, _) => format!("{stage} of ({OPEN}) by {several}"),
        (word::PIVOT, _) => format!("{stage} {single} x {OPEN}"),
        (word::TIMELINE | word::SOURCES | word::HISTORY, _) => stage.to_owned(),
        _ => format!("{stage} {OPEN}"),
    })
}

/// The stage that is meant by a word before `by` among conditions, as in
/// `order by date`; none if the word is not one of a stage.
pub(super) fn stage_by(word: &str, by: Cursor) -> Option<String> {
    let rest = rest_of_stage(by);
    if let Some(stage) = stage_for(word, rest) {
        return Some(stage);
    }
    let stage = at_place(KeywordPlace::Stage).find(|stage| stage.eq_ignore_ascii_case(word))?;
    let columns = rest.get(2..).unwrap_or("").trim();
    Some(if stage == "count" { format!("count by {columns}") } else { format!("{stage} {columns}") })
}

/// The name here is not the name of a stage.
pub(super) fn unknown_stage(start: Cursor, bar: Span) -> Diagnostic {
    let name = start.word();
    if name.is_empty() {
        let (_, found) = start.found();
        let (expected, mend) = (ExpectedSyntax::Stage, Some(Mend::AnyStage));
        return Diagnostic::error(bar, SyntaxProblem::Expected { expected, found, mend });
    }
    let after = start.skip(name.len());
    if let Some(clause) = clause_ahead(start) {
        let reordered = up_to(start, &['|', ')', '\n']);
        return Diagnostic::error(start.to(after), MalformedStage::Clause { clause, reordered });
    }
    let problem = MalformedStage::UnknownName { name: name.to_owned(), mend: name_mend(start, after) };
    Diagnostic::error(start.to(after), problem)
}

fn name_mend(start: Cursor, after: Cursor) -> Mend {
    let name = start.word();
    let behind = after.blanks();
    if behind.starts("=") && !behind.starts("==") {
        return Mend::Write(format!("| let {name} {}", up_to(behind, &['|', ')', '\n'])));
    }
    let rest = rest_of_stage(after);
    if let Some(stage) = stage_for(name, rest) {
        if stage.starts_with(word::MEDIAN) {
            return Mend::NoSuchSummary(stage);
        }
        let most_frequent = most_frequent(rest).filter(|_| stage.starts_with(word::SORT));
        return match most_frequent {
            Some(most_frequent) => Mend::Top { greatest: stage, most_frequent },
            None => Mend::Write(format!("| {stage}")),
        };
    }
    if let Some(known) = nearest(name, at_place(KeywordPlace::Stage)) {
        return Mend::did_you_mean(known);
    }
    // `p90 of lag`, `stddev of lag`
    if let Some(of) = rest.trim_start().strip_prefix("of ") {
        return Mend::NoSuchSummary(format!("median of {}", of.trim()));
    }
    calculated(start, rest).map_or(Mend::StageOrCondition, |column| Mend::Write(format!("| {column}")))
}

/// The column that a stage is to be that begins with a calculation: `effective - date as lag`.
fn calculated(start: Cursor, rest: &str) -> Option<String> {
    let sign = rest.trim_start().chars().next().filter(|sign| matches!(sign, '+' | '-'))?;
    let behind = rest.trim_start().strip_prefix(sign).filter(|behind| behind.starts_with(' '))?.trim();
    let (behind, column) = behind.rsplit_once(" as ").unwrap_or((behind, "x"));
    let is_short = behind.len() < 60 && !behind.is_empty() && is_name(column.trim());
    is_short.then(|| format!("let {} = {} {sign} {}", column.trim(), start.word(), behind.trim()))
}

/// The stages that count the values of a column and take the most frequent, for
/// `3 by column`.
fn most_frequent(rest: &str) -> Option<String> {
    let (count, column) = rest.trim().split_once(" by ")?;
    Some(format!("count by {} | take {}", column.trim(), count.trim()))
}

/// What follows here in the same stage; brackets that open in it also close in it.
fn rest_of_stage(at: Cursor<'_>) -> &str {
    let text = at.rest();
    let mut open = 0_usize;
    let end = text.char_indices().find(|(_, sign)| match sign {
        '|' | '\n' | '#' => true,
        '(' => {
            open += 1;
            false
        }
        ')' if open > 0 => {
            open -= 1;
            false
        }
        sign => *sign == ')',
    });
    text.get(..end.map_or(text.len(), |(end, _)| end)).unwrap_or("")
}

/// The text here up to one of some signs.
fn up_to(at: Cursor, ends: &[char]) -> String {
    let end = at.rest().find(ends).unwrap_or(at.rest().len());
    let text = at.rest().get(..end).unwrap_or("").trim();
    if text.len() > 120 { "…".to_owned() } else { text.to_owned() }
}

fn is_called(path: &Path, name: &str) -> bool {
    matches!(path.names.as_slice(), [one] if one.value.eq_ignore_ascii_case(name))
}

/// The column at the end of a stage.
fn last_path(stage: &Stage) -> Option<&Path> {
    match stage {
        Stage::Show(items) => items.last().map(|item| &item.path),
        Stage::Sort(keys) => keys.last().map(|key| &key.path),
        Stage::Distinct(paths) => paths.last(),
        Stage::Count { of, by } => last_key(by).or(of.as_ref().filter(|_| by.is_empty())),
        Stage::Aggregate { of, by, .. } => last_key(by).or(Some(of).filter(|_| by.is_empty())),
        Stage::Share { by, .. } | Stage::Extreme { by, .. } => last_key(by),
        Stage::Pivot { columns: GroupKey::Path(path), .. } => Some(path),
        _ => None,
    }
}

fn last_key(by: &[GroupKey]) -> Option<&Path> {
    match by.last() {
        Some(GroupKey::Path(path)) => Some(path),
        _ => None,
    }
}

/// No number of rows follows `take` or `skip`.
pub(super) fn count_expected(after: Cursor, stage: &str) -> Diagnostic {
    const NUMBERS: [&str; 12] =
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    let next = after.blanks();
    let unsigned = next.skip(usize::from(next.starts("-"))).word();
    let number = || NUMBERS.iter().zip(1..).find(|(name, _)| name.eq_ignore_ascii_case(unsigned));
    let mend = if next.starts("$") {
        Mend::NumberForParameter(format!("{stage} 20"))
    } else if is_number(unsigned) {
        Mend::UnsignedCount(format!("{stage} {unsigned}"))
    } else if let Some((_, number)) = number() {
        Mend::Write(format!("{stage} {number}"))
    } else {
        Mend::example(format!("{stage} 20"))
    };
    after.unexpected(ExpectedSyntax::RowCount, Some(mend))
}

/// Something is here that is not part of the stage before it, which is written
/// so.
pub(super) fn stage_end_expected(next: Cursor, stage: &Stage, written_stage: &str) -> Diagnostic {
    if let Some(clause) = clause_ahead(next) {
        let reordered = format!("{} | {written_stage}", up_to(next, &['|', ')', '\n']));
        let (span, _) = next.found();
        return Diagnostic::error(span, MalformedStage::Clause { clause, reordered });
    }
    if let Some(sign) = next.peek().filter(|sign| matches!(sign, '*' | '/' | '×' | '÷' | '^')) {
        let (span, _) = next.found();
        return Diagnostic::error(span, MalformedStage::NoSuchOperation { sign });
    }
    let mend = column_mend(next, stage, written_stage).or_else(|| words_mend(next, stage, written_stage));
    next.unexpected(ExpectedSyntax::StageEnd, mend)
}

/// What to write where a sign follows the last column of a stage.
fn column_mend(next: Cursor, stage: &Stage, written_stage: &str) -> Option<Mend> {
    // `sort -date -state`
    if matches!(stage, Stage::Sort(_)) && next.starts("-") && next.skip(1).blanks().at == next.at + 1 {
        let more = up_to(next, &['|', ')', '\n']);
        return Some(Mend::CommaBetweenColumns(format!("{written_stage}, {more}")));
    }
    let column = written(last_path(stage)?);
    match next.peek()? {
        '+' | '-' => {
            let whole = up_to(next, &['|', ')', '\n']);
            // What follows the calculation stays: a heading, keys, and more columns.
            let ends = [" as ", " by ", ","].into_iter().filter_map(|end| whole.find(end));
            let (rest, tail) = whole.split_at(ends.min().unwrap_or(whole.len()));
            let stage = written_stage.strip_suffix(column.as_str());
            let with_x = stage.map_or_else(String::new, |stage| format!(" | {stage}x{tail}"));
            Some(Mend::ColumnForCalculation(format!("| let x = {column} {rest}{with_x}")))
        }
        ':' | '=' | '<' | '>' | '!' => {
            let rest = up_to(next, &['|', ',', '\n']);
            let is_key = !matches!(stage, Stage::Show(_) | Stage::Sort(_) | Stage::Distinct(_));
            Some(match written_stage.strip_suffix(column.as_str()).filter(|_| is_key) {
                Some(before) => Mend::ConditionInParentheses(format!("| {before}({column}{rest})")),
                None => Mend::ConditionInStage(format!("| where {column}{rest}")),
            })
        }
        _ => None,
    }
}

/// The sign for a direction that stands before its column.
fn direction(keys: &[SortKey]) -> Option<&'static str> {
    let is = |words: [&str; 2]| keys.first().is_some_and(|key| words.iter().any(|word| is_called(&key.path, word)));
    if is(["desc", "descending"]) {
        return Some("-");
    }
    is(["asc", "ascending"]).then_some("")
}

/// The keys of a stage, if all of them are columns.
fn printed_keys(by: &[GroupKey]) -> Option<String> {
    let key = |key: &GroupKey| match key {
        GroupKey::Path(path) => Some(written(path)),
        GroupKey::Condition(_) => None,
    };
    Some(by.iter().map(key).collect::<Option<Vec<_>>>()?.join(", "))
}

/// The stages that show a count, which may be one of different values, under another name.
fn renamed(counted: &str, by: &str, name: &str) -> Option<Mend> {
    if !is_name(name) || by.contains(['(', '|']) {
        return None;
    }
    let (keys, shown) =
        if by.is_empty() { (String::new(), String::new()) } else { (format!(" by {by}"), format!("{by}, ")) };
    Some(Mend::Write(format!("count{counted}{keys} | show {shown}count as {name}")))
}

/// What to write where words of other languages were typed.
fn words_mend(next: Cursor, stage: &Stage, written_stage: &str) -> Option<Mend> {
    let rest = || up_to(next, &['|', ')', '\n']);
    let follows_word = !next.word().is_empty();
    match stage {
        Stage::Sort(keys) if keys.first().is_some_and(|key| is_called(&key.path, word::BY)) && keys.len() == 1 => {
            Some(Mend::Write(format!("sort {}", rest())))
        }
        // `sort desc date`
        Stage::Sort(keys) if follows_word && keys.len() == 1 && direction(keys).is_some() => {
            Some(Mend::Write(format!("sort {}{}", direction(keys).unwrap_or_default(), rest())))
        }
        Stage::Count { of: Some(of), by } if by.is_empty() && is_called(of, word::AS) && follows_word => {
            let by = rest().split_once(" by ").map_or(String::new(), |(_, by)| by.trim().to_owned());
            renamed("", &by, next.word())
        }
        Stage::Count { of, by } if next.word().eq_ignore_ascii_case(word::AS) => {
            let counted = of.as_ref().map_or_else(String::new, |of| format!(" {}", written(of)));
            renamed(&counted, &printed_keys(by)?, next.skip(word::AS.len()).blanks().word())
        }
        Stage::Count { of: Some(of), by } if by.is_empty() => {
            if ["distinct", "unique", "different", "of"].iter().any(|word| is_called(of, word)) {
                Some(Mend::Write(format!("count {}", rest())))
            } else if is_called(of, "per") {
                Some(Mend::Write(format!("count by {}", rest())))
            } else if is_called(of, word::WHERE) {
                Some(Mend::Write(format!("where {} | count", rest())))
            } else if next.starts(",") {
                let columns = format!("{}{}", written(of), rest());
                let (pairs, rows) = (format!("| distinct {columns} | count"), format!("| count by {columns}"));
                Some(Mend::CountPairs { pairs, rows })
            } else {
                let (of, by) = (written(of), next.word());
                let examples = vec![format!("count by {of}, {by}"), format!("count {of} by {by}")];
                follows_word.then_some(Mend::Examples(examples))
            }
        }
        Stage::Let { .. } => Some(Mend::SumsOnly),
        Stage::Sort(_) | Stage::Show(_) | Stage::Distinct(_) | Stage::Extreme { .. } if follows_word => {
            Some(Mend::CommaBetweenColumns(format!("{written_stage}, {}", next.word())))
        }
        _ => None,
    }
}
