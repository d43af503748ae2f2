//! `tractat check` and `tractat rebuild`: the health of a store.

use indicatif::{ProgressBar, ProgressDrawTarget};
use tractat::Store;
use tractat::model::Cell;

use crate::cli::Context;
use crate::cli::failure::Failure;
use crate::cli::output::{grouped, note, spell_duration};
use crate::cli::show::print_rows;

/// What to check.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// List the names that no entity has
    #[arg(long)]
    names: bool,
}

/// Reads the whole journal, and compares the index with it.
pub fn check(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let store = context.open()?.store;
    if arguments.names {
        return names(&store, context);
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_message("checking");
    let report = store.check();
    bar.finish_and_clear();
    let report = report?;
    for damage in &report.damages {
        note(&format!("damage: {damage}"));
    }
    if let Some(damage) = &report.index {
        note(&format!("the index is damaged, and `tractat rebuild` makes it anew: {damage}"));
    }
    let counts = format!(
        "{} transactions, {} lines of the journal, {} facts",
        grouped(report.transactions),
        grouped(report.lines),
        grouped(report.facts)
    );
    match (report.damages.len(), report.index) {
        (0, None) => Ok(context.output.line(&format!("{counts}: all is well"))?),
        (0, Some(_)) => Err(Failure::Store(format!("{counts}: the index is damaged, no fact is lost"))),
        _ => Err(Failure::Store(format!("{counts}: the journal is damaged"))),
    }
}

fn names(store: &Store, context: &mut Context) -> Result<(), Failure> {
    let names = store.unresolved_names()?;
    let rows: Vec<Vec<Cell>> = names
        .iter()
        .map(|name| {
            vec![
                Cell::text(&name.field),
                Cell::text(&name.written),
                i64::try_from(name.facts).map_or(Cell::Missing, Cell::Integer),
                name.nearest.as_deref().map_or(Cell::Missing, Cell::text),
            ]
        })
        .collect();
    print_rows(&["field", "name", "facts", "nearest"], &rows, context.shared.format, &mut context.output)?;
    note(&format!("{} names stand for themselves", rows.len()));
    Ok(())
}

/// Builds the index again.
pub fn rebuild(context: &mut Context) -> Result<(), Failure> {
    let opened = context.open()?;
    let started = std::time::Instant::now();
    opened.store.rebuild()?;
    let facts = grouped(opened.store.statistics().facts);
    Ok(context
        .output
        .line(&format!("the index of {facts} facts is built again · {}", spell_duration(started.elapsed())))?)
}
