//! A network without its numbers: what an exported file says beside its tensors, and which tensors those are.

use super::tensor::{Role, Shape, Tensor};
use serde::{Deserialize, Serialize};
use sumformer_checker::format::network::{
    Activation, Block, Head, Mechanism, Network, Projection, UniformValue,
};
use sumformer_checker::language::target::Tokens;

/// The value of the `format` key.
pub const TENSORS_FORMAT: &str = "sumformer-tensors/1";

/// A network of Definition 2.3 without its numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skeleton {
    /// [`TENSORS_FORMAT`].
    pub format: String,
    /// The sequence length n; null for every length.
    pub tokens: Option<usize>,
    /// Token dimension d.
    pub dimension: usize,
    /// Output dimension c.
    pub outputs: usize,
    /// The names of the D slots of the residual stream.
    pub slots: Vec<String>,
    /// The blocks, first to last.
    pub blocks: Vec<BlockSkeleton>,
}

/// A block `X + FC(X + Att(X))` without its numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockSkeleton {
    /// What the block is for, in words.
    pub label: String,
    /// The heads of the attention layer; null for Att = 0.
    pub attention: Option<Vec<HeadSkeleton>>,
    /// The activation of the hidden units.
    pub activation: Activation,
    /// How many hidden units there are.
    pub units: usize,
}

/// A head without its numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum HeadSkeleton {
    /// Definition 2.1.
    Softmax {},
    /// Definition 2.5.
    Linformer {
        /// E.
        e: ProjectionSkeleton,
        /// F.
        f: ProjectionSkeleton,
    },
    /// Definition 2.6.
    Performer {
        /// Whether rows are divided by their sums.
        normalized: bool,
        /// m, the number of features.
        features: usize,
    },
}

/// A k × n projection without its numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectionSkeleton {
    /// k.
    pub rank: usize,
    /// How the entries stand in the tensor.
    pub entries: Entries,
}

/// How the entries of a projection stand in its tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Entries {
    /// There is no tensor: all entries are one over the length of the sequence.
    #[serde(rename = "1/n")]
    ReciprocalLength,
    /// All entries are equal, and the tensor holds one of them.
    #[serde(rename = "equal")]
    Equal,
    /// The tensor holds all of them.
    #[serde(rename = "rows")]
    Rows,
}

impl Skeleton {
    /// The skeleton of a network.
    pub fn of(network: &Network) -> Self {
        Self {
            format: TENSORS_FORMAT.to_string(),
            tokens: match network.tokens {
                Tokens::Fixed(n) => Some(n),
                Tokens::Any => None,
            },
            dimension: network.dimension,
            outputs: network.outputs,
            slots: network.slots.clone(),
            blocks: network.blocks.iter().map(block).collect(),
        }
    }

    /// Every tensor, in the order in which files hold them.
    pub fn tensors(&self) -> Vec<Tensor> {
        let width = self.slots.len();
        let mut tensors = Vec::new();
        let mut add = |name: String, shape: Shape, role: Role| tensors.push(Tensor { name, shape, role });
        add("embedding.weight".into(), Shape::Matrix(width, self.dimension), Role::Embedding);
        add("embedding.bias".into(), Shape::Vector(width), Role::EmbeddingBias);
        for (b, block) in self.blocks.iter().enumerate() {
            let heads = block.attention.iter().flatten();
            for (h, head) in heads.enumerate() {
                let mut part = |name: &str, shape: Shape, role: fn(usize, usize) -> Role| {
                    add(format!("blocks.{b}.attention.heads.{h}.{name}"), shape, role(b, h));
                };
                part("query", Shape::Matrix(width, width), Role::Query);
                part("key", Shape::Matrix(width, width), Role::Key);
                part("value", Shape::Matrix(width, width), Role::Value);
                match head {
                    HeadSkeleton::Softmax {} => {}
                    HeadSkeleton::Linformer { e, f } => {
                        self.projection(e).into_iter().for_each(|shape| part("e", shape, Role::E));
                        self.projection(f).into_iter().for_each(|shape| part("f", shape, Role::F));
                    }
                    HeadSkeleton::Performer { features, .. } => {
                        part("features", Shape::Matrix(*features, width), Role::Features);
                    }
                }
            }
            if let Some(heads) = &block.attention {
                let shape = Shape::Matrix(width, width * heads.len());
                add(format!("blocks.{b}.attention.output"), shape, Role::Output(b));
            }
            if block.units > 0 {
                add(format!("blocks.{b}.in.weight"), Shape::Matrix(block.units, width), Role::In(b));
                add(format!("blocks.{b}.in.bias"), Shape::Vector(block.units), Role::InBias(b));
                add(format!("blocks.{b}.out.weight"), Shape::Matrix(width, block.units), Role::Out(b));
            }
            add(format!("blocks.{b}.out.bias"), Shape::Vector(width), Role::OutBias(b));
        }
        add("readout.weight".into(), Shape::Matrix(self.outputs, width), Role::Readout);
        add("readout.bias".into(), Shape::Vector(self.outputs), Role::ReadoutBias);
        tensors
    }

    fn projection(&self, projection: &ProjectionSkeleton) -> Option<Shape> {
        match projection.entries {
            Entries::ReciprocalLength => None,
            Entries::Equal => Some(Shape::Vector(1)),
            // Rows are of one length, so there are none where every length is admitted.
            Entries::Rows => Some(Shape::Matrix(projection.rank, self.tokens.unwrap_or(0))),
        }
    }
}

fn block(block: &Block) -> BlockSkeleton {
    BlockSkeleton {
        label: block.label.clone(),
        attention: block.attention.as_ref().map(|attention| attention.heads.iter().map(head).collect()),
        activation: block.activation,
        units: block.units.len(),
    }
}

fn head(head: &Head) -> HeadSkeleton {
    match &head.mechanism {
        Mechanism::Softmax => HeadSkeleton::Softmax {},
        Mechanism::Linformer { e, f } => HeadSkeleton::Linformer { e: projection(e), f: projection(f) },
        Mechanism::Performer { normalized, features } => {
            HeadSkeleton::Performer { normalized: *normalized, features: features.len() }
        }
    }
}

fn projection(projection: &Projection) -> ProjectionSkeleton {
    let entries = match projection {
        Projection::Uniform { value: UniformValue::ReciprocalLength, .. } => Entries::ReciprocalLength,
        Projection::Uniform { value: UniformValue::Fixed(_), .. } => Entries::Equal,
        Projection::Rows(_) => Entries::Rows,
    };
    ProjectionSkeleton { rank: projection.rank(), entries }
}
