//! |network − target| in floating point on a slice of the box: a picture beside the proved bound, not a proof.

use crate::eval::{Forward, Workspace};
use crate::parallel;
use serde::Serialize;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Exact, Rational, ratio, to_f64};
use sumformer_checker::check::require_same_shape;
use sumformer_checker::format::certificate::Witness;
use sumformer_checker::format::network::Network;
use sumformer_checker::language::evaluate_sequence;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::witness::operations::{evaluation_operations, network_operations};

/// Operations, by estimate, that one picture may take; fewer points are taken for larger networks.
const OPERATIONS: f64 = 1.5e9;
/// A picture with the fewest points may take more, up to this.
const MOST_OPERATIONS: f64 = 1.5e10;
/// Points along an axis of a plane: 2^k + 1, so that short binary fractions stay exact.
const PLANE: [usize; 4] = [129, 65, 33, 17];
/// Points of a line.
const LINE: [usize; 5] = [1025, 513, 257, 129, 65];
/// Tokens of a picture where the target is for every length and there is no witness.
const ANY_LENGTH: usize = 3;

/// A coordinate of a token, running along its side of the box.
#[derive(Debug, Clone, Serialize)]
pub struct Axis {
    /// Which token, from 0.
    pub token: usize,
    /// Which of its coordinates.
    pub coordinate: usize,
    /// From where to where.
    pub side: Interval,
    /// The sampled values.
    pub points: Vec<f64>,
}

/// A sampled slice.
#[derive(Debug, Clone, Serialize)]
pub struct Slice {
    /// The sequence through which it goes.
    pub base: Vec<Vec<Exact>>,
    /// Whether that is the witness.
    pub at_witness: bool,
    /// One axis (then there is one coordinate in all) or two.
    pub axes: Vec<Axis>,
    /// Largest |network − target| over tokens and outputs at each point, the first axis running fastest.
    pub values: Vec<f64>,
    /// The largest of these.
    pub largest: f64,
    /// The point, one number per axis, at which it is.
    pub largest_at: Vec<f64>,
    /// The same number at the base.
    pub base_value: f64,
}

impl Slice {
    /// Samples; says why not where it cannot.
    pub fn sample(target: &Target, network: &Network, witness: Option<&Witness>) -> Result<Self, String> {
        require_same_shape(target, network).map_err(|refusal| refusal.to_string())?;
        let fits = |witness: &&Witness| fits(target, witness);
        let witness = witness.filter(fits);
        let token = witness.map_or(0, |witness| witness.token);
        let (n, d) = (witness.and_then(length).unwrap_or(spread_length(target)), target.dimension());
        let varied = match (n, d) {
            (1, 1) => vec![(0, 0)],
            (_, 1) => vec![(token, 0), (usize::from(token == 0), 0)],
            _ => vec![(token, 0), (token, 1)],
        };
        let each = network_operations(network, n).saturating_add(evaluation_operations(target, n, n)) as f64;
        let count = points_per_axis(varied.len(), each)?;
        let base = witness.map_or_else(|| spread(target), written_out);
        let axes: Vec<Axis> = varied.into_iter().map(|at| Axis::new(target, at, count)).collect();
        let forward = Forward::<f64>::compile(network).map_err(|e| e.to_string())?;
        let floats: Vec<Vec<f64>> =
            base.iter().map(|token| token.iter().map(|x| to_f64(&x.0)).collect()).collect();
        let at = |workspace: &mut Workspace<f64>, point: &[f64]| {
            let mut sequence = floats.clone();
            for (axis, &value) in axes.iter().zip(point) {
                sequence[axis.token][axis.coordinate] = value;
            }
            error_at(target, &forward, workspace, &sequence)
        };
        let place = |index: usize| -> Vec<f64> {
            let digits = axes.iter().scan(index, |rest, axis| {
                let digit = *rest % count;
                *rest /= count;
                Some(axis.points[digit])
            });
            digits.collect()
        };
        let values = parallel::map(0..count.pow(axes.len() as u32), |index| {
            at(&mut Workspace::default(), &place(index))
        });
        let values: Vec<f64> = values.into_iter().collect::<Result<_, _>>()?;
        let (index, largest) = values
            .iter()
            .copied()
            .enumerate()
            .fold((0, 0.0), |best, new| if new.1 > best.1 { new } else { best });
        let own: Vec<f64> = axes.iter().map(|axis| floats[axis.token][axis.coordinate]).collect();
        Ok(Self {
            base_value: at(&mut Workspace::default(), &own)?,
            largest_at: place(index),
            at_witness: witness.is_some(),
            base,
            axes,
            values,
            largest,
        })
    }
}

