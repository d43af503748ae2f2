//! `tractat init`: a new store from a world.

use std::path::{Path, PathBuf};

use tractat::WorldFiles;
use tractat::model::Cell;

use crate::cli::Context;
use crate::cli::bundled::Bundled;
use crate::cli::failure::Failure;
use crate::cli::locate::ENDING;
use crate::cli::opening::{Facts, make};
use crate::cli::show::print_rows;
use crate::cli::words::counted;

/// What to make, and of what.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The new folder [default: the world's name with .tractat]
    #[arg(value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    directory: Option<PathBuf>,
    /// The folder of a world, or the name of a bundled one
    #[arg(long, value_name = "FOLDER", value_hint = clap::ValueHint::DirPath)]
    world: Option<PathBuf>,
    /// Leave the world's facts out: only its vocabulary and entities
    #[arg(long)]
    empty: bool,
    /// List the bundled worlds
    #[arg(long, conflicts_with_all = ["directory", "world", "empty"])]
    list: bool,
}

impl Arguments {
    /// Whether worlds are listed and nothing is made.
    pub fn lists(&self) -> bool {
        self.list
    }
}

/// Makes a store.
pub fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    if arguments.list {
        let rows: Vec<Vec<Cell>> =
            Bundled::all().map(|world| vec![Cell::text(world.name), Cell::text(&world.about())]).collect();
        return print_rows(&["world", "about"], &rows, context.shared.format, &mut context.output);
    }
    let world = read_world(arguments.world.as_deref())?;
    let directory = match arguments.directory.clone().or_else(|| context.shared.store.clone()) {
        Some(directory) => directory,
        None => PathBuf::from(format!("{}.{ENDING}", world_name(&world)?)),
    };
    let facts = if arguments.empty { Facts::LeftOut } else { Facts::Included };
    let outcome = make(&directory, &world, facts, context.shared.author.as_deref())?;
    let entities = counted(outcome.entities, "entity", "entities");
    let counts = format!("{entities}, {}", counted(outcome.new, "fact", "facts"));
    Ok(context.output.line(&format!("made {}: {counts}", directory.display()))?)
}

fn read_world(named: Option<&Path>) -> Result<WorldFiles, Failure> {
    let Some(named) = named else { return Ok(Bundled::default_world().world()) };
    if named.is_dir() {
        return Ok(WorldFiles::read(named)?);
    }
    if let Some(world) = named.to_str().and_then(Bundled::named) {
        return Ok(world.world());
    }
    let bundled: Vec<String> = Bundled::all().map(|world| format!("`{}`", world.name)).collect();
    let (named, bundled) = (named.display(), bundled.join(", "));
    Err(Failure::Usage(format!("{named} is neither a folder nor a bundled world: those are {bundled}")))
}

fn world_name(world: &WorldFiles) -> Result<String, Failure> {
    let name = world.parse_vocabulary()?.world.name;
    let is_plain =
        !name.is_empty() && name.chars().all(|character| character.is_alphanumeric() || matches!(character, '-' | '_'));
    if is_plain {
        Ok(name)
    } else {
        Err(Failure::Usage("say what the folder is to be called: tractat init DIR".to_owned()))
    }
}
