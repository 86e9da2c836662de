//! What the program says: names that forge nothing, the right place and words, options that are not ignored, files
//! that are read in one way only.

use super::support::{SMALL, proof};
use common::{Run, run, sumformer};
use std::fs;
use std::path::Path;

/// What a name may hold to turn the output into something else.
const HOSTILE: &str = "x\nforged: valid\u{1b}[2K\r\u{202e}\u{2028}\u{7f}\u{9b}1m";

/// Nothing acts on the terminal, and no line is forged.
#[track_caller]
fn harmless(what: &str, text: &str) {
    let acts = |c: char| c.is_control() && !"\n\t".contains(c) || ('\u{2028}'..='\u{202e}').contains(&c);
    assert!(!text.contains(acts), "{what}: {text:?}");
    assert!(text.lines().all(|line| !line.trim_start().starts_with("forged")), "{what}: {text}");
}

/// Runs with and without `--json`; the answer is harmless, and JSON where that is asked for.
fn both(here: &Path, arguments: &[&str], input: &str) -> String {
    let what = format!("{arguments:?}");
    let plain = sumformer(here).args(arguments).input(input).run();
    assert!(plain.code <= 3, "{what}: {}", plain.all());
    harmless(&what, &plain.all());
    let json = sumformer(here).args(arguments).line("--json").input(input).run();
    assert_eq!(json.code, plain.code, "{what}: {}", json.all());
    harmless(&what, &json.all());
    serde_json::from_str::<serde_json::Value>(&json.stdout)
        .unwrap_or_else(|e| panic!("{what}: {e}: {}", json.all()));
    plain.all()
}

#[test]
#[cfg(unix)]
fn names_on_the_command_line_forge_nothing() {
    let folder = proof();
    let here = folder.path();
    let named = here.join(HOSTILE);
    fs::create_dir(&named).unwrap();
    for name in ["target.toml", "network.json", "certificate.json"] {
        fs::copy(here.join("proof").join(name), named.join(name)).unwrap();
    }
    let json = serde_json::json!([[HOSTILE], ["0"]]).to_string();
    let coordinates = "[[\"0\"], [\"1/2\"]]";
    let other = format!("{HOSTILE}2");
    let page = format!("{HOSTILE}.html");
    let picture = format!("{HOSTILE}.svg");
    let lines: [(&[&str], &str); 34] = [
        (&["check", HOSTILE], ""),
        (&["check", &other], ""),
        (&["explain", HOSTILE], ""),
        (&["explain", "proof", HOSTILE], ""),
        (&["explain", "proof", &format!("slot:{HOSTILE}")], ""),
        (&["eval", HOSTILE, "--input", "-", "--scalar", "exact"], coordinates),
        (&["eval", "proof", "--input", HOSTILE, "--scalar", "exact"], ""),
        (&["eval", "proof", "--input", "-", "--scalar", "exact"], &json),
        (&["eval", "proof", "--input", "-", "--scalar", HOSTILE], ""),
        (&["report", HOSTILE, "-o", &page], ""),
        (&["report", HOSTILE, "--title", HOSTILE, "-o", "r.html"], ""),
        (&["report", "proof", "-o", HOSTILE], ""),
        (&["merge", HOSTILE, "proof", "-o", "merged"], ""),
        (&["merge", "proof", "-o", &other], ""),
        (&["prove", HOSTILE], ""),
        (&["prove", &other], ""),
        (&["prove", "small.toml", "--activation", "relu2", "-o", &other], ""),
        (&["prove", "small.toml", "--activation", "relu2", "-o", HOSTILE], ""),
        (&["prove", "small.toml", "--max-units", "1", "-o", HOSTILE], ""),
        (&["prove", "small.toml", "--epsilon", HOSTILE], ""),
        (&["prove", "small.toml", "--route", HOSTILE], ""),
        (&["prove", "small.toml", "--shard", HOSTILE], ""),
        (&["prove", "small.toml", HOSTILE], ""),
        (&["prove", &format!("--{HOSTILE}")], ""),
        (&[HOSTILE], ""),
        (&["audit", "--row", HOSTILE], ""),
        (&["audit", "--row", "E1", "--markdown", "-o", HOSTILE], ""),
        (&["scale", "network", HOSTILE], ""),
        (&["scale", "latent", "--max-n", "2", "--max-d", "2", "--plot", &picture], ""),
        (&["scale", "all", "--only", HOSTILE, "-o", "tables"], ""),
        (&["figures", "draw", "--data", HOSTILE, "-o", "drawn"], ""),
        (&["figures", "train", "1", "--data", HOSTILE], ""),
        (&["completions", HOSTILE], ""),
        (&["man", HOSTILE], ""),
    ];
    let said: String = lines.iter().map(|(arguments, input)| both(here, arguments, input)).collect();
    assert!(
        said.matches("x\\nforged: valid\\u001b[2K\\r\\u202e\\u2028\\u007f\\u009b1m").count() >= 20,
        "{said}"
    );
}

