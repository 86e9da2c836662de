//! `certificate.json`: the claims from which the checker composes a bound. Every field is checked.

use super::FormatError;
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
    /// The accuracy that was asked for; `certified` must not exceed it.
    pub epsilon: Exact,
    /// The proved bound on sup over the box and max over tokens and outputs of |network − target|.
    pub certified: Exact,
    /// One entry per output coordinate.
    pub outputs: Vec<OutputClaim>,
    /// A point at which the error is known exactly.
    pub witness: Witness,
    /// One entry per slot that depends on the other tokens after the attention block, slots increasing.
    pub latents: Vec<LatentClaim>,
    /// One list per block: its hidden units cut into consecutive gadgets.
    pub blocks: Vec<Vec<Gadget>>,
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

/// JSON with one line per element down to three levels of nesting, compact below: diffable and still small.
pub(super) fn to_json_lines(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).expect("the formats have string keys only");
    let mut text = String::new();
    write_value(&value, 0, &mut text);
    text.push('\n');
    text
}

fn write_value(value: &serde_json::Value, depth: usize, out: &mut String) {
    use serde_json::Value;
    const OPEN_LEVELS: usize = 4;
    let items: Vec<(Option<&String>, &Value)> = match value {
        Value::Array(items) if !items.is_empty() && depth < OPEN_LEVELS => {
            items.iter().map(|v| (None, v)).collect()
        }
        Value::Object(map) if !map.is_empty() && depth < OPEN_LEVELS => {
            map.iter().map(|(k, v)| (Some(k), v)).collect()
        }
        _ => {
            out.push_str(&value.to_string());
            return;
        }
    };
    let (open, close) = if value.is_array() { ('[', ']') } else { ('{', '}') };
    out.push(open);
    for (position, (key, item)) in items.iter().enumerate() {
        out.push_str(if position == 0 { "\n" } else { ",\n" });
        out.extend(std::iter::repeat_n(' ', depth + 1));
        if let Some(key) = key {
            out.push_str(&Value::from(key.as_str()).to_string());
            out.push_str(": ");
        }
        write_value(item, depth + 1, out);
    }
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', depth));
    out.push(close);
}
