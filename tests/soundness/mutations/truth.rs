//! Is |network − target| ≤ certified? Asked of many exact points, without any rule of the checker.

use super::dice::Dice;
use num_traits::Zero;
use sumformer::eval::Forward;
use sumformer::numeric::FloatInterval;
use sumformer_checker::arith::dyadic_interval::DyadicInterval;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, integer, max, min, power_of_two, ratio, to_f64};
use sumformer_checker::enclosure::{PreparedSide, TargetEnclosure};
use sumformer_checker::format::network::{AffineMap, Network};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::language;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::language::{EvalError, evaluate_sequence, evaluate_token};
use sumformer_checker::witness::semantics::{ExactEvaluator, SemanticsError};

/// Longer sequences are compared at one random token each.
const ALL_TOKENS: usize = 8;

/// A sequence of n tokens of d coordinates.
pub type Sequence = Vec<Vec<Rational>>;

/// How hard to look.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Points that are evaluated exactly.
    pub exact: usize,
    /// Points that are screened in floating point, the worst ones re-evaluated exactly.
    pub screened: usize,
}

/// A network and a target, ready to be compared.
pub struct Comparison<'a> {
    target: &'a Target,
    network: &'a Network,
    exact: ExactEvaluator<'a>,
    intervals: Forward<FloatInterval>,
    floats: Forward<f64>,
}

impl<'a> Comparison<'a> {
    pub fn new(target: &'a Target, network: &'a Network) -> Self {
        Self {
            target,
            network,
            exact: ExactEvaluator::new(network).expect("the checker read the network"),
            intervals: Forward::compile(network).expect("the checker read the network"),
            floats: Forward::compile(network).expect("the checker read the network"),
        }
    }

    /// The largest error at `sequence`, exactly; where attention weights are transcendental, a proved lower bound.
    pub fn error(&self, sequence: &Sequence, dice: &mut Dice) -> Rational {
        let tokens = if sequence.len() <= ALL_TOKENS {
            0..sequence.len()
        } else {
            let token = dice.below(sequence.len());
            token..token + 1
        };
        let outputs = |token| self.exact.evaluate_run(language::Sequence::once(sequence), token);
        let got: Result<Vec<_>, _> = if tokens.len() == sequence.len() {
            self.exact.evaluate(sequence)
        } else {
            tokens.clone().map(outputs).collect()
        };
        match got {
            Ok(got) => {
                let mut worst = Rational::zero();
                for (token, got) in tokens.zip(got) {
                    for (a, b) in got.into_iter().zip(self.wanted(sequence, token)) {
                        worst = max(worst, distance(&Interval::point(a), &b));
                    }
                }
                worst
            }
            Err(SemanticsError::NotExact { .. }) => self.lower_bound(sequence, tokens),
            Err(other) => panic!("{other}"),
        }
    }

    fn lower_bound(&self, sequence: &Sequence, tokens: std::ops::Range<usize>) -> Rational {
        let enclosed: Vec<Vec<FloatInterval>> =
            sequence.iter().map(|token| token.iter().map(FloatInterval::from_rational).collect()).collect();
        let got = self.intervals.run(&enclosed).expect("finite");
        let mut worst = Rational::zero();
        for token in tokens {
            for (enclosure, wanted) in got[token].iter().zip(self.wanted(sequence, token)) {
                let bound = |x: f64| Rational::from_float(x).expect("finite");
                let got = Interval::new(bound(enclosure.inf()), bound(enclosure.sup())).expect("ordered");
                worst = max(worst, distance(&got, &wanted));
            }
        }
        worst
    }

    /// The target's values, as points where they are rational.
    fn wanted(&self, sequence: &Sequence, token: usize) -> Vec<Interval> {
        match evaluate_token(self.target, sequence, token) {
            Ok(values) => values.into_iter().map(Interval::point).collect(),
            Err(EvalError::NotRational(_)) => self.enclosed(sequence, token),
            Err(other) => panic!("{other}"),
        }
    }

    fn enclosed(&self, sequence: &Sequence, token: usize) -> Vec<Interval> {
        let target = Target { tokens: Tokens::Fixed(sequence.len()), ..self.target.clone() };
        let others = (0..sequence.len()).filter(|&j| j != token);
        let sides: Vec<PreparedSide> = std::iter::once(token)
            .chain(others)
            .flat_map(|j| &sequence[j])
            .map(|coordinate| PreparedSide::new(&Interval::point(coordinate.clone())))
            .collect();
        let mut enclosure = TargetEnclosure::new(&target).expect("a fixed length");
        let values = enclosure.enclose(&sides.iter().collect::<Vec<_>>()).expect("defined in the box");
        let ends = |value: DyadicInterval| Some([value.inf().to_rational()?, value.sup().to_rational()?]);
        let interval = |[inf, sup]: [Rational; 2]| Interval::new(inf, sup).expect("ordered");
        values.into_iter().map(|value| interval(ends(value).expect("bounded"))).collect()
    }

