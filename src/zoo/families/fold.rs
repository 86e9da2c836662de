//! Hats composed by depth, of an average.

use super::Family;
use crate::lowering::attention::{Architecture, averaging_attention};
use crate::zoo::dice::Dice;
use crate::zoo::error::ZooError;
use crate::zoo::model::Model;
use crate::zoo::specimen::{Side, Specimen, repeated};
use crate::zoo::stack::{Stack, Units};
use crate::zoo::suite::Size;
use crate::zoo::unroll::unroll;
use sumformer_checker::arith::number::{Rational, integer, power_of_two, ratio};
use sumformer_checker::format::network::{Activation, Network};

pub(super) const FAMILY: Family = Family {
    name: "fold",
    statement: "With h(t) = 2t for t ≤ 1/2 and 2 − 2t above, let H be h composed k times. The output is H(u) − |u − c|/4, u being the \
average of all inputs, each scaled from its interval to [0, 1], and c an odd multiple of 2^−k.\n\n\
*Largest value 1, taken where every input is at the fraction c of its interval.* u lies in [0, 1], where H ≤ 1 with equality exactly \
at the odd multiples of 2^−k, of which there are 2^(k−1). The second term is at most 0, with equality exactly at u = c. So of 2^(k−1) peaks \
only one reaches 1; its neighbours miss it by 2^−k/2.",
    specimens,
};

/// The weight of the distance from c.
const PENALTY: i64 = 4;

fn specimens(dice: &mut Dice, size: Size) -> Result<Vec<Specimen>, ZooError> {
    let depths: &[usize] = size.pick([&[2, 4], &[2, 4, 6, 8], &[4, 8, 10, 12]]);
    let shapes: &[[usize; 2]] =
        size.pick([&[[1, 1], [2, 2]], &[[1, 1], [2, 1], [4, 2]], &[[1, 1], [4, 2], [4, 4]]]);
    let mut made = Vec::new();
    for &[n, d] in shapes {
        for &depth in depths {
            let fold = Fold::random(dice, n, d, depth);
            let network = fold.network(Architecture::Transformer);
            let name = format!("depth-{depth}-n{n}-d{d}");
            made.push(fold.specimen(format!("{name}-mlp"), unroll(&network)?));
            if n > 1 {
                made.push(fold.specimen(name, network));
            }
        }
    }
    Ok(made)
}

/// What the dice decide.
pub(super) struct Fold {
    n: usize,
    d: usize,
    depth: usize,
    /// Where the highest peak is.
    pub centre: Rational,
    /// The left end of all intervals, and the logarithm of their length.
    from: Rational,
    length: i64,
}

impl Fold {
    pub fn random(dice: &mut Dice, n: usize, d: usize, depth: usize) -> Self {
        let odd = integer(2 * dice.below(1 << (depth - 1)) as i64 + 1);
        let from = if dice.coin() { dice.dyadic(-2, 1, 0) } else { dice.dyadic(-7, 7, 2) };
        let length = dice.below(3) as i64 - 1;
        Self { n, d, depth, centre: odd * power_of_two(-(depth as i64)), from, length }
    }

    /// Slots: coordinates, their average over the token, that over all tokens, the distance from c.
    pub fn network(&self, architecture: Architecture) -> Network {
        let Self { n, d, .. } = *self;
        let [own, average, away] = [d, d + 1, d + 2];
        let mut stack = Stack::new(n, d, d + 3);
        let scale = ratio(1, d as i64) * power_of_two(-self.length);
        let (one, zero) = (integer(1), Rational::default());
        let mut units = Units::default();
        // Positive, as the left end is where the rectifiers begin.
        for coordinate in 0..d {
            units.unit(&[(coordinate, one.clone())], -&self.from, &[(own, scale.clone())]);
        }
        stack.block("scaling", Activation::Relu, None, units);
        let mut units = Units::default();
        units.copy(average, average);
        let penalty = ratio(-1, PENALTY);
        units.distance(&[(average, one.clone())], &self.centre, (away, &penalty));
        let attention = averaging_attention(
            architecture,
            sumformer_checker::language::target::Tokens::Fixed(n),
            d + 3,
            &[(own, average, one.clone())],
            None,
        );
        stack.block("average", Activation::Relu, Some(attention), units);
        for _ in 0..self.depth {
            let mut units = Units::default();
            units.unit(&[(average, one.clone())], zero.clone(), &[(average, one.clone())]);
            units.unit(&[(average, one.clone())], ratio(-1, 2), &[(average, integer(-4))]);
            stack.block("fold", Activation::Relu, None, units);
        }
        stack.read(&[average, away])
    }

    pub fn domain(&self) -> Vec<[Rational; 2]> {
        let end = &self.from + power_of_two(self.length);
        repeated(self.n, &vec![[self.from.clone(), end]; self.d])
    }

    pub fn at(&self) -> Vec<Rational> {
        vec![&self.from + &self.centre * power_of_two(self.length); self.n * self.d]
    }

    pub fn specimen(&self, name: String, model: impl Into<Model>) -> Specimen {
        let why = format!(
            "one of {} peaks, the one at c = {}, is the highest",
            1_u64 << (self.depth - 1),
            self.centre
        );
        Specimen::new(name, model, self.domain(), (Side::Largest, integer(1), self.at()), why)
    }
}
