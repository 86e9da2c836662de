//! What acts on one token: affine maps and hidden units.

use super::form::{Factor, Form};
use crate::arith::dyadic_interval::DyadicInterval;
use crate::format::network::{Activation, AffineMap, Block};
use crate::format::sparse::SparseVector;
use crate::language::{EvalError, Scalar};

/// A row of weights by slots.
pub(super) type Weights = Vec<(usize, Factor)>;

/// Weights as factors of forms.
pub(super) fn factors(weights: &SparseVector) -> Weights {
    weights.iter().map(|(slot, weight)| (slot, Factor::of(weight))).collect()
}

/// Σ weights·slots + constant.
pub(super) fn product(weights: &Weights, slots: &[Form], constant: DyadicInterval) -> Form {
    Form::combination(weights.iter().map(|(slot, weight)| (&slots[*slot], weight)), constant)
}

/// An affine map by its outputs.
pub(super) struct Affine(Vec<(Weights, DyadicInterval)>);

impl Affine {
    pub fn new(map: &AffineMap, outputs: usize) -> Self {
        let mut columns = vec![(Weights::new(), DyadicInterval::ZERO); outputs];
        for (from, to, weight) in map.weights.iter() {
            columns[to].0.push((from, Factor::of(weight)));
        }
        for (to, value) in map.bias.iter() {
            columns[to].1 = DyadicInterval::from_rational(value);
        }
        Self(columns)
    }

    pub fn outputs(&self) -> usize {
        self.0.len()
    }

    pub fn image(&self, slots: &[Form]) -> Vec<Form> {
        self.0.iter().map(|(weights, bias)| product(weights, slots, *bias)).collect()
    }
}

/// FC, the hidden units of a block.
pub(super) struct Units {
    activation: Activation,
    units: Vec<(Weights, DyadicInterval, Weights)>,
    bias: Vec<(usize, Form)>,
}

impl Units {
    pub fn new(block: &Block) -> Self {
        // Units that write nowhere do nothing.
        let units = block.units.iter().filter(|unit| !unit.output.is_empty());
        Self {
            activation: block.activation,
            units: units
                .map(|unit| {
                    (factors(&unit.input), DyadicInterval::from_rational(&unit.bias.0), factors(&unit.output))
                })
                .collect(),
            bias: block.bias.iter().map(|(slot, value)| (slot, Form::from_rational(value))).collect(),
        }
    }

    /// `slots += FC(inside)`; what bends gets symbols from `next` on.
    pub fn add_to(&self, inside: &[Form], slots: &mut [Form], next: &mut usize) -> Result<(), EvalError> {
        for (slot, value) in &self.bias {
            slots[*slot].add_multiple(value, &Factor::new(DyadicInterval::ONE));
        }
        for (input, bias, output) in &self.units {
            let argument = product(input, inside, *bias);
            let mut value = argument.relu();
            if self.activation == Activation::Relu2 {
                value = value.pow(2)?;
            }
            if value.rest() > argument.rest() {
                value.name(next);
            }
            for (slot, weight) in output {
                slots[*slot].add_multiple(&value, weight);
            }
        }
        slots.iter_mut().for_each(Form::sharpen);
        Ok(())
    }
}
