//! What makes the rule sound, on sampled points.

use crate::boxes::support::{RATIONAL, proved};
use proptest::prelude::*;
use sumformer::eval::implied;
use sumformer::reading::load_target;
use sumformer::words::push_node;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, ratio, to_f64};
use sumformer_checker::boxes::difference::DifferenceEnclosure;
use sumformer_checker::boxes::{Place, PreparedBox, Sides, Walk, derive, for_each_leaf};
use sumformer_checker::language::evaluate_token;
use sumformer_checker::language::target::Target;
use sumformer_checker::subdivision::text::{Leaf, Node};

/// A target over a box whose sides are not dyadic; its function plays no part.
fn domain(tokens: usize) -> Target {
    let source = format!(
        "name = \"t\"\ntokens = {tokens}\ndomain = [[\"-1/3\", \"5/7\"], [\"0.1\", \"1e3\"]]\noutput = [\"x[0]\"]\n"
    );
    load_target("target.toml", &source).expect("a target")
}

/// A complete tree of at most so many splits, every leaf outside that may be: choices are taken in turn.
fn tree(sides: &Sides, coordinates: usize, choices: &[usize]) -> String {
    let (mut text, mut walk, mut choices) = (String::new(), Walk::new(coordinates), choices.iter());
    loop {
        // One in four nodes is a leaf while there are choices.
        match choices.next() {
            Some(choice) if choice % 4 > 0 && walk.enter(choice / 4 % coordinates) => {
                push_node(&mut text, Node::Split(choice / 4 % coordinates));
            }
            _ => {
                let outside = sides.is_outside(walk.places());
                push_node(&mut text, Node::Leaf(if outside { Leaf::Outside } else { Leaf::Enclosed }));
                if !walk.advance() {
                    return text;
                }
            }
        }
    }
}

fn leaves(tree: &str, coordinates: usize) -> Vec<(Leaf, Vec<Place>)> {
    let mut leaves = Vec::new();
    for_each_leaf(tree, coordinates, |leaf, places| {
        leaves.push((leaf, places.to_vec()));
        Ok(())
    })
    .expect("a well formed tree");
    leaves
}

