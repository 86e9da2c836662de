//! A model, written as it is made: lengths are known before, numbers are not held.

use super::graph::{Constant, Graph, OUTPUTS, TOKENS, data_type_of};
use super::messages::{
    Dimension, GRAPH_INITIALIZER, GraphHead, GraphTail, MODEL_GRAPH, ModelHead, ModelTail, OperatorSetId,
    StringStringEntry, TENSOR_RAW_DATA, TensorHead, TensorShape, TensorType, Type, ValueInfo,
};
use crate::export::dense::{Rounding, write_tensor};
use crate::export::dtype::Dtype;
use crate::export::error::ExportError;
use crate::export::format::Format;
use crate::export::labels::Labels;
use crate::export::skeleton::Skeleton;
use crate::export::tensor::{Order, Tensor};
use bytes::Bytes;
use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint};
use std::io::Write;
use sumformer_checker::format::network::Network;

const IR_VERSION: i64 = 8;
const OPSET: i64 = 17;
const PRODUCER: &str = "sumformer";
/// The most bytes that readers of protocol buffers take.
const MAX_BYTES: u128 = (1 << 31) - 1;

/// Writes the graph of a network with its weights.
pub(in crate::export) fn write(
    network: &Network,
    labels: &Labels,
    dtype: Dtype,
    mut out: impl Write,
) -> Result<Rounding, ExportError> {
    let skeleton = Skeleton::of(network);
    let tensors = skeleton.tensors();
    let graph = Graph::of(&skeleton, dtype, labels.staged());
    let head = model_head().encode_to_vec();
    let name = labels.get("sumformer.target").unwrap_or("network").to_string();
    let graph_head = GraphHead { node: graph.nodes, name }.encode_to_vec();
    let graph_tail = GraphTail {
        input: vec![value(TOKENS, &skeleton, dtype, skeleton.dimension)],
        output: vec![value(OUTPUTS, &skeleton, dtype, skeleton.outputs)],
    };
    let graph_tail = graph_tail.encode_to_vec();
    let metadata = labels.metadata(&skeleton, dtype, true)?.0;
    let tail = ModelTail {
        opset_import: vec![opset()],
        metadata_props: metadata.into_iter().map(|(key, value)| StringStringEntry { key, value }).collect(),
    };
    let tail = tail.encode_to_vec();

    let heads: Vec<(&Tensor, Vec<u8>, Option<u64>)> = tensors
        .iter()
        .map(|tensor| (tensor, tensor_head(tensor, dtype), raw_length(tensor, dtype)))
        .collect();
    let constants: Vec<Vec<u8>> = graph.constants.into_iter().map(constant).collect();
    // A length that cannot be counted is too large whatever the others are.
    let length = |(_, head, raw): &(&Tensor, Vec<u8>, Option<u64>)| {
        raw.map_or(u128::MAX >> 32, |raw| framed(head.len() as u64 + framed(raw)).into())
    };
    let graph_length = (graph_head.len() + graph_tail.len()) as u128
        + heads.iter().map(length).sum::<u128>()
        + constants.iter().map(|constant| u128::from(framed(constant.len() as u64))).sum::<u128>();
    let bytes = graph_length + (head.len() + tail.len()) as u128;
    if bytes > MAX_BYTES {
        let reason = "readers of ONNX take; safetensors has no such limit";
        return Err(ExportError::TooLarge { format: Format::Onnx, dtype, bytes, limit: MAX_BYTES, reason });
    }

    out.write_all(&head)?;
    write_frame(MODEL_GRAPH, graph_length as u64, &mut out)?;
    out.write_all(&graph_head)?;
    let mut rounding = Rounding::default();
    for (tensor, head, raw) in &heads {
        let raw = raw.unwrap_or_default();
        write_frame(GRAPH_INITIALIZER, head.len() as u64 + framed(raw), &mut out)?;
        out.write_all(head)?;
        write_frame(TENSOR_RAW_DATA, raw, &mut out)?;
        write_tensor(network, tensor, Order::InputFirst, dtype, &mut out, &mut rounding)?;
    }
    for (name, exact) in &graph.rationals {
        rounding.entries += 1;
        rounding.add(exact, dtype.computes_in().round(exact), || (name.clone(), Vec::new()));
    }
    for constant in &constants {
        write_frame(GRAPH_INITIALIZER, constant.len() as u64, &mut out)?;
        out.write_all(constant)?;
    }
    out.write_all(&graph_tail)?;
    out.write_all(&tail)?;
    out.flush()?;
    Ok(rounding)
}

pub(super) fn model_head() -> ModelHead {
    ModelHead {
        ir_version: IR_VERSION,
        producer_name: PRODUCER.into(),
        producer_version: env!("CARGO_PKG_VERSION").into(),
    }
}

/// The standard operators.
pub(super) fn opset() -> OperatorSetId {
    OperatorSetId { domain: String::new(), version: OPSET }
}

/// Whether a file that begins so was written by [`write`], of whatever version.
pub(in crate::export) fn is_ours(beginning: &[u8]) -> bool {
    let head = ModelHead { producer_version: String::new(), ..model_head() };
    beginning.starts_with(&head.encode_to_vec())
}

/// A tensor but for its numbers.
fn tensor_head(tensor: &Tensor, dtype: Dtype) -> Vec<u8> {
    let dims = tensor.shape_in(Order::InputFirst).extents().into_iter().map(|extent| extent as i64).collect();
    let name = tensor.name_in(Order::InputFirst);
    TensorHead { dims, data_type: data_type_of(dtype), name, raw_data: Bytes::new() }.encode_to_vec()
}

fn raw_length(tensor: &Tensor, dtype: Dtype) -> Option<u64> {
    u64::try_from(tensor.shape.entries()?.checked_mul(dtype.size())?).ok()
}

fn constant(constant: Constant) -> Vec<u8> {
    let Constant { name, dims, data_type, bytes } = constant;
    TensorHead { dims, data_type, name, raw_data: bytes.into() }.encode_to_vec()
}

/// A sequence or a row of numbers: (batch, n, width), n by its name where every length is admitted.
fn value(name: &str, skeleton: &Skeleton, dtype: Dtype, width: usize) -> ValueInfo {
    let named = |name: &str| Dimension { dim_value: None, dim_param: Some(name.into()) };
    let dim = vec![named("batch"), skeleton.tokens.map_or_else(|| named("n"), fixed), fixed(width)];
    ValueInfo { name: name.into(), kind: Some(tensor_of(dtype, dim)) }
}

/// A dimension of this extent.
pub(super) fn fixed(extent: usize) -> Dimension {
    Dimension { dim_value: Some(extent as i64), dim_param: None }
}

/// Tensors of these dimensions.
pub(super) fn tensor_of(dtype: Dtype, dim: Vec<Dimension>) -> Type {
    let tensor = TensorType { elem_type: data_type_of(dtype), shape: Some(TensorShape { dim }) };
    Type { tensor_type: Some(tensor) }
}

/// The bytes of a message of this length with its key (of one byte, as all of ours are) and its length.
fn framed(length: u64) -> u64 {
    let mut prefix = Vec::new();
    encode_varint(length, &mut prefix);
    1 + prefix.len() as u64 + length
}

pub(super) fn write_frame(number: u32, length: u64, out: &mut impl Write) -> std::io::Result<()> {
    let mut prefix = Vec::new();
    encode_key(number, WireType::LengthDelimited, &mut prefix);
    encode_varint(length, &mut prefix);
    out.write_all(&prefix)
}
