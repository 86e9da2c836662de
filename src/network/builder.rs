//! Builds a network block by block while running the checker's symbolic run beside it.
//!
//! The run tells in which range every gadget will work; the builder's claims become the certificate.

use super::gadget::BuiltGadget;
use std::sync::Arc;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Exact, Rational};
use sumformer_checker::format::certificate::{Gadget, HeadClaim, LatentClaim};
use sumformer_checker::format::network::{Activation, AffineMap, Attention, Block, NETWORK_FORMAT, Network};
use sumformer_checker::format::sparse::SparseVector;
use sumformer_checker::language::ast::Function;
use sumformer_checker::language::target::Tokens;
use sumformer_checker::polynomial_route::centre::centred_embedding;
use sumformer_checker::polynomial_route::latent::SplitState;
use sumformer_checker::polynomial_route::symbolic_run::SymbolicRun;
use sumformer_checker::refusal::Refusal;
use sumformer_checker::surrogate::Surrogate;

/// A network under construction, the claims about it so far, and the symbolic state after its last block.
pub struct NetworkBuilder {
    network: Network,
    gadgets: Vec<Vec<Gadget>>,
    latents: Vec<LatentClaim>,
    heads: Vec<HeadClaim>,
    run: SymbolicRun,
}

/// A finished network with the claims from which a certificate is made.
#[derive(Debug)]
pub struct BuiltNetwork {
    /// The network.
    pub network: Network,
    /// Per block, the gadgets.
    pub gadgets: Vec<Vec<Gadget>>,
    /// The latents after the attention block.
    pub latents: Vec<LatentClaim>,
    /// The heads with scores of their own.
    pub heads: Vec<HeadClaim>,
    /// The symbolic state after the last block.
    pub run: SymbolicRun,
}

/// Where a gadget of the next block reads from: the plain stream, or X + Att(X).
pub struct Input<'a> {
    run: &'a SymbolicRun,
    split: Option<SplitState>,
}

impl Input<'_> {
    /// An enclosure of a linear form of the slots.
    pub fn range_of(&self, direction: &SparseVector) -> Interval {
        match &self.split {
            Some(split) => split.range_of(self.run.stream(), direction),
            None => self.run.stream().range_of(direction),
        }
    }

    /// For a form of the slots that is an atom's argument up to a constant: the atom's function, the constant, and what the
    /// form ranges over.
    pub fn argument(
        &self,
        atom: usize,
        direction: &SparseVector,
    ) -> Result<(Function, Rational, Interval), Refusal> {
        let atom = &self.run.surrogate().atoms[atom];
        let place = || format!("the argument of `{}`", atom.function.name());
        let (shift, range, _) = self.run.argument(atom, direction, &place)?;
        Ok((atom.function, shift, range))
    }
}

impl NetworkBuilder {
    /// Starts with the embedding of what the surrogate's tokens are, those of the network less the centre; the slots are fixed from the
    /// beginning.
    pub fn new(surrogate: Arc<Surrogate>, slots: Vec<String>, embedding: AffineMap) -> Self {
        let back: Vec<Exact> = surrogate.centre.iter().map(|Exact(middle)| Exact(-middle)).collect();
        let embedding = centred_embedding(&embedding, &back).into_owned();
        let network = Network {
            format: NETWORK_FORMAT.to_string(),
            tokens: surrogate.target.tokens,
            dimension: surrogate.dimension,
            outputs: surrogate.forms.len(),
            slots,
            embedding,
            blocks: Vec::new(),
            readout: AffineMap::default(),
        };
        let run = SymbolicRun::start(surrogate, &network.embedding, network.width());
        Self { network, gadgets: Vec::new(), latents: Vec::new(), heads: Vec::new(), run }
    }

    /// D.
    pub fn width(&self) -> usize {
        self.network.width()
    }

    /// Sequence length.
    pub fn tokens(&self) -> Tokens {
        self.network.tokens
    }

    /// The symbolic state after the last block.
    pub fn run(&self) -> &SymbolicRun {
        &self.run
    }

    /// How many blocks there are.
    pub fn blocks(&self) -> usize {
        self.network.blocks.len()
    }

    /// Adds a block whose gadgets are made knowing the ranges they will work in.
    pub fn block(
        &mut self,
        label: impl Into<String>,
        activation: Activation,
        attention: Option<Attention>,
        make: impl FnOnce(&Input<'_>) -> Result<Vec<BuiltGadget>, Refusal>,
    ) -> Result<(), Refusal> {
        self.block_with_heads(label, activation, (attention, Vec::new()), make)
    }

    /// The same, where these heads of the attention have scores of their own.
    pub fn block_with_heads(
        &mut self,
        label: impl Into<String>,
        activation: Activation,
        (attention, heads): (Option<Attention>, Vec<HeadClaim>),
        make: impl FnOnce(&Input<'_>) -> Result<Vec<BuiltGadget>, Refusal>,
    ) -> Result<(), Refusal> {
        let index = self.network.blocks.len();
        let mut block = Block {
            label: label.into(),
            attention,
            activation,
            units: Vec::new(),
            bias: SparseVector::default(),
        };
        let input = Input { split: self.run.split(index, &block, &heads)?, run: &self.run };
        let built = make(&input)?;
        block.bias = SparseVector::from_entries(built.iter().flat_map(|g| g.bias.iter().cloned()));
        let mut gadgets = Vec::with_capacity(built.len());
        for gadget in built {
            block.units.extend(gadget.units);
            gadgets.push(gadget.claim);
        }
        let latents = &mut self.latents;
        self.run.block(index, &block, (&gadgets, &heads), &mut |derived| {
            *latents = derived
                .iter()
                .map(|latent| LatentClaim {
                    slot: latent.slot,
                    range: latent.range.clone(),
                    error: Exact(latent.error.clone()),
                })
                .collect();
            Ok(latents.clone())
        })?;
        self.network.blocks.push(block);
        self.gadgets.push(gadgets);
        self.heads.extend(heads);
        Ok(())
    }

    /// Ends with the readout.
    pub fn finish(mut self, readout: AffineMap) -> BuiltNetwork {
        self.network.readout = readout;
        let Self { network, gadgets, latents, heads, run } = self;
        BuiltNetwork { network, gadgets, latents, heads, run }
    }
}
