//! `floor.json`: why every Sumformer with few sums errs by some amount, whatever its φ and ψ are.

use super::read::{FormatError, from_json};
use super::shapes::read_as;
use crate::arith::number::Exact;
use serde::{Deserialize, Serialize};

/// The value of the `format` key.
pub const FLOOR_FORMAT: &str = "sumformer-floor/1";

const FILE: &str = "floor.json";

/// Floors under the errors of Sumformers for one target and one length.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct FloorCertificate {
    /// [`FLOOR_FORMAT`].
    pub format: String,
    /// SHA-256 of the target file's bytes, in hexadecimal.
    pub target_sha256: String,
    /// n, also for a target of every length: then a Sumformer for all lengths is one for this.
    pub tokens: usize,
    /// The floors, numbers of sums increasing.
    pub floors: Vec<Floor>,
}

/// Every Sumformer with `sums` sums, or fewer, errs by at least `error`. With k = `sums` + 1, v ranges over [−1, 1]^k.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct Floor {
    /// k − 1.
    pub sums: usize,
    /// δ
    pub error: Exact,
    /// The tokens that depend on v.
    pub moving: Vec<Moving>,
    /// The own tokens at which the target is looked at, with the tokens that rest.
    pub probes: Vec<Probe>,
    /// For i = 1, …, k why the target moves where v_i = 1.
    pub faces: Vec<Face>,
}

/// Equal tokens at `centre + directions · v`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct Moving {
    /// How many.
    pub copies: usize,
    /// d coordinates.
    pub centre: Vec<Exact>,
    /// d rows of k entries.
    pub directions: Vec<Vec<Exact>>,
}

/// Where the target is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct Probe {
    /// The own token.
    pub own: Vec<Exact>,
    /// The other tokens that do not move.
    pub resting: Vec<Resting>,
}

/// Equal tokens that do not move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct Resting {
    /// How many.
    pub copies: usize,
    /// d coordinates.
    pub token: Vec<Exact>,
}

/// A combination of outputs at probes that changes by 2δ or more between v and −v, for all v with v_i = 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct Face {
    /// Its weights.
    pub weights: Vec<Weight>,
    /// How the face is cut on whose parts this is shown ([`crate::subdivision`]): side j is v_j; absent where it is not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cuts: String,
}

/// The weight of one output at one probe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct Weight {
    /// The probe, counted from 0.
    pub probe: usize,
    /// The output.
    pub output: usize,
    /// Not 0.
    pub weight: Exact,
}

read_as!(object: FloorCertificate, Floor, Moving, Probe, Resting, Face, Weight);

impl FloorCertificate {
    /// Reads `floor.json`; nothing that it says is checked but its format.
    pub fn from_json(bytes: &[u8]) -> Result<Self, FormatError> {
        let certificate: Self = from_json(FILE, bytes)?;
        if certificate.format != FLOOR_FORMAT {
            let message = format!("`{}` is not `{FLOOR_FORMAT}`", certificate.format);
            return Err(FormatError::Structure { file: FILE, place: "format".into(), message });
        }
        Ok(certificate)
    }
}
