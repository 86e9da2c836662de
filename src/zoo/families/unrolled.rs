//! A whole network as one multilayer perceptron.

use super::mean::{Mean, shapes};
use super::{Family, architectures};
use crate::zoo::dice::Dice;
use crate::zoo::error::ZooError;
use crate::zoo::specimen::{Side, Specimen};
use crate::zoo::suite::Size;
use crate::zoo::unroll::unroll;

pub(super) const FAMILY: Family = Family {
    name: "unrolled",
    statement: "Networks as those of the family `mean`, written as one multilayer perceptron over the flattened tokens: maps and rectifiers \
in turn, no attention, no residual connections.\n\n\
*The same function, exactly*: attention with constant scores is the map X ↦ mean, and t = max(t, 0) − max(−t, 0) carries a number \
through a layer. So the extreme is that of the family `mean`.",
    specimens,
};

fn specimens(dice: &mut Dice, size: Size) -> Result<Vec<Specimen>, ZooError> {
    let mut made = Vec::new();
    for (index, &[n, d]) in shapes(size).iter().enumerate() {
        let architecture = architectures(index as u64)[index % 3];
        let mean = Mean::random(dice, n, d, size.pick([4, 8, 16]));
        let side = if index % 2 == 0 { Side::Least } else { Side::Largest };
        let mlp = unroll(&mean.network(architecture))?;
        made.push(mean.specimen(format!("{}-n{n}-d{d}", architecture.name()), mlp, side));
    }
    Ok(made)
}
