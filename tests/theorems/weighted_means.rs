//! Heads with scores of their own: the lemmas, and what is built from targets with weighted means.

use proptest::prelude::*;
use sumformer::approximation::structural::surrogate;
use sumformer::eval::Forward;
use sumformer::eval::surrogate::evaluate;
use sumformer::prelude::{Architecture, plan};
use sumformer::recipe::{Options, SumOptions};
use sumformer_checker::arith::number::{ratio, to_f64};
use sumformer_checker::language::evaluate_sequence;
use sumformer_checker::language::target::{Target, Tokens};

const LIMIT: usize = 200_000;
const ROUNDING: f64 = 1e-9;

/// Tokens, domain, output.
const TARGETS: [(&str, &str, &str); 11] = [
    // Scores that cancel.
    ("2", "[1, 3/2]", "(mean(y: exp(x[0]^2)*y[0])/mean(y: exp(x[0]^2)))^2"),
    (
        "any",
        "[-3, 3] [0, 1]",
        "mean(y: exp(cos(2*x[0]-y[0] + 1) + sin(y[0]))*y[1])/mean(y: exp(cos(2*x[0]-y[0] + 1) + sin(y[0])))",
    ),
    ("4", "[-1, 1] [-1, 1]", "sum(y: exp(x[0]*y[0]+x[1]*y[1])*y[0]) / sum(y: exp(x[0]*y[0]+x[1]*y[1]))"),
    ("any", "[0, 1] [-2, 1]", "mean(y: y[1]*exp(-3*(x[0]-y[0])^2)) / mean(y: exp(-3*(x[0]-y[0])^2))"),
    ("3", "[0, 2]", "x[0]^2*sum(y: exp(x[0]-y[0])*(y[0]-x[0])^2) / sum(y: exp(x[0]-y[0])) + sum(y: y[0]^2)"),
    ("5", "[0, 1]", "max(y: y[0]) - min(y: y[0]*(2 - x[0]))"),
    ("3", "[-1, 1]", "abs(sum(y: exp(tanh(x[0])*y[0])*sin(y[0])) / sum(y: exp(tanh(x[0])*y[0])))"),
    (
        "2",
        "[1, 2] [1, 2]",
        "sum(y: exp(3*x[0]*y[0]/sqrt(1+y[1]^2))*y[1]) / sum(y: exp(3*x[0]*y[0]/sqrt(1+y[1]^2)))",
    ),
    ("any", "[-1, 1]", "exp(mean(y: exp(y[0])*y[0]) / mean(y: exp(y[0])))"),
    ("4", "[0, 1]", "2*sum(y: exp(x[0])*exp(4*y[0])*y[0]) / sum(y: exp(4*y[0])*exp(x[0]))"),
    ("1", "[0, 1]", "sum(y: exp(y[0])*y[0]) / sum(y: exp(y[0]))"),
];

fn target(which: usize) -> Target {
    let (tokens, sides, output) = TARGETS[which];
    common::target(tokens).domain(sides).output(output).load()
}

fn sequence(target: &Target, shares: &[f64]) -> Vec<Vec<f64>> {
    let n = match target.tokens {
        Tokens::Fixed(n) => n,
        Tokens::Any => 1 + (shares[0] * 6.0) as usize,
    };
    let mut shares = shares.iter().cycle();
    // A third of the coordinates at the ends.
    let mut coordinate = |k: usize| {
        let share = (shares.next().expect("not empty") * 1.5 - 0.25).clamp(0.0, 1.0);
        let side = &target.domain[k];
        to_f64(side.inf()) + to_f64(&side.wid()) * share
    };
    (0..n).map(|_| (0..target.dimension()).map(&mut coordinate).collect()).collect()
}

fn softmax(scores: &[f64]) -> Vec<f64> {
    let top = scores.iter().copied().fold(f64::MIN, f64::max);
    let weights: Vec<f64> = scores.iter().map(|s| (s - top).exp()).collect();
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|w| w / sum).collect()
}

