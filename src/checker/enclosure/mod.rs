//! Enclosures of the values of a target over products of boxes, and of its partial derivatives.
//!
//! [`image`] encloses what functions do to intervals of [dyadic numbers](crate::arith::dyadic), `elementary` exp, log, sin
//! and their like at such numbers; [`slope`] has the rules of centred forms. [`univariate`], [`curvature`] and [`taylor`]
//! are about one function of one variable.

mod chord;
pub(crate) mod coordinates;
pub mod curvature;
mod elementary;
pub(crate) mod exact_range;
pub mod image;
mod scalar;
pub(crate) mod side;
pub mod slope;
pub(crate) mod target;
pub mod taylor;
pub mod univariate;

pub use side::PreparedSide;
pub use target::TargetEnclosure;
