//! What a function φ of one variable does with A and C ⊆ A: enclosures of φ(A), of φ(C), and of the slopes of the
//! chords, (φ(a) − φ(c)) / (a − c) for a ∈ A, c ∈ C, a ≠ c.
//!
//! *Ranges.* `exp`, `log`, `sqrt`, `tanh` and `sigmoid` increase: the bounds at the ends of an interval bound all
//! values. `sin` and `cos` have in addition the extrema that `elementary::trigonometric` finds.
//!
//! *Chords.* Each slope is φ'(t) for some t between a and c (mean value theorem), so an element of φ'(A). If φ'
//! increases on A, then φ is convex and slopes increase in a and in c (three-chord lemma, see `chord.rs`), so that
//! the slope from inf C to inf A bounds all from below and that from sup C to sup A from above, provided that they
//! exist; for a decreasing φ' it is the other way round. What is left is the intersection with φ'(A).
//!
//! *Tightness.* The bounds from the ends are sharp except for the rounding errors of the values, below 2^-56 |φ|,
//! over the width h of A; those from φ'(A) are wider than the slopes by O(h). Of an error min(O(h), 2^-56/h) in the
//! slope, O(2^-56) is left in the range of the centred form: no more than rounding.
//!
//! *Derivatives* are taken from the values that are there already: exp' = exp; tanh' = (1 − T)(1 + T), which
//! increases up to T = 0 and decreases from there; sigmoid' = S(1 − S), with the top at S = 1/2; sin' = cos, cos' =
//! −sin. log'(t) = 1/t. The square root needs none: its slopes are 1/(√a + √c), unbounded if both can be 0. Those of
//! 1/t are −1/(ac). Those of √max(t, 0) are 0 between numbers below 0, and at most those of the root from max(a, 0) to
//! max(c, 0): below 0 the distance of the arguments grows, and nothing else.
//!
//! *Convexity.* exp'' > 0 and log'' < 0; tanh'' and sigmoid'' have the sign of −t; sin'' = −sin and cos'' = −cos.

use super::chord;
use super::elementary::{self, Angle, Wave};
use crate::arith::dyadic::Dyadic;
use crate::arith::dyadic::Rounding::Up;
use crate::arith::dyadic_interval::DyadicInterval;
use crate::language::EvalError;
use crate::language::ast::Function;
use crate::work::charge;

/// What values and slopes of a function take, in units of [`crate::work`]: up to four sums of a series.
const SERIES: u64 = 64;

/// Enclosures of values and slopes of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Image {
    /// Contains φ(a) for all a ∈ A.
    pub range: DyadicInterval,
    /// Contains φ(c) for all c ∈ C.
    pub centre: DyadicInterval,
    /// Contains the slopes of all chords between them.
    pub chord: DyadicInterval,
}

impl Image {
    /// The image of A and C; fails where the function is not defined on all of A. C must be a part of A.
    pub fn new(function: Function, a: DyadicInterval, c: DyadicInterval) -> Result<Self, EvalError> {
        charge(SERIES);
        let (off_domain, one) = (EvalError::OffDomain(function), DyadicInterval::ONE);
        match function {
            Function::Abs => Ok(Self { range: a.abs(), centre: c.abs(), chord: chord::absolute(a, c) }),
            Function::Relu => {
                let relu = |a: DyadicInterval| a.max(DyadicInterval::ZERO);
                Ok(Self { range: relu(a), centre: relu(c), chord: chord::relu(a, c) })
            }
            Function::Inverse => {
                let inverse = |a: DyadicInterval| one.divide(a).ok_or(EvalError::DivisorMayVanish);
                let (range, centre) = (inverse(a)?, inverse(c)?);
                Ok(Self { range, centre, chord: -(range * centre) })
            }
            Function::Identity => Ok(Self { range: a, centre: c, chord: one }),
            Function::Hat => {
                let hat = |a: DyadicInterval| (one - a.abs()).max(DyadicInterval::ZERO);
                // hat(t) = relu(1 - |t|): the chord of a composition is the product of the chords.
                let inner = |a: DyadicInterval| one - a.abs();
                let chord = -chord::relu(inner(a), inner(c)) * chord::absolute(a, c);
                Ok(Self { range: hat(a), centre: hat(c), chord })
            }
            Function::Exp => {
                let ends = Ends::new(a, c, elementary::exp);
                Ok(ends.image(ends.range(), Some(Bend::Convex)))
            }
            Function::Log => {
                let ends = Ends::try_new(a, c, elementary::log).ok_or(off_domain)?;
                let derivative = one.divide(a).unwrap_or(DyadicInterval::WHOLE);
                Ok(ends.image(derivative, Some(Bend::Concave)))
            }
            Function::Sqrt => {
                let ends = Ends::try_new(a, c, elementary::sqrt).ok_or(off_domain)?;
                Ok(Self { range: ends.range(), centre: ends.centre(), chord: of_roots(&ends) })
            }
            Function::Root => {
                let positive = |t: DyadicInterval| t.max(DyadicInterval::ZERO);
                let root = Self::new(Function::Sqrt, positive(a), positive(c))?;
                let rises = a.inf().signum() >= 0 && c.inf().signum() >= 0;
                let chord = if rises { root.chord } else { root.chord.hull(DyadicInterval::ZERO) };
                Ok(Self { chord, ..root })
            }
            Function::Tanh => {
                let ends = Ends::new(a, c, elementary::tanh);
                let slope = unimodal(ends.range(), DyadicInterval::ZERO, |t| (one - t) * (one + t));
                Ok(ends.image(slope, Bend::towards_zero(a)))
            }
            Function::Sigmoid => {
                let ends = Ends::new(a, c, elementary::sigmoid);
                let slope = unimodal(ends.range(), DyadicInterval::HALF, |s| s * (one - s));
                Ok(ends.image(slope, Bend::towards_zero(a)))
            }
            Function::Sin => Ok(of_wave(a, c, Wave::Sin, Wave::Cos)),
            Function::Cos => Ok(of_wave(a, c, Wave::Cos, Wave::MinusSin)),
        }
    }
}

