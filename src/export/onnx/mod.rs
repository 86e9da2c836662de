//! ONNX: a graph of standard operators at opset 17, IR version 8, which tools of many years read.

mod flat;
mod graph;
mod messages;
mod read;
mod write;

pub(super) use flat::write_flat;
pub(super) use read::read;
pub(super) use write::{is_ours, write};
