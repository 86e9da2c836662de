//! A Sumformer whose ψ, and perhaps φ, are multi-layer perceptrons.

use crate::figures::data::{Random, Sequences};
use crate::figures::mlp::Mlp;
use crate::figures::settings::Settings;
use candle_core::{Device, Result, Tensor, Var};
use nalgebra::{DMatrix, DVector};

/// x·W + b, with W of shape (inputs, outputs).
struct Layer {
    weights: Var,
    bias: Var,
}

impl Layer {
    /// Uniform in ±1/√inputs, as is usual for layers of this kind.
    fn random(inputs: usize, outputs: usize, random: &mut Random) -> Result<Self> {
        let bound = 1.0 / (inputs as f32).sqrt();
        let mut draw = |count: usize| -> Vec<f32> {
            (0..count).map(|_| bound * (2.0 * random.uniform() - 1.0)).collect()
        };
        let weights = Var::from_vec(draw(inputs * outputs), (inputs, outputs), &Device::Cpu)?;
        let bias = Var::from_vec(draw(outputs), outputs, &Device::Cpu)?;
        Ok(Self { weights, bias })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        x.matmul(&self.weights)?.broadcast_add(&self.bias)
    }

    /// (Wᵀ, b) in `f64`, exactly.
    fn to_f64(&self) -> Result<(DMatrix<f64>, DVector<f64>)> {
        let (inputs, outputs) = self.weights.dims2()?;
        let weights: Vec<f32> = self.weights.flatten_all()?.to_vec1()?;
        let bias: Vec<f32> = self.bias.to_vec1()?;
        // Stored column by column, so one row of W is one column.
        let weights = DMatrix::from_iterator(outputs, inputs, weights.into_iter().map(f64::from));
        Ok((weights, DVector::from_iterator(outputs, bias.into_iter().map(f64::from))))
    }
}

/// Hidden layers of one width, and a linear one.
fn perceptron(inputs: usize, outputs: usize, settings: &Settings, random: &mut Random) -> Result<Vec<Layer>> {
    let widths: Vec<usize> = std::iter::once(inputs)
        .chain(std::iter::repeat_n(settings.hidden_width, settings.hidden_layers))
        .chain(std::iter::once(outputs))
        .collect();
    widths.windows(2).map(|pair| Layer::random(pair[0], pair[1], random)).collect()
}

/// S_i = ψ(x_i, Σ), Σ = Σ_j φ(x_j).
pub struct TensorSumformer {
    tokens: usize,
    dimension: usize,
    /// The layers of φ; none if Σ is an input.
    phi: Option<Vec<Layer>>,
    /// The layers of ψ; the first reads (x, Σ).
    psi: Vec<Layer>,
}

/// Sequences as tensors.
pub struct Batch {
    /// (B·n, d)
    tokens: Tensor,
    /// Σ (B, d'), if φ is fixed.
    sums: Option<Tensor>,
    /// (B·n, c)
    values: Tensor,
}

impl Batch {
    /// All sequences; `sums` (B, d') are those of a fixed φ.
    pub fn new(sequences: &Sequences, sums: Option<&[f64]>) -> Result<Self> {
        let (count, rows) = (sequences.count(), sequences.count() * sequences.tokens);
        let narrow = |values: &[f64]| -> Vec<f32> { values.iter().map(|&value| value as f32).collect() };
        let matrix = |values: Vec<f32>, rows: usize| {
            let columns = values.len() / rows;
            Tensor::from_vec(values, (rows, columns), &Device::Cpu)
        };
        Ok(Self {
            tokens: matrix(sequences.inputs.clone(), rows)?,
            sums: sums.map(|sums| matrix(narrow(sums), count)).transpose()?,
            values: matrix(narrow(&sequences.values), rows)?,
        })
    }

    /// Some of the sequences, by number.
    pub fn select(&self, sequences: &[u32], length: usize) -> Result<Self> {
        let rows: Vec<u32> =
            sequences.iter().flat_map(|&s| (0..length as u32).map(move |j| s * length as u32 + j)).collect();
        let rows = Tensor::new(rows, &Device::Cpu)?;
        let chosen = Tensor::new(sequences, &Device::Cpu)?;
        Ok(Self {
            tokens: self.tokens.index_select(&rows, 0)?,
            sums: self.sums.as_ref().map(|sums| sums.index_select(&chosen, 0)).transpose()?,
            values: self.values.index_select(&rows, 0)?,
        })
    }
}

