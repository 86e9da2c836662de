//! How good an operator is, by floating-point samples; and the smallest degree that seems good enough.

use super::super::ApproximationError;
use super::super::sample::sample;
use super::assembly::{Columns, changed};
use super::frame::{Frame, MAX_DEGREE, Operator};
use super::multisets::{Multisets, with};
use super::node_values::{Layout, at_nodes, token_at};
use crate::eval::operations::target_operations;
use crate::parallel;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::to_f64;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::language::{EvalError, evaluate_token};
use sumformer_checker::work::charge_all;

/// Sequences at which the error is looked at.
const SAMPLES: usize = 400;
/// Samples that are in memory at the same time.
const AT_ONCE: usize = 64;
/// Of sums in floating point, relative to the sum of magnitudes.
const NOISE: f64 = 1e-13;

/// An operator applied to a target, in floating point. Polynomials of high degree cancel hopelessly in monomials, so
/// this is the sum over the nodes itself.
pub struct FloatOperator<'a> {
    frame: &'a Frame,
    layout: Layout,
    /// Per output, by place.
    values: Vec<Vec<f64>>,
}

impl<'a> FloatOperator<'a> {
    /// Evaluates the target at the nodes, without any promise on the last digits.
    pub fn new(target: &Target, frame: &'a Frame) -> Result<Self, ApproximationError> {
        let layout = Layout::new(target, frame)?;
        charge_all(layout.places().len(), target_operations(target, layout.tokens));
        let nodes: Vec<Vec<f64>> =
            frame.nodes().iter().map(|side| side.iter().map(to_f64).collect()).collect();
        let at_places: Vec<Vec<f64>> =
            parallel::map(&layout.places(), |place| at_nodes(target, &nodes, place))
                .into_iter()
                .collect::<Result<_, EvalError>>()?;
        let values = (0..target.outputs()).map(|o| at_places.iter().map(|v| v[o]).collect()).collect();
        Ok(Self { frame, layout, values })
    }

    /// All outputs at a sequence, own token first; one token after the other is summed over.
    pub fn evaluate(&self, sequence: &[Vec<f64>]) -> Vec<f64> {
        let Some((own, others)) = sequence.split_first() else { return Vec::new() };
        let own = self.token_weights(own);
        let others: Vec<Vec<f64>> = others.iter().map(|token| self.token_weights(token)).collect();
        let dot = |row: &[f64]| row.iter().zip(&own).map(|(value, weight)| value * weight).sum();
        self.values
            .iter()
            .map(|values| {
                let mut tensor: Vec<f64> = values.chunks(self.layout.token_nodes).map(dot).collect();
                for (done, weights) in others.iter().enumerate() {
                    let size = others.len() - done;
                    let [larger, smaller] =
                        [size, size - 1].map(|size| Multisets::new(size, self.layout.token_nodes));
                    let contract = |rest: &Vec<usize>| {
                        weights.iter().enumerate().map(|(v, w)| w * tensor[larger.rank(&with(rest, v))]).sum()
                    };
                    tensor = smaller.list().iter().map(contract).collect();
                }
                tensor.first().copied().unwrap_or(f64::NAN)
            })
            .collect()
    }

