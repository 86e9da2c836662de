//! Closed forms of the continuous construction beside networks that are built and counted.

use super::construction::{ConstructionSize, Member, NoClosedForm};
use super::cost::multiply_adds_per_token;
use super::family::FamilyError;
use crate::lowering::attention::{Architecture, Scores};
use crate::lowering::{LoweringError, lower, lower_with_pieces};
use crate::network::NetworkSize;
use crate::recipe::SumOptions;
use num_bigint::BigUint;
use sumformer_checker::arith::number::{Rational, integer, to_f64};
use sumformer_checker::format::network::{Activation, Mechanism, Network};

/// How fine the gadgets are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fineness {
    /// relu2: exact.
    Exact,
    /// relu: every gadget is asked for so many pieces.
    Pieces(u64),
    /// relu: as fine as an error asks for.
    Error(Rational),
}

impl Fineness {
    /// The activation that has gadgets of this kind.
    pub fn activation(&self) -> Activation {
        if *self == Fineness::Exact { Activation::Relu2 } else { Activation::Relu }
    }
}

/// What is varied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConstructionPoint {
    /// The target.
    pub member: Member,
    /// relu2, or relu with so many pieces, or with this error.
    pub fineness: Fineness,
    /// The attention.
    pub architecture: Architecture,
}

/// Why a point has no row.
#[derive(Debug, thiserror::Error)]
pub enum ConstructionRowError {
    /// No such member, or no closed form.
    #[error(transparent)]
    NoClosedForm(#[from] NoClosedForm),
    /// No target.
    #[error(transparent)]
    Family(#[from] FamilyError),
    /// No network.
    #[error(transparent)]
    Lowering(#[from] LoweringError),
}

/// What is known at a point.
#[derive(Debug, Clone, PartialEq)]
pub struct ConstructionRow {
    /// By the closed forms; `None` with a given error, for which only the units are predicted.
    pub predicted: Option<ConstructionSize>,
    /// C·ε^(−1/2) and the units that carry latents, with a given error, where C is known.
    pub predicted_units: Option<f64>,
    /// In a network; `None` beyond the limit.
    pub counted: Option<ConstructionSize>,
}

impl ConstructionRow {
    /// Whether closed forms and network agree in every number; `None` if there is nothing to compare.
    pub fn agrees(&self) -> Option<bool> {
        Some(self.predicted.as_ref()? == self.counted.as_ref()?)
    }
}

/// The row of a point; networks with more features or units than `limit` are not built.
pub fn construction_row(
    point: &ConstructionPoint,
    limit: u64,
) -> Result<ConstructionRow, ConstructionRowError> {
    let ConstructionPoint { member, fineness, .. } = point;
    member.validate()?;
    let (predicted, predicted_units) = match fineness {
        Fineness::Exact => (Some(member.size(Activation::Relu2, 0)?), None),
        Fineness::Pieces(pieces) => (Some(member.size(Activation::Relu, *pieces)?), None),
        Fineness::Error(epsilon) => (None, member.predicted_units(to_f64(epsilon))),
    };
    // Without pieces to count, those of squared ReLU tell how many monomials there are.
    let size = predicted.clone().map_or_else(|| member.size(Activation::Relu2, 0), Ok)?;
    let small = size.hidden_units <= BigUint::from(limit);
    let counted = if small { Some(counted(point, limit)?) } else { None };
    Ok(ConstructionRow { predicted, predicted_units, counted })
}

fn counted(point: &ConstructionPoint, limit: u64) -> Result<ConstructionSize, ConstructionRowError> {
    let Member { family, tokens, dimension, degree } = point.member;
    let (sumformer, surrogate) = family.sumformer(tokens, dimension as usize, degree)?;
    let sums = SumOptions { activation: point.fineness.activation(), ..SumOptions::default() };
    let options = |epsilon| sums.lowering(point.architecture, Scores::Zero, epsilon);
    let built = match &point.fineness {
        Fineness::Exact => lower(&sumformer, &surrogate, &options(integer(1)), limit)?,
        Fineness::Pieces(pieces) => lower_with_pieces(&sumformer, &surrogate, &options(integer(1)), *pieces)?,
        Fineness::Error(epsilon) => lower(&sumformer, &surrogate, &options(epsilon.clone()), limit)?,
    };
    let size = NetworkSize::of(&built.network);
    Ok(ConstructionSize {
        blocks: size.blocks.into(),
        width: size.width.into(),
        latent_dimension: built.latents.len().into(),
        hidden_units: size.hidden_units.into(),
        nonzeros: (size.nonzeros - random_entries(&built.network)).into(),
        multiply_adds: multiply_adds_per_token(&built.network).into(),
    })
}

/// Stored entries of ω.
fn random_entries(network: &Network) -> usize {
    let heads = network.blocks.iter().filter_map(|block| block.attention.as_ref()).flat_map(|a| &a.heads);
    heads
        .map(|head| match &head.mechanism {
            Mechanism::Performer { features, .. } => features.iter().map(|row| row.len()).sum(),
            Mechanism::Softmax | Mechanism::Linformer { .. } => 0,
        })
        .sum()
}
