//! Single changes of a certificate.

use super::dice::Dice;
use super::proofs::{Proof, approximations, stream_if_any};
use num_traits::Zero;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Exact, integer};
use sumformer_checker::format::certificate::{Certificate, Gadget, HeadClaim, Replacement, WitnessKind};

/// What is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CertificatePart {
    Epsilon,
    Certified,
    Lowering,
    Residual,
    Centre,
    LatentSlot,
    LatentRange,
    LatentError,
    LatentRemoved,
    HeadPlace,
    HeadSlot,
    HeadMean,
    HeadFactor,
    HeadRemoved,
    GadgetUnits,
    GadgetRange,
    GadgetSlot,
    GadgetCoefficient,
    GadgetDegree,
    GadgetError,
    GadgetOutputRemoved,
    GadgetRemoved,
    GadgetsSwapped,
    GadgetAtom,
    GadgetFactor,
    GadgetCuts,
    ApproximationPlace,
    ApproximationError,
    ApproximationNumber,
    ApproximationKind,
    ApproximationRemoved,
    ApproximationCuts,
    WitnessInput,
    WitnessToken,
    WitnessOutput,
    WitnessError,
    WitnessKind,
    WitnessCopies,
    WitnessDropped,
}

impl CertificatePart {
    pub const ALL: [Self; 39] = [
        Self::Epsilon,
        Self::Certified,
        Self::Lowering,
        Self::Residual,
        Self::Centre,
        Self::LatentSlot,
        Self::LatentRange,
        Self::LatentError,
        Self::LatentRemoved,
        Self::HeadPlace,
        Self::HeadSlot,
        Self::HeadMean,
        Self::HeadFactor,
        Self::HeadRemoved,
        Self::GadgetUnits,
        Self::GadgetRange,
        Self::GadgetSlot,
        Self::GadgetCoefficient,
        Self::GadgetDegree,
        Self::GadgetError,
        Self::GadgetOutputRemoved,
        Self::GadgetRemoved,
        Self::GadgetsSwapped,
        Self::GadgetAtom,
        Self::GadgetFactor,
        Self::GadgetCuts,
        Self::ApproximationPlace,
        Self::ApproximationError,
        Self::ApproximationNumber,
        Self::ApproximationKind,
        Self::ApproximationRemoved,
        Self::ApproximationCuts,
        Self::WitnessInput,
        Self::WitnessToken,
        Self::WitnessOutput,
        Self::WitnessError,
        Self::WitnessKind,
        Self::WitnessCopies,
        Self::WitnessDropped,
    ];

    /// Whether the witness is what changes.
    pub fn is_witness(self) -> bool {
        matches!(
            self,
            Self::WitnessInput
                | Self::WitnessToken
                | Self::WitnessOutput
                | Self::WitnessError
                | Self::WitnessKind
                | Self::WitnessCopies
        )
    }

    /// Whether it is about what replaces nodes of the target, which polynomials do not need.
    pub fn is_approximation(self) -> bool {
        matches!(
            self,
            Self::ApproximationPlace
                | Self::ApproximationError
                | Self::ApproximationNumber
                | Self::ApproximationKind
                | Self::ApproximationRemoved
                | Self::ApproximationCuts
        )
    }

    /// Whether it is about heads with scores of their own, which only targets with weighted means have.
    pub fn is_head(self) -> bool {
        matches!(
            self,
            Self::HeadPlace | Self::HeadSlot | Self::HeadMean | Self::HeadFactor | Self::HeadRemoved
        )
    }

