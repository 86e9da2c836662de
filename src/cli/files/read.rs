//! Reading files, up to a size, and only where there is a file.

use super::places::failed;
use crate::cli::error::CliError;
use crate::cli::escape::shown_path;
use crate::folder::{PROOF_FILES, decompress, is_compressed, network_file};
use std::fs;
use std::io::{BufReader, Read};
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
    require_file(path)?;
    read_stream_up_to(path, limit)
}

fn require_file(path: &Path) -> Result<(), CliError> {
    let metadata = fs::metadata(path).map_err(failed(path))?;
    if !metadata.is_file() {
        let what = if metadata.is_dir() { "a folder" } else { "a pipe or a device" };
        return Err(CliError::bad_input(format!("{}: not a file but {what}", shown_path(path))));
    }
    Ok(())
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

/// The network of a folder, as the bytes of `network.json`.
pub fn read_network(folder: &Path) -> Result<Vec<u8>, CliError> {
    read_network_file(&network_file(folder).map_err(|error| CliError::bad_input(error.to_string()))?)
}

/// The same of one file, `network.json` or its compressed form; the limit is that of [`read`], after decompression too.
pub fn read_network_file(path: &Path) -> Result<Vec<u8>, CliError> {
    if !is_compressed(path) {
        return read(path);
    }
    require_file(path)?;
    let file = fs::File::open(path).map_err(failed(path))?;
    decompress(BufReader::new(file), MAX_FILE_BYTES).map_err(failed(path))
}

/// The three files of a proof, in the order of [`PROOF_FILES`].
pub fn read_proof_files(folder: &Path) -> Result<[Vec<u8>; 3], CliError> {
    let [target, _, certificate] = PROOF_FILES.map(|name| read(&folder.join(name)));
    Ok([target?, read_network(folder)?, certificate?])
}

/// The target file itself: `path`, or `target.toml` in it.
pub fn target_file(path: &Path) -> PathBuf {
    if path.is_dir() { path.join("target.toml") } else { path.to_path_buf() }
}
