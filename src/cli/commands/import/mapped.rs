//! Imports through a mapping: all files of a command in one transaction, and a
//! report of what became of their rows.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use serde_json::json;
use tractat::exchange::{ExchangeError, Input, InputFormat, MapOptions, MappingFile, RecordChunks};
use tractat::model::{Cell, nearest};
use tractat::{ImportReport, RejectedRecord, Store};

use super::rejected::Rejected;
use super::{Arguments, bar, input, report, settle, tell_fate};
use crate::cli::CommandContext;
use crate::cli::bundled::BundledWorld;
use crate::cli::commands::assert::warn_if_bundled;
use crate::cli::commands::{name_of, read_text};
use crate::cli::failure::CommandFailure;
use crate::cli::show::print_rows;
use crate::cli::text::counted;

/// Lists the mappings that come with the worlds, each with its purpose.
pub fn list(context: &mut CommandContext) -> Result<(), CommandFailure> {
    let mut rows = Vec::new();
    for world in BundledWorld::all() {
        for (name, text) in world.mappings() {
            let mapping = MappingFile::parse(&name, &text)?;
            rows.push(vec![Cell::text(&name), Cell::text(world.name), Cell::text(mapping.about())]);
        }
    }
    print_rows(&["mapping", "world", "about"], &rows, context.global.format, &mut context.output)
}

/// The mapping of a file, or else of a world that comes with the program: first
/// of the world of the store.
fn find(name: &str, world: &str) -> Result<MappingFile, CommandFailure> {
    let path = Path::new(name);
    if path.exists() || path.extension().is_some_and(|ending| ending == "toml") {
        return Ok(MappingFile::parse(&name_of(path), &read_text(path)?)?);
    }
    let mut worlds: Vec<BundledWorld> = BundledWorld::all().collect();
    worlds.sort_by_key(|bundled| bundled.name != world);
    let known: Vec<(String, String)> = worlds.iter().flat_map(BundledWorld::mappings).collect();
    if let Some((_, text)) = known.iter().find(|(known, _)| known == name) {
        return Ok(MappingFile::parse(&format!("{name}.toml"), text)?);
    }
    let mend = match nearest(name, known.iter().map(|(name, _)| name.as_str())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`tractat import --list` lists them; a file of your own ends in .toml".to_owned(),
    };
    Err(CommandFailure::Usage(format!("there is no mapping `{name}`; {mend}")))
}

/// Writes a first mapping for a file.
pub fn guess(arguments: &Arguments, context: &mut CommandContext) -> Result<(), CommandFailure> {
    let [file] = arguments.files.as_slice() else {
        return Err(CommandFailure::Usage("--guess takes one file; use its mapping for the others".to_owned()));
    };
    let input = table(file, table_format(context))?;
    let guessed = context.open()?.store.guess_mapping(input)?;
    match &arguments.output {
        None => Ok(context.output.guarded().write_all(guessed.as_bytes())?),
        Some(path) => {
            // A mapping that a person has reviewed is not replaced.
            let mut out = std::fs::File::create_new(path).map_err(|error| CommandFailure::of_file(path, &error))?;
            out.write_all(guessed.as_bytes()).map_err(|error| CommandFailure::of_file(path, &error))
        }
    }
}

/// The format that was asked for, if a mapping reads it: others say how names are printed.
fn table_format(context: &CommandContext) -> Option<InputFormat> {
    let format = context.global.format.and_then(|format| InputFormat::named(format.name()));
    format.filter(|format| *format != InputFormat::JsonLines)
}

fn table(file: &Path, format: Option<InputFormat>) -> Result<Input, ExchangeError> {
    let input = input(file)?;
    Ok(match format {
        // The name of a file tells more than how names are printed.
        Some(format) if input.format().is_none() => input.with_format(format),
        _ => input,
    })
}

