//! Sizes beside powers of two: a count or an index that a machine word cuts off must never be taken for another.

use crate::mutations::cells::proofs as tables;
use crate::mutations::dice::Dice;
use crate::mutations::proofs::{build, subjects, with_atoms};
use crate::mutations::truth::{Comparison, Effort};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::panic::catch_unwind;
use sumformer::words::to_json;
use sumformer_checker::check::{Checked, ProofFiles, Verdict, check_proof};
use sumformer_checker::format::sha256;

/// Cases of the sample, per family.
const SAMPLE: usize = 400;
/// The widths that machine integers and floats have.
const WIDTHS: [u32; 9] = [8, 15, 16, 24, 31, 32, 53, 63, 64];

/// How many cases: `SUMFORMER_MUTATIONS`, or a sample.
fn cases() -> usize {
    std::env::var("SUMFORMER_MUTATIONS").map_or(SAMPLE, |count| count.parse().expect("a number"))
}

/// A number beside a power of two, or one that is `value` again when it is cut off.
fn beside(value: u64, dice: &mut Dice) -> u128 {
    let power = 1_u128 << WIDTHS[dice.below(WIDTHS.len())];
    match dice.below(5) {
        0 => power - 1,
        1 => power,
        2 => power + 1,
        3 => power * (1 + dice.below(3) as u128) + u128::from(value),
        _ => power.saturating_sub(u128::from(value)),
    }
}

/// The three files as text.
#[derive(Clone)]
struct Texts {
    target: String,
    network: Value,
    certificate: Value,
}

impl Texts {
    /// The verdict on the bytes, hashes renewed; a panic is a failure with these files.
    fn check(&self, what: &str) -> Option<Checked> {
        let network = self.network.to_string();
        let mut certificate = self.certificate.clone();
        certificate["target_sha256"] = sha256(self.target.as_bytes()).into();
        certificate["network_sha256"] = sha256(network.as_bytes()).into();
        let certificate = certificate.to_string();
        let files = ProofFiles {
            target: self.target.as_bytes(),
            network: network.as_bytes(),
            certificate: certificate.as_bytes(),
        };
        catch_unwind(|| check_proof(files)).unwrap_or_else(|_| panic!("a panic: {what}")).ok()
    }
}

/// How many natural numbers a file has.
fn naturals(value: &Value) -> usize {
    match value {
        Value::Number(_) => 1,
        Value::Array(items) => items.iter().map(naturals).sum(),
        Value::Object(map) => map.values().map(naturals).sum(),
        _ => 0,
    }
}

/// The k-th natural number of a file.
fn natural<'a>(value: &'a mut Value, k: &mut usize) -> Option<&'a mut Value> {
    match value {
        Value::Number(_) if *k == 0 => Some(value),
        Value::Number(_) => {
            *k -= 1;
            None
        }
        Value::Array(items) => items.iter_mut().find_map(|item| natural(item, k)),
        Value::Object(map) => map.values_mut().find_map(|item| natural(item, k)),
        _ => None,
    }
}

/// Replaces one natural number of the network or of the certificate; says which.
fn change(files: &mut Texts, dice: &mut Dice) -> String {
    let (name, file) =
        if dice.coin() { ("network", &mut files.network) } else { ("certificate", &mut files.certificate) };
    let count = naturals(file);
    let mut k = dice.below(count);
    let number = natural(file, &mut k).expect("there are as many");
    let before = number.as_u64().expect("counts and indices have 64 bits");
    let after = beside(before, dice);
    *number = serde_json::from_str(&after.to_string()).expect("a number");
    format!("{name}: {before} became {after}")
}

/// Proofs of all kinds: sums, atoms with replacements, tables.
fn proofs() -> Vec<Texts> {
    let texts = |target: &str, network: String, certificate: String| Texts {
        target: target.to_string(),
        network: serde_json::from_str(&network).expect("JSON"),
        certificate: serde_json::from_str(&certificate).expect("JSON"),
    };
    let mut names = with_atoms();
    names.extend(["e2-others", "semi-invariant", "any-spread"].map(String::from));
    let sums = subjects(&names).into_iter().enumerate().filter(|(i, _)| i % 11 == 0);
    let sums = sums.filter_map(|(_, subject)| build(&subject, 300));
    let mut all: Vec<Texts> =
        sums.map(|p| texts(&p.target, to_json(&p.network), to_json(&p.certificate))).collect();
    let mut dice = Dice::new(5);
    while all.len() < 20 {
        let (target, network) = tables::random_construction(&mut dice);
        if let Some(p) = tables::certify(&target, &network, &mut dice) {
            all.push(texts(&p.target, to_json(&p.network), to_json(&p.certificate)));
        }
    }
    all
}

