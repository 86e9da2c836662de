//! Polynomial approximants: values at nodes, the change of basis, and truncation by least squares.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use sumformer::approximation::bernstein::{Frame, NodeValues, Operator, Values, polynomials, sampled_error};
use sumformer::approximation::truncated::{TruncationOptions, truncated};
use sumformer_checker::arith::number::ratio;
use sumformer_checker::language::target::Target;

fn distances(tokens: usize, dimension: usize) -> Target {
    let squares: Vec<String> = (0..dimension).map(|k| format!("(x[{k}] - y[{k}])^2")).collect();
    let output = format!("sqrt(1/10 + sum(y: {}))", squares.join(" + "));
    common::target(tokens).cube("[0, 1]", dimension).output(output).load()
}

fn node_values(c: &mut Criterion) {
    let mut group = c.benchmark_group("node_values");
    for (tokens, dimension, degree) in [(2, 1, 30), (3, 1, 15), (2, 2, 6)] {
        let target = distances(tokens, dimension);
        let frame = Frame::new(Operator::Bernstein, degree, &target.domain).expect("a frame");
        let how = Values::Rounded(ratio(1, 1 << 20));
        let values = NodeValues::new(&target, &frame, &how).expect("values");
        group.throughput(Throughput::Elements(values.len() as u64));
        group.bench_function(format!("n{tokens}_d{dimension}_m{degree}"), |b| {
            b.iter(|| NodeValues::new(black_box(&target), &frame, &how));
        });
    }
}

fn assembly(c: &mut Criterion) {
    let mut group = c.benchmark_group("assembly");
    for operator in [Operator::Bernstein, Operator::Chebyshev] {
        for (tokens, dimension, degree) in [(2, 1, 30), (3, 1, 15), (2, 2, 6)] {
            let target = distances(tokens, dimension);
            let frame = Frame::new(operator, degree, &target.domain).expect("a frame");
            let values =
                NodeValues::new(&target, &frame, &Values::Rounded(ratio(1, 1 << 20))).expect("values");
            group.throughput(Throughput::Elements(values.len() as u64));
            group.bench_function(format!("{}_n{tokens}_d{dimension}_m{degree}", operator.name()), |b| {
                b.iter(|| polynomials(&target, &frame, black_box(&values)));
            });
        }
    }
}

fn estimates(c: &mut Criterion) {
    let target = distances(3, 1);
    let frame = Frame::new(Operator::Chebyshev, 8, &target.domain).expect("a frame");
    c.bench_function("sampled_error/n3_d1_m8", |b| b.iter(|| sampled_error(black_box(&target), &frame)));
}

fn least_squares(c: &mut Criterion) {
    let target = distances(6, 2);
    let options = TruncationOptions { max_alpha: 3, degree: 2 };
    for latents in [2, 4, 8] {
        c.bench_function(&format!("truncated/n6_d2_N{latents}"), |b| {
            b.iter(|| truncated(black_box(&target), latents, &options));
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = node_values, assembly, estimates, least_squares
}
criterion_main!(benches);
