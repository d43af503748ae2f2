//! `tractat import`: records of files into the store. Owns the progress bar
//! and the file of rejected records.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use tractat::exchange::{Chunks, Input, InputFormat, Mapping, ReadOptions, RecordError};
use tractat::{ImportOptions, ImportReport, Store};

use super::STANDARD_INPUT;
use super::assert::warn_if_bundled;
use crate::cli::Context;
use crate::cli::failure::Failure;
use crate::cli::output::note;
use crate::cli::show::Format;
use crate::cli::words::{counted, grouped, spell_duration};

/// What to import, and how.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub struct Arguments {
    /// The files, plain or as .zst or .gz; `-` is the standard input. Each is imported whole or not at all
    #[arg(value_name = "FILE", required = true, value_hint = clap::ValueHint::FilePath)]
    files: Vec<PathBuf>,
    /// Which columns of a CSV give which fields: subject=who,object="Contract, short",action=:resigned
    #[arg(long, value_name = "FIELD=COLUMN,…", default_value = "", hide_default_value = true)]
    map: String,
    /// Make records about one act, known or new, one fact with several sources
    #[arg(long)]
    corroborate: bool,
    /// Take records again that were retracted
    #[arg(long)]
    revive: bool,
    /// Leave out records that are wrong, and write them to FILE.rejected.jsonl here (or .rejected-2, …, which
    /// replaces none); exits with 1 if all records of a file are wrong
    #[arg(long)]
    keep_going: bool,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
}

/// Imports files, one after the other.
pub fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let mapping = Mapping::parse(&arguments.map)?;
    let format = input_format(context.shared.format)?;
    let opened = context.open()?;
    if !arguments.dry_run {
        warn_if_bundled(&opened);
    }
    for file in &arguments.files {
        let input = if file.as_os_str() == STANDARD_INPUT {
            Input::from_reader("standard input", io::stdin())?
        } else {
            Input::open(file)?
        };
        let schema = opened.store.schema();
        let options = ReadOptions { format, mapping: mapping.clone(), schema: &schema };
        let records = Chunks::new(input, &options)?;
        import(arguments, file, records, &opened.store, context)?;
    }
    Ok(())
}

/// The format that was asked for; formats of answers that no input has are refused.
fn input_format(format: Option<Format>) -> Result<Option<InputFormat>, Failure> {
    let Some(format) = format else { return Ok(None) };
    match InputFormat::named(&format.name()) {
        Some(format) => Ok(Some(format)),
        None => Err(Failure::Usage(format!("`{}` cannot be imported: use jsonl or csv", format.name()))),
    }
}

fn import(
    arguments: &Arguments,
    file: &Path,
    records: Chunks,
    store: &Store,
    context: &mut Context,
) -> Result<(), Failure> {
    let started = Instant::now();
    let progress = records.progress();
    let bar = bar(file, progress.total());
    let mut rejected = Rejected::new(file, arguments.dry_run);
    let show = |count: u64| {
        if progress.total().is_some() {
            bar.set_position(progress.read());
            bar.set_message(counted(count, "record", "records"));
        } else {
            bar.set_position(count);
        }
    };
    let mut reject = |error: &RecordError| rejected.write(error);
    let report = store.import(
        records,
        ImportOptions {
            corroborate: arguments.corroborate,
            revive: arguments.revive,
            dry_run: arguments.dry_run,
            message: Some(format!("import {}", file.display())),
            rejected: if arguments.keep_going { Some(&mut reject) } else { None },
            progress: Some(&show),
        },
    );
    bar.finish_and_clear();
    let report = match report {
        Ok(report) => report,
        Err(error) => {
            let failure = Failure::from(error);
            note(&format!("nothing of {} was imported", file.display()));
            return Err(failure);
        }
    };
    if !arguments.dry_run {
        store.checkpoint()?;
    }
    let line = spell_report(&report, arguments.dry_run, started.elapsed());
    context.output.line(&format!("{}: {line}", file.display()))?;
    context.output.flush()?;
    rejected.finish()?;
    if report.rejected > 0 && report.rejected == report.records {
        return Err(Failure::Failed(format!("every record of {} was rejected", file.display())));
    }
    Ok(())
}

/// One line on what an import did.
fn spell_report(report: &ImportReport, is_dry: bool, time: Duration) -> String {
    let mut parts = vec![counted(report.records, "record", "records")];
    let counts = [
        (report.outcome.new, "new", "new"),
        (report.outcome.versions, "new version", "new versions"),
        (report.outcome.corroborated, "became a source of a known fact", "became sources of known facts"),
        (report.outcome.retracted, "fact became part of another", "facts became part of others"),
        (report.outcome.unchanged, "unchanged", "unchanged"),
        (report.outcome.stay_retracted, "stays retracted", "stay retracted"),
        (report.outcome.entities, "entity", "entities"),
        (report.rejected, "rejected", "rejected"),
    ];
    let said = counts.iter().filter(|(count, ..)| *count > 0);
    parts.extend(said.map(|(count, singular, plural)| counted(*count, singular, plural)));
    let mut line = if is_dry { "would import ".to_owned() } else { String::new() };
    line.push_str(&parts.join(", "));
    // Writing to a string cannot fail.
    let _ = write!(line, " · {}", spell_duration(time));
    let seconds = time.as_secs_f64();
    if seconds > 0.0 {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rate is rounded anyway"
        )]
        let rate = (report.records as f64 / seconds) as u64;
        let _ = write!(line, ", {} records/s", grouped(rate));
    }
    line
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

