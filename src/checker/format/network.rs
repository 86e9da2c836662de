//! `network.json`: a transformer of Definition 2.3 with exact weights and named residual-stream slots.
//!
//! Token rows multiply from the left: a token is a row vector `z ∈ Q^D`, one width D for all blocks.

use super::read::{FormatError, from_json};
use super::shapes::{nothing_more, read_as};
use super::sparse::{SparseMatrix, SparseVector};
use crate::arith::number::{Exact, Rational};
use crate::language::target::Tokens;
use crate::limits::{MAX_DIMENSION, MAX_OUTPUTS, MAX_TOKENS};
use serde::de::{Deserializer, IntoDeserializer};
use serde::{Deserialize, Serialize};

/// The value of the `format` key.
pub const NETWORK_FORMAT: &str = "sumformer-network/1";

const FILE: &str = "network.json";

/// A whole network: embedding, blocks, readout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct Network {
    /// [`NETWORK_FORMAT`].
    pub format: String,
    /// The sequence length n, or `"any"`.
    #[serde(with = "tokens_as_number_or_any")]
    pub tokens: Tokens,
    /// Token dimension d.
    pub dimension: usize,
    /// Output dimension c.
    pub outputs: usize,
    /// The names of the D slots of the residual stream.
    pub slots: Vec<String>,
    /// The affine embedding d → D, before the first block.
    pub embedding: AffineMap,
    /// The blocks, first to last.
    pub blocks: Vec<Block>,
    /// The affine readout D → c, after the last block.
    pub readout: AffineMap,
}

/// `z ↦ z · weights + bias`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct AffineMap {
    /// Rows: inputs; columns: outputs.
    pub weights: SparseMatrix,
    /// One entry per output.
    pub bias: SparseVector,
}

/// `Block(X) = X + FC(X + Att(X))` (Definition 2.3), `FC(z) = σ(z W1 + b1) W2 + b2` row by row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct Block {
    /// What the block is for, in words; no meaning for evaluation or checking.
    pub label: String,
    /// The attention layer, or `null` for Att = 0.
    #[serde(deserialize_with = "Option::deserialize")]
    pub attention: Option<Attention>,
    /// σ.
    pub activation: Activation,
    /// The hidden units: column h of W1, entry h of b1, row h of W2.
    pub units: Vec<Unit>,
    /// b2.
    pub bias: SparseVector,
}

/// The activation of a block's hidden units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", remote = "Self")]
pub enum Activation {
    /// `max(t, 0)`
    Relu,
    /// `max(t, 0)²`
    Relu2,
    /// 1 if `t ≥ 0`, else 0
    Step,
}

/// One hidden unit: it adds `σ(Σ in·z + bias) · out` to the block's output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct Unit {
    /// Weights from the slots.
    #[serde(rename = "in")]
    pub input: SparseVector,
    /// Bias.
    pub bias: Exact,
    /// Weights to the slots.
    #[serde(rename = "out")]
    pub output: SparseVector,
}

/// `Att(X) = [head_1(X), …, head_h(X)] W_O` (Definition 2.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct Attention {
    /// The heads.
    pub heads: Vec<Head>,
    /// W_O, of shape (h·D) × D.
    pub output: SparseMatrix,
}

/// One attention head on rows `X ∈ Q^{n×D}`: `Q = X W_Q`, `K = X W_K`, `V = X W_V`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct Head {
    /// How Q, K and V are combined.
    pub mechanism: Mechanism,
    /// W_Q, D × D.
    pub query: SparseMatrix,
    /// W_K, D × D.
    pub key: SparseMatrix,
    /// W_V, D × D.
    pub value: SparseMatrix,
}

/// The attention mechanism of a head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields, remote = "Self")]
pub enum Mechanism {
    /// `softmax(Q Kᵀ / √D) V`, row by row (Definition 2.1).
    #[serde(deserialize_with = "nothing_more")]
    Softmax,
    /// `softmax(Q (E K)ᵀ / √D) F V` (Definition 2.5).
    Linformer {
        /// E, k × n.
        e: Projection,
        /// F, k × n.
        f: Projection,
    },
    /// `a(Q) (a(K)ᵀ V)`, a(z) = exp(−‖z‖²/2) (exp(ω_1·z), …, exp(ω_m·z)) / √m (Definition 2.6);
    /// with `normalized`, each row is divided by its row sum Σ_j a(q)·a(k_j), as in FAVOR+.
    Performer {
        /// Divide by the row sums.
        normalized: bool,
        /// The rows ω_1..ω_m, each of length D.
        features: Vec<SparseVector>,
    },
}

