//! One-variable gadgets: hidden units with proportional inputs, compared with a polynomial piece by piece.

use super::supremum::{Kink, suprema};
use super::work::Work;
use super::{Refusal, Rule};
use crate::format::certificate::Gadget;
use crate::format::network::{Activation, Unit};
use crate::format::sparse::SparseVector;
use crate::number::{Exact, Rational, at_most, same};
use num_traits::{One, Zero};

/// Degrees of gadget polynomials that are accepted.
const MAX_DEGREE: usize = 64;

/// Verifies a gadget's outputs on its claimed range: proportional inputs, exactly the claimed slots, and for each slot
/// `sup |Σ out·σ(…) − polynomial| ≤ error`, computed exactly (up to degree 2) on every piece.
pub fn check_gadget(
    gadget: &Gadget,
    units: &[Unit],
    activation: Activation,
    place: &dyn Fn() -> String,
    work: &mut Work,
) -> Result<(), Refusal> {
    let kinks = read_kinks(gadget, units, place)?;
    let suprema = suprema(&gadget.range, &claimed_polynomials(gadget), &kinks, activation, work)
        .map_err(|e| Rule::GadgetUnits.unsupported(place(), e.to_string()))?;
    for (claim, supremum) in gadget.outputs.iter().zip(suprema) {
        if !at_most(&supremum, &claim.error.0) {
            return Err(Rule::GadgetError.invalid(
                place(),
                format!(
                    "slot {}: the distance to the polynomial reaches {supremum} (about {:.3e}), more than the claimed {}",
                    claim.slot,
                    crate::number::to_f64(&supremum),
                    claim.error.0
                ),
            ));
        }
    }
    Ok(())
}

fn read_kinks(gadget: &Gadget, units: &[Unit], place: &dyn Fn() -> String) -> Result<Vec<Kink>, Refusal> {
    let refuse = |message: String| Err(Rule::GadgetUnits.invalid(place(), message));
    if gadget.outputs.windows(2).any(|pair| pair[0].slot >= pair[1].slot) {
        return refuse("the output slots are not strictly increasing".into());
    }
    for claim in &gadget.outputs {
        if claim.polynomial.len() > MAX_DEGREE + 1 || claim.polynomial.last().is_some_and(|c| c.0.is_zero()) {
            return refuse(format!(
                "slot {}: the polynomial has a leading zero or a degree above {MAX_DEGREE}",
                claim.slot
            ));
        }
    }
    let direction = &units[0].input;
    let mut kinks = Vec::with_capacity(units.len());
    for (u, unit) in units.iter().enumerate() {
        let Some(slope) = proportion(&unit.input, direction) else {
            return refuse(format!("the inputs of unit {u} are not a non-zero multiple of those of unit 0"));
        };
        let mut weights = vec![Rational::zero(); gadget.outputs.len()];
        for (slot, weight) in unit.output.iter() {
            match gadget.outputs.binary_search_by_key(&slot, |claim| claim.slot) {
                Ok(at) => weights[at] = weight.clone(),
                Err(_) => {
                    return refuse(format!("unit {u} writes to slot {slot}, of which nothing is claimed"));
                }
            }
        }
        kinks.push(Kink { breakpoint: -&unit.bias.0 / &slope, slope, weights });
    }
    Ok(kinks)
}

/// The non-zero factor a with `inputs = a · direction`, if there is one.
pub(super) fn proportion(inputs: &SparseVector, direction: &SparseVector) -> Option<Rational> {
    if inputs.len() != direction.len() {
        return None;
    }
    let mut factor: Option<Rational> = None;
    for ((i, a), (j, b)) in inputs.iter().zip(direction.iter()) {
        if i != j {
            return None;
        }
        match &factor {
            Some(factor) if !same(&(b * factor), a) => return None,
            Some(_) => {}
            None => factor = Some(if b.is_one() { a.clone() } else { a / b }),
        }
    }
    factor
}

fn claimed_polynomials(gadget: &Gadget) -> Vec<&[Exact]> {
    gadget.outputs.iter().map(|claim| claim.polynomial.as_slice()).collect()
}

/// The exact suprema of a gadget whose claims are not known yet: the constructor asks here for what it may claim.
pub fn exact_errors(
    gadget: &Gadget,
    units: &[Unit],
    activation: Activation,
) -> Result<Vec<Rational>, Refusal> {
    let kinks = read_kinks(gadget, units, &|| "gadget".into())?;
    suprema(&gadget.range, &claimed_polynomials(gadget), &kinks, activation, &mut Work::default())
        .map_err(|e| Rule::GadgetUnits.unsupported("gadget", e.to_string()))
}
