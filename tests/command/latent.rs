//! `latent`, and `check` of what it writes.

use crate::support::folder;
use common::run;
use serde_json::Value;
use std::fs;

const SPREAD: &str = "name = \"spread\"\ntokens = 4\ndomain = [[0, 1]]\nepsilon = \"1/100\"\noutput = [\"mean(y: y[0]^2) - mean(y: y[0])^2\"]\n";
const NORM: &str = "name = \"norm\"\ntokens = \"any\"\ndomain = [[0, 1], [0, 1]]\noutput = [\"mean(y: y[0]^2) + mean(y: y[1]^2) + x[0]\"]\n";
const SOFT: &str = "name = \"soft\"\ntokens = 3\ndomain = [[0, 1]]\noutput = [\"sum(y: y[0]*exp(x[0]*y[0])) / sum(y: exp(x[0]*y[0]))\"]\n";

#[test]
fn the_least_number_of_sums_is_decided() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("spread.toml"), SPREAD).expect("a file");
    fs::write(here.join("norm.toml"), NORM).expect("a file");
    let json = run(here, "--json latent spread.toml -o out").expect(0).json();
    assert_eq!((&json["target"], &json["n"], &json["decided"]), (&"spread".into(), &4.into(), &2.into()));
    assert_eq!(json["epsilon"]["exact"], "1/100");
    let steps = json["staircase"].as_array().expect("steps");
    let floors: Vec<f64> =
        steps.iter().map(|step| step["floor"]["float"].as_f64().expect("a number")).collect();
    assert!(
        floors.windows(2).all(|pair| pair[0] >= pair[1]) && floors[1] > 0.01 && floors[2] == 0.0,
        "{floors:?}"
    );
    let reached: Vec<&Value> = steps.iter().map(|step| &step["reached"]).collect();
    assert!(reached[0].is_null() && reached[1].is_null() && reached[2]["exact"] == "0");
    // Both sums of squares are one; and what holds for five tokens holds for every length.
    let text = run(here, "latent norm.toml").expect(0).stdout;
    assert!(text.contains("norm, n = 5") && text.contains("1 sum is the fewest"), "{text}");

    let checked = run(here, "--json check out").expect(0).json();
    assert_eq!(checked["floors"][0]["verdict"], "valid");
    assert_eq!(checked["floors"][0]["floors"][1]["sums"], 1);
    assert!(
        run(here, "check out")
            .expect(0)
            .stdout
            .contains("every Sumformer with so many sums errs by at least")
    );
    // The same again, byte for byte.
    let before = fs::read(here.join("out/floor.json")).expect("a file");
    run(here, "latent out -o out --threads 1").expect(0);
    assert_eq!(fs::read(here.join("out/floor.json")).expect("a file"), before);

    let mut floors: Value = serde_json::from_slice(&before).expect("JSON");
    floors["floors"][1]["error"] = "1/5".into();
    fs::write(here.join("out/floor.json"), floors.to_string()).expect("a file");
    let refused = run(here, "--json check out").expect(1).json();
    assert_eq!(
        (&refused["floors"][0]["verdict"], &refused["floors"][0]["rule"]),
        (&"invalid".into(), &"floor".into())
    );
    fs::write(here.join("out/floor.json"), "{}").expect("a file");
    run(here, "check out").expect(2);
}

#[test]
fn an_interval_may_be_left() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("soft.toml"), SOFT).expect("a file");
    let json = run(here, "--json latent soft.toml --until 2 --starts 6 --epsilon 1/1000").expect(3).json();
    assert_eq!(json["decided"], Value::Null);
    assert!(json["staircase"][1]["floor"]["float"].as_f64().expect("a number") > 0.001, "{json}");
    // What is not looked at is not decided, however large ε is.
    fs::write(here.join("spread.toml"), SPREAD).expect("a file");
    let none = run(here, "--json latent spread.toml --until 1 --epsilon 1").expect(3).json();
    assert_eq!(none["decided"], Value::Null);
}

#[test]
fn floors_stand_beside_a_proof() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("spread.toml"), SPREAD).expect("a file");
    run(here, "prove spread.toml -o p --activation relu2").expect(0);
    run(here, "latent p -o p --starts 8").expect(0);
    let checked = run(here, "--json check p").expect(0).json();
    assert_eq!(checked["results"][0]["verdict"], "valid");
    assert_eq!(checked["floors"][0]["verdict"], "valid");
    let other = run(here, "latent square.toml -o p").expect(2);
    assert!(other.stderr.contains("another target"), "{}", other.stderr);
    // Somebody's file of that name stays, and keeps the folder.
    let floors = fs::read(here.join("p/floor.json")).expect("floors");
    fs::write(here.join("p/floor.json"), "{\"mine\": 1}").expect("a file");
    run(here, "latent p -o p --starts 8").expect(2);
    run(here, "prove spread.toml -o p --activation relu2").expect(2);
    assert_eq!(fs::read(here.join("p/floor.json")).expect("a file"), b"{\"mine\": 1}");
    fs::write(here.join("p/floor.json"), floors).expect("a file");
    // A new proof takes the place of both.
    run(here, "prove spread.toml -o p --activation relu2").expect(0);
    assert!(!here.join("p/floor.json").exists());
}

#[test]
fn wrong_input() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("one.toml"), SPREAD.replace("tokens = 4", "tokens = 1")).expect("a file");
    let other =
        "name = \"o\"\ntokens = 3\ndomain = [[0, 1]]\nsemi_invariant = [\"x1[0]*(x2[0] - 2*x3[0])\"]\n";
    fs::write(here.join("other.toml"), other).expect("a file");
    for (line, words) in [
        ("latent one.toml", "no others"),
        ("latent square.toml --tokens 5", "leave the option out"),
        ("latent square.toml --until 17", "17"),
        ("latent square.toml --epsilon -1", "epsilon"),
        ("latent other.toml", "not symmetric"),
        ("latent absent.toml", "absent.toml"),
        ("latent square.toml -o square.toml", "square.toml"),
    ] {
        let refused = run(here, line).expect(2);
        assert!(refused.stderr.contains(words), "{line}: {}", refused.stderr);
    }
}

/// A target with very many sums: the time is kept, and one row is enough for what is not looked at.
#[test]
fn many_sums_end_in_time() {
    let folder = folder();
    let here = folder.path();
    let side = vec!["[0, 1]"; 20].join(", ");
    let products: Vec<String> = (0..9).map(|k| format!("y[{k}]*z[{}]", k + 9)).collect();
    let source = format!(
        "name = \"wide\"\ntokens = 10\ndomain = [{side}]\noutput = [\"sum(y != x: sum(z != x: ({})^4))\"]\n",
        products.join(" + ")
    );
    fs::write(here.join("wide.toml"), source).expect("a file");
    let start = std::time::Instant::now();
    let text = run(here, "latent wide.toml --time-limit 2").expect(3).stdout;
    assert!(text.lines().count() < 25, "{text}");
    assert!(start.elapsed().as_secs() < 40, "{:?}", start.elapsed());
}
