//! The table of ψ: keys and values.

use super::entries::{Entries, table_entries};
use super::error::check_limit;
use super::grid::Grid;
use super::key::{Folded, Keys, Ranked, Separation, code_for, largest_key, own_weight};
use super::{DiscontinuousError, TableError};
use crate::codes::{Code, CodeKind};
use num_bigint::{BigInt, BigUint};
use num_traits::ToPrimitive;
use sumformer_checker::arith::number::Rational;

/// The most bits of all keys together.
pub const MAX_KEY_BITS: u64 = 1 << 31;
/// The most cells that are read, n per entry.
pub const MAX_CELLS_READ: u64 = 1 << 32;
/// The most values, one per entry and output.
pub const MAX_VALUES: u64 = 1 << 25;

/// A piecewise constant equivariant function: for each own cell and multiset of other cells the outputs of the token,
/// by sorted keys. Everything a network needs but for its attention, so one table serves all architectures.
#[derive(Debug, Clone)]
pub struct Table {
    grid: Grid,
    tokens: usize,
    outputs: usize,
    separation: Separation,
    code: Code,
    own_weight: BigInt,
    keys: Keys,
    /// `outputs` of them per key.
    values: Vec<Rational>,
}

impl Table {
    /// The table for n tokens and c outputs, with `value` for each entry, in the order of [`Entries`]. More than
    /// `max_entries` entries are refused before anything is computed.
    ///
    /// With n = 1 and [`Separation::Others`] the code is that without coordinates, whatever `kind`.
    pub fn new<E>(
        grid: Grid,
        tokens: usize,
        outputs: usize,
        kind: CodeKind,
        separation: Separation,
        max_entries: u64,
        value: impl FnMut(u64, &[u64]) -> Result<Vec<Rational>, E>,
    ) -> Result<Self, TableError<E>> {
        if outputs == 0 {
            return Err(DiscontinuousError::NoOutputs.into());
        }
        let entries = table_entries(tokens, grid.cells())?;
        check_limit("entries", entries.clone(), max_entries)?;
        check_limit("values", &entries * outputs, MAX_VALUES)?;
        check_limit("cells to read", &entries * tokens, MAX_CELLS_READ)?;
        let code = code_for(kind, separation, tokens, grid.cells())?;
        let own_weight = own_weight(code.size())?;
        let largest = largest_key(code.size(), &own_weight);
        check_limit("bits of keys", &entries * largest.bits(), MAX_KEY_BITS)?;
        let rows = Rows { entries: Entries::new(tokens - 1, grid.cells()), count: entries, outputs, value };
        let (keys, values) = if code.kind() == CodeKind::Histogram {
            let ranked = Ranked::new(&code, separation, &own_weight)?;
            let (keys, values) = rows.sorted(|own, others| ranked.key(own, others))?;
            (Keys::Small(keys), values)
        } else {
            let folded = Folded::new(&code, separation, &own_weight)?;
            if let Some(small) = folded.small(&largest) {
                let (keys, values) = rows.sorted(|own, others| small.key(own, others))?;
                (Keys::Small(keys), values)
            } else {
                let (keys, values) = rows.sorted(|own, others| folded.key(own, others))?;
                (Keys::Big(keys), values)
            }
        };
        Ok(Self { grid, tokens, outputs, separation, code, own_weight, keys, values })
    }

    /// T.
    pub fn entries(&self) -> u64 {
        self.keys.len() as u64
    }

    /// The grid.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// n.
    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// c.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Which multiset the latent tells.
    pub fn separation(&self) -> Separation {
        self.separation
    }

    /// φ*.
    pub fn code(&self) -> &Code {
        &self.code
    }

    /// K, or R for a histogram: what the own cell counts in a key.
    pub fn own_weight(&self) -> &BigInt {
        &self.own_weight
    }

    /// Bits of the largest key there can be.
    pub fn key_bits(&self) -> u64 {
        largest_key(self.code.size(), &self.own_weight).bits()
    }

    pub(super) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The outputs at the r-th key.
    pub(super) fn row(&self, r: usize) -> &[Rational] {
        &self.values[r * self.outputs..(r + 1) * self.outputs]
    }
}

/// The entries with their values, to be sorted by key.
struct Rows<F> {
    entries: Entries,
    count: BigUint,
    outputs: usize,
    value: F,
}

impl<E, F: FnMut(u64, &[u64]) -> Result<Vec<Rational>, E>> Rows<F> {
    fn sorted<K: Ord>(
        mut self,
        key: impl Fn(u64, &[u64]) -> K,
    ) -> Result<(Vec<K>, Vec<Rational>), TableError<E>> {
        let (count, outputs) = (self.count.to_usize().unwrap_or(0), self.outputs);
        let mut keys = Vec::with_capacity(count);
        let mut values = Vec::with_capacity(count * outputs);
        while let Some((own, others)) = self.entries.advance() {
            let row = (self.value)(own, others).map_err(TableError::Value)?;
            if row.len() != outputs {
                return Err(DiscontinuousError::WrongOutputs { wanted: outputs, got: row.len() }.into());
            }
            keys.push((key(own, others), keys.len()));
            values.extend(row);
        }
        keys.sort_unstable();
        if keys.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(DiscontinuousError::SameKey.into());
        }
        let mut sorted = Vec::with_capacity(values.len());
        for &(_, row) in &keys {
            sorted.extend(values[row * outputs..(row + 1) * outputs].iter_mut().map(std::mem::take));
        }
        Ok((keys.into_iter().map(|(key, _)| key).collect(), sorted))
    }
}
