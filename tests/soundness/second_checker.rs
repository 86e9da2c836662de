//! Both checkers read a file alike: what is damaged ends with the same exit code in both.

use common::python::python;
use common::sumformer;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use sumformer_checker::check::{ProofFiles, Verdict, check_proof};
use sumformer_checker::format::sha256;
use tempfile::TempDir;

/// Prints an exit code for every folder that comes in.
const CODES: &str = "
import sys
from independent_checker import verdict
for line in sys.stdin:
    print(verdict(line.rstrip('\\n'))[0])
";

/// Every how-manieth damage of a part of a JSON file is tried; every one with `SUMFORMER_ALL_DAMAGES`.
const STRIDE: usize = 7;

/// The three files of a proof, damaged or not.
#[derive(Clone)]
pub struct Files {
    target: Vec<u8>,
    network: Vec<u8>,
    certificate: Vec<u8>,
}

impl Files {
    fn read(folder: &Path) -> Self {
        let read = |name: &str| fs::read(folder.join(name)).expect("a proof has three files");
        Self {
            target: read("target.toml"),
            network: read("network.json"),
            certificate: read("certificate.json"),
        }
    }

    fn write(&self, folder: &Path) {
        fs::create_dir_all(folder).expect("a folder");
        for (name, bytes) in [
            ("target.toml", &self.target),
            ("network.json", &self.network),
            ("certificate.json", &self.certificate),
        ] {
            fs::write(folder.join(name), bytes).expect("a file is written");
        }
    }

    /// The certificate but for how boxes and pieces are cut.
    fn without_cuts(&self) -> Option<Value> {
        fn remove(value: &mut Value) {
            match value {
                Value::Object(fields) => {
                    fields.remove("cuts");
                    fields.values_mut().for_each(remove);
                }
                Value::Array(items) => items.iter_mut().for_each(remove),
                _ => {}
            }
        }
        let mut certificate = serde_json::from_slice(&self.certificate).ok()?;
        remove(&mut certificate);
        Some(certificate)
    }

    /// The certificate is about these files.
    fn rehashed(mut self, before: &Self) -> Self {
        let mut text = String::from_utf8(self.certificate).expect("the certificate is not what is damaged");
        text = text.replace(&sha256(&before.target), &sha256(&self.target));
        text = text.replace(&sha256(&before.network), &sha256(&self.network));
        self.certificate = text.into_bytes();
        self
    }

    /// As they stand.
    pub fn bytes(&self) -> [&[u8]; 3] {
        [&self.target, &self.network, &self.certificate]
    }

    /// The exit code of the program's checker.
    fn code(&self) -> i32 {
        let files =
            ProofFiles { target: &self.target, network: &self.network, certificate: &self.certificate };
        match check_proof(files).map(|checked| checked.verdict) {
            Ok(Verdict::Valid(_)) => 0,
            Ok(Verdict::Invalid(_)) => 1,
            Err(_) => 2,
            Ok(Verdict::Incomplete(_)) => 3,
        }
    }
}

/// A proof of a small target.
fn proof(folder: &TempDir, target: &str, options: &str) -> Files {
    let path = |name: &str| folder.path().join(name);
    fs::write(path("target.toml"), target).expect("a file is written");
    let out = path("proof");
    sumformer(folder).line("prove target.toml -o proof").line(options).within(120).run().expect(0);
    Files::read(&out)
}

