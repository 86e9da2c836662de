//! What the suite is made of: a file for each family, with its theorem.

mod compiled;
mod difference;
mod fold;
mod head;
mod mean;
mod needle;
mod polynomial;
mod product;
mod reshaped;
mod stairs;
mod unrolled;

use super::dice::Dice;
use super::error::ZooError;
use super::specimen::Specimen;
use super::suite::Size;
use crate::lowering::attention::Architecture;

/// Networks of one kind, whose extreme is known for one reason.
pub struct Family {
    /// Its name, with which those of its specimens begin.
    pub name: &'static str,
    /// What is claimed, and why it is true, in Markdown.
    pub statement: &'static str,
    pub(super) specimens: fn(&mut Dice, Size) -> Result<Vec<Specimen>, ZooError>,
}

/// All families.
pub const FAMILIES: [Family; 11] = [
    fold::FAMILY,
    mean::FAMILY,
    unrolled::FAMILY,
    head::FAMILY,
    needle::FAMILY,
    stairs::FAMILY,
    reshaped::FAMILY,
    product::FAMILY,
    difference::FAMILY,
    polynomial::FAMILY,
    compiled::FAMILY,
];

/// The three attentions, with few rows and features: what they compute does not depend on how many there are.
fn architectures(seed: u64) -> [Architecture; 3] {
    [
        Architecture::Transformer,
        Architecture::Linformer { rank: 2 },
        Architecture::Performer { features: 4, seed, normalized: true },
    ]
}
