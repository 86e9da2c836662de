//! The theorem about one proof, as `export --format rocq` writes it, is accepted by `coqc`, and a false one is not.

use super::program::program;
use common::{repository, sumformer};
use std::path::Path;
use std::process::Command;

/// Whether `coqc` accepts a file, and what it prints.
fn coqc(file: &Path) -> (bool, String) {
    let library = repository("src/verified/build");
    let run = Command::new("coqc").args(["-q", "-Q"]).arg(library).arg("Sumformer").arg(file).output();
    let run = run.expect("coqc, by which the theory was compiled");
    (
        run.status.success(),
        format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr)),
    )
}

#[test]
fn theorems_are_accepted_by_rocq_and_false_ones_are_not() {
    // The theory is compiled where the program is.
    if program().is_none() || !repository("src/verified/build/object/Object.vo").exists() {
        return;
    }
    let scratch = tempfile::tempdir().expect("a folder");
    let cases = [
        ("sum-of-squares", "--activation relu2"),
        ("any-covariance", "--architecture performer --features 2"),
        ("semi-invariant", "--architecture linformer --activation relu2"),
    ];
    for (name, options) in cases {
        let target = repository(&format!("constructions/{name}")).display().to_string();
        let prove = sumformer(scratch.path()).args(["prove", &target, "-o", name]).line(options);
        prove.run().expect(0);
        let export =
            sumformer(scratch.path()).args(["--json", "export", name, "--format", "rocq"]).run().expect(0);
        assert_eq!(export.json()["files"][0]["format"], "rocq");
        let file = scratch.path().join(name).join("export/theorem.v");
        let (accepted, text) = coqc(&file);
        assert!(accepted, "{name}: {text}");
        // Nothing is assumed but what the library's real numbers assume.
        assert!(text.contains("sig_forall_dec") && !text.contains("accepted"), "{name}: {text}");
        let theorem = std::fs::read_to_string(&file).expect("readable");
        let (was, is) =
            if name == "semi-invariant" { ("x1[0]*x2[0]", "x1[1]*x2[0]") } else { ("y[0]", "y[1]") };
        let false_one = scratch.path().join("false.v");
        std::fs::write(&false_one, theorem.replacen(was, is, 1)).expect("a file is written");
        let (accepted, text) = coqc(&false_one);
        assert!(!accepted && text.contains("Error"), "{name}: {text}");
    }
}

#[test]
fn only_what_the_proved_checker_covers_is_exported_as_a_theorem() {
    let scratch = tempfile::tempdir().expect("a folder");
    let target = repository("constructions/distance-from-mean").display().to_string();
    sumformer(scratch.path()).args(["prove", &target, "-o", "proof"]).run().expect(0);
    let run = sumformer(scratch.path()).line("export proof --format rocq").run().expect(3);
    assert!(run.stderr.contains("not covered"), "{}", run.stderr);
    assert!(!scratch.path().join("proof/export/theorem.v").exists());
}
