//! The symbolic run: blocks executed on a generic token, every slot a Taylor model.
//!
//! Before the attention block the variables are the own token's coordinates. The attention block turns some slots into
//! *latents*, sums over the other tokens; each becomes a fresh variable whose definition is kept, so that afterwards
//! nothing depends on the number of tokens.
//!
//! The atoms of the target's surrogate are variables from the beginning. A gadget may claim to compute one: its variable
//! must be the atom's argument, as a function of the tokens, up to a constant c. With t the argument as the stream has it, off by
//! at most δ, |PL(t) − φ(t + c)| is at most the largest distance of the two functions on the gadget's range, and
//! |φ(t + c) − atom| at most δ times the largest slope of φ's chords there.

use super::attending::attended;
use super::centre::centred_embedding;
use super::claims::{for_each_gadget, number, powers_of_form, require_range};
use super::gadget::{check_atom_gadget, check_gadget};
use super::latent::{Latent, SplitState};
use super::residual::Unfolding;
use super::stream::Stream;
use super::taylor_model::TaylorModel;
use crate::arith::interval::Interval;
use crate::arith::number::{Rational, integer};
use crate::arith::polynomial::{Monomial, Polynomial};
use crate::attention::mean_layer::mean_layer;
use crate::enclosure::univariate::moved;
use crate::format::certificate::{Gadget, HeadClaim, LatentClaim};
use crate::format::network::{Activation, AffineMap, Block, Unit};
use crate::format::sparse::SparseVector;
use crate::limits::MAX_TERMS;
use crate::refusal::{Refusal, Rule};
use crate::sizes::index as position;
use crate::surrogate::{Atom, Surrogate};
use num_traits::{One, Signed, Zero};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The state of the symbolic run between two blocks.
#[derive(Debug, Clone)]
pub struct SymbolicRun {
    surrogate: Arc<Surrogate>,
    /// The atoms that gadgets have computed.
    computed: BTreeSet<usize>,
    stream: Stream,
    latents: Vec<Latent>,
    /// Whether a block has brought in the other tokens.
    attended: bool,
}

/// What a block adds to a slot: a polynomial in the slots, up to an error, and multiples of atoms.
#[derive(Default)]
struct Change {
    local: Polynomial,
    error: Rational,
    atoms: Polynomial,
}

impl SymbolicRun {
    /// The state after the embedding, for tokens in the surrogate's box with its centre added.
    pub fn start(surrogate: Arc<Surrogate>, embedding: &AffineMap, width: usize) -> Self {
        let embedding = centred_embedding(embedding, &surrogate.centre);
        let mut polynomials = vec![Polynomial::zero(); width];
        for (coordinate, slot, weight) in embedding.weights.iter() {
            let variable = u32::try_from(coordinate).expect("a network reads at most 4096 coordinates");
            polynomials[slot].add_term(Monomial::variable(variable), weight.clone());
        }
        for (slot, value) in embedding.bias.iter() {
            polynomials[slot].add_term(Monomial::one(), value.clone());
        }
        Self {
            stream: Stream {
                tokens: surrogate.target.tokens,
                ranges: surrogate.target.domain.clone(),
                slots: polynomials.into_iter().map(TaylorModel::exact).collect(),
            },
            surrogate,
            computed: BTreeSet::new(),
            latents: Vec::new(),
            attended: false,
        }
    }

    /// The slots, and the ranges of their variables.
    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    /// What the network is compared with.
    pub fn surrogate(&self) -> &Arc<Surrogate> {
        &self.surrogate
    }

    /// The latents, in the order of their variables, which follow those of coordinates and atoms.
    pub fn latents(&self) -> &[Latent] {
        &self.latents
    }

    /// How many variables are not latents: the token's coordinates, then the atoms.
    pub fn dimension(&self) -> usize {
        self.surrogate.target.dimension()
    }

    /// Runs one block, accepting a claim only if it follows. `heads` are those of its heads that have scores of their own.
    pub fn block(
        &mut self,
        index: usize,
        block: &Block,
        (gadgets, heads): (&[Gadget], &[HeadClaim]),
        latents: &mut impl FnMut(&[Latent]) -> Result<Vec<LatentClaim>, Refusal>,
    ) -> Result<(), Refusal> {
        match self.split(index, block, heads)? {
            None => self.feed_forward(index, block, gadgets),
            Some(mut split) => {
                split.feed_forward(&self.stream, index, block, gadgets)?;
                let derived = split.latents(&self.stream);
                let claims = latents(&derived)?;
                self.enter_latents(index, split, derived, &claims)
            }
        }
    }

