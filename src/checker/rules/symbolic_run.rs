//! The symbolic run: blocks executed on a generic token, every slot a Taylor model.
//!
//! Before the attention block the variables are the own token's coordinates. The attention block turns some slots into
//! *latents*, sums over the other tokens; each becomes a fresh variable whose definition is kept, so that afterwards
//! nothing depends on the number of tokens.

use super::attention::mean_layer;
use super::gadget::check_gadget;
use super::latent::{Latent, SplitState};
use super::taylor_model::TaylorModel;
use super::{Refusal, Rule};
use crate::format::certificate::{Gadget, LatentClaim};
use crate::format::network::{AffineMap, Block};
use crate::format::sparse::SparseVector;
use crate::interval::Interval;
use crate::language::target::Tokens;
use crate::number::{Rational, integer};
use crate::polynomial::{Monomial, Polynomial};
use num_traits::{One, Signed, Zero};

/// Expanding a gadget's polynomial in the slots it reads may produce at most this many terms.
const MAX_LOCAL_TERMS: f64 = 100_000.0;

/// The state of the symbolic run between two blocks.
#[derive(Debug, Clone)]
pub struct SymbolicRun {
    tokens: Tokens,
    dimension: usize,
    ranges: Vec<Interval>,
    state: Vec<TaylorModel>,
    latents: Vec<Latent>,
}

impl SymbolicRun {
    /// The state after the embedding, for tokens in the box `domain`.
    pub fn start(domain: &[Interval], tokens: Tokens, embedding: &AffineMap, width: usize) -> Self {
        let mut polynomials = vec![Polynomial::zero(); width];
        for (coordinate, slot, weight) in embedding.weights.iter() {
            polynomials[slot].add_term(Monomial::variable(coordinate as u32), weight.clone());
        }
        for (slot, value) in embedding.bias.iter() {
            polynomials[slot].add_term(Monomial::one(), value.clone());
        }
        Self {
            tokens,
            dimension: domain.len(),
            ranges: domain.to_vec(),
            state: polynomials.into_iter().map(TaylorModel::exact).collect(),
            latents: Vec::new(),
        }
    }

    /// The slots.
    pub fn state(&self) -> &[TaylorModel] {
        &self.state
    }

    /// The ranges of the variables: the box, then the latents.
    pub fn ranges(&self) -> &[Interval] {
        &self.ranges
    }

    /// The latents, in the order of their variables d, d+1, …
    pub fn latents(&self) -> &[Latent] {
        &self.latents
    }

    /// Sequence length.
    pub fn tokens(&self) -> Tokens {
        self.tokens
    }

    /// Token dimension d.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// An enclosure of `Σ direction·slots` for every sequence in the box, errors included.
    pub fn range_of(&self, direction: &SparseVector) -> Interval {
        self.combination(direction).range(&self.ranges)
    }

    fn combination(&self, weights: &SparseVector) -> TaylorModel {
        TaylorModel::combination(weights.iter().map(|(slot, w)| (&self.state[slot], w)), &Rational::zero())
    }

    /// Runs one block, accepting a claim only if it follows.
    pub fn block(
        &mut self,
        index: usize,
        block: &Block,
        gadgets: &[Gadget],
        latents: &mut impl FnMut(&[Latent]) -> Result<Vec<LatentClaim>, Refusal>,
    ) -> Result<(), Refusal> {
        match self.split(index, block)? {
            None => self.feed_forward(index, block, gadgets),
            Some(mut split) => {
                split.feed_forward(self, index, block, gadgets)?;
                let derived = split.latents(self);
                let claims = latents(&derived)?;
                self.enter_latents(index, split, derived, &claims)
            }
        }
    }

    /// The state inside an attention block, `X + Att(X)`, or `None` if Att adds nothing.
    pub fn split(&self, index: usize, block: &Block) -> Result<Option<SplitState>, Refusal> {
        let Some(attention) = &block.attention else { return Ok(None) };
        let place = format!("block {index}, attention");
        let layer = mean_layer(attention, &self.state, self.tokens, &place)?;
        if layer.matrix.is_empty() && layer.spread.is_empty() {
            return Ok(None);
        }
        if !self.latents.is_empty() {
            return Err(Rule::Attention.unsupported(place, "only one attention layer may act on the stream"));
        }
        Ok(Some(SplitState::new(self, &layer)))
    }

