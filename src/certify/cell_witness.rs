//! The worst point of the worst table entry: a corner of its cells, as near as the cells' half-open ends allow.

use super::witness::Witnessed;
use num_traits::Signed;
use sumformer_checker::arith::dyadic_interval::DyadicInterval;
use sumformer_checker::arith::number::{Rational, power_of_two};
use sumformer_checker::cells::WorstEntry;
use sumformer_checker::format::network::Network;
use sumformer_checker::language::Sequence;
use sumformer_checker::language::evaluate_token;
use sumformer_checker::language::target::Target;
use sumformer_checker::witness::semantics::ExactEvaluator;

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
    let corner = match ExactEvaluator::new(network)
        .and_then(|e| e.evaluate_run(Sequence::once(&point(&start)), 0))
    {
        Err(_) => start,
        Ok(value) => {
            let value = &value[worst.output];
            let exactly = |corner: &[usize]| {
                let wanted = evaluate_token(target, &point(corner), 0).ok()?;
                Some((&wanted[worst.output] - value).abs())
            };
            let enclosed = |corner: &[usize]| {
                let number = |token: Vec<Rational>| token.iter().map(DyadicInterval::from_rational).collect();
                let sequence: Vec<Vec<DyadicInterval>> = point(corner).into_iter().map(number).collect();
                let wanted = evaluate_token(target, &sequence, 0).ok()?;
                (wanted[worst.output] - DyadicInterval::from_rational(value)).abs().inf().to_rational()
            };
            let found = furthest(start.clone(), exactly).or_else(|| furthest(start.clone(), enclosed));
            found.map_or(start, |(corner, _)| corner)
        }
    };
    Witnessed::at(target, network, point(&corner), Vec::new(), worst.output)
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
