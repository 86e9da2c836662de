//! Operations that are rounded: how far a sum of products is from the sum over the reals, whatever the order.
//!
//! *Sums.* m terms are added by m − 1 additions in any order, each off by at most v times the magnitude of its result. Any sum of j of the
//! terms is at most M_j, the sum of the j largest positive ones or of the j largest negative ones. In a tree with m leaves at most m − k + 1 inner
//! nodes have k leaves or more: if there is one, it has k − 2 inner nodes below it with fewer. So the partial sums are together at most
//! W = M_2 + … + M_m, and if E is the error of all of them together, E ≤ v·(W + (m − 1)·E), that is E ≤ v·W/(1 − (m − 1)·v). The last one is
//! the sum itself, whose rounding is kept apart. A fused multiplication and addition leaves out the rounding of a product; more precise operations leave out
//! others. No statement here says that a rounding takes place, only that what takes place is at most that.
//!
//! *Stages.* Where the order is stated (`format::floats::stages`), k terms in groups of g_1, …, g_L, stage l adds up k_l groups, each by at most
//! g_l − 1 additions in any order, k_L = 1. The terms below one node are some of all terms, those below different groups of a stage are different ones; so
//! the exact values of what is added within a stage come to at most (g_l − 1)·min(S, k_l·M), S the sum of all sizes and M = M_k. A term passes
//! through at most A = Σ (g_l − 1) additions, and so does what it is off by and what an addition below is off by: E ≤ v·Σ (g_l − 1)·min(S, k_l·M) + v·A·(E₀ + E).
//! With a wider type for partial sums, every group's result is rounded: u more beside v·(g_l − 1). In one type that is an order like any other, and the
//! smaller bound holds.
//!
//! *Underflow.* An operation whose result is below the normal numbers is off by at most an amount η more: the smallest normal number,
//! for results that are flushed to zero; in f16, where that would be 2^-14, half the smallest subnormal one,
//! and nothing is flushed.

use super::bound::Bound;
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::number::Rational;
use crate::format::floats::{FloatType, stages};
use crate::sizes::count;
use num_traits::Zero;

/// How a network is computed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Model {
    kind: FloatType,
    /// Whether sums are accumulated in a wider type, in which products of two numbers are exact.
    wider: bool,
    /// How many hidden units are at most in a group, if the order of their sum is stated.
    staged: Option<usize>,
    /// Half the distance of 1 to the next number: of results, and of partial sums.
    pub roundoff: Bound,
    pub partial: Bound,
    /// η
    pub underflow: Bound,
    /// The smallest normal and the largest number.
    least: Bound,
    largest: Bound,
}

/// A number that is too large for the type, or a sum with too many terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoBound {
    #[error("numbers may become too large for the type")]
    Overflow,
    #[error("sums have too many terms for the type")]
    Terms,
}

/// A weight as it is stored.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weight {
    /// Contains the number of the type.
    pub stored: DyadicInterval,
    /// How far it is from the weight.
    pub error: Bound,
    /// Whether it is known that products with it need no rounding.
    pub is_power_of_two: bool,
}

/// A sum whose terms are added up one after the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Terms {
    /// At least as large as those terms that are positive, and those that are negative, largest against largest.
    pub positive: Vec<Bound>,
    pub negative: Vec<Bound>,
    /// At least the sum of all their sizes.
    pub together: Bound,
    /// How many are not 0 at once.
    pub count: usize,
    /// How far they are off, together.
    pub error: Bound,
    /// Whether there is a bias among them.
    pub has_bias: bool,
}

/// What comes of a sum: at most `size`; the exact sum plus something of at most `absolute`, times 1 + something of at most
/// `relative`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Computed {
    pub size: Bound,
    pub absolute: Bound,
    pub relative: Bound,
}

impl Terms {
    /// One more, with all values that it may have.
    pub fn add(&mut self, term: DyadicInterval) {
        self.positive.push(Bound::positive_part(term));
        self.negative.push(Bound::positive_part(-term));
        self.together += Bound::magnitude(term);
        self.count += 1;
    }

