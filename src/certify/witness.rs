//! A search for the worst input: floating point finds it, exact arithmetic states it.

use super::error_function::ErrorFunction;
use super::lower_bound::lower_bound;
use super::search::{Candidate, GRID_BITS, search, trivial};
use crate::network::builder::BuiltNetwork;
use num_traits::Zero;
use sumformer_checker::evaluation::witness_error;
use sumformer_checker::format::certificate::Witness;
use sumformer_checker::format::network::Network;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::number::{Exact, Rational, power_of_two};

/// The length at which a target for every length is searched.
const LENGTH_FOR_ANY: usize = 4;

/// The worst input found and the error there.
#[derive(Debug, Clone)]
pub struct Witnessed {
    /// n tokens of d coordinates.
    pub input: Vec<Vec<Rational>>,
    /// Token and output coordinate with the largest error.
    pub token: usize,
    /// Output coordinate.
    pub output: usize,
    /// The error there: exact, or a proved lower bound where network or target has no exact value.
    pub error: Rational,
    /// Whether `error` is the exact value.
    pub exact: bool,
}

impl Witnessed {
    /// The certificate's entry: only exact errors can be re-evaluated by the checker.
    pub fn certificate_entry(&self) -> Option<Witness> {
        self.exact.then(|| Witness {
            input: self.input.iter().map(|token| token.iter().cloned().map(Exact).collect()).collect(),
            token: self.token,
            output: self.output,
            error: Exact(self.error.clone()),
        })
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
    state_exactly(target, &built.network, n, &ranked[0])
}

fn state_exactly(target: &Target, network: &Network, n: usize, candidate: &Candidate) -> Witnessed {
    let d = target.dimension();
    let unit = power_of_two(-i64::from(GRID_BITS));
    let input: Vec<Vec<Rational>> = (0..n)
        .map(|j| {
            (0..d)
                .map(|k| {
                    let index = Rational::from_integer(candidate.indices[j * d + k].into());
                    target.domain[k].inf() + target.domain[k].wid() * index * &unit
                })
                .collect()
        })
        .collect();
    let mut witnessed =
        Witnessed { input, token: 0, output: candidate.output, error: Rational::zero(), exact: true };
    let entry = witnessed.certificate_entry().expect("exact so far");
    match witness_error(target, network, &entry) {
        Ok(error) => witnessed.error = error,
        Err(_) => {
            witnessed.exact = false;
            witnessed.error = lower_bound(target, network, &witnessed.input, witnessed.output)
                .unwrap_or_else(Rational::zero);
        }
    }
    witnessed
}
