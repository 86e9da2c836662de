//! φ: from the token to its cell, from the cell to its code word.

use super::jump::{Jump, jump};
use super::stream::Stream;
use super::table::Table;
use crate::codes::CodeError;
use sumformer_checker::arith::number::{Rational, integer, ratio};
use sumformer_checker::format::network::Block;
use sumformer_checker::format::sparse::SparseVector;

/// Writes the cell number: one jump of height Π_{l<k} divisions_l at every threshold of coordinate k.
pub(super) fn quantiser(table: &Table, jumps: &Jump, stream: &Stream) -> Block {
    let grid = table.grid();
    let mut units = Vec::new();
    for (k, side) in grid.domain().iter().enumerate() {
        let half_width = jumps.half_width(&side.wid());
        let stride = Rational::from_integer(grid.stride(k).into());
        for threshold in grid.thresholds(k) {
            let input = SparseVector::from_entries([(k, integer(1))]);
            let output = SparseVector::from_entries([(stream.cell(), stride.clone())]);
            units.extend(jump(half_width.clone(), input, -threshold, output));
        }
    }
    Block {
        label: "phi: the cell of the token".into(),
        attention: None,
        activation: jumps.activation(),
        units,
        bias: SparseVector::default(),
    }
}

/// Writes φ*(cell): φ*(0) as bias, and the jump φ*(c) − φ*(c−1) where cell ≥ c.
pub(super) fn code_words(table: &Table, jumps: &Jump, stream: &Stream) -> Result<Block, CodeError> {
    let code = table.code();
    let slots = |entries: Vec<Rational>| {
        SparseVector::from_entries(entries.into_iter().enumerate().map(|(c, entry)| (stream.phi(c), entry)))
    };
    let mut word = code.word(0)?;
    let bias = slots(word.iter().cloned().map(Rational::from).collect());
    let mut units = Vec::new();
    for cell in 1..if code.dimension() == 0 { 1 } else { code.cells() } {
        let next = code.word(cell)?;
        let difference = next.iter().zip(&word).map(|(to, from)| Rational::from(to - from)).collect();
        word = next;
        let input = SparseVector::from_entries([(stream.cell(), integer(1))]);
        let threshold = Rational::from_integer(cell.into()) - ratio(1, 2);
        units.extend(jumps.at_half_integers(input, -threshold, slots(difference)));
    }
    Ok(Block {
        label: format!("phi: the code word of the cell, {} coordinates", code.dimension()),
        attention: None,
        activation: jumps.activation(),
        units,
        bias,
    })
}