/// One of each kind of certificate and mechanism.
fn proofs() -> Vec<Files> {
    [
        // Latents, a linear map, a projection by rank, abbreviations, two outputs.
        (
            "name = \"a\"\ntokens = 3\ndomain = [[\"0\", \"1\"], [\"-1/2\", \"0.5\"]]\nepsilon = \"1/10\"\n\
             output = [\"mean(y: y[0]*y[1]) - m\", \"sum(y != x: y[0])\"]\n[where]\nm = \"x[0]^2\"\n",
            "--architecture linformer --rank 2",
        ),
        // Atoms and a polynomial for a quotient, at every length.
        (
            "name = \"b\"\ntokens = \"any\"\ndomain = [[\"0\", \"1\"]]\nepsilon = \"1/4\"\n\
             output = [\"1 / (1 + mean(y: exp(y[0])))\"]\n",
            "--architecture performer --features 2",
        ),
        // Hats and thresholds.
        (
            "name = \"c\"\ntokens = 2\ndomain = [[\"0\", \"1\"]]\nepsilon = \"1\"\n\
             output = [\"sum(y: abs(x[0] - y[0]))\", \"max(y: y[0])\"]\n",
            "",
        ),
        // Kernels of low rank.
        (
            "name = \"g\"\ntokens = 4\ndomain = [[\"0\", \"1\"]]\nepsilon = \"1/4\"\n\
             output = [\"sum(y: sigmoid(4*(y[0] - x[0])))\"]\n",
            "",
        ),
        // Heads with scores of their own.
        (
            "name = \"h\"\ntokens = \"any\"\ndomain = [[\"0\", \"1\"]]\nepsilon = \"1/4\"\n\
             output = [\"mean(y: exp(-(x[0] - y[0])^2)*y[0]) / mean(y: exp(-(x[0] - y[0])^2)) * mean(y: y[0])\"]\n",
            "--scores softmax",
        ),
        (
            "name = \"i\"\ntokens = 2\ndomain = [[\"0\", \"1\"]]\nepsilon = \"1/4\"\n\
             output = [\"max(y: y[0]) - min(y: tanh(x[0])*y[0])\"]\n",
            "--scores softmax --architecture linformer",
        ),
        // Logarithms, from explicit tokens.
        (
            "name = \"j\"\ntokens = 3\ndomain = [[\"0\", \"1\"], [\"0\", \"1\"]]\nepsilon = \"1/5\"\n\
             semi_invariant = [\"x1[0]*(x2[0]*x3[1] + x3[0]*x2[1])\"]\n",
            "--latent 2",
        ),
        // Cells and ramps.
        (
            "name = \"d\"\ntokens = 2\ndomain = [[\"0\", \"1\"]]\nepsilon = \"1/3\"\noutput = [\"mean(y: y[0])\"]\n",
            "--construction discontinuous --activation relu --ramp 1/100",
        ),
        // A witness of many equal tokens.
        (
            "name = \"f\"\ntokens = 1000\ndomain = [[\"0\", \"1\"]]\nepsilon = \"1\"\noutput = [\"mean(y: y[0]^2)\"]\n",
            "",
        ),
        // Explicit tokens.
        (
            "name = \"e\"\ntokens = 3\ndomain = [[0, 1]]\nsymmetrize = true\nsemi_invariant = [\"x1[0] + x2[0]^2\"]\n",
            "--activation relu2",
        ),
    ]
    .into_iter()
    .map(|(target, options)| proof(&tempfile::tempdir().expect("a folder"), target, options))
    .collect()
}

/// What is put in the place of a JSON value, as text.
const INSTEAD: [&str; 30] = [
    "3",
    "0",
    "3.0",
    "3e0",
    "-1",
    "-0",
    "18446744073709551616",
    "4294967296",
    "1e400",
    "true",
    "false",
    "null",
    "\"3\"",
    "\" 3 \"",
    "\"3 / 6\"",
    "\"+1\"",
    "\"-0\"",
    "\"1e3000\"",
    "\"1.\"",
    "\".5\"",
    "\"0x10\"",
    "\"1_0\"",
    "\"\u{663}\"",
    "\"\"",
    "\"\\ud800\"",
    "\"\\u0007\"",
    "[]",
    "{}",
    "NaN",
    "[[\"1\"]]",
];

/// A text that stands for what is put in.
const HERE: &str = "\u{e000}here\u{e000}";

