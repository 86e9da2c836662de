//! Single changes of a network.

use super::dice::Dice;
use super::proofs::{Proof, stream_if_any};
use num_traits::One;
use sumformer_checker::arith::number::{Exact, Rational, integer, ratio};
use sumformer_checker::format::network::{
    Activation, Attention, Head, Mechanism, Network, Projection, UniformValue,
};
use sumformer_checker::format::sparse::SparseVector;
use sumformer_checker::language::target::Tokens;

/// What is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NetworkPart {
    EmbeddingWeight,
    EmbeddingBias,
    UnitInput,
    UnitBias,
    UnitOutput,
    BlockBias,
    Query,
    Key,
    Value,
    Output,
    ProjectionE,
    ProjectionF,
    Rank,
    Omega,
    OmegaCount,
    ReadoutWeight,
    ReadoutBias,
    UnitsSwapped,
    UnitDuplicated,
    UnitRemoved,
    Activation,
    BlockRemoved,
    BlockDuplicated,
    BlocksSwapped,
    AttentionDropped,
    AttentionCopied,
    HeadDuplicated,
    Mechanism,
    Tokens,
}

impl NetworkPart {
    pub const ALL: [Self; 29] = [
        Self::EmbeddingWeight,
        Self::EmbeddingBias,
        Self::UnitInput,
        Self::UnitBias,
        Self::UnitOutput,
        Self::BlockBias,
        Self::Query,
        Self::Key,
        Self::Value,
        Self::Output,
        Self::ProjectionE,
        Self::ProjectionF,
        Self::Rank,
        Self::Omega,
        Self::OmegaCount,
        Self::ReadoutWeight,
        Self::ReadoutBias,
        Self::UnitsSwapped,
        Self::UnitDuplicated,
        Self::UnitRemoved,
        Self::Activation,
        Self::BlockRemoved,
        Self::BlockDuplicated,
        Self::BlocksSwapped,
        Self::AttentionDropped,
        Self::AttentionCopied,
        Self::HeadDuplicated,
        Self::Mechanism,
        Self::Tokens,
    ];

