//! `export`, and what comes back: `check --against` and `eval FILE`.

use crate::support::{Copy, folder, proofs};
use common::run;
use serde_json::Value;
use std::fs;
use std::path::Path;

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn every_format_and_type_is_written_once() {
    let copy = Copy::of("exact");
    let here = copy.path();
    let run_of =
        run(here, "--json export . --format onnx,safetensors,torch --format npz --dtype f32").expect(0);
    let json = run_of.json();
    assert_eq!(json["dtype"], "f32");
    assert_eq!(json["certified"]["exact"], "0");
    let files = json["files"].as_array().expect("files");
    let formats: Vec<_> = files.iter().map(|file| file["format"].as_str().expect("a format")).collect();
    assert_eq!(formats, ["onnx", "safetensors", "exact", "torch", "npz"]);
    let expected = [
        "network.f32.exact.json",
        "network.f32.npz",
        "network.f32.onnx",
        "network.f32.safetensors",
        "sumformer_network.py",
    ];
    assert_eq!(names(&here.join("export")), expected);
    for file in files {
        let path = here.join(file["path"].as_str().expect("a path"));
        assert_eq!(file["bytes"], fs::metadata(path).expect("it is there").len());
    }
    // 1/3 in the output, and sums divided by 3.
    assert!(files[0]["rounded"].as_u64().expect("a number") > 0);
    assert_eq!(files[0]["rounded"], files[1]["rounded"]);
    let exact: Value =
        serde_json::from_slice(&fs::read(here.join("export/network.f32.exact.json")).expect("a file"))
            .expect("JSON");
    assert_eq!(exact["rounded"].as_array().expect("entries").len() as u64, files[1]["rounded"]);
    let largest = &files[1]["largest_relative_error"];
    assert!(largest["float"].as_f64().expect("a number") <= 2_f64.powi(-24));
    let listed = exact["rounded"].as_array().expect("entries").iter();
    assert!(
        listed.clone().any(|entry| entry[0] == largest["tensor"] && entry[1] == largest["index"]),
        "{exact}"
    );

    let before = fs::read(here.join("export/network.f32.onnx")).expect("a file");
    run(here, "export . --format onnx --dtype f32").expect(0);
    assert_eq!(fs::read(here.join("export/network.f32.onnx")).expect("a file"), before);
    let text = run(here, "export . --format onnx").expect(0).stdout;
    assert!(text.contains("network.f64.onnx") && text.contains("rounded, by at most"), "{text}");
    // With several files `-o` is a folder; with one it may be a name.
    run(here, "export . --format onnx,npz -o elsewhere/deep").expect(0);
    assert_eq!(names(&here.join("elsewhere/deep")), ["network.f64.npz", "network.f64.onnx"]);
    run(here, "export . --format safetensors --dtype bf16 -o elsewhere/mine.safetensors").expect(0);
    assert_eq!(names(&here.join("elsewhere")), ["deep", "mine.exact.json", "mine.safetensors"]);
}

#[test]
fn what_is_not_exported() {
    let copy = Copy::of("relu");
    let here = copy.path();
    for (line, words) in [
        ("export . --format onnx,npz --dtype bf16", "numpy has no bf16"),
        ("export .", "--format"),
        ("export . --format pickle", "pickle"),
        ("export nowhere --format onnx", "no certificate.json"),
    ] {
        let run = run(here, line).expect(2);
        assert!(run.stderr.contains(words), "{line}: {}", run.stderr);
    }
    // Nothing of a run that failed is left behind.
    assert!(!here.join("export").exists() || names(&here.join("export")).is_empty());
    // A claim that does not follow is not exported.
    copy.edit("certificate.json", |certificate| certificate["certified"] = "0".into());
    let run = run(here, "export . --format onnx").expect(1);
    assert!(run.stderr.contains("nothing was exported"), "{}", run.stderr);
    assert!(!here.join("export/network.f64.onnx").exists());
}

