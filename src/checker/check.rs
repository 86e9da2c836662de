//! The whole check: files in, verdict out.

use crate::format::claim::require_at_least;
use crate::limits::{CHECK_WORK, CHECK_WORK_PER_BYTE, GIVEN_WORK_PER_NODE, MAX_GIVEN_WORK, MAX_TERMS};
use crate::witness::check_witness;

use crate::arith::number::{Rational, max};
use crate::arith::polynomial::Polynomial;
use crate::boxes::implied::ImpliedSumformer;
use crate::floats::{Computation, Computed};
use crate::floor::derive_floors;
use crate::format::certificate::{
    BoxClaims, Certificate, HeadClaim, OutputClaim, ProofRoute, StreamClaims, WitnessKind,
};
use crate::format::floor::FloorCertificate;
use crate::format::network::Network;
use crate::format::{FormatError, sha256};
use crate::given::{GivenDifference, GivenNetwork};
use crate::language::target::Target;
use crate::language::{TargetError, read_target};
use crate::parts::{Part, Parts};
use crate::polynomial_route::centre::centred_target;
use crate::polynomial_route::residual::{Unfolding, residual_bound};
use crate::polynomial_route::symbolic_run::SymbolicRun;
use crate::refusal::{Refusal, RefusalKind, Rule};
use crate::sizes::count;
use crate::surrogate::Surrogate;
use crate::work::{self, Limits, Stopped, within};
use crate::{boxes, cells};
use num_traits::{Signed, Zero};
use std::cell::Cell;
use std::sync::Arc;

/// The three files of a proof, as bytes.
#[derive(Debug, Clone, Copy)]
pub struct ProofFiles<'a> {
    /// `target.toml`
    pub target: &'a [u8],
    /// `network.json`
    pub network: &'a [u8],
    /// `certificate.json`
    pub certificate: &'a [u8],
}

/// The three files of a proof, parsed; nothing is checked yet.
#[derive(Debug)]
pub struct ParsedProof {
    /// The target.
    pub target: Target,
    /// The network.
    pub network: Network,
    /// The certificate.
    pub certificate: Certificate,
}

impl ProofFiles<'_> {
    /// The work that their check may take, in units of [`crate::work`].
    fn work(self) -> u64 {
        let bytes = [self.target, self.network, self.certificate].map(|file| count(file.len()));
        CHECK_WORK + CHECK_WORK_PER_BYTE.saturating_mul(bytes.into_iter().fold(0, u64::saturating_add))
    }

    /// Parses the files without checking any claim.
    pub fn parse(self) -> Result<ParsedProof, UnreadableProof> {
        work::charge_all(self.target.len() + self.network.len() + self.certificate.len(), 1);
        Ok(ParsedProof {
            target: read_target(std::str::from_utf8(self.target)?)?,
            network: Network::from_json(self.network)?,
            certificate: Certificate::from_json(self.certificate)?,
        })
    }
}

/// Why nothing could be checked: a file does not say anything.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableProof {
    /// The target file has errors.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The target file is not UTF-8.
    #[error("target.toml: not UTF-8: {0}")]
    Encoding(#[from] std::str::Utf8Error),
    /// The network or the certificate is malformed.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// Reading the files used up the work of the whole check.
    #[error("the files cannot be read: {0}")]
    Work(#[from] Stopped),
}

/// What a proof is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// sup |network − target| ≤ `certified` over the whole box, derived from the network's weights.
    Valid(Box<Derived>),
    /// A claim does not follow (exit code 1).
    Invalid(Refusal),
    /// No rule covers a step (exit code 3).
    Incomplete(Refusal),
}

/// A checked proof: the parsed files and the verdict.
#[derive(Debug)]
pub struct Checked {
    /// The target.
    pub target: Target,
    /// The network.
    pub network: Network,
    /// The certificate.
    pub certificate: Certificate,
    /// The verdict.
    pub verdict: Verdict,
}

