//! The largest distance between a piecewise polynomial and a polynomial, on integers over common denominators.
//!
//! With T the common denominator of all break points and τ = T·t, every piece starts and ends at an integer τ, and the
//! difference to the claim is, up to one common unit, a polynomial in τ with integer coefficients.

use crate::bernstein::to_bernstein;
use crate::format::network::Activation;
use crate::interval::Interval;
use crate::number::{Exact, Rational};
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, Zero};

/// Beyond degree 2 each piece is cut into this many parts before its Bernstein hull is taken.
const PARTS_PER_PIECE: i64 = 8;
/// Common denominators are followed up to this many bits.
const MAX_BITS: u64 = 1 << 13;

/// A hidden unit as a function of the gadget's variable: `σ(slope·(t − breakpoint))`.
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
/// `None` if the denominators are so unrelated that the numbers become too long.
pub(super) fn suprema(
    range: &Interval,
    claims: &[&[Exact]],
    kinks: &[Kink],
    activation: Activation,
) -> Option<Vec<Rational>> {
    let breakpoints = kinks.iter().map(|kink| &kink.breakpoint).chain([range.inf(), range.sup()]);
    let scale = short_denominator(breakpoints)?;
    let order = match activation {
        Activation::Relu => 1,
        Activation::Relu2 => 2,
    };
    let to_integer = |value: &Rational| value.numer() * (&scale / value.denom());
    let (lo, hi) = (to_integer(range.inf()), to_integer(range.sup()));
    let mut knots: Vec<(BigInt, usize)> =
        kinks.iter().enumerate().map(|(k, kink)| (to_integer(&kink.breakpoint), k)).collect();
    knots.sort_unstable();
    claims
        .iter()
        .enumerate()
        .map(|(output, claim)| {
            // weight·slope^order: what the unit contributes to the leading coefficient in t.
            let leads: Vec<Rational> =
                kinks.iter().map(|kink| kink.slope.pow(order) * &kink.weights[output]).collect();
            let (lead_unit, claim_unit) =
                (short_denominator(&leads)?, short_denominator(claim.iter().map(|c| &c.0))?);
            let degree = claim.len().saturating_sub(1).max(order as usize);
            // Everything is counted in units of 1/(lead_unit·claim_unit·T^degree).
            let lead_factor = &claim_unit * scale.pow((degree - order as usize) as u32);
            let mut difference = vec![BigInt::zero(); degree + 1];
            for (i, coefficient) in claim.iter().enumerate() {
                let integer = coefficient.0.numer() * (&claim_unit / coefficient.0.denom());
                difference[i] = -(integer * &lead_unit * scale.pow((degree - i) as u32));
            }
            let lead = |k: usize| leads[k].numer() * (&lead_unit / leads[k].denom()) * &lead_factor;
            let rising = |k: usize| kinks[k].slope.is_positive();
            // Just right of lo a unit is active if its argument is positive there.
            for (knot, k) in &knots {
                if rising(*k) == (knot <= &lo) {
                    add_unit(&mut difference, order, knot, &lead(*k));
                }
            }
            let mut supremum = Fraction::zero();
            let mut left = lo.clone();
            for (knot, k) in knots.iter().filter(|(knot, _)| knot > &lo && knot < &hi) {
                supremum.raise(&difference, &left, knot);
                left = knot.clone();
                let lead = lead(*k);
                add_unit(&mut difference, order, knot, &if rising(*k) { lead } else { -lead });
            }
            supremum.raise(&difference, &left, &hi);
            Some(supremum.over(lead_unit * claim_unit * scale.pow(degree as u32)))
        })
        .collect()
}

fn short_denominator<'a>(values: impl IntoIterator<Item = &'a Rational>) -> Option<BigInt> {
    let mut denominator = BigInt::one();
    for value in values {
        if !value.denom().is_one() {
            denominator = denominator.lcm(value.denom());
        }
        if denominator.bits() > MAX_BITS {
            return None;
        }
    }
    Some(denominator)
}

/// Adds `lead·(τ − knot)^order`.
fn add_unit(difference: &mut [BigInt], order: i32, knot: &BigInt, lead: &BigInt) {
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
        if &numerator * &self.denominator > &self.numerator * &denominator {
            *self = Self { numerator, denominator };
        }
    }

    /// The maximum with sup |p| on [left, right].
    fn raise(&mut self, p: &[BigInt], left: &BigInt, right: &BigInt) {
        let degree = p.iter().rposition(|c| !c.is_zero()).unwrap_or(0);
        let value = |t: &BigInt| p[..=degree].iter().rev().fold(BigInt::zero(), |v, c| v * t + c).abs();
        self.at_least(value(left), BigInt::one());
        if degree == 0 {
            return;
        }
        self.at_least(value(right), BigInt::one());
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

    /// The maximum with the Bernstein hulls of equal parts of [left, right].
    fn raise_to_hull(&mut self, p: &[BigInt], left: &BigInt, right: &BigInt) {
        let at =
            |part: i64| Rational::new(left * (PARTS_PER_PIECE - part) + right * part, PARTS_PER_PIECE.into());
        for part in 0..PARTS_PER_PIECE {
            let Ok(interval) = Interval::new(at(part), at(part + 1)) else { continue };
            let mut coefficients: Vec<Rational> = p.iter().cloned().map(Rational::from).collect();
            to_bernstein(&mut coefficients, &interval);
            for coefficient in coefficients {
                let (numerator, denominator) = coefficient.abs().into_raw();
                self.at_least(numerator, denominator);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{integer, ratio};
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
        assert_eq!(suprema(&range, &[&claim], &kinks, Activation::Relu), Some(vec![ratio(1, 4)]));
        assert_eq!(suprema(&range, &[&claim], &kinks, Activation::Relu2), Some(vec![integer(0)]));
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
                        attained = crate::number::max(attained, distance(&vertex));
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
