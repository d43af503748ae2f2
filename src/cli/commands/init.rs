//! `tractat init`: a new store from a world.

use std::path::{Path, PathBuf};

use tractat::WorldFiles;
use tractat::model::Cell;

use crate::cli::CommandContext;
use crate::cli::bundled::BundledWorld;
use crate::cli::commands::import::details;
use crate::cli::failure::CommandFailure;
use crate::cli::locate::ENDING;
use crate::cli::opening::{FactLoading, make};
use crate::cli::show::print_rows;
use crate::cli::text::counted;

/// What to make, and of what.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The folder to create [default: the name of the world, with .tractat]
    #[arg(value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    directory: Option<PathBuf>,
    /// The folder of a world, or the name of a bundled one
    #[arg(long, value_name = "FOLDER", value_hint = clap::ValueHint::DirPath)]
    world: Option<PathBuf>,
    /// Leave out the facts of the world
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
pub fn run(arguments: &Arguments, context: &mut CommandContext) -> Result<(), CommandFailure> {
    if arguments.list {
        let rows: Vec<Vec<Cell>> =
            BundledWorld::all().map(|world| vec![Cell::text(world.name), Cell::text(&world.about())]).collect();
        return print_rows(&["world", "about"], &rows, context.global.format, &mut context.output);
    }
    let world = read_world(arguments.world.as_deref())?;
    let directory = match arguments.directory.clone().or_else(|| context.global.store.clone()) {
        Some(directory) => directory,
        None => PathBuf::from(format!("{}.{ENDING}", world_name(&world)?)),
    };
    let facts = if arguments.empty { FactLoading::LeftOut } else { FactLoading::Included };
    let report = make(&directory, &world, facts, context.global.author.as_deref())?;
    let outcome = &report.outcome;
    let entities = counted(outcome.entities, "entity", "entities");
    let counts = format!("{entities}, {}", counted(outcome.new, "fact", "facts"));
    context.output.line(&format!("created {}: {counts}", directory.display()))?;
    details(&report, &mut context.output)
}

fn read_world(named: Option<&Path>) -> Result<WorldFiles, CommandFailure> {
    let Some(named) = named else { return Ok(BundledWorld::default_world().world()) };
    if named.is_dir() {
        return Ok(WorldFiles::read(named)?);
    }
    if let Some(world) = named.to_str().and_then(BundledWorld::named) {
        return Ok(world.world());
    }
    let bundled: Vec<String> = BundledWorld::all().map(|world| format!("`{}`", world.name)).collect();
    let (named, bundled) = (named.display(), bundled.join(", "));
    Err(CommandFailure::Usage(format!(
        "{named} is neither a folder nor a bundled world; the bundled worlds are {bundled}"
    )))
}

fn world_name(world: &WorldFiles) -> Result<String, CommandFailure> {
    let name = world.parse_vocabulary()?.world.name;
    let is_plain =
        !name.is_empty() && name.chars().all(|character| character.is_alphanumeric() || matches!(character, '-' | '_'));
    if is_plain {
        Ok(name)
    } else {
        Err(CommandFailure::Usage("name the folder to create: tractat init DIR".to_owned()))
    }
}
