//! Proved lower bounds of errors at a point where they are not known exactly.

use crate::eval::Forward;
use crate::numeric::FloatInterval;
use num_traits::Zero;
use sumformer_checker::enclosure::interval::DyadicInterval;
use sumformer_checker::enclosure::{PreparedSide, TargetEnclosure};
use sumformer_checker::format::network::Network;
use sumformer_checker::interval::Interval;
use sumformer_checker::language::evaluate_token;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::number::{Rational, max};
use sumformer_checker::semantics::ExactEvaluator;

/// A lower bound of |network − target| at the first token of a sequence: the distance between what is known of the two.
pub(super) fn lower_bound(
    target: &Target,
    network: &Network,
    input: &[Vec<Rational>],
    output: usize,
) -> Option<Rational> {
    let wanted = match evaluate_token(target, input, 0) {
        Ok(exact) => DyadicInterval::from_rational(exact.get(output)?),
        Err(_) => {
            let target = Target { tokens: Tokens::Fixed(input.len()), ..target.clone() };
            *enclosures(&mut TargetEnclosure::new(&target).ok()?, input)?.get(output)?
        }
    };
    let exact = ExactEvaluator::new(network).and_then(|exact| exact.evaluate_token(input, 0));
    let got = match exact {
        Ok(values) => Interval::point(values.get(output)?.clone()),
        Err(_) => in_floats(network, input, output)?,
    };
    Some(distance(&got, wanted))
}

/// Enclosures of all outputs of the target at the first token of a sequence.
pub(super) fn enclosures(
    target: &mut TargetEnclosure,
    input: &[Vec<Rational>],
) -> Option<Vec<DyadicInterval>> {
    let point = |x: &Rational| PreparedSide::new(&Interval::point(x.clone()));
    let sides: Vec<PreparedSide> = input.iter().flatten().map(point).collect();
    target.enclose(&sides.iter().collect::<Vec<_>>()).ok()
}

/// The distance of two intervals, a lower bound of that of any of their elements.
pub(super) fn distance(got: &Interval, wanted: DyadicInterval) -> Rational {
    let below = wanted.inf().to_rational().map(|inf| inf - got.sup());
    let above = wanted.sup().to_rational().map(|sup| got.inf() - sup);
    [below, above].into_iter().flatten().fold(Rational::zero(), max)
}

fn in_floats(network: &Network, input: &[Vec<Rational>], output: usize) -> Option<Interval> {
    let tokens: Vec<Vec<FloatInterval>> =
        input.iter().map(|token| token.iter().map(FloatInterval::from_rational).collect()).collect();
    let outputs = Forward::<FloatInterval>::compile(network).ok()?.run(&tokens).ok()?;
    let got = outputs.first()?.get(output)?;
    Interval::new(Rational::from_float(got.inf())?, Rational::from_float(got.sup())?).ok()
}