/// Checks a proof: hashes, the witness, and the bound, within a limit on work.
pub fn check_proof(files: ProofFiles<'_>) -> Result<Checked, UnreadableProof> {
    let (parsed, reading) = within(Limits::work(files.work()), || (files.parse(), work::spent()))?;
    let ParsedProof { target, network, certificate } = parsed?;
    let place = Cell::new("certificate");
    let check = || {
        require_hashes(files, &certificate)?;
        require_shapes(&target, &network, &certificate)?;
        place.set("witness");
        check_witness(&target, &network, &certificate)?;
        place.set("certified");
        let mut derived = derive_bound(&target, &network, &certificate)?;
        if let Some(witness) = &certificate.witness {
            derived.parts.add(Part::Witness);
            if witness.kind == WitnessKind::LowerBound {
                derived.parts.add(Part::Enclosures);
            }
        }
        Ok(derived)
    };
    let forward = match &certificate.route {
        ProofRoute::Given(claim) => {
            count(claim.tree.len()).saturating_mul(GIVEN_WORK_PER_NODE).min(MAX_GIVEN_WORK)
        }
        ProofRoute::Polynomial(_) | ProofRoute::Boxes(_) | ProofRoute::Cells(_) => 0,
    };
    let result = within(Limits::work(files.work() - reading + forward), check)
        .unwrap_or_else(|stopped| Err(Rule::Work.unsupported(place.get(), stopped.to_string())));
    let verdict = match result {
        Ok(derived) => Verdict::Valid(Box::new(derived)),
        Err(refusal) if refusal.kind == RefusalKind::Unsupported => Verdict::Incomplete(refusal),
        Err(refusal) => Verdict::Invalid(refusal),
    };
    Ok(Checked { target, network, certificate, verdict })
}

fn require_hashes(files: ProofFiles<'_>, certificate: &Certificate) -> Result<(), Refusal> {
    require_hash("target.toml", files.target, &certificate.target_sha256)?;
    require_hash("network.json", files.network, &certificate.network_sha256)
}

fn require_hash(name: &str, bytes: &[u8], stated: &str) -> Result<(), Refusal> {
    let actual = sha256(bytes);
    if actual == stated {
        return Ok(());
    }
    Err(Rule::Hash.invalid(name, format!("its SHA-256 is {actual}, the certificate is about {stated}")))
}

/// Checked floors: the parsed files, and what is derived.
#[derive(Debug)]
pub struct CheckedFloors {
    /// The target.
    pub target: Target,
    /// The certificate.
    pub certificate: FloorCertificate,
    /// δ of each floor as derived, no less than claimed; or why one does not follow.
    pub verdict: Result<Vec<Rational>, Refusal>,
}

/// Checks `floor.json`: every floor is derived from the target alone, within a limit on work.
pub fn check_floors(target: &[u8], floors: &[u8]) -> Result<CheckedFloors, UnreadableProof> {
    let bytes = count(target.len()).saturating_add(count(floors.len()));
    let work = CHECK_WORK + CHECK_WORK_PER_BYTE.saturating_mul(bytes);
    let parse = || -> Result<(Target, FloorCertificate), UnreadableProof> {
        work::charge_all(target.len() + floors.len(), 1);
        let target = read_target(std::str::from_utf8(target)?)?;
        Ok((target, FloorCertificate::from_json(floors)?))
    };
    let (parsed, reading) = within(Limits::work(work), || (parse(), work::spent()))?;
    let (parsed, certificate) = parsed?;
    let check = || {
        require_hash("target.toml", target, &certificate.target_sha256)?;
        derive_floors(&parsed, &certificate)
    };
    let verdict = within(Limits::work(work - reading), check)
        .unwrap_or_else(|stopped| Err(Rule::Work.unsupported("floors", stopped.to_string())));
    Ok(CheckedFloors { target: parsed, certificate, verdict })
}

/// What was derived from the weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derived {
    /// Per output: |network − Sumformer| and |Sumformer − target|, as derived (at most as claimed).
    pub outputs: Vec<DerivedOutput>,
    /// The largest sum of the two: a bound on the sup-norm error.
    pub bound: Rational,
    /// Where the bound `epsilon` is met.
    pub scope: Scope,
    /// The parts of the checker that have to be right for it.
    pub parts: Parts,
}

/// On which sequences |network − target| ≤ ε is proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// On the whole box: certified ≤ ε.
    Everywhere,
    /// Where no coordinate of any token is on a ramp; everywhere only the certified bound holds.
    OffRamps,
}

