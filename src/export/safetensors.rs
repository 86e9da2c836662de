//! safetensors: a header in JSON, then all tensors. The crate of that name reads; its writer has no order of metadata.

use super::dense::{Rounding, total_bytes, write_tensor};
use super::dtype::Dtype;
use super::error::ExportError;
use super::format::Format;
use super::labels::{Labels, Metadata};
use super::read::{Contents, ReadError, Stored};
use super::skeleton::Skeleton;
use super::tensor::{Order, Tensor};
use ::safetensors::{Dtype as StoredDtype, SafeTensorError, SafeTensors};
use bytes::Bytes;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::io::Write;
use sumformer_checker::format::network::Network;

/// The longest header that readers take.
const MAX_HEADER: u128 = 100_000_000;
/// The most bytes of tensors that are written.
const MAX_BYTES: u128 = 1 << 36;
/// What our headers begin with, after their length.
const BEGINNING: &str = "{\"__metadata__\":{\"sumformer.";

/// The header: metadata, then each tensor with its place.
struct Header<'a> {
    metadata: &'a Metadata,
    tensors: &'a [Tensor],
    dtype: Dtype,
}

/// Where a tensor is.
#[derive(Serialize)]
struct Place {
    dtype: &'static str,
    shape: Vec<usize>,
    data_offsets: [u64; 2],
}

impl Serialize for Header<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.tensors.len() + 1))?;
        map.serialize_entry("__metadata__", self.metadata)?;
        let mut end = 0;
        for tensor in self.tensors {
            let start = end;
            end += (tensor.shape.entries().unwrap_or(0) * self.dtype.size()) as u64;
            let place = Place {
                dtype: match self.dtype {
                    Dtype::F64 => "F64",
                    Dtype::F32 => "F32",
                    Dtype::F16 => "F16",
                    Dtype::Bf16 => "BF16",
                },
                shape: tensor.shape.extents(),
                data_offsets: [start, end],
            };
            map.serialize_entry(&tensor.name, &place)?;
        }
        map.end()
    }
}

/// Writes all tensors as `torch.nn.Linear` would hold them.
pub(super) fn write(
    network: &Network,
    labels: &Labels,
    dtype: Dtype,
    mut out: impl Write,
) -> Result<Rounding, ExportError> {
    let skeleton = Skeleton::of(network);
    let tensors = skeleton.tensors();
    let bytes = total_bytes(tensors.iter().map(|tensor| tensor.shape), dtype).unwrap_or(u128::MAX);
    let too_large = |bytes, limit, reason| ExportError::TooLarge {
        format: Format::Safetensors,
        dtype,
        bytes,
        limit,
        reason,
    };
    if bytes > MAX_BYTES {
        return Err(too_large(bytes, MAX_BYTES, "are written"));
    }
    let metadata = labels.metadata(&skeleton, dtype, false)?;
    let header = Header { metadata: &metadata, tensors: &tensors, dtype };
    let mut header = serde_json::to_vec(&header).map_err(std::io::Error::from)?;
    // Tensors begin at a multiple of eight bytes.
    header.resize(header.len().next_multiple_of(8), b' ');
    if header.len() as u128 > MAX_HEADER {
        return Err(too_large(header.len() as u128, MAX_HEADER, "readers take as a header"));
    }
    out.write_all(&(header.len() as u64).to_le_bytes())?;
    out.write_all(&header)?;
    let mut rounding = Rounding::default();
    for tensor in &tensors {
        write_tensor(network, tensor, Order::OutputFirst, dtype, &mut out, &mut rounding)?;
    }
    out.flush()?;
    Ok(rounding)
}

/// Whether a file that begins so was written by [`write`].
pub(super) fn is_ours(beginning: &[u8]) -> bool {
    beginning.get(8..).is_some_and(|header| header.starts_with(BEGINNING.as_bytes()))
}

/// Reads a file, ours or not.
pub(super) fn read(file: &Bytes) -> Result<Contents, ReadError> {
    // Which of several wrong offsets the crate (0.8.0) meets first, and so what it says of them, changes from run to run:
    // it sorts tensors that come out of a hash map.
    let refuse = |error: SafeTensorError| {
        ReadError::Damaged(match error {
            SafeTensorError::InvalidOffset(_) | SafeTensorError::TensorInvalidInfo => {
                "tensors overlap, leave gaps, or do not have the size of their shape".to_owned()
            }
            error => error.to_string(),
        })
    };
    let (_, header) = SafeTensors::read_metadata(file).map_err(refuse)?;
    let pairs = header.metadata().iter().flatten();
    let metadata = pairs.map(|(key, text)| (key.clone(), text.clone())).collect();
    let mut tensors = Vec::new();
    for (name, view) in SafeTensors::deserialize(file).map_err(refuse)?.iter() {
        let dtype = match view.dtype() {
            StoredDtype::F64 => Dtype::F64,
            StoredDtype::F32 => Dtype::F32,
            StoredDtype::F16 => Dtype::F16,
            StoredDtype::BF16 => Dtype::Bf16,
            other => return Err(ReadError::OtherType { tensor: name.into(), dtype: format!("{other:?}") }),
        };
        let data = file.slice_ref(view.data());
        tensors.push(Stored { name: name.into(), dtype, shape: view.shape().to_vec(), data });
    }
    Ok(Contents { metadata, tensors })
}