#[test]
fn names_in_targets_forge_nothing() {
    let folder = proof();
    let here = folder.path();
    let text = serde_json::Value::from(HOSTILE.replace(['\u{7f}', '\u{9b}'], "")).to_string();
    let text = text.replace('\u{2028}', "\\u2028").replace('\u{202e}', "\\u202e");
    let output = |expression: &str| SMALL.replace("\"sum(y: y[0]^2)\"", expression);
    for target in [
        SMALL.replace("\"small\"", &text),
        SMALL.replace("\"0\"", &text),
        SMALL.replace("\"1/10\"", &text),
        SMALL.replace("tokens = 2", &format!("tokens = {text}")),
        format!("{text} = 1\n{SMALL}"),
        format!("{SMALL}[where]\n{text} = \"1\"\n"),
        output(&text),
        output("\"x\\n[0] + \\u001b\\u202e\""),
        output("'''x[0] +\nforged: valid'''"),
        output("'\u{1b}[2K'"),
        output("'x[0]\r'"),
        output("\"\u{202e}x[0]\u{7f}\""),
        "\u{1b}[2K\u{9b}".into(),
        "name = \"t\u{1b}\nforged: valid\"".into(),
    ] {
        fs::write(here.join("t.toml"), &target).unwrap();
        both(here, &["prove", "t.toml"], "");
        both(here, &["scale", "network", "t.toml"], "");
        fs::write(here.join("proof/target.toml"), &target).unwrap();
        both(here, &["check", "proof"], "");
    }
}

/// Changes a JSON file of a proof, and says what `check` says.
fn with_json(file: &str, change: impl Fn(&str) -> String) -> Run {
    let folder = proof();
    let path = folder.path().join("proof").join(file);
    let text = fs::read_to_string(&path).unwrap();
    let changed = change(&text);
    assert_ne!(text, changed, "{file}: nothing was changed");
    fs::write(&path, changed).unwrap();
    let run = run(folder.path(), "check proof");
    harmless(file, &run.all());
    run
}

#[test]
fn names_in_proofs_forge_nothing() {
    let text = serde_json::Value::from(HOSTILE).to_string();
    for (file, from, code) in [
        ("network.json", "\"sumformer-network/1\"", 2),
        ("network.json", "\"embedding\"", 2),
        ("network.json", "\"relu2\"", 2),
        ("network.json", "\"softmax\"", 2),
        ("network.json", "\"tokens\": 2", 2),
        ("certificate.json", "\"sumformer-certificate/2\"", 2),
        ("certificate.json", "\"certified\"", 2),
        ("certificate.json", "\"1/10\"", 2),
    ] {
        let to = if from.contains(':') { format!("\"tokens\": {text}") } else { text.clone() };
        let run = with_json(file, |json| json.replacen(from, &to, 1)).expect(code);
        assert!(run.stderr.contains("x\\nforged"), "{from}: {}", run.stderr);
    }
    // A hash that is none is shown in the verdict.
    let hash = |json: &str| {
        let at = json.find("\"target_sha256\": \"").unwrap() + 17;
        format!("{}{text}{}", &json[..at], &json[at + 66..])
    };
    let run = with_json("certificate.json", hash).expect(1);
    assert!(run.stdout.contains("x\\nforged"), "{}", run.stdout);
}

