//! The same function in other shapes: what verifiers see changes, the answer does not.

use super::dice::Dice;
use crate::export::{Flat, FlatNode};
use num_traits::One;
use sumformer_checker::arith::number::{Rational, power_of_two, ratio};
use sumformer_checker::format::network::AffineMap;

/// A way to write a multilayer perceptron differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Units in another order.
    Permuted,
    /// Every unit's weights times a power of two before the rectifier, and divided by it after.
    Scaled,
    /// Every unit twice, each with half of its output.
    Doubled,
    /// Before the last map, rectifiers that change nothing.
    Split,
}

/// All shapes.
pub(super) const SHAPES: [Shape; 4] = [Shape::Permuted, Shape::Scaled, Shape::Doubled, Shape::Split];

impl Shape {
    /// As part of a name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Permuted => "permuted",
            Self::Scaled => "scaled",
            Self::Doubled => "doubled",
            Self::Split => "split",
        }
    }

    /// The same function of maps and rectifiers in turn, in this shape.
    pub fn of(self, mlp: &Flat, dice: &mut Dice) -> Flat {
        let maps: Vec<&AffineMap> = mlp
            .nodes()
            .iter()
            .filter_map(|node| match node {
                FlatNode::Map(_, map) => Some(map),
                _ => None,
            })
            .collect();
        let mut flat = Flat::new(mlp.inputs());
        // Where unit h of the layer before stands now, and by what its number has to be multiplied.
        let mut places: Vec<Vec<(usize, Rational)>> =
            (0..mlp.inputs()).map(|input| vec![(input, Rational::one())]).collect();
        let last = maps.len() - 1;
        for (index, map) in maps.iter().enumerate() {
            let width = mlp.width(2 * index + 1);
            if index == last && self == Self::Split && last > 0 {
                // What comes out of rectifiers is not negative, so that rectifiers leave it as it is.
                let hidden = places.len();
                let mapped = flat.map(flat.last(), hidden, (0..hidden).map(|h| (h, h, Rational::one())), []);
                flat.relu(mapped);
            }
            let next = if index == last { same(width) } else { self.places(width, dice) };
            let copies = || next.iter().enumerate().flat_map(|(h, all)| all.iter().map(move |c| (h, c)));
            let weights = copies().flat_map(|(h, (to, factor))| {
                let places = &places;
                let own = map.weights.iter().filter(move |(_, column, _)| *column == h);
                own.flat_map(move |(from, _, weight)| {
                    places[from].iter().map(move |(at, back)| (*at, *to, weight * back / factor))
                })
            });
            let bias = copies().map(|(h, (to, factor))| (*to, map.bias.get(h) / factor));
            let width = copies().count();
            let mapped = flat.map(flat.last(), width, weights.collect::<Vec<_>>(), bias.collect::<Vec<_>>());
            if index < last {
                flat.relu(mapped);
                let share = |all: &Vec<(usize, Rational)>| ratio(1, all.len() as i64);
                places = next
                    .iter()
                    .map(|all| all.iter().map(|(at, factor)| (*at, factor * share(all))).collect())
                    .collect();
            }
        }
        flat
    }

    /// Where the units of a hidden layer go, and by what they are divided.
    fn places(self, width: usize, dice: &mut Dice) -> Vec<Vec<(usize, Rational)>> {
        match self {
            Self::Permuted => {
                dice.permutation(width).into_iter().map(|at| vec![(at, Rational::one())]).collect()
            }
            Self::Scaled => {
                (0..width).map(|unit| vec![(unit, power_of_two(dice.below(9) as i64 - 4))]).collect()
            }
            Self::Doubled => {
                let order = dice.permutation(2 * width);
                order.chunks(2).map(|pair| pair.iter().map(|&at| (at, Rational::one())).collect()).collect()
            }
            Self::Split => same(width),
        }
    }
}

fn same(width: usize) -> Vec<Vec<(usize, Rational)>> {
    (0..width).map(|unit| vec![(unit, Rational::one())]).collect()
}