/// At least |φ(a) − φ(c)| for all a ∈ A and c ∈ C at most `distance` apart; C must be a part of A. ∞ where that is all that is
/// known.
///
/// A difference is the slope of a chord times the distance of the arguments. If the slopes are not bounded on A, those of
/// chords to C may be. For √max(t, 0) it is also at most the root of the distance: with s = max(a, 0) ≥ t = max(c, 0),
/// (√s − √t)² ≤ (√s − √t)(√s + √t) = s − t ≤ |a − c|.
pub fn moved(
    function: Function,
    a: DyadicInterval,
    c: DyadicInterval,
    distance: Dyadic,
) -> Result<Dyadic, EvalError> {
    let by_slope = distance.mul(steepest(function, a, c)?, Up);
    let root = (function == Function::Root).then(|| elementary::sqrt(distance)).flatten();
    Ok(root.map_or(by_slope, |root| by_slope.min(root.sup())))
}

/// At least the slopes of all chords from C to A; ∞ if they are not bounded.
fn steepest(function: Function, a: DyadicInterval, c: DyadicInterval) -> Result<Dyadic, EvalError> {
    let slope = Image::new(function, a, a)?.chord.mag();
    if slope.is_finite() { Ok(slope) } else { Ok(Image::new(function, a, c)?.chord.mag()) }
}

/// Whether φ' increases or decreases on A.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bend {
    Convex,
    Concave,
}

impl Bend {
    /// φ'' has the sign of −t for all t of the interval, or no sign.
    fn towards_zero(t: DyadicInterval) -> Option<Self> {
        match (t.inf().signum(), t.sup().signum()) {
            (0.., _) => Some(Bend::Concave),
            (_, ..=0) => Some(Bend::Convex),
            _ => None,
        }
    }
}

/// The ends of A and of C, and what the function is there.
struct Ends {
    arguments: [Dyadic; 4],
    values: [DyadicInterval; 4],
}

/// What f is at the lower and the upper end of A and of C; computed once where ends agree.
fn at_ends<T: Copy>(a: DyadicInterval, c: DyadicInterval, f: impl Fn(Dyadic) -> T) -> [T; 4] {
    let low = f(a.inf());
    let high = if a.sup() == a.inf() { low } else { f(a.sup()) };
    let known = |x: Dyadic| [(a.inf(), low), (a.sup(), high)].into_iter().find(|(end, _)| *end == x);
    let at = |x: Dyadic| known(x).map_or_else(|| f(x), |(_, value)| value);
    let c_low = at(c.inf());
    [low, high, c_low, if c.sup() == c.inf() { c_low } else { at(c.sup()) }]
}

impl Ends {
    fn new(a: DyadicInterval, c: DyadicInterval, f: impl Fn(Dyadic) -> DyadicInterval) -> Self {
        Self { arguments: [a.inf(), a.sup(), c.inf(), c.sup()], values: at_ends(a, c, f) }
    }

