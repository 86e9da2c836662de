//! The largest distance between a piecewise polynomial and a polynomial, on integers over common denominators.
//!
//! With T the common denominator of all break points and τ = T·t, every piece starts and ends at an integer τ, and the
//! difference to the claim is, up to one common unit, a polynomial in τ with integer coefficients.

use crate::arith::bernstein::hull_coefficients;
use crate::arith::common_denominator::short_denominator;
use crate::arith::interval::Interval;
use crate::arith::number::{Exact, Rational, binomial};
use crate::format::network::Activation;
use crate::limits::MAX_DENOMINATOR_BITS;
use crate::sizes::{count, index};
use crate::work::{charge, charge_all, limbs};
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, Zero, pow};

/// Beyond degree 2 each piece is cut into this many parts before its Bernstein hull is taken.
const PARTS_PER_PIECE: u64 = 8;
/// So many products, sums and comparisons the hulls of a piece take per square of the degree.
const HULL_PRODUCTS: u64 = 2 * PARTS_PER_PIECE;

/// Why a supremum was not computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoSupremum {
    /// A common denominator exceeds 2^13 bits.
    #[error(
        "the weights' denominators are unrelated and their sums become longer than {MAX_DENOMINATOR_BITS} bits"
    )]
    Denominators,
    /// The claimed polynomial has more coefficients than can be counted.
    #[error("the claimed polynomial has too many coefficients")]
    Degree,
    /// A step unit is near no polynomial.
    #[error("step units jump, which no polynomial does; a certificate with `cells` covers them")]
    Jumps,
}

/// A hidden unit as a function of the gadget's variable: `σ(slope·(t − breakpoint))`.
#[derive(Debug, Clone)]
pub(super) struct Kink {
    /// Not zero.
    pub slope: Rational,
    /// Where the argument of σ changes sign.
    pub breakpoint: Rational,
    /// Weight to each claimed output, in the claims' order.
    pub weights: Vec<Rational>,
}

/// `sup |Σ weight·σ(…) − claim|` over the range for every claim (coefficients of 1, t, t², …): exact up to degree 2.
///
/// Refuses numbers that become too long because their denominators are unrelated, and too much work.
pub(super) fn suprema(
    range: &Interval,
    claims: &[&[Exact]],
    kinks: &[Kink],
    activation: Activation,
) -> Result<Vec<Rational>, NoSupremum> {
    let highest = claims.iter().map(|claim| claim.len()).max().unwrap_or(0);
    // Beyond degree 2 the parts of a piece have to start at integers too.
    let parts = if highest > 3 { PARTS_PER_PIECE } else { 1 };
    let pieces = Pieces::new(range, kinks, activation, parts)?;
    claims
        .iter()
        .enumerate()
        .map(|(output, claim)| {
            let mut supremum = Fraction::zero();
            let mut is_first = true;
            let unit = pieces.visit(output, claim, |difference, left, right| {
                // σ is continuous: a piece begins with the value that the one before ends with.
                if std::mem::take(&mut is_first) {
                    supremum.raise_to_value(difference, left);
                }
                supremum.raise(difference, left, right);
            })?;
            Ok(supremum.over(unit))
        })
        .collect()
}

/// The differences Σ weight·σ(…) − claim, as one polynomial in τ = T·t between neighbouring break points.
pub(super) struct Pieces<'a> {
    kinks: &'a [Kink],
    /// The degree of σ on either side of 0.
    order: u32,
    /// T
    scale: BigInt,
    /// The ends of the range.
    lo: BigInt,
    hi: BigInt,
    /// The break points with the numbers of their units, increasing.
    knots: Vec<(BigInt, usize)>,
}