/// Every damage of every part of a JSON file; of the elements of a list the first is damaged.
fn damaged(json: &[u8]) -> Vec<Vec<u8>> {
    let whole: Value = serde_json::from_slice(json).expect("JSON");
    let mut places = Vec::new();
    find(&whole, String::new(), &mut BTreeSet::new(), &mut places);
    let mut found = Vec::new();
    for place in places {
        let part = whole.pointer(&place).expect("a place in the file");
        let mut texts: Vec<String> = INSTEAD.map(String::from).to_vec();
        texts.extend(variants(part));
        for text in texts {
            let mut changed = whole.clone();
            *changed.pointer_mut(&place).expect("a place in the file") = HERE.into();
            found.push(changed.to_string().replace(&format!("\"{HERE}\""), &text).into_bytes());
        }
    }
    found
}

/// Pointers to one value of every kind of place.
fn find(value: &Value, place: String, seen: &mut BTreeSet<String>, places: &mut Vec<String>) {
    let kind: String =
        place.split('/').map(|step| if step.parse::<usize>().is_ok() { "/_" } else { step }).collect();
    if seen.insert(kind) {
        places.push(place.clone());
    }
    match value {
        Value::Object(entries) => {
            entries.iter().for_each(|(key, value)| find(value, format!("{place}/{key}"), seen, places));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, value)| find(value, format!("{place}/{i}"), seen, places));
        }
        _ => {}
    }
}

/// The value itself, almost.
fn variants(value: &Value) -> Vec<String> {
    match value {
        Value::Object(entries) => {
            let parts: Vec<String> =
                entries.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
            let without = |i: usize| [&parts[..i], &parts[i + 1..]].concat();
            let values: Vec<String> = entries.values().map(Value::to_string).collect();
            let mut texts: Vec<String> =
                (0..parts.len()).map(|i| format!("{{{}}}", without(i).join(","))).collect();
            texts.extend(parts.iter().map(|part| format!("{{{part},{}}}", parts.join(","))));
            texts.push(format!("{{{},\"further\":0}}", parts.join(",")));
            // Records as lists of their values.
            texts.push(format!("[{}]", values.join(",")));
            texts
        }
        Value::Array(items) => {
            let texts: Vec<String> = items.iter().map(Value::to_string).collect();
            let all = texts.join(",");
            let keyed: Vec<String> =
                texts.iter().enumerate().map(|(i, text)| format!("\"{i}\":{text}")).collect();
            vec![format!("[{all},{all}]"), format!("[{all},]"), format!("{{{}}}", keyed.join(","))]
        }
        // A choice as an object and as a list; numbers at the limits.
        Value::String(text) => {
            let long = |digits: usize| "7".repeat(digits);
            let numbers =
                [long(10_000), long(10_001), format!("1/{}", long(9_998)), format!("1/{}", long(9_999))];
            let numbers =
                numbers.iter().map(String::as_str).chain(["1e2000", "1e-2000", "-1e2001", "0e5000"]);
            let mut texts: Vec<String> = numbers.map(|number| format!("\"{number}\"")).collect();
            texts.extend([format!("{{\"{text}\":null}}"), format!("[\"{text}\"]")]);
            texts
        }
        _ => Vec::new(),
    }
}

/// Whole files, damaged.
fn damaged_bytes(file: &[u8]) -> Vec<Vec<u8>> {
    let text = std::str::from_utf8(file).expect("UTF-8");
    let utf16 = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let with = |before: &[u8], after: &[u8]| [before, file, after].concat();
    vec![
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
        [&[0xff, 0xfe][..], &utf16(u16::to_le_bytes)].concat(),
        text.encode_utf16().flat_map(|c| u32::from(c).to_le_bytes()).collect(),
        with(b"\xef\xbb\xbf", b""),
        with(b"", b"\n \t\r\n"),
        with(b"\n ", b""),
        with(b"", b"\x0b"),
        with(b"", b"\x0c"),
        with(b"", b"\0"),
        with(b"", b"\xc2\xa0"),
        with(b"", b"{}"),
        with(b"", b","),
        with(b"", b"\xff"),
        with(b"// a comment\n", b""),
        with(b"/* a comment */", b""),
        file[..file.len() / 2].to_vec(),
        Vec::new(),
        vec![b'['; 100_000],
        [vec![b'['; 5_000], vec![b']'; 5_000]].concat(),
        b"{\"a\":".repeat(5_000),
        text.replace('\n', "\r\n").into_bytes(),
        text.replace('"', "'").into_bytes(),
        text.replacen('a', "\u{e9}", 1).into_bytes(),
        text.replacen('a', "\\u0061", 1).into_bytes(),
    ]
}

