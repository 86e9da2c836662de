//! Everything that a page says of one proof, the network itself no longer needed.

use super::boxes::TreeFacts;
use super::cells::CellFacts;
use super::chain::{Step, chain};
use super::facts::Facts;
use super::floors::{FloorFacts, NetworkSums};
use super::slice::Slice;
use super::sparsity::Weights;
use super::stream::Stream;
use super::words;
use crate::algebra::multi_index::count;
use crate::network::NetworkSize;
use crate::words::{TokenNames, print};
use itertools::Itertools;
use num_bigint::BigUint;
use sumformer_checker::check::{Checked, Verdict};
use sumformer_checker::format::certificate::{BoxClaims, Certificate, GivenClaims, ProofRoute};
use sumformer_checker::format::network::{Mechanism, Network};
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::refusal::Rule;

/// Numbers of features are given up to these lengths and dimensions.
const LONGEST: usize = 4096;
const WIDEST: usize = 64;

/// What the construction makes of the target.
#[derive(Debug)]
pub enum Construction {
    /// Polynomials in sums over tokens.
    Continuous(Box<Facts>),
    /// A table over cells.
    Discontinuous(Box<CellFacts>),
    /// The blocks could not be followed, and why.
    Unknown(String),
}

/// One proof.
#[derive(Debug)]
pub struct ProofReport {
    /// The folder, as it was named.
    pub place: String,
    /// The target.
    pub target: Target,
    /// Its expressions, in its own language.
    pub expressions: Vec<String>,
    /// The claims.
    pub certificate: Certificate,
    /// What the checker said.
    pub verdict: Verdict,
    /// SHA-256 of `target.toml` and `network.json` as they were read.
    pub sha256: [String; 2],
    /// transformer, linformer, performer, or none.
    pub architecture: &'static str,
    /// The mechanism in words.
    pub attention: String,
    /// relu, relu2 or step.
    pub activation: String,
    /// Sizes.
    pub size: NetworkSize,
    /// d', the sums over tokens that the network takes.
    pub latent_dimension: Option<usize>,
    /// d' for degrees up to n − 1, which is enough, and up to n, as in the paper.
    pub latent_bounds: Option<[BigUint; 2]>,
    /// Slots, blocks, formulas.
    pub construction: Construction,
    /// From target to network.
    pub chain: Vec<Step>,
    /// Who reads and writes what.
    pub stream: Stream,
    /// Where weights are.
    pub weights: Weights,
    /// The tree of boxes.
    pub boxes: Option<TreeFacts>,
    /// Floors that stand beside the proof, if there are and they are valid.
    pub floors: Option<FloorFacts>,
    /// The sampled error, or why there is none.
    pub slice: Result<Slice, String>,
    /// How long the check took, if that is wanted.
    pub check_seconds: Option<f64>,
}

impl ProofReport {
    /// Collects everything from a proof that has just been checked.
    pub fn collect(place: String, checked: Checked, sha256: [String; 2], check_seconds: Option<f64>) -> Self {
        let construction = match checked.certificate.cells() {
            Some(claim) => {
                CellFacts::collect(&checked, claim).map(|facts| Construction::Discontinuous(Box::new(facts)))
            }
            None => Facts::collect(&checked).map(|facts| Construction::Continuous(Box::new(facts))),
        };
        let construction = construction.unwrap_or_else(|refusal| Construction::Unknown(refusal.to_string()));
        let (facts, latent_dimension) = match &construction {
            Construction::Continuous(facts) => (Some(&**facts), Some(facts.latents.len())),
            Construction::Discontinuous(facts) => (None, Some(facts.averages.len())),
            Construction::Unknown(_) => (None, None),
        };
        let chain = chain(&checked, facts);
        let Checked { target, network, certificate, verdict } = checked;
        let (architecture, attention) = attention(&network);
        let names = TokenNames::of(&target.body);
        let coordinates = match target.tokens {
            Tokens::Fixed(n) => n.saturating_mul(target.dimension()),
            Tokens::Any => 0,
        };
        Self {
            expressions: target.body.expressions().iter().map(|e| print(e, names)).collect(),
            latent_bounds: latent_bounds(&target, &certificate),
            slice: Slice::sample(&target, &network, certificate.witness.as_ref()),
            stream: Stream::of(&network),
            weights: Weights::of(&network),
            boxes: match &certificate.route {
                ProofRoute::Boxes(BoxClaims { tree, .. }) | ProofRoute::Given(GivenClaims { tree }) => {
                    TreeFacts::read(tree, coordinates)
                }
                ProofRoute::Polynomial(_) | ProofRoute::Cells(_) => None,
            },
            activation: network.blocks.iter().map(|b| words::activation(b.activation)).unique().join(", "),
            size: NetworkSize::of(&network),
            place,
            target,
            certificate,
            verdict,
            sha256,
            architecture,
            attention,
            latent_dimension,
            construction,
            chain,
            floors: None,
            check_seconds,
        }
    }

