//! Sizes: the least bits any code needs, and where sums outgrow a floating-point format.

use super::bose_chowla::Choice;
use super::{CodeError, CodeKind, MAX_CELLS, MAX_SEPARATED, moments, radix};
use num_bigint::{BigInt, BigUint};

/// The most factors of a binomial coefficient that are multiplied out.
const MAX_FACTORS: u64 = 1 << 20;

/// C(M+s−1, s): how many multisets of s among M cells there are.
pub fn multisets(cells: u64, separated: u32) -> Result<BigUint, CodeError> {
    if cells == 0 {
        return Ok(BigUint::from(u8::from(separated == 0)));
    }
    let (numerator, denominator) = multisets_as_fraction(cells, separated)?;
    Ok(numerator / denominator)
}

/// ⌈log2 C(M+s−1, s)⌉: the bits needed to tell the multisets of s among M cells apart, whatever the code. 0 where
/// there is at most one multiset. Exact.
pub fn information_bound(cells: u64, separated: u32) -> Result<u64, CodeError> {
    if cells <= 1 {
        return Ok(0);
    }
    let (numerator, denominator) = multisets_as_fraction(cells, separated)?;
    let least = numerator.bits() - denominator.bits();
    Ok((least.saturating_sub(1)..).find(|&bits| &denominator << bits >= numerator).unwrap_or(least + 1))
}

/// With k = min(s, M−1): Π (M+s−k..M+s−1) and k!. M ≥ 1.
fn multisets_as_fraction(cells: u64, separated: u32) -> Result<(BigUint, BigUint), CodeError> {
    let factors = u64::from(separated).min(cells - 1);
    if factors > MAX_FACTORS {
        return Err(CodeError::BinomialTooLarge { factors, limit: MAX_FACTORS });
    }
    let top = u128::from(cells) + u128::from(separated);
    Ok((product(top - u128::from(factors), top), product(1, u128::from(factors) + 1)))
}

/// The product of first..end, halves first so that factors stay of equal length.
fn product(first: u128, end: u128) -> BigUint {
    if end.saturating_sub(first) <= 8 {
        return (first..end).map(BigUint::from).product();
    }
    let middle = first + (end - first) / 2;
    product(first, middle) * product(middle, end)
}

/// Whether some coordinate of a sum of s words can pass 2^bits, above which a format with that many significand bits
/// (24 for f32, 53 for f64) does not hold every integer. For Bose–Chowla by the bound s·(q^h − 2) for the field that
/// the code uses; where there is no such field, nothing is claimed to fit.
fn exceeds(kind: CodeKind, cells: u64, separated: u32, bits: u32) -> bool {
    let last = cells.saturating_sub(1);
    let largest = match kind {
        CodeKind::Histogram => Some(BigInt::from(1)),
        CodeKind::Moments | CodeKind::Radix if last == 0 => Some(BigInt::from(1)),
        // (s+1)^{M−1} and (M−1)^s pass 2^bits long before they are large numbers.
        CodeKind::Radix if separated > 0 && last > bits.into() => None,
        CodeKind::Moments if last > 1 && separated > bits => None,
        CodeKind::Radix => Some(radix::word(last, separated)),
        CodeKind::Moments if last == 1 => Some(BigInt::from(1)),
        CodeKind::Moments => Some(moments::word(last, separated).pop().unwrap_or_default()),
        CodeKind::BoseChowla => Choice::new(cells, separated).ok().map(|choice| choice.largest().into()),
    };
    largest.is_none_or(|largest| largest * separated > BigInt::from(1) << bits)
}

/// The least number of cells M at which sums of s words can pass 2^bits, so that all smaller M are safe; none up to
/// [`MAX_CELLS`].
pub fn first_cells_exceeding(kind: CodeKind, separated: u32, bits: u32) -> Option<u64> {
    // Sums grow with M.
    if !exceeds(kind, MAX_CELLS, separated, bits) {
        return None;
    }
    let (mut safe, mut above) = (0, MAX_CELLS);
    while above - safe > 1 {
        let middle = safe + (above - safe) / 2;
        *(if exceeds(kind, middle, separated, bits) { &mut above } else { &mut safe }) = middle;
    }
    Some(above)
}

/// The least s at which sums of s words for M cells can pass 2^bits; none up to [`MAX_SEPARATED`].
pub fn first_separated_exceeding(kind: CodeKind, cells: u64, bits: u32) -> Option<u32> {
    if !exceeds(kind, cells, MAX_SEPARATED, bits) {
        return None;
    }
    let (mut safe, mut above) = (0, MAX_SEPARATED);
    while above - safe > 1 {
        let middle = safe + (above - safe) / 2;
        *(if exceeds(kind, cells, middle, bits) { &mut above } else { &mut safe }) = middle;
    }
    Some(above)
}
