//! ln 2 and π/2 as integers, rounded down; a test derives them from series of rational numbers.

/// ⌊2^96 · ln 2⌋
pub(super) const LN_2: i128 = 0xb172_17f7_d1cf_79ab_c9e3_b398;

/// ⌊2^63 · π/2⌋, the first half of ⌊2^126 · π/2⌋ = 2^63 · `HALF_PI` + `HALF_PI_LOW`.
pub(super) const HALF_PI: i128 = 0xc90f_daa2_2168_c234;

/// The second half, 63 bits.
pub(super) const HALF_PI_LOW: i128 = 0x6263_3145_c06e_0e68;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arith::number::{Rational, integer, power_of_two};

    /// Σ sign^i q^(2i+1) / (2i+1) for i < terms: atanh q for the sign 1, atan q for −1.
    fn arc(inverse: i64, sign: i64, terms: u32) -> Rational {
        let q = integer(inverse).recip();
        (0..terms)
            .map(|i| Rational::pow(&q, 2 * i + 1) * integer(sign.pow(i)) / integer(i64::from(2 * i + 1)))
            .sum()
    }

    fn floor(value: Rational, places: i64) -> i128 {
        (value * power_of_two(places)).floor().to_integer().try_into().unwrap()
    }

    /// ln 2 = 2 atanh(1/3); after 60 terms less than 9^-60 < 2^-190 is missing.
    #[test]
    fn logarithm_of_two() {
        let below = arc(3, 1, 60) * integer(2);
        let above = &below + power_of_two(-180);
        assert_eq!((floor(below, 96), floor(above, 96)), (LN_2, LN_2));
    }

    /// Machin: π/4 = 4 atan(1/5) − atan(1/239). After 60 terms less than 4·25^-60 < 2^-270 is missing, of either sign.
    #[test]
    fn half_of_pi() {
        let near = (arc(5, -1, 60) * integer(4) - arc(239, -1, 60)) * integer(2);
        let slack = power_of_two(-260);
        let wanted = (HALF_PI << 63) + HALF_PI_LOW;
        assert_eq!((floor(&near - &slack, 126), floor(near + slack, 126)), (wanted, wanted));
    }
}
