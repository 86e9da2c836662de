//! The two ways to jump: a step unit, or a difference of two ReLUs that climbs a ramp.

use super::DiscontinuousError;
use super::grid::Grid;
use num_traits::{One, Signed};
use sumformer_checker::arith::number::{Exact, Rational, ratio};
use sumformer_checker::format::network::{Activation, Unit};
use sumformer_checker::format::sparse::SparseVector;

/// How the network jumps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Jump {
    /// Step units: the network is the piecewise constant function everywhere.
    Step,
    /// ReLU only, for this relative width η: around every threshold of a side of width w the jump is a ramp of width
    /// η·w, centred at the threshold. Where no token is on a ramp the network is the piecewise constant function.
    Ramp(Rational),
}

impl Jump {
    /// The activation of the blocks that jump.
    pub fn activation(&self) -> Activation {
        match self {
            Jump::Step => Activation::Step,
            Jump::Ramp(_) => Activation::Relu,
        }
    }

    /// Units per jump.
    pub fn units_per_jump(&self) -> u32 {
        match self {
            Jump::Step => 1,
            Jump::Ramp(_) => 2,
        }
    }

    /// Refuses ramps that do not leave a flat part of every cell.
    pub(super) fn validate(&self, grid: &Grid) -> Result<(), DiscontinuousError> {
        let Jump::Ramp(eta) = self else { return Ok(()) };
        let divisions = grid.divisions().iter().copied().max().unwrap_or(1);
        let share = eta * Rational::from_integer(divisions.into());
        if !eta.is_positive() || Rational::one() <= share {
            return Err(DiscontinuousError::Ramp { eta: eta.clone(), divisions });
        }
        Ok(())
    }

    /// h = η·w/2, half the width of the ramps on a side of width w; none for a step.
    pub(super) fn half_width(&self, side: &Rational) -> Option<Rational> {
        match self {
            Jump::Step => None,
            Jump::Ramp(eta) => Some(eta * side * ratio(1, 2)),
        }
    }

    /// Adds `output` where t = input·z + bias ≥ 0, t and bias half odd integers: there a ramp of half width ¼ is as good
    /// as a step. Its numbers are written down without a division; a table has millions of them.
    pub(super) fn at_half_integers(
        &self,
        input: SparseVector,
        bias: Rational,
        output: SparseVector,
    ) -> Vec<Unit> {
        if *self == Jump::Step {
            return jump(None, input, bias, output);
        }
        // An odd number over 4 is reduced.
        let bias = |side: i32| Rational::reduced((bias.numer() << 1u32) + side, 4.into());
        let slope = SparseVector::from_entries(output.iter().map(|(slot, weight)| (slot, doubled(weight))));
        let down = SparseVector::from_entries(slope.iter().map(|(slot, weight)| (slot, -weight)));
        vec![
            Unit { input: input.clone(), bias: Exact(bias(1)), output: slope },
            Unit { input, bias: Exact(bias(-1)), output: down },
        ]
    }
}

/// Twice a number.
fn doubled(value: &Rational) -> Rational {
    if value.denom().bit(0) {
        return Rational::reduced(value.numer() << 1u32, value.denom().clone());
    }
    Rational::reduced(value.numer().clone(), value.denom() >> 1u32)
}

/// A step(t) or, of half width h, (relu(t + h) − relu(t − h))/(2h), times `output`; t = input·z + bias.
pub(super) fn jump(
    half_width: Option<Rational>,
    input: SparseVector,
    bias: Rational,
    output: SparseVector,
) -> Vec<Unit> {
    let Some(h) = half_width else { return vec![Unit { input, bias: Exact(bias), output }] };
    let slope = ratio(1, 2) / &h;
    let scaled = |factor: &Rational| {
        SparseVector::from_entries(output.iter().map(|(slot, weight)| (slot, weight * factor)))
    };
    vec![
        Unit { input: input.clone(), bias: Exact(&bias + &h), output: scaled(&slope) },
        Unit { input, bias: Exact(bias - h), output: scaled(&-slope) },
    ]
}
