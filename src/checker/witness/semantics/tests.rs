//! The exact pass against a direct transcription of the definitions, and the paper's attention lemmas over Q.

mod naive;
pub(crate) mod random_network;

use super::*;
use crate::arith::dyadic::{Dyadic, Rounding};
use crate::arith::number::{Exact, integer, ratio};
use crate::format::network::{Attention, Head, Mechanism, NETWORK_FORMAT, Projection, UniformValue, Unit};
use crate::format::sparse::{SparseMatrix, SparseVector};
use crate::language::target::Tokens;
use proptest::prelude::*;
use random_network::{EXACT, RANDOM, Random, Scores};

proptest! {
    #[test]
    fn all_integer_types_agree_with_the_definition(seed in any::<u64>(), n in 1usize..6) {
        let mut random = Random(seed);
        for scores in EXACT {
            let mut network = random.network(scores, n);
            if random.below(2) == 0 {
                network.blocks[random.below(3)].activation = Activation::Step;
            }
            let sequence = random.sequence(n);
            let expected = naive::evaluate(&network, &sequence);
            let evaluator = ExactEvaluator::new(&network).unwrap();
            prop_assert_eq!(&evaluator.evaluate(&sequence).unwrap(), &expected, "{:?}", scores);
            prop_assert_eq!(evaluator.big().unwrap().run(Sequence::once(&sequence), 0..n).ok(), Some(expected.clone()));
            if let Some(Ok(small)) = evaluator.small.as_ref().map(|small| small.run(Sequence::once(&sequence), 0..n)) {
                prop_assert_eq!(&small, &expected);
            }
            for (token, output) in expected.iter().enumerate() {
                prop_assert_eq!(&evaluator.evaluate_run(Sequence::once(&sequence), token).unwrap(), output);
            }
        }
    }
}

proptest! {
    /// Runs of equal tokens have the values that the written-out sequence has, exactly and in enclosures; and
    /// enclosures contain them.
    #[test]
    fn runs_agree_with_the_written_out_sequence(
        seed in any::<u64>(),
        copies in prop::collection::vec(1usize..4, 1..4),
    ) {
        let mut random = Random(seed);
        let n = copies.iter().sum();
        for scores in EXACT {
            let network = random.network(scores, n);
            let tokens = random.sequence(copies.len());
            let runs = Sequence::of_runs(&tokens, &copies).unwrap();
            let written: Vec<_> =
                tokens.iter().zip(&copies).flat_map(|(t, &c)| std::iter::repeat_n(t.clone(), c)).collect();
            let evaluator = ExactEvaluator::new(&network).unwrap();
            let mut first = 0;
            for (run, &count) in copies.iter().enumerate() {
                let exact = evaluator.evaluate_run(Sequence::once(&written), first).unwrap();
                prop_assert_eq!(&evaluator.evaluate_run(runs, run).unwrap(), &exact, "{:?}", scores);
                for (sequence, at) in [(runs, run), (Sequence::once(&written), first)] {
                    let enclosed = enclosure::enclose_run(&network, sequence, at).unwrap();
                    for (enclosure, value) in enclosed.iter().zip(&exact) {
                        prop_assert!(enclosure.contains(value), "{scores:?}: {value} not in {enclosure:?}");
                        prop_assert!(!narrow(&network) || enclosure.wid() < small(), "{scores:?}: {enclosure:?}");
                    }
                }
                first += count;
            }
        }
    }
}

/// Whether no jump can tear an enclosure apart.
fn narrow(network: &Network) -> bool {
    network.blocks.iter().all(|block| block.activation != Activation::Step)
}

/// A width that rounding in a few blocks does not reach.
fn small() -> Dyadic {
    Dyadic::from_rational(&ratio(1, 1 << 32), Rounding::Up)
}

#[test]
fn the_fast_path_is_taken_and_left_when_numbers_grow() {
    let mut random = Random(7);
    let network = random.network(Scores::SoftmaxZero, 2);
    let evaluator = ExactEvaluator::new(&network).unwrap();
    let small = evaluator.small.as_ref().expect("small weights fit");
    let plain = vec![vec![ratio(1, 2), ratio(1, 4)], vec![integer(1), integer(0)]];
    assert_eq!(evaluator.evaluate(&plain).unwrap(), small.run(Sequence::once(&plain), 0..2).ok().unwrap());
    assert!(evaluator.big.get().is_none(), "long integers are prepared without need");
    let large = vec![vec![ratio(1, i64::MAX), ratio(1, i64::MAX - 1)], vec![integer(1), integer(0)]];
    assert!(matches!(small.run(Sequence::once(&large), 0..2), Err(Stop::Overflow)));
    assert_eq!(evaluator.evaluate(&large).unwrap(), naive::evaluate(&network, &large));
    assert!(evaluator.big.get().is_some());
}

