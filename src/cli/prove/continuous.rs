//! The continuous construction: multisymmetric power sums.

use super::{Proofs, Proved, wanted_epsilon};
use crate::cli::arguments::ProveArguments;
use crate::cli::error::{CliError, Outcome};
use crate::cli::files::target_file;
use crate::cli::numbers::count;
use crate::lowering::{LoweringError, LoweringOptions, lower};
use crate::sumformer::Sumformer;
use crate::sumformer::latent::{LatentDimensions, LatentMode, SumformerError, choose};
use indicatif::ProgressBar;
use serde_json::{Map, Value, json};
use std::time::Instant;
use sumformer_checker::expansion::ExpansionError;
use sumformer_checker::language::target::Target;
use sumformer_checker::language::{Diagnostic, Diagnostics};
use sumformer_checker::number::to_f64;

/// Chooses a Sumformer, lowers it to each architecture, and proves the bounds.
pub(super) fn prove(
    arguments: &ProveArguments,
    target: &Target,
    progress: &ProgressBar,
) -> Result<Proofs, CliError> {
    arguments.refuse_table_options()?;
    let epsilon = wanted_epsilon(arguments, target);
    let (layout, activation) = (arguments.monomial_layout()?, arguments.continuous_activation());
    let mode = arguments.latent.unwrap_or(LatentMode::Sparse);
    progress.set_message("choosing a Sumformer");
    let (sumformer, dimensions) =
        choose(target, mode, layout, to_f64(&epsilon), arguments.max_terms as usize).map_err(|e| {
            explain_sumformer_error(e, target, &target_file(&arguments.target).display().to_string())
        })?;
    progress.inc(1);
    let mut proofs = Vec::new();
    for (folder, architecture) in arguments.architectures() {
        progress.set_message(format!("proving the {folder}"));
        let start = Instant::now();
        let options = LoweringOptions {
            architecture,
            scores: arguments.scores(),
            activation,
            layout,
            epsilon: epsilon.clone(),
        };
        let built =
            lower(&sumformer, target, &options, arguments.max_units).map_err(explain_lowering_error)?;
        let proof = crate::certify::prove(target, &built, &epsilon)
            .map_err(|e| CliError::incomplete(format!("{folder}: {e}")))?;
        let prove_seconds = start.elapsed().saturating_sub(proof.check_time).as_secs_f64();
        proofs.push(Proved { folder, architecture, proof, prove_seconds });
        progress.inc(1);
    }
    let headline = format!(
        "Sumformer with d' = {} ({}), psi has {} terms",
        sumformer.latent_dimension(),
        sumformer.basis_name(),
        sumformer.psi_terms(),
    );
    Ok(Proofs { headline, fields: fields(arguments, mode, &sumformer, &dimensions), proofs })
}

fn fields(
    arguments: &ProveArguments,
    mode: LatentMode,
    sumformer: &Sumformer,
    dimensions: &LatentDimensions,
) -> Map<String, Value> {
    let mode = match mode {
        LatentMode::Sparse => "sparse",
        LatentMode::Tight => "tight",
        LatentMode::Paper => "paper",
    };
    let count = |value: &Option<num_bigint::BigUint>| value.as_ref().map(count);
    let latent = json!({
        "mode": mode,
        "dimension": sumformer.latent_dimension(),
        "paper": count(&dimensions.paper),
        "tight": count(&dimensions.tight),
        "sparse": dimensions.sparse,
        "sums": sumformer.basis_name(),
        "psi_terms": sumformer.psi_terms(),
    });
    Map::from_iter([
        ("construction".to_string(), "continuous".into()),
        ("activation".to_string(), arguments.activation_name().into()),
        ("layout".to_string(), arguments.layout_name().into()),
        ("latent".to_string(), latent),
    ])
}

/// The problem at its place in the target file.
pub fn explain_sumformer_error(error: SumformerError, target: &Target, file: &str) -> CliError {
    let SumformerError::Expansion(error) = error else { return CliError::bad_input(error.to_string()) };
    let (outcome, label, help) = match &error {
        ExpansionError::NotPolynomial { .. } => (
            Outcome::Incomplete,
            "not a polynomial",
            "the continuous construction takes polynomial targets so far: numbers, x[k], n, + - * ^, division by constants, sum, mean, prod; --construction discontinuous takes every target, for few tokens",
        ),
        ExpansionError::TooLarge { .. } => (
            Outcome::BadInput,
            "expands to too many terms",
            "fewer tokens, coordinates or lower degrees keep it small; --max-terms sets the limit",
        ),
        ExpansionError::Undefined { .. } => (Outcome::BadInput, "has no value", "exclude the case"),
        ExpansionError::NotSymmetric { .. } => (
            Outcome::BadInput,
            "not symmetric in x2..xn",
            "add the missing terms, or set symmetrize = true to average over the others",
        ),
    };
    let problem = Diagnostic::new(error.to_string(), label, error.span().clone()).with_help(help);
    match Diagnostics::new(file, &target.source, vec![problem]) {
        Some(diagnostics) => CliError::Located { diagnostics: Box::new(diagnostics), outcome },
        None => CliError::Message { message: error.to_string(), outcome },
    }
}

/// The exit code a failed lowering leads to.
pub fn explain_lowering_error(error: LoweringError) -> CliError {
    match error {
        LoweringError::Refused(_) | LoweringError::BudgetNotMet { .. } => {
            CliError::incomplete(error.to_string())
        }
        _ => CliError::bad_input(error.to_string()),
    }
}
