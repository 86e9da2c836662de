//! `sumformer verify NETWORK TARGET`: the largest difference of a network that others made from a target, between two proved numbers.

use super::error::{CliError, Outcome};
use super::escape::{plain_path, shown, shown_path};
use super::eval::subject::Subject;
use super::files::{ProofFolder, writable, write_proofs};
use super::limits::LimitArguments;
use super::output::{print, say};
use super::progress::Progress;
use super::table::aligned;
use super::target::read_target;
use super::values::{parse_epsilon, parse_part, parse_shard};
use crate::certify::Proof;
use crate::certify::boxes::{BoxProgress, Slice};
use crate::certify::given::{Aim, Bracket, GivenError, GivenOptions, verify};
use crate::folder::NetworkForm;
use crate::report::numbers::{above, below, lower, upper};
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Instant;
use sumformer_checker::arith::number::{Rational, to_f64};
use sumformer_checker::check::Verdict;
use sumformer_checker::format::network::Network;
use sumformer_checker::language::target::Target;
use sumformer_checker::refusal::RefusalKind;
use sumformer_checker::work::within;

/// Below the help of `verify`.
pub const HELP: &str = "Scores need not be constant: softmax, Linformers whose F has equal entries, and Performers, any number of blocks, relu and relu2, n fixed. \
`lower` is reached at a point that is named, `upper` is proved on a tree of boxes, which `sumformer check` encloses once more. \
With --epsilon the answer is yes, no with a point, or open.\n\n\
Exit code 0: ε is proved, or the bounds are as near as --relative says; 1: refuted by a point; 3: open, with the bounds that are known; 2: bad input.";

/// The largest tree that is searched.
const MOST_BOXES: u64 = 1 << 24;

/// `verify`
#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// A network: `network.json`, an export of ours (ONNX, safetensors, npz), or a folder with one.
    pub network: PathBuf,
    /// A target file, a folder with `target.toml`, or one of the gallery.
    pub target: PathBuf,
    /// The error to prove or to refute (default: none, the largest difference is bracketed).
    #[arg(long, value_name = "Q", value_parser = parse_epsilon, allow_hyphen_values = true)]
    pub epsilon: Option<Rational>,
    /// How near the bounds should come, relative to the lower one: a percentage or a number.
    #[arg(long, value_name = "R", default_value = "1%", value_parser = parse_part, conflicts_with = "epsilon")]
    pub relative: Rational,
    /// A folder for target, network and certificate.
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Only the k-th of m parts of the boxes; `merge` joins the parts.
    #[arg(long, value_name = "slice:k/m", value_parser = parse_shard, requires = "epsilon")]
    pub shard: Option<Slice>,
    /// The most boxes.
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..=MOST_BOXES), help_heading = "Budget")]
    pub max_boxes: u64,
    #[command(flatten)]
    pub limits: LimitArguments,
}

/// Searches, writes, prints.
pub fn run(arguments: &VerifyArguments, json: bool) -> Result<Outcome, CliError> {
    let target = read_target(&arguments.target)?;
    let subject = Subject::read(&arguments.network)?;
    if let Some(folder) = &arguments.output {
        writable(folder)?;
    }
    let deadline = arguments.limits.start();
    let (bar, start) = (Progress::new(1), Instant::now());
    // The check encloses all leaves once more, on one thread.
    let enough = start + arguments.limits.time_limit / 4;
    bar.step("bracketing");
    let progress = |done: BoxProgress, least: &Rational| {
        bar.detail(format!(
            "at least {}; {} boxes closed, {} waiting",
            below(least),
            done.closed,
            done.waiting
        ));
        done.waiting == 0 || Instant::now() <= enough
    };
    let aim = match &arguments.epsilon {
        Some(epsilon) => Aim::Epsilon(epsilon.clone()),
        None => Aim::Relative(arguments.relative.clone()),
    };
    let options = GivenOptions {
        aim,
        max_boxes: arguments.max_boxes as usize,
        slice: arguments.shard.unwrap_or(Slice::WHOLE),
        progress: &progress,
    };
    let found = within(deadline.limits(), || verify(&target, subject.network(), &options));
    bar.finish();
    let bracket =
        found.map_err(|stopped| CliError::incomplete(stopped.to_string()))?.map_err(|e| failed(&e))?;
    let answer = Answer { target: &target, network: subject.network(), aim: &options.aim, bracket: &bracket };
    if let (Some(folder), Some(proof)) = (&arguments.output, &bracket.proof) {
        let contents = [target.source.as_str(), &proof.network_json, &proof.certificate_json];
        write_proofs(folder, &[ProofFolder { folder: None, contents, form: NetworkForm::Plain }])?;
    }
    let seconds = start.elapsed().as_secs_f64();
    if json {
        say(answer.in_text(seconds));
        print(answer.in_json(arguments, seconds))?;
    } else {
        print(answer.in_text(seconds))?;
        if let (Some(folder), Some(_)) = (&arguments.output, &bracket.proof) {
            print(format!("{}: target.toml, network.json, certificate.json", shown_path(folder)))?;
        }
    }
    Ok(answer.outcome())
}

fn failed(error: &GivenError) -> CliError {
    match error {
        GivenError::Refused(refusal) if refusal.kind == RefusalKind::Invalid => {
            CliError::bad_input(shown(&refusal.to_string()).into_owned())
        }
        _ => CliError::incomplete(shown(&error.to_string()).into_owned()),
    }
}