impl Axis {
    fn new(target: &Target, (token, coordinate): (usize, usize), count: usize) -> Self {
        let side = target.domain[coordinate].clone();
        let step = side.wid() / Rational::from_integer((count - 1).into());
        let point = |i: usize| to_f64(&(side.inf() + &step * Rational::from_integer(i.into())));
        Self { token, coordinate, points: (0..count).map(point).collect(), side }
    }
}

/// How finely a slice is sampled, given the operations at one point.
fn points_per_axis(axes: usize, each: f64) -> Result<usize, String> {
    let choices: &[usize] = if axes == 1 { &LINE } else { &PLANE };
    let total = |count: usize| (count as f64).powi(axes as i32) * each;
    let fits = |most: f64| choices.iter().copied().find(|&count| total(count) <= most);
    fits(OPERATIONS).or_else(|| fits(MOST_OPERATIONS)).ok_or_else(|| {
        format!("evaluating it takes about {each:.1e} operations at each point, too many for a picture")
    })
}

/// Whether a witness is one of the target's sequences.
fn fits(target: &Target, witness: &Witness) -> bool {
    let inside = |token: &Vec<Exact>| {
        token.len() == target.dimension()
            && token.iter().zip(&target.domain).all(|(x, side)| side.contains(&x.0))
    };
    let fits = |n| !matches!(target.tokens, Tokens::Fixed(wanted) if wanted != n) && witness.token < n;
    length(witness).is_some_and(fits) && witness.input.iter().all(inside)
}

/// n of a witness; nothing if its counts do not fit its tokens.
fn length(witness: &Witness) -> Option<usize> {
    if witness.copies.is_empty() {
        return Some(witness.input.len());
    }
    let n = witness.copies.iter().try_fold(0_usize, |sum, &count| sum.checked_add(count))?;
    (witness.copies.len() == witness.input.len()).then_some(n)
}

/// All tokens of a witness that fits.
fn written_out(witness: &Witness) -> Vec<Vec<Exact>> {
    if witness.copies.is_empty() {
        return witness.input.clone();
    }
    let runs = witness.input.iter().zip(&witness.copies);
    runs.flat_map(|(token, &count)| std::iter::repeat_n(token.clone(), count)).collect()
}

/// How many tokens there are without a witness.
fn spread_length(target: &Target) -> usize {
    match target.tokens {
        Tokens::Fixed(n) => n,
        Tokens::Any => ANY_LENGTH,
    }
}

/// Tokens that are apart: the j-th of n at the share (j + 1)/(n + 1) of every side.
fn spread(target: &Target) -> Vec<Vec<Exact>> {
    let n = spread_length(target);
    let at = |j: usize| ratio(j as i64 + 1, n as i64 + 1);
    let token = |j| target.domain.iter().map(|side| Exact(side.inf() + side.wid() * at(j))).collect();
    (0..n).map(token).collect()
}

fn error_at(
    target: &Target,
    network: &Forward<f64>,
    workspace: &mut Workspace<f64>,
    sequence: &[Vec<f64>],
) -> Result<f64, String> {
    let wanted =
        evaluate_sequence(target, sequence).map_err(|e| format!("the target has no value there: {e}"))?;
    let got = network.run_in(workspace, &sequence.concat()).map_err(|e| e.to_string())?;
    let errors = wanted.iter().flatten().zip(got).map(|(wanted, got)| (got - wanted).abs());
    let worst = errors.fold(0.0, |worst: f64, error| if error.is_nan() { error } else { worst.max(error) });
    if worst.is_finite() { Ok(worst) } else { Err("a value is not finite in floating point".into()) }
}