    /// Changes the part in place; `None` if the network has no such part. The result is the unit that changed, if one
    /// did: (block, unit).
    pub fn mutate(self, proof: &mut Proof, dice: &mut Dice) -> Option<Option<(usize, usize)>> {
        let width = proof.network.width();
        let network = &mut proof.network;
        match self {
            Self::EmbeddingWeight => {
                let map = &mut network.embedding;
                map.weights = dice.changed_matrix(&map.weights, network.dimension, width)?;
            }
            Self::EmbeddingBias => {
                network.embedding.bias = dice.changed_vector(&network.embedding.bias, width)?
            }
            Self::ReadoutWeight => {
                let map = &mut network.readout;
                map.weights = dice.changed_matrix(&map.weights, width, network.outputs)?;
            }
            Self::ReadoutBias => {
                network.readout.bias = dice.changed_vector(&network.readout.bias, network.outputs)?
            }
            Self::UnitInput | Self::UnitBias | Self::UnitOutput => {
                let (b, u) = random_unit(network, dice)?;
                let unit = &mut network.blocks[b].units[u];
                match self {
                    Self::UnitInput => unit.input = dice.changed_vector(&unit.input, width)?,
                    Self::UnitOutput => unit.output = dice.changed_vector(&unit.output, width)?,
                    _ => unit.bias = Exact(dice.changed(&unit.bias.0)),
                }
                return Some(Some((b, u)));
            }
            Self::BlockBias => {
                let b = dice.below(network.blocks.len());
                let block = network.blocks.get_mut(b)?;
                block.bias = dice.changed_vector(&block.bias, width)?;
            }
            Self::Query | Self::Key | Self::Value => {
                let head = random_head(network, dice)?;
                let matrix = match self {
                    Self::Query => &mut head.query,
                    Self::Key => &mut head.key,
                    _ => &mut head.value,
                };
                *matrix = dice.changed_matrix(matrix, width, width)?;
            }
            Self::Output => {
                let attention = attention(network)?;
                let rows = attention.heads.len() * width;
                attention.output = dice.changed_matrix(&attention.output, rows, width)?;
            }
            Self::ProjectionE | Self::ProjectionF => {
                let tokens = network.tokens;
                let Mechanism::Linformer { e, f } = &mut random_head(network, dice)?.mechanism else {
                    return None;
                };
                let projection = if self == Self::ProjectionE { e } else { f };
                *projection = changed_projection(projection, tokens, dice);
            }
            Self::Rank => {
                let Mechanism::Linformer { e, f } = &mut random_head(network, dice)?.mechanism else {
                    return None;
                };
                let rank = 1 + dice.below(9);
                for projection in [e, f] {
                    let Projection::Uniform { rank: old, .. } = projection else { return None };
                    if *old == rank {
                        return None;
                    }
                    *old = rank;
                }
            }
            Self::Omega | Self::OmegaCount => {
                let Mechanism::Performer { features, .. } = &mut random_head(network, dice)?.mechanism else {
                    return None;
                };
                let r = dice.below(features.len());
                if self == Self::Omega {
                    features[r] = dice.changed_vector(&features[r], width)?;
                } else if dice.coin() && features.len() > 1 {
                    features.remove(r);
                } else {
                    features.push(features[r].clone());
                }
            }
            Self::UnitsSwapped => {
                let (b, u) = random_unit(network, dice)?;
                let units = &mut network.blocks[b].units;
                let v = if dice.coin() { (u + 1) % units.len() } else { dice.below(units.len()) };
                if units[u] == units[v] {
                    return None;
                }
                units.swap(u, v);
                return Some(Some((b, u)));
            }
            Self::UnitDuplicated | Self::UnitRemoved => {
                let (b, u) = random_unit(network, dice)?;
                let units = &mut network.blocks[b].units;
                // Certificates about cells say nothing of blocks.
                let claims =
                    stream_if_any(&mut proof.certificate).and_then(|claims| claims.blocks.get_mut(b));
                let told = dice.coin();
                let mut last = 0;
                let gadget = claims.into_iter().flatten().find(|g| {
                    last += g.units;
                    u < last
                });
                if self == Self::UnitDuplicated {
                    units.insert(u, units[u].clone());
                } else {
                    units.remove(u);
                }
                // Half of the time the certificate counts along, so that the shape is right and the sum is wrong.
                if let (true, Some(gadget)) = (told, gadget) {
                    if self == Self::UnitDuplicated { gadget.units += 1 } else { gadget.units -= 1 }
                }
                let focus = (u < units.len()).then_some((b, u));
                return Some(focus);
            }
            Self::Activation => {
                let b = dice.below(network.blocks.len());
                let block = network.blocks.get_mut(b)?;
                block.activation = match block.activation {
                    Activation::Relu => Activation::Relu2,
                    Activation::Relu2 => Activation::Step,
                    Activation::Step => Activation::Relu,
                };
            }
            Self::BlockRemoved | Self::BlockDuplicated => {
                let b = dice.below(network.blocks.len());
                let block = network.blocks.get(b)?.clone();
                let claims = stream_if_any(&mut proof.certificate).map(|claims| &mut claims.blocks);
                let claims = claims.filter(|blocks| b < blocks.len() && dice.below(4) != 0);
                if self == Self::BlockRemoved {
                    network.blocks.remove(b);
                    claims.map(|blocks| blocks.remove(b));
                } else {
                    network.blocks.insert(b, block);
                    if let Some(blocks) = claims {
                        blocks.insert(b, blocks[b].clone());
                    }
                }
            }
            Self::BlocksSwapped => {
                let b = dice.below(network.blocks.len().checked_sub(1).filter(|&last| last > 0)?);
                network.blocks.swap(b, b + 1);
                let claims = stream_if_any(&mut proof.certificate).map(|claims| &mut claims.blocks);
                if let Some(blocks) = claims.filter(|blocks| b + 1 < blocks.len() && dice.below(4) != 0) {
                    blocks.swap(b, b + 1);
                }
            }
            Self::AttentionDropped => {
                network.blocks.iter_mut().find(|b| b.attention.is_some())?.attention = None;
                if dice.coin() {
                    stream_if_any(&mut proof.certificate)?.latents.clear();
                }
            }
            Self::AttentionCopied => {
                let copy = attention(network)?.clone();
                let free: Vec<usize> =
                    (0..network.blocks.len()).filter(|&b| network.blocks[b].attention.is_none()).collect();
                network.blocks[*dice.pick(&free)?].attention = Some(copy);
            }
            Self::HeadDuplicated => {
                let attention = attention(network)?;
                attention.heads.push(attention.heads[0].clone());
                // The second head reaches one slot through W_O, or none.
                if dice.coin() {
                    let entries =
                        attention.output.iter().map(|(r, c, v)| (r, c, v.clone())).collect::<Vec<_>>();
                    let extra = (width + dice.below(width), dice.below(width), Rational::one());
                    attention.output = sumformer_checker::format::sparse::SparseMatrix::from_entries(
                        entries.into_iter().chain([extra]),
                    );
                }
            }
            Self::Mechanism => {
                let tokens = network.tokens;
                let head = random_head(network, dice)?;
                let other = random_mechanism(tokens, width, dice);
                if other == head.mechanism {
                    return None;
                }
                head.mechanism = other;
            }
            Self::Tokens => {
                network.tokens = other_length(network.tokens, dice);
                // Half of the time the target is for the new length as well.
                if dice.coin() {
                    proof.target = super::target_mutation::with_tokens(&proof.target, proof.network.tokens)?;
                }
            }
        }
        Some(None)
    }
}

