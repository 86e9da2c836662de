//! The arguments of `scale speed`, and what its columns are called.

use crate::cli::limits::parse_seconds;
use crate::scale::speed::{Axis, Step};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// The most values of an axis.
const MOST_POINTS: i64 = 16;

/// `--axis`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AxisName {
    /// The length of the sequence.
    N,
    /// Coordinates of a token.
    D,
    /// The degree of a polynomial.
    Degree,
    /// 1/ε.
    #[value(name = "1/epsilon")]
    Precision,
    /// Entries of a table.
    Entries,
    /// Boxes of a tree.
    Boxes,
}

impl From<AxisName> for Axis {
    fn from(name: AxisName) -> Self {
        match name {
            AxisName::N => Self::Tokens,
            AxisName::D => Self::Dimension,
            AxisName::Degree => Self::Degree,
            AxisName::Precision => Self::Precision,
            AxisName::Entries => Self::Entries,
            AxisName::Boxes => Self::Boxes,
        }
    }
}

/// The step of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StepName {
    /// From the target to the files.
    Prove,
    /// From the files to the verdict.
    Check,
    /// From the network to the outputs.
    Eval,
}

impl From<StepName> for Step {
    fn from(name: StepName) -> Self {
        match name {
            StepName::Prove => Self::Prove,
            StepName::Check => Self::Check,
            StepName::Eval => Self::Eval,
        }
    }
}

/// `scale speed`
#[derive(Debug, Args)]
pub struct SpeedArguments {
    /// What grows (default: everything, one after the other).
    #[arg(long, value_enum, value_delimiter = ',')]
    pub axis: Vec<AxisName>,
    /// How many values of each, the smallest ones (default: all).
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=MOST_POINTS))]
    pub points: Option<u32>,
    /// Stop after so many seconds, with what was measured until then and exit code 3.
    #[arg(long, value_name = "SECONDS", default_value = "300", value_parser = parse_seconds)]
    pub time_limit: Duration,
    /// What a process of its own does, for the value and in the folder that follow.
    #[arg(long, value_enum, hide = true, requires_all = ["value", "place"])]
    pub measure: Option<StepName>,
    /// The value.
    #[arg(long, hide = true)]
    pub value: Option<u64>,
    /// The folder.
    #[arg(long, hide = true)]
    pub place: Option<PathBuf>,
}

/// The column of a step's time or memory.
pub(super) fn column(step: Step, unit: &str) -> String {
    format!("{}_{unit}", step.name())
}
