//! Reading files, up to a size, and only where there is a file.

use super::places::failed;
use crate::cli::error::CliError;
use crate::cli::escape::shown_path;
use crate::folder::PROOF_FILES;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Files larger than this are refused.
const MAX_FILE_BYTES: u64 = 1 << 30;
/// Dense weights are longer.
const MAX_EXPORT_BYTES: u64 = 1 << 36;

/// Reads a whole file of a proof, up to 1 GiB.
pub fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    read_up_to(path, MAX_FILE_BYTES)
}

/// Reads a whole file that `export` may have written, up to 64 GiB.
pub fn read_export(path: &Path) -> Result<Vec<u8>, CliError> {
    read_up_to(path, MAX_EXPORT_BYTES)
}

/// Reads a whole file of at most `limit` bytes.
///
/// A pipe or a device is refused before it is opened, which could take for ever.
pub fn read_up_to(path: &Path, limit: u64) -> Result<Vec<u8>, CliError> {
    let metadata = fs::metadata(path).map_err(failed(path))?;
    if !metadata.is_file() {
        let what = if metadata.is_dir() { "a folder" } else { "a pipe or a device" };
        return Err(CliError::bad_input(format!("{}: not a file but {what}", shown_path(path))));
    }
    read_stream_up_to(path, limit)
}

/// The same of whatever can be read, be it a pipe; the limit is enforced twice, since a pipe may be endless.
pub fn read_stream_up_to(path: &Path, limit: u64) -> Result<Vec<u8>, CliError> {
    let fail = failed(path);
    let too_large = |size: &str| {
        CliError::bad_input(format!(
            "{}: {size} bytes, more than the {limit} that are read",
            shown_path(path)
        ))
    };
    let file = fs::File::open(path).map_err(&fail)?;
    let size = file.metadata().map_err(&fail)?.len();
    if size > limit {
        return Err(too_large(&size.to_string()));
    }
    let mut content = Vec::with_capacity(size as usize);
    file.take(limit + 1).read_to_end(&mut content).map_err(&fail)?;
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
