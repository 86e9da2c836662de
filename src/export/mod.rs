//! A constructed network in the files of others: ONNX, safetensors, npz, and a module for torch.
//!
//! All of them hold the same dense tensors ([`Skeleton::tensors`]), each entry rounded once, from the rational to the
//! type. The same network and type give the same bytes, so a file is checked by writing it again ([`compare`]).

mod compare;
mod dense;
mod dtype;
mod error;
mod flat;
mod format;
mod labels;
mod network;
mod npz;
mod onnx;
mod place;
mod read;
mod rocq;
mod safetensors;
mod sidecar;
mod skeleton;
mod standard;
mod tensor;
mod torch;

pub use compare::{Difference, compare};
pub use dense::{LargestError, Rounding};
pub use dtype::{DTYPES, Dtype, Rounded};
pub use error::ExportError;
pub use flat::{Flat, FlatNode, Value};
pub use format::{FORMATS, Format, is_ours};
pub use labels::Labels;
pub use network::{Imported, import};
pub use place::{MARKS, write_file};
pub use read::ReadError;
pub use rocq::{is_our_theorem, theorem};
pub use sidecar::{is_our_sidecar, write_rounded};
pub use skeleton::{BlockSkeleton, Entries, HeadSkeleton, ProjectionSkeleton, Skeleton, TENSORS_FORMAT};
pub use standard::wide_form;
pub use tensor::{Order, Role, Rows, Shape, Tensor};
pub use torch::{MODULE, is_our_module};

use std::io::Write;
use sumformer_checker::format::network::Network;

/// Writes a network, with what is said of it, in a format and a type.
///
/// Everything is written as it is made: no tensor is held but the non-zero entries of one.
pub fn write(
    network: &Network,
    labels: &Labels,
    format: Format,
    dtype: Dtype,
    out: impl Write,
) -> Result<Rounding, ExportError> {
    match format {
        Format::Onnx => onnx::write(network, labels, dtype, out),
        Format::Safetensors => safetensors::write(network, labels, dtype, out),
        Format::Npz => npz::write(network, labels, dtype, out),
    }
}
