//! The values of a surrogate: tokens extended by their atoms and weighted means, over any scalar.

use std::collections::BTreeSet;
use sumformer_checker::arith::number::{Exact, Rational};
use sumformer_checker::arith::polynomial::Polynomial;
use sumformer_checker::language::ast::Function;
use sumformer_checker::language::target::{Body, Target};
use sumformer_checker::language::{EvalError, Scalar, evaluate_sequence};
use sumformer_checker::surrogate::{Surrogate, WeightedMean};

/// The tokens of a sequence, n × d, less the surrogate's centre, followed by the values of atoms and weighted means at each of them: n × (d + atoms + means).
pub fn extend<S: Scalar>(surrogate: &Surrogate, sequence: &[Vec<S>]) -> Result<Vec<Vec<S>>, EvalError> {
    let zero = S::from_rational(&Rational::default());
    let width = surrogate.target.dimension();
    let mut extended: Vec<Vec<S>> = sequence.to_vec();
    for token in &mut extended {
        for (coordinate, Exact(middle)) in token.iter_mut().zip(&surrogate.centre) {
            coordinate.sub_in_place(&S::from_rational(middle));
        }
    }
    // What is not known yet is not read.
    extended.iter_mut().for_each(|token| token.resize(width, zero.clone()));
    let late = after_means(surrogate);
    let early = |atom: &usize| !late.contains(atom);
    (0..surrogate.atoms.len()).filter(early).try_for_each(|atom| add_atom(surrogate, &mut extended, atom))?;
    for (number, mean) in surrogate.means.iter().enumerate() {
        let values: Result<Vec<S>, EvalError> =
            (0..extended.len()).map(|token| weighted_mean(mean, &extended, token)).collect();
        for (token, value) in extended.iter_mut().zip(values?) {
            token[surrogate.coordinate_of_mean(number)] = value;
        }
    }
    late.into_iter().try_for_each(|atom| add_atom(surrogate, &mut extended, atom))?;
    Ok(extended)
}

/// The atoms of which weighted means are arguments, or parts of them.
fn after_means(surrogate: &Surrogate) -> BTreeSet<usize> {
    let mut late = BTreeSet::new();
    for (number, atom) in surrogate.atoms.iter().enumerate() {
        let read = atom.argument.terms().flat_map(|(basis, _)| basis.parts.iter().chain([&basis.named]));
        let mut read =
            read.flat_map(|m| m.powers()).filter_map(|&(v, _)| (v as usize).checked_sub(surrogate.dimension));
        if read.any(|v| v >= surrogate.atoms.len() || late.contains(&v)) {
            late.insert(number);
        }
    }
    late
}

fn add_atom<S: Scalar>(surrogate: &Surrogate, tokens: &mut [Vec<S>], number: usize) -> Result<(), EvalError> {
    let argument = &surrogate.target.body.expressions()[surrogate.forms.len() + number];
    let one = Target { body: Body::Output(vec![argument.clone()]), ..surrogate.target.clone() };
    let values = evaluate_sequence(&one, tokens)?;
    for (token, value) in tokens.iter_mut().zip(values) {
        let value = value.first().ok_or(EvalError::Unbound)?.call(surrogate.atoms[number].function)?;
        token[surrogate.dimension + number] = value;
    }
    Ok(())
}

/// A weighted mean at a token. Scores are taken as they are: large ones overflow.
fn weighted_mean<S: Scalar>(mean: &WeightedMean, tokens: &[Vec<S>], own: usize) -> Result<S, EvalError> {
    let m = tokens[own].len();
    let zero = S::from_rational(&Rational::default());
    let (mut above, mut below) = (zero.clone(), zero);
    for token in tokens {
        let of_both = |v: usize| if v < m { &tokens[own][v] } else { &token[v - m] };
        let weight = at(&mean.score, of_both)?.call(Function::Exp)?;
        above.add_in_place(&weight.mul(&at(&mean.value, |v| &token[v])?));
        below.add_in_place(&weight);
    }
    above.div(&below)
}

/// A polynomial at a point.
fn at<'a, S: Scalar + 'a>(p: &Polynomial, value: impl Fn(usize) -> &'a S) -> Result<S, EvalError> {
    let mut sum = S::from_rational(&Rational::default());
    for (monomial, coefficient) in p.terms() {
        let mut term = S::from_rational(coefficient);
        for &(v, exponent) in monomial.powers() {
            term.mul_in_place(&value(v as usize).pow(exponent)?);
        }
        sum.add_in_place(&term);
    }
    Ok(sum)
}

/// The outputs of the surrogate, n × c.
pub fn evaluate<S: Scalar>(surrogate: &Surrogate, sequence: &[Vec<S>]) -> Result<Vec<Vec<S>>, EvalError> {
    let mut outputs = evaluate_sequence(&surrogate.target, &extend(surrogate, sequence)?)?;
    outputs.iter_mut().for_each(|token| token.truncate(surrogate.forms.len()));
    Ok(outputs)
}
