//! Assertions: what an answer must be, what it is, and the rows that differ.

use serde_json::Value;
use tractat::exchange::{FORMATS, OutputFormat, OutputRow};
use tractat::syntax::tree::Expected;
use tractat::syntax::{Diagnostic, Span, Spanned};
use tractat::{Answer, QueryProblem, Reading, Remark};

use super::LoadedScript;
use crate::cli::failure::CommandFailure;
use crate::cli::output::{Surface, note, note_diagnostic};
use crate::cli::problem::StatementProblem;
use crate::cli::show::{TextTable, headings};
use crate::cli::text::{counted, grouped};

/// How many rows of a failed assertion are shown.
const SHOWN: usize = 10;

impl LoadedScript {
    /// Refuses an assertion with a word that was probably meant to be another:
    /// it would hold of nothing, whatever the store has. Other hints are told.
    pub(super) fn refuse_misread(&self, answer: &Answer) -> Result<(), CommandFailure> {
        let unknown = |hint: &&Diagnostic<QueryProblem>| {
            let is_word = |reading: &Reading| reading.is_unknown_word() && reading.span.range() == hint.span.range();
            answer.readings().iter().any(is_word)
        };
        let misread: Vec<Diagnostic<StatementProblem>> = answer
            .hints()
            .iter()
            .filter(unknown)
            .map(|hint| {
                let word = self.slice(hint.span);
                let quoted = format!("to search for the word, put it in quotes: \"{word}\"");
                let help = hint.help().into_iter().chain([quoted]).collect::<Vec<_>>().join("\n");
                StatementProblem::error(hint.span, format!("`{word}` would be read as text"), Some(help))
            })
            .collect();
        if !misread.is_empty() {
            return Err(self.all_wrong(misread));
        }
        for hint in answer.hints() {
            note_diagnostic(hint, &self.text, self.name.as_deref());
        }
        Ok(())
    }

    /// What is wrong with the answer to the query at a place, if anything.
    pub(super) fn check(
        &self,
        expected: &Spanned<Expected>,
        query: Span,
        mut answer: Answer,
    ) -> Result<Option<String>, CommandFailure> {
        let wanted = match &expected.value {
            Expected::Rows(file) => return self.check_rows(file, expected.span, answer, query),
            Expected::None => "no rows".to_owned(),
            Expected::Some => "at least one row".to_owned(),
            Expected::Count(count) => counted(*count, "row", "rows"),
        };
        let mut table = TextTable::new(&headings(&answer));
        let mut found = 0_u64;
        for row in answer.by_ref() {
            let row = row.map_err(|error| self.failure(error))?;
            if found < SHOWN as u64 {
                table.push(OutputRow::cells(&row));
            }
            found += 1;
        }
        let holds = match expected.value {
            Expected::None => found == 0,
            Expected::Some => found > 0,
            Expected::Count(count) => found == count,
            Expected::Rows(_) => true,
        };
        if holds {
            // That there is no row may come of a value that nothing has; that there are no
            // more is not certain where some are possible or unknown.
            let is_limit = !matches!(expected.value, Expected::Some);
            let is_open = is_limit && answer.remarks().iter().any(Remark::leaves_open);
            if found == 0 && answer.meant().is_some() || is_open {
                note(&format!("{}warning: {}", self.place(query.start), answer.summary()));
            }
            return Ok(None);
        }
        let mut lines = vec![format!("expected {wanted}, found {}: {}", grouped(found), one_line(self.slice(query)))];
        if found == 0 {
            lines.push(format!("  {}", answer.summary()));
        } else {
            lines.extend(table.lines(Surface { colour: false, ..Surface::of_stderr() }));
        }
        if found > SHOWN as u64 {
            lines.push(format!("  … {} more", grouped(found - SHOWN as u64)));
        }
        Ok(Some(lines.join("\n")))
    }

