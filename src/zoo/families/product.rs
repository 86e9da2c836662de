//! A product of two coordinates, out of rectifiers, beside the product itself.

use super::Family;
use crate::export::Flat;
use crate::lowering::attention::{Architecture, averaging_attention};
use crate::zoo::dice::Dice;
use crate::zoo::error::ZooError;
use crate::zoo::profile::Profile;
use crate::zoo::specimen::{Side, Specimen, Term, repeated};
use crate::zoo::stack::{Stack, Units};
use crate::zoo::suite::Size;
use crate::zoo::unroll::unroll;
use sumformer_checker::arith::number::{Rational, integer, power_of_two, ratio};
use sumformer_checker::format::network::{Activation, Network};
use sumformer_checker::language::target::Tokens;

pub(super) const FAMILY: Family = Family {
    name: "product",
    statement: "Let S interpolate t² between multiples of h. A network computes the mean over tokens (a, b) of P = (S(a + b) − S(a − b))/4, \
which stands for a·b. Compared is its distance from the mean of a·b: as a network that also multiplies (`…-mul`), and as a \
property in VNN-LIB 2.0, which subtracts the products itself (`…-arithmetic`).\n\n\
*Largest value h²/16, least value −h²/16.* S(t) − t² lies between 0, taken at multiples of h, and h²/4, taken in the middle between two. As \
a·b = ((a + b)² − (a − b)²)/4, the distance of one token is at most (h²/4 − 0)/4 and at least (0 − h²/4)/4. With both coordinates in [0, 1], the former is taken \
at a = b = 1/2 + h/4, where a + b is such a middle and a − b = 0; the latter at a = 1/2 + h/4, b = 1/2 − h/4, where it is the other way round.",
    specimens,
};

fn specimens(_: &mut Dice, size: Size) -> Result<Vec<Specimen>, ZooError> {
    let bits: &[i64] = size.pick([&[1, 2], &[2, 3], &[3, 4, 5]]);
    let lengths: &[usize] = size.pick([&[1, 2], &[1, 2, 4], &[1, 4]]);
    let mut made = Vec::new();
    for &n in lengths {
        for &bits in bits {
            let width = power_of_two(-bits);
            let network = network(n, &width);
            let share = ratio(1, n as i64);
            let terms: Vec<Term> = (0..n)
                .map(|token| Term { coefficient: share.clone(), inputs: [2 * token, 2 * token + 1] })
                .collect();
            let domain = repeated(2 * n, &[[integer(0), integer(1)]]);
            for side in [Side::Largest, Side::Least] {
                let [a, b] = [&width / integer(4), &width / integer(4) * side.sign()];
                let at = repeated(n, &[ratio(1, 2) + a, ratio(1, 2) + b]);
                let extreme = (side, side.sign() * &width * &width / integer(16), at);
                let why =
                    "the error of a square lies between 0 and h²/4, and a point takes both ends at once";
                let kind = if side == Side::Largest { "above" } else { "below" };
                let name = format!("n{n}-h{bits}-{kind}");
                let mlp = unroll(&network)?;
                let mul = minus_products(&mlp, &terms);
                made.push(Specimen::new(format!("{name}-mul"), mul, domain.clone(), extreme.clone(), why));
                let mut plain =
                    Specimen::new(format!("{name}-arithmetic"), mlp, domain.clone(), extreme, why);
                plain.subtracted = terms.clone();
                made.push(plain);
            }
        }
    }
    Ok(made)
}

/// The first output minus products of inputs, with a node that multiplies.
pub(super) fn minus_products(mlp: &Flat, terms: &[Term]) -> Flat {
    let mut flat = mlp.clone();
    let output = flat.last();
    let factor = |flat: &mut Flat, side: usize| {
        let entries = terms.iter().enumerate().map(|(row, term)| (term.inputs[side], row, integer(1)));
        flat.map(0, terms.len(), entries.collect::<Vec<_>>(), [])
    };
    let factors = [factor(&mut flat, 0), factor(&mut flat, 1)];
    let products = flat.product(factors[0], factors[1]);
    let entries = terms.iter().enumerate().map(|(row, term)| (row, 0, -&term.coefficient));
    let sum = flat.map(products, 1, entries.collect::<Vec<_>>(), []);
    let first = flat.map(output, 1, [(0, 0, integer(1))], []);
    flat.sum(first, sum);
    flat
}

/// Slots: a, b, P, its mean.
fn network(n: usize, width: &Rational) -> Network {
    let (one, quarter) = (integer(1), ratio(1, 4));
    let mut stack = Stack::new(n, 2, 4);
    let mut units = Units::default();
    let sum = Profile::square(&integer(0), &integer(2), width);
    let difference = Profile::square(&integer(-1), &integer(1), width);
    units.profile(&[(0, one.clone()), (1, one.clone())], &sum, (2, &quarter));
    units.profile(&[(0, one.clone()), (1, -&one)], &difference, (2, &-quarter));
    stack.block("products", Activation::Relu, None, units);
    let mut units = Units::default();
    units.copy(3, 3);
    let attention = averaging_attention(Architecture::Transformer, Tokens::Fixed(n), 4, &[(2, 3, one)], None);
    stack.block("mean", Activation::Relu, Some(attention), units);
    stack.read(&[3])
}
