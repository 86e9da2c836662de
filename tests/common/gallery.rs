//! The gallery: every `constructions/*/target.toml`, three architectures, two activations, and their golden results.
//!
//! `golden.json` beside a target holds exact numbers only, no timings: {"relu": {"transformer": {…}, …}, "relu2": …},
//! and for few tokens of few coordinates also "discontinuous", by the number of table entries allowed.

use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use sumformer::approximation::way::{Way, structural};
use sumformer::certify::{Proof, prove, prove_on_cells};
use sumformer::discontinuous::{BOUND_BITS, finest_grid, network, tabulate};
use sumformer::lowering::attention::{Architecture, Scores};
use sumformer::lowering::lower;
use sumformer::lowering::plan::Layout;
use sumformer::network::NetworkSize;
use sumformer::reading::load_target;
use sumformer::recipe::{GridOptions, SumOptions};
use sumformer::sumformer::latent::{LatentMode, choose};
use sumformer_checker::arith::number::{Rational, ratio, round_up, to_f64};
use sumformer_checker::cells::{CellBound, derive};
use sumformer_checker::check::{Scope, Verdict};
use sumformer_checker::format::network::Activation;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::limits::MAX_TERMS;
use sumformer_checker::normal_form::expansion::expand_target;
use sumformer_checker::surrogate::Surrogate;

/// The architectures with the command line's defaults.
pub const ARCHITECTURES: [(&str, Architecture); 3] = [
    ("transformer", Architecture::Transformer),
    ("linformer", Architecture::Linformer { rank: 1 }),
    ("performer", Architecture::Performer { features: 64, seed: 0, normalized: true }),
];
/// The activations.
pub const ACTIVATIONS: [(&str, Activation); 2] = [("relu", Activation::Relu), ("relu2", Activation::Relu2)];
/// The aim for the certified bound over the witnessed error.
pub const LARGEST_RATIO: f64 = 4.0;
/// The same for tables, whose worst entry is known.
pub const LARGEST_TABLE_RATIO: f64 = 1.1;

/// A target and where its golden results are.
pub struct Construction {
    /// The folder's name.
    pub name: String,
    /// The target.
    pub target: Target,
    /// `golden.json`
    pub golden: PathBuf,
}

/// The constructions that are polynomials, by name.
pub fn constructions() -> Vec<Construction> {
    let polynomial = |c: &Construction| expand_target(&c.target, MAX_TERMS).is_ok();
    all_constructions().into_iter().filter(polynomial).collect()
}

/// All constructions by name.
pub fn all_constructions() -> Vec<Construction> {
    let root = crate::repository("constructions");
    let mut folders: Vec<PathBuf> =
        fs::read_dir(&root).expect("the gallery").map(|entry| entry.expect("a folder").path()).collect();
    folders.sort();
    folders
        .into_iter()
        .map(|folder| {
            let source = fs::read_to_string(folder.join("target.toml")).expect("a target");
            Construction {
                name: folder.file_name().expect("a name").to_string_lossy().into_owned(),
                target: load_target("target.toml", &source).expect("a valid target"),
                golden: folder.join("golden.json"),
            }
        })
        .collect()
}

/// One proof of the gallery.
pub struct Outcome {
    /// d'
    pub latent_dimension: usize,
    /// Counted sizes.
    pub size: NetworkSize,
    /// The certified bound.
    pub certified: Rational,
    /// The exact error at the witness.
    pub witness: Rational,
    /// Whether the checker accepts the written files.
    pub valid: bool,
}

