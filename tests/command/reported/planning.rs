//! The cheapest way is found, the others are listed where there is none, and every search ends.

use common::process::program;
use common::targets::TargetText;
use common::{run, sumformer, target};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// More seconds than this are a hang.
const TIMEOUT: u64 = 300;

struct Run {
    run: common::Run,
    json: Value,
    folder: TempDir,
}

impl Run {
    #[track_caller]
    fn expect(self, code: i32) -> Self {
        assert_eq!(self.run.code, code, "{}\n{}", self.json, self.run.stderr);
        self
    }

    fn result(&self) -> &Value {
        &self.json["results"][0]
    }
}

fn unit(tokens: &str, output: &str) -> TargetText {
    target(tokens).output(output)
}

#[track_caller]
fn prove(target: &TargetText, options: &str) -> Run {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("t.toml"), target.text()).expect("a file is written");
    let run = sumformer(&folder).line("prove t.toml --json").line(options).within(TIMEOUT).run();
    Run { json: run.json(), run, folder }
}

const SORT3: &[&str] = &["min(y: y[0])", "sum(y: y[0]) - max(y: y[0]) - min(y: y[0])", "max(y: y[0])"];
const MEDIAN3: &str = "max(y: min(z != y: max(y[0],z[0])))";

/// These took 79 to 127 s, and ended with 10^22 hidden units.
#[test]
fn a_table_is_found_where_it_is_the_only_way() {
    for (tokens, epsilon, output, units) in [
        ("3", "1/20", MEDIAN3, 128),
        ("4", "1/10", "max(y: max(z != y: y[0]+z[0]))", 405),
        ("4", "1/10", "min(y != x: abs(x[0]-y[0]))", 1484),
    ] {
        let proved = prove(&unit(tokens, output), &format!("--epsilon {epsilon}")).expect(0);
        let result = proved.result();
        assert_eq!((&result["verdict"], &result["construction"]), (&"valid".into(), &"discontinuous".into()));
        assert_eq!(result["hidden_units"], units, "{output}");
        let ways: Vec<&str> =
            result["ways"].as_array().unwrap().iter().map(|way| way["name"].as_str().unwrap()).collect();
        assert_eq!(ways, ["structural", "bernstein", "discontinuous"]);
    }
}

/// These took 50 to 106 s beside interpolations that could not be smaller.
#[test]
fn a_small_network_is_not_compared_with_a_hopeless_interpolation() {
    for (outputs, epsilon, units) in [
        (SORT3, "1/20", 172),
        (&["sum(y: y[0]) - max(y: y[0]) - min(y: y[0])"], "1/20", 172),
        (&["sqrt(sum(y: y[0]))"], "1/10", 5),
    ] {
        let proved =
            prove(&outputs.iter().fold(target(3), TargetText::output), &format!("--epsilon {epsilon}"))
                .expect(0);
        let result = proved.result();
        assert_eq!(result["route"]["name"], "structural", "{outputs:?}");
        assert_eq!(result["hidden_units"], units, "{outputs:?}");
        // What was not chosen has its seconds, too, and they are a part of the whole.
        let seconds = |value: &Value| value.as_f64().expect("a number");
        let ways: f64 = result["seconds"]["ways"].as_object().unwrap().values().map(seconds).sum();
        let (choose, all) = (seconds(&result["seconds"]["choose"]), seconds(&result["seconds"]["prove"]));
        assert!(0.0 < ways && ways <= choose && choose <= all, "{ways} {choose} {all}");
    }
}

#[test]
fn a_refusal_lists_the_ways_and_what_it_advises_works() {
    // A table that is too coarse.
    let coarse = prove(&unit("3", MEDIAN3), "--epsilon 1/20 --max-entries 100").expect(3);
    for words in ["structural: ", "bernstein: ", "discontinuous: ", "--grid finest"] {
        assert!(coarse.run.stderr.contains(words), "`{words}` is missing in {}", coarse.run.stderr);
    }
    let ways = coarse.json["error"]["ways"].as_array().expect("ways");
    assert!(ways.len() == 3 && ways.iter().all(|way| !way["why_not"].is_null()), "{ways:?}");
    prove(&unit("3", MEDIAN3), "--construction discontinuous --grid finest --max-entries 100").expect(0);
    // A network that is too large.
    let square = unit("2", "sum(y != x: y[0])^2");
    let large = prove(&square, "--epsilon 1/10000 --max-units 20").expect(2);
    let words: Vec<&str> = large.run.stderr.split_whitespace().collect();
    for option in ["--epsilon", "--max-units"] {
        let at = words.iter().rposition(|word| *word == option).expect("advice");
        let value = words[at + 1].trim_end_matches(',');
        let rest = if option == "--epsilon" { "--max-units 20" } else { "--epsilon 1/10000" };
        prove(&square, &format!("{option} {value} {rest}")).expect(0);
    }
}