#[test]
fn files_are_read_in_one_way_only() {
    let network = |from: &'static str, to: &'static str| ("network.json", from, to);
    let certificate = |from: &'static str, to: &'static str| ("certificate.json", from, to);
    for ((file, from, to), said) in [
        (network("\"tokens\": 2", "\"tokens\": 2.0"), "a whole number of tokens or \"any\""),
        (network("\"tokens\": 2", "\"tokens\": 2e0"), "a whole number of tokens or \"any\""),
        (network("\"tokens\": 2", "\"tokens\": -2"), "a whole number of tokens or \"any\""),
        (network("\"tokens\": 2", "\"tokens\": \"2\""), "a whole number of tokens or \"any\""),
        (network("\"tokens\": 2", "\"tokens\": null"), "a whole number of tokens or \"any\""),
        (network("\"tokens\": 2", "\"tokens\": 2, \"tokens\": 2"), "duplicate field `tokens`"),
        (network("\"dimension\": 1", "\"dimension\": 1.0"), "expected a whole number"),
        (network("\"dimension\": 1", "\"dimension\": 1e0"), "expected a whole number"),
        (network("\"dimension\": 1", "\"dimension\": -0"), "expected a whole number"),
        (network("\"attention\": null,", ""), "missing field `attention`"),
        (network("\"activation\": \"relu2\"", "\"activation\": {\"relu2\": null}"), "network.json"),
        (network("{\"kind\":\"softmax\"}", "[\"softmax\"]"), "network.json"),
        (network("{\"kind\":\"softmax\"}", "{\"kind\":\"softmax\",\"e\":null}"), "network.json"),
        (network("{\"kind\":\"softmax\"}", "{\"kind\":\"softmax\",\"more\":1}"), "unknown field `more`"),
        (network("{\"kind\":\"softmax\"}", "{\"kind\":\"linformer\"}"), "missing field `e`"),
        (network("{\"kind\":\"softmax\"}", "{\"kind\":\"mamba\"}"), "unknown variant `mamba`"),
        (network("\"blocks\": [", "\"blocks\": [[\"\",null,\"relu\",[],[]],"), "expected an object"),
        (certificate("\"witness\": {", "\"witnes\": {"), "unknown field `witnes`"),
        (certificate("\"polynomial\":", "\"cells\":"), "unknown field"),
        (certificate("\"polynomial\":", "\"mamba\":"), "unknown variant `mamba`"),
        (certificate("\"polynomial\":", "\"cells\": null, \"polynomial\":"), "exactly one of the keys"),
        (certificate("\"stream\":", "\"tree\": \"\", \"stream\":"), "unknown field `tree`"),
        (
            certificate("\"epsilon\": \"1/10\"", "\"epsilon\": \"1/10\", \"epsilon\": \"1/10\""),
            "duplicate field",
        ),
        (certificate("\"epsilon\": \"1/10\"", "\"epsilon\": \"\\ud800\""), "certificate.json"),
        (certificate("\"epsilon\": \"1/10\"", "\"epsilon\": 0.1"), "expected a string"),
    ] {
        let run = with_json(file, |json| json.replacen(from, to, 1)).expect(2);
        assert!(run.stderr.contains(said) && run.stderr.contains(file), "{to}: {}", run.stderr);
        for internal in ["usize", "enum", "struct", "untagged", "variant identifier"] {
            assert!(!run.stderr.contains(internal), "{to}: {}", run.stderr);
        }
    }
    // Without the witness at all; `null` would be one way to say that there is none.
    let without = |json: &str| {
        let mut value: serde_json::Value = serde_json::from_str(json).unwrap();
        value.as_object_mut().unwrap().remove("witness");
        value.to_string()
    };
    assert!(with_json("certificate.json", without).expect(2).stderr.contains("missing field `witness`"));
    for file in ["network.json", "certificate.json"] {
        let marked = with_json(file, |json| format!("\u{feff}{json}")).expect(2);
        assert!(marked.stderr.contains("byte order mark"), "{}", marked.stderr);
        with_json(file, |json| format!("{json}{{}}")).expect(2);
        with_json(file, |json| format!("{}{json}{}", "[".repeat(100_000), "]".repeat(100_000))).expect(2);
        let folder = proof();
        let path = folder.path().join("proof").join(file);
        let text = fs::read_to_string(&path).unwrap();
        let wide = |mark: u16| std::iter::once(mark).chain(text.encode_utf16());
        for bytes in [
            wide(0xfeff).flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
            wide(0xfeff).flat_map(u16::to_be_bytes).collect(),
            text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ] {
            fs::write(&path, bytes).unwrap();
            assert!(run(folder.path(), "check proof").expect(2).stderr.contains(file));
        }
    }
}

