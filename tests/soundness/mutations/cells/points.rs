//! Where a network may jump or climb along each coordinate: read from the units that see the token, by solving their
//! inputs for 0, without any code of the rule.

use num_traits::{One, Signed, Zero};
use std::collections::BTreeMap;
use sumformer_checker::arith::number::{Rational, integer, power_of_two, ratio};
use sumformer_checker::format::network::{Activation, Network};
use sumformer_checker::language::target::Target;

/// Units with proportional inputs, of one block and activation.
type Direction = (usize, Vec<(usize, Rational)>);

/// One coordinate of a token.
pub struct Side {
    low: Rational,
    high: Rational,
    /// Strictly increasing, inside the side, its ends included.
    marks: Vec<Rational>,
    /// Whether something climbs between a mark and the next.
    climbs: Vec<bool>,
    /// Marks at which a step unit jumps.
    jumps: Vec<bool>,
}

/// σ(a x + b) into slots.
struct Hidden {
    a: Rational,
    b: Rational,
    step: bool,
    direction: Direction,
    output: Vec<(usize, Rational)>,
}

impl Hidden {
    fn zero(&self) -> Rational {
        -&self.b / &self.a
    }
}

/// The sides of the target's box with the marks that the network makes on them.
pub fn sides(target: &Target, network: &Network) -> Vec<Side> {
    let mut hidden: Vec<Vec<Hidden>> = (0..target.dimension()).map(|_| Vec::new()).collect();
    let before = network.blocks.iter().position(|b| b.attention.is_some()).unwrap_or(network.blocks.len());
    for (index, block) in network.blocks[..before].iter().enumerate() {
        for unit in &block.units {
            let mut token = vec![Rational::zero(); target.dimension()];
            let mut b = unit.bias.0.clone();
            for (slot, weight) in unit.input.iter() {
                for (k, at, value) in network.embedding.weights.iter() {
                    if at == slot {
                        token[k] += weight * value;
                    }
                }
                b += network.embedding.bias.get(slot) * weight;
            }
            let Some(k) = token.iter().position(|a| !a.is_zero()) else { continue };
            let lead = unit.input.iter().next().map_or_else(Rational::one, |(_, w)| w.clone());
            hidden[k].push(Hidden {
                a: token[k].clone(),
                b,
                step: block.activation == Activation::Step,
                direction: (index, unit.input.iter().map(|(slot, w)| (slot, w / &lead)).collect()),
                output: unit.output.iter().map(|(slot, w)| (slot, w.clone())).collect(),
            });
        }
    }
    hidden.iter().zip(&target.domain).map(|(units, it)| Side::new(it.inf(), it.sup(), units)).collect()
}

impl Side {
    fn new(low: &Rational, high: &Rational, units: &[Hidden]) -> Self {
        let mut marks: Vec<Rational> = units.iter().map(Hidden::zero).collect();
        marks.retain(|x| low < x && x < high);
        marks.extend([low.clone(), high.clone()]);
        marks.sort();
        marks.dedup();
        let climbs = marks.windows(2).map(|pair| {
            let x = (&pair[0] + &pair[1]) / integer(2);
            let mut slopes = BTreeMap::<(&Direction, usize), Rational>::new();
            for unit in units.iter().filter(|unit| !unit.step && (&unit.a * &x + &unit.b).is_positive()) {
                for (slot, weight) in &unit.output {
                    *slopes.entry((&unit.direction, *slot)).or_default() += weight * &unit.a;
                }
            }
            slopes.values().any(|slope| !slope.is_zero())
        });
        let climbs = climbs.collect();
        let jumps = marks.iter().map(|x| units.iter().any(|unit| unit.step && unit.zero() == *x)).collect();
        Self { low: low.clone(), high: high.clone(), marks, climbs, jumps }
    }

    /// Marks, points just beside them, and points between them.
    pub fn candidates(&self) -> Vec<Rational> {
        let between = |pair: &[Rational]| &pair[0] + (&pair[1] - &pair[0]) * ratio(3, 7);
        let mut points: Vec<Rational> = self.marks.windows(2).map(between).collect();
        for mark in &self.marks {
            for beside in [Rational::zero(), power_of_two(-60), -power_of_two(-60)] {
                points.push(mark + beside);
            }
        }
        points.retain(|x| &self.low <= x && x <= &self.high);
        points
    }

    /// Whether something climbs there. A mark at the end of a ramp is none if the network is continuous there.
    pub fn is_on_ramp(&self, x: &Rational) -> bool {
        let climbs = |at: Option<usize>| at.and_then(|at| self.climbs.get(at)).copied();
        match self.marks.binary_search(x) {
            Err(at) => climbs(at.checked_sub(1)).unwrap_or(false),
            Ok(at) => {
                let (left, right) = (climbs(at.checked_sub(1)), climbs(Some(at)));
                let any = left == Some(true) || right == Some(true);
                any && (self.jumps[at] || left.unwrap_or(true) && right.unwrap_or(true))
            }
        }
    }

    /// The share of the side that is not on a ramp.
    fn flat_share(&self) -> Rational {
        if self.low == self.high {
            return Rational::one();
        }
        let pieces = self.marks.windows(2).zip(&self.climbs).filter(|(_, climbs)| !**climbs);
        let flat: Rational = pieces.map(|(pair, _)| &pair[1] - &pair[0]).sum();
        flat / (&self.high - &self.low)
    }
}

/// The share of the volume of n boxes in which some coordinate is on a ramp.
pub fn ramp_measure(sides: &[Side], n: usize) -> Rational {
    let flat: Rational = sides.iter().map(Side::flat_share).product();
    Rational::one() - (0..n).map(|_| flat.clone()).product::<Rational>()
}
