//! The statements of the paper, as properties of the constructions: everything is compared exactly.

mod gadgets;

use num_traits::{Signed, Zero};
use proptest::prelude::*;
use std::sync::Arc;
use sumformer::lowering::attention::{Architecture, Scores};
use sumformer::lowering::plan::Layout;
use sumformer::lowering::{LoweringOptions, lower};
use sumformer::network::builder::BuiltNetwork;
use sumformer::reading::load_target;
use sumformer::recipe::SumOptions;
use sumformer::strategies::{Sequence, attentions, every_length, fixed, places, sequences, shape};
use sumformer::sumformer::SumBasis;
use sumformer::sumformer::candidates::candidates;
use sumformer::sumformer::latent::{LatentMode, choose};
use sumformer_checker::arith::number::{Rational, integer, max, ratio, to_f64};
use sumformer_checker::check::{derive_outputs, largest_total};
use sumformer_checker::format::network::{Activation, Network};
use sumformer_checker::language::evaluate_sequence;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::surrogate::Surrogate;
use sumformer_checker::witness::semantics::{ExactEvaluator, SemanticsError};

/// Expansions of the random targets are far smaller.
const LIMIT: usize = 200_000;
const MAX_UNITS: u64 = 400;

fn options(
    architecture: Architecture,
    scores: Scores,
    activation: Activation,
    epsilon: Rational,
) -> LoweringOptions {
    SumOptions { activation, ..SumOptions::default() }.lowering(architecture, scores, epsilon)
}

/// The network and its certified bound; ε grows until at most about [`MAX_UNITS`] hidden units are needed.
fn network(
    target: &Target,
    architecture: Architecture,
    scores: Scores,
    activation: Activation,
) -> (BuiltNetwork, Rational) {
    let mut epsilon = ratio(1, 100);
    loop {
        let surrogate = Arc::new(Surrogate::new(target, &[], LIMIT).expect("polynomial"));
        let (sumformer, _) =
            choose(&surrogate, LatentMode::Sparse, Layout::Tree, to_f64(&epsilon)).expect("a form");
        let options = options(architecture, scores, activation, epsilon.clone());
        match lower(&sumformer, &surrogate, &options, MAX_UNITS) {
            Ok(built) => {
                let outputs = derive_outputs(&built.network, &built.run, None).expect("covered");
                let bound = largest_total(&outputs);
                assert!(bound <= epsilon);
                return (built, bound);
            }
            Err(sumformer::lowering::LoweringError::TooLarge { .. }) => epsilon *= integer(10),
            Err(other) => panic!("{other}"),
        }
    }
}

fn evaluate(network: &Network, sequence: &Sequence) -> Result<Sequence, SemanticsError> {
    ExactEvaluator::new(network)?.evaluate(sequence)
}

fn largest_difference(a: &Sequence, b: &Sequence) -> Rational {
    let pairs = a.iter().flatten().zip(b.iter().flatten());
    pairs.map(|(a, b)| (a - b).abs()).fold(Rational::zero(), max)
}

