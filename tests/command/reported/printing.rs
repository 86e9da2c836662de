//! Printed bounds: upper ones are not below what was proved, lower ones not above it, and none of them by more than a
//! unit of the last digit. Every output of every command that prints a proof's bounds is walked through.

use common::proof_set::{FOLDERS, page_of_all, proofs};
use common::run;
use num_traits::Signed;
use serde_json::Value;
use std::path::Path;
use sumformer_checker::arith::number::{Rational, parse_rational, ratio};

/// A number of a proof, and whether it bounds from below.
#[derive(Debug, Clone)]
struct Known {
    value: Rational,
    lower: bool,
}

/// Every `{"exact": …, "float": …}` of an answer, its float compared with the exact number on the way.
fn bounds(value: &Value, lower: bool, found: &mut Vec<Known>) {
    match value {
        Value::Object(map) => {
            if let (Some(exact), Some(float)) = (map.get("exact"), map.get("float")) {
                let exact = parse_rational(exact.as_str().unwrap()).unwrap();
                require_side(&exact, float, lower);
                found.push(Known { value: exact, lower });
            }
            // A step of the chain says what kind of number it has.
            let witness = map.get("kind").is_some_and(|kind| kind == "witness");
            for (key, value) in map {
                bounds(value, lower || witness || key == "witness", found);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| bounds(value, lower, found)),
        _ => {}
    }
}

/// The float beside an exact number is the next one on the bound's side, or null where there is none.
fn require_side(exact: &Rational, float: &Value, lower: bool) {
    let Some(float) = float.as_f64() else {
        let largest = Rational::from_float(f64::MAX).unwrap();
        assert!(float.is_null() && exact.abs() > largest, "{exact}: float {float}");
        return;
    };
    let [shown, beyond] =
        [float, if lower { float.next_up() } else { float.next_down() }].map(Rational::from_float);
    let shown = shown.unwrap();
    let (on_its_side, next) = if lower {
        (shown <= *exact, beyond.is_none_or(|beyond| beyond > *exact))
    } else {
        (*exact <= shown, beyond.is_none_or(|beyond| *exact > beyond))
    };
    assert!(on_its_side && next, "{exact}: float {float:e}, lower: {lower}");
}

/// The decimals `d.ddde…` of a text.
fn decimals(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut found = Vec::new();
    for at in 0..bytes.len() {
        let fresh = at == 0 || !(digit(at - 1) || bytes[at - 1] == b'.');
        let mantissa = digit(at) && bytes.get(at + 1) == Some(&b'.') && (2..5).all(|k| digit(at + k));
        if !(fresh && mantissa && bytes.get(at + 5) == Some(&b'e')) {
            continue;
        }
        let start = at + 6 + usize::from(bytes.get(at + 6) == Some(&b'-'));
        let end = (start..).find(|&k| !digit(k)).unwrap();
        if end > start {
            found.push(&text[at..end]);
        }
    }
    found
}

/// Whether a decimal with four digits is a known number, rounded in its direction.
fn shows(decimal: &str, known: &Known) -> bool {
    let (_, exponent) = decimal.split_once('e').unwrap();
    let power = exponent.parse::<i32>().unwrap() - 3;
    let unit = ratio(10, 1).pow(power.unsigned_abs());
    let unit = if power < 0 { unit.recip() } else { unit };
    let shown = parse_rational(decimal).unwrap();
    let excess = if known.lower { &known.value - &shown } else { &shown - &known.value };
    ratio(0, 1) <= excess && excess < unit
}

/// Every decimal of a text is one of the known numbers, rounded in its direction; returns how many there are.
fn require_known(what: &str, text: &str, known: &[Known]) -> usize {
    let found = decimals(text);
    for decimal in &found {
        assert!(known.iter().any(|known| shows(decimal, known)), "{what}: {decimal} in\n{text}");
    }
    found.len()
}

fn json(place: &Path, line: &str) -> Value {
    let run = run(place, line);
    serde_json::from_str(&run.stdout).unwrap_or_else(|e| panic!("{line}: {e}: {}", run.stderr))
}

#[test]
fn decimals_are_found_and_judged() {
    assert_eq!(
        decimals("a 1.234e-5, 9.000e2000; 12.345e1 1.23e4 (8.859e-4)"),
        ["1.234e-5", "9.000e2000", "8.859e-4"]
    );
    let known = |text: &str, lower| Known { value: parse_rational(text).unwrap(), lower };
    assert!(shows("9.071e-2", &known("0.0907021", false)) && shows("9.070e-2", &known("0.0907021", true)));
    assert!(!shows("9.070e-2", &known("0.0907021", false)) && !shows("9.071e-2", &known("0.0907021", true)));
    assert!(!shows("9.072e-2", &known("0.0907021", false)));
}

#[test]
fn every_command_prints_bounds_on_their_side() {
    let place = proofs();
    let (mut walked, mut known) = (0, Vec::new());
    for folder in FOLDERS {
        let parts: &[&str] =
            if folder == "all" { &["all/transformer", "all/linformer", "all/performer"] } else { &[folder] };
        for part in parts {
            for line in [format!("check {part} --json"), format!("explain {part} --json")] {
                bounds(&json(place, &line), false, &mut known);
            }
            walked += require_known(part, &run(place, &format!("check {part}")).stdout, &known);
            walked += require_known(part, &run(place, &format!("explain {part}")).stdout, &known);
            let explained = json(place, &format!("explain {part} --json"));
            for (kind, list) in [("slot", "slots"), ("block", "blocks"), ("output", "outputs")] {
                for index in 0..explained[list].as_array().unwrap().len() {
                    let line = format!("explain {part} {kind}:{index}");
                    walked += require_known(&line, &run(place, &line).stdout, &known);
                }
            }
        }
    }
    let (page, answer) = page_of_all();
    bounds(answer, false, &mut known);
    // What is sampled on a slice bounds nothing; it is rounded to the nearest.
    let slices = answer["results"].as_array().unwrap().iter().map(|result| &result["slice"]);
    let sampled: Vec<String> = slices
        .flat_map(|slice| [&slice["largest"], &slice["base_value"]])
        .filter_map(|value| Some(format!("{:.3e}", value.as_f64()?)))
        .collect();
    let page = sampled.iter().fold(page.clone(), |page, sample| page.replace(sample, ""));
    walked += require_known("report", &page, &known);
    assert!(walked > 200, "only {walked} printed bounds were found");
}

#[test]
fn prove_and_merge_print_bounds_on_their_side() {
    let place = proofs();
    for (index, line) in [
        "prove square.toml --architecture all",
        "prove root.toml",
        "prove covariance.toml",
        "prove growth.toml --route bernstein",
        "prove square.toml --construction discontinuous --grid 5",
        "prove square.toml --construction discontinuous --activation relu --ramp 1/100 --grid 5",
    ]
    .into_iter()
    .enumerate()
    {
        let answer = run(place, &format!("{line} -o walk-{index} --json"));
        assert_eq!(answer.code, 0, "{line}: {}", answer.stderr);
        let mut known = Vec::new();
        bounds(&serde_json::from_str(&answer.stdout).unwrap(), false, &mut known);
        let text = run(place, &format!("{line} -o walk-{index}"));
        // What was only sampled is said in the first line, as a number of its own.
        let lines = text.stdout.lines().filter(|line| !line.contains("on samples"));
        assert!(require_known(line, &lines.collect::<Vec<_>>().join("\n"), &known) >= 2, "{}", text.stdout);
    }
    for part in 1..=2 {
        let line = format!(
            "prove growth.toml --route bernstein --epsilon 1/1000 --shard slice:{part}/2 -o part-{part}"
        );
        let part = run(place, &line);
        assert!([0, 3].contains(&part.code), "{line}: {}", part.stderr);
    }
    let answer = run(place, "merge part-1 part-2 -o merged --json");
    let mut known = Vec::new();
    bounds(&serde_json::from_str(&answer.stdout).unwrap(), false, &mut known);
    bounds(&json(place, "check merged --json"), false, &mut known);
    assert!(require_known("merge", &answer.stderr, &known) >= 1, "{}", answer.stderr);
}

/// A proof whose claims are beyond all floats: weaker than what is derived, so valid.
#[test]
fn bounds_beyond_all_floats_are_numbers() {
    for (epsilon, shown) in [("1e2000", "1.000e2000"), ("1e-2000", "1.000e-2000")] {
        let folder = tempfile::tempdir().unwrap();
        let target = format!(
            "name = \"beyond\"\ntokens = 2\ndomain = [[\"0\", \"1\"]]\nepsilon = \"{epsilon}\"\noutput = [\"x[0] * sum(y: y[0])\"]\n"
        );
        std::fs::write(folder.path().join("beyond.toml"), target).unwrap();
        let proved = run(folder.path(), "prove beyond.toml --activation relu2 -o beyond");
        assert_eq!(proved.code, 0, "{}", proved.stderr);
        let file = folder.path().join("beyond/certificate.json");
        let mut certificate: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let exact = parse_rational(epsilon).unwrap().to_string();
        certificate["certified"] = exact.clone().into();
        certificate["outputs"][0]["residual"] = exact.into();
        std::fs::write(&file, certificate.to_string()).unwrap();
        let mut known = Vec::new();
        for line in ["check beyond --json", "explain beyond --json", "report beyond -o page.html --json"] {
            bounds(&json(folder.path(), line), false, &mut known);
        }
        for line in ["check beyond", "explain beyond", "explain beyond output:0"] {
            let run = run(folder.path(), line);
            assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
            assert!(run.stdout.contains(shown), "{line}: {}", run.stdout);
            require_known(line, &run.stdout, &known);
        }
        let page = std::fs::read_to_string(folder.path().join("page.html")).unwrap();
        assert!(page.contains(shown) && !page.contains("NaN") && !page.contains(">inf"), "{epsilon}");
    }
}

/// Short formulas keep their numbers; long ones are numbers all the same.
#[test]
fn huge_coefficients_are_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let target =
        "name = \"huge\"\ntokens = 2\ndomain = [[\"0\", \"1\"]]\noutput = [\"1e2000 * x[0] + 1e-2000\"]\n";
    std::fs::write(folder.path().join("huge.toml"), target).unwrap();
    assert_eq!(run(folder.path(), "prove huge.toml --activation relu2 -o huge").code, 0);
    for line in ["explain huge", "explain huge output:0", "check huge"] {
        let run = run(folder.path(), line);
        assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
        assert!(!run.stdout.contains("inf") && !run.stdout.contains("~0."), "{line}: {}", run.stdout);
    }
    assert!(run(folder.path(), "explain huge output:0").stdout.contains("~1e2000"));
}
