//! Strategies of [`proptest`] for targets, sequences, Sumformers, networks and certificates: those with which the theorems of
//! this crate are tested, for the tests of others.
//!
//! ```
//! use proptest::prelude::*;
//! use sumformer::checker::check::{Verdict, check_proof};
//! use sumformer::strategies::{certificates, fixed, shape};
//!
//! // A program that reads certificates, tested on those of random targets with up to two tokens.
//! proptest! {
//!     #![proptest_config(ProptestConfig::with_cases(8))]
//!     fn certificates_hold((target, proof) in certificates(shape(fixed(2), 1))) {
//!         let checked = check_proof(proof.files(&target)).expect("readable");
//!         prop_assert!(matches!(checked.verdict, Verdict::Valid(_)));
//!         prop_assert!(checked.certificate.certified.0 <= checked.certificate.epsilon.0);
//!     }
//! }
//! certificates_hold();
//! ```

mod algebra;
mod made;
mod sequences;
mod shapes;

pub use algebra::{multi_index, nonzero_index, rationals, tokens};
pub use made::{architectures, attentions, certificates, networks, sumformers};
pub use sequences::{places, sequence_in, sequences};
pub use shapes::{Shape, Term, every_length, fixed, shape, term};

use sumformer_checker::arith::number::Rational;

/// n tokens of d coordinates.
pub type Sequence = Vec<Vec<Rational>>;
