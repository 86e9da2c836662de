//! Targets with exp, sqrt, sin and the like: look-ups by cell prove them, and their worst points are known up to enclosures.

use crate::support::folder;
use common::run;

#[test]
fn targets_without_exact_values_are_proved_and_witnessed() {
    let folder = folder();
    let here = folder.path();
    for (name, output) in [
        ("exp", "exp(x[0]) * mean(y: y[0])"),
        ("attention", "sum(y: exp(x[0]*y[0])*y[0]) / sum(y: exp(x[0]*y[0]))"),
        ("root", "sqrt(1/4 + sum(y: y[0]))"),
        ("sin", "mean(y: sin(y[0] - x[0]))"),
        ("log", "log(1 + x[0]) - cos(mean(y: y[0]))"),
        ("tanh", "sigmoid(x[0]) - tanh(mean(y: y[0]))"),
    ] {
        let target = format!(
            "name=\"{name}\"\ntokens=2\ndomain=[[\"0\",\"1\"]]\nepsilon=\"1/20\"\noutput=[\"{output}\"]\n"
        );
        std::fs::write(here.join(format!("{name}.toml")), target).unwrap();
        let proved =
            run(here, &format!("prove {name}.toml --construction discontinuous --json")).expect(0).json();
        let result = &proved["results"][0];
        let (certified, witness) = (result["certified"]["float"].as_f64().unwrap(), &result["witness"]);
        let error = witness["float"].as_f64().unwrap();
        assert!(certified <= 0.05, "{name} {certified}");
        assert_eq!(witness["kind"], "lower bound", "{name}");
        // All corners of the worst cells are tried: little is lost for targets that are nearly linear on them.
        assert!(certified * 0.8 <= error && error <= certified, "{name} {error} {certified}");
        run(here, &format!("check out/{name}")).expect(0);
    }
}

#[test]
fn a_function_off_its_domain_is_named() {
    let folder = folder();
    let here = folder.path();
    let target = "name=\"l\"\ntokens=2\ndomain=[[\"0\",\"1\"]]\nepsilon=\"1/20\"\noutput=[\"log(x[0])\"]\n";
    std::fs::write(here.join("l.toml"), target).unwrap();
    let refused = run(here, "prove l.toml --construction discontinuous").expect(3);
    assert!(refused.stderr.contains("`log` is not defined on all of the box"), "{}", refused.stderr);
}
