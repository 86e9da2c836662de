//! Bounds over a whole box, by bisection.

use super::dyadic::{Dyadic, Rounding::Down};
use super::interval::DyadicInterval;
use super::{PreparedSide, TargetEnclosure};
use crate::evaluation::target_operations;
use crate::interval::Interval;
use crate::language::EvalError;
use crate::language::target::Target;
use crate::number::{Rational, to_f64};
use crate::rules::work::{Exhausted, Work};

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
    /// The work of a check is used up.
    #[error(transparent)]
    Work(#[from] Exhausted),
}

/// |value| ≤ bound for token 0 of every sequence whose coordinates lie in `domain` (token after token): boxes are
/// bisected, the widest side first, until the enclosure of each says so.
pub fn require_magnitude(
    target: &Target,
    domain: &[Interval],
    bound: &Rational,
    work: &mut Work,
) -> Result<(), Uncovered> {
    let mut enclosure = TargetEnclosure::new(target)?;
    let limit = Dyadic::from_rational(bound, Down);
    let cost = target_operations(target, 1) as u64 * domain.len() as u64;
    let widths: Vec<Rational> = domain.iter().map(Interval::wid).collect();
    let mut open = vec![(domain.to_vec(), 0)];
    while let Some((sides, depth)) = open.pop() {
        work.spend(cost / 8 + 1, 64)?;
        // A box on which there is no enclosure may have one on its halves.
        let reached = match magnitude(&mut enclosure, &sides) {
            Ok(reached) if reached <= limit => continue,
            Ok(reached) => Ok(reached),
            Err(error) => Err(error),
        };
        let share = |k: usize| sides[k].wid() / &widths[k];
        let varying = (0..sides.len()).filter(|&k| sides[k].inf() != sides[k].sup());
        let widest = varying.max_by(|&a, &b| share(a).cmp(&share(b)).then(b.cmp(&a)));
        let Some(widest) = widest.filter(|_| depth < MAX_DEPTH) else {
            let reached = reached?.to_rational();
            return Err(Uncovered::Exceeded {
                bound: bound.clone(),
                near: sides.iter().map(|side| format!("{:.6}", to_f64(&side.mid()))).collect(),
                reached: reached.map_or_else(|| "no bound".into(), |r| format!("{:.6e}", to_f64(&r))),
            });
        };
        let middle = sides[widest].mid();
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

fn magnitude(enclosure: &mut TargetEnclosure, sides: &[Interval]) -> Result<Dyadic, EvalError> {
    enclose(enclosure, sides).map(DyadicInterval::mag)
}

fn enclose(enclosure: &mut TargetEnclosure, sides: &[Interval]) -> Result<DyadicInterval, EvalError> {
    let prepared: Vec<PreparedSide> = sides.iter().map(PreparedSide::new).collect();
    let outputs = enclosure.enclose(&prepared.iter().collect::<Vec<_>>())?;
    outputs.first().copied().ok_or(EvalError::Unbound)
}