/// Another sequence length.
pub fn other_length(tokens: Tokens, dice: &mut Dice) -> Tokens {
    match tokens {
        Tokens::Any => Tokens::Fixed(1 + dice.below(6)),
        Tokens::Fixed(n) => match dice.below(3) {
            0 => Tokens::Any,
            1 if n > 1 => Tokens::Fixed(n - 1),
            _ => Tokens::Fixed(n + 1),
        },
    }
}

fn random_unit(network: &Network, dice: &mut Dice) -> Option<(usize, usize)> {
    let blocks: Vec<usize> =
        (0..network.blocks.len()).filter(|&b| !network.blocks[b].units.is_empty()).collect();
    let b = *dice.pick(&blocks)?;
    Some((b, dice.below(network.blocks[b].units.len())))
}

fn attention(network: &mut Network) -> Option<&mut Attention> {
    network.blocks.iter_mut().find_map(|block| block.attention.as_mut())
}

fn random_head<'a>(network: &'a mut Network, dice: &mut Dice) -> Option<&'a mut Head> {
    let heads = &mut attention(network)?.heads;
    let h = dice.below(heads.len());
    heads.get_mut(h)
}

fn changed_projection(projection: &Projection, tokens: Tokens, dice: &mut Dice) -> Projection {
    let rank = projection.rank();
    match tokens {
        // One entry of the k × n matrix, or all of them.
        Tokens::Fixed(n) if dice.coin() => {
            let mut rows: Vec<Vec<Exact>> =
                (0..rank).map(|r| (0..n).map(|j| Exact(projection.entry(r, j, n))).collect()).collect();
            let (r, j) = (dice.below(rank), dice.below(n));
            rows[r][j] = Exact(dice.changed(&rows[r][j].0));
            Projection::Rows(rows)
        }
        Tokens::Fixed(n) => {
            let value = UniformValue::Fixed(Exact(dice.changed(&projection.entry(0, 0, n))));
            Projection::Uniform { rank, value }
        }
        Tokens::Any => Projection::Uniform {
            rank,
            value: UniformValue::Fixed(Exact(ratio(1, 1 + dice.below(4) as i64))),
        },
    }
}

fn random_mechanism(tokens: Tokens, width: usize, dice: &mut Dice) -> Mechanism {
    let uniform = |value| Projection::Uniform { rank: 2, value };
    let features = vec![SparseVector::from_entries([(width - 1, ratio(1, 3))]); 2];
    match dice.below(4) {
        0 => Mechanism::Softmax,
        1 => {
            let value = match tokens {
                Tokens::Fixed(n) if dice.coin() => UniformValue::Fixed(Exact(integer(n as i64).recip())),
                _ => UniformValue::ReciprocalLength,
            };
            Mechanism::Linformer { e: uniform(value.clone()), f: uniform(value) }
        }
        2 => Mechanism::Performer { normalized: true, features },
        _ => Mechanism::Performer { normalized: false, features },
    }
}
