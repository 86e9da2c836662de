//! The progress of long commands: the step at hand, how far it is, and how long it is likely to take.

use crate::parallel;
use indicatif::{ProgressBar, ProgressStyle};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Estimates are made after this time, when there is something to make them of.
const ESTIMATE_AFTER: Duration = Duration::from_secs(2);

/// A bar of steps on standard error, drawn only if that is a terminal.
pub struct Progress {
    bar: ProgressBar,
    step: Mutex<Step>,
}

/// What is being done.
struct Step {
    name: String,
    start: Instant,
}

impl Progress {
    /// For so many steps.
    pub fn new(steps: u64) -> Self {
        let step = Mutex::new(Step { name: String::new(), start: Instant::now() });
        Self { bar: progress_bar(steps), step }
    }

    /// The next thing to do.
    pub fn step(&self, name: impl Into<String>) {
        let name = name.into();
        self.bar.set_message(name.clone());
        if let Ok(mut step) = self.step.lock() {
            *step = Step { name, start: Instant::now() };
        }
    }

    /// The step is so far, in words.
    pub fn detail(&self, detail: impl std::fmt::Display) {
        self.bar.set_message(format!("{}: {detail}", self.current()));
    }

    /// So much of the step is done, with some detail; the rest is likely to take as long in proportion.
    pub fn part(&self, done: u64, total: u64, detail: &str) {
        let Ok(step) = self.step.lock() else { return };
        let share = done as f64 / total.max(1) as f64;
        let elapsed = step.start.elapsed();
        let left = if elapsed > ESTIMATE_AFTER && share > 0.0 {
            format!(", about {:.0} s left", elapsed.as_secs_f64() * (1.0 - share) / share)
        } else {
            String::new()
        };
        self.bar.set_message(format!("{}: {detail}, {:.0} %{left}", step.name, 100.0 * share));
    }

    /// A step is done.
    pub fn done(&self) {
        self.bar.inc(1);
    }

    /// Everything is done.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// The step at hand.
    pub fn current(&self) -> String {
        self.step.lock().map_or_else(|_| String::new(), |step| step.name.clone())
    }

    /// What is shown now.
    pub fn shown(&self) -> String {
        self.bar.message()
    }
}

/// A bar with so many steps; indicatif draws it on standard error, and only if that is a terminal.
pub fn progress_bar(steps: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {msg} [{pos}/{len}] {elapsed}");
    let bar = ProgressBar::new(steps).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// One result for each item, in their order, computed on all threads under a bar.
pub fn rows<T: Sync, R: Send>(items: &[T], row: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let progress = progress_bar(items.len() as u64);
    progress.set_message("rows");
    let found = parallel::map(items, |item| {
        let found = row(item);
        progress.inc(1);
        found
    });
    progress.finish_and_clear();
    found
}
