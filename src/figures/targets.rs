//! The functions that are learned and constructed: texts of the target language, so that both are the same function.

use crate::reading::{Diagnostics, load_target};
use sumformer_checker::language::target::Target;

/// n of Figure 2.
pub const FIGURE_2_TOKENS: usize = 3;
/// The dimensions d of Figure 2.
pub const FIGURE_2_DIMENSIONS: std::ops::RangeInclusive<usize> = 1..=10;

/// The functions of Figure 1, n = 5 and d = 4. The paper does not print its own; these are ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Figure1Function {
    /// A polynomial of degree 3.
    Polynomial,
    /// Waves, exponentials and roots.
    NonPolynomial,
}

impl Figure1Function {
    /// Left and right.
    pub const ALL: [Self; 2] = [Self::Polynomial, Self::NonPolynomial];

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Polynomial => "polynomial",
            Self::NonPolynomial => "non-polynomial",
        }
    }

    /// The gallery's target.
    pub fn target(self) -> Result<Target, Diagnostics> {
        match self {
            Self::Polynomial => load_target(
                "figure-1-polynomial",
                include_str!("../../constructions/figure-1-polynomial/target.toml"),
            ),
            Self::NonPolynomial => load_target(
                "figure-1-non-polynomial",
                include_str!("../../constructions/figure-1-non-polynomial/target.toml"),
            ),
        }
    }
}

/// The function of Figure 2 on [0, 1]^d, n = 3: g(x1; x2, x3) = x1 + 7·x1² + 3·x1·(x2 + x3)³, coordinate by
/// coordinate.
pub fn figure_2(dimension: usize) -> Result<Target, Diagnostics> {
    let sides = vec![r#"["0", "1"]"#; dimension].join(", ");
    let outputs: Vec<String> = (0..dimension)
        .map(|k| format!("  \"x[{k}] + 7*x[{k}]^2 + 3*x[{k}]*sum(y != x: y[{k}])^3\",\n"))
        .collect();
    let source = format!(
        "name    = \"figure-2-d{dimension}\"\ntokens  = {FIGURE_2_TOKENS}\ndomain  = [{sides}]\n\
         epsilon = \"1/1000\"\noutput  = [\n{}]\n",
        outputs.concat()
    );
    load_target(&format!("figure-2-d{dimension}"), &source)
}

/// Coordinate k of the own token's output in Figure 2 where x1 = (1, …, 1) and x2 = x3 = t: 1 + 7 + 3·(2·t_k)³.
pub fn figure_2_at_ones(coordinate: f64) -> f64 {
    1.0 + 7.0 + 3.0 * (2.0 * coordinate).powi(3)
}
