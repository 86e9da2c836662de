//! How long proofs take, and how much memory: one thing grows at a time, and what it costs is the power of it.
//!
//! What is expected of each axis, and why, is docs/scaling.md's section on speed.

use crate::certify::Proof;
use crate::planning::Routes;
use crate::reading::{Diagnostics, load_target};
use crate::recipe::{Construction, GridChoice, GridOptions, Options, SumOptions};
use itertools::Itertools;
use sumformer_checker::arith::number::{Rational, ratio};
use sumformer_checker::format::network::Activation;
use sumformer_checker::language::target::{Target, Tokens};

/// What grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Axis {
    /// The length n of the sequence.
    Tokens,
    /// The coordinates d of a token, each with an output of its own.
    Dimension,
    /// The degree of a polynomial of one coordinate.
    Degree,
    /// 1/ε, with ReLU.
    Precision,
    /// The entries of a table.
    Entries,
    /// The boxes on which a residual is bounded.
    Boxes,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// From the target to the three files.
    Prove,
    /// From the three files to the verdict.
    Check,
    /// From the network's file to the outputs at one sequence, in f64.
    Eval,
}

/// All axes, in the order of the table.
pub const AXES: [Axis; 6] =
    [Axis::Tokens, Axis::Dimension, Axis::Degree, Axis::Precision, Axis::Entries, Axis::Boxes];

/// All steps.
pub const STEPS: [Step; 3] = [Step::Prove, Step::Check, Step::Eval];

impl Step {
    /// As on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Step::Prove => "prove",
            Step::Check => "check",
            Step::Eval => "eval",
        }
    }
}

