//! The sweeps as commands: refusals, determinism, and the committed tables and pictures.

use super::{rows, scale};
use common::{repository, sumformer};
use serde_json::Value;

#[test]
fn refusals_name_the_reason() {
    for (arguments, code, message) in [
        ("latent --tokens 0", 2, "--tokens"),
        ("latent --target constructions/long --max-n 3", 2, "cannot be used with"),
        ("latent --max-n 3 --plot latent.png", 2, "end its name with .svg"),
        ("cost --activation relu", 2, "--pieces"),
        ("cost --activation step", 2, "no step units"),
        ("cost --tokens 1", 2, "--tokens"),
        ("cost --family power --degree 3", 2, "powers of two"),
        ("cost --family power --degree 4 --activation relu --pieces 8", 2, "relu2"),
        ("cost --activation relu --pieces 1", 2, "--pieces"),
        ("cost --architecture all", 2, "one of the three"),
        ("cost --plot nowhere/cost.svg --degree 1 --dimension 1", 2, "there is no folder nowhere"),
        ("grid constructions/long", 3, "69886628956052480 table entries"),
        ("grid constructions/any-spread", 2, "fixed number of tokens"),
        ("grid constructions/half-mean-2 --layout shallow", 2, "continuous"),
        ("grid constructions/half-mean-2 --epsilon 1/1000000", 3, "needs a grid finer"),
        ("accuracy", 2, "TARGET"),
        ("accuracy constructions/half-mean-2 --latent 0", 2, "--latent"),
        ("attention constructions/long --rank 0", 2, "--rank"),
        ("attention constructions/long --features 0", 2, "--features"),
        ("attention constructions/long --tokens 0", 2, "--tokens"),
        ("attention constructions/long --tokens 1048576", 2, "more than the limit"),
        ("attention constructions/long --tokens 99999999999", 2, "--tokens"),
        ("scores constructions/long --eta -1/2", 2, "between 0 and 100"),
        ("scores constructions/long --eta 1000", 2, "between 0 and 100"),
        ("scores constructions/long --rank 0", 2, "--rank"),
        ("scores constructions/long --tokens 4096", 2, "--tokens"),
        ("projections constructions/long --rank 0", 2, "--rank"),
        ("projections constructions/long --seeds 0", 2, "--seeds"),
        ("projections constructions/nowhere", 2, "nowhere"),
        ("all", 2, "--output"),
        ("all -o out/nothing --only costs", 2, "there is no table `costs`"),
        ("all -o out/nothing --csv", 2, "leave out --csv"),
    ] {
        let output = scale(&arguments.split(' ').collect::<Vec<_>>());
        let said = output.stderr + &output.stdout;
        assert_eq!(output.code, code, "{arguments}: {said}");
        assert!(said.contains(message), "{arguments}: {said}");
    }
}

#[test]
fn output_does_not_depend_on_threads() {
    for sweep in [
        "cost --dimension 1,2 --degree 2,4",
        "scores constructions/long --tokens 5 --eta 1/10,1",
        "projections constructions/half-mean-3 --tokens 6 --rank 1,4 --seeds 3",
        "grid constructions/half-mean-2 --epsilon 1/5,1/10",
        "attention constructions/half-mean-2 --tokens 2,8 --no-time",
    ] {
        let run = |threads| {
            let arguments: Vec<&str> = sweep.split(' ').chain(["--threads", threads, "--json"]).collect();
            let output = scale(&arguments);
            assert_eq!(output.code, 0, "{sweep}: {}", output.stderr);
            output.stdout
        };
        assert_eq!(run("1"), run("2"), "{sweep}");
    }
}

#[test]
fn every_table_says_which_claim_it_measures() {
    for sweep in ["latent --max-n 2 --max-d 2", "cost --dimension 1 --degree 1", "discontinuous --tokens 2"] {
        let output = scale(&sweep.split(' ').collect::<Vec<_>>());
        let said = output.stderr;
        assert!(said.starts_with("# ") && said.contains("ection"), "{sweep}: {said}");
        assert!(!output.stdout.contains('#'), "{sweep}");
    }
}

#[test]
fn nothing_certified_is_a_row_that_says_so() {
    let sweep = "accuracy constructions/half-mean-3 --latent 1 --epsilon 1/1000 --max-boxes 1 --json";
    let output = scale(&sweep.split(' ').collect::<Vec<_>>());
    let rows = rows(&output);
    assert_eq!(rows.len(), 2);
    let open = rows.iter().filter(|row| row["certified"].is_null() && !row["note"].is_null()).count();
    assert_eq!(output.code, if open > 0 { 3 } else { 0 });
    // All latents that are needed: certified within what was asked.
    assert_eq!(rows[1]["kind"], "exact");
    assert!(rows[1]["certified"]["float"].as_f64().is_some_and(|certified| certified <= 1e-3));
    for row in &rows {
        let certified = row["certified"]["float"].as_f64().unwrap_or(f64::INFINITY);
        assert!(row["witness"]["float"].as_f64().is_some_and(|witness| witness <= certified));
    }
}

#[test]
fn the_grid_that_is_found_is_the_one_that_prove_uses() {
    let output =
        scale(&["grid", "constructions/half-mean-2", "--epsilon", "1/20", "--layout", "tree", "--json"]);
    let row = &rows(&output)[0];
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out").display().to_string();
    let answer = sumformer(repository(""))
        .line("prove constructions/half-mean-2 --construction discontinuous --epsilon 1/20 --json")
        .args(["-o", &out])
        .run()
        .json();
    let result = &answer["results"][0];
    assert_eq!((&result["blocks"], &result["width"]), (&row["blocks"], &row["width"]), "{row}");
    // Values that repeat save look-ups.
    assert!(result["hidden_units"].as_u64() <= row["units"].as_u64());
}

