//! Bounds over a whole box, part by part.

use crate::arith::decimal;
use crate::arith::dyadic::Dyadic;
use crate::arith::dyadic::Rounding::{Down, Up};
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::interval::Interval;
use crate::arith::number::{Rational, integer};
use crate::enclosure::{PreparedSide, TargetEnclosure};
use crate::format::certificate::Approximation;
use crate::language::EvalError;
use crate::language::target::Target;
use crate::subdivision::{Cuts, NotCut};
use crate::work::charge_all;

/// What a side of a part takes, in units of [`crate::work`].
const SIDE: u64 = 16;

/// Why a bound is not established.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Uncovered {
    /// No enclosure exists.
    #[error(transparent)]
    Evaluation(#[from] EvalError),
    /// The box is not cut as the certificate says.
    #[error(transparent)]
    Cuts(#[from] NotCut),
    /// The bound does not follow on a part.
    #[error("it is not shown to be at most {bound} near {near:?}: the enclosure reaches {reached}")]
    Exceeded {
        /// The bound.
        bound: Rational,
        /// The middle of the part, approximately.
        near: Vec<String>,
        /// The enclosure's magnitude there.
        reached: String,
    },
}

/// A function on boxes of which a bound is wanted.
pub trait Quantity {
    /// At least its magnitude on the box. Where there is none, there may be one on parts of the box.
    fn reach(&mut self, sides: &[Interval]) -> Result<Dyadic, EvalError>;

    /// Where side `k` is halved; nothing where it is not.
    fn middle(&self, sides: &[Interval], k: usize) -> Option<Rational> {
        sides.get(k).filter(|side| side.inf() != side.sup()).map(Interval::mid)
    }

    /// The box halved at side `k`, the lower half first; nothing where it is not.
    fn halves(&self, sides: &[Interval], k: usize) -> Option<[Vec<Interval>; 2]> {
        let middle = self.middle(sides, k)?;
        let half = |low: &Rational, high: &Rational| {
            let mut half = sides.to_vec();
            half[k] = Interval::new(low.clone(), high.clone()).ok()?;
            Some(half)
        };
        Some([half(sides[k].inf(), &middle)?, half(&middle, sides[k].sup())?])
    }

    /// What is wrong with a box on which the bound does not follow.
    fn exceeds(&mut self, sides: &[Interval], bound: &Rational) -> Uncovered {
        match self.reach(sides) {
            Err(error) => error.into(),
            Ok(reached) => {
                let reached = reached.to_rational();
                Uncovered::Exceeded {
                    bound: bound.clone(),
                    near: sides.iter().map(|side| decimal::place(&side.mid())).collect(),
                    reached: reached.map_or_else(|| "no bound".into(), |r| decimal::above(&r)),
                }
            }
        }
    }
}

/// Shows that quantities stay below bounds. The checker reads how boxes are cut ([`Written`]); whoever makes a certificate
/// looks for it.
pub trait Cover {
    /// |quantity| ≤ bound on the box, which belongs to the approximation with this number.
    fn require(
        &mut self,
        index: usize,
        quantity: &mut dyn Quantity,
        whole: &[Interval],
        bound: &Rational,
    ) -> Result<(), Uncovered>;
}

/// Boxes are cut as the certificate says.
pub struct Written<'a>(Vec<Cuts<'a>>);

impl<'a> Written<'a> {
    /// The cuts of all approximations.
    pub fn new(approximations: &'a [Approximation]) -> Self {
        Self(approximations.iter().map(|a| Cuts::new(&a.cuts)).collect())
    }

    /// No text has cuts that nothing was asked of; otherwise the number of the approximation.
    pub fn require_end(&self) -> Result<(), (usize, NotCut)> {
        let mut ends = self.0.iter().map(Cuts::require_end).enumerate();
        ends.try_for_each(|(index, end)| end.map_err(|error| (index, error)))
    }
}

impl Cover for Written<'_> {
    fn require(
        &mut self,
        index: usize,
        quantity: &mut dyn Quantity,
        whole: &[Interval],
        bound: &Rational,
    ) -> Result<(), Uncovered> {
        let limit = Dyadic::from_rational(bound, Down);
        let mut uncut = Cuts::new("");
        let cuts = self.0.get_mut(index).unwrap_or(&mut uncut);
        cuts.for_each_leaf(
            quantity,
            whole.to_vec(),
            |quantity, sides, k| Ok(quantity.halves(sides, k)),
            |quantity, sides| match quantity.reach(sides) {
                Ok(reached) if reached <= limit => Ok(()),
                _ => Err(quantity.exceeds(sides, bound)),
            },
        )
    }
}

/// The first output of token 0 of a target, for every sequence whose coordinates lie in a box (token after token).
pub struct Magnitude(TargetEnclosure);

impl Magnitude {
    /// Of this target.
    pub fn new(target: &Target) -> Result<Self, EvalError> {
        Ok(Self(TargetEnclosure::new(target)?))
    }
}

