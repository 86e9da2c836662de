//! `sumformer figures train 1|2 --data FILE`

use super::data_file::change_records;
use super::train_arguments::TrainArguments;
use crate::cli::error::{CliError, Outcome};
use crate::cli::escape::{plain_path, shown_path};
use crate::cli::output::{print, say};
use crate::figures::record::{Model, Record};
use crate::figures::settings::Settings;
use crate::figures::targets::{FIGURE_2_DIMENSIONS, Figure1Function};
use crate::figures::training::{TrainingError, curve, latent};
use indicatif::{ProgressBar, ProgressStyle};
use itertools::Itertools;
use serde_json::json;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicUsize};

/// d' of Figure 2: 2⁰ to 2¹¹.
const LATENTS: std::ops::RangeInclusive<u32> = 0..=11;

/// Trains what the data file does not hold yet.
pub fn run(arguments: &TrainArguments, json: bool) -> Result<Outcome, CliError> {
    let usual = if arguments.figure == 1 { Settings::figure_1() } else { Settings::figure_2() };
    let settings = Settings {
        epochs: arguments.epochs.map_or(usual.epochs, |epochs| epochs as usize),
        training: arguments.sequences as usize,
        batch: arguments.batch as usize,
        seed: arguments.seed,
        ..usual
    };
    if settings.epochs < settings.validate_every {
        return Err(CliError::bad_input(format!(
            "--epochs {}: the error is measured every {} epochs; take at least as many",
            settings.epochs, settings.validate_every
        )));
    }
    let sweep = Sweep { file: &arguments.data, settings: &settings, json };
    if arguments.figure == 1 {
        if !arguments.dimensions.is_empty() || !arguments.latents.is_empty() {
            return Err(CliError::bad_input("--dimensions and --latents are for figure 2; leave them out"));
        }
        let jobs: Vec<_> = Figure1Function::ALL.into_iter().cartesian_product(Model::ALL).collect();
        sweep.run(&jobs, |&(function, model), report| curve(function, model, &settings, report))
    } else {
        let or = |given: &[u16], usual: Vec<usize>| -> Vec<usize> {
            if given.is_empty() { usual } else { given.iter().map(|&value| value.into()).unique().collect() }
        };
        let dimensions = or(&arguments.dimensions, FIGURE_2_DIMENSIONS.collect());
        let latents = or(&arguments.latents, LATENTS.map(|power| 1 << power).collect());
        let jobs: Vec<_> = dimensions.into_iter().cartesian_product(latents).collect();
        sweep.run(&jobs, |&(d, latents), report| latent(d, latents, &settings, report))
    }
}

/// Runs of one file.
struct Sweep<'a> {
    file: &'a Path,
    settings: &'a Settings,
    json: bool,
}

impl Sweep<'_> {
    /// Trains all jobs that have no record; a job is the key of its record.
    fn run<R: Record>(
        &self,
        jobs: &[R::Key],
        train: impl Fn(&R::Key, &dyn Fn()) -> Result<R, TrainingError> + Sync,
    ) -> Result<Outcome, CliError>
    where
        R::Key: Sync,
    {
        // A file that cannot be written is found before hours of training, not after.
        let mut records: Vec<R> = Vec::new();
        change_records(self.file, Some(self.settings), |found| records = found.clone())?;
        let missing: Vec<&R::Key> =
            jobs.iter().filter(|job| records.iter().all(|record| record.key() != **job)).collect();
        say(format!(
            "{} of {} runs are in {}",
            jobs.len() - missing.len(),
            jobs.len(),
            shown_path(self.file)
        ));
        let bar = progress_bar((missing.len() * self.settings.epochs) as u64);
        one_by_one(&missing, |job| {
            let record = train(job, &|| bar.inc(1)).map_err(|e| CliError::incomplete(e.to_string()))?;
            bar.set_message(record.describe());
            // Read again: another process may train other runs of this file.
            change_records(self.file, Some(self.settings), |records: &mut Vec<R>| {
                records.retain(|other| other.key() != record.key());
                records.push(record);
            })
        })?;
        bar.finish_and_clear();
        let text = format!("{} runs trained, {}", missing.len(), shown_path(self.file));
        if self.json {
            say(text);
            print(json!({ "trained": missing.len(), "runs": jobs.len(), "file": plain_path(self.file) }))?;
        } else {
            print(text)?;
        }
        Ok(Outcome::Proved)
    }
}

/// Works on all jobs, as many at a time as there are threads; after a failure none is begun.
///
/// Not with rayon: a thread that waits inside of one run would begin another, and an interrupt would then find many
/// runs begun and few finished.
fn one_by_one<J: Sync>(jobs: &[J], work: impl Fn(&J) -> Result<(), CliError> + Sync) -> Result<(), CliError> {
    let next = AtomicUsize::new(0);
    let failed = AtomicBool::new(false);
    let worker = || {
        while !failed.load(Relaxed)
            && let Some(job) = jobs.get(next.fetch_add(1, Relaxed))
        {
            work(job).inspect_err(|_| failed.store(true, Relaxed))?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..rayon::current_num_threads()).map(|_| scope.spawn(worker)).collect();
        let results = workers.into_iter().map(|it| it.join().unwrap_or_else(|panic| resume_unwind(panic)));
        results.collect::<Vec<_>>().into_iter().collect()
    })
}

fn progress_bar(epochs: u64) -> ProgressBar {
    // indicatif draws on standard error, and only if that is a terminal.
    let style =
        ProgressStyle::with_template("{bar:30} epoch {pos}/{len}, {elapsed}, {eta} left; last: {msg}");
    ProgressBar::new(epochs).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
