//! Everything that can be wrong with what the program is given: an exit code, a message, never a panic.

use crate::support::{Copy, folder, proofs, run_in};
use common::Run;
use serde_json::{Value, json};

/// With and without `--json`: the same exit code, the message on standard error, one JSON object on standard output.
#[track_caller]
fn refuses(run: impl Fn(&[&str]) -> Run, code: i32, message: &str, what: &str) {
    let plain = run(&[]);
    let all = format!("{}{}", plain.stderr, plain.stdout);
    assert_eq!(plain.code, code, "{what}: {all}");
    assert!(all.contains(message), "{what}: no `{message}` in {all}");
    let json = run(&["--json"]);
    assert_eq!(json.code, code, "{what} --json: {}", json.stderr);
    let answer = json.json();
    match answer.get("error") {
        Some(error) => {
            assert_eq!(error["exit_code"], code, "{what}");
            assert!(!error["message"].as_str().unwrap().is_empty(), "{what}");
        }
        None => {
            let verdict = if code == 1 { "invalid" } else { "incomplete" };
            assert_eq!(answer["results"][0]["verdict"], verdict, "{what}");
            assert!(!answer["results"][0]["message"].as_str().unwrap().is_empty(), "{what}");
        }
    }
}

#[test]
fn command_lines() {
    let folder = folder();
    for (line, code, message) in [
        ("", 2, "Usage"),
        ("frobnicate", 2, "unrecognized subcommand"),
        ("prove", 2, "<TARGET>"),
        ("prove a b", 2, "unexpected argument"),
        ("prove square.toml --architecture mamba", 2, "invalid value 'mamba'"),
        ("prove square.toml --rank 0", 2, "--rank"),
        ("prove square.toml --features 0", 2, "--features"),
        ("prove square.toml --features 99999999999", 2, "--features"),
        ("prove square.toml --seed -1", 2, "-1"),
        ("prove square.toml --epsilon 0", 2, "must be positive"),
        ("prove square.toml --epsilon -1/2", 2, "must be positive"),
        ("prove square.toml --epsilon 1/0", 2, "divides by zero"),
        ("prove square.toml --epsilon inf", 2, "not an exact number"),
        ("prove square.toml --epsilon 1e-999999", 2, "exponents up to 2000"),
        (
            "prove square.toml --latent all",
            2,
            "expected sparse, essential, powers, tight, paper, or a number",
        ),
        ("prove square.toml --threads 0", 2, "--threads"),
        ("prove any.toml --construction discontinuous", 2, "fixed number of tokens"),
        ("prove square.toml --activation relu2 --layout shallow", 2, "squared ReLU does not have"),
        ("prove square.toml --max-units 1", 2, "--max-units"),
        ("prove square.toml --max-terms 0", 2, "--max-terms"),
        ("prove covariance.toml --max-terms 1", 2, "--max-terms"),
        ("prove any.toml --latent tight", 2, "--latent sparse"),
        ("prove any.toml --architecture performer --performer paper", 2, "--performer favor"),
        ("prove square.toml -o square.toml", 2, "left alone"),
        ("check", 2, "<DIRECTORY>"),
        ("check absent", 2, "no certificate.json"),
        ("check square.toml", 2, "no certificate.json"),
        ("check .", 2, "written by `sumformer prove`"),
        ("eval absent --input - --scalar exact", 2, "no certificate.json"),
        ("eval absent --scalar exact", 2, "--input"),
        ("eval absent --input -", 2, "no certificate.json"),
        ("eval absent --input - --scalar f16", 2, "invalid value 'f16'"),
        ("eval absent --input - --scalar f64 --of psi", 2, "invalid value 'psi'"),
        ("explain", 2, "<DIRECTORY>"),
        ("explain absent", 2, "no certificate.json"),
    ] {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        refuses(|more| run_in(folder.path(), &[&arguments, more].concat(), b""), code, message, line);
    }
}

fn target(output: &str) -> String {
    common::target(3).output(output).text()
}

