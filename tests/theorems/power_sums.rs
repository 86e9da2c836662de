//! Power sums in floating point: how far they may be from the exact ones, and what they depend on.

use num_traits::{Signed, ToPrimitive};
use proptest::prelude::*;
use sumformer::algebra::power_sums::{PowerSums, Scalar};
use sumformer_checker::arith::number::{Rational, integer};

/// n, d, D, B around the widths of vectors, with few enough results to be checked one by one.
fn shapes() -> impl Strategy<Value = (usize, usize, u32, usize)> {
    let length = prop_oneof![1usize..=20, prop::sample::select(vec![31, 32, 33, 64, 100, 127, 130, 300])];
    (length, 1usize..=6, 1u32..=6, 1usize..=35).prop_map(|(n, d, max_degree, batch)| {
        let small = |d: usize, k: u32| (1..=d as u64).fold(1, |c, i| c * (u64::from(k) + i) / i) <= 90;
        let max_degree = (1..=max_degree).rev().find(|&k| small(d, k)).unwrap_or(1);
        (n, d, max_degree, batch.min((200 / n).max(1)))
    })
}

/// Numbers of all sizes between 1/16 and 4, of both signs, some of them 0.
fn numbers(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed | 1;
    let step = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let bits = state >> 33;
        if bits.is_multiple_of(17) {
            return 0.0;
        }
        let size = [0.125, 0.25, 0.5, 1.0, 2.0, 4.0][(bits % 6) as usize];
        let sign = if bits & 64 == 0 { 1.0 } else { -1.0 };
        sign * size * (0.5 + ((bits >> 8) as f32) / 16_777_216.0)
    };
    (0..count).map(step).collect()
}

/// |result − Σ x^α| ≤ γ_m Σ |x^α| for every result, in rationals.
fn within_the_bound<T: Scalar + Into<f64>>(
    (n, d, max_degree, batch): (usize, usize, u32, usize),
    tokens: &[T],
    bits: u32,
) -> Result<(), TestCaseError> {
    let sums = PowerSums::new(d, max_degree).unwrap();
    let mut results = vec![T::default(); batch * sums.count()];
    sums.evaluator().evaluate(batch, n, tokens, &mut results).unwrap();
    let exact = |x: T| Rational::from_float(x.into()).unwrap();
    for (sequence, results) in tokens.chunks_exact(n * d).zip(results.chunks_exact(sums.count())) {
        let signed: Vec<Rational> = sequence.iter().map(|&x| exact(x)).collect();
        let sizes: Vec<Rational> = signed.iter().map(|x| x.abs()).collect();
        let (values, terms) = (sums.evaluate_exact(&signed).unwrap(), sums.evaluate_exact(&sizes).unwrap());
        for (i, (&result, (value, size))) in results.iter().zip(values.iter().zip(&terms)).enumerate() {
            let alpha = sums.table().multi_index(i + 1).unwrap();
            let m = integer(i64::from(alpha.iter().sum::<u32>()) + n as i64 - 2);
            let unit = integer(2).pow(bits);
            let bound = &m / (&unit - &m) * size;
            let error = (exact(result) - value).abs();
            prop_assert!(error <= bound, "α = {:?}: {:?} > {:?}", alpha, error.to_f64(), bound.to_f64());
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn errors_stay_within_the_proved_bound(shape in shapes(), seed in any::<u64>()) {
        let (n, d, _, batch) = shape;
        let singles = numbers(n * d * batch, seed);
        within_the_bound::<f32>(shape, &singles, 24)?;
        let doubles: Vec<f64> = singles.iter().map(|&x| f64::from(x) / 3.0).collect();
        within_the_bound::<f64>(shape, &doubles, 53)?;
    }

    #[test]
    fn neither_threads_nor_earlier_calls_change_a_bit(
        shape in shapes(), more in 0usize..=80, threads in 2usize..=5, seed in any::<u64>(),
    ) {
        let (n, d, max_degree, batch) = shape;
        let batch = batch + more;
        let tokens = numbers(n * d * batch, seed);
        let sums = PowerSums::new(d, max_degree).unwrap();
        let mut alone = vec![0.0; batch * sums.count()];
        sums.evaluator().evaluate(batch, n, &tokens, &mut alone).unwrap();
        let mut evaluator = sums.evaluator().on_threads(threads);
        let mut shared = vec![f32::NAN; alone.len()];
        // Other lengths leave other numbers in the memory that is kept.
        for length in [1, n * batch, n] {
            let sequences = n * batch / length;
            let mut results = vec![f32::NAN; sequences * sums.count()];
            evaluator.evaluate(sequences, length, &tokens, &mut results).unwrap();
            shared = results;
        }
        let bits = |numbers: &[f32]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(&shared), bits(&alone));
    }
}
