//! What runs leave behind that were killed while they wrote.
//!
//! Everything is written under a temporary name first. A temporary folder holds a locked file with the name of the
//! folder it is going to be, a temporary file is locked itself; the system unlocks them when the process is gone. Who
//! locks makes sure afterwards that nobody has cleared it away in between.

use super::places::{failed, parent};
use crate::cli::error::CliError;
use crate::cli::escape::shown_path;
use crate::cli::output::say;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use tempfile::{Builder, NamedTempFile, TempDir};

/// How temporary names begin.
pub(super) const PREFIX: &str = ".sumformer-";
/// How many random letters and digits follow.
const RANDOM: usize = 6;
/// The locked file in a temporary folder; it holds the name of the folder that is written.
const LOCK: &str = "lock";
/// In a temporary folder, what is being written.
pub(super) const NEW: &str = "new";
/// In a temporary folder, what was moved out of the way.
pub(super) const OLD: &str = "old";

/// A temporary folder beside the one that is written.
pub(super) struct Staging {
    folder: TempDir,
    _lock: File,
}

impl Staging {
    /// In the same folder as `path`.
    pub(super) fn beside(path: &Path) -> Result<Self, CliError> {
        let folder = parent(path);
        let make = || -> std::io::Result<Option<Self>> {
            let folder = Builder::new().prefix(PREFIX).rand_bytes(RANDOM).tempdir_in(folder)?;
            let place = folder.path().join(LOCK);
            let mut lock = File::create(&place)?;
            // Where there are no locks, nothing is cleared away either.
            let _ = lock.lock();
            lock.write_all(path.file_name().unwrap_or_default().as_encoded_bytes())?;
            Ok(place.exists().then_some(Self { folder, _lock: lock }))
        };
        until_some(make).map_err(failed(folder))
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Removes the folder with what is in it.
    pub(super) fn close(self) -> std::io::Result<()> {
        self.folder.close()
    }

    /// Leaves the folder behind, as a process does that is killed.
    #[cfg(test)]
    pub(super) fn abandon(self) -> PathBuf {
        self.folder.keep()
    }
}

/// A temporary file in `folder`, as public as any other new file.
pub(super) fn temporary_file(folder: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.prefix(PREFIX).rand_bytes(RANDOM);
    until_some(|| {
        let file = builder.tempfile_in(folder)?;
        let _ = file.as_file().lock();
        Ok(file.path().exists().then_some(file))
    })
}

/// Tries again what another process cleared away before it was locked.
fn until_some<T>(make: impl Fn() -> std::io::Result<Option<T>>) -> std::io::Result<T> {
    const TRIES: usize = 100;
    for _ in 0..TRIES {
        match make() {
            Ok(Some(made)) => return Ok(made),
            Ok(None) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    make()?.ok_or_else(|| std::io::Error::other("temporary files disappear as soon as they are made"))
}

/// Clears away what dead processes left in `folder`, and puts back what they had moved away; says so.
///
/// What cannot be read or removed stays: it is in nobody's way.
pub(super) fn clear(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|p| is_ours(p)).collect();
    paths.sort();
    for path in paths {
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_dir() => clear_folder(&path),
            Ok(metadata) if metadata.is_file() => clear_file(&path),
            _ => {}
        }
    }
}

/// Whether the name is one that this module makes.
fn is_ours(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.and_then(|name| name.strip_prefix(PREFIX))
        .is_some_and(|rest| rest.len() == RANDOM && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// The lock of a file whose owner is gone.
fn abandoned(place: &Path) -> Option<File> {
    let is_file = fs::symlink_metadata(place).is_ok_and(|metadata| metadata.is_file());
    let file = is_file.then(|| File::open(place).ok()).flatten()?;
    file.try_lock().is_ok().then_some(file)
}

fn clear_file(path: &Path) {
    let Some(_lock) = abandoned(path) else { return };
    if fs::remove_file(path).is_ok() {
        say(format!("note: removed {}, which an interrupted run had left", shown_path(path)));
    }
}

fn clear_folder(path: &Path) {
    let Ok(entries) = fs::read_dir(path) else { return };
    let names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
    if names.iter().any(|name| ![LOCK, NEW, OLD].iter().any(|known| name == known)) {
        return;
    }
    let has = |known: &str| names.iter().any(|name| name == known);
    let Some(mut owner) = abandoned(&path.join(LOCK)) else {
        if has(OLD) && !has(LOCK) {
            say(format!(
                "note: an interrupted run left an earlier proof in {}; move it where it belongs",
                shown_path(&path.join(OLD))
            ));
        } else if !has(LOCK) && fs::remove_dir_all(path).is_ok() {
            say(format!("note: removed {}, which an interrupted run had left", shown_path(path)));
        }
        return;
    };
    if has(OLD) && !put_back(path, &mut owner) {
        return;
    }
    if fs::remove_dir_all(path).is_ok() {
        say(format!("note: removed {}, which an interrupted run had left", shown_path(path)));
    }
}

/// Moves what was moved away back to its place, unless something stands there; whether nothing is lost any more.
fn put_back(staging: &Path, lock: &mut File) -> bool {
    let mut name = String::new();
    if lock.read_to_string(&mut name).is_err() {
        return false;
    }
    // A name, not a path that leads elsewhere.
    if Path::new(&name).file_name().is_none_or(|own| own != name.as_str()) {
        return false;
    }
    let place = parent(staging).join(&name);
    if place.symlink_metadata().is_ok() {
        return true;
    }
    let moved = fs::rename(staging.join(OLD), &place).is_ok();
    if moved {
        say(format!("note: {} is restored; an interrupted run had moved it away", shown_path(&place)));
    }
    moved
}
