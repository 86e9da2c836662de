//! Every reason for which a target has no surrogate, or an approximation is none, is said once.

use sumformer_checker::arith::number::{Exact, Rational, integer, ratio};
use sumformer_checker::format::certificate::{Approximation, PairTerm, PowerTerm, Replacement};
use sumformer_checker::language::read_target;
use sumformer_checker::surrogate::{Surrogate, SurrogateError};

/// What `Surrogate::new` says of outputs on [0, 1]² or another domain.
fn said(n: usize, domain: &str, outputs: &[&str], approximations: &[Approximation]) -> SurrogateError {
    let outputs: Vec<String> = outputs.iter().map(|output| format!("\"{output}\"")).collect();
    let source = format!(
        "name = \"t\"\ntokens = {n}\ndomain = [{domain}]\noutput = [{}]\n[where]\nm = \"mean(y: y[0])\"\n",
        outputs.join(", ")
    );
    let target = read_target(&source).unwrap_or_else(|e| panic!("{e}"));
    Surrogate::new(&target, approximations, 200_000).expect_err(&source)
}

const UNIT: &str = "[\"0\", \"1\"], [\"0\", \"1\"]";

fn at(node: usize, by: Replacement, error: Rational) -> Approximation {
    Approximation { output: 0, node, by, error: Exact(error), cuts: String::new() }
}

fn product() -> Replacement {
    Replacement::Product { centre: Exact(integer(0)), coefficients: vec![Exact(integer(1))] }
}

fn polynomial(degree: usize) -> Replacement {
    Replacement::Polynomial { centre: Exact(integer(0)), coefficients: vec![Exact(integer(0)); degree + 1] }
}

fn hats(token: usize, pieces: u32) -> Replacement {
    Replacement::Hats { token, coordinate: 0, pieces }
}

fn grid(token: usize, pieces: u32) -> Replacement {
    Replacement::Grid { token, coordinate: 0, pieces }
}

fn composite(inner: usize, coefficients: &[Rational]) -> Replacement {
    let coefficients = coefficients.iter().cloned().map(Exact).collect();
    Replacement::Composite { inner, centre: Exact(integer(0)), coefficients }
}

fn thresholds(levels: u32) -> Replacement {
    Replacement::Thresholds { low: Exact(integer(0)), high: Exact(integer(1)), levels }
}

fn head(sharpness: Option<i64>) -> Replacement {
    Replacement::Head { sharpness: sharpness.map(|s| Exact(integer(s))) }
}

/// c·x[k]^e, or such a power of the other token.
fn power(c: i64, k: usize, e: u32) -> Vec<PowerTerm> {
    vec![(vec![(k, e)], Exact(integer(c)))]
}

/// The sum of these products.
fn pair(terms: &[(Vec<PowerTerm>, Vec<PowerTerm>)]) -> Replacement {
    let terms = terms.iter().cloned().map(|(first, second)| PairTerm { first, second });
    Replacement::Pair { terms: terms.collect() }
}

fn logarithms(base: &[(usize, u32)], shift: Rational, least: u32) -> Replacement {
    Replacement::Logarithms { base: base.to_vec(), shift: Exact(shift), least }
}

