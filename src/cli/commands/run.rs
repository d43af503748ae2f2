//! `tractat run`: the statements of a file, or of the standard input.

use std::path::{Path, PathBuf};

use super::{STANDARD_INPUT, read_text};
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
    let mut surroundings =
        Surroundings { store: &opened.store, options: context.query_options(), format: context.shared.format };
    script.run(&mut surroundings, &mut context.output)
}

/// Reads a file of statements.
pub fn read(file: &Path) -> Result<Script, Failure> {
    let text = read_text(file)?;
    let is_standard_input = file.as_os_str() == STANDARD_INPUT;
    let name = if is_standard_input { "standard input".to_owned() } else { file.display().to_string() };
    let folder = if is_standard_input { None } else { file.parent().map(Path::to_owned) };
    Script::read(name, text, folder)
}
