//! What essential sums change, as a Markdown table: `cargo bench --bench sums`.
//!
//! Every construction with its power sums, and as `prove` takes it: sums and hidden units of the transformer, with relu at the
//! construction's ε and, for polynomials, with relu2. More hidden units than before end in exit code 1.

use common::gallery::{ACTIVATIONS, Construction, all_constructions};
use std::process::ExitCode;
use sumformer::approximation::way::structural;
use sumformer::lowering::attention::{Architecture, Scores};
use sumformer::lowering::lower;
use sumformer::network::NetworkSize;
use sumformer::recipe::{Latents, SumOptions};
use sumformer::sumformer::latent::LatentMode;
use sumformer_checker::arith::number::ratio;
use sumformer_checker::format::network::Activation;

fn main() -> ExitCode {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("sums are counted by `cargo bench --bench sums`");
        return ExitCode::SUCCESS;
    }
    println!("| target | activation | d', power sums | d' | hidden units, power sums | hidden units |");
    println!("| --- | --- | --- | --- | --- | --- |");
    let mut worse = false;
    for construction in all_constructions() {
        for (name, activation) in ACTIVATIONS {
            let [before, now] =
                [LatentMode::Powers, LatentMode::Sparse].map(|mode| size(&construction, mode, activation));
            let (Some((powers, old)), Some((sums, new))) = (before, now) else { continue };
            worse |= new > old;
            println!("| {} | {name} | {powers} | {sums} | {old} | {new} |", construction.name);
        }
    }
    if worse { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Sums and hidden units; nothing for squared ReLU where it is not exact.
fn size(construction: &Construction, mode: LatentMode, activation: Activation) -> Option<(usize, usize)> {
    let sums = SumOptions { latents: Latents::Mode(mode), activation, ..SumOptions::default() };
    let epsilon = construction.target.epsilon.clone().unwrap_or_else(|| ratio(1, 1000));
    let way = structural(&construction.target, &sums.way(epsilon)).expect("a way");
    if activation == Activation::Relu2 && !way.surrogate.atoms.is_empty() {
        return None;
    }
    let options = sums.lowering(Architecture::Transformer, Scores::Zero, way.network_epsilon.clone());
    let built = lower(&way.sumformer, &way.surrogate, &options, 2_000_000).expect("a network");
    Some((way.sumformer.latent_dimension(), NetworkSize::of(&built.network).hidden_units))
}
