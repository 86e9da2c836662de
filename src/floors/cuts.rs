//! How faces have to be cut, and what is proved then.

use super::Effort;
use crate::parallel;
use crate::words::push_node;
use std::sync::Arc;
use std::time::Instant;
use sumformer_checker::arith::number::{Exact, Rational, integer, ratio, round_down};
use sumformer_checker::floor::{Part, derive_floor, least_change, norm};
use sumformer_checker::format::floor::Floor;
use sumformer_checker::language::target::Target;
use sumformer_checker::subdivision::text::{Leaf, Node};
use sumformer_checker::work::{Limits, within};

/// The most parts of a face.
const MOST_PARTS: usize = 2000;
/// Units of work for cutting all faces once, or for deriving δ: less than `check` allows for the whole certificate.
const MOST_WORK: u64 = 1 << 28;
/// A δ with more bits is claimed a little too small.
const SHORT: u64 = 128;
/// How much less than what was searched for is tried to be proved, one after the other.
const SHARES: [(i64, i64); 5] = [(99, 100), (95, 100), (85, 100), (2, 3), (1, 3)];

/// The floor with its δ as the checker derives it, its faces cut until nearly `aim` is proved; nothing if it is not positive.
pub(super) fn proved(
    target: &Target,
    n: usize,
    mut floor: Floor,
    aim: f64,
    effort: &Effort,
) -> Option<Floor> {
    let aim = Rational::from_float(aim)?;
    let mut derived = derive(target, n, &floor);
    if derived.as_ref().is_none_or(|derived| *derived < &aim * ratio(99, 100)) {
        let shares = SHARES.iter().map(|(p, q)| round_down(&(&aim * ratio(*p, *q)), 20));
        let worth = shares.filter(|share| derived.as_ref().is_none_or(|derived| derived < share));
        for share in worth {
            if let Some(cut) = with_cuts(target, &floor, &share, effort.until) {
                floor = cut;
                derived = derive(target, n, &floor);
                break;
            }
        }
    }
    let derived = derived?;
    let is_short = derived.bits() <= SHORT;
    floor.error = Exact(if is_short { derived } else { round_down(&derived, 64) });
    (floor.error.0 > Rational::default()).then_some(floor)
}

/// The floor with its faces cut so that `aim` is proved; nothing if that takes too many parts, or too long.
pub fn with_cuts(target: &Target, floor: &Floor, aim: &Rational, until: Option<Instant>) -> Option<Floor> {
    let faces: Vec<usize> = (0..floor.faces.len()).collect();
    let cut = || parallel::map(faces, |i| one_face(target, floor, i, aim));
    let texts = within(limits(until), cut).ok()?.into_iter().collect::<Option<Vec<_>>>()?;
    let mut floor = floor.clone();
    floor.faces.iter_mut().zip(texts).for_each(|(face, text)| face.cuts = text);
    Some(floor)
}

/// δ as the checker derives it; nothing if that takes too long.
fn derive(target: &Target, n: usize, floor: &Floor) -> Option<Rational> {
    within(Limits::work(MOST_WORK), || derive_floor(target, n, floor, "floor")).ok()?.ok()
}

/// What cutting may take.
fn limits(until: Option<Instant>) -> Limits {
    let over = move || until.is_some_and(|until| Instant::now() >= until).then(|| "out of time".into());
    Limits { work: MOST_WORK, poll: Some(Arc::new(over)) }
}

/// The cuts with which a face has at least `aim`: parts are halved at a widest side until each has.
fn one_face(target: &Target, floor: &Floor, i: usize, aim: &Rational) -> Option<String> {
    let face = &floor.faces[i];
    let need = aim * norm(face) * integer(2);
    let mut text = String::new();
    let mut open = vec![(Part::face(floor.faces.len(), i), 0)];
    let mut parts = 0;
    while let Some((part, depth)) = open.pop() {
        parts += 1;
        if parts > MOST_PARTS {
            return None;
        }
        let change = least_change(target, floor, face, &part);
        if change.is_ok_and(|change| change >= need) {
            push_node(&mut text, Node::Leaf(Leaf::Enclosed));
            continue;
        }
        let sides: Vec<&Rational> = part.reach().collect();
        let widest = sides.iter().copied().max()?;
        // Sides of one length take turns.
        let equal: Vec<usize> = (0..sides.len()).filter(|side| sides[*side] == widest).collect();
        let side = equal[depth % equal.len()];
        let [low, high] = part.halves(side)?;
        push_node(&mut text, Node::Split(side));
        open.extend([(high, depth + 1), (low, depth + 1)]);
    }
    // One part needs no text.
    Some(if parts == 1 { String::new() } else { text })
}
