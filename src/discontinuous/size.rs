//! Sizes of the network in closed form, for values no two of which that follow each other by key are equal and none of
//! which is zero, so that every jump is there. Nothing is tabulated, not even logarithms, so they are known far beyond
//! what can be built.

use super::entries::table_entries;
use super::grid::Grid;
use super::key::{Separation, code_size, largest_key, own_weight};
use super::{DiscontinuousError, DiscontinuousOptions, FloatNeeds};
use crate::codes::{CodeKind, CodeSize};
use crate::lowering::attention::Scores;
use num_bigint::BigUint;
use num_traits::Zero;
use sumformer_checker::arith::number::Rational;

/// Sizes in closed form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscontinuousSize {
    /// T.
    pub entries: BigUint,
    /// Blocks.
    pub depth: BigUint,
    /// D.
    pub width: u64,
    /// d'.
    pub latent_dimension: usize,
    /// Hidden units of all blocks.
    pub hidden_units: BigUint,
    /// Weights and biases that are not zero; but for a Performer's features, which are random.
    pub nonzeros: BigUint,
    /// Bits of the latent Σ, the total over its coordinates.
    pub sum_bits: u64,
    /// Bits of the largest key.
    pub key_bits: u64,
    /// Whether these bits are exact. For Bose–Chowla they are upper bounds, for the largest logarithm that the field
    /// allows.
    pub bits_are_exact: bool,
    /// What a floating-point format needs to hold every number of the network.
    pub floats: FloatNeeds,
}

/// The sizes for n tokens, c outputs.
pub fn size(
    grid: &Grid,
    tokens: usize,
    outputs: usize,
    kind: CodeKind,
    separation: Separation,
    options: &DiscontinuousOptions,
) -> Result<DiscontinuousSize, DiscontinuousError> {
    if outputs == 0 {
        return Err(DiscontinuousError::NoOutputs);
    }
    options.jump.validate(grid)?;
    let entries = table_entries(tokens, grid.cells())?;
    let code = code_size(kind, separation, tokens, grid.cells())?;
    let histogram = code.kind() == CodeKind::Histogram;
    let (d, latent, c) = (grid.dimension() as u64, code.dimension() as u64, outputs as u64);
    let paper = u64::from(options.scores == Scores::Paper);
    let width = d + 2 + latent + c + paper;
    // Every jump takes one unit or two.
    let per_jump = options.jump.units_per_jump();
    let look_ups = &entries - 1u32;
    let look_up_depth = options.layout.depth(&look_ups);
    let (quantiser, words, ranks) = (quantiser_jumps(grid), word_jumps(&code), rank_jumps(&code));
    let carried = 2 * if histogram { latent + 1 } else { 1 };

    let mut nonzeros = BigUint::from(d + c + 3 * paper + latent + width);
    // An input, a bias unless the threshold is zero, an output.
    nonzeros += &quantiser * per_jump * 3u32 - zero_biases(grid, options);
    let word_entries = if histogram { 2 } else { latent };
    nonzeros += &words * per_jump * (2 + word_entries);
    nonzeros += first_word_entries(&code);
    // A slot carried in place or R·cell, or the form that is the key.
    let form = if histogram || separation == Separation::All { 0 } else { latent };
    nonzeros += carried * if histogram { 2 } else { 3 + form };
    // Unit (i, c) reads the counts 0..=c.
    if histogram {
        let counts = BigUint::from(code.cells()) * (code.cells() - 1) / 2u32;
        nonzeros += (counts * code.separated() + &ranks * 2u32) * per_jump;
    }
    nonzeros += &look_ups * per_jump * (2 + c) + c;

    Ok(DiscontinuousSize {
        depth: look_up_depth + 3u32 + u32::from(histogram),
        width,
        latent_dimension: code.dimension(),
        hidden_units: (quantiser + words + ranks + look_ups) * per_jump + carried,
        nonzeros,
        sum_bits: code.sum_bits(),
        key_bits: largest_key(&code, &own_weight(&code)?).bits(),
        bits_are_exact: code.is_attained(),
        floats: FloatNeeds::new(&code, tokens)?,
        entries,
    })
}

/// Σ_k (Δ_k − 1).
fn quantiser_jumps(grid: &Grid) -> BigUint {
    grid.divisions().iter().map(|&slices| BigUint::from(slices - 1)).sum()
}

/// M − 1, if there is a word at all.
fn word_jumps(code: &CodeSize) -> BigUint {
    if code.dimension() == 0 { BigUint::ZERO } else { (code.cells() - 1).into() }
}

/// Entries of φ*(0) that are not zero: e_0, powers of 0, (s+1)^0, or log θ, which is not 0 since θ is not 1.
fn first_word_entries(code: &CodeSize) -> u32 {
    match code.kind() {
        CodeKind::Moments => 0,
        CodeKind::Histogram | CodeKind::Radix | CodeKind::BoseChowla => 1,
    }
}

/// s·(M − 1), for a histogram.
fn rank_jumps(code: &CodeSize) -> BigUint {
    match code.kind() {
        CodeKind::Histogram => BigUint::from(code.cells() - 1) * code.separated(),
        _ => BigUint::ZERO,
    }
}

/// Units of the quantiser without bias: thresholds at 0, or ends of ramps there.
fn zero_biases(grid: &Grid, options: &DiscontinuousOptions) -> u32 {
    let at = |k: usize, value: Rational| u32::from(grid.is_threshold(k, &value));
    let sides = grid.domain().iter().enumerate();
    sides
        .map(|(k, side)| match options.jump.half_width(&side.wid()) {
            None => at(k, Rational::zero()),
            Some(h) => at(k, -h.clone()) + at(k, h),
        })
        .sum()
}
