//! Random networks that were made for no target, with claims as tight as the checker can be asked for.

use super::dice::Dice;
use super::proofs::{Proof, try_certify};
use common::targets::TargetText;
use num_traits::{One, Signed, Zero};
use std::sync::Arc;
use sumformer::network::builder::{BuiltNetwork, Input, NetworkBuilder};
use sumformer::network::gadget::{BuiltGadget, identity};
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Exact, Rational, integer, ratio};
use sumformer_checker::arith::polynomial::Polynomial;
use sumformer_checker::format::certificate::{Gadget, GadgetOutput};
use sumformer_checker::format::network::{
    Activation, AffineMap, Attention, Head, Mechanism, Projection, UniformValue, Unit,
};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::polynomial_route::centre::centred_target;
use sumformer_checker::polynomial_route::gadget::polynomial_errors;
use sumformer_checker::surrogate::Surrogate;

/// Sides of boxes: unit, symmetric, negative, thin, a point, none of it dyadic.
const SIDES: [(&str, &str); 7] =
    [("0", "1"), ("-1", "1"), ("-2", "-1/3"), ("1/3", "1/2"), ("1/2", "1/2"), ("0", "0"), ("-1", "0")];

/// A random proof whose target is what the network was claimed to compute, sometimes with one more term; `None` if the
/// rules do not cover the network.
pub fn random_proof(dice: &mut Dice) -> Option<Proof> {
    let d = 1 + dice.below(2);
    let lengths = [Tokens::Fixed(1), Tokens::Fixed(2), Tokens::Fixed(3), Tokens::Any, Tokens::Any];
    let tokens = lengths[dice.below(lengths.len())];
    let outputs = 1 + dice.below(2);
    let sides: Vec<(&str, &str)> = (0..d).map(|_| SIDES[dice.below(SIDES.len())]).collect();
    let same = target(tokens, &sides, &vec!["0".to_string(); outputs]);
    let centre =
        if dice.below(3) == 0 { (0..d).map(|_| Exact(dice.rational(2))).collect() } else { Vec::new() };
    let seen = centred_target(&same, &centre).expect("as many coordinates");
    let surrogate = Surrogate::new(&seen, &[], 200_000).expect("a polynomial");
    let built = random_network(Surrogate { centre, ..surrogate }, dice)?;
    let mut texts: Vec<String> = built
        .run
        .outputs(&built.network.readout, outputs)
        .iter()
        .map(|model| unfolded(&model.polynomial, &built, tokens, d))
        .collect();
    if dice.below(3) == 0 {
        let output = dice.below(outputs);
        let terms = ["1/7", "-x[0]/5", "x[0]^2/3", "-1/1099511627776"];
        texts[output] = format!("{} + {}", texts[output], terms[dice.below(terms.len())].replace('-', "-1*"));
    }
    let target = target(tokens, &sides, &texts);
    let mut proof = try_certify(&target, &built, Rational::one())?;
    proof.certificate.epsilon = Exact(&proof.certificate.certified.0 + Rational::one());
    Some(proof)
}

fn target(tokens: Tokens, sides: &[(&str, &str)], outputs: &[String]) -> Target {
    let sides: String = sides.iter().map(|(lo, hi)| format!("[{lo}, {hi}] ")).collect();
    let target = match tokens {
        Tokens::Fixed(n) => common::target(n),
        Tokens::Any => common::target("any"),
    };
    outputs.iter().fold(target.domain(&sides).epsilon("1"), TargetText::output).load()
}

/// A polynomial in the token and the latents as an expression, every latent written as the sum it stands for.
fn unfolded(p: &Polynomial, built: &BuiltNetwork, tokens: Tokens, d: usize) -> String {
    let latents = built.run.latents();
    let coordinate = |token: &str, v: u32| match built.run.surrogate().centre.get(v as usize) {
        Some(Exact(middle)) => format!("({token}[{v}] - ({middle}))"),
        None => format!("{token}[{v}]"),
    };
    written(p, &|v| match (v as usize).checked_sub(d) {
        None => coordinate("x", v),
        Some(latent) => {
            let others = written(&latents[latent].others, &|v| coordinate("y", v));
            let own = written(&latents[latent].own, &|v| coordinate("x", v));
            match tokens {
                Tokens::Fixed(_) => format!("(sum(y != x: {others}) + {own})"),
                Tokens::Any => format!("(mean(y: {others}) + {own})"),
            }
        }
    })
}

fn written(p: &Polynomial, name: &dyn Fn(u32) -> String) -> String {
    let terms = p.terms().map(|(monomial, coefficient)| {
        let factors = monomial.powers().iter().map(|&(v, e)| format!("*{}^{e}", name(v)));
        format!("({coefficient}){}", factors.collect::<String>())
    });
    let terms: Vec<String> = terms.collect();
    if terms.is_empty() { "0".into() } else { terms.join(" + ") }
}

