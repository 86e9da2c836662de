//! Files made to stall, overflow or crash the checker end in a refusal.

use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Exact, Rational, integer, ratio};
use sumformer_checker::check::{ProofFiles, Verdict, check_proof};
use sumformer_checker::format::certificate::*;
use sumformer_checker::format::network::*;
use sumformer_checker::format::sha256;
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::language::target::Tokens;
use sumformer_checker::refusal::RefusalKind;

const TARGET: &str = "name = \"t\"\ntokens = 2\ndomain = [[\"0\", \"2/3\"]]\noutput = [\"x[0]\"]\n";

fn vector(entries: &[(usize, i64)]) -> SparseVector {
    SparseVector::from_entries(entries.iter().map(|&(slot, value)| (slot, integer(value))))
}

/// Slot i + 1 holds the square of slot i: x, x², x⁴, …; the readout is slot 0.
fn tower(blocks: usize) -> (Network, Certificate) {
    let block = |i: usize| Block {
        label: String::new(),
        attention: None,
        activation: Activation::Relu2,
        units: [1, -1]
            .map(|sign| Unit {
                input: vector(&[(i, sign)]),
                bias: Exact(integer(0)),
                output: vector(&[(i + 1, 1)]),
            })
            .into(),
        bias: SparseVector::default(),
    };
    let one = |row: usize, column: usize| AffineMap {
        weights: SparseMatrix::from_entries([(row, column, integer(1))]),
        bias: SparseVector::default(),
    };
    let network = Network {
        format: NETWORK_FORMAT.into(),
        tokens: Tokens::Fixed(2),
        dimension: 1,
        outputs: 1,
        slots: (0..=blocks).map(|i| format!("s{i}")).collect(),
        embedding: one(0, 0),
        blocks: (0..blocks).map(block).collect(),
        readout: one(0, 0),
    };
    let gadget = |i: usize| Gadget {
        units: 2,
        range: Interval::new(integer(0), integer(1)).unwrap(),
        atom: None,
        outputs: vec![GadgetOutput {
            slot: i + 1,
            polynomial: [0, 0, 1].map(|c| Exact(integer(c))).into(),
            factor: None,
            error: Exact(integer(0)),
            cuts: String::new(),
        }],
    };
    let certificate = Certificate {
        format: CERTIFICATE_FORMAT.into(),
        target_sha256: sha256(TARGET.as_bytes()),
        network_sha256: String::new(),
        epsilon: Exact(ratio(1, 1000)),
        certified: Exact(integer(0)),
        outputs: vec![OutputClaim { lowering: Exact(integer(0)), residual: Exact(integer(0)) }],
        witness: None,
        floats: Vec::new(),
        route: ProofRoute::Polynomial(PolynomialClaims {
            approximations: Vec::new(),
            stream: StreamClaims {
                heads: Vec::new(),
                centre: Vec::new(),
                latents: Vec::new(),
                blocks: (0..blocks).map(|i| vec![gadget(i)]).collect(),
            },
        }),
    };
    (network, certificate)
}

fn verdict(network: &Network, mut certificate: Certificate) -> Verdict {
    let network = serde_json::to_string(&network).unwrap();
    certificate.network_sha256 = sha256(network.as_bytes());
    let certificate = serde_json::to_string(&certificate).unwrap();
    let files = ProofFiles {
        target: TARGET.as_bytes(),
        network: network.as_bytes(),
        certificate: certificate.as_bytes(),
    };
    check_proof(files).expect("the files are well formed").verdict
}

#[test]
fn towers_of_squares_are_followed_up_to_degree_4096() {
    let (network, certificate) = tower(12);
    assert!(matches!(verdict(&network, certificate), Verdict::Valid(_)));
    for blocks in [13, 28, 31, 40] {
        let (network, certificate) = tower(blocks);
        let Verdict::Incomplete(refusal) = verdict(&network, certificate) else {
            panic!("{blocks} squarings")
        };
        assert_eq!(refusal.kind, RefusalKind::Unsupported);
        assert!(refusal.place.starts_with("block 12"), "{refusal}");
        assert!(refusal.message.contains("degree 4096"), "{refusal}");
    }
}

