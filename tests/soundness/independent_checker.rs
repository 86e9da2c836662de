//! The second checker, `docs/independent_checker.py`, agrees with `sumformer check` on good and on corrupted proofs.
//!
//! It was written from `docs/formats.md` and `docs/target-language.md`, so this also tests that those pages are complete.

use common::python::python;
use common::{repository, sumformer, target};
use num_traits::{One, Zero};
use std::fs;
use std::path::Path;
use std::process::Command;
use sumformer::words::to_json;
use sumformer_checker::arith::number::{Exact, Rational, integer, ratio};
use sumformer_checker::format::certificate::{PolynomialClaims, ProofRoute, StreamClaims};
use sumformer_checker::format::network::Activation;
use sumformer_checker::format::{Certificate, Network, sha256};
use sumformer_checker::witness::semantics::ExactEvaluator;

/// Seconds for one proof, on a busy machine.
const PATIENCE: u64 = 300;

/// Exit codes of the program's checker and of the second one.
fn verdicts(mut python: Command, folder: &Path) -> (Option<i32>, Option<i32>, String) {
    let ours = sumformer(folder).line("check .").run();
    let theirs = python.args(["-m", "independent_checker"]).arg(folder).output().expect("python3 runs");
    let [stdout, stderr] = [&theirs.stdout, &theirs.stderr].map(|text| String::from_utf8_lossy(text));
    (Some(ours.code), theirs.status.code(), format!("{}{stdout}{stderr}", ours.all()))
}

fn prove(target: &str, options: &[&str], folder: &Path) {
    let target = repository(&format!("constructions/{target}")).display().to_string();
    let out = folder.display().to_string();
    // A coarse bound: small networks, and little time for the search of a witness.
    let coarse = ["prove", &target, "-o", &out, "--epsilon", "1/16"];
    sumformer(".").args(coarse).args(options).within(PATIENCE).run().expect(0);
}

/// What a certificate claims of the blocks.
fn stream(certificate: &mut Certificate) -> &mut StreamClaims {
    match &mut certificate.route {
        ProofRoute::Polynomial(claims) => &mut claims.stream,
        other => panic!("{other:?}"),
    }
}

#[test]
fn both_checkers_accept_the_same_proofs() {
    let scratch = tempfile::tempdir().unwrap();
    let cases: [(&str, &[&str]); 11] = [
        ("distance-from-mean", &[]),
        ("divisive-normalisation", &["--architecture", "performer", "--features", "3"]),
        ("softened-deviation", &["--architecture", "linformer"]),
        ("log-mean-exp", &[]),
        ("softmax-head", &[]),
        ("sum-of-squares", &["--architecture", "all", "--activation", "relu2"]),
        ("e3-others", &["--activation", "relu2"]),
        ("any-covariance", &["--architecture", "linformer"]),
        (
            "semi-invariant",
            &["--architecture", "linformer", "--rank", "2", "--latent", "paper", "--activation", "relu2"],
        ),
        ("shifted-domain", &["--architecture", "performer", "--features", "3"]),
        (
            "e2-others",
            &["--architecture", "performer", "--performer", "paper", "--scores", "paper", "--features", "3"],
        ),
    ];
    for (target, options) in cases {
        let folder = scratch.path().join(target);
        prove(target, options, &folder);
        let parts = if folder.join("certificate.json").exists() {
            vec![folder]
        } else {
            ["transformer", "linformer", "performer"].map(|name| folder.join(name)).to_vec()
        };
        for part in parts {
            let Some(python) = python() else { return };
            let (ours, theirs, text) = verdicts(python, &part);
            assert_eq!((ours, theirs), (Some(0), Some(0)), "{target}: {text}");
        }
    }
}

/// A target in one coordinate, or in two.
fn on_cube(tokens: &str, sides: usize, epsilon: &str, output: &str) -> String {
    target(tokens).cube("[-1, 1]", sides).epsilon(epsilon).output(output).text()
}

/// A mean with such weights.
fn mean_of(weight: &str, value: &str) -> String {
    format!("mean(y: {weight}*{value}) / mean(y: {weight})")
}

