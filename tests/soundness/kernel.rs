//! Files made to confuse the checker's numbers, sizes and limits.

use common::run;
use num_bigint::BigInt;
use serde_json::json;
use std::fs;
use std::path::Path;
use sumformer_checker::format::sha256;

/// Two quotients of neighbouring Fibonacci numbers, whose continued fractions share so many ones.
fn neighbours(length: usize) -> [String; 2] {
    let (mut low, mut high) = (BigInt::from(1), BigInt::from(1));
    for _ in 0..length {
        (low, high) = (high.clone(), low + high);
    }
    [format!("{high}/{low}"), format!("{}/{high}", low + &high)]
}

/// Compared step by step, such quotients take a stack frame for each step.
#[test]
fn nested_fractions_are_compared_without_a_stack() {
    let folder = tempfile::tempdir().unwrap();
    let write = |first: &str, second: &str| {
        let target = format!(
            "name = \"fractions\"\ntokens = 3\ndomain = [[\"0\", \"1\"]]\nepsilon = \"1/10\"\n\
             semi_invariant = [\"x2[0]*{first} + x3[0]*{second}\"]\n"
        );
        fs::write(folder.path().join("target.toml"), target).unwrap();
    };
    let prove = "prove target.toml -o out --route structural";
    let [first, second] = neighbours(47_000);
    write(&first, &second);
    let refused = run(&folder, prove).expect(2);
    assert!(refused.stderr.contains("not symmetric"), "{}", refused.stderr);

    let [first, second] = neighbours(23_000);
    write(&first, &first);
    run(&folder, prove).expect(0);
    run(&folder, "check out").expect(0);
    // A proof of another target with the longest of coefficients.
    let (target, place) = (folder.path().join("out/target.toml"), folder.path().join("out"));
    let text = fs::read_to_string(&target).unwrap().replacen(&first, &second, 1);
    fs::write(target, text).unwrap();
    run(&place, "check .").expect(1);
}

/// A proof without blocks that the function is `x1[0]`, certified 0, for a target that depends on the last token named.
fn constant_proof(folder: &Path, d: usize, tokens: usize, body: &str) {
    let sides = vec![r#"["0", "1"]"#; d].join(", ");
    let target = format!(
        "name = \"wrap\"\ntokens = {tokens}\ndomain = [{sides}]\nsemi_invariant = [\"{body}\"]\nsymmetrize = true\n"
    );
    let map = json!({"weights": [[0, 0, "1"]], "bias": []});
    let network = json!({
        "format": "sumformer-network/1", "tokens": tokens, "dimension": d, "outputs": 1, "slots": ["s0"],
        "embedding": map, "blocks": [], "readout": map,
    })
    .to_string();
    let certificate = json!({
        "format": "sumformer-certificate/2", "epsilon": "1/1000", "certified": "0",
        "outputs": [{"lowering": "0", "residual": "0"}], "witness": null,
        "route": {"polynomial": {"stream": {"latents": [], "blocks": []}}},
        "target_sha256": sha256(target.as_bytes()), "network_sha256": sha256(network.as_bytes()),
    })
    .to_string();
    for (name, text) in
        [("target.toml", target), ("network.json", network), ("certificate.json", certificate)]
    {
        fs::write(folder.join(name), text).unwrap();
    }
}

/// Token t's coordinates were numbered t·(d + atoms) modulo 2^32: another token's, and the false claim was "valid".
#[test]
fn variables_are_not_numbered_modulo_a_machine_word() {
    let folder = tempfile::tempdir().unwrap();
    let calls = |count: usize| (0..count).map(|k| format!("+0*exp(x1[{k}])")).collect::<String>();
    for (d, atoms, token, index) in [
        // Token 2^19 has the numbers of token 0.
        (4096, 4096, 524_289, 0),
        // It reached the middle of a token.
        (4096, 4095, 524_353, 4095),
        (4096, 300, 999_999, 0),
        (2048, 2300, 1_000_000, 7),
    ] {
        constant_proof(folder.path(), d, token, &format!("x{token}[{index}]{}", calls(atoms)));
        for line in ["check .", "prove target.toml -o out"] {
            let refused = run(&folder, line).expect(2);
            assert!(refused.stderr.contains("2^32"), "{}", refused.stderr);
        }
    }
    // The largest that can be numbered are still told apart.
    constant_proof(folder.path(), 4096, 1_000_000, "x1000000[0]");
    run(&folder, "check .").expect(1);
    constant_proof(folder.path(), 4096, 1_000_000, "x1[0]");
    run(&folder, "check .").expect(0);
}
