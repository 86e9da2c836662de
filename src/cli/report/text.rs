//! Text from files, as it stands on the page.

use crate::cli::escape::shown;
use crate::report::words::clip;

/// The beginning of a long text, made harmless.
pub fn brief(text: &str, longest: usize) -> String {
    clip(&shown(text), longest)
}
