//! Which option of `prove` belongs to what. An option that would change nothing is refused, not ignored.

use super::arguments::ProveArguments;
use crate::cli::error::CliError;
use crate::cli::values::{Construction, RouteName};
use clap::ArgMatches;
use clap::parser::ValueSource;

/// What an option has a meaning beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Belongs {
    /// Everything.
    Always,
    /// `--architecture linformer`
    Linformer,
    /// `--architecture performer`
    Performer,
    /// `--construction continuous`
    Continuous,
    /// The same, where distances are bounded on boxes.
    Boxes,
    /// `--construction discontinuous`
    Discontinuous,
    /// The same, or `auto`, which may choose it.
    Table,
}

use Belongs::*;

/// Every option; a test compares them with those of the command line.
const OPTIONS: [(&str, Belongs); 29] = [
    ("architecture", Always),
    ("rank", Linformer),
    ("features", Performer),
    ("seed", Performer),
    ("performer", Performer),
    ("scores", Always),
    ("construction", Always),
    ("latent", Continuous),
    ("route", Continuous),
    ("max_boxes", Boxes),
    ("shard", Boxes),
    ("activation", Always),
    ("deploy", Continuous),
    ("order", Continuous),
    ("layout", Always),
    ("grid", Discontinuous),
    ("cell_value", Discontinuous),
    ("code", Discontinuous),
    ("separate", Discontinuous),
    ("ramp", Discontinuous),
    ("max_entries", Table),
    ("epsilon", Always),
    ("out", Always),
    ("floor", Always),
    ("compress", Always),
    ("max_units", Always),
    ("max_terms", Continuous),
    ("time_limit", Always),
    ("memory_limit", Always),
];

impl Belongs {
    /// What is missing beside the option, if anything is.
    fn missing(self, arguments: &ProveArguments) -> Option<&'static str> {
        let asked =
            |wanted| arguments.architectures().iter().any(|architecture| architecture.name() == wanted);
        let construction = arguments.construction;
        match self {
            Always => None,
            Linformer if !asked("linformer") => Some("--architecture linformer"),
            Performer if !asked("performer") => Some("--architecture performer"),
            Continuous | Boxes if construction == Construction::Discontinuous => {
                Some("--construction continuous")
            }
            Boxes if arguments.route == RouteName::Structural => Some("--route bernstein or auto"),
            Discontinuous if construction != Construction::Discontinuous => {
                Some("--construction discontinuous")
            }
            Table if construction == Construction::Continuous => Some("--construction discontinuous or auto"),
            _ => None,
        }
    }
}

/// Refuses options that were given and would change nothing.
pub fn refuse_idle(arguments: &ProveArguments, matches: &ArgMatches) -> Result<(), CliError> {
    let given = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
    for (id, belongs) in OPTIONS.iter().filter(|(id, _)| given(id)) {
        if let Some(missing) = belongs.missing(arguments) {
            let option = id.replace('_', "-");
            return Err(CliError::bad_input(format!(
                "--{option} belongs to {missing} and would change nothing here; leave it out"
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Args;

    #[test]
    fn every_option_belongs_somewhere() {
        let command = ProveArguments::augment_args(clap::Command::new("prove"));
        let mut options: Vec<String> = command.get_opts().map(|option| option.get_id().to_string()).collect();
        let mut known: Vec<String> = OPTIONS.iter().map(|(id, _)| id.to_string()).collect();
        options.sort();
        known.sort();
        assert_eq!(known, options);
    }
}
