//! The Borsuk–Ulam argument, numerically.

use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use sumformer::figures::antipodal::search;
use sumformer::figures::mlp::Mlp;
use sumformer::figures::record::Collision;
use sumformer::figures::targets::{figure_2, figure_2_at_ones};
use sumformer_checker::arith::number::{Rational, ratio};
use sumformer_checker::language::evaluate_sequence;

/// A random perceptron with one hidden layer.
fn perceptron(inputs: usize, hidden: usize, outputs: usize) -> impl Strategy<Value = Mlp> {
    let layer = |outputs: usize, inputs: usize| {
        prop::collection::vec(-2.0..2.0_f64, outputs * (inputs + 1)).prop_map(move |numbers| {
            let (weights, bias) = numbers.split_at(outputs * inputs);
            (DMatrix::from_column_slice(outputs, inputs, weights), DVector::from_column_slice(bias))
        })
    };
    (layer(hidden, inputs), layer(outputs, hidden)).prop_map(|(first, second)| Mlp::new(vec![first, second]))
}

/// |φ(t) − φ(1 − t)|, computed anew.
fn distance(phi: &Mlp, point: &[f64]) -> f64 {
    let t = DVector::from_column_slice(point);
    (phi.value(&t) - phi.value(&t.map(|t| 1.0 - t))).norm()
}

fn on_boundary(point: &[f64]) -> bool {
    point.iter().all(|t| (0.0..=1.0).contains(t)) && point.iter().any(|&t| t == 0.0 || t == 1.0)
}

proptest! {
    #[test]
    fn one_latent_never_tells_all_antipodes_apart(
        phi in (2..8_usize, 1..12_usize).prop_flat_map(|(d, hidden)| perceptron(d, hidden, 1))
    ) {
        let pair = search(&phi).unwrap();
        prop_assert!(on_boundary(&pair.point));
        prop_assert_eq!(pair.distance, distance(&phi, &pair.point));
        // Slopes are at most 2·12·2·2 per coordinate; the last interval of the search is one unit in the last place.
        prop_assert!(pair.distance < 1e-12, "{}", pair.distance);
    }

    #[test]
    fn what_is_found_with_more_latents_is_what_it_is_said_to_be(
        phi in (3..7_usize, 2..10_usize).prop_flat_map(|(d, hidden)| perceptron(d, hidden, 2))
    ) {
        let pair = search(&phi).unwrap();
        prop_assert!(on_boundary(&pair.point));
        prop_assert!((pair.distance - distance(&phi, &pair.point)).abs() < 1e-12);
    }

    #[test]
    fn the_function_is_8_or_32_on_faces(
        (d, k, one, others) in (1..6_usize).prop_flat_map(|d| {
            (Just(d), 0..d, any::<bool>(), prop::collection::vec(0..=1000_i64, d))
        })
    ) {
        let target = figure_2(d).unwrap();
        let mut t: Vec<Rational> = others.into_iter().map(|t| ratio(t, 1000)).collect();
        t[k] = ratio(i64::from(one), 1);
        let sequence = vec![vec![ratio(1, 1); d], t.clone(), t];
        let value = evaluate_sequence(&target, &sequence).unwrap()[0][k].clone();
        prop_assert_eq!(&value, &ratio(if one { 32 } else { 8 }, 1));
        prop_assert_eq!(figure_2_at_ones(f64::from(u8::from(one))), if one { 32.0 } else { 8.0 });
    }

    #[test]
    fn equal_sums_cost_12_whatever_psi_says(
        phi in (2..5_usize).prop_flat_map(|d| perceptron(d, 6, 1)),
        said in prop::collection::vec(-100.0..100.0_f64, 5),
    ) {
        // ψ sees the same own token and the same Σ at both inputs.
        let pair = search(&phi).unwrap();
        let collision = Collision::new(pair, |_| said.clone());
        prop_assert!(collision.largest_error() >= 12.0);
    }
}

#[test]
fn linear_maps_to_fewer_dimensions_have_a_pair_that_is_found() {
    for (latents, dimension) in [(2, 3), (3, 4), (4, 5), (4, 9), (8, 9), (8, 10)] {
        let weights = DMatrix::from_fn(latents, dimension, |i, j| ((3 * i + 5 * j + i * j) % 7) as f64 - 3.0);
        let phi = Mlp::new(vec![(weights, DVector::zeros(latents))]);
        let pair = search(&phi).unwrap();
        assert!(on_boundary(&pair.point) && pair.distance < 1e-12, "{latents}, {dimension}: {pair:?}");
    }
}

#[test]
fn as_many_latents_as_coordinates_need_not_collide() {
    let identity = Mlp::new(vec![(DMatrix::identity(3, 3), DVector::zeros(3))]);
    assert!(search(&identity).is_none());
}

#[test]
fn derivatives_are_those_of_the_values() {
    let first =
        (DMatrix::from_fn(6, 3, |i, j| ((2 * i + 3 * j) % 5) as f64 - 2.0), DVector::from_element(6, 0.3));
    let second = (DMatrix::from_fn(2, 6, |i, j| ((i + 2 * j) % 3) as f64 - 1.0), DVector::zeros(2));
    let phi = Mlp::new(vec![first, second]);
    let x = DVector::from_column_slice(&[0.21, 0.58, 0.77]);
    let (value, jacobian) = phi.value_and_jacobian(&x);
    assert_eq!(value, phi.value(&x));
    let step = 1e-6;
    for k in 0..3 {
        let mut moved = x.clone();
        moved[k] += step;
        let slope = (phi.value(&moved) - &value) / step;
        assert!((slope - jacobian.column(k)).norm() < 1e-6);
    }
}
