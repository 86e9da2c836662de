//! What a run may take: time, memory, and patience. Arithmetic asks now and then whether it should go on.

use clap::Args;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Once};
use std::time::{Duration, Instant};
use sumformer_checker::work::{Limits, Poll};

/// The memory in use is looked at this often.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// An exit code of shells for what was interrupted.
const INTERRUPTED: i32 = 130;

/// `--time-limit` and `--memory-limit`
#[derive(Debug, Clone, Copy, Args)]
pub struct LimitArguments {
    /// Stop after so many seconds, with what was found until then and exit code 3. Results do not depend on it unless it
    /// is reached.
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = parse_seconds, help_heading = "Budget")]
    pub time_limit: Duration,
    /// Stop when more memory than this is in use: a number of bytes, or of K, M, G, or T (powers of 1024).
    #[arg(long, value_name = "SIZE", default_value = "8G", value_parser = parse_size, help_heading = "Budget")]
    pub memory_limit: Size,
}

/// An amount of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// In bytes.
    pub bytes: u64,
}

/// When a run ends.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    start: Instant,
    limits: LimitArguments,
}

impl LimitArguments {
    /// The time counts from now.
    pub fn start(self) -> Deadline {
        Deadline { start: Instant::now(), limits: self }
    }
}

impl Deadline {
    /// Limits for the whole run. No arithmetic is too much, as long as there is time.
    pub fn limits(self) -> Limits {
        Limits { work: u64::MAX, poll: Some(self.poll()) }
    }

    /// When the time is over.
    pub fn end(self) -> Instant {
        self.start + self.limits.time_limit
    }

    /// A moment in the middle of the time that is left.
    pub fn halfway(self) -> Instant {
        let now = Instant::now();
        now + self.end().saturating_duration_since(now) / 2
    }

    /// Limits for what comes after the proof, and has a time of its own.
    pub fn but_time(self) -> Limits {
        Limits { work: u64::MAX, poll: Some(Arc::new(self.no_memory())) }
    }

    fn poll(self) -> Poll {
        let other = self.no_memory();
        Arc::new(move || {
            let limit = self.limits.time_limit;
            if self.start.elapsed() <= limit || interrupts().load(Relaxed) {
                return other();
            }
            let limit = limit.as_secs_f64();
            Some(format!("the time limit of {limit} s is reached; --time-limit sets another"))
        })
    }

    /// Why to stop, however much time is left: an interrupt, or memory.
    fn no_memory(self) -> impl Fn() -> Option<String> + Send + Sync {
        let interrupted = interrupts();
        let looked = AtomicU64::new(0);
        move || {
            if interrupted.load(Relaxed) {
                return Some("interrupted".into());
            }
            let now = self.start.elapsed().as_millis() as u64;
            if now.saturating_sub(looked.load(Relaxed)) < LOOK_EVERY.as_millis() as u64 {
                return None;
            }
            looked.store(now, Relaxed);
            let used = memory_stats::memory_stats().map_or(0, |stats| stats.physical_mem as u64);
            (used > self.limits.memory_limit.bytes).then(|| {
                format!(
                    "more memory is in use than the limit of {} bytes; --memory-limit sets another",
                    self.limits.memory_limit.bytes
                )
            })
        }
    }
}

/// A flag that Ctrl-C sets; the second Ctrl-C ends the process at once.
fn interrupts() -> &'static AtomicBool {
    static INTERRUPTED_ONCE: AtomicBool = AtomicBool::new(false);
    static HANDLER: Once = Once::new();
    // Without a handler Ctrl-C just ends the process, which leaves no broken folder either.
    HANDLER.call_once(|| {
        let _ = ctrlc::set_handler(move || {
            if INTERRUPTED_ONCE.swap(true, Relaxed) {
                std::process::exit(INTERRUPTED);
            }
        });
    });
    &INTERRUPTED_ONCE
}

/// `--time-limit`
pub fn parse_seconds(text: &str) -> Result<Duration, String> {
    /// About thirty years.
    const MOST: f64 = 1e9;
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= MOST => Ok(Duration::from_secs_f64(seconds)),
        _ => Err(format!("expected a number of seconds, more than 0 and at most {MOST}")),
    }
}

fn parse_size(text: &str) -> Result<Size, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" | "KB" | "KIB" => 10,
        "M" | "MB" | "MIB" => 20,
        "G" | "GB" | "GIB" => 30,
        "T" | "TB" | "TIB" => 40,
        _ => return Err("expected a number of bytes, or of K, M, G or T, as in 8G".into()),
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    let bytes = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(1 << shift));
    match bytes {
        Some(bytes) if bytes > 0 => Ok(Size { bytes }),
        None if is_number => Err(format!("at most {} bytes can be counted", u64::MAX)),
        _ => Err("expected a number of bytes, or of K, M, G or T, as in 8G".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times() {
        let bytes = |text| parse_size(text).map(|size| size.bytes);
        assert_eq!(bytes("4096"), Ok(4096));
        assert_eq!(bytes("3k"), Ok(3 << 10));
        assert_eq!(bytes("8GiB"), Ok(8 << 30));
        for wrong in ["", "G", "0", "-1", "1.5G", "8 G", "8X", "99999999T"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse_seconds("0.5"), Ok(Duration::from_millis(500)));
        for wrong in ["0", "-1", "nan", "inf", "1e10", "ten"] {
            assert!(parse_seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_deadline_that_has_passed_is_a_reason_to_stop_and_so_is_memory() {
        let limits = |seconds, bytes| LimitArguments {
            time_limit: Duration::from_secs(seconds),
            memory_limit: Size { bytes },
        };
        let long_ago = Instant::now().checked_sub(Duration::from_secs(2)).expect("a moment ago");
        let stop = |seconds, bytes| Deadline { start: long_ago, limits: limits(seconds, bytes) }.poll()();
        assert_eq!(stop(3, u64::MAX), None);
        assert!(stop(1, u64::MAX).is_some_and(|why| why.contains("--time-limit")));
        assert!(stop(3, 1).is_some_and(|why| why.contains("--memory-limit")));
        // What comes after the proof has a time of its own, and the same memory.
        let stop =
            |bytes| Deadline { start: long_ago, limits: limits(1, bytes) }.but_time().poll.expect("one")();
        assert_eq!(stop(u64::MAX), None);
        assert!(stop(1).expect("too much").contains("--memory-limit"));
    }
}
