//! Files of others: writing, reading and comparing the largest network of the gallery, as bytes a second.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use sumformer::export::{Dtype, FORMATS, Format, Labels, compare, import, write};
use sumformer::prelude::*;
use sumformer_checker::format::network::Network;

const PAIR_POTENTIAL: &str = include_str!("../constructions/pair-potential/target.toml");

fn file(network: &Network, format: Format, dtype: Dtype) -> Vec<u8> {
    let mut file = Vec::new();
    write(network, &Labels::default(), format, dtype, &mut file).expect("a file");
    file
}

fn formats(c: &mut Criterion) {
    let target = load_target("pair-potential", PAIR_POTENTIAL).expect("a target");
    let options = Options::default();
    let proved = plan(&target, &options, &()).expect("a plan").prove(Architecture::Transformer, &());
    let proof = proved.expect("a proof").proof;
    let network = Network::from_json(proof.files(&target).network).expect("a network");
    for format in FORMATS {
        for dtype in [Dtype::F64, Dtype::F32] {
            let written = file(&network, format, dtype);
            let mut group = c.benchmark_group(format!("export/pair-potential/{format}/{dtype}"));
            group.throughput(Throughput::Bytes(written.len() as u64)).sample_size(10);
            group.bench_function("write", |b| b.iter(|| file(black_box(&network), format, dtype)));
            group.bench_function("read", |b| {
                b.iter(|| import(format, black_box(written.clone())).expect("ours"))
            });
            group.bench_function("compare", |b| {
                b.iter(|| {
                    let found = compare(&network, &Labels::default(), format, black_box(written.clone()));
                    assert_eq!(found.expect("readable"), Ok(dtype));
                });
            });
            group.finish();
        }
    }
}

criterion_group!(benches, formats);
criterion_main!(benches);
