//! Mutates proofs, checks the mutants, and decides of every survivor whether what it states is still true.

use super::certificate_mutation::CertificatePart;
use super::dice::Dice;
use super::network_mutation::NetworkPart;
use super::proofs::{Proof, Subject, build};
use super::target_mutation::TargetPart;
use super::truth::{Comparison, Effort, agree};
use num_traits::Zero;
use rayon::prelude::*;
use std::collections::BTreeMap;
use sumformer::reading::load_target;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::check::{Checked, Verdict};
use sumformer_checker::format::certificate::{
    Approximation, Certificate, ProofRoute, StreamClaims, WitnessKind,
};
use sumformer_checker::witness::{witness_enclosure, witness_error};

/// What a mutation changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Network(NetworkPart),
    Certificate(CertificatePart),
    Target(TargetPart),
}

impl Kind {
    pub fn all() -> Vec<Self> {
        let network = NetworkPart::ALL.into_iter().map(Self::Network);
        let certificate = CertificatePart::ALL.into_iter().map(Self::Certificate);
        network.chain(certificate).chain(TargetPart::ALL.into_iter().map(Self::Target)).collect()
    }

    /// Changes the proof; `None` if it has no such part. The result is the hidden unit that changed, if one did.
    pub fn mutate(self, proof: &mut Proof, dice: &mut Dice) -> Option<Option<(usize, usize)>> {
        match self {
            Self::Network(part) => part.mutate(proof, dice),
            Self::Certificate(part) => part.mutate(proof, dice).map(|()| None),
            Self::Target(part) => part.mutate(proof, dice).map(|()| None),
        }
    }
}

/// What became of the mutants, by kind: `refused: …` or `survived: …`.
#[derive(Debug, Default)]
pub struct Table {
    rows: BTreeMap<Kind, BTreeMap<String, usize>>,
    /// Survivors that state something false, and survivors of a class that should be empty.
    pub failures: Vec<String>,
}

impl Table {
    fn count(&mut self, kind: Kind, outcome: String) {
        *self.rows.entry(kind).or_default().entry(outcome).or_default() += 1;
    }

    fn merge(mut self, other: Self) -> Self {
        for (kind, outcomes) in other.rows {
            for (outcome, count) in outcomes {
                *self.rows.entry(kind).or_default().entry(outcome).or_default() += count;
            }
        }
        self.failures.extend(other.failures);
        self
    }

    /// How many mutants had an outcome that starts like this.
    pub fn total(&self, prefix: &str) -> usize {
        self.rows.values().flatten().filter(|(outcome, _)| outcome.starts_with(prefix)).map(|(_, c)| c).sum()
    }

    /// How many mutants of a kind there were.
    pub fn of_kind(&self, kind: Kind) -> usize {
        self.rows.get(&kind).map_or(0, |outcomes| outcomes.values().sum())
    }

    /// One line per kind, then the sums.
    pub fn print(&self) {
        let mut sums: BTreeMap<&str, usize> = BTreeMap::new();
        for (kind, outcomes) in &self.rows {
            let cells: Vec<String> = outcomes.iter().map(|(o, count)| format!("{o} × {count}")).collect();
            println!("{:36} {}", format!("{kind:?}"), cells.join("; "));
            outcomes.iter().for_each(|(o, count)| *sums.entry(o.as_str()).or_default() += count);
        }
        for (outcome, count) in sums {
            println!("{count:6}  {outcome}");
        }
    }
}

/// `count` mutants spread over the subjects; which ones depends on the seed alone.
pub fn run(subjects: &[Subject], count: usize, max_units: u64, effort: Effort) -> Table {
    let share = |index: usize| count * (index + 1) / subjects.len() - count * index / subjects.len();
    subjects
        .par_iter()
        .enumerate()
        .filter(|(index, _)| share(*index) > 0)
        .map(|(index, subject)| {
            let Some(proof) = build(subject, max_units) else { return Table::default() };
            mutate_proof(&format!("{subject:?}"), &proof, share(index), effort, index as u64)
        })
        .reduce(Table::default, Table::merge)
}

