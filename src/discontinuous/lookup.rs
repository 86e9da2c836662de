//! ψ: from the key to the outputs, a sum of jumps.

use super::jump::Jump;
use super::layout::TableLayout;
use super::stream::Stream;
use super::table::Table;
use sumformer_checker::arith::number::{Rational, integer};
use sumformer_checker::format::network::{Block, Unit};
use sumformer_checker::format::sparse::SparseVector;

/// The outputs at key κ are v_0 + Σ_r (v_r − v_{r−1})·[κ ≥ κ_r] over the sorted keys; jumps of height 0 are left out.
pub(super) fn look_up(
    table: &Table,
    jumps: &Jump,
    layout: TableLayout,
    stream: &Stream,
) -> impl Iterator<Item = Block> {
    let changes = |r: &usize| !table.row(*r).iter().zip(table.row(r - 1)).all(|(to, from)| to == from);
    let places: Vec<usize> = (1..table.keys().len()).filter(changes).collect();
    let slots = |values: &mut dyn Iterator<Item = Rational>| {
        SparseVector::from_entries(values.enumerate().map(|(o, value)| (stream.out(o), value)))
    };
    let unit = move |r: usize| -> Vec<Unit> {
        let height = slots(&mut table.row(r).iter().zip(table.row(r - 1)).map(|(to, from)| to - from));
        let input = SparseVector::from_entries([(stream.key(), integer(1))]);
        jumps.at_half_integers(input, table.keys().bias(r), height)
    };
    layout.blocks(places.len()).enumerate().map(move |(b, block)| Block {
        label: format!("psi: look-up, layer {}", b + 1),
        attention: None,
        activation: jumps.activation(),
        units: block.into_iter().flat_map(|at| unit(places[at])).collect(),
        bias: if b == 0 { slots(&mut table.row(0).iter().cloned()) } else { SparseVector::default() },
    })
}