#[test]
fn tables_are_not_advised_where_they_would_be_refused() {
    let output = "mean(y: sigmoid(4*(y[0]-mean(z: exp(y[0]*z[0])))))";
    let refused = prove(&unit("any", output), "--epsilon 1/20").expect(3);
    assert!(!refused.run.stderr.contains("--construction discontinuous"), "{}", refused.run.stderr);
    assert!(refused.run.stderr.contains("a table needs a fixed number of tokens"), "{}", refused.run.stderr);
    // Too many coordinates for any table: said at once.
    let output = "min(y != x: (x[0]-y[0])^2+(x[1]-y[1])^2)";
    let refused = prove(&unit("4", output).cube("[0, 1]", 2), "--epsilon 1/4").expect(3);
    assert!(refused.run.stderr.contains("out of sight"), "{}", refused.run.stderr);
}

/// A table of hundreds of thousands of entries, which takes long.
fn long() -> TargetText {
    unit("9", "prod(y: 1 - 2*y[0])")
}
const LONG: &str = "--construction discontinuous --grid finest";

fn left_nothing(folder: &Path) {
    let names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["t.toml"]);
}

#[test]
fn limits_end_a_proof_and_say_so() {
    let start = Instant::now();
    let late = prove(&long(), &format!("{LONG} --time-limit 1")).expect(3);
    assert!(
        late.run.stderr.contains("--time-limit") && late.run.stderr.contains("tabulating"),
        "{}",
        late.run.stderr
    );
    assert!(start.elapsed() < Duration::from_secs(60));
    left_nothing(late.folder.path());
    let large = prove(&long(), &format!("{LONG} --memory-limit 4M")).expect(3);
    assert!(large.run.stderr.contains("--memory-limit"), "{}", large.run.stderr);
    left_nothing(large.folder.path());
    // Samples of a million tokens each are looked at one after the other.
    let million = unit("1000000", "mean(y: y[0])*mean(y: y[0]^2)");
    let many = prove(&million, "--latent 1 --time-limit 3 --memory-limit 300M").expect(3);
    assert!(many.run.stderr.contains("--time-limit"), "{}", many.run.stderr);
    for wrong in ["--time-limit 0", "--time-limit never", "--memory-limit 0", "--memory-limit 8Q"] {
        run(many.folder.path(), &format!("prove t.toml {wrong}")).expect(2);
    }
}

/// Nodes of 1000 tokens and loops within loops, on threads of their own; numbers of gadgets that are longer than is checked.
#[test]
fn threads_end_with_the_search_and_long_numbers_are_refused() {
    let nested = unit(
        "1000",
        "sum(a != x: cos(sum(b: relu(min(c != x, a: mean(d != x, a, b: b[0]*n - sigmoid(n/1000000)))))))",
    );
    let late = prove(&nested, "--route bernstein --time-limit 3").expect(3);
    assert!(late.run.stderr.contains("--time-limit"), "{}", late.run.stderr);
    let output = "tanh(prod(y != x: abs(min(y[0], y[1])))^40) - relu(-mean(y != x: sqrt(exp(sin(x[1])))))";
    let long = unit("3", output).domain("[1e30, 1.5e30] [1e-30, 2e-30]");
    let options = "--epsilon 1e-6 --max-units 20000 --time-limit 60";
    let refused = prove(&long, &format!("{options} --route structural")).expect(3);
    assert!(refused.run.stderr.contains("longer than 8192 bits"), "{}", refused.run.stderr);
    // Where the way was not asked for, the next one is taken.
    let proved = prove(&long, options).expect(0);
    let said = &proved.run.stderr;
    assert!(said.contains("note: structural: there is no network after all"), "{said}");
    assert_eq!(proved.result()["route"]["name"], "bernstein");
    let ways = proved.result()["ways"].as_array().expect("ways");
    let names: Vec<&Value> = ways.iter().map(|way| &way["name"]).collect();
    assert_eq!(names, ["structural", "bernstein"]);
    assert!(ways[0]["why_not"].as_str().is_some_and(|why| why.contains("8192 bits")), "{ways:?}");
}

/// Boxes that are closed until then are not lost: the proof is written, and open.
#[test]
fn a_search_over_boxes_is_written_with_what_is_open() {
    let source = unit("2", "exp(x[0]*mean(y: y[0]))");
    let open = prove(&source, "--route bernstein --epsilon 1/200 --max-boxes 2 -o open").expect(3);
    assert_eq!(open.result()["verdict"], "incomplete");
    assert!(open.folder.path().join("open/certificate.json").is_file());
}

#[test]
fn a_folder_that_cannot_be_written_is_noticed_before_the_work() {
    let start = Instant::now();
    let refused = prove(&long(), &format!("{LONG} -o t.toml/inside")).expect(2);
    assert!(refused.run.stderr.contains("t.toml"), "{}", refused.run.stderr);
    assert!(start.elapsed() < Duration::from_secs(20));
    left_nothing(refused.folder.path());
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_no_broken_folder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("t.toml"), long().text()).expect("a file is written");
    let child = Command::new(program())
        .current_dir(folder.path())
        .args(["prove", "t.toml", "--time-limit", "60"])
        .args(LONG.split_whitespace())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    std::thread::sleep(Duration::from_secs(4));
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.expect("kill").success());
    let output = child.wait_with_output().expect("it ends");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("interrupted"), "{stderr}");
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    left_nothing(folder.path());
}
