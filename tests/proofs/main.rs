//! Whole proofs: the gallery with its golden results, and proofs over trees of boxes.

mod boxes;
mod gallery;
mod wide_form;
