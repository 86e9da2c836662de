//! Gadgets for functions of one variable: `exp`, `tanh`, 1/t and their like, nearly as good as relu units allow.

use super::cuts::cut;
use super::function_plan::{Plan, plan};
use super::gadget::{BuiltGadget, unit};
use num_traits::{ToPrimitive, Zero};
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Exact, Rational, integer, max, power_of_two, round_up, to_f64};
use sumformer_checker::enclosure::univariate::image;
use sumformer_checker::format::certificate::{Gadget, GadgetOutput};
use sumformer_checker::format::network::Unit;
use sumformer_checker::format::sparse::SparseVector;
use sumformer_checker::language::EvalError;
use sumformer_checker::language::Scalar;
use sumformer_checker::language::ast::Function;
use sumformer_checker::polynomial_route::function_supremum::FunctionDistances;
use sumformer_checker::polynomial_route::gadget::function_distances;
use sumformer_checker::refusal::{Refusal, Rule};

/// Break points are multiples of a power of two that is this many bits below the shorter of the adjacent pieces.
const KNOT_BITS: i64 = 7;
/// Values are rounded this many bits below the error.
const VALUE_BITS: i64 = 8;
/// Claimed gadget errors are rounded up to this many significant bits.
const ERROR_BITS: u32 = 16;
/// A constant variable still gets a piece of this length.
const DEGENERATE_WIDTH: f64 = 1.0 / (1 << 20) as f64;
/// The most pieces there are.
const MAX_PIECES: u64 = 1 << 20;

/// The gadget of an atom φ(t + shift) by about `pieces` linear pieces on `range`, at least one; exactly and for all t by one, two or
/// three units for `relu`, `abs`, `identity` and `hat`. The outputs are (slot, weight) with different slots.
///
/// Break points are denser where φ bends more, and values alternate around φ, so that all pieces have about the same
/// error, that of `function_plan`. Break points and slopes are dyadic. The claim is about the units alone, without the bias. Fails
/// where φ is not defined on the range.
pub fn piecewise_function(
    (atom, function): (usize, Function),
    shift: &Rational,
    pieces: u64,
    direction: &SparseVector,
    range: &Interval,
    outputs: &[(usize, Rational)],
) -> Result<BuiltGadget, Refusal> {
    let exact = |units: &[(i64, i64, i64)]| Shape {
        range: range.clone(),
        start: Rational::zero(),
        units: units
            .iter()
            .map(|&(slope, at, weight)| {
                (integer(slope), integer(slope) * (shift - integer(at)), integer(weight))
            })
            .collect(),
    };
    let shape = match function {
        Function::Identity => exact(&[(1, 0, 1), (-1, 0, -1)]),
        Function::Relu => exact(&[(1, 0, 1)]),
        Function::Abs => exact(&[(1, 0, 1), (-1, 0, 1)]),
        Function::Hat => exact(&[(1, -1, 1), (1, 0, -2), (1, 1, 1)]),
        _ => approximate(function, shift, pieces.clamp(1, MAX_PIECES), range),
    };
    claim((atom, function), shift, shape, direction, outputs)
}

/// Σ weight·relu(slope·t + bias) + start.
struct Shape {
    range: Interval,
    start: Rational,
    /// (slope, bias, weight)
    units: Vec<(Rational, Rational, Rational)>,
}

/// Certifies the shape, which approximates φ(t + shift).
fn claim(
    (atom, function): (usize, Function),
    shift: &Rational,
    shape: Shape,
    direction: &SparseVector,
    outputs: &[(usize, Rational)],
) -> Result<BuiltGadget, Refusal> {
    let mut sorted = outputs.to_vec();
    sorted.sort_by_key(|(slot, _)| *slot);
    let units: Vec<Unit> = shape
        .units
        .into_iter()
        .map(|(slope, bias, weight)| unit(direction, &slope, bias, outputs, &weight))
        .collect();
    let constant = |weight: &Rational| Some(-weight * &shape.start).filter(|c| !c.is_zero()).map(Exact);
    let mut claim = Gadget {
        units: units.len(),
        range: shape.range,
        atom: Some(atom),
        outputs: sorted
            .iter()
            .map(|(slot, weight)| GadgetOutput {
                slot: *slot,
                polynomial: constant(weight).into_iter().collect(),
                factor: Some(Exact(weight.clone())),
                error: Exact(Rational::zero()),
                cuts: String::new(),
            })
            .collect(),
    };
    let distances = function_distances(&claim, &units, function, shift)?;
    let errors = errors(distances).map_err(|e| Rule::GadgetError.invalid("gadget", e.to_string()))?;
    for (output, (error, cuts)) in claim.outputs.iter_mut().zip(errors) {
        output.error = Exact(round_up(&error, ERROR_BITS));
        output.cuts = cuts;
    }
    let bias = sorted.iter().map(|(slot, weight)| (*slot, weight * &shape.start));
    let bias = bias.filter(|(_, value)| !value.is_zero()).collect();
    Ok(BuiltGadget { units, bias, claim })
}

