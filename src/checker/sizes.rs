//! Sizes as numbers of another width, never cut off.

const _: () = assert!(usize::BITS >= 32, "an index of 32 bits is an index");

/// A number of 32 bits, the number of a variable, say, as an index.
#[inline]
pub fn index(number: u32) -> usize {
    // No table is that long: even where the assertion above were wrong, nothing else would be read.
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A length as a count of 64 bits.
#[inline]
pub fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// The number of bits of a number, or a difference of two such.
#[inline]
pub fn bits(length: u64) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
