//! Reading targets and proofs, and writing a proof folder without losing anything.

use super::error::CliError;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use sumformer_checker::format::certificate::CERTIFICATE_FORMAT;

/// The names of a proof's three files.
pub const PROOF_FILES: [&str; 3] = ["target.toml", "network.json", "certificate.json"];
/// The sub-folders when several architectures are proved at once.
pub const ARCHITECTURE_FOLDERS: [&str; 3] = ["transformer", "linformer", "performer"];
/// Files larger than this are refused.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// Reads a whole file of a proof, up to 1 GiB.
pub fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    read_up_to(path, MAX_FILE_BYTES)
}

/// Reads a whole file of at most `limit` bytes; a device or a pipe may be endless, so the limit is enforced twice.
pub fn read_up_to(path: &Path, limit: u64) -> Result<Vec<u8>, CliError> {
    let fail = |e: std::io::Error| CliError::bad_input(format!("{}: {e}", path.display()));
    let too_large = |size: &str| {
        CliError::bad_input(format!("{}: {size} bytes, more than the {limit} that are read", path.display()))
    };
    let file = fs::File::open(path).map_err(fail)?;
    let size = file.metadata().map_err(fail)?.len();
    if size > limit {
        return Err(too_large(&size.to_string()));
    }
    let mut content = Vec::with_capacity(size as usize);
    file.take(limit + 1).read_to_end(&mut content).map_err(fail)?;
    if content.len() as u64 > limit { Err(too_large("too many")) } else { Ok(content) }
}

/// The three files of a proof, in the order of [`PROOF_FILES`].
pub fn read_proof_files(folder: &Path) -> Result<[Vec<u8>; 3], CliError> {
    let [target, network, certificate] = PROOF_FILES.map(|name| read(&folder.join(name)));
    Ok([target?, network?, certificate?])
}

/// The target file itself: `path`, or `target.toml` in it.
pub fn target_file(path: &Path) -> PathBuf {
    if path.is_dir() { path.join("target.toml") } else { path.to_path_buf() }
}

/// One proof, ready to be written: folder name and contents in the order of [`PROOF_FILES`].
pub struct ProofFolder<'a> {
    /// Sub-folder, if there are several.
    pub folder: Option<&'static str>,
    /// Contents.
    pub contents: [&'a str; 3],
}

/// Whether `prove` may replace what is at `path`: nothing, an empty folder, or a folder it made itself.
pub fn may_replace(path: &Path) -> Result<(), CliError> {
    let refuse = |why: &str| {
        Err(CliError::bad_input(format!(
            "{}: {why}; it was not written by `sumformer prove` and is left alone (choose another folder with -o)",
            path.display()
        )))
    };
    if path.file_name().is_none() {
        return Err(CliError::bad_input(format!(
            "`{}` is no name for a folder of results; choose another with -o",
            path.display()
        )));
    }
    let Ok(metadata) = fs::symlink_metadata(path) else { return Ok(()) };
    if !metadata.is_dir() {
        return refuse("it exists and is not a folder");
    }
    let entries: Vec<PathBuf> = fs::read_dir(path)
        .and_then(|entries| entries.map(|e| e.map(|e| e.path())).collect())
        .map_err(|e| CliError::bad_input(format!("{}: {e}", path.display())))?;
    if entries.is_empty() {
        return Ok(());
    }
    let folders = entries.iter().all(|e| e.is_dir() && named_one_of(e, &ARCHITECTURE_FOLDERS));
    if is_proof_folder(path) || (folders && entries.iter().all(|e| is_proof_folder(e))) {
        return Ok(());
    }
    refuse("it holds other files")
}

fn named_one_of(path: &Path, names: &[&str]) -> bool {
    path.file_name().is_some_and(|name| names.iter().any(|n| name == *n))
}

