//! Proofs to test on, made once, and sampled errors.

use common::approximants::{SURROGATES, up_to};
use std::sync::OnceLock;
use sumformer::certify::{Proof, prove_by_boxes};
use sumformer::eval::implied::outputs;
use sumformer::network::builder::BuiltNetwork;
use sumformer::words::to_json;
use sumformer_checker::arith::number::{Rational, ratio};
use sumformer_checker::boxes::implied::ImpliedSumformer;
use sumformer_checker::check::{ProofFiles, Verdict, check_proof};
use sumformer_checker::format::certificate::{Certificate, ProofRoute};
use sumformer_checker::language::evaluate_sequence;
use sumformer_checker::language::target::{Target, Tokens};

/// A proof and what it was made from.
pub struct Proved {
    pub target: Target,
    pub built: BuiltNetwork,
    pub sumformer: ImpliedSumformer,
    pub proof: Proof,
}

/// A rational target with n = 3: x/(1 + sum y²).
pub const RATIONAL: usize = 3;

/// The proof of a surrogate at ε = 1/40; all of them are complete.
pub fn proved(number: usize) -> &'static Proved {
    static PROOFS: [OnceLock<Proved>; SURROGATES.len()] = [const { OnceLock::new() }; SURROGATES.len()];
    PROOFS[number].get_or_init(|| {
        let surrogate = &SURROGATES[number];
        let (target, built) = (surrogate.target(), surrogate.network(&ratio(1, 1000)));
        let proof = prove_by_boxes(&target, &built, &epsilon(), &up_to(1 << 20)).expect("a proof");
        assert!(matches!(proof.verdict, Verdict::Valid(_)), "{}: {:?}", surrogate.name, proof.verdict);
        let sumformer = ImpliedSumformer::of(&built.run, &built.network.readout, built.network.outputs);
        Proved { target, built, sumformer, proof }
    })
}

/// The accuracy of [`proved`].
pub fn epsilon() -> Rational {
    ratio(1, 40)
}

impl Proved {
    /// n.
    pub fn tokens(&self) -> usize {
        match self.target.tokens {
            Tokens::Fixed(n) => n,
            Tokens::Any => unreachable!("surrogates have a fixed length"),
        }
    }

    /// The tree of the certificate.
    pub fn tree(&self) -> &str {
        match &self.proof.certificate.route {
            ProofRoute::Boxes(claims) => &claims.tree,
            other => panic!("{other:?}"),
        }
    }

    /// target − Sumformer in floating point, n × c.
    pub fn difference(&self, sequence: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let wanted = evaluate_sequence(&self.target, sequence).expect("a value");
        let got = outputs(&self.sumformer, sequence).expect("a value");
        wanted.iter().zip(&got).map(|(a, b)| a.iter().zip(b).map(|(a, b)| a - b).collect()).collect()
    }

    /// The verdict on the proof with another certificate.
    pub fn verdict(&self, change: impl FnOnce(&mut Certificate)) -> Verdict {
        let mut certificate = self.proof.certificate.clone();
        change(&mut certificate);
        check_proof(ProofFiles {
            target: self.target.source.as_bytes(),
            network: self.proof.network_json.as_bytes(),
            certificate: to_json(&certificate).as_bytes(),
        })
        .expect("readable files")
        .verdict
    }

    /// A sequence from numbers in [0, 1), one per coordinate.
    pub fn sequence(&self, shares: &[f64]) -> Vec<Vec<f64>> {
        let side = |(k, share): (usize, &f64)| {
            let side = &self.target.domain[k % self.target.dimension()];
            let [inf, sup] = [side.inf(), side.sup()].map(sumformer_checker::arith::number::to_f64);
            inf + share * (sup - inf)
        };
        let coordinates: Vec<f64> = shares.iter().enumerate().map(side).collect();
        coordinates.chunks(self.target.dimension()).map(<[f64]>::to_vec).collect()
    }
}
