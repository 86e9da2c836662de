//! The search: limits, hopeless bounds, determinism.

use crate::boxes::support::{RATIONAL, epsilon, proved};
use common::approximants::{SURROGATES, up_to};
use std::cell::RefCell;
use sumformer::certify::boxes::{BoxOptions, search};
use sumformer::certify::prove_by_boxes;
use sumformer_checker::arith::number::ratio;
use sumformer_checker::check::Verdict;

#[test]
fn the_tree_does_not_depend_on_the_number_of_threads() {
    let p = proved(RATIONAL);
    let tolerances = [ratio(1, 100)];
    let with = |threads: usize, max_boxes: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            search(
                &p.target,
                &p.sumformer,
                &tolerances,
                &BoxOptions { progress: &|_| true, ..up_to(max_boxes) },
            )
            .map(|found| (found.tree, found.residuals, found.report))
            .unwrap()
        })
    };
    for max_boxes in [1 << 20, 700] {
        let one = with(1, max_boxes);
        assert_eq!(one, with(2, max_boxes));
        assert_eq!(one, with(5, max_boxes));
        assert_eq!(one.2.leaves.open > 0, max_boxes == 700);
    }
}

#[test]
fn a_limit_leaves_boxes_open_and_names_the_worst() {
    let p = proved(RATIONAL);
    for max_boxes in [1, 2, 100] {
        let proof = prove_by_boxes(&p.target, &p.built, &epsilon(), &up_to(max_boxes)).unwrap();
        let Verdict::Incomplete(refusal) = &proof.verdict else { panic!("{:?}", proof.verdict) };
        let report = proof.boxes.as_ref().unwrap();
        let leaves = report.leaves;
        assert!(leaves.enclosed + leaves.outside + leaves.open <= max_boxes);
        assert!(refusal.message.contains(&format!("first of {} open boxes", leaves.open)), "{refusal}");
        let worst = report.worst.as_ref().unwrap();
        assert!(!worst.hopeless);
        assert!(worst.enclosure.as_ref().unwrap().mag() > ratio(20, 1000));
        assert_eq!((worst.sides.len(), worst.sides[0].len()), (3, 1));
    }
}

/// Below the true residual some middle of a box shows that no tree will do; the search stops there.
#[test]
fn a_hopeless_bound_is_noticed() {
    let p = proved(RATIONAL);
    let found = search(&p.target, &p.sumformer, &[ratio(1, 2000)], &up_to(1 << 20)).unwrap();
    let worst = found.report.worst.unwrap();
    assert!(worst.hopeless && found.report.enclosures < 100_000, "{}", found.report.enclosures);
    assert!(ratio(1, 2000) <= worst.enclosure.unwrap().mag());
    let none = search(&p.target, &p.sumformer, &[ratio(-1, 2000)], &up_to(1 << 20)).unwrap();
    assert_eq!((none.tree.as_str(), none.report.worst.unwrap().hopeless), ("?", true));
}

#[test]
fn progress_ends_with_all_boxes_closed() {
    let p = proved(RATIONAL);
    let seen = RefCell::new(Vec::new());
    let progress = |progress| {
        seen.borrow_mut().push(progress);
        true
    };
    let options = BoxOptions { progress: &progress, ..up_to(1 << 20) };
    let found = search(&p.target, &p.sumformer, &[epsilon()], &options).unwrap();
    let seen = seen.into_inner();
    assert!(seen.is_sorted_by_key(|progress| progress.closed));
    let last = seen.last().unwrap();
    let leaves = found.report.leaves;
    assert_eq!((last.closed, last.waiting), (leaves.enclosed + leaves.outside, 0));
}

#[test]
fn a_search_that_is_told_to_stop_leaves_the_rest_open() {
    let p = proved(RATIONAL);
    let options = BoxOptions { progress: &|_| false, ..up_to(1 << 20) };
    let found = search(&p.target, &p.sumformer, &[epsilon()], &options).unwrap();
    let leaves = found.report.leaves;
    // The root has been looked at, and nothing else.
    assert_eq!((leaves.enclosed, leaves.open, found.report.enclosures), (0, 1, 1));
    assert_eq!(found.tree, "?");
}

/// A target that cannot be enclosed on the whole box may still be on its parts.
#[test]
fn boxes_without_enclosure_are_halved() {
    use sumformer::reading::load_target;
    let p = proved(RATIONAL);
    let enclosable = SURROGATES[RATIONAL].target().source.replace("1 + sum", "1 + x[0] - x[0] + sum");
    let target = load_target("target.toml", &enclosable).unwrap();
    let found = search(&target, &p.sumformer, &[epsilon()], &up_to(1 << 20)).unwrap();
    assert_eq!(found.report.leaves.open, 0);
}
