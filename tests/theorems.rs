//! The statements of the paper, as properties of the constructions: everything is compared exactly.

use num_traits::{One, Signed, Zero};
use proptest::prelude::*;
use sumformer::lowering::attention::{Architecture, Scores};
use sumformer::lowering::budget::{GadgetCost, least_units};
use sumformer::lowering::plan::Layout;
use sumformer::lowering::{LoweringOptions, lower};
use sumformer::network::builder::BuiltNetwork;
use sumformer::network::gadget::{balance, piecewise_power};
use sumformer::sumformer::SumBasis;
use sumformer::sumformer::candidates::candidates;
use sumformer::sumformer::latent::{LatentMode, choose};
use sumformer_checker::check::{derive_outputs, largest_total};
use sumformer_checker::expansion::expand_target;
use sumformer_checker::format::network::{Activation, Network, Unit};
use sumformer_checker::format::sparse::SparseVector;
use sumformer_checker::interval::Interval;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::language::{evaluate_sequence, load_target};
use sumformer_checker::number::{Rational, integer, max, ratio, round_up, to_f64};
use sumformer_checker::semantics::{ExactEvaluator, SemanticsError};

/// Expansions of the random targets are far smaller.
const LIMIT: usize = 200_000;
const MAX_UNITS: u64 = 400;

type Sequence = Vec<Vec<Rational>>;

// ---------------------------------------------------------------------------------------------- random targets

/// A monomial c·x^α·(Σ y^β)^e, or with the sum nested in another one.
#[derive(Debug, Clone)]
struct Term {
    coefficient: (i64, i64),
    own: Vec<u32>,
    sums: Vec<(Vec<u32>, u32)>,
    /// Σ_{y≠x} Σ_{z≠x,y} y^β z^γ instead of a product of sums.
    nested: bool,
}

#[derive(Debug, Clone)]
struct Shape {
    /// `None`: every length, in means.
    length: Option<usize>,
    sides: Vec<(i64, i64, i64)>,
    terms: Vec<Term>,
}

impl Shape {
    fn target(&self) -> Target {
        let monomial = |name: &str, alpha: &[u32]| -> String {
            let factors: Vec<String> = alpha
                .iter()
                .enumerate()
                .filter(|(_, e)| **e > 0)
                .map(|(k, e)| format!("{name}[{k}]^{e}"))
                .collect();
            if factors.is_empty() { "1".into() } else { factors.join("*") }
        };
        let terms: Vec<String> = self
            .terms
            .iter()
            .map(|term| {
                let mut text =
                    format!("({}/{})*{}", term.coefficient.0, term.coefficient.1, monomial("x", &term.own));
                match (self.length, term.nested, term.sums.as_slice()) {
                    (Some(_), true, [(beta, _), (gamma, _)]) => text.push_str(&format!(
                        "*sum(y != x: sum(z != x, y: {}*{}))",
                        monomial("y", beta),
                        monomial("z", gamma)
                    )),
                    (length, _, sums) => {
                        for (beta, exponent) in sums {
                            let over = if length.is_none() {
                                "mean(y:"
                            } else if term.nested {
                                "sum(y:"
                            } else {
                                "sum(y != x:"
                            };
                            text.push_str(&format!("*{over} {})^{exponent}", monomial("y", beta)));
                        }
                    }
                }
                text
            })
            .collect();
        let sides: Vec<String> =
            self.sides.iter().map(|(p, w, q)| format!("[\"{p}/{q}\", \"{}/{q}\"]", p + w)).collect();
        let tokens = self.length.map_or("\"any\"".into(), |n| n.to_string());
        let text = format!(
            "name = \"random\"\ntokens = {tokens}\ndomain = [{}]\noutput = [\"{}\", \"x[0]\"]\n",
            sides.join(", "),
            terms.join(" + ")
        );
        load_target("target.toml", &text).unwrap_or_else(|e| panic!("{e}\n{text}"))
    }
}

fn exponents(d: usize, most: u32) -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(0..=most, d)
}

