//! Polynomials that multiply.

use super::Family;
use super::difference::profile;
use super::product::minus_products;
use crate::export::Flat;
use crate::zoo::dice::Dice;
use crate::zoo::error::ZooError;
use crate::zoo::profile::Profile;
use crate::zoo::specimen::{Side, Specimen, Term, repeated};
use crate::zoo::suite::Size;
use sumformer_checker::arith::number::{Rational, integer, power_of_two, ratio};

pub(super) const FAMILY: Family = Family {
    name: "polynomial",
    statement: "`bowl`: 1 − Σ_i s_i · (x_i − c_i)², with nodes that multiply and nothing else. *Largest value 1, taken at c alone*, since squares are not \
negative; no corner of the box reaches it.\n\n\
`squares`: the sum over N inputs of S(x_i) − x_i², where S interpolates t² between multiples of h, as a network that \
multiplies and as a property in VNN-LIB 2.0. *Largest value N·h²/4, taken in the middles*: between two multiples the distance is (t − a)(b − t).",
    specimens,
};

fn specimens(dice: &mut Dice, size: Size) -> Result<Vec<Specimen>, ZooError> {
    let mut made = Vec::new();
    for inputs in size.pick([[1, 4], [2, 8], [8, 12]]) {
        made.push(bowl(dice, inputs));
        made.extend(squares(dice, inputs, size.pick([1, 3, 5])));
    }
    Ok(made)
}

fn bowl(dice: &mut Dice, inputs: usize) -> Specimen {
    let centre: Vec<Rational> = (0..inputs).map(|_| dice.dyadic(-7, 7, 3)).collect();
    let mut flat = Flat::new(inputs);
    let entries = (0..inputs).map(|input| (input, input, integer(1)));
    let away = flat.map(0, inputs, entries, centre.iter().enumerate().map(|(input, c)| (input, -c)));
    let squares = flat.product(away, away);
    let entries: Vec<_> = (0..inputs).map(|input| (input, 0, -dice.dyadic(1, 8, 3))).collect();
    flat.map(squares, 1, entries, [(0, integer(1))]);
    let domain = repeated(inputs, &[[integer(-1), integer(1)]]);
    let why = "squares are not negative";
    Specimen::new(format!("bowl-{inputs}"), flat, domain, (Side::Largest, integer(1), centre), why)
}

fn squares(dice: &mut Dice, inputs: usize, bits: i64) -> [Specimen; 2] {
    let (zero, one, width) = (integer(0), integer(1), power_of_two(-bits));
    let mut flat = Flat::new(inputs);
    let all: Vec<usize> = (0..inputs).collect();
    profile(&mut flat, &all, &Profile::square(&zero, &one, &width), &one);
    let terms: Vec<Term> =
        all.iter().map(|&input| Term { coefficient: one.clone(), inputs: [input, input] }).collect();
    let mut middle = || &width * (integer(dice.below(1 << bits) as i64) + ratio(1, 2));
    let at = (0..inputs).map(|_| middle()).collect();
    let extreme = (Side::Largest, &width * &width / integer(4) * integer(inputs as i64), at);
    let domain = repeated(inputs, &[[zero, one]]);
    let why = "between two multiples of h the interpolation is above t² by (t − a)(b − t)";
    let mul = minus_products(&flat, &terms);
    let name = format!("squares-{inputs}");
    let mul = Specimen::new(format!("{name}-mul"), mul, domain.clone(), extreme.clone(), why);
    let mut plain = Specimen::new(format!("{name}-arithmetic"), flat, domain, extreme, why);
    plain.subtracted = terms;
    [mul, plain]
}
