//! Same input, same bytes.

use crate::support::folder;
use common::run;
use serde_json::Value;
use std::path::Path;

fn without_seconds(mut answer: Value) -> Value {
    for result in answer["results"].as_array_mut().unwrap() {
        assert!(result["seconds"].is_object() || result["seconds"].is_number());
        result["seconds"] = Value::Null;
    }
    answer
}

fn files(folder: &Path) -> Vec<Vec<u8>> {
    let mut contents = Vec::new();
    for architecture in ["transformer", "performer"] {
        for file in ["target.toml", "network.json", "certificate.json"] {
            contents.push(std::fs::read(folder.join("out/square").join(architecture).join(file)).unwrap());
        }
    }
    contents
}

#[test]
fn threads_and_repetition_change_nothing() {
    let mut seen = Vec::new();
    for threads in ["--threads 1", "--threads 2", "--threads 2", ""] {
        let folder = folder();
        let prove =
            "prove square.toml --json --architecture transformer --architecture performer --features 3";
        let proved = run(folder.path(), &format!("{prove} {threads}")).expect(0).json();
        let checked = run(folder.path(), &format!("check out/square --json {threads}")).expect(0).json();
        let explained = run(folder.path(), "explain out/square/performer --json").expect(0).stdout;
        seen.push((without_seconds(proved), without_seconds(checked), explained, files(folder.path())));
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]));
    // Another seed is another network: the comparison above sees the weights.
    let folder = folder();
    run(
        folder.path(),
        "prove square.toml --architecture transformer --architecture performer --features 3 --seed 1",
    )
    .expect(0);
    assert_ne!(files(folder.path())[4], seen[0].3[4]);
}
