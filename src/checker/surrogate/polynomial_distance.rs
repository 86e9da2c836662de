//! Certifies that a polynomial is close to a function of one variable on an interval.
//!
//! On a part A of the interval with centre y and radius r, let u = x − y, |u| ≤ r. Taylor's formula (see
//! [`crate::enclosure::taylor`]) gives φ(x) = Σ_{j≤k} c_j u^j, the polynomial's own expansion at y is Σ q_j u^j,
//! so that the difference is Σ (c_j − q_j) u^j. There u^j ∈ [0, r^j] for even j and [−r^j, r^j] for odd j: the sum of
//! the products contains all values of the difference on A. Subtracted coefficient by coefficient, the two functions
//! do not count twice; what is lost is O(r) of the *difference's* size, however small that is. Parts are halved,
//! the one with the largest bound first.

use crate::arith::decimal;
use crate::arith::dyadic::Dyadic;
use crate::arith::dyadic::Rounding::{Down, Up};
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::interval::Interval;
use crate::arith::number::Rational;
use crate::enclosure::refinement::{Bounded, refine};
use crate::enclosure::taylor::expansion;
use crate::language::EvalError;
use crate::language::ast::Function;

/// Taylor's formula is used up to this order.
const MAX_ORDER: usize = 16;
/// An interval is cut into this many parts at most.
const MAX_PARTS: usize = 1 << 14;

/// Why a polynomial was not found to be as close as claimed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotWithin {
    /// The part with the largest bound.
    #[error("{}", too_far(.arguments, .bound))]
    Part {
        /// The part, as arguments of the function.
        arguments: DyadicInterval,
        /// The bound there, which exceeds the one that was to be proved.
        bound: Dyadic,
    },
    /// The function is not defined on the interval.
    #[error(transparent)]
    Function(#[from] EvalError),
}

fn too_far(arguments: &DyadicInterval, bound: &Dyadic) -> String {
    let bound = bound.to_rational().map_or_else(|| "infinity".into(), |bound| decimal::above(&bound));
    format!("on {arguments} the polynomial is only known to be within {bound} of the function")
}

/// Certifies |φ(t + shift) − q(t)| ≤ bound for all t of the range; `q` has the coefficients of 1, t, t², ….
///
/// The larger the bound is in comparison with the distance, the less work: with a tenth to spare it takes some ten
/// parts per zero of the difference.
pub fn polynomial_distance(
    function: Function,
    shift: &Rational,
    q: &[Rational],
    range: &Interval,
    bound: &Rational,
) -> Result<(), NotWithin> {
    let difference = Difference {
        function,
        shift: DyadicInterval::from_rational(shift),
        q: q.iter().map(DyadicInterval::from_rational).collect(),
    };
    // The sums are exact, so that the end 0 of a domain stays one.
    let arguments = DyadicInterval::enclosing(&(range + &Interval::point(shift.clone())));
    let (allowed, refuted) = (Dyadic::from_rational(bound, Down), Dyadic::from_rational(bound, Up));
    let mut left = MAX_PARTS;
    let first = difference.part(arguments)?;
    let worst = refine(vec![first], |part| -> Result<_, NotWithin> {
        let (inf, middle, sup) = (part.arguments.inf(), part.arguments.mid(), part.arguments.sup());
        let halves = [DyadicInterval::new(inf, middle), DyadicInterval::new(middle, sup)];
        let [Some(low), Some(high)] = halves else { return Ok(None) };
        if part.bound <= allowed || part.attained > refuted || left == 0 || middle == inf || middle == sup {
            return Ok(None);
        }
        left -= 1;
        Ok(Some([difference.part(low)?, difference.part(high)?]))
    })?;
    match worst {
        Some(Part { arguments, bound, .. }) if bound > allowed => Err(NotWithin::Part { arguments, bound }),
        _ => Ok(()),
    }
}

/// φ(x) − q(x − shift) as a function of x.
struct Difference {
    function: Function,
    shift: DyadicInterval,
    q: Vec<DyadicInterval>,
}

/// An interval of arguments x.
struct Part {
    arguments: DyadicInterval,
    /// At least the largest distance on it.
    bound: Dyadic,
    /// At most the distance at its centre.
    attained: Dyadic,
}

impl Bounded for Part {
    fn bound(&self) -> Dyadic {
        self.bound
    }
}

impl Difference {
    fn part(&self, arguments: DyadicInterval) -> Result<Part, NotWithin> {
        let order = self.q.len().clamp(1, MAX_ORDER);
        let middle = arguments.mid();
        let centre = DyadicInterval::point(middle).ok_or(EvalError::TooWide)?;
        let radius = middle.sub(arguments.inf(), Up).max(arguments.sup().sub(middle, Up));
        let function = expansion(self.function, arguments, centre, order)?;
        let polynomial = self.expand_at(centre - self.shift);
        let coefficient =
            |list: &[DyadicInterval], j: usize| list.get(j).copied().unwrap_or(DyadicInterval::ZERO);
        let difference = |j: usize| coefficient(&function, j) - coefficient(&polynomial, j);
        let (mut sum, mut power) = (DyadicInterval::ZERO, Dyadic::ONE);
        for j in 0..function.len().max(polynomial.len()) {
            let powers = match (j, DyadicInterval::new(Dyadic::ZERO, power).ok_or(EvalError::TooWide)?) {
                (0, _) => DyadicInterval::ONE,
                (j, up) if j % 2 == 0 => up,
                (_, up) => up.hull(-up),
            };
            sum = sum + difference(j) * powers;
            power = power.mul(radius, Up);
        }
        Ok(Part { arguments, bound: sum.mag(), attained: difference(0).abs().inf() })
    }

