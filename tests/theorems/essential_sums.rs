//! Theorem A of docs/latent.md: a polynomial target is a polynomial in its essential sums, and in no fewer combinations.

use common::gallery::constructions;
use num_traits::Zero;
use proptest::prelude::*;
use std::collections::BTreeMap;
use sumformer::floors::{Essential, essential_sums, monotone};
use sumformer::lowering::plan::Layout;
use sumformer::strategies::{Sequence, fixed, places, sequences, shape};
use sumformer::sumformer::SumBasis;
use sumformer::sumformer::essential::Combination;
use sumformer::sumformer::latent::{LatentMode, choose};
use sumformer_checker::arith::number::{Rational, ratio};
use sumformer_checker::language::evaluate_sequence;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::limits::MAX_TERMS;
use sumformer_checker::surrogate::Surrogate;

fn essential(target: &Target) -> Essential {
    let surrogate = Surrogate::new(target, &[], MAX_TERMS).expect("a polynomial");
    essential_sums(&surrogate).expect("essential sums")
}

/// g at the own token and the e sums, by their definition.
fn through_the_sums(essential: &Essential, sequence: &Sequence) -> Vec<Vec<Rational>> {
    let form = &essential.form;
    let feature = |token: &Vec<Rational>, j: usize| form.features[j].evaluate(|k| token[k as usize].clone());
    let power_sums = |own: usize| -> Vec<Rational> {
        (0..form.features.len())
            .map(|j| {
                let tokens = sequence.iter().enumerate();
                let counted = tokens.filter(|(i, _)| form.basis != SumBasis::Others || *i != own);
                let sum = counted.fold(Rational::zero(), |sum, (_, token)| sum + feature(token, j));
                if form.basis == SumBasis::Means { sum / ratio(sequence.len() as i64, 1) } else { sum }
            })
            .collect()
    };
    (0..sequence.len())
        .map(|own| {
            let p = power_sums(own);
            let combine = |row: &Combination| row.iter().fold(Rational::zero(), |s, (&j, c)| s + c * &p[j]);
            let sums: Vec<Rational> = essential.combinations.iter().map(combine).collect();
            let value = |v: u32| match (v as usize).checked_sub(form.dimension) {
                None => sequence[own][v as usize].clone(),
                Some(sum) => sums[sum].clone(),
            };
            essential.psi.iter().map(|psi| psi.evaluate(value)).collect()
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_target_is_a_polynomial_in_its_essential_sums(shape in shape(fixed(4), 3), places in places()) {
        let target = shape.target();
        let Tokens::Fixed(n) = target.tokens else { unreachable!() };
        let essential = essential(&target);
        prop_assert!(essential.sums() <= essential.form.features.len());
        for sequence in sequences(&target, n, &places, 3) {
            prop_assert_eq!(through_the_sums(&essential, &sequence), evaluate_sequence(&target, &sequence).expect("a value"));
        }
        // No row is a combination of the others: each has a column of its own.
        for (i, pivot) in essential.pivots.iter().enumerate() {
            for (other, entries) in essential.combinations.iter().enumerate() {
                prop_assert_eq!(entries.get(pivot).cloned().unwrap_or_default(), ratio(i64::from(other == i), 1));
            }
        }
    }
}

/// As another program found, in `python-flint`.
#[test]
fn the_gallery_has_these_numbers_of_essential_sums() {
    let expected = BTreeMap::from([
        ("any-covariance", 3),
        ("any-spread", 2),
        ("centroid-attraction", 3),
        ("covariance", 3),
        ("determinants", 3),
        ("e2-others", 2),
        ("e3-others", 3),
        ("figure-1-polynomial", 6),
        ("figure-2-d1", 1),
        ("figure-2-d10", 10),
        ("figure-2-d4", 4),
        ("half-mean-3", 1),
        ("long", 3),
        ("mixed-moments", 4),
        ("pair-potential", 8),
        ("power-seven", 1),
        ("product-of-others", 4),
        ("semi-invariant", 3),
        ("shifted-domain", 2),
        ("sum-of-squares", 1),
        ("third-central-moment", 3),
    ]);
    let mut seen = 0;
    for construction in constructions() {
        if let Some(sums) = expected.get(construction.name.as_str()) {
            assert_eq!(essential(&construction.target).sums(), *sums, "{}", construction.name);
            let surrogate = Surrogate::new(&construction.target, &[], MAX_TERMS).expect("a polynomial");
            let chosen = choose(&surrogate, LatentMode::Sparse, Layout::Tree, 1e-3).expect("a Sumformer");
            assert_eq!(chosen.0.latent_dimension(), *sums, "{}", construction.name);
            seen += 1;
        }
    }
    assert_eq!(seen, expected.len());
}

#[test]
fn a_floor_for_more_sums_is_one_for_fewer() {
    let [half, third, fifth] = [2, 3, 5].map(|q| ratio(1, q));
    let raised = monotone(&[(0, third.clone()), (1, half.clone()), (3, fifth.clone())]);
    assert_eq!(raised, [(0, half.clone()), (1, half), (3, fifth)]);
    assert_eq!(monotone(&[]), []);
}