/// How far each output is from its claim, and the cuts that prove it.
///
/// Exact for `abs`, `relu` and `hat`; for other functions an upper bound that exceeds the distance by less than 1 %
/// unless that is close to the rounding errors of 62 bits.
fn errors(distances: FunctionDistances) -> Result<Vec<(Rational, String)>, EvalError> {
    match distances {
        FunctionDistances::Exact(suprema) => {
            Ok(suprema.into_iter().map(|error| (error, String::new())).collect())
        }
        FunctionDistances::InParts(distances) => distances
            .iter()
            .map(|distance| {
                let (bound, cuts) = cut(distance)?;
                Ok((bound.to_rational().ok_or(EvalError::TooWide)?, cuts))
            })
            .collect(),
    }
}

fn approximate(function: Function, shift: &Rational, pieces: u64, range: &Interval) -> Shape {
    // Below 0 the continued root is constant, as is what is left of the first break point.
    let start =
        if function == Function::Root { max(range.inf().clone(), -shift) } else { range.inf().clone() };
    let bent = Interval::new(start, range.sup().clone()).unwrap_or_else(|_| range.clone());
    let (lo, hi) = (to_f64(&(bent.inf() + shift)), to_f64(&(bent.sup() + shift)));
    // Of a constant, or a range that floating point does not tell from one, the first piece is all there is.
    let thin = (hi - lo) <= 64.0 * f64::EPSILON * lo.abs().max(hi.abs());
    let Plan { knots, error } = if thin {
        Plan { knots: vec![(lo, 0.0), (lo + DEGENERATE_WIDTH, 0.0)], error: DEGENERATE_WIDTH }
    } else {
        plan(function, (lo, hi), pieces as usize)
    };
    let (times, lengths) = break_points(&knots, to_f64(shift), &bent);
    let values = values(function, shift, &knots, &times);
    let range = claimed_range(function, shift, range, &times);
    // Where the error is below what floating point sees, values are as long as its numbers.
    let largest = values.iter().map(|value| value.abs()).fold(f64::MIN_POSITIVE, f64::max);
    let error = if error.is_finite() { error.max(largest * f64::EPSILON) } else { largest };
    let value_unit = power_of_two(exponent(error) - VALUE_BITS);
    let rounded = |value: f64, unit: &Rational| (exact(value) / unit).round() * unit;
    let start = rounded(values[0], &value_unit);
    let mut units = Vec::with_capacity(lengths.len());
    let (mut value, mut slope) = (start.clone(), Rational::zero());
    for (k, pair) in times.windows(2).enumerate() {
        let length = &pair[1] - &pair[0];
        // The rounding errors of the pieces before are made up for.
        let unit = &value_unit * power_of_two(-exponent(lengths[k]));
        let rise = exact(values[k + 1]) - &value;
        let next = (rise / &length / &unit).round() * &unit;
        // A gadget has a unit even if it is constant.
        if next != slope || k == 0 {
            units.push((integer(1), -&pair[0], &next - &slope));
        }
        value += &next * &length;
        slope = next;
    }
    Shape { range, start, units }
}

/// The break points t of the plan, which is in t + shift: dyadic, different, the ends not inside the range; and the
/// lengths of the pieces.
fn break_points(knots: &[(f64, f64)], shift: f64, range: &Interval) -> (Vec<Rational>, Vec<f64>) {
    let lengths: Vec<f64> = knots.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    let last = knots.len() - 1;
    let mut times: Vec<Rational> = Vec::with_capacity(knots.len());
    for (k, (place, _)) in knots.iter().enumerate() {
        let length = lengths[k.saturating_sub(1)].min(lengths[k.min(last - 1)]);
        let unit = power_of_two(exponent(length) - KNOT_BITS);
        let time = match k {
            0 => (range.inf() / &unit).floor() * &unit,
            k if k == last => (range.sup() / &unit).ceil() * &unit,
            _ => (exact(place - shift) / &unit).round() * &unit,
        };
        // Floating point may not tell neighbours apart.
        match times.last() {
            Some(previous) if time <= *previous => times.push(previous + unit),
            _ => times.push(time),
        }
    }
    (times, lengths)
}

