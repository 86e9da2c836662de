//! Multiply–adds of one forward pass per token.

use std::collections::BTreeSet;
use sumformer_checker::format::network::{Head, Mechanism, Network};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};

/// Products with a stored non-zero weight that a forward pass evaluates for every token.
///
/// Counted: the embedding, W_Q, W_K, W_V and W_O of every head, the input and output weights of every hidden unit
/// (whether or not it is active), the readout, and for Performer the entries of ω on the columns of Q and of K.
/// Not counted: biases (no product), and the averaging over tokens, whose weights are computed and not stored: n
/// products per query, column of V and head in softmax, k in Linformer, m in Performer.
pub fn multiply_adds_per_token(network: &Network) -> usize {
    let attention = network.blocks.iter().filter_map(|block| block.attention.as_ref());
    let attended: usize = attention
        .map(|layer| nonzeros(&layer.output) + layer.heads.iter().map(head_products).sum::<usize>())
        .sum();
    let units = network.blocks.iter().flat_map(|block| &block.units);
    let hidden: usize = units.map(|unit| unit.input.len() + unit.output.len()).sum();
    nonzeros(&network.embedding.weights) + attended + hidden + nonzeros(&network.readout.weights)
}

/// Stored entries; the formats store no zeros.
fn nonzeros(matrix: &SparseMatrix) -> usize {
    matrix.len()
}

fn head_products(head: &Head) -> usize {
    let projections = [&head.query, &head.key, &head.value].map(nonzeros).iter().sum::<usize>();
    let Mechanism::Performer { features, .. } = &head.mechanism else { return projections };
    let on_columns_of = |matrix: &SparseMatrix| -> usize {
        let columns: BTreeSet<usize> = matrix.iter().map(|(_, column, _)| column).collect();
        let used = |omega: &SparseVector| omega.iter().filter(|(slot, _)| columns.contains(slot)).count();
        features.iter().map(used).sum()
    };
    projections + on_columns_of(&head.query) + on_columns_of(&head.key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lowering::attention::{Architecture, Scores};
    use crate::lowering::lower;
    use crate::lowering::plan::Layout;
    use crate::reading::load_target;
    use crate::recipe::SumOptions;
    use crate::sumformer::latent::{LatentMode, choose};
    use std::sync::Arc;
    use sumformer_checker::arith::number::ratio;
    use sumformer_checker::surrogate::Surrogate;

    fn cost(architecture: Architecture, scores: Scores) -> usize {
        let source =
            "name = \"mean\"\ntokens = 4\ndomain = [[\"0\", \"1\"]]\noutput = [\"mean(y: y[0]) - x[0]\"]\n";
        let target = load_target("mean", source).unwrap();
        let surrogate = Arc::new(Surrogate::new(&target, &[], 1000).unwrap());
        let (sumformer, _) = choose(&surrogate, LatentMode::Sparse, Layout::Tree, 1e-3).unwrap();
        let options = SumOptions::default().lowering(architecture, scores, ratio(1, 1000));
        multiply_adds_per_token(&lower(&sumformer, &surrogate, &options, 100).unwrap().network)
    }

    #[test]
    fn a_mean_counted_by_hand() {
        // Slots x and phi: embedding 2, W_V 1, W_O 2, two hidden units with one weight in and one out 4, readout 2.
        let softmax = 2 + 1 + 2 + 4 + 2;
        assert_eq!(cost(Architecture::Transformer, Scores::Zero), softmax);
        assert_eq!(cost(Architecture::Linformer { rank: 3 }, Scores::Zero), softmax);
        let performer = Architecture::Performer { features: 5, seed: 1, normalized: true };
        assert_eq!(cost(performer, Scores::Zero), softmax);
        // The paper's scores: a third slot on the diagonal of W_O, one entry in W_Q and one in W_K; ω on column 0 of
        // Q and of K.
        assert_eq!(cost(Architecture::Transformer, Scores::Paper), softmax + 3);
        assert_eq!(cost(performer, Scores::Paper), softmax + 3 + 2 * 5);
    }
}
