//! The sample, and the values of ψ's terms on it.

use super::super::ApproximationError;
use crate::sumformer::SumBasis;
use nalgebra::{DMatrix, DVector};
use sumformer_checker::language::evaluate_token;
use sumformer_checker::language::target::Target;
use sumformer_checker::polynomial::Monomial;

/// Sample sequences with the target's values. The first `fitted` are fitted, the others only looked at.
pub(super) struct Samples {
    sequences: Vec<Vec<Vec<f64>>>,
    pub(super) fitted: usize,
    basis: SumBasis,
    /// Per output, at all samples.
    pub(super) values: Vec<DVector<f64>>,
}

impl Samples {
    /// Evaluates the target at token 0; samples where it has no finite value are dropped, and with them their share of
    /// those to be fitted.
    pub(super) fn new(
        target: &Target,
        sequences: Vec<Vec<Vec<f64>>>,
        fitted: usize,
        basis: SumBasis,
    ) -> Result<Self, ApproximationError> {
        let (mut kept, mut values, mut kept_fitted) = (Vec::new(), Vec::new(), 0);
        for (s, sequence) in sequences.into_iter().enumerate() {
            let value: Vec<f64> = evaluate_token(target, &sequence, 0)?;
            if value.iter().all(|v| v.is_finite()) {
                kept_fitted += usize::from(s < fitted);
                kept.push(sequence);
                values.push(value);
            }
        }
        if kept_fitted == 0 {
            return Err(ApproximationError::NoSample);
        }
        let output = |o: usize| DVector::from_iterator(values.len(), values.iter().map(|v: &Vec<f64>| v[o]));
        let values = (0..target.outputs()).map(output).collect();
        Ok(Self { sequences: kept, fitted: kept_fitted, basis, values })
    }

    /// The largest absolute value of an output.
    pub(super) fn size(&self, output: usize) -> f64 {
        self.values[output].amax()
    }

    /// The coordinates of token 0, one row per sample.
    fn own(&self) -> Vec<&[f64]> {
        self.sequences.iter().map(|sequence| sequence[0].as_slice()).collect()
    }

    /// The latent of a feature at all samples; a mean over no token, which nothing uses, is 0.
    fn latent(&self, feature: &Monomial) -> Vec<f64> {
        let skipped = usize::from(self.basis == SumBasis::Others);
        let mean = |sequence: &Vec<Vec<f64>>| {
            let tokens = &sequence[skipped..];
            let total: f64 = tokens.iter().map(|token| power(feature, token)).sum();
            total / tokens.len().max(1) as f64
        };
        self.sequences.iter().map(mean).collect()
    }
}

fn power(monomial: &Monomial, values: &[f64]) -> f64 {
    monomial.powers().iter().map(|&(v, e)| values[v as usize].powi(e as i32)).product()
}

/// All monomials of total degree at most `degree` in the own token's coordinates (variables 0..d) and some latents
/// (d, d + 1, …), and the values of the variables at all samples.
pub(super) struct Latents {
    degree: u32,
    /// Per sample.
    rows: Vec<Vec<f64>>,
    terms: Vec<Monomial>,
}

impl Latents {
    /// With the given features' latents.
    pub(super) fn new(samples: &Samples, features: &[Monomial], degree: u32) -> Self {
        let own = samples.own();
        let rows = own.iter().map(|_| Vec::new()).collect();
        let mut latents = Self { degree, rows, terms: vec![Monomial::one()] };
        for k in 0..own.first().map_or(0, |token| token.len()) {
            latents.add_variable(own.iter().map(|token| token[k]).collect());
        }
        for feature in features {
            latents.add_variable(samples.latent(feature));
        }
        latents
    }

    /// The terms, those of earlier variables first; the constant is the first of all.
    pub(super) fn terms(&self) -> &[Monomial] {
        &self.terms
    }

    /// The terms' values at the first `count` samples, one column for each from number `first` on.
    pub(super) fn matrix(&self, first: usize, count: usize) -> DMatrix<f64> {
        let terms = &self.terms[first..];
        DMatrix::from_fn(count, terms.len(), |s, t| power(&terms[t], &self.rows[s]))
    }

    /// The same with one more latent.
    pub(super) fn with(&self, samples: &Samples, feature: &Monomial) -> Self {
        let mut more = Self { degree: self.degree, rows: self.rows.clone(), terms: self.terms.clone() };
        more.add_variable(samples.latent(feature));
        more
    }

    /// Every term times the powers of the new variable that the degree admits.
    fn add_variable(&mut self, values: Vec<f64>) {
        let variable = self.rows.first().map_or(0, Vec::len) as u32;
        for (row, value) in self.rows.iter_mut().zip(values) {
            row.push(value);
        }
        let old = self.terms.clone();
        for term in &old {
            for exponent in 1..=self.degree - term.degree() {
                self.terms.push(term.times(&Monomial::from_powers([(variable, exponent)])));
            }
        }
    }
}
