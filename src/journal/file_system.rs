//! All operations that change files, in one place, so that a test can make any of
//! them fail.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::JournalError;

/// The operations that change files.
pub(super) trait FileSystem: Send + Sync {
    /// Creates a file for writing, and empties it if it exists.
    fn create(&self, path: &Path) -> io::Result<File> {
        File::create(path)
    }

    /// Writes all bytes at the current position of the file.
    fn write(&self, _path: &Path, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    /// Returns once everything written is on the disk.
    fn sync(&self, _path: &Path, file: &File) -> io::Result<()> {
        file.sync_data()
    }

    /// Cuts the file to a length in bytes.
    fn truncate(&self, _path: &Path, file: &File, length: u64) -> io::Result<()> {
        file.set_len(length)
    }

    /// Renames a file.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    /// Returns once the names of a directory are on the disk.
    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        // Other systems cannot open a directory as a file, and need not.
        if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
    }
}

/// The operations of the operating system.
pub(super) struct NativeFileSystem;

impl FileSystem for NativeFileSystem {}

/// The folder of a journal, and the operations on its files.
#[derive(Clone)]
pub(super) struct JournalFolder {
    pub path: PathBuf,
    disk: Arc<dyn FileSystem>,
}

impl JournalFolder {
    pub(super) fn new(path: &Path, disk: Arc<dyn FileSystem>) -> Self {
        Self { path: path.to_owned(), disk }
    }

    /// Creates a file under a temporary name.
    pub(super) fn create(&self, name: &str) -> Result<FileWriter, JournalError> {
        let path = self.path.join(format!("{name}.tmp"));
        let file = self.disk.create(&path).map_err(JournalError::io("create", &path))?;
        Ok(FileWriter { file, path, folder: self.clone() })
    }

    /// Opens an existing file for appending.
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

    /// Gives the file its final name, which is durable once the folder is synced.
    pub(super) fn rename(&mut self, name: &str) -> Result<(), JournalError> {
        let path = self.folder.path.join(name);
        self.folder.disk.rename(&self.path, &path).map_err(JournalError::io("rename", &self.path))?;
        self.path = path;
        Ok(())
    }

    /// Removes the file again. If that fails, the next opening removes it.
    pub(super) fn discard(self) {
        let _ = self.folder.disk.remove(&self.path);
    }
}
