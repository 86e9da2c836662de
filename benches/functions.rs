//! Functions of one variable: enclosures, gadgets with their certified errors, and polynomials.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use sumformer::approximation::univariate::approximate;
use sumformer::network::function_gadget::piecewise_function;
use sumformer_checker::arith::dyadic_interval::DyadicInterval;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{integer, ratio};
use sumformer_checker::enclosure::curvature::curvature;
use sumformer_checker::enclosure::image::Image;
use sumformer_checker::format::network::Activation;
use sumformer_checker::format::sparse::SparseVector;
use sumformer_checker::language::ast::Function;
use sumformer_checker::polynomial_route::gadget::check_atom_gadget;

const FUNCTIONS: [Function; 8] = [
    Function::Exp,
    Function::Log,
    Function::Sqrt,
    Function::Sin,
    Function::Cos,
    Function::Tanh,
    Function::Sigmoid,
    Function::Inverse,
];

fn range() -> Interval {
    Interval::new(ratio(1, 3), integer(3)).expect("ordered")
}

/// One interval with different ends: values and slopes, then second derivatives.
fn enclosures(c: &mut Criterion) {
    let interval = DyadicInterval::enclosing(&Interval::new(ratio(4, 3), ratio(7, 5)).expect("ordered"));
    for function in FUNCTIONS {
        c.bench_function(&format!("image/{}", function.name()), |b| {
            b.iter(|| Image::new(function, black_box(interval), black_box(interval)));
        });
        c.bench_function(&format!("curvature/{}", function.name()), |b| {
            b.iter(|| curvature(function, black_box(interval)));
        });
    }
}

/// Per piece: the construction, which certifies too, and the certification alone.
fn gadgets(c: &mut Criterion) {
    let (direction, outputs) = (SparseVector::from_entries([(0, integer(1))]), [(1, integer(1))]);
    let mut group = c.benchmark_group("gadget");
    for function in [Function::Exp, Function::Sqrt, Function::Tanh] {
        for pieces in [16, 256] {
            group.throughput(Throughput::Elements(pieces));
            let build = || {
                piecewise_function((0, function), &integer(0), pieces, &direction, &range(), &outputs)
                    .expect("defined")
            };
            group.bench_function(format!("build/{}{pieces}", function.name()), |b| b.iter(build));
            let built = build();
            group.bench_function(format!("certify/{}{pieces}", function.name()), |b| {
                let claimed = (function, &integer(0));
                let place = || String::new();
                b.iter(|| check_atom_gadget(&built.claim, &built.units, Activation::Relu, claimed, &place));
            });
        }
    }
    group.finish();
}

fn polynomials(c: &mut Criterion) {
    for function in [Function::Exp, Function::Tanh] {
        for bits in [10, 40] {
            let error = ratio(1, 1 << bits);
            c.bench_function(&format!("polynomial/{}_2^-{bits}", function.name()), |b| {
                b.iter(|| approximate(function, black_box(&range()), &error));
            });
        }
    }
}

criterion_group!(benches, enclosures, gadgets, polynomials);
criterion_main!(benches);
