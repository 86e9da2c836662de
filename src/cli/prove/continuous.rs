//! The continuous construction: multisymmetric power sums.

use super::choosing::way_options;
use super::{Proofs, Proved, Run, words};
use crate::approximation::ApproximationError;
use crate::approximation::structural::StructuralError;
use crate::approximation::way::{Way, WayError, latents_for};
use crate::certify::boxes::{BoxOptions, BoxProgress, Slice};
use crate::certify::emit::prove_by_boxes;
use crate::cli::arguments::{ActivationName, LatentName, ProveArguments, RouteName};
use crate::cli::error::{CliError, Outcome};
use crate::cli::escape::plain_path;
use crate::cli::files::target_file;
use crate::cli::numbers::{above, count, readable};
use crate::cli::output::say;
use crate::lowering::{LoweringError, LoweringOptions, lower};
use crate::planning::{Outlook, WayName};
use crate::sumformer::latent::{LatentMode, SumformerError};
use serde_json::{Map, Value, json};
use std::cell::Cell;
use std::time::Instant;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::language::target::Target;
use sumformer_checker::language::{Diagnostic, Diagnostics};
use sumformer_checker::normal_form::TooLarge;
use sumformer_checker::normal_form::expansion::ExpansionError;
use sumformer_checker::surrogate::SurrogateError;

/// Lowers a way's Sumformer to each architecture, and proves the bounds.
pub(super) fn prove(run: &Run<'_>, chosen: Chosen) -> Result<Proofs, CliError> {
    let Run { arguments, target, progress, .. } = *run;
    let Chosen { way, epsilon, notes, planned } = chosen;
    if arguments.shard.is_some() && !way.on_boxes() {
        return Err(CliError::bad_input(
            "--shard cuts a search over boxes, but this proof needs none; --route bernstein does",
        ));
    }
    notes.into_iter().chain(words::a_priori(&way)).for_each(|note| say(format!("note: {note}")));
    let mut proofs = Vec::new();
    for (folder, architecture) in arguments.architectures() {
        progress.step(format!("proving the {folder}"));
        let start = Instant::now();
        let options = LoweringOptions {
            architecture,
            scores: arguments.scores(),
            activation: arguments.continuous_activation(),
            layout: arguments.monomial_layout()?,
            epsilon: way.network_epsilon.clone(),
        };
        let built = lower(&way.sumformer, &way.surrogate, &options, arguments.max_units)
            .map_err(|error| locate_lowering_error(error, arguments, target))?;
        let proof = if way.on_boxes() {
            // The check encloses the same boxes once more.
            let enough = run.deadline.halfway();
            let late = Cell::new(false);
            let report = |done: BoxProgress| {
                progress.detail(format!("{} boxes closed, {} waiting", done.closed, done.waiting));
                late.set(done.waiting > 0 && Instant::now() > enough);
                !late.get()
            };
            let options = BoxOptions {
                max_boxes: arguments.max_boxes as usize,
                slice: arguments.shard.unwrap_or(Slice::WHOLE),
                progress: &report,
            };
            let proof = prove_by_boxes(target, &built, &epsilon, &options);
            if late.get() {
                say(format!(
                    "note: {folder}: boxes were left open after half of the time limit, as the check takes as long again; \
                     --time-limit sets another"
                ));
            }
            proof
        } else {
            crate::certify::prove(target, &built, &epsilon)
        };
        let proof = proof.map_err(|e| CliError::incomplete(format!("{folder}: {e}")))?;
        match proof.boxes.as_ref().and_then(|report| report.worst.as_ref()) {
            Some(_) if arguments.shard.is_some() => say(format!(
                "note: {folder}: this is one part of the boxes; `sumformer merge` joins it with the others"
            )),
            Some(worst) => say(format!("note: {folder}: {}", words::open_box(worst, &epsilon))),
            None => {}
        }
        let prove_seconds = start.elapsed().saturating_sub(proof.check_time).as_secs_f64();
        proofs.push(Proved { folder, architecture, proof, prove_seconds });
        progress.done();
    }
    let headline = format!(
        "{}Sumformer with d' = {} ({}), psi has {} terms",
        words::route(&way),
        way.sumformer.latent_dimension(),
        way.sumformer.basis_name(),
        way.sumformer.psi_terms(),
    );
    Ok(Proofs {
        headline,
        fields: fields(arguments, &way, planned),
        proofs,
        choosing_seconds: 0.0,
        way_seconds: Map::new(),
    })
}