#[test]
fn both_checkers_accept_every_kind_of_replacement_and_witness() {
    let scratch = tempfile::tempdir().unwrap();
    let any = "any";
    // What the certificate must contain, so that each rule is really met.
    let cases = [
        (on_cube(any, 1, "1/4", "mean(y: exp(x[0]*y[0] - y[0]^2))"), "\"product\""),
        (on_cube(any, 1, "1/4", "mean(y: exp(x[0]*y[0] - y[0]^2))"), "\"pair\""),
        (on_cube("2", 1, "1/2", "sum(y: 1/((x[0] - y[0])^2 + 1)^3)"), "\"grid\""),
        (on_cube(any, 1, "1/4", "1/(2 + mean(y: y[0]))"), "\"atom\""),
        (on_cube("2", 1, "1/2", "sum(y: abs(x[0] - y[0]))"), "\"hats\""),
        (on_cube("2", 2, "1/10", "sum(y: abs(x[0] - y[0])*y[1])"), "\"hats\""),
        (on_cube("2", 1, "1/4", "sum(y: y[0]/(1 + abs(x[0] - y[0])))"), "\"hats\""),
        (on_cube("3", 1, "1/2", "max(y: y[0])"), "\"thresholds\""),
        (on_cube("2", 2, "1/2", "sum(y: 1/sqrt((x[0] - y[0])^2 + (x[1] - y[1])^2 + 2))"), "\"composite\""),
        // A divisor that separates, a root that reaches 0, a weighted mean.
        (on_cube(any, 1, "1/4", "mean(y: x[0]*y[0]/(sqrt(x[0]^2 + 1/10)*sqrt(y[0]^2 + 1/10)))"), "\"atom\""),
        (on_cube(any, 1, "1/10", "sqrt(mean(y: y[0]^2))"), "\"atom\""),
        (on_cube("3", 1, "1/10", "exp(2*x[0])/sum(y: exp(2*y[0]))"), "\"lower bound\""),
        (on_cube("1000", 1, "1/4", "mean(y: y[0]^2)"), "\"copies\""),
        (on_cube(any, 2, "1/4", &mean_of("exp(x[0]*y[0])", "(y[1] - x[0])^2")), "\"head\""),
        (on_cube("4", 1, "1/4", "max(y: y[0]*x[0]) + min(y: y[0])"), "\"sharpness\""),
        (
            on_cube(any, 1, "1/4", &mean_of("exp(cos(x[0] - y[0] + 1) + tanh(y[0])*x[0])", "sin(y[0])")),
            "\"head\"",
        ),
        (on_cube("3", 1, "1/4", &format!("abs({})", mean_of("exp(-(x[0] - y[0])^2)", "y[0]"))), "\"head\""),
    ];
    for (at, (target, key)) in cases.iter().enumerate() {
        let folder = scratch.path().join(at.to_string());
        // Kernels in fewer sums would take the place of what else replaces them.
        let options = match *key {
            "\"pair\"" => "",
            "\"head\"" | "\"sharpness\"" => "--scores softmax",
            _ => "--latent powers",
        };
        prove_text(target, options, &folder);
        let certificate = fs::read_to_string(folder.join("certificate.json")).unwrap();
        assert!(certificate.contains(key), "no {key} in the certificate of\n{target}");
        let Some(python) = python() else { return };
        let (ours, theirs, text) = verdicts(python, &folder);
        assert_eq!((ours, theirs), (Some(0), Some(0)), "{target}{text}");
    }
}

type Change = fn(&mut Network, &mut Certificate);

#[test]
fn both_checkers_refuse_the_same_proofs() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("proof");
    prove("sum-of-squares", &[], &folder);
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    let network = Network::from_json(&read("network.json")).unwrap();
    let certificate = Certificate::from_json(&read("certificate.json")).unwrap();
    let cases: [(&str, i32, Change); 10] = [
        ("a bias", 1, |network, _| network.blocks[0].units[1].bias = Exact(ratio(-1, 7))),
        ("a gadget error", 1, |_, c| stream(c).blocks[0][0].outputs[0].error = Exact(Rational::zero())),
        ("a latent error", 1, |_, c| stream(c).latents[0].error = Exact(Rational::zero())),
        ("the latents", 1, |_, c| stream(c).latents.clear()),
        ("lowering", 1, |_, c| c.outputs[0].lowering = Exact(Rational::zero())),
        ("certified", 1, |_, c| c.certified = Exact(Rational::zero())),
        ("epsilon", 1, |_, c| c.epsilon = Exact(ratio(1, 1 << 20))),
        ("the readout", 1, |network, _| {
            network.readout.bias =
                sumformer_checker::format::sparse::SparseVector::from_entries([(0, Rational::one())]);
        }),
        ("steps", 3, |network, _| network.blocks[0].activation = Activation::Step),
        ("the scores", 3, |network, _| {
            let width = network.width();
            let head = &mut network.blocks[1].attention.as_mut().unwrap().heads[0];
            head.query =
                sumformer_checker::format::sparse::SparseMatrix::scaled_identity(width, Rational::one());
            head.key = head.query.clone();
        }),
    ];
    for (what, code, change) in cases {
        let (mut network, mut certificate) = (network.clone(), certificate.clone());
        certificate.witness = None;
        change(&mut network, &mut certificate);
        let json = to_json(&network);
        certificate.network_sha256 = sha256(json.as_bytes());
        fs::write(folder.join("network.json"), json).unwrap();
        fs::write(folder.join("certificate.json"), to_json(&certificate)).unwrap();
        let Some(python) = python() else { return };
        let (ours, theirs, text) = verdicts(python, &folder);
        assert_eq!((ours, theirs), (Some(code), Some(code)), "{what}: {text}");
    }
}

