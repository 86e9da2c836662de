//! What a certificate claims of a block's gadgets: which units, in which range, near which polynomials.

use crate::arith::interval::Interval;
use crate::arith::number::Rational;
use crate::arith::polynomial::{Monomial, Polynomial};
use crate::format::certificate::Gadget;
use crate::format::network::{Block, Unit};
use crate::format::sparse::SparseVector;
use crate::limits::MAX_LOCAL_TERMS;
use crate::refusal::{Refusal, Rule};
use num_traits::One;

/// Cuts a block's units into the claimed gadgets and hands each on with its units, of which there is at least one.
pub(crate) fn for_each_gadget(
    index: usize,
    block: &Block,
    gadgets: &[Gadget],
    mut accept: impl FnMut(&dyn Fn() -> String, &Gadget, &[Unit]) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let mut rest = block.units.as_slice();
    for (g, gadget) in gadgets.iter().enumerate() {
        let first = block.units.len() - rest.len();
        let place =
            || format!("block {index}, gadget {g} (units {first}..{})", first.saturating_add(gadget.units));
        if gadget.units == 0 || gadget.units > rest.len() {
            return Err(
                Rule::GadgetUnits.invalid(place(), format!("the block has {} units", block.units.len()))
            );
        }
        let (units, later) = rest.split_at(gadget.units);
        rest = later;
        if units[0].input.is_empty() {
            return Err(Rule::GadgetUnits.invalid(place(), "a unit has no inputs"));
        }
        accept(&place, gadget, units)?;
    }
    if !rest.is_empty() {
        return Err(Rule::GadgetUnits.invalid(
            format!("block {index}"),
            format!("the last {} units belong to no gadget", rest.len()),
        ));
    }
    Ok(())
}

/// The claimed range must contain what the gadget's variable can be.
pub(super) fn require_range(
    gadget: &Gadget,
    derived: &Interval,
    place: &dyn Fn() -> String,
) -> Result<(), Refusal> {
    if gadget.range.encloses(derived) {
        return Ok(());
    }
    Err(Rule::GadgetRange
        .invalid(place(), format!("t ranges over {derived} but {} is claimed", gadget.range)))
}

/// 1, t, t², … up to the highest degree claimed, as polynomials in the slots.
pub(crate) fn powers_of_form(direction: &SparseVector, gadget: &Gadget) -> Result<Vec<Polynomial>, String> {
    let count = gadget.outputs.iter().map(|output| output.polynomial.len()).max().unwrap_or(0);
    let terms =
        u32::try_from(count.saturating_sub(1)).ok().and_then(|degree| direction.len().checked_pow(degree));
    if terms.is_none_or(|terms| terms > MAX_LOCAL_TERMS) {
        return Err(format!(
            "a polynomial of degree {} in {} slots is too large to expand: it may have more than {MAX_LOCAL_TERMS} terms",
            count - 1,
            direction.len()
        ));
    }
    let mut variable = Polynomial::zero();
    for (slot, weight) in direction.iter() {
        variable.add_term(Monomial::variable(number(slot)?), weight.clone());
    }
    let mut powers: Vec<Polynomial> = Vec::with_capacity(count);
    for _ in 0..count {
        let power = match powers.last() {
            None => Polynomial::constant(Rational::one()),
            Some(previous) => previous.times(&variable),
        };
        powers.push(power);
    }
    Ok(powers)
}

/// The number of a variable.
pub(super) fn number(index: usize) -> Result<u32, String> {
    u32::try_from(index).map_err(|_| format!("there are more variables than can be numbered, {index}"))
}
