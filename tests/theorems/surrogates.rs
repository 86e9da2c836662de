//! The Weierstrass step as property tests: a surrogate is as near its target as it says, atoms stay where they are said to,
//! and what the checker accepts of a changed approximation is true.

use common::targets::TargetText;
use proptest::prelude::*;
use sumformer::approximation::cover::surrogate as searched;
use sumformer::approximation::structural::logarithms;
use sumformer::approximation::structural::pairs::Pairs;
use sumformer::approximation::structural::surrogate;
use sumformer::eval::surrogate::extend;
use sumformer::lowering::plan::Layout;
use sumformer::reading::load_target;
use sumformer::sumformer::latent::{LatentMode, choose};
use sumformer_checker::arith::number::{Exact, Rational, integer, ratio, to_f64};
use sumformer_checker::format::certificate::{Approximation, PairTerm, PowerTerm, Replacement};
use sumformer_checker::language::evaluate_sequence;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::surrogate::{Surrogate, SurrogateError};

const LIMIT: usize = 200_000;
/// Floating point evaluation of both sides.
const ROUNDING: f64 = 1e-9;

/// Every kind of replacement, and every function as an atom: tokens, domain of each coordinate, outputs.
const TARGETS: [(&str, &str, &[&str]); 23] = [
    ("4", "[-1, 1] [-1, 1]", &["sum(y: exp(x[0]*y[0]+x[1]*y[1])*y[0]) / sum(y: exp(x[0]*y[0]+x[1]*y[1]))"]),
    ("3", "[-1, 1] [-1, 1]", &["sum(y: exp(-((y[0]-x[0])^2 + (y[1]-x[1])^2)/2)*y[1])"]),
    ("4", "[0, 1]", &["sum(y: (y[0]-x[0])/((y[0]-x[0])^2 + 1/4))", "sum(y != x: abs(x[0] - y[0]))"]),
    ("5", "[-1, 1]", &["x[0]/(1+sum(y: y[0]^2))"]),
    ("4", "[0, 1]", &["sum(y: sigmoid(4*(y[0]-x[0])))", "mean(y: max(x[0], y[0]) * y[0])"]),
    ("any", "[0, 1]", &["sqrt(mean(y: (y[0]-m)^2) + 1/100)", "relu(m - x[0]) + abs(x[0] - m)"]),
    ("any", "[-1, 1]", &["log(mean(y: exp(2*y[0])))/2", "tanh(mean(y: y[0]) * exp(x[0]))"]),
    ("any", "[-1, 1] [0, 2]", &["sin(3*mean(y: y[0]*y[1]) + x[0])", "cos(mean(y: sqrt(y[1] + 1/4)))"]),
    ("6", "[0, 1]", &["max(y: y[0])", "min(y != x: y[0]^2 - y[0])"]),
    ("3", "[0, 1] [0, 1]", &["max(y: y[0]*y[1])*x[0]", "max(x[0], sum(y: y[1]))"]),
    ("2", "[1, 2]", &["1/mean(y: 1/y[0])", "exp(1)*x[0] + sqrt(2)"]),
    ("3", "[-1, 1]", &["prod(y: 1 + y[0]*exp(x[0])/4)", "min(x[0], 1/3)^3"]),
    ("any", "[-2, 2]", &["sigmoid(mean(y: tanh(y[0]))^2 - x[0])"]),
    ("3", "[0, 1]", &["sum(y: relu(y[0] - x[0]))", "sum(y: sum(z: exp(-y[0]) * z[0]))"]),
    ("4", "[0, 1]", &["sum(y: sin(6*x[0]*y[0]) * cos(y[0]))"]),
    ("2", "[-1, 1]", &["abs(sum(y: abs(y[0] - 1/3)) - x[0])"]),
    ("3", "[-1, 1] [0, 1]", &["sum(y: relu(x[1] - y[1])*y[0])", "sum(y: y[0]/(1 + abs(x[1] - y[1])))*x[0]"]),
    ("3", "[0, 1]", &["sum(y: exp(cos(x[0] - y[0])))", "sum(y: 1/sqrt((x[0] - y[0])^2 + 1/2))"]),
    (
        "3",
        "[0, 1]",
        &[
            "sum(y: 1/((x[0] - y[0])^2 + 1)^4 - 1/((x[0] - y[0])^2 + 1)^2)",
            "sum(y: y[0]/(2 + exp(-(x[0]-y[0])^6)))",
        ],
    ),
    ("3", "[0, 1] [0, 1]", &["sum(y != x: x[0]*y[1]/sqrt((x[0] - y[0])^2 + (x[1] - y[1])^2 + 1))"]),
    (
        "any",
        "[-1, 1] [1, 2]",
        &[
            "mean(y: x[0]*y[0]/(sqrt(x[0]^2 + 1)*sqrt(y[0]^2 + 1)))",
            "mean(y: y[0]/sqrt((x[1] + 1)*abs(x[1]*y[1])^2))",
        ],
    ),
    ("2", "[1, 2]", &["x[0]/exp(1)", "max(sqrt(2), 1)*x[0]/(1 + sqrt(3))", "(x[0] + exp(x[0]))/log(2)^2"]),
    (
        "4",
        "[0, 1/8]",
        &[
            "sigmoid(sum(y: sum(z: prod(w != x, y, z: -1 - w[0])))/16)",
            "sum(y: prod(z != x, y: exp(z[0]) - 2))",
        ],
    ),
];