#[test]
fn both_checkers_bound_a_residual_alike() {
    // At every length the normal form is in means: a network that leaves some out is off by what they can be.
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("proof");
    prove("any-covariance", &[], &folder);
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    let mut network = Network::from_json(&read("network.json")).unwrap();
    let mut certificate = Certificate::from_json(&read("certificate.json")).unwrap();
    network.readout.weights = sumformer_checker::format::sparse::SparseMatrix::default();
    let json = to_json(&network);
    certificate.network_sha256 = sha256(json.as_bytes());
    certificate.witness = None;
    fs::write(folder.join("network.json"), json).unwrap();
    // A mean of products, a product of means, and a product: each at most 1 on the box, and no less is derived.
    for (residual, code) in [(integer(3), 0), (ratio(299, 100), 1)] {
        certificate.epsilon = Exact(integer(4));
        certificate.certified = Exact(integer(4));
        certificate.outputs[0].residual = Exact(residual);
        fs::write(folder.join("certificate.json"), to_json(&certificate)).unwrap();
        let Some(python) = python() else { return };
        let (ours, theirs, text) = verdicts(python, &folder);
        assert_eq!((ours, theirs), (Some(code), Some(code)), "{text}");
    }
}

/// Proves a target in the discontinuous construction.
fn prove_on_cells(target: &str, options: &str, folder: &Path) {
    prove_text(target, &format!("--construction discontinuous {options}"), folder);
}

/// Proves a target that is given as a text.
fn prove_text(target: &str, options: &str, folder: &Path) {
    let file = folder.with_extension("toml");
    fs::write(&file, target).unwrap();
    let (file, out) = (file.display().to_string(), folder.display().to_string());
    sumformer(".").args(["prove", &file, "-o", &out]).line(options).within(PATIENCE).run().expect(0);
}

const HALF: &str =
    "name = \"half\"\ntokens = 2\ndomain = [[\"0\", \"1\"]]\noutput = [\"mean(y: y[0]) - x[0]/2\"]\n";

/// Not polynomials: chords, quotients, largest values, two coordinates, two outputs.
const MIXED: &str = r#"
name = "mixed"
tokens = 2
domain = [["0", "1"], ["-1/2", "1"]]
output = ["max(y: y[0]*y[1])^3", "abs(x[0] - 1/3)*min(x[1], 1/2)/(1 + x[0])"]
"#;

const OTHERS: &str = r#"
name = "others"
tokens = 3
domain = [["-1", "2/3"]]
semi_invariant = ["x1[0]*x2[0]*x3[0] + relu(1/2)*x1[0]^4"]
"#;

/// All elementary functions, sqrt down to 0.
const ELEMENTARY: &str = r#"
name = "elementary"
tokens = 2
domain = [["0", "1"]]
output = [
  "sum(y: exp(x[0]*y[0])*y[0]) / sum(y: exp(x[0]*y[0]))",
  "sqrt(x[0]) + sin(5*mean(y: y[0])) - tanh(4*x[0] - 2)*log(1 + x[0])/(1 + cos(x[0])) + sigmoid(mean(y: y[0]^2))",
]
"#;

