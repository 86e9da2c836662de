//! Floors: no Sumformer with few sums comes closer to the target, whatever its φ (continuous) and ψ are.
//!
//! **Theorem.** Let T(v) = c + Lv be tokens that move with v ∈ [−1, 1]^k inside the box, and r = (x, R) probes: own tokens x with resting
//! tokens R such that with x and T there are n. Let D_{r,o}(v) = f_o(x; T(v), R) − f_o(x; T(−v), R). If for every i there are weights a with
//! Σ|a| ≤ 1 and Σ a_{r,o} D_{r,o}(v) ≥ 2δ for all v with v_i = 1, then every S(x; M) = ψ(x, Σ_{y∈M} φ(y)) with at most k − 1 sums, φ
//! continuous, is off from f by δ or more at some sequence of the box.
//!
//! *Proof.* The boundary of the cube is a sphere of dimension k − 1 with v ↦ −v as antipodal map, and v ↦ Σφ(T(v)) maps it to R^{k−1},
//! continuously. By Borsuk and Ulam it takes one value at some v and −v; exchanging the two, v_i = 1 for some i. There S has the same value σ
//! at both inputs of every probe, so |D_{r,o}(v)| ≤ |f(…, v, …) − σ| + |σ − f(…, −v, …)| ≤ 2·error, and 2δ ≤ Σ a D ≤ 2·error. For k = 1
//! there is no sum at all, and the two inputs of a probe are the same to S. ∎
//!
//! Sums over all n tokens in place of the others are no exception: ψ knows x. Nothing here depends on a network.

mod change;
mod enclosed;
mod exact;
mod in_v;

pub use change::{Part, least_change, norm};

use crate::arith::number::{Exact as Number, Rational, integer, min};
use crate::format::floor::{Face, Floor, FloorCertificate, Moving, Weight};
use crate::language::target::{Target, Tokens};
use crate::language::values::EvalError;
use crate::limits::MAX_FLOOR_SUMS;
use crate::refusal::{Refusal, Rule};
use crate::subdivision::{Cuts, NotCut};
use num_traits::{Signed, Zero};

/// For each floor its δ as derived from the target; refuses where that is less than what is claimed.
pub fn derive_floors(target: &Target, certificate: &FloorCertificate) -> Result<Vec<Rational>, Refusal> {
    let n = certificate.tokens;
    require_length(target, n)?;
    let mut before = None;
    let mut derived = Vec::new();
    for (number, floor) in certificate.floors.iter().enumerate() {
        let place = format!("floor {number}");
        if before.is_some_and(|before| floor.sums <= before) {
            return Err(Rule::Shape.invalid(place, "numbers of sums increase from floor to floor"));
        }
        before = Some(floor.sums);
        if floor.error.0.is_negative() {
            return Err(Rule::Floor.invalid(place, "no error is less than 0, so this claims nothing"));
        }
        let found = derive_floor(target, n, floor, &place)?;
        if found < floor.error.0 {
            let message = format!("the error is only shown to be at least {found}, not {}", floor.error.0);
            return Err(Rule::Floor.invalid(place, message));
        }
        derived.push(found);
    }
    Ok(derived)
}

/// The δ of one floor as derived from the target, whatever it claims, for sequences of n tokens; negative where nothing is shown.
pub fn derive_floor(target: &Target, n: usize, floor: &Floor, place: &str) -> Result<Rational, Refusal> {
    require_length(target, n)?;
    require_shape(target, n, floor, place)?;
    error(target, floor, place)
}

fn require_length(target: &Target, n: usize) -> Result<(), Refusal> {
    if matches!(target.tokens, Tokens::Fixed(wanted) if wanted != n) || n < 2 {
        return Err(Rule::Shape
            .invalid("tokens", format!("the target is for {}, the floors for n = {n}", target.tokens)));
    }
    Ok(())
}

