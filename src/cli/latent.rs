//! `sumformer latent TARGET`: how few sums a Sumformer needs.

use super::error::{CliError, Outcome};
use super::files::{writable_floors, write_floors};
use super::limits::parse_seconds;
use super::output::print;
use super::staircase::{self, Found, STARTS, Search};
use super::table::aligned;
use super::target::read_target;
use super::values::{parse_epsilon, parse_seed};
use crate::approximation::way::in_logarithms;
use crate::floors::Essential;
use crate::recipe::SumOptions;
use crate::report::floors::FloorFacts;
use crate::report::numbers::{below, lower, upper};
use clap::Args;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use sumformer_checker::arith::number::{Rational, max, ratio};
use sumformer_checker::language::target::{Body, Target, Tokens};
use sumformer_checker::limits::MAX_TERMS;
use sumformer_checker::normal_form::expansion::{ExpansionError, expand_target};

/// Below the help of `latent`.
pub const HELP: &str = "A Sumformer with N sums is ψ(x, Σφ(y)) over the other tokens y, φ continuous with N values, ψ any \
function. `floor` is a proved lower bound of the error of each of them, so of every network behind the sums, whatever its depth, width or \
precision; `reached` is the error of one that is known. Where a floor is above ε and the next number of sums reaches ε, the least number \
is decided.\n\n\
Exit code 0: decided; 3: an interval is left; 2: bad input. `sumformer check` verifies what -o writes.";

/// `latent`
#[derive(Debug, Args)]
pub struct LatentArguments {
    /// A target file, or a folder with `target.toml`.
    pub target: PathBuf,
    /// The length of the sequences (default: the target's; for a target of every length, for whose Sumformers the floors hold too, the one of a
    /// few with the highest floor).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    pub tokens: Option<u32>,
    /// Look at Sumformers with fewer sums than this (default: as many as are known to do, at most 16, else 4).
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=16))]
    pub until: Option<u32>,
    /// The error that is asked for (default: the target's, else 1/1000).
    #[arg(long, value_name = "Q", value_parser = parse_epsilon, allow_hyphen_values = true)]
    pub epsilon: Option<Rational>,
    /// Starts of the search for each number of sums.
    #[arg(long, value_name = "N", default_value_t = STARTS, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub starts: u32,
    /// The seed of the search.
    #[arg(long, value_name = "S", default_value_t = 0, value_parser = parse_seed)]
    pub seed: u64,
    /// Stop searching after so many seconds, with what was found until then.
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = parse_seconds)]
    pub time_limit: Duration,
    /// A folder for `target.toml` and `floor.json`; also one that `prove` has written for this target.
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

/// A number of sums, what is proved of it, and what is reached with it.
struct Step {
    sums: usize,
    floor: Rational,
    reached: Option<Rational>,
}

/// Searches, has the checker derive what was found, prints.
pub fn run(arguments: &LatentArguments, json: bool) -> Result<Outcome, CliError> {
    let target = read_target(&arguments.target)?;
    if let Some(folder) = &arguments.output {
        writable_floors(folder)?;
    }
    let lengths = lengths(&target, arguments)?;
    let epsilon =
        arguments.epsilon.clone().or_else(|| target.epsilon.clone()).unwrap_or_else(|| ratio(1, 1000));
    require_symmetry(&target)?;
    let search = Search {
        target: (&target, &arguments.target),
        lengths,
        starts: arguments.starts as usize,
        seed: arguments.seed,
        end: Instant::now() + arguments.time_limit,
    };
    let essential = search.essential();
    let known = essential.as_ref().map(Essential::sums);
    let near = search.in_time(|| in_fewer(&target, known, &epsilon));
    let until = arguments.until.map_or_else(|| Search::until(known), |until| until as usize);
    let Found { text, facts } = search.run(until, known)?;
    let n = facts.tokens;
    let steps = staircase(&facts, known, near.as_ref(), until);
    let decided = decided(&steps, &epsilon);
    if let Some(folder) = &arguments.output {
        write_floors(folder, [&target.source, &text])?;
    }
    if json {
        let steps: Vec<Value> = steps.iter().map(in_json).collect();
        print(json!({
            "target": target.name, "n": n, "staircase": steps, "decided": decided, "epsilon": upper(&epsilon),
        }))?;
    } else {
        print(in_text(&target, n, &steps, known, decided, &epsilon))?;
    }
    Ok(if decided.is_some() { Outcome::Proved } else { Outcome::Incomplete })
}

/// A polynomial in explicit tokens has to be symmetric, or no Sumformer is near it; `prove` refuses it too.
fn require_symmetry(target: &Target) -> Result<(), CliError> {
    if !matches!(target.body, Body::SemiInvariant { symmetrize: false, .. }) {
        return Ok(());
    }
    match expand_target(target, MAX_TERMS) {
        Err(error @ ExpansionError::NotSymmetric { .. }) => Err(CliError::bad_input(format!(
            "{error}; symmetrize = true averages over all orders of the other tokens"
        ))),
        _ => Ok(()),
    }
}

