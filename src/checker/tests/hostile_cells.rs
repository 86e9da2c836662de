//! Files made to make the rule for cells slow, large or wrong in its machine integers: each ends at once with a verdict.

use num_traits::One;
use sumformer_checker::arith::number::{Exact, Rational, integer, power_of_two, ratio};
use sumformer_checker::check::{ProofFiles, Verdict, check_proof};
use sumformer_checker::format::certificate::{
    CERTIFICATE_FORMAT, CellClaim, Certificate, OutputClaim, ProofRoute,
};
use sumformer_checker::format::network::{
    Activation, AffineMap, Attention, Block, Head, Mechanism, NETWORK_FORMAT, Network, Unit,
};
use sumformer_checker::format::sha256;
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::language::target::Tokens;
use sumformer_checker::refusal::Refusal;

fn vector(entries: &[(usize, i64)]) -> SparseVector {
    SparseVector::from_entries(entries.iter().map(|&(i, v)| (i, integer(v))))
}

fn unit(input: &[(usize, i64)], bias: Rational, output: &[(usize, i64)]) -> Unit {
    Unit { input: vector(input), bias: Exact(bias), output: vector(output) }
}

fn block(activation: Activation, units: Vec<Unit>) -> Block {
    Block { label: String::new(), attention: None, activation, units, bias: SparseVector::default() }
}

/// A block with an attention that adds slot 1's mean to slot 2.
fn averaging(width: usize) -> Block {
    let one = |row, column| SparseMatrix::from_entries([(row, column, integer(1))]);
    let head = Head {
        mechanism: Mechanism::Softmax,
        query: SparseMatrix::default(),
        key: SparseMatrix::default(),
        value: one(1, 1),
    };
    assert!(width > 2);
    let attention = Some(Attention { heads: vec![head], output: one(1, 2) });
    Block {
        attention,
        ..block(
            Activation::Relu,
            vec![unit(&[(2, 1)], integer(0), &[(2, 1)]), unit(&[(2, -1)], integer(0), &[(2, -1)])],
        )
    }
}

/// Slot 1 counts how many of `cuts` thresholds the coordinate in slot 0 has reached.
fn counter(cuts: i64) -> Block {
    let step = |i: i64| unit(&[(0, 1)], ratio(-i, cuts + 1), &[(1, 1)]);
    block(Activation::Step, (1..=cuts).map(step).collect())
}

fn network(tokens: usize, width: usize, blocks: Vec<Block>) -> Network {
    let one = |row, column| AffineMap {
        weights: SparseMatrix::from_entries([(row, column, integer(1))]),
        bias: SparseVector::default(),
    };
    Network {
        format: NETWORK_FORMAT.into(),
        tokens: Tokens::Fixed(tokens),
        dimension: 1,
        outputs: 1,
        slots: (0..width).map(|i| format!("s{i}")).collect(),
        embedding: one(0, 0),
        blocks,
        readout: one(width - 1, 0),
    }
}

fn verdict_on(output: &str, network: &Network) -> Verdict {
    let target = format!(
        "name = \"t\"\ntokens = {}\ndomain = [[\"0\", \"1\"]]\n{output}\n",
        network.tokens.to_string().replace("n = ", "")
    );
    let network = serde_json::to_string(&network).unwrap();
    let none = Exact(integer(0));
    let certificate = Certificate {
        format: CERTIFICATE_FORMAT.into(),
        target_sha256: sha256(target.as_bytes()),
        network_sha256: sha256(network.as_bytes()),
        epsilon: Exact(power_of_two(400)),
        certified: Exact(power_of_two(400)),
        outputs: vec![OutputClaim { lowering: none, residual: Exact(power_of_two(400)) }],
        witness: None,
        floats: Vec::new(),
        route: ProofRoute::Cells(CellClaim { count: 2, entries: 2, keys: 2, ramps: None }),
    };
    let certificate = serde_json::to_string(&certificate).unwrap();
    let files = ProofFiles {
        target: target.as_bytes(),
        network: network.as_bytes(),
        certificate: certificate.as_bytes(),
    };
    check_proof(files).expect("the files are well formed").verdict
}

fn verdict(network: &Network) -> Verdict {
    verdict_on("output = [\"x[0]\"]", network)
}

fn incomplete(network: &Network, message: &str) {
    let Verdict::Incomplete(refusal) = verdict(network) else { panic!("not refused: {message}") };
    says(&refusal, message);
}

fn says(refusal: &Refusal, message: &str) {
    assert!(refusal.message.contains(message), "{refusal}");
}

#[test]
fn the_least_machine_integer_is_a_break_point_like_others() {
    let least = -power_of_two(127);
    // relu(−t + least) − relu(−t + least + 1): both fall, from −2^127 on.
    let units = vec![
        unit(&[(1, -1)], least.clone(), &[(3, 1)]),
        unit(&[(1, -1)], &least + Rational::one(), &[(3, -1)]),
    ];
    let blocks = vec![counter(1), averaging(4), block(Activation::Relu, units)];
    assert!(matches!(verdict(&network(1, 4, blocks)), Verdict::Valid(_) | Verdict::Invalid(_)));
}

