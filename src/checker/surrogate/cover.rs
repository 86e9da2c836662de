//! Bounds over a whole box, by bisection.

use crate::arith::decimal;
use crate::arith::dyadic::Dyadic;
use crate::arith::dyadic::Rounding::{Down, Up};
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::interval::Interval;
use crate::arith::number::{Rational, integer};
use crate::enclosure::{PreparedSide, TargetEnclosure};
use crate::language::EvalError;
use crate::language::target::Target;

/// A box is bisected at most this often: beyond, the bound does not hold or is met only by rounding.
const MAX_DEPTH: u32 = 64;

/// Why a bound is not established.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Uncovered {
    /// No enclosure exists.
    #[error(transparent)]
    Evaluation(#[from] EvalError),
    /// Bisection does not end.
    #[error("it is not shown to be at most {bound} near {near:?}: the enclosure reaches {reached}")]
    Exceeded {
        /// The bound.
        bound: Rational,
        /// The middle of the box, approximately.
        near: Vec<String>,
        /// The enclosure's magnitude there.
        reached: String,
    },
}

/// |value| ≤ bound for token 0 of every sequence whose coordinates lie in `domain` (token after token): boxes are
/// bisected, the widest side first, until the enclosure of each says so.
pub fn require_magnitude(target: &Target, domain: &[Interval], bound: &Rational) -> Result<(), Uncovered> {
    let mut enclosure = TargetEnclosure::new(target)?;
    bisect(domain, None, bound, |sides| enclose(&mut enclosure, sides).map(DyadicInterval::mag))
}

/// |value − interpolant| ≤ error, the interpolant being piecewise linear in the coordinate `t`, with values of the target
/// at the ends of `pieces` pieces of equal length h of its side; for token 0 of every sequence whose other coordinates lie in
/// `domain`, and with the target's derivative in `t`, where one is known.
///
/// On one piece let v be the value as a function of `t` and l the chord, equal at both ends.
///
/// * If all chords of v there have slopes in [a, b], then so has the one from end to end, c. Those of v − l are in [a − c, b − c],
///   thus at distance s from the left end v − l ≤ min((b − c)s, (c − a)(h − s)) ≤ (b − c)(c − a)h/(b − a) ≤ (b − a)h/4, and
///   −(v − l) likewise.
/// * If the chords of v' have slopes of magnitude at most K, then |v − l| ≤ Kh²/8.
///
/// A box is halved where neither is enough: its sides, and `t` at an end of a piece while it spans several. Slopes over several
/// pieces are slopes over each. Where there is a derivative, pieces are halved too; the second rule then has to hold on all parts.
pub fn require_interpolant(
    target: &Target,
    derivative: Option<&Target>,
    domain: &[Interval],
    (t, pieces): (usize, u32),
    error: &Rational,
) -> Result<(), Uncovered> {
    let step = domain[t].wid() / integer(i64::from(pieces));
    let chord = DyadicInterval::from_rational(&(&step / integer(4)));
    let bend = DyadicInterval::from_rational(&(&step * &step / integer(8)));
    let mut values = TargetEnclosure::new(target)?;
    let mut derivatives = derivative.map(TargetEnclosure::new).transpose()?;
    let pieces = Pieces { t, step: &step, divisible: derivative.is_some() };
    bisect(domain, Some(pieces), error, |sides| {
        let whole = sides[t].wid() >= step;
        let by_chords = slopes(&mut values, sides, t).map(|all| chord.mag().mul(all.wid(), Up));
        // Why there are no slopes is said first.
        let by_chords = by_chords.and_then(|bound| if whole { Ok(bound) } else { Err(EvalError::TooWide) });
        let by_bends = derivatives
            .as_mut()
            .map(|first| slopes(first, sides, t).map(|all| bend.mag().mul(all.mag(), Up)));
        match (by_chords, by_bends) {
            (Ok(chords), Some(Ok(bends))) => Ok(chords.min(bends)),
            (Ok(known), _) | (Err(_), Some(Ok(known))) => Ok(known),
            (Err(error), _) => Err(error),
        }
    })
}

/// Slopes of the first output of token 0 in the coordinate `t`.
fn slopes(
    enclosure: &mut TargetEnclosure,
    sides: &[Interval],
    t: usize,
) -> Result<DyadicInterval, EvalError> {
    let prepared: Vec<PreparedSide> = sides.iter().map(PreparedSide::new).collect();
    let outputs = enclosure.partial_derivatives(&prepared.iter().collect::<Vec<_>>())?;
    outputs.first().and_then(|sides| sides.get(t)).copied().ok_or(EvalError::Unbound)
}

/// The coordinate that is cut in pieces.
struct Pieces<'a> {
    t: usize,
    /// The length of a piece.
    step: &'a Rational,
    /// Whether pieces are halved.
    divisible: bool,
}

/// Halves boxes until what `reach` says of each is at most the bound; several pieces at the end of one.
fn bisect(
    domain: &[Interval],
    pieces: Option<Pieces<'_>>,
    bound: &Rational,
    mut reach: impl FnMut(&[Interval]) -> Result<Dyadic, EvalError>,
) -> Result<(), Uncovered> {
    let limit = Dyadic::from_rational(bound, Down);
    let widths: Vec<Rational> = domain.iter().map(Interval::wid).collect();
    let mut open = vec![(domain.to_vec(), 0)];
    while let Some((sides, depth)) = open.pop() {
        // A box on which there is no enclosure may have one on its halves.
        let reached = match reach(&sides) {
            Ok(reached) if reached <= limit => continue,
            other => other,
        };
        let share = |k: usize| sides[k].wid() / &widths[k];
        let middle = |k: usize| match &pieces {
            Some(Pieces { t, step, .. }) if *t == k && sides[k].wid() > **step => {
                sides[k].inf() + (sides[k].wid() / *step / integer(2)).round() * *step
            }
            _ => sides[k].mid(),
        };
        let divisible = |&k: &usize| match &pieces {
            Some(Pieces { t, step, divisible: false }) if *t == k => sides[k].wid() > **step,
            _ => sides[k].inf() != sides[k].sup(),
        };
        let widest =
            (0..sides.len()).filter(divisible).max_by(|&a, &b| share(a).cmp(&share(b)).then(b.cmp(&a)));
        let Some(widest) = widest.filter(|_| depth < MAX_DEPTH) else {
            let reached = reached?.to_rational();
            return Err(Uncovered::Exceeded {
                bound: bound.clone(),
                near: sides.iter().map(|side| decimal::place(&side.mid())).collect(),
                reached: reached.map_or_else(|| "no bound".into(), |r| decimal::above(&r)),
            });
        };
        let middle = middle(widest);
        let halves = [
            Interval::new(middle.clone(), sides[widest].sup().clone()),
            Interval::new(sides[widest].inf().clone(), middle),
        ];
        for half in halves.into_iter().flatten() {
            let mut sides = sides.clone();
            sides[widest] = half;
            open.push((sides, depth + 1));
        }
    }
    Ok(())
}

/// An enclosure of the first output of token 0 over a box.
pub fn range(target: &Target, domain: &[Interval]) -> Result<DyadicInterval, EvalError> {
    enclose(&mut TargetEnclosure::new(target)?, domain)
}

fn enclose(enclosure: &mut TargetEnclosure, sides: &[Interval]) -> Result<DyadicInterval, EvalError> {
    let prepared: Vec<PreparedSide> = sides.iter().map(PreparedSide::new).collect();
    let outputs = enclosure.enclose(&prepared.iter().collect::<Vec<_>>())?;
    outputs.first().copied().ok_or(EvalError::Unbound)
}
