//! Approximants with few latents.

use super::target;
use num_traits::Signed;
use proptest::prelude::*;
use sumformer::approximation::ApproximationError;
use sumformer::approximation::truncated::{TruncationOptions, truncated, truncations};
use sumformer::lowering::plan::Layout;
use sumformer::reading::load_target;
use sumformer::sumformer::latent::{LatentMode, choose};
use sumformer_checker::arith::number::{ratio, to_f64};
use sumformer_checker::language::evaluate_token;
use sumformer_checker::language::target::Target;
use sumformer_checker::limits::MAX_TERMS;
use sumformer_checker::surrogate::Surrogate;

const UNIT: (&str, &str) = ("0", "1");

fn latent_dimension(target: &Target) -> usize {
    let surrogate = Surrogate::new(target, &[], MAX_TERMS).expect("a polynomial");
    let (sumformer, _) = choose(&surrogate, LatentMode::Sparse, Layout::Tree, 1e-3).expect("a Sumformer");
    sumformer.latent_dimension()
}

fn non_polynomial() -> Vec<Target> {
    vec![
        target(5, &[UNIT], "exp(x[0]*mean(y: y[0]^2)) + sqrt(1/10 + mean(y: (x[0] - y[0])^2))"),
        target(4, &[UNIT, ("-1", "1/2")], "1/(1 + sum(y: (x[0] - y[0])^2 + (x[1] - y[1])^2))"),
        target(6, &[UNIT], "prod(y != x: 1/2 + y[0]) + max(y: y[0])"),
    ]
}

/// N latents as written are N latents after the choice among all forms; and the spaces of the greedy sequence are
/// nested, so that their least squares errors cannot grow.
#[test]
fn truncations_have_exactly_n_latents_and_errors_that_do_not_grow() {
    let options = TruncationOptions { max_alpha: 3, degree: 2 };
    for target in non_polynomial() {
        let table = truncations(&target, &[0, 1, 2, 3], &options).expect("truncations");
        for (n, row) in table.iter().enumerate() {
            assert_eq!(row.features.len(), n, "{}", row.target.source);
            assert_eq!(latent_dimension(&row.target), n, "{}", row.target.source);
            assert_eq!(load_target("again", &row.target.source).as_ref(), Ok(&row.target));
        }
        for pair in table.windows(2) {
            assert!(pair[1].rms <= pair[0].rms * (1.0 + 1e-9));
            assert!(pair[1].features.starts_with(&pair[0].features));
        }
        assert!(table[3].rms < 0.9 * table[0].rms);
    }
}

#[test]
fn one_truncation_is_the_last_of_its_sequence() {
    let options = TruncationOptions { max_alpha: 3, degree: 2 };
    let target = &non_polynomial()[1];
    let table = truncations(target, &[1, 2], &options).expect("truncations");
    assert_eq!(truncated(target, 2, &options).as_ref(), Ok(&table[1]));
}

/// The choice stops once nothing is left to reduce.
#[test]
fn a_target_with_two_latents_gets_two() {
    let exact = target(5, &[UNIT], "x[0]*mean(y != x: y[0]^2) - mean(y != x: y[0])^2/4 + x[0]");
    let options = TruncationOptions { max_alpha: 4, degree: 2 };
    let row = truncated(&exact, 4, &options).expect("a truncation");
    assert_eq!(row.features.len(), 2);
    assert!(row.sampled_error < 1e-9);
}

#[test]
fn a_target_for_every_length_is_truncated_in_means() {
    let source = "name = \"t\"\ntokens = \"any\"\ndomain = [[\"0\", \"1\"]]\noutput = [\"exp(x[0] - mean(y: y[0]^3))\"]\n";
    let any = load_target("t", source).expect("a target");
    let row = truncated(&any, 1, &TruncationOptions { max_alpha: 4, degree: 4 }).expect("a truncation");
    assert_eq!((row.features.len(), latent_dimension(&row.target)), (1, 1));
    assert_eq!(row.features[0].degree(), 3);
    assert!(row.sampled_error < 2e-3, "{}", row.sampled_error);
}

#[test]
fn impossible_wishes_are_refused_with_their_numbers() {
    let two = target(2, &[UNIT], "exp(x[0]*mean(y: y[0]))");
    let options = TruncationOptions { max_alpha: 9, degree: 2 };
    let asked = ApproximationError::TooManyLatents { asked: 2, available: 1 };
    assert_eq!(truncated(&two, 2, &options), Err(asked));
    let degree = TruncationOptions { max_alpha: 9, degree: 60 };
    assert!(matches!(truncated(&two, 1, &degree), Err(ApproximationError::TooLarge { .. })));
    let alpha = TruncationOptions { max_alpha: 4000, degree: 1 };
    let long = target(3000, &[UNIT], "exp(mean(y: y[0]))");
    assert!(matches!(truncated(&long, 1, &alpha), Err(ApproximationError::TooLarge { .. })));
    let nowhere = target(2, &[UNIT], "log(-1 - x[0])");
    assert_eq!(truncated(&nowhere, 0, &options), Err(ApproximationError::NoSample));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// A polynomial of the fitted space comes back, up to its rounded coefficients.
    #[test]
    fn polynomials_of_the_space_are_reproduced(
        coefficients in prop::collection::vec(-20_i64..20, 6), at in prop::collection::vec(0_i64..=64, 4),
    ) {
        let c = &coefficients;
        let target = target(4, &[UNIT], &format!(
            "{}/3 + {}*x[0] + {}*mean(y: y[0]) + {}*mean(y: y[0]^2)*x[0] + {}*x[0]^2 + {}*mean(y: y[0])^2",
            c[0], c[1], c[2], c[3], c[4], c[5]
        ));
        let options = TruncationOptions { max_alpha: 2, degree: 3 };
        let row = truncated(&target, 2, &options).expect("a truncation");
        let sequence: Vec<Vec<_>> = at.iter().map(|&u| vec![ratio(u, 64)]).collect();
        let [wanted, got] = [&target, &row.target]
            .map(|t| evaluate_token(t, &sequence, 0).expect("a value")[0].clone());
        prop_assert!(to_f64(&(wanted - got).abs()) < 1e-7);
    }
}
