//! The second proof of Theorem 4.1: a piecewise constant network of steps for a target with kinks, on the smallest grid.
//!
//! `cargo run --example table`

use sumformer::prelude::*;
use sumformer::recipe::{Chosen, Note, Progress, Step};
use sumformer::targets::{maximum, minimum, target};

/// Says what is being done.
struct Loud;

impl Progress for Loud {
    fn step(&self, step: Step) {
        println!("{step:?}");
    }

    fn note(&self, note: &Note) {
        println!("{note:?}");
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let target = target("spread")
        .tokens(2)
        .domain(0, 1)
        .epsilon(ratio(1, 10))
        .output(|x| (maximum(|y| y[0]) - minimum(|y| y[0])) * x[0])
        .build()?;
    let options = Options { construction: Construction::Discontinuous, ..Options::default() };
    let mut plan = plan(&target, &options, &Loud)?;
    let proof = plan.prove(Architecture::Transformer, &Loud)?.proof;
    if let Chosen::Table(chosen) = plan.chosen() {
        println!("{} cells to a side, {} entries", chosen.divisions(), chosen.table.entries());
    }
    assert!(matches!(proof.verdict, Verdict::Valid(_)));
    println!("|network - target| <= {}", proof.certificate.certified.0);
    Ok(())
}
