//! The four number systems of `eval`.

use crate::cli::error::CliError;
use crate::eval::Forward;
use crate::numeric::{FloatInterval, Scalar as ForwardScalar, Summation};
use crate::report::numbers::{at_most, nearest, readable};
use num_traits::Signed;
use serde_json::Value;
use std::collections::HashSet;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::format::network::Network;
use sumformer_checker::language::Scalar;
use sumformer_checker::witness::semantics::{ExactEvaluator, SemanticsError};

/// The network as a function of a sequence.
pub type Pass<'n, N> = Box<dyn Fn(&[Vec<N>]) -> Result<Vec<Vec<N>>, CliError> + 'n>;

/// A number that `eval` computes with and prints.
pub trait Number: Scalar + 'static {
    /// The nearest number there is; for intervals the smallest enclosure.
    fn read(value: &Rational) -> Self;
    /// About how many machine words an operation on numbers made of these works on, at most.
    fn words(_sequence: &[Vec<Self>]) -> f64 {
        1.0
    }
    /// Prepares the forward pass.
    fn pass(network: &Network, summation: Summation) -> Result<Pass<'_, Self>, CliError>;
    /// Whether the number says anything: not NaN, no overflow.
    fn is_meaningful(&self) -> bool;
    /// For `--json`.
    fn json(&self) -> Value;
    /// For the table.
    fn text(&self) -> String;
    /// |self − other| for the table, where that is proved: for exact numbers and intervals.
    fn distance(&self, other: &Self) -> Option<String>;
}

impl Number for Rational {
    fn read(value: &Rational) -> Self {
        value.clone()
    }

    /// A sum of all has the common denominator.
    fn words(sequence: &[Vec<Self>]) -> f64 {
        /// What an operation on short fractions takes.
        const SHORT: f64 = 8.0;
        let denominators: HashSet<_> = sequence.iter().flatten().map(Rational::denom).collect();
        let bits = denominators.into_iter().map(|denominator| denominator.bits()).sum::<u64>();
        let longest = sequence.iter().flatten().map(|value| value.numer().bits()).max().unwrap_or(0);
        SHORT + (bits + longest) as f64 / 64.0
    }

    /// The order of summation changes nothing.
    fn pass(network: &Network, _: Summation) -> Result<Pass<'_, Self>, CliError> {
        let evaluator = ExactEvaluator::new(network).map_err(inexact)?;
        Ok(Box::new(move |sequence| evaluator.evaluate(sequence).map_err(inexact)))
    }

    fn is_meaningful(&self) -> bool {
        true
    }

    fn json(&self) -> Value {
        self.to_string().into()
    }

    fn text(&self) -> String {
        readable(self)
    }

    fn distance(&self, other: &Self) -> Option<String> {
        Some(nearest(&(self - other).abs()))
    }
}

fn inexact(error: SemanticsError) -> CliError {
    match error {
        SemanticsError::NotExact { .. } | SemanticsError::TooLarge => {
            CliError::incomplete(format!("{error}; --scalar interval gives a rigorous enclosure"))
        }
        _ => CliError::bad_input(error.to_string()),
    }
}

fn forward<S: ForwardScalar>(network: &Network, summation: Summation) -> Result<Pass<'_, S>, CliError> {
    let bad_input = |e: crate::eval::EvalError| CliError::bad_input(e.to_string());
    let forward = Forward::<S>::compile(network).map_err(bad_input)?.with_summation(summation);
    Ok(Box::new(move |sequence| forward.run(sequence).map_err(bad_input)))
}

macro_rules! float_number {
    ($float:ident) => {
        impl Number for $float {
            fn read(value: &Rational) -> Self {
                <Self as ForwardScalar>::from_rational(value)
            }
            fn pass(network: &Network, summation: Summation) -> Result<Pass<'_, Self>, CliError> {
                forward(network, summation)
            }
            fn is_meaningful(&self) -> bool {
                self.is_finite()
            }
            /// Widened to `f64`, whose shortest notation reads back as the same number.
            fn json(&self) -> Value {
                f64::from(*self).into()
            }
            fn text(&self) -> String {
                format!("{self:?}")
            }
            fn distance(&self, _: &Self) -> Option<String> {
                None
            }
        }
    };
}

float_number!(f64);
float_number!(f32);

impl Number for FloatInterval {
    fn read(value: &Rational) -> Self {
        FloatInterval::from_rational(value)
    }

    fn pass(network: &Network, summation: Summation) -> Result<Pass<'_, Self>, CliError> {
        forward(network, summation)
    }

    fn is_meaningful(&self) -> bool {
        true
    }

    /// `[inf, sup]`; an end point at infinity, which JSON does not have, is null.
    fn json(&self) -> Value {
        vec![Value::from(self.inf()), Value::from(self.sup())].into()
    }

    fn text(&self) -> String {
        self.to_string()
    }

    fn distance(&self, other: &Self) -> Option<String> {
        let magnitude = Rational::from_float(Scalar::sub(self, other).mag());
        Some(magnitude.map_or_else(|| "unbounded".into(), |magnitude| at_most(&magnitude)))
    }
}