/// An index of degree 1 to `most`·d.
fn nonzero(d: usize, most: u32) -> impl Strategy<Value = Vec<u32>> {
    (exponents(d, most), 0..d).prop_map(|(mut alpha, k)| {
        if alpha.iter().all(|&e| e == 0) {
            alpha[k] = 1;
        }
        alpha
    })
}

fn term(d: usize) -> impl Strategy<Value = Term> {
    let sum = (nonzero(d, 2), 1u32..=2);
    (
        (prop_oneof![-5i64..=-1, 1i64..=5], 1i64..=4),
        exponents(d, 2),
        prop::collection::vec(sum, 0..=2),
        any::<bool>(),
    )
        .prop_map(|(coefficient, own, sums, nested)| Term { coefficient, own, sums, nested })
}

fn shape(length: impl Strategy<Value = Option<usize>>, terms: usize) -> impl Strategy<Value = Shape> {
    (1usize..=2, length).prop_flat_map(move |(dimension, length)| {
        let side = (-3i64..=3, 1i64..=4, 1i64..=3);
        (prop::collection::vec(side, dimension), prop::collection::vec(term(dimension), 1..=terms))
            .prop_map(move |(sides, terms)| Shape { length, sides, terms })
    })
}

fn fixed(most: usize) -> impl Strategy<Value = Option<usize>> {
    (1..=most).prop_map(Some)
}

fn every() -> impl Strategy<Value = Option<usize>> {
    Just(None)
}

/// `count` sequences of n tokens in the box; numbers in 0..=60 say where.
fn sequences(target: &Target, n: usize, places: &[u8], count: usize) -> Vec<Sequence> {
    let mut at =
        places.iter().cycle().enumerate().map(|(i, &p)| (usize::from(p) + 17 * (i / places.len())) % 61);
    (0..count)
        .map(|_| {
            (0..n)
                .map(|_| {
                    let share = |p: usize| ratio(p as i64, 60);
                    target
                        .domain
                        .iter()
                        .map(|s| s.inf() + s.wid() * share(at.next().expect("cycles")))
                        .collect()
                })
                .collect()
        })
        .collect()
}

fn places() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(0u8..=60, 23)
}

// ----------------------------------------------------------------------------------------------------- networks

fn options(
    architecture: Architecture,
    scores: Scores,
    activation: Activation,
    epsilon: Rational,
) -> LoweringOptions {
    LoweringOptions { architecture, scores, activation, layout: Layout::Tree, epsilon }
}

/// The network and its certified bound; ε grows until at most about [`MAX_UNITS`] hidden units are needed.
fn network(
    target: &Target,
    architecture: Architecture,
    scores: Scores,
    activation: Activation,
) -> (BuiltNetwork, Rational) {
    let mut epsilon = ratio(1, 100);
    loop {
        let (sumformer, _) =
            choose(target, LatentMode::Sparse, Layout::Tree, to_f64(&epsilon), LIMIT).expect("polynomial");
        let options = options(architecture, scores, activation, epsilon.clone());
        match lower(&sumformer, target, &options, MAX_UNITS) {
            Ok(built) => {
                let outputs = derive_outputs(target, &built.network, &built.run, None).expect("covered");
                let bound = largest_total(&outputs);
                assert!(bound <= epsilon);
                return (built, bound);
            }
            Err(sumformer::lowering::LoweringError::TooLarge { .. }) => epsilon *= integer(10),
            Err(other) => panic!("{other}"),
        }
    }
}

fn evaluate(network: &Network, sequence: &Sequence) -> Result<Sequence, SemanticsError> {
    ExactEvaluator::new(network)?.evaluate(sequence)
}

fn largest_difference(a: &Sequence, b: &Sequence) -> Rational {
    let pairs = a.iter().flatten().zip(b.iter().flatten());
    pairs.map(|(a, b)| (a - b).abs()).fold(Rational::zero(), max)
}

