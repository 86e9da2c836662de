//! One-variable gadgets: hidden units with proportional inputs, compared with a polynomial piece by piece.

use super::function_supremum::{FunctionClaim, FunctionDistances, NotBounded, function_suprema};
use super::supremum::{Kink, suprema};
use crate::arith::decimal::{Rounding, exact_and_about};
use crate::arith::number::{Exact, Rational};
use crate::format::certificate::Gadget;
use crate::format::network::{Activation, Unit};
use crate::language::ast::Function;
use crate::limits::MAX_GADGET_DEGREE;
use crate::refusal::{Refusal, Rule};
use num_traits::Zero;

/// Verifies a gadget's outputs on its claimed range: proportional inputs, exactly the claimed slots, and for each slot
/// `sup |Σ out·σ(…) − polynomial| ≤ error`, computed exactly (up to degree 2) on every piece.
pub fn check_gadget(
    gadget: &Gadget,
    units: &[Unit],
    activation: Activation,
    place: &dyn Fn() -> String,
) -> Result<(), Refusal> {
    require_errors(gadget, polynomial_errors(gadget, units, activation, place)?, place)
}

/// How far units are from the polynomials of a gadget, for each output, whatever errors are claimed.
pub fn polynomial_errors(
    gadget: &Gadget,
    units: &[Unit],
    activation: Activation,
    place: &dyn Fn() -> String,
) -> Result<Vec<Rational>, Refusal> {
    let kinks = read_kinks(gadget, units, place)?;
    suprema(&gadget.range, &claimed_polynomials(gadget), &kinks, activation)
        .map_err(|e| Rule::GadgetUnits.unsupported(place(), e.to_string()))
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
pub fn check_atom_gadget(
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
    let suprema = function_suprema(&gadget.range, function, shift, &function_claims(gadget), &kinks)
        .map_err(|e| not_bounded(e, place()))?;
    require_errors(gadget, suprema, place)
}

/// How far relu units are from what a gadget claims of an atom, for each output, to be bounded part by part: the polynomials and
/// factors are the gadget's, its errors and cuts do not matter.
///
/// # Errors
/// If the units are no gadget, or the function is not defined on its range.
pub fn function_distances(
    gadget: &Gadget,
    units: &[Unit],
    function: Function,
    shift: &Rational,
) -> Result<FunctionDistances, Refusal> {
    let place = || "gadget".to_string();
    let kinks = read_kinks(gadget, units, &place)?;
    FunctionDistances::new(&gadget.range, function, shift, &function_claims(gadget), &kinks)
        .map_err(|e| not_bounded(e, place()))
}

fn function_claims(gadget: &Gadget) -> Vec<FunctionClaim<'_>> {
    let claims = gadget.outputs.iter().filter_map(|claim| {
        let factor = &claim.factor.as_ref()?.0;
        Some(FunctionClaim { affine: &claim.polynomial, factor, cuts: &claim.cuts })
    });
    claims.collect()
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
        if gadget.atom.is_none() && !claim.cuts.is_empty() {
            return refuse(format!("slot {}: beside a polynomial nothing is cut", claim.slot));
        }
        if gadget.atom.is_some() && claim.polynomial.len() > 2 {
            return refuse(format!("slot {}: beside an atom there is an affine function only", claim.slot));
        }
        if claim.polynomial.len() > MAX_GADGET_DEGREE + 1
            || claim.polynomial.last().is_some_and(|c| c.0.is_zero())
        {
            return refuse(format!(
                "slot {}: the polynomial has a leading zero or a degree above {MAX_GADGET_DEGREE}",
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

fn not_bounded(error: NotBounded, place: String) -> Refusal {
    match error {
        NotBounded::Function(_) | NotBounded::Cuts(_) => Rule::GadgetError.invalid(place, error.to_string()),
        NotBounded::NoSupremum(_) | NotBounded::Degree(_) => {
            Rule::GadgetUnits.unsupported(place, error.to_string())
        }
    }
}
