//! The paper's Figures 1 and 2 (section 5): Sumformers trained by gradient descent beside those that are constructed.
//!
//! Training itself is in `training` and needs the cargo feature of that name; its results are data files
//! ([`record`]), which every build reads, draws and checks.

pub mod antipodal;
pub mod constructed;
pub mod data;
pub mod floor;
pub mod mlp;
pub mod record;
pub mod settings;
pub mod targets;
#[cfg(feature = "training")]
pub mod training;
