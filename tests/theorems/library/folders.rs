//! Proofs are written as a whole, and nothing is overwritten.

use super::unit;
use std::fs;
use std::io::ErrorKind;
use sumformer::certify::Proof;
use sumformer::folder::{PROOF_FILES, read_proof, write_proof};
use sumformer::prelude::*;

fn proved() -> (Target, Proof) {
    let target = unit("2", 1, "mean(y: y[0])");
    let options = Options::default();
    let proved = plan(&target, &options, &()).and_then(|mut p| p.prove(Architecture::Transformer, &()));
    let proof = proved.expect("a proof").proof;
    (target, proof)
}

#[test]
fn what_is_written_is_read_and_valid() {
    let (target, proof) = proved();
    let folder = tempfile::tempdir().expect("a folder");
    for place in ["new", "deep/er/new", "there"] {
        if place == "there" {
            fs::create_dir(folder.path().join(place)).expect("an empty folder");
        }
        let place = folder.path().join(place);
        write_proof(&place, &target, &proof).expect("written");
        let mut names: Vec<_> = fs::read_dir(&place).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["certificate.json", "network.json", "target.toml"]);
        let bytes = read_proof(&place).expect("read");
        assert_eq!(bytes.files().target, target.source.as_bytes());
        assert!(matches!(check_proof(bytes.files()).expect("readable").verdict, Verdict::Valid(_)));
    }
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with('.')), "{left:?}");
}

#[test]
fn nothing_is_overwritten() {
    let (target, proof) = proved();
    let folder = tempfile::tempdir().expect("a folder");
    let mine = folder.path().join("mine");
    fs::create_dir(&mine).unwrap();
    fs::write(mine.join("thesis.tex"), "years of work").unwrap();
    let refused = write_proof(&mine, &target, &proof).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::AlreadyExists);
    assert_eq!(fs::read_to_string(mine.join("thesis.tex")).unwrap(), "years of work");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");

    let written = folder.path().join("written");
    write_proof(&written, &target, &proof).expect("written");
    assert_eq!(write_proof(&written, &target, &proof).unwrap_err().kind(), ErrorKind::AlreadyExists);
    let file = mine.join("thesis.tex");
    assert!(write_proof(&file, &target, &proof).is_err(), "a file is no folder");
    assert!(write_proof(&file.join("inside"), &target, &proof).is_err());
    assert!(write_proof("..".as_ref(), &target, &proof).is_err());
}

#[test]
fn a_missing_file_is_named() {
    let (target, proof) = proved();
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("p");
    write_proof(&place, &target, &proof).expect("written");
    for name in PROOF_FILES {
        let file = place.join(name);
        let content = fs::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        let error = read_proof(&place).unwrap_err();
        assert!(error.kind() == ErrorKind::NotFound && error.to_string().contains(name), "{error}");
        fs::write(&file, content).unwrap();
    }
}
