//! `sumformer scale` as a user runs it.

mod speed;
mod sweeps;

use common::{Run, repository, sumformer};
use serde_json::Value;
use std::ffi::OsStr;

fn scale(arguments: &[&str]) -> Run {
    sumformer(repository("")).line("scale").args(arguments).within(300).run()
}

fn rows(run: &Run) -> Vec<Value> {
    run.json()["rows"].as_array().expect("rows").clone()
}

#[test]
fn latent_dimensions_of_the_theory() {
    let output = scale(&["latent", "--max-n", "8", "--max-d", "10", "--json"]);
    assert_eq!(output.code, 0);
    let rows = rows(&output);
    for (n, d, paper, tight) in [(5, 4, 125, 69), (3, 10, 285, 65), (8, 8, 12_869, 6_434)] {
        let row = rows.iter().find(|row| row["n"] == n && row["d"] == d).expect("the cell");
        for (mode, count) in [("paper", paper), ("tight", tight)] {
            assert_eq!(row[mode]["closed_form"], count);
            assert_eq!(row[mode]["enumerated"], count);
        }
        assert_eq!(row["agree"], true);
    }
}

#[test]
fn cells_over_the_limit_say_so() {
    let output = scale(&["latent", "--max-n", "2", "--max-d", "2", "--max-count", "4", "--csv"]);
    assert_eq!(output.code, 0);
    let expected = "n,d,paper,paper_enumerated,tight,tight_enumerated,agree\n1,1,1,1,0,0,yes\n1,2,2,2,0,0,yes\n\
                    2,1,2,2,1,1,yes\n2,2,5,over the limit,2,2,not enumerated\n";
    assert_eq!(output.stdout, expected);
}

#[test]
fn network_rows_keep_their_order_whatever_the_threads() {
    let arguments = |threads| {
        let sweep =
            ["network", "constructions/e3-others", "constructions/semi-invariant", "--tokens", "2,3,4"];
        let values = ["--epsilon", "1/10,1/20", "--activation", "relu2,relu", "--json", "--threads", threads];
        scale(&[sweep.as_slice(), values.as_slice()].concat())
    };
    let output = arguments("1");
    assert_eq!(output.code, 0, "{}", output.stderr);
    assert_eq!(output.stdout, arguments("2").stdout);
    let rows = rows(&output);
    let keys: Vec<String> = rows
        .iter()
        .map(|row| {
            format!("{} {} {} {}", row["target"], row["n"], row["epsilon"]["exact"], row["activation"])
        })
        .collect();
    let mut expected = Vec::new();
    for (target, n) in [("e3-others", 2), ("e3-others", 3), ("e3-others", 4), ("semi-invariant", 3)] {
        for epsilon in ["1/10", "1/20"] {
            for activation in ["relu2", "relu"] {
                expected.push(format!("\"{target}\" {n} \"{epsilon}\" \"{activation}\""));
            }
        }
    }
    assert_eq!(keys, expected);
    for row in &rows {
        let (certified, epsilon) = (row["certified"]["float"].as_f64(), row["epsilon"]["float"].as_f64());
        assert!(certified <= epsilon && (row["activation"] == "relu" || certified == Some(0.0)), "{row}");
        assert_eq!(
            row["degree"],
            if row["n"] == 2 || (row["target"] == "e3-others" && row["n"] == 3) { 0 } else { 3 }
        );
    }
    // x3 does not exist for two tokens; for four, x4 is missing from the sum.
    let errors = output.stderr;
    assert!(
        errors.contains("semi-invariant: tokens = 2 is skipped") && errors.contains("there is no token `x3`")
    );
    assert!(errors.contains("semi-invariant: tokens = 4 is skipped") && errors.contains("not symmetric"));
}

#[test]
fn sizes_are_those_of_the_gallery() {
    let output = scale(&["network", "constructions/covariance", "--json"]);
    let golden: Value =
        serde_json::from_str(include_str!("../../../constructions/covariance/golden.json")).expect("JSON");
    let (golden, row) = (&golden["relu"]["transformer"], &rows(&output)[0]);
    for key in ["blocks", "width", "hidden_units", "nonzeros"] {
        assert_eq!(row[key], golden[key], "{key}");
    }
    assert_eq!(row["certified"]["exact"], golden["certified"]);
    assert_eq!(row["latent"]["dimension"], golden["latent_dimension"]);
}

#[test]
fn errors_have_the_documented_exit_codes() {
    for (arguments, code, message) in [
        (vec!["latent", "--csv", "--json"], 2, "exclude each other"),
        (vec!["latent", "--max-n", "0"], 2, "--max-n"),
        (vec!["network"], 2, "TARGET"),
        (vec!["network", "constructions/nowhere"], 2, "nowhere"),
        (vec!["network", "constructions/long", "--tokens", "0"], 2, "none of the lengths"),
        (vec!["network", "constructions/long", "--tokens", "three"], 2, "a number of tokens"),
        (vec!["network", "constructions/any-spread", "--latent", "tight"], 2, "--latent sparse"),
        (vec!["discontinuous", "--tokens", "0"], 2, "--tokens"),
        (vec!["discontinuous", "--dimension", "2,x"], 2, "--dimension"),
        (vec!["discontinuous", "--divisions", "0"], 2, "--divisions"),
        (vec!["discontinuous", "--code", "gray"], 2, "bose-chowla"),
        (vec!["discontinuous", "--layout", "shallow"], 2, "--construction continuous"),
        (vec!["discontinuous", "--outputs", "0"], 2, "--outputs"),
        (vec!["discontinuous", "--plot", "src"], 2, ".svg"),
        (vec!["discontinuous", "--plot", "nowhere/sizes.svg"], 2, "there is no folder nowhere"),
        (vec!["network", "constructions/long", "--max-units", "3"], 2, "--max-units"),
        (vec!["network", "constructions/long", "--layout", "shallow", "--activation", "relu2"], 2, "shallow"),
    ] {
        let output = scale(&arguments);
        assert_eq!(output.code, code, "{arguments:?}");
        assert!(output.stderr.contains(message), "{arguments:?}: {}", output.stderr);
    }
}

