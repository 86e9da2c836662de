//! `sumformer eval DIR --input SEQ`

mod cost;
mod number;
pub(super) mod subject;

use super::error::{CliError, Outcome};
use super::escape::shown;
use super::files::read_stream_up_to;
use super::output::{print, say};
use super::proof::refused;
use super::table::aligned;
use super::values::{ScalarName, Stage, SummationName};
use crate::cli::escape::shown_path;
use crate::eval::implied;
use crate::eval::input::{Input, MAX_BYTES, parse_input};
use crate::eval::surrogate::extend;
use crate::numeric::{FloatInterval, Summation};
use clap::Args;
use cost::{affordable, bounded, require_network};
use number::{Number, Pass};
use serde_json::{Value, json};
use std::io::Read;
use std::path::{Path, PathBuf};
use subject::Subject;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::boxes::implied::ImpliedSumformer;
use sumformer_checker::check::{ParsedProof, derive_bound, run_blocks};
use sumformer_checker::language::target::Target;
use sumformer_checker::language::{EvalError, evaluate_sequence};

/// Below the help of `eval`.
pub const HELP: &str = "A sequence is a JSON array of n tokens, each an array of d coordinates: numbers, taken as the \
decimals they are written as, or exact strings such as \"1/3\". An array of sequences gives an array of answers.\n\n\
  echo '[[0.5], [\"1/3\"], [1]]' | sumformer eval out/NAME --input - --scalar exact\n\n\
--json answers {\"outputs\", \"target\", \"of\", \"scalar\"}: strings under exact, pairs [inf, sup] under interval \
(null for an unbounded end), numbers under f64 and f32; \"target\" is null where it cannot be evaluated.";

/// `eval`
#[derive(Debug, Args)]
pub struct EvalArguments {
    /// A folder written by `prove`, for one architecture; or a network alone: network.json, network.json.zst, or a file that `export` wrote.
    #[arg(value_name = "DIR|FILE")]
    pub proof: PathBuf,
    /// A JSON file with one sequence or an array of sequences; `-` reads standard input.
    #[arg(long, value_name = "SEQ")]
    pub input: PathBuf,
    /// The numbers to compute with (default: exact if both the network and the target have exact values there, else
    /// interval).
    #[arg(long, value_enum)]
    pub scalar: Option<ScalarName>,
    /// What to evaluate.
    #[arg(long, value_enum, default_value = "network")]
    pub of: Stage,
    /// Order in which the network's attention adds up tokens in interval, f64 and f32 (default: in-order).
    #[arg(long, value_enum)]
    pub summation: Option<SummationName>,
}

/// Reads a proof and its input, evaluates, prints.
pub fn run(arguments: &EvalArguments, json: bool) -> Result<Outcome, CliError> {
    let subject = Subject::read(&arguments.proof)?;
    let network = subject.network();
    let text = read_input(&arguments.input)?;
    let input = parse_input(&text, network.tokens, network.dimension).map_err(|e| {
        CliError::bad_input(format!("{}: {}", shown_path(&arguments.input), shown(&e.to_string())))
    })?;
    if let Some(warning) = subject.proof().and_then(|proof| outside(&input, &proof.target)) {
        say(format!("warning: {warning}"));
    }
    let mut evaluation =
        Evaluation { arguments, scalar: ScalarName::Exact, subject: &subject, input: &input, json };
    evaluation.scalar = arguments.scalar.unwrap_or_else(|| evaluation.fitting_scalar());
    evaluation.refuse_idle_options()?;
    match evaluation.scalar {
        ScalarName::Exact => evaluation.run::<Rational>(),
        ScalarName::Interval => evaluation.run::<FloatInterval>(),
        ScalarName::F64 => evaluation.run::<f64>(),
        ScalarName::F32 => evaluation.run::<f32>(),
    }
}

/// The bytes of a file, or of standard input for `-`.
fn read_input(path: &Path) -> Result<Vec<u8>, CliError> {
    if path != Path::new("-") {
        return read_stream_up_to(path, MAX_BYTES as u64);
    }
    let mut text = Vec::new();
    // One byte more than is read tells a longer input from one that fits.
    std::io::stdin()
        .take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut text)
        .map_err(|e| CliError::bad_input(format!("standard input: {e}")))?;
    Ok(text)
}

