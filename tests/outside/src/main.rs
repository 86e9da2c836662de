//! Proves the covariance, checks the proof from its bytes, and evaluates the network exactly.

use sumformer::approximation::way::{WayOptions, structural};
use sumformer::certify::prove;
use sumformer::checker::arith::number::{Rational, ratio};
use sumformer::checker::check::{ProofFiles, Verdict, check_proof};
use sumformer::checker::format::network::Activation;
use sumformer::checker::language::load_target;
use sumformer::checker::witness::semantics::ExactEvaluator;
use sumformer::lowering::attention::{Architecture, Scores};
use sumformer::lowering::{LoweringOptions, lower, plan::Layout};
use sumformer::sumformer::latent::LatentMode;

const TARGET: &str = include_str!("../../../constructions/covariance/target.toml");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (target, epsilon, layout) = (load_target("covariance", TARGET)?, ratio(1, 1000), Layout::Tree);
    let options = WayOptions { epsilon: epsilon.clone(), mode: LatentMode::Sparse, layout, max_terms: 1000 };
    let way = structural(&target, &options)?;
    let (architecture, scores, activation) = (Architecture::Transformer, Scores::Zero, Activation::Relu);
    let options =
        LoweringOptions { architecture, scores, activation, layout, epsilon: way.network_epsilon.clone() };
    let proof = prove(&target, &lower(&way.sumformer, &way.surrogate, &options, 100_000)?, &epsilon)?;

    let [network, certificate] = [&proof.network_json, &proof.certificate_json].map(|text| text.as_bytes());
    let checked = check_proof(ProofFiles { target: TARGET.as_bytes(), network, certificate })?;
    assert!(matches!(checked.verdict, Verdict::Valid(_)) && checked.certificate.certified.0 <= epsilon);

    let sequence: Vec<Vec<Rational>> = (0..6).map(|i| vec![ratio(i, 5), ratio(5 - i, 5)]).collect();
    let values = ExactEvaluator::new(&checked.network)?.evaluate(&sequence)?;
    let error = &values[0][0] - ratio(-7, 60);
    assert!(-&epsilon <= error && error <= epsilon);
    println!("certified {}, value {}", checked.certificate.certified.0, values[0][0]);
    Ok(())
}
