//! The formats, and which files are ours.

use super::{npz, onnx, safetensors};
use std::fmt;

/// A format with weights in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// A graph of standard operators, opset 17.
    Onnx,
    /// Named tensors, as Hugging Face keeps them.
    Safetensors,
    /// Named tensors, as numpy keeps them.
    Npz,
}

/// All formats.
pub const FORMATS: [Format; 3] = [Format::Onnx, Format::Safetensors, Format::Npz];

impl Format {
    /// Its name, which is also the ending of its files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Onnx => "onnx",
            Self::Safetensors => "safetensors",
            Self::Npz => "npz",
        }
    }

    /// The format of a file, by the ending of its name.
    pub fn of_ending(ending: &str) -> Option<Self> {
        FORMATS.into_iter().find(|format| format.name() == ending)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether a file that begins with these bytes (some hundreds, if it has as many) was written by [`write`](super::write).
pub fn is_ours(format: Format, beginning: &[u8]) -> bool {
    match format {
        Format::Onnx => onnx::is_ours(beginning),
        Format::Safetensors => safetensors::is_ours(beginning),
        Format::Npz => npz::is_ours(beginning),
    }
}
