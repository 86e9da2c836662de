//! The discontinuous construction: piecewise constant on a grid.

use super::{Proofs, Proved, Run, wanted_epsilon};
use crate::cli::arguments::{ActivationName, GridName, ProveArguments};
use crate::cli::error::CliError;
use crate::cli::numbers::{above, given};
use crate::cli::output::say;
use crate::cli::progress::Progress;
use crate::codes::information_bound;
use crate::discontinuous::{
    CellValue, DiscontinuousError, DiscontinuousOptions, Grid, GridError, Jump, Table, TableError,
    TableOptions, a_priori_divisions, finest_grid, network, size, smallest_grid, table_entries,
    table_outlook, tabulate,
};
use crate::lowering::attention::Architecture;
use num_bigint::{BigInt, BigUint};
use num_traits::{ToPrimitive, Zero};
use serde_json::{Map, Value, json};
use std::time::Instant;
use sumformer_checker::arith::number::{Rational, max, round_up};
use sumformer_checker::cells::{CellBound, derive};
use sumformer_checker::language::EvalError;
use sumformer_checker::language::target::{Target, Tokens};

/// Networks with more weights take more than a few GiB.
pub(super) const MAX_WEIGHTS: u64 = 10_000_000;
/// How to get a smaller table.
const SMALLER: &str =
    "with --grid auto raise --epsilon, with --grid finest lower --max-entries, or give a coarser --grid";

/// The table for a target, and how fine its grid might have had to be.
struct Chosen {
    table: Table,
    /// The Δ that Lipschitz constants promise for the same ε.
    a_priori: Option<BigInt>,
}

/// Chooses a grid, tabulates, builds the network of each architecture, and proves the bounds.
pub(super) fn prove(run: &Run<'_>) -> Result<Proofs, CliError> {
    let Run { arguments, target, progress, .. } = *run;
    arguments.refuse_inexact_attention()?;
    let Tokens::Fixed(n) = target.tokens else {
        return Err(CliError::bad_input(
            "the discontinuous construction needs a fixed number of tokens; tokens = \"any\" has one network for every \
             length only with --construction continuous",
        ));
    };
    let layout = arguments.table_layout()?;
    let jump = arguments.jump()?;
    let mut epsilon = wanted_epsilon(arguments, target);
    let start = Instant::now();
    let table = choose(arguments, target, n, &epsilon, &jump, progress)?;
    progress.done();
    let table_seconds = start.elapsed().as_secs_f64();
    let mut bound: Option<CellBound> = None;
    let mut proofs = Vec::new();
    for (folder, architecture) in arguments.architectures() {
        progress.step(format!("proving the {folder}"));
        let start = Instant::now();
        let options =
            DiscontinuousOptions { architecture, scores: arguments.scores(), layout, jump: jump.clone() };
        let network = network(&table, &options).map_err(|e| CliError::bad_input(e.to_string()))?;
        let units: usize = network.blocks.iter().map(|block| block.units.len()).sum();
        if units as u64 > arguments.max_units {
            return Err(CliError::bad_input(format!(
                "the network has {units} hidden units, more than the limit of {}; raise --max-units, or {SMALLER}",
                arguments.max_units
            )));
        }
        // The bound depends on the table alone, so it is derived once; each architecture's check derives it anew.
        let bound = match &mut bound {
            Some(bound) => bound,
            None => {
                let derived = derive(target, &network).map_err(|e| {
                    CliError::incomplete(format!("{e}; smaller tables or another --code may do: {SMALLER}"))
                })?;
                meet(arguments, divisions(table.grid()), &mut epsilon, &derived)?;
                bound.insert(derived)
            }
        };
        let proof = crate::certify::prove_on_cells(target, network, bound, &epsilon)
            .map_err(|e| CliError::incomplete(format!("{folder}: {e}")))?;
        let prove_seconds = start.elapsed().saturating_sub(proof.check_time).as_secs_f64() + table_seconds;
        proofs.push(Proved { folder, architecture, proof, prove_seconds });
        progress.done();
    }
    let a_priori = a_priori_divisions(target, n, arguments.cell_value(), &epsilon);
    let chosen = Chosen { table, a_priori };
    Ok(Proofs {
        headline: headline(arguments, &chosen),
        fields: fields(arguments, &chosen)?,
        proofs,
        choosing_seconds: 0.0,
        way_seconds: Map::new(),
    })
}