#[test]
fn targets() {
    let folder = folder();
    std::fs::create_dir(folder.path().join("directory")).unwrap();
    let with = |from: &str, to: &str| target("x[0]").replace(from, to).into_bytes();
    let cases: Vec<(&str, Vec<u8>, i32, &str)> = vec![
        ("empty", Vec::new(), 2, "name"),
        ("not UTF-8", vec![0x6e, 0xff, 0xfe], 2, "not UTF-8"),
        ("not TOML", b"name = = 1".to_vec(), 2, "TOML"),
        ("JSON", b"{\"name\": 1}".to_vec(), 2, "TOML"),
        ("unknown name", target("x[0] + z").into_bytes(), 2, "z"),
        ("no such coordinate", target("x[7]").into_bytes(), 2, "x[7]"),
        ("division by zero", target("x[0] / (1 - 1)").into_bytes(), 2, "zero"),
        ("a pole", target("1/(x[0] - 1/2)").into_bytes(), 3, "a divisor may be 0"),
        ("unclosed", target("(x[0]").into_bytes(), 2, "t.toml:"),
        (
            "deep",
            target(&format!("{}x[0]{}", "(".repeat(100_000), ")".repeat(100_000))).into_bytes(),
            2,
            "deep",
        ),
        ("many terms", target("(x[0] + sum(y: y[0]))^4000").into_bytes(), 2, "terms"),
        ("exponent", target("x[0]^99999999999999999999").into_bytes(), 2, "exponent"),
        ("numeral", target(&"9".repeat(20_000)).into_bytes(), 2, "numeral"),
        ("no tokens", with("tokens = 3", "tokens = 0"), 2, "tokens"),
        ("too many tokens", with("tokens = 3", "tokens = 9223372036854775807"), 2, "tokens"),
        ("negative tokens", with("tokens = 3", "tokens = -1"), 2, "tokens"),
        ("reversed interval", with("\"0\", \"1\"", "\"1\", \"0\""), 2, "empty"),
        ("infinite interval", with("\"1\"", "\"inf\""), 2, "inf"),
        ("no coordinates", with("[[\"0\", \"1\"]]", "[]"), 2, "domain"),
        ("no outputs", with("[\"x[0]\"]", "[]"), 2, "output"),
        ("a path as name", with("\"t\"", "\"../../t\""), 2, "name"),
        ("unknown key", with("tokens", "tokns"), 2, "tokns"),
        ("epsilon", with("tokens", "epsilon = \"-1\"\ntokens"), 2, "epsilon"),
        ("too large", vec![b'#'; (1 << 20) + 1], 2, "1048576"),
        (
            "not symmetric",
            with("output = [\"x[0]\"]", "semi_invariant = [\"x1[0]*x2[0]\"]"),
            2,
            "not symmetric",
        ),
    ];
    for (what, content, code, message) in cases {
        std::fs::write(folder.path().join("t.toml"), content).unwrap();
        refuses(
            |more| run_in(folder.path(), &[&["prove", "t.toml", "--max-terms", "1000"], more].concat(), b""),
            code,
            message,
            what,
        );
        assert!(!folder.path().join("out").exists(), "{what}");
    }
    for (path, message) in [("absent.toml", "absent.toml"), ("directory", "directory/target.toml")] {
        refuses(|more| run_in(folder.path(), &[&["prove", path], more].concat(), b""), 2, message, path);
    }
}