/// The file of rejected records, which is made with the first of them: a JSON
/// object a line, with `file`, `line`, `column`, `reason`, `mend` and the
/// `record` as it stands in the input.
struct Rejected {
    /// What their file is called, up to the ending.
    name: String,
    /// Whether they are only counted.
    is_dry: bool,
    path: PathBuf,
    file: Option<BufWriter<File>>,
    count: u64,
    failure: Option<io::Error>,
}

impl Rejected {
    fn new(input: &Path, is_dry: bool) -> Self {
        let name = match input.file_name() {
            Some(name) if input.as_os_str() != STANDARD_INPUT => name.to_string_lossy().into_owned(),
            _ => "stdin".to_owned(),
        };
        let path = rejected_path(&name, 1);
        Self { name, is_dry, path, file: None, count: 0, failure: None }
    }

    fn write(&mut self, error: &RecordError) {
        self.count += 1;
        if self.failure.is_none() && !self.is_dry {
            self.failure = self.try_write(error).err();
        }
    }

    fn try_write(&mut self, error: &RecordError) -> io::Result<()> {
        let out = match &mut self.file {
            Some(out) => out,
            none => none.insert(BufWriter::new(create(&self.name, &mut self.path)?)),
        };
        serde_json::to_writer(&mut *out, &rejection(error))?;
        out.write_all(b"\n")
    }

    /// Says where they are.
    fn finish(self) -> Result<(), Failure> {
        let flushed = match self.file {
            Some(mut out) => out.flush(),
            None => Ok(()),
        };
        if let Some(error) = self.failure.or(flushed.err()) {
            return Err(Failure::of_file(&self.path, &error));
        }
        if self.count > 0 && !self.is_dry {
            note(&format!("{} rejected, see {}", grouped(self.count), self.path.display()));
        }
        Ok(())
    }
}

/// Makes the first file in the row that is not there yet.
fn create(name: &str, path: &mut PathBuf) -> io::Result<File> {
    for number in 1.. {
        *path = rejected_path(name, number);
        match File::create_new(&*path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made,
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn rejected_path(name: &str, number: u32) -> PathBuf {
    PathBuf::from(match number {
        1 => format!("{name}.rejected.jsonl"),
        number => format!("{name}.rejected-{number}.jsonl"),
    })
}

fn rejection(error: &RecordError) -> serde_json::Value {
    let mut object = json!({ "file": &*error.name, "line": error.line, "column": error.column, "reason": error.reason,
        "mend": error.mend, "record": String::from_utf8_lossy(&error.raw) });
    if let Some(object) = object.as_object_mut() {
        object.retain(|_, value| !value.is_null());
        if error.raw_length > error.raw.len() as u64 {
            object.insert("bytes".to_owned(), error.raw_length.into());
        }
    }
    object
}

#[cfg(test)]
mod tests {
    use tractat::Outcome;

    use super::*;

    #[test]
    fn a_rejected_record_is_written_with_its_place_and_reason() {
        let error = RecordError {
            name: "votes.csv".into(),
            line: 12,
            column: None,
            reason: "`x` is not a date".to_owned(),
            mend: Some("write 2025".to_owned()),
            raw: b"a,\xff".to_vec(),
            raw_length: 90,
        };
        assert_eq!(
            rejection(&error).to_string(),
            "{\"file\":\"votes.csv\",\"line\":12,\"reason\":\"`x` is not a date\",\"mend\":\"write 2025\",\"record\":\"a,\u{fffd}\",\"bytes\":90}"
        );
        assert_eq!(Rejected::new(Path::new("data/votes.csv"), false).path, Path::new("votes.csv.rejected.jsonl"));
        assert_eq!(Rejected::new(Path::new("-"), false).path, Path::new("stdin.rejected.jsonl"));
    }

    #[test]
    fn the_report_says_what_happened_and_how_fast() {
        let report = ImportReport {
            records: 870_109,
            rejected: 9,
            outcome: Outcome { new: 870_000, unchanged: 100, ..Outcome::default() },
        };
        assert_eq!(
            spell_report(&report, false, Duration::from_secs(8)),
            "870,109 records, 870,000 new, 100 unchanged, 9 rejected · 8.0 s, 108,763 records/s"
        );
        assert!(spell_report(&report, true, Duration::from_secs(8)).starts_with("would import 870,109 records"));
    }
}
