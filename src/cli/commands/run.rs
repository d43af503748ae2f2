//! `tractat run`: the statements of a file, or of the standard input.

use std::path::{Path, PathBuf};

use super::{STANDARD_INPUT, name_of, read_text};
use crate::cli::Context;
use crate::cli::failure::Failure;
use crate::cli::script::{Script, Surroundings};

/// What to run.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The file, or `-` for the standard input; its first line may be `#!`
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,
}

impl Arguments {
    /// The standard input.
    pub fn standard_input() -> Self {
        Self { file: PathBuf::from(STANDARD_INPUT) }
    }
}

/// Runs a file of statements.
pub fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let script = read(&arguments.file)?;
    let opened = context.open()?;
    let mut surroundings = Surroundings::new(&opened.store, context.query_options(), context.shared.format);
    script.run(&mut surroundings, &mut context.output)
}

/// Reads a file of statements.
pub fn read(file: &Path) -> Result<Script, Failure> {
    let text = read_text(file)?;
    let is_standard_input = file.as_os_str() == STANDARD_INPUT;
    let folder = if is_standard_input { None } else { file.parent().map(Path::to_owned) };
    Script::read(name_of(file), text, folder)
}
