//! The sample, and the values of ψ's terms on it.

use super::super::ApproximationError;
use crate::eval::operations::target_operations;
use crate::sumformer::SumBasis;
use nalgebra::{DMatrix, DVector};
use std::collections::BTreeMap;
use sumformer_checker::arith::polynomial::Monomial;
use sumformer_checker::language::evaluate_token;
use sumformer_checker::language::target::Target;
use sumformer_checker::work::{charge, charge_all};

/// What is kept of sample sequences. The first `fitted` are fitted, the others only looked at.
pub(super) struct Samples {
    /// The coordinates of token 0, one row per sample.
    own: Vec<Vec<f64>>,
    /// The latents of all features, at all samples.
    latents: BTreeMap<Monomial, Vec<f64>>,
    pub(super) fitted: usize,
    /// Per output, at all samples.
    pub(super) values: Vec<DVector<f64>>,
}

impl Samples {
    /// Evaluates the target at token 0; samples where it has no finite value are dropped, and with them their share of
    /// those to be fitted. Sequences are not kept.
    pub(super) fn new(
        target: &Target,
        sequences: impl Iterator<Item = Vec<Vec<f64>>>,
        fitted: usize,
        basis: SumBasis,
        features: &[Monomial],
    ) -> Result<Self, ApproximationError> {
        let (mut own, mut values, mut kept_fitted) = (Vec::new(), Vec::new(), 0);
        let mut latents = vec![Vec::new(); features.len()];
        for (s, mut sequence) in sequences.enumerate() {
            charge_all(sequence.len(), (target.dimension() + 4 * features.len()) as u64);
            charge(target_operations(target, sequence.len()) / sequence.len().max(1) as u64);
            let value: Vec<f64> = evaluate_token(target, &sequence, 0)?;
            if value.iter().all(|v| v.is_finite()) {
                kept_fitted += usize::from(s < fitted);
                values.push(value);
                let summed = &sequence[usize::from(basis == SumBasis::Others)..];
                features.iter().zip(&mut latents).for_each(|(f, latent)| latent.push(mean(f, summed)));
                own.push(sequence.swap_remove(0));
            }
        }
        if kept_fitted == 0 {
            return Err(ApproximationError::NoSample);
        }
        let output = |o: usize| DVector::from_iterator(values.len(), values.iter().map(|v: &Vec<f64>| v[o]));
        let values = (0..target.outputs()).map(output).collect();
        let latents = features.iter().cloned().zip(latents).collect();
        Ok(Self { own, latents, fitted: kept_fitted, values })
    }

    /// The largest absolute value of an output.
    pub(super) fn size(&self, output: usize) -> f64 {
        self.values[output].amax()
    }
}

/// A latent; a mean over no token, which nothing uses, is 0.
fn mean(feature: &Monomial, tokens: &[Vec<f64>]) -> f64 {
    let total: f64 = tokens.iter().map(|token| power(feature, token)).sum();
    total / tokens.len().max(1) as f64
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
    /// With the latents of some of the sample's features.
    pub(super) fn new(samples: &Samples, features: &[Monomial], degree: u32) -> Self {
        let rows = samples.own.iter().map(|_| Vec::new()).collect();
        let mut latents = Self { degree, rows, terms: vec![Monomial::one()] };
        for k in 0..samples.own.first().map_or(0, |token| token.len()) {
            latents.add_variable(samples.own.iter().map(|token| token[k]));
        }
        for feature in features {
            latents.add_variable(samples.latents[feature].iter().copied());
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
        more.add_variable(samples.latents[feature].iter().copied());
        more
    }

    /// Every term times the powers of the new variable that the degree admits.
    fn add_variable(&mut self, values: impl Iterator<Item = f64>) {
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
