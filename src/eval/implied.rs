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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::FloatInterval;
    use sumformer_checker::interval::Interval;
    use sumformer_checker::language::target::Tokens;
    use sumformer_checker::number::{integer, ratio};

    /// s = Σ_{j≠i} x_j² + x_i (or the mean of x_j², plus x_i) and ψ = s·x.
    fn sumformer(tokens: Tokens) -> ImpliedSumformer {
        let x = Polynomial::variable(0);
        let latent = Latent {
            slot: 1,
            others: x.power(2),
            own: x.clone(),
            range: Interval::point(integer(0)),
            error: integer(0),
        };
        ImpliedSumformer { tokens, latents: vec![latent], psi: vec![x.times(&Polynomial::variable(1))] }
    }

    #[test]
    fn sums_run_over_the_others_and_means_over_all() {
        let sequence = [vec![integer(2)], vec![integer(3)], vec![ratio(1, 2)]];
        let values = |tokens| sumformer(tokens).evaluate(&sequence).unwrap().concat();
        let quarter = ratio(1, 4);
        let expected = [
            (integer(9) + &quarter + integer(2)) * integer(2),
            (integer(4) + &quarter + integer(3)) * integer(3),
            (integer(13) + ratio(1, 2)) * ratio(1, 2),
        ];
        assert_eq!(values(Tokens::Fixed(3)), expected);
        let mean = (integer(13) + quarter) / integer(3);
        let expected = sequence.each_ref().map(|token| (&mean + &token[0]) * &token[0]);
        assert_eq!(values(Tokens::Any), expected);
        let single = sumformer(Tokens::Fixed(1)).evaluate(&sequence[..1]).unwrap();
        assert_eq!(single, [[integer(4)]]);
    }

    #[test]
    fn all_scalars_agree() {
        let exact: Vec<Vec<Rational>> = (1..6).map(|k| vec![ratio(k, 7)]).collect();
        let intervals: Vec<Vec<FloatInterval>> =
            exact.iter().map(|token| vec![FloatInterval::from_rational(&token[0])]).collect();
        let floats: Vec<Vec<f32>> = (1..6).map(|k| vec![k as f32 / 7.0]).collect();
        for tokens in [Tokens::Fixed(5), Tokens::Any] {
            let sumformer = sumformer(tokens);
            let wanted = sumformer.evaluate(&exact).unwrap().concat();
            for (value, interval) in wanted.iter().zip(sumformer.evaluate(&intervals).unwrap().concat()) {
                assert!(interval.contains(value) && interval.wid() < 1e-14);
            }
            for (value, float) in wanted.iter().zip(sumformer.evaluate(&floats).unwrap().concat()) {
                assert!((sumformer_checker::number::to_f64(value) - f64::from(float)).abs() < 1e-6);
            }
        }
    }
}
