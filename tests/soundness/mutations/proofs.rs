//! Proofs of gallery targets, built in-process and checked as bytes.

use std::sync::Arc;
use sumformer::approximation::structural;
use sumformer::approximation::way::centred;
use sumformer::lowering::attention::{Architecture, Scores};
use sumformer::lowering::lower;
use sumformer::lowering::plan::Layout;
use sumformer::network::builder::BuiltNetwork;
use sumformer::reading::load_target;
use sumformer::recipe::SumOptions;
use sumformer::sumformer::latent::{LatentMode, choose};
use sumformer::words::to_json;
use sumformer_checker::arith::number::{Exact, Rational, integer, ratio, round_up, to_f64};
use sumformer_checker::check::{
    Checked, ProofFiles, UnreadableProof, check_proof, derive_outputs, run_blocks,
};
use sumformer_checker::format::certificate::{
    Approximation, CERTIFICATE_FORMAT, Certificate, OutputClaim, PolynomialClaims, ProofRoute, StreamClaims,
    Witness, WitnessKind,
};
use sumformer_checker::format::network::{Activation, Network};
use sumformer_checker::format::sha256;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::surrogate::Surrogate;
use sumformer_checker::witness::{witness_enclosure, witness_error};

/// What a proof is of.
#[derive(Debug, Clone)]
pub struct Subject {
    pub construction: String,
    pub architecture: Architecture,
    pub scores: Scores,
    pub activation: Activation,
    pub layout: Layout,
    /// Whether polynomials are seen from the middle of their box.
    pub centred: bool,
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

    /// The three files, with the hashes of what is written.
    pub fn files(&self) -> [String; 3] {
        let network = to_json(&self.network);
        let certificate = Certificate {
            target_sha256: sha256(self.target.as_bytes()),
            network_sha256: sha256(network.as_bytes()),
            ..self.certificate.clone()
        };
        [self.target.clone(), network, to_json(&certificate)]
    }

    /// The same with something appended to one file after the hashes were taken.
    pub fn check_with_appended(&self, file: &str, more: &str) -> Result<Checked, UnreadableProof> {
        let [target, network, certificate] = self.files();
        let written =
            |name, text: &str| if name == file { format!("{text}{more}") } else { text.to_string() };
        check_proof(ProofFiles {
            target: written("target.toml", &target).as_bytes(),
            network: written("network.json", &network).as_bytes(),
            certificate: certificate.as_bytes(),
        })
    }
}

/// What is claimed of the blocks, of which a certificate about cells says nothing.
pub fn stream(certificate: &mut Certificate) -> &mut StreamClaims {
    stream_if_any(certificate).expect("claims about blocks")
}

/// The same, if there is any.
pub fn stream_if_any(certificate: &mut Certificate) -> Option<&mut StreamClaims> {
    match &mut certificate.route {
        ProofRoute::Polynomial(claims) => Some(&mut claims.stream),
        ProofRoute::Boxes(claims) => Some(&mut claims.stream),
        ProofRoute::Given(_) | ProofRoute::Cells(_) => None,
    }
}

/// The approximations of a certificate about normal forms.
pub fn approximations(certificate: &mut Certificate) -> Option<&mut Vec<Approximation>> {
    match &mut certificate.route {
        ProofRoute::Polynomial(claims) => Some(&mut claims.approximations),
        ProofRoute::Boxes(_) | ProofRoute::Given(_) | ProofRoute::Cells(_) => None,
    }
}

