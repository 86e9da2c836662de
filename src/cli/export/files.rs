//! Which files are written, and whether they may be.

use crate::cli::error::CliError;
use crate::cli::escape::shown_path;
use crate::cli::files::{export_content, may_replace, may_replace_suite, writable_file};
use crate::cli::values::ExportName;
use crate::export::{Dtype, ExportError, Format};
use std::fs;
use std::path::{Path, PathBuf};

pub use crate::cli::files::ExportContent as Content;

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its place.
    pub path: PathBuf,
    /// What goes there.
    pub content: Content,
}

impl File {
    /// Whether it is a folder.
    pub fn is_folder(&self) -> bool {
        matches!(self.content, Content::Standard | Content::Properties)
    }
}

/// The files that are asked for, each once; their places are free, or taken by files that `export` wrote.
pub fn asked_for(
    folder: &Path,
    formats: &[ExportName],
    dtype: Dtype,
    output: Option<&Path>,
) -> Result<Vec<File>, CliError> {
    let one = one_file(formats, output);
    let place = match (output, &one) {
        (Some(file), Some(_)) => file.parent().unwrap_or(Path::new("")).to_path_buf(),
        (Some(folder), None) => folder.to_path_buf(),
        (None, _) => folder.join("export"),
    };
    let weights = |format: Format| match (output, one) {
        (Some(file), Some(only)) if only == format => file.to_path_buf(),
        _ => place.join(format!("network.{dtype}.{format}")),
    };
    let mut files: Vec<File> = Vec::new();
    let mut add = |path: PathBuf, content: Content| {
        let file = File { path, content };
        if !files.contains(&file) {
            files.push(file);
        }
    };
    for name in formats {
        let format = match name.format() {
            Some(format) => format,
            None if *name == ExportName::Vnnlib => {
                add(place.join("vnnlib"), Content::Properties);
                continue;
            }
            None if *name == ExportName::Rocq => {
                add(place.join("theorem.v"), Content::Theorem);
                continue;
            }
            None => {
                add(place.join("standard"), Content::Standard);
                continue;
            }
        };
        if format == Format::Npz && dtype == Dtype::Bf16 {
            return Err(CliError::bad_input(ExportError::NoBf16InNpz.to_string()));
        }
        add(weights(format), Content::Weights(format));
        if format == Format::Safetensors {
            let beside = weights(format).with_extension("exact.json");
            add(beside, Content::Rounded);
        }
        if *name == ExportName::Torch {
            add(place.join("sumformer_network.py"), Content::Module);
        }
    }
    if !place.as_os_str().is_empty() {
        fs::create_dir_all(&place)
            .map_err(|e| CliError::bad_input(format!("{}: {e}", shown_path(&place))))?;
    }
    for file in &files {
        match file.content {
            Content::Standard => may_replace(&file.path)?,
            Content::Properties => may_replace_suite(&file.path)?,
            Content::Weights(_) | Content::Rounded | Content::Module | Content::Theorem => {}
        }
        if file.is_folder() {
            continue;
        }
        writable_file(&file.path)?;
        if file.path.exists() && export_content(&file.path).is_none() {
            return Err(CliError::bad_input(format!(
                "{}: it exists and was not written by `sumformer export`; it is left alone (choose another place with -o)",
                shown_path(&file.path)
            )));
        }
    }
    Ok(files)
}

/// The format, if what is asked for is one file and the place that is given is a name for it.
fn one_file(formats: &[ExportName], output: Option<&Path>) -> Option<Format> {
    let [name] = formats else { return None };
    let ending = output?.extension()?.to_str()?;
    name.format().filter(|format| *name != ExportName::Torch && ending == format.name())
}