#[test]
fn wrong_logarithms() {
    // Six others: the product moves by (1 + 1/100)^6 - 1 where each factor does by 1/100.
    let change = (1..=6).fold(integer(1), |power, _| power * ratio(101, 100)) - integer(1);
    let product = "prod(y != x: y[0])";
    let good = || logarithms(&[(0, 1)], ratio(1, 100), 6);
    let cases = [
        (product, at(0, good(), &change - ratio(1, 1_000_000)), "only shown to change"),
        (product, at(0, good(), ratio(-1, 100)), "negative"),
        (product, at(1, good(), integer(9)), "an output as a whole"),
        ("prod(y != x: y[0]) + x[1]", at(1, good(), integer(9)), "an output as a whole"),
        (product, at(0, logarithms(&[(0, 1)], integer(0), 6), integer(9)), "is negative somewhere, or"),
        (product, at(0, logarithms(&[(0, 1)], ratio(-1, 100), 6), integer(9)), "is negative somewhere, or"),
        (product, at(0, logarithms(&[], ratio(1, 100), 6), integer(9)), "the base is 1"),
        (product, at(0, logarithms(&[(2, 1)], ratio(1, 100), 6), integer(9)), "no coordinate 2"),
        (product, at(0, logarithms(&[(usize::MAX, 1)], ratio(1, 100), 6), integer(9)), "no coordinate"),
        (product, at(0, logarithms(&[(0, 0)], ratio(1, 100), 6), integer(9)), "no power product"),
        (product, at(0, logarithms(&[(0, 1), (0, 1)], ratio(1, 100), 6), integer(9)), "no power product"),
        (product, at(0, logarithms(&[(0, 65)], ratio(1, 100), 6), integer(9)), "no power product"),
        (
            product,
            at(0, logarithms(&[(0, u32::MAX), (1, u32::MAX)], ratio(1, 100), 6), integer(9)),
            "no power product",
        ),
    ];
    for (output, approximation, message) in cases {
        let error = said(7, UNIT, &[output], &[approximation]);
        assert!(matches!(error, SurrogateError::Wrong { index: 0, .. }), "{output}: {error}");
        assert!(error.to_string().contains(message), "{output}: `{error}` does not say `{message}`");
    }
    let refused = |n, domain, output: &str, by: Replacement| {
        said(n, domain, &[output], &[at(0, by, integer(9))]).to_string()
    };
    let negative =
        refused(7, "[\"-1\", \"1\"], [\"0\", \"1\"]", product, logarithms(&[(0, 1)], integer(3), 6));
    assert!(negative.contains("is negative somewhere, or"), "{negative}");
    // What is left has one sum for every other without the factor, and what is kept one for every factor.
    let few =
        refused(30, UNIT, "sum(y != x: sum(z != x, y: y[0]*z[0]))", logarithms(&[(0, 1)], integer(1), 1));
    assert!(few.contains("more than 16 sums"), "{few}");
    let many = refused(19, UNIT, product, logarithms(&[(0, 1)], integer(1), 19));
    assert!(many.contains("more than 16 sums"), "{many}");
    // Functions are no polynomials, and then there is nothing to rewrite.
    let function = said(3, UNIT, &["exp(x[0])"], &[at(0, logarithms(&[(0, 1)], integer(1), 1), integer(9))]);
    assert!(matches!(function, SurrogateError::Expansion(_)), "{function}");
    // Nothing inside is reached, and an output in explicit tokens is not alone.
    let both = [at(0, good(), integer(9)), at(1, good(), integer(9))];
    let inside = said(7, UNIT, &[product], &both);
    assert!(matches!(inside, SurrogateError::Wrong { index: 1, .. }), "{inside}");
    let source =
        "name = \"t\"\ntokens = 3\ndomain = [[0, 1]]\nsemi_invariant = [\"x2[0]*x3[0]\", \"x1[0]\"]\n";
    let target = read_target(source).expect("a target");
    let alone = [at(0, logarithms(&[(0, 1)], ratio(1, 100), 2), integer(9))];
    let alone = Surrogate::new(&target, &alone, 200_000).expect_err("one output alone");
    assert!(alone.to_string().contains("all have to be"), "{alone}");
    let skew =
        read_target("name = \"t\"\ntokens = 3\ndomain = [[0, 1]]\nsemi_invariant = [\"x2[0]*x3[0]^2\"]\n");
    let skew = Surrogate::new(
        &skew.expect("a target"),
        &[at(0, logarithms(&[(0, 1)], integer(1), 1), integer(9))],
        200_000,
    );
    assert!(matches!(skew, Err(SurrogateError::Expansion(_))), "{skew:?}");
    // As it should be.
    let source = format!("name = \"t\"\ntokens = 7\ndomain = [{UNIT}]\noutput = [\"{product}\"]\n");
    let accepted =
        Surrogate::new(&read_target(&source).expect("a target"), &[at(0, good(), change.clone())], 200_000);
    let deviation = accepted.expect("a surrogate").deviations.remove(0);
    assert!(deviation >= change && deviation <= change * ratio(1_000_001, 1_000_000));
}

