//! Boxes as halves of halves of the domain: what a tree's node stands for follows from its place alone.

use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::interval::Interval;
use crate::arith::number::{Rational, power_of_two};
use crate::enclosure::PreparedSide;
use crate::language::target::Target;
use crate::limits::MAX_LEVEL;

/// The part [index, index + 1] / 2^level of a side; index < 2^level, level ≤ [`MAX_LEVEL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    level: u32,
    index: u64,
}

impl Place {
    /// The whole side.
    pub const WHOLE: Self = Self { level: 0, index: 0 };

    /// How often the side has been halved.
    pub fn level(self) -> u32 {
        self.level
    }

    /// The lower and the upper half; nothing where the limit is reached.
    pub fn halves(self) -> Option<[Self; 2]> {
        let level = self.level + 1;
        let half = |upper: u64| Self { level, index: 2 * self.index + upper };
        (level <= MAX_LEVEL).then(|| [half(0), half(1)])
    }

    /// Of which this is a half.
    fn parent(self) -> Self {
        Self { level: self.level.saturating_sub(1), index: self.index / 2 }
    }

    /// Whether this part lies below `other` of the same side and has no point in common with it.
    ///
    /// (index + 1) / 2^level < other.index / 2^other.level, both sides times 2^(level + other.level): below 2^97.
    pub fn is_below(self, other: Self) -> bool {
        (u128::from(self.index) + 1) << other.level < u128::from(other.index) << self.level
    }
}

/// The d sides of a token's box, from which the parts of the sides of all n·d coordinates follow.
#[derive(Debug, Clone)]
pub struct Sides {
    sides: Vec<Side>,
}

#[derive(Debug, Clone)]
struct Side {
    exact: Interval,
    /// Enclosures of the side, of its lower end and of its width.
    whole: DyadicInterval,
    low: DyadicInterval,
    width: DyadicInterval,
}

impl Sides {
    /// The sides of a target's domain.
    pub fn new(target: &Target) -> Self {
        let side = |side: &Interval| Side {
            whole: DyadicInterval::enclosing(side),
            low: DyadicInterval::from_rational(side.inf()),
            width: DyadicInterval::from_rational(&side.wid()),
            exact: side.clone(),
        };
        Self { sides: target.domain.iter().map(side).collect() }
    }

    /// The d coordinates of a token.
    pub fn dimension(&self) -> usize {
        self.sides.len()
    }

    /// The part of a coordinate's side, exactly.
    pub fn exact(&self, coordinate: usize, place: Place) -> Interval {
        let side = &self.sides[coordinate % self.sides.len()].exact;
        let end = |index: u64| {
            let share = Rational::from_integer(index.into()) * power_of_two(-i64::from(place.level));
            Interval::point(side.inf() + side.wid() * share)
        };
        end(place.index).hull(&end(place.index + 1))
    }

    /// The part of a coordinate's side, rounded outward.
    ///
    /// With a ∈ [A⁻, A⁺] the lower end of the side and W ∋ its width, the ends of the part lie in A + W·index/2^level
    /// and A + W·(index + 1)/2^level, where the numbers index/2^level are dyadic with at most 49 bits. The part lies
    /// in the side, so that the intersection with the side's enclosure contains it as well.
    pub fn prepared(&self, coordinate: usize, place: Place) -> PreparedSide {
        let &Side { whole, low, width, .. } = &self.sides[coordinate % self.sides.len()];
        if place.level == 0 {
            return PreparedSide::enclosing(whole);
        }
        let end = |index: u64| low + width * DyadicInterval::fraction(index, place.level);
        let part = end(place.index).hull(end(place.index + 1));
        PreparedSide::enclosing(part.intersection(whole).unwrap_or(whole))
    }

    /// Whether no sequence of the box has its other tokens sorted by their first coordinate: for some j ≥ 1 the first
    /// coordinates of token j + 1 are all less than those of token j.
    ///
    /// On a side that is one point all first coordinates agree: every sequence is sorted, whatever its parts are called.
    pub fn is_outside(&self, places: &[Place]) -> bool {
        let is_point = self.sides.first().is_none_or(|side| side.exact.inf() == side.exact.sup());
        let d = self.sides.len();
        let firsts = places.iter().skip(d).step_by(d.max(1));
        !is_point && firsts.clone().zip(firsts.skip(1)).any(|(lower, upper)| upper.is_below(*lower))
    }

    /// All sides of a box, exactly: n tokens of d sides.
    pub fn exact_box(&self, places: &[Place]) -> Vec<Vec<Interval>> {
        let sides: Vec<Interval> =
            places.iter().enumerate().map(|(k, &place)| self.exact(k, place)).collect();
        sides.chunks(self.sides.len().max(1)).map(<[Interval]>::to_vec).collect()
    }

    /// A box for people.
    pub fn describe(&self, places: &[Place]) -> String {
        let token =
            |token: &Vec<Interval>| token.iter().map(Interval::to_string).collect::<Vec<_>>().join(" x ");
        self.exact_box(places).iter().map(token).collect::<Vec<_>>().join("; ")
    }
}

/// The sides of the present box, prepared again only where they change.
#[derive(Debug, Clone)]
pub struct PreparedBox<'a> {
    sides: &'a Sides,
    places: Vec<Place>,
    prepared: Vec<PreparedSide>,
}

impl<'a> PreparedBox<'a> {
    /// The box of all sequences of n tokens.
    pub fn new(sides: &'a Sides, n: usize) -> Self {
        let places = vec![Place::WHOLE; n * sides.dimension()];
        let prepared = places.iter().enumerate().map(|(k, &place)| sides.prepared(k, place)).collect();
        Self { sides, places, prepared }
    }

    /// Moves to another box.
    pub fn at(&mut self, places: &[Place]) -> &[PreparedSide] {
        let known = self.places.iter_mut().zip(&mut self.prepared).zip(places).enumerate();
        for (k, ((known, prepared), &place)) in known {
            if *known != place {
                (*known, *prepared) = (place, self.sides.prepared(k, place));
            }
        }
        &self.prepared
    }
}

/// A walk through a tree, depth first, the lower half first, with the box of the present node.
#[derive(Debug, Clone)]
pub struct Walk {
    places: Vec<Place>,
    /// From the root: the coordinate that is halved, and whether the walk is in the upper half.
    path: Vec<(usize, bool)>,
}

impl Walk {
    /// At the root: the box of all sequences, of this many coordinates.
    pub fn new(coordinates: usize) -> Self {
        Self { places: vec![Place::WHOLE; coordinates], path: Vec::new() }
    }

    /// The present box.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// Goes to the lower half of a coordinate's side; `false` if there is none.
    pub fn enter(&mut self, coordinate: usize) -> bool {
        let halves = self.places.get(coordinate).and_then(|place| place.halves());
        let Some([lower, _]) = halves else { return false };
        self.places[coordinate] = lower;
        self.path.push((coordinate, false));
        true
    }

    /// From a leaf to the next node; `false` if that was the last one.
    pub fn advance(&mut self) -> bool {
        while let Some((coordinate, upper)) = self.path.pop() {
            let parent = self.places[coordinate].parent();
            if let (false, Some([_, half])) = (upper, parent.halves()) {
                self.places[coordinate] = half;
                self.path.push((coordinate, true));
                return true;
            }
            self.places[coordinate] = parent;
        }
        false
    }
}
