//! A network out of a file.

use super::compare::{Difference, first_difference};
use super::dtype::Dtype;
use super::format::Format;
use super::labels::{Labels, SKELETON};
use super::read::{ReadError, order, read};
use super::skeleton::{BlockSkeleton, Entries, HeadSkeleton, ProjectionSkeleton, Skeleton, TENSORS_FORMAT};
use super::tensor::{Role, Shape, Tensor};
use bytes::Bytes;
use sumformer_checker::arith::number::{Exact, Rational};
use sumformer_checker::format::network::{
    AffineMap, Attention, Block, Head, Mechanism, NETWORK_FORMAT, Network, Projection, UniformValue, Unit,
};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::language::target::Tokens;

/// A network that was read from a file.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The network, its weights being exactly the numbers of the file.
    pub network: Network,
    /// What the file says of it; nothing of this is checked.
    pub labels: Labels,
    /// The type of its weights.
    pub dtype: Dtype,
}

/// Reads the network of a file.
///
/// Tensors may come from anywhere, as long as the file's metadata say which network they make (the key
/// `sumformer.network`). An ONNX file has to be as [`write`](super::write) writes it, byte for byte, since its graph
/// says what is computed.
pub fn import(format: Format, file: Vec<u8>) -> Result<Imported, ReadError> {
    let file = Bytes::from(file);
    let mut contents = read(format, &file)?;
    let (labels, skeleton) = Labels::split(std::mem::take(&mut contents.metadata));
    let skeleton = skeleton.ok_or(ReadError::NoSkeleton(SKELETON))?;
    let wrong = |message: String| ReadError::Skeleton { key: SKELETON, message };
    let skeleton: Skeleton = serde_json::from_str(&skeleton).map_err(|error| wrong(error.to_string()))?;
    if skeleton.format != TENSORS_FORMAT {
        return Err(wrong(format!("the format is `{}`, not `{TENSORS_FORMAT}`", skeleton.format)));
    }
    // Before anything of this size is made, the tensors have to be there.
    let tensors = skeleton.tensors();
    let order = order(format);
    let (dtype, all) = contents.require(&tensors, order)?;
    // Rows without entries could be as many as one likes; only a layer without heads has such a tensor.
    let nothing =
        |tensor: &&Tensor| tensor.shape.entries() == Some(0) && !matches!(tensor.role, Role::Output(_));
    if let Some(tensor) = tensors.iter().find(nothing) {
        return Err(wrong(format!("tensor {} would have no entries", tensor.name)));
    }
    let mut network = empty(&skeleton);
    for (tensor, data) in tensors.iter().zip(all) {
        let (_, width) = tensor.shape_in(order).rows_and_columns();
        let turned = tensor.name_in(order) != tensor.name;
        let nonzero = dtype.numbers(&data).enumerate().filter(|(_, value)| *value != 0.0);
        let entries = nonzero.map(|(position, value)| {
            let (first, second) = (position / width, position % width);
            let (row, column) = if turned { (second, first) } else { (first, second) };
            (row, column, Rational::from_float(value).unwrap_or_default())
        });
        fill(&mut network, tensor.role, tensor.shape, entries);
    }
    network.validate()?;
    if format == Format::Onnx {
        match first_difference(&network, &labels, format, dtype, &file) {
            None => {}
            Some(Difference::Around { offset }) => return Err(ReadError::OtherGraph(offset)),
            Some(_) => return Err(ReadError::OtherGraph(0)),
        }
    }
    Ok(Imported { network, labels, dtype })
}

/// The network of a skeleton with all weights 0.
fn empty(skeleton: &Skeleton) -> Network {
    Network {
        format: NETWORK_FORMAT.into(),
        tokens: skeleton.tokens.map_or(Tokens::Any, Tokens::Fixed),
        dimension: skeleton.dimension,
        outputs: skeleton.outputs,
        slots: skeleton.slots.clone(),
        embedding: AffineMap::default(),
        blocks: skeleton.blocks.iter().map(empty_block).collect(),
        readout: AffineMap::default(),
    }
}

fn empty_block(block: &BlockSkeleton) -> Block {
    let unit = || Unit {
        input: SparseVector::default(),
        bias: Exact(Rational::default()),
        output: SparseVector::default(),
    };
    let heads = block.attention.as_ref().map(|heads| heads.iter().map(empty_head).collect());
    Block {
        label: block.label.clone(),
        attention: heads.map(|heads| Attention { heads, output: SparseMatrix::default() }),
        activation: block.activation,
        units: (0..block.units).map(|_| unit()).collect(),
        bias: SparseVector::default(),
    }
}

