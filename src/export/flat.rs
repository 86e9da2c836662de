//! Graphs over one row of numbers: maps, rectifiers, steps, products and sums, which every verifier reads.

use super::dense::Rounding;
use super::error::ExportError;
use super::onnx;
use std::io::Write;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::format::network::AffineMap;
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};

/// A value of a [`Flat`] graph: 0 is its input, i + 1 what node i computes.
pub type Value = usize;

/// A graph from one row of numbers to another, the value of its last node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flat {
    nodes: Vec<FlatNode>,
    widths: Vec<usize>,
}

/// A node of a [`Flat`] graph; it reads values before its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlatNode {
    /// `z W + b`
    Map(Value, AffineMap),
    /// max(t, 0), entry by entry
    Relu(Value),
    /// 1 if t ≥ 0, else 0, entry by entry
    Step(Value),
    /// The product of two rows, entry by entry.
    Product(Value, Value),
    /// Their sum.
    Sum(Value, Value),
}

impl Flat {
    /// A graph with an input of this width and no nodes yet.
    pub fn new(inputs: usize) -> Self {
        Self { nodes: Vec::new(), widths: vec![inputs] }
    }

    /// The width of a value.
    pub fn width(&self, value: Value) -> usize {
        self.widths[value]
    }

    /// The width of the input.
    pub fn inputs(&self) -> usize {
        self.widths[0]
    }

    /// The last value.
    pub fn last(&self) -> Value {
        self.nodes.len()
    }

    /// The nodes in order.
    pub fn nodes(&self) -> &[FlatNode] {
        &self.nodes
    }

    /// A map to a row of width `outputs`: entries (from, to, weight), and a bias (to, value).
    pub fn map(
        &mut self,
        of: Value,
        outputs: usize,
        weights: impl IntoIterator<Item = (usize, usize, Rational)>,
        bias: impl IntoIterator<Item = (usize, Rational)>,
    ) -> Value {
        let map = AffineMap {
            weights: SparseMatrix::from_entries(weights),
            bias: SparseVector::from_entries(bias),
        };
        self.add(FlatNode::Map(of, map), outputs)
    }

    /// max(t, 0)
    pub fn relu(&mut self, of: Value) -> Value {
        self.add(FlatNode::Relu(of), self.widths[of])
    }

    /// 1 if t ≥ 0, else 0
    pub fn step(&mut self, of: Value) -> Value {
        self.add(FlatNode::Step(of), self.widths[of])
    }

    /// The product of two rows of one width.
    pub fn product(&mut self, a: Value, b: Value) -> Value {
        self.add(FlatNode::Product(a, b), self.widths[a])
    }

    /// The sum of two rows of one width.
    pub fn sum(&mut self, a: Value, b: Value) -> Value {
        self.add(FlatNode::Sum(a, b), self.widths[a])
    }

    /// The nodes of another graph on the same input; its last value.
    pub fn append(&mut self, other: &Self) -> Value {
        let shift = self.nodes.len();
        let moved = |value: Value| if value == 0 { 0 } else { value + shift };
        for (node, &width) in other.nodes.iter().zip(&other.widths[1..]) {
            let node = match node {
                FlatNode::Map(of, map) => FlatNode::Map(moved(*of), map.clone()),
                FlatNode::Relu(of) => FlatNode::Relu(moved(*of)),
                FlatNode::Step(of) => FlatNode::Step(moved(*of)),
                FlatNode::Product(a, b) => FlatNode::Product(moved(*a), moved(*b)),
                FlatNode::Sum(a, b) => FlatNode::Sum(moved(*a), moved(*b)),
            };
            self.add(node, width);
        }
        self.last()
    }

    fn add(&mut self, node: FlatNode, width: usize) -> Value {
        self.nodes.push(node);
        self.widths.push(width);
        self.last()
    }

    /// Writes the graph as ONNX in f32: input `X` of shape (1, width), output `Y` of the last value.
    pub fn write(&self, name: &str, out: impl Write) -> Result<Rounding, ExportError> {
        onnx::write_flat(self, name, out)
    }
}