#[test]
fn files_of_others_stay() {
    let copy = Copy::of("exact");
    let here = copy.path();
    fs::create_dir(here.join("export")).expect("a folder");
    let mine = here.join("export/network.f64.onnx");
    fs::write(&mine, "my notes").expect("a file");
    let refused = run(here, "export . --format safetensors,onnx").expect(2);
    assert!(refused.stderr.contains("left alone"), "{}", refused.stderr);
    assert_eq!(fs::read(&mine).expect("a file"), b"my notes");
    assert_eq!(names(&here.join("export")), ["network.f64.onnx"]);
    // `prove` replaces a proof with its exports, but not with something else among them.
    let prove = "prove target.toml --activation relu2 -o .";
    let parent = folder();
    let proof = parent.path().join("p");
    fs::create_dir(&proof).expect("a folder");
    for file in names(here).iter().filter(|name| *name != "export") {
        fs::copy(here.join(file), proof.join(file)).expect("a copy");
    }
    run(&proof, "export . --format onnx,safetensors,torch,npz").expect(0);
    run(&proof, &prove.replace("-o .", "-o ../p")).expect(0);
    assert_eq!(names(&proof), ["certificate.json", "network.json", "target.toml"]);
    run(&proof, "export . --format onnx").expect(0);
    fs::write(proof.join("export/notes.txt"), "mine").expect("a file");
    run(&proof, &prove.replace("-o .", "-o ../p")).expect(2);
    assert_eq!(names(&proof.join("export")), ["network.f64.onnx", "notes.txt"]);
}

#[test]
fn a_file_is_compared_with_its_proof() {
    let here = tempfile::tempdir().expect("a folder");
    let proof = proofs().join("all/performer");
    let other = proofs().join("all/linformer");
    let (proof, other) = (proof.display(), other.display());
    for format in ["onnx", "safetensors", "npz"] {
        let file = format!("network.{format}");
        run(here.path(), &format!("export {proof} --format {format} --dtype f32 -o {file}")).expect(0);
        let same = run(here.path(), &format!("--json check {proof} --against {file}")).expect(0).json();
        let against = &same["results"][0]["against"];
        assert_eq!((&against["same"], &against["dtype"]), (&Value::Bool(true), &"f32".into()));
        run(here.path(), &format!("check {other} --against {file}")).expect(2);
        let mut bytes = fs::read(here.path().join(&file)).expect("a file");
        let at = bytes.len() - 1;
        bytes[at] ^= 1;
        fs::write(here.path().join(&file), bytes).expect("a file");
        let changed = run(here.path(), &format!("check {proof} --against {file}"));
        assert!([1, 2].contains(&changed.code), "{format}: {}", changed.all());
    }
    let changed =
        run(here.path(), &format!("--json check {proof} --against network.safetensors")).expect(1).json();
    let against = &changed["results"][0]["against"];
    assert_eq!(against["tensor"], "readout.bias");
    assert_ne!(against["expected"], against["found"]);
    for (file, words) in [("network.bin", "has to end in"), ("absent.onnx", "absent.onnx")] {
        let refused = run(here.path(), &format!("check {proof} --against {file}")).expect(2);
        assert!(refused.stderr.contains(words), "{}", refused.stderr);
    }
    // zip 9.8.2 writes to standard error when an archive cannot be ended, as where a date differs; that is not for people.
    run(here.path(), &format!("export {proof} --format npz -o dated.npz")).expect(0);
    let mut dated = fs::read(here.path().join("dated.npz")).expect("a file");
    dated[12] ^= 1;
    fs::write(here.path().join("dated.npz"), dated).expect("a file");
    let other_date = run(here.path(), &format!("check {proof} --against dated.npz")).expect(1);
    assert_eq!(other_date.stderr, "");
    // One file is the network of one proof.
    let all = proofs().join("all");
    let several = run(here.path(), &format!("check {} --against network.onnx", all.display())).expect(2);
    assert!(several.stderr.contains("name one of"), "{}", several.stderr);
}