    /// The state inside an attention block, `X + Att(X)`, or `None` if Att adds nothing.
    pub fn split(
        &self,
        index: usize,
        block: &Block,
        heads: &[HeadClaim],
    ) -> Result<Option<SplitState>, Refusal> {
        let place = format!("block {index}, attention");
        let Some(attention) = &block.attention else {
            return match heads {
                [] => Ok(None),
                _ => {
                    Err(Rule::Attention.invalid(place, "heads are claimed of a block that has no attention"))
                }
            };
        };
        let claimed: Vec<usize> = heads.iter().map(|claim| claim.head).collect();
        let layer = mean_layer(attention, &claimed, &self.stream.constants(), self.stream.tokens, &place)?;
        if layer.matrix.is_empty() && layer.spread.is_empty() && heads.is_empty() {
            return Ok(None);
        }
        if self.attended {
            return Err(Rule::Attention.unsupported(place, "only one attention layer may act on the stream"));
        }
        let mut added = Vec::new();
        for claim in heads {
            added.extend(attended(&self.surrogate, &self.stream, attention, claim, &place)?);
        }
        Ok(Some(SplitState::new(&self.stream, &layer, added)))
    }

    /// A block without attention: X + FC(X).
    fn feed_forward(&mut self, index: usize, block: &Block, gadgets: &[Gadget]) -> Result<(), Refusal> {
        // Of the slots that change only: a state has many slots, and a network many blocks.
        let mut changes = BTreeMap::<usize, Change>::new();
        let mut computed = self.computed.clone();
        for_each_gadget(index, block, gadgets, |place, gadget, units| {
            let direction = &units[0].input;
            match gadget.atom {
                None => {
                    check_gadget(gadget, units, block.activation, place)?;
                    require_range(gadget, &self.stream.range_of(direction), place)?;
                }
                Some(atom) => {
                    if !computed.insert(atom) {
                        return Err(Rule::GadgetUnits
                            .unsupported(place(), format!("atom {atom} is computed a second time")));
                    }
                    let moved = self.atom_gadget(atom, gadget, units, block.activation, place)?;
                    let variable = number(self.surrogate.dimension.saturating_add(atom))
                        .map_err(|message| Rule::GadgetUnits.unsupported(place(), message))?;
                    for output in &gadget.outputs {
                        let factor = output.factor.as_ref().map_or_else(Rational::zero, |f| f.0.clone());
                        let change = changes.entry(output.slot).or_default();
                        change.error += &moved * factor.abs();
                        change.atoms.add_term(Monomial::variable(variable), factor);
                    }
                }
            }
            let powers = powers_of_form(direction, gadget)
                .map_err(|message| Rule::GadgetUnits.unsupported(place(), message))?;
            for output in &gadget.outputs {
                let change = changes.entry(output.slot).or_default();
                for (power, coefficient) in powers.iter().zip(&output.polynomial) {
                    change.local.add_scaled(power, &coefficient.0);
                }
                change.error += &output.error.0;
            }
            Ok(())
        })?;
        for (slot, value) in block.bias.iter() {
            changes.entry(slot).or_default().local.add_term(Monomial::one(), value.clone());
        }
        let one = integer(1);
        let mut next = Vec::with_capacity(changes.len());
        for (slot, Change { local, error, atoms }) in changes {
            let change =
                TaylorModel::compose(&local, |v| &self.stream.slots[position(v)], &self.stream.ranges)
                    .map_err(|e| {
                        Rule::GadgetUnits.unsupported(format!("block {index}, slot {slot}"), e.to_string())
                    })?;
            let before = &self.stream.slots[slot];
            let mut sum = TaylorModel::combination([(before, &one), (&change, &one)], &Rational::zero());
            sum.polynomial.add_scaled(&atoms, &one);
            sum.error += error;
            next.push((slot, sum.rounded()));
        }
        next.into_iter().for_each(|(slot, model)| self.stream.slots[slot] = model);
        self.computed = computed;
        Ok(())
    }

