//! Where `prove` writes, and what it never touches.

use crate::support::{folder, run_in};
use common::run;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Every file below a folder with its content, symbolic links by where they lead.
fn everything(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if path.is_symlink() {
            let leads_to = std::fs::read_link(&path).unwrap();
            found.insert(path, leads_to.into_os_string().into_encoded_bytes());
        } else if path.is_dir() {
            found.insert(path.clone(), Vec::new());
            found.append(&mut everything(&path));
        } else {
            let content = std::fs::read(&path).unwrap();
            found.insert(path, content);
        }
    }
    found
}

const PROVE: [&str; 4] = ["prove", "covariance.toml", "--activation", "relu2"];

fn prove_to(here: &Path, out: &str) -> common::Run {
    run_in(here, &[&PROVE[..], &["-o", out]].concat(), b"")
}

#[test]
fn the_default_is_out_and_the_name() {
    let folder = folder();
    run_in(folder.path(), &PROVE, b"").expect(0);
    let names: Vec<_> = everything(&folder.path().join("out"))
        .into_keys()
        .map(|path| path.strip_prefix(folder.path()).unwrap().display().to_string())
        .collect();
    let expected = ["", "/certificate.json", "/network.json", "/target.toml"];
    assert_eq!(names, expected.map(|name| format!("out/covariance{name}")));
    let kept = std::fs::read_to_string(folder.path().join("out/covariance/target.toml")).unwrap();
    assert_eq!(kept, crate::support::COVARIANCE);
}

#[test]
fn own_folders_are_replaced() {
    let folder = folder();
    let here = folder.path();
    prove_to(here, "p").expect(0);
    // One architecture gives way to three, and back; a folder may also be proved into itself.
    run(here, "prove covariance.toml --activation relu2 --architecture all -o p").expect(0);
    assert!(here.join("p/linformer/network.json").is_file() && !here.join("p/network.json").exists());
    prove_to(here, "p").expect(0);
    assert!(here.join("p/network.json").is_file() && !here.join("p/linformer").exists());
    let before = everything(&here.join("p"));
    run(here, "prove p --activation relu2 -o p").expect(0);
    assert_eq!(everything(&here.join("p")), before);
    // So is one whose certificate has the format of another version.
    let certificate = here.join("p/certificate.json");
    let text = std::fs::read_to_string(&certificate).unwrap();
    std::fs::write(&certificate, text.replace("sumformer-certificate/2", "sumformer-certificate/1")).unwrap();
    prove_to(here, "p").expect(0);
    run(here, "check p").expect(0);
    // An empty folder holds nothing to lose.
    std::fs::create_dir(here.join("empty")).unwrap();
    prove_to(here, "empty").expect(0);
    run(here, "check empty").expect(0);
    assert!(everything(here).keys().all(|p| !p.display().to_string().contains(".sumformer-")));
}

#[test]
fn trailing_slashes_mean_nothing() {
    let folder = folder();
    let here = folder.path();
    for out in ["a/", "b/.", "c//", "./d"] {
        prove_to(here, out).expect(0);
        prove_to(here, out).expect(0);
        run_in(here, &["check", out], b"").expect(0);
    }
}

/// Every refusal leaves every file as it was.
#[test]
fn nothing_else_is_ever_replaced() {
    let folder = folder();
    let here = folder.path();
    prove_to(here, "own").expect(0);
    prove_to(here, "extra").expect(0);
    std::fs::write(here.join("extra/notes.txt"), "mine").unwrap();
    prove_to(here, "other").expect(0);
    std::fs::write(here.join("other/certificate.json"), "{\"format\": \"something else\"}").unwrap();
    std::fs::create_dir(here.join("foreign")).unwrap();
    std::fs::write(here.join("foreign/thesis.tex"), "years of work").unwrap();
    std::fs::create_dir(here.join("source")).unwrap();
    std::fs::copy(here.join("covariance.toml"), here.join("source/target.toml")).unwrap();
    std::fs::write(here.join("file"), "mine").unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("own", here.join("link")).unwrap();
        std::os::unix::fs::symlink("nowhere", here.join("dangling")).unwrap();
    }
    let before = everything(here);
    for (out, message) in [
        ("extra", "it holds other files"),
        ("other", "it holds other files"),
        ("foreign", "it holds other files"),
        ("source", "it holds other files"),
        ("file", "not a folder"),
        ("file/sub", "file"),
        ("link", "not a folder"),
        ("link/", "not a folder"),
        ("dangling", "not a folder"),
        (".", "no name for a folder"),
        ("..", "no name for a folder"),
        ("/", "no name for a folder"),
        ("own/..", "no name for a folder"),
        ("absent/..", "no name for a folder"),
        ("/proc/sumformer/x", "/proc/sumformer"),
    ] {
        if cfg!(not(unix)) && ["link", "dangling", "/proc"].iter().any(|name| out.contains(name)) {
            continue;
        }
        let run = prove_to(here, out).expect(2);
        assert!(run.stderr.contains(message), "-o {out:?}: {}", run.stderr);
        assert_eq!(everything(here), before, "-o {out:?}");
    }
}

#[test]
fn a_failed_proof_keeps_the_earlier_one() {
    let folder = folder();
    let here = folder.path();
    prove_to(here, "p").expect(0);
    let before = everything(here);
    run(here, "prove square.toml -o p --max-units 1").expect(2);
    run(here, "prove square.toml -o p --construction discontinuous --grid 2 --epsilon 1/100").expect(3);
    assert_eq!(everything(here), before);
}
