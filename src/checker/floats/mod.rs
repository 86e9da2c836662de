//! What a network computes in floating point, against the network over the reals.
//!
//! **Theorem.** Let all weights be rounded to the nearest numbers of a type, and tokens of the box be numbers of this type. Let every
//! operation put out a number that is off from the exact result for its operands by at most u times this result, and η more: dot products as
//! sums of products in any order, with or without fused multiplication and addition, the bias among the terms or added afterwards; what a
//! block adds to a slot added to the slot at last; a softmax of n zeros as 1/n. Then every output of every token is off by at most the bound that is
//! derived here. Operations whose exact result is a number of the type (0, a product with a power of two) put out that. Operations may be more
//! precise, and need not be deterministic.
//!
//! The proof is in the modules: `model` is one sum, `gadget` the units of a gadget, `attention` a layer, `pass` the way through
//! the blocks. Nothing depends on the order in which a machine adds, hence on the machine.

mod attention;
mod bound;
mod gadget;
mod model;
mod pass;

use crate::arith::interval::Interval;
use crate::arith::number::Rational;
use crate::format::certificate::StreamClaims;
use crate::format::claim::require_at_least;
use crate::format::floats::{FloatClaim, FloatType};
use crate::format::network::Network;
use crate::language::target::{Target, Tokens};
use crate::limits::MAX_TOKENS;
use crate::polynomial_route::latent::SplitState;
use crate::polynomial_route::stream::Stream;
use crate::polynomial_route::symbolic_run::SymbolicRun;
use crate::refusal::{Refusal, Rule};
use model::Model;
use pass::{Pass, Step};
use std::collections::BTreeSet;

/// How many hidden units a group of a staged sum may have.
const GROUPS: std::ops::RangeInclusive<usize> = 2..=65_536;

/// How a network is to be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Computation {
    /// The type of weights, inputs and results.
    pub kind: FloatType,
    /// The type of partial sums.
    pub accumulate: FloatType,
    /// How many hidden units are at most in a group, if their sum is staged; otherwise its order is any.
    pub staged: Option<usize>,
    /// The longest sequence.
    pub tokens: usize,
}

/// Follows the symbolic run with what is computed.
pub struct Computed<'a> {
    network: &'a Network,
    stream: &'a StreamClaims,
    target: &'a Target,
    passes: Vec<Result<Pass, Refusal>>,
    computations: Vec<Computation>,
    /// The slots before the next block, over the reals.
    slots: Vec<Interval>,
    /// The next block's X + Att(X), and what it makes of it.
    split: Option<[SplitState; 2]>,
}

impl<'a> Computed<'a> {
    /// For several computations at once.
    pub fn new(
        target: &'a Target,
        network: &'a Network,
        stream: &'a StreamClaims,
        computations: Vec<Computation>,
    ) -> Self {
        Self { network, stream, target, passes: Vec::new(), computations, slots: Vec::new(), split: None }
    }

    /// The state of the run after `index` blocks: to be called for each, from 0 on.
    pub fn observe(&mut self, index: usize, run: &SymbolicRun) {
        if self.computations.is_empty() {
            return;
        }
        let stream = run.stream();
        let slots = self.ranges(index, stream);
        match index.checked_sub(1) {
            None => self.passes = self.computations.iter().map(|it| self.start(it)).collect(),
            Some(index) => {
                let step = Step {
                    index,
                    block: &self.network.blocks[index],
                    gadgets: &self.stream.blocks[index],
                    before: &self.slots,
                    after: &slots,
                    split: self.split.as_ref().map(|[inside, after]| [inside, after]),
                };
                for pass in &mut self.passes {
                    if let Ok(own) = pass
                        && let Err(refusal) = own.block(&step)
                    {
                        *pass = Err(refusal);
                    }
                }
            }
        }
        self.slots = slots;
        self.split = self.next_split(index, run);
    }

    /// The ranges of the slots after `index` blocks; those that the last one did not write to are what they were.
    fn ranges(&self, index: usize, stream: &Stream) -> Vec<Interval> {
        let range = |slot: usize| stream.slots[slot].range(&stream.ranges);
        let all = || (0..stream.slots.len()).map(range).collect();
        match index.checked_sub(1).filter(|_| self.split.is_none()) {
            None => all(),
            Some(block) => {
                let block = &self.network.blocks[block];
                let written = block.units.iter().flat_map(|unit| unit.output.iter()).chain(block.bias.iter());
                let written: BTreeSet<usize> = written.map(|(slot, _)| slot).collect();
                let old = self.slots.iter().enumerate();
                old.map(|(slot, old)| if written.contains(&slot) { range(slot) } else { old.clone() })
                    .collect()
            }
        }
    }

