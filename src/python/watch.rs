//! How far a proof is, and when it ends before its time.

use crate::job::Inside;
use crate::options::Patience;
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};
use sumformer::certify::boxes::BoxProgress;
use sumformer::checker::work::{Limits, Poll};
use sumformer::planning::WayName;
use sumformer::recipe::{Progress, Step};

/// The memory in use is looked at this often, and details are told this often.
const EVERY: Duration = Duration::from_millis(50);

/// Watches a proof from inside of its job.
pub struct Watch {
    inside: Inside,
    start: Instant,
    patience: Patience,
    /// The plan, and one for each architecture.
    parts: f64,
    done: Cell<f64>,
    /// Which share of the part at hand is done.
    share: Cell<f64>,
    step: RefCell<String>,
    told: Cell<Option<Instant>>,
    /// When a search over boxes is to end: the check encloses the same boxes once more.
    enough: Cell<Option<Instant>>,
}

impl Watch {
    /// The time counts from now.
    pub fn new(inside: &Inside, architectures: usize, patience: Patience) -> Self {
        let watch = Self {
            inside: inside.clone(),
            start: Instant::now(),
            patience,
            parts: architectures as f64 + 1.0,
            done: Cell::new(0.0),
            share: Cell::new(0.0),
            step: RefCell::default(),
            told: Cell::new(None),
            enough: Cell::new(None),
        };
        watch.enough.set(watch.halfway());
        watch
    }

    /// What is being done.
    pub fn step_at_hand(&self) -> String {
        self.step.borrow().clone()
    }

    /// A moment in the middle of the time that is left.
    fn halfway(&self) -> Option<Instant> {
        let now = Instant::now();
        self.patience.time.map(|limit| now + (self.start + limit).saturating_duration_since(now) / 2)
    }

    fn tell(&self, detail: &str) {
        let share = ((self.done.get() + self.share.get()) / self.parts).min(1.0);
        let separator = if detail.is_empty() { "" } else { ": " };
        self.inside.tell(format!("{}{separator}{detail}", self.step.borrow()), share);
        self.told.set(Some(Instant::now()));
    }

    /// Details come by the thousand.
    fn tell_now_and_then(&self, detail: &str) {
        if self.told.get().is_none_or(|told| told.elapsed() >= EVERY) {
            self.tell(detail);
        }
    }

    fn poll(&self) -> Poll {
        let (stopped, start, Patience { time, memory }) = (self.inside.poll(), self.start, self.patience);
        let looked = AtomicU64::new(0);
        Arc::new(move || {
            if let Some(why) = stopped() {
                return Some(why);
            }
            let elapsed = start.elapsed();
            if let Some(limit) = time.filter(|&limit| elapsed > limit) {
                let seconds = limit.as_secs_f64();
                return Some(format!("the time limit of {seconds} s is reached; `time_limit` sets another"));
            }
            let limit = memory?;
            let now = elapsed.as_millis() as u64;
            if now.saturating_sub(looked.load(Relaxed)) < EVERY.as_millis() as u64 {
                return None;
            }
            looked.store(now, Relaxed);
            let used = memory_stats::memory_stats().map_or(0, |stats| stats.physical_mem as u64);
            (used > limit).then(|| {
                format!("more memory is in use than the limit of {limit} bytes; `memory_limit` sets another")
            })
        })
    }
}

impl Progress for Watch {
    fn limits(&self) -> Limits {
        Limits { work: u64::MAX, poll: Some(self.poll()) }
    }

    fn step(&self, step: Step) {
        let words = match step {
            Step::Choosing => "choosing a way".into(),
            Step::LookingAt(WayName::Structural) => "planning the structural route".into(),
            Step::LookingAt(WayName::Bernstein) => "looking at values at nodes".into(),
            Step::LookingAt(WayName::Table) => "looking at tables".into(),
            Step::LookingForGrid => "looking for the smallest grid".into(),
            Step::Tabulating => "tabulating".into(),
            Step::Proving(architecture) => {
                self.enough.set(self.halfway());
                format!("proving the {}", architecture.name())
            }
        };
        self.step.replace(words);
        self.share.set(0.0);
        self.tell("");
    }

    fn done(&self) {
        self.done.set(self.done.get() + 1.0);
        self.share.set(0.0);
        self.tell("");
    }

    fn grid(&self, divisions: u64, likely: Option<u64>) {
        if let Some(likely) = likely {
            self.share.set(divisions.min(likely) as f64 / likely.max(1) as f64);
        }
        self.tell_now_and_then(&format!("{divisions} cells per coordinate"));
    }

    fn boxes(&self, done: BoxProgress) -> bool {
        self.tell_now_and_then(&format!("{} boxes closed, {} waiting", done.closed, done.waiting));
        done.waiting == 0 || self.enough.get().is_none_or(|enough| Instant::now() <= enough)
    }
}
