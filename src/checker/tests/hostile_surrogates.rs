//! Surrogates made to claim too little, or to stall: what is said of them is true, or they are refused.

use num_traits::Signed;
use sumformer_checker::arith::number::{Exact, Rational, integer, ratio, to_f64};
use sumformer_checker::check::{ProofFiles, Verdict, check_proof};
use sumformer_checker::format::certificate::{
    Approximation, CERTIFICATE_FORMAT, Certificate, OutputClaim, PolynomialClaims, ProofRoute, Replacement,
    StreamClaims,
};
use sumformer_checker::format::network::{AffineMap, NETWORK_FORMAT, Network};
use sumformer_checker::format::sha256;
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::language::{evaluate_token, read_target};
use sumformer_checker::refusal::Rule;
use sumformer_checker::surrogate::{Surrogate, SurrogateError};
use sumformer_checker::work::{Limits, within};

const LIMIT: usize = 200_000;

fn target(tokens: &str, domain: &str, output: &str) -> Target {
    let source = format!("name = \"t\"\ntokens = {tokens}\ndomain = [{domain}]\noutput = [\"{output}\"]\n");
    read_target(&source).unwrap_or_else(|e| panic!("{e}"))
}

fn at(node: usize, by: Replacement, error: Rational) -> Approximation {
    Approximation { output: 0, node, by, error: Exact(error), cuts: String::new() }
}

fn polynomial(coefficients: &[Rational]) -> Replacement {
    let coefficients = coefficients.iter().cloned().map(Exact).collect();
    Replacement::Polynomial { centre: Exact(integer(0)), coefficients }
}

/// The extremum of 1 and of the same again, `depth` times.
fn nested(open: &str, inner: &str, close: &str, depth: usize) -> String {
    format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
}

#[test]
fn a_constant_divisor_that_is_replaced_moves_the_quotient() {
    // exp(1) is within 3/10 of 3: x/3 is off by x(1/e - 1/3), up to 0.0345.
    let quotient = target("1", "[\"0\", \"1\"]", "x[0]/exp(1)");
    let replaced = [at(2, polynomial(&[integer(3)]), ratio(3, 10))];
    let surrogate = Surrogate::new(&quotient, &replaced, LIMIT).unwrap();
    let exact = evaluate_token(&quotient, &[vec![1.0]], 0).unwrap()[0];
    assert!(to_f64(&surrogate.deviations[0]) >= exact - 1.0 / 3.0, "{}", surrogate.deviations[0]);
    // Where the surrogate's divisor may be 0 there is no quotient.
    let replaced = [at(2, polynomial(&[ratio(1, 100)]), integer(3))];
    assert!(matches!(Surrogate::new(&quotient, &replaced, LIMIT), Err(SurrogateError::LeavesDomain { .. })));
}

#[test]
fn the_third_of_x_is_not_its_quotient_by_e() {
    let quotient = target("1", "[\"0\", \"1\"]", "x[0]/exp(1)");
    let one = |value: Rational| AffineMap {
        weights: SparseMatrix::from_entries([(0, 0, value)]),
        bias: SparseVector::default(),
    };
    let network = Network {
        format: NETWORK_FORMAT.into(),
        tokens: Tokens::Fixed(1),
        dimension: 1,
        outputs: 1,
        slots: vec!["x".into()],
        embedding: one(integer(1)),
        blocks: Vec::new(),
        readout: one(ratio(1, 3)),
    };
    let network = serde_json::to_string(&network).unwrap();
    let check = |bound: Rational| {
        let certificate = Certificate {
            format: CERTIFICATE_FORMAT.into(),
            target_sha256: sha256(quotient.source.as_bytes()),
            network_sha256: sha256(network.as_bytes()),
            epsilon: Exact(integer(1)),
            certified: Exact(bound.clone()),
            outputs: vec![OutputClaim { lowering: Exact(integer(0)), residual: Exact(bound) }],
            witness: None,
            floats: Vec::new(),
            route: ProofRoute::Polynomial(PolynomialClaims {
                approximations: vec![at(2, polynomial(&[integer(3)]), ratio(3, 10))],
                stream: StreamClaims::default(),
            }),
        };
        let certificate = serde_json::to_string(&certificate).unwrap();
        let files = ProofFiles {
            target: quotient.source.as_bytes(),
            network: network.as_bytes(),
            certificate: certificate.as_bytes(),
        };
        check_proof(files).unwrap().verdict
    };
    // The distance is 1/e - 1/3 = 0.0345…; what follows from |exp(1) - 3| ≤ 3/10 is less than 0.06.
    for below in [integer(0), ratio(34, 1000)] {
        let Verdict::Invalid(refusal) = check(below) else { panic!("accepted") };
        assert_eq!(refusal.rule, Rule::Residual);
    }
    assert!(matches!(check(ratio(6, 100)), Verdict::Valid(_)));
}

