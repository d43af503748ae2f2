//! Every operation that changes a file, in one place, so that a test can let
//! any of them fail. It knows no journal.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::JournalError;

/// What changes files.
pub(super) trait FileSystem: Send + Sync {
    /// A new file for writing; what was there is emptied.
    fn create(&self, path: &Path) -> io::Result<File> {
        File::create(path)
    }

    /// Writes all of the bytes where the file stands.
    fn write(&self, _path: &Path, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    /// Returns once what was written is on the disk.
    fn sync(&self, _path: &Path, file: &File) -> io::Result<()> {
        file.sync_data()
    }

    /// Cuts the file after so many bytes.
    fn truncate(&self, _path: &Path, file: &File, length: u64) -> io::Result<()> {
        file.set_len(length)
    }

    /// Gives a file another name.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    /// Returns once the names in a directory are on the disk.
    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        // Elsewhere a directory cannot be opened as a file, nor need it be.
        if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
    }
}

/// The operating system's own.
pub(super) struct NativeFileSystem;

impl FileSystem for NativeFileSystem {}

/// A directory, and what changes files in it.
#[derive(Clone)]
pub(super) struct JournalFolder {
    pub path: PathBuf,
    disk: Arc<dyn FileSystem>,
}

impl JournalFolder {
    pub(super) fn new(path: &Path, disk: Arc<dyn FileSystem>) -> Self {
        Self { path: path.to_owned(), disk }
    }

    /// A new file that has not its true name yet.
    pub(super) fn create(&self, name: &str) -> Result<FileWriter, JournalError> {
        let path = self.path.join(format!("{name}.tmp"));
        let file = self.disk.create(&path).map_err(JournalError::io("create", &path))?;
        Ok(FileWriter { file, path, folder: self.clone() })
    }

    /// A file that is there, for appending.
    pub(super) fn append_to(&self, name: &str) -> Result<FileWriter, JournalError> {
        let path = self.path.join(name);
        let file = OpenOptions::new().append(true).open(&path).map_err(JournalError::io("open", &path))?;
        Ok(FileWriter { file, path, folder: self.clone() })
    }

    pub(super) fn remove(&self, name: &str) -> Result<(), JournalError> {
        let path = self.path.join(name);
        self.disk.remove(&path).map_err(JournalError::io("remove", &path))
    }

    pub(super) fn sync(&self) -> Result<(), JournalError> {
        self.disk.sync_directory(&self.path).map_err(JournalError::io("sync", &self.path))
    }
}

/// A file that is being written.
pub(super) struct FileWriter {
    file: File,
    path: PathBuf,
    folder: JournalFolder,
}

impl FileWriter {
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), JournalError> {
        self.folder.disk.write(&self.path, &mut self.file, bytes).map_err(JournalError::io("write", &self.path))
    }

    pub(super) fn sync(&self) -> Result<(), JournalError> {
        self.folder.disk.sync(&self.path, &self.file).map_err(JournalError::io("sync", &self.path))
    }

    pub(super) fn truncate(&self, length: u64) -> Result<(), JournalError> {
        self.folder.disk.truncate(&self.path, &self.file, length).map_err(JournalError::io("cut", &self.path))
    }

    /// Gives the file its true name, which lasts once the folder is synced.
    pub(super) fn rename(&mut self, name: &str) -> Result<(), JournalError> {
        let path = self.folder.path.join(name);
        self.folder.disk.rename(&self.path, &path).map_err(JournalError::io("rename", &self.path))?;
        self.path = path;
        Ok(())
    }

    /// Removes the file again; if that fails, the next opening does it.
    pub(super) fn discard(self) {
        let _ = self.folder.disk.remove(&self.path);
    }
}
