//! `tractat check`, `tractat rebuild` and `tractat repair`: the health of a store.

use indicatif::{ProgressBar, ProgressDrawTarget};
use tractat::model::Cell;
use tractat::{CheckReport, Store};

use crate::cli::CommandContext;
use crate::cli::failure::CommandFailure;
use crate::cli::opening::{self, tell_index};
use crate::cli::output::note;
use crate::cli::show::print_rows;
use crate::cli::text::{counted, spell_duration};

/// What to check.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// List the names that belong to no entity, and which of them differ only in case or marks
    #[arg(long)]
    names: bool,
}

/// Reads the whole journal, and compares the index with it.
pub fn check(arguments: &Arguments, context: &mut CommandContext) -> Result<(), CommandFailure> {
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
        note(&format!("the index is damaged; `tractat rebuild` rebuilds it: {damage}"));
    }
    if context.global.format.is_some() {
        print_report(&report, context)?;
        return match (report.damages.len(), report.index) {
            (0, None) => Ok(()),
            (0, Some(_)) => Err(CommandFailure::Store("the index is damaged, but no fact is lost".to_owned())),
            _ => Err(CommandFailure::Store("the journal is damaged".to_owned())),
        };
    }
    let counts = format!(
        "{}, {} of the journal, {}",
        counted(report.transactions, "transaction", "transactions"),
        counted(report.lines, "line", "lines"),
        counted(report.facts, "fact", "facts")
    );
    match (report.damages.len(), report.index) {
        (0, None) => Ok(context.output.line(&format!("{counts}: all is well"))?),
        (0, Some(_)) => Err(CommandFailure::Store(format!("{counts}: the index is damaged, but no fact is lost"))),
        _ => Err(CommandFailure::Store(format!("{counts}: the journal is damaged"))),
    }
}

/// The report as a row.
fn print_report(report: &CheckReport, context: &mut CommandContext) -> Result<(), CommandFailure> {
    let number = |count: u64| i64::try_from(count).map_or(Cell::Missing, Cell::Integer);
    let damages = match report.damages.as_slice() {
        [] => Cell::Missing,
        damages => Cell::List(damages.iter().map(|damage| Cell::text(&damage.to_string())).collect()),
    };
    let row = vec![
        number(report.transactions),
        number(report.lines),
        number(report.facts),
        damages,
        report.index.as_ref().map_or(Cell::Missing, |error| Cell::text(&error.to_string())),
    ];
    let columns = ["transactions", "lines", "facts", "damages", "index"];
    print_rows(&columns, &[row], context.global.format, &mut context.output)
}

fn names(store: &Store, context: &mut CommandContext) -> Result<(), CommandFailure> {
    let names = store.unresolved_names()?;
    let rows: Vec<Vec<Cell>> = names
        .iter()
        .map(|name| {
            vec![
                Cell::text(&name.field),
                Cell::text(&name.written),
                i64::try_from(name.facts).map_or(Cell::Missing, Cell::Integer),
                name.nearest.as_deref().map_or(Cell::Missing, Cell::text),
                match name.alike.as_slice() {
                    [] => Cell::Missing,
                    alike => Cell::List(alike.iter().map(|name| Cell::text(name)).collect()),
                },
            ]
        })
        .collect();
    print_rows(&["field", "name", "facts", "nearest", "alike"], &rows, context.global.format, &mut context.output)?;
    let stand = counted(rows.len() as u64, "name stands for itself", "names stand for themselves");
    note(&stand);
    Ok(())
}

/// Builds the index again.
pub fn rebuild(context: &mut CommandContext) -> Result<(), CommandFailure> {
    let opened = context.open()?;
    if let Some(reason) = opened.store.read_only() {
        return Err(CommandFailure::Store(format!("the index cannot be rebuilt: {reason}")));
    }
    let started = std::time::Instant::now();
    opened.store.rebuild()?;
    tell_index(&opened.store);
    let facts = counted(opened.store.statistics().facts, "fact", "facts");
    Ok(context.output.line(&format!("rebuilt the index of {facts} · {}", spell_duration(started.elapsed())))?)
}

/// Cuts a damaged journal, so that the store can be written to again.
pub fn repair(context: &mut CommandContext) -> Result<(), CommandFailure> {
    let report = opening::repair(context.global.store.as_deref(), context.global.author.as_deref())?;
    if report.bytes == 0 && report.lost.is_none() {
        return Ok(context.output.line("the journal is whole")?);
    }
    let saved = report.saved.map_or(String::new(), |saved| format!(", saved as {}", saved.display()));
    context.output.line(&format!(
        "cut {} after transaction {}{saved}",
        counted(report.bytes, "byte", "bytes"),
        report.transaction
    ))?;
    if let Some(last) = report.lost {
        let lost = match report.transaction + 1 {
            first if first == last => format!("transaction {first} is lost"),
            first => format!("transactions {first} to {last} are lost"),
        };
        context.output.line(&format!("{lost}; all earlier ones are kept, and the store can be written to"))?;
    }
    Ok(())
}
