//! `tractat import`: records of files into the store. Owns the progress bar.

mod mapped;
mod rejected;
mod report;

pub use report::details;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tractat::exchange::{ColumnMap, ExchangeError, Input, InputFormat, MissingMarkers, ReadOptions, RecordChunks};
use tractat::{Error, ImportOptions, RejectedRecord, Store, WriteFate};

use super::STANDARD_INPUT;
use super::assert::warn_if_bundled;
use crate::cli::CommandContext;
use crate::cli::failure::CommandFailure;
use crate::cli::opening::tell_index;
use crate::cli::output::note;
use crate::cli::show::Format;
use crate::cli::text::counted;
use rejected::Rejected;

/// What to import, and how.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub struct Arguments {
    /// The files, plain or compressed (.zst, .gz); `-` is the standard input. Each is imported whole or not at all;
    /// with --mapping, all of them together
    #[arg(value_name = "FILE", required_unless_present = "list", value_hint = clap::ValueHint::FilePath)]
    files: Vec<PathBuf>,
    /// Which columns of a CSV file give which fields: subject=who,object="Contract, short",action=:resigned
    #[arg(long, value_name = "FIELD=COLUMN,…", default_value = "", hide_default_value = true)]
    map: String,
    /// Read CSV files through a mapping of the world or a file of your own (`tractat help mappings`)
    #[arg(long, value_name = "NAME|FILE", conflicts_with = "map")]
    mapping: Option<String>,
    /// List the bundled mappings
    #[arg(long, conflicts_with_all = ["files", "mapping", "map"])]
    list: bool,
    /// Write a first mapping for a CSV file, for you to review
    #[arg(long, conflicts_with_all = ["mapping", "map", "list"])]
    guess: bool,
    /// Where --guess writes the mapping [default: the standard output]
    #[arg(long, short, value_name = "FILE", requires = "guess", value_hint = clap::ValueHint::FilePath)]
    output: Option<PathBuf>,
    /// Join the records of one act, known or new, into one fact with several sources
    #[arg(long)]
    corroborate: bool,
    /// Import retracted records again
    #[arg(long)]
    revive: bool,
    /// Replace the facts and entities of known ids as a whole; by default, what a record does not say stays
    #[arg(long)]
    replace: bool,
    /// Take several records of one id for versions of one fact; by default, they are refused if they differ
    #[arg(long)]
    versions: bool,
    /// Keep fields that the vocabulary does not declare; queries cannot use them
    #[arg(long)]
    keep_undeclared: bool,
    /// A text that stands for a missing value, such as NA or -, everywhere or in one column
    #[arg(long, value_name = "[COLUMN=]TEXT", allow_hyphen_values = true)]
    missing: Vec<String>,
    /// A text that looks like a missing value, such as NA, and stands for itself
    #[arg(long, value_name = "[COLUMN=]TEXT", allow_hyphen_values = true)]
    literal: Vec<String>,
    /// Leave out wrong records, and write them to FILE.rejected.jsonl in the working directory (or .rejected-2.jsonl,
    /// …, if that exists); exits with 1 if every record of a file is wrong
    #[arg(long)]
    keep_going: bool,
    /// Only report what would be imported; with a mapping, also the first facts and what names are matched to
    #[arg(long)]
    dry_run: bool,
    /// Write to FILE what each name of a mapped import is matched to, as CSV
    #[arg(long, value_name = "FILE", requires = "mapping", value_hint = clap::ValueHint::FilePath)]
    report: Option<PathBuf>,
}

impl Arguments {
    /// What is said of texts that may stand for missing values.
    fn missing_markers(&self) -> MissingMarkers {
        let missing = self.missing.iter().fold(MissingMarkers::new(), |all, text| all.missing(text));
        self.literal.iter().fold(missing, |all, text| all.literal(text))
    }

    /// How records are imported, as far as every kind of input has it.
    fn options<'a>(&self) -> ImportOptions<'a> {
        ImportOptions::new()
            .corroborate(self.corroborate)
            .revive(self.revive)
            .replace(self.replace)
            .versions(self.versions)
            .keep_undeclared(self.keep_undeclared)
            .dry_run(self.dry_run)
    }
}

