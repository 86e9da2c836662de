//! What the sweeps of `scale` spend their time on: enumerating ten million multi-indices, the closed forms, and forward passes
//! against n with the paper's scores, for which every query is computed.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use sumformer::eval::{Forward, Workspace};
use sumformer::lowering::attention::{Architecture, Scores};
use sumformer::reading::load_target;
use sumformer::scale::attention::{exact_network, sequence};
use sumformer::scale::construction::Member;
use sumformer::scale::family::Family;
use sumformer::scale::latent::LatentCount;
use sumformer::scale::length::with_length;
use sumformer_checker::arith::number::to_f64;
use sumformer_checker::format::network::Activation;
use sumformer_checker::language::target::Tokens;

const LONG: &str = include_str!("../constructions/long/target.toml");

fn enumeration(c: &mut Criterion) {
    let mut group = c.benchmark_group("enumeration");
    for (n, d, features) in [(10, 10, 184_755), (13, 13, 10_400_599)] {
        group.throughput(Throughput::Elements(features)).sample_size(10);
        group.bench_function(BenchmarkId::from_parameter(format!("n{n}_d{d}")), |b| {
            b.iter(|| LatentCount::new(black_box(d), n, u64::MAX).enumerated);
        });
    }
}

fn closed_forms(c: &mut Criterion) {
    let member = Member { family: Family::Features, tokens: 100, dimension: 100, degree: 100 };
    c.bench_function("closed_form/features_d100_D100", |b| {
        b.iter(|| black_box(member).size(Activation::Relu2, 0).map(|size| size.hidden_units));
    });
}

fn attention(c: &mut Criterion) {
    let architectures = [
        ("transformer", Architecture::Transformer),
        ("linformer_k16", Architecture::Linformer { rank: 16 }),
        ("performer_m64", Architecture::Performer { features: 64, seed: 0, normalized: true }),
    ];
    let target = load_target("long", LONG).expect("a target");
    for n in [64, 256, 1024, 4096] {
        for (name, architecture) in architectures {
            let target = with_length("long", &target, Tokens::Fixed(n)).expect("a target of this length");
            let network = exact_network(&target, architecture, Scores::Paper).expect("a network");
            let forward = Forward::<f64>::compile(&network).expect("a valid network");
            let tokens: Vec<f64> = sequence(&target.domain, n, 0).iter().flatten().map(to_f64).collect();
            let mut workspace = Workspace::default();
            c.benchmark_group("attention").bench_function(BenchmarkId::new(name, format!("n{n}")), |b| {
                b.iter(|| forward.run_in(&mut workspace, black_box(&tokens)).map(<[f64]>::len));
            });
        }
    }
}

criterion_group!(benches, enumeration, closed_forms, attention);
criterion_main!(benches);