/// A way, and the error it is to prove.
pub(super) struct Chosen {
    way: Way,
    epsilon: Rational,
    /// What people should know.
    notes: Vec<String>,
    /// Route and planned hidden units, of all that were looked at.
    planned: Map<String, Value>,
}

impl Chosen {
    /// The way that was chosen among those that were looked at.
    pub(super) fn among(way: Way, epsilon: Rational, outlooks: &[Outlook]) -> Self {
        let planned = outlooks.iter().filter(|o| o.why_not.is_none() && o.way != WayName::Table);
        let planned = planned.map(|o| (o.way.name().to_string(), json!(o.units))).collect();
        let shape = outlooks.iter().find(|o| o.way == WayName::Structural);
        let notes = match shape.and_then(|o| o.why_not.as_ref()) {
            Some(why) => {
                vec![format!("the target's shape cannot be kept ({why}); its values at nodes are used")]
            }
            None => Vec::new(),
        };
        Self { way, epsilon, notes, planned }
    }

    /// The most useful latents, so many of them.
    pub(super) fn by_latents(
        arguments: &ProveArguments,
        target: &Target,
        count: usize,
    ) -> Result<Self, CliError> {
        if arguments.route != RouteName::Auto {
            return Err(CliError::bad_input("a number of latents is a way of its own; leave out --route"));
        }
        let asked = arguments.epsilon.as_ref();
        let file = plain_path(&target_file(&arguments.target));
        let (way, epsilon) = latents_for(target, count, asked, &way_options(arguments, target)?)
            .map_err(|error| explain_way_error(error, target, &file))?;
        let found = way.sumformer.latent_dimension();
        let mut notes = Vec::new();
        if found < count {
            notes.push(format!("{found} latents are as good as {count}"));
        }
        if asked.is_none() {
            notes.push(format!(
                "epsilon is what these latents are likely to reach, {epsilon} (about {}); --epsilon asks for another",
                above(&epsilon)
            ));
        }
        let planned = Map::from_iter([("latents".to_string(), json!(way.predicted_units))]);
        Ok(Self { way, epsilon, notes, planned })
    }
}

fn fields(arguments: &ProveArguments, way: &Way, planned: Map<String, Value>) -> Map<String, Value> {
    let mode = match arguments.latent.unwrap_or(LatentName::Mode(LatentMode::Sparse)) {
        LatentName::Mode(LatentMode::Sparse) => "sparse",
        LatentName::Mode(LatentMode::Tight) => "tight",
        LatentName::Mode(LatentMode::Paper) => "paper",
        LatentName::Count(_) => "count",
    };
    let count = |value: &Option<num_bigint::BigUint>| value.as_ref().map(count);
    let (sumformer, dimensions) = (&way.sumformer, &way.dimensions);
    let latent = json!({
        "mode": mode,
        "dimension": sumformer.latent_dimension(),
        "paper": count(&dimensions.paper),
        "tight": count(&dimensions.tight),
        "sparse": dimensions.sparse,
        "sums": sumformer.basis_name(),
        "psi_terms": sumformer.psi_terms(),
    });
    let mut route = words::route_json(way);
    route["predicted_units"] = planned.into();
    Map::from_iter([
        ("construction".to_string(), "continuous".into()),
        ("activation".to_string(), arguments.activation_name(ActivationName::Relu).into()),
        ("layout".to_string(), arguments.layout_name().into()),
        ("latent".to_string(), latent),
        ("route".to_string(), route),
    ])
}

/// What became of a way.
pub fn explain_way_error(error: WayError, target: &Target, file: &str) -> CliError {
    match error {
        WayError::Stopped(why) => CliError::incomplete(why.to_string()),
        WayError::Structural(error) => explain_structural_error(error, target, file),
        WayError::Sumformer(error) => explain_sumformer_error(error, target, file),
        WayError::Approximation(error) => match error {
            ApproximationError::NoLength
            | ApproximationError::TooManyLatents { .. }
            | ApproximationError::Degree { .. } => CliError::bad_input(error.to_string()),
            _ => CliError::incomplete(error.to_string()),
        },
    }
}