/// Sums of smooth functions of two tokens.
const KERNELS: [(&str, &str, &[&str]); 8] = [
    ("4", "[0, 1] [0, 1]", &["sum(y: exp(x[0]*y[0]+x[1]*y[1])*y[0]) / sum(y: exp(x[0]*y[0]+x[1]*y[1]))"]),
    (
        "any",
        "[0, 1/3] [-1, 1]",
        &["mean(y: exp(x[0]*y[0]+x[1]*y[1])*y[0]) / mean(y: exp(x[0]*y[0]+x[1]*y[1]))"],
    ),
    ("3", "[-1, 1] [2, 3]", &["sum(y: exp(-((y[0]-x[0])^2 + (y[1]-x[1])^2)/2)*y[1])"]),
    ("4", "[0, 1]", &["sum(y: (y[0]-x[0])/((y[0]-x[0])^2 + 1/4))"]),
    ("4", "[0, 1]", &["sum(y: sigmoid(4*(y[0]-x[0]))) + exp(x[0])", "mean(y: tanh(x[0]*y[0]) * y[0])"]),
    ("4", "[0, 1]", &["sum(y: sin(6*x[0]*y[0]) * y[0]) * x[0]"]),
    ("3", "[0, 1]", &["sum(y: x[0]*sum(z: exp(x[0]*z[0]))*y[0])"]),
    ("3", "[0, 1]", &["sum(y: exp(x[0]*y[0])*log(y[0] + 2))"]),
];

/// Polynomials with products over tokens, and how few sums remain of them with logarithms.
const PRODUCTS: [(&str, &str, &[&str], usize); 9] = [
    ("5", "[0, 1]", &["prod(y != x: y[0])"], 1),
    ("4", "[1, 2]", &["prod(y: y[0])*x[0] - sum(y: y[0]^2)"], 2),
    ("3", "[0, 1] [-1, 1]", &["x[0]*sum(y != x: y[1]*sum(z != x, y: z[0]))"], 2),
    ("4", "[0, 2]", &["sum(y != x: sum(z != x, y: y[0]*z[0]))/2"], 2),
    ("5", "[0, 1]", &["sum(y != x: sum(z != x, y: sum(w != x, y, z: y[0]*z[0]*w[0])))"], 2),
    ("4", "[-1, 1] [0, 1/2]", &["prod(y: y[0]^2*y[1])", "prod(y != x: 2*y[1]*y[0]^2) + x[0]"], 1),
    ("4", "[0, 1] [0, 3]", &["sum(y != x: y[1]*prod(z != x, y: z[0])) + prod(y != x: y[0])*x[1]"], 2),
    ("3", "[0, 1/3]", &["prod(y != x: 1 + y[0])"], 2),
    ("5", "[0, 1]", &["prod(y != x: y[0]) + 3*sum(y != x: y[0])"], 2),
];

fn product(which: usize) -> (Target, usize) {
    let (tokens, sides, outputs, sums) = PRODUCTS[which];
    (outputs.iter().fold(common::target(tokens).domain(sides), TargetText::output).load(), sums)
}

