//! Assembles the certificate and has the checker verify it.

use super::witness::{Witnessed, find_witness};
use crate::network::builder::BuiltNetwork;
use num_rational::BigRational;
use std::time::{Duration, Instant};
use sumformer_checker::check::{
    Checked, ProofFiles, UnreadableProof, check_proof, derive_outputs, largest_total,
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
    let outputs: Vec<OutputClaim> = derive_outputs(target, &built.network, &built.run, None)?
        .into_iter()
        .map(|output| OutputClaim {
            lowering: Exact(round_up(&output.lowering, BOUND_BITS)),
            residual: Exact(round_up(&output.residual, BOUND_BITS)),
        })
        .collect();
    let certified = outputs.iter().map(|claim| &claim.lowering.0 + &claim.residual.0).max();
    let certified = certified.unwrap_or_else(num_traits::Zero::zero);
    let witness = find_witness(target, &built.network, &certified);
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

/// The bound that would be certified for a built network.
pub fn derived_bound(target: &Target, built: &BuiltNetwork) -> Result<BigRational, Refusal> {
    Ok(largest_total(&derive_outputs(target, &built.network, &built.run, None)?))
}