#[test]
fn wrong_pairs() {
    let nothing = || at(1, pair(&[]), integer(9));
    // Output, the replacement of a node, what is said.
    let cases = [
        ("sum(y: y[0]*y[1])", nothing(), "more or less than two tokens"),
        ("sum(y: x[0]*y[0]*m)", nothing(), "the expression has reductions"),
        ("sum(y: x[0]*y[0]*exp(y[1]))", nothing(), "not a polynomial, functions are left in it"),
        (
            "sum(y: x[0]*y[0])",
            at(1, pair(&[(power(1, 2, 1), vec![])]), integer(9)),
            "a token has no coordinate 2",
        ),
        (
            "sum(y: x[0]*y[0])",
            at(1, pair(&[(vec![], power(1, usize::MAX, 1))]), integer(9)),
            "has no coordinate",
        ),
        (
            "sum(y: x[0]*y[0])",
            at(1, pair(&[(power(1, 0, 65), vec![])]), integer(9)),
            "have degree at most 64",
        ),
        (
            "sum(y: x[0]*y[0])",
            at(
                1,
                pair(&[(vec![(vec![(0, u32::MAX), (1, u32::MAX)], Exact(integer(1)))], vec![])]),
                integer(9),
            ),
            "have degree at most 64",
        ),
        // (1 + u)(1 + v)/4 = 1/4 + u/4 + v/4 + uv/4 in scaled coordinates.
        ("sum(y: x[0]*y[0])", at(1, pair(&[]), ratio(999, 1000)), "it is only shown to be within 1.000e0 of"),
        ("sum(y: x[0]*y[0])", at(1, pair(&[]), ratio(-1, 1000)), "its error is negative"),
    ];
    for (output, approximation, message) in cases {
        let error = said(2, UNIT, &[output], &[approximation]);
        assert!(matches!(error, SurrogateError::Wrong { index: 0, .. }), "{output}: {error}");
        assert!(error.to_string().contains(message), "{output}: `{error}` does not say `{message}`");
    }
    let flat = "[\"1\", \"1\"], [\"0\", \"1\"]";
    let error =
        said(2, flat, &["sum(y: x[1]*y[1])"], &[at(1, pair(&[(power(1, 0, 1), vec![])]), integer(9))]);
    assert!(error.to_string().contains("coordinate 0 does not vary"), "{error}");
    // A product of 32 squares has 2^32 terms in Chebyshev polynomials.
    let wide = vec!["[\"0\", \"1\"]"; 40].join(", ");
    let squares = vec![((0..32).map(|k| (k, 2)).collect(), Exact(integer(1)))];
    let error = said(2, &wide, &["sum(y: x[0]*y[0])"], &[at(1, pair(&[(squares, vec![])]), integer(9))]);
    assert!(error.to_string().contains("a sum of products of so many terms"), "{error}");
    assert!(matches!(error, SurrogateError::NotCovered { .. }), "{error}");
    // What is inside needs its replacement all the same.
    let error = said(2, UNIT, &["sum(y: exp(x[0]*y[0]))"], &[nothing()]);
    assert!(matches!(error, SurrogateError::NotCovered { site: Some(_), .. }), "{error}");
    // One pair at a node, before what else replaces it.
    for list in [[nothing(), nothing()], [at(1, polynomial(0), integer(9)), nothing()]] {
        let error = said(2, UNIT, &["sum(y: exp(x[0]*y[0]))"], &list);
        assert!(error.to_string().contains("listed by output, then by node"), "{error}");
    }
}

