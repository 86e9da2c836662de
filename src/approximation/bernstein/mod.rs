//! Route (a) of the Weierstrass step: linear operators on the values at a grid of nodes, symmetric in the other tokens.
//!
//! By Lemma 2.9 token i's output is g(x_i; the others), symmetric in the others. An operator
//! Σ_nodes g(node)·Π_tokens Π_k basis polynomial keeps that symmetry, so a value is needed only per own node and
//! *multiset* of other nodes: P·C(P + n − 2, n − 1) of them for P = (m+1)^d. As many monomials result; they are written
//! as sums over distinct tokens, which is the normal form itself.

mod a_priori;
mod assembly;
mod derivative;
mod estimate;
mod frame;
mod multisets;
mod node_values;

pub use a_priori::{
    DerivativeBounds, lipschitz_bound, lipschitz_constants, second_derivatives, smooth_bound,
};
pub use estimate::{FloatOperator, Guess, choose_operator, sampled_error, smallest_degree};
pub use frame::{Frame, MAX_DEGREE, Operator};
pub use node_values::{MAX_NODES, MAX_TOKEN_NODES, NodeValues, Values, node_count};

use super::ApproximationError;
use super::rounding::shortened;
use super::writing::{normal_form, target_with};
use node_values::Layout;
use num_traits::{One, Zero};
use sumformer_checker::arith::number::{Rational, max};
use sumformer_checker::language::target::Target;
use sumformer_checker::normal_form::NormalForm;

/// A polynomial target near another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approximant {
    /// The target, its `source` a file in the target language.
    pub target: Target,
    /// Its normal forms, one per output.
    pub forms: Vec<NormalForm>,
    /// Values per output that it was made of.
    pub nodes: usize,
    /// An upper bound of the distance of a value at a node from the target's. For [`Operator::Bernstein`] also of the
    /// distance, over the whole box, from the operator applied to the target itself.
    pub node_rounding: Rational,
    /// An upper bound, over the whole box, of what shortening the coefficients changed.
    pub coefficient_rounding: Rational,
}

impl Approximant {
    /// Monomials of the normal forms, over all outputs.
    pub fn terms(&self) -> usize {
        self.forms.iter().map(NormalForm::len).sum()
    }
}

/// The operator of `frame` applied to the values, exactly: one normal form per output.
pub fn polynomials(
    target: &Target,
    frame: &Frame,
    values: &NodeValues,
) -> Result<Vec<NormalForm>, ApproximationError> {
    Ok(assembly::assemble(frame, &Layout::new(target, frame)?, values))
}

/// The operator of `frame` applied to the target. Coefficients are shortened to dyadic numbers at the price of
/// `coefficient_slack` over the box, if given.
pub fn approximant(
    target: &Target,
    frame: &Frame,
    how: &Values,
    coefficient_slack: Option<&Rational>,
) -> Result<Approximant, ApproximationError> {
    let values = NodeValues::new(target, frame, how)?;
    let exact = polynomials(target, frame, &values)?;
    let mut coefficient_rounding = Rational::zero();
    let mut forms = Vec::with_capacity(exact.len());
    for form in exact {
        let Some(slack) = coefficient_slack else {
            forms.push(form);
            continue;
        };
        let short = shortened_form(&form, target, slack);
        let mut change = form;
        change.add_scaled(&short, &-Rational::one());
        coefficient_rounding = max(coefficient_rounding, change.magnitude(&target.domain));
        forms.push(short);
    }
    let texts: Vec<String> = forms.iter().map(normal_form).collect();
    let suffix = format!("{}-{}", frame.operator().name(), frame.degree());
    Ok(Approximant {
        target: target_with(target, &suffix, &texts, &[])?,
        forms,
        nodes: values.len(),
        node_rounding: values.rounding,
        coefficient_rounding,
    })
}

fn shortened_form(form: &NormalForm, target: &Target, slack: &Rational) -> NormalForm {
    let alone = |basis| {
        let mut alone = form.zero_like();
        alone.add_term(basis, Rational::one());
        alone.magnitude(&target.domain)
    };
    let terms: Vec<(Rational, Rational)> =
        form.terms().map(|(basis, coefficient)| (coefficient.clone(), alone(basis.clone()))).collect();
    let mut short = form.zero_like();
    for ((basis, _), coefficient) in form.terms().zip(shortened(&terms, slack)) {
        short.add_term(basis.clone(), coefficient);
    }
    short
}