/// relu2 networks equal the target; relu networks stay within their certified bound.
fn realises(
    target: &Target,
    architecture: Architecture,
    scores: Scores,
    lengths: &[usize],
    places: &[u8],
) -> Result<(), TestCaseError> {
    for activation in [Activation::Relu2, Activation::Relu] {
        let (built, bound) = network(target, architecture, scores, activation);
        prop_assert!(activation == Activation::Relu || bound.is_zero());
        let attention = built.network.blocks.iter().filter(|block| block.attention.is_some()).count();
        prop_assert_eq!(attention, 1, "exactly one attention layer");
        for &n in lengths {
            for sequence in sequences(target, n, places, 6) {
                let wanted = evaluate_sequence(target, &sequence).expect("polynomial");
                let got = evaluate(&built.network, &sequence).expect("constant attention weights");
                prop_assert!(
                    largest_difference(&got, &wanted) <= bound,
                    "{:?} at {:?}",
                    activation,
                    sequence
                );
            }
        }
    }
    Ok(())
}

fn architectures() -> impl Strategy<Value = (Architecture, Scores)> {
    prop_oneof![
        Just((Architecture::Transformer, Scores::Zero)),
        Just((Architecture::Transformer, Scores::Paper)),
        (1usize..=5).prop_map(|rank| (Architecture::Linformer { rank }, Scores::Paper)),
        (1usize..=4, any::<u64>()).prop_map(|(features, seed)| {
            (Architecture::Performer { features, seed, normalized: true }, Scores::Paper)
        }),
    ]
}

// --------------------------------------------------------------------------------------------------- statements

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Lemma 2.9: permuting the tokens permutes the outputs, of the target and of the exact network alike.
    #[test]
    fn lemma_2_9_target_and_network_are_equivariant(
        shape in shape(fixed(4), 2), places in places(), swap in (0usize..4, 0usize..4),
        (architecture, scores) in architectures(),
    ) {
        let target = shape.target();
        let n = shape.length.expect("fixed");
        let (built, _) = network(&target, architecture, scores, Activation::Relu);
        for sequence in sequences(&target, n, &places, 4) {
            let mut permuted = sequence.clone();
            permuted.rotate_left(swap.0 % n);
            permuted.swap(0, swap.1 % n);
            let permute = |mut rows: Sequence| {
                rows.rotate_left(swap.0 % n);
                rows.swap(0, swap.1 % n);
                rows
            };
            let wanted = permute(evaluate_sequence(&target, &sequence).unwrap());
            prop_assert_eq!(evaluate_sequence(&target, &permuted).unwrap(), wanted);
            let outputs = permute(evaluate(&built.network, &sequence).unwrap());
            prop_assert_eq!(evaluate(&built.network, &permuted).unwrap(), outputs);
        }
    }

    /// Theorem 4.1, continuous: the Sumformer of a polynomial target is the target, in every mode and every form.
    #[test]
    fn theorem_4_1_continuous_sumformer_equals_the_target(
        shape in prop_oneof![shape(fixed(5), 3), shape(every(), 3)], places in places(),
    ) {
        let target = shape.target();
        let forms = expand_target(&target, LIMIT).unwrap();
        let mut all = candidates(&target, &forms);
        let bases: Vec<SumBasis> = all.iter().map(|s| s.basis).collect();
        match shape.length {
            Some(_) => prop_assert!(bases.contains(&SumBasis::Others) && bases.contains(&SumBasis::All)),
            None => prop_assert_eq!(bases, vec![SumBasis::Means]),
        }
        let modes: &[LatentMode] = match shape.length {
            Some(_) => &[LatentMode::Sparse, LatentMode::Tight, LatentMode::Paper],
            None => &[LatentMode::Sparse],
        };
        for &mode in modes {
            let (chosen, dimensions) = choose(&target, mode, Layout::Tree, 0.01, LIMIT).unwrap();
            let expected = match mode {
                LatentMode::Sparse => dimensions.sparse.into(),
                LatentMode::Tight => dimensions.tight.clone().unwrap(),
                LatentMode::Paper => dimensions.paper.clone().unwrap(),
            };
            prop_assert_eq!(num_bigint::BigUint::from(chosen.latent_dimension()), expected);
            all.push(chosen);
        }
        let lengths = shape.length.map_or(1..=4, |n| n..=n);
        for n in lengths {
            for sequence in sequences(&target, n, &places, 3) {
                let wanted = evaluate_sequence(&target, &sequence).unwrap();
                for sumformer in &all {
                    prop_assert_eq!(&sumformer.evaluate(&sequence), &wanted, "{:?}", sumformer.basis);
                }
            }
        }
    }

    /// Theorem 4.3: a transformer with one softmax attention layer, zero scores or the paper's.
    #[test]
    fn theorem_4_3_transformers_realise_the_target(
        shape in shape(fixed(5), 2), places in places(), paper in any::<bool>(),
    ) {
        let scores = if paper { Scores::Paper } else { Scores::Zero };
        let n = shape.length.expect("fixed");
        realises(&shape.target(), Architecture::Transformer, scores, &[n], &places)?;
    }

    /// Theorem 4.4: a Linformer of any rank k ≥ 1, below, at and above n.
    #[test]
    fn theorem_4_4_linformers_of_every_rank_realise_the_target(
        shape in shape(fixed(4), 2), places in places(), paper in any::<bool>(), rank in 1usize..=7,
    ) {
        let scores = if paper { Scores::Paper } else { Scores::Zero };
        let n = shape.length.expect("fixed");
        realises(&shape.target(), Architecture::Linformer { rank }, scores, &[n], &places)?;
    }

    /// Theorem 4.5: a Performer with any number of any random features, with zero scores also without normaliser.
    #[test]
    fn theorem_4_5_performers_realise_the_target(
        shape in shape(fixed(4), 2), places in places(), paper in any::<bool>(), normalized in any::<bool>(),
        features in 1usize..=6, seed in any::<u64>(),
    ) {
        let architecture = Architecture::Performer { features, seed, normalized };
        let scores = if paper && normalized { Scores::Paper } else { Scores::Zero };
        let n = shape.length.expect("fixed");
        realises(&shape.target(), architecture, scores, &[n], &places)?;
    }

    /// One network for every length: the same weights at n = 1..6.
    #[test]
    fn every_length_one_network(shape in shape(every(), 2), places in places(), (architecture, scores) in architectures()) {
        let target = shape.target();
        prop_assert_eq!(target.tokens, Tokens::Any);
        realises(&target, architecture, scores, &[1, 2, 3, 4, 5, 6], &places)?;
    }
}

