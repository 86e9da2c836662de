//! Networks of steps, whose answer flips with the last bit of an end of the box.

use super::{Family, architectures};
use crate::lowering::attention::{Architecture, averaging_attention};
use crate::zoo::dice::Dice;
use crate::zoo::error::ZooError;
use crate::zoo::instance::next_single;
use crate::zoo::specimen::{Side, Specimen, repeated};
use crate::zoo::stack::{Stack, Units};
use crate::zoo::suite::Size;
use sumformer_checker::arith::number::{Rational, integer};
use sumformer_checker::format::network::{Activation, Network};
use sumformer_checker::language::target::Tokens;

pub(super) const FAMILY: Family = Family {
    name: "stairs",
    statement: "The output is the mean over all tokens of f, a function with steps: f(t) = Σ_i height_i · [t ≥ θ_i], where [·] is 1 or 0. Its \
values increase from step to step.\n\n\
*The largest value is f at the right end of the interval*, taken where every token is the last threshold that is not right of this end. In \
`…-at` the right end is the last threshold θ itself, in `…-before` the single-precision number before θ, so \
that the last step is not reached: one bit of an end of the box changes the extreme by the height of a step.",
    specimens,
};

fn specimens(dice: &mut Dice, size: Size) -> Result<Vec<Specimen>, ZooError> {
    let shapes: &[usize] = size.pick([&[1, 4], &[1, 2, 8], &[2, 8, 16]]);
    let mut made = Vec::new();
    for &n in shapes {
        for architecture in architectures(dice.below(1 << 16) as u64) {
            let count = size.pick([3, 8, 32]);
            // Thresholds in 64ths inside of [0, 1], at least one apart.
            let mut places: Vec<usize> = dice.permutation(63).into_iter().take(count).collect();
            places.sort_unstable();
            let steps: Vec<(Rational, Rational)> = places
                .into_iter()
                .map(|place| (integer(place as i64 + 1) / integer(64), dice.dyadic(1, 16, 4)))
                .collect();
            let network = network(n, architecture, &steps);
            let (last, before) = (&steps[count - 1].0, &steps[..count - 1]);
            let defect =
                || ZooError::Defect { name: "stairs".into(), what: "no number before a threshold".into() };
            let end = next_single(last, false).ok_or_else(defect)?;
            for (kind, end, reached) in [("at", last.clone(), &steps[..]), ("before", end, before)] {
                let sum: Rational = reached.iter().map(|(_, height)| height.clone()).sum();
                let at = vec![reached[reached.len() - 1].0.clone(); n];
                let why = format!("{} of {count} thresholds lie in the box, and f increases", reached.len());
                let domain = repeated(n, &[[Rational::default(), end]]);
                let name = format!("{}-n{n}-{kind}", architecture.name());
                made.push(Specimen::new(name, network.clone(), domain, (Side::Largest, sum, at), why));
            }
        }
    }
    Ok(made)
}

/// Slots: the coordinate, f, its mean.
fn network(n: usize, architecture: Architecture, steps: &[(Rational, Rational)]) -> Network {
    let one = integer(1);
    let mut stack = Stack::new(n, 1, 3);
    let mut units = Units::default();
    for (threshold, height) in steps {
        units.unit(&[(0, one.clone())], -threshold, &[(1, height.clone())]);
    }
    stack.block("steps", Activation::Step, None, units);
    let attention = averaging_attention(architecture, Tokens::Fixed(n), 3, &[(1, 2, one)], None);
    let mut units = Units::default();
    units.copy(2, 2);
    stack.block("mean", Activation::Relu, Some(attention), units);
    stack.read(&[2])
}