/// A network whose only slots are the token's d = 1 coordinate, a constant 1 and the attention's output, which is
/// read out: FC(z) = relu(z_2) − relu(−z_2) carries it.
fn bare_attention(tokens: Tokens, mechanism: Mechanism, scores: &SparseMatrix, value: Rational) -> Network {
    let carry = |sign: i64| Unit {
        input: SparseVector::from_entries([(2, integer(sign))]),
        bias: Exact(integer(0)),
        output: SparseVector::from_entries([(2, integer(sign))]),
    };
    Network {
        format: NETWORK_FORMAT.into(),
        tokens,
        dimension: 1,
        outputs: 1,
        slots: ["x", "one", "sigma"].map(String::from).to_vec(),
        embedding: AffineMap {
            weights: SparseMatrix::from_entries([(0, 0, integer(1))]),
            bias: SparseVector::from_entries([(1, integer(1))]),
        },
        blocks: vec![Block {
            label: "attention".into(),
            attention: Some(Attention {
                heads: vec![Head {
                    mechanism,
                    query: scores.clone(),
                    key: scores.clone(),
                    value: SparseMatrix::from_entries([(0, 2, value)]),
                }],
                output: SparseMatrix::scaled_identity(3, integer(1)),
            }),
            activation: Activation::Relu,
            units: vec![carry(1), carry(-1)],
            bias: SparseVector::default(),
        }],
        readout: AffineMap {
            weights: SparseMatrix::from_entries([(2, 0, integer(1))]),
            bias: SparseVector::default(),
        },
    }
}

/// W_Q = W_K = [e1, 0]: the constant slot alone.
fn paper_scores() -> SparseMatrix {
    SparseMatrix::from_entries([(1, 0, integer(1))])
}

fn column(values: &[Rational]) -> Vec<Vec<Rational>> {
    values.iter().map(|value| vec![value.clone()]).collect()
}

fn outputs(network: &Network, values: &[Rational]) -> Result<Vec<Vec<Rational>>, SemanticsError> {
    ExactEvaluator::new(network)?.evaluate(&column(values))
}

fn sample() -> Vec<Rational> {
    vec![ratio(1, 3), ratio(-2, 7), integer(5), ratio(1, 1024)]
}

#[test]
fn theorem_4_3_zero_scores_softmax_is_the_mean() {
    let mean = sample().iter().sum::<Rational>() / integer(4);
    for scores in [SparseMatrix::default(), paper_scores()] {
        let network = bare_attention(Tokens::Any, Mechanism::Softmax, &scores, integer(1));
        assert_eq!(outputs(&network, &sample()).unwrap(), column(&vec![mean.clone(); 4]));
        assert_eq!(outputs(&network, &sample()[..1]).unwrap(), column(&sample()[..1]));
        // W_V = n·I gives Σ.
        let network = bare_attention(Tokens::Fixed(4), Mechanism::Softmax, &scores, integer(4));
        assert_eq!(outputs(&network, &sample()).unwrap(), column(&vec![&mean * integer(4); 4]));
    }
}

#[test]
fn theorem_4_4_uniform_projection_any_rank() {
    let sum = sample().iter().sum::<Rational>();
    for rank in [1, 2, 5, usize::MAX] {
        for scores in [SparseMatrix::default(), paper_scores(), SparseMatrix::scaled_identity(3, integer(1))]
        {
            let uniform =
                |value: i64| Projection::Uniform { rank, value: UniformValue::Fixed(Exact(ratio(1, value))) };
            // F = (1/n)·1 with W_V = n·I is Σ for every k, whatever the scores.
            let mechanism = Mechanism::Linformer { e: uniform(4), f: uniform(4) };
            let network = bare_attention(Tokens::Fixed(4), mechanism, &scores, integer(4));
            assert_eq!(outputs(&network, &sample()).unwrap(), column(&vec![sum.clone(); 4]));
            // The printed F = (1/k)·1 returns (n/k)·Σ instead.
            let mechanism = Mechanism::Linformer { e: uniform(3), f: uniform(3) };
            let network = bare_attention(Tokens::Fixed(4), mechanism, &scores, integer(4));
            let scaled = &sum * ratio(4, 3);
            assert_eq!(outputs(&network, &sample()).unwrap(), column(&vec![scaled; 4]));
        }
    }
}

