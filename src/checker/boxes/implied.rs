//! The Sumformer that a network implements, as the symbolic run derives it.
//!
//! Gadgets are replaced by the polynomials they approximate and attention by the sums it computes; what is left is
//! `ψ(x_i, s)` with latents `s = own(x_i) + Σ_{j≠i} others(x_j)` (Definition 3.1).

use super::horner::Horner;
use crate::arith::number::Rational;
use crate::arith::polynomial::Polynomial;
use crate::format::network::AffineMap;
use crate::language::target::Tokens;
use crate::language::{EvalError, Scalar};
use crate::polynomial_route::latent::Latent;
use crate::polynomial_route::symbolic_run::SymbolicRun;
use num_traits::Zero;

/// φ, Σ and ψ of a network, in own coordinates (and atoms, where there are any) and latents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImpliedSumformer {
    tokens: Tokens,
    /// The latents; the i-th is variable d + i of ψ.
    latents: Vec<Latent>,
    /// One polynomial per output.
    psi: Vec<Polynomial>,
}

impl ImpliedSumformer {
    /// What a run through all blocks has found, read out.
    pub fn of(run: &SymbolicRun, readout: &AffineMap, outputs: usize) -> Self {
        Self {
            tokens: run.stream().tokens,
            latents: run.latents().to_vec(),
            psi: run.outputs(readout, outputs).into_iter().map(|model| model.polynomial).collect(),
        }
    }

    /// c, the number of outputs.
    pub fn outputs(&self) -> usize {
        self.psi.len()
    }

    /// The outputs, n × c, at a sequence of n tokens with d coordinates each, whose shape the caller has checked.
    pub fn evaluate<S: Scalar>(&self, sequence: &[Vec<S>]) -> Result<Vec<Vec<S>>, EvalError> {
        let n = sequence.len();
        let mut variables = sequence.to_vec();
        for latent in &self.latents {
            let (mut own, mut others) = (Horner::new(&latent.own), Horner::new(&latent.others));
            let terms: Vec<S> =
                sequence.iter().map(|token| others.evaluate(token).cloned()).collect::<Result<_, _>>()?;
            let sums = match self.tokens {
                Tokens::Fixed(_) => all_but_one(&terms),
                Tokens::Any => {
                    let sum = terms.iter().fold(zero(), |sum: S, term| sum.add(term));
                    vec![sum.div(&S::from_rational(&Rational::from_integer(n.into())))?; n]
                }
            };
            for ((row, sum), token) in variables.iter_mut().zip(&sums).zip(sequence) {
                row.push(own.evaluate(token)?.add(sum));
            }
        }
        let mut psi: Vec<Horner<S>> = self.psi.iter().map(Horner::new).collect();
        let mut outputs = |row: &Vec<S>| psi.iter_mut().map(|output| output.evaluate(row).cloned()).collect();
        variables.iter().map(&mut outputs).collect()
    }
}

/// A Sumformer of a fixed length, prepared for the outputs of the first token of many sequences.
#[derive(Debug, Clone)]
pub struct PreparedSumformer<S> {
    /// What each latent takes from the own token, and from each other one.
    latents: Vec<[Horner<S>; 2]>,
    psi: Vec<Horner<S>>,
    dimension: usize,
    /// The own token's coordinates and the latents.
    variables: Vec<S>,
}

impl<S: Scalar> PreparedSumformer<S> {
    /// Prepares it for tokens of `dimension` coordinates; nothing if its length is not fixed.
    pub fn new(sumformer: &ImpliedSumformer, dimension: usize) -> Option<Self> {
        let Tokens::Fixed(_) = sumformer.tokens else { return None };
        let latents: Vec<[Horner<S>; 2]> =
            sumformer.latents.iter().map(|latent| [&latent.own, &latent.others].map(Horner::new)).collect();
        Some(Self {
            variables: vec![zero(); dimension + latents.len()],
            psi: sumformer.psi.iter().map(Horner::new).collect(),
            latents,
            dimension,
        })
    }

    /// How many operations the outputs of a sequence of n tokens take.
    pub fn operations(&self, n: usize) -> usize {
        let sums = self.latents.iter().map(|[own, others]| {
            own.operations() + n.saturating_sub(1).saturating_mul(others.operations() + 1)
        });
        sums.chain(self.psi.iter().map(Horner::operations)).fold(0, usize::saturating_add)
    }

    /// Hands each output of token 0 to `use_output`, with its number; the shape of the sequence is the caller's.
    pub fn at_first(
        &mut self,
        sequence: &[Vec<S>],
        mut use_output: impl FnMut(usize, &S),
    ) -> Result<(), EvalError> {
        let (own, others) = sequence.split_first().ok_or(EvalError::Unbound)?;
        let (coordinates, sums) = self.variables.split_at_mut(self.dimension.min(own.len()));
        for (variable, coordinate) in coordinates.iter_mut().zip(own) {
            variable.clone_from(coordinate);
        }
        for (sum, [from_own, from_other]) in sums.iter_mut().zip(&mut self.latents) {
            sum.clone_from(from_own.evaluate(own)?);
            for token in others {
                sum.add_in_place(from_other.evaluate(token)?);
            }
        }
        for (number, output) in self.psi.iter_mut().enumerate() {
            use_output(number, output.evaluate(&self.variables)?);
        }
        Ok(())
    }
}

fn zero<S: Scalar>() -> S {
    S::from_rational(&Rational::zero())
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
    use crate::arith::interval::Interval;
    use crate::arith::number::{integer, ratio, to_f64};
    use crate::enclosure::slope::Centred;

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
        let centred: Vec<Vec<Centred>> =
            exact.iter().map(|token| vec![Centred::from_rational(&token[0])]).collect();
        let floats: Vec<Vec<f32>> = (1..6).map(|k| vec![k as f32 / 7.0]).collect();
        for tokens in [Tokens::Fixed(5), Tokens::Any] {
            let sumformer = sumformer(tokens);
            let wanted = sumformer.evaluate(&exact).unwrap().concat();
            for (value, form) in wanted.iter().zip(sumformer.evaluate(&centred).unwrap().concat()) {
                assert!(
                    form.range().contains(value)
                        && to_f64(&form.range().wid().to_rational().unwrap()) < 1e-14
                );
            }
            for (value, float) in wanted.iter().zip(sumformer.evaluate(&floats).unwrap().concat()) {
                assert!((to_f64(value) - f64::from(float)).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn the_prepared_one_has_the_outputs_of_the_first_token() {
        let sumformer = sumformer(Tokens::Fixed(3));
        let mut prepared = PreparedSumformer::new(&sumformer, 1).unwrap();
        for shift in 0..3 {
            let sequence: Vec<Vec<Rational>> = (0..3).map(|j| vec![ratio(shift + 5 * j, 7)]).collect();
            let mut outputs = Vec::new();
            prepared.at_first(&sequence, |_, value| outputs.push(value.clone())).unwrap();
            assert_eq!(outputs, sumformer.evaluate(&sequence).unwrap()[0]);
        }
        assert!(PreparedSumformer::<Rational>::new(&super::tests::sumformer(Tokens::Any), 1).is_none());
    }
}