/// The error of one output coordinate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DerivedOutput {
    /// What gadgets and attention add.
    pub lowering: Rational,
    /// What separates the Sumformer from the target.
    pub residual: Rational,
}

/// Re-derives the bound of `certificate` from the weights of `network`.
pub fn derive_bound(
    target: &Target,
    network: &Network,
    certificate: &Certificate,
) -> Result<Derived, Refusal> {
    let mut parts = Parts::common();
    let no_stream = StreamClaims::default();
    let computations = Computed::of_claims(target, &certificate.floats)?;
    let mut floats = Computed::new(target, network, certificate.stream().unwrap_or(&no_stream), computations);
    let claims = Some(certificate.outputs.as_slice());
    let outputs = match &certificate.route {
        ProofRoute::Cells(claim) => {
            parts.add(Part::Tables);
            if !certificate.floats.is_empty() {
                return Err(no_floats(&certificate.route));
            }
            require_shapes(target, network, certificate)?;
            let residuals = cells::check(target, network, claim, &certificate.outputs)?;
            let output = |residual| DerivedOutput { lowering: Rational::zero(), residual };
            residuals.into_iter().map(output).collect()
        }
        ProofRoute::Boxes(BoxClaims { tree, .. }) => {
            parts.add(Part::Boxes);
            let run = run_blocks(target, network, certificate, &mut |index, run| floats.observe(index, run))?;
            derive_on_boxes(network, &run, tree, claims)?
        }
        ProofRoute::Given(claim) => {
            parts.add(Part::Given);
            if !certificate.floats.is_empty() {
                return Err(no_floats(&certificate.route));
            }
            require_shapes(target, network, certificate)?;
            derive_of_given(target, network, &claim.tree, claims)?
        }
        ProofRoute::Polynomial(_) => {
            parts.add(Part::Polynomials);
            let run = run_blocks(target, network, certificate, &mut |index, run| floats.observe(index, run))?;
            if !run.surrogate().is_target {
                parts.add(Part::Surrogates);
            }
            if !run.surrogate().means.is_empty() {
                parts.add(Part::Heads);
            }
            derive_outputs(network, &run, claims)?
        }
    };
    let bound = largest_total(&outputs);
    let mut claimed = certificate.outputs.iter().map(|claim| &claim.lowering.0 + &claim.residual.0);
    if claimed.any(|total| total > certificate.certified.0) {
        return Err(
            Rule::Total.invalid("certified", "an output's parts add up to more than the certified bound")
        );
    }
    let epsilon = &certificate.epsilon.0;
    let ramps = certificate.cells().and_then(|cells| cells.ramps.as_ref());
    let scope = match ramps {
        _ if certificate.certified.0 <= *epsilon => Scope::Everywhere,
        Some(ramps) if ramps.bound.0 <= *epsilon => Scope::OffRamps,
        _ => {
            let (what, bound) = match ramps {
                Some(ramps) => ("the bound off the ramps", &ramps.bound.0),
                None => ("the certified bound", &certificate.certified.0),
            };
            return Err(Rule::Total.invalid("certified", format!("{what} {bound} exceeds epsilon {epsilon}")));
        }
    };
    if !certificate.floats.is_empty() {
        parts.add(Part::Floats);
        floats.require(&certificate.floats)?;
    }
    Ok(Derived { outputs, bound, scope, parts })
}

/// Bounds of |network as computed − network over the reals| for several computations, one bound for each output; each may be refused by itself.
pub fn derive_floats(
    target: &Target,
    network: &Network,
    certificate: &Certificate,
    computations: Vec<Computation>,
) -> Result<Vec<Result<Vec<Rational>, Refusal>>, Refusal> {
    let stream = certificate.stream().ok_or_else(|| no_floats(&certificate.route))?;
    let mut floats = Computed::new(target, network, stream, computations);
    run_blocks(target, network, certificate, &mut |index, run| floats.observe(index, run))?;
    Ok(floats.bounds())
}

/// Why nothing bounds what is computed, on a route that says nothing of blocks.
fn no_floats(route: &ProofRoute) -> Refusal {
    let message = match route {
        ProofRoute::Given(_) => "bounds of rounding follow gadgets, and none are known of a given network",
        ProofRoute::Polynomial(_) | ProofRoute::Boxes(_) | ProofRoute::Cells(_) => {
            "where step units jump, rounding moves the network by more than any bound"
        }
    };
    Rule::Floats.unsupported("floats", message)
}

