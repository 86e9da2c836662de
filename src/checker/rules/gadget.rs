//! One-variable gadgets: hidden units with proportional inputs, compared with a polynomial piece by piece.

use super::{Refusal, Rule};
use crate::bernstein::to_bernstein;
use crate::format::certificate::Gadget;
use crate::format::network::{Activation, Unit};
use crate::format::sparse::SparseVector;
use crate::interval::Interval;
use crate::number::{Rational, integer};
use num_traits::{One, Signed, Zero};

/// Beyond degree 2 each piece is cut into this many parts before its Bernstein hull is taken.
const PARTS_PER_PIECE: u32 = 8;

/// Degrees of gadget polynomials that are accepted.
const MAX_DEGREE: usize = 64;

/// Sums of units with unrelated denominators are followed up to this many bits.
const MAX_BITS: u64 = 1 << 13;

/// Unit h as a function of the gadget's variable: `σ(slope·t + bias)`.
struct Kink {
    slope: Rational,
    bias: Rational,
    /// Where the argument of σ changes sign.
    breakpoint: Rational,
    /// Weight to each claimed output, in the claim's order.
    weights: Vec<Rational>,
}

/// Verifies a gadget's outputs on its claimed range: proportional inputs, exactly the claimed slots, and for each slot
/// `sup |Σ out·σ(…) − polynomial| ≤ error`, computed exactly (up to degree 2) on every piece.
pub fn check_gadget(
    gadget: &Gadget,
    units: &[Unit],
    activation: Activation,
    place: &dyn Fn() -> String,
) -> Result<(), Refusal> {
    let kinks = read_kinks(gadget, units, place)?;
    let suprema = suprema(gadget, kinks, activation).ok_or_else(|| {
        Rule::GadgetUnits
            .unsupported(place(), "the weights' denominators are unrelated and their sums become too long")
    })?;
    for (claim, supremum) in gadget.outputs.iter().zip(suprema) {
        if supremum > claim.error.0 {
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
        let bias = unit.bias.0.clone();
        kinks.push(Kink { breakpoint: -&bias / &slope, slope, bias, weights });
    }
    Ok(kinks)
}

/// The non-zero factor a with `inputs = a · direction`, if there is one.
fn proportion(inputs: &SparseVector, direction: &SparseVector) -> Option<Rational> {
    if inputs.len() != direction.len() {
        return None;
    }
    let mut factor: Option<Rational> = None;
    for ((i, a), (j, b)) in inputs.iter().zip(direction.iter()) {
        if i != j {
            return None;
        }
        match &factor {
            Some(factor) if &(b * factor) != a => return None,
            Some(_) => {}
            None => factor = Some(a / b),
        }
    }
    factor
}

/// For each claimed output the supremum over the range of |piecewise polynomial − claimed polynomial|.
///
/// `None` if the numbers become too long.
fn suprema(gadget: &Gadget, mut kinks: Vec<Kink>, activation: Activation) -> Option<Vec<Rational>> {
    let (lo, hi) = (gadget.range.inf(), gadget.range.sup());
    kinks.sort_by(|a, b| a.breakpoint.cmp(&b.breakpoint));
    // Coefficients of 1, t, t² on the current piece, claim subtracted, per output.
    let mut difference: Vec<Vec<Rational>> =
        gadget.outputs.iter().map(|claim| claim.polynomial.iter().map(|c| -c.0.clone()).collect()).collect();
    for polynomial in &mut difference {
        if polynomial.len() < 3 {
            polynomial.resize(3, Rational::zero());
        }
    }
    for kink in &kinks {
        // Just right of lo a unit is active if its argument is positive there.
        let active = if kink.slope.is_positive() { &kink.breakpoint <= lo } else { &kink.breakpoint > lo };
        if active {
            add_unit(&mut difference, kink, activation, &Rational::one());
            require_short(&difference)?;
        }
    }
    let mut suprema = vec![Rational::zero(); gadget.outputs.len()];
    let mut left = lo.clone();
    for kink in kinks.iter().filter(|k| &k.breakpoint > lo && &k.breakpoint < hi) {
        raise(&mut suprema, &difference, &left, &kink.breakpoint);
        left = kink.breakpoint.clone();
        let switch = if kink.slope.is_positive() { integer(1) } else { integer(-1) };
        add_unit(&mut difference, kink, activation, &switch);
        require_short(&difference)?;
    }
    raise(&mut suprema, &difference, &left, hi);
    Some(suprema)
}

fn require_short(difference: &[Vec<Rational>]) -> Option<()> {
    let bits = difference.iter().flatten().map(|c| c.denom().bits()).max();
    (bits <= Some(MAX_BITS)).then_some(())
}

fn add_unit(difference: &mut [Vec<Rational>], kink: &Kink, activation: Activation, factor: &Rational) {
    let Kink { slope, bias, .. } = kink;
    let pieces = match activation {
        Activation::Relu => [bias * factor, slope * factor, Rational::zero()],
        Activation::Relu2 => {
            [bias * bias * factor, slope * bias * integer(2) * factor, slope * slope * factor]
        }
    };
    for (polynomial, weight) in difference.iter_mut().zip(&kink.weights) {
        if !weight.is_zero() {
            for (coefficient, piece) in polynomial.iter_mut().zip(&pieces) {
                *coefficient += piece * weight;
            }
        }
    }
}

fn raise(suprema: &mut [Rational], difference: &[Vec<Rational>], left: &Rational, right: &Rational) {
    for (supremum, polynomial) in suprema.iter_mut().zip(difference) {
        let bound = sup_abs(polynomial, left, right);
        if bound > *supremum {
            *supremum = bound;
        }
    }
}

/// sup |p| on [left, right]: exact up to degree 2, a Bernstein bound on eight parts above.
fn sup_abs(p: &[Rational], left: &Rational, right: &Rational) -> Rational {
    let value = |t: &Rational| p.iter().rev().fold(Rational::zero(), |v, c| v * t + c).abs();
    let degree = p.iter().rposition(|c| !c.is_zero()).unwrap_or(0);
    if degree == 0 {
        return p[0].abs();
    }
    let mut bound = crate::number::max(value(left), value(right));
    if degree == 2 {
        let vertex = -&p[1] / (&p[2] * integer(2));
        if left < &vertex && &vertex < right {
            bound = crate::number::max(bound, value(&vertex));
        }
    } else if degree > 2 {
        let step = (right - left) / integer(PARTS_PER_PIECE.into());
        for part in 0..PARTS_PER_PIECE {
            let start = left + &step * integer(part.into());
            let end = &start + &step;
            let mut coefficients = p[..=degree].to_vec();
            if let Ok(interval) = Interval::new(start, end) {
                to_bernstein(&mut coefficients, &interval);
            }
            let hull = coefficients.iter().map(Signed::abs).max().unwrap_or_else(Rational::zero);
            bound = crate::number::max(bound, hull);
        }
    }
    bound
}

/// The exact suprema of a gadget whose claims are not known yet: the constructor asks here for what it may claim.
pub fn exact_errors(
    gadget: &Gadget,
    units: &[Unit],
    activation: Activation,
) -> Result<Vec<Rational>, Refusal> {
    let kinks = read_kinks(gadget, units, &|| "gadget".into())?;
    suprema(gadget, kinks, activation)
        .ok_or_else(|| Rule::GadgetUnits.unsupported("gadget", "the weights' denominators are unrelated"))
}
