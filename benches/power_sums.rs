//! All power sums of batches in f64 and f32, on one thread and two, and exactly over Q.

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use sumformer::algebra::power_sums::PowerSums;
use sumformer_checker::arith::number::{Rational, ratio};

/// Reproducible numerators in −96..=96.
fn numerators(count: usize) -> Vec<i64> {
    let mut state = 1u64;
    let step = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as i64 % 193 - 96
    };
    (0..count).map(step).collect()
}

fn floats(c: &mut Criterion) {
    for (n, d, max_degree, batch) in [(8, 4, 8, 256), (16, 4, 16, 16), (1024, 4, 8, 4), (8, 8, 8, 16)] {
        let sums = PowerSums::new(d, max_degree).expect("a small table");
        let tokens: Vec<f64> = numerators(batch * n * d).into_iter().map(|a| a as f64 / 97.0).collect();
        let singles: Vec<f32> = tokens.iter().map(|&x| x as f32).collect();
        let shape = format!("n{n}_d{d}_D{max_degree}_B{batch}");
        let mut output = vec![0.0; batch * sums.count()];
        let mut evaluator = sums.evaluator();
        c.bench_function(&format!("f64/{shape}"), |b| {
            b.iter(|| evaluator.evaluate(batch, n, black_box(&tokens), &mut output));
        });
        let mut output = vec![0.0; batch * sums.count()];
        let mut evaluator = sums.evaluator();
        c.bench_function(&format!("f32/{shape}"), |b| {
            b.iter(|| evaluator.evaluate(batch, n, black_box(&singles), &mut output));
        });
    }
}

/// A batch that is worth waking a thread for.
fn threads(c: &mut Criterion) {
    let (n, d, max_degree, batch) = (8, 4, 8, 4096);
    let sums = PowerSums::new(d, max_degree).expect("a small table");
    let tokens: Vec<f64> = numerators(batch * n * d).into_iter().map(|a| a as f64 / 97.0).collect();
    let mut output = vec![0.0; batch * sums.count()];
    for threads in [1, 2] {
        let mut evaluator = sums.evaluator().on_threads(threads);
        c.bench_function(&format!("f64/n{n}_d{d}_D{max_degree}_B{batch}/threads{threads}"), |b| {
            b.iter(|| evaluator.evaluate(batch, n, black_box(&tokens), &mut output));
        });
    }
}

fn exact(c: &mut Criterion) {
    for (n, d, max_degree) in [(6, 3, 6), (8, 4, 8), (16, 4, 16)] {
        let sums = PowerSums::new(d, max_degree).expect("a small table");
        let tokens: Vec<Rational> = numerators(n * d).into_iter().map(|a| ratio(a, 97)).collect();
        c.bench_function(&format!("exact/n{n}_d{d}_D{max_degree}"), |b| {
            b.iter(|| sums.evaluate_exact(black_box(&tokens)));
        });
    }
}

criterion_group!(benches, floats, threads, exact);
criterion_main!(benches);
