//! Counted sizes of a network.

use num_traits::Zero;
use sumformer_checker::format::network::Network;

/// Counted sizes of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NetworkSize {
    /// Number of blocks.
    pub blocks: usize,
    /// Blocks with an attention layer.
    pub attention_blocks: usize,
    /// D.
    pub width: usize,
    /// Hidden units of all blocks.
    pub hidden_units: usize,
    /// Stored non-zero weights and biases of embedding, attention, feed-forward layers and readout.
    pub nonzeros: usize,
    /// The most bits of a numerator or denominator among them.
    pub bits: u64,
}

impl NetworkSize {
    /// Counts blocks, units, non-zeros and bits.
    pub fn of(network: &Network) -> Self {
        let mut size = Self {
            blocks: network.blocks.len(),
            attention_blocks: network.blocks.iter().filter(|b| b.attention.is_some()).count(),
            width: network.width(),
            hidden_units: network.blocks.iter().map(|b| b.units.len()).sum(),
            ..Self::default()
        };
        network.for_each_number(|value| {
            if !value.is_zero() {
                size.nonzeros += 1;
                size.bits = size.bits.max(value.numer().bits()).max(value.denom().bits());
            }
        });
        size
    }
}
