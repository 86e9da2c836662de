//! Approximants with few latents: ψ a polynomial of bounded degree in the own token and N power sums.
//!
//! The power sums are chosen greedily, each time the one whose terms reduce the squared error most (`selection`);
//! the coefficients then come from least squares, reweighted towards the smallest maximal error (`fitting`), and are
//! rounded to short dyadic numbers. Everything here is floating point on a sample and promises nothing; what comes out is
//! a target whose distance from the original can be certified.

mod design;
mod fitting;
mod selection;

use super::ApproximationError;
use super::rounding::shortened;
use super::sample::sample;
use super::writing::{powers, target_with};
use crate::algebra::multi_index::{GradedLexicographic, count, count_checked};
use crate::sumformer::SumBasis;
use crate::words::sum;
use design::{Latents, Samples};
use num_traits::{One, Zero};
use selection::Selection;
use std::collections::BTreeMap;
use sumformer_checker::arith::number::{Rational, power_of_two};
use sumformer_checker::arith::polynomial::Monomial;
use sumformer_checker::language::target::{Target, Tokens};

/// The most terms of ψ per output: least squares takes their square times the samples.
pub const MAX_TERMS: u64 = 500;
/// The most power sums that are chosen from.
pub const MAX_CANDIDATES: u64 = 1000;
/// Fitted samples per term: errors between samples that are fitted go unseen.
const SAMPLES_PER_TERM: usize = 16;
/// The fewest samples.
const LEAST_SAMPLES: usize = 400;
/// Of the sampled error, the share that rounding coefficients may add.
const ROUNDING_SHARE: f64 = 1.0 / 64.0;
/// Errors are not driven below 2^this times the target's size: least squares has no more digits.
const LEAST_ERROR_BITS: i32 = -40;

/// What a truncation may consist of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TruncationOptions {
    /// D: power sums of x^α with |α| ≤ D are chosen from; of those, for a fixed length, only |α| ≤ n − 1, which are
    /// enough (Thm 2.12).
    pub max_alpha: u32,
    /// Total degree of ψ in the own token and the latents.
    pub degree: u32,
}

/// An approximant with few latents.
#[derive(Debug, Clone, PartialEq)]
pub struct Truncation {
    /// The target, its `source` a file in the target language.
    pub target: Target,
    /// What the latents' means run over; as text, `mean(y != x: …)` or `mean(y: …)`.
    pub basis: SumBasis,
    /// The α of its latents, as monomials in a token's coordinates, in the order of their choice. N of them, but fewer
    /// if fewer reproduce the target.
    pub features: Vec<Monomial>,
    /// Terms of ψ over all outputs.
    pub terms: usize,
    /// Root mean square over sample and outputs of what the first N choices leave; in exact arithmetic it never grows
    /// with N.
    pub rms: f64,
    /// The largest sampled |target − f| over all outputs, also at samples that were not fitted.
    pub sampled_error: f64,
}

/// The approximant with `latents` = N latents.
pub fn truncated(
    target: &Target,
    latents: usize,
    options: &TruncationOptions,
) -> Result<Truncation, ApproximationError> {
    let mut table = truncations(target, &[latents], options)?;
    // One number in, one truncation out.
    table.pop().ok_or(ApproximationError::TooManyLatents { asked: latents, available: 0 })
}

/// Error against d': the truncations to each of `latents`, all prefixes of one greedy sequence and with ψ of one degree.
pub fn truncations(
    target: &Target,
    latents: &[usize],
    options: &TruncationOptions,
) -> Result<Vec<Truncation>, ApproximationError> {
    let most = latents.iter().copied().max().unwrap_or(0);
    let candidates = candidates(target, most, options)?;
    let variables = (target.dimension() + most) as u32;
    // Constant included.
    let terms = count(variables, options.degree) + 1_u32;
    if terms > MAX_TERMS.into() {
        return Err(ApproximationError::TooLarge { what: "terms of psi", amount: terms, limit: MAX_TERMS });
    }
    let terms = count_checked(variables, options.degree).map_or(0, |terms| terms as usize + 1);
    let fitted = (SAMPLES_PER_TERM * terms).max(LEAST_SAMPLES);
    let bases: &[SumBasis] = match target.tokens {
        Tokens::Any => &[SumBasis::Means],
        Tokens::Fixed(1) => &[SumBasis::All],
        Tokens::Fixed(_) => &[SumBasis::Others, SumBasis::All],
    };
    let mut best: Option<(SumBasis, Samples, Selection)> = None;
    for &basis in bases {
        // As many samples again are only looked at.
        let samples = Samples::new(target, sequences(target, 2 * fitted), fitted, basis, &candidates)?;
        let selection = Selection::new(&samples, &candidates, most, options.degree);
        if best.as_ref().is_none_or(|(_, _, other)| selection.error(most) < other.error(most)) {
            best = Some((basis, samples, selection));
        }
    }
    let Some((basis, samples, selection)) = best else { return Ok(Vec::new()) };
    latents.iter().map(|&n| truncation(target, basis, &samples, &selection, n, options.degree)).collect()
}

/// The α to choose from, in graded lexicographic order.
fn candidates(
    target: &Target,
    asked: usize,
    options: &TruncationOptions,
) -> Result<Vec<Monomial>, ApproximationError> {
    let d = target.dimension();
    let degree = match target.tokens {
        Tokens::Fixed(n) => options.max_alpha.min(u32::try_from(n - 1).unwrap_or(u32::MAX)),
        Tokens::Any => options.max_alpha,
    };
    let amount = count(d as u32, degree);
    if amount > MAX_CANDIDATES.into() {
        return Err(ApproximationError::TooLarge { what: "power sums", amount, limit: MAX_CANDIDATES });
    }
    let monomial =
        |alpha: Box<[u32]>| Monomial::from_powers(alpha.iter().enumerate().map(|(k, &e)| (k as u32, e)));
    let found: Vec<Monomial> = GradedLexicographic::new(d, 1, degree).map(monomial).collect();
    if asked > found.len() {
        return Err(ApproximationError::TooManyLatents { asked, available: found.len() });
    }
    Ok(found)
}

