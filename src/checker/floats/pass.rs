//! From block to block: how far the computed slots are from those over the reals.
//!
//! Let δ_s bound |z̃_s − z_s| for the slots of every token, z̃ as computed. A block without attention adds FC to z, over the reals FC = Σ G(t)
//! + bias for gadgets G of t = w·z, each near a polynomial g. With M_s(z) = z_s + Σ g(w·z) + bias, multiplied out,
//!
//! z̃'_s − z'_s = F_s(z̃) − F_s(z) + what is rounded,   F_s = M_s + Σ (G − g)(w·z).
//!
//! The first is at most Σ_k sup |∂F_s/∂z_k|·δ_k on the box of the slots widened by δ (mean value theorem; what cancels in M_s cancels
//! here), and ∂F_s/∂z_k = ∂M_s/∂z_k + Σ w_k·(G' − g'). The second is in [`super::gadget`] and [`super::model`].
//!
//! In the attention block slots are affine in the token's own slots and in the mean, own·z_i + mean·(1/n) Σ_j z_j + const, but for (G' − g')·t.
//! A change by δ of all tokens moves that by at most Σ_k (|own_k + mean_k/n| + |mean_k|·(1 − 1/n))·δ_k.

use super::attention::{Attended, attended};
use super::bound::Bound;
use super::gadget::{Added, added};
use super::model::{Model, NoBound, Terms};
use crate::arith::bernstein;
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::interval::Interval;
use crate::arith::number::{Rational, integer};
use crate::arith::polynomial::{Monomial, Polynomial};
use crate::attention::split::Split;
use crate::format::certificate::Gadget;
use crate::format::network::{Activation, AffineMap, Block};
use crate::format::sparse::SparseVector;
use crate::polynomial_route::claims::{for_each_gadget, powers_of_form};
use crate::polynomial_route::latent::SplitState;
use crate::refusal::{Refusal, Rule};
use crate::sizes::index as position;
use num_traits::One;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of the slots between two blocks.
#[derive(Debug, Clone)]
pub(super) struct Pass {
    model: Model,
    /// The longest sequence.
    tokens: usize,
    /// Whether shorter ones are meant as well.
    every_length: bool,
    /// δ
    deviations: Vec<Bound>,
}

/// A block, and the slots before and after it over the reals.
pub(super) struct Step<'a> {
    pub index: usize,
    pub block: &'a Block,
    pub gadgets: &'a [Gadget],
    pub before: &'a [Interval],
    pub after: &'a [Interval],
    /// X + Att(X), and what the block makes of it, in the slots before; nothing where attention adds nothing.
    pub split: Option<[&'a SplitState; 2]>,
}

impl Step<'_> {
    fn refuse(&self, what: impl std::fmt::Display) -> Refusal {
        Rule::Floats.unsupported(format!("block {}", self.index), what.to_string())
    }
}

/// What is added to a slot, and how its derivatives differ from those of the claimed polynomials.
#[derive(Default)]
struct Moved {
    terms: Terms,
    /// By the slots before, and by the mean of all tokens' slots.
    own: Slopes,
    mean: Slopes,
    /// What it is off by already.
    deviation: Bound,
}

/// Values of derivatives by slots.
type Slopes = BTreeMap<usize, DyadicInterval>;

fn add_slope(slopes: &mut Slopes, slot: usize, slope: DyadicInterval) {
    let sum = slopes.entry(slot).or_insert(DyadicInterval::ZERO);
    *sum = *sum + slope;
}

impl Moved {
    /// An affine function of the own slots and the mean, several times.
    fn add_split(&mut self, split: &Split, factor: DyadicInterval) {
        for (slopes, terms) in [(&mut self.own, &split.own), (&mut self.mean, &split.mean)] {
            for (&slot, value) in terms {
                add_slope(slopes, slot, DyadicInterval::from_rational(value) * factor);
            }
        }
    }
}

impl Pass {
    /// The embedding of tokens of the box whose coordinates are numbers of the type.
    pub fn start(
        model: Model,
        (tokens, every_length): (usize, bool),
        domain: &[Interval],
        embedding: &AffineMap,
        width: usize,
    ) -> Result<Self, NoBound> {
        let inputs: Vec<DyadicInterval> = domain.iter().map(DyadicInterval::enclosing).collect();
        let deviations = affine_map(&model, embedding, &inputs, width)?;
        Ok(Self { model, tokens, every_length, deviations })
    }

    /// The computed values of a slot.
    fn computed(&self, slot: usize, exact: &Interval) -> DyadicInterval {
        DyadicInterval::enclosing(exact).widen(self.deviations[slot].get())
    }

    /// How far a form of the slots is off.
    fn of_form(&self, form: &SparseVector) -> Bound {
        form.iter().map(|(slot, weight)| Bound::of(weight) * self.deviations[slot]).sum()
    }

