//! The lemma and the theorems, and the claims on sizes.

mod algebra;
mod networks;
mod sizes;
mod sumformer;

use super::Entry;

/// In the order of the paper.
pub(super) const THEOREMS: [Entry; 11] = [
    ("Lemma 2.9", algebra::lemma_2_9),
    ("Theorem 2.12", algebra::theorem_2_12),
    ("Theorem 2.13", algebra::theorem_2_13),
    ("Theorem 4.1 (continuous)", sumformer::theorem_4_1_continuous),
    ("Theorem 4.1 (discontinuous)", sumformer::theorem_4_1_discontinuous),
    ("Theorem 4.3", networks::theorem_4_3),
    ("Theorem 4.4", networks::theorem_4_4),
    ("Theorem 4.5", networks::theorem_4_5),
    ("Theorem C.1", sumformer::theorem_c_1),
    ("Section 4.2.1", sizes::section_4_2_1),
    ("Section 5", sizes::section_5),
];
