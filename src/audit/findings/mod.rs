//! What the paper prints and what is the matter with it: E1–E19.
//!
//! E1–E16 are numbered as in the project's own notes on the paper; E17–E19 were added here.

mod attention;
mod continuity;
mod grid;
mod latent;
mod layers;
mod shapes;

use super::Entry;

/// The findings, in their order.
pub(super) const FINDINGS: [Entry; 19] = [
    ("E1", attention::e1),
    ("E2", attention::e2),
    ("E3", attention::e3),
    ("E4", attention::e4),
    ("E5", attention::e5),
    ("E6", shapes::e6),
    ("E7", shapes::e7),
    ("E8", grid::e8),
    ("E9", continuity::e9),
    ("E10", grid::e10),
    ("E11", latent::e11),
    ("E12", latent::e12),
    ("E13", latent::e13),
    ("E14", layers::e14),
    ("E15", layers::e15),
    ("E16", shapes::e16),
    ("E17", shapes::e17),
    ("E18", layers::e18),
    ("E19", grid::e19),
];
