//! The error network − Sumformer at a sequence, in floating point and token by token.
//!
//! Blocks before the attention see one token, and what comes after sees one token and the mean. So the network is cut
//! there: a moved token costs one pass through the first half for itself and one through the second half for the own
//! token, whatever the length; equal tokens are computed once. The attention stands for the mean it provably is, so
//! that all architectures of one Sumformer have the same error function.

use super::piecewise::PiecewiseLayer;
use crate::network::builder::BuiltNetwork;
use sumformer_checker::format::network::AffineMap;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::number::to_f64;
use sumformer_checker::polynomial::{Monomial, Polynomial};
use sumformer_checker::rules::attention::mean_layer;
use sumformer_checker::rules::symbolic_run::SymbolicRun;

/// Network and Sumformer, compiled to floats.
pub struct ErrorFunction {
    tokens: Tokens,
    embedding: FloatAffine,
    /// The blocks before the attention.
    before: Vec<PiecewiseLayer>,
    /// Entries (from, to, weight): Att(X) is the mean of the rows times this matrix.
    mean: Vec<(usize, usize, f64)>,
    /// The feed-forward part of the attention block, and the blocks after it.
    after: Vec<PiecewiseLayer>,
    readout: FloatAffine,
    /// What each latent takes from the other tokens, and from the own.
    latents: Vec<(FloatPolynomial, FloatPolynomial)>,
    /// The outputs in the own token's coordinates and the latents.
    outputs: Vec<FloatPolynomial>,
}

/// Everything that depends on one token alone.
#[derive(Debug, Clone)]
pub struct TokenState {
    coordinates: Vec<f64>,
    stream: Vec<f64>,
    latents: Vec<f64>,
}

impl ErrorFunction {
    /// Cuts a built network; `None` unless it has exactly one attention layer that is a mean, and no steps.
    pub fn new(target: &Target, built: &BuiltNetwork) -> Option<Self> {
        let network = &built.network;
        let at = network.blocks.iter().position(|block| block.attention.is_some())?;
        if network.blocks[at + 1..].iter().any(|block| block.attention.is_some()) {
            return None;
        }
        let mut run = SymbolicRun::start(&target.domain, network.tokens, &network.embedding, network.width());
        for (index, (block, gadgets)) in network.blocks[..at].iter().zip(&built.gadgets).enumerate() {
            run.block(index, block, gadgets, &mut |_| Ok(Vec::new())).ok()?;
        }
        let attention = network.blocks[at].attention.as_ref()?;
        let layer = mean_layer(attention, &run.constants(), network.tokens, "attention").ok()?;
        let outputs = built.run.outputs(&network.readout, network.outputs);
        let layers = network.blocks.iter().zip(&built.gadgets).map(|(b, g)| PiecewiseLayer::new(b, g));
        let mut before = layers.collect::<Option<Vec<_>>>()?;
        let after = before.split_off(at);
        Some(Self {
            tokens: network.tokens,
            embedding: FloatAffine::new(&network.embedding, network.width()),
            before,
            mean: layer.matrix.iter().map(|(from, to, w)| (from, to, to_f64(w))).collect(),
            after,
            readout: FloatAffine::new(&network.readout, network.outputs),
            latents: built
                .run
                .latents()
                .iter()
                .map(|latent| (FloatPolynomial::new(&latent.others), FloatPolynomial::new(&latent.own)))
                .collect(),
            outputs: outputs.iter().map(|model| FloatPolynomial::new(&model.polynomial)).collect(),
        })
    }

    /// About how many gadgets and terms one evaluation passes.
    pub fn cost(&self) -> usize {
        let layers = self.before.iter().chain(&self.after).map(PiecewiseLayer::cost);
        let latents = self.latents.iter().flat_map(|(others, own)| [others, own]);
        layers.sum::<usize>() + latents.chain(&self.outputs).map(|p| p.0.len()).sum::<usize>()
    }

    /// The part of one token.
    pub fn token(&self, coordinates: Vec<f64>) -> TokenState {
        let mut stream = self.embedding.image(&coordinates);
        run(&self.before, &mut stream);
        let latents = self.latents.iter().map(|(others, _)| others.evaluate(&coordinates)).collect();
        TokenState { coordinates, stream, latents }
    }

    /// The largest error at the own token and its output; the others come with multiplicities.
    pub fn worst(&self, own: &TokenState, others: &[(&TokenState, f64)]) -> (f64, usize) {
        let length = others.iter().map(|(_, count)| count).sum::<f64>() + 1.0;
        let mut stream = own.stream.clone();
        let mut attended = own.stream.clone();
        for &(from, to, weight) in &self.mean {
            let sum = others.iter().fold(own.stream[from], |sum, (state, n)| sum + n * state.stream[from]);
            attended[to] += weight * sum / length;
        }
        if let Some((sum_layer, psi)) = self.after.split_first() {
            sum_layer.add_to(&attended, &mut stream);
            run(psi, &mut stream);
        }
        let got = self.readout.image(&stream);
        let mut variables = own.coordinates.clone();
        for (i, (_, own_part)) in self.latents.iter().enumerate() {
            let sum: f64 = others.iter().map(|(state, n)| n * state.latents[i]).sum();
            let from_others = match self.tokens {
                Tokens::Fixed(_) => sum,
                Tokens::Any => (sum + own.latents[i]) / length,
            };
            variables.push(from_others + own_part.evaluate(&own.coordinates));
        }
        let errors = got.iter().zip(&self.outputs).map(|(a, p)| (a - p.evaluate(&variables)).abs());
        errors.enumerate().fold((0.0, 0), |worst, (output, e)| if e > worst.0 { (e, output) } else { worst })
    }
}

/// Blocks without attention: `X + FC(X)`.
fn run(layers: &[PiecewiseLayer], stream: &mut [f64]) {
    let mut z = Vec::with_capacity(stream.len());
    for layer in layers {
        z.clear();
        z.extend_from_slice(stream);
        layer.add_to(&z, stream);
    }
}

/// An affine map with its entries rounded.
struct FloatAffine {
    weights: Vec<(usize, usize, f64)>,
    bias: Vec<f64>,
}

impl FloatAffine {
    fn new(map: &AffineMap, outputs: usize) -> Self {
        let mut bias = vec![0.0; outputs];
        map.bias.iter().for_each(|(output, value)| bias[output] = to_f64(value));
        Self { weights: map.weights.iter().map(|(from, to, w)| (from, to, to_f64(w))).collect(), bias }
    }

    fn image(&self, input: &[f64]) -> Vec<f64> {
        let mut image = self.bias.clone();
        for &(from, to, weight) in &self.weights {
            image[to] += weight * input[from];
        }
        image
    }
}

/// A polynomial with its coefficients rounded: per term its factors, repeated as often as the exponent says.
#[derive(Debug, Clone)]
struct FloatPolynomial(Vec<(f64, Vec<usize>)>);

impl FloatPolynomial {
    fn new(polynomial: &Polynomial) -> Self {
        let factors = |m: &Monomial| {
            m.powers().iter().flat_map(|&(v, e)| std::iter::repeat_n(v as usize, e as usize)).collect()
        };
        Self(polynomial.terms().map(|(m, c)| (to_f64(c), factors(m))).collect())
    }

    /// The value; plain products, so that it is the same on every machine.
    fn evaluate(&self, variables: &[f64]) -> f64 {
        let term =
            |(c, factors): &(f64, Vec<usize>)| factors.iter().fold(*c, |product, &v| product * variables[v]);
        self.0.iter().map(term).sum()
    }
}
