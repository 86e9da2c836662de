//! Σ and the key: the one attention layer, and the rank of a histogram.

use super::jump::Jump;
use super::key::Separation;
use super::stream::Stream;
use super::table::Table;
use crate::codes::CodeKind;
use crate::lowering::attention::{Architecture, averaging_attention};
use num_traits::{One, Zero};
use sumformer_checker::arith::number::{Exact, Rational, binomial, integer, ratio};
use sumformer_checker::format::network::{Activation, Block, Unit};
use sumformer_checker::format::sparse::SparseVector;
use sumformer_checker::language::target::Tokens;

/// The attention block. It writes the key, or for a histogram the latent over φ and R·cell into the key.
pub(super) fn sum_block(table: &Table, architecture: Architecture, stream: &Stream) -> Block {
    let (entries, units) = match table.code().kind() {
        CodeKind::Histogram => overwrite(table, stream),
        _ => fold(table, stream),
    };
    let attention = averaging_attention(
        architecture,
        Tokens::Fixed(table.tokens()),
        stream.names().len(),
        &entries,
        stream.one(),
    );
    Block {
        label: "sum: one attention layer".into(),
        attention: Some(attention),
        activation: Activation::Relu,
        units,
        bias: SparseVector::default(),
    }
}

type Moved = (Vec<(usize, usize, Rational)>, Vec<Unit>);

/// Attention adds Σ_c r_c·Σ_c, over all tokens, to the key slot, in which t = z_key + K·z_cell then is the key; to leave
/// out the own token its own Σ_c r_c·φ_c is taken off again.
fn fold(table: &Table, stream: &Stream) -> Moved {
    let n = Rational::from_integer(table.tokens().into());
    let weights: Vec<(usize, Rational)> =
        stream.latents().zip(table.code().size().fold_weights().into_iter().map(Rational::from)).collect();
    let entries = weights.iter().map(|(slot, weight)| (*slot, stream.key(), weight * &n)).collect();
    let mut form = vec![(stream.key(), Rational::one()), (stream.cell(), table.own_weight().clone().into())];
    if table.separation() == Separation::Others {
        form.extend(weights.into_iter().map(|(slot, weight)| (slot, -weight)));
    }
    (entries, carry(form, stream.key(), integer(1)).into())
}

/// Every φ slot becomes its latent, as in `lowering`: with z = φ − w·Σ, w = 1 and FC = −z the stream becomes Σ; with
/// w = ½ and FC = −2z it becomes Σ − φ, the sum over the others.
fn overwrite(table: &Table, stream: &Stream) -> Moved {
    let n = Rational::from_integer(table.tokens().into());
    let (share, factor) = match table.separation() {
        Separation::Others => (-n / integer(2), integer(-2)),
        Separation::All => (-n, integer(-1)),
    };
    let entries = stream.latents().map(|slot| (slot, slot, share.clone())).collect();
    let mut units: Vec<Unit> = stream
        .latents()
        .flat_map(|slot| carry(vec![(slot, Rational::one())], slot, factor.clone()))
        .collect();
    units.extend(carry(vec![(stream.cell(), table.own_weight().clone().into())], stream.key(), integer(1)));
    (entries, units)
}

/// relu(t) − relu(−t) = t for the linear form t, times `factor`, into a slot.
fn carry(form: Vec<(usize, Rational)>, to: usize, factor: Rational) -> [Unit; 2] {
    [integer(1), integer(-1)].map(|sign| Unit {
        input: SparseVector::from_entries(form.iter().map(|(slot, weight)| (*slot, weight * &sign))),
        bias: Exact(Rational::zero()),
        output: SparseVector::from_entries([(to, &factor * &sign)]),
    })
}

/// Adds the rank of the multiset to the key. With N_c = Σ_{b≤c} Σ_b, the i-th smallest cell is above c if N_c < i, and
/// C(c_i+i−1, i) = Σ_{c<c_i} C(c+i−1, i−1); so the rank is Σ_i Σ_{c<M−1} C(c+i−1, i−1)·[i − ½ − N_c ≥ 0].
pub(super) fn rank_block(table: &Table, jumps: &Jump, stream: &Stream) -> Block {
    let code = table.code();
    let mut units = Vec::new();
    for i in 1..=u64::from(code.separated()) {
        for cell in 0..code.cells() - 1 {
            let input = SparseVector::from_entries((0..=cell as usize).map(|b| (stream.phi(b), integer(-1))));
            let bias = Rational::from_integer(i.into()) - ratio(1, 2);
            let height = Rational::from(binomial(cell + i - 1, i - 1));
            let output = SparseVector::from_entries([(stream.key(), height)]);
            units.extend(jumps.at_half_integers(input, bias, output));
        }
    }
    Block {
        label: "psi: the rank of the multiset".into(),
        attention: None,
        activation: jumps.activation(),
        units,
        bias: SparseVector::default(),
    }
}
