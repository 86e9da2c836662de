//! `certificate.json`: the claims from which the checker composes a bound. Every field is checked.

use super::floats::FloatClaim;
use super::read::{FormatError, from_json};
use super::shapes::{name_or_object, present, read_as};
use crate::arith::interval::Interval;
use crate::arith::number::{Exact, Rational, max};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The value of the `format` key.
pub const CERTIFICATE_FORMAT: &str = "sumformer-certificate/2";

/// What came before: nothing in it says how boxes are cut.
const OLD_FORMAT: &str = "sumformer-certificate/1";

const FILE: &str = "certificate.json";

/// A proof that a network stays within `certified` of its target on the whole box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
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
    /// A point at which the error is known, exactly or from below; `null` if none is named.
    #[serde(deserialize_with = "Option::deserialize")]
    pub witness: Option<Witness>,
    /// By which rules network and target are compared, and what is claimed for them.
    pub route: ProofRoute,
    /// What is claimed of the network as computed in floating point; absent where nothing is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub floats: Vec<FloatClaim>,
}

/// The ways to compare a network with a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase", remote = "Self")]
pub enum ProofRoute {
    /// The network is near a Sumformer, whose normal form is compared with that of the target or its surrogate.
    Polynomial(PolynomialClaims),
    /// The network is near a Sumformer, which is compared with the target on boxes.
    Boxes(BoxClaims),
    /// The network itself is compared with the target on boxes, whatever its scores are.
    Given(GivenClaims),
    /// The network is constant on cells (Thm 4.1, second proof).
    Cells(CellClaim),
}

/// What is claimed where normal forms are compared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct PolynomialClaims {
    /// How the target's surrogate is made, by output, then by node; absent for targets that are polynomials.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approximations: Vec<Approximation>,
    /// What the blocks compute.
    pub stream: StreamClaims,
}

/// What is claimed where Sumformer and target are compared on boxes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct BoxClaims {
    /// The tree of boxes ([`crate::boxes`]).
    pub tree: String,
    /// What the blocks compute.
    pub stream: StreamClaims,
}

/// What is claimed where the network itself and the target are compared on boxes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct GivenClaims {
    /// The tree of boxes ([`crate::boxes`]).
    pub tree: String,
}

/// What is claimed of the residual stream, block by block.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct StreamClaims {
    /// The point from which network and target are seen ([`crate::polynomial_route::centre`]), one coordinate for each of a
    /// token's; absent where it is 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub centre: Vec<Exact>,
    /// The heads with scores of their own, by block, then by head; absent where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heads: Vec<HeadClaim>,
    /// One entry per slot that depends on the other tokens after the attention block, slots increasing.
    pub latents: Vec<LatentClaim>,
    /// One list per block: its hidden units cut into consecutive gadgets.
    pub blocks: Vec<Vec<Gadget>>,
}

/// One node of the target's syntax tree, and what stands for it in the surrogate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct Approximation {
    /// The output whose expression it is in.
    pub output: usize,
    /// Its number in that tree: nodes are counted from 0, each before its children, these from left to right.
    pub node: usize,
    /// What it is replaced by.
    pub by: Replacement,
    /// Bounds the distance of the two, as the kind of replacement says.
    pub error: Exact,
    /// How the box is cut on whose parts the error is shown ([`crate::subdivision`]); absent where it is not cut.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cuts: String,
}