impl<'a> Pieces<'a> {
    /// The pieces on the range; T is a multiple of `parts`. Step units have none.
    pub(super) fn new(
        range: &Interval,
        kinks: &'a [Kink],
        activation: Activation,
        parts: u64,
    ) -> Result<Self, NoSupremum> {
        let order = match activation {
            Activation::Relu => 1,
            Activation::Relu2 => 2,
            Activation::Step => return Err(NoSupremum::Jumps),
        };
        let breakpoints = kinks.iter().map(|kink| &kink.breakpoint).chain([range.inf(), range.sup()]);
        let scale = short_denominator(breakpoints).ok_or(NoSupremum::Denominators)? * parts;
        let length = limbs(scale.bits());
        charge_all(kinks.len() + 2, length.saturating_mul(length).saturating_add(16));
        let to_integer = |value: &Rational| value.numer() * (&scale / value.denom());
        let (lo, hi) = (to_integer(range.inf()), to_integer(range.sup()));
        let mut knots: Vec<(BigInt, usize)> =
            kinks.iter().enumerate().map(|(k, kink)| (to_integer(&kink.breakpoint), k)).collect();
        knots.sort_unstable();
        Ok(Self { kinks, order, scale, lo, hi, knots })
    }

    /// T, positive.
    pub(super) fn scale(&self) -> &BigInt {
        &self.scale
    }

    /// At least the number of pieces.
    pub(super) fn count(&self) -> u64 {
        count(self.knots.len()).saturating_add(1)
    }

    /// Calls `visit` with each piece: the polynomial (coefficients of 1, τ, τ², …) and the two ends, from left to
    /// right; a piece may be a point. Returns the positive number by which the polynomials are to be divided.
    pub(super) fn visit(
        &self,
        output: usize,
        claim: &[Exact],
        mut visit: impl FnMut(&[BigInt], &BigInt, &BigInt),
    ) -> Result<BigInt, NoSupremum> {
        let Self { kinks, order, scale, lo, hi, knots } = self;
        let order = *order;
        let highest = claim.len().saturating_sub(1).max(index(order));
        let degree = u32::try_from(highest).map_err(|_| NoSupremum::Degree)?;
        // weight·slope^order: what the unit contributes to the leading coefficient in t.
        let leads: Vec<Rational> =
            kinks.iter().map(|kink| kink.slope.pow(order) * &kink.weights[output]).collect();
        let units = (short_denominator(&leads), short_denominator(claim.iter().map(|c| &c.0)));
        let (Some(lead_unit), Some(claim_unit)) = units else { return Err(NoSupremum::Denominators) };
        let bits = (scale.bits() * u64::from(degree)).saturating_add(lead_unit.bits() + claim_unit.bits());
        // A unit is added, and each end is a value to be found by Horner's rule or, beyond degree 2, by Bernstein hulls.
        let products = if degree > 2 { HULL_PRODUCTS * u64::from(degree).pow(2) } else { 16 };
        let product = 8 + limbs(bits).saturating_mul(limbs(scale.bits()));
        charge(self.count().saturating_mul(products).saturating_mul(product));
        // Everything is counted in units of 1/(lead_unit·claim_unit·T^degree).
        let lead_factor = &claim_unit * scale.pow(degree - order);
        let mut difference = vec![BigInt::zero(); highest + 1];
        // scale^(degree − i), from the last coefficient on.
        let mut power = pow(scale.clone(), highest + 1 - claim.len());
        for (coefficient, difference) in claim.iter().zip(&mut difference).rev() {
            let integer = coefficient.0.numer() * (&claim_unit / coefficient.0.denom());
            *difference = -(integer * &lead_unit * &power);
            power *= scale;
        }
        let lead = |k: usize| leads[k].numer() * (&lead_unit / leads[k].denom()) * &lead_factor;
        let rising = |k: usize| kinks[k].slope.is_positive();
        // Just right of lo a unit is active if its argument is positive there.
        for (knot, k) in knots {
            if rising(*k) == (knot <= lo) {
                add_unit(&mut difference, order, knot, &lead(*k));
            }
        }
        let mut left = lo;
        for (knot, k) in knots.iter().filter(|(knot, _)| knot > lo && knot < hi) {
            visit(&difference, left, knot);
            left = knot;
            let lead = lead(*k);
            add_unit(&mut difference, order, knot, &if rising(*k) { lead } else { -lead });
        }
        visit(&difference, left, hi);
        Ok(lead_unit * claim_unit * scale.pow(degree))
    }
}