/// A k × n projection of Linformer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields, remote = "Self")]
pub enum Projection {
    /// All entries equal.
    Uniform {
        /// k ≥ 1.
        rank: usize,
        /// The value of every entry.
        value: UniformValue,
    },
    /// The k rows, each of length n.
    Rows(Vec<Vec<Exact>>),
}

/// The value of a uniform projection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum UniformValue {
    /// `"1/n"`: one over the length of the sequence at hand.
    #[serde(rename = "1/n")]
    ReciprocalLength,
    /// A fixed number.
    #[serde(untagged)]
    Fixed(Exact),
}

impl<'de> Deserialize<'de> for UniformValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "1/n" => Ok(Self::ReciprocalLength),
            number => Exact::deserialize(number.into_deserializer()).map(Self::Fixed),
        }
    }
}

impl Projection {
    /// k, the number of rows.
    pub fn rank(&self) -> usize {
        match self {
            Projection::Uniform { rank, .. } => *rank,
            Projection::Rows(rows) => rows.len(),
        }
    }

    /// The entry in row `row`, column `column`, for a sequence of length `n`.
    pub fn entry(&self, row: usize, column: usize, n: usize) -> Rational {
        match self {
            Projection::Uniform { value: UniformValue::Fixed(Exact(value)), .. } => value.clone(),
            Projection::Uniform { value: UniformValue::ReciprocalLength, .. } => {
                Rational::new(1.into(), n.max(1).into())
            }
            Projection::Rows(rows) => rows[row][column].0.clone(),
        }
    }
}

read_as!(object: Network, AffineMap, Block, Unit, Attention, Head, Mechanism, Projection);
read_as!(name: Activation);

impl Network {
    /// Reads and validates `network.json`.
    pub fn from_json(bytes: &[u8]) -> Result<Self, FormatError> {
        let network: Self = from_json(FILE, bytes)?;
        network.validate()?;
        Ok(network)
    }

    /// D, the width of the residual stream.
    pub fn width(&self) -> usize {
        self.slots.len()
    }

    /// The most bits of a numerator or denominator among weights and biases.
    pub fn bits(&self) -> u64 {
        let mut bits = 0;
        self.for_each_number(|value| bits = value.numer().bits().max(value.denom().bits()).max(bits));
        bits
    }

    /// Calls `visit` with every weight and bias.
    pub fn for_each_number(&self, mut visit: impl FnMut(&Rational)) {
        for map in [&self.embedding, &self.readout] {
            map.weights.iter().for_each(|(_, _, v)| visit(v));
            map.bias.iter().for_each(|(_, v)| visit(v));
        }
        for block in &self.blocks {
            for unit in &block.units {
                unit.input.iter().chain(unit.output.iter()).for_each(|(_, v)| visit(v));
                visit(&unit.bias.0);
            }
            block.bias.iter().for_each(|(_, v)| visit(v));
            if let Some(attention) = &block.attention {
                attention.output.iter().for_each(|(_, _, v)| visit(v));
                for head in &attention.heads {
                    for matrix in [&head.query, &head.key, &head.value] {
                        matrix.iter().for_each(|(_, _, v)| visit(v));
                    }
                    if let Mechanism::Performer { features, .. } = &head.mechanism {
                        features.iter().flat_map(SparseVector::iter).for_each(|(_, v)| visit(v));
                    }
                }
            }
        }
    }

