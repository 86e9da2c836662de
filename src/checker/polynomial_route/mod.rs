//! The rules for networks that are near a polynomial, block by block, and their residual from normal forms.

mod attending;
pub mod centre;
pub(crate) mod claims;
pub mod function_supremum;
pub mod gadget;
pub mod latent;
pub mod residual;
pub mod stream;
mod supremum;
pub mod symbolic_run;
pub mod taylor_model;
