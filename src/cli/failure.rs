//! What the recipe's errors are on the command line: the options that lead out, exit codes, and the ways that were looked at.

use super::error::{CliError, Outcome};
use crate::approximation::structural::StructuralError;
use crate::approximation::way::WayError;
use crate::discontinuous::GridError;
use crate::lowering::LoweringError;
use crate::planning::{Outlook, WayName};
use crate::reading::{Diagnostic, Diagnostics};
use crate::recipe::{Class, Construction, GridChoice, Options, Problem, RecipeError};
use crate::report::numbers::{above, readable};
use crate::sumformer::latent::SumformerError;
use serde_json::{Value, json};
use sumformer_checker::language::target::Target;
use sumformer_checker::normal_form::TooLarge;
use sumformer_checker::normal_form::expansion::ExpansionError;
use sumformer_checker::surrogate::SurrogateError;

/// Larger networks are not advised, as few machines have the memory.
const MOST_UNITS: f64 = 1e7;
/// How to get a smaller table.
const SMALLER: &str =
    "with --grid auto raise --epsilon, with --grid finest lower --max-entries, or give a coarser --grid";

/// The target whose proof failed, and the file it is from.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The target.
    pub target: &'a Target,
    /// Its file, as it is shown.
    pub file: &'a str,
}

/// An error of the command, at its place in the target file where it has one.
pub fn failure(error: impl Into<RecipeError>, subject: Subject<'_>) -> CliError {
    let problem = *error.into().problem;
    let outcome = outcome(problem.class());
    let (message, help) = (message(&problem), help(&problem));
    let Some(place) = problem.place() else {
        let message = help.map_or(message.clone(), |help| format!("{message}; {help}"));
        return CliError::Message { message, outcome };
    };
    let diagnostic = Diagnostic::new(message.clone(), place.label, place.span);
    let diagnostic = match help {
        Some(help) => diagnostic.with_help(help),
        None => diagnostic,
    };
    match Diagnostics::new(subject.file, &subject.target.source, vec![diagnostic]) {
        Some(diagnostics) => CliError::Located { diagnostics: Box::new(diagnostics), outcome },
        None => CliError::Message { message, outcome },
    }
}

/// The same for a failed lowering of something that is in no file.
pub fn lowering_failure(error: LoweringError) -> CliError {
    let problem = Problem::Lowering(error);
    CliError::Message { message: problem.to_string(), outcome: outcome(problem.class()) }
}

/// The same with all ways that were looked at; `at_hand` is what was being done.
pub fn failure_among_ways(
    error: RecipeError,
    subject: Subject<'_>,
    options: &Options,
    at_hand: &str,
) -> CliError {
    let ways = error.ways.clone();
    let error = match &*error.problem {
        Problem::Stopped(stopped) if !at_hand.is_empty() => {
            CliError::incomplete(format!("{stopped} (the step at hand: {at_hand})"))
        }
        _ => failure(error, subject),
    };
    with_ways(error, &ways, subject, options)
}

/// An error with all ways that were looked at, unless it already says all there is to say.
fn with_ways(error: CliError, ways: &[Outlook], subject: Subject<'_>, options: &Options) -> CliError {
    let advice: Vec<String> = ways.iter().filter_map(|outlook| advice(outlook, options)).collect();
    let alone = |way: &Outlook| ways.len() == 1 && way.why_not.is_some() && way.units.is_none();
    if advice.is_empty() && ways.iter().all(alone) {
        return error;
    }
    let mut text = format!("ways to epsilon = {}:", options.epsilon_for(subject.target));
    for outlook in ways {
        text += &format!("\n  {}: {}", outlook.way.name(), words(outlook));
    }
    for advice in advice {
        text += &format!("\n  what would do: {advice}");
    }
    CliError::NoWay { error: Box::new(error), ways: ways_json(ways), text }
}

fn outcome(class: Class) -> Outcome {
    match class {
        Class::BadInput => Outcome::BadInput,
        Class::Incomplete => Outcome::Incomplete,
    }
}

