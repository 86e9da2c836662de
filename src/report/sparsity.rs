//! Where the weights of a network are: every matrix counted into at most [`BINS`] × [`BINS`] bins.

use serde::Serialize;
use sumformer_checker::format::network::{Mechanism, Network};
use sumformer_checker::format::sparse::SparseMatrix;

/// The most bins in each direction.
pub const BINS: usize = 256;

/// One matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sparsity {
    /// `W_Q`, `block 2, in`.
    pub name: String,
    /// The block it belongs to.
    pub block: Option<usize>,
    /// Its true shape.
    pub shape: [usize; 2],
    /// Weights that are not 0.
    pub nonzeros: usize,
    /// Rows and columns of bins.
    pub bins: [usize; 2],
    /// The largest number of places in one bin.
    pub places: usize,
    /// Weights that are not 0 per bin, row by row.
    #[serde(skip)]
    pub counts: Vec<u32>,
}

impl Sparsity {
    /// Counts the entries of a matrix, in one pass.
    pub fn count(name: String, shape: [usize; 2], entries: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let bins = shape.map(|side| side.clamp(1, BINS));
        let mut counts = vec![0; bins[0] * bins[1]];
        let mut nonzeros = 0;
        for (row, column) in entries {
            counts[row * bins[0] / shape[0] * bins[1] + column * bins[1] / shape[1]] += 1;
            nonzeros += 1;
        }
        let places = shape[0].div_ceil(bins[0]) * shape[1].div_ceil(bins[1]);
        Self { name, block: None, shape, nonzeros, bins, places, counts }
    }

    fn of(name: impl Into<String>, shape: [usize; 2], matrix: &SparseMatrix) -> Self {
        Self::count(name.into(), shape, matrix.iter().map(|(row, column, _)| (row, column)))
    }

    fn in_block(self, block: usize) -> Self {
        Self { block: Some(block), ..self }
    }
}

/// All weights of a network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Weights {
    /// Embedding, readout, and the matrices of attention layers.
    pub maps: Vec<Sparsity>,
    /// Of every block, W1 (slots × units) and the transpose of W2 (slots × units as well).
    pub hidden: Vec<[Sparsity; 2]>,
    /// Features of Performers that are not 0.
    pub features: usize,
    /// Biases that are not 0.
    pub biases: usize,
}

impl Weights {
    /// Counts all weights of a network.
    pub fn of(network: &Network) -> Self {
        let (d, width, c) = (network.dimension, network.width(), network.outputs);
        let mut maps = vec![Sparsity::of("embedding", [d, width], &network.embedding.weights)];
        let mut hidden = Vec::new();
        let (mut features, mut biases) = (0, network.embedding.bias.len() + network.readout.bias.len());
        for (b, block) in network.blocks.iter().enumerate() {
            if let Some(attention) = &block.attention {
                for (h, head) in attention.heads.iter().enumerate() {
                    let of = if attention.heads.len() > 1 { format!(" of head {h}") } else { String::new() };
                    for (name, matrix) in [("W_Q", &head.query), ("W_K", &head.key), ("W_V", &head.value)] {
                        maps.push(Sparsity::of(format!("{name}{of}"), [width; 2], matrix).in_block(b));
                    }
                    if let Mechanism::Performer { features: rows, .. } = &head.mechanism {
                        features += rows.iter().map(|row| row.len()).sum::<usize>();
                    }
                }
                let shape = [attention.heads.len() * width, width];
                maps.push(Sparsity::of("W_O", shape, &attention.output).in_block(b));
            }
            let shape = [width, block.units.len()];
            let units = block.units.iter().enumerate();
            let read = units.clone().flat_map(|(u, unit)| unit.input.iter().map(move |(slot, _)| (slot, u)));
            let written = units.flat_map(|(u, unit)| unit.output.iter().map(move |(slot, _)| (slot, u)));
            hidden.push([
                Sparsity::count("W1".into(), shape, read).in_block(b),
                Sparsity::count("W2".into(), shape, written).in_block(b),
            ]);
            biases += block.bias.len();
            biases += block.units.iter().filter(|unit| unit.bias.0 != Default::default()).count();
        }
        maps.push(Sparsity::of("readout", [width, c], &network.readout.weights));
        Self { maps, hidden, features, biases }
    }

    /// Everything that is not 0.
    pub fn nonzeros(&self) -> usize {
        let matrices = self.maps.iter().chain(self.hidden.iter().flatten());
        matrices.map(|matrix| matrix.nonzeros).sum::<usize>() + self.features + self.biases
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_falls_into_one_bin() {
        let shape = [1000, 7];
        let entries = (0..1000).flat_map(|row| (0..7).map(move |column| (row, column)));
        let full = Sparsity::count("full".into(), shape, entries);
        assert_eq!((full.bins, full.nonzeros, full.places), ([256, 7], 7000, 4));
        assert_eq!(full.counts.iter().map(|&c| c as usize).sum::<usize>(), 7000);
        assert!(full.counts.iter().all(|&c| c == 3 || c == 4));
        let none = Sparsity::count("none".into(), [3, 0], []);
        assert_eq!((none.bins, none.nonzeros), ([3, 1], 0));
    }
}
