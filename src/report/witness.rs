//! What a witness says, in words and as data.

use super::numbers::{below, lower};
use serde_json::{Value, json};
use sumformer_checker::format::certificate::Witness;

/// The error at the witness: a number, or `at least` one.
pub fn error(witness: &Witness) -> String {
    let least = if witness.kind.is_exact() { "" } else { "at least " };
    format!("{least}{}", below(&witness.error.0))
}

/// The error at the witness, and whether it is exact or a lower bound.
pub fn error_json(witness: &Witness) -> Value {
    let mut value = lower(&witness.error.0);
    value["kind"] = witness.kind.name().into();
    value
}

/// The same with the input, the token and the output at which it is.
pub fn json(witness: &Witness) -> Value {
    let mut value = error_json(witness);
    value["input"] = json!(witness.input);
    if !witness.copies.is_empty() {
        value["copies"] = json!(witness.copies);
    }
    value["token"] = witness.token.into();
    value["output"] = witness.output.into();
    value
}
