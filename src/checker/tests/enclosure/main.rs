//! Dyadic numbers, intervals of them, and how tight enclosures of targets are.

mod chords;
mod curvature;
mod dyadic;
mod elementary;
mod interval;
mod peers;
mod refusals;
mod root;
mod taylor;
mod tightness;

use sumformer_checker::arith::dyadic::Dyadic;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::enclosure::{PreparedSide, TargetEnclosure};
use sumformer_checker::language::read_target;
use sumformer_checker::language::target::Target;

/// A target of n tokens of one coordinate.
fn target(n: usize, expression: &str) -> Target {
    let source = format!("name = 't'\ntokens = {n}\ndomain = [[0, 1]]\noutput = ['{expression}']\n");
    read_target(&source).unwrap_or_else(|problems| panic!("{problems}"))
}

fn exact(value: Dyadic) -> Rational {
    value.to_rational().expect("a finite number")
}

/// The ends of the enclosure of the only output.
fn ends(n: usize, expression: &str, sides: &[Interval]) -> (Rational, Rational) {
    let sides: Vec<PreparedSide> = sides.iter().map(PreparedSide::new).collect();
    let mut enclosure = TargetEnclosure::new(&target(n, expression)).unwrap();
    let output = enclosure.enclose(&sides.iter().collect::<Vec<_>>()).unwrap()[0];
    (exact(output.inf()), exact(output.sup()))
}

/// The enclosures of the partial derivatives of the only output.
fn derivatives(n: usize, expression: &str, sides: &[Interval]) -> Vec<(Rational, Rational)> {
    let sides: Vec<PreparedSide> = sides.iter().map(PreparedSide::new).collect();
    let mut enclosure = TargetEnclosure::new(&target(n, expression)).unwrap();
    let outputs = enclosure.partial_derivatives(&sides.iter().collect::<Vec<_>>()).unwrap();
    outputs[0].iter().map(|slope| (exact(slope.inf()), exact(slope.sup()))).collect()
}
