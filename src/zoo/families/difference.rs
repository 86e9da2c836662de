//! Two networks for one function, and what is between them.

use super::Family;
use super::fold::Fold;
use crate::export::{Flat, Value};
use crate::lowering::attention::Architecture;
use crate::zoo::dice::Dice;
use crate::zoo::error::ZooError;
use crate::zoo::profile::Profile;
use crate::zoo::shapes::Shape;
use crate::zoo::specimen::{Side, Specimen, repeated};
use crate::zoo::suite::Size;
use crate::zoo::unroll::unroll;
use sumformer_checker::arith::number::{Rational, integer, power_of_two, ratio};

pub(super) const FAMILY: Family = Family {
    name: "difference",
    statement: "`defect`: a network as in `fold`, minus the same function in another shape, plus a triangle of height δ around one value of the \
first input. *Largest value δ, taken at the top of the triangle*: the two networks cancel everywhere, and the triangle is at most δ.\n\n\
`squares`: S_h − S_g, where S_w interpolates t² between multiples of w and g divides h; summed over N inputs. *Largest value N·h²/4*: S_h(t) − t² is at most h²/4, \
taken in the middle between multiples of h, and S_g(t) − t² is at least 0, taken at multiples of g, which that middle is one of.",
    specimens,
};

fn specimens(dice: &mut Dice, size: Size) -> Result<Vec<Specimen>, ZooError> {
    let mut made = Vec::new();
    for (n, d) in size.pick([[(1, 1), (2, 2)], [(1, 2), (4, 2)], [(4, 1), (4, 2)]]) {
        let fold = Fold::random(dice, n, d, size.pick([3, 5, 9]));
        made.push(defect(&fold, dice, format!("defect-n{n}-d{d}"))?);
    }
    for inputs in size.pick([[1, 4], [2, 8], [8, 12]]) {
        made.push(squares(dice, inputs, size.pick([1, 2, 4])));
    }
    Ok(made)
}

fn defect(fold: &Fold, dice: &mut Dice, name: String) -> Result<Specimen, ZooError> {
    let mlp = unroll(&fold.network(Architecture::Transformer))?;
    let height = power_of_two(-(4 + dice.below(5) as i64));
    let domain = fold.domain();
    // In the middle of a 16th of the interval, so that no end of the box is near.
    let (from, length) = (&domain[0][0], &domain[0][1] - &domain[0][0]);
    let top = from + &length * dice.dyadic(1, 15, 4);
    let half = &length / integer(16);
    let points = [(&top - &half, integer(0)), (top.clone(), height.clone()), (&top + &half, integer(0))];
    let mut triangle = Profile::through(&points);
    // Beyond its right end it stays 0.
    triangle.kinks.insert(points[2].0.clone(), &height / &half);
    let mut flat = Flat::new(mlp.inputs());
    let first = flat.append(&mlp);
    let second = flat.append(&Shape::Permuted.of(&mlp, dice));
    let triangle = profile(&mut flat, &[0], &triangle, &integer(1));
    let first = flat.map(first, 1, [(0, 0, integer(1))], []);
    let second = flat.map(second, 1, [(0, 0, integer(-1))], []);
    let difference = flat.sum(first, second);
    flat.sum(difference, triangle);
    let mut at = fold.at();
    at[0] = top;
    let why = "two networks for one function cancel, and a triangle of this height is left";
    Ok(Specimen::new(name, flat, domain, (Side::Largest, height, at), why))
}

fn squares(dice: &mut Dice, inputs: usize, bits: i64) -> Specimen {
    let coarse = power_of_two(-bits);
    let fine = power_of_two(-bits - 1 - dice.below(2) as i64);
    let (zero, one, all) = (integer(0), integer(1), (0..inputs).collect::<Vec<_>>());
    let mut flat = Flat::new(inputs);
    let first = profile(&mut flat, &all, &Profile::square(&zero, &one, &coarse), &one);
    let second = profile(&mut flat, &all, &Profile::square(&zero, &one, &fine), &-&one);
    flat.sum(first, second);
    let middle = &coarse * (integer(dice.below(1 << bits) as i64) + ratio(1, 2));
    let largest = &coarse * &coarse / integer(4) * integer(inputs as i64);
    let extreme = (Side::Largest, largest, vec![middle; inputs]);
    let why = "the coarse interpolation is highest above t² where the fine one meets it";
    Specimen::new(format!("squares-{inputs}"), flat, repeated(inputs, &[[zero, one]]), extreme, why)
}

/// `factor · Σ profile(x_i)` over inputs, as one layer of rectifiers.
pub(super) fn profile(flat: &mut Flat, inputs: &[usize], profile: &Profile, factor: &Rational) -> Value {
    let units: Vec<(usize, &Rational, &Rational)> = inputs
        .iter()
        .flat_map(|&input| profile.changes().map(move |(kink, change)| (input, kink, change)))
        .collect();
    let entries = units.iter().enumerate().map(|(unit, (input, ..))| (*input, unit, integer(1)));
    let bias = units.iter().enumerate().map(|(unit, (_, kink, _))| (unit, -*kink));
    let before = flat.map(0, units.len(), entries.collect::<Vec<_>>(), bias.collect::<Vec<_>>());
    let hidden = flat.relu(before);
    let entries = units.iter().enumerate().map(|(unit, (_, _, change))| (unit, 0, *change * factor));
    let start = &profile.start * factor * integer(inputs.len() as i64);
    flat.map(hidden, 1, entries.collect::<Vec<_>>(), [(0, start)])
}
