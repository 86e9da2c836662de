//! How sizes grow: tables against the sequence length n, the token dimension d, the degree and the error bound ε.
//!
//! A table is a list of *points* (what is varied) and one *row* per point (what is measured there). [`latent`] varies
//! (n, d) and measures d'; [`network`] varies a target, its n, ε and the activation and measures the network that is
//! built for it. [`discontinuous`] varies (n, d, Δ), code and layout and gives the closed-form sizes of the piecewise constant
//! network. Points are independent: they are computed in parallel and reported in the order they were given. A new sweep is a new kind of point with its row; text, CSV and JSON are made from rows by the command line.

pub mod cost;
pub mod discontinuous;
pub mod latent;
pub mod length;
pub mod network;