#[test]
fn theorem_4_5_zero_scores_performer_sums() {
    let sum = sample().iter().sum::<Rational>();
    let features = vec![SparseVector::from_entries([(0, ratio(3, 7)), (2, integer(-2))]); 3];
    let performer = |normalized| Mechanism::Performer { normalized, features: features.clone() };
    let zero = SparseMatrix::default();
    let network = bare_attention(Tokens::Any, performer(false), &zero, integer(1));
    assert_eq!(outputs(&network, &sample()).unwrap(), column(&vec![sum.clone(); 4]));
    for scores in [zero, paper_scores()] {
        let network = bare_attention(Tokens::Fixed(4), performer(true), &scores, integer(4));
        assert_eq!(outputs(&network, &sample()).unwrap(), column(&vec![sum.clone(); 4]));
    }
    // The paper's choice has λ = (1/k)Σ exp(2ω_1 − 1), which is not rational.
    let network = bare_attention(Tokens::Any, performer(false), &paper_scores(), integer(1));
    assert!(matches!(outputs(&network, &sample()), Err(SemanticsError::NotExact { block: 0, head: 0, .. })));
}

#[test]
fn scores_are_decided_at_the_input() {
    let identity = SparseMatrix::from_entries([(0, 0, integer(1))]);
    let network = bare_attention(Tokens::Any, Mechanism::Softmax, &identity, integer(1));
    let equal = vec![ratio(2, 3); 3];
    assert_eq!(outputs(&network, &equal).unwrap(), column(&equal));
    // A query of zero has constant scores, the other tokens do not.
    let mixed = [integer(0), integer(1)];
    assert_eq!(
        ExactEvaluator::new(&network).unwrap().evaluate_run(Sequence::once(&column(&mixed)), 0).unwrap(),
        [ratio(1, 2)]
    );
    let error = outputs(&network, &mixed).unwrap_err().to_string();
    assert!(error.contains("the scores of query 1 with keys 0 and 1 differ"), "{error}");
    let long: Vec<Rational> = (0..65).map(integer).collect();
    let error = outputs(&network, &long).unwrap_err().to_string();
    assert!(error.contains("65 queries with 65 keys") && error.contains("limit 64"), "{error}");
    // Slots that compensate each other: q·k = x·1 − x·1 is found by comparing.
    let query = SparseMatrix::from_entries([(1, 0, integer(1)), (1, 2, integer(1))]);
    let key = SparseMatrix::from_entries([(0, 0, integer(1)), (0, 2, integer(-1))]);
    let mut network = network;
    let attention = network.blocks[0].attention.as_mut().unwrap();
    (attention.heads[0].query, attention.heads[0].key) = (query, key);
    assert_eq!(outputs(&network, &mixed).unwrap(), column(&vec![ratio(1, 2); 2]));
}

#[test]
fn random_scores_are_refused() {
    for scores in RANDOM {
        let refused = (0..50).filter(|&seed| {
            let mut random = Random(seed);
            let network = random.network(scores, 4);
            let sequence = random.sequence(4);
            match ExactEvaluator::new(&network).unwrap().evaluate(&sequence) {
                Err(SemanticsError::NotExact { block: 1, reason, .. }) => !reason.is_empty(),
                Ok(outputs) => {
                    assert_eq!(outputs, naive::evaluate(&network, &sequence));
                    false
                }
                Err(other) => panic!("{other}"),
            }
        });
        assert!(refused.count() > 30, "{scores:?}");
    }
}

#[test]
fn wrong_shapes_are_errors() {
    let network = bare_attention(Tokens::Fixed(2), Mechanism::Softmax, &SparseMatrix::default(), integer(1));
    let evaluator = ExactEvaluator::new(&network).unwrap();
    assert_eq!(evaluator.evaluate(&[]), Err(SemanticsError::Empty));
    assert_eq!(evaluator.evaluate_run(Sequence::once(&[]), 0), Err(SemanticsError::Empty));
    assert_eq!(evaluator.evaluate(&column(&sample())), Err(SemanticsError::Length { wanted: 2, got: 4 }));
    assert_eq!(
        evaluator.evaluate(&[vec![integer(1)], vec![integer(1), integer(2)]]),
        Err(SemanticsError::Dimension { token: 1, wanted: 1, got: 2 })
    );
    assert_eq!(
        evaluator.evaluate_run(Sequence::once(&column(&sample()[..2])), 2),
        Err(SemanticsError::NoSuchToken { token: 2, length: 2 })
    );
    let mut broken = network;
    broken.readout.weights = SparseMatrix::from_entries([(9, 0, integer(1))]);
    assert!(matches!(ExactEvaluator::new(&broken), Err(SemanticsError::Network(_))));
}

#[test]
fn towers_of_squares_are_refused_before_they_fill_the_memory() {
    let mut network = bare_attention(Tokens::Any, Mechanism::Softmax, &SparseMatrix::default(), integer(1));
    network.blocks[0].attention = None;
    network.blocks[0].activation = Activation::Relu2;
    network.blocks[0].units[0].input = SparseVector::from_entries([(0, integer(3))]);
    network.blocks[0].units[0].output = SparseVector::from_entries([(0, integer(1))]);
    network.blocks = vec![network.blocks[0].clone(); 64];
    assert_eq!(outputs(&network, &[ratio(1, 3)]), Err(SemanticsError::TooLarge));
}
