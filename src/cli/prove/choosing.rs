//! From the options to a plan, and what to say if there is none.

use super::wanted_epsilon;
use crate::approximation::way::WayOptions;
use crate::cli::arguments::{Construction, LatentName, ProveArguments, RouteName};
use crate::cli::error::CliError;
use crate::cli::escape::plain_path;
use crate::cli::files::target_file;
use crate::cli::progress::Progress;
use crate::lowering::LoweringError;
use crate::planning::{NoWay, Outlook, Plan, Routes, TableWishes, Watch, WayName, Wishes, choose};
use crate::sumformer::latent::LatentMode;
use serde_json::{Value, json};
use sumformer_checker::format::network::Activation;
use sumformer_checker::language::target::Target;

/// Larger networks are not advised, as few machines have the memory.
const MOST_UNITS: f64 = 1e7;

/// The cheapest of the ways that the options allow; `outlooks` has all that were looked at, whatever comes of it.
pub(super) fn plan(
    arguments: &ProveArguments,
    target: &Target,
    outlooks: &mut Vec<Outlook>,
    progress: &Progress,
) -> Result<Plan, CliError> {
    let wishes = wishes(arguments, target)?;
    let mut watch = Watch { outlooks: &mut *outlooks, step: &|step| progress.step(step) };
    choose(target, &wishes, &mut watch).map_err(|first| explain(first, outlooks, arguments, target))
}

/// What the ways of the continuous construction have in common.
pub(super) fn way_options(arguments: &ProveArguments, target: &Target) -> Result<WayOptions, CliError> {
    let mode = match arguments.latent {
        Some(LatentName::Mode(mode)) => mode,
        None | Some(LatentName::Count(_)) => LatentMode::Sparse,
    };
    Ok(WayOptions {
        epsilon: wanted_epsilon(arguments, target),
        mode,
        layout: arguments.monomial_layout()?,
        max_terms: arguments.max_terms as usize,
    })
}

fn wishes(arguments: &ProveArguments, target: &Target) -> Result<Wishes, CliError> {
    Ok(Wishes {
        continuous: way_options(arguments, target)?,
        routes: match arguments.route {
            RouteName::Auto => Routes::All,
            RouteName::Structural => Routes::Structural,
            RouteName::Bernstein => Routes::Bernstein,
        },
        // Squares of relu have no error, so that their number is not planned.
        max_units: match arguments.continuous_activation() {
            Activation::Relu2 => f64::INFINITY,
            _ => arguments.max_units as f64,
        },
        table: may_be_a_table(arguments).then(|| table_wishes(arguments)).transpose()?,
    })
}

/// Whether a table is among what was asked for: nothing was said of the construction, nor anything that only the continuous
/// one has, and the attention's weights are rational.
fn may_be_a_table(arguments: &ProveArguments) -> bool {
    let continuous =
        arguments.asks_for_continuous() || arguments.activation.is_some() || arguments.layout.is_some();
    arguments.construction == Construction::Auto
        && !continuous
        && arguments.refuse_inexact_attention().is_ok()
}

fn table_wishes(arguments: &ProveArguments) -> Result<TableWishes, CliError> {
    Ok(TableWishes {
        at: arguments.cell_value(),
        code: (arguments.code(), arguments.separation()),
        network: super::discontinuous::typical_network(arguments, &arguments.jump()?)?,
        max_entries: arguments.max_entries,
        max_weights: super::discontinuous::MAX_WEIGHTS,
    })
}

/// Why there is no way, with all that were looked at.
fn explain(first: NoWay, outlooks: &[Outlook], arguments: &ProveArguments, target: &Target) -> CliError {
    let file = plain_path(&target_file(&arguments.target));
    let planned = outlooks.iter().find(|outlook| outlook.way == WayName::Structural);
    let error = match (first, planned.and_then(|outlook| outlook.units)) {
        (Some(error), _) => super::explain_way_error(error, target, &file),
        (None, units) => {
            let (units, limit) = (units.unwrap_or(f64::INFINITY), arguments.max_units);
            CliError::bad_input(LoweringError::TooLarge { units, limit }.to_string())
        }
    };
    with_ways(error, outlooks, arguments, target)
}

/// An error with all ways that were looked at, unless it already says all there is to say.
pub(super) fn with_ways(
    error: CliError,
    outlooks: &[Outlook],
    arguments: &ProveArguments,
    target: &Target,
) -> CliError {
    let advice: Vec<String> = outlooks.iter().filter_map(|outlook| advice(outlook, arguments)).collect();
    let alone = |way: &Outlook| outlooks.len() == 1 && way.why_not.is_some() && way.units.is_none();
    if advice.is_empty() && outlooks.iter().all(alone) {
        return error;
    }
    let mut text = format!("ways to epsilon = {}:", wanted_epsilon(arguments, target));
    for outlook in outlooks {
        text += &format!("\n  {}: {}", outlook.way.name(), words(outlook));
    }
    for advice in advice {
        text += &format!("\n  what would do: {advice}");
    }
    CliError::NoWay { error: Box::new(error), ways: ways_json(outlooks), text }
}

/// A way in a line.
pub(super) fn words(outlook: &Outlook) -> String {
    let size = match (outlook.units, &outlook.entries) {
        (Some(units), Some(entries)) => format!("a table of {entries} entries, at most {units} hidden units"),
        (Some(units), None) if outlook.why_not.is_some() => format!("{units:.2e} hidden units"),
        (Some(units), None) => format!("about {units:.0} hidden units"),
        (None, _) => String::new(),
    };
    match &outlook.why_not {
        Some(why) if size.is_empty() => why.clone(),
        Some(why) => format!("{size}: {why}"),
        None => size,
    }
}

/// What would lead somewhere on a way that does not lead to ε.
fn advice(outlook: &Outlook, arguments: &ProveArguments) -> Option<String> {
    let reaches = outlook.reaches.filter(|epsilon| epsilon.is_finite())?;
    match outlook.way {
        WayName::Table if arguments.construction == Construction::Auto => Some(format!(
            "--construction discontinuous --grid finest, without --epsilon, proves what that grid reaches, not below {reaches:.1e}"
        )),
        WayName::Table => None,
        WayName::Structural | WayName::Bernstein => {
            let units = outlook.units? * 1.1;
            let larger = match units <= MOST_UNITS {
                true => format!(", or with --max-units {units:.0}"),
                false => String::new(),
            };
            Some(format!("--route {} with --epsilon {:.2e}{larger}", outlook.way.name(), reaches * 1.01))
        }
    }
}

/// The ways for programs.
pub(super) fn ways_json(outlooks: &[Outlook]) -> Value {
    let row = |outlook: &Outlook| {
        json!({
            "name": outlook.way.name(),
            "units": outlook.units,
            "entries": outlook.entries,
            "why_not": outlook.why_not,
        })
    };
    outlooks.iter().map(row).collect()
}