/// Theorem 4.5 with the paper's scores: λ is transcendental, no value is exact, and the enclosure of λ is tight enough
/// for the certified bound to stay below ε although relu2 gadgets add nothing.
#[test]
fn theorem_4_5_paper_scores_without_normaliser_cost_only_the_enclosure_of_lambda() {
    let text = "name = \"sum\"\ntokens = 4\ndomain = [[\"0\", \"1\"]]\noutput = [\"sum(y: y[0]^2)\"]\n";
    let target = load_target("target.toml", text).unwrap();
    for (features, seed) in [(1, 0), (3, 9), (16, 5)] {
        let architecture = Architecture::Performer { features, seed, normalized: false };
        let (built, bound) = network(&target, architecture, Scores::Paper, Activation::Relu2);
        assert!(bound.is_positive() && bound < ratio(1, 1 << 40), "{bound}");
        let sequence = sequences(&target, 4, &[3, 40, 60], 1).remove(0);
        assert!(matches!(evaluate(&built.network, &sequence), Err(SemanticsError::NotExact { .. })));
    }
}

// ------------------------------------------------------------------------------------------------------ gadgets

fn interval() -> impl Strategy<Value = Interval> {
    (-20i64..=20, 1i64..=30, 1i64..=7)
        .prop_map(|(p, w, q)| Interval::new(ratio(p, q), ratio(p + w, q)).expect("ordered"))
}

/// Σ out·relu(in·t + bias) + b2 of a gadget with one output of weight 1.
fn gadget_value(units: &[Unit], bias: &[(usize, Rational)], t: &Rational) -> Rational {
    let active =
        |unit: &Unit| max(unit.input.get(0) * t + &unit.bias.0, Rational::zero()) * unit.output.get(1);
    units.iter().map(active).sum::<Rational>() + bias.iter().map(|(_, value)| value).sum::<Rational>()
}

