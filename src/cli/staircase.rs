//! Floors for 0, 1, 2, … sums, searched for one after the other, and derived by the checker.

use super::error::CliError;
use super::progress::Progress;
use super::proof::unreadable;
use crate::floors::{Effort, Essential, certificate, essential_sums, floor};
use crate::report::floors::FloorFacts;
use crate::report::numbers::below;
use crate::words::to_json;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use sumformer_checker::check::check_floors;
use sumformer_checker::format::floor::Floor;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::limits::MAX_TERMS;
use sumformer_checker::surrogate::Surrogate;
use sumformer_checker::work::{Limits, Poll, within};

/// More sums are not looked at.
pub const MOST: usize = 16;
/// Numbers of sums that are looked at where nothing says how many do.
const DEFAULT_UNTIL: usize = 4;
/// Starts of the search for each number of sums.
pub const STARTS: u32 = 64;
/// The length for which targets of every length have floors.
const LENGTH: usize = 5;

/// What is searched, and for how long.
pub struct Search<'t> {
    /// The target, and where it stands.
    pub target: (&'t Target, &'t Path),
    /// n
    pub tokens: usize,
    /// Starts for each number of sums.
    pub starts: usize,
    /// The seed of all choices.
    pub seed: u64,
    /// When to stop.
    pub end: Instant,
}

/// What was found.
pub struct Found {
    /// `floor.json`
    pub text: String,
    /// What it says.
    pub facts: FloorFacts,
}

/// The length to look at; nothing where there are no other tokens.
pub fn length(target: &Target) -> Option<usize> {
    match target.tokens {
        Tokens::Fixed(n) => (n > 1).then_some(n),
        Tokens::Any => Some(LENGTH),
    }
}

impl Search<'_> {
    /// The essential sums of a polynomial target, if there is time to find them.
    pub fn essential(&self) -> Option<Essential> {
        let find = || Surrogate::new(self.target.0, &[], MAX_TERMS).ok().and_then(|it| essential_sums(&it));
        in_time(self.end, find)
    }

    /// How many numbers of sums are looked at: as many as are known to do, else a few.
    pub fn until(known: Option<usize>) -> usize {
        known.unwrap_or(DEFAULT_UNTIL).min(MOST)
    }

    /// Floors for all numbers of sums below `until`; `known` sums are known to do.
    pub fn run(&self, until: usize, known: Option<usize>) -> Result<Found, CliError> {
        let (target, file) = self.target;
        let effort = |left: usize| Effort {
            starts: self.starts,
            // Where values are expanded instead of multiplied out, looking takes long.
            probes: if known.is_some() { 40 } else { 12 },
            seed: self.seed,
            // What one number of sums does not take is left to the next.
            until: Some(
                Instant::now() + self.end.saturating_duration_since(Instant::now()) / left.max(1) as u32,
            ),
        };
        let progress = Progress::new(until as u64);
        let mut floors = Vec::new();
        for sums in 0..until {
            let best = floors.last().map_or_else(String::new, |floor: &Floor| {
                format!("; with {} it is at least {}", floor.sums, below(&floor.error.0))
            });
            progress.step(format!("the error with {sums} sums{best}"));
            floors.extend(in_time(self.end, || floor(target, self.tokens, sums, &effort(until - sums))));
            progress.done();
        }
        progress.finish();
        let text = to_json(&certificate(target, self.tokens, floors));
        let checked = check_floors(target.source.as_bytes(), text.as_bytes())
            .map_err(|error| unreadable(error, file, target.source.as_bytes()))?;
        if let Err(refusal) = checked.verdict {
            let message =
                format!("what was found is not what the checker derives, please report this: {refusal}");
            return Err(CliError::incomplete(message));
        }
        Ok(Found { facts: FloorFacts::of(&checked.certificate), text })
    }
}

/// What comes of it before the time is over; arithmetic looks at the clock by itself.
fn in_time<T>(end: Instant, body: impl FnOnce() -> Option<T>) -> Option<T> {
    let poll: Poll = Arc::new(move || (Instant::now() >= end).then(|| "the time is over".into()));
    within(Limits { work: u64::MAX, poll: Some(poll) }, body).ok().flatten()
}