    /// Changes the part in place; `None` if the certificate has no such part.
    pub fn mutate(self, proof: &mut Proof, dice: &mut Dice) -> Option<()> {
        let width = proof.network.width();
        let certificate = &mut proof.certificate;
        match self {
            Self::Epsilon => change(&mut certificate.epsilon, dice),
            Self::Certified => change(&mut certificate.certified, dice),
            Self::Lowering | Self::Residual => {
                let c = dice.below(certificate.outputs.len());
                let output = certificate.outputs.get_mut(c)?;
                change(
                    if self == Self::Lowering { &mut output.lowering } else { &mut output.residual },
                    dice,
                );
            }
            Self::Centre => {
                let d = proof.network.dimension;
                let centre = &mut stream_if_any(certificate)?.centre;
                let some = centre.len();
                match dice.below(4) {
                    0 if some > 0 => centre.clear(),
                    1 => centre.push(Exact(integer(0))),
                    _ => {
                        centre.resize(d.max(some), Exact(integer(0)));
                        let k = dice.below(centre.len());
                        change(&mut centre[k], dice);
                    }
                }
            }
            Self::LatentSlot | Self::LatentRange | Self::LatentError => {
                let latents = &mut stream_if_any(certificate)?.latents;
                let l = dice.below(latents.len());
                let latent = latents.get_mut(l)?;
                match self {
                    Self::LatentSlot => latent.slot = other_index(latent.slot, width, dice),
                    Self::LatentRange => latent.range = changed_range(&latent.range, dice),
                    _ => change(&mut latent.error, dice),
                }
            }
            Self::LatentRemoved => {
                let latents = &mut stream_if_any(certificate)?.latents;
                let l = dice.below(latents.len());
                let latent = latents.get(l)?.clone();
                if dice.coin() {
                    latents.remove(l);
                } else {
                    latents.push(latent);
                }
            }
            Self::HeadPlace | Self::HeadSlot | Self::HeadMean | Self::HeadFactor | Self::HeadRemoved => {
                self.mutate_head(&mut stream_if_any(certificate)?.heads, width, dice)?;
            }
            Self::GadgetUnits => {
                let gadget = random_gadget(certificate, dice)?;
                let few = [0, gadget.units.wrapping_sub(1), gadget.units + 1, usize::MAX];
                gadget.units = *dice.pick(&few)?;
            }
            Self::GadgetRange => {
                let gadget = random_gadget(certificate, dice)?;
                gadget.range = changed_range(&gadget.range, dice);
            }
            Self::GadgetSlot
            | Self::GadgetCoefficient
            | Self::GadgetDegree
            | Self::GadgetError
            | Self::GadgetOutputRemoved => {
                let gadget = random_gadget(certificate, dice)?;
                let o = dice.below(gadget.outputs.len());
                if self == Self::GadgetOutputRemoved {
                    gadget.outputs.get(o)?;
                    gadget.outputs.remove(o);
                    return Some(());
                }
                let output = gadget.outputs.get_mut(o)?;
                match self {
                    Self::GadgetSlot => output.slot = other_index(output.slot, width, dice),
                    Self::GadgetError => change(&mut output.error, dice),
                    Self::GadgetDegree => {
                        let last = output.polynomial.last()?.clone();
                        if dice.coin() {
                            output.polynomial.pop();
                            while output.polynomial.last().is_some_and(|c| c.0.is_zero()) {
                                output.polynomial.pop();
                            }
                        } else {
                            output.polynomial.push(last);
                        }
                    }
                    _ => {
                        let k = dice.below(output.polynomial.len());
                        change(output.polynomial.get_mut(k)?, dice);
                    }
                }
            }
            Self::GadgetRemoved | Self::GadgetsSwapped => {
                let blocks = &mut stream_if_any(certificate)?.blocks;
                let b = dice.below(blocks.len());
                let gadgets = blocks.get_mut(b)?;
                let g = dice.below(gadgets.len());
                let gadget = gadgets.get(g)?.clone();
                if self == Self::GadgetsSwapped {
                    let other = dice.below(gadgets.len());
                    if gadgets[other] == gadget {
                        return None;
                    }
                    gadgets.swap(g, other);
                } else if dice.coin() {
                    gadgets.remove(g);
                } else {
                    gadgets.insert(g, gadget);
                }
            }
            Self::GadgetAtom => {
                let gadget = random_gadget(certificate, dice)?;
                let other = if dice.coin() { None } else { Some(dice.below(5)) };
                if other == gadget.atom {
                    return None;
                }
                gadget.atom = other;
                // Half of the time the outputs look as they should for it.
                if dice.coin() {
                    for output in &mut gadget.outputs {
                        output.factor =
                            gadget.atom.map(|_| output.factor.take().unwrap_or(Exact(integer(1))));
                    }
                }
            }
            Self::GadgetFactor => {
                let gadget = random_gadget(certificate, dice)?;
                let o = dice.below(gadget.outputs.len());
                let factor = &mut gadget.outputs.get_mut(o)?.factor;
                match factor {
                    Some(value) if dice.below(4) != 0 => change(value, dice),
                    Some(_) => *factor = None,
                    None => *factor = Some(Exact(integer(dice.below(2) as i64))),
                }
            }
            Self::GadgetCuts => {
                let gadget = random_gadget(certificate, dice)?;
                let o = dice.below(gadget.outputs.len());
                change_cuts(&mut gadget.outputs.get_mut(o)?.cuts, dice);
            }
            Self::ApproximationCuts => {
                let approximations = approximations(certificate)?;
                let a = dice.below(approximations.len());
                change_cuts(&mut approximations.get_mut(a)?.cuts, dice);
            }
            Self::ApproximationRemoved => {
                let approximations = approximations(certificate)?;
                let a = dice.below(approximations.len());
                let copy = approximations.get(a)?.clone();
                if dice.coin() {
                    approximations.remove(a);
                } else {
                    approximations.insert(a, copy);
                }
            }
            Self::ApproximationPlace
            | Self::ApproximationError
            | Self::ApproximationNumber
            | Self::ApproximationKind => {
                let approximations = approximations(certificate)?;
                let a = dice.below(approximations.len());
                let approximation = approximations.get_mut(a)?;
                match self {
                    Self::ApproximationPlace if dice.below(4) == 0 => {
                        approximation.output = other_index(approximation.output, 2, dice);
                    }
                    Self::ApproximationPlace => {
                        approximation.node = other_index(approximation.node, 12, dice);
                    }
                    Self::ApproximationError => change(&mut approximation.error, dice),
                    Self::ApproximationNumber => change_replacement(&mut approximation.by, dice)?,
                    _ => approximation.by = other_kind(&approximation.by, dice),
                }
            }
            Self::WitnessInput => {
                let (tokens, side) = {
                    let target = sumformer::reading::load_target("target.toml", &proof.target).ok()?;
                    (certificate.witness.as_ref()?.input.len(), target.domain)
                };
                let (j, k) = (dice.below(tokens), dice.below(side.len()));
                let coordinate = &mut certificate.witness.as_mut()?.input[j][k];
                // Mostly to another point of the box, sometimes out of it.
                let before = coordinate.clone();
                if dice.below(4) == 0 {
                    change(coordinate, dice);
                } else {
                    let grid = sumformer_checker::arith::number::ratio(dice.below(1025) as i64, 1024);
                    *coordinate = Exact(side[k].inf() + side[k].wid() * grid);
                }
                return (*coordinate != before).then_some(());
            }
            Self::WitnessToken => {
                let witness = certificate.witness.as_mut()?;
                witness.token = other_index(witness.token, witness.input.len() + 1, dice);
            }
            Self::WitnessOutput => {
                let outputs = certificate.outputs.len();
                let witness = certificate.witness.as_mut()?;
                witness.output = other_index(witness.output, outputs + 1, dice);
            }
            Self::WitnessError => change(&mut certificate.witness.as_mut()?.error, dice),
            Self::WitnessKind => {
                let kind = &mut certificate.witness.as_mut()?.kind;
                *kind = match *kind {
                    WitnessKind::Exact => WitnessKind::LowerBound,
                    WitnessKind::LowerBound => WitnessKind::Exact,
                };
            }
            Self::WitnessCopies => {
                let witness = certificate.witness.as_mut()?;
                let mut copies = vec![1; witness.input.len()];
                let at = dice.below(copies.len());
                match dice.below(4) {
                    // Another sequence of the same length, or of another one, or none.
                    0 => {
                        witness.input.drain(..at);
                        copies.drain(..at);
                        copies[0] += at;
                    }
                    1 => copies[at] = dice.below(4) * dice.below(1 << 20),
                    2 => copies[at] = usize::MAX,
                    _ => copies.truncate(at),
                }
                let before = std::mem::replace(&mut witness.copies, copies);
                return (before != witness.copies).then_some(());
            }
            Self::WitnessDropped => certificate.witness = certificate.witness.take().map(|_| None)?,
        }
        Some(())
    }
}

