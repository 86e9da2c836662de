//! Targets that are no polynomials: the ways to a proof, what they answer, and what is refused.

use crate::support::run_in;
use common::{Run, run};
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const TARGETS: [(&str, &str, &str, &str); 8] = [
    ("product", "2", "[\"0\", \"1\"]", "exp(x[0]*mean(y: y[0]))"),
    ("kernel", "3", "[\"0\", \"1\"]", "sum(y: sigmoid(4*(y[0]-x[0])))"),
    ("every", "\"any\"", "[\"-1\", \"1\"]", "tanh(mean(y: y[0]) - x[0])"),
    ("largest", "5", "[\"0\", \"1\"]", "max(y: y[0])"),
    ("constant", "2", "[\"1\", \"2\"]", "x[0]/exp(1) + log(2)*mean(y: y[0])"),
    ("rounds", "3", "[\"0\", \"1\"]", "mean(y: sigmoid(y[0]*mean(z: tanh(z[0]*y[0]))))"),
    ("pole", "2", "[\"0\", \"1\"]", "1/(mean(y: y[0]) - 1/2)"),
    ("attention", "\"any\"", "[\"0\", \"1\"]", "mean(y: exp(x[0]*y[0])*y[0])/mean(y: exp(x[0]*y[0]))"),
];

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, tokens, side, output) in TARGETS {
        let text = format!(
            "name = \"{name}\"\ntokens = {tokens}\ndomain = [[{}]]\noutput = [\"{output}\"]\n",
            side.trim_matches(['[', ']'])
        );
        fs::write(folder.path().join(format!("{name}.toml")), text).expect("a file is written");
    }
    folder
}

fn prove(here: &Path, target: &str, options: &str) -> Run {
    run(here, &format!("prove {target}.toml --epsilon 1/20 -o {target} {options}"))
}

fn result(run: &Run) -> Value {
    let json: Value = serde_json::from_str(&run.stdout).expect("one JSON object");
    json["results"][0].clone()
}

#[test]
fn every_way_says_what_stands_for_the_target() {
    let folder = folder();
    let here = folder.path();
    for (target, options, name, key) in [
        ("product", "", "structural", "atoms"),
        ("kernel", "", "structural", "replaced"),
        ("every", "", "structural", "deviation"),
        ("largest", "", "structural", "replaced"),
        ("constant", "", "structural", "deviation"),
        ("attention", "", "structural", "atoms"),
        ("product", "--route bernstein", "bernstein", "a_priori"),
        ("product", "--latent 1", "structural", "atoms"),
        ("every", "--latent 2", "structural", "deviation"),
        ("kernel", "--latent 3", "structural", "replaced"),
        ("rounds", "--latent 1", "latents", "sampled_error"),
        ("rounds", "", "bernstein", "a_priori"),
    ] {
        let proved = prove(here, target, &format!("{options} --json")).expect(0);
        let result = result(&proved);
        assert_eq!(result["route"]["name"], name, "{target} {options}: {result}");
        assert!(!result["route"][key].is_null(), "{target} {options}: {result}");
        assert_eq!(result["verdict"], "valid");
        run(here, &format!("check {target}")).expect(0);
        run(here, &format!("explain {target}")).expect(0);
    }
    let explained = run(here, "explain attention");
    for words in ["Replaced nodes of the target", "exp(x[0] * y[0])", "polynomial of degree", "1/t["] {
        assert!(explained.stdout.contains(words), "`{words}` is missing in {}", explained.stdout);
    }
}

#[test]
fn the_sumformer_of_a_proof_with_functions_is_evaluated() {
    let folder = folder();
    let here = folder.path();
    prove(here, "every", "").expect(0);
    let line = "eval every --input - --of sumformer --scalar f64 --json";
    let arguments: Vec<&str> = line.split_whitespace().collect();
    let evaluated = run_in(here, &arguments, b"[[0.5],[-0.25],[1]]").expect(0);
    let json: Value = serde_json::from_str(&evaluated.stdout).expect("JSON");
    let [got, wanted] = ["outputs", "target"].map(|key| json[key][0][0].as_f64().expect("a number"));
    assert!((got - wanted).abs() < 1e-12, "{json}");
}

#[test]
fn parts_of_a_search_are_joined() {
    let folder = folder();
    let here = folder.path();
    for k in 1..=2 {
        let line =
            format!("prove product.toml --epsilon 1/200 --route bernstein --shard slice:{k}/2 -o part{k}");
        run(here, &line).expect(3);
    }
    // What is known of the fewest sums goes with the parts, if it follows.
    run(here, "latent product.toml -o part2 --starts 8").expect(3);
    fs::write(here.join("part1/floor.json"), "{}").expect("a file");
    run(here, "merge part1 part2 -o whole").expect(0);
    let checked = run(here, "--json check whole").expect(0).json();
    assert_eq!(checked["floors"][0]["verdict"], "valid", "{checked}");
    // A lost part stays open.
    run(here, "merge part1 part1 -o half").expect(3);
    prove(here, "product", "--route bernstein --max-boxes 2").expect(3);
}

#[test]
fn what_does_not_lead_to_a_proof_says_why() {
    let folder = folder();
    let here = folder.path();
    for (target, options, code, words) in [
        ("rounds", "--route structural", 3, "second round of attention"),
        ("pole", "", 3, "may be 0"),
        ("every", "--route bernstein", 2, "fixed number of tokens"),
        ("attention", "--latent 1", 2, "fixed number of tokens"),
        ("every", "--latent paper", 2, "use --latent sparse"),
        ("every", "--activation relu2", 2, "use --activation relu"),
        ("product", "--shard slice:1/2", 2, "--route bernstein"),
        ("product", "--shard 1/2", 2, "slice:k/m"),
        ("product", "--shard slice:3/2", 2, "slice:k/m"),
        ("product", "--latent 0", 2, "number of latents"),
        ("product", "--route nowhere", 2, "structural"),
        ("product", "--construction discontinuous --route bernstein", 2, "--construction continuous"),
        ("product", "--max-boxes 0", 2, "--max-boxes"),
    ] {
        let refused = prove(here, target, options).expect(code);
        assert!(
            refused.stderr.contains(words),
            "{target} {options}: `{words}` is missing in {}",
            refused.stderr
        );
    }
}
