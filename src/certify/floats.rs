//! What a proved network computes in floating point: claims of the checker's rule, added to a certificate.

use super::emit::{Proof, ProofError, rounded};
use crate::words::to_json;
use std::time::Instant;
use sumformer_checker::arith::number::{Rational, max};
use sumformer_checker::check::{Checked, ProofFiles, Verdict, check_proof, derive_floats};
use sumformer_checker::floats::Computation;
use sumformer_checker::format::certificate::Certificate;
use sumformer_checker::format::floats::{FloatClaim, FloatType};
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::refusal::Refusal;

/// Types with the types that sums may be accumulated in, in the order in which people try them: the smallest last.
pub const COMPUTATIONS: [(FloatType, FloatType); 7] = [
    (FloatType::F64, FloatType::F64),
    (FloatType::F32, FloatType::F64),
    (FloatType::F32, FloatType::F32),
    (FloatType::F16, FloatType::F32),
    (FloatType::F16, FloatType::F16),
    (FloatType::Bf16, FloatType::F32),
    (FloatType::Bf16, FloatType::Bf16),
];

/// A network as computed in one way.
#[derive(Debug, Clone)]
pub struct Deployed {
    /// The types, and the longest sequence.
    pub computation: Computation,
    /// For each output a bound of |network as computed − network over the reals|; or why the rule gives none.
    pub bounds: Result<Vec<Rational>, Refusal>,
}

impl Deployed {
    /// The claim, with the bounds rounded up to short numbers.
    pub fn claim(&self, tokens: Tokens) -> Result<FloatClaim, Refusal> {
        let bounds = self.bounds.as_ref().map_err(Clone::clone)?;
        Ok(FloatClaim {
            kind: self.computation.kind,
            accumulate: self.computation.accumulate,
            staged: self.computation.staged,
            tokens: (tokens == Tokens::Any).then_some(self.computation.tokens),
            bounds: bounds.iter().map(rounded).collect(),
        })
    }
}

/// The bounds for several types, hidden units being added up in groups of at most `staged` or in any order, sequences of a network for every
/// length having at most `longest` tokens; refused where the proof itself is.
pub fn deployed(
    checked: &Checked,
    types: &[(FloatType, FloatType)],
    staged: Option<usize>,
    longest: usize,
) -> Result<Vec<Deployed>, Refusal> {
    let tokens = match checked.target.tokens {
        Tokens::Fixed(n) => n,
        Tokens::Any => longest,
    };
    let computations: Vec<Computation> =
        types.iter().map(|&(kind, accumulate)| Computation { kind, accumulate, staged, tokens }).collect();
    let bounds =
        derive_floats(&checked.target, &checked.network, &checked.certificate, computations.clone())?;
    let all = computations.into_iter().zip(bounds);
    Ok(all.map(|(computation, bounds)| Deployed { computation, bounds }).collect())
}

/// `certificate.json` with these claims in the place of those that it had.
pub fn with_claims(certificate: &Certificate, claims: Vec<FloatClaim>) -> String {
    to_json(&Certificate { floats: claims, ..certificate.clone() })
}

/// The largest bound of a claim.
pub fn largest(claim: &FloatClaim) -> Rational {
    claim.bounds.iter().map(|bound| bound.0.clone()).fold(Rational::default(), max)
}

/// A proof with the claim about a type added, sums being accumulated in the same type, and what then bounds the distance of what is computed from the
/// target; or, with the proof as it was, why nothing does.
pub fn with_claim(
    proof: Proof,
    target: &Target,
    kind: FloatType,
    staged: Option<usize>,
    longest: usize,
) -> Result<(Proof, Result<Rational, Refusal>), ProofError> {
    let checked = check_proof(proof.files(target))?;
    let refused = match &checked.verdict {
        Verdict::Valid(_) => None,
        Verdict::Invalid(refusal) | Verdict::Incomplete(refusal) => Some(refusal.clone()),
    };
    if let Some(refusal) = refused {
        return Ok((proof, Err(refusal)));
    }
    let found = deployed(&checked, &[(kind, kind)], staged, longest).map(|mut all| all.remove(0));
    let claim = match found.and_then(|found| found.claim(target.tokens)) {
        Ok(claim) => claim,
        Err(refusal) => return Ok((proof, Err(refusal))),
    };
    let total = checked.certificate.total_of(&claim);
    let certificate_json = with_claims(&checked.certificate, vec![claim]);
    let start = Instant::now();
    let Checked { certificate, verdict, .. } =
        check_proof(ProofFiles { certificate: certificate_json.as_bytes(), ..proof.files(target) })?;
    let check_time = start.elapsed();
    Ok((Proof { certificate_json, certificate, verdict, check_time, ..proof }, Ok(total)))
}
