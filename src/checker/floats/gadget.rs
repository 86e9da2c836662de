//! The hidden units of a gadget as they are computed: what they add to the sums of the slots.
//!
//! With t the gadget's variable at the *computed* slots, unit h computes σ(a·t + b) from a sum that is off by at most ρ_h, times at most
//! 1 + r_h. Where a·t + b < −ρ_h it computes 0, exactly. Terms c·σ(a·t + b), their errors r·c·σ and the sums of the j largest positive or
//! negative ones are convex in t, so they are largest at an end of the range; how many are not 0 at once, and the sum of what does not depend on t
//! over these, is found by a sweep over the points where units begin and end.
//!
//! That the units are evaluated at computed slots instead of exact ones is no rounding; [`Added::slope`] says by how much their sum G
//! moves otherwise than the claimed polynomial g: (G − g)(t) − (G − g)(t') is t − t' times a mean of values of G' − g', G − g being
//! continuous with finitely many kinks.

use super::bound::Bound;
use super::model::{Model, NoBound, Terms};
use crate::arith::dyadic::Dyadic;
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::number::{Rational, integer};
use crate::format::certificate::Gadget;
use crate::format::network::{Activation, Unit};
use num_traits::Signed;

/// What a gadget adds to one slot.
pub(super) struct Added {
    /// The slot.
    pub slot: usize,
    /// The terms, at the computed t.
    pub terms: Terms,
    /// All values of G' − g' on the range.
    pub slope: DyadicInterval,
}

/// One unit: σ(slope·t + bias), computed as the absolute and relative error of its value say.
struct Computing {
    slope: Rational,
    bias: Rational,
    /// Where it begins, or ends: outside it is 0, as computed.
    begin: Dyadic,
    /// Where it begins, or ends, over the reals.
    kink: Rational,
    /// Its values at the ends of the range.
    at_ends: [Bound; 2],
    /// What its value is off by, besides `relative` times the value.
    absolute: Bound,
    relative: Bound,
}

/// All slots that a gadget writes to; `slots` are the ranges of the computed slots, `range` that of t at them.
pub(super) fn added(
    model: &Model,
    (gadget, units, activation): (&Gadget, &[Unit], Activation),
    slots: &dyn Fn(usize) -> DyadicInterval,
    range: DyadicInterval,
) -> Result<Vec<Added>, NoBound> {
    let direction = &units[0].input;
    let computing = |unit: &Unit| {
        // The symbolic run has seen that they are proportional.
        let slope = unit.input.proportion(direction).unwrap_or_default();
        computing(model, unit, slope, activation, slots, range)
    };
    let all: Vec<Computing> = units.iter().map(computing).collect::<Result<_, _>>()?;
    gadget
        .outputs
        .iter()
        .map(|output| {
            let weights: Vec<Rational> = units.iter().map(|unit| unit.output.get(output.slot)).collect();
            let polynomial: Vec<DyadicInterval> = match gadget.atom {
                None => output.polynomial.iter().map(|c| DyadicInterval::from_rational(&c.0)).collect(),
                Some(_) => Vec::new(),
            };
            Ok(Added {
                slot: output.slot,
                terms: terms(model, &all, &weights, range)?,
                slope: slope(&all, &weights, activation, &polynomial, range)?,
            })
        })
        .collect()
}

fn computing(
    model: &Model,
    unit: &Unit,
    slope: Rational,
    activation: Activation,
    slots: &dyn Fn(usize) -> DyadicInterval,
    range: DyadicInterval,
) -> Result<Computing, NoBound> {
    let bias = unit.bias.0.clone();
    let sum = model.affine(unit.input.iter().map(|(slot, weight)| (weight, slots(slot))), Some(&bias))?;
    let (a, b) = (DyadicInterval::from_rational(&slope), DyadicInterval::from_rational(&bias));
    let value = |t: Dyadic| DyadicInterval::point(t).map_or(DyadicInterval::WHOLE, |t| a * t + b);
    let [low, high] = [range.inf(), range.sup()].map(|t| Bound::positive_part(value(t)));
    // Where its argument is above −ρ.
    let beyond = (-b).widen(sum.absolute.get()).divide(a).unwrap_or(DyadicInterval::WHOLE);
    let begin = if slope.is_positive() { beyond.inf() } else { beyond.sup() };
    let own = sum.absolute + sum.relative * sum.absolute;
    let (absolute, relative, at_ends) = match activation {
        // Steps are refused before.
        Activation::Relu | Activation::Step => (own, sum.relative, [low, high]),
        Activation::Relu2 => {
            let largest = low.max(high);
            let rounded = |error: Bound| error + model.roundoff * error;
            let twice = |value: Bound| value + value;
            let squares = twice(largest * (own + sum.relative * own)) + own * own;
            let relative = rounded(twice(sum.relative) + sum.relative * sum.relative) + model.roundoff;
            let square = |value: Bound| value * value;
            model.require_finite(square(largest + own + sum.relative * largest))?;
            (rounded(squares) + model.underflow, relative, [square(low), square(high)])
        }
    };
    let kink = -&bias / &slope;
    Ok(Computing { slope, bias, begin, kink, at_ends, absolute, relative })
}