fn kernel(which: usize) -> Target {
    let (tokens, sides, outputs) = KERNELS[which];
    outputs.iter().fold(common::target(tokens).domain(sides), TargetText::output).load()
}

fn target(which: usize) -> Target {
    let (tokens, sides, outputs) = TARGETS[which];
    outputs
        .iter()
        .fold(common::target(tokens).domain(sides), TargetText::output)
        .abbreviation("m", "mean(z: z[0])")
        .load()
}

/// A sequence in the box from numbers in [0, 1]; a third of the coordinates at the ends.
fn sequence(target: &Target, n: usize, shares: &[f64]) -> Vec<Vec<f64>> {
    let mut shares = shares.iter().cycle();
    let mut coordinate = |k: usize| {
        let share = *shares.next().expect("not empty");
        let share = if share < 1.0 / 6.0 {
            0.0
        } else if share > 5.0 / 6.0 {
            1.0
        } else {
            share
        };
        let side = &target.domain[k];
        to_f64(side.inf()) + to_f64(&side.wid()) * share
    };
    (0..n).map(|_| (0..target.dimension()).map(&mut coordinate).collect()).collect()
}

fn length(target: &Target, seed: usize) -> usize {
    match target.tokens {
        Tokens::Fixed(n) => n,
        Tokens::Any => 1 + seed % 5,
    }
}

/// Atoms' arguments are in their ranges, and the surrogate is within its deviations of the target.
fn check(target: &Target, surrogate: &Surrogate, tokens: &[Vec<f64>]) -> Result<(), String> {
    let extended = extend(surrogate, tokens).map_err(|e| e.to_string())?;
    let forms = surrogate.forms.len();
    let all = evaluate_sequence(&surrogate.target, &extended).map_err(|e| e.to_string())?;
    for row in &all {
        for (atom, argument) in surrogate.atoms.iter().zip(&row[forms..]) {
            let range = &atom.argument_range;
            if *argument < to_f64(range.inf()) - ROUNDING || *argument > to_f64(range.sup()) + ROUNDING {
                return Err(format!(
                    "the argument {argument} of {} is outside {range}",
                    atom.function.name()
                ));
            }
        }
    }
    let wanted = evaluate_sequence(target, tokens).map_err(|e| e.to_string())?;
    for (got, wanted) in all.iter().zip(&wanted) {
        for ((got, wanted), deviation) in got.iter().zip(wanted).zip(&surrogate.deviations) {
            if (got - wanted).abs() > to_f64(deviation) + ROUNDING {
                return Err(format!("{got} is not within {deviation} of {wanted}"));
            }
        }
    }
    Ok(())
}

/// The same at the sequences that these numbers make up.
fn holds(target: &Target, surrogate: &Surrogate, shares: &[f64]) -> Result<(), TestCaseError> {
    for (seed, shares) in shares.chunks(13).enumerate() {
        let tokens = sequence(target, length(target, seed), shares);
        check(target, surrogate, &tokens).map_err(|message| {
            TestCaseError::fail(format!("{}: {:?}: {message}", target.source, surrogate.approximations))
        })?;
    }
    Ok(())
}

