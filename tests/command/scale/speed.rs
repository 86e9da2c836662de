//! `scale speed`: the shape of what it says; times are what they are.

use super::{rows, scale};

#[test]
fn each_axis_has_its_points_and_powers() {
    let output = scale(&["speed", "--points", "2", "--axis", "boxes,n", "--json"]);
    assert_eq!(output.code, 0, "{}", output.stderr);
    let rows = rows(&output);
    let keys: Vec<&str> = rows.iter().map(|row| row["axis"].as_str().expect("a name")).collect();
    // In the order of the sweep, not of the arguments.
    assert_eq!(keys, ["n", "n", "boxes", "boxes"]);
    assert_eq!((&rows[0]["x"], &rows[1]["x"]), (&16.into(), &64.into()));
    assert!(
        rows[2]["x"].as_u64() > rows[2]["value"].as_u64() && rows[3]["x"].as_u64() > rows[2]["x"].as_u64()
    );
    for row in &rows {
        for step in ["prove", "check", "eval"] {
            assert!(row[format!("{step}_s")].as_f64().is_some_and(|seconds| seconds > 0.0), "{row}");
            if cfg!(target_os = "linux") {
                assert!(row[format!("{step}_MB")].as_f64().is_some_and(|used| used >= 0.0), "{row}");
            }
        }
    }
    let answer = output.json();
    let fits = answer["fits"].as_array().expect("powers");
    assert_eq!(fits.len(), 2 * 2 * 3);
    let time = |axis: &str, step: &str| {
        let own = |fit: &&serde_json::Value| {
            fit["axis"] == axis && fit["step"] == step && fit["quantity"] == "time"
        };
        fits.iter().find(own).expect("a power")
    };
    for step in ["prove", "check", "eval"] {
        assert!(time("n", step)["fitted"].is_f64() && time("n", step)["points"] == 2);
    }
    assert_eq!((&time("n", "check")["expected"], &time("n", "eval")["expected"]), (&0.0.into(), &1.0.into()));
    assert!(time("boxes", "eval")["expected"].is_null());
    assert!(answer["left_out"].is_null());
}

#[test]
fn tables_end_with_powers_and_pictures_are_drawn() {
    let here = tempfile::tempdir().unwrap();
    let plot = here.path().join("speed.svg");
    let output =
        scale(&["speed", "--points", "1", "--axis", "degree", "--csv", "--plot", plot.to_str().unwrap()]);
    assert_eq!(output.code, 0, "{}", output.stderr);
    let lines: Vec<Vec<&str>> = output.stdout.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines[0], ["axis", "x", "prove_s", "check_s", "eval_s", "prove_MB", "check_MB", "eval_MB"]);
    assert_eq!((&lines[1][..2], lines.len()), (&["degree", "4"][..], 4));
    assert_eq!(lines[2], ["degree", "fitted", "-", "-", "-", "-", "-", "-"]);
    assert_eq!(lines[3], ["degree", "expected", "3.00", "3.00", "1.00", "3.00", "3.00", "1.00"]);
    let picture = std::fs::read_to_string(plot).unwrap();
    assert!(picture.contains("time (s) against degree") && picture.contains("memory (MB) against degree"));
}

#[test]
fn without_time_it_says_what_is_left_out() {
    let output = scale(&["speed", "--axis", "n", "--time-limit", "0.001", "--json"]);
    assert_eq!(output.code, 3, "{}", output.stderr);
    let answer = output.json();
    assert_eq!(answer["rows"].as_array().map(Vec::len), Some(0));
    let words = answer["left_out"].as_str().expect("words");
    assert!(words.starts_with("6 points are left out") && words.contains("--time-limit"), "{words}");
}

#[test]
fn what_makes_no_sense_is_refused() {
    for line in [
        &["speed", "--axis", "width"][..],
        &["speed", "--points", "0"],
        &["speed", "--time-limit", "0"],
        &["speed", "--measure", "check"],
        &["speed", "--measure", "check", "--value", "3", "--place", "nowhere"],
        &["speed", "--measure", "check", "--axis", "n", "--value", "3", "--place", "nowhere"],
    ] {
        assert_eq!(scale(line).code, 2, "{line:?}");
    }
}
