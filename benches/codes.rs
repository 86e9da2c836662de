//! Codes of the discontinuous construction: tables of logarithms, sums, decoding.

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use sumformer::codes::{Code, CodeKind};

/// s reproducible cells below M.
fn cells(count: u64, separated: u32) -> Vec<u64> {
    (1..=u64::from(separated)).map(|i| i * i * 7919 % count).collect()
}

fn tables(c: &mut Criterion) {
    let mut group = c.benchmark_group("bose_chowla_table");
    group.sample_size(10);
    for (q, h) in [(97, 4), (10_007, 4)] {
        group.bench_function(format!("q{q}_h{h}"), |b| {
            b.iter(|| Code::new(CodeKind::BoseChowla, black_box(q), h).expect("within the limits"));
        });
    }
}

fn sums_and_decoding(c: &mut Criterion) {
    let sizes = [
        (CodeKind::BoseChowla, 97, 4),
        (CodeKind::BoseChowla, 10_007, 4),
        (CodeKind::Radix, 10_000, 4),
        (CodeKind::Moments, 10_000, 4),
        (CodeKind::Moments, 10_000, 32),
    ];
    for (kind, count, separated) in sizes {
        let code = Code::new(kind, count, separated).expect("within the limits");
        let cells = cells(count, separated);
        let sums = code.sum(&cells).expect("s cells");
        c.bench_function(&format!("sum/{kind:?}_M{count}_s{separated}"), |b| {
            b.iter(|| code.sum(black_box(&cells)));
        });
        c.bench_function(&format!("decode/{kind:?}_M{count}_s{separated}"), |b| {
            b.iter(|| code.decode(black_box(&sums)));
        });
    }
}

criterion_group!(benches, tables, sums_and_decoding);
criterion_main!(benches);
