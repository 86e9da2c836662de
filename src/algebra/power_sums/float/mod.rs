//! Power sums of batches in floating point.
//!
//! Every lane of a vector has a sequence of its own, or a part of the tokens of one; the same operations run on all lanes:
//! both tables of monomials ([`tables`]), products of their rows with sums in registers ([`products`]), and an
//! order of results ([`results`]). The kernels are written once, over [`lanes`]; which registers there are is asked at run time.

mod batch;
mod lanes;
mod memory;
pub(super) mod plan;
mod products;
#[cfg(feature = "fast")]
mod registers;
mod results;
mod scalar;
mod tables;
#[cfg(test)]
mod tests;

pub use scalar::Scalar;

use super::{PowerSums, ShapeError};
use crate::parallel;
use batch::{Batch, WIDEST};
use memory::Memory;

/// Evaluates the power sums of batches in f64 or f32, and keeps the memory for it from one call to the next.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use sumformer::algebra::power_sums::PowerSums;
///
/// let sums = PowerSums::new(2, 3)?;
/// let mut evaluator = sums.evaluator::<f64>();
/// let mut results = vec![0.0; 2 * sums.count()];
/// // Two sequences of two tokens each.
/// evaluator.evaluate(2, 2, &[1.0, 2.0, 3.0, 4.0, 0.0, 0.5, 0.0, 0.25], &mut results)?;
/// assert_eq!(results[..5], [4.0, 6.0, 10.0, 14.0, 20.0]); // Σ x, Σ y, Σ x², Σ xy, Σ y²
/// assert_eq!(results[9..11], [0.0, 0.75]);
/// # Ok(())
/// # }
/// ```
///
/// With u the unit roundoff of T (2⁻⁵³ or 2⁻²⁴), m = |α| + n − 2 and γ_m = m·u / (1 − m·u), a result differs from Σ_j x_j^α by
/// at most γ_m Σ_j |x_j^α|, as long as no product leaves the normal range: a term is made by |α| − 1 products and meets at most n − 1
/// others in sums, each rounded at most once. In which order tokens are summed depends on the shape of the batch and on the vectors of
/// the machine, and so do the last bits; they do not depend on threads, nor on earlier calls.
#[derive(Debug, Clone)]
pub struct Evaluator<'a, T> {
    power_sums: &'a PowerSums,
    /// One for each thread.
    memories: Vec<Memory<T>>,
}

impl PowerSums {
    /// An evaluator for many batches.
    pub fn evaluator<T: Scalar>(&self) -> Evaluator<'_, T> {
        Evaluator { power_sums: self, memories: vec![Memory::default()] }
    }

    /// All power sums of one batch, as [`Evaluator::evaluate`] has them.
    pub fn evaluate_f64(
        &self,
        sequences: usize,
        length: usize,
        tokens: &[f64],
        output: &mut [f64],
    ) -> Result<(), ShapeError> {
        self.evaluator().evaluate(sequences, length, tokens, output)
    }
}

impl<T: Scalar> Evaluator<'_, T> {
    /// The same evaluator on so many threads, which share sequences; it needs the feature `fast`. The results are the same, bit for bit.
    pub fn on_threads(mut self, threads: usize) -> Self {
        self.memories.resize(threads.max(1), Memory::default());
        self
    }

    /// All power sums of a batch.
    ///
    /// `tokens`: shape (B, n, d), coordinate k of token j of sequence b at `(b·n + j)·d + k`. `output`: shape
    /// (B, count), row b holding the p_α of sequence b in graded lexicographic order.
    pub fn evaluate(
        &mut self,
        sequences: usize,
        length: usize,
        tokens: &[T],
        output: &mut [T],
    ) -> Result<(), ShapeError> {
        let Self { power_sums, memories } = self;
        power_sums.check_tokens(sequences, length, tokens.len())?;
        let results = sequences.saturating_mul(power_sums.count());
        if results != output.len() {
            return Err(ShapeError::Output { expected: results, found: output.len() });
        }
        if results == 0 || length == 0 {
            output.fill(T::default());
            return Ok(());
        }
        let (split, plan) = (&power_sums.split, &power_sums.plan);
        let some = sequences.div_ceil(memories.len()).next_multiple_of(WIDEST);
        let batches = memories
            .iter_mut()
            .zip(tokens.chunks(some * length * split.dimension()))
            .zip(output.chunks_mut(some * power_sums.count()))
            .map(|((memory, tokens), results)| Batch { split, plan, memory, length, tokens, results });
        if some < sequences {
            parallel::map(batches.collect::<Vec<_>>(), T::run);
        } else {
            batches.for_each(T::run);
        }
        Ok(())
    }
}