/// Target files, each with something of its own; most are errors.
fn targets() -> Vec<String> {
    let with = |fields: &str| {
        let mut text = "name = \"t\"\n".to_string();
        for (key, value) in
            [("tokens", "3"), ("domain", "[[\"0\", \"1\"], [\"-1/2\", \"0.5\"]]"), ("output", "[\"x[0]\"]")]
        {
            if !fields.contains(&format!("{key} =")) {
                text.push_str(&format!("{key} = {value}\n"));
            }
        }
        text + fields
    };
    let fields = [
        "tokens = 3.0",
        "tokens = true",
        "tokens = \"3\"",
        "tokens = \"all\"",
        "tokens = 0",
        "tokens = 0x3",
        "tokens = 1_0",
        "tokens = -1",
        "tokens = 1000000",
        "tokens = 1000001",
        "tokens = +3",
        "tokens = 99999999999999999999",
        "tokens = 2\ntokens = 3",
        "epsilon = 0.1",
        "epsilon = \"0\"",
        "epsilon = \"-1\"",
        "epsilon = 1",
        "epsilon = [\"1\"]",
        "epsilon = \"1e-2001\"",
        "epsilon = inf",
        "epsilon = nan",
        "unknown = 1",
        "symmetrize = false",
        "where = 3",
        "where = {}",
        "semi_invariant = [\"x1[0]\"]",
        "domain = []",
        "domain = [[\"0\"]]",
        "domain = [[\"1\", \"0\"], [0, 1]]",
        "domain = [[0.0, 1.0], [0, 1]]",
        "domain = [[0, true], [0, 1]]",
        "domain = [[\"0\", \"1\", \"2\"], [0, 1]]",
        "domain = [[0, 1979-05-27], [0, 1]]",
        "domain = \"0\"",
        "domain = [[\" 0\", \"1\\t\"], [0, 1]]",
        "output = []",
        "output = \"x[0]\"",
        "output = [3]",
        "output = [\"\"]",
        "output = [\" \\u001c x[0]\"]",
        "output = [\"\\u00a0x[0]\"]",
        "[where]\nm = \"k\"\nk = \"1\"",
        "[where]\nsum = \"1\"",
        "[where]\nx = \"1\"",
        "[where]\nx1 = \"1\"",
        "[where]\n\"a-b\" = \"1\"",
        "[where]\nm = 1",
        "[where]\nm = \"x[7]\"",
        "[where]\n\u{e9} = \"x[0]\"",
        "[where]\nm = \"sum(m: m[0])\"",
        "[what]\nm = \"1\"",
        // What TOML 1.1 adds.
        "output = [\"\\x78[0]\"]",
        "output = [\"\\\\x78[0]\"]",
        "output = [\"x[0]\\e\"]",
        "output = [\"\"\"\\x78[0] \\\n   + 1\"\"\"]",
        "output = ['\\x78[0]']",
        "output = ['x[0]' # a comment with \" and {\n,]",
        "where = { m = \"1\", }",
        "where = {\n  m = \"1\", # one }\n  k = \"m + 1\"\n}",
        "where = { , }",
        "where = { m = \"1\",, }",
        "where = { m = [\n\"1\",\n], }",
    ];
    let expressions = [
        "1",
        "n",
        "-1/2",
        "- - x[0]",
        "x[2]",
        "x[01]",
        "x[-1]",
        "x[0.0]",
        "x[1e0]",
        "x",
        "y[0]",
        "x1[0]",
        "2x[0]",
        "x[0] x[1]",
        "x[0]**2",
        "x[0]^-1",
        "x[0]^1.0",
        "x[0]^x[0]",
        "x[0]^0",
        "x[0]^10000",
        "x[0]^10001",
        "x[0]^2^3",
        "x[0]^9^9^9",
        "0^0",
        "(x[0]",
        "x[0])",
        "()",
        "x[0]+",
        "+x[0]",
        "1..2",
        "1.",
        ".5",
        "1e5",
        "1e",
        "1e+2",
        "1E-2*x[0]",
        "1_0",
        "0x10",
        "1e2001",
        "1e-2000",
        "x[0]/0",
        "x[0]/(1-1)",
        "x[0]/(2^3-8)",
        "x[0]/(n-3)",
        "x[0]/abs(0)",
        "x[0]/max(0,0)",
        "x[0]/sum(y: 0)",
        "1/(1/3 + 1/6 - 1/2)",
        "log(0)",
        "log(-1)",
        "sqrt(-1)",
        "sqrt(0)",
        "log(1)",
        "log(x[0]+1)",
        "exp()",
        "exp(1,2)",
        "exp x[0]",
        "sin",
        "max(1)",
        "max(1,2)",
        "max(1,2,3)",
        "max(y: y[0])",
        "max(2: y[0])",
        "sum(x[0])",
        "sum(1,2)",
        "sum(y: y[0]",
        "sum(y y[0])",
        "sum(y, y[0])",
        "sum(x: x[0])",
        "sum(n: 1)",
        "sum(exp: 1)",
        "sum(x1: x1[0])",
        "sum(y: sum(y: y[0]))",
        "sum(y: sum(z: y[0]*z[0]))",
        "sum(y: 1) + y[0]",
        "sum(y != y: y[0])",
        "sum(y != z: y[0])",
        "sum(y != x: y[0])",
        "sum(y != x, x: y[0])",
        "sum(y != x,: y[0])",
        "sum(y !=: y[0])",
        "sum(y ! = x: y[0])",
        "mean(y != x: sum(z != x, y: z[0]))",
        "mean(y != x: mean(z != x, y: mean(w != x, y, z: w[0])))",
        "sum(y != x: sum(z != x, y: sum(w != x, y, z: w[0])))",
        "prod(y: y[0])",
        "foo(x[0])",
        "Sum(y: y[0])",
        "x [ 0 ]",
        "x[0]\u{b2}",
        "\u{663}*x[0]",
        "x[0] \u{2212} 1",
        "x[0] \u{d7} 2",
        "x[0];",
        "\u{e9}[0]",
        "sum(\u{e9}: \u{e9}[0])",
        "x\u{b2}[0]",
    ];
    let mut texts: Vec<String> = fields.map(with).to_vec();
    texts.extend(expressions.map(|e| with(&format!("output = [\"{e}\"]\n"))));
    texts.extend(expressions.map(|e| with(&format!("tokens = \"any\"\noutput = [\"{e}\"]\n"))));
    let explicit = [
        "x1[0]",
        "x0[0]",
        "x4[0]",
        "x01[0]",
        "x[0]",
        "x2[0]",
        "x2[0]+x3[0]",
        "sum(y: y[0])",
        "max(x1[0], 1)",
        "n",
    ];
    texts.extend(
        explicit.map(|e| with(&format!("semi_invariant = [\"{e}\"]\n")).replace("output = [\"x[0]\"]\n", "")),
    );
    let nested = |open: &str, close: &str, times: usize| {
        with(&format!("output = [\"{}x[0]{}\"]\n", open.repeat(times), close.repeat(times)))
    };
    for times in [199, 200, 201, 5000] {
        texts.extend([
            nested("(", ")", times),
            nested("-", "", times),
            nested("1+(", ")", times),
            nested("abs(", ")", times),
        ]);
    }
    texts.push(with(&format!("output = [\"{}0\"]\n", "x[0]+".repeat(40_000))));
    texts.push(with(&format!("output = [\"{}0\"]\n", "x[0]+".repeat(110_000))));
    texts.push(
        with("output = [\"m9\"]\n[where]\nm0 = \"x[0]+x[0]+x[0]+x[0]\"\n")
            + &(1..10).map(|i| format!("m{i} = \"m{0}+m{0}+m{0}+m{0}\"\n", i - 1)).collect::<String>(),
    );
    texts
}

