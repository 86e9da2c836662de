//! Multi-layer perceptrons with ReLU in `f64`: what a trained network computes, with its derivative.

use nalgebra::{DMatrix, DVector};

/// x ↦ W_L·relu(… relu(W_1·x + b_1) …) + b_L
#[derive(Debug, Clone)]
pub struct Mlp {
    layers: Vec<(DMatrix<f64>, DVector<f64>)>,
}

impl Mlp {
    /// From weights (outputs, inputs) and biases (outputs), the first layer first.
    ///
    /// # Panics
    /// If there is no layer, or shapes do not fit.
    pub fn new(layers: Vec<(DMatrix<f64>, DVector<f64>)>) -> Self {
        assert!(!layers.is_empty(), "a perceptron without layers");
        assert!(
            layers.iter().all(|(weights, bias)| weights.nrows() == bias.len()),
            "a bias of another length"
        );
        assert!(
            layers.windows(2).all(|pair| pair[0].0.nrows() == pair[1].0.ncols()),
            "layers that do not fit"
        );
        Self { layers }
    }

    /// Coordinates of x.
    pub fn inputs(&self) -> usize {
        self.layers[0].0.ncols()
    }

    /// Coordinates of the value.
    pub fn outputs(&self) -> usize {
        self.layers[self.layers.len() - 1].0.nrows()
    }

    /// The value at x.
    pub fn value(&self, x: &DVector<f64>) -> DVector<f64> {
        let mut value = x.clone();
        for (index, (weights, bias)) in self.layers.iter().enumerate() {
            if index > 0 {
                value.apply(|z| *z = z.max(0.0));
            }
            value = weights * value + bias;
        }
        value
    }

    /// The value at x and its derivative, (outputs, inputs); at a kink that of the side where the unit is off.
    pub fn value_and_jacobian(&self, x: &DVector<f64>) -> (DVector<f64>, DMatrix<f64>) {
        let mut value = x.clone();
        let mut jacobian = DMatrix::identity(x.len(), x.len());
        for (index, (weights, bias)) in self.layers.iter().enumerate() {
            if index > 0 {
                for (unit, z) in value.iter_mut().enumerate() {
                    if *z <= 0.0 {
                        *z = 0.0;
                        jacobian.row_mut(unit).fill(0.0);
                    }
                }
            }
            value = weights * value + bias;
            jacobian = weights * jacobian;
        }
        (value, jacobian)
    }
}
