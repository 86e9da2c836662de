//! The discontinuous Sumformer (Thm 4.1, second proof): a piecewise constant equivariant function as a network of
//! Definition 2.3 with exactly one attention layer.
//!
//! A [`Grid`] cuts the box into M cells; φ maps a token to the code word φ*(its cell), such that the sum Σ tells the
//! multiset of cells ([`crate::codes`]); ψ looks up the value by an integer key made of the own cell and Σ. Blocks:
//!
//! 1. the cell of the token, by a jump at every threshold of the grid;
//! 2. its code word, by a jump at every cell;
//! 3. attention: Σ, and the key (a histogram's latents are then ranked in a block of their own);
//! 4. the look-up, by a jump at every key whose value differs from the one before, spread by [`TableLayout`].
//!
//! With step units the network equals the piecewise constant function at every point of the box, faces included.

mod cell_values;
mod entries;
mod error;
mod float_needs;
mod grid;
mod grid_choice;
mod jump;
mod key;
mod layout;
mod lookup;
mod outlook;
mod phi;
mod size;
mod stream;
mod sum;
mod table;

pub use cell_values::{CellValue, CellValues};
pub use entries::{Entries, table_entries};
pub use error::{DiscontinuousError, TableError};
pub use float_needs::{FloatNeeds, mean_recovers};
pub use grid::Grid;
pub use grid_choice::{BOUND_BITS, GridError, MOST_ENTRIES, a_priori_divisions, finest_grid, smallest_grid};
pub use jump::Jump;
pub use key::Separation;
pub use layout::TableLayout;
pub use outlook::{TableOutlook, table_outlook};
pub use size::{DiscontinuousSize, size};
pub use table::{MAX_CELLS_READ, MAX_KEY_BITS, MAX_VALUES, Table};

use crate::codes::CodeKind;
use crate::lowering::attention::{Architecture, Scores};
use stream::Stream;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::format::network::{NETWORK_FORMAT, Network};
use sumformer_checker::language::EvalError;
use sumformer_checker::language::target::{Target, Tokens};

/// What to build from a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscontinuousOptions {
    /// The attention.
    pub architecture: Architecture,
    /// Its scores.
    pub scores: Scores,
    /// How the look-up is spread over blocks.
    pub layout: TableLayout,
    /// Steps or ramps.
    pub jump: Jump,
}

/// The table of a target's values on a grid, for an error of about `epsilon`.
pub fn tabulate(
    target: &Target,
    tokens: usize,
    grid: Grid,
    options: &TableOptions,
    epsilon: &Rational,
) -> Result<Table, TableError<EvalError>> {
    let for_values = grid.clone();
    let values = CellValues::new(target, &for_values, options.value_at, epsilon);
    let mut sampler = values.sampler().map_err(TableError::Value)?;
    Table::new(
        grid,
        tokens,
        target.outputs(),
        options.code,
        options.separation,
        options.max_entries,
        |own, others| sampler.values(&values.entry(own, others)),
    )
}

/// How a target is tabulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableOptions {
    /// Where in a cell its value is taken.
    pub value_at: CellValue,
    /// φ*.
    pub code: CodeKind,
    /// Which multiset its sums tell.
    pub separation: Separation,
    /// Larger tables are refused.
    pub max_entries: u64,
}

/// The network that looks up a table.
pub fn network(table: &Table, options: &DiscontinuousOptions) -> Result<Network, DiscontinuousError> {
    options.jump.validate(table.grid())?;
    let stream = Stream::new(table, options.scores);
    let mut blocks = vec![
        phi::quantiser(table, &options.jump, &stream),
        phi::code_words(table, &options.jump, &stream)?,
        sum::sum_block(table, options.architecture, &stream),
    ];
    if table.code().kind() == CodeKind::Histogram {
        blocks.push(sum::rank_block(table, &options.jump, &stream));
    }
    blocks.extend(lookup::look_up(table, &options.jump, options.layout, &stream));
    Ok(Network {
        format: NETWORK_FORMAT.to_string(),
        tokens: Tokens::Fixed(table.tokens()),
        dimension: table.grid().dimension(),
        outputs: table.outputs(),
        slots: stream.names(),
        embedding: stream.embedding(),
        blocks,
        readout: stream.readout(),
    })
}
