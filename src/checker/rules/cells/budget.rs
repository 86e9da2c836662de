//! What compiling a network may cost: every loop over its blocks, cells and slots is paid for before it runs.

use super::unsupported;
use crate::rules::Refusal;
use crate::rules::work::Work;

/// What is left, and how long numbers may be by now.
#[derive(Clone)]
pub(super) struct Budget {
    work: Work,
    bits: u64,
}

impl Budget {
    /// For numbers of up to `bits` bits.
    pub fn new(bits: u64) -> Self {
        Self { work: Work::default(), bits }
    }

    /// Numbers have up to `bits` bits from now on.
    pub fn lengthen(&mut self, bits: u64) {
        self.bits = self.bits.max(bits);
    }

    /// How many numbers of 64 bits take the room of one.
    pub fn words(&self) -> usize {
        usize::try_from(1 + self.bits / 64).unwrap_or(usize::MAX)
    }

    /// Pays for operations on rationals, which end in a greatest common divisor: of long numbers it takes time that
    /// grows with the square of their length.
    pub fn spend(&mut self, operations: usize, place: &dyn Fn() -> String) -> Result<(), Refusal> {
        let products = (operations as u64).saturating_mul(1 + self.bits / 512);
        self.work.spend(products, self.bits).map_err(|e| unsupported(place(), e.to_string()))
    }
}