/// Targets that are no polynomials: tokens, the side of the box, the output. The first nine have
/// rational values at rational points.
const WITH_ATOMS: [(&str, &str, &str, &str); 20] = [
    ("quotient", "3", "-1, 1", "x[0]/(1 + sum(y: y[0]^2))"),
    ("hinge", "4", "0, 1", "relu(mean(y: y[0]) - x[0])"),
    ("gap", "any", "0, 1", "abs(x[0] - mean(y: y[0]))"),
    ("largest", "4", "0, 1", "max(y: y[0])"),
    ("smallest-other", "3", "0, 1", "min(y != x: y[0]^2)"),
    ("distances", "3", "0, 1", "sum(y: abs(x[0] - y[0]))"),
    ("clipped", "3", "0, 1", "min(x[0], 1/2)*sum(y: y[0])"),
    ("force", "3", "0, 1", "sum(y: (y[0] - x[0])/((y[0] - x[0])^2 + 1/4))"),
    ("inverse-mean", "2", "1, 2", "1/mean(y: 1/y[0])"),
    ("softmax", "3", "-1/2, 1/2", "sum(y: exp(x[0]*y[0])*y[0])/sum(y: exp(x[0]*y[0]))"),
    ("kernel", "2", "-1, 1", "sum(y: exp(-(y[0] - x[0])^2)*y[0])"),
    ("rank", "3", "0, 1", "mean(y: sigmoid(4*(y[0] - x[0])))"),
    ("root", "2", "0, 1", "sqrt(prod(y: y[0]))"),
    ("deviation", "any", "0, 1", "sqrt(mean(y: (y[0] - mean(z: z[0]))^2) + 1/100)"),
    ("log-mean", "any", "-1, 1", "log(mean(y: exp(y[0])))"),
    ("composite", "2", "0, 1", "sum(y: exp(cos(x[0] - y[0])))"),
    ("grid", "2", "0, 1", "sum(y: 1/((x[0] - y[0])^2 + 1)^3)"),
    ("norms", "any", "1, 2", "mean(y: x[0]*y[0]/sqrt((1 + x[0]^2)*(1 + y[0]^2)))"),
    // Kernels of low rank.
    ("pair-rank", "3", "0, 1", "mean(y: sigmoid(4*(y[0] - x[0])))"),
    ("pair-softmax", "3", "-1/2, 1/2", "sum(y: exp(x[0]*y[0])*y[0])/sum(y: exp(x[0]*y[0]))"),
];

/// Targets with weighted means, which heads with scores of their own compute.
const WITH_HEADS: [(&str, &str, &str, &str); 11] = [
    ("head-angle", "2", "-2, 2", "sum(y: exp(cos(x[0] - y[0]))*y[0])/sum(y: exp(cos(x[0] - y[0])))"),
    ("head-softmax", "3", "-1, 1", "sum(y: exp(x[0]*y[0])*y[0])/sum(y: exp(x[0]*y[0]))"),
    ("head-any", "any", "-1, 1", "mean(y: exp(2*x[0]*y[0])*y[0])/mean(y: exp(2*x[0]*y[0]))"),
    ("head-gauss", "3", "0, 1", "sum(y: exp(-(y[0] - x[0])^2)*y[0])/sum(y: exp(-(y[0] - x[0])^2))"),
    (
        "head-shift",
        "2",
        "0, 1",
        "sum(y: exp(-4*(y[0] - x[0])^2)*(y[0] - x[0])^2)/sum(y: exp(-4*(y[0] - x[0])^2))",
    ),
    (
        "head-two",
        "2",
        "-1, 1",
        "(sum(y: exp(x[0]*y[0])*y[0])/sum(y: exp(x[0]*y[0])))*(sum(y: exp(-y[0])*y[0]^2)/sum(y: exp(-y[0])))",
    ),
    ("head-sums", "3", "0, 1", "sum(y: exp(x[0]*y[0])*y[0])/sum(y: exp(x[0]*y[0]))*sum(y: y[0]^2)"),
    ("head-atoms", "2", "0, 1", "sum(y: exp(tanh(x[0])*y[0])*sin(y[0]))/sum(y: exp(tanh(x[0])*y[0]))"),
    ("head-largest", "3", "0, 1", "max(y: y[0]*(1 - x[0]))"),
    ("head-least", "2", "-1, 1", "min(y: y[0]^2) + x[0]"),
    ("head-nested", "2", "-1, 1", "exp(sum(y: exp(y[0])*y[0])/sum(y: exp(y[0])))"),
];

/// The names of the targets with weighted means.
pub fn with_heads() -> Vec<String> {
    WITH_HEADS.iter().map(|(name, ..)| name.to_string()).collect()
}

/// The names of the targets that are no polynomials.
pub fn with_atoms() -> Vec<String> {
    WITH_ATOMS.iter().map(|(name, ..)| name.to_string()).collect()
}

/// The text of a target, and the smallest ε that is tried for it.
fn source(construction: &str) -> (String, Rational) {
    let mut all = WITH_ATOMS.iter().chain(&WITH_HEADS);
    let Some((name, tokens, side, output)) = all.find(|(name, ..)| *name == construction) else {
        return (gallery_target(construction), ratio(1, 1000));
    };
    let tokens = if *tokens == "any" { "\"any\"".to_string() } else { tokens.to_string() };
    let side: Vec<String> = side.split(", ").map(|end| format!("\"{end}\"")).collect();
    let text = format!(
        "name = \"{name}\"\ntokens = {tokens}\ndomain = [[{}]]\nepsilon = \"1/20\"\noutput = [\"{output}\"]\n",
        side.join(", ")
    );
    (text, ratio(1, 20))
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
                let centred = scores == Scores::Zero && architecture != Architecture::Transformer;
                all.push(Subject { construction, architecture, scores, activation, layout, centred });
            }
        }
    }
    all
}

