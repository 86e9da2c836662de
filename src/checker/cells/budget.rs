//! What compiling a network costs: loops over its blocks, cells and slots are paid for before they run.

use crate::work::{charge_all, limbs};

/// How long numbers may be by now.
pub(super) struct Budget {
    bits: u64,
}

impl Budget {
    /// For numbers of up to `bits` bits.
    pub fn new(bits: u64) -> Self {
        Self { bits }
    }

    /// Numbers have up to `bits` bits from now on.
    pub fn lengthen(&mut self, bits: u64) {
        self.bits = self.bits.max(bits);
    }

    /// How many numbers of 64 bits take the room of one.
    pub fn words(&self) -> usize {
        usize::try_from(limbs(self.bits)).unwrap_or(usize::MAX)
    }

    /// Pays for products and sums of integers, and for the room they take; rationals pay by themselves.
    pub fn spend(&self, operations: usize) {
        let words = limbs(self.bits);
        charge_all(operations, words.saturating_mul(words).saturating_add(8));
    }
}