/// Sample sequences; for every length, of several lengths.
fn sequences(target: &Target, count: usize) -> impl Iterator<Item = Vec<Vec<f64>>> + use<> {
    /// A mean of few tokens ranges as widely as one of many.
    const LENGTHS: [usize; 5] = [1, 2, 3, 5, 8];
    let lengths = match target.tokens {
        Tokens::Fixed(n) => [n; LENGTHS.len()],
        Tokens::Any => LENGTHS,
    };
    let longest = lengths[LENGTHS.len() - 1];
    sample(&target.domain, longest, count).zip(lengths.into_iter().cycle()).map(|(mut sequence, length)| {
        sequence.truncate(length);
        sequence
    })
}

/// Fits and writes the approximant with the first `n` choices.
fn truncation(
    target: &Target,
    basis: SumBasis,
    samples: &Samples,
    selection: &Selection,
    n: usize,
    degree: u32,
) -> Result<Truncation, ApproximationError> {
    let chosen = &selection.features()[..n.min(selection.features().len())];
    let latents = Latents::new(samples, chosen, degree);
    let magnitudes = magnitudes(target, chosen);
    let sizes: Vec<Rational> = latents
        .terms()
        .iter()
        .map(|m| m.powers().iter().fold(Rational::one(), |v, &(i, e)| v * magnitudes[i as usize].pow(e)))
        .collect();
    let (mut outputs, mut sampled_error) = (Vec::with_capacity(target.outputs()), 0.0_f64);
    for output in 0..target.outputs() {
        let fit = fitting::fit(samples, &latents, output);
        let floor = samples.size(output).max(f64::MIN_POSITIVE) * 2.0_f64.powi(LEAST_ERROR_BITS);
        let slack = Rational::from_float((fit.error * ROUNDING_SHARE).max(floor))
            .filter(|slack| !slack.is_zero())
            .unwrap_or_else(|| power_of_two(LEAST_ERROR_BITS.into()));
        let weighed: Vec<(Rational, Rational)> = fit
            .coefficients
            .iter()
            .zip(&sizes)
            .map(|(&c, size)| (Rational::from_float(c).unwrap_or_default(), size.clone()))
            .collect();
        let short = shortened(&weighed, &slack);
        sampled_error = sampled_error.max(fitting::largest_error(samples, &latents, output, &short));
        let terms: Vec<(Monomial, Rational)> =
            latents.terms().iter().cloned().zip(short).filter(|(_, c)| !c.is_zero()).collect();
        outputs.push(terms);
    }
    let d = target.dimension() as u32;
    let used: Vec<bool> = (0..chosen.len() as u32)
        .map(|i| outputs.iter().flatten().any(|(m, _)| m.exponent(d + i) > 0))
        .collect();
    let features: Vec<Monomial> =
        chosen.iter().zip(&used).filter(|(_, used)| **used).map(|(m, _)| m.clone()).collect();
    Ok(Truncation {
        target: write(target, basis, chosen, &used, &outputs)?,
        basis,
        features,
        terms: outputs.iter().map(Vec::len).sum(),
        rms: selection.error(n),
        sampled_error,
    })
}

/// Upper bounds of the absolute values of all variables: coordinates, then latents.
fn magnitudes(target: &Target, chosen: &[Monomial]) -> Vec<Rational> {
    let latent = |m: &Monomial| {
        m.powers().iter().fold(Rational::one(), |v, &(k, e)| v * target.domain[k as usize].power(e).mag())
    };
    target.domain.iter().map(|side| side.mag()).chain(chosen.iter().map(latent)).collect()
}

/// The target file, with an abbreviation for each latent that is used.
fn write(
    target: &Target,
    basis: SumBasis,
    chosen: &[Monomial],
    used: &[bool],
    outputs: &[Vec<(Monomial, Rational)>],
) -> Result<Target, ApproximationError> {
    let d = target.dimension() as u32;
    let over = if basis == SumBasis::Others { "y != x" } else { "y" };
    let names: BTreeMap<u32, String> =
        (0..chosen.len() as u32).map(|i| (d + i, format!("m{}", i + 1))).collect();
    let definitions: Vec<(String, String)> = names
        .values()
        .zip(chosen)
        .zip(used)
        .filter(|(_, used)| **used)
        .map(|((name, m), _)| (name.clone(), format!("mean({over}: {})", powers("y", m).join("*"))))
        .collect();
    let factors = |m: &Monomial| -> Vec<String> {
        let own = Monomial::from_powers(m.powers().iter().copied().filter(|&(v, _)| v < d));
        let latent = |&(v, e): &(u32, u32)| {
            let name = names.get(&v)?;
            Some(if e == 1 { name.clone() } else { format!("{name}^{e}") })
        };
        powers("x", &own).into_iter().chain(m.powers().iter().filter_map(latent)).collect()
    };
    let texts: Vec<String> =
        outputs.iter().map(|terms| sum(terms.iter().map(|(m, c)| (c.clone(), factors(m))))).collect();
    let count = used.iter().filter(|used| **used).count();
    target_with(target, &format!("latent-{count}"), &texts, &definitions)
}