    /// The largest coefficient of a monomial of degree at least 2 in the coordinates of all tokens, times the widths of
    /// its factors' ranges; 0 if it is no larger than rounding in floating point makes it.
    ///
    /// A product of factors whose widths multiply to w, with n pieces in each of two squares, is off by w/(4n²); that is
    /// multiplied by the coefficient c. So an error of ε needs about √(cw/ε) hidden units: a prediction before anything is
    /// computed exactly.
    pub fn largest_coefficient(&self) -> f64 {
        let (columns, widths) = (self.columns(), self.monomial_widths());
        let row_sum = |column: &Vec<(usize, f64)>| column.iter().map(|(_, c)| c.abs()).sum::<f64>();
        let growth = columns.iter().map(row_sum).fold(1.0, f64::max).powi(self.layout.tokens as i32);
        let monomials = self.layout.places();
        let largest = |values: &Vec<f64>| -> f64 {
            let noise = values.iter().map(|v| v.abs()).fold(0.0, f64::max) * growth * NOISE;
            let size = |((own, others), c): (&(usize, Vec<usize>), f64)| {
                let (degree, width) = others.iter().fold(widths[*own], |(degree, width), &alpha| {
                    (degree + widths[alpha].0, width * widths[alpha].1)
                });
                if degree < 2 || c.abs() <= noise { 0.0 } else { c.abs() * width }
            };
            let coefficients = changed(&columns, &self.layout, values);
            monomials.iter().zip(coefficients).map(size).filter(|s| s.is_finite()).fold(0.0, f64::max)
        };
        self.values.iter().map(largest).fold(0.0, f64::max)
    }

    /// The basis polynomials of one token, as in the exact change of basis.
    fn columns(&self) -> Columns<f64> {
        let nodes = self.frame.nodes();
        let basis: Vec<Vec<Vec<f64>>> = (0..nodes.len())
            .map(|k| self.frame.basis(k).iter().map(|row| row.iter().map(to_f64).collect()).collect())
            .collect();
        let numbers: Vec<Vec<usize>> = nodes.iter().map(|side| (0..side.len()).collect()).collect();
        let coefficient = |node: usize, alpha: usize| -> f64 {
            let (v, exponents) = (token_at(&numbers, node), token_at(&numbers, alpha));
            basis.iter().zip(v.iter().zip(exponents)).map(|(p, (&&v, &e))| p[v][e]).product()
        };
        let all = 0..self.layout.token_nodes;
        all.clone().map(|alpha| all.clone().map(|node| (node, coefficient(node, alpha))).collect()).collect()
    }

    /// Degrees of the monomials of one token, and the widths of their ranges (1 for the constant).
    fn monomial_widths(&self) -> Vec<(usize, f64)> {
        let nodes = self.frame.nodes();
        let numbers: Vec<Vec<usize>> = nodes.iter().map(|side| (0..side.len()).collect()).collect();
        let width = |alpha: usize| {
            let exponents = token_at(&numbers, alpha);
            let factor = |(side, &&e): (&Interval, &&usize)| match e {
                0 => 1.0,
                _ => to_f64(&side.power(e as u32).wid()),
            };
            let width = self.frame.domain().iter().zip(&exponents).map(factor).product();
            (exponents.into_iter().sum(), width)
        };
        (0..self.layout.token_nodes).map(width).collect()
    }

    /// The products of the coordinates' weights, by node of one token.
    fn token_weights(&self, token: &[f64]) -> Vec<f64> {
        let mut products = vec![1.0];
        for (k, &x) in token.iter().enumerate() {
            let weights = self.frame.weights(k, x);
            products = weights.iter().flat_map(|w| products.iter().map(move |p| p * w)).collect();
        }
        products
    }
}

/// The largest sampled |f − operator f| of token 0 over all outputs: a lower estimate of the error. Samples at which the
/// target has no finite value are passed over.
pub fn sampled_error(target: &Target, frame: &Frame) -> Result<f64, ApproximationError> {
    largest_error(target, &FloatOperator::new(target, frame)?)
}

