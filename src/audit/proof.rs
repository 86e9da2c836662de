//! Networks built, certified and checked for a row: what is said of them is the checker's verdict on the written bytes.

use super::row::{Evidence, Numbers};
use crate::approximation::way::{Way, structural};
use crate::certify::{Proof, prove, prove_on_cells};
use crate::codes::CodeKind;
use crate::discontinuous::{CellValue, Grid, Jump, TableLayout, network, tabulate};
use crate::lowering::attention::{Architecture, Scores};
use crate::lowering::lower;
use crate::lowering::plan::Layout;
use crate::reading::load_target;
use crate::recipe::{GridOptions, Latents, SumOptions};
use crate::sumformer::Sumformer;
use crate::sumformer::latent::LatentMode;
use std::error::Error;
use sumformer_checker::arith::decimal::above;
use sumformer_checker::arith::number::{Rational, ratio};
use sumformer_checker::cells::derive;
use sumformer_checker::check::Verdict;
use sumformer_checker::format::network::{Activation, Network};
use sumformer_checker::language::target::Target;

/// No network of the audit is larger.
const MAX_UNITS: u64 = 100_000;
const MAX_ENTRIES: u64 = 100_000;

/// The text of a target on [0, 1]^d.
pub(super) fn source(tokens: &str, dimension: usize, outputs: &[&str]) -> String {
    let domain = vec![r#"["0", "1"]"#; dimension].join(", ");
    let outputs = outputs.iter().map(|output| format!("\"{output}\"")).collect::<Vec<_>>().join(", ");
    format!("name = \"audit\"\ntokens = {tokens}\ndomain = [{domain}]\noutput = [{outputs}]\n")
}

/// The target of a text.
pub(super) fn target(source: &str) -> Result<Target, Box<dyn Error>> {
    Ok(load_target("target.toml", source)?)
}

/// How a network of the continuous construction is made.
pub(super) struct Continuous {
    pub(super) architecture: Architecture,
    pub(super) scores: Scores,
    pub(super) activation: Activation,
    pub(super) layout: Layout,
    pub(super) latent: LatentMode,
    pub(super) epsilon: Rational,
}

impl Default for Continuous {
    /// A transformer with the paper's scores and ReLU, for ε = 1/100.
    fn default() -> Self {
        Self {
            architecture: Architecture::Transformer,
            scores: Scores::Paper,
            activation: Activation::Relu,
            layout: Layout::Tree,
            latent: LatentMode::Sparse,
            epsilon: ratio(1, 100),
        }
    }
}

/// A checked network, and what it was made of.
pub(super) struct Checked {
    pub(super) proof: Proof,
    pub(super) network: Network,
    /// The way it was made, in the continuous construction.
    pub(super) way: Option<Way>,
    epsilon: Rational,
}

impl Continuous {
    /// Builds, certifies and checks a network for a target.
    pub(super) fn checked(&self, source: &str) -> Result<Checked, Box<dyn Error>> {
        let target = target(source)?;
        let sums = SumOptions {
            latents: Latents::Mode(self.latent),
            activation: self.activation,
            layout: self.layout,
            ..SumOptions::default()
        };
        let way = structural(&target, &sums.way(self.epsilon.clone()))?;
        let lowering = sums.lowering(self.architecture, self.scores, way.network_epsilon.clone());
        let built = lower(&way.sumformer, &way.surrogate, &lowering, MAX_UNITS)?;
        let proof = prove(&target, &built, &self.epsilon)?;
        Ok(Checked {
            network: Network::from_json(proof.network_json.as_bytes())?,
            proof,
            way: Some(way),
            epsilon: self.epsilon.clone(),
        })
    }

    /// The same as an instance.
    pub(super) fn evidence(&self, source: &str) -> Evidence {
        self.checked(source).map(|checked| checked.evidence())
    }
}

impl Checked {
    /// The Sumformer, in the continuous construction.
    pub(super) fn sumformer(&self) -> Result<&Sumformer, Box<dyn Error>> {
        Ok(&self.way.as_ref().ok_or("there is no Sumformer")?.sumformer)
    }

    /// Valid, and the bound is less than ε, strictly, as the theorems have it; with the numbers that go with it.
    pub(super) fn evidence(&self) -> (bool, Numbers) {
        let certified = &self.proof.certificate.certified.0;
        let below = *certified < self.epsilon;
        let valid = matches!(self.proof.verdict, Verdict::Valid(_));
        let size = &self.proof.size;
        let verdict = match &self.proof.verdict {
            Verdict::Valid(_) => "valid".to_string(),
            Verdict::Invalid(refusal) => format!("invalid: {refusal}"),
            Verdict::Incomplete(refusal) => format!("incomplete: {refusal}"),
        };
        let numbers = vec![
            ("verdict", verdict),
            ("epsilon", self.epsilon.to_string()),
            ("certified", with_decimals(certified)),
            ("attention layers", size.attention_blocks.to_string()),
            ("blocks", size.blocks.to_string()),
            ("hidden units", size.hidden_units.to_string()),
        ];
        (valid && below, numbers)
    }
}

/// How a network of the discontinuous construction is made: n tokens, zero scores, softmax.
pub(super) struct Discontinuous {
    pub(super) tokens: usize,
    pub(super) divisions: u64,
    pub(super) code: CodeKind,
    pub(super) layout: TableLayout,
    pub(super) jump: Jump,
    pub(super) epsilon: Rational,
}

impl Discontinuous {
    /// The network, for the target.
    pub(super) fn network(&self, target: &Target) -> Result<Network, Box<dyn Error>> {
        let grid = Grid::new(target.domain.clone(), self.divisions)?;
        let options = GridOptions {
            value_at: CellValue::Corner,
            code: self.code,
            layout: self.layout,
            jump: self.jump.clone(),
            max_entries: MAX_ENTRIES,
            ..GridOptions::default()
        };
        let table = tabulate(target, self.tokens, grid, &options.table(), &self.epsilon)?;
        Ok(network(&table, &options.network(Architecture::Transformer, Scores::Zero))?)
    }

    /// Builds, certifies and checks a network for a target.
    pub(super) fn checked(&self, source: &str) -> Result<Checked, Box<dyn Error>> {
        let target = target(source)?;
        let network = self.network(&target)?;
        let bound = derive(&target, &network)?;
        let proof = prove_on_cells(&target, network.clone(), &bound, &self.epsilon)?;
        Ok(Checked { proof, network, way: None, epsilon: self.epsilon.clone() })
    }

    /// The same as an instance.
    pub(super) fn evidence(&self, source: &str) -> Evidence {
        self.checked(source).map(|checked| checked.evidence())
    }
}

/// A bound p/q, with decimals beside it, rounded up, unless it is an integer.
pub(super) fn with_decimals(value: &Rational) -> String {
    if value.is_integer() { value.to_string() } else { format!("{value} ≈ {}", above(value)) }
}
