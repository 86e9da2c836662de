//! Scores that are not zero: the lemma on softmax weights, the certified bound of scores, and what is measured.

use common::target;
use proptest::prelude::*;
use sumformer::lowering::attention::Architecture;
use sumformer::numeric::{FloatInterval, Scalar, Summation};
use sumformer::scale::probe::{attention_weights, mechanism, probe_width, score_matrices};
use sumformer::scale::projections::{Estimator, ProjectionPoint, projection_error};
use sumformer::scale::scores::{ScoresPoint, scores_row};
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, integer, ratio};
use sumformer_checker::format::sparse::SparseMatrix;
use sumformer_checker::language::target::Target;

fn own_times_mean(n: usize) -> Target {
    target(n).domain("[-1, 2] [0, 1/3]").output("x[0]*mean(y: y[1])").load()
}

fn image(token: &[Rational], matrix: &SparseMatrix) -> Vec<Rational> {
    let mut image = vec![integer(0); token.len()];
    for (row, column, weight) in matrix.iter() {
        image[column] += weight * &token[row];
    }
    image
}

proptest! {
    #[test]
    fn scores_within_eta_give_weights_within_a_factor_of_e_to_two_eta(
        eta in 0u32..2000, shares in prop::collection::vec(-1000i64..=1000, 1..40),
    ) {
        let eta = ratio(i64::from(eta), 500);
        let n = shares.len();
        let mut weights: Vec<FloatInterval> =
            shares.iter().map(|&share| FloatInterval::from_rational(&(&eta * ratio(share, 1000)))).collect();
        FloatInterval::softmax(&mut weights, Summation::InOrder, &mut Vec::new());
        let [least, most] = [-2, 2].map(|factor| FloatInterval::from_rational(&(&eta * integer(factor))).exp());
        for weight in weights {
            let times = weight * FloatInterval::from_count(n);
            // Enclosures are narrow, so this is the lemma up to a few rounding errors.
            prop_assert!(times.wid() <= 1e-11 * times.sup());
            prop_assert!(times.inf() <= most.sup() && times.sup() >= least.inf());
            prop_assert!(times.sup() <= most.sup() * (1.0 + 1e-11) && times.inf() >= least.inf() * (1.0 - 1e-11));
        }
    }

    #[test]
    fn no_pair_of_tokens_has_a_score_above_the_certified_bound(
        eta in 0i64..500, seed in 0u64..50, width in 1usize..200, shares in prop::collection::vec(0i64..=8, 4),
    ) {
        let eta = ratio(eta, 100);
        let domain = own_times_mean(3).domain;
        let scores = score_matrices(&domain, width, &eta, seed);
        prop_assert!(scores.bound <= eta);
        let place = |(side, &share): (&Interval, &i64)| side.inf() + side.wid() * ratio(share, 8);
        let token = |shares: &[i64]| domain.iter().zip(shares).map(place).collect::<Vec<_>>();
        let (query, key) = (image(&token(&shares[..2]), &scores.query), image(&token(&shares[2..]), &scores.key));
        let score: Rational = query.iter().zip(&key).map(|(q, k)| q * k).sum();
        // |score| / √D ≤ η, squared.
        prop_assert!(&score * &score <= &scores.bound * &scores.bound * integer(width as i64));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_weight_deviates_by_more_than_is_certified(
        tokens in 1usize..12, eta in 0i64..300, seed in 0u64..1000, kind in 0usize..4, count in 1usize..6,
    ) {
        let architecture = match kind {
            0 => Architecture::Transformer,
            1 => Architecture::Linformer { rank: count },
            normalized => Architecture::Performer { features: count, seed, normalized: normalized == 2 },
        };
        let point = ScoresPoint { tokens, eta: ratio(eta, 100), architecture, seed };
        let row = scores_row(&own_times_mean(tokens), &point).unwrap();
        prop_assert!(!row.refutes(), "{point:?}: {row:?}");
        // With F = 1/n every row of F V is the mean.
        prop_assert!(kind != 1 || row.measured == 0.0);
        // A single token's weight is 1 whatever its scores, but for a Performer that does not divide.
        prop_assert!(kind == 3 || tokens > 1 || row.measured == 0.0);
    }
}

#[test]
fn measured_deviations_are_not_vacuous() {
    let tokens = 16;
    for (kind, architecture) in [
        Architecture::Transformer,
        Architecture::Performer { features: 64, seed: 0, normalized: true },
        Architecture::Performer { features: 64, seed: 0, normalized: false },
    ]
    .into_iter()
    .enumerate()
    {
        let row = scores_row(
            &own_times_mean(tokens),
            &ScoresPoint { tokens, eta: ratio(1, 10), architecture, seed: 0 },
        )
        .unwrap();
        assert!(row.measured > row.certified / 100.0, "{kind}: {row:?}");
        assert!(row.outputs > 0.0, "{kind}: {row:?}");
    }
}

#[test]
fn the_probe_puts_out_the_attention_weights() {
    let (tokens, domain) = (5, own_times_mean(5).domain);
    let width = probe_width(domain.len(), tokens);
    let scores = score_matrices(&domain, width, &ratio(2, 1), 3);
    let sequence = sumformer::scale::attention::sequence(&domain, tokens, 1);
    let weights =
        attention_weights::<f64>(&sequence, mechanism(Architecture::Transformer, width), &scores).unwrap();
    for (i, row) in weights.iter().enumerate() {
        // By the definition, in exact scores.
        let query = image(&sequence[i], &scores.query);
        let exponentials: Vec<f64> = sequence
            .iter()
            .map(|token| {
                let score: Rational = image(token, &scores.key).iter().zip(&query).map(|(k, q)| k * q).sum();
                (sumformer_checker::arith::number::to_f64(&score) / (width as f64).sqrt()).exp()
            })
            .collect();
        let total: f64 = exponentials.iter().sum();
        for (weight, exponential) in row.iter().zip(&exponentials) {
            assert!((weight - 5.0 * exponential / total).abs() < 1e-12);
        }
    }
    assert!(weights.iter().flatten().any(|weight| (weight - 1.0).abs() > 1e-2));
}

#[test]
fn more_random_features_and_projections_are_nearer_to_softmax_attention() {
    let domain = own_times_mean(16).domain;
    let error = |estimator, rank| {
        let point = ProjectionPoint { tokens: 16, eta: ratio(1, 2), estimator, rank, seeds: 12 };
        projection_error(&domain, &point).unwrap()
    };
    for estimator in [Estimator::JohnsonLindenstrauss, Estimator::Favor, Estimator::PaperPerformer] {
        let (few, many) = (error(estimator, 1), error(estimator, 64));
        // 1/√64 of the error, give or take what 12 seeds leave open.
        assert!(many < few / 3.0 && many > few / 30.0, "{estimator:?}: {few} and {many}");
    }
    // Independent E and F: the output has nothing to do with the mean, for any k.
    assert!(error(Estimator::LinformerNormal, 64) > 0.5);
}
