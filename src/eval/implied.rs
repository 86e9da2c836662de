//! The Sumformer that a network implements, as the checker's symbolic run derives it.
//!
//! Gadgets are replaced by the polynomials they approximate and attention by the sums it computes; what is left is
//! `ψ(x_i, s)` with latents `s = own(x_i) + Σ_{j≠i} others(x_j)` (Definition 3.1).

use sumformer_checker::check::run_blocks;
use sumformer_checker::format::certificate::Certificate;
use sumformer_checker::format::network::Network;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::language::{EvalError, Scalar};
use sumformer_checker::number::Rational;
use sumformer_checker::polynomial::Polynomial;
use sumformer_checker::rules::Refusal;
use sumformer_checker::rules::latent::Latent;

/// φ, Σ and ψ of a network, in own coordinates and latents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImpliedSumformer {
    tokens: Tokens,
    dimension: usize,
    /// The latents; the i-th is variable d + i of ψ.
    latents: Vec<Latent>,
    /// One polynomial per output.
    psi: Vec<Polynomial>,
}

impl ImpliedSumformer {
    /// Derives it from the weights; the claims of the certificate that say where gadgets begin are verified on the way.
    pub fn derive(target: &Target, network: &Network, certificate: &Certificate) -> Result<Self, Refusal> {
        let run = run_blocks(target, network, certificate, &mut |_, _| {})?;
        Ok(Self {
            tokens: target.tokens,
            dimension: target.dimension(),
            latents: run.latents().to_vec(),
            psi: run.outputs(&network.readout, network.outputs).into_iter().map(|m| m.polynomial).collect(),
        })
    }

    /// The outputs, n × c, at a sequence of n tokens with d coordinates each, whose shape the caller has checked.
    pub fn evaluate<S: Scalar>(&self, sequence: &[Vec<S>]) -> Result<Vec<Vec<S>>, EvalError> {
        let n = sequence.len();
        let mut variables = sequence.to_vec();
        for latent in &self.latents {
            let others: Vec<S> =
                sequence.iter().map(|token| value(&latent.others, token)).collect::<Result<_, _>>()?;
            let sums = match self.tokens {
                Tokens::Fixed(_) => all_but_one(&others),
                Tokens::Any => {
                    let sum = others.iter().fold(zero(), |sum: S, term| sum.add(term));
                    vec![sum.div(&S::from_rational(&Rational::from_integer(n.into())))?; n]
                }
            };
            for ((row, sum), token) in variables.iter_mut().zip(&sums).zip(sequence) {
                row.push(value(&latent.own, token)?.add(sum));
            }
        }
        variables.iter().map(|row| self.psi.iter().map(|p| value(p, row)).collect()).collect()
    }

    /// Token dimension d.
    pub fn dimension(&self) -> usize {
        self.dimension
    }
}

fn zero<S: Scalar>() -> S {
    S::from_rational(&Rational::from_integer(0.into()))
}

fn value<S: Scalar>(polynomial: &Polynomial, variables: &[S]) -> Result<S, EvalError> {
    let mut sum = zero::<S>();
    for (monomial, coefficient) in polynomial.terms() {
        let mut product = S::from_rational(coefficient);
        for &(variable, exponent) in monomial.powers() {
            let base = variables.get(variable as usize).ok_or(EvalError::Unbound)?;
            product = product.mul(&base.pow(exponent)?);
        }
        sum = sum.add(&product);
    }
    Ok(sum)
}

/// Σ_{j≠i} t_j for every i, from the sums of what comes before and after: subtracting t_i from the total would widen
/// intervals and cancel in floating point.
fn all_but_one<S: Scalar>(terms: &[S]) -> Vec<S> {
    let mut before = Vec::with_capacity(terms.len());
    let mut sum = zero::<S>();
    for term in terms {
        before.push(sum.clone());
        sum = sum.add(term);
    }
    let mut after = zero::<S>();
    for (term, sum) in terms.iter().zip(&mut before).rev() {
        *sum = sum.add(&after);
        after = after.add(term);
    }
    before
}
