//! Theorem A of docs/latent.md for what is built: networks have as many sums as are essential, and with them no more hidden units than
//! with power sums.

use num_traits::Zero;
use proptest::prelude::*;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use std::sync::Arc;
use sumformer::certify::prove;
use sumformer::lowering::attention::{Architecture, Scores};
use sumformer::lowering::lower;
use sumformer::lowering::plan::Layout;
use sumformer::network::NetworkSize;
use sumformer::network::builder::BuiltNetwork;
use sumformer::reading::load_target;
use sumformer::recipe::SumOptions;
use sumformer::strategies::{places, sequences};
use sumformer::sumformer::Sumformer;
use sumformer::sumformer::candidates::candidates;
use sumformer::sumformer::latent::{LatentMode, choose};
use sumformer_checker::arith::number::{Rational, ratio, to_f64};
use sumformer_checker::check::Verdict;
use sumformer_checker::format::network::Activation;
use sumformer_checker::language::evaluate_sequence;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::limits::MAX_TERMS;
use sumformer_checker::surrogate::Surrogate;
use sumformer_checker::witness::semantics::ExactEvaluator;

/// A term c·x^α·(Σ_{y≠x} L(y))^e, L with some monomials.
type Term = (i64, u32, Vec<(u32, u32, i64)>, u32);

/// Polynomials in sums of combinations, two outputs, of two coordinates.
fn in_combinations() -> impl Strategy<Value = String> {
    let monomial = (0u32..=2, 0u32..=2, 1i64..=3);
    let term = (-3i64..=3, 0u32..=1, prop::collection::vec(monomial, 1..=3), 1u32..=2);
    let output = prop::collection::vec(term, 1..=2);
    let text = |terms: &[Term]| {
        let term = |(c, own, sum, exponent): &Term| {
            let sum: Vec<String> = sum.iter().map(|(a, b, c)| format!("{c}*y[0]^{a}*y[1]^{b}/3")).collect();
            format!("({c})*x[0]^{own}*sum(y != x: {})^{exponent}", sum.join(" + "))
        };
        terms.iter().map(term).collect::<Vec<_>>().join(" + ")
    };
    (2usize..=4, output.clone(), output).prop_map(move |(n, f, g)| {
        let outputs = format!("[\"{}\", \"{}\"]", text(&f), text(&g));
        let domain = "[[\"0\", \"1\"], [\"-1\", \"1/2\"]]";
        format!("name = \"t\"\ntokens = {n}\ndomain = {domain}\noutput = {outputs}\n")
    })
}

const PRIME: i128 = (1 << 61) - 1;

/// The rank of the gradients in the sums, modulo a prime, at random points, of the form that has the least.
fn rank(surrogate: &Surrogate) -> usize {
    let residue = |q: &Rational| {
        let part = |n: num_bigint::BigInt| i128::try_from(n % PRIME).expect("small").rem_euclid(PRIME);
        part(q.numer()) * inverse(part(q.denom())) % PRIME
    };
    let of = |form: &Sumformer| {
        let (d, m) = (form.dimension, form.features.len());
        let mut dice = ChaCha8Rng::seed_from_u64(7);
        let mut rows: Vec<Vec<i128>> = Vec::new();
        for _ in 0..m + 3 {
            let point: Vec<i128> = (0..d + m).map(|_| i128::from(dice.random_range(1..1u64 << 60))).collect();
            for psi in &form.psi {
                let mut row = vec![0; m];
                for (monomial, coefficient) in psi.terms() {
                    for &(v, e) in monomial.powers().iter().filter(|(v, _)| *v as usize >= d) {
                        let mut slope = residue(coefficient) * i128::from(e) % PRIME;
                        for &(w, f) in monomial.powers() {
                            for _ in 0..f - u32::from(w == v) {
                                slope = slope * point[w as usize] % PRIME;
                            }
                        }
                        row[v as usize - d] += slope;
                    }
                }
                rows.push(row.into_iter().map(|entry| entry.rem_euclid(PRIME)).collect());
            }
        }
        rank_of_rows(rows, m)
    };
    candidates(surrogate).iter().map(of).min().expect("a form")
}

/// a^(p − 2).
fn inverse(a: i128) -> i128 {
    let (mut power, mut result, mut exponent) = (a, 1, PRIME - 2);
    while exponent > 0 {
        if exponent % 2 == 1 {
            result = result * power % PRIME;
        }
        power = power * power % PRIME;
        exponent /= 2;
    }
    result
}

fn rank_of_rows(mut rows: Vec<Vec<i128>>, columns: usize) -> usize {
    let mut rank = 0;
    for column in 0..columns {
        let Some(at) = (rank..rows.len()).find(|&r| rows[r][column] != 0) else { continue };
        rows.swap(rank, at);
        let pivot = rows[rank].clone();
        let scale = inverse(pivot[column]);
        for row in &mut rows[rank + 1..] {
            let factor = row[column] * scale % PRIME;
            row.iter_mut().zip(&pivot).for_each(|(x, y)| *x = (*x - factor * y).rem_euclid(PRIME));
        }
        rank += 1;
    }
    rank
}

/// The network for a mode and its ε, the least that few hidden units allow.
fn network(target: &Target, mode: LatentMode, activation: Activation) -> Option<(BuiltNetwork, Rational)> {
    let surrogate = Arc::new(Surrogate::new(target, &[], MAX_TERMS).expect("a polynomial"));
    (0..7).find_map(|power| {
        let epsilon = ratio(10i64.pow(power), 10);
        let (sumformer, _) = choose(&surrogate, mode, Layout::Tree, to_f64(&epsilon)).expect("a Sumformer");
        let sums = SumOptions { activation, ..SumOptions::default() };
        let options = sums.lowering(Architecture::Transformer, Scores::Zero, epsilon.clone());
        Some((lower(&sumformer, &surrogate, &options, 3000).ok()?, epsilon))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn networks_have_as_many_sums_as_are_essential(source in in_combinations(), places in places()) {
        let target = load_target("t", &source).expect("a target");
        let surrogate = Surrogate::new(&target, &[], MAX_TERMS).expect("a polynomial");
        let built = network(&target, LatentMode::Essential, Activation::Relu2);
        let (built, epsilon) = built.expect("squared ReLU has no budget");
        // The checker's symbolic run finds the sums in the weights.
        prop_assert_eq!(built.run.latents().len(), rank(&surrogate));
        let proof = prove(&target, &built, &epsilon).expect("a proof");
        prop_assert!(matches!(proof.verdict, Verdict::Valid(_)), "{:?}", proof.verdict);
        prop_assert!(proof.certificate.certified.0.is_zero());
        let Tokens::Fixed(n) = target.tokens else { unreachable!() };
        let exact = ExactEvaluator::new(&built.network).expect("constant attention weights");
        for sequence in sequences(&target, n, &places, 2) {
            let wanted = evaluate_sequence(&target, &sequence).expect("a value");
            prop_assert_eq!(exact.evaluate(&sequence).expect("a value"), wanted);
        }
    }

    #[test]
    fn fewer_sums_take_no_more_hidden_units(source in in_combinations()) {
        let target = load_target("t", &source).expect("a target");
        for activation in [Activation::Relu, Activation::Relu2] {
            let built = [LatentMode::Sparse, LatentMode::Powers].map(|mode| network(&target, mode, activation));
            let [Some((now, epsilon)), Some((before, looser))] = built else { continue };
            let [now, before] = [&now, &before].map(|built| NetworkSize::of(&built.network).hidden_units);
            prop_assert!(epsilon < looser || epsilon == looser && now <= before, "{now} > {before}: {source}");
        }
    }
}