/// Says where the input leaves the box, on which alone the bound is proved.
fn outside(input: &Input, target: &Target) -> Option<String> {
    let mut places = input.sequences.iter().enumerate().flat_map(|(s, sequence)| {
        sequence.iter().enumerate().flat_map(move |(j, token)| {
            let leaves = move |&k: &usize| !target.domain[k].contains(&token[k]);
            (0..token.len()).filter(leaves).map(move |k| (s, j, k, &token[k]))
        })
    });
    let (sequence, token, coordinate, value) = places.next()?;
    let sequence = if input.batch { format!("sequence {sequence}, ") } else { String::new() };
    let more = match places.count() {
        0 => String::new(),
        more => format!(" (and {more} more coordinates outside)"),
    };
    Some(format!(
        "{sequence}token {token}, coordinate {coordinate} = {} lies outside {}{more}; \
         the error bound is proved inside the box only",
        value.text(),
        target.domain[coordinate],
    ))
}

/// One row of numbers per token.
type Rows<N> = Vec<Vec<N>>;

struct Evaluation<'a> {
    arguments: &'a EvalArguments,
    scalar: ScalarName,
    subject: &'a Subject,
    input: &'a Input,
    json: bool,
}

impl Evaluation<'_> {
    /// Exact numbers if the first sequence has exact values, else intervals; says so.
    fn fitting_scalar(&self) -> ScalarName {
        let first = self.input.sequences.first();
        let is_exact = first.is_some_and(|sequence| {
            let has_value = |pass: Option<Pass<'_, Rational>>| pass.is_none_or(|pass| pass(sequence).is_ok());
            self.target(sequence).is_none_or(|rows| rows.is_ok()) && self.stage().is_ok_and(has_value)
        });
        if is_exact {
            say("note: the values are exact; --scalar interval, f64 or f32 rounds");
            return ScalarName::Exact;
        }
        let which = if self.subject.proof().is_some() {
            "not both have exact values here, so both are"
        } else {
            "it has no exact values here, so they are"
        };
        say(format!("note: {which} enclosed: this is --scalar interval"));
        ScalarName::Interval
    }

    /// The order in which tokens are added up is nothing to exact numbers, nor to the target.
    fn refuse_idle_options(&self) -> Result<(), CliError> {
        let rounds = self.scalar != ScalarName::Exact && self.arguments.of != Stage::Target;
        match self.arguments.summation {
            Some(_) if !rounds => Err(CliError::bad_input(
                "--summation belongs to a network in interval, f64 or f32 and would change nothing here; leave it out",
            )),
            _ => Ok(()),
        }
    }

    fn summation(&self) -> Summation {
        self.arguments.summation.unwrap_or(SummationName::InOrder).into()
    }

    fn run<N: Number>(&self) -> Result<Outcome, CliError> {
        let stage = self.stage::<N>()?;
        let mut outputs: Vec<Rows<N>> = Vec::new();
        let mut targets: Option<Vec<Rows<N>>> = Some(Vec::new());
        for (index, sequence) in self.input.sequences.iter().enumerate() {
            let name =
                |e: CliError| if self.input.batch { e.within(&format!("sequence {index}")) } else { e };
            let sequence: Rows<N> =
                sequence.iter().map(|token| token.iter().map(N::read).collect()).collect();
            let wanted = self.target(&sequence);
            let Some(pass) = &stage else {
                outputs.extend(wanted.transpose().map_err(name)?);
                continue;
            };
            require_network(self.subject.network(), &sequence).map_err(name)?;
            outputs.push(bounded(|| pass(&sequence)).map_err(name)?);
            match (wanted, &mut targets) {
                (Some(Ok(rows)), Some(targets)) => targets.push(rows),
                (Some(Err(e)), Some(_)) => {
                    say(format!("note: the target has no value here: {}", name(e).message()));
                    targets = None;
                }
                (None, _) => targets = None,
                (_, None) => {}
            }
        }
        if self.json {
            let json_of = |sequences: &Vec<Rows<N>>| {
                let mut all = sequences.iter().map(json_rows);
                if self.input.batch { all.collect() } else { all.next().unwrap_or_default() }
            };
            print(json!({
                "outputs": json_of(&outputs),
                "target": if stage.is_some() { targets.as_ref().map(json_of) } else { Some(json_of(&outputs)) },
                "of": self.arguments.of.name(),
                "scalar": self.scalar.name(),
            }))?;
        } else {
            print(self.table(&outputs, targets.as_ref()))?;
        }
        Ok(Outcome::Proved)
    }

    /// The function that is asked for, or `None` for the target itself.
    fn stage<N: Number>(&self) -> Result<Option<Pass<'_, N>>, CliError> {
        let (folder, target, network, certificate) = match (self.subject, self.arguments.of) {
            (Subject::Network(network), Stage::Network) => {
                return N::pass(network, self.summation()).map(Some);
            }
            (Subject::Network(_), stage) => {
                return Err(CliError::bad_input(format!(
                    "--of {} needs a proof; in a file of a network there is nothing but the network",
                    stage.name()
                )));
            }
            (Subject::Proof(folder, proof), _) => {
                let ParsedProof { target, network, certificate } = proof.as_ref();
                (folder, target, network, certificate)
            }
        };
        match self.arguments.of {
            Stage::Target => Ok(None),
            Stage::Network => N::pass(network, self.summation()).map(Some),
            Stage::Sumformer if certificate.cells().is_some() => {
                // The network is its Sumformer if nothing varies within cells; that is derived, not taken from claims.
                derive_bound(target, network, certificate).map_err(|refusal| refused(&refusal, folder))?;
                if certificate.cells().is_some_and(|cells| cells.ramps.is_some()) {
                    return Err(CliError::incomplete(
                        "this network has ramps between its cells, on which its Sumformer, constant on cells, is not \
                         evaluated; off the ramps the two agree: use --of network",
                    ));
                }
                N::pass(network, self.summation()).map(Some)
            }
            Stage::Sumformer => {
                let run = run_blocks(target, network, certificate, &mut |_, _| {})
                    .map_err(|refusal| refused(&refusal, folder))?;
                let sumformer = ImpliedSumformer::of(&run, &network.readout, network.outputs);
                Ok(Some(Box::new(move |sequence| {
                    let values =
                        extend(run.surrogate(), sequence).and_then(|s| implied::outputs(&sumformer, &s));
                    values.map_err(explain).and_then(meaningful)
                })))
            }
        }
    }

    /// The values of the target, if there is one.
    fn target<N: Number>(&self, sequence: &[Vec<N>]) -> Option<Result<Rows<N>, CliError>> {
        let target = &self.subject.proof()?.target;
        Some(affordable(target, sequence).and_then(|target| {
            bounded(|| evaluate_sequence(&target, sequence).map_err(explain)).and_then(meaningful)
        }))
    }

    /// One line per token and output coordinate.
    fn table<N: Number>(&self, outputs: &[Rows<N>], targets: Option<&Vec<Rows<N>>>) -> String {
        let name = self.arguments.of.name();
        let targets = targets.filter(|_| self.arguments.of != Stage::Target);
        let difference = format!("|{name} - target|");
        let mut header = vec!["sequence", "token", "output", name];
        let mut rows = Vec::new();
        for (s, sequence) in outputs.iter().enumerate() {
            for (token, row) in sequence.iter().enumerate() {
                for (output, value) in row.iter().enumerate() {
                    let mut cells = vec![s.to_string(), token.to_string(), output.to_string(), value.text()];
                    if let Some(targets) = targets {
                        let wanted = &targets[s][token][output];
                        cells.push(wanted.text());
                        cells.extend(value.distance(wanted));
                    }
                    rows.push(cells);
                }
            }
        }
        let columns = rows.first().map_or(0, Vec::len);
        header.extend(["target", &difference].into_iter().take(columns.saturating_sub(header.len())));
        if !self.input.batch {
            header.remove(0);
            rows.iter_mut().for_each(|row| drop(row.remove(0)));
        }
        aligned(&header, &rows)
    }
}

fn json_rows<N: Number>(rows: &Rows<N>) -> Value {
    rows.iter().map(|row| row.iter().map(Number::json).collect::<Value>()).collect()
}

/// Refuses NaN and overflow.
fn meaningful<N: Number>(rows: Rows<N>) -> Result<Rows<N>, CliError> {
    let bad = rows.iter().enumerate().find_map(|(token, row)| {
        row.iter().position(|value| !value.is_meaningful()).map(|output| (token, output))
    });
    match bad {
        None => Ok(rows),
        Some((token, output)) => {
            let message = format!("output {output} of token {token} is not a finite number in this format");
            Err(CliError::bad_input(message))
        }
    }
}

fn explain(error: EvalError) -> CliError {
    match error {
        EvalError::NotRational(_) => {
            CliError::incomplete(format!("{error}; --scalar f64 gives a rounded value"))
        }
        EvalError::TooLarge(_) | EvalError::TooManyPermutations(_) => CliError::incomplete(error.to_string()),
        _ => CliError::bad_input(error.to_string()),
    }
}
