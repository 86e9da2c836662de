//! Proofs of gallery targets, built in-process and checked as bytes.

use sumformer::lowering::attention::{Architecture, Scores};
use sumformer::lowering::plan::Layout;
use sumformer::lowering::{LoweringOptions, lower};
use sumformer::network::builder::BuiltNetwork;
use sumformer::sumformer::latent::{LatentMode, choose};
use sumformer_checker::check::{Checked, ProofFiles, UnreadableProof, check_proof, derive_outputs};
use sumformer_checker::evaluation::witness_error;
use sumformer_checker::format::certificate::{CERTIFICATE_FORMAT, Certificate, OutputClaim, Witness};
use sumformer_checker::format::network::{Activation, Network};
use sumformer_checker::format::sha256;
use sumformer_checker::language::load_target;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::number::{Exact, Rational, integer, ratio, round_up, to_f64};

/// What a proof is of.
#[derive(Debug, Clone)]
pub struct Subject {
    pub construction: String,
    pub architecture: Architecture,
    pub scores: Scores,
    pub activation: Activation,
    pub layout: Layout,
}

/// The three files of a proof, parsed.
#[derive(Debug, Clone)]
pub struct Proof {
    pub target: String,
    pub network: Network,
    pub certificate: Certificate,
}

impl Proof {
    /// Writes the files, with the hashes of what is written, and checks the bytes.
    pub fn check(&self) -> Result<Checked, UnreadableProof> {
        self.check_with_appended("", "")
    }

    /// The same with something appended to one file after the hashes were taken.
    pub fn check_with_appended(&self, file: &str, more: &str) -> Result<Checked, UnreadableProof> {
        let network = self.network.to_json();
        let certificate = Certificate {
            target_sha256: sha256(self.target.as_bytes()),
            network_sha256: sha256(network.as_bytes()),
            ..self.certificate.clone()
        };
        let written =
            |name, text: &str| if name == file { format!("{text}{more}") } else { text.to_string() };
        check_proof(ProofFiles {
            target: written("target.toml", &self.target).as_bytes(),
            network: written("network.json", &network).as_bytes(),
            certificate: certificate.to_json().as_bytes(),
        })
    }
}

/// Reads a target of the gallery.
pub fn gallery_target(construction: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/constructions");
    std::fs::read_to_string(format!("{folder}/{construction}/target.toml")).expect("the gallery is there")
}

/// The names of all targets of the gallery.
pub fn gallery() -> Vec<String> {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/constructions")).expect("a gallery");
    let folders = folder.map(|entry| entry.expect("readable").path());
    let mut names: Vec<String> = folders
        .filter(|path| path.join("target.toml").exists())
        .filter_map(|path| Some(path.file_name()?.to_str()?.to_string()))
        .collect();
    names.sort();
    names
}

/// All combinations of architecture, scores, activation and layout that the lowering offers.
pub fn subjects(constructions: &[String]) -> Vec<Subject> {
    let performer = |normalized| Architecture::Performer { features: 3, seed: 5, normalized };
    let attentions = [
        (Architecture::Transformer, Scores::Zero),
        (Architecture::Linformer { rank: 2 }, Scores::Paper),
        (performer(true), Scores::Zero),
        (performer(false), Scores::Zero),
        (Architecture::Transformer, Scores::Paper),
        (Architecture::Linformer { rank: 1 }, Scores::Zero),
        (performer(true), Scores::Paper),
        (performer(false), Scores::Paper),
    ];
    let realisations = [
        (Activation::Relu2, Layout::Tree),
        (Activation::Relu, Layout::Tree),
        (Activation::Relu, Layout::Shallow),
    ];
    let mut all = Vec::new();
    for (architecture, scores) in attentions {
        for (activation, layout) in realisations {
            for construction in constructions {
                let construction = construction.clone();
                all.push(Subject { construction, architecture, scores, activation, layout });
            }
        }
    }
    all
}

/// Builds the proof of a subject with at most about `max_units` hidden units, loosening ε until it is so small;
/// `None` where the lowering has no such network.
pub fn build(subject: &Subject, max_units: u64) -> Option<Proof> {
    let source = gallery_target(&subject.construction);
    let target = load_target("target.toml", &source).expect("the gallery is well formed");
    for tenths in 0..6 {
        let epsilon = ratio(1, 1000) * integer(10i64.pow(tenths));
        let options = LoweringOptions {
            architecture: subject.architecture,
            scores: subject.scores,
            activation: subject.activation,
            layout: subject.layout,
            epsilon: epsilon.clone(),
        };
        let chosen = choose(&target, LatentMode::Sparse, subject.layout, to_f64(&epsilon), 200_000);
        let (sumformer, _) = chosen.expect("the gallery is polynomial");
        match lower(&sumformer, &target, &options, max_units) {
            Ok(built) => {
                return Some(
                    try_certify(&target, &built, epsilon).expect("the rules cover the construction"),
                );
            }
            Err(sumformer::lowering::LoweringError::TooLarge { .. }) => continue,
            Err(_) => return None,
        }
    }
    None
}

/// The certificate of a built network, with the witness at one fixed interior point; `None` if no rule covers it.
pub fn try_certify(target: &Target, built: &BuiltNetwork, epsilon: Rational) -> Option<Proof> {
    let outputs: Vec<OutputClaim> = derive_outputs(target, &built.network, &built.run, None)
        .ok()?
        .into_iter()
        .map(|output| OutputClaim {
            lowering: Exact(round_up(&output.lowering, 24)),
            residual: Exact(round_up(&output.residual, 24)),
        })
        .collect();
    let certified = outputs.iter().map(|c| &c.lowering.0 + &c.residual.0).max().expect("an output");
    let n = match target.tokens {
        Tokens::Fixed(n) => n,
        Tokens::Any => 3,
    };
    let coordinate = |j: usize, k: usize| {
        let side = &target.domain[k];
        Exact(side.inf() + side.wid() * ratio(((7 * j + 3 * k + 2) % 16) as i64, 16))
    };
    let input = (0..n).map(|j| (0..target.dimension()).map(|k| coordinate(j, k)).collect()).collect();
    let mut witness = Witness { input, token: n - 1, output: 0, error: Exact(integer(0)) };
    // Without exact values there is no witness.
    let witness = witness_error(target, &built.network, &witness).ok().map(|error| {
        witness.error = Exact(error);
        witness
    });
    Some(Proof {
        target: target.source.clone(),
        network: built.network.clone(),
        certificate: Certificate {
            format: CERTIFICATE_FORMAT.to_string(),
            target_sha256: String::new(),
            network_sha256: String::new(),
            epsilon: Exact(epsilon),
            certified: Exact(certified),
            outputs,
            witness,
            latents: built.latents.clone(),
            blocks: built.gadgets.clone(),
            cells: None,
        },
    })
}