#[test]
fn both_checkers_accept_the_same_proofs_on_cells() {
    let scratch = tempfile::tempdir().unwrap();
    let cases = [
        (HALF, "--epsilon 1/10"),
        (HALF, "--epsilon 1/10 --architecture linformer --rank 3 --layout wide --code radix --separate all"),
        (
            HALF,
            "--epsilon 1/10 --architecture performer --features 2 --layout layered --code moments --scores paper",
        ),
        (HALF, "--epsilon 1/10 --architecture performer --features 2 --performer paper --code bose-chowla"),
        (HALF, "--epsilon 1/10 --activation relu --ramp 1/100 --layout balanced"),
        (HALF, "--epsilon 1 --grid 3 --activation relu --ramp 1/100 --code moments"),
        (MIXED, "--grid 3 --layout balanced --code bose-chowla --cell-value corner"),
        (MIXED, "--epsilon 2 --grid 2 --activation relu --ramp 1/50"),
        (OTHERS, "--epsilon 1 --code radix --layout layered"),
        (ELEMENTARY, "--grid 4"),
    ];
    for (at, (target, options)) in cases.into_iter().enumerate() {
        let folder = scratch.path().join(at.to_string());
        prove_on_cells(target, options, &folder);
        let Some(python) = python() else { return };
        let (ours, theirs, text) = verdicts(python, &folder);
        assert_eq!((ours, theirs), (Some(0), Some(0)), "{options}: {text}");
        let scope = ["OFF THE RAMPS ONLY", "off the ramps only"].map(|words| text.contains(words));
        assert_eq!(scope, [options.contains("--epsilon 1/10 --activation relu"); 2], "{options}: {text}");
    }
}

#[test]
fn both_checkers_refuse_the_same_proofs_on_cells() {
    let scratch = tempfile::tempdir().unwrap();
    let folders = ["step", "ramp"].map(|name| scratch.path().join(name));
    prove_on_cells(HALF, "--epsilon 1/10", &folders[0]);
    prove_on_cells(HALF, "--epsilon 1/10 --activation relu --ramp 1/100", &folders[1]);
    fn cells(certificate: &mut Certificate) -> &mut sumformer_checker::format::certificate::CellClaim {
        match &mut certificate.route {
            ProofRoute::Cells(cells) => cells,
            other => panic!("{other:?}"),
        }
    }
    fn ramps(certificate: &mut Certificate) -> &mut sumformer_checker::format::certificate::RampClaim {
        cells(certificate).ramps.as_mut().unwrap()
    }
    let cases: [(usize, &str, i32, Change); 19] = [
        (0, "nothing", 0, |_, _| {}),
        (1, "nothing, with ramps", 0, |_, _| {}),
        (0, "a table value", 1, |network, _| {
            let unit = network.blocks.last_mut().unwrap().units.first_mut().unwrap();
            unit.output = sumformer_checker::format::sparse::SparseVector::from_entries([(6, ratio(1, 2))]);
        }),
        (0, "a threshold", 1, |network, _| network.blocks[0].units[0].bias = Exact(ratio(-1, 4))),
        (0, "a key's threshold", 1, |network, _| {
            network.blocks.last_mut().unwrap().units[0].bias = Exact(integer(-8));
        }),
        (0, "epsilon", 1, |_, c| c.epsilon = Exact(ratio(1, 100))),
        (0, "the residual", 1, |_, c| c.outputs[0].residual = Exact(ratio(1, 100))),
        (0, "the number of entries", 1, |_, c| cells(c).entries += 1),
        (0, "the number of cells", 1, |_, c| cells(c).count = 2),
        (0, "the number of keys", 1, |_, c| cells(c).keys -= 1),
        (0, "no cells", 1, |_, c| c.route = ProofRoute::Polynomial(PolynomialClaims::default())),
        (0, "relu instead of steps", 3, |network, _| network.blocks[0].activation = Activation::Relu),
        (0, "the token read after the attention", 3, |network, _| {
            let unit = network.blocks.last_mut().unwrap().units.first_mut().unwrap();
            unit.input =
                sumformer_checker::format::sparse::SparseVector::from_entries([(0, Rational::one())]);
        }),
        (0, "steps in the attention block", 3, |network, _| network.blocks[2].activation = Activation::Step),
        (1, "epsilon below the bound off the ramps", 1, |_, c| c.epsilon = Exact(ratio(1, 100))),
        (1, "epsilon above the bound everywhere", 0, |_, c| c.epsilon = Exact(integer(1))),
        (1, "the bound off the ramps", 1, |_, c| ramps(c).bound = Exact(ratio(1, 100))),
        (1, "the measure", 1, |_, c| ramps(c).measure = Exact(ratio(1, 100))),
        (1, "no ramps", 1, |_, c| cells(c).ramps = None),
    ];
    for (which, what, code, change) in cases {
        let folder = &folders[which];
        let read = |name: &str| fs::read(folder.join(name)).unwrap();
        let (network_json, certificate_json) = (read("network.json"), read("certificate.json"));
        let mut network = Network::from_json(&network_json).unwrap();
        let mut certificate = Certificate::from_json(&certificate_json).unwrap();
        certificate.witness = None;
        change(&mut network, &mut certificate);
        let json = to_json(&network);
        certificate.network_sha256 = sha256(json.as_bytes());
        fs::write(folder.join("network.json"), json).unwrap();
        fs::write(folder.join("certificate.json"), to_json(&certificate)).unwrap();
        let Some(python) = python() else { return };
        let (ours, theirs, text) = verdicts(python, folder);
        assert_eq!((ours, theirs), (Some(code), Some(code)), "{what}: {text}");
        fs::write(folder.join("network.json"), network_json).unwrap();
        fs::write(folder.join("certificate.json"), certificate_json).unwrap();
    }
}

