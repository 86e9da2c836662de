//! Certifies that a polynomial is close to a function of one variable on an interval.
//!
//! On a part A of the interval with centre y and radius r, let u = x − y, |u| ≤ r. Taylor's formula (see
//! [`crate::enclosure::taylor`]) gives φ(x) = Σ_{j≤k} c_j u^j, the polynomial's own expansion at y is Σ q_j u^j,
//! so that the difference is Σ (c_j − q_j) u^j. There u^j ∈ [0, r^j] for even j and [−r^j, r^j] for odd j: the sum of
//! the products contains all values of the difference on A. Subtracted coefficient by coefficient, the two functions
//! do not count twice; what is lost is O(r) of the *difference's* size, however small that is.

use super::cover::Quantity;
use crate::arith::bernstein::shift;
use crate::arith::dyadic::Dyadic;
use crate::arith::dyadic::Rounding::Up;
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::interval::Interval;
use crate::arith::number::Rational;
use crate::enclosure::taylor::expansion;
use crate::language::EvalError;
use crate::language::ast::Function;

/// Taylor's formula is used up to this order.
const MAX_ORDER: usize = 16;

/// φ(t + shift) − q(t) as a function of t, the only side of its boxes.
pub struct PolynomialDistance {
    function: Function,
    shift: Rational,
    enclosed_shift: DyadicInterval,
    q: Vec<DyadicInterval>,
}

impl PolynomialDistance {
    /// `q` has the coefficients of 1, t, t², ….
    pub fn new(function: Function, shift: &Rational, q: &[Rational]) -> Self {
        Self {
            function,
            shift: shift.clone(),
            enclosed_shift: DyadicInterval::from_rational(shift),
            q: q.iter().map(DyadicInterval::from_rational).collect(),
        }
    }

    /// The coefficients of q(t + u) in u, by repeated division by u − t.
    fn expand_at(&self, t: DyadicInterval) -> Vec<DyadicInterval> {
        let mut coefficients = self.q.clone();
        shift(&mut coefficients, |low, high| *low = *low + *high * t);
        coefficients
    }
}

impl Quantity for PolynomialDistance {
    fn reach(&mut self, sides: &[Interval]) -> Result<Dyadic, EvalError> {
        let side = sides.first().ok_or(EvalError::Unbound)?;
        // The sum is exact, so that the end 0 of a domain stays one.
        let arguments = DyadicInterval::enclosing(&(side + &Interval::point(self.shift.clone())));
        let order = self.q.len().clamp(1, MAX_ORDER);
        let middle = arguments.mid();
        let centre = DyadicInterval::point(middle).ok_or(EvalError::TooWide)?;
        let radius = middle.sub(arguments.inf(), Up).max(arguments.sup().sub(middle, Up));
        let function = expansion(self.function, arguments, centre, order)?;
        let polynomial = self.expand_at(centre - self.enclosed_shift);
        let coefficient =
            |list: &[DyadicInterval], j: usize| list.get(j).copied().unwrap_or(DyadicInterval::ZERO);
        let (mut sum, mut power) = (DyadicInterval::ZERO, Dyadic::ONE);
        for j in 0..function.len().max(polynomial.len()) {
            let powers = match (j, DyadicInterval::new(Dyadic::ZERO, power).ok_or(EvalError::TooWide)?) {
                (0, _) => DyadicInterval::ONE,
                (j, up) if j % 2 == 0 => up,
                (_, up) => up.hull(-up),
            };
            sum = sum + (coefficient(&function, j) - coefficient(&polynomial, j)) * powers;
            power = power.mul(radius, Up);
        }
        Ok(sum.mag())
    }
}
