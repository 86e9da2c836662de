//! What an explanation is.

use serde_json::Value;

/// What was asked for, as data or in words.
pub enum Answer {
    /// For programs.
    Data(Value),
    /// For people.
    Words(String),
}