#[test]
fn products_range_over_every_number_of_factors() {
    // At tokens 0 the products over 3, 2 and 1 tokens are -1, 1, -1 and occur 1, 9 and 6 times.
    let argument = "sum(y: sum(z: prod(w != x, y, z: -1 - w[0])))";
    let domain = "[\"0\", \"1/8\"]";
    let named = target("4", domain, &format!("sigmoid({argument})"));
    let surrogate = Surrogate::new(&named, &[], LIMIT).unwrap();
    let value = evaluate_token(&target("4", domain, argument), &vec![vec![integer(0)]; 4], 0).unwrap();
    assert_eq!(value, [integer(2)]);
    assert!(surrogate.atoms[0].argument_range.contains(&value[0]), "{}", surrogate.atoms[0].argument_range);
}

#[test]
fn nested_extrema_of_constants_are_followed() {
    let deep = target("1", "[\"0\", \"1\"]", &format!("exp(x[0]) + {}", nested("max(1, ", "2", ")", 60)));
    let surrogate = Surrogate::new(&deep, &[], LIMIT).unwrap();
    assert_eq!(surrogate.atoms.len(), 1);
    let value = evaluate_token(&surrogate.target, &[vec![integer(0), integer(1)]], 0).unwrap();
    assert_eq!(value[0], integer(3));
}

/// The error is shown on 2^10 parts of the argument's range.
fn finely_cut(approximation: Approximation) -> Approximation {
    let cuts = (0..10).fold(".".to_string(), |tree, _| format!("a{tree}{tree}"));
    Approximation { cuts, ..approximation }
}

#[test]
fn replacements_that_copy_too_much_are_refused() {
    let refused = |target: &Target, approximations: &[Approximation]| {
        let error = Surrogate::new(target, approximations, LIMIT).expect_err("too large");
        assert!(error.to_string().contains("too large"), "{error}");
    };
    // Polynomials of degree 64 within each other: 64^8 copies of the innermost argument.
    let towers = target("2", "[\"0\", \"1\"]", &format!("sum(y: {})", nested("sin(", "x[0]*y[0]", ")", 8)));
    let zeros = vec![integer(0); 65];
    let replaced: Vec<_> = (1..=8).map(|node| finely_cut(at(node, polynomial(&zeros), integer(2)))).collect();
    refused(&towers, &replaced);
    // Thresholds within each other: 8192 copies of each other's sums.
    let extrema = target("3", "[\"0\", \"1\"]", "max(y: y[0] + max(z: z[0] + max(w: w[0])))");
    let thresholds = |node, high| {
        let by =
            Replacement::Thresholds { low: Exact(integer(-9)), high: Exact(integer(high)), levels: 1 << 12 };
        at(node, by, integer(1))
    };
    refused(&extrema, &[thresholds(0, 9), thresholds(3, 9), thresholds(6, 9)]);
    // Hats of a long expression.
    let term = "x[0]*y[0]*x[0]*y[0]*x[0]*y[0]*x[0]*y[0]";
    let sum = vec![term; 6000].join(" + ");
    let long = target("2", "[\"0\", \"1\"]", &format!("sum(y: {sum}) + exp(x[0])"));
    let by = Replacement::Hats { token: 1, coordinate: 0, pieces: 1 << 12 };
    refused(&long, &[at(2, by, integer(1_000_000))]);
    // Second derivatives of deep quotients.
    let deep = format!("({})", nested("y[0]/(2 + x[0]*", "y[0]", ")", 60));
    let sum = vec![deep; 40].join(" + ");
    let deep = target("2", "[\"0\", \"1\"]", &format!("sum(y: {sum})"));
    let by = Replacement::Hats { token: 1, coordinate: 0, pieces: 1 };
    refused(&deep, &[at(1, by, integer(1_000_000))]);
}

