//! What a program needs that proves targets and checks proofs: `use sumformer::prelude::*`.

pub use crate::lowering::attention::{Architecture, Scores};
pub use crate::reading::load_target;
pub use crate::recipe::{Construction, Options, RecipeError, plan};
pub use sumformer_checker::arith::number::{Rational, ratio};
pub use sumformer_checker::check::{ProofFiles, Verdict, check_proof};
pub use sumformer_checker::language::target::{Target, Tokens};
pub use sumformer_checker::witness::semantics::ExactEvaluator;
