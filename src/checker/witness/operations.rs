//! How many operations evaluating a target and a network takes, about.

use crate::format::network::Network;
use crate::language::target::{Target, Tokens};
use crate::language::values::evaluate::Prepared;
use crate::sizes::count;
use num_traits::Zero;

/// How many operations evaluating the target at `wanted` of the runs of a sequence takes, at most: less than by
/// definition, because values are kept and equal tokens are counted.
pub fn evaluation_operations(target: &Target, runs: usize, wanted: usize) -> u64 {
    let length = match target.tokens {
        Tokens::Fixed(n) => n,
        Tokens::Any => runs,
    };
    Prepared::<f64>::new(target, length).map_or(u64::MAX, |prepared| prepared.operations(runs, wanted))
}

/// How many operations one pass of the network over the runs of a sequence takes, about.
pub fn network_operations(network: &Network, runs: usize) -> u64 {
    let mut nonzeros = 0;
    network.for_each_number(|value| nonzeros += u64::from(!value.is_zero()));
    count(runs).saturating_mul(nonzeros)
}
