//! A graph over one row of numbers as a model.

use super::graph::{data_type_of, int};
use super::messages::{
    GRAPH_INITIALIZER, GraphHead, GraphTail, MODEL_GRAPH, ModelTail, Node, TensorHead, ValueInfo,
};
use super::write::{fixed, model_head, opset, tensor_of, write_frame};
use crate::export::dense::{Rounding, write_row};
use crate::export::dtype::Dtype;
use crate::export::error::ExportError;
use crate::export::flat::{Flat, FlatNode, Value};
use prost::Message;
use std::io::Write;
use sumformer_checker::arith::number::Rational;

/// The input, of shape (1, width).
const INPUT: &str = "X";
/// The output, of shape (1, width).
const OUTPUT: &str = "Y";
/// The type of everything.
const DTYPE: Dtype = Dtype::F32;

/// Writes all nodes in order, weights as `z W + b` needs them.
pub(in crate::export) fn write_flat(
    flat: &Flat,
    name: &str,
    mut out: impl Write,
) -> Result<Rounding, ExportError> {
    let mut writer = Writer { flat, nodes: Vec::new(), tensors: Vec::new(), rounding: Rounding::default() };
    for (index, node) in flat.nodes().iter().enumerate() {
        writer.node(index + 1, node)?;
    }
    let Writer { nodes, tensors, rounding, .. } = writer;
    let mut graph = GraphHead { node: nodes, name: name.into() }.encode_to_vec();
    for tensor in tensors {
        let tensor = tensor.encode_to_vec();
        write_frame(GRAPH_INITIALIZER, tensor.len() as u64, &mut graph)?;
        graph.extend(tensor);
    }
    let row = |name: &str, value: Value| ValueInfo {
        name: name.into(),
        kind: Some(tensor_of(DTYPE, vec![fixed(1), fixed(flat.width(value))])),
    };
    let ends = GraphTail { input: vec![row(INPUT, 0)], output: vec![row(OUTPUT, flat.last())] };
    graph.extend(ends.encode_to_vec());
    out.write_all(&model_head().encode_to_vec())?;
    write_frame(MODEL_GRAPH, graph.len() as u64, &mut out)?;
    out.write_all(&graph)?;
    let tail = ModelTail { opset_import: vec![opset()], metadata_props: Vec::new() };
    out.write_all(&tail.encode_to_vec())?;
    out.flush()?;
    Ok(rounding)
}

struct Writer<'a> {
    flat: &'a Flat,
    nodes: Vec<Node>,
    tensors: Vec<TensorHead>,
    rounding: Rounding,
}

impl Writer<'_> {
    fn name(&self, value: Value) -> String {
        match value {
            0 => INPUT.into(),
            value if value == self.flat.last() => OUTPUT.into(),
            value => format!("value.{value}"),
        }
    }

    fn node(&mut self, value: Value, node: &FlatNode) -> Result<(), ExportError> {
        let result = self.name(value);
        match node {
            FlatNode::Map(of, map) => {
                let (rows, columns) = (self.flat.width(*of), self.flat.width(value));
                let (weight, bias) = (format!("weight.{value}"), format!("bias.{value}"));
                let entries =
                    map.weights.iter().map(|(row, column, weight)| (row * columns + column, weight));
                self.tensor(&weight, &[rows, columns], entries)?;
                self.tensor(&bias, &[columns], map.bias.iter())?;
                let product = format!("product.{value}");
                self.operator("MatMul", &[self.name(*of), weight], product.clone());
                self.operator("Add", &[product, bias], result);
            }
            FlatNode::Relu(of) => self.operator("Relu", &[self.name(*of)], result),
            FlatNode::Step(of) => {
                let (zero, compared) = (format!("zero.{value}"), format!("compared.{value}"));
                self.tensor(&zero, &[1], std::iter::empty())?;
                self.operator("GreaterOrEqual", &[self.name(*of), zero], compared.clone());
                self.operator("Cast", &[compared], result);
                if let Some(cast) = self.nodes.last_mut() {
                    cast.attribute.push(int("to", data_type_of(DTYPE).into()));
                }
            }
            FlatNode::Product(a, b) => self.operator("Mul", &[self.name(*a), self.name(*b)], result),
            FlatNode::Sum(a, b) => self.operator("Add", &[self.name(*a), self.name(*b)], result),
        }
        Ok(())
    }

    fn operator(&mut self, operator: &str, inputs: &[String], result: String) {
        self.nodes.push(Node {
            input: inputs.to_vec(),
            output: vec![result.clone()],
            name: result,
            op_type: operator.into(),
            attribute: Vec::new(),
        });
    }

    fn tensor<'a>(
        &mut self,
        name: &str,
        extents: &[usize],
        entries: impl Iterator<Item = (usize, &'a Rational)>,
    ) -> Result<(), ExportError> {
        let mut bytes = vec![0; extents.iter().product::<usize>() * DTYPE.size()];
        let place = |at| (name.to_string(), vec![at]);
        write_row(entries, DTYPE, &mut bytes, &mut self.rounding, &place)?;
        self.tensors.push(TensorHead {
            dims: extents.iter().map(|&extent| extent as i64).collect(),
            data_type: data_type_of(DTYPE),
            name: name.into(),
            raw_data: bytes.into(),
        });
        Ok(())
    }
}
