//! The error budget: how many pieces every gadget gets so that the errors at the outputs stay within ε and the number
//! of hidden units is least (Lagrange: N_g ∝ (L_g·A_g/κ_g)^{1/3}).
//!
//! Everything here is planning in floating point; what is proved comes from the finished weights.

use super::heads;
use super::plan::{Item, Plan, Stage, Step};
use crate::network::function_plan::amplitude;
use crate::network::gadget::{CONSTANT_WIDTH, balance_f64};
use crate::sumformer::features::as_power;
use crate::sumformer::{SumBasis, Sumformer};
use std::collections::BTreeMap;
use sumformer_checker::arith::bernstein;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::to_f64;
use sumformer_checker::arith::polynomial::{Monomial, Polynomial};
use sumformer_checker::enclosure::univariate::lipschitz;
use sumformer_checker::language::ast::Function;
use sumformer_checker::surrogate::Surrogate;
use sumformer_checker::work::charge_all;

/// A gadget (or the pair of a product) whose error is `amplitude / N²` at the cost of `units_per_piece · N` units.
#[derive(Debug, Clone, PartialEq)]
pub struct GadgetCost {
    /// A.
    pub amplitude: f64,
    /// κ.
    pub units_per_piece: f64,
    /// L: how much an error of 1 in this gadget adds to each output's error.
    pub sensitivity: Vec<f64>,
}

/// Pieces for every gadget of every step, in the plan's order, and the planned number of hidden units.
#[derive(Debug, Clone)]
pub struct Budget {
    /// Per step or atom, one number per gadget (one for a product's pair).
    pub pieces: Vec<Vec<u64>>,
    /// Σ κ·N.
    pub units: f64,
}

/// Closed range of floating-point numbers, for planning.
#[derive(Debug, Clone, Copy)]
struct Span(f64, f64);

impl Span {
    fn of(interval: &Interval) -> Self {
        Self(to_f64(interval.inf()), to_f64(interval.sup()))
    }
    /// A degenerate side is planned as a short one: errors of its gadgets still widen what they are multiplied with.
    fn not_a_point(self) -> Self {
        if self.width() > 0.0 {
            self
        } else {
            Self(self.0 - CONSTANT_WIDTH / 2.0, self.1 + CONSTANT_WIDTH / 2.0)
        }
    }
    fn width(self) -> f64 {
        self.1 - self.0
    }
    fn magnitude(self) -> f64 {
        self.0.abs().max(self.1.abs())
    }
    fn times(self, other: Self) -> Self {
        let p = [self.0 * other.0, self.0 * other.1, self.1 * other.0, self.1 * other.1];
        Self(
            p.iter().copied().fold(f64::INFINITY, f64::min),
            p.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        )
    }
    fn power(self, exponent: u32) -> Self {
        let (a, b) = (self.0.powi(exponent as i32), self.1.powi(exponent as i32));
        if exponent % 2 == 1 || self.0 >= 0.0 {
            Self(a, b)
        } else if self.1 <= 0.0 {
            Self(b, a)
        } else {
            Self(0.0, a.max(b))
        }
    }
}

/// Ranges of monomials over the box of variables.
struct Ranges {
    variables: Vec<Span>,
}

impl Ranges {
    /// Of one token's feature; a combination is enclosed as the checker does it.
    fn of_feature(&self, phi: &Polynomial, domain: &[Interval]) -> Span {
        match as_power(phi) {
            Some(m) => self.of(m),
            None => Span::of(&bernstein::range(phi, |v| &domain[v as usize])).not_a_point(),
        }
    }

    fn of(&self, m: &Monomial) -> Span {
        m.powers().iter().fold(Span(1.0, 1.0), |s, &(v, e)| s.times(self.variables[v as usize].power(e)))
    }
}

/// The least-units plan for an output error of at most `epsilon` on the box.
pub fn plan_budget(sumformer: &Sumformer, surrogate: &Surrogate, plan: &Plan, epsilon: f64) -> Budget {
    let costs = gadget_costs(sumformer, surrogate, plan, epsilon);
    let flat: Vec<GadgetCost> = costs.iter().flatten().cloned().collect();
    let (pieces, units) = least_units(&flat, epsilon);
    let mut pieces = pieces.into_iter();
    let pieces = costs.iter().map(|step| pieces.by_ref().take(step.len()).collect()).collect();
    Budget { pieces, units }
}