#[test]
fn sequences() {
    let deep = "[".repeat(1 << 20);
    let long = format!("[[{}],[0]]", "1".repeat(20_000));
    let folder = tempfile::tempdir().unwrap();
    let cases: Vec<(&[u8], &str, i32, &str)> = vec![
        (b"", "exact", 2, "not JSON"),
        (b"[[0],[1]", "exact", 2, "not JSON"),
        (b"[[0],[NaN]]", "exact", 2, "not JSON"),
        (b"[[0],[.5]]", "exact", 2, "not JSON"),
        (b"\xff\xfe", "exact", 2, "not JSON"),
        (deep.as_bytes(), "exact", 2, "not JSON"),
        (b"{}", "exact", 2, "an object"),
        (b"null", "exact", 2, "null"),
        (b"[]", "exact", 2, "at least one token"),
        (b"[[0]]", "exact", 2, "expected 2 tokens, found 1"),
        (b"[[0],[1],[2]]", "f64", 2, "expected 2 tokens, found 3"),
        (b"[[0],[1,2]]", "f64", 2, "token 1: expected 1 coordinates, found 2"),
        (b"[[0],[]]", "f64", 2, "token 1: expected 1 coordinates, found 0"),
        (b"[[0],[true]]", "f64", 2, "token 1, coordinate 0: expected a number"),
        (b"[[0],[\"NaN\"]]", "f64", 2, "not an exact number"),
        (b"[[0],[\"1/0\"]]", "f64", 2, "divides by zero"),
        (b"[[0],[1e9999]]", "f64", 2, "numeral"),
        (long.as_bytes(), "f64", 2, "numeral"),
        (b"[[[0],[1]],[[0],[1],[2]]]", "f64", 2, "sequence 1: expected 2 tokens"),
        (b"[[1e39],[1]]", "f32", 2, "not finite"),
        (b"[[[0],[1]],[[1e400],[1]]]", "f64", 2, "sequence 1: output 0 of token 0 is not finite"),
    ];
    for (input, scalar, code, message) in cases {
        let arguments = ["eval", "relu", "--input", "-", "--scalar", scalar];
        let what = String::from_utf8_lossy(&input[..input.len().min(60)]).into_owned();
        refuses(|more| run_in(proofs(), &[&arguments, more].concat(), input), code, message, &what);
    }
    let overflow = ["eval", "relu", "--input", "-", "--scalar", "f32", "--of", "target"];
    refuses(|more| run_in(proofs(), &[&overflow, more].concat(), b"[[1e30],[1e30]]"), 2, "finite", "target");
    let here = folder.path().to_str().unwrap();
    for (path, message) in [(here, here), ("absent.json", "absent.json"), ("/dev/zero", "more than")] {
        let arguments = ["eval", "relu", "--input", path, "--scalar", "f64"];
        refuses(|more| run_in(proofs(), &[&arguments, more].concat(), b""), 2, message, path);
    }
}

