//! How many operations an evaluation takes, by counting how often each node is evaluated; counts saturate.

use super::node::{Loop, Node};
use crate::language::ast::Function;
use crate::sizes::count;

/// What the series of an elementary function costs, in operations.
const SERIES: u64 = 20;

/// The count of one evaluation.
pub(super) struct Cost {
    runs: usize,
    /// How often the token of each level moves.
    moves: Vec<u64>,
}

impl Cost {
    /// For a sequence with so many runs, the own token moving `own` times.
    pub(super) fn new(runs: usize, own: u64) -> Self {
        Self { runs, moves: vec![own] }
    }

    /// The operations of a node that is evaluated `times` times, at most.
    pub(super) fn of<S>(&mut self, node: &Node<S>, times: u64) -> u64 {
        let (each, below) = match node {
            Node::Constant(_) | Node::Coordinate(..) => (1, 0),
            Node::Negate(inner) | Node::Call(Function::Abs | Function::Relu, inner) => {
                (1, self.of(inner, times))
            }
            Node::Call(_, inner) => (SERIES, self.of(inner, times)),
            Node::Power(base, exponent) => {
                (1 + 2 * u64::from(exponent.checked_ilog2().unwrap_or(0)), self.of(base, times))
            }
            Node::Binary(_, a, b) | Node::Extremum(_, a, b) => {
                (1, self.of(a, times).saturating_add(self.of(b, times)))
            }
            Node::Reduce(reduce) => (1, self.of_loop(reduce, times)),
        };
        times.saturating_mul(each).saturating_add(below)
    }

    /// The operations of a loop that is asked for `times` times: its values are kept.
    fn of_loop<S>(&mut self, reduce: &Loop<S>, times: u64) -> u64 {
        let runs = count(self.runs);
        let values = match reduce.free.as_slice() {
            // All of them are kept: a run tells as many of its tokens apart as there are levels up to this one.
            [level] => {
                self.changes(&reduce.free, times).min(runs.saturating_mul(count(*level).saturating_add(1)))
            }
            levels => self.changes(levels, times),
        };
        // One round for each run, and one for each token that is known outside.
        let free = count(reduce.free.len());
        let all = runs.saturating_add(free);
        let (rounds, combining) = if reduce.shares(self.runs) {
            // The tree, and for each value the runs that it leaves out and a way down for each.
            let left_out = values.saturating_mul(free.saturating_mul(free));
            let down = 2 * u64::from(runs.checked_ilog2().unwrap_or(0) + 1);
            let trees = self.changes(&reduce.known, times);
            (trees.saturating_mul(all).saturating_add(left_out), left_out.saturating_mul(down))
        } else {
            (values.saturating_mul(all), 0)
        };
        self.moves.push(rounds);
        let cost = self.of(&reduce.body, rounds);
        self.moves.pop();
        cost.saturating_add(combining)
    }

    /// How often the places of some levels change, at most, for what is asked for `times` times: only if the innermost
    /// does.
    fn changes(&self, levels: &[usize], times: u64) -> u64 {
        let moves = |&level: &usize| self.moves.get(level).copied().unwrap_or(times);
        levels.last().map_or(1, moves).min(times)
    }
}