fn structural(target: &Target, share: &Rational) -> Surrogate {
    // Now and then the planner misses a share by a hair; what is tested here is what it finds for one a little smaller.
    let found = [10, 9, 8]
        .into_iter()
        .find_map(|tenths| surrogate(target, &(share * ratio(tenths, 10)), LIMIT, false).ok());
    found.unwrap_or_else(|| panic!("{}: no surrogate within {share}", target.source))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn weierstrass_step_surrogates_are_as_near_as_they_say(
        which in 0..TARGETS.len(), fineness in 1i64..200, shares in prop::collection::vec(0.0f64..1.0, 64 * 13),
    ) {
        let target = target(which);
        let share = ratio(1, fineness);
        let surrogate = structural(&target, &share);
        prop_assert!(surrogate.deviations.iter().all(|d| d <= &share));
        holds(&target, &surrogate, &shares)?;
    }

    #[test]
    fn kernels_in_few_sums_are_as_near_as_they_say(
        which in 0..KERNELS.len(), fineness in 1i64..200, sums in 1..9_usize,
        shares in prop::collection::vec(0.0f64..1.0, 64 * 13),
    ) {
        let target = kernel(which);
        let share = ratio(1, fineness);
        let pairs = Pairs::new(&target, &share, LIMIT).expect("kernels");
        // Far from the target the planner may overrate what quotients move; `prove` tries several parts of ε, too.
        let near = [1, 2, 4, 8].into_iter().find_map(|part| {
            let share = &share / integer(part);
            Pairs::new(&target, &share, LIMIT)?.within(&share)
        });
        let near = near.expect("a surrogate");
        prop_assert!(near.deviations.iter().all(|d| d <= &share));
        for surrogate in [Some(near), pairs.of_rank(sums)].into_iter().flatten() {
            holds(&target, &surrogate, &shares)?;
        }
    }

    #[test]
    fn products_in_logarithms_are_as_near_as_they_say(
        which in 0..PRODUCTS.len(), fineness in 1i64..2000, shares in prop::collection::vec(0.0f64..1.0, 64 * 13),
    ) {
        let (target, sums) = product(which);
        let share = ratio(1, fineness);
        let found = logarithms::surrogates(&target, &share, LIMIT);
        let fewest = found.iter().map(|surrogate| {
            choose(surrogate, LatentMode::Essential, Layout::Tree, 1e-3).expect("a Sumformer").0.latent_dimension()
        });
        prop_assert_eq!(fewest.min(), Some(sums));
        for surrogate in &found {
            prop_assert!(surrogate.deviations.iter().all(|d| d <= &share));
            holds(&target, surrogate, &shares)?;
        }
    }

    #[test]
    fn changed_logarithms_are_refused_or_true(
        which in 0..PRODUCTS.len(), place in any::<prop::sample::Index>(), change in 0usize..9, by in -40i64..40,
        shares in prop::collection::vec(0.0f64..1.0, 32 * 13),
    ) {
        let (target, _) = product(which);
        let found = logarithms::surrogates(&target, &ratio(1, 20), LIMIT);
        let mut approximations = found[place.index(found.len())].approximations.clone();
        let at = place.index(approximations.len());
        mutate(&mut approximations, at, change, by);
        if let Ok(surrogate) = searched(&target, &approximations, LIMIT) {
            holds(&target, &surrogate, &shares)?;
        }
    }

    #[test]
    fn changed_kernels_are_refused_or_true(
        which in 0..KERNELS.len(), place in any::<prop::sample::Index>(), change in 0usize..40, by in -40i64..40,
        shares in prop::collection::vec(0.0f64..1.0, 32 * 13),
    ) {
        let target = kernel(which);
        let pairs = Pairs::new(&target, &ratio(1, 20), LIMIT).expect("kernels");
        let mut approximations = pairs.within(&ratio(1, 20)).expect("a surrogate").approximations;
        let at = place.index(approximations.len());
        mutate(&mut approximations, at, change, by);
        if let Ok(surrogate) = searched(&target, &approximations, LIMIT) {
            holds(&target, &surrogate, &shares)?;
        }
    }

    /// Σ a_s(x) b_s(y) for a random polynomial of two tokens plus itself: accepted from the sum of the magnitudes of the difference's
    /// coefficients on, and wherever it is accepted the surrogate is as near as it says.
    #[test]
    fn products_that_are_near_a_polynomial_are_accepted_and_only_they(
        products in prop::collection::vec(((0..4_u32, 0..3_u32), (0..4_u32, 0..3_u32), -40..40_i64), 1..6),
        rest in prop::collection::vec(((0..4_u32, 0..3_u32), (0..4_u32, 0..3_u32), -9..9_i64), 0..4),
        part in 0..30_i64, shares in prop::collection::vec(0.0f64..1.0, 16 * 13),
    ) {
        // Scaled to [-1, 1] the coordinates are 2x[0] - 1 and x[1]/2 - 2.
        let text = |((a, b), (c, d), q): &((u32, u32), (u32, u32), i64)| {
            let token = |t: &str, a: u32, b: u32| format!("(2*{t}[0] - 1)^{a}*({t}[1]/2 - 2)^{b}");
            format!("({q})/64*{}*{}", token("x", *a, *b), token("y", *c, *d))
        };
        let body: Vec<String> = products.iter().chain(&rest).map(text).collect();
        let target = common::target("3").domain("[0, 1] [2, 6]").output(format!("sum(y: 0*x[0]*y[0] + {})", body.join(" + "))).load();
        let power = |(a, b): (u32, u32), q: Rational| -> Vec<PowerTerm> { vec![(vec![(0, a), (1, b)], Exact(q))] };
        let terms = products.iter().map(|&(first, second, q)| PairTerm { first: power(first, ratio(q, 64)), second: power(second, integer(1)) });
        let distance = ratio(rest.iter().map(|(_, _, q)| q.abs()).sum::<i64>(), 64);
        let claimed = &distance * ratio(part, 20);
        let pair = approximation(1, Replacement::Pair { terms: terms.collect() }, claimed.clone());
        match searched(&target, &pair, LIMIT) {
            Err(error) => prop_assert!(claimed < distance, "{error}"),
            Ok(surrogate) => holds(&target, &surrogate, &shares)?,
        }
    }

    #[test]
    fn changed_approximations_are_refused_or_true(
        which in 0..TARGETS.len(), place in any::<prop::sample::Index>(), change in 0usize..12, by in -40i64..40,
        shares in prop::collection::vec(0.0f64..1.0, 32 * 13),
    ) {
        let target = target(which);
        let mut approximations = structural(&target, &ratio(1, 20)).approximations;
        if !approximations.is_empty() {
            let at = place.index(approximations.len());
            mutate(&mut approximations, at, change, by);
        }
        if let Ok(surrogate) = searched(&target, &approximations, LIMIT) {
            holds(&target, &surrogate, &shares)?;
        }
    }
}