#[test]
fn look_ups_times_cells_are_counted_before_they_fill_the_memory() {
    let many = (1..=3000).map(|k| unit(&[(1, 1), (2, k)], ratio(-1, 2), &[(3, 1)])).collect();
    let blocks = vec![counter(20_000), averaging(4), block(Activation::Step, many)];
    incomplete(&network(1, 4, blocks), "too many cells and look-ups");
}

#[test]
fn directions_along_one_coordinate_times_its_pieces_are_work() {
    let mut network = network(1, 4, vec![]);
    network.embedding.weights = SparseMatrix::from_entries([(0, 0, integer(1)), (0, 1, integer(1))]);
    let units =
        (1..=20_000).map(|k| unit(&[(0, 1), (1, k)], ratio(-k * (k + 1), 20_001), &[(3, 1)])).collect();
    network.blocks.push(block(Activation::Step, units));
    incomplete(&network, "more work than is allowed");
}

#[test]
fn long_sequences_are_refused_before_multisets_are_counted() {
    incomplete(&network(1_000_000, 4, vec![counter(300_000), averaging(4)]), "too many to be enclosed");
    let many = (1..=10_000).map(|k| unit(&[(1, 1), (2, k)], ratio(-1, 2), &[(3, 1)])).collect();
    let blocks = vec![counter(1), averaging(4), block(Activation::Step, many)];
    incomplete(&network(1000, 4, blocks), "more work than is allowed");
}

#[test]
fn averages_over_all_orders_are_paid_for() {
    let text = "semi_invariant = [\"x1[0]*x2[0]*x3[0]*x4[0]*x5[0]*x6[0]*x7[0]*x8[0]\"]\nsymmetrize = true";
    let Verdict::Incomplete(refusal) = verdict_on(text, &network(8, 4, vec![counter(9), averaging(4)]))
    else {
        panic!("not refused")
    };
    says(&refusal, "more work than is allowed");
}

#[test]
fn unrelated_denominators_are_refused_early() {
    let odd = |i: i64| Rational::new(1.into(), (1_i64 << 60).wrapping_sub(2 * i + 1).into());
    let weighted = |input: &[(usize, i64)], i: i64| Unit {
        output: SparseVector::from_entries([(3, odd(i))]),
        ..unit(input, ratio(-i, 20_000), &[])
    };
    // Before the attention and after it.
    let before = block(Activation::Step, (0..20_000).map(|i| weighted(&[(0, 1)], i)).collect());
    incomplete(&network(1, 4, vec![before]), "bits, or their common denominators than 8192");
    let after = block(Activation::Step, (0..20_000).map(|i| weighted(&[(2, 1)], i)).collect());
    incomplete(
        &network(1, 4, vec![counter(1), averaging(4), after]),
        "bits, or their common denominators than 8192",
    );
    let thresholds = (0..20_000).map(|i| unit(&[(2, 1)], -odd(i), &[(3, 1)])).collect();
    let after = block(Activation::Step, thresholds);
    incomplete(&network(1, 4, vec![counter(1), averaging(4), after]), "longer than 8192 bits");
}

#[test]
fn chains_of_blocks_times_cells_are_work() {
    let width = 4000;
    let mut blocks = vec![counter(4000)];
    blocks.extend(
        (2..width).map(|i| block(Activation::Step, vec![unit(&[(i - 1, 1)], ratio(-1, 2), &[(i, 1)])])),
    );
    incomplete(&network(1, width, blocks), "more work than is allowed");
    // The same after the attention, where nothing is stored.
    let mut blocks = vec![counter(1), averaging(width)];
    blocks.extend(
        (3..width).map(|i| block(Activation::Step, vec![unit(&[(i - 1, 1)], ratio(-1, 2), &[(i, 1)])])),
    );
    assert!(matches!(verdict(&network(1, width, blocks)), Verdict::Valid(_)));
}

#[test]
fn break_points_times_slots_are_counted() {
    let width = 6000;
    let units = (3..width as i64).map(|i| unit(&[(2, 1)], integer(-i), &[(i as usize, 1)])).collect();
    let blocks = vec![counter(1), averaging(width), block(Activation::Step, units)];
    incomplete(&network(1, width, blocks), "too many break points times slots");
}

#[test]
fn outer_products_of_attention_matrices_are_refused() {
    let width = 5000;
    let mut attending = averaging(width);
    let attention = attending.attention.as_mut().expect("it has one");
    attention.heads[0].value = SparseMatrix::from_entries((0..width).map(|row| (row, 0, integer(1))));
    attention.output = SparseMatrix::from_entries((0..width).map(|column| (0, column, integer(1))));
    incomplete(&network(1, width, vec![counter(1), attending]), "too large and too dense");
}

#[test]
fn a_hundred_thousand_blocks_are_read_once() {
    let one = |_| block(Activation::Step, vec![unit(&[(0, 1)], ratio(-1, 2), &[(3, 1)])]);
    let blocks: Vec<Block> = (0..100_000).map(one).collect();
    assert!(matches!(verdict(&network(1, 4, blocks)), Verdict::Invalid(_) | Verdict::Valid(_)));
}

#[test]
fn long_numbers_cost_more_than_short_ones() {
    let long = |i: i64| power_of_two(33_000) + integer(i);
    let units = (0..500).map(|i| unit(&[(2, 1)], long(i), &[(3, 1)])).collect();
    let blocks = vec![counter(500), averaging(4), block(Activation::Step, units)];
    incomplete(&network(2, 4, blocks), "more work than is allowed");
}
