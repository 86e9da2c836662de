//! Enclosures of the values of a target over products of boxes, and of its partial derivatives.
//!
//! [`dyadic`](crate::arith::dyadic) numbers are calculated with in integers; [intervals](crate::arith::dyadic_interval) of them round outward; `elementary` encloses
//! exp, log, sin and their like at dyadic numbers, [`image`] over intervals; [`slope`] has the rules. [`univariate`],
//! [`curvature`] and [`taylor`] are about one function of one variable, [`crate::surrogate`] has bounds over a whole box by bisection.

mod chord;
pub(crate) mod coordinates;
pub mod curvature;
mod elementary;
pub(crate) mod exact_range;
pub mod image;
pub(crate) mod refinement;
mod scalar;
pub(crate) mod side;
pub mod slope;
pub(crate) mod target;
pub mod taylor;
pub mod univariate;

pub use side::PreparedSide;
pub use target::TargetEnclosure;
