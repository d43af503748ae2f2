//! `tractat run`: the statements of files, or of the standard input.

use std::path::{Path, PathBuf};

use super::{STANDARD_INPUT, name_of, read_text};
use crate::cli::Context;
use crate::cli::failure::Failure;
use crate::cli::output::note;
use crate::cli::script::{Script, Surroundings, Tally};
use crate::cli::words::counted;

/// What to run.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The files, or `-` for the standard input; the first line of each may be `#!`
    #[arg(value_name = "FILE", required = true, value_hint = clap::ValueHint::FilePath)]
    files: Vec<PathBuf>,
}

impl Arguments {
    /// The standard input.
    pub fn standard_input() -> Self {
        Self { files: vec![PathBuf::from(STANDARD_INPUT)] }
    }
}

/// Runs files of statements. What one sets, or defines, is nothing to the next.
pub fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    // A file that is not there is known before the first is run.
    let texts = arguments.files.iter().map(|file| read_text(file)).collect::<Result<Vec<_>, _>>()?;
    let opened = context.open()?;
    let mut all = Tally::default();
    let mut asked = Vec::new();
    for (file, text) in arguments.files.iter().zip(texts) {
        let mut surroundings = Surroundings::new(&opened.store, context.query_options(), context.shared.format);
        match parsed(file, text) {
            Ok(script) => all = all.and(script.run(&mut surroundings, &mut context.output)?),
            Err(failure) if arguments.files.len() > 1 => {
                failure.tell();
                all.has_errors = true;
            }
            Err(failure) => return Err(failure),
        }
        asked.extend(surroundings.asked);
    }
    if arguments.files.len() > 1 {
        all.tell(&counted(arguments.files.len() as u64, "file", "files"));
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
        note(&format!("error: no statement asks for {}", unused.join(", ")));
        all.has_errors = true;
    }
    all.outcome()
}

/// Reads a file of statements.
pub fn read(file: &Path) -> Result<Script, Failure> {
    parsed(file, read_text(file)?)
}

fn parsed(file: &Path, text: String) -> Result<Script, Failure> {
    let is_standard_input = file.as_os_str() == STANDARD_INPUT;
    Script::read(name_of(file), text, Some(file).filter(|_| !is_standard_input))
}