/// Adds `lead·(τ − knot)^order`.
fn add_unit(difference: &mut [BigInt], order: u32, knot: &BigInt, lead: &BigInt) {
    if order == 1 {
        difference[1] += lead;
        difference[0] -= lead * knot;
    } else {
        difference[2] += lead;
        difference[1] -= lead * knot * 2;
        difference[0] += lead * knot * knot;
    }
}

/// A non-negative fraction with positive denominator, not reduced.
struct Fraction {
    numerator: BigInt,
    denominator: BigInt,
}

impl Fraction {
    fn zero() -> Self {
        Self { numerator: BigInt::zero(), denominator: BigInt::one() }
    }

    /// The value divided by a positive integer.
    fn over(self, unit: BigInt) -> Rational {
        Rational::new(self.numerator, self.denominator * unit)
    }

    fn at_least(&mut self, numerator: BigInt, denominator: BigInt) {
        let is_larger = if denominator == self.denominator {
            numerator > self.numerator
        } else {
            &numerator * &self.denominator > &self.numerator * &denominator
        };
        if is_larger {
            *self = Self { numerator, denominator };
        }
    }

    /// The maximum with |p(t)|.
    fn raise_to_value(&mut self, p: &[BigInt], t: &BigInt) {
        let value = p.iter().rev().fold(BigInt::zero(), |value, c| value * t + c);
        self.at_least(value.abs(), BigInt::one());
    }

    /// The maximum with sup |p| on [left, right], if it is already at least |p(left)|.
    fn raise(&mut self, p: &[BigInt], left: &BigInt, right: &BigInt) {
        let degree = p.iter().rposition(|c| !c.is_zero()).unwrap_or(0);
        self.raise_to_value(&p[..=degree], right);
        if degree == 2 {
            // The vertex −p1/(2·p2), if it lies inside, with value p0 − p1²/(4·p2).
            let (twice, minus): (BigInt, BigInt) = (&p[2] * 2, -&p[1]);
            let (low, high) = if twice.is_positive() { (left, right) } else { (right, left) };
            if &twice * low < minus && minus < &twice * high {
                let four: BigInt = &p[2] * 4;
                self.at_least((&four * &p[0] - &p[1] * &p[1]).abs(), four.abs());
            }
        } else if degree > 2 {
            self.raise_to_hull(&p[..=degree], left, right);
        }
    }