/// Exactly the three files, the certificate being one of ours.
fn is_proof_folder(path: &Path) -> bool {
    let Ok(entries) = fs::read_dir(path) else { return false };
    let mut count = 0;
    for entry in entries {
        let Ok(entry) = entry else { return false };
        let regular = entry.file_type().is_ok_and(|t| t.is_file());
        if !regular || !named_one_of(&entry.path(), &PROOF_FILES) {
            return false;
        }
        count += 1;
    }
    let ours = fs::read_to_string(path.join("certificate.json"))
        .ok()
        .and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok())
        .is_some_and(|value| value["format"] == CERTIFICATE_FORMAT);
    count == PROOF_FILES.len() && ours
}

/// Writes all proofs under a temporary name beside `path`, then renames; an earlier proof goes only after that.
pub fn write_proofs(path: &Path, proofs: &[ProofFolder<'_>]) -> Result<(), CliError> {
    may_replace(path)?;
    let fail = |place: &Path, e: std::io::Error| CliError::bad_input(format!("{}: {e}", place.display()));
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(|e| fail(parent, e))?;
    let staging =
        tempfile::Builder::new().prefix(".sumformer-").tempdir_in(parent).map_err(|e| fail(parent, e))?;
    let fresh = staging.path().join("new");
    for proof in proofs {
        let folder = proof.folder.map_or(fresh.clone(), |name| fresh.join(name));
        fs::create_dir_all(&folder).map_err(|e| fail(&folder, e))?;
        for (name, content) in PROOF_FILES.iter().zip(proof.contents) {
            let file = folder.join(name);
            fs::write(&file, content).map_err(|e| fail(&file, e))?;
        }
    }
    let old = staging.path().join("old");
    let replaced = path.exists();
    if replaced {
        fs::rename(path, &old).map_err(|e| fail(path, e))?;
    }
    if let Err(e) = fs::rename(&fresh, path) {
        if replaced {
            fs::rename(&old, path).map_err(|e| fail(path, e))?;
        }
        return Err(fail(path, e));
    }
    staging.close().map_err(|e| fail(parent, e))
}

/// Writes one file under a temporary name beside `path`, then renames; only a regular file is replaced.
pub fn write_file(path: &Path, content: &[u8]) -> Result<(), CliError> {
    let fail = |e: std::io::Error| CliError::bad_input(format!("{}: {e}", path.display()));
    if fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(CliError::bad_input(format!(
            "{}: it exists and is not a regular file; it is left alone",
            path.display()
        )));
    }
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !parent.is_dir() {
        return Err(CliError::bad_input(format!(
            "{}: there is no folder {}",
            path.display(),
            parent.display()
        )));
    }
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        // Temporary files are private; results are as public as any other new file.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.prefix(".sumformer-").tempfile_in(parent).map_err(fail)?;
    file.write_all(content).map_err(fail)?;
    file.persist(path).map_err(|e| fail(e.error))?;
    Ok(())
}

/// The proof folders at `path`: itself, or its sub-folders.
pub fn proof_folders(path: &Path) -> Result<Vec<PathBuf>, CliError> {
    if path.join("certificate.json").is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    let (folders, rest): (Vec<PathBuf>, Vec<PathBuf>) = ARCHITECTURE_FOLDERS
        .iter()
        .map(|name| path.join(name))
        .partition(|folder| folder.join("certificate.json").is_file());
    // What is left of a proof is not passed over in silence.
    let broken = rest.iter().find(|folder| PROOF_FILES.iter().any(|file| folder.join(file).exists()));
    if let (Some(broken), false) = (broken, folders.is_empty()) {
        return Err(CliError::bad_input(format!(
            "{}: there is no certificate.json, so this is no proof; remove the folder, or prove it again",
            broken.display()
        )));
    }
    if folders.is_empty() {
        return Err(CliError::bad_input(format!(
            "{}: no certificate.json here nor in a sub-folder transformer, linformer or performer; \
             expected a folder written by `sumformer prove`",
            path.display()
        )));
    }
    Ok(folders)
}
