//! Files that would keep the proved checker busy for ever, or fill the memory: it ends soon, and accepts nothing.

use super::program::{program, theirs_within};
use common::target;
use std::time::{Duration, Instant};

/// What it is given; some of these files use it up.
const SECONDS: u64 = 3;

/// A network that reads tokens of one coordinate and does nothing.
fn network(tokens: &str, blocks: &str) -> String {
    format!(
        r#"{{"format": "sumformer-network/1", "tokens": {tokens}, "dimension": 1, "outputs": 1, "slots": ["s"],
            "embedding": {{"weights": [[0, 0, "1"]], "bias": []}}, "blocks": [{blocks}],
            "readout": {{"weights": [[0, 0, "1"]], "bias": []}}}}"#
    )
}

/// A certificate with these gadgets in its only block, or without blocks.
fn certificate(certified: &str, blocks: &str) -> String {
    format!(
        r#"{{"format": "sumformer-certificate/2", "target_sha256": "", "network_sha256": "", "epsilon": "1",
            "certified": {certified}, "outputs": [{{"lowering": "0", "residual": "0"}}], "witness": null,
            "route": {{"polynomial": {{"stream": {{"latents": [], "blocks": [{blocks}]}}}}}}}}"#
    )
}

#[test]
fn hostile_files_end_soon() {
    let Some(program) = program() else { return };
    let side = "[\"0\", \"1\"]";
    let text = |tokens: &str, output: &str| target(tokens).domain(side).epsilon("1").output(output).text();
    let plain = text("3", "x[0] + 1");
    let abbreviations = {
        let mut abbreviations = target(3).domain(side).epsilon("1").output("m40");
        for i in 0..=40 {
            let before = if i == 0 { "x[0]".to_string() } else { format!("m{}", i - 1) };
            abbreviations = abbreviations.abbreviation(&format!("m{i}"), &format!("{before} + {before}"));
        }
        abbreviations.text()
    };
    let unit = r#"{"in": [[0, "1"]], "bias": "0", "out": [[0, "1"]]}"#;
    let block = |attention: &str| {
        format!(
            r#"{{"label": "", "attention": {attention}, "activation": "relu", "units": [{unit}], "bias": []}}"#
        )
    };
    let head = |mechanism: &str, row: &str| {
        format!(
            r#"{{"heads": [{{"mechanism": {mechanism}, "query": [], "key": [], "value": [[0, 0, "1"]]}}],
                "output": [[{row}, 0, "1"]]}}"#
        )
    };
    let most = u64::MAX.to_string();
    let uniform = format!(r#"{{"uniform": {{"rank": {most}, "value": "1/n"}}}}"#);
    let linformer = format!(r#"{{"kind": "linformer", "e": {uniform}, "f": {uniform}}}"#);
    let gadget = |units: &str, slot: &str| {
        format!(
            r#"[{{"units": {units}, "range": ["0", "1"],
                  "outputs": [{{"slot": {slot}, "polynomial": [], "error": "0"}}]}}]"#
        )
    };
    let none = network("3", "");
    let cases: Vec<(&str, String, String, String)> = vec![
        ("an exponent", plain.clone(), none.clone(), certificate("\"1e999999999\"", "")),
        ("an exponent of an exponent", text("3", "x[0]^9^99999999"), none.clone(), certificate("\"0\"", "")),
        (
            "many digits",
            plain.clone(),
            none.clone(),
            certificate(&format!("\"{}\"", "9".repeat(1 << 20)), ""),
        ),
        ("brackets", plain.clone(), "[".repeat(1 << 22), certificate("\"0\"", "")),
        ("parentheses", text("3", &"(".repeat(1 << 19)), none.clone(), certificate("\"0\"", "")),
        ("signs", text("3", &format!("{}x[0]", "-".repeat(1 << 19))), none.clone(), certificate("\"0\"", "")),
        ("abbreviations", abbreviations, none.clone(), certificate("\"0\"", "")),
        ("a power", text("3", "(1 + x[0])^10000"), none.clone(), certificate("\"0\"", "")),
        (
            "powers of sums",
            text("3", "sum(y: (1 + x[0] + y[0])^50)^20"),
            none.clone(),
            certificate("\"0\"", ""),
        ),
        ("tokens", text("1000000", "sum(y: y[0])"), network("1000000", ""), certificate("\"0\"", "")),
        (
            "sums over explicit tokens",
            text("64", "prod(y: sum(z: prod(w: z[0] + w[0])))"),
            network("64", ""),
            certificate("\"0\"", ""),
        ),
        ("units", plain.clone(), network("3", &block("null")), certificate("\"0\"", &gadget(&most, "0"))),
        ("a slot", plain.clone(), network("3", &block("null")), certificate("\"0\"", &gadget("1", &most))),
        (
            "a rank",
            plain.clone(),
            network("3", &block(&head(&linformer, "0"))),
            certificate("\"0\"", &gadget("1", "0")),
        ),
        (
            "a row",
            plain,
            network("3", &block(&head(r#"{"kind": "softmax"}"#, &most))),
            certificate("\"0\"", &gadget("1", "0")),
        ),
    ];
    let scratch = tempfile::tempdir().expect("a folder");
    for (what, target, network, certificate) in cases {
        let start = Instant::now();
        let files = [target.as_bytes(), network.as_bytes(), certificate.as_bytes()];
        let said = theirs_within(SECONDS, &program, scratch.path(), files);
        let seconds = start.elapsed();
        println!("{what}: {seconds:?}, {said:?}");
        assert!(said.code > 0, "{what}: {said:?}");
        assert!(seconds < Duration::from_secs(SECONDS + 15), "{what}: {seconds:?}");
    }
}
