//! Opening the store that a command is about, and making new ones.

use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tractat::{Access, Error, ImportReport, Options, ReadOnlyReason, RepairReport, Store, TaskProgress, WorldFiles};

use super::bundled::BundledWorld;
use super::failure::CommandFailure;
use super::locate::{StoreLocation, locate};
use super::output::{Surface, note};

/// A store that is open.
pub struct OpenedStore {
    /// The store.
    pub store: Store,
    /// Where it is.
    pub directory: PathBuf,
    /// Whether it is that of a world that comes with the program.
    pub bundled: bool,
}

/// Opens the store that a command is about; the bundled world's is created on first use.
pub fn open(named: Option<&Path>, author: Option<&str>) -> Result<OpenedStore, CommandFailure> {
    let located = locate(named)?;
    let bundled = located == StoreLocation::Bundled;
    let directory = match located {
        StoreLocation::Named(directory) => directory,
        StoreLocation::Found(directory) => {
            // A script that reads the complaints knows where it runs.
            if Surface::of_stderr().terminal {
                note(&format!("using {}", Path::new(".").join(&directory).display()));
            }
            directory
        }
        StoreLocation::Bundled => bundled_directory(author)?,
    };
    let store = open_in(&directory, author)?;
    for remark in store.notes() {
        note(&format!("note: {remark}"));
    }
    Ok(OpenedStore { store, directory, bundled })
}

/// Repairs the store that a command is about.
pub fn repair(named: Option<&Path>, author: Option<&str>) -> Result<RepairReport, CommandFailure> {
    let directory = match locate(named)? {
        StoreLocation::Named(directory) | StoreLocation::Found(directory) => directory,
        StoreLocation::Bundled => BundledWorld::default_world().directory()?,
    };
    Store::repair(directory, options(author)).map_err(|error| CommandFailure::of_opening(&error))
}

/// Tells that the index on disk was given up, if it was.
pub fn tell_index(store: &Store) {
    if let Some(remark) = store.index_given_up() {
        note(&format!("note: {remark}"));
    }
}

/// The store that a command would be about, if it exists; creates and prints nothing.
pub fn open_silently(named: Option<&Path>) -> Option<Store> {
    let directory = match locate(named).ok()? {
        StoreLocation::Named(directory) | StoreLocation::Found(directory) => directory,
        StoreLocation::Bundled => BundledWorld::default_world().directory().ok()?,
    };
    if directory.is_dir() { open_in(&directory, None).ok() } else { None }
}

impl OpenedStore {
    /// Whether its journal is damaged, so that answers may be incomplete.
    pub fn is_damaged(&self) -> bool {
        matches!(self.store.read_only(), Some(ReadOnlyReason::Damaged(_)))
    }
}

/// What to do about a damaged journal.
pub const DAMAGE: &str = "error: the journal is damaged, so the answer may be incomplete: `tractat check` lists the damage, \
    `tractat export` saves what can be read; then restore the store from a backup, or `tractat repair` cuts the journal \
    before the damage";

/// Opens the store in a folder without printing anything.
pub fn open_in(directory: &Path, author: Option<&str>) -> Result<Store, CommandFailure> {
    Store::open_with(directory, options(author)).map_err(|error| CommandFailure::of_opening(&error))
}

fn bundled_directory(author: Option<&str>) -> Result<PathBuf, CommandFailure> {
    let world = BundledWorld::default_world();
    let directory = world.directory()?;
    if directory.is_dir() {
        return Ok(directory);
    }
    make(&directory, &world.world(), FactLoading::Included, author).map_err(|failure| match failure {
        CommandFailure::Failed(message) => CommandFailure::Store(message),
        other => other,
    })?;
    note(&format!("created the bundled world `{}` in {}", world.name, directory.display()));
    for earlier in world.earlier(&directory) {
        note(&format!("note: anything that you added to the earlier version is still in {}", earlier.display()));
    }
    Ok(directory)
}

/// Whether a new store gets the facts of its world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactLoading {
    /// It does.
    Included,
    /// Only the vocabulary and the entities.
    LeftOut,
}

/// Makes a store of a world. It is made beside the folder and then moved there,
/// so that a failure leaves nothing behind and two processes do not meet.
pub fn make(
    directory: &Path,
    world: &WorldFiles,
    facts: FactLoading,
    author: Option<&str>,
) -> Result<ImportReport, CommandFailure> {
    if directory.symlink_metadata().is_ok() {
        return Err(CommandFailure::from(Error::Exists(directory.to_owned())));
    }
    let vocabulary = world.parse_vocabulary()?;
    let parent = match directory.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(parent).map_err(|error| CommandFailure::of_file(parent, &error))?;
    let making = tempfile::Builder::new()
        .prefix(".making-")
        .tempdir_in(parent)
        .map_err(|error| CommandFailure::of_file(parent, &error))?;
    let draft = making.path().join("store");
    // The store must be closed before it is moved.
    let report = {
        let store = Store::create(&draft, &vocabulary, options(author))?;
        let report = store.load(world, facts == FactLoading::Included)?;
        store.checkpoint()?;
        report
    };
    match std::fs::rename(&draft, directory) {
        Ok(()) => Ok(report),
        // Another process was faster, and made the same.
        Err(_) if directory.is_dir() => Ok(report),
        Err(error) => Err(CommandFailure::of_file(directory, &error)),
    }
}

/// How stores are opened from the command line: also beside another process that writes.
fn options(author: Option<&str>) -> Options {
    let bar = progress_bar();
    Options::new()
        .author(author.map_or_else(user, str::to_owned))
        .access(Access::WriteIfPossible)
        .progress(move |progress| show_progress(&bar, progress))
}

/// The user's name from the environment.
fn user() -> String {
    let variable = |name| std::env::var(name).ok().filter(|value: &String| !value.trim().is_empty());
    variable("USER").or_else(|| variable("USERNAME")).unwrap_or_else(|| "unknown".to_owned())
}

/// A progress bar on the standard error, which is shown only at a terminal.
fn progress_bar() -> ProgressBar {
    ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10)).with_style(counting_style())
}

/// Updates the progress bar, and removes it at the end.
fn show_progress(bar: &ProgressBar, progress: TaskProgress) {
    if bar.length().is_none() {
        bar.set_style(bar_style());
    }
    bar.set_message(progress.task.to_string());
    bar.set_length(progress.total);
    if progress.done >= progress.total {
        bar.finish_and_clear();
    } else {
        bar.set_position(progress.done);
    }
}

fn counting_style() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {msg} {human_pos}").expect("the template is well formed")
}

fn bar_style() -> ProgressStyle {
    ProgressStyle::with_template("{msg} {bar:30} {human_pos} of {human_len}, {eta} left")
        .expect("the template is well formed")
        .progress_chars("█▌ ")
}
