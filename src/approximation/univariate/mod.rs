//! Polynomials that are certified to be close to functions of one variable.

mod chebyshev;

use super::cover::cuts;
use chebyshev::Series;
use num_traits::{One, Zero};
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, floor_log2, integer, min, power_of_two, ratio, round_up};
use sumformer_checker::language::Scalar;
use sumformer_checker::language::ast::Function;
use sumformer_checker::surrogate::polynomial_distance::PolynomialDistance;

/// The highest degree that is tried.
pub const MAX_DEGREE: usize = 64;
/// Certified errors are rounded up to this many significant bits.
const ERROR_BITS: u32 = 12;
/// All coefficients together are rounded by at most the allowed error over 2 to this power.
const COEFFICIENT_BITS: i64 = 8;

/// A polynomial near a function.
#[derive(Debug, Clone)]
pub struct PolynomialApproximation {
    /// m, the middle of the range.
    pub centre: Rational,
    /// The coefficients of 1, (t − m), (t − m)², …: short dyadic numbers.
    pub coefficients: Vec<Rational>,
    /// Certified: at least the distance to the function on the range.
    pub error: Rational,
}

/// A polynomial whose distance to φ on the range is at most `error > 0`, certified by the checker's rule.
pub fn approximate(
    function: Function,
    range: &Interval,
    error: &Rational,
) -> Option<PolynomialApproximation> {
    let certify = |found: &PolynomialApproximation| {
        let around = range + &Interval::point(-&found.centre);
        let (centre, q) = (&found.centre, &found.coefficients);
        cuts(&mut PolynomialDistance::new(function, centre, q), &[around], &found.error).is_ok()
    };
    approximate_by(|t| t.call(function).ok(), MAX_DEGREE, range, error, certify)
}

/// A polynomial of degree at most `highest` whose distance to a function on the range is at most `error > 0`, as `certify` says.
///
/// The degree is the smallest for which the truncated Chebyshev series of the function is close enough with a little to spare;
/// the best polynomial of this degree is seldom better by a factor of 2. Nothing if no degree is
/// enough, or the function is not defined on the range.
pub fn approximate_by(
    function: impl Fn(f64) -> Option<f64>,
    highest: usize,
    range: &Interval,
    error: &Rational,
    certify: impl Fn(&PolynomialApproximation) -> bool,
) -> Option<PolynomialApproximation> {
    let (centre, radius) = (range.mid(), range.wid() / integer(2));
    let series = Series::new(function, range)?;
    for degree in 0..=highest.min(MAX_DEGREE) {
        // What is seen, with what lies between the points where one looks and what rounding takes.
        let seen = Rational::from_float(series.error(degree))? * ratio(17, 16) + error / power_of_two(7);
        if seen > *error {
            continue;
        }
        let coefficients = rounded(&series.powers(degree), &radius, error);
        let error = min(round_up(&seen, ERROR_BITS), error.clone());
        let found = PolynomialApproximation { centre: centre.clone(), coefficients, error };
        if certify(&found) {
            return Some(found);
        }
    }
    None
}

/// The coefficients a_k of u^k for u = (t − m)/radius as those of (t − m)^k, rounded.
fn rounded(powers: &[Rational], radius: &Rational, error: &Rational) -> Vec<Rational> {
    // |u| ≤ 1, so each coefficient may be off by its share of the error over radius^k.
    let allowed = error / (power_of_two(COEFFICIENT_BITS) * integer(powers.len() as i64));
    let mut power = Rational::one();
    let mut coefficients = Vec::with_capacity(powers.len());
    for coefficient in powers {
        if power.is_zero() {
            break; // of a constant
        }
        let unit = power_of_two(floor_log2(&(&allowed / &power)));
        coefficients.push((coefficient / &power / &unit).round() * unit);
        power *= radius;
    }
    while coefficients.last().is_some_and(Zero::is_zero) {
        coefficients.pop();
    }
    coefficients
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sumformer_checker::arith::number::to_f64;

    fn interval(lo: Rational, hi: Rational) -> Interval {
        Interval::new(lo, hi).unwrap()
    }

    #[test]
    fn degrees_are_those_of_the_series() {
        // The Chebyshev coefficients of exp on [−1, 1] are 2·I_k(1): 5.5e-3, 5.4e-4 (k = 4, 5), 2.2e-7, 1.1e-8 (k = 8, 9).
        let range = interval(integer(-1), integer(1));
        for (error, degree) in [(ratio(1, 1000), 4), (ratio(1, 100), 3), (ratio(1, 10_000_000), 8)] {
            let built = approximate(Function::Exp, &range, &error).unwrap();
            assert_eq!(built.coefficients.len(), degree + 1, "{error}");
            assert!(built.error <= error && built.centre.is_zero());
        }
        // Even on a symmetric range; linear for relu on one side.
        let cos = approximate(Function::Cos, &range, &ratio(1, 1 << 20)).unwrap();
        assert!(cos.coefficients.iter().skip(1).step_by(2).all(Zero::is_zero));
        let relu =
            approximate(Function::Relu, &interval(integer(1), integer(3)), &ratio(1, 1 << 20)).unwrap();
        assert_eq!((relu.centre, relu.coefficients), (integer(2), vec![integer(2), integer(1)]));
    }

    #[test]
    fn what_has_no_polynomial_is_refused() {
        let range = interval(integer(-1), integer(1));
        let error = ratio(1, 1000);
        for function in [Function::Log, Function::Sqrt, Function::Inverse, Function::Abs] {
            assert!(approximate(function, &range, &error).is_none(), "{function:?}");
        }
        let point = approximate(Function::Exp, &Interval::point(ratio(1, 3)), &error).unwrap();
        assert_eq!(point.coefficients.len(), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn approximations_are_as_close_as_certified(
            which in 0..9_usize, (lo, width) in (1..30_i64, 0..30_i64), bits in 3..30_u32,
        ) {
            let functions = [
                Function::Exp, Function::Log, Function::Sqrt, Function::Sin, Function::Cos, Function::Tanh,
                Function::Sigmoid, Function::Inverse, Function::Hat,
            ];
            let range = interval(ratio(lo, 7), ratio(lo, 7) + ratio(width, 9));
            let error = ratio(1, 1 << bits);
            let Some(built) = approximate(functions[which], &range, &error) else {
                // Kinks and near singularities need high degrees.
                prop_assert!(bits > 6 && (functions[which] == Function::Hat || width > 6));
                return Ok(());
            };
            prop_assert!(built.error <= error);
            for k in 0..=40 {
                let t = range.inf() + range.wid() * ratio(k, 40);
                let u = &t - &built.centre;
                let value = built.coefficients.iter().rev().fold(Rational::zero(), |v, c| v * &u + c);
                let distance = (to_f64(&value) - to_f64(&t).call(functions[which]).unwrap()).abs();
                prop_assert!(distance <= to_f64(&built.error) + 1e-13);
            }
        }
    }
}