impl Outcome {
    /// Proves a construction at ε = 1/1000; also the seconds from the target to the written proof, and of its check.
    pub fn of(
        construction: &Construction,
        architecture: Architecture,
        activation: Activation,
    ) -> (Self, [f64; 2]) {
        let start = Instant::now();
        let target = &construction.target;
        let epsilon = ratio(1, 1000);
        let surrogate = Arc::new(Surrogate::new(target, &[], MAX_TERMS).expect("a polynomial"));
        let (sumformer, _) =
            choose(&surrogate, LatentMode::Sparse, Layout::Tree, to_f64(&epsilon)).expect("a Sumformer");
        let sums = SumOptions { activation, ..SumOptions::default() };
        let options = sums.lowering(architecture, Scores::Zero, epsilon.clone());
        let built = lower(&sumformer, &surrogate, &options, 2_000_000).expect("a network");
        let proof = prove(target, &built, &epsilon).expect("a proof");
        let prove_time = start.elapsed().saturating_sub(proof.check_time);
        let outcome = Self {
            latent_dimension: sumformer.latent_dimension(),
            size: proof.size,
            certified: proof.certificate.certified.0.clone(),
            witness: proof.witness.error.clone(),
            valid: matches!(proof.verdict, Verdict::Valid(_)),
        };
        (outcome, [prove_time, proof.check_time].map(|time| time.as_secs_f64()))
    }

    /// What `golden.json` holds of it.
    pub fn golden(&self) -> Value {
        json!({
            "latent_dimension": self.latent_dimension,
            "blocks": self.size.blocks,
            "width": self.size.width,
            "hidden_units": self.size.hidden_units,
            "nonzeros": self.size.nonzeros,
            "certified": self.certified.to_string(),
            "witness": self.witness.to_string(),
        })
    }

    /// certified / witness, 1 where both are 0.
    pub fn ratio(&self) -> f64 {
        if self.certified == self.witness { 1.0 } else { to_f64(&self.certified) / to_f64(&self.witness) }
    }

    /// What is wrong with it, whatever the golden results say.
    pub fn problems(&self, activation: Activation) -> Vec<String> {
        let mut problems = Vec::new();
        if !self.valid {
            problems.push("the checker does not accept the proof".into());
        }
        let limit = if activation == Activation::Relu2 { ratio(0, 1) } else { ratio(1, 1000) };
        if self.certified > limit {
            problems.push(format!("the bound {} is above {limit}", self.certified));
        }
        if self.witness > self.certified {
            problems.push(format!("the witness {} is above the bound {}", self.witness, self.certified));
        }
        // A zero witness beside a positive bound gives an infinite ratio.
        if self.ratio() > LARGEST_RATIO {
            problems.push(format!("certified/witness is {:.2}", self.ratio()));
        }
        problems
    }
}

/// The tables of the gallery: at most so many entries; the first in tests, both in the bench.
pub const TABLES: [u64; 2] = [3_000, 1_000_000];

/// n, if a construction's tables are in the gallery: n ≤ 4 tokens with d ≤ 2 coordinates.
pub fn tabulated_tokens(construction: &Construction) -> Option<usize> {
    match construction.target.tokens {
        Tokens::Fixed(n) if n <= 4 && construction.target.dimension() <= 2 => Some(n),
        _ => None,
    }
}

/// One discontinuous proof of the gallery.
pub struct TableOutcome {
    /// Δ
    pub divisions: u64,
    /// What the checker derives.
    pub bound: CellBound,
    /// The proof.
    pub proof: Proof,
}

impl TableOutcome {
    /// Proves what the finest grid proves whose table has at most `max_entries` entries; also the seconds from the
    /// target to the written proof, and of its check.
    pub fn of(
        construction: &Construction,
        n: usize,
        architecture: Architecture,
        max_entries: u64,
    ) -> (Self, [f64; 2]) {
        let start = Instant::now();
        let target = &construction.target;
        let grid = finest_grid(target, n, max_entries).expect("a grid");
        let divisions = grid.divisions().iter().copied().max().expect("a coordinate");
        let options = GridOptions { max_entries, ..GridOptions::default() };
        let table = tabulate(target, n, grid, &options.table(), &ratio(1, 1000)).expect("a table");
        let network = network(&table, &options.network(architecture, Scores::Zero)).expect("a network");
        let bound = derive(target, &network).expect("constant on cells");
        let epsilon = round_up(bound.outputs.iter().max().expect("an output"), BOUND_BITS);
        let proof = prove_on_cells(target, network, &bound, &epsilon).expect("a proof");
        let prove_time = start.elapsed().saturating_sub(proof.check_time);
        let seconds = [prove_time, proof.check_time].map(|time| time.as_secs_f64());
        (Self { divisions, bound, proof }, seconds)
    }

