//! Reading files.

use pyo3::prelude::*;
use std::fs::File;
use std::io::{Error, Read, Result};
use std::path::Path;

/// The bytes of a file, up to so many.
pub fn read_file(file: &Path, most: u64) -> PyResult<Vec<u8>> {
    let read = || -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(file)?.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    Ok(read().map_err(|error| Error::new(error.kind(), format!("{}: {error}", file.display())))?)
}
