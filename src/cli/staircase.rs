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
/// The lengths that are tried for targets of every length.
const LENGTHS: [usize; 5] = [5, 3, 8, 12, 20];
/// Starts of a search that only compares lengths: a share of the others.
const COMPARING: usize = 8;

/// What is searched, and for how long.
pub struct Search<'t> {
    /// The target, and where it stands.
    pub target: (&'t Target, &'t Path),
    /// What n may be; of several the one with the best floor for the most sums is taken.
    pub lengths: Vec<usize>,
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

/// The lengths to look at; none where there are no other tokens.
pub fn lengths(target: &Target) -> Vec<usize> {
    match target.tokens {
        Tokens::Fixed(n) => Some(n).filter(|n| *n > 1).into_iter().collect(),
        Tokens::Any => LENGTHS.into(),
    }
}

impl Search<'_> {
    /// The essential sums of a polynomial target, if there is time to find them.
    pub fn essential(&self) -> Option<Essential> {
        let find = || Surrogate::new(self.target.0, &[], MAX_TERMS).ok().and_then(|it| essential_sums(&it));
        self.in_time(find)
    }

    /// What comes of it before the time is over.
    pub fn in_time<T>(&self, body: impl FnOnce() -> Option<T>) -> Option<T> {
        in_time(self.end, body)
    }

    /// How many numbers of sums are looked at: as many as are known to do, else a few.
    pub fn until(known: Option<usize>) -> usize {
        known.unwrap_or(DEFAULT_UNTIL).min(MOST)
    }

    /// Floors for all numbers of sums below `until`; `known` sums are known to do.
    pub fn run(&self, until: usize, known: Option<usize>) -> Result<Found, CliError> {
        let (target, file) = self.target;
        let tokens = self.length(until, known)?;
        let progress = Progress::new(until as u64);
        let mut floors = Vec::new();
        for sums in 0..until {
            let best = floors.last().map_or_else(String::new, |floor: &Floor| {
                format!("; with {} it is at least {}", floor.sums, below(&floor.error.0))
            });
            progress.step(format!("the error with {sums} sums{best}"));
            floors.extend(in_time(self.end, || {
                let effort = self.effort(self.starts, until - sums, known);
                floor(target, tokens, sums, &effort)
            }));
            progress.done();
        }
        progress.finish();
        let text = to_json(&certificate(target, tokens, floors));
        let checked = check_floors(target.source.as_bytes(), text.as_bytes())
            .map_err(|error| unreadable(error, file, target.source.as_bytes()))?;
        if let Err(refusal) = checked.verdict {
            let message =
                format!("what was found is not what the checker derives, please report this: {refusal}");
            return Err(CliError::incomplete(message));
        }
        Ok(Found { facts: FloorFacts::of(&checked.certificate), text })
    }

    /// The length with the best floor for one sum less than `until`, by short searches for at most a quarter of the time.
    fn length(&self, until: usize, known: Option<usize>) -> Result<usize, CliError> {
        let &[first, ref others @ ..] = self.lengths.as_slice() else {
            return Err(CliError::bad_input("with one token there are no others to be summed over"));
        };
        let Some(sums) = until.checked_sub(1).filter(|_| !others.is_empty()) else { return Ok(first) };
        let mut best: Option<(usize, Floor)> = None;
        for &n in &self.lengths {
            let effort = self.effort(self.starts.div_ceil(COMPARING), 4 * self.lengths.len(), known);
            let found = in_time(self.end, || floor(self.target.0, n, sums, &effort));
            let is_better = |found: &Floor| best.as_ref().is_none_or(|best| best.1.error.0 < found.error.0);
            if let Some(found) = found.filter(is_better) {
                best = Some((n, found));
            }
        }
        Ok(best.map_or(first, |best| best.0))
    }

    /// How long to search where so many searches are left: what one does not take is left to the next.
    fn effort(&self, starts: usize, left: usize, known: Option<usize>) -> Effort {
        let now = Instant::now();
        Effort {
            starts,
            // Where values are expanded instead of multiplied out, looking takes long.
            probes: if known.is_some() { 40 } else { 12 },
            seed: self.seed,
            until: Some(now + self.end.saturating_duration_since(now) / left.max(1) as u32),
        }
    }
}

/// What comes of it before the time is over; arithmetic looks at the clock by itself.
fn in_time<T>(end: Instant, body: impl FnOnce() -> Option<T>) -> Option<T> {
    let poll: Poll = Arc::new(move || (Instant::now() >= end).then(|| "the time is over".into()));
    within(Limits { work: u64::MAX, poll: Some(poll) }, body).ok().flatten()
}
