//! Forward passes of `constructions/long` at several lengths: exact, f64 and intervals, and the three attentions, with squared ReLU,
//! so that the network is small and the attention shows. Then batches of sequences for proved networks.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::sync::Arc;
use sumformer::eval::{Forward, Workspace};
use sumformer::lowering::attention::{Architecture, Scores};
use sumformer::lowering::lower;
use sumformer::lowering::plan::Layout;
use sumformer::numeric::{FloatInterval, Scalar};
use sumformer::reading::load_target;
use sumformer::recipe::{Options, SumOptions, plan};
use sumformer::scale::length::with_length;
use sumformer::sumformer::latent::{LatentMode, choose};
use sumformer_checker::arith::number::{Rational, ratio};
use sumformer_checker::check::check_proof;
use sumformer_checker::format::network::{Activation, Network};
use sumformer_checker::language::target::Tokens;
use sumformer_checker::limits::MAX_TERMS;
use sumformer_checker::surrogate::Surrogate;
use sumformer_checker::witness::semantics::ExactEvaluator;

const LONG: &str = include_str!("../constructions/long/target.toml");
const PROVED: [(&str, &str); 3] = [
    ("half-mean-3", include_str!("../constructions/half-mean-3/target.toml")),
    ("softmax-head", include_str!("../constructions/softmax-head/target.toml")),
    ("pair-potential", include_str!("../constructions/pair-potential/target.toml")),
];
const PERFORMER: Architecture = Architecture::Performer { features: 64, seed: 0, normalized: true };

/// A network for `long` with n tokens, and scores that are zero or the paper's.
fn network(n: usize, architecture: Architecture, scores: Scores) -> Network {
    let target = load_target("long", LONG).expect("a target");
    let target = with_length("long", &target, Tokens::Fixed(n)).expect("a target of this length");
    let surrogate = Arc::new(Surrogate::new(&target, &[], MAX_TERMS).expect("a polynomial target"));
    let (sumformer, _) = choose(&surrogate, LatentMode::Sparse, Layout::Tree, 1e-3).expect("a Sumformer");
    let sums = SumOptions { activation: Activation::Relu2, ..SumOptions::default() };
    let options = sums.lowering(architecture, scores, ratio(1, 1000));
    lower(&sumformer, &surrogate, &options, 1_000_000).expect("a network").network
}

fn sequence(n: usize) -> Vec<Vec<Rational>> {
    let coordinate = |i: usize| ratio((i * 37 % 128) as i64, 128);
    (0..n).map(|j| (0..4).map(|k| coordinate(4 * j + k)).collect()).collect()
}

fn flat<S: Scalar>(n: usize) -> Vec<S> {
    sequence(n).iter().flatten().map(S::from_rational).collect()
}

fn bench_float<S: Scalar>(c: &mut Criterion, group: &str, id: BenchmarkId, network: &Network, n: usize) {
    let forward = Forward::<S>::compile(network).expect("a valid network");
    let (tokens, mut workspace) = (flat::<S>(n), Workspace::default());
    c.benchmark_group(group).bench_function(id, |b| {
        b.iter(|| forward.run_in(&mut workspace, black_box(&tokens)).map(<[S]>::len));
    });
}

/// The Performer in every number format.
fn formats(c: &mut Criterion) {
    for n in [16, 64, 256, 1024, 4096] {
        let network = network(n, PERFORMER, Scores::Zero);
        let id = || BenchmarkId::from_parameter(format!("n{n}"));
        let exact = ExactEvaluator::new(&network).expect("a valid network");
        let tokens = sequence(n);
        c.benchmark_group("exact").bench_function(id(), |b| b.iter(|| exact.evaluate(black_box(&tokens))));
        bench_float::<f64>(c, "f64", id(), &network, n);
        bench_float::<FloatInterval>(c, "interval", id(), &network, n);
    }
}

/// The three attentions in f64. With the paper's scores every query is computed: O(n²) against O(n).
fn attentions(c: &mut Criterion) {
    let architectures = [
        ("transformer", Architecture::Transformer),
        ("linformer", Architecture::Linformer { rank: 1 }),
        ("performer", PERFORMER),
    ];
    for (scores_name, scores) in [("zero", Scores::Zero), ("paper", Scores::Paper)] {
        for n in [64, 256, 1024] {
            for (name, architecture) in architectures {
                let id = BenchmarkId::new(name, format!("n{n}"));
                let network = network(n, architecture, scores);
                bench_float::<f64>(c, &format!("{scores_name}_scores"), id, &network, n);
            }
        }
    }
}

/// Proved networks on 256 sequences (16 for intervals): in one batch, and one after the other.
fn batches(c: &mut Criterion) {
    for (name, source) in PROVED {
        let target = load_target(name, source).expect("a target");
        let options = Options::default();
        let mut plan = plan(&target, &options, &()).expect("a way");
        let proof = plan.prove(Architecture::Transformer, &()).expect("a proof").proof;
        let network = check_proof(proof.files(&target)).expect("a proof that is read").network;
        bench_batch::<f64>(c, name, "f64", &network, 256);
        bench_batch::<f32>(c, name, "f32", &network, 256);
        bench_batch::<FloatInterval>(c, name, "interval", &network, 16);
    }
}

fn bench_batch<S: Scalar>(c: &mut Criterion, name: &str, scalar: &str, network: &Network, count: usize) {
    let Tokens::Fixed(n) = network.tokens else { panic!("a fixed length") };
    let forward = Forward::<S>::compile(network).expect("a valid network");
    let numbers = (0..count * n * network.dimension).map(|i| ratio((i * 37 % 128) as i64, 128));
    let numbers: Vec<S> = numbers.map(|x| S::from_rational(&x)).collect();
    let mut workspace = Workspace::default();
    let mut group = c.benchmark_group(format!("batch/{name}"));
    group.bench_function(scalar, |b| {
        b.iter(|| forward.run_batch(&mut workspace, n, black_box(&numbers)).map(<[S]>::len));
    });
    group.bench_function(format!("{scalar}/one_by_one"), |b| {
        b.iter(|| {
            let sequences = numbers.chunks_exact(n * network.dimension);
            sequences
                .map(|tokens| forward.run_in(&mut workspace, tokens).map_or(0, <[S]>::len))
                .sum::<usize>()
        });
    });
}

criterion_group!(benches, formats, attentions, batches);
criterion_main!(benches);
