//! Places of files and folders.

use crate::cli::error::CliError;
use crate::cli::escape::shown_path;
use std::path::Path;

/// An error of the system at a place.
pub(super) fn failed(place: &Path) -> impl Fn(std::io::Error) -> CliError {
    move |error| CliError::bad_input(format!("{}: {error}", shown_path(place)))
}

/// The folder that something of this name stands in.
pub(super) fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
