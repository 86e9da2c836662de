//! The values of options of the discontinuous construction, and how they are parsed.

use crate::codes::CodeKind;
use crate::discontinuous::Separation;
use clap::ValueEnum;
use sumformer_checker::arith::number::{Rational, parse_rational};

/// `--cell-value`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CellValueName {
    /// The midpoint of the cell.
    Centre,
    /// Its lowest corner, as in the paper.
    Corner,
}

/// `--code`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CodeName {
    /// One-hot: the sum counts the tokens of every cell.
    Histogram,
    /// Power sums of the cell number.
    Moments,
    /// Powers of the number of tokens, as in the paper.
    Radix,
    /// Discrete logarithms.
    BoseChowla,
}

impl From<SeparateName> for Separation {
    fn from(name: SeparateName) -> Self {
        match name {
            SeparateName::Others => Separation::Others,
            SeparateName::All => Separation::All,
        }
    }
}

impl From<CodeName> for CodeKind {
    fn from(name: CodeName) -> Self {
        match name {
            CodeName::Histogram => CodeKind::Histogram,
            CodeName::Moments => CodeKind::Moments,
            CodeName::Radix => CodeKind::Radix,
            CodeName::BoseChowla => CodeKind::BoseChowla,
        }
    }
}

/// `--separate`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SeparateName {
    /// The n − 1 other tokens.
    Others,
    /// All n tokens.
    All,
}

/// `--grid`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GridName {
    /// The smallest Δ that proves epsilon.
    Auto,
    /// The largest Δ whose table is within the limit.
    Finest,
    /// This Δ.
    Divisions(u64),
}

pub fn parse_grid(text: &str) -> Result<GridName, String> {
    match text {
        "auto" => Ok(GridName::Auto),
        "finest" => Ok(GridName::Finest),
        _ => {
            let divisions = text.parse().ok().filter(|divisions| (1..=1 << 20).contains(divisions));
            let expected = || "expected auto, finest or a number of cells from 1 to 2^20".to_string();
            divisions.map(GridName::Divisions).ok_or_else(expected)
        }
    }
}

pub fn parse_ramp(text: &str) -> Result<Rational, String> {
    use num_traits::Signed;
    let value = parse_rational(text).map_err(|e| e.to_string())?;
    if value.is_positive() { Ok(value) } else { Err("the width of the ramps must be positive".into()) }
}
