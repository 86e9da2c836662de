//! Floors: deriving those of a polynomial target and of one with functions, and searching for some.

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use sumformer::floors::{Effort, certificate, floor};
use sumformer::reading::load_target;
use sumformer::words::to_json;
use sumformer_checker::check::check_floors;

const TARGETS: [(&str, &str, usize, usize); 3] = [
    ("covariance", include_str!("../constructions/covariance/target.toml"), 6, 40),
    ("pair-potential", include_str!("../constructions/pair-potential/target.toml"), 8, 40),
    ("softmax-head", include_str!("../constructions/softmax-head/target.toml"), 4, 12),
];

fn floors(c: &mut Criterion) {
    for (name, source, n, probes) in TARGETS {
        let target = load_target(name, source).expect("a target");
        let effort = Effort { starts: 8, probes, seed: 0, until: None };
        let mut group = c.benchmark_group(format!("floors/{name}"));
        group.sample_size(10);
        group.bench_function("search, two sums", |b| b.iter(|| floor(black_box(&target), n, 2, &effort)));
        let found = (0..3).filter_map(|sums| floor(&target, n, sums, &effort)).collect();
        let text = to_json(&certificate(&target, n, found));
        group.bench_function("check, up to two sums", |b| {
            b.iter(|| {
                let checked = check_floors(source.as_bytes(), black_box(text.as_bytes())).expect("readable");
                assert!(checked.verdict.is_ok());
            });
        });
        group.finish();
    }
}

criterion_group!(benches, floors);
criterion_main!(benches);
