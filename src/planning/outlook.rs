//! What is expected of a way before it is gone.

/// The ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayName {
    /// The target's shape is kept; polynomials are taken as they are.
    Structural,
    /// A polynomial from values at nodes.
    Bernstein,
    /// A table on a grid.
    Table,
}

impl WayName {
    /// As on the command line, behind `--route` or `--construction`.
    pub fn name(self) -> &'static str {
        match self {
            WayName::Structural => "structural",
            WayName::Bernstein => "bernstein",
            WayName::Table => "discontinuous",
        }
    }
}

/// A way that was looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlook {
    /// Which one.
    pub way: WayName,
    /// Hidden units: as planned for the continuous construction, at most for a table; at least, where `why_not` says that
    /// it was not worth the while to plan it.
    pub units: Option<f64>,
    /// Entries of the table.
    pub entries: Option<String>,
    /// Why it does not lead to ε, or not within the limits.
    pub why_not: Option<String>,
    /// Whether that is only because it took more work than its share.
    pub given_up: bool,
    /// An error that is within reach of it, where that is known.
    pub reaches: Option<f64>,
    /// How long it took to know this.
    pub seconds: f64,
}

impl Outlook {
    /// A way that is being looked at.
    pub(super) fn unfinished(way: WayName) -> Self {
        Self {
            way,
            units: None,
            entries: None,
            why_not: Some("not finished".into()),
            given_up: false,
            reaches: None,
            seconds: 0.0,
        }
    }
}
