//! Opening the store that a command is about, and making new ones.

use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tractat::{Access, Error, Options, Outcome, ReadOnlyReason, Store, TaskProgress, WorldFiles};

use super::bundled::Bundled;
use super::failure::Failure;
use super::locate::{Located, locate};
use super::output::{Surface, note};

/// A store that is open.
pub struct Opened {
    /// The store.
    pub store: Store,
    /// Where it is.
    pub directory: PathBuf,
    /// Whether it is that of a world that comes with the program.
    pub bundled: bool,
}

/// Opens the store that is meant; that of the bundled world is made on first use.
pub fn open(named: Option<&Path>, author: Option<&str>) -> Result<Opened, Failure> {
    let located = locate(named)?;
    let bundled = located == Located::Bundled;
    let directory = match located {
        Located::Named(directory) => directory,
        Located::Found(directory) => {
            // A script that reads the complaints knows where it runs.
            if Surface::of_stderr().terminal {
                note(&format!("using {}", Path::new(".").join(&directory).display()));
            }
            directory
        }
        Located::Bundled => bundled_directory(author)?,
    };
    let store = open_in(&directory, author)?;
    for remark in store.notes() {
        note(&format!("note: {remark}"));
    }
    Ok(Opened { store, directory, bundled })
}

/// The store that is meant, if there is one: nothing is made or told.
pub fn open_silently(named: Option<&Path>) -> Option<Store> {
    let directory = match locate(named).ok()? {
        Located::Named(directory) | Located::Found(directory) => directory,
        Located::Bundled => Bundled::default_world().directory().ok()?,
    };
    if directory.is_dir() { open_in(&directory, None).ok() } else { None }
}

impl Opened {
    /// Whether what it answers may lack what its journal no longer tells.
    pub fn is_damaged(&self) -> bool {
        matches!(self.store.read_only(), Some(ReadOnlyReason::Damaged(_)))
    }
}

/// What to do about a damaged journal.
pub const DAMAGE: &str = "error: the journal is damaged, so this may not be all: `tractat check` names the places, \
    `tractat export` saves what can be read; then restore the store from a copy";

/// Opens the store in a folder, without a word.
pub fn open_in(directory: &Path, author: Option<&str>) -> Result<Store, Failure> {
    Store::open_with(directory, options(author)).map_err(|error| Failure::of_opening(&error))
}

fn bundled_directory(author: Option<&str>) -> Result<PathBuf, Failure> {
    let world = Bundled::default_world();
    let directory = world.directory()?;
    if directory.is_dir() {
        return Ok(directory);
    }
    make(&directory, &world.world(), Facts::Included, author).map_err(|failure| match failure {
        Failure::Failed(message) => Failure::Store(message),
        other => other,
    })?;
    note(&format!("made the bundled world `{}` in {}", world.name, directory.display()));
    for earlier in world.earlier(&directory) {
        note(&format!("note: what you may have added to the earlier one is still in {}", earlier.display()));
    }
    Ok(directory)
}

/// Whether a new store gets its world's facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facts {
    /// It does.
    Included,
    /// Only the vocabulary and the entities.
    LeftOut,
}

/// Makes a store of a world. It is made beside the folder and then moved there,
/// so that a failure leaves nothing behind and two processes do not meet.
pub fn make(directory: &Path, world: &WorldFiles, facts: Facts, author: Option<&str>) -> Result<Outcome, Failure> {
    if directory.symlink_metadata().is_ok() {
        return Err(Failure::from(Error::Exists(directory.to_owned())));
    }
    let vocabulary = world.parse_vocabulary()?;
    let parent = match directory.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(parent).map_err(|error| Failure::of_file(parent, &error))?;
    let making = tempfile::Builder::new()
        .prefix(".making-")
        .tempdir_in(parent)
        .map_err(|error| Failure::of_file(parent, &error))?;
    let draft = making.path().join("store");
    // The store must be closed before it is moved.
    let outcome = {
        let store = Store::create(&draft, &vocabulary, options(author))?;
        let outcome = store.load(world, facts == Facts::Included)?;
        store.checkpoint()?;
        outcome
    };
    match std::fs::rename(&draft, directory) {
        Ok(()) => Ok(outcome),
        // Another process was faster, and made the same.
        Err(_) if directory.is_dir() => Ok(outcome),
        Err(error) => Err(Failure::of_file(directory, &error)),
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

/// Who works here, as far as one can tell.
fn user() -> String {
    let variable = |name| std::env::var(name).ok().filter(|value: &String| !value.trim().is_empty());
    variable("USER").or_else(|| variable("USERNAME")).unwrap_or_else(|| "unknown".to_owned())
}

/// A bar for long work on the standard error; nothing unless that is a terminal.
fn progress_bar() -> ProgressBar {
    ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10)).with_style(counting_style())
}

/// Shows how far long work has come; at its end the bar goes away.
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