fn choose(
    arguments: &ProveArguments,
    target: &Target,
    n: usize,
    epsilon: &Rational,
    jump: &Jump,
    progress: &Progress,
) -> Result<Table, CliError> {
    let at = arguments.cell_value();
    let refuse = |e: GridError| match e {
        GridError::Target(e) => not_enclosed(&e),
        e => CliError::bad_input(e.to_string()),
    };
    let grid = match arguments.grid {
        GridName::Divisions(divisions) => {
            Grid::new(target.domain.clone(), divisions).map_err(|e| CliError::bad_input(e.to_string()))?
        }
        GridName::Finest => finest_grid(target, n, arguments.max_entries)
            .map_err(|e| CliError::bad_input(format!("{e}; raise --max-entries")))?,
        GridName::Auto => {
            let network = typical_network(arguments, jump)?;
            let code = (arguments.code(), arguments.separation());
            let outlook = table_outlook(target, n, at, code, &network, epsilon, arguments.max_entries);
            let likely = match outlook {
                Ok(outlook) => Some(outlook.divisions),
                Err(error @ GridError::OutOfSight { divisions, .. })
                    if !few_entries(target, n, divisions) =>
                {
                    return Err(refuse_at_once(&error));
                }
                // It will be said exactly.
                Err(_) => None,
            };
            progress.step("looking for the smallest grid");
            smallest_grid(target, n, at, epsilon, arguments.max_entries, &|divisions| match likely {
                Some(likely) => progress.part(divisions.min(likely), likely, &format!("Δ = {divisions}")),
                None => progress.detail(format!("Δ = {divisions}")),
            })
            .map_err(refuse)?
        }
    };
    require_few_weights(arguments, target, n, &grid, jump)?;
    progress.step("tabulating");
    let options = TableOptions {
        value_at: at,
        code: arguments.code(),
        separation: arguments.separation(),
        max_entries: arguments.max_entries,
    };
    tabulate(target, n, grid, &options, epsilon).map_err(|e| match e {
        TableError::Refused(e) => CliError::bad_input(format!("{e}; smaller tables may do: {SMALLER}")),
        TableError::Value(e) => not_enclosed(&e),
    })
}

/// Whether the exact error of a grid is known soon.
fn few_entries(target: &Target, n: usize, divisions: u64) -> bool {
    /// Table entries.
    const FEW: u64 = 20_000;
    let grid = Grid::new(target.domain.clone(), divisions).ok();
    let entries = grid.and_then(|grid| table_entries(n, grid.cells()).ok());
    entries.is_some_and(|entries| entries <= FEW.into())
}

/// A grid that is out of sight, with what would do.
fn refuse_at_once(error: &GridError) -> CliError {
    CliError::bad_input(format!(
        "{error}; raise --epsilon or --max-entries, or take --grid finest without --epsilon, which proves what that grid reaches"
    ))
}

/// What sizes are computed for; they hardly depend on the architecture.
pub(super) fn typical_network(
    arguments: &ProveArguments,
    jump: &Jump,
) -> Result<DiscontinuousOptions, CliError> {
    Ok(DiscontinuousOptions {
        architecture: Architecture::Transformer,
        scores: arguments.scores(),
        layout: arguments.table_layout()?,
        jump: jump.clone(),
    })
}

/// Refuses a network that would not fit into memory, from its closed-form size, before anything is tabulated.
fn require_few_weights(
    arguments: &ProveArguments,
    target: &Target,
    n: usize,
    grid: &Grid,
    jump: &Jump,
) -> Result<(), CliError> {
    let refuse =
        |e: DiscontinuousError| CliError::bad_input(format!("{e}; smaller tables may do: {SMALLER}"));
    let options = typical_network(arguments, jump)?;
    let size = size(grid, n, target.outputs(), arguments.code(), arguments.separation(), &options)
        .map_err(refuse)?;
    if size.entries > BigUint::from(arguments.max_entries) {
        return Err(CliError::bad_input(format!(
            "the table would have {} entries, more than the limit of {}; raise --max-entries or give a coarser --grid",
            size.entries, arguments.max_entries
        )));
    }
    if size.nonzeros > BigUint::from(MAX_WEIGHTS) {
        return Err(CliError::bad_input(format!(
            "the network would have {} weights, more than the {MAX_WEIGHTS} that fit into memory; smaller tables or another \
             --code may do: {SMALLER}",
            size.nonzeros
        )));
    }
    Ok(())
}