#[test]
fn deep_replacements_do_not_exhaust_the_stack() {
    // Every function of the tower by a polynomial of degree 1: three nodes above each other for each.
    let towers = target("2", "[\"0\", \"1\"]", &format!("sum(y: {})", nested("sin(", "x[0]*y[0]", ")", 190)));
    let line = polynomial(&[integer(0), ratio(1, 1_000_000)]);
    let replaced: Vec<_> = (1..=190).map(|node| finely_cut(at(node, line.clone(), integer(2)))).collect();
    let surrogate = Surrogate::new(&towers, &replaced, LIMIT).unwrap();
    assert!(surrogate.atoms.is_empty() && surrogate.deviations[0] >= integer(4));
}

#[test]
fn semi_invariant_targets_have_atoms_of_single_tokens_only() {
    let semi = |g: &str| {
        let source =
            format!("name = \"t\"\ntokens = 3\ndomain = [[\"0\", \"1\"]]\nsemi_invariant = [\"{g}\"]\n");
        Surrogate::new(&read_target(&source).unwrap(), &[], LIMIT)
    };
    let surrogate = semi("x1[0]*(exp(x2[0]) + exp(x3[0])) + exp(x1[0])").unwrap();
    assert_eq!(surrogate.atoms.len(), 1);
    // exp(x2) alone is not symmetric, nor is the polynomial in atoms.
    assert!(matches!(semi("exp(x2[0])"), Err(SurrogateError::Expansion(_))));
    assert!(matches!(semi("exp(x2[0] + x3[0])"), Err(SurrogateError::NotCovered { .. })));
}

/// Neighbouring Fibonacci numbers of 2700 digits.
fn fibonacci() -> [num_bigint::BigInt; 3] {
    let (mut a, mut b) = (num_bigint::BigInt::from(1), num_bigint::BigInt::from(1));
    while a.bits() < 9_000 {
        (a, b) = (b.clone(), a + b);
    }
    let c = &a + &b;
    [a, b, c]
}

/// As worker threads have one.
fn on_small_stack<T: Send + 'static>(attempt: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new().stack_size(1 << 18).spawn(attempt).unwrap().join().unwrap()
}

#[test]
fn errors_with_long_continued_fractions_are_compared_without_recursion() {
    let [a, b, c] = fibonacci();
    let half = Rational::new(b.clone(), a);
    let by = Replacement::Thresholds { low: Exact(integer(0)), high: Exact(&half * integer(2)), levels: 1 };
    let largest = target("2", "[\"0\", \"1\"]", "max(y: y[0])");
    let error = Rational::new(c.clone(), b.clone());
    match on_small_stack(move || Surrogate::new(&largest, &[at(0, by, error)], LIMIT)) {
        Ok(surrogate) => assert!(surrogate.deviations[0] >= half),
        Err(error) => assert!(error.to_string().contains("half the distance"), "{error}"),
    }
    // The ends of the box likewise.
    let ends = [half, Rational::new(c, b)];
    let [low, high] =
        if (&ends[0] - &ends[1]).is_negative() { [&ends[0], &ends[1]] } else { [&ends[1], &ends[0]] };
    let pair = target("2", &format!("[\"{low}\", \"{high}\"]"), "sum(y: exp(x[0]*y[0]))");
    let by = Replacement::Hats { token: 1, coordinate: 0, pieces: 1 };
    let error = on_small_stack(move || Surrogate::new(&pair, &[at(1, by, integer(0))], LIMIT)).unwrap_err();
    assert!(error.to_string().contains("the interpolant"), "{error}");
}

#[test]
fn long_cuts_of_many_sides_are_paid_for() {
    // A box of 1000 sides in 2^16 parts: each is copied, rounded and enclosed.
    let sides = vec!["[\"0\", \"1\"]"; 500].join(", ");
    let wide = target("2", &sides, "sum(y: exp(x[0]*y[0]))");
    let by = Replacement::Hats { token: 1, coordinate: 0, pieces: 8 };
    let cuts = (0..16).fold(".".to_string(), |tree, _| format!("a{tree}{tree}"));
    let replaced = [Approximation { cuts, ..at(1, by, ratio(1, 10)) }];
    let stopped = within(Limits::work(1 << 30), || Surrogate::new(&wide, &replaced, LIMIT).is_ok());
    assert!(stopped.is_err(), "{stopped:?}");
    let few = [Approximation { cuts: "aa..a".into(), ..replaced[0].clone() }];
    assert_eq!(within(Limits::work(1 << 30), || Surrogate::new(&wide, &few, LIMIT).is_ok()), Ok(true));
}
