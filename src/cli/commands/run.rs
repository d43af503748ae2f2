//! `tractat run`: the statements of files, or of the standard input.

use std::path::{Path, PathBuf};

use tractat::Store;
use tractat::model::Cell;

use super::{STANDARD_INPUT, name_of, read_text};
use crate::cli::CommandContext;
use crate::cli::bundled::BundledWorld;
use crate::cli::failure::CommandFailure;
use crate::cli::opening::tell_index;
use crate::cli::output::note;
use crate::cli::script::{AssertionTally, LoadedScript, Surroundings};
use crate::cli::show::print_rows;
use crate::cli::text::counted;

/// What to run.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Query files, names of bundled reports, or `-` for the standard input; a file may begin with a `#!` line
    #[arg(value_name = "FILE", required_unless_present = "list", value_hint = clap::ValueHint::FilePath)]
    files: Vec<PathBuf>,
    /// List the bundled reports
    #[arg(long, conflicts_with = "files")]
    list: bool,
}

impl Arguments {
    /// The standard input.
    pub fn standard_input() -> Self {
        Self { files: vec![PathBuf::from(STANDARD_INPUT)], list: false }
    }
}

/// Runs query files. What one of them sets or defines does not affect the next.
pub fn run(arguments: &Arguments, context: &mut CommandContext) -> Result<(), CommandFailure> {
    if arguments.list {
        return list(context);
    }
    // A file that is not there is known before the first is run.
    let texts = arguments.files.iter().map(|file| text_of(file)).collect::<Result<Vec<_>, _>>()?;
    let opened = context.open()?;
    let mut all = AssertionTally::default();
    let mut asked = Vec::new();
    for (file, text) in arguments.files.iter().zip(texts) {
        note_other_world(file, &opened.store);
        let mut surroundings = Surroundings::new(&opened.store, context.query_options(), context.global.format);
        match parsed(file, text).map_err(|failure| failure.taught(&opened.store)) {
            Ok(script) => all = all.and(script.run(&mut surroundings, &mut context.output)?),
            Err(failure) if arguments.files.len() > 1 => {
                failure.tell();
                all.has_errors = true;
            }
            Err(failure) => return Err(failure),
        }
        asked.extend(surroundings.asked);
    }
    tell_index(&opened.store);
    if arguments.files.len() > 1 {
        all.tell(Some(&counted(arguments.files.len() as u64, "file", "files")));
    }
    let options = context.query_options();
    let unused: Vec<String> = options
        .parameters
        .names()
        .filter(|name| !asked.iter().any(|asked| asked == name))
        .map(|name| format!("`${name}`"))
        .collect();
    // After an error not every statement was looked at.
    if !unused.is_empty() && !all.has_errors {
        note(&format!("error: no statement uses {}", unused.join(", ")));
        all.has_errors = true;
    }
    all.outcome()
}

/// The bundled reports, each with the comment that it begins with.
fn list(context: &mut CommandContext) -> Result<(), CommandFailure> {
    let about = |text: &str| text.lines().next().map_or("", |line| line.trim_start_matches('#').trim()).to_owned();
    let row = |world: &str, (name, text): (String, String)| {
        vec![Cell::text(&name), Cell::text(world), Cell::text(&about(&text))]
    };
    let rows: Vec<Vec<Cell>> = BundledWorld::all()
        .flat_map(|world| world.reports().into_iter().map(move |report| row(world.name, report)))
        .collect();
    print_rows(&["report", "world", "about"], &rows, context.global.format, &mut context.output)
}

/// The text of a file or, if there is none of that name, of a bundled report.
fn text_of(file: &Path) -> Result<String, CommandFailure> {
    if !file.exists()
        && let Some(text) = report(file)
    {
        return Ok(text);
    }
    read_text(file)
}

fn report(name: &Path) -> Option<String> {
    bundled(name).map(|(_, text)| text)
}

/// A bundled report, with the name of its world.
fn bundled(name: &Path) -> Option<(&'static str, String)> {
    BundledWorld::all()
        .flat_map(|world| world.reports().into_iter().map(move |report| (world.name, report)))
        .find(|(_, (report, _))| name.to_str() == Some(report))
        .map(|(world, (_, text))| (world, text))
}

/// Says so if a bundled report asks another world than its own: its words may mean nothing there.
fn note_other_world(file: &Path, store: &Store) {
    let schema = store.schema();
    let asked = schema.vocabulary().world.name.as_str();
    if let Some((world, _)) = bundled(file).filter(|(world, _)| *world != asked && !file.exists()) {
        note(&format!(
            "note: `{}` is a report of the world `{world}`, and this store is of the world `{asked}`",
            name_of(file)
        ));
    }
}

/// Reads a file of statements, to ask this store.
pub fn read(file: &Path, store: &Store) -> Result<LoadedScript, CommandFailure> {
    note_other_world(file, store);
    parsed(file, text_of(file)?)
}

fn parsed(file: &Path, text: String) -> Result<LoadedScript, CommandFailure> {
    // Neither the standard input nor a bundled report has a folder of its own.
    let path = Some(file).filter(|file| file.as_os_str() != STANDARD_INPUT && file.exists());
    LoadedScript::read(Some(name_of(file)), text, path)
}