/// y = [x ≥ 1/2] − 3/1024·[−2x + z ≥ −1/3], then z += [y ≥ 1]·5; the outputs are y and z.
const STEPS: &str = r#"{
    "format": "sumformer-network/1", "tokens": "any", "dimension": 2, "outputs": 2, "slots": ["x", "z", "y"],
    "embedding": {"weights": [[0, 0, "1"], [1, 1, "1"]], "bias": []},
    "blocks": [
        {"label": "", "attention": null, "activation": "step", "bias": [], "units": [
            {"in": [[0, "1"]], "bias": "-1/2", "out": [[2, "1"]]},
            {"in": [[0, "-2"], [1, "1"]], "bias": "1/3", "out": [[2, "-3/1024"]]}
        ]},
        {"label": "", "attention": null, "activation": "step", "bias": [], "units": [
            {"in": [[2, "1"]], "bias": "-1", "out": [[1, "5"]]}
        ]}
    ],
    "readout": {"weights": [[1, 1, "1"], [2, 0, "1"]], "bias": []}
}"#;

/// Prints the outputs of a network file at each `x,z` that follows, one token at a time.
const EVALUATE: &str = "
import sys
from independent_files import read_network
from independent_network import Network
from independent_target import number
from independent_witness import network_at
network = Network(read_network(open(sys.argv[1], 'rb').read()))
for token in sys.argv[2:]:
    print(*network_at(network, [[number(c) for c in token.split(',')]], [1], 0, True))
";

#[test]
fn both_evaluate_steps_alike() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("network.json");
    fs::write(&file, STEPS).unwrap();
    let network = Network::from_json(STEPS.as_bytes()).unwrap();
    let exact = ExactEvaluator::new(&network).unwrap();
    // Below, at and above each threshold.
    let tokens: Vec<[Rational; 2]> = [ratio(1, 2), ratio(499, 1000), ratio(501, 1000), integer(-7)]
        .into_iter()
        .flat_map(|x| {
            let line = &x * integer(2) - ratio(1, 3);
            [integer(0), ratio(1, 1000), ratio(-1, 1000)].map(|above| [x.clone(), &line + above])
        })
        .collect();
    let ours: Vec<String> = tokens
        .iter()
        .map(|token| exact.evaluate(&[token.to_vec()]).unwrap()[0].iter().map(|c| format!("{c} ")).collect())
        .collect();
    let Some(mut python) = python() else { return };
    let theirs = python
        .args(["-c", EVALUATE])
        .arg(&file)
        .args(tokens.iter().map(|[x, z]| format!("{x},{z}")))
        .output()
        .expect("python3 runs");
    assert!(theirs.status.success(), "{}", String::from_utf8_lossy(&theirs.stderr));
    let theirs = String::from_utf8(theirs.stdout).unwrap();
    assert_eq!(theirs.lines().map(|line| format!("{line} ")).collect::<Vec<_>>(), ours);
    let outputs = |values: [Rational; 2]| exact.evaluate(&[values.to_vec()]).unwrap().remove(0);
    assert_eq!(outputs([ratio(1, 2), integer(0)]), [integer(1), integer(5)]);
    assert_eq!(outputs([ratio(1, 2), ratio(2, 3)]), [ratio(1021, 1024), ratio(2, 3)]);
}
