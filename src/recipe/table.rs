//! The discontinuous construction: a grid, a table on it, and its network for each attention.

use super::{Asked, GridChoice, Note, Notes, Problem, Progress, RecipeError, Step};
use crate::certify::{Proof, prove_on_cells};
use crate::discontinuous::{
    BOUND_BITS, DiscontinuousError, DiscontinuousOptions, Grid, GridError, Table, TableError,
    a_priori_divisions, finest_grid, network, size, smallest_grid, table_entries, table_outlook, tabulate,
};
use crate::lowering::attention::Architecture;
use num_bigint::{BigInt, BigUint};
use num_traits::Zero;
use sumformer_checker::arith::number::{Rational, max, round_up};
use sumformer_checker::cells::{CellBound, derive};
use sumformer_checker::language::target::{Target, Tokens};

/// Networks with more weights take more than a few GiB.
pub const MAX_WEIGHTS: u64 = 10_000_000;

/// A table, and what is derived from it once.
#[derive(Debug)]
pub struct TablePlan {
    /// The table.
    pub table: Table,
    /// The Δ that Lipschitz constants promise for the same ε; known with the first proof.
    pub a_priori: Option<BigInt>,
    /// The bound depends on the table alone, so it is derived once; each check derives it anew.
    bound: Option<CellBound>,
}

impl Asked<'_> {
    /// What sizes are computed for; they hardly depend on the architecture.
    pub(super) fn typical_network(self) -> DiscontinuousOptions {
        self.options.grid.network(Architecture::Transformer, self.options.scores)
    }

    /// Chooses a grid.
    fn grid(self, n: usize, epsilon: &Rational, progress: &dyn Progress) -> Result<Grid, RecipeError> {
        let (target, options) = (self.target, &self.options.grid);
        let max_entries = options.max_entries;
        match options.grid {
            GridChoice::Divisions(divisions) => {
                Grid::new(target.domain.clone(), divisions).map_err(|e| Problem::Refused(e).into())
            }
            GridChoice::Finest => {
                finest_grid(target, n, max_entries).map_err(|e| Problem::NoFinest(e).into())
            }
            GridChoice::Smallest => {
                let (network, code) = (self.typical_network(), (options.code, options.separation));
                let outlook =
                    table_outlook(target, n, options.value_at, code, &network, epsilon, max_entries);
                let likely = match outlook {
                    Ok(outlook) => Some(outlook.divisions),
                    Err(error @ GridError::OutOfSight { divisions, .. })
                        if !few_entries(target, n, divisions) =>
                    {
                        return Err(Problem::Grid(error).into());
                    }
                    // It will be said exactly.
                    Err(_) => None,
                };
                progress.step(Step::LookingForGrid);
                let looking = |divisions| progress.grid(divisions, likely);
                smallest_grid(target, n, options.value_at, epsilon, max_entries, &looking).map_err(
                    |e| match e {
                        GridError::Target(e) => Problem::NotEnclosed(e).into(),
                        e => Problem::Grid(e).into(),
                    },
                )
            }
        }
    }

    /// Refuses a network that would not fit into memory, from its closed-form size, before anything is tabulated.
    fn require_few_weights(self, n: usize, grid: &Grid) -> Result<(), RecipeError> {
        let options = &self.options.grid;
        let network = self.typical_network();
        let size = size(grid, n, self.target.outputs(), options.code, options.separation, &network)
            .map_err(Problem::Table)?;
        if size.entries > BigUint::from(options.max_entries) {
            return Err(Problem::TooManyEntries { entries: size.entries, limit: options.max_entries }.into());
        }
        if size.nonzeros > BigUint::from(MAX_WEIGHTS) {
            return Err(Problem::TooManyWeights { weights: size.nonzeros, limit: MAX_WEIGHTS }.into());
        }
        Ok(())
    }
}

impl TablePlan {
    /// Chooses a grid and tabulates.
    pub(super) fn new(
        asked: Asked<'_>,
        epsilon: &Rational,
        progress: &dyn Progress,
    ) -> Result<Self, RecipeError> {
        if !asked.has_rational_attention() {
            return Err(Problem::InexactAttention.into());
        }
        let Tokens::Fixed(n) = asked.target.tokens else { return Err(Problem::NoLength.into()) };
        let grid = asked.grid(n, epsilon, progress)?;
        asked.require_few_weights(n, &grid)?;
        progress.step(Step::Tabulating);
        let table = tabulate(asked.target, n, grid, &asked.options.grid.table(), epsilon);
        let table = table.map_err(|e| match e {
            TableError::Refused(e) => Problem::Table(e),
            TableError::Value(e) => Problem::NotEnclosed(e),
        })?;
        Ok(Self { table, a_priori: None, bound: None })
    }

    /// Δ.
    pub fn divisions(&self) -> u64 {
        self.table.grid().divisions().iter().copied().max().unwrap_or(1)
    }

    pub(super) fn prove(
        &mut self,
        asked: Asked<'_>,
        architecture: Architecture,
        epsilon: &mut Rational,
        notes: &mut Notes<'_>,
    ) -> Result<Proof, RecipeError> {
        let options = asked.options;
        let network = network(&self.table, &options.grid.network(architecture, options.scores))
            .map_err(Problem::Refused)?;
        let units = network.blocks.iter().map(|block| block.units.len() as u64).sum();
        if units > options.max_units {
            return Err(Problem::TooManyUnits { units, limit: options.max_units }.into());
        }
        let divisions = self.divisions();
        let bound = match &mut self.bound {
            Some(bound) => bound,
            unknown => {
                let derived = derive(asked.target, &network).map_err(Problem::NotDerived)?;
                meet(asked, divisions, epsilon, &derived, notes)?;
                let n = self.table.tokens();
                self.a_priori = a_priori_divisions(asked.target, n, options.grid.value_at, epsilon);
                unknown.insert(derived)
            }
        };
        prove_on_cells(asked.target, network, bound, epsilon)
            .map_err(|error| Problem::Proof { architecture, error }.into())
    }
}

/// Compares ε with what was derived. A grid that was asked for without an error proves what it proves.
fn meet(
    asked: Asked<'_>,
    divisions: u64,
    epsilon: &mut Rational,
    bound: &CellBound,
    notes: &mut Notes<'_>,
) -> Result<(), RecipeError> {
    let everywhere = bound.outputs.iter().cloned().fold(Rational::zero(), max);
    let reached = bound.ramps.as_ref().map_or(everywhere, |ramps| ramps.bound.clone());
    let proved = round_up(&reached, BOUND_BITS);
    let grid = asked.options.grid.grid;
    if proved <= *epsilon {
        return Ok(());
    }
    if grid != GridChoice::Smallest && asked.options.epsilon.is_none() {
        let asked = std::mem::replace(epsilon, proved.clone());
        notes.add(Note::EpsilonOfGrid { proved, asked });
        return Ok(());
    }
    Err(Problem::GridNotMet { grid, divisions, proved, epsilon: epsilon.clone() }.into())
}

/// Whether the exact error of a grid is known soon.
fn few_entries(target: &Target, n: usize, divisions: u64) -> bool {
    /// Table entries.
    const FEW: u64 = 20_000;
    let entries = |grid: Grid| -> Result<BigUint, DiscontinuousError> { table_entries(n, grid.cells()) };
    let grid = Grid::new(target.domain.clone(), divisions);
    grid.and_then(entries).is_ok_and(|entries| entries <= FEW.into())
}
