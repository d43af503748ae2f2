//! The commands, a file each or a few that belong together.

pub mod assert;
pub mod define;
pub mod explain;
pub mod export;
pub mod fmt;
pub mod help;
pub mod import;
pub mod init;
pub mod inspect;
pub mod maintain;
pub mod query;
pub mod run;

use std::io::{self, Read};
use std::path::Path;

use super::failure::CommandFailure;

/// The argument that means the standard input.
const STANDARD_INPUT: &str = "-";

/// The longest text that is read whole, in bytes; scripts and worlds are far shorter.
const LONGEST_TEXT: u64 = 64 << 20;

/// What messages call a file.
fn name_of(path: &Path) -> String {
    if path.as_os_str() == STANDARD_INPUT { "standard input".to_owned() } else { path.display().to_string() }
}

/// A whole file as text, without a byte-order mark; `-` is the standard input.
pub fn read_text(path: &Path) -> Result<String, CommandFailure> {
    let name = name_of(path);
    let fail = |error: &io::Error| CommandFailure::Failed(format!("{name}: {error}"));
    let mut bytes = Vec::new();
    if path.as_os_str() == STANDARD_INPUT {
        io::stdin().take(LONGEST_TEXT + 1).read_to_end(&mut bytes).map_err(|error| fail(&error))?;
    } else {
        let file = std::fs::File::open(path).map_err(|error| CommandFailure::of_named_file(path, &error))?;
        let read = file.take(LONGEST_TEXT + 1).read_to_end(&mut bytes);
        read.map_err(|error| CommandFailure::of_named_file(path, &error))?;
    }
    if bytes.len() as u64 > LONGEST_TEXT {
        return Err(CommandFailure::Failed(format!("{name}: longer than 64 MiB")));
    }
    if bytes.starts_with(BYTE_ORDER_MARK) {
        bytes.drain(..BYTE_ORDER_MARK.len());
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = 1 + memchr::memchr_iter(b'\n', &error.as_bytes()[..valid]).count();
        CommandFailure::Failed(format!("{name}:{line}: not valid UTF-8"))
    })
}

/// What some editors put before a text in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