/// Mutates one proof `count` times.
pub fn mutate_proof(name: &str, proof: &Proof, count: usize, effort: Effort, seed: u64) -> Table {
    let mut table = Table::default();
    let checked = proof.check().expect("well formed");
    assert!(matches!(checked.verdict, Verdict::Valid(_)), "{name}: {:?}", checked.verdict);
    let kinds = Kind::all();
    let mut dice = Dice::new(seed);
    let (target, network) = (checked.target, checked.network);
    let unchanged = Comparison::new(&target, &network).worst_error(effort, None, &mut dice);
    assert!(unchanged <= proof.certificate.certified.0, "{name}: the proof itself states something false");
    let mut done = 0;
    while done < count {
        let kind = kinds[dice.below(kinds.len())];
        let mut mutant = proof.clone();
        let Some(focus) = kind.mutate(&mut mutant, &mut dice) else { continue };
        done += 1;
        // The witness would refuse most of what the rules must refuse: three in four do without.
        if !matches!(kind, Kind::Certificate(_)) && dice.below(4) != 0 {
            mutant.certificate.witness = None;
        }
        let checked = match mutant.check() {
            Ok(checked) => checked,
            Err(_) => {
                table.count(kind, "refused: unreadable".into());
                continue;
            }
        };
        match &checked.verdict {
            Verdict::Invalid(refusal) => table.count(kind, format!("refused: {}", refusal.rule)),
            Verdict::Incomplete(refusal) => {
                table.count(kind, format!("refused: {} (not covered)", refusal.rule))
            }
            Verdict::Valid(_) => {
                match judge(kind, (proof, &unchanged), &mutant, &checked, focus, effort, &mut dice) {
                    Ok(class) => table.count(kind, format!("survived: {class}")),
                    Err(reason) => {
                        table.count(kind, format!("FAILED: {reason}"));
                        table.failures.push(format!("{name}: {kind:?}, mutant {done}: {reason}"));
                    }
                }
            }
        }
    }
    table
}

fn has_heads(certificate: &Certificate) -> bool {
    certificate.stream().is_some_and(|stream| !stream.heads.is_empty())
}

/// Why the survivor may have survived, or why it must not have.
fn judge(
    kind: Kind,
    (before, error_before): (&Proof, &Rational),
    after: &Proof,
    checked: &Checked,
    focus: Option<(usize, usize)>,
    effort: Effort,
    dice: &mut Dice,
) -> Result<&'static str, String> {
    let certified = &after.certificate.certified.0;
    let comparison = Comparison::new(&checked.target, &checked.network);
    let worst = match kind {
        // The network and the target are the same ones.
        Kind::Certificate(_) => error_before.clone(),
        _ => comparison.worst_error(effort, focus, dice),
    };
    if &worst > certified {
        return Err(format!("the statement is false: an error of {worst} is certified as {certified}"));
    }
    if let Some(witness) = &after.certificate.witness {
        let right = match witness.kind {
            WitnessKind::Exact => witness_error(&checked.target, &checked.network, witness)
                .map(|error| error == witness.error.0),
            WitnessKind::LowerBound => witness_enclosure(&checked.target, &checked.network, witness)
                .map(|error| error.inf().to_rational().is_some_and(|least| witness.error.0 <= least)),
        };
        if !right.map_err(|e| e.to_string())? {
            return Err("a witness with another error verified".into());
        }
    }
    let class = match kind {
        Kind::Certificate(CertificatePart::WitnessDropped) => "without a witness",
        Kind::Certificate(part) if part.is_witness() => "another witness, with the stated error",
        Kind::Certificate(_) if weaker(&before.certificate, &after.certificate) => "claim weakened",
        Kind::Certificate(_) if weaker(&after.certificate, &before.certificate) => {
            "claim tightened within its margin"
        }
        Kind::Certificate(CertificatePart::Centre) => "another centre, from which the claims follow as well",
        Kind::Certificate(CertificatePart::GadgetsSwapped) => return Err("gadgets swapped places".into()),
        Kind::Certificate(_) if has_margins(&before.certificate) => "another claim, within the margins",
        Kind::Certificate(_) => return Err("a claim was rewritten and still follows".into()),
        Kind::Network(_) if before.target != after.target => "another length, also true",
        Kind::Network(part) => {
            match (agree(&checked.target, &before.network, &after.network, 40, dice), part) {
                (Some(true), NetworkPart::UnitInput | NetworkPart::UnitBias | NetworkPart::UnitOutput) => {
                    "equal function: a unit that makes no difference in the box"
                }
                (Some(true), _) => "equal function",
                (None, _) => "transcendental weights, within the certified bound",
                (Some(false), _) if certified.is_zero() => {
                    return Err("two functions equal one target".into());
                }
                // Scores matter where heads have their own.
                (Some(false), NetworkPart::Query | NetworkPart::Key) if has_heads(&before.certificate) => {
                    "another function, within the margins of the claims"
                }
                (
                    Some(false),
                    NetworkPart::Query | NetworkPart::Key | NetworkPart::ProjectionE | NetworkPart::Rank,
                ) => {
                    return Err("a part without effect had one".into());
                }
                (Some(false), _) => "another function, within the margins of the claims",
            }
        }
        Kind::Target(_) => {
            let old = load_target("target.toml", &before.target).map_err(|e| e.to_string())?;
            let new = &checked.target;
            let inside = |a: &[_], b: &[sumformer_checker::arith::interval::Interval]| {
                a.iter()
                    .zip(b)
                    .all(|(a, b): (&sumformer_checker::arith::interval::Interval, _)| b.encloses(a))
            };
            if old.tokens != new.tokens {
                return Err("another length, though the network has the old one".into());
            }
            if old.domain != new.domain {
                if inside(&new.domain, &old.domain) {
                    "a smaller box"
                } else {
                    "a larger box, within the claimed ranges"
                }
            } else {
                let same = (0..40).all(|_| {
                    let point = comparison.point(dice);
                    sumformer_checker::language::evaluate_sequence(&old, &point)
                        == sumformer_checker::language::evaluate_sequence(new, &point)
                });
                match same {
                    true => "the same function, written differently",
                    false if has_margins(&after.certificate) => "another target, within the margins",
                    false => return Err("another target verified".into()),
                }
            }
        }
    };
    Ok(class)
}

