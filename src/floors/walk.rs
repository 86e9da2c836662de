//! A floor that needs no search: tokens that walk together through the whole box.

use sumformer_checker::arith::number::{Exact, Rational, integer, ratio};
use sumformer_checker::floor::derive_floor;
use sumformer_checker::format::floor::{Face, Floor, Moving, Probe, Weight};
use sumformer_checker::language::target::Target;

/// All others are at one place t, coordinate k of which goes from one end of its side to the other with v_k; where it is at an end,
/// output k is looked at, from the own token `own`. For targets with an output for each coordinate; δ is what the checker derives.
///
/// For the function of Figure 2 this is the proof of docs/figures.md, and it is sharp.
pub fn walk(target: &Target, n: usize, own: &[Rational]) -> Option<Floor> {
    let d = target.dimension();
    if n < 2 || target.outputs() != d || own.len() != d {
        return None;
    }
    let side = |k: usize, share: Rational| Exact((target.domain[k].sup() - target.domain[k].inf()) * share);
    let along = |k: usize| (0..d).map(|j| side(k, ratio(i64::from(j == k), 2))).collect();
    let mut floor = Floor {
        sums: d - 1,
        error: Exact(Rational::default()),
        moving: vec![Moving {
            copies: n - 1,
            centre: (0..d).map(|k| Exact(target.domain[k].inf() + &side(k, ratio(1, 2)).0)).collect(),
            directions: (0..d).map(along).collect(),
        }],
        probes: vec![Probe { own: own.iter().cloned().map(Exact).collect(), resting: Vec::new() }],
        faces: (0..d)
            .map(|output| Face {
                weights: vec![Weight { probe: 0, output, weight: Exact(integer(1)) }],
                cuts: String::new(),
            })
            .collect(),
    };
    floor.error = Exact(derive_floor(target, n, &floor, "floor").ok()?);
    (floor.error.0 > Rational::default()).then_some(floor)
}
