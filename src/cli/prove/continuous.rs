//! The continuous construction: multisymmetric power sums.

use super::{Proofs, Proved, wanted_epsilon, words};
use crate::approximation::ApproximationError;
use crate::approximation::structural::StructuralError;
use crate::approximation::way::{Route, Way, WayError, WayOptions, latents_for, nodes, structural};
use crate::certify::boxes::{BoxOptions, BoxProgress, Slice};
use crate::certify::emit::prove_by_boxes;
use crate::cli::arguments::{LatentName, ProveArguments, RouteName};
use crate::cli::error::{CliError, Outcome};
use crate::cli::files::target_file;
use crate::cli::numbers::{above, count};
use crate::cli::output::say;
use crate::lowering::{LoweringError, LoweringOptions, lower};
use crate::sumformer::latent::{LatentMode, SumformerError};
use indicatif::ProgressBar;
use serde_json::{Map, Value, json};
use std::time::Instant;
use sumformer_checker::expansion::ExpansionError;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::language::{Diagnostic, Diagnostics};
use sumformer_checker::number::Rational;
use sumformer_checker::surrogate::SurrogateError;

/// Chooses a way and a Sumformer, lowers it to each architecture, and proves the bounds.
pub(super) fn prove(
    arguments: &ProveArguments,
    target: &Target,
    progress: &ProgressBar,
) -> Result<Proofs, CliError> {
    arguments.refuse_table_options()?;
    progress.set_message("choosing a Sumformer");
    let Chosen { way, epsilon, why } = choose_way(arguments, target)?;
    if arguments.shard.is_some() && !way.on_boxes() {
        return Err(CliError::bad_input(
            "--shard cuts a search over boxes, but this proof needs none; --route bernstein does",
        ));
    }
    let notes = why.notes.iter().cloned().chain(words::a_priori(&way));
    notes.for_each(|note| say(format!("note: {note}")));
    progress.inc(1);
    let mut proofs = Vec::new();
    for (folder, architecture) in arguments.architectures() {
        progress.set_message(format!("proving the {folder}"));
        let start = Instant::now();
        let options = LoweringOptions {
            architecture,
            scores: arguments.scores(),
            activation: arguments.continuous_activation(),
            layout: arguments.monomial_layout()?,
            epsilon: way.network_epsilon.clone(),
        };
        let built = lower(&way.sumformer, &way.surrogate, &options, arguments.max_units)
            .map_err(explain_lowering_error)?;
        let proof = if way.on_boxes() {
            let report = |done: BoxProgress| {
                progress.set_message(format!(
                    "proving the {folder}: {} boxes closed, {} waiting",
                    done.closed, done.waiting
                ));
            };
            let options = BoxOptions {
                max_boxes: arguments.max_boxes as usize,
                slice: arguments.shard.unwrap_or(Slice::WHOLE),
                progress: &report,
            };
            prove_by_boxes(target, &built, &epsilon, &options)
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
        progress.inc(1);
    }
    let headline = format!(
        "{}Sumformer with d' = {} ({}), psi has {} terms",
        words::route(&way),
        way.sumformer.latent_dimension(),
        way.sumformer.basis_name(),
        way.sumformer.psi_terms(),
    );
    Ok(Proofs { headline, fields: fields(arguments, &way, &why), proofs })
}

/// A way, the error it is to prove, and why it was taken.
struct Chosen {
    way: Way,
    epsilon: Rational,
    why: Why,
}

/// What was weighed.
#[derive(Default)]
struct Why {
    /// What people should know.
    notes: Vec<String>,
    /// Route and planned hidden units.
    predicted: Vec<(&'static str, f64)>,
}

/// Beyond so many coordinates of all tokens, values at nodes are not looked at unless asked for.
const FEW_COORDINATES: usize = 3;

fn choose_way(arguments: &ProveArguments, target: &Target) -> Result<Chosen, CliError> {
    let epsilon = wanted_epsilon(arguments, target);
    let file = target_file(&arguments.target).display().to_string();
    let mode = match arguments.latent {
        Some(LatentName::Mode(mode)) => mode,
        None | Some(LatentName::Count(_)) => LatentMode::Sparse,
    };
    let layout = arguments.monomial_layout()?;
    let options =
        WayOptions { epsilon: epsilon.clone(), mode, layout, max_terms: arguments.max_terms as usize };
    let explain = |error| explain_way_error(error, target, &file);
    if let Some(LatentName::Count(count)) = arguments.latent {
        if arguments.route != RouteName::Auto {
            return Err(CliError::bad_input("a number of latents is a way of its own; leave out --route"));
        }
        return by_latents(arguments, target, count, options).map_err(explain);
    }
    if arguments.route == RouteName::Bernstein {
        let way = nodes(target, &options).map_err(explain)?;
        let why = Why { predicted: vec![("bernstein", way.predicted_units)], notes: Vec::new() };
        return Ok(Chosen { way, epsilon, why });
    }
    let shape = structural(target, &options);
    let small = match target.tokens {
        Tokens::Fixed(n) => n.saturating_mul(target.dimension()) <= FEW_COORDINATES,
        Tokens::Any => false,
    };
    let exact = matches!(&shape, Ok(way) if way.route == Route::Exact);
    let looked_for = if shape.is_ok() { small && !exact } else { is_out_of_reach(&shape) };
    let alternative = arguments.route == RouteName::Auto && looked_for;
    let values = if alternative { nodes(target, &options).ok() } else { None };
    let units = |way: &Way| way.predicted_units;
    let mut why = Why::default();
    why.predicted.extend(shape.as_ref().ok().map(|way| ("structural", units(way))));
    why.predicted.extend(values.as_ref().map(|way| ("bernstein", units(way))));
    let way = match (shape, values) {
        (Ok(shape), Some(values)) if units(&values) < units(&shape) => values,
        (Ok(shape), _) => shape,
        (Err(error), Some(values)) => {
            why.notes
                .push(format!("the target's shape cannot be kept ({error}); its values at nodes are used"));
            values
        }
        (Err(error), None) => return Err(explain(error)),
    };
    Ok(Chosen { way, epsilon, why })
}

/// Whether the target is not one for route (b), whatever else it is one for.
fn is_out_of_reach(shape: &Result<Way, WayError>) -> bool {
    match shape {
        Err(WayError::Structural(StructuralError::Surrogate(error))) => {
            matches!(error, SurrogateError::NotCovered { .. })
        }
        Err(WayError::Structural(_) | WayError::Sumformer(SumformerError::SecondRound(_))) => true,
        _ => false,
    }
}

fn by_latents(
    arguments: &ProveArguments,
    target: &Target,
    count: usize,
    options: WayOptions,
) -> Result<Chosen, WayError> {
    let asked = arguments.epsilon.as_ref();
    let (way, epsilon) = latents_for(target, count, asked, &options)?;
    let found = way.sumformer.latent_dimension();
    let mut why = Why { predicted: vec![("latents", way.predicted_units)], notes: Vec::new() };
    if found < count {
        why.notes.push(format!("{found} latents are as good as {count}"));
    }
    if asked.is_none() {
        why.notes.push(format!(
            "epsilon is what these latents are likely to reach, {epsilon} (about {}); --epsilon asks for another",
            above(&epsilon)
        ));
    }
    Ok(Chosen { way, epsilon, why })
}

fn fields(arguments: &ProveArguments, way: &Way, why: &Why) -> Map<String, Value> {
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
    let predicted: Map<String, Value> =
        why.predicted.iter().map(|&(name, units)| (name.to_string(), json!(units))).collect();
    let mut route = words::route_json(way);
    route["predicted_units"] = predicted.into();
    Map::from_iter([
        ("construction".to_string(), "continuous".into()),
        ("activation".to_string(), arguments.activation_name().into()),
        ("layout".to_string(), arguments.layout_name().into()),
        ("latent".to_string(), latent),
        ("route".to_string(), route),
    ])
}

/// What became of a way.
pub fn explain_way_error(error: WayError, target: &Target, file: &str) -> CliError {
    match error {
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
            let problem = Diagnostic::new(message, "out of reach", span).with_help(
                "a larger --epsilon may be within reach; --construction discontinuous takes every target, for few tokens",
            );
            located(problem, target, file, Outcome::Incomplete)
        }
    }
}

/// The problem at its place in the target file.
pub fn explain_sumformer_error(error: SumformerError, target: &Target, file: &str) -> CliError {
    let error = match error {
        SumformerError::Surrogate(error) => error,
        SumformerError::SecondRound(_) => return CliError::incomplete(error.to_string()),
        other => return CliError::bad_input(other.to_string()),
    };
    let (outcome, label, help) = match &error {
        SurrogateError::NotCovered { .. }
        | SurrogateError::Expansion(ExpansionError::NotPolynomial { .. }) => (
            Outcome::Incomplete,
            "not covered",
            "sums over tokens of functions of one token, and functions of such sums, are covered; \
             --construction discontinuous takes every target, for few tokens",
        ),
        SurrogateError::Wrong { .. } => return CliError::incomplete(error.to_string()),
        SurrogateError::Expansion(ExpansionError::TooLarge { .. }) => (
            Outcome::BadInput,
            "expands to too many terms",
            "fewer tokens, coordinates or lower degrees keep it small; --max-terms sets the limit",
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
        SurrogateError::NotCovered { span, .. } => span.clone(),
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

/// The exit code a failed lowering leads to.
pub fn explain_lowering_error(error: LoweringError) -> CliError {
    match error {
        LoweringError::Refused(_)
        | LoweringError::BudgetNotMet { .. }
        | LoweringError::ConstantArgument(_) => CliError::incomplete(error.to_string()),
        _ => CliError::bad_input(error.to_string()),
    }
}
