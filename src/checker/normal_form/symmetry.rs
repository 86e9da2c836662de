//! Whether a target depends on the order of the other tokens, for rules that list them in one order only.

use super::expansion::{ExpansionError, expand_target};
use crate::language::target::{Body, Target};
use crate::limits::MAX_TERMS;
use crate::refusal::{Refusal, Rule};

/// Refuses a target that depends on the order of the other tokens, or that may. `output` never does.
pub(crate) fn require_symmetry(target: &Target) -> Result<(), Refusal> {
    if !matches!(target.body, Body::SemiInvariant { symmetrize: false, .. }) {
        return Ok(());
    }
    match expand_target(target, MAX_TERMS) {
        Ok(_) => Ok(()),
        Err(e @ (ExpansionError::NotSymmetric { .. } | ExpansionError::Undefined { .. })) => {
            Err(Rule::Residual.invalid("target", e.to_string()))
        }
        Err(e) => {
            Err(Rule::Residual.unsupported("target", format!("its symmetry is decided by expansion: {e}")))
        }
    }
}
