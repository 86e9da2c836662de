//! Dense tensors out of sparse exact weights, row by row.

use sumformer_checker::arith::number::{Exact, Rational};
use sumformer_checker::format::network::{Attention, Head, Mechanism, Network, Projection, UniformValue};
use sumformer_checker::format::sparse::SparseVector;

/// A dense tensor of a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tensor {
    /// Its name in files.
    pub name: String,
    /// Its shape, as `torch.nn.Linear` would hold it: rows are what a map gives, columns what it takes.
    pub shape: Shape,
    /// What it is.
    pub role: Role,
}

/// The shape of a tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// So many entries.
    Vector(usize),
    /// Rows and columns.
    Matrix(usize, usize),
}

impl Shape {
    /// Rows and columns; a vector is one row.
    pub fn rows_and_columns(self) -> (usize, usize) {
        match self {
            Self::Vector(columns) => (1, columns),
            Self::Matrix(rows, columns) => (rows, columns),
        }
    }

    /// The extents, one or two.
    pub fn extents(self) -> Vec<usize> {
        match self {
            Self::Vector(length) => vec![length],
            Self::Matrix(rows, columns) => vec![rows, columns],
        }
    }

    /// How many entries there are; nothing if too many to be counted.
    pub fn entries(self) -> Option<usize> {
        let (rows, columns) = self.rows_and_columns();
        rows.checked_mul(columns)
    }

    /// Rows and columns exchanged.
    pub fn turned(self) -> Self {
        let (rows, columns) = self.rows_and_columns();
        Self::Matrix(columns, rows)
    }

    /// The index of an entry, counted row by row.
    pub fn index(self, position: usize) -> Vec<usize> {
        match self {
            Self::Vector(_) => vec![position],
            Self::Matrix(_, columns) => vec![position / columns.max(1), position % columns.max(1)],
        }
    }
}

/// What a tensor is: a part of the network, by block and head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named after the parts of formats.md, section 3")]
pub enum Role {
    Embedding,
    EmbeddingBias,
    Query(usize, usize),
    Key(usize, usize),
    Value(usize, usize),
    E(usize, usize),
    F(usize, usize),
    Features(usize, usize),
    Output(usize),
    In(usize),
    InBias(usize),
    Out(usize),
    OutBias(usize),
    Readout,
    ReadoutBias,
}

/// Which index of a matrix comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As `torch.nn.Linear` holds it, to be applied as `z · Wᵀ`.
    OutputFirst,
    /// As it is multiplied from the right, `z · W`.
    InputFirst,
}

impl Tensor {
    /// Whether the tensor is a map of tokens, which is turned over by [`Order::InputFirst`].
    fn is_map(&self) -> bool {
        matches!(self.shape, Shape::Matrix(..)) && !matches!(self.role, Role::E(..) | Role::F(..))
    }

    /// The name in files of the order: what is turned over has another one.
    pub fn name_in(&self, order: Order) -> String {
        let turned = order == Order::InputFirst && self.is_map();
        if turned { format!("{}_t", self.name) } else { self.name.clone() }
    }

    /// The shape in the order.
    pub fn shape_in(&self, order: Order) -> Shape {
        match self.shape {
            shape if order == Order::InputFirst && self.is_map() => shape.turned(),
            shape => shape,
        }
    }

    /// The entries in the order, taken from the network that has this tensor.
    pub fn rows<'n>(&self, network: &'n Network, order: Order) -> Rows<'n> {
        // The network keeps what takes first, but for units, features and projections.
        let turned = matches!(self.role, Role::In(_) | Role::Features(..));
        let swap = self.is_map() && (order == Order::OutputFirst) != turned;
        let entries = entries(network, self.role);
        let (rows, width) = self.shape_in(order).rows_and_columns();
        Rows::new(
            rows,
            width,
            entries.into_iter().map(|(i, j, value)| if swap { (j, i, value) } else { (i, j, value) }),
        )
    }
}

/// The non-zero entries of a dense tensor, by rows.
#[derive(Debug)]
pub struct Rows<'n> {
    width: usize,
    starts: Vec<usize>,
    entries: Vec<(usize, &'n Rational)>,
}