    /// The sums that the network takes, if its blocks could be followed.
    pub fn sums(&self) -> Option<NetworkSums> {
        self.latent_dimension.map(|count| NetworkSums::of(count, &self.certificate))
    }

    /// n, or `any`.
    pub fn tokens(&self) -> String {
        match self.target.tokens {
            Tokens::Fixed(n) => n.to_string(),
            Tokens::Any => "any".into(),
        }
    }

    /// continuous or discontinuous.
    pub fn kind(&self) -> &'static str {
        if self.certificate.cells().is_some() { "discontinuous" } else { "continuous" }
    }

    /// The rules that this proof had to pass, in the checker's order.
    pub fn rules(&self) -> Vec<Rule> {
        let c = &self.certificate;
        let stream = c.stream();
        let gadgets = stream.is_some_and(|claims| claims.blocks.iter().any(|gadgets| !gadgets.is_empty()));
        let replaced =
            matches!(&c.route, ProofRoute::Polynomial(claims) if !claims.approximations.is_empty());
        let latents = stream.is_some_and(|claims| !claims.latents.is_empty());
        let attention = self.architecture != "none";
        let rules = [
            (true, Rule::Hash),
            (true, Rule::Shape),
            (c.witness.is_some(), Rule::Witness),
            (replaced, Rule::Approximation),
            (gadgets, Rule::GadgetUnits),
            (gadgets, Rule::GadgetRange),
            (gadgets, Rule::GadgetError),
            (attention, Rule::Attention),
            (c.cells().is_some(), Rule::Cells),
            (latents, Rule::LatentRange),
            (latents, Rule::LatentError),
            (true, Rule::Lowering),
            (matches!(c.route, ProofRoute::Boxes(_)), Rule::Boxes),
            (true, Rule::Residual),
            (true, Rule::Total),
        ];
        rules.into_iter().filter(|(applies, _)| *applies).map(|(_, rule)| rule).collect()
    }
}

fn attention(network: &Network) -> (&'static str, String) {
    let Some(layer) = network.blocks.iter().find_map(|block| block.attention.as_ref()) else {
        return ("none", "no attention".into());
    };
    let architecture = match layer.heads.first().map(|head| &head.mechanism) {
        None => "none",
        Some(Mechanism::Softmax) => "transformer",
        Some(Mechanism::Linformer { .. }) => "linformer",
        Some(Mechanism::Performer { .. }) => "performer",
    };
    (architecture, words::attention(layer).0)
}

/// The d' of Theorem 4.1's first proof for this n and d; it says nothing of other lengths and constructions.
fn latent_bounds(target: &Target, certificate: &Certificate) -> Option<[BigUint; 2]> {
    match target.tokens {
        Tokens::Fixed(n) if certificate.cells().is_none() && n <= LONGEST && target.dimension() <= WIDEST => {
            let (n, d) = (n as u32, target.dimension() as u32);
            Some([count(d, n - 1), count(d, n)])
        }
        _ => None,
    }
}