#[test]
fn staircases_have_floors_until_the_error_is_0() {
    let line = [
        "staircase",
        "--tokens",
        "4",
        "--dimension",
        "1,2",
        "--degree",
        "2",
        "--until",
        "5",
        "--starts",
        "4",
        "--json",
    ];
    let output = scale(&line);
    assert_eq!(output.code, 0, "{}", output.stderr);
    let rows = rows(&output);
    // Sums until 0 is reached: C(D + d, d) − 1 for kernels, d for powers, and D for e_D, which has one coordinate.
    for (family, d, sums) in
        [("kernel", 1, 2), ("kernel", 2, 5), ("power", 1, 1), ("power", 2, 2), ("elementary", 1, 2)]
    {
        let own: Vec<&Value> = rows.iter().filter(|row| row["family"] == family && row["d"] == d).collect();
        assert_eq!(own.len(), sums + 1, "{family}, d = {d}");
        let floors: Vec<f64> =
            own.iter().map(|row| row["floor"]["float"].as_f64().expect("a number")).collect();
        assert!(floors.windows(2).all(|pair| pair[0] >= pair[1]) && floors[0] > 0.0, "{floors:?}");
        assert_eq!(floors[sums], 0.0);
        assert_eq!(own[sums]["reached"], 0);
        assert!(own[..sums].iter().all(|row| row["reached"].is_null()));
    }
    assert!(!rows.iter().any(|row| row["family"] == "elementary" && row["d"] == 2));
    assert_eq!(scale(&["staircase", "--degree", "9"]).code, 2);
}

#[test]
fn a_staircase_of_nothing_and_one_without_time_say_so() {
    let empty = scale(&["staircase", "--family", "elementary", "--dimension", "2"]).expect(2).stderr;
    assert!(empty.contains("no family has a member") && empty.contains("d = 1"), "{empty}");
    let line = [
        "staircase",
        "--tokens",
        "5",
        "--dimension",
        "2",
        "--degree",
        "3",
        "--time-limit",
        "0.001",
        "--json",
    ];
    let output = scale(&line);
    assert_eq!(output.code, 3, "{}", output.stderr);
    let answer = output.json();
    assert!(answer["skipped"].as_array().is_some_and(|skipped| !skipped.is_empty()), "{answer}");
    assert!(output.stderr.contains("--time-limit sets another"), "{}", output.stderr);
}

#[test]
fn sizes_of_the_rival_follow_its_formulas() {
    let output = scale(&["rival", "constructions/covariance", "--epsilon", "1/10,1/1000", "--json"]);
    assert_eq!(output.code, 0, "{}", output.stderr);
    let rows = rows(&output);
    assert_eq!(rows.len(), 2);
    for row in &rows {
        let number = |name: &str| row[name].as_u64().unwrap_or_else(|| panic!("{name} in {row}"));
        let (d, s, n, l) = (number("d"), number("s"), number("their_N"), number("their_L"));
        assert_eq!((d, s), (2, 2));
        assert_eq!(number("their_width"), 12 * (2 * d).pow(s as u32) * n);
        assert_eq!(number("their_depth"), 2 * s * l + 3 * s);
        assert_eq!(number("their_parameters"), number("their_depth") * number("their_width").pow(2));
        assert!(number("nonzeros") > 0 && number("d'") == 3);
    }
    assert!(rows[0]["their_parameters"].as_u64() < rows[1]["their_parameters"].as_u64());
    // It speaks of polynomials.
    assert_eq!(scale(&["rival", "constructions/softmax-head"]).code, 2);
}

#[test]
fn the_rival_has_nothing_for_constants() {
    let here = tempfile::tempdir().unwrap();
    let constant = here.path().join("constant.toml");
    std::fs::write(&constant, "name = \"c\"\ntokens = 2\ndomain = [[0, 1]]\noutput = [\"1/3\"]\n").unwrap();
    let output = scale(&["rival", constant.to_str().unwrap(), "--json"]);
    assert_eq!(output.code, 0, "{}", output.stderr);
    let row = &rows(&output)[0];
    for name in ["their_N", "their_L", "their_width", "their_depth", "their_parameters"] {
        assert!(row[name].is_null(), "{row}");
    }
    assert!(output.stderr.contains("a constant, of which their formulas say nothing"), "{}", output.stderr);
}

/// Those that take a second or so; `scale all -o docs/scaling` makes all of them.
const QUICK: &str = "latent-targets,cost-pieces,discontinuous,grid,scores";

#[test]
fn the_committed_tables_and_pictures_are_what_the_commands_make() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = scale(&["all", "--only", QUICK, "-o", folder.path().to_str().expect("UTF-8")]);
    assert_eq!(output.code, 0, "{}", output.stderr);
    let committed = repository("docs/scaling");
    for name in QUICK.split(',') {
        for extension in ["csv", "svg"] {
            let file = format!("{name}.{extension}");
            let [made, kept] =
                [folder.path(), &committed].map(|place| std::fs::read(place.join(&file)).expect("a file"));
            assert!(
                made == kept,
                "docs/scaling/{file} is not what `scale all -o docs/scaling --only {name}` makes"
            );
        }
    }
}