    /// One block.
    pub fn block(&mut self, step: &Step<'_>) -> Result<(), Refusal> {
        if step.block.activation == Activation::Step && !step.block.units.is_empty() {
            return Err(
                step.refuse("where step units jump, rounding moves the network by more than any bound")
            );
        }
        self.deviations = match &step.block.attention {
            None => self.feed_forward(step)?,
            Some(attention) => {
                let computed: Vec<DyadicInterval> =
                    step.before.iter().enumerate().map(|(slot, range)| self.computed(slot, range)).collect();
                let attended = attended(&self.model, attention, &computed, self.tokens)
                    .map_err(|error| step.refuse(error))?;
                match step.split {
                    Some(split) => self.attention(step, &attended, split)?,
                    None if attended.adds_nothing() => self.feed_forward(step)?,
                    None => return Err(step.refuse("attention that adds nothing over the reals only")),
                }
            }
        };
        Ok(())
    }

    /// X + FC(X)
    fn feed_forward(&self, step: &Step<'_>) -> Result<Vec<Bound>, Refusal> {
        let mut moved = BTreeMap::<usize, Moved>::new();
        let mut polynomials = BTreeMap::<usize, Polynomial>::new();
        let computed = |slot: usize| self.computed(slot, &step.before[slot]);
        for_each_gadget(step.index, step.block, step.gadgets, |_, gadget, units| {
            let off = self.of_form(&units[0].input);
            let range = DyadicInterval::enclosing(&gadget.range).widen(off.get());
            let all = added(&self.model, (gadget, units, step.block.activation), &computed, range)
                .map_err(|error| step.refuse(error))?;
            for Added { slot, terms, slope } in all {
                let entry = moved.entry(slot).or_default();
                entry.terms.add_all(terms);
                for (k, weight) in units[0].input.iter() {
                    add_slope(&mut entry.own, k, slope * DyadicInterval::from_rational(weight));
                }
            }
            if gadget.atom.is_none() {
                let powers =
                    powers_of_form(&units[0].input, gadget).map_err(|message| step.refuse(message))?;
                for output in &gadget.outputs {
                    let sum = polynomials.entry(output.slot).or_default();
                    for (power, coefficient) in powers.iter().zip(&output.polynomial) {
                        sum.add_scaled(power, &coefficient.0);
                    }
                }
            }
            Ok(())
        })?;
        self.add_bias(step, &mut moved)?;
        // Slots that the polynomials read, widened.
        let widened: Vec<Interval> = step
            .before
            .iter()
            .zip(&self.deviations)
            .map(|(range, off)| off.get().to_rational().map(|off| range.widen(&off)))
            .collect::<Option<_>>()
            .ok_or_else(|| step.refuse(NoBound::Overflow))?;
        for (slot, entry) in &mut moved {
            let mut sum = polynomials.remove(slot).unwrap_or_default();
            let own = u32::try_from(*slot).map_err(|_| step.refuse("there are too many slots"))?;
            sum.add_term(Monomial::variable(own), Rational::one());
            for variable in sum.variables() {
                let k = position(variable);
                if !self.deviations[k].is_zero() {
                    let slope = bernstein::range(&derivative(&sum, variable), |v| &widened[position(v)]);
                    add_slope(&mut entry.own, k, DyadicInterval::enclosing(&slope));
                }
            }
            let moves = entry.own.iter().map(|(k, slope)| Bound::magnitude(*slope) * self.deviations[*k]);
            entry.deviation += moves.sum();
        }
        let mut deviations = self.deviations.clone();
        moved.keys().for_each(|slot| deviations[*slot] = Bound::ZERO);
        self.settled(step, moved, deviations)
    }

    /// X + FC(X + Att(X)), FC being affine.
    fn attention(
        &self,
        step: &Step<'_>,
        attended: &Attended,
        [inside, after]: [&SplitState; 2],
    ) -> Result<Vec<Bound>, Refusal> {
        // X + Att(X) as computed, against the same function of the computed X.
        let computed: Vec<(DyadicInterval, Bound)> = step
            .before
            .iter()
            .enumerate()
            .map(|(slot, range)| attended.added(&self.model, slot, self.computed(slot, range)))
            .collect::<Result<_, _>>()
            .map_err(|error| step.refuse(error))?;
        let mut moved = BTreeMap::<usize, Moved>::new();
        for_each_gadget(step.index, step.block, step.gadgets, |_, gadget, units| {
            let direction = &units[0].input;
            let mut variable = Moved::default();
            for (slot, weight) in direction.iter() {
                variable.add_split(&inside.slots()[slot], DyadicInterval::from_rational(weight));
            }
            let rounded: Bound = direction.iter().map(|(slot, w)| Bound::of(w) * computed[slot].1).sum();
            let range =
                DyadicInterval::enclosing(&gadget.range).widen((self.of_slopes(&variable) + rounded).get());
            let claimed = (gadget, units, step.block.activation);
            let all = added(&self.model, claimed, &|slot| computed[slot].0, range)
                .map_err(|error| step.refuse(error))?;
            for (Added { slot, terms, slope }, output) in all.into_iter().zip(&gadget.outputs) {
                let entry = moved.entry(slot).or_default();
                entry.terms.add_all(terms);
                variable.own.iter().for_each(|(k, by)| add_slope(&mut entry.own, *k, slope * *by));
                variable.mean.iter().for_each(|(k, by)| add_slope(&mut entry.mean, *k, slope * *by));
                let linear = output
                    .polynomial
                    .get(1)
                    .map_or(DyadicInterval::ZERO, |c| DyadicInterval::from_rational(&c.0));
                entry.deviation += Bound::magnitude(linear + slope) * rounded;
            }
            Ok(())
        })?;
        self.add_bias(step, &mut moved)?;
        let mut deviations = Vec::with_capacity(after.slots().len());
        for (slot, split) in after.slots().iter().enumerate() {
            let mut all = Moved::default();
            all.add_split(split, DyadicInterval::ONE);
            if let Some(Moved { own, mean, .. }) = moved.get(&slot) {
                own.iter().for_each(|(k, slope)| add_slope(&mut all.own, *k, *slope));
                mean.iter().for_each(|(k, slope)| add_slope(&mut all.mean, *k, *slope));
            }
            deviations.push(self.of_slopes(&all));
        }
        self.settled(step, moved, deviations)
    }

