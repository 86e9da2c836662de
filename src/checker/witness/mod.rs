//! Evaluation of a witness: target and network at one point, exactly or in enclosures.

pub mod operations;
pub mod semantics;

use crate::arith::decimal::{Rounding, exact_and_about};
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::number::Rational;
use crate::format::certificate::{Certificate, Witness, WitnessKind};
use crate::format::network::Network;
use crate::language::Sequence;
use crate::limits::{MAX_WITNESS_COORDINATES, MAX_WITNESS_OPERATIONS};

use crate::language::evaluate_run;
use crate::language::target::{Target, Tokens};
use crate::refusal::{Refusal, RefusalKind, Rule};
use num_traits::Signed;
use operations::{evaluation_operations, network_operations};
use semantics::enclosure::{EnclosureError, enclose_run};
use semantics::{ExactEvaluator, SemanticsError};

/// A witness that is a sequence in the box.
struct Point {
    tokens: Vec<Vec<Rational>>,
    /// How often each of them stands there in a row.
    copies: Vec<usize>,
    /// The run of the witness's token.
    run: usize,
}

impl Point {
    /// Refuses what is not a sequence in the box, or is too long to evaluate.
    fn of(witness: &Witness, target: &Target, network: &Network) -> Result<Self, Refusal> {
        let refuse = |message: String| Rule::Witness.invalid("witness", message);
        let unsupported = |message: &str| Rule::Witness.unsupported("witness", message);
        let tokens: Vec<Vec<Rational>> =
            witness.input.iter().map(|token| token.iter().map(|c| c.0.clone()).collect()).collect();
        let copies = if witness.copies.is_empty() { vec![1; tokens.len()] } else { witness.copies.clone() };
        let sequence = Sequence::of_runs(&tokens, &copies).ok_or_else(|| {
            refuse("`copies` must have one positive count for each token of `input`".into())
        })?;
        let n = sequence.len();
        if n == 0 || matches!(target.tokens, Tokens::Fixed(wanted) if wanted != n) {
            return Err(refuse(format!("it has {n} tokens, the target is for {}", target.tokens)));
        }
        let run = sequence.run_at(witness.token).filter(|_| witness.output < target.outputs());
        let run = run.ok_or_else(|| {
            refuse(format!("there is no token {} or no output {}", witness.token, witness.output))
        })?;
        if tokens.len().saturating_mul(target.dimension()) > MAX_WITNESS_COORDINATES {
            return Err(unsupported("the sequence is too long to evaluate exactly"));
        }
        let operations =
            [evaluation_operations(target, tokens.len(), 1), network_operations(network, tokens.len())];
        if let Some(operations) =
            operations.into_iter().find(|&operations| operations > MAX_WITNESS_OPERATIONS)
        {
            return Err(unsupported(&format!(
                "evaluation would take about {operations} operations, more than {MAX_WITNESS_OPERATIONS}"
            )));
        }
        for (j, token) in tokens.iter().enumerate() {
            let (got, wanted) = (token.len(), target.dimension());
            if got != wanted {
                return Err(refuse(format!("token {j} has {got} coordinates, not {wanted}")));
            }
            if let Some(k) = (0..got).find(|&k| !target.domain[k].contains(&token[k])) {
                return Err(refuse(format!(
                    "token {j}, coordinate {k} = {} is outside {}",
                    token[k], target.domain[k]
                )));
            }
        }
        Ok(Self { tokens, copies, run })
    }