    /// A block without attention: X + FC(X).
    fn feed_forward(&mut self, index: usize, block: &Block, gadgets: &[Gadget]) -> Result<(), Refusal> {
        let mut local = vec![Polynomial::zero(); self.state.len()];
        let mut errors = vec![Rational::zero(); self.state.len()];
        for_each_gadget(index, block, gadgets, |place, gadget, direction| {
            require_range(gadget, &self.range_of(direction), place)?;
            let variable = Polynomial::from_terms(
                direction.iter().map(|(slot, w)| (Monomial::variable(slot as u32), w.clone())),
            );
            for output in &gadget.outputs {
                let degree = output.polynomial.len().saturating_sub(1);
                if (direction.len() as f64).powi(degree as i32) > MAX_LOCAL_TERMS {
                    return Err(Rule::GadgetUnits.unsupported(
                        place(),
                        format!(
                            "a polynomial of degree {degree} in {} slots is too large to expand",
                            direction.len()
                        ),
                    ));
                }
                let mut power = Polynomial::constant(Rational::one());
                for (k, coefficient) in output.polynomial.iter().enumerate() {
                    if k > 0 {
                        power = power.times(&variable);
                    }
                    local[output.slot].add_scaled(&power, &coefficient.0);
                }
                errors[output.slot] += &output.error.0;
            }
            Ok(())
        })?;
        for (slot, value) in block.bias.iter() {
            local[slot].add_term(Monomial::one(), value.clone());
        }
        let next = local.iter().zip(&errors).enumerate().map(|(slot, (polynomial, error))| {
            if polynomial.is_zero() && error.is_zero() {
                return self.state[slot].clone();
            }
            let change = TaylorModel::compose(polynomial, |v| &self.state[v as usize], &self.ranges);
            let one = integer(1);
            let mut sum =
                TaylorModel::combination([(&self.state[slot], &one), (&change, &one)], &Rational::zero());
            sum.error += error;
            sum.rounded()
        });
        self.state = next.collect();
        Ok(())
    }

    fn enter_latents(
        &mut self,
        index: usize,
        split: SplitState,
        derived: Vec<Latent>,
        claims: &[LatentClaim],
    ) -> Result<(), Refusal> {
        let place = |slot: usize| format!("block {index}, latent in slot {slot}");
        if claims.len() != derived.len() || claims.iter().zip(&derived).any(|(c, l)| c.slot != l.slot) {
            return Err(Rule::LatentRange.invalid(
                format!("block {index}"),
                format!(
                    "latents are claimed of slots {:?} but the attention layer makes latents of slots {:?}",
                    claims.iter().map(|c| c.slot).collect::<Vec<_>>(),
                    derived.iter().map(|l| l.slot).collect::<Vec<_>>()
                ),
            ));
        }
        let mut next = split.own_models(self);
        for (claim, latent) in claims.iter().zip(&derived) {
            if !claim.range.encloses(&latent.range) {
                return Err(Rule::LatentRange.invalid(
                    place(latent.slot),
                    format!("the latent ranges over {} but {} is claimed", latent.range, claim.range),
                ));
            }
            if claim.error.0 < latent.error {
                return Err(Rule::LatentError.invalid(
                    place(latent.slot),
                    format!("the error reaches {} but {} is claimed", latent.error, claim.error.0),
                ));
            }
            let variable = self.ranges.len() as u32;
            self.ranges.push(claim.range.clone());
            next[latent.slot] =
                TaylorModel { polynomial: Polynomial::variable(variable), error: claim.error.0.clone() };
        }
        self.latents = derived;
        self.state = next;
        Ok(())
    }

    /// The output coordinates after the readout.
    pub fn outputs(&self, readout: &AffineMap, outputs: usize) -> Vec<TaylorModel> {
        (0..outputs)
            .map(|output| {
                let terms = readout
                    .weights
                    .iter()
                    .filter(|(_, column, _)| *column == output)
                    .map(|(slot, _, weight)| (&self.state[slot], weight));
                TaylorModel::combination(terms, &readout.bias.get(output))
            })
            .collect()
    }
}

/// Cuts a block's units into the claimed gadgets, verifies each, and hands it on with the direction of its variable.
pub(super) fn for_each_gadget(
    index: usize,
    block: &Block,
    gadgets: &[Gadget],
    mut accept: impl FnMut(&dyn Fn() -> String, &Gadget, &SparseVector) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let mut rest = block.units.as_slice();
    for (g, gadget) in gadgets.iter().enumerate() {
        let first = block.units.len() - rest.len();
        let place =
            || format!("block {index}, gadget {g} (units {first}..{})", first.saturating_add(gadget.units));
        if gadget.units == 0 || gadget.units > rest.len() {
            return Err(
                Rule::GadgetUnits.invalid(place(), format!("the block has {} units", block.units.len()))
            );
        }
        let (units, later) = rest.split_at(gadget.units);
        rest = later;
        if units[0].input.is_empty() {
            return Err(Rule::GadgetUnits.invalid(place(), "a unit has no inputs"));
        }
        check_gadget(gadget, units, block.activation, &place)?;
        accept(&place, gadget, &units[0].input)?;
    }
    if !rest.is_empty() {
        return Err(Rule::GadgetUnits.invalid(
            format!("block {index}"),
            format!("the last {} units belong to no gadget", rest.len()),
        ));
    }
    Ok(())
}

/// The claimed range must contain what the gadget's variable can be.
pub(super) fn require_range(
    gadget: &Gadget,
    derived: &Interval,
    place: &dyn Fn() -> String,
) -> Result<(), Refusal> {
    if gadget.range.encloses(derived) {
        return Ok(());
    }
    Err(Rule::GadgetRange
        .invalid(place(), format!("t ranges over {derived} but {} is claimed", gadget.range)))
}

/// Σ |cᵢ|·eᵢ.
pub(super) fn weighted_error<'a>(
    terms: impl IntoIterator<Item = (&'a TaylorModel, &'a Rational)>,
) -> Rational {
    terms.into_iter().map(|(model, c)| &model.error * c.abs()).sum()
}