    /// How far a function with these derivatives is off.
    fn of_slopes(&self, moved: &Moved) -> Bound {
        let slots: BTreeSet<usize> = moved.own.keys().chain(moved.mean.keys()).copied().collect();
        let of_slot = |slot: usize| {
            let by = |slopes: &Slopes| slopes.get(&slot).copied().unwrap_or(DyadicInterval::ZERO);
            let (own, mean) = (by(&moved.own), by(&moved.mean));
            // Convex in 1/n.
            let with = |share: Rational| {
                let [share, rest] = [&share, &(integer(1) - &share)].map(DyadicInterval::from_rational);
                Bound::magnitude(own + mean * share) + Bound::magnitude(mean * rest)
            };
            let moved = if self.every_length {
                with(integer(0)).max(with(integer(1)))
            } else {
                with(Rational::new(1.into(), self.tokens.into()))
            };
            moved * self.deviations[slot]
        };
        slots.into_iter().map(of_slot).sum()
    }

    /// The second bias of a block.
    fn add_bias(&self, step: &Step<'_>, moved: &mut BTreeMap<usize, Moved>) -> Result<(), Refusal> {
        for (slot, value) in step.block.bias.iter() {
            let weight = self.model.weight(value).map_err(|error| step.refuse(error))?;
            let terms = &mut moved.entry(slot).or_default().terms;
            terms.add(weight.stored);
            terms.error += weight.error;
            terms.has_bias = true;
        }
        Ok(())
    }

    /// The slots after a block: those that it writes to are rounded when their sums are added to what they were.
    fn settled(
        &self,
        step: &Step<'_>,
        moved: BTreeMap<usize, Moved>,
        mut deviations: Vec<Bound>,
    ) -> Result<Vec<Bound>, Refusal> {
        let model = &self.model;
        for (slot, Moved { terms, deviation, .. }) in moved {
            let sum =
                model.sum_over_units(terms, step.block.units.len()).map_err(|error| step.refuse(error))?;
            let own = self.computed(slot, &step.before[slot]);
            let mut off = deviations[slot] + deviation + sum.error();
            let size = Bound::of(&step.after[slot].mag()) + off;
            if own != DyadicInterval::ZERO {
                off += model.roundoff * size + model.underflow;
            }
            model.require_finite(size + off).map_err(|error| step.refuse(error))?;
            deviations[slot] = off;
        }
        Ok(deviations)
    }

    /// The outputs, from the last slots over the reals.
    pub fn outputs(
        &self,
        readout: &AffineMap,
        slots: &[Interval],
        outputs: usize,
    ) -> Result<Vec<Bound>, NoBound> {
        let computed: Vec<DyadicInterval> =
            slots.iter().enumerate().map(|(slot, range)| self.computed(slot, range)).collect();
        let mut bounds = affine_map(&self.model, readout, &computed, outputs)?;
        for (slot, output, weight) in readout.weights.iter() {
            bounds[output] += Bound::of(weight) * self.deviations[slot];
        }
        Ok(bounds)
    }
}

/// How far the outputs of an affine map are off at computed inputs with these values.
fn affine_map(
    model: &Model,
    map: &AffineMap,
    inputs: &[DyadicInterval],
    outputs: usize,
) -> Result<Vec<Bound>, NoBound> {
    let mut terms: Vec<Vec<(&Rational, DyadicInterval)>> = vec![Vec::new(); outputs];
    map.weights.iter().for_each(|(input, output, weight)| terms[output].push((weight, inputs[input])));
    terms
        .into_iter()
        .enumerate()
        .map(|(output, terms)| Ok(model.affine(terms, Some(&map.bias.get(output)))?.error()))
        .collect()
}

/// ∂p/∂v
fn derivative(p: &Polynomial, variable: u32) -> Polynomial {
    Polynomial::from_terms(p.terms().filter_map(|(monomial, coefficient)| {
        let (exponent, rest) = monomial.without(variable);
        let lower = exponent.checked_sub(1)?;
        let monomial = rest.times(&Monomial::from_powers([(variable, lower)]));
        Some((monomial, coefficient * integer(exponent)))
    }))
}
