//! How sizes and errors grow: tables against the sequence length n, the token dimension d, the degree and the error bound ε.
//!
//! A table is a list of *points* (what is varied) and one *row* per point (what is measured there), a file for each kind.
//! Sizes: [`latent`] varies (n, d) and counts d'; [`construction_row`] compares closed forms of the continuous
//! construction ([`construction`]) with networks that are counted, for the targets of [`family`]; [`network`] varies a
//! target, its n, ε and the activation and measures the network that is built for it; [`discontinuous`] gives the
//! closed-form sizes of the piecewise constant network, and [`grid`] those of the one that proves an ε; [`rival`] has another construction's formulas. Errors:
//! [`accuracy`] certifies them against d'; [`scores`] moves attention scores away from zero (with [`probe`]), [`staircase`] has floors for every number of sums, [`projections`] varies k and m, and [`attention`]
//! weighs the three attentions against n; [`speed`] has the cases on which time and memory are measured, and [`fit`] the powers in which they grow. Points are independent and reported in the order they were given. A new sweep is a
//! new kind of point with its row; text, CSV, JSON and pictures are made from rows by the command line.

pub mod accuracy;
pub mod attention;
pub mod construction;
pub mod construction_row;
pub mod cost;
pub mod discontinuous;
pub mod family;
pub mod fit;
pub mod grid;
pub mod latent;
pub mod length;
pub mod network;
pub mod probe;
pub mod projections;
pub mod rival;
pub mod scores;
pub mod speed;
pub mod staircase;
