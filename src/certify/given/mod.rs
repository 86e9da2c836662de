//! A network that others made against a target: sup |network − target| over the whole box, between two numbers that are proved.
//!
//! From below by points, which floating point finds and enclosures state; from above by a tree of boxes ([`sumformer_checker::given`]). What a search
//! meets on its way, a middle of a box where the difference is larger than was known, is the next point.

mod sample;

use super::boxes::{BoxOptions, BoxProgress, BoxReport, BoxSearch, Comparison, Slice, search};
use super::emit::{Proof, ProofError, prove_of_given};
use super::witness::Witnessed;
use crate::discontinuous::BOUND_BITS;
use crate::words::to_json;
use num_traits::Zero;
use sample::worst_points;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, integer, max, power_of_two, round_down};
use sumformer_checker::boxes::LeafCount;
use sumformer_checker::check::{derive_of_given, require_same_shape};
use sumformer_checker::format::network::Network;
use sumformer_checker::given::GivenNetwork;
use sumformer_checker::language::EvalError;
use sumformer_checker::language::target::Target;
use sumformer_checker::refusal::{Refusal, Rule};

/// Searches that may start anew from a larger difference.
const ROUNDS: usize = 32;
/// What is looked for beyond a largest difference that is 0: so many bits below 1.
const SMALLEST: i64 = 40;

/// When the search is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aim {
    /// The network is proved to be this near, or is found not to be.
    Epsilon(Rational),
    /// The upper bound is at most this part above the lower one.
    Relative(Rational),
}

/// How to search.
pub struct GivenOptions<'a> {
    /// When it is over.
    pub aim: Aim,
    /// The most leaves of the tree.
    pub max_boxes: usize,
    /// Which part of the search; parts of a search for [`Aim::Epsilon`] go together.
    pub slice: Slice,
    /// Told how far the search is, with the lower bound so far; `false` ends it.
    pub progress: &'a dyn Fn(BoxProgress, &Rational) -> bool,
}

/// What is known of the largest difference.
#[derive(Debug)]
pub struct Bracket {
    /// The sequence with the largest difference that was found, which is a proved lower bound.
    pub witness: Witnessed,
    /// Network, certificate and verdict: the upper bound. There is none where the witness refutes what was asked for, or where some
    /// box has no enclosure at all.
    pub proof: Option<Proof>,
    /// What became of the boxes of the last search.
    pub report: BoxReport,
}

impl Bracket {
    /// Whether a point is further off than was asked for.
    pub fn refutes(&self, aim: &Aim) -> bool {
        matches!(aim, Aim::Epsilon(epsilon) if self.witness.error > *epsilon)
    }
}

/// Why nothing is known.
#[derive(Debug, thiserror::Error)]
pub enum GivenError {
    /// The network is not one for the target, or none that is covered.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The target has no enclosures.
    #[error("the target cannot be enclosed: {0}")]
    Target(#[from] EvalError),
    /// The certificate does not say what it should.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

/// Brackets the largest difference.
pub fn verify(target: &Target, network: &Network, options: &GivenOptions<'_>) -> Result<Bracket, GivenError> {
    require_same_shape(target, network)?;
    GivenNetwork::new(network)?;
    network.difference(target)?;
    // A tree of one open leaf: what is refused before that is looked at no tree can help.
    if let Err(refusal) = derive_of_given(target, network, "?", None)
        && refusal.rule != Rule::Boxes
    {
        return Err(refusal.into());
    }
    let mut witness = worst_points(target, network)
        .into_iter()
        .map(|(input, output)| Witnessed::at(target, network, input, Vec::new(), output))
        .max_by(|a, b| a.error.cmp(&b.error))
        .ok_or(EvalError::NoLength)?;
    if matches!(&options.aim, Aim::Epsilon(epsilon) if witness.error > *epsilon) {
        let report = BoxReport { leaves: LeafCount::default(), enclosures: 0, worst: None };
        return Ok(Bracket { witness, proof: None, report });
    }
    let (epsilon, closes) = match &options.aim {
        Aim::Epsilon(epsilon) => (Some(epsilon), false),
        Aim::Relative(_) => (None, options.slice == Slice::WHOLE),
    };
    let mut round = 0;
    loop {
        round += 1;
        let tolerance = match &options.aim {
            Aim::Epsilon(epsilon) => epsilon.clone(),
            Aim::Relative(_) if witness.error.is_zero() => power_of_two(-SMALLEST),
            Aim::Relative(part) => &witness.error * (integer(1) + part),
        };
        let tolerances = vec![round_down(&tolerance, BOUND_BITS); target.outputs()];
        let lower = witness.error.clone();
        let report = |done: BoxProgress| (options.progress)(done, &lower);
        let boxes =
            BoxOptions { max_boxes: options.max_boxes, slice: options.slice, closes, progress: &report };
        let BoxSearch { tree, mut residuals, report } = search(target, network, &tolerances, &boxes)?;
        let found = report.worst.as_ref().filter(|worst| worst.hopeless).map(|worst| {
            let middle = |token: &Vec<Interval>| token.iter().map(Interval::mid).collect();
            let input = worst.sides.iter().map(middle).collect();
            Witnessed::at(target, network, input, Vec::new(), worst.output)
        });
        let better = found.filter(|found| found.error > witness.error);
        let (again, refuted) = match (&options.aim, &better) {
            (_, None) => (false, false),
            (Aim::Epsilon(epsilon), Some(found)) => (false, found.error > *epsilon),
            (Aim::Relative(_), Some(_)) => (round < ROUNDS, false),
        };
        witness = better.unwrap_or(witness);
        if again {
            continue;
        }
        let refuted = refuted || epsilon.is_some_and(|epsilon| witness.error > *epsilon);
        if refuted || (closes && report.leaves.open > 0) {
            return Ok(Bracket { witness, proof: None, report });
        }
        // With open boxes, what the others show may lie below the error at the witness; a claim below it would be a contradiction.
        residuals[witness.output] = max(residuals[witness.output].clone(), witness.derived.clone());
        let network = to_json(network);
        let proof = prove_of_given(target, network, (tree, &residuals), witness.clone(), epsilon)?;
        return Ok(Bracket { witness, proof: Some(Proof { boxes: Some(report.clone()), ..proof }), report });
    }
}
