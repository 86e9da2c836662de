//! What is evaluated: a proof, or a network alone.

use crate::cli::error::CliError;
use crate::cli::escape::{shown, shown_path};
use crate::cli::files::{one_proof_folder, read_export, read_network_file};
use crate::cli::proof::read_proof;
use crate::export::{Format, import};
use std::path::{Path, PathBuf};
use sumformer_checker::check::{ParsedProof, require_same_shape};
use sumformer_checker::format::network::Network;

/// A proof in its folder, or the network of a file.
pub enum Subject {
    /// Target, network and certificate, of one shape.
    Proof(PathBuf, Box<ParsedProof>),
    /// There is no target.
    Network(Box<Network>),
}

impl Subject {
    /// Reads a folder, or a file by its ending.
    pub fn read(path: &Path) -> Result<Self, CliError> {
        let refuse =
            |message: String| CliError::bad_input(format!("{}: {}", shown_path(path), shown(&message)));
        let ending = path.extension().and_then(|ending| ending.to_str()).filter(|_| !path.is_dir());
        match (ending, ending.and_then(Format::of_ending)) {
            (Some("json" | "zst"), _) => {
                let network = Network::from_json(&read_network_file(path)?);
                network.map(|network| Self::Network(Box::new(network))).map_err(|e| refuse(e.to_string()))
            }
            (_, Some(format)) => {
                let imported = import(format, read_export(path)?);
                imported.map(|file| Self::Network(Box::new(file.network))).map_err(|e| refuse(e.to_string()))
            }
            (_, None) => {
                let folder = one_proof_folder(path)?;
                let proof = read_proof(&folder)?;
                require_same_shape(&proof.target, &proof.network)
                    .map_err(|refusal| refuse(refusal.to_string()))?;
                Ok(Self::Proof(folder, Box::new(proof)))
            }
        }
    }

    /// The network.
    pub fn network(&self) -> &Network {
        match self {
            Self::Proof(_, proof) => &proof.network,
            Self::Network(network) => network,
        }
    }

    /// The proof, if there is one.
    pub fn proof(&self) -> Option<&ParsedProof> {
        match self {
            Self::Proof(_, proof) => Some(proof),
            Self::Network(_) => None,
        }
    }
}