fn blocks(certificate: &mut Certificate) -> &mut [Vec<Gadget>] {
    match &mut certificate.route {
        ProofRoute::Polynomial(claims) => &mut claims.stream.blocks,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_gadget_cannot_claim_a_slot_that_does_not_exist() {
    let (network, mut certificate) = tower(1);
    blocks(&mut certificate)[0][0].outputs.push(GadgetOutput {
        slot: 2,
        polynomial: Vec::new(),
        factor: None,
        error: Exact(integer(0)),
        cuts: String::new(),
    });
    let Verdict::Invalid(refusal) = verdict(&network, certificate) else { panic!("accepted") };
    assert!(refusal.message.contains("a gadget writes to slot 2"), "{refusal}");
}

#[test]
fn sums_of_unrelated_denominators_are_refused_before_they_fill_the_memory() {
    // 3000 units with different prime-like denominators of about 60 bits each.
    let (mut network, mut certificate) = tower(1);
    let odd = |i: i64| Rational::new(1.into(), (1_i64 << 60).wrapping_sub(2 * i + 1).into());
    network.blocks[0].units = (0..3000)
        .map(|i| Unit {
            input: vector(&[(0, 1)]),
            bias: Exact(-odd(i)),
            output: SparseVector::from_entries([(1, odd(i + 5000))]),
        })
        .collect();
    blocks(&mut certificate)[0][0].units = 3000;
    let start = std::time::Instant::now();
    let Verdict::Incomplete(refusal) = verdict(&network, certificate) else { panic!("accepted") };
    assert!(refusal.message.contains("denominators"), "{refusal}");
    assert!(start.elapsed().as_secs() < 60);
}

#[test]
fn powers_of_powers_are_refused_before_they_overflow() {
    let source = TARGET.replace("x[0]", "((x[0]^10000)^10000)^10000 + x[0]");
    let target = sumformer_checker::language::read_target(&source).unwrap();
    let error = sumformer_checker::normal_form::expansion::expand_target(&target, 1000).unwrap_err();
    assert!(error.to_string().contains("the limit is 4096"), "{error}");
}

/// Consecutive Fibonacci numbers of about `digits` digits: their ratios have the longest continued fractions.
fn fibonacci(digits: usize) -> (String, String, String) {
    let (mut a, mut b) = (num_bigint::BigInt::from(1), num_bigint::BigInt::from(1));
    while a.to_string().len() < digits {
        for _ in 0..1000 {
            (a, b) = (b.clone(), a + b);
        }
    }
    (a.to_string(), b.to_string(), (a + b).to_string())
}

#[test]
fn numbers_with_long_continued_fractions_are_compared_without_recursion() {
    let (a, b, c) = fibonacci(4700);
    let source = format!(
        "name = \"t\"\ntokens = 2\ndomain = [[\"{a}/{b}\", \"1\"], [\"{a}/{b}\", \"{c}/{b}\"]]\noutput = [\"x[0]\"]\n"
    );
    // A small stack, as worker threads have.
    let load = move || sumformer_checker::language::read_target(&source).map(|target| target.domain.len());
    let loaded = std::thread::Builder::new().stack_size(1 << 20).spawn(load).unwrap().join().unwrap();
    assert_eq!(loaded.unwrap(), 2);
    let (network, mut certificate) = tower(1);
    certificate.certified =
        Exact(sumformer_checker::arith::number::parse_rational(&format!("{b}/{c}")).unwrap());
    certificate.epsilon =
        Exact(sumformer_checker::arith::number::parse_rational(&format!("{a}/{b}")).unwrap());
    assert!(!matches!(verdict(&network, certificate), Verdict::Incomplete(_)));
}

#[test]
fn high_degrees_on_many_pieces_and_many_slots_run_out_of_work() {
    let (mut network, mut certificate) = tower(1);
    network.blocks[0].units = (0..5000)
        .map(|i| Unit { input: vector(&[(0, 1)]), bias: Exact(ratio(-i, 5000)), output: vector(&[(1, 1)]) })
        .collect();
    blocks(&mut certificate)[0][0].units = 5000;
    blocks(&mut certificate)[0][0].outputs[0].polynomial = vec![Exact(ratio(1, 3)); 65];
    blocks(&mut certificate)[0][0].outputs[0].error = Exact(integer(1_000_000_000));
    let Verdict::Incomplete(refusal) = verdict(&network, certificate) else { panic!("accepted") };
    assert!(refusal.message.contains("more work than is allowed"), "{refusal}");
}

#[test]
fn control_characters_in_names_are_refused() {
    let (mut network, _) = tower(1);
    network.slots[1] = "\u{1b}[2Jvalid".into();
    let error = Network::from_json(serde_json::to_string(&network).unwrap().as_bytes()).unwrap_err();
    assert!(error.to_string().contains("control characters"), "{error}");
}