/// The sums of products are exactly as far away as their coefficients say, wherever the box is.
#[test]
fn pairs_are_accepted_from_their_distance_on() {
    // x·y on [0, 1]² is (1 + u)(1 + v)/4; without uv/4 it is 1/4 away.
    let quarter = |powers: &[(usize, u32)]| (powers.to_vec(), Exact(ratio(1, 4)));
    let one = vec![(vec![], Exact(integer(1)))];
    let terms = [(vec![quarter(&[]), quarter(&[(0, 1)])], one.clone()), (one, vec![quarter(&[(0, 1)])])];
    let source = format!("name = \"t\"\ntokens = 3\ndomain = [{UNIT}]\noutput = [\"sum(y: x[0]*y[0])\"]\n");
    let target = read_target(&source).unwrap();
    let surrogate = |error| Surrogate::new(&target, &[at(1, pair(&terms), error)], 200_000);
    let exact = surrogate(ratio(1, 4)).expect("it is as near as that");
    assert_eq!(exact.deviations, [ratio(3, 4)]);
    // u and v are one atom, and the factors that are not constant two.
    assert_eq!(exact.atoms.len(), 3);
    assert!(exact.atoms.iter().all(|atom| atom.argument_range.mag() <= integer(1)));
    assert!(surrogate(ratio(249, 1000)).is_err());
}

#[test]
fn wrong_replacements() {
    let pair = "sum(y: exp(x[0]*y[0]))";
    let nested = "sum(y: exp(cos(x[0] - y[0])))";
    // Output, the replacement of a node, what is said. Node 0 is the sum, node 1 what it runs over.
    let cases = [
        ("sum(y: exp(y[0] + y[1])) + m", at(2, product(), integer(9)), "more or less than two tokens"),
        ("sum(y: exp(x[0]*y[0]*m))", at(1, product(), integer(9)), "the argument has reductions"),
        ("sum(y: exp(x[0]*abs(y[0])))", at(1, product(), integer(9)), "not a polynomial operation"),
        // An expansion finds the constant 3, the pass over the tree does not.
        ("sum(y: exp(x[0]*y[0]/(y[0] - y[0] + 3)))", at(1, product(), integer(9)), "is not a polynomial"),
        (pair, at(0, product(), integer(9)), "only `exp` of a sum is a product"),
        (pair, at(0, thresholds(4), integer(9)), "thresholds stand for a maximum or a minimum"),
        ("max(x[0], m)", at(0, thresholds(4), integer(9)), "thresholds stand for a maximum or a minimum"),
        ("max(x[0], m)", at(0, polynomial(1), integer(9)), "which is not at this node"),
        ("sum(y: abs(x[0] - y[0])*m)", at(1, hats(1, 4), integer(9)), "the expression has reductions"),
        ("sum(y: exp(x[0]*y[0]*y[1]))", at(1, hats(1, 4), integer(9)), "other coordinates of the token"),
        (
            "sum(y: abs(x[0] - y[0]))",
            at(1, hats(1, 2), ratio(1, 100)),
            "the interpolant: it is not shown to be at most 1/100",
        ),
        ("sum(y: log(x[0] - 1/2)*y[0])", at(1, hats(1, 2), integer(9)), "`log` is not defined"),
        (pair, at(1, polynomial(65), integer(9)), "polynomials have degree at most 64"),
        (pair, at(1, grid(1, 4), integer(0)), "a grid has an error"),
        (pair, at(1, grid(1, 0), integer(9)), "1 to 4096 pieces are allowed"),
        (pair, at(1, grid(2, 4), integer(9)), "the expression has no such coordinate"),
        (
            "sum(y: abs(x[0] - y[0] + x[1]))",
            at(1, grid(1, 4), integer(9)),
            "one coordinate of the other token",
        ),
        // 1/2·1/4·2 = 1/4 in each token; half of the error is for each.
        (
            "sum(y: abs(x[0] - y[0]))",
            at(1, grid(1, 2), ratio(49, 100)),
            "the interpolant: it is not shown to be",
        ),
        // exp(cos(x[0] - y[0])): the call at 1, cos at 2, the difference at 3, its sides at 4 and 5.
        (nested, at(1, composite(1, &[integer(1)]), integer(9)), "no function of that node alone"),
        (nested, at(1, composite(4, &[integer(1)]), integer(9)), "no function of that node alone"),
        (nested, at(1, composite(6, &[integer(1)]), integer(9)), "no function of that node alone"),
        (nested, at(1, composite(usize::MAX, &[integer(1)]), integer(9)), "no function of that node alone"),
        (
            nested,
            at(1, composite(3, &[ratio(209, 100)]), ratio(62, 100)),
            "the polynomial's distance from the function",
        ),
        (
            nested,
            at(1, composite(3, &vec![integer(0); 66]), integer(9)),
            "polynomials have degree at most 64",
        ),
        (
            "sum(y: exp(cos(x[0] - y[0])*x[1]))",
            at(1, composite(4, &[]), integer(9)),
            "no function of that node alone",
        ),
        ("sum(y: y[1]/log(x[0]*y[0]))", at(1, composite(4, &[]), integer(9)), "`log` is not defined"),
    ];
    for (output, approximation, message) in cases {
        let error = said(2, UNIT, &[output], &[approximation]);
        assert!(matches!(error, SurrogateError::Wrong { index: 0, .. }), "{output}: {error}");
        assert!(error.to_string().contains(message), "{output}: `{error}` does not say `{message}`");
    }
    let flat = said(2, "[\"1\", \"1\"]", &["sum(y: abs(x[0] - y[0]))"], &[at(1, hats(1, 2), integer(9))]);
    assert!(flat.to_string().contains("the coordinate does not vary"), "{flat}");
    let huge = "[\"0\", \"1e2000\"]";
    let far = said(2, huge, &["sum(y: sin((x[0]^10000)^10000*y[0]))"], &[at(1, polynomial(0), integer(9))]);
    assert!(far.to_string().contains("the argument is not bounded"), "{far}");
}