/// One number of one approximation changed, or one approximation moved.
fn mutate(approximations: &mut Vec<Approximation>, at: usize, change: usize, by: i64) {
    let scaled = |value: &Exact| Exact(&value.0 * (integer(1) + ratio(by, 60)));
    let moved = |value: u32| (i64::from(value) + by / 8).max(0) as u32;
    let approximation = &mut approximations[at];
    match change {
        0 => approximation.error = scaled(&approximation.error),
        1 => approximation.node = (approximation.node as i64 + by / 8).max(0) as usize,
        2 => approximation.output = (by / 20).unsigned_abs() as usize,
        3 => {
            approximations.remove(at);
        }
        4 => {
            let copy = approximation.clone();
            approximations.insert(at, copy);
        }
        _ => match &mut approximation.by {
            Replacement::Composite { inner, .. } if change == 7 => *inner = moved(*inner as u32) as usize,
            Replacement::Polynomial { centre, coefficients }
            | Replacement::Composite { centre, coefficients, .. }
            | Replacement::Product { centre, coefficients } => match (change, coefficients.len()) {
                (5, _) => *centre = Exact(&centre.0 + ratio(by, 500)),
                (6, _) | (_, 0) => coefficients.push(Exact(ratio(by, 10_000))),
                (_, length) => {
                    let k = change % length;
                    coefficients[k] = Exact(&coefficients[k].0 + ratio(by, 2_000));
                }
            },
            Replacement::Hats { token, coordinate, pieces }
            | Replacement::Grid { token, coordinate, pieces } => match change {
                5 => *token = moved(*token as u32) as usize,
                6 => *coordinate = moved(*coordinate as u32) as usize,
                _ => *pieces = moved(*pieces),
            },
            Replacement::Thresholds { low, high, levels } => match change {
                5 => *low = Exact(&low.0 + ratio(by, 50)),
                6 => *high = Exact(&high.0 + ratio(by, 50)),
                _ => *levels = moved(*levels),
            },
            Replacement::Pair { terms } => {
                let length = terms.len();
                let factors = terms.iter_mut().flat_map(|term| [&mut term.first, &mut term.second]);
                let powers: Vec<&mut PowerTerm> = factors.flatten().collect();
                let place = change * 7 % powers.len();
                let (powers, coefficient) = powers.into_iter().nth(place).expect("a term");
                match change % 5 {
                    0 => *coefficient = Exact(&coefficient.0 + ratio(by, 2_000)),
                    1 => *coefficient = scaled(coefficient),
                    2 => powers.push((by.unsigned_abs() as usize % 3, 1)),
                    3 => drop(powers.pop()),
                    _ => drop(terms.remove(change % length)),
                }
            }
            Replacement::Logarithms { base, shift, least } => match change {
                5 => *shift = scaled(shift),
                6 => base.push((by.unsigned_abs() as usize % 3, 1)),
                _ => *least = moved(*least),
            },
            Replacement::Head { sharpness: Some(sharpness) } => *sharpness = scaled(sharpness),
            Replacement::Head { sharpness: None } | Replacement::Name => {
                approximation.error = Exact(ratio(by, 100));
            }
        },
    }
}

