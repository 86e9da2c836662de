//! Enclosures of the elementary functions at dyadic numbers.
//!
//! Each function returns an interval that contains the exact value. How wide it is at most (u = 2^-62):
//!
//! | function | width |
//! |---|---|
//! | `sqrt` | none if the root has at most 62 bits, else one unit in its last place: less than 2u times the value |
//! | `exp` | 12u times the value |
//! | `log` | 32u times the value's absolute value, also next to 1 |
//! | `sin`, `cos` | 24u times the value's absolute value and 2^-124 (1 + abs(x)); [−1, 1] for abs(x) ≥ 2^40 |
//! | `tanh`, `sigmoid` | 32u times the value's absolute value |
//!
//! as long as value and argument are within the range of [`Dyadic`]; beyond it the bounds are the ends of that range.
//! That the value is contained is proved in each file; the widths are not needed for that, tests look at them.
//!
//! An argument ±∞ stands, as everywhere in [`crate::arith::dyadic`], for all numbers beyond the range on that side: the
//! bound of the result that looks outward, the only one that is used then, is the one for the limit.
//!
//! *How.* [`fixed`] sums series in integers; [`constants`] are ln 2 and π/2; everything else is a reduction of the
//! argument, done exactly or in intervals. Each file proves its own.
//!
//! [`Dyadic`]: crate::arith::dyadic::Dyadic

mod constants;
mod exponential;
mod fixed;
mod hyperbolic;
mod logarithm;
mod root;
mod trigonometric;

pub(super) use exponential::exp;
pub(super) use hyperbolic::{sigmoid, tanh};
pub(super) use logarithm::log;
pub(super) use root::sqrt;
pub(super) use trigonometric::{Angle, Wave};