#[test]
fn damaged_files_end_alike() {
    compare(&damages());
}

/// Damaged files, and what is damaged: a sample, or all of them with `SUMFORMER_ALL_DAMAGES`.
pub fn damages() -> Vec<(String, Files)> {
    let mut cases: Vec<(String, Files)> = Vec::new();
    let proofs = proofs();
    let stride = if std::env::var_os("SUMFORMER_ALL_DAMAGES").is_some() { 1 } else { STRIDE };
    for (p, whole) in proofs.iter().enumerate() {
        cases.push((format!("proof {p}, whole"), whole.clone()));
        let parts = damaged(&whole.network).into_iter().map(|network| Files { network, ..whole.clone() });
        let networks = parts.map(|files| ("network", files.rehashed(whole)));
        let certificates = damaged(&whole.certificate).into_iter();
        let certificates =
            certificates.map(|certificate| ("certificate", Files { certificate, ..whole.clone() }));
        // The other checker takes three times as long for pairs as for anything else here.
        let has_pair = whole.certificate.windows(6).any(|word| word == b"\"pair\"");
        let stride = if has_pair { 5 * stride } else { stride };
        for (i, (name, files)) in networks.chain(certificates).enumerate().skip(p % stride).step_by(stride) {
            cases.push((format!("proof {p}, {name}, damage {i}"), files));
        }
    }
    let whole = &proofs[0];
    for (i, network) in damaged_bytes(&whole.network).into_iter().enumerate() {
        cases
            .push((format!("bytes of the network, {i}"), Files { network, ..whole.clone() }.rehashed(whole)));
    }
    for (i, certificate) in damaged_bytes(&whole.certificate).into_iter().enumerate() {
        cases.push((format!("bytes of the certificate, {i}"), Files { certificate, ..whole.clone() }));
    }
    for (i, target) in damaged_bytes(&whole.target).into_iter().enumerate() {
        cases.push((format!("bytes of the target, {i}"), Files { target, ..whole.clone() }.rehashed(whole)));
    }
    for target in targets() {
        let shown = target.chars().take(300).collect();
        cases.push((shown, Files { target: target.into_bytes(), ..whole.clone() }.rehashed(whole)));
    }
    cases
}