/// relu2 networks equal the target; relu networks stay within their certified bound.
fn realises(
    target: &Target,
    architecture: Architecture,
    scores: Scores,
    lengths: &[usize],
    places: &[u8],
) -> Result<(), TestCaseError> {
    for activation in [Activation::Relu2, Activation::Relu] {
        let (built, bound) = network(target, architecture, scores, activation);
        prop_assert!(activation == Activation::Relu || bound.is_zero());
        let attention = built.network.blocks.iter().filter(|block| block.attention.is_some()).count();
        prop_assert_eq!(attention, 1, "exactly one attention layer");
        for &n in lengths {
            for sequence in sequences(target, n, places, 6) {
                let wanted = evaluate_sequence(target, &sequence).expect("polynomial");
                let got = evaluate(&built.network, &sequence).expect("constant attention weights");
                prop_assert!(
                    largest_difference(&got, &wanted) <= bound,
                    "{:?} at {:?}",
                    activation,
                    sequence
                );
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Lemma 2.9: permuting the tokens permutes the outputs, of the target and of the exact network alike.
    #[test]
    fn lemma_2_9_target_and_network_are_equivariant(
        shape in shape(fixed(4), 2), places in places(), swap in (0usize..4, 0usize..4),
        (architecture, scores) in attentions(),
    ) {
        let target = shape.target();
        let n = shape.length.expect("fixed");
        let (built, _) = network(&target, architecture, scores, Activation::Relu);
        for sequence in sequences(&target, n, &places, 4) {
            let mut permuted = sequence.clone();
            permuted.rotate_left(swap.0 % n);
            permuted.swap(0, swap.1 % n);
            let permute = |mut rows: Sequence| {
                rows.rotate_left(swap.0 % n);
                rows.swap(0, swap.1 % n);
                rows
            };
            let wanted = permute(evaluate_sequence(&target, &sequence).unwrap());
            prop_assert_eq!(evaluate_sequence(&target, &permuted).unwrap(), wanted);
            let outputs = permute(evaluate(&built.network, &sequence).unwrap());
            prop_assert_eq!(evaluate(&built.network, &permuted).unwrap(), outputs);
        }
    }

    /// Theorem 4.1, continuous: the Sumformer of a polynomial target is the target, in every mode and every form.
    #[test]
    fn theorem_4_1_continuous_sumformer_equals_the_target(
        shape in prop_oneof![shape(fixed(5), 3), shape(every_length(), 3)], places in places(),
    ) {
        let target = shape.target();
        let surrogate = Surrogate::new(&target, &[], LIMIT).unwrap();
        let mut all = candidates(&surrogate);
        let bases: Vec<SumBasis> = all.iter().map(|s| s.basis).collect();
        match shape.length {
            Some(_) => prop_assert!(bases.contains(&SumBasis::Others) && bases.contains(&SumBasis::All)),
            None => prop_assert_eq!(bases, vec![SumBasis::Means]),
        }
        let modes: &[LatentMode] = match shape.length {
            Some(_) => &[LatentMode::Sparse, LatentMode::Essential, LatentMode::Powers, LatentMode::Tight, LatentMode::Paper],
            None => &[LatentMode::Sparse, LatentMode::Essential, LatentMode::Powers],
        };
        for &mode in modes {
            let (chosen, dimensions) = choose(&surrogate, mode, Layout::Tree, 0.01).unwrap();
            let [fewest, powers] = [dimensions.sparse, dimensions.powers].map(num_bigint::BigUint::from);
            let expected = match mode {
                LatentMode::Sparse => [fewest, powers],
                LatentMode::Essential => [fewest.clone(), fewest],
                LatentMode::Powers => [powers.clone(), powers],
                LatentMode::Tight => [dimensions.tight.clone().unwrap(), dimensions.tight.unwrap()],
                LatentMode::Paper => [dimensions.paper.clone().unwrap(), dimensions.paper.unwrap()],
            };
            prop_assert!(expected.contains(&num_bigint::BigUint::from(chosen.latent_dimension())));
            all.push(chosen);
        }
        let lengths = shape.length.map_or(1..=4, |n| n..=n);
        for n in lengths {
            for sequence in sequences(&target, n, &places, 3) {
                let wanted = evaluate_sequence(&target, &sequence).unwrap();
                for sumformer in &all {
                    prop_assert_eq!(&sumformer.evaluate(&sequence), &wanted, "{:?}", sumformer.basis);
                }
            }
        }
    }

    /// Theorem 4.3: a transformer with one softmax attention layer, zero scores or the paper's.
    #[test]
    fn theorem_4_3_transformers_realise_the_target(
        shape in shape(fixed(5), 2), places in places(), paper in any::<bool>(),
    ) {
        let scores = if paper { Scores::Paper } else { Scores::Zero };
        let n = shape.length.expect("fixed");
        realises(&shape.target(), Architecture::Transformer, scores, &[n], &places)?;
    }

    /// Theorem 4.4: a Linformer of any rank k ≥ 1, below, at and above n.
    #[test]
    fn theorem_4_4_linformers_of_every_rank_realise_the_target(
        shape in shape(fixed(4), 2), places in places(), paper in any::<bool>(), rank in 1usize..=7,
    ) {
        let scores = if paper { Scores::Paper } else { Scores::Zero };
        let n = shape.length.expect("fixed");
        realises(&shape.target(), Architecture::Linformer { rank }, scores, &[n], &places)?;
    }

    /// Theorem 4.5: a Performer with any number of any random features, with zero scores also without normaliser.
    #[test]
    fn theorem_4_5_performers_realise_the_target(
        shape in shape(fixed(4), 2), places in places(), paper in any::<bool>(), normalized in any::<bool>(),
        features in 1usize..=6, seed in any::<u64>(),
    ) {
        let architecture = Architecture::Performer { features, seed, normalized };
        let scores = if paper && normalized { Scores::Paper } else { Scores::Zero };
        let n = shape.length.expect("fixed");
        realises(&shape.target(), architecture, scores, &[n], &places)?;
    }

    /// One network for every length: the same weights at n = 1..6.
    #[test]
    fn every_length_one_network(shape in shape(every_length(), 2), places in places(), (architecture, scores) in attentions()) {
        let target = shape.target();
        prop_assert_eq!(target.tokens, Tokens::Any);
        realises(&target, architecture, scores, &[1, 2, 3, 4, 5, 6], &places)?;
    }
}

/// Theorem 4.5 with the paper's scores: λ is transcendental, no value is exact, and the enclosure of λ is tight enough
/// for the certified bound to stay below ε although relu2 gadgets add nothing.
#[test]
fn theorem_4_5_paper_scores_without_normaliser_cost_only_the_enclosure_of_lambda() {
    let text = "name = \"sum\"\ntokens = 4\ndomain = [[\"0\", \"1\"]]\noutput = [\"sum(y: y[0]^2)\"]\n";
    let target = load_target("target.toml", text).unwrap();
    for (features, seed) in [(1, 0), (3, 9), (16, 5)] {
        let architecture = Architecture::Performer { features, seed, normalized: false };
        let (built, bound) = network(&target, architecture, Scores::Paper, Activation::Relu2);
        assert!(bound.is_positive() && bound < ratio(1, 1 << 40), "{bound}");
        let sequence = sequences(&target, 4, &[3, 40, 60], 1).remove(0);
        assert!(matches!(evaluate(&built.network, &sequence), Err(SemanticsError::NotExact { .. })));
    }
}
