//! Branch and bound: enclosures per second of the search and boxes per second of the check, at ε = 1/100.

use common::approximants::{SURROGATES, up_to};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use sumformer::certify::boxes::search;
use sumformer_checker::arith::number::ratio;
use sumformer_checker::boxes::derive;
use sumformer_checker::boxes::implied::ImpliedSumformer;

fn boxes(c: &mut Criterion) {
    for surrogate in &SURROGATES {
        let (target, built) = (surrogate.target(), surrogate.network(&ratio(1, 1000)));
        let sumformer = ImpliedSumformer::of(&built.run, &built.network.readout, built.network.outputs);
        let tolerances = vec![ratio(9, 1000); target.outputs()];
        let find = || search(&target, &sumformer, &tolerances, &up_to(1 << 20)).expect("enclosures");
        let found = find();
        assert_eq!(found.report.leaves.open, 0);
        let mut group = c.benchmark_group(surrogate.name);
        group.throughput(Throughput::Elements(found.report.enclosures as u64));
        group.bench_function("search, enclosures", |b| b.iter(find));
        group.throughput(Throughput::Elements(found.report.leaves.enclosed as u64));
        group.bench_function("check, boxes", |b| {
            b.iter(|| derive(&target, &sumformer, black_box(&found.tree)).expect("a bound"));
        });
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = boxes
}
criterion_main!(benches);
