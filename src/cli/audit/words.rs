//! A row of the audit in a line.

use crate::audit::Row;
use itertools::Itertools;

/// The cells of a row, in the order of the columns.
pub(super) fn cells(row: &Row) -> Vec<String> {
    let repaired = if row.repaired.is_empty() { "" } else { row.repaired_outcome().name() };
    vec![
        row.id.into(),
        row.place.into(),
        kinds(row),
        row.printed_outcome().name().into(),
        repaired.into(),
        if row.is_met() { "yes" } else { "NO" }.into(),
    ]
}

/// What it is: a definition, a theorem, a finding.
pub(super) fn kinds(row: &Row) -> String {
    row.kinds.iter().map(|kind| kind.name()).join(", ")
}
