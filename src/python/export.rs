//! Networks in the files of others, and back.

use crate::errors::{Failure, Kind};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::fs;
use std::path::Path;
use sumformer::checker::check::{ProofFiles, Verdict, check_proof};
use sumformer::checker::format::network::Network;
use sumformer::export::{DTYPES, Dtype, ExportError, Format, Labels, Rounding, compare, import};

/// The type of this name.
pub fn dtype(name: &str) -> PyResult<Dtype> {
    DTYPES
        .into_iter()
        .find(|dtype| dtype.name() == name)
        .ok_or_else(|| PyValueError::new_err(format!("dtype is one of f64, f32, f16, bf16, not {name:?}")))
}

/// The format of this name; without one, the ending of the file's.
pub fn format(name: Option<&str>, path: &Path) -> PyResult<Format> {
    let ending = path.extension().and_then(|ending| ending.to_str());
    name.or(ending).and_then(Format::of_ending).ok_or_else(|| {
        PyValueError::new_err(
            "format is one of onnx, safetensors, npz; it may be left out where the file's name ends so",
        )
    })
}

/// The network of a proof that is valid, and what its file says of it.
pub fn valid(files: ProofFiles<'_>) -> Result<(Network, Labels), Failure> {
    let checked = check_proof(files).map_err(|error| Failure::unreadable(error, files.target))?;
    match &checked.verdict {
        Verdict::Valid(_) => Ok((checked.network.clone(), Labels::of(&checked, files.network, files.target))),
        Verdict::Invalid(refusal) | Verdict::Incomplete(refusal) => Err(refusal.into()),
    }
}

/// Why a file was not written, as an exception.
pub fn not_written(error: ExportError) -> PyErr {
    match error {
        ExportError::Io(error) => error.into(),
        other => PyValueError::new_err(other.to_string()),
    }
}

/// What rounding did, as a dict.
pub fn rounding_in_python<'py>(py: Python<'py>, rounding: &Rounding) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("nonzeros", rounding.nonzeros)?;
    dict.set_item("rounded", rounding.rounded)?;
    dict.set_item("vanished", rounding.vanished)?;
    Ok(dict)
}

/// The type of a file that is this network's; else why it is not.
pub fn compared(network: &Network, labels: &Labels, format: Format, path: &Path) -> Result<Dtype, Failure> {
    let wrong = |message: String| Failure::new(Kind::Invalid, format!("{}: {message}", path.display()));
    let file =
        fs::read(path).map_err(|error| Failure::new(Kind::Error, format!("{}: {error}", path.display())))?;
    let found = compare(network, labels, format, file).map_err(|error| wrong(error.to_string()))?;
    found.map_err(|difference| wrong(difference.to_string()))
}

/// The network of an exported file.
pub fn imported(format: Format, path: &Path, file: Vec<u8>) -> Result<Network, Failure> {
    let read = import(format, file);
    read.map(|read| read.network)
        .map_err(|error| Failure::new(Kind::Invalid, format!("{}: {error}", path.display())))
}
