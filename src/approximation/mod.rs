//! The Weierstrass step: what stands for targets that are not polynomials.
//!
//! Route (b), [`structural`], keeps the target's shape and replaces only what depends on two tokens at once, by
//! [`univariate`] polynomials, hats or thresholds. Route (a), [`bernstein`], replaces the whole target by a polynomial
//! from its values at nodes; [`truncated`] has the best polynomial in a given number of latents that least squares
//! finds. Both give a polynomial [`Target`](sumformer_checker::language::target::Target), with the tokens, the domain
//! and the number of outputs of the original; how far that is from the original is certified on boxes.

pub mod bernstein;
pub mod cover;
mod error;
mod rounding;
mod sample;
pub mod structural;
pub mod truncated;
pub mod univariate;
pub mod way;
mod writing;

pub use error::ApproximationError;
