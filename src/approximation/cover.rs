//! How boxes have to be cut for a bound to follow on all parts: what the checker reads in a certificate.

use crate::words::push_node;
use std::collections::BTreeMap;
use sumformer_checker::arith::dyadic::Dyadic;
use sumformer_checker::arith::dyadic::Rounding::Down;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::format::certificate::Approximation;
use sumformer_checker::language::target::Target;
use sumformer_checker::limits::MAX_CUTS;
use sumformer_checker::subdivision::text::{Leaf, Node};
use sumformer_checker::surrogate::cover::{Cover, Quantity, Uncovered};
use sumformer_checker::surrogate::{Surrogate, SurrogateError};

/// A box is cut into this many parts at most.
const MAX_PARTS: usize = 1 << 18;

/// The cuts with which |quantity| ≤ bound follows on the whole box: a part on which it does not is halved, at the side that is the
/// widest in comparison with the whole.
pub fn cuts(quantity: &mut dyn Quantity, whole: &[Interval], bound: &Rational) -> Result<String, Uncovered> {
    let limit = Dyadic::from_rational(bound, Down);
    let widths: Vec<Rational> = whole.iter().map(Interval::wid).collect();
    let (mut text, mut parts) = (String::new(), 1);
    let mut open = vec![(whole.to_vec(), 0)];
    while let Some((sides, depth)) = open.pop() {
        // A box on which there is no enclosure may have one on its halves.
        if quantity.reach(&sides).is_ok_and(|reached| reached <= limit) {
            push_node(&mut text, Node::Leaf(Leaf::Enclosed));
            continue;
        }
        let mut widest: Vec<(Rational, usize)> = (0..sides.len())
            .filter(|&k| sides[k].inf() != sides[k].sup())
            .map(|k| (sides[k].wid() / &widths[k], k))
            .collect();
        widest.sort_by(|(a, j), (b, k)| b.cmp(a).then(j.cmp(k)));
        let mut halved = widest.iter().filter(|_| depth < MAX_CUTS && parts < MAX_PARTS);
        let halved = halved.find_map(|&(_, k)| Some((k, quantity.halves(&sides, k)?)));
        let Some((k, [low, high])) = halved else {
            return Err(quantity.exceeds(&sides, bound));
        };
        push_node(&mut text, Node::Split(k));
        parts += 1;
        open.extend([(high, depth + 1), (low, depth + 1)]);
    }
    Ok(text)
}

/// The surrogate that approximations make, whatever their cuts; its own have those that prove their errors.
pub fn surrogate(
    target: &Target,
    approximations: &[Approximation],
    max_terms: usize,
) -> Result<Surrogate, SurrogateError> {
    let mut search = Search::default();
    let mut surrogate = Surrogate::shown_by(&mut search, target, approximations, max_terms)?;
    for (index, approximation) in surrogate.approximations.iter_mut().enumerate() {
        let text = search.0.remove(&index).unwrap_or_default();
        approximation.cuts = text.trim_end_matches('.').to_string();
    }
    Ok(surrogate)
}

/// The cuts of approximations, by number.
#[derive(Default)]
struct Search(BTreeMap<usize, String>);

impl Cover for Search {
    fn require(
        &mut self,
        index: usize,
        quantity: &mut dyn Quantity,
        whole: &[Interval],
        bound: &Rational,
    ) -> Result<(), Uncovered> {
        let found = cuts(quantity, whole, bound)?;
        self.0.entry(index).or_default().push_str(&found);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_traits::{One, Signed, Zero};
    use proptest::prelude::*;
    use sumformer_checker::arith::dyadic_interval::DyadicInterval;
    use sumformer_checker::arith::number::{integer, max, ratio};
    use sumformer_checker::enclosure::image::Image;
    use sumformer_checker::language::ast::Function;
    use sumformer_checker::surrogate::polynomial_distance::PolynomialDistance;

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

    fn polynomial_distance(
        function: Function,
        shift: &Rational,
        q: &[Rational],
        range: &Interval,
        bound: &Rational,
    ) -> Result<String, Uncovered> {
        cuts(&mut PolynomialDistance::new(function, shift, q), std::slice::from_ref(range), bound)
    }

    #[test]
    fn a_parabola_is_an_eighth_from_the_absolute_value() {
        // t² + 1/8 on [−1, 1]: off by 1/8 at 0, ±1/2 and ±1.
        let q = [ratio(1, 8), integer(0), integer(1)];
        let range = Interval::symmetric(integer(1));
        let check = |bound: Rational| polynomial_distance(Function::Abs, &integer(0), &q, &range, &bound);
        assert!(check(ratio(1001, 8000)).is_ok_and(|cuts| cuts.contains('a')));
        let Err(Uncovered::Exceeded { near, .. }) = check(ratio(999, 8000)) else { panic!("too close") };
        // The first of the worst places.
        assert!(near[0].starts_with("-0.99") || near[0] == "-1", "{near:?}");
    }

    #[test]
    fn domains_are_respected() {
        let check = |function, lo: Rational, shift: Rational| {
            let range = Interval::new(lo, integer(3)).unwrap();
            polynomial_distance(function, &shift, &[], &range, &integer(4))
        };
        assert!(check(Function::Sqrt, ratio(-1, 3), ratio(1, 3)).is_ok());
        // The inverse has values on either side.
        assert!(check(Function::Inverse, ratio(-1, 3), ratio(1, 4)).is_err());
        for function in [Function::Sqrt, Function::Log] {
            let refused = check(function, ratio(-1, 3), ratio(1, 4));
            assert!(matches!(refused, Err(Uncovered::Evaluation(_))), "{refused:?}");
        }
        assert!(check(Function::Exp, integer(0), integer(1 << 30)).is_err());
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
            prop_assert!(check(&(&distance * ratio(21, 20) + &rounding)).is_ok());
            if distance > rounding {
                let below = check(&(&distance * (Rational::one() - ratio(1, 1 << 10))));
                prop_assert!(matches!(below, Err(Uncovered::Exceeded { .. })), "{below:?}");
            }
        }
    }
}
