//! Where arguments go: exact ends at the edge of a domain, and quotients whose parts vary together.

use proptest::prelude::*;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Exact, integer, ratio, to_f64};
use sumformer_checker::format::certificate::{Approximation, Replacement};
use sumformer_checker::language::read_target;
use sumformer_checker::language::target::Target;
use sumformer_checker::surrogate::{Surrogate, SurrogateError};

const LIMIT: usize = 200_000;

fn target(tokens: &str, domain: &str, output: &str) -> Target {
    let source = format!("name = \"t\"\ntokens = {tokens}\ndomain = [{domain}]\noutput = [\"{output}\"]\n");
    read_target(&source).unwrap_or_else(|e| panic!("{e}"))
}

fn surrogate(tokens: &str, domain: &str, output: &str) -> Result<Surrogate, SurrogateError> {
    Surrogate::new(&target(tokens, domain, output), &[], LIMIT)
}

/// What the argument of the outermost function ranges over.
fn argument(tokens: &str, domain: &str, output: &str) -> Interval {
    let surrogate = surrogate(tokens, domain, output).unwrap_or_else(|e| panic!("{output}: {e}"));
    surrogate.atoms.last().expect("an atom").argument_range.clone()
}

const SIGNED: &str = "[\"-1\", \"1\"], [\"-1\", \"1\"]";

#[test]
fn ends_are_exact_where_a_domain_ends() {
    for (domain, output) in [
        ("[\"0\", \"1/3\"]", "sqrt(1/3 - x[0])"),
        ("[\"1/7\", \"1/3\"]", "sqrt((x[0] - 1/7)*(1/3 - x[0]))"),
        ("[\"0\", \"1/3\"]", "sqrt(1 - 3*mean(y: y[0]))"),
        ("[\"0\", \"1/3\"]", "sqrt(1/9 - x[0]^2)"),
        ("[\"1/3\", \"1\"]", "sqrt(3 - 1/x[0])"),
        ("[\"-1/3\", \"1/3\"]", "sqrt(1/3 - abs(x[0]))"),
        ("[\"-1/3\", \"1/3\"]", "sqrt(1/3 - max(x[0], relu(-x[0])))"),
        ("[\"0\", \"1/3\"]", "sqrt(1/3 - min(x[0], 1))"),
    ] {
        let range = argument("\"any\"", domain, output);
        assert_eq!(range.inf(), &integer(0), "{output}");
    }
    assert_eq!(argument("3", "[\"0\", \"1/3\"]", "sqrt(1 - sum(y: y[0]))").inf(), &integer(0));
    assert_eq!(argument("3", "[\"0\", \"1/3\"]", "sqrt(2/3 - sum(y != x: y[0]))").inf(), &integer(0));
    assert_eq!(argument("3", "[\"1/3\", \"2/3\"]", "sqrt(n*x[0] - 1)").inf(), &integer(0));
    assert_eq!(argument("3", "[\"1/3\", \"1\"]", "sqrt(1 - prod(y: y[0]))").inf(), &integer(0));
    // By a millionth too far, and over longer numbers than are calculated with.
    for output in ["sqrt(333333/1000000 - x[0])", "sqrt(1/3^5000 - x[0]/3^4999)"] {
        let refused = surrogate("1", "[\"0\", \"1/3\"]", output);
        assert!(matches!(refused, Err(SurrogateError::OffDomain { .. })), "{output}");
    }
}

#[test]
fn quotients_have_the_ranges_of_their_kind() {
    let bounds = |output: &str, largest: f64| {
        let range = argument("\"any\"", SIGNED, output);
        let [inf, sup] = [range.inf(), range.sup()].map(to_f64);
        assert!(
            -inf >= largest && sup >= largest && -inf <= largest + 1e-9 && sup <= largest + 1e-9,
            "{output}: {range}"
        );
    };
    bounds("exp(x[0]/sqrt(x[0]^2 + x[1]^2 + 1/100))", 1.0);
    bounds("exp(x[0]/sqrt((x[0]^2 + x[1]^2)/4 + 1/100))", 2.0);
    bounds("exp((x[0] - 3*x[1])/sqrt(x[0]^2 + x[1]^2 + 1/100))", 12f64.sqrt());
    bounds("exp(x[0]*x[1]^2/sqrt(x[0]^2*x[1]^4/9 + 1/100))", 3.0);
    // Products of different signs under the root, or terms that are not below it: the quotient of the ranges.
    bounds("exp(x[0]/sqrt(x[0]^2 + x[1] + 5/4))", 2.0);
    bounds("exp(x[0]/sqrt(x[1]^2 + 1/4))", 2.0);
    let mean = argument("\"any\"", SIGNED, "exp(mean(y: y[1]*exp(y[0])*y[1])/mean(z: exp(z[0])))");
    assert_eq!(mean, Interval::new(integer(-1), integer(1)).unwrap());
    let half = argument("3", SIGNED, "exp(sum(y != x: exp(y[0])*y[1]^2/2)/sum(y != x: exp(y[0])))");
    assert!(half.inf() <= &integer(0) && half.sup() > &ratio(1, 2), "a quotient by 2 is no factor: {half}");
    let half = argument("3", SIGNED, "exp(sum(y != x: (1/2)*exp(y[0])*y[1]^2)/sum(y != x: exp(y[0])))");
    assert_eq!(half, Interval::new(integer(0), ratio(1, 2)).unwrap());
    // Over other tokens, with other weights, and with weights of both signs it is no mean.
    for output in [
        "exp(sum(y: exp(y[0])*y[1])/sum(y != x: exp(y[0])))",
        "exp(sum(y: exp(y[0])*y[1])/sum(y: exp(y[1])))",
        "exp(mean(y: exp(y[0])*y[1])/sum(y: exp(y[0])))",
    ] {
        assert!(argument("3", SIGNED, output).sup() > &ratio(6, 5), "{output}");
    }
}