impl TensorSumformer {
    /// A random network for n tokens of d coordinates with d outputs; without `learned_phi` it reads Σ as an input.
    pub fn random(
        (tokens, dimension): (usize, usize),
        latents: usize,
        learned_phi: bool,
        settings: &Settings,
        random: &mut Random,
    ) -> Result<Self> {
        let phi = learned_phi.then(|| perceptron(dimension, latents, settings, random)).transpose()?;
        let psi = perceptron(dimension + latents, dimension, settings, random)?;
        Ok(Self { tokens, dimension, phi, psi })
    }

    /// All weights, for an optimiser.
    pub fn variables(&self) -> Vec<Var> {
        let layers = self.phi.iter().flatten().chain(&self.psi);
        layers.flat_map(|layer| [layer.weights.clone(), layer.bias.clone()]).collect()
    }

    /// Outputs (B·n, d).
    ///
    /// The last layer of φ and the Σ-part of ψ's first layer are linear, so the former is applied to sums over tokens
    /// and the latter once per sequence; the function is the same.
    pub fn forward(&self, batch: &Batch) -> Result<Tensor> {
        let n = self.tokens;
        let sums = match (&self.phi, &batch.sums) {
            (Some(layers), _) => self.sums(layers, &batch.tokens)?,
            (None, Some(sums)) => sums.clone(),
            (None, None) => candle_core::bail!("a fixed φ, and no sums are given"),
        };
        let (first, rest) = self.psi.split_first().ok_or_else(|| candle_core::Error::msg("ψ is empty"))?;
        let of_token = first.weights.narrow(0, 0, self.dimension)?;
        let of_sums = first.weights.narrow(0, self.dimension, sums.dim(1)?)?;
        let own = batch.tokens.matmul(&of_token)?;
        let width = own.dim(1)?;
        let shared = sums.matmul(&of_sums)?.broadcast_add(&first.bias)?.unsqueeze(1)?;
        let mut value = own.reshape(((), n, width))?.broadcast_add(&shared)?.reshape(((), width))?;
        for layer in rest {
            value = layer.forward(&value.relu()?)?;
        }
        Ok(value)
    }

    /// Σ (B, d') of tokens (B·n, d).
    fn sums(&self, phi: &[Layer], tokens: &Tensor) -> Result<Tensor> {
        let n = self.tokens;
        let (last, hidden) = phi.split_last().ok_or_else(|| candle_core::Error::msg("φ is empty"))?;
        let mut value = tokens.clone();
        for layer in hidden {
            value = layer.forward(&value)?.relu()?;
        }
        let width = value.dim(1)?;
        let summed = value.reshape(((), n, width))?.sum(1)?;
        summed.matmul(&last.weights)?.broadcast_add(&(last.bias.as_tensor() * n as f64)?)
    }

    /// The mean squared error over tokens and outputs.
    pub fn loss(&self, batch: &Batch) -> Result<Tensor> {
        candle_nn::loss::mse(&self.forward(batch)?, &batch.values)
    }

    /// Outputs in `f64`, one token after the other.
    pub fn outputs(&self, batch: &Batch) -> Result<Vec<f64>> {
        let values: Vec<f32> = self.forward(batch)?.flatten_all()?.to_vec1()?;
        Ok(values.into_iter().map(f64::from).collect())
    }

    /// A copy of all weights.
    pub fn weights(&self) -> Result<Vec<Tensor>> {
        self.variables().iter().map(|variable| variable.as_tensor().copy()).collect()
    }

    /// Puts weights back that [`TensorSumformer::weights`] has copied.
    pub fn set_weights(&self, weights: &[Tensor]) -> Result<()> {
        self.variables().iter().zip(weights).try_for_each(|(variable, weights)| variable.set(weights))
    }

