//! The second checker, `docs/independent_checker.py`, agrees with `sumformer check` on good and on corrupted proofs.
//!
//! It was written from `docs/formats.md` and `docs/target-language.md`, so this also tests that those pages are complete.

use num_traits::{One, Zero};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use sumformer_checker::format::{Certificate, Network, sha256};
use sumformer_checker::number::{Exact, Rational, ratio};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Whether there is a Python with `tomllib`; says so if there is none.
fn python_is_there() -> bool {
    let found =
        Command::new("python3").args(["-c", "import tomllib"]).output().is_ok_and(|o| o.status.success());
    if !found {
        eprintln!("skipped: no python3 with tomllib (3.11 or later)");
    }
    found
}

fn sumformer(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sumformer")).args(arguments).output().expect("the binary runs")
}

/// Exit codes of the program's checker and of the second one.
fn verdicts(folder: &Path) -> (Option<i32>, Option<i32>, String) {
    let ours = sumformer(&["check", &folder.display().to_string()]);
    let theirs = Command::new("python3")
        .arg(Path::new(ROOT).join("docs/independent_checker.py"))
        .arg(folder)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("python3 runs");
    let text = [ours.stdout, ours.stderr, theirs.stdout, theirs.stderr].concat();
    (ours.status.code(), theirs.status.code(), String::from_utf8_lossy(&text).into_owned())
}

fn prove(target: &str, options: &[&str], folder: &Path) {
    let target = Path::new(ROOT).join("constructions").join(target).display().to_string();
    let folder = folder.display().to_string();
    // A coarse bound: small networks, and little time for the search of a witness.
    let output = sumformer(&[&["prove", &target, "-o", &folder, "--epsilon", "1/16"], options].concat());
    assert!(output.status.success(), "{target}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn both_checkers_accept_the_same_proofs() {
    if !python_is_there() {
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    let cases: [(&str, &[&str]); 6] = [
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
            let (ours, theirs, text) = verdicts(&part);
            assert_eq!((ours, theirs), (Some(0), Some(0)), "{target}: {text}");
        }
    }
}

type Change = fn(&mut Network, &mut Certificate);

#[test]
fn both_checkers_refuse_the_same_proofs() {
    if !python_is_there() {
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("proof");
    prove("sum-of-squares", &[], &folder);
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    let network = Network::from_json(&read("network.json")).unwrap();
    let certificate = Certificate::from_json(&read("certificate.json")).unwrap();
    let cases: [(&str, i32, Change); 9] = [
        ("a bias", 1, |network, _| network.blocks[0].units[1].bias = Exact(ratio(-1, 7))),
        ("a gadget error", 1, |_, c| c.blocks[0][0].outputs[0].error = Exact(Rational::zero())),
        ("a latent error", 1, |_, c| c.latents[0].error = Exact(Rational::zero())),
        ("the latents", 1, |_, c| c.latents.clear()),
        ("lowering", 1, |_, c| c.outputs[0].lowering = Exact(Rational::zero())),
        ("certified", 1, |_, c| c.certified = Exact(Rational::zero())),
        ("epsilon", 1, |_, c| c.epsilon = Exact(ratio(1, 1 << 20))),
        ("the readout", 1, |network, _| {
            network.readout.bias =
                sumformer_checker::format::sparse::SparseVector::from_entries([(0, Rational::one())]);
        }),
        ("the scores", 3, |network, _| {
            let head = &mut network.blocks[1].attention.as_mut().unwrap().heads[0];
            head.query = sumformer_checker::format::sparse::SparseMatrix::scaled_identity(4, Rational::one());
            head.key = head.query.clone();
        }),
    ];
    for (what, code, change) in cases {
        let (mut network, mut certificate) = (network.clone(), certificate.clone());
        certificate.witness = None;
        change(&mut network, &mut certificate);
        let json = network.to_json();
        certificate.network_sha256 = sha256(json.as_bytes());
        fs::write(folder.join("network.json"), json).unwrap();
        fs::write(folder.join("certificate.json"), certificate.to_json()).unwrap();
        let (ours, theirs, text) = verdicts(&folder);
        assert_eq!((ours, theirs), (Some(code), Some(code)), "{what}: {text}");
    }
}
