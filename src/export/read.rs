//! Files as they were read: tensors of any names and shapes, of which nothing is believed.

use super::dtype::Dtype;
use super::format::Format;
use super::tensor::{Order, Tensor};
use super::{npz, onnx, safetensors};
use bytes::Bytes;
use std::collections::HashMap;
use sumformer_checker::format::FormatError;
use thiserror::Error;

/// Why a file says nothing about a network.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The format's own rules are broken.
    #[error("not readable: {0}")]
    Damaged(String),
    /// Nothing says which network this is.
    #[error(
        "there is no `{0}` in its metadata: only files that `sumformer export` wrote, or that keep this key, are read"
    )]
    NoSkeleton(&'static str),
    /// What says it is not readable.
    #[error("`{key}` in its metadata: {message}")]
    Skeleton {
        /// The key.
        key: &'static str,
        /// What is wrong.
        message: String,
    },
    /// A tensor of a type that no network is exported in.
    #[error("tensor {tensor} has the type {dtype}; f64, f32, f16 and bf16 are read")]
    OtherType {
        /// The tensor.
        tensor: String,
        /// Its type.
        dtype: String,
    },
    /// Tensors of two types.
    #[error("tensor {tensor} is in {found}, those before it are in {first}")]
    MixedTypes {
        /// The tensor.
        tensor: String,
        /// Its type.
        found: Dtype,
        /// The type of the others.
        first: Dtype,
    },
    /// A tensor of the network is not there.
    #[error("there is no tensor {0}")]
    Missing(String),
    /// A tensor that the network does not have.
    #[error("there is a tensor {0}, which the network does not have")]
    Extra(String),
    /// Two tensors with one name.
    #[error("there are two tensors {0}")]
    Twice(String),
    /// A tensor of another shape.
    #[error("tensor {tensor} has the shape {found:?}; the network's has {expected:?}")]
    OtherShape {
        /// The tensor.
        tensor: String,
        /// Its shape.
        found: Vec<usize>,
        /// The shape that the network gives it.
        expected: Vec<usize>,
    },
    /// An entry that is no number.
    #[error("{tensor}{index:?} is {value}, not a finite number")]
    NotFinite {
        /// The tensor.
        tensor: String,
        /// The index in it.
        index: Vec<usize>,
        /// NaN or an infinity.
        value: f64,
    },
    /// The tensors make no network.
    #[error(transparent)]
    Network(#[from] FormatError),
    /// The graph around the tensors is not the one that belongs to them.
    #[error(
        "its tensors are a network's, but byte {0} of the file is not as `sumformer export` writes it, so that its graph may \
         compute something else"
    )]
    OtherGraph(u64),
}

/// What stands in a file.
#[derive(Debug)]
pub(super) struct Contents {
    /// Keys and texts.
    pub metadata: Vec<(String, String)>,
    /// The tensors.
    pub tensors: Vec<Stored>,
}

/// A tensor in a file.
#[derive(Debug)]
pub(super) struct Stored {
    pub name: String,
    pub dtype: Dtype,
    pub shape: Vec<usize>,
    /// Little endian, row-major; a multiple of the type's size.
    pub data: Bytes,
}

/// Reads a file of a format.
pub(super) fn read(format: Format, file: &Bytes) -> Result<Contents, ReadError> {
    match format {
        Format::Onnx => onnx::read(file),
        Format::Safetensors => safetensors::read(file),
        Format::Npz => npz::read(file),
    }
}

/// How a format holds maps.
pub(super) fn order(format: Format) -> Order {
    match format {
        Format::Onnx => Order::InputFirst,
        Format::Safetensors | Format::Npz => Order::OutputFirst,
    }
}

impl Contents {
    /// Exactly these tensors, in this order, of one type, with finite entries.
    pub(super) fn require(self, tensors: &[Tensor], order: Order) -> Result<(Dtype, Vec<Bytes>), ReadError> {
        let mut found = HashMap::with_capacity(self.tensors.len());
        for stored in self.tensors {
            if let Some(twice) = found.insert(stored.name.clone(), stored) {
                return Err(ReadError::Twice(twice.name));
            }
        }
        let mut type_of_all = None;
        let mut all = Vec::with_capacity(tensors.len());
        for tensor in tensors {
            let name = tensor.name_in(order);
            let Some(stored) = found.remove(&name) else { return Err(ReadError::Missing(name)) };
            let first = *type_of_all.get_or_insert(stored.dtype);
            if stored.dtype != first {
                return Err(ReadError::MixedTypes { tensor: name, found: stored.dtype, first });
            }
            let shape = tensor.shape_in(order);
            if stored.shape != shape.extents() {
                return Err(ReadError::OtherShape {
                    tensor: name,
                    found: stored.shape,
                    expected: shape.extents(),
                });
            }
            let expected = shape.entries().and_then(|entries| entries.checked_mul(first.size()));
            if expected != Some(stored.data.len()) {
                return Err(ReadError::Damaged(format!("tensor {name} has {} bytes", stored.data.len())));
            }
            if let Some((position, value)) =
                first.numbers(&stored.data).enumerate().find(|(_, value)| !value.is_finite())
            {
                return Err(ReadError::NotFinite { tensor: name, index: shape.index(position), value });
            }
            all.push(stored.data);
        }
        match (found.into_keys().min(), type_of_all) {
            (Some(extra), _) => Err(ReadError::Extra(extra)),
            (None, Some(dtype)) => Ok((dtype, all)),
            (None, None) => Err(ReadError::Damaged("there is no tensor".into())),
        }
    }
}
