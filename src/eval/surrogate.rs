//! The values of a surrogate: tokens extended by their atoms, over any scalar.

use sumformer_checker::arith::number::{Exact, Rational};
use sumformer_checker::language::target::{Body, Target};
use sumformer_checker::language::{EvalError, Scalar, evaluate_sequence};
use sumformer_checker::surrogate::Surrogate;

/// The tokens of a sequence, n × d, less the surrogate's centre, followed by the values of the atoms at each of them: n × (d + atoms).
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
    let arguments = &surrogate.target.body.expressions()[surrogate.forms.len()..];
    for (number, (atom, argument)) in surrogate.atoms.iter().zip(arguments).enumerate() {
        let one = Target { body: Body::Output(vec![argument.clone()]), ..surrogate.target.clone() };
        let values = evaluate_sequence(&one, &extended)?;
        for (token, value) in extended.iter_mut().zip(values) {
            let value = value.first().ok_or(EvalError::Unbound)?.call(atom.function)?;
            token[surrogate.dimension + number] = value;
        }
    }
    Ok(extended)
}

/// The outputs of the surrogate, n × c.
pub fn evaluate<S: Scalar>(surrogate: &Surrogate, sequence: &[Vec<S>]) -> Result<Vec<Vec<S>>, EvalError> {
    let mut outputs = evaluate_sequence(&surrogate.target, &extend(surrogate, sequence)?)?;
    outputs.iter_mut().for_each(|token| token.truncate(surrogate.forms.len()));
    Ok(outputs)
}