fn mean(scores: &[f64], values: &[f64]) -> f64 {
    softmax(scores).iter().zip(values).map(|(p, v)| p * v).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Scores that are off by at most δ move a mean of values in a range of width w by at most w·tanh(δ/2); two blocks of equal
    /// values whose scores move apart attain it.
    #[test]
    fn a_weighted_mean_moves_by_half_of_what_its_scores_do(
        tokens in prop::collection::vec((-6.0f64..6.0, -1.0f64..1.0, -3.0f64..3.0), 1..12), delta in 0.0f64..3.0,
    ) {
        let delta_of = |tilt: f64| tilt.signum() * delta * (tilt.abs() / 3.0).sqrt();
        let scores: Vec<f64> = tokens.iter().map(|(s, ..)| *s).collect();
        let moved: Vec<f64> = tokens.iter().map(|(s, tilt, _)| s + delta_of(*tilt)).collect();
        let values: Vec<f64> = tokens.iter().map(|(.., v)| *v).collect();
        let [low, high] = [f64::min, f64::max].map(|of| values.iter().copied().reduce(of).expect("a token"));
        let distance = (mean(&moved, &values) - mean(&scores, &values)).abs();
        prop_assert!(distance <= (high - low) * (delta / 2.0).tanh() + 1e-12);
        let attained = mean(&[delta / 2.0, -delta / 2.0], &[1.0, 0.0]) - mean(&[-delta / 2.0, delta / 2.0], &[1.0, 0.0]);
        prop_assert!((attained - (delta / 2.0).tanh()).abs() < 1e-12);
    }

    /// The bound is attained: with n − 1 = λe^(1+λ) others, all (1 + λ)/β below the largest.
    #[test]
    fn a_sharp_head_may_be_as_far_as_that(others in 1_usize..40, beta in 0.1f64..50.0) {
        let (mut low, mut high) = (0.0_f64, 8.0);
        for _ in 0..80 {
            let lambda = f64::midpoint(low, high);
            if lambda * (1.0 + lambda).exp() < others as f64 { low = lambda } else { high = lambda }
        }
        let mut values = vec![-(1.0 + high) / beta; others];
        values.push(0.0);
        let scores: Vec<f64> = values.iter().map(|b| beta * b).collect();
        let below = -mean(&scores, &values);
        prop_assert!((below - high / beta).abs() < 1e-9 / beta, "{below} is not {}", high / beta);
    }

    /// The mean of b with the scores βb is below the largest b by at most λ/β where n − 1 ≤ λe^(1+λ).
    #[test]
    fn a_sharp_head_is_near_the_largest(
        values in prop::collection::vec(-2.0f64..2.0, 1..20), beta in 0.1f64..50.0, lambda in 0.0f64..6.0,
    ) {
        let scores: Vec<f64> = values.iter().map(|b| beta * b).collect();
        let largest = values.iter().copied().fold(f64::MIN, f64::max);
        let below = largest - mean(&scores, &values);
        prop_assert!(below >= -1e-12);
        if (values.len() - 1) as f64 <= lambda * (1.0 + lambda).exp() {
            prop_assert!(below <= lambda / beta + 1e-12);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_stands_for_weighted_means_is_as_near_as_it_says(
        which in 0..TARGETS.len(), fineness in 5i64..200, shares in prop::collection::vec(0.0f64..1.0, 32 * 13),
    ) {
        let target = target(which);
        let surrogate = surrogate(&target, &ratio(1, fineness), LIMIT, true).expect("a surrogate");
        prop_assert!(!surrogate.means.is_empty());
        for shares in shares.chunks(13) {
            let tokens = sequence(&target, shares);
            let got = evaluate(&surrogate, &tokens).expect("defined");
            let wanted = evaluate_sequence(&target, &tokens).expect("defined");
            for (got, wanted) in got.iter().zip(&wanted) {
                for ((got, wanted), deviation) in got.iter().zip(wanted).zip(&surrogate.deviations) {
                    prop_assert!((got - wanted).abs() <= to_f64(deviation) + ROUNDING, "{}: {got}, {wanted}", target.source);
                }
            }
        }
    }

    /// Networks with real scores, proved, in floating point beside the target.
    #[test]
    fn networks_that_attend_are_as_near_as_is_proved(
        which in 0..TARGETS.len(), fineness in 5i64..100, shares in prop::collection::vec(0.0f64..1.0, 32 * 13),
    ) {
        let target = target(which);
        let sums = SumOptions { heads: true, ..SumOptions::default() };
        let options = Options { epsilon: Some(ratio(1, fineness)), sums, ..Options::default() };
        let mut plan = plan(&target, &options, &()).expect("a plan");
        let proof = plan.prove(Architecture::Transformer, &()).expect("a proof").proof;
        let network = sumformer_checker::format::network::Network::from_json(proof.network_json.as_bytes()).expect("a network");
        let certified = to_f64(&proof.certificate.certified.0);
        let forward = Forward::<f64>::compile(&network).expect("a network");
        for shares in shares.chunks(13) {
            let tokens = sequence(&target, shares);
            let got = forward.run(&tokens).expect("defined");
            let wanted = evaluate_sequence(&target, &tokens).expect("defined");
            for (got, wanted) in got.iter().zip(&wanted) {
                for (got, wanted) in got.iter().zip(wanted) {
                    prop_assert!((got - wanted).abs() <= certified + ROUNDING, "{}: {got}, {wanted}", target.source);
                }
            }
        }
    }
}