/// Builds the proof of a subject with at most about `max_units` hidden units, loosening ε until it is so small;
/// `None` where the lowering has no such network.
pub fn build(subject: &Subject, max_units: u64) -> Option<Proof> {
    let (source, smallest) = source(&subject.construction);
    let target = load_target("target.toml", &source).expect("the gallery is well formed");
    for tenths in 0..6 {
        let epsilon = &smallest * integer(10i64.pow(tenths));
        let (activation, layout) = (subject.activation, subject.layout);
        let sums = SumOptions { activation, layout, ..SumOptions::default() };
        let options = sums.lowering(subject.architecture, subject.scores, epsilon.clone());
        let centred = subject.centred.then(|| centred(&target, 200_000)).flatten();
        let surrogate = Arc::new(centred.or_else(|| surrogate(&target, &epsilon))?);
        let chosen = choose(&surrogate, LatentMode::Sparse, subject.layout, to_f64(&epsilon));
        let (sumformer, _) = chosen.expect("a form");
        match lower(&sumformer, &surrogate, &options, max_units) {
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

/// The target itself, or what stands for it.
fn surrogate(target: &Target, epsilon: &Rational) -> Option<Surrogate> {
    let share = epsilon / integer(4);
    if target.name.starts_with("pair-") {
        return structural::pairs::Pairs::new(target, &share, 200_000)?.within(&share);
    }
    structural::surrogate(target, &share, 200_000, target.name.starts_with("head-")).ok()
}

/// The certificate of a built network, with the witness at one fixed interior point; `None` if no rule covers it.
pub fn try_certify(target: &Target, built: &BuiltNetwork, epsilon: Rational) -> Option<Proof> {
    let n = match target.tokens {
        Tokens::Fixed(n) => n,
        Tokens::Any => 3,
    };
    let coordinate = |j: usize, k: usize| {
        let side = &target.domain[k];
        Exact(side.inf() + side.wid() * ratio(((7 * j + 3 * k + 2) % 16) as i64, 16))
    };
    let input = (0..n).map(|j| (0..target.dimension()).map(|k| coordinate(j, k)).collect()).collect();
    let mut witness = Witness {
        input,
        copies: Vec::new(),
        token: n - 1,
        output: 0,
        error: Exact(integer(0)),
        kind: WitnessKind::Exact,
    };
    // Without exact values the error is bounded from below.
    match witness_error(target, &built.network, &witness) {
        Ok(error) => witness.error = Exact(error),
        Err(_) => {
            let error = witness_enclosure(target, &built.network, &witness).expect("an enclosure");
            witness.error = Exact(error.inf().to_rational().expect("a number"));
            witness.kind = WitnessKind::LowerBound;
        }
    }
    let witness = Some(witness);
    let nothing = OutputClaim { lowering: Exact(integer(0)), residual: Exact(integer(0)) };
    let mut certificate = Certificate {
        format: CERTIFICATE_FORMAT.to_string(),
        target_sha256: String::new(),
        network_sha256: String::new(),
        epsilon: Exact(epsilon),
        certified: Exact(integer(0)),
        outputs: vec![nothing; target.outputs()],
        witness,
        floats: Vec::new(),
        route: ProofRoute::Polynomial(PolynomialClaims {
            approximations: built.run.surrogate().approximations.clone(),
            stream: StreamClaims {
                centre: built.run.surrogate().centre.clone(),
                heads: built.heads.clone(),
                latents: built.latents.clone(),
                blocks: built.gadgets.clone(),
            },
        }),
    };
    // The network may have been built for another target.
    let run = run_blocks(target, &built.network, &certificate, &mut |_, _| {}).ok()?;
    let derived = derive_outputs(&built.network, &run, None).ok()?;
    for (claim, output) in certificate.outputs.iter_mut().zip(derived) {
        claim.lowering = Exact(round_up(&output.lowering, 24));
        claim.residual = Exact(round_up(&output.residual, 24));
    }
    let totals = certificate.outputs.iter().map(|claim| &claim.lowering.0 + &claim.residual.0);
    certificate.certified = Exact(totals.max().expect("an output"));
    Some(Proof { target: target.source.clone(), network: built.network.clone(), certificate })
}
