//! `tractat define`: entities and the vocabulary.

use std::path::{Path, PathBuf};

use tractat::model::{Entity, Vocabulary};

use super::assert::{note_transaction, warn_if_bundled};
use super::{name_of, read_text};
use crate::cli::CommandContext;
use crate::cli::failure::CommandFailure;
use crate::cli::text::counted;

/// What to define.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Entities as JSON Lines, or a vocabulary as TOML; `-` is the standard input
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,
    /// Keep fields that the vocabulary does not declare; queries cannot use them
    #[arg(long)]
    keep_undeclared: bool,
}

/// What a file defines.
enum DefinitionFile {
    Entities(Vec<Entity>),
    Vocabulary(Box<Vocabulary>),
}

/// Defines what a file says, all of it or nothing.
pub fn run(arguments: &Arguments, context: &mut CommandContext) -> Result<(), CommandFailure> {
    let definitions = parse(&arguments.file, &read_text(&arguments.file)?)?;
    let opened = context.open()?;
    warn_if_bundled(&opened);
    let message = format!("define {}", arguments.file.display());
    let ((), outcome) = opened.store.transact(Some(&message), |transaction| match definitions {
        DefinitionFile::Entities(entities) => {
            if !arguments.keep_undeclared {
                transaction.refuse_undeclared_fields();
            }
            entities.into_iter().try_for_each(|entity| transaction.define(entity))
        }
        DefinitionFile::Vocabulary(vocabulary) => transaction.vocabulary(&vocabulary),
    })?;
    let what =
        if outcome.vocabulary { "the vocabulary".to_owned() } else { counted(outcome.entities, "entity", "entities") };
    context.output.line(&format!("{}: {what} defined", name_of(&arguments.file)))?;
    note_transaction(&outcome, &opened.store);
    Ok(())
}

fn parse(file: &Path, text: &str) -> Result<DefinitionFile, CommandFailure> {
    let name = name_of(file);
    // Entities are objects; a vocabulary never starts with a brace.
    if text.trim_start().starts_with('{') {
        let entities = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()).map(|(number, line)| {
            serde_json::from_str(line)
                .map_err(|error| CommandFailure::Failed(format!("{name}:{number}:{}: {error}", error.column())))
        });
        return entities.collect::<Result<_, _>>().map(DefinitionFile::Entities);
    }
    Vocabulary::from_toml(text)
        .map(|vocabulary| DefinitionFile::Vocabulary(Box::new(vocabulary)))
        .map_err(|error| CommandFailure::Failed(format!("{name}:{}:{}: {}", error.line, error.column, error.message)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_defines_is_seen_from_its_text() {
        let entity = r#"{"entity":"a","kind":"b","name":"A"}"#;
        let file = Path::new("x");
        assert!(
            matches!(parse(file, &format!("\n{entity}\n\n{entity}")), Ok(DefinitionFile::Entities(two)) if two.len() == 2)
        );
        assert!(matches!(parse(file, "[world]\nname = \"w\""), Ok(DefinitionFile::Vocabulary(_))));
        let Err(CommandFailure::Failed(message)) = parse(file, &format!("{entity}\n{{\"entity\":1}}")) else {
            panic!()
        };
        assert!(message.starts_with("x:2:"), "{message}");
    }
}