    /// The largest error over corners, random points, break points of hidden units, points where the unit `focus` is
    /// active, and the worst of the screened points.
    pub fn worst_error(&self, effort: Effort, focus: Option<(usize, usize)>, dice: &mut Dice) -> Rational {
        let mut points: Vec<Sequence> = (0..effort.exact).map(|_| self.point(dice)).collect();
        if let Some((block, unit)) = focus {
            points.extend(self.active_points(block, unit, dice));
        }
        let mut screened: Vec<(f64, Sequence)> = (0..effort.screened)
            .map(|_| {
                let point = self.point(dice);
                (self.float_error(&point), point)
            })
            .collect();
        screened.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        points.extend(screened.into_iter().take(8).map(|(_, point)| point));
        points.iter().map(|point| self.error(point, dice)).fold(Rational::zero(), max)
    }

    fn float_error(&self, sequence: &Sequence) -> f64 {
        let floats: Vec<Vec<f64>> = sequence.iter().map(|token| token.iter().map(to_f64).collect()).collect();
        let (Ok(got), Ok(wanted)) = (self.floats.run(&floats), evaluate_sequence(self.target, &floats))
        else {
            return f64::INFINITY;
        };
        let errors = got.iter().flatten().zip(wanted.iter().flatten()).map(|(a, b)| (a - b).abs());
        errors.fold(0.0, f64::max)
    }

    /// A sequence in the box: corners, dyadic points, fractions, all but one token equal, break points.
    pub fn point(&self, dice: &mut Dice) -> Sequence {
        let n = match self.target.tokens {
            Tokens::Fixed(n) => n,
            Tokens::Any => 1 + dice.below(6),
        };
        let kind = dice.below(5);
        let mut sequence: Sequence = (0..n)
            .map(|_| {
                let sides = self.target.domain.iter();
                sides
                    .map(|side| {
                        let share = match kind {
                            0 => integer(dice.below(2) as i64),
                            1 => ratio(dice.below(97) as i64, 96),
                            _ => ratio(dice.below(65_537) as i64, 65_536),
                        };
                        side.inf() + side.wid() * share
                    })
                    .collect()
            })
            .collect();
        if kind == 2 {
            let (alone, other) = (dice.below(n), sequence[0].clone());
            (0..n).filter(|&j| j != alone).for_each(|j| sequence[j].clone_from(&other));
        }
        if kind == 3 {
            for token in &mut sequence {
                self.move_to_break_point(token, dice);
            }
        }
        sequence
    }

    /// Moves a coordinate to where a unit that reads it alone starts or stops, or just beside.
    fn move_to_break_point(&self, token: &mut [Rational], dice: &mut Dice) {
        let Some(block) = dice.pick(&self.network.blocks) else { return };
        let Some(unit) = dice.pick(&block.units) else { return };
        let mut inputs = unit.input.iter();
        if let (Some((slot, weight)), None) = (inputs.next(), inputs.next())
            && slot < token.len()
        {
            let beside = power_of_two(-30) * integer(dice.below(3) as i64 - 1);
            let side = &self.target.domain[slot];
            let at = -&unit.bias.0 / weight + beside;
            token[slot] = max(side.inf().clone(), min(side.sup().clone(), at));
        }
    }

    /// Points at which the unit's argument is positive: the smallest and the largest among many (attention left out).
    fn active_points(&self, block: usize, unit: usize, dice: &mut Dice) -> Vec<Sequence> {
        let mut probe = self.network.clone();
        let unit = probe.blocks[block].units[unit].clone();
        probe.blocks.truncate(block);
        probe.outputs = 1;
        probe.readout = AffineMap {
            weights: SparseMatrix::from_entries(unit.input.iter().map(|(s, w)| (s, 0, w.clone()))),
            bias: SparseVector::from_entries([(0, unit.bias.0)]),
        };
        let probe: Forward<f64> = Forward::compile(&probe).expect("a part of a well-formed network");
        let mut active: Vec<(f64, Sequence)> = Vec::new();
        for _ in 0..96 {
            let point = self.point(dice);
            let floats: Vec<Vec<f64>> = point.iter().map(|t| t.iter().map(to_f64).collect()).collect();
            let Ok(arguments) = probe.run(&floats) else { continue };
            let argument = arguments.into_iter().map(|a| a[0]).fold(f64::NEG_INFINITY, f64::max);
            if argument > 0.0 {
                active.push((argument, point));
            }
        }
        active.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let last = active.len().saturating_sub(12);
        active
            .into_iter()
            .enumerate()
            .filter(|(at, _)| *at < 12 || *at >= last)
            .map(|(_, (_, point))| point)
            .collect()
    }
}

/// How far two numbers in these intervals are apart at least.
fn distance(a: &Interval, b: &Interval) -> Rational {
    max(Rational::zero(), max(a.inf() - b.sup(), b.inf() - a.sup()))
}

/// Whether two networks have the same exact outputs at `count` random points of the box; `None` if they have none.
pub fn agree(target: &Target, a: &Network, b: &Network, count: usize, dice: &mut Dice) -> Option<bool> {
    if (a.tokens, a.dimension, a.outputs) != (b.tokens, b.dimension, b.outputs) {
        return Some(false);
    }
    let (a, b) = (Comparison::new(target, a), Comparison::new(target, b));
    for _ in 0..count {
        let point = a.point(dice);
        if a.exact.evaluate(&point).ok()? != b.exact.evaluate(&point).ok()? {
            return Some(false);
        }
    }
    Some(true)
}