    /// What `golden.json` holds of it.
    pub fn golden(&self) -> Value {
        json!({
            "grid": self.divisions,
            "table_entries": self.bound.entries,
            "blocks": self.proof.size.blocks,
            "width": self.proof.size.width,
            "hidden_units": self.proof.size.hidden_units,
            "nonzeros": self.proof.size.nonzeros,
            "certified": self.proof.certificate.certified.0.to_string(),
            "witness": self.proof.witness.error.to_string(),
        })
    }

    /// What is wrong with it, whatever the golden results say.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if !matches!(&self.proof.verdict, Verdict::Valid(derived) if derived.scope == Scope::Everywhere) {
            problems.push("the checker does not accept the proof".into());
        }
        if self.bound.keys != self.bound.entries {
            problems.push(format!("{} keys for {} entries", self.bound.keys, self.bound.entries));
        }
        let (witness, certified) = (&self.proof.witness.error, &self.proof.certificate.certified.0);
        if witness > certified {
            problems.push(format!("the witness {witness} is above the bound {certified}"));
        }
        if to_f64(certified) / to_f64(witness) > LARGEST_TABLE_RATIO {
            problems.push(format!("certified/witness is {:.3}", to_f64(certified) / to_f64(witness)));
        }
        problems
    }
}

/// A proof of a construction that is no polynomial, by the route that keeps its shape.
pub struct ShapeOutcome {
    /// The way that was taken.
    pub way: Way,
    /// The proof.
    pub proof: Proof,
}

/// The constructions that are no polynomials, by name.
pub fn continuous_constructions() -> Vec<Construction> {
    let polynomial = |c: &Construction| expand_target(&c.target, MAX_TERMS).is_ok();
    all_constructions().into_iter().filter(|c| !polynomial(c)).collect()
}

impl ShapeOutcome {
    /// Proves a construction at its own ε; also the seconds from the target to the written proof, and of its check.
    pub fn of(construction: &Construction, architecture: Architecture) -> (Self, [f64; 2]) {
        let start = Instant::now();
        let target = &construction.target;
        let epsilon = target.epsilon.clone().expect("an epsilon");
        let sums = SumOptions::default();
        let way = structural(target, &sums.way(epsilon.clone())).expect("a way");
        let options = sums.lowering(architecture, Scores::Zero, way.network_epsilon.clone());
        let built = lower(&way.sumformer, &way.surrogate, &options, 2_000_000).expect("a network");
        let proof = prove(target, &built, &epsilon).expect("a proof");
        let prove_time = start.elapsed().saturating_sub(proof.check_time);
        let seconds = [prove_time.as_secs_f64(), proof.check_time.as_secs_f64()];
        (Self { way, proof }, seconds)
    }

    /// What `golden.json` holds: nothing that depends on how a library rounds exp and its like.
    pub fn golden(&self) -> Value {
        json!({
            "latent_dimension": self.way.sumformer.latent_dimension(),
            "atoms": self.way.surrogate.atoms.len(),
            "replaced": self.way.surrogate.approximations.len(),
            "hidden_units": self.proof.size.hidden_units,
        })
    }

    /// What is wrong, with the result itself and in comparison with `golden.json`.
    pub fn problems(&self, expected: &Value) -> Vec<String> {
        let mut problems = Vec::new();
        let certificate = &self.proof.certificate;
        if !matches!(self.proof.verdict, Verdict::Valid(_)) {
            problems.push(format!("not valid: {:?}", self.proof.verdict));
        }
        if self.proof.witness.error > certificate.certified.0 {
            problems.push("the witness is above the bound".into());
        }
        let got = self.golden();
        for key in ["latent_dimension", "atoms", "replaced"] {
            if got[key] != expected[key] {
                problems.push(format!("{key} is {}, golden.json has {}", got[key], expected[key]));
            }
        }
        let units = |value: &Value| value["hidden_units"].as_f64().unwrap_or(f64::NAN);
        if (units(&got) / units(expected) - 1.0).abs() > 0.02 || units(expected).is_nan() {
            problems.push(format!("{} hidden units, golden.json has {}", units(&got), units(expected)));
        }
        problems
    }
}
