//! Writing under a temporary name, then renaming: at every moment there is the old version or the new one.

use super::folders::{FLOOR_FILE, OUR_FLOORS, has_format, may_replace};
use super::leftovers::{self, NEW, OLD, Staging, temporary_file};
use super::places::{failed, parent};
use crate::cli::error::CliError;
use crate::cli::escape::shown_path;
use crate::folder::{NetworkForm, PROOF_FILES};
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// One proof, ready to be written: folder name, contents in the order of [`PROOF_FILES`], and how.
pub struct ProofFolder<'a> {
    /// Sub-folder, if there are several.
    pub folder: Option<&'static str>,
    /// Contents.
    pub contents: [&'a str; 3],
    /// The form of the network.
    pub form: NetworkForm,
}

/// Writes all proofs, in folders of their own if there are several; an earlier proof goes only after that.
pub fn write_proofs(path: &Path, proofs: &[ProofFolder<'_>]) -> Result<(), CliError> {
    let mut files = Vec::new();
    for proof in proofs {
        let [target, network, certificate] = proof.contents.map(str::as_bytes);
        let [target_file, _, certificate_file] = PROOF_FILES;
        for (name, content) in [
            (target_file, target.into()),
            (proof.form.file(), proof.form.written(network)),
            (certificate_file, certificate.into()),
        ] {
            let name = proof.folder.map_or(name.to_string(), |folder| format!("{folder}/{name}"));
            files.push((name, content));
        }
    }
    write_folder(path, may_replace, &files)
}

/// Writes files, whose names may lead to sub-folders, under a temporary name beside `path`, then puts them there, if what is
/// there may be replaced.
pub fn write_folder(
    path: &Path,
    may_replace: impl Fn(&Path) -> Result<(), CliError>,
    files: &[(String, impl AsRef<[u8]>)],
) -> Result<(), CliError> {
    fs::create_dir_all(parent(path)).map_err(failed(parent(path)))?;
    leftovers::clear(parent(path));
    may_replace(path)?;
    let staging = Staging::beside(path)?;
    let fresh = staging.path().join(NEW);
    for (name, content) in files {
        let file = fresh.join(name);
        fs::create_dir_all(parent(&file)).map_err(failed(parent(&file)))?;
        fs::write(&file, content).map_err(failed(&file))?;
    }
    put(&fresh, path, &staging.path().join(OLD)).map_err(failed(path))?;
    staging.close().map_err(failed(parent(path)))
}

/// Writes `target.toml` and `floor.json`: into a folder that holds a proof of this very target, or such files; else as a new folder.
pub fn write_floors(path: &Path, [target, floors]: [&str; 2]) -> Result<(), CliError> {
    let (kept, floors_place) = (path.join(PROOF_FILES[0]), path.join(FLOOR_FILE));
    if floors_place.symlink_metadata().is_ok() && !has_format(&floors_place, OUR_FLOORS) {
        return Err(CliError::bad_input(format!(
            "{}: it was not written by `sumformer latent`; it is left alone (choose another folder with -o)",
            shown_path(&floors_place)
        )));
    }
    if kept.exists() {
        let same = fs::read(&kept).map_err(failed(&kept))? == target.as_bytes();
        if !same {
            return Err(CliError::bad_input(format!(
                "{}: it is about another target; it is left alone (choose another folder with -o)",
                shown_path(path)
            )));
        }
        return write_file(&floors_place, floors.as_bytes());
    }
    may_replace(path)?;
    fs::create_dir_all(path).map_err(failed(path))?;
    // A target without floors is no harm; floors without a target would say nothing.
    write_file(&kept, target.as_bytes())?;
    write_file(&floors_place, floors.as_bytes())
}

/// Puts the folder `fresh` at `path`; what was there is then at `fresh` or at `old`.
fn put(fresh: &Path, path: &Path, old: &Path) -> io::Result<()> {
    if !path.exists() {
        return fs::rename(fresh, path);
    }
    match exchange(fresh, path) {
        Err(error) if error.kind() == io::ErrorKind::Unsupported => replace(fresh, path, old),
        done => done,
    }
}

/// Lets two folders change places at once.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "macos"))]
fn exchange(a: &Path, b: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).map_err(|error| match error {
        // The system, or the file system, does not know how.
        Errno::NOSYS | Errno::INVAL | Errno::NOTSUP => io::ErrorKind::Unsupported.into(),
        error => error.into(),
    })
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos")))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The same in two steps; if a run ends between them, [`leftovers::clear`] puts `old` back.
fn replace(fresh: &Path, path: &Path, old: &Path) -> io::Result<()> {
    fs::rename(path, old)?;
    fs::rename(fresh, path).or_else(|error| fs::rename(old, path).and(Err(error)))
}

/// Writes one file under a temporary name beside `path`, then renames; only a regular file is replaced.
pub fn write_file(path: &Path, content: &[u8]) -> Result<(), CliError> {
    write_with(path, |out| out.write_all(content).map_err(failed(path)))
}

/// The same of a file that is made while it is written; if that fails, what was there stays.
pub fn write_with<T>(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> Result<T, CliError>,
) -> Result<T, CliError> {
    require_file(path)?;
    let fail = failed(path);
    leftovers::clear(parent(path));
    let mut file = temporary_file(parent(path)).map_err(&fail)?;
    let mut out = BufWriter::new(&mut file);
    let filled = fill(&mut out)?;
    out.flush().map_err(&fail)?;
    drop(out);
    file.persist(path).map_err(|e| fail(e.error))?;
    Ok(filled)
}

/// Refuses a place for a file that is taken by something else, or in no folder.
pub(super) fn require_file(path: &Path) -> Result<(), CliError> {
    if fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(CliError::bad_input(format!(
            "{}: it exists and is not a regular file; it is left alone",
            shown_path(path)
        )));
    }
    if !parent(path).is_dir() {
        return Err(CliError::bad_input(format!(
            "{}: there is no folder {}",
            shown_path(path),
            shown_path(parent(path))
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of three: `place` with one file, a staging folder for it, and in this a new version.
    fn scene() -> (tempfile::TempDir, std::path::PathBuf, Staging) {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("place");
        fs::create_dir(&place).unwrap();
        fs::write(place.join("file"), "old").unwrap();
        let staging = Staging::beside(&place).unwrap();
        fs::create_dir(staging.path().join(NEW)).unwrap();
        fs::write(staging.path().join(NEW).join("file"), "new").unwrap();
        (folder, place, staging)
    }

    fn content(place: &Path) -> String {
        fs::read_to_string(place.join("file")).unwrap()
    }

    #[test]
    fn both_ways_of_replacing_keep_both_versions() {
        let (_folder, place, staging) = scene();
        let (new, old) = (staging.path().join(NEW), staging.path().join(OLD));
        replace(&new, &place, &old).unwrap();
        assert_eq!((content(&place), content(&old)), ("new".into(), "old".into()));
        let (_folder, place, staging) = scene();
        let new = staging.path().join(NEW);
        match exchange(&new, &place) {
            Ok(()) => assert_eq!((content(&place), content(&new)), ("new".into(), "old".into())),
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::Unsupported),
        }
    }

    #[test]
    fn a_failed_replacement_is_undone() {
        let (_folder, place, staging) = scene();
        replace(&staging.path().join("absent"), &place, &staging.path().join(OLD)).unwrap_err();
        assert_eq!(content(&place), "old");
    }

    #[test]
    fn what_was_moved_away_is_put_back() {
        let (folder, place, staging) = scene();
        fs::rename(&place, staging.path().join(OLD)).unwrap();
        leftovers::clear(folder.path());
        assert!(!place.exists(), "a living process is left in peace");
        let path = staging.abandon();
        leftovers::clear(folder.path());
        assert_eq!(content(&place), "old");
        assert!(!path.exists());
    }

    #[test]
    fn what_is_in_its_place_stays() {
        let (folder, place, staging) = scene();
        let path = staging.abandon();
        leftovers::clear(folder.path());
        assert_eq!(content(&place), "old");
        assert!(!path.exists());
    }

    #[test]
    fn nothing_else_is_cleared_away() {
        let (folder, _, staging) = scene();
        fs::write(staging.path().join("thesis.tex"), "years of work").unwrap();
        let path = staging.abandon();
        fs::write(folder.path().join(".sumformer-notes"), "mine").unwrap();
        leftovers::clear(folder.path());
        assert!(path.join("thesis.tex").exists() && folder.path().join(".sumformer-notes").exists());
    }

    #[test]
    fn a_name_that_leads_elsewhere_moves_nothing() {
        let (folder, place, staging) = scene();
        fs::rename(&place, staging.path().join(OLD)).unwrap();
        fs::write(staging.path().join("lock"), "../elsewhere").unwrap();
        let path = staging.abandon();
        leftovers::clear(folder.path());
        assert_eq!(content(&path.join(OLD)), "old");
    }

    #[test]
    fn temporary_files_of_the_dead_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let living = temporary_file(folder.path()).unwrap();
        let (dead, path) = temporary_file(folder.path()).unwrap().keep().unwrap();
        drop(dead);
        leftovers::clear(folder.path());
        assert!(living.path().exists() && !path.exists());
    }
}
