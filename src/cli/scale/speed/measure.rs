//! One point: three steps, each in a process of its own, so that the memory is its own too.

use super::arguments::{SpeedArguments, column};
use crate::cli::check::check_folder;
use crate::cli::error::{CliError, Outcome};
use crate::cli::files::read_network;
use crate::eval::Forward;
use crate::folder::write_proof;
use crate::recipe::prove;
use crate::scale::speed::{Axis, STEPS, Step, length};
use serde_json::{Map, Value, json};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use sumformer_checker::check::Verdict;
use sumformer_checker::format::network::Network;

/// A short step is repeated until it has taken so long, or so many times.
const LONG: Duration = Duration::from_millis(300);
const REPEATS: usize = 5;
/// A process is looked at this often.
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// Bytes of a megabyte.
const MEGABYTE: f64 = 1e6;

/// The row of a point, or nothing where the time has ended before.
pub(super) fn point(axis: Axis, value: u64, end: Instant) -> Result<Option<Value>, CliError> {
    let scratch = tempfile::tempdir().map_err(|error| CliError::bad_input(error.to_string()))?;
    let place = scratch.path().join("proof");
    let mut row = Map::from_iter([("axis".into(), axis.name().into()), ("value".into(), value.into())]);
    for step in STEPS {
        let Some(measured) = in_process(axis, value, step, &place, end)? else { return Ok(None) };
        if step == Step::Prove {
            row.insert("x".into(), measured["x"].clone());
        }
        row.insert(column(step, "s"), measured["seconds"].clone());
        row.insert(column(step, "MB"), measured["megabytes"].clone());
    }
    Ok(Some(row.into()))
}

/// Runs this program again for one step.
fn in_process(
    axis: Axis,
    value: u64,
    step: Step,
    place: &Path,
    end: Instant,
) -> Result<Option<Value>, CliError> {
    let failed =
        |what: String| CliError::bad_input(format!("{} {value}, {}: {what}", axis.name(), step.name()));
    let program = std::env::current_exe().map_err(|error| failed(error.to_string()))?;
    let mut process = Command::new(program)
        .args(["scale", "speed", "--threads", "1", "--axis", axis.name(), "--value", &value.to_string()])
        .args(["--measure", step.name(), "--place"])
        .arg(place)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    // A line is all that it says, which a pipe has room for.
    while process.try_wait().map_err(|error| failed(error.to_string()))?.is_none() {
        if Instant::now() >= end {
            // It may have ended just now.
            let _ = process.kill();
            let _ = process.wait();
            return Ok(None);
        }
        std::thread::sleep(LOOK_EVERY);
    }
    let output = process.wait_with_output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_string()));
    }
    serde_json::from_slice(&output.stdout).map(Some).map_err(|error| failed(error.to_string()))
}

/// What such a process does: one step, and a line about it.
pub(in crate::cli::scale) fn run(arguments: &SpeedArguments) -> Result<Option<Value>, CliError> {
    let (Some(step), Some(value), Some(place)) = (arguments.measure, arguments.value, &arguments.place)
    else {
        return Ok(None);
    };
    let [axis] = arguments.axis.as_slice() else {
        return Err(CliError::bad_input("one step is measured on one axis"));
    };
    let axis = Axis::from(*axis);
    let before = memory("VmRSS:");
    let (seconds, x) = match Step::from(step) {
        Step::Prove => proving(axis, value, place)?,
        Step::Check => (least(|| checking(place))?, value),
        Step::Eval => (least(|| evaluating(axis, value, place))?, value),
    };
    let used =
        memory("VmHWM:").zip(before).map(|(peak, before)| peak.saturating_sub(before) as f64 / MEGABYTE);
    Ok(Some(json!({ "seconds": seconds, "megabytes": used, "x": x })))
}

fn proving(axis: Axis, value: u64, place: &Path) -> Result<(f64, u64), CliError> {
    let (target, options) = axis.case(value).map_err(|error| CliError::bad_input(error.to_string()))?;
    let proved = || prove(&target, &options, &()).map_err(|error| CliError::bad_input(error.to_string()));
    let mut last = None;
    let seconds = least(|| {
        // One proof is in memory at a time.
        last = None;
        last = Some(proved()?);
        Ok(())
    })?;
    let Some(proofs) = last else { return Err(CliError::bad_input("nothing was proved")) };
    write_proof(place, &target, proofs.first()).map_err(|error| CliError::bad_input(error.to_string()))?;
    Ok((seconds, axis.grown(value, proofs.first())))
}

fn checking(place: &Path) -> Result<(), CliError> {
    match check_folder(place)?.verdict {
        Verdict::Valid(_) => Ok(()),
        Verdict::Invalid(refusal) | Verdict::Incomplete(refusal) => {
            Err(CliError::Message { message: refusal.to_string(), outcome: Outcome::Incomplete })
        }
    }
}

/// At the middle of the box.
fn evaluating(axis: Axis, value: u64, place: &Path) -> Result<(), CliError> {
    let (target, _) = axis.case(value).map_err(|error| CliError::bad_input(error.to_string()))?;
    let network =
        Network::from_json(&read_network(place)?).map_err(|error| CliError::bad_input(error.to_string()))?;
    let forward =
        Forward::<f64>::compile(&network).map_err(|error| CliError::bad_input(error.to_string()))?;
    let sequence = vec![vec![0.5; target.dimension()]; length(&target)];
    forward.run(&sequence).map(drop).map_err(|error| CliError::bad_input(error.to_string()))
}

/// The seconds of the fastest of a few runs.
fn least(mut step: impl FnMut() -> Result<(), CliError>) -> Result<f64, CliError> {
    let (start, mut least) = (Instant::now(), f64::INFINITY);
    for _ in 0..REPEATS {
        let begin = Instant::now();
        step()?;
        least = least.min(begin.elapsed().as_secs_f64());
        if start.elapsed() >= LONG {
            break;
        }
    }
    Ok(least)
}

/// A line of the process's own status in bytes, where the system has one.
fn memory(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes << 10)
}