/// The planned values at the break points, which have been rounded.
fn values(function: Function, shift: &Rational, knots: &[(f64, f64)], times: &[Rational]) -> Vec<f64> {
    let value = |x: f64| Some(x.call(function).unwrap_or(f64::NAN)).filter(|value| value.is_finite());
    let last = knots.len() - 1;
    let at = |k: usize| {
        let ((planned, offset), place) = (knots[k], to_f64(&(&times[k] + shift)));
        // The ends may have left the domain: there the chord of the piece is extended.
        let extended = || {
            let neighbour = knots[if k == last { last - 1 } else { k + 1 }].0;
            let (own, other) = (value(planned)?, value(neighbour)?);
            Some(own + (other - own) * (place - planned) / (neighbour - planned))
        };
        offset + value(place).or_else(extended).unwrap_or(0.0)
    };
    (0..=last).map(at).collect()
}

/// The range with the first and the last break point if φ is defined there, which is shorter to write; else the given
/// one, on which the pieces are the same lines.
fn claimed_range(function: Function, shift: &Rational, range: &Interval, times: &[Rational]) -> Interval {
    let whole = times.first().zip(times.last());
    let whole = whole.and_then(|(first, last)| Interval::new(first.clone(), last.clone()).ok());
    let defined = |whole: &Interval| image(function, &(whole + &Interval::point(shift.clone()))).is_ok();
    whole.map(|whole| whole.hull(range)).filter(defined).unwrap_or_else(|| range.clone())
}

/// ⌊log2 value⌋ of a positive number, within the range of floating point.
fn exponent(value: f64) -> i64 {
    value.log2().floor().to_i64().unwrap_or(0).clamp(-1074, 1023)
}

fn exact(value: f64) -> Rational {
    Rational::from_float(value).unwrap_or_else(Rational::zero)
}

#[cfg(test)]
mod tests {
    use super::super::function_plan::{amplitude, pieces_for};
    use super::*;
    use proptest::prelude::*;
    use sumformer_checker::arith::number::ratio;

    const SMOOTH: [Function; 8] = [
        Function::Exp,
        Function::Log,
        Function::Sqrt,
        Function::Sin,
        Function::Cos,
        Function::Tanh,
        Function::Sigmoid,
        Function::Inverse,
    ];

    fn interval(lo: Rational, hi: Rational) -> Interval {
        Interval::new(lo, hi).unwrap()
    }

    fn gadget(function: Function, shift: &Rational, pieces: u64, range: &Interval) -> BuiltGadget {
        let direction = SparseVector::from_entries([(0, ratio(1, 1))]);
        piecewise_function((0, function), shift, pieces, &direction, range, &[(1, ratio(1, 1))]).unwrap()
    }

    fn value(gadget: &BuiltGadget, slot: usize, t: &Rational) -> Rational {
        let relu = |t: Rational| if t <= Rational::zero() { Rational::zero() } else { t };
        let units = gadget
            .units
            .iter()
            .map(|unit| unit.output.get(slot) * relu(unit.input.get(0) * t + &unit.bias.0));
        units.sum::<Rational>()
            + gadget.bias.iter().filter(|(s, _)| *s == slot).map(|(_, value)| value).sum::<Rational>()
    }