#[test]
fn what_a_composite_is_of_is_exact() {
    let replaced = [at(1, composite(2, &[integer(2)]), integer(9)), at(2, polynomial(0), integer(9))];
    let error = said(2, UNIT, &["sum(y: exp(sqrt(1 + x[0]*y[0])))"], &replaced);
    assert!(error.to_string().contains("the node is not exact itself"), "{error}");
}

#[test]
fn products_of_functions_of_one_token_each_need_no_replacement() {
    // Output, how many atoms.
    let cases = [
        ("sum(y: x[0]*y[0]/((1 + x[0])*(2 + y[0])))", 2),
        ("sum(y: y[0]/sqrt((1 + x[0]^2)*(1 + y[1])))", 4),
        ("sum(y: sqrt((1 + x[0])*abs(x[1]*y[1])))", 3),
        ("sum(y: 1/((1 + x[0])*3*(1 + y[0]))^2)", 1),
    ];
    for (output, atoms) in cases {
        let source = format!("name = \"t\"\ntokens = 3\ndomain = [{UNIT}]\noutput = [\"{output}\"]\n");
        let surrogate = Surrogate::new(&read_target(&source).unwrap(), &[], 200_000).expect(output);
        assert_eq!((surrogate.atoms.len(), surrogate.deviations[0].clone()), (atoms, integer(0)), "{output}");
    }
    // Of negative factors there is no root each.
    let error = said(2, "[\"-1\", \"1\"], [\"0\", \"1\"]", &["sum(y: sqrt(x[0]*y[0]))"], &[]);
    assert!(error.to_string().contains("`sqrt` is not defined on all of the box"), "{error}");
    let error = said(2, "[\"-2\", \"-1\"], [\"0\", \"1\"]", &["sum(y: sqrt(x[0]*y[0]))"], &[]);
    assert!(error.to_string().contains("depends on 2 tokens at once"), "{error}");
}

