//! What people should know of a proof beside the proof, as data.

use crate::certify::boxes::WorstBox;
use crate::lowering::LoweringError;
use crate::lowering::attention::Architecture;
use crate::planning::{Outlook, WayName};
use sumformer_checker::arith::number::Rational;
use sumformer_checker::format::floats::FloatType;
use sumformer_checker::refusal::Refusal;

/// Something to know.
#[derive(Debug, Clone, PartialEq)]
pub enum Note {
    /// The target's shape cannot be kept, for this reason, and its values at nodes are used.
    ShapeNotKept(String),
    /// What Bernstein's operator of this degree was known to reach before anything was enclosed.
    APriori {
        /// The degree.
        degree: u32,
        /// By Lipschitz constants.
        lipschitz: Option<Rational>,
        /// By second derivatives.
        smooth: Option<Rational>,
    },
    /// Power sums that are not combined into the fewest sums, as these would take more hidden units.
    MorePowers {
        /// How many power sums.
        powers: usize,
        /// How many sums would do.
        fewest: usize,
    },
    /// Kernels of low rank would do with so many sums, and more hidden units.
    FewerSums(usize),
    /// Fewer latents are as good.
    FewerLatents {
        /// How many there are.
        found: usize,
        /// How many were asked for.
        asked: usize,
    },
    /// ε is what the latents are likely to reach.
    LikelyEpsilon(Rational),
    /// A way that was looked at before a table was chosen.
    LookedAt(Outlook),
    /// A way that looked good had no network after all, and the next one is taken.
    NoNetwork {
        /// The way.
        way: WayName,
        /// Why.
        why: LoweringError,
    },
    /// The grid proves less than what was asked for, and that is taken for ε.
    EpsilonOfGrid {
        /// What it proves.
        proved: Rational,
        /// What was asked for.
        asked: Rational,
    },
    /// What is lost where the network is computed in a type.
    Computed {
        /// For which attention.
        architecture: Architecture,
        /// The type.
        kind: FloatType,
        /// How many hidden units are at most in a group of their sum; none if it is taken in any order.
        staged: Option<usize>,
        /// What bounds the distance of what is computed from the target; or why nothing does.
        total: Result<Rational, Refusal>,
        /// ε.
        epsilon: Rational,
    },
    /// The search over boxes was ended from outside.
    SearchEnded(Architecture),
    /// The proof is one part of the boxes.
    PartOfBoxes(Architecture),
    /// Boxes are left open.
    OpenBoxes {
        /// For which attention.
        architecture: Architecture,
        /// The worst of them.
        worst: WorstBox,
        /// ε.
        epsilon: Rational,
    },
}
