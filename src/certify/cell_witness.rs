//! The worst point of the worst table entry: a corner of its cells, as near as the cells' half-open ends allow.

use super::lower_bound::{distance, enclosures};
use super::witness::Witnessed;
use num_traits::{Signed, Zero};
use sumformer_checker::enclosure::TargetEnclosure;
use sumformer_checker::format::network::Network;
use sumformer_checker::interval::Interval;
use sumformer_checker::language::evaluate_token;
use sumformer_checker::language::target::Target;
use sumformer_checker::number::{Rational, power_of_two};
use sumformer_checker::rules::cells::WorstEntry;
use sumformer_checker::semantics::ExactEvaluator;

/// All corners are tried up to this many coordinates; beyond, one coordinate after the other.
const MAX_EXHAUSTIVE: usize = 10;
/// How often every coordinate is reconsidered.
const SWEEPS: usize = 3;
/// An upper end that belongs to the next cell is missed by this share of the cell.
const GAP: i64 = -20;

/// The corner at which the target is furthest from what the network says on the entry.
///
/// Where the target has no exact values, its enclosures at the corners give lower bounds of the errors there.
pub fn find_witness_on_cells(target: &Target, network: &Network, worst: &WorstEntry) -> Witnessed {
    let d = target.dimension();
    // Per coordinate of each token, the lowest and about the highest number of its cell.
    let ends: Vec<[Rational; 2]> = worst
        .boxes
        .iter()
        .flat_map(|token| token.iter().zip(&target.domain))
        .map(|(side, whole)| {
            let gap = side.wid() * power_of_two(GAP);
            let high = if side.sup() == whole.sup() { side.sup().clone() } else { side.sup() - gap };
            [side.inf().clone(), high]
        })
        .collect();
    let point = |corner: &[usize]| -> Vec<Vec<Rational>> {
        let coordinates: Vec<Rational> =
            corner.iter().zip(&ends).map(|(&end, pair)| pair[end].clone()).collect();
        coordinates.chunks(d).map(<[Rational]>::to_vec).collect()
    };
    let start = vec![0; ends.len()];
    let mut witnessed = Witnessed {
        input: point(&start),
        token: 0,
        output: worst.output,
        error: Rational::zero(),
        exact: false,
    };
    let value = ExactEvaluator::new(network).and_then(|exact| exact.evaluate_token(&witnessed.input, 0));
    let Ok(value) = value else { return witnessed };
    let value = &value[worst.output];
    let exactly = |corner: &[usize]| {
        let wanted = evaluate_token(target, &point(corner), 0).ok()?;
        Some((&wanted[worst.output] - value).abs())
    };
    let mut found = furthest(start.clone(), exactly);
    witnessed.exact = found.is_some();
    if found.is_none()
        && let Ok(mut enclosure) = TargetEnclosure::new(target)
    {
        found = furthest(start, |corner| {
            let wanted = enclosures(&mut enclosure, &point(corner))?;
            Some(distance(&Interval::point(value.clone()), wanted[worst.output]))
        });
    }
    if let Some((corner, error)) = found {
        witnessed.input = point(&corner);
        witnessed.error = error;
    }
    witnessed
}

/// A corner with a large error; none if there is no error at some corner that is tried.
fn furthest(
    start: Vec<usize>,
    mut error: impl FnMut(&[usize]) -> Option<Rational>,
) -> Option<(Vec<usize>, Rational)> {
    let mut best = (start.clone(), error(&start)?);
    let mut offer = |corner: Vec<usize>| -> Option<bool> {
        let found = error(&corner)?;
        let better = found > best.1;
        if better {
            best = (corner, found);
        }
        Some(better)
    };
    if start.len() <= MAX_EXHAUSTIVE {
        for number in 1..1_usize << start.len() {
            offer((0..start.len()).map(|k| number >> k & 1).collect())?;
        }
        return Some(best);
    }
    let mut corner = start;
    for _ in 0..SWEEPS {
        for k in 0..corner.len() {
            corner[k] = 1 - corner[k];
            if !offer(corner.clone())? {
                corner[k] = 1 - corner[k];
            }
        }
    }
    Some(best)
}
