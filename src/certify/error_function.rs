//! The error network − Sumformer, or network − target, at a sequence, in floating point and token by token.
//!
//! Blocks before the attention see one token, and what comes after sees one token and the mean. So the network is cut
//! there: a moved token costs one pass through the first half for itself and one through the second half for the own
//! token, whatever the length; equal tokens are computed once. The attention stands for the mean it provably is, so
//! that all architectures of one Sumformer have the same error function.

use super::piecewise::PiecewiseLayer;
use super::search::MOST_DISTINCT;
use super::witness::WRITTEN_OUT;
use crate::eval::operations::target_operations;
use crate::network::builder::BuiltNetwork;
use sumformer_checker::arith::number::{Exact, to_f64};
use sumformer_checker::arith::polynomial::{Monomial, Polynomial};
use sumformer_checker::attention::mean_layer::mean_layer;
use sumformer_checker::format::network::AffineMap;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::language::{Sequence, evaluate_run};
use sumformer_checker::polynomial_route::symbolic_run::SymbolicRun;
use sumformer_checker::witness::operations::evaluation_operations;

/// More operations than a single evaluation of a short sequence, written out, may take.
const DEAR: u64 = 100_000;

/// A network and what it should compute, compiled to floats.
pub struct ErrorFunction<'a> {
    tokens: Tokens,
    embedding: FloatAffine,
    /// The blocks before the attention.
    before: Vec<PiecewiseLayer>,
    /// Entries (from, to, weight): Att(X) is the mean of the rows times this matrix.
    mean: Vec<(usize, usize, f64)>,
    /// The feed-forward part of the attention block, and the blocks after it.
    after: Vec<PiecewiseLayer>,
    readout: FloatAffine,
    wanted: Wanted<'a>,
}

/// What a network should compute.
enum Wanted<'a> {
    Sumformer {
        /// What is subtracted from coordinates before.
        centre: Vec<f64>,
        /// What each latent takes from the other tokens, and from the own.
        latents: Vec<(FloatPolynomial, FloatPolynomial)>,
        /// The outputs in the own token's coordinates and the latents.
        outputs: Vec<FloatPolynomial>,
    },
    Target {
        target: &'a Target,
        /// Whether equal tokens are written out, one by one, and not counted.
        written_out: bool,
    },
}

/// Everything that depends on one token alone.
#[derive(Debug, Clone)]
pub struct TokenState {
    /// Less the centre, where a Sumformer is wanted.
    coordinates: Vec<f64>,
    stream: Vec<f64>,
    latents: Vec<f64>,
}

impl<'a> ErrorFunction<'a> {
    /// The distance from the network's own Sumformer, which must have no atoms; `None` unless the network has exactly one attention layer that is
    /// a mean, and no steps.
    pub fn new(built: &BuiltNetwork) -> Option<Self> {
        let outputs = built.run.outputs(&built.network.readout, built.network.outputs);
        let latents = built.run.latents().iter();
        let wanted = Wanted::Sumformer {
            centre: built.run.surrogate().centre.iter().map(|Exact(middle)| to_f64(middle)).collect(),
            latents: latents
                .map(|latent| (FloatPolynomial::new(&latent.others), FloatPolynomial::new(&latent.own)))
                .collect(),
            outputs: outputs.iter().map(|model| FloatPolynomial::new(&model.polynomial)).collect(),
        };
        Self::cut(built, wanted)
    }

    /// The distance from the target itself, for the same networks.
    pub fn off_target(target: &'a Target, built: &BuiltNetwork) -> Option<Self> {
        let written_out = match target.tokens {
            Tokens::Fixed(n) => n <= WRITTEN_OUT && evaluation_operations(target, n, 1) <= DEAR,
            Tokens::Any => true,
        };
        Self::cut(built, Wanted::Target { target, written_out })
    }

