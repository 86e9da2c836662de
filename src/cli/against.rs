//! `check --against FILE`: is a file the network that was checked?

use super::error::{CliError, Outcome};
use super::escape::{plain_path, shown, shown_path};
use super::files::read_export;
use crate::export::{Difference, Dtype, Format, Labels, compare};
use serde_json::{Value, json};
use std::path::Path;
use sumformer_checker::format::network::Network;

/// What was found.
pub struct Against<'p> {
    path: &'p Path,
    format: Format,
    found: Result<Dtype, Difference>,
}

/// Compares a file, whose format its ending tells, with the network.
pub fn against<'p>(network: &Network, labels: &Labels, path: &'p Path) -> Result<Against<'p>, CliError> {
    let refuse = |message: &str| CliError::bad_input(format!("{}: {message}", shown_path(path)));
    let ending = path.extension().and_then(|ending| ending.to_str());
    let format = ending.and_then(Format::of_ending).ok_or_else(|| {
        refuse("its name has to end in .onnx, .safetensors or .npz, which tells how it is read")
    })?;
    let found =
        compare(network, labels, format, read_export(path)?).map_err(|e| refuse(&shown(&e.to_string())))?;
    Ok(Against { path, format, found })
}

impl Against<'_> {
    /// 0 if it is the network, else 1.
    pub fn outcome(&self) -> Outcome {
        if self.found.is_ok() { Outcome::Proved } else { Outcome::Refuted }
    }

    /// One line for people.
    pub fn in_words(&self) -> String {
        let path = shown_path(self.path);
        match &self.found {
            Ok(dtype) => {
                format!("{path}: the network of this proof in {dtype}, byte for byte as `export` writes it")
            }
            Err(difference) => {
                format!(
                    "{path}: NOT the network of this proof as `export` writes it: {}",
                    shown(&difference.to_string())
                )
            }
        }
    }

    /// The same for programs.
    pub fn to_json(&self) -> Value {
        let mut json = json!({
            "path": plain_path(self.path),
            "format": self.format.name(),
            "same": self.found.is_ok(),
        });
        match &self.found {
            Ok(dtype) => json["dtype"] = dtype.name().into(),
            Err(Difference::Entry { tensor, index, expected, found }) => {
                json["tensor"] = tensor.clone().into();
                json["index"] = index.clone().into();
                json["expected"] = (*expected).into();
                json["found"] = (*found).into();
            }
            Err(Difference::Label { key, expected, found }) => {
                json["key"] = key.clone().into();
                json["expected"] = expected.clone().into();
                json["found"] = found.clone().into();
            }
            Err(Difference::Around { offset }) => json["offset"] = (*offset).into(),
            Err(Difference::NotExported(why)) => json["message"] = why.clone().into(),
        }
        json
    }
}