    /// Several more.
    pub fn add_all(&mut self, other: Self) {
        self.positive.extend(other.positive);
        self.negative.extend(other.negative);
        self.together += other.together;
        self.count += other.count;
        self.error += other.error;
        self.has_bias |= other.has_bias;
    }

    /// M_1, …, M_m
    fn largest_sums(mut self) -> Vec<Bound> {
        let mut sums = [Bound::ZERO; 2];
        let sides = [&mut self.positive, &mut self.negative];
        for side in sides.into_iter() {
            side.sort_unstable_by(|a, b| b.cmp(a));
        }
        let at = |side: &[Bound], j: usize| side.get(j).copied().unwrap_or_default();
        (0..self.count)
            .map(|j| {
                sums = [sums[0] + at(&self.positive, j), sums[1] + at(&self.negative, j)];
                sums[0].max(sums[1])
            })
            .collect()
    }
}

impl Computed {
    /// How far it is off.
    pub fn error(self) -> Bound {
        self.absolute + self.relative * (self.size + self.absolute)
    }
}

impl Model {
    /// Results are rounded to `kind`, partial sums to `accumulate`; nothing if that is neither the same type nor one in which
    /// products are exact.
    pub fn new(kind: FloatType, accumulate: FloatType, staged: Option<usize>) -> Option<Self> {
        let wider = kind != accumulate;
        let is_exact = accumulate.precision() >= 2 * kind.precision()
            && accumulate.largest_exponent() >= kind.largest_exponent();
        if wider && !is_exact {
            return None;
        }
        let unit = |kind: FloatType| Bound::power_of_two(-i64::from(kind.precision()));
        let underflow = match kind {
            FloatType::F16 => kind.least_exponent() - i64::from(kind.precision()),
            FloatType::F64 | FloatType::F32 | FloatType::Bf16 => kind.least_exponent(),
        };
        Some(Self {
            kind,
            wider,
            staged,
            roundoff: unit(kind),
            partial: unit(accumulate),
            underflow: Bound::power_of_two(underflow),
            least: Bound::power_of_two(kind.least_exponent()),
            largest: Bound::of(&kind.largest()),
        })
    }

    /// A weight, rounded to the nearest number of the type, or to 0 where it is below the normal numbers.
    pub fn weight(&self, exact: &Rational) -> Result<Weight, NoBound> {
        let interval = DyadicInterval::from_rational(exact);
        let size = Bound::magnitude(interval);
        let odd_part = if interval.inf() == interval.sup() { interval.inf().odd_part() } else { None };
        if let Some((bits, _)) = odd_part.filter(|(bits, log2)| self.is_normal(*bits, *log2)) {
            return Ok(Weight { stored: interval, error: Bound::ZERO, is_power_of_two: bits == 1 });
        }
        let (error, all) = if size <= self.least {
            (size + self.underflow, interval.hull(DyadicInterval::ZERO))
        } else {
            (self.roundoff * size, interval)
        };
        let stored = all.widen(error.get());
        self.require_finite(Bound::magnitude(stored))?;
        Ok(Weight { stored, error, is_power_of_two: false })
    }

    /// Whether an odd number of so many bits, times a power of two, is a normal number of the type.
    fn is_normal(&self, bits: u32, log2: i64) -> bool {
        bits <= self.kind.precision()
            && log2 >= self.kind.least_exponent()
            && log2 <= self.kind.largest_exponent()
    }

    /// How far a product with this weight is off at most by its rounding, relative to it.
    pub fn of_product(&self, weight: &Weight) -> Bound {
        if self.wider || weight.is_power_of_two { Bound::ZERO } else { self.roundoff }
    }

    /// p
    pub fn precision(&self) -> i64 {
        self.kind.precision().into()
    }

    /// How far the result of a sum is off by being rounded once more, relative to it.
    pub fn of_result(&self) -> Bound {
        if self.wider { self.roundoff } else { Bound::ZERO }
    }

