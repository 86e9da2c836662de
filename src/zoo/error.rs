//! Why there is no suite.

use crate::eval::EvalError;
use crate::export::ExportError;
use crate::reading::Diagnostics;
use crate::recipe::RecipeError;
use sumformer_checker::refusal::Refusal;
use sumformer_checker::witness::semantics::SemanticsError;
use thiserror::Error;

/// Why there is no suite; all but [`ZooError::NoMlp`], [`ZooError::Undecided`] and a full disk are defects of a family.
#[derive(Debug, Error)]
pub enum ZooError {
    /// A network that no sequence of maps and rectifiers equals.
    #[error("block {block} is not unrolled: {why}")]
    NoMlp {
        /// The block.
        block: usize,
        /// Why not.
        why: String,
    },
    /// A specimen that is not what its family says.
    #[error("{name}: {what}")]
    Defect {
        /// The specimen.
        name: String,
        /// What is wrong.
        what: String,
    },
    /// A network of which nothing is decided.
    #[error("nothing is decided of this network: {0}")]
    Undecided(String),
    /// A file was not written.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// A floating-point pass failed.
    #[error(transparent)]
    Float(#[from] EvalError),
    /// An exact pass failed.
    #[error(transparent)]
    Exact(#[from] SemanticsError),
    /// A target was not read.
    #[error("{0:?}")]
    Target(Diagnostics),
    /// A target was not proved.
    #[error("{0}")]
    Proof(#[from] RecipeError),
}

impl ZooError {
    /// A block that has no place in a sequence of maps and rectifiers.
    pub(super) fn no_mlp(block: usize, why: impl Into<String>) -> Self {
        Self::NoMlp { block, why: why.into() }
    }

    /// An attention that does not average.
    pub(super) fn not_a_mean(block: usize, refusal: &Refusal) -> Self {
        Self::no_mlp(block, refusal.to_string())
    }
}
