//! A table in which every look-up counts: its keys, and the values 0..5 in turn along them.

use itertools::Itertools;
use num_bigint::BigInt;
use num_traits::Zero;
use std::collections::HashMap;
use std::convert::Infallible;
use sumformer::codes::{Code, CodeKind};
use sumformer::discontinuous::{
    DiscontinuousOptions, Grid, Jump, Separation, Table, TableLayout, network, table_entries,
};
use sumformer::lowering::attention::{Architecture, Scores};
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, binomial, integer, ratio};
use sumformer_checker::format::network::Network;

#[derive(Debug, Clone, Copy)]
pub struct Case {
    pub tokens: usize,
    pub dimension: usize,
    pub kind: CodeKind,
    pub separation: Separation,
    pub architecture: Architecture,
}

/// A table with its entries in the order of their keys.
pub struct Built {
    pub table: Table,
    pub network: Network,
    /// Key, own cell, other cells.
    pub entries: Vec<(BigInt, u64, Vec<u64>)>,
    side: u64,
}

impl Case {
    pub fn cells(&self, divisions: u64) -> u64 {
        divisions.pow(self.dimension as u32)
    }

    pub fn entries(&self, divisions: u64) -> u64 {
        let entries = table_entries(self.tokens, self.cells(divisions)).expect("small");
        entries.try_into().unwrap_or(u64::MAX)
    }

    pub fn code(&self, divisions: u64) -> Code {
        let separated = match self.separation {
            Separation::Others => self.tokens - 1,
            Separation::All => self.tokens,
        };
        Code::new(self.kind, self.cells(divisions), separated as u32).expect("a code")
    }

    /// On [0, Δ]^d, where thresholds and centres are exact in every format.
    pub fn build(&self, divisions: u64) -> Built {
        let code = self.code(divisions);
        let keys = Keys::new(&code, self.separation);
        let cells = self.cells(divisions);
        let entries: Vec<_> = (0..cells)
            .combinations_with_replacement(self.tokens - 1)
            .flat_map(|others| (0..cells).map(move |own| (own, others.clone())))
            .map(|(own, others)| (keys.key(own, &others), own, others))
            .sorted()
            .collect();
        let rank: HashMap<(u64, &[u64]), i64> = entries
            .iter()
            .zip(0..)
            .map(|((_, own, others), rank)| ((*own, others.as_slice()), rank))
            .collect();
        let side = Interval::new(integer(0), integer(divisions as i64)).expect("in order");
        let grid = Grid::new(vec![side; self.dimension], divisions).expect("a grid");
        let value = |own, others: &[u64]| Ok::<_, Infallible>(vec![integer(rank[&(own, others)] % 5)]);
        let table =
            Table::new(grid, self.tokens, 1, self.kind, self.separation, 1 << 22, value).expect("a table");
        let options = DiscontinuousOptions {
            architecture: self.architecture,
            scores: Scores::Zero,
            layout: TableLayout::Wide,
            jump: Jump::Step,
        };
        let network = network(&table, &options).expect("a network");
        Built { table, network, entries, side: divisions }
    }
}

impl Built {
    /// The centres of the cells of an entry, own token first.
    pub fn sequence(&self, own: u64, others: &[u64]) -> Vec<Vec<Rational>> {
        let dimension = self.table.grid().dimension();
        let token = |cell: u64| {
            let slices = (0..dimension).map(|k| cell / self.side.pow(k as u32) % self.side);
            slices.map(|slice| ratio(2 * slice as i64 + 1, 2)).collect()
        };
        std::iter::once(own).chain(others.iter().copied()).map(token).collect()
    }
}

/// Keys as the construction defines them.
struct Keys<'a> {
    code: &'a Code,
    separation: Separation,
    /// Folded words; none for a histogram.
    words: Vec<BigInt>,
    weight: BigInt,
}

impl<'a> Keys<'a> {
    fn new(code: &'a Code, separation: Separation) -> Self {
        let s = u64::from(code.separated());
        let (words, weight) = if code.kind() == CodeKind::Histogram {
            (Vec::new(), binomial(code.cells() + s - 1, s))
        } else {
            let radix = code.size().fold_weights();
            let fold = |cell| -> BigInt {
                code.word(cell)
                    .expect("a cell")
                    .iter()
                    .zip(&radix)
                    .map(|(entry, weight)| entry * weight)
                    .sum()
            };
            ((0..code.cells()).map(fold).collect(), code.size().key_bound())
        };
        Self { code, separation, words, weight }
    }

    fn key(&self, own: u64, others: &[u64]) -> BigInt {
        let own_too = (self.separation == Separation::All).then_some(own);
        let cells = others.iter().copied().chain(own_too).sorted();
        let latent: BigInt = if self.code.kind() == CodeKind::Histogram {
            cells.zip(1..).map(|(cell, i)| rank_term(cell, i)).sum()
        } else {
            cells.map(|cell| &self.words[cell as usize]).sum()
        };
        &self.weight * own + latent
    }
}

/// C(c+i−1, i)
fn rank_term(cell: u64, i: u64) -> BigInt {
    if cell == 0 { BigInt::zero() } else { binomial(cell + i - 1, i) }
}
