//! `fuzz/corpus/`: small proofs of the gallery's targets, one of each kind, and all targets of the gallery.

use common::fuzzing::{self, FUZZ_TARGETS, SEPARATOR};
use common::{repository, run, target};
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;
use sumformer::export::{self, Dtype, Format, Labels};
use sumformer_checker::check::{ProofFiles, check_proof};

/// The seeds of `proof`: a name, a construction of the gallery, and what else `prove` is told.
const PROOFS: [(&str, &str, &str); 10] = [
    ("any", "any-spread", "--activation relu2"),
    ("sums", "figure-2-d1", "--activation relu2"),
    ("rank", "semi-invariant", "--activation relu2 --architecture linformer --rank 2"),
    (
        "scores",
        "e2-others",
        "--activation relu2 --architecture performer --performer paper --scores paper --features 2",
    ),
    ("cells", "half-mean-2", "--construction discontinuous --grid 2 --epsilon 1"),
    (
        "ramps",
        "half-mean-2",
        "--construction discontinuous --grid 2 --activation relu --ramp 1/100 --epsilon 1/4",
    ),
    ("atom", "softened-deviation", "--epsilon 1/2"),
    ("chord", "sine-of-moment", "--epsilon 1/2"),
    ("pair", "soft-rank", "--epsilon 1/4"),
    ("square", "sum-of-squares", "--epsilon 1"),
];

/// The seeds of `exported`: proofs of the corpus, formats, types.
const EXPORTED: [(&str, Format, Dtype); 6] = [
    ("square", Format::Onnx, Dtype::F32),
    ("scores", Format::Onnx, Dtype::F64),
    ("rank", Format::Onnx, Dtype::Bf16),
    ("cells", Format::Safetensors, Dtype::F64),
    ("rank", Format::Safetensors, Dtype::F16),
    ("any", Format::Npz, Dtype::F32),
];

/// A proof of the corpus.
pub struct Seed {
    pub name: String,
    /// `target.toml`, `network.json`, `certificate.json`.
    pub files: [String; 3],
}

fn folder(fuzz_target: &str) -> PathBuf {
    repository("fuzz/corpus").join(fuzz_target)
}

/// The inputs of a fuzz target, by name.
pub fn files(fuzz_target: &str) -> Vec<Vec<u8>> {
    made();
    let mut paths: Vec<PathBuf> = fs::read_dir(folder(fuzz_target))
        .expect("a corpus")
        .map(|entry| entry.expect("a file").path())
        .collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("a file")).collect()
}

/// The seeds of `proof`.
pub fn seeds() -> Vec<Seed> {
    made();
    let names = PROOFS.iter().map(|(name, ..)| *name).chain(["boxes"]);
    let seed = |name: &str| {
        let text = fs::read_to_string(folder("proof").join(name)).expect("a seed");
        let files: Vec<String> = text.split(SEPARATOR).map(String::from).collect();
        Seed { name: name.into(), files: files.try_into().expect("three files") }
    };
    names.map(seed).collect()
}

/// One input of several files.
pub fn joined(files: &[impl AsRef<[u8]>]) -> Vec<u8> {
    files.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(SEPARATOR.as_bytes())
}

/// With `SUMFORMER_BLESS=1` the corpus is made anew, once.
fn made() {
    static MADE: OnceLock<()> = OnceLock::new();
    MADE.get_or_init(|| {
        if std::env::var_os("SUMFORMER_BLESS").is_some_and(|value| value == "1") {
            make();
        }
    });
}

fn make() {
    for (name, _) in FUZZ_TARGETS {
        let _ = fs::remove_dir_all(folder(name));
        fs::create_dir_all(folder(name)).expect("a folder");
    }
    let write = |fuzz_target: &str, name: &str, bytes: &[u8]| {
        fs::write(folder(fuzz_target).join(name), bytes).expect("a file is written");
    };
    for entry in fs::read_dir(repository("constructions")).expect("the gallery") {
        let entry = entry.expect("a construction");
        let text = fs::read(entry.path().join("target.toml")).expect("a target");
        write("target_text", &entry.file_name().to_string_lossy(), &text);
    }
    let scratch = tempfile::tempdir().expect("a folder");
    // Over boxes goes no target of the gallery that is as small.
    let growth = target(2).epsilon("1/100").output("exp(x[0] * mean(y: y[0]))").text();
    fs::write(scratch.path().join("growth.toml"), growth).expect("a file is written");
    let proof = |line: &str, code: i32| -> [Vec<u8>; 3] {
        run(scratch.path(), &format!("prove {line} -o out")).expect(code);
        let file = |name: &str| fs::read(scratch.path().join("out").join(name)).expect("a proof");
        ["target.toml", "network.json", "certificate.json"].map(file)
    };
    let save = |name: &str, files: &[Vec<u8>; 3]| {
        write("proof", name, &joined(files));
        write("network", name, &files[1]);
        write("certificate", name, &files[2]);
    };
    for (name, construction, options) in PROOFS {
        save(name, &proof(&format!("constructions/{construction} {options}"), 0));
    }
    for (name, format, dtype) in EXPORTED {
        let text = fs::read(folder("proof").join(name)).expect("a proof of the corpus");
        let [target, network, certificate] = fuzzing::files(&text)[..] else { panic!("three files") };
        let checked = check_proof(ProofFiles { target, network, certificate }).expect("a proof");
        let mut file = format!("{format}\n").into_bytes();
        let labels = Labels::of(&checked, network, target);
        export::write(&checked.network, &labels, format, dtype, &mut file).expect("a file is written");
        write("exported", &format!("{name}.{dtype}.{format}"), &file);
    }
    for name in ["covariance-n6", "semi-invariant-n3", "softmax-head-n4"] {
        let construction = name.rsplit_once("-n").expect("a length").0;
        let target = repository("constructions").join(construction).join("target.toml");
        let floors = repository("tests/soundness/floors/prototype").join(format!("{name}.json"));
        let files = [target, floors].map(|file| fs::read(file).expect("a file"));
        write("floors", name, &joined(&files));
    }
    let over_boxes = "growth.toml --route bernstein --activation relu2";
    let boxes = proof(over_boxes, 0);
    save("boxes", &boxes);
    let [first, second] = [1, 2].map(|part| proof(&format!("{over_boxes} --shard slice:{part}/2"), 3));
    let [target, network, _] = &boxes;
    write("merge", "parts", &joined(&[target, network, &first[2], &second[2]]));
    write("merge", "whole", &joined(&[target, network, &boxes[2]]));
}
