//! Assembles the certificate and has the checker verify it.

use super::boxes::{BoxOptions, BoxReport, BoxSearch, search};
use super::cell_witness::find_witness_on_cells;
use super::witness::{Witnessed, find_witness, find_witness_off_target};
use crate::discontinuous::BOUND_BITS;
use crate::network::NetworkSize;
use crate::network::builder::BuiltNetwork;
use crate::words::to_json;
use std::time::{Duration, Instant};
use sumformer_checker::arith::number::{Exact, Rational, max, power_of_two, round_down, round_up};
use sumformer_checker::boxes::implied::ImpliedSumformer;
use sumformer_checker::cells::CellBound;
use sumformer_checker::check::{
    Checked, DerivedOutput, ProofFiles, UnreadableProof, Verdict, check_proof, derive_outputs,
};
use sumformer_checker::format::certificate::{
    BoxClaims, CERTIFICATE_FORMAT, CellClaim, Certificate, GivenClaims, OutputClaim, PolynomialClaims,
    ProofRoute, RampClaim, StreamClaims,
};
use sumformer_checker::format::network::Network;
use sumformer_checker::format::sha256;
use sumformer_checker::language::EvalError;
use sumformer_checker::language::target::Target;
use sumformer_checker::refusal::Refusal;

/// A proof as it is written to disk, and what the checker says of it.
#[derive(Debug)]
pub struct Proof {
    /// `network.json`
    pub network_json: String,
    /// `certificate.json`
    pub certificate_json: String,
    /// The certificate.
    pub certificate: Certificate,
    /// The sizes of the network.
    pub size: NetworkSize,
    /// The checker's verdict on exactly these bytes.
    pub verdict: Verdict,
    /// What the witness search found.
    pub witness: Witnessed,
    /// How long the independent check took.
    pub check_time: Duration,
    /// What the search for a tree of boxes left; nothing for proofs without one.
    pub boxes: Option<BoxReport>,
}

