//! `--construction discontinuous`: what it answers, refuses, and how the other commands take its proofs.

use crate::support::run_in;
use common::{Run, run};
use serde_json::Value;
use std::path::Path;
use std::sync::OnceLock;
use tempfile::TempDir;

const HALF: &str = r#"
name   = "half"
tokens = 2
domain = [["0", "1"]]
output = ["mean(y: y[0]) - x[0]/2"]
"#;

const TRIANGLE: &str = r#"
name   = "triangle"
tokens = 3
domain = [["0", "1"], ["-1/2", "1/2"]]
output = ["max(y: abs(y[0] - x[1]))", "x[0]*x[1]"]
"#;

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, source) in [
        ("half.toml", HALF.to_string()),
        ("triangle.toml", TRIANGLE.to_string()),
        ("any.toml", HALF.replace("tokens = 2", "tokens = \"any\"")),
        ("log.toml", HALF.replace("mean(y: y[0])", "log(x[0])")),
        ("pole.toml", HALF.replace("mean(y: y[0])", "1/(x[0] - 1/2)")),
    ] {
        std::fs::write(folder.path().join(name), source).expect("a file is written");
    }
    folder
}

fn prove(here: &Path, target: &str, options: &str) -> Run {
    run(here, &format!("prove {target}.toml --construction discontinuous {options}"))
}

/// Proofs made once: `step`, `ramp`, `wide` (ramps, epsilon so large that it holds everywhere), `triangle`.
fn proofs() -> &'static Path {
    static PROOFS: OnceLock<TempDir> = OnceLock::new();
    PROOFS
        .get_or_init(|| {
            let folder = folder();
            let here = folder.path();
            prove(here, "half", "--epsilon 1/10 -o step").expect(0);
            prove(here, "half", "--epsilon 1/10 --activation relu --ramp 1/100 -o ramp").expect(0);
            prove(here, "half", "--epsilon 1 --grid 3 --activation relu --ramp 1/100 -o wide").expect(0);
            prove(here, "triangle", "--epsilon 1/2 --layout layered --code moments -o triangle").expect(0);
            folder
        })
        .path()
}

fn require(object: &Value, keys: &[&str]) {
    keys.iter().for_each(|key| assert!(!object[key].is_null(), "{key} is missing in {object}"));
}

#[test]
fn prove_names_everything_that_was_promised() {
    let folder = folder();
    let options = "--epsilon 1/10 --json --architecture all --rank 2 --features 2 -o all";
    let run = prove(folder.path(), "half", options).expect(0);
    let results = run.json()["results"].as_array().unwrap().clone();
    assert_eq!(results.len(), 3);
    for result in &results {
        let keys = "name n d outputs architecture blocks width hidden_units nonzeros bits epsilon certified witness seconds \
                    files construction activation layout latent grid grid_a_priori cell_value cells table_entries keys \
                    verdict scope";
        require(result, &keys.split_whitespace().collect::<Vec<_>>());
        let latent = ["code", "dimension", "bits", "information_bound", "key_bits", "separates"];
        require(&result["latent"], &latent);
        for (key, value) in [
            ("construction", "discontinuous"),
            ("activation", "step"),
            ("layout", "tree"),
            ("cell_value", "centre"),
            ("verdict", "valid"),
            ("scope", "everywhere"),
        ] {
            assert_eq!(result[key], value);
        }
        assert_eq!(
            (&result["latent"]["code"], &result["latent"]["separates"]),
            (&"histogram".into(), &"others".into())
        );
        // M = 3 cells for n = 2 tokens: 3·3 entries, each with its own key.
        for (key, value) in
            [("grid", 3), ("grid_a_priori", 3), ("cells", 3), ("table_entries", 9), ("keys", 9)]
        {
            assert_eq!(result[key], value, "{key}");
        }
        assert_eq!(result["attention_blocks"], 1);
        assert!(result.get("ramps").is_none() && result.get("ramp").is_none());
        assert_eq!(result["witness"]["kind"], "exact");
        assert!(result["witness"]["float"].as_f64() <= result["certified"]["float"].as_f64());
    }
    assert_eq!((&results[1]["rank"], &results[2]["features"]), (&2.into(), &2.into()));
    let checked = run_in(folder.path(), &["check", "all", "--json"], b"").expect(0).json();
    for (checked, proved) in checked["results"].as_array().unwrap().iter().zip(&results) {
        for key in ["cells", "table_entries", "keys", "verdict", "scope", "epsilon", "certified"] {
            assert_eq!(checked[key], proved[key], "{key}");
        }
    }
}

#[test]
fn options_are_named_in_the_answer() {
    let folder = folder();
    let options = "--epsilon 1/2 --code radix --separate all --layout balanced --cell-value corner --json";
    let result = prove(folder.path(), "triangle", options).expect(0).json()["results"][0].clone();
    assert_eq!((&result["layout"], &result["cell_value"]), (&"balanced".into(), &"corner".into()));
    let latent = &result["latent"];
    assert_eq!((&latent["code"], &latent["separates"]), (&"radix".into(), &"all".into()));
    assert!(latent["bits"].as_u64() >= latent["information_bound"].as_u64());
}

