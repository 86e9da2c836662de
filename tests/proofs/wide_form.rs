//! The wide form of a network means the same in both kinds of block, and is proved by the certificate of the network itself.

use common::gallery::all_constructions;
use num_traits::{One, Signed, Zero};
use proptest::prelude::*;
use rayon::prelude::*;
use sumformer::export::wide_form;
use sumformer::prelude::*;
use sumformer::strategies::{Sequence, certificates, fixed, places, sequences, shape};
use sumformer::words::to_json;
use sumformer_checker::format::network::{Activation, AffineMap, Attention, Mechanism, Network};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::format::{Certificate, sha256};

/// Which rows a block goes on with.
#[derive(Clone, Copy, PartialEq)]
enum Blocks {
    /// X + FC(Z), Definition 2.3.
    OfThePaper,
    /// Z + FC(Z).
    Standard,
}

/// The network on a sequence, by the definitions and nothing else; every head has to average.
fn evaluate(network: &Network, blocks: Blocks, sequence: &[Vec<Rational>]) -> Sequence {
    let affine = |rows: &Sequence, map: &AffineMap, outputs: usize| -> Sequence {
        let added = |row: &Vec<Rational>| add(times(row, &map.weights, outputs), &map.bias);
        rows.iter().map(added).collect()
    };
    let mut stream = affine(&sequence.to_vec(), &network.embedding, network.width());
    for block in &network.blocks {
        let attended = match &block.attention {
            None => stream.clone(),
            Some(attention) => attend(attention, &stream),
        };
        let kept = if blocks == Blocks::Standard { &attended } else { &stream };
        stream = kept
            .iter()
            .zip(&attended)
            .map(|(kept, row)| {
                let mut result = add(kept.clone(), &block.bias);
                for unit in &block.units {
                    let dot = |input: &SparseVector| -> Rational {
                        input.iter().map(|(slot, weight)| &row[slot] * weight).sum()
                    };
                    let positive = dot(&unit.input) + &unit.bias.0;
                    let value = match block.activation {
                        _ if positive.is_negative() => Rational::zero(),
                        Activation::Relu => positive,
                        Activation::Relu2 => &positive * &positive,
                        Activation::Step => Rational::one(),
                    };
                    unit.output.iter().for_each(|(slot, weight)| result[slot] += &value * weight);
                }
                result
            })
            .collect();
    }
    affine(&stream, &network.readout, network.outputs)
}

fn times(row: &[Rational], matrix: &SparseMatrix, outputs: usize) -> Vec<Rational> {
    let mut result = vec![Rational::zero(); outputs];
    matrix.iter().for_each(|(input, output, weight)| result[output] += &row[input] * weight);
    result
}

fn add(mut row: Vec<Rational>, bias: &SparseVector) -> Vec<Rational> {
    bias.iter().for_each(|(slot, value)| row[slot] += value);
    row
}

/// X + Att(X) where every head is the mean of its values.
fn attend(attention: &Attention, stream: &Sequence) -> Sequence {
    let width = stream[0].len();
    let mut heads = Vec::new();
    for head in &attention.heads {
        let averages =
            matches!(head.mechanism, Mechanism::Softmax | Mechanism::Performer { normalized: true, .. });
        assert!(averages && head.query.is_empty() && head.key.is_empty());
        let mut mean = vec![Rational::zero(); width];
        for row in stream {
            let value = times(row, &head.value, width);
            mean.iter_mut()
                .zip(value)
                .for_each(|(mean, value)| *mean += value / ratio(stream.len() as i64, 1));
        }
        heads.extend(mean);
    }
    let added = times(&heads, &attention.output, width);
    stream.iter().map(|row| row.iter().zip(&added).map(|(x, a)| x + a).collect()).collect()
}

/// Target, wide network, certificate with the wide network's hash: what `check` says.
fn checked(files: ProofFiles<'_>, wide: &Network) -> Verdict {
    let network = to_json(wide);
    let mut certificate = Certificate::from_json(files.certificate).expect("a certificate");
    certificate.network_sha256 = sha256(network.as_bytes());
    let certificate = to_json(&certificate);
    let files =
        ProofFiles { target: files.target, network: network.as_bytes(), certificate: certificate.as_bytes() };
    check_proof(files).expect("readable").verdict
}

/// Networks whose heads average and have no scores.
fn averages(network: &Network) -> bool {
    let mut heads = network.blocks.iter().flat_map(|block| &block.attention).flat_map(|layer| &layer.heads);
    heads.all(|head| {
        let mean =
            matches!(head.mechanism, Mechanism::Softmax | Mechanism::Performer { normalized: true, .. });
        mean && head.query.is_empty() && head.key.is_empty()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn both_kinds_of_block_compute_the_same((target, proof) in certificates(shape(fixed(3), 2)), places in places()) {
        let network = Network::from_json(proof.files(&target).network).expect("a network");
        let wide = wide_form(&network);
        prop_assert!(wide.validate().is_ok());
        prop_assert!(matches!(checked(proof.files(&target), &wide), Verdict::Valid(_)));
        if averages(&network) {
            let Tokens::Fixed(n) = target.tokens else { unreachable!() };
            for sequence in sequences(&target, n, &places, 3) {
                let expected = ExactEvaluator::new(&network).expect("exact").evaluate(&sequence).expect("exact");
                prop_assert_eq!(&evaluate(&network, Blocks::OfThePaper, &sequence), &expected);
                prop_assert_eq!(&evaluate(&wide, Blocks::OfThePaper, &sequence), &expected);
                prop_assert_eq!(&evaluate(&wide, Blocks::Standard, &sequence), &expected);
            }
        }
    }
}

/// Without the wide form the two kinds of block differ, or it would be for nothing.
#[test]
fn blocks_differ_otherwise() {
    let text = "name = \"mean\"\ntokens = 2\ndomain = [[0, 1]]\noutput = [\"mean(y: y[0])^2 + x[0]\"]\n";
    let target = load_target("mean.toml", text).expect("a target");
    let options = Options::default();
    let proof =
        plan(&target, &options, &()).expect("a plan").prove(Architecture::Transformer, &()).expect("a proof");
    let network = Network::from_json(proof.proof.files(&target).network).expect("a network");
    let sequence = [vec![ratio(1, 2)], vec![ratio(1, 4)]];
    let [paper, standard] =
        [Blocks::OfThePaper, Blocks::Standard].map(|kind| evaluate(&network, kind, &sequence));
    assert_ne!(paper, standard);
    assert_eq!(paper, evaluate(&wide_form(&network), Blocks::Standard, &sequence));
}

#[test]
fn the_gallery_is_proved_in_the_wide_form() {
    let constructions = all_constructions();
    let proved: usize = constructions
        .par_iter()
        .map(|construction| {
            let options = Options::default();
            let target = &construction.target;
            let Ok(mut plan) = plan(target, &options, &()) else { return 0 };
            let Ok(proved) = plan.prove(Architecture::Transformer, &()) else { return 0 };
            let files = proved.proof.files(target);
            let wide = wide_form(&Network::from_json(files.network).expect("a network"));
            let verdict = checked(files, &wide);
            assert!(matches!(verdict, Verdict::Valid(_)), "{}: {verdict:?}", construction.name);
            1
        })
        .sum();
    assert_eq!(proved, constructions.len());
}
