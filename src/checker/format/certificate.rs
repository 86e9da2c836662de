//! `certificate.json`: the claims from which the checker composes a bound. Every field is checked.

use super::FormatError;
use super::json_lines::to_json_lines;
use crate::interval::Interval;
use crate::number::Exact;
use serde::{Deserialize, Serialize};

/// The value of the `format` key.
pub const CERTIFICATE_FORMAT: &str = "sumformer-certificate/1";

const FILE: &str = "certificate.json";

/// A proof that a network stays within `certified` of its target on the whole box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// [`CERTIFICATE_FORMAT`].
    pub format: String,
    /// SHA-256 of the target file's bytes, in hexadecimal.
    pub target_sha256: String,
    /// SHA-256 of the network file's bytes, in hexadecimal.
    pub network_sha256: String,
    /// The accuracy that was asked for; `certified` must not exceed it, or, where there are ramps, their `bound`.
    pub epsilon: Exact,
    /// The proved bound on sup over the box and max over tokens and outputs of |network − target|.
    pub certified: Exact,
    /// One entry per output coordinate.
    pub outputs: Vec<OutputClaim>,
    /// A point at which the error is known exactly; `null` if the network has no exact values (its attention weights are
    /// transcendental).
    pub witness: Option<Witness>,
    /// One entry per slot that depends on the other tokens after the attention block, slots increasing.
    pub latents: Vec<LatentClaim>,
    /// One list per block: its hidden units cut into consecutive gadgets. Empty with `cells`.
    pub blocks: Vec<Vec<Gadget>>,
    /// For a network that is constant on cells (Thm 4.1, second proof); absent for all others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cells: Option<CellClaim>,
}

/// What is claimed of a network that is constant on cells: there is then nothing else to claim of its blocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellClaim {
    /// M, the cells of one token.
    pub count: usize,
    /// T, own cell times multisets of the others' cells.
    pub entries: usize,
    /// How many of them the last look-ups tell apart.
    pub keys: usize,
    /// What holds off the ramps, for a network that has ramps between its cells; absent for others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ramps: Option<RampClaim>,
}

/// The bound where no coordinate of any token is on a ramp, and how large the rest is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RampClaim {
    /// Bounds |network − target| off the ramps.
    pub bound: Exact,
    /// Bounds the share of the volume of the box in which some coordinate of some token is on a ramp.
    pub measure: Exact,
}

/// The error chain of one output coordinate; the sum of its parts is at most `certified`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputClaim {
    /// |network − Sumformer|: what gadgets and attention add.
    pub lowering: Exact,
    /// |Sumformer − target|: 0 when the two are the same polynomial.
    pub residual: Exact,
}

/// What is claimed of a slot after the attention block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatentClaim {
    /// The slot.
    pub slot: usize,
    /// Contains the exact latent for every sequence in the box.
    pub range: Interval,
    /// Bounds |slot − exact latent|.
    pub error: Exact,
}

/// Consecutive hidden units with proportional input weights: one function of one variable t per output slot.
///
/// t is the input sum of the first unit without its bias.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gadget {
    /// How many units, at least one.
    pub units: usize,
    /// Contains t for every sequence in the box.
    pub range: Interval,
    /// What the units compute, for each slot they write to, slots increasing.
    pub outputs: Vec<GadgetOutput>,
}

/// The claim `|Σ_units out·σ(…) − polynomial(t)| ≤ error` on the gadget's range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GadgetOutput {
    /// The slot written to.
    pub slot: usize,
    /// Coefficients of 1, t, t², …; the last one is not zero.
    pub polynomial: Vec<Exact>,
    /// The bound.
    pub error: Exact,
}

/// An exact evaluation: at `input`, |network − target| at this token and output equals `error`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Witness {
    /// n tokens of d coordinates, inside the box.
    pub input: Vec<Vec<Exact>>,
    /// Which token, from 0.
    pub token: usize,
    /// Which output coordinate, from 0.
    pub output: usize,
    /// The error there, exactly.
    pub error: Exact,
}

impl Certificate {
    /// Reads `certificate.json`.
    pub fn from_json(bytes: &[u8]) -> Result<Self, FormatError> {
        let certificate: Self = serde_json::from_slice(bytes)
            .map_err(|e| FormatError::Json { file: FILE, message: e.to_string() })?;
        if certificate.format != CERTIFICATE_FORMAT {
            return Err(FormatError::Structure {
                file: FILE,
                place: "format".into(),
                message: format!("`{}` is not `{CERTIFICATE_FORMAT}`", certificate.format),
            });
        }
        Ok(certificate)
    }

    /// Writes `certificate.json`.
    pub fn to_json(&self) -> String {
        to_json_lines(self)
    }
}
