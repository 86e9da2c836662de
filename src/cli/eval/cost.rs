//! What an evaluation takes, before it begins.

use super::number::Number;
use crate::cli::error::CliError;
use crate::eval::linear::factored;
use std::borrow::Cow;
use sumformer_checker::format::network::Network;
use sumformer_checker::language::target::Target;
use sumformer_checker::witness::operations::{evaluation_operations, network_operations};
use sumformer_checker::work::{Limits, within};

/// The most work that is done, in operations of a processor: some seconds.
const MOST: f64 = 1e10;
/// Targets that take more operations than this have their sums factored.
const FACTORED: f64 = 1e8;

/// The most steps of exact arithmetic, which are counted as they are made.
const STEPS: u64 = 5_000_000_000;

/// A result, unless exact arithmetic takes too long on the way.
pub fn bounded<T>(evaluate: impl FnOnce() -> Result<T, CliError>) -> Result<T, CliError> {
    within(Limits::work(STEPS), evaluate).map_err(|stopped| CliError::incomplete(stopped.to_string()))?
}

/// Refuses a pass of the network over a sequence that takes too long.
pub fn require_network<N: Number>(network: &Network, sequence: &[Vec<N>]) -> Result<(), CliError> {
    let n = sequence.len() as f64;
    let heads = network.blocks.iter().flat_map(|block| &block.attention).flat_map(|layer| &layer.heads);
    // Without queries or without keys one score stands for all.
    let scores = heads.map(|head| head.query.len().min(head.key.len()) as f64).sum::<f64>();
    require(
        "the network",
        work(sequence, network_operations(network, sequence.len()) as f64 + n * n * scores),
    )
}

/// The target, written so that it does not take long, if there is such a way.
pub fn affordable<'t, N: Number>(
    target: &'t Target,
    sequence: &[Vec<N>],
) -> Result<Cow<'t, Target>, CliError> {
    let n = sequence.len();
    let (mut target, mut operations) = (Cow::Borrowed(target), evaluation_operations(target, n, n) as f64);
    if operations > FACTORED {
        let other = factored(&target);
        let fewer = evaluation_operations(&other, n, n) as f64;
        if fewer < operations {
            (target, operations) = (Cow::Owned(other), fewer);
        }
    }
    require("the target", work(sequence, operations)).map(|()| target)
}

/// Operations on numbers of this length, and the reduction of what comes out for each token: a greatest common divisor,
/// bit by bit.
fn work<N: Number>(sequence: &[Vec<N>], operations: f64) -> f64 {
    let words = N::words(sequence);
    operations * words + 64.0 * sequence.len() as f64 * words * words
}

fn require(what: &str, work: f64) -> Result<(), CliError> {
    if work <= MOST {
        return Ok(());
    }
    Err(CliError::bad_input(format!(
        "evaluating {what} here takes about {work:.1e} operations, more than the {MOST:.0e} that are done"
    )))
}
