//! `prove --scores softmax`: what is built and said, and where there is nothing for it.

use common::{repository, sumformer};
use tempfile::TempDir;

fn prove(folder: &TempDir, target: &str, options: &str, code: i32) -> String {
    let target = repository(&format!("constructions/{target}")).display().to_string();
    let line = ["prove", &target, "-o", "out", "--scores", "softmax"];
    sumformer(folder.path()).args(line).line(options).run().expect(code).all()
}

#[test]
fn attention_is_built_with_attention_and_explained() {
    let folder = tempfile::tempdir().expect("a folder");
    let said = prove(&folder, "softmax-head", "", 0);
    assert!(said.contains("one weighted mean") && said.contains("<= 0 (0) on the whole box"), "{said}");
    let said = sumformer(folder.path()).line("check out").run().expect(0).all();
    assert!(said.contains("heads "), "the part of the checker is named: {said}");
    let said = sumformer(folder.path()).line("explain out").run().expect(0).all();
    for words in
        ["Weighted means, by heads", "x[0]*y[0] + x[1]*y[1]", "other tokens come in by the weighted means"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
    // What floats compute of it is not bounded, and that is said.
    let said = prove(&folder, "softmax-head", "--deploy f32", 0);
    assert!(said.contains("there is no bound") && said.contains("scores of their own"), "{said}");
}

#[test]
fn where_there_are_no_heads_it_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for (options, said) in [
        ("--latent 2", "not beside a number of latents"),
        ("--route bernstein", "not beside --route bernstein"),
        ("--construction discontinuous", "not beside --construction discontinuous"),
        ("--architecture performer", "a Performer's features are random"),
        ("--architecture linformer", "a Linformer computes weighted means where E and F are the identity"),
        ("--latent paper", "use --latent sparse"),
    ] {
        let all = prove(&folder, "softmax-head", options, 2);
        assert!(all.contains(said), "{options}: {all}");
    }
    let all = prove(&folder, "covariance", "", 3);
    assert!(all.contains("nothing in the target is a weighted mean"), "{all}");
    assert!(all.contains("leave out --scores softmax"), "{all}");
}