#[test]
fn sums_over_all_tokens_know_the_own_one() {
    let body = "1 - (x[0]-y[0])^2/4 + x[1] - y[1]";
    let ends = |tokens: &str, output: String| {
        let range = argument(tokens, SIGNED, &format!("exp({output})"));
        (range.inf().clone(), range.sup().clone())
    };
    // The own term is 1, the others are between -2 and 3.
    assert_eq!(ends("4", format!("sum(y: {body})")), (integer(-5), integer(10)));
    assert_eq!(ends("4", format!("mean(y: {body})")), (ratio(-5, 4), ratio(10, 4)));
    assert_eq!(ends("1", format!("sum(y: {body})")), (integer(1), integer(1)));
    // It is not among the others, nor known where there are only few tokens in words, or a body of one token.
    assert_eq!(ends("4", format!("sum(y != x: {body})")), (integer(-6), integer(9)));
    assert_eq!(ends("\"any\"", format!("mean(y: {body})")), (integer(-2), integer(3)));
    assert_eq!(ends("4", "sum(y: 1 - y[0]^2)".into()), (integer(0), integer(4)));
    // Of sums inside of sums only the outermost has the own token where it is looked for.
    assert_eq!(ends("2", "sum(y: sum(z: z[0] - y[0]))".into()), (integer(-8), integer(8)));
}

/// Numerator and divisor move together: each divided by the divisor, times the quotient for the latter.
#[test]
fn means_with_weights_move_by_what_their_weights_do() {
    let output = "sum(y: exp(x[0]*y[0])*y[0])/sum(y: exp(x[0]*y[0]))";
    let target = target("4", "[\"0\", \"1\"]", output);
    // 1 + t + t²/2 + t³/6 is within 55/1000 of exp on [0, 1]. Nodes: the quotient, the sum, its body, exp; the other sum, exp.
    let coefficients = [ratio(1, 1), ratio(1, 1), ratio(1, 2), ratio(1, 6)].map(Exact).to_vec();
    let at = |node| Approximation {
        output: 0,
        node,
        by: Replacement::Polynomial { centre: Exact(integer(0)), coefficients: coefficients.clone() },
        error: Exact(ratio(55, 1000)),
        cuts: String::new(),
    };
    let surrogate = [3, 9].map(at);
    let surrogate = Surrogate::new(&target, &surrogate, LIMIT).unwrap();
    let largest = &surrogate.deviations[0];
    // (4·55/1000 + 1·4·55/1000)/(4 − 4·55/1000) = 0.1164; by their ranges alone, e + e²·e/(1 − e)² and more.
    assert!(largest < &ratio(117, 1000) && largest > &ratio(116, 1000), "{}", to_f64(largest));
}

/// What a function of two tokens is applied to, as the refusal to leave it as it is says.
fn argument_of_pair(output: &str) -> Interval {
    match surrogate("\"any\"", SIGNED, output) {
        Err(SurrogateError::NotCovered { site: Some(site), .. }) => site.argument,
        other => panic!("{output}: {other:?}"),
    }
}

#[test]
fn cosines_of_two_tokens_are_at_most_1() {
    let norm = |t: &str, slack: &str| format!("sqrt({t}[0]^2+{t}[1]^2+{slack})");
    let product = "(x[0]*y[0]+x[1]*y[1])";
    let [x, y] = ["x", "y"].map(|t| norm(t, "1/10"));
    let cosine = argument_of_pair(&format!("mean(y: exp({product}/({x}*{y})))"));
    assert!(cosine.mag() >= integer(1) && cosine.mag() < ratio(1_000_001, 1_000_000), "{cosine}");
    let twice = argument_of_pair(&format!("mean(y: exp(2*{product}/({y}*{x})))"));
    assert!(twice.mag() >= integer(2) && twice.mag() < ratio(2_000_001, 1_000_000), "{twice}");
    // Both roots of one token are no norms of two.
    let other = argument_of_pair(&format!("mean(y: exp(y[0]*x[0]/({x}*sqrt(x[1]^2+1/10))))"));
    assert!(other.mag() > integer(9), "{other}");
}