#[test]
fn ramps_have_a_scope_a_measure_and_norms() {
    for (proof, scope) in [("ramp", "off the ramps"), ("wide", "everywhere")] {
        let run = run(proofs(), &format!("check {proof} --json")).expect(0);
        let result = &run.json()["results"][0];
        assert_eq!(result["scope"], scope);
        require(&result["ramps"], &["bound", "measure", "l1", "l2_squared"]);
        let float = |value: &Value| value["float"].as_f64().unwrap();
        let (bound, measure, whole) = (
            float(&result["ramps"]["bound"]),
            float(&result["ramps"]["measure"]),
            float(&result["certified"]),
        );
        // Two ramps of 1/100 of the side each, for two tokens.
        assert!((measure - (1.0 - 0.98_f64.powi(2))).abs() < 1e-6);
        assert!(bound <= whole);
        let norm = bound * (1.0 - measure) + whole * measure;
        assert!((float(&result["ramps"]["l1"]) - norm).abs() < 1e-9);
        assert_eq!(run.stderr.contains("OFF THE RAMPS ONLY"), scope != "everywhere", "{}", run.stderr);
        assert!(run.stderr.contains("on the whole box"));
    }
    let folder = folder();
    let result =
        prove(folder.path(), "half", "--epsilon 1/10 --activation relu --ramp 0.01 --json").expect(0);
    let result = &result.json()["results"][0];
    assert_eq!((&result["ramp"]["exact"], &result["activation"]), (&"1/100".into(), &"relu".into()));
}

#[test]
fn a_share_above_1_is_no_claim() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["target.toml", "network.json", "certificate.json"] {
        std::fs::copy(proofs().join("ramp").join(file), folder.path().join(file)).unwrap();
    }
    let file = folder.path().join("certificate.json");
    let mut certificate: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    for (measure, code) in [("1", 0), ("2", 1), ("1/100", 1)] {
        certificate["route"]["cells"]["ramps"]["measure"] = measure.into();
        std::fs::write(&file, certificate.to_string()).unwrap();
        run(folder.path(), "check .").expect(code);
    }
}

#[test]
fn refusals_say_what_would_work() {
    let folder = folder();
    let here = folder.path();
    let refused = prove(here, "half", "--epsilon 1/1000 --max-entries 1000").expect(2);
    let words: Vec<&str> = refused.stderr.split_whitespace().collect();
    for (option, other) in [("--epsilon", "--max-entries 1000"), ("--max-entries", "--epsilon 1/1000")] {
        let at = words.iter().rposition(|word| *word == option).expect("a suggestion");
        prove(here, "half", &format!("{option} {} {other}", words[at + 1])).expect(0);
    }
    let refused = prove(here, "half", "--grid 4 --epsilon 1/100").expect(3);
    assert!(refused.stderr.contains("proves 1/16") && refused.stderr.contains("leave out --epsilon"));
    let taken = prove(here, "half", "--grid 4 --json").expect(0);
    assert!(taken.stderr.contains("which is taken for epsilon"));
    assert_eq!(taken.json()["results"][0]["epsilon"]["exact"], "1/16");
    assert_eq!(taken.json()["results"][0]["grid"], 4);
}

#[test]
fn prove_ends_with_2_or_3_where_it_must() {
    let folder = folder();
    let here = folder.path();
    for (target, options, code, says) in [
        ("any", "--epsilon 1/2", 2, "fixed number of tokens"),
        ("log", "--epsilon 1/2", 3, "`log` is not defined on all of the box"),
        ("pole", "--epsilon 1/2", 3, "a divisor may be 0"),
        ("half", "--epsilon 1/10 --latent tight", 2, "belongs to --construction continuous"),
        ("half", "--epsilon 1/10 --layout shallow", 2, "belongs to --construction continuous"),
        ("half", "--epsilon 1/10 --activation relu2", 2, "step or relu units"),
        ("half", "--epsilon 1/10 --activation relu", 2, "--ramp 1/1000"),
        ("half", "--epsilon 1/10 --ramp 1/1000", 2, "step units have no ramps"),
        ("half", "--epsilon 1/10 --activation relu --ramp 1/3", 2, "0 < η·Δ < 1"),
        ("half", "--epsilon 1/10 --activation relu --ramp 0", 2, "must be positive"),
        ("half", "--epsilon 1/10 --grid 0", 2, "from 1 to 2^20"),
        ("half", "--epsilon 1/10 --max-units 3", 2, "--max-units"),
        (
            "half",
            "--epsilon 1/10 --architecture performer --performer paper --scores paper",
            3,
            "--scores zero",
        ),
    ] {
        let run = prove(here, target, options).expect(code);
        assert!(run.stderr.contains(says), "{options}: {}", run.stderr);
        assert!(!here.join("out").exists(), "{options} left something behind");
    }
    for option in
        ["--code radix", "--grid 3", "--cell-value corner", "--separate all", "--ramp 1/9", "--layout wide"]
    {
        let refused = run(here, &format!("prove half.toml {option}")).expect(2);
        assert!(refused.stderr.contains("belongs to --construction discontinuous"), "{}", refused.stderr);
    }
}

