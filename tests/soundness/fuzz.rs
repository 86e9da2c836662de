//! Files nobody would write: the readers and the checker answer all the same, and what they accept is true.

use common::proof_set::proofs;
use num_traits::Signed;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use sumformer::eval::Forward;
use sumformer_checker::arith::number::{Exact, Rational, ratio};
use sumformer_checker::check::{Checked, ProofFiles, UnreadableProof, Verdict, check_proof};
use sumformer_checker::format::certificate::{Witness, WitnessKind};
use sumformer_checker::format::sha256;
use sumformer_checker::witness::semantics::ExactEvaluator;
use sumformer_checker::witness::witness_error;

fn read(proof: &str, file: &str) -> String {
    std::fs::read_to_string(proofs().join(proof).join(file)).unwrap()
}

/// Checks within the time that is allowed.
fn check(target: &[u8], network: &[u8], certificate: &[u8]) -> Result<Checked, UnreadableProof> {
    let start = Instant::now();
    let checked = check_proof(ProofFiles { target, network, certificate });
    assert!(start.elapsed() < Duration::from_secs(10));
    checked
}

/// All places of a JSON tree, as paths.
fn places(value: &Value, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    found.push(path.clone());
    let children: Vec<(String, &Value)> = match value {
        Value::Array(items) => items.iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect(),
        Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), v)).collect(),
        _ => Vec::new(),
    };
    for (key, child) in children {
        path.push(key);
        places(child, path, found);
        path.pop();
    }
}

/// What is put in some place.
fn intruder() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        Just("0".to_string()),
        Just("1".to_string()),
        Just("-1/3".to_string()),
        Just("1e2000".to_string()),
        Just("1e-2000".to_string()),
        (-9i64..9, 1i64..99).prop_map(|(p, q)| format!("{p}/{q}")),
    ];
    prop_oneof![
        6 => number.prop_map(Value::from),
        3 => (0u64..12).prop_map(Value::from),
        1 => Just(json!(u64::MAX)),
        1 => Just(json!(-1)),
        1 => Just(Value::Null),
        1 => Just(json!([])),
        1 => Just(json!({})),
        1 => Just(json!(["0", "1"])),
        1 => Just(json!([[0, "1"], [1, "1"]])),
        1 => Just(json!(1e308)),
        1 => "[a-z\\[\\]/0-9]{0,6}".prop_map(Value::from),
    ]
}

/// A change of a tree: something else put in a place, taken away, or doubled.
#[derive(Debug, Clone)]
enum Change {
    Put(Index, Value),
    Remove(Index),
    Double(Index),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => (any::<Index>(), intruder()).prop_map(|(at, value)| Change::Put(at, value)),
        1 => any::<Index>().prop_map(Change::Remove),
        1 => any::<Index>().prop_map(Change::Double),
    ]
}

impl Change {
    fn apply(&self, tree: &mut Value) {
        let mut found = Vec::new();
        places(tree, &mut Vec::new(), &mut found);
        let (Change::Put(at, _) | Change::Remove(at) | Change::Double(at)) = self;
        let path = at.get(&found);
        let pointer = |path: &[String]| {
            path.iter()
                .map(|key| format!("/{}", key.replace('~', "~0").replace('/', "~1")))
                .collect::<String>()
        };
        let Some((last, parent)) = path.split_last() else { return };
        match self {
            Change::Put(_, value) => *tree.pointer_mut(&pointer(path)).unwrap() = value.clone(),
            Change::Remove(_) | Change::Double(_) => match tree.pointer_mut(&pointer(parent)).unwrap() {
                Value::Array(items) => {
                    let item = items.remove(last.parse().unwrap());
                    if matches!(self, Change::Double(_)) {
                        items.extend([item.clone(), item]);
                    }
                }
                Value::Object(map) => {
                    map.remove(last);
                }
                _ => unreachable!("only arrays and objects have children"),
            },
        }
    }
}

/// Points of the box at which an accepted bound must hold.
fn require_bound(checked: &Checked) {
    let target = &checked.target;
    let n = 2;
    for step in 0..6i64 {
        let token = |j: i64| -> Vec<Exact> {
            let at = |(k, side): (usize, &sumformer_checker::arith::interval::Interval)| {
                let part = ratio((step * 7 + j * 5 + k as i64 * 3) % 11, 10);
                Exact(side.inf() + side.wid() * part.min(ratio(1, 1)))
            };
            target.domain.iter().enumerate().map(at).collect()
        };
        for output in 0..target.outputs() {
            let input = (0..n).map(token).collect();
            let witness = Witness {
                input,
                copies: Vec::new(),
                token: 0,
                output,
                error: Exact(ratio(0, 1)),
                kind: WitnessKind::Exact,
            };
            let error: Rational = witness_error(target, &checked.network, &witness).unwrap();
            assert!(
                !error.is_negative() && error <= checked.certificate.certified.0,
                "accepted, but off by {error}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_are_refused(network in any::<Vec<u8>>(), certificate in any::<Vec<u8>>()) {
        let target = read("all/transformer", "target.toml");
        prop_assert!(check(target.as_bytes(), &network, &certificate).is_err());
    }

    #[test]
    fn flipped_and_cut_bytes(which in 0usize..3, at in any::<Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut files = ["target.toml", "network.json", "certificate.json"].map(|f| read("all/transformer", f).into_bytes());
        let file = &mut files[which];
        let at = at.index(file.len());
        if cut { file.truncate(at) } else { file[at] = byte }
        if let Ok(Checked { verdict: Verdict::Valid(_), .. }) = check(&files[0], &files[1], &files[2]) {
            // Only what the hash does not cover may change: the layout of the certificate, or nothing at all.
            let as_values = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).ok();
            prop_assert!(which == 2 || files[which] == read("all/transformer", ["target.toml", "network.json"][which]).as_bytes());
            prop_assert!(as_values(&files[2]).is_some());
        }
    }

    #[test]
    fn mutated_trees(
        proof in prop_oneof![Just("all/transformer"), Just("any"), Just("exact")],
        network_changes in proptest::collection::vec(change(), 0..3),
        certificate_changes in proptest::collection::vec(change(), 0..3),
    ) {
        let target = read(proof, "target.toml");
        let mut network: Value = serde_json::from_str(&read(proof, "network.json")).unwrap();
        let mut certificate: Value = serde_json::from_str(&read(proof, "certificate.json")).unwrap();
        network_changes.iter().for_each(|change| change.apply(&mut network));
        certificate_changes.iter().for_each(|change| change.apply(&mut certificate));
        let network = network.to_string();
        if certificate.get("network_sha256").is_some() {
            certificate["network_sha256"] = sha256(network.as_bytes()).into();
        }
        if let Ok(checked) = check(target.as_bytes(), network.as_bytes(), certificate.to_string().as_bytes()) {
            if matches!(checked.verdict, Verdict::Valid(_)) && proof != "exact" {
                require_bound(&checked);
            }
            // Forward passes of whatever was read give a value or an error.
            let sequence = vec![vec![0.25; checked.network.dimension.min(3)]; 3];
            if let Ok(forward) = Forward::<f64>::compile(&checked.network) {
                let _ = forward.run(&sequence);
            }
            let exact = vec![vec![ratio(1, 4); checked.network.dimension.min(3)]; 3];
            if let Ok(evaluator) = ExactEvaluator::new(&checked.network) {
                let _ = evaluator.evaluate(&exact);
            }
        }
    }
}
