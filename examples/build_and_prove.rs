//! A target built in code, proved for every length at once, checked from its bytes, and evaluated.
//!
//! `cargo run --example build_and_prove`

use sumformer::prelude::*;
use sumformer::targets::{mean, target};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The softened distance of a token from the mean of all, with an error of 1/20.
    let target = target("softened-distance")
        .domain(0, 1)
        .epsilon(ratio(1, 20))
        .output(|x| ((x[0] - mean(|y| y[0])).pow(2) + 1).sqrt())
        .build()?;
    println!("{}", target.source);

    let options = Options::default();
    let mut plan = plan(&target, &options, &())?;
    let proof = plan.prove(Architecture::Linformer { rank: 2 }, &())?.proof;
    println!("{} hidden units in {} blocks", proof.size.hidden_units, proof.size.blocks);

    let checked = check_proof(proof.files(&target))?;
    assert!(matches!(checked.verdict, Verdict::Valid(_)));
    println!("|network - target| <= {} for every length", checked.certificate.certified.0);

    let sequence: Vec<Vec<Rational>> = (0..4).map(|i| vec![ratio(i, 3)]).collect();
    let outputs = ExactEvaluator::new(&checked.network)?.evaluate(&sequence)?;
    println!("at 0, 1/3, 2/3, 1: {} for the first token", outputs[0][0]);
    Ok(())
}