/// What may stand for a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase", remote = "Self")]
pub enum Replacement {
    /// A function (or 1/divisor) by a polynomial, up to `error` on the range of its argument.
    Polynomial {
        /// The polynomial is in powers of t − centre.
        centre: Exact,
        /// Of 1, t − centre, …
        coefficients: Vec<Exact>,
    },
    /// exp of a polynomial in two tokens by exp of the terms in one token each, times a polynomial in the mixed terms that
    /// is exp of them up to `error`.
    Product {
        /// The polynomial is in powers of m − centre.
        centre: Exact,
        /// Of 1, m − centre, …
        coefficients: Vec<Exact>,
    },
    /// An expression that is a function F of the value of one node inside it (or such a divisor) by a polynomial in that value,
    /// up to `error`.
    Composite {
        /// The number of that node.
        inner: usize,
        /// The polynomial is in powers of t − centre.
        centre: Exact,
        /// Of 1, t − centre, …
        coefficients: Vec<Exact>,
    },
    /// An expression in two tokens, as whatever else replaces it, by a sum of products of polynomials in one token each, up to
    /// `error`.
    Pair {
        /// What is added up.
        terms: Vec<PairTerm>,
    },
    /// A mean over tokens with weights e^s, as a head with these scores computes it; or a maximum or minimum over tokens by such a
    /// mean, up to `error`.
    Head {
        /// What scores are multiplied by, for a maximum or a minimum; absent where the node is the mean itself.
        #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
        sharpness: Option<Exact>,
    },
    /// An expression of one token and sums by itself, as an atom; `error` is 0.
    #[serde(skip_deserializing)]
    Name,
    /// An expression in two tokens (or such a divisor) by its piecewise linear interpolant, up to `error`, in one coordinate of
    /// one of them.
    Hats {
        /// The token's level: 0 is the own one, others are counted from the outermost binder.
        token: usize,
        /// The coordinate, the only one of this token that occurs.
        coordinate: usize,
        /// In how many pieces of equal length its side is cut.
        pieces: u32,
    },
    /// An expression in one coordinate of each of two tokens (or such a divisor) by its bilinear interpolant, up to `error` before the
    /// values at knots are rounded.
    Grid {
        /// The level of the token over whose knots sums are named.
        token: usize,
        /// Its coordinate.
        coordinate: usize,
        /// In how many pieces of equal length both sides are cut.
        pieces: u32,
    },
    /// A maximum (or the opposite of a minimum) over tokens by threshold features, up to `error`.
    Thresholds {
        /// The lowest threshold.
        low: Exact,
        /// The highest threshold.
        high: Exact,
        /// How many steps lead from one to the other.
        levels: u32,
    },
    /// A polynomial output as a whole: in its terms with at least `least` factors `base` of others, these are `base` + `shift`, whose
    /// product is exp of a sum of logarithms; up to `error`.
    Logarithms {
        /// A power product of one token: (coordinate, exponent), coordinates increasing.
        base: Vec<(usize, u32)>,
        /// What keeps it from 0.
        shift: Exact,
        /// Terms with fewer such factors stay.
        least: u32,
    },
}

/// A polynomial in one token times one in another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct PairTerm {
    /// In the token of the lower level.
    pub first: Vec<PowerTerm>,
    /// In the other one.
    pub second: Vec<PowerTerm>,
}

/// A term of a polynomial in the coordinates of one token: powers (coordinate, exponent) and a coefficient.
pub type PowerTerm = (Vec<(usize, u32)>, Exact);

/// What is claimed of a network that is constant on cells: there is then nothing else to claim of its blocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct CellClaim {
    /// M, the cells of one token.
    pub count: usize,
    /// T, own cell times multisets of the others' cells.
    pub entries: usize,
    /// How many of them the last look-ups tell apart.
    pub keys: usize,
    /// What holds off the ramps, for a network that has ramps between its cells; absent for others.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub ramps: Option<RampClaim>,
}

/// The bound where no coordinate of any token is on a ramp, and how large the rest is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct RampClaim {
    /// Bounds |network − target| off the ramps.
    pub bound: Exact,
    /// Bounds the share of the volume of the box in which some coordinate of some token is on a ramp.
    pub measure: Exact,
}

/// The error chain of one output coordinate; the sum of its parts is at most `certified`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct OutputClaim {
    /// |network − Sumformer|: what gadgets and attention add.
    pub lowering: Exact,
    /// |Sumformer − target|: 0 when the two are the same polynomial.
    pub residual: Exact,
}

/// What is claimed of a head whose scores are not constant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct HeadClaim {
    /// The block.
    pub block: usize,
    /// Which head of its attention, from 0.
    pub head: usize,
    /// What it adds, for each slot that it writes to, slots increasing.
    pub outputs: Vec<HeadOutput>,
}

/// The claim that a head adds factor · (a weighted mean of the surrogate) and a constant to a slot, up to an error that follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct HeadOutput {
    /// The slot written to.
    pub slot: usize,
    /// The weighted mean, counted from 0.
    pub mean: usize,
    /// What it is multiplied by.
    pub factor: Exact,
}

/// What is claimed of a slot after the attention block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
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
#[serde(deny_unknown_fields, remote = "Self")]
pub struct Gadget {
    /// How many units, at least one.
    pub units: usize,
    /// Contains t for every sequence in the box.
    pub range: Interval,
    /// The atom of the surrogate that the units compute, counted from 0; t is its argument, up to a constant.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub atom: Option<usize>,
    /// What the units compute, for each slot they write to, slots increasing.
    pub outputs: Vec<GadgetOutput>,
}

