//! Exact arithmetic: rational numbers, their intervals and polynomials; dyadic numbers where operations are rounded.

pub mod bernstein;
pub mod chebyshev;
pub(crate) mod common_denominator;
pub mod decimal;
pub mod exp;
pub mod interval;
pub mod linear_combination;
pub mod number;
pub mod polynomial;
pub mod rounded;

pub use rounded::{dyadic, dyadic_interval};