    /// Whether numbers of this size are no infinities.
    pub fn require_finite(&self, size: Bound) -> Result<(), NoBound> {
        if size <= self.largest { Ok(()) } else { Err(NoBound::Overflow) }
    }

    /// The sum in any order; with a bias, that may be added to the rounded sum of the others.
    pub fn sum(&self, terms: Terms) -> Result<Computed, NoBound> {
        let (error, has_bias) = (terms.error, terms.has_bias);
        let sums = terms.largest_sums();
        let size = sums.last().copied().unwrap_or_default() + error;
        let mut computed = Computed { size, absolute: error, relative: Bound::ZERO };
        if let [_, partial @ .., _] = sums.as_slice() {
            let additions = Bound::count(count(partial.len()));
            let share = additions * self.partial;
            let together = partial.iter().copied().sum::<Bound>() + additions * error;
            let off = self.partial * together + additions * self.underflow;
            computed.absolute += off.over_one_minus(share).ok_or(NoBound::Terms)? + self.underflow;
            computed.relative = self.partial;
        }
        if self.wider {
            if has_bias {
                computed.absolute += self.roundoff * (size + computed.error()) + self.underflow;
            }
            computed.relative = self.roundoff + computed.relative + self.roundoff * computed.relative;
            computed.absolute += self.underflow;
        }
        self.require_finite(size + computed.error())?;
        Ok(computed)
    }

    /// The sum over the hidden units of a block, so many of them, with the block's bias.
    pub fn sum_over_units(&self, terms: Terms, units: usize) -> Result<Computed, NoBound> {
        let stages = self.staged.map_or_else(Vec::new, |group| stages(units, group));
        if stages.is_empty() {
            return self.sum(terms);
        }
        let staged = self.staged_sum(terms.clone(), &stages, units);
        match (staged, self.sum(terms)) {
            (Ok(staged), Ok(any)) if !self.wider && any.error() < staged.error() => Ok(any),
            (Err(_), Ok(any)) if !self.wider => Ok(any),
            (staged, _) => staged,
        }
    }

    fn staged_sum(&self, terms: Terms, stages: &[usize], units: usize) -> Result<Computed, NoBound> {
        let (error, has_bias, together) = (terms.error, terms.has_bias, terms.together);
        let largest = terms.largest_sums().last().copied().unwrap_or_default();
        let (mut share, mut off, mut groups) = (Bound::ZERO, Bound::ZERO, units);
        for group in stages {
            groups = groups.div_ceil(*group);
            let each = Bound::count(count(group.saturating_sub(1))) * self.partial + self.of_result();
            share += each;
            off += each * together.min(Bound::count(count(groups)) * largest);
        }
        // As many additions as there are units, and fewer groups.
        off += share * error + Bound::count(2 * count(units)) * self.underflow;
        let mut absolute = error + off.over_one_minus(share).ok_or(NoBound::Terms)?;
        let mut relative = Bound::ZERO;
        if has_bias {
            absolute += self.underflow;
            relative = self.roundoff;
        }
        let computed = Computed { size: largest + error, absolute, relative };
        self.require_finite(computed.size + computed.error())?;
        Ok(computed)
    }

    /// Σ weight·input + bias for inputs in these ranges, against the same sum over the reals.
    pub fn affine<'w>(
        &self,
        terms: impl IntoIterator<Item = (&'w Rational, DyadicInterval)>,
        bias: Option<&Rational>,
    ) -> Result<Computed, NoBound> {
        let mut sum = Terms::default();
        for (weight, input) in terms {
            let weight = self.weight(weight)?;
            let product = weight.stored * input;
            let size = Bound::magnitude(product);
            sum.add(product);
            sum.error +=
                weight.error * Bound::magnitude(input) + self.of_product(&weight) * size + self.underflow;
        }
        if let Some(bias) = bias.filter(|bias| !bias.is_zero()) {
            let bias = self.weight(bias)?;
            sum.add(bias.stored);
            sum.error += bias.error;
            sum.has_bias = true;
        }
        self.sum(sum)
    }
}
