//! Seen from another point, targets and networks are the same functions (formats.md, 6.3), and the construction takes the middle of the
//! box where that makes a network smaller.

use proptest::prelude::*;
use sumformer::approximation::way::{Centring, Way, WayOptions, structural};
use sumformer::certify::prove;
use sumformer::lowering::attention::{Architecture, Scores};
use sumformer::lowering::lower;
use sumformer::reading::load_target;
use sumformer::recipe::SumOptions;
use sumformer::strategies::{every_length, fixed, rationals, sequence_in, shape};
use sumformer::sumformer::latent::LatentMode;
use sumformer_checker::arith::number::{Exact, Rational, integer, ratio};
use sumformer_checker::check::Verdict;
use sumformer_checker::format::network::{Activation, AffineMap};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::language::evaluate_sequence;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::polynomial_route::centre::{centred_embedding, centred_target};

fn less(token: &[Rational], centre: &[Exact]) -> Vec<Rational> {
    token.iter().zip(centre).map(|(x, Exact(middle))| x - middle).collect()
}

fn image(map: &AffineMap, token: &[Rational], width: usize) -> Vec<Rational> {
    let mut image: Vec<Rational> = (0..width).map(|slot| map.bias.get(slot)).collect();
    for (coordinate, slot, weight) in map.weights.iter() {
        image[slot] += weight * &token[coordinate];
    }
    image
}

/// A target, a point, and a sequence of the target's box.
fn seen() -> impl Strategy<Value = (Target, Vec<Exact>, Vec<Vec<Rational>>)> {
    let lengths = prop_oneof![fixed(4), every_length()];
    (shape(lengths, 3), prop::collection::vec(rationals(), 8), 1usize..=4).prop_flat_map(
        |(shape, point, n)| {
            let target = shape.target();
            let n = match target.tokens {
                Tokens::Fixed(n) => n,
                Tokens::Any => n,
            };
            let centre = point.into_iter().take(target.dimension()).map(Exact).collect::<Vec<_>>();
            let sequences = sequence_in(&target, n);
            (Just(target), Just(centre), sequences)
        },
    )
}

proptest! {
    #[test]
    fn a_target_seen_from_another_point_is_the_same_function((target, centre, sequence) in seen()) {
        let other = centred_target(&target, &centre).expect("as many coordinates");
        let moved: Vec<Vec<Rational>> = sequence.iter().map(|token| less(token, &centre)).collect();
        prop_assert_eq!(evaluate_sequence(&other, &moved), evaluate_sequence(&target, &sequence));
        for token in &moved {
            prop_assert!(token.iter().zip(&other.domain).all(|(v, side)| side.contains(v)));
        }
    }

    #[test]
    fn an_embedding_seen_from_another_point_has_the_same_values(
        entries in prop::collection::vec((0usize..3, 0usize..4, rationals()), 0..8),
        bias in prop::collection::vec((0usize..4, rationals()), 0..4),
        token in prop::collection::vec(rationals(), 3),
        centre in prop::collection::vec(rationals().prop_map(Exact), 3),
    ) {
        let map = AffineMap { weights: SparseMatrix::from_entries(entries), bias: SparseVector::from_entries(bias) };
        let seen = centred_embedding(&map, &centre);
        prop_assert_eq!(image(&seen, &less(&token, &centre), 4), image(&map, &token, 4));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn networks_from_everywhere_are_proved_and_the_cheapest_is_no_larger(
        random in shape(prop_oneof![fixed(3), every_length()], 2),
    ) {
        let target = random.target();
        let epsilon = ratio(1, 4);
        let ways = [Centring::Zero, Centring::Middle, Centring::Cheapest].map(|c| way(&target, c, Activation::Relu, &epsilon));
        let [Some(zero), Some(middle), Some(cheapest)] = ways else { return Ok(()) };
        prop_assert!(cheapest.predicted_units <= zero.predicted_units);
        prop_assert!(cheapest.sumformer.latent_dimension() <= zero.sumformer.latent_dimension());
        for way in [zero, middle, cheapest] {
            let sums = SumOptions::default();
            let options = sums.lowering(Architecture::Transformer, Scores::Zero, way.network_epsilon.clone());
            let Ok(built) = lower(&way.sumformer, &way.surrogate, &options, 3000) else { continue };
            let proof = prove(&target, &built, &epsilon).expect("a proof");
            prop_assert!(matches!(proof.verdict, Verdict::Valid(_)), "{:?}", proof.verdict);
            prop_assert_eq!(&proof.certificate.stream().expect("of blocks").centre, &way.surrogate.centre);
        }
    }
}

fn way(target: &Target, centring: Centring, activation: Activation, epsilon: &Rational) -> Option<Way> {
    let sums = SumOptions { activation, ..SumOptions::default() };
    structural(target, &WayOptions { centring, ..sums.way(epsilon.clone()) }).ok()
}

fn gallery(name: &str) -> Target {
    let file = format!("{}/constructions/{name}/target.toml", env!("CARGO_MANIFEST_DIR"));
    load_target(name, &std::fs::read_to_string(file).expect("a construction")).expect("a target")
}

fn of_gallery(name: &str, activation: Activation) -> Way {
    let target = gallery(name);
    way(&target, Centring::Cheapest, activation, &target.epsilon.clone().expect("an error")).expect("a way")
}

#[test]
fn the_middle_is_taken_where_fewer_units_are_needed() {
    let half = |d: usize| vec![Exact(ratio(1, 2)); d];
    assert_eq!(of_gallery("pair-potential", Activation::Relu).surrogate.centre, half(2));
    assert_eq!(of_gallery("third-central-moment", Activation::Relu).surrogate.centre, half(1));
    // From 0 its powers are on their own.
    assert_eq!(of_gallery("power-seven", Activation::Relu).surrogate.centre, Vec::new());
    // As many squares from everywhere.
    assert_eq!(of_gallery("pair-potential", Activation::Relu2).surrogate.centre, Vec::new());
}

#[test]
fn power_sums_that_are_asked_for_are_those_of_the_tokens() {
    let target = gallery("e3-others");
    for mode in [LatentMode::Powers, LatentMode::Tight, LatentMode::Paper] {
        let options = WayOptions { mode, ..SumOptions::default().way(ratio(1, 1000)) };
        assert_eq!(
            structural(&target, &options).expect("a way").surrogate.centre,
            Vec::new(),
            "{}",
            mode.name()
        );
    }
}

#[test]
fn a_point_of_another_dimension_is_refused() {
    let target = gallery("pair-potential");
    for d in [1, 3] {
        let refusal = centred_target(&target, &vec![Exact(integer(0)); d]).unwrap_err();
        assert_eq!(refusal.rule, sumformer_checker::refusal::Rule::Shape);
        assert_eq!(refusal.place, "centre");
    }
}
