//! Proves the covariance, checks the proof from its bytes, and evaluates the network exactly.

use sumformer::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let target = load_target("covariance", include_str!("../../../constructions/covariance/target.toml"))?;
    let options = Options { epsilon: Some(ratio(1, 1000)), ..Options::default() };
    let proof = plan(&target, &options, &())?.prove(Architecture::Transformer, &())?.proof;
    let checked = check_proof(proof.files(&target))?;
    let certified = &checked.certificate.certified.0;
    assert!(matches!(checked.verdict, Verdict::Valid(_)) && *certified <= ratio(1, 1000));
    let sequence: Vec<Vec<Rational>> = (0..6).map(|i| vec![ratio(i, 5), ratio(5 - i, 5)]).collect();
    let values = ExactEvaluator::new(&checked.network)?.evaluate(&sequence)?;
    println!("certified {certified}, value {}", values[0][0]);
    Ok(())
}
