//! A search for the worst input: floating point finds it, exact arithmetic states it.

use super::error_function::ErrorFunction;
use super::search::{Candidate, GRID_BITS, search, trivial};
use crate::discontinuous::BOUND_BITS;
use crate::network::builder::BuiltNetwork;
use num_traits::Zero;
use sumformer_checker::arith::number::{Exact, Rational, power_of_two, round_down};
use sumformer_checker::format::certificate::{Witness, WitnessKind};
use sumformer_checker::format::network::Network;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::witness::{witness_enclosure, witness_error};

/// The length at which a target for every length is searched.
const LENGTH_FOR_ANY: usize = 4;

/// Sequences of at most this many tokens are written out; in longer ones equal neighbours are counted.
pub(super) const WRITTEN_OUT: usize = 64;

/// The worst input found and the error there.
#[derive(Debug, Clone)]
pub struct Witnessed {
    /// Tokens of d coordinates.
    pub input: Vec<Vec<Rational>>,
    /// How often each of them stands there in a row; empty where every one stands there once.
    pub copies: Vec<usize>,
    /// Token and output coordinate with the largest error.
    pub token: usize,
    /// Output coordinate.
    pub output: usize,
    /// The error there as the certificate states it: exact, or a short proved lower bound where network or target has no
    /// exact value.
    pub error: Rational,
    /// The error there as the checker derives it, not below what is stated.
    pub derived: Rational,
    /// Whether `error` is the exact value.
    pub exact: bool,
}

impl Witnessed {
    /// What is known of the error at this input, as the checker will find it.
    pub(super) fn at(
        target: &Target,
        network: &Network,
        input: Vec<Vec<Rational>>,
        copies: Vec<usize>,
        output: usize,
    ) -> Self {
        let none = Rational::zero();
        let mut witnessed =
            Self { input, copies, token: 0, output, error: none.clone(), derived: none, exact: true };
        let point = witnessed.entry();
        if let Ok(error) = witness_error(target, network, &point) {
            witnessed.error = error.clone();
            witnessed.derived = error;
            return witnessed;
        }
        witnessed.exact = false;
        let enclosure = witness_enclosure(target, network, &point).ok();
        if let Some(least) = enclosure.and_then(|error| error.inf().to_rational()) {
            witnessed.error = round_down(&least, BOUND_BITS);
            witnessed.derived = least;
        }
        witnessed
    }

    /// The certificate's entry; a lower bound of 0 says nothing.
    pub fn certificate_entry(&self) -> Option<Witness> {
        (self.exact || !self.error.is_zero()).then(|| self.entry())
    }

    fn entry(&self) -> Witness {
        Witness {
            input: self.input.iter().map(|token| token.iter().cloned().map(Exact).collect()).collect(),
            copies: self.copies.clone(),
            token: self.token,
            output: self.output,
            error: Exact(self.error.clone()),
            kind: if self.exact { WitnessKind::Exact } else { WitnessKind::LowerBound },
        }
    }
}

/// Searches for a large error; with a certified bound of 0 one evaluation says all there is to say.
pub fn find_witness(target: &Target, built: &BuiltNetwork, certified: &Rational) -> Witnessed {
    let surrogate = built.run.surrogate();
    let is_target = surrogate.atoms.is_empty() && surrogate.deviations.iter().all(Zero::is_zero);
    let function = match (certified.is_zero(), is_target) {
        (true, _) => None,
        (false, true) => ErrorFunction::new(built),
        (false, false) => ErrorFunction::off_target(target, built),
    };
    find(target, built, function)
}

/// Searches for a large error of a network whose Sumformer only approximates the target.
pub fn find_witness_off_target(target: &Target, built: &BuiltNetwork) -> Witnessed {
    find(target, built, ErrorFunction::off_target(target, built))
}

fn find(target: &Target, built: &BuiltNetwork, function: Option<ErrorFunction<'_>>) -> Witnessed {
    let n = match target.tokens {
        Tokens::Fixed(n) => n,
        Tokens::Any => LENGTH_FOR_ANY,
    };
    let mut ranked = vec![trivial(n, target.dimension())];
    if let Some(function) = function {
        ranked.extend(search(target, &function, n));
    }
    // The largest first; ties in the order of the seeds.
    ranked.sort_by(|a, b| b.error.total_cmp(&a.error));
    state(target, &built.network, &ranked[0])
}

/// The candidate's input, exactly, and the error there.
fn state(target: &Target, network: &Network, candidate: &Candidate) -> Witnessed {
    let unit = power_of_two(-i64::from(GRID_BITS));
    let coordinate = |(k, &index): (usize, &u32)| {
        let index = Rational::from_integer(index.into());
        target.domain[k].inf() + target.domain[k].wid() * index * &unit
    };
    let token = |indices: &Vec<u32>| indices.iter().enumerate().map(coordinate).collect();
    let (tokens, copies) = candidate.written_out();
    Witnessed::at(target, network, tokens.iter().map(token).collect(), copies, candidate.output)
}