/// What is wrong, in the command's words where it has its own.
fn message(problem: &Problem) -> String {
    match problem {
        Problem::Lowering(error @ LoweringError::Immense(immense)) => {
            let [inf, sup] = [immense.argument.inf(), immense.argument.sup()].map(readable);
            format!("{error}: up to {}, for arguments in [{inf}, {sup}]", above(&immense.largest))
        }
        // That it was given up goes without saying.
        Problem::Way(WayError::Stopped(why)) => why.to_string(),
        Problem::LatentsAndRoute => "a number of latents is a way of its own".into(),
        Problem::NothingToSlice => "--shard cuts a search over boxes, but this proof needs none".into(),
        Problem::HeadsBeside(what) => {
            let what = match *what {
                "a table" => "--construction discontinuous",
                "a number of latents" => "a number of latents",
                _ => "--route bernstein",
            };
            format!("--scores softmax is for weighted means in the continuous construction, not beside {what}")
        }
        Problem::InexactAttention => {
            "--performer paper with --scores paper has transcendental attention weights, and a look-up needs exact sums"
                .into()
        }
        other => other.to_string(),
    }
}

/// The way out, in options of the command where there are some.
fn help(problem: &Problem) -> Option<String> {
    let help = match problem {
        Problem::LatentsAndRoute => "leave out --route".into(),
        Problem::NothingToSlice => "--route bernstein does".into(),
        Problem::HeadsBeside(_)
        | Problem::Way(
            WayError::Structural(StructuralError::NoHeads) | WayError::Sumformer(SumformerError::SummedMean),
        ) => "leave out --scores softmax".into(),
        Problem::Lowering(LoweringError::NoHeads(_)) => "use --architecture transformer".into(),
        Problem::NoLength => {
            "tokens = \"any\" has one network for every length only with --construction continuous".into()
        }
        Problem::InexactAttention => "use --performer favor or --scores zero".into(),
        Problem::Way(
            WayError::Structural(
                StructuralError::OutOfReach { .. }
                | StructuralError::Surrogate(SurrogateError::LeavesDomain { .. }),
            )
            | WayError::Sumformer(SumformerError::Surrogate(SurrogateError::LeavesDomain { .. })),
        ) => "a larger --epsilon may be within reach".into(),
        Problem::Way(
            WayError::Structural(StructuralError::Surrogate(SurrogateError::Expansion(error)))
            | WayError::Sumformer(SumformerError::Surrogate(SurrogateError::Expansion(error))),
        ) if matches!(error, ExpansionError::TooLarge { cause, .. } if !matches!(cause, TooLarge::Degree(_))) => {
            "fewer tokens, coordinates or lower degrees keep it small; --max-terms sets the limit, at most 200000".into()
        }
        Problem::Grid(GridError::OutOfSight { .. }) => {
            "raise --epsilon or --max-entries, or take --grid finest without --epsilon, which proves what that grid reaches"
                .into()
        }
        Problem::NoFinest(_) => "raise --max-entries".into(),
        Problem::TooManyEntries { .. } => "raise --max-entries or give a coarser --grid".into(),
        Problem::TooManyUnits { .. } => format!("raise --max-units, or {SMALLER}"),
        Problem::Table(_) => format!("smaller tables may do: {SMALLER}"),
        Problem::TooManyWeights { .. } | Problem::NotDerived(_) => {
            format!("smaller tables or another --code may do: {SMALLER}")
        }
        // Another epsilon rounds the values differently, so for a given grid only leaving it out is sure to work. With
        // ramps the bounds of single cells are rounded differently from those by which `auto` chooses.
        Problem::GridNotMet { grid: GridChoice::Smallest, divisions, proved, .. } => {
            format!("use --grid {} or --epsilon {proved}", divisions + 1)
        }
        Problem::GridNotMet { .. } => {
            "use --grid auto, or leave out --epsilon to take what the grid proves".into()
        }
        other => return other.help(),
    };
    Some(help)
}

/// A way in a line.
pub fn words(outlook: &Outlook) -> String {
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
fn advice(outlook: &Outlook, options: &Options) -> Option<String> {
    let reaches = outlook.reaches.filter(|epsilon| epsilon.is_finite())?;
    match outlook.way {
        WayName::Table if options.construction == Construction::Auto => Some(format!(
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
pub fn ways_json(ways: &[Outlook]) -> Value {
    let row = |outlook: &Outlook| {
        json!({
            "name": outlook.way.name(),
            "units": outlook.units,
            "entries": outlook.entries,
            "why_not": outlook.why_not,
        })
    };
    ways.iter().map(row).collect()
}
