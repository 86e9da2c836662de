//! One function in several shapes.

use super::Family;
use super::fold::Fold;
use super::mean::Mean;
use crate::lowering::attention::Architecture;
use crate::zoo::dice::Dice;
use crate::zoo::error::ZooError;
use crate::zoo::shapes::SHAPES;
use crate::zoo::specimen::{Side, Specimen};
use crate::zoo::suite::Size;
use crate::zoo::unroll::unroll;

pub(super) const FAMILY: Family = Family {
    name: "reshaped",
    statement: "A network as in `fold` and one as in `unrolled`, each in four other shapes: its units permuted; every unit's incoming \
weights multiplied by a power of two and its outgoing ones divided by it; every unit doubled, with half of its output each; one \
more layer of rectifiers, which sees only what is not negative.\n\n\
*The same function, exactly*: max(a·t, 0)/a = max(t, 0) for a > 0, and the rest is addition. So all of a group have the same extreme at the \
same point, and a program has to give them the same answers.",
    specimens,
};

fn specimens(dice: &mut Dice, size: Size) -> Result<Vec<Specimen>, ZooError> {
    let fold = Fold::random(dice, 1, 2, size.pick([3, 6, 10]));
    let mean = Mean::random(dice, size.pick([2, 4, 8]), 2, size.pick([4, 8, 16]));
    let mlps = [&fold.network(Architecture::Transformer), &mean.network(Architecture::Transformer)];
    let mut made = Vec::new();
    for shape in SHAPES {
        let [first, second] = mlps.map(|network| unroll(network).map(|mlp| shape.of(&mlp, dice)));
        made.push(fold.specimen(format!("fold-{}", shape.name()), first?));
        made.push(mean.specimen(format!("mean-{}", shape.name()), second?, Side::Largest));
    }
    Ok(made)
}