impl CertificatePart {
    fn mutate_head(self, heads: &mut Vec<HeadClaim>, width: usize, dice: &mut Dice) -> Option<()> {
        let h = dice.below(heads.len());
        let head = heads.get_mut(h)?;
        let o = dice.below(head.outputs.len());
        let output = head.outputs.get_mut(o)?;
        match self {
            Self::HeadPlace if dice.coin() => head.block = other_index(head.block, 4, dice),
            Self::HeadPlace => head.head = other_index(head.head, 3, dice),
            Self::HeadSlot => output.slot = other_index(output.slot, width, dice),
            Self::HeadMean => output.mean = other_index(output.mean, 3, dice),
            Self::HeadFactor => change(&mut output.factor, dice),
            _ => match dice.below(4) {
                0 => drop(heads.remove(h)),
                1 => drop(head.outputs.remove(o)),
                2 => {
                    let copy = output.clone();
                    head.outputs.insert(o, copy);
                }
                _ => {
                    let copy = head.clone();
                    heads.insert(h, copy);
                }
            },
        }
        Some(())
    }
}

fn change(number: &mut Exact, dice: &mut Dice) {
    number.0 = dice.changed(&number.0);
}

/// One number of what stands for a node; a name has none.
fn change_replacement(by: &mut Replacement, dice: &mut Dice) -> Option<()> {
    let other_count = |count: &mut u32, dice: &mut Dice| {
        let others = [0, count.saturating_sub(1), *count + 1, 2 * *count, *count / 2, u32::MAX];
        *count = *others.iter().find(|&&other| other != *count && dice.coin()).unwrap_or(&1);
    };
    match by {
        Replacement::Polynomial { centre, coefficients } | Replacement::Product { centre, coefficients } => {
            match dice.below(coefficients.len() + 3) {
                0 => change(centre, dice),
                1 => drop(coefficients.pop()),
                2 => coefficients.push(Exact(dice.rational(2))),
                k => change(coefficients.get_mut(k - 3)?, dice),
            }
        }
        Replacement::Composite { inner, centre, coefficients } => match dice.below(coefficients.len() + 3) {
            0 => change(centre, dice),
            1 => *inner = other_index(*inner, 12, dice),
            2 => drop(coefficients.pop()),
            k => change(coefficients.get_mut(k - 3)?, dice),
        },
        Replacement::Hats { token, coordinate, pieces } | Replacement::Grid { token, coordinate, pieces } => {
            match dice.below(3) {
                0 => *token = other_index(*token, 2, dice),
                1 => *coordinate = other_index(*coordinate, 2, dice),
                _ => other_count(pieces, dice),
            }
        }
        Replacement::Thresholds { low, high, levels } => match dice.below(3) {
            0 => change(low, dice),
            1 => change(high, dice),
            _ => other_count(levels, dice),
        },
        Replacement::Pair { terms } => {
            let term = dice.below(terms.len());
            let term = terms.get_mut(term)?;
            let factor = if dice.coin() { &mut term.first } else { &mut term.second };
            let at = dice.below(factor.len());
            let (powers, coefficient) = factor.get_mut(at)?;
            match dice.below(4) {
                0 => powers.push((dice.below(3), dice.below(3) as u32)),
                1 => drop(powers.pop()?),
                2 => drop(factor.remove(at)),
                _ => change(coefficient, dice),
            }
        }
        Replacement::Logarithms { base, shift, least } => match dice.below(5) {
            0 => change(shift, dice),
            1 => *least = *[0, 1, 2, *least + 1].iter().find(|&&other| other != *least && dice.coin())?,
            2 => base.push((dice.below(3), 1 + dice.below(2) as u32)),
            3 => base.first_mut()?.1 = dice.below(4) as u32,
            _ => base.first_mut()?.0 = other_index(base.first()?.0, 2, dice),
        },
        Replacement::Head { sharpness: Some(sharpness) } => change(sharpness, dice),
        Replacement::Head { sharpness: None } | Replacement::Name => return None,
    }
    Some(())
}