    fn start(&self, computation: &Computation) -> Result<Pass, Refusal> {
        let Computation { kind, accumulate, staged, tokens } = *computation;
        let refuse = |message: String| Rule::Floats.unsupported("embedding", message);
        if !self.stream.heads.is_empty() {
            let message = "no bound covers heads with scores of their own";
            return Err(Rule::Floats.unsupported("floats", message));
        }
        let model = Model::new(kind, accumulate, staged).ok_or_else(|| {
            refuse(format!("sums of {} are not accumulated in {}", kind.name(), accumulate.name()))
        })?;
        let every_length = match self.target.tokens {
            Tokens::Any => true,
            Tokens::Fixed(n) if n == tokens => false,
            Tokens::Fixed(n) => return Err(refuse(format!("the network is for n = {n}, not {tokens}"))),
        };
        let (embedding, width) = (&self.network.embedding, self.network.width());
        Pass::start(model, (tokens, every_length), &self.target.domain, embedding, width)
            .map_err(|error| refuse(error.to_string()))
    }

    /// Where the next block has attention that acts. The run verifies the block itself.
    fn next_split(&self, index: usize, run: &SymbolicRun) -> Option<[SplitState; 2]> {
        let (block, gadgets) = (self.network.blocks.get(index)?, self.stream.blocks.get(index)?);
        let inside = run.split(index, block, &[]).ok()??;
        let mut after = inside.clone();
        after.feed_forward(run.stream(), index, block, gadgets).ok()?;
        Some([inside, after])
    }

    /// The bounds of the outputs for each computation.
    pub fn bounds(&self) -> Vec<Result<Vec<Rational>, Refusal>> {
        let network = self.network;
        let outputs = |pass: &Result<Pass, Refusal>| {
            let refuse = |message: String| Rule::Floats.unsupported("readout", message);
            let bounds =
                pass.as_ref().map_err(Clone::clone)?.outputs(&network.readout, &self.slots, network.outputs);
            let bounds = bounds.map_err(|error| refuse(error.to_string()))?;
            let rational = |bound: &bound::Bound| bound.get().to_rational();
            let bounds: Option<Vec<Rational>> = bounds.iter().map(rational).collect();
            bounds.ok_or_else(|| refuse("no bound is finite".into()))
        };
        self.passes.iter().map(outputs).collect()
    }

    /// What claims are about: as many computations.
    pub fn of_claims(target: &Target, claims: &[FloatClaim]) -> Result<Vec<Computation>, Refusal> {
        let mut known = BTreeSet::new();
        let computation = |(number, claim): (usize, &FloatClaim)| {
            let refuse =
                |message: String| Err(Rule::Floats.invalid(format!("floats, claim {number}"), message));
            if !known.insert((claim.kind, claim.accumulate, claim.staged)) {
                let [kind, sums] = [claim.kind, claim.accumulate].map(FloatType::name);
                return refuse(format!("a second one about {kind} with sums in {sums}"));
            }
            if claim.staged.is_some_and(|group| !GROUPS.contains(&group)) {
                let (least, most) = (GROUPS.start(), GROUPS.end());
                return refuse(format!("groups of a staged sum have from {least} to {most} units"));
            }
            let tokens = match (target.tokens, claim.tokens) {
                (Tokens::Fixed(n), None) => n,
                (Tokens::Any, Some(tokens)) if (1..=MAX_TOKENS).contains(&tokens) => tokens,
                (Tokens::Fixed(_), Some(_)) => {
                    return refuse("the network is for one length; no other is named".into());
                }
                (Tokens::Any, _) => {
                    return refuse(format!(
                        "the network is for every length; `tokens` names the longest, up to {MAX_TOKENS}"
                    ));
                }
            };
            if claim.bounds.len() != target.outputs() {
                return refuse(format!("{} bounds for {} outputs", claim.bounds.len(), target.outputs()));
            }
            let &FloatClaim { kind, accumulate, staged, .. } = claim;
            Ok(Computation { kind, accumulate, staged, tokens })
        };
        claims.iter().enumerate().map(computation).collect()
    }

    /// Each claim must be at least what is derived.
    pub fn require(&self, claims: &[FloatClaim]) -> Result<(), Refusal> {
        for ((number, claim), derived) in claims.iter().enumerate().zip(self.bounds()) {
            for (output, (claimed, derived)) in claim.bounds.iter().zip(derived?).enumerate() {
                let place = format!("floats, claim {number} ({}), output {output}", claim.kind.name());
                require_at_least(&claimed.0, &derived, Rule::Floats, &place)?;
            }
        }
        Ok(())
    }
}