fn not_enclosed(error: &EvalError) -> CliError {
    CliError::incomplete(format!("the target cannot be enclosed on cells: {error}"))
}

/// Compares ε with what was derived. A grid that was asked for without an error proves what it proves.
fn meet(
    arguments: &ProveArguments,
    divisions: u64,
    epsilon: &mut Rational,
    bound: &CellBound,
) -> Result<(), CliError> {
    let everywhere = bound.outputs.iter().cloned().fold(Rational::zero(), max);
    let reached = bound.ramps.as_ref().map_or(everywhere, |ramps| ramps.bound.clone());
    let reached = round_up(&reached, crate::discontinuous::BOUND_BITS);
    if reached <= *epsilon {
        return Ok(());
    }
    if arguments.grid != GridName::Auto && arguments.epsilon.is_none() {
        say(format!(
            "note: this grid proves {} ({}), which is taken for epsilon in place of {epsilon}",
            reached,
            above(&reached)
        ));
        *epsilon = reached;
        return Ok(());
    }
    // Another epsilon rounds the values differently, so for a given grid only leaving it out is sure to work. With ramps
    // the bounds of single cells are rounded differently from those by which `auto` chooses.
    let way_out = match arguments.grid {
        GridName::Divisions(_) | GridName::Finest => {
            "--grid auto, or leave out --epsilon to take what the grid proves".to_string()
        }
        GridName::Auto => format!("--grid {} or --epsilon {reached}", divisions + 1),
    };
    Err(CliError::incomplete(format!(
        "the grid with Δ = {divisions} proves {reached} ({}), more than epsilon = {epsilon}; use {way_out}",
        above(&reached)
    )))
}

fn headline(arguments: &ProveArguments, chosen: &Chosen) -> String {
    let table = &chosen.table;
    let code = table.code();
    format!(
        "grid with Δ = {} ({} cells{}), table of {} entries, code {} with d' = {} and {} bits",
        divisions(table.grid()),
        table.grid().cells(),
        chosen.a_priori.as_ref().map_or(String::new(), |a| format!(", Lipschitz constants promise Δ = {a}")),
        table.entries(),
        arguments.code().name(),
        code.dimension(),
        code.size().sum_bits(),
    )
}

fn divisions(grid: &Grid) -> u64 {
    grid.divisions().iter().copied().max().unwrap_or(1)
}

fn fields(arguments: &ProveArguments, chosen: &Chosen) -> Result<Map<String, Value>, CliError> {
    let table = &chosen.table;
    let code = table.code();
    let bits =
        information_bound(code.cells(), code.separated()).map_err(|e| CliError::bad_input(e.to_string()))?;
    let latent = json!({
        "code": arguments.code().name(),
        "dimension": code.dimension(),
        "bits": code.size().sum_bits(),
        "information_bound": bits,
        "key_bits": table.key_bits(),
        "separates": table.separation().name(),
    });
    let a_priori =
        chosen.a_priori.as_ref().map(|a| a.to_u64().map_or_else(|| json!(a.to_string()), Value::from));
    let mut fields = Map::from_iter([
        ("construction".to_string(), "discontinuous".into()),
        ("activation".to_string(), arguments.activation_name(ActivationName::Step).into()),
        ("layout".to_string(), arguments.layout_name().into()),
        ("latent".to_string(), latent),
        ("grid".to_string(), divisions(table.grid()).into()),
        ("grid_a_priori".to_string(), a_priori.into()),
        (
            "cell_value".to_string(),
            match arguments.cell_value() {
                CellValue::Centre => "centre",
                CellValue::Corner => "corner",
            }
            .into(),
        ),
    ]);
    if let Some(ramp) = &arguments.ramp {
        fields.insert("ramp".to_string(), given(ramp));
    }
    Ok(fields)
}
