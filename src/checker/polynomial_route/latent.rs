//! Inside the attention block: every slot as an affine function of the own token's slots and of the mean of all
//! tokens' slots. After it, what depends on the mean is a latent.

use super::attending::Attended;
use super::claims::{for_each_gadget, require_range};
use super::gadget::check_gadget;
use super::stream::Stream;
use super::taylor_model::TaylorModel;
use crate::arith::interval::Interval;
use crate::arith::number::{Rational, integer, round_up};
use crate::arith::polynomial::Polynomial;
use crate::attention::mean_layer::MeanLayer;
use crate::attention::split::{Split, identity};
use crate::format::certificate::Gadget;
use crate::format::network::Block;
use crate::format::sparse::SparseVector;
use crate::language::target::Tokens;
use crate::refusal::{Refusal, Rule};
use num_traits::{One, Zero};
use std::collections::BTreeMap;

/// A sum over the other tokens: `Σ_{j≠i} others(x_j) + own(x_i)` for a fixed length, `mean_j others(x_j) + own(x_i)`
/// for every length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latent {
    /// The slot that holds it.
    pub slot: usize,
    /// What is summed over the other tokens (or averaged over all), in the token's coordinates.
    pub others: Polynomial,
    /// What the own token adds.
    pub own: Polynomial,
    /// Contains the latent's exact value for every sequence in the box.
    pub range: Interval,
    /// Bounds |slot − latent|.
    pub error: Rational,
}

/// All slots inside the attention block: first `Z = X + Att(X)`, after its feed-forward `X + FC(Z)`.
#[derive(Debug, Clone)]
pub struct SplitState {
    slots: Vec<Split>,
}

impl SplitState {
    /// `Z = X + Att(X)`.
    pub(super) fn new(stream: &Stream, layer: &MeanLayer, attended: Vec<Attended>) -> Self {
        let mut slots = identity(stream.slots.len());
        for (row, column, value) in layer.matrix.iter() {
            slots[column].mean.insert(row, value.clone());
        }
        for (values, radius) in &layer.spread {
            for (column, slot, value) in values.transpose().iter() {
                // |mean_j V_j| is at most the sum of the largest |values| of its terms.
                let term = SparseVector::from_entries([(slot, value.clone())]);
                slots[column].error += round_up(&(stream.range_of(&term).mag() * radius), 32);
            }
        }
        for Attended { slot, polynomial, error } in attended {
            slots[slot].attended.add_scaled(&polynomial, &Rational::one());
            slots[slot].error += error;
        }
        Self { slots }
    }

    /// An enclosure of `Σ direction·Z` for every sequence in the box, errors included.
    pub fn range_of(&self, stream: &Stream, direction: &SparseVector) -> Interval {
        let mut sum = Split::default();
        for (slot, weight) in direction.iter() {
            sum.add_scaled(&self.slots[slot], weight);
        }
        let latent = latent(stream, 0, &sum);
        latent.range.widen(&latent.error)
    }

    /// The slots, in those before the block.
    pub(crate) fn slots(&self) -> &[Split] {
        &self.slots
    }

    /// `X + FC(Z)`; here FC must be affine.
    pub(crate) fn feed_forward(
        &mut self,
        stream: &Stream,
        index: usize,
        block: &Block,
        gadgets: &[Gadget],
    ) -> Result<(), Refusal> {
        let mut next = identity(self.slots.len());
        for (slot, value) in block.bias.iter() {
            next[slot].constant += value;
        }
        for_each_gadget(index, block, gadgets, |place, gadget, units| {
            let direction = &units[0].input;
            if gadget.atom.is_some() {
                return Err(Rule::GadgetUnits
                    .unsupported(place(), "in the attention block only affine gadgets are covered"));
            }
            check_gadget(gadget, units, block.activation, place)?;
            require_range(gadget, &self.range_of(stream, direction), place)?;
            let mut variable = Split::default();
            for (slot, weight) in direction.iter() {
                variable.add_scaled(&self.slots[slot], weight);
            }
            for output in &gadget.outputs {
                let [constant, slope] = match output.polynomial.as_slice() {
                    [] => [Rational::zero(), Rational::zero()],
                    [constant] => [constant.0.clone(), Rational::zero()],
                    [constant, slope] => [constant.0.clone(), slope.0.clone()],
                    _ => {
                        return Err(Rule::GadgetUnits.unsupported(
                            place(),
                            format!(
                                "slot {}: in the attention block only affine gadgets are covered",
                                output.slot
                            ),
                        ));
                    }
                };
                next[output.slot].add_scaled(&variable, &slope);
                next[output.slot].constant += constant;
                next[output.slot].error += &output.error.0;
            }
            Ok(())
        })?;
        self.slots = next;
        Ok(())
    }

    /// The slots that depend on the mean, with their definitions, ranges and errors.
    pub fn latents(&self, stream: &Stream) -> Vec<Latent> {
        self.slots
            .iter()
            .enumerate()
            .filter(|(_, split)| depends_on_others(split, stream.tokens))
            .map(|(slot, split)| latent(stream, slot, split))
            .collect()
    }

    /// The other slots as Taylor models of the own token (the latents' places hold only their own part).
    pub(super) fn own_models(&self, stream: &Stream) -> Vec<TaylorModel> {
        self.slots
            .iter()
            .map(|split| {
                let (own, _) = by_token(split, stream.tokens);
                let mut model = combination(stream, &own, &split.constant);
                model.polynomial.add_scaled(&split.attended, &Rational::one());
                model.error += &split.error;
                model.rounded()
            })
            .collect()
    }
}

fn depends_on_others(split: &Split, tokens: Tokens) -> bool {
    !split.mean.is_empty() && tokens != Tokens::Fixed(1)
}

/// Coefficients of the own token's slots and of each other token's (for every length: of the mean).
fn by_token(split: &Split, tokens: Tokens) -> (BTreeMap<usize, Rational>, BTreeMap<usize, Rational>) {
    let Tokens::Fixed(n) = tokens else { return (split.own.clone(), split.mean.clone()) };
    let share = Rational::new(1.into(), n.into());
    let others: BTreeMap<usize, Rational> = split.mean.iter().map(|(&s, v)| (s, v * &share)).collect();
    let mut own = split.own.clone();
    for (&slot, value) in &others {
        *own.entry(slot).or_insert_with(Rational::zero) += value;
    }
    own.retain(|_, value| !value.is_zero());
    (own, others)
}

fn combination(stream: &Stream, terms: &BTreeMap<usize, Rational>, constant: &Rational) -> TaylorModel {
    TaylorModel::combination(terms.iter().map(|(&slot, value)| (&stream.slots[slot], value)), constant)
}

fn latent(stream: &Stream, slot: usize, split: &Split) -> Latent {
    let (own_terms, other_terms) = by_token(split, stream.tokens);
    let mut own = combination(stream, &own_terms, &split.constant);
    own.polynomial.add_scaled(&split.attended, &Rational::one());
    let others = combination(stream, &other_terms, &Rational::zero());
    let copies = match stream.tokens {
        Tokens::Fixed(n) => integer(n.saturating_sub(1)),
        Tokens::Any => Rational::one(),
    };
    let range =
        &others.polynomial_range(&stream.ranges).scale(&copies) + &own.polynomial_range(&stream.ranges);
    let others_error =
        TaylorModel::combined_error(other_terms.iter().map(|(&s, v)| (&stream.slots[s], v))) * &copies;
    Latent {
        slot,
        error: round_up(&(own.error + others_error + &split.error), 32),
        others: others.polynomial,
        own: own.polynomial,
        range,
    }
}