/// What is told.
struct Answer<'a> {
    target: &'a Target,
    network: &'a Network,
    aim: &'a Aim,
    bracket: &'a Bracket,
}

impl Answer<'_> {
    /// The proof, if the checker has accepted it.
    fn proof(&self) -> Option<&Proof> {
        self.bracket.proof.as_ref().filter(|proof| matches!(proof.verdict, Verdict::Valid(_)))
    }

    fn upper(&self) -> Option<&Rational> {
        Some(&self.proof()?.certificate.certified.0)
    }

    /// How far the bounds are apart, relative to the lower one; nothing where that is 0.
    fn apart(&self) -> Option<f64> {
        let (low, high) = (&self.bracket.witness.error, self.upper()?);
        (*low != Rational::default()).then(|| to_f64(&((high - low) / low)))
    }

    fn outcome(&self) -> Outcome {
        let near = |part: &Rational| match self.upper() {
            Some(high) => *high <= &self.bracket.witness.error * (Rational::from_integer(1.into()) + part),
            None => false,
        };
        match self.aim {
            _ if self.bracket.refutes(self.aim) => Outcome::Refuted,
            Aim::Epsilon(_) if self.proof().is_some() => Outcome::Proved,
            Aim::Relative(part) if near(part) => Outcome::Proved,
            Aim::Epsilon(_) | Aim::Relative(_) => Outcome::Incomplete,
        }
    }

    /// The worst of the open boxes.
    fn worst_box(&self) -> String {
        let sides = self.bracket.report.worst.iter().flat_map(|worst| worst.sides.iter().flatten());
        sides.map(ToString::to_string).collect::<Vec<_>>().join(" x ")
    }

    fn verdict(&self) -> &'static str {
        match self.outcome() {
            Outcome::Refuted => "refuted",
            Outcome::Proved => "proved",
            Outcome::Incomplete | Outcome::BadInput => "open",
        }
    }

    fn in_text(&self, seconds: f64) -> String {
        let Self { target, network, bracket, .. } = self;
        let n = network.tokens;
        let head = format!(
            "{}: {n}, d = {}, {} output(s); a given network: {} block(s), width {}",
            target.name,
            target.dimension(),
            target.outputs(),
            network.blocks.len(),
            network.width()
        );
        let high = self.upper().map_or("none".into(), above);
        let apart = self.apart().map_or("-".into(), |apart| format!("{:.2} %", 100.0 * apart));
        let leaves = &bracket.report.leaves;
        let check = bracket.proof.as_ref().map_or(0.0, |proof| proof.check_time.as_secs_f64());
        let row = vec![
            below(&bracket.witness.error),
            high,
            apart,
            (leaves.enclosed + leaves.outside).to_string(),
            leaves.open.to_string(),
            format!("{:.3}", seconds - check),
            format!("{check:.3}"),
        ];
        let table = aligned(&["lower", "upper", "apart", "boxes", "open", "search s", "check s"], &[row]);
        let token = |token: &Vec<Rational>| {
            let coordinates: Vec<String> = token.iter().map(|x| format!("\"{x}\"")).collect();
            format!("[{}]", coordinates.join(", "))
        };
        let point: Vec<String> = bracket.witness.input.iter().map(token).collect();
        let verdict = match (self.aim, self.outcome()) {
            (Aim::Epsilon(epsilon), Outcome::Refuted) => format!("refuted: above ε = {epsilon} at the point below"),
            (Aim::Epsilon(epsilon), Outcome::Proved) => format!("proved: |network - target| <= ε = {epsilon} on the whole box"),
            (Aim::Relative(_), Outcome::Proved) => "proved: sup |network - target| is between the two".into(),
            (Aim::Relative(_), _) if self.upper().is_some() => {
                "sup |network - target| is between the two; more boxes (--max-boxes) or time (--time-limit) bring them nearer".into()
            }
            _ if bracket.report.worst.as_ref().is_some_and(|worst| worst.enclosure.is_none()) => {
                format!("open: the difference has no enclosure on {}; is the target defined there?", self.worst_box())
            }
            _ => "open: more boxes (--max-boxes) or time (--time-limit) are needed".into(),
        };
        format!(
            "{head}\n{}\n{verdict}\nlower at token 0, output {}, of [{}]",
            table.trim_end(),
            bracket.witness.output,
            point.join(", ")
        )
    }

    fn in_json(&self, arguments: &VerifyArguments, seconds: f64) -> Value {
        let Bracket { witness, report, .. } = self.bracket;
        let input: Vec<Vec<String>> =
            witness.input.iter().map(|token| token.iter().map(ToString::to_string).collect()).collect();
        json!({
            "target": self.target.name,
            "verdict": self.verdict(),
            "epsilon": arguments.epsilon.as_ref().map(upper),
            "lower": lower(&witness.error),
            "upper": self.upper().map(upper),
            "witness": { "input": input, "token": witness.token, "output": witness.output, "exact": witness.exact },
            "boxes": { "enclosed": report.leaves.enclosed, "outside": report.leaves.outside, "open": report.leaves.open },
            "enclosures": report.enclosures,
            "seconds": seconds,
            "path": arguments.output.as_deref().filter(|_| self.bracket.proof.is_some()).map(plain_path),
        })
    }
}