/// Amplitudes and sensitivities of all gadgets, in the plan's order, for errors of about `epsilon` at the outputs.
pub fn gadget_costs(
    sumformer: &Sumformer,
    surrogate: &Surrogate,
    plan: &Plan,
    epsilon: f64,
) -> Vec<Vec<GadgetCost>> {
    let domain = surrogate.target.domain.iter();
    let token = Ranges { variables: domain.map(|side| Span::of(side).not_a_point()).collect() };
    let copies = sumformer.copies() as f64;
    let mut variables = token.variables.clone();
    variables.extend(sumformer.features.iter().map(|phi| {
        let range = token.of_feature(phi, &surrogate.target.domain);
        if sumformer.basis == SumBasis::Means { range } else { Span(range.0 * copies, range.1 * copies) }
    }));
    let all = Ranges { variables };
    let outputs = surrogate.forms.len();
    let mut sensitivity = Sensitivity { outputs, reach: BTreeMap::new() };
    for (output, p) in sumformer.psi[..outputs].iter().enumerate() {
        for (m, c) in p.terms() {
            sensitivity.of(m)[output] += to_f64(c).abs();
        }
    }
    let mut costs = Vec::new();
    let mut stages = |stages: &[Stage], ranges: &Ranges, sensitivity: &mut Sensitivity| {
        for item in stages.iter().rev().flat_map(|stage| stage.items().rev()) {
            costs.push(match item {
                Item::Step(step) => step_costs(step, ranges, sensitivity),
                Item::Atom(number) => atom_costs(number, sumformer, surrogate, sensitivity, epsilon),
            });
        }
    };
    stages(&plan.psi, &all, &mut sensitivity);
    // What reaches a latent reaches its feature once per token that is summed; what reaches coordinates and atoms
    // stays there, and monomials of φ are not those of ψ.
    let dimension = sumformer.dimension as u32;
    let mut before = Sensitivity { outputs, reach: BTreeMap::new() };
    for v in 0..dimension {
        if let Some(reach) = sensitivity.reach.get(&Monomial::variable(v)) {
            before.reach.insert(Monomial::variable(v), reach.clone());
        }
    }
    for (i, feature) in sumformer.features.iter().enumerate() {
        let latent = Monomial::variable(dimension + i as u32);
        if let Some(reach) = sensitivity.reach.get(&latent) {
            for (m, c) in feature.terms() {
                let weight = to_f64(c).abs() * copies;
                before.of(m).iter_mut().zip(reach).for_each(|(s, l)| *s += l * weight);
            }
        }
    }
    for (mean, weighted) in surrogate.means.iter().enumerate() {
        if let Some(reach) =
            sensitivity.reach.get(&Monomial::variable(surrogate.coordinate_of_mean(mean) as u32))
        {
            // An error of η in all scores moves a mean by at most η/2 times the range of its values.
            let half = to_f64(&weighted.range.wid()) / 2.0;
            for (m, factor) in heads::reach(sumformer.dimension, weighted, half, |m| token.of(m).magnitude())
            {
                before.of(&m).iter_mut().zip(reach).for_each(|(s, l)| *s += l * factor);
            }
        }
    }
    stages(&plan.phi, &token, &mut before);
    costs.reverse();
    costs
}

/// The sensitivity to arguments of functions that are not defined everywhere, at least.
const DOMAIN_SENSITIVITY: f64 = 1.0 / 512.0;

/// The part of ε that the error of the argument of a root may become.
const ROOT_SHARE: f64 = 0.5;

/// How much an error of 1 in a monomial adds to each output's error.
struct Sensitivity {
    outputs: usize,
    reach: BTreeMap<Monomial, Vec<f64>>,
}

impl Sensitivity {
    fn of(&mut self, m: &Monomial) -> &mut Vec<f64> {
        self.reach.entry(m.clone()).or_insert_with(|| vec![0.0; self.outputs])
    }

    fn pass_on(&mut self, to: &Monomial, reach: &[f64], factor: f64) {
        self.of(to).iter_mut().zip(reach).for_each(|(s, r)| *s += r * factor);
    }
}

/// The costs of an atom; passes its sensitivity on to the monomials of its argument.
fn atom_costs(
    number: usize,
    sumformer: &Sumformer,
    surrogate: &Surrogate,
    sensitivity: &mut Sensitivity,
    epsilon: f64,
) -> Vec<GadgetCost> {
    let atom = &surrogate.atoms[number];
    let reach = sensitivity.of(&Monomial::variable((surrogate.dimension + number) as u32)).clone();
    let slope = lipschitz(atom.function, &atom.argument_range).map_or(f64::INFINITY, |slope| to_f64(&slope));
    // The error δ of an argument next to 0 becomes √δ. That is δ times the slope at the δ for which it uses up this part of ε.
    let slope = if atom.function == Function::Root {
        let reached = reach.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        slope.min(reached / (ROOT_SHARE * epsilon))
    } else {
        slope
    };
    // Even where it does not matter for the outputs, an argument has to stay in the domain.
    let bounded = matches!(atom.function, Function::Log | Function::Root | Function::Inverse);
    let needed: Vec<f64> =
        reach.iter().map(|r| r * slope + if bounded { DOMAIN_SENSITIVITY } else { 0.0 }).collect();
    for (m, c) in sumformer.psi[surrogate.forms.len() + number].terms() {
        sensitivity.pass_on(m, &needed, to_f64(c).abs());
    }
    let amplitude = amplitude(atom.function, &atom.argument_range);
    vec![GadgetCost { amplitude, units_per_piece: 1.0, sensitivity: reach }]
}

