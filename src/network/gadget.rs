//! Univariate gadgets: hidden units that compute an affine function, a square or a power of one linear form.

use num_traits::{One, Signed, ToPrimitive, Zero};
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{
    Exact, Rational, integer, power_of_two, ratio, round_down, round_up, to_f64,
};
use sumformer_checker::format::certificate::{Gadget, GadgetOutput};
use sumformer_checker::format::network::{Activation, Unit};
use sumformer_checker::format::sparse::SparseVector;
use sumformer_checker::polynomial_route::gadget::polynomial_errors;
use sumformer_checker::refusal::Refusal;

/// Piece lengths keep this many significant bits, so that break points and slopes are short dyadic numbers.
const STEP_BITS: u32 = 5;
/// Gadget ranges end on multiples of the piece length divided by this.
const RANGE_GRID: i64 = 16;
/// Claimed gadget errors are rounded up to this many significant bits.
const ERROR_BITS: u32 = 16;
/// A constant variable still gets a piece of this length.
const DEGENERATE_STEP_EXPONENT: i64 = -20;

/// The width with which a constant variable is planned.
pub const CONSTANT_WIDTH: f64 = 1.0 / 128.0;

/// On which side of their break points the units of a power are not 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sides {
    /// On the right: one unit for each piece.
    #[default]
    Rising,
    /// From the middle to both sides, and one unit more at each end. Fewer and smaller terms are added up, so less is lost where sums are rounded.
    Both,
}

/// Units, what to add to b2, and the claim about them.
#[derive(Debug, Clone)]
pub struct BuiltGadget {
    /// The hidden units.
    pub units: Vec<Unit>,
    /// Constants for b2, by slot.
    pub bias: Vec<(usize, Rational)>,
    /// What the certificate says of the units.
    pub claim: Gadget,
}

pub(super) fn unit(
    direction: &SparseVector,
    slope: &Rational,
    bias: Rational,
    outputs: &[(usize, Rational)],
    weight: &Rational,
) -> Unit {
    Unit {
        input: SparseVector::from_entries(direction.iter().map(|(slot, w)| (slot, w * slope))),
        bias: Exact(bias),
        output: SparseVector::from_entries(outputs.iter().map(|(slot, w)| (*slot, w * weight))),
    }
}

/// Claims `polynomial` (times each output weight) of the units, with the exact error rounded up; refused where the numbers
/// are too long for the checker.
fn claim(
    units: Vec<Unit>,
    bias: Vec<(usize, Rational)>,
    activation: Activation,
    range: Interval,
    outputs: &[(usize, Rational)],
    polynomial: &[Rational],
) -> Result<BuiltGadget, Refusal> {
    let mut sorted = outputs.to_vec();
    sorted.sort_by_key(|(slot, _)| *slot);
    let mut gadget = Gadget {
        units: units.len(),
        range,
        atom: None,
        outputs: sorted
            .iter()
            .map(|(slot, weight)| GadgetOutput {
                slot: *slot,
                polynomial: polynomial.iter().map(|c| Exact(c * weight)).collect(),
                factor: None,
                error: Exact(Rational::zero()),
                cuts: String::new(),
            })
            .collect(),
    };
    let errors = polynomial_errors(&gadget, &units, activation, &|| "gadget".into())?;
    for (output, error) in gadget.outputs.iter_mut().zip(errors) {
        output.error = Exact(round_up(&error, ERROR_BITS));
    }
    Ok(BuiltGadget { units, bias, claim: gadget })
}

/// `t ↦ t`, exactly on all of R: relu(t) − relu(−t), or ((t+1)² − (t−1)²)/4 with squared ReLU.
pub fn identity(
    activation: Activation,
    direction: &SparseVector,
    range: Interval,
    outputs: &[(usize, Rational)],
) -> Result<BuiltGadget, Refusal> {
    let (one, minus) = (integer(1), integer(-1));
    let units = match activation {
        // Step units carry no values; a block that does has relu.
        Activation::Relu | Activation::Step => vec![
            unit(direction, &one, Rational::zero(), outputs, &one),
            unit(direction, &minus, Rational::zero(), outputs, &minus),
        ],
        Activation::Relu2 => {
            let quarter = ratio(1, 4);
            vec![
                unit(direction, &one, one.clone(), outputs, &quarter),
                unit(direction, &minus, minus.clone(), outputs, &quarter),
                unit(direction, &one, minus.clone(), outputs, &-&quarter),
                unit(direction, &minus, one.clone(), outputs, &-&quarter),
            ]
        }
    };
    claim(units, Vec::new(), activation, range, outputs, &[Rational::zero(), one])
}

/// `t ↦ t²`, exactly: relu²(t) + relu²(−t).
pub fn exact_square(
    direction: &SparseVector,
    range: Interval,
    outputs: &[(usize, Rational)],
) -> Result<BuiltGadget, Refusal> {
    let (one, minus) = (integer(1), integer(-1));
    let units = vec![
        unit(direction, &one, Rational::zero(), outputs, &one),
        unit(direction, &minus, Rational::zero(), outputs, &one),
    ];
    claim(units, Vec::new(), Activation::Relu2, range, outputs, &[Rational::zero(), Rational::zero(), one])
}

