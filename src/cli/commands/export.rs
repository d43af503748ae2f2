//! `tractat export`: every fact, or the whole world, as files.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use tractat::Store;
use tractat::exchange::{CellsOfFacts, FORMATS, FactColumns, FactRow, InputFormat, JSON_LINES, OutputFormat};

use crate::cli::CommandContext;
use crate::cli::failure::CommandFailure;
use crate::cli::output::note;
use crate::cli::show::Format;
use crate::cli::text::counted;

/// Where to.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A file for the facts [default: the standard output]
    #[arg(long, value_name = "FILE", conflicts_with = "world", value_hint = clap::ValueHint::FilePath)]
    output: Option<PathBuf>,
    /// A new folder for the whole world: vocabulary, entities and facts
    #[arg(long, value_name = "FOLDER", value_hint = clap::ValueHint::DirPath)]
    world: Option<PathBuf>,
}

/// Writes out facts.
pub fn run(arguments: &Arguments, context: &mut CommandContext) -> Result<(), CommandFailure> {
    let format = format_of(context.global.format, arguments.output.as_deref())?;
    if arguments.world.is_some() && format != JSON_LINES {
        return Err(CommandFailure::Usage("the facts of a world are exported as jsonl: omit --format".to_owned()));
    }
    let store = context.open()?.store;
    match (&arguments.output, &arguments.world) {
        (_, Some(folder)) => export_world(&store, format, folder),
        (Some(path), None) => {
            let is_told = context.global.format.is_some() || OutputFormat::of_file(path).is_some();
            let how = if is_told { String::new() } else { format!(", as {}", format.name) };
            export_file(path, &how, |out| write_facts(&store, format, out))
        }
        (None, None) => write_facts(&store, format, &mut context.output.guarded()).map(|_| ()),
    }
}

/// The format that was asked for, else the one that the ending of the file
/// tells, else JSON Lines.
fn format_of(asked: Option<Format>, file: Option<&Path>) -> Result<&'static OutputFormat, CommandFailure> {
    let Some(asked) = asked else { return Ok(file.and_then(OutputFormat::of_file).unwrap_or(JSON_LINES)) };
    asked.written().ok_or_else(|| {
        let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
        CommandFailure::Usage(format!("facts cannot be exported as `{}`; use {}", asked.name(), names.join(", ")))
    })
}

fn write_facts(store: &Store, format: &OutputFormat, out: &mut dyn Write) -> Result<u64, CommandFailure> {
    let mut columns = FactColumns::default();
    // Objects have their own keys; a header has those of all facts.
    if !format.objects {
        for fact in store.facts() {
            columns.see(&fact?);
        }
    }
    let names = columns.names();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    if !format.objects && InputFormat::named(format.name).is_some() {
        check_cells(store, format, &names)?;
    }
    let mut writer = (format.writer)(Box::new(out));
    writer.begin(&names)?;
    let mut count = 0;
    for fact in store.facts() {
        writer.row(&FactRow::new(&fact?, &names))?;
        count += 1;
    }
    writer.finish()?;
    Ok(count)
}

/// Refuses to write what would be read as something else, before anything is written.
fn check_cells(store: &Store, format: &OutputFormat, columns: &[&str]) -> Result<(), CommandFailure> {
    let cells = CellsOfFacts::new(columns, &store.schema());
    for fact in store.facts() {
        let fact = fact?;
        if let Some(field) = cells.lost_field(&FactRow::new(&fact, columns)) {
            let (id, format) = (fact.id.as_deref().unwrap_or_default(), format.name);
            return Err(CommandFailure::Failed(format!(
                "the field `{field}` of the fact `{id}` would be read otherwise from {format}; export the facts as jsonl"
            )));
        }
    }
    Ok(())
}

fn write_line(value: &impl Serialize, out: &mut dyn Write) -> Result<(), CommandFailure> {
    serde_json::to_writer(&mut *out, value).map_err(std::io::Error::from)?;
    Ok(out.write_all(b"\n")?)
}

/// Writes a file beside its place and moves it there when it is whole. `how` is said of it.
fn export_file(
    path: &Path,
    how: &str,
    write: impl FnOnce(&mut dyn Write) -> Result<u64, CommandFailure>,
) -> Result<(), CommandFailure> {
    let fail = |error: &std::io::Error| CommandFailure::of_file(path, error);
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut draft = BufWriter::new(tempfile::NamedTempFile::new_in(folder).map_err(|error| fail(&error))?);
    let count = write(&mut draft)?;
    let draft = draft.into_inner().map_err(|error| fail(error.error()))?;
    draft.as_file().sync_all().map_err(|error| fail(&error))?;
    draft.persist(path).map_err(|error| fail(&error.error))?;
    note(&format!("{} in {}{how}", counted(count, "fact", "facts"), path.display()));
    Ok(())
}

fn export_world(store: &Store, format: &OutputFormat, folder: &Path) -> Result<(), CommandFailure> {
    let is_used = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if is_used || folder.is_file() {
        return Err(CommandFailure::Failed(format!("{} is not empty: name a new folder", folder.display())));
    }
    for part in ["entities", "facts"] {
        let part = folder.join(part);
        std::fs::create_dir_all(&part).map_err(|error| CommandFailure::of_file(&part, &error))?;
    }
    let path = folder.join("vocabulary.toml");
    let vocabulary = toml::to_string(store.schema().vocabulary())
        .map_err(|error| CommandFailure::Failed(format!("the vocabulary cannot be written: {error}")))?;
    std::fs::write(&path, vocabulary).map_err(|error| CommandFailure::of_file(&path, &error))?;
    let entities = store.entities();
    let mut kinds: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for (_, entity) in entities.iter() {
        kinds.entry(&entity.kind).or_default().push(entity);
    }
    for (kind, members) in kinds {
        // A kind is any text; a file's name must not be.
        let name: String =
            kind.chars().map(|character| if character.is_alphanumeric() { character } else { '-' }).collect();
        let path = folder.join("entities").join(format!("{name}.jsonl"));
        // Two kinds may have one name as files.
        let file = File::options().create(true).append(true).open(&path);
        let mut out = BufWriter::new(file.map_err(|error| CommandFailure::of_file(&path, &error))?);
        for entity in members {
            write_line(entity.as_ref(), &mut out)?;
        }
        out.flush().map_err(|error| CommandFailure::of_file(&path, &error))?;
    }
    export_file(&folder.join("facts").join("facts.jsonl"), "", |out| write_facts(store, format, out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_the_file_tells_the_format_unless_another_is_asked_for() {
        for format in FORMATS {
            for ending in format.endings {
                let file = format!("facts.{ending}");
                assert_eq!(format_of(None, Some(file.as_ref())).unwrap(), *format);
            }
            assert_eq!(format_of(Some(Format::Written(format)), Some("facts.json".as_ref())).unwrap(), *format);
        }
        assert_eq!(format_of(None, Some("facts.txt".as_ref())).unwrap(), JSON_LINES);
        assert!(format_of(Some(Format::Table), None).is_err());
    }
}
