//! Is what a verified certificate about cells says true? Asked of exact points.

use super::points::{Side, ramp_measure, sides};
use crate::mutations::dice::Dice;
use num_traits::{Signed, Zero};
use sumformer_checker::arith::number::{Rational, max, ratio};
use sumformer_checker::check::{Checked, Derived, Scope};
use sumformer_checker::language::evaluate_token;
use sumformer_checker::language::target::Tokens;
use sumformer_checker::witness::semantics::{ExactEvaluator, SemanticsError};

/// The largest errors that were found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    pub anywhere: Rational,
    pub off_ramps: Rational,
}

/// Evaluates `count` sequences; a message if one of them refutes what was verified, nothing if the network has no exact
/// values (a head that is multiplied by 0 may have transcendental weights).
pub fn refute(
    checked: &Checked,
    derived: &Derived,
    count: usize,
    dice: &mut Dice,
) -> Result<Option<Found>, String> {
    let (target, network, certificate) = (&checked.target, &checked.network, &checked.certificate);
    let Tokens::Fixed(n) = target.tokens else { return Err("cells of every length".into()) };
    let sides = sides(target, network);
    let candidates: Vec<Vec<Rational>> = sides.iter().map(Side::candidates).collect();
    let ramps = certificate.cells().ok_or("no claim about cells")?.ramps.as_ref();
    let measure = ramp_measure(&sides, n);
    if ramps.map_or_else(Rational::zero, |ramps| ramps.measure.0.clone()) < measure {
        return Err(format!("ramps have measure {measure}"));
    }
    let network = ExactEvaluator::new(network).map_err(|e| e.to_string())?;
    let mut found = Found::default();
    let total: usize = candidates.iter().map(Vec::len).product::<usize>().saturating_pow(n as u32);
    for number in 0..count.min(total) {
        // All of them where they are few.
        let mut number = number;
        let mut choose = |side: &Vec<Rational>, dice: &mut Dice| {
            let at = if total <= count { number % side.len() } else { dice.below(side.len()) };
            number /= side.len();
            side[at].clone()
        };
        let mut sequence: Vec<Vec<Rational>> =
            (0..n).map(|_| candidates.iter().map(|side| choose(side, dice)).collect()).collect();
        if total > count && dice.below(8) == 0 {
            let (j, k) = (dice.below(n), dice.below(sides.len()));
            let side = &target.domain[k];
            sequence[j][k] = side.inf() + side.wid() * ratio(dice.below(1001) as i64, 1000);
        }
        let off = sequence.iter().all(|token| token.iter().zip(&sides).all(|(x, side)| !side.is_on_ramp(x)));
        let got = match network.evaluate(&sequence) {
            Err(SemanticsError::NotExact { .. }) => return Ok(None),
            got => got.map_err(|e| e.to_string())?,
        };
        for (token, got) in got.iter().enumerate() {
            let wanted = evaluate_token(target, &sequence, token).map_err(|e| e.to_string())?;
            let worst = got.iter().zip(&wanted).map(|(a, b)| (a - b).abs()).fold(Rational::zero(), max);
            if worst > certificate.certified.0 {
                return Err(format!("error {worst} at {sequence:?}, certified {}", certificate.certified.0));
            }
            let bound = match (derived.scope, ramps) {
                (Scope::Everywhere, None) => &certificate.epsilon.0,
                (_, Some(ramps)) => &ramps.bound.0,
                (Scope::OffRamps, None) => return Err("a scope of ramps without ramps".into()),
            };
            if off && &worst > bound {
                return Err(format!("error {worst} off the ramps at {sequence:?}, claimed {bound}"));
            }
            found.anywhere = max(found.anywhere, worst.clone());
            if off {
                found.off_ramps = max(found.off_ramps, worst);
            }
        }
    }
    Ok(Some(found))
}
