//! One small region inside, and nothing at the corners.

use super::Family;
use crate::lowering::attention::{Architecture, averaging_attention};
use crate::zoo::dice::Dice;
use crate::zoo::error::ZooError;
use crate::zoo::specimen::{Side, Specimen, repeated};
use crate::zoo::stack::{Stack, Units};
use crate::zoo::suite::Size;
use crate::zoo::unroll::unroll;
use num_traits::One;
use sumformer_checker::arith::number::{Rational, integer};
use sumformer_checker::format::network::{Activation, Network};
use sumformer_checker::language::target::Tokens;

pub(super) const FAMILY: Family = Family {
    name: "needle",
    statement: "The output is max(0, 1 − s · mean over all tokens y of Σ_k |y[k] − c_k|), with a centre c inside of the box.\n\n\
*Largest value 1, taken only where every token is c*: the mean is not negative, and 0 exactly there. *Every corner of the box is safe*: at \
a corner every |y[k] − c_k| is at least the distance r_k of c_k from the ends, and s is chosen so that s · Σ_k r_k ≥ 1; \
so the output is 0 at all 2^(n·d) corners, and a property that fails inside holds at each of them.",
    specimens,
};

fn specimens(dice: &mut Dice, size: Size) -> Result<Vec<Specimen>, ZooError> {
    let shapes: &[[usize; 2]] =
        size.pick([&[[1, 1], [2, 2], [4, 3]], &[[1, 2], [4, 1], [4, 2], [4, 3]], &[[4, 2], [4, 3], [8, 4]]]);
    let mut made = Vec::new();
    for &[n, d] in shapes {
        let centre: Vec<Rational> = (0..d).map(|_| dice.dyadic(-7, 7, 3)).collect();
        // The box is [−1, 1], so that no corner is nearer than 1/8 in any coordinate.
        let steepness = integer(size.pick([8, 16, 64]));
        let network = network(n, &centre, &steepness);
        let domain = repeated(n * d, &[[integer(-1), integer(1)]]);
        let extreme = (Side::Largest, Rational::one(), repeated(n, &centre));
        let why = "a mean of distances is not negative, and 0 at one point only, which is no corner";
        let name = format!("n{n}-d{d}");
        made.push(Specimen::new(
            format!("{name}-mlp"),
            unroll(&network)?,
            domain.clone(),
            extreme.clone(),
            why,
        ));
        if n > 1 {
            made.push(Specimen::new(name, network, domain, extreme, why));
        }
    }
    Ok(made)
}

/// Slots: coordinates, the sum of distances, its mean, the output.
fn network(n: usize, centre: &[Rational], steepness: &Rational) -> Network {
    let (d, one) = (centre.len(), Rational::one());
    let [distance, mean, out] = [d, d + 1, d + 2];
    let mut stack = Stack::new(n, d, d + 3);
    let mut units = Units::default();
    for (coordinate, centre) in centre.iter().enumerate() {
        units.distance(&[(coordinate, one.clone())], centre, (distance, &one));
    }
    stack.block("distances", Activation::Relu, None, units);
    let entries = [(distance, mean, one.clone())];
    let attention = averaging_attention(Architecture::Transformer, Tokens::Fixed(n), d + 3, &entries, None);
    let mut units = Units::default();
    units.unit(&[(mean, -steepness)], one.clone(), &[(out, one)]);
    stack.block("needle", Activation::Relu, Some(attention), units);
    stack.read(&[out])
}
