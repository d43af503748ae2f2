//! `tractat fmt`: query files in their canonical form.

use std::io::Write;
use std::path::PathBuf;

use tractat::syntax::format_script;

use super::{STANDARD_INPUT, name_of, read_text};
use crate::cli::CommandContext;
use crate::cli::failure::CommandFailure;
use crate::cli::output::note;
use crate::cli::problem::of_statement;

/// What to format.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The files to rewrite in place; `-` reads the standard input and writes the standard output
    #[arg(value_name = "FILE", required = true, value_hint = clap::ValueHint::FilePath)]
    files: Vec<PathBuf>,
    /// Write nothing, but fail if a file is not in canonical form
    #[arg(long)]
    check: bool,
}

/// Formats files; one that cannot be read as statements does not keep the others from it.
pub fn run(arguments: &Arguments, context: &mut CommandContext) -> Result<(), CommandFailure> {
    let mut has_failed = false;
    for file in &arguments.files {
        match format(file, arguments.check, context) {
            Ok(is_canonical) => has_failed |= !is_canonical,
            Err(CommandFailure::Closed) => return Err(CommandFailure::Closed),
            Err(failure) => {
                failure.tell();
                has_failed = true;
            }
        }
    }
    if has_failed { Err(CommandFailure::Reported) } else { Ok(()) }
}

/// Formats a file; false if only asked, and it is not canonical.
fn format(file: &PathBuf, only_check: bool, context: &mut CommandContext) -> Result<bool, CommandFailure> {
    let text = read_text(file)?;
    let is_stream = file.as_os_str() == STANDARD_INPUT;
    let name = name_of(file);
    let formatted = format_script(&text).map_err(|diagnostics| CommandFailure::Query {
        source: text.clone(),
        file: Some(name.clone()),
        diagnostics: of_statement(diagnostics),
    })?;
    if only_check {
        if formatted != text {
            note(&format!("{name} is not in canonical form: run `tractat fmt {name}`"));
        }
        return Ok(formatted == text);
    }
    if is_stream {
        context.output.guarded().write_all(formatted.as_bytes())?;
    } else if formatted != text {
        std::fs::write(file, formatted).map_err(|error| CommandFailure::of_file(file, &error))?;
    }
    Ok(true)
}