/// Why route (b) does not apply, at its place in the target file.
fn explain_structural_error(error: StructuralError, target: &Target, file: &str) -> CliError {
    let message = error.to_string();
    match error {
        StructuralError::Surrogate(error) => explain_sumformer_error(error.into(), target, file),
        StructuralError::NotNear { .. } => CliError::incomplete(message),
        StructuralError::OutOfReach { span, .. } => {
            let problem = Diagnostic::new(message, "out of reach", span)
                .with_help("a larger --epsilon may be within reach");
            located(problem, target, file, Outcome::Incomplete)
        }
    }
}

/// The problem at its place in the target file.
pub fn explain_sumformer_error(error: SumformerError, target: &Target, file: &str) -> CliError {
    let error = match error {
        SumformerError::Surrogate(error) => error,
        SumformerError::SecondRound { ref span, .. } => {
            let problem = Diagnostic::new(error.to_string(), "summed over tokens again", span.clone())
                .with_help("with a fixed number of tokens, few of them, other ways may lead there");
            return located(problem, target, file, Outcome::Incomplete);
        }
        other => return CliError::bad_input(other.to_string()),
    };
    let (outcome, label, help) = match &error {
        SurrogateError::NotCovered { .. }
        | SurrogateError::Expansion(ExpansionError::NotPolynomial { .. }) => (
            Outcome::Incomplete,
            "not covered",
            "sums over tokens of functions of one token, and functions of such sums, are covered",
        ),
        SurrogateError::OffDomain { help, .. } => (Outcome::Incomplete, "off the domain", help.as_str()),
        SurrogateError::LeavesDomain { .. } => {
            (Outcome::Incomplete, "out of reach", "a larger --epsilon may be within reach")
        }
        SurrogateError::Wrong { .. } => return CliError::incomplete(error.to_string()),
        SurrogateError::Expansion(ExpansionError::TooLarge { cause: TooLarge::Degree(_), .. }) => {
            (Outcome::BadInput, "of too high a degree", "lower exponents keep it small")
        }
        SurrogateError::Expansion(ExpansionError::TooLarge { .. }) => (
            Outcome::BadInput,
            "too large to expand",
            "fewer tokens, coordinates or lower degrees keep it small; --max-terms sets the limit, at most 200000",
        ),
        SurrogateError::Expansion(ExpansionError::Undefined { .. }) => {
            (Outcome::BadInput, "has no value", "exclude the case")
        }
        SurrogateError::Expansion(ExpansionError::NotSymmetric { .. }) => (
            Outcome::BadInput,
            "not symmetric in x2..xn",
            "add the missing terms, or set symmetrize = true to average over the others",
        ),
    };
    let span = match &error {
        SurrogateError::NotCovered { span, .. }
        | SurrogateError::OffDomain { span, .. }
        | SurrogateError::LeavesDomain { span, .. } => span.clone(),
        SurrogateError::Expansion(error) => error.span().clone(),
        SurrogateError::Wrong { .. } => 0..0,
    };
    let problem = Diagnostic::new(error.to_string(), label, span).with_help(help);
    located(problem, target, file, outcome)
}

fn located(problem: Diagnostic, target: &Target, file: &str, outcome: Outcome) -> CliError {
    let message = problem.message.clone();
    match Diagnostics::new(file, &target.source, vec![problem]) {
        Some(diagnostics) => CliError::Located { diagnostics: Box::new(diagnostics), outcome },
        None => CliError::Message { message, outcome },
    }
}

/// The same at its place in the target file, where it has one.
fn locate_lowering_error(error: LoweringError, arguments: &ProveArguments, target: &Target) -> CliError {
    let LoweringError::Immense(immense) = &error else { return explain_lowering_error(error) };
    let [inf, sup] = [immense.argument.inf(), immense.argument.sup()].map(readable);
    let message = format!("{error}: up to {}, for arguments in [{inf}, {sup}]", above(&immense.largest));
    let help = "a smaller domain keeps such numbers small, or scores that are multiplied by a small number";
    let problem = Diagnostic::new(message, "too large", immense.span.clone()).with_help(help);
    located(problem, target, &plain_path(&target_file(&arguments.target)), Outcome::Incomplete)
}

/// The exit code a failed lowering leads to.
pub fn explain_lowering_error(error: LoweringError) -> CliError {
    match error {
        LoweringError::Refused(_)
        | LoweringError::BudgetNotMet { .. }
        | LoweringError::Immense(_)
        | LoweringError::ConstantArgument(_) => CliError::incomplete(error.to_string()),
        _ => CliError::bad_input(error.to_string()),
    }
}