/// Another kind of replacement, with the same numbers where it has such.
fn other_kind(by: &Replacement, dice: &mut Dice) -> Replacement {
    let numbers = match by {
        Replacement::Polynomial { centre, coefficients }
        | Replacement::Product { centre, coefficients }
        | Replacement::Composite { centre, coefficients, .. } => (centre.clone(), coefficients.clone()),
        _ => (Exact(integer(0)), vec![Exact(integer(1))]),
    };
    let (centre, coefficients) = numbers;
    let kinds = [
        Replacement::Head { sharpness: dice.coin().then(|| Exact(integer(4))) },
        Replacement::Name,
        Replacement::Pair { terms: Vec::new() },
        Replacement::Hats { token: dice.below(2), coordinate: 0, pieces: 1 + dice.below(40) as u32 },
        Replacement::Grid { token: dice.below(2), coordinate: 0, pieces: 1 + dice.below(40) as u32 },
        Replacement::Thresholds { low: Exact(integer(-2)), high: Exact(integer(2)), levels: 80 },
        Replacement::Logarithms { base: vec![(0, 1)], shift: Exact(integer(1)), least: 1 },
        Replacement::Polynomial { centre: centre.clone(), coefficients: coefficients.clone() },
        Replacement::Composite {
            inner: dice.below(16),
            centre: centre.clone(),
            coefficients: coefficients.clone(),
        },
        Replacement::Product { centre, coefficients },
    ];
    let others: Vec<&Replacement> =
        kinds.iter().filter(|kind| std::mem::discriminant(*kind) != std::mem::discriminant(by)).collect();
    others[dice.below(others.len())].clone()
}

