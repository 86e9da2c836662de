//! The weights of a model; what the graph does with them is found out by writing it again.

use super::graph::data_type_of;
use super::messages::{GraphEnvelope, ModelEnvelope, TensorHead, data_type};
use crate::export::dtype::DTYPES;
use crate::export::read::{Contents, ReadError, Stored};
use bytes::Bytes;
use prost::Message;

/// No initializer of ours is shorter: a file may not hold so many that they take more memory than its size foretells.
const SHORTEST: usize = 12;

/// Reads metadata and initializers; the constants that graphs of ours have beside the tensors are left out.
pub(in crate::export) fn read(file: &Bytes) -> Result<Contents, ReadError> {
    let damaged = |error: prost::DecodeError| ReadError::Damaged(error.to_string());
    let model = ModelEnvelope::decode(file.clone()).map_err(damaged)?;
    if model.graph.is_empty() {
        return Err(ReadError::Damaged("there is no graph in it".into()));
    }
    let graph = GraphEnvelope::decode(model.graph).map_err(damaged)?;
    let mut tensors = Vec::new();
    for initializer in graph.initializer {
        if initializer.len() < SHORTEST {
            return Err(ReadError::Damaged(format!("an initializer has {} bytes", initializer.len())));
        }
        let tensor = TensorHead::decode(initializer).map_err(damaged)?;
        if is_constant(&tensor) {
            continue;
        }
        let name = tensor.name;
        let dtype = DTYPES.into_iter().find(|dtype| data_type_of(*dtype) == tensor.data_type);
        let dtype = dtype.ok_or_else(|| ReadError::OtherType {
            tensor: name.clone(),
            dtype: format!("number {} of ONNX", tensor.data_type),
        })?;
        let shape: Result<Vec<usize>, _> = tensor.dims.iter().map(|&dim| usize::try_from(dim)).collect();
        let shape = shape.map_err(|_| ReadError::Damaged(format!("tensor {name} has a negative extent")))?;
        tensors.push(Stored { name, dtype, shape, data: tensor.raw_data });
    }
    let metadata = model.metadata_props.into_iter().map(|pair| (pair.key, pair.value)).collect();
    Ok(Contents { metadata, tensors })
}

/// Whether this is no tensor of a network, by its name: those have a part of the network in it.
fn is_constant(tensor: &TensorHead) -> bool {
    let ours = ["zero", "half", "width.root"].contains(&tensor.name.as_str());
    let part = tensor.name.ends_with(".ones") || tensor.name.ends_with(".reciprocal");
    ours || part || tensor.data_type == data_type::INT64
}
