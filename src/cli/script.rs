//! The statements of a file, run in their order. Errors and failed assertions
//! are told where they stand, and the rest is run all the same.

use std::io::Write;
use std::path::PathBuf;

use serde_json::Value;
use tractat::Error;
use tractat::exchange::OutputRow;
use tractat::model::nearest;
use tractat::syntax::keyword::{self, Place};
use tractat::syntax::tree::{Expected, Statement, When};
use tractat::syntax::{Diagnostic, Span, Spanned, parse_script, tree};
use tractat::{Answer, QueryOptions, Store};

use super::failure::Failure;
use super::output::{Output, Surface, line_of, note};
use super::show::{Format, Pages, Table, Watch, headings, print_answer};
use super::values::parse_day;
use super::words::{counted, grouped};

/// How many rows of a failed assertion are shown.
const SHOWN: usize = 10;

/// A file of statements.
pub struct Script {
    /// What messages call it.
    name: String,
    text: String,
    /// Where the files that it names are.
    folder: Option<PathBuf>,
    tree: tree::Script,
}

/// What statements are run with, and may set.
pub struct Surroundings<'a> {
    /// What is asked.
    pub store: &'a Store,
    /// What queries are told beside their text.
    pub options: QueryOptions,
    /// How rows are written.
    pub format: Option<Format>,
    /// Whether long answers for people stop at a screenful, and if so whether
    /// they say how long they took.
    pub stops: Option<Timing>,
    /// The rest of the last answer, if it was stopped.
    pub rest: Option<Pages>,
}

/// Whether answers say how long they took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timing {
    /// They do.
    Said,
    /// They do not.
    LeftOut,
}

impl<'a> Surroundings<'a> {
    /// Where every answer is written whole.
    pub fn new(store: &'a Store, options: QueryOptions, format: Option<Format>) -> Self {
        Self { store, options, format, stops: None, rest: None }
    }

    /// Whether an answer stops at a screenful.
    fn stops_on(&self, output: &Output) -> Option<Timing> {
        let is_for_people = output.surface.terminal && self.format.and_then(Format::exchanged).is_none();
        self.stops.filter(|_| is_for_people)
    }
}

/// How the assertions of a script came out.
#[derive(Default)]
struct Tally {
    assertions: u64,
    failed: u64,
    has_errors: bool,
}

impl Script {
    /// Reads the statements; errors are about all of them.
    pub fn read(name: String, text: String, folder: Option<PathBuf>) -> Result<Self, Failure> {
        let parsed = parse_script(&text);
        match parsed.tree {
            Some(tree) => Ok(Self { name, text, folder, tree }),
            None => Err(Failure::Query { source: text, file: Some(name), diagnostics: parsed.diagnostics }),
        }
    }

    /// The statements in their order.
    pub fn statements(&self) -> &[Spanned<Statement>] {
        &self.tree.statements
    }

    /// Whether its first statement begins with what may be meant as a word of the language.
    pub fn may_be_misspelt(&self) -> bool {
        self.tree.statements.first().is_some_and(|statement| misspelt(self.slice(statement.span)).is_some())
    }

    /// Runs every statement.
    pub fn run(&self, surroundings: &mut Surroundings<'_>, output: &mut Output) -> Result<(), Failure> {
        let mut tally = Tally::default();
        for statement in &self.tree.statements {
            match self.run_statement(statement, surroundings, output, &mut tally) {
                Ok(()) => {}
                // Nothing after these can be answered either.
                Err(failure @ (Failure::Closed | Failure::Store(_))) => return Err(failure),
                Err(failure) => {
                    output.flush()?;
                    failure.tell();
                    tally.has_errors = true;
                }
            }
        }
        output.flush()?;
        match (tally.assertions, tally.failed) {
            (0, _) => {}
            (all, 0) => note(&format!("{}: {}", self.name, counted(all, "assertion holds", "assertions hold"))),
            (all, failed) => {
                let all = counted(all, "assertion", "assertions");
                note(&format!("{}: {} of {all} failed", self.name, grouped(failed)));
            }
        }
        if tally.has_errors || tally.failed > 0 { Err(Failure::Reported) } else { Ok(()) }
    }