/// Mostly an index in use, sometimes one that does not exist.
fn other_index(index: usize, count: usize, dice: &mut Dice) -> usize {
    loop {
        let other = if dice.below(5) == 0 { count + dice.below(1000) } else { dice.below(count) };
        if other != index {
            return other;
        }
    }
}

/// One end moved; only intervals that can be written are made.
fn changed_range(range: &Interval, dice: &mut Dice) -> Interval {
    loop {
        let (inf, sup) = if dice.coin() {
            (dice.changed(range.inf()), range.sup().clone())
        } else {
            (range.inf().clone(), dice.changed(range.sup()))
        };
        if let Ok(changed) = Interval::new(inf, sup) {
            return changed;
        }
    }
}

/// Another text: coarser, finer, cut at another side, or no text of trees.
fn change_cuts(cuts: &mut String, dice: &mut Dice) {
    let at = dice.below(cuts.len() + 1);
    let node = [".", "a", "b", "c", "Ba", "?", "-", "a."][dice.below(8)];
    match dice.below(4) {
        0 => cuts.truncate(at),
        1 if at < cuts.len() => drop(cuts.remove(at)),
        2 if at < cuts.len() => cuts.replace_range(at..=at, node),
        _ => cuts.insert_str(at, node),
    }
}

fn random_gadget<'a>(certificate: &'a mut Certificate, dice: &mut Dice) -> Option<&'a mut Gadget> {
    let blocks = &mut stream_if_any(certificate)?.blocks;
    let filled: Vec<usize> = (0..blocks.len()).filter(|&b| !blocks[b].is_empty()).collect();
    let b = *dice.pick(&filled)?;
    let g = dice.below(blocks[b].len());
    blocks[b].get_mut(g)
}
