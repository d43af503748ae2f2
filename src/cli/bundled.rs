//! The worlds that come with the program, and the store of the default one in
//! the user's data directory. It knows folders and files, no world by name.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use include_dir::{Dir, File, include_dir};
use sha2::{Digest, Sha256};
use tractat::{FactTables, WorldFiles};

use super::failure::CommandFailure;
use super::locate::ENDING;

static WORLDS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/seed");

/// The file that names the default world.
const DEFAULT: &str = "default";

/// A world that comes with the program.
pub struct BundledWorld {
    folder: &'static Dir<'static>,
    /// Its name.
    pub name: &'static str,
}

impl BundledWorld {
    /// Every world.
    pub fn all() -> impl Iterator<Item = Self> {
        WORLDS
            .dirs()
            .filter(|folder| vocabulary_of(folder).is_some())
            .filter_map(|folder| Some(Self { folder, name: folder.path().file_name()?.to_str()? }))
    }

    /// The world of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|world| world.name == name)
    }

    /// The world that is used where none is named.
    pub fn default_world() -> Self {
        WORLDS
            .get_file(DEFAULT)
            .and_then(File::contents_utf8)
            .and_then(|name| Self::named(name.trim()))
            .expect("the bundled worlds have a default among them, as a test says")
    }

    /// What it is about, in a line.
    pub fn about(&self) -> String {
        self.world().parse_vocabulary().map_or_else(|_| String::new(), |vocabulary| vocabulary.world.about)
    }

    /// Its files.
    pub fn world(&self) -> WorldFiles {
        WorldFiles {
            vocabulary: vocabulary_of(self.folder).expect("a folder without a vocabulary is no world"),
            entities: self.texts("entities"),
            facts: self.texts("facts"),
            tables: self.tables(),
        }
    }

    /// Its files of queries, each with its name without folder and ending.
    pub fn reports(&self) -> Vec<(String, String)> {
        self.named_texts("queries")
    }

    /// Its mappings, each with its name without folder and ending.
    pub fn mappings(&self) -> Vec<(String, String)> {
        self.named_texts("mappings")
    }

    fn named_texts(&self, part: &str) -> Vec<(String, String)> {
        let stem = |path: String| Path::new(&path).file_stem()?.to_str().map(str::to_owned);
        self.texts(part).into_iter().filter_map(|(path, text)| Some((stem(path)?, text))).collect()
    }

    fn texts(&self, part: &str) -> Vec<(String, String)> {
        self.part(part).map(texts_in).unwrap_or_default()
    }

    /// Its facts that are tables: each folder of its facts with a mapping.
    fn tables(&self) -> Vec<FactTables> {
        let folders = self.part("facts").into_iter().flat_map(Dir::dirs);
        let mut tables: Vec<FactTables> = folders
            .filter_map(|folder| {
                let (mappings, files) = texts_in(folder)
                    .into_iter()
                    .partition(|(name, _)| Path::new(name).extension().is_some_and(|ending| ending == "toml"));
                let mapping = Vec::into_iter(mappings).next()?;
                Some(FactTables { mapping, files })
            })
            .collect();
        tables.sort_by(|one, other| one.mapping.0.cmp(&other.mapping.0));
        tables
    }

    fn part(&self, part: &str) -> Option<&'static Dir<'static>> {
        self.folder.get_dir(self.folder.path().join(part))
    }

    /// A short hash of all that a store is made from.
    fn fingerprint(&self) -> String {
        let world = self.world();
        let mut hash = Sha256::new();
        let tables = world.tables.iter().flat_map(|tables| std::iter::once(&tables.mapping).chain(&tables.files));
        for (name, text) in std::iter::once(&world.vocabulary).chain(&world.entities).chain(&world.facts).chain(tables)
        {
            for part in [name, text] {
                hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
                hash.update(part.as_bytes());
            }
        }
        let mut first = [0; 4];
        first.copy_from_slice(&hash.finalize()[..4]);
        format!("{:08x}", u32::from_be_bytes(first))
    }

    /// Where its store is kept for this user.
    ///
    /// The folder's name has a hash of the bundled files. A later version of the
    /// program with other files makes a new store beside it, so that nothing is
    /// stale, and what the user has added to the earlier one stays where it is.
    pub fn directory(&self) -> Result<PathBuf, CommandFailure> {
        let strategy = etcetera::choose_base_strategy()
            .map_err(|error| CommandFailure::Store(format!("{error}: name a store with --store DIR")))?;
        let name = format!("{}-{}.{ENDING}", self.name, self.fingerprint());
        Ok(strategy.data_dir().join(env!("CARGO_PKG_NAME")).join(name))
    }

    /// Stores of this world that other versions of the program have made.
    pub fn earlier(&self, directory: &Path) -> Vec<PathBuf> {
        let Some(entries) = directory.parent().and_then(|parent| std::fs::read_dir(parent).ok()) else {
            return Vec::new();
        };
        let mut earlier: Vec<PathBuf> = entries
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .filter(|path| path != directory && self.is_store_name(path))
            .collect();
        earlier.sort();
        earlier
    }

    fn is_store_name(&self, path: &Path) -> bool {
        let hash = path
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| name.strip_prefix(self.name)?.strip_prefix('-')?.strip_suffix(ENDING)?.strip_suffix('.'));
        hash.is_some_and(|hash| hash.len() == 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
    }
}

fn vocabulary_of(folder: &Dir<'_>) -> Option<(String, String)> {
    folder.get_file(folder.path().join("vocabulary.toml")).and_then(named_text)
}

/// The files of a folder, in the order of their names.
fn texts_in(folder: &Dir<'_>) -> Vec<(String, String)> {
    let mut texts: Vec<_> = folder.files().filter_map(named_text).collect();
    texts.sort();
    texts
}

fn named_text(file: &File<'_>) -> Option<(String, String)> {
    Some((file.path().to_str()?.to_owned(), file.contents_utf8()?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_world_is_bundled_whole_and_says_what_it_is_about() {
        let default = BundledWorld::default_world();
        let world = default.world();
        assert!(!world.entities.is_empty() && !world.facts.is_empty());
        assert!(BundledWorld::all().count() >= 2);
        for world in BundledWorld::all() {
            assert!(!world.about().is_empty(), "{}", world.name);
        }
    }

    #[test]
    fn the_store_of_other_files_has_another_name() {
        let mut names: Vec<String> = BundledWorld::all().map(|world| world.fingerprint()).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), BundledWorld::all().count());
        assert!(names.iter().all(|name| name.len() == 8));
        let world = BundledWorld::default_world();
        assert!(world.is_store_name(Path::new(&format!("/x/{}-1a2b3c4d.tractat", world.name))));
        assert!(!world.is_store_name(Path::new("/x/other-1a2b3c4d.tractat")));
    }
}
