//! What the target is evaluated over.

use crate::arith::number::Rational;
use crate::language::values::Scalar;

/// Functions on a part of the cube, in coordinates u ∈ [−1, 1]^k of that part.
pub(super) trait InV: Scalar {
    /// centre + Σ slope · u.
    fn affine(centre: &Rational, slopes: &[(u32, Rational)]) -> Self;
    /// The product with a number.
    fn weighted(&self, weight: &Rational) -> Self;
    /// A lower bound over all u; nothing if this is no function of the kind.
    fn least(&self) -> Option<Rational>;
}
