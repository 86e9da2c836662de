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
    /// The lengths it is for.
    pub tokens: Tokens,
    /// The latents; the i-th is variable d + i of ψ.
    pub latents: Vec<Latent>,
    /// One polynomial per output.
    pub psi: Vec<Polynomial>,
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