#[test]
fn options_are_not_ignored() {
    let folder = proof();
    for (line, said) in [
        ("--rank 2", "--rank belongs to --architecture linformer"),
        ("--rank 1 --architecture performer", "--rank belongs to --architecture linformer"),
        ("--features 64", "--features belongs to --architecture performer"),
        ("--seed 0", "--seed belongs to --architecture performer"),
        ("--performer favor", "--performer belongs to --architecture performer"),
        ("--performer paper --architecture linformer", "--performer belongs to --architecture performer"),
        (
            "--construction continuous --max-entries 5",
            "--max-entries belongs to --construction discontinuous",
        ),
        ("--grid auto", "--grid belongs to --construction discontinuous"),
        ("--cell-value corner", "--cell-value belongs"),
        ("--code radix", "--code belongs"),
        ("--separate all", "--separate belongs"),
        ("--ramp 1/100", "--ramp belongs"),
        ("--construction discontinuous --max-terms 100", "--max-terms belongs to --construction continuous"),
        ("--construction discontinuous --max-boxes 100", "--max-boxes belongs to --construction continuous"),
        ("--construction discontinuous --route auto", "--route belongs to --construction continuous"),
        ("--construction discontinuous --latent sparse", "--latent belongs to --construction continuous"),
        ("--construction discontinuous --shard slice:1/2", "--shard belongs to --construction continuous"),
        ("--route structural --max-boxes 100", "--max-boxes belongs to --route bernstein"),
    ] {
        let line = format!("prove small.toml {line}");
        let run = run(folder.path(), &line).expect(2);
        assert!(run.stderr.contains(said), "{line}: {}", run.stderr);
        assert!(!folder.path().join("out").exists());
    }
    for (line, said) in [
        ("scale cost --pieces 4", "--pieces belongs to --activation relu"),
        ("scale cost --epsilon 1/10", "--epsilon belongs to --activation relu"),
        ("scale latent --target small.toml --max-count 3", "--max-count"),
        ("audit --markdown --json", "both want standard output"),
        ("scale latent --csv --json", "exclude each other"),
    ] {
        let run = run(folder.path(), line).expect(2);
        assert!(run.stderr.contains(said), "{line}: {}", run.stderr);
    }
    for line in ["--architecture all --rank 2 --features 3 --seed 4", "--architecture linformer --rank 2"] {
        let line = format!("prove small.toml --activation relu2 {line}");
        run(folder.path(), &line).expect(0);
    }
}

/// What `prove` says of an expression of two tokens in [0, 1].
fn said_of(expression: &str, code: i32) -> String {
    let folder = tempfile::tempdir().unwrap();
    let source = SMALL.replace("sum(y: y[0]^2)", expression);
    fs::write(folder.path().join("t.toml"), source).unwrap();
    run(folder.path(), "prove t.toml --route structural").expect(code).stderr
}

#[test]
fn functions_that_there_are_not_are_answered_with_those_that_there_are() {
    let said = said_of("gelu(x[0])", 2);
    assert!(said.contains("unknown function `gelu`") && said.contains("did you mean `relu`?"), "{said}");
    let said = said_of("step(x[0])", 2);
    for name in
        ["exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid", "abs", "relu", "mean(y: …)", "max(a, b)"]
    {
        assert!(said.contains(&format!("`{name}`")), "{name}: {said}");
    }
}

#[test]
fn places_and_words_are_the_users() {
    let said = said_of("min(y != x: abs(x[0]-y[0]))", 3);
    assert!(said.contains("t.toml:5:24") && said.contains("^^^^^^^^^^^^^^"), "{said}");
    assert!(said.contains("`abs` of an expression") && !said.contains("relu"), "{said}");
    let said = said_of("x[0] + max(y: min(z != y: max(y[0], z[0])))", 3);
    assert!(said.contains("t.toml:5:") && !said.contains("t.toml:5:1\n"), "{said}");
    assert!(!said.contains("relu") && !said.contains("`hat`"), "{said}");
}

