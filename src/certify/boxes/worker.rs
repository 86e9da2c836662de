//! One box: is the difference small on it, and if not, where to halve it.

use std::cmp::Reverse;
use std::sync::Mutex;
use sumformer_checker::arith::dyadic::{Dyadic, Rounding};
use sumformer_checker::arith::dyadic_interval::DyadicInterval;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::boxes::difference::{Difference, DifferenceEnclosure, Distance};
use sumformer_checker::boxes::implied::ImpliedSumformer;
use sumformer_checker::boxes::{Place, PreparedBox, Sides};
use sumformer_checker::format::network::Network;
use sumformer_checker::given::{GivenDifference, GivenNetwork};
use sumformer_checker::language::EvalError;
use sumformer_checker::language::target::Target;

/// What is found on a box.
#[derive(Debug, Clone)]
pub enum Assessment {
    /// The magnitude of the difference per output, none of them above its tolerance.
    Enclosed(Vec<Dyadic>),
    /// It may be larger.
    Failed(Failure),
}

/// A box on which the difference may exceed a tolerance.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The coordinate to halve; nothing if all of them have been halved as often as is allowed.
    pub split: Option<usize>,
    /// The output with the largest enclosure above its tolerance.
    pub output: usize,
    /// The difference there; nothing if the target has no enclosure on the box.
    pub enclosure: Option<DyadicInterval>,
    /// Whether the difference exceeds the tolerance at the middle of the box, so that halving is in vain.
    pub hopeless: bool,
}

impl Failure {
    /// Nothing is known of a box.
    pub fn unseen(places: &[Place]) -> Self {
        Self { split: least_halved(places), output: 0, enclosure: None, hopeless: false }
    }

    /// A bound on the difference; ∞ without enclosure.
    pub fn magnitude(&self) -> Dyadic {
        self.enclosure.map_or(Dyadic::INFINITY, DyadicInterval::mag)
    }
}

/// What a target can be compared with on boxes.
pub trait Comparison: Sync {
    /// Enclosures of the difference, for one thread; fails where there are none at all.
    fn difference(&self, target: &Target) -> Result<Box<dyn Difference + Send>, EvalError>;
}

impl Comparison for ImpliedSumformer {
    fn difference(&self, target: &Target) -> Result<Box<dyn Difference + Send>, EvalError> {
        Ok(Box::new(DifferenceEnclosure::new(target, self)?))
    }
}

impl Comparison for Network {
    fn difference(&self, target: &Target) -> Result<Box<dyn Difference + Send>, EvalError> {
        let given = GivenNetwork::new(self).map_err(|_| EvalError::Unbound)?;
        Ok(Box::new(GivenDifference::new(target, given)?))
    }
}

/// What is compared, and how close it must be.
pub struct Subject<'a> {
    target: &'a Target,
    compared: &'a dyn Comparison,
    pub sides: &'a Sides,
    n: usize,
    tolerances: Vec<Dyadic>,
    /// Evaluators that nobody uses at the moment.
    idle: Mutex<Vec<Evaluator<'a>>>,
}

struct Evaluator<'a> {
    difference: Box<dyn Difference + Send>,
    present: PreparedBox<'a>,
}

/// An evaluator, given back when it is dropped.
pub struct Worker<'s, 'a> {
    subject: &'s Subject<'a>,
    evaluator: Option<Evaluator<'a>>,
}

impl Drop for Worker<'_, '_> {
    fn drop(&mut self) {
        if let (Some(evaluator), Ok(mut idle)) = (self.evaluator.take(), self.subject.idle.lock()) {
            idle.push(evaluator);
        }
    }
}

impl<'a> Subject<'a> {
    /// Prepares the comparison of n tokens; fails where there are no enclosures at all.
    pub fn new(
        target: &'a Target,
        compared: &'a dyn Comparison,
        sides: &'a Sides,
        n: usize,
        tolerances: &[Rational],
    ) -> Result<Self, EvalError> {
        let evaluator =
            Evaluator { difference: compared.difference(target)?, present: PreparedBox::new(sides, n) };
        let tolerances = tolerances.iter().map(|t| Dyadic::from_rational(t, Rounding::Down)).collect();
        Ok(Self { target, compared, sides, n, tolerances, idle: Mutex::new(vec![evaluator]) })
    }

    /// An evaluator for one thread.
    pub fn worker(&self) -> Worker<'_, 'a> {
        let idle = self.idle.lock().ok().and_then(|mut idle| idle.pop());
        let evaluator = idle.or_else(|| {
            let difference = self.compared.difference(self.target).ok()?;
            Some(Evaluator { difference, present: PreparedBox::new(self.sides, self.n) })
        });
        Worker { subject: self, evaluator }
    }
}

impl Worker<'_, '_> {
    fn enclose(&mut self, places: &[Place]) -> Option<Vec<Distance>> {
        let evaluator = self.evaluator.as_mut()?;
        evaluator.difference.distances(evaluator.present.at(places)).ok()
    }

    /// The magnitudes of the difference on a box, whatever is asked for; nothing if one of them is infinite.
    pub fn magnitudes(&mut self, places: &[Place]) -> Option<Vec<Dyadic>> {
        let magnitudes: Vec<Dyadic> = self.enclose(places)?.iter().map(|output| output.range.mag()).collect();
        magnitudes.iter().all(|magnitude| magnitude.is_finite()).then_some(magnitudes)
    }

    /// Encloses the difference on a box.
    pub fn assess(&mut self, places: &[Place]) -> Assessment {
        let Some(outputs) = self.enclose(places) else {
            return Assessment::Failed(Failure::unseen(places));
        };
        let tolerances = &self.subject.tolerances;
        let magnitude = |output: &Distance| output.range.mag();
        let above = outputs.iter().zip(tolerances).enumerate().filter(|(_, (o, t))| magnitude(o) > **t);
        let worst = above.max_by_key(|(number, (output, _))| (magnitude(output), Reverse(*number)));
        let Some((number, (output, _))) = worst else {
            return Assessment::Enclosed(outputs.iter().map(magnitude).collect());
        };
        let beyond = |(output, &tolerance): (&Distance, &Dyadic)| {
            let centre = output.centre;
            centre.inf() > tolerance || -centre.sup() > tolerance
        };
        Assessment::Failed(Failure {
            split: steepest(output, places),
            output: number,
            enclosure: Some(output.range),
            hopeless: outputs.iter().zip(tolerances).any(beyond),
        })
    }
}

/// The coordinate whose slope, times its width, contributes most, or that has been halved least often where slopes are not known; the
/// first of several.
fn steepest(output: &Distance, places: &[Place]) -> Option<usize> {
    let halvable = (0..places.len()).filter(|&k| places[k].halves().is_some());
    let slope = |k: usize| output.slopes.get(k).map_or(Dyadic::ZERO, |slope| slope.mag());
    halvable.max_by_key(|&k| (slope(k), Reverse((places[k].level(), k))))
}

/// The coordinate that has been halved least often; the first of several.
fn least_halved(places: &[Place]) -> Option<usize> {
    let halvable = (0..places.len()).filter(|&k| places[k].halves().is_some());
    halvable.min_by_key(|&k| (places[k].level(), k))
}
