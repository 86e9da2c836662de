//! `prove --floor`: whether fewer sums do.

use super::result::Made;
use crate::cli::error::CliError;
use crate::cli::staircase::{self, Found, STARTS, Search};
use crate::floors::Essential;
use std::path::Path;
use std::time::Instant;

pub(super) use crate::cli::floors::about;

/// Floors for numbers of sums below that of the network, as `latent` finds them; nothing for one token.
pub(super) fn search(made: &Made<'_>, file: &Path, end: Instant) -> Result<Option<Found>, CliError> {
    let lengths = staircase::lengths(made.target);
    if lengths.is_empty() {
        return Ok(None);
    }
    let search = Search { target: (made.target, file), lengths, starts: STARTS as usize, seed: 0, end };
    let known = search.essential().as_ref().map(Essential::sums);
    search.run(Search::until(known).min(made.sums().count), known).map(Some)
}
