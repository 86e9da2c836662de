//! Finite fields F_q of every prime power order, polynomials over them, and discrete logarithms in F_{q^h}.
//!
//! Everything is deterministic: moduli are the first irreducible polynomials of a stated order, roots are found by
//! splitting with stated shifts, logarithms by Pohlig–Hellman with baby and giant steps.

mod base;
mod factorisation;
mod logarithm;
mod polynomial;
mod quotient;
mod roots;

pub use base::Field;
pub use factorisation::{Factor, group_order_factors, prime_power};
pub use logarithm::{discrete_logarithms, primitive_element};
pub use polynomial::first_irreducible;
pub use quotient::Quotient;
pub use roots::roots;