fn approximation(node: usize, by: Replacement, error: Rational) -> Vec<Approximation> {
    vec![Approximation { output: 0, node, by, error: Exact(error), cuts: String::new() }]
}

/// The message of a refusal.
fn refusal(target: &Target, approximations: &[Approximation]) -> String {
    match searched(target, approximations, LIMIT) {
        Err(SurrogateError::Wrong { message, .. }) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn wrong_approximations_say_what_is_wrong() {
    // max(y: y[0]): node 0 the maximum, node 1 the coordinate.
    let extremum = target(8);
    let thresholds = |low: i64, high: Rational, levels| Replacement::Thresholds {
        low: Exact(integer(low)),
        high: Exact(high),
        levels,
    };
    let cases = [
        (approximation(0, thresholds(0, integer(1), 50), ratio(1, 101)), "half the distance"),
        (approximation(0, thresholds(0, ratio(99, 100), 50), ratio(1, 50)), "does not stay between"),
        (approximation(0, thresholds(0, integer(1), 0), ratio(1, 100)), "levels are allowed"),
        (approximation(0, thresholds(0, integer(1), 1 << 20), ratio(1, 100)), "levels are allowed"),
        (approximation(0, thresholds(0, integer(1), 50), ratio(-1, 100)), "negative"),
        (approximation(1, thresholds(0, integer(1), 50), ratio(1, 100)), "maximum or a minimum"),
        (approximation(0, Replacement::Name, ratio(1, 100)), "changes nothing"),
        (
            approximation(0, Replacement::Hats { token: 0, coordinate: 0, pieces: 3 }, ratio(1, 10)),
            "two tokens",
        ),
    ];
    for (approximations, message) in cases {
        let said = refusal(&extremum, &approximations);
        assert!(said.contains(message), "`{said}` does not say `{message}`");
    }
    let mut list = structural(&extremum, &ratio(1, 20)).approximations;
    assert!(list.iter().all(|a| a.output < 2));
    list.push(Approximation {
        output: 1,
        node: 7,
        by: Replacement::Name,
        error: Exact(integer(0)),
        cuts: String::new(),
    });
    assert!(refusal(&extremum, &list).contains("no node 7"));
    // sum(y: sigmoid(4*(y[0]-x[0]))): node 1 the sigmoid.
    let rank = target(4);
    let hats = |pieces, error| approximation(1, Replacement::Hats { token: 1, coordinate: 0, pieces }, error);
    // h²/8·sup|φ''| = (1/20)²/8·16·0.0962… = 4.81e-4
    let others = |mut list: Vec<Approximation>| {
        list.extend(structural(&rank, &ratio(1, 20)).approximations.into_iter().filter(|a| a.output == 1));
        list
    };
    assert!(searched(&rank, &others(hats(20, ratio(490, 1_000_000))), LIMIT).is_ok());
    let polynomial =
        Replacement::Polynomial { centre: Exact(integer(0)), coefficients: vec![Exact(ratio(1, 2))] };
    let cases = [
        (hats(20, ratio(480, 1_000_000)), "the interpolant"),
        (hats(0, ratio(1, 10)), "pieces are allowed"),
        (
            approximation(1, Replacement::Hats { token: 2, coordinate: 0, pieces: 9 }, ratio(1, 10)),
            "no such coordinate",
        ),
        (
            approximation(1, Replacement::Hats { token: 1, coordinate: 1, pieces: 9 }, ratio(1, 10)),
            "no such coordinate",
        ),
        (approximation(1, polynomial.clone(), ratio(48, 100)), "distance from `sigmoid`"),
        (approximation(2, polynomial.clone(), ratio(1, 2)), "not at this node"),
        (
            approximation(
                1,
                Replacement::Product { centre: Exact(integer(0)), coefficients: Vec::new() },
                ratio(1, 2),
            ),
            "only `exp`",
        ),
    ];
    for (approximations, message) in cases {
        let said = refusal(&rank, &others(approximations));
        assert!(said.contains(message), "`{said}` does not say `{message}`");
    }
    // |σ(4t) − 1/2| < 0.483 on [−1, 1].
    assert!(searched(&rank, &others(approximation(1, polynomial, ratio(483, 1000))), LIMIT).is_ok());
}

#[test]
fn kinked_kernels_are_bounded_piece_by_piece() {
    // sum(y != x: abs(x[0] - y[0])): node 1 of output 1; |e − chord| reaches h/2 for x in the middle of a piece.
    let force = target(2);
    let first: Vec<Approximation> =
        structural(&force, &ratio(1, 20)).approximations.into_iter().filter(|a| a.output == 0).collect();
    let with = |error| {
        let mut list = first.clone();
        let by = Replacement::Hats { token: 1, coordinate: 0, pieces: 10 };
        list.push(Approximation { output: 1, node: 1, by, error: Exact(error), cuts: String::new() });
        searched(&force, &list, LIMIT)
    };
    assert!(with(ratio(51, 1000)).is_ok());
    assert!(matches!(with(ratio(49, 1000)), Err(SurrogateError::Wrong { .. })));
}

#[test]
fn errors_are_shown_on_the_parts_that_the_text_says() {
    // sum(y: sigmoid(4*(y[0]-x[0]))): close to the largest second derivative, so that parts are needed.
    let rank = target(4);
    let by = Replacement::Hats { token: 1, coordinate: 0, pieces: 20 };
    let mut list = approximation(1, by, ratio(490, 1_000_000));
    list.extend(structural(&rank, &ratio(1, 20)).approximations.into_iter().filter(|a| a.output == 1));
    let list = searched(&rank, &list, LIMIT).unwrap().approximations;
    let with = |cuts: &str| {
        let mut list = list.clone();
        list[0].cuts = cuts.to_string();
        match Surrogate::new(&rank, &list, LIMIT) {
            Ok(_) => String::new(),
            Err(SurrogateError::Wrong { index: 0, message }) => message,
            Err(other) => panic!("{other:?}"),
        }
    };
    let cuts = list[0].cuts.clone();
    assert!(cuts.contains('a') && cuts.contains('b'), "{cuts}");
    assert_eq!(with(&cuts), "");
    assert!(with("").contains("the interpolant: it is not shown to be at most"));
    assert!(with(&format!("{cuts}{}", ".".repeat(cuts.len() + 2))).contains("goes on behind the last part"));
    assert!(with(&format!("c{cuts}")).contains("character 0: this part has no such side"));
    assert!(with("?").contains("character 0: neither a leaf nor a split"));
    assert!(with(&"a".repeat(65)).contains("halved more than 64 times"));
    // Every tree covers the box: a finer one proves it too, a coarser one does not.
    let split = cuts.rfind('b').unwrap();
    let coarser = format!("{}.{}", &cuts[..split], &cuts[split + 1..].replacen("..", "", 1));
    assert!(!with(&coarser).is_empty(), "{coarser}");
    assert_eq!(with(&cuts.replacen("..", ".b..", 1)), "");
}

#[test]
fn functions_of_knots_deviate_too() {
    let source =
        "name = \"t\"\ntokens = 3\ndomain = [[\"0\", \"1\"]]\noutput = [\"sum(y: exp(y[0])*x[0])\"]\n";
    let target = load_target("t", source).expect("a target");
    // exp(y)x in y on 8 pieces is within e/8·(1/8)² of its interpolant, whose values at the knots are no rationals.
    let error = ratio(1, 128);
    let hats = approximation(1, Replacement::Hats { token: 1, coordinate: 0, pieces: 8 }, error.clone());
    let surrogate = searched(&target, &hats, LIMIT).expect("covered");
    let deviation = &surrogate.deviations[0];
    assert!(deviation > &(&error * integer(3)), "{deviation}");
    assert!(deviation < &(&error * integer(3) + ratio(1, 1 << 30)), "{deviation}");
}
