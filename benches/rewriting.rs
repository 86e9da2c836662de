//! Elementary symmetric polynomials and augmented monomials in power sums.

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use sumformer::algebra::MultiIndex;
use sumformer::algebra::multi_index::GradedLexicographic;
use sumformer::algebra::rewriting::{augmented_monomial, monomial_multisymmetric};

const LIMIT: usize = 1_000_000;

fn elementary(c: &mut Criterion) {
    for k in [10, 15, 20, 25, 30] {
        let parts = vec![MultiIndex::from([1]); k];
        c.bench_function(&format!("elementary/k{k}"), |b| {
            b.iter(|| monomial_multisymmetric(black_box(&parts), LIMIT));
        });
    }
}

/// Distinct parts: the first multi-indices there are.
fn augmented(c: &mut Criterion) {
    for d in [2, 3] {
        for k in [6, 8, 10] {
            let parts: Vec<MultiIndex> = GradedLexicographic::new(d, 1, 10).take(k).collect();
            c.bench_function(&format!("augmented/d{d}_k{k}"), |b| {
                b.iter(|| augmented_monomial(black_box(&parts), LIMIT));
            });
        }
    }
}

criterion_group!(benches, elementary, augmented);
criterion_main!(benches);
