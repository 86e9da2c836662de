//! Means over tokens with weights of their own, and how far they move with their scores.
//!
//! *Lemma on weights.* Let p_j be weights that add up to 1, and p̃_j = p_j e^(ε_j) / Σ_k p_k e^(ε_k), |ε_j| ≤ δ. The positive p̃_j − p_j add up to at most
//! tanh(δ/2) ≤ δ/2. For let A be where they are, a = Σ_A p_j. Σ_A p̃_j is largest for ε = δ on A and −δ off it, where it is a t/(a t + 1 − a),
//! t = e^(2δ). That is more than a by at most (√t − 1)/(√t + 1) = tanh(δ/2), at a = 1/(1 + √t). So a mean of values in a range of width w
//! moves by at most w·min(δ/2, 1): a softmax is 1-Lipschitz in its scores for values in [−1, 1], whatever their number.

use crate::arith::interval::Interval;
use crate::arith::number::{Rational, min, ratio};
use crate::arith::polynomial::Polynomial;
use num_traits::One;

/// `Σ_y e^score value / Σ_y e^score` over all tokens y, the own one included.
///
/// Tokens have as many coordinates here as those of the surrogate, m say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeightedMean {
    /// In the coordinates of the own token, variables 0..m, and of y, variables m..2m; no term is of the own token alone.
    pub score: Polynomial,
    /// In those of y, variables 0..m here; without a constant.
    pub value: Polynomial,
    /// The range of the value over the box.
    pub range: Interval,
}

/// How far a mean of values in a range moves if its scores move by at most δ.
pub(crate) fn tilted(range: &Interval, delta: &Rational) -> Rational {
    range.wid() * min(delta * ratio(1, 2), Rational::one())
}
