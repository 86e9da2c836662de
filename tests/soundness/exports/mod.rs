//! Files that left: what comes back is the certified network, bit for bit, or is refused.

mod wrong_files;

use crate::dice::Dice;
use crate::fuzz::seeds;
use proptest::prelude::*;
use std::collections::BTreeMap;
use sumformer::export::{
    DTYPES, Difference, Dtype, ExportError, FORMATS, Format, Labels, Rounding, compare, import, write,
};
use sumformer::strategies::{certificates, fixed, shape};
use sumformer_checker::arith::number::{Exact, Rational};
use sumformer_checker::check::{Checked, ProofFiles, check_proof};
use sumformer_checker::format::Network;
use sumformer_checker::format::network::{Mechanism, Projection, UniformValue};
use sumformer_checker::language::target::Target;

/// A proof, and what its files say.
struct Proved {
    checked: Checked,
    labels: Labels,
}

impl Proved {
    fn of(files: ProofFiles<'_>) -> Self {
        let checked = check_proof(files).expect("a proof");
        let labels = Labels::of(&checked, files.network, files.target);
        Self { checked, labels }
    }

    fn file(&self, format: Format, dtype: Dtype) -> (Vec<u8>, Rounding) {
        let mut file = Vec::new();
        let rounding = write(&self.checked.network, &self.labels, format, dtype, &mut file).expect("a file");
        (file, rounding)
    }

    /// The type, if the file is this network's.
    fn is(&self, format: Format, file: Vec<u8>) -> Option<Dtype> {
        compare(&self.checked.network, &self.labels, format, file).ok()?.ok()
    }
}

/// The proofs of the fuzzers' corpus, by name: one of each kind.
fn proved() -> BTreeMap<String, Proved> {
    seeds()
        .into_iter()
        .map(|seed| {
            let [target, network, certificate] = seed.files.each_ref().map(String::as_bytes);
            (seed.name, Proved::of(ProofFiles { target, network, certificate }))
        })
        .collect()
}

/// Formats and the types that they have.
fn kinds() -> impl Iterator<Item = (Format, Dtype)> {
    let all = FORMATS.into_iter().flat_map(|format| DTYPES.map(|dtype| (format, dtype)));
    all.filter(|kind| *kind != (Format::Npz, Dtype::Bf16))
}

fn weights(network: &Network) -> Vec<Rational> {
    let mut all = Vec::new();
    network.for_each_number(|value| all.push(value.clone()));
    let heads = network.blocks.iter().flat_map(|block| &block.attention).flat_map(|layer| &layer.heads);
    for head in heads {
        let Mechanism::Linformer { e, f } = &head.mechanism else { continue };
        for projection in [e, f] {
            match projection {
                Projection::Uniform { value: UniformValue::Fixed(Exact(value)), .. } => {
                    all.push(value.clone())
                }
                Projection::Uniform { .. } => {}
                Projection::Rows(rows) => all.extend(rows.iter().flatten().map(|Exact(value)| value.clone())),
            }
        }
    }
    all
}

/// Writes in every format and type, twice, and reads back. A type is refused only where a weight is too large for it.
fn round_trip(proved: &Proved, name: &str) {
    let network = &proved.checked.network;
    for (format, dtype) in kinds() {
        let too_large = weights(network).iter().any(|exact| dtype.round(exact).value.is_infinite());
        let mut file = Vec::new();
        let rounding = match write(network, &proved.labels, format, dtype, &mut file) {
            Err(ExportError::Overflow { .. }) if too_large => continue,
            result => result.unwrap_or_else(|e| panic!("{name} {format} {dtype}: {e}")),
        };
        assert!(!too_large, "{name} {format} {dtype}: written with an infinity");
        assert_eq!(proved.file(format, dtype).0, file, "{name}: one network, one file");
        let same = compare(network, &proved.labels, format, file.clone());
        assert_eq!(same.ok(), Some(Ok(dtype)), "{name} {format} {dtype}");
        let read = import(format, file).unwrap_or_else(|e| panic!("{name} {format} {dtype}: {e}"));
        assert_eq!(read.dtype, dtype);
        assert_eq!(read.labels.get("sumformer.certified"), proved.labels.get("sumformer.certified"));
        assert_eq!(rounding.rounded == 0, read.network == *network, "{name} {format} {dtype}: {rounding:?}");
        if rounding.vanished == 0 {
            let pairs: Vec<_> = weights(network).into_iter().zip(weights(&read.network)).collect();
            assert_eq!(pairs.len(), weights(&read.network).len());
            let rounded = pairs.iter().filter(|(exact, stored)| exact != stored).count();
            assert_eq!(rounded as u64, rounding.rounded, "{name} {format} {dtype}");
            for (exact, stored) in pairs {
                assert_eq!(Rational::from_float(dtype.round(&exact).value), Some(stored));
            }
        }
    }
}