fn lengths(target: &Target, arguments: &LatentArguments) -> Result<Vec<usize>, CliError> {
    let asked = arguments.tokens.map(|tokens| tokens as usize);
    match (target.tokens, asked) {
        (Tokens::Fixed(n), Some(asked)) if asked != n => Err(CliError::bad_input(format!(
            "--tokens {asked}: the target is for {n} tokens; leave the option out, or write tokens = \"any\""
        ))),
        (Tokens::Any, Some(asked)) => Ok(vec![asked]),
        (_, None | Some(_)) => Ok(staircase::lengths(target)),
    }
}

/// The fewest sums below those with which the target is exact, where these are known, and how near it they are: within ε.
fn in_fewer(target: &Target, exact: Option<usize>, epsilon: &Rational) -> Option<(usize, Rational)> {
    let ways = in_logarithms(target, &SumOptions::default().way(epsilon.clone())).into_iter();
    let near = ways.map(|way| {
        let distance = way.surrogate.deviations.iter().cloned().fold(Rational::default(), max);
        (way.sumformer.latent_dimension(), distance)
    });
    near.filter(|(sums, distance)| exact.is_none_or(|exact| *sums < exact) && distance <= epsilon).min()
}

/// What is proved and what is reached, by numbers of sums: an error of 0 with as many as are `known` to do, another one with those
/// that are `near`.
fn staircase(
    facts: &FloorFacts,
    known: Option<usize>,
    near: Option<&(usize, Rational)>,
    until: usize,
) -> Vec<Step> {
    let numbers: BTreeSet<usize> = (0..until).chain(known).chain(near.map(|near| near.0)).collect();
    numbers
        .into_iter()
        .map(|sums| {
            let floor = facts.at(sums).cloned();
            let exact = known.filter(|known| sums >= *known).map(|_| Rational::default());
            let near = near.filter(|near| sums >= near.0).map(|near| near.1.clone());
            let reached = exact.or(near);
            Step { sums, floor: floor.unwrap_or_default(), reached }
        })
        .collect()
}

/// The least number of sums that reaches ε, if all smaller ones are proved not to.
fn decided(steps: &[Step], epsilon: &Rational) -> Option<usize> {
    let least = steps.iter().find(|step| step.reached.as_ref().is_some_and(|reached| reached <= epsilon))?;
    let Some(below) = least.sums.checked_sub(1) else { return Some(0) };
    let floor = &steps.iter().find(|step| step.sums == below)?.floor;
    (floor > epsilon).then_some(least.sums)
}

fn in_json(step: &Step) -> Value {
    json!({
        "sums": step.sums,
        "floor": lower(&step.floor),
        "reached": step.reached.as_ref().map(upper),
    })
}

fn in_text(
    target: &Target,
    n: usize,
    steps: &[Step],
    known: Option<usize>,
    decided: Option<usize>,
    epsilon: &Rational,
) -> String {
    let rows: Vec<Vec<String>> = steps
        .iter()
        .map(|step| {
            let reached = step.reached.as_ref().map_or_else(|| "?".into(), crate::report::numbers::above);
            vec![step.sums.to_string(), below(&step.floor), reached]
        })
        .collect();
    let mut text =
        format!("{}, n = {n}: every Sumformer with so many sums errs by at least `floor`\n", target.name);
    text += &aligned(&["sums", "floor", "reached"], &rows);
    text += "\n";
    let unreached = |sums: usize| steps.iter().find(|step| step.sums == sums).map(|step| below(&step.floor));
    let so_many = |sums: usize| if sums == 1 { "1 sum is".into() } else { format!("{sums} sums are") };
    text += &match (decided, known) {
        (Some(0), _) => format!("no sums are needed for ε = {epsilon}"),
        (Some(sums), _) => {
            let exact = known.filter(|known| *known > sums);
            let exact = exact.map_or_else(String::new, |known| format!("; for an error of 0, {known} do"));
            format!(
                "{} the fewest for ε = {epsilon}: with {} every Sumformer errs by at least {}{exact}",
                so_many(sums),
                sums - 1,
                unreached(sums - 1).unwrap_or_default()
            )
        }
        (None, _) => {
            let needed = steps
                .iter()
                .filter(|step| &step.floor > epsilon)
                .map(|step| step.sums + 1)
                .max()
                .unwrap_or(0);
            let reached =
                steps.iter().find(|step| step.reached.as_ref().is_some_and(|reached| reached <= epsilon));
            match reached.map(|step| step.sums) {
                Some(known) if needed == 0 => {
                    format!("for ε = {epsilon} {known} do, and nothing shows that fewer do not")
                }
                None if needed == 0 => {
                    format!("for ε = {epsilon} no number is known that is needed, or that does")
                }
                Some(known) => {
                    format!("for ε = {epsilon} at least {} needed, and {known} do", so_many(needed))
                }
                None => format!("for ε = {epsilon} at least {} needed", so_many(needed)),
            }
        }
    };
    text
}
