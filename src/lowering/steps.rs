//! The gadgets of one step of the plan.

use super::plan::Step;
use crate::network::builder::Input;
use crate::network::function_gadget::piecewise_function;
use crate::network::gadget::{BuiltGadget, Sides, balance, exact_square, piecewise_power};
use num_traits::{One, Zero};
use std::collections::BTreeMap;
use sumformer_checker::arith::number::{Rational, integer, power_of_two, ratio, to_f64};
use sumformer_checker::arith::polynomial::{Monomial, Polynomial};
use sumformer_checker::format::network::Activation;
use sumformer_checker::format::sparse::SparseVector;
use sumformer_checker::refusal::Refusal;

/// The slots of one side of the attention.
pub trait Places: Sync {
    /// The slot that holds a monomial, once it is computed.
    fn slot(&self, monomial: &Monomial) -> usize;
    /// The slots that have multiples of a monomial, each with its factor; no slot twice.
    fn uses(&self, monomial: &Monomial) -> Vec<(usize, Rational)>;
}

/// What hidden units are like.
#[derive(Debug, Clone, Copy)]
pub struct Hidden {
    /// relu or relu2.
    pub activation: Activation,
    /// Where they are not 0, with relu.
    pub sides: Sides,
}

/// Builds the gadgets that add the step's monomial to the slots that use it.
pub fn build(
    step: &Step,
    hidden: Hidden,
    pieces: &[u64],
    input: &Input<'_>,
    places: &dyn Places,
) -> Result<Vec<BuiltGadget>, Refusal> {
    let slot_of = |monomial: &Monomial| places.slot(monomial);
    let targets = |factor: &Rational| -> Vec<(usize, Rational)> {
        places.uses(step.target()).into_iter().map(|(slot, weight)| (slot, weight * factor)).collect()
    };
    match step {
        Step::Product(product) if product.is_square() => {
            let direction = form([(slot_of(&product.left), integer(1))]);
            Ok(vec![square(hidden, direction, pieces[0], input, &targets(&Rational::one()))?])
        }
        Step::Product(product) => {
            let (left, right) = (slot_of(&product.left), slot_of(&product.right));
            let c = match hidden.activation {
                Activation::Relu2 => Rational::one(),
                Activation::Relu | Activation::Step => balance(
                    &input.range_of(&form([(left, integer(1))])),
                    &input.range_of(&form([(right, integer(1))])),
                ),
            };
            [ratio(1, 4), ratio(-1, 4)]
                .map(|quarter| {
                    let sign = if quarter > Rational::zero() { c.recip() } else { -c.recip() };
                    let direction = form([(left, c.clone()), (right, sign)]);
                    square(hidden, direction, pieces[0], input, &targets(&quarter))
                })
                .into_iter()
                .collect()
        }
        Step::Ridge { target: monomial, powers } => {
            let magnitude = |v: u32| {
                to_f64(&input.range_of(&form([(slot_of(&Monomial::variable(v)), integer(1))])).mag())
            };
            let scales = scales(monomial, magnitude);
            let regain: i64 = monomial.powers().iter().map(|&(v, e)| scales[&v] * i64::from(e)).sum();
            powers
                .iter()
                .zip(pieces)
                .map(|(power, &pieces)| {
                    let direction = form(power.form.iter().map(|&(v, c)| {
                        (slot_of(&Monomial::variable(v)), integer(c) * power_of_two(-scales[&v]))
                    }));
                    let weight = &power.weight * power_of_two(regain);
                    let range = input.range_of(&direction);
                    piecewise_power(
                        (monomial.degree(), hidden.sides),
                        pieces,
                        &direction,
                        &range,
                        &targets(&weight),
                    )
                })
                .collect()
        }
    }
}

/// Exponents e_v with |v|/2^{e_v} about 1, so that all variables of a ridge power weigh alike.
pub fn scales(monomial: &Monomial, magnitude: impl Fn(u32) -> f64) -> BTreeMap<u32, i64> {
    monomial
        .powers()
        .iter()
        .map(|&(v, _)| {
            let m = magnitude(v);
            (v, if m > 0.0 && m.is_finite() { m.log2().round().clamp(-60.0, 60.0) as i64 } else { 0 })
        })
        .collect()
}

/// The gadget that writes an atom to its slots; its argument is a polynomial whose monomials have slots.
pub fn build_atom(
    atom: usize,
    argument: &Polynomial,
    pieces: u64,
    input: &Input<'_>,
    places: &dyn Places,
    outputs: &[(usize, Rational)],
) -> Result<BuiltGadget, Refusal> {
    let terms = argument.terms().filter(|(m, _)| !m.is_one());
    let direction = form(terms.map(|(m, c)| (places.slot(m), c.clone())));
    let (function, shift, range) = input.argument(atom, &direction)?;
    piecewise_function((atom, function), &shift, pieces, &direction, &range, outputs)
}

fn form(entries: impl IntoIterator<Item = (usize, Rational)>) -> SparseVector {
    SparseVector::from_entries(entries)
}

fn square(
    hidden: Hidden,
    direction: SparseVector,
    pieces: u64,
    input: &Input<'_>,
    outputs: &[(usize, Rational)],
) -> Result<BuiltGadget, Refusal> {
    let range = input.range_of(&direction);
    match hidden.activation {
        Activation::Relu2 => exact_square(&direction, range, outputs),
        Activation::Relu | Activation::Step => {
            piecewise_power((2, hidden.sides), pieces, &direction, &range, outputs)
        }
    }
}
