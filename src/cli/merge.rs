//! `sumformer merge DIR… -o DIR`

use super::check::{add_verdict, in_words, outcome};
use super::error::{CliError, Outcome};
use super::files::{
    FLOOR_FILE, PROOF_FILES, ProofFolder, has_floors, may_replace, read, read_network, writable,
    write_floors, write_proofs,
};
use super::floors::Floors;
use super::output::{print, say};
use super::proof::unreadable;
use super::values::FormArguments;
use crate::certify::boxes::MergeConflict;
use crate::certify::{MergeError, Merged, merge_proofs};
use crate::cli::escape::{plain_path, shown_path};
use crate::report::numbers::upper;
use clap::Args;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use sumformer_checker::check::Verdict;
use sumformer_checker::format::certificate::Certificate;

/// `merge`
#[derive(Debug, Args)]
pub struct MergeArguments {
    /// Folders that `prove` has written for parts of one proof, for one architecture each.
    #[arg(required = true)]
    pub directories: Vec<PathBuf>,
    /// The folder of the merged proof.
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
    /// How it is written.
    #[command(flatten)]
    pub form: FormArguments,
}

/// Merges partial proofs of one network and writes the result, whatever the checker says of it.
pub fn run(arguments: &MergeArguments, json: bool) -> Result<Outcome, CliError> {
    may_replace(&arguments.output)?;
    writable(&arguments.output)?;
    let [first, rest @ ..] = arguments.directories.as_slice() else {
        return Err(CliError::bad_input("there is nothing to merge"));
    };
    let [target, network] = files_of(first)?;
    for folder in rest {
        for (name, (known, other)) in
            PROOF_FILES.iter().zip([&target, &network].iter().zip(files_of(folder)?))
        {
            if **known != other {
                return Err(CliError::bad_input(format!(
                    "{}: its {name} is not that of {}; parts of one proof share target and network",
                    shown_path(folder),
                    shown_path(first)
                )));
            }
        }
    }
    let certificates: Vec<Certificate> =
        arguments.directories.iter().map(|folder| certificate_of(folder)).collect::<Result<_, _>>()?;
    let merged = merge_proofs(&target, &network, &certificates)
        .map_err(|error| explain(error, &arguments.directories))?;
    let Merged { checked, .. } = &merged;
    let mut line = in_words(&checked.certificate, &checked.verdict);
    if matches!(checked.verdict, Verdict::Invalid(_)) {
        // What does not follow takes nobody's place.
        line += "; nothing is written, as what the parts claim together does not follow";
    } else {
        let floors = floors_of(&arguments.directories);
        write(arguments, [&target, &network], &merged)?;
        if let Some(floors) = floors {
            // The parts are about one target, and so are their floors.
            write_floors(&arguments.output, [&checked.target.source, &floors])?;
        }
    }
    let line = format!("{}: {line}", shown_path(&arguments.output));
    if json {
        say(line);
        let mut result = json!({
            "path": plain_path(&arguments.output),
            "name": checked.target.name,
            "parts": certificates.len(),
            "epsilon": upper(&checked.certificate.epsilon.0),
            "certified": upper(&checked.certificate.certified.0),
        });
        add_verdict(&mut result, &checked.verdict);
        print(json!({ "results": [result] }))?;
    } else {
        print(line)?;
    }
    Ok(outcome(&checked.verdict))
}

/// Target and network of a part.
fn files_of(folder: &Path) -> Result<[Vec<u8>; 2], CliError> {
    Ok([read(&folder.join(PROOF_FILES[0]))?, read_network(folder)?])
}

/// The first floors of the parts that follow.
fn floors_of(folders: &[PathBuf]) -> Option<String> {
    let of = |folder: &PathBuf| {
        let follow = Floors::check(folder).ok()?.facts().is_some();
        follow.then(|| fs::read_to_string(folder.join(FLOOR_FILE)).ok()).flatten()
    };
    folders.iter().filter(|folder| has_floors(folder)).find_map(of)
}

fn certificate_of(folder: &Path) -> Result<Certificate, CliError> {
    let [_, _, certificate] = PROOF_FILES.map(|name| folder.join(name));
    Certificate::from_json(&read(&certificate)?).map_err(|error| unreadable(error.into(), folder, &[]))
}

fn write(arguments: &MergeArguments, [target, network]: [&[u8]; 2], merged: &Merged) -> Result<(), CliError> {
    // The checker has read both files as UTF-8.
    let text = |bytes| std::str::from_utf8(bytes).map_err(|error| CliError::bad_input(error.to_string()));
    let contents = [text(target)?, text(network)?, &merged.certificate_json];
    let form = arguments.form.form();
    write_proofs(&arguments.output, &[ProofFolder { folder: None, contents, form }])
}

/// The error with the folders' names instead of their numbers.
fn explain(error: MergeError, folders: &[PathBuf]) -> CliError {
    let name = |number: usize| folders.get(number).map_or_else(String::new, |f| shown_path(f));
    let message = match &error {
        MergeError::NoTree(part) => {
            format!("{}: its certificate has no tree of boxes, there is nothing to merge", name(*part))
        }
        MergeError::Differs { proof, field } => format!(
            "{}: its certificate differs from that of {} in `{field}`; parts of one proof agree in it",
            name(*proof),
            name(0)
        ),
        MergeError::Trees(MergeConflict::Malformed { tree, position, message }) => {
            format!("{}: boxes, character {position}: {message}", name(*tree))
        }
        MergeError::Trees(MergeConflict::Splits { first, second }) => format!(
            "{}: boxes, character {}: coordinate {} is halved where {} halves coordinate {} (character {})",
            name(second.tree),
            second.position,
            second.coordinate,
            name(first.tree),
            first.coordinate,
            first.position
        ),
        MergeError::Trees(MergeConflict::Nothing) | MergeError::Unreadable(_) => error.to_string(),
    };
    CliError::bad_input(message)
}
