//! Latent modes: which features φ has, and the choice among the forms of ψ.

use super::candidates::candidates;
use super::essential::Essential;
use super::features::powers;
use super::fewest::{Pricing, fewest_sums};
use super::{SumBasis, Sumformer};
use crate::algebra::multi_index::{GradedLexicographic, count};
use crate::lowering::heads;
use crate::lowering::plan::{Layout, outer_atoms};
use num_bigint::BigUint;
use num_traits::ToPrimitive;
use sumformer_checker::arith::polynomial::{Monomial, Polynomial};
use sumformer_checker::language::ast::{Function, Span};
use sumformer_checker::language::target::Tokens;
use sumformer_checker::surrogate::{Surrogate, SurrogateError};

/// More features than this are refused before they are enumerated.
const MAX_FEATURES: u64 = 20_000;

/// What φ consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LatentMode {
    /// Only what ψ uses: [`LatentMode::Essential`], or [`LatentMode::Powers`] if that leads to a smaller network.
    Sparse,
    /// As few linear combinations of power sums as there can be, in the form that has fewest.
    Essential,
    /// The power sums that ψ uses, in the form that uses fewest.
    Powers,
    /// All power sums of degree at most n − 1: enough, because σ sees only the n − 1 others.
    Tight,
    /// All power sums of degree at most n, as in (36).
    Paper,
}

impl LatentMode {
    /// As on the command line.
    pub fn name(self) -> &'static str {
        match self {
            LatentMode::Sparse => "sparse",
            LatentMode::Essential => "essential",
            LatentMode::Powers => "powers",
            LatentMode::Tight => "tight",
            LatentMode::Paper => "paper",
        }
    }
}

/// Why no Sumformer was chosen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SumformerError {
    /// The target has no surrogate.
    #[error(transparent)]
    Surrogate(#[from] SurrogateError),
    /// `paper` and `tight` enumerate monomials.
    #[error(
        "latent modes `paper` and `tight` enumerate power sums, but the target needs sums with `{}` in them; use --latent sparse",
        .0.name()
    )]
    NotPowerSums(Function),
    /// The network has one attention layer.
    #[error(
        "`{}` of sums over tokens is summed over tokens again, which takes a second round of attention; the networks have one",
        .function.name()
    )]
    SecondRound {
        /// The function.
        function: Function,
        /// Where it stands.
        span: Span,
    },
    /// So have weighted means.
    #[error(
        "a weighted mean is summed over tokens again, which takes a second round of attention; the networks have one"
    )]
    SummedMean,
    /// `paper` and `tight` need a length.
    #[error(
        "latent mode `{0}` enumerates multi-indices up to the sequence length, but tokens = \"any\"; use --latent sparse"
    )]
    NoLength(&'static str),
    /// Too many features.
    #[error(
        "latent mode `{mode}` needs d' = {features} features for n = {n}, d = {d}, more than the limit of {MAX_FEATURES}; use --latent sparse"
    )]
    TooManyFeatures {
        /// The mode.
        mode: &'static str,
        /// C(n + d, d) − 1 or C(n − 1 + d, d) − 1.
        features: BigUint,
        /// Sequence length.
        n: usize,
        /// Token dimension.
        d: usize,
    },
    /// The target cannot be rewritten in power sums within the size limits.
    #[error("no form of the target in power sums{degrees} was found within the size limits; {advice}")]
    NoForm {
        /// ` of degree at most …`, where the mode bounds it.
        degrees: String,
        /// The way out.
        advice: &'static str,
    },
}

/// d' in the modes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatentDimensions {
    /// C(n + d, d) − 1, for a fixed length.
    pub paper: Option<BigUint>,
    /// C(n − 1 + d, d) − 1, for a fixed length.
    pub tight: Option<BigUint>,
    /// The fewest power sums found.
    pub powers: usize,
    /// The fewest linear combinations of power sums found, at most `powers`.
    pub sparse: usize,
}

