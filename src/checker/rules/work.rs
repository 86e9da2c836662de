//! The work a check may do: no file may stall the checker.

/// What is left; one unit is about one multiplication of short numbers, a microsecond at most.
#[derive(Debug, Clone)]
pub struct Work(u64);

/// The units of one check. The largest proof of the gallery takes about a hundredth of it.
const TOTAL: u64 = 1 << 26;

/// The units are used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("checking takes more work than is allowed (2^26 products of short numbers)")]
pub struct Exhausted;

impl Default for Work {
    fn default() -> Self {
        Self(TOTAL)
    }
}

impl Work {
    /// Takes `products` multiplications of numbers of `bits` bits.
    pub fn spend(&mut self, products: u64, bits: u64) -> Result<(), Exhausted> {
        let cost = products.saturating_mul(1 + bits / 64);
        self.0 = self.0.checked_sub(cost).ok_or(Exhausted)?;
        Ok(())
    }
}
