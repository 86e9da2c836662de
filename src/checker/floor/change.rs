//! By how much the target changes between v and −v.

use super::enclosed::Enclosed;
use super::exact::Exactly;
use super::in_v::InV;
use crate::arith::number::Exact;
use crate::arith::number::{Rational, power_of_two};
use crate::format::floor::{Face, Floor, Moving, Probe};
use crate::language::target::Target;
use crate::language::values::{EvalError, Sequence, evaluate_run};
use num_traits::{One, Signed, Zero};

/// A part of a face: v_j = middle_j + half_j · u_j.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    sides: Vec<(Rational, Rational)>,
}

impl Part {
    /// All v with v_i = 1.
    pub fn face(k: usize, i: usize) -> Self {
        let side = |j| {
            if j == i { (Rational::one(), Rational::zero()) } else { (Rational::zero(), Rational::one()) }
        };
        Self { sides: (0..k).map(side).collect() }
    }

    /// Half the length of each side; 0 for the one that makes the face.
    pub fn reach(&self) -> impl Iterator<Item = &Rational> {
        self.sides.iter().map(|(_, half)| half)
    }

    /// The lower and the upper half at one side; nothing if there is no such side, or it is a point.
    pub fn halves(&self, side: usize) -> Option<[Self; 2]> {
        let (middle, half) = self.sides.get(side).filter(|(_, half)| !half.is_zero())?;
        let half = half * power_of_two(-1);
        let part = |middle: Rational| {
            let mut part = self.clone();
            part.sides[side] = (middle, half.clone());
            part
        };
        Some([part(middle - &half), part(middle + &half)])
    }
}

/// A lower bound of Σ a_{r,o} D_{r,o}(v) over a part of a face: for polynomials by their coefficients, for other targets by
/// enclosures of these.
pub fn least_change(target: &Target, floor: &Floor, face: &Face, part: &Part) -> Result<Rational, EvalError> {
    match least::<Exactly>(target, floor, face, part)? {
        Some(change) => Ok(change),
        None => least::<Enclosed>(target, floor, face, part)?.ok_or(EvalError::TooWide),
    }
}

/// The same by one kind of functions; nothing if the target is none of them.
fn least<S: InV>(
    target: &Target,
    floor: &Floor,
    face: &Face,
    part: &Part,
) -> Result<Option<Rational>, EvalError> {
    let moved = [1, -1].map(|sign| tokens::<S>(&floor.moving, part, &Rational::from_integer(sign.into())));
    let mut change = S::from_rational(&Rational::zero());
    for (r, probe) in floor.probes.iter().enumerate() {
        let weights: Vec<_> = face.weights.iter().filter(|weight| weight.probe == r).collect();
        if weights.is_empty() {
            continue;
        }
        let [forth, back] = moved.each_ref().map(|moved| outputs(target, floor, probe, moved));
        let (forth, back) = (forth?, back?);
        for weight in weights {
            let difference = forth[weight.output].sub(&back[weight.output]);
            change.add_in_place(&difference.weighted(&weight.weight.0));
        }
    }
    Ok(change.least())
}

/// The moving tokens at ±v.
fn tokens<S: InV>(moving: &[Moving], part: &Part, sign: &Rational) -> Vec<Vec<S>> {
    let coordinate = |centre: &Rational, directions: &[Exact]| {
        let mut middle = centre.clone();
        let mut slopes = Vec::new();
        for ((direction, (v, half)), variable) in directions.iter().zip(&part.sides).zip(0..) {
            middle += sign * &direction.0 * v;
            let slope = sign * &direction.0 * half;
            if !slope.is_zero() {
                slopes.push((variable, slope));
            }
        }
        S::affine(&middle, &slopes)
    };
    let token = |group: &Moving| {
        let sides = group.centre.iter().zip(&group.directions);
        sides.map(|(centre, directions)| coordinate(&centre.0, directions)).collect()
    };
    moving.iter().map(token).collect()
}

/// The outputs at a probe.
fn outputs<S: InV>(
    target: &Target,
    floor: &Floor,
    probe: &Probe,
    moved: &[Vec<S>],
) -> Result<Vec<S>, EvalError> {
    let numbers =
        |token: &[Exact]| -> Vec<S> { token.iter().map(|value| S::from_rational(&value.0)).collect() };
    let mut tokens = vec![numbers(&probe.own)];
    tokens.extend(moved.iter().cloned());
    tokens.extend(probe.resting.iter().map(|resting| numbers(&resting.token)));
    let resting = probe.resting.iter().map(|resting| resting.copies);
    let copies: Vec<usize> =
        std::iter::once(1).chain(floor.moving.iter().map(|group| group.copies)).chain(resting).collect();
    // That there are n of them was found out before.
    let sequence = Sequence::of_runs(&tokens, &copies).ok_or(EvalError::Unbound)?;
    evaluate_run(target, sequence, 0)
}

/// Σ|a| of a face.
pub fn norm(face: &Face) -> Rational {
    face.weights.iter().map(|weight| weight.weight.0.abs()).sum()
}