/// `t ↦ t^degree` by about `pieces` linear pieces on `range`.
///
/// The interpolant at equally spaced points lies within h²/8·max|(t^k)''| of t^k; shifted by half its largest excess
/// where the power is convex or concave throughout. For the square the error is exactly h²/8 on either side.
pub fn piecewise_power(
    (degree, sides): (u32, Sides),
    pieces: u64,
    direction: &SparseVector,
    range: &Interval,
    outputs: &[(usize, Rational)],
) -> Result<BuiltGadget, Refusal> {
    let (start, step, count) = grid(range, pieces);
    let knot = |k: i64| &start + &step * integer(k);
    let value = |t: &Rational| t.pow(degree);
    let end = knot(count);
    let slope = |k: i64| (value(&knot(k + 1)) - value(&knot(k))) / &step;
    let change = |k: i64| slope(k) - slope(k - 1);
    let (one, minus) = (integer(1), integer(-1));
    let mut units = Vec::with_capacity(count as usize + 2);
    let mut add = |sign: &Rational, k: i64, weight: Rational| {
        if !weight.is_zero() {
            units.push(unit(direction, sign, -sign * knot(k), outputs, &weight));
        }
    };
    let anchor = match sides {
        // The first unit carries the affine part of the first piece as relu(t − start) = t − start.
        Sides::Rising => {
            add(&one, 0, slope(0));
            (1..count).for_each(|k| add(&one, k, change(k)));
            0
        }
        // The first two carry the affine parts of the pieces beside the middle. The interpolant goes on for a piece at both ends, so that a
        // variable that is rounded beyond them meets no other slope.
        Sides::Both => {
            let middle = count / 2;
            add(&one, middle, slope(middle));
            (middle + 1..=count).for_each(|k| add(&one, k, change(k)));
            add(&minus, middle, -slope(middle - 1));
            (0..middle).rev().for_each(|k| add(&minus, k, change(k)));
            middle
        }
    };
    let shift = value(&knot(anchor)) - half_excess(degree, &start, &step, &end, count);
    if units.is_empty() {
        // A power that is constant on a single piece (it cannot be: even powers on symmetric ranges) still needs a unit.
        return piecewise_power((degree, sides), pieces.max(1) + 1, direction, range, outputs);
    }
    let polynomial: Vec<Rational> = (0..=degree)
        .map(|k| {
            if k == 0 {
                -&shift
            } else if k == degree {
                Rational::one()
            } else {
                Rational::zero()
            }
        })
        .collect();
    let claimed = Interval::new(start.clone(), end).expect("the grid has positive length");
    let bias = outputs.iter().map(|(slot, weight)| (*slot, weight * &shift)).collect();
    claim(units, bias, Activation::Relu, claimed, outputs, &polynomial)
}

/// Half the largest distance between the interpolant and the power, with its sign, for a power without inflection.
fn half_excess(degree: u32, start: &Rational, step: &Rational, end: &Rational, count: i64) -> Rational {
    if degree == 2 {
        return step * step / integer(8);
    }
    let inflects = degree % 2 == 1 && start.is_negative() && end.is_positive();
    if inflects {
        return Rational::zero();
    }
    // The largest excess is on the piece with the largest |second derivative|, at one of the two ends of the range.
    let excess = |k: i64| -> Rational {
        let left = start + step * integer(k);
        let right = &left + step;
        let middle = (&left + &right) / integer(2);
        let chord = (left.pow(degree) + right.pow(degree)) / integer(2);
        chord - middle.pow(degree)
    };
    let (first, last) = (excess(0), excess(count - 1));
    let largest = if first.abs() >= last.abs() { first } else { last };
    let half = largest / integer(2);
    if half.is_negative() { -round_up(&-half, ERROR_BITS) } else { round_up(&half, ERROR_BITS) }
}

/// A dyadic start, piece length and number of pieces that cover the range.
fn grid(range: &Interval, pieces: u64) -> (Rational, Rational, i64) {
    let width = range.wid();
    let step = if width.is_zero() {
        power_of_two(DEGENERATE_STEP_EXPONENT)
    } else {
        round_down(&(width / Rational::from_integer(pieces.max(1).into())), STEP_BITS)
    };
    let fine = &step / integer(RANGE_GRID);
    let start = (range.inf() / &fine).floor() * &fine;
    let count = ((range.sup() - &start) / &step).ceil();
    let count = count.to_integer().to_i64().unwrap_or(i64::MAX).max(1);
    (start, step, count)
}

/// The power-of-two balance c for `t1·t2 = ((c·t1 + t2/c)² − (c·t1 − t2/c)²)/4` with ranges of the given widths:
/// the one nearest to √(w2/w1), which costs at most 12.5 % in the error bound W²/(16N²).
pub fn balance(first: &Interval, second: &Interval) -> Rational {
    power_of_two(balance_exponent(to_f64(&first.wid()), to_f64(&second.wid())))
}

/// The same in floating point, for planning.
pub fn balance_f64(first: f64, second: f64) -> f64 {
    2f64.powi(balance_exponent(first, second) as i32)
}

fn balance_exponent(w1: f64, w2: f64) -> i64 {
    // A constant factor is treated as one that varies a little.
    let positive = |w: f64| if w > 0.0 { w } else { CONSTANT_WIDTH };
    let exponent = (positive(w2) / positive(w1)).log2() / 2.0;
    if exponent.is_finite() { exponent.round().clamp(-60.0, 60.0) as i64 } else { 0 }
}
