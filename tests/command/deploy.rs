//! `deploy`, and `check` of what it adds.

use crate::support::folder;
use common::run;
use serde_json::Value;
use std::fs;

const SPREAD: &str = "name = \"spread\"\ntokens = 4\ndomain = [[0, 1]]\nepsilon = \"1/100\"\noutput = [\"mean(y: y[0]^2) - mean(y: y[0])^2\"]\n";
const PAIRS: &str =
    "name = \"pairs\"\ntokens = 4\ndomain = [[-1, 1]]\noutput = [\"sum(y: y[0])^2 - sum(y: y[0]^2)\"]\n";
const MEAN: &str = "name = \"mean\"\ntokens = \"any\"\ndomain = [[0, 1]]\nepsilon = \"1/100\"\noutput = [\"mean(y: y[0]^2) + x[0]\"]\n";

#[test]
fn all_types_in_a_table_and_one_in_the_certificate() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("spread.toml"), SPREAD).expect("a file");
    run(here, "prove spread.toml -o out").expect(0);
    let before = fs::read(here.join("out/certificate.json")).expect("a file");

    let all = run(here, "--json deploy out --all").expect(0).json();
    let result = &all["results"][0];
    let rows = result["deployed"].as_array().expect("rows");
    let of = |kind: &str, sums: &str| -> &Value {
        rows.iter().find(|row| row["dtype"] == kind && row["accumulate"] == sums).expect("a row")
    };
    let float = |row: &Value, key: &str| row[key]["float"].as_f64().expect("a number");
    assert_eq!(rows.len(), 7);
    assert!(float(of("f64", "f64"), "bound") < 1e-12 && float(of("f32", "f32"), "bound") < 1e-4);
    assert!(float(of("f16", "f16"), "bound") > 1000.0 * float(of("f32", "f32"), "bound"));
    assert!(float(of("f32", "f32"), "total") > result["certified"]["float"].as_f64().expect("a number"));
    assert_eq!((&of("f32", "f32")["within"], &of("bf16", "bf16")["within"]), (&true.into(), &false.into()));
    assert_eq!(result["smallest"], "f32");
    let text = run(here, "deploy out --all").expect(0).stdout;
    assert!(text.contains("the smallest type within ε: f32, sums in f32"), "{text}");
    // A table changes nothing.
    assert_eq!(fs::read(here.join("out/certificate.json")).expect("a file"), before);

    run(here, "deploy out").expect(0);
    run(here, "deploy out --dtype f16 --accumulate f32").expect(3);
    run(here, "deploy out --dtype f64").expect(0);
    let checked = run(here, "--json check out").expect(0).json();
    let deployed = checked["results"][0]["deployed"].as_array().expect("claims");
    let types: Vec<&Value> = deployed.iter().map(|claim| &claim["dtype"]).collect();
    assert_eq!(types, ["f64", "f32", "f16"]);
    assert_eq!(deployed[1]["bound"], of("f32", "f32")["bound"]);
    let parts = checked["results"][0]["parts"].as_array().expect("parts");
    assert!(parts.iter().any(|part| part["name"] == "floats"));
    let text = run(here, "check out").expect(0).stdout;
    assert!(
        text.contains("computed in f32: |network - target| <= ") && text.contains("f16 with sums in f32"),
        "{text}"
    );
    // The same again, byte for byte.
    let claimed = fs::read(here.join("out/certificate.json")).expect("a file");
    run(here, "deploy out").expect(0);
    assert_eq!(fs::read(here.join("out/certificate.json")).expect("a file"), claimed);

    let mut certificate: Value = serde_json::from_slice(&claimed).expect("JSON");
    certificate["floats"][1]["bounds"][0] = "1/1000000000".into();
    fs::write(here.join("out/certificate.json"), certificate.to_string()).expect("a file");
    let refused = run(here, "--json check out").expect(1).json();
    assert_eq!(refused["results"][0]["rule"], "floats");
    // Of a proof that is not valid nothing is said.
    let refused = run(here, "--json deploy out --all").expect(1).json();
    assert_eq!(refused["results"][0]["verdict"], "invalid");
}

#[test]
fn networks_for_every_length_have_a_longest_sequence() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("mean.toml"), MEAN).expect("a file");
    run(here, "prove mean.toml --architecture all -o out").expect(0);
    let bound = |tokens: usize| {
        let json = run(here, &format!("--json deploy out --dtype f32 --tokens {tokens}")).expect(0).json();
        let results = json["results"].as_array().expect("results").clone();
        assert_eq!(results.len(), 3);
        results
            .iter()
            .map(|result| result["deployed"][0]["bound"]["float"].as_f64().expect("a number"))
            .sum::<f64>()
    };
    let (short, long) = (bound(16), bound(4096));
    assert!(short < long && long < 300.0 * short, "{short} {long}");
    assert!(run(here, "check out").expect(0).stdout.contains("for at most 4096 tokens"));
}

