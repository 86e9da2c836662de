//! Assembles the certificate and has the checker verify it.

use super::witness::{Witnessed, find_witness};
use crate::network::builder::BuiltNetwork;
use num_rational::BigRational;
use std::time::{Duration, Instant};
use sumformer_checker::check::{
    Checked, DerivedOutput, ProofFiles, UnreadableProof, check_proof, derive_outputs,
};
use sumformer_checker::format::certificate::{CERTIFICATE_FORMAT, Certificate, OutputClaim};
use sumformer_checker::format::sha256;
use sumformer_checker::language::target::Target;
use sumformer_checker::number::{Exact, round_up};
use sumformer_checker::rules::Refusal;

/// Certified bounds are rounded up to this many significant bits.
const BOUND_BITS: u32 = 24;

/// A proof as it is written to disk, and what the checker says of it.
#[derive(Debug)]
pub struct Proof {
    /// `network.json`
    pub network_json: String,
    /// `certificate.json`
    pub certificate_json: String,
    /// The checker's verdict on exactly these bytes.
    pub checked: Checked,
    /// What the witness search found.
    pub witness: Witnessed,
    /// How long the independent check took.
    pub check_time: Duration,
}

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// The symbolic run refused: a defect of the constructor.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The written files cannot be read back: a defect of the constructor.
    #[error(transparent)]
    Unreadable(#[from] UnreadableProof),
}

/// Finds a witness, writes the certificate, and checks the written bytes.
pub fn prove(target: &Target, built: &BuiltNetwork, epsilon: &BigRational) -> Result<Proof, ProofError> {
    let outputs = output_claims(target, built)?;
    let certified = largest_claim(&outputs);
    let witness = find_witness(target, built, &certified);
    let network_json = built.network.to_json();
    let certificate = Certificate {
        format: CERTIFICATE_FORMAT.to_string(),
        target_sha256: sha256(target.source.as_bytes()),
        network_sha256: sha256(network_json.as_bytes()),
        epsilon: Exact(epsilon.clone()),
        certified: Exact(certified),
        outputs,
        witness: witness.certificate_entry(),
        latents: built.latents.clone(),
        blocks: built.gadgets.clone(),
    };
    let certificate_json = certificate.to_json();
    let start = Instant::now();
    let checked = check_proof(ProofFiles {
        target: target.source.as_bytes(),
        network: network_json.as_bytes(),
        certificate: certificate_json.as_bytes(),
    })?;
    Ok(Proof { network_json, certificate_json, checked, witness, check_time: start.elapsed() })
}

/// The bound that a certificate of a built network states.
pub fn certified_bound(target: &Target, built: &BuiltNetwork) -> Result<BigRational, Refusal> {
    Ok(largest_claim(&output_claims(target, built)?))
}

/// What the checker's rules derive from the weights, rounded up to short numbers.
fn output_claims(target: &Target, built: &BuiltNetwork) -> Result<Vec<OutputClaim>, Refusal> {
    let derived = derive_outputs(target, &built.network, &built.run, None)?;
    let rounded = |value: &BigRational| Exact(round_up(value, BOUND_BITS));
    let claim = |output: DerivedOutput| OutputClaim {
        lowering: rounded(&output.lowering),
        residual: rounded(&output.residual),
    };
    Ok(derived.into_iter().map(claim).collect())
}

fn largest_claim(outputs: &[OutputClaim]) -> BigRational {
    let totals = outputs.iter().map(|claim| &claim.lowering.0 + &claim.residual.0);
    totals.max().unwrap_or_else(num_traits::Zero::zero)
}