/// The claim `|Σ_units out·σ(…) − polynomial(t) − factor·atom| ≤ error` on the gadget's range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct GadgetOutput {
    /// The slot written to.
    pub slot: usize,
    /// Coefficients of 1, t, t², …; the last one is not zero.
    pub polynomial: Vec<Exact>,
    /// What the atom is multiplied by: present exactly where the gadget has an atom.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub factor: Option<Exact>,
    /// The bound.
    pub error: Exact,
    /// How the pieces between break points are cut on whose parts it is shown, piece after piece; absent where none is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cuts: String,
}

/// A point at which the error is known: at `input`, |network − target| at this token and output equals `error`, or is
/// at least that, as `kind` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct Witness {
    /// Tokens of d coordinates, inside the box.
    pub input: Vec<Vec<Exact>>,
    /// How often each of them stands there in a row; absent (here empty) where every one stands there once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copies: Vec<usize>,
    /// Which of the n tokens, from 0.
    pub token: usize,
    /// Which output coordinate, from 0.
    pub output: usize,
    /// The error there, or what it is at least.
    pub error: Exact,
    /// Which of the two; absent where it is exact.
    #[serde(default, skip_serializing_if = "WitnessKind::is_exact")]
    pub kind: WitnessKind,
}

/// What the error of a witness is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub enum WitnessKind {
    /// The error itself.
    #[default]
    #[serde(rename = "exact")]
    Exact,
    /// A number that is not larger: where target or network leave the rationals.
    #[serde(rename = "lower bound")]
    LowerBound,
}

impl WitnessKind {
    /// Whether the error is known exactly.
    pub fn is_exact(&self) -> bool {
        *self == Self::Exact
    }

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::LowerBound => "lower bound",
        }
    }
}

read_as!(
    object: Certificate, ProofRoute, PolynomialClaims, BoxClaims, GivenClaims, StreamClaims, Approximation, PairTerm, CellClaim, RampClaim, OutputClaim, LatentClaim, HeadClaim, HeadOutput, Gadget, GadgetOutput, Witness);
read_as!(name: WitnessKind);
read_as!(Replacement, |deserializer| name_or_object(deserializer, "name", Replacement::Name));

impl Certificate {
    /// Reads `certificate.json`.
    pub fn from_json(bytes: &[u8]) -> Result<Self, FormatError> {
        let other = |message| Err(FormatError::Structure { file: FILE, place: "format".into(), message });
        let certificate: Self = match from_json(FILE, bytes) {
            Err(error) => {
                return match Head::of(bytes) {
                    Some(head) if head.format == OLD_FORMAT => {
                        other(format!("`{OLD_FORMAT}` is no longer read; prove the target once more"))
                    }
                    Some(Head { route: Some(keys), .. }) if keys.len() != 1 => {
                        let message = format!(
                            "it has exactly one of the keys `polynomial`, `boxes`, `given` and `cells`, not {} keys",
                            keys.len()
                        );
                        Err(FormatError::Structure { file: FILE, place: "route".into(), message })
                    }
                    _ => Err(error),
                };
            }
            Ok(read) => read,
        };
        if certificate.format != CERTIFICATE_FORMAT {
            return other(format!("`{}` is not `{CERTIFICATE_FORMAT}`", certificate.format));
        }
        Ok(certificate)
    }

    /// What is claimed of the blocks; nothing is where the network is constant on cells.
    pub fn stream(&self) -> Option<&StreamClaims> {
        match &self.route {
            ProofRoute::Polynomial(PolynomialClaims { stream, .. })
            | ProofRoute::Boxes(BoxClaims { stream, .. }) => Some(stream),
            ProofRoute::Given(_) | ProofRoute::Cells(_) => None,
        }
    }

    /// What bounds |network as computed − target|, by a claim and those about the network over the reals.
    pub fn total_of(&self, claim: &FloatClaim) -> Rational {
        let outputs = claim.bounds.iter().zip(&self.outputs);
        let totals = outputs.map(|(bound, claim)| &bound.0 + &claim.lowering.0 + &claim.residual.0);
        totals.fold(Rational::default(), max)
    }

    /// What is claimed of a network that is constant on cells.
    pub fn cells(&self) -> Option<&CellClaim> {
        match &self.route {
            ProofRoute::Cells(cells) => Some(cells),
            ProofRoute::Polynomial(_) | ProofRoute::Boxes(_) | ProofRoute::Given(_) => None,
        }
    }
}

/// As much of a file that cannot be read as says why.
#[derive(Deserialize)]
struct Head {
    format: String,
    route: Option<BTreeMap<String, IgnoredAny>>,
}

impl Head {
    fn of(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}
