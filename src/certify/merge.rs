//! Several partial proofs of one network, each with other open boxes, as one.

use super::boxes::{MergeConflict, merge_trees};
use super::emit::largest_claim;
use crate::words::to_json;
use sumformer_checker::arith::number::{Exact, max};
use sumformer_checker::check::{Checked, ProofFiles, UnreadableProof, check_proof};
use sumformer_checker::format::certificate::{BoxClaims, Certificate, GivenClaims, OutputClaim, ProofRoute};

/// A merged proof and the checker's word on it.
#[derive(Debug)]
pub struct Merged {
    /// `certificate.json`
    pub certificate_json: String,
    /// The files, parsed, and the verdict on exactly these bytes.
    pub checked: Checked,
}

/// Why proofs are not merged.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// A certificate without a tree.
    #[error("proof {0} has no tree of boxes, there is nothing to merge")]
    NoTree(usize),
    /// Certificates that differ in more than what boxes say.
    #[error("proof {proof} differs from the first one in `{field}`; parts of one proof agree in it")]
    Differs {
        /// Which proof, from 0.
        proof: usize,
        /// The field of the certificate.
        field: &'static str,
    },
    /// Trees that do not go together; they are numbered like the proofs, from 0.
    #[error(transparent)]
    Trees(#[from] MergeConflict),
    /// The merged proof does not say anything, as none of its parts does.
    #[error(transparent)]
    Unreadable(#[from] UnreadableProof),
}

/// Merges the certificates of one target and one network: the tree is open only where all of them are, each residual
/// is the largest that is claimed, the witness that with the largest error. Checked from the bytes on, so that a
/// part that claims too little makes the whole invalid.
pub fn merge_proofs(
    target: &[u8],
    network: &[u8],
    certificates: &[Certificate],
) -> Result<Merged, MergeError> {
    let [first, rest @ ..] = certificates else { return Err(MergeConflict::Nothing.into()) };
    let trees: Vec<&str> = certificates
        .iter()
        .enumerate()
        .map(|(proof, certificate)| match &certificate.route {
            ProofRoute::Boxes(BoxClaims { tree, .. }) | ProofRoute::Given(GivenClaims { tree }) => {
                Ok(tree.as_str())
            }
            ProofRoute::Polynomial(_) | ProofRoute::Cells(_) => Err(MergeError::NoTree(proof)),
        })
        .collect::<Result<_, _>>()?;
    for (index, other) in rest.iter().enumerate() {
        if let Some(field) = difference(first, other) {
            return Err(MergeError::Differs { proof: index + 1, field });
        }
    }
    let mut merged = first.clone();
    if let ProofRoute::Boxes(BoxClaims { tree, .. }) | ProofRoute::Given(GivenClaims { tree }) =
        &mut merged.route
    {
        *tree = merge_trees(&trees)?;
    }
    for other in rest {
        for (output, claim) in merged.outputs.iter_mut().zip(&other.outputs) {
            *output = larger(output, claim);
        }
        let error = |c: &Certificate| c.witness.as_ref().map(|witness| witness.error.0.clone());
        let is_larger = match (error(&merged), error(other)) {
            (Some(known), Some(new)) => new > known,
            (known, new) => known.is_none() && new.is_some(),
        };
        if is_larger {
            merged.witness = other.witness.clone();
        }
    }
    merged.certified = Exact(largest_claim(&merged.outputs));
    let certificate_json = to_json(&merged);
    let checked = check_proof(ProofFiles { target, network, certificate: certificate_json.as_bytes() })?;
    Ok(Merged { certificate_json, checked })
}

fn larger(a: &OutputClaim, b: &OutputClaim) -> OutputClaim {
    let larger = |a: &Exact, b: &Exact| Exact(max(a.0.clone(), b.0.clone()));
    OutputClaim { lowering: larger(&a.lowering, &b.lowering), residual: larger(&a.residual, &b.residual) }
}

/// The first field in which parts of one proof must agree, and these do not.
fn difference(a: &Certificate, b: &Certificate) -> Option<&'static str> {
    let (first, second) = (a.stream(), b.stream());
    [
        ("target_sha256", a.target_sha256 == b.target_sha256),
        ("network_sha256", a.network_sha256 == b.network_sha256),
        ("epsilon", a.epsilon == b.epsilon),
        ("outputs", a.outputs.len() == b.outputs.len()),
        ("route", std::mem::discriminant(&a.route) == std::mem::discriminant(&b.route)),
        ("centre", first.map(|claims| &claims.centre) == second.map(|claims| &claims.centre)),
        ("latents", first.map(|claims| &claims.latents) == second.map(|claims| &claims.latents)),
        ("blocks", first.map(|claims| &claims.blocks) == second.map(|claims| &claims.blocks)),
        ("cells", a.cells() == b.cells()),
    ]
    .into_iter()
    .find_map(|(field, agree)| (!agree).then_some(field))
}