/// The symbolic run through all blocks, every claim verified; `observe` sees the state after the embedding (index 0)
/// and after block b (index b + 1).
pub fn run_blocks(
    target: &Target,
    network: &Network,
    certificate: &Certificate,
    observe: &mut dyn FnMut(usize, &SymbolicRun),
) -> Result<SymbolicRun, Refusal> {
    require_shapes(target, network, certificate)?;
    let Some(stream) = certificate.stream() else {
        let message = "nothing is claimed of the blocks of a network that was given, or is constant on cells";
        return Err(Rule::GadgetUnits.unsupported("certificate", message));
    };
    let target = centred_target(target, &stream.centre)?;
    let mut surrogate = match &certificate.route {
        ProofRoute::Polynomial(claims) => Surrogate::of(&target, &claims.approximations)?,
        // The Sumformer is compared with the target itself.
        ProofRoute::Boxes(_) | ProofRoute::Given(_) | ProofRoute::Cells(_) => {
            Surrogate::polynomial(&target, Vec::new())
        }
    };
    surrogate.centre.clone_from(&stream.centre);
    let mut run = SymbolicRun::start(Arc::new(surrogate), &network.embedding, network.width());
    observe(0, &run);
    let mut latents_claimed = false;
    for (index, (block, gadgets)) in network.blocks.iter().zip(&stream.blocks).enumerate() {
        run.block(index, block, (gadgets, heads_of(&stream.heads, index)), &mut |_| {
            latents_claimed = true;
            Ok(stream.latents.clone())
        })?;
        observe(index + 1, &run);
    }
    if !latents_claimed && !stream.latents.is_empty() {
        return Err(
            Rule::LatentRange.invalid("latents", "latents are claimed, but no attention layer makes any")
        );
    }
    Ok(run)
}

/// The claims about heads of one block.
fn heads_of(heads: &[HeadClaim], block: usize) -> &[HeadClaim] {
    let [first, end] = [block, block + 1].map(|block| heads.partition_point(|claim| claim.block < block));
    &heads[first..end]
}

/// The errors of all outputs after the last block; claims, where given, must not be smaller.
pub fn derive_outputs(
    network: &Network,
    run: &SymbolicRun,
    claims: Option<&[OutputClaim]>,
) -> Result<Vec<DerivedOutput>, Refusal> {
    let surrogate = run.surrogate();
    let mut unfolding = Unfolding::new(&surrogate.target, run.latents(), MAX_TERMS);
    require_outputs(network, run, claims, |output, psi| {
        let place = format!("output {output}");
        let form = surrogate.forms.get(output).ok_or_else(|| no_such_output(&place))?;
        let domain = &surrogate.target.domain;
        let distance = residual_bound(&mut unfolding, psi, form, domain, &place)?;
        Ok((distance + &surrogate.deviations[output], place))
    })
}

/// The errors of all outputs, the residuals bounded on the boxes of a tree.
pub fn derive_on_boxes(
    network: &Network,
    run: &SymbolicRun,
    tree: &str,
    claims: Option<&[OutputClaim]>,
) -> Result<Vec<DerivedOutput>, Refusal> {
    let sumformer = ImpliedSumformer::of(run, &network.readout, network.outputs);
    let mut bounds = boxes::derive(&run.surrogate().target, &sumformer, tree)?.outputs.into_iter();
    require_outputs(network, run, claims, |output, _| {
        let place = format!("output {output}");
        let (residual, at) = bounds.next().ok_or_else(|| no_such_output(&place))?;
        Ok((residual, format!("{place}, {at}")))
    })
}

/// The errors of all outputs of a network of which nothing is known, bounded on the boxes of a tree.
pub fn derive_of_given(
    target: &Target,
    network: &Network,
    tree: &str,
    claims: Option<&[OutputClaim]>,
) -> Result<Vec<DerivedOutput>, Refusal> {
    let given = GivenNetwork::new(network)?;
    let bounds = boxes::derive_difference(target, || GivenDifference::new(target, given), tree)?.outputs;
    let mut outputs = Vec::with_capacity(bounds.len());
    for (output, (residual, at)) in bounds.into_iter().enumerate() {
        if let Some(claim) = claims.map(|claims| &claims[output]) {
            let place = format!("output {output}, {at}");
            require_at_least(&claim.lowering.0, &Rational::zero(), Rule::Lowering, &place)?;
            require_at_least(&claim.residual.0, &residual, Rule::Residual, &place)?;
        }
        outputs.push(DerivedOutput { lowering: Rational::zero(), residual });
    }
    Ok(outputs)
}

