//! Targets that are no polynomials, each with a polynomial that approximates it, and networks for the polynomial.

use std::sync::Arc;
use sumformer::certify::boxes::{BoxOptions, Slice};
use sumformer::lowering::attention::{Architecture, Scores};
use sumformer::lowering::lower;
use sumformer::lowering::plan::Layout;
use sumformer::network::builder::BuiltNetwork;
use sumformer::reading::load_target;
use sumformer::recipe::SumOptions;
use sumformer::sumformer::latent::{LatentMode, choose};
use sumformer_checker::arith::number::{Rational, to_f64};
use sumformer_checker::language::target::Target;
use sumformer_checker::limits::MAX_TERMS;
use sumformer_checker::surrogate::Surrogate;

/// A target and an approximation of it.
pub struct Approximated {
    /// A name for tables.
    pub name: &'static str,
    tokens: usize,
    domain: &'static str,
    /// `output` of the target.
    output: &'static str,
    /// `output` of the approximation.
    approximation: &'static str,
}

/// exp on [0, 1] up to 0.0006, and up to 0.00003; 1/(1 + t) on [0, 2] up to 0.0008, on [0, 3] up to 0.001.
pub const SURROGATES: [Approximated; 5] = [
    Approximated {
        name: "exp(x mean), n = 2",
        tokens: 2,
        domain: r#"[["0", "1"]]"#,
        output: r#"["exp(x[0] * mean(y: y[0]))"]"#,
        approximation: r#"["0.999509 + 1.015633*u + 0.424301*u^2 + 0.27824*u^3"]
[where]
u = "x[0] * mean(y: y[0])""#,
    },
    Approximated {
        name: "x/(1 + sum y^2), n = 2",
        tokens: 2,
        domain: r#"[["0", "1"]]"#,
        output: r#"["x[0] / (1 + sum(y: y[0]^2))"]"#,
        approximation: r#"["x[0] * (0.99926 - 0.972613*u + 0.817172*u^2 - 0.485566*u^3 + 0.165803*u^4 - 0.023686*u^5)"]
[where]
u = "sum(y: y[0]^2)""#,
    },
    Approximated {
        name: "exp(x mean), n = 3",
        tokens: 3,
        domain: r#"[["0", "1"]]"#,
        output: r#"["exp(x[0] * mean(y: y[0]))"]"#,
        approximation: r#"["0.999509 + 1.015633*u + 0.424301*u^2 + 0.27824*u^3"]
[where]
u = "x[0] * mean(y: y[0])""#,
    },
    Approximated {
        name: "x/(1 + sum y^2), n = 3",
        tokens: 3,
        domain: r#"[["0", "1"]]"#,
        output: r#"["x[0] / (1 + sum(y: y[0]^2))"]"#,
        approximation: r#"["x[0] * (0.999086 - 0.969212*u + 0.809887*u^2 - 0.491236*u^3 + 0.187759*u^4 - 0.039393*u^5 + 0.003425*u^6)"]
[where]
u = "sum(y: y[0]^2)""#,
    },
    Approximated {
        name: "exp(mean x.y), max; n = 2, d = 2",
        tokens: 2,
        domain: r#"[["0", "1"], ["0", "1/2"]]"#,
        output: r#"["exp(x[0] * mean(y: y[0]) - x[1] * mean(y: y[1]))", "sqrt(4 + sum(y: y[0]))"]"#,
        approximation: r#"["1.000025 + 0.998757*u + 0.50978*u^2 + 0.140275*u^3 + 0.069416*u^4", "2 + v/4 - v^2/64 + v^3/512"]
[where]
u = "x[0] * mean(y: y[0]) - x[1] * mean(y: y[1])"
v = "sum(y: y[0])""#,
    },
];

impl Approximated {
    fn load(&self, output: &str) -> Target {
        let source = format!(
            "name = \"surrogate\"\ntokens = {}\ndomain = {}\noutput = {output}\n",
            self.tokens, self.domain
        );
        load_target(self.name, &source).expect("a valid target")
    }

    /// The target.
    pub fn target(&self) -> Target {
        self.load(self.output)
    }

    /// A network for the approximation, its own error being at most `lowering`.
    pub fn network(&self, lowering: &Rational) -> BuiltNetwork {
        let target = self.load(self.approximation);
        let surrogate = Arc::new(Surrogate::new(&target, &[], MAX_TERMS).expect("a polynomial"));
        let (sumformer, _) =
            choose(&surrogate, LatentMode::Sparse, Layout::Tree, to_f64(lowering)).expect("a Sumformer");
        let options = SumOptions::default();
        let options = options.lowering(Architecture::Transformer, Scores::Zero, lowering.clone());
        lower(&sumformer, &surrogate, &options, 2_000_000).expect("a network")
    }
}

/// The whole search with at most so many boxes.
pub fn up_to(max_boxes: usize) -> BoxOptions<'static> {
    BoxOptions { max_boxes, slice: Slice::WHOLE, closes: false, progress: &|_| true }
}
