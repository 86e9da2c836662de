//! Proofs with one thing changed must be refused, unless what they state is still true.
//!
//! `SUMFORMER_MUTATIONS=12000 cargo test --release --test soundness mutations -- --nocapture` runs as many mutants over the
//! whole gallery, and as many of small networks that are constant on cells; without the variable a sample over small
//! targets is run.

mod atom_refusals;
pub mod campaign;
mod cells;
mod certificate_mutation;
pub mod dice;
mod head_refusals;
pub mod network_mutation;
pub mod proofs;
mod random_proof;
pub mod refusals;
mod sizes;
mod soundness;
mod target_mutation;
mod truth;

use campaign::{Kind, run};
use certificate_mutation::CertificatePart;
use dice::Dice;
use num_traits::One;
use proofs::{build, gallery, subjects, with_atoms, with_heads};
use sumformer::lowering::attention::{Architecture, Scores};
use sumformer::reading::load_target;
use sumformer_checker::format::network::Activation;
use truth::{Comparison, Effort};

/// Mutants of the sample.
const SAMPLE: usize = 800;
/// Targets of the sample: for every length and for a fixed one, with one and two coordinates, linear and not, with sums of powers and
/// of combinations.
const SMALL: [&str; 6] =
    ["any-spread", "centroid-attraction", "e2-others", "figure-2-d1", "semi-invariant", "sum-of-squares"];

#[test]
fn every_mutant_is_refused_or_still_true() {
    let wanted = std::env::var("SUMFORMER_MUTATIONS").ok();
    let table = match wanted.map(|count| count.parse::<usize>().expect("SUMFORMER_MUTATIONS is a number")) {
        Some(count) => run(&subjects(&gallery()), count, 300, Effort { exact: 200, screened: 2000 }),
        None => {
            let small = SMALL.map(String::from);
            let mut subjects = subjects(&small);
            // Every fifth: all targets, architectures, scores, activations and layouts occur.
            subjects = subjects.into_iter().enumerate().filter(|(i, _)| i % 7 < 3).map(|(_, s)| s).collect();
            run(&subjects, SAMPLE, 120, Effort { exact: 200, screened: 500 })
        }
    };
    table.print();
    assert!(table.failures.is_empty(), "{}", table.failures.join("\n"));
    let rules = [
        "shape",
        "gadget-units",
        "gadget-range",
        "gadget-error",
        "latent-range",
        "lowering",
        "residual",
        "total",
        "witness",
    ];
    for rule in rules {
        assert!(table.total(&format!("refused: {rule}")) > 0, "rule {rule} refused nothing");
    }
    // Polynomials have no approximations.
    let is_here =
        |kind: &Kind| !matches!(kind, Kind::Certificate(part) if part.is_approximation() || part.is_head());
    let missing: Vec<Kind> =
        Kind::all().into_iter().filter(is_here).filter(|&kind| table.of_kind(kind) == 0).collect();
    assert!(missing.is_empty(), "never tried: {missing:?}");
    assert!(table.total("refused") > table.total("survived"));
}

#[test]
fn every_mutant_with_atoms_is_refused_or_still_true() {
    let wanted = std::env::var("SUMFORMER_MUTATIONS").ok();
    let mut all = subjects(&with_atoms());
    all.retain(|subject| subject.activation == Activation::Relu);
    let table = match wanted.map(|count| count.parse::<usize>().expect("SUMFORMER_MUTATIONS is a number")) {
        Some(count) => run(&all, count, 4000, Effort { exact: 100, screened: 1000 }),
        None => {
            let some =
                all.into_iter().enumerate().filter(|(i, _)| i % 9 == 0).map(|(_, s)| s).collect::<Vec<_>>();
            run(&some, SAMPLE, 4000, Effort { exact: 30, screened: 200 })
        }
    };
    table.print();
    assert!(table.failures.is_empty(), "{}", table.failures.join("\n"));
    for part in CertificatePart::ALL.into_iter().filter(|part| !part.is_head()) {
        assert!(table.of_kind(Kind::Certificate(part)) > 0, "never tried: {part:?}");
    }
    for rule in ["approximation", "gadget-units", "gadget-range", "gadget-error", "lowering", "residual"] {
        assert!(table.total(&format!("refused: {rule}")) > 0, "rule {rule} refused nothing");
    }
    assert!(table.total("refused") > table.total("survived"));
}

#[test]
fn every_mutant_with_heads_is_refused_or_still_true() {
    let wanted = std::env::var("SUMFORMER_MUTATIONS").ok();
    let mut all = subjects(&with_heads());
    all.retain(|subject| match subject.architecture {
        Architecture::Transformer => true,
        Architecture::Linformer { .. } => subject.scores == Scores::Zero,
        Architecture::Performer { .. } => false,
    });
    let (count, effort) = match wanted {
        Some(count) => {
            (count.parse().expect("SUMFORMER_MUTATIONS is a number"), Effort { exact: 100, screened: 1000 })
        }
        None => (SAMPLE, Effort { exact: 30, screened: 200 }),
    };
    let table = run(&all, count, 4000, effort);
    table.print();
    assert!(table.failures.is_empty(), "{}", table.failures.join("\n"));
    for part in CertificatePart::ALL.into_iter().filter(|part| part.is_head()) {
        assert!(table.of_kind(Kind::Certificate(part)) > 0, "never tried: {part:?}");
    }
    for rule in ["approximation", "attention", "gadget-range", "lowering", "residual"] {
        assert!(table.total(&format!("refused: {rule}")) > 0, "rule {rule} refused nothing");
    }
    assert!(table.total("refused") > table.total("survived"));
}

#[test]
fn a_false_statement_is_recognised_as_false() {
    for subject in subjects(&[SMALL[2].to_string()]).iter().take(3) {
        let mut proof = build(subject, 120).expect("covered");
        let target = load_target("target.toml", &proof.target).expect("well formed");
        let effort = Effort { exact: 20, screened: 20 };
        let certified = proof.certificate.certified.0.clone();
        let honest = Comparison::new(&target, &proof.network).worst_error(effort, None, &mut Dice::new(1));
        assert!(honest <= certified);
        let bias = sumformer_checker::format::sparse::SparseVector::from_entries([(
            0,
            &certified + &certified + sumformer_checker::arith::number::Rational::one(),
        )]);
        proof.network.readout.bias = bias;
        let shifted = Comparison::new(&target, &proof.network).worst_error(effort, None, &mut Dice::new(1));
        assert!(shifted > certified);
    }
}