fn random_network(surrogate: Surrogate, dice: &mut Dice) -> Option<BuiltNetwork> {
    let target = surrogate.target.clone();
    let d = target.dimension();
    let width = d + 3;
    let slots: Vec<String> = (0..width).map(|slot| format!("slot {slot}")).collect();
    // The token, a constant (sometimes), and two slots of anything.
    let mut weights: Vec<(usize, usize, Rational)> = (0..d).map(|k| (k, k, integer(1))).collect();
    let mut bias = vec![(d, dice.rational(2))];
    for slot in d + 1..width {
        weights.push((dice.below(d), slot, dice.rational(2)));
        bias.push((slot, dice.rational(1)));
    }
    let embedding =
        AffineMap { weights: SparseMatrix::from_entries(weights), bias: SparseVector::from_entries(bias) };
    let mut builder = NetworkBuilder::new(Arc::new(surrogate), slots, embedding);
    let plain = |builder: &mut NetworkBuilder, dice: &mut Dice| {
        let activation = random_activation(dice);
        let count = 1 + dice.below(2);
        builder.block("plain", activation, None, |input| {
            Ok((0..count).map(|_| random_gadget(input, width, activation, false, dice)).collect())
        })
    };
    for _ in 0..dice.below(2) {
        plain(&mut builder, dice).ok()?;
    }
    if dice.below(5) != 0 {
        // Most attention layers are refused; a refused block leaves the builder as it was.
        let mut accepted = false;
        for _ in 0..8 {
            let activation = random_activation(dice);
            let attention = random_attention(target.tokens, d, width, dice);
            let count = 2 + dice.below(3);
            let block = builder.block("attention", activation, Some(attention), |input| {
                Ok((0..count).map(|_| random_gadget(input, width, activation, true, dice)).collect())
            });
            accepted = block.is_ok();
            if accepted {
                break;
            }
        }
        accepted.then_some(())?;
    }
    for _ in 0..dice.below(3) {
        plain(&mut builder, dice).ok()?;
    }
    let weights = (0..4).map(|_| (dice.below(width), dice.below(target.outputs()), dice.rational(2)));
    let weights = SparseMatrix::from_entries(weights.collect::<Vec<_>>());
    let bias = SparseVector::from_entries([(dice.below(target.outputs()), dice.rational(2))]);
    Some(builder.finish(AffineMap { weights, bias }))
}

fn random_activation(dice: &mut Dice) -> Activation {
    if dice.coin() { Activation::Relu } else { Activation::Relu2 }
}

/// A few units on one linear form, break points in, at the ends of and outside its range, and the errors of some
/// polynomial claim, exact to the last bit.
fn random_gadget(
    input: &Input<'_>,
    width: usize,
    activation: Activation,
    affine: bool,
    dice: &mut Dice,
) -> BuiltGadget {
    let mut direction = SparseVector::default();
    while direction.is_empty() {
        let entries: Vec<(usize, Rational)> =
            (0..1 + dice.below(2)).map(|_| (dice.below(width), dice.rational(2))).collect();
        direction = SparseVector::from_entries(entries);
    }
    let range = input.range_of(&direction);
    let range = if dice.below(4) == 0 { range.widen(&ratio(1, 3)) } else { range };
    let mut slots: Vec<usize> = (0..1 + dice.below(2)).map(|_| dice.below(width)).collect();
    slots.sort_unstable();
    slots.dedup();
    if affine && dice.below(3) != 0 {
        let weights = [ratio(-2, 3), integer(-2), integer(-1), ratio(1, 2), integer(1), integer(3)];
        let outputs: Vec<(usize, Rational)> =
            slots.iter().map(|&slot| (slot, weights[dice.below(weights.len())].clone())).collect();
        return identity(activation, &direction, range, &outputs).expect("short numbers");
    }
    let units: Vec<Unit> =
        (0..1 + dice.below(4)).map(|_| random_unit(&direction, &range, &slots, dice)).collect();
    let mut claim = Gadget {
        units: units.len(),
        range: range.clone(),
        atom: None,
        outputs: slots
            .iter()
            .map(|&slot| GadgetOutput {
                slot,
                polynomial: random_claim(&units, &direction, slot, &range, activation, affine, dice),
                factor: None,
                error: Exact(Rational::zero()),
                cuts: String::new(),
            })
            .collect(),
    };
    let errors = polynomial_errors(&claim, &units, activation, &|| "gadget".into())
        .expect("proportional by construction");
    for (output, error) in claim.outputs.iter_mut().zip(errors) {
        output.error = Exact(error);
    }
    let bias = if dice.coin() { vec![(dice.below(width), dice.rational(2))] } else { Vec::new() };
    BuiltGadget { units, bias, claim }
}

fn random_unit(direction: &SparseVector, range: &Interval, slots: &[usize], dice: &mut Dice) -> Unit {
    let slope = [integer(1), integer(-1), integer(2), ratio(-1, 2)][dice.below(4)].clone();
    let inside = range.inf() + range.wid() * ratio(dice.below(9) as i64, 8);
    let breakpoint = match dice.below(6) {
        0 => range.inf().clone(),
        1 => range.sup().clone(),
        2 => range.inf() - integer(1),
        3 => range.sup() + integer(1),
        _ => inside,
    };
    Unit {
        input: SparseVector::from_entries(direction.iter().map(|(slot, w)| (slot, w * &slope))),
        bias: Exact(-slope * breakpoint),
        output: SparseVector::from_entries(
            slots.iter().map(|&slot| (slot, dice.rational(2))).collect::<Vec<_>>(),
        ),
    }
}

