//! How networks are trained.

use serde::{Deserialize, Serialize};

/// Everything that a training run depends on, beside its function and its model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "settings, an object")]
pub struct Settings {
    /// Sequences that are learned from.
    pub training: usize,
    /// Other sequences, on which the error is measured.
    pub validation: usize,
    /// Passes over the training sequences.
    pub epochs: usize,
    /// The validation error is measured every so many epochs.
    pub validate_every: usize,
    /// Sequences per step of the optimiser.
    pub batch: usize,
    /// Of Adam, with β1 = 0.9, β2 = 0.999 and 1e-8 in the denominator.
    pub learning_rate: f64,
    /// Hidden layers of every multi-layer perceptron.
    pub hidden_layers: usize,
    /// Nodes of each of these.
    pub hidden_width: usize,
    /// Of all random numbers.
    pub seed: u64,
}

impl Settings {
    /// Those of Figure 1: 250 epochs.
    pub fn figure_1() -> Self {
        Self { epochs: 250, ..Self::figure_2() }
    }

    /// Those of Figure 2: 200 epochs.
    ///
    /// The paper gives the number of sequences, epochs, layers and nodes, and how often it validates in Figure 1; the
    /// rest is ours.
    pub fn figure_2() -> Self {
        Self {
            training: 2000,
            validation: 500,
            epochs: 200,
            validate_every: 5,
            batch: 100,
            learning_rate: 1e-3,
            hidden_layers: 5,
            hidden_width: 50,
            seed: 0,
        }
    }
}