    /// The coefficients of q(t + u) in u, by repeated division by u − t.
    fn expand_at(&self, t: DyadicInterval) -> Vec<DyadicInterval> {
        let mut coefficients = self.q.clone();
        let degree = coefficients.len().saturating_sub(1);
        for i in 0..degree {
            for j in (i..degree).rev() {
                coefficients[j] = coefficients[j] + coefficients[j + 1] * t;
            }
        }
        coefficients
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arith::number::{integer, max, ratio};
    use crate::enclosure::image::Image;
    use num_traits::{One, Signed, Zero};
    use proptest::prelude::*;

    const ALL: [Function; 11] = [
        Function::Exp,
        Function::Log,
        Function::Sqrt,
        Function::Sin,
        Function::Cos,
        Function::Tanh,
        Function::Sigmoid,
        Function::Abs,
        Function::Relu,
        Function::Inverse,
        Function::Hat,
    ];

    fn value(function: Function, t: &Rational) -> Rational {
        let t = DyadicInterval::from_rational(t);
        Image::new(function, t, t).unwrap().range.mid().to_rational().unwrap()
    }

    /// The interpolation polynomial at the points, by Newton's divided differences.
    fn interpolate(points: &[Rational], values: &[Rational]) -> Vec<Rational> {
        let mut table = values.to_vec();
        for level in 1..points.len() {
            for k in (level..points.len()).rev() {
                table[k] = (&table[k] - &table[k - 1]) / (&points[k] - &points[k - level]);
            }
        }
        let mut q: Vec<Rational> = Vec::new();
        for (point, lead) in points.iter().zip(table).rev() {
            // q·(t − point) + lead
            q.insert(0, lead);
            for j in 0..q.len() - 1 {
                let carried = &q[j + 1] * point;
                q[j] -= carried;
            }
        }
        q
    }

    #[test]
    fn a_parabola_is_an_eighth_from_the_absolute_value() {
        // t² + 1/8 on [−1, 1]: off by 1/8 at 0, ±1/2 and ±1.
        let q = [ratio(1, 8), integer(0), integer(1)];
        let range = Interval::symmetric(integer(1));
        let check = |bound: Rational| polynomial_distance(Function::Abs, &integer(0), &q, &range, &bound);
        assert_eq!(check(ratio(1001, 8000)), Ok(()));
        let Err(NotWithin::Part { arguments, bound }) = check(ratio(999, 8000)) else { panic!("too close") };
        let near = DyadicInterval::from_rational(&ratio(1, 8)).sup();
        let worst = [integer(-1), ratio(-1, 2), integer(0), ratio(1, 2), integer(1)];
        assert!(worst.iter().any(|t| arguments.widen(near).contains(t)), "{arguments:?}");
        assert!(bound.to_rational().unwrap() > ratio(999, 8000));
        let text = NotWithin::Part { arguments, bound }.to_string();
        assert!(text.starts_with("on ") && text.contains(" within "), "{text}");
    }

    #[test]
    fn domains_are_respected() {
        let check = |function, lo: Rational, shift: Rational| {
            let range = Interval::new(lo, integer(3)).unwrap();
            polynomial_distance(function, &shift, &[], &range, &integer(4))
        };
        assert_eq!(check(Function::Sqrt, ratio(-1, 3), ratio(1, 3)), Ok(()));
        for function in [Function::Sqrt, Function::Log, Function::Inverse] {
            let refused = check(function, ratio(-1, 3), ratio(1, 4));
            assert!(matches!(refused, Err(NotWithin::Function(_))), "{refused:?}");
        }
        assert!(matches!(
            check(Function::Exp, integer(0), integer(1 << 30)),
            Err(NotWithin::Function(_) | NotWithin::Part { .. })
        ));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(150))]
        #[test]
        fn the_distance_is_decided_up_to_a_twentieth(
            which in 0..ALL.len(),
            degree in 0..9_usize,
            (lo, width) in (-12..12_i64, 1..24_i64),
            shift in -3..4_i64,
        ) {
            let function = ALL[which];
            let positive = matches!(function, Function::Log | Function::Sqrt | Function::Inverse);
            let shift = ratio(shift, 3);
            let lo = ratio(if positive { lo + 16 } else { lo }, 8) - &shift;
            let width = ratio(width, 16);
            let points: Vec<Rational> = (0..=degree as i64).map(|k| &lo + &width * ratio(2 * k + 1, 2 * degree as i64 + 2)).collect();
            let values: Vec<Rational> = points.iter().map(|t| value(function, &(t + &shift))).collect();
            let q = interpolate(&points, &values);
            let distance = (0..=400).map(|k| {
                let t = &lo + &width * ratio(k, 400);
                let polynomial = q.iter().rev().fold(Rational::zero(), |v, c| v * &t + c);
                (value(function, &(&t + &shift)) - polynomial).abs()
            }).fold(Rational::zero(), max);
            let range = Interval::new(lo.clone(), &lo + &width).unwrap();
            let check = |bound: &Rational| polynomial_distance(function, &shift, &q, &range, bound);
            let rounding = ratio(1, 1 << 30) * ratio(1, 1 << 12);
            prop_assert_eq!(check(&(&distance * ratio(21, 20) + &rounding)), Ok(()));
            if distance > rounding {
                let below = check(&(&distance * (Rational::one() - ratio(1, 1 << 10))));
                prop_assert!(matches!(below, Err(NotWithin::Part { .. })), "{below:?}");
            }
        }
    }
}