/// Coefficients of 1, t, …: nothing, the chord, the parabola through three points, or an arbitrary cubic.
fn random_claim(
    units: &[Unit],
    direction: &SparseVector,
    slot: usize,
    range: &Interval,
    activation: Activation,
    affine: bool,
    dice: &mut Dice,
) -> Vec<Exact> {
    let (_, leading) = direction.iter().next().expect("not empty");
    let value = |t: &Rational| -> Rational {
        let each = units.iter().map(|unit| {
            let (_, first) = unit.input.iter().next().expect("not empty");
            let argument = first / leading * t + &unit.bias.0;
            let active = if argument.is_negative() { Rational::zero() } else { argument };
            let activated = if activation == Activation::Relu { active } else { &active * &active };
            activated * unit.output.get(slot)
        });
        each.sum()
    };
    let (lo, hi, wid) = (range.inf(), range.sup(), range.wid());
    let mut coefficients = match dice.below(if affine { 3 } else { 5 }) {
        0 => Vec::new(),
        _ if wid.is_zero() => vec![value(lo)],
        1 | 2 => {
            let slope = (value(hi) - value(lo)) / &wid;
            vec![value(lo) - &slope * lo, slope]
        }
        3 => {
            let mid = range.mid();
            let (a, b, c) = (value(lo), value(&mid), value(hi));
            let second = (&a - &b * integer(2) + &c) * integer(2) / (&wid * &wid);
            let slope = (&c - &a) / &wid;
            // b + slope·(t − mid) + second·(t − mid)²
            vec![b - &slope * &mid + &second * &mid * &mid, slope - &second * &mid * integer(2), second]
        }
        _ => (0..4).map(|_| dice.rational(1)).collect(),
    };
    while coefficients.last().is_some_and(Zero::is_zero) {
        coefficients.pop();
    }
    coefficients.into_iter().map(Exact).collect()
}

fn random_attention(tokens: Tokens, d: usize, width: usize, dice: &mut Dice) -> Attention {
    let heads = 1 + dice.below(2);
    let entries = |count: usize, rows: usize, dice: &mut Dice| -> SparseMatrix {
        let all: Vec<_> =
            (0..count).map(|_| (dice.below(rows), dice.below(width), dice.rational(2))).collect();
        SparseMatrix::from_entries(all)
    };
    let heads: Vec<Head> = (0..heads)
        .map(|_| {
            let scores = |dice: &mut Dice| match dice.below(4) {
                0 => SparseMatrix::default(),
                // Reads the slot that is constant unless a block wrote to it.
                1 | 2 => SparseMatrix::from_entries([(d, dice.below(width), dice.rational(1))]),
                _ => entries(1, width, dice),
            };
            Head {
                mechanism: random_mechanism(tokens, width, dice),
                query: scores(dice),
                key: scores(dice),
                value: entries(4, width, dice),
            }
        })
        .collect();
    let mut output = entries(6, heads.len() * width, dice);
    if output.is_empty() {
        output = SparseMatrix::from_entries((0..width).map(|slot| (slot, slot, integer(1))));
    }
    Attention { heads, output }
}

fn random_mechanism(tokens: Tokens, width: usize, dice: &mut Dice) -> Mechanism {
    match dice.below(4) {
        0 => Mechanism::Softmax,
        1 | 2 => {
            let rank = 1 + dice.below(3);
            Mechanism::Linformer {
                e: random_projection(tokens, rank, dice),
                f: random_projection(tokens, rank, dice),
            }
        }
        _ => Mechanism::Performer {
            normalized: dice.coin(),
            features: (0..1 + dice.below(2))
                .map(|_| SparseVector::from_entries([(dice.below(width), dice.rational(1))]))
                .collect(),
        },
    }
}

/// Uniform, constant along each row, constant along each column, with equal row and column sums, or arbitrary.
fn random_projection(tokens: Tokens, rank: usize, dice: &mut Dice) -> Projection {
    let uniform = UniformValue::ReciprocalLength;
    let Tokens::Fixed(n) = tokens else {
        let value = if dice.below(4) == 0 { UniformValue::Fixed(Exact(dice.rational(2))) } else { uniform };
        return Projection::Uniform { rank, value };
    };
    let kind = dice.below(5);
    let values: Vec<Rational> = (0..rank + n).map(|_| dice.rational(2)).collect();
    let entry = |r: usize, j: usize| match kind {
        1 => values[r].clone(),
        2 => values[j].clone(),
        3 => values[(r + j) % n].clone(),
        _ => values[(3 * r + 5 * j) % values.len()].clone(),
    };
    if kind == 0 {
        return Projection::Uniform { rank, value: UniformValue::Fixed(Exact(values[0].clone())) };
    }
    Projection::Rows((0..rank).map(|r| (0..n).map(|j| Exact(entry(r, j))).collect()).collect())
}