/// The Sumformer of a surrogate in the given mode, with the cheapest form of ψ that the mode allows. ψ has an output for each
/// output of the target, then one for the argument of each atom.
pub fn choose(
    surrogate: &Surrogate,
    mode: LatentMode,
    layout: Layout,
    epsilon: f64,
) -> Result<(Sumformer, LatentDimensions), SumformerError> {
    let found = candidates(surrogate);
    let d = surrogate.dimension;
    let of_powers = matches!(mode, LatentMode::Tight | LatentMode::Paper);
    if let (Some(atom), true) = (surrogate.atoms.first(), of_powers) {
        return Err(SumformerError::NotPowerSums(atom.function));
    }
    if of_powers && !surrogate.means.is_empty() {
        return Err(SumformerError::NotPowerSums(Function::Exp));
    }
    let length = match surrogate.target.tokens {
        Tokens::Fixed(n) => Some(n),
        Tokens::Any => None,
    };
    let outer = outer_atoms(surrogate);
    let summed =
        found.iter().flat_map(|s| &s.features).flat_map(|phi| phi.terms().flat_map(|(m, _)| m.powers()));
    let further: Vec<usize> = summed.filter_map(|&(v, _)| (v as usize).checked_sub(d)).collect();
    if further.iter().any(|&v| v >= surrogate.atoms.len()) {
        return Err(SumformerError::SummedMean);
    }
    let weighted = heads::monomials(surrogate).into_iter().flat_map(|m| m.powers().to_vec());
    let weighted: Vec<usize> = weighted.filter_map(|(v, _)| (v as usize).checked_sub(d)).collect();
    if weighted.iter().any(|&v| v >= surrogate.atoms.len()) {
        return Err(SumformerError::SummedMean);
    }
    let atom = further.into_iter().chain(weighted).find(|atom| outer.contains(atom));
    if let Some(atom) = atom {
        let atom = &surrogate.atoms[atom];
        return Err(SumformerError::SecondRound { function: atom.function, span: atom.span.clone() });
    }
    let fewest_powers = found.iter().map(Sumformer::latent_dimension).min().unwrap_or(0);
    let pricing = Pricing { surrogate, layout, epsilon };
    let fewest = fewest_sums(&found);
    let dimensions = LatentDimensions {
        paper: length.map(|n| count(d as u32, n as u32)),
        tight: length.map(|n| count(d as u32, n as u32 - 1)),
        powers: fewest_powers,
        sparse: fewest.first().map_or(fewest_powers, Essential::sums),
    };
    let of_fewest_powers = |found: Vec<Sumformer>| {
        pricing.cheapest(found.into_iter().filter(|s| s.latent_dimension() == fewest_powers))
    };
    let best = match mode {
        LatentMode::Essential => pricing.cheapest_basis(fewest),
        LatentMode::Powers => of_fewest_powers(found),
        LatentMode::Sparse => match (pricing.cheapest_basis(fewest), of_fewest_powers(found)) {
            (Some(fewest), Some(powers)) if !fewest.is_within(&powers) => Some(powers),
            (fewest, powers) => fewest.or(powers),
        },
        LatentMode::Tight => pricing.cheapest(with_all_features(found, "tight", length, 1, d)?),
        LatentMode::Paper => pricing.cheapest(with_all_features(found, "paper", length, 0, d)?),
    };
    let no_form = || {
        let (degrees, advice) = match (mode, length) {
            (LatentMode::Tight, Some(n)) => (format!(" of degree at most {}", n - 1), "use --latent sparse"),
            (LatentMode::Paper, Some(n)) => (format!(" of degree at most {n}"), "use --latent sparse"),
            _ => (String::new(), "fewer tokens in a product, or lower degrees, keep it small"),
        };
        SumformerError::NoForm { degrees, advice }
    };
    let best = best.ok_or_else(no_form)?;
    Ok((best.sumformer, dimensions))
}

/// The forms with no power sum above the mode's degree, φ extended to all features up to it.
fn with_all_features(
    found: Vec<Sumformer>,
    mode: &'static str,
    length: Option<usize>,
    less: usize,
    d: usize,
) -> Result<Vec<Sumformer>, SumformerError> {
    let n = length.ok_or(SumformerError::NoLength(mode))?;
    let degree = n - less;
    let features = count(d as u32, degree as u32);
    if features.to_u64().is_none_or(|count| count > MAX_FEATURES) {
        return Err(SumformerError::TooManyFeatures { mode, features, n, d });
    }
    let all: Vec<Monomial> = GradedLexicographic::new(d, 1, degree as u32)
        .map(|alpha| Monomial::from_powers(alpha.iter().enumerate().map(|(k, &e)| (k as u32, e))))
        .collect();
    let all = powers(&all);
    Ok(found
        .into_iter()
        .filter(|s| s.features.iter().all(|phi| phi.degree() as usize <= degree))
        .map(|s| extend(s, &all))
        .collect())
}

fn extend(sumformer: Sumformer, all: &[Polynomial]) -> Sumformer {
    let d = sumformer.dimension;
    let place = |v: u32| match (v as usize).checked_sub(d) {
        None => v,
        Some(feature) => {
            let power = &sumformer.features[feature];
            let at =
                all.iter().position(|phi| phi == power).expect("all features up to the degree are listed");
            (d + at) as u32
        }
    };
    Sumformer {
        psi: sumformer.psi.iter().map(|p| p.rename(place)).collect(),
        features: all.to_vec(),
        ..sumformer
    }
}

impl Sumformer {
    /// Whether Σ runs over all tokens, the others, or is a mean; in words.
    pub fn basis_name(&self) -> &'static str {
        match self.basis {
            SumBasis::Others => "sums over the other tokens",
            SumBasis::All => "sums over all tokens",
            SumBasis::Means => "means over all tokens",
        }
    }
}
