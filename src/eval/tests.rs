//! Rounded and interval passes against the exact one, stability of constant scores, and equivariance.

#[path = "../checker/witness/semantics/tests/random_network.rs"]
mod random_network;
mod steps;

use super::*;
use crate::numeric::{FloatInterval, Scalar, Summation};
use num_traits::ToPrimitive;
use proptest::prelude::*;
use random_network::{EXACT, OUTPUTS, RANDOM, Random, Scores, WIDTH};
use sumformer_checker::arith::number::{Exact, Rational, integer, ratio};
use sumformer_checker::format::network::{
    Activation, AffineMap, Attention, Block, Head, Mechanism, NETWORK_FORMAT, Network, Projection,
    UniformValue, Unit,
};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::language::target::Tokens;
use sumformer_checker::witness::semantics::ExactEvaluator;

fn round<S: Scalar>(sequence: &[Vec<Rational>]) -> Vec<Vec<S>> {
    sequence.iter().map(|token| token.iter().map(S::from_rational).collect()).collect()
}

fn run<S: Scalar>(network: &Network, sequence: &[Vec<Rational>]) -> Vec<Vec<S>> {
    Forward::compile(network).and_then(|forward| forward.run(&round(sequence))).expect("finite")
}

proptest! {
    #[test]
    fn all_scalars_agree_with_the_exact_pass(seed in any::<u64>(), n in 1usize..7) {
        let mut random = Random(seed);
        for scores in EXACT {
            let network = random.network(scores, n);
            let sequence = random.sequence(n);
            let exact = ExactEvaluator::new(&network).unwrap().evaluate(&sequence).unwrap();
            let enclosures = run::<FloatInterval>(&network, &sequence);
            let (double, single) = (run::<f64>(&network, &sequence), run::<f32>(&network, &sequence));
            for (i, c) in (0..n).flat_map(|i| (0..OUTPUTS).map(move |c| (i, c))) {
                let (value, enclosure) = (&exact[i][c], enclosures[i][c]);
                prop_assert!(enclosure.contains(value), "{scores:?}: {enclosure} misses {value}");
                // Weights are at most 1 and at most 4 units meet in a slot, so intermediate values stay below 1e5.
                prop_assert!(enclosure.wid() < 1e-9, "{scores:?}: {enclosure} is wide");
                let value = value.to_f64().unwrap();
                prop_assert!((double[i][c] - value).abs() < 1e-10, "{scores:?}: {} for {value}", double[i][c]);
                prop_assert!((f64::from(single[i][c]) - value).abs() < 0.05, "{scores:?}: {} for {value}", single[i][c]);
            }
        }
    }

    #[test]
    fn floats_lie_in_the_enclosure_up_to_their_own_error(seed in any::<u64>(), n in 1usize..7) {
        let mut random = Random(seed);
        for scores in RANDOM {
            let network = random.network(scores, n);
            let sequence = random.sequence(n);
            let expected = by_definition(&network, &sequence);
            let forward = Forward::<FloatInterval>::compile(&network).unwrap();
            for summation in [Summation::InOrder, Summation::OrderIndependent] {
                let forward = Forward::compile(&network).unwrap().with_summation(summation);
                let double = forward.run(&round::<f64>(&sequence)).unwrap();
                for (value, reference) in double.concat().iter().zip(expected.concat()) {
                    prop_assert!((value - reference).abs() <= 1e-9 * (1.0 + reference.abs()), "{scores:?}: {value} for {reference}");
                }
            }
            for (enclosure, reference) in forward.run(&round(&sequence)).unwrap().concat().iter().zip(expected.concat()) {
                let slack = 1e-9 * (1.0 + reference.abs());
                prop_assert!(enclosure.inf() - slack <= reference && reference <= enclosure.sup() + slack, "{scores:?}");
                prop_assert!(enclosure.wid() <= 1e-6 * (1.0 + reference.abs()), "{scores:?}: {enclosure} is wide");
            }
        }
    }

    #[test]
    fn order_independent_sums_are_equivariant_bit_for_bit(seed in any::<u64>(), n in 2usize..40) {
        let mut random = Random(seed);
        let equivariant = EXACT.into_iter().chain(RANDOM).filter(|scores| {
            !matches!(scores, Scores::LinformerZero | Scores::LinformerEqualRows | Scores::LinformerRandom)
        });
        for scores in equivariant {
            let network = random.network(scores, n);
            let sequence = random.sequence(n);
            let mut order: Vec<usize> = (0..n).collect();
            (1..n).for_each(|i| order.swap(i, random.below(i + 1)));
            prop_assert!(is_equivariant::<f64>(&network, &sequence, &order), "{scores:?}");
            prop_assert!(is_equivariant::<f32>(&network, &sequence, &order), "{scores:?}");
            prop_assert!(is_equivariant::<FloatInterval>(&network, &sequence, &order), "{scores:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// However many tokens stand side by side, a token's numbers are the same, bit for bit.
    #[test]
    fn a_batch_is_its_sequences(seed in any::<u64>(), n in 1usize..8, count in 0usize..60) {
        let mut random = Random(seed);
        for scores in EXACT.into_iter().chain(RANDOM) {
            let network = random.network(scores, n);
            let batch: Vec<_> = (0..count).map(|_| random.sequence(n)).collect();
            prop_assert!(is_its_sequences::<f64>(&network, &batch), "{scores:?}");
            prop_assert!(is_its_sequences::<f32>(&network, &batch), "{scores:?}");
            prop_assert!(is_its_sequences::<FloatInterval>(&network, &batch), "{scores:?}");
        }
    }
}

fn is_its_sequences<S: Scalar>(network: &Network, batch: &[Vec<Vec<Rational>>]) -> bool {
    let Tokens::Fixed(n) = network.tokens else { panic!("a network for one length") };
    let batch: Vec<_> = batch.iter().map(|sequence| round::<S>(sequence)).collect();
    [Summation::InOrder, Summation::OrderIndependent].into_iter().all(|summation| {
        let forward = Forward::<S>::compile(network).unwrap().with_summation(summation);
        let one_by_one: Vec<_> = batch.iter().flat_map(|sequence| forward.run(sequence).unwrap()).collect();
        let mut workspace = Workspace::default();
        let together = forward.run_batch(&mut workspace, n, &batch.concat().concat()).unwrap();
        together == one_by_one.concat()
    })
}

fn permute<T: Clone>(rows: &[T], order: &[usize]) -> Vec<T> {
    order.iter().map(|&i| rows[i].clone()).collect()
}

fn is_equivariant<S: Scalar>(network: &Network, sequence: &[Vec<Rational>], order: &[usize]) -> bool {
    let forward = Forward::<S>::compile(network).unwrap().with_summation(Summation::OrderIndependent);
    let tokens = round(sequence);
    forward.run(&permute(&tokens, order)).unwrap() == permute(&forward.run(&tokens).unwrap(), order)
}

#[test]
fn sums_in_order_are_not_equivariant() {
    let network = Random(1).network(Scores::SoftmaxZero, 7);
    let forward = Forward::<f64>::compile(&network).unwrap();
    let broken = (0..200).any(|seed| {
        let tokens = round::<f64>(&Random(seed).sequence(7));
        let mut reversed = tokens.clone();
        reversed.reverse();
        let mut outputs = forward.run(&reversed).unwrap();
        outputs.reverse();
        outputs != forward.run(&tokens).unwrap()
    });
    assert!(broken, "no rounding error met; choose another network");
}

/// The definitions in plain f64, without any of the shortcuts of the compiled network.
fn by_definition(network: &Network, sequence: &[Vec<Rational>]) -> Vec<Vec<f64>> {
    let weight = |w: &Rational| w.to_f64().unwrap();
    let times = |row: &[f64], map: &SparseMatrix, columns: usize| {
        let mut image = vec![0.0; columns];
        map.iter().for_each(|(r, c, w)| image[c] += row[r] * weight(w));
        image
    };
    let affine = |row: &[f64], map: &AffineMap, columns: usize| {
        let mut image = times(row, &map.weights, columns);
        map.bias.iter().for_each(|(c, b)| image[c] += weight(b));
        image
    };
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(p, q)| p * q).sum::<f64>();
    let mut x: Vec<Vec<f64>> =
        round::<f64>(sequence).iter().map(|token| affine(token, &network.embedding, WIDTH)).collect();
    let n = x.len();
    for block in &network.blocks {
        let mut z = x.clone();
        for (h, head) in block.attention.iter().flat_map(|layer| layer.heads.iter().enumerate()) {
            let image = |w| x.iter().map(|row| times(row, w, WIDTH)).collect::<Vec<_>>();
            let (q, mut k, mut v) = (image(&head.query), image(&head.key), image(&head.value));
            let project = |p: &Projection, y: &[Vec<f64>]| -> Vec<Vec<f64>> {
                let entry = |r, c| (0..n).map(|j| weight(&p.entry(r, j, n)) * y[j][c]).sum::<f64>();
                (0..p.rank()).map(|r| (0..WIDTH).map(|c| entry(r, c)).collect()).collect()
            };
            if let Mechanism::Linformer { e, f } = &head.mechanism {
                (k, v) = (project(e, &k), project(f, &v));
            }
            let score = |q: &[f64], k: &[f64]| match &head.mechanism {
                Mechanism::Softmax | Mechanism::Linformer { .. } => (dot(q, k) / (WIDTH as f64).sqrt()).exp(),
                Mechanism::Performer { features, .. } => {
                    let a = |z: &[f64], omega: &SparseVector| {
                        (omega.iter().map(|(s, w)| weight(w) * z[s]).sum::<f64>() - dot(z, z) / 2.0).exp()
                    };
                    features.iter().map(|omega| a(q, omega) * a(k, omega)).sum::<f64>()
                        / features.len() as f64
                }
            };
            let divided = !matches!(head.mechanism, Mechanism::Performer { normalized: false, .. });
            for (i, z) in z.iter_mut().enumerate() {
                let weights: Vec<f64> = k.iter().map(|key| score(&q[i], key)).collect();
                let total = if divided { weights.iter().sum() } else { 1.0 };
                let mut wide = vec![0.0; network.blocks[1].attention.as_ref().unwrap().heads.len() * WIDTH];
                for c in 0..WIDTH {
                    wide[h * WIDTH + c] = weights.iter().zip(&v).map(|(w, v)| w / total * v[c]).sum();
                }
                let output = &block.attention.as_ref().unwrap().output;
                z.iter_mut().zip(times(&wide, output, WIDTH)).for_each(|(slot, value)| *slot += value);
            }
        }
        for (row, z) in x.iter_mut().zip(&z) {
            for unit in &block.units {
                let linear =
                    unit.input.iter().map(|(s, w)| weight(w) * z[s]).sum::<f64>() + weight(&unit.bias.0);
                let power = if block.activation == Activation::Relu { 1 } else { 2 };
                unit.output.iter().for_each(|(s, w)| row[s] += weight(w) * linear.max(0.0).powi(power));
            }
            block.bias.iter().for_each(|(s, b)| row[s] += weight(b));
        }
    }
    x.iter().map(|row| affine(row, &network.readout, OUTPUTS)).collect()
}

/// One softmax head on tokens (query, key, value) with D = 4, so √D = 2; relu carries the output and a large bias.
fn bare_softmax(mechanism: Mechanism) -> Network {
    let one = |row, column| SparseMatrix::from_entries([(row, column, integer(1))]);
    let carry = |sign: i64| Unit {
        input: SparseVector::from_entries([(3, integer(sign))]),
        bias: Exact(integer(0)),
        output: SparseVector::from_entries([(3, integer(sign))]),
    };
    let attention = Attention {
        heads: vec![Head { mechanism, query: one(0, 0), key: one(1, 0), value: one(2, 3) }],
        output: SparseMatrix::scaled_identity(4, integer(1)),
    };
    Network {
        format: NETWORK_FORMAT.into(),
        tokens: Tokens::Any,
        dimension: 3,
        outputs: 1,
        slots: ["query", "key", "value", "out"].map(String::from).to_vec(),
        embedding: AffineMap {
            weights: SparseMatrix::from_entries((0..3).map(|i| (i, i, integer(1)))),
            bias: SparseVector::default(),
        },
        blocks: vec![Block {
            label: "attention".into(),
            attention: Some(attention),
            activation: Activation::Relu,
            units: vec![carry(1), carry(-1)],
            bias: SparseVector::default(),
        }],
        readout: AffineMap { weights: one(3, 0), bias: SparseVector::default() },
    }
}

proptest! {
    /// Theory: scores within η of their row's constant give |out − mean| ≤ (n−1)(e^{2η}−1)/(e^{2η}+n−1)·mean|v| and
    /// ≤ tanh(η/2)·(max v − min v).
    #[test]
    fn softmax_is_stable_around_constant_scores(
        centre in -3.0..3.0f64,
        eta in 0.0..2.0f64,
        tokens in prop::collection::vec((-1.0..1.0f64, -1.0..1.0f64), 1..12),
    ) {
        let forward = Forward::<FloatInterval>::compile(&bare_softmax(Mechanism::Softmax)).unwrap();
        let point = FloatInterval::point;
        // Score = 1 · key / √4.
        let sequence: Vec<_> = tokens
            .iter()
            .map(|&(delta, value)| vec![point(1.0), point(2.0 * (centre + eta * delta)), point(value)])
            .collect();
        let n = tokens.len() as f64;
        let values = tokens.iter().map(|&(_, value)| value);
        let mean = values.clone().sum::<f64>() / n;
        let magnitude = values.clone().map(f64::abs).sum::<f64>() / n;
        let spread = values.clone().fold(f64::MIN, f64::max) - values.fold(f64::MAX, f64::min);
        let growth = (2.0 * eta).exp();
        let bound = ((n - 1.0) * (growth - 1.0) / (growth + n - 1.0) * magnitude).min((eta / 2.0).tanh() * spread);
        for output in forward.run(&sequence).unwrap() {
            let deviation = (output[0] - point(mean)).mag();
            prop_assert!(deviation <= bound + 1e-12, "{deviation} > {bound}");
        }
    }
}

#[test]
fn the_stability_bound_is_attained() {
    // One key at +η and two at −η with values 1, 0, 0: the first bound with mean|v| = 1/3 is sharp.
    let forward = Forward::<f64>::compile(&bare_softmax(Mechanism::Softmax)).unwrap();
    let eta = 0.7f64;
    let tokens = [(eta, 1.0), (-eta, 0.0), (-eta, 0.0)].map(|(s, v)| vec![1.0, 2.0 * s, v]);
    let growth = (2.0 * eta).exp();
    let bound = 2.0 * (growth - 1.0) / (growth + 2.0) / 3.0;
    assert!((forward.run(&tokens).unwrap()[0][0] - 1.0 / 3.0 - bound).abs() < 1e-15);
}

#[test]
fn large_scores_overflow_nothing() {
    let forward = Forward::<f64>::compile(&bare_softmax(Mechanism::Softmax)).unwrap();
    let tokens = [vec![1.0, 4000.0, 5.0], vec![1.0, -4000.0, 7.0]];
    assert_eq!(forward.run(&tokens).unwrap(), [[5.0], [5.0]]);
    let features = vec![SparseVector::from_entries([(0, integer(900))])];
    let performer =
        |normalized| bare_softmax(Mechanism::Performer { normalized, features: features.clone() });
    let tokens = [vec![1.0, 1.0, 5.0], vec![1.0, 1.0, 7.0]];
    assert_eq!(Forward::compile(&performer(true)).unwrap().run(&tokens).unwrap(), [[6.0], [6.0]]);
    assert_eq!(
        Forward::compile(&performer(false)).unwrap().run(&tokens),
        Err(EvalError::NotFinite { token: 0, output: 0 })
    );
    // Intervals say what is known: the sum is large.
    let tokens = tokens.map(|token| token.into_iter().map(FloatInterval::point).collect());
    let outputs = Forward::compile(&performer(false)).unwrap().run(&tokens).unwrap();
    assert_eq!(outputs[0][0].sup(), f64::INFINITY);
}

#[test]
fn projections_of_any_rank_take_no_memory() {
    let uniform = || Projection::Uniform { rank: usize::MAX, value: UniformValue::ReciprocalLength };
    let network = bare_softmax(Mechanism::Linformer { e: uniform(), f: uniform() });
    let outputs = Forward::<f64>::compile(&network).unwrap().run(&[vec![1.0, 2.0, 5.0], vec![3.0, 4.0, 7.0]]);
    assert_eq!(outputs.unwrap(), [[6.0], [6.0]]);
}

#[test]
fn wrong_shapes_are_errors_and_workspaces_are_reused() {
    let network = Random(3).network(Scores::SoftmaxRandom, 3);
    let forward = Forward::<f64>::compile(&network).unwrap();
    assert_eq!(forward.run(&[]), Err(EvalError::Empty));
    assert_eq!(forward.run(&[vec![1.0, 2.0]]), Err(EvalError::Length { wanted: 3, got: 1 }));
    assert_eq!(
        forward.run(&[vec![1.0, 2.0], vec![1.0], vec![1.0, 2.0, 3.0]]),
        Err(EvalError::Dimension { token: 1, wanted: 2, got: 1 })
    );
    let mut workspace = Workspace::default();
    assert_eq!(
        forward.run_in(&mut workspace, &[0.0; 5]),
        Err(EvalError::Dimension { token: 2, wanted: 2, got: 1 })
    );
    assert_eq!(
        forward.run_batch(&mut workspace, 3, &[0.0; 10]),
        Err(EvalError::Length { wanted: 3, got: 2 })
    );
    assert_eq!(forward.run_batch(&mut workspace, 2, &[0.0; 8]), Err(EvalError::Length { wanted: 3, got: 2 }));
    assert_eq!(forward.run_batch(&mut workspace, 0, &[]), Err(EvalError::Empty));
    assert_eq!(forward.run_batch(&mut workspace, 3, &[]), Ok(&[][..]));
    for seed in 0..5 {
        let tokens = round::<f64>(&Random(seed).sequence(3));
        let reused = forward.run_in(&mut workspace, &tokens.concat()).unwrap().to_vec();
        assert_eq!(reused, forward.run(&tokens).unwrap().concat());
    }
    let mut broken = network;
    broken.dimension = 0;
    assert!(matches!(Forward::<f64>::compile(&broken), Err(EvalError::Network(_))));
    assert_eq!(f64::from_rational(&ratio(1, 10)), 0.1);
}
