//! `explain`: every slot, block and output, by every way to name it.

use crate::support::{proofs, run_in};
use common::run;
use serde_json::Value;

fn explain(proof: &str, subject: &str) -> common::Run {
    run_in(proofs(), &["explain", proof, subject], b"")
}

#[test]
fn the_overview_tells_the_whole_chain() {
    for (proof, theorem) in [
        ("all/transformer", "Theorem 4.3"),
        ("all/linformer", "Theorem 4.4"),
        ("all/performer", "Theorem 4.5"),
    ] {
        let text = run(proofs(), &format!("explain {proof}")).expect(0).stdout;
        for piece in [
            "f[0] = mean(y: y[0] * y[1]) - mean(y: y[0]) * mean(y: y[1])",
            "target --residual--> Sumformer --lowering--> network",
            "certified 0 <= epsilon 1/100",
            "witness: token",
            "Residual stream",
            "Definition 2.3",
            "Theorem 2.12",
            "Theorem 4.1",
            "d' = 3",
            theorem,
        ] {
            assert!(text.contains(piece), "{proof}: no `{piece}` in\n{text}");
        }
    }
}

#[test]
fn all_parts_can_be_asked_for() {
    for proof in ["exact", "relu", "any", "paper", "all/linformer"] {
        let answer = run(proofs(), &format!("explain {proof} --json")).expect(0).json();
        for (kind, list) in [("slot", "slots"), ("block", "blocks"), ("output", "outputs")] {
            for index in 0..answer[list].as_array().unwrap().len() {
                let subject = format!("{kind}:{index}");
                let text = explain(proof, &subject).expect(0).stdout;
                assert!(text.starts_with(&format!("{kind} {index}")), "{text}");
                let data = run_in(proofs(), &["explain", proof, &subject, "--json"], b"").expect(0).json();
                assert_eq!(data[kind][kind], index);
            }
        }
    }
}

#[test]
fn names_lead_to_slots() {
    let answer = run(proofs(), "explain exact --json").expect(0).json();
    let slots: Vec<&Value> = answer["slots"].as_array().unwrap().iter().collect();
    for slot in slots {
        let (number, name) = (slot["slot"].to_string(), slot["name"].as_str().unwrap());
        let by_number = explain("exact", &number).expect(0).stdout;
        assert!(by_number.contains(&format!("`{name}`")));
        for subject in [name.to_string(), format!("slot:{name}"), format!("slot {number}")] {
            assert_eq!(explain("exact", &subject).expect(0).stdout, by_number, "{subject}");
        }
    }
    assert_eq!(explain("exact", "block 1").expect(0).stdout, explain("exact", "block:1").stdout);
    // A latent's slot: a feature before, a sum after.
    let text = explain("exact", "phi[1,1]").expect(0).stdout;
    assert!(text.contains("x[0]*x[1] (exact)") && text.contains("s[1,1] = sum(y"), "{text}");
}

#[test]
fn unknown_parts_are_refused_with_a_suggestion() {
    let run = explain("exact", "phi[1,2]").expect(2);
    assert!(run.stderr.contains("did you mean `phi[1,"), "{}", run.stderr);
    assert!(explain("exact", "slot:phi(1,1)").expect(2).stderr.contains("did you mean `phi[1,1]`"));
    assert!(explain("exact", "theorem").expect(2).stderr.contains("expected slot:NAME"));
    assert!(explain("exact", "slot:99").expect(2).stderr.contains("numbered 0 to"));
    assert!(
        explain("all", "slot:0").expect(2).stderr.contains("all/transformer, all/linformer, all/performer")
    );
}