    /// φ, if it is learned, and ψ, with the same weights in `f64`.
    pub fn to_f64(&self) -> Result<(Option<Mlp>, Mlp)> {
        let mlp = |layers: &[Layer]| -> Result<Mlp> {
            Ok(Mlp::new(layers.iter().map(Layer::to_f64).collect::<Result<_>>()?))
        };
        Ok((self.phi.as_deref().map(mlp).transpose()?, mlp(&self.psi)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algebra::multi_index::GradedLexicographic;
    use crate::figures::data::Stream;
    use crate::figures::targets::Figure1Function;
    use crate::figures::training::run::power_sums_of;

    fn settings() -> Settings {
        Settings { hidden_layers: 2, hidden_width: 8, ..Settings::figure_1() }
    }

    /// Σ_j x_j^α for 0 < |α| ≤ 5 by the definition.
    fn power_sums(sequence: &[f32]) -> Vec<f64> {
        let mut indices = GradedLexicographic::new(4, 1, 5);
        let mut sums = Vec::new();
        while let Some(alpha) = indices.advance() {
            let power = |token: &[f32]| -> f64 {
                token.iter().zip(alpha).map(|(&x, &a)| f64::from(x).powi(a as i32)).product()
            };
            sums.push(sequence.chunks_exact(4).map(power).sum());
        }
        sums
    }

    /// ψ(x_i, Σ) at the first token, for both models the tensor program against the definition in `f64`.
    #[test]
    fn tensor_programs_compute_sumformers() {
        let target = Figure1Function::Polynomial.target().unwrap();
        let mut random = Random::new(5, Stream::Validation);
        let sequences = Sequences::uniform(&target, 5, 7, &mut random).unwrap();
        let polynomial = power_sums_of(&sequences, 5).unwrap();
        assert_eq!(polynomial.len(), 7 * 125);
        for learned in [false, true] {
            let mut weights = Random::new(6, Stream::Weights);
            let network = TensorSumformer::random((5, 4), 125, learned, &settings(), &mut weights).unwrap();
            let batch = Batch::new(&sequences, (!learned).then_some(&polynomial)).unwrap();
            let outputs = network.outputs(&batch).unwrap();
            let (phi, psi) = network.to_f64().unwrap();
            assert_eq!(phi.is_some(), learned);
            for (number, sequence) in sequences.inputs.chunks_exact(20).enumerate() {
                let token = |j: usize| {
                    DVector::from_iterator(4, sequence[4 * j..4 * j + 4].iter().copied().map(f64::from))
                };
                let sum: Vec<f64> = match &phi {
                    None => power_sums(sequence),
                    Some(phi) => {
                        (0..5).map(|j| phi.value(&token(j))).sum::<DVector<f64>>().as_slice().to_vec()
                    }
                };
                for j in 0..5 {
                    let argument: Vec<f64> = token(j).iter().chain(&sum).copied().collect();
                    let value = psi.value(&DVector::from_vec(argument));
                    for (k, value) in value.iter().enumerate() {
                        let output = outputs[(number * 5 + j) * 4 + k];
                        assert!((output - value).abs() < 1e-4, "{output} and {value}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_sums_that_stand_for_phi_are_power_sums() {
        let target = Figure1Function::Polynomial.target().unwrap();
        let mut random = Random::new(8, Stream::Validation);
        let sequences = Sequences::uniform(&target, 5, 3, &mut random).unwrap();
        let batch = Batch::new(&sequences, Some(&power_sums_of(&sequences, 5).unwrap())).unwrap();
        let sums: Vec<Vec<f32>> = batch.sums.unwrap().to_vec2().unwrap();
        for (sums, sequence) in sums.iter().zip(sequences.inputs.chunks_exact(20)) {
            let wanted = power_sums(sequence);
            assert_eq!(sums.len(), wanted.len());
            for (sum, wanted) in sums.iter().zip(wanted) {
                assert!((f64::from(*sum) - wanted).abs() <= 1e-6 * wanted.max(1e-6), "{sum} and {wanted}");
            }
        }
    }

    #[test]
    fn weights_come_back() {
        let mut weights = Random::new(6, Stream::Weights);
        let network = TensorSumformer::random((3, 2), 4, true, &settings(), &mut weights).unwrap();
        let before = network.weights().unwrap();
        let zeros: Vec<Tensor> = before.iter().map(|w| w.zeros_like().unwrap()).collect();
        network.set_weights(&zeros).unwrap();
        assert_eq!(network.to_f64().unwrap().1.value(&DVector::from_element(6, 1.0)).norm(), 0.0);
        network.set_weights(&before).unwrap();
        assert!(network.to_f64().unwrap().1.value(&DVector::from_element(6, 1.0)).norm() > 0.0);
    }
}