    /// Verifies a gadget that computes an atom; how far the atom moves because its argument is not exact.
    fn atom_gadget(
        &self,
        atom: usize,
        gadget: &Gadget,
        units: &[Unit],
        activation: Activation,
        place: &dyn Fn() -> String,
    ) -> Result<Rational, Refusal> {
        let Some(known) = self.surrogate.atoms.get(atom) else {
            return Err(Rule::GadgetUnits.invalid(
                place(),
                format!("there is no atom {atom}, the target has {}", self.surrogate.atoms.len()),
            ));
        };
        let (shift, derived, error) = self.argument(known, &units[0].input, place)?;
        require_range(gadget, &derived, place)?;
        check_atom_gadget(gadget, units, activation, (known.function, &shift), place)?;
        if error.is_zero() {
            return Ok(error);
        }
        let arguments = Interval::new(gadget.range.inf() + &shift, gadget.range.sup() + &shift)
            .map_err(|e| Rule::GadgetRange.invalid(place(), e.to_string()))?;
        // Both contain the argument.
        let exact = known.argument_range.intersection(&arguments);
        let exact = exact.as_ref().unwrap_or(&arguments);
        moved(known.function, &arguments, exact, &error)
            .map_err(|e| Rule::GadgetRange.unsupported(place(), format!("`{}`: {e}", known.function.name())))
    }

    /// The constant c for which a form of the slots plus c is the argument of an atom, what the form ranges over, and its
    /// error.
    pub fn argument(
        &self,
        atom: &Atom,
        direction: &SparseVector,
        place: &dyn Fn() -> String,
    ) -> Result<(Rational, Interval, Rational), Refusal> {
        let refuse = |message: String| Rule::GadgetUnits.unsupported(place(), message);
        let model = self.stream.combination(direction);
        let mut unfolding = Unfolding::new(&self.surrogate.target, &self.latents, MAX_TERMS);
        let mut difference = unfolding.unfold(&model.polynomial).map_err(|e| refuse(e.to_string()))?;
        difference.add_scaled(&atom.argument, &-Rational::one());
        let Some(constant) = difference.as_constant() else {
            return Err(Rule::GadgetUnits.invalid(
                place(),
                format!("its variable is not the argument of the atom, a `{}`", atom.function.name()),
            ));
        };
        let argument = &atom.argument_range;
        let by_atom = Interval::new(argument.inf() + &constant, argument.sup() + &constant);
        let by_slots = model.polynomial_range(&self.stream.ranges);
        // Both contain all values of the polynomial, so they meet.
        let range = by_atom.ok().and_then(|range| range.intersection(&by_slots)).unwrap_or(by_slots);
        Ok((-constant, range.widen(&model.error), model.error))
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
        let mut next = split.own_models(&self.stream);
        for (claim, latent) in claims.iter().zip(&derived) {
            if !claim.range.encloses(&latent.range) {
                return Err(Rule::LatentRange.invalid(
                    place(latent.slot),
                    format!("the latent ranges over {} but {} is claimed", latent.range, claim.range),
                ));
            }
            if latent.error > claim.error.0 {
                return Err(Rule::LatentError.invalid(
                    place(latent.slot),
                    format!("the error reaches {} but {} is claimed", latent.error, claim.error.0),
                ));
            }
            let variable = number(self.stream.ranges.len())
                .map_err(|message| Rule::LatentRange.unsupported(place(latent.slot), message))?;
            self.stream.ranges.push(claim.range.clone());
            next[latent.slot] =
                TaylorModel { polynomial: Polynomial::variable(variable), error: claim.error.0.clone() };
        }
        self.latents = derived;
        self.attended = true;
        self.stream.slots = next;
        Ok(())
    }

    /// The output coordinates after the readout.
    pub fn outputs(&self, readout: &AffineMap, outputs: usize) -> Vec<TaylorModel> {
        let mut terms: Vec<Vec<(&TaylorModel, &Rational)>> = vec![Vec::new(); outputs];
        for (slot, output, weight) in readout.weights.iter() {
            terms[output].push((&self.stream.slots[slot], weight));
        }
        terms
            .into_iter()
            .enumerate()
            .map(|(output, terms)| TaylorModel::combination(terms, &readout.bias.get(output)))
            .collect()
    }
}