    fn sequence(&self) -> Result<Sequence<'_, Rational>, Refusal> {
        Sequence::of_runs(&self.tokens, &self.copies)
            .ok_or_else(|| Rule::Witness.invalid("witness", "it is no sequence"))
    }

    /// All outputs of the target, exactly.
    fn target(&self, target: &Target) -> Result<Vec<Rational>, Refusal> {
        evaluate_run(target, self.sequence()?, self.run)
            .map_err(|e| Rule::Witness.unsupported("witness", format!("the target has no exact value: {e}")))
    }

    /// All outputs of the network, exactly.
    fn network(&self, network: &Network) -> Result<Vec<Rational>, Refusal> {
        let sequence = self.sequence()?;
        let exact = ExactEvaluator::new(network).and_then(|e| e.evaluate_run(sequence, self.run));
        exact.map_err(|e| match e {
            SemanticsError::NotExact { .. } | SemanticsError::TooLarge => {
                Rule::Witness.unsupported("witness", format!("the network has no exact value: {e}"))
            }
            other => Rule::Witness.invalid("witness", other.to_string()),
        })
    }

    /// Enclosures of all outputs of the target.
    fn target_enclosed(&self, target: &Target) -> Result<Vec<DyadicInterval>, Refusal> {
        if let Ok(exact) = self.target(target) {
            return Ok(exact.iter().map(DyadicInterval::from_rational).collect());
        }
        let number = |token: &Vec<Rational>| token.iter().map(DyadicInterval::from_rational).collect();
        let tokens: Vec<Vec<DyadicInterval>> = self.tokens.iter().map(number).collect();
        let sequence = Sequence::of_runs(&tokens, &self.copies)
            .ok_or_else(|| Rule::Witness.invalid("witness", "it is no sequence"))?;
        evaluate_run(target, sequence, self.run).map_err(|e| {
            Rule::Witness.unsupported("witness", format!("the target is not enclosed there: {e}"))
        })
    }

    /// Enclosures of all outputs of the network.
    fn network_enclosed(&self, network: &Network) -> Result<Vec<DyadicInterval>, Refusal> {
        match self.network(network) {
            Ok(exact) => Ok(exact.iter().map(DyadicInterval::from_rational).collect()),
            Err(refusal) if refusal.kind == RefusalKind::Invalid => Err(refusal),
            Err(_) => enclose_run(network, self.sequence()?, self.run).map_err(|e| match e {
                EnclosureError::Shape(e) => Rule::Witness.invalid("witness", e.to_string()),
                EnclosureError::Weights(e) => Rule::Witness.unsupported("witness", e.to_string()),
            }),
        }
    }
}

/// The witness must evaluate to exactly the stated error, or to no less where that is a lower bound; an error above the
/// certified bound refutes the proof by itself.
pub fn check_witness(target: &Target, network: &Network, certificate: &Certificate) -> Result<(), Refusal> {
    let Some(witness) = &certificate.witness else { return Ok(()) };
    let (stated, certified) = (&witness.error.0, &certificate.certified.0);
    let above = |words: &str, error: &Rational| {
        Rule::Witness.invalid(
            "witness",
            format!(
                "at this input the error is {words}{}, more than the certified {certified}",
                exact_and_about(error, Rounding::Down)
            ),
        )
    };
    match witness.kind {
        WitnessKind::Exact => {
            let error = witness_error(target, network, witness)?;
            if &error > certified {
                return Err(above("", &error));
            }
            if &error != stated {
                return Err(
                    Rule::Witness.invalid("witness", format!("the error there is {error}, not {stated}"))
                );
            }
        }
        WitnessKind::LowerBound => {
            let error = witness_enclosure(target, network, witness)?;
            // Finite: no upper bound of an absolute value is needed, and its lower bound is a number.
            let least = error.inf().to_rational().unwrap_or_default();
            if &least > certified {
                return Err(above("at least ", &least));
            }
            if stated.is_negative() {
                return Err(Rule::Witness.invalid("witness", format!("an error is not {stated}")));
            }
            if error.sup().to_rational().is_some_and(|most| stated > &most) {
                let message = format!("the error there is less than the stated {stated}");
                return Err(Rule::Witness.invalid("witness", message));
            }
            if stated > &least {
                let message = format!("the error there is only known to be at least {least}, not {stated}");
                return Err(Rule::Witness.unsupported("witness", message));
            }
        }
    }
    Ok(())
}

/// |network − target| at the witness's token and output, exactly.
pub fn witness_error(target: &Target, network: &Network, witness: &Witness) -> Result<Rational, Refusal> {
    let point = Point::of(witness, target, network)?;
    let (wanted, got) = (point.target(target)?, point.network(network)?);
    Ok((at(&got, witness)? - at(&wanted, witness)?).abs())
}

/// An enclosure of |network − target| at the witness's token and output.
pub fn witness_enclosure(
    target: &Target,
    network: &Network,
    witness: &Witness,
) -> Result<DyadicInterval, Refusal> {
    let point = Point::of(witness, target, network)?;
    let (wanted, got) = (point.target_enclosed(target)?, point.network_enclosed(network)?);
    Ok((*at(&got, witness)? - *at(&wanted, witness)?).abs())
}

/// The witness's output.
fn at<'a, T>(outputs: &'a [T], witness: &Witness) -> Result<&'a T, Refusal> {
    let absent = || Rule::Witness.invalid("witness", format!("there is no output {}", witness.output));
    outputs.get(witness.output).ok_or_else(absent)
}