    fn run_statement(
        &self,
        statement: &Spanned<Statement>,
        surroundings: &mut Surroundings<'_>,
        output: &mut Output,
        tally: &mut Tally,
    ) -> Result<(), Failure> {
        match &statement.value {
            Statement::Query(query) => {
                let watch = Watch::start();
                let answer = self.ask(query, surroundings);
                self.refuse_misspelt(statement.span, answer.as_ref().ok())?;
                let answer = answer?;
                let Some(timing) = surroundings.stops_on(output) else {
                    print_answer(answer, &self.text, surroundings.format, watch, output)?;
                    return Ok(());
                };
                let is_last =
                    self.tree.statements.last().is_some_and(|last| last.span.range() == statement.span.range());
                let pages = Pages::new(answer, &self.text, surroundings.format);
                let mut pages = if is_last { pages } else { pages.followed() };
                let has_more = pages.print_next(Some(watch).filter(|_| timing == Timing::Said), output)?;
                surroundings.rest = Some(pages).filter(|_| has_more && is_last);
                Ok(())
            }
            Statement::Echo(text) => Ok(output.line(&text.value)?),
            Statement::Format(name) => {
                let known = Format::named(&name.value).ok_or_else(|| {
                    let message = format!("there is no format `{}`", name.value);
                    self.wrong(
                        Diagnostic::error(name.span, message).with_help(format!("use one of {}", Format::names())),
                    )
                })?;
                surroundings.format = Some(known);
                Ok(())
            }
            Statement::SetToday(when) => {
                surroundings.options.today = if when.value == When::Today {
                    None
                } else {
                    let day = parse_day(self.slice(when.span).trim());
                    Some(day.map_err(|message| self.wrong(Diagnostic::error(when.span, message)))?)
                };
                Ok(())
            }
            Statement::Assert { expected, query } => {
                // One that cannot be checked is an error of its own.
                let complaint = self.check(expected, query, surroundings)?;
                tally.assertions += 1;
                match complaint {
                    None => {}
                    Some(complaint) => {
                        tally.failed += 1;
                        output.flush()?;
                        note(&format!("{}:{}: {complaint}", self.name, line_of(&self.text, statement.span.start)));
                    }
                }
                Ok(())
            }
            Statement::Let { name, .. } => Err(self.not_yet("let", name.span)),
            Statement::Include(name) => Err(self.not_yet("include", name.span)),
        }
    }

    /// Refuses a statement whose first word was meant to say what it is, and
    /// which would pass as a query for that word.
    fn refuse_misspelt(&self, span: Span, answer: Option<&Answer>) -> Result<(), Failure> {
        let Some((word, meant)) = misspelt(self.slice(span)) else { return Ok(()) };
        let start = span.start + (self.slice(span).len() - self.slice(span).trim_start().len());
        let at = Span::new(start, start + word.len());
        let means_nothing = |answer: &Answer| {
            answer.readings().iter().any(|reading| reading.span.range() == at.range() && reading.unknown_word)
        };
        // What is wrong with the query may well come of reading it as one.
        if !answer.is_none_or(means_nothing) {
            return Ok(());
        }
        let message = format!("no statement begins with `{word}`; did you mean `{meant}`?");
        let help = format!("to look for the word, write it in quotes: \"{word}\"");
        Err(self.wrong(Diagnostic::error(at, message).with_help(help)))
    }

    fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or(&self.text)
    }

    fn wrong(&self, diagnostic: Diagnostic) -> Failure {
        Failure::Query { source: self.text.clone(), file: Some(self.name.clone()), diagnostics: vec![diagnostic] }
    }

    fn not_yet(&self, word: &str, span: Span) -> Failure {
        self.wrong(Diagnostic::error(span, format!("`{word}` is not there yet: this version cannot run it")))
    }

    fn ask(&self, query: &tree::Query, surroundings: &Surroundings<'_>) -> Result<Answer, Failure> {
        let asked = surroundings.store.query_tree(&self.text, query, &surroundings.options);
        asked.map_err(|error| self.failure(error))
    }

    /// What is wrong with a query, at its place in the file.
    fn failure(&self, error: Error) -> Failure {
        match error {
            Error::Query(diagnostics) => {
                Failure::Query { source: self.text.clone(), file: Some(self.name.clone()), diagnostics }
            }
            other => Failure::from(other),
        }
    }

    /// What is wrong with an answer, if anything.
    fn check(
        &self,
        expected: &Spanned<Expected>,
        query: &tree::Query,
        surroundings: &Surroundings<'_>,
    ) -> Result<Option<String>, Failure> {
        let answer = self.ask(query, surroundings)?;
        let query = query.span;
        let wanted = match &expected.value {
            Expected::Rows(file) => return self.check_rows(file, expected.span, answer, query),
            Expected::None => "no row".to_owned(),
            Expected::Some => "at least one row".to_owned(),
            Expected::Count(count) => counted(*count, "row", "rows"),
        };
        let mut table = Table::new(&headings(&answer));
        let mut found = 0_u64;
        for row in answer {
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
            return Ok(None);
        }
        let mut lines = vec![format!("expected {wanted}, found {}: {}", grouped(found), one_line(self.slice(query)))];
        lines.extend(table.lines(Surface { colour: false, ..Surface::of_stderr() }));
        if found > SHOWN as u64 {
            lines.push(format!("  … {} more", grouped(found - SHOWN as u64)));
        }
        Ok(Some(lines.join("\n")))
    }

    /// Compares an answer with the rows of a file, in the format of its ending.
    fn check_rows(&self, file: &str, at: Span, answer: Answer, query: Span) -> Result<Option<String>, Failure> {
        let path = self.folder.as_deref().map_or_else(|| PathBuf::from(file), |folder| folder.join(file));
        let wrong = |message: String| self.wrong(Diagnostic::error(at, message));
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("");
        let format = Format::named(if ending.eq_ignore_ascii_case("md") { "markdown" } else { ending });
        let (format, exchanged) = format
            .and_then(|format| Some((format, format.exchanged()?)))
            .ok_or_else(|| wrong(format!("`{file}` does not end like a file of rows: .jsonl, .json, .csv or .md")))?;
        let expected =
            std::fs::read_to_string(&path).map_err(|error| wrong(format!("`{file}` cannot be read: {error}")))?;
        let expected = rows_of(&expected, format).map_err(|reason| wrong(format!("`{file}`: {reason}")))?;
        let mut found = Vec::new();
        let mut writer = (exchanged.writer)(Box::new(&mut found));
        writer.begin(&answer.columns().iter().map(|column| &*column.name).collect::<Vec<_>>())?;
        for row in answer {
            writer.row(&row.map_err(|error| self.failure(error))?)?;
        }
        writer.finish()?;
        drop(writer);
        let found = rows_of(&String::from_utf8_lossy(&found), format).map_err(wrong)?;
        Ok(difference(&expected, &found).map(|difference| {
            format!("the rows are not those of `{file}`: {}\n{difference}", one_line(self.slice(query)))
        }))
    }
}

