//! Reading files.

use pyo3::prelude::*;
use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

/// The bytes of a file, up to so many.
pub fn read_file(file: &Path, most: u64) -> PyResult<Vec<u8>> {
    let read = || -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        // Pipes and devices may have no end.
        if !file.metadata()?.is_file() {
            return Err(Error::new(ErrorKind::InvalidInput, "this is not a file"));
        }
        File::open(file)?.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    Ok(read().map_err(|error| Error::new(error.kind(), format!("{}: {error}", file.display())))?)
}
