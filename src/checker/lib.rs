//! The independent checker of `sumformer`.
//!
//! It owns everything a statement needs in order to mean something (numbers, polynomials, the target language, the
//! file formats and the exact semantics of a network) and the rules that derive an error bound from a network's own
//! weights. It imports nothing of the constructor.

#![cfg_attr(
    not(test),
    deny(
        clippy::cast_lossless,
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss
    )
)]

pub mod arith;
pub mod attention;
pub mod boxes;
pub mod cells;
pub mod check;
pub mod enclosure;
pub mod format;
pub mod language;
pub mod limits;
pub mod normal_form;
pub mod parts;
pub mod polynomial_route;
pub mod refusal;
pub mod sizes;
pub mod subdivision;
pub mod surrogate;
pub mod witness;
pub mod work;
