//! Nodes on the sides of the box, and the polynomials that weigh the values there.

use super::super::ApproximationError;
use num_traits::{One, Zero};
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, binomial, integer, power_of_two, to_f64};

/// The largest degree per variable.
pub const MAX_DEGREE: u32 = 128;

/// Which linear operator f ↦ Σ_nodes f(node)·Π basis polynomials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// B_m: equidistant nodes and the Bernstein basis, a convex combination of the values. Its error falls like 1/m
    /// for smooth f, and has a priori bounds.
    Bernstein,
    /// Interpolation at Chebyshev points, rounded to short rationals: no a priori bound here, but the error falls
    /// exponentially for analytic f.
    Chebyshev,
}

impl Operator {
    /// The name in text and in the names of targets.
    pub fn name(self) -> &'static str {
        match self {
            Operator::Bernstein => "bernstein",
            Operator::Chebyshev => "chebyshev",
        }
    }
}

/// An operator of degree m per variable on a box; a side that is a point has one node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    operator: Operator,
    degree: u32,
    domain: Vec<Interval>,
    /// Per coordinate, increasing.
    nodes: Vec<Vec<Rational>>,
}

impl Frame {
    /// The operator of degree `degree` = m between 1 and [`MAX_DEGREE`] on every side of `domain`.
    pub fn new(operator: Operator, degree: u32, domain: &[Interval]) -> Result<Self, ApproximationError> {
        if !(1..=MAX_DEGREE).contains(&degree) {
            return Err(ApproximationError::Degree { degree, limit: MAX_DEGREE });
        }
        let places = match operator {
            Operator::Bernstein => (0..=degree).map(|v| Rational::new(v.into(), degree.into())).collect(),
            Operator::Chebyshev => chebyshev_places(degree),
        };
        let on_side = |side: &Interval| -> Vec<Rational> {
            if side.wid().is_zero() {
                return vec![side.inf().clone()];
            }
            places.iter().map(|place: &Rational| side.inf() + place * side.wid()).collect()
        };
        let nodes = domain.iter().map(on_side).collect();
        Ok(Self { operator, degree, domain: domain.to_vec(), nodes })
    }

    /// Which operator.
    pub fn operator(&self) -> Operator {
        self.operator
    }

    /// m.
    pub fn degree(&self) -> u32 {
        self.degree
    }

    /// The nodes of each coordinate of a token, increasing: m + 1, or one where the side is a point.
    pub fn nodes(&self) -> &[Vec<Rational>] {
        &self.nodes
    }

    /// The box.
    pub fn domain(&self) -> &[Interval] {
        &self.domain
    }

    /// The number of nodes of one token, (m+1)^d; saturating.
    pub fn token_nodes(&self) -> u64 {
        self.nodes.iter().fold(1, |product: u64, nodes| product.saturating_mul(nodes.len() as u64))
    }

    /// The basis polynomials of coordinate k: entry `[v][e]` is the coefficient of x^e in the one of node v.
    pub fn basis(&self, k: usize) -> Vec<Vec<Rational>> {
        let nodes = &self.nodes[k];
        if nodes.len() == 1 {
            return vec![vec![Rational::one()]];
        }
        match self.operator {
            Operator::Bernstein => bernstein_basis(self.degree, &self.domain[k]),
            Operator::Chebyshev => lagrange_basis(nodes),
        }
    }

    /// The values of the basis polynomials of coordinate k at x, in floating point and without cancellation.
    pub fn weights(&self, k: usize, x: f64) -> Vec<f64> {
        let nodes: Vec<f64> = self.nodes[k].iter().map(to_f64).collect();
        match self.operator {
            Operator::Bernstein if nodes.len() > 1 => {
                let (inf, width) = (to_f64(self.domain[k].inf()), to_f64(&self.domain[k].wid()));
                let s = (x - inf) / width;
                // De Casteljau's recurrence: from degree r to r + 1.
                let mut weights = vec![1.0];
                for _ in 0..self.degree {
                    let mut next = vec![0.0; weights.len() + 1];
                    for (v, weight) in weights.iter().enumerate() {
                        next[v] += (1.0 - s) * weight;
                        next[v + 1] += s * weight;
                    }
                    weights = next;
                }
                weights
            }
            Operator::Bernstein | Operator::Chebyshev => (0..nodes.len())
                .map(|v| {
                    let factor = |j: usize| (x - nodes[j]) / (nodes[v] - nodes[j]);
                    (0..nodes.len()).filter(|&j| j != v).map(factor).product()
                })
                .collect(),
        }
    }
}