#[test]
fn what_is_read_is_what_was_written() {
    for (name, proved) in proved() {
        round_trip(&proved, &name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_read_is_what_was_written_whatever_it_is((target, proof) in certificates(shape(fixed(3), 2))) {
        let _: &Target = &target;
        round_trip(&Proved::of(proof.files(&target)), &target.source);
    }
}

/// Of any network: every bit of a file matters, and a weight is named where one was changed.
#[test]
fn one_flipped_bit_anywhere_is_refused() {
    let all = proved();
    let proved = &all["square"];
    for (format, dtype) in
        [(Format::Onnx, Dtype::F32), (Format::Safetensors, Dtype::F64), (Format::Npz, Dtype::F16)]
    {
        let (file, rounding) = proved.file(format, dtype);
        let mut in_weights = 0;
        for bit in 0..8 * file.len() {
            let mut flipped = file.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            match compare(&proved.checked.network, &proved.labels, format, flipped) {
                Ok(Ok(dtype)) => {
                    panic!("{format}: with bit {bit} flipped it is still the network in {dtype}")
                }
                Ok(Err(Difference::Entry { expected, found, .. })) => {
                    in_weights += 1;
                    assert_ne!(expected.to_bits(), found.to_bits());
                }
                Ok(Err(_)) | Err(_) => {}
            }
        }
        // Exponents of all ones make NaN or an infinity, which is refused before weights are compared.
        let bits = rounding.entries * 8 * dtype.size() as u64;
        assert!(in_weights <= bits && in_weights * 10 >= bits * 9, "{format}: {in_weights} of {bits}");
    }
}

#[test]
fn flipped_bits_of_other_networks_are_refused() {
    let mut dice = Dice::new(14);
    for (name, proved) in proved() {
        for (format, dtype) in kinds() {
            let (file, _) = proved.file(format, dtype);
            for _ in 0..40 {
                let mut flipped = file.clone();
                let at = dice.below(file.len());
                flipped[at] ^= 1u8 << dice.below(8);
                assert_eq!(proved.is(format, flipped.clone()), None, "{name} {format} {dtype}, byte {at}");
                if format == Format::Onnx {
                    // What says what is computed may say of itself what it likes, but must be the graph of its weights.
                    if let Ok(read) = import(format, flipped.clone()) {
                        let mut again = Vec::new();
                        write(&read.network, &read.labels, format, read.dtype, &mut again).expect("written");
                        assert_eq!(again, flipped);
                    }
                }
            }
        }
    }
}

#[test]
fn cut_and_lengthened_files_are_refused() {
    let all = proved();
    let proved = &all["square"];
    for (format, dtype) in kinds() {
        let (file, _) = proved.file(format, dtype);
        for length in 0..file.len() {
            assert_eq!(
                proved.is(format, file[..length].to_vec()),
                None,
                "{format} {dtype} cut to {length} bytes"
            );
        }
        for more in [&[0][..], b"\n", &file] {
            assert_eq!(proved.is(format, [&file, more].concat()), None, "{format} {dtype}");
        }
    }
}

#[test]
fn a_network_is_not_another() {
    let all = proved();
    for (name, proved) in &all {
        for (other, file) in all.iter().filter(|(other, _)| *other != name) {
            assert_eq!(
                proved.is(Format::Onnx, file.file(Format::Onnx, Dtype::F64).0),
                None,
                "{name} {other}"
            );
        }
    }
}
