//! Attention whose weights are provably constant: what it adds is a multiple of the mean over all tokens.

pub mod mean_layer;
pub(crate) mod split;