/// The terms of one slot.
fn terms(
    model: &Model,
    all: &[Computing],
    weights: &[Rational],
    range: DyadicInterval,
) -> Result<Terms, NoBound> {
    let mut at_ends = [const {
        Terms {
            positive: Vec::new(),
            negative: Vec::new(),
            together: Bound::ZERO,
            count: 0,
            error: Bound::ZERO,
            has_bias: false,
        }
    }; 2];
    let (mut rising, mut falling) = (Vec::new(), Vec::new());
    for (unit, exact) in all.iter().zip(weights).filter(|(_, weight)| **weight != Rational::default()) {
        let weight = model.weight(exact)?;
        let stored = Bound::magnitude(weight.stored);
        let of_product = model.of_product(&weight);
        let with_product = |error: Bound| stored * (error + of_product * error);
        let constant = with_product(unit.absolute) + model.underflow;
        let relative = with_product(unit.relative) + weight.error + of_product * stored;
        for (terms, value) in at_ends.iter_mut().zip(unit.at_ends) {
            let side = if exact.is_positive() { &mut terms.positive } else { &mut terms.negative };
            side.push(Bound::of(exact) * value);
            terms.together += Bound::of(exact) * value;
            terms.error += relative * value;
        }
        let side = if unit.slope.is_positive() { &mut rising } else { &mut falling };
        side.push((unit.begin, constant));
    }
    let [low, high] = at_ends;
    let (count, constant) = most_at_once(rising, falling, range);
    Ok(Terms {
        positive: largest(low.positive, high.positive),
        negative: largest(low.negative, high.negative),
        together: low.together.max(high.together),
        count,
        error: low.error.max(high.error) + constant,
        has_bias: false,
    })
}

/// The larger ones of two lists, largest against largest.
fn largest(mut one: Vec<Bound>, mut other: Vec<Bound>) -> Vec<Bound> {
    one.sort_unstable_by(|a, b| b.cmp(a));
    other.sort_unstable_by(|a, b| b.cmp(a));
    one.into_iter().zip(other).map(|(a, b)| a.max(b)).collect()
}

/// Over all t of the range: the largest number of those that have begun (`rising`) or not ended (`falling`), and the largest sum of what stands
/// beside them.
fn most_at_once(
    mut rising: Vec<(Dyadic, Bound)>,
    mut falling: Vec<(Dyadic, Bound)>,
    range: DyadicInterval,
) -> (usize, Bound) {
    rising.sort_unstable();
    falling.sort_unstable();
    // From each place on, those that end there or later.
    let mut later = vec![Bound::ZERO; falling.len() + 1];
    for at in (0..falling.len()).rev() {
        later[at] = later[at + 1] + falling[at].1;
    }
    let (mut begun, mut sum, mut ended) = (0, Bound::ZERO, 0);
    let mut most = (0, Bound::ZERO);
    // The sum grows only where one begins.
    let begins = rising.iter().map(|(at, _)| *at).filter(|at| *at > range.inf() && *at <= range.sup());
    for t in std::iter::once(range.inf()).chain(begins) {
        while let Some((_, own)) = rising.get(begun).filter(|(at, _)| *at <= t) {
            sum += *own;
            begun += 1;
        }
        while falling.get(ended).is_some_and(|(at, _)| *at < t) {
            ended += 1;
        }
        most.0 = most.0.max(begun + falling.len() - ended);
        most.1 = most.1.max(sum + later[ended]);
    }
    most
}

/// All values of G' − g' on the range, piece by piece between kinks.
fn slope(
    all: &[Computing],
    weights: &[Rational],
    activation: Activation,
    polynomial: &[DyadicInterval],
    range: DyadicInterval,
) -> Result<DyadicInterval, NoBound> {
    let [Some(low), Some(high)] = [range.inf(), range.sup()].map(Dyadic::to_rational) else {
        return Err(NoBound::Overflow);
    };
    let mut difference: Vec<DyadicInterval> = (1..)
        .zip(polynomial.iter().skip(1))
        .map(|(power, c)| -(*c * DyadicInterval::from_integer(power)))
        .collect();
    difference.resize(difference.len().max(2), DyadicInterval::ZERO);
    // What a unit adds to the derivative where it is not 0.
    let change = |difference: &mut [DyadicInterval], unit: &Computing, weight: &Rational, sign: i64| {
        let lead = weight * &unit.slope * integer(sign);
        match activation {
            Activation::Relu | Activation::Step => {
                difference[0] = difference[0] + DyadicInterval::from_rational(&lead);
            }
            Activation::Relu2 => {
                let lead = lead * integer(2);
                difference[0] = difference[0] + DyadicInterval::from_rational(&(&lead * &unit.bias));
                difference[1] = difference[1] + DyadicInterval::from_rational(&(lead * &unit.slope));
            }
        }
    };
    let mut units: Vec<(&Computing, &Rational)> =
        all.iter().zip(weights).filter(|(_, weight)| **weight != Rational::default()).collect();
    units.sort_by(|(a, _), (b, _)| a.kink.cmp(&b.kink));
    for (unit, weight) in &units {
        if unit.slope.is_positive() == (unit.kink <= low) {
            change(&mut difference, unit, weight, 1);
        }
    }
    let mut all_values: Option<DyadicInterval> = None;
    let mut left = range.inf();
    let mut bound = |difference: &[DyadicInterval], left: Dyadic, right: Dyadic| {
        let piece = DyadicInterval::new(left, right).unwrap_or(range);
        let value = difference
            .iter()
            .rev()
            .fold(DyadicInterval::ZERO, |value, coefficient| value * piece + *coefficient);
        all_values = Some(all_values.map_or(value, |others| others.hull(value)));
    };
    let mut last = &low;
    for (unit, weight) in units.iter().filter(|(unit, _)| unit.kink > low && unit.kink < high) {
        // Between two units that begin or end at one point there is nothing.
        if unit.kink != *last {
            let kink = DyadicInterval::from_rational(&unit.kink);
            bound(&difference, left, kink.sup());
            left = kink.inf();
            last = &unit.kink;
        }
        change(&mut difference, unit, weight, if unit.slope.is_positive() { 1 } else { -1 });
    }
    bound(&difference, left, range.sup());
    Ok(all_values.unwrap_or(DyadicInterval::WHOLE))
}