    /// Compares an answer with the rows of a file, in the format of its ending.
    fn check_rows(&self, file: &str, at: Span, answer: Answer, query: Span) -> Result<Option<String>, CommandFailure> {
        let path = self.beside(file, at)?;
        let wrong = |message: String| self.wrong(StatementProblem::error(at, message, None));
        let format = OutputFormat::of_file(&path).ok_or_else(|| wrong(no_file_of_rows(file)))?;
        let expected =
            std::fs::read_to_string(&path).map_err(|error| wrong(format!("`{file}` cannot be read: {error}")))?;
        let expected = rows_of(&expected, format)
            .map_err(|reason| wrong(format!("the rows of `{file}` cannot be read: {reason}")))?;
        let answer = if format.basis { answer.with_basis() } else { answer };
        let mut found = Vec::new();
        let mut writer = (format.writer)(Box::new(&mut found));
        writer.begin(&answer.columns().iter().map(|column| &*column.name).collect::<Vec<_>>())?;
        for row in answer {
            writer.row(&row.map_err(|error| self.failure(error))?)?;
        }
        writer.finish()?;
        drop(writer);
        let found = rows_of(&String::from_utf8_lossy(&found), format).map_err(|error| wrong(error.to_string()))?;
        Ok(difference(&expected, &found).map(|difference| {
            format!("the rows differ from those of `{file}`: {}\n{difference}", one_line(self.slice(query)))
        }))
    }
}

/// What a text has, row by row; lines where the format has no rows of its own.
fn rows_of(text: &str, format: &OutputFormat) -> Result<Vec<Value>, serde_json::Error> {
    if !format.objects {
        return Ok(text.lines().filter(|line| !line.is_empty()).map(Value::from).collect());
    }
    let mut rows = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter() {
        match value? {
            Value::Array(several) => rows.extend(several),
            // An answer, which has remarks beside its rows.
            Value::Object(mut answer)
                if answer.get("rows").is_some_and(Value::is_array) && answer.contains_key("remarks") =>
            {
                rows.extend(answer.remove("rows").and_then(|rows| rows.as_array().cloned()).into_iter().flatten());
            }
            row => rows.push(row),
        }
    }
    Ok(rows)
}

fn no_file_of_rows(file: &str) -> String {
    let endings: Vec<String> =
        FORMATS.iter().filter_map(|format| Some(format!(".{}", format.endings.first()?))).collect();
    format!("`{file}` is not a file of rows: use {}", endings.join(", "))
}

/// The first rows that only one side has, with `-` and `+`; none if both are equal.
fn difference(expected: &[Value], found: &[Value]) -> Option<String> {
    if expected == found {
        return None;
    }
    let spell = |row: &Value| row.as_str().map_or_else(|| row.to_string(), str::to_owned);
    let missing = expected.iter().filter(|row| !found.contains(row)).map(|row| format!("  - {}", spell(row)));
    let extra = found.iter().filter(|row| !expected.contains(row)).map(|row| format!("  + {}", spell(row)));
    let lines: Vec<String> = missing.chain(extra).collect();
    if lines.is_empty() {
        let is_sorted = expected.len() == found.len();
        let how = if is_sorted {
            "the same rows in another order"
        } else {
            "the same rows, but not the same number of times"
        };
        return Some(format!("  {how}"));
    }
    let more = lines.len().saturating_sub(SHOWN);
    let mut text = lines.into_iter().take(SHOWN).collect::<Vec<_>>().join("\n");
    if more > 0 {
        text.extend(["\n  … ", &more.to_string(), " more"]);
    }
    Some(text)
}

/// A text of several lines in one.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tractat::exchange::{CSV, JSON_LINES};

    use super::*;

    #[test]
    fn rows_that_only_one_side_has_are_shown() {
        let (expected, found) = (rows_of("a\nb\n", CSV).unwrap(), rows_of("a\nc\n", CSV).unwrap());
        assert_eq!(difference(&expected, &expected), None);
        assert_eq!(difference(&expected, &found).unwrap(), "  - b\n  + c");
        let many: Vec<Value> = (0..12).map(Value::from).collect();
        assert!(difference(&[], &many).unwrap().ends_with("\n  + 9\n  … 2 more"));
        let turned: Vec<Value> = expected.iter().rev().cloned().collect();
        assert!(difference(&expected, &turned).is_some());
    }

    #[test]
    fn json_rows_are_compared_as_values() {
        let (array, lines) = ("[\n{\"a\": 1, \"b\":2}\n]", "{\"b\":2,\"a\":1}\n");
        let array = rows_of(array, OutputFormat::named("json").unwrap()).unwrap();
        assert_eq!(array, [json!({"a": 1, "b": 2})]);
        assert_eq!(difference(&array, &rows_of(lines, JSON_LINES).unwrap()), None);
        assert!(rows_of("{", JSON_LINES).is_err());
    }
}