#[test]
fn threads_change_nothing() {
    let mut seen = Vec::new();
    for threads in ["1", "2", "2"] {
        let folder = folder();
        let options = format!("--epsilon 1/2 --code bose-chowla --threads {threads} -o made");
        prove(folder.path(), "triangle", &options).expect(0);
        let file = |name: &str| std::fs::read(folder.path().join("made").join(name)).unwrap();
        seen.push((file("network.json"), file("certificate.json")));
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn the_sumformer_of_steps_is_the_network_and_of_ramps_is_refused() {
    let eval = |proof: &str, of: &str, scalar: &str| {
        let line = ["eval", proof, "--input", "-", "--scalar", scalar, "--of", of, "--json"];
        run_in(proofs(), &line, b"[[\"1/3\"],[1]]")
    };
    for scalar in ["exact", "interval", "f64", "f32"] {
        let [network, sumformer] =
            ["network", "sumformer"].map(|of| eval("step", of, scalar).expect(0).json());
        assert_eq!(network["outputs"], sumformer["outputs"], "{scalar}");
    }
    let refused = eval("ramp", "sumformer", "exact").expect(3);
    assert!(
        refused.stderr.contains("ramps") && refused.stderr.contains("--of network"),
        "{}",
        refused.stderr
    );
    eval("ramp", "network", "exact").expect(0);
}

#[test]
fn explain_tells_cells_sums_keys_and_look_ups() {
    let text = run(proofs(), "explain step").expect(0).stdout;
    for piece in [
        "f[0] = mean(y: y[0]) - x[0] / 2",
        "target --residual--> Sumformer --lowering--> network",
        "<= epsilon 1/10",
        "witness: token",
        "Cells (Theorem 4.1, second proof): 3 of one token",
        "table: 9 entries",
        "every one has a key of its own",
        "Theorem 2.13",
        "Theorem 4.3",
        "4..7",
        "psi: look-up",
        "key: {key}",
    ] {
        assert!(text.contains(piece), "no `{piece}` in\n{text}");
    }
    let ramps = run(proofs(), "explain ramp").expect(0).stdout;
    assert!(ramps.contains("certified off the ramps") && ramps.contains("OFF THE RAMPS ONLY"), "{ramps}");
    // One block per entry, and still a page.
    let layered = run(proofs(), "explain triangle").expect(0);
    assert!(
        layered.stdout.lines().count() < 60 && layered.stdout.contains("psi: look-up"),
        "{}",
        layered.stdout
    );
}

#[test]
fn explain_has_data_for_every_part() {
    for proof in ["step", "ramp", "triangle"] {
        let answer = run(proofs(), &format!("explain {proof} --json")).expect(0).json();
        let keys = "name n d domain size epsilon certified witness verdict scope table coordinates attention_block averages \
                    slots blocks outputs";
        require(&answer, &keys.split_whitespace().collect::<Vec<_>>());
        require(&answer["table"], &["cells", "entries", "keys"]);
        assert_eq!(answer["table"]["ramps"].is_null(), proof != "ramp");
        let blocks = answer["blocks"].as_array().unwrap();
        let units: u64 = blocks.iter().map(|block| block["units"].as_u64().unwrap()).sum();
        assert_eq!(Some(units), answer["size"]["hidden_units"].as_u64());
        // Runs of blocks follow each other without gaps.
        let places =
            blocks.iter().map(|block| (block["first"].as_u64().unwrap(), block["last"].as_u64().unwrap()));
        let end = places.fold(0, |next, (first, last)| {
            assert_eq!(first, next);
            last + 1
        });
        assert_eq!(Some(end), answer["size"]["blocks"].as_u64());
        for (kind, count) in
            [("slot", answer["slots"].as_array().unwrap().len() as u64), ("block", end), ("output", 1)]
        {
            for subject in [format!("{kind}:0"), format!("{kind}:{}", count - 1)] {
                let text = run(proofs(), &format!("explain {proof} {subject}")).expect(0).stdout;
                assert!(text.starts_with(&subject.replace(':', " ")), "{text}");
                let data = run(proofs(), &format!("explain {proof} {subject} --json")).expect(0).json();
                assert!(data[kind].is_object());
            }
        }
    }
    let block = run(proofs(), "explain triangle block:9").expect(0).stdout;
    assert!(block.contains("one of blocks 3..") && block.contains("reads {key}"), "{block}");
    assert!(run(proofs(), "explain step slot:kye").expect(2).stderr.contains("did you mean `key`"));
    run(proofs(), "explain step block:99").expect(2);
}