/// What a text has, row by row; lines where the format has no rows of its own.
fn rows_of(text: &str, format: Format) -> Result<Vec<Value>, String> {
    let fail = |error: serde_json::Error| error.to_string();
    match format {
        Format::Json => serde_json::from_str(text).map_err(fail),
        Format::Jsonl => serde_json::Deserializer::from_str(text).into_iter().collect::<Result<_, _>>().map_err(fail),
        _ => Ok(text.lines().filter(|line| !line.is_empty()).map(Value::from).collect()),
    }
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
        let wanted = counted(expected.len() as u64, "row", "rows");
        return Some(format!("  {wanted} expected, {} found, in another order or number", found.len()));
    }
    let more = lines.len().saturating_sub(SHOWN);
    let mut text = lines.into_iter().take(SHOWN).collect::<Vec<_>>().join("\n");
    if more > 0 {
        text.extend(["\n  … ", &more.to_string(), " more"]);
    }
    Some(text)
}

/// The first word of a statement that is probably a mistyped word of the
/// language, and that word; none where nothing follows it.
fn misspelt(statement: &str) -> Option<(&str, &'static str)> {
    let statement = statement.trim_start();
    let (word, rest) = statement.split_once([' ', '\t'])?;
    if rest.trim().is_empty() || !word.chars().all(char::is_alphabetic) {
        return None;
    }
    let known = || keyword::at(Place::Statement).chain(std::iter::once("let"));
    if known().any(|known| known.eq_ignore_ascii_case(word)) {
        return None;
    }
    Some((word, nearest(word, known())?))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_that_only_one_side_has_are_shown() {
        let (expected, found) = (rows_of("a\nb\n", Format::Csv).unwrap(), rows_of("a\nc\n", Format::Csv).unwrap());
        assert_eq!(difference(&expected, &expected), None);
        assert_eq!(difference(&expected, &found).unwrap(), "  - b\n  + c");
        let many: Vec<Value> = (0..12).map(Value::from).collect();
        assert!(difference(&[], &many).unwrap().ends_with("\n  + 9\n  … 2 more"));
        let turned: Vec<Value> = expected.iter().rev().cloned().collect();
        assert!(difference(&expected, &turned).unwrap().contains("in another order"));
    }

    #[test]
    fn a_first_word_is_misspelt_only_before_something() {
        assert_eq!(misspelt(" asert none x"), Some(("asert", "assert")));
        assert_eq!(misspelt("foramt csv"), Some(("foramt", "format")));
        for right in ["asert", "assert none x", "asert: x", "signed x", "| count", ""] {
            assert_eq!(misspelt(right), None, "{right}");
        }
    }

    #[test]
    fn json_rows_are_compared_as_values() {
        let (array, lines) = ("[\n{\"a\": 1, \"b\":2}\n]", "{\"b\":2,\"a\":1}\n");
        let array = rows_of(array, Format::Json).unwrap();
        assert_eq!(array, [json!({"a": 1, "b": 2})]);
        assert_eq!(difference(&array, &rows_of(lines, Format::Jsonl).unwrap()), None);
        assert!(rows_of("{", Format::Jsonl).is_err());
    }
}
