//! `prove`, as `sumformer/proving.py` calls it.

use crate::errors::{Failure, Kind};
use crate::job;
use crate::options::Asked;
use crate::proof::{Files, Proof};
use crate::target::{FILE, Target};
use crate::verdict::Verdict;
use crate::watch::Watch;
use crate::words::in_python;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use std::path::PathBuf;
use std::sync::Arc;
use sumformer::certify;
use sumformer::checker::language::target;
use sumformer::planning::Outlook;
use sumformer::reading::{Diagnostic, Diagnostics};
use sumformer::recipe::{self, Class, GridChoice, Problem, RecipeError};

/// Proves a target for the architectures that the options name; ``sumformer.prove`` has the options one by one.
#[pyfunction]
pub fn prove(
    py: Python<'_>,
    target: &Bound<'_, PyAny>,
    options: &Bound<'_, PyDict>,
    listener: Option<&Bound<'_, PyAny>>,
) -> PyResult<Vec<Py<Proof>>> {
    let target = target_of(target)?;
    let asked = Asked::new(options);
    let (options, patience) = (asked.options()?, asked.patience()?);
    let is_part = options.sums.slice != certify::boxes::Slice::WHOLE;
    let proved = job::watched(py, listener, move |inside| {
        let watch = Watch::new(inside, options.architectures.len(), patience);
        let proofs = recipe::prove(&target, &options, &watch)
            .map_err(|error| failure(&error, &target, &watch.step_at_hand()))?;
        proofs
            .proofs
            .into_iter()
            .map(|proved| written(&target, proved.proof))
            .collect::<Result<Vec<_>, Failure>>()
    })?;
    let proofs: Vec<Proof> = proved?;
    // A part of a search over boxes is never a whole proof.
    let refused = proofs.iter().filter(|_| !is_part).find_map(|proof| proof.known()?.failure());
    let proofs = proofs.into_iter().map(|proof| Py::new(py, proof)).collect::<PyResult<Vec<_>>>()?;
    match refused {
        None => Ok(proofs),
        Some(failure) => Err(failure.raise(py, proofs.into_iter().map(Py::into_any).collect())),
    }
}

/// A target, its text, or the path of its file.
fn target_of(value: &Bound<'_, PyAny>) -> PyResult<Arc<target::Target>> {
    if let Ok(target) = value.cast::<Target>() {
        return Ok(target.get().shared());
    }
    if let Ok(text) = value.cast::<PyString>() {
        let text = text.to_str()?;
        // Every target has fields; names of files seldom do.
        if !text.contains('=') {
            let message = format!("this is no text of a target: {text}");
            let diagnostic = Diagnostic::new(message, "there are no fields", 0..text.len());
            let help = "for a file give a pathlib.Path, or Target.load(path)";
            let problems = Diagnostics::new(FILE, text, vec![diagnostic.with_help(help)]);
            return Err(problems.map_or_else(
                || PyTypeError::new_err("the text is empty"),
                |problems| Failure::from(problems).into(),
            ));
        }
        return Ok(Target::read(FILE, text)?.shared());
    }
    match value.extract::<PathBuf>() {
        Ok(path) => Ok(Target::at(&path)?.shared()),
        Err(_) => Err(PyTypeError::new_err(format!(
            "expected a Target, its text, or a path, found {}",
            value.get_type().name()?
        ))),
    }
}

/// A proof with its verdict.
fn written(target: &target::Target, proof: certify::Proof) -> Result<Proof, Failure> {
    let certify::Proof { network_json, certificate_json, verdict, .. } = proof;
    let files = Files::read(target.source.as_bytes(), network_json.into(), certificate_json.into())?;
    Ok(Proof::new(files, Some(Verdict::from(verdict))))
}

/// Why there is no proof.
fn failure(error: &RecipeError, target: &target::Target, at_hand: &str) -> Failure {
    let kind = match (error.class(), error.problem.place()) {
        (Class::Incomplete, _) => Kind::Incomplete,
        (Class::BadInput, Some(_)) => Kind::TargetError,
        (Class::BadInput, None) => Kind::Error,
    };
    let help = help(error).map(|help| in_python(&help));
    let message = match &*error.problem {
        Problem::Stopped(stopped) if !at_hand.is_empty() => {
            format!("{stopped} (the step at hand: {at_hand})")
        }
        problem => problem.to_string(),
    };
    let message = in_python(&message);
    let located = error.problem.place().and_then(|place| {
        let diagnostic =
            Diagnostic { help: help.clone(), ..Diagnostic::new(message.clone(), place.label, place.span) };
        Diagnostics::new(FILE, &target.source, vec![diagnostic])
    });
    let failure = match located {
        Some(diagnostics) => Failure::located(kind, diagnostics),
        None => Failure::new(kind, help.map_or_else(|| message.clone(), |help| format!("{message}; {help}"))),
    };
    failure.among(error.ways.iter().map(way).collect())
}

/// The way out, in the options of `prove`.
fn help(error: &RecipeError) -> Option<String> {
    const WORDS: [(&str, &str); 9] = [
        ("`grid.max_entries`", "`max_entries`"),
        ("`grid.grid`", "`grid`"),
        ("`grid.code`", "`code`"),
        ("`sums.routes`", "`route`"),
        ("`sums.slice`", "`shard`"),
        ("`sums.max_terms`", "`max_terms`"),
        ("`architectures`", "`architecture`"),
        ("`Routes::Bernstein`", "route=\"bernstein\""),
        ("`GridChoice::Finest`", "grid=\"finest\""),
    ];
    if let Problem::GridNotMet { grid: GridChoice::Smallest, divisions, proved, .. } = &*error.problem {
        return Some(format!("take grid={}, or epsilon=\"{proved}\"", divisions + 1));
    }
    let help = error.help()?.replace("`GridChoice::Smallest`", "grid=\"auto\"");
    Some(WORDS.iter().fold(help, |help, (from, to)| help.replace(from, to)))
}

/// A way that was looked at, in a line.
fn way(outlook: &Outlook) -> String {
    let units = outlook.units.map(|units| format!("{units:.2e} hidden units"));
    let entries = outlook.entries.as_ref().map(|entries| format!("a table of {entries} entries"));
    let known: Vec<String> = [entries, units, outlook.why_not.clone()].into_iter().flatten().collect();
    in_python(&format!("{}: {}", outlook.way.name(), known.join(", ")))
}