#[test]
fn limits_are_named() {
    let folder = tempfile::tempdir().unwrap();
    for (from, to, said) in [
        ("\"1\"", format!("\"{}\"", "9".repeat(10_001)), "10001 characters"),
        ("\"1\"", format!("\"0.{}\"", "9".repeat(20_000)), "limit 10000"),
        ("\"1\"", "9".repeat(10_001), "10001"),
        ("\"1\"", "\"1e2001\"".into(), "exponents up to 2000"),
        ("\"1\"", format!("\"{}\"", "x".repeat(200)), "`xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…`"),
        ("\"1/10\"", format!("\"1/{}\"", "9".repeat(10_001)), "limit 10000"),
        ("sum(y: y[0]^2)", "x[0]^10001".into(), "10000"),
        ("sum(y: y[0]^2)", "x[0]^5000".into(), "4096"),
        ("tokens = 2", "tokens = 1000001".into(), "1000000"),
    ] {
        fs::write(folder.path().join("t.toml"), SMALL.replacen(from, &to, 1)).unwrap();
        let run = run(folder.path(), "prove t.toml").expect(2);
        let shown: String = to.chars().take(20).collect();
        assert!(run.stderr.contains(said), "{shown}: {}", run.stderr);
        assert!(run.stderr.len() < 2000, "{shown}: {} bytes", run.stderr.len());
        assert!(!run.stderr.contains("too many terms") || said != "4096", "{}", run.stderr);
    }
}

#[test]
fn eval_chooses_its_numbers_and_says_so() {
    let folder = proof();
    let here = folder.path();
    let input = b"[[\"1/3\"], [\"0.5\"]]";
    let exact = sumformer(here).line("eval proof --input - --json").input(input).run().expect(0);
    assert!(exact.stderr.contains("--scalar"), "{}", exact.stderr);
    let answer: serde_json::Value = serde_json::from_str(&exact.stdout).unwrap();
    assert_eq!((&answer["scalar"], &answer["outputs"][0][0]), (&"exact".into(), &"13/36".into()));
    fs::write(here.join("exp.toml"), SMALL.replace("sum(y: y[0]^2)", "exp(x[0])")).unwrap();
    run(here, "prove exp.toml -o exp").expect(0);
    let enclosed = sumformer(here).line("eval exp --input - --json").input(input).run().expect(0);
    let answer: serde_json::Value = serde_json::from_str(&enclosed.stdout).unwrap();
    assert_eq!(answer["scalar"], "interval");
    assert!(
        !answer["target"].is_null() && enclosed.stderr.contains("--scalar interval"),
        "{}",
        enclosed.stderr
    );
    for line in ["--scalar exact --summation in-order", "--of target --scalar f64 --summation in-order"] {
        let line = format!("eval proof --input - {line}");
        let refused = sumformer(here).line(&line).input(input).run().expect(2);
        assert!(refused.stderr.contains("--summation belongs to"), "{}", refused.stderr);
    }
}

#[test]
fn shells_and_readers_of_manuals_are_served() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = run(folder.path(), &format!("completions {shell}")).expect(0);
        for word in ["sumformer", "prove", "--construction", "discontinuous"] {
            // Elvish and PowerShell list options without their values.
            let listed = run.stdout.contains(word.trim_start_matches('-'));
            assert!(listed || word == "discontinuous", "{shell}: {word}");
        }
    }
    let page = run(folder.path(), "man prove").expect(0).stdout;
    assert!(page.contains(".TH sumformer-prove") && page.contains("\\-\\-epsilon"), "{page}");
    assert!(run(folder.path(), "man scale cost").expect(0).stdout.contains("family"));
    assert!(run(folder.path(), "man nonsense").expect(2).stderr.contains("there are prove, check"));
    run(folder.path(), "man -o pages").expect(0);
    assert!(folder.path().join("pages/sumformer.1").is_file());
    assert!(folder.path().join("pages/sumformer-scale-cost.1").is_file());
    let help = run(folder.path(), "prove --help").expect(0).stdout;
    let headings = ["\nTarget:", "\nConstruction:", "\nAttention:", "\nBudget:", "\nOutput:"];
    assert!(headings.iter().all(|heading| help.contains(heading)), "{help}");
}