/// A point of a side: a share of it from below.
fn point(side: &Interval, share: i64) -> Rational {
    side.inf() + side.wid() * ratio(share, 64)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Some permutation of the other tokens brings every sequence into a leaf that is not outside.
    #[test]
    fn every_sequence_lies_in_an_enclosed_leaf_up_to_sorting(
        choices in prop::collection::vec(0_usize..1 << 16, 0..200),
        shares in prop::collection::vec(0_i64..=64, 6),
    ) {
        let target = domain(3);
        let sides = Sides::new(&target);
        let tree = tree(&sides, 6, &choices);
        let mut tokens: Vec<Vec<Rational>> = shares
            .chunks(2)
            .map(|token| token.iter().zip(&target.domain).map(|(&share, side)| point(side, share)).collect())
            .collect();
        tokens[1..].sort_by(|a, b| a[0].cmp(&b[0]));
        let inside = |places: &[Place]| {
            sides.exact_box(places).iter().flatten().zip(tokens.iter().flatten()).all(|(side, x)| side.contains(x))
        };
        let leaves = leaves(&tree, 6);
        prop_assert!(leaves.iter().any(|(leaf, places)| *leaf == Leaf::Enclosed && inside(places)));
        for (leaf, places) in leaves {
            prop_assert!(leaf == Leaf::Enclosed || !inside(&places), "{}", sides.describe(&places));
        }
    }

    /// The rounded sides contain the exact ones, and are hardly wider, whatever box came before.
    #[test]
    fn rounded_sides_contain_exact_ones(
        paths in prop::collection::vec(prop::collection::vec(any::<bool>(), 0..48), 4),
        more in prop::collection::vec(any::<bool>(), 0..48),
    ) {
        let target = domain(2);
        let sides = Sides::new(&target);
        let place = |path: &Vec<bool>| path.iter().fold(Place::WHOLE, |place, &upper| {
            place.halves().expect("few halvings")[usize::from(upper)]
        });
        let mut places: Vec<Place> = paths.iter().map(place).collect();
        let mut prepared = PreparedBox::new(&sides, 2);
        prepared.at(&places);
        places[2] = place(&more);
        for (k, side) in prepared.at(&places).iter().enumerate() {
            let (exact, rounded) = (sides.exact(k, places[k]), side.range());
            prop_assert!(rounded.contains(exact.inf()) && rounded.contains(exact.sup()));
            prop_assert!(rounded.intersection(sides.prepared(k, Place::WHOLE).range()) == Some(rounded));
            let slack = to_f64(&rounded.wid().to_rational().unwrap()) - to_f64(&exact.wid());
            prop_assert!(slack <= 1e3 * f64::powi(2.0, -58), "{exact} {slack}");
        }
    }

    /// The centred form on a box contains target − Sumformer there: exactly where both have exact values.
    #[test]
    fn enclosures_contain_exact_differences(
        paths in prop::collection::vec(prop::collection::vec(any::<bool>(), 0..8), 3),
        shares in prop::collection::vec(0_i64..=64, 3),
    ) {
        let p = proved(RATIONAL);
        let sides = Sides::new(&p.target);
        let places: Vec<Place> = paths.iter().map(|path| path.iter().fold(Place::WHOLE, |place, &upper| {
            place.halves().expect("few halvings")[usize::from(upper)]
        })).collect();
        let mut difference = DifferenceEnclosure::new(&p.target, &p.sumformer).unwrap();
        let outputs = difference.enclose(PreparedBox::new(&sides, 3).at(&places)).unwrap();
        let x: Vec<Vec<Rational>> = sides.exact_box(&places).iter().zip(&shares)
            .map(|(token, &share)| vec![point(&token[0], share)]).collect();
        let exact = &evaluate_token(&p.target, &x, 0).unwrap()[0] - &implied::outputs(&p.sumformer, &x).unwrap()[0][0];
        prop_assert!(outputs[0].range().contains(&exact), "{exact}");
    }

    /// The same in floating point, on leaves of real trees, for all targets.
    #[test]
    fn enclosures_contain_sampled_differences(
        number in 0_usize..5,
        at in any::<prop::sample::Index>(),
        shares in prop::collection::vec(0.0_f64..1.0, 4),
    ) {
        let p = proved(number);
        let sides = Sides::new(&p.target);
        let coordinates = p.tokens() * p.target.dimension();
        let leaves = leaves(p.tree(), coordinates);
        let (leaf, places) = &leaves[at.index(leaves.len())];
        prop_assume!(*leaf == Leaf::Enclosed);
        let mut difference = DifferenceEnclosure::new(&p.target, &p.sumformer).unwrap();
        let outputs = difference.enclose(PreparedBox::new(&sides, p.tokens()).at(places)).unwrap();
        let x: Vec<f64> = sides.exact_box(places).iter().flatten().zip(&shares).map(|(side, share)| {
            to_f64(side.inf()) + share * to_f64(&side.wid())
        }).collect();
        let x: Vec<Vec<f64>> = x.chunks(p.target.dimension()).map(<[f64]>::to_vec).collect();
        for (output, value) in outputs.iter().zip(&p.difference(&x)[0]) {
            let range = output.range();
            let [inf, sup] = [range.inf(), range.sup()].map(|end| to_f64(&end.to_rational().unwrap()));
            prop_assert!(inf - 1e-12 <= *value && *value <= sup + 1e-12, "{value} not in [{inf}, {sup}]");
        }
    }

    /// The certified residual bounds the difference at every token of every sequence, sorted or not.
    #[test]
    fn residuals_bound_sampled_differences(
        number in 0_usize..5,
        shares in prop::collection::vec(0.0_f64..1.0, 4),
    ) {
        let p = proved(number);
        let coordinates = p.tokens() * p.target.dimension();
        let rows = p.difference(&p.sequence(&shares[..coordinates]));
        for row in rows {
            for (value, claim) in row.iter().zip(&p.proof.certificate.outputs) {
                prop_assert!(value.abs() <= to_f64(&claim.residual.0) + 1e-12);
            }
        }
    }
}

#[test]
fn the_derived_bound_is_at_most_the_claim_and_at_least_the_witness() {
    for number in 0..5 {
        let p = proved(number);
        let bound = derive(&p.target, &p.sumformer, p.tree()).unwrap();
        for ((residual, _), claim) in bound.outputs.iter().zip(&p.proof.certificate.outputs) {
            assert!(*residual <= claim.residual.0);
        }
        let report = p.proof.boxes.as_ref().unwrap();
        assert_eq!((bound.leaves, &report.worst), (report.leaves, &None));
        let witness = &p.proof.witness;
        assert!(witness.error <= p.proof.certificate.certified.0);
        // The polynomials are no better than this, and the search finds where.
        assert!(to_f64(&witness.error) > 3e-4, "{}", witness.error);
        assert_eq!(witness.exact, [false, true, false, true, false][number]);
    }
}
