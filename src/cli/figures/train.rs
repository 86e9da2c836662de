//! `sumformer figures train 1|2 --data FILE`

use super::TrainArguments;
use super::data_file::{read_records, write_records};
use crate::cli::error::{CliError, Outcome};
use crate::cli::output::{print, say};
use crate::figures::record::{Model, Record};
use crate::figures::settings::Settings;
use crate::figures::targets::{FIGURE_2_DIMENSIONS, Figure1Function};
use crate::figures::training::{TrainingError, curve, latent};
use indicatif::{ProgressBar, ProgressStyle};
use itertools::Itertools;
use rayon::prelude::*;
use serde_json::json;
use std::path::Path;
use std::sync::Mutex;

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
        let records: Vec<R> = self.records()?;
        let missing: Vec<&R::Key> =
            jobs.iter().filter(|job| records.iter().all(|record| record.key() != **job)).collect();
        say(format!("{} of {} runs are in {}", jobs.len() - missing.len(), jobs.len(), self.file.display()));
        // A file that cannot be written is found before hours of training, not after.
        write_records(self.file, &records)?;
        let bar = progress_bar((missing.len() * self.settings.epochs) as u64);
        let writing = Mutex::new(());
        missing.par_iter().try_for_each(|job| {
            let record = train(job, &|| bar.inc(1)).map_err(|e| CliError::incomplete(e.to_string()))?;
            bar.set_message(record.describe());
            // A thread that panicked while it wrote has left the old file or the new one.
            let _guard = writing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            // Read again: another process may train other runs of this file.
            let mut records: Vec<R> = self.records()?;
            records.retain(|other| other.key() != record.key());
            records.push(record);
            write_records(self.file, &records)
        })?;
        bar.finish_and_clear();
        let text = format!("{} runs trained, {}", missing.len(), self.file.display());
        if self.json {
            say(text);
            print(
                json!({ "trained": missing.len(), "runs": jobs.len(), "file": self.file.display().to_string() }),
            )?;
        } else {
            print(text)?;
        }
        Ok(Outcome::Proved)
    }

    /// What the file holds; nothing if there is none.
    fn records<R: Record>(&self) -> Result<Vec<R>, CliError> {
        if self.file.exists() { read_records(self.file, Some(self.settings)) } else { Ok(Vec::new()) }
    }
}

fn progress_bar(epochs: u64) -> ProgressBar {
    // indicatif draws on standard error, and only if that is a terminal.
    let style =
        ProgressStyle::with_template("{bar:30} epoch {pos}/{len}, {elapsed}, {eta} left; last: {msg}");
    ProgressBar::new(epochs).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