impl Proof {
    /// The bytes of its three files.
    pub fn files<'a>(&'a self, target: &'a Target) -> ProofFiles<'a> {
        let [network, certificate] = [&self.network_json, &self.certificate_json].map(String::as_bytes);
        ProofFiles { target: target.source.as_bytes(), network, certificate }
    }
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
    /// The target cannot be enclosed over boxes.
    #[error("the target cannot be enclosed: {0}")]
    NotEnclosed(#[from] EvalError),
}

/// What a certificate says beside its hashes and ε.
struct Claims {
    outputs: Vec<OutputClaim>,
    route: ProofRoute,
}

/// What is claimed of a built network's blocks and latents.
fn stream_claims(built: &BuiltNetwork) -> StreamClaims {
    StreamClaims {
        centre: built.run.surrogate().centre.clone(),
        heads: built.heads.clone(),
        latents: built.latents.clone(),
        blocks: built.gadgets.clone(),
    }
}

/// Finds a witness, writes the certificate, and checks the written bytes.
pub fn prove(target: &Target, built: &BuiltNetwork, epsilon: &Rational) -> Result<Proof, ProofError> {
    let outputs = output_claims(built, epsilon)?;
    let witness = find_witness(target, built, &largest_claim(&outputs));
    let approximations = built.run.surrogate().approximations.clone();
    let route = ProofRoute::Polynomial(PolynomialClaims { approximations, stream: stream_claims(built) });
    let claims = Claims { outputs, route };
    seal(target, to_json(&built.network), claims, witness, epsilon)
}

/// Searches for a tree of boxes on which the Sumformer of a network is close to a target, writes the certificate and
/// checks the written bytes. The network was made for another target, a polynomial one with the same tokens and the
/// same domain, that approximates this one.
///
/// The tolerance of each output is what ε leaves after the lowering error. If boxes are left open the verdict is
/// "incomplete", and [`Proof::boxes`] names the worst of them.
pub fn prove_by_boxes(
    target: &Target,
    built: &BuiltNetwork,
    epsilon: &Rational,
    options: &BoxOptions<'_>,
) -> Result<Proof, ProofError> {
    let Network { readout, outputs, .. } = &built.network;
    let lowering: Vec<Exact> =
        built.run.outputs(readout, *outputs).iter().map(|model| rounded(&model.error)).collect();
    // Rounding up a residual below a short number does not lead above it.
    let tolerances: Vec<Rational> =
        lowering.iter().map(|lowering| round_down(&(epsilon - &lowering.0), BOUND_BITS)).collect();
    let sumformer = ImpliedSumformer::of(&built.run, readout, *outputs);
    let witness = find_witness_off_target(target, built);
    let BoxSearch { tree, mut residuals, report } = search(target, &sumformer, &tolerances, options)?;
    // Where boxes are open, what the enclosed ones prove may lie below the error at the witness. That is no contradiction,
    // but a claim below it would be one. It changes nothing of what a merged proof claims: with all boxes enclosed,
    // lowering and residual of the output bound this error.
    let reached = &witness.derived - &lowering[witness.output].0;
    residuals[witness.output] = max(residuals[witness.output].clone(), reached);
    let outputs = lowering.into_iter().zip(&residuals);
    let outputs = outputs.map(|(lowering, residual)| OutputClaim { lowering, residual: rounded(residual) });
    let route = ProofRoute::Boxes(BoxClaims { tree, stream: stream_claims(built) });
    let claims = Claims { outputs: outputs.collect(), route };
    let proof = seal(target, to_json(&built.network), claims, witness, epsilon)?;
    Ok(Proof { boxes: Some(report), ..proof })
}

/// Writes the certificate of a network that is constant on cells, and checks the written bytes. `bound` is what the
/// checker's rule derives from this network, or from one with another attention of the same table.
pub fn prove_on_cells(
    target: &Target,
    network: Network,
    bound: &CellBound,
    epsilon: &Rational,
) -> Result<Proof, ProofError> {
    let witness = find_witness_on_cells(target, &network, &bound.worst);
    let residual =
        |residual| OutputClaim { lowering: rounded(&Rational::default()), residual: rounded(residual) };
    let ramps = bound
        .ramps
        .as_ref()
        .map(|ramps| RampClaim { bound: rounded(&ramps.bound), measure: rounded(&ramps.measure) });
    let claims = Claims {
        outputs: bound.outputs.iter().map(residual).collect(),
        route: ProofRoute::Cells(CellClaim {
            count: bound.cells,
            entries: bound.entries,
            keys: bound.keys,
            ramps,
        }),
    };
    let network_json = to_json(&network);
    // A table of a million entries should not be in memory twice.
    drop(network);
    seal(target, network_json, claims, witness, epsilon)
}

/// The proof of a network that was given, on a tree of boxes whose leaves have these residuals. ε is what is proved, where nothing was asked for.
pub(super) fn prove_of_given(
    target: &Target,
    network_json: String,
    (tree, residuals): (String, &[Rational]),
    witness: Witnessed,
    epsilon: Option<&Rational>,
) -> Result<Proof, ProofError> {
    let nothing = || rounded(&Rational::default());
    let outputs: Vec<OutputClaim> = residuals
        .iter()
        .map(|residual| OutputClaim { lowering: nothing(), residual: rounded(residual) })
        .collect();
    let proved = max(largest_claim(&outputs), power_of_two(-i64::from(BOUND_BITS)));
    let claims = Claims { outputs, route: ProofRoute::Given(GivenClaims { tree }) };
    seal(target, network_json, claims, witness, epsilon.unwrap_or(&proved))
}

fn seal(
    target: &Target,
    network_json: String,
    claims: Claims,
    witness: Witnessed,
    epsilon: &Rational,
) -> Result<Proof, ProofError> {
    let certificate = Certificate {
        format: CERTIFICATE_FORMAT.to_string(),
        target_sha256: sha256(target.source.as_bytes()),
        network_sha256: sha256(network_json.as_bytes()),
        epsilon: Exact(epsilon.clone()),
        certified: Exact(largest_claim(&claims.outputs)),
        outputs: claims.outputs,
        witness: witness.certificate_entry(),
        route: claims.route,
        floats: Vec::new(),
    };
    let certificate_json = to_json(&certificate);
    let start = Instant::now();
    let checked = check_proof(ProofFiles {
        target: target.source.as_bytes(),
        network: network_json.as_bytes(),
        certificate: certificate_json.as_bytes(),
    })?;
    let check_time = start.elapsed();
    let Checked { network, certificate, verdict, .. } = checked;
    Ok(Proof {
        network_json,
        certificate_json,
        certificate,
        size: NetworkSize::of(&network),
        verdict,
        witness,
        check_time,
        boxes: None,
    })
}

/// The bound that a certificate of a built network states for ε.
pub fn certified_bound(built: &BuiltNetwork, epsilon: &Rational) -> Result<Rational, Refusal> {
    Ok(largest_claim(&output_claims(built, epsilon)?))
}

/// What the checker's rules derive from the weights, rounded up to short numbers where that does not lead above ε.
fn output_claims(built: &BuiltNetwork, epsilon: &Rational) -> Result<Vec<OutputClaim>, Refusal> {
    let derived = derive_outputs(&built.network, &built.run, None)?;
    let claim = |DerivedOutput { lowering, residual }| {
        let short = OutputClaim { lowering: rounded(&lowering), residual: rounded(&residual) };
        if &short.lowering.0 + &short.residual.0 <= *epsilon {
            return short;
        }
        OutputClaim { lowering: Exact(lowering), residual: Exact(residual) }
    };
    Ok(derived.into_iter().map(claim).collect())
}

/// A claim rounded up to a short number.
pub(super) fn rounded(value: &Rational) -> Exact {
    Exact(round_up(value, BOUND_BITS))
}

pub(super) fn largest_claim(outputs: &[OutputClaim]) -> Rational {
    let totals = outputs.iter().map(|claim| &claim.lowering.0 + &claim.residual.0);
    totals.max().unwrap_or_else(num_traits::Zero::zero)
}
