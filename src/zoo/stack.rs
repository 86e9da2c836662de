//! Networks block by block, out of units that compute functions of one slot.

use super::profile::Profile;
use num_traits::One;
use sumformer_checker::arith::number::{Exact, Rational, integer};
use sumformer_checker::format::network::{
    Activation, AffineMap, Attention, Block, NETWORK_FORMAT, Network, Unit,
};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::language::target::Tokens;

/// A network under construction.
pub(super) struct Stack(Network);

/// Units of a block, and what is added whatever they do.
#[derive(Default)]
pub(super) struct Units {
    pub units: Vec<Unit>,
    pub bias: Vec<(usize, Rational)>,
}

impl Units {
    /// `Σ weight·slot + bias`, through the activation, to slots.
    pub fn unit(
        &mut self,
        input: &[(usize, Rational)],
        bias: Rational,
        output: &[(usize, Rational)],
    ) -> &mut Self {
        let vector = |entries: &[(usize, Rational)]| SparseVector::from_entries(entries.iter().cloned());
        self.units.push(Unit { input: vector(input), bias: Exact(bias), output: vector(output) });
        self
    }

    /// Adds `factor · profile(Σ weight·slot)` to a slot.
    pub fn profile(
        &mut self,
        input: &[(usize, Rational)],
        profile: &Profile,
        (slot, factor): (usize, &Rational),
    ) -> &mut Self {
        for (kink, change) in profile.changes() {
            self.unit(input, -kink, &[(slot, change * factor)]);
        }
        self.bias.push((slot, &profile.start * factor));
        self
    }

    /// Adds `factor · |Σ weight·slot − centre|` to a slot.
    pub fn distance(
        &mut self,
        input: &[(usize, Rational)],
        centre: &Rational,
        (slot, factor): (usize, &Rational),
    ) -> &mut Self {
        let turned: Vec<_> = input.iter().map(|(slot, weight)| (*slot, -weight)).collect();
        self.unit(input, -centre, &[(slot, factor.clone())]);
        self.unit(&turned, centre.clone(), &[(slot, factor.clone())])
    }

    /// Adds a slot, as it is in X + Att(X), to a slot.
    pub fn copy(&mut self, from: usize, to: usize) -> &mut Self {
        let one = Rational::one;
        self.unit(&[(from, one())], Rational::default(), &[(to, one())]);
        self.unit(&[(from, -one())], Rational::default(), &[(to, -one())])
    }
}

impl Stack {
    /// Slots by name; coordinate k of a token stands in slot k, and the others hold 0.
    pub fn new(tokens: usize, dimension: usize, slots: usize) -> Self {
        let name = |slot| if slot < dimension { format!("x{slot}") } else { format!("s{slot}") };
        Self(Network {
            format: NETWORK_FORMAT.into(),
            tokens: Tokens::Fixed(tokens),
            dimension,
            outputs: 1,
            slots: (0..slots).map(name).collect(),
            embedding: AffineMap {
                weights: SparseMatrix::scaled_identity(dimension, Rational::one()),
                bias: SparseVector::default(),
            },
            blocks: Vec::new(),
            readout: AffineMap::default(),
        })
    }

    /// Adds a block.
    pub fn block(
        &mut self,
        label: &str,
        activation: Activation,
        attention: Option<Attention>,
        units: Units,
    ) -> &mut Self {
        self.0.blocks.push(Block {
            label: label.into(),
            attention,
            activation,
            units: units.units,
            bias: SparseVector::from_entries(units.bias),
        });
        self
    }

    /// Ends with a sum of slots.
    pub fn read(mut self, slots: &[usize]) -> Network {
        let entries = slots.iter().map(|&slot| (slot, 0, integer(1)));
        self.0.readout.weights = SparseMatrix::from_entries(entries);
        self.0
    }
}