#[test]
fn sizes_in_proofs_are_not_cut_off() {
    let (proofs, mut dice) = (proofs(), Dice::new(32));
    let mut outcomes = BTreeMap::<&str, usize>::new();
    for proof in &proofs {
        assert!(matches!(proof.check("unchanged"), Some(Checked { verdict: Verdict::Valid(_), .. })));
    }
    for case in 0..cases() {
        let mut mutant = proofs[case % proofs.len()].clone();
        let what = change(&mut mutant, &mut dice);
        let outcome = match mutant.check(&what) {
            None => "unreadable",
            Some(Checked { verdict: Verdict::Invalid(_), .. }) => "invalid",
            Some(Checked { verdict: Verdict::Incomplete(_), .. }) => "incomplete",
            // An index of something that does not matter: then the statement is still true.
            Some(Checked { target, network, certificate, .. }) => {
                let effort = Effort { exact: 50, screened: 200 };
                let worst = Comparison::new(&target, &network).worst_error(effort, None, &mut dice);
                assert!(worst <= certificate.certified.0, "{what}: valid, but the error reaches {worst}");
                "still true"
            }
        };
        *outcomes.entry(outcome).or_default() += 1;
    }
    println!("{outcomes:?}");
    assert!(outcomes.get("unreadable") > Some(&0) && outcomes.get("invalid") > Some(&0), "{outcomes:?}");
}

/// A target in named tokens, and a network that puts out coordinate k of the own one: `certified` 0 is true exactly if
/// the target is that coordinate.
fn explicit(n: usize, d: usize, atoms: usize, (token, index): (usize, usize), k: usize) -> Texts {
    let sides = vec![r#"["0", "1"]"#; d].join(", ");
    let calls: String = (0..atoms).map(|a| format!("+0*exp(x1[{a}])")).collect();
    let target = format!(
        "name = \"sizes\"\ntokens = {n}\ndomain = [{sides}]\nsemi_invariant = [\"x{token}[{index}]{calls}\"]\nsymmetrize = true\n"
    );
    let map = |row: usize| json!({"weights": [[row, 0, "1"]], "bias": []});
    let network = json!({
        "format": "sumformer-network/1", "tokens": n, "dimension": d, "outputs": 1, "slots": ["s0"],
        "embedding": map(k), "blocks": [], "readout": map(0),
    });
    let certificate = json!({
        "format": "sumformer-certificate/2", "epsilon": "1/1000", "certified": "0",
        "outputs": [{"lowering": "0", "residual": "0"}], "witness": null,
        "route": {"polynomial": {"stream": {"latents": [], "blocks": []}}},
        "target_sha256": "", "network_sha256": "",
    });
    Texts { target, network, certificate }
}

#[test]
fn tokens_and_coordinates_at_the_limits_are_told_apart() {
    let mut dice = Dice::new(64);
    let (mut valid, mut refused) = (0, 0);
    for _ in 0..cases() / 4 {
        let d = [1, 255, 256, 2048, 4095, 4096][dice.below(6)];
        let atoms = [0, 0, 1, d.min(300), d][dice.below(5)];
        let width = d + atoms;
        // Where the number of the variable leaves 2^16, 2^31 or 2^32, or at the ends.
        let power = 1_usize << [16, 31, 32][dice.below(3)];
        let token = match dice.below(4) {
            0 => 1,
            1 => 1_000_000,
            _ => (power.div_ceil(width) + dice.below(3)).clamp(1, 1_000_000),
        };
        let n = (token + dice.below(2)).min(1_000_000);
        let index = dice.below(d);
        // The coordinate of the own token with the same number, cut off, if there is one.
        let alias = ((token - 1) * width + index) % power;
        let k = if alias < d && dice.coin() { alias } else { index };
        let is_true = (token, index) == (1, k);
        let what = format!("n = {n}, d = {d}, {atoms} atoms, x{token}[{index}] for x1[{k}]");
        match explicit(n, d, atoms, (token, index), k).check(&what) {
            Some(Checked { verdict: Verdict::Valid(_), .. }) => {
                assert!(is_true, "{what}: valid");
                valid += 1;
            }
            _ => refused += 1,
        }
    }
    println!("{valid} true and valid, {refused} refused");
    assert!(valid > 0 && refused > 0);
}