    /// Nothing if the function is not defined at an end.
    fn try_new(
        a: DyadicInterval,
        c: DyadicInterval,
        f: impl Fn(Dyadic) -> Option<DyadicInterval>,
    ) -> Option<Self> {
        let [Some(low), Some(high), Some(c_low), Some(c_high)] = at_ends(a, c, f) else { return None };
        let arguments = [a.inf(), a.sup(), c.inf(), c.sup()];
        Some(Self { arguments, values: [low, high, c_low, c_high] })
    }

    fn range(&self) -> DyadicInterval {
        self.values[0].hull(self.values[1])
    }

    fn centre(&self) -> DyadicInterval {
        self.values[2].hull(self.values[3])
    }

    /// The image under an increasing function, given an enclosure of φ'(A).
    fn image(&self, derivative: DyadicInterval, bend: Option<Bend>) -> Image {
        Image { range: self.range(), centre: self.centre(), chord: self.chord(derivative, bend) }
    }

    fn chord(&self, derivative: DyadicInterval, bend: Option<Bend>) -> DyadicInterval {
        let Some(bend) = bend else { return derivative };
        let (at_low, at_high) = (self.slope(0, 2), self.slope(1, 3));
        let (least, largest) = if bend == Bend::Convex { (at_low, at_high) } else { (at_high, at_low) };
        let least = least.map_or(derivative.inf(), |slope| slope.inf().max(derivative.inf()));
        let largest = largest.map_or(derivative.sup(), |slope| slope.sup().min(derivative.sup()));
        DyadicInterval::new(least, largest).unwrap_or(derivative)
    }

    /// The slope between two ends; nothing if they agree or one is ±∞.
    fn slope(&self, i: usize, j: usize) -> Option<DyadicInterval> {
        let [p, q] = [DyadicInterval::point(self.arguments[i])?, DyadicInterval::point(self.arguments[j])?];
        (self.values[i] - self.values[j]).divide(p - q)
    }
}

/// 1/(√a + √c); from the square roots of the ends.
fn of_roots(ends: &Ends) -> DyadicInterval {
    let sum = ends.range() + ends.centre();
    DyadicInterval::ONE.divide(sum).unwrap_or_else(|| {
        let least = DyadicInterval::point(sum.sup()).and_then(|sup| DyadicInterval::ONE.divide(sup));
        let least = least.map_or(Dyadic::ZERO, DyadicInterval::inf);
        DyadicInterval::new(least, Dyadic::INFINITY).unwrap_or(DyadicInterval::WHOLE)
    })
}

/// Encloses the values of `slope` on an interval where it increases up to `top` and decreases from there.
fn unimodal(
    on: DyadicInterval,
    top: DyadicInterval,
    slope: impl Fn(DyadicInterval) -> DyadicInterval,
) -> DyadicInterval {
    let at = |end: Dyadic| DyadicInterval::point(end).map_or(DyadicInterval::WHOLE, &slope);
    let ends = at(on.inf()).hull(at(on.sup()));
    if on.intersection(top).is_some() { ends.hull(slope(top)) } else { ends }
}

/// sin or cos, given its derivative.
fn of_wave(a: DyadicInterval, c: DyadicInterval, wave: Wave, derivative: Wave) -> Image {
    let all = DyadicInterval::ONE.hull(-DyadicInterval::ONE);
    let angles = at_ends(a, c, |x| Angle::new(x).map(|angle| (angle, angle.value(wave))));
    let [Some(low), Some(high), Some(c_low), Some(c_high)] = angles else {
        return Image { range: all, centre: all, chord: all };
    };
    let over = |from: &Angle, to: &Angle, wave: Wave, ends: DyadicInterval| {
        from.extrema(to, wave).map_or(ends, |extrema| ends.hull(extrema))
    };
    let values = [low.1, high.1, c_low.1, c_high.1];
    let ends = Ends { arguments: [a.inf(), a.sup(), c.inf(), c.sup()], values };
    let range = over(&low.0, &high.0, wave, ends.range());
    let slopes = low.0.value(derivative).hull(high.0.value(derivative));
    let slope = over(&low.0, &high.0, derivative, slopes);
    let centre = over(&c_low.0, &c_high.0, wave, ends.centre());
    Image { range, centre, chord: ends.chord(slope, Bend::towards_zero(range)) }
}