/// The costs of one step; passes its sensitivity on to its factors.
fn step_costs(step: &Step, ranges: &Ranges, sensitivity: &mut Sensitivity) -> Vec<GadgetCost> {
    let reach = sensitivity.of(step.target()).clone();
    let mut pass_on = |to: &Monomial, factor: f64| sensitivity.pass_on(to, &reach, factor);
    match step {
        Step::Product(product) => {
            let (left, right) = (ranges.of(&product.left), ranges.of(&product.right));
            pass_on(&product.left, right.magnitude());
            pass_on(&product.right, left.magnitude());
            let (amplitude, units_per_piece) = if product.is_square() {
                (left.width().powi(2) / 8.0, 1.0)
            } else {
                let c = balance_f64(left.width(), right.width());
                ((c * left.width() + right.width() / c).powi(2) / 16.0, 2.0)
            };
            vec![GadgetCost { amplitude, units_per_piece, sensitivity: reach }]
        }
        Step::Ridge { target, powers } => {
            for &(v, e) in target.powers() {
                let rest = target.powers().iter().fold(1.0, |p, &(w, f)| {
                    let exponent = if w == v { f - 1 } else { f };
                    p * ranges.variables[w as usize].magnitude().powi(exponent as i32)
                });
                pass_on(&Monomial::variable(v), f64::from(e) * rest);
            }
            let degree = f64::from(target.degree());
            powers
                .iter()
                .map(|power| {
                    let scales = super::steps::scales(target, |v| ranges.variables[v as usize].magnitude());
                    let form = power.form.iter().fold(Span(0.0, 0.0), |sum, &(v, c)| {
                        let term = ranges.variables[v as usize].times(Span(c as f64, c as f64));
                        let scale = 2f64.powi(-scales[&v] as i32);
                        Span(sum.0 + scale * term.0, sum.1 + scale * term.1)
                    });
                    let regain: f64 = target
                        .powers()
                        .iter()
                        .map(|&(v, e)| 2f64.powi((scales[&v] * i64::from(e)) as i32))
                        .product();
                    let curvature = degree * (degree - 1.0) * form.magnitude().powf(degree - 2.0);
                    GadgetCost {
                        amplitude: to_f64(&power.weight).abs() * regain * form.width().powi(2) / 16.0
                            * curvature,
                        units_per_piece: 1.0,
                        sensitivity: reach.clone(),
                    }
                })
                .collect()
        }
    }
}

/// Minimises Σ κ·N subject to Σ_g L_gc·A_g/N_g² ≤ ε for every output c.
///
/// For multipliers λ_c the optimum is N_g = s·(Σ_c λ_c L_gc A_g/κ_g)^{1/3} with s from the worst output; the
/// multipliers of outputs with slack are lowered until nothing improves.
pub fn least_units(gadgets: &[GadgetCost], epsilon: f64) -> (Vec<u64>, f64) {
    const ROUNDS: usize = 60;
    let outputs = gadgets.first().map_or(0, |g| g.sensitivity.len());
    charge_all(ROUNDS * gadgets.len(), 4 * outputs as u64);
    let mut multipliers = vec![1.0; outputs];
    let mut best: Option<(f64, Vec<f64>)> = None;
    for _ in 0..ROUNDS {
        let shape: Vec<f64> = gadgets
            .iter()
            .map(|g| {
                let reach: f64 = g.sensitivity.iter().zip(&multipliers).map(|(l, m)| l * m).sum();
                (reach * g.amplitude / g.units_per_piece).cbrt()
            })
            .collect();
        let errors: Vec<f64> = (0..outputs)
            .map(|c| {
                gadgets
                    .iter()
                    .zip(&shape)
                    .filter(|(g, n)| **n > 0.0 && g.sensitivity[c] > 0.0)
                    .map(|(g, n)| g.sensitivity[c] * g.amplitude / (n * n))
                    .sum()
            })
            .collect();
        // Numbers beyond floating point belong to no network.
        if !errors.iter().all(|error| error.is_finite()) {
            return (vec![u64::MAX; gadgets.len()], f64::INFINITY);
        }
        let worst = errors.iter().copied().fold(0.0, f64::max);
        if worst <= 0.0 {
            break;
        }
        let scale = (worst / epsilon).sqrt();
        let cost = gadgets.iter().zip(&shape).map(|(g, n)| g.units_per_piece * n * scale).sum();
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, shape.iter().map(|n| n * scale).collect()));
        }
        for (multiplier, error) in multipliers.iter_mut().zip(&errors) {
            *multiplier *= (error / worst).max(1e-6).sqrt();
        }
    }
    let ideal = best.map_or_else(|| vec![1.0; gadgets.len()], |(_, ideal)| ideal);
    let pieces: Vec<u64> = ideal.iter().map(|n| n.ceil().clamp(1.0, 1e18) as u64).collect();
    // The sum of nothing is −0.
    let units = gadgets.iter().zip(&pieces).map(|(g, n)| g.units_per_piece * *n as f64).sum::<f64>() + 0.0;
    (pieces, units)
}
