//! The progress of long commands.

use indicatif::{ProgressBar, ProgressStyle};
use std::time::Duration;

/// A bar with so many steps; indicatif draws it on standard error, and only if that is a terminal.
pub fn progress_bar(steps: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {msg} [{pos}/{len}] {elapsed}");
    let bar = ProgressBar::new(steps).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
