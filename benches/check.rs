//! The checker on a whole proof, and the exact forward pass of the same network.

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::sync::Arc;
use sumformer::certify::prove;
use sumformer::lowering::attention::{Architecture, Scores};
use sumformer::lowering::lower;
use sumformer::lowering::plan::Layout;
use sumformer::reading::load_target;
use sumformer::recipe::SumOptions;
use sumformer::sumformer::latent::{LatentMode, choose};
use sumformer_checker::arith::number::ratio;
use sumformer_checker::check::{ProofFiles, Verdict, check_proof};
use sumformer_checker::limits::MAX_TERMS;
use sumformer_checker::surrogate::Surrogate;
use sumformer_checker::witness::semantics::ExactEvaluator;

/// The largest proof of the gallery.
const PAIR_POTENTIAL: &str = include_str!("../constructions/pair-potential/target.toml");

fn largest(c: &mut Criterion) {
    let target = load_target("pair-potential", PAIR_POTENTIAL).expect("a target");
    let epsilon = ratio(1, 1000);
    let surrogate = Arc::new(Surrogate::new(&target, &[], MAX_TERMS).expect("a polynomial target"));
    let (sumformer, _) = choose(&surrogate, LatentMode::Sparse, Layout::Tree, 1e-3).expect("a Sumformer");
    let options = SumOptions::default().lowering(Architecture::Transformer, Scores::Zero, epsilon.clone());
    let built = lower(&sumformer, &surrogate, &options, 1_000_000).expect("a network");
    let proof = prove(&target, &built, &epsilon).expect("a proof");
    let files = ProofFiles {
        target: target.source.as_bytes(),
        network: proof.network_json.as_bytes(),
        certificate: proof.certificate_json.as_bytes(),
    };
    c.bench_function("check_proof/pair-potential", |b| {
        b.iter(|| {
            let checked = check_proof(black_box(files)).expect("readable files");
            assert!(matches!(checked.verdict, Verdict::Valid(_)));
        });
    });
    let exact = ExactEvaluator::new(&built.network).expect("a valid network");
    let sequence: Vec<_> = (0..8).map(|j| vec![ratio(j, 8), ratio(7 * j % 8, 8)]).collect();
    c.bench_function("exact_forward/pair-potential", |b| b.iter(|| exact.evaluate(black_box(&sequence))));
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = largest
}
criterion_main!(benches);