/// Σ w > 0 does not say that each w is: at x = 1, y = 0 the quotient is 2, though all y are in [0, 1].
#[test]
fn a_quotient_is_no_mean_where_weights_may_be_negative() {
    let weight = "(2 - 3*(x[0] - y[0])^2)";
    let output = format!("exp(sum(y: {weight}*y[0])/sum(y: {weight}))");
    let range = argument("2", "[\"0\", \"1\"]", &output);
    assert!(range.sup() >= &integer(2), "{range}");
    // These are positive.
    let weight = "(4 - 3*(x[0] - y[0])^2)";
    let output = format!("exp(sum(y: {weight}*y[0])/sum(y: {weight}))");
    let range = argument("2", "[\"0\", \"1\"]", &output);
    assert!(range.inf() >= &integer(0) && range.sup() <= &integer(1), "{range}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// |Σ c_k m_k| ≤ √(Σ|c_k|·Σ|c_k| m_k²) ≤ √(q·p·s), wherever the token is.
    #[test]
    fn quotients_by_roots_stay_in_their_ranges(
        c in prop::collection::vec(-6_i64..=6, 3), a in prop::collection::vec(1_i64..=9, 3), rest in 1_i64..=9,
        tokens in prop::collection::vec((-8_i64..=8, -8_i64..=8), 16),
    ) {
        let numerator = format!("({})*x[0] + ({})*x[1] - ({})*x[0]*x[1]", c[0], c[1], c[2]);
        let below = format!("{}*x[0]^2 + {}*x[1]^2 + x[0]^2*{}*x[1]^2 + {rest}/100", a[0], a[1], a[2]);
        prop_assume!(c.iter().any(|&c| c != 0));
        let range = argument("\"any\"", SIGNED, &format!("exp(({numerator})/sqrt({below}))"));
        let p = c.iter().zip(&a).map(|(c, a)| c.abs() as f64 / *a as f64).fold(0.0, f64::max);
        let known = (p * c.iter().map(|c| c.abs()).sum::<i64>() as f64).sqrt();
        prop_assert!(to_f64(range.sup()) <= known * (1.0 + 1e-9), "{range} {known}");
        for (i, j) in tokens {
            let [x, y] = [i, j].map(|i| i as f64 / 8.0);
            let above = c[0] as f64 * x + c[1] as f64 * y - c[2] as f64 * x * y;
            let root = (a[0] as f64 * x * x + a[1] as f64 * y * y + a[2] as f64 * x * x * y * y + rest as f64 / 100.0).sqrt();
            let value = above / root;
            prop_assert!(to_f64(range.inf()) - 1e-9 <= value && value <= to_f64(range.sup()) + 1e-9);
        }
    }

    /// Sums of polynomials in x and y stay in their ranges, whatever the own token adds.
    #[test]
    fn sums_stay_in_their_ranges(
        c in prop::collection::vec(-6_i64..=6, 4), tokens in prop::collection::vec((-8_i64..=8, -8_i64..=8), 3),
        mean in any::<bool>(),
    ) {
        let body = format!("({})*(x[0] - y[0])*y[1] + ({})*x[0]*y[0] + ({})*(x[1] - y[0])^2 + ({})", c[0], c[1], c[2], c[3]);
        let (name, over) = if mean { ("mean", 3.0) } else { ("sum", 1.0) };
        let range = argument("3", SIGNED, &format!("exp({name}(y: {body}))"));
        let at = |(i, j): (i64, i64)| [i as f64 / 8.0, j as f64 / 8.0];
        for &own in &tokens {
            let x = at(own);
            let term = |y: [f64; 2]| {
                let c: Vec<f64> = c.iter().map(|&c| c as f64).collect();
                c[0] * (x[0] - y[0]) * y[1] + c[1] * x[0] * y[0] + c[2] * (x[1] - y[0]).powi(2) + c[3]
            };
            let value = tokens.iter().map(|&token| term(at(token))).sum::<f64>() / over;
            prop_assert!(to_f64(range.inf()) - 1e-9 <= value && value <= to_f64(range.sup()) + 1e-9, "{value} {range}");
        }
    }

    /// A mean with positive weights is where its values are.
    #[test]
    fn weighted_means_stay_in_their_ranges(
        tokens in prop::collection::vec((-8_i64..=8, -8_i64..=8), 1..6), slope in -3_i64..=3,
    ) {
        let weight = |t: &str| format!("exp(({slope})*{t}[0])");
        let (above, below) = (weight("y"), weight("z"));
        let output = format!("exp(mean(y: {above}*(y[1]^2 - y[0]))/mean(z: {below}))");
        let range = argument("\"any\"", SIGNED, &output);
        prop_assert!(range.inf() >= &integer(-1) && range.sup() <= &integer(2), "{range}");
        let weights: Vec<f64> = tokens.iter().map(|(x, _)| (slope as f64 * *x as f64 / 8.0).exp()).collect();
        let values = tokens.iter().map(|&(x, y)| (y as f64 / 8.0).powi(2) - x as f64 / 8.0);
        let mean = weights.iter().zip(values).map(|(w, v)| w * v).sum::<f64>() / weights.iter().sum::<f64>();
        prop_assert!(to_f64(range.inf()) - 1e-9 <= mean && mean <= to_f64(range.sup()) + 1e-9);
    }
}