    fn cut(built: &BuiltNetwork, wanted: Wanted<'a>) -> Option<Self> {
        // Weighted means are no sums, even where the weights are equal.
        if !built.heads.is_empty() {
            return None;
        }
        let network = &built.network;
        let at = network.blocks.iter().position(|block| block.attention.is_some())?;
        if network.blocks[at + 1..].iter().any(|block| block.attention.is_some()) {
            return None;
        }
        let mut run = SymbolicRun::start(built.run.surrogate().clone(), &network.embedding, network.width());
        for (index, (block, gadgets)) in network.blocks[..at].iter().zip(&built.gadgets).enumerate() {
            run.block(index, block, (gadgets, &[]), &mut |_| Ok(Vec::new())).ok()?;
        }
        let attention = network.blocks[at].attention.as_ref()?;
        let layer =
            mean_layer(attention, &[], &run.stream().constants(), network.tokens, "attention").ok()?;
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
            wanted,
        })
    }

    /// About how many gadgets and terms one evaluation passes.
    pub fn cost(&self) -> usize {
        let layers = self.before.iter().chain(&self.after).map(PiecewiseLayer::cost);
        let wanted = match &self.wanted {
            Wanted::Sumformer { latents, outputs, .. } => {
                let latents = latents.iter().flat_map(|(others, own)| [others, own]);
                latents.chain(outputs).map(|p| p.0.len()).sum()
            }
            Wanted::Target { target, written_out: true } => match target.tokens {
                Tokens::Fixed(n) => {
                    usize::try_from(target_operations(target, n)).unwrap_or(usize::MAX) / n.max(1)
                }
                Tokens::Any => 0,
            },
            Wanted::Target { target, written_out: false } => {
                usize::try_from(evaluation_operations(target, MOST_DISTINCT, 1)).unwrap_or(usize::MAX)
            }
        };
        layers.sum::<usize>().saturating_add(wanted)
    }

    /// The part of one token.
    pub fn token(&self, mut coordinates: Vec<f64>) -> TokenState {
        let mut stream = self.embedding.image(&coordinates);
        run(&self.before, &mut stream);
        if let Wanted::Sumformer { centre, .. } = &self.wanted {
            coordinates.iter_mut().zip(centre).for_each(|(x, middle)| *x -= middle);
        }
        let latents = match &self.wanted {
            Wanted::Sumformer { latents, .. } => {
                latents.iter().map(|(others, _)| others.evaluate(&coordinates)).collect()
            }
            Wanted::Target { .. } => Vec::new(),
        };
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
        let wanted = self.wanted(own, others, length);
        let errors = got.iter().zip(&wanted).map(|(a, b)| (a - b).abs());
        errors.enumerate().fold((0.0, 0), |worst, (output, e)| if e > worst.0 { (e, output) } else { worst })
    }

    /// What the outputs should be; nothing where that has no value.
    fn wanted(&self, own: &TokenState, others: &[(&TokenState, f64)], length: f64) -> Vec<f64> {
        match &self.wanted {
            Wanted::Sumformer { latents, outputs, .. } => {
                let mut variables = own.coordinates.clone();
                for (i, (_, own_part)) in latents.iter().enumerate() {
                    let sum: f64 = others.iter().map(|(state, n)| n * state.latents[i]).sum();
                    let from_others = match self.tokens {
                        Tokens::Fixed(_) => sum,
                        Tokens::Any => (sum + own.latents[i]) / length,
                    };
                    variables.push(from_others + own_part.evaluate(&own.coordinates));
                }
                outputs.iter().map(|p| p.evaluate(&variables)).collect()
            }
            &Wanted::Target { target, written_out } => {
                let states = std::iter::once((own, 1.0)).chain(others.iter().copied());
                let (tokens, copies): (Vec<_>, Vec<usize>) = if written_out {
                    let once = states.flat_map(|(state, n)| std::iter::repeat_n(state, n as usize));
                    once.map(|state| (state.coordinates.clone(), 1)).unzip()
                } else {
                    states.map(|(state, n)| (state.coordinates.clone(), n as usize)).unzip()
                };
                let sequence = Sequence::of_runs(&tokens, &copies);
                sequence.and_then(|sequence| evaluate_run(target, sequence, 0).ok()).unwrap_or_default()
            }
        }
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
