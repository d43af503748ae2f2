//! Long text for a reader at a terminal, a screen at a time through a pager.

use std::io::{self, Write};
use std::process::{Command, Stdio};

use super::output::StandardOutput;

/// The variable that names the pager; empty, it turns paging off.
const PAGER_VARIABLE: &str = "PAGER";

/// The pager if none is named; `-R` keeps styles, and `-S` keeps wide examples on one line.
const USUAL_PAGER: &str = "less -RS";

/// Writes a text, through the pager if it is longer than the terminal is high.
pub fn print(text: &str, may_page: bool, output: &mut StandardOutput) -> io::Result<()> {
    let is_long = output.surface.height.is_some_and(|height| text.lines().count() >= usize::from(height));
    if !(may_page && output.surface.terminal && is_long && print_in_pager(text, output)?) {
        output.write_all(text.as_bytes())?;
    }
    Ok(())
}

/// Whether there is a pager and it has shown the text.
fn print_in_pager(text: &str, output: &mut StandardOutput) -> io::Result<bool> {
    let pager = std::env::var(PAGER_VARIABLE).unwrap_or_else(|_| USUAL_PAGER.to_owned());
    let mut words = pager.split_whitespace();
    let Some(program) = words.next() else { return Ok(false) };
    output.flush()?;
    // Ctrl-C is for the pager; at the prompt it is caught already.
    let _ = ctrlc::set_handler(|| {});
    let Ok(mut child) = Command::new(program).args(words).stdin(Stdio::piped()).spawn() else { return Ok(false) };
    let written = child.stdin.take().map_or(Ok(()), |mut input| input.write_all(text.as_bytes()));
    child.wait()?;
    match written {
        // The reader left before the end.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(true),
        written => written.map(|()| true),
    }
}