    /// Checks shapes, index bounds, sortedness and the format version.
    pub fn validate(&self) -> Result<(), FormatError> {
        let fail =
            |place: String, message: String| Err(FormatError::Structure { file: FILE, place, message });
        let at = |place: &str, result: Result<(), String>| {
            result.map_err(|message| FormatError::Structure { file: FILE, place: place.to_string(), message })
        };
        if self.format != NETWORK_FORMAT {
            return fail("format".into(), format!("`{}` is not `{NETWORK_FORMAT}`", self.format));
        }
        if self.tokens == Tokens::Fixed(0)
            || self.dimension == 0
            || self.outputs == 0
            || self.slots.is_empty()
        {
            return fail("sizes".into(), "tokens, dimension, outputs and slots must be at least 1".into());
        }
        // A target has no more, and evaluators may then add and multiply sizes freely.
        if matches!(self.tokens, Tokens::Fixed(n) if n > MAX_TOKENS)
            || self.dimension > MAX_DIMENSION
            || self.outputs > MAX_OUTPUTS
        {
            let limits = format!(
                "tokens, dimension and outputs are limited to {MAX_TOKENS}, {MAX_DIMENSION}, {MAX_OUTPUTS}"
            );
            return fail("sizes".into(), limits);
        }
        let width = self.width();
        let mut names: Vec<&String> = self.slots.iter().collect();
        names.sort_unstable();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return fail("slots".into(), format!("the name `{}` is used twice", pair[0]));
        }
        let texts = self.slots.iter().chain(self.blocks.iter().map(|block| &block.label));
        if let Some(text) = texts.into_iter().find(|text| text.chars().any(char::is_control)) {
            return fail("slots and labels".into(), format!("{text:?} has control characters"));
        }
        at("embedding weights", self.embedding.weights.validate(self.dimension, width))?;
        at("embedding bias", self.embedding.bias.validate(width))?;
        at("readout weights", self.readout.weights.validate(width, self.outputs))?;
        at("readout bias", self.readout.bias.validate(self.outputs))?;
        for (b, block) in self.blocks.iter().enumerate() {
            block.bias.validate(width).or_else(|message| fail(format!("block {b}, bias"), message))?;
            for (u, unit) in block.units.iter().enumerate() {
                if let Err(message) = unit.input.validate(width).and_then(|()| unit.output.validate(width)) {
                    return fail(format!("block {b}, unit {u}"), message);
                }
            }
            if let Some(attention) = &block.attention {
                self.validate_attention(attention)
                    .or_else(|message| fail(format!("block {b}, attention"), message))?;
            }
        }
        Ok(())
    }

    fn validate_attention(&self, attention: &Attention) -> Result<(), String> {
        let width = self.width();
        if attention.heads.is_empty() {
            return Err("there is no head".into());
        }
        attention.output.validate(attention.heads.len() * width, width)?;
        for head in &attention.heads {
            for matrix in [&head.query, &head.key, &head.value] {
                matrix.validate(width, width)?;
            }
            match &head.mechanism {
                Mechanism::Softmax => {}
                Mechanism::Linformer { e, f } => {
                    if e.rank() == 0 || e.rank() != f.rank() {
                        return Err(format!(
                            "E has {} rows and F has {}; both need the same k ≥ 1",
                            e.rank(),
                            f.rank()
                        ));
                    }
                    for projection in [e, f] {
                        self.validate_projection(projection)?;
                    }
                }
                Mechanism::Performer { features, .. } => {
                    if features.is_empty() {
                        return Err("a Performer head needs at least one feature ω".into());
                    }
                    features.iter().try_for_each(|omega| omega.validate(width))?;
                }
            }
        }
        Ok(())
    }

    fn validate_projection(&self, projection: &Projection) -> Result<(), String> {
        let Projection::Rows(rows) = projection else { return Ok(()) };
        match self.tokens {
            Tokens::Any => Err("a projection given by rows fixes the length, but tokens is \"any\"".into()),
            Tokens::Fixed(n) => match rows.iter().find(|row| row.len() != n) {
                Some(row) => Err(format!("a projection row has {} entries, not n = {n}", row.len())),
                None => Ok(()),
            },
        }
    }
}

mod tokens_as_number_or_any {
    use crate::language::target::Tokens;
    use serde::de::{Deserializer, Error, Unexpected, Visitor};
    use serde::ser::Serializer;
    use std::fmt;

    pub fn serialize<S: Serializer>(tokens: &Tokens, serializer: S) -> Result<S::Ok, S::Error> {
        match tokens {
            Tokens::Fixed(n) => serializer.serialize_u64(crate::sizes::count(*n)),
            Tokens::Any => serializer.serialize_str("any"),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tokens, D::Error> {
        deserializer.deserialize_any(Length)
    }

    struct Length;

    impl Visitor<'_> for Length {
        type Value = Tokens;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number of tokens or \"any\"")
        }

        fn visit_u64<E: Error>(self, n: u64) -> Result<Tokens, E> {
            usize::try_from(n)
                .map(Tokens::Fixed)
                .map_err(|_| E::invalid_value(Unexpected::Unsigned(n), &self))
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Tokens, E> {
            if text == "any" { Ok(Tokens::Any) } else { Err(E::invalid_value(Unexpected::Str(text), &self)) }
        }
    }
}
