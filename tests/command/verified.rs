//! `check --verified`: the answer of the proved checker beside ours, and programs in its place that do not behave. What the real
//! one decides is in `tests/soundness/verified.rs`.

#![cfg(unix)]

use crate::support::proofs;
use common::{Run, sumformer};
use std::os::unix::fs::PermissionsExt;

/// Runs `check --verified` on a valid proof, or what `line` says, with this script as the proved checker.
fn with_program(script: &str, line: &str) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program");
    std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let program = program.to_str().unwrap();
    sumformer(proofs()).line(line).envs(&[("SUMFORMER_VERIFIED", program)]).run()
}

const CHECK: &str = "check exact --verified --json";

/// An accepted bound, with whatever the certificate says.
const ACCEPT: &str = r#"bound=$(grep '"certified"' "$4/certificate.json" | cut -d'"' -f4)
echo "{\"verdict\": \"accepted\", \"certified\": \"$bound\", \"epsilon\": \"1\", \"unread\": [\"hashes\"]}""#;

#[test]
fn both_verdicts_stand_beside_each_other() {
    let answer = with_program(ACCEPT, CHECK).expect(0).json();
    let verified = &answer["results"][0]["verified"];
    assert_eq!(verified["verdict"], "accepted");
    assert_eq!(verified["contradicts"], false);
    assert_eq!(verified["certified"], answer["results"][0]["certified"]);
    let words = with_program(ACCEPT, "check all --verified").expect(0).stdout;
    assert_eq!(words.matches("proved checker: accepted: |network - target| <= 0 ").count(), 3, "{words}");
    assert!(words.contains("it does not look at: hashes"), "{words}");
}

#[test]
fn what_the_proved_checker_does_not_cover_is_incomplete() {
    for (verdict, code) in [("not covered", 3), ("unreadable", 2)] {
        let script = format!(
            r#"echo '{{"verdict": "{verdict}", "rule": "attention", "place": "block 1"}}'; exit {code}"#
        );
        let run = with_program(&script, CHECK).expect(3);
        assert_eq!(run.json()["results"][0]["verified"]["verdict"], verdict);
        assert!(
            run.stderr.contains(&format!("proved checker: {verdict}: `attention`, at block 1")),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn a_contradiction_is_shown_as_one() {
    let refuse = r#"echo '{"verdict": "refused", "rule": "gadget-error", "place": "block 0"}'; exit 1"#;
    let other_bound = r#"echo '{"verdict": "accepted", "certified": "1/3", "epsilon": "1", "unread": []}'"#;
    for script in [refuse, other_bound] {
        let run = with_program(script, CHECK).expect(1);
        assert_eq!(run.json()["results"][0]["verified"]["contradicts"], true);
        assert_eq!(run.json()["results"][0]["verdict"], "valid");
        assert!(run.stderr.contains("CONTRADICTS"), "{}", run.stderr);
    }
}

#[test]
fn programs_that_do_not_behave_are_errors() {
    let accept = r#"{"verdict": "accepted", "certified": "0", "epsilon": "1", "unread": []}"#;
    let cases = [
        ("nothing", "exit 0".to_string(), "without an answer"),
        ("garbage", "head -c 100000 /dev/urandom".to_string(), "without an answer"),
        ("another exit code", format!("echo '{accept}'; exit 1"), "without an answer"),
        ("two answers", format!("echo '{accept}'; echo '{accept}'"), "without an answer"),
        ("no bound", r#"echo '{"verdict": "accepted", "unread": []}'"#.to_string(), "without an answer"),
        ("no number", format!("echo '{}'", accept.replace("\"0\"", "\"0/0\"")), "without an answer"),
        ("a crash", "kill -SEGV $$".to_string(), "without an answer"),
        ("no end of output", "yes".to_string(), "without an answer"),
        ("no end", "sleep 600".to_string(), "did not answer within 1 s"),
    ];
    for (what, script, message) in cases {
        let run = with_program(&script, "check exact --verified --verified-time-limit 1").expect(2);
        assert!(run.stderr.contains(message), "{what}: {}", run.stderr);
    }
}

#[test]
fn who_does_not_have_it_is_told_how_to_get_it() {
    let nowhere = [("SUMFORMER_VERIFIED", "/nowhere/program")];
    let named = sumformer(proofs()).line("check exact --verified").envs(&nowhere).run().expect(2);
    let empty = [("SUMFORMER_VERIFIED", ""), ("PATH", "/nowhere")];
    let searched = sumformer(proofs()).line("check exact --verified").envs(&empty).run().expect(2);
    for run in [named, searched] {
        assert!(run.stderr.contains("make -C src/verified"), "{}", run.stderr);
        assert!(run.stdout.is_empty(), "nothing was checked in vain: {}", run.stdout);
    }
    let data = proofs().join("exact/target.toml");
    let no_program = [("SUMFORMER_VERIFIED", data.to_str().unwrap())];
    let run = sumformer(proofs()).line("check exact --verified").envs(&no_program).run().expect(2);
    assert!(run.stderr.contains("cannot be run"), "{}", run.stderr);
}

#[test]
fn it_gets_the_bytes_that_were_checked() {
    // Also where the network is compressed.
    let folder = tempfile::tempdir().unwrap();
    let target = proofs().join("square.toml");
    let line = format!("prove {} -o proof --compress", target.display());
    sumformer(folder.path()).line(&line).run().expect(0);
    assert!(!folder.path().join("proof/network.json").exists());
    let proof = folder.path().join("proof");
    let compare = r#"grep -q sumformer-network/1 "$4/network.json" || exit 7"#;
    let line = format!("check {} --verified", proof.display());
    let run = with_program(&format!("{compare}\n{ACCEPT}"), &line).expect(0);
    assert!(run.stdout.contains("proved checker: accepted"), "{}", run.stdout);
}
