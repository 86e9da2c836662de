//! Trees that must not be accepted, and the verdict on each.

use crate::boxes::support::{RATIONAL, epsilon, proved};
use sumformer::reading::load_target;
use sumformer::words::push_node;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Exact, integer, ratio};
use sumformer_checker::boxes::{Place, Sides, derive};
use sumformer_checker::check::Verdict;
use sumformer_checker::format::certificate::{BoxClaims, Certificate, PolynomialClaims, ProofRoute};
use sumformer_checker::refusal::{Refusal, Rule};
use sumformer_checker::subdivision::text::Node;

fn invalid(verdict: Verdict) -> Refusal {
    match verdict {
        Verdict::Invalid(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

fn incomplete(verdict: Verdict) -> Refusal {
    match verdict {
        Verdict::Incomplete(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

fn tree_of(certificate: &mut Certificate) -> &mut String {
    match &mut certificate.route {
        ProofRoute::Boxes(claims) => &mut claims.tree,
        other => panic!("{other:?}"),
    }
}

fn with_tree(tree: &str) -> impl FnOnce(&mut Certificate) {
    move |certificate| *tree_of(certificate) = tree.into()
}

#[test]
fn trees_that_are_not_whole_are_invalid() {
    let p = proved(RATIONAL);
    let tree = p.tree();
    let without_a_leaf = tree.replacen('.', "", 1);
    let long = format!("{tree}.");
    for (tree, message) in [
        (without_a_leaf.as_str(), "the tree is not complete"),
        (&tree[..tree.len() / 2], "the tree is not complete"),
        ("", "the tree is not complete"),
        (&long, "the tree ends before the text does"),
        (&tree.replacen('.', "x", 1), "coordinate 23, only 3"),
        (&tree.replacen('.', "*", 1), "no node begins here"),
        (&tree.replacen('a', "Aa", 1), "no node begins here"),
        (&format!("d{tree}{tree}"), "coordinate 3, only 3"),
        (&"a".repeat(49), "halved more than 48 times"),
    ] {
        let refusal = invalid(p.verdict(with_tree(tree)));
        assert_eq!(refusal.rule, Rule::Boxes, "{refusal}");
        assert!(refusal.message.contains(message), "{refusal}");
    }
}

#[test]
fn a_box_inside_the_chamber_is_not_outside() {
    let p = proved(RATIONAL);
    // Both others anywhere; the second below the first but touching it; each half sorted somewhere.
    for tree in ["-", "a-.", "bc.-..", "bc..c-."] {
        let refusal = invalid(p.verdict(with_tree(tree)));
        assert_eq!(refusal.rule, Rule::Boxes);
        assert!(refusal.message.contains("outside the chamber"), "{tree}: {refusal}");
    }
    // The first of the others in [1/2, 1], the second in [0, 1/4].
    let refusal = incomplete(p.verdict(with_tree("b?cc-??")));
    assert!(refusal.message.contains("first of 3 open"), "{refusal}");
}

/// Halves of a side that is one point are the same point.
#[test]
fn nothing_is_outside_where_first_coordinates_are_fixed() {
    let source = "name=\"t\"\ntokens=3\ndomain=[[\"1\",\"1\"],[\"0\",\"1\"]]\noutput=[\"x[0]\"]\n";
    let sides = Sides::new(&load_target("target.toml", source).unwrap());
    let mut places = vec![Place::WHOLE; 6];
    for _ in 0..3 {
        places[2] = places[2].halves().unwrap()[1];
        places[4] = places[4].halves().unwrap()[0];
    }
    assert!(!sides.is_outside(&places));
    assert_eq!(sides.exact_box(&places)[1][0], Interval::point(integer(1)));
}

#[test]
fn open_boxes_are_incomplete_and_named() {
    let p = proved(RATIONAL);
    let refusal = incomplete(p.verdict(with_tree("a?b?.")));
    assert_eq!(refusal.rule, Rule::Boxes);
    assert_eq!(refusal.place, "box [0, 1/2]; [0, 1]; [0, 1]");
    assert!(refusal.message.contains("first of 2 open boxes"), "{refusal}");
    // One open leaf is enough, wherever it is.
    let tree = p.tree();
    for (at, _) in tree.match_indices('.').step_by(97) {
        let mut tree = tree.to_string();
        tree.replace_range(at..=at, "?");
        incomplete(p.verdict(with_tree(&tree)));
    }
}

#[test]
fn claims_below_the_derived_bound_are_invalid() {
    let p = proved(RATIONAL);
    let below = |certificate: &mut Certificate| {
        certificate.witness = None;
        certificate.outputs[0].residual = Exact(ratio(1, 2000));
    };
    let refusal = invalid(p.verdict(below));
    assert_eq!(refusal.rule, Rule::Residual, "{refusal}");
    assert!(refusal.place.starts_with("output 0, box ["), "{refusal}");

    let below_witness = |certificate: &mut Certificate| {
        let error = certificate.witness.as_ref().unwrap().error.0.clone();
        certificate.outputs[0].residual = Exact(ratio(0, 1));
        certificate.certified = Exact(error / integer(2));
    };
    assert_eq!(invalid(p.verdict(below_witness)).rule, Rule::Witness);

    let lowering = |certificate: &mut Certificate| certificate.outputs[0].lowering = Exact(ratio(0, 1));
    assert_eq!(invalid(p.verdict(lowering)).rule, Rule::Lowering);

    // Without the tree the target is a quotient, which the network's polynomial is not.
    let without = |certificate: &mut Certificate| {
        let ProofRoute::Boxes(BoxClaims { stream, .. }) = &certificate.route else { panic!("no boxes") };
        let stream = stream.clone();
        certificate.route = ProofRoute::Polynomial(PolynomialClaims { approximations: Vec::new(), stream });
    };
    assert_eq!(invalid(p.verdict(without)).rule, Rule::Residual);
}

/// A coarser tree proves less, and says so.
#[test]
fn one_box_proves_little() {
    let p = proved(RATIONAL);
    let refusal = invalid(p.verdict(with_tree(".")));
    assert_eq!(refusal.rule, Rule::Residual, "{refusal}");
    let (bound, _) = &derive(&p.target, &p.sumformer, ".").unwrap().outputs[0];
    let accepted = p.verdict(|certificate| {
        *tree_of(certificate) = ".".into();
        certificate.outputs[0].residual = Exact(bound.clone());
        certificate.certified = Exact(bound + &certificate.outputs[0].lowering.0);
        certificate.epsilon = certificate.certified.clone();
    });
    assert!(matches!(accepted, Verdict::Valid(_)), "{accepted:?}");
    assert!(*bound > epsilon());
}

#[test]
fn targets_of_unknown_symmetry_are_refused() {
    let p = proved(RATIONAL);
    let source =
        "name=\"t\"\ntokens=3\ndomain=[[\"0\",\"1\"]]\nsemi_invariant=[\"exp(x2[0]) * x3[0] + x1[0]\"]\n";
    let target = load_target("target.toml", source).unwrap();
    let refusal = derive(&target, &p.sumformer, ".").unwrap_err();
    assert!(refusal.message.contains("symmetry"), "{refusal}");
    let source = source.replace("semi_inv", "symmetrize=true\nsemi_inv");
    derive(&load_target("target.toml", &source).unwrap(), &p.sumformer, ".").unwrap();
}

/// Millions of leaves end with a verdict before all of them are enclosed; a long path does not fill the stack.
#[test]
fn large_trees_end() {
    let p = proved(RATIONAL);
    // All halvings that are allowed, one below the other, and a full tree of 2^22 leaves.
    let mut path = String::new();
    for coordinate in 0..3 {
        (0..48).for_each(|_| push_node(&mut path, Node::Split(coordinate)));
    }
    path.push_str(&".".repeat(145));
    let deep = p.verdict(with_tree(&path));
    assert_eq!(invalid(deep).rule, Rule::Residual);

    let mut full = String::from(".");
    for level in 0..22 {
        full = format!("{}{full}{full}", ["a", "b", "c"][level % 3]);
    }
    let refusal = incomplete(p.verdict(with_tree(&full)));
    assert!(refusal.message.contains("more work than is allowed"), "{refusal}");
}