#[test]
fn a_file_is_evaluated_like_its_folder() {
    let here = tempfile::tempdir().expect("a folder");
    let proof = proofs().join("relu");
    fs::write(here.path().join("s.json"), r#"[[["1/3"], [0.5]], [[0], [1]]]"#).expect("a file");
    let of_folder =
        run(here.path(), &format!("--json eval {} --input s.json --scalar exact", proof.display()));
    let expected = of_folder.expect(0).json()["outputs"].clone();
    for format in ["onnx", "safetensors", "npz"] {
        run(here.path(), &format!("export {} --format {format} -o n.{format}", proof.display())).expect(0);
        let file = run(here.path(), &format!("--json eval n.{format} --input s.json --scalar exact"))
            .expect(0)
            .json();
        assert_eq!((&file["outputs"], &file["target"]), (&expected, &Value::Null), "{format}");
        run(here.path(), &format!("eval n.{format} --input s.json")).expect(0);
        run(
            here.path(),
            &format!("eval n.{format} --input s.json --scalar f32 --summation order-independent"),
        )
        .expect(0);
        let refused = run(here.path(), &format!("eval n.{format} --input s.json --of target")).expect(2);
        assert!(refused.stderr.contains("nothing but the network"), "{}", refused.stderr);
    }
    let network = proof.join("network.json");
    let file = run(here.path(), &format!("--json eval {} --input s.json --scalar exact", network.display()));
    assert_eq!(file.expect(0).json()["outputs"], expected);
    fs::write(here.path().join("bad.onnx"), "no").expect("a file");
    run(here.path(), "eval bad.onnx --input s.json").expect(2);
    run(here.path(), "eval absent.safetensors --input s.json").expect(2);
}

#[test]
fn the_standard_form_is_a_proof_of_its_own() {
    let copy = Copy::of("relu");
    let here = copy.path();
    let json = run(here, "--json export . --format standard,onnx").expect(0).json();
    assert_eq!(json["files"][0]["format"], "standard");
    let checked = run(here, "--json check export/standard").expect(0).json();
    let original = run(here, "--json check .").expect(0).json();
    assert_eq!(checked["results"][0]["certified"], original["results"][0]["certified"]);
    run(here, "export export/standard --format onnx -o wide.onnx").expect(0);
    run(here, "check export/standard --against wide.onnx").expect(0);
    run(here, "check . --against wide.onnx").expect(2);
    // It is replaced, and goes with the proof it was made of.
    run(here, "export . --format standard").expect(0);
    let parent = folder();
    let proof = parent.path().join("p");
    run(parent.path(), "prove square.toml -o p --activation relu2").expect(0);
    run(&proof, "export . --format standard").expect(0);
    run(parent.path(), "prove square.toml -o p").expect(0);
    assert_eq!(names(&proof), ["certificate.json", "network.json", "target.toml"]);
    fs::create_dir_all(proof.join("export/standard")).expect("a folder");
    fs::write(proof.join("export/standard/mine"), "mine").expect("a file");
    run(&proof, "export . --format standard").expect(2);
    run(parent.path(), "prove square.toml -o p").expect(2);
    assert!(proof.join("export/standard/mine").exists());
}

#[test]
fn decided_properties_are_exported_with_their_answers() {
    let parent = folder();
    let here = parent.path();
    // Dyadic weights only.
    fs::write(
        here.join("spread.toml"),
        "name = \"spread\"\ntokens = 4\ndomain = [[0, 1]]\nepsilon = \"1/100\"\noutput = [\"mean(y: y[0]^2) - x[0]\"]\n",
    )
    .expect("a file");
    run(here, "prove spread.toml -o p").expect(0);
    let json = run(here, "--json export p --format vnnlib").expect(0).json();
    assert_eq!(json["files"][0]["format"], "vnnlib");
    let place = here.join("p/export/vnnlib");
    run(here, "check p --against p/export/vnnlib/network.f32.onnx").expect(0);
    run(here, "check p/export/vnnlib/proof").expect(0);
    let answers: Value =
        serde_json::from_slice(&fs::read(place.join("answers.json")).expect("a file")).expect("JSON");
    let instances = answers["instances"].as_array().expect("answers");
    assert_eq!(instances.len(), 4, "{answers}");
    let certified = run(here, "--json check p").expect(0).json()["results"][0]["certified"]["float"].as_f64();
    for instance in instances {
        let text =
            fs::read_to_string(place.join(instance["vnnlib"].as_str().expect("a path"))).expect("a file");
        let assertion = text.lines().last().expect("an assertion");
        let threshold: f64 = assertion
            .trim_end_matches("))")
            .rsplit_once(' ')
            .expect("a number")
            .1
            .parse()
            .expect("a decimal");
        let least = assertion.starts_with("(assert (<= Y_0 ");
        assert!(least || assertion.starts_with("(assert (>= Y_0 "), "{assertion}");
        // The target's range: the own token at 1 and the others at 0, or the other way round.
        let (low, high) = (-0.75, 0.75);
        let certified = certified.expect("a bound");
        match instance["answer"].as_str() {
            Some("unsat") => {
                assert!(if least { threshold < low - certified } else { threshold > high + certified })
            }
            Some("sat") => {
                assert!(if least { threshold > low - certified } else { threshold < high + certified });
                let point: Vec<Vec<Value>> = instance["counterexample"]
                    .as_array()
                    .expect("a point")
                    .iter()
                    .map(|x| vec![x.clone()])
                    .collect();
                fs::write(here.join("point.json"), serde_json::json!(point).to_string()).expect("a file");
                let value =
                    run(here, "--json eval p --input point.json --scalar f64").expect(0).json()["outputs"][0]
                        [0]
                    .as_f64()
                    .expect("a number");
                assert!(if least { value <= threshold } else { value >= threshold }, "{value} {assertion}");
            }
            other => panic!("{other:?}"),
        }
    }
    // The same again, in place of the first; and it goes with its proof.
    run(here, "export p --format vnnlib").expect(0);
    run(here, "prove spread.toml -o p").expect(0);
    assert!(!here.join("p/export").exists());
    // What f32 does not have is another network; and a property is about one length.
    run(here, "prove covariance.toml -o c --activation relu2").expect(0);
    let refused = run(here, "export c --format vnnlib").expect(3);
    assert!(refused.stderr.contains("single-precision"), "{}", refused.stderr);
    run(here, "prove any.toml -o a --activation relu2").expect(0);
    let refused = run(here, "export a --format vnnlib").expect(3);
    assert!(refused.stderr.contains("every length"), "{}", refused.stderr);
    fs::create_dir_all(here.join("c/export/vnnlib")).expect("a folder");
    fs::write(here.join("c/export/vnnlib/mine"), "mine").expect("a file");
    run(here, "export c --format vnnlib").expect(2);
    assert!(here.join("c/export/vnnlib/mine").exists());
}

/// The Performer as printed has the factor 1/m, which is a number of the network too.
#[test]
fn a_third_in_the_graph_is_counted() {
    let parent = folder();
    let here = parent.path();
    let options = "--activation relu2 --architecture performer --performer paper --features";
    for (features, more) in [(3, 1), (4, 0)] {
        run(here, &format!("prove square.toml -o p {options} {features}")).expect(0);
        let json = run(here, "--json export p --format onnx,safetensors --dtype f32").expect(0).json();
        let rounded = |file: usize| json["files"][file]["rounded"].as_u64().expect("a number");
        assert_eq!(rounded(0), rounded(1) + more, "{json}");
    }
    run(here, &format!("prove square.toml -o p {options} 3")).expect(0);
    let refused = run(here, "export p --format vnnlib").expect(3);
    assert!(refused.stderr.contains("single-precision"), "{}", refused.stderr);
}