#[test]
fn what_has_no_bound_says_why() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("spread.toml"), SPREAD).expect("a file");
    run(here, "prove spread.toml --scores paper -o paper").expect(0);
    let said = run(here, "deploy paper --all").expect(3).stdout;
    assert!(said.contains("none") && said.contains("only heads are covered whose scores are 0"), "{said}");
    run(here, "prove spread.toml --construction discontinuous --epsilon 1/10 -o cells").expect(0);
    assert!(run(here, "deploy cells").expect(3).stderr.contains("step units jump"));
    run(here, "deploy paper --all --dtype f32").expect(2);
    run(here, "deploy nowhere").expect(2);
    let said = run(here, "deploy paper --dtype f32 --accumulate f16").expect(3).stdout;
    assert!(said.contains("sums of f32 are not accumulated in f16"), "{said}");
}

#[test]
fn networks_are_built_for_a_type() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("pairs.toml"), PAIRS).expect("a file");
    let plain = run(here, "--json prove pairs.toml --epsilon 1/1000 -o plain").expect(0).json();
    assert!(plain["results"][0]["deployed"].is_null());
    // The claim is made all the same.
    run(here, "deploy plain").expect(3);
    let built = run(here, "--json prove pairs.toml --epsilon 1/1000 --deploy f32 -o built").expect(0);
    assert!(built.stderr.contains("computed in f32, |network - target| <= "), "{}", built.stderr);
    let built = built.json();
    let claims = |result: &Value| result["results"][0]["deployed"][0].clone();
    let [before, after] = [claims(&run(here, "--json check plain").expect(0).json()), claims(&built)];
    let bound = |claim: &Value| claim["bound"]["float"].as_f64().expect("a number");
    assert_eq!((&after["dtype"], &after["accumulate"]), (&"f32".into(), &"f32".into()));
    assert!(2.0 * bound(&after) < bound(&before), "{after} {before}");
    // Room for it was left.
    let total = after["total"]["float"].as_f64().expect("a number");
    assert!(total < 1e-3 && built["results"][0]["certified"]["float"].as_f64().expect("a number") < 0.9e-3);
    assert_eq!(claims(&run(here, "--json check built").expect(0).json()), after);
    // Without a bound there is a proof all the same.
    let paper = run(here, "prove pairs.toml --scores paper --deploy f32 -o paper").expect(0);
    assert!(paper.stderr.contains("there is no bound"), "{}", paper.stderr);
    run(here, "prove pairs.toml --construction discontinuous --deploy f32").expect(2);
}

#[test]
fn sums_over_hidden_units_may_be_staged() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("pairs.toml"), PAIRS).expect("a file");
    run(here, "prove pairs.toml --epsilon 1/1000 --deploy f32 --order staged -o out").expect(0);
    let claims = || run(here, "--json check out").expect(0).json()["results"][0]["deployed"].clone();
    let staged = claims();
    assert_eq!(staged[0]["order"]["staged"], 8);
    run(here, "deploy out").expect(0);
    let both = claims();
    assert_eq!((&both[0]["order"], &both[1]["order"]), (&"any".into(), &staged[0]["order"]));
    let bound = |claim: &Value| claim["bound"]["float"].as_f64().expect("a number");
    assert!(bound(&both[1]) < bound(&both[0]), "{both}");
    let text = run(here, "check out").expect(0).stdout;
    assert!(text.contains("computed in f32, hidden units in groups of at most 8: "), "{text}");
    let head = run(here, "deploy out --all --order staged").expect(0).stdout;
    assert!(head.contains(", hidden units in groups of at most 8\n"), "{head}");
    // A graph is what the staged claim speaks of; tensors alone have no order.
    run(here, "export out --format onnx,safetensors --dtype f32").expect(0);
    let certified = |file: &str, claim: &Value| {
        let bytes = fs::read(here.join("out/export").join(file)).expect("a file");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let exact = claim["total"]["exact"].as_str().expect("a fraction");
        assert!(text.contains("sumformer.float_certified") && text.contains(exact), "{file}");
        text
    };
    assert!(certified("network.f32.onnx", &both[1]).contains("staged 8"));
    assert!(!certified("network.f32.safetensors", &both[0]).contains("staged 8"));
    run(here, "check out --against out/export/network.f32.onnx").expect(0);
    run(here, "prove pairs.toml --order staged -o other").expect(2);
}
