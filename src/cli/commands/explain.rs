//! `tractat explain`: how a query is read, and how its answer is found.

use std::io::Write;

use tractat::Answer;
use tractat::model::Cell;

use super::query;
use crate::cli::CommandContext;
use crate::cli::failure::CommandFailure;
use crate::cli::output::StandardOutput;
use crate::cli::show::{Format, print_rows, say_hints};

/// Explains a query.
pub fn run(arguments: &query::Arguments, context: &mut CommandContext) -> Result<(), CommandFailure> {
    let text = arguments.text()?;
    let opened = context.open()?;
    let asked = opened.store.query_with(&text, &context.query_options());
    let answer = asked.map_err(|error| CommandFailure::of_query(error, &text))?;
    print_explanation(&answer, &mut context.output)
}

/// Prints what each word was read as, what holds beside, then each step with
/// what it left and its time, then the line on the whole.
pub fn print_explanation(answer: &Answer, output: &mut StandardOutput) -> Result<(), CommandFailure> {
    let text = answer.text();
    let rows: Vec<Vec<Cell>> = answer
        .readings()
        .iter()
        .map(|reading| vec![Cell::text(text.get(reading.span.range()).unwrap_or("")), Cell::text(&reading.to_string())])
        .collect();
    if !rows.is_empty() {
        print_rows(&["words", "read as"], &rows, Some(Format::Table), output)?;
        writeln!(output)?;
    }
    let assumptions = answer.assumptions().into_iter();
    let assumptions: Vec<Vec<Cell>> =
        assumptions.map(|assumed| vec![Cell::text(assumed.name()), Cell::text(&assumed.to_string())]).collect();
    print_rows(&["asked", "of"], &assumptions, Some(Format::Table), output)?;
    writeln!(output)?;
    output.line(answer.explanation().trim_end())?;
    output.line(&answer.summary())?;
    output.flush()?;
    say_hints(answer);
    Ok(())
}