/// Imports files one after the other, or all together through a mapping.
pub fn run(arguments: &Arguments, context: &mut CommandContext) -> Result<(), CommandFailure> {
    if arguments.list {
        return mapped::list(context);
    }
    if arguments.guess {
        return mapped::guess(arguments, context);
    }
    if let Some(name) = &arguments.mapping {
        return mapped::run(arguments, name, context);
    }
    let columns: ColumnMap = arguments.map.parse()?;
    let format = input_format(context.global.format)?;
    let opened = context.open()?;
    if !arguments.dry_run {
        warn_if_bundled(&opened);
    }
    for file in &arguments.files {
        let input = input(file)?;
        let schema = opened.store.schema();
        let options = ReadOptions::new(&schema).columns(columns.clone()).missing(arguments.missing_markers());
        let options = format.map_or(options.clone(), |format| options.format(format));
        let records = RecordChunks::new(input, &options)?;
        import(arguments, file, records, &opened.store, context)?;
    }
    Ok(())
}

fn input(file: &Path) -> Result<Input, ExchangeError> {
    if file.as_os_str() == STANDARD_INPUT {
        Input::from_reader("standard input", io::stdin())
    } else {
        Input::open(file)
    }
}

/// The format that was asked for, if inputs can have it.
fn input_format(format: Option<Format>) -> Result<Option<InputFormat>, CommandFailure> {
    let Some(format) = format else { return Ok(None) };
    match InputFormat::named(format.name()) {
        Some(format) => Ok(Some(format)),
        None => Err(CommandFailure::Usage(format!("`{}` cannot be imported: use jsonl, csv or tsv", format.name()))),
    }
}

fn import(
    arguments: &Arguments,
    file: &Path,
    records: RecordChunks,
    store: &Store,
    context: &mut CommandContext,
) -> Result<(), CommandFailure> {
    let started = Instant::now();
    let progress = records.progress();
    let bar = bar(file, progress.total());
    let name = match file.file_name() {
        Some(name) if file.as_os_str() != STANDARD_INPUT => name.to_string_lossy().into_owned(),
        _ => "stdin".to_owned(),
    };
    let mut rejected = Rejected::new(name, arguments.dry_run);
    let show = |count: u64| {
        if progress.total().is_some() {
            bar.set_position(progress.read());
            bar.set_message(counted(count, "record", "records"));
        } else {
            bar.set_position(count);
        }
    };
    let mut reject = |error: &RejectedRecord| rejected.write(error);
    let mut options = arguments.options().message(format!("import {}", file.display())).progress(&show);
    if arguments.keep_going {
        options = options.rejected(&mut reject);
    }
    let report = store.import(records, options);
    bar.finish_and_clear();
    let report = match report {
        Ok(report) => report,
        Err(error) => {
            tell_fate(&error, &file.display().to_string());
            return Err(error.into());
        }
    };
    if !arguments.dry_run {
        settle(store);
    }
    let line = report::spell_report(&report, arguments.dry_run, started.elapsed());
    context.output.line(&format!("{}: {line}", file.display()))?;
    report::details(&report, &mut context.output)?;
    context.output.flush()?;
    rejected.finish()?;
    if report.rejected > 0 && report.rejected == report.records {
        return Err(CommandFailure::Failed(format!("every record of {} was rejected", file.display())));
    }
    Ok(())
}

/// Tells what became of an import that failed.
fn tell_fate(error: &Error, what: &str) {
    match error.fate() {
        WriteFate::NotWritten => note(&format!("nothing was imported from {what}")),
        WriteFate::Written { transaction } => note(&format!("{what} was imported as transaction #{transaction}")),
        _ => note(&format!("whether {what} was imported is not known; importing it again does no harm")),
    }
}

/// Writes the index out. What is imported stays so whatever becomes of that.
fn settle(store: &Store) {
    if let Err(error) = store.checkpoint() {
        note(&format!("note: the import is complete, but {error}"));
    }
    tell_index(store);
}

fn bar(file: &Path, total: Option<u64>) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr_with_hz(10));
    let template = match total {
        Some(_) => "{prefix} {bar:30} {percent}% {msg}, {eta} left",
        None => "{spinner} {prefix} {human_pos} records, {per_sec}",
    };
    let style = ProgressStyle::with_template(template).expect("the template is well formed").progress_chars("█▌ ");
    let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
    bar.with_style(style).with_prefix(tractat::exchange::sanitize(&name).into_owned())
}
