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

pub mod bernstein;
pub mod check;
pub mod decimal;
pub mod enclosure;
pub mod evaluation;
pub mod exp;
pub mod expansion;
pub mod format;
pub mod horner;
pub mod implied;
pub mod interval;
pub mod language;
pub mod linear_combination;
pub mod normal_form;
pub mod number;
pub mod polynomial;
pub mod rules;
pub mod semantics;
pub mod sequence;
pub mod sizes;
pub mod surrogate;
pub mod work;
