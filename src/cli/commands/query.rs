//! `tractat query`: one query, one answer.

use crate::cli::CommandContext;
use crate::cli::failure::CommandFailure;
use crate::cli::show::{Stopwatch, print_answer};

/// What to answer.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The query
    #[arg(value_name = "TEXT", allow_hyphen_values = true)]
    text: String,
    /// More words of the query, if it is not in quotes
    #[arg(value_name = "WORD")]
    more: Vec<String>,
}

impl Arguments {
    /// The query as one text.
    pub fn text(&self) -> String {
        std::iter::once(&self.text).chain(&self.more).map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

/// Answers a query.
pub fn run(arguments: &Arguments, context: &mut CommandContext) -> Result<(), CommandFailure> {
    let text = arguments.text();
    let opened = context.open()?;
    let watch = Stopwatch::start();
    let answer = opened
        .store
        .query_with(&text, &context.query_options())
        .map_err(|error| CommandFailure::of_query(error, &text))?;
    print_answer(answer, &text, context.global.format, watch, &mut context.output)?;
    Ok(())
}
