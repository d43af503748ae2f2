//! Which store a command is about. Looks at arguments, environment and the
//! working directory; opens nothing.

use std::path::{Path, PathBuf};

use super::failure::CommandFailure;

/// The variable that names a store.
pub const STORE_VARIABLE: &str = "TRACTAT_STORE";

/// The ending of the folders that are stores.
pub const ENDING: &str = "tractat";

/// Which store is meant.
#[derive(Debug, PartialEq, Eq)]
pub enum StoreLocation {
    /// The store that the user names.
    Named(PathBuf),
    /// The only one in the working directory.
    Found(PathBuf),
    /// The store of the bundled world.
    Bundled,
}

/// The store named by an argument, else by the environment, else the only one
/// in the working directory, else the bundled world's.
pub fn locate(named: Option<&Path>) -> Result<StoreLocation, CommandFailure> {
    let environment = std::env::var_os(STORE_VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
    match named.map(Path::to_owned).or(environment) {
        Some(directory) => Ok(StoreLocation::Named(directory)),
        None => Ok(only_store_in(Path::new("."))?.map_or(StoreLocation::Bundled, StoreLocation::Found)),
    }
}

fn only_store_in(folder: &Path) -> Result<Option<PathBuf>, CommandFailure> {
    // A working directory that cannot be listed has no store that could be used.
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(None) };
    let mut stores: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == ENDING) && path.is_dir())
        .map(|path| path.strip_prefix(folder).map_or_else(|_| path.clone(), Path::to_owned))
        .collect();
    stores.sort();
    match stores.as_slice() {
        [] => Ok(None),
        [store] => Ok(Some(store.clone())),
        several => {
            let names: Vec<String> = several.iter().map(|path| format!("`{}`", path.display())).collect();
            Err(CommandFailure::Usage(format!(
                "there are several stores here: {}; choose one with --store DIR",
                names.join(" and ")
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_only_store_is_meant_and_of_two_neither() {
        let folder = tempfile::tempdir().unwrap();
        assert!(only_store_in(folder.path()).unwrap().is_none());
        std::fs::write(folder.path().join("file.tractat"), "").unwrap();
        std::fs::create_dir(folder.path().join("b.tractat")).unwrap();
        assert_eq!(only_store_in(folder.path()).unwrap(), Some(PathBuf::from("b.tractat")));
        std::fs::create_dir(folder.path().join("a.tractat")).unwrap();
        assert!(matches!(only_store_in(folder.path()), Err(CommandFailure::Usage(_))));
    }
}