/// The break points inside the claimed range, with its ends.
fn knots(units: &[Unit], range: &Interval) -> Vec<Rational> {
    let mut knots: Vec<Rational> = units.iter().map(|unit| -&unit.bias.0 / unit.input.get(0)).collect();
    knots.extend([range.inf().clone(), range.sup().clone()]);
    knots.retain(|t| range.contains(t));
    knots.sort();
    knots.dedup();
    knots
}

fn first_slot() -> SparseVector {
    SparseVector::from_entries([(0, integer(1))])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The interpolant of t² minus h²/8 is off by exactly h²/8 at every knot and, with the other sign, at every
    /// midpoint; nothing is worse in between.
    #[test]
    fn gadget_square_error_is_h2_over_8(range in interval(), pieces in 1u64..=12) {
        let built = piecewise_power(2, pieces, &first_slot(), &range, &[(1, Rational::one())]);
        prop_assert!(built.claim.range.encloses(&range));
        let knots = knots(&built.units, &built.claim.range);
        let h = &knots[1] - &knots[0];
        let eighth = &h * &h / integer(8);
        for pair in knots.windows(2) {
            prop_assert_eq!(&pair[1] - &pair[0], h.clone());
            let error = |t: &Rational| gadget_value(&built.units, &built.bias, t) - t * t;
            prop_assert_eq!(error(&pair[0]), -&eighth);
            prop_assert_eq!(error(&((&pair[0] + &pair[1]) / integer(2))), eighth.clone());
            for share in 0..=8 {
                prop_assert!(error(&(&pair[0] + &h * ratio(share, 8))).abs() <= eighth);
            }
            prop_assert_eq!(error(&pair[1]), -&eighth);
        }
        prop_assert_eq!(&built.claim.outputs[0].error.0, &round_up(&eighth, 16));
        // No more pieces than asked for, but for the rounding of h to a short dyadic number.
        prop_assert!(knots.len() as u64 - 1 <= pieces + pieces / 16 + 2);
    }

    /// t1·t2 from two squares: the error stays within the sum of both, at most about W²/(16N²), and reaches it.
    #[test]
    fn gadget_product_error_is_w2_over_16n2(left in interval(), right in interval(), pieces in 1u64..=8) {
        let c = balance(&left, &right);
        let both = |sign: Rational| &left.scale(&c) + &right.scale(&(sign / &c));
        let squares: Vec<_> = [integer(1), integer(-1)]
            .into_iter()
            .map(|sign| {
                let built = piecewise_power(2, pieces, &first_slot(), &both(sign.clone()), &[(1, Rational::one())]);
                (sign, built)
            })
            .collect();
        let h: Vec<Rational> = squares
            .iter()
            .map(|(_, built)| {
                let knots = knots(&built.units, &built.claim.range);
                &knots[1] - &knots[0]
            })
            .collect();
        let w = &left.wid() * &c + right.wid() / &c;
        let bound = &w * &w / integer(16 * (pieces * pieces) as i64);
        let own: Rational = h.iter().map(|h| h * h / integer(32)).sum();
        prop_assert!(own <= bound, "pieces are at most W/N long");
        let error = |x: &Rational, y: &Rational| {
            let product: Rational = squares
                .iter()
                .map(|(sign, built)| gadget_value(&built.units, &built.bias, &(x * &c + y * sign / &c)) * sign)
                .sum::<Rational>()
                / integer(4);
            (product - x * y).abs()
        };
        let (mut worst, mut grid) = (Rational::zero(), Vec::new());
        for p in 0..=12 {
            for q in 0..=12 {
                grid.push((left.inf() + left.wid() * ratio(p, 12), right.inf() + right.wid() * ratio(q, 12)));
            }
        }
        for (x, y) in &grid {
            worst = max(worst, error(x, y));
        }
        prop_assert!(worst <= own);
        // One square at a knot and the other at a midpoint attain the sum, if such a point lies in the box.
        let [s, d] = [&squares[0].1, &squares[1].1].map(|built| knots(&built.units, &built.claim.range));
        for a in &s {
            for pair in d.windows(2) {
                let b = (&pair[0] + &pair[1]) / integer(2);
                let (x, y) = ((a + &b) / integer(2) / &c, (a - &b) / integer(2) * &c);
                if left.contains(&x) && right.contains(&y) {
                    prop_assert_eq!(error(&x, &y), own.clone());
                }
            }
        }
    }

    /// t^k: within h²/8·max|k(k−1)t^{k−2}|, and within the claimed error, which is attained up to its rounding where
    /// the power has no inflection.
    #[test]
    fn gadget_power_error_is_at_most_h2_over_8_times_the_curvature(
        range in interval(), pieces in 1u64..=8, degree in 3u32..=6,
    ) {
        let built = piecewise_power(degree, pieces, &first_slot(), &range, &[(1, Rational::one())]);
        let knots = knots(&built.units, &built.claim.range);
        // A knot where two neighbouring chords have one slope needs no unit: the shortest gap is h.
        let h = knots.windows(2).map(|pair| &pair[1] - &pair[0]).min().expect("two ends");
        let k = integer(i64::from(degree));
        let curvature = &k * (&k - integer(1)) * built.claim.range.mag().pow(degree as i32 - 2);
        let bound = &h * &h / integer(8) * curvature;
        let claimed = &built.claim.outputs[0].error.0;
        let shift = built.claim.outputs[0].polynomial[0].0.clone();
        for pair in knots.windows(2) {
            for share in 0..=8 {
                let t = &pair[0] + (&pair[1] - &pair[0]) * ratio(share, 8);
                let total = gadget_value(&built.units, &built.bias, &t);
                let error = (total - t.pow(degree as i32)).abs();
                prop_assert!(&error <= claimed);
                // On a single gap of length h the shifted interpolant is no worse than the bare one.
                prop_assert!(error <= bound, "{} > {}", error, bound);
            }
        }
        prop_assert!(!shift.is_zero() || degree > 2);
    }

    /// The budget: every output within ε, and no common scaling of the continuous optimum is cheaper by more than
    /// the rounding up of each N.
    #[test]
    fn budget_sums_to_at_most_epsilon(
        gadgets in prop::collection::vec(
            ((1u32..=1000, 1u32..=2), prop::collection::vec(0u32..=50, 3)), 1..12),
        exponent in 1i32..=4,
    ) {
        let epsilon = 10f64.powi(-exponent);
        let gadgets: Vec<GadgetCost> = gadgets
            .into_iter()
            .map(|((amplitude, units), sensitivity)| GadgetCost {
                amplitude: f64::from(amplitude) / 64.0,
                units_per_piece: f64::from(units),
                sensitivity: sensitivity.into_iter().map(f64::from).collect(),
            })
            .collect();
        let (pieces, units) = least_units(&gadgets, epsilon);
        let error = |n: &dyn Fn(usize) -> f64, c: usize| -> f64 {
            let each = gadgets.iter().enumerate();
            each.map(|(g, cost)| cost.sensitivity[c] * cost.amplitude / (n(g) * n(g))).sum()
        };
        for c in 0..3 {
            prop_assert!(error(&|g| pieces[g] as f64, c) <= epsilon * (1.0 + 1e-9), "output {}", c);
        }
        let counted: f64 = gadgets.iter().zip(&pieces).map(|(g, &n)| g.units_per_piece * n as f64).sum();
        prop_assert!((counted - units).abs() < 1e-6);
        let rounding: f64 = gadgets.iter().map(|g| g.units_per_piece).sum();
        // The same number of pieces for all, the least that meets ε.
        let worst = (0..3).map(|c| error(&|_| 1.0, c)).fold(0.0, f64::max);
        let uniform: f64 = rounding * (worst / epsilon).sqrt();
        prop_assert!(units <= uniform * (1.0 + 1e-9) + rounding, "{} > {}", units, uniform);
        // A common factor on the plan that still meets ε saves no more than the rounding.
        let tightest = (0..3).map(|c| error(&|g| pieces[g] as f64, c)).fold(0.0, f64::max);
        let scaled = units * (tightest / epsilon).sqrt();
        prop_assert!(units - scaled <= rounding * (1.0 + 1e-9) + 1e-6, "{} against {}", units, scaled);
    }
}