/// Imports files through a mapping.
pub fn run(arguments: &Arguments, name: &str, context: &mut CommandContext) -> Result<(), CommandFailure> {
    let opened = context.open()?;
    let mapping = Arc::new(find(name, &opened.store.schema().vocabulary().world.name)?);
    if !arguments.dry_run {
        warn_if_bundled(&opened);
    }
    let started = Instant::now();
    let records = chunks(arguments, &mapping, table_format(context), &opened.store)?;
    let what = match arguments.files.as_slice() {
        [file] => name_of(file),
        files => counted(files.len() as u64, "file", "files"),
    };
    let mut rejected = Rejected::new(stem(mapping.name()), arguments.dry_run);
    let mut by_file: BTreeMap<Arc<str>, u64> = BTreeMap::new();
    let mut reject = |error: &RejectedRecord| {
        *by_file.entry(error.location.name.clone()).or_default() += 1;
        rejected.write(error);
    };
    let progress = records.progress();
    let bar = bar(Path::new(&what), progress.total());
    let show = |count: u64| match progress.total() {
        Some(_) => {
            bar.set_position(progress.read());
            bar.set_message(counted(count, "record", "records"));
        }
        None => bar.set_position(count),
    };
    let message = format!("import {what} by {}", mapping.name());
    let mut options = arguments.options().names(true).message(message).progress(&show);
    // A dry run is there to show what would go wrong.
    if arguments.keep_going || arguments.dry_run {
        options = options.rejected(&mut reject);
    }
    let imported = opened.store.import(records, options);
    bar.finish_and_clear();
    let imported = imported.inspect_err(|error| tell_fate(error, &what))?;
    if !arguments.dry_run {
        settle(&opened.store);
    }
    tell(&imported, &what, arguments, started, &by_file, context)?;
    rejected.finish()?;
    if imported.rejected > 0 && imported.rejected == imported.records {
        return Err(CommandFailure::Failed(format!("every record of {what} was rejected")));
    }
    if imported.rejected > 0 && arguments.dry_run && !arguments.keep_going {
        let rejected = counted(imported.rejected, "record", "records");
        return Err(CommandFailure::Failed(format!("{rejected} would be rejected: the import needs --keep-going")));
    }
    Ok(())
}

/// The files as one input; each is opened after the one before has been read.
fn chunks(
    arguments: &Arguments,
    mapping: &Arc<MappingFile>,
    format: Option<InputFormat>,
    store: &Store,
) -> Result<RecordChunks, CommandFailure> {
    let (schema, mapping, corroborates) = (store.schema(), mapping.clone(), arguments.corroborate);
    let missing = arguments.missing_markers();
    let open = move |file: &Path| -> Result<RecordChunks, ExchangeError> {
        let options = MapOptions::new(&schema).corroborates(corroborates).missing(&missing);
        RecordChunks::mapped(table(file, format)?, &mapping, options)
    };
    match arguments.files.as_slice() {
        [file] => Ok(open(file)?),
        files => {
            let files = files.to_vec();
            Ok(RecordChunks::several("several files", files.into_iter().map(move |file| open(&file))))
        }
    }
}

fn tell(
    imported: &ImportReport,
    what: &str,
    arguments: &Arguments,
    started: Instant,
    by_file: &BTreeMap<Arc<str>, u64>,
    context: &mut CommandContext,
) -> Result<(), CommandFailure> {
    let output = &mut context.output;
    if arguments.files.len() > 1 {
        for (name, count) in by_file {
            output.line(&format!("{name}: {} rejected", counted(*count, "record", "records")))?;
        }
    }
    for fact in &imported.first {
        output.line(&json!(fact).to_string())?;
    }
    output.line(&format!("{what}: {}", report::spell_report(imported, arguments.dry_run, started.elapsed())))?;
    report::details(imported, output)?;
    report::names(&imported.names, !arguments.dry_run, output)?;
    if arguments.dry_run {
        report::table(&imported.names, output)?;
    }
    if let Some(path) = &arguments.report {
        report::write_names(&imported.names, path)?;
    }
    output.flush()?;
    Ok(())
}

/// A name without folder and extension.
fn stem(name: &str) -> String {
    let stem = Path::new(name).file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}
