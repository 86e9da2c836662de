//! What is only open is incomplete; nothing short of a shown point refutes, and `prove` writes nothing that its own
//! checker calls invalid.

use common::{run, target};

/// A folder with one target file.
fn folder(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("target.toml"), text).unwrap();
    folder
}

#[test]
fn open_boxes_are_incomplete() {
    for (output, options) in [
        // The error at the witness is larger than what the (no) enclosed boxes prove.
        ("max(y: y[0])*x[0]", "--activation relu2 --max-boxes 1"),
        ("max(y: y[0])*x[0]", "--activation relu --max-boxes 1"),
        ("max(y: y[0])*x[0]", "--activation relu2 --max-boxes 7"),
        ("abs(x[0] - mean(y: y[0]))", "--activation relu2 --max-boxes 1"),
        ("exp(x[0])*mean(y: y[0]) - 1", "--max-boxes 1 --epsilon 1/1000"),
        // The claim is not below what the checker derives at the witness, which has more digits than what is stated.
        ("exp(x[0])*mean(y: y[0])", "--activation relu2 --max-boxes 1 --epsilon 1/16"),
        ("exp(x[0])*mean(y: y[0])", "--activation relu --max-boxes 1 --epsilon 1"),
        ("exp(3*x[0])/(1 + mean(y: exp(y[0])))", "--activation relu2 --max-boxes 1 --epsilon 3/4"),
        ("max(y: y[0])*x[0]", "--activation relu2 --max-boxes 2 --architecture all"),
        ("max(y: y[0])*x[0]", "--activation relu2 --shard slice:1/2 --max-boxes 64 --epsilon 1/16"),
    ] {
        let folder = folder(&target(2).epsilon("1/8").output(output).text());
        let line = format!("prove target.toml --route bernstein {options} -o proof");
        let proved = run(folder.path(), &line);
        assert_eq!(proved.code, 3, "{output}: {line}: {}{}", proved.stdout, proved.stderr);
        assert!(
            proved.stdout.contains("incomplete") && !proved.stdout.contains("INVALID"),
            "{}",
            proved.stdout
        );
        assert!(proved.stderr.contains("boxes"), "{line}: says what is open: {}", proved.stderr);
        assert_eq!(run(folder.path(), "check proof").code, 3, "{output}: {line}");
    }
}

/// A hand-made certificate that claims less than is derived stays invalid.
#[test]
fn a_claim_below_a_shown_point_is_invalid() {
    let folder = folder(&target(2).epsilon("1/8").output("max(y: y[0])*x[0]").text());
    let line = "prove target.toml --route bernstein --activation relu2 --max-boxes 1 -o proof";
    assert_eq!(run(folder.path(), line).code, 3);
    let file = folder.path().join("proof/certificate.json");
    let mut certificate: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    certificate["certified"] = "0".into();
    certificate["outputs"][0]["residual"] = "0".into();
    std::fs::write(&file, certificate.to_string()).unwrap();
    let checked = run(folder.path(), "check proof");
    assert_eq!(checked.code, 1, "{}{}", checked.stdout, checked.stderr);
    assert!(checked.stdout.contains("INVALID: witness"), "{}", checked.stdout);
}

/// The bound is met exactly, and a short number above it would exceed ε.
#[test]
fn an_epsilon_that_is_just_met_is_proved() {
    for (output, epsilons) in [
        ("x[0]^2/3", ["1/12", "1/24", "1/48", "1/96"]),
        ("x[0]^2/7", ["1/28", "1/56", "1/112", "1/224"]),
        ("sum(y: y[0]^2)/3", ["1/6", "1/12", "1/24", "1/48"]),
    ] {
        for epsilon in epsilons {
            let folder = folder(&target(2).epsilon(epsilon).output(output).text());
            let proved = run(folder.path(), "prove target.toml -o proof");
            assert_eq!(proved.code, 0, "{output}, {epsilon}: {}{}", proved.stdout, proved.stderr);
        }
    }
}