fn no_such_output(place: &str) -> Refusal {
    Rule::Shape.invalid(place, "the target has no such output")
}

/// Collects the errors of all outputs, given the residual of each and its place; claims must not be smaller.
fn require_outputs(
    network: &Network,
    run: &SymbolicRun,
    claims: Option<&[OutputClaim]>,
    mut residual: impl FnMut(usize, &Polynomial) -> Result<(Rational, String), Refusal>,
) -> Result<Vec<DerivedOutput>, Refusal> {
    let models = run.outputs(&network.readout, network.outputs);
    let mut outputs = Vec::with_capacity(models.len());
    for (output, model) in models.into_iter().enumerate() {
        let (residual, place) = residual(output, &model.polynomial)?;
        if let Some(claim) = claims.map(|claims| &claims[output]) {
            require_at_least(&claim.lowering.0, &model.error, Rule::Lowering, &place)?;
            require_at_least(&claim.residual.0, &residual, Rule::Residual, &place)?;
        }
        outputs.push(DerivedOutput { lowering: model.error, residual });
    }
    Ok(outputs)
}

/// The largest total error of the outputs.
pub fn largest_total(outputs: &[DerivedOutput]) -> Rational {
    outputs.iter().map(|o| &o.lowering + &o.residual).fold(Rational::zero(), max)
}

/// Network and target read and write the same number of tokens and coordinates.
pub fn require_same_shape(target: &Target, network: &Network) -> Result<(), Refusal> {
    let refuse = |place: &str, message: String| Err(Rule::Shape.invalid(place, message));
    if network.tokens != target.tokens {
        return refuse(
            "tokens",
            format!("the network is for {}, the target for {}", network.tokens, target.tokens),
        );
    }
    if network.dimension != target.dimension() {
        return refuse(
            "dimension",
            format!("the network reads {}, the target has {}", network.dimension, target.dimension()),
        );
    }
    if network.outputs != target.outputs() {
        return refuse(
            "outputs",
            format!("the network has {}, the target {}", network.outputs, target.outputs()),
        );
    }
    Ok(())
}

fn require_shapes(target: &Target, network: &Network, certificate: &Certificate) -> Result<(), Refusal> {
    require_same_shape(target, network)?;
    let refuse = |place: &str, message: String| Err(Rule::Shape.invalid(place, message));
    if certificate.outputs.len() != network.outputs {
        let claimed = certificate.outputs.len();
        return refuse(
            "certificate",
            format!("it speaks of {claimed} outputs instead of {}", network.outputs),
        );
    }
    if let Some(stream) = certificate.stream() {
        if stream.blocks.len() != network.blocks.len() {
            let (claimed, blocks) = (stream.blocks.len(), network.blocks.len());
            return refuse("certificate", format!("it speaks of {claimed} blocks instead of {blocks}"));
        }
        let mut claimed = stream.blocks.iter().flatten().flat_map(|gadget| &gadget.outputs);
        let places = |pair: &[HeadClaim]| (pair[0].block, pair[0].head) < (pair[1].block, pair[1].head);
        if !stream.heads.windows(2).all(places) {
            return refuse("certificate", "heads are listed by block, then by head, each once".into());
        }
        if let Some(claim) = stream.heads.iter().find(|claim| claim.block >= network.blocks.len()) {
            return refuse(
                "certificate",
                format!("a head of block {} is claimed, which does not exist", claim.block),
            );
        }
        if let Some(output) = claimed.find(|output| output.slot >= network.width()) {
            return refuse(
                "certificate",
                format!("a gadget writes to slot {}, the network has {}", output.slot, network.width()),
            );
        }
    }
    if !certificate.epsilon.0.is_positive() {
        return refuse("epsilon", "epsilon must be positive".into());
    }
    Ok(())
}
