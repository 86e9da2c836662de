//! What stands for the target, in words.

use crate::cli::table::aligned;
use crate::report::surrogate::{AtomFacts, ReplacedFacts};
use crate::report::words;

/// Rows of a table; `--json` lists all.
const ROWS: usize = 24;
/// Longer expressions are cut.
const CELL: usize = 60;

/// For people; nothing for polynomials.
pub fn text(replaced: &[ReplacedFacts], atoms: &[AtomFacts]) -> Option<String> {
    let mut sections = Vec::new();
    if !replaced.is_empty() {
        let rows: Vec<Vec<String>> = replaced
            .iter()
            .take(ROWS)
            .map(|r| {
                let place = format!("{}:{}", r.output, r.node);
                vec![place, words::clip(&r.expression, CELL), r.by.clone(), r.error.to_string()]
            })
            .collect();
        let header = ["output:node", "expression", "replaced by", "error"];
        sections.push(format!("Replaced nodes of the target\n{}", aligned(&header, &rows)));
    }
    if !atoms.is_empty() {
        let rows: Vec<Vec<String>> = atoms
            .iter()
            .take(ROWS)
            .map(|a| vec![a.name.clone(), words::interval(&a.argument_range)])
            .collect();
        let more = atoms.len().saturating_sub(ROWS);
        let more =
            if more == 0 { String::new() } else { format!("\n… and {more} more (--json lists all)") };
        let table = aligned(&["atom", "argument in"], &rows);
        sections.push(format!("Functions of one variable\n{table}{more}"));
    }
    (!sections.is_empty()).then(|| sections.join("\n\n"))
}
