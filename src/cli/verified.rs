//! `check --verified`: the same bytes, given to the checker whose soundness is a theorem (`src/verified/`).

use super::error::{CliError, Outcome};
use super::escape::{shown, shown_path};
use crate::report::numbers::{above, upper};
use serde_json::{Value, json};
use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};
use sumformer_checker::arith::number::{Rational, parse_rational};
use sumformer_checker::check::{Checked, Verdict};
use sumformer_checker::refusal::Rule;

/// The program's name on the path.
const NAME: &str = "sumformer-verified";
/// Says where it is otherwise.
const VARIABLE: &str = "SUMFORMER_VERIFIED";
/// It keeps its limit on time itself; after so much longer it is ended.
const GRACE: Duration = Duration::from_secs(5);
/// An answer is a line; no more of it is read.
const LONGEST: u64 = 1 << 20;

/// The extracted program, and how long it may take for one proof.
pub struct Verified {
    program: PathBuf,
    limit: Option<Duration>,
}

/// What it answered.
pub struct Answer {
    /// In which words and keys.
    verdict: Answered,
    /// Whether the two checkers agree.
    agreement: Agreement,
}

/// The program's verdicts.
enum Answered {
    /// The bound, and what it did not look at.
    Accepted { certified: Rational, unread: Vec<String> },
    /// Anything else: `refused`, `not covered` or `unreadable`, the rule, and the place.
    Not { verdict: &'static str, rule: String, place: String },
}

/// The two verdicts beside each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Agreement {
    /// They say the same, as far as both say something.
    Same,
    /// Only ours covers it.
    OnlyOurs,
    /// One of them is wrong.
    Contradiction,
}

impl Verified {
    /// Finds the program, so that nothing is checked in vain where it is not there.
    pub fn find(limit: Option<Duration>) -> Result<Self, CliError> {
        let how = format!(
            "build it with `make -C src/verified` (Debian: apt-get install coq ocaml), and name \
             src/verified/build/{NAME} by the variable {VARIABLE}, or copy it to a folder of the path"
        );
        let program = match std::env::var_os(VARIABLE).filter(|named| !named.is_empty()) {
            Some(named) => Some(PathBuf::from(named)).filter(|program| program.is_file()),
            None => on_path(std::env::var_os("PATH")),
        };
        let Some(program) = program else {
            return Err(CliError::bad_input(format!("the proved checker, {NAME}, is not there: {how}")));
        };
        Ok(Self { program, limit })
    }

    /// Gives it the bytes that were checked.
    pub fn ask(&self, files: &[Vec<u8>; 3], checked: &Checked) -> Result<Answer, CliError> {
        let trouble = |what: &str| {
            CliError::bad_input(format!("the proved checker, {}, {what}", shown_path(&self.program)))
        };
        let folder = tempfile::tempdir().map_err(|error| CliError::bad_input(error.to_string()))?;
        for (name, bytes) in ["target.toml", "network.json", "certificate.json"].iter().zip(files) {
            let written = std::fs::write(folder.path().join(name), bytes);
            written.map_err(|error| CliError::bad_input(format!("a copy of {name}: {error}")))?;
        }
        let bytes = files
            .iter()
            .map(|file| u64::try_from(file.len()).unwrap_or(u64::MAX))
            .fold(0, u64::saturating_add);
        let limit = self.limit.unwrap_or(Duration::from_secs(60 + bytes / 100_000));
        let (status, answer) = self
            .run(folder.path(), limit)
            .map_err(|error| trouble(&format!("cannot be run: {error}")))?
            .ok_or_else(|| trouble(&format!("did not answer within {} s", limit.as_secs())))?;
        let verdict = read(&answer, status.code())
            .ok_or_else(|| trouble("ended without an answer that makes sense"))?;
        let agreement = compare(checked, &verdict);
        Ok(Answer { verdict, agreement })
    }

    /// How it ended and what it wrote; `None` if it had to be ended.
    fn run(&self, folder: &Path, limit: Duration) -> std::io::Result<Option<(ExitStatus, Vec<u8>)>> {
        let seconds = limit.as_secs().max(1).to_string();
        let mut child = Command::new(&self.program)
            .args(["--json", "--time-limit", &seconds])
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (sender, answer) = channel();
        if let Some(out) = child.stdout.take() {
            // Beside the program, which may wait until it is read. Should something keep its output open, the thread stays
            // behind, and the channel is given up.
            std::thread::spawn(move || {
                let mut read = Vec::new();
                let done = out.take(LONGEST).read_to_end(&mut read);
                sender.send(done.map(|_| read))
            });
        }
        let Some(status) = wait(&mut child, limit + GRACE)? else { return Ok(None) };
        let read = answer.recv_timeout(GRACE).unwrap_or_else(|_| Ok(Vec::new()))?;
        Ok(Some((status, read)))
    }
}

