//! Networks of step units: no scalar may miss or misplace a jump.

use super::*;

/// A unit's weights from slots x and y, bias, and weights to them, in sixteenths.
type StepUnit = ((i64, i64), i64, (i64, i64));

/// Blocks of step units on slots x (the input) and y (the output).
fn step_network(blocks: &[Vec<StepUnit>]) -> Network {
    let sixteenths = |(x, y)| SparseVector::from_entries([(0, ratio(x, 16)), (1, ratio(y, 16))]);
    let unit = |&(input, bias, output): &StepUnit| Unit {
        input: sixteenths(input),
        bias: Exact(ratio(bias, 16)),
        output: sixteenths(output),
    };
    let block = |units: &Vec<StepUnit>| Block {
        label: String::new(),
        attention: None,
        activation: Activation::Step,
        units: units.iter().map(unit).collect(),
        bias: SparseVector::default(),
    };
    let one = |row| SparseMatrix::from_entries([(row, 0, integer(1))]);
    Network {
        format: NETWORK_FORMAT.into(),
        tokens: Tokens::Any,
        dimension: 1,
        outputs: 1,
        slots: ["x", "y"].map(String::from).to_vec(),
        embedding: AffineMap { weights: one(0), bias: SparseVector::default() },
        blocks: blocks.iter().map(block).collect(),
        readout: AffineMap { weights: one(1), bias: SparseVector::default() },
    }
}

proptest! {
    /// Small numbers, so that thresholds are met exactly, and nothing is rounded.
    #[test]
    fn step_networks_of_short_dyadics_are_exact_in_every_scalar(
        blocks in prop::collection::vec(
            prop::collection::vec(((-2..3i64, -2..3i64), -4..5i64, (-4..5i64, -4..5i64)), 0..6),
            1..4,
        ),
        x in -40..41i64,
    ) {
        let network = step_network(&blocks);
        let sequence = [vec![ratio(x, 16)]];
        let exact = &ExactEvaluator::new(&network).unwrap().evaluate(&sequence).unwrap()[0][0];
        let value = exact.to_f64().unwrap();
        prop_assert_eq!(run::<f64>(&network, &sequence)[0][0], value);
        prop_assert_eq!(f64::from(run::<f32>(&network, &sequence)[0][0]), value);
        prop_assert_eq!(run::<FloatInterval>(&network, &sequence)[0][0], FloatInterval::point(value));
    }
}

#[test]
fn an_interval_across_a_threshold_encloses_both_values() {
    // 3/16 for x ≥ 1/2.
    let network = step_network(&[vec![((16, 0), -8, (0, 3))]]);
    let forward = Forward::<FloatInterval>::compile(&network).unwrap();
    let image = |inf, sup| forward.run(&[vec![FloatInterval::new(inf, sup).unwrap()]]).unwrap()[0][0];
    let (below, above) = (FloatInterval::point(0.0), FloatInterval::point(3.0 / 16.0));
    assert_eq!(image(0.0, 1.0), below.hull(above));
    assert_eq!(image(0.0, 0.5), below.hull(above), "the threshold itself lies above");
    assert_eq!(image(0.0, 0.5f64.next_down()), below);
    assert_eq!(image(0.5, 1.0), above);
    assert_eq!(image(f64::NEG_INFINITY, f64::INFINITY), below.hull(above));
}

#[test]
fn steps_keep_nan() {
    assert!(Scalar::step(f64::NAN).is_nan() && Scalar::step(f32::NAN).is_nan());
    assert_eq!([-0.0, f64::INFINITY, -f64::MIN_POSITIVE].map(Scalar::step), [1.0, 1.0, 0.0]);
    let forward = Forward::<f64>::compile(&step_network(&[vec![((16, 0), -8, (0, 3))]])).unwrap();
    assert_eq!(forward.run(&[vec![f64::NAN]]), Err(EvalError::NotFinite { token: 0, output: 0 }));
}
