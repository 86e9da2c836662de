//! `verify`: brackets, yes and no, what is written, and what cannot be answered.

use common::run;
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const MEAN: &str = "name = \"mean\"\ntokens = 2\ndomain = [[0, 1]]\noutput = [\"mean(y: y[0])\"]\n";
/// One softmax head with real scores, and a unit that bends.
const NETWORK: &str = r#"{"format": "sumformer-network/1", "tokens": 2, "dimension": 1, "outputs": 1, "slots": ["x", "z"],
    "embedding": {"weights": [[0, 0, "1"]], "bias": []},
    "blocks": [{"label": "", "attention": {"heads": [{"mechanism": {"kind": "softmax"}, "query": [[0, 0, "1/2"]], "key": [[0, 0, "1"]],
        "value": [[0, 0, "1"]]}], "output": [[0, 1, "1"]]}, "activation": "relu",
        "units": [{"in": [[0, "1"], [1, "1"]], "bias": "-1", "out": [[1, "1"]]}], "bias": []}],
    "readout": {"weights": [[1, 0, "1"]], "bias": []}}"#;

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("mean.toml"), MEAN).expect("a file");
    fs::write(folder.path().join("network.json"), NETWORK).expect("a file");
    folder
}

fn number(value: &Value) -> f64 {
    value["float"].as_f64().expect("a number")
}

fn bracket(here: &Path, line: &str, code: i32) -> Value {
    run(here, &format!("--json verify network.json mean.toml {line}")).expect(code).json()
}

#[test]
fn the_largest_difference_is_bracketed_and_the_proof_is_checked() {
    let folder = folder();
    let here = folder.path();
    let found = bracket(here, "-o out", 0);
    let (low, high) = (number(&found["lower"]), number(&found["upper"]));
    assert!(low > 0.0 && low <= high && high <= low * 1.0101, "{low} {high}");
    assert_eq!((&found["verdict"], &found["path"]), (&"proved".into(), &"out".into()));
    assert!(found["boxes"]["enclosed"].as_u64().expect("a count") > 1);
    let checked = run(here, "--json check out").expect(0).json();
    let result = &checked["results"][0];
    assert_eq!((&result["verdict"], &result["certified"]), (&"valid".into(), &found["upper"]));
    assert!(result["parts"].as_array().expect("parts").iter().any(|part| part["name"] == "given networks"));
    // The point that is named is that far off.
    let input = found["witness"]["input"].to_string();
    fs::write(here.join("point.json"), input).expect("a file");
    let values = run(here, "--json eval out --input point.json --scalar f64").expect(0).json();
    let value = |of: &str| values[of][0][0].as_f64().expect("a number");
    assert!(((value("outputs") - value("target")).abs() - low).abs() < 1e-6);
    // A folder has a network too.
    let again = run(here, "--json verify out mean.toml").expect(0).json();
    assert_eq!((&again["lower"], &again["upper"]), (&found["lower"], &found["upper"]));
    let text = run(here, "verify network.json mean.toml").expect(0).stdout;
    assert!(
        text.contains("sup |network - target| is between the two")
            && text.contains("at token 0, output 0, of [["),
        "{text}"
    );
    // Of its blocks nothing is known.
    for (line, words) in
        [("explain out", "network that was given"), ("deploy out", "none are known of a given network")]
    {
        let stderr = run(here, line).expect(3).stderr;
        assert!(stderr.contains(words), "{line}: {stderr}");
    }
}

