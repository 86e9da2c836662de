//! Multi-indices, multisymmetric power sums, and the rewriting of symmetric polynomials into them (Thm 2.12).
//!
//! [`multi_index`] fixes the order in which the α of a latent are listed, [`power_sums`] evaluates all p_α at once,
//! [`rewriting`] turns monomial symmetric functions into [`PowerSumPolynomial`]s, and [`degree_reduction`] removes
//! every p_α with |α| above the number of tokens. Finite fields serve the codes of the discontinuous construction.

pub mod degree_reduction;
pub(crate) mod finite_field;
pub(crate) mod integer;
pub mod multi_index;
pub mod power_sum_polynomial;
pub mod power_sums;
pub mod rewriting;

pub use multi_index::MultiIndex;
pub use power_sum_polynomial::PowerSumPolynomial;