#[test]
fn approximations_are_in_order_and_one_for_each_node() {
    let one = || at(1, hats(1, 4), integer(9));
    for list in [[one(), one()], [one(), at(0, Replacement::Name, integer(0))]] {
        let error = said(2, UNIT, &["sum(y: exp(x[0]*y[0]))"], &list);
        assert!(matches!(error, SurrogateError::Wrong { index: 1, .. }), "{error}");
        assert!(error.to_string().contains("listed by output, then by node"), "{error}");
    }
    // Inside of what is replaced there is nothing left to replace.
    let error = said(2, UNIT, &["sum(y: exp(x[0]*y[0]))"], &[one(), at(3, Replacement::Name, integer(0))]);
    assert!(error.to_string().contains("or an earlier one contains it"), "{error}");
}

#[test]
fn targets_without_surrogates() {
    // Output, what is said, whether a replacement of a node may help.
    let cases = [
        ("sum(y: exp(x[0]*y[0]))", "`exp` of an expression that depends on 2 tokens at once", true),
        ("sum(y: sum(z != x, y: relu(z[0] - y[0] - x[0])))", "depends on 3 tokens at once", true),
        ("max(y: y[0])", "`max` over tokens without threshold features", true),
        ("sum(y: exp(sum(z != x, y: 1)))", "`exp` of a constant is not known well enough", false),
        // No token is left over where y stands at the position of x's only neighbour.
        ("exp(x[0]) + sum(y: x[0]/sum(z != x, y: 1))", "a division by something that may be 0", false),
    ];
    for (output, message, helps) in cases {
        let error = said(2, UNIT, &[output], &[]);
        assert!(error.to_string().contains(message), "{output}: `{error}` does not say `{message}`");
        let SurrogateError::NotCovered { site, .. } = error else { panic!("{error}") };
        assert_eq!(site.is_some(), helps, "{output}");
    }
    // Output, what is said, whether there is an input without a value.
    let cases = [
        (
            "log(x[0] - m)",
            "`log` is not defined on all of the box: there is no value where every token is [0, 0]",
            true,
        ),
        (
            "log(x[0]^2 - x[0] + 1/2)",
            "all that is known of its argument is that it lies in [-0.5, 1.5]",
            false,
        ),
        ("log(1/3 - x[0]/3)", "there is no value where every token is [1, 0]", true),
        ("x[0]/(m - x[0])", "a divisor may be 0: there is no value where every token is [0, 0]", true),
        (
            "1/(x[0]^2 - x[0] + 1/2)",
            "a divisor may be 0: all that is known of it is that it lies in [-0.5, 1.5]",
            false,
        ),
        (
            "sqrt(x[0] - 1/7)",
            "`sqrt` is not defined on all of the box: there is no value where every token is [0, 0]",
            true,
        ),
        ("sqrt(1/7000 - x[0]*exp(x[0])*m)", "it lies in [-2.718139, 0.0001428572]", false),
    ];
    for (output, message, sure) in cases {
        let error = said(2, UNIT, &[output], &[]);
        assert!(error.to_string().contains(message), "{output}: `{error}` does not say `{message}`");
        let SurrogateError::OffDomain { certain, .. } = error else { panic!("{error}") };
        assert_eq!(certain, sure, "{output}");
    }
    let huge = "[\"0\", \"1e2000\"]";
    for (output, message) in [
        ("exp(x[0])", "`exp` is not bounded here"),
        ("exp(x[0]) + relu((x[0]^10000)^10000 - 1)", "`relu` of an expression that is not enclosed"),
    ] {
        let error = said(1, huge, &[output], &[]);
        assert!(error.to_string().contains(message), "{output}: `{error}` does not say `{message}`");
    }
    let steep = said(1, "[\"0\", \"1\"]", &["(sin(x[0])^10000)^10000"], &[at(2, polynomial(0), big())]);
    assert!(steep.to_string().contains("is not bounded"), "{steep}");
}

/// 10^2000
fn big() -> Rational {
    integer(10).pow(2000)
}

#[test]
fn there_are_no_more_than_16384_atoms() {
    let each = |output: usize| Approximation { output, ..at(0, thresholds(1 << 12), integer(1)) };
    let error = said(2, UNIT, &["max(y: y[0])", "max(y: y[0]^2)"], &[each(0), each(1)]);
    assert!(error.to_string().contains("more than 16384 atoms"), "{error}");
}