/// (1 − cos((2j+1)π/(2m+2)))/2, rounded to about a hundredth of the smallest distance of two of them.
///
/// Any distinct places make an interpolation, so floating point may choose them; short ones keep the basis short.
fn chebyshev_places(degree: u32) -> Vec<Rational> {
    let bits = 2 * i64::from(u32::BITS - degree.leading_zeros()) + 6;
    let place = |j: u32| {
        let angle = f64::from(2 * j + 1) / f64::from(2 * degree + 2) * std::f64::consts::PI;
        let steps = (0.5 * (1.0 - angle.cos()) * 2.0_f64.powi(bits as i32)).round();
        integer(steps as i64) * power_of_two(-bits)
    };
    (0..=degree).map(place).collect()
}

/// C(m, v)·(x − inf)^v·(sup − x)^(m−v)/width^m.
fn bernstein_basis(degree: u32, side: &Interval) -> Vec<Vec<Rational>> {
    let m = degree as usize;
    let powers = |base: &[Rational; 2]| -> Vec<Vec<Rational>> {
        let mut powers = vec![vec![Rational::one()]];
        for r in 0..m {
            powers.push(product(&powers[r], base));
        }
        powers
    };
    // Each factor is divided by the width, so that on [0, w] no large numbers meet.
    let width = side.wid();
    let below = powers(&[-side.inf() / &width, width.recip()]);
    let above = powers(&[side.sup() / &width, -width.recip()]);
    (0..=m)
        .map(|v| {
            let choose = Rational::from(binomial(m as u64, v as u64));
            product(&below[v], &above[m - v]).into_iter().map(|c| c * &choose).collect()
        })
        .collect()
}

/// Π_{j≠v} (x − t_j)/(t_v − t_j), from Π_j (x − t_j) by division.
fn lagrange_basis(nodes: &[Rational]) -> Vec<Vec<Rational>> {
    let all = nodes.iter().fold(vec![Rational::one()], |p, t| product(&p, &[-t.clone(), Rational::one()]));
    nodes
        .iter()
        .map(|t| {
            // Horner's scheme leaves the quotient by x − t.
            let mut quotient = vec![Rational::zero(); nodes.len()];
            let mut carry = Rational::zero();
            for e in (0..nodes.len()).rev() {
                carry = carry * t + &all[e + 1];
                quotient[e] = carry.clone();
            }
            let at_node = quotient.iter().rev().fold(Rational::zero(), |value, c| value * t + c);
            quotient.into_iter().map(|c| c / &at_node).collect()
        })
        .collect()
}

fn product(p: &[Rational], q: &[Rational]) -> Vec<Rational> {
    let mut coefficients = vec![Rational::zero(); p.len() + q.len() - 1];
    for (i, a) in p.iter().enumerate().filter(|(_, a)| !a.is_zero()) {
        for (j, b) in q.iter().enumerate().filter(|(_, b)| !b.is_zero()) {
            coefficients[i + j] += a * b;
        }
    }
    coefficients
}

#[cfg(test)]
mod tests {
    use super::*;
    use sumformer_checker::arith::number::ratio;

    fn value(coefficients: &[Rational], x: &Rational) -> Rational {
        coefficients.iter().rev().fold(Rational::zero(), |value, c| value * x + c)
    }

    #[test]
    fn both_bases_are_partitions_of_unity_and_the_lagrange_basis_is_dual_to_its_nodes() {
        let side = Interval::new(ratio(-2, 3), integer(5)).expect("in order");
        for degree in [1, 2, 7, 16] {
            for operator in [Operator::Bernstein, Operator::Chebyshev] {
                let frame = Frame::new(operator, degree, std::slice::from_ref(&side)).expect("a degree");
                let basis = frame.basis(0);
                assert!(frame.nodes()[0].windows(2).all(|pair| pair[0] < pair[1]));
                for x in [ratio(-1, 7), integer(3)] {
                    let total: Rational = basis.iter().map(|p| value(p, &x)).sum();
                    assert_eq!(total, Rational::one());
                    for (p, weight) in basis.iter().zip(frame.weights(0, to_f64(&x))) {
                        assert!((to_f64(&value(p, &x)) - weight).abs() < 1e-9);
                    }
                }
                if operator == Operator::Chebyshev {
                    for (v, p) in basis.iter().enumerate() {
                        for (j, t) in frame.nodes()[0].iter().enumerate() {
                            assert_eq!(value(p, t), integer(i64::from(v == j)));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn degrees_out_of_range_are_refused() {
        for degree in [0, MAX_DEGREE + 1] {
            let refused = Frame::new(Operator::Bernstein, degree, &[Interval::point(integer(1))]);
            assert_eq!(refused, Err(ApproximationError::Degree { degree, limit: MAX_DEGREE }));
        }
    }
}