impl Quantity for Magnitude {
    fn reach(&mut self, sides: &[Interval]) -> Result<Dyadic, EvalError> {
        enclose(&mut self.0, sides).map(DyadicInterval::mag)
    }
}

/// How far the first output of token 0 is from its interpolant, which is piecewise linear in one coordinate t, with values of the
/// target at the ends of pieces of equal length h of its side.
///
/// On one piece let v be the value as a function of t and l the chord, equal at both ends.
///
/// * If all chords of v there have slopes in [a, b], then so has the one from end to end, c. Those of v − l are in [a − c, b − c],
///   thus at distance s from the left end v − l ≤ min((b − c)s, (c − a)(h − s)) ≤ (b − c)(c − a)h/(b − a) ≤ (b − a)h/4, and
///   −(v − l) likewise.
/// * If the chords of v' have slopes of magnitude at most K, then |v − l| ≤ Kh²/8.
///
/// A box with several pieces is halved at an end of one; slopes over several pieces are slopes over each. Where there is a
/// derivative, pieces are halved too; the second rule then has to hold on all parts.
pub struct InterpolantError {
    values: TargetEnclosure,
    /// With the target's derivative in t, where one is known.
    derivatives: Option<TargetEnclosure>,
    t: usize,
    /// h, the length of a piece.
    step: Rational,
    /// At least h/4 and h²/8.
    quarter: Dyadic,
    eighth: Dyadic,
}

impl InterpolantError {
    /// With so many pieces of this side of the coordinate `t`; at least one.
    pub fn new(
        target: &Target,
        derivative: Option<&Target>,
        t: usize,
        side: &Interval,
        pieces: u32,
    ) -> Result<Self, EvalError> {
        let step = side.wid() / integer(i64::from(pieces.max(1)));
        let above = |factor: Rational| DyadicInterval::from_rational(&factor).mag();
        Ok(Self {
            values: TargetEnclosure::new(target)?,
            derivatives: derivative.map(TargetEnclosure::new).transpose()?,
            t,
            quarter: above(&step / integer(4)),
            eighth: above(&step * &step / integer(8)),
            step,
        })
    }
}

impl Quantity for InterpolantError {
    fn reach(&mut self, sides: &[Interval]) -> Result<Dyadic, EvalError> {
        let Self { values, derivatives, t, step, quarter, eighth } = self;
        let whole = sides.get(*t).is_some_and(|side| side.wid() >= *step);
        let by_chords = slopes(values, sides, *t).map(|all| quarter.mul(all.wid(), Up));
        // Why there are no slopes is said first.
        let by_chords = by_chords.and_then(|bound| if whole { Ok(bound) } else { Err(EvalError::TooWide) });
        let by_bends =
            derivatives.as_mut().map(|first| slopes(first, sides, *t).map(|all| eighth.mul(all.mag(), Up)));
        match (by_chords, by_bends) {
            (Ok(chords), Some(Ok(bends))) => Ok(chords.min(bends)),
            (Ok(known), _) | (Err(_), Some(Ok(known))) => Ok(known),
            (Err(error), _) => Err(error),
        }
    }

    fn middle(&self, sides: &[Interval], k: usize) -> Option<Rational> {
        let side = sides.get(k).filter(|side| side.inf() != side.sup())?;
        if k != self.t {
            return Some(side.mid());
        }
        if side.wid() > self.step {
            return Some(side.inf() + (side.wid() / &self.step / integer(2)).round() * &self.step);
        }
        self.derivatives.is_some().then(|| side.mid())
    }
}

/// Slopes of the first output of token 0 in the coordinate `t`.
fn slopes(
    enclosure: &mut TargetEnclosure,
    sides: &[Interval],
    t: usize,
) -> Result<DyadicInterval, EvalError> {
    let prepared = prepared(sides);
    let outputs = enclosure.partial_derivatives(&prepared.iter().collect::<Vec<_>>())?;
    outputs.first().and_then(|sides| sides.get(t)).copied().ok_or(EvalError::Unbound)
}

/// Sides are copied and rounded for every part.
fn prepared(sides: &[Interval]) -> Vec<PreparedSide> {
    charge_all(sides.len(), SIDE);
    sides.iter().map(PreparedSide::new).collect()
}

/// An enclosure of the first output of token 0 over a box.
pub fn range(target: &Target, domain: &[Interval]) -> Result<DyadicInterval, EvalError> {
    enclose(&mut TargetEnclosure::new(target)?, domain)
}

fn enclose(enclosure: &mut TargetEnclosure, sides: &[Interval]) -> Result<DyadicInterval, EvalError> {
    let prepared = prepared(sides);
    let outputs = enclosure.enclose(&prepared.iter().collect::<Vec<_>>())?;
    outputs.first().copied().ok_or(EvalError::Unbound)
}