/// Whether bounds exceed what they bound a little: those of functions are not exact, and residuals are not 0.
fn has_margins(certificate: &Certificate) -> bool {
    let (approximations, stream) = claims(certificate);
    !approximations.is_empty() || stream.blocks.iter().flatten().any(|gadget| gadget.atom.is_some())
}

/// What is claimed of nodes and of blocks.
fn claims(certificate: &Certificate) -> (&[Approximation], &StreamClaims) {
    match &certificate.route {
        ProofRoute::Polynomial(claims) => (&claims.approximations, &claims.stream),
        other => panic!("{other:?}"),
    }
}

/// Whether `weak` claims nothing that `strong` does not: same structure, wider ranges, larger errors and bounds.
fn weaker(strong: &Certificate, weak: &Certificate) -> bool {
    let outputs = strong.outputs.len() == weak.outputs.len()
        && strong
            .outputs
            .iter()
            .zip(&weak.outputs)
            .all(|(s, w)| s.lowering <= w.lowering && s.residual <= w.residual);
    let ((strong_approximations, strong_stream), (weak_approximations, weak_stream)) =
        (claims(strong), claims(weak));
    let latents = strong_stream.latents.len() == weak_stream.latents.len()
        && strong_stream
            .latents
            .iter()
            .zip(&weak_stream.latents)
            .all(|(s, w)| s.slot == w.slot && w.range.encloses(&s.range) && s.error <= w.error);
    let blocks = strong_stream.blocks.len() == weak_stream.blocks.len()
        && strong_stream.blocks.iter().zip(&weak_stream.blocks).all(|(s, w)| {
            s.len() == w.len()
                && s.iter().zip(w).all(|(s, w)| {
                    s.units == w.units
                        && s.atom == w.atom
                        && w.range.encloses(&s.range)
                        && s.outputs.len() == w.outputs.len()
                        && s.outputs.iter().zip(&w.outputs).all(|(s, w)| {
                            s.slot == w.slot
                                && s.polynomial == w.polynomial
                                && s.factor == w.factor
                                && s.cuts == w.cuts
                                && s.error <= w.error
                        })
                })
        });
    let approximations = strong_approximations.len() == weak_approximations.len()
        && strong_approximations.iter().zip(weak_approximations).all(|(s, w)| {
            (s.output, s.node, &s.by, &s.cuts) == (w.output, w.node, &w.by, &w.cuts) && s.error <= w.error
        });
    let bounds = strong.epsilon <= weak.epsilon && strong.certified <= weak.certified;
    bounds && outputs && latents && blocks && approximations
}
