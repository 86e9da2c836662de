//! The extracted program, run on files.

use std::path::{Path, PathBuf};
use std::process::Command;
use sumformer_checker::check::{UnreadableProof, Verdict, check_proof};

/// Set where its absence is a failure, as in CI.
const REQUIRED: &str = "SUMFORMER_REQUIRE_VERIFIED";

/// Where `make -C src/verified` puts it, or what `SUMFORMER_VERIFIED` names. Without it the tests have nothing to do, unless it is
/// required.
pub fn program() -> Option<PathBuf> {
    let built = || common::repository("src/verified/build/sumformer-verified");
    let program = std::env::var_os("SUMFORMER_VERIFIED").map_or_else(built, PathBuf::from);
    if program.exists() {
        return Some(program);
    }
    assert!(std::env::var_os(REQUIRED).is_none(), "run `make -C src/verified` before this test");
    eprintln!("SKIPPED: {} is not there; `make -C src/verified` builds it", program.display());
    None
}

/// A verdict with the exit code of either checker, and its rule or message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub code: i32,
    pub why: String,
}

/// What the program says of three files, which it finds in `scratch`.
pub fn theirs(program: &Path, scratch: &Path, files: [&[u8]; 3]) -> Said {
    // Far more than any of them needs, on a busy machine.
    theirs_within(600, program, scratch, files)
}

/// The same within so many seconds.
pub fn theirs_within(seconds: u64, program: &Path, scratch: &Path, files: [&[u8]; 3]) -> Said {
    for (name, bytes) in ["target.toml", "network.json", "certificate.json"].into_iter().zip(files) {
        std::fs::write(scratch.join(name), bytes).expect("a file is written");
    }
    let run = Command::new(program)
        .args(["--time-limit", &seconds.to_string()])
        .arg(scratch)
        .output()
        .expect("the program starts");
    let code = run.status.code().unwrap_or_else(|| panic!("ended by a signal: {:?}", run.status));
    let why = String::from_utf8(run.stdout).expect("ASCII").trim().to_string();
    assert!(
        (0..=3).contains(&code) && !why.is_empty(),
        "{code}: {why} {}",
        String::from_utf8_lossy(&run.stderr)
    );
    Said { code, why }
}

/// What ours says of a proof that was read, or not.
pub fn ours(files: [&[u8]; 3]) -> Said {
    let [target, network, certificate] = files;
    let verdict = check_proof(sumformer_checker::check::ProofFiles { target, network, certificate })
        .map(|checked| checked.verdict);
    said(&verdict)
}

fn said(verdict: &Result<Verdict, UnreadableProof>) -> Said {
    match verdict {
        Ok(Verdict::Valid(_)) => Said { code: 0, why: "valid".into() },
        Ok(Verdict::Invalid(refusal)) => Said { code: 1, why: refusal.rule.to_string() },
        Ok(Verdict::Incomplete(refusal)) => Said { code: 3, why: refusal.rule.to_string() },
        Err(error) => Said { code: 2, why: error.to_string() },
    }
}