#[test]
fn heads_stand_for_weighted_means_over_all_tokens() {
    let refused = |output: &str, sharpness: Option<i64>, message: &str| {
        let error = if sharpness.is_some() { integer(1) } else { integer(0) };
        let said = said(3, UNIT, &[output], &[at(0, head(sharpness), error)]).to_string();
        assert!(said.contains(message), "{output}: {said}");
    };
    refused("x[0]", None, "a head stands for a quotient of sums");
    refused("sum(y: y[0])/sum(y != x: y[0])", None, "some are left out");
    refused("sum(y: y[0])/mean(y: y[0])", None, "numerator and divisor are not sums over the same tokens");
    refused("sum(y != x: exp(y[0])*y[0])/sum(y != x: exp(y[0]))", None, "some are left out");
    refused("sum(y: exp(y[0])*y[0])/sum(y: exp(y[1]))", None, "are not among the factors");
    refused("sum(y: (1 + y[0])*y[0])/sum(y: 1 + y[0])", None, "a weight is not `exp` of a score");
    refused(
        "sum(z: z[1])*sum(y: exp(y[0])*y[0])/sum(y: exp(y[0]))",
        None,
        "a factor in front of the sum has reductions",
    );
    refused("sum(y: exp(y[0])*max(z: z[0]))/sum(y: exp(y[0]))", None, "`max` over tokens");
    refused("sum(y: exp(y[0])*sum(z: z[0]))/sum(y: exp(y[0]))", None, "a score or a value has reductions");
    refused("sum(y: y[0])", Some(9), "a sharp head stands for a maximum or a minimum");
    refused("max(y != x: y[0])", Some(9), "some are left out");
    refused("max(y: y[0])", Some(0), "its sharpness is not positive");
    let inside = "sum(z: sum(y: exp(y[0]*z[0]*x[0])*y[0])/sum(y: exp(y[0]*z[0]*x[0])))";
    let error = said(3, UNIT, &[inside], &[at(1, head(None), integer(0))]).to_string();
    assert!(error.contains("depends on more than one token"), "{error}");
}

#[test]
fn sharp_heads_are_as_near_as_they_can_be() {
    // The least λ with n − 1 ≤ λ e^(1+λ) for n = 2 is 0.2784645…, for n = 5 it is 0.7178245…
    let near = |n: usize, error: Rational| {
        let source =
            format!("name = \"t\"\ntokens = {n}\ndomain = [[\"0\", \"1\"]]\noutput = [\"max(y: y[0])\"]\n");
        Surrogate::new(&read_target(&source).expect("a target"), &[at(0, head(Some(1)), error)], 1000).is_ok()
    };
    assert!(near(2, ratio(278_465, 1_000_000)) && !near(2, ratio(278_464, 1_000_000)));
    assert!(near(1, integer(0)));
    assert!(near(5, ratio(717_825, 1_000_000)) && !near(5, ratio(717_824, 1_000_000)));
}

#[test]
fn equal_weighted_means_are_one() {
    let mean = "sum(y: exp(x[0]*y[0])*y[1])/sum(y: exp(x[0]*y[0] + 0*y[1]))";
    let same = "mean(y: exp(x[0]*y[0])*y[1])/mean(y: exp(x[0]*y[0]))";
    let source =
        format!("name = \"t\"\ntokens = \"any\"\ndomain = [{UNIT}]\noutput = [\"{same}\", \"{same}\"]\n");
    let target = read_target(&source).expect("a target");
    let heads = [0, 1].map(|output| Approximation { output, ..at(0, head(None), integer(0)) });
    let surrogate = Surrogate::new(&target, &heads, 1000).expect("two of the same");
    assert_eq!((surrogate.means.len(), surrogate.atoms.len(), surrogate.target.dimension()), (1, 0, 3));
    // The weights have to be the same trees.
    let refused = said(3, UNIT, &[mean], &[at(0, head(None), integer(0))]).to_string();
    assert!(refused.contains("are not among the factors"), "{refused}");
}
