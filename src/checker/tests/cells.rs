//! Networks that are constant on cells: what the rule says of small ones, and what it refuses of hostile ones.

use sumformer_checker::arith::number::{Exact, Rational, integer, ratio};
use sumformer_checker::cells::{CellBound, derive};
use sumformer_checker::format::network::*;
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::language::read_target;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::refusal::{Refusal, RefusalKind, Rule};
use sumformer_checker::work::{Limits, within};

fn target(domain: &str, output: &str) -> Target {
    let text = format!("name = \"t\"\ntokens = 1\ndomain = [{domain}]\noutput = [\"{output}\"]\n");
    read_target(&text).unwrap()
}

fn vector(entries: &[(usize, i64)]) -> SparseVector {
    SparseVector::from_entries(entries.iter().map(|&(slot, value)| (slot, integer(value))))
}

fn unit(input: &[(usize, i64)], bias: Rational, output: &[(usize, i64)]) -> Unit {
    Unit { input: vector(input), bias: Exact(bias), output: vector(output) }
}

fn block(activation: Activation, units: Vec<Unit>) -> Block {
    Block { label: String::new(), attention: None, activation, units, bias: SparseVector::default() }
}

/// Slots 0..d hold the token of a single-token sequence; the last slot is the output.
fn network(dimension: usize, width: usize, blocks: Vec<Block>) -> Network {
    let map = |entries: Vec<(usize, usize)>| AffineMap {
        weights: SparseMatrix::from_entries(
            entries.into_iter().map(|(row, column)| (row, column, integer(1))),
        ),
        bias: SparseVector::default(),
    };
    Network {
        format: NETWORK_FORMAT.into(),
        tokens: Tokens::Fixed(1),
        dimension,
        outputs: 1,
        slots: (0..width).map(|s| format!("s{s}")).collect(),
        embedding: map((0..dimension).map(|k| (k, k)).collect()),
        blocks,
        readout: map(vec![(width - 1, 0)]),
    }
}

fn refusal(target: &Target, network: &Network) -> Refusal {
    let limited = within(Limits::work(1 << 24), || derive(target, network));
    limited
        .unwrap_or_else(|stopped| Err(Rule::Work.unsupported("cells", stopped.to_string())))
        .expect_err("no bound")
}

#[test]
fn thresholds_belong_to_the_side_that_the_weights_say() {
    // 1 from 1/3 on; 1 up to and including 1/3; 1 from 1 on.
    let target = target("[\"0\", \"1\"]", "0");
    let one = |unit| derive(&target, &network(1, 2, vec![block(Activation::Step, vec![unit])])).unwrap();
    let largest = |bound: &CellBound| bound.outputs[0].clone();
    let cells = |weight, bias| {
        let bound = one(unit(&[(0, weight)], bias, &[(1, 1)]));
        (bound.cells, bound.entries, largest(&bound))
    };
    for (weight, bias) in [(3, integer(-1)), (-3, integer(1)), (1, integer(-1))] {
        assert_eq!(cells(weight, bias), (2, 2, integer(1)));
    }
    // At the very ends: on the whole side, or at the end only (as above, from 1 on).
    assert_eq!(cells(1, integer(0)), (1, 1, integer(1)));
    assert_eq!(cells(-1, integer(1)), (1, 1, integer(1)));
    assert_eq!(cells(-1, integer(0)), (2, 2, integer(1)));
    assert_eq!(cells(1, integer(-2)), (1, 1, integer(0)));
}

#[test]
fn a_cut_just_before_and_just_after_makes_a_point_a_cell() {
    // [x ≥ 1/2] + [x ≤ 1/2]: 1, but 2 at 1/2.
    let units = vec![unit(&[(0, 1)], ratio(-1, 2), &[(1, 1)]), unit(&[(0, -1)], ratio(1, 2), &[(1, 1)])];
    let target = target("[\"0\", \"1\"]", "1");
    let bound = derive(&target, &network(1, 2, vec![block(Activation::Step, units)])).unwrap();
    assert_eq!((bound.cells, bound.outputs[0].clone()), (3, integer(1)));
    assert_eq!(bound.worst.boxes[0][0].mid(), ratio(1, 2));
}

#[test]
fn more_directions_than_can_be_held_for_all_cells_are_refused_at_once() {
    // 2^13 directions x_0 + r·s, s being 0, each with one threshold: as many pieces, and 2^26 levels.
    let count = 1 << 13;
    let units =
        (1..=count).map(|r| unit(&[(0, 1), (1, r)], ratio(-r, count + 1), &[(2, 1)])).collect::<Vec<_>>();
    let target = target("[\"0\", \"1\"]", "x[0]");
    let refused = refusal(&target, &network(1, 3, vec![block(Activation::Step, units)]));
    assert_eq!(refused.kind, RefusalKind::Unsupported);
    assert!(refused.message.contains("more work than is allowed"), "{refused}");

    // 2^13 cells in one direction, and 2^13 directions after it.
    let cells = (1..count).map(|r| unit(&[(0, 1)], ratio(-r, count), &[(1, 1)])).collect();
    let many = (1..=count).map(|r| unit(&[(1, 1), (2, r)], ratio(-r, 1), &[(3, 1)])).collect();
    let blocks = vec![block(Activation::Step, cells), block(Activation::Step, many)];
    let refused = refusal(&target, &network(1, 4, blocks));
    assert!(refused.message.contains("more work than is allowed"), "{refused}");
}

#[test]
fn many_cells_in_many_coordinates_are_refused_before_they_are_listed() {
    // 2^16 cells in 1000 coordinates would be 2^26 places of pieces.
    let d = 1000;
    let units = (0..16).map(|k| unit(&[(k, 1)], ratio(-1, 2), &[(d, 1)])).collect();
    let domain = vec!["[\"0\", \"1\"]"; d].join(", ");
    let refused = refusal(&target(&domain, "x[0]"), &network(d, d + 1, vec![block(Activation::Step, units)]));
    assert!(refused.message.contains("there are more than 16777 cells"), "{refused}");
}
