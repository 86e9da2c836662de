//! Which files `export` wrote.

use crate::export::{Format, MARKS, is_our_module, is_our_sidecar, is_our_theorem, is_ours};
use std::fs;
use std::io::Read;
use std::path::Path;

/// What a file of `export` has in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportContent {
    /// Weights.
    Weights(Format),
    /// The exact values of weights that were rounded.
    Rounded,
    /// The module for torch.
    Module,
    /// The theorem for Rocq.
    Theorem,
    /// A proof of the wide form, in a folder.
    Standard,
    /// Properties that are decided, in a folder.
    Properties,
}

impl ExportContent {
    /// Its name for `--json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Weights(format) => format.name(),
            Self::Rounded => "exact",
            Self::Module => "torch",
            Self::Theorem => "rocq",
            Self::Standard => "standard",
            Self::Properties => "vnnlib",
        }
    }
}

/// What `export` wrote to this place, if it did.
pub fn export_content(path: &Path) -> Option<ExportContent> {
    let ending = path.extension()?.to_str()?;
    if !fs::symlink_metadata(path).ok()?.is_file() {
        return None;
    }
    let mut beginning = Vec::new();
    fs::File::open(path).ok()?.take(MARKS).read_to_end(&mut beginning).ok()?;
    match Format::of_ending(ending) {
        Some(format) => is_ours(format, &beginning).then_some(ExportContent::Weights(format)),
        None if ending == "json" => is_our_sidecar(&beginning).then_some(ExportContent::Rounded),
        None if ending == "py" => is_our_module(&beginning).then_some(ExportContent::Module),
        None if ending == "v" => is_our_theorem(&beginning).then_some(ExportContent::Theorem),
        None => None,
    }
}
