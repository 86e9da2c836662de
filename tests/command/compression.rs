//! Networks in compressed files: every command reads them, and none is fooled by them.

use crate::support::{Copy, SQUARE, folder, proofs};
use common::run;
use std::fs;
use std::path::Path;
use sumformer::folder::{NetworkForm, compress, read_proof, write_files};

const PLAIN: &str = "network.json";
const COMPRESSED: &str = "network.json.zst";

/// A proof whose network is compressed.
fn compressed(name: &str) -> Copy {
    let copy = Copy::of(name);
    copy.write(COMPRESSED, compress(copy.text(PLAIN).as_bytes()));
    fs::remove_file(copy.file(PLAIN)).unwrap();
    copy
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn prove_writes_it_and_says_so() {
    let here = folder();
    let value = run(here.path(), "prove square.toml -o small --compress --json").expect(0).json();
    assert_eq!(value["results"][0]["files"]["network"], format!("small/{COMPRESSED}"));
    assert_eq!(names(&here.path().join("small")), ["certificate.json", COMPRESSED, "target.toml"]);
    // The certificate is that of the plain proof: it names the bytes before compression.
    let certificate = |folder: &Path| fs::read(folder.join("certificate.json")).unwrap();
    assert_eq!(certificate(&here.path().join("small")), certificate(&proofs().join("relu")));
    // One form takes the place of the other, in both directions.
    run(here.path(), "prove square.toml -o small").expect(0);
    assert_eq!(names(&here.path().join("small")), ["certificate.json", PLAIN, "target.toml"]);
    run(here.path(), "prove square.toml -o small --compress --architecture all").expect(0);
    assert_eq!(names(&here.path().join("small/performer")), ["certificate.json", COMPRESSED, "target.toml"]);
    run(here.path(), "check small").expect(0);
}

#[test]
fn every_command_reads_it_as_the_plain_one() {
    let small = compressed("relu");
    let plain = Copy::of("relu");
    for line in [
        "check .",
        "eval . --input input.json",
        "eval NETWORK --input input.json",
        "explain .",
        "report . -o page.html",
        "export . --format onnx -o rounded.onnx",
        "check . --against rounded.onnx",
    ] {
        let [one, other] = [(&plain, PLAIN), (&small, COMPRESSED)].map(|(copy, network)| {
            copy.write("input.json", "[[\"1/3\"], [\"1/2\"]]");
            run(copy.path(), &line.replace("NETWORK", network)).expect(0).stdout
        });
        assert_eq!(one.replace(PLAIN, ""), other.replace(COMPRESSED, ""), "{line}");
    }
    let page = |copy: &Copy| copy.text("page.html");
    assert_eq!(page(&plain), page(&small));
}

#[test]
fn merging_reads_and_writes_it() {
    let here = tempfile::tempdir().unwrap();
    let target = SQUARE.replace("sum(y != x: y[0])^2", "exp(x[0]*mean(y: y[0]))").replace("1/10", "1/100");
    fs::write(here.path().join("t.toml"), target).unwrap();
    for (part, form) in [(1, ""), (2, "--compress")] {
        let line = format!("prove t.toml --route bernstein --shard slice:{part}/2 -o {part} {form}");
        assert_eq!(run(here.path(), &line).code, 3, "{line}");
    }
    run(here.path(), "merge 1 2 -o whole --compress").expect(0);
    assert_eq!(names(&here.path().join("whole")), ["certificate.json", COMPRESSED, "target.toml"]);
    run(here.path(), "check whole").expect(0);
    run(here.path(), "merge 2 1 -o plain").expect(0);
    assert_eq!(names(&here.path().join("plain")), ["certificate.json", PLAIN, "target.toml"]);
}

#[test]
fn exports_of_the_wide_form_are_written_in_it_too() {
    let small = compressed("relu");
    run(small.path(), "export . --format standard -o wide --compress").expect(0);
    assert_eq!(names(&small.file("wide/standard")), ["certificate.json", COMPRESSED, "target.toml"]);
    run(small.path(), "check wide/standard").expect(0);
    let refused = run(small.path(), "export . --format onnx --compress").expect(2).stderr;
    assert!(refused.contains("--format standard"), "{refused}");
}

#[test]
fn two_files_for_one_network_are_refused() {
    let both = compressed("relu");
    both.write(PLAIN, Copy::of("relu").text(PLAIN));
    for line in ["check .", "eval . --input x.json", "explain .", "merge . . -o merged"] {
        let refused = run(both.path(), line).expect(2).stderr;
        assert!(refused.contains("both there; remove one of them"), "{line}: {refused}");
    }
    // Nor is such a folder replaced: it was not written like this.
    let parent = both.path().parent().unwrap();
    let name = both.path().file_name().unwrap().to_str().unwrap();
    fs::write(both.file("t.toml"), SQUARE).unwrap();
    let refused = run(parent, &format!("prove {name}/t.toml -o {name}")).expect(2).stderr;
    assert!(refused.contains("holds other files"), "{refused}");
    let error = read_proof(both.path()).unwrap_err().to_string();
    assert!(error.contains("both there"), "{error}");
}

#[test]
fn damaged_ones_are_refused_with_the_file() {
    let whole = fs::read(compressed("relu").file(COMPRESSED)).unwrap();
    let mut other_checksum = whole.clone();
    *other_checksum.last_mut().unwrap() ^= 1;
    let cases = [
        (Vec::new(), "no whole zstd file"),
        (whole[..whole.len() / 2].to_vec(), "no whole zstd file"),
        (b"{}".to_vec(), "no whole zstd file"),
        ([&whole[..], b" "].concat(), "something follows"),
        (other_checksum, "checksum"),
    ];
    for (file, message) in cases {
        let copy = compressed("relu");
        copy.write(COMPRESSED, file);
        let refused = run(copy.path(), "check .").expect(2).stderr;
        assert!(refused.contains(COMPRESSED) && refused.contains(message), "{refused}");
    }
    // What another network says is for the certificate to find out.
    let copy = compressed("relu");
    copy.write(COMPRESSED, compress(format!("{}\n", Copy::of("relu").text(PLAIN)).as_bytes()));
    assert!(run(copy.path(), "check .").expect(1).stdout.contains("SHA-256"));
}

#[test]
fn what_would_become_too_large_is_refused() {
    // A frame that announces 2^31 bytes, of which the first block has 2^17 in one byte; src/folder/ tests those that announce nothing.
    let announced = (1_u64 << 31).to_le_bytes();
    let frame = [&[0x28, 0xb5, 0x2f, 0xfd, 0xc0, 0x38][..], &announced, &[2, 0, 0x10, 0]].concat();
    let copy = compressed("relu");
    copy.write(COMPRESSED, frame);
    let refused = run(copy.path(), "check .").expect(2).stderr;
    assert!(refused.contains("more than the 1073741824 that are read"), "{refused}");
}

#[test]
fn the_library_writes_and_reads_it() {
    let here = tempfile::tempdir().unwrap();
    let plain = read_proof(&proofs().join("relu")).unwrap();
    let folder = here.path().join("p");
    write_files(&folder, plain.files(), NetworkForm::Compressed).unwrap();
    assert_eq!(names(&folder), ["certificate.json", COMPRESSED, "target.toml"]);
    assert_eq!(read_proof(&folder).unwrap(), plain);
    assert!(write_files(&folder, plain.files(), NetworkForm::Compressed).is_err());
}