fn largest_error(target: &Target, operator: &FloatOperator<'_>) -> Result<f64, ApproximationError> {
    let Tokens::Fixed(n) = target.tokens else { return Err(ApproximationError::NoLength) };
    let values: usize = operator.values.iter().map(Vec::len).sum();
    charge_all(SAMPLES, values as u64 + target_operations(target, n));
    let error = |sequence: &[Vec<f64>]| -> Result<f64, EvalError> {
        let wanted: Vec<f64> = evaluate_token(target, sequence, 0)?;
        let got = operator.evaluate(sequence);
        let errors = wanted.iter().zip(got).map(|(a, b)| (a - b).abs());
        Ok(errors.filter(|e| e.is_finite()).fold(0.0, f64::max))
    };
    let mut sequences = sample(&target.domain, n, SAMPLES);
    let mut largest = 0.0_f64;
    // Long sequences are not in memory all at once.
    loop {
        let some: Vec<Vec<Vec<f64>>> = sequences.by_ref().take(AT_ONCE).collect();
        if some.is_empty() {
            return Ok(largest);
        }
        for error in parallel::map(&some, |sequence| error(sequence)) {
            largest = largest.max(error?);
        }
    }
}

/// A degree, and how good it looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guess {
    /// Which operator.
    pub operator: Operator,
    /// m.
    pub degree: u32,
    /// The sampled error at it.
    pub sampled_error: f64,
}

/// Interpolation beyond this degree has long coefficients that cancel, and is made for targets with kinks only.
const MOST_INTERPOLATED: u32 = 32;

/// The smallest degree whose sampled error is at most `error`, by doubling and bisection (errors are taken to fall with
/// the degree): where a certified search may start. Refused as soon as a degree has a coefficient, as in
/// [`FloatOperator::largest_coefficient`], beyond `most`: those of higher degrees are larger.
pub fn smallest_degree(
    target: &Target,
    operator: Operator,
    error: f64,
    most: f64,
) -> Result<Guess, ApproximationError> {
    let look = |degree: u32| -> Result<Guess, ApproximationError> {
        let frame = Frame::new(operator, degree, &target.domain)?;
        let values = FloatOperator::new(target, &frame)?;
        // Of higher degrees only those that do not cancel are still of interest.
        if degree <= MOST_INTERPOLATED && most.is_finite() {
            let coefficient = values.largest_coefficient();
            if coefficient > most {
                return Err(ApproximationError::Cancelling { degree, coefficient });
            }
        }
        Ok(Guess { operator, degree, sampled_error: largest_error(target, &values)? })
    };
    // The largest degree that is not refused, by the closed form alone.
    let allowed = |degree: u32| {
        Frame::new(operator, degree, &target.domain).and_then(|frame| Layout::new(target, &frame)).map(|_| ())
    };
    allowed(1)?;
    let most = match operator {
        Operator::Bernstein => MAX_DEGREE,
        Operator::Chebyshev => MOST_INTERPOLATED,
    };
    let largest = (1..=most).take_while(|&m| allowed(m).is_ok()).last().unwrap_or(1);
    let mut failed = 0;
    let mut good = loop {
        let guess = look((2 * failed).clamp(1, largest))?;
        if guess.sampled_error <= error {
            break guess;
        }
        if guess.degree == largest {
            let (what, amount) = ("degree per variable", u64::from(largest));
            return Err(ApproximationError::NotReached { what, amount, error: guess.sampled_error });
        }
        failed = guess.degree;
    };
    while good.degree - failed > 1 {
        let middle = look(failed + (good.degree - failed) / 2)?;
        if middle.sampled_error <= error { good = middle } else { failed = middle.degree }
    }
    Ok(good)
}

/// The operator that seems to reach `error` with the smaller degree, and so with fewer terms and, where ψ is not degree-
/// reduced, with fewer features; of equal ones the Bernstein operator, which has bounds of its own. Neither has a
/// coefficient beyond `most`.
pub fn choose_operator(target: &Target, error: f64, most: f64) -> Result<Guess, ApproximationError> {
    let interpolation = smallest_degree(target, Operator::Chebyshev, error, most);
    match (smallest_degree(target, Operator::Bernstein, error, most), interpolation) {
        (Ok(a), Ok(b)) => Ok(if a.degree <= b.degree { a } else { b }),
        (Ok(guess), Err(_)) | (Err(_), Ok(guess)) => Ok(guess),
        (Err(_), Err(refused)) => Err(refused),
    }
}
