//! What `fuzz/` does with its inputs: each function takes any bytes, and panics where a promise is broken.
//!
//! Ordinary tests replay them over the corpus and over changes of it, so that they stay true without a fuzzer.

use num_traits::Signed;
use serde_json::Value;
use sumformer::certify::merge_proofs;
use sumformer::eval::Forward;
use sumformer::export::{FORMATS, Format, compare, import, write};
use sumformer::reading::load_target;
use sumformer::words::to_json;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Exact, Rational, ratio};
use sumformer_checker::check::{Checked, ProofFiles, Verdict, check_floors, check_proof};
use sumformer_checker::format::certificate::{Witness, WitnessKind};
use sumformer_checker::format::{Certificate, Network, sha256};
use sumformer_checker::language::read_target;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::witness::semantics::ExactEvaluator;
use sumformer_checker::witness::witness_enclosure;

/// Between the files of an input: a line that is in no target file and in no JSON file.
pub const SEPARATOR: &str = "\n----\n";

/// A fuzz target: the name of its corpus, and what is done with an input.
pub type FuzzTarget = (&'static str, fn(&[u8]));

/// All of them.
pub const FUZZ_TARGETS: [FuzzTarget; 7] = [
    ("target_text", target_text),
    ("network", network),
    ("certificate", certificate),
    ("proof", proof),
    ("merge", merge),
    ("exported", exported),
    ("floors", floors),
];

/// `target.toml`: it is read, and then its text says the same again; or all that is wrong has its place.
pub fn target_text(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let loaded = load_target("fuzz.toml", text);
    assert_eq!(read_target(text).is_ok(), loaded.is_ok(), "the checker reads what is read here");
    match loaded {
        Ok(target) => {
            assert_eq!(load_target("again.toml", &target.source).as_ref(), Ok(&target));
            assert!(target.outputs() > 0 && target.dimension() > 0);
        }
        Err(problems) => {
            let words = problems.to_string();
            assert!(
                words.lines().count() > 0 && words.lines().all(|l| l.starts_with("fuzz.toml:")),
                "{words}"
            );
        }
    }
}

/// `network.json`: what is read is written, and read again as the same; forward passes end with values or an error.
pub fn network(input: &[u8]) {
    let Ok(network) = Network::from_json(input) else { return };
    assert_eq!(Network::from_json(to_json(&network).as_bytes()).as_ref().ok(), Some(&network));
    if network.dimension <= 16 && network.width() <= 256 {
        evaluate(&network);
    }
}

fn evaluate(network: &Network) {
    let length = match network.tokens {
        Tokens::Fixed(n) => n,
        Tokens::Any => 3,
    };
    if length > 8 {
        return;
    }
    if let Ok(forward) = Forward::<f64>::compile(network) {
        let _ = forward.run(&vec![vec![0.25; network.dimension]; length]);
    }
    if let Ok(exact) = ExactEvaluator::new(network) {
        let _ = exact.evaluate(&vec![vec![ratio(1, 4); network.dimension]; length]);
    }
}

/// `certificate.json`: what is read is written, and read again as the same.
pub fn certificate(input: &[u8]) {
    let Ok(certificate) = Certificate::from_json(input) else { return };
    let written = to_json(&certificate);
    assert_eq!(Certificate::from_json(written.as_bytes()).as_ref().ok(), Some(&certificate));
}

/// Three files: the check ends, and what it accepts is true wherever it is looked at.
pub fn proof(input: &[u8]) {
    let [target, network, certificate] = files(input)[..] else { return };
    holds(ProofFiles { target, network, certificate });
    // Nearly every change of the first two files ends at their hashes; so those are made right.
    let certificate = rehashed(target, network, certificate);
    holds(ProofFiles { target, network, certificate: &certificate });
}

/// Target, network and any number of certificates: what they are merged to is true, and merging it once more
/// changes nothing.
pub fn merge(input: &[u8]) {
    let [target, network, parts @ ..] = &files(input)[..] else { return };
    let parts = parts.iter().map(|part| Certificate::from_json(&rehashed(target, network, part)));
    let Ok(parts) = parts.collect::<Result<Vec<_>, _>>() else { return };
    let Ok(merged) = merge_proofs(target, network, &parts) else { return };
    require_truth(&merged.checked);
    let certificate = merged.checked.certificate;
    let again =
        merge_proofs(target, network, &[certificate.clone(), certificate]).expect("equal parts are merged");
    assert_eq!(again.certificate_json, merged.certificate_json);
}

/// An exported file after the name of its format: what is read as a network is written again as the same, and a graph is believed
/// only if it is the one that belongs to its weights.
pub fn exported(input: &[u8]) {
    let named = |format: &Format| {
        input.strip_prefix(format.name().as_bytes()).and_then(|file| file.strip_prefix(b"\n"))
    };
    let Some((format, file)) = FORMATS.iter().find_map(|format| Some((*format, named(format)?))) else {
        return;
    };
    let Ok(read) = import(format, file.to_vec()) else { return };
    let mut again = Vec::new();
    write(&read.network, &read.labels, format, read.dtype, &mut again).expect("what was read is written");
    assert!(format != Format::Onnx || again == file, "a graph was believed that is not ours");
    assert_eq!(compare(&read.network, &read.labels, format, again.clone()).ok(), Some(Ok(read.dtype)));
    assert_eq!(import(format, again).map(|again| again.network).ok(), Some(read.network));
}

/// A target and its floors: the check ends, and accepts no more than it derives.
pub fn floors(input: &[u8]) {
    let [target, floors] = files(input)[..] else { return };
    let Ok(checked) = check_floors(target, &rehashed(target, b"", floors)) else { return };
    let Ok(derived) = checked.verdict else { return };
    let claimed = checked.certificate.floors.iter().map(|floor| &floor.error.0);
    assert!(claimed.zip(&derived).all(|(claimed, derived)| claimed <= derived));
}

/// The files of an input.
pub fn files(input: &[u8]) -> Vec<&[u8]> {
    let separator = SEPARATOR.as_bytes();
    let mut files = Vec::new();
    let mut rest = input;
    while let Some(at) = rest.windows(separator.len()).position(|window| window == separator) {
        files.push(&rest[..at]);
        rest = &rest[at + separator.len()..];
    }
    files.push(rest);
    files
}

/// The certificate, made about these files if it is a JSON object at all.
fn rehashed(target: &[u8], network: &[u8], certificate: &[u8]) -> Vec<u8> {
    let Ok(Value::Object(mut fields)) = serde_json::from_slice(certificate) else {
        return certificate.to_vec();
    };
    for (name, file) in [("target_sha256", target), ("network_sha256", network)] {
        if let Some(hash) = fields.get_mut(name) {
            *hash = sha256(file).into();
        }
    }
    Value::Object(fields).to_string().into_bytes()
}

fn holds(files: ProofFiles<'_>) {
    if let Ok(checked) = check_proof(files) {
        require_truth(&checked);
    }
}

/// If a proof is accepted, its bound holds at some sequences of the box.
pub fn require_truth(checked: &Checked) {
    let Verdict::Valid(_) = &checked.verdict else { return };
    let (target, bound) = (&checked.target, &checked.certificate.certified.0);
    for step in 0..6 {
        for output in 0..target.outputs().min(4) {
            let witness = sample(target, step, output);
            // Where there is no enclosure, nothing is known, and nothing contradicted.
            let Ok(error) = witness_enclosure(target, &checked.network, &witness) else { continue };
            let Some(least) = error.inf().to_rational() else { continue };
            assert!(
                !bound.is_negative() && least <= *bound,
                "accepted within {bound}, but off by {least} at {witness:?}"
            );
        }
    }
}

/// A sequence of two kinds of tokens; where the target says nothing of the length, two tokens.
fn sample(target: &Target, step: i64, output: usize) -> Witness {
    let n = match target.tokens {
        Tokens::Fixed(n) => n,
        Tokens::Any => 2,
    };
    let coordinate = |j: i64, (k, side): (i64, &Interval)| -> Exact {
        let share: Rational = ratio((step * 7 + j * 5 + k * 3) % 11, 10).min(ratio(1, 1));
        Exact(side.inf() + side.wid() * share)
    };
    let token = |j: i64| (0..).zip(&target.domain).map(|at| coordinate(j, at)).collect();
    let (input, copies) = match n {
        1 => (vec![token(0)], vec![1]),
        n => (vec![token(0), token(1)], vec![1, n - 1]),
    };
    Witness { input, copies, token: 0, output, error: Exact(ratio(0, 1)), kind: WitnessKind::LowerBound }
}