/// Runs both checkers on all of them.
fn compare(cases: &[(String, Files)]) {
    let Some(mut python) = python() else { return };
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = |i: usize| scratch.path().join(i.to_string());
    cases.iter().enumerate().for_each(|(i, (_, files))| files.write(&folder(i)));
    let mut second = python
        .args(["-c", CODES])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs");
    let list: String = (0..cases.len()).map(|i| format!("{}\n", folder(i).display())).collect();
    let mut input = second.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || input.write_all(list.as_bytes()));
    let output = second.wait_with_output().expect("python3 ends");
    writer.join().expect("no panic").expect("the list is read");
    assert!(output.status.success(), "the second checker broke off");
    let theirs = String::from_utf8(output.stdout).expect("digits");
    let theirs: Vec<i32> = theirs.lines().map(|line| line.parse().expect("an exit code")).collect();
    assert_eq!(theirs.len(), cases.len());
    let mut counts = BTreeMap::<i32, usize>::new();
    let wholes: Vec<Option<Value>> =
        proofs().iter().map(Files::without_cuts).filter(Option::is_some).collect();
    let mut differences = Vec::new();
    for (i, ((what, files), theirs)) in cases.iter().zip(theirs).enumerate() {
        let ours = files.code();
        *counts.entry(ours).or_default() += 1;
        // The second checker has none of the program's limits, and shows errors without cuts.
        let uncut = ours == 1 && theirs == 0 && wholes.contains(&files.without_cuts());
        if ours != theirs && !(ours == 3 && theirs != 2) && !uncut {
            differences.push(format!("{what}: {ours}, the second checker {theirs} (folder {i})"));
        }
    }
    assert!(differences.is_empty(), "{} of {}:\n{}", differences.len(), cases.len(), differences.join("\n"));
    for code in 0..=2 {
        assert!(counts.get(&code).is_some_and(|&count| count >= 20), "{counts:?}");
    }
}