/// Waits for the end, and brings it about after `limit`.
fn wait(child: &mut Child, limit: Duration) -> std::io::Result<Option<ExitStatus>> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

/// The program in the first folder that has it.
fn on_path(path: Option<OsString>) -> Option<PathBuf> {
    let name = format!("{NAME}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path?).map(|folder| folder.join(&name)).find(|program| program.is_file())
}

/// Reads an answer, whose exit code has to fit.
fn read(answer: &[u8], code: Option<i32>) -> Option<Answered> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    let text = |key: &str| Some(answer.get(key)?.as_str()?.to_string());
    let verdict = match (answer.get("verdict")?.as_str()?, code?) {
        ("accepted", 0) => {
            let unread = answer.get("unread")?.as_array()?;
            let unread = unread.iter().map(|what| Some(what.as_str()?.to_string())).collect::<Option<_>>()?;
            let certified = parse_rational(answer.get("certified")?.as_str()?).ok()?;
            return Some(Answered::Accepted { certified, unread });
        }
        ("refused", 1) => "refused",
        ("unreadable", 2) => "unreadable",
        ("not covered", 3) => "not covered",
        _ => return None,
    };
    Some(Answered::Not { verdict, rule: text("rule")?, place: text("place")? })
}

/// Which of the two says more, or whether one is wrong.
fn compare(checked: &Checked, answer: &Answered) -> Agreement {
    match (&checked.verdict, answer) {
        (Verdict::Valid(_), Answered::Accepted { certified, .. }) => {
            if *certified == checked.certificate.certified.0 {
                Agreement::Same
            } else {
                Agreement::Contradiction
            }
        }
        (Verdict::Valid(_), Answered::Not { verdict: "refused", .. }) => Agreement::Contradiction,
        (Verdict::Valid(_), Answered::Not { .. }) => Agreement::OnlyOurs,
        (Verdict::Invalid(refusal), Answered::Accepted { unread, .. }) => match refusal.rule {
            // About these it says nothing, about a witness if it did not evaluate it.
            Rule::Hash | Rule::Floats => Agreement::Same,
            Rule::Witness if unread.iter().any(|what| what == "witness") => Agreement::Same,
            _ => Agreement::Contradiction,
        },
        (Verdict::Invalid(_), Answered::Not { .. }) | (Verdict::Incomplete(_), _) => Agreement::Same,
    }
}

impl Answer {
    /// 0 if it adds nothing to our verdict but trust.
    pub fn outcome(&self) -> Outcome {
        match self.agreement {
            Agreement::Same => Outcome::Proved,
            Agreement::OnlyOurs => Outcome::Incomplete,
            Agreement::Contradiction => Outcome::Refuted,
        }
    }

    /// One line for people.
    pub fn in_words(&self) -> String {
        let said = match &self.verdict {
            Answered::Accepted { certified, unread } => format!(
                "accepted: |network - target| <= {certified} ({}) on the whole box; it does not look at: {}",
                above(certified),
                shown(&unread.join(", ")),
            ),
            Answered::Not { verdict, rule, place } => {
                let place = if place.is_empty() { String::new() } else { format!(", at {}", shown(place)) };
                format!("{verdict}: `{}`{place}", shown(rule))
            }
        };
        match self.agreement {
            Agreement::Contradiction => format!(
                "  proved checker: CONTRADICTS what stands above, so one of the two is wrong; please report it with the \
                 three files: {said}"
            ),
            Agreement::Same | Agreement::OnlyOurs => format!("  proved checker: {said}"),
        }
    }

    /// The same for programs.
    pub fn to_json(&self) -> Value {
        let mut answer = match &self.verdict {
            Answered::Accepted { certified, unread } => {
                json!({ "verdict": "accepted", "certified": upper(certified), "unread": unread })
            }
            Answered::Not { verdict, rule, place } => {
                json!({ "verdict": verdict, "rule": rule, "place": place })
            }
        };
        answer["contradicts"] = (self.agreement == Agreement::Contradiction).into();
        answer
    }
}