    #[test]
    fn errors_are_those_of_the_optimum() {
        let ranges = [
            (Function::Exp, ratio(-2, 1), ratio(3, 1)),
            (Function::Log, ratio(1, 10), ratio(4, 1)),
            (Function::Sqrt, ratio(0, 1), ratio(2, 1)),
            (Function::Sqrt, ratio(1, 3), ratio(5, 1)),
            (Function::Sin, ratio(-4, 1), ratio(6, 1)),
            (Function::Cos, ratio(1, 7), ratio(20, 7)),
            (Function::Tanh, ratio(-3, 1), ratio(4, 1)),
            (Function::Tanh, ratio(-40, 1), ratio(50, 1)),
            (Function::Sigmoid, ratio(-8, 1), ratio(8, 1)),
            (Function::Inverse, ratio(1, 4), ratio(7, 1)),
            (Function::Inverse, ratio(-3, 1), ratio(-1, 3)),
        ];
        for (function, lo, hi) in ranges {
            let range = interval(lo, hi);
            for pieces in [24, 100, 400] {
                let gadget = gadget(function, &ratio(0, 1), pieces, &range);
                let optimum = amplitude(function, &range) / (pieces * pieces) as f64;
                let quotient = to_f64(&gadget.claim.outputs[0].error.0) / optimum;
                assert!(gadget.units.len() as u64 <= pieces);
                assert!((0.8..1.14).contains(&quotient), "{function:?} {range} {pieces}: {quotient}");
            }
        }
    }

    #[test]
    fn relu_abs_and_hat_are_exact() {
        let outputs = [(3, ratio(-2, 3)), (1, ratio(5, 1))];
        let direction = SparseVector::from_entries([(0, ratio(2, 1)), (2, ratio(-1, 2))]);
        let range = interval(ratio(-9, 2), ratio(7, 3));
        for (function, units) in [(Function::Relu, 1), (Function::Abs, 2), (Function::Hat, 3)] {
            let built =
                piecewise_function((0, function), &ratio(1, 3), 50, &direction, &range, &outputs).unwrap();
            assert_eq!((built.units.len(), built.bias.len()), (units, 0));
            let factors = built.claim.outputs.iter().map(|output| output.factor.clone().unwrap().0);
            assert_eq!(factors.collect::<Vec<_>>(), vec![ratio(5, 1), ratio(-2, 3)]);
            assert!(built.claim.outputs.iter().all(|o| o.error.0.is_zero() && o.polynomial.is_empty()));
            assert_eq!(pieces_for(function, &range, 1e-3), 0.0);
            for k in -40..40 {
                let t = ratio(k, 5);
                let built = gadget(function, &ratio(1, 3), 1, &range);
                assert_eq!(value(&built, 1, &t), (&t + ratio(1, 3)).call(function).unwrap());
            }
        }
    }

    #[test]
    fn domains_are_kept_to() {
        let direction = SparseVector::from_entries([(0, ratio(1, 1))]);
        let build = |function, lo: Rational| {
            let range = interval(lo, ratio(2, 1));
            piecewise_function((0, function), &ratio(1, 3), 9, &direction, &range, &[(1, ratio(1, 1))])
        };
        // Not dyadic, so that the range cannot be widened.
        let root = build(Function::Sqrt, ratio(-1, 3)).unwrap();
        assert_eq!(root.claim.range, interval(ratio(-1, 3), ratio(2, 1)));
        assert!(root.claim.outputs[0].error.0 < ratio(1, 100));
        for function in [Function::Sqrt, Function::Log, Function::Inverse] {
            assert!(build(function, ratio(-1, 2)).is_err());
        }
        assert!(build(Function::Log, ratio(-1, 3)).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn gadgets_are_as_close_as_certified_and_short(
            which in 0..SMOOTH.len(),
            (lo, width) in (1..50_i64, prop_oneof![Just(0_i64), 1..60_i64]),
            pieces in 1..30_u64,
            shift in 0..4_i64,
        ) {
            let (function, shift) = (SMOOTH[which], ratio(shift, 3));
            let range = interval(ratio(lo, 7), ratio(lo, 7) + ratio(width, 9));
            let built = gadget(function, &shift, pieces, &range);
            prop_assert!(built.claim.range.encloses(&range) && !built.units.is_empty());
            let claim = &built.claim.outputs[0];
            for k in 0..=50 {
                let t = range.inf() + range.wid() * ratio(k, 50);
                let (value, exact) = (to_f64(&value(&built, 1, &t)), to_f64(&(&t + &shift)).call(function).unwrap());
                prop_assert!((value - exact).abs() <= to_f64(&claim.error.0) + 1e-12 * exact.abs());
            }
            let dyadic = |value: &Rational| value.denom().trailing_zeros() == Some(value.denom().bits() - 1);
            for unit in &built.units {
                prop_assert!(dyadic(&unit.bias.0) && dyadic(&unit.output.get(1)));
                prop_assert!(unit.bias.0.numer().bits() <= 40 && unit.output.get(1).numer().bits() <= 40);
            }
        }
    }
}