fn empty_head(head: &HeadSkeleton) -> Head {
    let mechanism = match head {
        HeadSkeleton::Softmax {} => Mechanism::Softmax,
        HeadSkeleton::Linformer { e, f } => {
            Mechanism::Linformer { e: empty_projection(e), f: empty_projection(f) }
        }
        HeadSkeleton::Performer { normalized, features } => Mechanism::Performer {
            normalized: *normalized,
            features: vec![SparseVector::default(); *features],
        },
    };
    let none = SparseMatrix::default;
    Head { mechanism, query: none(), key: none(), value: none() }
}

fn empty_projection(projection: &ProjectionSkeleton) -> Projection {
    let uniform = |value| Projection::Uniform { rank: projection.rank, value };
    match projection.entries {
        Entries::ReciprocalLength => uniform(UniformValue::ReciprocalLength),
        Entries::Equal => uniform(UniformValue::Fixed(Exact(Rational::default()))),
        Entries::Rows => Projection::Rows(vec![Vec::new(); projection.rank]),
    }
}

/// Puts the entries of a tensor, given by row and column of [`Order::OutputFirst`](super::Order), into the network.
fn fill(
    network: &mut Network,
    role: Role,
    shape: Shape,
    entries: impl Iterator<Item = (usize, usize, Rational)>,
) {
    let vector = |entries: &mut dyn Iterator<Item = (usize, usize, Rational)>| {
        SparseVector::from_entries(entries.map(|(_, column, value)| (column, value)))
    };
    let map = |entries: &mut dyn Iterator<Item = (usize, usize, Rational)>| {
        SparseMatrix::from_entries(entries.map(|(row, column, value)| (column, row, value)))
    };
    let mut entries = entries;
    match role {
        Role::Embedding => network.embedding.weights = map(&mut entries),
        Role::EmbeddingBias => network.embedding.bias = vector(&mut entries),
        Role::Readout => network.readout.weights = map(&mut entries),
        Role::ReadoutBias => network.readout.bias = vector(&mut entries),
        Role::OutBias(b) => network.blocks[b].bias = vector(&mut entries),
        Role::InBias(b) => {
            entries.for_each(|(_, unit, value)| network.blocks[b].units[unit].bias = Exact(value));
        }
        Role::In(b) => {
            let rows = by_row(shape, entries);
            for (unit, input) in network.blocks[b].units.iter_mut().zip(rows) {
                unit.input = SparseVector::from_entries(input);
            }
        }
        Role::Out(b) => {
            let turned = entries.map(|(slot, unit, value)| (unit, slot, value));
            let rows = by_row(shape.turned(), turned);
            for (unit, output) in network.blocks[b].units.iter_mut().zip(rows) {
                unit.output = SparseVector::from_entries(output);
            }
        }
        Role::Output(b) => {
            if let Some(attention) = &mut network.blocks[b].attention {
                attention.output = map(&mut entries);
            }
        }
        Role::Query(b, h)
        | Role::Key(b, h)
        | Role::Value(b, h)
        | Role::E(b, h)
        | Role::F(b, h)
        | Role::Features(b, h) => {
            let Some(attention) = &mut network.blocks[b].attention else { return };
            let head = &mut attention.heads[h];
            match (role, &mut head.mechanism) {
                (Role::Query(..), _) => head.query = map(&mut entries),
                (Role::Key(..), _) => head.key = map(&mut entries),
                (Role::Value(..), _) => head.value = map(&mut entries),
                (Role::E(..), Mechanism::Linformer { e, .. }) => fill_projection(e, shape, entries),
                (_, Mechanism::Linformer { f, .. }) => fill_projection(f, shape, entries),
                (_, Mechanism::Performer { features, .. }) => {
                    *features = by_row(shape, entries).into_iter().map(SparseVector::from_entries).collect();
                }
                (_, Mechanism::Softmax) => {}
            }
        }
    }
}

fn fill_projection(
    projection: &mut Projection,
    shape: Shape,
    entries: impl Iterator<Item = (usize, usize, Rational)>,
) {
    let (_, columns) = shape.rows_and_columns();
    match projection {
        Projection::Uniform { value, .. } => {
            let entry = entries.map(|(_, _, value)| value).next().unwrap_or_default();
            *value = UniformValue::Fixed(Exact(entry));
        }
        Projection::Rows(rows) => {
            for (row, entries) in rows.iter_mut().zip(by_row(shape, entries)) {
                *row = vec![Exact(Rational::default()); columns];
                entries.into_iter().for_each(|(column, value)| row[column] = Exact(value));
            }
        }
    }
}

fn by_row(
    shape: Shape,
    entries: impl Iterator<Item = (usize, usize, Rational)>,
) -> Vec<Vec<(usize, Rational)>> {
    let mut rows = vec![Vec::new(); shape.rows_and_columns().0];
    entries.for_each(|(row, column, value)| rows[row].push((column, value)));
    rows
}