impl Axis {
    /// As on the command line and in tables.
    pub fn name(self) -> &'static str {
        match self {
            Axis::Tokens => "n",
            Axis::Dimension => "d",
            Axis::Degree => "degree",
            Axis::Precision => "1/epsilon",
            Axis::Entries => "entries",
            Axis::Boxes => "boxes",
        }
    }

    /// What is varied: n, d, the degree, 1/ε, the cells of a side of the table (entries are their square), 1/ε.
    pub fn values(self) -> &'static [u64] {
        match self {
            Axis::Tokens => &[16, 64, 256, 1024, 4096, 16_384],
            Axis::Dimension => &[8, 16, 32, 64, 128, 256],
            Axis::Degree => &[4, 8, 16, 32, 64, 128],
            Axis::Precision => &[1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000],
            Axis::Entries => &[32, 64, 128, 256, 512],
            Axis::Boxes => &[30, 100, 300, 1000, 3000],
        }
    }

    /// The power of what grows that a step's time is at most, by what it does; docs/scaling.md has the reasons. Nothing where the step
    /// has nothing to do with it.
    pub fn expected(self, step: Step) -> Option<f64> {
        match (self, step) {
            // Nothing but a forward pass sees n.
            (Axis::Tokens, Step::Prove | Step::Check) => Some(0.0),
            (Axis::Tokens, Step::Eval) | (Axis::Dimension | Axis::Entries, _) => Some(1.0),
            // A Bernstein form of degree D takes D² operations, on numbers of D bits.
            (Axis::Degree, Step::Prove | Step::Check) => Some(3.0),
            (Axis::Degree, Step::Eval) => Some(1.0),
            // The pieces of a square.
            (Axis::Precision, _) => Some(0.5),
            (Axis::Boxes, Step::Prove | Step::Check) => Some(1.0),
            (Axis::Boxes, Step::Eval) => None,
        }
    }

    /// The target, and what is asked of it.
    pub fn case(self, value: u64) -> Result<(Target, Options), Box<Diagnostics>> {
        let (tokens, dimension) = match self {
            Axis::Tokens => (value.to_string(), 2),
            Axis::Dimension => ("8".into(), value),
            Axis::Precision => ("8".into(), 2),
            // For every length, so that powers above n are no polynomials in those below.
            Axis::Degree => ("\"any\"".into(), 1),
            Axis::Entries | Axis::Boxes => ("2".into(), 1),
        };
        let outputs = match self {
            Axis::Tokens | Axis::Precision => vec!["mean(y: y[0]*y[1]) - mean(y: y[0])*mean(y: y[1])".into()],
            Axis::Dimension => (0..value).map(|k| format!("sum(y != x: y[{k}])^2")).collect(),
            Axis::Degree => {
                vec![format!("mean(y: {})", (1..=value).map(|power| format!("y[0]^{power}")).join(" + "))]
            }
            Axis::Entries => vec!["(x[0] + mean(y: y[0]))/2".to_string()],
            Axis::Boxes => vec!["x[0]/(1 + sum(y: y[0]^2))".into()],
        };
        let text = format!(
            "name = \"speed\"\ntokens = {tokens}\ndomain = [{}]\noutput = [{}]\n",
            vec!["[0, 1]"; dimension as usize].join(", "),
            outputs.iter().map(|output| format!("{output:?}")).join(", "),
        );
        let target = load_target(self.name(), &text).map_err(Box::new)?;
        Ok((target, self.options(value)))
    }

    /// What the value has become in a proof: the entries of its table, the boxes of its tree, else the value.
    pub fn grown(self, value: u64, proof: &Proof) -> u64 {
        let certificate = &proof.certificate;
        match self {
            Axis::Entries => certificate.cells().map_or(value, |cells| cells.entries as u64),
            Axis::Boxes => proof.boxes.as_ref().map_or(value, |report| report.enclosures as u64),
            Axis::Tokens | Axis::Dimension | Axis::Degree | Axis::Precision => value,
        }
    }

    fn options(self, value: u64) -> Options {
        let defaults = Options { epsilon: Some(self.epsilon(value)), ..Options::default() };
        match self {
            Axis::Entries => Options {
                construction: Construction::Discontinuous,
                grid: GridOptions { grid: GridChoice::Divisions(value), ..defaults.grid },
                ..defaults
            },
            Axis::Boxes => Options {
                construction: Construction::Continuous,
                sums: SumOptions { routes: Routes::Bernstein, ..defaults.sums },
                ..defaults
            },
            Axis::Degree => Options {
                construction: Construction::Continuous,
                sums: SumOptions { activation: Activation::Relu2, ..defaults.sums },
                ..defaults
            },
            Axis::Tokens | Axis::Dimension | Axis::Precision => {
                Options { construction: Construction::Continuous, ..defaults }
            }
        }
    }

    fn epsilon(self, value: u64) -> Rational {
        match self {
            Axis::Precision | Axis::Boxes => ratio(1, value as i64),
            // What the table reaches is what is proved.
            Axis::Entries => ratio(1, 1),
            Axis::Tokens | Axis::Dimension | Axis::Degree => ratio(1, 100),
        }
    }
}

/// How long a sequence is at which a target's network is evaluated.
pub fn length(target: &Target) -> usize {
    const OF_ANY: usize = 8;
    match target.tokens {
        Tokens::Fixed(n) => n,
        Tokens::Any => OF_ANY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::prove;

    #[test]
    fn the_first_case_of_each_axis_is_proved_and_says_how_large_it_is() {
        for axis in AXES {
            let value = axis.values()[0];
            let (target, options) = axis.case(value).unwrap();
            let proofs = prove(&target, &options, &()).unwrap();
            let grown = axis.grown(value, proofs.first());
            match axis {
                Axis::Entries => assert_eq!(grown, value * value),
                Axis::Boxes => assert!(grown > value, "{grown} boxes"),
                _ => assert_eq!(grown, value),
            }
        }
    }

    #[test]
    fn every_case_is_a_target_and_values_ascend() {
        for axis in AXES {
            assert!(axis.values().is_sorted() && axis.values().len() > 3, "{}", axis.name());
            for &value in axis.values() {
                axis.case(value).unwrap();
            }
        }
    }
}
