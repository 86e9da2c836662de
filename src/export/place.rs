//! One file at its place: all of it or nothing, and nobody's file overwritten.

use super::dense::Rounding;
use super::dtype::Dtype;
use super::error::ExportError;
use super::format::{Format, is_ours};
use super::labels::Labels;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufWriter, Error, ErrorKind, Read};
use std::path::Path;
use sumformer_checker::format::network::Network;

/// As [`write`](super::write) to a path: under another name first, then renamed. A file that is there already is replaced
/// only if it is an export too.
pub fn write_file(
    network: &Network,
    labels: &Labels,
    format: Format,
    dtype: Dtype,
    path: &Path,
) -> Result<Rounding, ExportError> {
    if path.symlink_metadata().is_ok() && !replaceable(format, path) {
        let words = format!("{}: it exists and is no export; it is left alone", path.display());
        return Err(Error::new(ErrorKind::AlreadyExists, words).into());
    }
    let mut name = OsString::from(".");
    name.push(
        path.file_name().ok_or_else(|| Error::new(ErrorKind::InvalidInput, "this is no name for a file"))?,
    );
    name.push(format!(".{}", std::process::id()));
    let staging = path.with_file_name(name);
    let file = File::options().write(true).create_new(true).open(&staging)?;
    let written = super::write(network, labels, format, dtype, BufWriter::new(file));
    let done = written.and_then(|rounding| Ok(fs::rename(&staging, path).map(|()| rounding)?));
    if done.is_err() {
        // What went wrong is said; that nothing is left behind is all that can be tried.
        let _ = fs::remove_file(&staging);
    }
    done
}

fn replaceable(format: Format, path: &Path) -> bool {
    let mut beginning = Vec::new();
    let regular = path.symlink_metadata().is_ok_and(|metadata| metadata.is_file());
    let read = |beginning: &mut Vec<u8>| File::open(path)?.take(MARKS).read_to_end(beginning);
    regular && read(&mut beginning).is_ok() && is_ours(format, &beginning)
}

/// All marks of ours stand in so many bytes.
pub const MARKS: u64 = 1024;
