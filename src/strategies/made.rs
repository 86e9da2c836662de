//! What is made of random targets: Sumformers, networks, certificates.

use super::Shape;
use crate::certify::{Proof, prove};
use crate::lowering::attention::{Architecture, Scores};
use crate::lowering::lower;
use crate::network::builder::BuiltNetwork;
use crate::recipe::SumOptions;
use crate::sumformer::Sumformer;
use crate::sumformer::latent::{LatentMode, choose};
use proptest::prelude::*;
use std::sync::Arc;
use sumformer_checker::arith::number::{Rational, integer, to_f64};
use sumformer_checker::language::target::Target;
use sumformer_checker::limits::MAX_TERMS;
use sumformer_checker::surrogate::Surrogate;

/// Networks of random targets have at most about so many hidden units.
const MAX_UNITS: u64 = 400;

/// An attention of any kind.
pub fn architectures() -> impl Strategy<Value = Architecture> {
    prop_oneof![
        Just(Architecture::Transformer),
        (1usize..=5).prop_map(|rank| Architecture::Linformer { rank }),
        (1usize..=4, any::<u64>(), any::<bool>())
            .prop_map(|(features, seed, normalized)| Architecture::Performer { features, seed, normalized }),
    ]
}

/// An attention with its scores, zero or the paper's. Performers are normalised: without that they have no meaning for every
/// length, nor exact values with the paper's scores.
pub fn attentions() -> impl Strategy<Value = (Architecture, Scores)> {
    let normalised = |architecture| match architecture {
        Architecture::Performer { features, seed, .. } => {
            Architecture::Performer { features, seed, normalized: true }
        }
        other => other,
    };
    (architectures().prop_map(normalised), prop_oneof![Just(Scores::Zero), Just(Scores::Paper)])
}

/// Targets with their Sumformers, with the fewest latents.
pub fn sumformers(shapes: impl Strategy<Value = Shape>) -> impl Strategy<Value = (Target, Sumformer)> {
    shapes.prop_filter_map("the target has a Sumformer", |shape| {
        let target = shape.target();
        let (_, sumformer) = parts(&target, 0.01)?;
        Some((target, sumformer))
    })
}

/// Targets with networks of any attention that compute them up to some error, which is as small as few hidden units allow.
pub fn networks(shapes: impl Strategy<Value = Shape>) -> impl Strategy<Value = (Target, BuiltNetwork)> {
    built(shapes).prop_map(|(target, network, _)| (target, network))
}

/// Targets with proofs: network, certificate, and the verdict of the checker.
pub fn certificates(shapes: impl Strategy<Value = Shape>) -> impl Strategy<Value = (Target, Proof)> {
    built(shapes).prop_filter_map("the network has a certificate", |(target, network, epsilon)| {
        let proof = prove(&target, &network, &epsilon).ok()?;
        Some((target, proof))
    })
}

fn built(shapes: impl Strategy<Value = Shape>) -> impl Strategy<Value = (Target, BuiltNetwork, Rational)> {
    (shapes, attentions()).prop_filter_map("the target has a small network", |(shape, attention)| {
        let target = shape.target();
        let (network, epsilon) = small(&target, attention)?;
        Some((target, network, epsilon))
    })
}

fn parts(target: &Target, epsilon: f64) -> Option<(Arc<Surrogate>, Sumformer)> {
    let surrogate = Arc::new(Surrogate::new(target, &[], MAX_TERMS).ok()?);
    let options = SumOptions::default();
    let (sumformer, _) = choose(&surrogate, LatentMode::Sparse, options.layout, epsilon).ok()?;
    Some((surrogate, sumformer))
}

/// A network with few hidden units; its ε grows until it is so small.
fn small(
    target: &Target,
    (architecture, scores): (Architecture, Scores),
) -> Option<(BuiltNetwork, Rational)> {
    (0..8).find_map(|power| {
        let epsilon = integer(10i64.pow(power)) / integer(100);
        let (surrogate, sumformer) = parts(target, to_f64(&epsilon))?;
        let options = SumOptions::default().lowering(architecture, scores, epsilon.clone());
        let network = lower(&sumformer, &surrogate, &options, MAX_UNITS).ok()?;
        Some((network, epsilon))
    })
}