/// Every token lies in the box whatever v is, there are n of them at every probe, and weights are about what there is.
fn require_shape(target: &Target, n: usize, floor: &Floor, place: &str) -> Result<(), Refusal> {
    let refuse = |message: String| Err(Rule::Floor.invalid(place, message));
    if floor.sums >= MAX_FLOOR_SUMS {
        return Err(
            Rule::Floor.unsupported(place, format!("{MAX_FLOOR_SUMS} sums or more are not looked at"))
        );
    }
    let k = floor.sums + 1;
    let (d, outputs) = (target.dimension(), target.outputs());
    for (g, group) in floor.moving.iter().enumerate() {
        if !moves_inside(target, group, k) {
            return refuse(format!(
                "moving tokens {g} leave the box, or have not {d} coordinates with {k} directions"
            ));
        }
    }
    let moving = floor.moving.iter().map(|group| group.copies);
    for (r, probe) in floor.probes.iter().enumerate() {
        let copies = moving.clone().chain(probe.resting.iter().map(|resting| resting.copies));
        let others = copies.clone().try_fold(0_usize, usize::checked_add);
        if others != Some(n - 1) || copies.into_iter().any(|copies| copies == 0) {
            return refuse(format!("probe {r} has not {} other tokens", n - 1));
        }
        let tokens = std::iter::once(&probe.own).chain(probe.resting.iter().map(|resting| &resting.token));
        if tokens.into_iter().any(|token| !is_inside(target, token)) {
            return refuse(format!("probe {r} has a token outside of the box"));
        }
    }
    if floor.faces.len() != k {
        return refuse(format!("there are {} faces, and there have to be {k}", floor.faces.len()));
    }
    for (i, face) in floor.faces.iter().enumerate() {
        let known = |weight: &Weight| weight.probe < floor.probes.len() && weight.output < outputs;
        if !face.weights.iter().all(known) || norm(face).is_zero() {
            return refuse(format!("face {i} has weights of what there is not, or none"));
        }
    }
    Ok(())
}

fn is_inside(target: &Target, token: &[Number]) -> bool {
    token.len() == target.dimension() && token.iter().zip(&target.domain).all(|(x, side)| side.contains(&x.0))
}

fn moves_inside(target: &Target, group: &Moving, k: usize) -> bool {
    let shaped = group.directions.len() == target.dimension()
        && group.centre.len() == target.dimension()
        && group.directions.iter().all(|row| row.len() == k);
    shaped
        && group.centre.iter().zip(&group.directions).zip(&target.domain).all(|((centre, row), side)| {
            let reach: Rational = row.iter().map(|direction| direction.0.abs()).sum();
            side.contains(&(&centre.0 - &reach)) && side.contains(&(&centre.0 + &reach))
        })
}

/// δ: half the least change over all faces, with weights scaled to Σ|a| = 1.
fn error(target: &Target, floor: &Floor, place: &str) -> Result<Rational, Refusal> {
    let mut least: Option<Rational> = None;
    for (i, face) in floor.faces.iter().enumerate() {
        let place = format!("{place}, face {i}");
        let change = least_on_face(target, floor, face, i).map_err(|problem| match problem {
            Problem::Cuts(cuts) => Rule::Floor.invalid(&place, cuts.to_string()),
            Problem::Value(error) => {
                Rule::Floor.unsupported(&place, format!("the target is not enclosed: {error}"))
            }
        })?;
        let half = change / (norm(face) * integer(2));
        least = Some(least.map_or(half.clone(), |least| min(least, half)));
    }
    Ok(least.unwrap_or_default())
}

enum Problem {
    Cuts(NotCut),
    Value(EvalError),
}

impl From<NotCut> for Problem {
    fn from(cuts: NotCut) -> Self {
        Self::Cuts(cuts)
    }
}

/// The least change over the parts of a face.
fn least_on_face(target: &Target, floor: &Floor, face: &Face, i: usize) -> Result<Rational, Problem> {
    let mut least: Option<Rational> = None;
    let mut cuts = Cuts::new(&face.cuts);
    let whole = Part::face(floor.faces.len(), i);
    cuts.for_each_leaf(
        &mut least,
        whole,
        |_, part, side| Ok(part.halves(side)),
        |least, part| {
            let change = least_change(target, floor, face, part).map_err(Problem::Value)?;
            *least = Some(least.take().map_or(change.clone(), |least| min(least, change)));
            Ok::<(), Problem>(())
        },
    )?;
    cuts.require_end()?;
    Ok(least.unwrap_or_default())
}
