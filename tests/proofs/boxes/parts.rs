//! Parts of a search, and their union.

use crate::boxes::support::{RATIONAL, epsilon, proved};
use common::approximants::up_to;
use sumformer::certify::boxes::{BoxOptions, Slice};
use sumformer::certify::{MergeError, Proof, merge_proofs, prove_by_boxes};
use sumformer_checker::arith::number::{Exact, ratio};
use sumformer_checker::check::Verdict;
use sumformer_checker::format::certificate::{BoxClaims, Certificate, PolynomialClaims, ProofRoute};

fn parts(count: usize) -> Vec<Proof> {
    let p = proved(RATIONAL);
    (1..=count)
        .map(|number| {
            let slice = Slice::new(number, count).unwrap();
            let options = BoxOptions { slice, ..up_to(1 << 20) };
            prove_by_boxes(&p.target, &p.built, &epsilon(), &options).unwrap()
        })
        .collect()
}

fn merge(parts: &[Proof]) -> Result<(Certificate, Verdict), MergeError> {
    let p = proved(RATIONAL);
    let certificates: Vec<Certificate> = parts.iter().map(|part| part.certificate.clone()).collect();
    let (target, network) = (p.target.source.as_bytes(), p.proof.network_json.as_bytes());
    merge_proofs(target, network, &certificates).map(|m| (m.checked.certificate, m.checked.verdict))
}

#[test]
fn all_parts_together_are_the_whole() {
    let p = proved(RATIONAL);
    for count in [2, 3, 7] {
        let mut parts = parts(count);
        for part in &parts {
            assert!(matches!(part.verdict, Verdict::Incomplete(_)), "{:?}", part.verdict);
        }
        let (certificate, verdict) = merge(&parts).unwrap();
        assert!(matches!(verdict, Verdict::Valid(_)), "{verdict:?}");
        assert_eq!(certificate, p.proof.certificate);
        parts.reverse();
        assert_eq!(merge(&parts).unwrap().0, p.proof.certificate);
        // Every part has some work of its own.
        let enclosed = |part: &Proof| part.boxes.as_ref().unwrap().leaves.enclosed;
        let all: usize = parts.iter().map(enclosed).sum();
        assert!(parts.iter().all(|part| enclosed(part) * count < 3 * all));
    }
}

#[test]
fn a_lost_part_leaves_open_boxes() {
    let mut parts = parts(3);
    parts.remove(1);
    let (certificate, verdict) = merge(&parts).unwrap();
    let ProofRoute::Boxes(claims) = certificate.route else { panic!("no boxes") };
    assert!(claims.tree.contains('?'));
    let Verdict::Incomplete(refusal) = verdict else { panic!("{verdict:?}") };
    assert!(refusal.message.contains("open boxes"), "{refusal}");
    // One part once more changes nothing.
    let (again, _) = merge(&parts).unwrap();
    let (alone, verdict) = merge(&parts[..1]).unwrap();
    assert!(matches!(verdict, Verdict::Incomplete(_)));
    assert_eq!(alone, parts[0].certificate);
    assert_ne!(alone.route, again.route);
}

#[test]
fn parts_of_different_proofs_are_not_merged() {
    let p = proved(RATIONAL);
    let original = &p.proof.certificate;
    let (target, network) = (p.target.source.as_bytes(), p.proof.network_json.as_bytes());
    let merged = |change: &dyn Fn(&mut Certificate)| {
        let mut other = original.clone();
        change(&mut other);
        merge_proofs(target, network, &[original.clone(), other])
    };
    let differs = |change: &dyn Fn(&mut Certificate)| match merged(change) {
        Err(MergeError::Differs { proof: 1, field }) => field,
        other => panic!("{other:?}"),
    };
    assert_eq!(differs(&|c| c.epsilon = Exact(ratio(1, 2))), "epsilon");
    assert_eq!(differs(&|c| c.target_sha256.clear()), "target_sha256");
    assert_eq!(differs(&|c| c.network_sha256.clear()), "network_sha256");
    assert_eq!(differs(&|c| drop(claims(c).stream.blocks.pop())), "blocks");
    assert_eq!(differs(&|c| drop(claims(c).stream.latents.pop())), "latents");
    assert_eq!(differs(&|c| drop(c.outputs.pop())), "outputs");
    assert!(matches!(merged(&|c| c.route = without_tree(c)), Err(MergeError::NoTree(1))));
    assert!(matches!(merged(&|c| claims(c).tree = "c??".into()), Err(MergeError::Trees(_))));
    // A part that claims too much is found out by the checker.
    let mut parts = parts(2);
    for part in &mut parts {
        part.certificate.witness = None;
        part.certificate.outputs[0].residual = Exact(ratio(1, 2000));
    }
    let (_, verdict) = merge(&parts).unwrap();
    assert!(matches!(verdict, Verdict::Invalid(_)), "{verdict:?}");
}

fn claims(certificate: &mut Certificate) -> &mut BoxClaims {
    match &mut certificate.route {
        ProofRoute::Boxes(claims) => claims,
        other => panic!("{other:?}"),
    }
}

fn without_tree(certificate: &mut Certificate) -> ProofRoute {
    let stream = claims(certificate).stream.clone();
    ProofRoute::Polynomial(PolynomialClaims { approximations: Vec::new(), stream })
}