/// A function without equal neighbours in its table, on [0, 1]^d as the sweep.
const GENERIC: &str = "name = \"generic\"\ntokens = TOKENS\ndomain = DOMAIN\n\
                       output = [\"x[0] + 1/7*x[0]^2 + 1/5*x[LAST] + sum(y: y[0]^2 + 1/3*y[LAST]^3)\"]\n";

#[test]
fn discontinuous_rows_are_the_networks_that_prove_builds() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = folder.path().join("target.toml");
    let mut compared = 0;
    for (n, d, divisions) in [(2, 1, 5), (3, 1, 4), (2, 2, 2)] {
        let domain = format!("[{}]", vec!["[\"0\", \"1\"]"; d].join(", "));
        std::fs::write(
            &target,
            GENERIC
                .replace("TOKENS", &n.to_string())
                .replace("DOMAIN", &domain)
                .replace("LAST", &(d - 1).to_string()),
        )
        .expect("written");
        let (n, d, divisions) = (n.to_string(), d.to_string(), divisions.to_string());
        for separate in ["others", "all"] {
            let lists =
                ["--tokens", &n, "--dimension", &d, "--divisions", &divisions, "--separate", separate];
            let output = scale(&[&["discontinuous", "--json"], lists.as_slice()].concat());
            assert_eq!(output.code, 0, "{}", output.stderr);
            let rows = rows(&output);
            assert_eq!(rows.len(), 16);
            for row in rows {
                let option = |key: &str| row[key].as_str().expect("a name").to_string();
                let proved = sumformer(".")
                    .args(["prove", "--construction", "discontinuous", "--json", "--grid", &divisions])
                    .args(["--code", &option("code"), "--layout", &option("layout"), "--separate", separate])
                    .args([OsStr::new("-o"), folder.path().join("out").as_ref(), target.as_ref()])
                    .run();
                let result = &proved.json()["results"][0];
                let at = format!("{row}\n{}", proved.stderr);
                for key in ["n", "d", "blocks", "width", "hidden_units", "nonzeros"] {
                    assert_eq!(result[key], row[key], "{key}: {at}");
                }
                for key in ["dimension", "information_bound"] {
                    assert_eq!(result["latent"][key], row["latent"][key], "{key}: {at}");
                }
                for key in ["bits", "key_bits"] {
                    let (counted, closed) = (result["latent"][key].as_u64(), row["latent"][key].as_u64());
                    let exact = row["latent"]["bits_are"] == "exact";
                    assert!(if exact { counted == closed } else { counted <= closed }, "{key}: {at}");
                }
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 3 * 2 * 16);
}

#[test]
fn a_code_that_cannot_be_built_has_a_note_and_nothing_else_is_lost() {
    let sweep = [
        "discontinuous",
        "--tokens",
        "2",
        "--dimension",
        "1,16",
        "--divisions",
        "1048576",
        "--layout",
        "wide",
    ];
    let output = scale(&[sweep.as_slice(), &["--json"]].concat());
    assert_eq!(output.code, 0);
    let rows = rows(&output);
    let errors: Vec<Option<&str>> = rows.iter().map(|row| row["error"].as_str()).collect();
    assert!(errors[0].is_some_and(|error| error.contains("table of words")), "{errors:?}");
    assert_eq!((errors[1], &rows[1]["entries"]), (None, &Value::from(1u64 << 40)));
    assert_eq!(rows[1]["exact_in"]["f64"], true);
    assert!(errors[4].is_some_and(|error| error.contains("more than can be numbered")), "{errors:?}");
    assert!(rows[4]["cells"].is_null() && rows[4]["blocks"].is_null());
    let csv = scale(&[sweep.as_slice(), &["--csv"]].concat()).stdout;
    let columns: Vec<usize> = csv.lines().map(|line| line.split(',').count()).collect();
    assert_eq!(columns, [19; 9]);
}

#[test]
fn the_paper_counts_ordered_cubes_over_all_orders() {
    let output = scale(&[
        "discontinuous",
        "--tokens",
        "4",
        "--dimension",
        "2",
        "--divisions",
        "3",
        "--code",
        "radix",
        "--json",
    ]);
    // 4·3^8/4! = 2187/2, and T = 9·C(11, 3).
    assert_eq!(rows(&output)[0]["paper_entries"]["exact"], "2187/2");
    assert_eq!(rows(&output)[0]["entries"], 9 * 165);
}

#[test]
fn the_picture_is_the_same_every_time_and_replaces_files_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let draw = |name: &str| {
        let path = folder.path().join(name);
        let path = path.to_str().expect("UTF-8");
        let output = scale(&["discontinuous", "--tokens", "2", "--dimension", "1", "--plot", path]);
        (output.code, std::fs::read_to_string(path).ok())
    };
    let (first, second) = (draw("a.svg"), draw("b.svg"));
    assert_eq!((first.0, &first), (0, &second));
    let svg = first.1.expect("a picture");
    assert!(svg.starts_with("<svg") && svg.contains("parameters, by code") && svg.contains("bose-chowla"));
    assert_eq!(draw("a.svg"), second);
    std::fs::create_dir(folder.path().join("c.svg")).expect("a folder");
    assert_eq!(draw("c.svg"), (2, None));
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 3);
}
