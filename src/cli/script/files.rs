//! The files that statements name: where they may be, and how one includes
//! another.

use std::path::{Component, Path, PathBuf};

use tractat::syntax::Span;
use tractat::syntax::tree::Name;

use super::{LoadedScript, ScriptRun};
use crate::cli::commands::read_text;
use crate::cli::failure::CommandFailure;
use crate::cli::problem::StatementProblem;

/// How deep files may include others.
const DEEPEST: usize = 64;

impl LoadedScript {
    /// The folder whose files the script may name; the working directory if it is not a file.
    fn folder(&self) -> &Path {
        let folder = self.path.as_deref().and_then(Path::parent);
        folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    /// The path of a file in the script's folder or below it; other files are refused.
    pub(super) fn beside(&self, file: &str, at: Span) -> Result<PathBuf, CommandFailure> {
        let wrong = |message: String| {
            let help = "a query file may only name files in its own folder and in folders below it".to_owned();
            self.wrong(StatementProblem::error(at, message, Some(help)))
        };
        let is_plain = |part| matches!(part, Component::Normal(_) | Component::CurDir);
        if file.trim().is_empty() || !Path::new(file).components().all(is_plain) {
            return Err(wrong(format!("`{file}` is not in {}", self.folder_name())));
        }
        let path = self.folder().join(file);
        let cannot = |error: std::io::Error| {
            self.wrong(StatementProblem::error(at, format!("`{file}` cannot be read: {error}"), None))
        };
        // Links are followed: what counts is where the file really is.
        let (real, folder) = (path.canonicalize().map_err(cannot)?, self.folder().canonicalize().map_err(cannot)?);
        if !real.starts_with(&folder) {
            return Err(wrong(format!("`{file}` leads out of {}", self.folder_name())));
        }
        if !real.is_file() {
            return Err(wrong(format!("`{file}` is not a file")));
        }
        Ok(path)
    }

    /// Where it really is, with what messages call it.
    pub(super) fn link(&self) -> Option<(PathBuf, String)> {
        let path = self.path.as_deref()?.canonicalize().ok()?;
        Some((path, self.name.clone()?))
    }

    fn folder_name(&self) -> String {
        self.name.as_ref().map_or_else(|| "the working directory".to_owned(), |name| format!("the folder of {name}"))
    }
}

impl ScriptRun<'_, '_> {
    /// Runs the statements of another file as if they stood here; those of one
    /// that was included before are not run again.
    pub(super) fn include(&mut self, script: &LoadedScript, file: &Name) -> Result<(), CommandFailure> {
        let path = script.beside(&file.value, file.span)?;
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        if let Some(place) = self.chain.iter().position(|(link, _)| *link == real) {
            let names = self.chain.iter().skip(place).chain(self.chain.get(place)).map(|(_, name)| name.as_str());
            let chain = names.collect::<Vec<_>>().join(" → ");
            let message = format!("`{}` would include itself", file.value);
            return Err(script.wrong(StatementProblem::error(file.span, message, Some(chain))));
        }
        if self.included.contains(&real) {
            return Ok(());
        }
        if self.chain.len() >= DEEPEST {
            let message = format!("files include each other more than {DEEPEST} levels deep");
            let help = "include them one after the other in one file".to_owned();
            return Err(script.wrong(StatementProblem::error(file.span, message, Some(help))));
        }
        self.included.push(real.clone());
        let name = path.strip_prefix(".").unwrap_or(&path).display().to_string();
        let included = LoadedScript::read(Some(name.clone()), read_text(&path)?, Some(&path))?;
        self.chain.push((real, name));
        let done = self.script(&included);
        self.chain.pop();
        done
    }
}