    /// The maximum with the Bernstein hulls of equal parts of [left, right], whose length is a multiple of their number.
    fn raise_to_hull(&mut self, p: &[BigInt], left: &BigInt, right: &BigInt) {
        let degree = p.len() - 1;
        let step = (right - left) / PARTS_PER_PIECE;
        // Over the common denominator of the C(m, i).
        let choose: Vec<BigInt> = (0..=degree).map(|i| binomial(count(degree), count(i))).collect();
        let common = choose.iter().fold(BigInt::one(), |lcm, c| lcm.lcm(c));
        let shares = choose.iter().map(|c| &common / c);
        let mut start = left.clone();
        for _ in 0..PARTS_PER_PIECE {
            let mut coefficients = p.to_vec();
            hull_coefficients(&mut coefficients, &start, &step, shares.clone());
            for coefficient in coefficients {
                self.at_least(coefficient.abs(), common.clone());
            }
            start += &step;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arith::number::{integer, ratio};
    use proptest::prelude::*;

    fn evaluate(kinks: &[Kink], activation: Activation, t: &Rational) -> Rational {
        kinks
            .iter()
            .map(|kink| {
                let argument = &kink.slope * (t - &kink.breakpoint);
                let positive = if argument.is_positive() { argument } else { Rational::zero() };
                let power = if activation == Activation::Relu { 1 } else { 2 };
                &kink.weights[0] * positive.pow(power)
            })
            .sum()
    }

    #[test]
    fn the_interpolant_of_the_square_is_off_by_a_quarter_of_the_step_squared() {
        // |t²| on [−1, 1] interpolated at −1, 0, 1 is |t|, off by 1/4 at ±1/2.
        let kink = |slope: i64, at: i64, weight: i64| Kink {
            slope: integer(slope),
            breakpoint: integer(at),
            weights: vec![integer(weight)],
        };
        let kinks = [kink(1, 0, 1), kink(-1, 0, 1)];
        let claim = [0, 0, 1].map(|c| Exact(integer(c)));
        let range = Interval::new(integer(-1), integer(1)).unwrap();
        assert_eq!(suprema(&range, &[&claim], &kinks, Activation::Relu), Ok(vec![ratio(1, 4)]));
        assert_eq!(suprema(&range, &[&claim], &kinks, Activation::Relu2), Ok(vec![integer(0)]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn the_supremum_is_an_upper_bound_and_exact_up_to_degree_two(
            units in prop::collection::vec((-3..4_i64, 1..4_i64, -6..7_i64, 1..5_i64, -4..5_i64), 1..7),
            claim in prop::collection::vec((-3..4_i64, 1..4_i64), 1..5),
            (lo, width) in (-5..5_i64, 0..7_i64),
            squared in any::<bool>(),
        ) {
            let activation = if squared { Activation::Relu2 } else { Activation::Relu };
            let kinks: Vec<Kink> = units.iter().filter(|u| u.0 != 0).map(|&(p, q, at, den, weight)| Kink {
                slope: ratio(p, q),
                breakpoint: ratio(at, den),
                weights: vec![ratio(weight, 3)],
            }).collect();
            let claim: Vec<Exact> = claim.iter().map(|&(p, q)| Exact(ratio(p, q))).collect();
            let range = Interval::new(ratio(lo, 2), ratio(lo + width, 2)).unwrap();
            let supremum = suprema(&range, &[&claim], &kinks, activation).unwrap().remove(0);
            let distance = |t: &Rational| {
                let polynomial = claim.iter().rev().fold(Rational::zero(), |v, c| v * t + &c.0);
                (evaluate(&kinks, activation, t) - polynomial).abs()
            };
            // Points where the supremum can be attained: ends, break points, and the vertex of every piece, found here
            // from three values of the quadratic between two neighbouring break points.
            let mut knots: Vec<Rational> = kinks.iter().map(|k| k.breakpoint.clone())
                .filter(|b| range.contains(b)).chain([range.inf().clone(), range.sup().clone()]).collect();
            knots.sort();
            let mut attained = knots.iter().map(&distance).max().unwrap();
            for pair in knots.windows(2) {
                let signed = |t: &Rational| {
                    evaluate(&kinks, activation, t) - claim.iter().rev().fold(Rational::zero(), |v, c| v * t + &c.0)
                };
                let (l, r) = (&pair[0], &pair[1]);
                let m = (l + r) / integer(2);
                let (a, b, c) = (signed(l), signed(&m), signed(r));
                let curvature = &a - &b * integer(2) + &c;
                if !curvature.is_zero() && l < r {
                    let vertex = &m + (r - l) / integer(4) * (&a - &c) / &curvature;
                    if l < &vertex && &vertex < r {
                        attained = crate::arith::number::max(attained, distance(&vertex));
                    }
                }
                for k in 0..=16 {
                    let t = l + (r - l) * ratio(k, 16);
                    prop_assert!(distance(&t) <= supremum);
                }
            }
            prop_assert!(attained <= supremum);
            if claim.iter().rposition(|c| !c.0.is_zero()).unwrap_or(0) <= 2 {
                prop_assert_eq!(attained, supremum);
            }
        }
    }
}