/// How a proof is spoilt.
enum Spoil {
    Text(&'static str, Vec<u8>),
    Replace(&'static str, &'static str, &'static str),
    Network(fn(&mut Value)),
    Certificate(fn(&mut Value)),
    Remove(&'static str),
    Directory(&'static str),
    Size(&'static str, u64),
}

impl Spoil {
    fn apply(&self, copy: &Copy) {
        match self {
            Spoil::Text(file, content) => copy.write(file, content),
            Spoil::Replace(file, from, to) => {
                let text = copy.text(file);
                assert!(text.contains(from), "{file} has no {from}");
                copy.write(file, text.replacen(from, to, 1));
            }
            Spoil::Network(change) => {
                copy.edit("network.json", change);
                copy.rehash();
            }
            Spoil::Certificate(change) => copy.edit("certificate.json", change),
            Spoil::Remove(file) => std::fs::remove_file(copy.file(file)).unwrap(),
            Spoil::Directory(file) => {
                std::fs::remove_file(copy.file(file)).unwrap();
                std::fs::create_dir(copy.file(file)).unwrap();
            }
            Spoil::Size(file, size) => {
                std::fs::OpenOptions::new()
                    .write(true)
                    .open(copy.file(file))
                    .unwrap()
                    .set_len(*size)
                    .unwrap();
            }
        }
    }
}

#[test]
fn proofs_that_were_tampered_with() {
    use Spoil::*;
    const NETWORK: &str = "network.json";
    const CERTIFICATE: &str = "certificate.json";
    let half = |file: &str| {
        let text = Copy::of("relu").text(file);
        text.as_bytes()[..text.len() / 2].to_vec()
    };
    let cases = [
        (Text(NETWORK, half(NETWORK)), 2, "network.json: EOF"),
        (Text(CERTIFICATE, half(CERTIFICATE)), 2, "certificate.json: EOF"),
        (Text(NETWORK, Vec::new()), 2, "network.json: EOF"),
        (Text(NETWORK, vec![0xff; 100]), 2, "network.json"),
        (Text(CERTIFICATE, vec![0; 100]), 2, "certificate.json"),
        (Text(NETWORK, b"[]".to_vec()), 2, "network.json"),
        (Text(NETWORK, b"NaN".to_vec()), 2, "network.json"),
        (Text(NETWORK, "[".repeat(1 << 20).into_bytes()), 2, "network.json"),
        (Text(CERTIFICATE, "{\"format\":".repeat(1 << 17).into_bytes()), 2, "certificate.json"),
        (Text("target.toml", vec![0xff]), 2, "not UTF-8"),
        (Remove(NETWORK), 2, "network.json: No such file"),
        (Remove("target.toml"), 2, "target.toml: No such file"),
        (Remove(CERTIFICATE), 2, "no certificate.json"),
        (Directory(NETWORK), 2, "network.json"),
        (Directory(CERTIFICATE), 2, "not a file but a folder"),
        (Size(NETWORK, (1 << 30) + 1), 2, "1073741825 bytes"),
        (Size(CERTIFICATE, 1 << 33), 2, "8589934592 bytes"),
        (Replace(NETWORK, "\"tokens\"", "\"tokens\": 2, \"tokens\""), 2, "duplicate field"),
        (Replace(CERTIFICATE, "\"epsilon\"", "\"epsilon\": \"1\", \"epsilon\""), 2, "duplicate field"),
        (
            Replace(CERTIFICATE, "sumformer-certificate/2", "sumformer-certificate/3"),
            2,
            "is not `sumformer-cert",
        ),
        (
            Replace(CERTIFICATE, "sumformer-certificate/2", "sumformer-certificate/1"),
            2,
            "is not `sumformer-certificate/2`",
        ),
        (Certificate(old), 2, "`sumformer-certificate/1` is no longer read; prove the target once more"),
        (
            Certificate(|c| c["route"]["cells"] = json!({"count": 1, "entries": 1, "keys": 1})),
            2,
            "exactly one of the keys `polynomial`, `boxes`, `given` and `cells`, not 2 keys",
        ),
        (Certificate(|c| c["route"] = "cells".into()), 2, "expected an object"),
        (Certificate(|c| c["route"] = json!({})), 2, "`given` and `cells`, not 0 keys"),
        (
            Certificate(|c| c["route"]["polynomial"] = json!([[], {"latents": [], "blocks": []}])),
            2,
            "expected an object",
        ),
        (Replace(NETWORK, "sumformer-network/1", "onnx"), 2, "is not `sumformer-network/1`"),
        (Network(|n| n["comment"] = "x".into()), 2, "unknown field"),
        (Network(|n| n["tokens"] = 1.5.into()), 2, "network.json"),
        (Network(|n| n["tokens"] = json!(u64::MAX)), 2, "limited to"),
        (Network(|n| n["tokens"] = 3.into()), 1, "rule `shape`"),
        (Network(|n| n["tokens"] = 0.into()), 2, "at least 1"),
        (Network(|n| n["dimension"] = json!(u64::MAX)), 2, "limited to"),
        (Network(|n| n["dimension"] = 3.into()), 1, "rule `shape`"),
        (Network(|n| n["outputs"] = json!(u64::MAX)), 2, "limited to"),
        (Network(|n| n["outputs"] = 3.into()), 1, "rule `shape`"),
        (Network(|n| n["slots"] = json!([])), 2, "at least 1"),
        (Network(|n| n["slots"][1] = n["slots"][0].clone()), 2, "used twice"),
        (Network(|n| n["blocks"] = json!({})), 2, "network.json"),
        (Network(|n| n["blocks"] = json!([])), 1, "rule `shape`"),
        (Network(|n| n["blocks"][0]["units"][0]["bias"] = 1.into()), 2, "network.json"),
        (Network(|n| n["blocks"][0]["units"][0]["bias"] = "1/0".into()), 2, "divides by zero"),
        (Network(|n| n["blocks"][0]["units"][0]["bias"] = "NaN".into()), 2, "not an exact number"),
        (Network(|n| n["blocks"][0]["units"][0]["bias"] = "9".repeat(99_999).into()), 2, "numeral"),
        (Network(|n| n["blocks"][0]["units"][0]["in"] = json!([[999_999_999, "1"]])), 2, "outside"),
        (Network(|n| n["blocks"][0]["units"][0]["in"] = json!([[0, "0"]])), 2, "a zero is stored"),
        (Network(|n| n["blocks"][0]["units"][0]["in"] = json!([[0, "1"], [0, "1"]])), 2, "repeated"),
        (Network(|n| n["blocks"][0]["units"][0]["in"] = json!([])), 1, "rule `gadget-units`"),
        (Network(|n| n["blocks"][0]["activation"] = "gelu".into()), 2, "unknown variant"),
        (Network(|n| n["blocks"][0]["attention"]["heads"] = json!([])), 2, "there is no head"),
        (Network(|n| n["readout"]["bias"] = json!([[0, "1"]])), 1, "rule `"),
        (
            Network(|n| {
                let uniform = json!({"uniform": {"rank": u64::MAX, "value": "1/n"}});
                n["blocks"][0]["attention"]["heads"][0]["mechanism"] =
                    json!({"kind": "linformer", "e": uniform, "f": uniform});
            }),
            0,
            "valid",
        ),
        (Certificate(|c| c["network_sha256"] = "0".into()), 1, "rule `hash`"),
        (Certificate(|c| c["certified"] = "0".into()), 1, "rule `"),
        (Certificate(|c| c["certified"] = "-1".into()), 1, "rule `"),
        (Certificate(|c| c["certified"] = 0.5.into()), 2, "certificate.json"),
        (Certificate(|c| c["certified"] = "1".into()), 1, "rule `total`"),
        (Certificate(|c| c["epsilon"] = "0".into()), 1, "rule `shape`"),
        (Certificate(|c| c["outputs"] = json!([])), 1, "rule `shape`"),
        (Certificate(|c| c["outputs"][0]["lowering"] = "0".into()), 1, "rule `lowering`"),
        (Certificate(|c| stream(c)["blocks"] = json!([[], []])), 1, "rule `gadget-units`"),
        (Certificate(|c| stream(c)["blocks"][0][0]["units"] = 0.into()), 1, "rule `gadget-units`"),
        (Certificate(|c| stream(c)["blocks"][0][0]["units"] = json!(u64::MAX)), 1, "rule `gadget-units`"),
        (
            Certificate(|c| {
                let mut second = stream(c)["blocks"][0][0].clone();
                second["units"] = json!(u64::MAX);
                stream(c)["blocks"][0].as_array_mut().unwrap().push(second);
            }),
            1,
            "rule `gadget-units`",
        ),
        (Certificate(|c| stream(c)["blocks"][0][0]["units"] = json!(-1)), 2, "certificate.json"),
        (Certificate(|c| stream(c)["blocks"][0][0]["range"] = json!(["1", "0"])), 2, "is empty"),
        (Certificate(|c| stream(c)["blocks"][0][0]["range"] = json!(["0", "0"])), 1, "rule `gadget-range`"),
        (
            Certificate(|c| stream(c)["blocks"][0][0]["outputs"][0]["slot"] = json!(u64::MAX)),
            1,
            "rule `shape`",
        ),
        (Certificate(|c| stream(c)["blocks"][0][0]["outputs"][0]["error"] = "-1".into()), 1, "rule `gadget-"),
        (Certificate(|c| stream(c)["latents"] = json!([])), 1, "rule `latent-range`"),
        (Certificate(|c| stream(c)["latents"][0]["error"] = "-1".into()), 1, "rule `latent-error`"),
        (Certificate(|c| c["witness"]["token"] = json!(u64::MAX)), 1, "rule `witness`"),
        (Certificate(|c| c["witness"]["input"] = json!([["2"], ["2"]])), 1, "is outside"),
        (Certificate(|c| c["witness"]["input"] = json!([[], []])), 1, "rule `witness`"),
        (Certificate(|c| c["witness"]["error"] = "0".into()), 1, "the error there is"),
    ];
    for (index, (spoil, code, message)) in cases.iter().enumerate() {
        let copy = Copy::of("relu");
        spoil.apply(&copy);
        let what = format!("case {index} ({message})");
        if *code == 0 {
            assert!(run_in(copy.path(), &["check", "."], b"").expect(0).stdout.contains(message), "{what}");
        } else {
            refuses(
                |more| run_in(copy.path(), &[&["check", "."], more].concat(), b""),
                *code,
                message,
                &what,
            );
        }
        // The other readers of the same files may answer or refuse, but neither panic nor hang.
        for line in
            ["explain .", "eval . --input - --scalar exact", "eval . --input - --scalar f64 --of sumformer"]
        {
            let arguments: Vec<&str> = line.split_whitespace().collect();
            let run = run_in(copy.path(), &arguments, b"[[0.3],[\"2/7\"]]");
            assert!(run.code <= 3, "{what}, {line}: {}", run.stderr);
            assert!(*code != 2 || run.code == 2, "{what}, {line}: {}", run.stdout);
        }
    }
}

/// What a certificate claims of the blocks.
fn stream(certificate: &mut Value) -> &mut Value {
    &mut certificate["route"]["polynomial"]["stream"]
}

/// The form that certificates had before.
fn old(certificate: &mut Value) {
    let stream = stream(certificate).take();
    let fields = certificate.as_object_mut().unwrap();
    fields.remove("route");
    fields.insert("format".into(), "sumformer-certificate/1".into());
    for key in ["latents", "blocks"] {
        fields.insert(key.into(), stream[key].clone());
    }
}
