//! One-variable gadgets: hidden units with proportional inputs, compared with a polynomial piece by piece.

use super::function_supremum::{NotBounded, function_suprema};
use super::supremum::{Kink, suprema};
use crate::arith::decimal::{Rounding, exact_and_about};
use crate::arith::number::{Exact, Rational};
use crate::format::certificate::Gadget;
use crate::format::network::{Activation, Unit};
use crate::language::ast::Function;
use crate::refusal::{Refusal, Rule};
use num_traits::Zero;

/// Degrees of gadget polynomials that are accepted.
const MAX_DEGREE: usize = 64;

/// Verifies a gadget's outputs on its claimed range: proportional inputs, exactly the claimed slots, and for each slot
/// `sup |Σ out·σ(…) − polynomial| ≤ error`, computed exactly (up to degree 2) on every piece.
pub fn check_gadget(
    gadget: &Gadget,
    units: &[Unit],
    activation: Activation,
    place: &dyn Fn() -> String,
) -> Result<(), Refusal> {
    let kinks = read_kinks(gadget, units, place)?;
    let suprema = suprema(&gadget.range, &claimed_polynomials(gadget), &kinks, activation)
        .map_err(|e| Rule::GadgetUnits.unsupported(place(), e.to_string()))?;
    require_errors(gadget, suprema, place)
}

fn require_errors(
    gadget: &Gadget,
    suprema: Vec<Rational>,
    place: &dyn Fn() -> String,
) -> Result<(), Refusal> {
    for (claim, supremum) in gadget.outputs.iter().zip(suprema) {
        if supremum > claim.error.0 {
            return Err(Rule::GadgetError.invalid(
                place(),
                format!(
                    "slot {}: the distance to the {} reaches {}, more than the claimed {}",
                    claim.slot,
                    if gadget.atom.is_some() { "function" } else { "polynomial" },
                    exact_and_about(&supremum, Rounding::Up),
                    claim.error.0
                ),
            ));
        }
    }
    Ok(())
}

/// Verifies a gadget that computes an atom: as above, but the claims are about `factor·φ(t + shift)` plus an affine
/// function.
pub(super) fn check_atom_gadget(
    gadget: &Gadget,
    units: &[Unit],
    activation: Activation,
    (function, shift): (Function, &Rational),
    place: &dyn Fn() -> String,
) -> Result<(), Refusal> {
    if activation != Activation::Relu {
        return Err(Rule::GadgetUnits.unsupported(place(), "only relu units are compared with functions"));
    }
    let kinks = read_kinks(gadget, units, place)?;
    let zero = Rational::zero();
    let factors = gadget.outputs.iter().map(|claim| claim.factor.as_ref().map_or(&zero, |factor| &factor.0));
    let claims: Vec<_> = claimed_polynomials(gadget).into_iter().zip(factors).collect();
    let suprema = function_suprema(&gadget.range, function, shift, &claims, &kinks)
        .map_err(|e| not_bounded(e, place()))?;
    require_errors(gadget, suprema, place)
}

fn read_kinks(gadget: &Gadget, units: &[Unit], place: &dyn Fn() -> String) -> Result<Vec<Kink>, Refusal> {
    let refuse = |message: String| Err(Rule::GadgetUnits.invalid(place(), message));
    if gadget.outputs.windows(2).any(|pair| pair[0].slot >= pair[1].slot) {
        return refuse("the output slots are not strictly increasing".into());
    }
    for claim in &gadget.outputs {
        if claim.factor.is_some() != gadget.atom.is_some() {
            return refuse(format!("slot {}: an atom has a factor, anything else has none", claim.slot));
        }
        if gadget.atom.is_some() && claim.polynomial.len() > 2 {
            return refuse(format!("slot {}: beside an atom there is an affine function only", claim.slot));
        }
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
        let Some(slope) = unit.input.proportion(direction) else {
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
    suprema(&gadget.range, &claimed_polynomials(gadget), &kinks, activation)
        .map_err(|e| Rule::GadgetUnits.unsupported("gadget", e.to_string()))
}

/// How far relu units are from an affine polynomial plus factor·φ(t + shift), for each output: the polynomials are the
/// gadget's, the factors come in the order of its outputs.
///
/// Exact for `abs`, `relu` and `hat`; for other functions an upper bound that exceeds the distance by less than 1 %
/// unless that is close to the rounding errors of 62 bits. Only relu units are covered.
pub fn function_errors(
    gadget: &Gadget,
    units: &[Unit],
    function: Function,
    shift: &Rational,
    factors: &[Rational],
) -> Result<Vec<Rational>, Refusal> {
    let kinks = read_kinks(gadget, units, &|| "gadget".into())?;
    let claims: Vec<_> = claimed_polynomials(gadget).into_iter().zip(factors).collect();
    function_suprema(&gadget.range, function, shift, &claims, &kinks)
        .map_err(|e| not_bounded(e, "gadget".into()))
}

fn not_bounded(error: NotBounded, place: String) -> Refusal {
    match error {
        NotBounded::Function(_) => Rule::GadgetError.invalid(place, error.to_string()),
        NotBounded::TooMuch(_) | NotBounded::Degree(_) => {
            Rule::GadgetUnits.unsupported(place, error.to_string())
        }
    }
}