impl<'n> Rows<'n> {
    /// Sorts entries, each given with its row and column, by rows; within a row they keep their order.
    fn new(
        rows: usize,
        width: usize,
        entries: impl ExactSizeIterator<Item = (usize, usize, &'n Rational)> + Clone,
    ) -> Self {
        let mut starts = vec![0; rows + 1];
        entries.clone().for_each(|(row, _, _)| starts[row + 1] += 1);
        for row in 0..rows {
            starts[row + 1] += starts[row];
        }
        let mut next = starts.clone();
        let mut sorted: Vec<Option<(usize, &Rational)>> = vec![None; entries.len()];
        for (row, column, value) in entries {
            sorted[next[row]] = Some((column, value));
            next[row] += 1;
        }
        Self { width, starts, entries: sorted.into_iter().flatten().collect() }
    }

    /// How many entries a row has, zeros among them.
    pub fn width(&self) -> usize {
        self.width
    }

    /// For each row its non-zero entries with their columns.
    pub fn iter(&self) -> impl Iterator<Item = &[(usize, &'n Rational)]> {
        self.starts.windows(2).map(|ends| &self.entries[ends[0]..ends[1]])
    }
}

type Triples<'n> = Vec<(usize, usize, &'n Rational)>;

/// The non-zero entries as the network keeps them, row-major.
fn entries(network: &Network, role: Role) -> Triples<'_> {
    let attention = |block: usize| -> Option<&Attention> { network.blocks[block].attention.as_ref() };
    let head =
        |block: usize, head: usize| -> Option<&Head> { attention(block).map(|layer| &layer.heads[head]) };
    match role {
        Role::Embedding => network.embedding.weights.iter().collect(),
        Role::EmbeddingBias => vector(&network.embedding.bias),
        Role::Query(b, h) => head(b, h).map(|head| head.query.iter().collect()).unwrap_or_default(),
        Role::Key(b, h) => head(b, h).map(|head| head.key.iter().collect()).unwrap_or_default(),
        Role::Value(b, h) => head(b, h).map(|head| head.value.iter().collect()).unwrap_or_default(),
        Role::E(b, h) => match head(b, h).map(|head| &head.mechanism) {
            Some(Mechanism::Linformer { e, .. }) => projection(e),
            _ => Vec::new(),
        },
        Role::F(b, h) => match head(b, h).map(|head| &head.mechanism) {
            Some(Mechanism::Linformer { f, .. }) => projection(f),
            _ => Vec::new(),
        },
        Role::Features(b, h) => match head(b, h).map(|head| &head.mechanism) {
            Some(Mechanism::Performer { features, .. }) => vectors(features.iter()),
            _ => Vec::new(),
        },
        Role::Output(b) => attention(b).map(|layer| layer.output.iter().collect()).unwrap_or_default(),
        Role::In(b) => vectors(network.blocks[b].units.iter().map(|unit| &unit.input)),
        Role::InBias(b) => {
            let biases = network.blocks[b].units.iter().enumerate();
            nonzero(biases.map(|(column, unit)| (0, column, &unit.bias)))
        }
        Role::Out(b) => vectors(network.blocks[b].units.iter().map(|unit| &unit.output)),
        Role::OutBias(b) => vector(&network.blocks[b].bias),
        Role::Readout => network.readout.weights.iter().collect(),
        Role::ReadoutBias => vector(&network.readout.bias),
    }
}

fn vector(vector: &SparseVector) -> Triples<'_> {
    vector.iter().map(|(column, value)| (0, column, value)).collect()
}

fn vectors<'n>(rows: impl Iterator<Item = &'n SparseVector>) -> Triples<'n> {
    let triples = |(row, vector): (usize, &'n SparseVector)| vector.iter().map(move |(c, v)| (row, c, v));
    rows.enumerate().flat_map(triples).collect()
}

fn projection(projection: &Projection) -> Triples<'_> {
    match projection {
        Projection::Uniform { value: UniformValue::ReciprocalLength, .. } => Vec::new(),
        Projection::Uniform { value: UniformValue::Fixed(value), .. } => {
            nonzero(std::iter::once((0, 0, value)))
        }
        Projection::Rows(rows) => nonzero(rows.iter().enumerate().flat_map(|(row, entries)| {
            entries.iter().enumerate().map(move |(column, value)| (row, column, value))
        })),
    }
}

fn nonzero<'n>(entries: impl Iterator<Item = (usize, usize, &'n Exact)>) -> Triples<'n> {
    let zero = Rational::default();
    entries
        .map(|(row, column, Exact(value))| (row, column, value))
        .filter(|(_, _, value)| **value != zero)
        .collect()
}