#[test]
fn an_error_is_proved_refuted_or_open() {
    let folder = folder();
    let here = folder.path();
    let found = bracket(here, "", 0);
    let (low, high) = (number(&found["lower"]), number(&found["upper"]));
    assert_eq!(bracket(here, &format!("--epsilon {}", high * 1.01), 0)["verdict"], "proved");
    let refuted = bracket(here, &format!("--epsilon {} -o no", low * 0.99), 1);
    assert_eq!((&refuted["verdict"], &refuted["upper"]), (&"refuted".into(), &Value::Null));
    assert!(!here.join("no").exists());
    let open = bracket(here, &format!("--epsilon {} --max-boxes 1 -o open", low * 1.001), 3);
    assert_eq!((&open["verdict"], &open["upper"]), (&"open".into(), &Value::Null));
    assert_eq!(run(here, "check open").code, 3);
    // Without ε there always is an upper bound.
    let coarse = bracket(here, "--max-boxes 1", 3);
    assert_eq!((&coarse["verdict"], coarse["upper"].is_object()), (&"open".into(), true));
    assert!(number(&coarse["upper"]) >= high);
}

#[test]
fn parts_of_a_search_are_merged() {
    let folder = folder();
    let here = folder.path();
    let wave = MEAN.replace("mean(y: y[0])", "mean(y: sin(8*y[0]))*x[0]").replace("[[0, 1]]", "[[-1, 1]]");
    fs::write(here.join("mean.toml"), wave.replace("tokens = 2", "tokens = 3")).expect("a file");
    fs::write(here.join("network.json"), NETWORK.replace("\"tokens\": 2", "\"tokens\": 3")).expect("a file");
    let epsilon = number(&bracket(here, "", 0)["upper"]) * 1.001;
    for part in 1..=2 {
        let found = bracket(here, &format!("--epsilon {epsilon} --shard slice:{part}/2 -o part{part}"), 3);
        assert_eq!(found["verdict"], "open");
    }
    run(here, "merge part1 part2 -o all").expect(0);
    run(here, "check all").expect(0);
    run(here, "merge part1 -o one").expect(3);
}

#[test]
fn what_cannot_be_verified_says_why() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("other.toml"), MEAN.replace("tokens = 2", "tokens = 3")).expect("a file");
    fs::write(here.join("any.toml"), MEAN.replace("tokens = 2", "tokens = \"any\"")).expect("a file");
    fs::write(here.join("any.json"), NETWORK.replace("\"tokens\": 2", "\"tokens\": \"any\""))
        .expect("a file");
    fs::write(here.join("step.json"), NETWORK.replace("\"relu\"", "\"step\"")).expect("a file");
    fs::write(here.join("log.toml"), MEAN.replace("mean(y: y[0])", "log(x[0])")).expect("a file");
    let semi = MEAN
        .replace("tokens = 2", "tokens = 3")
        .replace("output = [\"mean(y: y[0])\"]", "semi_invariant = [\"x2[0]\"]");
    fs::write(here.join("asymmetric.toml"), semi).expect("a file");
    fs::write(here.join("three.json"), NETWORK.replace("\"tokens\": 2", "\"tokens\": 3")).expect("a file");
    fs::write(here.join("broken.json"), &NETWORK[..NETWORK.len() / 2]).expect("a file");
    for (line, code, words) in [
        ("network.json other.toml", 2, "the network is for n = 2, the target for n = 3"),
        ("any.json any.toml", 3, "a fixed length only"),
        ("step.json mean.toml", 3, "step units jump"),
        ("network.json log.toml --max-boxes 100", 3, "has no enclosure"),
        ("three.json asymmetric.toml", 2, "not symmetric"),
        ("broken.json mean.toml", 2, "broken.json"),
        ("absent.json mean.toml", 2, "absent.json"),
        ("network.json mean.toml --relative 0", 2, "must be positive"),
        ("network.json mean.toml --epsilon 1 --relative 1%", 2, "cannot be used with"),
        ("network.json mean.toml --shard slice:1/2", 2, "--epsilon"),
    ] {
        let run = run(here, &format!("verify {line}"));
        assert_eq!(run.code, code, "{line}: {}{}", run.stdout, run.stderr);
        assert!(
            run.stderr.contains(words) || run.stdout.contains(words),
            "{line}: {}{}",
            run.stdout,
            run.stderr
        );
    }
}
