//! The file of rejected records.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use serde_json::json;
use tractat::RejectedRecord;

use crate::cli::failure::CommandFailure;
use crate::cli::output::note;
use crate::cli::text::grouped;

/// The file of rejected records, which is made with the first of them: one JSON
/// object per line, with `file`, `line`, `column` (the character), `cell` (the
/// name of the column of a CSV file), `reason`, and the `record` itself; if that
/// was cut, also with its length in `bytes`.
pub struct Rejected {
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
    pub fn new(name: String, is_dry: bool) -> Self {
        let path = rejected_path(&name, 1);
        Self { name, is_dry, path, file: None, count: 0, failure: None }
    }

    pub fn write(&mut self, error: &RejectedRecord) {
        self.count += 1;
        if self.failure.is_none() && !self.is_dry {
            self.failure = self.try_write(error).err();
        }
    }

    fn try_write(&mut self, error: &RejectedRecord) -> io::Result<()> {
        let out = match &mut self.file {
            Some(out) => out,
            none => none.insert(BufWriter::new(create(&self.name, &mut self.path)?)),
        };
        serde_json::to_writer(&mut *out, &rejection(error))?;
        out.write_all(b"\n")
    }

    /// Says where they are.
    pub fn finish(self) -> Result<(), CommandFailure> {
        let flushed = match self.file {
            Some(mut out) => out.flush(),
            None => Ok(()),
        };
        if let Some(error) = self.failure.or(flushed.err()) {
            return Err(CommandFailure::of_file(&self.path, &error));
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

fn rejection(rejected: &RejectedRecord) -> serde_json::Value {
    let location = &rejected.location;
    let mut object = json!({ "file": &*location.name, "line": location.line, "column": location.column,
        "cell": location.cell.as_deref(), "reason": rejected.reason.to_string(),
        "record": String::from_utf8_lossy(&location.raw) });
    if let Some(object) = object.as_object_mut() {
        object.retain(|_, value| !value.is_null());
        if location.raw_length > location.raw.len() as u64 {
            object.insert("bytes".to_owned(), location.raw_length.into());
        }
    }
    object
}

#[cfg(test)]
mod tests {
    use tractat::RejectionReason;
    use tractat::exchange::{RecordLocation, RecordProblem};

    use super::*;

    #[test]
    fn a_rejected_record_is_written_with_its_place_and_reason() {
        let reason = RejectionReason::Unreadable(RecordProblem::CellCount { cells: 2, columns: 3 });
        let location = RecordLocation {
            name: "votes.csv".into(),
            line: 12,
            column: None,
            cell: Some("when".into()),
            raw: b"a,\xff".to_vec(),
            raw_length: 90,
        };
        let written = rejection(&RejectedRecord { location, reason: reason.clone() });
        let expected = json!({"file": "votes.csv", "line": 12, "cell": "when", "reason": reason.to_string(),
            "record": "a,\u{fffd}", "bytes": 90});
        assert_eq!(written, expected);
        assert_eq!(Rejected::new("votes.csv".to_owned(), false).path, PathBuf::from("votes.csv.rejected.jsonl"));
    }
}
